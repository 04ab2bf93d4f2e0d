"""Reading a file of each kind as far as the library reads it."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from graphforensics.media.decode import probe, read_frames
from graphforensics.models import load_detector
from graphforensics.preprocess.pipeline.extract_tracks import extract_tracks
from graphforensics.splits.split_file import read_split
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.face_store import FaceStore
from graphforensics.store.metadata_table import MetadataTable
from graphforensics.store.store_writer import StoreWriter
from graphforensics.train.devices.safe_checkpoint_io import SafeCheckpointIO

#: One file of every fourth case goes through detection and landmarks too.
_FOURTH = 4


def read_video(path: Path, number: int) -> None:
    """Probe, decode everything, seek; look for faces in some."""
    info = probe(path)
    for _ in read_frames(path):
        pass
    if info.frames:
        list(read_frames(path, [info.frames // 2, info.frames - 1]))
    if number % _FOURTH == 0:
        list(extract_tracks(path, ExtractionOptions("frames:2")))


def read_store(root: Path, number: int) -> None:
    """Read the manifest, every column and every image, and open the store for writing."""
    with warnings.catch_warnings():
        # A store without a manifest is read, with a warning.
        warnings.simplefilter("ignore")
        store = FaceStore(root)
        for track in store:
            for column in ("numbers", "times", "segments", "boxes", "landmarks", "quality"):
                getattr(track, column)
            track.crop_landmarks, track.crop_boxes, track.sharpness, track.detected  # noqa: B018
            track.read(range(len(track)))
    with StoreWriter(root, store.options) as writer:
        writer.finish()


def read_model(folder: Path, number: int) -> None:
    """Build the detector."""
    load_detector(folder)


def read_training(folder: Path, number: int) -> None:
    """Read a checkpoint as a detector, or as what training resumes from."""
    path = folder / "last.ckpt"
    if number % 2:
        load_detector(path)
    else:
        SafeCheckpointIO().load_checkpoint(path)


def read_table(folder: Path, number: int) -> None:
    """Read the labels and the split of the store that they belong to."""
    table = MetadataTable(folder / "metadata.csv")
    table.match([folder / "real.mp4", folder / "elsewhere" / "fake.mp4"])
    table.masks()
    rows = json.loads((folder / "rows.json").read_text("utf-8"))
    read_split(folder / "split.json", rows, required=())


@dataclass(frozen=True)
class Kind:
    """A kind of input: where its sound files are, which of them are damaged, how it is read."""

    folder: str
    read: Callable[[Path, int], None]
    patterns: tuple[str, ...] = ("*",)
    #: The whole folder is read, not the damaged file alone.
    whole: bool = False
    share: float = 1.0

    def samples(self, corpus: Path) -> list[Path]:
        """List the files to damage."""
        root = corpus / self.folder
        return sorted(path for pattern in self.patterns for path in root.glob(pattern))

    def place(self, corpus: Path, work: Path, sample: Path) -> tuple[Path, Path]:
        """Copy what is read beside the damaged file; return what to read and what to damage."""
        if not self.whole:
            return work / sample.name, work / sample.name
        target = work / self.folder
        shutil.copytree(corpus / self.folder, target)
        return target, target / sample.relative_to(corpus / self.folder)


KINDS = {
    "video": Kind("video", read_video, share=0.25),
    "image": Kind("image", read_video, share=0.25),
    "parquet": Kind(
        "store", read_store, ("manifest.parquet", "tracks/*/*.parquet"), True, share=0.2
    ),
    "checkpoint": Kind("training", read_training, ("*.ckpt",), True, share=0.1),
    "safetensors": Kind("model", read_model, ("*.safetensors",), True, share=0.05),
    "model JSON": Kind("model", read_model, ("*.json",), True, share=0.05),
    "store JSON": Kind("store", read_store, ("store.json", "tracks/*/*.json"), True, share=0.05),
    "split, labels": Kind("table", read_table, ("split.json", "*.csv"), True, share=0.05),
}
