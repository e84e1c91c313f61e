"""What moves Variables between devices, with their gradients.

A device is a number; -1 is the CPU, the only one of this build. Pieces on the CPU are
views of the whole.
"""

import torchlike
from torchlike.autograd import Function

__all__ = ["Broadcast", "Gather", "ReduceAddCoalesced", "Scatter", "check_devices"]

CPU = -1


def check_devices(devices):
    """Return the devices as a list, the CPU if there are none.

    Raises
    ------
    AssertionError
        If one of them is a GPU.
    """
    devices = list(devices or [CPU])
    if any(device != CPU for device in devices):
        raise AssertionError(
            f"Torch not compiled with CUDA enabled, got devices {devices}"
        )
    return devices


class Broadcast(Function):
    """Copies of all inputs on every device, device by device."""

    @staticmethod
    def forward(ctx, target_gpus, *inputs):
        """Return the inputs once for each device."""
        devices = check_devices(target_gpus)
        ctx.count = len(inputs)
        return tuple(x.view_as(x) for _ in devices for x in inputs)

    @staticmethod
    def backward(ctx, *grads):
        """Add up the gradients of an input's copies."""
        return (None, *(sum(grads[i :: ctx.count]) for i in range(ctx.count)))


class ReduceAddCoalesced(Function):
    """Sums over devices: of `num_inputs` tensors, once for each device."""

    @staticmethod
    def forward(ctx, destination, num_inputs, *grads):
        """Return the sum of each tensor over the devices."""
        check_devices([destination])
        ctx.copies = len(grads) // num_inputs
        return tuple(sum(grads[i::num_inputs]) for i in range(num_inputs))

    @staticmethod
    def backward(ctx, *grads):
        """Give every device the gradient of the sum."""
        return (None, None, *(grads * ctx.copies))


class Gather(Function):
    """The inputs one behind the other along a dimension, on one device."""

    @staticmethod
    def forward(ctx, target_device, dim, *inputs):
        """Concatenate the inputs."""
        check_devices([target_device])
        ctx.dim = dim
        ctx.sizes = [x.size(dim) for x in inputs]
        return torchlike.cat(inputs, dim)

    @staticmethod
    def backward(ctx, grad):
        """Cut the gradient into the inputs' parts."""
        return (None, None, *_pieces(grad, ctx.sizes, ctx.dim))


class Scatter(Function):
    """Pieces of the input along a dimension, one for each device.

    `chunk_sizes` are their sizes; None makes them equal as far as possible. There are
    fewer pieces than devices if the dimension is too small.
    """

    @staticmethod
    def forward(ctx, target_gpus, chunk_sizes, dim, input):
        """Cut the input."""
        devices = check_devices(target_gpus)
        size = input.size(dim)
        if chunk_sizes is None:
            most = -(-size // len(devices))
            chunk_sizes = [min(most, size - i) for i in range(0, size, most)]
        elif sum(chunk_sizes) != size or len(chunk_sizes) != len(devices):
            raise ValueError(
                f"chunk_sizes {list(chunk_sizes)} must be one for each of "
                f"{len(devices)} devices and add up to {size}"
            )
        ctx.dim = dim
        return tuple(_pieces(input, chunk_sizes, dim))

    @staticmethod
    def backward(ctx, *grads):
        """Put the gradients of the pieces together."""
        return None, None, None, torchlike.cat(grads, ctx.dim)


def _pieces(whole, sizes, dim):
    start, pieces = 0, []
    for size in sizes:
        pieces.append(whole.narrow(dim, start, size))
        start += size
    return pieces
