"""``graphforensics demo``: the whole way once, on one small clip."""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from graphforensics.cli.messages import say
from graphforensics.errors import NoFaceError, OutputError, UnreadableMediaError

if TYPE_CHECKING:
    from graphforensics.inference import DetectionReport
    from graphforensics.models import MRL
    from graphforensics.tamper.files.forge_record import ForgeRecord

# The forgery of one clip is learned within a minute or two on two cores at this size.
_MODEL = {
    "encoder": "resnet10t",
    "encoder_stage": -2,
    "attention_channels": 64,
    "regions": 8,
    "snippets": 3,
    "frames": 4,
    "size": 64,
}
_CLIPS, _BATCH, _LEARNING_RATE = 8, 4, 1e-3
# Most clips need ten to thirty epochs of half a second each, a few need a hundred.
_EPOCHS, _LEARNED = 150, 0.02
# A recipe may blend a quarter of the copy only: too faint to be learned from one clip in a minute.
# Then the next seed's is taken; of six recipes four are strong enough.
_VISIBLE, _FORGERIES = 0.75, 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    parser.add_argument(
        "video", nargs="?", metavar="VIDEO", help="your own clip; default: a portrait set in motion"
    )
    parser.add_argument(
        "--out",
        default="demo-out",
        metavar="FOLDER",
        help="where everything goes; default: demo-out",
    )
    parser.add_argument(
        "--seconds", type=float, default=90.0, help="time for training, at most 120; default: 90"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of all that is drawn; default: 0")


def run(args: argparse.Namespace) -> int:
    """Go the whole way, print where the results lie, and return the exit status."""
    if not 0 < args.seconds <= 120:
        raise ValueError(f"'--seconds' must be in (0, 120] (got {args.seconds})")
    # Lightning sets the level of its messages when it is imported: it must come first.
    import lightning  # noqa: F401

    from graphforensics.cli.messages import plain_messages

    with plain_messages():
        _demonstrate(args)
    return 0


def _demonstrate(args: argparse.Namespace) -> None:
    clip = Path(args.video) if args.video else None
    folder = _folder(Path(args.out) / (_folder_name(clip) if clip else "astronaut"))
    clip = clip or _moving_portrait(folder / "astronaut.mp4", args.seed)
    pair = _forge(clip, folder / "forged", args.seed)
    store = _extract(pair, folder)
    model = _train(store, folder / "model", args.seconds, args.seed)
    reports = {
        name: _detect(path, model, folder / f"detect_{name}.json") for name, path in pair.items()
    }
    pictures = [
        _draw(path, folder / "model", folder / f"graph_{name}.png") for name, path in pair.items()
    ]
    _conclude(folder, reports, pictures, own=bool(args.video))


def _folder_name(clip: Path) -> str:
    # Clips of one name in two folders must not share results.
    return f"{clip.stem}-{hashlib.sha1(str(clip.resolve()).encode()).hexdigest()[:8]}"


def _folder(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror or error})") from error
    return folder


def _step(number: int, text: str) -> None:
    say(f"{number}/6  {text}")


def _moving_portrait(path: Path, seed: int) -> Path:
    from graphforensics.datasets.moving_face import moving_face
    from graphforensics.media.write_clip import write_clip

    frames = write_clip(path, moving_face(100, scale=1.5, size=(360, 480), seed=seed))
    _step(1, f"a portrait (NASA, public domain) set in motion: {path}, {frames} frames")
    return path


def _forge(clip: Path, out: Path, seed: int) -> dict[str, Path]:
    """Return the real and the forged copy of ``clip``, written by the same encoder."""
    for attempt in range(_FORGERIES):
        record = _forged(clip, out, seed + attempt)
        if all(recipe["ratio"] >= _VISIBLE for recipe in record.recipes.values()):
            break
    pair = {"real": out / record.real, "forged": out / record.file}
    _step(2, f"a self-blended copy, with mask, method and source beside it: {pair['forged']}")
    return pair


def _forged(clip: Path, out: Path, seed: int) -> ForgeRecord:
    from graphforensics.tamper import forge
    from graphforensics.tamper.files.forge_record import ForgeRecord

    summary = forge(clip, out, seed=seed, max_frames=500)
    if summary.failed:
        path, reason = summary.failed[0]
        if reason.startswith("no face"):
            raise NoFaceError(f"{path}: {reason}")
        raise UnreadableMediaError(path, reason)
    written = next((out / "fake").rglob("*.json"))
    record = ForgeRecord.read(written)
    if record is None:
        raise OutputError(f"{written}: damaged; remove {out} and run again")
    return record


def _extract(pair: dict[str, Path], folder: Path) -> Path:
    from graphforensics.preprocess import extract

    store = folder / "faces"
    summary = extract(list(pair.values()), store, metadata=folder / "forged" / "metadata.csv")
    _step(3, f"faces of both: {summary.tracks} tracks, {summary.faces} faces, in {store}")
    return store


def _train(store: Path, out: Path, seconds: float, seed: int) -> MRL:
    """Fit a small MRL to the two clips. There is nobody to hold out, hence no validation."""
    import lightning as L
    from lightning.pytorch.callbacks import EarlyStopping
    from torch.utils.data import DataLoader

    from graphforensics.datasets.clip_dataset import ClipDataset
    from graphforensics.datasets.epoch_sampler import EpochSampler
    from graphforensics.models import MRL
    from graphforensics.store.track_table import track_table
    from graphforensics.train import DetectionTask
    from graphforensics.train.run.time_limit import TimeLimit

    _step(4, f"training a small MRL on these two clips, at most {seconds:.0f} s ...")
    L.seed_everything(seed, verbose=False)
    model = MRL(**_MODEL)  # type: ignore[arg-type]
    table = track_table([store])
    faces = table.filter(table.column("track_id").is_valid())
    dataset = ClipDataset(faces, model.input_spec, train=True, clips=_CLIPS, seed=seed)
    loader = DataLoader(dataset, batch_size=_BATCH, sampler=EpochSampler(len(dataset), seed))
    learned = EarlyStopping(
        "train_classification",
        stopping_threshold=_LEARNED,
        patience=_EPOCHS,
        check_on_train_epoch_end=True,
    )
    trainer = L.Trainer(
        accelerator="cpu",
        max_epochs=_EPOCHS,
        callbacks=[TimeLimit(seconds), learned],
        logger=False,
        enable_checkpointing=False,
        enable_model_summary=False,
        enable_progress_bar=False,
    )
    started = time.monotonic()
    with _one_thread():
        trainer.fit(DetectionTask(model, _LEARNING_RATE, decay_every=_EPOCHS), loader)
    loss = float(trainer.callback_metrics["train_classification"])
    model.eval().save_pretrained(out)
    epochs, passed = trainer.current_epoch, time.monotonic() - started
    say(f"     {epochs} epochs in {passed:.0f} s, cross-entropy {loss:.3f}; saved in {out}")
    return model


@contextmanager
def _one_thread() -> Iterator[None]:
    # A second one gains little at this size, and costs thirtyfold where the cores are busy.
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _detect(path: Path, model: MRL, out: Path) -> DetectionReport:
    from graphforensics.inference import detect

    report = detect(path, model)
    out.write_text(json.dumps(report.to_dict(), indent=1) + "\n", encoding="utf-8")
    return report


def _draw(clip: Path, model: Path, out: Path) -> Path:
    from graphforensics.cli.main import main

    status = main(["graph", str(clip), "--model", str(model), "--out", str(out)])
    if status:
        raise OutputError(f"{out}: the graph of {clip} could not be drawn")
    return out


def _conclude(
    folder: Path, reports: dict[str, DetectionReport], pictures: list[Path], own: bool
) -> None:
    _step(5, "scored both:")
    for name, report in reports.items():
        score = "none" if report.probability is None else f"{report.probability:.3f}"
        print(f"     {name:6s}  probability of forgery {score:>6s}  {report.verdict}")
    _step(6, "pictures: " + ", ".join(str(picture) for picture in pictures))
    say("     JSON:     " + ", ".join(str(folder / f"detect_{name}.json") for name in reports))
    print(
        "This model has seen one face and one forgery of it. What it says proves nothing about "
        "any other clip"
        + (", nor about yours: it calls your clip real because it was told so." if own else ".")
    )
