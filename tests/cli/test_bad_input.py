"""Every bad input with every command that meets it: one clear line, nothing lost, no half file."""

from __future__ import annotations

import json
import os
import pickle
import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import torch
from PIL import Image

from graphforensics.cli.main import main
from graphforensics.datasets.moving_face import moving_face
from graphforensics.media.write_clip import write_clip
from graphforensics.models import MRL
from graphforensics.store.face_store import FaceStore

Make = Callable[..., Path]
Capture = pytest.CaptureFixture[str]
SIZE = (160, 200)

#: Name of a file that no frame can be read from -> what every command says of it.
UNREADABLE = {
    "missing.mp4": "no such file",
    "empty.mp4": "empty",
    "truncated.mp4": "header is damaged or cut off",
    "text.mp4": "not a video or an image",
    "sound.mp4": "sound only",
    "no_frames.mkv": "ends before its first frame",
    "half.png": "damaged image",
}
#: Files that are read well but show nobody.
FACELESS = ("one_pixel.png", "one_pixel.mkv", "wall.mp4")


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All files of the two lists, and a good one."""
    root = tmp_path_factory.mktemp("media")
    write_clip(root / "good.mp4", moving_face(8, SIZE, 0.7, 10))
    whole = (root / "good.mp4").read_bytes()
    (root / "truncated.mp4").write_bytes(whole[: len(whole) // 2])
    (root / "empty.mp4").touch()
    (root / "text.mp4").write_text("these are words, not a video\n" * 50)
    _sound(root / "sound.mp4")
    _no_frames(root / "no_frames.mkv")
    write_clip(root / "wall.mp4", [np.full((*SIZE, 3), 90, np.uint8)] * 8)
    _lossless(root / "one_pixel.mkv", [np.full((1, 1, 3), 90, np.uint8)] * 8)
    Image.new("RGB", (1, 1)).save(root / "one_pixel.png")
    Image.fromarray(next(moving_face(1, SIZE))).save(root / "half.png")
    half = (root / "half.png").read_bytes()
    (root / "half.png").write_bytes(half[: len(half) // 2])
    return root


def _sound(path: Path) -> None:
    silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
    silence.sample_rate, silence.pts = 44100, 0
    with av.open(str(path), "w") as file:
        tone = file.add_stream("aac", rate=44100)
        file.mux(tone.encode(silence))
        file.mux(tone.encode(None))


def _no_frames(path: Path) -> None:
    """A video stream that was announced and never came."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        file.start_encoding()


def _lossless(path: Path, frames: list[Any], pixel_format: str = "bgr0") -> None:
    with av.open(str(path), "w") as file:
        stream = file.add_stream("ffv1", rate=10)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pixel_format
        for image in frames:
            file.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        file.mux(stream.encode(None))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A detector of clips and one of images, untrained."""
    root = tmp_path_factory.mktemp("models")
    small = {"encoder": "resnet10t", "encoder_stage": 1, "attention_channels": 8, "regions": 4}
    torch.manual_seed(0)
    MRL(**small, snippets=2, frames=3, size=32).save_pretrained(root / "clip")
    MRL(**small, kind="image", size=32).save_pretrained(root / "image")
    return {"clip": root / "clip", "image": root / "image"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, labelled_store: Make) -> Path:
    # As many as a calibration takes.
    return labelled_store(tmp_path_factory.mktemp("faces") / "store", people=20)


def _words(command: str, file: Path, models: dict[str, Path], out: Path) -> list[str]:
    """A call of a command that reads one media file and writes below ``out``."""
    model = f"--model={models['image' if file.suffix == '.png' else 'clip']}"
    figures = f"--json={out / 'figures.json'}"
    return {
        "extract": ["extract", str(file), f"--out={out / 'faces'}", figures],
        "detect": ["detect", str(file), model, figures, f"--heatmap={out / 'heat.png'}"],
        "graph": ["graph", str(file), model, f"--out={out / 'graph.png'}", figures],
        "forge": ["forge", str(file), f"--out={out / 'set'}", figures],
        "demo": ["demo", str(file), f"--out={out / 'demo'}"],
    }[command]


MEDIA_COMMANDS = ("extract", "detect", "graph", "forge", "demo")


def _error(capsys: Capture, words: list[str]) -> str:
    """Run a command that must fail with one line, and return the line."""
    capsys.readouterr()
    status = main(words)
    said = capsys.readouterr()
    assert status == 2, said
    (line,) = said.err.splitlines()
    assert line.startswith(f"graphforensics {words[0]}: error: ")
    return line


def _results(out: Path) -> list[str]:
    """Files that hold, or pretend to hold, a result: all but the lists of what failed."""
    lists = ("figures.json", "source.json", "manifest.parquet", "metadata.csv", "store.json")
    files = [path for path in out.rglob("*") if path.is_file() and path.name not in lists]
    return [str(path.relative_to(out)) for path in files if path.name != ".lock"]


@pytest.mark.parametrize("name", UNREADABLE)
@pytest.mark.parametrize("command", MEDIA_COMMANDS)
def test_a_file_that_cannot_be_read(
    media: Path, models: dict[str, Path], tmp_path: Path, capsys: Capture, command: str, name: str
) -> None:
    line = _error(capsys, _words(command, media / name, models, tmp_path))
    assert str(media / name) in line
    assert UNREADABLE[name] in line
    assert _results(tmp_path) == []
    if name == "missing.mp4":
        assert [path.name for path in tmp_path.iterdir()] in ([], ["demo"], ["figures.json"])
    elif command in ("extract", "forge"):
        ((path, reason),) = json.loads((tmp_path / "figures.json").read_text())["failed"]
        assert path == str(media / name)
        assert f"{path}: {reason}" in line


@pytest.mark.parametrize("name", FACELESS)
@pytest.mark.parametrize("command", ["extract", "graph", "forge", "demo"])
def test_nobody_to_be_seen(
    media: Path, models: dict[str, Path], tmp_path: Path, capsys: Capture, command: str, name: str
) -> None:
    line = _error(capsys, _words(command, media / name, models, tmp_path))
    assert str(media / name) in line
    assert "no face" in line
    assert _results(tmp_path) == []


@pytest.mark.parametrize("name", FACELESS)
def test_detection_finds_nobody_and_says_so(
    media: Path, models: dict[str, Path], tmp_path: Path, capsys: Capture, name: str
) -> None:
    assert main(_words("detect", media / name, models, tmp_path)) == 0
    said = capsys.readouterr()
    assert f"{media / name}: no face found\n" in said.out
    assert said.err == ""
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert (figures["probability"], figures["persons"]) == (None, [])
    assert not (tmp_path / "heat.png").exists()


@pytest.mark.parametrize("command", ["extract", "forge"])
def test_among_many_files_the_bad_ones_are_listed_and_the_good_one_done(
    media: Path, tmp_path: Path, capsys: Capture, command: str
) -> None:
    files = [str(media / name) for name in ("good.mp4", *UNREADABLE, *FACELESS)]
    out, figures = tmp_path / "out", tmp_path / "figures.json"
    words = [command, *files, f"--out={out}", f"--json={figures}", "--workers=0"]
    assert main(words) == 3
    said = capsys.readouterr()
    assert said.err == ""
    told = json.loads(figures.read_text())
    failed = dict(map(tuple, told["failed"]))
    assert told["done"] == 1
    for name, reason in UNREADABLE.items():
        assert reason in failed[str(media / name)]
        assert f"failed: {media / name}: {failed[str(media / name)]}" in said.out.splitlines()
    faceless = {str(media / name) for name in FACELESS}
    assert faceless == (set(told["no_face"]) if command == "extract" else faceless & set(failed))
    if command == "extract":
        manifest = FaceStore(out).manifest.select(["source", "status", "reason"]).to_pylist()
        listed = {row["source"]: row["reason"] for row in manifest if row["status"] == "failed"}
        assert listed == {path: failed[path] for path in listed}
        assert len(listed) == len(UNREADABLE)
        assert len(FaceStore(out)[0].read(range(8))) == 8


@pytest.fixture(scope="module")
def plain_box(media: Path, models: dict[str, Path], tmp_path_factory: Any) -> Any:
    out = tmp_path_factory.mktemp("plain")
    assert main(_words("detect", media / "good.mp4", models, out)) == 0
    return _box(out)


def _box(out: Path) -> Any:
    (person,) = json.loads((out / "figures.json").read_text())["persons"]
    assert 0 <= person["probability"] <= 1
    return np.array(person["frames"][0]["box"])


def _animation(path: Path, frames: list[Any], mode: str) -> None:
    images = [Image.fromarray(frame) for frame in frames]
    if mode == "RGBA":
        for image in images:
            image.putalpha(250)
    kept: dict[str, Any] = {"lossless": True} if path.suffix == ".webp" else {}
    images[0].save(path, save_all=True, append_images=images[1:], duration=100, **kept)


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        *((c, k) for c in ("detect", "graph") for k in ("grey.mkv", "alpha.webp", "frames.gif")),
        ("detect", "large.mkv"),
    ],
)
def test_unusual_pictures_show_the_same_face(
    models: dict[str, Path], tmp_path: Path, plain_box: Any, command: str, kind: str
) -> None:
    file, scale = tmp_path / kind, 1.0
    frames = list(moving_face(8, SIZE, 0.7, 10))
    if kind == "grey.mkv":
        _lossless(file, frames, "gray")
    elif kind == "large.mkv":
        # 8K: 7680 x 4320, the face in its upper left corner.
        scale, (height, width) = 12.0, SIZE
        canvas = np.zeros((360, 640, 3), np.uint8)
        canvas[:height, :width] = frames[0]
        _lossless(file, [np.asarray(Image.fromarray(canvas).resize((7680, 4320)))])
    else:
        _animation(file, frames, "RGBA" if kind == "alpha.webp" else "RGB")
    if kind == "large.mkv":
        file_words = _words(command, file, {**models, "clip": models["image"]}, tmp_path)
    else:
        file_words = _words(command, file, models, tmp_path)
    assert main(file_words) == 0
    if command == "detect":
        assert np.abs(_box(tmp_path) / scale - plain_box).max() < 6


@pytest.mark.slow
def test_forty_faces(models: dict[str, Path], tmp_path: Path, capsys: Capture) -> None:
    rows = [np.concatenate([face] * 8, axis=1) for face in moving_face(4, SIZE, 0.9, 10)]
    clip = tmp_path / "crowd.mkv"
    _lossless(clip, [np.concatenate([row] * 5, axis=0) for row in rows])
    assert main(_words("extract", clip, models, tmp_path)) == 0
    assert len(FaceStore(tmp_path / "faces")) == 40
    assert main(_words("detect", clip, models, tmp_path)) == 0
    persons = json.loads((tmp_path / "figures.json").read_text())["persons"]
    assert len(persons) == 40
    assert all(0 <= person["probability"] <= 1 for person in persons)
    capsys.readouterr()
    assert main(_words("graph", clip, models, tmp_path)) == 0
    told = capsys.readouterr().out
    assert told.count("probability of forgery") == 4
    assert "not drawn, choose with --person: face 4, 5, " in told


TINY = [
    *("--encoder=resnet10t", "--set=encoder_stage=1", "--set=regions=4", "--set=snippets=2"),
    *("--set=frames=3", "--set=size=32", "--set=attention_channels=8"),
    *("--workers=0", "--epochs=1", "--no-calibrate", "--fractions", "0.5", "0.25", "0.25"),
]


def _store_words(command: str, store: Path, model: Path, out: Path) -> list[str]:
    """A call of a command that reads a store and writes below ``out``."""
    figures = f"--json={out / 'figures.json'}"
    return {
        "train": ["train", f"--data={store}", f"--out={out / 'run'}", *TINY],
        "evaluate": ["evaluate", f"--data={store}", f"--model={model}", figures],
        "calibrate": ["calibrate", f"--data={store}", f"--model={model}", figures],
        "leaks": ["leaks", str(store), figures],
    }[command]


@pytest.mark.parametrize("command", [*MEDIA_COMMANDS, "train", "evaluate"])
@pytest.mark.usefixtures("ordinary_user")
def test_a_read_only_place_for_the_results(
    media: Path,
    store: Path,
    models: dict[str, Path],
    tmp_path: Path,
    capsys: Capture,
    command: str,
) -> None:
    out = tmp_path / "locked"
    out.mkdir(mode=0o500)
    if command in MEDIA_COMMANDS:
        words = _words(command, media / "good.mp4", models, out)
    else:
        words = _store_words(command, store, models["clip"], out)
    line = _error(capsys, words)
    assert str(out) in line
    assert "cannot be written" in line
    assert list(out.iterdir()) == []


@contextmanager
def _no_room(size: int) -> Iterator[None]:
    """A limit on the size of files stands in for a full disk: both make a write fail half-way."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("command", ["detect", "graph", "evaluate", "train"])
def test_no_room_for_the_results(
    media: Path,
    store: Path,
    models: dict[str, Path],
    tmp_path: Path,
    capsys: Capture,
    command: str,
) -> None:
    """Extraction and forging are shown to lose nothing beside their pipelines' tests."""
    if command in MEDIA_COMMANDS:
        words = _words(command, media / "good.mp4", models, tmp_path)
    else:
        words = _store_words(command, store, models["clip"], tmp_path)
    for name in ("figures.json", "heat.png", "graph.png"):
        (tmp_path / name).write_text("old")
    with _no_room(2000 if command == "train" else 100):
        line = _error(capsys, words)
    assert str(tmp_path) in line
    assert "cannot be written" in line
    assert "file too large" in line.lower()
    assert {(tmp_path / n).read_text() for n in ("figures.json", "heat.png", "graph.png")} == {
        "old"
    }
    assert [path.name for path in tmp_path.rglob("*.part*")] == []
    if command == "train":
        assert main([*words, "--resume"]) == 0


@pytest.mark.parametrize("kind", ["newer", "manifest", "track", "record"])
@pytest.mark.parametrize("command", ["train", "evaluate", "calibrate", "leaks"])
def test_a_store_that_cannot_be_read(
    store: Path, models: dict[str, Path], tmp_path: Path, capsys: Capture, command: str, kind: str
) -> None:
    broken = Path(shutil.copytree(store, tmp_path / "broken"))
    if kind == "newer":
        header = broken / "store.json"
        header.write_text(header.read_text().replace('"version": 1', '"version": 99'))
        told = f"{header}: written by a newer graphforensics (store version 99"
    elif kind == "manifest":
        (broken / "manifest.parquet").write_bytes(b"PAR1 nothing PAR1")
        told = f"{broken / 'manifest.parquet'}: damaged"
    elif kind == "record":
        (broken / "manifest.parquet").unlink()
        record = sorted(broken.glob("tracks/*/source.json"))[0]
        record.write_text("{")
        told = f"{record}: damaged"
    else:
        for file in broken.glob("tracks/*/*.parquet"):
            file.write_bytes(file.read_bytes()[:-200])
        told = f"{broken / 'tracks'}{os.sep}"
    # An official split, which 'leaks' looks at, is not in this store.
    labels = tmp_path / "labels.csv"
    rows = [f"{kind}/{n}.mp4,{'train' if n else 'test'}" for n in range(6) for kind in ("real",)]
    labels.write_text("file,split\n" + "".join(f"{row}\n" for row in rows))
    words = _store_words(command, broken, models["clip"], tmp_path)
    words += [f"--labels={labels}"] if command == "leaks" else []
    capsys.readouterr()
    if (command, kind) == ("leaks", "track"):
        # It compares what can be read, and lists the rest.
        assert main(words) == 0
        assert told in capsys.readouterr().out
        return
    assert main(words) == 2
    *notes, line = capsys.readouterr().err.splitlines()
    assert all("no manifest" in note for note in notes), notes
    assert line.startswith(f"graphforensics {command}: error: ")
    assert told in line
    assert not (tmp_path / "figures.json").exists()
    assert not (tmp_path / "run").exists() or kind == "track"


@pytest.mark.parametrize("command", ["detect", "graph", "evaluate", "calibrate", "train"])
@pytest.mark.parametrize("form", ["checkpoint", "pickle", "weights"])
def test_a_malicious_pickle_does_not_run(
    media: Path,
    store: Path,
    models: dict[str, Path],
    tmp_path: Path,
    capsys: Capture,
    command: str,
    form: str,
) -> None:
    class Malicious:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "broken_in"),)

    place = tmp_path / "model"
    if form == "weights":
        shutil.copytree(models["clip"], place)
        (place / "model.safetensors").write_bytes(pickle.dumps(Malicious()))
    elif form == "pickle":
        place.write_bytes(pickle.dumps(Malicious()))
    else:
        torch.save({"state_dict": {}, "hyper_parameters": Malicious()}, place)
    if command in MEDIA_COMMANDS:
        words = _words(command, media / "good.mp4", {"clip": place}, tmp_path)
    else:
        words = _store_words(command, store, place, tmp_path)
    if command == "train":
        words = ["train", f"--data={store}", f"--out={tmp_path / 'run'}", f"--model={place}"]
    line = _error(capsys, words)
    assert str(place) in line
    assert not (tmp_path / "broken_in").exists()
    assert _results(tmp_path) == [str(f.relative_to(tmp_path)) for f in _files(place)]


def _files(place: Path) -> list[Path]:
    return [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file()]
