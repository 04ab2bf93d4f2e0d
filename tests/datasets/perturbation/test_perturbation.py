"""Every kind against its definition; equal seeds, equal pixels."""

from __future__ import annotations

import colorsys
import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageEnhance
from skimage.color import rgb2ycbcr, ycbcr2rgb

from graphforensics.datasets.moving_face import moving_face
from graphforensics.datasets.perturbation import KINDS, LEVELS, Perturbation, parse_perturbation

Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def clip() -> list[Picture]:
    """Twelve frames of a face, 160 pixels square."""
    return list(moving_face(12, size=(160, 160), scale=1.0, sway=8))


def off(one: Picture, other: Picture) -> float:
    """Mean squared difference."""
    return float(np.mean((one.astype(float) - other) ** 2))


@pytest.mark.parametrize("kind", KINDS)
def test_what_every_kind_keeps(kind: str, clip: list[Picture]) -> None:
    before = [image.copy() for image in clip]
    done = [Perturbation(kind, level, seed=7)(clip, "a") for level in LEVELS]
    assert all(np.array_equal(*pair) for pair in zip(before, clip, strict=True))
    for frames in done:
        assert [(f.shape, f.dtype) for f in frames] == [((160, 160, 3), np.uint8)] * 12
    distances = [off(np.stack(frames), np.stack(clip)) for frames in done]
    assert distances == sorted(distances)
    assert distances[0] > 0
    again = Perturbation(kind, 3, seed=7)(clip, "a")
    assert np.array_equal(np.stack(again), np.stack(done[2]))


@pytest.mark.parametrize("kind", ["block_noise", "gaussian_noise", "patches"])
def test_what_is_drawn_follows_from_seed_name_and_number(kind: str, clip: list[Picture]) -> None:
    perturb = Perturbation(kind, 4, seed=1)
    whole = perturb(clip, "a")
    alone = perturb([clip[5]], "a", [5])
    assert np.array_equal(whole[5], alone[0])
    assert not np.array_equal(perturb([clip[5]], "b", [5])[0], alone[0])
    assert not np.array_equal(Perturbation(kind, 4, seed=2)([clip[5]], "a", [5])[0], alone[0])
    still = [clip[0]] * 2
    first, second = perturb(still, "a")
    assert np.array_equal(first, second) == (kind == "patches")


@pytest.mark.parametrize(("level", "share"), zip(LEVELS, (0.4, 0.3, 0.2, 0.1, 0.0), strict=True))
def test_saturation_scales_chroma(level: int, share: float, clip: list[Picture]) -> None:
    done = Perturbation("saturation", level)(clip[:1])[0]
    wanted = rgb2ycbcr(clip[0])
    wanted[..., 1:] = 128 + share * (wanted[..., 1:] - 128)
    wanted = np.clip(255 * ycbcr2rgb(wanted), 0, 255)
    assert np.abs(done - wanted).max() <= 1.0


def test_no_saturation_is_pil_s_grey(clip: list[Picture]) -> None:
    done = Perturbation("saturation", 5)(clip[:1])[0]
    grey = np.asarray(Image.fromarray(clip[0]).convert("L"))
    assert np.abs(done.astype(int) - grey[..., None]).max() <= 1
    pixel = done[80, 80] / 255
    assert colorsys.rgb_to_hsv(*pixel)[1] == 0


@pytest.mark.parametrize(
    ("level", "share"), zip(LEVELS, (0.85, 0.725, 0.6, 0.475, 0.35), strict=True)
)
def test_contrast_darkens_as_pil_does(level: int, share: float, clip: list[Picture]) -> None:
    done = Perturbation("contrast", level)(clip[:1])[0]
    wanted = np.asarray(ImageEnhance.Brightness(Image.fromarray(clip[0])).enhance(share))
    assert np.abs(done.astype(int) - wanted).max() <= 1


@pytest.mark.parametrize(("level", "variance"), zip(LEVELS, KINDS["gaussian_noise"], strict=True))
def test_gaussian_noise_has_its_variance_in_ycbcr(level: int, variance: float) -> None:
    # Dim noise only: clipped pixels would have less of it.
    grey = np.full((400, 400, 3), 128, np.uint8)
    done = Perturbation("gaussian_noise", level)([grey])[0]
    planes = rgb2ycbcr(done).reshape(-1, 3) / 255
    if level < 5:
        assert planes.var(axis=0) == pytest.approx([variance] * 3, rel=0.06)
        assert planes.mean(axis=0) == pytest.approx([0.494, 0.502, 0.502], abs=0.003)
    else:
        assert planes[:, 0].std() > 0.15
    correlation = np.corrcoef(done[:, :-1, 1].ravel(), done[:, 1:, 1].ravel())[0, 1]
    assert abs(correlation) < 0.02


@pytest.mark.parametrize(("level", "side"), zip(LEVELS, (7, 9, 13, 17, 21), strict=True))
def test_blur_is_the_window_s_sum(level: int, side: int, clip: list[Picture]) -> None:
    done = Perturbation("blur", level)(clip[:1])[0]
    reach = np.arange(side) - side // 2
    window = np.exp(-(reach**2) / (2 * (side / 6) ** 2))
    window = np.outer(window, window) / window.sum() ** 2
    padded = np.pad(clip[0].astype(float), [(side // 2,) * 2, (side // 2,) * 2, (0, 0)], "reflect")
    for y, x in [(0, 0), (80, 80), (159, 3), (40, 120)]:
        wanted = (padded[y : y + side, x : x + side] * window[..., None]).sum(axis=(0, 1))
        assert np.abs(done[y, x] - wanted).max() <= 0.5 + 1e-9


@pytest.mark.parametrize(("level", "factor"), zip(LEVELS, (2, 3, 4, 5, 6), strict=True))
def test_pixelation_samples_a_coarse_grid(level: int, factor: int) -> None:
    rng = np.random.default_rng(level)
    image = rng.integers(0, 256, (60, 60, 3), dtype=np.uint8)
    done = Perturbation("pixelation", level)([image])[0]
    # The centre of coarse pixel (i, j) lies at factor * (i + 1/2) - 1/2 of the fine ones.
    place = factor * (np.arange(60 // factor) + 0.5) - 0.5
    low, share = np.floor(place).astype(int), place - np.floor(place)
    high = np.minimum(low + 1, 59)
    rows = image[low] * (1 - share)[:, None, None] + image[high] * share[:, None, None]
    coarse = rows[:, low] * (1 - share)[None, :, None] + rows[:, high] * share[None, :, None]
    # Before the first and after the last centre the picture is constant.
    assert np.abs(done[0, 0] - coarse[0, 0]).max() <= 1.0
    assert np.abs(done[-1, -1] - coarse[-1, -1]).max() <= 1.0
    if factor % 2:
        middle = factor // 2
        assert np.abs(done[middle::factor, middle::factor] - coarse).max() <= 1.0


@pytest.mark.parametrize(("level", "count"), zip(LEVELS, (16, 32, 48, 64, 80), strict=True))
def test_block_noise_puts_grey_blocks(level: int, count: int) -> None:
    for side in (128, 256, 512):
        image = np.zeros((side, side + 30, 3), np.uint8)
        done = Perturbation("block_noise", level)([image])[0]
        assert set(np.unique(done)) == {0, 128}
        covered = (done[..., 0] > 0).sum() / 64
        assert 0.8 * count * side / 256 <= covered <= count * side / 256


@pytest.mark.parametrize(("level", "count"), zip(LEVELS, (2, 4, 6, 8, 10), strict=True))
def test_patches_are_fifths_of_the_face_and_nested(level: int, count: int) -> None:
    image = np.zeros((100, 100, 3), np.uint8)
    done = Perturbation("patches", level, seed=3)([image])[0]
    covered = int((done > 0).any(axis=-1).sum())
    assert 400 < covered <= 400 * count
    assert len(np.unique(done.reshape(-1, 3), axis=0)) <= count + 1
    if level > 1:
        weaker = Perturbation("patches", level - 1, seed=3)([image])[0]
        assert (((weaker > 0).any(-1)) <= (done > 0).any(-1)).all()


def test_h264_is_what_a_file_of_that_rate_factor_holds(clip: list[Picture]) -> None:
    import av
    from av.video.reformatter import Interpolation

    rounded = Interpolation.BILINEAR | Interpolation.ACCURATE_RND
    video = io.BytesIO()
    with av.open(video, "w", format="mp4") as container:
        options = {"crf": "35", "threads": "1", "mbtree": "0"}
        stream = container.add_stream("libx264", rate=25, options=options)
        stream.pix_fmt, stream.height, stream.width = "yuv420p", 160, 160
        for image in clip:
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            container.mux(stream.encode(frame.reformat(format="yuv420p", interpolation=rounded)))
        container.mux(stream.encode(None))
    video.seek(0)
    with av.open(video) as container:
        planes = [
            frame.reformat(format="gbrp", interpolation=rounded)
            for frame in container.decode(video=0)
        ]
    wanted = [frame.to_ndarray(format="rgb24") for frame in planes]
    done = Perturbation("h264", 3)(clip)
    assert np.array_equal(np.stack(done), np.stack(wanted))


def test_h264_keeps_sizes_that_differ_and_the_order(clip: list[Picture]) -> None:
    images = [image[:, : 150 + number % 3] for number, image in enumerate(clip)]
    images[4] = images[4][:7, :5]
    done = Perturbation("h264", 1)(images)
    assert [image.shape for image in done] == [image.shape for image in images]
    for number, image in enumerate(done):
        nearest = min(
            (other for other in range(12) if images[other].shape == image.shape),
            key=lambda other: off(images[other], image),
        )
        assert nearest == number
    assert Perturbation("h264", 1)([]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_smallest_pictures(kind: str) -> None:
    image = np.full((1, 2, 3), 90, np.uint8)
    assert Perturbation(kind, 5)([image])[0].shape == (1, 2, 3)


def test_names() -> None:
    assert str(parse_perturbation("blur:3", seed=4)) == "blur:3"
    assert parse_perturbation("blur:3", seed=4) == Perturbation("blur", 3, 4)
    for text, message in [
        ("blur", "KIND:LEVEL"),
        ("blur:x", "KIND:LEVEL"),
        ("rain:1", "'kind' must be one of saturation"),
        ("blur:6", r"'level' must be from 1 to 5 \(got 6\)"),
        ("blur:0", "'level'"),
    ]:
        with pytest.raises(ValueError, match=message):
            parse_perturbation(text)
    with pytest.raises(ValueError, match="'seed' must not be negative"):
        Perturbation("blur", 1, -1)
