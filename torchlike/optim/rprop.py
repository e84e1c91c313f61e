"""Resilient backpropagation."""

from torchlike.optim.optimizer import (
    Optimizer,
    _check_not_negative,
    _gradients,
)

__all__ = ["Rprop"]


class Rprop(Optimizer):
    """Gradient descent by the signs of the gradient, with a step size for each element.

    Parameters
    ----------
    params : iterable of Variable, or of dict
        What to optimise; see `Optimizer`.
    lr : float, default: 1e-2
        Step size at the beginning.
    etas : (float, float), default: (0.5, 1.2)
        Factors of a step size where the sign of the gradient changed and where not.
    step_sizes : (float, float), default: (1e-6, 50)
        Smallest and largest step size.

    Raises
    ------
    ValueError
        If `lr` is negative or not 0 < etas[0] < 1 < etas[1].

    Notes
    -----
    Where the sign of the gradient changed an element stays as it is, and its next
    gradient counts as the first one.

    References
    ----------
    M. Riedmiller, H. Braun, "A Direct Adaptive Method for Faster Backpropagation
    Learning: The RPROP Algorithm", 1993.

    Examples
    --------
    >>> model = torch.nn.Linear(2, 1)
    >>> optimizer = torch.optim.Rprop(model.parameters(), lr=1e-2)
    >>> optimizer.zero_grad()
    >>> model(Variable(torch.ones(1, 2))).sum().backward()
    >>> optimizer.step()
    """

    def __init__(self, params, lr=1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50)):
        _check_not_negative(lr=lr)
        if not 0 < etas[0] < 1 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        defaults = {"lr": lr, "etas": etas, "step_sizes": step_sizes}
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
            shrink, grow = group["etas"]
            smallest, largest = group["step_sizes"]
            for param, data, grad in zip(params, datas, grads):
                state = self.state[param]
                if not state:
                    state["step"] = 0
                    state["prev"] = data.clone().zero_()
                    state["step_size"] = data.clone().fill_(group["lr"])
                product = grad * state["prev"]
                changed = product.lt(0)
                sizes = state["step_size"]
                factor = data.clone().fill_(1)
                factor.masked_fill_(changed, shrink)
                factor.masked_fill_(product.gt(0), grow)
                sizes.mul_(factor).clamp_(smallest, largest)
                grad = grad.clone().masked_fill_(changed, 0)
                data.addcmul_(-1, grad.sign(), sizes)
                state["prev"].copy_(grad)
                state["step"] += 1
        return loss
