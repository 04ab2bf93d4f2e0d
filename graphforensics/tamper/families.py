"""The families of forgeries by name."""

from __future__ import annotations

from functools import partial

from graphforensics._plugins import WithPlugins
from graphforensics.tamper.autoencoder.autoencoder_swap import AutoencoderSwap
from graphforensics.tamper.driven.mouth import Mouth
from graphforensics.tamper.driven.reenact import Reenact
from graphforensics.tamper.family import ClipToForge, Family
from graphforensics.tamper.family_words import FAMILY_WORDS
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


def _wrong(name: str, plugin: object) -> str | None:
    if not isinstance(plugin, Family):
        return "is no Family"
    return None if plugin.name == name else f"calls itself {plugin.name!r}"


_OWN: dict[str, Family] = {
    family.name: family
    for family in (
        Family(
            "self_blend",
            FAMILY_WORDS["self_blend"],
            _BLENDED,
            partial(_self_blend, spare=False),
            options=frozenset({"strength"}),
        ),
        Family(
            "partial_blend",
            FAMILY_WORDS["partial_blend"],
            _BLENDED,
            partial(_self_blend, spare=True),
            options=frozenset({"strength"}),
        ),
        Family(
            "regenerate",
            FAMILY_WORDS["regenerate"],
            _REGENERATED,
            RegenerateForger,
            options=frozenset({"autoencoder"}),
        ),
        Family(
            "moving_portrait",
            FAMILY_WORDS["moving_portrait"],
            _REGENERATED,
            PortraitForger,
            animates=True,
            options=frozenset({"autoencoder"}),
        ),
        Family(
            "swap",
            FAMILY_WORDS["swap"],
            _SWAPPED,
            partial(LandmarkForger, family=Swap()),
            partner="face",
        ),
        Family(
            "autoencoder",
            FAMILY_WORDS["autoencoder"],
            _SWAPPED,
            _autoencoder,
            partner="clip",
            options=frozenset({"training"}),
        ),
        Family(
            "reenact",
            FAMILY_WORDS["reenact"],
            _DRIVEN,
            partial(LandmarkForger, family=Reenact()),
            partner="motion",
        ),
        Family(
            "mouth",
            FAMILY_WORDS["mouth"],
            _DRIVEN,
            partial(LandmarkForger, family=Mouth()),
            partner="motion",
        ),
    )
}
#: Every family that ``forge`` knows; a new one is a line above. Those of plugins follow.
FAMILIES: WithPlugins[Family] = WithPlugins("family", _OWN, _wrong, __name__)


def find_family(name: str) -> Family:
    """Return the family of a name.

    Raises:
        ValueError: There is no such family; the message names those that there are.
    """
    if name not in FAMILIES:
        raise ValueError(f"'method' must be one of {', '.join(FAMILIES)} (got {name!r})")
    return FAMILIES[name]
