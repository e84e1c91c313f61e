"""Gradients meet: sums of them, and the ``grad`` of leaves."""
from torchlike._C.errors cimport check
from torchlike._C.recording cimport CopyBackward, attach, set_edge0
from torchlike._C.tensor_base cimport TensorBase, clone, real_scalar, type_name
from torchlike._C.tensor_ops cimport t_add_T
from torchlike._C.th cimport (
    THScalar, THTensor, THTensor_isContiguous, THTensor_isSameSizeAs, THTensor_nElement,
)
from torchlike._C.variable cimport new_variable, shape_text
from torchlike._C.variable_ops cimport v_add_T


cdef extern from *:
    Py_ssize_t Py_REFCNT(PyObject *o) noexcept

cdef enum:
    NOGIL_ELEMENTS = 16384


cdef VariableBase as_variable(object grad, bint create):
    cdef VariableBase v
    if create:
        return <VariableBase>grad
    v = new_variable(<TensorBase>grad)
    v.volatile_ = True
    return v


cdef inline bint is_exclusive(TensorBase t) noexcept:
    # Whether no other tensor sees the elements of t.
    cdef THTensor *c_tensor = t.c_tensor
    return (c_tensor.refcount == 1 and c_tensor.storage != NULL
            and c_tensor.storage.refcount == 1 and THTensor_isContiguous(c_tensor))


cdef int check_same(TensorBase expected, TensorBase got) except -1:
    if expected.ops != got.ops:
        raise RuntimeError("a gradient has the wrong type: expected %s, got %s"
                           % (type_name(expected), type_name(got)))
    if not THTensor_isSameSizeAs(expected.c_tensor, got.c_tensor):
        raise RuntimeError("a gradient has the wrong size: expected %s, got %s"
                           % (shape_text(expected.c_tensor), shape_text(got.c_tensor)))
    return 0


cdef inline THScalar one_of(TensorBase t) noexcept:
    cdef THScalar one
    if t.ops.is_floating:
        return real_scalar(1)
    one.i = 1
    return one


cdef int add_into(TensorBase r, TensorBase t, bint alone) except -1:
    # alone: no other thread can add to r meanwhile.
    cdef int status
    cdef THScalar one = one_of(r)
    cdef THTensor *c_r = r.c_tensor
    cdef THTensor *c_t = t.c_tensor
    if r.ops.cadd == NULL:
        raise RuntimeError("gradients of type %s can't be added" % type_name(r))
    if alone and THTensor_nElement(c_r) > NOGIL_ELEMENTS:
        with nogil:
            status = r.ops.cadd(c_r, c_r, one, c_t)
        check(status)
    else:
        check(r.ops.cadd(c_r, c_r, one, c_t))
    return 0


cdef object sum_of(PyObject *have, object new, bint create):
    """have + new; `have` is borrowed from its known owner, `new` from its only one."""
    cdef bint own_have, own_new
    cdef TensorBase a, b
    if create:
        return v_add_T(<VariableBase>have, <VariableBase>new)
    own_have = Py_REFCNT(have) == 1
    own_new = Py_REFCNT(<PyObject *>new) == 1
    a = <TensorBase>have
    b = <TensorBase>new
    check_same(a, b)
    if own_have and is_exclusive(a):
        add_into(a, b, True)
        return a
    if own_new and is_exclusive(b):
        add_into(b, a, True)
        return b
    return t_add_T(a, b)


cdef object own(PyObject *grad, bint create):
    """The gradient, copied if anybody but its one owner can see its elements."""
    cdef bint alone = Py_REFCNT(grad) == 1
    cdef VariableBase v, copy
    cdef CopyBackward n
    if not create:
        t = <TensorBase>grad
        return t if alone and is_exclusive(t) else clone(t)
    v = <VariableBase>grad
    if alone and Py_REFCNT(<PyObject *>v.data_) == 1 and is_exclusive(v.data_):
        return v
    copy = new_variable(clone(v.data_))
    if v.volatile_:
        copy.volatile_ = True
    elif v.requires_grad_:
        n = CopyBackward.__new__(CopyBackward)
        set_edge0(n, v)
        attach(copy, n)
    return copy


cdef int accumulate(VariableBase leaf, PyObject *owned, bint create) except -1:
    """leaf.grad += the gradient."""
    cdef object grad = take(owned)
    cdef VariableBase old, new
    cdef TensorBase data = (<VariableBase>grad).data_ if create else <TensorBase>grad
    # Another thread may get there first wherever the GIL is released: then once more.
    while True:
        old = leaf.grad_
        if old is None:
            check_same(leaf.data_, data)
            data = None
            new = as_variable(own(<PyObject *>grad, create), create)
            data = new.data_
            if leaf.grad_ is None:
                leaf.grad_ = new
                return 0
            grad = new if create else <object>data
            continue
        check_same(old.data_, data)
        if not create and not old.requires_grad_:
            return add_into(old.data_, data, False)
        # A gradient that has a history stays, or becomes, part of one.
        new = old if not old.volatile_ else new_variable(old.data_)
        new = v_add_T(new, <VariableBase>grad if create else new_variable(data))
        if leaf.grad_ is old:
            leaf.grad_ = new
            return 0
