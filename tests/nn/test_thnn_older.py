"""The layers of THNN 0.3 that torch.nn does not call, against loops of NumPy."""

import numpy as np
import pytest

import torchlike as torch
from torchlike._thnn import type2backend

RNG = np.random.RandomState(0)


def tensor(*shape):
    return torch.from_numpy(RNG.randn(*shape))


def empty():
    return torch.DoubleTensor()


def call(name, *arguments, real="Double"):
    backend = type2backend[f"torch.{real}Tensor"]
    if name.startswith("unfolded"):
        return getattr(backend, name)(*arguments)
    return getattr(backend, name)(backend.library_state, *arguments)


def forward(name, x, *arguments):
    y = empty()
    call(name + "_updateOutput", x, y, *arguments)
    return y


def check_input_gradient(name, x, after_input=(), after_result=()):
    """The layer is affine in `x`, so its gradient follows from differences exactly."""
    y = forward(name, x, *after_input)
    grad, r = tensor(*y.size()), empty()
    call(name + "_updateGradInput", x, grad, r, *after_result)
    expected = np.zeros(x.size())
    for place in np.ndindex(*x.size()):
        moved = x.clone()
        moved[place] += 1
        expected[place] = ((forward(name, moved, *after_input) - y) * grad).sum()
    np.testing.assert_allclose(r.numpy(), expected, rtol=1e-8, atol=1e-10)


def check_parameter_gradients(name, x, weight, bias, before=(), after=(), tail=()):
    """accGradParameters adds scale times the gradient, which differences give."""
    y = forward(name, x, weight, bias, *before, *after)
    grad = tensor(*y.size())
    start_weight, start_bias = tensor(*weight.size()), tensor(*bias.size())
    got_weight, got_bias = start_weight.clone(), start_bias.clone()
    call(
        name + "_accGradParameters",
        *(x, grad, got_weight, got_bias, *before, *tail, 0.5),
    )
    pairs = (weight, start_weight, got_weight), (bias, start_bias, got_bias)
    for parameter, start, got in pairs:
        expected = np.zeros(parameter.size())
        for place in np.ndindex(*parameter.size()):
            old = parameter[place]
            parameter[place] = old + 1
            moved = forward(name, x, weight, bias, *before, *after)
            expected[place] = ((moved - y) * grad).sum()
            parameter[place] = old
        np.testing.assert_allclose(
            (got - start).numpy(), expected / 2, rtol=1e-8, atol=1e-10
        )


batched = pytest.mark.parametrize("batch", [True, False])


def frames(batch, length, width):
    return tensor(*[2, length, width][0 if batch else 1 :])


def windows(a, kernel, step):
    """(..., T, F) as (..., windows, kernel, F)."""
    count = (a.shape[-2] - kernel) // step + 1
    return np.stack([a[..., o * step : o * step + kernel, :] for o in range(count)], -3)


@batched
def test_temporal_convolution(batch):
    x, w, b = frames(batch, 7, 3), tensor(4, 6), tensor(4)
    y = forward("TemporalConvolution", x, w, b, 2, 3, 3, 4)
    rows = windows(x.numpy(), 2, 3)
    rows = rows.reshape(*rows.shape[:-2], 6)
    np.testing.assert_allclose(y.numpy(), rows @ w.numpy().T + b.numpy())
    for step in (1, 3):
        more = (2, step)
        check_input_gradient("TemporalConvolution", x, (w, b, *more, 3, 4), (w, *more))
        check_parameter_gradients("TemporalConvolution", x, w, b, more, (3, 4))


@batched
@pytest.mark.parametrize("step", [1, 2])
def test_temporal_max_pooling(batch, step):
    x, y, at, r = frames(batch, 8, 3), empty(), torch.LongTensor(), empty()
    call("TemporalMaxPooling_updateOutput", x, y, at, 3, step)
    rows = windows(x.numpy(), 3, step)
    np.testing.assert_array_equal(y.numpy(), rows.max(-2))
    np.testing.assert_array_equal(at.numpy(), rows.argmax(-2))
    grad = tensor(*y.size())
    call("TemporalMaxPooling_updateGradInput", x, grad, r, at, 3, step)
    expected = np.zeros(x.size())
    for *image, o, j in np.ndindex(*y.size()):
        place = (*image, o * step + at[(*image, o, j)], j)
        expected[place] += grad[(*image, o, j)]
    np.testing.assert_allclose(r.numpy(), expected)
    at.fill_(3)
    with pytest.raises(IndexError, match="index 3, the window has 3 elements"):
        call("TemporalMaxPooling_updateGradInput", x, grad, r, at, 3, step)


@batched
def test_temporal_sub_sampling(batch):
    x, w, b = frames(batch, 7, 3), tensor(3), tensor(3)
    y = forward("TemporalSubSampling", x, w, b, 3, 2, 3)
    expected = windows(x.numpy(), 3, 2).sum(-2) * w.numpy() + b.numpy()
    np.testing.assert_allclose(y.numpy(), expected)
    check_input_gradient("TemporalSubSampling", x, (w, b, 3, 2, 3), (w, 3, 2))
    check_parameter_gradients("TemporalSubSampling", x, w, b, (3, 2), (3,))


@batched
@pytest.mark.parametrize("features_first", [True, False])
def test_temporal_row_convolution(batch, features_first):
    x, w, b = frames(batch, 7, 3), tensor(3, 1, 4), tensor(3)
    padded = np.pad(x.numpy(), [(0, 0)] * batch + [(1, 1), (0, 0)])
    expected = (windows(padded, 4, 2) * w.numpy()[:, 0].T).sum(-2) + b.numpy()
    more = (None, None, 4, 2, 1, features_first)
    if features_first:
        x, expected = x.transpose(-1, -2).contiguous(), expected.swapaxes(-1, -2)
    y = forward("TemporalRowConvolution", x, w, b, *more)
    np.testing.assert_allclose(y.numpy(), expected)
    check_input_gradient("TemporalRowConvolution", x, (w, b, *more), (w, *more))
    check_parameter_gradients("TemporalRowConvolution", x, w, b, more)


def images(batch, *shape):
    return tensor(*((2, *shape) if batch else shape))


def places(a, kernel, step):
    """(..., H, W) as (..., rows, columns, kH, kW)."""
    view = np.lib.stride_tricks.sliding_window_view(a, kernel, (-2, -1))
    return view[..., :: step[0], :: step[1], :, :]


@batched
def test_spatial_sub_sampling(batch):
    x, w, b = images(batch, 3, 5, 6), tensor(3), tensor(3)
    more = (3, 2, 2, 1)  # kW, kH, dW, dH
    y = forward("SpatialSubSampling", x, w, b, *more)
    sums = places(x.numpy(), (2, 3), (1, 2)).sum((-2, -1))
    column = (3, 1, 1)
    expected = sums * w.numpy().reshape(column) + b.numpy().reshape(column)
    np.testing.assert_allclose(y.numpy(), expected)
    check_input_gradient("SpatialSubSampling", x, (w, b, *more), (w, *more))
    check_parameter_gradients("SpatialSubSampling", x, w, b, more)


LINKS = [(0, 1), (2, 0), (1, 1), (2, 3), (0, 1)]


@batched
def test_spatial_convolution_map(batch):
    x, w, b = images(batch, 3, 5, 6), tensor(5, 2, 3), tensor(4)
    table = torch.DoubleTensor(LINKS)
    more = (table, 3, 4, 2, 1)  # planes, dW, dH
    y = forward("SpatialConvolutionMap", x, w, b, *more)
    seen = places(x.numpy(), (2, 3), (1, 2))
    expected = np.zeros(y.size()) + b.numpy().reshape(4, 1, 1)
    for kernel, (source, target) in zip(w.numpy(), LINKS):
        expected[..., target, :, :] += (seen[..., source, :, :, :, :] * kernel).sum(
            (-2, -1)
        )
    np.testing.assert_allclose(y.numpy(), expected)
    check_input_gradient("SpatialConvolutionMap", x, (w, b, *more), (w, b, *more))
    check_parameter_gradients("SpatialConvolutionMap", x, w, b, more)


@batched
def test_spatial_full_convolution_map(batch):
    x, w, b = images(batch, 3, 2, 3), tensor(5, 2, 3), tensor(4)
    table = torch.DoubleTensor(LINKS)
    more = (table, 3, 4, 2, 1)
    y = forward("SpatialFullConvolutionMap", x, w, b, *more)
    expected = np.zeros(y.size()) + b.numpy().reshape(4, 1, 1)
    for kernel, (source, target) in zip(w.numpy(), LINKS):
        for i, j in np.ndindex(2, 3):
            value = x.numpy()[..., source, i, j]
            expected[..., target, i : i + 2, 2 * j : 2 * j + 3] += (
                value[..., None, None] * kernel
            )
    np.testing.assert_allclose(y.numpy(), expected)
    check_input_gradient("SpatialFullConvolutionMap", x, (w, b, *more), (w, b, *more))
    check_parameter_gradients("SpatialFullConvolutionMap", x, w, b, more)


def test_links_are_checked():
    x, w, b = tensor(3, 5, 6), tensor(1, 2, 3), tensor(4)
    for link in ((3, 0), (0, 4), (-1, 0), (float("nan"), 0)):
        table = torch.DoubleTensor([link])
        with pytest.raises(IndexError, match="connection 0 links input plane .* of 3"):
            forward("SpatialConvolutionMap", x, w, b, table, 3, 4, 1, 1)


@batched
def test_spatial_convolution_local(batch):
    x, w, b = images(batch, 2, 4, 5), tensor(6, 3, 2 * 3 * 2), tensor(3, 2, 3)
    more = (None, None, 2, 3, 2, 2, 0, 1, 5, 4, 2, 2)
    w, b = tensor(4, 3, 2 * 3 * 2), tensor(3, 2, 2)
    y = forward("SpatialConvolutionLocal", x, w, b, *more)
    padded = np.pad(x.numpy(), [(0, 0)] * (batch + 1) + [(1, 1), (0, 0)])
    seen = places(padded, (3, 2), (2, 2))
    kernels = w.numpy().reshape(2, 2, 3, 2, 3, 2)
    expected = np.einsum("...cyxij,yxocij->...oyx", seen, kernels) + b.numpy()
    np.testing.assert_allclose(y.numpy(), expected)
    apart = forward("SpatialConvolutionLocal", x, w.view(2, 2, 3, 2, 3, 2), b, *more)
    np.testing.assert_array_equal(apart.numpy(), y.numpy())
    check_input_gradient("SpatialConvolutionLocal", x, (w, b, *more), (w, *more))
    check_parameter_gradients("SpatialConvolutionLocal", x, w, b, more)


def test_unfolded():
    x = tensor(2, 4, 5)
    numbers = (2, 3, 2, 1, 1, 0)  # kW, kH, dW, dH, padW, padH
    sizes = (2, 5, 4, 3, 2)  # planes, input and output width and height
    columns = tensor(2 * 3 * 2, 2 * 3)
    call("unfolded_copy", columns, x, *numbers, *sizes)
    padded = np.pad(x.numpy(), [(0, 0), (0, 0), (1, 1)])
    seen = places(padded, (3, 2), (1, 2))
    expected = seen.transpose(0, 3, 4, 1, 2).reshape(12, 6)
    np.testing.assert_array_equal(columns.numpy(), expected)
    # acc is the transposed map
    grad, r, start = tensor(12, 6), tensor(2, 4, 5), tensor(2, 4, 5)
    r.copy_(start)
    call("unfolded_acc", grad, r, *numbers, *sizes)
    inner = (columns * grad).sum()
    assert ((r - start) * x).sum() == pytest.approx(inner)
    with pytest.raises(RuntimeError, match=r"\[2 \* 3 \* 2 x 2 \* 3\].*\[12 x 5\]"):
        call("unfolded_copy", tensor(12, 5), x, *numbers, *sizes)


@batched
def test_volumetric_convolution(batch):
    x, w, b = images(batch, 2, 3, 4, 3), tensor(3, 2, 2, 3, 2), tensor(3)
    more = (None, None, 1, 1, 2, 0, 1, 0)  # dT, dW, dH, pT, pW, pH
    y = forward("VolumetricConvolution", x, w, b, *more)
    other = empty()
    kernel = (None, 2, 2, 3, *more[2:])  # kT, kW, kH
    call("VolumetricConvolutionMM_updateOutput", x, other, w, b, *kernel)
    np.testing.assert_array_equal(y.numpy(), other.numpy())
    check_input_gradient(
        "VolumetricConvolution", x, (w, b, *more), (w, None, *more[2:])
    )
    check_parameter_gradients("VolumetricConvolution", x, w, b, more)


@batched
def test_volumetric_fractional_max_pooling(batch):
    x, y, at, r = images(batch, 2, 5, 4, 6), empty(), torch.LongTensor(), empty()
    out, kernel = (3, 2, 2), (2, 2, 3)  # T, W, H; the layout is (C, H, W, T)
    samples = torch.from_numpy(RNG.uniform(0, 1, (2 if batch else 1, 2, 3)))
    call(
        "VolumetricFractionalMaxPooling_updateOutput",
        *(x, y, *out, *kernel, at, samples),
    )

    def starts(size, kernel, out, u):
        alpha = (size - kernel) / (out - 1)
        inner = [int((i + u) * alpha) - int(u * alpha) for i in range(out - 1)]
        return [*inner, size - kernel]

    planes = x.numpy().reshape(-1, 5, 4, 6)
    for plane, u, got, index in zip(
        planes,
        samples.numpy().reshape(-1, 3),
        y.numpy().reshape(-1, 2, 2, 3),
        at.numpy().reshape(-1, 2, 2, 3),
    ):
        rows, columns = starts(5, 3, 2, u[2]), starts(4, 2, 2, u[1])
        times = starts(6, 2, 3, u[0])
        for i, j, k in np.ndindex(2, 2, 3):
            h, w, t = rows[i], columns[j], times[k]
            assert got[i, j, k] == plane[h : h + 3, w : w + 2, t : t + 2].max()
            assert got[i, j, k] == plane.reshape(-1)[index[i, j, k]]
    grad = tensor(*y.size())
    call(
        "VolumetricFractionalMaxPooling_updateGradInput",
        *(x, grad, r, *out, *kernel, at),
    )
    expected = np.zeros((planes.shape[0], 5 * 4 * 6))
    for row, places, values in zip(
        expected,
        at.numpy().reshape(len(planes), -1),
        grad.numpy().reshape(len(planes), -1),
    ):
        np.add.at(row, places, values)
    np.testing.assert_allclose(r.numpy().reshape(expected.shape), expected)


@batched
@pytest.mark.parametrize("dims", [2, 3])
def test_max_unpooling(batch, dims):
    name = ["SpatialMaxUnpooling", "VolumetricMaxUnpooling"][dims - 2]
    full = [4, 6, 5][-dims:]
    x, r = images(batch, 2, *[2, 3, 2][-dims:]), empty()
    at = np.stack([RNG.permutation(np.prod(full)) for _ in range(2 * (batch + 1))])
    at = torch.from_numpy(at[:, : x[0].numel() // (2 if batch else 1)].copy())
    at = at.view(*x.size())
    numbers = [full[-1], full[-2]]
    if dims == 3:
        numbers = [full[0], *numbers, 2, 2, 2, 0, 0, 0]
    y = forward(name, x, at, *numbers)
    expected = np.zeros((2 * (batch + 1), np.prod(full)))
    flat = at.numpy().reshape(len(expected), -1)
    np.put_along_axis(expected, flat, x.numpy().reshape(flat.shape), 1)
    np.testing.assert_array_equal(y.numpy().reshape(expected.shape), expected)
    grad = tensor(*y.size())
    call(name + "_updateGradInput", x, grad, r, at, *numbers)
    taken = np.take_along_axis(grad.numpy().reshape(expected.shape), flat, 1)
    np.testing.assert_array_equal(r.numpy().reshape(flat.shape), taken)
    with pytest.raises(IndexError, match=f"-1, the output plane has {np.prod(full)}"):
        forward(name, x, at.clone().fill_(-1), *numbers)
    with pytest.raises(RuntimeError, match="input and indices must have the same size"):
        forward(name, x, torch.LongTensor([0]), *numbers)


@pytest.mark.parametrize("reduce", [True, False])
@pytest.mark.parametrize("size_average", [True, False])
def test_spatial_class_nll(size_average, reduce):
    x, weight = tensor(2, 4, 5, 3), torch.from_numpy(RNG.uniform(0.5, 1, 4))
    target = torch.from_numpy(RNG.randint(0, 4, (2, 5, 3)))
    loss, total, r = empty(), empty(), empty()
    more = (size_average, weight, total, 2, reduce)
    call("SpatialClassNLLCriterion_updateOutput", x, target, loss, *more)
    classes = target.numpy()
    kept = weight.numpy()[classes] * (classes != 2)
    expected = -kept * np.take_along_axis(x.numpy(), classes[:, None], 1)[:, 0]
    scale = 1 / kept.sum() if size_average and reduce else 1
    if reduce:
        expected = [expected.sum() * scale]
    np.testing.assert_allclose(loss.numpy(), expected)
    np.testing.assert_allclose(total.numpy(), [kept.sum()])
    grad = tensor(*loss.size())
    call("SpatialClassNLLCriterion_updateGradInput", x, target, grad, r, *more)
    one_hot = np.arange(4).reshape(1, 4, 1, 1) == classes[:, None]
    slope = grad.numpy().reshape((1, 1, 1) if reduce else (2, 5, 3))[:, None]
    np.testing.assert_allclose(
        r.numpy(), -1.0 * one_hot * kept[:, None] * scale * slope
    )
    again, more = empty(), (size_average, weight, None, 2, reduce)
    call("SpatialClassNLLCriterion_updateGradInput", x, target, grad, again, *more)
    np.testing.assert_array_equal(again.numpy(), r.numpy())
    target[0, 1, 1] = 4
    with pytest.raises(IndexError, match="cur_target is 4, n_classes is 4"):
        call("SpatialClassNLLCriterion_updateOutput", x, target, loss, *more)


@pytest.mark.parametrize("power", [1, 2, 3])
@pytest.mark.parametrize("shape", [(6,), (2, 6), (6, 3), (2, 6, 3), (2, 6, 3, 2)])
def test_feature_lp_pooling(power, shape):
    batch = shape[0] == 2
    x = torch.from_numpy(RNG.uniform(0.5, 2, shape))
    more = (power, 3, 2, batch)
    y = forward("FeatureLPPooling", x, *more)
    axis = 1 if batch else 0
    seen = np.lib.stride_tricks.sliding_window_view(x.numpy(), 3, axis)
    seen = seen.take(range(0, 4, 2), axis)
    expected = (seen**power).sum(-1) ** (1 / power)
    np.testing.assert_allclose(y.numpy(), expected)
    grad, r = tensor(*y.size()), empty()
    call("FeatureLPPooling_updateGradInput", grad, x, y, r, *more)
    slopes = np.zeros(shape)
    for place in np.ndindex(*shape):
        sides = []
        for step in (1e-6, -1e-6):
            moved = x.clone()
            moved[place] += step
            sides.append((forward("FeatureLPPooling", moved, *more) * grad).sum())
        slopes[place] = (sides[0] - sides[1]) / 2e-6
    np.testing.assert_allclose(r.numpy(), slopes, rtol=1e-6, atol=1e-8)


def sparse_samples(legacy):
    """The entries of a batch, and the batch as a matrix."""
    entries = [(0, 4, 2.0), (0, 1, -1.0), (2, 4, 0.5), (2, 0, 3.0)]
    dense = np.zeros((3, 6))
    for row, column, value in entries:
        dense[row, column] += value
    if not legacy:
        return torch.DoubleTensor(entries), dense
    rows = [[(4, 2), (1, -1)], [(0, 0), (3, 0)], [(4, 0.5), (0, 3)]]
    return torch.DoubleTensor(rows), dense


@pytest.mark.parametrize("legacy", [True, False])
def test_sparse_linear(legacy):
    x, dense = sparse_samples(legacy)

    def sparse(name, *arguments):
        name = "legacy" + name[0].upper() + name[1:] if legacy else name
        call("SparseLinear_" + name, *arguments)

    w, b = tensor(6, 4).t(), tensor(4)  # weight (4, 6), columns are contiguous
    y = empty() if legacy else torch.DoubleTensor(3, 4)
    sparse("updateOutput", x, y, w, b)
    np.testing.assert_allclose(y.numpy(), dense @ w.numpy().T + b.numpy())
    grad, dw, db = tensor(3, 4), tensor(4, 6), tensor(4)
    start_w, start_b = dw.numpy().copy(), db.numpy().copy()
    sparse("accGradParameters", x, grad, dw, db, w, b, 0.1, 0.5)
    expected = start_w + grad.numpy().T @ dense / 2 + 0.1 * w.numpy()
    np.testing.assert_allclose(dw.numpy(), expected)
    np.testing.assert_allclose(db.numpy(), start_b + grad.numpy().sum(0) / 2)
    used = dense.any(0)
    before = w.numpy().copy(), b.numpy().copy()
    sparse("updateParameters", w, b, dw, db, x, 0.25)
    np.testing.assert_allclose(w.numpy(), before[0] - 0.25 * used * dw.numpy())
    np.testing.assert_allclose(b.numpy(), before[1] - 0.25 * db.numpy())
    before = dw.numpy().copy()
    sparse("zeroGradParameters", dw, db, x)
    np.testing.assert_array_equal(dw.numpy(), before * ~used)
    assert not db.numpy().any()
    x[(0, 0, 0) if legacy else (0, 1)] = 6
    with pytest.raises(IndexError, match="column 6 of 6"):
        sparse("updateOutput", x, y, w, b)
    with pytest.raises(RuntimeError, match=r"nnz x [23], got \[3\]"):
        sparse("zeroGradParameters", dw, db, torch.DoubleTensor(3))


def test_messages_name_the_sizes():
    with pytest.raises(RuntimeError, match="smaller than kernel.*Got: 3, Expected: 4"):
        forward(
            "TemporalConvolution", tensor(3, 2), tensor(1, 8), tensor(1), 4, 1, 2, 1
        )
    with pytest.raises(RuntimeError, match="input frame size. Got: 2, Expected: 5"):
        forward("TemporalSubSampling", tensor(3, 2), tensor(2), tensor(2), 1, 1, 5)
    with pytest.raises(RuntimeError, match=r"\[1 x 2 x 2\] smaller than .* kH: 3"):
        forward("SpatialSubSampling", tensor(1, 2, 2), tensor(1), tensor(1), 1, 3, 1, 1)
    with pytest.raises(RuntimeError, match=r"expected size \[2 x 4\], got \[2 x 3\]"):
        call(
            "TemporalSubSampling_updateGradInput",
            *(tensor(3, 4), tensor(2, 3)),
            *(empty(), tensor(4), 2, 1),
        )
    with pytest.raises(RuntimeError, match="width must be between 2 - 16, got 1"):
        forward("FeatureLPPooling", tensor(3), 2, 1, 1, False)


def test_single_precision():
    x, w, b = torch.randn(5, 3), torch.randn(2, 6), torch.randn(2)
    y = torch.FloatTensor()
    call(
        "TemporalConvolution_updateOutput",
        *(x, y, w, b, 2, 1, 3, 2),
        real="Float",
    )
    rows = windows(x.numpy(), 2, 1).reshape(4, 6)
    np.testing.assert_allclose(
        y.numpy(), rows @ w.numpy().T + b.numpy(), rtol=1e-4, atol=1e-5
    )


# Of the header of 0.3; all have updateOutput and updateGradInput.
LAYERS = """
    Abs AbsCriterion BCECriterion ClassNLLCriterion SpatialClassNLLCriterion ELU
    DistKLDivCriterion GatedLinear HardShrink HardTanh L1Cost LeakyReLU GRUFused
    LSTMFused LogSigmoid LogSoftMax MarginCriterion SoftMarginCriterion MSECriterion
    MultiLabelMarginCriterion MultiMarginCriterion RReLU Sigmoid SmoothL1Criterion
    SoftMax SoftPlus SoftShrink Sqrt Square Tanh Threshold TemporalMaxPooling
    SpatialAdaptiveMaxPooling SpatialAdaptiveAveragePooling SpatialAveragePooling
    SpatialFractionalMaxPooling SpatialMaxPooling SpatialDilatedMaxPooling
    SpatialMaxUnpooling SpatialUpSamplingNearest SpatialUpSamplingBilinear
    SpatialGridSamplerBilinear VolumetricAveragePooling
    VolumetricFractionalMaxPooling VolumetricMaxPooling VolumetricDilatedMaxPooling
    VolumetricMaxUnpooling VolumetricAdaptiveAveragePooling
    VolumetricAdaptiveMaxPooling SpatialReflectionPadding SpatialReplicationPadding
    VolumetricReplicationPadding VolumetricUpSamplingNearest
    VolumetricUpSamplingTrilinear FeatureLPPooling TemporalReflectionPadding
    TemporalReplicationPadding TemporalUpSamplingNearest TemporalUpSamplingLinear
""".split()
WITH_PARAMETERS = """
    PReLU Linear TemporalConvolution TemporalSubSampling TemporalRowConvolution
    SpatialConvolutionMap SpatialConvolutionMM SpatialConvolutionLocal
    SpatialFullConvolution SpatialFullConvolutionMap SpatialDilatedConvolution
    SpatialFullDilatedConvolution SpatialSubSampling VolumetricConvolution
    VolumetricConvolutionMM VolumetricDilatedConvolution VolumetricFullConvolution
    VolumetricFullDilatedConvolution
""".split()
OTHERS = """
    LookupTable_accGradParameters LookupTable_renorm BatchNormalization_updateOutput
    BatchNormalization_backward unfolded_copy unfolded_acc
""".split()


def test_the_header_of_0_3_is_there():
    backend = type2backend["torch.FloatTensor"]
    names = OTHERS + [
        f"{layer}_{function}"
        for layer in LAYERS + WITH_PARAMETERS
        for function in ("updateOutput", "updateGradInput")
    ]
    names += [f"{layer}_accGradParameters" for layer in WITH_PARAMETERS]
    for part in ("UpdateOutput", "AccGradParameters", "ZeroGradParameters"):
        names += ["SparseLinear_legacy" + part]
        names += ["SparseLinear_" + part[0].lower() + part[1:]]
    assert [name for name in names if name not in dir(backend)] == []
    with pytest.raises(NotImplementedError, match="no function IndexLinear"):
        backend.IndexLinear_updateOutput  # noqa: B018
