from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.errors import OutputError
from graphforensics.visualization.draw_verdict import draw_verdict
from graphforensics.visualization.save_figure import save_figure

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def test_a_file_bears_no_date_and_leaves_no_other_behind(
    sequence: FaceGraphSequence, face_image: np.ndarray, tmp_path: Path
):
    figure = draw_verdict(sequence, [face_image] * 3, "title", probabilities=[0.1, 0.2, 0.3])
    save_figure(figure, tmp_path / "a.svg", "svg")
    save_figure(figure, tmp_path / "a.png", "png", dpi=40)
    assert "<dc:date>" not in (tmp_path / "a.svg").read_text()
    assert b"Software" not in (tmp_path / "a.png").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "a.svg"]


def test_a_png_has_the_size_asked_for(
    sequence: FaceGraphSequence, face_image: np.ndarray, tmp_path: Path
):
    figure = draw_verdict(sequence, [face_image] * 3)
    save_figure(figure, tmp_path / "a.png", dpi=40)
    wanted = tuple(np.round(figure.get_size_inches() * 40).astype(int))
    assert Image.open(tmp_path / "a.png").size == wanted


def test_text_of_an_svg_is_text_and_a_dollar_a_dollar(
    sequence: FaceGraphSequence, face_image: np.ndarray, tmp_path: Path
):
    title = "clip $x^2$ <b>&amp; 片: 73 %"
    save_figure(draw_verdict(sequence, [face_image] * 3, title), tmp_path / "a.svg", "svg")
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    shown = {"".join(t.itertext()).strip() for t in root.iter("{http://www.w3.org/2000/svg}text")}
    assert title in shown


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")
def test_a_browser_shows_the_svg(
    sequence: FaceGraphSequence, face_image: np.ndarray, tmp_path: Path
):
    figure = draw_verdict(sequence, [face_image] * 3, "title", probabilities=[0.1, 0.2, 0.3])
    save_figure(figure, tmp_path / "a.svg", "svg")
    save_figure(figure, tmp_path / "a.png", "png", dpi=96)
    width, height = Image.open(tmp_path / "a.png").size
    shot = tmp_path / "shot.png"
    page = tmp_path / "page.html"
    page.write_text(
        f'<body style="margin:0"><img src="a.svg" style="width:{width}px;height:{height}px">'
    )
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    flags += [f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width},{height}"]
    done = subprocess.run(
        [str(CHROMIUM), *flags, f"--screenshot={shot}", page.as_uri()],
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    seen = np.asarray(Image.open(shot).convert("L").resize((200, 200)), dtype=float)
    wanted = np.asarray(Image.open(tmp_path / "a.png").convert("L").resize((200, 200)), dtype=float)
    # The browser's text is set a little differently; everything else lies where it should.
    assert np.abs(seen - wanted).mean() < 6
    assert np.corrcoef(seen.ravel(), wanted.ravel())[0, 1] > 0.95


def test_a_place_that_cannot_be_written_is_named(
    sequence: FaceGraphSequence, face_image: np.ndarray, tmp_path: Path
):
    figure = draw_verdict(sequence, [face_image] * 3)
    with pytest.raises(OutputError, match="cannot be written"):
        save_figure(figure, tmp_path / "missing" / "a.png", dpi=20)
