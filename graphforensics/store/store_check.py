"""Whether face stores hold what a detector wants."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from graphforensics.data.input_spec import InputSpec
from graphforensics.errors import StoreError
from graphforensics.media.selection import EvenFrames, Snippets, parse_selection
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.layout import read_header
from graphforensics.store.remote_path import store_path


def check_stores(stores: Iterable[str | Path], spec: InputSpec) -> None:
    """Refuse stores that were extracted for another kind of detector.

    Args:
        stores: Folders of face stores.
        spec: What the detector takes.

    Raises:
        StoreError: A store is damaged, its crops are narrower than ``spec.margin``, it lacks runs
            of consecutive frames that are long enough, or its crops are aligned, which those that
            detection looks at are not.
    """
    for store in stores:
        options = read_header(store_path(store))
        _check_margin(store, options, spec)
        _check_runs(store, options, spec)
        if options.align:
            raise StoreError(
                f"{store}: its crops are aligned, the model reads faces as they stand; "
                "extract again without --align"
            )


def _check_margin(store: str | Path, options: ExtractionOptions, spec: InputSpec) -> None:
    if options.margin < spec.margin - 1e-6:
        raise StoreError(
            f"{store}: its crops have margin {options.margin}, the model wants {spec.margin}; "
            f"extract again with --margin {spec.margin}"
        )


def _check_runs(store: str | Path, options: ExtractionOptions, spec: InputSpec) -> None:
    """Clips need consecutive frames; a store of single frames has none."""
    wanted = spec.frames if spec.kind == "clip" else 1
    chosen = parse_selection(options.selection)
    held = 1 if isinstance(chosen, EvenFrames) else wanted
    if isinstance(chosen, Snippets):
        held = chosen.frames
    if held < wanted:
        raise StoreError(
            f"{store}: holds runs of {held} consecutive frames ({options.selection}), the model "
            f"wants {wanted}; extract again with --frames snippets:{spec.snippets}x{wanted}"
        )
