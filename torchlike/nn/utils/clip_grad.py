"""Limits for gradients."""

__all__ = ["clip_grad_norm"]


def clip_grad_norm(parameters, max_norm, norm_type=2):
    """Scale gradients in place so that their joint norm is at most `max_norm`.

    Parameters
    ----------
    parameters : iterable of Variable
        Those without gradient do not count.
    max_norm : float
    norm_type : float, default: 2
        The p of the norm; ``float('inf')`` for the largest element.

    Returns
    -------
    float
        The norm before, of all gradients as one vector.

    Examples
    --------
    >>> v = Variable(torch.zeros(2), requires_grad=True)
    >>> (v * 3).sum().backward()
    >>> round(clip_grad_norm([v], 1), 4), round(v.grad.data.norm(), 4)
    (4.2426, 1.0)
    """
    grads = [p.grad.data for p in parameters if p.grad is not None]
    norm_type = float(norm_type)
    if norm_type == float("inf"):
        total = max((grad.abs().max() for grad in grads), default=0.0)
    else:
        total = sum(grad.norm(norm_type) ** norm_type for grad in grads)
        total = total ** (1.0 / norm_type)
    scale = float(max_norm) / (total + 1e-6)
    if scale < 1:
        for grad in grads:
            grad.mul_(scale)
    return total
