"""Restore the patches of a picture that are hidden from those that show."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from graphforensics.models.masked_autoencoder.patch_decoder import PatchDecoder
from graphforensics.models.masked_autoencoder.patch_encoder import PatchEncoder
from graphforensics.models.masked_autoencoder.patches import from_patches, to_patches
from graphforensics.models.masked_autoencoder.sizes import SIZES, AutoencoderSize
from graphforensics.nn.argument_checks import called_here
from graphforensics.nn.precision import widened


class MaskedAutoencoder(nn.Module):
    r"""A large encoder of the visible patches and a small decoder that draws all of them.

    .. math:: \mathcal{L}_{mse}^{mae} = \frac{1}{\lvert H \rvert} \sum_{p \in H}
        \frac{1}{D} \lVert \hat{\mathbf{x}}_p - \mathbf{x}_p \rVert_2^2

    over the hidden patches H of the whole batch, D numbers each: "Masked Autoencoders Are Scalable
    Vision Learners" (CVPR 2022).

    Args:
        shape: Widths and depths. Default: base.
        size: Side of the pictures in pixels. Default: 224.
        patch: Side of a patch in pixels. Default: 16.
        normalize_targets: Draw each patch with its own mean and spread taken out, an option of
            the public program. Default: False.

    Shapes:
        ``images [B, 3, size, size]``, ``mask [B, P]`` (bool, True where hidden); output
        ``[B, P, patch * patch * 3]``, every patch as the decoder draws it.

    Raises:
        ValueError: The patch does not divide the size, or a number is out of range.

    Example:
        >>> autoencoder = MaskedAutoencoder(AutoencoderSize(16, 1, 2, 8, 1, 2), size=8, patch=4)
        >>> images, mask = torch.rand(2, 3, 8, 8), torch.tensor([[True, False, False, False]] * 2)
        >>> autoencoder(images, mask).shape, autoencoder.restore(images, mask).shape
        (torch.Size([2, 4, 48]), torch.Size([2, 3, 8, 8]))
    """

    def __init__(
        self,
        shape: AutoencoderSize = SIZES["base"],
        size: int = 224,
        patch: int = 16,
        normalize_targets: bool = False,
    ) -> None:
        super().__init__()
        self.encoder = PatchEncoder(shape.channels, shape.blocks, shape.heads, size, patch)
        with called_here(
            channels="decoder_channels", blocks="decoder_blocks", heads="decoder_heads"
        ):
            self.decoder = PatchDecoder(
                shape.channels,
                shape.decoder_channels,
                shape.decoder_blocks,
                shape.decoder_heads,
                self.encoder.grid,
                3 * patch**2,
            )
        self.normalize_targets = normalize_targets

    def reset_parameters(self) -> None:
        """Draw the weights of both parts anew."""
        self.encoder.reset_parameters()
        self.decoder.reset_parameters()

    @property
    def grid(self) -> int:
        """Patches along each side."""
        return self.encoder.grid

    def forward(
        self, images: Tensor, mask: Tensor | None = None, length: int | None = None
    ) -> Tensor:
        """Return every patch as the decoder draws it.

        Args:
            images: Pictures.
            mask: True where a patch is hidden. Default: all show.
            length: As in :func:`~graphforensics.nn.visible_tokens`.
        """
        drawn: Tensor = self.decoder(self.encoder(images, mask, length))
        return drawn

    def targets(self, images: Tensor) -> Tensor:
        """Return the patches that the decoder shall draw, ``[B, P, D]``."""
        patches = widened(to_patches(images, self.encoder.patch))
        if not self.normalize_targets:
            return patches
        mean, spread = _mean_and_spread(patches)
        return (patches - mean) / spread

    def errors(self, images: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the mean squared error of every patch, ``[B, P]``."""
        drawn = self(images, mask)
        return (widened(drawn) - self.targets(images)).square().mean(2)

    def loss(self, images: Tensor, mask: Tensor) -> Tensor:
        """Return the mean error of the hidden patches; 0 where none is.

        Args:
            images: Pictures.
            mask: True where a patch is hidden.
        """
        errors = self.errors(images, mask)
        return torch.where(mask, errors, 0).sum() / mask.sum().clamp(min=1)

    def draw(self, images: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the decoder's picture, in the images' own scale, visible patches included.

        With ``normalize_targets`` each patch gets the mean and the spread that it truly has, as
        the public program shows it.

        Args:
            images: Pictures.
            mask: True where a patch is hidden. Default: all show.
        """
        drawn = widened(self(images, mask))
        if self.normalize_targets:
            mean, spread = _mean_and_spread(widened(to_patches(images, self.encoder.patch)))
            drawn = drawn * spread + mean
        return from_patches(drawn, self.encoder.patch, self.grid)

    def restore(self, images: Tensor, mask: Tensor) -> Tensor:
        """Return the images with their hidden patches drawn and the visible ones as they are.

        Args:
            images: Pictures.
            mask: True where a patch is hidden.
        """
        drawn = self.draw(images, mask)
        return torch.where(self.pixel_mask(mask), drawn, widened(images))

    def pixel_mask(self, mask: Tensor) -> Tensor:
        """Enlarge a mask of patches ``[B, P]`` to pixels ``[B, 1, size, size]``."""
        cells = mask.view(len(mask), 1, self.grid, self.grid)
        patch = self.encoder.patch
        return cells.repeat_interleave(patch, 2).repeat_interleave(patch, 3)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.encoder}, {self.decoder})"


def _mean_and_spread(patches: Tensor) -> tuple[Tensor, Tensor]:
    variance, mean = torch.var_mean(patches, dim=2, keepdim=True)
    return mean, (variance + 1e-6).sqrt()
