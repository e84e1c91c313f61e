import copy
import pickle
from collections import OrderedDict

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3)
        self.fc = nn.Linear(4, 2, bias=False)
        self.register_buffer("mean", torch.zeros(3))
        self.note = "hello"

    def forward(self, x):
        return self.fc(x)


def names(pairs):
    return [name for name, _ in pairs]


def test_registers_parameters_buffers_and_modules():
    net = Net()
    assert names(net.named_parameters()) == [
        "conv1.weight",
        "conv1.bias",
        "fc.weight",
    ]
    assert names(net.named_children()) == ["conv1", "fc"]
    assert names(net.named_modules()) == ["", "conv1", "fc"]
    assert list(net.modules()) == [net, net.conv1, net.fc]
    assert len(list(net._all_buffers())) == 1
    assert net.fc.bias is None


def test_prints_like_0_3():
    assert repr(Net()) == (
        "Net(\n"
        "  (conv1): Conv2d (1, 16, kernel_size=(3, 3), stride=(1, 1))\n"
        "  (fc): Linear(in_features=4, out_features=2)\n"
        ")"
    )


def test_nested_modules_are_indented():
    net = nn.Sequential(nn.Sequential(nn.ReLU()))
    assert repr(net) == "Sequential(\n  (0): Sequential(\n    (0): ReLU()\n  )\n)"


def test_shared_parts_are_listed_once():
    layer = nn.Linear(2, 2)
    net = nn.Sequential(layer, layer)
    assert names(net.named_parameters()) == ["0.weight", "0.bias"]
    assert len(list(net.modules())) == 2
    other = nn.Module()
    other.a = nn.Parameter(torch.ones(1))
    other.b = other.a
    assert len(list(other.parameters())) == 1


def test_named_parameters_takes_a_prefix():
    assert names(nn.Linear(1, 1).named_parameters(prefix="x")) == ["x.weight", "x.bias"]


def test_assigning_moves_a_name_between_kinds():
    net = nn.Module()
    net.x = 1
    net.x = nn.Parameter(torch.ones(1))
    assert "x" in net._parameters and "x" not in net.__dict__
    with pytest.raises(TypeError, match="cannot assign 'torch.FloatTensor' as param"):
        net.x = torch.ones(1)
    net.x = None
    assert net.x is None and "x" in net._parameters
    net.layer = nn.ReLU()
    with pytest.raises(TypeError, match="as child module 'layer'"):
        net.layer = 3
    net.layer = None
    assert net.layer is None
    net.register_buffer("b", torch.ones(1))
    net.b = torch.zeros(1)
    assert net._buffers["b"].sum() == 0
    with pytest.raises(TypeError, match="as buffer 'b'"):
        net.b = 3


def test_attributes_can_be_deleted():
    net = Net()
    del net.conv1, net.mean, net.note
    assert "conv1" not in net._modules and "mean" not in net._buffers
    with pytest.raises(AttributeError, match="'Net' object has no attribute 'conv1'"):
        _ = net.conv1


def test_assignment_before_init_is_refused():
    class Early(nn.Module):
        def __init__(self, value):
            self.part = value

    for value in (nn.Parameter(torch.ones(1)), nn.ReLU()):
        with pytest.raises(AttributeError, match="before Module.__init__"):
            Early(value)


def test_register_checks_names_and_types():
    net = Net()
    with pytest.raises(TypeError, match="Parameter or None required"):
        net.register_parameter("w", torch.ones(1))
    with pytest.raises(KeyError, match="'note' already exists"):
        net.register_parameter("note", None)
    with pytest.raises(KeyError, match="already exists"):
        net.register_buffer("note", torch.ones(1))
    with pytest.raises(KeyError, match='contain "."'):
        net.add_module("a.b", nn.ReLU())
    with pytest.raises(TypeError, match="is not a Module subclass"):
        net.add_module("a", 3)
    with pytest.raises(TypeError, match="should be a string"):
        net.add_module(1, nn.ReLU())


def test_dir_lists_parts_but_not_numbers():
    listed = dir(nn.Sequential(nn.ReLU()))
    assert "0" not in listed and "forward" in listed
    assert {"conv1", "mean", "note"} <= set(dir(Net()))


def test_forward_has_to_be_defined():
    with pytest.raises(NotImplementedError, match="Module defines no forward"):
        nn.Module()(1)


def test_forward_hooks_see_input_and_output():
    layer, seen = nn.ReLU(), []
    before = layer.register_forward_pre_hook(lambda m, i: seen.append((m, i)))
    after = layer.register_forward_hook(lambda m, i, o: seen.append((m, i, o)))
    x = Variable(torch.ones(2))
    y = layer(x)
    assert seen == [(layer, (x,)), (layer, (x,), y)]
    before.remove()
    after.remove()
    layer(x)
    assert len(seen) == 2


def test_forward_hook_must_return_none():
    layer = nn.ReLU()
    layer.register_forward_hook(lambda m, i, o: o)
    with pytest.raises(RuntimeError, match="forward hooks should never return"):
        layer(Variable(torch.ones(1)))


def test_backward_hook_sees_gradients():
    layer, seen = nn.Linear(3, 2), []
    handle = layer.register_backward_hook(lambda m, gi, go: seen.append((m, go)))
    layer(Variable(torch.ones(1, 3))).sum().backward()
    assert seen[0][0] is layer
    assert seen[0][1][0].data.tolist() == [[1.0, 1.0]]
    handle.remove()
    layer(Variable(torch.ones(1, 3))).sum().backward()
    assert len(seen) == 1


def test_train_and_eval_reach_all_modules():
    net = Net()
    assert net.eval() is net
    assert not any(m.training for m in net.modules())
    net.train()
    assert all(m.training for m in net.modules())


def test_apply_visits_children_first():
    net, seen = Net(), []
    assert net.apply(seen.append) is net
    assert seen == [net.conv1, net.fc, net]


def test_zero_grad():
    net = Net()
    net(Variable(torch.ones(1, 4))).sum().backward()
    assert net.fc.weight.grad.data.sum() == 8
    net.zero_grad()
    assert net.fc.weight.grad.data.sum() == 0
    assert net.conv1.weight.grad is None


@pytest.mark.parametrize("name", ["double", "half", "float"])
def test_conversion_changes_parameters_gradients_and_buffers(name):
    net = Net()
    net(Variable(torch.ones(1, 4))).sum().backward()
    weight = net.fc.weight
    assert getattr(net, name)() is net
    kind = f"torch.{name.capitalize()}Tensor"
    assert net.fc.weight is weight
    assert weight.data.type() == kind
    assert weight.grad.data.type() == kind
    assert net.mean.type() == kind


def test_type_takes_a_name():
    assert nn.Linear(1, 1).type("torch.DoubleTensor").weight.data.type() == (
        "torch.DoubleTensor"
    )


def test_what_is_not_available_says_so():
    with pytest.raises(AssertionError, match="CUDA"):
        nn.ReLU().cuda()


def test_state_dict_shares_memory_and_keeps_order():
    net = Net()
    state = net.state_dict()
    assert list(state) == ["mean", "conv1.weight", "conv1.bias", "fc.weight"]
    state["mean"].fill_(3)
    assert net.mean.sum() == 9
    assert isinstance(net.state_dict(keep_vars=True)["fc.weight"], nn.Parameter)
    assert list(net.fc.state_dict(prefix="p.")) == ["p.weight"]


def test_load_state_dict_copies():
    a, b = Net(), Net()
    a.load_state_dict(b.state_dict())
    for x, y in zip(a.parameters(), b.parameters()):
        np.testing.assert_array_equal(x.data.numpy(), y.data.numpy())
        assert x.data.data_ptr() != y.data.data_ptr()


def test_load_state_dict_lists_missing_and_unexpected_keys():
    net = Net()
    before = net.fc.weight.data.clone()
    state = OrderedDict(net.state_dict())
    state["fc.weight"] = torch.ones(2, 4)
    del state["mean"], state["conv1.bias"]
    state["extra"] = torch.ones(1)
    message = (
        'missing keys in state_dict: "mean", "conv1.bias"; unexpected key "extra" in'
    )
    for kind in (KeyError, RuntimeError):
        with pytest.raises(kind, match=message):
            net.load_state_dict(state)
    np.testing.assert_array_equal(net.fc.weight.data.numpy(), before.numpy())
    net.load_state_dict(state, strict=False)
    assert net.fc.weight.data.sum() == 8


def test_load_state_dict_checks_sizes_before_it_copies():
    net = Net()
    state = OrderedDict((key, value.clone()) for key, value in net.state_dict().items())
    state["mean"].fill_(5)
    state["fc.weight"] = torch.ones(3, 4)
    with pytest.raises(RuntimeError, match=r"fc.weight, whose .*\[2 x 4\].*\[3 x 4\]"):
        net.load_state_dict(state)
    assert net.mean.sum() == 0
    state["fc.weight"] = 3
    with pytest.raises(TypeError, match="'fc.weight' must be a tensor, got int"):
        net.load_state_dict(state)


class Mixin:
    def greet(self):
        return "hello from " + type(self).__name__


class Mixed(Mixin, nn.Linear):
    pass


@pytest.mark.parametrize(
    "net",
    [
        nn.ModuleList([nn.Linear(2, 3)]),
        nn.ParameterList([nn.Parameter(torch.ones(2))]),
        nn.Sequential(nn.Linear(2, 3)),
        Mixed(2, 3),
    ],
    ids=lambda net: type(net).__name__,
)
def test_copies_of_classes_with_several_bases(net):
    wanted = {name: value.tolist() for name, value in net.state_dict().items()}
    copies = [copy.copy(net), copy.deepcopy(net)]
    copies += [pickle.loads(pickle.dumps(net, protocol)) for protocol in range(6)]
    for other in copies:
        assert type(other) is type(net)
        assert {n: value.tolist() for n, value in other.state_dict().items()} == wanted
    assert Mixed(2, 3).greet() == "hello from Mixed"
    assert type(Mixed.__new__(Mixed)) is Mixed


def test_deepcopy_is_independent():
    net = Net()
    other = copy.deepcopy(net)
    assert type(other.fc.weight) is nn.Parameter
    other.fc.weight.data.fill_(0)
    assert net.fc.weight.data.abs().sum() > 0
    assert other.note == "hello"


@pytest.mark.parametrize("name", [torch.ones(2), 3, None, b"weight", [1]])
def test_names_that_are_no_strings(name):
    with pytest.raises((AttributeError, TypeError)):
        nn.Sequential().__getattr__(name)


def test_backend_is_that_of_0_3():
    layer = nn.Linear(2, 2)
    assert layer._backend is nn.backends.thnn.backend
    assert copy.deepcopy(layer)._backend is layer._backend
    assert "_backend" not in layer.__dict__
    old = nn.Linear(2, 2)
    old.__setstate__({**old.__dict__, "_backend": None})  # as files of 0.3 give it
    assert old._backend is layer._backend


def test_memo_and_prefix():
    shared = nn.Linear(2, 2)
    net = nn.Sequential(shared, nn.ReLU(), shared)
    assert [n for n, _ in net.named_modules(prefix="net")] == ["net", "net.0", "net.1"]
    memo = {shared}
    assert [n for n, _ in net.named_modules(memo)] == ["", "1"]
    assert memo == {shared, net, net[1]}
    memo = {shared.bias}
    assert [n for n, _ in net.named_parameters(memo, "p")] == ["p.0.weight"]
    assert memo == {shared.bias, shared.weight}


def test_own_parts_come_before_those_of_children():
    class Outer(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.BatchNorm1d(2)
            self.scale = nn.Parameter(torch.ones(1))
            self.register_buffer("count", torch.zeros(1))

    net = Outer()
    names = ["scale", "count", "inner.weight", "inner.bias"]
    names += ["inner.running_mean", "inner.running_var"]
    assert list(net.state_dict()) == names
    destination = OrderedDict(first=1)
    assert net.state_dict(destination, "net.", keep_vars=True) is destination
    assert list(destination) == ["first", *("net." + name for name in names)]
    assert destination["net.scale"] is net.scale
    assert destination["net.count"] is net.count
    assert [n for n, _ in net.named_parameters()] == names[:1] + names[2:4]


def test_hooks_run_in_order_and_can_be_removed_by_one_another():
    net, calls = nn.ReLU(), []
    handles = {}

    def pre(module, input):
        calls.append("pre")
        handles["second"].remove()

    net.register_forward_hook(lambda *_: calls.append("hook"))
    net.register_forward_pre_hook(pre)
    handles["second"] = net.register_forward_pre_hook(lambda *_: calls.append("second"))
    x = Variable(torch.ones(1))
    net(x)
    net(x)
    assert calls[-2:] == ["pre", "hook"] and calls.count("pre") == 2


def test_a_slice_is_no_index_of_a_sequential():
    with pytest.raises(TypeError, match="'slice' object cannot be interpreted"):
        nn.Sequential(nn.ReLU())[:1]
