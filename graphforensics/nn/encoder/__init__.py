"""Networks that turn pixels into feature maps; weights are never loaded unless asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.nn.encoder.build import build_encoder
    from graphforensics.nn.encoder.pytorchvideo_encoder import PyTorchVideoEncoder
    from graphforensics.nn.encoder.staged_encoder import StagedEncoder
    from graphforensics.nn.encoder.timm_encoder import TimmEncoder
    from graphforensics.nn.encoder.torchvision_video_encoder import TorchvisionVideoEncoder

__all__ = [
    "PyTorchVideoEncoder",
    "StagedEncoder",
    "TimmEncoder",
    "TorchvisionVideoEncoder",
    "build_encoder",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "build": "build_encoder",
        "pytorchvideo_encoder": "PyTorchVideoEncoder",
        "staged_encoder": "StagedEncoder",
        "timm_encoder": "TimmEncoder",
        "torchvision_video_encoder": "TorchvisionVideoEncoder",
    },
)
