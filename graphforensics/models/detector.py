"""What every detector can do: judge, explain itself, and be saved."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn
from torch_geometric.data import Batch
from torch_geometric.explain import ModelConfig

from graphforensics import __version__
from graphforensics.data.input_spec import InputSpec
from graphforensics.errors import CheckpointError
from graphforensics.models.calibration import CALIBRATION, Calibration, weights_hash
from graphforensics.models.detector_output import DetectorOutput
from graphforensics.models.fast_inference import evaluating, fast_inference, fast_layout
from graphforensics.models.hub_folder import detector_folder
from graphforensics.models.saved_detector import detector_from_folder, write_weights

if TYPE_CHECKING:
    from typing_extensions import Self


class Detector(nn.Module, PyTorchModelHubMixin):
    """The base of all detectors: encode pixels, name regions, relate them, read the graph out.

    A subclass has a :attr:`name`, keywords that JSON can hold (they are its configuration), and
    the abstract methods. ``save_pretrained(folder)`` and ``from_pretrained(folder)`` round-trip
    offline; :func:`~graphforensics.models.load_detector` finds the class by itself.
    """

    #: The word that says which detector a checkpoint is, as ``--model`` takes it.
    name: ClassVar[str] = ""

    #: Whether :meth:`loss` makes use of masks of the forged pixels.
    reads_masks: bool = False

    #: Whether :meth:`loss` makes use of the 68 landmarks.
    reads_landmarks: ClassVar[bool] = False

    #: Whether :meth:`graph` computes more than the verdict needs and :meth:`forward` gives.
    graph_apart: ClassVar[bool] = False

    input_spec: InputSpec

    #: What validation data say of the scores; ``None`` where nobody asked them.
    calibration: Calibration | None = None

    @abstractmethod
    def forward(self, inputs: Tensor) -> DetectorOutput:
        """Judge a batch.

        Args:
            inputs: ``[B, *input_spec.shape]``, normalised by ``input_spec.normalize``.

        Raises:
            ValueError: The inputs have another shape, or are bytes.
        """

    @abstractmethod
    def loss(self, output: DetectorOutput, batch: Mapping[str, Any]) -> dict[str, Tensor]:
        """Return ``"loss"``, to minimise, and its named parts.

        Args:
            output: What :meth:`forward` returned.
            batch: The samples; ``"label"`` is ``[B]``, 1 is fake.
        """

    @property
    @abstractmethod
    def feature_layer(self) -> nn.Module:
        """The module whose (last) output is the last feature map; Grad-CAM looks there."""

    @abstractmethod
    def graph_classifier(self) -> nn.Module:
        """Return the part that reads a graph, as PyTorch Geometric calls a model.

        It takes ``x``, ``edge_index``, ``edge_weight`` and ``batch`` of :meth:`graph`, returns
        the probability of fake of each graph, and shares the detector's weights. That of
        :class:`~graphforensics.models.AUNet` needs the images as well.
        """

    def forged_pixels(self, inputs: Tensor) -> Tensor | None:
        """Return the detector's own map of what is forged, of which it was taught the truth.

        It means something where the detector was trained with masks.

        Args:
            inputs: As in :meth:`forward`, single images.

        Returns:
            Probabilities ``[B, size, size]``; ``None`` for a detector that learns no such map,
            which is the default.
        """
        return None

    def forged_map(self, output: DetectorOutput) -> Tensor | None:
        """Return :meth:`forged_pixels` of a verdict that is there already.

        Args:
            output: What :meth:`forward` returned.
        """
        return None

    @property
    def config(self) -> dict[str, Any]:
        """The keywords that build this detector again, as JSON holds them."""
        return dict(self._hub_mixin_config or {})  # type: ignore[arg-type]

    def predict(self, inputs: Tensor) -> DetectorOutput:
        """Judge a batch the fastest way that the device has.

        In evaluation mode, without gradients, channels last, and in bfloat16 where the
        processor computes in it; the mode that each part was in is restored.

        Args:
            inputs: As in :meth:`forward`.
        """
        self.check_inputs(inputs)
        with evaluating(self), fast_inference(inputs.device):
            output: DetectorOutput = self(fast_layout(inputs))
        return output

    def probability(self, inputs: Tensor) -> Tensor:
        """Return the probability of fake, ``[B]``, from :meth:`predict`.

        Args:
            inputs: As in :meth:`forward`.
        """
        # A copy made outside is an ordinary tensor, which inference mode's are not.
        logit = self.predict(inputs).logit.clone()
        return self.calibrated(logit.float())

    def calibrated(self, logit: Tensor) -> Tensor:
        """Turn logits into probabilities of fake, with :attr:`calibration` where there is one.

        Args:
            logit: Of any shape; the result has its type.
        """
        temperature = 1.0 if self.calibration is None else self.calibration.temperature
        return torch.sigmoid(logit / temperature)

    def graph(self, inputs: Tensor) -> Batch:
        """Return the graphs that the verdicts are read from, as evaluation sees them.

        Args:
            inputs: As in :meth:`forward`.

        Returns:
            A batch of :class:`~graphforensics.data.FaceGraph` or
            :class:`~graphforensics.data.FaceGraphSequence`.
        """
        with evaluating(self), torch.no_grad():
            output: DetectorOutput = self(inputs)
            return output.graph

    def explain_config(self) -> ModelConfig:
        """Say to PyTorch Geometric's explainers what :meth:`graph_classifier` returns."""
        return ModelConfig(mode="binary_classification", task_level="graph", return_type="probs")

    def check_inputs(self, inputs: Tensor) -> None:
        """Raise ValueError unless the inputs are a normalised batch of :attr:`input_spec`."""
        wanted = self.input_spec.shape
        if inputs.dim() != len(wanted) + 1 or tuple(inputs.shape[1:]) != wanted:
            axes = ", ".join(str(size) for size in wanted)
            raise ValueError(f"'inputs' must be [B, {axes}] (got {list(inputs.shape)})")
        if not inputs.is_floating_point():
            raise ValueError(
                f"'inputs' must be floating point, as 'input_spec.normalize' returns them "
                f"(got {inputs.dtype})"
            )

    def check_rebuildable(self) -> None:
        """Raise CheckpointError where :attr:`config` does not build this detector again."""

    def save_pretrained(self, save_directory: str | Path, **arguments: Any) -> str | None:
        """Write ``config.json``, ``model.safetensors`` and a card into a folder.

        Args:
            save_directory: The folder.
            **arguments: As in huggingface_hub's ``ModelHubMixin.save_pretrained``.

        Raises:
            CheckpointError: The configuration does not build this detector again.
        """
        # Before the hub's method, which begins by taking away what is there.
        self.check_rebuildable()
        place: str | None = super().save_pretrained(save_directory, **arguments)
        return place

    def _save_pretrained(self, save_directory: Path) -> None:
        config = {"detector": self.name, "graphforensics_version": __version__, **self.config}
        text = json.dumps(config, indent=2, sort_keys=True) + "\n"
        (save_directory / "config.json").write_text(text, encoding="utf-8")
        write_weights(self, save_directory)
        (save_directory / "README.md").write_text(_CARD.format(name=self.name), encoding="utf-8")
        self._save_calibration(save_directory)

    def _save_calibration(self, folder: Path) -> None:
        (folder / CALIBRATION).unlink(missing_ok=True)
        known = self.calibration
        # Weights that were trained further have other scores.
        if known is not None and known.weights == weights_hash(folder):
            known.write(folder)

    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | Path,
        *,
        map_location: str | torch.device = "cpu",
        revision: str | None = None,
        cache_dir: str | Path | None = None,
        token: str | bool | None = None,
        force_download: bool = False,
        local_files_only: bool = False,
        **keywords: Any,
    ) -> Self:
        """Read a detector from a folder of :meth:`save_pretrained` or from the Hugging Face Hub.

        As :func:`~graphforensics.models.load_detector` does: nothing that a file brings is run,
        read or fetched, what is far larger than its weights is not built, and the scores are
        calibrated where there is a ``calibration.json`` of the weights.

        Args:
            pretrained_model_name_or_path: The folder, or ``"user/name"`` on the Hub.
            map_location: Device to put it on.
            revision: Branch, tag or commit on the Hub.
            cache_dir: Where what is fetched is kept. Default: the Hub's own place.
            token: For models that are not public.
            force_download: Fetch again what was fetched before.
            local_files_only: Fetch nothing; take what was fetched before.
            **keywords: Of the configuration, those that count more than what was saved.

        Raises:
            CheckpointError: It is neither a folder here nor a model that can be fetched, or it is
                damaged, of another detector than this class, or written by a newer version.
        """
        # The registry knows all detectors, and each of them this module: it is asked by its name.
        detector_class = import_module("graphforensics.models.registry").detector_class

        fetching = {"cache_dir": cache_dir, "token": token, "force_download": force_download}
        folder = detector_folder(
            pretrained_model_name_or_path,
            revision,
            local_files_only=local_files_only,
            **fetching,
        )

        def kind(name: object) -> type[Detector]:
            # Files of earlier versions, and of a subclass, do not say more than that.
            found = cls if name is None and cls.name else detector_class(name, folder)
            if not issubclass(found, cls) and found.name != cls.name:
                raise CheckpointError(
                    f"{folder}: holds the detector '{found.name}', not '{cls.name}'"
                )
            return found if issubclass(found, cls) else cls

        detector = detector_from_folder(folder, kind, keywords)
        return cast("Self", detector.to(map_location))


#: Lies beside the weights, so that whoever finds them knows what they are.
_CARD = """---
library_name: graphforensics
tags: [deepfake-detection, {name}]
---

A detector of forged faces, `{name}`, saved by graphforensics. Its score is a hint, not a proof.

```python
from graphforensics.models import load_detector

model = load_detector("this folder")
```
"""
