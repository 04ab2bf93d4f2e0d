"""Drawn videos as files."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from graphforensics.datasets.drawn.drawn_video import RATE
from graphforensics.datasets.drawn.scene import View
from graphforensics.media.write_clip import write_clip
from graphforensics.store.columns import METADATA

if TYPE_CHECKING:
    from graphforensics.datasets.fake_face_dataset import FakeFaceDataset

_TOLD = tuple(name for name in METADATA if name not in ("origin", "mask"))
_COLUMNS = ("file", *_TOLD, "source", "mask")


def write_drawn_clips(dataset: FakeFaceDataset, root: Path, scale: float) -> Path:
    """Write every video of ``dataset``; see :meth:`FakeFaceDataset.write_clips`."""
    view = View((-2.6, -2.2), scale, (round(4.8 * scale) & ~1, round(5.2 * scale) & ~1))
    rows = [_write_video(dataset, position, root, view) for position in range(len(dataset))]
    table = root / "metadata.csv"
    with open(table, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return table


def _write_video(dataset: FakeFaceDataset, position: int, root: Path, view: View) -> dict[str, str]:
    video, told = dataset.videos[position], dataset.metadata(position)
    frames = [video.frame(number, view) for number in range(dataset.frames)]
    name, mask = f"{told['manipulation']}/{told['video']}.mp4", ""
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    write_clip(root / name, (frame.image for frame in frames), RATE)
    if video.forgery is not None:
        mask = f"masks/{told['manipulation']}/{told['video']}.mkv"
        (root / mask).parent.mkdir(parents=True, exist_ok=True)
        grey = (np.repeat(frame.mask[..., None], 3, axis=2) for frame in frames)
        write_clip(root / mask, grey, RATE, codec="ffv1", pixel_format="gray")
    row = {name: told.get(name, "") for name in _TOLD}
    return {**row, "file": name, "source": told["origin"], "mask": mask}
