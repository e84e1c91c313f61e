"""Pieces of a batch in several threads, on the CPU."""

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable, gradcheck
from torchlike.nn import parallel
from torchlike.nn.parallel._functions import (
    Broadcast,
    Gather,
    ReduceAddCoalesced,
    Scatter,
)
from torchlike.nn.parallel.scatter_gather import scatter_kwargs

CPU = -1


def variable(*shape):
    numbers = np.arange(np.prod(shape)).reshape(shape) / 7.0
    return Variable(torch.from_numpy(numbers), requires_grad=True)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 4)
        self.norm = nn.BatchNorm1d(4)
        self.again = self.first

    def forward(self, x, scale=None):
        y = self.norm(self.first(x))
        return {"y": y if scale is None else y * scale, "none": None}


def test_scatter_keeps_structures():
    x = variable(5, 2)
    pieces = parallel.scatter({"a": (x, [x, 3])}, [CPU, CPU, CPU])
    assert [p["a"][0].size(0) for p in pieces] == [2, 2, 1]
    assert all(p["a"][1][1] == 3 and isinstance(p["a"][1], list) for p in pieces)
    np.testing.assert_array_equal(
        pieces[1]["a"][1][0].data.numpy(), x.data.numpy()[2:4]
    )
    assert [p.size(1) for p in parallel.scatter(x, [CPU, CPU], dim=1)] == [1, 1]
    assert len(parallel.scatter(x, [])) == 1


def test_scatter_of_few_rows_gives_few_pieces():
    assert len(parallel.scatter(variable(2, 1), [CPU] * 4)) == 2


def test_scatter_kwargs_have_one_length():
    inputs, kwargs = scatter_kwargs((variable(4, 1),), {}, [CPU, CPU])
    assert len(inputs) == len(kwargs) == 2 and kwargs == ({}, {})
    inputs, kwargs = scatter_kwargs((), {"x": variable(4, 1)}, [CPU, CPU])
    assert inputs == ((), ()) and kwargs[0]["x"].size(0) == 2


def test_gather_puts_structures_together():
    a, b = variable(2, 3), variable(1, 3)
    joined = parallel.gather([(a, [a], None), (b, [b], None)], CPU)
    expected = np.concatenate([a.data.numpy(), b.data.numpy()])
    np.testing.assert_array_equal(joined[0].data.numpy(), expected)
    np.testing.assert_array_equal(joined[1][0].data.numpy(), expected)
    assert joined[2] is None
    with pytest.raises(TypeError, match="got int"):
        parallel.gather([1, 2], CPU)


def test_gradients_of_the_functions():
    x, y = variable(4, 2), variable(3, 2)
    assert gradcheck(lambda x: Scatter.apply([CPU, CPU], None, 0, x), [x])
    assert gradcheck(lambda x: Scatter.apply([CPU, CPU], (1, 3), 0, x), [x])
    assert gradcheck(lambda x, y: Gather.apply(CPU, 0, x, y), [x, y])
    assert gradcheck(lambda x, y: Broadcast.apply([CPU, CPU], x, y), [x, y])
    assert gradcheck(
        lambda x, y: ReduceAddCoalesced.apply(CPU, 2, x, y, x, y * 2), [x, y]
    )
    with pytest.raises(ValueError, match=r"\[1, 1\].*2 devices.*add up to 4"):
        Scatter.apply([CPU, CPU], (1, 1), 0, x)


def test_replicas_learn_the_parameters_of_the_original():
    net = nn.Linear(3, 2).double()
    x = variable(4, 3)
    first, second = parallel.replicate(net, [CPU, CPU])
    (first(x[:2]).sum() + 2 * second(x[2:]).sum()).backward()
    rows = x.data.numpy()
    expected = rows[:2].sum(0) + 2 * rows[2:].sum(0)
    np.testing.assert_allclose(net.weight.grad.data.numpy(), [expected, expected])
    np.testing.assert_allclose(net.bias.grad.data.numpy(), [6, 6])
    assert type(first) is nn.Linear and list(net.parameters()) == [net.weight, net.bias]


def test_replicas_keep_shared_modules_and_their_own_buffers():
    net = Net()
    first, second = parallel.replicate(net, [CPU, CPU])
    assert first.again is first.first and first.first is not net.first
    second(Variable(torch.randn(6, 3)))
    assert net.norm.running_mean.abs().sum() == 0
    first(Variable(torch.randn(6, 3)))
    assert net.norm.running_mean.abs().sum() > 0


def test_data_parallel_equals_the_module():
    torch.manual_seed(0)
    net, x = Net().double().eval(), variable(5, 3)
    scale = Variable(torch.ones(5, 4).double() * 3)
    whole = net(x, scale=scale)["y"]
    for devices in (None, [], [CPU], [CPU, CPU], [CPU] * 3):
        net.zero_grad()
        result = parallel.data_parallel(net, x, devices, module_kwargs={"scale": scale})
        assert result["none"] is None
        np.testing.assert_allclose(result["y"].data.numpy(), whole.data.numpy())
        result["y"].sum().backward()
        assert net.first.weight.grad.data.abs().sum() > 0


def test_data_parallel_module():
    net = nn.DataParallel(nn.Linear(3, 2), device_ids=[0, 1])
    x = Variable(torch.ones(4, 3))
    assert net.device_ids == []
    np.testing.assert_array_equal(net(x).data.numpy(), net.module(x).data.numpy())
    assert list(net.state_dict()) == ["module.weight", "module.bias"]
    assert nn.DataParallel is parallel.DataParallel


def test_parallel_apply_raises_what_a_module_raised():
    class Fails(nn.Module):
        def forward(self, x):
            raise KeyError("seven")

    x = Variable(torch.ones(1))
    with pytest.raises(KeyError, match="seven"):
        parallel.parallel_apply([nn.ReLU(), Fails()], [x, x])
    with pytest.raises(ValueError, match="2 modules, 1 inputs"):
        parallel.parallel_apply([nn.ReLU(), nn.ReLU()], [x])
    with pytest.raises(ValueError, match="got 1 and 2"):
        parallel.parallel_apply([nn.ReLU(), nn.ReLU()], [x, x], devices=[CPU])


def test_devices_that_are_not_there():
    x = variable(2, 2)
    with pytest.raises(AssertionError, match=r"CUDA enabled, got devices \[0, 1\]"):
        parallel.scatter(x, [0, 1])
    with pytest.raises(AssertionError, match="CUDA enabled"):
        parallel.data_parallel(nn.Linear(2, 2), x, [0])
    with pytest.raises(AssertionError, match="Tensors not supported"):
        parallel.scatter(torch.ones(2), [CPU])
    with pytest.raises(NotImplementedError, match="torch.distributed"):
        parallel.DistributedDataParallel(nn.Linear(2, 2))
