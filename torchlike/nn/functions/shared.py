"""What the families share."""


def numbers(name, value, count):
    """`count` ints from one int or a sequence of them, for the argument `name`."""
    if isinstance(value, int):
        return (value,) * count
    value = tuple(value)
    if len(value) == 1:
        return value * count
    if len(value) != count:
        raise ValueError(f"{name} must be one int or {count}, got {value}")
    return value


def check_dim(input, *allowed):
    """Raise ValueError unless the input has one of the numbers of dimensions."""
    if input.dim() not in allowed:
        wanted = " or ".join(f"{n}D" for n in allowed)
        raise ValueError(f"expected {wanted} input (got {input.dim()}D input)")
