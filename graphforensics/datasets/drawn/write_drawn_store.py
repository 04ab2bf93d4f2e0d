"""Drawn videos as a face store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from graphforensics.datasets.drawn.drawn_video import RATE, DrawnVideo
from graphforensics.preprocess.crop.sharpness import sharpness
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.extraction_report import ExtractionReport
from graphforensics.store.layout import RECORD, source_key
from graphforensics.store.records import SourceRecord
from graphforensics.store.source_writer import write_tracks
from graphforensics.store.store_writer import StoreWriter
from graphforensics.store.track_frame import TrackFrame

if TYPE_CHECKING:
    from graphforensics.datasets.fake_face_dataset import FakeFaceDataset


def write_drawn_store(dataset: FakeFaceDataset, root: Path, size: int, margin: float) -> Path:
    """Write every video of ``dataset`` as a track; see :meth:`FakeFaceDataset.write_store`."""
    with StoreWriter(root, ExtractionOptions(margin=margin)) as store:
        for position, video in enumerate(dataset.videos):
            told = dataset.metadata(position)
            name = f"{told['manipulation']}/{told['video']}.mp4"
            folder = store.partial / source_key(name)
            rows = _rows(video, dataset.frames, size, margin)
            record = SourceRecord(
                name,
                source_key(name),
                "ok",
                report=ExtractionReport(frames=dataset.frames),
                tracks=write_tracks(folder, rows),
                metadata={key: text for key, text in told.items() if text},
            )
            record.write(folder / RECORD)
            store.commit(record, folder)
        store.finish()
    return root


def _rows(video: DrawnVideo, frames: int, size: int, margin: float) -> Iterator[TrackFrame]:
    for number in range(frames):
        view = video.view(number, size, margin)
        shown = video.frame(number, view)
        # The "frame" of such a track has the crop's own resolution.
        corner = np.array(view.corner) * view.scale
        rim = size * (1 - 1 / margin) / 2
        box = np.array([corner + rim, corner + size - rim], np.float32).ravel()
        inner = shown.image[round(rim) : round(size - rim), round(rim) : round(size - rim)]
        yield TrackFrame(
            person=0,
            segment=0,
            number=number,
            time=number / RATE,
            crop=shown.image,
            box=box,
            crop_box=np.array([corner, corner + size], np.float32).ravel(),
            landmarks=(shown.landmarks + corner).astype(np.float32),
            crop_landmarks=shown.landmarks,
            sharpness=sharpness(inner),
            quality="ok",
            detected=True,
        )
