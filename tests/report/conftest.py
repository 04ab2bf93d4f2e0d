"""A page of an untrained detector, and a browser to open it in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from graphforensics.models import MRL, load_detector
from graphforensics.models.detector import Detector
from graphforensics.report import write_report

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    place = tmp_path_factory.mktemp("report_model") / "best"
    small = {"encoder": "resnet10t", "encoder_stage": 1, "attention_channels": 8}
    MRL(**small, regions=4, snippets=2, frames=3, size=32).save_pretrained(place)
    return place


@pytest.fixture(scope="session")
def detector(weights: Path) -> Detector:
    return load_detector(weights)


@pytest.fixture(scope="session")
def clip(astronaut_clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The astronaut, by a name that no line of a phone holds."""
    place = tmp_path_factory.mktemp("long") / f"{'long' * 30}.mp4"
    shutil.copy(astronaut_clip, place)
    return place


@pytest.fixture(scope="session")
def page(clip: Path, detector: Detector, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("page") / "page.html"
    write_report(clip, detector, place, compare=clip)
    return place


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A headless Chromium."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("no chromium with its chromedriver (Debian: chromium, chromium-driver)")
    options = webdriver.ChromeOptions()
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.binary_location = program
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(driver)
    opened = webdriver.Chrome(options=options, service=service)
    yield opened
    opened.quit()


@pytest.fixture(scope="session")
def axe() -> str:
    """The program of axe-core, from a folder of npm."""
    for root in (Path.cwd(), *Path(__file__).resolve().parents):
        place = root / "node_modules" / "axe-core" / "axe.min.js"
        if place.is_file():
            return place.read_text(encoding="utf-8")
    pytest.skip("no axe-core: npm install axe-core")
