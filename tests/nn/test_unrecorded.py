"""Layers with a ReLU after them, where no graph is recorded."""

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable
from torchlike.nn.modules import unrecorded


def nets():
    torch.manual_seed(0)
    images, pixels, signals = (2, 3, 9, 8), (4, 6), (2, 3, 10)
    volumes = (2, 3, 4, 5, 4)
    return {
        "conv": (images, [nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU(), nn.Conv2d(8, 4, 1)]),
        "dilated": (images, [nn.Conv2d(3, 6, 2, 1, 0, 2, 3), nn.ReLU(inplace=True)]),
        "many channels": (images, [nn.Conv2d(3, 33, 3, bias=False), nn.ReLU()]),
        "depthwise": (images, [nn.Conv2d(3, 3, 3, groups=3), nn.ReLU(), nn.ReLU()]),
        "norm": (images, [nn.Conv2d(3, 5, 1), nn.BatchNorm2d(5), nn.ReLU()]),
        "linear": (pixels, [nn.Linear(6, 5), nn.ReLU(), nn.Dropout(), nn.Linear(5, 2)]),
        "signals": (signals, [nn.Conv1d(3, 4, 3), nn.ReLU()]),
        "volumes": (volumes, [nn.Conv3d(3, 4, 3), nn.ReLU(), nn.MaxPool3d(2)]),
        "transposed": (images, [nn.ConvTranspose2d(3, 4, 2, 2), nn.ReLU()]),
        "nested": (images, [nn.Sequential(nn.Conv2d(3, 4, 3)), nn.ReLU(), nn.Tanh()]),
        "relu first": (images, [nn.ReLU(), nn.Conv2d(3, 4, 3), nn.ReLU()]),
        "nothing": (images, []),
    }


@pytest.mark.parametrize("name", nets())
@pytest.mark.parametrize("training", [True, False])
def test_numbers_are_the_same(name, training):
    size, layers = nets()[name]
    net = nn.Sequential(*layers).train(training)
    x = torch.randn(*size)
    results, kept = [], x.clone()
    for volatile in (False, True):
        torch.manual_seed(1)
        out = net(Variable(x, volatile=volatile))
        assert out.volatile == volatile
        results.append(out.data.numpy())
    np.testing.assert_array_equal(*results)
    np.testing.assert_array_equal(x.numpy(), kept.numpy())


def spy(calls, name):
    return lambda module, *values: calls.append((name, values[-1]))


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("kind", ["register_forward_hook", "register_forward_pre_hook"])
def test_hooks_see_what_lies_between(place, kind):
    net = nn.Sequential(nn.Conv2d(1, 2, 1), nn.ReLU())
    calls = []
    getattr(net[place], kind)(spy(calls, place))
    x = Variable(torch.ones(1, 1, 2, 2).fill_(-3), volatile=True)
    net[0].weight.data.fill_(1)
    net[0].bias.data.zero_()
    out = net(x)
    ((got, value),) = calls
    value = value[0] if isinstance(value, tuple) else value
    assert got == place
    expected = 0 if (place, kind) == (1, "register_forward_hook") else -3
    assert value.data.tolist()[0][0] == [[expected] * 2] * 2
    assert out.data.sum() == 0


def test_changed_layers_run_as_they_are(monkeypatch):
    class Half(nn.ReLU):
        def forward(self, input):
            return super().forward(input) / 2

    class Shifted(nn.Conv2d):
        def forward(self, input):
            return super().forward(input) + 5

    x = Variable(torch.ones(1, 1, 1, 1), volatile=True)

    def run(*layers):
        layers[0].weight.data.fill_(2)
        layers[0].bias.data.zero_()
        return nn.Sequential(*layers)(x).data.sum()

    assert run(nn.Conv2d(1, 1, 1), nn.ReLU()) == 2
    assert run(nn.Conv2d(1, 1, 1), Half()) == 1
    assert run(Shifted(1, 1, 1), nn.ReLU()) == 7
    layer = nn.Conv2d(1, 1, 1)
    layer.forward = lambda input: input * 9
    assert run(layer, nn.ReLU()) == 9
    monkeypatch.setattr(nn.ReLU, "forward", lambda self, input: input * 3)
    assert run(nn.Conv2d(1, 1, 1), nn.ReLU()) == 6


def test_convolution_and_relu_are_one_call(monkeypatch):
    calls = []
    fused = unrecorded._nn.conv2d_relu
    monkeypatch.setattr(
        unrecorded._nn,
        "conv2d_relu",
        lambda *arguments: calls.append(1) or fused(*arguments),
    )
    net = nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU(), nn.Conv2d(1, 1, 1), nn.ReLU())
    net(Variable(torch.ones(1, 1, 2, 2)))
    assert not calls
    net(Variable(torch.ones(1, 1, 2, 2), volatile=True))
    assert len(calls) == 2


def test_errors_stay():
    x = Variable(torch.ones(1, 2, 2, 2), volatile=True)
    with pytest.raises(RuntimeError, match=r"\[1 x 2 x 2 x 2\]"):
        nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU())(x)
    with pytest.raises(ValueError, match="Expected 4D tensor as input, got 3D"):
        nn.Sequential(nn.Conv2d(2, 1, 1), nn.ReLU())(x[0])
