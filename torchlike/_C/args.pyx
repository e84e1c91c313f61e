"""The argument parser of the operators.

A call is matched with the overloads in their order. Within one, positional arguments are
taken from the left; an argument that does not fit a parameter with a default is tried on the
next one, so that ``addmm(beta=1, alpha=1, mat1, mat2)`` takes two, three or four arguments.
When nothing fits, the error lists what was given and what would be accepted.
"""
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_AsDouble, PyFloat_CheckExact
from cpython.list cimport PyList_Check
from cpython.long cimport PyLong_AsLongLong, PyLong_Check, PyLong_CheckExact
from cpython.object cimport PyObject
from cpython.tuple cimport PyTuple_Check, PyTuple_GET_ITEM, PyTuple_GET_SIZE
from libc.stdlib cimport malloc
from torchlike._C cimport backcompat
from torchlike._C.errors cimport check
from torchlike._C.generator cimport Generator
from torchlike._C.tensor_base cimport (
    TensorBase, dispatch_of, is_number, to_scalar, type_name,
)
from torchlike._C.th cimport (
    TH_BYTE, TH_INT, TH_LONG, TH_MAX_DIM, TH_STORAGE_RESIZABLE, THTensor_isSameSizeAs, THTensor_nElement,
    THTensor_resizeAs,
)
from torchlike._C.variable cimport VariableBase


cdef extern from "Python.h":
    ctypedef struct PyMethodDef:
        const char *ml_name
        void *ml_meth
        int ml_flags
        const char *ml_doc
    int METH_FASTCALL, METH_KEYWORDS
    ctypedef struct PyTypeObject:
        PyObject *tp_dict
    object PyDescr_NewMethod(PyTypeObject *cls, PyMethodDef *method)
    object PyCFunction_New(PyMethodDef *method, PyObject *self)
    int PyDict_SetItemString(PyObject *d, const char *key, object value) except -1
    void PyType_Modified(PyTypeObject *cls)
    ctypedef struct PyTupleObject:
        PyObject **ob_item
    bint PyBool_Check(object o)
    bint PyIndex_Check(object o)
    int PyUnicode_CompareWithASCIIString(object text, const char *ascii)
    object PyNumber_Index(object o)
    long long PyLong_AsLongLongAndOverflow(object o, int *overflow)
    PyObject *Py_TYPE(object o)


cdef inline bint to_int(object o, int64_t *value) noexcept:
    # An int, or something that says it is one (a NumPy integer).
    cdef int overflow
    if PyLong_Check(o):
        value[0] = PyLong_AsLongLongAndOverflow(o, &overflow)
        return not overflow
    return PyIndex_Check(o) and index_to_int(o, value)


cdef bint index_to_int(object o, int64_t *value) noexcept:
    if isinstance(o, (TensorBase, VariableBase)):
        return False
    try:
        value[0] = PyLong_AsLongLong(PyNumber_Index(o))
        return True
    except Exception:                                # whatever the object's __index__ raises
        return False


cdef inline TensorBase index_tensor(object o, int dtype):
    # The LongTensor or ByteTensor in o, which may be a Variable; None if it is something else.
    if isinstance(o, VariableBase):
        o = (<VariableBase>o).data_
    if isinstance(o, TensorBase) and (<TensorBase>o).ops.dtype == dtype:
        return <TensorBase>o
    return None


cdef inline int kind_type(char kind, int own) noexcept:
    """The element type that a kind of tensor has."""
    if kind == c'L':
        return TH_LONG
    if kind == c'B':
        return TH_BYTE
    return TH_INT if kind == c'P' else own


cdef inline bint is_plain(object o) noexcept:
    # A number that is read without running code of Python.
    return PyLong_CheckExact(o) or PyFloat_CheckExact(o)


cdef bint accept(const Parameter *p, THDispatch *ops, bint variables, object o, Arguments *a, int i):
    """Whether o fits parameter p; if so it becomes value i."""
    cdef Value *value = &a.values[i]
    cdef char kind = p.kind
    if kind == c'T' or kind == c't':
        if <void *>Py_TYPE(o) == ops.pytype and not variables:
            value.o = <PyObject *>o
            return True
        if variables:
            if isinstance(o, VariableBase):
                if (<VariableBase>o).data_.ops == ops:
                    value.o = <PyObject *>o
                    return True
        elif isinstance(o, TensorBase):
            if (<TensorBase>o).ops == ops:
                value.o = <PyObject *>o
                return True
        if kind == c't' and o is None:
            value.o = NULL
            return True
        return False
    if kind == c'W':
        value.o = NULL if o is None else <PyObject *>o
        a.unsettled |= isinstance(o, VariableBase)
        return o is None or index_tensor(o, ops.dtype) is not None
    if kind == c'S':
        if PyFloat_CheckExact(o) and ops.is_floating:
            value.s.d = PyFloat_AS_DOUBLE(o)
            return True
        if <void *>Py_TYPE(o) == ops.pytype:
            return False
        a.unsettled |= not is_plain(o)
        if not is_number(ops, o):
            return False
        to_scalar(ops, o, &value.s)
        return True
    if kind == c'I':
        if o is None and p.flags & 8:
            value.i = p.int_default
            return True
        a.unsettled |= not is_plain(o)
        return not PyBool_Check(o) and to_int(o, &value.i)
    if kind == c'b':
        if PyBool_Check(o):
            value.i = o is True
            return True
        return False
    if kind == c'D':
        if PyFloat_CheckExact(o):
            value.d = PyFloat_AS_DOUBLE(o)
            return True
        a.unsettled |= not is_plain(o)
        if not is_number(dispatch_of(6), o):
            return False
        value.d = PyFloat_AsDouble(o)
        return True
    if kind == c'L' or kind == c'B' or kind == c'P':
        if o is None and kind == c'P' and p.flags & 1:
            value.o = NULL
            return True
        value.o = <PyObject *>o
        a.unsettled |= isinstance(o, VariableBase)
        return index_tensor(o, kind_type(kind, TH_LONG)) is not None
    if kind == c'G':
        value.o = NULL if o is None else <PyObject *>o
        return o is None or isinstance(o, Generator)
    return False


cdef int parse_sizes(PyObject **args, Py_ssize_t n, int64_t *sizes) except -1:
    """Sizes given one by one or as one tuple, list or torch.Size; -1 with TypeError otherwise."""
    cdef Py_ssize_t i
    cdef int64_t value
    cdef object sequence
    if n == 1 and not PyLong_Check(<object>args[0]):
        sequence = <object>args[0]
        if PyList_Check(sequence):
            sequence = tuple(sequence)               # an item's __index__ could change the list
        if PyTuple_Check(sequence):
            n = PyTuple_GET_SIZE(sequence)
        else:
            if not to_int(sequence, &value):
                raise TypeError(f"expected an int or a sequence of ints, but got {type_name(sequence)}")
            sizes[0] = value
            return 1
        if n > TH_MAX_DIM:
            raise RuntimeError(f"a tensor has at most {TH_MAX_DIM} dimensions, but got {n} sizes")
        for i in range(n):
            item = <object>PyTuple_GET_ITEM(sequence, i)
            if not to_int(item, &sizes[i]):
                raise TypeError(f"sizes must be ints, but element {i} is {type_name(item)}")
        return <int>n
    if n > TH_MAX_DIM:
        raise RuntimeError(f"a tensor has at most {TH_MAX_DIM} dimensions, but got {n} sizes")
    for i in range(n):
        if not to_int(<object>args[i], &sizes[i]):
            raise TypeError(f"sizes must be ints, but element {i} is {type_name(<object>args[i])}")
    return <int>n


cdef int sizes_from(tuple given, int64_t *sizes) except -1:
    return parse_sizes((<PyTupleObject *>given).ob_item, PyTuple_GET_SIZE(given), sizes)


cdef inline PyObject *keyword(const char *name, PyObject **args, Py_ssize_t n, PyObject *kwnames) noexcept:
    cdef Py_ssize_t j
    if kwnames == NULL:
        return NULL
    for j in range(PyTuple_GET_SIZE(<object>kwnames)):
        if PyUnicode_CompareWithASCIIString(<object>PyTuple_GET_ITEM(<object>kwnames, j), name) == 0:
            return args[n + j]
    return NULL


cdef bint match(const Signature *s, THDispatch *ops, bint variables, PyObject **args, Py_ssize_t n,
                PyObject *kwnames, Py_ssize_t n_keywords, Arguments *a):
    cdef Py_ssize_t position = 0, used = 0, last
    cdef int i
    cdef const Parameter *p
    cdef PyObject *o
    for i in range(s.n):
        p = &s.parameters[i]
        if position < n and not p.flags & 2:
            if p.kind == c'Z':
                # As many ints as stand here, or one sequence; the parameters after it take what remains.
                last = position
                if PyLong_Check(<object>args[position]):
                    while last < n and PyLong_Check(<object>args[last]) and not PyBool_Check(<object>args[last]):
                        last += 1
                else:
                    last += 1
                    a.unsettled = True
                try:
                    a.n_sizes = parse_sizes(args + position, last - position, a.sizes)
                except TypeError:
                    return False
                position = last
                continue
            if accept(p, ops, variables, <object>args[position], a, i):
                position += 1
                continue
            if not p.flags & 1:
                return False
        o = keyword(p.name, args, n, kwnames)
        if o == NULL and p.aka != NULL:
            o = keyword(p.aka, args, n, kwnames)
        if o != NULL:
            used += 1
            if p.kind == c'Z':
                a.unsettled = True
                try:
                    a.n_sizes = parse_sizes(&o, 1, a.sizes)
                except TypeError:
                    return False
            elif not accept(p, ops, variables, <object>o, a, i):
                return False
        elif p.flags & 1:
            if p.kind == c'S':
                if ops.is_floating:
                    a.values[i].s.d = p.real_default
                else:
                    a.values[i].s.i = p.int_default
            elif p.kind == c'D':
                a.values[i].d = p.real_default
            elif p.kind == c'I' or p.kind == c'b':
                a.values[i].i = p.int_default
            else:
                a.values[i].o = NULL
        else:
            return False
    return position == n and used == n_keywords


cdef int settle(const Signature *s, THDispatch *ops, VariableBase variable, Arguments *a) except -1:
    """Takes the tensors out of Variables.

    Not before all numbers are read: that runs code of Python, which can give a Variable another tensor.
    """
    cdef int i
    cdef PyObject *o
    cdef TensorBase tensor
    cdef bint fits = variable is None or variable.data_.ops == ops
    for i in range(s.n):
        if s.parameters[i].kind not in b"TtWLBP":
            continue
        o = a.values[i].o
        if o == NULL:
            continue
        if s.parameters[i].kind == c'T' or s.parameters[i].kind == c't':
            fits &= variable is None or (<VariableBase>o).data_.ops == ops
            continue
        tensor = index_tensor(<object>o, kind_type(s.parameters[i].kind, ops.dtype))
        fits &= tensor is not None
        a.values[i].o = <PyObject *>tensor          # borrowed from the Variable
    if not fits:
        raise RuntimeError("a Variable was given a tensor of another type while arguments were read")
    return 0


cdef int parse(const Callable *callee, THDispatch *ops, VariableBase variable, PyObject **args, Py_ssize_t n,
               PyObject *kwnames, Arguments *a) except -1:
    cdef int k
    cdef bint variables = variable is not None
    cdef Py_ssize_t n_keywords = 0
    a.out = NULL
    if kwnames != NULL:
        n_keywords = PyTuple_GET_SIZE(<object>kwnames)
        a.out = keyword("out", args, n, kwnames)
        if a.out != NULL:
            n_keywords -= 1
            if a.out == <PyObject *>None:
                a.out = NULL
            elif variables:
                raise TypeError(f"{callee.name.decode()}: out= is for tensors, not for Variables")
    for k in range(callee.n):
        a.unsettled = False
        if match(&callee.overloads[k], ops, variables, args, n, kwnames, n_keywords, a):
            if a.unsettled:
                settle(&callee.overloads[k], ops, variable, a)
            if backcompat.keepdim_warnings:
                warn_of_keepdim(callee, &callee.overloads[k], n, kwnames)
            return k
    raise TypeError(invalid_arguments(callee, ops, variables, args, n, kwnames))


cdef int warn_of_keepdim(const Callable *callee, const Signature *s, Py_ssize_t n, PyObject *kwnames) except -1:
    """Warns if keepdim, the last of the parameters, was left to its default."""
    cdef const Parameter *last = &s.parameters[s.n - 1]
    if s.n == 0 or not last.flags & 4 or n == s.n or (kwnames != NULL and "keepdim" in <tuple>kwnames):
        return 0
    return backcompat.warn(
        f'backwards compatibility: call to "{callee.name.decode()}" uses default value for keepdim which has changed '
        "default to False.  Consider passing as kwarg."
    )


# ------------------------------------------------------------------------------------ messages

cdef str shown(object o):
    """The type of an argument; of a Variable with that of its tensor."""
    if isinstance(o, VariableBase):
        return type(o).__name__ + "[" + type_name((<VariableBase>o).data_) + "]"
    return type_name(o)


cdef str kind_name(char kind, THDispatch *ops, bint variables):
    own = "torch." + ops.name.decode() + "Tensor"
    if kind == c'T' or kind == c't':
        return "Variable[" + own + "]" if variables else own
    if kind == c'S':
        return "float" if ops.is_floating else "int"
    return {
        c'L': "torch.LongTensor", c'B': "torch.ByteTensor", c'P': "torch.IntTensor", c'D': "float", c'I': "int",
        c'b': "bool", c'W': "torch." + ops.name.decode() + "Tensor", c'Z': "torch.Size", c'G': "torch.Generator",
    }[kind]


cdef str signature_text(const Signature *s, THDispatch *ops, bint variables):
    parts = []
    for i in range(s.n):
        name = s.parameters[i].name.decode()
        parts.append(kind_name(s.parameters[i].kind, ops, variables) + " " + name)
    return "(" + ", ".join(parts) + ")" if parts else "no arguments"


cdef str given_text(PyObject **args, Py_ssize_t n, PyObject *kwnames):
    parts = [shown(<object>args[i]) for i in range(n)]
    if kwnames != NULL:
        for j, name in enumerate(<tuple>kwnames):
            parts.append(name + "=" + shown(<object>args[n + <Py_ssize_t>j]))
    return "(" + ", ".join(parts) + ")"


cdef str mismatch_text(const Signature *s, THDispatch *ops, bint variables, PyObject **args, Py_ssize_t n,
                       PyObject *kwnames):
    """Why an overload with the right number of arguments does not fit, or None."""
    cdef Arguments scratch
    n_keywords = 0 if kwnames == NULL else len(<tuple>kwnames)
    required = sum([not s.parameters[i].flags & 1 for i in range(s.n)])
    if not required <= n + n_keywords <= s.n:
        return None
    known = {s.parameters[i].name.decode(): i for i in range(s.n)}
    known.update({s.parameters[i].aka.decode(): i for i in range(s.n) if s.parameters[i].aka != NULL})
    if kwnames != NULL:
        wrong = [name for name in <tuple>kwnames if name not in known]
        if wrong:
            return "some of the keywords were incorrect: " + ", ".join(wrong)
    parts = []
    for i in range(n):
        text = shown(<object>args[i])
        if not accept(&s.parameters[i], ops, variables, <object>args[i], &scratch, 0):
            text = "!" + text + "!"
        parts.append(text)
    if kwnames != NULL:
        for j, name in enumerate(<tuple>kwnames):
            o = <object>args[n + <Py_ssize_t>j]
            text = shown(o)
            if not accept(&s.parameters[<int>known[name]], ops, variables, o, &scratch, 0):
                text = "!" + text + "!"
            parts.append(name + "=" + text)
    return "some of the arguments have invalid types: (" + ", ".join(parts) + ")"


cdef str wrong_tensor(const Signature *s, THDispatch *ops, bint variables, PyObject **args, Py_ssize_t n):
    """Which positional argument is a tensor of the wrong type, if it is only that; else None."""
    cdef Arguments scratch
    cdef int i
    for i in range(s.n):
        if i == n:
            break
        o = <object>args[i]
        if accept(&s.parameters[i], ops, variables, o, &scratch, 0):
            continue
        kind = s.parameters[i].kind
        if kind not in b"TtWLBP" or not isinstance(o, (TensorBase, VariableBase)):
            return None
        wanted = kind_name(kind, ops, variables)
        own = kind in b"Tt"
        if not own and isinstance(o, VariableBase):
            wanted = "Variable[" + wanted + "]"
        text = (f"Expected object of type {wanted} but found type {shown(o)} for argument #{i + 1} "
                f"'{s.parameters[i].name.decode()}'")
        if own and variables != isinstance(o, VariableBase):
            text += ": a Variable and a tensor do not mix, wrap the tensor as Variable(tensor)"
        return text
    return None


cdef str invalid_arguments(const Callable *callee, THDispatch *ops, bint variables, PyObject **args, Py_ssize_t n,
                           PyObject *kwnames):
    if callee.n == 1:
        text = wrong_tensor(&callee.overloads[0], ops, variables, args, n)
        if text is not None:
            return callee.name.decode() + ": " + text
    text = callee.name.decode() + " received an invalid combination of arguments - got "
    text += given_text(args, n, kwnames) + ", but expected "
    if callee.n == 1:
        return text + signature_text(&callee.overloads[0], ops, variables)
    text += "one of:\n"
    for k in range(callee.n):
        text += " * " + signature_text(&callee.overloads[k], ops, variables) + "\n"
        why = mismatch_text(&callee.overloads[k], ops, variables, args, n, kwnames)
        if why is not None:
            text += "      didn't match because " + why + "\n"
    return text


# ------------------------------------------------------------------------------------ functions

cdef dict keywords_of(PyObject **args, Py_ssize_t n, PyObject *kwnames):
    if kwnames == NULL:
        return {}
    return {k: <object>args[n + <Py_ssize_t>j] for j, k in enumerate(<tuple>kwnames)}


def raised(base, exponent, *, out=None):
    """``pow(base, exponent)`` of a number and a tensor."""
    result = exponent.__rpow__(base)
    return result if out is None else out.resize_as_(result).copy_(result)


cdef object call_with_keywords(Function method, object self, dict keywords):
    cdef PyObject *values[TORCHLIKE_MAX_ARGS]
    names = tuple(keywords)
    if len(names) > TORCHLIKE_MAX_ARGS:
        raise TypeError(f"at most {TORCHLIKE_MAX_ARGS} keyword arguments are possible, but got {len(names)}")
    for i, name in enumerate(names):
        values[<int>i] = <PyObject *>keywords[name]
    return method(self, values, 0, <PyObject *>names)


cdef object call_function(Function method, const Callable *callee, PyObject **args, Py_ssize_t n, PyObject *kwnames):
    if n > 0 and isinstance(<object>args[0], (TensorBase, VariableBase)):
        return method(<object>args[0], args + 1, n - 1, kwnames)
    name = callee.name.decode()
    if n > 1 and isinstance(<object>args[1], (TensorBase, VariableBase)):
        if callee.overloads[0].n and callee.overloads[0].parameters[0].name == b"beta":
            # A scale for the first tensor stands before it: addmm(beta, mat, alpha, mat1, mat2).
            rest = [<object>args[<Py_ssize_t>i] for i in range(n) if i != 1]
            return getattr(<object>args[1], name)(*rest, **keywords_of(args, n, kwnames))
        if name == "pow" and n == 2:
            return raised(<object>args[0], <object>args[1], **keywords_of(args, n, kwnames))
    if n == 0:
        keywords = keywords_of(args, n, kwnames)
        if name == "pow" and "base" in keywords and isinstance(keywords.get("input"), (TensorBase, VariableBase)):
            return raised(keywords.pop("base"), keywords.pop("input"), **keywords)
        known = "input"
        if known not in keywords and callee.input_name != NULL:
            known = callee.input_name.decode()
        first = keywords.pop(known, None)
        if isinstance(first, (TensorBase, VariableBase)):
            return call_with_keywords(method, first, keywords)
    raise TypeError(
        name + " received an invalid combination of arguments - got " + given_text(args, n, kwnames)
        + ", but expected a tensor or a Variable as the first argument"
    )


cdef bint has_type(PyObject *out, int dtype) noexcept:
    return out != NULL and isinstance(<object>out, TensorBase) and (<TensorBase>out).ops.dtype == dtype


cdef TensorBase out_tensor(PyObject *out, int dtype):
    o = <object>out
    if not isinstance(o, TensorBase) or (<TensorBase>o).ops.dtype != dtype:
        expected = dispatch_of(dtype).name.decode()
        raise TypeError(f"out must be a torch.{expected}Tensor, but got {type_name(o)}")
    return <TensorBase>o


cdef tuple out_tensors(PyObject *out, int dtype, bytes kinds):
    given = <object>out
    if not isinstance(given, (tuple, list)) or len(given) != len(kinds):
        raise TypeError(f"out must be a tuple of {len(kinds)} tensors, but got {type_name(given)}")
    return tuple([out_tensor(<PyObject *>o, kind_type(kinds[i], dtype)) for i, o in enumerate(given)])


cdef inline bint is_lent(TensorBase t) noexcept:
    return t.c_tensor.storage != NULL and not t.c_tensor.storage.flag & TH_STORAGE_RESIZABLE


cdef bint any_is_lent(tuple outs) noexcept:
    for out in outs:
        if is_lent(<TensorBase>out):
            return True
    return False


cdef tuple put_results(tuple outs, tuple results):
    cdef TensorBase out, result
    cdef int64_t needed
    for i in range(len(outs)):
        out, result = outs[i], results[i]
        if not is_lent(out) or THTensor_isSameSizeAs(out.c_tensor, result.c_tensor):
            continue
        size = out.c_tensor.storage.size
        needed = out.c_tensor.storageOffset + THTensor_nElement(result.c_tensor)
        if needed > size:
            raise RuntimeError(f"Trying to resize storage that is not resizable, from {size} to {needed} elements")
    for i in range(len(outs)):
        out, result = outs[i], results[i]
        check(THTensor_resizeAs(out.c_tensor, result.c_tensor))
        check(out.ops.copy(out.c_tensor, result.c_tensor))
    return outs


cdef object get_generator(PyObject *generator):
    return None if generator == NULL else <object>generator


cdef PyMethodDef *method_def(const char *name, Function function, bytes doc) except NULL:
    """A method table entry; it and its documentation live as long as the process."""
    cdef PyMethodDef *d = <PyMethodDef *>malloc(sizeof(PyMethodDef))
    if d == NULL:
        raise MemoryError()
    documentation.append(doc)
    d.ml_name = name
    d.ml_meth = <void *>function
    d.ml_flags = METH_FASTCALL | METH_KEYWORDS
    d.ml_doc = <const char *>doc
    return d


cdef list documentation = []


cdef int install_method(object cls, const char *name, Function function, bytes doc) except -1:
    method = PyDescr_NewMethod(<PyTypeObject *>cls, method_def(name, function, doc))
    PyDict_SetItemString((<PyTypeObject *>cls).tp_dict, name, method)
    PyType_Modified(<PyTypeObject *>cls)
    return 0


cdef class Missing:
    """Stands for a method that a type lacks, though the class under it has it."""

    cdef str name

    def __get__(self, instance, cls):
        raise AttributeError(f"'torch.{cls.__name__}' object has no attribute '{self.name}'")


cdef int hide_method(object cls, str name) except -1:
    cdef Missing missing = Missing.__new__(Missing)
    missing.name = name
    PyDict_SetItemString((<PyTypeObject *>cls).tp_dict, name.encode(), missing)
    PyType_Modified(<PyTypeObject *>cls)
    return 0


def add_method(cls, str name, function):
    """Put a function of Python on a type made in C."""
    (<dict>(<PyTypeObject *>cls).tp_dict)[name] = function
    PyType_Modified(<PyTypeObject *>cls)


cdef int install_function(dict namespace, const char *name, Function function, bytes doc) except -1:
    namespace[name.decode()] = PyCFunction_New(method_def(name, function, doc), NULL)
    return 0
