"""Stochastic gradient descent."""

from torchlike._C import optim as _kernels
from torchlike.optim.optimizer import (
    Optimizer,
    _check_not_negative,
    _gradients,
    required,
)

__all__ = ["SGD"]


class SGD(Optimizer):
    r"""Stochastic gradient descent, optionally with momentum.

    Parameters
    ----------
    params : iterable of Variable, or of dict
        What to optimise; see `Optimizer`.
    lr : float
        Learning rate.
    momentum : float, default: 0
    dampening : float, default: 0
        Part of a new gradient that does not enter the momentum.
    weight_decay : float, default: 0
        Factor of the L2 penalty.
    nesterov : bool, default: False
        Nesterov's momentum; needs a momentum and no dampening.

    Raises
    ------
    ValueError
        If a number is negative, `lr` is missing or `nesterov` does not fit.

    Notes
    -----
    With d = gradient + weight_decay * p, in the first step v = d, and then

    .. math:: v = \mu v + (1 - \tau) d, \quad p = p - lr \cdot v

    where Nesterov's variant uses d + mu * v in place of v.

    References
    ----------
    I. Sutskever et al., "On the importance of initialization and momentum in deep
    learning", 2013.

    Examples
    --------
    >>> model = torch.nn.Linear(2, 1)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    >>> optimizer.zero_grad()
    >>> model(Variable(torch.ones(1, 2))).sum().backward()
    >>> optimizer.step()
    """

    def __init__(
        self,
        params,
        lr=required,
        momentum=0,
        dampening=0,
        weight_decay=0,
        nesterov=False,
    ):
        _check_not_negative(lr=lr, momentum=momentum, weight_decay=weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError(
                "Nesterov momentum requires a momentum and zero dampening, "
                f"got {momentum} and {dampening}"
            )
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
        }
        super().__init__(params, defaults)

    def __setstate__(self, state):
        super().__setstate__(state)
        for group in self.param_groups:
            group.setdefault("nesterov", False)

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
            momentum = group["momentum"]
            params, datas, grads = _gradients(group)
            if not datas:
                continue
            buffers, first = None, [False] * len(datas)
            if momentum:
                states = [self.state[param] for param in params]
                first = ["momentum_buffer" not in state for state in states]
                buffers = [
                    data.clone() if new else state["momentum_buffer"]
                    for data, state, new in zip(datas, states, first)
                ]
            _kernels.sgd_step(
                datas,
                grads,
                buffers,
                group["lr"],
                momentum,
                group["dampening"],
                group["weight_decay"],
                group["nesterov"],
                first,
            )
            if momentum:
                for state, buffer in zip(states, buffers):
                    state["momentum_buffer"] = buffer
        return loss
