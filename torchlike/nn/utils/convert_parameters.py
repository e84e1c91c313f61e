"""All parameters as one vector."""

import torchlike
from torchlike.autograd import Variable

__all__ = ["parameters_to_vector", "vector_to_parameters"]


def parameters_to_vector(parameters):
    """One vector of all parameters, one after the other.

    Parameters
    ----------
    parameters : iterable of Variable

    Returns
    -------
    Variable of shape (total number of elements)

    Examples
    --------
    >>> parameters_to_vector(torch.nn.Linear(2, 3).parameters()).size()
    torch.Size([9])
    """
    return torchlike.cat([p.contiguous().view(-1) for p in parameters])


def vector_to_parameters(vec, parameters):
    """Make parameters views of consecutive pieces of a vector.

    Parameters
    ----------
    vec : Variable of shape (total number of elements)
    parameters : iterable of Variable

    Raises
    ------
    TypeError
        If `vec` is no Variable.
    ValueError
        If the numbers of elements differ.

    Examples
    --------
    >>> layer = torch.nn.Linear(2, 3)
    >>> vector_to_parameters(Variable(torch.ones(9)), layer.parameters())
    >>> layer.bias.data.tolist()
    [1.0, 1.0, 1.0]
    """
    if not isinstance(vec, Variable):
        raise TypeError(f"expected torch.Variable, but got: {type(vec).__name__}")
    parameters = list(parameters)
    total = sum(p.numel() for p in parameters)
    if vec.numel() != total:
        raise ValueError(
            f"expected a vector of {total} elements, but got {list(vec.size())}"
        )
    start = 0
    for parameter in parameters:
        count = parameter.numel()
        piece = vec.data.narrow(0, start, count)
        parameter.data = piece.view(*parameter.size())
        start += count
