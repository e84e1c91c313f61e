import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable
from torchlike.nn import functional as F


def test_zeroes_and_scales():
    torch.manual_seed(3)
    x = Variable(torch.ones(10000), requires_grad=True)
    y = nn.Dropout(0.2)(x)
    values = y.data.numpy()
    np.testing.assert_allclose(np.unique(values), [0, 1.25])
    assert abs((values == 0).mean() - 0.2) < 0.02
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.data.numpy(), values)


def test_is_the_identity_in_evaluation():
    x = Variable(torch.ones(3))
    assert nn.Dropout().eval()(x) is x
    assert F.dropout(x) is x


@pytest.mark.parametrize("p, value", [(0, 1), (1, 0)])
def test_extreme_probabilities(p, value):
    y = F.dropout(Variable(torch.ones(5)), p, training=True)
    assert y.data.tolist() == [value] * 5


def test_inplace_changes_the_input():
    x = Variable(torch.ones(1000))
    y = nn.Dropout(0.5, inplace=True)(x)
    assert y.data.data_ptr() == x.data.data_ptr()
    assert 0 < (x.data.numpy() == 0).sum() < 1000


@pytest.mark.parametrize("p", [-0.1, 1.1])
def test_probability_is_checked(p):
    with pytest.raises(ValueError, match=f"between 0 and 1, but got {p}"):
        nn.Dropout(p)
    with pytest.raises(ValueError, match=f"between 0 and 1, but got {p}"):
        F.dropout(torch.ones(1), p, training=True)


def test_repr():
    assert repr(nn.Dropout()) == "Dropout(p=0.5)"
    assert repr(nn.Dropout(0.1, inplace=True)) == "Dropout(p=0.1, inplace)"
