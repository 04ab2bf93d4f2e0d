"""An explanation in one sentence for people, of what was measured to be faithful."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from graphforensics.explain.explanation import Explanation
from graphforensics.explain.faithfulness_table import FaithfulnessTable

NOTHING = "No region stands out."
#: How many spreads above the middle a value must lie to stand out.
_SPREADS = 3.0


def sentence(
    explanation: Explanation,
    table: FaithfulnessTable | None = None,
    spans: Sequence[tuple[float, float]] | None = None,
) -> str:
    r"""Say which region or relation speaks for a forgery, and when, with the numbers.

    A value stands out that is positive, lies more than 3 spreads above the median of all, the
    spread being 1.4826 times the median distance from the median, and is at least a tenth of the
    logit's size and twice the median size of all. A relation between two regions is said before a
    region. Of an explanation whose method did not pass for the detector, and where nothing stands
    out, it is "No region stands out.".

    Args:
        explanation: What :func:`~graphforensics.explain.explain` found.
        table: Which methods passed. Default: the library's own.
        spans: Begin and end of each snippet or frame in seconds; without them time is not said.

    Raises:
        ValueError: There are not as many spans as shares of time.

    Example:
        >>> found = Explanation("lrl", "removal", 2.0, 0.88)
        >>> sentence(found)
        'No region stands out.'
    """
    time = explanation.time
    if spans is not None and time is not None and len(spans) != len(time):
        raise ValueError(f"'spans' must hold {len(time)} entries (got {len(spans)})")
    table = FaithfulnessTable.default() if table is None else table
    if table.status(explanation.detector, explanation.method) != "passed":
        return NOTHING
    said = _relation(explanation) or _region(explanation)
    if said is None:
        return NOTHING
    what, share = said
    when = _when(time, spans)
    number = f"{share:+.2f} of the score's logit {explanation.logit:+.2f}"
    return f"{what[0].upper()}{what[1:]}{when} ({number})."


def _relation(explanation: Explanation) -> tuple[str, float] | None:
    edges, ends, names = explanation.edges, explanation.edge_index, explanation.names
    if edges is None or ends is None or not names:
        return None
    source, target = ends.cpu()
    value = torch.where(source == target, 0, edges.cpu())
    place = _outstanding(value, explanation.logit)
    if place is None:
        return None
    one, other = names[int(source[place])], names[int(target[place])]
    if one == other:
        return None
    return f"{one} {'do' if _many(one) else 'does'} not fit {other}", float(value[place])


def _region(explanation: Explanation) -> tuple[str, float] | None:
    if explanation.nodes is None or not explanation.names:
        return None
    place = _outstanding(explanation.nodes, explanation.logit)
    if place is None:
        return None
    name = explanation.names[place]
    return f"{name} {'speak' if _many(name) else 'speaks'} for a forgery", float(
        explanation.nodes[place]
    )


def _many(name: str) -> bool:
    return " and " in name or name.endswith("s")


def _outstanding(values: Tensor, logit: float) -> int | None:
    if len(values) < 2:
        return None
    values = values.double()
    middle = values.quantile(0.5)
    spread = 1.4826 * (values - middle).abs().quantile(0.5)
    place = int(values.argmax())
    top = float(values[place])
    least = max(abs(logit) / 10, 2 * float(values.abs().quantile(0.5)))
    if top <= 0 or top < least or top <= float(middle + _SPREADS * spread):
        return None
    return place


def _when(time: Tensor | None, spans: Sequence[tuple[float, float]] | None) -> str:
    """Return the longest run of snippets that each add more than the mean, in seconds."""
    if time is None or spans is None or float(time.max()) <= 0:
        return ""
    above = [float(share) > max(float(time.mean()), 0.0) for share in time]
    runs: list[tuple[int, int]] = []
    for place, is_above in enumerate(above):
        if is_above and runs and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place)
        elif is_above:
            runs.append((place, place))
    if not runs or all(above):
        return ""
    first, last = max(runs, key=lambda run: float(time[run[0] : run[1] + 1].sum()))
    return f" in seconds {spans[first][0]:.3g} to {spans[last][1]:.3g}"
