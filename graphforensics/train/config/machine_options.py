"""Where a run computes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from graphforensics.train.config.part import Part
from graphforensics.train.config.setting import setting

#: A number, numbers between commas, or all.
_DEVICES = re.compile(r"auto|-1|\[?\d+(\s*,\s*\d+)*,?\]?")


@dataclass(frozen=True)
class MachineOptions(Part):
    """The devices of a run, in Lightning's words.

    Args:
        accelerator: ``"auto"``, ``"cpu"``, ``"gpu"``, ``"mps"``, ...
        devices: How many on this machine, which numbers, or ``"auto"`` for all.
        nodes: How many machines.
        strategy: ``"auto"``, ``"ddp"``, ``"ddp_find_unused_parameters_true"``, ... and, to share
            out the weights too, ``"fsdp"`` (on GPUs) or ``"fsdp2"`` (PyTorch's ``fully_shard``
            through Lightning's ``ModelParallelStrategy``, also on processors).
        sync_batchnorm: Take the statistics of batch normalisation over all GPUs, as one would.

    Raises:
        ValueError: ``sync_batchnorm`` is asked for on processors, where PyTorch has none.

    Example:
        >>> MachineOptions("cpu").devices
        1
    """

    PLACE: ClassVar[str] = "trainer."

    accelerator: str = "auto"
    devices: int | str = setting(1, metavar="N")
    nodes: int = setting(1, place="trainer.num_nodes", metavar="N")
    strategy: str = "auto"
    sync_batchnorm: bool = False

    def check(self) -> None:
        """Read a number of devices that was given as text; raise ValueError for other words."""
        if isinstance(self.devices, str) and self.devices.isdigit():
            # The command line has words only.
            object.__setattr__(self, "devices", int(self.devices))
        if isinstance(self.devices, str) and not _DEVICES.fullmatch(self.devices):
            raise ValueError(
                f"'devices' must be a number, numbers such as 0,2, or auto (got {self.devices!r})"
            )

    def check_together(self) -> None:
        """Raise ValueError for what the accelerator does not have."""
        if self.sync_batchnorm and self.accelerator == "cpu":
            raise ValueError(
                "'sync_batchnorm' must be false on processors, PyTorch has it for GPUs"
            )
