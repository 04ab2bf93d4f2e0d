"""Scores of clips, and what they come to over all videos."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from graphforensics.errors import MissingDataError
from graphforensics.metrics import auc, video_scores
from graphforensics.train.devices.processes import gathered

#: What tells a clip's video from others; empty where a loader does not say.
NAMES = ("dataset", "manipulation", "video", "quality", "identity")


class JudgedClips:
    """Keep the score of every clip of a part, for the figures over all of them.

    Example:
        >>> judged = JudgedClips()
        >>> names = {name: ["", ""] for name in NAMES}
        >>> batch = {**names, "video": ["a", "b"], "label": torch.tensor([0.0, 1.0])}
        >>> judged.add(torch.tensor([-1.0, 2.0]), batch, 0)
        >>> judged.figures()[0]
        1.0
    """

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def add(self, logit: Tensor, batch: Mapping[str, Any], number: int) -> None:
        """Keep a batch's scores.

        Args:
            logit: ``[B]``, positive is fake.
            batch: ``label`` ``[B]`` and the names; a loader that names no video makes each sample
                one of its own.
            number: Of the batch, by which those of several processes are put in order.
        """
        logit, label = logit.cpu().double(), batch["label"].cpu().double()
        entropies = functional.binary_cross_entropy_with_logits(logit, label, reduction="none")
        scores = torch.sigmoid(logit).tolist()
        for place, (score, entropy) in enumerate(zip(scores, entropies.tolist(), strict=True)):
            row = {name: batch[name][place] if name in batch else "" for name in NAMES}
            if "video" not in batch:
                row["video"] = f"{number}/{place}"
            told = {"label": int(label[place]), "score": score, "entropy": entropy}
            self.rows.append({**row, **told, "batch": number})

    def figures(self) -> tuple[float, float]:
        """Return the area under the curve over all videos, and the clips' mean cross-entropy.

        A video's score is the mean of its clips'. Every process must call it.

        Raises:
            MissingDataError: There is no clip.
        """
        # In the order in which one process would have met them.
        rows = [row for part in gathered(self.rows) for row in part]
        rows.sort(key=lambda row: int(row.get("batch", 0)))
        if not rows:
            raise MissingDataError("no clip could be judged: none has usable landmarks")
        videos = video_scores(rows)
        area = auc([video.label for video in videos], [video.score for video in videos])
        return area, math.fsum(row.get("entropy", 0.0) for row in rows) / len(rows)


def names_in(batch: Mapping[str, Any]) -> dict[str, Any]:
    """Return the names that a batch has, and those of its tracks."""
    return {name: list(batch[name]) for name in (*NAMES, "track_id") if name in batch}
