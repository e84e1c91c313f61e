"""v[...] by LongTensors and sequences: nodes for indexGet and indexPut.

Reading and spreading (adding to zeros) are each other's derivatives, erasing is its own; writing has
erasing and reading.
"""
from cpython.object cimport PyObject
from libc.stdint cimport int64_t
from torchlike._C.errors cimport check
from torchlike._C.recording cimport (
    attach, inplace_begin, inplace_end, set_edge0, set_edge1,
)
from torchlike._C.tensor_base cimport TensorBase, clone, new_empty
from torchlike._C.tensor_index cimport Plan, index_get, index_put
from torchlike._C.th cimport *
from torchlike._C.variable cimport Node, VariableBase, give, new_variable
from torchlike._C.variable_ops cimport (
    v_clone, v_contiguous, v_copy_T_, v_expand_Z, v_permute_Z, v_permute_back_Z, v_view_Z,
)


cdef TensorBase read(TensorBase self, list indices):
    cdef TensorBase out = new_empty(self.ops)
    index_get(out, self, indices)
    return out


cdef TensorBase spread(TensorBase self, list indices, const THTensor *shape):
    cdef TensorBase out = new_empty(self.ops)
    check(THTensor_resizeAs(out.c_tensor, shape))
    check(out.ops.zero(out.c_tensor))
    index_put(out, indices, self, True)
    return out


cdef TensorBase erased(TensorBase self, list indices):
    cdef TensorBase out = clone(self), zeros = read(self, indices)
    check(zeros.ops.zero(zeros.c_tensor))
    index_put(out, indices, zeros, False)
    return out


cdef class IndexNode(Node):
    cdef list indices


cdef class IndexReadBackward(IndexNode):
    cdef THTensor *shape           # of the indexed Variable

    def __dealloc__(self):
        THTensor_free(self.shape)

    cdef int apply(self, object grad, list more, PyObject **grads) except -1:
        grads[0] = give(spread(<TensorBase>grad, self.indices, self.shape))
        return 0

    cdef int apply_v(self, object grad, list more, PyObject **grads) except -1:
        grads[0] = give(v_spread(<VariableBase>grad, self.indices, self.shape))
        return 0


cdef class IndexSpreadBackward(IndexNode):
    cdef int apply(self, object grad, list more, PyObject **grads) except -1:
        grads[0] = give(read(<TensorBase>grad, self.indices))
        return 0

    cdef int apply_v(self, object grad, list more, PyObject **grads) except -1:
        grads[0] = give(v_read(<VariableBase>grad, self.indices))
        return 0


cdef class IndexEraseBackward(IndexNode):
    cdef int apply(self, object grad, list more, PyObject **grads) except -1:
        grads[0] = give(erased(<TensorBase>grad, self.indices))
        return 0

    cdef int apply_v(self, object grad, list more, PyObject **grads) except -1:
        grads[0] = give(v_erased(<VariableBase>grad, self.indices))
        return 0


cdef class IndexPutBackward(IndexNode):
    cdef int apply(self, object grad, list more, PyObject **grads) except -1:
        if self.next0 is not None:
            grads[0] = give(erased(<TensorBase>grad, self.indices))
        if self.next1 is not None:
            grads[1] = give(read(<TensorBase>grad, self.indices))
        return 0

    cdef int apply_v(self, object grad, list more, PyObject **grads) except -1:
        if self.next0 is not None:
            grads[0] = give(v_erased(<VariableBase>grad, self.indices))
        if self.next1 is not None:
            grads[1] = give(v_read(<VariableBase>grad, self.indices))
        return 0


cdef VariableBase recorded(TensorBase data, VariableBase self, IndexNode node, list indices):
    """The result of an operation on self in a Variable, made by `node`."""
    cdef VariableBase out = new_variable(data)
    if self.volatile_:
        out.volatile_ = True
    elif self.requires_grad_:
        node.indices = indices
        set_edge0(node, self)
        attach(out, node)
    return out


cdef VariableBase v_read(VariableBase self, list indices):
    cdef IndexReadBackward node = IndexReadBackward.__new__(IndexReadBackward)
    node.shape = THTensor_newShape(self.data_.c_tensor)
    if node.shape == NULL:
        check(THError_pending())
    return recorded(read(self.data_, indices), self, node, indices)


cdef VariableBase v_spread(VariableBase self, list indices, const THTensor *shape):
    cdef IndexSpreadBackward node = IndexSpreadBackward.__new__(IndexSpreadBackward)
    return recorded(spread(self.data_, indices, shape), self, node, indices)


cdef VariableBase v_erased(VariableBase self, list indices):
    cdef IndexEraseBackward node = IndexEraseBackward.__new__(IndexEraseBackward)
    return recorded(erased(self.data_, indices), self, node, indices)


cdef VariableBase v_get(VariableBase view, Plan plan):
    cdef int64_t dims[64]
    cdef VariableBase out
    if not plan.indices:
        return v_clone(view)
    out = v_read(view, plan.indices)
    if plan.back is None:
        return out
    for d, source in enumerate(plan.back):
        dims[<int>d] = source
    return v_contiguous(v_permute_Z(out, <int>len(plan.back), dims))


cdef int v_put_(VariableBase view, Plan plan, VariableBase value) except -1:
    cdef VariableBase before
    cdef IndexPutBackward node
    cdef bint record
    if not plan.indices:
        v_copy_T_(view, value)
        return 0
    value = fitted(view, plan, value)
    if value.volatile_ and not view.volatile_:
        raise RuntimeError("a volatile Variable can't be assigned to elements of one that is not volatile")
    record = not view.volatile_ and (view.requires_grad_ or value.requires_grad_)
    before = inplace_begin(view, "__setitem__", record)
    if not record:
        index_put(view.data_, plan.indices, value.data_, False)
        return inplace_end(view, None)
    node = IndexPutBackward.__new__(IndexPutBackward)
    node.indices = plan.indices
    set_edge0(node, before)
    set_edge1(node, value)
    index_put(view.data_, plan.indices, value.data_, False)
    return inplace_end(view, node)


cdef VariableBase fitted(VariableBase view, Plan plan, VariableBase value):
    """The value expanded to the size of what is replaced, with its dimensions in indexPut's order."""
    cdef int64_t size[64]
    cdef int64_t shown[64]
    cdef int64_t dims[64]
    cdef const THTensor *index = (<TensorBase>plan.indices[0]).c_tensor
    cdef const THTensor *t = view.data_.c_tensor
    cdef int d, n = 0, named = <int>len(plan.indices)
    cdef int64_t count = 1
    for d in range(index.nDimension):
        size[n] = index.size[d]
        n += 1
    for d in range(named, t.nDimension):
        size[n] = t.size[d]
        n += 1
    for d in range(n):
        count *= size[d]
        dims[d] = d if plan.back is None else plan.back[d]
        shown[d] = size[dims[d]]
    if THTensor_nElement(value.data_.c_tensor) == count:
        value = v_view_Z(v_contiguous(value), n, shown)
    else:
        value = v_expand_Z(value, n, shown)
    return value if plan.back is None else v_permute_back_Z(value, n, dims)
