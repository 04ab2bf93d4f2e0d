"""What validation data say of a detector's scores, kept beside its weights."""

from __future__ import annotations

import hashlib
import json
import math
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from graphforensics.errors import CheckpointError, OutputError
from graphforensics.metrics.inconclusive_band import LEAST_VIDEOS

# Own code because: temperature and thresholds here are what a file beside the weights says of them;
# libraries of calibration (netcal) fit, and have no format to keep.

#: Name of the file beside ``model.safetensors``.
CALIBRATION = "calibration.json"
_FORMAT, _VERSION = "graphforensics calibration", 1


@dataclass(frozen=True)
class Calibration:
    r"""A temperature, and thresholds, both chosen on validation data.

    The probability of fake then is :math:`\sigma(z / T)` of the logit z. A file holds the hash of
    the weights that it was made for, and counts for no others.

    Args:
        temperature: T, positive.
        thresholds: The smallest probability that means fake, for ``"clip"`` (single samples) and
            for each way to join them to a video's score, ``"mean"``, ``"max"``, ``"confident"``.
        weights: SHA-256 of ``model.safetensors``.
        about: What it was measured on and what it changed, as JSON holds it.
        bands: Around the threshold of a level, the probabilities from the first up to the second
            that are inconclusive (:func:`~graphforensics.metrics.inconclusive_band`).

    Raises:
        ValueError: The temperature is not positive, a threshold is not a number, or a band does
            not lie around its threshold.

    Example:
        >>> Calibration(2.0, {"mean": 0.6}).threshold("mean")
        0.6
        >>> Calibration(2.0, {}).threshold("mean") is None
        True
    """

    temperature: float
    thresholds: Mapping[str, float] = field(default_factory=dict)
    weights: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    bands: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not (self.temperature > 0 and math.isfinite(self.temperature)):
            raise ValueError(f"'temperature' must be positive (got {self.temperature})")
        for name, value in self.thresholds.items():
            if not math.isfinite(value):
                raise ValueError(f"'thresholds' must be numbers (got {value} for {name!r})")
        for name, (low, high) in self.bands.items():
            if not low <= self.thresholds.get(name, math.nan) <= high:
                raise ValueError(
                    f"'bands' must lie around the thresholds (got {low} to {high} for {name!r})"
                )

    @property
    def fitted(self) -> bool:
        """Whether a temperature was found; without one the detector counts as uncalibrated."""
        return bool(self.about.get("fitted", True))

    @property
    def enough_videos(self) -> bool:
        """Whether the validation data had enough videos of both kinds for a threshold.

        Files of earlier versions hold the number of all videos only.
        """
        kinds = [self.about[name] for name in ("real_videos", "fake_videos") if name in self.about]
        if kinds:
            return bool(min(kinds) >= LEAST_VIDEOS)
        return bool(self.about.get("videos", math.inf) >= 2 * LEAST_VIDEOS)

    def threshold(self, level: str) -> float | None:
        """Return the threshold of a level, ``None`` where none was chosen from enough videos."""
        return self.thresholds.get(level) if self.enough_videos else None

    def band(self, level: str) -> tuple[float, float] | None:
        """Return the inconclusive band of a level, ``None`` where there is none."""
        return self.bands.get(level) if self.enough_videos else None

    def to_dict(self) -> dict[str, Any]:
        """Return everything as a dictionary that JSON takes."""
        return {**asdict(self), "bands": {name: list(band) for name, band in self.bands.items()}}

    def write(self, folder: str | Path) -> Path:
        """Write the file into a folder of ``save_pretrained``, whole or not at all.

        Raises:
            OutputError: The folder cannot be written.
        """
        place = Path(folder) / CALIBRATION
        document = {"format": _FORMAT, "version": _VERSION, **self.to_dict()}
        partial = place.with_name(f".{CALIBRATION}.partial")
        try:
            partial.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", "utf-8")
            partial.replace(place)
        except OSError as error:
            raise OutputError(f"{place}: cannot be written ({error.strerror or error})") from error
        return place


def read_calibration(folder: str | Path) -> Calibration | None:
    """Read the calibration of the weights in a folder; ``None`` where there is none.

    A file that was made for other weights is passed over with a warning: training has gone on
    since, and what it says no longer holds.

    Args:
        folder: A folder of ``save_pretrained``.

    Raises:
        CheckpointError: The file is damaged, or of a newer version.
    """
    place = Path(folder) / CALIBRATION
    if not place.is_file():
        return None
    calibration = _parse(place)
    if calibration.weights != weights_hash(folder):
        warnings.warn(
            f"{place}: made for other weights than those beside it, and not used; run "
            "'graphforensics calibrate' again",
            stacklevel=2,
        )
        return None
    return calibration


def weights_hash(folder: str | Path) -> str:
    """Hash the weights in a folder of ``save_pretrained``.

    Raises:
        CheckpointError: There are none.
    """
    return file_hash(Path(folder) / "model.safetensors")


def file_hash(place: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits.

    Raises:
        CheckpointError: The file cannot be read.
    """
    # hashlib.file_digest came with Python 3.11.
    digest = hashlib.sha256()
    try:
        with place.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise CheckpointError(f"{place}: cannot be read ({error.strerror or error})") from error
    return digest.hexdigest()


def _parse(place: Path) -> Calibration:
    try:
        document = json.loads(place.read_text(encoding="utf-8"))
        if document["format"] != _FORMAT or document["version"] != _VERSION:
            raise CheckpointError(
                f"{place}: version {document['version']!r} is not known to this version"
            )
        thresholds = {str(name): float(v) for name, v in document["thresholds"].items()}
        weights, about = str(document["weights"]), dict(document["about"])
        # Files of earlier versions have no bands.
        known = document.get("bands", {}).items()
        bands = {str(name): (float(low), float(high)) for name, (low, high) in known}
        return Calibration(float(document["temperature"]), thresholds, weights, about, bands)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CheckpointError(
            f"{place}: damaged ({error!r}); remove it, or run 'graphforensics calibrate' again"
        ) from error
