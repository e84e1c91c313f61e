"""Derivatives of products of elements of which some are 0, to the fourth."""

import pytest

import torchlike as torch
from torchlike.autograd import Variable, grad, gradcheck, gradgradcheck


@pytest.mark.parametrize("zeros", [(), (1,), (1, 2), (0, 1, 2), (0, 1, 2, 3)])
@pytest.mark.parametrize(
    "function",
    [
        lambda x: x.prod(),
        lambda x: x.prod(0),
        lambda x: x.prod(1, True),
        lambda x: x.cumprod(0),
        lambda x: x.cumprod(1),
    ],
    ids=["all", "rows", "columns", "running rows", "running columns"],
)
def test_zeros(function, zeros):
    data = torch.rand(2, 4).double() + 0.5
    for column in zeros:
        data[0, column] = 0
        data[1, 3 - column] = 0
    x = Variable(data, requires_grad=True)
    assert gradcheck(function, (x,))
    assert gradgradcheck(function, (x,))


@pytest.mark.parametrize("zeros", [(), (1,), (1, 2)])
@pytest.mark.parametrize(
    "function",
    [lambda x: x.prod(), lambda x: x.prod(1), lambda x: x.cumprod(1)],
    ids=["all", "columns", "running"],
)
def test_third_and_fourth_derivative(function, zeros):
    data = torch.rand(2, 3).double() + 0.5
    for column in zeros:
        data[0, column] = 0
    x = Variable(data, requires_grad=True)

    def slope(f):
        def differentiated(x):
            first = f(x)
            total = (first * first + first).sum()
            return grad(total, x, create_graph=True)[0]

        return differentiated

    assert gradgradcheck(slope(slope(function)), (x,))
