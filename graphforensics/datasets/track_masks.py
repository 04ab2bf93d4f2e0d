"""The forged pixels of a face track."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from graphforensics.data.input_spec import InputSpec
from graphforensics.store.columns import REAL
from graphforensics.store.face_track import FaceTrack


def track_masks(track: FaceTrack, rows: Sequence[int], spec: InputSpec) -> Tensor | None:
    """Read which pixels are forged in some rows of a track, cut as the crops are.

    Args:
        track: The track; :attr:`FaceTrack.mask` names the video or image of its forged pixels,
            which are bright.
        rows: Row numbers.
        spec: What the detector takes; its ``size`` and ``margin`` are used.

    Returns:
        ``float32`` ``[n, 1, size, size]``, the forged share of each pixel; zeros for a real face;
        ``None`` for a fake whose mask is not named, not there, too short, or whose crops are
        turned.

    Raises:
        UnreadableMediaError: The mask or the clip is damaged.

    Example:
        >>> from graphforensics.data import FaceStore, InputSpec  # doctest: +SKIP
        >>> track_masks(FaceStore("faces")[0], [0], InputSpec("image", 224))  # doctest: +SKIP
    """
    # The data sets' reader builds on tracks, this is built on the reader.
    from graphforensics.datasets.samples import read_masks, track_places

    if track.label == REAL:
        return torch.zeros(len(rows), 1, spec.size, spec.size)
    mask = find_beside(track.source, track.mask)
    if mask is None or track.crop_boxes.ndim == 3:
        return None
    places = track_places(track, rows, spec)
    return read_masks(mask, places, spec.size, video=find_beside(str(mask), track.source))


def find_beside(known: str, name: str | None) -> Path | None:
    """Find a file that is named relative to a folder that no longer is known.

    Args:
        known: Another file that lies in that folder or below it.
        name: The file, or None; an absolute path is taken as it is.

    Returns:
        The file in the innermost folder of ``known`` that has it, or None.
    """
    if not name:
        return None
    folders = Path(known).absolute().parents
    return next((folder / name for folder in folders if (folder / name).exists()), None)
