"""Paths on file systems of fsspec: what pathlib does on a disk, they do there."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any
from uuid import uuid4

import fsspec
import pytest
from fsspec.registry import known_implementations

from graphforensics.errors import MissingExtraError, StoreError
from graphforensics.store.remote_path import RemotePath, absolute, store_path


@pytest.fixture(params=["memory", "local"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> RemotePath:
    where = f"memory://{uuid4().hex}" if request.param == "memory" else f"local://{tmp_path}"
    return RemotePath(f"{where}/store")


def test_files_and_folders(root: RemotePath) -> None:
    file = root / "tracks" / "a" / "note.txt"
    assert (file.name, file.parent.name) == ("note.txt", "a")
    assert str(file) == f"{root}/tracks/a/note.txt"
    assert not file.exists()
    assert not root.is_dir()
    assert (root / "tracks").names() == []
    file.write_whole("söund".encode())
    assert file.read_text() == "söund"
    assert (file.is_file(), file.is_dir(), file.parent.is_dir()) == (True, False, True)
    assert file.parent.names() == ["note.txt"]
    assert root.names() == ["tracks"]
    with file.open() as opened:
        assert opened.read(3) == "sö".encode()
    file.write_whole(b"other")
    assert file.read_text() == "other"
    # What another program sees there.
    with fsspec.open(str(file), "rb") as seen:
        assert seen.read() == b"other"
    file.unlink()
    file.unlink(missing_ok=True)
    with pytest.raises(FileNotFoundError):
        file.unlink()


def test_upload(root: RemotePath, tmp_path: Path) -> None:
    (tmp_path / "here").write_bytes(b"x" * 100_000)
    (root / "a" / "there").upload(tmp_path / "here")
    assert (root / "a" / "there").read_text() == "x" * 100_000


def test_paths_are_sent_as_their_url(root: RemotePath) -> None:
    file = root / "a"
    file.write_whole(b"1")
    copy = pickle.loads(pickle.dumps(file))
    assert copy == file
    assert copy != root
    assert len({copy, file}) == 1
    assert copy.read_text() == "1"


def test_which_names_are_urls(tmp_path: Path) -> None:
    assert store_path("faces") == Path("faces")
    assert store_path(tmp_path) == tmp_path
    assert store_path(f"file://{tmp_path}/a") == tmp_path / "a"
    assert store_path("a:b/c") == Path("a:b/c")
    found = store_path("memory://x/y/")
    assert isinstance(found, RemotePath)
    assert store_path(found) is found
    assert absolute(found) == "memory://x/y"
    assert absolute(Path("faces")) == str(Path.cwd() / "faces")
    assert found.one_process
    assert not RemotePath(f"local://{tmp_path}").one_process


def test_protocols_that_cannot_be_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoreError, match=r"^nonsense://x: cannot be opened .*nonsense"):
        RemotePath("nonsense://x")
    broken = {"class": "a_missing_package.FileSystem", "err": "Install a_missing_package"}
    monkeypatch.setitem(known_implementations, "absent", broken)
    with pytest.raises(MissingExtraError, match=r"^absent://x: Install a_missing_package"):
        RemotePath("absent://x")


def test_every_failure_of_the_file_system_is_an_os_error(
    root: RemotePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **words: Any) -> None:
        raise RuntimeError("(403)\nforbidden")

    for name in ("isfile", "cat_file", "ls", "pipe_file"):
        monkeypatch.setattr(type(root._fs), name, refuse)
    for act in (root.is_file, root.read_text, root.names, lambda: root.write_whole(b"")):
        with pytest.raises(OSError, match=r"RuntimeError: \(403\) forbidden"):
            act()
