"""What is needed to repeat a run."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from graphforensics import __version__

_PACKAGES = (
    "torch",
    "torchvision",
    "torch-geometric",
    "lightning",
    "timm",
    "numpy",
    "scipy",
    "scikit-learn",
    "pyarrow",
    "av",
    "dlib",
)


def provenance() -> dict[str, Any]:
    """Return the versions of all that computes, and the command that was given.

    Example:
        >>> sorted(provenance())
        ['command', 'platform', 'python', 'versions']
    """
    versions = {"graphforensics": __version__}
    for name in _PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "versions": versions,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "command": list(sys.argv),
    }
