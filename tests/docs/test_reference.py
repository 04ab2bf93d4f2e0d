"""The reference describes every public name once; the front page shows what is tested."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import re
from pathlib import Path
from types import ModuleType

import pytest

import graphforensics

ROOT = Path(__file__).resolve().parents[2]
DIRECTIVE = re.compile(
    r"^\.\. (?:autoclass|autofunction|py:data):: (\S+)(?:\n   :module: (\S+))?", re.M
)


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "reference_pages", ROOT / "docs" / "reference_pages.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up.
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(importlib.import_module("sys").modules, "reference_pages", module)
        spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages(generator, tmp_path_factory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("pages")
    generator.write_pages(folder)
    return {file.stem: file.read_text(encoding="utf-8") for file in folder.iterdir()}


@pytest.fixture(scope="module")
def described(pages) -> dict[str, list[tuple[object, str]]]:
    """Name -> the value and the page of each directive that describes such a name."""
    found: dict[str, list[tuple[object, str]]] = {}
    for page, text in pages.items():
        for path, module in DIRECTIVE.findall(text):
            package, _, name = f"{module}.{path}".lstrip(".").rpartition(".")
            value = getattr(importlib.import_module(package), name)
            found.setdefault(name, []).append((value, page))
    return found


PUBLIC = [
    (package.name, name)
    for package in pkgutil.walk_packages(graphforensics.__path__, "graphforensics.")
    if package.ispkg
    # A package that has moved has no list of its own.
    for name in vars(importlib.import_module(package.name)).get("__all__", ())
]


def test_the_core_is_public():
    assert {
        ("graphforensics.nn", "MaskedEdgeDropout"),
        ("graphforensics.data", "FaceGraph"),
        ("graphforensics.store", "FaceStore"),
        ("graphforensics.tamper.warp", "thin_plate_spline"),
    } <= set(PUBLIC)
    assert len(PUBLIC) > 300


@pytest.mark.parametrize("package", sorted({package for package, _ in PUBLIC}))
def test_every_public_name_is_described_on_one_page(package, described, pages):
    for name in (name for owner, name in PUBLIC if owner == package):
        value = getattr(importlib.import_module(package), name)
        places = [page for other, page in described.get(name, []) if other is value]
        assert len(places) == 1, f"{package}.{name} is described on {places or 'no page'}"
        module = getattr(value, "__module__", None) or ""
        if module.startswith("graphforensics."):
            assert f"{module}.".startswith(f"graphforensics.{places[0]}.")


@pytest.mark.parametrize("package", sorted({package for package, _ in PUBLIC}))
def test_every_package_lists_its_names_with_a_sentence(package, pages):
    [table] = [
        part.partition("\n```")[0]
        for text in pages.values()
        for part in text.split("```{eval-rst}\n")
        if part.startswith(f".. currentmodule:: {package}\n")
    ]
    rows = re.findall(r"^   \* - :py:obj:`(\w+) <\S+>`\n     - (\S.*)$", table, re.M)
    assert [name for name, _ in rows] == sorted(name for owner, name in PUBLIC if owner == package)


def test_errors_are_described(described):
    assert [page for _, page in described["StoreError"]] == ["errors"]


def test_index_leads_to_every_page(pages):
    [toctree] = re.findall(r"```\{toctree\}\n:hidden:\n\n(.*?)\n```", pages["index"], re.S)
    assert set(toctree.split()) == set(pages) - {"index"}
    for page in toctree.split():
        assert f"]({page}.md) | " in pages["index"]


def test_a_second_run_leaves_the_files_and_takes_old_ones_away(generator, tmp_path):
    generator.write_pages(tmp_path)
    (tmp_path / "gone.md").write_text("# An older page\n")
    (tmp_path / "nn.md").write_text("# Changed\n")
    times = {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    generator.write_pages(tmp_path)
    assert not (tmp_path / "gone.md").exists()
    assert "MaskedEdgeDropout" in (tmp_path / "nn.md").read_text()
    assert (tmp_path / "data.md").stat().st_mtime_ns == times["data.md"]


def test_a_package_without_a_page_is_an_error(generator):
    with pytest.raises(LookupError, match=r"graphforensics\.cli\.main has .* no page"):
        generator.page_of("graphforensics.cli.main")


def test_front_page_shows_a_block_that_the_readme_test_runs():
    blocks = [
        re.findall(r"^```python\n(.*?)^```", (ROOT / file).read_text("utf-8"), re.M | re.S)
        for file in ("docs/index.md", "README.md")
    ]
    assert blocks[0]
    assert set(blocks[0]) <= set(blocks[1])


def test_front_page_leads_to_every_page():
    text = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    trees = re.findall(r"```\{toctree\}\n(?::[^\n]*\n)*\n(.*?)\n```", text, re.S)
    listed = [page for tree in trees for page in tree.split()]
    assert sorted(listed) == sorted(
        {file.stem for file in (ROOT / "docs").glob("*.md")} - {"index"} | {"reference/index"}
    )
