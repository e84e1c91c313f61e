"""cat and stack, and what cuts tensors into parts: values and derivatives."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import torchlike as torch
from torchlike.autograd import Variable, gradcheck, gradgradcheck


def leaf(*size):
    numbers = np.random.default_rng(len(size)).normal(size=size)
    return Variable(torch.DoubleTensor(numbers), requires_grad=True)


@pytest.mark.parametrize("dim", [0, 1, 2, -1])
def test_stack(dim):
    inputs = [leaf(2, 3), leaf(3, 2).t()]
    assert gradcheck(lambda *v: torch.stack(v, dim), inputs)
    assert gradgradcheck(lambda *v: torch.stack(v, dim).tanh(), inputs)
    expected = np.stack([v.data.numpy() for v in inputs], dim)
    assert_allclose(torch.stack(inputs, dim).data.numpy(), expected)


@pytest.mark.parametrize("dim", [0, -1])
def test_cat(dim):
    inputs = [leaf(2, 2), leaf(2, 2).t(), leaf(2, 2) * 3]
    assert gradcheck(lambda *v: torch.cat(v, dim), inputs)
    assert gradgradcheck(lambda *v: torch.cat(v, dim).tanh(), inputs)


def test_many_inputs():
    many = [leaf(1, 2) for _ in range(40)]
    for join, numpy in ((torch.cat, np.concatenate), (torch.stack, np.stack)):
        joined = join(many)
        expected = numpy([v.data.numpy() for v in many])
        assert_allclose(joined.data.numpy(), expected)
        weight = Variable(torch.arange(0, 80).double().view(joined.size()))
        for v in many:
            v.grad = None
        (joined * weight).sum().backward()
        given = np.arange(80).reshape(40, 2)
        assert_allclose(np.concatenate([v.grad.data.numpy() for v in many]), given)


def test_some_inputs_require_gradients():
    fixed, w = Variable(torch.ones(2).double()), leaf(2)
    torch.stack([fixed, w, fixed]).sum().backward()
    assert_allclose(w.grad.data.numpy(), [1, 1])
    assert fixed.grad is None
    volatile = Variable(torch.ones(2).double(), volatile=True)
    assert torch.stack([volatile, w]).volatile


@pytest.mark.parametrize("join", [torch.cat, torch.stack])
def test_what_does_not_fit(join):
    a = torch.ones(2, 3)
    with pytest.raises(RuntimeError, match="inconsistent tensor sizes.*3.*2"):
        join([a, a.t(), a], 1)
    with pytest.raises(TypeError, match=r"element 1 is torch\.DoubleTensor"):
        join([a, a.double()])
    with pytest.raises(TypeError, match="element 1 is Variable"):
        join([a, Variable(a)])
    with pytest.raises(TypeError, match=r"element 1 is torch\.FloatTensor"):
        join([Variable(a), a])
    with pytest.raises(IndexError, match="-4"):
        join([a, a], -4)
    with pytest.raises(TypeError, match="out"):
        join([Variable(a)], 0, out=a)


def test_into_one_of_the_inputs():
    a = torch.FloatTensor([[1, 2], [3, 4]])
    torch.stack([a, a], 0, out=a)
    assert a.tolist() == [[[1, 2], [3, 4]]] * 2


@pytest.mark.parametrize("make", [lambda t: t, Variable], ids=["tensor", "Variable"])
def test_parts(make):
    t = make(torch.arange(0, 14).view(2, 7))
    numbers = np.arange(14).reshape(2, 7)
    data = [getattr(p, "data", p).numpy() for p in t.chunk(3, -1)]
    for part, expected in zip(data, np.split(numbers, [3, 6], 1), strict=True):
        assert_allclose(part, expected)
    assert [p.size(1) for p in t.split(10, 1)] == [7]
    assert [tuple(p.size()) for p in t.unbind(-1)] == [(2,)] * 7
    assert type(t.chunk(2)) is tuple
    for call in (t.chunk, t.split):
        with pytest.raises(ValueError, match="1 or more, but got 0"):
            call(0)
        with pytest.raises(IndexError, match="got 2"):
            call(1, 2)


def test_gradients_of_parts():
    w = leaf(4, 3)
    for cut in (
        lambda v: v.chunk(2)[1],
        lambda v: v.split(3)[1],
        lambda v: v.unbind(1)[2],
        lambda v: v.repeat(2, 1, 2),
        lambda v: v[:1].expand_as(v),
    ):
        assert gradcheck(cut, [w])


def test_repeat():
    t = torch.arange(0, 6).view(2, 3)
    for counts in ((1, 1), (2, 3), (4, 1, 2), (2, 1, 1, 3)):
        assert_allclose(t.repeat(*counts).numpy(), np.tile(t.numpy(), counts))
        assert_allclose(
            t.repeat(torch.Size(counts)).numpy(), np.tile(t.numpy(), counts)
        )
    with pytest.raises(ValueError, match=r"\[2\] and \[2, 3\]"):
        t.repeat(2)
    with pytest.raises(ValueError, match="at most 32 counts, but got 33"):
        t.repeat(*[1] * 33)
