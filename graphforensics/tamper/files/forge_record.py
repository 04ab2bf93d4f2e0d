"""What is known about a forged file, written beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from graphforensics import __version__
from graphforensics.errors import StoreError
from graphforensics.store.columns import FAKE, REAL
from graphforensics.store.layout import read_json, write_json

PURPOSE = (
    "Made to train and test detectors of forged faces: every face of a real recording is blended "
    "with a changed copy of itself. Nobody is shown saying or doing what they did not."
)


@dataclass(frozen=True)
class ForgeRecord:
    """How a forged file came to be; paths are relative to the folder of the set.

    Args:
        source: The real file that it was made from.
        source_sha256: Hash of that file's bytes.
        name: Name of the clip in the set, the same for the forgery, its mask and its real copy.
        file: The forged file.
        real: The same frames of the source, not forged, through the same encoder.
        mask: Where each frame was forged, 0 to 255, without loss.
        method: How it was forged.
        seed: Seed of the run.
        crf: Constant rate factor of the videos.
        max_frames: How many frames were taken at most; ``None`` for all.
        extraction: Options with which faces were found.
        frames: Frames of the clip.
        forged_frames: Frames among them with a forged face; the others are copies.
        truncated: Why the source breaks off early, or ``None``.
        recipes: Person in the clip -> recipe, of which each frame has a slight variation.
        metadata: What a metadata table said about the source.
        version: Version of the library.
        library: Name of the library.
        label: What the file is, always ``"fake"``.
        purpose: What the file exists for.
    """

    source: str
    source_sha256: str
    name: str
    file: str
    real: str
    mask: str
    method: str
    seed: int
    crf: int
    max_frames: int | None = None
    extraction: Mapping[str, Any] = field(default_factory=dict)
    frames: int = 0
    forged_frames: int = 0
    truncated: str | None = None
    recipes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    version: str = __version__
    library: str = "graphforensics"
    label: str = FAKE
    purpose: str = PURPOSE

    def write(self, path: Path) -> None:
        """Write the record as JSON, whole or not at all."""
        write_json(path, asdict(self))

    @classmethod
    def read(cls, path: Path) -> ForgeRecord | None:
        """Read a record; ``None`` where there is none, or it is not one of this library's."""
        try:
            values = read_json(path)
        except StoreError:
            return None
        known = {item.name for item in fields(cls)}
        if values.get("library") != "graphforensics" or set(values) != known:
            return None
        return cls(**values)

    def same_work(self, other: ForgeRecord) -> bool:
        """Say whether ``other`` was made from the same bytes in the same way."""
        what = ("source_sha256", "name", "version", "extraction")
        how = ("method", "seed", "crf", "max_frames")
        return all(getattr(self, name) == getattr(other, name) for name in (*what, *how))

    def rows(self) -> list[dict[str, str]]:
        """Return the rows of ``metadata.csv`` for the real copy and for the forgery.

        A clip whose identity is not known is its own identity, so that the two never end up on
        the two sides of a split.
        """
        shared = {
            "identity": self.metadata.get("identity") or self.name,
            "dataset": self.metadata.get("dataset", ""),
            "video": self.name,
            "source": self.source,
        }
        real = {"file": self.real, "label": REAL, "manipulation": "", "mask": ""}
        fake = {"file": self.file, "label": FAKE, "manipulation": self.method, "mask": self.mask}
        return [{**real, **shared}, {**fake, **shared}]
