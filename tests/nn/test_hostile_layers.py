"""Layers with shapes, numbers and types that do not fit: errors, and nothing worse."""

import random

import pytest

from tools.check import fuzz_layers


@pytest.mark.parametrize("kind", ["nn.", "F.", "Float.", "Double."])
def test_random_calls(kind):
    passed, wrong = fuzz_layers.run(1500, random.Random(kind).randrange(2**20), kind)
    assert wrong == []
    assert sum(passed.values()) > 50  # not everything is refused at the door


def test_what_is_called():
    names = fuzz_layers.subjects()
    assert {"nn.Conv3d", "F.nll_loss", "Float.LookupTable_renorm"} <= set(names)
    assert len(names) > 400
