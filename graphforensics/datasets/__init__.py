"""Public data sets, the clip data set with its samplers and shared changes, drawn faces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.datasets.action_unit_table import ActionUnitTable
    from graphforensics.datasets.celeb_df import CelebDF
    from graphforensics.datasets.celeb_df_pp import CelebDFPP
    from graphforensics.datasets.clip_dataset import ClipDataset
    from graphforensics.datasets.coverage import Coverage, coverage
    from graphforensics.datasets.deeper_forensics import DeeperForensics
    from graphforensics.datasets.deepfake_detection import DeepFakeDetection
    from graphforensics.datasets.df40 import DF40
    from graphforensics.datasets.dfdc import DFDC
    from graphforensics.datasets.dfdc_preview import DFDCPreview
    from graphforensics.datasets.face_graph_dataset import FaceGraphDataset
    from graphforensics.datasets.face_graph_folder import FaceGraphFolder
    from graphforensics.datasets.face_shifter import FaceShifter
    from graphforensics.datasets.faceforensics_pp import FaceForensicsPP
    from graphforensics.datasets.fake_av_celeb import FakeAVCeleb
    from graphforensics.datasets.fake_face_dataset import FakeFaceDataset
    from graphforensics.datasets.ffiw import FFIW
    from graphforensics.datasets.find_sets import FoundSet, find_sets
    from graphforensics.datasets.folder_dataset import FolderDataset
    from graphforensics.datasets.forgery_net import ForgeryNet
    from graphforensics.datasets.kodf import KoDF
    from graphforensics.datasets.landmark_graphs import LandmarkGraphs
    from graphforensics.datasets.prepare import prepare
    from graphforensics.datasets.registry import DATASETS
    from graphforensics.datasets.uadfv import UADFV
    from graphforensics.datasets.video_dataset import VideoDataset
    from graphforensics.datasets.video_record import VideoRecord
    from graphforensics.datasets.wild_deepfake import WildDeepfake

__all__ = [
    "DATASETS",
    "DF40",
    "DFDC",
    "FFIW",
    "UADFV",
    "ActionUnitTable",
    "CelebDF",
    "CelebDFPP",
    "ClipDataset",
    "Coverage",
    "DFDCPreview",
    "DeepFakeDetection",
    "DeeperForensics",
    "FaceForensicsPP",
    "FaceGraphDataset",
    "FaceGraphFolder",
    "FaceShifter",
    "FakeAVCeleb",
    "FakeFaceDataset",
    "FolderDataset",
    "ForgeryNet",
    "FoundSet",
    "KoDF",
    "LandmarkGraphs",
    "VideoDataset",
    "VideoRecord",
    "WildDeepfake",
    "coverage",
    "find_sets",
    "prepare",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "action_unit_table": "ActionUnitTable",
        "face_graph_dataset": "FaceGraphDataset",
        "face_graph_folder": "FaceGraphFolder",
        "landmark_graphs": "LandmarkGraphs",
        "celeb_df": "CelebDF",
        "celeb_df_pp": "CelebDFPP",
        "df40": "DF40",
        "fake_av_celeb": "FakeAVCeleb",
        "forgery_net": "ForgeryNet",
        "kodf": "KoDF",
        "uadfv": "UADFV",
        "face_shifter": "FaceShifter",
        "coverage": "Coverage coverage",
        "find_sets": "FoundSet find_sets",
        "deeper_forensics": "DeeperForensics",
        "deepfake_detection": "DeepFakeDetection",
        "dfdc": "DFDC",
        "dfdc_preview": "DFDCPreview",
        "faceforensics_pp": "FaceForensicsPP",
        "ffiw": "FFIW",
        "folder_dataset": "FolderDataset",
        "fake_face_dataset": "FakeFaceDataset",
        "clip_dataset": "ClipDataset",
        "prepare": "prepare",
        "registry": "DATASETS",
        "video_dataset": "VideoDataset",
        "video_record": "VideoRecord",
        "wild_deepfake": "WildDeepfake",
    },
)
