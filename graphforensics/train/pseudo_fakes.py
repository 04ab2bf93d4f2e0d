"""Fakes made from the real faces of a batch, on the device that trains or where it is loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from graphforensics.data.input_spec import InputSpec
from graphforensics.datasets.augmentation.augment_sample import augment_sample
from graphforensics.datasets.augmentation.augmentation_recipe import AugmentationRecipe
from graphforensics.errors import MissingDataError
from graphforensics.tamper.regenerate.regenerate import Regenerate
from graphforensics.tamper.self_blend.batched import SelfBlend
from graphforensics.train.config.pseudo_fake_shares import pseudo_fake_shares
from graphforensics.train.config.task_options import PseudoFakeKind, PseudoStrength

#: Name of the entry of a batch that counts real faces without usable landmarks.
LEFT_OUT = "left_out"

#: The manipulation that pseudo-fakes are called by.
MANIPULATION = "self_blend"

#: Way to forge -> what its forgeries are called.
NAMES = {"whole": MANIPULATION, "partial": MANIPULATION, "regenerate": "regenerate"}

#: What a sample says of itself for the forgery alone.
_OF_THE_LOADER = ("augmentation", "epoch")


class PseudoFakes:
    """Turn a batch of real faces into pairs of each and a forged copy.

    A recipe follows from the seed, the epoch, the name of the track and which of its samples it
    is, whatever the batch, the device and the number of processes; in validation the epoch does
    not count, so that every epoch is judged by the same fakes. All frames of a sample share a
    recipe. Faces whose landmarks are not usable are left out and counted.

    Args:
        kind: ``"whole"`` blends the hull of the face with a changed copy, ``"partial"`` the hull
            without some facial action units, ``"regenerate"`` passes the face through a
            generator's bottleneck (:class:`~graphforensics.tamper.Regenerate`). Several with
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
        self.shares = pseudo_fake_shares(kind)
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
        batch = {name: value for name, value in batch.items() if name not in _OF_THE_LOADER}
        ways = self._ways(seeds)
        faces = self._frames_first(batch["inputs"])
        target, forged, mask, valid = self._forge(faces, batch["landmarks"], seeds, ways)
        kept = valid.nonzero().flatten()
        left_out = len(seeds) - len(kept)
        if not len(kept):
            return {**batch, **self._unforged(batch), LEFT_OUT: left_out}
        pictures = torch.cat([target[kept], forged[kept]])
        masks = torch.cat([torch.zeros_like(mask[kept]), mask[kept]])
        label = torch.zeros(2 * len(kept), device=kept.device)
        label[len(kept) :] = 1
        made = {
            **_twice(batch, kept.tolist(), [NAMES[ways[number]] for number in kept.tolist()]),
            "inputs": self._channels_first(pictures),
            "label": label,
            "landmarks": batch["landmarks"][kept].repeat(2, *[1] * (batch["landmarks"].dim() - 1)),
            "mask": self._channels_first(masks),
            "has_mask": torch.ones_like(label, dtype=torch.bool),
            LEFT_OUT: left_out,
        }
        if recipes is None:
            return made
        return self._augmented(made, [recipes[number] for number in kept.tolist()] * 2)

    def _ways(self, seeds: Tensor) -> list[str]:
        """Choose each sample's way to forge, by its seed alone."""
        names, shares = list(self.shares), list(self.shares.values())
        if len(names) == 1:
            return names * len(seeds)
        draws = [
            np.random.default_rng([seed, 7]).choice(len(names), p=shares) for seed in seeds.tolist()
        ]
        return [names[int(draw)] for draw in draws]

    def _forge(
        self, faces: Tensor, landmarks: Tensor, seeds: Tensor, ways: list[str]
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return real partners, forgeries, masks, and which samples were forged."""
        made, places = [], []
        for way in dict.fromkeys(ways):
            chosen = [number for number, word in enumerate(ways) if word == way]
            places += chosen
            made.append(self.forgers[way](faces[chosen], landmarks[chosen], seeds[chosen]))
        order = torch.tensor(places, device=faces.device).argsort()
        return (
            torch.cat([one.target for one in made])[order],
            torch.cat([one.forged for one in made])[order],
            torch.cat([one.mask for one in made])[order],
            torch.cat([one.valid for one in made])[order],
        )

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
    numbers = [0] * len(names) if clips is None else clips.tolist()
    told = "val" if epoch is None else epoch
    epochs = [told] * len(names) if isinstance(told, int | str) else told
    words = [
        f"{seed}/{when}/{name}" + (f"/{number}" if number else "")
        for when, name, number in zip(epochs, names, numbers, strict=True)
    ]
    digests = [hashlib.blake2b(word.encode("utf-8"), digest_size=8).digest() for word in words]
    return torch.tensor([int.from_bytes(digest, "little") >> 1 for digest in digests])


def _twice(batch: dict[str, Any], kept: list[int], forged: list[str]) -> dict[str, Any]:
    """Repeat the names of the faces kept, for the real partners and their fakes."""
    names = {
        name: [values[number] for number in kept] * 2
        for name, values in batch.items()
        if isinstance(values, list | tuple)
    }
    real = [batch["manipulation"][number] for number in kept]
    return {**names, "manipulation": [*real, *forged]}
