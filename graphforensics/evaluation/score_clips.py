"""The scores of a data set's clips."""

from __future__ import annotations

from typing import Any

import torch
from torch.utils.data import DataLoader
from tqdm import tqdm

from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.datasets.worker_errors import plain_worker_errors
from graphforensics.inference.verdict import finite
from graphforensics.models.detector import Detector
from graphforensics.models.fast_inference import evaluating
from graphforensics.store.columns import SAMPLED

_NAMES = (*SAMPLED, "track_id")


def score_clips(
    model: Detector,
    dataset: ClipDataset,
    batch_size: int = 8,
    workers: int = 0,
    progress: bool = False,
) -> list[dict[str, Any]]:
    """Score every sample, in float32, in the order of the data set.

    The sigmoid is taken in float64: in float32 it is exactly 1 from a logit of 17 on, and the order
    of the most certain fakes would be lost.

    Args:
        model: The detector, on its device; its mode is restored afterwards.
        dataset: The samples.
        batch_size: Samples at once.
        workers: Processes that load; 0 loads in this one.
        progress: Show a progress bar on standard error.

    Returns:
        A row a sample: ``dataset``, ``manipulation``, ``video``, ``quality``, ``identity``,
        ``track_id``, ``label`` (1 fake, 0 real), ``logit``, and ``score``, the probability of
        fake, calibrated where the detector is.

    Raises:
        GraphForensicsError: The detector gives something that is no finite number.
    """
    device = next(model.parameters()).device
    loader: DataLoader[Any] = DataLoader(dataset, batch_size=batch_size, num_workers=workers)
    rows: list[dict[str, Any]] = []
    with evaluating(model), torch.inference_mode(), plain_worker_errors():
        for batch in tqdm(loader, desc="scoring", unit="batch", disable=not progress):
            inputs = model.input_spec.normalize(batch["inputs"].to(device))
            logit = model(inputs).logit.cpu().double()
            rows += _rows(batch, logit, model.calibrated(logit))
    return rows


def _rows(
    batch: dict[str, Any], logits: torch.Tensor, scores: torch.Tensor
) -> list[dict[str, Any]]:
    rows = []
    for number, (logit, score) in enumerate(zip(logits.tolist(), scores.tolist(), strict=True)):
        row = {name: batch[name][number] for name in _NAMES}
        finite(logits[number], row["track_id"])
        label = int(batch["label"][number].item())
        rows.append({**row, "label": label, "logit": logit, "score": score})
    return rows
