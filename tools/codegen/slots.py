"""Writes Python's operators of TensorOps and VariableOps.

Operands of the same type and numbers go straight to the operator's function, everything
else goes through the method.
"""

# The operator, its reverse, its in-place form; the functions of the first two.
ARITHMETIC = [
    ("__add__", "__radd__", "__iadd__", "add", "add"),
    ("__sub__", "__rsub__", "__isub__", "sub", "rsub"),
    ("__mul__", "__rmul__", "__imul__", "mul", "mul"),
    ("__truediv__", "__rtruediv__", "__itruediv__", "div", "rdiv"),
    ("__mod__", None, "__imod__", "remainder", None),
    ("__pow__", "__rpow__", "__ipow__", "pow", "tpow"),
]
# Operators on bits, and a C function that only the types with the operator have.
BITWISE = [
    ("and", "bitAnd"),
    ("or", "bitOr"),
    ("xor", "bitXor"),
    ("lshift", "lshift"),
    ("rshift", "rshift"),
]
COMPARISONS = ["lt", "le", "gt", "ge", "eq", "ne"]

FORWARD = """\
    def {forward}(self, other{modulo}):
        cdef THScalar value
        if {same}:
            return {prefix}_{name}_T(self, <{base}>other)
        if is_number({data}.ops, other):
            to_scalar({data}.ops, other, &value)
            return {prefix}_{name}_S(self, value)
        return operator_method(self, "{name}", other)

"""
REVERSE = """\
    def {reverse}(self, other{modulo}):
        cdef THScalar value
        if is_number({data}.ops, other):
            to_scalar({data}.ops, other, &value)
            return {prefix}_{reversed}_S(self, value)
        return operator_method(self, "{name}", other)

"""
TENSOR_INPLACE = """\
    def {inplace}(self, other{modulo}):
        cdef THScalar value
        if {same}:
            into_{name}_T(self, self, <{base}>other)
            return self
        if is_number({data}.ops, other):
            to_scalar({data}.ops, other, &value)
            into_{name}_S(self, self, value)
            return self
        return operator_method(self, "{name}_", other)

"""
VARIABLE_INPLACE = """\
    def {inplace}(self, other{modulo}):
        return operator_method(self, "{name}_", other)

"""
BITS = """\
    def {slot}(self, other):
        if {data}.ops.{function} == NULL:
            missing_operator({data}, "{slot}")
        return operator_method(self, "{slot}", other)

"""
TENSOR_PRODUCT = """\
    def __matmul__(self, other):
        if Py_TYPE(other) == Py_TYPE(self) and self.c_tensor.nDimension == 2:
            if (<TensorBase>other).c_tensor.nDimension == 2:
                return t_mm_T(self, <TensorBase>other)
        return operator_method(self, "matmul", other)

    def __getitem__(self, index):
        return tensor_index.get_item(self, index)

    def __setitem__(self, index, value):
        tensor_index.set_item(self, index, value)

"""
VARIABLE_PRODUCT = """\
    def __matmul__(self, other):
        cdef TensorBase t = self.data_
        if isinstance(other, VariableBase) and t.c_tensor.nDimension == 2:
            if (<VariableBase>other).data_.c_tensor.nDimension == 2 and (<VariableBase>other).data_.ops == t.ops:
                return v_mm_T(self, <VariableBase>other)
        return operator_method(self, "matmul", other)

"""
REST = """\
    def __neg__(self):
        return {prefix}_neg(self)

    def __abs__(self):
        return {prefix}_abs(self)

    def __richcmp__(self, other, int comparison):
        cdef THScalar value
        if other is None:
            return NotImplemented
        cdef bint same = {same}
        if not same:
            if not is_number({data}.ops, other):
                return operator_method(self, COMPARISON[comparison], other)
            to_scalar({data}.ops, other, &value)
"""
COMPARE = """\
        if comparison == Py_{upper}:
            return {prefix}_{name}_T(self, <{base}>other) if same else {prefix}_{name}_S(self, value)
"""
HASH = """
    def __hash__(self):
        return <Py_ssize_t><void *>self >> 4
"""

TENSORS = {
    "prefix": "t",
    "base": "TensorBase",
    "data": "self",
    "same": "Py_TYPE(other) == Py_TYPE(self)",
}
VARIABLES = {
    "prefix": "v",
    "base": "VariableBase",
    "data": "self.data_",
    "same": "isinstance(other, VariableBase)"
    " and (<VariableBase>other).data_.ops == self.data_.ops",
}


def slots_code(kind):
    """The class with the operators; `kind` is TENSORS or VARIABLES."""
    is_tensor = kind is TENSORS
    names = ", ".join(f'Py_{n.upper()}: "{n}"' for n in COMPARISONS)
    parts = [
        f"cdef dict COMPARISON = {{{names}}}\n\n\n"
        f"cdef class {kind['base'].replace('Base', 'Ops')}({kind['base']}):\n"
        "    # Python's operators; the methods are installed by the module methods.\n"
    ]
    for forward, reverse, inplace, name, reversed_name in ARITHMETIC:
        filled = dict(
            kind, forward=forward, reverse=reverse, inplace=inplace, name=name
        )
        filled |= {"reversed": reversed_name}
        filled |= {"modulo": ", modulo" if name == "pow" else ""}
        parts.append(FORWARD.format(**filled))
        if reverse:
            parts.append(REVERSE.format(**filled))
        form = TENSOR_INPLACE if is_tensor else VARIABLE_INPLACE
        parts.append(form.format(**filled))
    for name, function in BITWISE:
        for slot in (f"__{name}__", f"__i{name}__"):
            parts.append(BITS.format(**kind, slot=slot, function=function))
    parts.append("    def __invert__(self):\n        return invert(self)\n\n")
    parts.append(TENSOR_PRODUCT if is_tensor else VARIABLE_PRODUCT)
    parts.append(REST.format(**kind))
    for name in COMPARISONS:
        parts.append(COMPARE.format(**kind, name=name, upper=name.upper()))
    return "".join([*parts, HASH])
