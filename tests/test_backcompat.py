"""Operands of different sizes as before 0.2, and the warnings about what changed."""

import warnings

import numpy as np
import pytest

import torchlike as torch
from torchlike.autograd import Variable, gradcheck, gradgradcheck
from torchlike.testing import to_array
from torchlike.utils import backcompat


@pytest.fixture
def switched_on():
    backcompat.broadcast_warning.enabled = True
    backcompat.keepdim_warning.enabled = True
    yield
    backcompat.broadcast_warning.enabled = False
    backcompat.keepdim_warning.enabled = False


def counted(*size):
    n = int(np.prod(size))
    return torch.FloatTensor(list(range(1, n + 1))).view(*size)


@pytest.mark.parametrize(
    "name", ["add", "mul", "div", "pow", "max", "lt", "eq", "atan2"]
)
def test_pairs_elements_in_order(name):
    a, b = counted(2, 3), counted(6).div(2)
    with pytest.warns(UserWarning, match="deprecated pointwise behavior"):
        result = getattr(a, name)(b)
    assert result.size() == a.size()
    expected = getattr(a.view(6), name)(b)
    np.testing.assert_array_equal(to_array(result).ravel(), to_array(expected))


def test_second_operand_of_any_layout():
    a, b = torch.zeros(2, 3), counted(4, 3).t()[:, :2]
    with pytest.warns(UserWarning):
        assert list((a + b).view(6)) == list(b.contiguous().view(6))


def test_in_place_and_out():
    a = torch.ones(6)
    with pytest.warns(UserWarning):
        assert a.add_(counted(2, 3)) is a
    assert list(a) == [2, 3, 4, 5, 6, 7]
    out = torch.FloatTensor()
    with pytest.warns(UserWarning):
        torch.mul(counted(2, 3), counted(6), out=out)
    assert out.size() == (2, 3)


def test_in_place_with_a_result_that_would_be_larger():
    a = torch.ones(4, 1)
    with pytest.warns(UserWarning):
        a.add_(counted(4))
    assert list(a.view(4)) == [2, 3, 4, 5]


def test_three_operands():
    with pytest.warns(UserWarning):
        r = torch.addcmul(torch.zeros(2, 3), 2, counted(6), counted(3, 2))
    assert list(r.view(6)) == [2 * i * i for i in range(1, 7)]


def test_different_counts_are_an_error():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeError, match=r"\(3\).*\(4\)"):
            torch.zeros(2, 3) + torch.zeros(4)


@pytest.mark.filterwarnings("ignore:self and other not broadcastable")
def test_gradients_have_the_size_of_their_operand():
    a = Variable(torch.rand(2, 3).double(), requires_grad=True)
    b = Variable(torch.rand(6).double() + 1, requires_grad=True)
    for function in (
        lambda a, b: a * b,
        lambda a, b: b / a,
        lambda a, b: a.clone().mul_(b),
    ):
        assert gradcheck(function, (a, b))
        assert gradgradcheck(function, (a, b))


def test_switches_are_off_at_first():
    assert backcompat.broadcast_warning.enabled is False
    assert backcompat.keepdim_warning.enabled is False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        torch.ones(4, 1) + torch.ones(4)
        torch.ones(4, 1).sum(0)


def test_broadcast_warning(switched_on):
    with pytest.warns(
        UserWarning, match="Changing behavior in a backwards incompatible"
    ):
        assert (torch.ones(4, 1) + torch.ones(4)).size() == (4, 4)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        torch.ones(4, 2) + torch.ones(2)
        torch.ones(4) + torch.ones(4)


@pytest.mark.parametrize("make", [torch.rand, lambda *n: Variable(torch.rand(*n))])
def test_keepdim_warning(switched_on, make):
    with pytest.warns(
        UserWarning, match='call to "max" uses default value for keepdim'
    ):
        make(2, 3).max(1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make(2, 3).max(1, True)
        make(2, 3).max(1, keepdim=True)
        make(2, 3).max()


def test_switches_are_independent(switched_on):
    backcompat.keepdim_warning.enabled = False
    assert backcompat.broadcast_warning.enabled is True
    assert backcompat.keepdim_warning.enabled is False
