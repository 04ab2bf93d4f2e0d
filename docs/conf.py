"""Settings of the documentation: ``make docs`` builds it into ``docs/_build/html``."""

import sys
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode

from graphforensics import __version__

sys.path.insert(0, str(Path(__file__).parent))

from reference_pages import write_pages  # lies beside this file

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
myst_heading_anchors = 3
exclude_patterns = ["_build", "figures"]
autodoc_member_order = "bysource"
autodoc_typehints = "description"
html_theme = "furo"
html_title = f"graphforensics {release}"


def _write_reference(app: Sphinx) -> None:
    write_pages(Path(app.srcdir) / "reference")


def _find_by_name(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.Element
) -> nodes.Element | None:
    """Link a name that is told without its package, if there is only one of that name."""
    if node.get("refdomain") != "py":
        return None
    domain = env.domains.python_domain
    target = node["reftarget"]
    # What is told with its module is public by its last part.
    wanted = target.rpartition(".")[2] if target.startswith("graphforensics.") else target
    found = {
        (entry.docname, entry.node_id)
        for name, entry in domain.objects.items()
        if name.endswith(f".{wanted}")
        and ("." in wanted or entry.objtype in ("class", "data", "exception", "function"))
    }
    if len(found) != 1:
        return None
    [(page, place)] = found
    return make_refnode(app.builder, node["refdoc"], page, place, content, target)


def setup(app: Sphinx) -> None:
    """Write the pages of the reference before Sphinx looks for pages; link short names."""
    app.connect("builder-inited", _write_reference)
    app.connect("missing-reference", _find_by_name)
