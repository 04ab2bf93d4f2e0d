"""Fakes made where samples are loaded, beside the network and not before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch.utils.data import default_collate

from graphforensics.train.pseudo_fakes import PseudoFakes


class ForgingCollate:
    """Join samples into a batch and turn it into pairs, as the ``collate_fn`` of a loader.

    In a loader with workers the network then works on one batch while the next one is forged. The
    pairs are those that :class:`~graphforensics.train.PseudoFakes` makes in any process: training
    samples say themselves which epoch they are of.

    Args:
        forge: Makes the pairs.

    Example:
        >>> from graphforensics.data.input_spec import InputSpec
        >>> ForgingCollate(PseudoFakes("whole", InputSpec("image", 64)))
        ForgingCollate(PseudoFakes(whole, seed=0, strength=mild))
    """

    def __init__(self, forge: PseudoFakes) -> None:
        self.forge = forge

    def __call__(self, samples: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Return the batch of pairs.

        Args:
            samples: Real faces, as :class:`~graphforensics.datasets.ClipDataset` gives them.
        """
        return self.forge(default_collate(list(samples)), None)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.forge})"
