r"""How forged clips behave over time, beside real face swaps and their own real copies.

For each pair of a real clip and its forgery three numbers are measured on both, in the hull of the
landmarks of the real half (smoothed over time) and, for the textures, also in the background:

- flicker of the mean face colour, in levels of 255: with the mean colour :math:`c_t` of frame t

  .. math:: \sqrt{\tfrac23}\; \mathrm{sd}_t\Big(c_t - \tfrac12 (c_{t-1} + c_{t+1})\Big)

  averaged over red, green and blue: the standard deviation of independent draws that flicker so;
- change of texture over time, relative to the texture: with :math:`h_t = Y_t - G_{1.5} * Y_t`, the
  luma less its Gaussian blur,

  .. math:: \sqrt{\frac{\sum_t \sum_x (h_{t+1}(x) - h_t(x))^2}{2 \sum_t \sum_x h_t(x)^2}}

  0 for a picture that stands still, 1 for noise that is new in every frame;
- the same for what lies more than a third of the face's width away from the hull. It is equal in
  both halves but for the encoder.

The clips are those of sets that ``graphforensics forge`` has written (``--set DIR``), forged on the
way (``--clips``), and pairs of files, such as a known swap and its original (``--pair``)::

    python benchmarks/forgery_statistics.py --clips real/*.mp4 --pair original.webp swap.webp
    python benchmarks/forgery_statistics.py --quick
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, gaussian_filter

from graphforensics.datasets.moving_face import moving_face
from graphforensics.errors import NoFaceError
from graphforensics.media.decode import read_frames
from graphforensics.media.write_clip import write_clip
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.tamper import FAMILIES, forge, hull_mask
from graphforensics.tamper.sources.clip_landmarks import clip_landmarks
from graphforensics.tamper.sources.prepared_source import main_person
from graphforensics.tamper.warp.steady_landmarks import steady_landmarks

Image = NDArray[np.uint8]
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


class Pair(NamedTuple):
    """A real clip and a forgery of it."""

    family: str
    real: Path
    fake: Path


class Figures(NamedTuple):
    """What is measured of one half."""

    flicker: float
    texture: float
    background: float


def measure(frames: Sequence[Image], faces: Sequence[NDArray[np.float64] | None]) -> Figures:
    """Measure one half of a pair.

    Args:
        frames: RGB frames.
        faces: Landmarks of the face in each, ``None`` where there is none.
    """
    colours, change, power = [], np.zeros(2), np.zeros(2)
    last: tuple[NDArray[np.float64], list[NDArray[np.bool_]]] | None = None
    for image, points in zip(frames, faces, strict=False):
        if points is None:
            colours.append(np.full(3, np.nan))
            last = None
            continue
        areas = regions(points, (image.shape[0], image.shape[1]))
        colours.append(image[areas[0]].mean(axis=0))
        luma = (image @ _LUMA).astype(np.float32)
        fine = luma - gaussian_filter(luma, 1.5)
        if last is not None:
            for place, area in enumerate(last[1]):
                change[place] += np.square(fine - last[0])[area].sum()
                power[place] += 2 * np.square(last[0])[area].sum()
        last = (fine, areas)
    courses = np.array(colours)
    bend = courses[1:-1] - (courses[:-2] + courses[2:]) / 2
    flicker = np.sqrt(2 / 3) * np.nanstd(bend, axis=0).mean() if len(bend) > 1 else np.nan
    texture, background = np.sqrt(change / np.where(power > 0, power, np.nan))
    return Figures(float(flicker), float(texture), float(background))


def regions(points: NDArray[np.float64], size: tuple[int, int]) -> list[NDArray[np.bool_]]:
    """Return the hull of a face, and what is well away from it."""
    width = float(np.ptp(points[:, 0]))
    hull = hull_mask(points, size)
    near = binary_dilation(hull[::4, ::4], iterations=max(1, round(width / 12)))
    away = ~np.kron(near, np.ones((4, 4), bool))[: size[0], : size[1]]
    return [hull, away]


def faces_of(path: Path, count: int) -> list[NDArray[np.float64] | None]:
    """Find the main face in the first frames of a clip."""
    found = clip_landmarks(path, ExtractionOptions())
    person = main_person(found)
    rows: list[NDArray[np.float32] | None] = [None] * count
    for number, some in found.items():
        if number < count:
            rows[number] = next((f.landmarks for f in some if f.person == person), None)
    return steady_landmarks(rows, (100_000, 100_000), 25.0)


def pairs_of(folder: Path) -> Iterator[Pair]:
    """Read the pairs of a forged set: clips, the best quality of each."""
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    reals = {(row["video"], row["quality"]): row["file"] for row in rows if row["label"] == "real"}
    for row in rows:
        moves = row["file"].endswith(".mp4")
        if row["label"] == "fake" and moves and row["quality"] in ("", "raw"):
            name = row["file"].replace(f"fake/{row['manipulation']}", "real")
            real = name if (folder / name).is_file() else reals[row["video"], row["quality"]]
            yield Pair(row["manipulation"], folder / real, folder / row["file"])


def measure_pairs(pairs: Sequence[Pair], count: int) -> dict[str, list[tuple[Figures, Figures]]]:
    """Measure both halves of all pairs, family by family."""
    known: dict[Path, tuple[list[NDArray[np.float64] | None], Figures]] = {}
    found: dict[str, list[tuple[Figures, Figures]]] = {}
    for pair in sorted(pairs, key=lambda pair: (str(pair.real), pair.family)):
        try:
            if pair.real not in known:
                faces = faces_of(pair.real, count)
                known[pair.real] = faces, measure(first_frames(pair.real, count), faces)
        except NoFaceError:
            print(f"no face found in {pair.real}", file=sys.stderr)
            continue
        faces, real = known[pair.real]
        fake = measure(first_frames(pair.fake, count), faces)
        found.setdefault(pair.family, []).append((real, fake))
    return found


def first_frames(path: Path, count: int) -> list[Image]:
    """Decode the first frames of a clip."""
    return [frame.image for frame, _ in zip(read_frames(path), range(count), strict=False)]


def table(found: dict[str, list[tuple[Figures, Figures]]]) -> list[dict[str, Any]]:
    """Return the medians of each family, and how often forgeries change less than real faces."""
    rows = []
    for family, pairs in found.items():
        halves = np.array(pairs)
        real, fake = np.nanmedian(halves, axis=0).round(3).tolist()
        low, high = np.nanquantile(halves[:, 1, 0], [0.1, 0.9]).round(2).tolist()
        lower = float((halves[:, 1, 1] < halves[:, 0, 1]).mean())
        rows.append(
            {"family": family, "pairs": len(pairs), "flicker_real": real[0]}
            | {"flicker_fake": fake[0], "flicker_fake_10_90": [low, high]}
            | {"texture_real": real[1], "texture_fake": fake[1], "lower": round(lower, 2)}
            | {"background_real": real[2], "background_fake": fake[2]}
        )
    return rows


def show(rows: Sequence[dict[str, Any]]) -> None:
    """Print the table."""
    print("family           pairs   flicker real  fake [10, 90 %]     texture real  fake  lower in")
    print("                                                            background real, fake")
    for row in rows:
        low, high = row["flicker_fake_10_90"]
        print(
            f"{row['family']:16} {row['pairs']:5}   {row['flicker_real']:12.2f}"
            f"  {row['flicker_fake']:.2f} [{low:.2f}, {high:.2f}]"
            f"   {row['texture_real']:12.3f} {row['texture_fake']:.3f}  {row['lower']:.0%}"
            f"   {row['background_real']:.3f}, {row['background_fake']:.3f}"
        )


def main(words: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--clips", nargs="+", default=[], help="real clips to forge, by all families"
    )
    parser.add_argument("--families", nargs="+", default=None, help="default: all that take clips")
    parser.add_argument("--set", nargs="+", default=[], metavar="DIR", help="sets of forge")
    parser.add_argument("--pair", nargs=2, action="append", default=[], metavar=("REAL", "FAKE"))
    parser.add_argument("--frames", type=int, default=60, help="of each clip; default: 60")
    parser.add_argument("--json", metavar="FILE", help="write the table here as well")
    parser.add_argument("--quick", action="store_true", help="one moving photograph, 12 frames")
    args = parser.parse_args(words)
    count = 12 if args.quick else args.frames
    families = args.families or [one.name for one in FAMILIES.values() if not one.animates]
    print(
        "Flicker of the mean face colour, and the change of texture over time relative to the "
        f"texture, in forged clips and their real copies; {count} frames a clip. "
        f"{len(args.clips)} clips are forged by {len(families)} families, a family and clip take "
        "some 10 seconds on one core; measuring a pair takes some 5.",
        flush=True,
    )
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        clips, sets = list(args.clips), [Path(one) for one in args.set]
        if args.quick:
            clips, families = [f"{folder}/face.mp4"], ["self_blend", "regenerate"]
            write_clip(clips[0], moving_face(count))
        if clips:
            out = Path(folder, "set")
            summary = forge(clips, out, families, max_frames=count, progress=None)
            print("\n".join(summary.lines()))
            sets.append(out)
        pairs = [pair for one in sets for pair in pairs_of(one)]
        pairs += [Pair("given pairs", Path(real), Path(fake)) for real, fake in args.pair]
        rows = table(measure_pairs(pairs, count))
    show(rows)
    print(f"{time.perf_counter() - start:.0f} s")
    if args.json:
        Path(args.json).write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
