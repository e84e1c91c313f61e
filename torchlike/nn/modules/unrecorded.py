"""Modules in a row where no graph is recorded: a layer and a ReLU after it are one.

Nobody can see what lies between the two, so the ReLU may work where the layer's result
is written: the convolution engine applies it to each piece of the result while that is
in the cache, and results of other layers are overwritten. The numbers are the same.
Rows of numbers are left alone: there it would save nothing.
"""

from torchlike._C import nn as _nn
from torchlike.autograd import Variable
from torchlike.nn import functional as F
from torchlike.nn.modules.activation import ReLU
from torchlike.nn.modules.batchnorm import BatchNorm1d, BatchNorm2d, BatchNorm3d
from torchlike.nn.modules.conv import (
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
)

__all__ = ["run_unrecorded"]

# Layers whose result is a new tensor, and what they ran when this was loaded: classes
# that somebody changed, or derived, run as they are.
_LAYERS = {
    kind: kind.forward
    for kind in (
        BatchNorm1d,
        BatchNorm2d,
        BatchNorm3d,
        Conv1d,
        Conv2d,
        Conv3d,
        ConvTranspose1d,
        ConvTranspose2d,
        ConvTranspose3d,
        ReLU,
    )
}


def _is_plain(module):
    """Whether a call runs the `forward` that we know, and nothing else."""
    kind = type(module)
    return (
        kind in _LAYERS
        and kind.forward is _LAYERS[kind]
        and "forward" not in module.__dict__
        and not module._forward_hooks
        and not module._forward_pre_hooks
        and not module._backward_hooks
    )


def run_unrecorded(modules, input):
    """Pass a volatile Variable through modules.

    Parameters
    ----------
    modules : iterable of Module
    input : Variable

    Returns
    -------
    Variable
        Or whatever the last module returns.
    """
    waiting = None  # a layer that the next module may be put into
    for module in modules:
        plain = _is_plain(module)
        if plain and type(module) is ReLU and waiting is not None:
            input, waiting = _with_relu(waiting, input), None
            continue
        if waiting is not None:
            input, waiting = waiting(input), None
        if plain and type(module) is not ReLU:
            waiting = module
        else:
            input = module(input)
    return input if waiting is None else waiting(input)


def _with_relu(layer, input):
    if type(layer) is not Conv2d or type(input) is not Variable or input.dim() != 4:
        return F.relu(layer(input), inplace=True)
    return _nn.conv2d_relu(
        input,
        layer.weight,
        layer.bias,
        *layer.stride,
        *layer.padding,
        *layer.dilation,
        layer.groups,
    )
