"""Single layers at the sizes that networks of 2017 have: convolutions by direction,
and the memory-bound layers around them.

`forward` leaves no history; `both` is forward and backward into input and parameters.
Floating-point operations count a multiplication and an addition as two.
"""

import torch
import torch.nn.functional as F
from timing import Item, data
from torch import nn
from torch.autograd import Variable

# name: target, in channels, out channels, kernel, stride, padding, groups, images, size
CONVOLUTIONS = {
    "3x3 16x64x56x56": ("conv", 64, 64, 3, 1, 1, 1, 16, 56),
    "3x3 16x128x28x28": ("conv", 128, 128, 3, 1, 1, 1, 16, 28),
    "3x3 16x256x14x14": ("conv", 256, 256, 3, 1, 1, 1, 16, 14),
    "3x3 16x512x7x7": ("conv", 512, 512, 3, 1, 1, 1, 16, 7),
    "1x1 16x64x56x56 to 256": ("conv_small", 64, 256, 1, 1, 0, 1, 16, 56),
    "7x7/2 16x3x224x224 to 64": ("conv_stem", 3, 64, 7, 2, 3, 1, 16, 224),
    "5x5 64x3x32x32 to 6": ("conv_small", 3, 6, 5, 1, 0, 1, 64, 32),
    "5x5 64x6x14x14 to 16": ("conv_small", 6, 16, 5, 1, 0, 1, 64, 14),
    "depthwise 3x3 16x64x56x56": ("layer", 64, 64, 3, 1, 1, 64, 16, 56),
}

LAYERS = {
    "ConvTranspose2d 4x4/2 16x64x28x28": ("conv_transposed", "up", "maps28"),
    "Conv3d 3x3x3 4x16x16x28x28": ("conv_transposed", "volume", "voxels"),
    "BatchNorm2d 16x64x56x56": ("layer", "norm", "maps56"),
    "MaxPool2d 3x3/2 16x64x56x56": ("layer", "maxpool3", "maps56"),
    "MaxPool2d 2x2 16x64x56x56": ("layer", "maxpool2", "maps56"),
    "AvgPool2d 2x2 16x64x56x56": ("layer", "avgpool", "maps56"),
    "AvgPool2d 7x7 16x512x7x7": ("layer", "avgpool7", "maps7"),
    "Dropout 128x4096": ("layer", "drop", "rows"),
    "softmax 128x4096": ("layer", "softmax", "rows"),
    "log_softmax 128x4096": ("layer", "log_softmax", "rows"),
    "cross_entropy 128x1000": ("layer", "entropy", "logits"),
    "Embedding 10000x256, 20x35": ("layer", "embed", "words"),
}

NET = {
    "CIFAR-10 net step, batch 4": ("net_step", "step4()"),
    "CIFAR-10 net step, batch 64": ("conv_small", "step64()"),
}


def _flops(inputs, outputs, kernel, stride, padding, groups, images, size):
    """Return the operations of one direction."""
    side = (size + 2 * padding - kernel) // stride + 1
    return 2 * images * outputs * inputs // groups * kernel**2 * side**2


def _items():
    for name, (target, *sizes) in CONVOLUTIONS.items():
        flops = _flops(*sizes)
        call = f"layers[{name!r}](inputs[{name!r}])"
        yield Item(f"{name}, forward", target, f"forward({name!r})", flops=flops)
        yield Item(f"{name}, both", target, f"{call}.backward(like[{name!r}])",
                   flops=3 * flops)  # fmt: skip
    for name, (target, layer, given) in LAYERS.items():
        yield Item(f"{name}, both", target, f"both({layer!r}, {given!r})")
    for name, (target, statement) in NET.items():
        yield Item(name, target, statement)


ITEMS = list(_items())


class Net(nn.Module):
    """The network of the CIFAR-10 tutorial."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(-1, 16 * 5 * 5)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x)))))


def _net_step(batch):
    """Return a function that does one training step."""
    net, loss = Net(), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-7, momentum=0.9)
    images = Variable(data(batch, 3, 32, 32))
    labels = Variable(torch.LongTensor([i % 10 for i in range(batch)]))

    def step():
        optimizer.zero_grad()
        loss(net(images), labels).backward()
        optimizer.step()

    return step


def setup():
    layers, inputs, like = {}, {}, {}
    for name, (_, i, o, kernel, stride, padding, groups, images, size) in (
        CONVOLUTIONS.items()
    ):  # fmt: skip
        layers[name] = nn.Conv2d(i, o, kernel, stride, padding, groups=groups)
        inputs[name] = Variable(data(images, i, size, size), requires_grad=True)
        like[name] = torch.ones(layers[name](inputs[name]).size())
    plain = {name: Variable(x.data) for name, x in inputs.items()}
    for layer in layers.values():
        for parameter in layer.parameters():
            parameter.requires_grad = False
    frozen = dict(layers)
    for name, (_, i, o, kernel, stride, padding, groups, _, _) in CONVOLUTIONS.items():
        layers[name] = nn.Conv2d(i, o, kernel, stride, padding, groups=groups)

    labels = Variable(torch.LongTensor([i * 7 % 1000 for i in range(128)]))
    entropy = nn.CrossEntropyLoss()
    given = {
        "maps56": Variable(data(16, 64, 56, 56), requires_grad=True),
        "maps28": Variable(data(16, 64, 28, 28), requires_grad=True),
        "maps7": Variable(data(16, 512, 7, 7), requires_grad=True),
        "voxels": Variable(data(4, 16, 16, 28, 28), requires_grad=True),
        "rows": Variable(data(128, 4096), requires_grad=True),
        "logits": Variable(data(128, 1000), requires_grad=True),
        "words": Variable(
            torch.LongTensor([i * 37 % 10000 for i in range(700)]).view(20, 35)
        ),
    }
    others = {
        "up": nn.ConvTranspose2d(64, 64, 4, 2, 1),
        "volume": nn.Conv3d(16, 32, 3, padding=1),
        "norm": nn.BatchNorm2d(64),
        "maxpool3": nn.MaxPool2d(3, 2, 1),
        "maxpool2": nn.MaxPool2d(2),
        "avgpool": nn.AvgPool2d(2),
        "avgpool7": nn.AvgPool2d(7),
        "drop": nn.Dropout(),
        "softmax": nn.Softmax(dim=1),
        "log_softmax": nn.LogSoftmax(dim=1),
        "entropy": lambda x: entropy(x, labels),
        "embed": nn.Embedding(10000, 256),
    }
    ones = {}

    def both(name, on):
        result = others[name](given[on])
        if name not in ones:
            ones[name] = torch.ones(result.size())
        result.backward(ones[name])

    return {
        "layers": layers,
        "inputs": inputs,
        "like": like,
        "forward": lambda name: frozen[name](plain[name]),
        "both": both,
        "step4": _net_step(4),
        "step64": _net_step(64),
    }
