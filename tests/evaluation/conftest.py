"""The detectors and stores that inference is tested with serve here too."""

from tests.inference.conftest import (  # noqa: F401
    _one_thread,
    image_model,
    scored_store,
    tiny_model,
)
