"""Face graph sequences to and from the signals of PyTorch Geometric Temporal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, get_args, overload

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch_geometric.data import Batch

from graphforensics._optional import import_optional
from graphforensics.data._face_data import NodeKind
from graphforensics.data.face_graph_sequence import FaceGraphSequence

_KINDS: tuple[NodeKind, ...] = get_args(NodeKind)
#: Attributes that a signal has places of its own for.
_OWN = ("x", "edge_index", "edge_weight", "y", "kind", "num_nodes")


class _Still(Sequence["NDArray[Any]"]):
    """One array in the place of T equal ones: it stays recognisable when a signal is sliced."""

    def __init__(self, array: NDArray[Any], steps: int) -> None:
        self.array = array
        self.steps = range(steps)

    def __len__(self) -> int:
        return len(self.steps)

    @overload
    def __getitem__(self, key: int) -> NDArray[Any]: ...
    @overload
    def __getitem__(self, key: slice) -> _Still: ...
    def __getitem__(self, key: int | slice) -> NDArray[Any] | _Still:
        if isinstance(key, slice):
            return _Still(self.array, len(self.steps[key]))
        self.steps[key]  # raises IndexError, which ends iteration
        return self.array


def to_temporal_signal(sequence: FaceGraphSequence) -> Any:
    """Turn a sequence into a signal of ``torch_geometric_temporal``.

    A ``StaticGraphTemporalSignal`` where the weights stand still or are absent, a
    ``DynamicGraphTemporalSignal`` where ``edge_weight`` is ``[E, T]``. Positions, region
    numbers and whatever else the sequence has become the signal's additional features.

    The signal holds NumPy arrays on the CPU, cut off from gradients. Its snapshots leave out
    bool and unsigned targets without a word, so these become ``int64``; ``bfloat16``, which
    NumPy lacks, becomes ``float32``. ``kind`` is written as its number.

    Args:
        sequence: A single sequence, not a batch.

    Returns:
        The signal; its snapshots name the weights ``edge_attr``.

    Raises:
        MissingExtraError: ``torch_geometric_temporal`` is not installed.
        ValueError: ``sequence`` is a batch, has wrong shapes, or has an attribute that is
            not a tensor.

    Example:
        >>> sequence = FaceGraphSequence.from_dense(torch.rand(3, 5, 8), torch.rand(3, 3), y=1)
        >>> signal = to_temporal_signal(sequence)
        >>> signal.snapshot_count, signal[0].x.shape, signal[0].y
        (5, torch.Size([3, 8]), tensor([1]))
    """
    signals = import_optional("torch_geometric_temporal", "temporal").signal
    if isinstance(sequence, Batch):
        raise ValueError("'sequence' is a batch: convert each of batch.to_data_list()")
    sequence.validate()
    parts = {name: _steps(sequence, name) for name in sequence.keys() if name not in _OWN}  # noqa: SIM118
    parts["kind"] = _Still(np.array([_KINDS.index(sequence.kind)]), len(sequence))
    targets = _steps(sequence, "y") if "y" in sequence else [None] * len(sequence)
    edges, features = _array("edge_index", sequence.edge_index), _steps(sequence, "x")
    if "edge_weight" in sequence and sequence.is_over_time("edge_weight"):
        weights = _steps(sequence, "edge_weight")
        edges_of_each = _Still(edges, len(sequence))
        return signals.DynamicGraphTemporalSignal(
            edges_of_each, weights, features, targets, **parts
        )
    weight = _array("edge_weight", sequence.edge_weight) if "edge_weight" in sequence else None
    return signals.StaticGraphTemporalSignal(edges, weight, features, targets, **parts)


def from_temporal_signal(signal: Any) -> FaceGraphSequence:
    """Turn a signal of ``torch_geometric_temporal`` into a sequence.

    What :func:`to_temporal_signal` wrote comes back exactly, also after slicing, but for the
    types that it names. Any other signal over one set of nodes and edges becomes a sequence
    as well, with targets ``[K]`` as ``y [K, T]`` and additional features as attributes; NumPy's
    float64 becomes PyTorch's default type then, as in the snapshots of the signal itself.

    Args:
        signal: A ``StaticGraphTemporalSignal`` or ``DynamicGraphTemporalSignal``.

    Raises:
        MissingExtraError: ``torch_geometric_temporal`` is not installed.
        ValueError: ``signal`` is something else, its edges change, or its shapes are not
            those of a :class:`FaceGraphSequence`.

    Example:
        >>> sequence = FaceGraphSequence.from_dense(torch.rand(3, 5, 8), torch.rand(3, 3), y=1)
        >>> from_temporal_signal(to_temporal_signal(sequence)).x.equal(sequence.x)
        True
    """
    signals = import_optional("torch_geometric_temporal", "temporal").signal
    known = (signals.StaticGraphTemporalSignal, signals.DynamicGraphTemporalSignal)
    if not isinstance(signal, known):
        wanted = " or ".join(cls.__name__ for cls in known)
        raise ValueError(f"'signal' must be a {wanted} (got {type(signal).__name__})")
    parts = {name: _joined(name, getattr(signal, name)) for name in signal.additional_feature_keys}
    code = parts.pop("kind", None)
    if "edge_kept" in parts:
        parts["edge_kept"] = parts["edge_kept"].bool()
    edges, weight = _edges(signal)
    sequence = FaceGraphSequence(
        x=_joined("features", signal.features),
        edge_index=torch.from_numpy(np.array(edges)).long(),
        edge_weight=weight,
        y=None if all(y is None for y in signal.targets) else _joined("targets", signal.targets),
        kind="region" if code is None else _KINDS[int(code.flatten()[0])],
        **parts,
    )
    if code is None:
        _use_default_type(sequence)
    sequence.validate()
    return sequence


def _use_default_type(sequence: FaceGraphSequence) -> None:
    for name, value in sequence.to_dict().items():
        if isinstance(value, Tensor) and value.dtype == torch.float64:
            sequence[name] = value.to(torch.get_default_dtype())


def _array(name: str, value: Any) -> NDArray[Any]:
    if not isinstance(value, Tensor):
        raise ValueError(
            f"'{name}' must be a tensor to become part of a signal (got {type(value).__name__}): "
            f"delete it from the sequence first"
        )
    plain = value.detach().cpu()
    if plain.dtype == torch.bfloat16:
        plain = plain.float()
    array: NDArray[Any] = plain.numpy()
    return array.astype(np.int64) if array.dtype.kind in "bu" else array.copy()


def _steps(sequence: FaceGraphSequence, name: str) -> Sequence[NDArray[Any]]:
    array = _array(name, sequence[name])
    if sequence.is_over_time(name):
        return [np.ascontiguousarray(step) for step in np.moveaxis(array, 1, 0)]
    return _Still(array, len(sequence))


def _joined(name: str, steps: Iterable[Any]) -> Tensor:
    if isinstance(steps, _Still):
        return torch.from_numpy(steps.array.copy())
    arrays = [None if step is None else np.atleast_1d(np.asarray(step)) for step in steps]
    if not arrays or any(array is None for array in arrays):
        raise ValueError(f"'{name}' of the signal must have a value at every point in time")
    shapes = {array.shape for array in arrays if array is not None}
    if len(shapes) > 1:
        raise ValueError(f"'{name}' of the signal changes its shape: {sorted(shapes)}")
    return torch.from_numpy(np.stack([array for array in arrays if array is not None], axis=1))


def _edges(signal: Any) -> tuple[NDArray[Any], Tensor | None]:
    if hasattr(signal, "edge_index"):
        weight = signal.edge_weight
        return signal.edge_index, None if weight is None else torch.from_numpy(np.array(weight))
    first = signal.edge_indices[0]
    for step, edges in enumerate(signal.edge_indices):
        if not np.array_equal(edges, first):
            raise ValueError(
                f"'signal' has other edges at step {step} than at step 0; the snapshots of a "
                "sequence share one 'edge_index'"
            )
    if all(weight is None for weight in signal.edge_weights):
        return first, None
    return first, _joined("edge_weights", signal.edge_weights)
