"""How fast faces are extracted, and how well, next to the field's usual recipe.

Three ways through the same clips, one after the other in one run, each on one thread:

(a) decoding alone: PyAV, every frame, left in the decoder's format and converted to RGB;
(b) ``graphforensics extract`` into a store of lossless crops, all frames;
(c) the usual recipe: dlib's HOG detector with up-sampling 1 on the full frame, 68 landmarks, a crop
    with margin 1.3, and the detector once more on the crop. It is run on frames spread evenly over
    each clip (``--recipe-frames``); its time a frame includes decoding, (a).

Times are processor time of the thread or process (other work on the machine then counts less);
wall time stands beside it. The models are loaded before anything is timed. On the frames where (c)
finds exactly one face: how many (b) missed (no box that overlaps by half), the mean overlap of the
boxes, and the mean distance of the landmarks as a share of the distance between the eyes.

    python benchmarks/extraction.py --data ../shared/data --json extraction.json
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import av
import dlib
import numpy as np
from begin import begin
from numpy.typing import NDArray

from graphforensics.media.decode import probe
from graphforensics.media.selection import EvenFrames
from graphforensics.preprocess.crop.box import overlap
from graphforensics.preprocess.detect.model_file import model_file
from graphforensics.preprocess.pipeline.extract import extract
from graphforensics.preprocess.pipeline.extract_tracks import extract_tracks
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.face_store import FaceStore

CLIPS = [
    "real_video/ghost/nggyup.mp4",
    "real_video/liveportrait/s18.mp4",
    "real_video/liveportrait/s32.mp4",
    "real_video/liveportrait/s29.mp4",
    "real_video/liveportrait/d13.mp4",
]
FASTER, DECODES, MISSED, IOU, POINTS = 12.0, 6.0, 0.02, 0.75, 0.03


@dataclass
class Timing:
    """Milliseconds a frame."""

    cpu: float
    wall: float


@dataclass
class ClipResult:
    """All that was measured on one clip; times are milliseconds a frame."""

    clip: str
    width: int
    height: int
    frames: int
    decode: Timing
    decode_rgb: Timing
    pipeline: Timing
    recipe: Timing
    recipe_frames: int
    one_face: int
    missed: int
    overlaps: list[float]
    errors: list[float]


Face = tuple[NDArray[np.float64], NDArray[np.float64]]


def main() -> None:
    """Measure, print the table and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--clips", nargs="+", default=CLIPS, help="files, relative to --data")
    parser.add_argument("--recipe-frames", type=int, default=24, help="frames a clip for (c)")
    parser.add_argument("--workers", type=int, default=2, help="processes of the parallel run")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    begin(__doc__)
    paths = [args.data / clip for clip in args.clips]
    recipe = Recipe()
    list(extract_tracks(paths[0], ExtractionOptions(selection="frames:2")))
    results = [
        measure(path, clip, recipe, args) for path, clip in zip(paths, args.clips, strict=True)
    ]
    parallel = measure_parallel(paths, args.workers)
    figures = summary(results, parallel, args.workers)
    print_tables(results, figures)
    if args.json:
        clips = [asdict(result) for result in results]
        args.json.write_text(json.dumps({"summary": figures, "clips": clips}, indent=1) + "\n")


class Recipe:
    """(c): what papers' preprocessing scripts do, frame by frame."""

    def __init__(self) -> None:
        self.detector = dlib.get_frontal_face_detector()
        self.predictor = dlib.shape_predictor(
            str(model_file("shape_predictor_68_face_landmarks.dat"))
        )

    def __call__(self, image: NDArray[np.uint8]) -> list[Face]:
        """Return boxes and landmarks of the faces in a frame."""
        faces = []
        for box in self.detector(image, 1):
            points = self.predictor(image, box).parts()
            margin = 0.15 * box.width()
            top, left = (max(0, round(edge - margin)) for edge in (box.top(), box.left()))
            bottom, right = round(box.bottom() + margin), round(box.right() + margin)
            self.detector(np.ascontiguousarray(image[top:bottom, left:right]), 1)
            place = [box.left(), box.top(), box.right() + 1, box.bottom() + 1]
            landmarks = np.array([(point.x, point.y) for point in points], np.float64)
            faces.append((np.array(place, np.float64), landmarks))
        return faces


def measure(path: Path, clip: str, recipe: Recipe, args: argparse.Namespace) -> ClipResult:
    """Run all three ways through one clip."""
    info = probe(path)
    decode = timed(lambda: decode_all(path, rgb=False), info.frames)
    decode_rgb = timed(lambda: decode_all(path, rgb=True), info.frames)
    with tempfile.TemporaryDirectory() as folder:
        pipeline = timed(lambda: extract([path], folder, workers=0), info.frames)
        ours = stored_faces(Path(folder))
    runs = EvenFrames(args.recipe_frames).numbers(info.times)
    wanted = {run[0] for run in runs}
    images = {
        number: image
        for number, image in enumerate(decoded(path, rgb=True, only=wanted))
        if image is not None
    }
    theirs: dict[int, list[Face]] = {}
    looked = timed(
        lambda: theirs.update({n: recipe(image) for n, image in images.items()}), len(images)
    )
    whole = Timing(looked.cpu + decode_rgb.cpu, looked.wall + decode_rgb.wall)
    one, missed, overlaps, errors = compare(theirs, ours)
    return ClipResult(
        clip, info.width, info.height, info.frames, decode, decode_rgb, pipeline, whole,
        len(images), one, missed, overlaps, errors,
    )  # fmt: skip


def timed(work: Callable[[], object], frames: int) -> Timing:
    """Time one call."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Timing(cpu / frames * 1e3, wall / frames * 1e3)


def decoded(
    path: Path, rgb: bool, only: set[int] | None = None
) -> Iterator[NDArray[np.uint8] | None]:
    """Yield every frame, or ``None`` in place of those that are not wanted."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        for number, frame in enumerate(container.decode(stream)):
            wanted = rgb and (only is None or number in only)
            # dlib reads rows one after the other; PyAV's may be padded.
            yield np.ascontiguousarray(frame.to_ndarray(format="rgb24")) if wanted else None


def decode_all(path: Path, rgb: bool) -> None:
    """Decode a clip and drop its frames."""
    for _ in decoded(path, rgb):
        pass


def stored_faces(folder: Path) -> dict[int, list[Face]]:
    """Read the faces of a store, by frame number."""
    faces: dict[int, list[Face]] = {}
    for track in FaceStore(folder):
        for number, box, points in zip(track.numbers, track.boxes, track.landmarks, strict=True):
            faces.setdefault(int(number), []).append((np.asarray(box), np.asarray(points)))
    return faces


def compare(
    theirs: dict[int, list[Face]], ours: dict[int, list[Face]]
) -> tuple[int, int, list[float], list[float]]:
    """Return frames with one face, misses, overlaps and landmark errors."""
    one, missed, overlaps, errors = 0, 0, [], []
    for number, faces in theirs.items():
        if len(faces) != 1:
            continue
        one += 1
        box, points = faces[0]
        best = max(ours.get(number, []), key=lambda face: overlap(face[0], box), default=None)
        if best is None or overlap(best[0], box) < 0.5:
            missed += 1
            continue
        overlaps.append(overlap(best[0], box))
        eyes = np.linalg.norm(points[36:42].mean(axis=0) - points[42:48].mean(axis=0))
        errors.append(float(np.linalg.norm(best[1] - points, axis=1).mean() / eyes))
    return one, missed, overlaps, errors


def measure_parallel(paths: list[Path], workers: int) -> dict[str, float]:
    """Extract all clips with one and with several worker processes."""
    frames = sum(probe(path).frames for path in paths)
    figures = {}
    for count in (1, workers):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start, own = time.perf_counter(), time.process_time()
        with tempfile.TemporaryDirectory() as folder:
            extract(paths, folder, workers=count)
        wall, own = time.perf_counter() - start, time.process_time() - own
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = own + after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        figures[f"fps_wall_{count}_workers"] = frames / wall
        figures[f"cpu_ms_a_frame_{count}_workers"] = cpu / frames * 1e3
    return figures


def summary(
    results: list[ClipResult], parallel: dict[str, float], workers: int
) -> dict[str, object]:
    """Put the clips together: times weighted by frames, quality by frames compared."""
    frames = sum(result.frames for result in results)

    def mean(name: str, clock: str) -> float:
        return float(sum(getattr(getattr(r, name), clock) * r.frames for r in results) / frames)

    figures: dict[str, object] = {"frames": frames, "workers": workers}
    for name in ("decode", "decode_rgb", "pipeline", "recipe"):
        for clock in ("cpu", "wall"):
            figures[f"{name}_{clock}_ms"] = mean(name, clock)
        figures[f"{name}_fps"] = 1e3 / mean(name, "cpu")
    for clock in ("cpu", "wall"):
        figures[f"recipe_over_pipeline_{clock}"] = mean("recipe", clock) / mean("pipeline", clock)
        figures[f"pipeline_over_decode_{clock}"] = mean("pipeline", clock) / mean("decode", clock)
        figures[f"pipeline_over_decode_rgb_{clock}"] = mean("pipeline", clock) / mean(
            "decode_rgb", clock
        )
    one = sum(result.one_face for result in results)
    figures["frames_with_one_face"] = one
    figures["missed"] = sum(result.missed for result in results) / max(1, one)
    figures["mean_iou"] = float(np.mean([v for r in results for v in r.overlaps]))
    figures["landmark_error"] = float(np.mean([v for r in results for v in r.errors]))
    return figures | parallel


def print_tables(results: list[ClipResult], figures: dict[str, object]) -> None:
    """Print what was measured, and whether it is what was wanted."""
    print("milliseconds of processor time a frame")
    print(f"{'clip':34s} {'frames':>6} {'decode':>7} {'to RGB':>7} {'(b)':>7} {'(c)':>7} "
          f"{'c/b':>6} {'b/a':>5} {'missed':>8} {'IoU':>6} {'points':>7}")  # fmt: skip
    for r in results:
        iou, error = (float(np.mean(v)) if v else float("nan") for v in (r.overlaps, r.errors))
        print(
            f"{r.clip[-34:]:34s} {r.frames:6d} {r.decode.cpu:7.2f} {r.decode_rgb.cpu:7.2f} "
            f"{r.pipeline.cpu:7.2f} {r.recipe.cpu:7.1f} {r.recipe.cpu / r.pipeline.cpu:6.1f} "
            f"{r.pipeline.cpu / r.decode_rgb.cpu:5.1f} {r.missed:3d}/{r.one_face:<4d} {iou:6.3f} "
            f"{100 * error:6.2f}%"
        )
    for name, value in figures.items():
        print(f"{name:36s} {value:.3f}" if isinstance(value, float) else f"{name:36s} {value}")
    wanted = [
        ("(c) / (b), one core", "recipe_over_pipeline_cpu", FASTER, True),
        ("(b) / (a), one core", "pipeline_over_decode_rgb_cpu", DECODES, False),
        ("missed", "missed", MISSED, False),
        ("mean overlap", "mean_iou", IOU, True),
        ("landmark error", "landmark_error", POINTS, False),
    ]
    for label, name, bound, at_least in wanted:
        value = float(str(figures[name]))
        met = value >= bound if at_least else value <= bound
        print(f"{'met' if met else 'NOT MET':8s}{label}: {value:.3f}, wanted "
              f"{'at least' if at_least else 'at most'} {bound}")  # fmt: skip


if __name__ == "__main__":
    main()
