"""A set of forged clips, each with the real clip that it was made from."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from graphforensics._csv import csv_text
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.lock import FolderLock
from graphforensics.store.metadata_table import MetadataTable
from graphforensics.store.output_errors import writing
from graphforensics.tamper.files.forge_plan import ForgePlan
from graphforensics.tamper.files.forge_record import ForgeRecord
from graphforensics.tamper.files.forge_run import run_jobs
from graphforensics.tamper.files.forge_sources import find_sources
from graphforensics.tamper.files.forge_summary import ForgeSummary
from graphforensics.tamper.files.forged_media import PARTIAL
from graphforensics.tamper.files.method_shares import method_shares
from graphforensics.tamper.recipe.autoencoder_settings import AutoencoderSettings
from graphforensics.tamper.recipe.self_blend_recipe import Strength, check_strength
from graphforensics.tamper.sources.codec import renditions

METADATA = "metadata.csv"
_COLUMNS = (
    "file",
    "label",
    "identity",
    "manipulation",
    "dataset",
    "video",
    "source",
    "mask",
    "quality",
)


def forge(
    paths: str | Path | Iterable[str | Path],
    out: str | Path,
    method: str | Iterable[str] | Mapping[str, float] = "self_blend",
    seed: int = 0,
    crf: int = 18,
    max_frames: int | None = None,
    *,
    codec: str | None = None,
    strength: Strength = "mild",
    autoencoder: Callable[[Tensor], Tensor] | None = None,
    training: AutoencoderSettings | None = None,
    metadata: str | Path | None = None,
    options: ExtractionOptions | None = None,
    workers: int | None = None,
    progress: bool | None = False,
) -> ForgeSummary:
    """Make forged copies of real clips and images, to train and to test detectors with.

    For each file there are then, below ``out``::

        real/NAME.mp4              the frames as they were, through the same encoder
        fake/METHOD/NAME.mp4       the frames with every face forged
        fake/METHOD/NAME.json      purpose, method, source, partner, seed, recipes, version
        mask/METHOD/NAME.mkv       where the forgery is, without loss
        networks/                  autoencoders of pairs, where ``"autoencoder"`` trains some
        metadata.csv               a row a clip, for ``graphforensics extract --metadata``

    Images give three PNG files. The copies have no sound; an odd last row or column of a video
    is cut off. Frames without a face are copied as they are. A clip in which no face is found is
    listed as failed and the others go on. Equal files, seeds and settings give equal sets; what is
    finished is not made again, what was killed half-way is.

    Args:
        paths: Files, folders (searched for videos and images) or patterns.
        out: Folder of the set; made if need be, added to if it is there.
        method: How to forge: one name of :data:`FAMILIES`, several, or a mapping of names to
            shares of the sources in (0, 1]; ``"NAME=SHARE"`` is a share, too. A method without a
            share is for every source. Shares are kept exactly (:func:`allocate`). Methods that
            need a partner get another source of the run, of another identity; those that paste
            its face one of like pose and skin tone.
        seed: Seed of the recipes.
        crf: Constant rate factor of the videos, 0 to 51.
        max_frames: Take at most this many frames from the start of a clip.
        codec: ``"raw"``, ``"c23"``, ``"c40"`` or ``"all"``: encode at rate factor 0, 23 or 40, as
            FaceForensics++ names them, and say so in the column ``quality``; files then lie in a
            folder of that name, and stills pass through one frame of H.264. Default: one encoding
            at ``crf``, without a name.
        strength: How strong self-blends are: ``"mild"`` or ``"published"``.
        autoencoder: Reconstructs faces ``[B, 3, H, W]`` in [0, 1], for ``"regenerate"``; it is sent
            to the workers. What ``str()`` calls it is written into the records.
        training: How the autoencoders of pairs are trained, for ``"autoencoder"``; its seed is that
            of the run. Default: 96 pixels, 2000 steps, on the CPU.
        metadata: CSV with columns ``file`` and ``label``, and perhaps ``identity`` and
            ``dataset``: only files labelled real are forged, and the others are carried over.
        options: How faces are found; ``selection`` is of no effect.
        workers: Worker processes; one a core by default, none for a single file.
        progress: Show a progress bar on standard error; ``None``: if it is a terminal.

    Raises:
        MissingDataError: There is no real file to forge, or the metadata do not fit.
        OutputError: The set cannot be written.
        ValueError: An argument is out of range.

    Example:
        >>> from graphforensics.tamper import forge
        >>> summary = forge("clips", "forged", seed=1)  # doctest: +SKIP
        >>> summary.failed  # doctest: +SKIP
        [('clips/landscape.mp4', 'no face found in 250 frames')]
    """
    if seed < 0:
        raise ValueError(f"'seed' must not be negative (got {seed})")
    if max_frames is not None and max_frames < 1:
        raise ValueError(f"'max_frames' must be at least 1 (got {max_frames})")
    if workers is not None and workers < 0:
        raise ValueError(f"'workers' must not be negative (got {workers})")
    check_strength(strength)
    training = replace(training or AutoencoderSettings(), seed=seed)
    settings = {
        "strength": strength,
        "autoencoder": "" if autoencoder is None else str(autoencoder),
        "training": training.to_dict(),
    }
    plan = ForgePlan(
        method_shares(method),
        seed,
        renditions(codec, crf),
        max_frames,
        replace(options or ExtractionOptions(), selection="all"),
        settings,
        autoencoder,
        training,
    )
    table = MetadataTable(metadata) if metadata is not None else None
    given = [paths] if isinstance(paths, (str, Path)) else list(paths)
    sources = find_sources(given, Path(out), table)
    summary = ForgeSummary(skipped=sources.skipped, failed=sources.failed)
    jobs = plan.jobs(sources, Path(out), table)
    if not summary.skipped and not any(os.path.lexists(job.path) for job in jobs):
        summary.failed += [(job.named, "no such file") for job in jobs]
        return summary
    with writing(out):
        Path(out).mkdir(parents=True, exist_ok=True)
    with FolderLock(Path(out), "folder"), writing(out):
        try:
            run_jobs(summary, jobs, seed, workers, progress)
        finally:
            shutil.rmtree(Path(out, PARTIAL), ignore_errors=True)
            summary.metadata = _write_metadata(Path(out))
    # One order, whichever worker was first.
    summary.failed.sort()
    summary.truncated.sort()
    return summary


def _write_metadata(out: Path) -> str:
    """Write the table of all finished forgeries of the set, of this run or an earlier one."""
    records = [ForgeRecord.read(path) for path in sorted(out.glob("fake/**/*.json"))]
    rows = [row for record in records if record is not None for row in record.rows()]
    # Two forgeries of one clip by different methods share its real copy.
    text = csv_text(_COLUMNS, {row["file"]: row for row in rows}.values())
    path, temporary = out / METADATA, out / f".{METADATA}.tmp"
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
    return str(path)
