"""The public data sets by their names on the command line."""

from __future__ import annotations

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
