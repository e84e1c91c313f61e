"""In-place changes of views: how they enter the history of the Variable that they look
at.

After ``v = x[0]; v.mul_(w)`` the new values of x come from a CopySlices node: outside
the view they have the gradient of x, inside it that of the recorded operation. The
grad_fn of every view of x is then made anew (AsStrided: reads the view's elements from
x).
"""
from cpython.object cimport PyObject
from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport calloc, free
from torchlike._C.dispatch cimport THDispatch
from torchlike._C.errors cimport check
from torchlike._C.recording cimport (
    add_edge, add_target, attach, enter_graph, set_edge0, set_history, set_rebase,
)
from torchlike._C.tensor_base cimport TensorBase, clone, dispatch_of, wrap
from torchlike._C.th cimport (
    THTensor, THTensor_free, THTensor_newShape, THTensor_newWithStorage,
)
from torchlike._C.variable cimport (
    Node, VariableBase, edge, give, new_variable, set_node_of_view, shape_text,
)
from torchlike._C.variable_ops cimport v_add_T


cdef extern from *:
    void decref "Py_DECREF"(PyObject *o) noexcept


# ---- places in memory
cdef THTensor *geometry_of(THTensor *t) except NULL:
    """The sizes, strides and offset of a tensor, without its elements."""
    cdef THTensor *geometry = THTensor_newShape(t)
    cdef int d
    if geometry == NULL:
        check(-1)
    for d in range(t.nDimension):
        geometry.stride[d] = t.stride[d]
    geometry.storageOffset = t.storageOffset
    return geometry


cdef bint overlaps(THTensor *geometry) noexcept:
    """Whether two indices may mean the same element."""
    # The farthest element that smaller strides lead to.
    cdef int64_t reach = 0
    cdef int64_t best, stride
    cdef int d, pick, _, n = geometry.nDimension
    cdef uint64_t taken = 0
    for _ in range(n):
        pick = -1
        best = 0
        for d in range(n):
            stride = geometry.stride[d]
            if not taken >> d & 1 and (pick < 0 or stride < best):
                pick = d
                best = stride
        taken |= <uint64_t>1 << pick
        if geometry.size[pick] > 1:
            if best <= reach:
                return True
            reach += best * (geometry.size[pick] - 1)
    return False


cdef class PlaceNode(Node):
    """A node that knows where the elements of a view lie among those of its base."""
    cdef THTensor *base
    cdef THTensor *view

    def __dealloc__(self):
        THTensor_free(self.base)
        THTensor_free(self.view)

    cdef int place(self, THTensor *base, THTensor *view) except -1:
        self.base = geometry_of(base)
        self.view = geometry_of(view)
        return 0

    cdef TensorBase whole(self, TensorBase source):
        """A tensor laid out as the base: a copy of source, or zeros."""
        cdef THTensor *base = self.base
        cdef THDispatch *ops = dispatch_of(base.dtype)
        cdef TensorBase t = wrap(ops, THTensor_newWithStorage(
            base.dtype, NULL, 0, base.nDimension, base.size, base.stride))
        if source is None:
            check(ops.zero(t.c_tensor))
        else:
            check(ops.copy(t.c_tensor, source.c_tensor))
        return t

    cdef TensorBase part(self, TensorBase whole):
        """The view's elements in a tensor that whole() made."""
        cdef THTensor *view = self.view
        return wrap(whole.ops, THTensor_newWithStorage(
            view.dtype, whole.c_tensor.storage,
            view.storageOffset - self.base.storageOffset, view.nDimension, view.size,
            view.stride))

    cdef TensorBase scatter(self, TensorBase part):
        """Zeros, but the view's elements are those of `part`."""
        cdef TensorBase whole = self.whole(None)
        if overlaps(self.view):
            raise RuntimeError(
                "the gradient of a view of size %s, whose base was changed in place, "
                "can't be computed: elements of the view share memory"
                % shape_text(self.view))
        check(whole.ops.copy(self.part(whole).c_tensor, part.c_tensor))
        return whole

    cdef TensorBase erase(self, TensorBase source):
        """A copy in which the view's elements are zero."""
        cdef TensorBase whole = self.whole(source)
        check(whole.ops.zero(self.part(whole).c_tensor))
        return whole


cdef VariableBase record(
        VariableBase input, TensorBase result, PlaceNode n, PlaceNode like):
    """result as the output of node n, placed like another node."""
    cdef VariableBase out = new_variable(result)
    if input.volatile_:
        out.volatile_ = True
    elif input.requires_grad_:
        n.place(like.base, like.view)
        set_edge0(n, input)
        attach(out, n)
    return out


cdef VariableBase v_part(VariableBase whole, PlaceNode place):
    data = clone(place.part(place.whole(whole.data_)))
    return record(whole, data, AsStridedBackward.__new__(AsStridedBackward), place)


cdef VariableBase v_scatter(VariableBase part, PlaceNode place):
    data = place.scatter(part.data_)
    return record(part, data, ScatterBackward.__new__(ScatterBackward), place)


cdef VariableBase v_erase(VariableBase whole, PlaceNode place):
    data = place.erase(whole.data_)
    return record(whole, data, EraseBackward.__new__(EraseBackward), place)


cdef class AsStridedBackward(PlaceNode):
    cdef int apply(self, object grad, list more, PyObject **grads) except -1:
        grads[0] = give(self.scatter(<TensorBase>grad))
        return 0

    cdef int apply_v(self, object grad, list more, PyObject **grads) except -1:
        grads[0] = give(v_scatter(<VariableBase>grad, self))
        return 0


cdef class ScatterBackward(PlaceNode):
    cdef int apply(self, object grad, list more, PyObject **grads) except -1:
        grads[0] = give(clone(self.part(self.whole(<TensorBase>grad))))
        return 0

    cdef int apply_v(self, object grad, list more, PyObject **grads) except -1:
        grads[0] = give(v_part(<VariableBase>grad, self))
        return 0


cdef class EraseBackward(PlaceNode):
    cdef int apply(self, object grad, list more, PyObject **grads) except -1:
        grads[0] = give(self.erase(<TensorBase>grad))
        return 0

    cdef int apply_v(self, object grad, list more, PyObject **grads) except -1:
        grads[0] = give(v_erase(<VariableBase>grad, self))
        return 0


# ---- the change of a view, seen from its base
cdef class CopySlices(PlaceNode):
    """Edge 0 leads to what made the base before, the rest are the operation's."""
    cdef Node operation

    cdef void release(self):
        self.operation.release()
        Node.release(self)

    cdef int apply(self, object grad, list more, PyObject **grads) except -1:
        cdef TensorBase whole = self.whole(<TensorBase>grad)
        cdef TensorBase part = self.part(whole)
        cdef object inside = self.differentiate(clone(part), grads, False)
        if self.next0 is None:
            return 0
        if inside is None:
            check(whole.ops.zero(part.c_tensor))
        else:
            check(whole.ops.copy(part.c_tensor, (<TensorBase>inside).c_tensor))
        grads[0] = give(whole)
        return 0

    cdef int apply_v(self, object grad, list more, PyObject **grads) except -1:
        cdef VariableBase whole = <VariableBase>grad
        cdef object inside = self.differentiate(v_part(whole, self), grads, True)
        if self.next0 is None:
            return 0
        whole = v_erase(whole, self)
        if inside is not None:
            whole = v_add_T(whole, v_scatter(<VariableBase>inside, self))
        grads[0] = give(whole)
        return 0

    cdef object differentiate(self, object grad, PyObject **grads, bint create):
        """Apply the operation: fills grads[1 ...], returns the view's or None."""
        cdef Node n = self.operation
        cdef PyObject **all_grads = <PyObject **>calloc(n.n_inputs, sizeof(PyObject *))
        cdef int i
        if all_grads == NULL:
            raise MemoryError("no memory for %d gradients" % n.n_inputs)
        if self.result_changed:        # later changes are told to this node only
            n.result_changed = True
        try:
            if create:
                n.apply_v(grad, None, all_grads)
            else:
                n.apply(grad, None, all_grads)
            for i in range(1, n.n_inputs):
                grads[i] = all_grads[i]
                all_grads[i] = NULL
            return None if all_grads[0] == NULL else <object>all_grads[0]
        finally:
            for i in range(n.n_inputs):
                if all_grads[i] != NULL:
                    decref(all_grads[i])
            free(all_grads)


cdef int rebase(VariableBase view, Node operation) except -1:
    """The elements of a view are now the output of `operation`: tell its base."""
    cdef VariableBase base = view.base
    cdef CopySlices n = CopySlices.__new__(CopySlices)
    cdef int i, nr = 0
    cdef bint leaf = False
    n.operation = operation
    n.place(base.data_.c_tensor, view.data_.c_tensor)
    add_edge(n, base)
    for i in range(1, operation.n_inputs):
        target = edge(operation, i, &nr, &leaf)
        add_target(n, target, nr, leaf)
    enter_graph(operation)
    set_history(base, n)
    view.hooks = None
    return 0


cdef Node node_of_view(VariableBase view):
    """The node that reads a view from its base as it is now."""
    cdef AsStridedBackward n = AsStridedBackward.__new__(AsStridedBackward)
    n.place(view.base.data_.c_tensor, view.data_.c_tensor)
    set_edge0(n, view.base)
    attach(view, n)
    return n


set_rebase(rebase)
set_node_of_view(node_of_view)
