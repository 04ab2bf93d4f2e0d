"""Scores in the order of the data set, in float64, whatever the batch."""

from __future__ import annotations

import math
from pathlib import Path

import pyarrow.compute as pc
import pytest
import torch

from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.errors import GraphForensicsError
from graphforensics.evaluation.score_clips import score_clips
from graphforensics.models import MRL
from graphforensics.store.track_table import track_table


@pytest.fixture
def dataset(scored_store: Path, tiny_model: MRL) -> ClipDataset:
    table = track_table([scored_store])
    return ClipDataset(table.filter(table.column("track_id").is_valid()), tiny_model.input_spec)


def test_scores_are_the_model_s_in_order(dataset: ClipDataset, tiny_model: MRL) -> None:
    rows = score_clips(tiny_model, dataset, batch_size=4)
    assert [row["track_id"] for row in rows] == dataset.table.column("track_id").to_pylist()
    fakes = pc.equal(dataset.table.column("label"), "fake").to_pylist()
    assert [row["label"] == 1 for row in rows] == fakes
    for number in (0, 7):
        inputs = tiny_model.input_spec.normalize(dataset[number]["inputs"][None])
        with torch.no_grad():
            logit = tiny_model(inputs).logit.item()
        assert rows[number]["score"] == pytest.approx(1 / (1 + math.exp(-logit)), abs=1e-6)


def test_batch_and_workers_change_nothing_that_counts(
    dataset: ClipDataset, tiny_model: MRL
) -> None:
    one = [row["score"] for row in score_clips(tiny_model, dataset, batch_size=1)]
    many = [row["score"] for row in score_clips(tiny_model, dataset, batch_size=7, workers=1)]
    assert one == pytest.approx(many, abs=1e-6)


def test_the_model_s_mode_is_restored(dataset: ClipDataset, tiny_model: MRL) -> None:
    tiny_model.train()
    try:
        first = score_clips(tiny_model, dataset)
        assert tiny_model.training
        assert first == score_clips(tiny_model, dataset)
    finally:
        tiny_model.eval()


def test_certain_scores_keep_their_order(dataset: ClipDataset) -> None:
    class Certain(torch.nn.Module):
        input_spec = dataset.spec

        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(torch.zeros(1))

        def calibrated(self, logit: torch.Tensor) -> torch.Tensor:
            return logit.sigmoid()

        def forward(self, inputs: torch.Tensor) -> object:
            return type("Output", (), {"logit": 20 + torch.arange(len(inputs)).float()})()

    scores = [row["score"] for row in score_clips(Certain(), dataset, 10)]  # type: ignore[arg-type]
    assert sorted(set(scores)) == scores
    assert max(scores) < 1


def test_a_score_that_is_no_number_is_an_error(dataset: ClipDataset) -> None:
    model = MRL(
        encoder="resnet10t", encoder_stage=1, regions=2, snippets=2, frames=3, size=32
    ).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(float("nan"))
    with pytest.raises(GraphForensicsError, match="not a number"):
        score_clips(model, dataset)
