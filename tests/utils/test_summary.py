"""The table of a network's layers."""

import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable
from torchlike.utils import summary


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 6, 3, padding=1, groups=2)
        self.norm = nn.BatchNorm2d(6)
        self.up = nn.ConvTranspose2d(6, 3, 2, stride=2, bias=False)
        self.unused = nn.Linear(5, 7)

    def forward(self, x):
        return self.up(self.norm(self.conv(x)))


def layer(result, name):
    return next(one for one in result.layers if one.name == name)


def test_convolutions():
    result = summary(Net(), (2, 4, 8, 10))
    conv, norm, up = (layer(result, name) for name in ("conv", "norm", "up"))
    pixels = 2 * 8 * 10
    assert conv.shapes == [(2, 6, 8, 10)] and conv.parameters == 6 * 2 * 9 + 6
    assert conv.multiply_adds == pixels * 6 * 2 * 9
    assert norm.multiply_adds == pixels * 6 and norm.parameters == 12
    assert up.shapes == [(2, 3, 16, 20)] and up.parameters == 6 * 3 * 4
    assert up.multiply_adds == pixels * 6 * 3 * 4
    assert result.multiply_adds == sum(x.multiply_adds for x in (conv, norm, up))
    assert result.input_bytes == pixels * 4 * 4
    assert result.output_bytes == 4 * (2 * pixels * 6 + pixels * 4 * 3)
    assert result.buffer_bytes == 2 * 6 * 4
    assert result.parameter_bytes == 4 * result.parameters
    assert "not called" in str(result) and layer(result, "unused").calls == 0


def test_the_model_is_left_as_it_was():
    net = Net()
    net.norm.eval()
    before = {k: v.clone() for k, v in net.state_dict().items()}
    state = torch.get_rng_state()
    summary(net, (1, 4, 2, 2))
    assert net.training and not net.norm.training and net.conv.training
    assert not net.conv._forward_hooks and not net.conv._forward_pre_hooks
    assert all((before[k] == v).all() for k, v in net.state_dict().items())
    assert (torch.get_rng_state() == state).all()
    with pytest.raises(RuntimeError):
        summary(net, (1, 5, 2, 2))
    assert net.training and not net.conv._forward_hooks


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(10, 4)
        self.side = nn.Linear(3, 4)
        self.side.weight.requires_grad = False
        self.again = self.side

    def forward(self, words, more, scale=None):
        both = self.side(more) + self.again(more)
        return {"sum": self.words(words).sum(1) + both, "scale": scale}


@pytest.mark.parametrize("kind", ["list", "tuple", "dict"])
def test_several_inputs(kind):
    words = torch.LongTensor([[1, 2, 3], [4, 5, 6]])
    given = {
        "list": [words, (2, 3)],
        "tuple": (Variable(words), torch.zeros(2, 3)),
        "dict": {"words": words, "more": (2, 3), "scale": (2,)},
    }[kind]
    result = summary(Two(), given)
    side = layer(result, "side")
    assert side.calls == 2 and side.multiply_adds == 2 * 2 * 4 * 3
    assert layer(result, "words").multiply_adds == 0
    assert result.parameters == 40 + 16 and result.trainable == 40 + 4
    shapes = [(2, 4), (2,)] if kind == "dict" else [(2, 4)]
    assert layer(result, "").shapes == shapes
    assert "(2 calls)" in str(result) and "12 of them frozen" in str(result)


def test_type_of_the_parameters():
    result = summary(nn.Linear(3, 2).double(), (5, 3))
    assert result.input_bytes == 5 * 3 * 8 and result.layers[0].shapes == [(5, 2)]
    assert result.total_bytes == 8 * (5 * 3 + 5 * 2 + 8)


def test_recurrent_layers():
    steps, batch, size, hidden = 7, 3, 5, 4
    result = summary(nn.LSTM(size, hidden, 2), (steps, batch, size))
    matrices = 4 * hidden * (size + hidden) + 4 * hidden * (hidden + hidden)
    assert result.multiply_adds == steps * batch * matrices
    assert layer(result, "").shapes == [
        (steps, batch, hidden),
        (2, batch, hidden),
        (2, batch, hidden),
    ]
    result = summary(nn.GRUCell(size, hidden), [(batch, size), (batch, hidden)])
    assert result.multiply_adds == batch * 3 * hidden * (size + hidden)


def test_packed_sequences():
    x = Variable(torch.ones(4, 2, 5))
    packed = nn.utils.rnn.pack_padded_sequence(x, [4, 1])
    result = summary(nn.RNN(5, 3, bidirectional=True), packed)
    assert result.multiply_adds == 5 * 2 * (3 * 5 + 3 * 3)


def test_wrong_inputs():
    with pytest.raises(TypeError, match="expected sizes.*got str"):
        summary(nn.ReLU(), "big")
    with pytest.raises(TypeError, match="got float"):
        summary(nn.ReLU(), [1.5])
