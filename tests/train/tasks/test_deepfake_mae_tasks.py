"""The three stages of DeepfakeMAE, alone and one after the other."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch

from graphforensics.cli.main import main
from graphforensics.errors import MissingDataError
from graphforensics.inference import detect
from graphforensics.models import LRL, DeepfakeMAE, load_detector
from graphforensics.regions.mean_face import mean_face
from graphforensics.train import (
    FaceStoreDataModule,
    TrainingOptions,
    stages,
    task_class,
    train_detector,
)
from graphforensics.train.recipes.recipe import read_recipe
from graphforensics.train.run.start_from import start_from
from graphforensics.train.tasks import deepfake_mae_map_task
from graphforensics.train.tasks.deepfake_mae_episode import Domains, Episode
from graphforensics.train.tasks.deepfake_mae_finetune_task import DeepfakeMAEFinetuneTask
from graphforensics.train.tasks.deepfake_mae_map_task import DeepfakeMAEMapTask
from graphforensics.train.tasks.deepfake_mae_pretrain_task import DeepfakeMAEPretrainTask

SMALL: dict[str, Any] = {
    "channels": 16,
    "blocks": 1,
    "heads": 2,
    "decoder_channels": 8,
    "decoder_blocks": 1,
    "decoder_heads": 2,
    "patch": 8,
    "mapping_encoder": "resnet10t",
    "mapping_channels": 8,
    "frames": 2,
    "size": 32,
}


@pytest.fixture
def model() -> DeepfakeMAE:
    torch.manual_seed(3)
    return DeepfakeMAE(**SMALL)


@pytest.fixture
def batch() -> dict[str, Any]:
    seeded = torch.Generator().manual_seed(5)
    return {
        "inputs": torch.randint(0, 256, (8, 2, 3, 32, 32), generator=seeded, dtype=torch.uint8),
        "landmarks": mean_face(32).expand(8, 2, -1, -1),
        "label": torch.tensor([0.0, 1.0] * 4),
        "dataset": ["noise"] * 8,
        "manipulation": ["", "swap"] * 4,
        "video": [str(number // 2) for number in range(8)],
        "quality": [""] * 8,
        "identity": [""] * 8,
    }


def data_of(store, **keywords: Any) -> FaceStoreDataModule:
    spec = DeepfakeMAE(**SMALL).input_spec
    told = {"batch_size": 4, "fractions": (0.5, 0.25, 0.25), "landmarks": True, **keywords}
    return FaceStoreDataModule([store], spec, **told)


def changed(model: DeepfakeMAE, before: dict[str, torch.Tensor]) -> set[str]:
    state = model.state_dict()
    return {name.split(".")[0] for name in state if not torch.equal(state[name], before[name])}


def test_the_stages_are_registered():
    assert stages("deepfake_mae") == ("pretrain", "finetune", "map")
    assert task_class("deepfake_mae", "pretrain") is DeepfakeMAEPretrainTask
    assert task_class("deepfake_mae", "finetune") is DeepfakeMAEFinetuneTask
    assert task_class("deepfake_mae", "map") is DeepfakeMAEMapTask
    with pytest.raises(ValueError, match="pretrain, finetune, map"):
        task_class("deepfake_mae")


def test_three_stages_to_one_checkpoint(model, noise_store, tmp_path):
    options = TrainingOptions(epochs=2, learning_rate=0.01, decay_every=1)
    before = copy.deepcopy(model.state_dict())
    first = train_detector(
        model,
        data_of(noise_store, faces="without_fakes"),
        tmp_path / "1",
        options,
        stage="pretrain",
    )
    assert changed(model, before) == {"autoencoder", "stages"}
    assert {"train_loss", "val_loss"} <= set(first.best)
    assert "val_auc" not in first.best
    assert first.best["val_loss"] == min(row["val_loss"] for row in first.rows)
    assert all(weight.requires_grad for weight in model.parameters())
    model = load_detector(first.folder)
    assert model.stages.names == ("pretrain",)

    before = copy.deepcopy(model.state_dict())
    second = train_detector(model, data_of(noise_store), tmp_path / "2", options, stage="finetune")
    assert changed(model, before) == {"finetuning", "stages"}
    assert "val_auc" in second.best
    model = load_detector(second.folder)

    before = copy.deepcopy(model.state_dict())
    third = train_detector(
        model,
        data_of(noise_store),
        tmp_path / "3",
        TrainingOptions(epochs=2, learning_rate=0.05, decay_every=1, optimizer="sgd", momentum=0.9),
        stage="map",
        task_options={"inner_steps": 2},
    )
    assert changed(model, before) == {"mapping", "stages"}
    assert [row["learning_rate"] for row in third.rows] == [0.05, 0.025]
    assert {"train_meta_train_mapping", "train_meta_test_classification"} <= set(third.best)
    done = load_detector(third.folder)
    assert done.stages.names == ("pretrain", "finetune", "map")
    output = done(torch.randn(2, *done.input_spec.shape))
    assert output.finetune_logit is not None
    assert output.map_logit is not None


def test_a_killed_run_goes_on_as_if_it_was_not(noise_store, tmp_path):
    """Masks, frames and episodes come from the global generator, whose state is kept."""
    for stage, faces in (("pretrain", "without_fakes"), ("map", "both")):
        results = []
        for name, parts in (("whole", [2]), ("halves", [1, 2])):
            for number, epochs in enumerate(parts):
                torch.manual_seed(3)
                model = DeepfakeMAE(**SMALL)
                model.stages.add("pretrain")
                summary = train_detector(
                    model,
                    data_of(noise_store, faces=faces),
                    tmp_path / stage / name,
                    TrainingOptions(epochs=epochs, learning_rate=0.01, optimizer="sgd"),
                    stage=stage,
                    resume=number > 0,
                )
            results.append((summary.rows, model.state_dict()))
        assert results[0][0] == results[1][0]
        for name, value in results[0][1].items():
            assert torch.equal(value, results[1][1][name]), name


def test_the_command_line_and_after(noise_store, astronaut_clip, tmp_path, capsys):
    keywords = [f"{name}={value}" for name, value in SMALL.items()]
    common = ["--data", str(noise_store), "--fractions", "0.5", "0.25", "0.25"]
    common += ["--epochs", "1", "--batch-size", "4"]
    start: list[str] = []
    for stage, faces in (("pretrain", ["--real-only"]), ("finetune", []), ("map", [])):
        out = tmp_path / stage
        told = ["train", "--config", f"deepfake_mae_{stage}_small", *common, *faces, *start]
        told += ["--out", str(out), *(word for one in keywords for word in ("--set", one))]
        told += ["--set", "encoder=tiny"]
        assert main(told) == 0, capsys.readouterr().err
        start = ["--start-from", str(out / "best")]
    best = tmp_path / "map" / "best"
    report = tmp_path / "report.json"
    told = ["evaluate", "--data", str(noise_store), "--model", str(best), "--json", str(report)]
    assert main(told) == 0, capsys.readouterr().err
    assert report.is_file()
    found = detect(astronaut_clip, load_detector(best))
    assert 0 <= found.persons[0].probability <= 1
    told = ["graph", str(astronaut_clip), "--model", str(best), "--out", str(tmp_path / "g.png")]
    assert main(told) == 0, capsys.readouterr().err
    assert (tmp_path / "g.png").stat().st_size > 1000


def test_the_small_recipes_go_together(tmp_path):
    """The autoencoder learns from single frames, the branches read five, and weights go on."""
    keywords = read_recipe("deepfake_mae_pretrain_small")["set"]
    assert keywords["frames"] == 1
    DeepfakeMAE(**keywords).save_pretrained(tmp_path / "1")
    second = start_from(
        tmp_path / "1", "deepfake_mae", read_recipe("deepfake_mae_finetune_small")["set"]
    )
    assert second.input_spec.shape == (5, 3, 112, 112)
    second.save_pretrained(tmp_path / "2")
    third = start_from(tmp_path / "2", "deepfake_mae", read_recipe("deepfake_mae_map_small")["set"])
    assert third.config == second.config


def test_stages_by_their_names_alone(noise_store, tmp_path, capsys):
    """``--model deepfake_mae --stage``, without a recipe."""
    keywords = [f"{name}={value}" for name, value in SMALL.items()]
    start = ["--model", "deepfake_mae", *(word for one in keywords for word in ("--set", one))]
    for stage, faces in (("pretrain", ["--real-only"]), ("finetune", []), ("map", [])):
        told = ["train", *start, "--stage", stage, "--data", str(noise_store), *faces]
        told += ["--fractions", "0.5", "0.25", "0.25", "--epochs", "1", "--batch-size", "4"]
        assert main([*told, "--out", str(tmp_path / stage)]) == 0, capsys.readouterr().err
        start = ["--start-from", str(tmp_path / stage / "best")]
    done = load_detector(tmp_path / "map" / "best")
    assert done.stages.names == ("pretrain", "finetune", "map")


def test_a_running_mean_keeps_the_stages(model, noise_store, tmp_path):
    options = TrainingOptions(epochs=2, learning_rate=0.01, ema=0.5)
    for stage, faces in (("pretrain", "without_fakes"), ("finetune", "both"), ("map", "both")):
        data = data_of(noise_store, faces=faces)
        summary = train_detector(model, data, tmp_path / stage, options, stage=stage)
        model = load_detector(summary.folder)
        assert model.stages.names[-1] == stage
    assert model.stages.names == ("pretrain", "finetune", "map")


def test_real_faces_only_unless_told_otherwise(model, noise_store, tmp_path):
    with pytest.raises(MissingDataError, match="real faces only are learned from here"):
        data_of(noise_store, faces="real")
    with pytest.raises(ValueError, match="'faces' must be real"):
        train_detector(model, data_of(noise_store), tmp_path, stage="pretrain")
    options = TrainingOptions(epochs=1)
    train_detector(model, data_of(noise_store, faces="any"), tmp_path, options, stage="pretrain")


@pytest.mark.parametrize("stage", ["finetune", "map"])
def test_a_stage_without_the_earlier_is_one_error(model, noise_store, tmp_path, stage, capsys):
    with pytest.raises(MissingDataError, match="'--start-from RUN/best'"):
        train_detector(model, data_of(noise_store), tmp_path / "run", stage=stage)
    assert not (tmp_path / "run").exists()
    model.save_pretrained(tmp_path / "fresh")
    told = ["train", "--data", str(noise_store), "--stage", stage, "--out", str(tmp_path / "run")]
    told += ["--start-from", str(tmp_path / "fresh"), "--fractions", "0.5", "0.25", "0.25"]
    assert main(told) == 2
    error = capsys.readouterr().err.strip()
    assert "train stage 'pretrain' first" in error
    assert len(error.splitlines()) == 1


def test_a_step_is_what_eq_1_says(model, batch):
    """Against gradient descent on copies of the network, first order."""
    model.begin("pretrain")
    model.begin("map")
    task = DeepfakeMAEMapTask(model, inner_steps=3, inner_learning_rate=0.05)
    parted = Episode(torch.tensor([0, 1, 2, 3]), torch.tensor([4, 5]), torch.tensor([7, 6]))
    torch.manual_seed(11)
    images, wanted = task._faces(batch)
    label = batch["label"]
    network = copy.deepcopy(model.mapping)
    best: tuple[float, Any, int] = (-1.0, None, 0)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05)
    for step in range(1, 4):
        said = network(images[parted.support])
        losses = model.mapping_losses(said, label[parted.support], wanted[parted.support])
        optimizer.zero_grad()
        losses["loss"].backward()
        optimizer.step()
        said = network(images[parted.reference])
        right = ((said.logit > 0) == (label[parted.reference] > 0.5)).float().mean().item()
        if right > best[0]:
            best = (right, copy.deepcopy(network), step)
    chosen = best[1]
    chosen.zero_grad()
    halves = [
        model.mapping_losses(chosen(images[part]), label[part], wanted[part])["loss"]
        for part in (parted.support, parted.query)
    ]
    sum(halves).backward()
    weights, step = task._adapted(images, label, wanted, parted)
    assert step == best[2]
    met = [
        model.mapping_losses(
            torch.func.functional_call(model.mapping, weights, (images[part],)),
            label[part],
            wanted[part],
        )["loss"]
        for part in (parted.support, parted.query)
    ]
    torch.testing.assert_close(met, halves)
    sum(met).backward()
    theirs = dict(chosen.named_parameters())
    for name, weight in model.mapping.named_parameters():
        torch.testing.assert_close(weight.grad, theirs[name].grad, atol=1e-5, rtol=1e-3)
    assert all(weight.grad is None for weight in model.autoencoder.parameters())


def test_losses_of_a_batch(model, batch):
    model.begin("pretrain")
    model.begin("map")
    plain = DeepfakeMAEMapTask(model, meta_learning=False)
    torch.manual_seed(2)
    met = plain._losses_of(batch)
    torch.manual_seed(2)
    images, wanted = plain._faces(batch)
    said = model.mapping(images)
    torch.testing.assert_close(met, model.mapping_losses(said, batch["label"], wanted))
    for second_order in (False, True):
        task = DeepfakeMAEMapTask(model, second_order=second_order)
        task.domains = Domains(["swap", "blend"])
        losses = task._losses_of(batch)
        parts = [
            losses[f"meta_{half}_{name}"]
            for half in ("train", "test")
            for name in ("classification", "mapping")
        ]
        torch.testing.assert_close(losses["loss"], sum(parts))
        assert losses["inner_step"] in (1, 2, 3)
        losses["loss"].backward()
        assert model.mapping.classifier.weight.grad.abs().sum() > 0


def test_eq_1_by_value(model, batch, monkeypatch):
    """Both halves at the adapted weights, of the right samples, by descent on a copy."""
    model.begin("pretrain")
    model.begin("map")
    parted = Episode(torch.tensor([0, 3, 5]), torch.tensor([1, 4]), torch.tensor([7, 2, 6]))
    monkeypatch.setattr(deepfake_mae_map_task, "episode", lambda *_: parted)
    task = DeepfakeMAEMapTask(model, inner_steps=1, inner_learning_rate=0.05)
    network = copy.deepcopy(model.mapping)
    torch.manual_seed(4)
    images, wanted = task._faces(batch)
    label = batch["label"]

    def loss_of(rows: torch.Tensor) -> torch.Tensor:
        said = network(images[rows])
        entropy = torch.nn.functional.binary_cross_entropy_with_logits(said.logit, label[rows])
        return entropy + (said.mapped - wanted[rows]).square().mean()

    loss_of(parted.support).backward()
    with torch.no_grad():
        for weight in network.parameters():
            weight -= 0.05 * weight.grad
            weight.grad = None
    halves = [loss_of(parted.support), loss_of(parted.query)]
    torch.manual_seed(4)
    losses = task._losses_of(batch)
    for half, value in zip(("meta_train", "meta_test"), halves, strict=True):
        met = losses[f"{half}_classification"] + losses[f"{half}_mapping"]
        torch.testing.assert_close(met, value, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(losses["loss"], sum(halves), atol=1e-5, rtol=1e-5)
    losses["loss"].backward()
    sum(halves).backward()
    theirs = dict(network.named_parameters())
    for name, weight in model.mapping.named_parameters():
        torch.testing.assert_close(weight.grad, theirs[name].grad, atol=1e-5, rtol=1e-3)


@pytest.mark.parametrize("stage", ["pretrain", "finetune", "map"])
def test_stages_in_bfloat16(model, noise_store, tmp_path, stage):
    """Near what full precision gives, and finite."""
    rows = {}
    for precision in ("32", "bf16-mixed"):
        torch.manual_seed(3)
        copied = copy.deepcopy(model)
        copied.stages.add("pretrain")
        options = TrainingOptions(epochs=1, learning_rate=0.01, precision=precision)
        faces = "without_fakes" if stage == "pretrain" else "both"
        place = tmp_path / precision
        data = data_of(noise_store, faces=faces)
        (rows[precision],) = train_detector(copied, data, place, options, stage=stage).rows
    assert rows["32"]["train_loss"] != rows["bf16-mixed"]["train_loss"]
    assert rows["32"]["train_loss"] == pytest.approx(rows["bf16-mixed"]["train_loss"], rel=0.05)


@pytest.mark.parametrize("kind", [DeepfakeMAEPretrainTask, DeepfakeMAEMapTask])
def test_a_process_s_share_counts(model, batch, kind, monkeypatch):
    """Of a batch that is shared out unevenly the smaller share counts less."""
    model.begin("pretrain")
    model.begin(kind.stage)
    task = kind(model)
    stepped: list[torch.Tensor] = []
    monkeypatch.setattr(task, "manual_backward", stepped.append)
    monkeypatch.setattr(task, "optimizers", lambda: torch.optim.SGD(model.parameters(), lr=0.0))
    monkeypatch.setattr(task, "log_losses", lambda *_: None)
    losses = []
    for share in (1.0, 0.25):
        monkeypatch.setattr(task, "_share_of", lambda _, share=share: (share, 8))
        torch.manual_seed(1)
        returned = task.training_step(batch, 0)
        losses.append(stepped.pop() if returned is None else returned)
    torch.testing.assert_close(losses[1], 0.25 * losses[0])


def test_pseudo_fakes(model, batch):
    """Pairs of a real face and its forgery are a batch like any other, of one manipulation."""
    model.begin("pretrain")
    model.begin("map")
    real = {**batch, "label": torch.zeros(8), "manipulation": [""] * 8}
    real["track_id"] = [f"track_{number}" for number in range(8)]
    task = DeepfakeMAEMapTask(model, pseudo_fakes="whole")
    pairs = task.prepared(real)
    assert pairs["label"].tolist() == [0.0] * 8 + [1.0] * 8
    assert torch.isfinite(task._losses_of(pairs)["loss"])
    sides = task._is_test(pairs)
    assert torch.equal(sides[:8], sides[8:])  # a face and its forgery are on one side


def test_arguments(model):
    lrl = LRL(encoder="resnet10t", size=160)
    for task in (DeepfakeMAEPretrainTask, DeepfakeMAEFinetuneTask, DeepfakeMAEMapTask):
        with pytest.raises(ValueError, match=r"'model' must be a DeepfakeMAE \(got LRL\)"):
            task(lrl)
    with pytest.raises(ValueError, match="'inner_steps'"):
        DeepfakeMAEMapTask(model, inner_steps=0)
    with pytest.raises(ValueError, match="'inner_learning_rate'"):
        DeepfakeMAEMapTask(model, inner_learning_rate=0.0)
    with pytest.raises(ValueError, match="'test_share'"):
        DeepfakeMAEMapTask(model, test_share=1.0)
