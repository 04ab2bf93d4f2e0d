"""Intensities of action units that py-feat or OpenFace measured."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from graphforensics._csv import CsvReader
from graphforensics.errors import MissingDataError
from graphforensics.regions.landmark_groups import LANDMARK_GROUPS, NUM_LANDMARKS

_UNIT = re.compile(r"AU(\d{1,2})(_r)?$")
_RECT = ("facerectx", "facerecty", "facerectwidth", "facerectheight")
#: Number of an action unit -> part whose landmarks it moves, in
#: :data:`~graphforensics.regions.LANDMARK_GROUPS`.
UNIT_PARTS = {
    **dict.fromkeys((1, 2, 4), "brows"),
    **dict.fromkeys((5, 6, 7, 43, 45, 46), "lids"),
    9: "nose",
    **dict.fromkeys((10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 23, 24, 25, 28), "mouth"),
    **dict.fromkeys((17, 26, 27), "jaw"),
}


class ActionUnitTable:
    """A table with a row a face and frame, and a column an action unit.

    py-feat names the columns ``AU01``, with intensities from 0 to 1, OpenFace ``AU01_r``, from 0 to
    5; they are taken as they are. Frames are counted in the column ``frame``, py-feat's from 0,
    OpenFace's from 1. Of several faces in a frame the one whose ``FaceRectX`` ... is nearest to
    the face asked for is taken.

    Args:
        path: The CSV file.

    Raises:
        MissingDataError: It cannot be read, has no column of an action unit, or a value does not
            fit; the message names the line.

    Example:
        >>> table = ActionUnitTable("anna.csv")  # doctest: +SKIP
        >>> table.units  # doctest: +SKIP
        ('AU01', 'AU02', 'AU04')
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        #: Names of the action units.
        self.units: tuple[str, ...] = ()
        names, rows = self._read()
        units = {int(found.group(1)): name for name in names if (found := _UNIT.match(name))}
        # OpenFace also has AU01_c, whether the unit is seen at all.
        self.units = tuple(f"AU{number:02d}" for number in sorted(units))
        self._numbers = tuple(sorted(units))
        if not units:
            raise MissingDataError(
                f"{path}: has no column of an action unit such as AU01 or AU01_r"
            )
        columns = [units[number] for number in self._numbers]
        self._rows: dict[int, list[tuple[NDArray[np.float64], NDArray[np.float64] | None]]] = {}
        first = 1 if any(name.endswith("_r") for name in columns) else 0
        for line, row in rows:
            frame, values, centre = self._row(line, row, columns)
            # Where the detector found no face, nothing is known.
            if np.isfinite(values).all():
                self._rows.setdefault(frame - first, []).append((values, centre))
        if not self._rows:
            raise MissingDataError(f"{path}: has no row with intensities")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r}, frames={len(self._rows)})"

    def intensities(
        self, frames: NDArray[np.integer[Any]], centres: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Return the intensities in some frames; one without a row takes those of the nearest.

        Args:
            frames: Numbers of frames, from 0.
            centres: Middle of the face in each, in pixels of the frame.

        Shapes:
            ``frames [n]``, ``centres [n, 2]``; the output is ``[n, len(units)]``.

        Raises:
            MissingDataError: A frame has several faces, and nothing says which is meant.
        """
        known = np.array(sorted(self._rows))
        places = [None] * len(frames) if centres is None else list(centres)
        nearest = [int(known[np.abs(known - frame).argmin()]) for frame in frames]
        return np.stack(
            [self._face(frame, place) for frame, place in zip(nearest, places, strict=True)]
        )

    def landmark_features(self, intensities: NDArray[np.float64]) -> Tensor:
        """Give each landmark the intensities of the units that move it, and 0 for the others.

        Args:
            intensities: What :meth:`intensities` returned.

        Shapes:
            ``intensities [n, K]``; the output is ``[68, n, K]``.
        """
        moved = torch.zeros(NUM_LANDMARKS, len(self.units))
        for place, number in enumerate(self._numbers):
            part = UNIT_PARTS.get(number)
            # A unit that no part is known of belongs to the whole face.
            moved[list(LANDMARK_GROUPS[part]) if part else slice(None), place] = 1
        return moved[:, None] * torch.from_numpy(intensities).float()[None]

    def _face(self, frame: int, place: NDArray[np.float64] | None) -> NDArray[np.float64]:
        faces = self._rows[frame]
        if len(faces) == 1:
            return faces[0][0]
        centres = [centre for _, centre in faces if centre is not None]
        if place is None or len(centres) < len(faces):
            raise MissingDataError(
                f"{self.path}: frame {frame} has {len(faces)} faces and no columns FaceRectX, "
                "FaceRectY, FaceRectWidth, FaceRectHeight that tell them apart"
            )
        distances = [float(((centre - place) ** 2).sum()) for centre in centres]
        return faces[int(np.argmin(distances))][0]

    def _read(self) -> tuple[tuple[str, ...], list[tuple[int, dict[str, str | None]]]]:
        try:
            with open(self.path, newline="", encoding="utf-8-sig") as file:
                reader = CsvReader(file)
                # OpenFace puts a space after each comma.
                names = tuple((name or "").strip() for name in reader.fieldnames or ())
                reader.fieldnames = names
                return names, [(reader.line_num, row) for row in reader]
        except OSError as error:
            reason = error.strerror or error
            raise MissingDataError(f"{self.path}: cannot be read ({reason})") from error
        except (UnicodeDecodeError, csv.Error) as error:
            raise MissingDataError(f"{self.path}: not a CSV table in UTF-8 ({error})") from error

    def _row(
        self, line: int, row: dict[str, str | None], columns: list[str]
    ) -> tuple[int, NDArray[np.float64], NDArray[np.float64] | None]:
        texts = {(name or "").lower(): (value or "").strip() for name, value in row.items()}
        try:
            frame = int(float(texts["frame"]))
            values = np.array([float(texts[name.lower()] or "nan") for name in columns])
            if not all(texts.get(name) for name in _RECT):
                return frame, values, None
            x, y, width, height = (float(texts[name]) for name in _RECT)
        except KeyError as error:
            raise MissingDataError(f"{self.path}: has no column {error}") from error
        except (ValueError, OverflowError) as error:
            raise MissingDataError(f"{self.path}, line {line}: {error}") from error
        return frame, values, np.array([x + width / 2, y + height / 2])
