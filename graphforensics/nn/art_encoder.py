"""Relations between action units joined with relations between patches."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from graphforensics.nn.au_agnostic_branch import AUAgnosticBranch
from graphforensics.nn.au_relation_attention import AURelationAttention, AURelations
from graphforensics.nn.separable_conv import Convolution, SeparableConv2d, conv3x3


class ARTFeatures(NamedTuple):
    """What :class:`ARTEncoder` returns.

    Shapes:
        ``features [B, C, H, W]``, ``class_token [B, C']``, ``patch_tokens [B, H * W, C']`` and
        ``action_units``, the :class:`~graphforensics.nn.AURelations` of the AU-specific branch;
        None of what belongs to a branch that was left out.
    """

    features: Tensor
    class_token: Tensor | None
    patch_tokens: Tensor | None
    action_units: AURelations | None


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
        specific: Have the AU-specific branch. Default: True.
        agnostic: Have the AU-agnostic branch. Default: True.
        convolution: What the 3 x 3 convolutions are: ``"full"``, or ``"separable"``, which takes a
            ninth of the multiplications. Default: ``"full"``.

    Shapes:
        ``features [B, C, H, W]``, ``class_token [B, C']``; the output is :class:`ARTFeatures`.

    Raises:
        ValueError: A number is not positive, the heads do not divide the channels, both branches
            are left out, a shape is another, or the class token is missing.

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
        specific: bool = True,
        agnostic: bool = True,
        convolution: Convolution = "full",
    ) -> None:
        super().__init__()
        if not (specific or agnostic):
            raise ValueError("'specific' or 'agnostic' must be True (got False and False)")
        self.channels = channels
        self.num_aus = num_aus
        self.specific: AURelationAttention | None = None
        self.agnostic: AUAgnosticBranch | None = None
        if specific:
            self.specific = AURelationAttention(channels, num_aus, convolution=convolution)
        if agnostic:
            self.agnostic = AUAgnosticBranch(channels, hidden_channels, heads, learn_class_token)
        self.join = nn.Sequential(
            conv3x3(channels, channels, convolution),
            nn.ReLU(),
            conv3x3(channels, channels, convolution),
            nn.ReLU(),
        )

    def reset_parameters(self) -> None:
        """Draw both branches and the convolutions anew."""
        for branch in (self.specific, self.agnostic):
            if branch is not None:
                branch.reset_parameters()
        for layer in self.join:
            if isinstance(layer, nn.Conv2d | SeparableConv2d):
                layer.reset_parameters()

    def forward(self, features: Tensor, class_token: Tensor | None = None) -> ARTFeatures:
        """Return the joined features, the tokens and the action units' relations.

        Args:
            features: The feature map.
            class_token: Takes the place of the encoder's own. Default: the own.
        """
        related = None if self.specific is None else self.specific(features)
        patches = None if self.agnostic is None else self.agnostic(features, class_token)
        joined = self.join(_sum([one.features for one in (related, patches) if one is not None]))
        if patches is None:
            return ARTFeatures(joined, None, None, related)
        return ARTFeatures(joined, patches.class_token, patches.patch_tokens, related)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.channels}, num_aus={self.num_aus})"


def _sum(maps: list[Tensor]) -> Tensor:
    return maps[0] if len(maps) == 1 else maps[0] + maps[1]
