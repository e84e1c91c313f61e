"""Counts the instructions of small operators under valgrind.

``python -m tools.bench.instructions [STATEMENT...]`` uses the torchlike of this
interpreter. Wall time on a shared machine changes from run to run; these numbers do
not, so they show in a review what a change costs.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

from . import __main__ as bench

STATEMENTS = (
    "a + b",
    "a.add_(b)",
    "a.t()",
    "a[0]",
    "a.mm(b)",
    "w + x",
    "((x * w).tanh() + b1).sum().backward()",
)
# How often the longer of two runs repeats the statement more than the shorter one.
REPEAT = 2000

PROGRAM = """
import sys
import torchlike as torch
from torchlike.autograd import Variable
torch.set_num_threads(1)
a, b, c = (torch.FloatTensor(5, 5).fill_(0.5) for _ in range(3))
x = Variable(torch.FloatTensor(5, 5).fill_(0.5))
w, b1 = (Variable(a.clone(), requires_grad=True) for _ in range(2))
counts = [int(word) for word in sys.argv[1].split(",")]
for count, statement in zip(counts, sys.argv[2:]):
    body = f"def run():\\n    for _ in range({count}):\\n        {statement}"
    exec(body)
    run()
"""


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("statements", nargs="*", help="of a, b, c, x, w, b1, torch")
    statements = parser.parse_args(arguments).statements or STATEMENTS
    statements = ["pass", *statements]
    if not shutil.which("valgrind"):
        sys.exit("tools.bench.instructions: there is no valgrind")
    counts = [100] * len(statements)
    base = instructions(statements, counts)
    loop = 0
    for index, statement in enumerate(statements):
        more = list(counts)
        more[index] += REPEAT
        each = (instructions(statements, more) - base) / REPEAT
        if index == 0:
            loop = each
        else:
            print(f"{statement:<46} {each - loop:10.0f}", flush=True)


def instructions(statements, counts):
    """Return the instructions of a process that repeats each statement `counts`."""
    environment = {k: v for k, v in os.environ.items() if k not in bench.MISLEADING}
    environment["PYTHONHASHSEED"] = "0"
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={os.devnull}"]
    command += [sys.executable, "-c", PROGRAM, ",".join(map(str, counts)), *statements]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=environment,
        cwd=tempfile.gettempdir(),
    )
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not found:
        sys.exit(f"tools.bench.instructions: valgrind failed\n{done.stderr}")
    return int(found[1])


if __name__ == "__main__":
    main()
