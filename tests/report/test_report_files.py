"""An index of many clips: rows that sort, pages that open, nothing judged twice."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graphforensics.cli.main import main
from graphforensics.media.write_clip import write_clip
from graphforensics.report.report_files import page_place, pages_folder
from tests.report.test_browser import find, opened


@pytest.fixture(scope="module")
def index(astronaut_clip: Path, weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many") / "clips"
    folder.mkdir()
    shutil.copy(astronaut_clip, folder / "a <b>.mp4")
    write_clip(folder / "none.mp4", (np.full((96, 128, 3), 60, dtype=np.uint8) for _ in range(8)))
    (folder / "zz.mp4").write_bytes(b"no clip at all")
    place = folder.parent / "index.html"
    words = ["detect", str(folder), f"--model={weights}", f"--report={place}", "--workers=0"]
    assert main([*words, "--clips=1"]) == 3
    return place


def test_every_clip_has_a_row_and_every_judged_one_a_page(index: Path) -> None:
    text = index.read_text()
    folder = index.parent / "clips"
    assert "3 files judged" in text
    for name, has in (("a <b>.mp4", True), ("none.mp4", True), ("zz.mp4", False)):
        page = page_place(pages_folder(index), folder / name)
        assert page.is_file() == has
        assert (f'href="index_pages/{page.name}"' in text) == has
    assert "a <b>.mp4" not in text
    assert text.count("data:image/jpeg") == 2


def test_a_page_that_went_is_written_again(index: Path, weights: Path) -> None:
    folder = index.parent / "clips"
    pages = [page_place(pages_folder(index), folder / name) for name in ("a <b>.mp4", "none.mp4")]
    before = [page.stat().st_mtime_ns for page in pages]
    pages[1].unlink()
    words = ["detect", str(folder), f"--model={weights}", f"--report={index}", "--workers=0"]
    assert main([*words, "--clips=1"]) == 3
    assert pages[0].stat().st_mtime_ns == before[0]
    assert pages[1].is_file()


def test_rows_sort_by_any_column_and_link_to_the_pages(browser: Any, index: Path) -> None:
    opened(browser, index)
    names = 'return [...document.querySelectorAll("#clips tbody th")].map((one) => one.textContent)'
    first = [Path(name).name for name in browser.execute_script(names)]
    assert first == ["a <b>.mp4", "none.mp4", "zz.mp4"]
    head = find(browser, '#clips th[data-sort="text"] button')
    head.send_keys("\ue007")
    assert find(browser, "#clips th[aria-sort]").get_attribute("aria-sort") == "descending"
    assert [Path(name).name for name in browser.execute_script(names)] == first[::-1]
    assert find(browser, "#sorted").text == "Sorted by file, descending"
    # Files without a score stay last, whatever the order.
    score = browser.find_elements("css selector", '#clips th[data-sort="number"] button')[0]
    for _ in range(2):
        score.click()
        assert Path(browser.execute_script(names)[0]).name == "a <b>.mp4"
    find(browser, "#clips tbody a").click()
    assert "a <b>.mp4" in browser.title
    assert browser.get_log("browser") == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_index_passes_an_audit_on_a_phone(
    browser: Any, index: Path, axe: str, theme: str
) -> None:
    opened(browser, index, 360, theme)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 360
    browser.execute_cdp_cmd("Runtime.evaluate", {"expression": f"{axe};1"})
    audit = "const done = arguments[0]; axe.run(document).then((r) => done(r.violations.map("
    audit += "(v) => `${v.impact} ${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120))}`)))"
    assert browser.execute_async_script(audit) == []
