import json
import pickle
from pathlib import Path

import pytest
import torch

from graphforensics.cli.main import main
from graphforensics.errors import CheckpointError
from graphforensics.inference.face_autoencoder import FaceAutoencoder
from graphforensics.models import LRL, DeepfakeMAE

TINY = {"channels": 16, "blocks": 1, "heads": 2, "decoder_channels": 8, "decoder_blocks": 1}
TINY |= {"decoder_heads": 2, "mapping_encoder": "resnet10t", "size": 64}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("run") / "best"
    DeepfakeMAE(**TINY).save_pretrained(folder)
    return folder


def test_faces_are_drawn_in_their_own_size(run: Path) -> None:
    faces = torch.rand(2, 3, 90, 70)
    autoencoder = FaceAutoencoder(run)
    drawn = autoencoder(faces)
    assert drawn.shape == faces.shape
    assert 0 <= drawn.min() <= drawn.max() <= 1
    # A worker gets the folder's name, and reads the weights itself.
    sent = pickle.dumps(autoencoder)
    assert len(sent) < 1000
    assert torch.equal(pickle.loads(sent)(faces), drawn)


def test_forge_regenerates_with_it(run: Path, astronaut_clip: Path, tmp_path: Path) -> None:
    words = ["forge", str(astronaut_clip), "--out", str(tmp_path / "out"), "--max-frames", "1"]
    assert main([*words, "--method", "regenerate", "--autoencoder", str(run)]) == 0
    (path,) = (tmp_path / "out").glob("fake/regenerate/*.json")
    assert json.loads(path.read_text())["settings"] == {"autoencoder": str(run)}


def test_other_folders(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no such file"):
        FaceAutoencoder(tmp_path / "none")
    LRL(encoder="resnet10t", size=160).save_pretrained(tmp_path / "lrl")
    with pytest.raises(CheckpointError, match="holds lrl, not deepfake_mae"):
        FaceAutoencoder(tmp_path / "lrl")
