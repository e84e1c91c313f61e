"""Gradients where a formula would divide 0 by 0."""

import numpy as np
import pytest

import torchlike as torch
from torchlike.autograd import Variable, grad
from torchlike.testing import assert_allclose


@pytest.mark.parametrize("p", [0, 1, 1.5, 2, 3, float("inf")])
@pytest.mark.parametrize("dim", [None, 1])
def test_norms_with_zeros(p, dim):
    """Elements that are 0, and whole norms: a subgradient, never NaN."""
    x = Variable(torch.DoubleTensor([[3, 0, -4], [0, 0, 0]]), requires_grad=True)
    y = x.norm(p) if dim is None else x.norm(p, dim)
    y.sum().backward()
    rows = x.data.numpy()[None] if dim is None else x.data.numpy()[:, None]
    expected = []
    for row in rows:
        size = abs(row)
        if p == 0 or not size.any():
            slope = 0 * row
        elif p == float("inf"):
            slope = np.sign(row) * (size == size.max())
        else:
            slope = np.sign(row) * (size / (size**p).sum() ** (1 / p)) ** (p - 1)
            slope[row == 0] = 0
        expected.append(slope)
    assert_allclose(x.grad, np.concatenate(expected).reshape(2, 3))


def test_powers_of_zero():
    x = Variable(torch.DoubleTensor([0, 2]), requires_grad=True)
    y = x**2
    for expected in ([0, 4], [2, 2], [0, 0]):
        (y,) = grad(y.sum(), x, create_graph=True)
        assert list(y.data) == expected
