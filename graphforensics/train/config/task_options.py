"""What the task of a run is told beside its detector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from graphforensics.train.config.encoder_options import EncoderOptions
from graphforensics.train.config.pseudo_fake_shares import pseudo_fake_shares
from graphforensics.train.config.setting import setting

#: One way to forge or several with shares, as :func:`pseudo_fake_shares` reads them.
PseudoFakeKind = str
PseudoStrength = Literal["mild", "published"]


@dataclass(frozen=True)
class TaskOptions(EncoderOptions):
    """The steps of training, and the fakes that are made on the way.

    Args:
        pseudo_fakes: Train on forged copies of real faces alone: self-blends with the ``"whole"``
            hull of the face or a ``"partial"`` one, faces that went through a generator's
            bottleneck (``"regenerate"``), forgeries of them that lie in the stores (``"stored"``,
            restricted by ``manipulations``), or several with their shares, such as
            ``"whole=3,stored=1"``; ``None`` trains on the fakes of the data.
        pseudo_strength: How far self-blends differ from their faces: ``"mild"``, or
            ``"published"`` as the program of Shiohara and Yamasaki has it.
        seed: Seed of all random numbers.

    Raises:
        ValueError: A value is out of range or of another type.

    Example:
        >>> TaskOptions(pseudo_fakes="whole").seed
        0
    """

    pseudo_fakes: PseudoFakeKind | None = setting(
        None, nargs="?", const="whole", metavar="WAY[=SHARE],..."
    )
    pseudo_strength: PseudoStrength = "mild"
    seed: int = setting(0, place="seed_everything")

    def check(self) -> None:
        """Raise ValueError where the seed is out of range."""
        if not 0 <= self.seed < 2**32:
            raise ValueError(f"'seed' must be in [0, 2**32) (got {self.seed})")
        if self.pseudo_fakes is not None:
            pseudo_fake_shares(self.pseudo_fakes)
