"""One pass through the network gives score, graph and heat; every detector alike."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch

from graphforensics.errors import GraphForensicsError
from graphforensics.explain import grad_cam
from graphforensics.inference import PersonInputs, judge
from graphforensics.models import LRL, MRL, AUNet, LearningToMask
from graphforensics.models.detector import Detector


def _person(model: Detector, samples: int = 3, enough: bool = True) -> PersonInputs:
    spec = model.input_spec
    runs = (spec.snippets, spec.frames) if spec.kind == "clip" else (spec.frames, 1)
    numbers = np.arange(samples * runs[0] * runs[1]).reshape(samples, *runs)
    generator = torch.Generator().manual_seed(1)
    return PersonInputs(
        person=4,
        frames=numbers.size,
        ok_frames=numbers.size,
        enough=enough,
        inputs=torch.randint(
            0, 256, (samples, *spec.shape), dtype=torch.uint8, generator=generator
        ),
        numbers=numbers,
        times=numbers / 25,
        boxes=np.zeros((*numbers.shape, 4), np.float32),
        crops=[],
    )


def _passes(model: Detector) -> list[object]:
    """Count the calls of the detector as a whole."""
    seen: list[object] = []
    model.register_forward_hook(lambda *call: seen.append(call))
    return seen


MODELS = {
    "clip": lambda: MRL(encoder="resnet10t", regions=3, snippets=2, frames=2, size=64),
    "image": lambda: MRL.image_based(encoder="resnet10t", regions=3, size=64),
    "lrl": lambda: LRL(encoder="resnet10t", k=2, size=64),
    "aunet": lambda: AUNet(encoder="resnet10t", size=64),
    "learning_to_mask": lambda: LearningToMask(encoder="resnet10t", size=64),
}


@pytest.mark.parametrize("name", MODELS)
def test_the_network_runs_once_whatever_is_asked_for(name: str) -> None:
    torch.manual_seed(0)
    model = MODELS[name]().eval()
    seen = _passes(model)
    plain = judge(model, _person(model))
    assert len(seen) == 1
    full = judge(model, _person(model), graph=True, heat=True)
    assert len(seen) == 2
    assert full.scores == pytest.approx(plain.scores, abs=1e-6)
    assert full.logit == pytest.approx(np.mean(full.logits))
    assert full.probability == pytest.approx(np.mean(1 / (1 + np.exp(-np.array(full.logits)))))
    assert full.graph is not None
    assert full.graph.validate()
    assert not full.graph.x.requires_grad


@pytest.mark.parametrize(("name", "seed"), [("clip", 0), ("image", 0), ("lrl", 4)])
def test_the_heat_is_grad_cam_s_and_the_map_the_detector_s(
    name: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In float32, as grad_cam computes; the verdict's own pass may be in bfloat16.
    monkeypatch.setattr(sys.modules[judge.__module__], "computes_bfloat16", lambda device: False)
    torch.manual_seed(seed)
    model = MODELS[name]().eval()
    person = _person(model)
    found = judge(model, person, heat=True)
    inputs = model.input_spec.normalize(person.inputs)
    wanted = grad_cam(model, inputs).numpy()
    # Sums in another layout of memory, relative to the peak.
    np.testing.assert_allclose(found.heat, wanted, atol=5e-3)
    assert wanted.std() > 0.05
    own = model.forged_pixels(inputs)
    assert (found.forged_map is None) == (own is None)
    if own is not None:
        np.testing.assert_allclose(found.forged_map, own.numpy(), atol=1e-5)


def test_the_graph_is_that_of_the_sample_nearest_to_the_mean() -> None:
    torch.manual_seed(0)
    model = MODELS["clip"]().eval()
    person = _person(model, samples=11)
    found = judge(model, person, graph=True)
    distance = np.abs(np.array(found.scores) - np.mean(found.scores))
    assert found.shown == int(distance.argmin())
    inputs = model.input_spec.normalize(person.inputs[found.shown : found.shown + 1])
    wanted = model.graph(inputs)[0]
    torch.testing.assert_close(found.graph.pos.float(), wanted.pos, atol=0.02, rtol=0)
    torch.testing.assert_close(found.graph.edge_weight, wanted.edge_weight)


def test_the_modes_and_gradients_of_a_model_are_left_alone() -> None:
    model = MODELS["image"]().train()
    judge(model, _person(model), heat=True)
    assert all(part.training for part in model.modules())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_too_short_a_stay_is_no_score() -> None:
    model = MODELS["clip"]().eval()
    seen = _passes(model)
    found = judge(model, _person(model, enough=False))
    assert (found.probability, found.logit, found.spread, seen) == (None, None, None, [])
    with_graph = judge(model, _person(model, enough=False), graph=True)
    assert with_graph.probability is None
    assert with_graph.graph is not None


@pytest.mark.parametrize("value", ["nan", "inf"])
def test_what_is_no_number_is_refused(value: str) -> None:
    model = MODELS["image"]().eval()
    with torch.no_grad():
        model.learner.classifier[-1].bias.fill_(float(value))
    for heat in (False, True):
        with pytest.raises(GraphForensicsError, match=f"face 4: .* not a number \\({value}\\)"):
            judge(model, _person(model), heat=heat)
