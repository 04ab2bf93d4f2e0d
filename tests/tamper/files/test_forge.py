import csv
import json
import resource
import shutil
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from graphforensics.datasets.moving_face import moving_face
from graphforensics.errors import MissingDataError, OutputError
from graphforensics.media.decode import read_frames
from graphforensics.media.write_clip import write_clip
from graphforensics.tamper import SelfBlendRecipe, forge

FRAMES = 4


def rows(out: Path) -> list[dict[str, str]]:
    with open(out / "metadata.csv", newline="") as file:
        return list(csv.DictReader(file))


def files(out: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def masks(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten frames: a face in the first seven, then grey."""
    path = tmp_path_factory.mktemp("source") / "ann.mp4"
    grey = np.full((288, 384, 3), 120, dtype=np.uint8)
    write_clip(path, [*moving_face(7), *[grey] * 3])
    return path


@pytest.fixture(scope="module")
def forged(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("forged") / "set"
    summary = forge(clip, out, seed=3)
    assert (summary.done, summary.frames, summary.failed) == (1, 10, [])
    assert 6 <= summary.forged_frames <= 7
    return out


def test_layout_and_table(forged: Path, clip: Path) -> None:
    real, fake = rows(forged)
    name = fake["video"]
    assert real["file"] == f"real/{name}.mp4"
    assert fake["file"] == f"fake/self_blend/{name}.mp4"
    assert fake["mask"] == f"mask/self_blend/{name}.mkv"
    assert (real["label"], real["manipulation"], real["mask"]) == ("real", "", "")
    assert (fake["label"], fake["manipulation"]) == ("fake", "self_blend")
    assert real["source"] == fake["source"] == str(clip)
    # Nobody said who it is: the pair still stays on one side of a split.
    assert real["identity"] == fake["identity"] == name
    assert set(files(forged)) == {
        real["file"], fake["file"], fake["mask"], f"fake/self_blend/{name}.json", "metadata.csv"
    }  # fmt: skip


def test_record_beside_the_forgery(forged: Path, clip: Path) -> None:
    (path,) = forged.glob("fake/self_blend/*.json")
    record = json.loads(path.read_text())
    assert record["label"] == "fake"
    assert record["method"] == "self_blend"
    assert record["source"] == str(clip)
    assert record["seed"] == 3
    assert record["version"]
    assert "train and test detectors" in record["purpose"]
    assert (forged / record["mask"]).is_file()
    recipe = SelfBlendRecipe.from_dict(record["recipes"]["0"])
    assert recipe.side == "source"


def test_the_forgery_is_where_the_mask_says(forged: Path) -> None:
    real, fake = rows(forged)
    triples = zip(
        read_frames(forged / real["file"]),
        read_frames(forged / fake["file"]),
        masks(forged / fake["mask"]),
        strict=True,
    )
    for number, (before, after, mask) in enumerate(triples):
        change = np.abs(before.image.astype(int) - after.image).max(axis=2)
        if number >= 7:
            assert not mask.any()
            assert change.mean() < 1
        elif mask.any():
            # The encoder blurs the boundary; far from the mask only its noise is left.
            inside, far = mask > 200, np.zeros_like(mask, dtype=bool)
            far[:40], far[-40:] = True, True
            assert change[inside].mean() > 3 * change[far & (mask == 0)].mean()
            assert abs(before.time - after.time) < 1e-6


def test_the_real_copy_shows_the_source(forged: Path, clip: Path) -> None:
    real, _ = rows(forged)
    for before, after in zip(read_frames(clip), read_frames(forged / real["file"]), strict=True):
        assert np.abs(before.image.astype(int) - after.image).mean() < 2.5
        assert abs(before.time - after.time) < 1e-3


def test_another_seed_makes_another_forgery(forged: Path, clip: Path, tmp_path: Path) -> None:
    forge(clip, tmp_path / "set", seed=4)
    first, second = files(forged), files(tmp_path / "set")
    changed = {name for name in first if first[name] != second[name]}
    assert {name.split("/")[0] for name in changed} == {"fake", "mask"}


def test_a_second_run_makes_nothing_again(forged: Path, clip: Path, tmp_path: Path) -> None:
    out = shutil.copytree(forged, tmp_path / "set")
    stamps = {path: path.stat().st_mtime_ns for path in out.rglob("*.m*")}
    summary = forge(clip, out, seed=3)
    assert (summary.done, summary.reused, summary.frames) == (0, 1, 10)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.m*")} == stamps
    assert files(out) == files(forged)


@pytest.mark.parametrize("lost", ["mask", "json"])
def test_what_is_lost_is_made_again(forged: Path, clip: Path, tmp_path: Path, lost: str) -> None:
    out = shutil.copytree(forged, tmp_path / "set")
    pattern = "fake/self_blend/*.json" if lost == "json" else f"{lost}/**/*.m*"
    (path,) = out.glob(pattern)
    path.unlink()
    # A run that was killed leaves something like this.
    (out / ".partial" / "old").mkdir(parents=True)
    assert forge(clip, out, seed=3).done == 1
    assert files(out) == files(forged)
    assert not (out / ".partial").exists()


def test_other_settings_are_made_anew(forged: Path, clip: Path, tmp_path: Path) -> None:
    out = shutil.copytree(forged, tmp_path / "set")
    summary = forge(clip, out, seed=3, max_frames=FRAMES)
    assert (summary.done, summary.reused, summary.frames) == (1, 0, FRAMES)
    assert len(rows(out)) == 2


@pytest.mark.slow
def test_one_stem_in_two_folders(clip: Path, tmp_path: Path) -> None:
    for folder in "ab":
        (tmp_path / "in" / folder).mkdir(parents=True)
        shutil.copy(clip, tmp_path / "in" / folder / "same.mp4")
    out = tmp_path / "out"
    assert forge(tmp_path / "in", out, max_frames=2, workers=1).done == 2
    assert len({row["file"] for row in rows(out)}) == 4
    assert len({row["video"] for row in rows(out)}) == 2


def test_image(tmp_path: Path) -> None:
    Image.fromarray(astronaut()[:301, 80:361]).save(tmp_path / "ann.png")
    out = tmp_path / "out"
    assert forge(tmp_path / "ann.png", out).forged_frames == 1
    real, fake = rows(out)
    before, after = (np.asarray(Image.open(out / row["file"])) for row in (real, fake))
    mask = np.asarray(Image.open(out / fake["mask"]))
    np.testing.assert_array_equal(before, astronaut()[:301, 80:361])
    np.testing.assert_array_equal(after[mask == 0], before[mask == 0])
    assert (after != before).any()


def test_broken_and_faceless_files_do_not_stop_the_rest(clip: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    shutil.copy(clip, folder / "good.mp4")
    (folder / "text.mp4").write_text("not a video")
    (folder / "empty.mp4").touch()
    write_clip(folder / "grey.mp4", [np.full((64, 64, 3), 90, np.uint8)] * 3)
    summary = forge([folder, folder / "missing.mp4"], tmp_path / "out", max_frames=2, workers=0)
    reasons = {Path(path).name: reason for path, reason in summary.failed}
    assert set(reasons) == {"text.mp4", "empty.mp4", "grey.mp4", "missing.mp4"}
    assert reasons["grey.mp4"] == "no face found in 2 frames"
    assert "no such file" in reasons["missing.mp4"]
    assert summary.done == 1
    assert not any("grey" in name or "text" in name for name in files(tmp_path / "out"))
    assert not (tmp_path / "out" / ".partial").exists()


def test_only_what_is_labelled_real_is_forged(clip: Path, tmp_path: Path) -> None:
    for name in ("real.mp4", "fake.mp4", "unknown.mp4"):
        shutil.copy(clip, tmp_path / name)
    table = tmp_path / "labels.csv"
    table.write_text(
        "file,label,identity,dataset\nreal.mp4,real,ann,mine\nfake.mp4,fake,bob,mine\n"
    )
    out = tmp_path / "out"
    summary = forge(tmp_path, out, metadata=table, max_frames=2)
    assert summary.done == 1
    reasons = {Path(path).name: reason for path, reason in summary.skipped}
    assert set(reasons) == {"fake.mp4", "unknown.mp4"}
    assert reasons["fake.mp4"].startswith("labelled fake")
    assert reasons["unknown.mp4"].startswith("not labelled real")
    for row in rows(out):
        assert (row["identity"], row["dataset"], row["source"]) == ("ann", "mine", "real.mp4")


def test_labels_that_change_reach_the_table(forged: Path, clip: Path, tmp_path: Path) -> None:
    shutil.copy(clip, tmp_path / "ann.mp4")
    table, out = tmp_path / "labels.csv", tmp_path / "out"
    for identity in ("ann", "anna"):
        table.write_text(f"file,label,identity\nann.mp4,real,{identity}\n")
        summary = forge(tmp_path / "ann.mp4", out, metadata=table, max_frames=2)
        assert {row["identity"] for row in rows(out)} == {identity}
    assert summary.reused == 1


def test_forgeries_are_not_forged_again(forged: Path, tmp_path: Path) -> None:
    (fake,) = forged.glob("fake/self_blend/*.mp4")
    summary = forge(fake, tmp_path / "out")
    assert summary.done == 0
    assert summary.failed[0][1].startswith("is a forgery itself")
    with pytest.raises(MissingDataError, match="lies in the output folder"):
        forge(forged / "real", forged)


def test_a_set_grows(forged: Path, tmp_path: Path, astronaut_clip: Path) -> None:
    out = shutil.copytree(forged, tmp_path / "set")
    forge(astronaut_clip, out, max_frames=2)
    assert len(rows(out)) == 4


def test_nothing_to_forge(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match="no video or image to forge"):
        forge([], tmp_path / "out")
    (tmp_path / "empty").mkdir()
    summary = forge(tmp_path / "empty", tmp_path / "out")
    assert summary.failed == [(str(tmp_path / "empty"), "no video or image in this folder")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "swop"}, "'method' must be one of self_blend"),
        ({"crf": 52}, "'crf' must be in"),
        ({"seed": -1}, "'seed' must not be negative"),
        ({"max_frames": 0}, "'max_frames' must be at least 1"),
        ({"workers": -1}, "'workers' must not be negative"),
    ],
)
def test_wrong_arguments(tmp_path: Path, options, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        forge(tmp_path, tmp_path / "out", **options)


def test_output_that_cannot_be_written(clip: Path, tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.touch()
    with pytest.raises(OutputError, match="cannot be written"):
        forge(clip, taken)
    with pytest.raises(OutputError, match="cannot be written"):
        forge(clip, taken / "below")


def test_disk_full_is_one_clear_error_and_loses_nothing(
    forged: Path, clip: Path, astronaut_clip: Path, tmp_path: Path
) -> None:
    """A limit on the size of files stands in for a full disk: both make a write fail."""
    out = shutil.copytree(forged, tmp_path / "set")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(OutputError, match="cannot be written"):
            forge([clip, astronaut_clip], out, seed=3, workers=0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert files(out) == files(forged)


@pytest.mark.usefixtures("ordinary_user")
def test_read_only_folder(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir(mode=0o500)
    with pytest.raises(OutputError, match="cannot be written"):
        forge(clip, tmp_path / "out")


def test_two_methods_share_the_real_copy(clip: Path, forged: Path, tmp_path: Path) -> None:
    out = tmp_path / "set"
    forge(clip, out, seed=3)
    assert forge(clip, out, seed=3, method="partial_blend").done == 1
    table = rows(out)
    assert [row["manipulation"] for row in table] == ["", "partial_blend", "self_blend"]
    assert len({row["identity"] for row in table}) == 1
    record = json.loads(next(out.glob("fake/partial_blend/*.json")).read_text(encoding="utf-8"))
    assert record["method"] == "partial_blend"
    assert all(recipe["removed"] for recipe in record["recipes"].values())
    # What the whole forgery changed is untouched by what a part of it did not.
    for name in ("real", "fake/self_blend", "mask/self_blend"):
        one, two = (next((place / name).glob("*.m*")).read_bytes() for place in (out, forged))
        assert one == two
