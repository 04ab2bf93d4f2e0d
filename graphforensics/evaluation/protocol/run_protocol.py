"""Several detectors through one protocol."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from graphforensics.datasets.perturbation import KINDS, LEVELS, Perturbation
from graphforensics.evaluation.labelled_tracks import LabelledTracks, labelled_tracks
from graphforensics.evaluation.protocol.conditions import CLEAN, column_of, require_conditions
from graphforensics.evaluation.protocol.protocol_report import ProtocolReport
from graphforensics.evaluation.protocol.protocol_settings import (
    Place,
    ProtocolSettings,
    named_data,
)
from graphforensics.evaluation.protocol.score_row import ScoreRow
from graphforensics.evaluation.protocol.score_videos import score_videos
from graphforensics.inference.verdict_rule import chosen_threshold
from graphforensics.metrics import VideoRule
from graphforensics.models import Detector, load_detector
from graphforensics.models.calibration import file_hash, weights_hash


def run_protocol(
    protocol: str,
    models: Mapping[str, Place | Detector],
    data: Mapping[str, Sequence[Place]] | Sequence[Place],
    *,
    labels: Place | None = None,
    split: Place | None = None,
    part: str | None = None,
    clips: int = 1,
    how: VideoRule = "mean",
    threshold: float | None = None,
    trained_on: Mapping[str, Sequence[str]] | None = None,
    kinds: Iterable[str] = tuple(KINDS),
    levels: Iterable[int] = LEVELS,
    batch_size: int = 8,
    workers: int = 0,
    seed: int = 0,
    resamples: int = 1000,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> ProtocolReport:
    """Score videos by several detectors and measure them condition by condition.

    ``"cross-dataset"``, ``"cross-manipulation"`` and ``"cross-quality"`` take each data set,
    manipulation or quality for itself: give detectors that were trained on one, and see what they
    make of the rest. ``"robustness"`` measures the same videos as they are and through
    every perturbation (:class:`~graphforensics.datasets.perturbation.Perturbation`), which is put
    on the faces that extraction found in the clean ones.

    Args:
        protocol: One of :data:`PROTOCOLS`.
        models: Name -> detector, or the folder or checkpoint of one, which is loaded when its turn
            comes.
        data: Face stores, or name -> face stores: each name is a condition of its own then.
        labels: CSV of labels that counts more than what the stores say.
        split: A run's ``split.json``, or ``"official"``; everything in the stores by default.
        part: Part of the split, ``"test"`` by default.
        clips: Samples a face track.
        how: How samples make a video's score, as for :func:`~graphforensics.evaluation.evaluate`.
        threshold: Of the accuracy; by default each detector's own, chosen on validation data,
            else 0.5.
        trained_on: Name of a detector -> conditions that it saw in training. By default what
            ``run.json`` beside the detector says, where ``data`` has no names.
        kinds: Perturbations of the robustness protocol.
        levels: Their strengths.
        batch_size: Samples at once.
        workers: Processes that load.
        seed: Seed of the bootstrap and of the perturbations.
        resamples: Resamples of the bootstrap.
        device: Where detectors given by path are put.
        progress: Show progress bars on standard error.

    Returns:
        Scores and figures; the same call gives the same report.

    Raises:
        ValueError: The protocol or a name is unknown, or nothing was given.
        StoreError: A store is damaged, or was cut for another kind of detector.
        MissingDataError: A label, a data set, a manipulation or a quality is not known.
        CheckpointError: A detector cannot be read.

    Example:
        >>> report = run_protocol("robustness", {"mrl": "run/best"}, ["faces"])  # doctest: +SKIP
        >>> print(report.markdown())  # doctest: +SKIP
    """
    settings = ProtocolSettings(
        protocol=protocol,
        labels=labels,
        split=split,
        part=part,
        clips=clips,
        how=how,
        threshold=threshold,
        batch_size=batch_size,
        workers=workers,
        seed=seed,
        resamples=resamples,
        progress=progress,
    )
    named = named_data(data)
    if not models:
        raise ValueError("'models' must not be empty")
    for unknown in set(trained_on or {}) - set(models):
        raise ValueError(f"'trained_on' names {unknown!r}, which is none of the models")
    perturbations = _perturbations(protocol, kinds, levels, seed)
    rows: list[ScoreRow] = []
    stores = {key: [str(store) for store in places] for key, places in named.items()}
    about: dict[str, Any] = {"models": {}, "data": stores}
    for name, place in models.items():
        model = place if isinstance(place, Detector) else load_detector(place, device)
        groups = {
            key: labelled_tracks(places, model.input_spec, labels, split, part)
            for key, places in named.items()
        }
        if "" in groups:
            require_conditions(protocol, groups[""].tracks)
        seen = _trained_on(protocol, name, place, named, trained_on or {})
        rows += score_videos(name, model, groups, perturbations, seen, settings)
        about["models"][name] = _about_model(model, place, seen, groups, settings)
    conditions = [str(item) if item else CLEAN for item in perturbations]
    about["settings"] = {**settings.to_dict(), "perturbations": conditions}
    return ProtocolReport(rows, about)


def _perturbations(
    protocol: str, kinds: Iterable[str], levels: Iterable[int], seed: int
) -> list[Perturbation | None]:
    if protocol != "robustness":
        return [None]
    strengths = list(levels)
    return [None, *(Perturbation(kind, level, seed) for kind in kinds for level in strengths)]


def _trained_on(
    protocol: str,
    name: str,
    place: Place | Detector,
    named: Mapping[str, Sequence[Place]],
    given: Mapping[str, Sequence[str]],
) -> list[str]:
    if name in given:
        return list(given[name])
    column = column_of(protocol)
    if column is None or "" not in named or isinstance(place, Detector):
        return []
    try:
        run = json.loads((Path(place).parent / "run.json").read_text(encoding="utf-8"))
        return [str(condition) for condition in run["trained_on"][column]]
    except (OSError, ValueError, KeyError, TypeError):
        # Detectors come without the run that made them, too: then nothing is known.
        return []


def _about_model(
    model: Detector,
    place: Place | Detector,
    seen: Sequence[str],
    groups: Mapping[str, LabelledTracks],
    settings: ProtocolSettings,
) -> dict[str, Any]:
    threshold, origin = chosen_threshold(model, settings.how, settings.threshold)
    return {
        "detector": model.name,
        "place": None if isinstance(place, Detector) else str(place),
        "weights": None if isinstance(place, Detector) else _weights(Path(place)),
        "config": model.config,
        "calibration": None if model.calibration is None else model.calibration.to_dict(),
        "threshold": threshold,
        "threshold_origin": origin,
        "trained_on": list(seen),
        # Which tracks are long enough depends on the detector.
        "data": {key: _about_data(group) for key, group in groups.items()},
    }


def _weights(place: Path) -> str:
    return weights_hash(place) if place.is_dir() else file_hash(place)


def _about_data(group: LabelledTracks) -> dict[str, Any]:
    looked, without = group.frames()
    return {
        "fingerprint": group.fingerprint,
        "part": group.part,
        "frames": {"looked_at": looked, "without_face": without},
    }
