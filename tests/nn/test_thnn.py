"""The C functions of the layers, by the names and the argument order of 0.3."""

import numpy as np
import pytest

import torchlike as torch
from torchlike._thnn import THNN_H_PATH, parse_header, type2backend
from torchlike._thnn.utils import HEADERS

BACKEND = type2backend[torch.DoubleTensor]
STATE = BACKEND.library_state
RNG = np.random.RandomState(0)


def tensor(*shape, low=None):
    numbers = RNG.randn(*shape) if low is None else RNG.uniform(low, 1, shape)
    return torch.from_numpy(numbers)


def longs(values):
    return torch.LongTensor(values)


def call(name, *arguments):
    getattr(BACKEND, name)(STATE, *arguments)


def check_gradient(forward, backward, x, tolerance=1e-6):
    """`backward(x, y, grad)` is the gradient of `(forward(x) * grad).sum()`."""
    y = forward(x)
    grad = torch.from_numpy(RNG.randn(*y.size()))
    got = backward(x, y, grad).numpy()
    expected = np.zeros(x.size())
    for place in np.ndindex(*x.size()):
        sides = []
        for step in (1e-5, -1e-5):
            moved = x.clone()
            moved[place] = moved[place] + step
            sides.append((forward(moved) * grad).sum())
        expected[place] = (sides[0] - sides[1]) / 2e-5
    np.testing.assert_allclose(got, expected, atol=tolerance, rtol=tolerance)


def empty():
    return torch.DoubleTensor()


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# name: reference, arguments after output, whether the gradient reads input or output
ACTIVATIONS = {
    "Abs": (np.abs, (), "input"),
    "Sigmoid": (sigmoid, (), "output"),
    "Tanh": (np.tanh, (), "output"),
    "Square": (np.square, (), "input"),
    "Sqrt": (lambda x: np.sqrt(x + 2), (2.0,), "sqrt"),
    "ELU": (lambda x: np.where(x > 0, x, 1.5 * np.expm1(x)), (1.5, False), "elu"),
    "GatedLinear": (lambda x: x[:, :3] * sigmoid(x[:, 3:]), (1,), "both"),
    "HardTanh": (lambda x: np.clip(x, -0.5, 0.7), (-0.5, 0.7, False), "both"),
    "LeakyReLU": (lambda x: np.where(x > 0, x, 0.1 * x), (0.1, False), "both"),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation(name):
    reference, more, kind = ACTIVATIONS[name]
    x = tensor(4, 6, low=-1)

    def forward(x):
        y = empty()
        call(name + "_updateOutput", x, y, *more)
        return y

    def backward(x, y, grad):
        r = empty()
        arguments = {
            "input": (x, grad, r),
            "output": (grad, r, y),
            "sqrt": (x, grad, r, y),
            "elu": (grad, r, y, *more),
            "both": (x, grad, r, *more),
        }[kind]
        call(name + "_updateGradInput", *arguments)
        return r

    np.testing.assert_allclose(forward(x).numpy(), reference(x.numpy()))
    check_gradient(forward, backward, x)


def softplus(x):
    return np.log1p(np.exp(x))


SIGNS = np.sign(np.random.RandomState(1).randn(4, 3))
CHANCES = np.random.RandomState(2).uniform(0, 1, (4, 3))
WEIGHTS = np.random.RandomState(3).uniform(0, 1, (4, 3))
LOSSES = {
    "BCECriterion": (
        CHANCES,
        lambda x, y: -np.mean(WEIGHTS * (y * np.log(x) + (1 - y) * np.log(1 - x))),
        (True, torch.from_numpy(WEIGHTS)),
    ),
    "SoftMarginCriterion": (
        SIGNS,
        lambda x, y: softplus(-x * y).sum(),
        (False,),
    ),
    "MarginCriterion": (
        SIGNS,
        lambda x, y: np.maximum(0, 0.4 - x * y).mean(),
        (True, 0.4),
    ),
}


@pytest.mark.parametrize("name", LOSSES)
def test_loss(name):
    target, reference, more = LOSSES[name]
    x, y = tensor(4, 3, low=0.1), torch.from_numpy(target)

    def forward(x):
        loss = empty()
        call(name + "_updateOutput", x, y, loss, *more)
        return loss

    def backward(x, loss, grad):
        r = empty()
        call(name + "_updateGradInput", x, y, r, *more)
        return r * grad[0]

    np.testing.assert_allclose(forward(x).numpy(), [reference(x.numpy(), target)])
    check_gradient(forward, backward, x)


def test_l1_cost():
    x, loss, slope = tensor(3, 2), empty(), empty()
    call("L1Cost_updateOutput", x, loss)
    call("L1Cost_updateGradInput", x, None, slope)
    np.testing.assert_allclose(loss.numpy(), [np.abs(x.numpy()).sum()])
    np.testing.assert_array_equal(slope.numpy(), np.sign(x.numpy()))


def test_multi_label_margin():
    x, target = tensor(2, 4), longs([[1, 3, -1, 0], [2, -1, 0, 0]])
    loss, marks, slope = empty(), empty(), empty()
    call("MultiLabelMarginCriterion_updateOutput", x, target, loss, marks, True)
    call("MultiLabelMarginCriterion_updateGradInput", x, target, slope, marks, True)
    np.testing.assert_array_equal(marks.numpy(), [[0, 1, 0, 1], [0, 0, 1, 0]])
    rows, expected = x.numpy(), 0
    for row, own in zip(rows, ([1, 3], [2])):
        others = [i for i in range(4) if i not in own]
        expected += sum(max(0, 1 - row[j] + row[i]) for j in own for i in others)
    np.testing.assert_allclose(loss.numpy(), [expected / 8])
    assert slope.size() == x.size() and abs(slope.sum()) < 1e-12


def convolve(x, w, step, pad, dilation):
    """(N, C, ...) by (O, C, ...), any number of dimensions."""
    x = np.pad(x, ((0, 0), (0, 0), *((p, p) for p in pad)))
    kernel = w.shape[2:]
    size = [
        (n - d * (k - 1) - 1) // s + 1
        for n, k, s, d in zip(x.shape[2:], kernel, step, dilation)
    ]
    y = np.zeros((x.shape[0], w.shape[0], *size))
    for tap in np.ndindex(*kernel):
        seen = tuple(
            slice(t * d, t * d + (n - 1) * s + 1, s)
            for t, d, n, s in zip(tap, dilation, size, step)
        )
        window = x[(slice(None), slice(None), *seen)]
        y += np.moveaxis(np.tensordot(window, w[(..., *tap)], ([1], [1])), -1, 1)
    return y


# name: dimensions, transposed, whether dilation is given, scratch arguments of
# updateOutput, updateGradInput and accGradParameters
CONVOLUTIONS = {
    "SpatialConvolutionMM": (2, False, False, (2, 2, 2)),
    "SpatialDilatedConvolution": (2, False, True, (2, 1, 2)),
    "SpatialFullConvolution": (2, True, False, (2, 1, 2)),
    "SpatialFullDilatedConvolution": (2, True, True, (2, 1, 2)),
    "VolumetricConvolutionMM": (3, False, False, (1, 2, 1)),
    "VolumetricDilatedConvolution": (3, False, True, (2, 1, 2)),
    "VolumetricFullConvolution": (3, True, False, (2, 2, 2)),
    "VolumetricFullDilatedConvolution": (3, True, True, (2, 2, 2)),
}


def c_order(values):
    """0.3 passes (T, W, H) where tensors have (T, H, W)."""
    return [*values[:-2], values[-1], values[-2]]


@pytest.mark.parametrize("batch", [True, False])
@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolution(name, batch):
    dims, transposed, is_dilated, scratch = CONVOLUTIONS[name]
    kernel, step, pad = [2, 3, 2][-dims:], [1, 2, 3][-dims:], [1, 0, 1][-dims:]
    dilation = [1, 2, 1][-dims:] if is_dilated else [1] * dims
    extra = [0, 1, 2][-dims:]
    w, bias = tensor(4, 3, *kernel), tensor(3 if transposed else 4)
    small = tensor(2, 4, *[2, 3, 2][-dims:])  # what w.size(0) channels belong to
    if transposed:
        size = [
            (n - 1) * s - 2 * p + d * (k - 1) + 1 + e
            for n, s, p, d, k, e in zip(
                small.size()[2:], step, pad, dilation, kernel, extra
            )
        ]
    else:
        size = [5, 7, 6][-dims:]
    large = tensor(2, 3, *size)
    x = small if transposed else large
    forward = convolve(large.numpy(), w.numpy(), step, pad, dilation)
    grad_size = large.size() if transposed else forward.shape
    grad = tensor(*grad_size)
    if not batch:
        x, grad = x[0], grad[0]
    numbers = [*c_order(kernel), *c_order(step), *c_order(pad)]
    numbers += c_order(dilation) if is_dilated else []
    numbers += c_order(extra) if transposed else []
    y, dx, dw, db = empty(), empty(), torch.ones(w.size()).double(), bias.clone()
    output, input, accumulate = scratch
    call(name + "_updateOutput", x, y, w, bias, *[None] * output, *numbers)
    call(name + "_updateGradInput", x, grad, dx, w, *[None] * input, *numbers)
    call(
        name + "_accGradParameters",
        *(x, grad, dw, db, *[None] * accumulate, *numbers, 0.5),
    )

    def batched(t):
        return t.numpy() if batch else t.numpy()[None]

    shift = bias.numpy().reshape(-1, *[1] * dims)
    axes = (0, *range(2, dims + 2))
    assert batched(y).shape == batched(grad).shape
    # the layer is linear: <y - bias, grad> = <x, dx>, and one direction is explicit
    inner = ((batched(y) - shift) * batched(grad)).sum()
    np.testing.assert_allclose((batched(x) * batched(dx)).sum(), inner)
    if transposed:
        explicit = convolve(batched(grad), w.numpy(), step, pad, dilation)
        np.testing.assert_allclose(batched(dx), explicit)
    else:
        explicit = convolve(batched(x), w.numpy(), step, pad, dilation)
        np.testing.assert_allclose(batched(y) - shift, explicit)
    np.testing.assert_allclose(((dw.numpy() - 1) * w.numpy()).sum(), inner / 2)
    expected = bias.numpy() + batched(grad).sum(axes) / 2
    np.testing.assert_allclose(db.numpy(), expected)


def test_weight_of_two_dimensions():
    x, w = tensor(1, 2, 4, 4), tensor(3, 2, 3, 2)
    y, flat = empty(), empty()
    more = (None, None, None, 2, 3, 1, 1, 0, 0)
    call("SpatialConvolutionMM_updateOutput", x, y, w, *more)
    call("SpatialConvolutionMM_updateOutput", x, flat, w.view(3, 12), *more)
    np.testing.assert_array_equal(y.numpy(), flat.numpy())
    with pytest.raises(RuntimeError, match=r"\[3 x 11\] does not have 6 elements"):
        call("SpatialConvolutionMM_updateOutput", x, y, tensor(3, 11), *more)


@pytest.mark.parametrize("dims", [2, 3])
def test_max_pooling(dims):
    name = ["SpatialMaxPooling", "VolumetricMaxPooling"][dims - 2]
    x, y, at, r = tensor(2, 3, *[4] * dims), empty(), longs([]), empty()
    numbers = [2] * dims + [2] * dims + [0] * dims + [False]
    call(name + "_updateOutput", x, y, at, *numbers)
    split = x.numpy().reshape(2, 3, *[2, 2] * dims)
    axes = tuple(range(3, 3 + 2 * dims, 2))
    np.testing.assert_array_equal(y.numpy(), split.max(axes))
    grad = tensor(*y.size())
    call(name + "_updateGradInput", x, grad, r, at, *numbers)
    expected = np.zeros(x.size()).reshape(6, -1)
    for row, (g, places) in enumerate(
        zip(grad.numpy().reshape(6, -1), at.numpy().reshape(6, -1))
    ):
        np.add.at(expected[row], places, g)
    np.testing.assert_array_equal(r.numpy().reshape(6, -1), expected)


def test_adaptive_pooling_of_planes():
    x, y, at, r, mean = tensor(2, 6, 4), empty(), longs([]), empty(), empty()
    call("SpatialAdaptiveMaxPooling_updateOutput", x, y, at, 2, 3)
    split = x.numpy().reshape(2, 3, 2, 2, 2)
    np.testing.assert_array_equal(y.numpy(), split.max((2, 4)))
    grad = tensor(2, 3, 2)
    call("SpatialAdaptiveMaxPooling_updateGradInput", x, grad, r, at)
    assert r.size() == x.size() and r.sum() == pytest.approx(grad.sum())
    call("SpatialAdaptiveAveragePooling_updateOutput", x, mean, 2, 3)
    np.testing.assert_allclose(mean.numpy(), split.mean((2, 4)))
    call("SpatialAdaptiveAveragePooling_updateGradInput", x, grad, r)
    expected = np.repeat(np.repeat(grad.numpy(), 2, 1), 2, 2) / 4
    np.testing.assert_allclose(r.numpy(), expected)


PADDINGS = {
    "SpatialReplicationPadding": ("edge", (2, 4, 5), (1, 2, 3, 0)),
    "TemporalReplicationPadding": ("edge", (2, 3, 5), (1, 2)),
    "TemporalReflectionPadding": ("reflect", (2, 3, 5), (1, 2)),
}


@pytest.mark.parametrize("name", PADDINGS)
def test_padding(name):
    mode, shape, pads = PADDINGS[name]
    pairs = [pads[i : i + 2] for i in range(0, len(pads), 2)][::-1]
    widths = [(0, 0)] * (len(shape) - len(pairs)) + pairs

    def forward(x):
        y = empty()
        call(name + "_updateOutput", x, y, *pads)
        return y

    def backward(x, y, grad):
        r = empty()
        call(name + "_updateGradInput", x, grad, r, *pads)
        return r

    x = tensor(*shape)
    np.testing.assert_array_equal(forward(x).numpy(), np.pad(x.numpy(), widths, mode))
    check_gradient(forward, backward, x)


def test_upsampling():
    x, y, r = tensor(2, 3, 4), empty(), empty()
    call("TemporalUpSamplingNearest_updateOutput", x, y, 3)
    np.testing.assert_array_equal(y.numpy(), np.repeat(x.numpy(), 3, 2))
    call("TemporalUpSamplingNearest_updateGradInput", x, y, r, 3)
    np.testing.assert_allclose(r.numpy(), 3 * x.numpy())
    call("TemporalUpSamplingLinear_updateOutput", x, y, 7)
    places = np.linspace(0, 3, 7)
    rows = [np.interp(places, np.arange(4), row) for row in x.numpy().reshape(6, 4)]
    np.testing.assert_allclose(y.numpy().reshape(6, 7), rows)


@pytest.mark.parametrize(
    "name, sizes",
    [
        ("TemporalUpSamplingLinear", [(4,), (7,)]),
        ("SpatialUpSamplingBilinear", [(3, 4), (5, 6)]),
        ("VolumetricUpSamplingTrilinear", [(2, 3, 2), (3, 4, 5)]),
    ],
)
def test_gradients_of_linear_upsampling(name, sizes):
    before, after = sizes

    def forward(x):
        y = empty()
        call(name + "_updateOutput", x, y, *after)
        return y

    def backward(x, y, grad):
        r = empty()
        call(name + "_updateGradInput", grad, r, 2, 3, *before, *after)
        return r

    check_gradient(forward, backward, tensor(2, 3, *before))


def test_parameters_of_linear_and_norm():
    x, grad, w = tensor(4, 3), tensor(4, 2), tensor(2, 3)
    y, dx, dw, db = empty(), empty(), torch.ones(2, 3).double(), torch.ones(2).double()
    call("Linear_updateOutput", x, y, w, None, None)
    np.testing.assert_allclose(y.numpy(), x.numpy() @ w.numpy().T)
    call("Linear_updateGradInput", x, grad, dx, w)
    np.testing.assert_allclose(dx.numpy(), grad.numpy() @ w.numpy())
    call("Linear_accGradParameters", x, grad, None, w, None, dw, db, None, 0.5)
    np.testing.assert_allclose(dw.numpy(), 1 + grad.numpy().T @ x.numpy() / 2)
    np.testing.assert_allclose(db.numpy(), 1 + grad.numpy().sum(0) / 2)

    mean, std, gamma = empty(), empty(), tensor(3, low=0.5)
    call(
        "BatchNormalization_updateOutput",
        *(x, y, gamma, None, None, None, mean, std, True, 0.1, 0.0),
    )
    normal = (x.numpy() - x.numpy().mean(0)) / x.numpy().std(0)
    np.testing.assert_allclose(y.numpy(), normal * gamma.numpy())
    grad, dw, db = tensor(4, 3), torch.ones(3).double(), torch.zeros(3).double()
    call(
        "BatchNormalization_backward",
        *(x, grad, dx, dw, db, gamma, None, None, mean, std, True, 2.0, 0.0),
    )
    np.testing.assert_allclose(dw.numpy(), 1 + 2 * (grad.numpy() * normal).sum(0))
    np.testing.assert_allclose(db.numpy(), 2 * grad.numpy().sum(0))


def test_prelu_and_rrelu():
    x, grad, w, dw = (
        tensor(3, 2, 2),
        tensor(3, 2, 2),
        tensor(2),
        torch.zeros(2).double(),
    )
    call("PReLU_accGradParameters", x, grad, None, w, dw, 1.0)
    below = np.where(x.numpy() > 0, 0, x.numpy() * grad.numpy())
    np.testing.assert_allclose(dw.numpy(), below.sum((0, 2)))
    one = torch.zeros(1).double()
    call("PReLU_accGradParameters", x, grad, None, tensor(1), one, 1.0)
    np.testing.assert_allclose(one.numpy(), [below.sum()])
    y, noise, r = empty(), empty(), empty()
    generator = torch.Generator().manual_seed(1)
    call("RReLU_updateOutput", x, y, noise, 0.1, 0.3, True, False, generator)
    call("RReLU_updateGradInput", x, grad, r, noise, 0.1, 0.3, True, False)
    np.testing.assert_allclose(y.numpy(), x.numpy() * noise.numpy())
    np.testing.assert_allclose(r.numpy(), grad.numpy() * noise.numpy())


def test_embedding_gradient():
    rows, grad, dw = longs([1, 2, 1]), tensor(3, 2), torch.zeros(4, 2).double()
    count = torch.IntTensor()
    call(
        "LookupTable_accGradParameters",
        *(rows, grad, dw, count, None, None, False, -1, 2.0),
    )
    expected = np.zeros((4, 2))
    np.add.at(expected, [1, 2, 1], 2 * grad.numpy())
    np.testing.assert_allclose(dw.numpy(), expected)


def test_backends():
    assert type2backend["torch.FloatTensor"] is type2backend[torch.FloatTensor]
    assert type2backend[torch.FloatTensor] is not BACKEND
    with pytest.raises(KeyError):
        type2backend["torch.LongTensor"]
    with pytest.raises(NotImplementedError, match="no function Nonsense"):
        BACKEND.Nonsense  # noqa: B018


def test_headers():
    functions = {f.name: f for path in HEADERS for f in parse_header(path)}
    bias = functions["Conv2d_updateOutput"].arguments[4]
    assert (bias.type, bias.name, bias.is_optional) == ("THTensor*", "bias", True)
    assert len(parse_header(THNN_H_PATH)) > 50
    for name in functions:
        assert callable(getattr(BACKEND, name))


def test_bad_arguments():
    x, y = tensor(2, 2), empty()
    with pytest.raises(TypeError, match="takes 3 arguments, got 2.*THTensor"):
        BACKEND.Tanh_updateOutput(STATE, x)
    with pytest.raises(TypeError, match="output must be torch.DoubleTensor, got None"):
        call("Tanh_updateOutput", x, None)
    with pytest.raises(TypeError, match="DoubleTensor, got torch.FloatTensor"):
        call("Tanh_updateOutput", torch.ones(2), y)
    with pytest.raises(TypeError, match="alpha must be float, got str"):
        call("ELU_updateOutput", x, y, "a", False)
    with pytest.raises(TypeError, match="dim must be int from"):
        call("SoftMax_updateOutput", x, y, 2**70)
    with pytest.raises(ValueError, match="input and output share memory"):
        call("Tanh_updateOutput", x, x)
    with pytest.raises(RuntimeError, match=r"must be even. Dim 1.*\[2 x 3\]"):
        call("GatedLinear_updateOutput", tensor(2, 3), y, 1)
