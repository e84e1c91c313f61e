"""Methods and functions that are made of other operators, and forms of calls."""

import numpy as np
import pytest

import torchlike as torch
from torchlike.autograd import Variable, gradcheck, gradgradcheck
from torchlike.testing import to_array


def counted(*size):
    n = int(np.prod(size))
    return torch.FloatTensor(list(range(n))).view(*size)


@pytest.fixture(params=["tensor", "variable"])
def make(request):
    return (lambda x: x) if request.param == "tensor" else Variable


def array(x):
    return to_array(x.data if isinstance(x, Variable) else x)


# ------------------------------------------------------------------------------ methods


@pytest.mark.parametrize("sizes", [(2, 3), (1, 1), (2, 1, 3), (4, 2, 1, 1)])
def test_repeat(make, sizes):
    t = counted(2, 3)
    for given in (sizes, (sizes,), (torch.Size(sizes),)):
        np.testing.assert_array_equal(
            array(make(t).repeat(*given)), np.tile(to_array(t), sizes)
        )
    np.testing.assert_array_equal(
        array(make(t.t()).repeat(*sizes)), np.tile(to_array(t).T, sizes)
    )


def test_repeat_gradient_and_errors():
    x = Variable(torch.rand(2, 3).double(), requires_grad=True)
    assert gradcheck(lambda x: x.repeat(3, 1, 2), (x,))
    assert gradgradcheck(lambda x: x.repeat(3, 1, 2), (x,))
    with pytest.raises(ValueError, match=r"\[2\] and \[2, 3\]"):
        torch.zeros(2, 3).repeat(2)
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        torch.zeros(2, 3).repeat(0, 1)


def test_parts(make):
    t = make(counted(5, 2))
    assert [p.size(0) for p in t.split(2)] == [2, 2, 1]
    assert [p.size(0) for p in t.chunk(2)] == [3, 2]
    assert [tuple(p.size()) for p in t.unbind(1)] == [(5,), (5,)]
    assert [list(array(p)) for p in torch.unbind(make(counted(2, 2)))] == [
        [0, 1],
        [2, 3],
    ]
    assert t.expand_as(make(torch.zeros(3, 5, 2))).size() == (3, 5, 2)
    assert t.view_as(make(torch.zeros(10))).size() == (10,)
    assert t.matmul(make(torch.ones(2))).size() == (5,)
    assert (t @ make(torch.ones(2, 4))).size() == (5, 4)


def test_about_types():
    assert torch.numel(torch.zeros(2, 3)) == 6
    assert torch.IntTensor(2).is_signed() and not torch.ByteTensor(2).is_signed()
    assert torch.LongTensor.storage_type() is torch.LongStorage
    assert torch.LongTensor(1).storage_type() is torch.LongStorage


def test_index(make):
    t = counted(3, 2)
    np.testing.assert_array_equal(array(make(t).index(1)), [2, 3])
    np.testing.assert_array_equal(
        array(make(t).index(torch.LongTensor([2, 0]))), [[4, 5], [0, 1]]
    )


def test_apply_and_map(make):
    t = counted(2, 3)
    v = make(t)
    assert v.apply_(lambda x: x + 1) is v
    assert t.view(6).tolist() == [1, 2, 3, 4, 5, 6]
    v.map_(make(torch.FloatTensor([10, 20, 30])), lambda x, y: x * y)
    assert t.tolist() == [[10, 40, 90], [40, 100, 180]]
    t.t().map2_(torch.ones(1), torch.zeros(3, 1), lambda a, b, c: a + b - c)
    assert t.tolist() == [[11, 41, 91], [41, 101, 181]]


def test_apply_errors():
    with pytest.raises(TypeError, match="returned str"):
        torch.zeros(2).apply_(lambda x: "a")
    with pytest.raises(TypeError, match=r"torch.LongTensor.*float"):
        torch.LongTensor([1]).apply_(lambda x: 0.5)
    with pytest.raises(RuntimeError, match="expand"):
        torch.zeros(2).map_(torch.zeros(3), lambda x, y: x)
    with pytest.raises(ZeroDivisionError):
        torch.zeros(2).apply_(lambda x: 1 / x)
    with pytest.raises(RuntimeError, match="requires grad"):
        Variable(torch.zeros(2), requires_grad=True).apply_(abs)


def test_apply_survives_a_function_that_shrinks_the_storage():
    t = torch.zeros(1000)

    def shrink(x):
        t.storage().resize_(1)
        return x

    with pytest.raises(RuntimeError, match="resized"):
        t.apply_(shrink)


# ----------------------------------------------------------------------- random numbers


def test_normal_with_tensors(make):
    means, std = (
        torch.FloatTensor([0, 100]).repeat(5000),
        torch.FloatTensor([1, 3]).repeat(5000),
    )
    r = array(torch.normal(make(means), make(std))).reshape(-1, 2)
    np.testing.assert_allclose(r.mean(0), [0, 100], atol=0.2)
    np.testing.assert_allclose(r.std(0), [1, 3], rtol=0.1)
    r = array(torch.normal(2.0, make(std))).reshape(-1, 2)
    np.testing.assert_allclose(r.mean(0), [2, 2], atol=0.2)
    r = array(torch.normal(make(means))).reshape(-1, 2)
    np.testing.assert_allclose(r.std(0), [1, 1], rtol=0.1)


def test_normal_sizes_and_errors():
    out = torch.FloatTensor()
    assert torch.normal(torch.zeros(2, 3), torch.ones(6), out=out) is out
    assert out.size() == (2, 3)
    torch.manual_seed(3)
    a = torch.normal(torch.zeros(4), 2)
    torch.manual_seed(3)
    assert torch.equal(a, torch.zeros(4).normal_(0, 2))
    with pytest.raises(ValueError, match="4 and 3"):
        torch.normal(torch.zeros(4), torch.ones(3))
    with pytest.raises(TypeError, match="float and float"):
        torch.normal(0.0, 1.0)


def test_bernoulli_and_multinomial(make):
    p = make(torch.FloatTensor([0, 1, 1]))
    assert array(p.bernoulli()).tolist() == [0, 1, 1]
    assert sorted(array(p.multinomial(2)).tolist()) == [1, 2]
    assert isinstance(p.multinomial(2), Variable) == isinstance(p, Variable)
    assert array(make(torch.zeros(3)).bernoulli_(1)).tolist() == [1, 1, 1]
    assert array(make(torch.zeros(3)).bernoulli_(p)).tolist() == [0, 1, 1]


def test_bernoulli_in_place_cuts_the_gradient():
    x = Variable(torch.ones(3), requires_grad=True)
    y = x * 2
    y.bernoulli_(0.5).sum().backward()
    assert x.grad.data.tolist() == [0, 0, 0]


# ----------------------------------------------------------------------- forms of calls


def test_scalars_between_tensors(make):
    m, a = make(torch.eye(2)), make(counted(2, 2))
    expected = 2 * np.eye(2) + 3 * array(a) @ array(a)
    for result in (
        torch.addmm(2, m, 3, a, a),
        torch.addmm(m, 2, 3, a, a),
        m.addmm(2, 3, a, a),
        m.clone().addmm_(2, 3, a, a),
        torch.addmm(m, a, a, beta=2, alpha=3),
    ):
        np.testing.assert_allclose(array(result), expected)
    np.testing.assert_allclose(
        array(torch.addmm(2, m, a, a)), 2 * np.eye(2) + array(a) @ array(a)
    )
    np.testing.assert_allclose(array(torch.add(m, 10, a)), np.eye(2) + 10 * array(a))
    np.testing.assert_allclose(
        array(torch.addcmul(m, 2, a, a)), np.eye(2) + 2 * array(a) ** 2
    )
    b = make(counted(3, 2, 2))
    np.testing.assert_allclose(
        array(torch.addbmm(2, m, 3, b, b)),
        2 * np.eye(2) + 3 * (array(b) @ array(b)).sum(0),
    )
    np.testing.assert_allclose(array(torch.pow(2, a)), 2 ** array(a))


def test_number_first_with_out():
    m, out = torch.eye(2), torch.FloatTensor()
    assert torch.addmm(2, m, m, m, out=out) is out
    assert out.tolist() == [[3, 0], [0, 3]]
    assert torch.pow(2, m, out=out) is out
    assert out.tolist() == [[2, 1], [1, 2]]
    with pytest.raises(
        TypeError, match=r"addmm received an invalid combination.*int, int"
    ):
        torch.addmm(2, 3, m)


# --------------------------------------------------------------------------------- bits


def test_masks():
    a, b = torch.ByteTensor([0, 0, 1, 1]), torch.ByteTensor([0, 1, 0, 1])
    assert (a & b).tolist() == [0, 0, 0, 1]
    assert (a | b).tolist() == [0, 1, 1, 1]
    assert (a ^ b).tolist() == [0, 1, 1, 0]
    assert (~a).tolist() == [1, 1, 0, 0]
    v = Variable(a)
    assert (v & Variable(b)).data.tolist() == [0, 0, 0, 1]
    assert (~v).data.tolist() == [1, 1, 0, 0]
    a &= b
    assert a.tolist() == [0, 0, 0, 1]


def test_shifts():
    t = torch.IntTensor([1, -1, 8])
    assert (t << 2).tolist() == [4, -4, 32]
    assert (t >> 1).tolist() == [0, 2**31 - 1, 4]  # zeros come in
    assert (t << 32).tolist() == [0, 0, 0]
    assert (t >> torch.IntTensor([0, 31, -1])).tolist() == [1, 1, 0]
    assert (torch.FloatTensor([3]) << 2).tolist() == [12]
    t <<= 1
    assert t.tolist() == [2, -2, 16]


def test_bits_of_other_types():
    with pytest.raises(TypeError, match="FloatTensor"):
        torch.zeros(2) & 1
    with pytest.raises(TypeError):
        torch.LongTensor([1]) & 0.5
    with pytest.raises(
        RuntimeError, match=r"only implemented on byte tensors.*LongTensor"
    ):
        ~torch.LongTensor([1])


# -------------------------------------------------------------- forms of Variables only


def test_copying_forms_of_index_operators():
    x = Variable(torch.zeros(3, 2).double(), requires_grad=True)
    index = torch.LongTensor([2, 0])
    rows = Variable(torch.ones(2, 2).double())
    for result, expected in (
        (x.index_add(0, index, rows), [1, 0, 1]),
        (x.index_copy(0, index, rows), [1, 0, 1]),
        (x.index_fill(0, index, 5), [5, 0, 5]),
        (x.masked_fill(torch.ByteTensor([[0], [1], [1]]), 2), [0, 2, 2]),
        (x.masked_scatter(torch.ByteTensor([[0], [1], [1]]), rows), [0, 1, 1]),
        (x.scatter(0, torch.LongTensor([[1, 1]]), 3), [0, 3, 0]),
        (x.scatter_add(0, torch.LongTensor([[1, 1]]), rows), [0, 1, 0]),
    ):
        assert [row[0] for row in result.data.tolist()] == expected
        assert result.requires_grad and x.data.sum() == 0
    assert not hasattr(torch.zeros(1), "index_fill")


# --------------------------------------------------------------------------- selections


def test_median_mode_and_kthvalue_of_equal_elements():
    t = torch.LongTensor([2, 1, 2, 1, 3])
    assert t.median() == 2
    assert [x[0] for x in t.kthvalue(2)] == [1, 3]
    assert [x[0] for x in t.mode()] == [1, 3]
    nan = float("nan")
    assert torch.FloatTensor([nan, 1, 3, 2]).kthvalue(3)[0][0] == 3
    for call in (torch.FloatTensor().median, torch.FloatTensor().mode):
        with pytest.raises(RuntimeError, match="empty"):
            call()
    with pytest.raises(RuntimeError, match="k is 6, dimension 0 has size 5"):
        t.kthvalue(6)


def test_large_medians_agree_with_sorting():
    t = torch.rand(3, 40001)
    np.testing.assert_array_equal(to_array(t.median(1)[0]), np.median(to_array(t), 1))
    np.testing.assert_array_equal(
        to_array(t.kthvalue(7, 1)[0]), np.sort(to_array(t))[:, 6]
    )
    assert t.view(-1)[:40001].median() == np.median(to_array(t)[0])


def test_histc():
    t = torch.FloatTensor([0, 1, 1, 2.5, 4, float("nan"), 9])
    assert t.histc(4, 0, 4).tolist() == [1, 2, 1, 1]
    assert torch.ones(3).histc(2).tolist() == [0, 3]
    with pytest.raises(RuntimeError, match="finite"):
        torch.FloatTensor([float("inf"), 1]).histc(4)
    with pytest.raises(RuntimeError, match="0"):
        t.histc(0)


def test_take_and_put_check_before_writing():
    t = counted(2, 3)
    assert t.t().take(torch.LongTensor([[1, -1]])).tolist() == [[3, 5]]
    t.put_(
        torch.LongTensor([0, 0, -1]), torch.FloatTensor([10, 20, 30]), accumulate=True
    )
    assert t.tolist() == [[30, 1, 2], [3, 4, 35]]
    t.t().put_(torch.LongTensor([1]), torch.FloatTensor([7]))
    assert t.tolist() == [[30, 1, 2], [7, 4, 35]]
    before = t.clone()
    with pytest.raises(IndexError, match="6 is out of range"):
        t.put_(torch.LongTensor([0, 6]), torch.zeros(2))
    with pytest.raises(RuntimeError, match="2 and 1"):
        t.put_(torch.LongTensor([0]), torch.zeros(2))
    assert torch.equal(t, before)


def test_cross_and_renorm_errors():
    with pytest.raises(RuntimeError, match=r"no dimension of size 3.*\[2 x 4\]"):
        torch.zeros(2, 4).cross(torch.zeros(2, 4))
    with pytest.raises(RuntimeError, match=r"dimension 0 of \[2 x 3\]"):
        torch.zeros(2, 3).cross(torch.zeros(2, 3), 0)
    a = torch.rand(3, 3, 2)
    r = a.cross(a.transpose(0, 1))
    expected = np.cross(to_array(a), to_array(a.transpose(0, 1)), axis=0)
    np.testing.assert_allclose(to_array(r), expected, atol=1e-6)
    with pytest.raises(RuntimeError, match="need at least 2 dimensions"):
        torch.zeros(3).renorm(2, 0, 1)
    with pytest.raises(RuntimeError, match="non-positive-norm"):
        torch.zeros(3, 3).renorm(0, 0, 1)


def test_negative_dimensions():
    a = counted(2, 3)
    assert torch.cat([a, a], -1).size() == (2, 6)
    assert torch.stack([a, a], -1).size() == (2, 3, 2)
    with pytest.raises((IndexError, RuntimeError)):
        torch.cat([a, a], -3)


@pytest.mark.parametrize("wrap", [lambda t: t, Variable])
def test_names_of_python_2(wrap):
    x = wrap(torch.FloatTensor([1, 2, 4]))
    assert list(getattr(x.__div__(2), "data", x.__div__(2))) == [0.5, 1, 2]
    assert list(getattr(x.__rdiv__(4), "data", x.__rdiv__(4))) == [4, 2, 1]
    y = x.clone()
    assert y.__idiv__(2) is y
    assert list(getattr(y, "data", y)) == [0.5, 1, 2]
    empty = wrap(torch.FloatTensor())
    assert empty.__nonzero__() == bool(empty)
