"""Public data sets in the layout in which they are downloaded."""

from graphforensics.data.datasets.celeb_df import CelebDF
from graphforensics.data.datasets.deeper_forensics import DeeperForensics
from graphforensics.data.datasets.deepfake_detection import DeepFakeDetection
from graphforensics.data.datasets.dfdc import DFDC
from graphforensics.data.datasets.dfdc_preview import DFDCPreview
from graphforensics.data.datasets.faceforensics_pp import FaceForensicsPP
from graphforensics.data.datasets.ffiw import FFIW
from graphforensics.data.datasets.folder_dataset import FolderDataset
from graphforensics.data.datasets.prepare import prepare
from graphforensics.data.datasets.video_dataset import VideoDataset
from graphforensics.data.datasets.video_record import VideoRecord
from graphforensics.data.datasets.wild_deepfake import WildDeepfake

#: Name on the command line -> class.
DATASETS: dict[str, type[VideoDataset]] = {
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

__all__ = [
    "DATASETS",
    "DFDC",
    "FFIW",
    "CelebDF",
    "DFDCPreview",
    "DeepFakeDetection",
    "DeeperForensics",
    "FaceForensicsPP",
    "FolderDataset",
    "VideoDataset",
    "VideoRecord",
    "WildDeepfake",
    "prepare",
]
