"""A process that damages files, reads them, and is allowed to die of it."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import sys
import time
import zlib
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import torch
from fuzz_mutations import mutate
from fuzz_readers import KINDS

from graphforensics.errors import GraphForensicsError

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
MEBI = 1 << 20


def work(jobs: Connection, corpus: str, seed: int, memory: int) -> None:
    """Read damaged files, one a message, until the other end closes."""
    torch.set_num_threads(1)
    with open(os.devnull, "w") as quiet:
        # Native libraries write what they think of a file to the terminal.
        os.dup2(quiet.fileno(), sys.stderr.fileno())
    place = Path(corpus).parent / f"work-{os.getpid()}"
    _warm_up(Path(corpus), place)
    _limit_memory(memory)
    jobs.send("ready")
    with contextlib.suppress(EOFError):
        while True:
            kind, number = jobs.recv()
            jobs.send(run_case(Path(corpus), place, kind, number, seed))
    shutil.rmtree(place, ignore_errors=True)


def run_case(corpus: Path, place: Path, kind: str, number: int, seed: int) -> dict[str, Any]:
    """Damage one file, read it, and say what came of it, how long it took and its memory."""
    target, told = prepare_case(corpus, place, kind, number, seed)
    before, start = _reset_peak(), time.monotonic()
    outcome, detail = read_case(kind, target, number)
    return {
        "kind": kind,
        "number": number,
        "damage": told,
        "outcome": outcome,
        "detail": detail,
        "seconds": time.monotonic() - start,
        "mebibytes": max(0.0, _status("VmHWM") - before),
    }


def prepare_case(corpus: Path, place: Path, kind: str, number: int, seed: int) -> tuple[Path, str]:
    """Write the damaged file of a case; the same for the same seed, kind and number."""
    chosen = KINDS[kind]
    rng = np.random.default_rng([seed, zlib.crc32(kind.encode()), number])
    samples = chosen.samples(corpus)
    sample = samples[int(rng.integers(len(samples)))]
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    target, victim = chosen.place(corpus, place, sample)
    data, done = mutate(sample.read_bytes(), sample.suffix, rng)
    victim.write_bytes(data)
    return target, f"{sample.name}: {done}"


def read_case(kind: str, target: Path, number: int) -> tuple[str, str]:
    """Read it; only an error of the library is a right answer to a file that cannot be read."""
    try:
        KINDS[kind].read(target, number)
    except GraphForensicsError as error:
        return "typed error", f"{type(error).__name__}: {error}"[:300]
    except BaseException as error:
        return "other exception", f"{type(error).__name__}: {error}"[:300]
    return "read", ""


def _warm_up(corpus: Path, place: Path) -> None:
    """Load every library and model before memory is bounded and measured."""
    for kind, chosen in KINDS.items():
        for sample in chosen.samples(corpus):
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
            target, victim = chosen.place(corpus, place, sample)
            victim.write_bytes(sample.read_bytes())
            outcome, detail = read_case(kind, target, 0)
            if outcome != "read":
                raise RuntimeError(f"the sound file {sample} cannot be read: {detail}")


def _limit_memory(memory: int) -> None:
    taken = int(_status("VmSize") * MEBI)
    if taken:
        resource.setrlimit(resource.RLIMIT_AS, (taken + memory, taken + memory))


def _reset_peak() -> float:
    with contextlib.suppress(OSError):
        _CLEAR.write_text("5")
    return _status("VmRSS")


def _status(name: str) -> float:
    """Read one of the kernel's figures of this process in mebibytes; 0 where there are none."""
    with contextlib.suppress(OSError):
        for line in _STATUS.read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) / 1024
    return 0.0
