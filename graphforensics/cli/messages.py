"""What the commands tell on standard error besides their results."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from graphforensics._text import shown


def say(*lines: object, file: TextIO | None = None) -> None:
    """Print lines, one a word, each with all escaped that is no text.

    Args:
        *lines: What to print.
        file: Where to; standard output by default.
    """
    print("\n".join(map(shown, lines)), file=file, flush=True)


@contextmanager
def plain_messages() -> Iterator[None]:
    """Show this library's warnings as one line each, and none of Lightning's small talk."""
    shown = warnings.showwarning
    levels = {name: logging.getLogger(name).level for name in ("lightning", "lightning.pytorch")}
    for name in levels:
        logging.getLogger(name).setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"lightning\b.*")
        warnings.showwarning = _one_line
        try:
            yield
        finally:
            warnings.showwarning = shown
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)


def _one_line(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    say(f"graphforensics: note: {' '.join(str(message).split())}", file=sys.stderr)
