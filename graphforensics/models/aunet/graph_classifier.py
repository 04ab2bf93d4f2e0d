"""AUNet's verdict from its graphs, in the form that graph libraries take."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn
from torch_geometric.nn import MessagePassing

from graphforensics.models.aunet.output import averaged_logit
from graphforensics.models.fast_inference import evaluating
from graphforensics.models.whole_graphs import check_whole_graphs
from graphforensics.nn.art_encoder import ARTEncoder
from graphforensics.nn.edge_sum import check_edges
from graphforensics.nn.precision import widened

if TYPE_CHECKING:
    from graphforensics.models.aunet.model import AUNet


class AUNetGraphClassifier(MessagePassing):  # type: ignore[misc]  # MessagePassing is untyped upstream
    r"""Probability of fake from the graphs of :meth:`AUNet.graph` and the maps of their faces.

    .. math::
        W_i = \sum_{j \in \mathcal{N}(i)} a_{ij} \Big/ \sum_i \sum_{j \in \mathcal{N}(i)} a_{ij},
        \qquad \mathbf{F}_{out} = \mathrm{Conv} \big( \max_i \{ W_i \mathbf{M}_i \} \odot \mathbf{F}
        + \mathbf{F}_A \big)

    Eqs. 3 to 5 and 7 of "AUNet: Learning Relations Between Action Units for Face Forgery
    Detection" (CVPR 2023) in the last encoder, over a list of edges, and what is read from its
    result. **The graph is not all that the verdict is read from.** Its relations decide how much
    each action unit's region is enhanced in the map F, and through the map what the patch tokens
    say, which is half of the probability. The map itself, the AU-agnostic branch, the class token
    and the encoders before are of the image and are held fixed; that is why it takes the images.
    The parameters are the detector's own. Without edges' weights the relations are computed from
    the nodes (eq. 3). Relations that add up to 0 (all edges cut) leave all units alike.

    A detector without the AU-specific branch has graphs of places without edges: these are read as
    patch tokens.

    Args:
        model: The detector.
        features: What its last encoder is given, F; None without the AU-specific branch.
        maps: Where that sees the action units, M; None likewise.
        patches: The AU-agnostic branch's map, F_A; None without that branch.
        class_logit: What the class token says; None where there is none.
        patch_logits: What the patch tokens say where they are the Transformer block's own, which
            no relation of the last encoder reaches; None otherwise.

    Shapes:
        ``features [B, C, h, w]``, ``maps [B, 15, h, w]``, ``patches [B, C, h, w]``, ``class_logit
        [B]``; ``patch_logits [B, h * w]``; ``x [B * N, C]``, ``edge_index [2, E]``, ``edge_weight
        [E]``, ``batch [B * N]``, output ``[B]``.

    Raises:
        ValueError: A shape does not fit.

    Example:
        >>> from graphforensics.models import AUNet
        >>> aunet = AUNet(encoder="resnet10t", size=64).eval()
        >>> images = torch.rand(1, 3, 64, 64)
        >>> graph = aunet.graph(images)
        >>> read = aunet.graph_classifier(images)
        >>> again = read(graph.x, graph.edge_index, graph.edge_weight)
        >>> torch.allclose(again, aunet(images).probability, atol=1e-5)
        True
    """

    def __init__(
        self,
        model: AUNet,
        features: Tensor | None,
        maps: Tensor | None,
        patches: Tensor | None,
        class_logit: Tensor | None,
        patch_logits: Tensor | None = None,
    ) -> None:
        super().__init__(aggr="sum", node_dim=0)
        self.read_face = model.read_face
        self.read_patch = model.read_patch
        self.join = _last(model).join if len(model.relate) else nn.Identity()
        self.features, self.maps = features, maps
        self.patches, self.class_logit = patches, class_logit
        self.patch_logits = patch_logits

    @classmethod
    def of(cls, model: AUNet, inputs: Tensor) -> AUNetGraphClassifier:
        """Return the classifier of the graphs of some images, as evaluation sees them.

        Args:
            model: The detector.
            inputs: The images.
        """
        model.check_inputs(inputs)
        with evaluating(model), torch.no_grad():
            if not len(model.relate):
                return cls(model, None, None, None, None)
            seen = model.encode(inputs)
            token = seen[-1].class_token
            class_logit = None if token is None else widened(model.read_face(token)).squeeze(1)
            units = seen[-1].action_units
            if units is None:
                return cls(model, None, None, None, class_logit)
            last = _last(model)
            before = seen[-2] if len(seen) > 1 else None
            features = model.neck(model.encoder(inputs)[-1]) if before is None else before.features
            patches = None
            if last.agnostic is not None:
                given = None if before is None else before.class_token
                patches = last.agnostic(features, given).features
            said = None
            if model.patch_tokens == "block" and model.read_patch is not None:
                said = widened(model.read_patch(seen[-1].patch_tokens)).squeeze(2)
            return cls(model, features, units.maps, patches, class_logit, said)

    def forward(
        self,
        x: Tensor,
        edge_index: Tensor,
        edge_weight: Tensor | None = None,
        batch: Tensor | None = None,
    ) -> Tensor:
        """Return the probability of fake of each graph; ``batch`` is needed for places alone."""
        check_edges(x, edge_index, edge_weight)
        if self.maps is None or self.features is None:
            return self._read_places(x, batch)
        faces, nodes = self.maps.shape[:2]
        if x.size(0) != faces * nodes:
            raise ValueError(f"'x' must be [{faces} * {nodes}, C] (got {list(x.shape)})")
        check_whole_graphs(batch, x.size(0), nodes)
        source, target = edge_index.unbind()
        if edge_weight is None:
            edge_weight = (widened(x[target]) * widened(x[source])).sum(1)
        size = (x.size(0), x.size(0))
        # Attention explainers look for a coefficient of this name.
        received = self.propagate(edge_index, alpha=edge_weight, size=size).view(faces, nodes)
        total = received.sum(1, keepdim=True)
        nothing = total == 0
        share = torch.where(nothing, 1 / nodes, received / torch.where(nothing, 1, total))
        important = (share[..., None, None] * self.maps).amax(1, keepdim=True)
        enhanced = important.to(self.features.dtype) * self.features
        joined = enhanced if self.patches is None else enhanced + self.patches
        return self._verdict(self.join(joined))

    def message(self, alpha: Tensor) -> Tensor:
        """Return the relation as it is."""
        return alpha.unsqueeze(1)

    def _read_places(self, x: Tensor, batch: Tensor | None) -> Tensor:
        faces = 1 if batch is None else int(batch.max()) + 1
        check_whole_graphs(batch, x.size(0), x.size(0) // faces)
        return self._verdict(torch.unflatten(x, 0, (faces, -1)).transpose(1, 2).unsqueeze(3))

    def _verdict(self, features: Tensor) -> Tensor:
        class_logit = self.class_logit
        if class_logit is None:
            class_logit = self.read_face(features.mean((2, 3))).squeeze(1)
        if self.read_patch is None:
            return class_logit.sigmoid()
        if self.patch_logits is not None:
            # Along a way that explainers can follow back, and find nothing.
            idle = 0 * features.mean((1, 2, 3))
            return (averaged_logit(class_logit, self.patch_logits) + idle).sigmoid()
        patches = self.read_patch(features.flatten(2).transpose(1, 2)).squeeze(2)
        return averaged_logit(class_logit, patches).sigmoid()

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def _last(model: AUNet) -> ARTEncoder:
    return cast(ARTEncoder, model.relate[-1])
