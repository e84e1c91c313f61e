"""Helpers with which Functions of 2017 undid broadcasting."""

__all__ = ["maybe_unexpand", "maybe_view"]


def maybe_view(variable, size, check_same_size=True):
    """View a Variable in a size, unless it has it."""
    if check_same_size and variable.size() == tuple(size):
        return variable
    return variable.contiguous().view(size)


def maybe_unexpand(variable, old_size, check_same_size=True):
    """Sum a gradient over the dimensions that its operand was expanded along."""
    old_size = tuple(old_size)
    if check_same_size and variable.size() == old_size:
        return variable
    extra = variable.dim() - len(old_size)
    for dim in range(variable.dim()):
        if dim < extra or (old_size[dim - extra] == 1 and variable.size(dim) != 1):
            variable = variable.sum(dim, keepdim=True)
    return variable.contiguous().view(old_size)
