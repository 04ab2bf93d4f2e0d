"""Self-blended images as they are usually made: OpenCV, albumentations, one picture at a time.

Written from the steps of K. Shiohara and T. Yamasaki (CVPR 2022), independently of the library,
to compare speeds with: hull of the landmarks, two copies of which one is changed in colour and
detail, the source moved and scaled, an elastic mask blurred twice, and a blend.

``tampering.py`` runs it in a process of its own, which may be another environment's: it needs
nothing but OpenCV and albumentations, of the first versions or the newest.
"""

from __future__ import annotations

import json
import random
import sys
import time
from typing import Any

import albumentations as alb
import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
_RATIOS = (0.25, 0.5, 0.75, 1.0, 1.0, 1.0)


class Downscale(alb.ImageOnlyTransform):
    """Make a picture two or four times smaller and as large as it was again."""

    def apply(self, img: Image, factor: int = 2, **_: Any) -> Image:
        """Return the picture with less detail."""
        height, width = img.shape[:2]
        small = cv2.resize(
            img, (width // factor, height // factor), interpolation=cv2.INTER_NEAREST
        )
        return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)

    def get_params(self) -> dict[str, Any]:
        """Draw the factor."""
        return {"factor": random.choice([2, 4])}


class UsualSelfBlend:
    """Make a pair of a real and a pseudo-fake picture out of one picture."""

    def __init__(self, seed: int = 0) -> None:
        self.rng = np.random.default_rng(seed)
        self.change = alb.Compose(
            [
                alb.RGBShift((-20, 20), (-20, 20), (-20, 20), p=0.3),
                alb.HueSaturationValue((-2, 2), (-20, 20), (-10, 10), p=1),
                alb.RandomBrightnessContrast((-0.1, 0.1), (-0.1, 0.1), p=1),
                alb.OneOf([Downscale(p=1), alb.Sharpen((0.2, 0.5), (0.5, 1.0), p=1)], p=1),
            ]
        )
        self.move = alb.Affine(
            translate_percent={"x": (-0.03, 0.03), "y": (-0.015, 0.015)},
            scale=[0.95, 1 / 0.95],
            p=1,
        )
        # Only the first versions also turn the picture, unless told not to.
        first = {"alpha_affine": 0} if alb.__version__.startswith("1.") else {}
        self.bend = alb.ElasticTransform(alpha=50, sigma=7, p=1, **first)

    def __call__(self, image: Image, landmarks: NDArray[np.float32]) -> tuple[Image, Image]:
        """Return the pseudo-real and the pseudo-fake picture."""
        mask = np.zeros(image.shape[:2], np.float32)
        hull = cv2.convexHull(landmarks.astype(np.int32))
        cv2.fillConvexPoly(mask, hull, 1.0)
        source = target = image
        if self.rng.random() < 0.5:
            source = self.change(image=image)["image"]
        else:
            target = self.change(image=image)["image"]
        moved = self.move(image=source, mask=mask)
        source, mask = moved["image"], self.bend(image=source, mask=moved["mask"])["mask"]
        soft = self._soften(mask)[..., None] * self.rng.choice(_RATIOS)
        return target, (soft * source + (1 - soft) * target).astype(np.uint8)

    def _soften(self, mask: NDArray[np.float32]) -> NDArray[np.float32]:
        """Blur, cut the rim off, blur again, at a random size."""
        height, width = mask.shape
        size = int(self.rng.integers(192, 257))
        mask = cv2.resize(mask, (size, size))
        first, second = (int(k) for k in self.rng.choice(np.arange(5, 26, 2), 2))
        mask = cv2.GaussianBlur(mask, (first, first), 0)
        mask = mask / mask.max()
        mask[mask < 1] = 0
        mask = cv2.GaussianBlur(mask, (second, second), self.rng.uniform(5, 46))
        return cv2.resize(mask / mask.max(), (width, height))


def main(crops: str, rounds: str, threads: str) -> None:
    """Print the versions and the seconds of each round over all pictures."""
    cv2.setNumThreads(int(threads))
    with np.load(crops) as file:
        pairs = list(zip(file["images"], file["landmarks"], strict=True))
    blend = UsualSelfBlend()
    seconds = []
    for _ in range(int(rounds) + 1):
        start = time.process_time()
        for image, landmarks in pairs:
            blend(image, landmarks)
        seconds.append(time.process_time() - start)
    versions = {"albumentations": alb.__version__, "opencv": cv2.__version__}
    print(json.dumps({"versions": versions, "seconds": seconds[1:]}))


if __name__ == "__main__":
    main(*sys.argv[1:4])
