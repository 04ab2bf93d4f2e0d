"""A source made ready to be forged: its real copies, and the faces in it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from graphforensics.errors import NoFaceError, UnreadableMediaError
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.tamper.sources.clip_landmarks import PersonLandmarks, clip_landmarks
from graphforensics.tamper.sources.codec import Rendition
from graphforensics.tamper.sources.footage import Footage, open_encoder

#: File of the landmarks in a folder of a prepared source: it is written last.
FACES = "faces.npz"


@dataclass(frozen=True)
class PreparedSource:
    """Where real copies lie, and the faces by frame number.

    Args:
        folder: Folder of the copies.
        ending: ``".mp4"`` or ``".png"``.
        frames: Number of frames.
        faces: Frame number -> faces.
    """

    folder: Path
    ending: str
    frames: int
    faces: dict[int, list[PersonLandmarks]]

    def main_track(self) -> dict[int, NDArray[np.float32]]:
        """Return the landmarks of the main person by frame number, ascending.

        Raises:
            NoFaceError: Nobody is seen.
        """
        person = main_person(self.faces)
        return {
            number: face.landmarks
            for number, faces in sorted(self.faces.items())
            for face in faces
            if face.person == person
        }

    def copy(self, rendition: Rendition) -> Path:
        """Return the real copy of a quality."""
        return self.folder / f"real{rendition.quality}{self.ending}"


def prepare_source(
    footage: Footage,
    folder: Path,
    renditions: Sequence[Rendition],
    options: ExtractionOptions,
    faces: Mapping[int, list[PersonLandmarks]] | None = None,
) -> PreparedSource:
    """Write the real copies of some footage and find its faces, unless the folder has them.

    Faces are looked for in the best copy because it holds just the frames that were asked for.

    Args:
        footage: The frames.
        folder: Where copies and landmarks go, for the length of a run.
        renditions: Qualities, the best first.
        options: How faces are found.
        faces: Faces by frame number, where they are known.

    Raises:
        UnreadableMediaError: No frame can be decoded.
    """
    ending = ".png" if footage.is_still else ".mp4"
    if (folder / FACES).is_file():
        return _read(folder, ending)
    folder.mkdir(parents=True, exist_ok=True)
    made = PreparedSource(folder, ending, 0, {})
    count = 0
    with ExitStack() as stack:
        copies = [
            stack.enter_context(open_encoder(made.copy(one), footage, one.crf, one.quality))
            for one in renditions
        ]
        for frame in footage.frames():
            for copy in copies:
                copy.write(frame.image, frame.time)
            count += 1
    if not count:
        raise UnreadableMediaError(footage.name, "none of its frames can be decoded")
    if faces is None:
        faces = clip_landmarks(made.copy(renditions[0]), options)
    _write(folder, count, faces)
    return _read(folder, ending)


def main_person(faces: Mapping[int, Sequence[PersonLandmarks]]) -> int:
    """Return who is seen in most frames, of several the largest.

    Raises:
        NoFaceError: Nobody is.
    """
    seen: dict[int, list[float]] = {}
    for some in faces.values():
        for face in some:
            seen.setdefault(face.person, []).append(float(np.ptp(face.landmarks, axis=0).max()))
    if not seen:
        raise NoFaceError("no face found")
    return max(seen, key=lambda person: (len(seen[person]), np.mean(seen[person]), -person))


def _write(folder: Path, count: int, faces: Mapping[int, list[PersonLandmarks]]) -> None:
    rows = [(number, face) for number, some in sorted(faces.items()) for face in some]
    points = [face.landmarks for _, face in rows]
    temporary = folder / f"{FACES}.tmp.npz"
    np.savez(
        temporary,
        count=np.array(count),
        number=np.array([number for number, _ in rows], dtype=np.int64),
        person=np.array([face.person for _, face in rows], dtype=np.int64),
        landmarks=np.array(points, dtype=np.float32).reshape(-1, 68, 2),
    )
    os.replace(temporary, folder / FACES)


def _read(folder: Path, ending: str) -> PreparedSource:
    with np.load(folder / FACES) as file:
        count, numbers, persons = int(file["count"]), file["number"], file["person"]
        points: NDArray[np.float32] = file["landmarks"]
    faces: dict[int, list[PersonLandmarks]] = {}
    for number, person, landmarks in zip(numbers.tolist(), persons.tolist(), points, strict=True):
        faces.setdefault(number, []).append(PersonLandmarks(person, landmarks))
    return PreparedSource(folder, ending, count, faces)
