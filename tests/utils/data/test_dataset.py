import pytest

import torchlike as torch
from torchlike.utils.data import ConcatDataset, Dataset, TensorDataset


def test_tensor_dataset():
    x, y = torch.randn(4, 3), torch.LongTensor([5, 6, 7, 8])
    data = TensorDataset(x, y)
    assert len(data) == 4
    row, label = data[2]
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
