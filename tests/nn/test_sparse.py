"""Embeddings against a loop over rows."""

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable, gradcheck, gradgradcheck
from torchlike.nn import functional as F


def test_embedding():
    layer = nn.Embedding(5, 3, padding_idx=-2)
    assert layer.padding_idx == 3
    assert layer.weight.data[3].abs().sum() == 0
    index = torch.LongTensor([[0, 3, 4], [4, 4, 1]])
    y = layer(Variable(index))
    w = layer.weight.data.numpy()
    np.testing.assert_array_equal(y.data.numpy(), w[index.numpy()])
    grad = torch.randn(2, 3, 3)
    y.backward(grad)
    expected = np.zeros((5, 3), np.float32)
    for place in np.ndindex(2, 3):
        row = index.numpy()[place]
        if row != 3:
            expected[row] += grad.numpy()[place]
    np.testing.assert_allclose(layer.weight.grad.data.numpy(), expected, rtol=1e-5)
    assert repr(layer) == "Embedding(5, 3, padding_idx=3)"


def test_frequency_and_derivatives():
    index = Variable(torch.LongTensor([0, 2, 2, 2]))
    w = Variable(torch.randn(4, 3).double(), requires_grad=True)
    F.embedding(index, w, scale_grad_by_freq=True).sum().backward()
    np.testing.assert_allclose(w.grad.data.numpy()[:, 0], [1, 0, 1, 0])
    function = lambda v: F.embedding(index, v, padding_idx=0) ** 2  # noqa: E731
    plain = lambda v: F.embedding(index, v)  # noqa: E731
    assert gradcheck(plain, [w])
    assert gradgradcheck(plain, [w])
    assert function(w).size() == (4, 3)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_max_norm(p):
    layer = nn.Embedding(4, 3, max_norm=0.5, norm_type=p)
    before = layer.weight.data.numpy().copy()
    layer(Variable(torch.LongTensor([1, 1, 3])))
    after = layer.weight.data.numpy()
    np.testing.assert_array_equal(after[[0, 2]], before[[0, 2]])
    for row in (1, 3):
        norm = (abs(before[row]) ** p).sum() ** (1 / p)
        scale = min(1, 0.5 / norm)
        np.testing.assert_allclose(after[row], before[row] * scale, rtol=1e-5)


@pytest.mark.parametrize("mode", ["sum", "mean"])
def test_bags(mode):
    bags = nn.EmbeddingBag(6, 3, mode=mode).double()
    w = bags.weight.data.numpy()
    index = [1, 2, 4, 5, 4, 3]
    offsets = [0, 2, 2, 5]
    y = bags(Variable(torch.LongTensor(index)), Variable(torch.LongTensor(offsets)))
    for i, (a, b) in enumerate(zip(offsets, [*offsets[1:], 6])):
        rows = w[index[a:b]]
        expected = rows.sum(0) if mode == "sum" or a == b else rows.mean(0)
        np.testing.assert_allclose(y.data.numpy()[i], expected, atol=1e-12)
    square = torch.LongTensor(index).view(2, 3)
    y = bags(Variable(square)).data.numpy()
    rows = w[square.numpy()]
    np.testing.assert_allclose(y, rows.sum(1) if mode == "sum" else rows.mean(1))
    assert gradcheck(
        lambda v: F.embedding_bag(
            v,
            Variable(torch.LongTensor(index)),
            Variable(torch.LongTensor(offsets)),
            mode=mode,
        ),
        [bags.weight],
    )


def test_errors():
    w = Variable(torch.randn(3, 2))
    for value in (3, -1, 10**12):
        with pytest.raises((RuntimeError, IndexError)):
            F.embedding(Variable(torch.LongTensor([value])), w)
        with pytest.raises(IndexError, match=f"{value} of 3"):
            F.embedding(Variable(torch.LongTensor([value])), w, max_norm=1)
    with pytest.raises(ValueError, match="7"):
        nn.Embedding(5, 2, padding_idx=7)
    with pytest.raises(NotImplementedError, match="sparse"):
        nn.Embedding(3, 2, sparse=True)(Variable(torch.LongTensor([0])))
    bags = nn.EmbeddingBag(3, 2)
    one = Variable(torch.LongTensor([0, 1]))
    with pytest.raises(ValueError, match=r"got \[1, 2\]"):
        bags(one, Variable(torch.LongTensor([1, 2])))
    with pytest.raises(ValueError, match=r"size \[2\]"):
        bags(one)


def test_indices_with_too_many_dimensions():
    indices = torch.zeros(*[1] * 64).long()
    with pytest.raises(RuntimeError, match="more than 64 dimensions"):
        nn.Embedding(3, 2)(Variable(indices))
