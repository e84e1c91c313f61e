"""Home of Python-level Functions; all operators of Variables are compiled."""

__all__ = []
