import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable
from torchlike.nn import functional as F


def pool(x, kernel, stride, padding, ceil_mode):
    """Maxima and their positions in planes (C, H, W) by the definition."""
    planes, h, w = x.shape

    def steps(size):
        span = size + 2 * padding - kernel
        count = (-(-span // stride) if ceil_mode else span // stride) + 1
        # the last window starts inside the image or its left border
        return count - ((count - 1) * stride >= size + padding)

    y = np.empty((planes, steps(h), steps(w)))
    where = np.empty(y.shape, int)
    for c, i, j in np.ndindex(y.shape):
        top, left = i * stride - padding, j * stride - padding
        rows = range(max(top, 0), min(top + kernel, h))
        columns = range(max(left, 0), min(left + kernel, w))
        best = max((x[c, a, b], -(a * w + b)) for a in rows for b in columns)
        y[c, i, j], where[c, i, j] = best[0], -best[1]
    return y, where


@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize("kernel, stride, padding", [(2, 2, 0), (3, 2, 1), (3, 1, 0)])
def test_max_pool2d(kernel, stride, padding, ceil_mode):
    torch.manual_seed(1)
    x = torch.randn(3, 7, 6)
    y, indices = F.max_pool2d(
        Variable(x.unsqueeze(0)),
        kernel,
        stride,
        padding,
        ceil_mode=ceil_mode,
        return_indices=True,
    )
    expected, where = pool(x.numpy(), kernel, stride, padding, ceil_mode)
    np.testing.assert_array_equal(y.data[0].numpy(), expected.astype(np.float32))
    np.testing.assert_array_equal(indices.data[0].numpy(), where)


def test_gradient_goes_to_the_maximum():
    x = Variable(torch.Tensor([[[[1, 2], [4, 3]]]]), requires_grad=True)
    nn.MaxPool2d(2)(x).sum().backward()
    assert x.grad.data.tolist() == [[[[0, 0], [1, 0]]]]


def test_stride_defaults_to_the_kernel():
    layer = nn.MaxPool2d(3)
    assert layer.stride == 3
    assert layer(Variable(torch.ones(1, 1, 9, 9))).size() == (1, 1, 3, 3)


def test_repr():
    assert repr(nn.MaxPool2d(2)) == (
        "MaxPool2d(kernel_size=(2, 2), stride=(2, 2), dilation=(1, 1))"
    )
    assert repr(nn.MaxPool2d(3, 2, 1, ceil_mode=True)) == (
        "MaxPool2d(kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), "
        "dilation=(1, 1), ceil_mode=True)"
    )


def test_window_larger_than_the_input():
    with pytest.raises(RuntimeError):
        nn.MaxPool2d(5)(Variable(torch.ones(1, 1, 2, 2)))
