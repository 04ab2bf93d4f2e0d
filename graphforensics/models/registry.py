"""The detectors by the word that names them."""

from __future__ import annotations

from graphforensics.models.aunet.model import AUNet
from graphforensics.models.baseline.model import Baseline
from graphforensics.models.deepfake_mae.model import DeepfakeMAE
from graphforensics.models.detector import Detector
from graphforensics.models.learning_to_mask.model import LearningToMask
from graphforensics.models.lrl.model import LRL
from graphforensics.models.mrl.model import MRL

#: What ``--model`` and a checkpoint's ``"detector"`` may say.
DETECTORS: dict[str, type[Detector]] = {
    MRL.name: MRL,
    LRL.name: LRL,
    AUNet.name: AUNet,
    DeepfakeMAE.name: DeepfakeMAE,
    LearningToMask.name: LearningToMask,
    Baseline.name: Baseline,
}
