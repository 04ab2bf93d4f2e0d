"""The faces of one person that an autoencoder is trained on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from graphforensics.errors import MissingDataError, NoFaceError
from graphforensics.tamper.autoencoder.aligned_face import AlignedFace, align_face

#: Faces of a person below which there is nothing to learn from, and beyond which no more are held.
FEWEST, _MOST = 8, 600


@dataclass(frozen=True, eq=False)
class FaceSet:
    """Aligned faces of one person.

    Args:
        faces: RGB ``[n, 3, size, size]``, ``uint8``.
        masks: Where each face is, ``[n, 1, size, size]``, boolean.
    """

    faces: Tensor
    masks: Tensor

    @classmethod
    def of(
        cls,
        frames: Iterable[NDArray[np.uint8]],
        landmarks: Sequence[NDArray[np.floating] | None],
        size: int,
        who: str,
    ) -> FaceSet:
        """Cut the faces of a clip out, at most 600 of them, evenly over the clip.

        Args:
            frames: RGB frames.
            landmarks: Those of each frame, ``None`` where there is no face.
            size: Side of the crops.
            who: What errors call the person.

        Raises:
            MissingDataError: There are fewer than eight faces.
        """
        known = [number for number, points in enumerate(landmarks) if points is not None]
        step = max(1.0, len(known) / _MOST)
        wanted = {known[int(place)] for place in np.arange(0, len(known), step)}
        found: list[AlignedFace] = []
        for number, (image, points) in enumerate(zip(frames, landmarks, strict=False)):
            if number in wanted and points is not None:
                try:
                    found.append(align_face(image, points, size))
                except NoFaceError:
                    continue
        if len(found) < FEWEST:
            raise MissingDataError(
                f"{who}: an autoencoder needs {FEWEST} faces of either person to learn from "
                f"(got {len(found)}): give a longer clip"
            )
        faces = np.stack([face.pixels for face in found]).transpose(0, 3, 1, 2)
        masks = np.stack([face.mask for face in found])[:, None]
        return cls(torch.from_numpy(np.ascontiguousarray(faces)), torch.from_numpy(masks))

    def digest(self) -> str:
        """Return a hash of all pixels: equal faces, equal training."""
        content = hashlib.sha256(self.faces.numpy().tobytes())
        content.update(self.masks.numpy().tobytes())
        return content.hexdigest()
