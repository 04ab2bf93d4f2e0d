"""What the families that work by landmarks take and give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from graphforensics.errors import NoFaceError
from graphforensics.tamper.partner.partner import Partner


class ForgedFace(NamedTuple):
    """A forged picture.

    Attributes:
        image: RGB ``[H, W, 3]``, ``uint8``; to the bit the given one where the mask is 0.
        mask: Share of each pixel that was replaced, from 0 to 1 in steps of 1/255, ``[H, W]``,
            ``float32``.
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.float32]


class ForgedStill(NamedTuple):
    """A forged photograph, and how it was made.

    Attributes:
        image: As in :class:`ForgedFace`.
        mask: As in :class:`ForgedFace`.
        recipe: What was drawn and done; JSON takes it.
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.float32]
    recipe: dict[str, Any]


class ForgedClip(NamedTuple):
    """A clip that is forged while it is drawn, and how it is made.

    Attributes:
        frames: The forged frames, as many as were given; a frame without a face is as it was,
            with an empty mask.
        recipe: What was drawn and done; JSON takes it. Its ``untouched`` counts the frames without
            a face.
    """

    frames: Iterator[ForgedFace]
    recipe: dict[str, Any]


class FaceForgery(Protocol):
    """A family of forgeries that works by landmarks, with its settings.

    Clips are read twice, first to be measured, then to be forged, and no more than a few frames are
    held.
    """

    def forge_still(
        self,
        image: NDArray[np.uint8],
        landmarks: NDArray[np.floating],
        partner: Partner,
        generator: np.random.Generator,
    ) -> ForgedStill:
        """Forge a photograph."""
        ...

    def forge_clip(
        self,
        frames: Iterable[NDArray[np.uint8]],
        landmarks: Sequence[NDArray[np.floating] | None],
        partner: Partner,
        generator: np.random.Generator,
        rate: float = 25.0,
    ) -> ForgedClip:
        """Forge a clip."""
        ...


def check_picture(image: NDArray[np.uint8]) -> tuple[int, int]:
    """Return the height and width of an RGB picture.

    Raises:
        ValueError: It is none.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(f"'image' must be uint8 [H, W, 3] (got {image.dtype} {list(image.shape)})")
    return image.shape[0], image.shape[1]


def check_twice(frames: Iterable[NDArray[np.uint8]]) -> None:
    """Raise ValueError if frames can be drawn once only."""
    if isinstance(frames, Iterator):
        raise ValueError(
            f"'frames' must give its frames each time it is iterated (got {type(frames).__name__})"
        )


def first_size(frames: Iterable[NDArray[np.uint8]]) -> tuple[int, int]:
    """Return the height and width of a clip's first frame.

    Raises:
        ValueError: There is none, or frames can be drawn once only.
    """
    check_twice(frames)
    for image in frames:
        return check_picture(image)
    raise ValueError("'frames' must hold at least one frame (got none)")


def mix(
    image: NDArray[np.uint8],
    pasted: NDArray[np.floating],
    mask: NDArray[np.floating],
    corner: tuple[int, int],
) -> ForgedFace:
    """Mix a window of a picture with what is pasted there.

    Args:
        image: The picture ``[H, W, 3]``.
        pasted: RGB from 0 to 255 ``[h, w, 3]``.
        mask: Its share ``[h, w]``, from 0 to 1.
        corner: Left and top of the window.
    """
    left, top = corner
    rows, columns = slice(top, top + mask.shape[0]), slice(left, left + mask.shape[1])
    # By steps that a byte can hold: where the stored mask is 0 the picture is as it was.
    share = (np.rint(np.clip(mask, 0, 1) * 255) / 255).astype(np.float32)
    whole = np.zeros(image.shape[:2], np.float32)
    whole[rows, columns] = share
    forged = image.copy()
    below = image[rows, columns].astype(np.float32)
    mixed = below + share[..., None] * (np.clip(pasted, 0, 255) - below)
    forged[rows, columns] = np.rint(mixed).astype(np.uint8)
    return ForgedFace(forged, whole)


def untouched(image: NDArray[np.uint8]) -> ForgedFace:
    """Return a picture as it is, with an empty mask."""
    return ForgedFace(image.copy(), np.zeros(image.shape[:2], np.float32))


def window_around(
    points: NDArray[np.floating], room: float, size: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return left and top, height and width of the part of a picture around points.

    Args:
        points: ``[n, 2]``, in pixels.
        room: How much farther it reaches, in pixels.
        size: Height and width of the picture.

    Raises:
        NoFaceError: The part misses the picture.
    """
    height, width = size
    left, top = np.clip(np.floor(points.min(axis=0) - room), 0, (width, height)).astype(int)
    right, bottom = np.clip(np.ceil(points.max(axis=0) + room) + 1, 0, (width, height)).astype(int)
    if right - left < 2 or bottom - top < 2:
        raise NoFaceError("the landmarks lie outside the picture")
    return (int(left), int(top)), (int(bottom - top), int(right - left))
