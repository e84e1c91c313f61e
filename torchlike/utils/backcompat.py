"""Switches of 0.3 for warnings about behaviour that had changed in 0.2.

Examples
--------
>>> torch.utils.backcompat.broadcast_warning.enabled
False
"""

from torchlike._C.backcompat import get_switches, set_switches

__all__ = ["broadcast_warning", "keepdim_warning"]


class _Warning:
    """One switch: ``enabled`` can be set to True or False."""

    def __init__(self, position):
        self._position = position

    @property
    def enabled(self):
        """Whether the warning is given."""
        return get_switches()[self._position]

    @enabled.setter
    def enabled(self, value):
        switches = list(get_switches())
        switches[self._position] = value
        set_switches(*switches)


# Operands that broadcast, but were paired element by element before.
broadcast_warning = _Warning(0)
# Calls of reductions that leave out keepdim, whose default was True before.
keepdim_warning = _Warning(1)
