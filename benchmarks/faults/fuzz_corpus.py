"""Sound files of every kind that the library reads, small, the same ones in every run."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from graphforensics.datasets.moving_face import moving_face
from graphforensics.media.write_clip import write_clip
from graphforensics.models import MRL
from graphforensics.models.calibration import Calibration, weights_hash
from graphforensics.preprocess import extract
from graphforensics.splits.split_file import split_document
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.face_store import FaceStore
from graphforensics.train.tasks.random_state import random_state

#: Container -> encoder and pixel format.
_VIDEOS = {
    "h264.mp4": ("libx264", "yuv420p"),
    "h264.mkv": ("libx264", "yuv420p"),
    "mpeg4.avi": ("mpeg4", "yuv420p"),
    "mjpeg.mov": ("mjpeg", "yuvj420p"),
    "vp8.webm": ("libvpx", "yuv420p"),
    "ffv1.mkv": ("ffv1", "yuv420p"),
    "mpeg2.ts": ("mpeg2video", "yuv420p"),
}
_STILLS = ("png", "jpg", "bmp", "tiff", "ppm", "jp2", "webp", "avif")
_MOVING = ("gif", "webp", "png")
_MODEL: dict[str, Any] = {
    "encoder": "resnet10t",
    "encoder_stage": 1,
    "regions": 4,
    "snippets": 2,
    "frames": 3,
    "size": 32,
    "hidden_channels": 8,
    "attention_channels": 8,
}


def make_corpus(root: Path) -> None:
    """Write the files into a folder a kind: video, image, store, model, training, table."""
    frames = list(moving_face(8, (144, 176), 0.6, 8))
    _write_videos(root / "video", frames)
    _write_images(root / "image", frames)
    _write_store(root)
    _write_model(root)


def _write_videos(folder: Path, frames: list[NDArray[np.uint8]]) -> None:
    folder.mkdir(parents=True)
    for name, (codec, pixels) in _VIDEOS.items():
        write_clip(folder / name, frames, codec=codec, pixel_format=pixels)
    # A stream whose frames change their size half-way.
    write_clip(folder / "small.ts", [frame[:80, :96] for frame in frames], codec="mpeg2video")
    whole = (folder / "mpeg2.ts").read_bytes() + (folder / "small.ts").read_bytes()
    (folder / "two_sizes.ts").write_bytes(whole)


def _write_images(folder: Path, frames: list[NDArray[np.uint8]]) -> None:
    folder.mkdir()
    pictures = [Image.fromarray(frame[::2, ::2]) for frame in frames[:4]]
    for ending in _STILLS:
        pictures[0].save(folder / f"still.{ending}")
    pictures[0].convert("P").save(folder / "palette.png")
    Image.fromarray(frames[0][:, :, 0].astype(np.uint16) * 257).save(folder / "deep.png")
    for ending in _MOVING:
        pictures[0].save(
            folder / f"moving.{ending}", save_all=True, append_images=pictures[1:], duration=40
        )


def _write_store(root: Path) -> None:
    clips, store = root / "clips", root / "store"
    clips.mkdir()
    for label, seed in (("real", 0), ("fake", 1)):
        write_clip(clips / f"{label}.mp4", moving_face(10, (144, 176), 0.6, 8, seed=seed))
    tables = root / "table"
    tables.mkdir()
    rows = [
        {"file": f"{label}.mp4", "label": label, "identity": f"p{label}", "dataset": "moving"}
        for label in ("real", "fake")
    ]
    for table in (tables / "metadata.csv", clips / "metadata.csv"):
        with table.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    extract(clips, store, ExtractionOptions(), metadata=clips / "metadata.csv", workers=0)
    manifest = FaceStore(store).manifest.to_pylist()
    document = split_document(manifest, {"train": [0], "test": [1]}, seed=0)
    (tables / "split.json").write_text(json.dumps(document), "utf-8")
    (tables / "rows.json").write_text(json.dumps(manifest), "utf-8")


def _write_model(root: Path) -> None:
    torch.manual_seed(0)
    model = MRL(**_MODEL)
    folder = root / "model"
    model.save_pretrained(folder)
    Calibration(1.5, {"mean": 0.5}, weights_hash(folder)).write(folder)
    settings = {"detector": model.name, "config": model.config}
    checkpoint = {
        "state_dict": {f"model.{name}": value for name, value in model.state_dict().items()},
        "hyper_parameters": settings,
        "optimizer_states": [{"state": {0: {"step": torch.ones(1)}}, "param_groups": []}],
        "lr_schedulers": [{"last_epoch": 1}],
        "loops": {"fit_loop": {"state_dict": {}}},
        "callbacks": {"RunRecorder": {"rows": [{"epoch": 0}], "best": None}},
        "epoch": 1,
        "global_step": 2,
        "random": random_state(),
    }
    training = root / "training"
    training.mkdir()
    torch.save(checkpoint, training / "last.ckpt")
