"""What the README shows runs as pasted."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from graphforensics.models import MRL

README = Path(__file__).resolve().parents[1] / "README.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", README.read_text(encoding="utf-8"), re.M | re.S)


@pytest.fixture(scope="session")
def folder(tmp_path_factory, astronaut_clip) -> Path:
    """A clip and a model where the README has them."""
    folder: Path = tmp_path_factory.mktemp("readme")
    shutil.copy(astronaut_clip, folder / "clip.mp4")
    small = MRL(encoder="resnet10t", regions=4, snippets=2, frames=3, size=64)
    small.save_pretrained(folder / "run" / "best")
    return folder


def test_composition_is_shown_in_three_short_blocks():
    section = README.read_text(encoding="utf-8").partition("## Compose your own")[2]
    blocks = re.findall(r"^```python\n(.*?)^```", section.partition("\n## ")[0], re.M | re.S)
    lengths = [sum(bool(line.strip()) for line in block.splitlines()) for block in blocks]
    assert len(lengths) == 3
    assert max(lengths) <= 11


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_block_runs_and_prints_what_it_says(number, folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    exec(compile(BLOCKS[number], f"README.md, block {number}", "exec"), {"__name__": "__main__"})
    printed = capsys.readouterr().out
    said = re.findall(r"^print\(.*\)  # (torch\.Size.*)$", BLOCKS[number], re.M)
    assert [line for line in printed.splitlines() if line in said] == said
    assert printed.strip()
