"""The protocols and the papers' questions, as rows of figures."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from study.configuration import DetectorCase, Question, Study
from study.figures import Rows, Scored, align, auc_interval, paired_test, verdict_of, with_family
from study.sets import Stores
from study.step_runner import Done, StepRunner, key_of
from study.trainings import Trained, Trainings

Results = dict[str, list[dict[str, Any]]]
#: What a reader must know of a table, said above it.
NOTES = {
    "in_domain": "Trained on all families; people whom nobody has seen.",
    "leave_one_family_out": "Trained on all families but the one of the condition.",
    "c40": "Trained at c23, measured on the same people's copies at c40.",
    "robustness": "Trained on all families; every face of the test people goes through a change.",
    "real_fakes": "Confounded: these fakes differ from the real clips in size, codec, content and "
    "who is shown, not only in being forged.",
    "questions": "The order that a paper has, each variant trained with the same steps.",
    "cost": "One sample at a time, on the processor; training: images through the whole command, "
    "loading and validation included.",
}


class Protocols:
    """Measures everything that the configuration asks for.

    Args:
        study: The configuration.
        stores: The faces.
        run: Runs the steps.
        write: Called with all results after every measurement.
    """

    def __init__(
        self, study: Study, stores: Stores, run: StepRunner, write: Callable[[Results], None]
    ) -> None:
        self.study = study
        self.stores = stores
        self.run = run
        self.write = write
        self.trainings = Trainings(study, run)
        self.results: Results = {}
        self._scored: dict[tuple[str, str], dict[str, Scored]] = {}

    def all(self) -> Results:
        """Run every protocol, question and measurement of cost."""
        for protocol in self.study.protocols:
            for name, case in self.study.detectors.items():
                getattr(self, f"_{protocol}")(name, case)
            self._compare(protocol)
        for name, question in self.study.questions.items():
            self._question(name, question)
        for name, case in self.study.detectors.items():
            self._cost(name, case)
        return self.results

    def families(self, case: DetectorCase) -> list[str]:
        """List the families of the sets that a detector sees."""
        found = [
            family
            for name in self.stores.faces[case.sees]
            for family in self._families_of(name, case)
        ]
        return list(dict.fromkeys(found))

    def _families_of(self, name: str, case: DetectorCase) -> Sequence[str]:
        told = self.study.sets[name]
        if told.kind != "public":
            return told.families
        rows = _store_rows(self.stores.faces[case.sees][name])
        return sorted({row["manipulation"] for row in rows if row["label"] == "fake"})

    def _trained(self, name: str, case: DetectorCase, left: str | None = None) -> list[Trained]:
        families = [family for family in self.families(case) if family != left]
        return [
            self.trainings.train(
                name, case, self.stores.faces[case.sees], families, seed, self.study.steps
            )
            for seed in self.study.seeds
        ]

    def _in_domain(self, name: str, case: DetectorCase) -> None:
        tables = self._tables(name, self._trained(name, case), self.stores.faces[case.sees])
        for family in [None, *self.families(case)]:
            self._add("in_domain", name, family or "all families", tables, family)

    def _leave_one_family_out(self, name: str, case: DetectorCase) -> None:
        if len(self.families(case)) < 2:
            return
        for family in self.families(case):
            trained = self._trained(name, case, family)
            tables = self._tables(name, trained, self.stores.faces[case.sees])
            self._add("leave_one_family_out", name, family, tables, family)

    def _c40(self, name: str, case: DetectorCase) -> None:
        stores = self.stores.c40.get(case.sees, {})
        if stores:
            tables = self._tables(name, self._trained(name, case), stores)
            self._add("c40", name, "all families", tables)

    def _robustness(self, name: str, case: DetectorCase) -> None:
        trained = self._trained(name, case)
        for change in self.study.perturbations:
            tables = self._tables(name, trained, self.stores.faces[case.sees], change)
            self._add("robustness", name, change, tables)

    def _real_fakes(self, name: str, case: DetectorCase) -> None:
        stores = self.stores.fakes.get(case.sees, {})
        if stores:
            tables = self._tables(name, self._trained(name, case), stores)
            self._add("real_fakes", name, "confounded", tables)

    def _tables(
        self,
        name: str,
        trained: Sequence[Trained],
        stores: dict[str, Done],
        perturb: str | None = None,
    ) -> list[Rows]:
        return [self.trainings.scores(one, stores, name, perturb) for one in trained]

    def _add(
        self, table: str, name: str, condition: str, tables: list[Rows], family: str | None = None
    ) -> None:
        """Add a row of figures, and keep its scores for the comparisons."""
        scored = align([with_family(rows, family) for rows in tables])
        self._scored.setdefault((table, condition), {})[name] = scored
        row = {"detector": name, "condition": condition}
        figures = auc_interval(scored, self.study.resamples) if len(scored.labels) else {}
        fingerprint = key_of(scored.keys, scored.labels.tolist(), scored.people)
        self.results.setdefault(table, []).append({**row, **figures, "data": fingerprint})
        self.write(self.results)

    def _compare(self, table: str) -> None:
        """Put each detector beside the one that it is compared with."""
        for row in self.results.get(table, []):
            other = self.study.detectors[row["detector"]].beside
            scored = self._scored[table, row["condition"]]
            if other in scored and other is not None:
                row["beside"] = other
                row["test"] = _test(scored[row["detector"]], scored[other], self.study.resamples)
        self.write(self.results)

    def _question(self, name: str, question: Question) -> None:
        """Train the variants of a detector, and test the order that its paper has."""
        case = self.study.detectors[question.detector]
        stores, families = self.stores.faces[case.sees], self.families(case)
        steps = self.study.question_steps or self.study.steps
        for variant, words in question.variants.items():
            trained = [
                self.trainings.train(question.detector, case, stores, families, seed, steps,
                                     words, question.stage)
                for seed in self.study.seeds
            ]  # fmt: skip
            tables = self._tables(question.detector, trained, stores)
            self._add("questions", variant, name, tables)
            self.results["questions"][-1]["source"] = question.source
        found = self._scored["questions", name]
        for better, worse in question.claims:
            test = _test(found[better], found[worse], self.study.resamples)
            claim = {"question": name, "better": better, "worse": worse}
            row = {**claim, **test, "verdict": verdict_of(test)}
            self.results.setdefault("claims", []).append(row)
        self.write(self.results)

    def _cost(self, name: str, case: DetectorCase) -> None:
        """Measure a detector's inference; add what its training took."""
        trained = self._trained(name, case)
        program = Path(__file__).with_name("cost.py")
        runner = StepRunner(self.run.root, [sys.executable, str(program)])

        def words(folder: Path) -> list[list[object]]:
            return [[trained[0].weights, "--json", folder / "cost.json"]]

        done = runner.run(f"cost-{name}", words, trained[0].key)
        found = json.loads((done.folder / "cost.json").read_text(encoding="utf-8"))
        images = found["images_of_a_sample"] * trained[0].batch_size
        seconds = sum(one.seconds for one in trained)
        steps = sum(one.steps for one in trained)
        row = {
            "detector": name,
            **found,
            "training_steps": trained[0].steps,
            "training_steps_a_second": steps / seconds,
            "training_processor_seconds": sum(one.processor for one in trained) / len(trained),
            "training_images_a_second": images * steps / seconds,
            "seeds": len(trained),
        }
        self.results.setdefault("cost", []).append(row)
        self.write(self.results)


def _test(first: Scored, second: Scored, permutations: int) -> dict[str, Any]:
    return paired_test(first, second, permutations)


def _store_rows(done: Done) -> list[dict[str, Any]]:
    from graphforensics.store import FaceStore

    rows: list[dict[str, Any]] = FaceStore(done.folder / "store").manifest.to_pylist()
    return rows
