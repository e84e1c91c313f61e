"""Small things that several layers share."""


def _ntuple(n):
    """A function that turns one number into an n-tuple of it and leaves sequences."""

    def parse(value):
        try:
            return tuple(value)
        except TypeError:
            return (value,) * n

    return parse


_single = _ntuple(1)
_pair = _ntuple(2)
_triple = _ntuple(3)
_quadruple = _ntuple(4)
