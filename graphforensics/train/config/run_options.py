"""What a run starts from, and where it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphforensics.train.config.part import Part
from graphforensics.train.config.setting import setting


@dataclass(frozen=True)
class RunOptions(Part):
    """The places of a run.

    Args:
        data: Face stores of ``extract``.
        out: Folder of the run.
        resume: Go on with the run in ``out`` from its last epoch.
        start_from: All weights and the configuration of a saved detector, such as RUN/best of the
            stage before; ``set`` changes what leaves the weights as they are.
        encoder_from: Start from the encoder of this trained detector, which must be the same
            network.

    Raises:
        ValueError: A value is of another type.

    Example:
        >>> RunOptions(["faces"], "run").resume
        False
    """

    data: Sequence[str] | None = setting(None, place="data.stores", metavar="STORE")
    out: str | None = setting(None, metavar="RUN")
    resume: bool = setting(False, action="store_true")
    start_from: str | None = setting(None, metavar="FOLDER")
    encoder_from: str | None = setting(None, metavar="PATH")
