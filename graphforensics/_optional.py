"""Optional packages, imported where they are used."""

from __future__ import annotations

import importlib
from types import ModuleType

from graphforensics.errors import MissingExtraError


def import_optional(name: str, extra: str) -> ModuleType:
    """Import module ``name`` or say which extra brings it.

    Args:
        name: The module's dotted name, for instance ``"torch_geometric_temporal"``.
        extra: The extra of this package that installs it, for instance ``"temporal"``.

    Raises:
        MissingExtraError: The module, or one that it needs, is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingExtraError(
            f"'{name}' cannot be imported ({error}); install the extra "
            f"'{extra}': pip install 'graphforensics[{extra}]'"
        ) from error
