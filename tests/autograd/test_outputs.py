"""Derivatives of operators with several outputs, whatever outputs are used."""

import numpy as np
import pytest

import torchlike as torch
from torchlike import autograd
from torchlike.autograd import Variable, gradcheck, gradgradcheck
from torchlike.testing import assert_allclose


def random(*size):
    torch.manual_seed(2)
    return Variable(torch.randn(*size).double(), requires_grad=True)


USES = [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)]


@pytest.mark.parametrize("size", [(4, 3), (3, 4), (3, 3), (1, 1), (1, 3)])
@pytest.mark.parametrize("uses", USES, ids=str)
def test_svd(size, uses):
    x = random(*size)

    def function(x):
        return tuple(torch.svd(x)[i] for i in uses)

    assert gradcheck(function, (x,))
    assert gradgradcheck(function, (x,))


@pytest.mark.parametrize("size", [(4, 3), (3, 4)])
def test_svd_completed_to_square_matrices(size):
    def function(x):
        u, s, v = torch.svd(x, False)
        return u[:, :3], s, v[:, :3]

    x = random(*size)
    assert gradcheck(function, (x,))
    assert gradgradcheck(function, (x,))


def test_svd_of_a_transposed_matrix():
    x = random(3, 4)
    assert gradcheck(lambda x: torch.svd(x.t()), (x,))


def test_singular_values_of_a_singular_matrix():
    # Their sum has the gradient U V', which needs no differences of singular values.
    x = Variable(torch.eye(3).double(), requires_grad=True)
    torch.svd(x)[1].sum().backward()
    assert_allclose(x.grad, np.eye(3))


@pytest.mark.parametrize("upper", [True, False])
@pytest.mark.parametrize("uses", [(0,), (1,), (0, 1)], ids=str)
def test_symeig(upper, uses):
    def function(x):
        return tuple(torch.symeig(x, True, upper)[i] for i in uses)

    x = random(4, 4)
    assert gradcheck(function, (x,))
    assert gradgradcheck(function, (x,))
    assert gradcheck(lambda x: function(x.t()), (x,))


def test_symeig_without_eigenvectors():
    x = random(3, 3)
    e = torch.symeig(x)[0]
    with pytest.raises(RuntimeError, match="cannot compute backward without computing"):
        e.sum().backward()


def test_a_changed_output_is_noticed():
    x = random(3, 3)
    u, s, v = torch.svd(x)
    v.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        s.sum().backward()


def test_hooks_of_each_output():
    seen = {}
    x = random(3, 2)
    u, s, v = torch.svd(x)
    for name, output in zip("usv", (u, s, v), strict=True):
        output.register_hook(lambda g, name=name: seen.__setitem__(name, g))
    (s.sum() + v[0, 0]).backward()
    assert sorted(seen) == ["s", "v"]
    assert list(seen["s"].data) == [1, 1]


def test_grad_with_respect_to_outputs():
    x = random(3, 2)
    u, s, v = torch.svd(x)
    loss = (s * 3).sum() + (v * 2).sum()
    ds, dv = autograd.grad(loss, (s, v))
    assert list(ds.data) == [3, 3] and dv.data.eq(2).all()


@pytest.mark.parametrize(
    "name, function",
    [
        ("qr", torch.qr),
        ("eig", torch.eig),
        ("geqrf", torch.geqrf),
        ("potri", torch.potri),
        ("gels", lambda x: torch.gels(x, x)),
        ("pstrf", lambda x: torch.pstrf(x.t().mm(x))),
        ("btrifact", lambda x: x.unsqueeze(0).btrifact()),
        ("histc", torch.histc),
    ],
)
def test_missing_derivative(name, function):
    x = random(3, 3)
    outputs = function(x + 4 * Variable(torch.eye(3).double()))
    output = outputs[0] if isinstance(outputs, tuple) else outputs
    assert output.requires_grad
    message = f"the derivative for '{name}' is not implemented"
    with pytest.raises(RuntimeError, match=message):
        output.sum().backward()
