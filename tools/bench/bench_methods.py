"""Every method and function of 5 x 5 tensors: the cost of a small call."""

import statements

ITEMS = statements.items(
    statements.of_table(False) + statements.BESIDE_THE_TABLE + statements.OF_TENSORS,
    "small",
)


def setup():
    return statements.names(lambda tensor, recorded: tensor)
