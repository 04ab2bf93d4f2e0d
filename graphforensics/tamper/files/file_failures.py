"""Telling what is wrong with one file from what is wrong with all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from graphforensics.errors import (
    GraphForensicsError,
    NoFaceError,
    OutputError,
    UnreadableMediaError,
)
from graphforensics.media.system_error import is_of_system


@contextmanager
def file_failures(out: str) -> Iterator[list[str]]:
    """Collect the reason why a file cannot be forged, if there is one, and go on.

    Args:
        out: Folder of the set.

    Yields:
        A list that holds the reason when the block has failed.

    Raises:
        OutputError: The set cannot be written.
        GraphForensicsError: Something other than the file is wrong: a missing package or model.
    """
    reasons: list[str] = []
    try:
        yield reasons
    except UnreadableMediaError as error:
        reasons.append(error.reason)
    except NoFaceError as error:
        reasons.append(str(error))
    except GraphForensicsError:
        raise
    except MemoryError:
        reasons.append("not enough memory to forge it")
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        # What goes wrong in reading is an UnreadableMediaError by now.
        if is_of_system(error):
            raise OutputError(f"{out}: cannot be written ({reason})") from error
        # One broken file never stops the rest, whatever is wrong with it.
        reasons.append(f"unexpected {type(error).__name__}: {reason}")


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep the threads of several workers out of each other's way: the images are small."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
