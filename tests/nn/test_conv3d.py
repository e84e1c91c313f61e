"""Three-dimensional convolutions and transposed ones against their definitions."""

import itertools

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable, gradcheck, gradgradcheck
from torchlike.nn import functional as F

RNG = np.random.RandomState(0)


def variable(*shape):
    return Variable(torch.from_numpy(RNG.randn(*shape)), requires_grad=True)


def correlate(x, w, b, stride, padding, dilation, groups):
    """Each tap of the filter adds a shifted, strided copy of the input."""
    x = np.pad(x, ((0, 0), (0, 0), *((p, p) for p in padding)))
    outputs, inputs, *kernel = w.shape
    size = [
        (n - d * (k - 1) - 1) // s + 1
        for n, d, k, s in zip(x.shape[2:], dilation, kernel, stride)
    ]
    y = np.zeros((x.shape[0], outputs, *size)) + b.reshape(1, -1, 1, 1, 1)
    for o, tap in itertools.product(range(outputs), np.ndindex(*kernel)):
        first = o // (outputs // groups) * inputs
        window = tuple(
            slice(t * d, t * d + (n - 1) * s + 1, s)
            for t, d, n, s in zip(tap, dilation, size, stride)
        )
        seen = x[(slice(None), slice(first, first + inputs), *window)]
        y[:, o] += np.einsum("nctij,c->ntij", seen, w[(o, slice(None), *tap)])
    return y


def spread(x, w, b, stride, padding, extra, dilation, groups):
    """Each input adds its filter to the output; padding is cut off afterwards."""
    inputs, outputs, *kernel = w.shape
    full = [
        (n - 1) * s + d * (k - 1) + 1 + e
        for n, s, d, k, e in zip(x.shape[2:], stride, dilation, kernel, extra)
    ]
    y = np.zeros((x.shape[0], outputs * groups, *full))
    for c, tap in itertools.product(range(inputs), np.ndindex(*kernel)):
        first = c // (inputs // groups) * outputs
        place = tuple(
            slice(t * d, t * d + (n - 1) * s + 1, s)
            for t, d, n, s in zip(tap, dilation, x.shape[2:], stride)
        )
        y[(slice(None), slice(first, first + outputs), *place)] += np.einsum(
            "ntij,o->notij", x[:, c], w[(c, slice(None), *tap)]
        )
    ends = [n - p for n, p in zip(full, padding)]
    inside = tuple(slice(p, e) for p, e in zip(padding, ends))
    return y[(slice(None), slice(None), *inside)] + b.reshape(1, -1, 1, 1, 1)


CASES = {
    "plain": {},
    "stride": {"stride": (2, 1, 3)},
    "padding": {"padding": (1, 0, 1)},
    "dilation": {"dilation": (2, 3, 1), "padding": 1},
    "groups": {"groups": 2, "stride": 2, "padding": 1},
    "depthwise": {"groups": 4, "padding": 1},
    "no bias": {"bias": False},
}


def settings(case, *names):
    """The settings as triples, and groups."""
    values = []
    for name in names:
        value = CASES[case].get(name, 0 if "padding" in name else 1)
        values.append((value,) * 3 if isinstance(value, int) else value)
    return [*values, CASES[case].get("groups", 1)]


def bias_of(layer):
    size = layer.out_channels
    return np.zeros(size) if layer.bias is None else layer.bias.data.numpy()


@pytest.mark.parametrize("type", ["float", "double"])
@pytest.mark.parametrize("kernel", [(2, 3, 2), 1, (1, 3, 3), (3, 1, 1)])
@pytest.mark.parametrize("case", CASES)
def test_conv3d(case, kernel, type):
    layer = getattr(nn.Conv3d(4, 8, kernel, **CASES[case]), type)()
    x = getattr(torch.from_numpy(RNG.randn(2, 4, 5, 7, 6)), type)()
    expected = correlate(
        x.numpy().astype(float),
        layer.weight.data.numpy(),
        bias_of(layer),
        *settings(case, "stride", "padding", "dilation"),
    )
    tolerance = 1e-5 if type == "float" else 1e-12
    np.testing.assert_allclose(
        layer(Variable(x)).data.numpy(), expected, rtol=tolerance, atol=tolerance
    )


@pytest.mark.parametrize("kernel", [(2, 3, 2), (3, 1, 2)])
@pytest.mark.parametrize("case", CASES)
def test_conv_transpose3d(case, kernel):
    layer = nn.ConvTranspose3d(4, 4, kernel, **CASES[case]).double()
    x = variable(2, 4, 3, 4, 3)
    stride, padding, dilation, groups = settings(case, "stride", "padding", "dilation")
    expected = spread(
        x.data.numpy(),
        layer.weight.data.numpy(),
        bias_of(layer),
        stride,
        padding,
        (0, 0, 0),
        dilation,
        groups,
    )
    np.testing.assert_allclose(layer(x).data.numpy(), expected, atol=1e-12)


@pytest.mark.parametrize("make", [nn.Conv3d, nn.ConvTranspose3d])
@pytest.mark.parametrize("case", CASES)
def test_gradients(make, case):
    layer = make(4, 4, (2, 1, 2), **CASES[case]).double()
    x = variable(1, 4, 4, 4, 3)
    function = F.conv3d if make is nn.Conv3d else F.conv_transpose3d
    options = {k: v for k, v in CASES[case].items() if k != "bias"}
    parameters = list(layer.parameters())

    def call(x, weight, bias=None):
        return function(x, weight, bias, **options)

    assert gradcheck(call, [x, *parameters])
    assert gradgradcheck(call, [x, *parameters])


def test_output_size_of_the_transposed_layer():
    layer = nn.ConvTranspose3d(2, 2, 3, stride=2, output_padding=(1, 0, 1)).double()
    x = variable(1, 2, 2, 3, 2)
    expected = spread(
        x.data.numpy(),
        layer.weight.data.numpy(),
        bias_of(layer),
        (2, 2, 2),
        (0, 0, 0),
        (1, 0, 1),
        (1, 1, 1),
        1,
    )
    np.testing.assert_allclose(layer(x).data.numpy(), expected, atol=1e-12)
    assert layer(x, output_size=[5, 8, 6]).size() == (1, 2, 5, 8, 6)
    with pytest.raises(ValueError, match=r"\[5, 9, 6\].*\[5, 7, 5\] to \[6, 8, 6\]"):
        layer(x, output_size=[5, 9, 6])


def test_representation():
    assert repr(nn.Conv3d(4, 6, 3, padding=(0, 1, 1))) == (
        "Conv3d (4, 6, kernel_size=(3, 3, 3), stride=(1, 1, 1), padding=(0, 1, 1))"
    )
    assert repr(nn.ConvTranspose3d(4, 6, 2, 2, output_padding=1, bias=False)) == (
        "ConvTranspose3d (4, 6, kernel_size=(2, 2, 2), stride=(2, 2, 2), "
        "output_padding=(1, 1, 1), bias=False)"
    )


def test_bad_arguments():
    x, w = torch.ones(1, 2, 3, 3, 3), torch.ones(4, 2, 2, 2, 2)
    with pytest.raises(ValueError, match=r"expected 5D input \(got 4D input\)"):
        F.conv3d(torch.ones(1, 2, 3, 3), w)
    with pytest.raises(ValueError, match=r"expected 5D weight \(got 4D weight\)"):
        F.conv_transpose3d(x, torch.ones(2, 4, 2, 2))
    with pytest.raises(RuntimeError, match=r"\(3 x 3 x 3\).*\(4 x 1 x 1\).*greater"):
        F.conv3d(x, torch.ones(4, 2, 4, 1, 1))
    with pytest.raises(RuntimeError, match=r"input.size\[1\] == 2.*\[1 x 3 x 3"):
        F.conv3d(torch.ones(1, 3, 3, 3, 3), w)
    with pytest.raises(RuntimeError, match="padT: -1 padH: -1 padW: -1"):
        F.conv3d(x, w, padding=-1)
    with pytest.raises(RuntimeError, match="dT: 1 dH: 0 dW: 1"):
        F.conv3d(x, w, stride=(1, 0, 1))
    with pytest.raises(RuntimeError, match="limited to"):
        F.conv3d(x, w, padding=2**40)
    with pytest.raises(RuntimeError, match="5D weight tensor"):
        F.conv3d(x, torch.ones(4, 2, 2, 2))
    with pytest.raises(RuntimeError, match="cannot be divided into 3 groups"):
        F.conv3d(torch.ones(1, 6, 3, 3, 3), w, groups=3)
    with pytest.raises(ValueError, match="stride must be one int or 3"):
        F.conv3d(x, w, stride=(1, 1))
