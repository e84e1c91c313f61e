"""Writes type stubs: the operators' methods on tensors and Variables, and torchlike itself.

Hand-written modules have hand-written stubs beside them; the package's own stub repeats the
imports of ``torchlike/__init__.py`` and adds the functions of the table.
"""

import ast
import keyword

from .methods import names, takes_out
from .text import banner

KINDS = {
    "T": "{own}",
    "t": "{own} | None",
    "W": "{own} | None",
    "L": "LongTensor",
    "B": "ByteTensor",
    "P": "IntTensor",
    "S": "Number",
    "D": "float",
    "I": "int",
    "b": "bool",
    "Z": "int | Sequence[int]",
    "G": "Generator | None",
}
HEAD = """\
# {banner}
from collections.abc import Sequence
from typing import Any, TypeVar, overload

from torchlike._C.generator import Generator
{imports}
Number = int | float
"""


def parameters(overload, own, first):
    """The parameter list of one overload in a stub."""
    parts, marked, optional = [first], False, False
    for a in overload.arguments:
        kind = KINDS[a.kind].format(own=own)
        keyword_only = a.keyword_only or (optional and a.default is None)
        if keyword.iskeyword(a.name):  # such names are reachable by position only
            parts.append(f"__{a.name}: {kind}")
            continue
        if a.kind == "Z":
            parts.append(f"*{a.name}: {kind}")
            marked = True
            continue
        if keyword_only and not marked and a.keyword_only:
            parts.append("*")
            marked = True
        default = " = ..." if a.default is not None else ""
        parts.append(f"{a.name}: {kind}{default}")
    return ordered([p for p in parts if p])


def ordered(parts):
    """Leading optional arguments are written without a default: Python has no such order."""
    out, required_later = [], False
    for part in reversed(parts):
        if part.endswith("= ...") and required_later:
            part = part.removesuffix(" = ...")
        elif not part.startswith("*") and not part.endswith("= ..."):
            required_later = True
        out.insert(0, part)
    return ", ".join(out)


def variants(overload):
    """The overload with and without its leading optional arguments."""
    arguments = overload.arguments
    last = max((i for i, a in enumerate(arguments) if a.default is None), default=-1)
    leading = [a for a in arguments[:last] if a.default is not None]
    return [[], leading] if leading else [[]]


class _Without:
    """An overload that leaves some arguments out."""

    def __init__(self, overload, left_out):
        self.arguments = [a for a in overload.arguments if a not in left_out]


def result(overload, own, number):
    if overload.number:
        return "bool" if overload.number == "bool" else number
    kinds = {"T": own, "L": "LongTensor", "B": "ByteTensor", "P": "IntTensor"}
    if own == "Variable":
        kinds = dict.fromkeys("TLBP", "Variable")
    shown = [kinds[k] for k in overload.outputs]
    return shown[0] if len(shown) == 1 else f"tuple[{', '.join(shown)}]"


def define(name, signatures, indent):
    """One or several (overloaded) definitions."""
    lines = []
    for arguments, returns in signatures:
        if len(signatures) > 1:
            lines.append(f"{indent}@overload")
        lines.append(f"{indent}def {name}({arguments}) -> {returns}: ...")
    return lines


def method_stubs(operators, own, number):
    lines = []
    for operator in operators:
        for name in names(operator):
            inplace = name == operator.inplace
            variables = operator.public == "variables" and not inplace
            if operator.namespace or not (inplace or operator.method or variables):
                continue
            if (operator.variable_only or variables) and own != "Variable":
                continue
            signatures = [
                (
                    parameters(_Without(o, left_out), own, "self"),
                    own if inplace else result(o, own, number),
                )
                for o in operator.overloads
                for left_out in variants(o)
            ]
            lines += define(name, signatures, "    ")
    return lines


def function_stubs(operators):
    lines = []
    for operator in operators:
        if not operator.function or operator.namespace:
            continue
        signatures = []
        for own, number in (("_T", "Any"), ("Variable", "Variable")):
            for o in operator.overloads:
                for left_out in variants(o):
                    arguments = parameters(_Without(o, left_out), own, f"input: {own}")
                    if own == "_T" and takes_out(operator, o):
                        star = "" if "*" in arguments.replace("*dims", "*") else ", *"
                        arguments += f"{star}, out: Any = ..."
                    signatures.append((arguments, result(o, own, number)))
        lines += define(operator.name, signatures, "")
    return lines


def package_imports(path):
    """The import statements of a module that its stub repeats, names re-exported."""
    return [
        f"from {node.module} import {alias.name} as {alias.name}"
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name == "__version__"
        or not (alias.asname or alias.name).startswith("_")
    ]


def write_stubs(out, operators, package):
    """Stubs of tensor_ops, variable_ops and of the package."""
    operators = [op for op in operators.values() if names(op)]
    note = banner("stubs.py", "tools/ops")
    tensors = HEAD.format(
        banner=note,
        imports="from torchlike._C.tensor import ByteTensor, IntTensor, LongTensor\n"
        "from torchlike._C.tensor_base import TensorBase\n",
    )
    lines = [*method_stubs(operators, "_T", "Any")]
    lines = [line.replace("(self", "(self: _T", 1) for line in lines]
    out.write(
        "torchlike/_C/tensor_ops.pyi",
        tensors
        + '_T = TypeVar("_T", bound="TensorOps")\n\nclass TensorOps(TensorBase):\n'
        + "\n".join(lines)
        + "\n",
    )
    variables = HEAD.format(
        banner=note,
        imports="from torchlike._C.tensor import ByteTensor, IntTensor, LongTensor\n"
        "from torchlike._C.variable import VariableBase\n"
        "from torchlike._C.variable_class import Variable\n",
    )
    out.write(
        "torchlike/_C/variable_ops.pyi",
        variables
        + "\nclass VariableOps(VariableBase):\n"
        + "\n".join(method_stubs(operators, "Variable", "Variable"))
        + "\n",
    )
    functions = HEAD.format(
        banner=note,
        imports="\n".join(package_imports(package / "__init__.py"))
        + "\nfrom torchlike._C.tensor_ops import TensorOps\n"
        "from torchlike._C.variable_class import Variable\n",
    )
    sized = [
        f"def {name}(*sizes: int | Sequence[int], out: Any = ...) -> FloatTensor: ..."
        for name in ("zeros", "ones", "rand", "randn")
    ]
    out.write(
        "torchlike/__init__.pyi",
        functions
        + '_T = TypeVar("_T", bound=TensorOps)\n\n'
        + "\n".join([*sized, *function_stubs(operators)])
        + "\n",
    )
