"""``torchlike demo``: train a small ConvNet on handwritten digits.

Start reading here: this is a whole program, written as one wrote for PyTorch 0.3.
"""

import math
import os
import sys
import tempfile
import time

import torchlike as torch
import torchlike.nn as nn
import torchlike.nn.functional as F
import torchlike.optim as optim
from torchlike import commands
from torchlike.autograd import Variable
from torchlike.utils.data import DataLoader, TensorDataset
from torchlike.utils.data.digits import load_digits

HELD_OUT = 360

# The learning rate is multiplied by it after each epoch.
LR_DECAY = 0.85


class Net(nn.Module):
    """Two convolutions and two linear layers: (N, 1, 8, 8) images to (N, 10) scores."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, kernel_size=3, padding=1)
        self.bn1 = nn.BatchNorm2d(16)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=3, padding=1)
        self.bn2 = nn.BatchNorm2d(32)
        self.pool = nn.MaxPool2d(2)
        self.dropout = nn.Dropout(0.3)
        self.fc1 = nn.Linear(32 * 4 * 4, 64)
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
    options = parse(arguments)
    tqdm, draw = import_extras()
    torch.manual_seed(options.seed)

    images, labels = load_digits()
    order = torch.randperm(len(labels))
    images, labels = images[order], labels[order]
    held_images, held_labels = images[:HELD_OUT], labels[:HELD_OUT]
    train_set = TensorDataset(images[HELD_OUT:], labels[HELD_OUT:])
    loader = DataLoader(train_set, batch_size=options.batch_size, shuffle=True)

    model = Net()
    optimizer = optim.Adam(model.parameters(), lr=options.lr)
    history = {"training loss": [], "held-out loss": [], "held-out accuracy": []}
    began = time.time()
    with tqdm(total=options.epochs * len(loader), unit="batch") as progress:
        for epoch in range(options.epochs):
            loss = train(model, optimizer, loader, progress)
            if not math.isfinite(loss):
                progress.close()
                return fail(
                    f"the loss became {loss} in epoch {epoch + 1}; lower --lr", 1
                )
            held_loss, guesses = test(model, held_images, held_labels)
            accuracy = (guesses == held_labels).sum() / HELD_OUT
            for values, value in zip(history.values(), (loss, held_loss, accuracy)):
                values.append(value)
            for group in optimizer.param_groups:
                group["lr"] *= LR_DECAY
            progress.set_postfix_str(
                f"loss {loss:.4f}, held-out accuracy {accuracy:.2%}"
            )
    seconds = time.time() - began

    model_file = os.path.join(options.output, "digits.pth")
    torch.save(model.state_dict(), model_file)
    reloaded = Net()
    reloaded.load_state_dict(torch.load(model_file))
    if (test(reloaded, held_images, held_labels)[1] != guesses).any():
        return fail(f"the model in {model_file} differs from the one that was saved", 1)

    wrong = [i for i in range(HELD_OUT) if guesses[i] != held_labels[i]]
    picture_file = os.path.join(options.output, "digits.png")
    draw(
        picture_file,
        history,
        [(held_images[i][0].numpy(), held_labels[i], guesses[i]) for i in wrong],
    )
    print(
        f"trained    {len(train_set)} images, {options.epochs} epochs, {seconds:.1f} s"
    )
    print(
        f"accuracy   {accuracy:.2%} of {HELD_OUT} held-out images, {len(wrong)} wrong"
    )
    print(f"model      {model_file} (reloaded, sees the same digits)")
    print(f"picture    {picture_file}")
    print(f"program    {os.path.abspath(__file__)}")
    return 0


def parse(arguments):
    """Return the options, checked; the output folder exists and can be written to."""
    parser = commands.Parser("torchlike demo", description=__doc__.splitlines()[0])
    count = commands.whole_number(least=1)
    parser.add_argument("--epochs", type=count, default=15, help="default: 15")
    parser.add_argument("--batch-size", type=count, default=32, help="default: 32")
    parser.add_argument(
        "--lr", type=commands.positive_number, default=0.002, help="default: 0.002"
    )
    parser.add_argument(
        "--seed", type=commands.whole_number(0, 2**63 - 1), default=1, help="default: 1"
    )
    parser.add_argument(
        "--output", default="torchlike-demo", help="folder for the results"
    )
    options = parser.parse_args(arguments)
    options.output = os.path.abspath(options.output)
    try:
        os.makedirs(options.output, exist_ok=True)
        tempfile.TemporaryFile(dir=options.output).close()
    except OSError as error:
        parser.error(f"argument --output: {options.output}: {error.strerror}")
    return options


def import_extras():
    """Return tqdm and the function that draws; exit if they are not installed."""
    # Optional packages, and nothing else in torchlike needs them.
    try:
        from tqdm import tqdm

        from torchlike.commands._picture import draw
    except ImportError as error:
        hint = 'pip install "torchlike[demo]"'
        sys.exit(fail(f"{error.name} is not installed: {hint}", 1))
    return tqdm, draw


def fail(message, code):
    """Print one line about what went wrong and return the exit code."""
    print(f"torchlike demo: {message}", file=sys.stderr)
    return code
