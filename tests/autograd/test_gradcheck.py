"""gradcheck and gradgradcheck find wrong derivatives."""

import pytest

import torchlike as torch
from torchlike.autograd import Function, Variable, gradcheck, gradgradcheck
from torchlike.autograd.gradcheck import (
    contiguous,
    get_analytical_jacobian,
    get_numerical_jacobian,
    iter_tensors,
    zero_gradients,
)


def double(*size):
    return Variable(torch.randn(*size).double(), requires_grad=True)


class WrongFirst(Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, grad):
        return grad * 3


class WrongSecond(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_variables
        return grad * Variable(x.data) * 2


class NotLinear(Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, grad):
        return grad * 0 + 2


def test_right_derivatives():
    x, y = double(2, 3), double(2, 3)
    assert gradcheck(lambda x, y: x * y.tanh(), [x, y])
    assert gradgradcheck(lambda x, y: x * y.tanh(), [x, y])
    assert gradcheck(lambda x: x.t().contiguous(), x)


def test_wrong_first_derivative():
    x = double(2)
    with pytest.raises(RuntimeError, match="for output no. 0 and input no. 0"):
        gradcheck(WrongFirst.apply, [x])
    assert not gradcheck(WrongFirst.apply, [x], raise_exception=False)


def test_wrong_second_derivative():
    x = double(2)
    assert gradcheck(WrongSecond.apply, [x])
    assert not gradgradcheck(WrongSecond.apply, [x], raise_exception=False)


def test_backward_that_ignores_its_gradient():
    with pytest.raises(RuntimeError, match="numerical|not multiplied by grad_output"):
        gradcheck(NotLinear.apply, [double(2)])
    with pytest.raises(RuntimeError, match="not multiplied by grad_output"):
        gradcheck(NotLinear.apply, [double(1)])


def test_jacobians():
    x = double(2)
    expected = [[2, 0], [0, 3]]

    def g(x):
        return x * Variable(torch.DoubleTensor([2, 3]))

    (numerical,) = get_numerical_jacobian(g, x, x)
    jacobian, reentrant, sizes = get_analytical_jacobian(x, g(x))
    assert reentrant and sizes
    for i in range(2):
        for j in range(2):
            assert abs(numerical[i][j] - expected[i][j]) < 1e-6
            assert jacobian[0][i][j] == expected[i][j]


def test_helpers():
    x, y = double(2), Variable(torch.ones(3))
    assert [t.numel() for t in iter_tensors([x, (y, torch.ones(4))])] == [2, 3, 4]
    assert [t.numel() for t in iter_tensors([x, y], True)] == [2]
    (x * 2).sum().backward()
    zero_gradients([x, y])
    assert x.grad.data.sum() == 0
    assert contiguous([double(2, 3).t()])[0].is_contiguous()
