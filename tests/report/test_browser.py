"""The page as people use it: in Chromium, by pointer and keyboard, in both themes, on a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from graphforensics.datasets.moving_face import moving_face
from graphforensics.media.save_picture import save_picture
from graphforensics.media.write_clip import write_clip
from graphforensics.models import LRL
from graphforensics.models.detector import Detector
from graphforensics.report import write_report

KEYS = {"right": "\ue014", "left": "\ue012", "home": "\ue011", "end": "\ue010", "escape": "\ue00c"}


def opened(browser: Any, page: Path, width: int = 1100, theme: str = "light") -> Any:
    media = {"features": [{"name": "prefers-color-scheme", "value": theme}]}
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get_log("browser")
    browser.get(page.as_uri())
    drawn = (
        "const done = arguments[0]; const look = () => "
        "document.querySelector('#graph svg, #clips') ? done() : requestAnimationFrame(look);"
        "look();"
    )
    browser.execute_async_script(drawn)
    return browser


def find(browser: Any, selector: str) -> Any:
    return browser.find_element("css selector", selector)


def test_the_slider_scrubs_scores_and_frames(browser: Any, page: Path) -> None:
    opened(browser, page)
    slider = find(browser, "#moment")
    slider.send_keys(KEYS["home"])
    first = find(browser, "#frame").get_attribute("aria-label")
    told = slider.get_attribute("aria-valuetext")
    slider.send_keys(KEYS["right"])
    assert slider.get_attribute("value") == "1"
    assert find(browser, "#frame").get_attribute("aria-label") != first
    assert slider.get_attribute("aria-valuetext") != told
    assert find(browser, "#told").text == slider.get_attribute("aria-valuetext")
    assert len(browser.find_elements("css selector", "#timeline .point")) == 6
    assert browser.get_log("browser") == []


def test_pointing_at_the_timeline_moves_the_slider(browser: Any, page: Path) -> None:
    from selenium.webdriver import ActionChains

    opened(browser, page)
    find(browser, "#moment").send_keys(KEYS["home"])
    dots = browser.find_elements("css selector", "#timeline .point")
    ActionChains(browser).move_to_element(dots[4]).perform()
    assert find(browser, "#moment").get_attribute("value") == "4"


def test_heat_can_be_switched_off(browser: Any, page: Path) -> None:
    opened(browser, page)
    heat = find(browser, "#heat")
    shown = "#frame image.heat"
    assert len(browser.find_elements("css selector", shown)) == 1
    heat.send_keys(" ")
    assert browser.find_elements("css selector", shown) == []
    heat.click()
    assert len(browser.find_elements("css selector", shown)) == 1


def test_regions_are_read_by_keyboard(browser: Any, page: Path) -> None:
    opened(browser, page)
    node = find(browser, '#graph [role="option"][tabindex="0"]')
    browser.execute_script("arguments[0].focus()", node)
    node.send_keys(KEYS["right"])
    active = browser.switch_to.active_element
    assert active.get_attribute("aria-selected") == "true"
    assert active.get_attribute("aria-label") in find(browser, "#graph-told").text
    assert browser.find_elements("css selector", "#graph g.far")
    active.send_keys(KEYS["escape"])
    assert browser.find_elements("css selector", "#graph g.far") == []


def test_regions_are_read_by_pointer(browser: Any, page: Path) -> None:
    from selenium.webdriver import ActionChains

    opened(browser, page)
    nodes = browser.find_elements("css selector", '#graph [role="option"] circle')
    ActionChains(browser).move_to_element(nodes[2]).perform()
    told = find(browser, "#graph-told").text
    assert told.startswith("region 2 (")
    assert "relations shown" in told


def test_the_strength_filter_hides_relations(browser: Any, page: Path) -> None:
    opened(browser, page)
    count = "return [...document.querySelectorAll('#graph g > path.edge')].filter("
    count += "(one) => one.parentElement.getAttribute('display') !== 'none').length"
    strength = find(browser, "#strength")
    strength.send_keys(KEYS["home"])
    everything = browser.execute_script(count)
    strength.send_keys(KEYS["end"])
    strongest = browser.execute_script(count)
    assert everything > strongest >= 1
    assert f"{strongest} of {everything} shown" in strength.get_attribute("aria-valuetext")


def test_a_region_chosen_in_one_graph_is_chosen_in_the_others(browser: Any, page: Path) -> None:
    opened(browser, page)
    node = browser.find_elements("css selector", '#compare-0 [role="option"]')[1]
    browser.execute_script("arguments[0].focus()", node)
    chosen = browser.find_elements("css selector", '[role="option"][aria-selected="true"]')
    assert len(chosen) == 3
    assert "do not differ" in find(browser, "#h-compare ~ p:nth-of-type(2)").text


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1100])
def test_both_themes_and_a_phone_pass_an_audit(
    browser: Any, page: Path, axe: str, theme: str, width: int
) -> None:
    opened(browser, page, width, theme)
    ink = "return getComputedStyle(document.body).backgroundColor"
    dark = browser.execute_script(ink) != "rgb(255, 255, 255)"
    assert dark == (theme == "dark")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    browser.execute_cdp_cmd("Runtime.evaluate", {"expression": f"{axe};1"})
    audit = "const done = arguments[0]; axe.run(document).then((r) => done(r.violations.map("
    audit += "(v) => `${v.impact} ${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120))}`)))"
    assert browser.execute_async_script(audit) == []
    assert browser.get_log("browser") == []


def test_the_theme_can_be_changed(browser: Any, page: Path) -> None:
    opened(browser, page)
    button = find(browser, "#theme")
    assert button.text == "Dark theme"
    button.click()
    assert button.text == "Light theme"
    ink = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert ink != "rgb(255, 255, 255)"


def test_printing_opens_what_is_folded(browser: Any, page: Path) -> None:
    opened(browser, page)
    closed = "return document.querySelectorAll('details:not([open])').length"
    before = browser.execute_script(closed)
    browser.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert before > 0
    assert browser.execute_script(closed) == 0
    browser.execute_script("dispatchEvent(new Event('afterprint'))")
    assert browser.execute_script(closed) == before


def test_a_page_is_printed_light(browser: Any, page: Path) -> None:
    opened(browser, page, theme="dark")
    features = [{"name": "prefers-color-scheme", "value": "dark"}]
    paper = "return getComputedStyle(document.body).backgroundColor"
    for chosen in ("", "dark"):
        browser.execute_script(f"document.documentElement.dataset.theme = '{chosen}'")
        media = {"media": "print", "features": features}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        assert browser.execute_script(paper) == "rgb(255, 255, 255)"
        assert not find(browser, "#moment").is_displayed()
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})
        assert browser.execute_script(paper) != "rgb(255, 255, 255)"


def test_nothing_runs_that_was_not_in_the_page(browser: Any, page: Path) -> None:
    opened(browser, page)
    add = "const made = document.createElement('script'); made.textContent = 'window.ran = 1';"
    browser.execute_script(f"{add} document.body.append(made);")
    assert browser.execute_script("return window.ran === undefined")
    assert any(
        "Content Security Policy" in entry["message"] for entry in browser.get_log("browser")
    )


def test_another_face_can_be_chosen(browser: Any, detector: Detector, tmp_path: Path) -> None:
    clip, page = tmp_path / "two.mp4", tmp_path / "two.html"
    write_clip(clip, (np.hstack([frame, frame[:, ::-1]]) for frame in moving_face(12)))
    report = write_report(clip, detector, page, clips=1)
    assert len(report.persons) == 2
    opened(browser, page)
    radios = browser.find_elements("css selector", 'input[name="face"]')
    assert len(radios) == 2
    first = find(browser, "#frame rect.face").get_attribute("x")
    radios[0].send_keys(KEYS["right"])
    assert find(browser, "#frame rect.face").get_attribute("x") != first
    worst = max(report.persons, key=lambda person: person.probability or 0).person
    other = 1 - worst
    assert f"face {other}" in find(browser, "#frame").get_attribute("aria-label")
    assert browser.get_log("browser") == []


def test_a_picture_has_no_timeline(browser: Any, tmp_path: Path) -> None:
    picture, page = tmp_path / "face.png", tmp_path / "face.html"
    save_picture(next(iter(moving_face(2))), picture)
    torch.manual_seed(0)
    model = LRL(encoder="resnet10t", encoder_stages=[0, 1, 2], k=2, size=32)
    write_report(picture, model, page)
    opened(browser, page)
    assert find(browser, "#h-time").text == "In the picture"
    assert not find(browser, "#timeline").is_displayed()
    assert not find(browser, "#moment").is_displayed()
    assert find(browser, "#frame-caption").text.startswith("The picture.")
    assert find(browser, "#frame image").is_displayed()
    assert browser.get_log("browser") == []
