from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.data.face_graph import FaceGraph
from graphforensics.data.face_graph_sequence import FaceGraphSequence
from graphforensics.errors import GraphForensicsError
from graphforensics.inference.person_graph import person_graph
from graphforensics.inference.person_inputs import PersonInputs
from graphforensics.models import MRL
from graphforensics.models.detector import Detector


def small(**changes: object) -> MRL:
    torch.manual_seed(0)
    options = {"encoder": "resnet10t", "regions": 4, "snippets": 3, "frames": 2, "size": 64}
    return MRL(**{**options, **changes})


def person(model: Detector, runs: int, enough: bool = True) -> PersonInputs:
    spec = model.input_spec
    rng = np.random.default_rng(0)
    frames = spec.frames if spec.kind == "clip" else 1
    return PersonInputs(
        person=7,
        frames=runs * frames,
        ok_frames=runs * frames,
        enough=enough,
        inputs=torch.from_numpy(rng.integers(0, 256, size=(1, *spec.shape), dtype=np.uint8)),
        numbers=np.arange(runs * frames).reshape(1, runs, frames),
        times=np.arange(runs * frames).reshape(1, runs, frames) / 25,
        boxes=np.zeros((1, runs, frames, 4), dtype=np.float32),
        crops=[np.full((8, 8, 3), run, dtype=np.uint8) for run in range(runs)],
    )


def test_a_clip_gives_a_sequence_and_a_verdict_a_snippet():
    model = small().train()
    seen = person(model, 3)
    got = person_graph(model, seen)
    assert isinstance(got.graph, FaceGraphSequence)
    assert got.graph.validate()
    assert (len(got.graph), got.graph.num_nodes, got.person, got.frames) == (3, 4, 7, 6)
    assert len(got.so_far) == 3
    assert got.so_far[-1] == got.probability
    assert got.times == [0.0, 2 / 25, 4 / 25]
    assert [image[0, 0, 0] for image in got.images] == [0, 1, 2]
    assert model.training  # the mode that it was in
    inputs = model.input_spec.normalize(seen.inputs)
    assert got.probability == pytest.approx(model.probability(inputs).item(), abs=1e-6)
    wanted = model.graph(inputs)[0]
    torch.testing.assert_close(got.graph.edge_weight, wanted.edge_weight)
    torch.testing.assert_close(got.graph.pos.float(), wanted.pos, atol=0.02, rtol=0)


def test_an_image_gives_a_graph():
    model = small(kind="image")
    got = person_graph(model, person(model, 1))
    assert type(got.graph) is FaceGraph
    assert got.graph.validate()
    assert (len(got.images), got.so_far) == (1, None)
    assert 0 <= got.probability <= 1


def test_too_few_frames_give_a_graph_without_a_verdict():
    model = small()
    got = person_graph(model, person(model, 3, enough=False))
    assert (got.probability, got.so_far) == (None, None)
    assert got.to_dict() == {
        "person": 7,
        "frames": 6,
        "probability": None,
        "probability_so_far": None,
        "times": [0.0, 0.08, 0.16],
        "sample": 0,
        "scores": [],
    }


def test_a_broken_model_is_an_error_not_a_picture():
    model = small()
    with torch.no_grad():
        model.learner.classifier[-1].bias.fill_(float("nan"))
    with pytest.raises(GraphForensicsError, match="not a number"):
        person_graph(model, person(model, 3))
