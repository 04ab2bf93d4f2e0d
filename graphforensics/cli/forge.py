"""``graphforensics forge``: forged copies of real clips."""

from __future__ import annotations

import argparse
import glob
import os
import sys
from typing import TYPE_CHECKING

from graphforensics.cli.messages import say
from graphforensics.cli.results import require_folder, write_json
from graphforensics.errors import GraphForensicsError, UnreadableMediaError

if TYPE_CHECKING:
    from graphforensics.inference.face_autoencoder import FaceAutoencoder
    from graphforensics.tamper.files.forge_summary import ForgeSummary
    from graphforensics.tamper.recipe.autoencoder_settings import AutoencoderSettings

_PURPOSE = """\
Makes forged copies of real clips and images, so that detectors can be trained and
tested. For each file there are, below DIR:

  real/NAME.mp4          the frames as they were, through the same encoder
  fake/METHOD/NAME.mp4   the frames with every face forged
  fake/METHOD/NAME.json  purpose, method, source, partner, mask, seed, recipes, version
  mask/METHOD/NAME.mkv   where the forgery is, 0 to 255, without loss
  networks/              autoencoders of pairs of clips, where the method trains some
  metadata.csv           a row a clip, for: graphforensics extract --metadata

Images give PNG files. The copies have no sound. What is finished is not made again.
"""


def _methods() -> str:
    from graphforensics._plugins import plugin_names, plugin_package
    from graphforensics.tamper.family_words import FAMILY_WORDS

    words = {
        name: f"of the package {plugin_package('family', name)}" for name in plugin_names("family")
    }
    return "\n".join(f"  {name:16} {about}" for name, about in {**words, **FAMILY_WORDS}.items())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = _PURPOSE
    parser.epilog = (
        f"methods:\n{_methods()}\n\n"
        "Exit status: 0 done, 2 bad input or nothing forged, 3 some files failed."
    )
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="real video, image, folder, or pattern in quotes"
    )
    parser.add_argument(
        "--out",
        required=True,
        metavar="DIR",
        help="folder of the forged set, new or not",
    )
    parser.add_argument(
        "--method",
        nargs="+",
        action="extend",
        metavar="NAME[=SHARE]",
        help="methods, see below, each for its share of the files, in (0, 1]; shares that add up "
        "to 1 give every file to one method; without a share a method forges every file; "
        "default: self_blend",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed; default: 0")
    parser.add_argument(
        "--crf", type=int, default=18, metavar="N", help="H.264 rate factor, 0 to 51; default: 18"
    )
    parser.add_argument(
        "--codec",
        choices=("raw", "c23", "c40", "all"),
        help="encode at rate factor 0, 23, 40 or all three instead of --crf, and name it in the "
        "column 'quality'; stills pass through one frame of H.264",
    )
    parser.add_argument(
        "--strength",
        choices=("mild", "published"),
        default="mild",
        help="of self-blends: published is that of Shiohara and Yamasaki; default: mild",
    )
    parser.add_argument(
        "--autoencoder",
        metavar="RUN",
        help="folder of a trained masked autoencoder, as RUN/best, for regenerate",
    )
    _add_training(parser)
    parser.add_argument(
        "--max-frames", type=int, metavar="N", help="take at most the first N frames of a clip"
    )
    _add_how(parser)


def _add_training(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--autoencoder-size",
        type=int,
        default=96,
        metavar="N",
        help="side of the faces that the method autoencoder draws, a multiple of 16; default: 96",
    )
    parser.add_argument(
        "--autoencoder-steps",
        type=int,
        default=2000,
        metavar="N",
        help="steps in which it is trained on each pair of clips: half a second each on one core "
        "at 96 pixels; what was trained is kept in DIR/networks, and a killed run goes on from "
        "there; default: 2000",
    )
    parser.add_argument(
        "--autoencoder-device",
        default="cpu",
        metavar="DEVICE",
        help="what it is trained on: cpu, cuda, ...; default: cpu",
    )


def _add_how(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--metadata",
        metavar="CSV",
        help="table with columns 'file' and 'label', and perhaps identity and dataset: only files "
        "labelled real are forged, who is seen is carried over",
    )
    parser.add_argument(
        "--detector",
        choices=("hog", "cnn"),
        default="hog",
        help="face detector; default: hog",
    )
    parser.add_argument(
        "--workers", type=int, metavar="N", help="worker processes, 0: none; default: one a core"
    )
    parser.add_argument("--json", metavar="FILE", help="write the summary here as well")
    parser.add_argument(
        "--progress",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="show a progress bar; default: on a terminal",
    )


def run(args: argparse.Namespace) -> int:
    """Forge, print the summary, and return the exit status."""
    from graphforensics.store.extraction_options import ExtractionOptions
    from graphforensics.tamper.files.forge import forge

    require_folder(args.json)
    methods, paths = _told_apart(args.method or ["self_blend"], args.paths)
    summary = forge(
        paths,
        args.out,
        methods,
        args.seed,
        args.crf,
        args.max_frames,
        codec=args.codec,
        strength=args.strength,
        autoencoder=_autoencoder(args.autoencoder),
        training=_training(args),
        metadata=args.metadata,
        options=ExtractionOptions(detector=args.detector),
        workers=args.workers,
        progress=args.progress,
    )
    if args.json:
        write_json(args.json, summary.to_dict())
    _check_usable(summary)
    say(*summary.lines())
    say(f"forged set: {args.out} (label and identity of every file: {summary.metadata})")
    return 3 if summary.failed else 0


def _told_apart(words: list[str], paths: list[str]) -> tuple[list[str], list[str]]:
    """Tell methods from paths that stand behind them: ``--method swap clip.mp4``."""
    from graphforensics.tamper.families import FAMILIES

    methods = [word for word in words if word.partition("=")[0] in FAMILIES]
    others = [word for word in words if word.partition("=")[0] not in FAMILIES]
    misspelt = [word for word in others if not os.path.lexists(word) and not glob.has_magic(word)]
    if misspelt:
        return [*methods, misspelt[0]], paths
    if not [*paths, *others]:
        raise GraphForensicsError(
            "no PATH was given: name a video, an image, a folder or a pattern"
        )
    return methods or ["self_blend"], [*paths, *others]


def _autoencoder(path: str | None) -> FaceAutoencoder | None:
    if path is None:
        return None
    from graphforensics.inference.face_autoencoder import FaceAutoencoder

    return FaceAutoencoder(path)


def _training(args: argparse.Namespace) -> AutoencoderSettings:
    from graphforensics.tamper.recipe.autoencoder_settings import AutoencoderSettings

    size, steps = args.autoencoder_size, args.autoencoder_steps
    return AutoencoderSettings(size, steps, device=args.autoencoder_device)


def _check_usable(summary: ForgeSummary) -> None:
    """Say in one line why a run has nothing to show."""
    if summary.usable:
        return
    if len(summary.failed) == 1:
        raise UnreadableMediaError(*summary.failed[0])
    say(*summary.lines()[1:], file=sys.stderr)
    raise GraphForensicsError(f"none of {len(summary.failed)} files could be forged")
