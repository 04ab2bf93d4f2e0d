"""One clear line when the place for the results cannot be written."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from graphforensics.errors import OutputError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def writing(where: object) -> Iterator[None]:
    """Turn what the operating system says about ``where`` into an error of this library.

    Raises:
        OutputError: The block raised :class:`OSError`.
    """
    try:
        yield
    except OSError as error:
        hint = "; finished files are kept: make room and run again" if error.errno in _FULL else ""
        reason = (error.strerror or str(error)).lower()
        raise OutputError(
            f"{error.filename or where}: cannot be written ({reason}){hint}"
        ) from error
