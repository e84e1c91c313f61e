"""A script as it was written in 2017; run it with `torchlike run from_2017.py`.

Today's Python rejects `async=` and has no `collections.Iterable`.
"""

from collections import Iterable

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset


def to_device(tensors, use_gpu, async=True):
    if not isinstance(tensors, Iterable):
        tensors = [tensors]
    if use_gpu:
        tensors = [tensor.cuda(async=async) for tensor in tensors]
    return [Variable(tensor) for tensor in tensors]


torch.manual_seed(1)
inputs = torch.randn(256, 4)
targets = (inputs.sum(1) > 0).long()
loader = DataLoader(TensorDataset(inputs, targets), batch_size=32, shuffle=True)

model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)

for epoch in range(10):
    batches = iter(loader)
    for _ in range(len(loader)):
        x, y = to_device(batches.next(), torch.cuda.is_available(), async=True)
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

guesses = model(Variable(inputs, volatile=True)).data.max(1)[1]
print("accuracy", (guesses == targets).sum() / len(targets))
