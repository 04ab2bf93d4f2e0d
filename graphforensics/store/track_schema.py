"""Columns of a track's Parquet file."""

from __future__ import annotations

import pyarrow as pa

#: Frames a row group. A run of frames costs at most this many needless images at either
#: end; smaller groups would make the footer of an hour of video heavier than its landmarks.
ROWS_PER_GROUP = 8
#: Pending images of one track never take more than this, however large the face is.
BYTES_PER_GROUP = 8 << 20
LANDMARKS = 68
QUALITIES = ("ok", "small", "blurred")


def track_schema(aligned: bool) -> pa.Schema:
    """Return the columns of a track, a row a frame.

    Args:
        aligned: Whether ``crop_box`` is the matrix ``[2, 3]`` of an aligned crop, not a box.
    """
    points = pa.list_(pa.float32(), 2 * LANDMARKS)
    return pa.schema(
        [
            pa.field("number", pa.int32(), nullable=False),
            pa.field("time", pa.float64(), nullable=False),
            pa.field("segment", pa.int32(), nullable=False),
            pa.field("sharpness", pa.float32(), nullable=False),
            pa.field("quality", pa.string(), nullable=False),
            pa.field("detected", pa.bool_(), nullable=False),
            pa.field("box", pa.list_(pa.float32(), 4), nullable=False),
            pa.field("crop_box", pa.list_(pa.float32(), 6 if aligned else 4), nullable=False),
            pa.field("landmarks", points, nullable=False),
            pa.field("crop_landmarks", points, nullable=False),
            pa.field("image", pa.binary(), nullable=False),
        ]
    )
