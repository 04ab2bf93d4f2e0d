"""Settings of the documentation: ``make docs`` builds it into ``docs/_build/html``."""

import sys
from pathlib import Path

from graphforensics import __version__

sys.path.insert(0, str(Path(__file__).parent))

project = "graphforensics"
author = "The graphforensics authors"
copyright = "2026, the graphforensics authors"
release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "mathml",
]
html_math_renderer = "mathml"
myst_enable_extensions = ["dollarmath", "deflist"]
exclude_patterns = ["_build", "figures"]
autodoc_member_order = "bysource"
autodoc_typehints = "description"
html_theme = "furo"
html_title = f"graphforensics {release}"
