"""What kinds of data a detector was trained on."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from graphforensics.store.columns import FAKE

#: What a protocol goes across.
KINDS = ("dataset", "manipulation", "quality")


def trained_on(table: pa.Table) -> dict[str, list[str]]:
    """List the data sets, manipulations and qualities of a training part.

    Protocols mark what a detector has seen by it.

    Args:
        table: Rows of :func:`~graphforensics.store.track_table.track_table`. Manipulations are
            those of fakes.

    Example:
        >>> rows = [{"label": "fake", "dataset": "A", "manipulation": "swap", "quality": None}]
        >>> trained_on(pa.Table.from_pylist(rows))
        {'dataset': ['A'], 'manipulation': ['swap'], 'quality': []}
    """
    fakes = table.filter(pc.equal(table.column("label"), FAKE))
    return {
        kind: sorted(
            str(name)
            for name in pc.unique((fakes if kind == "manipulation" else table).column(kind))
            if name.as_py()
        )
        for kind in KINDS
    }
