from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from graphforensics.data import FaceGraph, landmark_graph
from graphforensics.datasets import LandmarkGraphs
from graphforensics.errors import MissingDataError
from graphforensics.store import FaceStore


@pytest.fixture(scope="module")
def store(
    tmp_path_factory: pytest.TempPathFactory, labelled_store: Callable[..., Path]
) -> FaceStore:
    return FaceStore(labelled_store(tmp_path_factory.mktemp("landmarks") / "store", people=2))


def test_the_middle_frame_of_a_track(store: FaceStore) -> None:
    track = store[0]
    graph = LandmarkGraphs()(track)
    assert isinstance(graph, FaceGraph)
    assert graph.validate()
    assert graph.frame_id.tolist() == [track.numbers[4]]
    np.testing.assert_array_equal(graph.x, landmark_graph(track.landmarks[4]).x)
    assert graph.y.item() == (track.label == "fake")


def test_frames_evenly_over_a_track(store: FaceStore) -> None:
    graph = LandmarkGraphs(frames=4, edges="anatomical")(store[0])
    assert graph.validate()
    assert graph.frame_id.tolist() == [[1, 3, 5, 7]]
    assert graph.time[0].numpy() == pytest.approx(store[0].times[[1, 3, 5, 7]])
    # More than there are: frames repeat.
    assert LandmarkGraphs(frames=16)(store[0]).frame_id[0, :4].tolist() == [0, 0, 1, 1]


def test_intensities_become_features(store: FaceStore, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    rows = "".join(f"{frame},0.{frame}\n" for frame in range(8))
    (tmp_path / "real" / "0.csv").write_text(f"frame,AU26\n{rows}")
    track = next(track for track in store if track.source == "real/0.mp4")
    for given in (tmp_path, {"real/0.mp4": tmp_path / "real" / "0.csv"}):
        x = LandmarkGraphs(4, "anatomical", given)(track).x
        assert x.shape == (68, 4, 3)
        np.testing.assert_allclose(x[8, :, 2], [0.1, 0.3, 0.5, 0.7])
        assert (x[30, :, 2] == 0).all()
    assert LandmarkGraphs(action_units=tmp_path)(track).x[8, 2].item() == pytest.approx(0.4)
    fake = next(track for track in store if track.source == "fake/0.mp4")
    with pytest.raises(MissingDataError, match=r"fake/0.mp4: has no table of action units at"):
        LandmarkGraphs(action_units=tmp_path)(fake)
    with pytest.raises(MissingDataError, match=r"has no table of fake/0.mp4"):
        LandmarkGraphs(action_units={})(fake)


def test_wrong_settings_are_told_at_once() -> None:
    with pytest.raises(ValueError, match="'frames' must be at least 1"):
        LandmarkGraphs(0)
    with pytest.raises(ValueError, match="'edges' must be"):
        LandmarkGraphs(edges="nearest")
