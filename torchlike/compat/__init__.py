"""Lets programs written for PyTorch 0.3 run unchanged, their ``import torch`` included.

After ``install()`` this process differs from a plain Python in three ways:

- ``torch`` is torchlike, ``torch.nn`` is ``torchlike.nn`` and so on: the very same
  module objects under a second name. A PyTorch installed beside it is left alone.
- A module that today's Python rejects because it uses ``async`` or ``await`` as a name,
  as in ``x.cuda(async=True)``, is compiled as the Python of its time did.
- What the standard library and NumPy have dropped since, such as
  ``collections.Iterable`` and ``np.float``, is back where it is missing.

Processes started with ``multiprocessing`` inherit it. The command ``torchlike run``
calls ``install()`` before it runs a script.
"""

import sys

from torchlike.compat import _aliases, _old_code, _patches

__all__ = ["install", "uninstall"]

# What install() put into sys.meta_path.
_finders = []


def install():
    """Make ``import torch`` give torchlike in this process, and accept old code.

    Calling it again does nothing.

    Raises
    ------
    RuntimeError
        if another ``torch`` or ``torchvision`` is imported already

    Examples
    --------
    >>> import torchlike.compat
    >>> torchlike.compat.install()
    >>> import torch
    >>> torch is torchlike
    True
    >>> torchlike.compat.uninstall()
    """
    if _finders:
        return
    _aliases.check_nothing_imported()
    _finders.extend([_aliases.AliasFinder(), _old_code.OldCodeFinder()])
    sys.meta_path[:0] = _finders
    _patches.apply_all()


def uninstall():
    """Undo ``install()``: forget the name ``torch`` and take every patch back.

    Modules imported meanwhile keep what they have imported.
    """
    if not _finders:
        return
    for finder in _finders:
        sys.meta_path.remove(finder)
    _finders.clear()
    _aliases.forget()
    _patches.undo_all()
