"""Loads the operator table (tools/ops/*.toml) and checks every entry.

An operator has one or more overloads; each says what arguments it takes, what it calls,
and how gradients flow back. Everything else is worked out here: what the call returns,
which C types the operator exists for, the name of the generated function.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from .headers import MATH_TYPES

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

# Argument types of the table and the letter that stands for each in generated names.
KINDS = {
    "Tensor": "T",
    "Tensor?": "t",
    "Weights?": "W",  # of self's type or None; never differentiated
    "Long": "L",
    "Byte": "B",
    "Int": "P",  # pivots
    "Scalar": "S",
    "float": "D",
    "int": "I",
    "Dim": "I",
    "bool": "b",
    "Size": "Z",
    "Generator": "G",
}
FLAGS = {
    "doc", "overload", "inplace", "public", "function", "method", "domain", "samples",
    "shapes", "namespace", "variable_only", "aka", "types",
}  # fmt: skip
OVERLOAD_FLAGS = {"args", "call", "grad", "grad_v", "grad_all", "let", "numpy"}
RESERVED = {"from": "from_", "lambda": "lambda_", "sorted": "sorted_"}


class TableError(Exception):
    """An entry of the table that makes no sense."""


@dataclass(frozen=True)
class Argument:
    """One argument: its name in Python, its kind letter, its default as text or None."""

    name: str
    kind: str
    default: str | None
    keyword_only: bool
    aka: str | None = None  # another name for it in calls

    @property
    def c_name(self):
        return RESERVED.get(self.name, self.name)


@dataclass
class Overload:
    """One way to call an operator."""

    arguments: list
    target: str  # C function, or a hand-written one as module.name
    call_arguments: list
    library: str  # TH, THNN, view (returns a THTensor *), helper or object
    outputs: list  # kinds of results: T own type, L, B, P; empty for a number or bool
    number: str  # "", "real", "bool"
    types: tuple
    grad: dict
    grad_v: dict  # other formulas for create_graph, where the usual ones are fused
    grad_all: str | None  # one call for all gradients, in the order of tensors
    let: dict  # names for parts of formulas
    numpy: str | None
    broadcasts: bool
    suffix: str = field(init=False)

    def __post_init__(self):
        self.suffix = "".join(
            f"_{a.name}" if a.keyword_only and a.kind != "G" else a.kind
            for a in self.arguments
        )

    @property
    def tensors(self):
        """Names of the differentiable inputs in order."""
        return ["self", *(a.name for a in self.arguments if a.kind in "Tt")]

    @property
    def differentiable(self):
        """The outputs that gradients come back for: {position: name of the gradient}."""
        text = " ".join(
            [*self.grad.values(), *self.grad_v.values(), *self.let.values()]
        )
        further = {i: f"grad{i + 1}" for i in range(1, len(self.outputs))}
        return {0: "grad"} | {
            i: name for i, name in further.items() if re.search(rf"\b{name}\b", text)
        }

    @property
    def is_view(self):
        return self.library == "view"


@dataclass
class Operator:
    """One entry of the table."""

    name: str
    source: str
    doc: str
    overloads: list
    inplace: str | None  # name of the in-place method, "add_"
    inplace_view: bool  # ... which makes self the view that the operator returns
    public: bool | str  # out of place: True, False, "variables" (their method only)
    function: bool
    method: bool
    namespace: str
    variable_only: bool  # tensors have a hand-written method
    input_name: str | None  # another name for self in calls of the function
    domain: dict
    samples: dict
    shapes: dict

    def function_name(self, overload, prefix):
        suffix = overload.suffix.removeprefix("_")
        return f"{prefix}_{self.name}_{suffix}" if suffix else f"{prefix}_{self.name}"

    @property
    def types(self):
        """Types that have any of the overloads."""
        have = [t for t in MATH_TYPES if any(t in o.types for o in self.overloads)]
        return tuple(have)


def parse_arguments(text, aka, where):
    arguments, keyword_only = [], False
    for part in filter(None, (p.strip() for p in text.split(","))):
        if part == "*":
            keyword_only = True
            continue
        match = re.fullmatch(r"(\w+\??) (\w+)(?:=(.+))?", part)
        if not match or match[1] not in KINDS:
            raise TableError(f"{where}: argument '{part}' is not understood")
        kind, name, default = match.groups()
        if kind.endswith("?"):
            default = "None"
        arguments.append(
            Argument(name, KINDS[kind], default, keyword_only, aka.get(name))
        )
    return arguments


def parse_call(text, tables, where):
    """What a call refers to: (target, arguments, library, outputs, number, types, family)."""
    if text in ("clone", "contiguous"):
        return text, ["self"], "object", ["T"], "", MATH_TYPES, ""
    match = re.fullmatch(r"([\w.]+)\((.*)\)", text)
    if not match:
        raise TableError(f"{where}: call '{text}' is not understood")
    target, arguments = match[1], [a.strip() for a in match[2].split(",")]
    if target.startswith("THTensor_new"):
        return target, arguments, "view", ["T"], "", MATH_TYPES, ""
    if "." in target:
        name = target.split(".")[1]
        library = "view" if name.startswith("new_") else "helper"
        return target, arguments, library, ["T"], "", MATH_TYPES, ""
    function = next((f[target] for f in tables.values() if target in f), None)
    if function is None:
        raise TableError(f"{where}: no C function named '{target}'")
    library = function.library
    parameters = [p for p in function.parameters if p.type != "THNNState *"]
    if len(parameters) != len(arguments):
        raise TableError(
            f"{where}: {target} takes {len(parameters)} arguments, not {len(arguments)}"
        )
    outputs = []
    for parameter, argument in zip(parameters, arguments, strict=True):
        if argument in ("out", "out2", "out3"):
            kinds = {"THLongTensor *": "L", "THByteTensor *": "B", "THIntTensor *": "P"}
            outputs.append(kinds.get(parameter.type, "T"))
    number = ""
    if not outputs:
        number = "bool" if function.returns == "int" else "real"
    types = tuple(t for t in function.types if t in MATH_TYPES)
    return target, arguments, library, outputs, number, types, function.family


def parse_overload(entry, aka, tables, where):
    unknown = set(entry) - OVERLOAD_FLAGS
    if unknown:
        raise TableError(f"{where}: unknown fields {sorted(unknown)}")
    arguments = parse_arguments(entry["args"], aka, where)
    target, call, library, outputs, number, types, family = parse_call(
        entry["call"], tables, where
    )
    names = {"self", "out", "out2", "out3"} | {a.name for a in arguments}
    for argument in call:
        for name in re.findall(r"[A-Za-z_]\w*", re.sub(r"'\w'", "", argument)):
            if name not in names | {"not", "None", "if", "else"}:
                raise TableError(f"{where}: '{name}' is no argument")
    tensors = ["self", *(a.name for a in arguments if a.kind in "Tt")]
    grad_v = entry.get("grad_v", {})
    grad = entry.get("grad", grad_v if "grad_all" in entry else {})
    for name in [*grad, *grad_v]:
        if name not in tensors:
            raise TableError(f"{where}: gradient of '{name}', which is no tensor")
    return Overload(
        arguments,
        target,
        call,
        library,
        outputs,
        number,
        types,
        grad,
        grad_v,
        entry.get("grad_all"),
        entry.get("let", {}),
        entry.get("numpy"),
        family in ("Pointwise", "Compare") and len(tensors) > 1,
    )


def parse_operator(name, entry, source, tables):
    where = f"{source}: {name}"
    unknown = set(entry) - FLAGS
    if unknown:
        raise TableError(f"{where}: unknown fields {sorted(unknown)}")
    if not entry.get("doc", "").rstrip().endswith("."):
        raise TableError(f"{where}: doc must be a sentence")
    aka = entry.get("aka", {})
    overloads = [
        parse_overload(o, aka, tables, f"{where}, overload {i + 1}")
        for i, o in enumerate(entry["overload"])
    ]
    known = {"self"} | {a.name for o in overloads for a in o.arguments}
    if not set(aka) <= known:
        raise TableError(f"{where}: aka of {sorted(set(aka) - known)}, no arguments")
    if not set(entry.get("types", ())) <= set(MATH_TYPES):
        raise TableError(f"{where}: types are of {', '.join(MATH_TYPES)}")
    for overload in overloads:  # helpers do not say which types they are for
        overload.types = tuple(entry.get("types", overload.types))
    suffixes = [o.suffix for o in overloads]
    if len(set(suffixes)) != len(suffixes):
        raise TableError(f"{where}: two overloads take the same kinds {suffixes}")
    inplace = entry.get("inplace", False)
    public = entry.get("public", True)
    return Operator(
        name,
        source,
        entry["doc"],
        overloads,
        f"{name}_" if inplace is True or inplace == "view" else (inplace or None),
        inplace == "view",
        public,
        public is True and entry.get("function", True),
        public is True and entry.get("method", True),
        entry.get("namespace", ""),
        entry.get("variable_only", False),
        aka.get("self"),
        entry.get("domain", {}),
        entry.get("samples", {}),
        entry.get("shapes", {}),
    )


def load(folder, tables):
    """All operators of the table, in the order of the files: {name: Operator}."""
    operators = {}
    for path in sorted(Path(folder).glob("*.toml")):
        with path.open("rb") as file:
            entries = tomllib.load(file)
        for name, entry in entries.items():
            if name in operators:
                raise TableError(f"{path.name}: {name} is already in the table")
            operators[name] = parse_operator(name, entry, path.name, tables)
    return operators
