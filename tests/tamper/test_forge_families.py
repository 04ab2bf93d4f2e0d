"""Several families at once, qualities, and partners."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from graphforensics.datasets.moving_face import moving_face
from graphforensics.media.decode import read_frames
from graphforensics.media.write_clip import write_clip
from graphforensics.tamper import FAMILIES, ForgeSummary, forge
from graphforensics.tamper.files.forge_job import SourceLook
from graphforensics.tamper.files.forge_plan import ForgePlan, choose_partners
from graphforensics.tamper.files.forge_sources import ForgeSources
from graphforensics.tamper.partner import FacePose, FaceTraits
from graphforensics.tamper.recipe.autoencoder_settings import AutoencoderSettings
from graphforensics.tamper.sources.codec import renditions


def rows(out: Path) -> list[dict[str, str]]:
    with (out / "metadata.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("source") / "ann.mp4"
    write_clip(path, moving_face(4), options={"crf": "10"})
    return path


@pytest.fixture(scope="module")
def portraits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two photographs of one face, in two sizes: two people, as far as the files tell."""
    folder = tmp_path_factory.mktemp("portraits")
    face = Image.fromarray(astronaut()[:300, 80:360])
    face.save(folder / "ann.png")
    face.resize((252, 270)).save(folder / "eve.png")
    return folder


@pytest.fixture(scope="module")
def several(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ForgeSummary]:
    out = tmp_path_factory.mktemp("several") / "set"
    summary = forge(clip, out, ["self_blend", "regenerate"], codec="all")
    return out, summary


def test_several_methods_in_all_qualities(several) -> None:
    out, summary = several
    assert (summary.done, summary.methods) == (2, {"self_blend": 1, "regenerate": 1})
    table = rows(out)
    assert len(table) == 9
    for quality in ("raw", "c23", "c40"):
        real, *fakes = [row for row in table if row["quality"] == quality]
        assert sorted(row["manipulation"] for row in [real, *fakes]) == [
            "", "regenerate", "self_blend"
        ]  # fmt: skip
        for row in (real, *fakes):
            assert f"/{quality}/" in row["file"]
            assert (out / row["file"]).is_file()
            assert row["label"] == "real" or (out / row["mask"]).is_file()
    sizes = [(out / row["file"]).stat().st_size for row in table if row["label"] == "real"]
    assert len(set(sizes)) == 3
    record = json.loads(next((out / "fake/regenerate/c40").glob("*.json")).read_text())
    assert (record["quality"], record["crf"], record["method"]) == ("c40", 40, "regenerate")
    assert record["target"] == record["source"] == rows(out)[0]["source"]


def test_the_real_copy_is_as_bright_as_its_source(several, clip: Path) -> None:
    out, _ = several
    reals = {row["quality"]: row["file"] for row in rows(out) if row["label"] == "real"}
    for before, after in zip(read_frames(clip), read_frames(out / reals["raw"]), strict=True):
        apart = (after.image - before.image.astype(float)).mean(axis=(0, 1))
        assert np.abs(apart).max() < 0.1


def test_a_second_run_makes_nothing_again(several, clip: Path) -> None:
    out, _ = several
    summary = forge(clip, out, ["self_blend", "regenerate"], codec="all")
    assert (summary.done, summary.reused) == (0, 2)
    assert len(rows(out)) == 9


def test_published_strength_is_another_forgery(clip: Path, several, tmp_path: Path) -> None:
    out = tmp_path / "set"
    forge(clip, out, codec="raw", strength="published")
    record = json.loads(next(out.glob("fake/self_blend/raw/*.json")).read_text())
    assert record["settings"] == {"strength": "published"}
    assert record["recipes"]["0"]["detail"] in ("nearest", "sharpen")
    assert forge(clip, out, codec="raw", strength="published").reused == 1
    assert forge(clip, out, codec="raw").done == 1


def test_stills_pass_through_the_codec_where_it_is_named(portraits: Path, tmp_path: Path) -> None:
    forge(portraits / "ann.png", tmp_path / "set", codec="c40")
    real = next(row["file"] for row in rows(tmp_path / "set") if row["label"] == "real")
    coded = np.asarray(Image.open(tmp_path / "set" / real)).astype(float)
    given = np.asarray(Image.open(portraits / "ann.png"))
    assert coded.shape == given.shape
    assert 1 < np.abs(coded - given).mean() < 12


def test_swaps_between_the_sources(portraits: Path, tmp_path: Path) -> None:
    out = tmp_path / "set"
    summary = forge(portraits, out, "swap", workers=0)
    assert (summary.done, summary.failed) == (2, [])
    fakes = [row for row in rows(out) if row["label"] == "fake"]
    for row in fakes:
        record = json.loads((out / row["file"]).with_suffix(".json").read_text())
        assert record["partner"]
        assert record["partner"] != record["source"] == record["target"]
        # Whoever lends a face never lands on the other side of a split.
        assert len(row["identity"].split(";")) == 2
        real, fake = (
            np.asarray(Image.open(out / name))
            for name in (row["file"].replace("fake/swap", "real"), row["file"])
        )
        mask = np.asarray(Image.open(out / row["mask"]))
        assert (real != fake)[mask == 255].any()
        np.testing.assert_array_equal(real[mask == 0], fake[mask == 0])
    assert not (out / ".partial").exists()
    again = forge(portraits, out, "swap", workers=0)
    assert (again.done, again.reused) == (0, 2)


def test_nobody_to_swap_with(portraits: Path, tmp_path: Path) -> None:
    alone = forge(portraits / "ann.png", tmp_path / "one", "swap")
    assert "of another person" in alone.failed[0][1]
    table = tmp_path / "same.csv"
    names = "".join(f"{portraits / name},real,ann\n" for name in ("ann.png", "eve.png"))
    table.write_text(f"file,label,identity\n{names}")
    same = forge(portraits, tmp_path / "two", "swap", metadata=table, workers=0)
    assert len(same.failed) == 2
    assert all("of another person" in reason for _, reason in same.failed)


@pytest.mark.parametrize(
    "name", sorted(name for name, one in FAMILIES.items() if one.partner is not None)
)
def test_one_identity_only(clip: Path, tmp_path: Path, name: str) -> None:
    summary = forge(clip, tmp_path / "set", name, max_frames=2)
    ((_, reason),) = summary.failed
    assert "of another person, and there is none in the run" in reason
    assert not list((tmp_path / "set").rglob("*.m*"))


@pytest.mark.parametrize("name", ["swap", "autoencoder"])
def test_partners_of_opposite_pose(tmp_path: Path, name: str) -> None:
    sources = ForgeSources({tmp_path / f"{who}.mp4": {} for who in ("ann", "eve")})
    jobs = ForgePlan({name: 1.0}, 0, renditions(None, 18)).jobs(sources, tmp_path / "set", None)
    looks = {}
    for job, yaw in zip(jobs, (-0.3, 0.3), strict=True):
        pose = FacePose(yaw, 0.5, 0.0, 0.3, 0.02)
        traits = FaceTraits(job.identity, pose, (60.0, 15.0, 18.0), 100.0, job.source)
        looks[job.source] = SourceLook(traits, traits, moves=True)
    tasks = [job.tasks[0] for job in choose_partners(jobs, looks, 0)]
    assert all(task.partner is None for task in tasks)
    assert all("none of 1 other faces looks the way of" in (task.failure or "") for task in tasks)


def test_autoencoders_of_a_pair_of_clips(portraits: Path, tmp_path: Path) -> None:
    sources = []
    for name, scale in (("ann", 1.0), ("eve", 0.9)):
        sources.append(tmp_path / f"{name}.mp4")
        write_clip(sources[-1], moving_face(9, scale=scale, seed=len(name)), options={"crf": "10"})
    out, training = tmp_path / "set", AutoencoderSettings(32, 2, 2)

    def made(photographs: list[Path]) -> ForgeSummary:
        given = [*sources, *photographs]
        return forge(given, out, "autoencoder", training=training, workers=0)

    summary = made([portraits / "ann.png"])
    assert (summary.done, summary.forged_frames) == (2, 18)
    ((_, reason),) = summary.failed
    assert "this is a photograph: give a clip" in reason
    # Either way of the pair draws with the same network.
    (network,) = (out / "networks").iterdir()
    for row in rows(out):
        if row["label"] == "fake":
            record = json.loads((out / row["file"]).with_suffix(".json").read_text())
            assert record["settings"]["training"] == training.to_dict()
            assert record["partner"] != record["source"]
            assert (out / row["mask"]).is_file()
    stamp, fakes = network.stat().st_mtime_ns, sorted(out.glob("fake/autoencoder/*.mp4"))
    before = [path.read_bytes() for path in fakes]
    fakes[0].with_suffix(".json").unlink()
    assert (made([]).done, network.stat().st_mtime_ns) == (1, stamp)
    assert [path.read_bytes() for path in fakes] == before
    training = AutoencoderSettings(32, 3, 2)
    assert made([]).done == 2


def test_clips_shorter_than_asked(clip: Path, tmp_path: Path) -> None:
    summary = forge(clip, tmp_path / "set", ["self_blend", "regenerate"], max_frames=500)
    assert (summary.done, summary.frames, summary.forged_frames) == (2, 8, 8)


def test_motion_needs_a_clip(portraits: Path, tmp_path: Path) -> None:
    summary = forge(portraits, tmp_path / "set", ["mouth", "self_blend"], workers=0)
    assert summary.methods == {"self_blend": 2}
    assert {reason.split(":")[0] for _, reason in summary.failed} == {"mouth"}
    assert "needs a clip of another person" in summary.failed[0][1]


def test_a_photograph_in_motion(portraits: Path, clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "set"
    summary = forge([portraits / "ann.png", clip], out, "moving_portrait", max_frames=3, workers=0)
    assert (summary.done, summary.frames) == (1, 3)
    ((named, reason),) = summary.failed
    assert named == str(clip)
    assert "takes photographs" in reason
    real, fake = rows(out)
    assert real["file"].endswith(".mp4")
    assert len(list(read_frames(out / real["file"]))) == 3
    assert len(list(read_frames(out / fake["file"]))) == 3
