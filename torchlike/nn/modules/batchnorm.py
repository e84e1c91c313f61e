"""Batch normalisation."""

import torchlike
from torchlike.nn import functional as F
from torchlike.nn.modules.module import Module
from torchlike.nn.parameter import Parameter

__all__ = ["BatchNorm1d", "BatchNorm2d", "BatchNorm3d"]


class _BatchNorm(Module):
    """Parameters, running statistics and the call common to all dimensions."""

    _later_keys = ("num_batches_tracked",)

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True):
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        if affine:
            self.weight = Parameter(torchlike.Tensor(num_features))
            self.bias = Parameter(torchlike.Tensor(num_features))
        else:
            self.register_parameter("weight", None)
            self.register_parameter("bias", None)
        self.register_buffer("running_mean", torchlike.zeros(num_features))
        self.register_buffer("running_var", torchlike.ones(num_features))
        self.reset_parameters()

    def reset_parameters(self):
        """Forget the statistics; draw weight from U(0, 1) and set bias to 0."""
        self.running_mean.zero_()
        self.running_var.fill_(1)
        if self.affine:
            self.weight.data.uniform_()
            self.bias.data.zero_()

    def _check_input_dim(self, input):
        """Raise ValueError unless `input` has the right number of dimensions."""
        raise NotImplementedError

    def forward(self, input):
        """Normalise; update the running statistics while training."""
        self._check_input_dim(input)
        return F.batch_norm(
            input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training,
            self.momentum,
            self.eps,
        )

    def __repr__(self):
        return (
            f"{type(self).__name__}({self.num_features}, eps={self.eps}, "
            f"momentum={self.momentum}, affine={self.affine})"
        )


class BatchNorm1d(_BatchNorm):
    r"""Normalises each feature over the batch.

    Parameters
    ----------
    num_features : int
        C of an input of shape (N, C) or (N, C, L).
    eps : float, default: 1e-5
        Added to the variance.
    momentum : float, default: 0.1
        Weight of the new batch in the running mean and variance.
    affine : bool, default: True
        Whether weight and bias are learnt.

    Attributes
    ----------
    weight, bias : Parameter of shape (num_features), or None
    running_mean, running_var : Tensor of shape (num_features)
        Used in evaluation mode.

    Raises
    ------
    ValueError
        If the input is neither 2-D nor 3-D, or has one value per channel in training.

    Notes
    -----
    .. math:: y = \frac{x - E[x]}{\sqrt{Var[x] + \epsilon}} \gamma + \beta

    with the biased variance; the running variance keeps the unbiased one.

    References
    ----------
    S. Ioffe, C. Szegedy, "Batch Normalization", 2015.

    Examples
    --------
    >>> layer = torch.nn.BatchNorm1d(100)
    >>> layer(Variable(torch.randn(20, 100))).size()
    torch.Size([20, 100])
    """

    def _check_input_dim(self, input):
        if input.dim() not in (2, 3):
            raise ValueError(f"expected 2D or 3D input (got {input.dim()}D input)")


class BatchNorm2d(_BatchNorm):
    r"""Normalises each plane over batch and pixels: `BatchNorm1d` for (N, C, H, W).

    Parameters
    ----------
    num_features : int
        C of an input of shape (N, C, H, W).
    eps : float, default: 1e-5
        Added to the variance.
    momentum : float, default: 0.1
        Weight of the new batch in the running mean and variance.
    affine : bool, default: True
        Whether weight and bias are learnt.

    Raises
    ------
    ValueError
        If the input is not 4-D, or has one value per channel in training.

    Examples
    --------
    >>> layer = torch.nn.BatchNorm2d(100)
    >>> layer(Variable(torch.randn(20, 100, 35, 45))).size()
    torch.Size([20, 100, 35, 45])
    """

    def _check_input_dim(self, input):
        if input.dim() != 4:
            raise ValueError(f"expected 4D input (got {input.dim()}D input)")


class BatchNorm3d(_BatchNorm):
    r"""Normalises each volume: `BatchNorm1d` for (N, C, T, H, W).

    Parameters
    ----------
    num_features : int
        C of an input of shape (N, C, T, H, W).
    eps : float, default: 1e-5
        Added to the variance.
    momentum : float, default: 0.1
        Weight of the new batch in the running mean and variance.
    affine : bool, default: True
        Whether weight and bias are learnt.

    Raises
    ------
    ValueError
        If the input is not 5-D, or has one value per channel in training.

    Examples
    --------
    >>> layer = torch.nn.BatchNorm3d(100)
    >>> layer(Variable(torch.randn(2, 100, 3, 5, 4))).size()
    torch.Size([2, 100, 3, 5, 4])
    """

    def _check_input_dim(self, input):
        if input.dim() != 5:
            raise ValueError(f"expected 5D input (got {input.dim()}D input)")
