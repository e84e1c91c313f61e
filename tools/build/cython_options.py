"""The Cython directives that every module is compiled with."""

DIRECTIVES = {
    "language_level": 3,
    "boundscheck": False,
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
    "embedsignature": True,
    "binding": False,
    "auto_pickle": False,
}

# With TORCHLIKE_DEBUG=1 the checks that are off above are on.
DEBUG_DIRECTIVES = {
    "boundscheck": True,
    "wraparound": True,
    "cdivision": False,
    "initializedcheck": True,
    "nonecheck": True,
}


def directives(debug):
    """Return the directives of a debug or a release build as a dict."""
    return {**DIRECTIVES, **DEBUG_DIRECTIVES} if debug else dict(DIRECTIVES)
