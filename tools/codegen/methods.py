"""Writes methods: what Python sees of the operators.

Each operator gets one function with the fast calling convention that serves tensors and
Variables: it parses the arguments against the overloads and calls the C-level function of
the one that fits. It is installed as a method, in place under a second name, and as a
function of the module (whose first argument becomes self).
"""

import json

from .headers import ALL_TYPES, MATH_TYPES
from .text import banner

PREAMBLE = """\
# {banner}
from cpython.object cimport PyObject
from libc.stdint cimport int64_t
from torchlike._C.args cimport (
    Arguments, Callable, Function, Parameter, Signature, any_is_lent, call_function,
    get_generator, has_type, hide_method, install_function, install_method, out_tensor,
    out_tensors, parse, put_results,
)
from torchlike._C.errors cimport check
from torchlike._C.tensor_base cimport TensorBase, wrap
from torchlike._C.tensor_ops cimport *
from torchlike._C.th cimport *
from torchlike._C.variable cimport VariableBase
from torchlike._C.variable_ops cimport *
"""

# Reading argument i of a kind out of what the parser filled in.
READ = {
    "T": "<{own}>a.values[{i}].o",
    "t": "None if a.values[{i}].o == NULL else <{own}>a.values[{i}].o",
    "L": "<TensorBase>a.values[{i}].o",
    "B": "<TensorBase>a.values[{i}].o",
    "P": "None if a.values[{i}].o == NULL else <TensorBase>a.values[{i}].o",
    "W": "None if a.values[{i}].o == NULL else <TensorBase>a.values[{i}].o",
    "S": "a.values[{i}].s",
    "D": "a.values[{i}].d",
    "I": "a.values[{i}].i",
    "b": "a.values[{i}].i",
    "Z": "a.n_sizes, a.sizes",
    "G": "get_generator(a.values[{i}].o)",
}
OUT_TYPES = {"T": "t.ops.dtype", "L": "TH_LONG", "B": "TH_BYTE", "P": "TH_INT"}
SHOWN = {
    "T": "Tensor",
    "t": "Tensor",
    "W": "Tensor",
    "L": "LongTensor",
    "B": "ByteTensor",
    "P": "IntTensor",
    "S": "Number",
    "D": "float",
    "I": "int",
    "b": "bool",
    "Z": "int...",
    "G": "Generator",
}


def default_code(argument):
    """C initialisers of a default: as double and as integer."""
    text = argument.default
    if text in (None, "None"):
        return "0, 0"
    value = {"True": 1, "False": 0}.get(text)
    if value is None:
        value = float(text)
    return f"{float(value)!r}, {int(value)}"


def c_string(text):
    return "NULL" if text is None else f'"{text}"'


def tables_code(operators):
    """The parser's tables as static C data."""
    lines = ["cdef extern from *:", '    """']
    for operator in operators:
        for i, overload in enumerate(operator.overloads):
            if overload.arguments:
                lines.append(
                    f"    static const THParameter P_{operator.name}_{i}[] = {{"
                )
                for a in overload.arguments:
                    flags = int(a.default is not None) + 2 * int(a.keyword_only)
                    flags += 4 * (a.name == "keepdim")
                    flags += 8 * (a.name == "dim" and a.default is not None)
                    lines.append(
                        f"        {{\"{a.name}\", {c_string(a.aka)}, '{a.kind}', {flags}, {default_code(a)}}},"
                    )
                lines.append("    };")
        lines.append(f"    static const THSignature S_{operator.name}[] = {{")
        for i, overload in enumerate(operator.overloads):
            pointer = f"P_{operator.name}_{i}" if overload.arguments else "NULL"
            lines.append(f"        {{{pointer}, {len(overload.arguments)}}},")
        lines.append("    };")
        for name in names(operator):
            lines.append(
                f'    static const THCallable C_{name} = {{"{name}", {c_string(operator.input_name)}, '
                f"S_{operator.name}, {len(operator.overloads)}}};"
            )
    lines.append('    """')
    lines += [f"    const Callable C_{n}" for op in operators for n in names(op)]
    return "\n".join(lines)


def names(operator):
    """The Python names of an operator: out of place if public, in place if there is one."""
    out = [operator.name] if operator.public else []
    return out + ([operator.inplace] if operator.inplace else [])


class MethodWriter:
    """Emits wrappers, tables and the installation."""

    def __init__(self, operators):
        exposed = [op for op in operators.values() if names(op)]
        self.all_operators = operators
        self.operators = exposed
        self.code = []

    def arguments(self, overload, variable):
        own = "VariableBase" if variable else "TensorBase"
        numbered = enumerate(overload.arguments)
        return [READ[a.kind].format(i=i, own=own) for i, a in numbered]

    def tensor_result(self, operator, overload):
        """Lines for tensors, out of place."""
        rest = self.arguments(overload, False)
        name = operator.function_name
        if overload.number:
            return [f"return {name(overload, 'number')}({', '.join(['t', *rest])})"]
        lines = []
        into = name(overload, "into")
        own = self.all_operators.get(f"{operator.name}_own")
        if own and operator.function:  # out= may have the own type instead
            overload_own = own.overloads[operator.overloads.index(overload)]
            function = own.function_name(overload_own, "into")
            lines += [
                "if has_type(a.out, t.ops.dtype):",
                f"    {function}({', '.join(['<TensorBase>a.out', 't', *rest])})",
                "    return <object>a.out",
            ]
        if takes_out(operator, overload) and overload.is_view:
            view = f"{name(overload, 't')}({', '.join(['t', *rest])})"
            lines += [
                "if a.out != NULL:",
                "    out = out_tensor(a.out, t.ops.dtype)",
                f"    check(THTensor_set(out.c_tensor, {view}.c_tensor))",
                "    return out",
            ]
        elif takes_out(operator, overload):
            kinds = "".join(overload.outputs)
            made, outs = "out", ["out"]
            code = f"out_tensor(a.out, {OUT_TYPES[kinds[0]]})"
            if len(kinds) > 1:
                made, outs = (
                    "outs",
                    [f"<TensorBase>outs[{i}]" for i in range(len(kinds))],
                )
                code = f'out_tensors(a.out, t.ops.dtype, b"{kinds}")'
            lines += ["if a.out != NULL:", f"    {made} = {code}"]
            if len(kinds) > 1:
                results = f"{name(overload, 't')}({', '.join(['t', *rest])})"
                lines += [
                    "    if any_is_lent(outs):",
                    f"        return put_results(outs, {results})",
                ]
            lines += [
                f"    {into}({', '.join([*outs, 't', *rest])})",
                f"    return {made}",
            ]
        lines.append(f"return {name(overload, 't')}({', '.join(['t', *rest])})")
        return lines

    def wrapper(self, operator, inplace):
        shown = operator.inplace if inplace else operator.name
        lines = [
            f"cdef object m_{shown}(object self, PyObject **args, Py_ssize_t n, PyObject *kwnames):",
            "    cdef Arguments a",
            "    cdef VariableBase v",
            "    cdef TensorBase t, out",
            "    cdef int k",
            "    if isinstance(self, VariableBase):",
            "        v = <VariableBase>self",
            *self.parsing(
                operator, f"parse(&C_{shown}, v.data_.ops, v, args, n, kwnames, &a)", 2
            ),
        ]
        branches = [[], []]
        for i, overload in enumerate(operator.overloads):
            rest = self.arguments(overload, True)
            function = operator.function_name(overload, "v")
            if inplace and overload.outputs != ["T"]:
                body = [f'raise TypeError("{shown} is not there for Variables yet")']
            elif overload.number == "bool":
                tensor = operator.function_name(overload, "number")
                rest = [f"({r}).data_" if "VariableBase" in r else r for r in rest]
                body = [f"return {tensor}({', '.join(['v.data_', *rest])})"]
            else:
                call = f"{function}{'_' if inplace else ''}({', '.join(['v', *rest])})"
                body = [f"return {call}"]
            branches[0].append((i, body))
            if inplace and operator.inplace_view:
                become = operator.function_name(overload, "become")
                rest = self.arguments(overload, False)
                body = [f"{become}({', '.join(['t', *rest])})", "return t"]
            elif inplace:
                into = operator.function_name(overload, "into")
                rest = self.arguments(overload, False)
                body = [f"{into}({', '.join(['t', 't', *rest])})", "return t"]
            else:
                body = self.tensor_result(operator, overload)
            branches[1].append((i, body))
        lines += self.choose(branches[0], 2)
        lines += [
            "    t = <TensorBase>self",
            *self.parsing(
                operator, f"parse(&C_{shown}, t.ops, None, args, n, kwnames, &a)", 1
            ),
        ]
        lines += self.choose(branches[1], 1)
        self.code.append("\n".join(lines))

    def parsing(self, operator, call, depth):
        """Lines that set k; without arguments an overload that takes none is meant."""
        pad = "    " * depth
        if operator.overloads[0].arguments:
            return [f"{pad}k = {call}"]
        return [
            f"{pad}k, a.out = 0, NULL",
            f"{pad}if n or kwnames != NULL:",
            f"{pad}    k = {call}",
        ]

    def choose(self, branches, depth):
        pad = "    " * depth
        lines = []
        for i, body in branches:
            last = i == len(branches) - 1
            if not last:
                lines.append(f"{pad}if k == {i}:")
            inner = pad if last else pad + "    "
            lines += [inner + line for line in body]
        return lines

    def installation(self):
        lines = ["def install(tensor_class, variable_class, leaf_classes, namespaces):"]
        lines.append(
            '    """Puts the methods on the classes and the functions into their namespaces."""'
        )
        for operator in self.operators:
            leaves = [f"leaf_classes[{ALL_TYPES.index(t)}]" for t in operator.types]
            if set(operator.types) == set(MATH_TYPES):
                leaves = ["tensor_class"]
            half = f"leaf_classes[{ALL_TYPES.index('Half')}]"  # copies and views only
            views_only = all(
                o.is_view or o.library == "object" for o in operator.overloads
            )
            for name in names(operator):
                inplace = name == operator.inplace
                for_variables = operator.public == "variables" and not inplace
                if operator.variable_only or for_variables:
                    owners = ["variable_class"]
                else:
                    owners = ["variable_class", *leaves]
                if not (operator.method or operator.public == "variables"):
                    owners = owners if inplace and not operator.namespace else []
                doc = json.dumps(docstring(operator, name))
                lines += [
                    f'    install_method({owner}, b"{name}", m_{name}, {doc}.encode())'
                    for owner in owners
                ]
                if "tensor_class" in owners and not views_only:
                    lines.append(f'    hide_method({half}, "{name}")')
                if operator.function and (not inplace or operator.namespace):
                    doc = json.dumps(docstring(operator, name, function=True))
                    lines.append(
                        f'    install_function(namespaces["{operator.namespace}"], b"{name}", f_{name}, {doc}.encode())'
                    )
        return "\n".join(lines) + "\n"

    def write(self, out):
        for operator in self.operators:
            self.code.append(f"# from tools/ops/{operator.source}: {operator.name}")
            if operator.public:
                self.wrapper(operator, False)
            if operator.inplace:
                self.wrapper(operator, True)
            functions = names(operator) if operator.namespace else [operator.name]
            for name in functions if operator.function else []:
                self.code.append(
                    f"cdef object f_{name}(object _, PyObject **args, Py_ssize_t n, PyObject *kwnames):\n"
                    f"    return call_function(m_{name}, &C_{name}, args, n, kwnames)"
                )
        sections = [tables_code(self.operators), *self.code, self.installation()]
        note = banner("methods.py", "tools/ops")
        out.write(
            "torchlike/_C/methods.pyx",
            PREAMBLE.format(banner=note) + "\n\n" + "\n\n\n".join(sections),
        )


def takes_out(operator, overload):
    """Whether the function form has out=."""
    makes = not overload.number and overload.library != "object"
    return makes and operator.function and not operator.namespace


def signature(overload, first):
    parts = [first] if first else []
    marked = False
    for a in overload.arguments:
        if a.keyword_only and not marked:
            parts.append("*")
            marked = True
        if a.kind == "Z":
            parts.append(f"*{a.name}")
        else:
            parts.append(a.name + (f"={a.default}" if a.default is not None else ""))
    return ", ".join(parts)


def docstring(operator, name, function=False):
    """NumPy-style text: signatures, what it does, the arguments, the result."""
    first = "input" if function else ""
    heads = []
    for overload in operator.overloads:
        shown = signature(overload, first)
        if function and takes_out(operator, overload):
            shown += (", " if "*" in shown.split(", ") else ", *, ") + "out=None"
        returns = "Tensor"
        if overload.number:
            returns = {"bool": "bool", "real": "number"}[overload.number]
        elif len(overload.outputs) > 1:
            shown_outputs = [SHOWN[k] for k in overload.outputs]
            returns = f"({', '.join(shown_outputs)})"
        heads.append(f"{name}({shown}) -> {returns}")
    text = "\n".join(heads) + "\n\n" + operator.doc
    if name == operator.inplace:
        text += f"\n\nThe in-place form of ``{operator.name}``: changes the tensor and returns it."
    seen = {}
    for overload in operator.overloads:
        for a in overload.arguments:
            seen.setdefault(a.name, f"{a.name} : {SHOWN[a.kind]}"
                            + (f", default: {a.default}" if a.default is not None else ""))  # fmt: skip
    if seen:
        text += "\n\nParameters\n----------\n" + "\n".join(seen.values())
    return text
