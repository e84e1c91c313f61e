"""Batches of sequences of different lengths: packing, padding and back."""

from collections import namedtuple

import torchlike
from torchlike.autograd import Variable

__all__ = [
    "PackedSequence",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
]

_Fields = namedtuple("PackedSequence", ["data", "batch_sizes"])


class PackedSequence(_Fields):
    """Sequences of different lengths, step by step and without padding.

    Recurrent layers accept it as input and then return one as output. It is made by
    `pack_padded_sequence` and `pack_sequence`.

    Attributes
    ----------
    data : Variable of shape (sum of lengths, *)
        The first elements of all sequences, then the second ones of those that have
        one, and so on; in each step the sequences stand in order of falling length.
    batch_sizes : list of int
        Number of sequences that have each step.

    Examples
    --------
    >>> x = Variable(torch.Tensor([[1, 4], [2, 5], [3, 0]]))
    >>> packed = torch.nn.utils.rnn.pack_padded_sequence(x, [3, 2])
    >>> packed.data.data.tolist(), packed.batch_sizes
    ([1.0, 4.0, 2.0, 5.0, 3.0], [2, 2, 1])
    """


def _places(steps, count, limits, along):
    """Positions in a flat (steps, count) matrix below a limit along one dimension."""
    limit = torchlike.LongTensor(limits).unsqueeze(along).expand(steps, count)
    number = torchlike.arange(0, steps if along == 0 else count).long()
    inside = number.unsqueeze(1 - along).expand(steps, count) < limit
    return inside.contiguous().view(-1).nonzero().view(-1)


def _counts(falling):
    """How many of the falling numbers are greater than 0, than 1, ..."""
    counts, left = [], len(falling)
    for number in range(falling[0]):
        while falling[left - 1] <= number:
            left -= 1
        counts.append(left)
    return counts


def _check_falling(name, numbers):
    for i in range(1, len(numbers)):
        if numbers[i] > numbers[i - 1]:
            raise ValueError(
                f"{name} has to be sorted in decreasing order, but element {i} is "
                f"{numbers[i]} after {numbers[i - 1]}"
            )


def _pick(rows, places):
    """The rows at the places."""
    places = Variable(places) if isinstance(rows, Variable) else places
    return rows.index_select(0, places)


def _spread(rows, places, count, value):
    """A matrix of `count` rows: the given ones at the places, else a constant."""
    recorded = isinstance(rows, Variable)
    size = (count, *tuple(rows.size())[1:])
    filled = (rows.data if recorded else rows).new(*size).zero_()
    if value != 0:  # an integer type takes no 0.0
        filled.fill_(value)
    if recorded:
        return Variable(filled).index_copy(0, Variable(places), rows)
    return filled.index_copy_(0, places, rows)


def pack_padded_sequence(input, lengths, batch_first=False):
    """Pack a batch of padded sequences.

    Parameters
    ----------
    input : Variable of shape (T, B, *), or (B, T, *) with `batch_first`
        Sequences of at most T steps, the longest first; what lies beyond a sequence's
        length is not read.
    lengths : list of int
        Length of each sequence, 1 or more, not increasing.
    batch_first : bool, default: False

    Returns
    -------
    PackedSequence

    Raises
    ------
    ValueError
        If the lengths are not sorted, not positive, too large, or not B.

    Examples
    --------
    >>> x = Variable(torch.Tensor([[1, 4], [2, 5], [3, 0]]))
    >>> pack_padded_sequence(x, [3, 2]).data.data.tolist()
    [1.0, 4.0, 2.0, 5.0, 3.0]
    """
    lengths = [int(length) for length in lengths]
    if not lengths or min(lengths) <= 0:
        raise ValueError(
            "length of all samples has to be greater than 0, but found an element in "
            f"'lengths' that is <=0: {lengths}"
        )
    if input.dim() < 2:
        raise ValueError(
            f"expected input of 2 or more dimensions, got {input.dim()} dimensions"
        )
    if batch_first:
        input = input.transpose(0, 1)
    size = tuple(input.size())
    steps, count = size[:2]
    if len(lengths) != count:
        raise ValueError(
            f"lengths array has incorrect size: {len(lengths)} for a batch of {count}"
        )
    _check_falling("lengths array", lengths)
    if lengths[0] > steps:
        raise ValueError(
            f"lengths must be at most the {steps} steps of the input, got {lengths[0]}"
        )
    rows = input.contiguous().view(-1, *size[2:])
    if lengths[-1] < steps:
        rows = _pick(rows, _places(steps, count, lengths, 0))
    return PackedSequence(rows, _counts(lengths))


def pad_packed_sequence(sequence, batch_first=False, padding_value=0.0):
    """Pad a packed batch of sequences: the reverse of `pack_padded_sequence`.

    Parameters
    ----------
    sequence : PackedSequence
    batch_first : bool, default: False
    padding_value : float, default: 0.0
        What stands beyond the end of a sequence.

    Returns
    -------
    padded : Variable of shape (T, B, *), or (B, T, *) with `batch_first`
        T is the length of the longest sequence.
    lengths : list of int
        Length of each of the B sequences.

    Raises
    ------
    ValueError
        If the batch sizes are not those of the data.

    Examples
    --------
    >>> x = Variable(torch.Tensor([[1, 4], [2, 5], [3, 0]]))
    >>> padded, lengths = pad_packed_sequence(pack_padded_sequence(x, [3, 2]))
    >>> padded.data.tolist(), lengths
    ([[1.0, 4.0], [2.0, 5.0], [3.0, 0.0]], [3, 2])
    """
    data, batch_sizes = sequence
    batch_sizes = [int(size) for size in batch_sizes]
    _check_falling("batch_sizes", batch_sizes)
    if not batch_sizes or batch_sizes[-1] < 1 or sum(batch_sizes) != data.size(0):
        raise ValueError(
            f"batch_sizes must be positive and sum to the {data.size(0)} rows of data, "
            f"got {batch_sizes}"
        )
    steps, count = len(batch_sizes), batch_sizes[0]
    rest = tuple(data.size())[1:]
    output = data
    if batch_sizes[-1] < count:
        places = _places(steps, count, batch_sizes, 1)
        output = _spread(data, places, steps * count, padding_value)
    output = output.contiguous().view(steps, count, *rest)
    return output.transpose(0, 1) if batch_first else output, _counts(batch_sizes)


def pad_sequence(sequences, batch_first=False, padding_value=0):
    """Stack sequences of different lengths into one padded batch.

    Parameters
    ----------
    sequences : list of Variable of shape (L, *)
        L may differ.
    batch_first : bool, default: False
    padding_value : float, default: 0

    Returns
    -------
    Variable of shape (T, B, *), or (B, T, *) with `batch_first`
        T is the length of the longest of the B sequences.

    Raises
    ------
    ValueError
        If there is no sequence, or sizes differ beyond the first dimension.

    Examples
    --------
    >>> sequences = [Variable(torch.ones(3)), Variable(torch.ones(2))]
    >>> pad_sequence(sequences, batch_first=True).data.tolist()
    [[1.0, 1.0, 1.0], [1.0, 1.0, 0.0]]
    """
    sequences = list(sequences)
    if not sequences:
        raise ValueError("expected at least one sequence, got none")
    rest = tuple(sequences[0].size())[1:]
    for i, sequence in enumerate(sequences):
        if not sequence.dim() or tuple(sequence.size())[1:] != rest:
            raise ValueError(
                f"sequence {i} has size {list(sequence.size())}, but the first one has "
                f"{list(sequences[0].size())}: only the first dimension may differ"
            )
    lengths = [sequence.size(0) for sequence in sequences]
    count, steps = len(sequences), max(lengths)
    data = torchlike.cat(sequences, 0)
    places = _places(count, steps, lengths, 1)
    output = _spread(data, places, count * steps, padding_value)
    output = output.view(count, steps, *rest)
    return output if batch_first else output.transpose(0, 1)


def pack_sequence(sequences):
    """Pack sequences of different lengths.

    Parameters
    ----------
    sequences : list of Variable of shape (L, *)
        L must not increase.

    Returns
    -------
    PackedSequence

    Raises
    ------
    ValueError
        As `pad_sequence` and `pack_padded_sequence`.

    Examples
    --------
    >>> a, b = Variable(torch.Tensor([1, 2, 3])), Variable(torch.Tensor([4, 5]))
    >>> pack_sequence([a, b]).data.data.tolist()
    [1.0, 4.0, 2.0, 5.0, 3.0]
    """
    sequences = list(sequences)
    lengths = [sequence.size(0) for sequence in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths)
