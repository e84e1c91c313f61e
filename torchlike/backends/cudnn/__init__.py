"""cuDNN: not in this build, and it says so.

Scripts set ``torch.backends.cudnn.benchmark = True`` whether there is a GPU or not.

Attributes
----------
enabled, benchmark, deterministic, verbose : bool
    Kept, without effect on the CPU. `enabled` is True at first, the others are False.
"""

enabled = True
benchmark = False
deterministic = False
verbose = False

__all__ = ["is_acceptable", "version"]


def is_acceptable(tensor):
    """Return False: no tensor can be given to cuDNN.

    Parameters
    ----------
    tensor : Tensor
    """
    return False


def version():
    """Return None: there is no cuDNN."""
    return None
