"""Damaged videos, images, Parquet files, checkpoints and tables, read by the library.

Each case is a sound file with one to three seeded changes (bits turned, ends cut, bytes put in,
pieces swapped, huge sizes in headers, fields of the format changed with its checksums put right),
read in a process with a bound on its memory and on its time. It passes when the file is read, or
refused with an error of :mod:`graphforensics.errors`. A signal, another exception, a case
that takes longer than ``--seconds`` or more than ``--mebibytes`` is a defect; the status is 1 then.

    python benchmarks/faults/fuzz.py --count 2000 --seed 0 --json fuzz.json
    python benchmarks/faults/fuzz.py --case image 17      (one case again, in this process)
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from figures import markdown, write_json
from fuzz_corpus import make_corpus
from fuzz_readers import KINDS
from fuzz_worker import MEBI, prepare_case, work

Result = dict[str, Any]
GOOD = ("read", "typed error")
#: A worker is replaced after this many cases.
_TURN = 500


class Worker:
    """A process that reads one case after the other, started again when it dies or hangs."""

    def __init__(self, corpus: Path, seed: int, memory: int) -> None:
        self._told = (str(corpus), seed, memory)
        self._process: multiprocessing.process.BaseProcess | None = None
        self._jobs: Connection | None = None
        self._left = 0

    def run(self, kind: str, number: int, seconds: float) -> Result:
        """Run one case."""
        jobs, process = self._ready()
        self._left -= 1
        start = time.monotonic()
        jobs.send((kind, number))
        failed = {"kind": kind, "number": number, "damage": "", "mebibytes": 0.0}
        if not jobs.poll(seconds):
            self.close()
            return {**failed, "outcome": "hang", "detail": "", "seconds": seconds}
        try:
            found: Result = jobs.recv()
        except EOFError:
            process.join(10)
            detail = f"exit status {process.exitcode}"
            self.close()
            taken = time.monotonic() - start
            return {**failed, "outcome": "crash", "detail": detail, "seconds": taken}
        return found

    def close(self) -> None:
        """End the process, whatever it is doing."""
        if self._process is not None and self._jobs is not None:
            self._jobs.close()
            self._process.kill()
            self._process.join()
        self._process = self._jobs = None

    def _ready(self) -> tuple[Connection, multiprocessing.process.BaseProcess]:
        if self._left == 0:
            self.close()
        if self._process is None or self._jobs is None:
            context = multiprocessing.get_context("spawn")
            self._jobs, other = context.Pipe()
            self._process = context.Process(target=work, args=(other, *self._told), daemon=True)
            self._process.start()
            other.close()
            self._left = _TURN
            if self._jobs.recv() != "ready":
                raise RuntimeError("the worker did not start")
        return self._jobs, self._process


def cases(count: int, only: str | None) -> Iterator[tuple[str, int]]:
    """List the kinds and numbers of ``count`` cases."""
    for kind, chosen in KINDS.items():
        if only in (None, kind):
            for number in range(count if only else max(1, round(count * chosen.share))):
                yield kind, number


def judged(result: Result, mebibytes: int) -> Result:
    """Make too much memory a defect of its own."""
    if result["mebibytes"] > mebibytes:
        return {**result, "outcome": "memory", "detail": f"{result['mebibytes']:.0f} MiB"}
    return result


def table(results: list[Result]) -> list[dict[str, Any]]:
    """Count outcomes by kind."""
    rows = []
    for kind in [*KINDS, "all"]:
        chosen = [result for result in results if kind in (result["kind"], "all")]
        counts = Counter(result["outcome"] for result in chosen)
        rows.append(
            {
                "input": kind,
                "cases": len(chosen),
                "read": counts["read"],
                "typed error": counts["typed error"],
                "crash": counts["crash"],
                "hang": counts["hang"],
                "other exception": counts["other exception"],
                "over the memory bound": counts["memory"],
                "most memory, MiB": round(max((r["mebibytes"] for r in chosen), default=0)),
                "longest, s": round(max((r["seconds"] for r in chosen), default=0), 1),
            }
        )
    return [row for row in rows if row["cases"]]


def main() -> int:
    """Run the cases, print the table, name the defects."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2000, help="cases; default: 2000")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=KINDS, help="cases of this kind only")
    parser.add_argument("--seconds", type=float, default=30, help="bound on one case; default: 30")
    parser.add_argument("--mebibytes", type=int, default=1536, help="bound on the memory of one")
    parser.add_argument("--case", nargs=2, metavar=("KIND", "NUMBER"), help="one case, here")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        make_corpus(corpus)
        if args.case:
            return repeat(corpus, args.case[0], int(args.case[1]), args.seed)
        results, taken = run(corpus, args)
    defects = [result for result in results if result["outcome"] not in GOOD]
    rows = table(results)
    print(markdown(rows))
    for result in defects:
        print(f"{result['outcome']}: --case '{result['kind']}' {result['number']} "
              f"({result['damage']}): {result['detail']}")  # fmt: skip
    print(f"{len(results)} cases, seed {args.seed}, {len(defects)} defects, {taken:.0f} s")
    if args.json:
        write_json(args.json, {"rows": rows, "defects": defects, "seed": args.seed})
    return 1 if defects else 0


def run(corpus: Path, args: argparse.Namespace) -> tuple[list[Result], float]:
    """Run all cases on one worker."""
    start = time.monotonic()
    # A little more than the bound, so that what goes beyond it is measured, not only refused.
    worker = Worker(corpus, args.seed, (args.mebibytes + 512) * MEBI)
    results = []
    try:
        for kind, number in cases(args.count, args.only):
            results.append(judged(worker.run(kind, number, args.seconds), args.mebibytes))
    finally:
        worker.close()
    return results, time.monotonic() - start


def repeat(corpus: Path, kind: str, number: int, seed: int) -> int:
    """Run one case in this process, so that its traceback can be seen."""
    target, told = prepare_case(corpus, corpus.parent / "work", kind, number, seed)
    print(told)
    KINDS[kind].read(target, number)
    print("read")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
