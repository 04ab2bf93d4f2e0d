"""The detectors by the word that names them."""

from __future__ import annotations

from graphforensics._plugins import WithPlugins
from graphforensics.errors import CheckpointError
from graphforensics.models.aunet.model import AUNet
from graphforensics.models.baseline.model import Baseline
from graphforensics.models.deepfake_mae.model import DeepfakeMAE
from graphforensics.models.detector import Detector
from graphforensics.models.learning_to_mask.model import LearningToMask
from graphforensics.models.lrl.model import LRL
from graphforensics.models.mrl.model import MRL


def _wrong(name: str, plugin: object) -> str | None:
    if not isinstance(plugin, type) or not issubclass(plugin, Detector):
        return "is no subclass of Detector"
    return None if plugin.name == name else f"calls itself {plugin.name!r}"


_OWN: dict[str, type[Detector]] = {
    MRL.name: MRL,
    LRL.name: LRL,
    AUNet.name: AUNet,
    DeepfakeMAE.name: DeepfakeMAE,
    LearningToMask.name: LearningToMask,
    Baseline.name: Baseline,
}
#: What ``--model`` and a checkpoint's ``"detector"`` may say; those of plugins follow.
DETECTORS: WithPlugins[type[Detector]] = WithPlugins("detector", _OWN, _wrong, __name__)


def detector_class(name: object, origin: object) -> type[Detector]:
    """Return the class of the detector that a file names.

    Args:
        name: What the file says.
        origin: The file, for the error.

    Raises:
        CheckpointError: There is no such detector.

    Example:
        >>> detector_class("mrl", "config.json").__name__
        'MRL'
    """
    if not isinstance(name, str) or name not in DETECTORS:
        raise CheckpointError(
            f"{origin}: holds the detector {str(name)[:80]!r}; known are {', '.join(DETECTORS)}"
        )
    return DETECTORS[name]
