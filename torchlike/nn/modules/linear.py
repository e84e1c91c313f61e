"""Affine maps."""

import math

import torchlike
from torchlike.nn import functional as F
from torchlike.nn.modules.module import Module
from torchlike.nn.parameter import Parameter

__all__ = ["Bilinear", "Linear"]


class Linear(Module):
    r"""An affine map of the last dimension.

    Parameters
    ----------
    in_features : int
        Size of each input row.
    out_features : int
        Size of each output row.
    bias : bool, default: True
        Whether a learnable offset is added.

    Attributes
    ----------
    weight : Parameter of shape (out_features, in_features)
    bias : Parameter of shape (out_features), or None
        Both start uniform in :math:`(-s, s)`, :math:`s = 1 / \sqrt{in\_features}`.

    Notes
    -----
    .. math:: y = x W^T + b

    for an input (N, *, in_features); the output is (N, *, out_features).

    Examples
    --------
    >>> layer = torch.nn.Linear(20, 30)
    >>> layer(Variable(torch.randn(128, 20))).size()
    torch.Size([128, 30])
    """

    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(torchlike.Tensor(out_features, in_features))
        if bias:
            self.bias = Parameter(torchlike.Tensor(out_features))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw weight and bias anew."""
        bound = 1.0 / math.sqrt(self.weight.size(1))
        self.weight.data.uniform_(-bound, bound)
        if self.bias is not None:
            self.bias.data.uniform_(-bound, bound)

    def forward(self, input):
        """Apply the map to an input of shape (N, *, in_features)."""
        return F.linear(input, self.weight, self.bias)

    def __repr__(self):
        return (
            f"{type(self).__name__}(in_features={self.in_features}, "
            f"out_features={self.out_features})"
        )


class Bilinear(Module):
    r"""A product of two inputs for each output.

    Parameters
    ----------
    in1_features, in2_features : int
        Sizes of the inputs.
    out_features : int
        Size of the output.
    bias : bool, default: True
        Whether a number is added to each output.

    Attributes
    ----------
    weight : Parameter of shape (out_features, in1_features, in2_features)
    bias : Parameter of shape (out_features), or None

    Notes
    -----
    .. math:: y_k = x_1 A_k x_2 + b_k

    Examples
    --------
    >>> layer = torch.nn.Bilinear(20, 30, 40)
    >>> layer(Variable(torch.randn(8, 20)), Variable(torch.randn(8, 30))).size()
    torch.Size([8, 40])
    """

    def __init__(self, in1_features, in2_features, out_features, bias=True):
        super().__init__()
        self.in1_features = in1_features
        self.in2_features = in2_features
        self.out_features = out_features
        self.weight = Parameter(
            torchlike.Tensor(out_features, in1_features, in2_features)
        )
        if bias:
            self.bias = Parameter(torchlike.Tensor(out_features))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw weight and bias anew, uniform in +-1 / sqrt(in1_features)."""
        bound = 1.0 / math.sqrt(self.in1_features)
        self.weight.data.uniform_(-bound, bound)
        if self.bias is not None:
            self.bias.data.uniform_(-bound, bound)

    def forward(self, input1, input2):
        """Combine inputs of shape (N, in1_features) and (N, in2_features)."""
        return F.bilinear(input1, input2, self.weight, self.bias)

    def __repr__(self):
        return (
            f"{type(self).__name__}(in1_features={self.in1_features}, "
            f"in2_features={self.in2_features}, out_features={self.out_features})"
        )
