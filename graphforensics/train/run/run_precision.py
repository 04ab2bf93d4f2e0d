"""The precision of a run, of one that begins or of one that goes on."""

from __future__ import annotations

from pathlib import Path

from graphforensics.train.config.loop_options import Precision
from graphforensics.train.devices.precision import precision_on, warn_of_emulation
from graphforensics.train.run.run_folder import recorded_precision


def run_precision(
    precision: Precision, accelerator: str, out: str | Path, resume: bool = False
) -> Precision:
    """Say what ``"auto"`` is in a run, and warn where bfloat16 would be emulated.

    Args:
        precision: What was asked for.
        accelerator: Lightning's word for the device.
        out: Folder of the run.
        resume: Whether the run goes on, and ``"auto"`` is the precision that it began with.
    """
    before = recorded_precision(Path(out)) if resume and precision == "auto" else None
    chosen = precision_on(accelerator, before or precision)
    warn_of_emulation(accelerator, chosen)
    return chosen
