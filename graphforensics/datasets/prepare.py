"""From a data set to a face store."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import fields
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphforensics.datasets.frame_reader import SEQUENCE_SUFFIX, frames_at
from graphforensics.datasets.layout import images_in
from graphforensics.datasets.video_dataset import VideoDataset
from graphforensics.datasets.video_record import COLUMNS, VideoRecord, record_at
from graphforensics.errors import UnreadableMediaError
from graphforensics.media.resize import resize
from graphforensics.media.write_clip import write_clip
from graphforensics.preprocess.pipeline.extract import extract
from graphforensics.preprocess.pipeline.extraction_summary import ExtractionSummary
from graphforensics.store.columns import METADATA
from graphforensics.store.extraction_options import ExtractionOptions

# Folders of images that are made into lossless clips at a time: the disk holds no more of them.
_AT_ONCE = 128
# Crops end where the face does; detectors want to see a little more.
_RIM = 0.25
_COLUMNS = tuple(name for name in METADATA if name in COLUMNS)


def prepare(
    dataset: VideoDataset,
    out: str | Path,
    options: ExtractionOptions | None = None,
    *,
    limit: int | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    dask: str | Any | None = None,
    progress: bool | None = False,
) -> ExtractionSummary:
    """Find, track and crop the faces of a data set into a face store.

    The store knows of every video its label, identity, manipulation, data set, name, quality,
    official split, what it was made from and where its mask lies, and names files relative to the
    root of the data set. As with :func:`~graphforensics.preprocess.extract`, a run that was
    killed is started again and goes on. Folders of face images (WildDeepfake) are made into
    lossless clips with a rim around the picture, a few at a time, and extracted from these.

    Args:
        dataset: The data set, or one split of it.
        out: Folder or URL of the store; several data sets may share one.
        options: How to extract; a store keeps to one set of options.
        limit: Take only so many videos, evenly over the data set.
        workers: Worker processes; one a core by default.
        executor: Runs the files in place of own processes.
        dask: Dask scheduler whose workers run the files (see
            :func:`~graphforensics.preprocess.extract`); clips of folders of face images, which
            only this machine sees, are run by own processes.
        progress: Show a progress bar; ``None``: on a terminal.

    Raises:
        ValueError: ``limit`` is not positive.
        OutputError: The store cannot be written.
        StoreError: The store was made with other options.

    Example:
        >>> from graphforensics.data import FaceForensicsPP, prepare
        >>> dataset = FaceForensicsPP("FaceForensics++", split="all")  # doctest: +SKIP
        >>> prepare(dataset, "faces", ExtractionOptions("frames:32"))  # doctest: +SKIP
    """
    if limit is not None and limit < 1:
        raise ValueError(f"'limit' must be positive (got {limit})")
    videos: list[VideoRecord] = []
    folders: list[VideoRecord] = []
    for place in _chosen(len(dataset), limit):
        record = record_at(dataset.table, place)
        (folders if (dataset.root / record.path).is_dir() else videos).append(record)
    total = ExtractionSummary()
    with tempfile.TemporaryDirectory(prefix="graphforensics-") as scratch:
        for part, root in _parts(dataset, videos, folders, Path(scratch)):
            paths = [_file(root, record) for record in part]
            table = _write_table(Path(scratch) / "metadata.csv", part, paths)
            summary = extract(
                paths,
                out,
                options,
                metadata=table,
                root=root,
                workers=workers,
                executor=executor,
                dask=dask if root == dataset.root else None,
                progress=progress,
            )
            named = [str(dataset.root / record.path) for record in part]
            _add(total, summary, dict(zip(map(str, paths), named, strict=True)))
            if root != dataset.root:
                shutil.rmtree(root)
    return total


def _chosen(total: int, limit: int | None) -> list[int]:
    if limit is None or limit >= total:
        return list(range(total))
    places: list[int] = ((np.arange(limit) + 0.5) * total / limit).astype(int).tolist()
    return places


def _parts(
    dataset: VideoDataset,
    videos: list[VideoRecord],
    folders: list[VideoRecord],
    scratch: Path,
) -> Iterator[tuple[list[VideoRecord], Path]]:
    """Yield the videos, then clips of the folders, a few at a time, with where they lie."""
    if videos:
        yield videos, dataset.root
    waiting = iter(folders)
    while part := list(islice(waiting, _AT_ONCE)):
        clips = scratch / "clips"
        for record in part:
            _write_sequence(dataset.root / record.path, clips / f"{record.path}{SEQUENCE_SUFFIX}")
        yield part, clips


def _file(root: Path, record: VideoRecord) -> Path:
    """Return a video, or the clip that was made of a folder."""
    path = root / record.path
    return path if path.is_file() else root / f"{record.path}{SEQUENCE_SUFFIX}"


def _write_sequence(folder: Path, clip: Path) -> None:
    """Write the images of a folder as a lossless clip; without any, a file that cannot be read."""
    clip.parent.mkdir(parents=True, exist_ok=True)
    numbers = range(len(images_in(folder)))
    try:
        first = frames_at(folder, [0])[0]
        # Images of one sequence may differ in size; a video's do not.
        height, width = first.shape[:2]
        frames = (_framed(frames_at(folder, [number])[number], height, width) for number in numbers)
        write_clip(clip, frames, codec="ffv1", pixel_format="bgr0")
    except (UnreadableMediaError, ValueError) as error:
        clip.write_text(f"{folder}: {error}", encoding="utf-8")


def _framed(image: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """Bring an image to one size and repeat its outermost pixels around it."""
    if image.shape[:2] != (height, width):
        image = resize(image, width, height, "bicubic")
    # Even sides lose no row in the video.
    down, right = round(_RIM * height), round(_RIM * width)
    rims = ((down, down + height % 2), (right, right + width % 2), (0, 0))
    return np.pad(image, rims, mode="edge")


def _write_table(path: Path, records: list[VideoRecord], files: list[Path]) -> Path:
    names = ("file", *_COLUMNS)
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for record, place in zip(records, files, strict=True):
            told = [getattr(record, name) for name in names[1:]]
            writer.writerow([place.absolute(), *told])
    return path


def _add(total: ExtractionSummary, part: ExtractionSummary, names: Mapping[str, str]) -> None:
    """Add up, and call the clips that were made of folders by the folders' names."""
    for field in fields(ExtractionSummary):
        value = getattr(part, field.name)
        if isinstance(value, list):
            value = [
                names.get(entry, entry)
                if isinstance(entry, str)
                else (names.get(entry[0], entry[0]), entry[1])
                for entry in value
            ]
        setattr(total, field.name, getattr(total, field.name) + value)
