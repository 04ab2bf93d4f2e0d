"""The split that a data set's authors made."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from graphforensics.errors import MissingDataError
from graphforensics.splits.leaks.shared_names import shared_names
from graphforensics.splits.split import identity_split
from graphforensics.store.columns import PARTS

#: What stands for this split where a file is asked for otherwise.
OFFICIAL = "official"


def official_split(
    rows: Sequence[Mapping[str, Any]],
    required: Sequence[str] = PARTS,
    share: float = 0.15,
    seed: int = 0,
) -> dict[str, list[int]]:
    """Part rows as the data sets that they are of are parted.

    Data sets without a validation part (Celeb-DF, the DFDC preview, WildDeepfake) get one: a share
    of the training part, by identity, always the same. People that the authors have in two parts
    are left there, for the sake of comparison, and a warning names them.

    Args:
        rows: Mappings with ``split`` and what :func:`~graphforensics.splits.split.identity_groups`
            reads. Rows without a split are in no part.
        required: Parts that are needed; without ``"val"`` none is made up.
        share: Share of the training part that becomes the validation part.
        seed: Seed of that choice.

    Returns:
        Positions of the rows of each part, ascending.

    Raises:
        MissingDataError: No row is of a required part, or the training part is too small to be
            divided.

    Example:
        >>> rows = [{"source": "a", "split": "test"}, {"source": "b", "split": "train"}]
        >>> official_split(rows, required=["test"])
        {'train': [1], 'val': [], 'test': [0]}
    """
    named = [str(row.get("split") or "") for row in rows]
    parts = {part: [n for n, name in enumerate(named) if name == part] for part in PARTS}
    _warn_of_leaks(rows, parts)
    if "val" in required and not parts["val"] and parts["train"]:
        rest = [rows[n] for n in parts["train"]]
        # Real faces alone are enough for some ways of training; who needs both asks for both.
        classes = sorted({str(row.get("label")) for row in rest})
        held = identity_split(rest, (1 - share, share, 0), seed, classes)
        train = parts["train"]
        parts["train"] = [train[n] for n in held["train"]]
        parts["val"] = [train[n] for n in held["val"]]
    absent = [part for part in required if not parts[part]]
    if absent:
        raise MissingDataError(
            f"no track is of the official part '{absent[0]}': make the stores with "
            "'graphforensics prepare', of all parts"
        )
    return parts


def _warn_of_leaks(rows: Sequence[Mapping[str, Any]], parts: Mapping[str, Sequence[int]]) -> None:
    shared = shared_names({part: [rows[n] for n in places] for part, places in parts.items()})
    if shared:
        more = f"; and {len(shared) - 3} more" if len(shared) > 3 else ""
        warnings.warn(
            "the official parts are not apart, which flatters the figures: "
            f"{'; '.join(str(name) for name in shared[:3])}{more}",
            stacklevel=4,
        )
