"""Areas under the curve over seeds, with intervals over people and paired tests."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from graphforensics.metrics import bootstrap_interval

Rows = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Scored:
    """Videos with the scores of every seed: labels ``[n]``, scores ``[seeds, n]``, people, keys."""

    labels: NDArray[np.int64]
    scores: NDArray[np.float64]
    people: list[str]
    keys: list[str]


def align(tables: Sequence[Rows]) -> Scored:
    """Put the tables of several seeds side by side; videos that one lacks are left out."""
    found = [{_key(row): row for row in rows} for rows in tables]
    keys = [key for key in found[0] if all(key in other for other in found)]
    first = [found[0][key] for key in keys]
    labels = np.array([row["label"] == "fake" for row in first], dtype=np.int64)
    scores = np.array([[float(one[key]["score"]) for key in keys] for one in found]).reshape(
        len(found), len(keys)
    )
    people = [row["identity"].partition(";")[0] or row["video"] for row in first]
    return Scored(labels, scores, people, keys)


def _key(row: Mapping[str, str]) -> str:
    return "|".join(row.get(name, "") or "" for name in ("dataset", "manipulation", "video"))


def mean_auc(labels: NDArray[Any], scores: NDArray[np.float64]) -> float:
    """Return the mean over seeds of the area under the ROC curve, by ranks."""
    fake = np.asarray(labels) == 1
    fakes, reals = int(fake.sum()), int((~fake).sum())
    if not fakes or not reals:
        return math.nan
    ranks = rankdata(scores, axis=1)
    return float(((ranks[:, fake].sum(1) - fakes * (fakes + 1) / 2) / (fakes * reals)).mean())


def auc_interval(scored: Scored, resamples: int) -> dict[str, Any]:
    """Return the mean area over seeds, its interval over people, and each seed's own."""

    def metric(labels: NDArray[Any], rows: NDArray[Any]) -> float:
        return mean_auc(labels, scored.scores[:, rows.astype(np.int64)])

    places = np.arange(len(scored.labels))
    interval = bootstrap_interval(
        metric, scored.labels, places, groups=scored.people, n=resamples, seed=0
    )
    by_seed = [mean_auc(scored.labels, row[None]) for row in scored.scores]
    return {
        "auc": _known(interval.estimate),
        "low": _known(interval.low),
        "high": _known(interval.high),
        "by_seed": [_known(value) for value in by_seed],
        "seeds": len(scored.scores),
        "videos": len(scored.labels),
        "people": len(set(scored.people)),
    }


def paired_test(first: Scored, second: Scored, permutations: int) -> dict[str, Any]:
    """Test whether two detectors differ on the videos that both were measured on.

    Under the hypothesis that they do not, a person's ranks may be swapped between them. Scores are
    turned into ranks within detector and seed first, as the two have scales of their own. All
    videos of a person are swapped together, for every seed. p is two-sided and counts the order
    found, so that it is never 0.

    Raises:
        ValueError: No video was measured by both.

    Source:
        A. Bandos, H. Rockette, D. Gur, A permutation test sensitive to differences in areas for
        comparing ROC curves from a paired design, Statistics in Medicine 24, 2005.
    """
    first, second = _shared(first, second)
    seeds = min(len(first.scores), len(second.scores))
    one, two = (rankdata(item.scores[:seeds], axis=1) for item in (first, second))
    difference = mean_auc(first.labels, one) - mean_auc(first.labels, two)
    names, places = np.unique(first.people, return_inverse=True)
    rng = np.random.default_rng(0)
    beyond = 0
    for _ in range(permutations):
        swap = rng.random(len(names))[places] < 0.5
        drawn = mean_auc(first.labels, np.where(swap, two, one)) - mean_auc(
            first.labels, np.where(swap, one, two)
        )
        beyond += abs(drawn) >= abs(difference) - 1e-12
    p = (1 + beyond) / (1 + permutations) if math.isfinite(difference) else math.nan
    return {
        "difference": _known(difference),
        "p": _known(p),
        "seeds": seeds,
        "videos": len(first.labels),
        "people": len(names),
    }


def _shared(first: Scored, second: Scored) -> tuple[Scored, Scored]:
    """Keep the videos that both have, in the order of the first."""
    known = set(second.keys)
    keys = [key for key in first.keys if key in known]
    if not keys:
        raise ValueError("two detectors were measured on other videos: none is shared")
    return _chosen(first, keys), _chosen(second, keys)


def _chosen(scored: Scored, keys: list[str]) -> Scored:
    places = {key: place for place, key in enumerate(scored.keys)}
    order = [places[key] for key in keys]
    people = [scored.people[place] for place in order]
    return Scored(scored.labels[order], scored.scores[:, order], people, keys)


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def with_family(rows: Rows, family: str | None) -> list[Mapping[str, str]]:
    """Return a family's forgeries and the real copies of the same sources; all, without a name."""
    if family is None:
        return list(rows)
    fakes = [row for row in rows if row["label"] == "fake" and row["manipulation"] == family]
    sources = {row["video"] for row in fakes}
    return fakes + [row for row in rows if row["label"] == "real" and row["video"] in sources]


def verdict_of(test: Mapping[str, Any], level: float = 0.05) -> str:
    """Say whether a claimed order holds: never where the noise is as large as the difference."""
    if test["p"] is None:
        return "not measured"
    if test["p"] >= level:
        return "the noise is as large as the difference"
    return "holds" if test["difference"] > 0 else "does not hold"
