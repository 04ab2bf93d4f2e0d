"""Draw faces, their forgeries and masks out of the drawn data set.

python docs/figures/drawn_faces.py docs/images/drawn_faces.jpg
"""

from __future__ import annotations

import argparse

import numpy as np
from PIL import Image

from graphforensics.data import InputSpec
from graphforensics.datasets.fake_face_dataset import FakeFaceDataset

PEOPLE, SIDE = 6, 160


def main() -> None:
    """Write the picture: a column a person; real, self-blended, swapped, and the swap's mask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out")
    out = parser.parse_args().out
    dataset = FakeFaceDataset("all", InputSpec("image", size=SIDE, margin=1.6), PEOPLE)
    columns = []
    for person in range(PEOPLE):
        samples = [dataset[3 * person + kind] for kind in range(3)]
        shown = [sample["inputs"].permute(1, 2, 0).numpy() for sample in samples]
        mask = (samples[2]["mask"][0] * 255).byte().numpy()
        columns.append(np.concatenate([*shown, np.repeat(mask[..., None], 3, axis=2)]))
    Image.fromarray(np.concatenate(columns, axis=1)).save(out, quality=88)


if __name__ == "__main__":
    main()
