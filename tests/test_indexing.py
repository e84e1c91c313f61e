"""Reading and assigning by index, against NumPy."""

import itertools

import numpy as np
import pytest

import torchlike as torch
from torchlike.autograd import Variable
from torchlike.testing import assert_allclose, to_array

TYPES = ("Byte", "Char", "Short", "Int", "Long", "Float", "Double", "Half")
every_type = pytest.mark.parametrize(
    "make", [getattr(torch, n + "Tensor") for n in TYPES], ids=TYPES
)
math_type = pytest.mark.parametrize(
    "make", [getattr(torch, n + "Tensor") for n in TYPES[:-1]], ids=TYPES[:-1]
)


def cube(make=torch.FloatTensor):
    """A tensor of shape (3, 4, 5) and its array."""
    array = np.arange(60).reshape(3, 4, 5)
    return make(array.tolist()), array


BASIC = {
    "int": 1,
    "negative": -1,
    "two ints": (1, 2),
    "slice": slice(1, 3),
    "open slice": slice(None),
    "negative slice": slice(-2, None),
    "slice beyond": slice(1, 100),
    "step": (slice(None), slice(None, None, 2)),
    "int and slice": (0, slice(1, 3)),
    "slice and int": (slice(1, None), 2),
    "ellipsis": Ellipsis,
    "ellipsis and int": (Ellipsis, 2),
    "int and ellipsis": (1, Ellipsis),
    "middle ellipsis": (1, Ellipsis, slice(0, 2)),
    "none": None,
    "none and int": (None, 1),
    "int and none": (1, None),
    "none at the end": (Ellipsis, None),
    "many": (slice(None), None, 1, Ellipsis, None, slice(3, 4)),
    "numpy int": np.int64(2),
    "empty tuple": (),
    "superfluous ellipsis": (0, 1, Ellipsis),
}


@pytest.mark.parametrize("index", BASIC.values(), ids=BASIC)
@every_type
def test_basic_index_is_a_view(make, index):
    t, a = cube(make)
    part = t[index]
    assert_allclose(part, a[index])
    assert part.storage().data_ptr() == t.storage().data_ptr()


@pytest.mark.parametrize("index", BASIC.values(), ids=BASIC)
@math_type
def test_basic_assignment(make, index):
    t, a = cube(make)
    t[index] = 7
    a[index] = 7
    assert_allclose(t, a)
    values = np.arange(a[index].size).reshape(a[index].shape)
    t[index] = make(values.tolist())
    a[index] = values
    assert_allclose(t, a)


@every_type
def test_full_index_is_a_number(make):
    t, _ = cube(make)
    number = t[1, 2, 3]
    assert number == 33 and isinstance(number, (int, float))
    kind = float if make.__name__[:4] in ("Floa", "Doub", "Half") else int
    assert type(number) is kind and type(t[0, 0][-1]) is kind
    assert t.view(-1)[7] == 7


@every_type
def test_assigning_numbers(make):
    t = make([[1, 2], [3, 4]])
    t[0, 1] = 9
    t[1] = 5
    assert t.tolist() == [[1, 9], [5, 5]]
    t[0] = make([7, 8])
    assert t.tolist() == [[7, 8], [5, 5]]


@math_type
def test_assignment_expands_and_converts(make):
    t, a = cube(make)
    t[:, 1] = make([1, 2, 3, 4, 5])
    a[:, 1] = [1, 2, 3, 4, 5]
    t[0] = torch.DoubleTensor([[9], [8], [7], [6]])
    a[0] = [[9], [8], [7], [6]]
    t[..., 0] = torch.LongTensor([3]) + 0
    a[..., 0] = 3
    assert_allclose(t, a)


INDEX = [2, 0, 2]
ADVANCED = {
    "long": (torch.LongTensor(INDEX), INDEX),
    "list": (INDEX, INDEX),
    "negative": ([-1, 0], [-1, 0]),
    "two-dimensional": (torch.LongTensor([[0, 1], [2, 0]]), np.array([[0, 1], [2, 0]])),
    "second dimension": ((slice(None), [3, 1]), (slice(None), [3, 1])),
    "last dimension": ((Ellipsis, [4, 0]), (Ellipsis, [4, 0])),
    "two lists": (([0, 2], [1, 3]), ([0, 2], [1, 3])),
    "three lists": (([0, 2], [1, 3], [4, 0]), ([0, 2], [1, 3], [4, 0])),
    "list and int": (([0, 2], 1), ([0, 2], 1)),
    "broadcast": (
        (torch.LongTensor([[0], [2]]), torch.LongTensor([1, 3])),
        (np.array([[0], [2]]), np.array([1, 3])),
    ),
    "apart": (([0, 2], slice(None), [1, 3]), ([0, 2], slice(None), [1, 3])),
    "with slice": ((slice(0, 2), [1, 3]), (slice(0, 2), [1, 3])),
    "behind": ((slice(None), [1, 3], [0, 4]), (slice(None), [1, 3], [0, 4])),
    "none": ((None, [0, 2]), (None, [0, 2])),
}


advanced = pytest.mark.parametrize(
    "index, array_index", ADVANCED.values(), ids=ADVANCED
)


@advanced
@math_type
def test_advanced_index_is_a_copy(make, index, array_index):
    t, a = cube(make)
    part = t[index]
    assert_allclose(part, a[array_index])
    assert part.is_contiguous()  # view() follows in old code
    part.fill_(0)
    assert_allclose(t, a)


@advanced
@math_type
def test_advanced_assignment(make, index, array_index):
    t, a = cube(make)
    t[index] = 100
    a[array_index] = 100
    assert_allclose(t, a)
    if (a == 100).sum() == a[array_index].size:  # no element is named twice
        values = np.arange(a[array_index].size).reshape(a[array_index].shape)
        t[index] = make(values.tolist())
        a[array_index] = values
        assert_allclose(t, a)


@math_type
def test_mask(make):
    t, a = cube(make)
    mask = t.gt(30)
    array_mask = a > 30
    assert_allclose(t[mask], a[array_mask])
    assert_allclose(t.transpose(0, 2)[mask.transpose(0, 2)], a.T[array_mask.T])
    t[mask] = 3
    a[array_mask] = 3
    assert_allclose(t, a)
    mask = t.lt(3)
    t[mask] = make([50, 51, 52])
    a[a < 3] = [50, 51, 52]
    assert_allclose(t, a)
    assert t[t.gt(120)].dim() == 0  # nothing selected


def test_index_errors_name_the_numbers():
    t, a = cube()
    for index, text in [
        (3, r"3.*0.*3"),
        (-4, r"-4.*0.*3"),
        ((0, 4), r"4.*1.*4"),
        ((0, 0, -6), r"-6.*2.*5"),
        ((0, 0, 0, 0), r"too many.*3"),
        ((Ellipsis, Ellipsis), "Ellipsis"),
        ([0, 3], r"3"),
        ([0, -4], r"-4"),
        (torch.LongTensor([7]), "7"),
        ((slice(None), [0, 4]), "4"),
        (([0, 1], [0, 1, 2]), r"2.*3|3.*2"),
        (2**70, "int"),
        (torch.FloatTensor([1]), "FloatTensor"),
        (torch.ByteTensor(2).fill_(1), r"\(5\).*\(2\)"),
    ]:
        with pytest.raises((IndexError, RuntimeError, OverflowError), match=text):
            t[index]
        with pytest.raises((IndexError, RuntimeError, OverflowError), match=text):
            t[index] = 1
    for index in (
        slice(2, 1),
        slice(0, 0),
        slice(None, None, 0),
        slice(None, None, -1),
    ):
        with pytest.raises(ValueError):
            t[index]
        with pytest.raises(ValueError):
            t[index] = 1
    for index in ("a", 1.5, object(), {}, slice("a"), ["a"], [None, "b"], [1.5]):
        with pytest.raises((TypeError, IndexError, ValueError)):
            t[index]
        with pytest.raises((TypeError, IndexError, ValueError)):
            t[index] = 1
    assert_allclose(t, a)


def test_assignment_errors():
    t, a = cube()
    for index in (0, (0, 1), (0, 0, 0), [0, 1], t.gt(5)):
        for value in ("a", None, [1, 2], object(), 1j):
            with pytest.raises((TypeError, ValueError)):
                t[index] = value
    with pytest.raises(RuntimeError, match="3"):
        t[0] = torch.ones(3)
    with pytest.raises((RuntimeError, IndexError)):
        t[[0, 1]] = torch.ones(3)
    with pytest.raises(RuntimeError, match="2"):
        t[t.gt(5)] = torch.ones(2)
    assert_allclose(t, a)
    with pytest.raises(IndexError):
        torch.Tensor()[0]
    with pytest.raises(IndexError):
        torch.Tensor()[0] = 1
    with pytest.raises((RuntimeError, OverflowError), match=str(2**70)):
        torch.LongTensor(2)[0] = 2**70


@pytest.mark.parametrize(
    "index", [[None], [slice(0, 1)], [Ellipsis], [], (), torch.LongTensor()]
)
def test_odd_lists_do_not_crash(index):
    t, _ = cube()
    try:
        result = t[index]
    except (IndexError, TypeError, ValueError, RuntimeError):
        return
    assert torch.is_tensor(result)


def test_index_that_changes_the_tensor():
    t = torch.ones(1000, 1000)

    class Hostile:
        def __index__(self):
            t.set_()
            return 500

    for index in (Hostile(), (Hostile(), 1), (slice(None), Hostile()), [Hostile(), 1]):
        t.resize_(1000, 1000)
        try:
            result = t[index]
        except (IndexError, RuntimeError, TypeError):
            continue
        str(result)


def test_iteration_and_unpacking():
    t, a = cube()
    rows = list(t)
    assert len(rows) == 3 and all(torch.is_tensor(row) for row in rows)
    x, y = torch.Tensor([1, 2])
    assert (x, y) == (1.0, 2.0)
    assert list(torch.Tensor()) == []


@pytest.mark.parametrize("name", BASIC)
def test_variable_basic_index(name):
    index = BASIC[name]
    t, a = cube()
    v = Variable(t, requires_grad=True)
    part = v[index]
    assert_allclose(part, np.atleast_1d(a[index]))
    (part * 2).sum().backward()
    expected = np.zeros_like(a)
    expected[index] = 2
    assert_allclose(v.grad, expected)


@pytest.mark.parametrize("index", [[0, 2], [-1], "mask"], ids=str)
def test_variable_advanced_index(index):
    t, a = cube()
    v = Variable(t, requires_grad=True)
    chosen = t.gt(30) if index == "mask" else index
    array_index = a > 30 if index == "mask" else index
    part = v[chosen]
    assert_allclose(part, a[array_index])
    part.sum().backward()
    expected = np.zeros_like(a)
    expected[array_index] = 1
    assert_allclose(v.grad, expected)


def test_variable_indexed_in_the_middle():
    t, a = cube(torch.DoubleTensor)
    v = Variable(t, requires_grad=True)
    part = v[:, torch.LongTensor([3, 0, 3]), 1:]
    assert_allclose(part, a[:, [3, 0, 3], 1:])
    weight = torch.arange(1, 37).double().view(3, 3, 4)
    part.view(36).dot(Variable(weight.view(36))).backward()
    expected = np.zeros(a.shape)
    np.add.at(expected, (slice(None), [3, 0, 3], slice(1, None)), to_array(weight))
    assert_allclose(v.grad, expected)


def test_variable_assignment():
    t, a = cube()
    v = Variable(t)
    v[1] = 7
    v[0, :, 2] = Variable(torch.Tensor([1, 2, 3, 4]))
    a[1] = 7
    a[0, :, 2] = [1, 2, 3, 4]
    assert_allclose(v, a)
    w = Variable(torch.ones(3, 4, 5), requires_grad=True)
    u = w * 2
    u[1] = 0
    u.sum().backward()
    assert_allclose(w.grad[1], np.zeros((4, 5)))
    assert to_array(w.grad).sum() == 80


@pytest.mark.parametrize("wrap", [lambda x: x, Variable], ids=["tensor", "variable"])
def test_numpy_arrays_as_indices(wrap):
    a = np.arange(12).reshape(3, 4)
    t = wrap(torch.LongTensor(a))

    def values(x):
        return (x.data if isinstance(x, Variable) else x).tolist()

    rows, columns = np.array([2, 0]), np.array([[1, -1]], dtype="int16")
    for index in [
        rows,
        (rows, slice(1, None)),
        (slice(None), columns),
        (rows, columns),
        (np.array(1), rows),
        a > 5,
    ]:
        assert values(t[index]) == a[index].tolist()
        changed, expected = t.clone(), a.copy()
        changed[index], expected[index] = 100, 100
        assert values(changed) == expected.tolist()
    with pytest.raises(IndexError, match="float64"):
        t[np.array([0.5])]
    for empty in ([], np.array([], dtype=int), torch.LongTensor()):
        with pytest.raises(IndexError, match="without elements"):
            t[empty]


@pytest.mark.parametrize("wrap", [lambda x: x, Variable], ids=["tensor", "variable"])
def test_results_with_too_many_dimensions(wrap):
    t, index = wrap(torch.ones(*[1] * 40)), torch.zeros(*[1] * 40).long()
    with pytest.raises(IndexError, match="more than 64 dimensions"):
        t[index]
    with pytest.raises(IndexError, match="more than 64 dimensions"):
        t[index] = 1
    with pytest.raises(IndexError, match="more than 64 dimensions"):
        t[index] = wrap(torch.ones(1))


@pytest.mark.parametrize("wrap", [lambda t: t, Variable], ids=["tensor", "Variable"])
def test_first_dimension_by_a_tensor_or_a_list(wrap):
    numbers = np.arange(24.0).reshape(4, 3, 2)
    t = wrap(torch.DoubleTensor(numbers))
    for index in ([1], [3, 0, -1], [[1, 2], [0, -4]]):
        tensor = torch.LongTensor(index)
        expected = numbers[np.array(index)]
        for given in (tensor, wrap(tensor)):
            result = t[given]
            assert_allclose(getattr(result, "data", result).numpy(), expected)
    for index in ([1], [3, 0, -1]):
        result = t[index]
        assert_allclose(getattr(result, "data", result).numpy(), numbers[index])
    t[[1, -1]] = 9
    numbers[[1, -1]] = 9
    t[torch.LongTensor([0])] = wrap(torch.DoubleTensor([[1, 2]] * 3))
    numbers[[0]] = [[1, 2]] * 3
    assert_allclose(getattr(t, "data", t).numpy(), numbers)
    for wrong in ([4], [-5], [0, 4], [2**62]):
        with pytest.raises((IndexError, RuntimeError)):
            t[wrong]
        with pytest.raises((IndexError, RuntimeError)):
            t[wrong] = 1
    with pytest.raises((IndexError, RuntimeError, OverflowError)):
        t[[2**70]]
    assert_allclose(getattr(t, "data", t).numpy(), numbers)


# Large enough for several threads, and for rows that threads share.
@pytest.mark.parametrize("dim", [0, 1, 2])
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_large_index_functions(order, dim):
    rng = np.random.default_rng(5)
    a = rng.integers(-99, 99, (60, 50, 40)).astype(np.float32)
    index = rng.integers(0, a.shape[dim], 70)
    t = torch.from_numpy(a.transpose(order).copy())
    t = t.permute(*np.argsort(order).tolist())
    np.testing.assert_array_equal(t.numpy(), a)
    picked = np.take(a, index, dim)
    np.testing.assert_array_equal(
        t.index_select(dim, torch.from_numpy(index)).numpy(), picked
    )
    expected = np.moveaxis(a.copy(), dim, 0)
    np.add.at(expected, index, np.moveaxis(picked, dim, 0))
    t.index_add_(dim, torch.from_numpy(index), torch.from_numpy(picked))
    np.testing.assert_array_equal(t.numpy(), np.moveaxis(expected, 0, dim))
    once = rng.permutation(a.shape[dim])
    t.index_copy_(dim, torch.from_numpy(once), torch.from_numpy(a))
    expected[once] = np.moveaxis(a, dim, 0)
    np.testing.assert_array_equal(t.numpy(), np.moveaxis(expected, 0, dim))


def test_repeated_index_takes_the_last_row():
    values = np.arange(300 * 700, dtype=np.float32).reshape(300, 700)
    index = np.arange(300) % 3
    t = torch.zeros(3, 700)
    t.index_copy_(0, torch.from_numpy(index), torch.from_numpy(values))
    np.testing.assert_array_equal(t.numpy(), values[-3:])
    t.zero_()
    t[torch.from_numpy(index)] = torch.from_numpy(values)
    np.testing.assert_array_equal(t.numpy(), values[-3:])


def test_put_and_take_count_from_either_end():
    rng = np.random.default_rng(6)
    a = rng.integers(-99, 99, (300, 200)).astype(np.float32)
    index = rng.permutation(a.size)[:40000] - rng.integers(0, 2, 40000) * a.size
    values = np.arange(40000, dtype=np.float32)
    for t in (torch.from_numpy(a.copy()), torch.from_numpy(a.T.copy()).t()):
        expected = a.copy()
        np.testing.assert_array_equal(
            t.take(torch.from_numpy(index)).numpy(), np.take(a, index)
        )
        t.put_(torch.from_numpy(index), torch.from_numpy(values))
        np.put(expected, index, values)
        np.testing.assert_array_equal(t.numpy(), expected)


@pytest.mark.parametrize(
    "write",
    [
        lambda t, huge: t.index_fill_(0, t, 1 << 40),
        lambda t, huge: t.index_copy_(0, t, huge),
        lambda t, huge: t.index_add_(0, t, huge - t[t]),
        lambda t, huge: t.put_(t, huge),
        lambda t, huge: t.scatter_(0, t, huge),
        lambda t, huge: t.__setitem__(t, huge),
    ],
)
def test_index_may_be_what_is_written(write):
    t = torch.LongTensor([3, 1, 0, 2])
    write(t, torch.LongTensor(4).fill_(1 << 40))
    assert list(t) == [1 << 40] * 4
