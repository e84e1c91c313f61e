from collections import OrderedDict

import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable


def test_sequential_applies_in_order():
    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    x = Variable(torch.randn(5, 3))
    assert net(x).size() == (5, 2)
    assert len(net) == 3
    assert net[0] is net[-3]
    assert isinstance(net[1], nn.ReLU)


def test_sequential_takes_names():
    net = nn.Sequential(OrderedDict([("a", nn.ReLU()), ("b", nn.Tanh())]))
    assert [name for name, _ in net.named_children()] == ["a", "b"]
    assert net[1] is net.b


@pytest.mark.parametrize("index", [2, -3])
def test_index_out_of_range(index):
    with pytest.raises(IndexError, match=f"index {index} is out of range for 2"):
        nn.Sequential(nn.ReLU(), nn.Tanh())[index]
    with pytest.raises(IndexError, match=f"index {index} is out of range for 2"):
        nn.ModuleList([nn.ReLU(), nn.Tanh()])[index]


def test_module_list():
    layers = nn.ModuleList([nn.Linear(2, 2)])
    assert layers.append(nn.ReLU()) is layers
    layers.extend([nn.Tanh()])
    layers += [nn.Sigmoid()]
    assert len(layers) == 4
    assert [type(m).__name__ for m in layers] == ["Linear", "ReLU", "Tanh", "Sigmoid"]
    assert layers[-1] is layers[3]
    assert type(layers[1:]) is nn.ModuleList and len(layers[1:]) == 3
    layers[1] = nn.Dropout()
    assert isinstance(layers[1], nn.Dropout)
    assert len(list(layers.parameters())) == 2
    with pytest.raises(TypeError, match="should be called with a list"):
        layers.extend(3)
    with pytest.raises(TypeError, match="is not a Module subclass"):
        layers.append(3)


def test_parameter_list():
    scales = nn.ParameterList(nn.Parameter(torch.ones(i)) for i in (1, 2))
    scales.append(nn.Parameter(torch.ones(3)))
    assert [p.numel() for p in scales] == [1, 2, 3]
    scales[0] = nn.Parameter(torch.ones(7))
    assert scales[0].numel() == 7
    assert list(scales.state_dict()) == ["0", "1", "2"]
    with pytest.raises(TypeError, match="Parameter or None required"):
        scales.append(torch.ones(1))


def test_container_warns_and_holds_parts():
    with pytest.warns(UserWarning, match="nn.Container is deprecated"):
        parts = nn.Container(a=nn.Linear(1, 1), b=nn.ReLU())
    assert [name for name, _ in parts.named_children()] == ["a", "b"]
    assert list(parts.state_dict()) == ["a.weight", "a.bias"]
