"""CUDA: not in this build, and it says so.

Scripts ask ``torch.cuda.is_available()`` and go on without a GPU.
"""

__all__ = [
    "current_device",
    "device_count",
    "is_available",
    "manual_seed",
    "manual_seed_all",
    "synchronize",
]


def is_available():
    """Return False: this build has no CUDA."""
    return False


def device_count():
    """Return 0: this build has no CUDA."""
    return 0


def manual_seed(seed):
    """Do nothing, as there is no GPU to seed.

    Parameters
    ----------
    seed : int
        Checked to be a number.
    """
    int(seed)


def manual_seed_all(seed):
    """Do nothing, as there is no GPU to seed.

    Parameters
    ----------
    seed : int
        Checked to be a number.
    """
    int(seed)


def current_device():
    """Raise AssertionError: there is no device."""
    raise AssertionError("Torch not compiled with CUDA enabled")


def synchronize():
    """Raise AssertionError: there is no device."""
    raise AssertionError("Torch not compiled with CUDA enabled")


class _CudaTensor(type):
    """Classes without instances, for ``isinstance(x, torch.cuda.FloatTensor)``."""

    def __call__(cls, *args, **kwargs):
        raise AssertionError("Torch not compiled with CUDA enabled")


for _name in ("Byte", "Char", "Double", "Float", "Half", "Int", "Long", "Short"):
    for _kind in ("Tensor", "Storage"):
        globals()[_name + _kind] = _CudaTensor(
            _name + _kind, (), {"__module__": "torch.cuda", "is_cuda": True}
        )
        __all__.append(_name + _kind)
