from __future__ import annotations

import subprocess
import sys
import textwrap

import numpy as np
import pytest
import torch
from torch_geometric.data import Batch

from graphforensics.data.face_graph_sequence import FaceGraphSequence


def sequence(**changes: object) -> FaceGraphSequence:
    """Three nodes, four snapshots, everything the Contract knows, all over time."""
    matrix = torch.randn(4, 3, 3)
    parts = {
        "pos": torch.rand(3, 4, 2),
        "y": torch.tensor([1.0]),
        "kind": "patch",
        "edge_kept": torch.rand(4, 3, 3) > 0.5,
        "time": torch.rand(1, 4, dtype=torch.float64),
        "frame_id": torch.arange(4).view(1, 4),
        "box": torch.rand(1, 4, 4),
        "attention": torch.rand(3, 4, 7, 7),
    }
    return FaceGraphSequence.from_dense(torch.randn(3, 4, 5), matrix, **{**parts, **changes})


def assert_equal(one: FaceGraphSequence, two: FaceGraphSequence) -> None:
    assert set(one.keys()) == set(two.keys())
    for name, value in one:
        if isinstance(value, torch.Tensor):
            assert two[name].dtype == value.dtype, name
            assert torch.equal(two[name], value), name
        else:
            assert two[name] == value, name


@pytest.mark.temporal
def test_weights_over_time_make_a_dynamic_signal_that_round_trips():
    from torch_geometric_temporal.signal import DynamicGraphTemporalSignal

    from graphforensics.data.temporal_signal import from_temporal_signal, to_temporal_signal

    given = sequence()
    signal = to_temporal_signal(given)
    assert type(signal) is DynamicGraphTemporalSignal
    assert_equal(from_temporal_signal(signal), given)


@pytest.mark.temporal
def test_still_weights_make_a_static_signal_that_round_trips():
    from torch_geometric_temporal.signal import StaticGraphTemporalSignal

    from graphforensics.data.temporal_signal import from_temporal_signal, to_temporal_signal

    given = sequence(pos=torch.rand(3, 2), attention=torch.rand(3, 7, 7))
    given.edge_weight = torch.randn(9)
    given.edge_kept = torch.rand(9) > 0.5
    signal = to_temporal_signal(given)
    assert type(signal) is StaticGraphTemporalSignal
    assert_equal(from_temporal_signal(signal), given)


@pytest.mark.temporal
def test_a_sequence_without_label_weights_and_positions_round_trips():
    from graphforensics.data.temporal_signal import from_temporal_signal, to_temporal_signal

    given = FaceGraphSequence(x=torch.randn(3, 4, 5), edge_index=torch.tensor([[0, 1], [1, 2]]))
    signal = to_temporal_signal(given)
    assert signal.edge_weight is None
    assert signal[2].y is None
    assert_equal(from_temporal_signal(signal), given)


@pytest.mark.temporal
@pytest.mark.parametrize("still", [True, False])
def test_one_snapshot_keeps_its_axes(still: bool):
    from graphforensics.data.temporal_signal import from_temporal_signal, to_temporal_signal

    given = sequence()[2:3]
    if still:
        given.pos, given.edge_weight = torch.rand(3, 2), torch.randn(9)
    assert_equal(from_temporal_signal(to_temporal_signal(given)), given)


@pytest.mark.temporal
def test_the_signals_own_snapshots_are_ours():
    from graphforensics.data.temporal_signal import to_temporal_signal

    given = sequence()
    snapshots = list(to_temporal_signal(given))
    assert len(snapshots) == 4
    for mine, theirs in zip(given.snapshots(), snapshots, strict=True):
        assert torch.equal(theirs.x, mine.x)
        assert torch.equal(theirs.edge_index, mine.edge_index)
        assert torch.equal(theirs.edge_attr, mine.edge_weight)
        assert torch.equal(theirs.pos, mine.pos)
        assert torch.equal(theirs.y, mine.y)
        assert torch.equal(theirs.edge_kept.bool(), mine.edge_kept)


@pytest.mark.temporal
@pytest.mark.parametrize("dtype", [torch.bool, torch.uint8, torch.int64, torch.float32])
def test_no_target_type_is_lost(dtype: torch.dtype):
    from graphforensics.data.temporal_signal import from_temporal_signal, to_temporal_signal

    given = sequence(y=torch.tensor([[1, 0, 1, 1]]).to(dtype))
    signal = to_temporal_signal(given)
    assert [graph.y.item() for graph in signal] == [1, 0, 1, 1]
    assert from_temporal_signal(signal).y.tolist() == [[1, 0, 1, 1]]


@pytest.mark.temporal
def test_a_sliced_and_split_signal_comes_back_as_the_sliced_sequence():
    from torch_geometric_temporal.signal import temporal_signal_split

    from graphforensics.data.temporal_signal import from_temporal_signal, to_temporal_signal

    given = sequence(pos=torch.rand(3, 2))
    signal = to_temporal_signal(given)
    assert_equal(from_temporal_signal(signal[1:3]), given[1:3])
    first, last = temporal_signal_split(signal, train_ratio=0.75)
    assert_equal(from_temporal_signal(first), given[:3])
    assert_equal(from_temporal_signal(last), given[3:])


@pytest.mark.temporal
def test_a_signal_made_by_others_becomes_a_sequence():
    from torch_geometric_temporal.signal import StaticGraphTemporalSignal

    from graphforensics.data.temporal_signal import from_temporal_signal

    rng = np.random.default_rng(0)
    features = [rng.normal(size=(3, 2)).astype(np.float32) for _ in range(4)]
    targets = [rng.normal(size=3).astype(np.float32) for _ in range(4)]
    edges = np.array([[0, 1], [1, 2]])
    got = from_temporal_signal(
        StaticGraphTemporalSignal(edges, np.array([1.0, 2.0]), features, targets)
    )
    assert (len(got), got.kind) == (4, "region")
    np.testing.assert_array_equal(got.x.numpy(), np.stack(features, axis=1))
    np.testing.assert_array_equal(got.y.numpy(), np.stack(targets, axis=1))
    np.testing.assert_array_equal(got[3].y.numpy(), targets[3])


@pytest.mark.temporal
def test_a_recurrent_layer_of_the_package_runs_on_the_signal():
    from torch_geometric_temporal.nn.recurrent import GConvGRU

    from graphforensics.data.temporal_signal import to_temporal_signal

    layer, state = GConvGRU(5, 6, K=1), None
    for graph in to_temporal_signal(sequence()):
        state = layer(graph.x, graph.edge_index, graph.edge_attr.abs(), state)
    assert state.shape == (3, 6)


@pytest.mark.temporal
def test_what_cannot_become_a_signal_is_named():
    from torch_geometric_temporal.signal import DynamicGraphTemporalSignal

    from graphforensics.data.temporal_signal import from_temporal_signal, to_temporal_signal

    with pytest.raises(ValueError, match="'video' must be a tensor"):
        to_temporal_signal(sequence(video="a.mp4"))
    with pytest.raises(ValueError, match="is a batch"):
        to_temporal_signal(Batch.from_data_list([sequence(), sequence()]))
    with pytest.raises(ValueError, match=r"StaticGraphTemporalSignal or .* \(got list\)"):
        from_temporal_signal([1, 2])
    edges = [np.array([[0], [1]]), np.array([[1], [0]])]
    rest = [np.ones(1)] * 2, [np.ones((2, 1))] * 2, [np.ones(1)] * 2
    with pytest.raises(ValueError, match="other edges at step 1"):
        from_temporal_signal(DynamicGraphTemporalSignal(edges, *rest))


def test_without_the_package_the_error_names_the_extra():
    program = """
        import sys
        sys.modules["torch_geometric_temporal"] = None
        import torch
        from graphforensics.data.face_graph_sequence import FaceGraphSequence
        from graphforensics.data.temporal_signal import from_temporal_signal, to_temporal_signal
        from graphforensics.errors import MissingExtraError
        given = FaceGraphSequence.from_dense(torch.rand(3, 4, 5), torch.rand(3, 3))
        for call in (to_temporal_signal, from_temporal_signal):
            try:
                call(given)
            except MissingExtraError as error:
                assert "graphforensics[temporal]" in str(error), error
            else:
                raise SystemExit(f"{call.__name__} did not say that the package is missing")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.temporal
def test_a_signal_from_elsewhere_has_the_types_that_its_snapshots_have():
    from torch_geometric_temporal.signal import (
        DynamicGraphTemporalSignal,
        StaticGraphTemporalSignal,
    )

    from graphforensics.data.temporal_signal import from_temporal_signal, to_temporal_signal

    edges, weights = np.array([[0, 1], [1, 0]]), np.array([0.25, 4.0])
    rng = np.random.default_rng(0)
    features, targets = [rng.random((2, 3))] * 4, [rng.random(2)] * 4
    static = StaticGraphTemporalSignal(edges, weights, features, targets)
    moving = DynamicGraphTemporalSignal([edges] * 4, [weights] * 4, features, targets)
    for signal in (static, moving):
        got, told = from_temporal_signal(signal), signal[2]
        assert got.x.dtype == got.edge_weight.dtype == got.y.dtype == torch.float32
        assert torch.equal(got[2].x, told.x)
        assert torch.equal(got[2].edge_weight, told.edge_attr)
    own = FaceGraphSequence.from_dense(torch.rand(2, 4, 3).double(), torch.rand(2, 2))
    assert from_temporal_signal(to_temporal_signal(own)).x.dtype == torch.float64
