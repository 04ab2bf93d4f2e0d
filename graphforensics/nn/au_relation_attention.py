"""Action units as a graph, and the face with its most related action units enhanced."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch_geometric.data import Batch

from graphforensics.data.face_graph import FaceGraph
from graphforensics.nn.argument_checks import check_positive, check_shape
from graphforensics.nn.attention_centre import attention_centre
from graphforensics.nn.precision import widened
from graphforensics.nn.relation_importance import dense_relation_importance
from graphforensics.nn.separable_conv import Convolution, SeparableConv2d, conv3x3


class AURelations(NamedTuple):
    """What :class:`AURelationAttention` returns.

    Shapes:
        ``features [B, C, H, W]``: the enhanced map. ``maps [B, K, H, W]`` in [0, 1]: where each
        action unit lies. ``embeddings [B, K, C]``: what it looks like, not negative.
        ``relations [B, K, K]``: how every two go together, at least float32, because their
        range leaves half precision. ``importance [B, K]``: each one's share of all relations.
    """

    features: Tensor
    maps: Tensor
    embeddings: Tensor
    relations: Tensor
    importance: Tensor


class AURelationAttention(nn.Module):
    r"""Find the action units, relate them, and enhance those that relate most.

    .. math::
        \mathbf{E}_i &= \mathrm{GAP}(\mathrm{ReLU}(\mathrm{Conv}
        (\mathbf{F} \odot \mathbf{M}_i + \mathbf{F}))), \qquad
        a_{ij} = \langle \mathbf{E}_i, \mathbf{E}_j \rangle \\
        W_i &= \sum_j a_{ij} \Big/ \sum_i \sum_j a_{ij}, \qquad
        \mathbf{F}_S = \max_i \{ W_i \, \mathbf{M}_i \} \odot \mathbf{F}

    The AU-specific branch, eqs. 1 to 5 of "AUNet: Learning Relations Between Action Units for
    Face Forgery Detection" (CVPR 2023). The maps M come from two 3 x 3 convolutions with ReLU,
    a 1 x 1 convolution and a sigmoid, and start at 0.05;
    :func:`~graphforensics.nn.loss.au_attention_loss` supervises them. One 3 x 3 convolution serves
    all embeddings; as all of them see the same F, what does not depend on the map is computed once.

    Args:
        channels: Channels C of the features.
        num_aus: Number of action units K. Default: 15.
        hidden_channels: Channels of the convolutions that find the maps. Default: ``channels``.
        convolution: What the 3 x 3 convolutions are: ``"full"``, or ``"separable"``, which takes a
            ninth of the multiplications. Default: ``"full"``.

    Shapes:
        ``features [B, C, H, W]``; the output is :class:`AURelations`.

    Raises:
        ValueError: A number is not positive, a word is unknown, or the features have another shape.

    Example:
        >>> relate = AURelationAttention(8, num_aus=15)
        >>> output = relate(torch.rand(2, 8, 14, 14))
        >>> output.features.shape, output.relations.shape
        (torch.Size([2, 8, 14, 14]), torch.Size([2, 15, 15]))
        >>> relate.graph(torch.rand(2, 8, 14, 14)).num_nodes
        30
    """

    def __init__(
        self,
        channels: int,
        num_aus: int = 15,
        hidden_channels: int | None = None,
        convolution: Convolution = "full",
    ) -> None:
        super().__init__()
        hidden = channels if hidden_channels is None else hidden_channels
        check_positive(channels=channels, num_aus=num_aus, hidden_channels=hidden)
        self.channels = channels
        self.num_aus = num_aus
        self.locate = nn.Sequential(
            conv3x3(channels, hidden, convolution),
            nn.ReLU(),
            conv3x3(hidden, hidden, convolution),
            nn.ReLU(),
            nn.Conv2d(hidden, num_aus, 1),
            nn.Sigmoid(),
        )
        self.embed = conv3x3(channels, channels, convolution)
        self._start_small()

    def reset_parameters(self) -> None:
        """Draw all convolutions anew."""
        for layer in [*self.locate, self.embed]:
            if isinstance(layer, nn.Conv2d | SeparableConv2d):
                layer.reset_parameters()
        self._start_small()

    def forward(self, features: Tensor) -> AURelations:
        """Return the enhanced features and the relations behind them."""
        check_shape("features", features, ("B", self.channels, "H", "W"))
        maps = self.locate(features)
        embeddings = self._embeddings(features, maps)
        # Autocast would narrow the product again.
        with torch.autocast(features.device.type, enabled=False):
            wide = widened(embeddings)
            relations = wide @ wide.transpose(1, 2)
        importance = dense_relation_importance(relations).to(features.dtype)
        important = (importance[:, :, None, None] * maps).amax(1, keepdim=True)
        return AURelations(important * features, maps, embeddings, relations, importance)

    def graph(self, features: Tensor | AURelations, y: Tensor | None = None) -> Batch:
        """Return one graph a face: nodes are action units, edge weights their relations.

        Args:
            features: Features ``[B, C, H, W]``, or what :meth:`forward` made of them.
            y: Labels ``[B]``. Default: none.
        """
        found = features if isinstance(features, AURelations) else self(features)
        pos = attention_centre(found.maps)
        if y is not None:
            check_shape("y", y, (pos.size(0),))
        return Batch.from_data_list(
            [
                FaceGraph.from_dense(
                    found.embeddings[face],
                    found.relations[face],
                    pos=pos[face],
                    y=None if y is None else y[face],
                    kind="au",
                    attention=found.maps[face],
                )
                for face in range(pos.size(0))
            ]
        )

    def _start_small(self) -> None:
        # An action unit covers about a twentieth of a face, sigmoid(-3). From one half all maps are
        # driven to zero together, where the sigmoid no longer learns.
        last = self.locate[-2]
        if isinstance(last, nn.Conv2d) and last.bias is not None:
            nn.init.constant_(last.bias, -3.0)

    def _embeddings(self, features: Tensor, maps: Tensor) -> Tensor:
        if isinstance(self.embed, SeparableConv2d):
            # The channels are mixed before the map is weighed: once for all maps.
            mixed = self.embed.pointwise(features).unsqueeze(1) * (1 + maps).unsqueeze(2)
            convolved = self.embed.depthwise(mixed.flatten(0, 1)).relu().mean((2, 3))
            return torch.unflatten(convolved, 0, (-1, self.num_aus))
        # Conv(F * M + F) at p is the sum over the kernel's nine places o of (W_o F)(p + o) times
        # (1 + M)(p + o). The first factor does not depend on the map.
        taps = self.embed.weight.permute(2, 3, 0, 1).flatten(0, 2)[..., None, None]
        products = torch.unflatten(functional.conv2d(features, taps), 1, (9, -1))
        weighed = torch.einsum(
            "bocp,bokp->bpkc",
            _shifted(products),
            _shifted((1 + maps).unsqueeze(1).expand(-1, 9, -1, -1, -1)),
        )
        bias = self.embed.bias
        return (weighed if bias is None else weighed + bias).relu().mean(1)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.channels}, num_aus={self.num_aus})"


def _shifted(planes: Tensor) -> Tensor:
    """Move plane o of ``[B, 9, C, H, W]`` by the kernel's place o; output ``[B, 9, C, H * W]``."""
    height, width = planes.shape[-2:]
    padded = functional.pad(planes, (1, 1, 1, 1))
    moved = [
        padded[:, place, :, place // 3 : place // 3 + height, place % 3 : place % 3 + width]
        for place in range(9)
    ]
    return torch.stack(moved, dim=1).flatten(3)
