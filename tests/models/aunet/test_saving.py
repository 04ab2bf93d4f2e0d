"""AUNet saved, exported, in other precisions, and on files."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from skimage.data import astronaut

from graphforensics.inference import detect
from graphforensics.models import AUNet, AUNetOutput, load_detector
from graphforensics.models.fast_inference import computes_bfloat16


def test_save_and_load(aunet, images, tmp_path):
    aunet.eval().save_pretrained(tmp_path)
    again = load_detector(tmp_path)
    assert isinstance(again, AUNet)
    assert torch.equal(again(images).logit, aunet(images).logit)
    assert torch.equal(AUNet.from_pretrained(tmp_path)(images).maps, aunet(images).maps)


@pytest.fixture
def tiny(small) -> AUNet:
    """Of an encoder that is compiled fast."""
    torch.manual_seed(3)
    return AUNet(**{**small, "encoder": "test_efficientnet", "depth": 2}).eval()


@pytest.mark.slow
def test_compile_and_export(tiny, images):
    wanted = tiny(images)
    compiled = torch.compile(tiny, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(images).logit, wanted.logit)
    exported = torch.export.export(tiny, (images,)).module()(images)
    assert isinstance(exported, AUNetOutput)
    for name in ("logit", "patch_logits", "maps", "relations"):
        torch.testing.assert_close(getattr(exported, name), getattr(wanted, name))


@pytest.mark.slow
def test_onnxruntime_gives_the_same(tiny, images):
    pytest.importorskip("onnx", reason="the extra 'export' is not installed")
    pytest.importorskip("onnxscript", reason="the extra 'export' is not installed")
    runtime = pytest.importorskip("onnxruntime", reason="the extra 'export' is not installed")
    program = torch.onnx.export(tiny, (images,), dynamo=True, verbose=False)
    session = runtime.InferenceSession(program.model_proto.SerializeToString())
    met = session.run(None, {session.get_inputs()[0].name: images.numpy()})
    wanted = tiny(images)
    np.testing.assert_allclose(met[0], wanted.logit.detach().numpy(), atol=1e-4)
    np.testing.assert_allclose(met[3], wanted.patch_logits.detach().numpy(), atol=1e-4)


def test_bfloat16_agrees_with_float32(aunet, images):
    aunet.eval()
    plain = aunet(images)
    with torch.autocast("cpu", torch.bfloat16), torch.inference_mode():
        narrow = aunet(images)
    assert narrow.logit.dtype == narrow.relations.dtype == torch.float32
    assert (narrow.probability - plain.probability).abs().max() < 0.01
    assert (narrow.maps - plain.maps).abs().max() < 0.01
    assert (narrow.token_map - plain.token_map).abs().max() < 0.02
    assert (narrow.relations - plain.relations).norm() < 0.02 * plain.relations.norm()
    tolerance = 0.01 if computes_bfloat16(images.device) else 1e-5
    assert (aunet.probability(images) - plain.probability).abs().max() < tolerance


def test_half_precision_model(aunet, images):
    output = aunet.bfloat16().eval()(images.bfloat16())
    assert output.logit.isfinite().all()
    assert output.graph.x.dtype == torch.bfloat16


def test_degenerate_pixels(aunet, images, batch):
    aunet.eval()
    for value in (0.0, 1.0):
        assert aunet(torch.full_like(images, value)).logit.isfinite().all()
    broken = images.clone()
    broken[1, 0, 0, 0] = torch.nan
    assert aunet(broken).logit.isnan().tolist() == [False, True]
    loss = aunet.train().loss(aunet(torch.zeros_like(images)), batch)["loss"]
    loss.backward()
    assert all(p.grad.isfinite().all() for p in aunet.parameters())


def test_detection_on_a_clip_and_on_pictures_of_any_mode(small, astronaut_clip, tmp_path):
    aunet = AUNet(**{**small, "size": 64}).eval()
    assert 0 < detect(astronaut_clip, aunet).probability < 1
    face = Image.fromarray(astronaut()[:256, 96:352])
    scores = {}
    for mode in ("RGB", "L", "RGBA"):
        face.convert(mode).save(tmp_path / f"{mode}.png")
        scores[mode] = detect(tmp_path / f"{mode}.png", aunet).probability
    assert scores["RGBA"] == scores["RGB"]
    assert 0 < scores["L"] < 1
