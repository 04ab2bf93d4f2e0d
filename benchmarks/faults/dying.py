"""A job that can die at any of its file operations, and say how many it has.

``python dying.py PLAN`` runs one job with every ``fsync``, ``rename``, ``replace``, ``unlink``,
``rmtree`` and write to an open file counted. The plan is JSON: ``job`` with ``arguments`` (see
:data:`JOBS`), ``role`` and ``at``: at that operation of the main process or of a worker (each
counts its own) the whole process group is killed with SIGKILL, in a write after its first half.
Where ``end`` is ``"process"``, that process alone is killed; where it is ``"full"``, nobody is, but
the disk has no room for this operation and all later ones that need some.
``log`` is a file that gets a line a process: its role and its operations.
"""

from __future__ import annotations

import builtins
import errno
import io
import json
import multiprocessing
import os
import pathlib
import shutil
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

MAIN, WORKER, VALIDATION = "main", "worker", "validation"


class FaultPoint:
    """Counts operations and dies at one of them.

    Args:
        role: ``"main"`` or ``"worker"``.
        at: Operation to die at, from 0; -1 for none.
        log: File that gets a line when the process ends by itself.
        end: What happens there: the end of the ``"group"`` or the ``"process"``, or the disk is
            ``"full"``.
    """

    def __init__(self, role: str, at: int, log: str | None, end: str = "group") -> None:
        self.role = role
        self.at = at
        self.end = end
        self.count = 0
        self.log = log
        #: What was done last, for the log.
        self.names: list[str] = []

    def reached(self, name: str) -> bool:
        """Count one operation and say whether to die at it.

        Raises:
            OSError: The disk is full.
        """
        self.names.append(name)
        self.count += 1
        if self.end == "full":
            if 0 <= self.at < self.count and name not in ("unlink", "rmtree"):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return False
        return self.count - 1 == self.at

    def die(self) -> None:
        """Kill this process, and all of its group if that is wanted."""
        if self.end == "process":
            os.kill(os.getpid(), signal.SIGKILL)
        die()

    def install(self) -> None:
        """Count what this process does to files from now on."""
        for module, name in (
            (os, "fsync"), (os, "rename"), (os, "replace"), (os, "unlink"), (shutil, "rmtree"),
        ):  # fmt: skip
            setattr(module, name, self._counted(name, getattr(module, name)))
        opened = io.open

        def counted_open(file: Any, mode: str = "r", *args: Any, **words: Any) -> Any:
            stream = opened(file, mode, *args, **words)
            writes = "w" in mode and isinstance(file, (str, os.PathLike))
            return TornFile(stream, self) if writes else stream

        io.open = builtins.open = counted_open  # type: ignore[assignment]
        pathlib.io.open = counted_open  # type: ignore[attr-defined]

    def tell(self) -> None:
        """Write the line of this process."""
        if self.log is not None:
            line = json.dumps({"role": self.role, "operations": self.names})
            descriptor = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.write(descriptor, f"{line}\n".encode())
            os.close(descriptor)

    def _counted(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **words: Any) -> Any:
            if self.reached(name):
                self.die()
            return function(*args, **words)

        return counted


class TornFile:
    """A file that is written to; the last write of a process that dies is half of it."""

    def __init__(self, stream: Any, point: FaultPoint) -> None:
        self._stream = stream
        self._point = point

    def write(self, data: Any) -> int:
        """Write, or write a half and die."""
        if self._point.reached("write"):
            view = data if isinstance(data, str) else bytes(data)
            self._stream.write(view[: len(view) // 2])
            self._stream.flush()
            self._point.die()
        return int(self._stream.write(data))

    def __enter__(self) -> TornFile:
        return self

    def __exit__(self, *told: object) -> None:
        self._stream.close()

    def __iter__(self) -> Any:
        return iter(self._stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def die() -> None:
    """Kill this process and all of its group, as ``kill -9`` from outside does."""
    os.killpg(os.getpgid(0), signal.SIGKILL)


def extraction(arguments: dict[str, Any], plan: dict[str, Any]) -> None:
    """Extract clips into a store."""
    from graphforensics.preprocess import extract
    from graphforensics.store.extraction_options import ExtractionOptions

    summary = extract(
        arguments["clips"],
        arguments["store"],
        ExtractionOptions(),
        metadata=arguments["metadata"],
        workers=arguments["workers"],
        root=arguments["clips"],
    )
    print(json.dumps({"done": summary.done, "reused": summary.reused}))


def lacking(arguments: dict[str, Any], plan: dict[str, Any]) -> None:
    """Extract clips with an executor whose workers lack a package."""
    from graphforensics.preprocess import extract
    from graphforensics.store.extraction_options import ExtractionOptions

    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, _hide, (arguments["package"],)) as executor:
        extract(
            arguments["clips"],
            arguments["store"],
            ExtractionOptions(),
            root=arguments["clips"],
            executor=executor,
        )


class _Hidden:
    """A finder that knows nothing of a package."""

    def __init__(self, package: str) -> None:
        self.package = package

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Say that the package is not installed.

        Raises:
            ModuleNotFoundError: ``name`` is the package or lies within it.
        """
        if name.split(".")[0] == self.package:
            raise ModuleNotFoundError(f"No module named {self.package!r}", name=name)


def _hide(package: str) -> None:
    sys.meta_path.insert(0, _Hidden(package))


def training(arguments: dict[str, Any], plan: dict[str, Any]) -> None:
    """Train a small detector, from the start or from where an earlier run ended."""
    import torch

    from graphforensics.models import MRL
    from graphforensics.train import FaceStoreDataModule, TrainingOptions, train_detector

    torch.set_num_threads(1)
    torch.manual_seed(3)
    model = MRL(**arguments["model"])
    left = [plan["at"] if plan["role"] == VALIDATION else -1]

    def count(module: torch.nn.Module, inputs: Any) -> None:
        if not module.training:
            left[0] -= 1
            if left[0] == -1 and plan["role"] == VALIDATION:
                die()

    model.register_forward_pre_hook(count)
    data = FaceStoreDataModule(
        [arguments["store"]], model.input_spec, batch_size=4, fractions=(0.5, 0.25, 0.25)
    )
    options = TrainingOptions(**arguments["options"])
    summary = train_detector(model, data, arguments["out"], options, resume=arguments["resume"])
    print(json.dumps({"epochs": len(summary.rows)}))


JOBS = {"extraction": extraction, "lacking": lacking, "training": training}


def _start() -> tuple[dict[str, Any], FaultPoint]:
    plan = json.loads(sys.argv[1])
    # A spawned worker imports the main module under this name.
    role = MAIN if __name__ == "__main__" else WORKER
    at = plan["at"] if plan["role"] == role else -1
    point = FaultPoint(role, at, plan["log"], plan["end"])
    point.install()
    return plan, point


if __name__ == "__main__":
    told, here = _start()
    JOBS[told["job"]](told["arguments"], told)
    here.tell()
elif __name__ == "__mp_main__":
    import multiprocessing.util

    multiprocessing.util.Finalize(None, _start()[1].tell, exitpriority=0)
