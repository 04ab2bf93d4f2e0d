"""The public data sets by their names on the command line."""

from __future__ import annotations

from graphforensics._plugins import WithPlugins
from graphforensics.datasets.celeb_df import CelebDF
from graphforensics.datasets.celeb_df_pp import CelebDFPP
from graphforensics.datasets.deeper_forensics import DeeperForensics
from graphforensics.datasets.deepfake_detection import DeepFakeDetection
from graphforensics.datasets.df40 import DF40
from graphforensics.datasets.dfdc import DFDC
from graphforensics.datasets.dfdc_preview import DFDCPreview
from graphforensics.datasets.face_shifter import FaceShifter
from graphforensics.datasets.faceforensics_pp import FaceForensicsPP
from graphforensics.datasets.fake_av_celeb import FakeAVCeleb
from graphforensics.datasets.ffiw import FFIW
from graphforensics.datasets.folder_dataset import FolderDataset
from graphforensics.datasets.forgery_net import ForgeryNet
from graphforensics.datasets.kodf import KoDF
from graphforensics.datasets.uadfv import UADFV
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
    "celeb-df-pp": CelebDFPP,
    "df40": DF40,
    "fakeavceleb": FakeAVCeleb,
    "forgerynet": ForgeryNet,
    "kodf": KoDF,
    "uadfv": UADFV,
    "faceshifter": FaceShifter,
    "folder": FolderDataset,
}
#: Name on the command line -> class; those of plugins follow.
DATASETS: WithPlugins[type[VideoDataset]] = WithPlugins("dataset", _OWN, _wrong, __name__)
