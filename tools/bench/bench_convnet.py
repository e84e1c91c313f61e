"""The network of ``torchlike demo``: 8x8 images, batches of 64."""

import torch
import torch.nn.functional as F
from timing import Item, data
from torch import nn, optim
from torch.autograd import Variable

_BATCH = 64

ITEMS = [
    Item("demo ConvNet, evaluation", "arithmetic", "evaluate()"),
    Item("demo ConvNet, forward", "arithmetic", "net(images)"),
    Item("demo ConvNet, forward and backward", "arithmetic", "loss().backward()"),
    Item("demo ConvNet, Adam step", "arithmetic", "step()"),
    Item("conv1 1->32, forward", "arithmetic", "net.conv1(images)"),
    Item("conv2 32->64, forward", "arithmetic", "net.conv2(maps)"),
    Item("conv2 32->64, both", "arithmetic", "net.conv2(maps).sum().backward()"),
    Item("bn1, both", "arithmetic", "net.bn1(maps).sum().backward()"),
    Item("pool, both", "arithmetic", "net.pool(maps).sum().backward()"),
    Item("relu, both", "arithmetic", "F.relu(maps).sum().backward()"),
    Item("dropout, both", "arithmetic", "F.dropout(maps, 0.3).sum().backward()"),
    Item("fc1, both", "arithmetic", "net.fc1(flat).sum().backward()"),
    Item("Adam", "arithmetic", "optimizer.step()"),
]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3, padding=1)
        self.bn1 = nn.BatchNorm2d(32)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3, padding=1)
        self.bn2 = nn.BatchNorm2d(64)
        self.pool = nn.MaxPool2d(2)
        self.dropout = nn.Dropout(0.3)
        self.fc1 = nn.Linear(64 * 4 * 4, 64)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.pool(F.relu(self.bn2(self.conv2(x))))
        x = self.dropout(x.view(x.size(0), -1))
        x = F.relu(self.fc1(x))
        return F.log_softmax(self.fc2(self.dropout(x)), dim=1)


def setup():
    net = Net()
    optimizer = optim.Adam(net.parameters(), lr=1e-7)
    images = Variable(data(_BATCH, 1, 8, 8))
    labels = Variable(torch.LongTensor([i % 10 for i in range(_BATCH)]))

    def loss():
        return F.nll_loss(net(images), labels)

    def step():
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()

    def evaluate():
        net.eval()
        net(images)
        net.train()

    step()
    return {
        "F": F,
        "net": net,
        "optimizer": optimizer,
        "loss": loss,
        "step": step,
        "evaluate": evaluate,
        "images": images,
        "maps": Variable(data(_BATCH, 32, 8, 8), requires_grad=True),
        "flat": Variable(data(_BATCH, 1024), requires_grad=True),
    }
