"""Formulas of the pages are MathML that a browser can read."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

convert = pytest.importorskip("latex2mathml.converter", reason="needs the extra 'docs'").convert
pytest.importorskip("sphinx", reason="needs the extra 'docs'")

FILE = Path(__file__).resolve().parents[2] / "docs" / "mathml.py"
MATHML = "{http://www.w3.org/1998/Math/MathML}"


@pytest.fixture(scope="module")
def mathml() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mathml", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("formula", "rows"),
    [
        (r"a = b", 0),
        (r"a &= b \\ c &= d", 2),
        (r"a = b \\ c = d \\ e = f", 3),
        (r"\begin{cases} a & b \\ c & d \end{cases}", 2),
        (r"x = \begin{cases} a & b \\ c & d \end{cases}", 3),
    ],
)
def test_rows_are_rows_and_no_mark_of_alignment_is_left(mathml, formula, rows):
    written = ElementTree.fromstring(convert(mathml.aligned(formula), display="block"))
    assert len(list(written.iter(f"{MATHML}mtr"))) == rows
    assert "&" not in "".join(written.itertext())
