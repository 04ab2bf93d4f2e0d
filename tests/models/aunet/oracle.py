"""AUNet's numbered equations in NumPy, float64, for one face."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import erf

State = dict[str, np.ndarray]


class Found(NamedTuple):
    """What one encoder makes of a map."""

    features: np.ndarray
    token: np.ndarray | None
    maps: np.ndarray | None
    embeddings: np.ndarray | None
    relations: np.ndarray | None
    patches: np.ndarray | None = None


def part(state: State, name: str) -> State:
    """The tensors of one part, by their names in it."""
    return {k.removeprefix(f"{name}."): v for k, v in state.items() if k.startswith(f"{name}.")}


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def pointwise(maps: np.ndarray, weight: np.ndarray, bias: np.ndarray | float = 0.0) -> np.ndarray:
    mixed = np.tensordot(weight[:, :, 0, 0], maps, 1)
    return mixed + (bias[:, None, None] if isinstance(bias, np.ndarray) else bias)


def whole(maps: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """3 x 3 over all channels, with a rim of zeros, place by place."""
    _, height, width = maps.shape
    padded = np.pad(maps, ((0, 0), (1, 1), (1, 1)))
    out = np.empty((len(weight), height, width))
    for i in range(height):
        for j in range(width):
            out[:, i, j] = np.tensordot(weight, padded[:, i : i + 3, j : j + 3], 3) + bias
    return out


def convolve(maps: np.ndarray, state: State) -> np.ndarray:
    """A 3 x 3 convolution, full or in two steps."""
    if "weight" in state:
        return whole(maps, state["weight"], state["bias"])
    kernels, bias = state["depthwise.weight"], state["depthwise.bias"]
    mixed = pointwise(maps, state["pointwise.weight"])
    each = [
        whole(mixed[c : c + 1], kernels[c : c + 1], bias[c : c + 1]) for c in range(len(kernels))
    ]
    return np.concatenate(each)


def norm(x: np.ndarray, state: State) -> np.ndarray:
    """LayerNorm over the last axis."""
    centred = x - x.mean(-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
    return centred / spread * state["weight"] + state["bias"]


def specific(f: np.ndarray, state: State) -> tuple[np.ndarray, ...]:
    """The maps, and eqs. 2 to 5."""
    hidden = np.maximum(convolve(f, part(state, "locate.0")), 0)
    hidden = np.maximum(convolve(hidden, part(state, "locate.2")), 0)
    m = sigmoid(pointwise(hidden, state["locate.4.weight"], state["locate.4.bias"]))
    e = np.stack(
        [np.maximum(convolve(f * one + f, part(state, "embed")), 0).mean((1, 2)) for one in m]
    )
    a = np.array([[one @ other for other in e] for one in e])
    w = a.sum(1) / a.sum()
    return (w[:, None, None] * m).max(0) * f, m, e, a


def agnostic(f: np.ndarray, token: np.ndarray, state: State, heads: int) -> tuple[np.ndarray, ...]:
    """Eq. 6 on the places and the class token."""
    height, width = f.shape[1:]
    patches = pointwise(f, state["reduce.weight"], state["reduce.bias"]).reshape(-1, height * width)
    x = np.concatenate([token[None], patches.T])
    block = part(state, "block")
    projected = x @ block["query_key_value.weight"].T + block["query_key_value.bias"]
    q, k, v = np.split(projected, 3, axis=1)
    size = q.shape[1] // heads
    attended = []
    for head in range(heads):
        own = slice(head * size, (head + 1) * size)
        score = np.exp(q[:, own] @ k[:, own].T / np.sqrt(size))
        attended.append(score / score.sum(1, keepdims=True) @ v[:, own])
    msa = np.concatenate(attended, axis=1) @ block["project.weight"].T + block["project.bias"]
    x = norm(x + msa, part(block, "attention_norm"))
    wide = x @ block["widen.weight"].T + block["widen.bias"]
    gelu = wide * (1 + erf(wide / np.sqrt(2))) / 2
    ffn = gelu @ block["narrow.weight"].T + block["narrow.bias"]
    x = norm(x + ffn, part(block, "feed_forward_norm"))
    plane = x[1:].T.reshape(-1, height, width)
    return pointwise(plane, state["restore.weight"], state["restore.bias"]), x[0], plane


def encoder(f: np.ndarray, token: np.ndarray | None, state: State, heads: int) -> Found:
    """Eq. 7 of what both branches give."""
    joined, maps, e, a, out, patches = np.zeros_like(f), None, None, None, None, None
    if part(state, "specific"):
        enhanced, maps, e, a = specific(f, part(state, "specific"))
        joined = joined + enhanced
    if part(state, "agnostic"):
        own = part(state, "agnostic")
        seen, out, patches = agnostic(f, own["class_token"] if token is None else token, own, heads)
        joined = joined + seen
    for place in (0, 2):
        joined = np.maximum(convolve(joined, part(state, f"join.{place}")), 0)
    return Found(joined, out, maps, e, a, patches)


def neck(f: np.ndarray, state: State) -> np.ndarray:
    """1 x 1 convolution and BatchNorm with the running statistics."""
    if not part(state, "neck"):
        return f
    f = pointwise(f, state["neck.0.weight"])
    scale = state["neck.1.weight"] / np.sqrt(state["neck.1.running_var"] + 1e-5)
    return (f - state["neck.1.running_mean"][:, None, None]) * scale[:, None, None] + state[
        "neck.1.bias"
    ][:, None, None]


def mixed(real: np.ndarray, fake: np.ndarray, m: np.ndarray, lambdas: np.ndarray) -> np.ndarray:
    """Eqs. 10 to 17."""

    def statistics(f: np.ndarray) -> tuple[np.ndarray, ...]:
        mu = (f * m).sum((1, 2), keepdims=True) / m.sum()
        sigma = np.sqrt((((f - mu) ** 2) * m).sum((1, 2), keepdims=True) / m.sum() + 1e-5)
        return mu, sigma, (f - mu) * m / sigma

    (mu_r, sigma_r, f_r), (mu_f, sigma_f, f_f) = statistics(real), statistics(fake)
    one, two, three = lambdas
    mu = one * mu_f + (1 - one) * mu_r
    sigma = two * sigma_f + (1 - two) * sigma_r
    f = three * f_f + (1 - three) * f_r
    return fake * (1 - m) + sigma * f + mu * m


def token_labels(mask: np.ndarray, size: int, t: float) -> np.ndarray:
    """Eq. 18 for a mask that the tokens divide evenly."""
    side = len(mask) // size
    return (mask.reshape(size, side, size, side).mean((1, 3)) > t).astype(float)


def huber(a: np.ndarray, delta: float = 0.5) -> float:
    """Eq. 1, averaged."""
    size = np.abs(a)
    return float(np.where(size <= delta, a**2 / 2, delta * (size - delta / 2)).mean())


def cross_entropy(logit: np.ndarray, label: np.ndarray) -> float:
    p = sigmoid(logit)
    return float(-(label * np.log(p) + (1 - label) * np.log(1 - p)).mean())
