"""Any recurrent cell can drive MRL: ours first, then those of torch_geometric_temporal."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch_geometric.explain import Explainer, GNNExplainer

from graphforensics.errors import CheckpointError
from graphforensics.models import MRL, load_detector
from graphforensics.nn import TGCNCell

CHANNELS, HIDDEN = 128, 8


class Averaging(nn.Module):
    """A3TGCN sees several periods at once: one of them is a step."""

    def __init__(self) -> None:
        super().__init__()
        from torch_geometric_temporal.nn.recurrent import A3TGCN

        self.cell = A3TGCN(CHANNELS, HIDDEN, periods=1)

    def forward(
        self, x: Tensor, edge_index: Tensor, edge_weight: Tensor, h: Tensor | None = None
    ) -> Tensor:
        state: Tensor = self.cell(x.unsqueeze(-1), edge_index, edge_weight, h)
        return state


class Batched(nn.Module):
    """TGCN2 takes batches apart from nodes: all graphs together are a batch of one."""

    def __init__(self) -> None:
        super().__init__()
        from torch_geometric_temporal.nn.recurrent import TGCN2

        self.cell = TGCN2(CHANNELS, HIDDEN, batch_size=1)

    def forward(
        self, x: Tensor, edge_index: Tensor, edge_weight: Tensor, h: Tensor | None = None
    ) -> Tensor:
        state: Tensor = self.cell(x[None], edge_index, edge_weight, None if h is None else h[None])
        return state[0]


def temporal(name: str, *arguments: int) -> Callable[[], nn.Module]:
    def build() -> nn.Module:
        from torch_geometric_temporal.nn import recurrent

        cell: nn.Module = getattr(recurrent, name)(CHANNELS, HIDDEN, *arguments)
        return cell

    return build


CELLS = {
    "TGCN": temporal("TGCN"),
    "GConvGRU": temporal("GConvGRU", 2),
    "GConvLSTM": temporal("GConvLSTM", 3),
    "GCLSTM": temporal("GCLSTM", 2),
    "A3TGCN": Averaging,
    "TGCN2": Batched,
}


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.temporal) for name in CELLS])
def driven(request, small) -> MRL:
    return MRL(**small).with_recurrent(CELLS[request.param]())


def test_our_cell_gives_what_the_model_gave(mrl, clips):
    other = copy.deepcopy(mrl)
    other.with_recurrent(TGCNCell.sharing(other.learner.cells[0]))
    for mode in (True, False):
        wanted, met = (model.train(mode)(clips) for model in (mrl, other))
        torch.testing.assert_close(met.snippet_logits, wanted.snippet_logits)
    graph = other.graph(clips)
    probability = other.graph_classifier()(graph.x, graph.edge_index, graph.edge_weight)
    torch.testing.assert_close(probability, mrl(clips).probability, atol=1e-5, rtol=1e-5)


def test_trains_judges_and_hands_out_its_graph(driven, clips):
    losses = driven.train().loss(driven(clips), {"label": torch.tensor([0.0, 1.0])})
    losses["loss"].backward()
    assert all(p.grad.isfinite().all() for p in driven.parameters() if p.grad is not None)
    assert any(p.grad.ne(0).any() for p in driven.learner.cells.parameters() if p.grad is not None)
    assert driven.learner.edges.weight.grad.ne(0).any()
    with torch.no_grad():
        output = driven.eval()(clips)
    assert output.snippet_logits.shape == (2, 3)
    assert torch.allclose(driven.probability(clips), output.probability, atol=0.02)
    graph = driven.graph(clips)
    met = driven.graph_classifier()(graph.x, graph.edge_index, graph.edge_weight, graph.batch)
    assert torch.allclose(met, output.probability, atol=1e-5)
    alone = torch.cat([driven(clip[None]).logit for clip in clips])
    assert torch.allclose(alone, output.logit, atol=1e-5)


def test_finite_whatever_edges_are_learned(driven, clips):
    for edges in (torch.full((4, 4), -2.0), torch.zeros(4, 4), torch.randn(4, 4) * 100):
        with torch.no_grad():
            driven.learner.edges.weight.copy_(edges)
        driven.zero_grad()
        driven.eval()(clips).logit.sum().backward()
        assert driven(clips).logit.isfinite().all()
        assert driven.learner.edges.weight.grad.isfinite().all()


def test_steps_are_those_of_the_cells_own_loop(driven, clips):
    """What their examples write by hand, on the graphs that the model hands out."""
    graph = driven.eval().graph(clips[:1])
    listened = graph.edge_weight > 0
    edges = graph.edge_index[:, listened], graph.edge_weight[listened]
    cell, state = driven.learner.recurrent, ()
    for t in range(3):
        state = cell(graph.x[:, t], *edges, *state)
        state = state if isinstance(state, tuple) else (state,)
    logit = driven.learner.classifier(state[0].flatten())
    assert torch.allclose(logit, driven(clips[:1]).logit, atol=1e-5)


def explained(mrl: MRL, clips: Tensor) -> tuple[Tensor, Tensor]:
    """Every region listens to itself and to region 2."""
    with torch.no_grad():
        mrl.learner.edges.weight.fill_(0.01).fill_diagonal_(1)
        mrl.learner.edges.weight[:, 2] = 3
    graph = mrl.eval().graph(clips[:1])
    explainer = Explainer(
        mrl.graph_classifier().eval(),
        GNNExplainer(epochs=30, lr=0.1),
        explanation_type="model",
        node_mask_type=None,
        edge_mask_type="object",
        model_config=mrl.explain_config(),
    )
    explanation = explainer(graph.x.flatten(1), graph.edge_index, edge_weight=graph.edge_weight)
    return explanation.edge_mask, graph.edge_index


def test_explainers_mask_the_relations_that_the_cell_is_given(driven, clips):
    mask, edge_index = explained(driven, clips)
    assert mask.shape == (16,)
    loop = edge_index[0] == edge_index[1]
    assert mask[(edge_index[0] == 2) & ~loop].min() > 0
    if "Conv" in repr(driven.learner):  # Chebyshev's Laplacian knows no loops
        assert mask[loop].max() == 0


def test_an_edge_that_changes_nothing_explains_nothing(mrl, clips):
    """The layers of a cell sort loops last: a mask over them would name the wrong edges."""
    mrl.with_recurrent(OnlyFromTwo())
    mask, edge_index = explained(mrl, clips)
    heard = (edge_index[0] == 2) & (edge_index[1] != 2)
    assert mask[heard].min() > 0
    assert mask[~heard].max() == 0


class OnlyFromTwo(nn.Module):
    """Hears the edges from node 2 only, by a layer that drops loops and appends its own."""

    def __init__(self) -> None:
        super().__init__()
        from torch_geometric.nn import SimpleConv

        self.mix = SimpleConv(aggr="sum")
        self.scale = nn.Parameter(torch.ones(HIDDEN))

    def forward(self, x: Tensor, edge_index: Tensor, edge_weight: Tensor, *_: Tensor) -> Tensor:
        heard = (edge_index[0] == 2) & (edge_index[1] != 2)
        loops = torch.arange(x.size(0)).expand(2, -1)
        index = torch.cat([edge_index[:, heard], loops], 1)
        weight = torch.cat([edge_weight[heard], torch.ones(x.size(0))])
        mixed: Tensor = self.mix(x[:, :HIDDEN], index, weight)
        return mixed * self.scale


def test_saving_says_that_the_cell_cannot_be_rebuilt(mrl, clips, tmp_path):
    mrl.save_pretrained(tmp_path)
    state = copy.deepcopy(mrl.state_dict())
    mrl.with_recurrent(TGCNCell(CHANNELS, HIDDEN))
    with pytest.raises(CheckpointError, match=r"cell TGCNCell cannot be built .*'state_dict\(\)'"):
        mrl.save_pretrained(tmp_path)
    kept = load_detector(tmp_path).state_dict()  # what was saved before is still there
    assert all(torch.equal(kept[name], value) for name, value in state.items())


def test_the_way_that_the_message_names(small, clips):
    first = MRL(**small).with_recurrent(TGCNCell(CHANNELS, HIDDEN)).eval()
    again = MRL(**small).with_recurrent(TGCNCell(CHANNELS, HIDDEN)).eval()
    again.load_state_dict(first.state_dict())
    assert torch.equal(again(clips).logit, first(clips).logit)


def test_models_without_a_tgcn_refuse(small):
    with pytest.raises(ValueError, match=r"relation='tgcn' \(got 'gcn'\)"):
        MRL(**{**small, "relation": "gcn"}).with_recurrent(TGCNCell(CHANNELS, HIDDEN))
