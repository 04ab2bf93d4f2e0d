"""A plugin: nothing here imports torch, so that names are found quickly."""

from pathlib import Path

#: The recipe of ``graphforensics train --config tiny_small``.
TINY_SMALL = Path(__file__).parent / "tiny_small.yaml"
