from pathlib import Path

import av
import numpy as np
import pytest

from graphforensics.media.clip_writer import ClipWriter
from graphforensics.media.decode import probe, read_frames
from graphforensics.media.picture_writer import PictureWriter

TIMES = [0.0, 0.04, 0.11, 0.12, 0.30]


def pictures(count: int = 5, size: tuple[int, int] = (48, 64)) -> list[np.ndarray]:
    """Smooth colour ramps that move."""
    y, x = np.mgrid[: size[0], : size[1]]
    ramps = [np.stack([3 * x + k, 4 * y + 5 * k, 120 + 0 * x], axis=-1) for k in range(count)]
    return [np.clip(ramp, 0, 255).astype(np.uint8) for ramp in ramps]


def write(path: Path, images: list[np.ndarray], crf: int | None = 18) -> Path:
    with ClipWriter(path, 25.0, crf) as encoder:
        for image, time in zip(images, TIMES, strict=False):
            encoder.write(image, time)
    return path


def test_uneven_times_and_colours_are_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", pictures())
    np.testing.assert_allclose(probe(path).times, TIMES, atol=1e-4)
    for frame, image in zip(read_frames(path), pictures(), strict=True):
        assert np.abs(frame.image.astype(int) - image).mean() < 3


def test_a_better_rate_factor_is_closer(tmp_path: Path) -> None:
    noisy = [np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)] * 3

    def error(crf: int) -> float:
        frame = next(iter(read_frames(write(tmp_path / f"{crf}.mp4", noisy, crf))))
        return float(np.abs(frame.image.astype(int) - noisy[0]).mean())

    assert error(10) < error(40)


def test_masks_come_back_to_the_bit(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    masks = [rng.integers(0, 256, (48, 64), dtype=np.uint8) for _ in range(5)]
    path = write(tmp_path / "mask.mkv", masks, crf=None)
    with av.open(str(path)) as container:
        read = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    np.testing.assert_array_equal(read, masks)
    np.testing.assert_allclose(probe(path).times, TIMES, atol=1.1e-3)


def test_equal_frames_give_equal_bytes(tmp_path: Path) -> None:
    for name, crf in (("a.mp4", 18), ("a.mkv", None)):
        images = pictures() if crf else [image[..., 0] for image in pictures()]
        first = write(tmp_path / name, images, crf)
        second = write(tmp_path / f"again_{name}", images, crf)
        assert first.read_bytes() == second.read_bytes()


def test_an_odd_row_and_column_are_cut_off(tmp_path: Path) -> None:
    info = probe(write(tmp_path / "odd.mp4", pictures(3, (49, 65))))
    assert (info.width, info.height, info.frames) == (64, 48, 3)


def test_times_that_do_not_rise(tmp_path: Path) -> None:
    for name, crf in (("a.mp4", 18), ("a.mkv", None)):
        images = pictures(3) if crf else [image[..., 0] for image in pictures(3)]
        with ClipWriter(tmp_path / name, 25.0, crf) as encoder:
            for image in images:
                encoder.write(image, 0.5)
        times = probe(tmp_path / name).times
        assert len(times) == 3
        assert (np.diff(times) > 0).all()


def test_an_error_in_the_block_is_passed_on(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="broken"), ClipWriter(tmp_path / "a.mp4", 25.0, 18):
        raise RuntimeError("broken")


def test_picture(tmp_path: Path) -> None:
    (image,) = pictures(1, (49, 65))
    with PictureWriter(tmp_path / "a.png") as encoder:
        encoder.write(image, 0.0)
    (frame,) = read_frames(tmp_path / "a.png")
    np.testing.assert_array_equal(frame.image, image)
