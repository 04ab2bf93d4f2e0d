"""A block of a vision transformer, with the public weights' names."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from graphforensics.nn.argument_checks import check_positive, wrong_argument

# Own code because: timm's Block computes every token of a padded batch; here the linear layers see
# only those that are there (a part's visible patches differ in number). Names and numbers are
# timm's, which a test compares.

#: LayerNorm's epsilon in the public vision transformers.
EPSILON = 1e-6


class VisionBlock(nn.Module):
    r"""Self-attention and a feed-forward network, each on normalised tokens.

    .. math:: \mathbf{x}^{\prime} = \mathbf{x} + \mathrm{MSA}(\mathrm{LN}(\mathbf{x})), \qquad
        \mathbf{x}^{o} = \mathbf{x}^{\prime} + \mathrm{FFN}(\mathrm{LN}(\mathbf{x}^{\prime}))

    Args:
        channels: Channels C of a token.
        heads: Attention heads; they divide ``channels``.

    Shapes:
        ``x [B, L, C]``, ``present [B, L]`` (bool, False where nothing is), output ``[B, L, C]``;
        with ``rows [S]``, the places of the S tokens that are there among the ``B * L``, ``x`` and
        the output are ``[S, C]``, and only attention is computed for what is not there.

    Raises:
        ValueError: A number is not positive, or the heads do not divide the channels.

    Example:
        >>> import torch
        >>> VisionBlock(16, heads=4)(torch.rand(2, 5, 16)).shape
        torch.Size([2, 5, 16])
    """

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        check_positive(channels=channels, heads=heads)
        if channels % heads:
            raise wrong_argument("heads", f"must divide 'channels' = {channels} (got {heads})")
        self.heads = heads
        self.norm1 = nn.LayerNorm(channels, EPSILON)
        self.attn = nn.ModuleDict(
            {"qkv": nn.Linear(channels, 3 * channels), "proj": nn.Linear(channels, channels)}
        )
        self.norm2 = nn.LayerNorm(channels, EPSILON)
        self.mlp = nn.ModuleDict(
            {"fc1": nn.Linear(channels, 4 * channels), "fc2": nn.Linear(4 * channels, channels)}
        )

    def reset_parameters(self) -> None:
        """Draw the linear layers anew as MAE does and reset the normalisations."""
        self.apply(reset_layer)

    def forward(
        self, x: Tensor, present: Tensor | None = None, rows: Tensor | None = None
    ) -> Tensor:
        """Return the tokens after both steps; what is not ``present`` is looked at by none."""
        x = x + self._attend(self.norm1(x), present, rows)
        wide = functional.gelu(self.mlp["fc1"](self.norm2(x)))
        fed: Tensor = x + self.mlp["fc2"](wide)
        return fed

    def _attend(self, x: Tensor, present: Tensor | None, rows: Tensor | None) -> Tensor:
        asked = self.attn["qkv"](x)
        if rows is not None and present is not None:
            padded = asked.new_zeros(present.numel(), asked.size(1)).index_copy(0, rows, asked)
            asked = padded.view(*present.shape, -1)
        split = asked.unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        mask = None if present is None else present[:, None, None]
        seen = functional.scaled_dot_product_attention(split[0], split[1], split[2], mask)
        seen = seen.transpose(1, 2).flatten(2)
        projected: Tensor = self.attn["proj"](
            seen if rows is None else seen.flatten(0, 1).index_select(0, rows)
        )
        return projected

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.norm1.normalized_shape[0]}, heads={self.heads})"


def reset_layer(layer: nn.Module) -> None:
    """Draw a layer's weights as MAE does: Xavier's uniform ones, biases 0.

    Args:
        layer: A linear layer or a normalisation; others stay as they are.
    """
    if isinstance(layer, nn.Linear):
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
    elif isinstance(layer, nn.LayerNorm):
        layer.reset_parameters()
