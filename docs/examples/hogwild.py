"""Hogwild: several processes train one model, without waiting for each other.

The parameters are in shared memory. Each process computes gradients of its own and
writes to the parameters whenever it has them.
"""

import torchlike as torch
import torchlike.multiprocessing as mp
from torchlike import nn, optim
from torchlike.autograd import Variable
from torchlike.nn import functional as F
from torchlike.utils.data import DataLoader, TensorDataset
from torchlike.utils.data.digits import load_digits

PROCESSES = 4
EPOCHS = 6


class Net(nn.Module):
    """Two convolutions and two linear layers."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)
        self.fc1 = nn.Linear(16 * 2 * 2, 32)
        self.fc2 = nn.Linear(32, 10)

    def forward(self, x):
        """Log-probabilities (N, 10) of images (N, 1, 8, 8)."""
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.conv2(x), 2))
        x = F.relu(self.fc1(x.view(len(x.data), -1)))
        return F.log_softmax(self.fc2(x), dim=1)


def digits():
    """The images that are trained on, and those that are tested."""
    images, labels = load_digits()
    return (images[:1500], labels[:1500]), (images[1500:], labels[1500:])


def train(rank, model):
    """Train a model that other processes train too."""
    torch.manual_seed(rank)
    torch.set_num_threads(1)
    batches = DataLoader(TensorDataset(*digits()[0]), batch_size=32, shuffle=True)
    optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.5)
    for epoch in range(EPOCHS):
        for x, y in batches:
            optimizer.zero_grad()
            loss = F.nll_loss(model(Variable(x)), Variable(y))
            loss.backward()
            optimizer.step()  # changes the shared parameters
        print(f"process {rank}, epoch {epoch}: loss {loss.data[0]:.3f}")


def main():
    """Train in several processes and test the result."""
    torch.manual_seed(0)
    model = Net()
    model.share_memory()
    processes = [mp.Process(target=train, args=(i, model)) for i in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        if process.exitcode:
            raise SystemExit(f"a process ended with code {process.exitcode}")
    x, y = digits()[1]
    guess = model(Variable(x, volatile=True)).data.max(1)[1]
    print(f"{guess.eq(y).sum() / len(y):.3f}")


if __name__ == "__main__":
    main()
