from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from graphforensics.models.fast_inference import (
    computes_bfloat16,
    evaluating,
    fast_inference,
    fast_layout,
)


@pytest.mark.parametrize(
    "shape", [(2, 3, 8, 9), (2, 5, 3, 8, 9), (2, 5, 3, 4, 8, 9), (1, 1, 3, 1, 8, 9)]
)
def test_layout_keeps_the_values_and_folds_without_a_copy(shape):
    inputs = torch.randn(shape)
    laid = fast_layout(inputs)
    assert torch.equal(laid, inputs)
    folded = laid if len(shape) == 4 else laid.flatten(0, 1)
    layout = torch.channels_last_3d if len(shape) == 6 else torch.channels_last
    assert folded.is_contiguous(memory_format=layout)
    assert folded.data_ptr() == laid.data_ptr()


def test_bfloat16_where_the_processor_says_so():
    flags = Path("/proc/cpuinfo")
    if not flags.is_file():
        pytest.skip("no /proc/cpuinfo to compare with")
    words = set(flags.read_text().split())
    assert computes_bfloat16(torch.device("cpu")) == bool(words & {"avx512_bf16", "amx_bf16"})
    assert not computes_bfloat16(torch.device("meta"))


def test_inside_there_are_no_gradients_and_the_processors_precision():
    linear, x = nn.Linear(4, 4), torch.rand(2, 4)
    with fast_inference(torch.device("cpu")):
        out = linear(x)
    wanted = torch.bfloat16 if computes_bfloat16(torch.device("cpu")) else torch.float32
    assert out.dtype == wanted
    assert out.is_inference()
    assert linear(x).dtype == torch.float32


class Failing(nn.Module):
    """Raises what it saw of its mode."""

    def forward(self) -> None:
        raise RuntimeError(f"training {self.training}")


def test_evaluating_restores_after_an_error_too():
    module, failing = nn.Sequential(nn.Dropout(), nn.Sequential(nn.BatchNorm1d(2))), Failing()
    module[1].eval()
    module.append(failing)
    with pytest.raises(RuntimeError, match="training False"), evaluating(module):
        failing()
    assert [part.training for part in module.modules()] == [True, True, False, False, True]
