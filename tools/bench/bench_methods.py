"""Every method and function of 5 x 5 tensors: the cost of a small call."""

import statements
from timing import Item

ITEMS = [
    Item(one, "small", optional=True)
    for one in dict.fromkeys(
        statements.of_table(False) + statements.BESIDE_THE_TABLE + statements.OF_TENSORS
    )
]


def setup():
    return statements.names(lambda tensor, recorded: tensor)
