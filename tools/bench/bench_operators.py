"""Every operator on recorded 5 x 5 Variables: the cost of a small call."""

import statements
from timing import Item
from torch.autograd import Variable

ITEMS = [
    Item(one, "record", optional=True)
    for one in dict.fromkeys(
        statements.of_table(True) + statements.BESIDE_THE_TABLE + statements.OF_LAYERS
    )
]


def setup():
    return statements.names(
        lambda tensor, recorded: Variable(tensor, requires_grad=recorded)
    )
