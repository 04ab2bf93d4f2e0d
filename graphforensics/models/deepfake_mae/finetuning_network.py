"""The branch of DeepfakeMAE that reads whole frames with the encoder."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from graphforensics.models.masked_autoencoder import PatchEncoder


class FinetuningNetwork(nn.Module):
    r"""The autoencoder's encoder, all patches showing, and a linear classifier.

    .. math:: y^a = \mathbf{w}^\top \Big( \frac{1}{F P} \sum_{f=1}^{F} \sum_{p=1}^{P}
        \mathbf{z}_{f, p} \Big) + b

    :math:`\mathbf{z}` being the last layer's tokens of P patches in F frames; the class token, of
    which the autoencoder asks nothing, is left out. Section 3.2.1 of "DeepfakeMAE" (arXiv
    2303.01740).

    Args:
        encoder: The encoder; it becomes part of this branch and is trained with it.

    Shapes:
        ``frames [B, F, 3, size, size]``, output ``[B]``.

    Example:
        >>> branch = FinetuningNetwork(PatchEncoder(16, blocks=1, heads=2, size=8, patch=4))
        >>> branch(torch.rand(2, 5, 3, 8, 8)).shape
        torch.Size([2])
    """

    def __init__(self, encoder: PatchEncoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.maps = TokenMaps(encoder.grid)
        self.classifier = nn.Linear(encoder.channels, 1)

    def forward(self, frames: Tensor) -> Tensor:
        """Return a logit for each group of frames."""
        batch, count = frames.shape[:2]
        maps = self.maps(self.encoder(frames.flatten(0, 1)).tokens)
        pooled = maps.mean((2, 3)).view(batch, count, -1).mean(1)
        with torch.autocast(frames.device.type, enabled=False):
            logit: Tensor = self.classifier(pooled.to(self.classifier.weight.dtype))
        return logit.squeeze(1)


class TokenMaps(nn.Module):
    """Tokens of patches as feature maps, for Grad-CAM to look at; the class token is left out.

    Args:
        grid: Patches along each side.

    Shapes:
        ``tokens [B, 1 + grid * grid, C]``, output ``[B, C, grid, grid]``.
    """

    def __init__(self, grid: int) -> None:
        super().__init__()
        self.grid = grid

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the tokens at their places."""
        maps = tokens[:, 1:].transpose(1, 2)
        return maps.reshape(*maps.shape[:2], self.grid, self.grid)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(grid={self.grid})"
