from __future__ import annotations

import json

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from skimage.data import astronaut
from torch.utils.flop_counter import FlopCounterMode

from graphforensics.errors import CheckpointError
from graphforensics.inference import detect
from graphforensics.models import LearningToMask, LearningToMaskOutput, load_detector
from graphforensics.models.calibration import Calibration, weights_hash
from graphforensics.models.fast_inference import computes_bfloat16
from graphforensics.nn import attention_guided_mask
from graphforensics.train import DetectionTask


def flops(module: torch.nn.Module, images: torch.Tensor) -> int:
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        module(images)
    return counter.get_total_flops()


# --- Who is asked in evaluation. ---


def test_the_teacher_is_asked_where_it_is_wanted_only(small, images):
    calls = {}
    for asked in (False, True):
        torch.manual_seed(3)
        model = LearningToMask(**small, teacher_at_inference=asked).eval()
        calls[asked] = []
        model.teacher.register_forward_hook(lambda *_, met=calls[asked]: met.append(1))
        output = model(images)
        assert len(calls[asked]) == asked
        for name in ("teacher_logit", "token_logit", "attention", "class_attention", "mask"):
            assert (getattr(output, name) is not None) == asked
        calls[asked] = output.logit
    assert torch.equal(calls[False], calls[True])


def test_the_student_sees_everything_in_evaluation(model, images):
    model.eval()
    output = model(images)
    wanted = model.classifier(model.encoder(images)[-1].mean((2, 3))).squeeze(1)
    assert torch.equal(output.logit, wanted)
    attended = model.attend(images)
    assert torch.equal(attended.logit, wanted)
    assert torch.equal(attended.features, output.features)
    assert (attended.mask == 0).sum((1, 2)).tolist() == [4] * 4  # what training would hide


def test_attend_leaves_the_modes_as_they_were(model, images):
    model.train()
    model.encoder.eval()
    before = [part.training for part in model.modules()]
    assert not model.attend(images).attention.requires_grad
    assert [part.training for part in model.modules()] == before


@pytest.mark.parametrize("strategy", ["high", "low", "random", "none"])
def test_masking_at_inference(small, images, strategy):
    model = LearningToMask(**small, strategy=strategy, mask_at_inference=True).eval()
    torch.manual_seed(8)
    output = model(images)
    features = model.encoder(images)[-1]
    if strategy != "none":
        torch.manual_seed(8)
        looked = model.attend(images).class_attention
        torch.manual_seed(8)
        features = features * attention_guided_mask(looked, 0.25, strategy)[:, None]
    wanted = model.classifier(features.mean((2, 3))).squeeze(1)
    torch.testing.assert_close(output.logit, wanted)
    assert (output.attention is not None) == (strategy in ("high", "low"))


# --- The student alone. ---


def test_the_student_alone_says_the_same(model, images):
    student = model.train().without_teacher()
    assert student.training
    assert student.teacher is None
    assert torch.equal(student.eval()(images).logit, model.eval()(images).logit)
    kept = [name for name in model.state_dict() if not name.startswith("teacher.")]
    assert list(student.state_dict()) == kept
    with torch.no_grad():  # a copy
        student.classifier[0].weight.zero_()
    assert model.classifier[0].weight.abs().sum() > 0
    assert model.double().without_teacher().classifier[0].weight.dtype == torch.float64


def test_the_checkpoint_of_the_student_alone_holds_nothing_of_the_teacher(model, images, tmp_path):
    model.save_pretrained(tmp_path / "both")
    model.without_teacher().save_pretrained(tmp_path / "student")
    sizes = {
        name: (tmp_path / name / "model.safetensors").stat().st_size for name in ("both", "student")
    }
    teacher = sum(p.numel() * p.element_size() for p in model.teacher.parameters())
    assert sizes["both"] - sizes["student"] > teacher
    again = load_detector(tmp_path / "student")
    assert isinstance(again, LearningToMask)
    assert torch.equal(again(images).logit, model.eval()(images).logit)
    assert again.config["student_only"]
    # Each of the two is refused by the other's configuration.
    for name, other in (("both", "student"), ("student", "both")):
        config = (tmp_path / other / "config.json").read_text()
        mixed = tmp_path / f"mixed_{name}"
        mixed.mkdir()
        (mixed / "config.json").write_text(config)
        weights = (tmp_path / name / "model.safetensors").read_bytes()
        (mixed / "model.safetensors").write_bytes(weights)
        with pytest.raises(CheckpointError, match="teacher"):
            load_detector(mixed)


def test_the_student_alone_keeps_its_calibration(model, images, tmp_path):
    model.save_pretrained(tmp_path / "both")
    known = Calibration(2.0, {"mean": 0.7}, weights_hash(tmp_path / "both"))
    known.write(tmp_path / "both")
    trained = load_detector(tmp_path / "both")
    trained.without_teacher().save_pretrained(tmp_path / "student")
    student = load_detector(tmp_path / "student")
    assert student.calibration.thresholds == {"mean": 0.7}
    assert student.calibration.weights == weights_hash(tmp_path / "student")
    assert torch.equal(student.probability(images), trained.probability(images))


def test_the_student_costs_what_its_bare_network_costs(small):
    model = LearningToMask(**{**small, "encoder_stage": -1, "size": 64}).eval()
    images = torch.rand(1, 3, 64, 64)
    bare = timm.create_model("resnet10t", num_classes=1).eval()
    for detector in (model, model.without_teacher()):
        assert flops(detector, images) / flops(bare, images) == pytest.approx(1, abs=0.01)
    count = sum(p.numel() for p in model.without_teacher().parameters())
    assert count / sum(p.numel() for p in bare.parameters()) == pytest.approx(1, abs=0.01)


# --- Weights to start from, saving, exporting. ---


def test_both_networks_start_from_the_weights_given(small, tmp_path):
    keywords = {**small, "student_only": False}
    files = {}
    for seed, name in enumerate(("resnet10t", "resnet14t")):
        torch.manual_seed(seed)
        files[name] = str(tmp_path / f"{name}.pth")
        torch.save(timm.create_model(name).state_dict(), files[name])
    one = LearningToMask(**keywords, encoder_weights=files["resnet10t"])
    stem = "network.conv1.0.weight"
    assert torch.equal(one.encoder.state_dict()[stem], one.teacher.encoder.state_dict()[stem])
    pair = LearningToMask(
        **keywords,
        teacher="resnet14t",
        encoder_weights=[files["resnet10t"], files["resnet14t"]],
    )
    assert torch.equal(pair.encoder.state_dict()[stem], one.encoder.state_dict()[stem])
    assert not torch.equal(pair.teacher.encoder.state_dict()[stem], one.encoder.state_dict()[stem])
    pair.save_pretrained(tmp_path / "saved")
    for path in files.values():
        (tmp_path / path).unlink()
    again = load_detector(tmp_path / "saved")
    assert torch.equal(again.state_dict()["classifier.0.weight"], pair.classifier[0].weight)


def test_save_and_load(model, images, tmp_path):
    model.eval().save_pretrained(tmp_path)
    again = load_detector(tmp_path)
    assert isinstance(again, LearningToMask)
    assert torch.equal(again(images).logit, model(images).logit)
    assert torch.equal(again.attend(images).attention, model.attend(images).attention)
    loaded = LearningToMask.from_pretrained(tmp_path)
    assert torch.equal(loaded(images).logit, model(images).logit)


def test_a_training_checkpoint_is_read(model, images, tmp_path):
    checkpoint: dict[str, object] = {}
    task = DetectionTask(model)
    task.on_save_checkpoint(checkpoint)
    state = {f"model.{name}": value for name, value in model.state_dict().items()}
    torch.save({"hyper_parameters": checkpoint["hyper_parameters"], "state_dict": state},
               tmp_path / "last.ckpt")  # fmt: skip
    again = load_detector(tmp_path / "last.ckpt")
    assert torch.equal(again(images).logit, model.eval()(images).logit)


def test_a_configuration_that_names_another_file_is_refused(model, tmp_path):
    model.save_pretrained(tmp_path)
    place = tmp_path / "config.json"
    config = json.loads(place.read_text())
    for change, message in [
        ({"encoder_options": {"checkpoint_path": "x.pth"}}, "names another file"),
        ({"teacher": "hf-hub:someone/something"}, "'teacher' must be a network of timm"),
        ({"blocks": 10**9}, "far larger than its weights"),
        ({"heads": 0}, "'heads' must be positive"),
        ({"size": 64}, r"'teacher.transformer.position' is \[1, 17, 128\], wanted \[1, 65, 128\]"),
    ]:
        place.write_text(json.dumps({**config, **change}))
        with pytest.raises(CheckpointError, match=message):
            load_detector(tmp_path)


@pytest.fixture
def tiny(small) -> LearningToMask:
    """Of a network that is compiled fast."""
    torch.manual_seed(3)
    return LearningToMask(**{**small, "encoder": "test_resnet", "blocks": 1}).eval()


def test_compile_and_export(tiny, images):
    wanted = tiny(images)
    compiled = torch.compile(tiny, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(images).logit, wanted.logit)
    output = torch.export.export(tiny, (images,)).module()(images)
    assert isinstance(output, LearningToMaskOutput)
    torch.testing.assert_close(output.logit, wanted.logit)
    tiny.teacher_at_inference = True
    both = torch.export.export(tiny, (images,)).module()(images)
    torch.testing.assert_close(both.attention, tiny.attend(images).attention)
    torch.testing.assert_close(both.mask, tiny.attend(images).mask)


def test_onnxruntime_gives_the_same(tiny, images):
    pytest.importorskip("onnx", reason="the extra 'export' is not installed")
    pytest.importorskip("onnxscript", reason="the extra 'export' is not installed")
    runtime = pytest.importorskip("onnxruntime", reason="the extra 'export' is not installed")
    student = tiny.without_teacher()
    program = torch.onnx.export(student, (images,), dynamo=True, verbose=False)
    session = runtime.InferenceSession(program.model_proto.SerializeToString())
    met = session.run(None, {session.get_inputs()[0].name: images.numpy()})
    np.testing.assert_allclose(met[0], student(images).logit.detach().numpy(), atol=1e-4)


def test_bfloat16_agrees_with_float32(model, images):
    model.eval()
    plain = model.attend(images)
    with torch.autocast("cpu", torch.bfloat16):
        narrow = model.attend(images)
    assert narrow.logit.dtype == narrow.attention.dtype == torch.float32
    assert (narrow.probability - plain.probability).abs().max() < 0.01
    assert (narrow.attention - plain.attention).abs().max() < 0.002
    torch.testing.assert_close(narrow.attention.sum(-1), torch.ones(4, 3, 17), atol=0.02, rtol=0)
    for name in ("teacher_logit", "token_logit"):
        apart = (getattr(narrow, name) - getattr(plain, name)).abs().max()
        assert apart < 0.03
    tolerance = 0.01 if computes_bfloat16(images.device) else 1e-5
    assert (model.probability(images) - plain.probability).abs().max() < tolerance


def test_half_precision_model(model, images):
    output = model.bfloat16().attend(images.bfloat16())
    assert output.logit.dtype == torch.bfloat16
    assert output.logit.isfinite().all()
    assert output.attention.isfinite().all()


def test_degenerate_pixels(model, images, batch):
    model.eval()
    for value in (0.0, 1.0):
        output = model.attend(torch.full_like(images, value))
        assert output.logit.isfinite().all()
        assert output.attention.isfinite().all()
    broken = images.clone()
    broken[1, 0, 0, 0] = torch.nan
    assert model(broken).logit.isnan().tolist() == [False, True, False, False]
    loss = model.train().loss(model(torch.zeros_like(images)), batch)["loss"]
    loss.backward()
    assert all(p.grad.isfinite().all() for p in model.parameters())


def test_a_batch_equals_its_images(model, images):
    together = model.attend(images)
    for face in range(4):
        alone = model.attend(images[face : face + 1])
        torch.testing.assert_close(alone.logit[0], together.logit[face])
        torch.testing.assert_close(alone.attention[0], together.attention[face])


# --- Pictures and clips. ---


def test_detection_on_a_clip_and_on_pictures_of_any_mode(small, astronaut_clip, tmp_path):
    model = LearningToMask(**{**small, "size": 64}).eval()
    assert 0 < detect(astronaut_clip, model).probability < 1
    face = Image.fromarray(astronaut()[:256, 96:352])
    scores = {}
    for mode in ("RGB", "L", "RGBA"):
        face.convert(mode).save(tmp_path / f"{mode}.png")
        scores[mode] = detect(tmp_path / f"{mode}.png", model).probability
    assert scores["RGBA"] == scores["RGB"]
    assert 0 < scores["L"] < 1


# --- Bad input. ---


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"strategy": "medium"}, "'strategy' must be one of high, low, random, none"),
        ({"mask_rate": 1.5}, r"'mask_rate' must be in \[0, 1\] \(got 1.5\)"),
        ({"diversity": "both"}, "'diversity' must be one of equation, purpose"),
        ({"blocks": 0}, "'blocks' must be positive"),
        ({"heads": 0}, "'heads' must be positive"),
        ({"heads": 129}, "'heads' must be at most the 128 channels .got 129."),
        ({"hidden_channels": 0}, "'hidden_channels' must be positive"),
        ({"classifier_channels": 0}, "'classifier_channels' must be positive"),
        ({"encoder": "nonesuch"}, "'encoder' must be a network of timm .got 'nonesuch'."),
        ({"teacher": "nonesuch"}, "'teacher' must be a network of timm .got 'nonesuch'."),
        ({"encoder_stage": 7}, "'encoder_stage'"),
        ({"encoder_weights": ["a.pth"]}, "'encoder_weights' must be one or a pair .got 1."),
        ({"size": 0}, "'size' must be positive"),
        ({"encoder": "inception_v3", "encoder_stage": -1}, "'size' must suit 'inception_v3'"),
        ({"student_only": True, "teacher_at_inference": True}, "'teacher_at_inference' needs the"),
        ({"student_only": True, "mask_at_inference": True}, "'mask_at_inference' needs the teach"),
    ],
)
def test_wrong_keywords(small, keywords, message):
    with pytest.raises(ValueError, match=message):
        LearningToMask(**{**small, **keywords})


@pytest.mark.parametrize("shape", [(2, 3, 30, 32), (2, 1, 32, 32), (2, 4, 32, 32), (3, 32, 32)])
def test_images_of_another_shape(model, shape):
    with pytest.raises(ValueError, match=r"\[B, 3, 32, 32\]"):
        model(torch.rand(shape))


def test_bytes_are_refused(model):
    with pytest.raises(ValueError, match="'inputs' must be floating point"):
        model(torch.zeros(2, 3, 32, 32, dtype=torch.uint8))


def test_labels_of_another_shape(model, images):
    with pytest.raises(ValueError, match=r"'label' must be \[4\] \(got \[4, 1\]\)"):
        model.loss(model(images), {"label": torch.zeros(4, 1)})


def test_a_student_alone_does_not_learn_what_a_teacher_must_show(model, images, batch):
    student = model.without_teacher().train()
    with pytest.raises(ValueError, match="'strategy' 'high' needs the teacher"):
        student(images)
    assert student.eval()(images).logit.isfinite().all()


def test_masks_of_a_teacher_are_not_to_be_had_without_it(small):
    model = LearningToMask(**small, mask_at_inference=True)
    with pytest.raises(ValueError, match="'mask_at_inference' needs the teacher"):
        model.without_teacher()


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_none_and_all_hidden(small, images, batch, rate):
    model = LearningToMask(**small, mask_rate=rate)
    output = model(images)
    assert (output.mask == (rate == 0)).all()
    model.loss(output, batch)["loss"].backward()
    assert all(p.grad.isfinite().all() for p in model.parameters())


def test_maps_of_other_sizes(small):
    """A map of 1 place has nothing to hide, one of 5 x 5 hides 6; heads may not divide."""
    for size, hidden in ((8, 0), (40, 6)):
        model = LearningToMask(**{**small, "size": size, "heads": 5})
        output = model(torch.rand(2, 3, size, size))
        assert (output.mask == 0).sum((1, 2)).tolist() == [hidden] * 2
        assert output.attention.shape == (2, 5, 1 + (size // 8) ** 2, 1 + (size // 8) ** 2)
