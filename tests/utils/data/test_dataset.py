import pytest

import torchlike as torch
from torchlike.utils import data
from torchlike.utils.data import ConcatDataset, Dataset, TensorDataset


def test_tensor_dataset():
    x, y = torch.randn(4, 3), torch.LongTensor([5, 6, 7, 8])
    pairs = TensorDataset(x, y)
    assert len(pairs) == 4
    row, label = pairs[2]
    assert row.tolist() == x[2].tolist() and label == 7
    named = TensorDataset(data_tensor=x, target_tensor=y)
    assert named.data_tensor is x and named.target_tensor is y


def test_tensor_dataset_takes_any_number_of_tensors():
    x = torch.ones(2, 3)
    assert len(TensorDataset(x)[0]) == 1
    assert len(TensorDataset(x, x, x)[0]) == 3


def test_tensor_dataset_checks_sizes():
    with pytest.raises(ValueError, match=r"one first size, got \[4, 3\]"):
        TensorDataset(torch.ones(4), torch.ones(3))
    with pytest.raises(ValueError, match="needs tensors"):
        TensorDataset()
    with pytest.raises(TypeError, match="unexpected argument 'x'"):
        TensorDataset(x=torch.ones(1))


def test_concat_dataset():
    a, b = TensorDataset(torch.Tensor([0, 1])), TensorDataset(torch.Tensor([2]))
    data = a + b
    assert isinstance(data, ConcatDataset) and data.cumulative_sizes == [2, 3]
    assert [data[i][0] for i in range(3)] == [0, 1, 2]
    assert data[-1][0] == 2
    for index in (3, -4):
        with pytest.raises(IndexError, match=f"index {index} is out of range for 3"):
            data[index]
    with pytest.raises(ValueError, match="empty"):
        ConcatDataset([])


def test_dataset_has_to_be_completed():
    with pytest.raises(NotImplementedError):
        Dataset()[0]
    with pytest.raises(NotImplementedError):
        len(Dataset())


def test_subset():
    part = data.Subset("abcdef", [4, 0, 4])
    assert list(part) == ["e", "a", "e"] and len(part) == 3 and part[-1] == "e"
    with pytest.raises(IndexError):
        part[3]


def test_random_split():
    torch.manual_seed(0)
    parts = data.random_split("abcdefghij", [5, 0, 3, 2])
    assert [len(part) for part in parts] == [5, 0, 3, 2]
    drawn = [letter for part in parts for letter in part]
    assert sorted(drawn) == list("abcdefghij") and drawn != sorted(drawn)
    for lengths in ([5, 4], [11, -1], []):
        with pytest.raises(ValueError, match=r"for 10 samples"):
            data.random_split("abcdefghij", lengths)
    assert data.random_split("", []) == []
