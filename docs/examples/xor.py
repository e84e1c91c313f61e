"""Learns the exclusive or of two bits: the smallest training loop."""

import torchlike as torch
import torchlike.nn as nn
import torchlike.nn.functional as F
from torchlike.autograd import Variable

torch.manual_seed(1)

x = Variable(torch.FloatTensor([[0, 0], [0, 1], [1, 0], [1, 1]]))
y = Variable(torch.FloatTensor([[0], [1], [1], [0]]))

model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)

for _ in range(300):
    optimizer.zero_grad()
    loss = F.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()

print("loss", loss.data[0])
print(model(x))
