"""Forked processes, such as the workers of torch's DataLoader, after media were read."""

from __future__ import annotations

import subprocess
import sys

import pytest

# FFmpeg's scaler with threads of its own, left as garbage in a cycle; the child collects garbage.
_FORK = """
import gc, os, signal, sys, time
import graphforensics.media
import av, numpy
from av.video.reformatter import VideoReformatter

gc.disable()
frame = av.VideoFrame.from_ndarray(numpy.zeros((720, 1280, 3), numpy.uint8), format="rgb24")
scaler = VideoReformatter()
scaler.reformat(frame, format="yuv420p")
cycle = [scaler]
cycle.append(cycle)
del cycle, scaler
child = os.fork()
if not child:
    gc.collect()
    os._exit(0)
for _ in range(200):
    if os.waitpid(child, os.WNOHANG)[0]:
        sys.exit(0)
    time.sleep(0.1)
os.kill(child, signal.SIGKILL)
sys.exit("the child hangs")
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks")
def test_garbage_of_the_parent_does_not_hang_a_child() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FORK], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
