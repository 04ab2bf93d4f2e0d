"""``graphforensics info``: true, short, and without the user's home folder."""

from __future__ import annotations

import json
import platform
from importlib import metadata
from pathlib import Path

import pytest
import torch

from graphforensics.cli.environment import environment, short_path
from graphforensics.cli.main import main
from graphforensics.models.fast_inference import computes_bfloat16


def test_it_tells_versions_devices_weights_and_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["info", f"--json={tmp_path / 'i.json'}"]) == 0
    told = capsys.readouterr().out
    found = json.loads((tmp_path / "i.json").read_text())
    assert list(found) == ["versions", "extras", "devices", "weights", "data"]
    assert found["versions"]["torch"] == metadata.version("torch")
    assert platform.python_version() in found["versions"]["Python"]
    fast = found["devices"]["fast precision of processor"]
    assert (fast == "bf16-mixed") == computes_bfloat16(torch.device("cpu"))
    assert found["weights"]["68 landmarks"].endswith(": found")
    for title, entries in found.items():
        assert f"{title}:" in told.splitlines()
        assert all(f"  {name}: {value}" in told for name, value in entries.items())


def test_the_home_folder_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "anna"
    (home / "clips").mkdir(parents=True)
    (home / "clips" / "manifest.csv").write_text("file\n")
    hub = home / ".cache" / "huggingface" / "hub"
    (hub / "models--timm--resnet18").mkdir(parents=True)
    for name in ("HF_HOME", "HF_HUB_CACHE", "TORCH_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GRAPHFORENSICS_DATA", str(home / "clips"))
    assert main(["info"]) == 0
    told = capsys.readouterr().out
    assert "anna" not in told
    assert "1 models in ~/.cache/huggingface/hub" in told
    assert "~/clips (found)" in told


def test_what_an_extra_lacks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["torch>=2.6", "nowhere-at-all>=1; extra == 'one'", 'numpy; extra == "two"']
    monkeypatch.setattr(metadata, "requires", lambda name: lines)
    assert environment()["extras"] == {
        "one": "lacks nowhere-at-all",
        "two": f"numpy {metadata.version('numpy')}",
    }


def test_a_package_that_is_not_installed_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", absent)
    found = environment()
    assert found["extras"] == {}
    assert found["versions"]["torch"] == metadata.version("torch")


def test_paths_elsewhere_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    assert short_path("/home/anna/x") == "~/x"
    assert short_path("/data/x") == "/data/x"
    monkeypatch.setenv("HOME", "/")
    assert short_path("/data/x") == "/data/x"
