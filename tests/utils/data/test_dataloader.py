from collections import namedtuple

import numpy as np
import pytest

import torchlike as torch
from torchlike.utils.data import DataLoader, TensorDataset
from torchlike.utils.data.dataloader import default_collate


@pytest.fixture
def data():
    x = torch.arange(0, 10).view(5, 2)
    return TensorDataset(x, torch.LongTensor([0, 1, 2, 3, 4]))


def test_batches_in_order(data):
    loader = DataLoader(data, batch_size=2)
    batches = list(loader)
    assert len(batches) == len(loader) == 3
    assert [y.tolist() for x, y in batches] == [[0, 1], [2, 3], [4]]
    assert batches[1][0].tolist() == [[4, 5], [6, 7]]
    assert batches[0][1].type() == "torch.LongTensor"


def test_drop_last(data):
    loader = DataLoader(data, batch_size=2, drop_last=True)
    assert len(loader) == len(list(loader)) == 2


def test_shuffle_visits_all_in_a_new_order(data):
    torch.manual_seed(0)
    loader = DataLoader(data, batch_size=5, shuffle=True)
    orders = [y.tolist() for _ in range(20) for x, y in loader]
    assert all(sorted(order) == [0, 1, 2, 3, 4] for order in orders)
    assert len({tuple(order) for order in orders}) > 5


def test_own_samplers(data):
    assert [y.tolist() for x, y in DataLoader(data, 2, sampler=[4, 0, 2])] == [
        [4, 0],
        [2],
    ]
    loader = DataLoader(data, batch_sampler=[[0], [1, 2, 3]])
    assert [y.tolist() for x, y in loader] == [[0], [1, 2, 3]]
    assert len(loader) == 2


def test_own_collate(data):
    assert next(iter(DataLoader(data, 2, collate_fn=len))) == 2


def test_iterator_has_next_by_name(data):
    batches = iter(DataLoader(data, 5))
    assert len(batches) == 1
    assert batches.next()[1].tolist() == [0, 1, 2, 3, 4]
    with pytest.raises(StopIteration):
        batches.next()


@pytest.mark.parametrize(
    "options, error, message",
    [
        ({"shuffle": True, "sampler": [0]}, ValueError, "mutually exclusive"),
        ({"batch_size": 2, "batch_sampler": [[0]]}, ValueError, "mutually exclusive"),
        ({"drop_last": True, "batch_sampler": [[0]]}, ValueError, "mutually"),
        ({"num_workers": -1}, ValueError, "negative"),
        ({"timeout": -1}, ValueError, "non-negative, got -1"),
        ({"batch_size": 0}, ValueError, "positive integer value, but got 0"),
    ],
)
def test_bad_options(data, options, error, message):
    with pytest.raises(error, match=message):
        DataLoader(data, **options)


def test_float_batch_size_and_pinned_memory(data):
    loader = DataLoader(data, batch_size=4 / 2, pin_memory=True)
    assert len(loader) == 3
    assert [y.tolist() for x, y in loader] == [[0, 1], [2, 3], [4]]
    assert not any(x.is_pinned() for x, y in loader)  # there is no CUDA


def test_collate_numbers():
    ints, floats = default_collate([1, 2]), default_collate([1.0, 2.5])
    assert ints.type() == "torch.LongTensor" and ints.tolist() == [1, 2]
    assert floats.type() == "torch.DoubleTensor" and floats.tolist() == [1, 2.5]


@pytest.mark.parametrize(
    "dtype, kind",
    [
        ("float64", "Double"),
        ("float32", "Float"),
        ("int64", "Long"),
        ("int32", "Int"),
        ("int16", "Short"),
        ("int8", "Char"),
        ("uint8", "Byte"),
    ],
)
def test_collate_numpy(dtype, kind):
    array = np.array([[1, 2], [3, 4]], dtype)
    batch = default_collate(list(array))
    assert batch.type() == f"torch.{kind}Tensor"
    assert batch.tolist() == [[1, 2], [3, 4]]
    array.flags.writeable = False
    assert default_collate(list(array)).tolist() == [[1, 2], [3, 4]]
    scalars = default_collate([array[0, 0], array[1, 1]])
    assert scalars.type() == f"torch.{kind}Tensor" and scalars.tolist() == [1, 4]


def test_collate_function_of_2017(data):
    from torchlike.utils.data import dataloader

    def collate(batch):
        if torch.is_tensor(batch[0]):
            out = None
            if dataloader._use_shared_memory:
                numel = sum(x.numel() for x in batch)
                out = batch[0].new(batch[0].storage()._new_shared(numel))
            return torch.stack(batch, 0, out=out)
        kind = dataloader.numpy_type_map[np.asarray(batch[0]).dtype.name]
        return kind(batch)

    def pairs(batch):
        return [collate(part) for part in zip(*batch)]

    for workers in (0, 1):
        for x, y in DataLoader(data, 5, num_workers=workers, collate_fn=pairs):
            assert x.tolist() == data.data_tensor.tolist()
            assert y.type() == "torch.LongTensor" and y.tolist() == [0, 1, 2, 3, 4]


def test_collate_containers():
    sample = {"x": torch.ones(2), "name": "a", "pair": (1, [2.0])}
    batch = default_collate([sample, sample])
    assert batch["x"].size() == (2, 2)
    assert batch["name"] == ["a", "a"]
    assert batch["pair"][0].tolist() == [1, 1]
    assert batch["pair"][1][0].tolist() == [2, 2]
    Point = namedtuple("Point", "x y")
    assert default_collate([Point(1, 2), Point(3, 4)])[1].tolist() == [2, 4]


def test_collate_refuses_other_things():
    with pytest.raises(TypeError, match="found set"):
        default_collate([{1}, {2}])
    with pytest.raises(TypeError, match="NumPy values of type complex128"):
        default_collate([np.complex128(1)])
    with pytest.raises(RuntimeError):
        default_collate([torch.ones(2), torch.ones(3)])
