"""A batch cut into pieces, one for each device."""

import torchlike
from torchlike.nn.modules.module import Module
from torchlike.nn.parallel.parallel_apply import parallel_apply
from torchlike.nn.parallel.replicate import replicate
from torchlike.nn.parallel.scatter_gather import gather, scatter_kwargs

__all__ = ["DataParallel", "data_parallel"]


class DataParallel(Module):
    """Runs a module on pieces of the batch, one for each device.

    Without GPUs, the module is called as it is.

    Parameters
    ----------
    module : Module
    device_ids : list of int, default: all GPUs
        Ignored without GPUs.
    output_device : int, default: the first of `device_ids`
        Where the results are put together.
    dim : int, default: 0
        Along which inputs are cut.

    Attributes
    ----------
    module : Module
    device_ids : list of int
        Empty without GPUs.

    Examples
    --------
    >>> net = torch.nn.DataParallel(torch.nn.Linear(10, 2))
    >>> net(Variable(torch.ones(4, 10))).size()
    torch.Size([4, 2])
    """

    def __init__(self, module, device_ids=None, output_device=None, dim=0):
        super().__init__()
        self.dim = dim
        self.module = module
        self.device_ids = []
        if torchlike.cuda.is_available():
            if device_ids is None:
                device_ids = list(range(torchlike.cuda.device_count()))
            self.device_ids = device_ids
            self.output_device = (
                device_ids[0] if output_device is None else output_device
            )

    def forward(self, *inputs, **kwargs):
        """Call the module on all pieces of the arguments."""
        if not self.device_ids:
            return self.module(*inputs, **kwargs)
        inputs, kwargs = self.scatter(inputs, kwargs, self.device_ids)
        if len(self.device_ids) == 1:
            return self.module(*inputs[0], **kwargs[0])
        replicas = self.replicate(self.module, self.device_ids[: len(inputs)])
        outputs = self.parallel_apply(replicas, inputs, kwargs)
        return self.gather(outputs, self.output_device)

    def replicate(self, module, device_ids):
        """Copy the module to devices; a subclass may do it in another way."""
        return replicate(module, device_ids)

    def scatter(self, inputs, kwargs, device_ids):
        """Cut the arguments; a subclass may do it in another way."""
        return scatter_kwargs(inputs, kwargs, device_ids, dim=self.dim)

    def parallel_apply(self, replicas, inputs, kwargs):
        """Call the copies; a subclass may do it in another way."""
        return parallel_apply(replicas, inputs, kwargs)

    def gather(self, outputs, output_device):
        """Put results together; a subclass may do it in another way."""
        return gather(outputs, output_device, dim=self.dim)


def data_parallel(
    module, inputs, device_ids=None, output_device=None, dim=0, module_kwargs=None
):
    """Run a module on pieces of the batch, one for each device.

    Parameters
    ----------
    module : Module
    inputs : Variable or tuple
        The positional arguments.
    device_ids : list of int, default: all GPUs
        -1 is the CPU: ``[-1, -1]`` runs two pieces in two threads. None of them: the
        module is called as it is.
    output_device : int, default: the first of `device_ids`
    dim : int, default: 0
        Along which inputs are cut.
    module_kwargs : dict, optional
        Named arguments.

    Returns
    -------
    like the module's result

    Raises
    ------
    AssertionError
        If a device is a GPU.

    Examples
    --------
    >>> net = torch.nn.Linear(10, 2)
    >>> x = Variable(torch.ones(4, 10))
    >>> torch.nn.parallel.data_parallel(net, x, [-1, -1]).size()
    torch.Size([4, 2])
    """
    if not isinstance(inputs, tuple):
        inputs = (inputs,)
    if device_ids is None:
        device_ids = list(range(torchlike.cuda.device_count()))
    if not device_ids:
        return module(*inputs, **(module_kwargs or {}))
    pieces, kwargs = scatter_kwargs(inputs, module_kwargs, device_ids, dim)
    if len(device_ids) == 1:
        return module(*pieces[0], **kwargs[0])
    replicas = replicate(module, device_ids[: len(pieces)])
    outputs = parallel_apply(replicas, pieces, kwargs)
    if output_device is None:
        output_device = device_ids[0]
    return gather(outputs, output_device, dim)
