"""The page as text: nothing from outside, everything escaped, all figures in it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graphforensics.explain.faithfulness_table import FaithfulnessTable
from graphforensics.inference import detect
from graphforensics.media.write_clip import write_clip
from graphforensics.models import load_detector
from graphforensics.models.detector import Detector
from graphforensics.report import model_card, write_report

LIMIT = 5 * 2**20


def embedded(text: str, name: str = "report") -> Any:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', text, re.S)
    assert found is not None
    return json.loads(found.group(1))


def test_the_page_says_what_detection_says(page: Path, clip: Path, detector: Detector) -> None:
    told = embedded(page.read_text())
    assert told["report"] == json.loads(json.dumps(detect(clip, detector).to_dict()))
    data = clip.read_bytes()
    assert told["file"]["sha256"] == hashlib.sha256(data).hexdigest()
    assert told["file"]["size"] == len(data)
    assert (told["file"]["width"], told["file"]["height"], told["file"]["frames"]) == (384, 288, 40)
    assert told["file"]["rate"] == pytest.approx(25)
    assert told["sentence"].startswith("No region is named")


def test_the_page_loads_nothing_and_allows_nothing(page: Path) -> None:
    text = page.read_text()
    assert len(text.encode()) < LIMIT
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    rules = policy.group(1).replace("&#39;", "'")
    assert rules.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in rules
    assert "http" not in rules
    addresses = re.findall(r'(?:src|href|action)\s*=\s*"([^"]*)"', text)
    assert addresses
    assert all(address.startswith(("#", "data:")) for address in addresses)
    for code in re.findall(r"<script>(.*?)</script>", text, re.S):
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in rules


class Tags(HTMLParser):
    """Counts elements, and keeps what stands in headings."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[str, int] = {}
        self.heading = ""
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen[tag] = self.seen.get(tag, 0) + 1
        self._open = tag
        assert not any(name.startswith("on") or name == "style" for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        if self._open == "h1":
            self.heading += data.strip()


def test_hostile_names_and_metadata_are_text(
    astronaut_clip: Path, detector: Detector, tmp_path: Path
) -> None:
    import av

    hostile = "</script><img src=x onerror=alert(1)>{{ 7*7 }}"
    clip = tmp_path / f"{hostile.replace('/', '')}\x1b[31m.mp4"
    with av.open(str(astronaut_clip)) as source, av.open(str(clip), "w", format="mp4") as sink:
        stream = source.streams.video[0]
        copy = sink.add_stream_from_template(stream)
        sink.metadata["title"] = hostile
        for packet in source.demux(stream):
            if packet.dts is not None:
                packet.stream = copy
                sink.mux(packet)
    place = tmp_path / "page.html"
    write_report(clip, detector, place, card=f"# Card\n{hostile}")
    plain, text = Tags(), place.read_text()
    plain.feed(text)
    assert "img" not in plain.seen
    assert plain.heading.endswith("onerror=alert(1)>{{ 7*7 }}\\x1b[31m.mp4")
    assert plain.seen["script"] == 7
    assert embedded(text)["file"]["container"]["title"] == hostile


def test_what_was_measured_to_fail_is_not_shown(
    astronaut_clip: Path, detector: Detector, tmp_path: Path
) -> None:
    place = tmp_path / "page.html"
    table = FaithfulnessTable({"mrl": {"grad_cam": "failed", "removal": "passed"}})
    write_report(astronaut_clip, detector, place, table=table)
    text = place.read_text()
    assert not any(heat for run in embedded(text, "pictures")["heats"] for heat in run)
    assert "no better than a random or a centred map" in text
    assert "No region is named" not in text


def test_a_clip_without_a_face_has_a_page(detector: Detector, tmp_path: Path) -> None:
    clip, place = tmp_path / "none.mp4", tmp_path / "page.html"
    write_clip(clip, (np.full((96, 128, 3), 60, dtype=np.uint8) for _ in range(8)))
    report = write_report(clip, detector, place, compare=clip)
    assert report.probability is None
    text = place.read_text()
    assert "There is no score: no face found." in text
    assert embedded(text)["graphs"] == []


def test_a_card_is_read_beside_the_weights(weights: Path, tmp_path: Path) -> None:
    assert "Its score is a hint" in model_card(weights)
    copy = tmp_path / "copy"
    shutil.copytree(weights, copy)
    (copy / "MODEL_CARD.md").write_text("Trained on nobody.")
    assert model_card(copy) == "Trained on nobody."
    assert load_detector(copy).name == "mrl"
    assert model_card(tmp_path / "none.ckpt") == ""
