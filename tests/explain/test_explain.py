"""One call for every method and detector: shapes, reasons, and nothing of the detector changed."""

from __future__ import annotations

import pytest
import torch

from graphforensics.explain import METHODS, explain
from graphforensics.models import MRL, Baseline
from tests.explain.test_pyg_explainers import SMALL


@pytest.mark.parametrize("name", sorted(SMALL))
def test_every_method_of_every_detector(name: str) -> None:
    detector = SMALL[name]().train()
    before = {key: value.clone() for key, value in detector.state_dict().items()}
    inputs = torch.rand(detector.input_spec.shape)
    shape = tuple(inputs.mean(-4 if detector.input_spec.kind == "clip" else -3).shape)
    for method in METHODS:
        found = explain(detector, inputs, method)
        for part in ("pixels", "nodes", "edges", "time"):
            assert (getattr(found, part) is None) == (part in found.missing)
        assert found.pixels is None or tuple(found.pixels.shape) == shape
        assert found.places is not None
        assert found.nodes is None or len(found.nodes) == len(found.places) == len(found.names)
        assert found.edges is None or len(found.edges) == found.edge_index.size(1)
        assert (found.time is None) == (detector.input_spec.kind == "image")
    assert detector.training
    assert all(torch.equal(value, before[key]) for key, value in detector.state_dict().items())
    assert all(parameter.grad is None for parameter in detector.parameters())


def test_the_score_is_the_detector_s() -> None:
    torch.manual_seed(3)
    detector = SMALL["mrl"]().eval()
    inputs = torch.rand(1, *detector.input_spec.shape)
    found = explain(detector, inputs, "removal")
    with torch.no_grad():
        said = detector(inputs)
    assert found.logit == pytest.approx(said.logit.item(), abs=1e-6)
    assert found.probability == pytest.approx(said.probability.item(), abs=1e-6)


def test_snippets_of_a_detector_with_memory_add_up_to_its_logit() -> None:
    detector = MRL(encoder="resnet10t", encoder_stage=1, regions=3, snippets=3, frames=2, size=32)
    found = explain(detector.eval(), torch.rand(detector.input_spec.shape), "centre")
    assert found.time.sum().item() == pytest.approx(found.logit, abs=1e-6)


def test_snippets_of_the_baseline_add_up_to_its_logit() -> None:
    detector = Baseline(encoder="resnet10t", snippets=3, frames=2, size=32).eval()
    inputs = torch.rand(1, *detector.input_spec.shape)
    found = explain(detector, inputs, "centre")
    assert found.time.sum().item() == pytest.approx(found.logit, abs=1e-6)
    with torch.no_grad():
        alone = detector(inputs).snippet_logits[0] / 3
    assert torch.allclose(found.time.float(), alone, atol=1e-6)


def test_a_frame_adds_what_its_neighbour_in_its_place_takes_away() -> None:
    detector = SMALL["deepfake_mae"]().eval()
    inputs = torch.rand(1, *detector.input_spec.shape)
    found = explain(detector, inputs, "centre")
    with torch.no_grad():
        whole = detector(inputs).logit
        without_first = detector(inputs[:, [1, 1]]).logit
        without_last = detector(inputs[:, [0, 0]]).logit
    wanted = torch.cat([whole - without_first, whole - without_last])
    assert torch.allclose(found.time.float(), wanted, atol=1e-6)


def test_errors() -> None:
    detector = SMALL["lrl"]()
    shape = detector.input_spec.shape
    with pytest.raises(ValueError, match=r"'method' must be one of grad_cam, .*\(got 'tarot'\)"):
        explain(detector, torch.rand(shape), "tarot")
    with pytest.raises(ValueError, match=r"'inputs' must hold one sample \(got 2\)"):
        explain(detector, torch.rand(2, *shape))
    with pytest.raises(ValueError, match=r"'inputs' must be \[B, 3, 32, 32\]"):
        explain(detector, torch.rand(3, 16, 16))
