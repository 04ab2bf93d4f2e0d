"""The precision of a run's steps, by what its device computes in."""

from __future__ import annotations

import warnings
from typing import Literal

import torch

from graphforensics.models.fast_inference import computes_bfloat16
from graphforensics.train.config.loop_options import Precision
from graphforensics.train.devices.processes import early_rank

#: How much longer than in float32 a training step took on processors without bfloat16
#: (EfficientNet-Lite0 at 224 pixels, ResNet-18).
EMULATED = "10 to 14 times"


def precision_on(accelerator: str, precision: Precision = "auto") -> Literal["32", "bf16-mixed"]:
    """Return the precision that ``"auto"`` is on a device.

    Args:
        accelerator: Lightning's word for the device.
        precision: As in :class:`~graphforensics.train.TrainingOptions`; another than ``"auto"``
            is returned as it is.

    Example:
        >>> precision_on("cpu", "32")
        '32'
    """
    if precision != "auto":
        return precision
    device = device_of(accelerator)
    return "bf16-mixed" if device is not None and computes_bfloat16(device) else "32"


def warn_of_emulation(accelerator: str, precision: str) -> None:
    """Warn once, in the first process, where bfloat16 would be emulated.

    Args:
        accelerator: Lightning's word for the device.
        precision: What was asked for.
    """
    device = device_of(accelerator)
    if not precision.startswith("bf16") or device is None or early_rank():
        return
    if device.type not in ("cpu", "cuda") or computes_bfloat16(device):
        return
    told = "this processor" if device.type == "cpu" else "this GPU"
    cost = f": a training step takes {EMULATED} as long as in float32" * (device.type == "cpu")
    warnings.warn(
        f"precision {precision}: {told} does not compute in bfloat16 and emulates it{cost}; "
        "'auto' takes float32 here",
        stacklevel=2,
    )


def device_of(accelerator: str) -> torch.device | None:
    """Return the kind of device that Lightning's word means here; ``None`` for any other kind.

    Args:
        accelerator: ``"auto"``, ``"cpu"``, ``"gpu"``, ``"cuda"``, ``"mps"``, ...

    Example:
        >>> device_of("cpu")
        device(type='cpu')
    """
    if accelerator in ("auto", "gpu", "cuda") and torch.cuda.is_available():
        return torch.device("cuda")
    if accelerator in ("auto", "gpu", "mps") and torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu") if accelerator in ("auto", "cpu") else None
