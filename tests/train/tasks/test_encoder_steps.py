"""Stages of the encoder that stay as they are, or are trained at a rate of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lightning as L
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

from graphforensics.cli.main import main
from graphforensics.models import Baseline
from graphforensics.nn.encoder.build import build_encoder
from graphforensics.nn.encoder.stages import encoder_stages
from graphforensics.nn.rgb_frequency_encoder import RGBFrequencyEncoder
from graphforensics.train import DetectionTask, TrainingOptions, train_detector
from tests.train.every_task import TASKS, detector, samples, task


@pytest.mark.parametrize(
    ("name", "count", "first"),
    [
        ("resnet18", 5, {"conv1", "bn1"}),
        ("tf_efficientnet_lite0", 8, {"conv_stem", "bn1"}),
        ("vit_tiny_patch16_224", 13, {"patch_embed"}),
        ("r3d_18", 5, {"stages"}),
    ],
)
def test_the_stem_then_every_block(name: str, count: int, first: set[str]) -> None:
    encoder = build_encoder(name)
    stages = encoder_stages(encoder)
    assert len(stages) == count
    found = [id(one) for stage in stages for one in stage.parameters()]
    assert sorted(found) == sorted(id(one) for one in encoder.parameters())
    network: Any = getattr(encoder, "network", encoder)
    network = getattr(network, "model", network)
    own = {id(part): key for key, part in network.named_children()}
    assert {own.get(id(part), "stages") for part in stages[0].modules} == first


def test_two_networks_side_by_side_are_cut_together() -> None:
    encoder = RGBFrequencyEncoder("resnet10t")
    assert encoder.frequency is not None
    stages = encoder_stages(encoder)
    parts = [encoder_stages(encoder.rgb), encoder_stages(encoder.frequency)]
    for stage, *both in zip(stages, *parts, strict=True):
        assert len(stage.parameters()) == sum(len(one.parameters()) for one in both)


@pytest.mark.parametrize(("name", "stage"), TASKS)
def test_frozen_stages_of_every_detector_stay_to_the_bit(
    name: str, stage: str | None, tmp_path: Path
) -> None:
    """Weights, running statistics, and the modes."""
    settings: dict[str, Any] = {"freeze_stages": 1, "learning_rate": 0.05, "encoder_rate": 0.5}
    fitted = task(name, stage, **settings)
    encoder = fitted.trained_encoder()
    assert encoder is not None
    stages = encoder_stages(encoder)
    before = [_state(one) for one in stages[:2]]
    rows = samples(detector(name), 4)
    if fitted.labels == "real":
        rows = [{**row, "label": torch.tensor(0.0)} for row in rows]
    trainer = L.Trainer(
        max_epochs=1, accelerator="cpu", logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False, default_root_dir=tmp_path,
    )  # fmt: skip
    trainer.fit(fitted, DataLoader(rows, batch_size=4))
    assert all(torch.equal(a, b) for a, b in zip(before[0], _state(stages[0]), strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(before[1], _state(stages[1]), strict=True))
    fitted.train()
    frozen = [layer for part in stages[0].modules for layer in part.modules()]
    assert not any(layer.training for layer in frozen)
    assert all(layer.training for part in stages[1].modules for layer in part.modules())
    assert all(one.requires_grad for one in stages[0].parameters())


def _state(stage: Any) -> list[torch.Tensor]:
    buffers = [one for part in stage.modules for one in part.buffers()]
    return [one.detach().clone() for one in [*stage.parameters(), *buffers]]


def test_each_stage_takes_steps_of_its_own_size() -> None:
    """Plain gradient descent: the change is the rate times the gradient."""
    model = Baseline(encoder="resnet10t", size=32)
    rates = [0.25, 0.5, 2.0]
    fitted = DetectionTask(model, optimizer="sgd", learning_rate=0.1, stage_rates=rates)
    settings: Any = fitted.configure_optimizers()
    optimizer = settings["optimizer"]
    assert optimizer.param_groups[0]["lr"] == 0.1  # What the table tells.
    before = {name: one.detach().clone() for name, one in model.named_parameters()}
    for one in model.parameters():
        one.grad = torch.ones_like(one)
    optimizer.step()
    names = {id(one): name for name, one in model.named_parameters()}
    moved = {name: before[name] - one.detach() for name, one in model.named_parameters()}
    for number, stage in enumerate(encoder_stages(model.encoder)):
        for one in stage.parameters():
            change = moved.pop(names[id(one)])
            wanted = torch.full_like(change, 0.1 * rates[min(number, 2)])
            torch.testing.assert_close(change, wanted, atol=1e-6, rtol=1e-5)
    for change in moved.values():
        torch.testing.assert_close(change, torch.full_like(change, 0.1), atol=1e-6, rtol=1e-5)
    settings["lr_scheduler"]["scheduler"].step()
    assert [group["lr"] for group in optimizer.param_groups] != [0.1]


def test_without_any_of_it_the_optimiser_has_one_group() -> None:
    settings: Any = DetectionTask(Baseline(encoder="resnet10t", size=32)).configure_optimizers()
    assert len(settings["optimizer"].param_groups) == 1
    assert "rate" not in settings["optimizer"].param_groups[0]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"freeze_stages": 6}, "'freeze_stages' must be at most 5, the stages of the encoder"),
        ({"stage_rates": [1.0] * 6}, "'stage_rates' must be no more than 5"),
        ({"freeze_stages": -1}, "'freeze_stages' must be at least 0"),
        ({"encoder_rate": 0.0}, "'encoder_rate' must be positive"),
        ({"stage_rates": [0.0]}, "'stage_rates' must be positive"),
        ({"stage_rates": [0.1], "encoder_rate": 0.1}, "'encoder_rate' must be 1 with"),
    ],
)
def test_what_an_encoder_does_not_have_is_refused(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        DetectionTask(Baseline(encoder="resnet10t", size=32), **settings)


def test_a_model_without_an_encoder_has_no_stages() -> None:
    model = Baseline(encoder="resnet10t", size=32)
    model.encoder = None  # type: ignore[assignment]
    with pytest.raises(ValueError, match="has no encoder"):
        DetectionTask(model, freeze_stages=1)


def test_a_recipe_and_the_options_say_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "--config=lrl_small", "--freeze-stages=2", "--stage-rates", "0.1", "0.5"]
    assert main([*words, "--print-config"]) == 0
    recipe = tmp_path / "own.yaml"
    recipe.write_text(capsys.readouterr().out)
    assert "freeze_stages: 2" in recipe.read_text()
    assert main(["recipe", "check", str(recipe)]) == 0
    assert main(["train", f"--config={recipe}", "--print-config"]) == 0
    assert "stage_rates:" in capsys.readouterr().out


def test_a_resumed_run_keeps_groups_and_frozen_stages(tmp_path: Path, noise_store: Path) -> None:
    from graphforensics.train import FaceStoreDataModule

    runs = []
    for name, stop in (("whole", False), ("broken", True)):
        for resume in (False, True) if stop else (False,):
            torch.manual_seed(1)
            model = Baseline(encoder="resnet10t", size=32)
            options = TrainingOptions(
                epochs=2, learning_rate=1e-2, freeze_stages=2, encoder_rate=0.1, precision="32"
            )
            data = FaceStoreDataModule([noise_store], model.input_spec, batch_size=4)

            def tell(row: Any, broken: bool = stop and not resume) -> None:
                if broken:
                    raise KeyboardInterrupt

            try:
                train_detector(model, data, tmp_path / name, options, resume=resume, on_epoch=tell)
            except KeyboardInterrupt:
                continue
        runs.append(torch.load(tmp_path / name / "last.ckpt", weights_only=True)["state_dict"])
    assert all(torch.equal(runs[0][name], value) for name, value in runs[1].items())
    torch.manual_seed(1)
    fresh: nn.Module = Baseline(encoder="resnet10t", size=32)
    kept = [torch.equal(runs[0][f"model.{name}"], one) for name, one in fresh.state_dict().items()]
    assert 0 < sum(kept) < len(kept)
