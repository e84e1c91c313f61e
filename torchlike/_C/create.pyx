"""Filling tensors, and the functions that make new ones: zeros, randn, arange ..."""
from cpython.object cimport PyObject
from torchlike._C.args cimport install_function, parse_sizes
from torchlike._C.dispatch cimport THDispatch
from torchlike._C.errors cimport check
from torchlike._C.generator cimport generator_pointer
from torchlike._C.tensor_base cimport (
    TensorBase, default_dispatch, dispatch_of, is_number, missing_operator, new_empty, number_scalar, to_scalar,
    type_name,
)
from torchlike._C.th cimport *
from torchlike._C.variable cimport VariableBase, new_variable


cdef int fill(TensorBase out, TensorBase self, THScalar value) except -1:
    if out.ops.fill == NULL:
        missing_operator(out, "fill_")
    if out is not self:
        check(THTensor_resizeAs(out.c_tensor, self.c_tensor))
    return check(out.ops.fill(out.c_tensor, value))


cdef int zero(TensorBase out, TensorBase self) except -1:
    return fill(out, self, number_scalar(out.ops, 0))


cdef int copy(TensorBase out, TensorBase self, TensorBase source) except -1:
    cdef THTensor *expanded
    cdef int status
    if THTensor_isSameSizeAs(out.c_tensor,
                             source.c_tensor) or THTensor_nElement(out.c_tensor) == THTensor_nElement(source.c_tensor):
        return check(out.ops.copy(out.c_tensor, source.c_tensor))
    expanded = THTensor_newExpand(source.c_tensor, out.c_tensor.nDimension, out.c_tensor.size)
    if expanded == NULL:
        return check(THError_pending())
    status = out.ops.copy(out.c_tensor, expanded)
    THTensor_free(expanded)
    return check(status)


cdef int sum_to(TensorBase out, TensorBase self, int n, const int64_t *size) except -1:
    check(THTensor_resize(out.c_tensor, n, size, NULL))
    if THTensor_nElement(out.c_tensor) == THTensor_nElement(self.c_tensor):
        return check(out.ops.copy(out.c_tensor, self.c_tensor))
    return check(self.ops.sumTo(out.c_tensor, self.c_tensor))


# --------------------------------------------------------------------------------------- random

cdef int random(TensorBase out, TensorBase self, object generator) except -1:
    if out.ops.random == NULL:
        missing_operator(out, "random_")
    return check(out.ops.random(out.c_tensor, generator_pointer(generator)))


cdef int random_to(TensorBase out, TensorBase self, object generator, int64_t to) except -1:
    if out.ops.cappedRandom == NULL:
        missing_operator(out, "random_")
    return check(out.ops.cappedRandom(out.c_tensor, generator_pointer(generator), to))


cdef int random_between(TensorBase out, TensorBase self, object generator, int64_t low, int64_t high) except -1:
    if out.ops.clampedRandom == NULL:
        missing_operator(out, "random_")
    return check(out.ops.clampedRandom(out.c_tensor, generator_pointer(generator), low, high))


cdef int uniform(TensorBase out, TensorBase self, object generator, double low, double high) except -1:
    if out.ops.uniform == NULL:
        missing_operator(out, "uniform_")
    return check(out.ops.uniform(out.c_tensor, generator_pointer(generator), low, high))


cdef int normal(TensorBase out, TensorBase self, object generator, double mean, double std) except -1:
    if out.ops.normal == NULL:
        missing_operator(out, "normal_")
    return check(out.ops.normal(out.c_tensor, generator_pointer(generator), mean, std))


cdef int exponential(TensorBase out, TensorBase self, object generator, double lambd) except -1:
    if out.ops.exponential == NULL:
        missing_operator(out, "exponential_")
    return check(out.ops.exponential(out.c_tensor, generator_pointer(generator), lambd))


cdef int cauchy(TensorBase out, TensorBase self, object generator, double median, double sigma) except -1:
    if out.ops.cauchy == NULL:
        missing_operator(out, "cauchy_")
    return check(out.ops.cauchy(out.c_tensor, generator_pointer(generator), median, sigma))


cdef int log_normal(TensorBase out, TensorBase self, object generator, double mean, double std) except -1:
    if out.ops.logNormal == NULL:
        missing_operator(out, "log_normal_")
    return check(out.ops.logNormal(out.c_tensor, generator_pointer(generator), mean, std))


cdef int geometric(TensorBase out, TensorBase self, object generator, double p) except -1:
    if out.ops.geometric == NULL:
        missing_operator(out, "geometric_")
    return check(out.ops.geometric(out.c_tensor, generator_pointer(generator), p))


# --------------------------------------------------------------- functions that make new tensors

cdef TensorBase result_tensor(object out, THDispatch *ops):
    """The tensor given as out=, or a new one."""
    if out is None:
        return new_empty(ops)
    if not isinstance(out, TensorBase):
        raise TypeError(f"out must be a tensor, but got {type_name(out)}")
    return <TensorBase>out


cdef TensorBase sized(const char *name, bint random, PyObject **args, Py_ssize_t n, PyObject *kwnames):
    """A tensor of the sizes in the arguments, not filled yet."""
    cdef int64_t sizes[64]
    cdef int count
    out = None
    if kwnames != NULL:
        for i, keyword in enumerate(<tuple>kwnames):
            if keyword != "out":
                raise TypeError(f"{name.decode()}() got an unexpected keyword argument '{keyword}'")
            out = <object>args[n + <Py_ssize_t>i]
    count = parse_sizes(args, n, sizes)
    cdef TensorBase result = result_tensor(out, default_dispatch())
    if result.ops.fill == NULL or (random and result.ops.uniform == NULL):
        missing_operator(result, name.decode())
    check(THTensor_resize(result.c_tensor, count, sizes, NULL))
    return result


cdef object f_zeros(object _, PyObject **args, Py_ssize_t n, PyObject *kwnames):
    cdef TensorBase r = sized("zeros", False, args, n, kwnames)
    zero(r, r)
    return r


cdef object f_ones(object _, PyObject **args, Py_ssize_t n, PyObject *kwnames):
    cdef TensorBase r = sized("ones", False, args, n, kwnames)
    fill(r, r, number_scalar(r.ops, 1))
    return r


cdef object f_rand(object _, PyObject **args, Py_ssize_t n, PyObject *kwnames):
    cdef TensorBase r = sized("rand", True, args, n, kwnames)
    uniform(r, r, None, 0, 1)
    return r


cdef object f_randn(object _, PyObject **args, Py_ssize_t n, PyObject *kwnames):
    cdef TensorBase r = sized("randn", True, args, n, kwnames)
    normal(r, r, None, 0, 1)
    return r


def install(dict namespace):
    """Put the functions with any number of sizes into a namespace."""
    install_function(namespace, b"zeros", f_zeros, b"zeros(*sizes, out=None) -> Tensor\n\nA tensor filled with 0.")
    install_function(namespace, b"ones", f_ones, b"ones(*sizes, out=None) -> Tensor\n\nA tensor filled with 1.")
    install_function(namespace, b"rand", f_rand,
                     b"rand(*sizes, out=None) -> Tensor\n\nNumbers uniform on [0, 1).")
    install_function(namespace, b"randn", f_randn,
                     b"randn(*sizes, out=None) -> Tensor\n\nNumbers from the standard normal distribution.")


cdef object like(object input, object value, object out):
    cdef TensorBase source
    if isinstance(input, VariableBase):
        source = (<VariableBase>input).data_
        return new_variable(<TensorBase>like(source, value, out))
    if not isinstance(input, TensorBase):
        raise TypeError(f"expected a tensor or a Variable, but got {type_name(input)}")
    source = <TensorBase>input
    cdef TensorBase r = result_tensor(out, source.ops)
    fill(r, r if r is source else source, number_scalar(r.ops, value))
    return r


def zeros_like(input, out=None):
    """A tensor of the size and type of `input`, filled with 0."""
    return like(input, 0, out)


def ones_like(input, out=None):
    """A tensor of the size and type of `input`, filled with 1."""
    return like(input, 1, out)


def eye(Py_ssize_t n, m=None, *, out=None):
    """The identity matrix.

    Parameters
    ----------
    n : int
        Rows.
    m : int, default: n
        Columns.
    out : Tensor, optional
        Result.

    Returns
    -------
    Tensor of shape (n, m)
    """
    cdef TensorBase r = result_tensor(out, default_dispatch())
    if r.ops.eye == NULL:
        missing_operator(r, "eye")
    cdef Py_ssize_t columns = n if m is None else m
    check(r.ops.eye(r.c_tensor, n, columns))
    return r


cdef THScalar scalar_of(TensorBase r, object value, str name) except *:
    cdef THScalar s
    if not is_number(r.ops, value):
        raise TypeError(f"{name} must be a number, but got {type_name(value)}")
    to_scalar(r.ops, value, &s)
    return s


def linspace(start, end, Py_ssize_t steps=100, *, out=None):
    """`steps` equally spaced numbers from `start` to `end`, both included; shape (steps,)."""
    cdef TensorBase r = result_tensor(out, default_dispatch())
    if r.ops.linspace == NULL:
        missing_operator(r, "linspace")
    check(r.ops.linspace(r.c_tensor, scalar_of(r, start, "start"), scalar_of(r, end, "end"), steps))
    return r


def logspace(start, end, Py_ssize_t steps=100, *, out=None):
    """`steps` numbers from ``10 ** start`` to ``10 ** end``, equally spaced in the exponent."""
    cdef TensorBase r = result_tensor(out, default_dispatch())
    if r.ops.logspace == NULL:
        missing_operator(r, "logspace")
    check(r.ops.logspace(r.c_tensor, scalar_of(r, start, "start"), scalar_of(r, end, "end"), steps))
    return r


def arange(start=0, end=None, step=1, *, out=None):
    """Numbers ``start, start + step, ...`` below `end` (above, for a negative step).

    ``arange(end)`` begins at 0. A floating-point result, as in PyTorch 0.3.
    """
    if end is None:
        start, end = 0, start
    cdef TensorBase r = result_tensor(out, default_dispatch())
    if r.ops.arange == NULL:
        missing_operator(r, "arange")
    check(r.ops.arange(r.c_tensor, scalar_of(r, start, "start"), scalar_of(r, end, "end"), scalar_of(r, step, "step")))
    return r


def range(start=0, end=None, step=1, *, out=None):
    """Numbers ``start, start + step, ...`` up to and including `end`."""
    if end is None:
        start, end = 0, start
    cdef TensorBase r = result_tensor(out, default_dispatch())
    if r.ops.range == NULL:
        missing_operator(r, "range")
    check(r.ops.range(r.c_tensor, scalar_of(r, start, "start"), scalar_of(r, end, "end"), scalar_of(r, step, "step")))
    return r


def randperm(Py_ssize_t n, *, generator=None, out=None):
    """A random permutation of ``0 ... n - 1`` as a LongTensor."""
    cdef TensorBase r = result_tensor(out, dispatch_of(TH_LONG))
    if r.ops.dtype != TH_LONG:
        raise TypeError(f"out must be a torch.LongTensor, but got {type_name(out)}")
    check(r.ops.randperm(r.c_tensor, generator_pointer(generator), n))
    return r


def bernoulli(input, *, generator=None, out=None):
    """Draws 0 or 1 with the probabilities in `input`; the result has its size and type."""
    cdef TensorBase p, r, drawn
    if isinstance(input, VariableBase):
        return new_variable(<TensorBase>bernoulli((<VariableBase>input).data_, generator=generator, out=out))
    if not isinstance(input, TensorBase):
        raise TypeError(f"expected a tensor or a Variable, but got {type_name(input)}")
    p = <TensorBase>input
    r = None if out is None else result_tensor(out, p.ops)
    drawn = new_empty(p.ops if r is None else r.ops)
    check(THTensor_resizeAs(drawn.c_tensor, p.c_tensor))
    bernoulli_fill(drawn, p, generator)        # which may fail, before `out` is changed
    if r is None:
        return drawn
    check(THTensor_resizeAs(r.c_tensor, p.c_tensor))
    check(r.ops.copy(r.c_tensor, drawn.c_tensor))
    return r


cdef int bernoulli_fill(TensorBase r, object p, object generator) except -1:
    """Fills r with 0 and 1; p is a number or a Float or Double tensor of r's size."""
    cdef TensorBase t
    if isinstance(p, VariableBase):
        p = (<VariableBase>p).data_
    if r.ops.bernoulli == NULL:
        missing_operator(r, "bernoulli_")
    if not isinstance(p, TensorBase):
        return check(r.ops.bernoulli(r.c_tensor, generator_pointer(generator), p))
    t = <TensorBase>p
    if t.ops.dtype == TH_FLOAT:
        return check(r.ops.bernoulli_FloatTensor(r.c_tensor, generator_pointer(generator), t.c_tensor))
    if t.ops.dtype == TH_DOUBLE:
        return check(r.ops.bernoulli_DoubleTensor(r.c_tensor, generator_pointer(generator), t.c_tensor))
    raise TypeError(f"probabilities must be a torch.FloatTensor or torch.DoubleTensor, but got {type_name(p)}")


def bernoulli_(TensorBase self not None, p=0.5, *, generator=None):
    """Fill with 0 and 1; `p` is the probability of a 1, a number or a tensor of the same size."""
    bernoulli_fill(self, p, generator)
    return self


def multinomial(TensorBase input not None, Py_ssize_t num_samples, bint replacement=False, *, generator=None, out=None):
    """Indices drawn with the weights in each row of `input`; shape (num_samples,) or (rows, num_samples)."""
    cdef TensorBase r = result_tensor(out, dispatch_of(TH_LONG))
    if r.ops.dtype != TH_LONG:
        raise TypeError(f"out must be a torch.LongTensor, but got {type_name(out)}")
    if input.ops.multinomial == NULL:
        missing_operator(input, "multinomial")
    check(input.ops.multinomial(r.c_tensor, generator_pointer(generator), input.c_tensor, num_samples, replacement))
    return r
