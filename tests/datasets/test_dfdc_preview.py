"""The DFDC preview: its one table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graphforensics.datasets.dfdc_preview import DFDCPreview
from graphforensics.errors import MissingDataError
from tests.datasets import layouts


def test_records(tmp_path: Path) -> None:
    dataset = DFDCPreview(layouts.dfdc_preview(tmp_path), "train")
    real, fake = (dataset.record(n) for n in range(2))
    assert (real.manipulation, real.identity) == ("original", "DFDCP/643049")
    assert fake.manipulation == "method_A"
    assert fake.identity == "DFDCP/643049;DFDCP/1340645"
    assert fake.video == "643049/643049_A/643049_1340645_A_000"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"label": "odd", "set": "train"}, "no label"),
        ({"label": "real", "set": "dev"}, "in no set"),
        ([], "no label"),
    ],
)
def test_a_table_that_is_wrong(tmp_path: Path, row: object, reason: str) -> None:
    (tmp_path / "dataset.json").write_text(json.dumps({"original_videos/1/a.mp4": row}))
    with pytest.raises(MissingDataError, match=reason):
        DFDCPreview(tmp_path)
