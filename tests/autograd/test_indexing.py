"""Variables indexed by LongTensors and sequences, in one and several dimensions."""

import numpy as np
import pytest

import torchlike as torch
from torchlike.autograd import Variable, gradcheck, gradgradcheck
from torchlike.testing import to_array

ROWS, COLUMNS = torch.LongTensor([[0, 2], [3, 1]]), torch.LongTensor([3, 0])
INDICES = {
    "list": [2, 0, 0],
    "tensor": torch.LongTensor([1]),
    "matrix": ROWS,
    "pair": (ROWS, COLUMNS),
    "lists": ([0, 2], [1, 1]),
    "negative": torch.LongTensor([-1, 0]),
    "int and tensor": (1, COLUMNS),
    "slice first": (slice(None), COLUMNS),
    "slice between": (ROWS, slice(1, None), COLUMNS[:1]),
    "none": (None, ROWS),
    "ellipsis": (Ellipsis, torch.LongTensor([1, 0])),
    "variable": Variable(torch.LongTensor([2, 1])),
}


def plain(index):
    """The same index for NumPy."""
    if isinstance(index, tuple):
        return tuple(plain(i) for i in index)
    if isinstance(index, Variable):
        index = index.data
    return to_array(index) if torch.is_tensor(index) else index


@pytest.fixture(params=list(INDICES))
def index(request):
    return INDICES[request.param]


@pytest.fixture
def x():
    return Variable(torch.rand(4, 4, 4).double(), requires_grad=True)


def test_reading(x, index):
    expected = to_array(x.data)[plain(index)]
    np.testing.assert_array_equal(to_array(x[index].data), expected)
    assert gradcheck(lambda x: x[index] * 2, (x,))
    assert gradgradcheck(lambda x: x[index] ** 2, (x,))


def test_writing_a_number(x, index):
    def function(x):
        y = x * 1
        y[index] = 3
        return y * y

    expected = to_array(x.data).copy()
    expected[plain(index)] = 3
    np.testing.assert_array_equal(to_array(function(x).data), expected**2)
    assert gradcheck(function, (x,))
    assert gradgradcheck(function, (x,))


def test_writing_a_variable(x, index):
    if isinstance(index, list):
        index = [2, 0]  # with repetitions the last one wins, which has no derivative
    shape = to_array(x.data)[plain(index)].shape
    value = Variable(torch.rand(*shape).double(), requires_grad=True)

    def function(x, value):
        y = x * 1
        y[index] = value
        return y * y

    expected = to_array(x.data).copy()
    expected[plain(index)] = to_array(value.data)
    np.testing.assert_array_equal(to_array(function(x, value).data), expected**2)
    assert gradcheck(function, (x, value))
    assert gradgradcheck(function, (x, value))


def test_writing_expands_the_value(x):
    value = Variable(torch.rand(4).double(), requires_grad=True)

    def function(x, value):
        y = x * 1
        y[torch.LongTensor([0, 2])] = value
        return y * y

    assert gradcheck(function, (x, value))


def test_writing_through_a_view_reaches_its_base(x):
    def function(x):
        y = x * 1
        y[1:][:, torch.LongTensor([0, 3])] = 2
        return y * y

    assert function(x).data[1, 0, 0] == 4 and function(x).data[0, 0, 0] != 4
    assert gradcheck(function, (x,))


def test_masks(x):
    mask = x.data.gt(0.5)
    np.testing.assert_array_equal(
        to_array(x[mask].data), to_array(x.data)[to_array(mask) == 1]
    )
    y = x * 1
    y[Variable(mask)] = 0
    assert y.data.max() <= 0.5


def test_errors(x):
    with pytest.raises(RuntimeError, match="leaf"):
        x[torch.LongTensor([0])] = 1
    with pytest.raises(IndexError, match="too many indices"):
        x[ROWS, ROWS, ROWS, ROWS]
    with pytest.raises(IndexError, match="7 is out of range"):
        x[torch.LongTensor([7])]
    with pytest.raises(IndexError, match="torch.FloatTensor"):
        x[torch.FloatTensor([1])]
    with pytest.raises(TypeError, match="str"):
        (x * 1)[torch.LongTensor([1])] = "a"
    y = Variable(torch.zeros(3))
    with pytest.raises(RuntimeError):
        y[torch.LongTensor([0, 1])] = Variable(torch.zeros(3))


def test_volatile(x):
    v = Variable(torch.rand(3), volatile=True)
    assert v[torch.LongTensor([0])].volatile
    y = Variable(torch.zeros(3))
    with pytest.raises(RuntimeError, match="volatile"):
        y[torch.LongTensor([0])] = v[:1]
