"""The families of forgeries by name."""

from __future__ import annotations

from functools import partial

from graphforensics.tamper.autoencoder.autoencoder_swap import AutoencoderSwap
from graphforensics.tamper.driven.mouth import Mouth
from graphforensics.tamper.driven.reenact import Reenact
from graphforensics.tamper.family import ClipToForge, Family
from graphforensics.tamper.landmark_forger import LandmarkForger
from graphforensics.tamper.moving_portrait.portrait_forger import PortraitForger
from graphforensics.tamper.regenerate.regenerate_forger import RegenerateForger
from graphforensics.tamper.self_blend.self_blend_forger import SelfBlendForger
from graphforensics.tamper.swap.swap import Swap

_BLENDED = (
    "Made to train and test detectors of forged faces: every face of a real recording is blended "
    "with a changed copy of itself. Nobody is shown saying or doing what they did not."
)
_REGENERATED = (
    "Made to train and test detectors of forged faces: every face of a real recording is drawn "
    "anew at a low resolution. Nobody is shown saying or doing what they did not."
)
_SWAPPED = (
    "Made to train and test detectors of forged faces: the face of a real recording is replaced by "
    "that of another recording. It is marked as a forgery, and is not to be shown as anything else."
)
_DRIVEN = (
    "Made to train and test detectors of forged faces: the face of a real recording is given the "
    "motion of another recording. It is marked as a forgery, and is not to be shown as anything "
    "else; it has no sound."
)


def _self_blend(clip: ClipToForge, spare: bool) -> SelfBlendForger:
    return SelfBlendForger(clip.entropy, spare, clip.strength, clip.rate, clip.is_still)


def _autoencoder(clip: ClipToForge) -> LandmarkForger:
    return LandmarkForger(clip, AutoencoderSwap(clip.training, clip.networks))


#: Every family that ``forge`` knows; a new one is a line here.
FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Family(
            "self_blend",
            "the whole face blended with a changed copy of itself",
            _BLENDED,
            partial(_self_blend, spare=False),
            options=frozenset({"strength"}),
        ),
        Family(
            "partial_blend",
            "the same, sparing the regions of some action units",
            _BLENDED,
            partial(_self_blend, spare=True),
            options=frozenset({"strength"}),
        ),
        Family(
            "regenerate",
            "the face through a generator's bottleneck: no camera noise, coarser texture",
            _REGENERATED,
            RegenerateForger,
            options=frozenset({"autoencoder"}),
        ),
        Family(
            "moving_portrait",
            "photographs as clips, with a face that lacks the camera's noise",
            _REGENERATED,
            PortraitForger,
            animates=True,
            options=frozenset({"autoencoder"}),
        ),
        Family(
            "swap",
            "another source's face, of like pose and skin tone",
            _SWAPPED,
            partial(LandmarkForger, family=Swap()),
            partner="face",
        ),
        Family(
            "autoencoder",
            "another clip's face, drawn by an autoencoder that is trained on the two (minutes)",
            _SWAPPED,
            _autoencoder,
            partner="clip",
            options=frozenset({"training"}),
        ),
        Family(
            "reenact",
            "the face moves as another clip's does",
            _DRIVEN,
            partial(LandmarkForger, family=Reenact()),
            partner="motion",
        ),
        Family(
            "mouth",
            "the same, mouth and jaw only",
            _DRIVEN,
            partial(LandmarkForger, family=Mouth()),
            partner="motion",
        ),
    )
}


def find_family(name: str) -> Family:
    """Return the family of a name.

    Raises:
        ValueError: There is no such family; the message names those that there are.
    """
    if name not in FAMILIES:
        raise ValueError(f"'method' must be one of {', '.join(FAMILIES)} (got {name!r})")
    return FAMILIES[name]
