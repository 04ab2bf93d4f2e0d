"""From a video or an image straight to what a detector takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from graphforensics.data.clip_rows import clip_rows
from graphforensics.data.input_spec import InputSpec
from graphforensics.errors import MissingDataError
from graphforensics.inference.person_inputs import PersonInputs
from graphforensics.media.open_media import open_media
from graphforensics.media.resize import shrink
from graphforensics.preprocess.pipeline.extract_tracks import extract_tracks
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.extraction_report import ExtractionReport
from graphforensics.store.resize_crop import resize_crop
from graphforensics.store.track_frame import TrackFrame

#: Crops are kept for pictures at most this wide, whatever the size of the video.
_PICTURE = 512

#: Samples a face where nobody says how many. Of single frames eight: the standard error of their
#: mean is about a third of one frame's spread, for eight faces to be found. Of clips and groups of
#: frames, each of them many frames, three: the fewest of which one odd sample is outvoted.
_FRAMES, _CLIPS = 8, 3


def read_inputs(
    path: str | Path,
    spec: InputSpec,
    options: ExtractionOptions | None = None,
    clips: int | None = 1,
    report: ExtractionReport | None = None,
) -> list[PersonInputs]:
    """Find every person in a file and cut the samples that a detector takes.

    The file is opened once, and only the frames that the samples need are looked at: for clips,
    ``clips * spec.snippets`` runs of ``spec.frames`` frames, evenly over the whole file, so that an
    hour of video takes the memory of ten seconds. A person who is missing from some of them is read
    from the others.

    Args:
        path: Video, animation or image.
        spec: What the detector takes.
        options: How faces are extracted; by default the frames that the samples need. The
            margin is always the detector's.
        clips: Samples a person; each is spread over the whole file, and no two share a frame
            where the file is long enough. ``None`` takes :func:`default_samples`, and of a person
            seen in a part of the file as many as that part gives.
        report: Filled with the counts of frames looked at and without a face.

    Returns:
        One entry a person, the one seen in most frames first; empty when there is no face.

    Raises:
        ValueError: ``clips`` is below 1.
        UnreadableMediaError: The file is missing, damaged, or holds no picture.
        MissingDataError: The file is a still image and the detector reads clips.

    Example:
        >>> from graphforensics.data.input_spec import InputSpec
        >>> spec = InputSpec("clip", size=112, snippets=5, frames=20)
        >>> people = read_inputs("clip.mp4", spec)  # doctest: +SKIP
        >>> people[0].inputs.shape  # doctest: +SKIP
        torch.Size([1, 5, 3, 20, 112, 112])
    """
    if clips is not None and clips < 1:
        raise ValueError(f"'clips' must be at least 1 (got {clips})")
    media = open_media(path)
    if spec.kind == "clip" and spec.frames > 1 and media.info.kind == "image":
        raise MissingDataError(
            f"{path}: a still image, but this model reads runs of {spec.frames} consecutive "
            "frames; give it a video, or use a model that reads images"
        )
    most = default_samples(spec, media.info.frames) if clips is None else clips
    chosen = options or ExtractionOptions(selection=selection(spec, most))
    chosen = replace(chosen, margin=spec.margin)
    counts = report if report is not None else ExtractionReport()
    people = _gather(extract_tracks(path, chosen, report=counts, media=media, turned=True), spec)
    samples = []
    for number, person in people.items():
        fitting = min(most, default_samples(spec, len(person.frames)))
        samples.append(person.inputs(number, spec, fitting if clips is None else most))
    return sorted(samples, key=lambda sample: (-sample.frames, sample.person))


def default_samples(spec: InputSpec, frames: int) -> int:
    """Return how many samples of a face are judged where nobody says how many.

    Eight single frames, or three clips or groups of frames; fewer where they would share frames.

    Args:
        spec: What the detector takes.
        frames: Frames that there are.

    Example:
        >>> default_samples(InputSpec("image", size=224), frames=300)
        8
        >>> default_samples(InputSpec("clip", size=112, snippets=5, frames=20), frames=250)
        2
    """
    most = _FRAMES if spec.kind == "image" else _CLIPS
    return max(1, min(most, frames // (spec.snippets * spec.frames)))


def selection(spec: InputSpec, clips: int = 1) -> str:
    """Name the frames that ``clips`` samples need, as ``ExtractionOptions.selection`` has it.

    Example:
        >>> selection(InputSpec("clip", size=112, snippets=5, frames=20), clips=2)
        'snippets:10x20'
    """
    if spec.kind == "clip":
        return f"snippets:{clips * spec.snippets}x{spec.frames}"
    return f"frames:{clips * spec.frames}"


@dataclass
class _Person:
    """The faces of one person, already resized: memory grows with the samples, not the video."""

    faces: list[NDArray[np.uint8]] = field(default_factory=list)
    frames: list[TrackFrame] = field(default_factory=list)
    pictures: dict[int, NDArray[np.uint8]] = field(default_factory=dict)
    in_segment: int = 0

    def add(self, frame: TrackFrame, spec: InputSpec) -> None:
        same = bool(self.frames) and self.frames[-1].segment == frame.segment
        self.in_segment = self.in_segment + 1 if same else 0
        # The middle of a run stands for it in pictures; half a run is never far from one. In a
        # short file the runs overlap within one segment.
        if self.in_segment % max(spec.frames // 2, 1) == 0:
            self.pictures[len(self.faces)] = shrink(frame.crop, _PICTURE)
        self.faces.append(_square(frame.crop, spec.size))
        self.frames.append(replace(frame, crop=_NOTHING))

    def inputs(self, number: int, spec: InputSpec, clips: int) -> PersonInputs:
        segments = [frame.segment for frame in self.frames]
        runs = _runs(segments, spec, clips)
        crops = [self._crops(sample) for sample in runs]
        boxes = np.stack([frame.box for frame in self.frames])
        longest = max(np.unique(segments, return_counts=True)[1].tolist())
        return PersonInputs(
            person=number,
            frames=len(self.frames),
            ok_frames=sum(frame.quality == "ok" for frame in self.frames),
            enough=spec.kind != "clip" or 2 * longest >= spec.frames,
            inputs=torch.stack([self._sample(rows.ravel().tolist(), spec) for rows in runs]),
            numbers=np.array([frame.number for frame in self.frames], dtype=np.int64)[runs],
            times=np.array([frame.time for frame in self.frames], dtype=np.float64)[runs],
            boxes=boxes[runs].astype(np.float32),
            crops=crops[0],
            sample_crops=crops,
        )

    def _crops(self, runs: NDArray[np.int64]) -> list[NDArray[np.uint8]]:
        """Return the picture nearest to the middle of each run."""
        kept = sorted(self.pictures)
        middles = runs[:, runs.shape[1] // 2].tolist()
        nearest = [min(kept, key=lambda row: abs(row - middle)) for middle in middles]
        return [self.pictures[row] for row in nearest]

    def _sample(self, rows: list[int], spec: InputSpec) -> Tensor:
        pixels = torch.from_numpy(np.stack([self.faces[row] for row in rows])).permute(0, 3, 1, 2)
        if spec.kind != "clip":
            return pixels.reshape(spec.shape)
        split = pixels.reshape(spec.snippets, spec.frames, *pixels.shape[1:])
        return split.transpose(1, 2).contiguous()


def _runs(segments: list[int], spec: InputSpec, clips: int) -> NDArray[np.int64]:
    """Return the rows of every sample ``[clips, runs, frames]``; samples take runs in turn."""
    clip = spec.kind == "clip"
    more = (
        replace(spec, snippets=clips * spec.snippets)
        if clip
        else replace(spec, kind="frames", frames=clips * spec.frames)
    )
    runs = np.array(clip_rows(segments, more))
    turns: NDArray[np.int64] = runs.reshape(-1, clips, runs.shape[1]).swapaxes(0, 1)
    return turns


_NOTHING = np.zeros((0, 0, 3), dtype=np.uint8)


def _gather(frames: Iterable[TrackFrame], spec: InputSpec) -> dict[int, _Person]:
    people: dict[int, _Person] = {}
    for frame in frames:
        people.setdefault(frame.person, _Person()).add(frame, spec)
    return people


def _square(crop: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Resize as :meth:`FaceTrack.crops` does, so that training and detection see the same."""
    return np.ascontiguousarray(resize_crop(crop, size).permute(1, 2, 0).numpy())
