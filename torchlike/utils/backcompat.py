"""Switches of 0.3 for warnings about behaviour that had changed in 0.2."""

__all__ = ["broadcast_warning", "keepdim_warning"]


class _Warning:
    """One switch. It cannot be turned on: the warning does not exist here."""

    def __init__(self, name):
        self._name = name

    @property
    def enabled(self):
        """Whether the warning is given: never."""
        return False

    @enabled.setter
    def enabled(self, value):
        if value:
            raise NotImplementedError(f"{self._name} is not available")


broadcast_warning = _Warning("broadcast_warning")
keepdim_warning = _Warning("keepdim_warning")
