"""Faces as graphs, and the forgeries that the graphs give away.

The package is imported cheaply: nothing heavy is loaded until a name is used
from its own module, for instance :mod:`graphforensics.models` or
:mod:`graphforensics.preprocess`.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
