# PYTHON_ARGCOMPLETE_OK
"""The command line: one subcommand a job, one clear line for an error."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import NoReturn

from graphforensics import __version__
from graphforensics._text import shown
from graphforensics.cli.completion import complete
from graphforensics.cli.messages import say
from graphforensics.errors import GraphForensicsError

#: Subcommand -> its one-line help. Each lives in the module of its name beside this file.
COMMANDS = {
    "extract": "find, track and crop the faces of videos and images into a face store",
    "prepare": "check a public data set as downloaded, and turn it into a face store",
    "leaks": "find people and almost equal frames in two parts of face stores",
    "forge": "make forged copies of clips (self-blends, swaps, ...) to train detectors with",
    "train": "train a detector on face stores",
    "recipe": "list, show and check the recipes of trainings",
    "models": "list detectors and weights at hand, export them, fetch and publish them",
    "calibrate": "fit a detector's probabilities and threshold to validation data",
    "evaluate": "measure a detector, or compare several, on face stores",
    "detect": "say how likely clips or images are forged, and why",
    "graph": "draw the face graph of a clip, or write it as GraphML or JSON",
    "store": "count the people, tracks, labels and sizes of a face store, and show its faces",
    "demo": "run everything once on a small clip",
    "info": "tell versions, devices, weights and data found here, for a report of a fault",
}


def build_parser(command: str | None = None) -> argparse.ArgumentParser:
    """Build the parser; only ``command``'s own module is imported for its options."""
    parser = _Parser(
        prog="graphforensics",
        description="Turns faces into graphs and finds forgeries in them.",
        epilog="A score is a hint, never a proof: see the README on what it does not show.",
    )
    parser.add_argument("--version", action="version", version=f"graphforensics {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        child = subparsers.add_parser(name, help=summary, description=summary.capitalize() + ".")
        child.add_argument("--debug", action="store_true", help="show the traceback of an error")
        if name == command:
            module = importlib.import_module(f"graphforensics.cli.{name}")
            module.add_arguments(child)
            child.set_defaults(run=module.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand and return its exit status.

    Returns:
        0 when done, 1 when the program itself failed, 2 for bad input, 3 when some of
        many files failed, 130 when interrupted, 141 when its output was closed,
        143 when terminated.
    """
    complete(build_parser, COMMANDS)
    words = list(sys.argv[1:] if argv is None else argv)
    command = next((word for word in words if word in COMMANDS), None)
    # Deprecation notes of the libraries beneath are for their developers.
    warnings.filterwarnings("ignore", category=FutureWarning)
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    args = _parsed(build_parser(command), _plain_names(words))
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file's name need not be text that the terminal can show.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        with _ended_in_order():
            return int(args.run(args))
    except _Terminated:
        print("graphforensics: terminated", file=sys.stderr)
        return 128 + signal.SIGTERM
    except KeyboardInterrupt:
        print("graphforensics: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever reads the output has seen enough, as `| head` has; nothing more can be written.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except (GraphForensicsError, ValueError, OSError, MemoryError) as error:
        return _report(args, error, 2)
    except Exception as error:
        return _report(args, error, 1)


def _plain_names(words: Sequence[str]) -> list[str]:
    """Put ``./`` before the names of files that begin like an option."""
    from graphforensics.media.formats import MEDIA_SUFFIXES

    end = words.index("--") if "--" in words else len(words)
    names = []
    for word in words[:end]:
        single = word.startswith("-") and not word.startswith("--") and word not in ("-", "-h")
        media = os.path.splitext(word)[1].lower() in MEDIA_SUFFIXES
        named = (single or (word.startswith("--") and media)) and os.path.lexists(word)
        names.append(os.path.join(os.curdir, word) if named else word)
    return [*names, *words[end:]]


def _parsed(parser: argparse.ArgumentParser, words: list[str]) -> argparse.Namespace:
    """Parse the words; what is left over is a mistake of the subcommand, with its own usage."""
    args, rest = parser.parse_known_args(words)
    if rest:
        (group,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
        group.choices[args.command].error(f"unrecognized arguments: {' '.join(rest)}")
    return args


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints quote what was typed as it may be shown."""

    def error(self, message: str) -> NoReturn:
        super().error(shown(message))


class _Terminated(KeyboardInterrupt):
    """The system asks the program to end, as on shutdown, or when a job's time is up."""


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let go of workers and locks on SIGTERM too, as on Ctrl-C."""
    here = os.getpid()

    def end(number: int, frame: object) -> None:
        if os.getpid() == here:
            raise _Terminated
        # A process that was forked off, as those that load samples are.
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _report(args: argparse.Namespace, error: BaseException, status: int) -> int:
    if args.debug:
        traceback.print_exc()
    message = " ".join(str(error).split()) or type(error).__name__
    if status == 1:
        message = f"unexpected {type(error).__name__}: {message} (--debug shows where)"
    say(f"graphforensics {args.command}: error: {message}", file=sys.stderr)
    return status
