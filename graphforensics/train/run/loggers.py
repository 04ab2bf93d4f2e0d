"""Lightning's loggers by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lightning.pytorch.loggers import Logger

from graphforensics.errors import MissingDataError, MissingExtraError
from graphforensics.train.config.class_path import class_at
from graphforensics.train.config.nearest import did_you_mean

_MODULE = "lightning.pytorch.loggers"
#: Short name -> class, and the keywords that send its files to the run's folder.
_KNOWN: dict[str, tuple[str, tuple[str, ...]]] = {
    "csv": ("CSVLogger", ("save_dir",)),
    "tensorboard": ("TensorBoardLogger", ("save_dir",)),
    "wandb": ("WandbLogger", ("save_dir",)),
    "mlflow": ("MLFlowLogger", ()),
    "comet": ("CometLogger", ()),
    "neptune": ("NeptuneLogger", ()),
}


def logger_class(name: str) -> type[Logger]:
    """Return the class of a logger.

    Args:
        name: ``"csv"``, ``"tensorboard"``, ``"wandb"``, ``"mlflow"``, ``"comet"``,
            ``"neptune"``, or the dotted path of any of Lightning's kind.

    Raises:
        ValueError: There is no such logger.

    Example:
        >>> logger_class("csv").__name__
        'CSVLogger'
    """
    path = f"{_MODULE}.{_KNOWN[name][0]}" if name in _KNOWN else name
    try:
        found = class_at(path, "'logger'")
    except MissingDataError as error:
        raise ValueError(
            f"'logger' must be one of {', '.join(_KNOWN)} or a class (got {name!r})"
            f"{did_you_mean(name, _KNOWN)}"
        ) from error
    if not issubclass(found, Logger):
        raise ValueError(f"'logger' must be a logger of Lightning (got {name!r})")
    return found


def logger_place(name: str, folder: str | Path) -> dict[str, str]:
    """Return the keywords that have a logger write its files into a folder, if it writes any.

    Args:
        name: As in :func:`logger_class`.
        folder: Of the run.
    """
    words = dict(_KNOWN.values()).get(logger_class(name).__name__, ())
    return {word: str(folder) for word in words}


def make_logger(name: str, folder: str | Path, keywords: Mapping[str, Any] | None = None) -> Logger:
    """Build a logger.

    Args:
        name: As in :func:`logger_class`.
        folder: Of the run; the loggers that write files write them there.
        keywords: Of the logger.

    Raises:
        ValueError: There is no such logger, or it does not take the keywords.
        MissingExtraError: The package that it speaks to is not installed.
    """
    kind = logger_class(name)
    try:
        return kind(**{**logger_place(name, folder), **(keywords or {})})
    except (ModuleNotFoundError, ImportError) as error:
        reason = " ".join(str(error).split())
        raise MissingExtraError(f"'logger' {name} needs a package: {reason}") from error
    except TypeError as error:
        raise ValueError(f"'logger' {name} cannot be built ({error})") from error
