"""Cutting structures of Variables into pieces, and putting pieces together."""

import torchlike
from torchlike.autograd import Variable
from torchlike.nn.parallel._functions import Gather, Scatter, check_devices

__all__ = ["gather", "scatter", "scatter_kwargs"]


def scatter(inputs, target_gpus, dim=0):
    """Cut the Variables of a structure into one piece for each device.

    Parameters
    ----------
    inputs : Variable, tuple, list, dict, or anything else
        Nested structures are cut recursively; what is no Variable goes to every
        device as it is.
    target_gpus : list of int
        The devices; -1 is the CPU. None of them: one piece, on the CPU.
    dim : int, default: 0
        Along which Variables are cut.

    Returns
    -------
    list
        One structure like `inputs` for each piece.

    Raises
    ------
    AssertionError
        If a device is a GPU, or something is a tensor.

    Examples
    --------
    >>> from torchlike.nn.parallel import scatter
    >>> [x.size(0) for x in scatter(Variable(torch.ones(5, 2)), [-1, -1])]
    [3, 2]
    """
    devices = check_devices(target_gpus)

    def cut(value):
        if isinstance(value, Variable):
            return list(Scatter.apply(devices, None, dim, value))
        if torchlike.is_tensor(value):
            raise AssertionError("Tensors not supported in scatter.")
        if isinstance(value, tuple) and value:
            return list(zip(*map(cut, value)))
        if isinstance(value, list) and value:
            return [list(piece) for piece in zip(*map(cut, value))]
        if isinstance(value, dict) and value:
            columns = zip(*map(cut, value.values()))
            return [type(value)(zip(value, column)) for column in columns]
        return [value] * len(devices)

    return cut(inputs)


def scatter_kwargs(inputs, kwargs, target_gpus, dim=0):
    """Cut positional and named arguments.

    Parameters
    ----------
    inputs : tuple
    kwargs : dict or None
    target_gpus : list of int
        The devices; -1 is the CPU.
    dim : int, default: 0

    Returns
    -------
    tuple of (tuple of tuple, tuple of dict)
        As many of one as of the other.

    Examples
    --------
    >>> from torchlike.nn.parallel.scatter_gather import scatter_kwargs
    >>> scatter_kwargs((Variable(torch.ones(2, 1)),), None, [-1])[1]
    ({},)
    """
    inputs = scatter(inputs, target_gpus, dim) if inputs else []
    kwargs = scatter(kwargs, target_gpus, dim) if kwargs else []
    count = max(len(inputs), len(kwargs))
    inputs += [()] * (count - len(inputs))
    kwargs += [{}] * (count - len(kwargs))
    return tuple(inputs), tuple(kwargs)


def gather(outputs, target_device, dim=0):
    """Put the results of the pieces together.

    Parameters
    ----------
    outputs : list
        One Variable or structure of them for each piece, all alike.
    target_device : int
        Where the result lives; -1 is the CPU.
    dim : int, default: 0
        Along which Variables are concatenated.

    Returns
    -------
    like one of `outputs`

    Raises
    ------
    AssertionError
        If the device is a GPU.
    TypeError
        If there is something that cannot be put together.

    Examples
    --------
    >>> from torchlike.nn.parallel import gather
    >>> gather([Variable(torch.ones(2, 3)), Variable(torch.ones(1, 3))], -1).size()
    torch.Size([3, 3])
    """

    def join(pieces):
        first = pieces[0]
        if isinstance(first, Variable):
            return Gather.apply(target_device, dim, *pieces)
        if first is None:
            return None
        if isinstance(first, dict):
            return type(first)((k, join([piece[k] for piece in pieces])) for k in first)
        if isinstance(first, (tuple, list)):
            return type(first)(map(join, zip(*pieces)))
        raise TypeError(
            f"gather: expected Variables or structures of them, got "
            f"{type(first).__name__}"
        )

    return join(list(outputs))
