"""Recurrent layers and cells against NumPy."""

import copy
import io
import pickle

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable, gradcheck, gradgradcheck
from torchlike.nn import _functions
from torchlike.nn.backends.thnn import backend
from torchlike.nn.utils.rnn import PackedSequence
from torchlike.testing import assert_allclose

CLASSES = {
    "tanh": nn.RNN,
    "relu": lambda *args, **options: nn.RNN(*args, nonlinearity="relu", **options),
    "lstm": nn.LSTM,
    "gru": nn.GRU,
}
CELLS = {
    "tanh": nn.RNNCell,
    "relu": lambda *args, **options: nn.RNNCell(*args, nonlinearity="relu", **options),
    "lstm": nn.LSTMCell,
    "gru": nn.GRUCell,
}
KINDS = pytest.mark.parametrize("kind", list(CLASSES))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def step(kind, x, h, c, w_ih, w_hh, b_ih, b_hh):
    """One step of a cell: the new state and cell."""
    from_input, from_state = x @ w_ih.T + b_ih, h @ w_hh.T + b_hh
    if kind == "gru":
        (xr, xz, xn), (hr, hz, hn) = (
            np.split(s, 3, 1) for s in (from_input, from_state)
        )
        r, z = sigmoid(xr + hr), sigmoid(xz + hz)
        n = np.tanh(xn + r * hn)
        return (1 - z) * n + z * h, c
    if kind == "lstm":
        i, f, g, o = np.split(from_input + from_state, 4, 1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        return sigmoid(o) * np.tanh(c), c
    both = from_input + from_state
    return (np.tanh(both) if kind == "tanh" else np.maximum(both, 0)), c


def reference(kind, x, lengths, h, c, weights, layers, directions):
    """Every sequence of (steps, batch, features) for itself, step by step."""
    h, c = h.copy(), c.copy()
    for layer in range(layers):
        out = np.zeros((*x.shape[:2], directions * h.shape[2]))
        for d in range(directions):
            i = layer * directions + d
            w_ih, w_hh, *biases = weights[i]
            biases = biases or [0.0, 0.0]
            for sample, length in enumerate(lengths):
                hs, cs = h[i, sample : sample + 1], c[i, sample : sample + 1]
                for t in range(length)[:: -1 if d else 1]:
                    row = x[t, sample : sample + 1]
                    hs, cs = step(kind, row, hs, cs, w_ih, w_hh, *biases)
                    out[t, sample, d * h.shape[2] : (d + 1) * h.shape[2]] = hs[0]
                h[i, sample], c[i, sample] = hs[0], cs[0]
        x = out
    return x, h, c


def arrays(layer):
    return [[w.data.double().numpy() for w in weights] for weights in layer.all_weights]


def variable(array, kind="Double", requires_grad=True):
    tensor = torch.from_numpy(np.ascontiguousarray(array)).type(f"torch.{kind}Tensor")
    return Variable(tensor, requires_grad=requires_grad)


def states(kind, h, c, name="Double"):
    hx = variable(h, name)
    return (hx, variable(c, name)) if kind == "lstm" else hx


def check_states(kind, hn, h, c):
    if kind == "lstm":
        assert_allclose(hn[0], h)
        assert_allclose(hn[1], c)
    else:
        assert_allclose(hn, h)


# layers, bidirectional, bias, batch_first; steps, batch, features, hidden
SHAPES = [
    (1, False, True, False, 5, 3, 4, 6),
    (2, True, True, False, 4, 2, 3, 5),
    (2, False, False, True, 3, 4, 5, 7),
    (1, True, True, True, 1, 3, 4, 5),  # one step
    (1, False, True, False, 4, 1, 6, 33),  # slices that are not full
    (1, True, True, False, 3, 29, 8, 64),  # more rows than a kernel takes
]
IDS = ["plain", "both", "nobias", "onestep", "odd", "rows"]


@pytest.mark.parametrize("real", ["Float", "Double"])
@pytest.mark.parametrize("shape", SHAPES, ids=IDS)
@KINDS
def test_layers(kind, shape, real):
    layers, both, bias, batch_first, steps, batch, features, hidden = shape
    rng = np.random.RandomState(0)
    torch.manual_seed(1)
    layer = CLASSES[kind](
        features,
        hidden,
        layers,
        bias=bias,
        batch_first=batch_first,
        bidirectional=both,
    ).type(f"torch.{real}Tensor")
    directions = 2 if both else 1
    x = rng.randn(steps, batch, features)
    h, c = rng.randn(2, layers * directions, batch, hidden)
    given = variable(x.swapaxes(0, 1) if batch_first else x, real)
    out, hn = layer(given, states(kind, h, c, real))
    y, h, c = reference(
        kind, x, [steps] * batch, h, c, arrays(layer), layers, directions
    )
    assert_allclose(out, y.swapaxes(0, 1) if batch_first else y)
    check_states(kind, hn, h, c)
    # the initial state is zero unless given
    out, _ = layer(given)
    zeros = np.zeros_like(h)
    y, *_ = reference(
        kind, x, [steps] * batch, zeros, zeros, arrays(layer), layers, directions
    )
    assert_allclose(out, y.swapaxes(0, 1) if batch_first else y)


@pytest.mark.parametrize("both", [False, True])
@KINDS
def test_packed_sequences(kind, both):
    rng = np.random.RandomState(2)
    directions = 2 if both else 1
    layer = CLASSES[kind](3, 5, 2, bidirectional=both).double()
    lengths = [6, 4, 4, 1]
    x = rng.randn(6, 4, 3)
    h, c = rng.randn(2, 2 * directions, 4, 5)
    packed = nn.utils.rnn.pack_padded_sequence(variable(x), lengths)
    out, hn = layer(packed, states(kind, h, c))
    assert isinstance(out, PackedSequence)
    assert out.batch_sizes == packed.batch_sizes == [4, 3, 3, 3, 1, 1]
    y, h, c = reference(kind, x, lengths, h, c, arrays(layer), 2, directions)
    padded, found = nn.utils.rnn.pad_packed_sequence(out)
    assert found == lengths
    assert_allclose(padded, y)
    check_states(kind, hn, h, c)


@pytest.mark.parametrize("both", [False, True])
@KINDS
def test_packed_gradients_are_those_of_each_sequence(kind, both):
    rng = np.random.RandomState(3)
    layer = CLASSES[kind](3, 4, 2, bidirectional=both).double()
    lengths, x = [5, 3, 2], rng.randn(5, 3, 3)
    given = variable(x)
    packed = nn.utils.rnn.pack_padded_sequence(given, lengths)
    out, _ = layer(packed)
    padded, _ = nn.utils.rnn.pad_packed_sequence(out)
    factors = variable(rng.randn(*padded.size()), requires_grad=False)
    (padded * factors).sum().backward()
    together = [w.grad.data.clone() for w in layer.parameters()]
    layer.zero_grad()
    for sample, length in enumerate(lengths):
        alone = variable(x[:length, sample : sample + 1])
        out, _ = layer(alone)
        (out * factors[:length, sample : sample + 1]).sum().backward()
        grad = given.grad.data[:length, sample : sample + 1]
        assert_allclose(grad, alone.grad.data)
        if length < 5:
            assert given.grad.data[length:, sample].abs().sum() == 0
    for w, grad in zip(layer.parameters(), together):
        assert_allclose(w.grad.data, grad)


def flat_call(layer, kind, packed_sizes=None):
    """The layer as a function of input, states and all weights."""
    names = [name for names in layer._all_weights for name in names]
    numbers = {"tanh": "RNN_TANH", "relu": "RNN_RELU", "lstm": "LSTM", "gru": "GRU"}
    run = _functions.rnn.RNN(
        numbers[kind],
        layer.input_size,
        layer.hidden_size,
        layer.num_layers,
        batch_first=layer.batch_first,
        bidirectional=layer.bidirectional,
        batch_sizes=packed_sizes,
    )
    per = len(layer._all_weights[0])

    def call(x, hx, *rest):
        if kind == "lstm":
            hx, rest = (hx, rest[0]), rest[1:]
        weights = [rest[i : i + per] for i in range(0, len(names), per)]
        out, last = run(x, weights, hx)
        return (out, *last) if kind == "lstm" else (out, last)

    return call


GRADIENT_SHAPES = [
    (1, False, True, False, 3, 2, 2, 3, None),
    (2, True, True, True, 2, 2, 3, 2, None),
    (1, False, False, False, 1, 2, 2, 3, None),
    (2, True, True, False, 3, 3, 2, 2, [3, 2, 2]),
]


def gradient_case(kind, shape):
    layers, both, bias, batch_first, steps, batch, features, hidden, sizes = shape
    rng = np.random.RandomState(4)
    torch.manual_seed(0)
    layer = CLASSES[kind](
        features,
        hidden,
        layers,
        bias=bias,
        batch_first=batch_first,
        bidirectional=both,
    ).double()
    directions = 2 if both else 1
    size = (batch, steps, features) if batch_first else (steps, batch, features)
    x = rng.randn(*size) if sizes is None else rng.randn(sum(sizes), features)
    h, c = rng.randn(2, layers * directions, batch, hidden)
    inputs = [variable(x), variable(h)] + ([variable(c)] if kind == "lstm" else [])
    inputs += [Variable(w.data, requires_grad=True) for w in layer.parameters()]
    return flat_call(layer, kind, sizes), tuple(inputs)


@pytest.mark.parametrize(
    "shape", GRADIENT_SHAPES, ids=["plain", "both", "one", "packed"]
)
@KINDS
def test_gradients(kind, shape):
    call, inputs = gradient_case(kind, shape)
    assert gradcheck(call, inputs)


@pytest.mark.parametrize(
    "shape", GRADIENT_SHAPES, ids=["plain", "both", "one", "packed"]
)
@KINDS
def test_second_gradients(kind, shape):
    call, inputs = gradient_case(kind, shape)
    outputs = call(*inputs)
    rng = np.random.RandomState(5)
    grads = [variable(rng.randn(*out.size())) for out in outputs]
    assert gradgradcheck(call, inputs, grads)


@pytest.mark.parametrize("shape", SHAPES[-2:], ids=IDS[-2:])
@KINDS
def test_gradients_of_slices(kind, shape):
    # gradients by kernels against those of the layer composed of operators
    layers, both, _, _, steps, batch, features, hidden = shape
    case = (layers, both, True, False, steps, batch, features, hidden, None)
    call, inputs = gradient_case(kind, case)
    outputs = call(*inputs)
    rng = np.random.RandomState(6)
    grads = [variable(rng.randn(*out.size()), requires_grad=False) for out in outputs]
    fused = torch.autograd.grad(outputs, inputs, grads, retain_graph=True)
    composed = torch.autograd.grad(outputs, inputs, grads, create_graph=True)
    for a, b in zip(fused, composed):
        assert_allclose(a, b)


@pytest.mark.parametrize("bias", [False, True])
@KINDS
def test_cells(kind, bias):
    rng = np.random.RandomState(7)
    cell = CELLS[kind](4, 6, bias=bias).double()
    x, h, c = rng.randn(3, 4), rng.randn(3, 6), rng.randn(3, 6)
    out = cell(variable(x), states(kind, h, c))
    weights = [w.data.numpy() for w in cell.parameters()]
    weights += [] if bias else [0.0, 0.0]
    h, c = step(kind, x, h, c, *weights)
    check_states(kind, out, h, c)


def cell_case(kind):
    rng = np.random.RandomState(8)
    cell = CELLS[kind](2, 3).double()
    x, h, c = rng.randn(2, 2), rng.randn(2, 3), rng.randn(2, 3)
    inputs = [variable(x), variable(h)] + ([variable(c)] if kind == "lstm" else [])
    inputs += [Variable(w.data, requires_grad=True) for w in cell.parameters()]
    names = {
        "tanh": "RNNTanhCell",
        "relu": "RNNReLUCell",
        "lstm": "LSTMCell",
        "gru": "GRUCell",
    }
    function = getattr(_functions.rnn, names[kind])

    def call(x, h, *rest):
        if kind == "lstm":
            return function(x, (h, rest[0]), *rest[1:])
        return function(x, h, *rest)

    return call, tuple(inputs)


@KINDS
def test_gradients_of_cells(kind):
    call, inputs = cell_case(kind)
    assert gradcheck(call, inputs)


@KINDS
def test_second_gradients_of_cells(kind):
    call, inputs = cell_case(kind)
    outputs = call(*inputs)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    rng = np.random.RandomState(9)
    grads = [variable(rng.randn(*out.size())) for out in outputs]
    assert gradgradcheck(call, inputs, grads)


@KINDS
def test_cell_in_a_loop_is_the_layer(kind):
    rng = np.random.RandomState(10)
    layer, cell = CLASSES[kind](3, 4).double(), CELLS[kind](3, 4).double()
    for w, source in zip(cell.parameters(), layer.parameters()):
        w.data.copy_(source.data)
    x = variable(rng.randn(5, 2, 3))
    zeros = np.zeros((2, 4))
    hidden, outs = states(kind, zeros, zeros), []
    for row in x:
        hidden = cell(row, hidden)
        outs.append(hidden[0] if kind == "lstm" else hidden)
    out, _ = layer(x)
    assert_allclose(torch.stack(outs), out)


@KINDS
def test_layers_of_python_cells(kind):
    # Recurrent, VariableRecurrent and StackedRNN give what the compiled layers do
    rng = np.random.RandomState(11)
    layer = CLASSES[kind](3, 4, 2, bidirectional=True).double()
    call, (x, *_) = gradient_case(kind, (1, False, True, False, 5, 3, 3, 4, None))
    h, c = rng.randn(2, 4, 3, 4)
    hidden = states(kind, h, c)
    names = {"tanh": "RNNTanhCell", "relu": "RNNReLUCell"}
    name = names.get(kind, f"{kind.upper()}Cell")
    cell = getattr(_functions.rnn, name)
    functions = _functions.rnn
    factory = functions.Recurrent
    stack = functions.StackedRNN(
        (factory(cell), factory(cell, reverse=True)), 2, kind == "lstm"
    )
    last, out = stack(x, hidden, layer.all_weights)
    expected, hn = layer(x, hidden)
    assert_allclose(out, expected)
    check_states(kind, last, *(np.asarray(s.data) for s in hn)) if kind == (
        "lstm"
    ) else assert_allclose(last, hn)

    packed = nn.utils.rnn.pack_padded_sequence(x, [5, 3, 1])
    factory = functions.variable_recurrent_factory(packed.batch_sizes)
    stack = functions.StackedRNN(
        (factory(cell), factory(cell, reverse=True)), 2, kind == "lstm"
    )
    last, out = stack(packed.data, hidden, layer.all_weights)
    expected, hn = layer(packed, hidden)
    assert_allclose(out, expected.data)
    for a, b in zip(*((s if kind == "lstm" else [s]) for s in (last, hn))):
        assert_allclose(a, b)


def test_cells_are_functions_of_the_backend():
    for name in ("RNN", "RNNReLUCell", "RNNTanhCell", "LSTMCell", "GRUCell"):
        assert getattr(backend, name) is getattr(_functions.rnn, name)


def test_dropout_is_between_layers():
    torch.manual_seed(0)
    layer = nn.RNN(3, 50, 2, dropout=0.5).double()
    x = variable(np.random.RandomState(12).randn(4, 6, 3))
    torch.manual_seed(7)
    out, hn = layer(x)
    torch.manual_seed(7)
    below = nn.RNN(3, 50).double()
    above = nn.RNN(50, 50).double()
    for w, source in zip(below.parameters(), layer.all_weights[0]):
        w.data.copy_(source.data)
    for w, source in zip(above.parameters(), layer.all_weights[1]):
        w.data.copy_(source.data)
    torch.manual_seed(7)
    middle, _ = below(x)
    dropped = nn.functional.dropout(middle, 0.5, True)
    assert 0.4 < (dropped.data == 0).sum() / 1200 < 0.6
    expected, _ = above(dropped)
    assert_allclose(out, expected)
    grad = torch.autograd.grad(out.sum(), x, retain_graph=True)[0]
    assert_allclose(grad, torch.autograd.grad(expected.sum(), x)[0])
    # the same elements are dropped when the gradient is composed of operators
    assert_allclose(grad, torch.autograd.grad(out.sum(), x, create_graph=True)[0])
    layer.eval()
    a, b = layer(x)[0], layer(x)[0]
    assert_allclose(a, b)
    assert_allclose(a, above(middle)[0])


def test_gradients_only_where_they_are_needed():
    layer = nn.LSTM(3, 4, 2)
    layer.weight_hh_l0.requires_grad = False
    x = Variable(torch.randn(5, 2, 3))
    out, (h, c) = layer(x)
    c.sum().backward()
    assert layer.weight_hh_l0.grad is None
    assert layer.bias_ih_l1.grad is not None
    out, _ = layer(Variable(x.data, volatile=True))
    assert out.volatile
    assert out.grad_fn is None


def test_second_backward_needs_retain_graph():
    out, _ = nn.GRU(3, 4)(Variable(torch.randn(5, 2, 3)))
    out.sum().backward(retain_graph=True)
    out.sum().backward()
    with pytest.raises(RuntimeError, match="second time"):
        out.sum().backward()


def test_changes_in_place_are_noticed():
    layer = nn.LSTM(3, 4)
    h = Variable(torch.zeros(1, 2, 4), requires_grad=True)
    start = h * 1
    x = Variable(torch.randn(5, 2, 3))
    out, _ = layer(x, (start, start))
    start.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        out.sum().backward()
    out, _ = layer(x)
    out.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        out.sum().backward()


@KINDS
def test_results_of_cells_may_change(kind):
    # as with 0.3, whose gated cells end with a sum or product
    call, inputs = cell_case(kind)
    outputs = call(*inputs)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    expected = torch.autograd.grad(sum(outputs).sum() * 2, inputs, retain_graph=True)
    for out in outputs:
        out.mul_(2)
    if kind in ("tanh", "relu"):
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            sum(outputs).sum().backward()
        return
    found = torch.autograd.grad(sum(outputs).sum(), inputs)
    for a, b in zip(found, expected):
        assert_allclose(a, b)


def test_a_long_loop_of_cells_is_freed():
    cell = nn.GRUCell(1, 1)
    h, x = Variable(torch.zeros(1, 1)), Variable(torch.zeros(1, 1))
    for _ in range(100000):
        h = cell(x, h)
    del h


def test_hooks_of_an_input_run_once_for_second_gradients():
    layer = nn.RNN(2, 3).double()
    x = variable(np.ones((2, 1, 2)))
    calls = []
    x.register_hook(lambda grad: calls.append(1))
    out, _ = layer(x)
    torch.autograd.grad(out.sum(), list(layer.parameters()) + [x], create_graph=True)
    out.sum().backward(create_graph=True)
    assert len(calls) == 2


@pytest.mark.parametrize("kind", list(CLASSES))
def test_parameters_and_their_order(kind):
    layer = CLASSES[kind](3, 4, 2, bidirectional=True)
    names = [name for name, _ in layer.named_parameters()]
    assert names == [
        f"{part}_l{number}{suffix}"
        for number in range(2)
        for suffix in ("", "_reverse")
        for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    ]
    gates = {"lstm": 4, "gru": 3}.get(kind, 1)
    assert layer.weight_ih_l0.size() == (gates * 4, 3)
    assert layer.weight_ih_l1_reverse.size() == (gates * 4, 8)
    assert layer.weight_hh_l1.size() == (gates * 4, 4)
    assert layer.bias_hh_l0_reverse.size() == (gates * 4,)
    assert layer.all_weights[3][1] is layer.weight_hh_l1_reverse
    assert len(CLASSES[kind](3, 4, bias=False).all_weights[0]) == 2
    # drawn in this order, uniform in +-1 / sqrt(hidden)
    torch.manual_seed(3)
    layer.reset_parameters()
    torch.manual_seed(3)
    for w in layer.parameters():
        drawn = torch.FloatTensor(*w.size()).uniform_(-0.5, 0.5)
        assert (w.data == drawn).all()


def test_representation():
    assert repr(nn.RNN(10, 20, 2)) == "RNN(10, 20, num_layers=2)"
    layer = nn.LSTM(3, 4, bias=False, batch_first=True, dropout=0.5, bidirectional=True)
    assert repr(layer) == (
        "LSTM(3, 4, bias=False, batch_first=True, dropout=0.5, bidirectional=True)"
    )
    assert repr(nn.RNNCell(2, 3, nonlinearity="relu")) == (
        "RNNCell(2, 3, nonlinearity=relu)"
    )
    assert repr(nn.GRUCell(2, 3, bias=False)) == "GRUCell(2, 3, bias=False)"


@pytest.mark.parametrize("make", [nn.LSTM, nn.GRUCell])
def test_copies_and_pickles(make):
    layer = make(3, 4)
    buffer = io.BytesIO()
    torch.save(layer, buffer)
    buffer.seek(0)
    copies = [
        copy.deepcopy(layer),
        pickle.loads(pickle.dumps(layer)),
        torch.load(buffer),
    ]
    x = Variable(torch.randn(2, 3))
    for other in copies:
        assert repr(other) == repr(layer)
        assert list(other.state_dict()) == list(layer.state_dict())
        if make is nn.GRUCell:
            h = Variable(torch.zeros(2, 4))
            assert_allclose(other(x, h), layer(x, h))
        else:
            assert_allclose(other(x.unsqueeze(1))[0], layer(x.unsqueeze(1))[0])


def test_state_of_other_versions():
    layer = nn.LSTM(3, 4, 2)
    state = dict(layer.__dict__)
    # 0.1 kept the parameters themselves under another name
    old = {**state, "all_weights": layer.all_weights}
    del old["_all_weights"], old["_data_ptrs"]
    restored = nn.LSTM.__new__(nn.LSTM)
    restored.__setstate__(old)
    assert restored._all_weights == layer._all_weights
    # later ones keep lists of them beside the parameters
    later = {**state, "_flat_weights": list(layer.parameters()), "proj_size": 0}
    del later["dropout_state"]
    restored = nn.LSTM.__new__(nn.LSTM)
    restored.__setstate__(later)
    assert not hasattr(restored, "_flat_weights")
    x = Variable(torch.randn(2, 1, 3))
    assert_allclose(restored(x)[0], layer(x)[0])
    with pytest.raises(RuntimeError, match="proj_size 2"):
        restored.__setstate__({**later, "proj_size": 2})


def test_a_weight_can_be_replaced():
    # as code that drops or normalises recurrent weights does
    layer = nn.LSTM(3, 4)
    raw = layer.weight_hh_l0
    del layer._parameters["weight_hh_l0"]
    layer.raw = nn.Parameter(raw.data)
    layer.weight_hh_l0 = layer.raw * 0
    out, _ = layer(Variable(torch.randn(3, 1, 3)))
    out.sum().backward()
    assert layer.raw.grad is not None
    other = nn.LSTM(3, 4)
    other = nn.utils.weight_norm(other, "weight_hh_l0")
    out, _ = other(Variable(torch.randn(3, 1, 3)))
    out.sum().backward()
    assert other.weight_hh_l0_g.grad is not None


@pytest.mark.parametrize(
    "x, hidden, message",
    [
        ((5, 3), None, r"input must have 3 dimensions, got 2"),
        ((5, 3, 4), None, r"input_size. Expected 3, got 4"),
        ((5, 2, 3), (1, 3, 4), r"Expected hidden size \(1, 2, 4\), got \(1, 3, 4\)"),
        ((5, 2, 3), (2, 2, 4), r"Expected hidden size \(1, 2, 4\), got \(2, 2, 4\)"),
        ((5, 2, 3), (2, 4), r"Expected hidden size \(1, 2, 4\), got \(2, 4\)"),
    ],
)
def test_wrong_sizes(x, hidden, message):
    hidden = None if hidden is None else Variable(torch.zeros(*hidden))
    with pytest.raises(RuntimeError, match=message):
        nn.GRU(3, 4)(Variable(torch.zeros(*x)), hidden)


def test_wrong_sizes_of_lstm():
    layer, x = nn.LSTM(3, 4), Variable(torch.zeros(5, 2, 3))
    good, bad = Variable(torch.zeros(1, 2, 4)), Variable(torch.zeros(1, 2, 5))
    with pytest.raises(RuntimeError, match=r"Expected hidden\[0\] size \(1, 2, 4\)"):
        layer(x, (bad, good))
    with pytest.raises(RuntimeError, match=r"Expected hidden\[1\] size \(1, 2, 4\)"):
        layer(x, (good, bad))


@pytest.mark.parametrize(
    "x, h, message",
    [
        ((2, 5), (2, 4), "inconsistent input_size: got 5, expected 3"),
        ((2, 3), (3, 4), "Input batch size 2 doesn't match hidden batch size 3"),
        ((2, 3), (2, 5), "hidden has inconsistent hidden_size: got 5, expected 4"),
        ((3,), (2, 4), "input must have 2 dimensions, got 1"),
        ((2, 3), (4,), "hidden must have 2 dimensions, got 1"),
    ],
)
def test_wrong_sizes_of_cells(x, h, message):
    x, h = Variable(torch.zeros(*x)), Variable(torch.zeros(*h))
    with pytest.raises(RuntimeError, match=message):
        nn.RNNCell(3, 4)(x, h)
    if x.dim() == h.dim() == 2:
        with pytest.raises(RuntimeError):
            nn.LSTMCell(3, 4)(x, (h, h))


def test_wrong_arguments():
    with pytest.raises(ValueError, match="Unknown nonlinearity 'elu'"):
        nn.RNN(3, 4, nonlinearity="elu")
    with pytest.raises(RuntimeError, match="Unknown nonlinearity: elu"):
        cell = nn.RNNCell(3, 4, nonlinearity="elu")
        cell(Variable(torch.zeros(1, 3)), Variable(torch.zeros(1, 4)))
    with pytest.raises(ValueError, match="hidden_size must be positive, got 0"):
        nn.LSTM(3, 0)
    with pytest.raises(ValueError, match="num_layers must be at most 10000, got"):
        nn.GRU(3, 4, 2**40)
    with pytest.raises(ValueError, match="Unrecognized RNN mode: QRNN"):
        nn.RNNBase("QRNN", 3, 4)
    with pytest.raises(TypeError, match="one type"):
        nn.LSTM(3, 4)(Variable(torch.zeros(2, 1, 3).double()))


def test_hostile_calls_of_the_core():
    run, modes = torch._C.rnn.layers, torch._C.rnn.MODES
    x, h = Variable(torch.zeros(4, 2, 3)), Variable(torch.zeros(1, 2, 4))
    weights = [w for one in nn.LSTM(3, 4).all_weights for w in one]
    lstm = modes["LSTM"]
    cases = [
        (lambda: run(lstm, x, h, None, weights), TypeError),
        (lambda: run(9, x, h, h, weights), ValueError),
        (lambda: run(lstm, x, h, h, weights[:3]), ValueError),
        (lambda: run(lstm, x, h, h, [None, *weights[1:]]), TypeError),
        (lambda: run(lstm, x, h, h, weights, 0), ValueError),
        (lambda: run(lstm, x, h, h, weights[::-1]), RuntimeError),
        (lambda: run(modes["GRU"], x, h, None, weights), RuntimeError),
        (lambda: run(lstm, x[0], h, h, weights), RuntimeError),
        (lambda: run(lstm, x, h[0], h[0], weights), RuntimeError),
        (lambda: run(lstm, x, h, h[:, :1], weights), RuntimeError),
    ]
    rows = Variable(torch.zeros(5, 3))
    for sizes in ([], [2, 3], [2, 2], [3, 2], [5], [2, 2, 0, 1], [7, -2]):
        call = lambda sizes=sizes: run(  # noqa: E731
            lstm, rows, h, h, weights, 1, False, 0, True, False, sizes
        )
        cases.append((call, (RuntimeError, ValueError)))
    for call, error in cases:
        with pytest.raises(error):
            call()
    assert run(lstm, rows, h, h, weights, batch_sizes=[2, 2, 1])[0].size() == (5, 4)


@pytest.mark.parametrize(
    "kind", ["RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell"]
)
def test_a_tensor_is_no_variable(kind):
    layer, x, h = getattr(nn, kind)(3, 4), torch.zeros(1, 2, 3), torch.zeros(1, 2, 4)
    if kind.endswith("Cell"):
        x, h = x[0], h[0]
    message = f"{kind}: argument 'input' .* must be Variable, not torch.FloatTensor"
    with pytest.raises(TypeError, match=message):
        layer(x, (h, h) if "LSTM" in kind else h)
    if not kind.endswith("Cell"):
        with pytest.raises(TypeError, match=message):
            layer(x)
