"""Faces of generated and real clips, end to end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import dlib
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter
from skimage.data import astronaut, coffee

from graphforensics.datasets.moving_face import moving_face
from graphforensics.errors import MissingDataError, UnreadableMediaError
from graphforensics.media.decode import probe, read_frames
from graphforensics.media.selection import parse_selection
from graphforensics.media.write_clip import write_clip
from graphforensics.preprocess.crop.box import overlap
from graphforensics.preprocess.crop.face_crop import ANCHORS, anchor_points
from graphforensics.preprocess.detect.detection import Detection
from graphforensics.preprocess.detect.model_file import model_file
from graphforensics.preprocess.pipeline.extract_tracks import extract_tracks
from graphforensics.store.extraction_options import ExtractionOptions
from graphforensics.store.extraction_report import ExtractionReport
from graphforensics.store.track_frame import TrackFrame
from tests.media.video_maker import make_video

Image3 = NDArray[np.uint8]


def _faces(path: Path, **options: object) -> tuple[list[TrackFrame], ExtractionReport]:
    report = ExtractionReport()
    faces = list(extract_tracks(path, ExtractionOptions(**options), report))  # type: ignore[arg-type]
    return faces, report


def _stretches(faces: list[TrackFrame]) -> dict[tuple[int, int], list[int]]:
    found: dict[tuple[int, int], list[int]] = {}
    for face in faces:
        found.setdefault((face.person, face.segment), []).append(face.number)
    return found


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[Image3]], Path]:
    folder = tmp_path_factory.mktemp("clips")

    def clip(frames: list[Image3]) -> Path:
        path = folder / f"{len(list(folder.iterdir()))}.mp4"
        write_clip(path, frames)
        return path

    return clip


def test_every_frame_of_one_face(astronaut_clip: Path) -> None:
    faces, report = _faces(astronaut_clip)
    assert _stretches(faces) == {(0, 0): list(range(40))}
    assert report == ExtractionReport(frames=40, faceless=0, faces=40, persons=1)
    frames = {frame.number: frame for frame in read_frames(astronaut_clip)}
    for face in faces:
        x0, y0, x1, y1 = face.crop_box.astype(int)
        np.testing.assert_array_equal(face.crop, frames[face.number].image[y0:y1, x0:x1])
        np.testing.assert_allclose(face.crop_landmarks, face.landmarks - [x0, y0], atol=1e-3)
        assert x1 - x0 == round(1.3 * (face.box[2] - face.box[0]))
        assert face.time == frames[face.number].time
        assert face.quality == "ok"
    assert 5 <= sum(face.detected for face in faces) <= 40


def test_boxes_and_landmarks_are_those_of_the_usual_recipe(astronaut_clip: Path) -> None:
    detector = dlib.get_frontal_face_detector()
    predictor = dlib.shape_predictor(str(model_file("shape_predictor_68_face_landmarks.dat")))
    overlaps, errors = [], []
    faces, _ = _faces(astronaut_clip)
    for frame, face in list(zip(read_frames(astronaut_clip), faces, strict=True))[::3]:
        [found] = detector(frame.image, 1)
        box = (found.left(), found.top(), found.right() + 1, found.bottom() + 1)
        points = np.array([(p.x, p.y) for p in predictor(frame.image, found).parts()])
        eyes = np.linalg.norm(points[36:42].mean(axis=0) - points[42:48].mean(axis=0))
        overlaps.append(overlap(face.box, box))
        errors.append(np.linalg.norm(face.landmarks - points, axis=1).mean() / eyes)
    assert np.mean(overlaps) > 0.75
    assert np.mean(errors) < 0.03


def test_the_crop_moves_with_the_face_and_does_not_jitter(make: Callable[..., Path]) -> None:
    """Second differences: a smooth motion has almost none, jitter is all there is of them."""
    # A sway at which the detector's boxes change between two sizes, as they do on most clips.
    path = make(list(moving_face(40, sway=28.0, tilt=8.0)))
    faces, _ = _faces(path)
    detector = dlib.get_frontal_face_detector()
    raw = np.array(
        [
            (box.left() + box.right(), box.top() + box.bottom(), 2 * box.width())
            for frame in read_frames(path)
            for box in detector(frame.image, 1)
        ]
    ) / 2  # fmt: skip
    boxes = np.array([face.box for face in faces])
    smooth = np.stack([boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]], axis=1) / 2
    sides = boxes[:, 2] - boxes[:, 0]
    jitter = np.sqrt((np.diff(raw, 2, axis=0) ** 2).mean(axis=0))
    calm = np.sqrt((np.diff(smooth, 2, axis=0) ** 2).mean(axis=0))
    assert (calm < 0.15 * jitter[:2]).all()
    assert np.sqrt((np.diff(sides, 2) ** 2).mean()) < 0.05 * jitter[2]
    # Without lag: the smoothed centre stays on the face's own place, frame by frame.
    places = np.array([face.landmarks.mean(axis=0) for face in faces])
    offset = (places - smooth)[5:-5]
    assert (np.abs(offset - offset.mean(axis=0)).max(axis=0) < 4).all()


def test_two_people_keep_their_names(make: Callable[..., Path]) -> None:
    left, right = moving_face(24, seed=1), moving_face(24, seed=2)
    path = make([np.hstack(pair) for pair in zip(left, right, strict=True)])
    faces, report = _faces(path)
    assert _stretches(faces) == {(0, 0): list(range(24)), (1, 0): list(range(24))}
    assert report.persons == 2
    sides = {person: {f.box[0] > 384 for f in faces if f.person == person} for person in (0, 1)}
    assert sorted(len(side) for side in sides.values()) == [1, 1]
    assert sides[0] != sides[1]


def test_after_a_cut_and_a_gap_a_face_is_known_again(make: Callable[..., Path]) -> None:
    scene = np.asarray(Image.fromarray(coffee()).resize((384, 288)))
    face = list(moving_face(24))
    path = make([*face[:12], *[scene] * 8, *face[12:]])
    faces, report = _faces(path)
    assert _stretches(faces) == {(0, 0): list(range(12)), (0, 1): list(range(20, 32))}
    assert (report.frames, report.faceless, report.persons) == (32, 8, 1)


def test_a_face_that_comes_late_is_followed_back(make: Callable[..., Path]) -> None:
    """It fades in from frame 6 on, between two searches."""
    flat = np.full((288, 384, 3), 120, np.uint8)
    frames = []
    for number, image in enumerate(moving_face(30)):
        share = np.clip((number - 5) / 4, 0, 1)
        frames.append(np.rint(share * image + (1 - share) * flat).astype(np.uint8))
    faces, report = _faces(make(frames))
    numbers = [face.number for face in faces]
    assert numbers == list(range(numbers[0], 30))
    assert 6 <= numbers[0] <= 9
    assert report.faceless == numbers[0]


@pytest.mark.parametrize("selection", ["frames:5", "snippets:3x4", "frames:100"])
def test_selected_frames(selection: str, astronaut_clip: Path) -> None:
    faces, report = _faces(astronaut_clip, selection=selection)
    runs = parse_selection(selection).numbers(probe(astronaut_clip).times)
    wanted = [number for run in runs for number in run]
    assert [face.number for face in faces] == wanted
    assert {face.person for face in faces} == {0}
    assert report.frames == len(wanted)
    breaks = np.flatnonzero(np.diff(wanted) > 1)
    assert faces[-1].segment == len(breaks)
    whole = {face.number: face for face in _faces(astronaut_clip)[0]}
    assert all(overlap(face.box, whole[face.number].box) > 0.8 for face in faces)


def test_small_and_blurred_are_said_not_guessed(make: Callable[..., Path]) -> None:
    far, _ = _faces(make(list(moving_face(6, scale=0.36, sway=5))), min_face=50)
    assert len(far) == 6
    assert {face.quality for face in far} == {"small"}
    # Sharp enough for the detector to be sure of, whatever the codec rounds.
    clip = make([gaussian_filter(image, (2, 2, 0)) for image in moving_face(6)])
    faces, _ = _faces(clip, min_sharpness=60)
    assert len(faces) == 6
    assert max(face.sharpness for face in faces) < 60
    assert {face.quality for face in faces} == {"blurred"}
    assert {face.quality for face in _faces(clip, min_sharpness=0)[0]} == {"ok"}


def test_a_small_face_in_a_large_frame(make: Callable[..., Path]) -> None:
    """60 of 720 lines: too small for the small copy, found on a larger one."""
    wide = np.full((720, 1280, 3), 90, np.uint8)
    frames = []
    for image in moving_face(12, size=(160, 160), scale=0.55, sway=8):
        frame = wide.copy()
        frame[300:460, 800:960] = image
        frames.append(frame)
    faces, _ = _faces(make(frames))
    assert [face.number for face in faces] == list(range(12))
    assert all(50 < face.box[2] - face.box[0] < 75 for face in faces)


def test_no_face_no_frame(make: Callable[..., Path]) -> None:
    scene = np.asarray(Image.fromarray(coffee()).resize((384, 288)))
    faces, report = _faces(make([scene] * 8))
    assert faces == []
    assert report == ExtractionReport(frames=8, faceless=8)
    for shape in ((2, 2), (2, 200), (200, 2)):
        assert _faces(make([np.zeros((*shape, 3), np.uint8)] * 2))[0] == []


def test_images_and_animations(tmp_path: Path) -> None:
    path = tmp_path / "portrait.png"
    Image.fromarray(astronaut()).save(path)
    [face], report = _faces(path)
    assert (face.person, face.segment, face.number, face.time, face.detected) == (
        0,
        0,
        0,
        0.0,
        True,
    )
    assert overlap(face.box, (175, 69, 283, 176)) > 0.7
    assert report.frames == 1
    moving = [Image.fromarray(image) for image in moving_face(6)]
    animation = tmp_path / "moving.webp"
    moving[0].save(animation, save_all=True, append_images=moving[1:], duration=50, lossless=True)
    faces, _ = _faces(animation)
    np.testing.assert_allclose([face.time for face in faces], np.arange(6) * 0.05)


def test_a_face_at_the_edge_of_the_frame(tmp_path: Path) -> None:
    path = tmp_path / "edge.png"
    image = astronaut()[78:, 185:]
    Image.fromarray(image).save(path)
    [face], _ = _faces(path, margin=2.0)
    x0, y0, x1, y1 = face.crop_box.astype(int)
    assert x0 < 0
    assert y0 < 0
    padded = np.pad(image, ((200, 0), (200, 0), (0, 0)), mode="edge")
    np.testing.assert_array_equal(face.crop, padded[y0 + 200 : y1 + 200, x0 + 200 : x1 + 200])


def test_aligned_crops_hold_the_eyes_still(make: Callable[..., Path]) -> None:
    path = make(list(moving_face(50, sway=20.0, tilt=15.0))[::2])
    faces, _ = _faces(path, align=True, align_size=128)
    assert {face.crop.shape for face in faces} == {(128, 128, 3)}
    assert {face.crop_box.shape for face in faces} == {(2, 3)}
    wanted = ((ANCHORS - 0.5) / 1.3 + 0.5) * 128
    found = np.array([anchor_points(face.crop_landmarks) for face in faces])
    assert np.abs(found - wanted).max() < 6
    assert np.abs(found.mean(axis=0) - wanted).max() < 2.5
    upright, _ = _faces(path)
    tilt = np.array([np.subtract(*anchor_points(face.landmarks)[1::-1]) for face in upright])
    assert np.ptp(np.arctan2(tilt[:, 1], tilt[:, 0])) > 0.3


def test_a_detector_of_ones_own(astronaut_clip: Path) -> None:
    class Told:
        """Knows where the astronaut begins, and believes every small picture of a face."""

        def __call__(self, image: Image3) -> list[Detection]:
            if image.shape[:2] == (140, 140):
                return [Detection((26, 26, 114, 114), 1.0)]
            if image.shape[:2] != (288, 384):
                return []
            face = next(iter(extract_tracks(astronaut_clip)))
            return [Detection(tuple(map(float, face.box)), 1.0)]

    options = ExtractionOptions(selection="snippets:1x8")
    faces = list(extract_tracks(astronaut_clip, options, detector=Told()))
    assert len(faces) == 8


def test_cnn_detector(astronaut_clip: Path) -> None:
    faces, _ = _faces(astronaut_clip, detector="cnn", selection="snippets:1x2")
    hog, _ = _faces(astronaut_clip, selection="snippets:1x2")
    assert [face.number for face in faces] == [face.number for face in hog]
    assert all(overlap(a.box, b.box) > 0.75 for a, b in zip(faces, hog, strict=True))


def test_same_file_same_bytes(astronaut_clip: Path) -> None:
    first, second = (_faces(astronaut_clip, selection="snippets:2x6")[0] for _ in range(2))
    for one, other in zip(first, second, strict=True):
        for name, value in vars(one).items():
            np.testing.assert_array_equal(value, getattr(other, name))


def test_errors_come_at_once(tmp_path: Path, astronaut_clip: Path) -> None:
    with pytest.raises(UnreadableMediaError, match="no such file"):
        extract_tracks(tmp_path / "none.mp4")
    with pytest.raises(MissingDataError, match="no such model file"):
        extract_tracks(astronaut_clip, ExtractionOptions(landmarks_path="none.dat"))


def test_a_file_cut_in_the_middle_is_reported(tmp_path: Path) -> None:
    path = make_video(
        tmp_path / "cut.mp4", moving_face(40), container_options={"movflags": "faststart"}
    )
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    faces, report = _faces(path)
    assert 5 < len(faces) < 40
    # The last packet is cut as well: frames that hang on it are gone.
    assert [face.number for face in faces[:12]] == list(range(12))
    assert report.undecoded <= 2
    assert "of 40 frames" in str(report.truncated)


def test_damaged_frames_are_counted(tmp_path: Path) -> None:
    path = make_video(tmp_path / "damaged.mp4", moving_face(12), gop=1)
    with av.open(str(path)) as file:
        packets = [(packet.pos, packet.size) for packet in file.demux(video=0) if packet.size]
    data = bytearray(path.read_bytes())
    for place, size in packets[6:8]:
        data[place : place + size] = bytes(size)
    path.write_bytes(data)
    faces, report = _faces(path)
    assert _stretches(faces) == {(0, 0): [0, 1, 2, 3, 4, 5], (0, 1): [8, 9, 10, 11]}
    assert (report.frames, report.undecoded, report.faceless) == (10, 2, 0)
    with pytest.raises(UnreadableMediaError, match="none of the wanted frames"):
        _faces(path, selection="frames:1")


def test_threads_share_nothing(astronaut_clip: Path) -> None:
    def boxes(_: int) -> list[list[float]]:
        return [face.box.tolist() for face in _faces(astronaut_clip, selection="snippets:2x4")[0]]

    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(boxes, range(3)))
    assert all(result == boxes(0) for result in results)


PEAK = """
import resource, sys
from graphforensics.preprocess.pipeline.extract_tracks import extract_tracks
count = sum(1 for _ in extract_tracks(sys.argv[1]))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    """Ten times the frames; holding their crops alone would take 20 MiB more."""
    frames = list(moving_face(25))
    peaks = {}
    for count in (25, 250):
        path = tmp_path / f"{count}.mp4"
        write_clip(path, (frames[number % 25] for number in range(count)))
        done = subprocess.run(
            [sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True
        )
        found, peak = map(int, done.stdout.split())
        assert found == count
        peaks[count] = peak / 1024
    assert peaks[250] - peaks[25] < 6


@pytest.mark.data
def test_two_real_people_through_cuts(data_root: Path, make: Callable[..., Path]) -> None:
    """Shots of A, B, both, nobody, B: names hold, also where they trade sides."""

    def shot(name: str, first: int) -> list[Image3]:
        frames = read_frames(data_root / "real_video/liveportrait" / name, range(first, first + 10))
        return [np.asarray(Image.fromarray(f.image).resize((320, 320))) for f in frames]

    a, b = shot("d10.mp4", 0), shot("d3.mp4", 0)
    both = [np.hstack(pair) for pair in zip(shot("d3.mp4", 20), shot("d10.mp4", 20), strict=True)]
    border = np.full((320, 160, 3), 90, np.uint8)

    def alone(frames: list[Image3]) -> list[Image3]:
        return [np.hstack([border, image, border]) for image in frames]

    nobody = [np.full((320, 640, 3), 40, np.uint8)] * 5
    faces, report = _faces(make([*alone(a), *alone(b), *both, *nobody, *alone(shot("d3.mp4", 40))]))
    assert report.persons == 2
    assert _stretches(faces) == {
        (0, 0): list(range(10)),
        (0, 1): list(range(20, 30)),
        (1, 0): list(range(10, 20)),
        (1, 1): list(range(20, 30)),
        (1, 2): list(range(35, 45)),
    }
    assert all(face.box[0] > 320 for face in faces if (face.person, face.segment) == (0, 1))


@pytest.mark.data
def test_real_clip_with_cuts(data_root: Path) -> None:
    faces, report = _faces(data_root / "real_video/ghost/nggyup.mp4")
    assert report.persons == 1
    assert report.faceless <= 3
    starts = [numbers[0] for numbers in _stretches(faces).values()]
    assert starts == [0, 22, 93]
