from __future__ import annotations

import pytest

from graphforensics.train.config.machine_options import MachineOptions


@pytest.mark.parametrize("devices", ["auto", "2", "0,2", "[0, 2]", "-1", 3])
def test_devices_are_numbers_or_all(devices: str | int) -> None:
    wanted = 2 if devices == "2" else devices
    assert MachineOptions(devices=devices).devices == wanted


@pytest.mark.parametrize("devices", ["foo", "cuda:0", "1;2", ""])
def test_other_words_are_refused(devices: str) -> None:
    with pytest.raises(ValueError, match="'devices' must be a number, numbers such as"):
        MachineOptions(devices=devices)
