"""Where in the pixels a verdict comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional

from graphforensics.models.detector import Detector
from graphforensics.models.detector_output import DetectorOutput
from graphforensics.models.fast_inference import evaluating
from graphforensics.nn.argument_checks import check_word

Target = Literal["fake", "real"]


def grad_cam(
    model: Detector,
    inputs: Tensor,
    target: Target = "fake",
    layer: nn.Module | None = None,
    normalize: bool = True,
) -> Tensor:
    r"""Return a heat map of each frame: what in it speaks for the verdict.

    .. math:: \mathbf{L} = \mathrm{ReLU} \Big( \sum_c \alpha_c \mathbf{A}^c \Big), \qquad
        \alpha_c = \frac{1}{|\mathbf{A}^c|} \sum_p \frac{\partial y}{\partial A^c_p}

    of the last feature maps :math:`\mathbf{A}`, y being the logit (its negative for ``"real"``),
    the mean taken over all places p of a map, enlarged to the input: "Grad-CAM: Visual
    Explanations from Deep Networks via Gradient-based Localization" (ICCV 2017). A clip's
    weights :math:`\alpha_c` are each snippet's own. The model computes in evaluation mode;
    neither its mode nor the gradients of its parameters are changed.

    Args:
        model: The detector.
        inputs: A batch as the detector takes it, normalised.
        target: ``"fake"`` or ``"real"``. Default: ``"fake"``.
        layer: The module whose (last) output is looked at. Default: ``model.feature_layer``, the
            encoder's last block.
        normalize: Scale each sample so that its largest value is 1; a sample without any
            evidence stays 0. Default: True.

    Shapes:
        ``inputs [B, 3, H, W]``, ``[B, T, 3, H, W]`` or ``[B, T, 3, D, H, W]``; the output is
        the same without the axis of colours.

    Raises:
        ValueError: ``target`` is unknown, the layer takes no part in the verdict or gives no
            feature maps, or the inputs have another shape.

    Example:
        >>> from graphforensics.models import MRL
        >>> mrl = MRL(encoder="resnet10t", regions=4, snippets=2, frames=3, size=64)
        >>> grad_cam(mrl, torch.rand(1, 2, 3, 3, 64, 64)).shape
        torch.Size([1, 2, 3, 64, 64])
    """
    check_word("target", target, get_args(Target))
    maps, gradient = _maps_and_gradient(model, inputs, layer or model.feature_layer)
    weights = gradient.flatten(2).mean(-1).view(*maps.shape[:2], *(1,) * (maps.dim() - 2))
    sign = 1 if target == "fake" else -1
    heat = torch.relu(sign * (weights * maps).sum(1))
    heat = _enlarged(heat, inputs)
    return _to_one(heat) if normalize else heat


def _maps_and_gradient(model: Detector, inputs: Tensor, layer: nn.Module) -> tuple[Tensor, Tensor]:
    seen: list[Tensor] = []

    def keep(_module: nn.Module, _given: object, output: Tensor | Sequence[Tensor]) -> None:
        seen.append(output if isinstance(output, Tensor) else output[-1])

    handle = layer.register_forward_hook(keep)
    try:
        # Frozen parameters leave no trace to follow back; the input's own always does.
        with evaluating(model), torch.enable_grad():
            output: DetectorOutput = model(inputs.detach().requires_grad_())
            verdict = output.logit.sum()
    finally:
        handle.remove()
    if not seen or seen[-1].dim() not in (4, 5):
        shape = list(seen[-1].shape) if seen else None
        raise ValueError(f"'layer' must give feature maps [B, C, (D,) H, W] (got {shape})")
    maps = seen[-1]
    (gradient,) = torch.autograd.grad(verdict, maps, allow_unused=True)
    if gradient is None:
        raise ValueError("'layer' must take part in the verdict: no gradient reaches it")
    return maps.detach(), gradient


def _enlarged(heat: Tensor, inputs: Tensor) -> Tensor:
    # Clips have their frames behind the colours, frames and images have none there.
    clips = inputs.dim() == 6
    size = inputs.shape[-3:] if clips else inputs.shape[-2:]
    if clips and heat.dim() == 3:
        # A layer that sees frames one by one.
        heat = torch.unflatten(heat, 0, (-1, inputs.size(-3)))
    mode = "trilinear" if clips else "bilinear"
    heat = heat if clips or heat.dim() == 3 else heat.flatten(0, 1)
    grown = functional.interpolate(heat.unsqueeze(1).float(), size, mode=mode, align_corners=False)
    leading = inputs.shape[:2] if inputs.dim() > 4 else inputs.shape[:1]
    return grown.reshape(*leading, *size)


def _to_one(heat: Tensor) -> Tensor:
    peak = heat.flatten(1).amax(1).view(-1, *(1,) * (heat.dim() - 1))
    return heat / torch.where(peak == 0, 1, peak)
