"""What self-blending hands back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphforensics.tamper.recipe.self_blend_recipe import SelfBlendRecipe


@dataclass(frozen=True)
class SelfBlendResult:
    """A forged image, and all that is known about it.

    Args:
        image: Forged RGB image ``[H, W, 3]``, ``uint8``.
        target: The real image that goes with it: equal to ``image`` to the bit wherever
            ``mask`` is 0. It is the given image, changed as a whole if ``recipe.side``
            is ``"target"``.
        mask: Where the face was pasted, 0 to 255, ``[H, W]``, ``uint8``; without ``recipe.ratio``.
        recipe: How it was made.
    """

    image: NDArray[np.uint8]
    target: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    recipe: SelfBlendRecipe
