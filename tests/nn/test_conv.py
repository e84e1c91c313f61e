import math

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable, gradcheck
from torchlike.nn import functional as F


def correlate(x, w, b, stride, padding, dilation, groups):
    """Convolution of (N, C, H, W) by its definition."""
    n, c, h, width = x.shape
    out_c, in_c, kh, kw = w.shape
    (ph, pw), (sh, sw), (dh, dw) = padding, stride, dilation
    x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    oh = (h + 2 * ph - dh * (kh - 1) - 1) // sh + 1
    ow = (width + 2 * pw - dw * (kw - 1) - 1) // sw + 1
    y = np.zeros((n, out_c, oh, ow))
    for o in range(out_c):
        first = o // (out_c // groups) * in_c
        for i in range(oh):
            for j in range(ow):
                window = x[
                    :,
                    first : first + in_c,
                    i * sh : i * sh + dh * (kh - 1) + 1 : dh,
                    j * sw : j * sw + dw * (kw - 1) + 1 : dw,
                ]
                y[:, o, i, j] = (window * w[o]).sum((1, 2, 3))
    return y if b is None else y + b.reshape(1, -1, 1, 1)


CASES = {
    "plain": {},
    "stride": {"stride": (2, 1)},
    "padding": {"padding": (1, 2)},
    "dilation": {"dilation": (2, 2)},
    "groups": {"groups": 2},
    "no bias": {"bias": False},
}


@pytest.mark.parametrize("case", CASES)
def test_conv2d_matches_its_definition(case):
    options = CASES[case]
    layer = nn.Conv2d(4, 6, (3, 2), **options).double()
    x = torch.randn(2, 4, 7, 6).double()
    y = layer(Variable(x))
    expected = correlate(
        x.numpy(),
        layer.weight.data.numpy(),
        layer.bias.data.numpy() if layer.bias is not None else None,
        options.get("stride", (1, 1)),
        options.get("padding", (0, 0)),
        options.get("dilation", (1, 1)),
        options.get("groups", 1),
    )
    np.testing.assert_allclose(y.data.numpy(), expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("case", CASES)
def test_conv2d_gradients_match_differences(case):
    layer = nn.Conv2d(4, 6, (3, 2), **CASES[case]).double()
    x = Variable(torch.randn(2, 4, 7, 6).double(), requires_grad=True)
    rng = np.random.RandomState(0)
    g = torch.from_numpy(rng.randn(*layer(x).size()))
    layer(x).backward(g)
    eps = 1e-4  # the function is linear in each argument, so any step is exact
    for v in [x, *layer.parameters()]:
        direction = torch.from_numpy(rng.randn(*v.size()))
        old = v.data.clone()
        v.data.add_(direction * eps)
        up = (layer(x).data * g).sum()
        v.data.copy_(old)
        v.data.add_(direction * -eps)
        down = (layer(x).data * g).sum()
        v.data.copy_(old)
        slope = (v.grad.data * direction).sum()
        assert slope == pytest.approx((up - down) / (2 * eps), rel=1e-6, abs=1e-6)


def test_initial_values_depend_on_the_fan_in():
    layer = nn.Conv2d(8, 16, 5, groups=2)
    bound = 1 / math.sqrt(8 * 25)
    assert np.abs(layer.weight.data.numpy()).max() <= bound
    assert layer.weight.size() == (16, 4, 5, 5)


@pytest.mark.parametrize(
    "options, text",
    [
        ({}, ""),
        ({"padding": 1}, ", padding=(1, 1)"),
        ({"dilation": 2}, ", dilation=(2, 2)"),
        ({"groups": 2}, ", groups=2"),
        ({"bias": False}, ", bias=False"),
    ],
)
def test_repr(options, text):
    layer = nn.Conv2d(4, 6, 3, **options)
    assert repr(layer) == f"Conv2d (4, 6, kernel_size=(3, 3), stride=(1, 1){text})"


def test_bad_arguments():
    with pytest.raises(ValueError, match="in_channels must be .* got 3 and 2"):
        nn.Conv2d(3, 4, 1, groups=2)
    with pytest.raises(ValueError, match="Expected 4D tensor as input, got 3D"):
        nn.Conv2d(1, 1, 1)(Variable(torch.ones(1, 2, 2)))
    with pytest.raises(ValueError, match="stride must be one int or two"):
        F.conv2d(torch.ones(1, 1, 2, 2), torch.ones(1, 1, 1, 1), stride=(1, 1, 1))
    with pytest.raises(RuntimeError):
        nn.Conv2d(2, 1, 1)(Variable(torch.ones(1, 3, 2, 2)))
    with pytest.raises(RuntimeError):
        nn.Conv2d(1, 1, 5)(Variable(torch.ones(1, 1, 2, 2)))


@pytest.mark.parametrize("groups", [1, 4])
def test_no_window_sees_the_input(groups):
    """Every window of kernel 1 and step 2 lies in the padding of an input of size 1."""
    x = Variable(torch.ones(2, 4, 1), requires_grad=True)
    weight = Variable(torch.ones(4, 4 // groups, 1))
    marks = torch.ones(8).fill_(7)  # its memory serves the gradient
    y = F.conv1d(x, weight, None, 2, 3, 1, groups)
    del marks
    y.sum().backward()
    assert y.data.tolist() == [[[0.0] * 4] * 4] * 2
    assert x.grad.data.tolist() == [[[0.0]] * 4] * 2


@pytest.mark.parametrize("pad", [0, 2])
def test_conv_tbc(pad):
    rng = np.random.RandomState(0)
    x, weight, bias = rng.randn(6, 2, 3), rng.randn(3, 3, 4), rng.randn(4)
    padded = np.pad(x, ((pad, pad), (0, 0), (0, 0)))
    steps = len(padded) - 2
    expected = bias + sum(padded[k : k + steps] @ weight[k] for k in range(3))
    inputs = [
        Variable(torch.from_numpy(a), requires_grad=True) for a in (x, weight, bias)
    ]
    out = F.conv_tbc(*inputs, pad)
    np.testing.assert_allclose(out.data.numpy(), expected)
    assert out.is_contiguous()
    assert gradcheck(lambda *given: F.conv_tbc(*given, pad), inputs)
    with pytest.raises(ValueError, match="expected 3D input .got 2D input"):
        F.conv_tbc(inputs[0][0], inputs[1], inputs[2])


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("bad", [float("inf"), float("nan")])
def test_gradient_of_taps_that_no_infinity_meets_is_finite(bad, groups):
    x = torch.ones(1, groups, 6, 6)
    x[0, 0, 1, 0] = bad
    w = Variable(torch.ones(groups, 1, 3, 3), requires_grad=True)
    F.conv2d(Variable(x), w, groups=groups).sum().backward()
    expected = np.full((groups, 1, 3, 3), 16.0)
    expected[0, 0, :2, 0] = bad  # windows at rows 0 and 1 have it in their first column
    np.testing.assert_array_equal(w.grad.data.numpy(), expected)
