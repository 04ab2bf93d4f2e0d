import math

import pytest

from graphforensics.metrics import video_scores


def row(video: str, score: float, label: int = 1, **more: object) -> dict[str, object]:
    return {"video": video, "score": score, "label": label, **more}


def test_mean_and_maximum() -> None:
    rows = [row("a", 0.2), row("b", 0.5), row("a", 0.6)]
    mean = video_scores(rows)
    assert [(v.video, v.rows) for v in mean] == [("a", 2), ("b", 1)]
    assert [v.score for v in mean] == pytest.approx([0.4, 0.5])
    assert [v.score for v in video_scores(rows, how="max")] == [0.6, 0.5]


@pytest.mark.parametrize(
    ("scores", "wanted"),
    [
        # Three of five are certain fakes: their mean.
        ([0.9, 0.85, 0.95, 0.1, 0.3], 0.9),
        # Two of five are not more than 40 %: the mean of all.
        ([0.9, 0.9, 0.1, 0.1, 0.5], 0.5),
        # Nineteen of twenty are certain reals.
        ([0.1] * 19 + [0.7], 0.1),
        # Eighteen of twenty are not more than 90 %.
        ([0.1] * 18 + [0.7, 0.7], (1.8 + 1.4) / 20),
        # The bounds themselves are not certain.
        ([0.8, 0.8, 0.2], 0.6),
    ],
)
def test_confident_mean(scores: list[float], wanted: float) -> None:
    (video,) = video_scores([row("a", score) for score in scores], how="confident")
    assert video.score == pytest.approx(wanted)


def test_confident_mean_is_of_probabilities() -> None:
    with pytest.raises(ValueError, match="video //a: the confident mean is of probabilities only"):
        video_scores([row("a", 1.5)], how="confident")


def test_one_name_in_two_manipulations_is_two_videos() -> None:
    rows = [
        row("000_003", 0.1, manipulation="Deepfakes"),
        row("000_003", 0.9, manipulation="Face2Face"),
        row("000_003", 0.5, manipulation="Face2Face", dataset="other"),
    ]
    assert [v.score for v in video_scores(rows)] == [0.1, 0.9, 0.5]


def test_missing_and_empty_names_are_the_same() -> None:
    rows = [row("a", 0.0, dataset=None), row("a", 1.0, dataset=""), row("a", 0.5)]
    (video,) = video_scores(rows)
    assert (video.dataset, video.manipulation, video.rows) == ("", "", 3)


def test_identity_is_kept_where_all_rows_agree() -> None:
    rows = [row("a", 0.1, identity="ann"), row("a", 0.1), row("b", 0.1, identity="ann")]
    rows += [row("b", 0.1, identity="bob")]
    assert [v.identity for v in video_scores(rows)] == ["ann", None]


def test_no_rows() -> None:
    assert video_scores([]) == []


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([row("a", 0.1, 0), row("a", 0.2, 1)], "a: its rows have both labels"),
        ([{"score": 0.1, "label": 1}], "row 0 has no 'video'"),
        ([row("a", 0.1), row("b", None)], "row 1 has no 'score'"),
        ([row("a", math.nan)], "a: 'scores' must be finite"),
    ],
)
def test_wrong_rows(rows: list[dict[str, object]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        video_scores(rows)


def test_unknown_reduction() -> None:
    with pytest.raises(ValueError, match="'how' must be one of mean, max, confident"):
        video_scores([], how="median")  # type: ignore[arg-type]
