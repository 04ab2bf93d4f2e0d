"""A masked autoencoder of faces, which hides a part of each."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Generator, Tensor

from graphforensics.models.masked_autoencoder import SIZES, AutoencoderSize, MaskedAutoencoder
from graphforensics.nn.argument_checks import called_here, check_shape
from graphforensics.nn.facial_part_mask import FacialPartMask, PartMaskStrategy
from graphforensics.nn.precision import widened
from graphforensics.regions.facial_parts import Partition, facial_parts
from graphforensics.regions.mean_face import mean_face


class Reconstruction(NamedTuple):
    """What :meth:`FacialMaskedAutoencoder.reconstruct` returns.

    Shapes:
        ``masked [B, 3, size, size]``: the faces, 0 where hidden. ``restored``: the same with the
        hidden patches drawn. ``mask [B, P]`` (bool): which patches those are.
    """

    masked: Tensor
    restored: Tensor
    mask: Tensor


class FacialMaskedAutoencoder(MaskedAutoencoder):
    r"""A masked autoencoder that learns which facial parts belong together.

    Of each face one part is chosen and a share of its patches hidden
    (:class:`~graphforensics.nn.FacialPartMask`). Section 3.1 of "DeepfakeMAE: Facial Part
    Consistency Aware Masked Autoencoder for Deepfake Video Detection" (arXiv 2303.01740).

    Args:
        shape: Widths and depths. Default: base.
        size: Side of the crop in pixels. Default: 224.
        patch: Side of a patch in pixels. Default: 16.
        normalize_targets: As in :class:`MaskedAutoencoder`. Default: False.
        ratio: Share of the chosen part's patches to hide. Default: 0.5.
        strategy: As in :class:`~graphforensics.nn.FacialPartMask`. Default: ``"random_part"``.
        partition: As in :func:`~graphforensics.regions.facial_parts`. Default: ``"algorithm1"``.
        margin: Side of the crop over the side of the face's box. Default: 1.3.

    Shapes:
        ``images [B, 3, size, size]``, normalised; ``landmarks [B, 68, 2]`` in pixels.

    Raises:
        ValueError: A word is unknown, a number is out of its range, or a shape does not fit.

    Example:
        >>> autoencoder = FacialMaskedAutoencoder(AutoencoderSize(16, 1, 2, 8, 1, 2), size=64)
        >>> autoencoder.reconstruction_loss(torch.rand(2, 3, 64, 64)).shape
        torch.Size([])
        >>> autoencoder.reconstruct(torch.rand(2, 3, 64, 64), "lips").restored.shape
        torch.Size([2, 3, 64, 64])
    """

    mean_landmarks: Tensor

    def __init__(
        self,
        shape: AutoencoderSize = SIZES["base"],
        size: int = 224,
        patch: int = 16,
        normalize_targets: bool = False,
        ratio: float = 0.5,
        strategy: PartMaskStrategy = "random_part",
        partition: Partition = "algorithm1",
        margin: float = 1.3,
    ) -> None:
        super().__init__(shape, size, patch, normalize_targets)
        self.mask = FacialPartMask(ratio, strategy)
        self.partition: Partition = partition
        self.register_buffer("mean_landmarks", mean_face(size, margin), persistent=False)

    def parts(self, images: Tensor, landmarks: Tensor | None = None) -> Tensor:
        """Say which patches belong to each facial part, ``[B, 3, P]``.

        Args:
            images: Faces.
            landmarks: Theirs. Faces whose landmarks are not finite, and all of them by default,
                are cut as an average upright face is (:func:`~.regions.mean_face.mean_face`).
        """
        mean = self.mean_landmarks.expand(len(images), -1, -1)
        if landmarks is not None:
            check_shape("landmarks", landmarks, tuple(mean.shape))
            known = torch.isfinite(landmarks).flatten(1).all(1)
            mean = torch.where(known.view(-1, 1, 1), landmarks.to(mean), mean)
        return facial_parts(mean, self.encoder.size, self.grid, self.partition)

    def reconstruction_loss(
        self, images: Tensor, landmarks: Tensor | None = None, generator: Generator | None = None
    ) -> Tensor:
        """Hide some of a part of each face and return the mean error of what is hidden.

        Args:
            images: Faces.
            landmarks: As in :meth:`parts`.
            generator: Source of randomness. Default: the global one.
        """
        hidden = self.mask(self.parts(images, landmarks), generator).mask
        return self.loss(images, hidden)

    @torch.no_grad()
    def reconstruct(
        self,
        images: Tensor,
        part: PartMaskStrategy = "random_part",
        landmarks: Tensor | None = None,
        ratio: float | None = None,
        generator: Generator | None = None,
    ) -> Reconstruction:
        """Hide some of a part and restore it, for pictures as in the paper's figure 1.

        Args:
            images: Faces.
            part: ``"eyes"``, ``"cheeks_and_nose"``, ``"lips"``, ``"random_part"`` or
                ``"random_patches"``.
            landmarks: As in :meth:`parts`.
            ratio: Share to hide. Default: the one that it learns with.
            generator: Source of randomness. Default: the global one.
        """
        with called_here(strategy="part"):
            hide = FacialPartMask(self.mask.ratio if ratio is None else ratio, part)
        mask = hide(self.parts(images, landmarks), generator).mask
        masked = torch.where(self.pixel_mask(mask), 0, widened(images))
        return Reconstruction(masked, self.restore(images, mask), mask)

    @torch.no_grad()
    def draw_by_parts(self, images: Tensor, landmarks: Tensor | None = None) -> Tensor:
        """Return faces put together of parts, each restored from the other two.

        Patches of no part stay as they are.

        Args:
            images: Faces.
            landmarks: As in :meth:`parts`.
        """
        picture = widened(images)
        for part in self.parts(images, landmarks).unbind(1):
            picture = torch.where(self.pixel_mask(part), self.draw(images, part), picture)
        return picture
