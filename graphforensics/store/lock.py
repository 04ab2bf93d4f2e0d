"""One writer a folder: of a store, or of a run of training."""

from __future__ import annotations

import errno
import threading
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from graphforensics.errors import OutputError
from graphforensics.store.layout import LOCK
from graphforensics.store.output_errors import writing
from graphforensics.store.remote_path import StorePath

_held: set[StorePath] = set()
_guard = threading.Lock()


class FolderLock:
    """Keeps two runs from writing to one folder at once.

    The lock is the operating system's and ends with the process that holds it, however that
    ends: a killed run leaves nothing to clean up. The empty file stays.

    Args:
        root: The folder.
        what: What it holds, for the message.

    Raises:
        OutputError: On entry, when another run holds the lock, or the folder is read-only.
    """

    def __init__(self, root: StorePath, what: str = "store") -> None:
        self._what = what
        self._path = root.resolve() / LOCK if isinstance(root, Path) else root / LOCK
        self._file: BinaryIO | None = None

    def __enter__(self) -> FolderLock:
        # A POSIX lock does not keep out the process that holds it, hence the set. A lock by
        # flock(2), such as the package filelock takes, would, but is inherited by forked workers,
        # which can outlive a killed run.
        with _guard:
            if self._path in _held:
                raise self._taken()
            if isinstance(self._path, Path):
                self._file = self._open(self._path)
            _held.add(self._path)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with _guard:
            _held.discard(self._path)
            if self._file is not None:
                self._file.close()
                self._file = None

    def _open(self, path: Path) -> BinaryIO:
        with writing(path.parent):
            file = open(path, "ab")  # noqa: SIM115 -- held until the lock ends
        try:
            _lock(file)
        except OSError as error:
            file.close()
            if error.errno in (errno.EACCES, errno.EAGAIN):
                raise self._taken() from error
            raise OutputError(f"{path}: cannot be locked ({error.strerror})") from error
        return file

    def _taken(self) -> OutputError:
        return OutputError(
            f"{self._path.parent}: another run is writing to this {self._what}; wait for it or "
            "stop it"
        )


def _lock(file: BinaryIO) -> None:
    try:
        import fcntl
    except ImportError:
        # Windows has no fcntl; runs of one process are still kept apart.
        return
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
