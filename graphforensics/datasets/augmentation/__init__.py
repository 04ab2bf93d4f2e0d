"""Changes that a real face and its forgery share: what differs between them is then the forgery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.datasets.augmentation.augment_sample import augment_sample
    from graphforensics.datasets.augmentation.augmentation import augment
    from graphforensics.datasets.augmentation.augmentation_recipe import AugmentationRecipe
    from graphforensics.datasets.augmentation.levels import LEVELS, AugmentationLevel

__all__ = ["LEVELS", "AugmentationLevel", "AugmentationRecipe", "augment", "augment_sample"]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "augment_sample": "augment_sample",
        "augmentation": "augment",
        "augmentation_recipe": "AugmentationRecipe",
        "levels": "LEVELS AugmentationLevel",
    },
)
