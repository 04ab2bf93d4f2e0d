from __future__ import annotations

import pytest
import torch

from graphforensics.nn.argument_checks import (
    called_here,
    check_floating,
    check_positive,
    check_shape,
    check_share,
    check_word,
)
from tests.nn.properties import refused


def test_what_fits_passes():
    check_positive(one=1, many=512)
    check_share("rate", 0)
    check_share("rate", 1.0)
    check_word("strategy", "low", ("high", "low"))
    check_floating("x", torch.ones(1, dtype=torch.bfloat16))
    check_shape("x", torch.rand(2, 3, 4), ("B", 3, "H"), ("B", "C"))
    check_shape("x", torch.rand(0, 3), (0, 3))


def test_messages_say_what_was_wanted_and_met():
    assert refused(check_positive, k=0) == "'k' must be positive (got 0)"
    assert refused(check_share, "rate", -0.5) == "'rate' must be in [0, 1] (got -0.5)"
    assert "(got nan)" in refused(check_share, "rate", float("nan"))
    assert "one of high, low (got 'mid')" in refused(check_word, "s", "mid", ("high", "low"))
    assert "(got torch.int64)" in refused(check_floating, "x", torch.ones(1).long())


@pytest.mark.parametrize("shape", [(2,), (2, 4), (2, 3, 1), (0, 3)])
def test_shapes_that_do_not_fit(shape):
    message = refused(check_shape, "x", torch.rand(shape), ("B", 3), (7,))
    assert message == f"'x' must be [B, 3] or [7] (got {list(shape)})"


def test_an_argument_is_called_by_the_name_that_the_caller_gave():
    with (
        pytest.raises(ValueError, match=r"^'mask_rate' must be in \[0, 1\] \(got 2\)$"),
        called_here(share="mask_rate"),
        called_here(rate="share"),
    ):
        check_share("rate", 2)
    with pytest.raises(ValueError, match=r"^'rate' must"), called_here(strategy="s"):
        check_share("rate", 2)


def test_only_what_is_known_of_an_error_is_renamed_not_its_text():
    with pytest.raises(ValueError, match=r"^'rate' of the clip"), called_here(rate="mask_rate"):
        raise ValueError("'rate' of the clip is 0")
