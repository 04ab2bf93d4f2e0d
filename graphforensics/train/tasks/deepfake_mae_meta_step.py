"""Learning to learn: a loss after some steps of gradient descent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import Module

from graphforensics.nn.call_with_weights import call_with_weights

# Own code because: learn2learn and higher patch modules by themselves and are not maintained for
# today's PyTorch; torch.func does what they did.

#: From what a network says of some samples to their loss, and to how good it is.
Judge = Callable[[Any], Tensor]


def adapted(
    network: Module,
    support: Tensor,
    support_loss: Judge,
    reference: Tensor,
    reference_score: Judge,
    steps: int = 3,
    learning_rate: float = 0.01,
    second_order: bool = False,
) -> tuple[dict[str, Tensor], int]:
    r"""Take inner steps and return the weights after the one that does best on the reference.

    .. math:: \theta_k = \theta_{k-1} - \alpha \nabla \mathcal{L}(\theta_{k-1}; S), \qquad
        k^* = \mathrm{arg}\max_{k \geq 1} \mathrm{score}(\theta_k; R)

    The earliest of equal steps is taken. The weights hang together with the network's: the
    gradient of a loss at :math:`\theta_{k^*}` goes back to :math:`\theta_0`, through the steps with
    ``second_order``, else as if each step had added a constant. The meta-train phase of section
    3.2.2 of "DeepfakeMAE" (arXiv 2303.01740).

    Running statistics of batch normalisation take in the support set at :math:`\theta_0`, and
    nothing else: those weights are the ones that evaluation uses, so statistics of any
    :math:`\theta_k` would belong to another network.

    Args:
        network: What is trained.
        support: S, inputs of the network.
        support_loss: The loss of what the network says of them.
        reference: R, inputs of the network.
        reference_score: How good what it says of them is, such as the accuracy.
        steps: Number of inner steps.
        learning_rate: Their size :math:`\alpha`.
        second_order: Differentiate through the steps.

    Returns:
        The weights, and copies of the buffers, by name, for
        :func:`~graphforensics.nn.call_with_weights.call_with_weights`; and which step they are of.

    Example:
        >>> network = torch.nn.Linear(1, 1, bias=False)
        >>> torch.nn.init.ones_(network.weight).shape
        torch.Size([1, 1])
        >>> one = torch.ones(1, 1)
        >>> square, near = lambda said: said.square().mean(), lambda said: -said.abs().sum()
        >>> weights, step = adapted(network, one, square, one, near, 2, 0.1)
        >>> round(weights["weight"].item(), 4), step
        (0.64, 2)
    """
    names = [name for name, weight in network.named_parameters() if weight.requires_grad]
    weights: dict[str, Tensor] = {name: network.get_parameter(name) for name in names}
    statistics: dict[str, Tensor] = {}
    best, best_score, best_step = dict(weights), -torch.inf, 0
    for step in range(1, steps + 1):
        said = call_with_weights(network, {**weights, **statistics}, support)
        if step == 1:
            statistics = {name: value.clone() for name, value in network.named_buffers()}
        slopes = torch.autograd.grad(
            support_loss(said), list(weights.values()), create_graph=second_order
        )
        weights = {
            name: weight - learning_rate * slope
            for (name, weight), slope in zip(weights.items(), slopes, strict=True)
        }
        with torch.no_grad():
            judged = call_with_weights(network, {**weights, **statistics}, reference)
            score = float(reference_score(judged))
        if score > best_score or step == 1:
            best, best_score, best_step = dict(weights), score, step
    return {**best, **statistics}, best_step
