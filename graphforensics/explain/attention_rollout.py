"""Where a transformer's attention comes from, through all of its blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from graphforensics.models.deepfake_mae.model import DeepfakeMAE
from graphforensics.models.detector import Detector
from graphforensics.models.fast_inference import evaluating
from graphforensics.models.learning_to_mask.model import LearningToMask
from graphforensics.models.masked_autoencoder.vision_block import VisionBlock


def attention_rollout(attention: Sequence[Tensor]) -> Tensor:
    r"""Multiply the attention of all blocks, the way past them counted half.

    .. math:: \mathbf{R} = \hat{\mathbf{A}}_L \cdots \hat{\mathbf{A}}_1, \qquad
        \hat{\mathbf{A}}_l = \tfrac{1}{2} \Big( \mathbf{I} + \frac{1}{h} \sum_{i=1}^{h}
        \mathbf{A}_{l, i} \Big)

    "Quantifying Attention Flow in Transformers" (ACL 2020).

    Args:
        attention: Of each block from the first to the last, each row adding up to 1.

    Shapes:
        Each ``[B, h, L, L]``; output ``[B, L, L]``, each row adding up to 1.

    Raises:
        ValueError: There is no block.

    Example:
        >>> attention_rollout([torch.full((1, 1, 2, 2), 0.5)]).tolist()
        [[[0.75, 0.25], [0.25, 0.75]]]
    """
    if not attention:
        raise ValueError("'attention' must hold at least one block (got none)")
    steps = [block.detach().float().mean(1) for block in attention]
    way = torch.eye(steps[0].size(-1), device=steps[0].device)
    rolled = (steps[0] + way) / 2
    for step in steps[1:]:
        rolled = (step + way) / 2 @ rolled
    return rolled


def rollout_map(detector: Detector, inputs: Tensor) -> Tensor | None:
    """Return the rollout of a detector's transformer at the places of the face.

    Of Learning to Mask it is the row of the teacher's class token: where the teacher looks, from
    which the student's verdict is not read. Of DeepfakeMAE's fine-tuning network it is the mean row
    of the patches, as the verdict is read from their mean.

    Args:
        detector: The detector.
        inputs: One sample ``[1, *input_spec.shape]``, normalised.

    Shapes:
        ``[h, w]``, or ``[F, h, w]`` of frames; None for a detector without a transformer.
    """
    if isinstance(detector, LearningToMask) and detector.teacher is not None:
        layers = list(detector.teacher.transformer.blocks)
        seen = _watched(detector, layers, inputs, ask_teacher=True)
        rolled = attention_rollout(seen)[0, 0, 1:]
        return rolled.view(detector.teacher.height, detector.teacher.width)
    if isinstance(detector, DeepfakeMAE) and "finetune" in detector.counting():
        encoder = detector.finetuning.encoder
        blocks = [cast(VisionBlock, block) for block in encoder.blocks]
        seen = _watched(detector, [block.attn["qkv"] for block in blocks], inputs)
        heads = [block.heads for block in blocks]
        seen = [_attention(one, count) for one, count in zip(seen, heads, strict=True)]
        rolled = attention_rollout(seen)[:, 1:, 1:].mean(1)
        return rolled.view(-1, encoder.grid, encoder.grid)
    return None


def _watched(
    detector: Detector, layers: Sequence[nn.Module], inputs: Tensor, ask_teacher: bool = False
) -> list[Tensor]:
    """Return what each layer gave, the last of several outputs."""
    seen: list[Tensor] = []

    def keep(_module: nn.Module, _given: object, output: Tensor | Sequence[Tensor]) -> None:
        seen.append(output if isinstance(output, Tensor) else output[-1])

    handles = [layer.register_forward_hook(keep) for layer in layers]
    try:
        with evaluating(detector), torch.no_grad():
            if ask_teacher and isinstance(detector, LearningToMask):
                detector.attend(inputs)
            else:
                detector(inputs)
    finally:
        for handle in handles:
            handle.remove()
    return seen


def _attention(asked: Tensor, heads: int) -> Tensor:
    """Return the attention that a fused projection of query, key and value leads to."""
    query, key, _ = asked.unflatten(-1, (3, heads, -1)).permute(2, 0, 3, 1, 4)  # type: ignore[no-untyped-call]
    weights: Tensor = (query @ key.transpose(-2, -1) * query.size(-1) ** -0.5).softmax(-1)
    return weights
