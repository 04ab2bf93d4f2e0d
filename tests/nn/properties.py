"""What every layer must hold to, checked on whatever layer and inputs a test has."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn


def tensors_of(output: Any) -> list[Tensor]:
    """Flatten an output of nested tuples."""
    if isinstance(output, Tensor):
        return [output]
    return [tensor for part in output for tensor in tensors_of(part)]


def assert_close(met: Any, wanted: Any, atol: float = 1e-6) -> None:
    for one, other in zip(tensors_of(met), tensors_of(wanted), strict=True):
        assert one.dtype == other.dtype
        torch.testing.assert_close(one, other, atol=atol, rtol=1e-5, equal_nan=True)


def check_compile_and_export(layer: nn.Module, *inputs: Tensor, atol: float = 1e-6) -> None:
    """Compiled without a graph break, and exported, the layer gives what it gives."""
    with torch.no_grad():
        torch.manual_seed(3)
        wanted = layer(*inputs)
        torch.compiler.reset()
        torch.manual_seed(3)
        compiled = torch.compile(layer, fullgraph=True, backend="aot_eager")
        assert_close(compiled(*inputs), wanted, atol)
        exported = torch.export.export(layer, inputs).module(check_guards=False)
        torch.manual_seed(3)
        assert_close(exported(*inputs), wanted, atol)


def check_onnx(layer: nn.Module, *inputs: Tensor, atol: float = 1e-5) -> None:
    """onnxruntime gives what the layer gives in evaluation."""
    pytest.importorskip("onnx", reason="the extra 'export' is not installed")
    pytest.importorskip("onnxscript", reason="the extra 'export' is not installed")
    runtime = pytest.importorskip("onnxruntime", reason="the extra 'export' is not installed")
    layer = layer.eval()
    program = torch.onnx.export(layer, inputs, dynamo=True, verbose=False)
    session = runtime.InferenceSession(program.model_proto.SerializeToString())
    names = [given.name for given in session.get_inputs()]
    fed = dict(zip(names, (tensor.numpy() for tensor in inputs), strict=True))
    with torch.no_grad():
        wanted = tensors_of(layer(*inputs))
    for met, tensor in zip(session.run(None, fed), wanted, strict=True):
        np.testing.assert_allclose(met, tensor.detach().numpy(), atol=atol, rtol=1e-4)


def check_batch_is_singles(layer: Callable[..., Any], *inputs: Tensor, atol: float = 1e-6) -> None:
    """A batch gives what its samples give by themselves."""
    with torch.no_grad():
        together = tensors_of(layer(*inputs))
        for sample in range(inputs[0].size(0)):
            alone = tensors_of(layer(*(tensor[sample : sample + 1] for tensor in inputs)))
            for whole, part in zip(together, alone, strict=True):
                torch.testing.assert_close(whole[sample : sample + 1], part, atol=atol, rtol=1e-5)


def check_gradients(
    layer: nn.Module, *inputs: Tensor, constant: Sequence[int] = (), atol: float = 1e-6
) -> None:
    """Autograd's gradients by inputs and parameters are those of finite differences."""
    layer = copy.deepcopy(layer).double()
    given = [tensor.double() if tensor.is_floating_point() else tensor for tensor in inputs]
    for place, tensor in enumerate(given):
        tensor.requires_grad_(tensor.is_floating_point() and place not in constant)
    names, values = zip(*layer.named_parameters(), strict=True) if _learns(layer) else ((), ())

    def run(*tensors: Tensor) -> tuple[Tensor, ...]:
        parameters = dict(zip(names, tensors[len(given) :], strict=True))
        output = torch.func.functional_call(layer, parameters, tensors[: len(given)])
        return tuple(tensor for tensor in tensors_of(output) if tensor.requires_grad)

    assert torch.autograd.gradcheck(run, (*given, *values), atol=atol, fast_mode=True)


def check_half(layer: nn.Module, *inputs: Tensor, scale: float = 1.0) -> None:
    """Half precision stays finite, also with large features, and close to single precision."""
    with torch.no_grad():
        single = tensors_of(layer(*(_cast(tensor, torch.float32, scale) for tensor in inputs)))
        for dtype in (torch.float16, torch.bfloat16):
            narrow = copy.deepcopy(layer).to(dtype)
            output = tensors_of(narrow(*(_cast(tensor, dtype, scale) for tensor in inputs)))
            for met, wanted in zip(output, single, strict=True):
                assert met.isfinite().all(), dtype
                assert (met.float() - wanted).norm() <= 0.05 * wanted.float().norm() + 1e-3


def check_nan_shows(layer: Callable[..., Any], *inputs: Tensor, silent: Sequence[int] = ()) -> None:
    """One NaN in any input shows in the output."""
    for place in range(len(inputs)):
        if not inputs[place].is_floating_point() or place in silent:
            continue
        # A view of another order would be flattened into a copy, and stay whole.
        spoilt = [tensor.clone(memory_format=torch.contiguous_format) for tensor in inputs]
        spoilt[place].flatten()[-1] = torch.nan
        with torch.no_grad():
            output = tensors_of(layer(*spoilt))
        assert any(tensor.isnan().any() for tensor in output), f"input {place}"


def check_reset(layer: nn.Module) -> None:
    """reset_parameters draws what the constructor drew."""
    torch.manual_seed(5)
    layer.reset_parameters()  # type: ignore[operator]
    first = {name: value.clone() for name, value in layer.named_parameters()}
    for parameter in layer.parameters():
        nn.init.constant_(parameter, 7)
    torch.manual_seed(5)
    layer.reset_parameters()  # type: ignore[operator]
    for name, value in layer.named_parameters():
        assert torch.equal(value, first[name]), name


def refused(call: Callable[..., Any], *arguments: Any, **keywords: Any) -> str:
    """Return the message of the ValueError that the call raises."""
    with pytest.raises(ValueError, match=r"'\w+' must .*\(got .*\)") as caught:
        call(*arguments, **keywords)
    return str(caught.value)


def places(height: int, width: int) -> Iterator[tuple[int, int]]:
    """Go over a map in raster order."""
    for row in range(height):
        for column in range(width):
            yield row, column


def _learns(layer: nn.Module) -> bool:
    return any(True for _ in layer.parameters())


def _cast(tensor: Tensor, dtype: torch.dtype, scale: float) -> Tensor:
    return (tensor * scale).to(dtype) if tensor.is_floating_point() else tensor
