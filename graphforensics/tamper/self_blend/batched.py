"""Self-blended forgeries of a whole batch at once."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator, Tensor, nn

from graphforensics.regions.usable_landmarks import replace_unusable, usable_landmarks
from graphforensics.tamper._checks import check_images, check_seeds
from graphforensics.tamper.masks.mask_plan import MaskPlan
from graphforensics.tamper.masks.soft_mask import draw_masks
from graphforensics.tamper.recipe.recipe_batch import RecipeBatch
from graphforensics.tamper.recipe.recipe_kind import kind_order, recipe_kinds
from graphforensics.tamper.recipe.seeded_draw import draw_seeds
from graphforensics.tamper.recipe.self_blend_recipe import (
    SelfBlendRecipe,
    Side,
    Strength,
    check_strength,
)
from graphforensics.tamper.self_blend.blend_faces import blend_faces
from graphforensics.tamper.self_blend.self_blend_batch import SelfBlendBatch

#: Pixels that are worked on at once on a CPU: what is between two steps stays in its caches.
_CPU_PIXELS = 200_000


class SelfBlend(nn.Module):
    r"""Forge faces of a batch by blending each with a slightly changed copy of itself.

    .. math:: \mathbf{I}_t, \mathbf{I}_s = \Phi_1(\mathbf{I}), \Phi_2(\mathbf{I}), \qquad
        \mathbf{I}_f = r \mathbf{M}_p \odot \mathbf{I}_s + (1 - r \mathbf{M}_p) \odot \mathbf{I}_t

    One of :math:`\Phi_1, \Phi_2` shifts colours, turns hue, changes saturation, value, brightness
    and contrast, and takes detail away or sharpens; :math:`\Phi_2` also moves and scales. The mask
    is the hull of the landmarks, bent and blurred, for ``partial`` without the regions of a random
    set of action units (:class:`PartialFaceMask`). It does to a batch, on its device, what
    :func:`self_blend` does to a picture.

    Args:
        partial: Cut action units out of the mask. Default: the whole hull.
        sides: Which copies may be changed; ``("source",)`` keeps targets as they were
            given. Default: either, as chance has it.
        strength: ``"mild"``, or ``"published"`` for the numbers of Shiohara and Yamasaki's program;
            the table in ``docs/tampering.md`` has both. Default: ``"mild"``.

    Shapes:
        ``images [B, ..., 3, H, W]`` with ``landmarks [B, ..., 68, 2]``; axes between are frames of
        a clip, which share one recipe. A sample's forgery depends on its seed alone: not on
        the others in the batch, nor on the number of threads.

    Raises:
        ValueError: Wrong shapes, types or ranges, an empty or unknown ``sides``, or more than
            one of ``seeds``, ``generator`` and ``recipes``. Landmarks that show no face are no
            error: see :attr:`SelfBlendBatch.valid`.

    Source:
        Y. Bai et al., AUNet: Learning Relations Between Action Units for Face Forgery Detection,
        CVPR 2023, eqs. 8 and 9; K. Shiohara and T. Yamasaki, Detecting deepfakes with
        self-blended images, CVPR 2022.

    Example:
        >>> images = torch.randint(256, (2, 3, 96, 96), dtype=torch.uint8)
        >>> landmarks = 20 + 56 * torch.rand(2, 68, 2)
        >>> batch = SelfBlend()(images, landmarks, seeds=torch.tensor([1, 2]))
        >>> same = batch.forged == batch.target
        >>> bool(same[(batch.mask == 0).expand_as(same)].all()), batch.label.tolist()
        (True, [1.0, 1.0])
    """

    def __init__(
        self,
        partial: bool = False,
        sides: Sequence[Side] = ("source", "target"),
        strength: Strength = "mild",
    ) -> None:
        super().__init__()
        check_strength(strength)
        if not sides or not set(sides) <= {"source", "target"}:
            raise ValueError(f"'sides' must name source, target or both (got {tuple(sides)})")
        self.partial = partial
        self.strength: Strength = strength
        self.sides: tuple[Side, ...] = tuple(sides)

    def reset_parameters(self) -> None:
        """Do nothing: there is nothing to learn."""

    # Within mixed precision as without: half precision has too few colours.
    @torch.no_grad()
    def forward(
        self,
        images: Tensor,
        landmarks: Tensor,
        seeds: Tensor | None = None,
        generator: Generator | None = None,
        recipes: Sequence[SelfBlendRecipe] | RecipeBatch | None = None,
    ) -> SelfBlendBatch:
        """Forge every sample.

        Args:
            images: RGB, ``uint8`` or floating in [0, 1].
            landmarks: 68 landmarks in pixels, iBUG order.
            seeds: ``int64 [B]``, one a sample.
            generator: Draws the seeds where none are given; default: torch's global one.
            recipes: What to do, one a sample, instead of drawing it.
        """
        check_images(images, landmarks)
        recipe = self._recipes(images.size(0), seeds, generator, recipes).to("cpu")
        with torch.autocast(images.device.type, enabled=False):
            return _forge(images, landmarks.float(), recipe)

    def _recipes(
        self,
        count: int,
        seeds: Tensor | None,
        generator: Generator | None,
        recipes: Sequence[SelfBlendRecipe] | RecipeBatch | None,
    ) -> RecipeBatch:
        if sum(given is not None for given in (seeds, generator, recipes)) > 1:
            raise ValueError("give at most one of 'seeds', 'generator' and 'recipes'")
        if recipes is None:
            seeds = draw_seeds(count, generator) if seeds is None else seeds
            check_seeds(seeds, count)
            return RecipeBatch.draw(seeds, self.sides, self.partial, self.strength)
        if len(recipes) != count:
            raise ValueError(f"'recipes' must be {count}, one a sample (got {len(recipes)})")
        if isinstance(recipes, RecipeBatch):
            return recipes
        return RecipeBatch.from_recipes(recipes)

    def __repr__(self) -> str:
        strength = "" if self.strength == "mild" else f", strength={self.strength!r}"
        return f"{type(self).__name__}(partial={self.partial}, sides={self.sides}{strength})"


def _forge(images: Tensor, landmarks: Tensor, recipe: RecipeBatch) -> SelfBlendBatch:
    count, size = images.size(0), (images.size(-2), images.size(-1))
    pictures, faces = images.flatten(0, -4), landmarks.flatten(0, -3)
    usable = usable_landmarks(faces, size)
    faces = replace_unusable(faces, usable, size)
    made = _forge_all(pictures, faces, recipe.repeat(len(pictures) // count))
    # A clip is forged whole or not at all.
    valid = (usable & (made[2].flatten(1).amax(1) > 0)).view(count, -1).all(1)
    masks = made[2].view(*images.shape[:-3], 1, *size)
    forged, target = made[0].view_as(images), made[1].view_as(images)
    if not bool(valid.all()):
        left = (~valid).nonzero().flatten()
        forged[left], target[left], masks[left] = images[left], images[left], 0
    return SelfBlendBatch(forged, target, masks, valid, recipe.to(images.device))


def _forge_all(
    pictures: Tensor, landmarks: Tensor, recipe: RecipeBatch
) -> tuple[Tensor, Tensor, Tensor]:
    """Forge pictures kind by kind; return forgeries, targets and masks."""
    size, device = (pictures.size(-2), pictures.size(-1)), pictures.device
    order = torch.tensor(kind_order(recipe))
    recipe = recipe[order]
    there, rows = recipe.to(device), order.to(device)
    landmarks = landmarks[rows]
    plan = MaskPlan.of(landmarks, there, bool(recipe.removed.any()))
    made = (
        torch.empty_like(pictures),
        torch.empty_like(pictures),
        pictures.new_empty(len(pictures), *size, dtype=torch.uint8),
    )
    is_cpu = device.type == "cpu"
    most = max(1, _CPU_PIXELS // (size[0] * size[1])) if is_cpu else len(pictures)
    for kind in recipe_kinds(recipe, most):
        part = kind.part
        masks = draw_masks(plan.rows(part), size)
        given = pictures.index_select(0, rows[part])
        forged, target = blend_faces(given, masks, landmarks[part], there[part], kind)
        for whole, some in zip(made, (forged, target, masks.short()), strict=True):
            _put(some, whole, rows[part])
    return made


def _put(some: Tensor, whole: Tensor, rows: Tensor) -> None:
    """Copy pictures to rows of a larger batch."""
    if whole.device.type != "cpu":
        whole.index_copy_(0, rows, some)
        return
    # There one copy a picture takes a tenth of the time.
    for row, one in zip(rows.tolist(), some, strict=True):
        whole[row] = one
