"""Writes tensor_ops: every overload as C-level functions on tensors, and the number slots.

For ``add`` with a number there are

    into_add_S(out, self, value)   computes into out (in-place methods, out=)
    t_add_S(self, value)           returns a new tensor

and for an overload whose result is one number ``value_sum(self, &scalar)`` and t_sum, which
returns it as a tensor with one element. A view has t_view_Z only.
"""

from .slots import TENSORS, slots_code
from .text import banner

C_KINDS = {
    "T": "TensorBase",
    "t": "TensorBase",
    "W": "TensorBase",
    "L": "TensorBase",
    "B": "TensorBase",
    "P": "TensorBase",
    "S": "THScalar",
    "D": "double",
    "I": "int64_t",
    "b": "bint",
    "G": "object",
}
OUTPUT_OPS = {
    "T": "self.ops",
    "L": "dispatch_of(TH_LONG)",
    "B": "dispatch_of(TH_BYTE)",
    "P": "dispatch_of(TH_INT)",
}

PREAMBLE = """\
# {banner}
from cpython.object cimport Py_EQ, Py_GE, Py_GT, Py_LE, Py_LT, Py_NE, Py_TYPE, PyObject
from libc.stdint cimport int64_t
from torchlike._C cimport create, gradients, tensor_index
from torchlike._C.dispatch cimport THNN_dispatch
from torchlike._C.backcompat cimport broadcast_warnings, broadcasts_anew, flattened
from torchlike._C.errors cimport check, raise_error
from torchlike._C.generator cimport generator_pointer
from torchlike._C.tensor_base cimport (
    TensorBase, become, clone, contiguous, dispatch_of, is_large, is_number, missing_operator,
    new_empty, number_scalar, operator_method, scalar_tensor, to_number, to_scalar,
    type_name, wrap,
)
from torchlike._C.th cimport *


cdef TensorBase invert(TensorBase self):
    # Of masks only: 0 and 1 change places.
    if self.ops.dtype != TH_BYTE:
        raise RuntimeError(
            "~ (operator.invert) is only implemented on byte tensors, "
            f"but got {{type_name(self)}}"
        )
    return t_rsub_S(self, number_scalar(self.ops, 1))
"""


def declare(arguments, kinds=C_KINDS):
    """The parameter list of a cdef function for these arguments."""
    out = []
    for a in arguments:
        if a.kind == "Z":
            out.append(f"int n_{a.c_name}, const int64_t *{a.c_name}")
        else:
            out.append(f"{kinds[a.kind]} {a.c_name}")
    return out


def pass_on(arguments):
    """The same arguments as they are passed to another such function."""
    out = []
    for a in arguments:
        out += [f"n_{a.c_name}", a.c_name] if a.kind == "Z" else [a.c_name]
    return out


def call_code(overload, tables):
    """The C (or helper) call of an overload, and the check that its type has it."""
    kinds = {a.name: a for a in overload.arguments}
    helper = overload.library in ("helper", "view") and "." in overload.target
    function = None
    if overload.library in tables:
        function = tables[overload.library][overload.target]
        parameters = [p for p in function.parameters if p.type != "THNNState *"]
    arguments = ["NULL"] if overload.library == "THNN" else []
    for position, text in enumerate(overload.call_arguments):
        negated = text.removeprefix("not ")
        if text in ("self", "out", "out2", "out3"):
            arguments.append(text if helper else f"{text}.c_tensor")
        elif negated in kinds:
            a = kinds[negated]
            if a.kind == "Z":
                arguments += [f"n_{a.c_name}", a.c_name]
            elif a.kind in "TLBP" and a.default is None and not helper:
                arguments.append(f"{a.c_name}.c_tensor")
            elif a.kind in "tWP" and not helper:
                arguments.append(f"NULL if {a.c_name} is None else {a.c_name}.c_tensor")
            elif a.kind == "G" and not helper:
                arguments.append(f"generator_pointer({a.c_name})")
            else:
                arguments.append(text.replace(negated, a.c_name))
        elif " if " in text:  # 'U' if upper else 'L'
            arguments.append(text.replace("'", '"'))
        elif function and parameters[position].type == "real":
            arguments.append(f"number_scalar(self.ops, {text})")
        else:
            arguments.append("NULL" if text == "None" else text)
    table = {"TH": "self.ops.", "THNN": "THNN_dispatch[self.ops.dtype]."}
    target = table.get(overload.library, "") + overload.target
    return target, arguments


class TensorWriter:
    """Emits the functions of all operators."""

    def __init__(self, operators, tables):
        self.operators = operators
        self.tables = tables
        self.code = []
        self.declarations = []

    def function(self, signature, body):
        self.code.append(f"cdef {signature}:\n" + "\n".join(f"    {b}" for b in body))
        self.declarations.append(f"cdef {signature}")

    def overload(self, operator, overload):
        parameters = declare(overload.arguments)
        forward = ["self", *pass_on(overload.arguments)]
        target, arguments = call_code(overload, self.tables)
        call = f"{target}({', '.join(arguments)})"
        signature = ", ".join(["TensorBase self", *parameters])
        name = operator.function_name
        t_name = name(overload, "t")
        if overload.library == "object":
            self.function(
                f"TensorBase {t_name}({signature})", [f"return {overload.target}(self)"]
            )
            return
        if overload.is_view:
            self.function(
                f"TensorBase {t_name}({signature})", [f"return wrap(self.ops, {call})"]
            )
            return
        guard = []
        if overload.library in self.tables:
            guard = [
                f"if {target} == NULL:",
                f'    missing_operator(self, "{operator.name}")',
            ]
        elif overload.target.startswith("gradients."):  # these need arithmetic
            guard = [
                "if self.ops.fill == NULL:",
                f'    missing_operator(self, "{operator.name}")',
            ]
        if overload.number == "bool":
            self.function(
                f"bint {name(overload, 'number')}({signature}) except -1",
                [*guard, f"return check({call}) != 0"],
            )
            return
        if overload.number:
            value = f"{name(overload, 'value')}({', '.join([*forward, '&value'])})"
            self.function(
                f"int {name(overload, 'value')}({signature}, THScalar *result) except -1",
                [*guard, *self.released(f"result[0] = {call}"),
                 "if THError_pending() != 0:", "    return raise_error()", "return 0"],
            )  # fmt: skip
            self.function(
                f"TensorBase {t_name}({signature})",
                ["cdef THScalar value", value, "return scalar_tensor(self.ops, value)"],
            )
            self.function(
                f"object {name(overload, 'number')}({signature})",
                ["cdef THScalar value", value, "return to_number(self.ops, value)"],
            )
            return
        outs = ["out", "out2", "out3"][: len(overload.outputs)]
        into = name(overload, "into")
        out_parameters = [f"TensorBase {o}" for o in outs]
        if overload.library == "helper":
            body = [*guard, call, "return 0"]
        elif overload.broadcasts:
            again = f"{into}({', '.join([*outs, 'self', *self.flattened(overload)])})"
            body = [*guard, *self.with_status(call, arguments)[:-1]]
            body.append("if status < 0 or broadcast_warnings:")
            for name in overload.tensors[1:]:
                body += [
                    f"    if broadcasts_anew(self, {name}, status):",
                    f"        return {again}",
                ]
            body.append("return check(status)")
        else:
            body = [*guard, *self.with_status(call, arguments)]
        self.function(
            f"int {into}({', '.join([*out_parameters, signature])}) except -1", body
        )
        body = [
            f"cdef TensorBase {o} = new_empty({OUTPUT_OPS[k]})"
            for o, k in zip(outs, overload.outputs, strict=True)
        ]
        body.append(f"{into}({', '.join([*outs, *forward])})")
        if len(outs) == 1:
            self.function(f"TensorBase {t_name}({signature})", [*body, "return out"])
        else:
            self.function(
                f"tuple {t_name}({signature})", [*body, f"return {', '.join(outs)}"]
            )

    def flattened(self, overload):
        """The arguments with all tensors in the size of self."""
        return [
            f"flattened(self, {a.c_name})" if a.kind == "T" else code
            for a in overload.arguments
            for code in pass_on([a])
        ]

    def released(self, statement):
        return [
            "if is_large(self.c_tensor):",
            "    with nogil:",
            f"        {statement}",
            "else:",
            f"    {statement}",
        ]

    def with_status(self, call, arguments):
        # A conditional expression or a Python object cannot be evaluated without the GIL.
        if any(" if " in a or "generator" in a for a in arguments):
            return [f"return check({call})"]
        return [
            "cdef int status",
            *self.released(f"status = {call}"),
            "return check(status)",
        ]

    def write(self, out):
        for operator in self.operators.values():
            self.code.append(f"# from tools/ops/{operator.source}: {operator.name}")
            for overload in operator.overloads:
                self.overload(operator, overload)
            if operator.inplace_view:
                for overload in operator.overloads:
                    self.inplace_view(operator, overload)
        note = banner("tensor_ops.py", "tools/ops")
        head = PREAMBLE.format(banner=note)
        slots = slots_code(TENSORS)
        out.write(
            "torchlike/_C/tensor_ops.pyx",
            head + "\n\n" + "\n\n\n".join(self.code) + "\n\n\n" + slots,
        )
        out.write(
            "torchlike/_C/tensor_ops.pxd",
            f"# {note}\nfrom libc.stdint cimport int64_t\n"
            "from torchlike._C.tensor_base cimport TensorBase\n"
            "from torchlike._C.th cimport THScalar, THTensor\n\n\n"
            "cdef class TensorOps(TensorBase):\n    pass\n\n\n"
            + "\n".join(self.declarations)
            + "\n",
        )

    def inplace_view(self, operator, overload):
        target, arguments = call_code(overload, self.tables)
        self.function(
            f"int {operator.function_name(overload, 'become')}"
            f"({', '.join(['TensorBase self', *declare(overload.arguments)])}) except -1",
            [f"return become(self, {target}({', '.join(arguments)}))"],
        )
