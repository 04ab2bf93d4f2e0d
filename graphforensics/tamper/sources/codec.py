"""The qualities that forged and real copies are encoded in."""

from __future__ import annotations

from typing import NamedTuple

#: Quality of FaceForensics++ -> constant rate factor of its H.264.
QUALITIES = {"raw": 0, "c23": 23, "c40": 40}


class Rendition(NamedTuple):
    """One encoding of a clip.

    Args:
        quality: ``"raw"``, ``"c23"`` or ``"c40"``; empty for a rate factor of one's own.
        crf: Constant rate factor of H.264.
    """

    quality: str
    crf: int

    @property
    def folder(self) -> str:
        """Part of the path between method and name, with its slash."""
        return f"{self.quality}/" if self.quality else ""


def renditions(codec: str | None, crf: int) -> tuple[Rendition, ...]:
    """Return the encodings that are asked for, the best first.

    Args:
        codec: ``"raw"``, ``"c23"``, ``"c40"`` or ``"all"``; ``None`` for one of rate factor
            ``crf`` that has no name.
        crf: Constant rate factor, 0 to 51.

    Raises:
        ValueError: An unknown codec, or a rate factor out of range.

    Source:
        A. Roessler et al., FaceForensics++: Learning to detect manipulated facial images,
        ICCV 2019, section 3: H.264 at rate factors 23 and 40, beside the raw videos.

    Example:
        >>> [rendition.crf for rendition in renditions("all", 18)]
        [0, 23, 40]
    """
    if not 0 <= crf <= 51:
        raise ValueError(f"'crf' must be in [0, 51] (got {crf})")
    if codec is None:
        return (Rendition("", crf),)
    if codec != "all" and codec not in QUALITIES:
        raise ValueError(f"'codec' must be one of {', '.join(QUALITIES)}, all (got {codec!r})")
    wanted = QUALITIES if codec == "all" else (codec,)
    return tuple(Rendition(name, QUALITIES[name]) for name in wanted)
