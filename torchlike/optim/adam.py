"""Adam."""

from torchlike._C import optim as _kernels
from torchlike.optim.optimizer import (
    Optimizer,
    _check_betas,
    _check_not_negative,
    _column,
    _gradients,
    _set_steps,
    _states,
)

__all__ = ["Adam"]


class Adam(Optimizer):
    r"""Gradient descent with adaptive estimates of the first two moments.

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
    weight_decay : float, default: 0
        Factor of the L2 penalty.

    Raises
    ------
    ValueError
        If a number is negative or a beta is not in [0, 1).

    Notes
    -----
    .. math::
        m = \beta_1 m + (1 - \beta_1) g, \quad
        v = \beta_2 v + (1 - \beta_2) g^2, \quad
        p = p - lr \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}
            \frac{m}{\sqrt{v} + \epsilon}

    References
    ----------
    D. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization", 2014.

    Examples
    --------
    >>> model = torch.nn.Linear(2, 1)
    >>> optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    >>> optimizer.zero_grad()
    >>> model(Variable(torch.ones(1, 2))).sum().backward()
    >>> optimizer.step()
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0):
        _check_not_negative(lr=lr, eps=eps, weight_decay=weight_decay)
        _check_betas(betas)
        defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, defaults)

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
            states = _states(self, params, datas, "exp_avg", "exp_avg_sq")
            steps = [state["step"] + 1 for state in states]
            beta1, beta2 = group["betas"]
            _kernels.adam_step(
                datas,
                grads,
                _column(states, "exp_avg"),
                _column(states, "exp_avg_sq"),
                steps,
                group["lr"],
                beta1,
                beta2,
                group["eps"],
                group["weight_decay"],
            )
            _set_steps(states, steps)
        return loss
