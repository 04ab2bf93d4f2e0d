"""Shared changes of a sample, as a detector's input is laid out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor

from graphforensics.data.input_spec import InputSpec
from graphforensics.datasets.augmentation.augmentation import augment
from graphforensics.datasets.augmentation.augmentation_recipe import AugmentationRecipe

#: Runs of one clip lie this far apart in the seeds of their noise.
_APART = 10_007


def augment_sample(
    sample: Mapping[str, Tensor], recipe: AugmentationRecipe, spec: InputSpec
) -> dict[str, Tensor]:
    """Change ``inputs``, ``mask`` and ``landmarks`` of a sample alike.

    The runs of a clip share the recipe; H.264 compresses each for itself.

    Args:
        sample: ``inputs`` as bytes, and what there is of ``mask`` and ``landmarks``, as
            :class:`~graphforensics.datasets.clip_dataset.ClipDataset` yields them. Other entries
            stay as they are.
        recipe: What to do.
        spec: How the sample is laid out.
    """
    runs = {name: _runs(sample[name], spec, name) for name in _CHANGED if name in sample}
    changed: dict[str, list[Tensor]] = {name: [] for name in runs}
    for number in range(len(runs["inputs"])):
        own = replace(recipe, noise_seed=recipe.noise_seed + _APART * number)
        given = [runs[name][number] if name in runs else None for name in _CHANGED]
        frames, mask, landmarks = augment(given[0], own, given[1], given[2])  # type: ignore[arg-type]
        for name, value in zip(_CHANGED, (frames, mask, landmarks), strict=True):
            if value is not None:
                changed[name].append(value)
    laid = {name: _laid_out(torch.stack(value), spec, name) for name, value in changed.items()}
    return {**sample, **laid}


_CHANGED = ("inputs", "mask", "landmarks")


def _runs(value: Tensor, spec: InputSpec, name: str) -> Tensor:
    """Return ``[T, F, ...]``: the frames of each run."""
    if spec.kind == "image":
        return value[None, None]
    if spec.kind == "frames":
        return value[None]
    return value if name == "landmarks" else value.transpose(1, 2)


def _laid_out(runs: Tensor, spec: InputSpec, name: str) -> Tensor:
    if spec.kind == "image":
        return runs[0, 0]
    if spec.kind == "frames":
        return runs[0]
    return runs if name == "landmarks" else runs.transpose(1, 2).contiguous()
