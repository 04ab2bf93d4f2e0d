"""Formulas as MathML, which browsers draw themselves: the pages need no network."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx


def inline(translator: Any, node: nodes.math) -> None:
    """Write a formula within a line."""
    translator.body.append(convert(node.astext()))
    raise nodes.SkipNode


def aligned(formula: str) -> str:
    """Put a formula of several rows, or with marks of alignment, into rows of a table."""
    rows = "&" in formula or r"\\" in formula
    if not rows or formula.lstrip().startswith(r"\begin{"):
        return formula
    return rf"\begin{{split}} {formula} \end{{split}}"


def block(translator: Any, node: nodes.math_block) -> None:
    """Write a formula by itself; several lines of one are one below the other."""
    lines = node.astext().strip().split("\n\n")
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    translator.body += [convert(aligned(line), display="block") for line in lines]
    translator.body.append("</div>")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Let Sphinx write formulas so."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
