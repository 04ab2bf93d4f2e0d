"""Files and folders of a store on whatever fsspec can reach."""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from graphforensics.errors import MissingExtraError, StoreError

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(::|://)")
_LOCAL = "file://"
# Object stores, which never show a part of an object.
_WHOLE = {"memory", "s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "oss", "obs", "tos"}


class RemotePath:
    """A place on a file system of fsspec, with those of :class:`pathlib.Path`'s methods that
    stores need.

    Every failure of the file system becomes an :class:`OSError`, whatever its client raises.
    Files are read and listed as they are now, never from a cache of names.

    Args:
        url: Such as ``"s3://bucket/faces"`` or ``"memory://faces"``.

    Raises:
        StoreError: fsspec does not know the protocol.
        MissingExtraError: The package that speaks it is not installed.

    Example:
        >>> place = RemotePath("memory://remote-path-example") / "note.txt"
        >>> place.write_whole(b"seen")
        >>> place.read_text(), place.name, str(place)
        ('seen', 'note.txt', 'memory://remote-path-example/note.txt')
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        # Imported here: it takes a while, and stores on a disk have no use for it.
        core = importlib.import_module("fsspec.core")
        try:
            fs, path = core.url_to_fs(self.url, use_listings_cache=False)
        except ImportError as error:
            raise MissingExtraError(f"{url}: {error}") from error
        except (ValueError, TypeError) as error:
            raise StoreError(f"{url}: cannot be opened ({error})") from error
        self._fs: Any = fs
        self._path = str(path).rstrip("/")

    def __truediv__(self, name: str) -> RemotePath:
        child = object.__new__(RemotePath)
        child.url, child._fs = f"{self.url}/{name}", self._fs
        child._path = f"{self._path}/{name}"
        return child

    def __str__(self) -> str:
        return self.url

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RemotePath) and self.url == other.url

    def __hash__(self) -> int:
        return hash(self.url)

    def __reduce__(self) -> tuple[type[RemotePath], tuple[str]]:
        # The connection is made anew where the path is sent to.
        return type(self), (self.url,)

    @property
    def name(self) -> str:
        """Last part of the path."""
        return PurePosixPath(self._path).name

    @property
    def parent(self) -> RemotePath:
        """The folder around it."""
        folder = object.__new__(RemotePath)
        folder.url, folder._fs = self.url.rpartition("/")[0], self._fs
        folder._path = self._path.rpartition("/")[0]
        return folder

    @property
    def one_process(self) -> bool:
        """Whether what is written is seen by this process only."""
        return type(self._fs).__name__ == "MemoryFileSystem"

    def is_file(self) -> bool:
        """Whether there is such a file."""
        with self._plain_errors():
            return bool(self._fs.isfile(self._path))

    def is_dir(self) -> bool:
        """Whether there is such a folder, or a file below it."""
        with self._plain_errors():
            return bool(self._fs.isdir(self._path))

    def exists(self) -> bool:
        """Whether there is anything."""
        with self._plain_errors():
            return bool(self._fs.exists(self._path))

    def open(self) -> BinaryIO:
        """Open the file for reading."""
        with self._plain_errors():
            return cast(BinaryIO, self._fs.open(self._path, "rb"))

    def read_text(self, encoding: str = "utf-8") -> str:
        """Read the whole file."""
        with self._plain_errors():
            return bytes(self._fs.cat_file(self._path)).decode(encoding)

    def names(self) -> list[str]:
        """Names of what is in the folder, sorted; none when there is no folder."""
        with self._plain_errors():
            try:
                found = self._fs.ls(self._path, detail=False)
            except FileNotFoundError:
                return []
        return sorted(PurePosixPath(str(path).rstrip("/")).name for path in found)

    def write_whole(self, data: bytes) -> None:
        """Write a small file, whole or not at all.

        An object store knows whole objects only; elsewhere it is written under another name and
        renamed.
        """
        names = self._fs.protocol
        whole = not _WHOLE.isdisjoint([names] if isinstance(names, str) else names)
        place = self if whole else self.parent / f".{self.name}.tmp"
        with self._plain_errors():
            self._fs.makedirs(self.parent._path, exist_ok=True)
            self._fs.pipe_file(place._path, data)
            if not whole:
                self._fs.mv(place._path, self._path)

    def upload(self, local: Path) -> None:
        """Copy a file of this machine here; killed half-way it may leave a part."""
        with self._plain_errors():
            self._fs.makedirs(self.parent._path, exist_ok=True)
            self._fs.put_file(os.fspath(local), self._path)

    def copy_to(self, target: RemotePath) -> None:
        """Copy the file within the file system; killed half-way it may leave a part."""
        with self._plain_errors():
            self._fs.makedirs(target.parent._path, exist_ok=True)
            self._fs.cp_file(self._path, target._path)

    def remove_empty(self) -> None:
        """Remove the folder, where the file system has folders and nothing is in it."""
        with self._plain_errors():
            try:
                self._fs.rmdir(self._path)
            except FileNotFoundError:
                return

    def unlink(self, missing_ok: bool = False) -> None:
        """Remove the file."""
        with self._plain_errors():
            try:
                self._fs.rm_file(self._path)
            except FileNotFoundError:
                if not missing_ok:
                    raise

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, UnicodeError):
            raise
        except Exception as error:
            # The clients of cloud stores have their own exceptions, of no common kind.
            text = " ".join(str(error).split())[:200]
            raise OSError(f"{type(error).__name__}: {text}") from error


#: A place in a store.
StorePath = Path | RemotePath


def store_path(where: str | os.PathLike[str] | RemotePath) -> StorePath:
    """Return a path for a folder's name or a URL; ``file://`` is the local disk like any other.

    Args:
        where: Path or URL of a store.

    Raises:
        StoreError: As :class:`RemotePath`.
        MissingExtraError: Likewise.

    Example:
        >>> store_path("faces"), store_path("memory://faces")
        (PosixPath('faces'), RemotePath('memory://faces'))
    """
    if isinstance(where, RemotePath):
        return where
    text = os.fspath(where)
    if not isinstance(where, str) or not _URL.match(text):
        return Path(text)
    if text.startswith(_LOCAL):
        return Path(text.removeprefix(_LOCAL))
    return RemotePath(text)


def absolute(place: StorePath) -> str:
    """Name a place so that another process finds it."""
    return str(place) if isinstance(place, RemotePath) else os.path.abspath(place)
