"""The study: its steps, its figures and its tables; the whole of it on drawn faces."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml

from graphforensics.metrics import auc

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))


def _row(label: str, video: str, score: float, kind: str = "") -> dict[str, str]:
    return {
        "label": label,
        "manipulation": kind,
        "video": video,
        "score": repr(score),
        "identity": video,
        "dataset": "set",
    }


def _keywords(words: Sequence[str]) -> dict[str, Any]:
    """Read ``--encoder E`` and ``--set KEY=VALUE`` of a command line."""
    found: dict[str, Any] = {}
    for flag, value in pairwise(words):
        if flag == "--encoder":
            found["encoder"] = value
        elif flag == "--set":
            key, _, text = value.partition("=")
            found[key] = yaml.safe_load(text)
    return found


@pytest.mark.parametrize("name", ["quick", "small", "full"])
def test_the_configurations_that_come_along_are_sound(name: str) -> None:
    from study.configuration import read_study

    from graphforensics.models import DETECTORS
    from graphforensics.train.recipes.recipe import read_recipe

    study = read_study(BENCHMARKS / "study" / f"{name}.yaml")
    varied = [(study.detectors[one.detector], words) for one in study.questions.values()
              for words in one.variants.values()]  # fmt: skip
    for case, words in [*((case, ()) for case in study.detectors.values()), *varied]:
        for stage in case.stages:
            recipe = read_recipe(stage.recipe)
            told = _keywords([*study.common, *stage.words, *words])
            with torch.device("meta"):
                model = DETECTORS[recipe["model"]](**{**recipe["set"], **told})
            # What it sees is stored: no more frames than there are.
            shape = model.input_spec.shape
            assert (len(shape) == 5) == (case.sees == "runs")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("protocols: [everywhere]", "'protocols' must be of"),
        ("questions: {q: {detector: B, variants: {}, claims: []}}", "varies 'B', no detector"),
        ("questions: {q: {detector: A, variants: {a: ''}, claims: [[a, b]]}}", "no variant 'b'"),
        ("speed: 3", "speed"),
    ],
)
def test_a_wrong_configuration_is_refused(tmp_path: Path, wrong: str, said: str) -> None:
    from study.configuration import read_study

    place = tmp_path / "study.yaml"
    start = "sets: {drawn: {kind: drawn}}\ndetectors: {A: {stages: [{recipe: lrl_small}]}}\n"
    place.write_text(start, encoding="utf-8")
    read_study(place)
    place.write_text(start + wrong + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        read_study(place)


def test_a_step_is_run_once_and_a_killed_one_goes_on_where_it_was(tmp_path: Path) -> None:
    from study.step_runner import StepRunner

    # A program that dies in its first call, with half of its work on disk, and then goes on.
    program = tmp_path / "program.py"
    program.write_text(
        "import os, pathlib, signal, sys\n"
        "place = pathlib.Path(sys.argv[1])\n"
        "with open(place, 'a') as file: file.write('x')\n"
        "if place.stat().st_size < 2: os.kill(os.getpid(), signal.SIGKILL)\n"
    )

    def runner() -> StepRunner:
        return StepRunner(tmp_path / "steps", [sys.executable, str(program)])

    def words(folder: Path) -> list[list[object]]:
        return [[folder / "work"]]

    with pytest.raises(SystemExit, match="failed"):
        runner().run("job", words, {"a": 1})
    done = runner().run("job", words, {"a": 1})
    assert (done.folder / "work").read_text() == "xx"
    assert done.record["processor"] > 0
    # Done: another runner reads it, and runs nothing.
    again = runner()
    assert again.run("job", words, {"a": 1}) == done
    assert again.ran == []
    with pytest.raises(SystemExit):
        again.run("job", words, {"a": 2})
    assert len(again.ran) == 1


def test_a_command_that_outlives_its_study_keeps_the_folder(tmp_path: Path) -> None:
    import os

    from study.step_runner import lock

    held = lock(tmp_path / "lock")
    wait = [sys.executable, "-c", "input()"]
    left = subprocess.Popen(wait, stdin=subprocess.PIPE, pass_fds=[held])
    os.close(held)
    with pytest.raises(SystemExit, match="still runs there"):
        lock(tmp_path / "lock")
    left.communicate(b"\n")
    os.close(lock(tmp_path / "lock"))


def test_people_are_parted_once_and_those_whom_fakes_show_are_tested() -> None:
    from study.sets import part_of, parted

    parts = [part_of(f"person {number}") for number in range(2000)]
    shares = [parts.count(part) / 2000 for part in ("train", "val", "test")]
    assert shares == pytest.approx([0.6, 0.2, 0.2], abs=0.03)
    rows = [{"file": f"{n}.mp4", "label": "real", "identity": f"p{n % 8}"} for n in range(16)]
    fakes = [{"file": "f.mp4", "label": "fake", "identity": name} for name in ("p1;p2", "p3_swap")]
    real, forged = parted([*rows, *fakes])
    found: dict[str, set[str]] = {}
    for row in real:
        found.setdefault(row["identity"], set()).add(row["split"])
    assert all(len(parts) == 1 for parts in found.values())
    assert {who for who in ("p1", "p2", "p3") if found[who] == {"test"}} == {"p1", "p2", "p3"}
    assert len(forged) == 2


def test_areas_are_those_of_the_library_and_their_mean_over_seeds() -> None:
    from study.figures import align, auc_interval

    rng = np.random.default_rng(0)
    labels = [("fake", "real")[number % 2] for number in range(40)]
    tables = [
        [_row(label, f"v{n}", round(rng.random(), 1)) for n, label in enumerate(labels)]
        for _ in range(3)
    ]
    tables[1].reverse()
    found = auc_interval(align(tables), 100)
    wanted = [
        auc([row["label"] == "fake" for row in table], [float(row["score"]) for row in table])
        for table in tables
    ]
    assert found["by_seed"] == pytest.approx(wanted)
    assert found["auc"] == pytest.approx(np.mean(wanted))
    assert found["low"] < found["auc"] < found["high"]
    assert (found["seeds"], found["videos"], found["people"]) == (3, 40, 40)


def test_a_family_is_measured_against_the_real_copies_of_its_sources() -> None:
    from study.figures import align, auc_interval, with_family

    rows = [_row("real", "a", 0.2), _row("real", "b", 0.6), _row("real", "c", 0.9)]
    rows += [_row("fake", "a", 0.7, "swap"), _row("fake", "b", 0.5, "swap")]
    rows += [_row("fake", "c", 0.0, "mouth")]
    found = auc_interval(align([with_family(rows, "swap")]), 20)
    # Of four pairs of a real and a forged copy of a and b, three are in order.
    assert found["auc"] == 0.75


def test_p_is_small_for_a_true_difference_only() -> None:
    from study.figures import Scored, paired_test, verdict_of

    rng = np.random.default_rng(1)
    labels = np.tile([0, 1], 60)
    people = [f"p{number // 2}" for number in range(120)]
    keys = [str(number) for number in range(120)]

    def scored(signal: float) -> Scored:
        values = signal * labels + rng.normal(size=(2, 120))
        return Scored(labels, values, people, keys)

    good, bad, chance = scored(2.0), scored(0.0), scored(0.0)
    test = paired_test(good, bad, 400)
    assert test["difference"] > 0.2
    # None of the drawn orders is as far apart: p is one over all of them.
    assert test["p"] == pytest.approx(1 / 401)
    assert verdict_of(test) == "holds"
    back = paired_test(bad, good, 400)
    assert back["difference"] == pytest.approx(-test["difference"])
    assert verdict_of(back) == "does not hold"
    assert verdict_of(paired_test(bad, chance, 400)) == "the noise is as large as the difference"
    assert paired_test(good, good, 50)["p"] == 1
    with pytest.raises(ValueError, match="none is shared"):
        paired_test(good, Scored(labels, good.scores, people, [f"x{key}" for key in keys]), 9)


def test_hours_follow_from_steps_a_second(tmp_path: Path) -> None:
    from study.configuration import read_study
    from study.main import estimate

    study = read_study(BENCHMARKS / "study" / "quick.yaml")
    rates = [{"detector": name, "training_steps_a_second": 1 / 1800} for name in study.detectors]
    place = tmp_path / "results.json"
    place.write_text(json.dumps({"results": {"cost": rates}}))
    # Two steps, once with all and without each of two families: 6 steps; LRL's two variants: 4.
    assert estimate(study, place).splitlines() == [
        "Baseline: 3.0 h",
        "LRL: 5.0 h",
        "trainings together: 8.0 h",
    ]


def test_the_whole_study_on_drawn_faces(tmp_path: Path) -> None:
    line = [sys.executable, "-W", "ignore", str(BENCHMARKS / "study")]
    line += ["--quick", "--out", str(tmp_path)]
    run = subprocess.run(line, capture_output=True, text=True, timeout=900)
    assert run.returncode == 0, run.stderr
    said = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["results"]
    assert set(said) == {
        "in_domain",
        "leave_one_family_out",
        "robustness",
        "real_fakes",
        "questions",
        "claims",
        "cost",
    }
    detectors = {"Baseline", "LRL"}
    assert {row["detector"] for row in said["cost"]} == detectors
    assert len({row["training_steps"] for row in said["cost"]}) == 1
    left = {(row["detector"], row["condition"]) for row in said["leave_one_family_out"]}
    assert left == {(name, kind) for name in detectors for kind in ("self_blend", "partial_blend")}
    tests = [row["test"] for row in said["in_domain"] if row["detector"] == "LRL"]
    assert all(0 < test["p"] <= 1 for test in tests)
    # Nobody who is tested was learned from, as a partner neither.
    (table,) = tmp_path.glob("steps/faces-drawn-frames-*/table.csv")
    with open(table, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    people = {
        part: {name for row in rows if row["split"] == part for name in row["identity"].split(";")}
        for part in ("train", "val", "test")
    }
    assert all(people.values())
    assert not people["test"] & (people["train"] | people["val"])
    page = (tmp_path / "results.html").read_text(encoding="utf-8")
    assert page.count("<svg") == len(said)
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    # What is done is not done again.
    again = subprocess.run(line, capture_output=True, text=True, timeout=900)
    assert again.returncode == 0, again.stderr
    assert "... " not in again.stderr
    assert json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["results"] == said
