"""Packing and padding of sequences."""

import io
import pickle

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable, gradcheck, gradgradcheck
from torchlike.nn.utils.rnn import (
    PackedSequence,
    pack_padded_sequence,
    pack_sequence,
    pad_packed_sequence,
    pad_sequence,
)

LENGTHS = [[5, 5, 5], [5, 3, 1], [4, 4, 2], [5, 1, 1], [2, 2, 2]]


def padded(rest, seed=0):
    array = np.random.RandomState(seed).randn(5, 3, *rest)
    return array, Variable(torch.from_numpy(array), requires_grad=True)


def packed_rows(array, lengths):
    """Step after step, the samples that are long enough."""
    sizes = [sum(length > t for length in lengths) for t in range(lengths[0])]
    return np.concatenate([array[t, :n] for t, n in enumerate(sizes)]), sizes


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("rest", [(), (4,), (2, 3)], ids=str)
@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
def test_pack_and_pad(lengths, rest, batch_first):
    array, x = padded(rest)
    given = x.transpose(0, 1) if batch_first else x
    packed = pack_padded_sequence(given, lengths, batch_first)
    rows, sizes = packed_rows(array, lengths)
    assert isinstance(packed, PackedSequence)
    assert packed.batch_sizes == sizes
    np.testing.assert_array_equal(packed.data.data.numpy(), rows)
    y, found = pad_packed_sequence(packed, batch_first, -7)
    assert found == lengths
    expected = np.full((lengths[0], *array.shape[1:]), -7.0)
    for sample, length in enumerate(lengths):
        expected[:length, sample] = array[:length, sample]
    if batch_first:
        expected = expected.swapaxes(0, 1)
    np.testing.assert_array_equal(y.data.numpy(), expected)
    # the gradient: 1 for what was packed
    y.sum().backward()
    np.testing.assert_array_equal(
        x.grad.data.numpy()[: lengths[0]], (expected != -7).swapaxes(0, 1)
    ) if batch_first else np.testing.assert_array_equal(
        x.grad.data.numpy()[: lengths[0]], expected != -7
    )
    assert (x.grad.data.numpy()[lengths[0] :] == 0).all()


def test_derivatives():
    _, x = padded((2,))

    def there_and_back(x):
        packed = pack_padded_sequence(x, [4, 2, 1])
        squares = PackedSequence(packed.data * packed.data, packed.batch_sizes)
        return pad_packed_sequence(squares)[0]

    assert gradcheck(there_and_back, (x,))
    grad = Variable(torch.randn(4, 3, 2).double(), requires_grad=True)
    assert gradgradcheck(there_and_back, (x,), (grad,))


def test_labels_and_tensors_can_be_packed():
    numbers = torch.LongTensor([[1, 2], [3, 0]])
    assert pack_padded_sequence(numbers, [2, 1]).data.tolist() == [1, 2, 3]
    packed = pack_padded_sequence(Variable(numbers), torch.LongTensor([2, 1]))
    assert packed.data.data.tolist() == [1, 2, 3]
    assert pad_packed_sequence(packed)[0].data.tolist() == [[1, 2], [3, 0]]


def test_pad_and_pack_sequences():
    arrays = [np.arange(n * 2.0).reshape(n, 2) + 10 * n for n in (4, 2, 1)]
    parts = [Variable(torch.from_numpy(a), requires_grad=True) for a in arrays]
    expected = np.full((3, 4, 2), 0.5)
    for row, a in zip(expected, arrays):
        row[: len(a)] = a
    both = pad_sequence(parts, True, 0.5)
    np.testing.assert_array_equal(both.data.numpy(), expected)
    other = pad_sequence(parts, padding_value=0.5)
    np.testing.assert_array_equal(other.data.numpy(), expected.swapaxes(0, 1))
    packed = pack_sequence(parts)
    assert packed.batch_sizes == [3, 2, 1, 1]
    rows, _ = packed_rows(expected.swapaxes(0, 1), [4, 2, 1])
    np.testing.assert_array_equal(packed.data.data.numpy(), rows)
    assert gradcheck(lambda *parts: pack_sequence(parts).data, tuple(parts))
    # the order does not matter for padding
    assert pad_sequence(parts[::-1]).size() == (4, 3, 2)


def test_packed_sequences_are_tuples():
    data = torch.ones(3)
    packed = PackedSequence(data, [2, 1])
    assert packed[0] is data
    assert packed == (data, [2, 1])
    assert nn.utils.rnn.PackedSequence is PackedSequence
    assert type(pickle.loads(pickle.dumps(packed))) is PackedSequence
    file = io.BytesIO()
    torch.save(PackedSequence(Variable(data), [2, 1]), file)
    loaded = torch.load(io.BytesIO(file.getvalue()))
    assert type(loaded) is PackedSequence
    assert loaded.batch_sizes == [2, 1]
    assert loaded.data.data.tolist() == [1, 1, 1]
    assert PackedSequence.__module__ == "torchlike.nn.utils.rnn"


@pytest.mark.parametrize(
    "lengths, message",
    [
        ([2, 3, 1], "lengths array has to be sorted in decreasing order.* 1 is 3"),
        ([3, 2, 0], "has to be greater than 0"),
        ([3, 2, -1], "has to be greater than 0"),
        ([], "has to be greater than 0"),
        ([3, 2], "lengths array has incorrect size: 2 for a batch of 3"),
        ([6, 2, 1], "at most the 5 steps of the input, got 6"),
    ],
)
def test_wrong_lengths(lengths, message):
    with pytest.raises(ValueError, match=message):
        pack_padded_sequence(padded((2,))[1], lengths)


def test_wrong_arguments():
    with pytest.raises(ValueError, match="2 or more dimensions, got 1"):
        pack_padded_sequence(torch.ones(3), [1, 1, 1])
    for sizes in ([2, 2], [1, 2], [4, -1], []):
        with pytest.raises(ValueError, match="batch_sizes"):
            pad_packed_sequence(PackedSequence(torch.ones(3), sizes))
    with pytest.raises(ValueError, match="at least one sequence"):
        pad_sequence([])
    with pytest.raises(ValueError, match=r"sequence 1 has size \[2, 3\]"):
        pad_sequence([torch.ones(2, 4), torch.ones(2, 3)])
    with pytest.raises(ValueError, match="sorted in decreasing order"):
        pack_sequence([torch.ones(1), torch.ones(2)])
