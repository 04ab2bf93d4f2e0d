"""What AUNet learns beside the class: which patches were tampered with, where action units are."""

from __future__ import annotations

import torch
from torch import Tensor

from graphforensics.nn.argument_checks import check_shape
from graphforensics.nn.loss import au_attention_loss, token_loss
from graphforensics.nn.token_labels import token_labels
from graphforensics.regions.action_units import action_unit_masks
from graphforensics.regions.usable_landmarks import usable_landmarks


def patch_supervision(
    logits: Tensor,
    mask: Tensor,
    present: Tensor | None = None,
    size: int = 224,
    threshold: float = 0.5,
) -> Tensor:
    """Return the token loss of the samples that have a mask, 0 where none has.

    Eqs. 18 and 19 of "AUNet: Learning Relations Between Action Units for Face Forgery Detection"
    (CVPR 2023).

    Args:
        logits: What each patch token says.
        mask: How much of each pixel is forged, from 0 to 1.
        present: Which samples have a mask. Default: all.
        size: Side of the images.
        threshold: Share of a patch from which on it counts as tampered with.

    Shapes:
        ``logits [B, h, w]``, ``mask [B, 1, size, size]`` or ``[B, size, size]``, ``present [B]``
        (bool); the output is a scalar.

    Raises:
        ValueError: A shape or type is not one of these.
    """
    samples = logits.size(0)
    check_shape("mask", mask, (samples, 1, size, size), (samples, size, size))
    if not (mask.is_floating_point() or mask.dtype == torch.bool):
        raise ValueError(f"'mask' must be bool or floating point (got {mask.dtype})")
    labels = token_labels(mask.to(logits), (logits.size(1), logits.size(2)), threshold)
    flat = logits.flatten(1)
    if present is None:
        return token_loss(flat, labels)
    check_shape("has_mask", present, (samples,))
    if present.dtype != torch.bool:
        raise ValueError(f"'has_mask' must be bool (got {present.dtype})")
    return token_loss(flat[present], labels[present]) if present.any() else logits.new_zeros(())


def attention_supervision(maps: Tensor, landmarks: Tensor, size: int = 224) -> Tensor:
    """Return the Huber loss of the maps of faces with usable landmarks, 0 where none has.

    Eq. 1 of "AUNet: Learning Relations Between Action Units for Face Forgery Detection" (CVPR
    2023) with delta = 0.5, averaged over the encoders.

    Args:
        maps: Where each encoder sees the action units.
        landmarks: In pixels of the images.
        size: Side of the images.

    Shapes:
        ``maps [B, encoders, 15, h, w]``, ``landmarks [B, 68, 2]``; the output is a scalar.

    Raises:
        ValueError: A shape is not one of these.
    """
    check_shape("landmarks", landmarks, (maps.size(0), 68, 2))
    target, usable = attention_target(landmarks, size, (maps.size(3), maps.size(4)))
    if not len(target):
        return maps.new_zeros((), dtype=torch.float32)
    wanted = target.unsqueeze(1).expand(-1, maps.size(1), -1, -1, -1)
    return au_attention_loss(maps[usable].flatten(0, 1), wanted.flatten(0, 1))


def attention_target(landmarks: Tensor, image: int, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    r"""Draw the action units of the faces whose landmarks can be used.

    :math:`\mathbf{Y}_{Att}` of section 4.1 of "AUNet: Learning Relations Between Action Units for
    Face Forgery Detection" (CVPR 2023), at the size of the maps that it supervises.

    Args:
        landmarks: In pixels of the image, pixel centres at integers.
        image: Side of the image.
        size: Height and width of the maps.

    Shapes:
        ``landmarks [B, 68, 2]``; the output is ``[V, 15, h, w]`` of the V usable faces, and which
        they are, ``[B]`` (bool). Landmarks that are not finite, outside the image or collapsed
        are not usable.

    Raises:
        ValueError: The landmarks have another shape.

    Example:
        >>> landmarks = torch.stack([torch.rand(68, 2) * 200, torch.full((68, 2), torch.nan)])
        >>> target, usable = attention_target(landmarks, 224, (14, 14))
        >>> target.shape, usable.tolist()
        (torch.Size([1, 15, 14, 14]), [True, False])
    """
    check_shape("landmarks", landmarks, ("B", 68, 2))
    usable = usable_landmarks(landmarks, (image, image))
    shown = landmarks[usable]
    if not len(shown):
        return landmarks.new_zeros(0, 15, *size), usable
    scale = shown.new_tensor([size[1] / image, size[0] / image])
    return action_unit_masks((shown + 0.5) * scale - 0.5, size), usable
