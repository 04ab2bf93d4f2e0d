"""What the manifest says of one face track."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphforensics.store.columns import METADATA


class TrackDetails:
    """Name, length and metadata of a track.

    Args:
        row: Row of the store's manifest: ``track_id``, ``source``, ``frames``, ``label`` and so on.

    Example:
        >>> row = {"track_id": "a-1/track_000", "source": "a.mp4", "frames": 9, "label": "fake"}
        >>> details = TrackDetails(row)
        >>> details.label, details.video, len(details)
        ('fake', 'a.mp4', 9)
    """

    def __init__(self, row: Mapping[str, Any]) -> None:
        self._row = dict(row)

    def __len__(self) -> int:
        return self.frames

    if not TYPE_CHECKING:
        # A type checker is to know the properties below only, and to find slips in their names.
        def __getattr__(self, name: str) -> Any:
            """Return what the row says under a name that has no property of its own."""
            if name in METADATA:
                return self._row.get(name)
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.track_id!r}, frames={self.frames}, label={self.label})"

    @property
    def track_id(self) -> str:
        """Name of the track within its store: ``"<source key>/track_000"``."""
        return str(self._row["track_id"])

    @property
    def source(self) -> str:
        """Name of the file that the track was found in."""
        return str(self._row["source"])

    @property
    def frames(self) -> int:
        """Number of rows."""
        return int(self._row["frames"])

    @property
    def label(self) -> str | None:
        """``"real"``, ``"fake"``, or ``None`` when unknown."""
        return self._row.get("label")

    @property
    def identity(self) -> str | None:
        """Who is seen, as the metadata name them."""
        return self._row.get("identity")

    @property
    def manipulation(self) -> str | None:
        """How a fake was made."""
        return self._row.get("manipulation")

    @property
    def dataset(self) -> str | None:
        """Data set that the file belongs to."""
        return self._row.get("dataset")

    @property
    def video(self) -> str:
        """Video that scores are averaged over; :attr:`source` unless the metadata say."""
        return str(self._row.get("video") or self.source)

    @property
    def origin(self) -> str | None:
        """File that a forgery was made from."""
        return self._row.get("origin")

    @property
    def mask(self) -> str | None:
        """Video or image of the forged pixels."""
        return self._row.get("mask")

    @property
    def quality_level(self) -> str | None:
        """Compression of the file, such as ``"c23"``."""
        return self._row.get("quality")

    @property
    def split(self) -> str | None:
        """Part of the data set's official split."""
        return self._row.get("split")
