import pytest

from torchlike.utils.data.distributed import DistributedSampler


@pytest.mark.parametrize(("size", "processes"), [(10, 2), (10, 3), (1, 4), (0, 2)])
def test_processes_share_all_indices(size, processes):
    samplers = [DistributedSampler(range(size), processes, i) for i in range(processes)]
    parts = [list(sampler) for sampler in samplers]
    length = -(-size // processes)
    assert [len(part) for part in parts] == [length] * processes
    assert [len(sampler) for sampler in samplers] == [length] * processes
    drawn = sum(parts, [])
    assert sorted(drawn[:size]) == list(range(size))


def test_the_epoch_chooses_the_order():
    sampler = DistributedSampler(range(100), 2, 0)
    first = list(sampler)
    assert list(sampler) == first
    sampler.set_epoch(1)
    assert list(sampler) != first
    sampler.set_epoch(0)
    assert list(sampler) == first


def test_bad_arguments():
    with pytest.raises(ValueError, match="num_replicas and rank are required"):
        DistributedSampler(range(3))
    with pytest.raises(ValueError, match="got 2 and 2"):
        DistributedSampler(range(3), 2, 2)
