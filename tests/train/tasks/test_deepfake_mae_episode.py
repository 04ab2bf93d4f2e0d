from __future__ import annotations

import pytest
import torch

from graphforensics.train.tasks.deepfake_mae_episode import Domains, episode

FOUR = ["Deepfakes", "Face2Face", "FaceSwap", "NeuralTextures"]


def test_manipulations_are_meta_test_in_turn():
    domains = Domains(FOUR, seed=3)
    chosen = [domains.test_manipulations(epoch) for epoch in range(60)]
    assert all(len(names) == 1 for names in chosen)
    assert {names[0] for names in chosen} == set(FOUR)
    assert chosen == [Domains(FOUR[::-1], seed=3).test_manipulations(e) for e in range(60)]
    assert chosen != [Domains(FOUR, seed=4).test_manipulations(e) for e in range(60)]
    assert len(Domains(FOUR, 0.5).test_manipulations(0)) == 2
    assert len(Domains(FOUR, 0.99).test_manipulations(0)) == 3  # never all


def test_fakes_of_both_sides_have_other_manipulations():
    domains = Domains(FOUR)
    for epoch in range(5):
        sides = {
            side: {
                name
                for name in FOUR
                for v in range(20)
                if domains.is_test(str(v), name, 1.0, epoch) == side
            }
            for side in (False, True)
        }
        assert not sides[False] & sides[True]
        assert sides[False] | sides[True] == set(FOUR)
        real = [domains.is_test(str(v), "", 0.0, epoch) for v in range(2000)]
        assert 0.17 < sum(real) / 2000 < 0.23


@pytest.mark.parametrize("known", [[], ["only"]])
def test_one_manipulation_is_parted_at_random(known):
    domains = Domains(known)
    assert domains.test_manipulations(0) == ()
    drawn = [domains.is_test(str(v), "only", 1.0, 0) for v in range(2000)]
    assert 0.17 < sum(drawn) / 2000 < 0.23
    # A clip and the forgery made from it are on one side.
    assert drawn == [domains.is_test(str(v), "", 0.0, 0) for v in range(2000)]
    assert drawn != [domains.is_test(str(v), "only", 1.0, 1) for v in range(2000)]


@pytest.mark.parametrize("share", [0.0, 1.0, float("nan")])
def test_share_out_of_range(share):
    with pytest.raises(ValueError, match="'test_share'"):
        Domains([], share)


def test_an_episode_shares_out_every_sample():
    label = torch.tensor([0.0, 1.0] * 10)
    is_test = torch.zeros(20, dtype=torch.bool)
    is_test[16:] = True
    for _ in range(20):
        support, reference, query = episode(label, is_test)
        assert (len(support), len(reference), len(query)) == (8, 4, 8)
        every = torch.cat([support, reference, query])
        assert sorted(every.tolist()) == list(range(20))
        assert not is_test[support].any()
        assert not is_test[reference].any()
        assert set(range(16, 20)) <= set(query.tolist())
        assert len(set(query.tolist()) - set(range(16, 20))) == 4  # others of meta-train
        for part in (support, reference):
            assert label[part].mean() == 0.5


def test_small_and_one_sided_batches():
    true, false = torch.ones(2, dtype=torch.bool), torch.zeros(2, dtype=torch.bool)
    label = torch.tensor([0.0, 1.0])
    for is_test in (true, false):  # nobody in meta-train, or nobody to spare
        support, reference, query = episode(label, is_test)
        assert sorted(support.tolist()) == sorted(reference.tolist()) == [0, 1]
        assert sorted(query.tolist()) == [0, 1]
    support, reference, query = episode(label, torch.tensor([False, True]))
    assert (support.tolist(), reference.tolist(), query.tolist()) == ([0], [0], [1])
    one = episode(torch.zeros(1), torch.ones(1, dtype=torch.bool))
    assert [part.tolist() for part in one] == [[0], [0], [0]]
