"""Fakes made from the real faces of a batch, on the device that trains or where it is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from graphforensics.data.input_spec import InputSpec
from graphforensics.datasets.augmentation.augment_sample import augment_sample
from graphforensics.datasets.augmentation.augmentation_recipe import AugmentationRecipe
from graphforensics.datasets.stored_pair_dataset import FORGED_PARTS
from graphforensics.errors import MissingDataError
from graphforensics.tamper.regenerate.regenerate import Regenerate
from graphforensics.tamper.self_blend.batched import SelfBlend
from graphforensics.train.config.pseudo_fake_shares import STORED
from graphforensics.train.config.task_options import PseudoFakeKind, PseudoStrength
from graphforensics.train.forgery_choice import ForgeryChoice
from graphforensics.train.recipe_seeds import recipe_seeds as seeds_of

#: Name of the entry of a batch that counts real faces without usable landmarks.
LEFT_OUT = "left_out"

#: The manipulation that pseudo-fakes are called by.
MANIPULATION = "self_blend"

#: Way to forge -> what its forgeries are called.
NAMES = {"whole": MANIPULATION, "partial": MANIPULATION, "regenerate": "regenerate"}

#: What a sample says of itself for the forgery alone.
_OF_THE_LOADER = ("augmentation", "epoch", *FORGED_PARTS)


class PseudoFakes:
    """Turn a batch of real faces into pairs of each and a forged copy.

    A recipe follows from the seed, the epoch, the name of the track and which of its samples it
    is, whatever the batch, the device and the number of processes; in validation the epoch does
    not count, so that every epoch is judged by the same fakes. All frames of a sample share a
    recipe. Faces whose landmarks are not usable are left out and counted.

    Args:
        kind: ``"whole"`` blends the hull of the face with a changed copy, ``"partial"`` the hull
            without some facial action units, ``"regenerate"`` passes the face through a
            generator's bottleneck (:class:`~graphforensics.tamper.Regenerate`), ``"stored"`` takes
            the forgery that was read beside it
            (:class:`~graphforensics.datasets.stored_pair_dataset.StoredPairDataset`), or another
            way where there is none, or leaves it out where there is no other. Several with
            shares, such as ``"whole=3,regenerate=1"``, are chosen between for each sample.
        spec: How samples are laid out.
        seed: Seed of the recipes.
        strength: Of self-blends, ``"mild"`` or ``"published"``.

    Raises:
        ValueError: A word is another one.
    """

    def __init__(
        self,
        kind: PseudoFakeKind,
        spec: InputSpec,
        seed: int = 0,
        strength: PseudoStrength = "mild",
    ) -> None:
        self.kind, self.spec, self.seed, self.strength = kind, spec, seed, strength
        self.choice = ForgeryChoice(kind, seed)
        self.forgers: dict[str, SelfBlend | Regenerate] = {
            "whole": SelfBlend(strength=strength),
            "partial": SelfBlend(partial=True, strength=strength),
            "regenerate": Regenerate(),
        }

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.kind}, seed={self.seed}, strength={self.strength})"

    def __call__(self, batch: dict[str, Any], epoch: int | None) -> dict[str, Any]:
        """Return the batch of pairs: the real partners first, their fakes in the same order.

        Args:
            batch: Real faces with ``landmarks``, as loaded; without ``clip`` each is its track's
                first sample. Where samples say as ``epoch`` which they are of, that counts.
            epoch: Number of the epoch; ``None`` in validation.

        Returns:
            ``inputs``, ``label``, ``landmarks``, ``mask`` (share of a pixel that is forged),
            ``has_mask``, the names, and the number of faces left out as ``"left_out"``. Where
            every face had to be left out, the faces as they are, with label 0. What a sample's
            ``augmentation`` says is done to both halves of its pair.

        Raises:
            MissingDataError: The samples have no landmarks, or there is a fake among them.
        """
        self._check(batch)
        told = batch.get("epoch")
        epochs = epoch if told is None else told.tolist()
        drawn = recipe_seeds(batch["track_id"], self.seed, epochs, batch.get("clip"))
        seeds = drawn.to(batch["inputs"].device)
        recipes = batch.get("augmentation")
        stored = {name: batch[name] for name in FORGED_PARTS if name in batch}
        batch = {name: value for name, value in batch.items() if name not in _OF_THE_LOADER}
        ways = self._ways(drawn.tolist(), stored)
        faces = self._frames_first(batch["inputs"])
        target, forged, mask, valid = self._forge(faces, batch["landmarks"], seeds, ways, stored)
        kept = valid.nonzero().flatten()
        left_out = len(seeds) - len(kept)
        if not len(kept):
            return {**batch, **self._unforged(batch), LEFT_OUT: left_out}
        pictures = torch.cat([target[kept], forged[kept]])
        masks = torch.cat([torch.zeros_like(mask[kept]), mask[kept]])
        label = torch.zeros(2 * len(kept), device=kept.device)
        label[len(kept) :] = 1
        made = {
            **_twice(batch, kept.tolist(), _names(ways, stored, kept.tolist())),
            "inputs": self._channels_first(pictures),
            "label": label,
            "mask": self._channels_first(masks),
            **_of_both_halves(batch["landmarks"], stored, ways, kept),
            LEFT_OUT: left_out,
        }
        if recipes is None:
            return made
        return self._augmented(made, [recipes[number] for number in kept.tolist()] * 2)

    def _ways(self, seeds: list[int], stored: dict[str, Any]) -> list[str | None]:
        """Choose each sample's way to forge, by its seed and what lies in the stores alone."""
        there = stored.get("forged_there")
        read = [False] * len(seeds) if there is None else there.tolist()
        return [
            self.choice.other(seed) if way == STORED and not beside else way
            for way, seed, beside in zip(self.choice.ways(seeds), seeds, read, strict=True)
        ]

    def _forge(
        self,
        faces: Tensor,
        landmarks: Tensor,
        seeds: Tensor,
        ways: list[str | None],
        stored: dict[str, Any],
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return real partners, forgeries, masks, and which samples were forged."""
        made: list[tuple[Tensor, ...]] = []
        places: list[int] = []
        for way in dict.fromkeys(ways):
            chosen = [number for number, word in enumerate(ways) if word == way]
            places += chosen
            if way is None or way == STORED:
                made.append(self._read(faces[chosen], chosen, stored, way is not None))
                continue
            one = self.forgers[way](faces[chosen], landmarks[chosen], seeds[chosen])
            made.append((one.target, one.forged, one.mask, one.valid))
        order = torch.tensor(places, device=faces.device).argsort()
        target, forged, mask, valid = (
            torch.cat([one[part] for one in made])[order] for part in range(4)
        )
        return target, forged, mask, valid

    def _read(
        self, faces: Tensor, chosen: list[int], stored: dict[str, Any], there: bool
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return what was read beside some faces, or that there is nothing."""
        valid = torch.full((len(faces),), there, device=faces.device)
        if not there:
            shape = (*faces.shape[:-3], 1, *faces.shape[-2:])
            return faces, faces, torch.zeros(shape, device=faces.device), valid
        forged, mask = (
            self._frames_first(stored[name])[chosen] for name in ("forged", "forged_mask")
        )
        return faces, forged, mask, valid

    def _augmented(self, made: dict[str, Any], recipes: list[str]) -> dict[str, Any]:
        names = ("inputs", "mask", "landmarks")
        changed = [
            augment_sample(
                {name: made[name][number] for name in names},
                AugmentationRecipe.from_json(recipe),
                self.spec,
            )
            for number, recipe in enumerate(recipes)
        ]
        return {**made, **{name: torch.stack([one[name] for one in changed]) for name in names}}

    def _check(self, batch: dict[str, Any]) -> None:
        if "landmarks" not in batch:
            raise MissingDataError("pseudo-fakes need the faces' landmarks, which are not read")
        if bool(batch["label"].any()):
            raise MissingDataError("pseudo-fakes are made of real faces, but a batch holds fakes")

    def _unforged(self, batch: dict[str, Any]) -> dict[str, Tensor]:
        shape = list(batch["inputs"].shape)
        shape[-4 if self.spec.kind == "clip" else -3] = 1
        label = torch.zeros_like(batch["label"])
        mask = torch.zeros(shape, device=label.device)
        return {"label": label, "mask": mask, "has_mask": torch.ones_like(label, dtype=torch.bool)}

    def _frames_first(self, inputs: Tensor) -> Tensor:
        return inputs.transpose(2, 3) if self.spec.kind == "clip" else inputs

    def _channels_first(self, frames: Tensor) -> Tensor:
        return frames.transpose(2, 3).contiguous() if self.spec.kind == "clip" else frames


def recipe_seeds(
    names: Sequence[str],
    seed: int,
    epoch: int | Sequence[int] | None,
    clips: Tensor | None = None,
) -> Tensor:
    """Draw a seed for each of some tracks, the same whatever their order.

    Args:
        names: Of the tracks.
        seed: Of the run.
        epoch: Number of the epoch, or that of each; ``None`` in validation.
        clips: Which sample of its track each is, ``[B]``. Default: the first, 0.

    Returns:
        ``int64 [B]``, not negative.

    Example:
        >>> one, other = recipe_seeds(["a", "b"], 0, 3), recipe_seeds(["b"], 0, 3)
        >>> bool(one[1] == other[0])
        True
    """
    return torch.tensor(
        seeds_of(names, seed, epoch, None if clips is None else clips.tolist()), dtype=torch.int64
    )


def _names(ways: list[str | None], stored: dict[str, Any], kept: list[int]) -> list[str]:
    """Say what each forgery is called."""
    ways_kept = {number: str(ways[number]) for number in kept}
    return [
        NAMES[way] if way in NAMES else stored["forged_by"][number] or way
        for number, way in ways_kept.items()
    ]


def _of_both_halves(
    landmarks: Tensor, stored: dict[str, Any], ways: list[str | None], kept: Tensor
) -> dict[str, Tensor]:
    """Return landmarks of the faces and of their forgeries, and which of them have a mask."""
    forged, has_mask = landmarks, torch.ones(len(ways), dtype=torch.bool, device=kept.device)
    read = torch.tensor([way == STORED for way in ways], device=kept.device)
    if bool(read.any()):
        rows = read.view(-1, *[1] * (landmarks.dim() - 1))
        forged = torch.where(rows, stored["forged_landmarks"], landmarks)
        has_mask = ~read | stored["forged_has_mask"]
    real = torch.ones(len(kept), dtype=torch.bool, device=kept.device)
    return {
        "landmarks": torch.cat([landmarks[kept], forged[kept]]),
        "has_mask": torch.cat([real, has_mask[kept]]),
    }


def _twice(batch: dict[str, Any], kept: list[int], forged: list[str]) -> dict[str, Any]:
    """Repeat the names of the faces kept, for the real partners and their fakes."""
    names = {
        name: [values[number] for number in kept] * 2
        for name, values in batch.items()
        if isinstance(values, list | tuple)
    }
    real = [batch["manipulation"][number] for number in kept]
    return {**names, "manipulation": [*real, *forged]}
