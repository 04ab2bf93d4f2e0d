"""Face graphs, face stores, and the samples that detectors are fed."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from graphforensics.data.clip_rows import clip_rows
from graphforensics.data.face_store import FaceStore
from graphforensics.data.face_track import FaceTrack
from graphforensics.data.input_spec import InputSpec

if TYPE_CHECKING:
    from graphforensics.data.datasets import (
        DATASETS,
        DFDC,
        FFIW,
        CelebDF,
        DeeperForensics,
        DeepFakeDetection,
        DFDCPreview,
        FaceForensicsPP,
        FolderDataset,
        VideoDataset,
        VideoRecord,
        WildDeepfake,
        prepare,
    )
    from graphforensics.data.drawn.action_unit_graph import action_unit_graph
    from graphforensics.data.face_graph import FaceGraph
    from graphforensics.data.face_graph_sequence import FaceGraphSequence
    from graphforensics.data.fake_face_dataset import FakeFaceDataset
    from graphforensics.data.temporal_signal import from_temporal_signal, to_temporal_signal

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
    "prepare",
    "to_temporal_signal",
]

# PyTorch Geometric takes as long to import as torch itself, and extraction, which starts many
# processes, has no use for it: what needs it is imported when it is asked for.
_LATER = {
    "CelebDF": "datasets",
    "DFDC": "datasets",
    "DFDCPreview": "datasets",
    "DeepFakeDetection": "datasets",
    "DeeperForensics": "datasets",
    "FFIW": "datasets",
    "FaceForensicsPP": "datasets",
    "FolderDataset": "datasets",
    "VideoDataset": "datasets",
    "VideoRecord": "datasets",
    "WildDeepfake": "datasets",
    "DATASETS": "datasets",
    "prepare": "datasets",
    "action_unit_graph": "drawn.action_unit_graph",
    "FakeFaceDataset": "fake_face_dataset",
    "FaceGraph": "face_graph",
    "FaceGraphSequence": "face_graph_sequence",
    "from_temporal_signal": "temporal_signal",
    "to_temporal_signal": "temporal_signal",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
