"""Every example runs on generated data, and ends with a number or a picture that shows something.

Smaller settings than the examples' own keep the tests short; the numbers are then no figures of
merit, only numbers.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from graphforensics.datasets.fake_face_dataset import FakeFaceDataset

FEW = ("--people", 10, "--epochs", 1)


def finished(done) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


def share(output: str, pattern: str) -> float:
    """Return the number between 0 and 1 that follows ``pattern``."""
    number = float(re.search(pattern + r" ([01]\.\d{3})\b", output)[1])
    assert 0 <= number <= 1
    return number


def check_picture(path: Path) -> None:
    pixels = np.asarray(Image.open(path).convert("L"), dtype=float)
    assert min(pixels.shape) > 200
    assert pixels.std() > 10  # something is drawn


def test_own_detector(example):
    output = finished(example("own_detector", "--fake", "--people", 20, "--epochs", 15))
    assert share(output, "AUC") > 0.5
    assert "trained on 36 faces, tested on 12 of other people" in output


def test_equal_seeds_print_equal_numbers(example_here):
    first, again = (example_here("own_detector", "--fake", *FEW) for _ in range(2))
    assert first == again


def test_patch_graph_gat(example, tmp_path):
    picture = tmp_path / "patches.png"
    share(finished(example("patch_graph_gat", "--fake", *FEW, "--out", picture)), "AUC")
    check_picture(picture)


def test_au_graph_explained(example, tmp_path):
    picture = tmp_path / "explained.png"
    settings = ("--frames", 18, "--part", "mouth", "--out", picture)
    output = finished(example("au_graph_explained", "--fake", *settings))
    assert share(output, "AUC of the verdicts") > 0.8
    assert share(output, "AUC of the explanations") > 0.6  # chance is 0.5
    check_picture(picture)


def check_mrl(output: str, cell: str, picture: Path) -> None:
    assert output.startswith(f"MRL with {cell} (")
    share(output, "AUC")
    check_picture(picture)


def test_mrl_other_cell(example, tmp_path):
    picture = tmp_path / "verdicts.png"
    output = finished(example("mrl_other_cell", "--fake", *FEW, "--out", picture))
    check_mrl(output, "GraphGRU", picture)


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("paper", "DenseTGCNCell"),
        pytest.param("gconvgru", "GConvGRU", marks=pytest.mark.temporal),
        pytest.param("tgcn", "TGCN", marks=pytest.mark.temporal),
    ],
)
def test_mrl_with_every_cell(example_here, tmp_path, cell, name):
    picture = tmp_path / "verdicts.png"
    settings = ("--cell", cell, "--out", picture)
    check_mrl(example_here("mrl_other_cell", "--fake", *FEW, *settings), name, picture)


def test_landmark_gnn(example_here):
    share(example_here("landmark_gnn", "--fake", "--people", 6, "--epochs", 2), "AUC")


def test_landmark_gnn_of_ones_own(example_here, own_data):
    share(example_here("landmark_gnn", "--store", own_data[3], "--epochs", 1), "AUC")


def test_vit_tokens(example, tmp_path):
    picture = tmp_path / "tokens.png"
    output = finished(example("vit_tokens", "--fake", "--out", picture))
    difference = float(re.search(r"between graph and block: (\S+)", output)[1])
    assert 0 <= difference < 1e-5
    check_picture(picture)


def test_three_views(example, tmp_path):
    picture = tmp_path / "views.png"
    share(finished(example("three_views", "--fake", *FEW, "--out", picture)), "AUC")
    check_picture(picture)


@pytest.mark.temporal
def test_tgcn_in_temporal(example):
    settings = ("--people", 4, "--frames", 60, "--epochs", 4)
    output = finished(example("tgcn_in_temporal", "--fake", *settings))
    errors = [float(error) for error in re.findall(r"mean squared error +(\S+)", output)]
    assert len(errors) == 3
    assert all(np.isfinite(errors))


@pytest.fixture(scope="module")
def own_data(tmp_path_factory) -> tuple[str, ...]:
    """A folder of clips with its table, and the store of their faces, as a user has them."""
    root = tmp_path_factory.mktemp("own")
    drawn = FakeFaceDataset("all", identities=10, manipulations=("swap",), frames=4)
    table, store = drawn.write_clips(root / "clips"), drawn.write_store(root / "store")
    with open(table, newline="", encoding="utf-8") as file:
        assert {row["split"] for row in csv.DictReader(file)} == {"train", "val", "test"}
    return ("--data", str(root / "clips"), "--store", str(store))


@pytest.mark.parametrize(
    "name", ["own_detector", "patch_graph_gat", "mrl_other_cell", "three_views"]
)
def test_data_of_ones_own(example_here, own_data, name):
    share(example_here(name, *own_data, "--epochs", 1), "AUC")


@pytest.mark.temporal
def test_store_of_ones_own(example_here, tmp_path):
    drawn = FakeFaceDataset("all", identities=4, manipulations=(), frames=30)
    store = drawn.write_store(tmp_path / "store", size=64)
    assert "TGCNCell" in example_here("tgcn_in_temporal", "--store", store, "--epochs", 1)


def test_picture_and_clip_of_ones_own(example_here, astronaut_clip, tmp_path):
    picture = tmp_path / "own.png"
    assert "graph and block" in example_here("vit_tokens", astronaut_clip, "--out", picture)
    check_picture(picture)
    settings = ("--part", "lids", "--frames", 9, "--out", picture)
    share(example_here("au_graph_explained", astronaut_clip, *settings), "of the verdicts")


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("own_detector", (), "--fake --data is required"),
        ("three_views", ("--data", "faces"), "--data needs --store"),
        ("vit_tokens", (), "give either IMAGE or --fake"),
        ("au_graph_explained", ("clip.mp4", "--fake"), "give either CLIP or --fake"),
    ],
)
def test_what_is_missing_is_said(example_here, capsys, name, arguments, words):
    with pytest.raises(SystemExit, match="2"):
        example_here(name, *arguments)
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    "settings",
    [
        ("mrl_other_cell", "--cell", "gconvgru"),
        ("tgcn_in_temporal", "--people", 2, "--frames", 20),
    ],
)
def test_without_the_extra_its_name_is_said(example_here, capsys, monkeypatch, settings):
    for name in ("", ".signal", ".nn.recurrent"):  # None stands for what is not installed
        monkeypatch.setitem(sys.modules, f"torch_geometric_temporal{name}", None)
    with pytest.raises(SystemExit, match="2"):
        example_here(*settings, "--fake")
    assert "needs the extra 'temporal'" in capsys.readouterr().err
