"""Limited-memory BFGS."""

import torchlike
from torchlike.optim.optimizer import Optimizer, _check_not_negative

__all__ = ["LBFGS"]

_LEAST_CURVATURE = 1e-10  # of a step that enters the history


class LBFGS(Optimizer):
    r"""Quasi-Newton method that remembers the last steps instead of a matrix.

    All parameters are one group. Every `step` makes several iterations and evaluates
    its closure each time. It keeps ``history_size + 1`` times the parameters' memory.

    Parameters
    ----------
    params : iterable of Variable
        What to optimise.
    lr : float, default: 1
        Length of a step, as a fraction of the Newton step.
    max_iter : int, default: 20
        Iterations in one `step`.
    max_eval : int, default: 1.25 * max_iter
        Evaluations of the closure in one `step`.
    tolerance_grad : float, default: 1e-5
        It stops where the sum of the gradient's absolute values is at most this.
    tolerance_change : float, default: 1e-9
        It stops where loss, parameters (summed absolute values) or the slope change
        less than this.
    history_size : int, default: 100
        Number of steps to remember.
    line_search_fn : None
        There is no line search, as in 0.3.

    Raises
    ------
    ValueError
        If there is more than one group or a number is negative.

    References
    ----------
    J. Nocedal, S. Wright, "Numerical Optimization", 2006, algorithm 7.4.

    Examples
    --------
    >>> x = torch.nn.Parameter(torch.Tensor([3, -2]))
    >>> optimizer = torch.optim.LBFGS([x])
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = ((x - 1) ** 2).sum()
    ...     loss.backward()
    ...     return loss
    >>> loss = optimizer.step(closure)
    >>> (x.data - 1).abs().max() < 1e-3
    True
    """

    def __init__(
        self,
        params,
        lr=1,
        max_iter=20,
        max_eval=None,
        tolerance_grad=1e-5,
        tolerance_change=1e-9,
        history_size=100,
        line_search_fn=None,
    ):
        _check_not_negative(
            lr=lr,
            max_iter=max_iter,
            tolerance_grad=tolerance_grad,
            tolerance_change=tolerance_change,
            history_size=history_size,
        )
        if max_eval is None:
            max_eval = max_iter * 5 // 4
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ValueError(
                "LBFGS doesn't support per-parameter options (parameter groups), "
                f"got {len(self.param_groups)} groups"
            )

    def step(self, closure):
        """Make up to `max_iter` iterations.

        Parameters
        ----------
        closure : callable
            Computes the loss anew, with its gradients, and returns it.

        Returns
        -------
        What `closure` returned the first time

        Raises
        ------
        RuntimeError
            If a line search is asked for.
        """
        group = self.param_groups[0]
        if group["line_search_fn"] is not None:
            raise RuntimeError(
                f"line search function is not supported yet: {group['line_search_fn']}"
            )
        state = self.state[group["params"][0]]  # there, so that it is saved
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)

        first_loss = closure()
        loss = _number(first_loss)
        gradient = self._gradient()
        state["func_evals"] += 1
        evaluations = 1
        if gradient.abs().sum() <= group["tolerance_grad"]:
            return first_loss

        for iteration in range(1, group["max_iter"] + 1):
            direction = self._direction(state, gradient, group["history_size"])
            state["n_iter"] += 1
            rate = group["lr"]
            if state["n_iter"] == 1:
                rate *= min(1.0, 1.0 / gradient.abs().sum())
            state["t"] = rate
            slope = gradient.dot(direction)
            self._move(rate, direction)

            previous_loss = loss
            if iteration != group["max_iter"]:  # the last one is evaluated by the next
                loss = _number(closure())
                gradient = self._gradient()
                state["func_evals"] += 1
                evaluations += 1
            if evaluations >= group["max_eval"]:
                break
            if gradient.abs().sum() <= group["tolerance_grad"]:
                break
            if slope > -group["tolerance_change"]:
                break
            if (direction * rate).abs().sum() <= group["tolerance_change"]:
                break
            if abs(loss - previous_loss) < group["tolerance_change"]:
                break
        return first_loss

    def _direction(self, state, gradient, history_size):
        """Where to go: minus the gradient times the estimated inverse Hessian."""
        if state["n_iter"] == 0:
            state["old_dirs"], state["old_stps"], state["H_diag"] = [], [], 1
            direction = -gradient
        else:
            changes, steps = state["old_dirs"], state["old_stps"]
            change = gradient - state["prev_flat_grad"]
            step = state["d"] * state["t"]
            curvature = change.dot(step)
            if curvature > _LEAST_CURVATURE:
                if len(changes) == max(history_size, 1):
                    del changes[0], steps[0]
                changes.append(change)
                steps.append(step)
                state["H_diag"] = curvature / change.dot(change)
            direction = _two_loops(changes, steps, -gradient, state["H_diag"])
        state["prev_flat_grad"] = gradient
        state["d"] = direction
        return direction

    def _gradient(self):
        """All gradients as one vector, zeros where there is none."""
        parts = [
            param.data.clone().zero_() if param.grad is None else param.grad.data
            for param in self.param_groups[0]["params"]
        ]
        return torchlike.cat([part.contiguous().view(-1) for part in parts], 0)

    def _move(self, rate, direction):
        """Add `rate` times a vector to the parameters."""
        start = 0
        for param in self.param_groups[0]["params"]:
            data = param.data
            end = start + data.numel()
            data.add_(rate, direction[start:end].view(data.size()))
            start = end


def _number(loss):
    """The value of a loss that is a Variable, a tensor or a number."""
    data = getattr(loss, "data", loss)
    return float(data[0] if torchlike.is_tensor(data) else data)


def _two_loops(changes, steps, direction, scale):
    """Multiply by the inverse Hessian that the history implies (algorithm 7.4)."""
    weights = [1 / change.dot(step) for change, step in zip(changes, steps)]
    factors = []
    for change, step, weight in reversed(list(zip(changes, steps, weights))):
        factor = step.dot(direction) * weight
        factors.append(factor)
        direction = direction.add(-factor, change)
    direction = direction * scale
    for change, step, weight, factor in zip(changes, steps, weights, factors[::-1]):
        direction.add_(factor - change.dot(direction) * weight, step)
    return direction
