"""The backend of all layers: what 0.3 called the function classes of THNN.

Modules here call `torch.nn.functional`; code of 2017 asks ``backend.Dropout`` and the
like. A name leads to an object whose `apply` is the function; the recurrent cells are
functions.
"""

from torchlike.nn import functional as F
from torchlike.nn._functions import rnn as _rnn
from torchlike.nn.backends.backend import FunctionBackend

__all__ = ["THNNFunctionBackend", "backend"]


class THNNFunctionBackend(FunctionBackend):
    """All layer functions; pickles as a reference to the one object."""

    def __reduce__(self):
        return _get_thnn_function_backend, ()

    def __deepcopy__(self, memo):
        memo[id(self)] = self
        return self

    def __copy__(self):
        return self


class _Applied:
    """A function that is called by `apply`, as a Function class is."""

    def __init__(self, name, function):
        self.name = name
        self.apply = function

    def __repr__(self):
        return f"<function class {self.name} of the THNN backend>"


_NAMES = {
    "Dropout": F.dropout,
    "EmbeddingBag": F.embedding_bag,
    "GatedLinear": F.glu,
    "Hardshrink": F.hardshrink,
    "Hardtanh": F.hardtanh,
    "L1Loss": F.l1_loss,
    "LeakyReLU": F.leaky_relu,
    "Linear": F.linear,
    "LogSigmoid": F.logsigmoid,
    "MSELoss": F.mse_loss,
    "NLLLoss": F.nll_loss,
    "PReLU": F.prelu,
    "RReLU": F.rrelu,
    "SELU": F.selu,
    "ELU": F.elu,
    "SmoothL1Loss": F.smooth_l1_loss,
    "SoftMarginLoss": F.soft_margin_loss,
    "Softplus": F.softplus,
    "Softshrink": F.softshrink,
    "Threshold": F.threshold,
}

backend = THNNFunctionBackend()
for _name, _function in _NAMES.items():
    backend.register_function(_name, _Applied(_name, _function))
for _name in ("RNN", "RNNReLUCell", "RNNTanhCell", "LSTMCell", "GRUCell"):
    backend.register_function(_name, getattr(_rnn, _name))  # plain functions in 0.3


def _get_thnn_function_backend():
    return backend
