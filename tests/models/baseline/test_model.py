from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from graphforensics.inference import detect
from graphforensics.models import DETECTORS, Baseline, load_detector
from graphforensics.train import task_class

SMALL: dict[str, Any] = {"encoder": "resnet10t", "size": 32}


@pytest.fixture
def images() -> Tensor:
    return torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(4))


def batch_of(masks: bool = True) -> dict[str, Tensor]:
    """A real face and one whose left half is forged."""
    label = torch.tensor([0.0, 1.0])
    mask = torch.zeros(2, 1, 32, 32)
    mask[1, :, :, :16] = 1
    return {"label": label, **({"mask": mask} if masks else {})}


def entropy(logit: np.ndarray, label: np.ndarray) -> float:
    p = 1 / (1 + np.exp(-logit))
    return float(-(label * np.log(p) + (1 - label) * np.log(1 - p)).mean())


def test_the_verdict_is_the_linear_head_on_the_mean_of_the_encoders_map(images) -> None:
    model = Baseline(**SMALL).eval().double()
    [maps] = model.encoder(images.double())
    weight = model.classifier.weight.detach().numpy()[0]
    wanted = maps.detach().numpy().mean((2, 3)) @ weight + model.classifier.bias.item()
    np.testing.assert_allclose(model(images.double()).logit.detach().numpy(), wanted, rtol=1e-9)


def test_a_clip_is_the_mean_of_its_frames() -> None:
    model = Baseline(**SMALL, snippets=2, frames=3).eval().double()
    clip = torch.randn(2, 2, 3, 3, 32, 32, dtype=torch.float64)
    single = Baseline(**SMALL).eval().double()
    single.load_state_dict(model.state_dict())
    frames = clip.transpose(2, 3).reshape(12, 3, 32, 32)
    wanted = single(frames).logit.view(2, 6).mean(1)
    torch.testing.assert_close(model(clip).logit, wanted)
    assert model(clip).snippet_logits.shape == (2, 2)


def test_the_loss_is_both_cross_entropies(images) -> None:
    model = Baseline(**SMALL, masks=True, segmentation_weight=3.0).double()
    output, batch = model(images.double()), batch_of()
    parts = model.loss(output, batch)
    label = batch["label"].numpy()
    wanted = entropy(output.logit.detach().numpy(), label)
    pixels = entropy(output.mask_logit.detach().numpy(), batch["mask"].numpy())
    assert parts["classification"].item() == pytest.approx(wanted, rel=1e-9)
    assert parts["segmentation"].item() == pytest.approx(pixels, rel=1e-9)
    assert parts["loss"].item() == pytest.approx(wanted + 3 * pixels, rel=1e-9)
    assert set(model.loss(output, batch_of(masks=False))) == {"loss", "classification"}


def test_masks_are_read_where_there_is_a_decoder(images) -> None:
    plain, masked = Baseline(**SMALL), Baseline(**SMALL, masks=True)
    assert (plain.reads_masks, masked.reads_masks) == (False, True)
    assert plain.forged_pixels(images) is None
    assert masked.forged_pixels(images).shape == (2, 32, 32)
    with pytest.raises(AttributeError, match="no mask decoder"):
        _ = plain(images).mask


def test_the_graph_relates_all_places_of_the_map() -> None:
    model = Baseline(**SMALL, encoder_stages=(0, 1)).eval()
    graph = model.graph(torch.randn(1, 3, 32, 32))[0]
    assert graph.num_nodes == 64
    assert graph.num_edges == 64**2
    assert graph.edge_weight.unique().tolist() == [1.0]
    assert graph.pos[1].tolist() == [1.5 / 8, 0.5 / 8]
    graph.validate()
    clips = Baseline(**SMALL, snippets=2, frames=2).eval()
    assert len(clips.graph(torch.randn(1, 2, 3, 2, 32, 32))[0]) == 2


@pytest.mark.parametrize("clips", [False, True])
def test_the_graphs_alone_give_the_verdict_and_cut_edges_take_their_share(clips: bool) -> None:
    keywords = {"snippets": 2, "frames": 2} if clips else {}
    model = Baseline(**SMALL, **keywords, encoder_stages=(0, 1)).eval()
    inputs = torch.randn(2, *model.input_spec.shape)
    graph, read = model.graph(inputs), model.graph_classifier()
    wanted = model(inputs).probability
    met = read(graph.x, graph.edge_index, graph.edge_weight, graph.batch)
    torch.testing.assert_close(met, wanted)
    torch.testing.assert_close(read(graph.x, graph.edge_index, None, graph.batch), wanted)
    torch.testing.assert_close(
        read(graph.x.flatten(1), graph.edge_index, graph.edge_weight, graph.batch), wanted
    )
    one = graph[0]
    none = read(one.x, one.edge_index[:, :0], one.edge_weight[:0])
    torch.testing.assert_close(none, model.classifier.bias.sigmoid())


def test_it_is_a_detector_as_the_others_are(tmp_path, images) -> None:
    assert DETECTORS["baseline"] is Baseline
    assert task_class("baseline").__name__ == "DetectionTask"
    model = Baseline(**SMALL, masks=True).eval()
    model.save_pretrained(tmp_path)
    again = load_detector(tmp_path)
    torch.testing.assert_close(again(images).logit, model(images).logit)


def test_it_judges_a_clip(astronaut_clip) -> None:
    torch.manual_seed(0)
    report = detect(astronaut_clip, Baseline(**SMALL).eval())
    assert 0 < report.probability < 1


@pytest.mark.parametrize(
    ("keywords", "told"),
    [
        ({"masks": True, "frames": 2}, "'masks' are for single images"),
        ({"snippets": 0}, "'snippets' must be positive"),
        ({"dropout": 1.5}, "'dropout' must be"),
        ({"encoder": "nothing"}, "'name' must be one of"),
        ({"segmentation_reduction": "max"}, "'segmentation_reduction' must be one of"),
        ({"encoder_stages": ()}, "'encoder_stages' must be positive"),
    ],
)
def test_wrong_keywords_are_refused(keywords: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Baseline(**{**SMALL, **keywords})


def test_wrong_batches_are_refused(images) -> None:
    model = Baseline(**SMALL, masks=True)
    with pytest.raises(ValueError, match="'label' must be"):
        model.loss(model(images), {"label": torch.zeros(3)})
    with pytest.raises(ValueError, match="'mask' must be"):
        model.loss(model(images), {"label": torch.zeros(2), "mask": torch.zeros(2, 1, 8, 8)})
    with pytest.raises(ValueError, match="'x' must be"):
        model.graph_classifier()(torch.zeros(2, 5), torch.zeros(2, 0, dtype=torch.long))
