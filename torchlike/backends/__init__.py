"""Libraries that layers may use instead of their own kernels."""

from torchlike.backends import cudnn

__all__ = ["cudnn"]
