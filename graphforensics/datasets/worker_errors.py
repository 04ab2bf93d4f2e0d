"""Errors of loading processes, as plain as those of this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from graphforensics.errors import GraphForensicsError

_MARK = "Original Traceback"


@contextmanager
def plain_worker_errors() -> Iterator[None]:
    """Take the traceback out of the message of an error that a loading process raised.

    PyTorch raises such an error again with the whole traceback as its message.

    Raises:
        GraphForensicsError: The same error with its own message.
    """
    try:
        yield
    except GraphForensicsError as error:
        # Not its str(), which escapes the ends of lines.
        text = str(error.args[0] if error.args else error).strip()
        if _MARK not in text:
            raise
        message = text.splitlines()[-1].partition(": ")[2]
        raise type(error)(message) from error
