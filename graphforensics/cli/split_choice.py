"""Which people a detector is measured on."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from graphforensics._text import shown

if TYPE_CHECKING:
    from graphforensics.evaluation.run_split import RunSplit


def chosen_split(given: str | None, run: RunSplit | None) -> str | Path | None:
    """Return the split to go by: the one asked for, else the run's where it fits.

    Args:
        given: ``--split``; ``"none"`` asks for none.
        run: The split of the run that the detector comes from.
    """
    if given is not None:
        return None if given == "none" else given
    return run.path if run is not None and run.fits else None


def warn_of_trained_people(
    models: Sequence[str], stores: Sequence[str], labels: str | None = None
) -> None:
    """Say loudly that everything in the stores holds people whom a detector was trained on.

    Args:
        models: Folders or checkpoints of detectors.
        stores: Folders of face stores.
        labels: CSV of labels that counts more than what the stores say.
    """
    from graphforensics.evaluation.run_split import run_split

    for model in models:
        run = run_split(model, stores, labels)
        trained = 0 if run is None else run.trained_videos(run.table)
        if run is not None and trained:
            print(
                f"WARNING: {trained} videos show people whom {shown(model)} was TRAINED ON: "
                f"the figures flatter it; give --split {shown(run.path)}",
                file=sys.stderr,
            )
