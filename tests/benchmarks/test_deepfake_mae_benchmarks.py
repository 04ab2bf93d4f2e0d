"""Both benchmarks of DeepfakeMAE run, and what the first compares is alike."""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from graphforensics.models import FacialMaskedAutoencoder
from graphforensics.models.masked_autoencoder import SIZES, load_public_weights

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Run a script of the benchmarks in this process."""

    def run(name: str, *arguments: str) -> None:
        monkeypatch.setattr(sys, "argv", [name, *arguments])
        runpy.run_path(str(BENCHMARKS / name), run_name="__main__")

    return run


def test_cost(tmp_path: Path, run: Callable[..., None], capsys: Any) -> None:
    file = tmp_path / "cost.json"
    run(
        "deepfake_mae.py", "--encoder", "tiny", "--faces", "2", "--rounds", "1", "--json", str(file)
    )
    told = json.loads(file.read_text(encoding="utf-8"))
    assert told["seconds"]["timm"] > 0
    assert told["ratio"] == told["seconds"]["DeepfakeMAE"] / told["seconds"]["timm"]
    assert told["visible"]["mean"] <= told["visible"]["most"] <= 196
    assert 0 <= told["padding_waste_of_100_batches"] < 0.5
    assert "padding waste" in capsys.readouterr().out


def test_both_sides_compute_the_same(tmp_path: Path) -> None:
    """With the same weights and the same mask they have the same loss."""
    bench = runpy.run_path(str(BENCHMARKS / "deepfake_mae.py"))
    theirs = bench["TimmAutoencoder"]("tiny", SIZES["tiny"])
    names = {"embed": "decoder_embed", "mask_token": "mask_token", "places": "decoder_pos_embed"}
    names |= {"blocks": "decoder_blocks", "norm": "decoder_norm", "pred": "decoder_pred"}
    state = {}
    for name, value in theirs.state_dict().items():
        first, _, rest = name.partition(".")
        state[rest if first == "encoder" else names[first] + (f".{rest}" if rest else "")] = value
    torch.save(state, tmp_path / "mae.pth")
    mine = FacialMaskedAutoencoder(SIZES["tiny"])
    assert load_public_weights(mine, tmp_path / "mae.pth")
    images = torch.randn(2, 3, 224, 224)
    kept = torch.rand(2, 196).argsort(1)[:, :150]
    mask = torch.ones(2, 196, dtype=torch.bool).scatter(1, kept, torch.zeros(2, 196).bool())
    with torch.no_grad():
        torch.testing.assert_close(
            mine.loss(images, mask), theirs.loss(images, kept), atol=1e-4, rtol=1e-4
        )


def test_the_experiment_on_drawn_faces(tmp_path: Path, run: Callable[..., None]) -> None:
    small = ("channels=16", "blocks=1", "heads=2", "decoder_channels=8", "decoder_blocks=1")
    small += ("decoder_heads=2", "mapping_encoder=resnet10t", "mapping_channels=8", "size=64")
    words = [word for one in (*small, "frames=2") for word in ("--set", one)]
    words += ["--plain", "--fake", "--quick", "--threads", "1", "--out", str(tmp_path)]
    run("deepfake_mae_experiment.py", *words)
    (result,) = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert len(result["restoring"]) == 6
    assert set(result["premise"]) == {"eyes", "cheeks_and_nose", "lips"}
    assert set(result["detection"]) == {"finetune", "map", "both", "map, no pictures"}
    for row in result["restoring"].values():
        for cell in row.values():
            assert cell["low"] <= cell["estimate"] <= cell["high"]
    place = tmp_path / "seed_0" / "figures.json"
    stamp = place.stat().st_mtime_ns
    run("deepfake_mae_experiment.py", *words)  # what is done is not done again
    assert place.stat().st_mtime_ns == stamp
