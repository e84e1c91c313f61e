"""Adam for sparse gradients."""

from torchlike.optim.optimizer import (
    Optimizer,
    _check_betas,
    _check_not_negative,
    _gradients,
)

__all__ = ["SparseAdam"]


class SparseAdam(Optimizer):
    """Adam that changes only the rows that a sparse gradient has.

    Gradients are dense in this version, so that every step with a gradient fails.

    Parameters
    ----------
    params : iterable of Variable, or of dict
        What to optimise; see `Optimizer`.
    lr : float, default: 1e-3
        Learning rate.
    betas : (float, float) in [0, 1), default: (0.9, 0.999)
        Decay of the running means of the gradient and of its square.
    eps : float, default: 1e-8
        Added to the denominator.

    Raises
    ------
    ValueError
        If a number is negative or a beta is not in [0, 1).

    Examples
    --------
    >>> table = torch.nn.Parameter(torch.ones(3, 2))
    >>> torch.optim.SparseAdam([table]).param_groups[0]['lr']
    0.001
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        _check_not_negative(lr=lr, eps=eps)
        _check_betas(betas)
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps})

    def step(self, closure=None):
        """Change the parameters once.

        Parameters
        ----------
        closure : callable, optional
            Computes the loss anew and returns it.

        Returns
        -------
        What `closure` returned, or None

        Raises
        ------
        RuntimeError
            If a parameter has a dense gradient.
        """
        loss = None if closure is None else closure()
        for group in self.param_groups:
            if _gradients(group)[0]:
                raise RuntimeError(
                    "SparseAdam does not support dense gradients, please consider Adam "
                    "instead"
                )
        return loss
