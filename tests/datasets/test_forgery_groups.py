"""Which tracks show one scene."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from graphforensics.datasets.faceforensics_pp import FaceForensicsPP
from graphforensics.datasets.forgery_groups import forgery_groups
from graphforensics.datasets.video_record import record_at
from tests.datasets import layouts


def _row(source: str, **told: str | None) -> dict[str, Any]:
    return {"source": source, **told}


def test_a_video_of_faceforensics_stands_with_its_forgeries(tmp_path: Path) -> None:
    kinds = ("Deepfakes", "FaceShifter")
    dataset = FaceForensicsPP(layouts.faceforensics(tmp_path, kinds=kinds), "all", kinds)
    records = [record_at(dataset.table, place) for place in range(len(dataset))]
    groups = forgery_groups(
        [_row(one.path, dataset=one.dataset, video=one.video, origin=one.origin) for one in records]
    )
    together: dict[int, set[tuple[str, str]]] = {}
    for number, one in zip(groups.tolist(), records, strict=True):
        together.setdefault(number, set()).add((one.manipulation, one.video))
    pairs = itertools.chain(*layouts.FF_SPLITS.values())
    wanted = [
        {("original", target), *((kind, f"{target}_{source}") for kind in kinds)}
        for pair in pairs
        for target, source in (pair, pair[::-1])
    ]
    assert sorted(map(sorted, together.values())) == sorted(map(sorted, wanted))


def test_an_origin_is_a_path_or_the_end_of_one() -> None:
    rows = [
        _row("set/real/000.mp4"),
        _row("fake/1.mp4", origin="real/000.mp4"),
        _row("fake/2.mp4", origin="/data/set/real/000.mp4"),
        _row("fake/3.mp4", origin="other/000.mp4"),
    ]
    assert forgery_groups(rows).tolist() == [0, 0, 0, 1]


def test_forgeries_of_one_origin_belong_together_without_it() -> None:
    rows = [_row("a.mp4", origin="gone.mp4"), _row("b.mp4", origin="gone.mp4"), _row("c.mp4")]
    assert forgery_groups(rows).tolist() == [0, 0, 1]


def test_an_origin_that_several_files_could_be_is_none_of_them() -> None:
    rows = [_row("x/000.mp4"), _row("y/000.mp4"), _row("f.mp4", origin="000.mp4")]
    assert forgery_groups(rows).tolist() == [0, 1, 2]
    exact = [*rows, _row("000.mp4")]
    assert forgery_groups(exact).tolist() == [0, 1, 2, 2]


def test_the_file_of_the_same_store_counts_more() -> None:
    rows = [
        _row("000.mp4", store="one"),
        _row("000.mp4", store="two"),
        _row("f.mp4", store="two", origin="000.mp4"),
        _row("g.mp4", store="three", origin="000.mp4"),
    ]
    assert forgery_groups(rows).tolist() == [0, 1, 1, 2]


@pytest.mark.parametrize("empty", [None, ""])
def test_tracks_of_one_video_of_one_data_set_show_one_scene(empty: str | None) -> None:
    rows = [
        _row("a", dataset="A", video="1", origin=empty),
        _row("b", dataset="A", video="1", origin=empty),
        _row("c", dataset="B", video="1", origin=empty),
        _row("c", dataset=empty, video=empty, origin=empty),
        _row("d", dataset=empty, video=empty, origin=empty),
    ]
    assert forgery_groups(rows).tolist() == [0, 0, 1, 1, 2]
