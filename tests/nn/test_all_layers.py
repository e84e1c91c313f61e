"""What every layer must do: derivatives, copies, files, other types."""

import copy
import io
import pickle

import numpy as np
import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable, gradcheck, gradgradcheck

# What holds layers or has no gradient of its own.
CONTAINERS = {"Container", "Module", "ModuleList", "ParameterList", "Sequential"}


def distinct(*shape):
    """Numbers far from each other and from where layers have a kink."""
    count = int(np.prod(shape))
    values = (
        np.random.RandomState(count).permutation(count) + 0.5
    ) / count * 4.1 - 2.05
    return Variable(torch.from_numpy(values.reshape(shape)), requires_grad=True)


def chances(*shape):
    values = np.random.RandomState(1).uniform(0.1, 0.9, shape)
    return Variable(torch.from_numpy(values), requires_grad=True)


def signs(*shape):
    return Variable(torch.from_numpy(np.sign(np.random.RandomState(2).randn(*shape))))


def fixed(variable):
    return Variable(variable.data)


def longs(values):
    return Variable(torch.LongTensor(values))


def module(name, *inputs, args=(), **options):
    """One case: the layer and its inputs."""
    return name, args, options, inputs


PLANES, SIGNALS, VOLUMES = (1, 2, 5, 4), (2, 2, 7), (1, 2, 4, 4, 4)
CASES = [
    *(
        module(name, distinct(3, 4))
        for name in (
            "ELU Hardshrink Hardtanh LeakyReLU LogSigmoid ReLU ReLU6 RReLU SELU "
            "Sigmoid Softplus Softshrink Softsign Tanh Tanhshrink"
        ).split()
    ),
    *(
        module(name, distinct(3, 4), dim=1)
        for name in ("GLU", "Softmax", "LogSoftmax", "Softmin")
    ),
    module("Softmax2d", distinct(*PLANES)),
    module("Threshold", distinct(3, 4), args=(0.1, 2)),
    module("PReLU", distinct(3, 2, 2), args=(2,)),
    *(
        module(f"{kind}Pool{n}d", distinct(*shape), args=(2,))
        for n, shape in ((1, SIGNALS), (2, PLANES), (3, VOLUMES))
        for kind in ("Avg", "Max", "AdaptiveAvg", "AdaptiveMax")
    ),
    *(
        module(f"{kind}{n}d", distinct(*shape), args=(2, 2, 2))
        for n, shape in ((1, SIGNALS), (2, PLANES), (3, VOLUMES))
        for kind in ("Conv", "ConvTranspose")
    ),
    *(
        module(f"{kind}Norm{n}d", distinct(3, *shape[1:]), args=(2,), affine=True)
        for n, shape in ((1, SIGNALS), (2, PLANES), (3, (1, 2, 2, 2, 3)))
        for kind in ("Batch", "Instance")
    ),
    module("ConstantPad1d", distinct(*SIGNALS), args=((1, 2), 0.5)),
    module("ConstantPad2d", distinct(*PLANES), args=((1, 2, 0, 1), 0.5)),
    module("ConstantPad3d", distinct(*VOLUMES), args=(1, 0.5)),
    module("ZeroPad2d", distinct(*PLANES), args=(1,)),
    module("ReflectionPad1d", distinct(*SIGNALS), args=(2,)),
    module("ReflectionPad2d", distinct(*PLANES), args=(2,)),
    module("ReplicationPad1d", distinct(*SIGNALS), args=(2,)),
    module("ReplicationPad2d", distinct(*PLANES), args=(2,)),
    module("ReplicationPad3d", distinct(*VOLUMES), args=(1,)),
    module("LPPool1d", chances(*SIGNALS), args=(3, 2)),
    module("LPPool2d", chances(*PLANES), args=(3, 2)),
    *(
        module(f"MaxUnpool{n}d", distinct(1, 1, *size), longs([[places]]), args=(2,))
        for n, size, places in (
            (1, [2], [1, 2]),
            (2, [1, 2], [[1, 6]]),
            (3, [1, 1, 2], [[[3, 9]]]),
        )
    ),
    module("FractionalMaxPool2d", distinct(*PLANES), args=(2,), output_size=(3, 2)),
    module("Linear", distinct(3, 4), args=(4, 2)),
    module("Bilinear", distinct(3, 4), distinct(3, 2), args=(4, 2, 3)),
    module("Dropout", distinct(3, 4)),
    module("Dropout2d", distinct(*PLANES)),
    module("Dropout3d", distinct(*VOLUMES)),
    module("AlphaDropout", distinct(3, 4)),
    module("Embedding", longs([[1, 2, 1]]), args=(4, 3)),
    module("EmbeddingBag", longs([[1, 2], [3, 1]]), args=(4, 3)),
    module("CrossMapLRN2d", distinct(*PLANES), args=(2,)),
    module("PixelShuffle", distinct(1, 4, 2, 3), args=(2,)),
    module("Upsample", distinct(*PLANES), scale_factor=2),
    module("Upsample", distinct(*PLANES), size=(7, 5), mode="bilinear"),
    module("Upsample", distinct(*VOLUMES), scale_factor=2, mode="trilinear"),
    module("UpsamplingNearest2d", distinct(*PLANES), scale_factor=2),
    module("UpsamplingBilinear2d", distinct(*PLANES), scale_factor=2),
    module("CosineSimilarity", distinct(3, 4), chances(3, 4)),
    module("PairwiseDistance", distinct(3, 4), chances(3, 4)),
    module("BCELoss", chances(3, 4), fixed(chances(3, 4))),
    module("BCEWithLogitsLoss", distinct(3, 4), fixed(chances(3, 4))),
    module("CosineEmbeddingLoss", distinct(3, 4), chances(3, 4), signs(3)),
    module("CrossEntropyLoss", distinct(3, 4), longs([1, 3, 0])),
    module("HingeEmbeddingLoss", distinct(3, 4), signs(3, 4)),
    module("KLDivLoss", distinct(3, 4), fixed(chances(3, 4))),
    module("L1Loss", distinct(3, 4), fixed(chances(3, 4))),
    module("MarginRankingLoss", distinct(3), chances(3), signs(3)),
    module("MSELoss", distinct(3, 4), fixed(chances(3, 4))),
    module("MultiLabelMarginLoss", distinct(2, 3), longs([[1, -1, 0], [0, 2, -1]])),
    module("MultiLabelSoftMarginLoss", distinct(3, 4), fixed(chances(3, 4))),
    module("MultiMarginLoss", distinct(3, 4), longs([1, 3, 0])),
    module("NLLLoss", distinct(3, 4), longs([1, 3, 0])),
    module("NLLLoss2d", distinct(1, 3, 2, 2), longs([[[1, 0], [2, 1]]])),
    module("PoissonNLLLoss", distinct(3, 4), fixed(chances(3, 4))),
    module("SmoothL1Loss", distinct(3, 4), fixed(chances(3, 4))),
    module("SoftMarginLoss", distinct(3, 4), signs(3, 4)),
    module("TripletMarginLoss", distinct(3, 4), chances(3, 4), chances(3, 4) * 2),
    *(
        module(name, distinct(3, 2, 3), args=(3, 2, 2), bidirectional=True)
        for name in ("RNN", "LSTM", "GRU")
    ),
    module("RNN", distinct(3, 2, 3), args=(3, 2), nonlinearity="relu"),
    module("RNNCell", distinct(2, 3), chances(2, 4), args=(3, 4)),
    module("GRUCell", distinct(2, 3), chances(2, 4), args=(3, 4)),
    module("LSTMCell", distinct(2, 3), chances(2, 4), distinct(2, 4), args=(3, 4)),
]


def apply(layer, inputs):
    """All results of a call, in one tuple."""
    if isinstance(layer, nn.LSTMCell):
        inputs = inputs[0], tuple(inputs[1:])
    return flat(layer(*inputs))


def flat(values):
    if not isinstance(values, tuple):
        return (values,)
    return sum((flat(value) for value in values), ())


def run(case):
    """The layer as a function of the inputs that are learnt; all that is learnt."""
    name, args, options, inputs = case
    torch.manual_seed(5)
    layer = getattr(nn, name)(*args, **options).double()
    learnt = [x for x in inputs if x.requires_grad]
    numbers = learnt + list(layer.parameters())

    def call(*given):
        torch.manual_seed(7)  # what is drawn must not change between two calls
        values = iter(given)
        replaced = [next(values) if x.requires_grad else x for x in inputs]
        return apply(layer, replaced)

    return call, learnt, numbers


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_gradient(case):
    call, learnt, numbers = run(case)
    assert gradcheck(call, learnt or numbers)
    if numbers[len(learnt) :]:
        assert gradcheck(lambda *_: call(*learnt), numbers)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_second_gradient(case):
    call, learnt, numbers = run(case)
    assert gradgradcheck(lambda *_: call(*learnt), numbers)


def test_no_layer_is_missing():
    names = {case[0] for case in CASES} | CONTAINERS
    assert set(nn.modules.__all__) - {"RNNBase", "RNNCellBase"} <= names


def made(case):
    """The layer of a case, and its inputs."""
    name, args, options, inputs = case
    torch.manual_seed(5)
    return getattr(nn, name)(*args, **options).double(), inputs


def result(layer, inputs):
    torch.manual_seed(7)
    layer.eval()
    return np.concatenate([x.data.numpy().ravel() for x in apply(layer, inputs)])


def through_file(layer):
    file = io.BytesIO()
    torch.save(layer, file)
    file.seek(0)
    return torch.load(file)


COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda layer: pickle.loads(pickle.dumps(layer)),
    "file": through_file,
}


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_copies(case, how):
    layer, inputs = made(case)
    other = COPIES[how](layer)
    assert type(other) is type(layer) and repr(other) == repr(layer)
    np.testing.assert_array_equal(result(other, inputs), result(layer, inputs))
    for mine, its in zip(layer.parameters(), other.parameters()):
        assert (mine is its) == (how == "copy")
        assert type(its) is nn.Parameter


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_types_and_state(case):
    layer, inputs = made(case)
    expected = result(layer, inputs)
    state = layer.state_dict()
    for kind in ("float", "half", "double"):
        assert getattr(layer, kind)() is layer
        name = f"torch.{kind.title()}Tensor"
        assert all(p.data.type() == name for p in layer.parameters())
        assert all(t.type() == name for t in layer.state_dict().values())
    assert layer.type(torch.FloatTensor).type("torch.DoubleTensor") is layer
    layer.load_state_dict(state)
    np.testing.assert_allclose(result(layer, inputs), expected, rtol=1e-2, atol=1e-2)
    seen = []
    assert layer.apply(seen.append) is layer and seen[-1] is layer
