"""Adagrad."""

from torchlike._C import optim as _kernels
from torchlike.optim.optimizer import (
    Optimizer,
    _check_not_negative,
    _column,
    _gradients,
    _set_steps,
    _states,
)

__all__ = ["Adagrad"]


class Adagrad(Optimizer):
    r"""Gradient descent with gradients divided by the root of their summed squares.

    Parameters
    ----------
    params : iterable of Variable, or of dict
        What to optimise; see `Optimizer`.
    lr : float, default: 1e-2
        Learning rate.
    lr_decay : float, default: 0
        How fast the learning rate falls.
    weight_decay : float, default: 0
        Factor of the L2 penalty.

    Raises
    ------
    ValueError
        If a number is negative.

    Notes
    -----
    With the gradient g, including the penalty, in step t = 1, 2, ...

    .. math::
        s = s + g^2, \quad
        p = p - \frac{lr}{1 + (t - 1) \, lr\_decay}
            \frac{g}{\sqrt{s} + 10^{-10}}

    References
    ----------
    J. Duchi, E. Hazan, Y. Singer, "Adaptive Subgradient Methods for Online Learning and
    Stochastic Optimization", 2011.

    Examples
    --------
    >>> model = torch.nn.Linear(2, 1)
    >>> optimizer = torch.optim.Adagrad(model.parameters(), lr=1e-2)
    >>> optimizer.zero_grad()
    >>> model(Variable(torch.ones(1, 2))).sum().backward()
    >>> optimizer.step()
    """

    def __init__(self, params, lr=1e-2, lr_decay=0, weight_decay=0):
        _check_not_negative(lr=lr, lr_decay=lr_decay, weight_decay=weight_decay)
        defaults = {"lr": lr, "lr_decay": lr_decay, "weight_decay": weight_decay}
        super().__init__(params, defaults)
        for group in self.param_groups:
            params = group["params"]
            _states(self, params, [param.data for param in params], "sum")

    def share_memory(self):
        """Move the sums to shared memory, for training in several processes."""
        for state in self.state.values():
            state["sum"].share_memory_()

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
            If a gradient's size is not its parameter's.
        """
        loss = None if closure is None else closure()
        for group in self.param_groups:
            params, datas, grads = _gradients(group)
            if not datas:
                continue
            states = _states(self, params, datas, "sum")
            steps = [state["step"] + 1 for state in states]
            _kernels.adagrad_step(
                datas,
                grads,
                _column(states, "sum"),
                steps,
                group["lr"],
                group["lr_decay"],
                group["weight_decay"],
            )
            _set_steps(states, steps)
        return loss
