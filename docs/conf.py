"""Settings of the documentation: ``make docs`` builds it into ``docs/_build/html``."""

from graphforensics import __version__

project = "graphforensics"
author = "The graphforensics authors"
copyright = "2026, the graphforensics authors"
release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
    "sphinx.ext.viewcode",
]
myst_enable_extensions = ["dollarmath", "deflist"]
exclude_patterns = ["_build", "figures"]
autodoc_member_order = "bysource"
autodoc_typehints = "description"
html_theme = "furo"
html_title = f"graphforensics {release}"
