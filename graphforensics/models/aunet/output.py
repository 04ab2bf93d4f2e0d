"""What AUNet says about a batch, and the action units that it looked at."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional
from torch_geometric.data import Batch

from graphforensics.data.face_graph import FaceGraph
from graphforensics.models.detector_output import DetectorOutput
from graphforensics.nn.attention_centre import attention_centre
from graphforensics.nn.precision import widened


@dataclass
class AUNetOutput(DetectorOutput):
    """The verdict of :class:`~graphforensics.models.AUNet` and what led to it.

    Args:
        logit: ``[B]``, positive is fake; its sigmoid is the class token's probability averaged with
            the mean of the patch tokens'.
        class_logit: What the class token says, ``[B]``.
        features: The last encoder's map, whose places are the patch tokens unless those are the
            Transformer block's, ``[B, C, h, w]``.
        patch_logits: What each patch token says, ``[B, h, w]``; None without local supervision.
        maps: Where each encoder sees the action units, ``[B, encoders, 15, h, w]``; None without
            the AU-specific branch, like what follows.
        embeddings: What each action unit looks like to the last encoder, ``[B, 15, C]``.
        relations: How every two go together there, ``[B, 15, 15]``.
        importance: Each one's share of all relations, ``[B, 15]``.
    """

    class_logit: Tensor
    features: Tensor
    patch_logits: Tensor | None = None
    maps: Tensor | None = None
    embeddings: Tensor | None = None
    relations: Tensor | None = None
    importance: Tensor | None = None

    @property
    def token_map(self) -> Tensor:
        """Probability that each patch was tampered with, ``[B, h, w]``.

        Raises:
            ValueError: The detector has no patch tokens that say so.
        """
        if self.patch_logits is None:
            raise ValueError("'token_weight' must be positive for patch tokens to judge (got 0)")
        return self.patch_logits.float().sigmoid()

    @property
    def graph(self) -> Batch:
        """One complete :class:`FaceGraph` a face: action units, and how they go together.

        A model without the AU-specific branch gives every place of its map as a node, no edges.
        """
        if self.maps is None or self.embeddings is None or self.relations is None:
            return self._places()
        maps = self.maps[:, -1]
        pos = spot_centre(maps).to(self.embeddings.device)
        return Batch.from_data_list(
            [
                FaceGraph.from_dense(
                    self.embeddings[face],
                    self.relations[face],
                    pos=pos[face],
                    kind="au",
                    attention=maps[face],
                )
                for face in range(maps.size(0))
            ]
        )

    def _places(self) -> Batch:
        height, width = self.features.shape[-2:]
        device = self.features.device
        row = (torch.arange(height, device=device) + 0.5) / height
        column = (torch.arange(width, device=device) + 0.5) / width
        pos = torch.stack([column.repeat(height), row.repeat_interleave(width)], dim=1)
        return Batch.from_data_list(
            [
                FaceGraph(
                    x=x,
                    edge_index=torch.empty(2, 0, dtype=torch.long, device=device),
                    edge_weight=x.new_empty(0),
                    pos=pos,
                    region_id=torch.arange(x.size(0), device=device),
                    kind="patch",
                )
                for x in self.features.flatten(2).transpose(1, 2)
            ]
        )


def averaged_logit(class_logit: Tensor, patch_logits: Tensor) -> Tensor:
    r"""Return the logit of the class token's probability averaged with the mean of the patches'.

    .. math:: p = \tfrac{1}{2} \sigma(c) + \tfrac{1}{2n} \sum_i \sigma(t_i), \qquad
        z = \log p - \log (1 - p)

    Both logarithms are sums of logarithms, so that no logit is too large.

    Args:
        class_logit: What the class token says.
        patch_logits: What the patch tokens say.

    Shapes:
        ``class_logit [B]``, ``patch_logits [B, n]``, output ``[B]``.

    Example:
        >>> averaged_logit(torch.tensor([200.0]), torch.tensor([[200.0, 200.0]])).item()
        200.0
    """
    face, patches = widened(class_logit), widened(patch_logits)
    return _log_of_both(face, patches) - _log_of_both(-face, -patches)


def _log_of_both(face: Tensor, patches: Tensor) -> Tensor:
    mean = torch.logsumexp(functional.logsigmoid(patches), dim=1) - math.log(patches.size(1))
    return torch.logsumexp(torch.stack([functional.logsigmoid(face), mean]), dim=0)


def spot_centre(maps: Tensor) -> Tensor:
    """Return where each map's spot lies, x then y, from 0 to 1.

    This is the centre of mass. A map of two spots, such as the corners of the mouth, has it
    between them, where the map is low: then the centre of the stronger spot counts.

    Args:
        maps: Maps, none of them negative.

    Shapes:
        ``maps [..., h, w]``, output ``[..., 2]``.

    Example:
        >>> spot_centre(torch.tensor([[0.8, 0.0, 0.0, 0.9]])).tolist()
        [0.875, 0.5]
    """
    wide = widened(maps)
    centre = attention_centre(wide)
    height, width = wide.shape[-2:]
    column = (centre[..., 0] * width).long().clamp(0, width - 1)
    row = (centre[..., 1] * height).long().clamp(0, height - 1)
    flat = wide.flatten(-2)
    there = flat.gather(-1, (row * width + column).unsqueeze(-1)).squeeze(-1)
    x = (torch.arange(width, device=maps.device) + 0.5) / width
    left = x < centre[..., :1]
    one, other = wide * left.unsqueeze(-2), wide * ~left.unsqueeze(-2)
    stronger = one.amax((-2, -1)) >= other.amax((-2, -1))
    side = torch.where(stronger[..., None, None], one, other)
    top = side.amax((-2, -1))
    spot = attention_centre(side * (side >= top[..., None, None] / 2))
    return torch.where((there < top / 2).unsqueeze(-1), spot, centre)


# torch.export gives back only such dataclasses as outputs that it was told of.
torch.export.register_dataclass(AUNetOutput)
