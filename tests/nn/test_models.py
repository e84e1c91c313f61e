"""Small networks of the families that programs are made of, whole.

What single layers do not show: layers in place after layers, shared inputs, copies of
nested modules. Gradients are compared with finite differences through the whole model.
"""

import copy
import io
import math

import pytest

import torchlike as torch
from torchlike import nn
from torchlike.autograd import Variable, grad, gradcheck
from torchlike.nn import functional as F


class Residual(nn.Module):
    """Two convolutions beside the input; everything that can be is done in place."""

    def __init__(self, planes, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(2, planes, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.shortcut = nn.Sequential(
            nn.Conv2d(2, planes, 1, stride, bias=False), nn.BatchNorm2d(planes)
        )

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += self.shortcut(x)
        return self.relu(out).mean(3).mean(2)


class Dense(nn.Module):
    """Each layer sees all before it; drops, pools and halves in between."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Sequential(
                nn.BatchNorm2d(2 + 3 * i),
                nn.ELU(inplace=True),
                nn.Conv2d(2 + 3 * i, 3, 3, padding=1),
            )
            for i in range(2)
        )
        self.transition = nn.Sequential(nn.Conv2d(8, 4, 1), nn.AvgPool2d(2))

    def forward(self, x):
        for layer in self.layers:
            x = torch.cat([x, layer(x)], 1)
        x = F.leaky_relu(self.transition(x), 0.1, inplace=True)
        return F.avg_pool2d(x, kernel_size=3, stride=1).view(x.size(0), -1)


class UNet(nn.Module):
    """Down, up again, and joined with what was there before."""

    def __init__(self, bilinear):
        super().__init__()
        self.inside = nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.Tanh())
        self.down = nn.Sequential(nn.MaxPool2d(2), nn.Conv2d(3, 3, 3, padding=1))
        self.up = (
            nn.Upsample(scale_factor=2, mode="bilinear")
            if bilinear
            else nn.ConvTranspose2d(3, 3, 2, stride=2)
        )
        self.out = nn.Conv2d(6, 2, 1)

    def forward(self, x):
        x1 = self.inside(x)
        x2 = self.up(self.down(x1))
        missing = x1.size(2) - x2.size(2), x1.size(3) - x2.size(3)
        x2 = F.pad(x2, (0, missing[1], 0, missing[0]))
        return F.sigmoid(self.out(torch.cat([x1, x2], dim=1)))


class Attention(nn.Module):
    """Heads of scaled dot products with a mask, normalised and added to the input."""

    def __init__(self, size, heads):
        super().__init__()
        self.heads, self.depth = heads, size // heads
        self.project = nn.ModuleList(
            copy.deepcopy(nn.Linear(size, size)) for _ in range(4)
        )
        self.scale = nn.Parameter(torch.ones(size))
        self.register_buffer("mask", torch.ones(5, 5).tril().byte())

    def split(self, x):
        return x.view(x.size(0), -1, self.heads, self.depth).transpose(1, 2)

    def forward(self, x):
        mean, std = x.mean(-1, keepdim=True), x.std(-1, keepdim=True)
        y = self.scale * (x - mean) / (std + 1e-6)
        query, key, value = (self.split(p(y)) for p in list(self.project)[:3])
        scores = query.matmul(key.transpose(-2, -1)) / math.sqrt(self.depth)
        scores = scores.masked_fill(Variable(self.mask == 0), -1e9)
        y = F.softmax(scores, dim=-1).matmul(value)
        y = y.transpose(1, 2).contiguous().view(x.size())
        return x + self.project[-1](y)


class Text(nn.Module):
    """Convolutions of several widths over words, their maxima, and a highway layer."""

    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(1, 2, (k, 4)) for k in (2, 3))
        self.plain, self.gate = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x):
        maps = [F.relu(conv(x.unsqueeze(1))).squeeze(3) for conv in self.convs]
        x = torch.cat([F.max_pool1d(m, m.size(2)).squeeze(2) for m in maps], 1)
        gate = F.sigmoid(self.gate(x))
        return gate * F.relu(self.plain(x)) + (1 - gate) * x


MODELS = {
    "residual": (lambda: Residual(3), (2, 2, 5, 5)),
    "residual with stride": (lambda: Residual(4, stride=2), (2, 2, 5, 5)),
    "dense": (Dense, (2, 2, 6, 6)),
    "unet, bilinear": (lambda: UNet(True), (1, 2, 5, 7)),
    "unet, transposed": (lambda: UNet(False), (1, 2, 5, 7)),
    "attention": (lambda: Attention(6, 2), (2, 5, 6)),
    "text": (Text, (2, 5, 4)),
}
models = pytest.mark.parametrize("make, size", MODELS.values(), ids=MODELS)


def made(make, size):
    torch.manual_seed(3)
    return make().double(), Variable(torch.randn(*size).double(), requires_grad=True)


@models
def test_gradients(make, size):
    model, x = made(make, size)
    assert gradcheck(lambda x, *parameters: model(x), (x, *model.parameters()))


@models
def test_training_lowers_the_loss(make, size):
    model, x = made(make, size)
    x.requires_grad = False
    target = Variable(model(x).data.clone().uniform_())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    losses = []
    for _ in range(30):
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), target)
        loss.backward()
        optimizer.step()
        losses.append(loss.data[0])
    assert losses[-1] < 0.8 * losses[0]


@models
def test_copies_compute_the_same(make, size):
    model, x = made(make, size)
    model.eval()
    file = io.BytesIO()
    torch.save(model.state_dict(), file)
    file.seek(0)
    other = make().double()
    other.load_state_dict(torch.load(file))
    for same in (copy.deepcopy(model), other.eval()):
        assert torch.equal(same(x).data, model(x).data)


def test_penalty_on_the_gradient_of_a_critic():
    """The second derivative through convolutions and activations, as WGAN-GP has it."""
    torch.manual_seed(5)
    critic = nn.Sequential(
        nn.Conv2d(1, 3, 3, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(3, 2, 3),
        nn.Tanh(),
        nn.Conv2d(2, 1, 2),
    ).double()
    x = Variable(torch.randn(2, 1, 8, 8).double(), requires_grad=True)

    def penalty(x, *parameters):
        out = critic(x)
        ones = torch.ones(out.size()).double()
        (slope,) = grad(out, x, Variable(ones), create_graph=True)
        return ((slope.view(2, -1).norm(2, 1) - 1) ** 2).mean()

    assert gradcheck(penalty, (x, *critic.parameters()))
