"""Training that goes on where it was killed."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from graphforensics.tamper.autoencoder.train_pair import train_pair
from graphforensics.tamper.recipe.autoencoder_settings import AutoencoderSettings


class Killed(BaseException):
    """As a signal ends a run: no handler of errors catches it."""


def _kill_after(steps: int):
    def told(step: int, loss: float) -> None:
        if step == steps:
            raise Killed

    return told


def _same(one: torch.nn.Module, other: torch.nn.Module) -> bool:
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(first, second) for first, second in pairs)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_it_learns(two_people, few_steps) -> None:
    losses: list[float] = []
    settings = replace(few_steps, steps=30)
    train_pair(two_people, settings, after_step=lambda step, loss: losses.append(loss))
    assert len(losses) == 30
    assert sum(losses[-5:]) < 0.75 * sum(losses[:5])


def test_a_killed_run_goes_on_to_the_same_weights(two_people, few_steps, tmp_path: Path) -> None:
    whole = train_pair(two_people, few_steps)
    with pytest.raises(Killed):
        train_pair(two_people, few_steps, tmp_path, _kill_after(5))
    steps: list[int] = []
    resumed = train_pair(two_people, few_steps, tmp_path, lambda step, loss: steps.append(step))
    # Saved every second step: the fifth is taken again.
    assert steps == [5, 6]
    assert _same(whole, resumed)
    assert len(_files(tmp_path)) == 1


def test_a_finished_network_is_read(two_people, few_steps, tmp_path: Path) -> None:
    first = train_pair(two_people, few_steps, tmp_path)
    again = train_pair(two_people, few_steps, tmp_path, _kill_after(1))
    assert _same(first, again)
    assert not again.training
    assert not any(one.requires_grad for one in again.parameters())


def test_damaged_and_foreign_states_are_trained_anew(two_people, few_steps, tmp_path: Path) -> None:
    first = train_pair(two_people, few_steps, tmp_path)
    (path,) = _files(tmp_path)
    content = path.read_bytes()
    for damaged in (content[: len(content) // 2], b"\xff" * 400):
        path.write_bytes(damaged)
        assert _same(first, train_pair(two_people, few_steps, tmp_path))
    with pytest.raises(Killed):
        train_pair(two_people, replace(few_steps, steps=9), tmp_path, _kill_after(3))
    (unfinished,) = set(_files(tmp_path)) - {path}
    # A state of fewer steps under the name of a finished one lacks nothing: it is gone on with.
    path.write_bytes(unfinished.read_bytes())
    assert train_pair(two_people, few_steps, tmp_path) is not None


def test_other_settings_and_other_faces_are_other_networks(
    two_people, few_steps, tmp_path: Path
) -> None:
    train_pair(two_people, few_steps, tmp_path)
    for settings in (replace(few_steps, steps=7), replace(few_steps, seed=1)):
        train_pair(two_people, settings, tmp_path)
    train_pair((two_people[1], two_people[0]), few_steps, tmp_path)
    assert len(_files(tmp_path)) == 4


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"size": 40}, "'autoencoder_size' must be a multiple of 16"),
        ({"size": 16}, "from 32 to 256"),
        ({"steps": 0}, "'autoencoder_steps' must be at least 1"),
        ({"learning_rate": 0.0}, "'autoencoder_learning_rate' must be positive"),
        ({"device": "tpu9"}, "there is no 'tpu9' here"),
    ],
)
def test_wrong_settings(settings, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AutoencoderSettings(**settings)
