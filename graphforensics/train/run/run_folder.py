"""The folder of a run: what it was started with, and whether it may go on."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, cast, get_args

from graphforensics.errors import MissingDataError, OutputError
from graphforensics.train.config.loop_options import Precision
from graphforensics.train.config.pseudo_fake_shares import pseudo_fake_shares
from graphforensics.train.config.training_options import TrainingOptions
from graphforensics.train.face_store_data_module import FaceStoreDataModule
from graphforensics.train.pseudo_fakes import NAMES
from graphforensics.train.run.provenance import provenance
from graphforensics.train.run.run_recorder import write_text
from graphforensics.train.run.setting_differences import setting_differences
from graphforensics.train.run.trained_on import trained_on
from graphforensics.train.tasks.detection_task import DetectionTask
from graphforensics.train.tasks.registry import stage_of

#: Settings that may differ when a run is resumed: they change nothing of what was done.
_FREE = ("epochs", "max_time")

#: What the first finished epoch leaves behind.
_OF_AN_EPOCH = ("last.ckpt", "metrics.csv", "best")

#: Values of all options, for runs of versions that did not know them yet.
_EARLIER: dict[str, Any] = json.loads(
    json.dumps({**TrainingOptions().to_dict(), "precision": "32"})
)

_PRECISIONS = get_args(Precision)


def run_settings(
    task: DetectionTask,
    data: FaceStoreDataModule,
    options: TrainingOptions,
    task_options: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Describe a run, so that it can be repeated and that no other one is resumed in its place.

    Args:
        task: What is trained.
        data: What it is trained on.
        options: How.
        task_options: Keywords of the task beside the common ones.
    """
    model = task.model
    unusual = {
        "stage": stage_of(model.name, type(task)),
        "task": task_options,
        "manipulations": data.manipulations,
        "faces": data.faces if data.faces != "both" else None,
        "balance": data.balance,
        "shares": None if data.shares is None else list(data.shares),
        "clips": data.clips if data.clips > 1 else None,
        "without_flips": not data.flip,
    }
    return {
        "detector": model.name,
        "config": model.config,
        "training": options.to_dict(),
        "batch_size": data.batch_size,
        "pairs": data.pairs,
        "data_seed": data.seed,
        "data": data.fingerprint(),
        "split": hashlib.sha256(json.dumps(data.split["parts"]).encode()).hexdigest(),
        **{name: value for name, value in unusual.items() if value},
        "tracks": {part: len(data.rows(part)) for part in data.parts},
    }


def prepare_folder(
    folder: Path, settings: dict[str, Any], data: FaceStoreDataModule, resume: bool
) -> None:
    """Write ``run.json`` and ``split.json``, or check that they are of the run to resume.

    Args:
        folder: Of the run.
        settings: What :func:`run_settings` returned.
        data: What it is trained on.
        resume: Whether to go on with the run that is there.

    A run that ended before its first epoch did counts as none.

    Raises:
        OutputError: ``folder`` holds a run already and ``resume`` is false, or cannot be written.
        MissingDataError: The run there is of other data, of another model or other settings; the
            ones that differ are named.
    """
    place = folder / "run.json"
    if _is_unfinished(folder):
        # Nothing came of it yet: it starts anew, with whatever settings are given now.
        place.unlink()
    if place.exists() and not resume:
        raise OutputError(f"{folder}: holds a run already; resume it, or choose another folder")
    if place.exists():
        _require_same(place, settings)
        return
    seen = trained_on(data.rows("train"))
    if data.pseudo_fakes:
        ways = pseudo_fake_shares(settings["training"]["pseudo_fakes"])
        made = {NAMES[way] for way in ways if way in NAMES}
        if data.choice is not None:
            made |= set(data.forgeries("train").column("manipulation").to_pylist()) - {None, ""}
        seen["manipulation"] = sorted(made)
    write_text(folder / "split.json", json.dumps(data.split, indent=1, ensure_ascii=False) + "\n")
    run = {**settings, "trained_on": seen, **provenance()}
    write_text(place, json.dumps(run, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def recorded_precision(folder: Path) -> Precision | None:
    """Return the precision that the run in a folder was trained with, if there is one.

    Args:
        folder: Of the run.
    """
    if _is_unfinished(folder):
        return None
    try:
        found = json.loads((folder / "run.json").read_text(encoding="utf-8"))["training"]
        return cast(Precision, found["precision"]) if found["precision"] in _PRECISIONS else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_unfinished(folder: Path) -> bool:
    """Say whether a run began here and ended, by an error or a kill, before its first epoch did."""
    if any((folder / name).exists() for name in _OF_AN_EPOCH):
        return False
    try:
        return "training" in json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):
        return False


def _require_same(place: Path, settings: dict[str, Any]) -> None:
    try:
        before = json.loads(place.read_text(encoding="utf-8"))
        recorded = {name: before.get(name) for name in settings}
        # Runs of earlier versions had no other values of the options that they did not know.
        recorded["training"] = {**_EARLIER, **before["training"]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise OutputError(f"{place}: damaged, the run cannot be resumed ({error!r})") from error
    wanted = json.loads(json.dumps(settings))
    # The steps of a cosine depend on how many epochs there are.
    free = _FREE if wanted["training"]["schedule"] == "step" else _FREE[1:]
    for values in (recorded["training"], wanted["training"]):
        for name in free:
            values.pop(name, None)
    different = setting_differences(recorded, wanted)
    if different:
        raise MissingDataError(
            f"{place}: the run was started otherwise: {'; '.join(different)}. "
            "Resume with the same data, model and settings, or choose another folder"
        )
