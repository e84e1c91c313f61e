"""Compiles derivative formulas, such as ``grad * other``, to calls of generated functions.

One formula is compiled twice: on tensors (functions t_*) for an ordinary backward pass, and on
Variables (v_*) for one that is itself recorded. Every name of a formula has a kind:

    T  tensor           L, B, P  Long-, Byte-, IntTensor  H  size of an input
    N  number (C double or int64_t)                     W  tensor that is never differentiated

``a if flag else b`` chooses by a number, or by whether an optional input or the gradient of
an output is there; only the chosen side is computed.

Operators and method calls mean entries of the operator table; ``self.size()`` is the size of
an input; numel, size, count, log and min work on sizes and numbers; ``fail('text')`` raises.
"""

import ast

from .text import indent

OPERATORS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div"}
C_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
COMPARISONS = {ast.Gt: ">", ast.Eq: "=="}
# Functions on sizes and numbers, hand-written in gradients.pxd.
NUMBER_FUNCTIONS = {
    "numel": "number_of_elements",
    "size": "size_along",
    "count": "number_reduced",
    "log": "log",
    "min": "min",
    "mse_factor": "mse_factor",
}


class FormulaError(Exception):
    """A formula that does not compile."""


def keep(name):
    return lambda code: [f"{name} = {code}"]


class Compiler:
    """Compiles formulas of one overload.

    Parameters
    ----------
    operators : dict
        The operator table.
    prefix : str
        ``t`` or ``v``.
    names : dict
        Name in a formula: (kind, code).
    let : dict
        Names for parts of formulas.
    """

    def __init__(self, operators, prefix, names, let):
        self.operators = operators
        self.prefix = prefix
        self.names = names
        self.let = let
        self.used = []  # names that the formulas read; ('self', 'size') for sizes
        self.locals = []  # the names of `let` that are local variables
        self.parts = []  # those of the statement at hand

    def compile(self, text, assign):
        """Statements that compute a formula; ``assign`` makes lines of its code."""
        try:
            return "\n".join(self.statements(self.parse(text), assign, set()))
        except (FormulaError, SyntaxError, KeyError) as error:
            raise FormulaError(f"formula '{text}': {error}") from None

    def parse(self, text):
        return ast.parse(text, mode="eval").body

    def statements(self, node, assign, ready):
        """Statements for a syntax tree; the parts in ``ready`` are computed already."""
        if isinstance(node, ast.IfExp):
            lines = [f"if {self.test(node.test)}:"]
            lines += indent(self.statements(node.body, assign, set(ready)))
            other = self.statements(node.orelse, assign, set(ready))
            return [*lines, "else:", *indent(other)]
        self.parts = []
        code, kind = self.expression(node)
        if kind not in "TW":
            raise FormulaError(f"'{ast.unparse(node)}' is no tensor")
        lines = []
        for name in self.parts:
            if name in ready:
                continue
            ready.add(name)
            part = self.parse(self.let[name])
            lines += [
                f"if {name} is None:",
                *indent(self.statements(part, keep(name), set(ready))),
            ]
        return [*lines, *assign(self.tensor((code, kind)))]

    def part(self, name):
        """A name for a part of a formula: a local variable, unless it is a number."""
        outer, self.parts = self.parts, []
        code, kind = self.expression(self.parse(self.let[name]))
        self.parts = outer
        if kind not in "TW":
            return code, kind
        for names in (self.parts, self.locals):
            if name not in names:
                names.append(name)
        return name, "T"

    def use(self, name):
        if name not in self.used:
            self.used.append(name)

    def expression(self, node):
        """(code, kind) of a node of the syntax tree."""
        if isinstance(node, ast.Constant):
            return repr(node.value), "N"
        if isinstance(node, ast.Name) and node.id in self.let:
            return self.part(node.id)
        if isinstance(node, ast.IfExp):
            return self.choice(node)
        if isinstance(node, ast.Name):
            self.use(node.id)
            kind, code = self.names[node.id]
            return code, kind
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            code, kind = self.expression(node.operand)
            if kind == "N":
                return f"(-{code})", "N"
            return self.call("neg", [(code, kind)]), "T"
        if isinstance(node, ast.BinOp):
            return self.binary(node)
        if isinstance(node, ast.Compare):
            left, right = (
                self.expression(node.left),
                self.expression(node.comparators[0]),
            )
            return f"({left[0]} {COMPARISONS[type(node.ops[0])]} {right[0]})", "N"
        if isinstance(node, ast.Call):
            return self.function(node)
        raise FormulaError(f"'{ast.unparse(node)}' is not understood")

    def test(self, node):
        code, kind = self.expression(node)
        if kind == "N":
            return code
        there = code.replace("<<", "<<has ")  # NodeWriter knows how it is saved
        return there if there != code else f"{code} is not None"

    def choice(self, node):
        test = self.test(node.test)
        body, orelse = self.expression(node.body), self.expression(node.orelse)
        if body[1] != orelse[1]:
            if not {body[1], orelse[1]} <= {"T", "W"}:
                raise FormulaError("both sides of a choice must be of one kind")
            body, orelse = ((self.tensor(x), "T") for x in (body, orelse))
        return f"({body[0]} if {test} else {orelse[0]})", body[1]

    def tensor(self, argument):
        """Code of a T, made of a W if need be."""
        code, kind = argument
        if kind == "W" and self.prefix == "v":
            return f"new_variable({code})"
        return code

    def binary(self, node):
        left, right = self.expression(node.left), self.expression(node.right)
        operator = type(node.op)
        if left[1] == right[1] == "N":
            return f"({left[0]} {C_OPERATORS[operator]} {right[0]})", "N"
        if left[1] == "N":
            raise FormulaError("a number stands left of a tensor: use rsub or rdiv")
        return self.call(OPERATORS[operator], [left, right]), "T"

    def function(self, node):
        arguments = list(node.args)
        if isinstance(node.func, ast.Attribute):
            name = node.func.attr
            arguments.insert(0, node.func.value)
        else:
            name = node.func.id
        if name == "fail":
            kind = "TensorBase" if self.prefix == "t" else "VariableBase"
            return f"<{kind}>fail({arguments[0].value!r})", "T"
        if name == "size" and len(arguments) == 1:  # x.size()
            owner = arguments[0].id
            self.use((owner, "size"))
            return self.names[(owner, "size")][1], "H"
        compiled = [self.expression(a) for a in arguments]
        kinds = [kind for _, kind in compiled]
        if name in NUMBER_FUNCTIONS and "T" not in kinds:
            code = ", ".join(code for code, _ in compiled)
            return f"{NUMBER_FUNCTIONS[name]}({code})", "N"
        return self.call(name, compiled), "T"

    def call(self, name, arguments):
        """Code that calls the overload of an operator that takes these kinds."""
        operator = self.operators[name]
        # Of two that fit, the one with fewer arguments left to their defaults.
        for overload in sorted(operator.overloads, key=lambda o: len(o.arguments)):
            code = self.match(overload, arguments[1:])
            if code is not None:
                function = operator.function_name(overload, self.prefix)
                return f"{function}({', '.join([self.tensor(arguments[0]), *code])})"
        kinds = "".join(kind for _, kind in arguments)
        raise FormulaError(f"{name} takes no arguments of kinds {kinds}")

    def match(self, overload, arguments):
        """Argument codes for an overload, or None if the kinds differ."""
        left_out = [a.default for a in overload.arguments[len(arguments) :]]
        if len(arguments) > len(overload.arguments) or None in left_out:
            return None
        arguments = arguments + [(default, "N") for default in left_out]
        codes = []
        for declared, (code, kind) in zip(overload.arguments, arguments, strict=True):
            if kind == declared.kind or (kind == "N" and declared.kind in "DIb"):
                codes.append(code)
            elif kind == "N" and declared.kind == "S":
                codes.append(f"real_scalar({code})")
            elif kind == "H" and declared.kind == "Z":
                codes.append(f"{code}.nDimension, {code}.size")
            elif declared.kind in "Tt" and kind in "TW":
                codes.append(self.tensor((code, kind)))
            elif declared.kind == "W" and kind == "T":
                codes.append(code if self.prefix == "t" else f"({code}).data_")
            else:
                return None
        return codes
