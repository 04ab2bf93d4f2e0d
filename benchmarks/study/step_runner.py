"""Runs a command of the library once for everything that it depends on."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from begin import step

from graphforensics import __version__

DONE = "step.json"


@dataclass(frozen=True)
class Done:
    """A finished step: its folder, the key of its inputs, and what it cost."""

    folder: Path
    key: str
    record: dict[str, Any]


def lock(place: Path) -> int:
    """Take the lock of a study, for as long as it or one of its commands runs.

    A command outlives a study that is killed, and must not meet its successor in the same folder.

    Raises:
        SystemExit: Another study, or a command that it left, still runs there.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    held = os.open(place, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        raise SystemExit(
            f"{place.parent}: a study, or a command that a killed one left, still runs there: "
            "wait for its end"
        ) from None
    return held


def key_of(*depends: Any) -> str:
    """Hash everything that a result depends on."""
    text = json.dumps(depends, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


class StepRunner:
    """Keeps every result in a folder that is named by the hash of what it depends on.

    A step is done when its folder holds ``step.json``, which is written last and in one piece. One
    that was killed is run again in the same folder; the library's commands go on from there.

    Args:
        root: Folder of all steps.
        command: How the library's command line is called.
        held: Open files that the commands keep open, such as the lock of the study.
    """

    def __init__(
        self, root: Path, command: Sequence[str] | None = None, held: Sequence[int] = ()
    ) -> None:
        self.root = root
        self.held = tuple(held)
        self.command = list(command or (sys.executable, "-m", "graphforensics"))
        self.ran: list[str] = []

    def run(
        self,
        name: str,
        words: Callable[[Path], list[list[object]]],
        depends: Any,
        allowed: Sequence[int] = (0, 3),
    ) -> Done:
        """Run a step's commands unless that is done.

        Args:
            name: What the folder is called, before its key.
            words: Gives the commands for a folder; called again where a killed step goes on.
            depends: What the result depends on: settings and the keys of earlier steps.
            allowed: Exit statuses that count as done; 3 is "some of many files failed".

        Raises:
            SystemExit: A command failed.
        """
        key = key_of(__version__, name, depends)
        folder = self.root / f"{name}-{key}"
        place = folder / DONE
        if not place.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            self.ran.append(folder.name)
            step(folder.name)
            self._run_all(folder, words(folder), depends, allowed)
        return Done(folder, key, json.loads(place.read_text(encoding="utf-8")))

    def _run_all(
        self, folder: Path, commands: list[list[object]], depends: Any, allowed: Sequence[int]
    ) -> None:
        """Run the commands, add up their time, and write the mark."""
        spent = _earlier(folder)
        said = []
        for words in commands:
            line = [str(word) for word in words]
            said.append(" ".join(line))
            status, seconds, processor = _timed(
                [*self.command, *line], folder / "log.txt", self.held
            )
            spent = {
                "seconds": spent["seconds"] + seconds,
                "processor": spent["processor"] + processor,
            }
            _write(folder / "spent.json", spent)
            if status not in allowed:
                tail = (folder / "log.txt").read_text(encoding="utf-8", errors="replace")[-2000:]
                raise SystemExit(f"graphforensics {line[0]} failed ({status}):\n{tail}")
        _write(folder / DONE, {"commands": said, "depends": depends, **spent})


def _earlier(folder: Path) -> dict[str, float]:
    """Return what finished commands of an earlier try took."""
    place = folder / "spent.json"
    if not place.is_file():
        return {"seconds": 0.0, "processor": 0.0}
    found: dict[str, float] = json.loads(place.read_text(encoding="utf-8"))
    return found


def _timed(line: list[str], log: Path, held: Sequence[int]) -> tuple[int, float, float]:
    """Run a command; return its status, its seconds and those of its processors."""
    started = time.monotonic()
    with open(log, "ab") as file:
        process = subprocess.Popen(line, stdout=file, stderr=subprocess.STDOUT, pass_fds=held)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, time.monotonic() - started, usage.ru_utime + usage.ru_stime


def _write(place: Path, value: Any) -> None:
    """Write JSON in one piece."""
    part = place.with_suffix(".part")
    part.write_text(json.dumps(value, indent=1, default=str) + "\n", encoding="utf-8")
    part.replace(place)
