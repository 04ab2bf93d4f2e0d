"""Clips out of face stores, as a PyTorch data set."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from graphforensics.data.input_spec import InputSpec
from graphforensics.data.sample_layout import arrange
from graphforensics.datasets.augmentation.augment_sample import augment_sample
from graphforensics.datasets.augmentation.augmentation_recipe import AugmentationRecipe
from graphforensics.datasets.augmentation.levels import level_of
from graphforensics.datasets.forgery_groups import forgery_groups
from graphforensics.datasets.perturbation import Perturbation, PerturbedTrack
from graphforensics.datasets.track_masks import find_beside, track_masks
from graphforensics.errors import MissingDataError
from graphforensics.regions.landmark_groups import MIRRORED_LANDMARKS
from graphforensics.store.columns import LABELS, SAMPLED, label_number
from graphforensics.store.face_track import FaceTrack
from graphforensics.store.layout import TRACKS, read_header
from graphforensics.store.remote_path import store_path
from graphforensics.store.store_names import own_source

_NAMES = (*SAMPLED, "track_id")
#: What :func:`~graphforensics.datasets.forgery_groups.forgery_groups` goes by.
_TYING = ("source", "store", "dataset", "video", "origin")


class ClipDataset(Dataset[dict[str, Any]]):
    """One sample of every face track, or several, as the detector's ``spec`` wants them.

    A sample is a dictionary of ``inputs`` (``uint8``, ``spec.shape``), ``label`` (``float32``,
    1 fake, 0 real), ``clip``, which sample of its track it is, from 0, and the strings
    ``dataset``, ``manipulation``, ``video``, ``quality``, ``identity`` and ``track_id``, empty
    where unknown. Pixels are normalised later, on the device.
    With ``masks``, and if any mask that the table names is there, a sample has ``mask``
    (``float32``, from 0 to 1 where each pixel is forged, like ``inputs`` with one channel; a blend
    ratio is not in it: a face that shines through by half has 1, too; zeros for real faces) and
    ``has_mask`` (false for fakes whose mask is not there). With ``landmarks`` it
    has the face's 68 ``landmarks`` in pixels of the sample (``float32``, ``[68, 2]`` for an image,
    ``[F, 68, 2]`` for frames, ``[T, D, 68, 2]`` for a clip), which follow a flip.

    Training samples start at a random place within their share of the track and, with ``flip``,
    are flipped left to right half of the time. Both follow from ``seed``, the epoch and the
    position alone, so that they do not depend on the number of workers or on what was loaded
    before: ``dataset[epoch, position]`` is the sample of that epoch (:class:`EpochSampler` asks
    so), ``dataset[position]`` that of epoch 0.

    A track's file is open only while a sample is read, and the table of tracks is an Arrow table,
    whose memory workers share: a worker's own memory does not grow with the size of the set.

    Args:
        table: Rows of :func:`~graphforensics.store.track_table.track_table` that have a track.
        spec: What the detector takes.
        train: Draw the place and the flip at random; otherwise samples are always the same.
        clips: Samples a track, evenly placed. Sample ``position`` is of track
            ``position // clips``.
        seed: Seed of the random places and flips.
        pairs: Cut a clip and the forgeries made from it, told by ``origin`` or by the name of the
            video (:func:`~graphforensics.datasets.forgery_groups.forgery_groups`), at the same
            places and flip them alike; :attr:`groups` then says which samples belong together.
        perturbation: What every crop goes through before it is resized, for robustness figures.
        masks: Read the masks of the forged pixels.
        landmarks: Read the landmarks.
        flip: Flip half of the training samples.
        augment: How training samples are changed, a clip and its forgeries of one group alike
            (:mod:`~graphforensics.datasets.augmentation`): ``"none"``, ``"published"`` or
            ``"strong"``.
        forged_later: Forgeries are made of the samples later: each training sample says as
            ``epoch`` which it is of and as ``augmentation`` how both are to be changed then.

    Raises:
        ValueError: ``clips`` is below 1, or ``augment`` is another word.
        MissingDataError: A row has no track or no label.

    Example:
        >>> from graphforensics.store.track_table import track_table
        >>> spec = InputSpec("clip", size=112, snippets=5, frames=20)
        >>> dataset = ClipDataset(track_table(["faces"]), spec)  # doctest: +SKIP
        >>> dataset[0]["inputs"].shape  # doctest: +SKIP
        torch.Size([5, 3, 20, 112, 112])
    """

    def __init__(
        self,
        table: pa.Table,
        spec: InputSpec,
        train: bool = False,
        clips: int = 1,
        seed: int = 0,
        pairs: bool = False,
        perturbation: Perturbation | None = None,
        masks: bool = False,
        landmarks: bool = False,
        flip: bool = True,
        augment: str = "none",
        forged_later: bool = False,
    ) -> None:
        if clips < 1:
            raise ValueError(f"'clips' must be at least 1 (got {clips})")
        _check(table)
        self.table = table
        self.spec = spec
        self.train = train
        self.clips = clips
        self.seed = seed
        self.perturbation = perturbation
        #: Whether samples have ``mask`` and ``has_mask``.
        self.masks = masks and _any_mask(table)
        self.landmarks = landmarks
        self.flip = flip
        self._level = level_of(augment) if train else None
        self.forged_later = forged_later
        #: Number of the scene of each sample with ``pairs``, else of the sample ``[n]``.
        self.groups = _scenes(table, clips) if pairs else np.arange(len(table) * clips)
        self._margins: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self.table) * self.clips

    def __repr__(self) -> str:
        kind = "training" if self.train else "testing"
        return f"{type(self).__name__}({len(self.table)} tracks, {len(self)} samples, {kind})"

    def __getitem__(self, item: int | tuple[int, int]) -> dict[str, Any]:
        epoch, position = item if isinstance(item, tuple) else (0, item)
        if not 0 <= position < len(self):
            raise IndexError(f"position {position} is not in [0, {len(self)})")
        number, clip = divmod(position, self.clips)
        row = self.table.slice(number, 1).to_pylist()[0]
        track = self._track(row)
        rng = np.random.default_rng([self.seed, epoch, int(self.groups[position])])
        runs = track.clip_rows(self.spec, rng if self.train else (clip + 0.5) / self.clips)
        rows = [frame for run in runs for frame in run]
        shown = self._shown(track, rows)
        beside, words = self._beside(item, track, rows)
        shown |= beside
        if self.train and self.flip and rng.random() < 0.5:
            shown = {name: self._flipped(name, value) for name, value in shown.items()}
        shown, more = self._augmented(shown, epoch, int(self.groups[position]))
        label = torch.tensor(float(label_number(row["label"])))
        named = {name: row[name] or "" for name in _NAMES}
        if self.train and self.forged_later:
            more["epoch"] = epoch
        return {**shown, "label": label, "clip": clip, **named, **words, **more}

    def _beside(
        self, item: int | tuple[int, int], track: FaceTrack, rows: list[int]
    ) -> tuple[dict[str, Tensor], dict[str, str]]:
        """Read what else a sample has: tensors, which are flipped with it, and words."""
        return {}, {}

    def _augmented(
        self, shown: dict[str, Tensor], epoch: int, group: int
    ) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Change the sample, or say how it is to be changed once its forgery has been made."""
        if self._level is None:
            return shown, {}
        # Apart from the draws of place and flip, which stay as they are without it.
        rng = np.random.default_rng([self.seed, epoch, group, 1])
        recipe = AugmentationRecipe.draw(self._level, rng, self.spec.kind == "clip")
        if self.forged_later:
            return shown, {"augmentation": recipe.to_json()}
        return augment_sample(shown, recipe, self.spec), {}

    def _shown(self, track: FaceTrack, rows: list[int]) -> dict[str, Tensor]:
        spec = self.spec
        if self.landmarks:
            crops, points = track.crops_with_landmarks(rows, spec.size, spec.margin)
            shown = {"inputs": arrange(crops, spec), "landmarks": arrange(points, spec)}
        else:
            shown = {"inputs": arrange(track.crops(rows, spec.size, spec.margin), spec)}
        if self.masks:
            masks = track_masks(track, rows, spec)
            missing = torch.zeros(len(rows), 1, spec.size, spec.size)
            shown["mask"] = arrange(missing if masks is None else masks, spec)
            shown["has_mask"] = torch.tensor(masks is not None)
        return shown

    def _flipped(self, name: str, value: Tensor) -> Tensor:
        if name.endswith("landmarks"):
            # As mirror_landmarks does, but what is not finite stays so: the detector leaves it out.
            turned = value[..., list(MIRRORED_LANDMARKS), :] * torch.tensor([-1.0, 1.0])
            return turned + torch.tensor([self.spec.size - 1.0, 0.0])
        return value.flip(-1) if value.dim() else value

    def _track(self, row: dict[str, Any]) -> FaceTrack:
        # The row is all that a track needs: no process but the first reads a whole manifest.
        root = store_path(row["store"])
        margin = self._margins.get(row["store"])
        if margin is None:
            margin = self._margins[row["store"]] = read_header(root).margin
        file = root / TRACKS / f"{row['track_id']}.parquet"
        row = {**row, "source": own_source(row["source"], row["store"])}
        if self.perturbation is not None:
            return PerturbedTrack(file, row, margin, self.perturbation)
        return FaceTrack(file, row, margin)


def _scenes(table: pa.Table, clips: int) -> NDArray[np.int64]:
    """Number the scene of each sample; clips of one track are apart from each other."""
    names = [name for name in _TYING if name in table.column_names]
    scenes = forgery_groups(table.select(names).to_pylist())
    samples: NDArray[np.int64] = (scenes[:, None] * clips + np.arange(clips)).ravel()
    return samples


def _any_mask(table: pa.Table) -> bool:
    """Say whether any mask is there: zeros for the real faces alone would teach the wrong thing."""
    rows = zip(
        *(table.column(name).to_pylist() for name in ("source", "store", "mask")), strict=True
    )
    return any(
        find_beside(own_source(source, store), mask) is not None
        for source, store, mask in rows
        if mask
    )


def _check(table: pa.Table) -> None:
    if table.column("track_id").null_count:
        raise MissingDataError("a row of 'table' has no face track; keep the rows with one")
    labelled = pc.is_in(table.column("label"), pa.array(LABELS))
    if not pc.all(labelled, min_count=0).as_py():
        source = table.filter(pc.invert(labelled)).column("source")[0].as_py()
        raise MissingDataError(
            f"{source}: no label; give labels with 'extract --metadata' or with '--labels'"
        )
