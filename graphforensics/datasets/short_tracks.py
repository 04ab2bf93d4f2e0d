"""Tracks that are too short to be judged."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphforensics.data.input_spec import InputSpec

#: Status of a file whose every face track is too short.
TOO_SHORT = "too_short"


def without_short_tracks(table: pa.Table, spec: InputSpec) -> pa.Table:
    """Take out tracks that show less than half of one run of frames.

    Such a glimpse, often no face at all, would have to be shown many times over to fill a sample;
    ``detect`` does not score it either. A file that has no other track keeps a row without a track,
    with the status ``"too_short"``.

    Args:
        table: What :func:`~graphforensics.store.track_table.track_table` returned.
        spec: What the detector takes; for single frames every track is long enough.
    """
    if spec.kind != "clip":
        return table
    seen = np.nan_to_num(table.column("frames").to_numpy(zero_copy_only=False))
    tracked = table.column("track_id").is_valid().to_numpy(zero_copy_only=False)
    sources = np.array(table.column("source").to_pylist(), dtype=object)
    short = tracked & (2 * seen < spec.frames)
    kept = set(sources[tracked & ~short].tolist())
    left = np.array([source not in kept for source in sources], dtype=bool)
    # One row is enough to tell that a file has nothing but glimpses.
    first = np.zeros(len(table), dtype=bool)
    first[np.unique(sources.astype(str), return_index=True)[1]] = True
    told = {"status": pa.scalar(TOO_SHORT), "track_id": pa.scalar(None, pa.string())}
    for name, value in told.items():
        column = pc.if_else(pa.array(short), value, table.column(name))
        table = table.set_column(table.column_names.index(name), name, column)
    return table.filter(pa.array(~short | (left & first)))
