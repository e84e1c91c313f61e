"""What the families share."""

from torchlike._C.windows import numbers

__all__ = ["check_dim", "numbers"]


def check_dim(input, *allowed):
    """Raise ValueError unless the input has one of the numbers of dimensions."""
    if input.dim() not in allowed:
        wanted = " or ".join(f"{n}D" for n in allowed)
        raise ValueError(f"expected {wanted} input (got {input.dim()}D input)")
