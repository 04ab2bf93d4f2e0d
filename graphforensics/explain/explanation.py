"""What led to a verdict: pixels, regions, relations and time, each with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from graphforensics.explain.faithfulness_table import FaithfulnessTable
from graphforensics.visualization.draw_explanation import draw_explanation


@dataclass(frozen=True)
class Explanation:
    """An attribution of one sample's verdict; positive is what speaks for "fake".

    Args:
        detector: Name of the detector.
        method: One of :data:`~graphforensics.explain.METHODS`.
        logit: The verdict before the sigmoid, positive is fake.
        probability: Probability of fake, calibrated where the detector is.
        pixels: Heat of every pixel. It has the shape of a sample without the axis of colours.
        nodes: What each region adds to the logit.
        edges: What each relation adds to the logit.
        time: What each snippet, or each frame, adds to the logit.
        places: Where each node lies in the crop; the sum of a place is 1, or 0 for a node that
            looks at nothing.
        pos: Centre of each node, x then y, from 0 to 1.
        edge_index: Source and target of each relation.
        names: Name of each node.
        missing: Why ``pixels``, ``nodes``, ``edges`` or ``time`` are None.

    Shapes:
        ``pixels [H, W]``, ``[F, H, W]`` or ``[T, D, H, W]``; ``nodes [N]``; ``edges [E]``; ``time
        [T]`` or ``[F]``; ``places [N, h, w]`` or ``[N, T, h, w]``; ``pos [N, 2]``; ``edge_index
        [2, E]``.
    """

    detector: str
    method: str
    logit: float
    probability: float
    pixels: Tensor | None = None
    nodes: Tensor | None = None
    edges: Tensor | None = None
    time: Tensor | None = None
    places: Tensor | None = None
    pos: Tensor | None = None
    edge_index: Tensor | None = None
    names: tuple[str, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)

    def still(self) -> Tensor | None:
        """Return the heat averaged over all frames, ``[H, W]``, or None without pixels."""
        if self.pixels is None:
            return None
        return self.pixels.reshape(-1, *self.pixels.shape[-2:]).mean(0)

    def draw(
        self,
        face: NDArray[np.uint8],
        table: FaithfulnessTable | None = None,
        unproven: bool = False,
        relations: int = 12,
    ) -> Figure:
        """Draw face, heat, regions with their relations, and time, with scales and the score.

        Args:
            face: The crop that was judged, RGB ``[H, W, 3]``; of a clip the frame to draw on.
            table: Which methods were measured to be faithful. Default: the library's own.
            unproven: Show what was measured and did not beat a random and a centred explanation.
            relations: At most so many of the strongest relations are drawn.
        """
        table = FaithfulnessTable.default() if table is None else table
        status = table.status(self.detector, self.method)
        hidden = status == "failed" and not unproven
        still = self.still()

        def shown(values: Tensor | None) -> NDArray[np.float64] | None:
            return None if values is None or hidden else values.detach().cpu().double().numpy()

        notes = dict(self.missing)
        if hidden:
            reason = "not shown: no better than a random or a centred explanation"
            notes |= {part: notes.get(part, reason) for part in ("pixels", "nodes", "time")}
        return draw_explanation(
            face,
            heat=shown(still),
            nodes=shown(self.nodes),
            edges=shown(self.edges),
            time=shown(self.time),
            pos=None if self.pos is None else self.pos.cpu().double().numpy(),
            edge_index=None if self.edge_index is None else self.edge_index.cpu().numpy(),
            notes=notes,
            title=f"{self.detector}, {self.method.replace('_', ' ')}: "
            f"probability of forgery {100 * self.probability:.0f} % (faithfulness: {status})",
            relations=relations,
        )
