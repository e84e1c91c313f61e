"""torchlike.autograd._functions: names that old code imports."""

import torchlike as torch
from torchlike.autograd import Variable, _functions
from torchlike.autograd._functions.utils import maybe_unexpand, maybe_view


def test_operations_apply_methods():
    x = Variable(torch.FloatTensor([[1, 2], [3, 4]]), requires_grad=True)
    assert _functions.Add.apply(x, 1).data.tolist() == [[2, 3], [4, 5]]
    assert _functions.Index.apply(x, 0).data.tolist() == [1, 2]
    assert _functions.Transpose.apply(x, 0, 1).data.tolist() == [[1, 3], [2, 4]]
    _functions.Sum.apply(_functions.Negate.apply(x)).backward()
    assert x.grad.data.tolist() == [[-1, -1], [-1, -1]]


def test_every_operation_is_a_method_of_variables():
    unknown = [
        name
        for name, method in _functions._METHODS.items()
        if not hasattr(Variable, method)
    ]
    assert unknown == []


def test_helpers_undo_broadcasting():
    x = Variable(torch.ones(2, 3, 4))
    assert maybe_unexpand(x, (3, 1)).data.tolist() == [[8], [8], [8]]
    assert maybe_unexpand(x, (2, 3, 4)) is x
    assert maybe_view(x, (2, 3, 4)) is x
    assert maybe_view(x.transpose(0, 2), (24,)).size() == (24,)
