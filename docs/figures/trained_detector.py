"""The command line that all figures of a trained detector have."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TypeVar

from graphforensics.models import Detector, load_detector

D = TypeVar("D", bound=Detector)


def trained_detector(
    description: str | None, kind: type[D], wanted: str, fits: Callable[[D], bool]
) -> tuple[D, str]:
    """Read a folder and a picture's name, and load what is in the folder.

    Args:
        description: What ``--help`` says.
        kind: Class of the detector.
        wanted: What it must be, in words.
        fits: Whether it is.
    """
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", help=f"trained {wanted}")
    parser.add_argument("out", help="the picture")
    args = parser.parse_args()
    model = load_detector(args.model)
    if not isinstance(model, kind) or not fits(model):
        raise SystemExit(f"{args.model}: no {wanted}")
    return model, args.out
