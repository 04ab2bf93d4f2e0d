"""Classes by their dotted paths, of modules that may be imported."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Any

from graphforensics.errors import MissingDataError
from graphforensics.train.config.nearest import did_you_mean

#: What a recipe may name without more words: this library, and Lightning, whose loggers and
#: callbacks are imported in any case.
TRUSTED = ("graphforensics", "lightning.pytorch")


def class_at(path: object, place: str, trusted: Iterable[str] | None = None) -> type[Any]:
    """Import the class that a dotted path names.

    Importing a module runs it: what a file names is looked at before it is imported.

    Args:
        path: Such as ``"graphforensics.models.MRL"``.
        place: Where the path stands, for the error.
        trusted: Modules, besides :data:`TRUSTED`, that may be imported, with all within them;
            ``None`` for any, where the user's own words name the class.

    Raises:
        MissingDataError: There is no such class, or it is of a module that is not trusted.

    Example:
        >>> class_at("graphforensics.models.MRL", "here", ()).__name__
        'MRL'
        >>> class_at("os.system", "here", ())  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        graphforensics.errors.MissingDataError: here: 'os.system' is of a module that is not ...
    """
    module, _, name = str(path).rpartition(".")
    if trusted is not None:
        trusted = (*TRUSTED, *trusted)
        _require_trusted(path, module, place, trusted)
    try:
        home = importlib.import_module(module)
        found = getattr(home, name)
    except AttributeError as error:
        known = [word for word in dir(home) if isinstance(getattr(home, word, None), type)]
        meant = did_you_mean(name, known)
        raise MissingDataError(f"{place}: there is no class {path!r}{meant}") from error
    except (ImportError, ValueError) as error:
        raise MissingDataError(f"{place}: there is no class {path!r} ({error})") from error
    if not isinstance(found, type):
        raise MissingDataError(f"{place}: {path!r} is no class")
    if trusted is not None:
        # What a trusted module imports for itself is not its own.
        _require_trusted(path, found.__module__, place, trusted)
    return found


def path_of(kind: type[Any]) -> str:
    """Return the shortest dotted path that names a class, as :func:`class_at` takes it.

    Example:
        >>> from graphforensics.models import LRL
        >>> LRL.__module__, path_of(LRL)
        ('graphforensics.models.lrl.model', 'graphforensics.models.LRL')
    """
    parts = kind.__module__.split(".")
    for count in range(1, len(parts)):
        package = importlib.import_module(".".join(parts[:count]))
        if getattr(package, kind.__qualname__, None) is kind:
            return f"{package.__name__}.{kind.__qualname__}"
    return f"{kind.__module__}.{kind.__qualname__}"


def is_within(module: str, roots: Iterable[str]) -> bool:
    """Say whether a module is one of some modules or lies within one.

    Example:
        >>> is_within("graphforensics.train", ["graphforensics"]), is_within("graph", ["g"])
        (True, False)
    """
    return any(module == root or module.startswith(f"{root}.") for root in roots)


def _require_trusted(path: object, module: str, place: str, trusted: Iterable[str]) -> None:
    if "." in str(path) and not is_within(module, trusted):
        raise MissingDataError(
            f"{place}: {path!r} is of a module that is not trusted: importing it runs its code; "
            f"--trust {module.partition('.')[0] or path} allows it"
        )
