import pytest

from graphforensics.tamper.sources.codec import renditions


def test_qualities_of_faceforensics() -> None:
    assert [tuple(one) for one in renditions("all", 18)] == [("raw", 0), ("c23", 23), ("c40", 40)]
    assert [one.folder for one in renditions("c40", 18)] == ["c40/"]
    (own,) = renditions(None, 30)
    assert (own.quality, own.crf, own.folder) == ("", 30, "")


def test_wrong_words() -> None:
    with pytest.raises(ValueError, match="'codec' must be one of raw, c23, c40, all"):
        renditions("c50", 18)
    with pytest.raises(ValueError, match="'crf' must be in"):
        renditions(None, 52)
