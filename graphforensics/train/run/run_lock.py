"""One training a run folder."""

from __future__ import annotations

from pathlib import Path

from graphforensics.errors import OutputError
from graphforensics.store.lock import StoreLock


class RunLock(StoreLock):
    """Keeps two trainings from writing to one run folder at once.

    As :class:`~graphforensics.store.lock.StoreLock`, whose empty file ``.lock`` stays and whose
    lock ends with the process that holds it.

    Args:
        folder: Of the run; it is made where it is missing.

    Raises:
        OutputError: On entry, when another training holds the lock, or the folder cannot be
            written.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{folder}: cannot be written ({error.strerror or error})") from error
        super().__init__(folder)

    def _taken(self) -> OutputError:
        return OutputError(
            f"{self._path.parent}: another training is writing to this run; wait for it or stop it"
        )
