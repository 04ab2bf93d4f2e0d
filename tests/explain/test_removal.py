"""Regions and relations that are left out, against the equations of the detectors in NumPy."""

from __future__ import annotations

import numpy as np
import torch

from graphforensics.explain.graph_reading import GraphReading
from graphforensics.explain.region_shapley import region_shapley
from graphforensics.explain.removal import region_removal, relation_removal
from graphforensics.models import LRL, Baseline, Detector
from tests.explain.test_pyg_explainers import SMALL


def lrl(k: int = 2) -> tuple[LRL, torch.Tensor, np.ndarray, np.ndarray]:
    """A detector whose logit is b + sum of W * S: its sample, W and S as [target, source]."""
    torch.manual_seed(5)
    detector = LRL(encoder="resnet10t", encoder_stages=[0, 1, 2], k=k, size=64).eval()
    inputs = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        similarity = detector(inputs).similarity[0].double().numpy()
    weight = detector.classifier.weight.detach().double().view(k * k, k * k).numpy()
    return detector, inputs, weight, similarity


def test_relations_of_lrl_add_what_the_linear_layer_reads_of_them() -> None:
    detector, inputs, weight, similarity = lrl()
    found = relation_removal(GraphReading(detector, inputs))
    assert np.allclose(found.numpy(), (weight * similarity).ravel(), atol=1e-6)


def test_a_region_of_lrl_adds_its_row_and_its_column() -> None:
    detector, inputs, weight, similarity = lrl()
    said = weight * similarity
    wanted = said.sum(0) + said.sum(1) - np.diag(said)
    found = region_removal(GraphReading(detector, inputs))
    assert np.allclose(found.numpy(), wanted, atol=1e-6)


def test_shapley_values_of_lrl_are_half_of_each_relation_to_another() -> None:
    """Of a game whose value is a sum over pairs, a pair is shared equally by its two."""
    detector, inputs, weight, similarity = lrl()
    said = weight * similarity
    wanted = np.diag(said) + ((said + said.T) / 2 * (1 - np.eye(4))).sum(1)
    found = region_shapley(GraphReading(detector, inputs))
    assert np.allclose(found.numpy(), wanted, atol=1e-6)


def test_sampled_shapley_values_add_up_and_leave_the_generator() -> None:
    detector, inputs, *_ = lrl(k=3)
    reading = GraphReading(detector, inputs)
    torch.manual_seed(9)
    before = torch.get_rng_state()
    found = region_shapley(reading, orders=2)
    assert torch.equal(torch.get_rng_state(), before)
    whole, none = reading.logit(), reading.logit(nodes=torch.zeros(9))
    assert abs(found.sum().item() - (whole - none)) < 1e-8
    assert torch.equal(found, region_shapley(reading, orders=2))


def test_a_place_of_the_baseline_against_numpy() -> None:
    torch.manual_seed(1)
    detector = Baseline(encoder="resnet10t", size=64).eval()
    inputs = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        maps = detector(inputs).features[0, 0].double().flatten(1).numpy()
    said = detector.classifier.weight.detach().double().numpy()[0] @ maps
    n = len(said)
    # Without place k, n - 1 places hear of n - 1 places.
    wanted = [said.mean() - (n - 1) * (said.sum() - said[k]) / n**2 for k in range(n)]
    found = region_removal(GraphReading(detector, inputs))
    assert np.allclose(found.numpy(), wanted, atol=1e-6)


def test_relations_that_no_verdict_is_read_from_add_nothing() -> None:
    for name in ("deepfake_mae", "learning_to_mask"):
        detector: Detector = SMALL[name]().eval()
        reading = GraphReading(detector, torch.rand(1, *detector.input_spec.shape))
        assert relation_removal(reading).eq(0).all()
        assert region_removal(reading).ne(0).any()


def test_a_certain_verdict_keeps_its_order() -> None:
    """float32 gives a probability of exactly 1 here."""
    detector, inputs, weight, similarity = lrl()
    with torch.no_grad():
        detector.classifier.bias.fill_(25.0)
    found = relation_removal(GraphReading(detector, inputs))
    assert np.allclose(found.numpy(), (weight * similarity).ravel(), atol=1e-3)
    assert detector(inputs).probability.item() == 1.0
