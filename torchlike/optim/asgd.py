"""Averaged stochastic gradient descent."""

from torchlike.optim.optimizer import (
    Optimizer,
    _check_not_negative,
    _gradients,
)

__all__ = ["ASGD"]


class ASGD(Optimizer):
    r"""Stochastic gradient descent that also averages the parameters it passes.

    The average is ``optimizer.state[parameter]['ax']``.

    Parameters
    ----------
    params : iterable of Variable, or of dict
        What to optimise; see `Optimizer`.
    lr : float, default: 1e-2
        Learning rate at the beginning.
    lambd : float, default: 1e-4
        How fast the parameters and the learning rate decay.
    alpha : float, default: 0.75
        Power in the decay of the learning rate.
    t0 : float, default: 1e6
        Step at which averaging begins.
    weight_decay : float, default: 0
        Factor of the L2 penalty.

    Raises
    ------
    ValueError
        If `lr` or `weight_decay` is negative.

    Notes
    -----
    With the gradient g, including the penalty, in step t = 1, 2, ...

    .. math::
        p = (1 - \lambda \eta) p - \eta g, \quad
        a = a + \mu (p - a), \quad
        \eta = \frac{lr}{(1 + \lambda \, lr \, t)^\alpha}, \quad
        \mu = \frac{1}{\max(1, t - t_0)}

    References
    ----------
    B. Polyak, A. Juditsky, "Acceleration of Stochastic Approximation by Averaging",
    1992.
    L. Bottou, "Stochastic Gradient Descent Tricks", 2012, section 5.4.

    Examples
    --------
    >>> model = torch.nn.Linear(2, 1)
    >>> optimizer = torch.optim.ASGD(model.parameters(), lr=1e-2)
    >>> optimizer.zero_grad()
    >>> model(Variable(torch.ones(1, 2))).sum().backward()
    >>> optimizer.step()
    """

    def __init__(self, params, lr=1e-2, lambd=1e-4, alpha=0.75, t0=1e6, weight_decay=0):
        _check_not_negative(lr=lr, weight_decay=weight_decay)
        defaults = {
            "lr": lr,
            "lambd": lambd,
            "alpha": alpha,
            "t0": t0,
            "weight_decay": weight_decay,
        }
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
            lr, lambd = group["lr"], group["lambd"]
            for param, data, grad in zip(params, datas, grads):
                state = self.state[param]
                if not state:
                    state.update(step=0, eta=lr, mu=1, ax=data.clone().zero_())
                if group["weight_decay"]:
                    grad = grad + data * group["weight_decay"]
                data.mul_(1 - lambd * state["eta"]).add_(-state["eta"], grad)
                average = state["ax"]
                if state["mu"] == 1:
                    average.copy_(data)
                else:
                    average.add_((data - average).mul_(state["mu"]))
                state["step"] += 1
                step = state["step"]
                state["eta"] = lr / (1 + lambd * lr * step) ** group["alpha"]
                state["mu"] = 1 / max(1, step - group["t0"])
        return loss
