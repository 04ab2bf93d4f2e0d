"""Drawn faces, real and forged, that need no download."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch.utils.data import Dataset

from graphforensics.data.clip_rows import clip_rows
from graphforensics.data.input_spec import InputSpec
from graphforensics.data.sample_layout import arrange
from graphforensics.datasets.drawn.drawn_video import FORGERIES, DrawnVideo, Forgery
from graphforensics.store.columns import FAKE, PARTS, REAL, SAMPLED, label_number

if TYPE_CHECKING:
    from graphforensics.data.face_graph import FaceGraph


class FakeFaceDataset(Dataset[dict[str, Any]]):
    """Seeded drawings of faces, real and forged, as every data set of this library yields them.

    Skin, eyes, brows, nose, mouth, hair, glasses and beard are a person's own; light, room and
    movement are a video's. People come in pairs: a ``"swap"`` puts the inner face of one into a
    video of the other, drawn coarser and in other light, a ``"self_blend"`` is the library's
    :func:`~graphforensics.tamper.self_blend`. No pair is in two splits. The 68 landmarks and the
    masks are exact, because the faces were drawn from them.

    It is meant for tests, examples and for trying a training loop. Extraction works on it: of 60
    clips written by :meth:`write_clips` the face was found in every frame, and dlib's landmarks
    were off by 4 % of the distance between the outer eye corners in the median. A detector trained
    on drawings knows nothing of photographs.

    Args:
        split: ``"train"`` (the first three fifths of the pairs), ``"val"``, ``"test"`` (a fifth
            each) or ``"all"``.
        spec: What the detector takes; one image of 224 pixels by default.
        identities: Number of people over all splits, even.
        videos: Real videos of each person.
        manipulations: Kinds of forgeries; one of each for every real video.
        frames: Frames a video, at 25 a second.
        seed: Equal seeds give equal data; another seed gives other people.
        transform: Applied to every sample.

    A sample is a dictionary: ``inputs`` (``uint8``, ``spec.shape``), ``label`` (``float32``, 1
    fake, 0 real), ``mask`` (``float32``, share of each pixel that is forged, like ``inputs`` with
    one channel), ``has_mask`` (always true), ``landmarks`` (``float32``, ``[68, 2]`` in pixels of
    ``inputs``, behind ``[frames]`` or ``[snippets, frames]``), and the strings ``dataset``,
    ``manipulation``, ``video``, ``identity`` (target and source joined by ``;``), ``quality``,
    ``split`` and ``track_id``.

    Raises:
        ValueError: A number is out of range, or a name is unknown.

    Example:
        >>> dataset = FakeFaceDataset("train", InputSpec("image", size=96), identities=10)
        >>> len(dataset), dataset[0]["inputs"].shape
        (18, torch.Size([3, 96, 96]))
        >>> dataset[2]["manipulation"], dataset[2]["video"], dataset[2]["identity"]
        ('swap', '000_001', 'drawn0/000;drawn0/001')
    """

    def __init__(
        self,
        split: str = "train",
        spec: InputSpec | None = None,
        identities: int = 20,
        videos: int = 1,
        manipulations: Sequence[str] = FORGERIES,
        frames: int = 50,
        seed: int = 0,
        transform: Callable[[dict[str, Any]], Any] | None = None,
    ) -> None:
        _check(identities, videos, manipulations, frames)
        self.split = split
        self.spec = spec or InputSpec("image", size=224)
        self.identities = identities
        self.frames = frames
        self.transform = transform
        kinds = cast("tuple[Forgery, ...]", tuple(manipulations))
        self.videos: list[DrawnVideo] = [
            video
            for person in people_of(split, identities)
            for take in range(videos)
            for video in _takes(person, take, kinds, seed)
        ]

    def __len__(self) -> int:
        return len(self.videos)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.split!r}, {len(self)} videos)"

    def __getitem__(self, position: int) -> Any:
        if not 0 <= position < len(self):
            raise IndexError(f"position {position} is not in [0, {len(self)})")
        sample = self._sample(position)
        return sample if self.transform is None else self.transform(sample)

    def metadata(self, position: int) -> dict[str, str]:
        """Return what is known about a video, as a metadata table would say it."""
        video = self.videos[position]
        name = f"{video.person:03d}"
        real = name if video.take == 0 else f"{name}-{video.take}"
        donor = "" if video.donor is None else f"{video.donor:03d}"
        # Another seed draws other people.
        people = ";".join(f"drawn{video.seed}/{who}" for who in (name, donor) if who)
        return {
            "label": REAL if video.forgery is None else FAKE,
            "identity": people,
            "manipulation": video.forgery or "original",
            "dataset": "FakeFace",
            "video": f"{real}_{donor}" if donor else real,
            "origin": f"original/{real}.mp4" if video.forgery else "",
            "quality": "raw",
            "split": split_of(video.person, self.identities),
        }

    def graph(self, position: int) -> FaceGraph:
        """Return the face in the middle of a video as a graph of its fifteen action units.

        A node's features are mean and spread of red, green and blue and the mean gradient where
        the action unit shows; a relation is the correlation of two nodes' features over all nodes.
        """
        from graphforensics.data.action_unit_graph import action_unit_graph

        video, number = self.videos[position], self.frames // 2
        shown = video.frame(number, video.view(number, self.spec.size, self.spec.margin))
        label = float(video.forgery is not None)
        return action_unit_graph(shown.image, shown.landmarks, label)

    def write_store(self, root: str | Path, size: int = 128, margin: float = 1.3) -> Path:
        """Write all videos as a face store, as if they had been extracted.

        Args:
            root: Folder of the store.
            size: Side of the crops in pixels.
            margin: Side of the crops over that of the face's box.

        Returns:
            ``root``.

        Raises:
            OutputError: The store cannot be written.
        """
        from graphforensics.datasets.drawn.write_drawn_store import write_drawn_store

        return write_drawn_store(self, Path(root), size, margin)

    def write_clips(self, root: str | Path, scale: float = 48.0) -> Path:
        """Write all videos as H.264 files, lossless masks, and a table ``metadata.csv``.

        Args:
            root: Folder of the clips.
            scale: Half width of a face in pixels; a frame is 5.2 wide and 4.8 high.

        Returns:
            The table, for ``graphforensics extract --metadata``.
        """
        from graphforensics.datasets.drawn.write_drawn_clips import write_drawn_clips

        return write_drawn_clips(self, Path(root), scale)

    def _sample(self, position: int) -> dict[str, Any]:
        video, spec = self.videos[position], self.spec
        runs = clip_rows([0] * self.frames, spec)
        numbers = [row for run in runs for row in run]
        drawn = {
            number: video.frame(number, video.view(number, spec.size, spec.margin))
            for number in dict.fromkeys(numbers)
        }
        shown = [drawn[number] for number in numbers]
        pixels = torch.from_numpy(np.stack([frame.image for frame in shown])).permute(0, 3, 1, 2)
        masks = torch.from_numpy(np.stack([frame.mask for frame in shown]))[:, None]
        landmarks = torch.from_numpy(np.stack([frame.landmarks for frame in shown]))
        told = self.metadata(position)
        return {
            "inputs": arrange(pixels, spec).contiguous(),
            "label": torch.tensor(float(label_number(told["label"]))),
            "mask": arrange(masks.float() / 255, spec),
            "has_mask": torch.tensor(True),
            "landmarks": arrange(landmarks, spec),
            **{name: told.get(name, "") for name in (*SAMPLED, "split")},
            "track_id": f"{told['manipulation']}/{told['video']}/track_000",
        }


def people_of(split: str, identities: int) -> range:
    """Return the numbers of the people in a split; pairs stay together.

    Raises:
        ValueError: The split is unknown, or would be empty.
    """
    if split not in (*PARTS, "all"):
        raise ValueError(f"'split' must be one of {(*PARTS, 'all')} (got {split!r})")
    if split == "all":
        return range(identities)
    if identities < 6:
        raise ValueError(f"'identities' must be at least 6 to be split (got {identities})")
    people = [person for person in range(identities) if split_of(person, identities) == split]
    return range(people[0], people[-1] + 1)


def split_of(person: int, identities: int) -> str:
    """Return the split that a person is in; empty when there are too few pairs for a split."""
    pairs = identities // 2
    held = max(1, pairs // 5)
    if pairs < 3:
        return ""
    pair = person // 2
    return PARTS[0] if pair < pairs - 2 * held else PARTS[1 if pair < pairs - held else 2]


def _takes(person: int, take: int, kinds: tuple[Forgery, ...], seed: int) -> list[DrawnVideo]:
    """The real video, and one forgery of each kind made of it."""
    forged = [
        DrawnVideo(person, take, kind, person ^ 1 if kind == "swap" else None, seed)
        for kind in kinds
    ]
    return [DrawnVideo(person, take, seed=seed), *forged]


def _check(identities: int, videos: int, manipulations: Sequence[str], frames: int) -> None:
    if identities < 2 or identities % 2:
        raise ValueError(f"'identities' must be even and at least 2 (got {identities})")
    if videos < 1 or frames < 1:
        raise ValueError(f"'videos' and 'frames' must be positive (got {videos} and {frames})")
    unknown = sorted(set(manipulations) - set(FORGERIES))
    if unknown or isinstance(manipulations, str):
        raise ValueError(f"'manipulations' must be among {FORGERIES} (got {manipulations!r})")
