"""One-dimensional and transposed convolutions against loops."""

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable, gradcheck, gradgradcheck
from torchlike.nn import functional as F

RNG = np.random.RandomState(0)

OPTIONS = [
    {},
    {"stride": 2, "padding": 1},
    {"stride": 2, "padding": 1, "dilation": 2, "groups": 2},
    {"groups": 2, "bias": False},
]


def variable(*shape):
    return Variable(torch.from_numpy(RNG.randn(*shape)), requires_grad=True)


def conv1d(x, w, b, stride=1, padding=0, dilation=1, groups=1):
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding)))
    out, inputs, k = w.shape
    size = (x.shape[2] - dilation * (k - 1) - 1) // stride + 1
    y = np.zeros((x.shape[0], out, size))
    for n, o, i in np.ndindex(*y.shape):
        group = o // (out // groups)
        for c, j in np.ndindex(inputs, k):
            y[n, o, i] += (
                w[o, c, j] * x[n, group * inputs + c, i * stride + j * dilation]
            )
        y[n, o, i] += b[o]
    return y


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_conv1d(options):
    layer = nn.Conv1d(4, 6, 3, **options).double()
    x = variable(2, 4, 9)
    b = layer.bias.data.numpy() if layer.bias is not None else np.zeros(6)
    rest = {k: v for k, v in options.items() if k != "bias"}
    expected = conv1d(x.data.numpy(), layer.weight.data.numpy(), b, **rest)
    np.testing.assert_allclose(layer(x).data.numpy(), expected)
    assert gradcheck(layer, [x])
    assert gradgradcheck(layer, [x])


def transposed(x, w, b, stride, padding, extra, dilation, groups):
    """Each input adds its filter to the output; padding is cut off afterwards."""
    inputs, outputs, *kernel = w.shape
    full = [
        (n - 1) * stride + dilation * (k - 1) + 1 + extra
        for n, k in zip(x.shape[2:], kernel)
    ]
    y = np.zeros((x.shape[0], outputs * groups, *full))
    for n, c, h, v in np.ndindex(*x.shape):
        group = c // (inputs // groups)
        for o, i, j in np.ndindex(*w.shape[1:]):
            place = (h * stride + i * dilation, v * stride + j * dilation)
            y[(n, group * outputs + o, *place)] += x[n, c, h, v] * w[c, o, i, j]
    ends = [n - padding for n in full]
    y = y[:, :, padding : ends[0], padding : ends[1]]
    return y + b.reshape(1, -1, 1, 1)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("extra", [0, 1])
def test_conv_transpose2d(options, extra):
    stride, dilation = options.get("stride", 1), options.get("dilation", 1)
    if extra >= max(stride, dilation):
        with pytest.raises(ValueError, match="output_padding 1, stride 1"):
            layer = nn.ConvTranspose2d(4, 6, (3, 2), output_padding=1, **options)
            layer.double()(variable(1, 4, 3, 3))
        return
    layer = nn.ConvTranspose2d(4, 6, (3, 2), output_padding=extra, **options).double()
    x = variable(2, 4, 3, 4)
    b = layer.bias.data.numpy() if layer.bias is not None else np.zeros(6)
    expected = transposed(
        x.data.numpy(),
        layer.weight.data.numpy(),
        b,
        stride,
        options.get("padding", 0),
        extra,
        dilation,
        options.get("groups", 1),
    )
    y = layer(x)
    np.testing.assert_allclose(y.data.numpy(), expected)
    assert gradcheck(layer, [x])
    assert gradgradcheck(layer, [x])


def test_conv_transpose1d():
    layer = nn.ConvTranspose1d(3, 2, 4, stride=2, padding=1).double()
    x = variable(2, 3, 5)
    weight = layer.weight.data.numpy()[:, :, None]
    # with height 1 the padding of the height would cut: pad the width only
    full = transposed(
        x.data.numpy()[:, :, None], weight, layer.bias.data.numpy(), 2, 0, 0, 1, 1
    )
    np.testing.assert_allclose(layer(x).data.numpy(), full[:, :, 0, 1:-1])
    assert tuple(layer(x, output_size=[11]).size()) == (2, 2, 11)
    with pytest.raises(ValueError, match=r"\[14\].*\[10\] to \[11\]"):
        layer(x, output_size=[14])
    assert gradcheck(F.conv_transpose1d, [x, layer.weight])


def test_representations():
    assert repr(nn.Conv1d(4, 6, 3)) == ("Conv1d (4, 6, kernel_size=(3,), stride=(1,))")
    assert repr(nn.ConvTranspose2d(4, 6, 3, 2, output_padding=1)) == (
        "ConvTranspose2d (4, 6, kernel_size=(3, 3), stride=(2, 2), "
        "output_padding=(1, 1))"
    )
    assert tuple(nn.ConvTranspose2d(4, 6, 3, groups=2).weight.size()) == (4, 3, 3, 3)
    with pytest.raises(ValueError, match="got 4D"):
        F.conv1d(variable(1, 2, 3, 4), variable(1, 2, 3))
