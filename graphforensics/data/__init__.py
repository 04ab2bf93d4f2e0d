"""Face graphs, and the layout of a detector's input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.data.action_unit_graph import action_unit_graph
    from graphforensics.data.clip_rows import clip_rows
    from graphforensics.data.face_graph import FaceGraph
    from graphforensics.data.face_graph_sequence import FaceGraphSequence
    from graphforensics.data.input_spec import InputSpec
    from graphforensics.data.landmark_graph import landmark_graph
    from graphforensics.data.temporal_signal import from_temporal_signal, to_temporal_signal
    from graphforensics.datasets.celeb_df import CelebDF
    from graphforensics.datasets.deeper_forensics import DeeperForensics
    from graphforensics.datasets.deepfake_detection import DeepFakeDetection
    from graphforensics.datasets.dfdc import DFDC
    from graphforensics.datasets.dfdc_preview import DFDCPreview
    from graphforensics.datasets.faceforensics_pp import FaceForensicsPP
    from graphforensics.datasets.fake_face_dataset import FakeFaceDataset
    from graphforensics.datasets.ffiw import FFIW
    from graphforensics.datasets.folder_dataset import FolderDataset
    from graphforensics.datasets.prepare import prepare
    from graphforensics.datasets.registry import DATASETS
    from graphforensics.datasets.video_dataset import VideoDataset
    from graphforensics.datasets.video_record import VideoRecord
    from graphforensics.datasets.wild_deepfake import WildDeepfake
    from graphforensics.store.face_store import FaceStore
    from graphforensics.store.face_track import FaceTrack

__all__ = [
    "DATASETS",
    "DFDC",
    "FFIW",
    "CelebDF",
    "DFDCPreview",
    "DeepFakeDetection",
    "DeeperForensics",
    "FaceForensicsPP",
    "FaceGraph",
    "FaceGraphSequence",
    "FaceStore",
    "FaceTrack",
    "FakeFaceDataset",
    "FolderDataset",
    "InputSpec",
    "VideoDataset",
    "VideoRecord",
    "WildDeepfake",
    "action_unit_graph",
    "clip_rows",
    "from_temporal_signal",
    "landmark_graph",
    "prepare",
    "to_temporal_signal",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "clip_rows": "clip_rows",
        "graphforensics.store.face_store": "FaceStore",
        "graphforensics.store.face_track": "FaceTrack",
        "input_spec": "InputSpec",
        "graphforensics.datasets.registry": "DATASETS",
        "graphforensics.datasets.dfdc": "DFDC",
        "graphforensics.datasets.ffiw": "FFIW",
        "graphforensics.datasets.celeb_df": "CelebDF",
        "graphforensics.datasets.deeper_forensics": "DeeperForensics",
        "graphforensics.datasets.deepfake_detection": "DeepFakeDetection",
        "graphforensics.datasets.dfdc_preview": "DFDCPreview",
        "graphforensics.datasets.faceforensics_pp": "FaceForensicsPP",
        "graphforensics.datasets.folder_dataset": "FolderDataset",
        "graphforensics.datasets.video_dataset": "VideoDataset",
        "graphforensics.datasets.video_record": "VideoRecord",
        "graphforensics.datasets.wild_deepfake": "WildDeepfake",
        "graphforensics.datasets.prepare": "prepare",
        "action_unit_graph": "action_unit_graph",
        "face_graph": "FaceGraph",
        "face_graph_sequence": "FaceGraphSequence",
        "landmark_graph": "landmark_graph",
        "graphforensics.datasets.fake_face_dataset": "FakeFaceDataset",
        "temporal_signal": "from_temporal_signal to_temporal_signal",
    },
)
