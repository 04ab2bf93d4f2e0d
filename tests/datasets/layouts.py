"""Tiny faithful copies of the data sets: a few frames of drawn faces in the true layouts.

Each function makes one data set in a folder and returns the folder. They follow the authors'
descriptions of what is downloaded, not the code under test.
"""

from __future__ import annotations

import csv
import json
import shutil
import tarfile
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from graphforensics.datasets.drawn.drawn_video import DrawnVideo
from graphforensics.datasets.drawn.scene import View
from graphforensics.media.write_clip import write_clip

FRAMES = 4


def write_video(path: Path, person: int, donor: int | None = None, scale: int = 20) -> None:
    """Write a real video, or a swap, and nothing else."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_clip(path, [frame.image for frame in _frames(person, donor, scale)])


def write_mask(path: Path, person: int, donor: int, scale: int = 20) -> None:
    """Write where :func:`write_video` swapped."""
    path.parent.mkdir(parents=True, exist_ok=True)
    masks = [np.repeat(frame.mask[..., None], 3, 2) for frame in _frames(person, donor, scale)]
    write_clip(path, masks)


@lru_cache(maxsize=8)
def _frames(person, donor, scale):
    video = DrawnVideo(person, 0, "swap" if donor is not None else None, donor)
    view = View((-2.6, -2.2), scale, (int(4.8 * scale), int(5.2 * scale)))
    return [video.frame(number, view) for number in range(FRAMES)]


FF_SPLITS = {"train": [["000", "003"]], "val": [["001", "870"]], "test": [["002", "006"]]}
FF_KINDS = ("Deepfakes", "Face2Face", "FaceSwap", "NeuralTextures", "FaceShifter")


def faceforensics(
    root: Path, quality: str = "c23", kinds: tuple[str, ...] = FF_KINDS, scale: int = 20
) -> Path:
    for split, pairs in FF_SPLITS.items():
        root.mkdir(parents=True, exist_ok=True)
        (root / f"{split}.json").write_text(json.dumps(pairs))
        for pair in pairs:
            for video in pair:
                write_video(
                    root / f"original_sequences/youtube/{quality}/videos/{video}.mp4",
                    int(video),
                    scale=scale,
                )
            for target, source in (pair, pair[::-1]):
                _forged(root, quality, kinds, target, source, scale)
    return root


def _forged(root, quality, kinds, target, source, scale) -> None:
    """The same forgery in the folder of every kind: what the files show does not matter here."""
    name = f"{target}_{source}.mp4"
    homes = [root / "manipulated_sequences" / kind for kind in kinds]
    first = homes[0] / quality / "videos" / name
    mask = homes[0] / "masks/videos" / name
    write_video(first, int(target), int(source), scale=scale)
    write_mask(mask, int(target), int(source), scale=scale)
    for home in homes[1:]:
        wanted = [(first, home / quality / "videos" / name)]
        # FaceShifter came without masks.
        wanted += [(mask, home / "masks/videos" / name)] if home.name != "FaceShifter" else []
        for old, new in wanted:
            new.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(old, new)


def celeb_df(root: Path) -> Path:
    for name in ("id0_0000", "id1_0000", "id2_0001"):
        write_video(root / f"Celeb-real/{name}.mp4", int(name[2]))
    for name in ("id0_id1_0000", "id1_id0_0000", "id2_id3_0001"):
        write_video(root / f"Celeb-synthesis/{name}.mp4", int(name[2]), int(name[6]))
    for number in range(2):
        write_video(root / f"YouTube-real/{number:05d}.mp4", 10 + number)
    lines = ["1 YouTube-real/00001.mp4", "1 Celeb-real/id2_0001.mp4"]
    lines += ["0 Celeb-synthesis/id2_id3_0001.mp4"]
    (root / "List_of_testing_videos.txt").write_text("\n".join(lines) + "\n")
    return root


def celeb_df_pp(root: Path) -> Path:
    for name in ("id0_0000", "id1_0000"):
        write_video(root / f"Celeb-real/{name}.mp4", int(name[2]))
    write_video(root / "YouTube-real/00000.mp4", 10)
    forged = (
        "FaceSwap/BlendFace/id0_id1_0000",
        "FaceReenact/LIA/id0_id1_0000",
        "TalkingFace/FLOAT/id1_0000",
    )
    for name in forged:
        write_video(root / f"Celeb-synthesis/{name}.mp4", 0, 1)
    lines = ["1 Celeb-real/id1_0000.mp4", *(f"0 Celeb-synthesis/{n}.mp4" for n in forged[1:])]
    (root / "List_of_testing_videos.txt").write_text("\n".join(lines) + "\n")
    return root


def write_frames(folder: Path, person: int, donor: int | None = None) -> None:
    """Write the frames of a video as images."""
    folder.mkdir(parents=True)
    for number, frame in enumerate(_frames(person, donor, 20)):
        Image.fromarray(frame.image).save(folder / f"{number:03d}.png")


def df40(root: Path) -> Path:
    write_frames(root / "DF40_train/simswap/frames/001_870", 1, 8)
    write_frames(root / "DF40_train/StyleGAN2/001", 1, 3)
    write_frames(root / "DF40/blendface/ff/frames/002_006", 2, 6)
    write_frames(root / "DF40/blendface/cdf/frames/id0_id1_0000", 0, 1)
    write_frames(root / "DF40/deepfacelab/real/frames/0000", 4)
    write_frames(root / "DF40/deepfacelab/fake/frames/0000_fake", 4, 5)
    return root


FAKE_AV_CELEB = (
    ("id00076,-,-,real,A,RealVideo-RealAudio,African,men", "00109.mp4"),
    ("id00076,id00166,-,rtvc,B,RealVideo-FakeAudio,African,men", "00109_fake.mp4"),
    ("id00076,id00366,7,fsgan,C,FakeVideo-RealAudio,African,men", "00109_id00366_x.mp4"),
    ("id00166,id00076,1,wav2lip,D,FakeVideo-FakeAudio,African,men", "00010_id00076_y.mp4"),
)


def fake_av_celeb(root: Path) -> Path:
    lines = ["source,target1,target2,method,category,type,race,gender,path,"]
    for number, (told, file) in enumerate(FAKE_AV_CELEB):
        person, kind = told.split(",")[0], told.split(",")[5]
        folder = f"{kind}/African/men/{person}"
        write_video(root / folder / file, number, number + 1 if "Fake" in kind[:4] else None)
        lines.append(f"{told},{file},FakeAVCeleb/{folder}")
    (root / "meta_data.csv").write_text("\n".join(lines) + "\n")
    return root


def forgery_net(root: Path) -> Path:
    for part in ("Training", "Validation"):
        write_video(root / f"{part}/video/a/real.mp4", 1)
        write_video(root / f"{part}/video/7/fake.mp4", 1, 2)
        lines = ["0 a/real.mp4 0 0 0", "2 7/fake.mp4 0 2 real 2 2 fake 1 2 7"]
        (root / part / "video_list.txt").write_text("\n".join(lines) + "\n")
    return root


def kodf(root: Path) -> Path:
    write_video(root / "original_videos/001/001_20200101_01.mp4", 1)
    write_video(root / "original_videos/002/002_20200101_01.mp4", 2)
    write_video(root / "synthesized_videos/fsgan/001/001_002_01.mp4", 1, 2)
    write_video(root / "synthesized_videos/fo/002/clip.mp4", 2, 1)
    return root


def uadfv(root: Path) -> Path:
    for number in (0, 1):
        write_video(root / f"real/{number:04d}.mp4", number)
        write_video(root / f"fake/{number:04d}_fake.mp4", number, 9)
    return root


def dfdc(root: Path) -> Path:
    for part in range(2):
        folder = root / f"dfdc_train_part_{part}"
        real, fake = f"real{part}.mp4", f"fake{part}.mp4"
        write_video(folder / real, part)
        write_video(folder / fake, part, 5)
        told = {
            real: {"label": "REAL", "split": "train"},
            fake: {"label": "FAKE", "split": "train", "original": real},
        }
        (folder / "metadata.json").write_text(json.dumps(told))
    for name, person, donor in (("aaa.mp4", 7, None), ("bbb.mp4", 8, 9)):
        write_video(root / "test/videos" / name, person, donor)
    (root / "test/labels.csv").write_text("filename,label\naaa.mp4,0\nbbb.mp4,1\n")
    return root


def dfdc_preview(root: Path) -> Path:
    told = {}
    clips = [
        ("original_videos/643049/643049_H_003.mp4", "train", 0, None),
        ("method_A/643049/643049_A/643049_1340645_A_000.mp4", "train", 0, 1),
        ("original_videos/1224068/1224068_A_001.mp4", "test", 2, None),
        ("method_B/1224068/1224068_C/1224068_1310728_C_000.mp4", "test", 2, 3),
    ]
    for path, part, person, donor in clips:
        write_video(root / path, person, donor)
        target, fake = path.split("/")[1], donor is not None
        told[path] = {
            "label": "fake" if fake else "real",
            "set": part,
            "target_id": target,
            "swapped_id": path.split("/")[-1].split("_")[1] if fake else None,
            "augmentations": [],
        }
    (root / "dataset.json").write_text(json.dumps(told))
    return root


def deepfake_detection(root: Path, quality: str = "c23") -> Path:
    for actor in (1, 2):
        write_video(
            root / f"original_sequences/actors/{quality}/videos/{actor:02d}__walk_and_talk.mp4",
            actor,
        )
    name = "01_02__walk_and_talk__YVGY8LOK.mp4"
    home = root / "manipulated_sequences/DeepFakeDetection"
    write_video(home / quality / "videos" / name, 1, 2)
    write_mask(home / "masks/videos" / name, 1, 2)
    return root


def wild_deepfake(root: Path, packed: bool = False) -> Path:
    for split in ("train", "test"):
        for label in ("real", "fake"):
            for video in range(2):
                _wild_video(root / f"{label}_{split}", video, label, split == "test")
                if packed:
                    _pack(root / f"{label}_{split}" / str(video))
    return root


def _wild_video(home: Path, video: int, label: str, test: bool) -> None:
    """An archive's folders, ``N/label/sequence/number.png``; the numbers have gaps."""
    person = 2 * video + 4 * test
    drawn = DrawnVideo(person, 0, *(("swap", person + 1) if label == "fake" else (None, None)))
    for sequence in range(2):
        folder = home / str(video) / label / str(sequence)
        folder.mkdir(parents=True)
        for number in (8, 9, 10, 100):
            shown = drawn.frame(number + sequence, drawn.view(number + sequence, 96, 1.1))
            Image.fromarray(shown.image).save(folder / f"{number}.png")


def _pack(folder: Path) -> None:
    with tarfile.open(folder.with_name(f"{folder.name}.tar.gz"), "w:gz") as archive:
        archive.add(folder, arcname=folder.name)
    for file in sorted(folder.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    folder.rmdir()


def ffiw(root: Path) -> Path:
    for split, people in {"train": (0, 1), "val": (2, 3), "test": (4, 5)}.items():
        name = f"{split}_00000000"
        write_video(root / f"source/{split}/{name}.mp4", people[0])
        write_video(root / f"target/{split}/{name}.mp4", *people)
        write_mask(root / f"target_mask/{split}/{name}_mask.mp4", *people)
    return root


def deeper_forensics(root: Path) -> Path:
    names = {"train": "000_W101", "val": "001_M004", "test": "002_M110"}
    for variant in ("end_to_end", "end_to_end_level_3"):
        for name in names.values():
            path = root / f"manipulated_videos/{variant}/{name}.mp4"
            write_video(path, int(name[:3]), int(name[5:]))
    (root / "lists/splits").mkdir(parents=True)
    for split, name in names.items():
        (root / f"lists/splits/{split}.txt").write_text(f"{name}.mp4\n")
    return root


def folder(root: Path) -> Path:
    for split, person in (("train", 0), ("test", 2)):
        write_video(root / split / "real" / "anna.mp4", person)
        write_video(root / split / "fake" / "swap" / "anna_bela.mp4", person, person + 1)
    return root


def table(root: Path) -> Path:
    """A folder with names that mean nothing, and ``metadata.csv``."""
    write_video(root / "a.mp4", 0)
    write_video(root / "b.mp4", 0, 1)
    write_mask(root / "c.mp4", 0, 1)
    with open(root / "metadata.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "label", "identity", "manipulation", "split", "source", "mask"])
        writer.writerow(["a.mp4", "real", "ada", "", "train", "", ""])
        writer.writerow(["b.mp4", "fake", "ada;eva", "swap", "test", "a.mp4", "c.mp4"])
    return root
