"""Reads the C library's template headers: what functions there are, for which types.

The headers are the one description of the C functions; the dispatch tables and the
operator table's calls are checked against what is read here.
"""

import re
from dataclasses import dataclass
from pathlib import Path

INTEGER_TYPES = ("Byte", "Char", "Short", "Int", "Long")
FLOATING_TYPES = ("Float", "Double")
MATH_TYPES = INTEGER_TYPES + FLOATING_TYPES
ALL_TYPES = (*MATH_TYPES, "Half")  # in the order of THType

# What a C type becomes in the dispatch tables, where one signature serves all types.
UNTYPED = {
    "THTensor *": "THTensor *",
    "real": "THScalar",
    "accreal": "THScalar",
    "THTensor *const *": "THTensor *const *",
    "THLongTensor *const *": "THTensor *const *",
    "THGenerator *": "THGenerator *",
    "THNNState *": "void *",
    "int": "int",
    "int64_t": "int64_t",
    "double": "double",
    "const char *": "const char *",
    "void": "void",
} | {f"TH{name}Tensor *": "THTensor *" for name in ALL_TYPES}

PROTOTYPE = re.compile(
    r"TH_API\s+(\w+)\s+(TH|THNN)(?:Tensor)?_\((\w+)\)\s*\(([^)]*)\);"
)


@dataclass(frozen=True)
class Parameter:
    """One parameter of a C function: its type as declared and its name."""

    type: str
    name: str

    @property
    def untyped(self):
        return UNTYPED[self.type]


@dataclass(frozen=True)
class Function:
    """One templated C function: `library` is TH or THNN, `types` those that have it."""

    library: str
    family: str
    name: str
    returns: str
    parameters: tuple
    types: tuple

    @property
    def untyped_returns(self):
        return UNTYPED[self.returns]

    def symbol(self, real):
        """The C name for one type, such as THFloatTensor_add or THNN_FloatLinear_..."""
        if self.library == "TH":
            return f"TH{real}Tensor_{self.name}"
        return f"THNN_{real}{self.name}"


def parse_parameter(text, where):
    match = re.fullmatch(r"(?:TH_OPTIONAL\s+)?(.*?[\s*])(\w+)", text.strip())
    if not match:
        raise ValueError(f"{where}: parameter '{text}' is not understood")
    kind = re.sub(r"\s+", " ", match[1].strip()).replace(" *", "*").replace("*", " *")
    kind = kind.replace(" *const", " *const").strip()
    kind = kind.replace("*const  *", "*const *")
    if kind not in UNTYPED:
        raise ValueError(f"{where}: type '{kind}' has no place in a dispatch table")
    return Parameter(kind, match[2])


def read_header(path, library, types, floating_types):
    """All functions of one template header, in its order."""
    functions = []
    # Cut into the parts for all types and those inside #if TH_REAL_FLOATING and
    # #if !TH_REAL_FLOATING.
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    pieces = re.split(r"#if (!?TH_REAL_FLOATING)\n(.*?)#endif", text, flags=re.S)
    parts = [(part, types) for part in pieces[::3]]
    for condition, part in zip(pieces[1::3], pieces[2::3], strict=True):
        integers = condition.startswith("!")
        parts.append((part, INTEGER_TYPES if integers else floating_types))
    for part, part_types in parts:
        for returns, prefix, name, parameters in PROTOTYPE.findall(part):
            where = f"{path.name}: {name}"
            if prefix != library:
                raise ValueError(f"{where}: expected a function of {library}")
            functions.append(
                Function(
                    library,
                    path.stem.removeprefix("THTensor"),
                    name,
                    returns,
                    tuple(parse_parameter(p, where) for p in parameters.split(",")),
                    part_types,
                )
            )
    return functions


def read_all(root):
    """Functions of both libraries: {library: {name: Function}}."""
    tables = {"TH": {}, "THNN": {}}
    for path in sorted((Path(root) / "TH/include/TH/generic").glob("THTensor*.h")):
        types = ALL_TYPES if path.stem == "THTensorCopy" else MATH_TYPES
        for function in read_header(path, "TH", types, FLOATING_TYPES):
            tables["TH"][function.name] = function
    for path in sorted((Path(root) / "THNN/include/THNN/generic").glob("*.h")):
        for function in read_header(path, "THNN", FLOATING_TYPES, FLOATING_TYPES):
            tables["THNN"][function.name] = function
    return tables
