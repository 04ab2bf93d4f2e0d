"""Both forms of the cell at once: they share equations, parameters and numbers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.nn import DenseTGCNCell, TGCNCell


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def oracle_edges(edges: np.ndarray, normalize: bool) -> np.ndarray:
    if not normalize:
        return edges
    with_loops = edges + np.eye(len(edges))
    degree = with_loops.sum(1)
    scale = np.array([d**-0.5 if d > 1e-12 else 0.0 for d in degree])
    return np.diag(scale) @ with_loops @ np.diag(scale)


def oracle(cell, x: np.ndarray, edges: np.ndarray, h: np.ndarray) -> np.ndarray:
    """Eqs. 8, 9 and 10 of one graph, a gate a line, in NumPy's float64."""
    size = cell.hidden_channels
    w_i, w_h, b = (
        p.detach().double().numpy() for p in (cell.weight_input, cell.weight_hidden, cell.bias)
    )
    e = oracle_edges(edges, cell.normalize)
    g, k = e @ x @ w_i, e @ h @ w_h
    r = sigmoid(g[:, :size] + k[:, :size] + b[:size])
    z = sigmoid(g[:, size : 2 * size] + k[:, size : 2 * size] + b[size : 2 * size])
    candidate = np.tanh(g[:, 2 * size :] + r * k[:, 2 * size :] + b[2 * size :])
    return z * h + (1 - z) * candidate


def random_cells(normalize: bool = False, dtype: torch.dtype = torch.float64):
    dense = DenseTGCNCell(5, 3, normalize).to(dtype)
    torch.nn.init.normal_(dense.bias)
    return dense, TGCNCell.sharing(dense)


def as_edges(adj: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Every nonzero entry of a matrix whose rows receive, shuffled."""
    target, source = adj.nonzero(as_tuple=True)
    order = torch.randperm(len(source))
    return torch.stack([source, target])[:, order], adj[target, source][order]


@pytest.mark.parametrize("normalize", [False, True])
def test_both_against_the_oracle(normalize):
    dense, sparse = random_cells(normalize)
    x, h = torch.randn(4, 5).double(), torch.randn(4, 3).double()
    adj = torch.randn(4, 4).double() * (torch.rand(4, 4) > 0.3)
    wanted = oracle(dense, x.numpy(), adj.numpy(), h.numpy())
    assert np.allclose(dense(x, adj, h).detach().numpy(), wanted, atol=1e-12)
    edge_index, edge_weight = as_edges(adj)
    assert np.allclose(sparse(x, edge_index, edge_weight, h).detach().numpy(), wanted, atol=1e-12)


def test_literal_direction_of_an_edge():
    # Only node 1 listens, to node 0: node 0's state must not feel node 1.
    dense, sparse = random_cells()
    adj = torch.tensor([[0.0, 0.0], [1.0, 0.0]]).double()
    x = torch.randn(2, 5).double()
    changed = x.clone()
    changed[0] += 1
    moved = (dense(changed, adj) != dense(x, adj)).any(1)
    assert moved.tolist() == [False, True]
    edge = torch.tensor([[0], [1]])
    moved = (sparse(changed, edge) != sparse(x, edge)).any(1)
    assert moved.tolist() == [False, True]


def test_the_reset_gate_multiplies_after_the_convolution():
    # With the input and all biases 0 but the reset gate's at -50, the past is forgotten.
    dense, _ = random_cells()
    with torch.no_grad():
        dense.bias.zero_()
        dense.bias[:3] = -50
        dense.bias[6:] = 2  # b_h lies outside the gate's bracket and must survive it
    h, adj = torch.randn(4, 3).double(), torch.randn(4, 4).double()
    out = dense(torch.zeros(4, 5).double(), adj, h)
    update = torch.sigmoid((adj @ h @ dense.weight_hidden)[:, 3:6])
    candidate = torch.full((4, 3), 2.0).double().tanh()
    assert torch.allclose(out, update * h + (1 - update) * candidate)


@pytest.mark.parametrize("normalize", [False, True])
def test_sequence_equals_steps_in_both_forms(normalize):
    dense, sparse = random_cells(normalize)
    x, h = torch.randn(2, 6, 4, 5).double(), torch.randn(2, 4, 3).double()
    adj = torch.randn(4, 4).double()
    states, state = [], h
    for t in range(6):
        state = dense(x[:, t], adj, state)
        states.append(state)
    wanted = torch.stack(states, 1)
    assert torch.allclose(dense.forward_sequence(x, adj, h), wanted, atol=1e-12)
    edge_index, edge_weight = as_edges(adj)
    for one, first, out in zip(x, h, wanted, strict=True):
        got = sparse.forward_sequence(one.transpose(0, 1), edge_index, edge_weight, first)
        assert torch.allclose(got.transpose(0, 1), out, atol=1e-12)


@pytest.mark.parametrize("normalize", [False, True])
def test_edges_that_change_over_time(normalize):
    _, sparse = random_cells(normalize)
    x, edge_index = torch.randn(4, 3, 5).double(), torch.randint(0, 4, (2, 9))
    weight = torch.rand(9, 3).double()
    got, state = sparse.forward_sequence(x, edge_index, weight), None
    for t in range(3):
        state = sparse(x[:, t], edge_index, weight[:, t], state)
        assert torch.allclose(got[:, t], state, atol=1e-12)


def test_no_state_is_a_state_of_zeros():
    dense, sparse = random_cells()
    x, adj = torch.randn(4, 5).double(), torch.randn(4, 4).double()
    zeros = torch.zeros(4, 3).double()
    assert torch.equal(dense(x, adj), dense(x, adj, zeros))
    edges = as_edges(adj)
    assert torch.equal(sparse(x, *edges), sparse(x, *edges, zeros))


def test_batch_equals_singles():
    dense, sparse = random_cells()
    x, adj = torch.randn(2, 4, 5).double(), torch.randn(2, 4, 4).double()
    together = dense(x, adj)
    for i in range(2):
        assert torch.allclose(together[i], dense(x[i], adj[i]), atol=1e-12)
    over_time = dense.forward_sequence(x[:, None].expand(2, 3, 4, 5), adj)
    assert torch.allclose(over_time[:, 0], together, atol=1e-12)
    pairs = [as_edges(one) for one in adj]
    joined = torch.cat([pairs[0][0], pairs[1][0] + 4], 1), torch.cat([p[1] for p in pairs])
    assert torch.allclose(sparse(x.flatten(0, 1), *joined).view(2, 4, 3), together, atol=1e-12)


@pytest.mark.parametrize("normalize", [False, True])
def test_permutation_equivariance(normalize):
    dense, _ = random_cells(normalize)
    x, adj, order = torch.randn(6, 5).double(), torch.randn(6, 6).double(), torch.randperm(6)
    assert torch.allclose(dense(x[order], adj[order][:, order]), dense(x, adj)[order], atol=1e-12)


@pytest.mark.parametrize("normalize", [False, True])
def test_gradcheck(normalize):
    dense, sparse = random_cells(normalize)
    x = torch.randn(3, 2, 5, dtype=torch.float64, requires_grad=True)
    adj = torch.rand(3, 3, dtype=torch.float64, requires_grad=True)
    h = torch.randn(3, 3, dtype=torch.float64, requires_grad=True)
    edge_index, edge_weight = as_edges(adj.detach())
    edge_weight.requires_grad_()
    assert torch.autograd.gradcheck(
        lambda x, a, h: dense.forward_sequence(x.transpose(0, 1)[None], a, h[None]), (x, adj, h)
    )
    assert torch.autograd.gradcheck(
        lambda x, w, h: sparse.forward_sequence(x, edge_index, w, h), (x, edge_weight, h)
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize(
    "adj",
    [
        torch.zeros(4, 4),
        -torch.eye(4),  # row sums of exactly 0 once the loops are added
        -torch.eye(4) + 1e-5,
        torch.full((4, 4), -3.0),
        torch.randn(4, 4) * 100,
        torch.full((4, 4), 1000.0),
    ],
)
def test_finite_for_any_edges(dtype, normalize, adj):
    dense, sparse = random_cells(normalize, dtype)
    adj = adj.detach().to(dtype, copy=True).requires_grad_()
    x = torch.rand(1, 2, 4, 5).to(dtype)
    out = dense.forward_sequence(x, adj)
    out.float().sum().backward()
    assert out.isfinite().all()
    if dtype == torch.float32:
        assert adj.grad.isfinite().all()
        index = torch.stack([torch.arange(4).repeat(4), torch.arange(4).repeat_interleave(4)])
        got = sparse.forward_sequence(x[0].transpose(0, 1), index, adj.detach().flatten())
        # Degrees of 4e-5 leave three digits in either order of summation.
        assert torch.allclose(got.transpose(0, 1), out[0], atol=2e-3)


@pytest.mark.parametrize("normalize", [False, True])
def test_enormous_edges_saturate(normalize):
    dense, _ = random_cells(normalize, torch.float32)
    adj = (torch.randn(4, 4) * 1e30).requires_grad_()
    out = dense.forward_sequence(torch.rand(1, 3, 4, 5), adj)
    out.sum().backward()
    assert out.abs().max() <= 1
    assert adj.grad.isfinite().all()


def test_nan_in_nan_out():
    dense, _ = random_cells()
    x = torch.randn(4, 5).double()
    x[2, 1] = float("nan")
    assert dense(x, torch.ones(4, 4).double()).isnan().all()


def test_a_graph_without_edges_and_one_without_nodes():
    _, sparse = random_cells()
    none = torch.empty(2, 0, dtype=torch.long)
    x = torch.randn(4, 5).double()
    b_z, b_h = sparse.bias[3:6], sparse.bias[6:]
    wanted = ((1 - b_z.sigmoid()) * b_h.tanh()).expand(4, 3)
    assert torch.allclose(sparse(x, none, torch.empty(0)), wanted)
    assert sparse(x[:0], none).shape == (0, 3)


@pytest.mark.parametrize("normalize", [False, True])
def test_compile_and_export(normalize):
    dense, sparse = random_cells(normalize, torch.float32)
    x, adj = torch.randn(4, 5), torch.randn(4, 4)
    edge_index, edge_weight = as_edges(adj)
    for cell, inputs in ((dense, (x, adj)), (sparse, (x, edge_index, edge_weight))):
        wanted = cell(*inputs)
        compiled = torch.compile(cell, fullgraph=True, backend="aot_eager")
        assert torch.allclose(compiled(*inputs), wanted, atol=1e-6)
        assert torch.allclose(
            torch.export.export(cell, inputs).module()(*inputs), wanted, atol=1e-6
        )


def test_parameters_have_the_same_names_and_can_be_shared():
    dense, sparse = random_cells()
    assert list(dense.state_dict()) == list(sparse.state_dict())
    assert sparse.weight_input is dense.weight_input
    apart = TGCNCell(5, 3)
    apart.load_state_dict(dense.state_dict())
    assert apart.weight_hidden is not dense.weight_hidden


def test_reset_parameters():
    cell = DenseTGCNCell(50, 40)
    before = cell.weight_input.clone()
    torch.nn.init.ones_(cell.bias)
    cell.reset_parameters()
    assert not torch.equal(cell.weight_input, before)
    assert cell.bias.eq(0).all()
    # Glorot a gate: uniform within sqrt(6 / (50 + 40)), not that of the three together.
    assert cell.weight_input.abs().max().item() == pytest.approx((6 / 90) ** 0.5, rel=0.01)


def test_repr():
    assert repr(DenseTGCNCell(8, 4)) == "DenseTGCNCell(8, 4)"
    assert repr(TGCNCell(8, 4, normalize=True)) == "TGCNCell(8, 4, normalize=True)"


def test_wrong_shapes():
    dense, sparse = random_cells(dtype=torch.float32)
    edges = torch.tensor([[0], [1]])
    with pytest.raises(ValueError, match=r"'x' must have 5 channels .*got \[4, 6\]"):
        dense(torch.rand(4, 6), torch.rand(4, 4))
    with pytest.raises(ValueError, match=r"'adj' must be .*\[4, 9\] \(got \[3, 3\]\)"):
        dense(torch.rand(4, 5), torch.rand(3, 3))
    with pytest.raises(ValueError, match=r"'adj' must be .*got \[3, 4, 4\]"):
        dense(torch.rand(2, 4, 5), torch.rand(3, 4, 4))
    with pytest.raises(ValueError, match=r"'h' must be \[4, 3\] \(got \[4, 2\]\)"):
        dense(torch.rand(4, 5), torch.rand(4, 4), torch.rand(4, 2))
    with pytest.raises(ValueError, match=r"T > 0 \(got \[2, 0, 4, 5\]\)"):
        dense.forward_sequence(torch.rand(2, 0, 4, 5), torch.rand(4, 4))
    with pytest.raises(ValueError, match=r"\[N, C\] or \[B, N, C\]"):
        dense(torch.rand(1, 2, 4, 5), torch.rand(4, 4))
    with pytest.raises(ValueError, match=r"'x' must be \[N, C\] \(got \[2, 4, 5\]\)"):
        sparse(torch.rand(2, 4, 5), edges)
    with pytest.raises(ValueError, match=r"'edge_weight' must be \[1\] \(got \[2\]\)"):
        sparse(torch.rand(4, 5), edges, torch.rand(2))
    with pytest.raises(ValueError, match=r"'edge_index' must be \[2, E\] \(got \[1, 2\]\)"):
        sparse(torch.rand(4, 5), edges.t())
    with pytest.raises(ValueError, match=r"'edge_index' must be \[2, E\] \(got \[3, 1\]\)"):
        sparse(torch.rand(4, 5), torch.zeros(3, 1, dtype=torch.long))
    with pytest.raises(ValueError, match=r"'hidden_channels' must be positive \(got 0\)"):
        TGCNCell(5, 0)


@pytest.mark.temporal
def test_our_cell_runs_in_the_style_of_torch_geometric_temporals_examples():
    """Their static signal, split and loop; only the recurrent layer is ours."""
    from torch_geometric_temporal.signal import StaticGraphTemporalSignal, temporal_signal_split

    ring = np.array([[0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 0]])
    waves = np.sin(np.arange(40)[:, None] / 3 + np.arange(6)[None, :])
    dataset = StaticGraphTemporalSignal(
        ring,
        np.ones(6),
        [waves[t : t + 4].T for t in range(36)],  # four lags of each node
        [waves[t + 4] for t in range(36)],
    )

    class RecurrentGCN(torch.nn.Module):
        def __init__(self, node_features: int) -> None:
            super().__init__()
            self.recurrent = TGCNCell(node_features, 16)
            self.linear = torch.nn.Linear(16, 1)

        def forward(self, x, edge_index, edge_weight, prev_hidden_state):
            h = self.recurrent(x, edge_index, edge_weight, prev_hidden_state)
            return self.linear(torch.relu(h)), h

    train, test = temporal_signal_split(dataset, train_ratio=0.8)
    model = RecurrentGCN(node_features=4)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)

    def cost_of(signal) -> torch.Tensor:
        cost, hidden = torch.zeros(()), None
        for time, snapshot in enumerate(signal):  # noqa: B007 -- their loop uses it below
            y_hat, hidden = model(snapshot.x, snapshot.edge_index, snapshot.edge_attr, hidden)
            cost = cost + torch.mean((y_hat.squeeze(-1) - snapshot.y) ** 2)
        return cost / (time + 1)

    before = cost_of(test).item()
    for _ in range(25):
        cost = cost_of(train)
        cost.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert cost_of(test).item() < before / 4


def test_it_is_called_as_the_cells_that_it_stands_in_for():
    """``TGCN(in_channels=, out_channels=)`` and ``cell(x, edge_index, edge_weight, H=)``."""
    cell = TGCNCell(in_channels=3, out_channels=2)
    assert (cell.hidden_channels, cell.out_channels) == (2, 2)
    assert repr(cell) == "TGCNCell(3, 2)"
    x, edge_index, weight = torch.randn(4, 3), torch.tensor([[0, 1], [1, 2]]), torch.randn(2)
    state = torch.randn(4, 2)
    assert torch.equal(cell(x, edge_index, weight, H=state), cell(x, edge_index, weight, h=state))
    with pytest.raises(ValueError, match="either 'h' or 'H'"):
        cell(x, edge_index, weight, state, H=state)
    for wrong in ({}, {"hidden_channels": 2, "out_channels": 2}):
        with pytest.raises(ValueError, match="either 'hidden_channels' or 'out_channels'"):
            TGCNCell(3, **wrong)
    with pytest.raises(ValueError, match="'hidden_channels' must be positive"):
        TGCNCell(3, out_channels=0)


@pytest.mark.parametrize("normalize", [False, True])
def test_forward_mode_derivatives(normalize):
    cell = TGCNCell(3, 2, normalize).double()
    x, way = torch.randn(4, 5, 3).double(), torch.randn(4, 5, 3).double()
    edge_index = torch.tensor([[0, 1, 3, 2], [1, 2, 0, 2]])
    weight, turn = torch.rand(4).double(), torch.randn(4).double()

    def states(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return cell.forward_sequence(x, edge_index, weight)

    out, slope = torch.func.jvp(states, (x, weight), (way, turn))
    assert torch.allclose(out, states(x, weight), atol=1e-12)
    step = 1e-6
    found = (states(x + step * way, weight + step * turn) - out) / step
    assert torch.allclose(slope, found.detach(), atol=1e-4)
