"""Models of a hub, fetched from a server in this process and from a cache, with the real client."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch

from graphforensics.errors import CheckpointError
from graphforensics.models import MRL, Detector
from graphforensics.models.calibration import Calibration, weights_hash

COMMIT = "0123456789abcdef0123456789abcdef01234567"

_LOAD = """
import sys
from graphforensics.models import Detector
model = Detector.from_pretrained("someone/faces", cache_dir=sys.argv[1])
print(type(model).__name__, model.calibration and model.calibration.temperature)
"""


@pytest.fixture
def folder(mrl: MRL, tmp_path: Path) -> Path:
    """A calibrated detector."""
    mrl.save_pretrained(tmp_path / "saved")
    Calibration(2.0, {}, weights_hash(tmp_path / "saved")).write(tmp_path / "saved")
    return tmp_path / "saved"


@pytest.fixture
def hub(folder: Path) -> Iterator[str]:
    """Serve a folder as the hub does; return its address."""

    class Answer(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, body: bool) -> None:
            place = folder / self.path.rsplit("/", 1)[-1]
            found = place.is_file() and self.path.startswith("/someone/faces/resolve/")
            content = place.read_bytes() if found else b""
            self.send_response(200 if found else 404)
            if not found:
                self.send_header("X-Error-Code", "EntryNotFound")
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if body:
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def _load(hub: str, cache: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HF_ENDPOINT": hub, "HF_HUB_OFFLINE": "0", **more}
    words = [sys.executable, "-W", "ignore::FutureWarning", "-c", _LOAD, str(cache)]
    return subprocess.run(words, capture_output=True, text=True, env=environment, timeout=240)


@pytest.mark.slow
def test_a_model_of_the_hub_is_fetched_with_its_calibration(
    folder: Path, hub: str, tmp_path: Path
) -> None:
    told = _load(hub, tmp_path / "cache")
    assert told.stdout == "MRL 2.0\n", told.stderr
    again = _load("http://127.0.0.1:9", tmp_path / "cache", HF_HUB_OFFLINE="1")
    assert again.stdout == "MRL 2.0\n", again.stderr


def _cached(folder: Path, cache: Path, files: tuple[str, ...]) -> None:
    """Lay files where the client keeps what it fetched."""
    home = cache / "models--someone--faces"
    (home / "refs").mkdir(parents=True)
    (home / "refs" / "main").write_text(COMMIT)
    (home / "snapshots" / COMMIT).mkdir(parents=True)
    for name in files:
        (home / "snapshots" / COMMIT / name).write_bytes((folder / name).read_bytes())


def test_what_was_fetched_before_is_loaded_offline(
    folder: Path, tmp_path: Path, mrl: MRL, clips: torch.Tensor
) -> None:
    _cached(folder, tmp_path / "c", ("config.json", "model.safetensors", "calibration.json"))
    again = MRL.from_pretrained("someone/faces", cache_dir=tmp_path / "c", local_files_only=True)
    assert again.calibration is not None
    assert again.calibration.temperature == 2.0
    assert torch.equal(again(clips).logit, mrl.eval()(clips).logit)


def test_a_calibration_that_cannot_be_asked_for_is_told(folder: Path, tmp_path: Path) -> None:
    _cached(folder, tmp_path / "c", ("config.json", "model.safetensors"))
    keywords = {"cache_dir": tmp_path / "c", "local_files_only": True}
    with pytest.warns(UserWarning, match=r"cannot be asked for its calibration\.json"):
        assert Detector.from_pretrained("someone/faces", **keywords).calibration is None
    absent = tmp_path / "c/models--someone--faces/.no_exist" / COMMIT
    absent.mkdir(parents=True)
    (absent / "calibration.json").touch()
    # The Hub said that there is none: nothing to warn of.
    assert Detector.from_pretrained("someone/faces", **keywords).calibration is None


def test_a_model_that_cannot_be_fetched_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(
        CheckpointError, match="someone/none: no such folder, and not to be fetched"
    ):
        Detector.from_pretrained("someone/none", cache_dir=tmp_path, local_files_only=True)
