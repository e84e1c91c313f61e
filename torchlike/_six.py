"""Names that code for both Python 2 and 3 imports from `torch._six`."""

import builtins
from itertools import filterfalse

__all__ = [
    "PY2",
    "PY3",
    "builtins",
    "filterfalse",
    "imap",
    "int_classes",
    "string_classes",
    "with_metaclass",
]

PY2 = False
PY3 = True
string_classes = (str, bytes)
int_classes = int
imap = map


def with_metaclass(meta, *bases):
    """A base class that gives its subclasses the metaclass `meta`.

    Examples
    --------
    >>> class Meta(type):
    ...     pass
    >>> class Thing(with_metaclass(Meta, dict)):
    ...     pass
    >>> type(Thing) is Meta
    True
    """

    class _Temporary(meta):
        def __new__(cls, name, _, namespace):
            return meta(name, bases, namespace)

    return type.__new__(_Temporary, "temporary_class", (), {})
