"""One writer a store, and nothing to clean up after a killed one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from graphforensics.errors import OutputError
from graphforensics.store.lock import FolderLock

_HOLD = """
import sys, time
from pathlib import Path
from graphforensics.store.lock import FolderLock
with FolderLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_second_lock_of_one_process_is_refused(tmp_path: Path) -> None:
    with FolderLock(tmp_path):
        with (
            pytest.raises(OutputError, match="another run is writing to this store"),
            FolderLock(tmp_path / "."),
        ):
            pass
        # The refused one has not let go of the first one's lock.
        with pytest.raises(OutputError, match="another run"), FolderLock(tmp_path):
            pass
    with FolderLock(tmp_path):
        pass


def test_lock_of_another_process_is_refused_and_ends_with_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(OutputError, match="another run"), FolderLock(tmp_path):
            pass
        holder.kill()
    with FolderLock(tmp_path):
        pass


def test_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"), FolderLock(tmp_path / "file"):
        pass
