"""Starting a job, killing it with all its workers, and starting it again."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import graphforensics

_ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(graphforensics.__file__).parents[1])}
_DYING = Path(__file__).with_name("dying.py")


@dataclass(frozen=True)
class Moment:
    """When to kill: after some seconds, or at an operation of a process.

    Args:
        role: ``"time"``, or the process: ``"main"``, ``"worker"`` or ``"validation"``.
        at: Seconds, or the number of the operation.
        name: What the table counts it as.
        end: What happens then: ``"group"`` kills all processes, ``"process"`` that one, ``"full"``
            leaves no room on the disk.
    """

    role: str
    at: float
    name: str
    end: str = "group"


#: Nobody is killed.
NEVER = Moment("main", -1, "never")


def run(
    job: str,
    arguments: dict[str, Any],
    moment: Moment = NEVER,
    log: Path | None = None,
    may_fail: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run a job in a process group of its own and kill the whole group at ``moment``.

    Raises:
        RuntimeError: The job failed by itself, and was not to.
    """
    timed = moment.role == "time"
    plan = {
        "job": job,
        "arguments": arguments,
        "role": "none" if timed else moment.role,
        "at": -1 if timed else int(moment.at),
        "log": None if log is None else str(log),
        "end": moment.end,
    }
    command = [sys.executable, "-W", "ignore", str(_DYING), json.dumps(plan)]
    with subprocess.Popen(
        command,
        env=_ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            said, errors = process.communicate(timeout=moment.at if timed else 600)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            said, errors = process.communicate()
    _wait_for_group(process.pid)
    if process.returncode not in (0, -signal.SIGKILL) and not may_fail:
        raise RuntimeError(f"{job} failed by itself: {errors[-2000:]}")
    return subprocess.CompletedProcess(command, process.returncode, said, errors)


def operations(log: Path, role: str) -> list[list[str]]:
    """Read what each process of a role did to files."""
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    return [line["operations"] for line in lines if line["role"] == role]


def hashes(folder: Path, names: tuple[str, ...] = ("**/*",)) -> dict[str, str]:
    """Return the SHA-256 of every file of a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for name in names
        for path in sorted(folder.glob(name))
        if path.is_file()
    }


def table(results: list[dict[str, Any]], columns: tuple[str, ...]) -> list[dict[str, Any]]:
    """Count kills by moment; every column counts the results in which it is true."""
    names = list(dict.fromkeys(result["moment"] for result in results))
    rows = []
    for name in [*names, "all"]:
        chosen = [result for result in results if name in (result["moment"], "all")]
        counts = Counter(key for result in chosen for key in columns if result[key])
        row = {"killed": name, "runs": len(chosen)}
        rows.append({**row, **{key: counts[key] for key in columns}})
    return rows


def _wait_for_group(group: int) -> None:
    """Wait until the last process of a group is gone; they have all been killed."""
    for _ in range(2000):
        try:
            os.killpg(group, 0)
        except (ProcessLookupError, PermissionError):
            return
        time.sleep(0.005)
