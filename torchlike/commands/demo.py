"""``torchlike demo``: train a small ConvNet on handwritten digits.

Start reading here: this is a whole program, written as one wrote for PyTorch 0.3.
"""

import math
import os
import sys
import time

import torchlike as torch
import torchlike.nn as nn
import torchlike.nn.functional as F
import torchlike.optim as optim
from torchlike.autograd import Variable
from torchlike.commands import _demo_options
from torchlike.utils.data import DataLoader, TensorDataset
from torchlike.utils.data.digits import load_digits

HELD_OUT = 360

# The learning rate is multiplied by it after each epoch.
LR_DECAY = 0.85


class Net(nn.Module):
    """Two convolutions and two linear layers: (N, 1, 8, 8) images to (N, 10) scores."""

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
        """Return the logarithm of the probability of each digit."""
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.pool(F.relu(self.bn2(self.conv2(x))))
        x = self.dropout(x.view(x.size(0), -1))
        x = F.relu(self.fc1(x))
        return F.log_softmax(self.fc2(self.dropout(x)), dim=1)


def train(model, optimizer, loader, progress):
    """Train for one epoch; return the mean loss."""
    model.train()
    total = 0
    for images, labels in loader:
        optimizer.zero_grad()
        loss = F.nll_loss(model(Variable(images)), Variable(labels))
        loss.backward()
        optimizer.step()
        total += loss.data[0] * len(labels)
        progress.update(1)
    return total / len(loader.dataset)


def test(model, images, labels):
    """Return the mean loss on these images and the digits that the model sees."""
    model.eval()
    output = model(Variable(images, volatile=True))
    loss = F.nll_loss(output, Variable(labels, volatile=True))
    return loss.data[0], output.data.max(1)[1]


def main(arguments):
    """Train, save, reload, check and draw."""
    options = _demo_options.parse(arguments)
    tqdm, draw = _demo_options.import_extras()
    torch.manual_seed(options.seed)

    images, labels = load_digits()
    order = torch.randperm(len(labels))
    images, labels = images[order], labels[order]
    held_out = images[:HELD_OUT], labels[:HELD_OUT]
    train_set = TensorDataset(images[HELD_OUT:], labels[HELD_OUT:])
    loader = DataLoader(train_set, batch_size=options.batch_size, shuffle=True)

    model = Net()
    optimizer = optim.Adam(model.parameters(), lr=options.lr)
    history = []
    began = time.time()
    with tqdm(total=options.epochs * len(loader), unit="batch") as progress:
        for _ in range(options.epochs):
            train_loss = train(model, optimizer, loader, progress)
            test_loss, guesses = test(model, *held_out)
            accuracy = (guesses == held_out[1]).sum() / HELD_OUT
            history.append((train_loss, test_loss, accuracy))
            progress.set_postfix_str(f"loss {train_loss:.4f}, accuracy {accuracy:.2%}")
            if not math.isfinite(train_loss):
                break
            for group in optimizer.param_groups:
                group["lr"] *= LR_DECAY
    seconds = time.time() - began
    if not math.isfinite(train_loss):
        sys.exit(f"torchlike demo: the loss became {train_loss}; lower --lr")

    model_file = os.path.join(options.output, "digits.pth")
    torch.save(model.state_dict(), model_file)
    reloaded = Net()
    reloaded.load_state_dict(torch.load(model_file))
    if not test(reloaded, *held_out)[1].equal(guesses):
        sys.exit(f"torchlike demo: {model_file} is not the model that was saved")

    wrong = [
        (image[0].numpy(), label, guess)
        for image, label, guess in zip(*held_out, guesses)
        if guess != label
    ]
    picture_file = os.path.join(options.output, "digits.png")
    draw(picture_file, history, wrong)
    summary = {
        "trained": f"{len(train_set)} images, {len(history)} epochs, {seconds:.1f} s",
        "accuracy": f"{accuracy:.2%} of {HELD_OUT} held-out images, {len(wrong)} wrong",
        "model": f"{model_file} (reloaded, sees the same digits)",
        "picture": picture_file,
        "program": os.path.abspath(__file__),
    }
    for name, value in summary.items():
        print(f"{name:<10} {value}")
