"""Choosing whose face replaces another."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from graphforensics.errors import MissingDataError
from graphforensics.tamper.partner.face_traits import FaceTraits

#: Differences that count alike: of pose in distances between the eyes, of the mouth's and the
#: eyes' openness, of skin tone in CIELAB; a face half as large as the target's counts as much.
_POSE_UNIT, _MOUTH_UNIT, _EYES_UNIT, _TONE_UNIT = 0.08, 0.05, 0.1, 10.0
#: Length of a face that is drawn at a generator's resolution: more pixels than that do not help.
_ENOUGH = 128.0
#: How often a partner's face may be enlarged, and how much its landmarks may tremble: what is
#: larger shows blocks and noise, what trembles more was not found where it is.
_MOST_ENLARGED, _MOST_TREMBLE = 1.7, 0.011
#: How much farther a partner's mouth may be open: teeth behind closed lips are a grimace.
_MOST_OPENED = 0.08
#: Openness of the eyes that is enough.
_AWAKE = 0.28


def choose_partner(
    target: FaceTraits,
    candidates: Sequence[FaceTraits],
    generator: np.random.Generator,
    nearest: int = 5,
    max_pose: float = 0.15,
    max_tone: float = 30.0,
) -> int:
    r"""Choose one of the faces that are most like a target's in pose and skin tone.

    .. math:: d^2 = \frac{\lVert \Delta(\text{yaw}, \text{pitch}) \rVert^2}{0.08^2}
        + \frac{\lVert \Delta(L, a, b) \rVert^2}{10^2}
        + \frac{[m - m_t]_+^2}{0.05^2} + \frac{[0.28 - e]_+^2}{0.1^2} + [\log_2 (w_t / w)]_+^2

    with the openness of mouths m and eyes e and the widths w of the faces: teeth cannot be hidden
    behind the target's closed lips, an eye cannot be opened, and a picture that has to be
    enlarged is blurred.

    Faces are flat pictures here: what is hidden in the partner's picture cannot be shown in the
    target's. So a face that looks the other way, or farther to the side, is no partner; nor is one
    that would be enlarged more than 1.7 times (to 128 pixels at most, a generator's resolution), or
    one whose landmarks tremble or whose mouth is open much farther.

    Args:
        target: The face to be replaced.
        candidates: Faces to choose from; those of the target's identity are passed over.
        generator: Draws one of the nearest.
        nearest: How many of the best are drawn from. Default: 5.
        max_pose: Largest difference of yaw and of pitch, in distances between the eyes (0.15
            is some 15 degrees of yaw). Default: 0.15.
        max_tone: Largest difference of the skin tones in CIELAB. Default: 30.

    Returns:
        The place of the chosen face in ``candidates``.

    Raises:
        MissingDataError: All candidates are of the target's identity, or none looks the same way.
        ValueError: A number is not positive.
    """
    for name, value in (("nearest", nearest), ("max_pose", max_pose), ("max_tone", max_tone)):
        if not value > 0:
            raise ValueError(f"'{name}' must be positive (got {value})")
    others = [place for place, one in enumerate(candidates) if one.identity != target.identity]
    if not others:
        raise MissingDataError(
            f"a swap needs faces of two people, and only {target.identity!r} is there: give more "
            "files, or their identities in the metadata"
        )
    fits = [(_distance(target, candidates[place], max_pose, max_tone), place) for place in others]
    best = sorted(fit for fit in fits if np.isfinite(fit[0]))[:nearest]
    if not best:
        raise MissingDataError(
            f"none of {len(others)} other faces looks the way of {target.name or target.identity!r}"
            f" (yaw {target.pose.yaw:.2f}, pitch {target.pose.pitch:.2f}), has a like skin tone, "
            "a mouth no wider open, and is large and steady enough"
        )
    return best[int(generator.integers(len(best)))][1]


def _distance(one: FaceTraits, other: FaceTraits, max_pose: float, max_tone: float) -> float:
    """Compare a target with another face; infinite when they cannot be partners."""
    pose = np.subtract(one.pose[:2], other.pose[:2])
    tone = float(np.linalg.norm(np.subtract(one.tone, other.tone)))
    if np.abs(pose).max() > max_pose or tone > max_tone or other.tremble > _MOST_TREMBLE:
        return float("inf")
    if other.pose.mouth > one.pose.mouth + _MOST_OPENED:
        return float("inf")
    if other.width * _MOST_ENLARGED < min(one.width, _ENOUGH):
        return float("inf")
    mouth = max(0.0, other.pose.mouth - one.pose.mouth)
    eyes = max(0.0, _AWAKE - other.pose.eyes)
    enlarged = max(0.0, math.log2(max(one.width, 1.0) / max(other.width, 1.0)))
    terms = [mouth / _MOUTH_UNIT, eyes / _EYES_UNIT, tone / _TONE_UNIT, enlarged]
    return float(np.linalg.norm([*(pose / _POSE_UNIT), *terms]))
