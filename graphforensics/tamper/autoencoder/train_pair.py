"""Training the autoencoder of two people, in steps that can be taken up again."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Generator, Tensor

from graphforensics.tamper.autoencoder.drawing_loss import drawing_loss
from graphforensics.tamper.autoencoder.face_network import FaceNetwork, new_network
from graphforensics.tamper.autoencoder.face_set import FaceSet
from graphforensics.tamper.autoencoder.warped_faces import warped_faces
from graphforensics.tamper.recipe.autoencoder_settings import AutoencoderSettings

#: Changes when a network that was trained earlier would no longer be what is trained now.
_FORMAT = 1
_BETAS = (0.5, 0.999)
_MOMENTS = ("exp_avg", "exp_avg_sq")


def train_pair(
    people: tuple[FaceSet, FaceSet],
    settings: AutoencoderSettings,
    folder: Path | None = None,
    after_step: Callable[[int, float], None] | None = None,
) -> FaceNetwork:
    """Train the autoencoder of two people, or take the one that was trained before.

    Each step draws its samples from a generator of its own, so that a run that was killed goes
    on from its last saved step to the same weights, on the same device.

    Args:
        people: Faces of both, in the order of the decoders.
        settings: Size, steps, seed and device.
        folder: Where the state is kept, in a file named by the faces and the settings: a finished
            network is read from it. ``None``: nowhere.
        after_step: Told the number of steps taken and the loss, after each.

    Returns:
        The network on ``settings.device``, in evaluation mode.
    """
    key = _key(people, settings)
    path = None if folder is None else folder / f"{key}.safetensors"
    device = torch.device(settings.device)
    network = new_network(settings.size, settings.seed).to(device)
    optimizer = torch.optim.Adam(network.parameters(), settings.learning_rate, _BETAS)
    done = 0 if path is None else _resume(path, network, optimizer, settings.steps)
    moved = [FaceSet(one.faces.to(device), one.masks.to(device)) for one in people]
    network.train()
    for step in range(done, settings.steps):
        loss = _take_step(network, optimizer, moved, settings, step)
        last = step + 1 == settings.steps
        if path is not None and (last or (step + 1) % settings.save_every == 0):
            _save(path, network, None if last else optimizer, step + 1)
        if after_step is not None:
            after_step(step + 1, loss)
    return network.eval().requires_grad_(False)


def _take_step(
    network: FaceNetwork,
    optimizer: torch.optim.Adam,
    people: list[FaceSet],
    settings: AutoencoderSettings,
    step: int,
) -> float:
    for group in optimizer.param_groups:
        group["lr"] = settings.learning_rate * _slowed(step / settings.steps)
    generator = Generator().manual_seed(_mixed(settings.seed, step))
    loss: Tensor = torch.zeros((), device=people[0].faces.device)
    for person, faces in enumerate(people):
        inputs, wanted, masks = warped_faces(faces, settings.batch, generator)
        loss = loss + drawing_loss(network(inputs, person), wanted, masks)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return float(loss.detach()) / len(people)


def _slowed(share: float) -> float:
    """Return 1, and from two thirds of the training on less, down to a tenth."""
    return 1.0 if share < 2 / 3 else 1 - 0.9 * (share - 2 / 3) * 3


def _mixed(*numbers: int) -> int:
    digest = hashlib.blake2b(repr(numbers).encode(), digest_size=7).digest()
    return int.from_bytes(digest, "little")


def _key(people: tuple[FaceSet, FaceSet], settings: AutoencoderSettings) -> str:
    what = [_FORMAT, [one.digest() for one in people], settings.to_dict()]
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:24]


def _save(path: Path, network: FaceNetwork, optimizer: torch.optim.Adam | None, step: int) -> None:
    """Write the state whole or not at all; that of the optimizer only while it is needed."""
    tensors = {f"network.{name}": value for name, value in network.state_dict().items()}
    if optimizer is not None:
        for name, parameter in network.named_parameters():
            for moment in _MOMENTS:
                tensors[f"{moment}.{name}"] = optimizer.state[parameter][moment]
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two workers may train one pair at the same time, each way.
    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    content = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    save_file(content, partial, {"step": str(step)})
    os.replace(partial, path)


def _resume(path: Path, network: FaceNetwork, optimizer: torch.optim.Adam, steps: int) -> int:
    """Take up a saved state; return the steps that were taken, 0 where there is no usable one."""
    saved = _read(path)
    if saved is None:
        return 0
    step, tensors = saved
    own = network.state_dict()
    wanted = {f"network.{name}": value.shape for name, value in own.items()}
    if step < steps:
        wanted |= {f"{one}.{name}": value.shape for one in _MOMENTS for name, value in own.items()}
    if not (0 < step <= steps and {name: one.shape for name, one in tensors.items()} == wanted):
        return 0
    network.load_state_dict({name: tensors[f"network.{name}"] for name in own})
    if step < steps:
        for name, parameter in network.named_parameters():
            moments = {one: tensors[f"{one}.{name}"].to(parameter.device) for one in _MOMENTS}
            optimizer.state[parameter] = {"step": torch.tensor(float(step)), **moments}
    return step


def _read(path: Path) -> tuple[int, dict[str, Tensor]] | None:
    """Read a saved state; what is damaged is as good as not there, and trained anew."""
    try:
        with safe_open(path, "pt") as file:
            step = int((file.metadata() or {})["step"])
            return step, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, KeyError, ValueError):
        return None
