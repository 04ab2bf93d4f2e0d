"""What a run learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from graphforensics.datasets.augmentation.levels import Augment
from graphforensics.train.config.part import Part
from graphforensics.train.config.setting import setting

#: Which faces training and validation use.
Faces = Literal["both", "real", "without_fakes", "any"]


@dataclass(frozen=True)
class DataOptions(Part):
    """How the tracks of face stores are parted and loaded.

    Args:
        batch_size: Samples a step (MRL: 30), over all devices: each gets an equal share.
        labels: CSV with columns file and label (real or fake), and perhaps identity,
            manipulation, dataset, video, source; counts more than what the stores say
            (``extract --metadata``).
        split: A ``split.json`` to part by, or ``"official"`` for the parts of the data sets'
            authors; otherwise the tracks are parted by identity.
        fractions: Shares of train, val and test.
        workers: Processes that load; 0 loads in this one.
        pairs: Put a clip and the forgeries made from it, told by ``origin`` or by the name of the
            video, into one batch, cut at the same places: what they share then teaches nothing,
            what differs does. A batch holds whole groups, so that it may be smaller than
            ``batch_size``.
        manipulations: Train and validate on the fakes of these only, to see what the detector
            makes of others; the split is made of all, and the test part keeps all.
        faces: ``"both"`` needs real ones and fakes to train and to validate on; ``"real"`` refuses
            fakes; ``"without_fakes"`` leaves them out; ``"any"`` takes what there is. The test
            part keeps all.
        balance: As many samples of one class as of the other in every epoch, which stays as long,
            and in every batch of even size. ``"identity"`` also sees every person of a class
            equally often, each time in another sample, with real faces alone too.
        shares: Share of each store in every epoch, which stays as long, in the order of the
            stores: such as 1 1 for as many stills as clips. With ``balance`` the classes of each
            store are balanced.
        clips: Training samples of each track in an epoch.
        augment: Change training samples, a real face and its forgery alike, so that what is left
            between them is the forgery: ``"published"`` as the program of Shiohara and Yamasaki
            does, ``"strong"`` also by noise, blur, lost resolution and H.264.
        flip: Flip half of the training samples left to right.

    Raises:
        ValueError: A value is out of range or of another type, or ``balance`` is asked for with
            what it does not go with.

    Example:
        >>> DataOptions(batch_size=4, fractions=[0.8, 0.1, 0.1]).fractions
        (0.8, 0.1, 0.1)
    """

    PLACE: ClassVar[str] = "data."

    batch_size: int = setting(30, metavar="N")
    labels: str | Path | None = setting(None, metavar="CSV")
    split: str | Path | None = setting(None, metavar="JSON|official")
    fractions: tuple[float, float, float] = setting(
        (0.7, 0.15, 0.15), metavar=("TRAIN", "VAL", "TEST")
    )
    workers: int = setting(0, metavar="N")
    pairs: bool = False
    manipulations: Sequence[str] | None = setting(None, metavar="NAME")
    faces: Faces = "both"
    balance: bool | Literal["identity"] = False
    clips: int = setting(1, metavar="N")
    flip: bool = True
    augment: Augment = "none"
    shares: Sequence[float] | None = setting(
        None, metavar="SHARE", type=float, nargs="+", kw_only=True
    )

    def check(self) -> None:
        """Raise ValueError where a value is out of range."""
        if self.batch_size < 1 or self.workers < 0:
            raise ValueError(
                f"'batch_size' must be positive and 'workers' not negative "
                f"(got {self.batch_size} and {self.workers})"
            )
        if self.clips < 1:
            raise ValueError(f"'clips' must be at least 1 (got {self.clips})")
        shares = self.shares
        if shares is not None and not all(0 < share < float("inf") for share in shares):
            raise ValueError(f"'shares' must be positive, leave a store out instead (got {shares})")

    def check_together(self) -> None:
        """Raise ValueError for what ``balance`` and ``shares`` do not go with."""
        if self.shares is not None and self.pairs:
            raise ValueError("'shares' must be left out with 'pairs', which keep a video together")
        if self.balance and self.pairs:
            raise ValueError(
                "'balance' must be false with 'pairs', which keep a video together (--no-balance)"
            )
        if self.balance is True and self.faces in ("real", "without_fakes"):
            raise ValueError(
                "'balance' must be false where only real faces are learned from (--no-balance)"
            )
