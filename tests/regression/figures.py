"""Figures of small seeded runs; written down by ``python -m tests.regression.figures``.

Only public names are used, so that the file runs unchanged however the package's folders stand.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from graphforensics.data import FaceStore, FakeFaceDataset, InputSpec
from graphforensics.models import LRL, MRL, AUNet, DeepfakeMAE, Detector, LearningToMask
from graphforensics.tamper import SelfBlend, self_blend
from graphforensics.train import (
    FaceStoreDataModule,
    TrainingOptions,
    stages,
    task_class,
    train_detector,
)

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
FILE = FIXTURES / "figures.json"
Figures = dict[str, Any]

_IMAGE: dict[str, Any] = {"encoder": "resnet10t", "size": 32}
_MRL: dict[str, Any] = {
    **_IMAGE,
    "encoder_stage": 1,
    "attention_channels": 8,
    "regions": 4,
    "hidden_channels": 8,
}
#: A small detector of each kind; a random mask shows that numbers are drawn in the same order.
DETECTORS: dict[str, Callable[[], Detector]] = {
    "mrl": lambda: MRL(**_MRL, snippets=2, frames=2, dropout=0.2),
    "mrl_random_mask": lambda: MRL(
        **_MRL, snippets=2, frames=2, cells=2, normalize=True, mask_strategy="random"
    ),
    "mrl_image": lambda: MRL.image_based(**_MRL),
    "lrl": lambda: LRL(**_IMAGE, encoder_stages=[0, 1, 2], k=2, decoder_channels=8),
    "aunet": lambda: AUNet(**_IMAGE, encoder_stage=2, width=16, hidden_channels=16, heads=2),
    "deepfake_mae": lambda: DeepfakeMAE(
        channels=16,
        blocks=2,
        heads=2,
        decoder_channels=8,
        decoder_blocks=1,
        decoder_heads=2,
        patch=8,
        mapping_encoder="resnet10t",
        mapping_channels=8,
        frames=2,
        size=64,
    ),
    "learning_to_mask": lambda: LearningToMask(
        **_IMAGE, encoder_stage=2, blocks=2, heads=3, hidden_channels=32, classifier_channels=16
    ),
}


def detector_figures(name: str) -> Figures:
    """Judge, draw the graph, and take three steps with a fresh detector.

    Args:
        name: One of :data:`DETECTORS`.
    """
    torch.manual_seed(11)
    model = DETECTORS[name]().eval()
    batch = _batch(model.input_spec)
    inputs = batch["inputs"]
    with torch.no_grad():
        logit = model(inputs).logit
    graph = model.graph(inputs)
    found = {
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "weights": _summary(torch.cat([weight.flatten() for weight in model.parameters()])),
        "logit": logit.tolist(),
        # Not model.probability, which computes in bfloat16 where the processor has it.
        "probability": model.calibrated(logit).tolist(),
        "edges": [graph.num_nodes, graph.num_edges],
        "edge_weight": _summary(graph.edge_weight),
        "features": _summary(graph.x),
    }
    return {**found, "steps": _steps(model, batch)}


def stage_figures() -> Figures:
    """Ask the parts of the autoencoder's detector for their losses."""
    torch.manual_seed(12)
    model = DETECTORS["deepfake_mae"]()
    assert isinstance(model, DeepfakeMAE)
    batch = _batch(model.input_spec)
    images, known = batch["inputs"].flatten(0, 1), batch["landmarks"].flatten(0, 1)
    label = batch["label"].repeat_interleave(batch["inputs"].size(1))
    draw = torch.Generator().manual_seed(13)
    found: Figures = {}
    model.begin("pretrain")
    loss = model.autoencoder.reconstruction_loss(images, known, draw)
    loss.backward()
    found["pretrain"] = {"loss": loss.item(), "gradient": _gradient(model)}
    for stage in ("finetune", "map"):
        model.zero_grad()
        model.begin(stage)
        if stage == "finetune":
            losses = model.loss(model.judge(batch["inputs"], (stage,)), batch)
        else:
            losses = model.mapping_losses(model.mapping(images), label, model.drawn(images, known))
        losses["loss"].backward()
        found[stage] = {**_floats(losses), "gradient": _gradient(model)}
    return found


def training_figures(detector: str, stage: str | None) -> list[dict[str, float]]:
    """Train two epochs on the store of the fixtures, and return the rows of ``metrics.csv``.

    Args:
        detector: One of :data:`DETECTORS`.
        stage: Which of its stages.
    """
    torch.manual_seed(14)
    model = DETECTORS[detector]()
    if stage not in (None, "pretrain"):
        assert isinstance(model, DeepfakeMAE)
        model.begin("pretrain")
    task = task_class(model.name, stage)
    data = FaceStoreDataModule(
        [FIXTURES / "store"],
        model.input_spec,
        batch_size=4,
        fractions=(0.34, 0.33, 0.33),
        masks=model.reads_masks,
        landmarks=model.reads_landmarks,
        faces="without_fakes" if task.labels == "real" else "both",
        pseudo_fakes=task.own_fakes is not None,
    )
    # Plain steps: Adam divides by the gradient's size, which makes noise of the last digit large.
    options = TrainingOptions(
        epochs=2,
        learning_rate=0.01,
        optimizer="sgd",
        momentum=0.9,
        seed=5,
        precision="32",
        pseudo_fakes=task.own_fakes,
    )
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        summary = train_detector(model, data, run, options, stage=stage, accelerator="cpu")
    return [{name: float(value) for name, value in row.items()} for row in summary.rows]


def tamper_figures() -> Figures:
    """Forge a drawn face by itself and a batch of them."""
    sample = FakeFaceDataset("all", InputSpec("image", size=96), identities=2, frames=3)[0]
    image = sample["inputs"].permute(1, 2, 0).numpy()
    landmarks = sample["landmarks"].numpy()
    one = self_blend(image, landmarks, np.random.default_rng(21))
    images = sample["inputs"].expand(3, -1, -1, -1).contiguous()
    points = sample["landmarks"].expand(3, -1, -1).contiguous()
    found: Figures = {
        "drawn": _summary(sample["inputs"]),
        "landmarks": _summary(sample["landmarks"]),
        "recipe": one.recipe.to_dict(),
        "image": _summary(torch.from_numpy(one.image)),
        "target": _summary(torch.from_numpy(one.target)),
        "mask": _summary(torch.from_numpy(one.mask)),
    }
    for partial in (False, True):
        batch = SelfBlend(partial)(images, points, seeds=torch.tensor([1, 2, 3]))
        found["partial" if partial else "whole"] = {
            "forged": _summary(batch.forged),
            "target": _summary(batch.target),
            "mask": _summary(batch.mask),
            "valid": batch.valid.tolist(),
            "removed": int(batch.removed.sum()),
        }
    return found


def data_figures() -> Figures:
    """Part the store by identity, cut a clip of a track, and normalise it."""
    store = FaceStore(FIXTURES / "store")
    spec = InputSpec("clip", size=32, snippets=2, frames=2)
    clip = store[0].clip(spec)
    found: Figures = {"clip": _summary(clip), "normalised": _summary(spec.normalize(clip))}
    for seed in (0, 1):
        module = FaceStoreDataModule([store.root], spec, fractions=(0.34, 0.33, 0.33), seed=seed)
        found[f"split_{seed}"] = {
            part: module.rows(part).column("track_id").to_pylist() for part in module.parts
        }
        found["fingerprint"] = module.fingerprint()
    return found


def all_figures() -> Figures:
    """Compute every figure, by its name."""
    return {name: compute() for name, compute in CASES.items()}


#: Name of a group of figures -> what computes it.
CASES: dict[str, Callable[[], Any]] = {
    **{f"detector_{name}": (lambda name=name: detector_figures(name)) for name in DETECTORS},
    "stages": stage_figures,
    **{
        f"training_{name}{'_' + stage if stage else ''}": (
            lambda name=name, stage=stage: training_figures(name, stage)
        )
        for name in ("mrl", "lrl", "aunet", "deepfake_mae", "learning_to_mask")
        for stage in stages(name) or (None,)
    },
    "tamper": tamper_figures,
    "data": data_figures,
}


def _batch(spec: InputSpec) -> dict[str, Tensor]:
    """Four samples of noise with the landmarks of drawn faces; half of them have a forged part."""
    draw = torch.Generator().manual_seed(31)
    inputs = torch.randn(4, *spec.shape, generator=draw)
    flat = InputSpec("image", size=spec.size)
    faces = FakeFaceDataset("all", flat, identities=2, frames=1, manipulations=("self_blend",))
    landmarks = torch.stack([faces[number]["landmarks"] for number in range(4)])
    mask = torch.zeros(4, 1, spec.size, spec.size)
    mask[2:, :, : spec.size // 2, : spec.size // 3] = 1
    if spec.kind == "frames":
        landmarks = landmarks.unsqueeze(1).repeat(1, spec.frames, 1, 1)
    return {
        "inputs": inputs,
        "label": torch.tensor([0.0, 0.0, 1.0, 1.0]),
        "mask": mask,
        "has_mask": torch.ones(4, dtype=torch.bool),
        "landmarks": landmarks,
    }


def _steps(model: Detector, batch: Mapping[str, Tensor]) -> list[Figures]:
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    found = []
    for _ in range(3):
        optimizer.zero_grad()
        losses = model.loss(model(batch["inputs"]), batch)
        losses["loss"].backward()
        found.append({**_floats(losses), "gradient": _gradient(model)})
        optimizer.step()
    return found


def _floats(losses: Mapping[str, Tensor]) -> dict[str, float]:
    return {name: loss.item() for name, loss in losses.items()}


def _gradient(model: Detector) -> dict[str, float]:
    """Sum sizes: signed sums cancel, and what is left of them is rounding."""
    flat = [weight.grad.flatten() for weight in model.parameters() if weight.grad is not None]
    whole = torch.cat(flat).double()
    return {"weights": whole.numel(), "sum": whole.abs().sum().item(), "norm": whole.norm().item()}


def _summary(values: Tensor) -> dict[str, float]:
    whole = values.detach().double().flatten()
    return {
        "count": whole.numel(),
        "mean_size": whole.abs().mean().item(),
        "spread": whole.std().item(),
        "least": whole.min().item(),
        "most": whole.max().item(),
        # Tells an order from another one.
        "turned": (whole * torch.linspace(1, 2, len(whole), dtype=torch.float64)).sum().item(),
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    FILE.write_text(json.dumps(all_figures(), indent=1) + "\n", encoding="utf-8")
