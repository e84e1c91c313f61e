"""Recurrent cells and layers as functions, under the names of 0.3.

`RNN` and the cells run compiled kernels. `Recurrent`, `VariableRecurrent` and
`StackedRNN` put layers together from any cell that is written in Python.
"""

import torchlike
from torchlike._C import rnn as _rnn
from torchlike.nn import functional as F

__all__ = [
    "AutogradRNN",
    "GRUCell",
    "LSTMCell",
    "RNN",
    "RNNReLUCell",
    "RNNTanhCell",
    "Recurrent",
    "StackedRNN",
    "VariableRecurrent",
    "VariableRecurrentReverse",
    "variable_recurrent_factory",
]

_RELU, _TANH, _LSTM, _GRU = (
    _rnn.MODES[name] for name in ("RNN_RELU", "RNN_TANH", "LSTM", "GRU")
)


# ---- cells ---------------------------------------------------------------------


def RNNReLUCell(input, hidden, w_ih, w_hh, b_ih=None, b_hh=None):
    """One step of `torch.nn.RNNCell` with ReLU.

    Parameters
    ----------
    input : Variable of shape (batch, input_size)
    hidden : Variable of shape (batch, hidden_size)
    w_ih : Variable of shape (hidden_size, input_size)
    w_hh : Variable of shape (hidden_size, hidden_size)
    b_ih, b_hh : Variable of shape (hidden_size), optional

    Returns
    -------
    Variable of shape (batch, hidden_size)
    """
    return _rnn.cell(_RELU, input, hidden, None, w_ih, w_hh, b_ih, b_hh)[0]


def RNNTanhCell(input, hidden, w_ih, w_hh, b_ih=None, b_hh=None):
    """One step of `torch.nn.RNNCell` with tanh; arguments as for `RNNReLUCell`."""
    return _rnn.cell(_TANH, input, hidden, None, w_ih, w_hh, b_ih, b_hh)[0]


def LSTMCell(input, hidden, w_ih, w_hh, b_ih=None, b_hh=None):
    """One step of `torch.nn.LSTMCell`.

    Parameters
    ----------
    input : Variable of shape (batch, input_size)
    hidden : pair of Variable of shape (batch, hidden_size)
        State and cell.
    w_ih : Variable of shape (4 * hidden_size, input_size)
    w_hh : Variable of shape (4 * hidden_size, hidden_size)
    b_ih, b_hh : Variable of shape (4 * hidden_size), optional

    Returns
    -------
    tuple of Variable of shape (batch, hidden_size)
        State and cell.
    """
    hx, cx = hidden
    return _rnn.cell(_LSTM, input, hx, cx, w_ih, w_hh, b_ih, b_hh)


def GRUCell(input, hidden, w_ih, w_hh, b_ih=None, b_hh=None):
    """One step of `torch.nn.GRUCell`.

    Parameters
    ----------
    input : Variable of shape (batch, input_size)
    hidden : Variable of shape (batch, hidden_size)
    w_ih : Variable of shape (3 * hidden_size, input_size)
    w_hh : Variable of shape (3 * hidden_size, hidden_size)
    b_ih, b_hh : Variable of shape (3 * hidden_size), optional

    Returns
    -------
    Variable of shape (batch, hidden_size)
    """
    return _rnn.cell(_GRU, input, hidden, None, w_ih, w_hh, b_ih, b_hh)[0]


# ---- layers from any cell --------------------------------------------------------


def _output(hidden):
    return hidden[0] if isinstance(hidden, tuple) else hidden


def _map(fn, *states):
    """Apply a function to states that are Variables, or tuples of them."""
    if isinstance(states[0], tuple):
        return tuple(fn(*parts) for parts in zip(*states))
    return fn(*states)


def Recurrent(inner, reverse=False):
    """A layer that applies a cell to all steps.

    Parameters
    ----------
    inner : callable
        ``inner(input, hidden, *weight)`` with an input of shape (batch, features) gives
        the next hidden: a Variable, or a tuple whose first element is the output.
    reverse : bool, default: False
        Whether to begin with the last step.

    Returns
    -------
    callable
        ``forward(input, hidden, weight)`` with an input of shape (steps, batch,
        features) gives the last hidden and all outputs.
    """

    def forward(input, hidden, weight):
        steps = range(input.size(0))
        outputs = []
        for i in reversed(steps) if reverse else steps:
            hidden = inner(input[i], hidden, *weight)
            outputs.append(_output(hidden))
        if reverse:
            outputs.reverse()
        return hidden, torchlike.stack(outputs, 0)

    return forward


def VariableRecurrent(batch_sizes, inner):
    """A layer that applies a cell to the steps of a packed sequence.

    Parameters
    ----------
    batch_sizes : list of int
        Rows of each step, not increasing.
    inner : callable
        As for `Recurrent`.

    Returns
    -------
    callable
        ``forward(input, hidden, weight)`` with an input of shape (rows, features).
    """

    def forward(input, hidden, weight):
        outputs, ended = [], []
        start, rows = 0, batch_sizes[0]
        for size in batch_sizes:
            if size < rows:
                ended.append(_map(lambda h: h[size:rows], hidden))  # noqa: B023
                hidden = _map(lambda h: h[:size], hidden)  # noqa: B023
                rows = size
            hidden = inner(input[start : start + size], hidden, *weight)
            outputs.append(_output(hidden))
            start += size
        last = _map(lambda *parts: torchlike.cat(parts, 0), hidden, *ended[::-1])
        return last, torchlike.cat(outputs, 0)

    return forward


def VariableRecurrentReverse(batch_sizes, inner):
    """`VariableRecurrent`, beginning with the last step."""

    def forward(input, hidden, weight):
        initial, rows = hidden, batch_sizes[-1]
        hidden = _map(lambda h: h[:rows], initial)
        outputs, end = [], input.size(0)
        for size in reversed(batch_sizes):
            if size > rows:
                more = _map(lambda h: h[rows:size], initial)  # noqa: B023
                hidden = _map(lambda *parts: torchlike.cat(parts, 0), hidden, more)
                rows = size
            hidden = inner(input[end - size : end], hidden, *weight)
            outputs.append(_output(hidden))
            end -= size
        return hidden, torchlike.cat(outputs[::-1], 0)

    return forward


def variable_recurrent_factory(batch_sizes):
    """`Recurrent` for packed sequences: ``factory(inner, reverse=False)``."""

    def factory(inner, reverse=False):
        if reverse:
            return VariableRecurrentReverse(batch_sizes, inner)
        return VariableRecurrent(batch_sizes, inner)

    return factory


def StackedRNN(inners, num_layers, lstm=False, dropout=0, train=True):
    """Layers on top of each other.

    Parameters
    ----------
    inners : sequence of callable
        One for each direction, as `Recurrent` makes them.
    num_layers : int
    lstm : bool, default: False
        Whether the hidden is a pair.
    dropout : float, default: 0
        Probability for the outputs of all layers but the last.
    train : bool, default: True

    Returns
    -------
    callable
        ``forward(input, hidden, weight)`` with a hidden of shape (num_layers *
        directions, batch, hidden_size) and a list of the weights of each direction of
        each layer gives the last hidden and the output of the last layer.
    """
    inners = list(inners)
    total = num_layers * len(inners)

    def forward(input, hidden, weight):
        if len(weight) != total:
            raise ValueError(f"expected weights for {total} layers, got {len(weight)}")
        states = list(zip(*hidden)) if lstm else list(hidden)
        last = []
        for layer in range(num_layers):
            outputs = []
            for direction, inner in enumerate(inners):
                i = layer * len(inners) + direction
                state, output = inner(input, states[i], weight[i])
                last.append(state)
                outputs.append(output)
            input = torchlike.cat(outputs, input.dim() - 1)
            if dropout != 0 and layer < num_layers - 1:
                input = F.dropout(input, p=dropout, training=train, inplace=False)
        return _map(lambda *parts: torchlike.stack(parts, 0), *last), input

    return forward


# ---- compiled layers ---------------------------------------------------------------


def AutogradRNN(
    mode,
    input_size,
    hidden_size,
    num_layers=1,
    batch_first=False,
    dropout=0,
    train=True,
    bidirectional=False,
    batch_sizes=None,
    dropout_state=None,
    flat_weight=None,
):
    """The function behind `torch.nn.RNN`, `torch.nn.LSTM` and `torch.nn.GRU`.

    Parameters
    ----------
    mode : {'RNN_TANH', 'RNN_RELU', 'LSTM', 'GRU'}
    input_size, hidden_size : int
        Kept; the weights say it.
    num_layers : int, default: 1
    batch_first : bool, default: False
    dropout : float, default: 0
    train : bool, default: True
    bidirectional : bool, default: False
    batch_sizes : list of int, optional
        Of a packed input.
    dropout_state, flat_weight : optional
        Kept; they are for CUDA.

    Returns
    -------
    callable
        ``forward(input, weight, hidden)`` gives output and last hidden; `weight` is a
        list of the weights of each direction of each layer, as `all_weights`.

    Raises
    ------
    Exception
        If the mode is unknown.
    """
    if mode not in _rnn.MODES:
        raise Exception(f"Unknown mode: {mode}")
    number = _rnn.MODES[mode]

    def forward(input, weight, hidden):
        hx, cx = hidden if mode == "LSTM" else (hidden, None)
        output, *last = _rnn.layers(
            number,
            input,
            hx,
            cx,
            [one for layer in weight for one in layer],
            num_layers,
            bidirectional,
            dropout,
            train,
            batch_first,
            batch_sizes,
        )
        return output, tuple(last) if mode == "LSTM" else last[0]

    return forward


RNN = AutogradRNN
