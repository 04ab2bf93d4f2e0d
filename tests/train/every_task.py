"""A tiny detector for every task, and batches that it learns from."""

from __future__ import annotations

from typing import Any

import torch

from graphforensics.models import DeepfakeMAE
from graphforensics.models.detector import Detector
from graphforensics.models.registry import DETECTORS
from graphforensics.regions.mean_face import mean_face
from graphforensics.train.tasks.detection_task import DetectionTask
from graphforensics.train.tasks.registry import task_class

#: Every task: the name of its detector, and the stage.
TASKS: tuple[tuple[str, str | None], ...] = (
    ("mrl", None),
    ("lrl", None),
    ("aunet", None),
    ("learning_to_mask", None),
    ("deepfake_mae", "pretrain"),
    ("deepfake_mae", "finetune"),
    ("deepfake_mae", "map"),
)

_KEYWORDS: dict[str, dict[str, Any]] = {
    "mrl": {
        "encoder_stage": 1,
        "regions": 4,
        "snippets": 2,
        "frames": 2,
        "size": 32,
        "hidden_channels": 8,
        "attention_channels": 8,
    },
    "lrl": {"encoder_stages": [1, 2, 3], "k": 3, "size": 64, "decoder_channels": 8},
    "aunet": {"encoder_stage": 2, "width": 16, "hidden_channels": 16, "heads": 2, "size": 48},
    "learning_to_mask": {"blocks": 1, "heads": 2, "hidden_channels": 16, "size": 48},
    "deepfake_mae": {
        "channels": 16,
        "blocks": 1,
        "heads": 2,
        "decoder_channels": 8,
        "decoder_blocks": 1,
        "decoder_heads": 2,
        "patch": 8,
        "mapping_encoder": "resnet10t",
        "mapping_channels": 8,
        "frames": 2,
        "size": 32,
    },
}


def detector(name: str) -> Detector:
    """Build a tiny detector, always with the same weights; DeepfakeMAE's first stage is done."""
    torch.manual_seed(3)
    encoder = {} if name == "deepfake_mae" else {"encoder": "resnet10t"}
    model = DETECTORS[name](**_KEYWORDS[name], **encoder)
    if isinstance(model, DeepfakeMAE):
        model.stages.add("pretrain")
    return model


def task(name: str, stage: str | None, **settings: Any) -> DetectionTask:
    """Build the task of a tiny detector."""
    return task_class(name, stage)(detector(name), **settings)


def samples(model: Detector, count: int = 8) -> list[dict[str, Any]]:
    """Make samples as :class:`~graphforensics.datasets.clip_dataset.ClipDataset` does."""
    seeded = torch.Generator().manual_seed(5)
    spec = model.input_spec
    frames = {"image": (), "frames": (spec.frames,), "clip": (spec.snippets, spec.frames)}
    made = []
    for number in range(count):
        fake = number % 2
        pixels = torch.randint(0, 256, spec.shape, generator=seeded, dtype=torch.uint8)
        made.append(
            {
                "inputs": pixels // 2 + 100 * fake,
                "label": torch.tensor(float(fake)),
                "landmarks": mean_face(spec.size).expand(*frames[spec.kind], 68, 2),
                "clip": 0,
                "dataset": "noise",
                "manipulation": f"swap{number % 4}" if fake else "",
                "video": str(number // 2),
                "quality": "",
                "identity": f"p{number // 2}",
                "track_id": f"track{number}",
            }
        )
    return made
