"""RMSprop."""

from torchlike._C import optim as _kernels
from torchlike.optim.optimizer import (
    Optimizer,
    _check_not_negative,
    _column,
    _gradients,
    _set_steps,
    _states,
)

__all__ = ["RMSprop"]


class RMSprop(Optimizer):
    r"""Gradient descent with gradients divided by their running root mean square.

    Parameters
    ----------
    params : iterable of Variable, or of dict
        What to optimise; see `Optimizer`.
    lr : float, default: 1e-2
        Learning rate.
    alpha : float in [0, 1], default: 0.99
        Decay of the running mean of the squared gradient.
    eps : float, default: 1e-8
        Added to the denominator.
    weight_decay : float, default: 0
        Factor of the L2 penalty.
    momentum : float, default: 0
    centered : bool, default: False
        Whether the gradients are divided by their standard deviation instead.

    Raises
    ------
    ValueError
        If a number is negative or `alpha` above 1.

    Notes
    -----
    With the gradient g, including the penalty,

    .. math::
        v = \alpha v + (1 - \alpha) g^2, \quad
        b = \mu b + \frac{g}{\sqrt{v} + \epsilon}, \quad
        p = p - lr \cdot b

    where the centred variant subtracts from v the square of the running mean of g.

    References
    ----------
    G. Hinton, "Neural Networks for Machine Learning", lecture 6e, 2012.
    A. Graves, "Generating Sequences With Recurrent Neural Networks", 2013, equation 40.

    Examples
    --------
    >>> model = torch.nn.Linear(2, 1)
    >>> optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-2)
    >>> optimizer.zero_grad()
    >>> model(Variable(torch.ones(1, 2))).sum().backward()
    >>> optimizer.step()
    """

    def __init__(
        self,
        params,
        lr=1e-2,
        alpha=0.99,
        eps=1e-8,
        weight_decay=0,
        momentum=0,
        centered=False,
    ):
        _check_not_negative(
            lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum
        )
        if alpha > 1:
            raise ValueError(f"Invalid alpha value: {alpha}, expected at most 1")
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
        }
        super().__init__(params, defaults)

    def __setstate__(self, state):
        super().__setstate__(state)
        for group in self.param_groups:
            group.setdefault("momentum", 0)
            group.setdefault("centered", False)

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
            names = ["square_avg"]
            if group["momentum"] > 0:
                names.append("momentum_buffer")
            if group["centered"]:
                names.append("grad_avg")
            states = _states(self, params, datas, *names)
            _kernels.rmsprop_step(
                datas,
                grads,
                _column(states, "square_avg"),
                _column(states, "grad_avg") if group["centered"] else None,
                _column(states, "momentum_buffer") if group["momentum"] > 0 else None,
                group["lr"],
                group["alpha"],
                group["eps"],
                group["weight_decay"],
                group["momentum"],
            )
            _set_steps(states, [state["step"] + 1 for state in states])
        return loss
