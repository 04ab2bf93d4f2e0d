"""What every metric asks of its labels and scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Labels = NDArray[np.int64]
Scores = NDArray[np.float64]


def checked(labels: ArrayLike, scores: ArrayLike) -> tuple[Labels, Scores]:
    """Return ``labels`` as int64 and ``scores`` as float64, or say what is wrong.

    Raises:
        ValueError: They are not two vectors of one length, a label is neither 0 nor 1,
            or a score is not finite.
    """
    marks = np.asarray(labels, dtype=np.float64)
    values = np.asarray(scores, dtype=np.float64)
    for name, array in (("labels", marks), ("scores", values)):
        if array.ndim != 1:
            raise ValueError(f"'{name}' must have one axis (got shape {array.shape})")
    if len(marks) != len(values):
        raise ValueError(f"'labels' has {len(marks)} entries, 'scores' has {len(values)}")
    wrong = marks[(marks != 0) & (marks != 1)]
    if wrong.size:
        raise ValueError(f"'labels' must be 0 (real) or 1 (fake) (got {wrong[0]:g})")
    if not np.isfinite(values).all():
        first = int(np.flatnonzero(~np.isfinite(values))[0])
        raise ValueError(f"'scores' must be finite (got {values[first]} at position {first})")
    return marks.astype(np.int64), values


def has_both_classes(labels: Labels) -> bool:
    """Say whether a figure that compares the two classes is defined at all."""
    return 0 < int(labels.sum()) < len(labels)
