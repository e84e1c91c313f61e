"""Copies of a network that share its parameters."""

from torchlike.nn.parallel._functions import Broadcast, check_devices

__all__ = ["replicate"]


def replicate(network, devices):
    """Copy a network to devices, so that all copies learn its parameters.

    Parameters
    ----------
    network : Module
    devices : list of int
        -1 is the CPU. None of them: one copy, on the CPU.

    Returns
    -------
    list of Module
        The parameters of a copy are Variables computed from those of `network`:
        backward through a copy adds to the gradients of the original. The first copy
        shares the network's buffers, the others have their own.

    Raises
    ------
    AssertionError
        If a device is a GPU.

    Examples
    --------
    >>> from torchlike.nn.parallel import replicate
    >>> len(replicate(torch.nn.Linear(2, 2), [-1, -1]))
    2
    """
    devices = check_devices(devices)
    modules = list(network.modules())
    parameters = list(network.parameters())
    copies = Broadcast.apply(devices, *parameters) if parameters else ()
    replicas = []
    for number in range(len(devices)):
        start = number * len(parameters)
        learnt = dict(zip(parameters, copies[start : start + len(parameters)]))
        made = {module: _shell(module) for module in modules}
        for module, copy in made.items():
            for name, part in module._parameters.items():
                copy._parameters[name] = None if part is None else learnt[part]
            for name, part in module._modules.items():
                copy._modules[name] = None if part is None else made[part]
            for name, part in module._buffers.items():
                own = number > 0 and part is not None
                copy._buffers[name] = part.clone() if own else part
        replicas.append(made[network])
    return replicas


def _shell(module):
    """A copy of one module whose parts can be exchanged."""
    copy = module.__new__(type(module))
    copy.__dict__ = module.__dict__.copy()
    for parts in ("_parameters", "_buffers", "_modules"):
        copy.__dict__[parts] = module.__dict__[parts].copy()
    return copy
