"""Handwritten digits: training that can be stopped and goes on where it was.

The first run does half of the epochs, the second the rest. Two processes load the
batches.
"""

import os

import torchlike as torch
from torchlike import nn, optim
from torchlike.autograd import Variable
from torchlike.nn import functional as F
from torchlike.utils.data import DataLoader, TensorDataset, random_split
from torchlike.utils.data.digits import load_digits

CHECKPOINT = "checkpoint.pt"
EPOCHS = 6


def train(last_epoch):
    """Train until an epoch, from the checkpoint if there is one."""
    torch.manual_seed(0)
    images, labels = load_digits()
    data = TensorDataset(images.view(len(labels), -1), labels)
    training, testing = random_split(data, [1500, len(data) - 1500])

    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    optimizer = optim.RMSprop(model.parameters(), lr=2e-3)
    done = -1
    if os.path.exists(CHECKPOINT):
        checkpoint = torch.load(CHECKPOINT)
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        done = checkpoint["epoch"]
    schedule = optim.lr_scheduler.StepLR(optimizer, 4, gamma=0.3, last_epoch=done)

    batches = DataLoader(training, batch_size=32, shuffle=True, num_workers=2)
    for epoch in range(done + 1, last_epoch):
        schedule.step()
        for x, y in batches:
            optimizer.zero_grad()
            F.cross_entropy(model(Variable(x)), Variable(y)).backward()
            optimizer.step()
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
        torch.save({"epoch": epoch, **state}, CHECKPOINT)
        print(f"epoch {epoch}: {accuracy(model, testing):.1%} correct")


def accuracy(model, data):
    """The part of the samples that a model classifies correctly."""
    x, y = next(iter(DataLoader(data, batch_size=len(data))))
    guess = model(Variable(x, volatile=True)).data.max(1)[1]
    return guess.eq(y).sum() / len(data)


if __name__ == "__main__":
    train(EPOCHS // 2)
    train(EPOCHS)
