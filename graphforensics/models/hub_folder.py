"""The folder of a saved detector, here or fetched from the Hugging Face Hub."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

from huggingface_hub import hf_hub_download, try_to_load_from_cache
from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError
from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

from graphforensics.errors import CheckpointError
from graphforensics.models.calibration import CALIBRATION
from graphforensics.models.saved_detector import CONFIG, WEIGHTS


def detector_folder(model: str | Path, revision: str | None = None, **fetching: Any) -> Path:
    """Return the folder that holds a saved detector, fetched if it is no folder here.

    Of a model of the Hub the configuration, the weights and the calibration, if it has one, are
    fetched, all of one commit.

    Args:
        model: A folder of ``save_pretrained``, or ``"user/name"`` on the Hub.
        revision: Branch, tag or commit on the Hub. Default: its main branch.
        **fetching: As in ``huggingface_hub.hf_hub_download``: ``cache_dir``, ``token``,
            ``force_download``, ``local_files_only``.

    Raises:
        CheckpointError: It is neither a folder here nor a model that can be fetched.
    """
    folder = Path(model)
    if folder.is_dir():
        return folder
    if folder.exists():
        raise CheckpointError(
            f"{model}: a file, not the folder of a saved detector (graphforensics.models."
            "load_detector reads training checkpoints)"
        )
    name = str(model)
    if not _may_be_on_the_hub(name):
        raise CheckpointError(f"{model}: no such folder")
    try:
        config = Path(hf_hub_download(name, CONFIG, revision=revision, **fetching))
        # The commit that the first file is of: a branch may move on before the next.
        commit = config.parent.name
        hf_hub_download(name, WEIGHTS, revision=commit, **fetching)
        _fetch_calibration(name, commit, fetching)
    except Exception as error:
        # What fails beneath is the network, the Hub, the disk, each with errors of its own.
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
        raise CheckpointError(
            f"{model}: no such folder, and not to be fetched from the Hugging Face Hub ({reason})"
        ) from error
    return config.parent


def _may_be_on_the_hub(name: str) -> bool:
    if os.path.isabs(name) or name.startswith(("./", "../", "~")):
        return False
    try:
        validate_repo_id(name)
    except ValueError:
        return False
    return True


def _fetch_calibration(name: str, commit: str, fetching: dict[str, Any]) -> None:
    """Fetch the calibration, which not every model has; say so where no one can be asked."""
    try:
        hf_hub_download(name, CALIBRATION, revision=commit, **fetching)
    except LocalEntryNotFoundError:
        cache = fetching.get("cache_dir")
        known = try_to_load_from_cache(name, CALIBRATION, cache_dir=cache, revision=commit)
        # Neither a path nor the mark that the Hub has none.
        if known is None:
            warnings.warn(
                f"{name}: the Hub cannot be asked for its {CALIBRATION}, so that its scores are "
                "not calibrated",
                stacklevel=3,
            )
    except EntryNotFoundError:
        pass
