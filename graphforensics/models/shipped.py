"""Weights that come along in the package, by name."""

from __future__ import annotations

from pathlib import Path

from graphforensics.errors import CheckpointError

#: The name that is meant where none is given.
DEFAULT = "default"

#: What a saved detector has at least; named here so that asking for them loads no torch.
_FILES = ("config.json", "model.safetensors")

#: A folder of ``save_pretrained`` for each name, with its card.
FOLDER = Path(__file__).parents[1] / "weights"


def shipped_weights() -> dict[str, Path]:
    """Return the folders of the detectors that come along, by name.

    Example:
        >>> all(folder.is_dir() for folder in shipped_weights().values())
        True
    """
    folders = sorted(FOLDER.iterdir()) if FOLDER.is_dir() else []
    return {
        folder.name: folder
        for folder in folders
        if all((folder / file).is_file() for file in _FILES)
    }


def shipped_folder(name: str = DEFAULT) -> Path:
    """Return the folder of a detector that comes along.

    Args:
        name: One of :func:`shipped_weights`.

    Raises:
        CheckpointError: There is none of that name in this copy of the library.
    """
    known = shipped_weights()
    if name in known:
        return known[name]
    have = f"there are {', '.join(known)}" if known else "there are none in this version"
    raise CheckpointError(
        f"no weights named '{name}' come along ({have}): give the folder of a trained detector, "
        "RUN/best of 'graphforensics train'"
    )
