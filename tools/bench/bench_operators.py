"""Every operator on recorded 5 x 5 Variables: the cost of a small call."""

import statements
from torch.autograd import Variable

ITEMS = statements.items(
    statements.of_table(True) + statements.BESIDE_THE_TABLE + statements.OF_LAYERS,
    "record",
)


def setup():
    return statements.names(
        lambda tensor, recorded: Variable(tensor, requires_grad=recorded)
    )
