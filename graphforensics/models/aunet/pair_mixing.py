"""Which features of a batch are mixed, and where."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Generator, Tensor

from graphforensics.nn.argument_checks import check_shape
from graphforensics.nn.random_draw import draw_beta


class PairMixing(NamedTuple):
    """Feature-level mixing of a batch of real faces and their fakes.

    Attributes:
        stage: Where features are mixed: before an encoder, from 0; further numbers are blocks of
            the image network (:attr:`~graphforensics.models.AUNet.stages`).
        real: Row of each pair's real face in the batch, ``[P]``.
        fake: Row of each pair's fake, ``[P]``.
        mask: Where the fake was tampered with, ``[P, 1, H, W]``.
        shares: The three lambdas of eqs. 13 to 15, ``[P, 3]``; 1 keeps the fake's.
    """

    stage: int
    real: Tensor
    fake: Tensor
    mask: Tensor
    shares: Tensor

    @classmethod
    def draw(
        cls,
        mask: Tensor,
        stages: int,
        concentration: float = 0.5,
        generator: Generator | None = None,
    ) -> PairMixing:
        """Draw the stage and the lambdas for a batch of P real faces, then their P fakes.

        Args:
            mask: Of the whole batch, ``[2 P, 1, H, W]``.
            stages: Number of stages to choose from.
            concentration: Both parameters of the lambdas' beta distribution. Default: 0.5.
            generator: Source of randomness. Default: the global one of the processor, so that
                one seed gives the same numbers on every device.

        Raises:
            ValueError: The mask has another shape, or an odd number of rows.

        Example:
            >>> mixing = PairMixing.draw(torch.zeros(4, 1, 8, 8), stages=3)
            >>> mixing.real.tolist(), mixing.fake.tolist(), mixing.shares.shape
            ([0, 1], [2, 3], torch.Size([2, 3]))
        """
        check_shape("mask", mask, ("2 P", 1, "H", "W"))
        if mask.size(0) % 2:
            raise ValueError(f"'mask' must be of pairs (got {mask.size(0)} rows)")
        pairs = mask.size(0) // 2
        stage = int(torch.randint(stages, (), generator=generator))
        shares = draw_beta(concentration, (pairs, 3), torch.device("cpu"), generator)
        rows = torch.arange(2 * pairs, device=mask.device)
        return cls(stage, rows[:pairs], rows[pairs:], mask[pairs:], shares.to(mask.device))
