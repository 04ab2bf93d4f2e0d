"""Relations between action units joined with relations between patches."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from graphforensics.nn.au_agnostic_branch import AUAgnosticBranch
from graphforensics.nn.au_relation_attention import AURelationAttention, AURelations


class ARTFeatures(NamedTuple):
    """What :class:`ARTEncoder` returns.

    Shapes:
        ``features [B, C, H, W]``, ``class_token [B, C']``, ``patch_tokens [B, H * W, C']`` and
        ``action_units``, the :class:`~graphforensics.nn.AURelations` of the AU-specific branch.
    """

    features: Tensor
    class_token: Tensor
    patch_tokens: Tensor
    action_units: AURelations


class ARTEncoder(nn.Module):
    r"""One encoder of the action units relation Transformer: both branches and their sum.

    .. math:: \mathbf{F}_{out} = \mathrm{Conv}(\mathbf{F}_S + \mathbf{F}_A)

    Eq. 7 of "AUNet: Learning Relations Between Action Units for Face Forgery Detection"
    (CVPR 2023): Conv is two 3 x 3 convolutions, each with a ReLU; F_S is that of
    :class:`~graphforensics.nn.AURelationAttention`, F_A that of
    :class:`~graphforensics.nn.AUAgnosticBranch`.

    Args:
        channels: Channels C of the features.
        num_aus: Number of action units K. Default: 15.
        hidden_channels: Channels C' of the tokens. Default: 256.
        heads: Attention heads. Default: 8.
        learn_class_token: Start from a class token of its own. Default: True; with False each
            call gives one, usually that of the encoder before.

    Shapes:
        ``features [B, C, H, W]``, ``class_token [B, C']``; the output is :class:`ARTFeatures`.

    Raises:
        ValueError: A number is not positive, the heads do not divide the channels, a shape is
            another, or the class token is missing.

    Example:
        >>> import torch
        >>> first = ARTEncoder(8, hidden_channels=16, heads=4)
        >>> second = ARTEncoder(8, hidden_channels=16, heads=4, learn_class_token=False)
        >>> output = first(torch.rand(2, 8, 6, 6))
        >>> second(output.features, output.class_token).features.shape
        torch.Size([2, 8, 6, 6])
    """

    def __init__(
        self,
        channels: int,
        num_aus: int = 15,
        hidden_channels: int = 256,
        heads: int = 8,
        learn_class_token: bool = True,
    ) -> None:
        super().__init__()
        self.channels = channels
        self.num_aus = num_aus
        self.specific = AURelationAttention(channels, num_aus)
        self.agnostic = AUAgnosticBranch(channels, hidden_channels, heads, learn_class_token)
        self.join = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.ReLU(),
        )

    def reset_parameters(self) -> None:
        """Draw both branches and the convolutions anew."""
        self.specific.reset_parameters()
        self.agnostic.reset_parameters()
        for layer in self.join:
            if isinstance(layer, nn.Conv2d):
                layer.reset_parameters()

    def forward(self, features: Tensor, class_token: Tensor | None = None) -> ARTFeatures:
        """Return the joined features, the tokens and the action units' relations.

        Args:
            features: The feature map.
            class_token: Takes the place of the encoder's own. Default: the own.
        """
        specific = self.specific(features)
        agnostic = self.agnostic(features, class_token)
        joined = self.join(specific.features + agnostic.features)
        return ARTFeatures(joined, agnostic.class_token, agnostic.patch_tokens, specific)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.channels}, num_aus={self.num_aus})"
