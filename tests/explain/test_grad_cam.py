from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from graphforensics.data.input_spec import InputSpec
from graphforensics.explain import grad_cam
from graphforensics.models import MRL, Detector, DetectorOutput
from tests.explain.test_pyg_explainers import SMALL


class Plain(Detector):
    """Feature maps by averaging 4 x 4 pixels; a logit whose gradient one writes down by hand.

    y = sum_c weight_c * mean(maps_c) + bias, hence dy / dA_c,p = weight_c / places.
    """

    name = "plain"

    def __init__(self, kind: str = "image") -> None:
        super().__init__()
        clip = kind == "clip"
        self.input_spec = InputSpec(kind, 8, 2 if clip else 1, 4 if clip else 1)
        window = (2, 4, 4) if clip else (4, 4)
        self.pool = nn.AvgPool3d(window) if clip else nn.AvgPool2d(window)
        self.weight = nn.Parameter(torch.tensor([2.0, -1.0, 0.5]))

    @property
    def feature_layer(self) -> nn.Module:
        return self.pool

    def forward(self, inputs: Tensor) -> DetectorOutput:
        self.check_inputs(inputs)
        clip = self.input_spec.kind == "clip"
        maps = self.pool(inputs.flatten(0, 1) if clip else inputs)
        logit = (maps.flatten(2).mean(2) * self.weight).sum(1)
        return DetectorOutput(logit.view(inputs.size(0), -1).sum(1))

    def loss(self, output: DetectorOutput, batch: Mapping[str, Any]) -> dict[str, Tensor]:
        return {"loss": output.logit.mean()}


def enlarge(small: np.ndarray, factor: int) -> np.ndarray:
    """Linear interpolation along the last axis between pixel centres, edges held."""
    places = (np.arange(small.shape[-1] * factor) + 0.5) / factor - 0.5
    low = np.floor(places).astype(int)
    share = places - low
    take = [np.clip(low + i, 0, small.shape[-1] - 1) for i in (0, 1)]
    return small[..., take[0]] * (1 - share) + small[..., take[1]] * share


def oracle(maps: np.ndarray, weight: np.ndarray, sign: int) -> np.ndarray:
    """ReLU(sum_c alpha_c A_c), alpha the mean of the gradient written above."""
    alpha = weight / np.prod(maps.shape[2:])
    return np.maximum(sign * np.einsum("c,bc...->b...", alpha, maps), 0)


@pytest.mark.parametrize("target", ["fake", "real"])
def test_image_against_numpy(target):
    model, images = Plain(), torch.randn(2, 3, 8, 8)
    small = oracle(
        model.pool(images).double().numpy(),
        model.weight.detach().numpy(),
        1 if target == "fake" else -1,
    )
    wanted = enlarge(enlarge(small, 4).swapaxes(1, 2), 4).swapaxes(1, 2)
    got = grad_cam(model, images, target, normalize=False)
    assert np.allclose(got.numpy(), wanted, atol=1e-6)


def test_clip_against_numpy():
    model, clips = Plain("clip"), torch.randn(2, 2, 3, 4, 8, 8)
    maps = model.pool(clips.flatten(0, 1)).double().numpy()
    small = oracle(maps, model.weight.detach().numpy(), 1)
    wanted = enlarge(enlarge(small, 4).swapaxes(2, 3), 4).swapaxes(2, 3)
    wanted = enlarge(wanted.swapaxes(1, 3), 2).swapaxes(1, 3)
    got = grad_cam(model, clips, normalize=False)
    assert got.shape == (2, 2, 4, 8, 8)
    assert np.allclose(got.flatten(0, 1).numpy(), wanted, atol=1e-6)


def test_frames_have_a_map_each():
    class Frames(Plain):
        def __init__(self) -> None:
            super().__init__()
            self.input_spec = InputSpec("frames", 8, frames=5)

        def forward(self, inputs: Tensor) -> DetectorOutput:
            each = (self.pool(inputs.flatten(0, 1)).flatten(2).mean(2) * self.weight).sum(1)
            return DetectorOutput(each.view(inputs.size(0), -1).mean(1))

    frames = torch.randn(2, 5, 3, 8, 8)
    got = grad_cam(Frames(), frames)
    assert got.shape == (2, 5, 8, 8)
    single = Plain()
    apart = grad_cam(single, frames[1], normalize=False)
    assert torch.allclose(got[1], apart / apart.max(), atol=1e-6)


def test_the_heat_lies_on_what_the_verdict_hangs_on():
    images = torch.zeros(1, 3, 8, 8)
    images[0, 0, :4, 4:] = 1  # the channel that speaks for fake, upper right
    heat = grad_cam(Plain(), images)[0]
    assert heat.max() == 1
    assert heat[:4, 4:].min() > heat[4:, :4].max()
    assert grad_cam(Plain(), images, "real").eq(0).all()  # nothing speaks for real: 0, not NaN


@pytest.fixture
def mrl() -> MRL:
    return MRL(encoder="resnet10t", encoder_stage=2, attention_channels=8, regions=3,
               hidden_channels=8, snippets=2, frames=3, size=32)  # fmt: skip


def test_mrl_clips(mrl):
    clips = torch.randn(2, 2, 3, 3, 32, 32)
    mrl.train()
    before = {name: value.clone() for name, value in mrl.state_dict().items()}
    heat = grad_cam(mrl, clips)
    assert heat.shape == (2, 2, 3, 32, 32)
    assert heat.min() >= 0
    assert torch.allclose(heat.flatten(1).amax(1), torch.ones(2))
    assert mrl.training
    assert all(p.grad is None for p in mrl.parameters())
    assert all(torch.equal(v, before[k]) for k, v in mrl.state_dict().items())
    assert not mrl.encoder._forward_hooks
    apart = torch.cat([grad_cam(mrl, clip[None]) for clip in clips])
    assert torch.allclose(apart, heat, atol=1e-4)


def test_mrl_gradient_is_that_of_a_small_change():
    """alpha from finite differences of the logit by a constant added to one channel's map."""
    torch.manual_seed(0)
    mrl = MRL(
        kind="image",
        encoder="mobilenetv3_small_050",
        encoder_stage=2,
        attention="spatial",
        regions=3,
        hidden_channels=8,
        size=32,
    )
    mrl = mrl.double().eval()
    image = torch.randn(1, 3, 32, 32).double()
    (maps,) = mrl.encoder(image.unsqueeze(2))
    alpha = []
    for channel in range(maps.size(1)):
        logits = []
        for step in (1e-5, -1e-5):
            moved = maps.clone()
            moved[:, channel] += step
            handle = mrl.encoder.register_forward_hook(lambda *_, moved=moved: [moved])
            logits.append(mrl(image).logit.item())
            handle.remove()
        alpha.append((logits[0] - logits[1]) / 2e-5 / math.prod(maps.shape[2:]))
    wanted = torch.relu((torch.tensor(alpha).view(1, -1, 1, 1, 1) * maps).sum(1))
    wanted = nn.functional.interpolate(wanted, (32, 32), mode="bilinear")[0]
    got = grad_cam(mrl, image, normalize=False)[0]
    assert torch.allclose(
        got.double(), wanted[0], atol=1e-6 * wanted.max().item() + 1e-9, rtol=1e-3
    )


def test_another_layer_frozen_parameters_and_inference_mode(mrl):
    clips = torch.randn(1, 2, 3, 3, 32, 32)
    mrl.requires_grad_(False)
    with torch.no_grad():
        assert grad_cam(mrl, clips).max() == 1
    shallow = mrl.encoder.network.layer1  # sees the frames one by one, at stride 4
    assert grad_cam(mrl, clips, layer=shallow).shape == (1, 2, 3, 32, 32)


def by_hand(model: Detector, inputs: Tensor, sign: int) -> Tensor:
    """The equation written out with autograd; the size of the maps."""
    seen: list[Tensor] = []
    handle = model.feature_layer.register_forward_hook(
        lambda _module, _given, out: seen.append(out if isinstance(out, Tensor) else out[-1])
    )
    logit = sign * model.eval()(inputs.clone().requires_grad_()).logit.sum()
    handle.remove()
    (slope,) = torch.autograd.grad(logit, seen[-1])
    alpha = slope.flatten(2).mean(2).view(*slope.shape[:2], *(1,) * (slope.dim() - 2))
    return torch.relu((alpha * seen[-1].detach()).sum(1))


@pytest.mark.parametrize("target", ["fake", "real"])
@pytest.mark.parametrize("name", sorted(SMALL))
def test_every_detector_against_autograd(name, target):
    torch.manual_seed(2)
    model = SMALL[name]()
    inputs = torch.rand(2, *model.input_spec.shape)
    small = by_hand(model, inputs, 1 if target == "fake" else -1)
    got = grad_cam(model, inputs, target, normalize=False)
    size = got.shape[-small.dim() + 1 :]
    mode = "trilinear" if small.dim() == 4 else "bilinear"
    wanted = nn.functional.interpolate(small[:, None], size, mode=mode, align_corners=False)
    scale = max(wanted.max().item(), 1e-12)
    assert torch.allclose(got.reshape(-1, *size), wanted[:, 0], atol=1e-6 * scale, rtol=1e-4)
    assert wanted.any() or grad_cam(model, inputs, "real" if target == "fake" else "fake").any()


def test_a_layer_beside_the_verdict(mrl):
    """Its map is computed, and no one reads it."""

    class Beside(Plain):
        def __init__(self) -> None:
            super().__init__()
            self.idle = nn.Conv2d(3, 2, 1)

        def forward(self, inputs: Tensor) -> DetectorOutput:
            self.idle(inputs)
            return super().forward(inputs)

    model = Beside()
    with pytest.raises(ValueError, match="'layer' must take part in the verdict"):
        grad_cam(model, torch.randn(1, 3, 8, 8), layer=model.idle)
    assert not model.idle._forward_hooks


def test_errors(mrl):
    clips = torch.randn(1, 2, 3, 3, 32, 32)
    with pytest.raises(ValueError, match=r"'target' must be one of fake, real \(got 'both'\)"):
        grad_cam(mrl, clips, "both")
    with pytest.raises(ValueError, match=r"'layer' must give feature maps .*got \[1, 2, 8\]"):
        grad_cam(mrl, clips, layer=mrl.learner.classifier[0])
    with pytest.raises(ValueError, match=r"'layer' must give feature maps .*got None"):
        grad_cam(mrl, clips, layer=nn.Identity())
    with pytest.raises(ValueError, match=r"'inputs' must be \[B, 2, 3, 3, 32, 32\]"):
        grad_cam(mrl, clips[0])
    assert not mrl.encoder._forward_hooks
