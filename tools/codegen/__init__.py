"""The generator: from C headers and the operator table to tables, Cython and stubs."""

from pathlib import Path

from . import (
    dispatch,
    headers,
    methods,
    reference,
    stubs,
    table,
    tensor_ops,
    variable_ops,
)
from .text import Output

ROOT = Path(__file__).resolve().parents[2]


def load_table():
    """The operator table and the C functions it refers to."""
    tables = headers.read_all(ROOT)
    return table.load(ROOT / "tools" / "ops", tables), tables


def generate(folder):
    """Write everything into `folder`; returns the paths. Unchanged files are not touched."""
    operators, tables = load_table()
    out = Output(Path(folder))
    for library, functions in tables.items():
        dispatch.write_dispatch(out, library, functions)
    dispatch.write_pxd(out, tables)
    tensor_ops.TensorWriter(operators, tables).write(out)
    variable_ops.VariableWriter(operators).write(out)
    methods.MethodWriter(operators).write(out)
    reference.write_reference(out, operators)
    stubs.write_stubs(out, operators, ROOT / "torchlike")
    return out.files
