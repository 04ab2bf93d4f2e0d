import json
from pathlib import Path

import numpy as np
import pytest

from graphforensics.cli.main import main
from graphforensics.media.write_clip import write_clip


def test_help_says_what_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["forge", "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    for word in ("trained and", "tested", "mask", "method", "source", "--max-frames", "--metadata"):
        assert word in text


def test_a_clip(astronaut_clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["forge", str(astronaut_clip), "--out", str(tmp_path / "out")]
    words += ["--max-frames", "3", "--seed", "7", "--crf", "23", "--json", str(tmp_path / "f.json")]
    assert main(words) == 0
    assert "1 files: 1 forged" in capsys.readouterr().out
    figures = json.loads((tmp_path / "f.json").read_text())
    assert (figures["done"], figures["frames"], figures["forged_frames"]) == (1, 3, 3)
    (record,) = (tmp_path / "out").glob("fake/self_blend/*.json")
    values = json.loads(record.read_text())
    assert (values["seed"], values["crf"], values["max_frames"]) == (7, 23, 3)
    assert main(words) == 0
    assert "0 forged, 1 there already" in capsys.readouterr().out


def test_some_files_fail(
    astronaut_clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grey = tmp_path / "grey.mp4"
    write_clip(grey, [np.full((64, 64, 3), 90, np.uint8)] * 3)
    words = ["forge", str(astronaut_clip), str(grey), "--out", str(tmp_path / "out")]
    assert main([*words, "--max-frames", "2", "--workers", "0"]) == 3
    assert f"failed: {grey}: no face found in 2 frames" in capsys.readouterr().out


def test_methods_before_and_behind_the_paths(
    astronaut_clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--out", str(tmp_path / "out"), "--max-frames", "2"]
    words = ["--method", "self_blend", "regenerate", str(astronaut_clip)]
    assert main(["forge", *options, *words]) == 0
    assert "self_blend 1, regenerate 1" in capsys.readouterr().out
    assert main(["forge", str(astronaut_clip), *options, "--method", "self_blend=1.0"]) == 0
    assert "0 forged, 1 there already" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--method", "swop"], "'method' must be one of self_blend, partial_blend"),
        (["--method", "swap=2"], "the share of swap must be in (0, 1] (got 2)"),
    ],
)
def test_wrong_methods(
    astronaut_clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words, message
) -> None:
    assert main(["forge", str(astronaut_clip), "--out", str(tmp_path / "out"), *words]) == 2
    assert message in capsys.readouterr().err


def test_no_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forge", "--out", str(tmp_path / "out"), "--method", "swap"]) == 2
    assert "no PATH was given" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"not a video"])
def test_one_bad_file(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> None:
    (tmp_path / "bad.mp4").write_bytes(content)
    assert main(["forge", str(tmp_path / "bad.mp4"), "--out", str(tmp_path / "out")]) == 2
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert "bad.mp4" in errors[0]


def test_all_files_bad(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [str(tmp_path / name) for name in ("a.mp4", "b.mp4")]
    assert main(["forge", *paths, "--out", str(tmp_path / "out"), "--workers", "0"]) == 2
    errors = capsys.readouterr().err.splitlines()
    assert "none of 2 files could be forged" in errors[-1]
    assert all(path in "\n".join(errors) for path in paths)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--crf", "99"], "'crf' must be in [0, 51] (got 99)"),
        (["--metadata", "none.csv"], "none.csv"),
        (["--json", "no/such/folder/f.json"], "there is no folder"),
    ],
)
def test_wrong_options(
    astronaut_clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words, message
) -> None:
    assert main(["forge", str(astronaut_clip), "--out", str(tmp_path / "out"), *words]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--autoencoder-size", "40"], "'autoencoder_size' must be a multiple of 16"),
        (["--autoencoder-steps", "0"], "'autoencoder_steps' must be at least 1"),
        (["--autoencoder-device", "tpu9"], "there is no 'tpu9' here"),
    ],
)
def test_wrong_settings_of_the_autoencoder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    given = ["forge", str(tmp_path / "a.mp4"), "--out", str(tmp_path / "out")]
    assert main([*given, "--method", "autoencoder", *words]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
