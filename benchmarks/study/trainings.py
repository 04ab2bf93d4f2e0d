"""Trains every detector with equal steps and scores it on people it has not seen."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from study.configuration import DetectorCase, StageOfTraining, Study, as_dict
from study.step_runner import Done, StepRunner


@dataclass(frozen=True)
class Trained:
    """A trained detector: its weights, the key of its last stage, and what it cost."""

    weights: Path
    key: str
    steps: int
    seconds: float
    processor: float
    batch_size: int


class Trainings:
    """Trains and scores; what is there is read again.

    Args:
        study: The configuration.
        run: Runs the steps.
    """

    def __init__(self, study: Study, run: StepRunner) -> None:
        self.study = study
        self.run = run

    def train(
        self,
        name: str,
        case: DetectorCase,
        stores: dict[str, Done],
        families: Sequence[str],
        seed: int,
        steps: int,
        extra: Sequence[str] = (),
        stage: int | None = None,
    ) -> Trained:
        """Train all stages of a detector on some families.

        Args:
            name: Of the detector, in the names of folders.
            case: Its stages.
            stores: The faces to learn from.
            families: The forgeries to learn from.
            seed: Of everything random.
            steps: The budget of all stages together.
            extra: Words of a variant.
            stage: The stage that they are said to; all by default.
        """
        last: Done | None = None
        total, seconds, processor = 0, 0.0, 0.0
        for number, one in enumerate(case.stages):
            told = extra if stage is None or stage % len(case.stages) == number else ()
            words = [*self.study.common, *one.words, *told]
            last = self._stage(name, number, one, words, stores, families, seed, steps, last)
            total += steps_of(last.folder / "run" / "last.ckpt")
            seconds += last.record["seconds"]
            processor += last.record["processor"]
        if last is None:
            raise ValueError(f"detector {name!r} has no stage")
        weights = last.folder / "run" / "best"
        return Trained(weights, last.key, total, seconds, processor, self.study.batch_size)

    def _stage(
        self,
        name: str,
        number: int,
        stage: StageOfTraining,
        extra: Sequence[str],
        stores: dict[str, Done],
        families: Sequence[str],
        seed: int,
        steps: int,
        before: Done | None,
    ) -> Done:
        places = [done.folder / "store" for done in stores.values()]
        study = self.study

        def words(folder: Path) -> list[list[object]]:
            samples = training_samples(places, () if "pretrain" in stage.recipe else families)
            in_epoch = max(1, samples * study.clips // study.batch_size)
            epochs = max(1, round(steps * stage.share / in_epoch))
            out = folder / "run"
            if out.is_dir() and not (out / "last.ckpt").is_file():
                # Killed in its first epoch: there is nothing to go on from.
                shutil.rmtree(out)
            line: list[object] = ["train", "--config", stage.recipe, "--data", *places]
            line += ["--split", "official", "--out", out, "--epochs", epochs, "--no-pairs"]
            line += ["--batch-size", study.batch_size, "--clips", study.clips, "--seed", seed]
            line += ["--max-time", "None", "--workers", 0, "--pseudo-fakes", "none"]
            if "pretrain" not in stage.recipe:
                line += ["--manipulations", *families]
            if before is not None:
                line += ["--start-from", before.folder / "run" / "best"]
            line += [*extra, *(["--resume"] if (out / "last.ckpt").is_file() else [])]
            return [line]

        keys = [done.key for done in stores.values()]
        depends: list[Any] = [as_dict(stage), list(extra), keys, list(families), seed, steps]
        depends += [study.batch_size, study.clips, before.key if before else None]
        return self.run.run(f"train-{name}-{number}-{seed}", words, depends)

    def scores(
        self, trained: Trained, stores: dict[str, Done], what: str, perturb: str | None = None
    ) -> list[dict[str, str]]:
        """Return the scores of the videos of the test part of some stores."""
        rows = []
        for name, store in stores.items():

            def words(folder: Path, store: Done = store) -> list[list[object]]:
                line: list[object] = ["evaluate", "--model", trained.weights]
                line += ["--data", store.folder / "store", "--split", "official"]
                line += ["--clips", self.study.test_clips, "--csv", folder / "scores.csv"]
                return [[*line, *(["--perturb", perturb] if perturb else [])]]

            depends = [trained.key, store.key, self.study.test_clips, perturb]
            done = self.run.run(f"scores-{what}", words, depends)
            with open(done.folder / "scores.csv", newline="", encoding="utf-8") as file:
                read = [row for row in csv.DictReader(file) if row["status"] == "ok"]
            rows += [{**row, "dataset": name} for row in read]
        return rows


def training_samples(stores: Sequence[Path], families: Sequence[str]) -> int:
    """Count the tracks to train on: all real ones, and the forged ones of some families."""
    from graphforensics.store import FaceStore

    rows = [row for store in stores for row in FaceStore(store).manifest.to_pylist()]
    return sum(
        row["split"] == "train"
        and row["track_id"] is not None
        and (row["label"] == "real" or row["manipulation"] in families)
        for row in rows
    )


def steps_of(checkpoint: Path) -> int:
    """Return how many steps of the optimiser a run has made."""
    import torch

    said = torch.load(checkpoint, map_location="cpu", weights_only=False)
    return int(said["global_step"])
