"""Writes like Shakespeare, character by character, after reading 13 of his sonnets.

An LSTM reads the text and learns which character comes next; then its own choices
become its input. The text is in the public domain.

    torchlike run char_rnn.py              # seconds: words and lines take shape
    torchlike run char_rnn.py --steps 3000 # a minute: it knows some lines by heart
"""

import argparse
from pathlib import Path

import torchlike as torch
from torchlike import nn, optim
from torchlike.autograd import Variable
from torchlike.nn import functional as F

TEXT = Path(__file__).with_name("sonnets.txt").read_text(encoding="utf-8")
CHARACTERS = sorted(set(TEXT))


class Model(nn.Module):
    """Scores of the next character after each one of a batch of sequences."""

    def __init__(self, hidden, layers):
        super().__init__()
        self.embedding = nn.Embedding(len(CHARACTERS), 32)
        self.lstm = nn.LSTM(32, hidden, layers)
        self.scores = nn.Linear(hidden, len(CHARACTERS))

    def forward(self, numbers, state=None):
        """Numbers (steps, batch) give scores (steps * batch, characters), a state."""
        output, state = self.lstm(self.embedding(numbers), state)
        return self.scores(output.view(-1, output.size(2))), state


def numbers_of(text):
    """The text as a LongTensor."""
    return torch.LongTensor([CHARACTERS.index(character) for character in text])


def batches(length, batch):
    """Yield (input, target), both (length, batch), of random places, for ever."""
    text = numbers_of(TEXT)
    while True:
        starts = torch.rand(batch).mul_(len(text) - length - 1).long().tolist()
        windows = torch.stack([text[s : s + length + 1] for s in starts], 1)
        yield windows[:-1].contiguous(), windows[1:].contiguous()


def write(model, begin, count, temperature):
    """Continue a text by so many characters."""
    model.eval()
    text, state = begin, None
    numbers = numbers_of(begin).unsqueeze(1)
    for _ in range(count):
        scores, state = model(Variable(numbers, volatile=True), state)
        chances = F.softmax(scores[-1] / temperature, 0).data
        numbers = torch.multinomial(chances, 1).unsqueeze(1)
        text += CHARACTERS[numbers[0, 0]]
    model.train()
    return text


def main():
    """Train, and show what it writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument("--layers", type=int, default=1)
    parser.add_argument("--length", type=int, default=40, help="of a sequence")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--temperature", type=float, default=0.6)
    options = parser.parse_args()

    torch.manual_seed(0)
    model = Model(options.hidden, options.layers)
    optimizer = optim.Adam(model.parameters(), lr=5e-3)
    losses = []
    data = batches(options.length, options.batch)
    for step, (x, y) in zip(range(1, options.steps + 1), data):
        optimizer.zero_grad()
        scores, _ = model(Variable(x))
        loss = F.cross_entropy(scores, Variable(y.view(-1)))
        loss.backward()
        nn.utils.clip_grad_norm(model.parameters(), 5)
        optimizer.step()
        losses.append(loss.data[0])
        if step % 50 == 0 or step == options.steps:
            recent = losses[-50:]
            print(f"step {step}: loss {sum(recent) / len(recent):.3f}")
    print(write(model, "Shall I ", 200, options.temperature))


if __name__ == "__main__":
    main()
