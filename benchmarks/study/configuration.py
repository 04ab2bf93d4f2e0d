"""What a study is told, and what is wrong with it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

PROTOCOLS = ("in_domain", "leave_one_family_out", "c40", "robustness", "real_fakes")


@dataclass(frozen=True)
class SetOfFiles:
    """Real files of a table, and how they are forged; or a public set as downloaded.

    Args:
        kind: ``image`` or ``video`` of a manifest, ``drawn`` for drawn clips, or ``public``.
        families: Methods of ``forge``.
        data_set: Name that ``prepare`` knows a public set by.
        root: Folder of a public set.
        frames: First frames of a clip that are forged.
    """

    kind: str
    families: tuple[str, ...] = ()
    data_set: str | None = None
    root: str | None = None
    frames: int = 60


@dataclass(frozen=True)
class StageOfTraining:
    """One call of ``train``: its recipe, its share of the budget, and what is said beside it."""

    recipe: str
    share: float = 1.0
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class DetectorCase:
    """How a detector is trained.

    Args:
        stages: Its calls of ``train``, each from the weights of the one before.
        sees: ``frames`` or ``runs`` of consecutive ones, see ``stored``.
        beside: The detector that it is compared with.
    """

    stages: tuple[StageOfTraining, ...]
    sees: str = "frames"
    beside: str | None = None


@dataclass(frozen=True)
class Question:
    """A paper's table: variants of one detector, and the order that the paper has them in.

    Args:
        detector: The detector that is varied.
        variants: Name -> words that are added to each of its stages.
        claims: Pairs of variants, the first better than the second in the paper.
        source: Which table or figure of which paper.
        stage: The stage whose training varies, from 0, -1 the last; all by default.
    """

    detector: str
    variants: dict[str, tuple[str, ...]]
    claims: tuple[tuple[str, str], ...]
    source: str = ""
    stage: int | None = None


@dataclass(frozen=True)
class Study:
    """Everything that the results depend on, beside the files."""

    sets: dict[str, SetOfFiles]
    detectors: dict[str, DetectorCase]
    protocols: tuple[str, ...] = PROTOCOLS
    questions: dict[str, Question] = field(default_factory=dict)
    seeds: tuple[int, ...] = (0,)
    steps: int = 1000
    question_steps: int | None = None
    batch_size: int = 16
    clips: int = 4
    test_clips: int = 4
    common: tuple[str, ...] = ()
    stored: dict[str, str] = field(
        default_factory=lambda: {"frames": "frames:8", "runs": "snippets:2x4"}
    )
    perturbations: tuple[str, ...] = ("blur:3", "h264:3", "gaussian_noise:3")
    resamples: int = 1000
    drawn_people: int = 20
    workers: int = 1


def read_study(path: str | Path) -> Study:
    """Read a study's YAML file.

    Raises:
        ValueError: A word is unknown, or a name is not that of a set, detector or variant.
    """
    with open(path, encoding="utf-8") as file:
        said = yaml.safe_load(file)
    if not isinstance(said, dict):
        raise ValueError(f"{path}: not a study: a mapping with 'sets' and 'detectors' is wanted")
    try:
        study = _study(said)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{path}: {error}") from error
    _check(study, str(path))
    return study


def _study(said: dict[str, Any]) -> Study:
    said = {key: tuple(value) if isinstance(value, list) else value for key, value in said.items()}
    said["sets"] = {name: SetOfFiles(**_tuples(one)) for name, one in said["sets"].items()}
    said["detectors"] = {name: _case(one) for name, one in said["detectors"].items()}
    said["questions"] = {
        name: _question(one) for name, one in (said.get("questions") or {}).items()
    }
    said["common"] = _words(said.get("common", ""))
    return Study(**said)


def _case(said: dict[str, Any]) -> DetectorCase:
    stages = tuple(
        StageOfTraining(**{**stage, "words": _words(stage.get("words", ""))})
        for stage in said["stages"]
    )
    return DetectorCase(stages, said.get("sees", "frames"), said.get("beside"))


def _question(said: dict[str, Any]) -> Question:
    variants = {str(name): _words(words) for name, words in said["variants"].items()}
    claims = tuple((str(better), str(worse)) for better, worse in said["claims"])
    source, stage = said.get("source", ""), said.get("stage")
    return Question(said["detector"], variants, claims, source, stage)


def _words(said: str | None) -> tuple[str, ...]:
    return tuple((said or "").split())


def _tuples(said: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in said.items()}


def _check(study: Study, path: str) -> None:
    """Refuse names that stand for nothing."""
    for word in study.protocols:
        if word not in PROTOCOLS:
            raise ValueError(f"{path}: 'protocols' must be of {PROTOCOLS} (got {word!r})")
    for name, case in study.detectors.items():
        if case.sees not in study.stored:
            raise ValueError(f"{path}: {name!r} sees {case.sees!r}, which 'stored' lacks")
        if case.beside is not None and case.beside not in study.detectors:
            raise ValueError(f"{path}: {name!r} is compared with {case.beside!r}, no detector")
        if abs(sum(stage.share for stage in case.stages) - 1) > 1e-6:
            raise ValueError(f"{path}: the shares of the stages of {name!r} must add up to 1")
    for name, question in study.questions.items():
        if question.detector not in study.detectors:
            raise ValueError(f"{path}: question {name!r} varies {question.detector!r}, no detector")
        for claim in question.claims:
            for variant in claim:
                if variant not in question.variants:
                    raise ValueError(f"{path}: question {name!r} has no variant {variant!r}")


def as_dict(value: Any) -> Any:
    """Return a configuration for JSON."""
    return dataclasses.asdict(value)
