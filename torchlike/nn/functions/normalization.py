"""Normalisation without running parameters of its own, and products of two inputs."""

from torchlike._C import nn as _nn
from torchlike._C.layers import normalize
from torchlike.nn.functions.pooling import avg_pool3d
from torchlike.nn.functions.vision import pad

__all__ = ["bilinear", "instance_norm", "local_response_norm", "normalize"]


def _repeated(vector, n):
    """The vector n times, one after the other."""
    return vector.unsqueeze(0).expand(n, vector.size(0)).contiguous().view(-1)


def instance_norm(
    input,
    weight,
    bias,
    saved_running_mean,
    saved_running_var,
    training=False,
    momentum=0.1,
    eps=1e-5,
    affine=True,
):
    """Normalise every channel of every sample; see `torch.nn.InstanceNorm1d`.

    Parameters
    ----------
    input : Variable of shape (N, C, *)
    weight, bias : Variable of shape (C), or None
    saved_running_mean, saved_running_var : Tensor of shape (C)
        Updated in place with the mean over the samples while training.
    training : bool, default: False
        Whether statistics are those of each sample.
    momentum : float, default: 0.1
    eps : float, default: 1e-5
    affine : bool, default: True
        Whether weight and bias are used.

    Returns
    -------
    Variable of the shape of `input`

    Raises
    ------
    RuntimeError
        If the sizes do not fit.

    Examples
    --------
    >>> x = torch.Tensor([[[1, 3]]])
    >>> y = instance_norm(x, None, None, torch.zeros(1), torch.ones(1), True, eps=0)
    >>> y.tolist()
    [[[-1.0, 1.0]]]
    """
    size = tuple(input.size())
    n, channels = size[:2]
    # every channel of every sample as a channel of one sample
    mean = _repeated(saved_running_mean, n)
    var = _repeated(saved_running_var, n)
    if affine and weight is not None:
        weight, bias = _repeated(weight, n), _repeated(bias, n)
    else:
        weight = bias = None
    flat = input.contiguous().view(1, n * channels, *size[2:])
    output = _nn.batch_norm(flat, weight, bias, mean, var, training, momentum, eps)[0]
    if training:
        saved_running_mean.copy_(mean.view(n, channels).mean(0))
        saved_running_var.copy_(var.view(n, channels).mean(0))
    return output.view(*size)


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1):
    """Divide by a power of the mean square of neighbouring channels.

    Parameters
    ----------
    input : Variable of shape (N, C, H, W)
    size : int
        Number of neighbouring channels.
    alpha : float, default: 1e-4
    beta : float, default: 0.75
    k : float, default: 1

    Returns
    -------
    Variable of the shape of `input`

    Examples
    --------
    >>> local_response_norm(torch.ones(1, 4, 2, 2), 2, alpha=0)[0, 0, 0, 0]
    1.0
    """
    # channels become the depth of a volume; padding counts as zeros
    squares = (input * input).unsqueeze(1)
    before = size // 2
    squares = pad(squares, (0, 0, 0, 0, before, size - 1 - before))
    mean = avg_pool3d(squares, (size, 1, 1), stride=1).squeeze(1)
    return input / (mean * alpha + k).pow(beta)


def bilinear(input1, input2, weight, bias=None):
    """``input1 @ weight[k] @ input2`` for each output k; see `torch.nn.Bilinear`.

    Parameters
    ----------
    input1 : Variable of shape (N, in1)
    input2 : Variable of shape (N, in2)
    weight : Variable of shape (out, in1, in2)
    bias : Variable of shape (out), optional

    Returns
    -------
    Variable of shape (N, out)

    Raises
    ------
    ValueError
        If the sizes do not fit.

    Examples
    --------
    >>> bilinear(torch.ones(2, 3), torch.ones(2, 4), torch.ones(5, 3, 4)).size()
    torch.Size([2, 5])
    """
    sizes = [list(t.size()) for t in (input1, input2, weight)]
    if (
        [len(s) for s in sizes] != [2, 2, 3]
        or sizes[0][0] != sizes[1][0]
        or sizes[2][1:] != [sizes[0][1], sizes[1][1]]
    ):
        raise ValueError(
            "bilinear expects (N, in1), (N, in2) and weight (out, in1, in2), got "
            f"{sizes[0]}, {sizes[1]} and {sizes[2]}"
        )
    out, in1, in2 = sizes[2]
    # (N, in1) @ (in1, out * in2), then the sum over in2 with input2
    flat = weight.transpose(0, 1).contiguous().view(in1, out * in2)
    partial = input1.mm(flat).view(-1, out, in2)
    output = partial.bmm(input2.unsqueeze(2)).squeeze(2)
    return output if bias is None else output + bias
