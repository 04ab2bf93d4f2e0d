"""The picture of the heat: right faces, right places, and errors of the file."""

from __future__ import annotations

import copy
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import torch
from matplotlib.text import Text
from PIL import Image

from graphforensics.errors import OutputError
from graphforensics.explain import grad_cam
from graphforensics.inference import (
    PersonInputs,
    VerdictRule,
    heat_picture,
    judge,
    save_heat_picture,
)
from graphforensics.inference.heat_picture import heat_figure
from graphforensics.models import LRL, MRL, AUNet
from graphforensics.visualization.heat_tiles import heat_tiles


def _person(model: MRL) -> PersonInputs:
    shape = model.input_spec.shape
    inputs = torch.randint(0, 256, (2, *shape), dtype=torch.uint8)
    spec = model.input_spec
    runs = (2, spec.snippets, spec.frames) if spec.kind == "clip" else (2, spec.frames, 1)
    numbers = np.arange(np.prod(runs)).reshape(runs)
    boxes = np.zeros((*runs, 4), np.float32)
    return PersonInputs(0, 6, 6, True, inputs, numbers, numbers / 25, boxes, [])


def test_a_column_a_run_with_the_heat_below(tiny_model: MRL) -> None:
    person = _person(tiny_model)
    picture = heat_picture(tiny_model, person)
    assert picture.shape == (448, 448, 3)
    assert picture.dtype == np.uint8
    middle = person.inputs[0, 1, :, 1].permute(1, 2, 0).numpy()
    face = np.asarray(Image.fromarray(middle).resize((224, 224), Image.Resampling.BICUBIC))
    assert (picture[:224, 224:] == face).all()
    # The inferno map's red rises with the heat: what it adds to the face follows the heat.
    heat = grad_cam(tiny_model, tiny_model.input_spec.normalize(person.inputs[:1]))[0, 1, 1]
    large = np.asarray(Image.fromarray(heat.numpy()).resize((224, 224), Image.Resampling.BICUBIC))
    added = picture[224:, 224:, 0].astype(float) - face[..., 0] / 2
    assert np.corrcoef(added.ravel(), large.ravel())[0, 1] > 0.9


def test_images_have_one_column(image_model: MRL) -> None:
    assert heat_picture(image_model, _person(image_model)).shape == (448, 224, 3)


def test_a_detector_that_tells_pixels_shows_its_own_map_below() -> None:
    lrl = LRL(encoder="resnet10t", k=2, size=160).eval()
    person = _person(lrl)
    picture = heat_picture(lrl, person)
    assert picture.shape == (3 * 224, 224, 3)
    assert (picture[:448] == heat_picture(_blind(lrl), person)).all()
    # With the arithmetic of the verdict's pass, which may be bfloat16.
    own = lrl.forged_map(lrl.predict(lrl.input_spec.normalize(person.inputs[:1])))[0].float()
    large = np.asarray(
        Image.fromarray(np.rint(own.numpy() * 255).astype(np.uint8)).resize(
            (224, 224), Image.Resampling.BICUBIC
        )
    )
    colours = matplotlib.colormaps["inferno"](large, bytes=True)[..., :3].astype(float)
    wanted = picture[:224] / 2 + colours / 2
    assert abs(picture[448:] - wanted).max() <= 0.5
    aunet = AUNet(encoder="resnet10t", size=64, token_weight=0)
    images = torch.rand(1, 3, 64, 64)
    assert aunet.forged_pixels(images) is None
    aunet = AUNet(encoder="resnet10t", size=64)
    assert torch.equal(aunet.forged_pixels(images), aunet.localise(images))


def _blind(lrl: LRL) -> LRL:
    """Return a copy that has learned no masks."""
    copied = copy.deepcopy(lrl)
    copied.segmentation_weight = 0.0
    return copied


def test_the_file_is_written_or_the_error_names_it(tmp_path: Path, image_model: MRL) -> None:
    person = _person(image_model)
    for name in ("heat.png", "heat.webp"):
        save_heat_picture(image_model, person, tmp_path / name)
        with Image.open(tmp_path / name) as picture:
            assert picture.size[0] > 500
            assert np.asarray(picture).std() > 20
    for name in ("heat.xyz", "none/heat.png"):
        with pytest.raises(OutputError, match="cannot be written"):
            save_heat_picture(image_model, person, tmp_path / name)


def test_the_sheet_names_times_scales_verdict_and_threshold(image_model: MRL) -> None:
    person = _person(image_model)
    verdict = judge(image_model, person, heat=True)
    rule = VerdictRule(0.3, 0.2, 0.4)
    figure = heat_figure(verdict, rule, image_model)
    texts = [text.get_text() for text in figure.findobj(Text)]
    word = rule.word(verdict.probability)
    assert f"Face 0: {word}, probability of forgery {100 * verdict.probability:.0f} %" in texts
    assert {"0.00 s", "0.04 s", "share of the sample's peak"} <= set(texts)
    (line,) = figure.findobj(lambda artist: artist.get_gid() == "threshold")
    assert set(line.get_ydata()) == {0.3}
    (points,) = figure.findobj(lambda artist: artist.get_gid() == "verdicts")
    np.testing.assert_allclose(points.get_ydata(), verdict.scores)
    for number in range(2):
        (tile,) = figure.findobj(lambda artist, n=number: artist.get_gid() == f"heat-{n}")
        wanted = heat_tiles(
            [person.inputs[number].permute(1, 2, 0).numpy()], [[verdict.heat[number]]]
        )[224:]
        assert (tile.get_images()[0].get_array() == wanted).all()


def test_of_a_clip_the_sample_with_the_highest_score_is_shown(tiny_model: MRL) -> None:
    person = _person(tiny_model)
    verdict = judge(tiny_model, person, heat=True)
    worst = int(np.argmax(verdict.scores))
    figure = heat_figure(verdict, VerdictRule(0.5, 0.4, 0.6), tiny_model)
    (points,) = figure.findobj(lambda artist: artist.get_gid() == "verdicts")
    np.testing.assert_allclose(points.get_ydata(), verdict.so_far(worst))
    titles = [text.get_text() for text in figure.findobj(Text)]
    assert all(f"{time:.2f} s" in titles for time in person.times[worst][:, 1])
