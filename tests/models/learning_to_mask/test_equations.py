"""Every numbered equation against NumPy, in float64."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.special import erf
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode

from graphforensics.models import LearningToMask, LearningToMaskOutput

Array = NDArray[np.float64]


class State:
    """Weights of one part of the network by the ends of their names."""

    def __init__(self, values: dict[str, Array], prefix: str = "") -> None:
        self.values, self.prefix = values, prefix

    def part(self, name: str) -> State:
        return State(self.values, f"{self.prefix}{name}.")

    def __getitem__(self, name: str) -> Array:
        return self.values[self.prefix + name]

    def linear(self, x: Array) -> Array:
        return x @ self["weight"].T + self["bias"]

    def norm(self, x: Array) -> Array:
        spread = np.sqrt(x.var(-1, keepdims=True) + 1e-5)
        return (x - x.mean(-1, keepdims=True)) / spread * self["weight"] + self["bias"]


def state_of(model: LearningToMask) -> State:
    return State({name: value.numpy() for name, value in model.state_dict().items()})


def softmax(x: Array) -> Array:
    raised = np.exp(x - x.max(-1, keepdims=True))
    return raised / raised.sum(-1, keepdims=True)


def attention_of(x: Array, part: State, heads: int) -> tuple[Array, list[Array]]:
    """Eq. 1, head by head; what each head returns is joined and projected."""
    query, key, value = (part.part(name).linear(x) for name in ("query", "key", "value"))
    channels = x.shape[1]
    width = channels // heads
    maps, mixed = [], []
    for head in range(heads):
        own = slice(head * width, (head + 1) * width)
        maps.append(softmax(query[:, own] @ key[:, own].T / math.sqrt(channels / heads)))
        mixed.append(maps[-1] @ value[:, own])
    return part.part("project").linear(np.concatenate(mixed, 1)), maps


def transformer(x: Array, state: State, blocks: int, heads: int) -> tuple[Array, list[Array]]:
    """The class token's last state, and the last block's attention of each head."""
    part = state.part("teacher.transformer")
    x = np.concatenate([part["class_token"][0], x]) + part["position"][0]
    maps: list[Array] = []
    for number in range(blocks):
        block = part.part(f"blocks.{number}")
        mixed, maps = attention_of(
            block.part("attention_norm").norm(x), block.part("attend"), heads
        )
        x = x + mixed
        wide = block.part("widen").linear(block.part("feed_forward_norm").norm(x))
        x = x + block.part("narrow").linear(wide * (1 + erf(wide / math.sqrt(2))) / 2)
    return part.part("norm").norm(x[0]), maps


def diversity(maps: list[Array]) -> float:
    """Eq. 3, with each head's attention as one vector."""
    total = 0.0
    for i, one in enumerate(maps):
        for j, other in enumerate(maps):
            d = (one * other).sum() / np.linalg.norm(one) / np.linalg.norm(other)
            total += -d if i == j else 1 - d
    return total / len(maps) ** 2


def mask_of(looked: Array, rate: float, strategy: str) -> Array:
    """Eq. 4."""
    order = sorted(range(looked.size), key=lambda place: looked.flat[place])
    count = round(rate * looked.size)
    hidden = order[-count:] if strategy == "high" else order[:count]
    mask = np.ones(looked.size)
    mask[hidden] = 0
    return mask.reshape(looked.shape)


def verdict(pooled: Array, state: State) -> float:
    part = state.part("classifier")
    return float(part.part("2").linear(np.maximum(part.part("0").linear(pooled), 0))[0])


def cross_entropy(logit: float, wanted: float) -> float:
    fake = 1 / (1 + math.exp(-logit))
    return -wanted * math.log(fake) - (1 - wanted) * math.log(1 - fake)


def watch(model: LearningToMask) -> dict[str, list[Tensor]]:
    seen: dict[str, list[Tensor]] = {"student": [], "teacher": []}
    for name, encoder in (("student", model.encoder), ("teacher", model.teacher.encoder)):
        encoder.register_forward_hook(
            lambda _m, _i, out, name=name: seen[name].append(out[-1].detach())
        )
    return seen


@pytest.mark.parametrize("strategy", ["high", "low"])
def test_equations_1_to_7_against_numpy(
    small: dict[str, Any], images: Tensor, batch: dict[str, Tensor], strategy: str
) -> None:
    torch.manual_seed(5)
    model = LearningToMask(**small, strategy=strategy).double()
    with torch.no_grad():  # attention that is far from even, so that the mask is sure
        for block in model.teacher.transformer.blocks:
            block.attend.query.weight.mul_(20)
    seen = watch(model)
    output = model(images.double())
    torch.manual_seed(6)
    losses = model.loss(output, batch)
    torch.manual_seed(6)
    partner, share = torch.randperm(4).tolist(), torch.rand(4).tolist()

    state, label = state_of(model), batch["label"].tolist()
    pooled, parts = [], {"teacher": 0.0, "token": 0.0, "diversity": 0.0, "student": 0.0}
    for face in range(4):
        taught, learnt = (seen[name][0][face].numpy() for name in ("teacher", "student"))
        token, maps = transformer(taught.reshape(128, 16).T, state, 2, 3)
        np.testing.assert_allclose(output.attention[face].detach().numpy(), maps, atol=1e-10)
        looked = np.mean(maps, 0)[0, 1:].reshape(4, 4)  # eq. 2, the class token's row
        np.testing.assert_allclose(output.class_attention[face].detach().numpy(), looked)
        mask = mask_of(looked, 0.25, strategy)
        np.testing.assert_array_equal(output.mask[face].numpy(), mask)
        pooled.append((learnt * mask).sum((1, 2)) / 16)
        np.testing.assert_allclose(output.pooled[face].detach().numpy(), pooled[-1])
        assert output.logit[face].item() == pytest.approx(verdict(pooled[-1], state))
        by_map = state.part("teacher.classifier").linear(taught.mean((1, 2)))[0]
        by_token = state.part("teacher.token_classifier").linear(token)[0]
        parts["teacher"] += cross_entropy(by_map, label[face]) / 4
        parts["token"] += cross_entropy(by_token, label[face]) / 4
        parts["diversity"] += diversity(maps) / 4
    for i, (j, own) in enumerate(zip(partner, share, strict=True)):
        mixed = own * pooled[i] + (1 - own) * pooled[j]  # eq. 5
        wanted = own * label[i] + (1 - own) * label[j]  # eq. 6
        parts["student"] += cross_entropy(verdict(mixed, state), wanted) / 4
    met = {name: value.item() for name, value in losses.items()}
    total = parts["teacher"] + parts["token"] + 0.1 * parts["diversity"] + parts["student"]
    assert met == pytest.approx({"loss": total, **parts}, rel=1e-6)


def test_what_a_token_gives_adds_up_to_one(model: LearningToMask, images: Tensor) -> None:
    attention = model.attend(images).attention
    assert attention.shape == (4, 3, 17, 17)
    torch.testing.assert_close(attention.sum(-1), torch.ones(4, 3, 17))


@pytest.mark.parametrize(("form", "wanted"), [("equation", -1), ("purpose", 1)])
def test_diversity_of_two_heads_by_hand(small: dict[str, Any], form: str, wanted: int) -> None:
    # Cosine (1/2 + 1/2) / (sqrt 2 * 1): the same head twice counts 1, the two heads 1 / sqrt 2.
    heads = torch.tensor([[[[1.0, 0.0], [0.0, 1.0]], [[0.5, 0.5], [0.5, 0.5]]]])
    model = LearningToMask(**small, diversity=form, diversity_weight=0.5)
    zero = torch.zeros(1)
    output = LearningToMaskOutput(
        zero, torch.zeros(1, 128, 1, 1), torch.zeros(1, 128), None, zero, zero, heads
    )
    parts = model.eval().loss(output, {"label": zero})
    by_hand = {"equation": (-2 + 2 * (1 - math.sqrt(0.5))) / 4, "purpose": 2 * math.sqrt(0.5) / 4}
    assert by_hand[form] == pytest.approx(wanted * math.sqrt(2) / 4)
    assert parts["diversity"].item() == pytest.approx(by_hand[form], rel=1e-6)
    three = 3 * math.log(2) + 0.5 * by_hand[form]
    assert parts["loss"].item() == pytest.approx(three, rel=1e-6)


def test_shares_of_the_mixture_are_spread_over_the_unit_interval(small: dict[str, Any]) -> None:
    """Seen through the mixed labels: lambda where a fake meets a real one."""
    model = LearningToMask(**small)
    torch.manual_seed(0)
    label = torch.arange(4000) % 2
    _, mixed = model.mixup(torch.zeros(4000, 1), label)
    between = mixed[(mixed > 0) & (mixed < 1)]
    assert len(between) > 1500
    counts = torch.histc(between, bins=4, min=0, max=1) / len(between)
    assert (counts - 0.25).abs().max() < 0.05


def test_the_papers_settings() -> None:
    with FakeTensorMode():
        model = LearningToMask()
        output = model(torch.empty(2, 3, 224, 224))
    assert output.features.shape == (2, 2048, 7, 7)
    assert output.attention.shape == (2, 6, 50, 50)
    blocks = model.teacher.transformer.blocks
    assert [block.attend.head_channels for block in blocks] == [341] * 6
    spec = model.input_spec
    assert (spec.shape, spec.mean, spec.std) == ((3, 224, 224), (0, 0, 0), (1, 1, 1))
    white = spec.normalize(torch.full((1, 3, 224, 224), 255, dtype=torch.uint8))
    assert torch.equal(white, torch.ones_like(white))


def test_a_quarter_of_49_places(small: dict[str, Any]) -> None:
    model = LearningToMask(**{**small, "size": 56})
    mask = model(torch.rand(3, 3, 56, 56)).mask
    assert mask.shape == (3, 7, 7)
    assert (mask == 0).sum((1, 2)).tolist() == [12] * 3
