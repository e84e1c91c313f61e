"""Adadelta."""

from torchlike._C import optim as _kernels
from torchlike.optim.optimizer import (
    Optimizer,
    _check_not_negative,
    _column,
    _gradients,
    _set_steps,
    _states,
)

__all__ = ["Adadelta"]


class Adadelta(Optimizer):
    r"""Gradient descent that derives its step sizes from its previous steps.

    Parameters
    ----------
    params : iterable of Variable, or of dict
        What to optimise; see `Optimizer`.
    lr : float, default: 1.0
        Factor of each step.
    rho : float in [0, 1], default: 0.9
        Decay of the running means of squared gradients and steps.
    eps : float, default: 1e-6
        Added to the means.
    weight_decay : float, default: 0
        Factor of the L2 penalty.

    Raises
    ------
    ValueError
        If a number is negative or `rho` above 1.

    Notes
    -----
    With the gradient g, including the penalty,

    .. math::
        v = \rho v + (1 - \rho) g^2, \quad
        \Delta = \sqrt{\frac{u + \epsilon}{v + \epsilon}} \, g, \quad
        u = \rho u + (1 - \rho) \Delta^2, \quad
        p = p - lr \cdot \Delta

    References
    ----------
    M. Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012, algorithm 1.

    Examples
    --------
    >>> model = torch.nn.Linear(2, 1)
    >>> optimizer = torch.optim.Adadelta(model.parameters(), rho=0.9)
    >>> optimizer.zero_grad()
    >>> model(Variable(torch.ones(1, 2))).sum().backward()
    >>> optimizer.step()
    """

    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
        _check_not_negative(lr=lr, rho=rho, eps=eps, weight_decay=weight_decay)
        if rho > 1:
            raise ValueError(f"Invalid rho value: {rho}, expected at most 1")
        defaults = {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay}
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
            states = _states(self, params, datas, "square_avg", "acc_delta")
            _kernels.adadelta_step(
                datas,
                grads,
                _column(states, "square_avg"),
                _column(states, "acc_delta"),
                group["lr"],
                group["rho"],
                group["eps"],
                group["weight_decay"],
            )
            _set_steps(states, [state["step"] + 1 for state in states])
        return loss
