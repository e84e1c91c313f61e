"""One network in several processes: waits for torch.distributed."""

from torchlike.nn.modules.module import Module

__all__ = ["DistributedDataParallel"]


class DistributedDataParallel(Module):
    """Averages the gradients of one module over processes; not there yet.

    Parameters
    ----------
    module : Module
    device_ids : list of int, optional
    output_device : int, optional
    dim : int, default: 0
    broadcast_buffers : bool, default: True

    Raises
    ------
    NotImplementedError
        Always: `torch.distributed` is not there.
    """

    def __init__(
        self,
        module,
        device_ids=None,
        output_device=None,
        dim=0,
        broadcast_buffers=True,
    ):
        raise NotImplementedError(
            "DistributedDataParallel needs torch.distributed, which torchlike does "
            "not have yet"
        )
