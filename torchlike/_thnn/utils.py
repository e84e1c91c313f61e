"""Reads the headers of THNN."""

import re
from pathlib import Path

__all__ = ["THNN_H_PATH", "Argument", "Function", "parse_header"]

_FOLDER = Path(__file__).resolve().parent.parent / "include" / "THNN"
#: The functions that torchlike itself calls; beside it lies layers/THNN.h, the others.
THNN_H_PATH = str(_FOLDER / "generic" / "THNN.h")
HEADERS = (THNN_H_PATH, str(_FOLDER / "layers" / "THNN.h"))

_PROTOTYPE = re.compile(r"TH_API\s+int\s+THNN_\((\w+)\)\s*\(([^)]*)\);")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


class Argument:
    """One argument of a C function.

    Attributes
    ----------
    type : str
        As in the header, such as ``THTensor*`` or ``double``.
    name : str
    is_optional : bool
        Whether None may be passed.
    """

    def __init__(self, type, name, is_optional):
        self.type = type
        self.name = name
        self.is_optional = is_optional

    def __repr__(self):
        return f"{self.type} {self.name}"


class Function:
    """One C function.

    Attributes
    ----------
    name : str
    arguments : list of Argument
    """

    def __init__(self, name):
        self.name = name
        self.arguments = []

    def __repr__(self):
        return f"{self.name}({', '.join(map(repr, self.arguments))})"


def parse_header(path):
    """Return the functions that a header of THNN declares.

    Parameters
    ----------
    path : str

    Returns
    -------
    list of Function

    Examples
    --------
    >>> from torchlike._thnn import THNN_H_PATH, parse_header
    >>> [f for f in parse_header(THNN_H_PATH) if f.name == 'SoftPlus_updateOutput']
    [SoftPlus_updateOutput(THNNState* state, THTensor* input, THTensor* output, \
double beta, double threshold)]
    """
    text = _COMMENT.sub(" ", Path(path).read_text(encoding="utf-8"))
    functions = []
    for name, arguments in _PROTOTYPE.findall(text):
        function = Function(name)
        for argument in arguments.split(","):
            kind, _, word = " ".join(argument.split()).rpartition(" ")
            optional = kind.startswith("TH_OPTIONAL ")
            kind = kind.removeprefix("TH_OPTIONAL ")
            if word.startswith("*"):
                kind, word = kind + "*", word[1:]
            function.arguments.append(Argument(kind, word, optional))
        functions.append(function)
    return functions
