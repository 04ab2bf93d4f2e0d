"""Detection with a page that shows why."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graphforensics._files import write_whole
from graphforensics.explain.faithfulness_table import FaithfulnessTable
from graphforensics.inference.detection_report import DetectionReport
from graphforensics.inference.examine import examine
from graphforensics.inference.heat_picture import write_heat
from graphforensics.media.save_picture import picture_format
from graphforensics.models.detector import Detector
from graphforensics.report.clip_page import clip_page
from graphforensics.report.comparison import compared
from graphforensics.report.page_text import page_text

#: A card is shown up to so many characters.
_CARD = 20_000


def write_report(
    path: str | Path,
    model: Detector,
    page: str | Path,
    clips: int | None = None,
    threshold: float | None = None,
    compare: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    card: str = "",
    table: FaithfulnessTable | None = None,
    heatmap: str | Path | None = None,
) -> DetectionReport:
    """Judge a file, as :func:`~graphforensics.inference.detect` does, and write a page about it.

    The page is one HTML file that loads nothing: verdict, scores over time, frames with heat, the
    graph of the face, the file's metadata, settings, and all figures as JSON.

    Args:
        path: Video, animation or image.
        model: The detector, on its device.
        page: The HTML file.
        clips: Samples a person, as for :func:`~graphforensics.inference.detect`.
        threshold: What the inconclusive band lies around, likewise.
        compare: Another file to show beside it, with the difference of their relations.
        settings: What else is told of how it was judged.
        card: The detector's card, see :func:`model_card`.
        table: Which explanations are faithful. Default: the library's own table.
        heatmap: Picture to write as well, as for :func:`~graphforensics.inference.detect`.

    Raises:
        OutputError: The page cannot be written.
        UnreadableMediaError: A file is missing, damaged, or holds no picture.
        MissingDataError: A file is a still image and the detector reads clips.
        GraphForensicsError: The network gives something that is no finite number.
        ValueError: ``clips`` is below 1, or ``threshold`` not in (0, 1).

    Example:
        >>> from graphforensics.models import load_detector
        >>> write_report("clip.mp4", load_detector("run/best"), "page.html")  # doctest: +SKIP
    """
    if heatmap is not None:
        picture_format(heatmap)
    found = examine(path, model, None, clips, threshold, graph=True, heat=True)
    told = {"Samples a face": "the detector's default" if clips is None else clips}
    content = clip_page(path, found, model, {**told, **(settings or {})}, card, table)
    beside = None
    if compare is not None:
        other = examine(compare, model, None, clips, threshold, graph=True)
        beside = compared((path, found), (compare, other), model)
    write_whole(page, page_text(content, beside))
    if heatmap is not None and found.worst is not None:
        write_heat(found.worst, found.rule, model, heatmap)
    return found.report


def model_card(folder: str | Path) -> str:
    """Return the card beside a detector's weights, or nothing.

    Args:
        folder: Folder of ``save_pretrained``, or a checkpoint, which has none.
    """
    for name in ("MODEL_CARD.md", "README.md"):
        place = Path(folder) / name
        if place.is_file():
            return place.read_text(encoding="utf-8", errors="replace")[:_CARD]
    return ""
