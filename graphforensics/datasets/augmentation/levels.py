"""How much the shared changes change, by the word of ``--augment``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: What ``--augment`` may say.
Augment = Literal["none", "published", "strong"]
Range = tuple[float, float]


@dataclass(frozen=True)
class AugmentationLevel:
    """Ranges to draw from, and how often each change is made.

    Ranges are symmetric about "no change" where one number is given.

    Args:
        zoom: A window of this share of the crop's side, anywhere in it, is enlarged to the crop.
        zoom_chance: How often.
        rgb: Largest shift of red, green and blue, each by itself, in levels of 0 to 255.
        rgb_chance: How often.
        hue: Largest turn, as a share of the whole circle.
        saturation: Saturation is multiplied by one plus or minus up to this.
        hue_chance: How often hue and saturation change, together.
        brightness: Pixels are multiplied by one plus or minus up to this.
        contrast: Distance from the mean grey is multiplied by one plus or minus up to this.
        brightness_chance: How often brightness and contrast change, together.
        downscale: The face is reduced to this share of its side and enlarged again.
        downscale_chance: How often.
        blur: Standard deviation of a Gaussian, as a share of the crop's side.
        blur_chance: How often.
        noise: Standard deviation of Gaussian noise, drawn anew in each frame, in levels.
        noise_chance: How often.
        jpeg: Quality of a JPEG round trip of each frame.
        jpeg_chance: How often; of a clip, instead of H.264.
        h264: Constant rate factor of an H.264 round trip of a clip.
        h264_chance: How often; only clips of consecutive frames go through it.
    """

    zoom: Range = (1.0, 1.0)
    zoom_chance: float = 0.0
    rgb: float = 0.0
    rgb_chance: float = 0.0
    hue: float = 0.0
    saturation: float = 0.0
    hue_chance: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    brightness_chance: float = 0.0
    downscale: Range = (1.0, 1.0)
    downscale_chance: float = 0.0
    blur: Range = (0.0, 0.0)
    blur_chance: float = 0.0
    noise: Range = (0.0, 0.0)
    noise_chance: float = 0.0
    jpeg: tuple[int, int] = (100, 100)
    jpeg_chance: float = 0.0
    h264: tuple[int, int] = (0, 0)
    h264_chance: float = 0.0


#: ``"published"`` has the numbers of the program of K. Shiohara and T. Yamasaki, Detecting
#: deepfakes with self-blended images, CVPR 2022: shifts of 20 levels, brightness and contrast by
#: up to 0.3, each with chance 0.3, JPEG 40 to 100 with chance 0.5, and a jittered crop. Its hue
#: and saturation limits of 0.3 are in units in which they round to nothing; they are left out.
#: ``"strong"`` is ours: what a clip meets on its way through phones and platforms.
LEVELS: dict[str, AugmentationLevel | None] = {
    "none": None,
    "published": AugmentationLevel(
        zoom=(0.88, 1.0),
        zoom_chance=1.0,
        rgb=20.0,
        rgb_chance=0.3,
        brightness=0.3,
        contrast=0.3,
        brightness_chance=0.3,
        jpeg=(40, 100),
        jpeg_chance=0.5,
    ),
    "strong": AugmentationLevel(
        zoom=(0.8, 1.0),
        zoom_chance=1.0,
        rgb=20.0,
        rgb_chance=0.4,
        hue=0.03,
        saturation=0.4,
        hue_chance=0.4,
        brightness=0.4,
        contrast=0.4,
        brightness_chance=0.5,
        downscale=(0.25, 1.0),
        downscale_chance=0.4,
        blur=(0.001, 0.008),
        blur_chance=0.2,
        noise=(0.5, 6.0),
        noise_chance=0.3,
        jpeg=(30, 100),
        jpeg_chance=0.6,
        h264=(18, 40),
        h264_chance=0.5,
    ),
}


def level_of(augment: str) -> AugmentationLevel | None:
    """Return the level of a word; ``None`` changes nothing.

    Raises:
        ValueError: The word is unknown.
    """
    if augment not in LEVELS:
        raise ValueError(f"'augment' must be one of {', '.join(LEVELS)} (got {augment!r})")
    return LEVELS[augment]
