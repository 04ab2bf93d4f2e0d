import errno
from pathlib import Path

import av
import pytest

from graphforensics.media.system_error import is_of_system


def test_refusals_of_the_system_and_mistakes(tmp_path: Path) -> None:
    assert is_of_system(OSError(errno.ENOSPC, "full"))
    assert not is_of_system(ValueError("wrong"))
    with pytest.raises(av.FFmpegError) as missing:
        av.open(str(tmp_path / "nowhere.mp4"))
    assert is_of_system(missing.value)
    (tmp_path / "noise.mp4").write_bytes(bytes(range(256)) * 4)
    with pytest.raises(av.FFmpegError) as damaged:
        av.open(str(tmp_path / "noise.mp4"))
    assert not is_of_system(damaged.value)
