"""What every benchmark says before it begins."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence


def begin(doc: str | None, needs: Sequence[str] = ()) -> None:
    """Say on standard error what is measured, on how many cores; refuse where packages lack.

    Args:
        doc: The script's docstring.
        needs: Modules, beside the library's own, that it imports.
    """
    lacking = [name for name in needs if importlib.util.find_spec(name) is None]
    if lacking:
        raise SystemExit(
            f"{os.path.basename(sys.argv[0])} needs {', '.join(lacking)}: pip install '.[bench]'"
        )
    title = (doc or "").strip().splitlines()[0]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{title} Measured on {cores} cores; progress follows.", file=sys.stderr, flush=True)


def step(what: str) -> None:
    """Say on standard error what comes next."""
    print(f"... {what}", file=sys.stderr, flush=True)
