import pytest

import torchlike as torch
from torchlike.utils.data.sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)


def test_sequential():
    sampler = SequentialSampler("abcd")
    assert list(sampler) == [0, 1, 2, 3] and len(sampler) == 4


def test_random_is_a_permutation_that_the_seed_decides():
    sampler = RandomSampler(range(50))
    torch.manual_seed(1)
    first, second = list(sampler), list(sampler)
    torch.manual_seed(1)
    assert list(sampler) == first != second
    assert sorted(first) == sorted(second) == list(range(50))
    assert len(sampler) == 50
    assert all(type(i) is int for i in first)


def test_subset():
    sampler = SubsetRandomSampler([3, 5, 9])
    assert sorted(sampler) == [3, 5, 9] and len(sampler) == 3


def test_weighted():
    torch.manual_seed(0)
    drawn = list(WeightedRandomSampler([0, 1, 3], 4000))
    assert len(drawn) == 4000 and 0 not in drawn
    assert drawn.count(2) / 4000 == pytest.approx(0.75, abs=0.04)
    assert sorted(WeightedRandomSampler([1, 1, 1], 3, replacement=False)) == [0, 1, 2]


@pytest.mark.parametrize("number", [0, -1, True])
def test_weighted_needs_a_number(number):
    with pytest.raises(ValueError, match="positive integer"):
        WeightedRandomSampler([1], number)


def test_weighted_without_replacement_needs_enough():
    with pytest.raises(ValueError, match="cannot draw 3 of 2"):
        WeightedRandomSampler([1, 1], 3, replacement=False)


def test_batches():
    order = SequentialSampler(range(5))
    assert list(BatchSampler(order, 2, False)) == [[0, 1], [2, 3], [4]]
    assert list(BatchSampler(order, 2, True)) == [[0, 1], [2, 3]]
    assert len(BatchSampler(order, 2, False)) == 3
    assert len(BatchSampler(order, 2, True)) == 2
    assert list(BatchSampler(SequentialSampler(""), 2, False)) == []


@pytest.mark.parametrize("size", [0, -1, 1.5, True, "2"])
def test_batch_size_is_checked(size):
    with pytest.raises(ValueError, match="batch_size should be a positive integer"):
        BatchSampler(SequentialSampler("ab"), size, False)


def test_drop_last_is_checked():
    with pytest.raises(ValueError, match="drop_last should be a boolean"):
        BatchSampler(SequentialSampler("ab"), 1, 3)


def test_sampler_has_to_be_completed():
    with pytest.raises(NotImplementedError):
        iter(Sampler(None))
