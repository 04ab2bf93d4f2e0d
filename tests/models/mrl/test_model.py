from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torchvision.models.video import MC3_18_Weights

from graphforensics.models import MRL, MRLOutput
from graphforensics.nn import SpatialAttention, SpatioTemporalAttention

LABEL = {"label": torch.tensor([0.0, 1.0])}


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def oracle(maps: np.ndarray, attention: np.ndarray, state: dict, masked: bool) -> np.ndarray:
    """Eqs. 3, 6, 8, 9, 10 and the classifier of one clip: ``[T, C, D, h, w]`` to ``[T]`` logits."""
    edges = state["learner.edges.weight"]
    if masked:
        q = edges.min() + (edges.max() - edges.min()) * 0.5
        edges = np.where(edges < q, 0, edges)
    w_i, w_h, b = (state[f"learner.cells.0.{n}"] for n in ("weight_input", "weight_hidden", "bias"))
    h = np.zeros((len(edges), w_h.shape[0]))
    logits = []
    for snippet, places in zip(maps, attention, strict=True):
        v = np.einsum("nhw,cdhw->nc", places, snippet)
        v = v / np.linalg.norm(v, axis=1, keepdims=True)
        g_r, g_z, g_h = np.split(edges @ v @ w_i, 3, axis=1)
        h_r, h_z, h_h = np.split(edges @ h @ w_h, 3, axis=1)
        b_r, b_z, b_h = np.split(b, 3)
        r, z = sigmoid(g_r + h_r + b_r), sigmoid(g_z + h_z + b_z)
        h = z * h + (1 - z) * np.tanh(g_h + r * h_h + b_h)
        hidden = np.maximum(
            state["learner.classifier.0.weight"] @ h.reshape(-1)
            + state["learner.classifier.0.bias"],
            0,
        )
        logits.append(
            state["learner.classifier.3.weight"] @ hidden + state["learner.classifier.3.bias"]
        )
    return np.concatenate(logits)


@pytest.mark.parametrize("training", [False, True])
def test_from_feature_maps_to_logits_against_numpy(mrl, clips, training):
    mrl = mrl.double().train(training)
    nn.init.normal_(mrl.learner.cells[0].bias)
    seen = []
    mrl.encoder.register_forward_hook(lambda _m, _i, output: seen.append(output[-1]))
    output = mrl(clips.double())
    state = {name: value.detach().numpy() for name, value in mrl.state_dict().items()}
    maps = torch.unflatten(seen[0], 0, (2, 3)).detach().numpy()
    for b in range(2):
        wanted = oracle(maps[b], output.attention[b].detach().numpy(), state, masked=training)
        assert np.allclose(output.snippet_logits[b].detach().numpy(), wanted, atol=1e-10)
    assert torch.equal(output.logit, output.snippet_logits[:, -1])


def test_the_papers_defaults():
    mrl = MRL()
    assert mrl.input_spec.shape == (5, 3, 20, 112, 112)
    assert mrl.input_spec.mean == tuple(MC3_18_Weights.DEFAULT.transforms().mean)
    assert mrl.input_spec.margin == 1.3
    assert mrl.encoder.name == "mc3_18"
    assert isinstance(mrl.attention, SpatioTemporalAttention)
    assert (mrl.attention.in_channels, mrl.attention.hidden_channels) == (512, 512)
    assert mrl.learner.edges().shape == (12, 12)
    assert len(mrl.learner.cells) == 1
    assert repr(mrl.learner.cells[0]) == "DenseTGCNCell(512, 128)"
    assert mrl.learner.classifier[0].in_features == 12 * 128
    assert repr(mrl.learner.mask) == repr(type(mrl.learner.mask)(0.5, "minimal", "range"))
    assert (mrl.diversity_weight, mrl.consistency_weight) == (0.75, 0.75)


def test_the_papers_network_on_small_clips():
    mrl = MRL(snippets=2, frames=3, size=32).eval()
    with torch.no_grad():
        output = mrl(torch.rand(1, 2, 3, 3, 32, 32))
    assert output.attention.shape == (1, 2, 12, 2, 2)
    assert output.features.shape == (1, 2, 12, 512)


def test_output(mrl, clips):
    output = mrl(clips)
    assert isinstance(output, MRLOutput)
    assert output.logit.shape == (2,)
    assert output.snippet_logits.shape == (2, 3)
    assert output.attention.shape == (2, 3, 4, 4, 4)
    assert output.features.shape == (2, 3, 4, 128)
    assert output.edge_weight.shape == output.edge_kept.shape == (4, 4)
    assert torch.allclose(output.probability, output.logit.sigmoid())


def test_the_snippets_are_one_batch_to_the_encoder(mrl, clips):
    seen = []
    mrl.encoder.register_forward_hook(lambda _m, given, _o: seen.append(given[0].shape))
    mrl(clips)
    assert seen == [(6, 3, 2, 32, 32)]


def test_the_verdict_on_a_part_is_that_of_the_part(mrl, clips, small):
    """What is said after two snippets does not depend on the third."""
    part = MRL(**{**small, "snippets": 2}).eval()
    part.load_state_dict(mrl.state_dict())
    whole = mrl.eval()(clips).snippet_logits
    assert torch.allclose(part(clips[:, :2]).logit, whole[:, 1], atol=1e-5)


def test_a_batch_equals_its_clips(mrl, clips):
    mrl.eval()
    together = mrl(clips).snippet_logits
    apart = torch.cat([mrl(clip[None]).snippet_logits for clip in clips])
    assert torch.allclose(together, apart, atol=1e-5)


def test_loss_against_numpy(mrl, clips):
    output = mrl(clips)
    loss = mrl.loss(output, LABEL)
    p = sigmoid(output.logit.detach().double().numpy())
    v = output.features.detach().double().numpy()
    classification = -np.mean([np.log(1 - p[0]), np.log(p[1])])
    gram = np.einsum("btnc,btmc->btnm", v, v) - np.eye(4)
    diversity = np.sqrt((gram**2).sum((2, 3))).mean()
    steps = np.sqrt(((v[:, 1:] - v[:, :-1]) ** 2).sum((2, 3)))
    consistency = (steps.sum(1) / 3).mean()
    assert loss["classification"].item() == pytest.approx(classification, rel=1e-5)
    assert loss["diversity"].item() == pytest.approx(diversity, rel=1e-5)
    assert loss["consistency"].item() == pytest.approx(consistency, rel=1e-4)
    total = classification + 0.75 * diversity + 0.75 * consistency
    assert loss["loss"].item() == pytest.approx(total, rel=1e-5)


def test_labels_of_another_shape(mrl, clips):
    with pytest.raises(ValueError, match=r"'label' must be \[2\] \(got \[2, 1\]\)"):
        mrl.loss(mrl(clips), {"label": torch.zeros(2, 1)})


def test_every_parameter_learns_and_masked_edges_do_not(mrl, clips):
    output = mrl(clips)
    mrl.loss(output, LABEL)["loss"].backward()
    assert all(p.grad is not None for p in mrl.parameters())
    gradient = mrl.learner.edges.weight.grad
    assert gradient[~output.edge_kept].eq(0).all()
    assert gradient[output.edge_kept].ne(0).all()
    assert 0 < output.edge_kept.sum() < 16


# --- The ablations of tables IV and V, and cells that are stacked and normalised. ---

ABLATIONS = {
    "image-based": {"kind": "image", "attention": "spatial", "relation": "gcn"},
    "spatial attention": {"attention": "spatial"},
    "mask in inference": {"mask_at_inference": True},
    "max pooling": {"pooling": "max"},
    "without L_od": {"diversity_weight": 0.0},
    "without L_tc": {"consistency_weight": 0.0},
    "baseline": {"attention": "none", "relation": "none"},
    "attention only": {"relation": "none"},
    "graph only": {"attention": "none", "mask_rate": 0.0},
    "no masking": {"mask_rate": 0.0},
    "random masking": {"mask_strategy": "random", "mask_rate": 0.6},
    "quantile": {"threshold": "quantile"},
    "stacked and normalised": {"cells": 2, "normalize": True},
    "more heads": {"regions": 9},
    "dropout": {"dropout": 0.5},
}


def inputs_of(mrl: MRL) -> torch.Tensor:
    return torch.randn(2, *mrl.input_spec.shape)


@pytest.mark.parametrize("name", ABLATIONS)
def test_ablations_train_judge_and_round_trip_as_json(small, name):
    mrl = MRL(**{**small, **ABLATIONS[name]})
    output = mrl(inputs_of(mrl))
    mrl.loss(output, LABEL)["loss"].backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in mrl.parameters())
    assert mrl.graph(inputs_of(mrl)).num_graphs == 2
    again = MRL(**json.loads(json.dumps(mrl.config)))
    again.load_state_dict(mrl.state_dict())
    inputs = inputs_of(mrl)
    assert torch.equal(again.eval()(inputs).logit, mrl.eval()(inputs).logit)


def test_baseline_is_the_encoder_with_a_linear_head(small, clips):
    mrl = MRL(**{**small, "attention": "none", "relation": "none"}).eval()
    (maps,) = mrl.encoder(clips.flatten(0, 1))
    (linear,) = [m for m in mrl.learner.modules() if isinstance(m, nn.Linear)]
    single = linear(maps.mean((2, 3, 4))).view(2, 3)
    output = mrl(clips)
    assert torch.allclose(output.logit, single.mean(1), atol=1e-5)
    assert torch.allclose(output.snippet_logits[:, 1], single[:, :2].mean(1), atol=1e-5)
    assert set(mrl.loss(output, LABEL)) == {"loss", "classification"}
    assert set(mrl.state_dict()) - {f"encoder.{k}" for k in mrl.encoder.state_dict()} == {
        "learner.classifier.1.weight",
        "learner.classifier.1.bias",
    }
    graph = mrl.graph(clips)
    assert (graph.num_nodes, graph.num_edges) == (2, 0)
    assert graph.validate()


def test_attention_only_has_no_edges(small, clips):
    mrl = MRL(**{**small, "relation": "none"}).eval()
    output = mrl(clips)
    assert output.edge_weight is None
    assert mrl.learner.edges is None
    assert mrl.graph(clips).num_edges == 0
    single = mrl.learner.classifier(output.features.flatten(2)).squeeze(-1)
    assert torch.allclose(output.logit, single.mean(1), atol=1e-5)


def test_graph_only_attends_to_everything_alike(small, clips):
    mrl = MRL(**{**small, **ABLATIONS["graph only"]}).eval()
    output = mrl(clips)
    assert output.attention.eq(1).all()
    (maps,) = mrl.encoder(clips.flatten(0, 1))
    mean = nn.functional.normalize(maps.mean((2, 3, 4)), dim=-1).view(2, 3, 1, 128)
    assert torch.allclose(output.features, mean.expand(2, 3, 4, 128), atol=1e-5)
    assert output.edge_kept.all()


def test_mask_at_inference_is_the_model_with_those_edges_cut(mrl, small, clips):
    masking = MRL(**{**small, "mask_at_inference": True}).eval()
    masking.load_state_dict(mrl.state_dict())
    plain = mrl.eval()(clips)
    masked = masking(clips)
    assert not torch.allclose(masked.logit, plain.logit)
    with torch.no_grad():
        mrl.learner.edges.weight[~plain.edge_kept] = 0
    assert torch.allclose(mrl(clips).logit, masked.logit)


def test_edges_are_masked_in_training_only(mrl, clips):
    for part in mrl.modules():  # normalisation and dropout must not hide it
        if part is not mrl.learner.mask:
            part.training = False
    masked = mrl(clips).logit
    assert not torch.allclose(masked, mrl.eval()(clips).logit)


def test_random_masks_differ_from_draw_to_draw(small, clips):
    mrl = MRL(**{**small, "mask_strategy": "random", "regions": 8}).eval()
    mrl.learner.mask.train()
    assert not torch.allclose(mrl(clips).logit, mrl(clips).logit)
    assert torch.equal(mrl.eval()(clips).logit, mrl(clips).logit)
    assert mrl(clips).edge_kept.all()


def test_a_weight_of_zero_leaves_the_part_reported(mrl, small, clips):
    for weight in ("diversity_weight", "consistency_weight"):
        without = MRL(**{**small, weight: 0.0})
        without.load_state_dict(mrl.state_dict())
        loss = without.loss(without.eval()(clips), LABEL)
        part = loss["consistency" if weight == "diversity_weight" else "diversity"]
        assert torch.allclose(loss["loss"], loss["classification"] + 0.75 * part)


def test_image_variant_is_the_papers():
    mrl = MRL.image_based(size=64).eval()
    assert mrl.input_spec.kind == "image"
    assert mrl.input_spec.shape == (3, 64, 64)
    assert isinstance(mrl.attention, SpatialAttention)
    assert repr(mrl.learner.cells[0]) == "RelationConv(512, 128)"
    assert mrl.encoder.name == "resnet18"
    assert mrl.input_spec.mean == (0.485, 0.456, 0.406)  # ImageNet's, not Kinetics'
    output = mrl(torch.rand(3, 3, 64, 64))
    assert output.snippet_logits.shape == (3, 1)
    assert output.features.shape == (3, 1, 12, 512)
    assert MRL.image_based(regions=5).config["regions"] == 5


def test_an_image_is_a_clip_of_one_frame(small):
    image = MRL(**{**small, "kind": "image"}).eval()
    clip = MRL(**{**small, "snippets": 1, "frames": 1}).eval()
    clip.load_state_dict(image.state_dict())
    pictures = torch.rand(2, 3, 32, 32)
    assert torch.equal(image(pictures).logit, clip(pictures[:, None, :, None]).logit)
    assert image.loss(image(pictures), LABEL)["consistency"].item() == 0


def test_two_cells_are_two_cells_in_a_row(small, clips):
    mrl = MRL(**{**small, "cells": 2, "normalize": True}).eval()
    output = mrl(clips)
    first, second = mrl.learner.cells
    h1 = h2 = None
    for t in range(3):
        h1 = first(output.features[:, t], mrl.learner.edges(), h1)
        h2 = second(h1, mrl.learner.edges(), h2)
    assert torch.allclose(mrl.learner.classifier(h2.flatten(1)).squeeze(1), output.logit, atol=1e-5)


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("edges", [torch.full((4, 4), -9.0), -torch.eye(4), torch.zeros(4, 4)])
def test_finite_for_any_edges(small, clips, normalize, edges):
    mrl = MRL(**{**small, "normalize": normalize})
    mrl.learner.edges.weight.data.copy_(edges)
    output = mrl(clips)
    mrl.loss(output, LABEL)["loss"].backward()
    assert output.snippet_logits.isfinite().all()
    assert all(p.grad.isfinite().all() for p in mrl.parameters())


def test_degenerate_pixels(mrl, clips):
    mrl.eval()
    assert mrl(torch.zeros_like(clips)).logit.isfinite().all()  # a still grey clip
    assert mrl(torch.full_like(clips, float("nan"))).logit.isnan().all()
    half_broken = clips.clone()
    half_broken[1, 0, 0, 0, 0, 0] = float("nan")
    assert mrl(half_broken).logit.isnan().tolist() == [False, True]


def test_training_step_on_a_still_clip_is_finite(mrl, clips):
    still = clips[:, :1, :, :1].expand_as(clips).contiguous()
    mrl.loss(mrl(still), LABEL)["loss"].backward()
    assert all(p.grad.isfinite().all() for p in mrl.parameters())


def test_compile_and_export(mrl, clips):
    mrl.eval()
    wanted = mrl(clips)
    compiled = torch.compile(mrl, fullgraph=True, backend="aot_eager")
    assert torch.allclose(compiled(clips).snippet_logits, wanted.snippet_logits, atol=1e-5)
    exported = torch.export.export(mrl, (clips,)).module()(clips)
    assert isinstance(exported, MRLOutput)
    assert torch.allclose(exported.snippet_logits, wanted.snippet_logits, atol=1e-5)
    assert torch.equal(exported.edge_kept, wanted.edge_kept)


def test_half_precision_model(mrl, clips):
    output = mrl.bfloat16().eval()(clips.bfloat16())
    assert output.logit.dtype == torch.bfloat16
    assert output.logit.isfinite().all()


def test_training_under_autocast_keeps_the_relations_in_full_precision(mrl, clips):
    with torch.autocast("cpu", torch.bfloat16):
        output = mrl(clips)
        loss = mrl.loss(output, LABEL)
    assert output.logit.dtype == output.features.dtype == torch.float32
    loss["loss"].backward()
    assert all(p.grad.isfinite().all() for p in mrl.parameters())


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"kind": "frames"}, r"'kind' must be one of clip, image \(got 'frames'\)"),
        ({"attention": "self"}, "'attention' must be one of spatiotemporal, spatial, none"),
        ({"relation": "gru"}, "'relation' must be one of tgcn, gcn, none"),
        ({"pooling": "min"}, "'pooling' must be one of average, max"),
        ({"mask_rate": 2}, r"'mask_rate' must be in \[0, 1\]"),
        ({"mask_strategy": "best"}, "'mask_strategy' must be one of minimal, random"),
        ({"threshold": "best"}, "'threshold' must be one of range, quantile"),
        ({"regions": 0}, "'regions' must be positive"),
        ({"cells": 0}, "'cells' must be positive"),
        ({"hidden_channels": 0}, "'hidden_channels' must be positive"),
        ({"snippets": 0}, "'snippets' must be positive"),
        ({"encoder": "nonesuch"}, "'encoder' must be one of mc3_18"),
    ],
)
def test_wrong_keywords(small, keywords, message):
    with pytest.raises(ValueError, match=message):
        MRL(**{**small, **keywords})


def test_wrong_inputs(mrl, clips):
    with pytest.raises(ValueError, match=r"\[B, 3, 3, 2, 32, 32\] \(got \[2, 3, 3, 2, 32, 30\]\)"):
        mrl(clips[..., :30])
    with pytest.raises(ValueError, match=r"got \[3, 3, 2, 32, 32\]"):
        mrl(clips[0])
    with pytest.raises(ValueError, match=r"input_spec.normalize.*got torch.uint8"):
        mrl(clips.byte())


def test_the_groups_of_keywords_are_the_constructors_and_json_holds_them():
    """docs/mrl.md lists every keyword once, in the constructor's order."""
    page = (Path(__file__).parents[3] / "docs" / "mrl.md").read_text()
    table = page.split("| group | keywords |")[1].split("\n\n")[0]
    listed = re.findall(r"`(\w+)`", table)
    parameters = inspect.signature(MRL.__init__).parameters
    assert listed == [name for name in parameters if name != "self"]
    defaults = {name: parameters[name].default for name in listed}
    assert json.loads(json.dumps(defaults)) == defaults
