"""An error of a loading process reads like one of this process."""

from __future__ import annotations

from typing import Any

import pytest
from torch.utils.data import DataLoader, Dataset

from graphforensics.datasets.worker_errors import plain_worker_errors
from graphforensics.errors import StoreError


class _Broken(Dataset[int]):
    def __len__(self) -> int:
        return 1

    def __getitem__(self, item: int) -> int:
        raise StoreError("tracks/a/track_000.parquet: damaged (bad page: 3)")


@pytest.mark.parametrize("workers", [0, 1])
def test_the_message_is_the_error_s_own(workers: int) -> None:
    loader: DataLoader[Any] = DataLoader(_Broken(), num_workers=workers)
    with pytest.raises(StoreError) as caught, plain_worker_errors():
        list(loader)
    assert str(caught.value) == "tracks/a/track_000.parquet: damaged (bad page: 3)"
