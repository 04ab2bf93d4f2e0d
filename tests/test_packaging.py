"""What goes to an index of packages: metadata, and a source archive with all that is named."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
import yaml

from graphforensics import __version__

ROOT = Path(__file__).resolve().parents[1]
TAKEN = ("graphforensics", "docs", "examples", "benchmarks")
FILES = ("*.cfg", "*.toml", "*.md", "*.in", "*.cff", "LICENSE", "Makefile")
BUILD = "import sys; from setuptools import build_meta; print(build_meta.build_sdist(sys.argv[1]))"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source archive of a copy, without what the tests need of it."""
    root = tmp_path_factory.mktemp("package")
    copy = root / "copy"
    skipped = shutil.ignore_patterns("__pycache__", "_build", "*.egg-info", "reference")
    for name in TAKEN:
        shutil.copytree(ROOT / name, copy / name, ignore=skipped)
    for pattern in FILES:
        for file in ROOT.glob(pattern):
            shutil.copy(file, copy)
    command = [sys.executable, "-c", BUILD, str(root)]
    subprocess.run(command, cwd=copy, check=True, capture_output=True, timeout=120)
    return root / f"graphforensics-{__version__}.tar.gz"


@pytest.fixture(scope="module")
def names(archive: Path) -> set[str]:
    with tarfile.open(archive) as file:
        return {name.partition("/")[2] for name in file.getnames()}


@pytest.fixture(scope="module")
def metadata(archive: Path) -> Message:
    with tarfile.open(archive) as file:
        member = file.extractfile(f"graphforensics-{__version__}/PKG-INFO")
        assert member is not None
        return message_from_bytes(member.read())


def test_the_licence_is_an_expression_that_spdx_knows(metadata: Message) -> None:
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["License-File"] == "LICENSE"
    # An index refuses both at once.
    assert not any("License ::" in text for text in metadata.get_all("Classifier", []))
    assert metadata["License"] is None


def test_every_python_that_is_allowed_is_named(metadata: Message) -> None:
    told = metadata.get_all("Classifier", [])
    minors = [re.fullmatch(r"Programming Language :: Python :: 3\.(\d+)", text) for text in told]
    assert [int(found[1]) for found in minors if found] == [10, 11, 12, 13]
    assert metadata["Requires-Python"] == ">=3.10"
    assert "completion" in metadata.get_all("Provides-Extra", [])


def test_an_index_can_show_it(archive: Path) -> None:
    pytest.importorskip("twine")
    command = [sys.executable, "-m", "twine", "check", "--strict", str(archive)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout


def test_the_archive_holds_what_the_readme_names(names: set[str]) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    linked = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert linked
    assert [path for path in linked if path not in names and path.rstrip("/") not in names] == []
    assert {"CITATION.cff", "LICENSE", "examples/plugin_template/pyproject.toml"} <= names
    assert "examples/plugin_template/graphforensics_tiny/tiny_small.yaml" in names


def test_the_citation_names_the_version_and_the_papers_of_the_pages() -> None:
    told = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert (told["cff-version"], told["version"]) == ("1.2.0", __version__)
    assert {"message", "title", "authors"} <= set(told)
    pages = ("mrl", "lrl", "aunet", "deepfake_mae", "learning_to_mask")
    assert len(told["references"]) == len(pages)
    for page, paper in zip(pages, told["references"], strict=True):
        text = " ".join((ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8").split())
        assert f"*{paper['title']}*" in text
        people = [f"{one['given-names']} {one['family-names']}" for one in paper["authors"]]
        assert ", ".join(people) in text
        assert str(paper["year"]) in text
