"""Functions that are made of other operators; they take tensors and Variables alike."""

from torchlike._C import create
from torchlike._C.composite import chunk, matmul, split, unbind
from torchlike._C.joining import cat, stack
from torchlike._C.tensor import LongTensor
from torchlike._C.tensor_base import TensorBase
from torchlike._C.variable_class import Variable

__all__ = [
    "btriunpack",
    "cat",
    "chunk",
    "matmul",
    "multinomial",
    "normal",
    "numel",
    "split",
    "stack",
    "unbind",
]


def btriunpack(LU_data, LU_pivots, unpack_data=True, unpack_pivots=True):
    """Take apart what `btrifact` gives: ``A = P L U`` for each matrix of the batch.

    Parameters
    ----------
    LU_data : Tensor or Variable of shape (batch, n, n)
        L below the diagonal, U on and above it.
    LU_pivots : IntTensor or Variable of shape (batch, n)
        Row i was exchanged with row ``LU_pivots[i]``, counted from 1, after the rows
        before it.
    unpack_data : bool, default: True
        Whether to make L and U; else they are None.
    unpack_pivots : bool, default: True
        Whether to make P; else it is None.

    Returns
    -------
    P, L, U : Tensors or Variables of shape (batch, n, n), or None
        Permutation matrices, lower triangles with ones on the diagonal, and upper ones.

    Raises
    ------
    ValueError
        If the sizes do not fit or a pivot is no row.

    Examples
    --------
    >>> A = torch.randn(2, 3, 3)
    >>> P, L, U = torch.btriunpack(*A.btrifact())
    >>> (P.bmm(L).bmm(U) - A).abs().max() < 1e-5
    True
    """
    size, n = tuple(LU_data.size()), LU_data.size(-1)
    if len(size) != 3 or size[1] != n or tuple(LU_pivots.size()) != size[:2]:
        raise ValueError(
            "btriunpack expects matrices (batch, n, n) and pivots (batch, n), but got "
            f"{list(size)} and {list(LU_pivots.size())}"
        )
    variable = isinstance(LU_data, Variable)
    eye = create.eye(n, out=(LU_data.data if variable else LU_data).new())
    P = L = U = None
    if unpack_pivots:
        pivots = LU_pivots.data if isinstance(LU_pivots, Variable) else LU_pivots
        P = stack([eye.index_select(1, _rows(p, n)) for p in pivots.tolist()])
        P = Variable(P) if variable else P
    if unpack_data:
        eye = Variable(eye) if variable else eye
        L = stack([m.tril(-1) + eye for m in LU_data])
        U = stack([m.triu() for m in LU_data])
    return P, L, U


def _rows(pivots, n):
    """Where the rows are after the exchanges."""
    rows = list(range(n))
    for i, p in enumerate(pivots):
        if not 1 <= p <= n:
            raise ValueError(f"pivot {p} is not one of the rows 1 to {n}")
        rows[i], rows[p - 1] = rows[p - 1], rows[i]
    return LongTensor(rows)


def numel(input):
    """The number of elements of a tensor or a Variable."""
    return input.numel()


def multinomial(input, num_samples, replacement=False, *, generator=None, out=None):
    """Draw indices with the elements of `input` as weights.

    Parameters
    ----------
    input : Tensor or Variable of shape (n,) or (rows, n)
        Not negative, with a sum above 0 in each row.
    num_samples : int
        How many indices are drawn for each row, without replacement at most `n`. When
        no weight above 0 is left, the index 0 is drawn.
    replacement : bool, default: False
        Whether an index can be drawn several times.
    out : LongTensor, optional
        Result.

    Returns
    -------
    LongTensor of shape (num_samples,) or (rows, num_samples)
        In a Variable, if `input` is one.
    """
    if isinstance(input, Variable):
        sample = multinomial(input.data, num_samples, replacement, generator=generator)
        return Variable(sample, volatile=input.volatile)
    return create.multinomial(
        input, num_samples, replacement, generator=generator, out=out
    )


def normal(means=0.0, std=1.0, *, mean=None, generator=None, out=None):
    """Draw from normal distributions, one for each element.

    Parameters
    ----------
    means, std : Tensor, Variable or float
        At least one has elements; two of them need equally many, and the result has the
        size of `means`.
    mean : Tensor, Variable or float, optional
        The same as `means`.
    out : Tensor, optional
        Result.

    Examples
    --------
    >>> torch.normal(torch.zeros(2, 3), 0.5).size()
    torch.Size([2, 3])
    """
    if mean is not None:
        if isinstance(means, (TensorBase, Variable)) or means != 0.0:
            raise TypeError("normal takes means or mean, but got both")
        means = mean
    if isinstance(means, Variable) or isinstance(std, Variable):
        data = [x.data if isinstance(x, Variable) else x for x in (means, std)]
        return Variable(normal(*data, generator=generator))
    size = means if isinstance(means, TensorBase) else std
    if not isinstance(size, TensorBase):
        raise TypeError(
            "normal expects a tensor of means or of standard deviations, but got "
            f"{type(means).__name__} and {type(std).__name__}"
        )
    if out is not None and type(out) is not type(size):
        raise TypeError(f"out must be a {size.type()}, but got {type(out).__name__}")
    result = size.new(size.size())
    if isinstance(std, TensorBase):
        if std.numel() != size.numel():
            raise ValueError(
                f"means and std need equally many elements, but have {size.numel()} "
                f"and {std.numel()}"
            )
        scale = std.contiguous().view(size.size())
        result.normal_(0, 1, generator=generator).mul_(scale)
    else:
        result.normal_(0, std, generator=generator)
    result.add_(means)
    return result if out is None else out.resize_as_(result).copy_(result)
