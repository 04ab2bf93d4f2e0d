"""The public data sets by their names on the command line."""

from __future__ import annotations

from graphforensics._plugins import WithPlugins
from graphforensics.datasets.celeb_df import CelebDF
from graphforensics.datasets.deeper_forensics import DeeperForensics
from graphforensics.datasets.deepfake_detection import DeepFakeDetection
from graphforensics.datasets.dfdc import DFDC
from graphforensics.datasets.dfdc_preview import DFDCPreview
from graphforensics.datasets.faceforensics_pp import FaceForensicsPP
from graphforensics.datasets.ffiw import FFIW
from graphforensics.datasets.folder_dataset import FolderDataset
from graphforensics.datasets.video_dataset import VideoDataset
from graphforensics.datasets.wild_deepfake import WildDeepfake


def _wrong(name: str, plugin: object) -> str | None:
    good = isinstance(plugin, type) and issubclass(plugin, VideoDataset)
    return None if good else "is no subclass of VideoDataset"


_OWN: dict[str, type[VideoDataset]] = {
    "faceforensics": FaceForensicsPP,
    "celeb-df": CelebDF,
    "dfdc": DFDC,
    "dfdc-preview": DFDCPreview,
    "deepfake-detection": DeepFakeDetection,
    "wild-deepfake": WildDeepfake,
    "ffiw": FFIW,
    "deeper-forensics": DeeperForensics,
    "folder": FolderDataset,
}
#: Name on the command line -> class; those of plugins follow.
DATASETS: WithPlugins[type[VideoDataset]] = WithPlugins("dataset", _OWN, _wrong)
