"""Exported detectors against the detectors themselves, with the packages that users run them by."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from graphforensics.errors import CheckpointError
from graphforensics.models import (
    LRL,
    MRL,
    AUNet,
    Baseline,
    Calibration,
    DeepfakeMAE,
    Detector,
    LearningToMask,
)
from graphforensics.models.export import PixelVerdict, write_onnx, write_program
from graphforensics.models.export.agreement import check_agreement

BUILD = {
    "mrl": lambda: MRL(
        encoder="resnet10t", encoder_stage=1, regions=2, snippets=2, frames=3, size=32
    ),
    "lrl": lambda: LRL(encoder="resnet10t", size=64, k=2),
    "aunet": lambda: AUNet(encoder="resnet10t", size=64),
    "learning_to_mask": LearningToMask,
    "deepfake_mae": DeepfakeMAE,
    "baseline": lambda: Baseline(encoder="resnet10t", masks=True, size=32),
}


def _detector(name: str) -> Detector:
    detector: Detector = BUILD[name]().eval()
    detector.calibration = Calibration(1.7, {"mean": 0.4})
    return detector


def _equation(detector: Detector, pixels: np.ndarray) -> np.ndarray:
    """The probability by the equation in NumPy, but for the network itself."""
    spec = detector.input_spec
    axis = (3, *(1,) * (3 if spec.kind == "clip" else 2))
    mean, std = np.reshape(spec.mean, axis), np.reshape(spec.std, axis)
    seen = torch.from_numpy((pixels / 255.0 - mean) / std).float()
    with torch.inference_mode():
        logit = detector(seen).logit.double().numpy()
    return 1 / (1 + np.exp(-logit / 1.7))


def _pixels(detector: Detector, batch: int) -> np.ndarray:
    draw = np.random.default_rng(batch)
    return draw.integers(0, 256, (batch, *detector.input_spec.shape), dtype=np.uint8)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name != "baseline")) for name in BUILD]
)
def test_every_detector_in_onnxruntime(name: str, tmp_path: Path) -> None:
    runtime = pytest.importorskip("onnxruntime", reason="the extra 'export' is not installed")
    detector = _detector(name)
    assert write_onnx(detector, tmp_path / "model.onnx") < 1e-3
    session = runtime.InferenceSession(str(tmp_path / "model.onnx"))
    for batch in (1, 4):
        pixels = _pixels(detector, batch)
        logit, probability = session.run(["logit", "probability"], {"pixels": pixels})
        assert logit.shape == probability.shape == (batch,)
        np.testing.assert_allclose(probability, _equation(detector, pixels), atol=1e-4)
    told = session.get_modelmeta().custom_metadata_map
    assert told["detector"] == name
    assert json.loads(told["input_spec"])["size"] == detector.input_spec.size
    assert json.loads(told["calibration"]) == {"temperature": 1.7, "thresholds": {"mean": 0.4}}
    assert json.loads(told["config"]) == json.loads(json.dumps(detector.config))
    assert [file.name for file in tmp_path.iterdir()] == ["model.onnx"]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name != "baseline")) for name in BUILD]
)
def test_every_detector_as_a_program(name: str, tmp_path: Path) -> None:
    detector = _detector(name)
    assert write_program(detector, tmp_path / "model.pt2") < 1e-3
    extra = {"about.json": ""}
    program = torch.export.load(tmp_path / "model.pt2", extra_files=extra).module()
    for batch in (1, 4):
        pixels = _pixels(detector, batch)
        probability = program(torch.from_numpy(pixels))[1]
        met = probability.detach().numpy()
        np.testing.assert_allclose(met, _equation(detector, pixels), atol=1e-4)
    assert json.loads(extra["about.json"])["detector"] == name


def test_a_program_that_says_something_else_is_refused(tmp_path: Path) -> None:
    verdict = PixelVerdict(_detector("baseline"))
    file = tmp_path / "model.onnx"
    with pytest.raises(CheckpointError, match=r"model\.onnx: its logits differ"):
        check_agreement(verdict, lambda pixels: verdict.judged(pixels)[0] + 0.01, file, (1,))
    with pytest.raises(CheckpointError, match=r"gives \[1\] for a batch of 3"):
        check_agreement(verdict, lambda pixels: verdict.judged(pixels)[0][:1], file, (3,))
    with pytest.raises(CheckpointError, match="differ"):
        check_agreement(verdict, lambda pixels: verdict.judged(pixels)[0] * torch.nan, file, (1,))


def test_what_cannot_be_exported_leaves_the_old_file(tmp_path: Path) -> None:
    class Undecided(Baseline):
        def forward(self, inputs):
            # Which way it goes depends on the pixels, which no trace can hold.
            return super().forward(inputs if float(inputs.mean()) > 0 else -inputs)

    for write, name in ((write_program, "model.pt2"), (write_onnx, "model.onnx")):
        (tmp_path / name).write_bytes(b"before")
        with pytest.raises(CheckpointError, match=f"{name}: the detector cannot be exported"):
            write(Undecided(encoder="resnet10t", size=32), tmp_path / name)
        assert (tmp_path / name).read_bytes() == b"before"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["model.onnx", "model.pt2"]


def test_modes_and_gradients_are_left_alone(tmp_path: Path) -> None:
    detector = _detector("baseline").train()
    detector.drop.eval()
    write_program(detector, tmp_path / "model.pt2")
    assert detector.training
    assert not detector.drop.training
    assert all(parameter.requires_grad for parameter in detector.parameters())
