"""Writes variable_ops: the graph nodes, and every overload as a function on Variables.

For ``mul`` with a tensor there are the node class MulBackward1, ``v_mul_T(self, other)`` and,
for the in-place form, ``v_mul_T_``. A node computes its gradients from one formula of the
table, compiled twice: ``apply`` on tensors, ``apply_v`` on Variables.
"""

import ast

from .formula import Compiler, FormulaError
from .slots import VARIABLES, slots_code
from .tensor_ops import C_KINDS, OUTPUT_OPS, declare, pass_on
from .text import banner, indent

PREAMBLE = """\
# {banner}
from cpython.object cimport Py_EQ, Py_GE, Py_GT, Py_LE, Py_LT, Py_NE, PyObject
from libc.math cimport log
from libc.stdint cimport int64_t
from torchlike._C.gradients cimport (
    add_product, fail, mse_factor, number_of_elements, number_reduced, shape_of, size_along, t_sum_to_shape,
)
from torchlike._C.profiler cimport begin_range, end_range, profiling
from torchlike._C.recording cimport (
    as_saved, attach, attach_error, attach_output, check_result, check_saved,
    inplace_begin, inplace_end, other_gradient, save0, save1, save2, saved_result,
    set_edge0, set_edge1, set_edge2,
)
from torchlike._C.tensor_base cimport (
    TensorBase, clone, contiguous, dispatch_of, is_number, missing_operator, new_empty,
    operator_method, real_scalar, to_scalar,
)
from torchlike._C.tensor_ops cimport *
from torchlike._C.th cimport *
from torchlike._C.variable cimport (
    Node, VariableBase, add_no_objects, give, new_variable, new_view, same_shape,
)


cdef inline void set_volatile(VariableBase self) noexcept:
    # An in-place operation with a volatile operand takes its target out of the graph.
    self.volatile_ = True
    self.requires_grad_ = False
    self.grad_fn_ = None


cdef VariableBase invert(VariableBase self):
    return new_variable(~self.data_)


cdef inline VariableBase v_sum_to_shape(VariableBase grad, THTensor *shape):
    if shape == NULL:
        return grad
    if THTensor_nElement(shape) == THTensor_nElement(grad.data_.c_tensor):
        return v_view_Z(v_contiguous(grad), shape.nDimension, shape.size)
    return v_sum_to_Z(grad, shape.nDimension, shape.size)
"""

VARIABLE_KINDS = C_KINDS | {"T": "VariableBase", "t": "VariableBase"}
RESULTS = ["result", "result2", "result3"]
NUMBER_FIELDS = {"S": "double", "D": "double", "I": "int64_t", "b": "bint"}


def numbered(name, position):
    """The name of an output, or what belongs to one: result, result2, result3."""
    return f"{name}{position + 1}" if position else name


def is_product(formula):
    node = ast.parse(formula, mode="eval").body
    return isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "mm"


class NodeWriter:
    """The node class of one overload: what it saves and how it computes gradients."""

    def __init__(self, operators, operator, overload, class_name):
        self.operator = operator
        self.overload = overload
        self.class_name = class_name
        self.inputs = overload.tensors
        self.outputs = overload.differentiable
        # Gradients that are a product of matrices are added to the grad of a leaf directly.
        self.adds = [n for n, text in overload.grad.items() if is_product(text)]
        self.compiled = {}
        self.compilers = {}
        for prefix in "tv":
            formulas = (
                overload.grad_v if prefix == "v" and overload.grad_v else overload.grad
            )
            if prefix == "t" and overload.grad_all:
                formulas = {"*": overload.grad_all}
            compiler = Compiler(operators, prefix, self.names(prefix), overload.let)
            try:
                self.compiled[prefix] = {
                    name: compiler.compile(formula, self.assign(prefix, name))
                    for name, formula in formulas.items()
                }
            except FormulaError as error:
                raise FormulaError(
                    f"{operator.source}: {operator.name}: {error}"
                ) from None
            self.compilers[prefix] = compiler
        used = [*self.compilers["t"].used, *self.compilers["v"].used]
        self.used = list(dict.fromkeys(used))
        # Inputs that are saved as Variables, in the order of their slots.
        self.saved = [name for name in self.inputs if name in self.used]
        optional = {a.name for a in overload.arguments if a.kind == "t"}
        for prefix in "tv":
            for name, code in self.compiled[prefix].items():
                for slot, saved in enumerate(self.saved):
                    data = f"self.saved_data[{slot}]"
                    value = f"(<TensorBase>{data})"
                    if prefix == "v":
                        value = f"as_saved(self.saved{slot}, {data})"
                    elif saved in optional:
                        value = f"(<TensorBase>{data} if {data} != NULL else None)"
                    code = code.replace(f"<<{saved}>>", value)
                    code = code.replace(f"<<has {saved}>>", f"{data} != NULL")
                self.compiled[prefix][name] = code

    def assign(self, prefix, name):
        """What to do with the code of a gradient: lines."""
        if name == "*":
            return lambda code: [f"results = {code}"]
        edge = self.inputs.index(name)
        summed = self.overload.broadcasts

        def lines(code):
            if summed:
                code = f"{prefix}_sum_to_shape({code}, self.input_shape[{edge}])"
            give = f"grads[{edge}] = give({code})"
            if prefix == "v" or name not in self.adds:
                return [give]
            product = code.removeprefix("t_mm_T(").removesuffix(")")
            return [
                f"if grads[{edge}] != NULL:",
                f"    add_product(<TensorBase>grads[{edge}], {product})",
                "else:",
                f"    {give}",
            ]

        return lines

    def names(self, prefix):
        """Kind and code of every name that a formula may use."""
        names = {name: ("T", name) for name in self.outputs.values()}
        for edge, name in enumerate(self.inputs):
            names[name] = ("T", f"<<{name}>>")  # its slot is known later
            names[(name, "size")] = ("H", f"self.input_shape[{edge}]")
        for a in self.overload.arguments:
            if a.kind in "LBPW":
                names[a.name] = (a.kind, f"self.{a.c_name}")
            elif a.kind in NUMBER_FIELDS:
                names[a.name] = ("N", f"self.{a.c_name}")
            elif a.kind == "Z":
                names[a.name] = ("H", f"self.{a.c_name}")
        for position, kind in enumerate(self.overload.outputs or "T"):
            name = numbered("result", position)
            code = f"self.{name}"
            if kind == "T" and position not in self.outputs:
                kind = "W"
            elif prefix == "v" and kind == "T":
                code = f"saved_result(self, self.{name}, {position})"
            names[name] = (kind, code)
        return names

    def fields(self):
        """The attributes of the class and how each is filled when the node is made."""
        fields, fill, free, drop = [], [], [], []
        kinds = {a.name: a for a in self.overload.arguments}
        for name in self.used:
            if isinstance(name, tuple):
                edge = self.inputs.index(name[0])
                fill.append(
                    f"node.input_shape[{edge}] = "
                    f"THTensor_newShape({name[0]}.data_.c_tensor)"
                )
            elif name.startswith("result"):
                fields.append(f"cdef TensorBase {name}")
                drop.append(name)
            elif name in kinds and kinds[name].kind != "T" and kinds[name].kind != "t":
                a = kinds[name]
                if a.kind in "LBPW":
                    fields.append(f"cdef TensorBase {a.c_name}")
                    fill.append(f"node.{a.c_name} = {a.c_name}")
                    drop.append(a.c_name)
                elif a.kind == "Z":
                    fields.append(f"cdef THTensor *{a.c_name}")
                    fill.append(f"node.{a.c_name} = shape_of(n_{a.c_name}, {a.c_name})")
                    free.append(a.c_name)
                else:
                    fields.append(f"cdef {NUMBER_FIELDS[a.kind]} {a.c_name}")
                    member = ".d" if a.kind == "S" else ""
                    fill.append(f"node.{a.c_name} = {a.c_name}{member}")
        return fields, fill, free, drop

    def objects(self):
        """Whether the class has anything that its instances free."""
        _, _, free, drop = self.fields()
        return [*free, *drop]

    def apply(self, prefix):
        kind = "TensorBase" if prefix == "t" else "VariableBase"
        name = "apply" if prefix == "t" else "apply_v"
        lines = [
            f"cdef int {name}(self, object gradient, list more, PyObject **grads) except -1:",
            f"    cdef {kind} grad = <{kind}>gradient",
        ]
        for position, output in self.outputs.items():
            if position:
                lines.append(
                    f"    cdef {kind} {output} = other_gradient(more, {position})"
                )
        lines += [
            f"    cdef {kind} {part} = None" for part in self.compilers[prefix].locals
        ]
        if self.saved or self.fields()[3]:
            lines.append("    check_saved(self)")
        if any(numbered("result", i) in self.used for i in self.outputs):
            lines.append("    check_result(self)")
        together = "*" in self.compiled[prefix]
        if together:
            lines.append("    cdef tuple results")
            lines += indent(self.compiled[prefix]["*"].split("\n"))
        for edge, input_name in enumerate(self.inputs):
            code = self.compiled[prefix].get(input_name)
            if together:
                code = "\n".join(self.assign(prefix, input_name)(f"results[{edge}]"))
            if code:
                lines.append(f"    if self.next{edge} is not None:")
                lines += indent(code.split("\n"), 2)
        return [*lines, "    return 0"]

    def class_code(self):
        fields, _, free, drop = self.fields()
        lines = ["@cython.final", f"cdef class {self.class_name}(Node):"]
        lines += indent(fields)
        if fields:
            lines.append("")
        if free:
            lines += indent(["def __dealloc__(self):"])
            lines += indent([f"THTensor_free(self.{name})" for name in free], 2)
            lines.append("")
        lines += indent(self.apply("t"))
        lines.append("")
        lines += indent(self.apply("v"))
        if drop:
            lines += ["", *indent(["cdef void release(self):"])]
            lines += indent([f"self.{name} = None" for name in drop], 2)
            lines += indent(["Node.release(self)"], 2)
        return "\n".join(lines)

    def record(self, self_name="self"):
        """Lines that make the node, its edges and its saved values."""
        lines = [
            f"node = <{self.class_name}>{self.class_name}.__new__({self.class_name})"
        ]
        optional = {a.name for a in self.overload.arguments if a.kind == "t"}

        def operand(name):
            return self_name if name == "self" else name

        for edge, name in enumerate(self.inputs):
            if name not in self.overload.grad:
                continue
            line = f"set_edge{edge}(node, {operand(name)})"
            if name in optional:
                line = f"if {name} is not None: {line}"
            lines.append(line)
        for slot, name in enumerate(self.saved):
            # Kept only if a gradient that reads it is wanted.
            readers = [
                n
                for n in ["*", *self.overload.grad]
                if any(
                    f"saved_data[{slot}]" in self.compiled[prefix].get(n, "")
                    for prefix in "tv"
                )
            ]
            conditions = [f"{name} is not None"] if name in optional else []
            wanted = [operand(n) for n in readers if n not in optional]
            every = [n for n in self.overload.grad if n not in optional]
            if (
                "*" not in readers
                and wanted
                and len(wanted) < len(every)
                and not set(readers) & optional
            ):
                conditions.append(" or ".join(f"{n}.requires_grad_" for n in wanted))
            line = f"save{slot}(node, {operand(name)})"
            if conditions:
                line = f"if {' and '.join(f'({c})' for c in conditions)}: {line}"
            lines.append(line)
        if self.adds:
            bits = sum(1 << self.inputs.index(name) for name in self.adds)
            lines.append(f"node.adds = {bits}")
        fields, fill, _, _ = self.fields()
        lines += fill
        return lines


class VariableWriter:
    """Emits nodes and functions of all operators."""

    def __init__(self, operators):
        self.operators = operators
        self.nodes = []
        self.plain = []  # node classes without objects of their own
        self.code = []
        self.declarations = []

    def function(self, returns, name, arguments, event, body):
        """A function, and how the profiler sees it."""
        parameters = ["VariableBase self", *declare(arguments, VARIABLE_KINDS)]
        signature = f"cdef {returns} {name}({', '.join(parameters)})"
        lines = [
            f'if profiling and begin_range("{event}"):',
            "    try:",
            f"        return {name}({', '.join(['self', *pass_on(arguments)])})",
            "    finally:",
            "        end_range()",
            *body,
        ]
        self.code.append(f"{signature}:\n" + "\n".join(indent(lines)))
        self.declarations.append(signature)

    def node(self, operator, overload, position):
        if not overload.grad:
            return None
        base = "".join(part.capitalize() for part in operator.name.split("_"))
        # The names of 0.3: numbered where an operator has several.
        alone = sum(bool(o.grad) for o in operator.overloads) == 1
        name = f"{base}Backward" if alone else f"{base}Backward{position}"
        node = NodeWriter(self.operators, operator, overload, name)
        self.nodes.append(node.class_code())
        if not node.objects():
            self.plain.append(node.class_name)
        return node

    def tensor_call(self, operator, overload, prefix, first):
        arguments = []
        for a in overload.arguments:
            if a.kind == "T":
                arguments.append(f"{a.c_name}.data_")
            elif a.kind == "t":
                arguments.append(f"None if {a.c_name} is None else {a.c_name}.data_")
            else:
                arguments += pass_on([a])
        name = operator.function_name(overload, prefix)
        return f"{name}({', '.join([*first, *arguments])})"

    def forward(self, operator, overload, node):
        call = self.tensor_call(operator, overload, "t", ["self.data_"])
        outputs = overload.outputs or ["T"]
        body = []
        if len(outputs) == 1:
            body.append(f"cdef TensorBase result = {call}")
            if overload.library == "object":
                body += ["if result is self.data_:", "    return self"]
            make = (
                "new_view(result, self)" if overload.is_view else "new_variable(result)"
            )
            body.append(f"cdef VariableBase out = {make}")
            outs = ["out"]
        else:
            names = RESULTS[: len(outputs)]
            body.append(f"{', '.join(names)} = {call}")
            outs = ["out", "out2", "out3"][: len(outputs)]
            body += [
                f"cdef VariableBase {o} = new_variable(<TensorBase>{r})"
                for o, r in zip(outs, names, strict=True)
            ]
        body += [*self.recording(operator, overload, node, outs)]
        body.append(f"return {', '.join(outs)}")
        returns = "VariableBase" if len(outs) == 1 else "tuple"
        name = operator.function_name(overload, "v")
        self.function(returns, name, overload.arguments, operator.name, body)

    def first(self, operator, overload, node):
        """A layer's function that returns the first of its results only."""
        names = RESULTS[: len(overload.outputs)]
        call = self.tensor_call(operator, overload, "into", [*names, "self.data_"])
        body = [
            f"cdef TensorBase {name} = new_empty({OUTPUT_OPS[kind]})"
            for name, kind in zip(names, overload.outputs, strict=True)
        ]
        body = [line.replace("self.ops", "self.data_.ops") for line in body]
        body += [call, "cdef VariableBase out = new_variable(result)"]
        body += [*self.recording(operator, overload, node, ["out"])]
        body.append("return out")
        name = operator.function_name(overload, "first")
        self.function("VariableBase", name, overload.arguments, operator.name, body)

    def condition(self, overload, field, names):
        optional = {a.name for a in overload.arguments if a.kind == "t"}
        return " or ".join(
            f"({n} is not None and {n}.{field})" if n in optional else f"{n}.{field}"
            for n in names
        )

    def recording(self, operator, overload, node, outs):
        volatile = self.condition(overload, "volatile_", overload.tensors)
        lines = [f"if {volatile}:"]
        lines += [f"    {o}.volatile_ = True" for o in outs]
        kinds = overload.outputs or ["T"]
        if node is None and "T" in kinds:
            names = ", ".join(overload.tensors)
            lines.append(
                f"elif {self.condition(overload, 'requires_grad_', overload.tensors)}:"
            )
            lines += [
                f'    attach_error({o}, "the derivative for '
                f"'{operator.name}' is not implemented\", ({names},))"
                for o, kind in zip(outs, kinds, strict=True)
                if kind == "T"
            ]
        if node is None:
            return lines
        lines.append(
            f"elif {self.condition(overload, 'requires_grad_', overload.grad)}:"
        )
        record = node.record()
        for position in range(len(kinds)):
            name = numbered("result", position)
            if name in node.used:
                record.append(f"node.{name} = <TensorBase>{name}")
        lines += indent(record)
        lines += indent(self.shapes(overload, "out.data_", "self"))
        lines += [
            f"    attach_output({outs[position]}, node, {position})"
            if position
            else "    attach(out, node)"
            for position in node.outputs
        ]
        return lines

    def shapes(self, overload, result, self_name):
        """Remember the shapes of inputs that were broadcast."""
        if not overload.broadcasts:
            return []
        lines = []
        for name in overload.grad:
            owner = self_name if name == "self" else name
            lines += [
                f"if not same_shape({owner}.data_.c_tensor, {result}.c_tensor):",
                f"    node.input_shape[{overload.tensors.index(name)}] = "
                f"THTensor_newShape({owner}.data_.c_tensor)",
            ]
        return lines

    def inplace(self, operator, overload, node):
        call = self.tensor_call(
            operator, overload, "into", ["self.data_", "self.data_"]
        )
        others = [n for n in overload.tensors if n != "self"]
        body = []
        if others:
            volatile = self.condition(overload, "volatile_", others)
            body += [
                f"if not self.volatile_ and ({volatile}):",
                "    set_volatile(self)",
            ]
        if node is None:
            body += [
                f'inplace_begin(self, "{operator.inplace}", False)',
                call,
                "inplace_end(self, None)",
                "return self",
            ]
        else:
            requires = self.condition(overload, "requires_grad_", overload.grad)
            body += [
                f"cdef bint record = not self.volatile_ and ({requires})",
                "cdef VariableBase before",
                f'before = inplace_begin(self, "{operator.inplace}", record)',
                "if not record:",
                f"    {call}",
                "    inplace_end(self, None)",
                "    return self",
            ]
            if "self" in node.saved:
                body.append("before.data_ = clone(self.data_)")
            body += node.record("before")
            body += self.shapes(overload, "self.data_", "before")
            body.append(call)
            if "result" in node.used:
                body.append("node.result = self.data_")
            body += ["inplace_end(self, node)", "return self"]
        name = operator.function_name(overload, "v") + "_"
        self.function("VariableBase", name, overload.arguments, operator.inplace, body)

    def inplace_view(self, operator, overload, node):
        """The Variable becomes the view; one that was a view is one of its base again."""
        become = operator.function_name(overload, "become")
        call = f"{become}({', '.join(['self.data_', *pass_on(overload.arguments)])})"
        body = [
            "cdef bint record = self.requires_grad_ and self.base is None",
            f'cdef VariableBase before = inplace_begin(self, "{operator.inplace}", record)',
            "if not record:",
            f"    {call}",
            "    inplace_end(self, None)",
            "    self.stale = self.requires_grad_",
            "    return self",
            *node.record("before"),
            call,
            "inplace_end(self, node)",
            "return self",
        ]
        name = operator.function_name(overload, "v") + "_"
        self.function("VariableBase", name, overload.arguments, operator.inplace, body)

    def write(self, out):
        for operator in self.operators.values():
            self.code.append(f"# from tools/ops/{operator.source}: {operator.name}")
            for position, overload in enumerate(operator.overloads):
                if overload.number == "bool":
                    continue
                node = self.node(operator, overload, position)
                self.forward(operator, overload, node)
                several = node and list(node.outputs) == [0] and overload.outputs[1:]
                if operator.namespace and several:
                    self.first(operator, overload, node)
                writable = overload.library not in ("view", "object")
                if operator.inplace and writable and overload.outputs == ["T"]:
                    self.inplace(operator, overload, node)
                elif operator.inplace_view:
                    self.inplace_view(operator, overload, node)
        note = banner("variable_ops.py", "tools/ops")
        head = PREAMBLE.format(banner=note).replace(
            "from cpython", "cimport cython\n\nfrom cpython", 1
        )
        plain = "".join(f"    {name},\n" for name in self.plain)
        plain = f"add_no_objects((\n{plain}))\n"
        sections = [*self.nodes, *self.code, slots_code(VARIABLES), plain]
        out.write(
            "torchlike/_C/variable_ops.pyx", head + "\n\n" + "\n\n\n".join(sections)
        )
        out.write(
            "torchlike/_C/variable_ops.pxd",
            f"# {note}\nfrom libc.stdint cimport int64_t\n"
            "from torchlike._C.tensor_base cimport TensorBase\n"
            "from torchlike._C.th cimport THScalar, THTensor\n"
            "from torchlike._C.variable cimport VariableBase\n\n\n"
            "cdef class VariableOps(VariableBase):\n    pass\n\n\n"
            + "\n".join(self.declarations)
            + "\n",
        )
