"""Detectors by name and by folder, and the values of ``--set``."""

from __future__ import annotations

import argparse

import pytest

from graphforensics.cli.model_choice import new_model, parse_setting
from graphforensics.models import MRL


def test_values_are_json_or_words() -> None:
    assert parse_setting("regions=4") == ("regions", 4)
    assert parse_setting("normalize=true") == ("normalize", True)
    assert parse_setting("encoder_weights=null") == ("encoder_weights", None)
    assert parse_setting("encoder=resnet18") == ("encoder", "resnet18")
    assert parse_setting('encoder_options={"depth": 2}') == ("encoder_options", {"depth": 2})
    assert parse_setting("word=a=b") == ("word", "a=b")


@pytest.mark.parametrize("text", ["regions", "=4", "two words=4", "--x=4"])
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="must be key=value"):
        parse_setting(text)


def test_keywords_reach_the_detector() -> None:
    model = new_model("mrl", {"encoder": "resnet10t", "regions": 3, "size": 64})
    assert isinstance(model, MRL)
    assert (model.regions, model.input_spec.size) == (3, 64)
