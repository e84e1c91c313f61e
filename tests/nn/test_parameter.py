import copy

import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable


def test_shares_data_and_requires_grad():
    data = torch.ones(2, 3)
    p = nn.Parameter(data)
    assert isinstance(p, Variable)
    assert p.requires_grad and p.is_leaf
    assert p.data.data_ptr() == data.data_ptr()
    assert not nn.Parameter(data, requires_grad=False).requires_grad


def test_is_empty_without_data():
    assert nn.Parameter().data.numel() == 0


def test_refuses_what_is_no_tensor():
    with pytest.raises(TypeError):
        nn.Parameter([1, 2])


def test_prints_like_0_3():
    assert repr(nn.Parameter(torch.ones(2))) == (
        "Parameter containing:\n 1\n 1\n[torch.FloatTensor of size 2]\n"
    )


def test_deepcopy_keeps_class_and_sharing():
    p = nn.Parameter(torch.ones(2), requires_grad=False)
    a, b = copy.deepcopy([p, p])
    assert a is b and type(a) is nn.Parameter and not a.requires_grad
    assert a.data.data_ptr() != p.data.data_ptr()
