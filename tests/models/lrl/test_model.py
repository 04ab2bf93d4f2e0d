from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.fft import dctn, idctn
from skimage.data import astronaut
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode

from graphforensics.explain import grad_cam
from graphforensics.inference import detect
from graphforensics.models import LRL, LRLOutput, load_detector
from graphforensics.models.fast_inference import computes_bfloat16
from graphforensics.nn import similarity_target

#: Strides 2, 4 and 8: a map of 4 x 4 places.
SMALL: dict[str, Any] = {
    "encoder": "resnet10t",
    "encoder_stages": [0, 1, 2],
    "k": 2,
    "decoder_channels": 8,
    "size": 32,
}


@pytest.fixture
def lrl() -> LRL:
    torch.manual_seed(3)
    return LRL(**SMALL)


@pytest.fixture
def images() -> Tensor:
    return torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(4))


def batch_of(size: int = 32) -> dict[str, Tensor]:
    """A real face and one with a forged corner."""
    mask = torch.zeros(2, 1, size, size)
    mask[1, :, : size // 2, : size // 3] = 1
    return {"label": torch.tensor([0.0, 1.0]), "mask": mask, "has_mask": torch.tensor([True, True])}


# --- Every numbered equation against NumPy, in float64. ---


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def frequency_cue(image: np.ndarray, std: np.ndarray) -> np.ndarray:
    """Eqs. 1 to 3."""
    grey = np.tensordot([0.299, 0.587, 0.114], image * std[:, None, None], 1)
    spectrum = dctn(grey, norm="ortho")
    side = len(grey)
    for i in range(side):
        for j in range(side):
            if (i + j) / side < 0.33:
                spectrum[i, j] = 0
    high = idctn(spectrum, norm="ortho")
    return high / np.abs(high).max()


def convolve(maps: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """3 x 3 with a rim of zeros."""
    _, height, width = maps.shape
    padded = np.pad(maps, ((0, 0), (1, 1), (1, 1)))
    out = np.empty((len(weight), height, width))
    for i in range(height):
        for j in range(width):
            out[:, i, j] = np.tensordot(weight, padded[:, i : i + 3, j : j + 3], 3) + bias
    return out


def gate(rgb: np.ndarray, frequency: np.ndarray, state: dict, level: int) -> list[np.ndarray]:
    """Eqs. 4 and 5, with the normalisation's running statistics."""
    part = {k.split(f"gates.{level}.")[1]: v for k, v in state.items() if f"gates.{level}." in k}
    both = np.tensordot(part["fuse.weight"][:, :, 0, 0], np.concatenate([rgb, frequency]), 1)
    scale = part["norm.weight"] / np.sqrt(part["norm.running_var"] + 1e-5)
    normed = (both - part["norm.running_mean"][:, None, None]) * scale[:, None, None]
    v = np.maximum(normed + part["norm.bias"][:, None, None], 0)
    attention = sigmoid(convolve(v, part["look.weight"], part["look.bias"]))
    return [attention[0] * rgb, attention[1] * frequency]


def bilinear(plane: np.ndarray, height: int, width: int) -> np.ndarray:
    def places(count: int, length: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        place = ((np.arange(count) + 0.5) * length / count - 0.5).clip(0, length - 1)
        low = np.floor(place).astype(int)
        return low, np.minimum(low + 1, length - 1), place - low

    (up, down, y), (left, right, x) = places(height, len(plane)), places(width, plane.shape[1])
    rows = plane[up] * (1 - y)[:, None] + plane[down] * y[:, None]
    return rows[:, left] * (1 - x) + rows[:, right] * x


def similarity(features: np.ndarray, k: int) -> np.ndarray:
    """Eq. 7."""
    tall, wide = (int(np.ceil(side / k)) for side in features.shape[1:])
    padded = np.zeros((len(features), k * tall, k * wide))
    padded[:, : features.shape[1], : features.shape[2]] = features
    patches = [
        padded[:, tall * i : tall * (i + 1), wide * j : wide * (j + 1)].ravel()
        for i in range(k)
        for j in range(k)
    ]
    s = np.empty((k * k, k * k))
    for i, u in enumerate(patches):
        for j, v in enumerate(patches):
            lengths = np.linalg.norm(u) * np.linalg.norm(v)
            s[i, j] = ((u @ v / lengths if lengths else 0) + 1) / 2
    return s


@pytest.mark.parametrize(("k", "partition"), [(2, "pad"), (3, "pad"), (3, "resize")])
def test_equations_1_to_7_and_the_verdict_against_numpy(images, k, partition):
    lrl = LRL(**{**SMALL, "k": k, "partition": partition}).double().eval()
    for part in lrl.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.running_mean)
            nn.init.uniform_(part.running_var, 0.5, 2)
            nn.init.uniform_(part.weight, 0.5, 2)
            nn.init.normal_(part.bias)
    seen: dict[str, list[np.ndarray]] = {"rgb": [], "frequency": [], "given": []}
    for name, stream in (("rgb", lrl.streams.rgb), ("frequency", lrl.streams.frequency)):
        for stage in stream.stages:
            stage.register_forward_hook(
                lambda _m, _i, out, name=name: seen[name].append(out.detach().numpy())
            )
            if name == "frequency":
                stage.register_forward_hook(
                    lambda _m, i, _o: seen["given"].append(i[0].detach().numpy())
                )
    with torch.no_grad():
        output = lrl(images.double())
    state = {name: value.numpy() for name, value in lrl.state_dict().items()}
    std = np.array(lrl.input_spec.std)
    for sample in range(2):
        cue = frequency_cue(images[sample].double().numpy(), std)
        # The deviations are float32 where the model keeps them.
        np.testing.assert_allclose(seen["given"][0][sample, 0], cue, atol=1e-6)
        joined = []
        for level in range(3):
            pair = [seen[name][level][sample] for name in ("rgb", "frequency")]
            gated = gate(*pair, state, level)
            if level < 2:
                np.testing.assert_allclose(seen["given"][level + 1][sample], gated[1], atol=1e-10)
            joined.append(sum(gated))  # eq. 6
        size = (6, 6) if partition == "resize" else joined[-1].shape[1:]
        fused = np.stack([bilinear(plane, *size) for one in joined for plane in one])
        np.testing.assert_allclose(output.features[sample].numpy(), fused, atol=1e-10)
        s = similarity(fused, k)
        np.testing.assert_allclose(output.similarity[sample].numpy(), s, atol=1e-10)
        logit = state["classifier.weight"] @ s.ravel() + state["classifier.bias"]
        assert output.logit[sample].item() == pytest.approx(logit.item(), abs=1e-10)


def relation(mask: np.ndarray, k: int) -> np.ndarray:
    """Eqs. 8 and 9: the share of each patch over its own pixels."""
    tall, wide = (int(np.ceil(side / k)) for side in mask.shape)
    p = [
        mask[tall * i : tall * (i + 1), wide * j : wide * (j + 1)].mean()
        for i in range(k)
        for j in range(k)
    ]
    return np.array([[1 - (a - b) ** 2 for b in p] for a in p])


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_equations_8_to_13_against_numpy(images, reduction):
    lrl = LRL(**SMALL, segmentation_reduction=reduction)
    output, batch = lrl(images), batch_of()
    loss = lrl.loss(output, batch)
    p = sigmoid(output.logit.detach().double().numpy())
    ce = -np.mean([np.log(1 - p[0]), np.log(p[1])])
    s_hat = output.similarity.detach().double().numpy()
    mask = batch["mask"][:, 0].double().numpy()
    pairs = zip(mask, s_hat, strict=True)
    sim = np.mean([np.sqrt(((relation(m, 2) - s) ** 2).sum()) for m, s in pairs])
    m_hat = sigmoid(output.mask_logit[:, 0].detach().double().numpy())
    pixels = -(mask * np.log(m_hat) + (1 - mask) * np.log(1 - m_hat))
    seg = pixels.mean() if reduction == "mean" else pixels.sum((1, 2)).mean()
    assert loss["classification"].item() == pytest.approx(ce, rel=1e-5)
    assert loss["similarity"].item() == pytest.approx(sim, rel=1e-5)
    assert loss["segmentation"].item() == pytest.approx(seg, rel=1e-5)
    assert loss["loss"].item() == pytest.approx(ce + 10 * sim + seg, rel=1e-5)


def test_the_papers_defaults():
    with torch.device("meta"):
        lrl = LRL()
    assert lrl.input_spec.shape == (3, 299, 299)
    assert lrl.input_spec.mean == lrl.input_spec.std == (0.5, 0.5, 0.5)
    assert (lrl.encoder.name, lrl.encoder.strides) == ("legacy_xception", (8, 16, 32))
    assert lrl.streams.channels == (256, 728, 2048)
    assert (lrl.streams.alpha, lrl.k) == (0.33, 5)
    assert lrl.classifier.in_features == 625
    assert (lrl.similarity_weight, lrl.segmentation_weight) == (10, 1)


SIZES = {224: (28, 14, 7), 256: (32, 16, 8), 299: (37, 19, 10), 380: (47, 24, 12)}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("encoder", ["legacy_xception", "resnet10t"])
def test_shapes_at_every_stage(encoder, size):
    """Without numbers, which shapes do not need."""
    with FakeTensorMode():
        check_shapes(encoder, size)


def check_shapes(encoder: str, size: int) -> None:
    lrl = LRL(encoder=encoder, size=size).eval()
    inputs = torch.empty(2, 3, size, size)
    sides = SIZES[size]
    if encoder == "resnet10t":  # its convolutions are padded, Xception's first ones are not
        sides = tuple(-(-size // stride) for stride in (8, 16, 32))
    assert lrl.streams.high_frequencies(inputs).shape == (2, 1, size, size)
    maps = lrl.streams(inputs)
    assert [tuple(one.shape) for one in maps] == [
        (2, channels, side, side)
        for channels, side in zip(lrl.streams.channels, sides, strict=True)
    ]
    output = lrl(inputs)
    assert output.features.shape == (2, sum(lrl.streams.channels), sides[-1], sides[-1])
    assert output.similarity.shape == (2, 25, 25)
    assert output.mask_logit.shape == (2, 1, size, size)
    assert output.logit.shape == (2,)


def test_the_papers_network():
    lrl = LRL(size=160).eval()
    images = torch.rand(1, 3, 160, 160)
    output = lrl(images)
    assert isinstance(output, LRLOutput)
    assert output.logit.isfinite().all()
    assert output.graph[0].x.shape == (25, 3032)


# --- What it gives. ---


def test_graph(lrl, images):
    lrl.eval()
    graph, output = lrl.graph(images), lrl(images)
    assert graph.num_graphs == 2
    face = graph[1]
    assert face.validate()
    assert face.kind == "patch"
    assert face.x.shape == (4, 256 * 4)
    assert torch.allclose(face.adjacency(), output.similarity[1], atol=1e-6)
    assert torch.allclose(face.pos[1], torch.tensor([0.75, 0.25]))


def test_localise(lrl, images):
    where = lrl.localise(images)
    assert lrl.training
    assert where.shape == (2, 32, 32)
    assert torch.equal(where, lrl.eval()(images).mask[:, 0])
    assert 0 <= where.min() <= where.max() <= 1


def test_grad_cam_looks_at_the_joined_map(lrl, images):
    for target in ("fake", "real"):
        heat = grad_cam(lrl, images, target)
        assert heat.shape == (2, 32, 32)
        assert heat.isfinite().all()
    seen = []
    lrl.feature_layer.register_forward_hook(lambda _m, _i, out: seen.append(out))
    assert torch.equal(lrl(images).features, seen[0])


def test_a_batch_equals_its_images(lrl, images):
    lrl.eval()
    together = lrl(images)
    for sample in range(2):
        alone = lrl(images[sample : sample + 1])
        torch.testing.assert_close(alone.logit, together.logit[sample : sample + 1])
        torch.testing.assert_close(
            alone.mask_logit, together.mask_logit[sample : sample + 1], atol=1e-5, rtol=1e-4
        )


# --- Training. ---


def test_every_parameter_learns(lrl, images):
    lrl.loss(lrl(images), batch_of())["loss"].backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in lrl.parameters())


def test_training_lowers_every_part_on_a_repeated_batch(lrl, images):
    optimizer = torch.optim.Adam(lrl.parameters(), 5e-3)
    parts = []
    for _ in range(30):
        optimizer.zero_grad()
        losses = lrl.loss(lrl(images), batch_of())
        losses["loss"].backward()
        optimizer.step()
        parts.append({name: value.item() for name, value in losses.items()})
    assert all(parts[-1][name] < 0.9 * parts[0][name] for name in parts[0]), parts


def test_samples_without_a_mask_count_for_the_classification_alone(lrl, images):
    lrl.eval()
    output, batch = lrl(images), batch_of()
    batch["mask"][1] = torch.nan
    batch["has_mask"] = torch.tensor([True, False])
    mixed = lrl.loss(output, batch)
    both = lrl.loss(output, {"label": batch["label"]})
    first = lrl.loss(lrl(images[:1]), {name: value[:1] for name, value in batch.items()})
    assert torch.equal(mixed["classification"], both["classification"])
    for name in ("similarity", "segmentation"):
        torch.testing.assert_close(mixed[name], first[name], rtol=1e-4, atol=1e-6)
    mixed["loss"].backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in lrl.parameters())


def test_without_masks_the_loss_is_the_classification(lrl, images):
    label = {"label": torch.tensor([0.0, 1.0])}
    output = lrl(images)
    loss = lrl.loss(output, label)
    assert set(loss) == {"loss", "classification"}
    assert torch.equal(loss["loss"], loss["classification"])
    none = {**batch_of(), "has_mask": torch.tensor([False, False])}
    assert torch.equal(lrl.loss(output, none)["loss"], loss["loss"])


def test_an_all_real_batch_and_a_batch_of_one(lrl, images):
    batch = batch_of()
    real = {**batch, "label": torch.zeros(2), "mask": torch.zeros(2, 1, 32, 32)}
    loss = lrl.loss(lrl(images), real)
    loss["loss"].backward()
    assert loss["similarity"] > 0  # real patches shall all be alike
    assert all(p.grad.isfinite().all() for p in lrl.parameters())
    one = lrl.loss(lrl(images[1:]), {name: value[1:] for name, value in batch.items()})
    assert all(part.isfinite() for part in one.values())


def test_masks_of_any_legal_form_are_the_same(lrl, images):
    output, batch = lrl(images), batch_of()
    wanted = lrl.loss(output, batch)["loss"]
    for mask in (batch["mask"][:, 0], batch["mask"].bool(), batch["mask"].double()):
        loss = lrl.loss(output, {**batch, "mask": mask})["loss"]
        torch.testing.assert_close(loss, wanted, check_dtype=False)


# --- The five rows of table 4. ---

ROWS = {
    "RGB": {"frequency": False, "similarity": False},
    "RGB, frequency": {"attention": False, "similarity": False},
    "RGB, frequency, RFAM": {"similarity": False},
    "RGB, MPSM": {"frequency": False},
    "all": {},
    "concatenated patches": {"attention": False},
}


@pytest.mark.parametrize("row", ROWS)
def test_ablations_train_judge_and_round_trip_as_json(row, images):
    lrl = LRL(**SMALL, **ROWS[row])
    loss = lrl.loss(lrl(images), batch_of())
    loss["loss"].backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in lrl.parameters())
    has_similarity = ROWS[row].get("similarity", True)
    assert ("similarity" in loss) == has_similarity
    graph = lrl.graph(images)
    assert graph.validate()
    assert graph[0].num_edges == (16 if has_similarity else 0)
    again = LRL(**json.loads(json.dumps(lrl.config)))
    again.load_state_dict(lrl.state_dict())
    assert torch.equal(again.eval()(images).logit, lrl.eval()(images).logit)
    read = lrl.graph_classifier()(graph.x, graph.edge_index, graph.edge_weight, graph.batch)
    torch.testing.assert_close(read, lrl(images).probability, atol=1e-5, rtol=1e-5)


def test_which_parts_each_row_has():
    parts = {}
    for name, row in ROWS.items():
        lrl = LRL(**SMALL, **row)
        had = (lrl.streams.frequency, lrl.streams.gates)
        parts[name] = [part is not None for part in had] + [lrl.classifier.in_features]
    assert parts == {
        "RGB": [False, False, 128],
        "RGB, frequency": [True, False, 256],
        "RGB, frequency, RFAM": [True, True, 128],
        "RGB, MPSM": [False, False, 16],
        "all": [True, True, 16],
        "concatenated patches": [True, False, 16],
    }


def test_without_similarity_the_verdict_is_of_the_mean(images):
    lrl = LRL(**SMALL, **ROWS["RGB"]).eval()
    deepest = lrl.encoder(images)[-1]
    wanted = lrl.classifier(deepest.mean((2, 3))).squeeze(1)
    torch.testing.assert_close(lrl(images).logit, wanted)


@pytest.mark.parametrize(
    ("encoder", "keywords"),
    [
        ("mobilenetv3_small_050", {}),
        ("test_convnext", {}),
        ("test_vit", {"encoder_options": {"img_size": 64}, "k": 4}),
    ],
)
def test_other_encoders(encoder, keywords):
    lrl = LRL(**{"encoder": encoder, "k": 2, "size": 64, **keywords})
    output = lrl(torch.randn(2, 3, 64, 64))
    lrl.loss(output, batch_of(64))["loss"].backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in lrl.parameters())


# --- Saving, exporting, precision. ---


def test_save_and_load(lrl, images, tmp_path):
    lrl.eval().save_pretrained(tmp_path)
    again = load_detector(tmp_path)
    assert isinstance(again, LRL)
    assert torch.equal(again(images).logit, lrl(images).logit)
    assert torch.equal(LRL.from_pretrained(tmp_path)(images).mask_logit, lrl(images).mask_logit)


@pytest.fixture
def tiny() -> LRL:
    """Of an encoder that is compiled fast."""
    torch.manual_seed(3)
    return LRL(**{**SMALL, "encoder": "test_efficientnet"}).eval()


def test_compile_and_export(tiny, images):
    lrl = tiny
    wanted = lrl(images)
    compiled = torch.compile(lrl, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(images).logit, wanted.logit)
    exported = torch.export.export(lrl, (images,)).module()(images)
    assert isinstance(exported, LRLOutput)
    torch.testing.assert_close(exported.logit, wanted.logit)
    torch.testing.assert_close(exported.similarity, wanted.similarity)
    torch.testing.assert_close(exported.mask_logit, wanted.mask_logit)


def test_onnxruntime_gives_the_same(tiny, images):
    pytest.importorskip("onnx", reason="the extra 'export' is not installed")
    pytest.importorskip("onnxscript", reason="the extra 'export' is not installed")
    runtime = pytest.importorskip("onnxruntime", reason="the extra 'export' is not installed")
    program = torch.onnx.export(tiny, (images,), dynamo=True, verbose=False)
    session = runtime.InferenceSession(program.model_proto.SerializeToString())
    met = session.run(None, {session.get_inputs()[0].name: images.numpy()})
    wanted = tiny(images)
    np.testing.assert_allclose(met[0], wanted.logit.detach().numpy(), atol=1e-4)
    np.testing.assert_allclose(met[1], wanted.mask_logit.detach().numpy(), atol=1e-3)


def test_bfloat16_agrees_with_float32(lrl, images):
    lrl.eval()
    plain = lrl(images)
    with torch.autocast("cpu", torch.bfloat16), torch.inference_mode():
        narrow = lrl(images)
    assert narrow.logit.dtype == narrow.similarity.dtype == torch.float32
    assert (narrow.probability - plain.probability).abs().max() < 0.01
    assert (narrow.similarity - plain.similarity).abs().max() < 0.01
    assert (narrow.mask - plain.mask).abs().max() < 0.02
    tolerance = 0.01 if computes_bfloat16(images.device) else 1e-5
    assert (lrl.probability(images) - plain.probability).abs().max() < tolerance


def test_half_precision_model(lrl, images):
    output = lrl.bfloat16().eval()(images.bfloat16())
    assert output.logit.dtype == torch.bfloat16
    assert output.logit.isfinite().all()


def test_degenerate_pixels(lrl, images):
    lrl.eval()
    for value in (0.0, 1.0):
        assert lrl(torch.full_like(images, value)).logit.isfinite().all()
    broken = images.clone()
    broken[1, 0, 0, 0] = torch.nan
    assert lrl(broken).logit.isnan().tolist() == [False, True]
    loss = lrl.train().loss(lrl(torch.zeros_like(images)), batch_of())["loss"]
    loss.backward()
    assert all(p.grad.isfinite().all() for p in lrl.parameters())


# --- Pictures and clips. ---


def test_detection_on_a_clip_and_on_pictures_of_any_mode(astronaut_clip, tmp_path):
    lrl = LRL(**{**SMALL, "size": 64}).eval()
    assert 0 < detect(astronaut_clip, lrl).probability < 1
    face = Image.fromarray(astronaut()[:256, 96:352])
    scores = {}
    for mode in ("RGB", "L", "RGBA"):
        face.convert(mode).save(tmp_path / f"{mode}.png")
        scores[mode] = detect(tmp_path / f"{mode}.png", lrl).probability
    assert scores["RGBA"] == scores["RGB"]
    assert 0 < scores["L"] < 1


# --- Bad input. ---


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"k": 0}, "'k' must be positive"),
        ({"k": 5}, "'k' must be at most the 4 places .* along a side .got 5."),
        ({"partition": "cut"}, "'partition' must be one of even, pad, resize"),
        ({"alpha": -0.1}, r"'alpha' must be in \[0, 1\]"),
        ({"encoder": "nonesuch"}, "'encoder' must be a network of timm"),
        ({"encoder_stages": [7]}, "'encoder_stages'"),
        ({"encoder_stages": []}, "'encoder_stages'"),
        ({"decoder_channels": 0}, "'decoder_channels' must be positive"),
        ({"size": 0}, "'size' must be positive"),
        ({"segmentation_reduction": "max"}, "'segmentation_reduction' must be one of mean, sum"),
    ],
)
def test_wrong_keywords(keywords, message):
    with pytest.raises(ValueError, match=message):
        LRL(**{**SMALL, **keywords})


def test_more_patches_than_places_without_padding():
    lrl = LRL(encoder="densenet121", size=47, k=2).eval()  # its pooling rounds down
    with pytest.raises(ValueError, match="'k' must be at most the 1 places"):
        lrl(torch.rand(1, 3, 47, 47))


@pytest.mark.parametrize("channels", [1, 4])
def test_grey_and_alpha_images_are_refused(lrl, channels):
    with pytest.raises(ValueError, match=rf"\[B, 3, 32, 32\] \(got \[2, {channels}, 32, 32\]\)"):
        lrl(torch.rand(2, channels, 32, 32))


def test_wrong_batches(lrl, images):
    output, batch = lrl(images), batch_of()
    for change, message in [
        ({"mask": torch.zeros(2, 1, 30, 32)}, r"'mask' must be \[2, 1, 32, 32\] or \[2, 32, 32\]"),
        ({"mask": torch.zeros(2, 3, 32, 32)}, r"\(got \[2, 3, 32, 32\]\)"),
        ({"mask": torch.zeros(2, 1, 32, 32).byte()}, "'mask' must be bool or floating point"),
        ({"has_mask": torch.ones(2)}, "'present' must be bool"),
        ({"has_mask": torch.ones(3).bool()}, r"'present' must be \[2\]"),
        ({"label": torch.zeros(2, 1)}, r"'label' must be \[2\] \(got \[2, 1\]\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            lrl.loss(output, {**batch, **change})


@pytest.mark.parametrize("size", [160, 224, 256, 380])
def test_no_patch_is_empty_and_the_target_follows_the_map(size):
    """At 224 pixels the map has 7 x 7 places, which five patches share out."""
    torch.manual_seed(0)
    lrl = LRL(encoder="resnet10t", decoder_channels=4, size=size).eval()
    with torch.no_grad():
        output = lrl(torch.randn(1, *lrl.input_spec.shape))
    graph = output.graph[0]
    assert (graph.x.norm(dim=1) > 0).all()
    places = -(-size // 32)
    cells = torch.arange(places**2).view(1, 1, places, places).double()
    met = similarity_target(
        nn.functional.interpolate(cells, (size, size), mode="nearest-exact") / places**2,
        5,
        (places, places),
        "even",
    )
    # Where borders of places are borders of pixels, a target of places is that of pixels.
    exact = similarity_target(cells / places**2, 5, (places, places), "even")
    torch.testing.assert_close(met, exact, atol=1e-12 if size % 32 == 0 else 0.02, rtol=0)
    assert len(set(graph.pos[:, 0].tolist())) == 5


def test_sizes_that_k_divides_are_as_they_were(images):
    for partition in ("even", "pad", "resize"):
        torch.manual_seed(3)
        lrl = LRL(**{**SMALL, "partition": partition}).eval()
        with torch.no_grad():
            output = lrl(images)
        assert isinstance(output, LRLOutput)
        if partition == "even":
            first = output
        assert torch.equal(output.logit, first.logit)
        assert torch.equal(output.graph.pos, first.graph.pos)


def test_a_saved_model_keeps_its_cut(images, tmp_path):
    """What was saved before there was an even cut says 'pad', and judges as it did."""
    lrl = LRL(**{**SMALL, "k": 3, "partition": "pad"}).eval()
    lrl.save_pretrained(tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["partition"] == "pad"
    again = load_detector(tmp_path)
    assert torch.equal(again(images).logit, lrl(images).logit)
    even = LRL(**{**SMALL, "k": 3}).eval()
    even.load_state_dict(lrl.state_dict())
    assert not torch.equal(even(images).logit, lrl(images).logit)
