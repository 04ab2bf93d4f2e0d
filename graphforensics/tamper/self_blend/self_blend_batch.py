"""What self-blending a batch hands back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from graphforensics.tamper.recipe.recipe_batch import RecipeBatch
from graphforensics.tamper.recipe.self_blend_recipe import SelfBlendRecipe
from graphforensics.tamper.self_blend.tampered_pairs import TamperedPairs


@dataclass(frozen=True)
class SelfBlendBatch:
    """Forged pictures, and all that is known about them.

    Args:
        forged: Pseudo-fakes, like the given images.
        target: Their real partners: equal to ``forged`` to the bit wherever ``mask`` is 0.
        mask_bytes: Where the source was pasted, 0 to 255, without the blend ratio:
            ``uint8 [B, ..., 1, H, W]``.
        valid: Which samples were tampered, ``bool [B]``. Of the others the landmarks show no
            face, or nothing of it is left to paste: forgery and target are the given images,
            the mask is 0, and nothing counts as removed.
        recipe: How each was made, on the images' device.
    """

    forged: Tensor
    target: Tensor
    mask_bytes: Tensor
    valid: Tensor
    recipe: RecipeBatch

    @cached_property
    def mask(self) -> Tensor:
        """Where the source was pasted, from 0 to 1, ``float32 [B, ..., 1, H, W]``."""
        return self.mask_bytes.float().div_(255)

    @property
    def label(self) -> Tensor:
        """Labels of ``forged``: 1 where a face was forged, else 0, ``float32 [B]``."""
        return self.valid.float()

    @property
    def removed(self) -> Tensor:
        """Action units that were cut out of the mask, ``bool [B, 15]``."""
        return self.recipe.removed & self.valid.unsqueeze(1)

    def recipes(self) -> list[SelfBlendRecipe | None]:
        """Return each sample's recipe; ``None`` where nothing was done."""
        pairs = zip(self.recipe.recipes(), self.valid.tolist(), strict=True)
        return [recipe if valid else None for recipe, valid in pairs]

    def pairs(self, paired_only: bool = True) -> TamperedPairs:
        """Put real partners and forgeries together, as training takes them.

        Args:
            paired_only: Leave samples out that could not be forged, so that row i of the first
                half belongs to row i of the second; else their pictures stay among the real.
        """
        forged = self.valid.nonzero().flatten()
        every = torch.arange(self.valid.numel(), device=forged.device)
        real = forged if paired_only else every
        nothing = self.mask.new_zeros(real.numel(), *self.mask.shape[1:])
        return TamperedPairs(
            images=torch.cat([self.target[real], self.forged[forged]]),
            label=torch.cat([self.label.new_zeros(real.numel()), self.label[forged]]),
            mask=torch.cat([nothing, self.mask[forged]]),
            origin=torch.cat([real, forged]),
        )
