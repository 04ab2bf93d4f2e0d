"""``graphforensics models``: detectors and weights at hand, exported, fetched and published."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from graphforensics.cli.messages import plain_messages, say
from graphforensics.cli.model_choice import choose_model
from graphforensics.cli.results import require_folder
from graphforensics.errors import CheckpointError, OutputError

if TYPE_CHECKING:
    from graphforensics.models import Detector

#: Suffix of a file -> how a detector is written into it.
FORMATS = {".onnx": "onnx", ".pt2": "program"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the things that can be asked."""
    asked = parser.add_subparsers(dest="asked", metavar="WHAT", required=True)
    asked.add_parser("list", help="name the detectors, the weights that come along, the recipes")
    show = asked.add_parser("show", help="print the card of a trained detector")
    _add_model(show)
    export = asked.add_parser(
        "export",
        help="write a detector as ONNX or as a torch.export program, and compare them",
        description="Write a detector as a file that runs without this library: bytes of face "
        "crops go in, logits and calibrated probabilities come out. The file is run and compared "
        "with the detector before it takes its place.",
    )
    _add_model(export)
    export.add_argument("--out", required=True, metavar="FILE", help="FILE.onnx or FILE.pt2")
    pull = asked.add_parser("pull", help="fetch a detector from the Hugging Face Hub")
    pull.add_argument("name", metavar="USER/NAME")
    pull.add_argument("--out", required=True, metavar="FOLDER", help="where to; must not be there")
    pull.add_argument("--revision", metavar="WORD", help="branch, tag or commit; default: main")
    push = asked.add_parser(
        "push", help="publish a detector on the Hugging Face Hub, as whoever is logged in there"
    )
    _add_model(push)
    push.add_argument("name", metavar="USER/NAME")
    push.add_argument("--private", action="store_true", help="for those who are let in")


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "model",
        metavar="MODEL",
        help="folder of a trained detector (RUN/best), or the name of weights that come along",
    )


def run(args: argparse.Namespace) -> int:
    """Answer, and return the exit status."""
    if args.asked == "list":
        return _list()
    if args.asked == "pull":
        return _pull(args)
    if args.asked == "export":
        _require_format(args.out)
        require_folder(args.out)
    choose_model(args)
    return {"show": _show, "export": _export, "push": _push}[args.asked](args)


def _list() -> int:
    from graphforensics.models.registry import DETECTORS
    from graphforensics.models.shipped import shipped_weights
    from graphforensics.train.recipes.recipe import recipe_names

    say("detectors:")
    for name, kind in DETECTORS.items():
        say(f"  {name}: {(kind.__doc__ or '').strip().splitlines()[0]}")
    say("weights that come along:")
    for name, folder in shipped_weights().items():
        say(f"  {name}: {_size(folder)}")
    if not shipped_weights():
        say("  none in this version")
    say(
        "recipes ('graphforensics recipe list' says what each is):", f"  {' '.join(recipe_names())}"
    )
    return 0


def _size(folder: Path) -> str:
    size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
    return f"{size / 2**20:.1f} MiB"


def _show(args: argparse.Namespace) -> int:
    folder = Path(args.model)
    for name in ("MODEL_CARD.md", "README.md"):
        if (folder / name).is_file():
            say(*(folder / name).read_text(encoding="utf-8", errors="replace").splitlines())
            return 0
    detector = _loaded(args)
    say(f"{args.model}: {detector.name}, without a card", f"  config: {detector.config}")
    return 0


def _loaded(args: argparse.Namespace) -> Detector:
    from graphforensics.models.load_detector import load_detector

    return load_detector(args.model)


def _require_format(place: str) -> None:
    if Path(place).suffix.lower() not in FORMATS:
        raise ValueError(f"'--out {place}': give a file that ends in {' or '.join(FORMATS)}")


def _export(args: argparse.Namespace) -> int:
    from graphforensics.models.export import write_onnx, write_program

    write = write_onnx if Path(args.out).suffix.lower() == ".onnx" else write_program
    with plain_messages():
        difference = write(_loaded(args), args.out)
    say(f"{args.out}: its logits differ by at most {difference:.2g} from the detector's")
    return 0


def _pull(args: argparse.Namespace) -> int:
    from graphforensics.models.hub_folder import detector_folder
    from graphforensics.models.load_detector import load_detector

    place = Path(args.out)
    if place.exists():
        raise OutputError(f"{place}: is there already; give a new folder")
    require_folder(place)
    if Path(args.name).exists():
        raise CheckpointError(f"{args.name}: is here already; give the name of a model of the Hub")
    with plain_messages():
        detector = load_detector(detector_folder(args.name, args.revision))
        detector.save_pretrained(place)
    say(f"{place}: {detector.name} of {args.name}")
    return 0


def _push(args: argparse.Namespace) -> int:
    detector = _loaded(args)
    try:
        with plain_messages():
            place = detector.push_to_hub(args.name, private=args.private)
    except Exception as error:
        # The network, the Hub and its permissions fail with errors of their own.
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
        raise CheckpointError(
            f"{args.name}: cannot be published on the Hugging Face Hub ({reason})"
        ) from error
    say(f"{args.name}: {place}")
    return 0
