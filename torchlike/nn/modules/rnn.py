"""Recurrent layers over sequences, and single cells."""

import math

import torchlike
from torchlike._C import rnn as _rnn
from torchlike.autograd import Variable
from torchlike.nn._functions import rnn as _functions
from torchlike.nn.modules.module import Module
from torchlike.nn.parameter import Parameter
from torchlike.nn.utils.rnn import PackedSequence

__all__ = ["GRU", "LSTM", "RNN", "GRUCell", "LSTMCell", "RNNBase", "RNNCell"]

_GATES = {"RNN_TANH": 1, "RNN_RELU": 1, "LSTM": 4, "GRU": 3}
_MOST_LAYERS = 10000  # more would take memory and time without end
_NAMES = ("weight_ih_l{}{}", "weight_hh_l{}{}", "bias_ih_l{}{}", "bias_hh_l{}{}")


def _check_positive(**sizes):
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} must be positive, got {size}")


def _check_variable(module, input):
    if not isinstance(input, Variable):
        raise TypeError(
            f"{type(module).__name__}: argument 'input' (position 1) must be Variable, "
            f"not {torchlike.typename(input)}"
        )


class RNNBase(Module):
    r"""What `RNN`, `LSTM` and `GRU` share.

    Parameters
    ----------
    mode : {'RNN_TANH', 'RNN_RELU', 'LSTM', 'GRU'}
    input_size : int
        Features of each step.
    hidden_size : int
        Features of the state.
    num_layers : int, default: 1
        Layers on top of each other.
    bias : bool, default: True
        Whether there are learnable offsets.
    batch_first : bool, default: False
        Whether input and output are (batch, steps, features).
    dropout : float, default: 0
        Probability that an output of a layer, but the last, is zeroed in training.
    bidirectional : bool, default: False
        Whether each layer also reads from the last step to the first.

    Attributes
    ----------
    weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, ... : Parameter
        Of layer 0 and so on; ``_reverse`` is appended for the reverse direction. All
        start uniform in :math:`(-s, s)`, :math:`s = 1 / \sqrt{hidden\_size}`.
    all_weights : list of list of Parameter
        The same, a list for each direction of each layer.

    Raises
    ------
    ValueError
        If the mode is unknown, a size is not positive, or the layers are more than
        10,000.
    """

    # the flat copies that later versions keep beside the parameters
    _later_state = ("_flat_weights", "_flat_weights_names", "_flat_weight_refs")

    def __init__(
        self,
        mode,
        input_size,
        hidden_size,
        num_layers=1,
        bias=True,
        batch_first=False,
        dropout=0,
        bidirectional=False,
    ):
        super().__init__()
        if mode not in _GATES:
            raise ValueError(f"Unrecognized RNN mode: {mode}")
        _check_positive(
            input_size=input_size, hidden_size=hidden_size, num_layers=num_layers
        )
        if num_layers > _MOST_LAYERS:
            raise ValueError(
                f"num_layers must be at most {_MOST_LAYERS}, got {num_layers}"
            )
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = dropout
        self.dropout_state = {}
        self.bidirectional = bidirectional
        self._all_weights = self._weight_names()
        units = _GATES[mode] * hidden_size
        above = hidden_size * (2 if bidirectional else 1)
        for names in self._all_weights:
            features = input_size if names[0].startswith("weight_ih_l0") else above
            sizes = (units, features), (units, hidden_size), (units,), (units,)
            for name, size in zip(names, sizes):
                setattr(self, name, Parameter(torchlike.Tensor(*size)))
        self.flatten_parameters()
        self.reset_parameters()

    def _weight_names(self):
        """Names of the parameters, a list for each direction of each layer."""
        kinds = _NAMES if self.bias else _NAMES[:2]
        suffixes = ("", "_reverse") if self.bidirectional else ("",)
        return [
            [kind.format(layer, suffix) for kind in kinds]
            for layer in range(self.num_layers)
            for suffix in suffixes
        ]

    @property
    def all_weights(self):
        """Parameters, a list for each direction of each layer."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    def flatten_parameters(self):
        """Do nothing: the order of parameters in memory matters for CUDA only."""
        self._data_ptrs = []

    def _apply(self, fn):
        result = super()._apply(fn)
        self.flatten_parameters()
        return result

    def reset_parameters(self):
        """Draw all parameters anew."""
        bound = 1.0 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            weight.data.uniform_(-bound, bound)

    def check_forward_args(self, input, hidden, batch_sizes):
        """Raise RuntimeError unless input and hidden state have the right sizes.

        Parameters
        ----------
        input : Variable
        hidden : Variable, or a pair of them for LSTM
        batch_sizes : list of int, or None
            Of a packed input.
        """
        packed = batch_sizes is not None
        self._check_input(input, packed)
        batch = batch_sizes[0] if packed else input.size(0 if self.batch_first else 1)
        directions = 2 if self.bidirectional else 1
        expected = (self.num_layers * directions, batch, self.hidden_size)
        if self.mode == "LSTM":
            self._check_hidden("hidden[0]", hidden[0], expected)
            self._check_hidden("hidden[1]", hidden[1], expected)
        else:
            self._check_hidden("hidden", hidden, expected)

    def _check_input(self, input, packed):
        _check_variable(self, input)
        dims = 2 if packed else 3
        if input.dim() != dims:
            raise RuntimeError(f"input must have {dims} dimensions, got {input.dim()}")
        if input.size(-1) != self.input_size:
            raise RuntimeError(
                "input.size(-1) must be equal to input_size. Expected "
                f"{self.input_size}, got {input.size(-1)}"
            )

    @staticmethod
    def _check_hidden(name, hidden, expected):
        if tuple(hidden.size()) != expected:
            raise RuntimeError(
                f"Expected {name} size {expected}, got {tuple(hidden.size())}"
            )

    def forward(self, input, hx=None):
        """Run the layers over a batch of sequences.

        Parameters
        ----------
        input : Variable of shape (steps, batch, input_size), or PackedSequence
        hx : Variable of shape (num_layers * directions, batch, hidden_size), optional
            Initial state, for LSTM a pair of state and cell. Default: zeros.

        Returns
        -------
        output : Variable of shape (steps, batch, directions * hidden_size)
            State of the last layer at every step; a PackedSequence if `input` is one.
        hx : of the form of `hx`
            Last state.

        Raises
        ------
        RuntimeError
            If the sizes do not fit.
        """
        packed = isinstance(input, PackedSequence)
        input, batch_sizes = input if packed else (input, None)
        if hx is None:
            self._check_input(input, packed)
            hx = self._zeros(input, batch_sizes)
        else:
            self.check_forward_args(input, hx, batch_sizes)
        lstm = self.mode == "LSTM"
        hx, cx = hx if lstm else (hx, None)
        weights = [self._weight(name) for names in self._all_weights for name in names]
        output, *last = _rnn.layers(
            _rnn.MODES[self.mode],
            input,
            hx,
            cx,
            weights,
            self.num_layers,
            self.bidirectional,
            self.dropout,
            self.training,
            self.batch_first,
            batch_sizes,
        )
        if packed:
            output = PackedSequence(output, batch_sizes)
        return output, tuple(last) if lstm else last[0]

    def _weight(self, name):
        """A parameter, or what a user put in its place."""
        weight = self._parameters.get(name)  # faster than by attribute
        return getattr(self, name) if weight is None else weight

    def _zeros(self, input, batch_sizes):
        """The state that a sequence starts with."""
        if batch_sizes is None:
            batch = input.size(0 if self.batch_first else 1)
        else:
            batch = batch_sizes[0]
        layers = self.num_layers * (2 if self.bidirectional else 1)
        zeros = Variable(input.data.new(layers, batch, self.hidden_size).zero_())
        return (zeros, zeros) if self.mode == "LSTM" else zeros

    def __setstate__(self, state):
        state = dict(state)
        if state.get("proj_size"):
            raise RuntimeError(
                "layers with projections (proj_size) are not available, got "
                f"proj_size {state['proj_size']}"
            )
        for name in self._later_state:
            state.pop(name, None)
        names = state.pop("all_weights", None)  # as 0.1 called them
        if names is not None:
            state["_all_weights"] = names
        super().__setstate__(state)
        self.__dict__.setdefault("_data_ptrs", [])
        self.__dict__.setdefault("dropout_state", {})
        if not isinstance(self._all_weights[0][0], str):
            self._all_weights = self._weight_names()

    def __repr__(self):
        parts = [f"{self.input_size}, {self.hidden_size}"]
        if self.num_layers != 1:
            parts.append(f"num_layers={self.num_layers}")
        if self.bias is not True:
            parts.append(f"bias={self.bias}")
        if self.batch_first is not False:
            parts.append(f"batch_first={self.batch_first}")
        if self.dropout != 0:
            parts.append(f"dropout={self.dropout}")
        if self.bidirectional is not False:
            parts.append(f"bidirectional={self.bidirectional}")
        return f"{type(self).__name__}({', '.join(parts)})"


class RNN(RNNBase):
    r"""Plain recurrent layers (J. Elman, 1990).

    Parameters
    ----------
    input_size : int
        Features of each step.
    hidden_size : int
        Features of the state.
    num_layers : int, default: 1
        Layers on top of each other.
    nonlinearity : {'tanh', 'relu'}, default: 'tanh'
        By keyword only.
    bias : bool, default: True
        Whether there are learnable offsets.
    batch_first : bool, default: False
        Whether input and output are (batch, steps, features).
    dropout : float, default: 0
        Probability that an output of a layer, but the last, is zeroed in training.
    bidirectional : bool, default: False
        Whether each layer also reads from the last step to the first.

    Attributes
    ----------
    weight_ih_l0, weight_ih_l1, ... : Parameter of shape (hidden_size, features)
        Features are `input_size` in layer 0, then ``directions * hidden_size``;
        ``_reverse`` is appended for the reverse direction.
    weight_hh_l0, ... : Parameter of shape (hidden_size, hidden_size)
    bias_ih_l0, bias_hh_l0, ... : Parameter of shape (hidden_size)
        All start uniform in :math:`(-s, s)`, :math:`s = 1 / \sqrt{hidden\_size}`.

    Raises
    ------
    ValueError
        If the nonlinearity is another one, or a size is not positive.

    Notes
    -----
    .. math:: h_t = \tanh(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh})

    or the same with ReLU. Input (steps, batch, input_size) and state (num_layers *
    directions, batch, hidden_size) give output (steps, batch, directions *
    hidden_size) and the last state.

    Examples
    --------
    >>> layer = torch.nn.RNN(10, 20, 2)
    >>> x, h0 = Variable(torch.randn(5, 3, 10)), Variable(torch.randn(2, 3, 20))
    >>> output, hn = layer(x, h0)
    >>> output.size(), hn.size()
    (torch.Size([5, 3, 20]), torch.Size([2, 3, 20]))
    """

    def __init__(self, *args, **kwargs):
        nonlinearity = kwargs.pop("nonlinearity", "tanh")
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'")
        super().__init__(f"RNN_{nonlinearity.upper()}", *args, **kwargs)


class LSTM(RNNBase):
    r"""Layers of long short-term memory (S. Hochreiter, J. Schmidhuber, 1997).

    Parameters
    ----------
    input_size : int
        Features of each step.
    hidden_size : int
        Features of state and cell.
    num_layers : int, default: 1
        Layers on top of each other.
    bias : bool, default: True
        Whether there are learnable offsets.
    batch_first : bool, default: False
        Whether input and output are (batch, steps, features).
    dropout : float, default: 0
        Probability that an output of a layer, but the last, is zeroed in training.
    bidirectional : bool, default: False
        Whether each layer also reads from the last step to the first.

    Attributes
    ----------
    weight_ih_l0, weight_ih_l1, ... : Parameter of shape (4 * hidden_size, features)
        Rows of the gates i, f, g, o. Features are `input_size` in layer 0, then
        ``directions * hidden_size``; ``_reverse`` is appended for the reverse
        direction.
    weight_hh_l0, ... : Parameter of shape (4 * hidden_size, hidden_size)
    bias_ih_l0, bias_hh_l0, ... : Parameter of shape (4 * hidden_size)
        All start uniform in :math:`(-s, s)`, :math:`s = 1 / \sqrt{hidden\_size}`.

    Raises
    ------
    ValueError
        If a size is not positive.

    Notes
    -----
    .. math::

        i_t &= \sigma(W_{ii} x_t + b_{ii} + W_{hi} h_{t-1} + b_{hi}) \\
        f_t &= \sigma(W_{if} x_t + b_{if} + W_{hf} h_{t-1} + b_{hf}) \\
        g_t &= \tanh(W_{ig} x_t + b_{ig} + W_{hg} h_{t-1} + b_{hg}) \\
        o_t &= \sigma(W_{io} x_t + b_{io} + W_{ho} h_{t-1} + b_{ho}) \\
        c_t &= f_t c_{t-1} + i_t g_t \\
        h_t &= o_t \tanh(c_t)

    Input (steps, batch, input_size) and a pair of state and cell (num_layers *
    directions, batch, hidden_size) give output (steps, batch, directions *
    hidden_size) and the last pair.

    Examples
    --------
    >>> layer = torch.nn.LSTM(10, 20, 2)
    >>> x = Variable(torch.randn(5, 3, 10))
    >>> h0, c0 = Variable(torch.randn(2, 3, 20)), Variable(torch.randn(2, 3, 20))
    >>> output, (hn, cn) = layer(x, (h0, c0))
    >>> output.size(), cn.size()
    (torch.Size([5, 3, 20]), torch.Size([2, 3, 20]))
    """

    def __init__(self, *args, **kwargs):
        super().__init__("LSTM", *args, **kwargs)


class GRU(RNNBase):
    r"""Layers of gated recurrent units (K. Cho et al., 2014).

    Parameters
    ----------
    input_size : int
        Features of each step.
    hidden_size : int
        Features of the state.
    num_layers : int, default: 1
        Layers on top of each other.
    bias : bool, default: True
        Whether there are learnable offsets.
    batch_first : bool, default: False
        Whether input and output are (batch, steps, features).
    dropout : float, default: 0
        Probability that an output of a layer, but the last, is zeroed in training.
    bidirectional : bool, default: False
        Whether each layer also reads from the last step to the first.

    Attributes
    ----------
    weight_ih_l0, weight_ih_l1, ... : Parameter of shape (3 * hidden_size, features)
        Rows of the gates r, z, n. Features are `input_size` in layer 0, then
        ``directions * hidden_size``; ``_reverse`` is appended for the reverse
        direction.
    weight_hh_l0, ... : Parameter of shape (3 * hidden_size, hidden_size)
    bias_ih_l0, bias_hh_l0, ... : Parameter of shape (3 * hidden_size)
        All start uniform in :math:`(-s, s)`, :math:`s = 1 / \sqrt{hidden\_size}`.

    Raises
    ------
    ValueError
        If a size is not positive.

    Notes
    -----
    .. math::

        r_t &= \sigma(W_{ir} x_t + b_{ir} + W_{hr} h_{t-1} + b_{hr}) \\
        z_t &= \sigma(W_{iz} x_t + b_{iz} + W_{hz} h_{t-1} + b_{hz}) \\
        n_t &= \tanh(W_{in} x_t + b_{in} + r_t (W_{hn} h_{t-1} + b_{hn})) \\
        h_t &= (1 - z_t) n_t + z_t h_{t-1}

    Input (steps, batch, input_size) and state (num_layers * directions, batch,
    hidden_size) give output (steps, batch, directions * hidden_size) and the last
    state.

    Examples
    --------
    >>> layer = torch.nn.GRU(10, 20, 2)
    >>> x, h0 = Variable(torch.randn(5, 3, 10)), Variable(torch.randn(2, 3, 20))
    >>> output, hn = layer(x, h0)
    >>> output.size(), hn.size()
    (torch.Size([5, 3, 20]), torch.Size([2, 3, 20]))
    """

    def __init__(self, *args, **kwargs):
        super().__init__("GRU", *args, **kwargs)


class RNNCellBase(Module):
    """What the cells share: parameters for a number of gates, checks, printing."""

    def _make_parameters(self, gates, input_size, hidden_size, bias):
        _check_positive(input_size=input_size, hidden_size=hidden_size)
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        units = gates * hidden_size
        self.weight_ih = Parameter(torchlike.Tensor(units, input_size))
        self.weight_hh = Parameter(torchlike.Tensor(units, hidden_size))
        if bias:
            self.bias_ih = Parameter(torchlike.Tensor(units))
            self.bias_hh = Parameter(torchlike.Tensor(units))
        else:
            self.register_parameter("bias_ih", None)
            self.register_parameter("bias_hh", None)

    def reset_parameters(self):
        """Draw all parameters anew."""
        bound = 1.0 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            weight.data.uniform_(-bound, bound)

    def check_forward_input(self, input):
        """Raise RuntimeError unless the input has `input_size` features."""
        _check_variable(self, input)
        if input.dim() != 2:
            raise RuntimeError(f"input must have 2 dimensions, got {input.dim()}")
        if input.size(1) != self.input_size:
            raise RuntimeError(
                f"input has inconsistent input_size: got {input.size(1)}, expected "
                f"{self.input_size}"
            )

    def check_forward_hidden(self, input, hx, hidden_label=""):
        """Raise RuntimeError unless a state has the right size."""
        if hx.dim() != 2:
            raise RuntimeError(
                f"hidden{hidden_label} must have 2 dimensions, got {hx.dim()}"
            )
        if input.size(0) != hx.size(0):
            raise RuntimeError(
                f"Input batch size {input.size(0)} doesn't match hidden{hidden_label} "
                f"batch size {hx.size(0)}"
            )
        if hx.size(1) != self.hidden_size:
            raise RuntimeError(
                f"hidden{hidden_label} has inconsistent hidden_size: got "
                f"{hx.size(1)}, expected {self.hidden_size}"
            )

    def _weights(self):
        return self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh

    def __repr__(self):
        text = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        nonlinearity = getattr(self, "nonlinearity", "tanh")
        if nonlinearity != "tanh":
            text += f", nonlinearity={nonlinearity}"
        return f"{type(self).__name__}({text})"


class RNNCell(RNNCellBase):
    r"""One step of `RNN`.

    Parameters
    ----------
    input_size : int
        Features of the input.
    hidden_size : int
        Features of the state.
    bias : bool, default: True
        Whether there are learnable offsets.
    nonlinearity : {'tanh', 'relu'}, default: 'tanh'
        Another one raises RuntimeError when the cell is called.

    Attributes
    ----------
    weight_ih : Parameter of shape (hidden_size, input_size)
    weight_hh : Parameter of shape (hidden_size, hidden_size)
    bias_ih, bias_hh : Parameter of shape (hidden_size), or None
        All start uniform in :math:`(-s, s)`, :math:`s = 1 / \sqrt{hidden\_size}`.

    Notes
    -----
    .. math:: h' = \tanh(W_{ih} x + b_{ih} + W_{hh} h + b_{hh})

    or the same with ReLU, for an input (batch, input_size) and a state (batch,
    hidden_size).

    Examples
    --------
    >>> cell = torch.nn.RNNCell(10, 20)
    >>> steps, h = Variable(torch.randn(6, 3, 10)), Variable(torch.randn(3, 20))
    >>> for x in steps:
    ...     h = cell(x, h)
    >>> h.size()
    torch.Size([3, 20])
    """

    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh"):
        super().__init__()
        self._make_parameters(1, input_size, hidden_size, bias)
        self.nonlinearity = nonlinearity
        self.reset_parameters()

    def forward(self, input, hx):
        """Return the next state, (batch, hidden_size)."""
        self.check_forward_input(input)
        self.check_forward_hidden(input, hx)
        if self.nonlinearity == "tanh":
            cell = _functions.RNNTanhCell
        elif self.nonlinearity == "relu":
            cell = _functions.RNNReLUCell
        else:
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        return cell(input, hx, *self._weights())


class LSTMCell(RNNCellBase):
    r"""One step of `LSTM`.

    Parameters
    ----------
    input_size : int
        Features of the input.
    hidden_size : int
        Features of state and cell.
    bias : bool, default: True
        Whether there are learnable offsets.

    Attributes
    ----------
    weight_ih : Parameter of shape (4 * hidden_size, input_size)
        Rows of the gates i, f, g, o.
    weight_hh : Parameter of shape (4 * hidden_size, hidden_size)
    bias_ih, bias_hh : Parameter of shape (4 * hidden_size), or None
        All start uniform in :math:`(-s, s)`, :math:`s = 1 / \sqrt{hidden\_size}`.

    Notes
    -----
    .. math::

        i &= \sigma(W_{ii} x + b_{ii} + W_{hi} h + b_{hi}) \\
        f &= \sigma(W_{if} x + b_{if} + W_{hf} h + b_{hf}) \\
        g &= \tanh(W_{ig} x + b_{ig} + W_{hg} h + b_{hg}) \\
        o &= \sigma(W_{io} x + b_{io} + W_{ho} h + b_{ho}) \\
        c' &= f c + i g \\
        h' &= o \tanh(c')

    for an input (batch, input_size) and a pair of state and cell (batch,
    hidden_size).

    Examples
    --------
    >>> cell = torch.nn.LSTMCell(10, 20)
    >>> steps = Variable(torch.randn(6, 3, 10))
    >>> h, c = Variable(torch.randn(3, 20)), Variable(torch.randn(3, 20))
    >>> for x in steps:
    ...     h, c = cell(x, (h, c))
    >>> h.size()
    torch.Size([3, 20])
    """

    def __init__(self, input_size, hidden_size, bias=True):
        super().__init__()
        self._make_parameters(4, input_size, hidden_size, bias)
        self.reset_parameters()

    def forward(self, input, hx):
        """Return the next state and cell, (batch, hidden_size), for a pair `hx`."""
        h, c = hx
        self.check_forward_input(input)
        self.check_forward_hidden(input, h, "[0]")
        self.check_forward_hidden(input, c, "[1]")
        return _functions.LSTMCell(input, (h, c), *self._weights())


class GRUCell(RNNCellBase):
    r"""One step of `GRU`.

    Parameters
    ----------
    input_size : int
        Features of the input.
    hidden_size : int
        Features of the state.
    bias : bool, default: True
        Whether there are learnable offsets.

    Attributes
    ----------
    weight_ih : Parameter of shape (3 * hidden_size, input_size)
        Rows of the gates r, z, n.
    weight_hh : Parameter of shape (3 * hidden_size, hidden_size)
    bias_ih, bias_hh : Parameter of shape (3 * hidden_size), or None
        All start uniform in :math:`(-s, s)`, :math:`s = 1 / \sqrt{hidden\_size}`.

    Notes
    -----
    .. math::

        r &= \sigma(W_{ir} x + b_{ir} + W_{hr} h + b_{hr}) \\
        z &= \sigma(W_{iz} x + b_{iz} + W_{hz} h + b_{hz}) \\
        n &= \tanh(W_{in} x + b_{in} + r (W_{hn} h + b_{hn})) \\
        h' &= (1 - z) n + z h

    for an input (batch, input_size) and a state (batch, hidden_size).

    Examples
    --------
    >>> cell = torch.nn.GRUCell(10, 20)
    >>> steps, h = Variable(torch.randn(6, 3, 10)), Variable(torch.randn(3, 20))
    >>> for x in steps:
    ...     h = cell(x, h)
    >>> h.size()
    torch.Size([3, 20])
    """

    def __init__(self, input_size, hidden_size, bias=True):
        super().__init__()
        self._make_parameters(3, input_size, hidden_size, bias)
        self.reset_parameters()

    def forward(self, input, hx):
        """Return the next state, (batch, hidden_size)."""
        self.check_forward_input(input)
        self.check_forward_hidden(input, hx)
        return _functions.GRUCell(input, hx, *self._weights())
