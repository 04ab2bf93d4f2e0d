"""Lightning's own command line over the recipes: ``python -m graphforensics.train.lightning_cli``.

``graphforensics train`` has the plainer options; this one takes any of Lightning's trainer,
``fit --trainer.limit_train_batches 0.1`` for instance, and any class for any part.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from typing import Any, cast

import lightning as L

# Can be imported without jsonargparse, though not used.
from lightning.pytorch.cli import LightningArgumentParser, LightningCLI

from graphforensics._optional import import_optional
from graphforensics._text import shown
from graphforensics.errors import GraphForensicsError
from graphforensics.models.transfer import transfer_encoder
from graphforensics.train.config.loop_options import Precision
from graphforensics.train.config.parts import SETTINGS
from graphforensics.train.config.task_options import TaskOptions
from graphforensics.train.config.training_options import TrainingOptions
from graphforensics.train.devices.machine import TRAINER_DEFAULTS, Machine
from graphforensics.train.devices.processes import early_rank
from graphforensics.train.devices.safe_checkpoint_io import SafeCheckpointIO
from graphforensics.train.face_store_data_module import FaceStoreDataModule
from graphforensics.train.recipes.lightning_recipe import checked_recipe
from graphforensics.train.run.run_folder import run_settings
from graphforensics.train.run.run_precision import run_precision
from graphforensics.train.run.run_recorder import RunRecorder
from graphforensics.train.run.running_mean import RunningMean
from graphforensics.train.run.start_from import transfer_weights
from graphforensics.train.run.time_limit import TimeLimit
from graphforensics.train.tasks.detection_task import DetectionTask
from graphforensics.train.train_detector import TrainingSummary, fit

#: Settings of the run itself, which Lightning's command line does not have.
_OWN = tuple(one for one in SETTINGS if "." not in one.place and one.name != "seed")


class RecipeTrainer(L.Trainer):
    """Lightning's trainer with the precision that recipes have by default.

    Args:
        precision: As Lightning's, or ``"auto"``, which is another one for each device.
        **settings: Of Lightning's trainer.
    """

    def __init__(self, *, precision: str | int | None = "auto", **settings: Any) -> None:
        super().__init__(precision=precision, **settings)  # type: ignore[arg-type]


class DetectorCLI(LightningCLI):
    """Compose the task, the data module and the run's own files by Lightning's command line.

    What the data module must know of the detector (what a sample is, whether masks, landmarks and
    pseudo-fakes are wanted) and the seeds are linked, not repeated.

    Args:
        args: The words; those of the command line if ``None``.
    """

    def __init__(self, args: Sequence[str] | None = None) -> None:
        for module in ("jsonargparse", "docstring_parser", "typeshed_client"):
            import_optional(module, "recipes")
        #: What the run came to.
        self.summary: TrainingSummary | None = None
        super().__init__(
            DetectionTask,
            FaceStoreDataModule,
            trainer_class=RecipeTrainer,
            subclass_mode_model=True,
            save_config_callback=None,
            trainer_defaults={
                **TRAINER_DEFAULTS,
                "logger": False,
                "devices": 1,
                "precision": "auto",
            },
            seed_everything_default=0,
            auto_configure_optimizers=False,
            load_from_checkpoint_support=False,
            args=None if args is None else list(args),
        )

    @staticmethod
    def subcommands() -> dict[str, set[str]]:
        """Offer ``fit``; to measure there is ``graphforensics evaluate``."""
        theirs = {"model", "train_dataloaders", "val_dataloaders", "datamodule"}
        return {"fit": {*theirs, "ckpt_path", "weights_only"}}

    def parse_arguments(self, parser: LightningArgumentParser, args: Any) -> None:
        """Parse the words; a recipe may be named as ``graphforensics train --config`` does."""
        words, trusted = without_trusted(list(sys.argv[1:] if args is None else args))
        for place, word in enumerate(words):
            flag, sign, value = word.partition("=")
            if flag in ("-c", "--config") and sign:
                words[place] = f"{flag}={checked_recipe(value, trusted)}"
            elif place and words[place - 1] in ("-c", "--config"):
                words[place] = checked_recipe(word, trusted)
        self.config = parser.parse_args(words)

    def add_arguments_to_parser(self, parser: LightningArgumentParser) -> None:
        """Add what a run has beside Lightning's, and link what follows from something else."""
        for one in _OWN:
            needed: dict[str, Any] = {"type": one.hint, "default": one.default}
            if one.name == "out":
                needed = {"type": str, "required": True}
            parser.add_argument(f"--{one.place}", help=one.help, **needed)
        parser.add_argument("--trust", type=str, help="module that a recipe may name classes of")
        parser.link_arguments("seed_everything", "data.seed", compute_fn=int)
        parser.link_arguments("seed_everything", "model.init_args.seed", compute_fn=int)
        for target, of_task in (
            ("spec", lambda task: task.model.input_spec),
            ("masks", lambda task: task.model.reads_masks),
            ("landmarks", lambda task: task.model.reads_landmarks),
            ("pseudo_fakes", lambda task: task.options.pseudo_fakes or False),
        ):
            parser.link_arguments(
                "model", f"data.{target}", compute_fn=of_task, apply_on="instantiate"
            )

    def instantiate_trainer(self, **kwargs: Any) -> L.Trainer:
        """Build the trainer with the callbacks that write the run's files."""
        limit = TimeLimit(self._get(self.config_init, "max_time"))
        ema = self._get(self.config_init, "ema")
        mean = None if ema is None else RunningMean(ema)
        self.recorder = RunRecorder(self._get(self.config_init, "out"), limit, mean=mean)
        trainer = self._get(self.config_init, "trainer")
        own = [limit, self.recorder] if mean is None else [limit, mean, self.recorder]
        self.precision = self._precision(trainer)
        more: dict[str, Any] = {
            "precision": self.precision,
            "callbacks": [*(trainer.get("callbacks") or []), *own],
            "plugins": [SafeCheckpointIO()],
        }
        if trainer.get("strategy") == "fsdp2":
            where = Machine(devices=trainer.get("devices"), nodes=trainer.get("num_nodes"))
            more["strategy"] = replace(where, strategy="fsdp2").lightning_strategy()
        return super().instantiate_trainer(**more, **kwargs)

    def fit(self, model: DetectionTask, datamodule: FaceStoreDataModule) -> None:
        """Train as :func:`~graphforensics.train.train_detector` does."""
        # The run seeds each process by itself; from these Lightning would give all one seed.
        for name in ("PL_GLOBAL_SEED", "PL_SEED_WORKERS"):
            os.environ.pop(name, None)
        start, encoder = (
            self._get(self.config_init, name) for name in ("start_from", "encoder_from")
        )
        if start is not None:
            transfer_weights(model.model, start)
        if encoder is not None:
            transfer_encoder(model.model, encoder)
        options = self._options(model)
        self.summary = fit(
            self.trainer,
            model,
            datamodule,
            self.recorder,
            run_settings(model, datamodule, options, self._task_options()),
            seed=options.seed,
            resume=self._get(self.config_init, "resume"),
        )

    def _precision(self, trainer: Any) -> str:
        """Return Lightning's word for the precision that the recipe asks for."""
        asked, accelerator = str(trainer.get("precision") or "32"), trainer.get("accelerator")
        where = accelerator if isinstance(accelerator, str) else "auto"
        out, resume = (self._get(self.config_init, name) for name in ("out", "resume"))
        return run_precision(cast(Precision, asked), where, out, resume)

    def _options(self, task: DetectionTask) -> TrainingOptions:
        fixed = {name: self._get(self.config, name) for name in ("ema", "compile", "max_time")}
        return TrainingOptions(
            epochs=self.trainer.max_epochs or 1,
            precision=cast(Precision, self.precision),
            accumulate=self.trainer.accumulate_grad_batches,
            clip_gradients=self.trainer.gradient_clip_val,
            **fixed,
            **asdict(task.options),
        )

    def _task_options(self) -> dict[str, Any]:
        common = {"model", *(field.name for field in fields(TaskOptions))}
        given = self._get(self.config, "model").as_dict()["init_args"]
        return {name: value for name, value in given.items() if name not in common}


def without_trusted(words: list[str]) -> tuple[list[str], list[str]]:
    """Take the modules that ``--trust`` names out of the words of a command line.

    Args:
        words: The words.

    Returns:
        The other words, and the modules.

    Example:
        >>> without_trusted(["fit", "--trust", "mine", "--out=run"])
        (['fit', '--out=run'], ['mine'])
    """
    rest, trusted, entries = [], [], iter(words)
    for word in entries:
        flag, sign, value = word.partition("=")
        if flag != "--trust":
            rest.append(word)
        elif sign or (value := next(entries, "")):
            trusted.append(value)
    return rest, trusted


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns:
        0 when done, 2 for bad input.
    """
    try:
        summary = DetectorCLI(args).summary
    except (GraphForensicsError, ValueError, OSError) as error:
        print(shown(f"graphforensics: error: {' '.join(str(error).split())}"), file=sys.stderr)
        return 2
    if summary is not None and not early_rank():
        if summary.out_of_time:
            print(f"stopped: max_time was over after {len(summary.rows)} epochs")
        print(shown(f"detector: {summary.folder}"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
