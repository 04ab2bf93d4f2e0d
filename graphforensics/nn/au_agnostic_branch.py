"""Relations between all patches of a feature map, whatever they show."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from graphforensics.nn.argument_checks import check_positive, check_shape
from graphforensics.nn.post_norm_block import PostNormBlock


class PatchTokens(NamedTuple):
    """What :class:`AUAgnosticBranch` returns.

    Shapes:
        ``features [B, C, H, W]``: the map of the patch tokens. ``class_token [B, C']``.
        ``patch_tokens [B, H * W, C']``, raster order.
    """

    features: Tensor
    class_token: Tensor
    patch_tokens: Tensor


class AUAgnosticBranch(nn.Module):
    r"""Relate all places of a feature map with a Transformer block.

    .. math::
        [\mathbf{x}_c^o; \mathbf{x}_p^o] = \mathrm{Block}([\mathbf{x}_c; \mathrm{Conv}_{1 \times 1}
        (\mathbf{F})]), \qquad \mathbf{F}_A = \mathrm{Conv}_{1 \times 1}(\mathbf{x}_p^o)

    The AU-agnostic branch of "AUNet: Learning Relations Between Action Units for Face Forgery
    Detection" (CVPR 2023), with the block of eq. 6. There is no position embedding, as in the
    paper: the map's convolutions know where they are.

    Args:
        channels: Channels C of the features.
        hidden_channels: Channels C' of the tokens. Default: 256.
        heads: Attention heads. Default: 8.
        learn_class_token: Start from a class token of its own. Default: True; with False each
            call gives one, usually that of the branch before.

    Shapes:
        ``features [B, C, H, W]``, ``class_token [B, C']``; the output is :class:`PatchTokens`.

    Raises:
        ValueError: A number is not positive, the heads do not divide the channels, a shape is
            another, or the class token is missing.

    Example:
        >>> branch = AUAgnosticBranch(8, hidden_channels=16, heads=4)
        >>> output = branch(torch.rand(2, 8, 3, 3))
        >>> output.features.shape, output.patch_tokens.shape
        (torch.Size([2, 8, 3, 3]), torch.Size([2, 9, 16]))
    """

    def __init__(
        self,
        channels: int,
        hidden_channels: int = 256,
        heads: int = 8,
        learn_class_token: bool = True,
    ) -> None:
        super().__init__()
        check_positive(channels=channels, hidden_channels=hidden_channels, heads=heads)
        self.channels = channels
        self.hidden_channels = hidden_channels
        self.heads = heads
        self.reduce = nn.Conv2d(channels, hidden_channels, 1)
        self.block = PostNormBlock(hidden_channels, heads)
        self.restore = nn.Conv2d(hidden_channels, channels, 1)
        own = nn.Parameter(torch.empty(hidden_channels)) if learn_class_token else None
        self.class_token: nn.Parameter | None
        self.register_parameter("class_token", own)
        self._draw_class_token()

    def reset_parameters(self) -> None:
        """Draw the convolutions, the block and the class token anew."""
        self.reduce.reset_parameters()
        self.block.reset_parameters()
        self.restore.reset_parameters()
        self._draw_class_token()

    def forward(self, features: Tensor, class_token: Tensor | None = None) -> PatchTokens:
        """Return the map, the class token and the patch tokens.

        Args:
            features: The feature map.
            class_token: Takes the place of the branch's own. Default: the own.
        """
        check_shape("features", features, ("B", self.channels, "H", "W"))
        first = self._class_token(features.size(0), class_token)
        patches = self.reduce(features).flatten(2).transpose(1, 2)
        tokens = self.block(torch.cat([first.unsqueeze(1), patches], dim=1))
        plane = torch.unflatten(tokens[:, 1:].transpose(1, 2), 2, features.shape[-2:])
        return PatchTokens(self.restore(plane), tokens[:, 0], tokens[:, 1:])

    def _class_token(self, faces: int, given: Tensor | None) -> Tensor:
        if given is not None:
            check_shape("class_token", given, (faces, self.hidden_channels))
            return given
        if self.class_token is None:
            raise ValueError("'class_token' must be given where a branch has none (got None)")
        return self.class_token.expand(faces, -1)

    def _draw_class_token(self) -> None:
        if self.class_token is not None:
            nn.init.trunc_normal_(self.class_token, std=0.02)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.channels}, hidden_channels={self.hidden_channels}, "
            f"heads={self.heads})"
        )
