"""Draw a frame, the same frame forged, and the mask: ``python docs/figures/self_blend.py SET OUT``.

``SET`` is what ``graphforensics forge`` has written, for instance ``demo-out/astronaut/forged``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from graphforensics.media.decode import read_frames
from graphforensics.tamper.files.forge_record import ForgeRecord


def main(folder: str, out: str, number: int = 20) -> None:
    """Put the three pictures side by side."""
    root = Path(folder)
    record = ForgeRecord.read(next((root / "fake").rglob("*.json")))
    if record is None:
        raise SystemExit(f"{folder}: no forged set")
    files = [record.real, record.file, record.mask]
    frames = [next(read_frames(root / name, [number])).image for name in files]
    Image.fromarray(np.concatenate(frames, axis=1)).save(out, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:3])
