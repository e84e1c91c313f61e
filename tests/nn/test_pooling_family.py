"""Pooling of one to three dimensions against a loop over windows."""

import itertools
import math

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable, gradcheck, gradgradcheck
from torchlike.nn import functional as F


def output_size(n, k, s, p, d=1, ceil=False):
    room = (n + 2 * p - d * (k - 1) - 1) / s
    size = (math.ceil(room) if ceil else math.floor(room)) + 1
    if ceil and (size - 1) * s >= n + p:
        size -= 1
    return size


def windows(shape, kernel, step, pad, dilation=None, ceil=False):
    """For each output place: the places inside, and the size with padding."""
    dilation = dilation or (1,) * len(shape)
    sizes = [
        output_size(n, k, s, p, d, ceil)
        for n, k, s, p, d in zip(shape, kernel, step, pad, dilation)
    ]
    for out in itertools.product(*map(range, sizes)):
        axes, full = [], 1
        for o, n, k, s, p, d in zip(out, shape, kernel, step, pad, dilation):
            places = [o * s - p + j * d for j in range(k)]
            full *= min(places[0] + k, n + p) - places[0]
            axes.append([i for i in places if 0 <= i < n])
        yield out, list(itertools.product(*axes)), full
    return sizes


def shape_of(places):
    return tuple(1 + max(axis) for axis in zip(*places))


def make(n, rng=None):
    shape = (2, 3, *(5, 6, 4)[:n])
    values = np.random.RandomState(n).permutation(int(np.prod(shape)))
    return values.reshape(shape) / 10.0


OPTIONS = [
    {"kernel": 2, "step": 2, "pad": 0},
    {"kernel": 3, "step": 2, "pad": 1},
    {"kernel": 3, "step": 2, "pad": 1, "ceil": True},
    {"kernel": 2, "step": 3, "pad": 1, "ceil": True},
]


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("include", [True, False])
def test_average(n, options, include):
    x = make(n)
    kernel, step, pad = ((options[k],) * n for k in ("kernel", "step", "pad"))
    ceil = options.get("ceil", False)
    layer = getattr(nn, f"AvgPool{n}d")(
        options["kernel"], options["step"], options["pad"], ceil, include
    )
    v = Variable(torch.from_numpy(x), requires_grad=True)
    y = layer(v).data.numpy()
    seen = []
    for out, places, full in windows(x.shape[2:], kernel, step, pad, None, ceil):
        total = sum(x[(slice(None), slice(None), *p)] for p in places)
        expected = total / (full if include else len(places))
        np.testing.assert_allclose(y[(slice(None), slice(None), *out)], expected)
        seen.append(out)
    assert y.shape[2:] == shape_of(seen)
    small = Variable(v.data[:1, :1].contiguous(), requires_grad=True)
    assert gradcheck(layer, [small])
    assert gradgradcheck(layer, [small])


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("dilation", [1, 2])
def test_maximum(n, options, dilation):
    if n == 2 and dilation == 2 and options["kernel"] == 3:
        options = {**options, "pad": 1}
    x = make(n)
    kernel, step, pad = ((options[k],) * n for k in ("kernel", "step", "pad"))
    ceil = options.get("ceil", False)
    layer = getattr(nn, f"MaxPool{n}d")(
        options["kernel"], options["step"], options["pad"], dilation, True, ceil
    )
    v = Variable(torch.from_numpy(x), requires_grad=True)
    y, at = layer(v)
    y, at = y.data.numpy(), at.data.numpy()
    seen = []
    for out, places, _ in windows(
        x.shape[2:], kernel, step, pad, (dilation,) * n, ceil
    ):
        place = (slice(None), slice(None), *out)
        stack = np.stack([x[(slice(None), slice(None), *p)] for p in places])
        flat = [np.ravel_multi_index(p, x.shape[2:]) for p in places]
        np.testing.assert_allclose(y[place], stack.max(0))
        np.testing.assert_array_equal(at[place], np.array(flat)[stack.argmax(0)])
        seen.append(out)
    assert y.shape[2:] == shape_of(seen)
    small = Variable(v.data[:1, :1].contiguous(), requires_grad=True)
    assert gradcheck(lambda a: layer(a)[0], [small])
    assert gradgradcheck(lambda a: layer(a)[0], [small])


@pytest.mark.parametrize("n", [1, 2, 3])
def test_adaptive(n):
    x = make(n)
    target = (3, 4, 2)[:n]
    v = Variable(torch.from_numpy(x), requires_grad=True)
    size = target if n > 1 else 3
    average = getattr(nn, f"AdaptiveAvgPool{n}d")(size)
    largest = getattr(nn, f"AdaptiveMaxPool{n}d")(size, True)
    mean = average(v).data.numpy()
    y, at = largest(v)
    flat = x.reshape(2, 3, -1)
    for out in itertools.product(*map(range, target)):
        box = tuple(
            slice(o * m // t, -(-(o + 1) * m // t))
            for o, m, t in zip(out, x.shape[2:], target)
        )
        part = x[(slice(None), slice(None), *box)].reshape(2, 3, -1)
        place = (slice(None), slice(None), *out)
        np.testing.assert_allclose(mean[place], part.mean(2))
        np.testing.assert_allclose(y.data.numpy()[place], part.max(2))
        chosen = np.take_along_axis(flat, at.data.numpy()[place][..., None], 2)
        np.testing.assert_allclose(chosen[..., 0], part.max(2))
    small = Variable(v.data[:1, :1].contiguous(), requires_grad=True)
    assert gradgradcheck(average, [small])
    assert gradgradcheck(lambda a: largest(a)[0], [small])
    assert gradcheck(average, [small])
    assert gradcheck(lambda a: largest(a)[0], [small])


@pytest.mark.parametrize("n", [1, 2, 3])
def test_unpool(n):
    x = make(n)
    pool = getattr(nn, f"MaxPool{n}d")(2, return_indices=True)
    layer = getattr(nn, f"MaxUnpool{n}d")(2)
    y, at = pool(Variable(torch.from_numpy(x)))
    z = layer(y, at, output_size=x.shape).data.numpy()
    assert z.shape == x.shape
    expected = np.zeros((2, 3, x[0, 0].size))
    np.put_along_axis(
        expected,
        at.data.numpy().reshape(2, 3, -1),
        y.data.numpy().reshape(2, 3, -1),
        2,
    )
    np.testing.assert_array_equal(z, expected.reshape(x.shape))
    even = tuple(m // 2 * 2 for m in x.shape[2:])
    assert tuple(layer(y, at * 0).size()) == (2, 3, *even)
    values = Variable(y.data, requires_grad=True)
    assert gradcheck(lambda a: layer(a, at, x.shape), [values])
    with pytest.raises(ValueError, match="dims must be between"):
        layer(y, at, output_size=[m + 3 for m in x.shape[2:]])
    with pytest.raises((RuntimeError, IndexError)):
        layer(y, at + 1000)


def test_lp():
    x = np.random.RandomState(0).rand(2, 3, 4, 6)
    y = nn.LPPool2d(3, (2, 3))(Variable(torch.from_numpy(x))).data.numpy()
    expected = (x.reshape(2, 3, 2, 2, 2, 3) ** 3).sum((3, 5)) ** (1 / 3)
    np.testing.assert_allclose(y, expected)
    y = nn.LPPool1d(2, 2)(Variable(torch.from_numpy(x[0]))).data.numpy()
    expected = np.sqrt((x[0].reshape(3, 4, 3, 2) ** 2).sum(3))
    np.testing.assert_allclose(y, expected)


@pytest.mark.parametrize("batch", [True, False])
def test_fractional(batch):
    x = np.random.RandomState(0).permutation(2 * 3 * 56).reshape(2, 3, 7, 8) / 10.0
    samples = np.random.RandomState(1).rand(2, 3, 2)
    if not batch:
        x, samples = x[0], samples[0]
    layer = nn.FractionalMaxPool2d(
        (2, 3), (4, 3), return_indices=True, _random_samples=torch.from_numpy(samples)
    )
    v = Variable(torch.from_numpy(x), requires_grad=True)
    y, at = layer(v)

    def starts(sample, n, out, k):
        alpha = (n - k) / (out - 1)
        first = [int((i + sample) * alpha) - int(sample * alpha) for i in range(out)]
        return [*first[:-1], n - k]

    for plane in np.ndindex(x.shape[:-2]):
        rows = starts(samples[plane][1], 7, 4, 2)
        columns = starts(samples[plane][0], 8, 3, 3)
        for i, j in itertools.product(range(4), range(3)):
            part = x[plane][rows[i] : rows[i] + 2, columns[j] : columns[j] + 3]
            assert y.data.numpy()[plane][i, j] == part.max()
            assert x[plane].ravel()[at.data.numpy()[plane][i, j]] == part.max()
    assert gradcheck(lambda a: layer(a)[0], [v])
    ratio = nn.FractionalMaxPool2d(2, output_ratio=(0.5, 0.25))
    assert tuple(ratio(v).size())[-2:] == (3, 2)


def test_representations():
    cases = [
        (
            nn.MaxPool1d(2),
            "MaxPool1d(kernel_size=2, stride=2, padding=0, dilation=1, "
            "ceil_mode=False)",
        ),
        (
            nn.AvgPool2d(3, 2),
            "AvgPool2d(kernel_size=3, stride=2, padding=0, ceil_mode=False, "
            "count_include_pad=True)",
        ),
        (nn.AdaptiveAvgPool2d((5, 7)), "AdaptiveAvgPool2d(output_size=(5, 7))"),
        (
            nn.MaxUnpool2d(2),
            "MaxUnpool2d(kernel_size=(2, 2), stride=(2, 2), padding=(0, 0))",
        ),
        (
            nn.LPPool2d(2, 3),
            "LPPool2d(2, kernel_size=3, stride=None, ceil_mode=False)",
        ),
    ]
    for layer, text in cases:
        assert repr(layer) == text


def test_errors():
    x = torch.randn(1, 2, 4, 4)
    with pytest.raises(RuntimeError, match=r"\[1 x 2 x 4 x 4\].*too small"):
        F.avg_pool2d(x, 5)
    with pytest.raises(RuntimeError, match="pad = 2, kernel size = 2"):
        F.avg_pool2d(x, 2, padding=2)
    with pytest.raises(RuntimeError, match="stride -1"):
        F.avg_pool2d(x, 2, -1)
    with pytest.raises(ValueError, match="got 4D"):
        F.avg_pool1d(x, 2)
    with pytest.raises(RuntimeError, match=r"4D or 5D.*\[2 x 4\]"):
        F.max_pool3d(x[0, :, 0], 2)
    with pytest.raises(RuntimeError, match="greater than zero, got 0"):
        F.adaptive_avg_pool2d(x, 0)
    with pytest.raises(ValueError, match="requires specifying"):
        F.fractional_max_pool2d(x, 2)
    with pytest.raises(RuntimeError, match="4 windows of size 2 in dimension 2"):
        F.fractional_max_pool2d(x, 2, 4)
    with pytest.raises(ValueError, match="between 0 and 1"):
        nn.FractionalMaxPool2d(2, output_ratio=2)
