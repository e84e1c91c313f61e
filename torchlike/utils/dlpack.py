"""Exchanging tensors with other libraries without a copy, by DLPack."""

from torchlike._C.dlpack import from_dlpack, to_dlpack

__all__ = ["from_dlpack", "to_dlpack"]
