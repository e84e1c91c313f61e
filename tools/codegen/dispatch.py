"""Writes the dispatch tables: one struct of function pointers, one table for each type.

A function that takes or returns a value of the tensor's type gets a small adapter, because
the tables carry such values as THScalar.
"""

from .headers import ALL_TYPES, INTEGER_TYPES
from .text import banner

C_TYPES = dict(
    zip(
        ALL_TYPES,
        "uint8_t int8_t int16_t int32_t int64_t float double THHalf".split(),
        strict=True,
    )
)

HEADER = """\
/* {banner} */
#ifndef {guard}
#define {guard}

#include <{header}>

#ifdef TH_INTERNAL
/* The functions of one type. Values of the type travel as THScalar; a function that the type lacks
 * is NULL. */
typedef struct {struct} {{
{fields}
}} {struct};

/* Indexed by THType. */
TH_API {struct} {table}[TH_NTYPES];
#endif

#endif
"""

TH_HEAD = """\
    const char *name; /* "Float" */
    void *pytype;     /* the Python class, set by the binding */
    int dtype;
    int itemsize;
    int is_floating;
"""


def c_join(kind, name):
    return f"{kind}{name}" if kind.endswith("*") else f"{kind} {name}"


def field(function, prefix="    "):
    parameters = ", ".join(c_join(p.untyped, p.name) for p in function.parameters)
    returns = function.untyped_returns
    return f"{prefix}{returns} (*{function.name})({parameters});"


def needs_adapter(function):
    kinds = [p.type for p in function.parameters] + [function.returns]
    return any(kind in ("real", "accreal") for kind in kinds)


def adapter(function, real):
    """A static function with the table's signature that calls the typed one."""
    member = "i" if real in INTEGER_TYPES else "d"
    accreal = "int64_t" if real in INTEGER_TYPES else "double"
    c_type = {"real": C_TYPES[real], "accreal": accreal}
    arguments = ", ".join(
        f"({c_type[p.type]}){p.name}.{member}" if p.type in c_type else p.name
        for p in function.parameters
    )
    call = f"{function.symbol(real)}({arguments})"
    if function.returns in c_type:
        call = f"(THScalar){{.{member} = {call}}}"
    parameters = ", ".join(c_join(p.untyped, p.name) for p in function.parameters)
    return (
        f"static {function.untyped_returns} {real}_{function.name}({parameters})\n"
        f"{{\n    return {call};\n}}\n"
    )


def entry(function, real):
    symbol = function.symbol(real)
    if needs_adapter(function):
        symbol = f"{real}_{function.name}"
    return f"        .{function.name} = {symbol},"


def write_dispatch(out, library, functions):
    """The header and the source of one library's tables."""
    struct, table = f"{library}Dispatch", f"{library}_dispatch"
    head = TH_HEAD if library == "TH" else ""
    out.write(
        f"include/{library}/{library}Dispatch.h",
        HEADER.format(
            banner=banner("dispatch.py", f"the headers of {library}"),
            guard=f"{library}_DISPATCH_H",
            header="TH/TH.h" if library == "TH" else "THNN/THNNTable.h",
            struct=struct,
            table=table,
            fields=head + "\n".join(field(f) for f in functions.values()),
        ),
    )
    lines = [f"/* {banner('dispatch.py', f'the headers of {library}')} */"]
    lines.append(f"#include <{library}/{library}Dispatch.h>\n")
    for function in functions.values():
        if needs_adapter(function):
            lines += [adapter(function, real) for real in function.types]
    lines.append(f"{struct} {table}[TH_NTYPES] = {{")
    for real in ALL_TYPES:
        lines.append(f"    [TH_{real.upper()}] = {{")
        if library == "TH":
            lines.append(f'        .name = "{real}",')
            lines.append(f"        .dtype = TH_{real.upper()},")
            lines.append(f"        .itemsize = sizeof({C_TYPES[real]}),")
            lines.append(f"        .is_floating = {int(real not in INTEGER_TYPES)},")
        lines += [entry(f, real) for f in functions.values() if real in f.types]
        lines.append("    },")
    lines.append("};\n")
    out.write(f"src/{library}/{library}Dispatch.c", "\n".join(lines))


PXD = """\
# {banner}
from libc.stdint cimport int64_t
from torchlike._C.th cimport THGenerator, THScalar, THTensor


cdef extern from "TH/THDispatch.h" nogil:
    ctypedef struct THDispatch:
        const char *name
        void *pytype
        int dtype
        int itemsize
        int is_floating
{th}
    THDispatch TH_dispatch[]


cdef extern from "THNN/THNNDispatch.h" nogil:
    ctypedef struct THNNDispatch:
{thnn}
    THNNDispatch THNN_dispatch[]
"""


def pxd_field(function):
    kinds = ", ".join(p.untyped for p in function.parameters)
    kinds = kinds.replace("*const *", "**")
    return (
        f"        {function.untyped_returns} (*{function.name})({kinds}) noexcept nogil"
    )


def write_pxd(out, tables):
    out.write(
        "torchlike/_C/dispatch.pxd",
        PXD.format(
            banner=banner("dispatch.py", "the headers of TH and THNN"),
            th="\n".join(pxd_field(f) for f in tables["TH"].values()),
            thnn="\n".join(pxd_field(f) for f in tables["THNN"].values()),
        ),
    )
