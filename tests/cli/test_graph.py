from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import numpy as np
import pytest
import torch
from PIL import Image
from skimage.data import astronaut

from graphforensics.cli.main import main
from graphforensics.datasets.moving_face import moving_face
from graphforensics.media.write_clip import write_clip
from graphforensics.models import MRL, load_detector

SVG = "{http://www.w3.org/2000/svg}"
REGIONS, SNIPPETS = 5, 3


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    return save(folder, regions=REGIONS, snippets=SNIPPETS, frames=2)


@pytest.fixture(scope="module")
def image_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("image_model"), kind="image", regions=4)


@pytest.fixture(scope="module")
def two_faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "two.mp4"
    pairs = zip(*(moving_face(8, (200, 200), 0.9, 8, seed=seed) for seed in (1, 2)), strict=True)
    write_clip(path, (np.hstack(pair) for pair in pairs))
    return path


def save(folder: Path, **options: object) -> Path:
    torch.manual_seed(0)
    MRL(encoder="resnet10t", size=64, **options).save_pretrained(folder)
    return folder


def run(clip: Path, model: Path, out: Path, *options: object) -> int:
    words = ["graph", clip, "--model", model, "--out", out, *options]
    return main([str(word) for word in words])


def matrix_of(model: Path) -> np.ndarray:
    return load_detector(model).learner.edges().detach().numpy()


@pytest.fixture(scope="module")
def drawn(
    astronaut_clip: Path, model: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The astronaut's graph in every format, and the figures."""
    folder = tmp_path_factory.mktemp("drawn")
    out = {name: folder / f"graph.{name}" for name in ("png", "svg", "json", "graphml")}
    out["figures"] = folder / "figures.json"
    assert run(astronaut_clip, model, out["png"], "--json", out["figures"]) == 0
    assert run(astronaut_clip, model, out["svg"], "--strongest", 0) == 0
    assert run(astronaut_clip, model, out["json"]) == 0
    assert run(astronaut_clip, model, out["graphml"]) == 0
    return out


def read_json(path: Path) -> nx.DiGraph:
    return nx.node_link_graph(json.loads(path.read_text()), edges="edges")


def test_a_picture_and_its_figures(drawn: dict[str, Path], model: Path):
    picture = np.asarray(Image.open(drawn["png"]).convert("RGB"))
    assert picture.shape[0] > 800
    assert picture.std() > 20
    (person,) = json.loads(drawn["figures"].read_text())["persons"]
    assert len(person["probability_so_far"]) == SNIPPETS
    assert person["probability_so_far"][-1] == person["scores"][person["sample"]]
    assert person["probability"] == pytest.approx(np.mean(person["scores"]))
    nearest = np.abs(np.array(person["scores"]) - person["probability"]).argmin()
    assert person["sample"] == nearest
    graph = nx.node_link_graph(person["graph"], edges="edges")
    np.testing.assert_allclose(nx.to_numpy_array(graph).T, matrix_of(model), rtol=1e-6)
    percent = round(100 * person["probability"])
    told = f"astronaut.mp4, face 0: probability of forgery {percent} %, {person['verdict']}"
    assert told in drawn["svg"].read_text()


def test_graph_and_detection_say_the_same(
    drawn: dict[str, Path],
    astronaut_clip: Path,
    model: Path,
    tmp_path: Path,
):
    report = tmp_path / "report.json"
    assert main(["detect", str(astronaut_clip), f"--model={model}", f"--json={report}"]) == 0
    told, figures = json.loads(report.read_text()), json.loads(drawn["figures"].read_text())
    (person,) = figures["persons"]
    assert person["probability"] == told["probability"]
    assert person["verdict"] == told["verdict"]
    assert [figures["threshold"], [figures["low"], figures["high"]]] == [
        told["threshold"],
        told["band"],
    ]


def test_the_picture_draws_the_threshold_of_the_verdict(
    astronaut_clip: Path, model: Path, image_model: Path, tmp_path: Path
):
    for number, chosen in enumerate((model, image_model)):
        out = tmp_path / f"{number}.svg"
        assert run(astronaut_clip, chosen, out, "--threshold", 0.25) == 0
        text = out.read_text()
        assert 'id="threshold"' in text
        assert 'id="band"' in text
        assert "threshold  25 %" in text


def test_the_svg_has_edges_as_wide_as_the_models_relations(drawn: dict[str, Path], model: Path):
    matrix = matrix_of(model)
    kept = load_detector(model).graph(torch.rand(1, SNIPPETS, 3, 2, 64, 64))[0].edge_kept
    found = set()
    for element in ElementTree.parse(drawn["svg"]).getroot().iter(f"{SVG}g"):
        if not (element.get("id") or "").startswith("edge-"):
            continue
        source, target = map(int, element.get("id").split("-")[1:3])
        style = " ".join(path.get("style", "") for path in element.iter(f"{SVG}path"))
        width = float((re.search(r"stroke-width: ([\d.]+)", style) or [0, 1.0])[1])
        wanted = 6 * abs(matrix[target, source]) / np.abs(matrix).max()
        assert width == pytest.approx(wanted, abs=1e-3)
        dashed = "stroke-dasharray" in style
        assert dashed != bool(kept.view(REGIONS, REGIONS)[target, source])
        found.add((source, target))
    assert found == {(i, j) for i in range(REGIONS) for j in range(REGIONS) if i != j}
    assert "positive relation" in drawn["svg"].read_text()


def test_json_and_graphml_hold_the_same_graph(drawn: dict[str, Path]):
    one = read_json(drawn["json"])
    two = nx.read_graphml(drawn["graphml"], node_type=int)
    assert dict(one.nodes(data=True)) == dict(two.nodes(data=True))
    assert {(u, v): d for u, v, d in one.edges(data=True)} == {
        (u, v): d for u, v, d in two.edges(data=True)
    }
    figures = json.loads(drawn["figures"].read_text())["persons"][0]
    for graph in (one, two):
        assert graph.graph["source"] == "astronaut.mp4"
        assert graph.graph["probability_0"] == figures["probability"]
        assert graph.number_of_nodes() == REGIONS
        assert {f"x_{step}" for step in range(SNIPPETS)} < set(graph.nodes[0])


def test_one_snippet_of_a_clip(
    drawn: dict[str, Path],
    astronaut_clip: Path,
    model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
):
    out = tmp_path / "one"  # without an ending it is a PNG
    assert run(astronaut_clip, model, out, "--snippet", 2, "--json", tmp_path / "one.json") == 0
    assert f"picture: {out}" in capsys.readouterr().out
    assert Image.open(out).format == "PNG"
    (person,) = json.loads((tmp_path / "one.json").read_text())["persons"]
    whole = read_json(drawn["json"])
    for node in person["graph"]["nodes"]:
        same = whole.nodes[node["id"]]
        assert (node["x"], node["y"]) == (same["x_2"], same["y_2"])
        assert "x_0" not in node


def test_each_face_has_its_sheet_and_its_nodes(two_faces: Path, model: Path, tmp_path: Path):
    assert run(two_faces, model, tmp_path / "both.json") == 0
    both = read_json(tmp_path / "both.json")
    assert [both.nodes[node]["person"] for node in both] == [0] * REGIONS + [1] * REGIONS
    assert nx.number_weakly_connected_components(both) == 2
    assert {"probability_0", "probability_1"} <= set(both.graph)
    assert run(two_faces, model, tmp_path / "both.svg") == 0
    titles = re.findall(r"two\.mp4, face \d(?=: probability)", (tmp_path / "both.svg").read_text())
    assert sorted(set(titles)) == ["two.mp4, face 0", "two.mp4, face 1"]


def test_a_photograph_has_a_graph_too(image_model: Path, tmp_path: Path):
    Image.fromarray(astronaut()[:320, 80:400]).save(tmp_path / "astronaut.jpg")
    out = tmp_path / "picture.png"
    options = ["--person", 0, "--json", tmp_path / "figures.json"]
    assert run(tmp_path / "astronaut.jpg", image_model, out, *options) == 0
    (person,) = json.loads((tmp_path / "figures.json").read_text())["persons"]
    assert (person["graph"]["graph"]["snapshots"], len(person["graph"]["nodes"])) == (1, 4)
    assert person["probability_so_far"] is None
    assert Image.open(out).size[0] > 800


def test_strange_names_are_shown_as_far_as_can_be_and_format_rules_over_the_ending(
    astronaut_clip: Path, model: Path, tmp_path: Path
):
    clip = tmp_path / "片 $a_b$ <&>\x07 é.mp4"
    clip.write_bytes(astronaut_clip.read_bytes())
    assert run(clip, model, tmp_path / "picture.png", "--format", "svg") == 0
    root = ElementTree.parse(tmp_path / "picture.png").getroot()
    shown = {"".join(text.itertext()).strip() for text in root.iter(f"{SVG}text")}
    assert any(text.startswith("片 $a_b$ <&>? é.mp4, face 0") for text in shown)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--snippet", 3], "'--snippet' must be from 0 to 2 (got 3)"),
        (["--person", 5], "no face 5 in it; there is 0"),
        (["--strongest", -1], "'--strongest' must not be negative"),
    ],
)
def test_what_is_not_there_cannot_be_drawn(
    astronaut_clip: Path,
    model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[object],
    message: str,
):
    assert run(astronaut_clip, model, tmp_path / "a.png", *options) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_no_face_is_said_plainly(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    clip = tmp_path / "noise.mp4"
    rng = np.random.default_rng(0)
    write_clip(clip, (rng.integers(0, 256, (96, 96, 3), dtype=np.uint8) for _ in range(8)))
    assert run(clip, model, tmp_path / "a.png") == 2
    assert re.search(r"noise\.mp4: no face found in \d+ frames", capsys.readouterr().err)
    assert not (tmp_path / "a.png").exists()


def test_bad_files_and_places_give_one_line(
    astronaut_clip: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "folder").mkdir()
    Image.fromarray(astronaut()).save(tmp_path / "still.png")
    cases = [
        (tmp_path / "missing.mp4", model, tmp_path / "a.png", "missing.mp4"),
        (tmp_path / "empty.mp4", model, tmp_path / "a.png", "empty.mp4"),
        (tmp_path / "still.png", model, tmp_path / "a.png", "still image"),
        (astronaut_clip, tmp_path / "none", tmp_path / "a.png", "no such file or folder"),
        (astronaut_clip, tmp_path / "empty.mp4", tmp_path / "a.png", "empty.mp4"),
        (astronaut_clip, model, tmp_path / "folder", "is a folder"),
        (astronaut_clip, model, tmp_path / "no" / "a.png", "there is no folder"),
    ]
    for clip, checkpoint, out, message in cases:
        assert run(clip, checkpoint, out) == 2, message
        error = capsys.readouterr().err
        assert message in error
        assert error.startswith("graphforensics graph: error: ")
        assert error.count("\n") == 1
    assert not (tmp_path / "a.png").exists()
