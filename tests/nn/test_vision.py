"""Padding, upsampling and sampling against NumPy."""

import math

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable, gradcheck, gradgradcheck
from torchlike.nn import functional as F

RNG = np.random.RandomState(0)


def variable(*shape):
    return Variable(torch.from_numpy(RNG.randn(*shape)), requires_grad=True)


PADS = [
    (nn.ReflectionPad1d((1, 2)), (2, 3, 4), ((1, 2),), "reflect"),
    (nn.ReflectionPad2d((1, 2, 0, 1)), (2, 3, 4, 5), ((0, 1), (1, 2)), "reflect"),
    (nn.ReplicationPad1d((1, 2)), (2, 3, 4), ((1, 2),), "edge"),
    (nn.ReplicationPad2d((1, 2, 0, 3)), (2, 3, 2, 3), ((0, 3), (1, 2)), "edge"),
    (nn.ReplicationPad3d(1), (1, 2, 2, 3, 2), ((1, 1),) * 3, "edge"),
    (nn.ZeroPad2d((1, 2, 0, 3)), (2, 3, 2, 3), ((0, 3), (1, 2)), "constant"),
    (nn.ConstantPad1d(2, 0), (2, 3, 4), ((2, 2),), "constant"),
    (nn.ConstantPad3d(1, 0), (1, 2, 2, 3, 2), ((1, 1),) * 3, "constant"),
]


@pytest.mark.parametrize("layer, shape, widths, mode", PADS, ids=lambda a: str(a))
def test_pad(layer, shape, widths, mode):
    x = variable(*shape)
    expected = np.pad(x.data.numpy(), ((0, 0), (0, 0), *widths), mode)
    np.testing.assert_array_equal(layer(x).data.numpy(), expected)
    assert gradcheck(layer, [x])
    assert gradgradcheck(layer, [x])


def test_pad_value_and_cropping():
    x = variable(2, 3, 4)
    a = x.data.numpy()
    y = F.pad(x, (-1, 2), value=0.5).data.numpy()
    np.testing.assert_array_equal(y[:, :, :3], a[:, :, 1:])
    assert (y[:, :, 3:] == 0.5).all()
    assert gradcheck(lambda v: F.pad(v, (-1, 2, 1, -2)), [x])
    y = F.pad(x, (-1, -1), "replicate").data.numpy()
    np.testing.assert_array_equal(y, a[:, :, 1:-1])
    assert repr(nn.ReflectionPad2d(1)) == "ReflectionPad2d(1, 1, 1, 1)"
    assert (
        repr(nn.ConstantPad2d(1, 2)) == "ConstantPad2d(padding=(1, 1, 1, 1), value=2)"
    )


def test_pad_errors():
    x = variable(1, 1, 3, 3)
    with pytest.raises(RuntimeError, match=r"\(3, 0\) at dimension 3"):
        F.pad(x, (3, 0, 0, 0), "reflect")
    with pytest.raises(ValueError, match="divisible by 2"):
        F.pad(x, (3,))
    with pytest.raises(ValueError, match="4D tensors expect 4"):
        F.pad(x, (1, 1), "reflect")
    with pytest.raises(RuntimeError, match="leaves nothing"):
        F.pad(x, (-2, -1))
    with pytest.raises(NotImplementedError, match="5D"):
        F.pad(variable(1, 1, 2, 2, 2), (1,) * 6, "reflect")


@pytest.mark.parametrize("n", [1, 2, 3])
def test_nearest(n):
    x = variable(2, 2, *(3, 2, 4)[:n])
    layer = nn.Upsample(scale_factor=2)
    expected = x.data.numpy()
    for d in range(2, n + 2):
        expected = expected.repeat(2, d)
    np.testing.assert_array_equal(layer(x).data.numpy(), expected)
    size = expected.shape[2:]
    np.testing.assert_array_equal(F.upsample(x, size=size).data.numpy(), expected)
    assert gradcheck(layer, [x])
    assert gradgradcheck(layer, [x])


def interpolate(x, axis, size):
    """Linear interpolation along an axis; the ends stay the ends."""
    n = x.shape[axis]
    out = []
    for o in range(size):
        at = o * (n - 1) / (size - 1) if size > 1 else 0
        low = min(int(math.floor(at + 1e-12)), n - 1)
        high = min(low + 1, n - 1)
        out.append(
            np.take(x, low, axis) * (1 - (at - low))
            + np.take(x, high, axis) * (at - low)
        )
    return np.stack(out, axis)


@pytest.mark.parametrize("mode, n", [("linear", 1), ("bilinear", 2), ("trilinear", 3)])
def test_linear(mode, n):
    x = variable(2, 2, *(3, 2, 4)[:n])
    size = (5, 4, 3)[:n]
    expected = x.data.numpy()
    for d in range(n):
        expected = interpolate(expected, d + 2, size[d])
    layer = nn.Upsample(size=size if n > 1 else 5, mode=mode)
    np.testing.assert_allclose(layer(x).data.numpy(), expected, atol=1e-12)
    assert gradcheck(layer, [x])
    assert gradgradcheck(layer, [x])


def test_upsampling_names_and_errors():
    x = variable(1, 1, 2, 2)
    y = nn.UpsamplingBilinear2d(scale_factor=2)(x)
    assert tuple(y.size()) == (1, 1, 4, 4)
    assert (
        repr(nn.UpsamplingNearest2d(2)) == "UpsamplingNearest2d(size=2, mode=nearest)"
    )
    with pytest.raises(ValueError, match="exactly one"):
        F.upsample(x)
    with pytest.raises(ValueError, match=r"\(2, 2\).*\(3, 3\)"):
        F.upsample(x, size=3)
    with pytest.raises(NotImplementedError, match="4D"):
        F.upsample(x, size=3, mode="linear")
    with pytest.raises(ValueError, match="integer"):
        F.upsample(x, scale_factor=1.5)


def test_pixel_shuffle():
    x = variable(2, 8, 3, 4)
    y = nn.PixelShuffle(2)(x).data.numpy()
    a = x.data.numpy()
    for n, c, h, w in np.ndindex(2, 2, 6, 8):
        source = a[n, c * 4 + (h % 2) * 2 + w % 2, h // 2, w // 2]
        assert y[n, c, h, w] == source
    assert gradcheck(nn.PixelShuffle(2), [x])
    with pytest.raises(RuntimeError, match="3"):
        nn.PixelShuffle(3)(x)


def sample(image, x, y, border):
    """The value of an image (H, W) at the point (x, y) of [-1, 1]."""
    h, w = image.shape
    px, py = (x + 1) * (w - 1) / 2, (y + 1) * (h - 1) / 2
    if border:
        px, py = min(max(px, 0), w - 1), min(max(py, 0), h - 1)
    left, top = math.floor(px), math.floor(py)
    total = 0
    for i, j in ((top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1)):
        if 0 <= i < h and 0 <= j < w:
            total += image[i, j] * (1 - abs(py - i)) * (1 - abs(px - j))
    return total


@pytest.mark.parametrize("mode", ["zeros", "border"])
def test_grid_sample(mode):
    x = variable(2, 2, 4, 5)
    grid = Variable(torch.from_numpy(RNG.uniform(-1.4, 1.4, (2, 3, 2, 2))))
    y = F.grid_sample(x, grid, padding_mode=mode).data.numpy()
    a, g = x.data.numpy(), grid.data.numpy()
    for n, c, i, j in np.ndindex(2, 2, 3, 2):
        expected = sample(a[n, c], *g[n, i, j], mode == "border")
        assert y[n, c, i, j] == pytest.approx(expected, abs=1e-12)
    grid = Variable(grid.data, requires_grad=True)
    assert gradcheck(lambda v, t: F.grid_sample(v, t, padding_mode=mode), [x, grid])
    fixed = Variable(grid.data)
    assert gradgradcheck(lambda v: F.grid_sample(v, fixed, padding_mode=mode), [x])


def test_grid_sample_extremes():
    x = variable(1, 1, 2, 2)
    for value in (float("nan"), float("inf"), -1e30, 1e30):
        grid = Variable(torch.DoubleTensor(1, 1, 1, 2).fill_(value))
        assert F.grid_sample(x, grid).data.sum() == 0
    with pytest.raises(RuntimeError, match=r"\[1 x 1 x 1 x 3\]"):
        F.grid_sample(x, Variable(torch.DoubleTensor(1, 1, 1, 3).zero_()))


def test_affine_grid():
    theta = variable(2, 2, 3)
    grid = F.affine_grid(theta, torch.Size([2, 1, 3, 4])).data.numpy()
    t = theta.data.numpy()
    for n, i, j in np.ndindex(2, 3, 4):
        point = np.array([-1 + 2 * j / 3, -1 + i, 1])
        np.testing.assert_allclose(grid[n, i, j], t[n] @ point, atol=1e-6)
    assert gradcheck(lambda v: F.affine_grid(v, torch.Size([2, 1, 3, 4])), [theta])
