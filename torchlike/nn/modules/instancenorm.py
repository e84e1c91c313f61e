"""Normalisation of each sample on its own."""

import torchlike
from torchlike.nn import functional as F
from torchlike.nn.modules.batchnorm import _BatchNorm

__all__ = ["InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"]


class _InstanceNorm(_BatchNorm):
    """The call common to all dimensions."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=False):
        super().__init__(num_features, eps, momentum, affine)
        self._use_running_stats = False

    def __setstate__(self, state):
        super().__setstate__(state)
        # later versions have statistics only where they are used
        used = self.__dict__.get("track_running_stats", False)
        self.__dict__.setdefault("_use_running_stats", used)
        if self.running_mean is None:
            self.running_mean = torchlike.zeros(self.num_features)
            self.running_var = torchlike.ones(self.num_features)

    def forward(self, input):
        """Normalise; update the running statistics while training."""
        self._check_input_dim(input)
        if input.size(1) != self.num_features:
            raise ValueError(
                f"got {input.size(1)}-feature tensor, expected {self.num_features}"
            )
        return F.instance_norm(
            input,
            self.weight,
            self.bias,
            self.running_mean,
            self.running_var,
            self.training or not self._use_running_stats,
            self.momentum,
            self.eps,
            self.affine,
        )

    def use_running_stats(self, mode=True):
        """Choose whether evaluation mode uses the running statistics.

        Parameters
        ----------
        mode : bool, default: True
            At first it is off: each sample has its own statistics.
        """
        self._use_running_stats = mode


class InstanceNorm1d(_InstanceNorm):
    r"""Normalises each channel of each sample.

    Parameters
    ----------
    num_features : int
        C of an input of shape (N, C, L).
    eps : float, default: 1e-5
        Added to the variance.
    momentum : float, default: 0.1
        Weight of the new batch in the running mean and variance.
    affine : bool, default: False
        Whether weight and bias are learnt.

    Raises
    ------
    ValueError
        If the input is not 3-D.

    Notes
    -----
    .. math:: y = \frac{x - E[x]}{\sqrt{Var[x] + \epsilon}} \gamma + \beta

    with mean and biased variance over (L). They stay those of
    the sample in evaluation mode, unless `use_running_stats` was called.

    References
    ----------
    D. Ulyanov et al., "Instance Normalization", 2016.

    Examples
    --------
    >>> layer = torch.nn.InstanceNorm1d(3)
    >>> layer(Variable(torch.randn(2, 3, 5))).size()
    torch.Size([2, 3, 5])
    """

    def _check_input_dim(self, input):
        if input.dim() != 3:
            raise ValueError(f"expected 3D input (got {input.dim()}D input)")


class InstanceNorm2d(_InstanceNorm):
    r"""Normalises each channel of each sample.

    Parameters
    ----------
    num_features : int
        C of an input of shape (N, C, H, W).
    eps : float, default: 1e-5
        Added to the variance.
    momentum : float, default: 0.1
        Weight of the new batch in the running mean and variance.
    affine : bool, default: False
        Whether weight and bias are learnt.

    Raises
    ------
    ValueError
        If the input is not 4-D.

    Notes
    -----
    .. math:: y = \frac{x - E[x]}{\sqrt{Var[x] + \epsilon}} \gamma + \beta

    with mean and biased variance over (H, W). They stay those of
    the sample in evaluation mode, unless `use_running_stats` was called.

    References
    ----------
    D. Ulyanov et al., "Instance Normalization", 2016.

    Examples
    --------
    >>> layer = torch.nn.InstanceNorm2d(3)
    >>> layer(Variable(torch.randn(2, 3, 5, 4))).size()
    torch.Size([2, 3, 5, 4])
    """

    def _check_input_dim(self, input):
        if input.dim() != 4:
            raise ValueError(f"expected 4D input (got {input.dim()}D input)")


class InstanceNorm3d(_InstanceNorm):
    r"""Normalises each channel of each sample.

    Parameters
    ----------
    num_features : int
        C of an input of shape (N, C, T, H, W).
    eps : float, default: 1e-5
        Added to the variance.
    momentum : float, default: 0.1
        Weight of the new batch in the running mean and variance.
    affine : bool, default: False
        Whether weight and bias are learnt.

    Raises
    ------
    ValueError
        If the input is not 5-D.

    Notes
    -----
    .. math:: y = \frac{x - E[x]}{\sqrt{Var[x] + \epsilon}} \gamma + \beta

    with mean and biased variance over (T, H, W). They stay those of
    the sample in evaluation mode, unless `use_running_stats` was called.

    References
    ----------
    D. Ulyanov et al., "Instance Normalization", 2016.

    Examples
    --------
    >>> layer = torch.nn.InstanceNorm3d(3)
    >>> layer(Variable(torch.randn(2, 3, 5, 4, 2))).size()
    torch.Size([2, 3, 5, 4, 2])
    """

    def _check_input_dim(self, input):
        if input.dim() != 5:
            raise ValueError(f"expected 5D input (got {input.dim()}D input)")
