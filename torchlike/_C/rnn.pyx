"""Recurrent layers over whole sequences, and their cells; each call is one node of the graph.

The C library runs a direction of a layer over all steps. What it leaves for the gradient stays with the node. A
gradient that shall be differentiated again is that of the same layer composed of ordinary operators.
"""
from cpython.object cimport PyObject
from libc.stdint cimport int64_t
from torchlike._C.dispatch cimport TH_dispatch, THNN_dispatch, THNNDispatch
from torchlike._C.backward import run_backward
from torchlike._C.errors cimport check, raise_error
from torchlike._C.joining cimport join_variables
from torchlike._C.profiler cimport begin_range, end_range, profiling
from torchlike._C.recording cimport (
    CopyBackward, add_edge, attach, attach_output, check_result, check_saved, raise_changed, set_edge0,
)
from torchlike._C.size cimport size_of
from torchlike._C.tensor_base cimport TensorBase, contiguous, is_large, missing_operator, type_name, wrap
from torchlike._C.tensor_ops cimport t_dropout_DG, t_mul_T
from torchlike._C.th cimport *
from torchlike._C.variable cimport Node, VariableBase, edge, give, new_variable, version_of
from torchlike._C.variable_ops cimport (
    v_add_T, v_contiguous, v_linear_Tt, v_mul_T, v_narrow_III, v_sigmoid, v_sub_T, v_tanh, v_threshold_DD,
    v_transpose_II, v_view_Z,
)

# The numbers of THNN.h, by the names of 0.3.
cdef enum:
    RNN_RELU, RNN_TANH, LSTM, GRU

MODES = {"RNN_RELU": RNN_RELU, "RNN_TANH": RNN_TANH, "LSTM": LSTM, "GRU": GRU}


cdef inline THTensor *pointer(TensorBase t) noexcept:
    return NULL if t is None else t.c_tensor


cdef inline THTensor *owned(THTensor *t) except NULL:
    if t == NULL:
        raise_error()
    return t


cdef TensorBase new_matrix(TensorBase like, int64_t rows, int64_t columns):
    cdef int64_t size[2]
    size[0], size[1] = rows, columns
    return wrap(like.ops, THTensor_newWithSize(like.c_tensor.dtype, 2, size))


cdef TensorBase as_rows(TensorBase t, bint batch_first):
    """(steps, batch, features), or with steps and batch exchanged, as a matrix with a row for each step and sample."""
    cdef int64_t size[2]
    if batch_first:
        t = wrap(t.ops, THTensor_newTranspose(t.c_tensor, 0, 1))
    t = contiguous(t)
    size[0], size[1] = -1, t.c_tensor.size[2]
    return wrap(t.ops, THTensor_newView(t.c_tensor, 2, size))


cdef class RecurrentBackward(Node):
    """A stack of recurrent layers: what it is, what it read, and what its gradient needs."""

    cdef int mode
    cdef int64_t gates, layers, directions, per_layer   # per_layer: 2 or 4 weights for one direction of a layer
    cdef int64_t steps, batch, rows, hidden
    cdef bint batch_first, is_cell
    cdef TensorBase batch_sizes        # rows of each step, or None: `batch` rows each
    cdef list data                     # tensors of input, hx, cx, weights
    cdef list variables, versions      # their Variables; versions is None while all are 0
    # Of each layer: input and output (rows, features), and the factors of dropout after it, or None.
    cdef list inputs, outputs, factors
    # Of each direction of each layer.
    cdef list gate_values, kept

    cdef int apply(self, object grad, list more, PyObject **grads) except -1:
        check_unchanged(self)
        return run_gradient(self, <TensorBase>grad, <TensorBase>gradient_at(more, 0),
                            <TensorBase>gradient_at(more, 1), grads)

    cdef int apply_v(self, object grad, list more, PyObject **grads) except -1:
        check_unchanged(self)
        return composed_gradient(self, [grad, gradient_at(more, 0), gradient_at(more, 1)], grads)

    cdef void release(self):
        self.data = self.variables = self.versions = None
        self.inputs = self.outputs = self.factors = self.gate_values = self.kept = None
        Node.release(self)


cdef object gradient_at(list more, int i):
    return more[i] if more is not None and i < len(more) else None


cdef int check_unchanged(RecurrentBackward n) except -1:
    cdef VariableBase v
    check_saved(n)
    if not n.is_cell or n.gates == 1:      # other cells keep none of their results
        check_result(n)
    for i in range(len(n.variables)):
        v = <VariableBase>n.variables[i]
        if v is None:
            continue
        version = 0 if n.versions is None else <unsigned int>n.versions[i]
        if version_of(v) != version:
            raise_changed(n, "input", version_of(v), version)
    return 0


cdef bint needed(RecurrentBackward n, int i):
    """Whether the gradient of input i is."""
    cdef int nr = 0
    cdef bint leaf = False
    return i < n.n_inputs and edge(n, i, &nr, &leaf) is not None


# ---------------------------------------------------------------------------------------- parts

cdef THTensor *new_state(RecurrentBackward n, TensorBase states, int64_t i):
    """The (batch, hidden) states of one direction of one layer; NULL if there are none."""
    if states is None:
        return NULL
    if n.is_cell:
        THTensor_retain(states.c_tensor)
        return states.c_tensor
    return owned(THTensor_newSelect(states.c_tensor, 0, i))


cdef THTensor *new_columns(RecurrentBackward n, TensorBase rows, int64_t direction):
    """The part of (rows, directions * hidden) that belongs to one direction."""
    if rows is None:
        return NULL
    return owned(THTensor_newNarrow(rows.c_tensor, 1, direction * n.hidden, n.hidden))


cdef inline TensorBase weight(RecurrentBackward n, int64_t i, int kind):
    """kind: 0 and 1 are weights, 2 and 3 biases, of input and of the state."""
    return <TensorBase>n.data[3 + i * n.per_layer + kind] if kind < n.per_layer else None


cdef THNNDispatch *layers_of(TensorBase t) except NULL:
    cdef THNNDispatch *layers = &THNN_dispatch[t.ops.dtype]
    if layers.Recurrent_updateOutput == NULL:
        missing_operator(t, "recurrent layers")
    return layers


# ---------------------------------------------------------------------------------------- forward

cdef int run_direction(RecurrentBackward n, int64_t layer, int64_t direction, TensorBase x, TensorBase out,
                       TensorBase hy, TensorBase cy) except -1:
    cdef int64_t i = layer * n.directions + direction
    cdef TensorBase gates = new_matrix(x, n.rows, n.gates * n.hidden)
    cdef TensorBase kept = new_matrix(x, n.rows, n.hidden) if n.gates > 1 else None
    cdef TensorBase w_ih = weight(n, i, 0), w_hh = weight(n, i, 1), b_ih = weight(n, i, 2), b_hh = weight(n, i, 3)
    cdef THNNDispatch *functions = layers_of(x)
    cdef THTensor *parts[5]
    cdef THTensor *biases[2]
    cdef THTensor *c_kept = pointer(kept)
    cdef THTensor *sizes = pointer(n.batch_sizes)
    cdef int status, k
    biases[0], biases[1] = pointer(b_ih), pointer(b_hh)
    for k in range(5):
        parts[k] = NULL
    try:
        parts[0] = new_columns(n, out, direction)
        parts[1] = new_state(n, <TensorBase>n.data[1], i)
        parts[2] = new_state(n, <TensorBase>n.data[2], i)
        parts[3] = new_state(n, hy, i)
        parts[4] = new_state(n, cy, i)
        if is_large(gates.c_tensor) or is_large(w_hh.c_tensor):
            with nogil:
                status = functions.Recurrent_updateOutput(
                    NULL, x.c_tensor, parts[0], parts[1], parts[2], parts[3], parts[4], w_ih.c_tensor, w_hh.c_tensor,
                    biases[0], biases[1], sizes, gates.c_tensor, c_kept, n.mode, direction)
        else:
            status = functions.Recurrent_updateOutput(
                NULL, x.c_tensor, parts[0], parts[1], parts[2], parts[3], parts[4], w_ih.c_tensor, w_hh.c_tensor,
                biases[0], biases[1], sizes, gates.c_tensor, c_kept, n.mode, direction)
        check(status)
    finally:
        for k in range(5):
            THTensor_free(parts[k])
    n.gate_values.append(gates if n.gates > 1 else None)
    n.kept.append(kept)
    return 0


cdef TensorBase run_layers(RecurrentBackward n, TensorBase x, TensorBase hy, TensorBase cy, double dropout,
                           bint train):
    """The output of the last layer, (rows, directions * hidden)."""
    cdef int64_t layer, direction
    cdef TensorBase out = None
    n.inputs, n.outputs, n.factors, n.gate_values, n.kept = [], [], [], [], []
    for layer in range(n.layers):
        out = new_matrix(x, n.rows, n.directions * n.hidden)
        for direction in range(n.directions):
            run_direction(n, layer, direction, x, out, hy, cy)
        n.inputs.append(x)
        n.outputs.append(out)
        factors = None
        x = out
        if dropout != 0 and train and layer < n.layers - 1:
            x, factors = t_dropout_DG(out, dropout, None)
        n.factors.append(factors)
    return out


# ---------------------------------------------------------------------------------------- gradient

cdef int add_to(TensorBase target, TensorBase other) except -1:
    cdef THScalar one
    one.d = 1
    return check(target.ops.cadd(target.c_tensor, target.c_tensor, one, other.c_tensor))


cdef TensorBase empty_like(TensorBase t):
    return wrap(t.ops, owned(THTensor_new(t.c_tensor.dtype)))


cdef int gradient_of_direction(RecurrentBackward n, int64_t layer, int64_t direction, TensorBase grad,
                               TensorBase grad_hy, TensorBase grad_cy, list results,
                               TensorBase grad_input) except -1:
    """Fills results: hx, cx and the weights of this direction, None where no gradient is needed."""
    cdef int64_t i = layer * n.directions + direction
    cdef int first = <int>(3 + i * n.per_layer), k
    cdef TensorBase x = <TensorBase>n.inputs[layer], w_ih = weight(n, i, 0), w_hh = weight(n, i, 1)
    cdef TensorBase t, gates = <TensorBase>n.gate_values[i]
    cdef THNNDispatch *functions = layers_of(x)
    cdef THTensor *parts[6]
    cdef THTensor *wanted[6]
    cdef THTensor *c_input = pointer(grad_input)
    cdef THTensor *c_gates = pointer(gates)
    cdef THTensor *c_kept = pointer(<TensorBase>n.kept[i])
    cdef THTensor *sizes = pointer(n.batch_sizes)
    cdef int status
    for k in range(6):
        parts[k] = NULL
        wanted[k] = NULL
        results[k] = None
        if needed(n, k + 1 if k < 2 else first + k - 2) and k - 2 < n.per_layer:
            t = empty_like(x)
            results[k] = t
            wanted[k] = t.c_tensor
    try:
        parts[0] = new_columns(n, grad, direction)
        parts[1] = new_state(n, grad_hy, i)
        parts[2] = new_state(n, grad_cy, i)
        parts[3] = new_columns(n, <TensorBase>n.outputs[layer], direction)
        parts[4] = new_state(n, <TensorBase>n.data[1], i)
        parts[5] = new_state(n, <TensorBase>n.data[2], i)
        if is_large(x.c_tensor) or is_large(w_hh.c_tensor):
            with nogil:
                status = functions.Recurrent_backward(
                    NULL, x.c_tensor, parts[0], parts[1], parts[2], c_input, wanted[0], wanted[1], wanted[2],
                    wanted[3], wanted[4], wanted[5], parts[3], parts[4], parts[5], w_ih.c_tensor, w_hh.c_tensor,
                    sizes, c_gates, c_kept, n.mode, direction)
        else:
            status = functions.Recurrent_backward(
                NULL, x.c_tensor, parts[0], parts[1], parts[2], c_input, wanted[0], wanted[1], wanted[2],
                wanted[3], wanted[4], wanted[5], parts[3], parts[4], parts[5], w_ih.c_tensor, w_hh.c_tensor,
                sizes, c_gates, c_kept, n.mode, direction)
        check(status)
    finally:
        for k in range(6):
            THTensor_free(parts[k])
    return 0


cdef TensorBase like_states(RecurrentBackward n, TensorBase like):
    """Room for the states of all layers and directions, (layers * directions, batch, hidden)."""
    cdef int64_t size[3]
    size[0], size[1], size[2] = n.layers * n.directions, n.batch, n.hidden
    return wrap(like.ops, THTensor_newWithSize(like.c_tensor.dtype, 3, size))


cdef TensorBase put_state(RecurrentBackward n, TensorBase states, int64_t i, TensorBase state):
    """Places the (batch, hidden) result of one direction into that of all, which is made when missing."""
    cdef int64_t size[3]
    cdef THTensor *target
    cdef int status
    if n.is_cell:
        return state
    if n.layers * n.directions == 1:
        size[0], size[1], size[2] = 1, n.batch, n.hidden
        return wrap(state.ops, THTensor_newView(state.c_tensor, 3, size))
    if states is None:
        states = like_states(n, state)
    target = new_state(n, states, i)
    status = state.ops.copy(target, state.c_tensor)
    THTensor_free(target)
    check(status)
    return states


cdef TensorBase from_rows(RecurrentBackward n, TensorBase rows):
    """The matrix of all rows in the form that input and output have."""
    cdef int64_t size[3]
    if n.is_cell or n.batch_sizes is not None:
        return rows
    size[0], size[1], size[2] = n.steps, n.batch, rows.c_tensor.size[1]
    rows = wrap(rows.ops, THTensor_newView(rows.c_tensor, 3, size))
    return wrap(rows.ops, THTensor_newTranspose(rows.c_tensor, 0, 1)) if n.batch_first else rows


cdef int run_gradient(RecurrentBackward n, TensorBase grad, TensorBase grad_hy, TensorBase grad_cy,
                      PyObject **grads) except -1:
    cdef int64_t layer, direction, i
    cdef int k
    cdef TensorBase grad_input, total, grad_hx = None, grad_cx = None
    cdef list results = [None] * 6
    if grad is not None and not n.is_cell and n.batch_sizes is None:
        grad = as_rows(grad, n.batch_first)
    if n.is_cell:
        grad_cy = grad_hy              # the outputs of a cell are (h, c)
        grad_hy = None
    for layer in range(n.layers - 1, -1, -1):
        total = None
        for direction in range(n.directions):
            i = layer * n.directions + direction
            grad_input = empty_like(<TensorBase>n.inputs[0]) if layer > 0 or needed(n, 0) else None
            gradient_of_direction(n, layer, direction, grad, grad_hy, grad_cy, results, grad_input)
            if results[0] is not None:
                grad_hx = put_state(n, grad_hx, i, <TensorBase>results[0])
            if results[1] is not None:
                grad_cx = put_state(n, grad_cx, i, <TensorBase>results[1])
            for k in range(<int>n.per_layer):
                if results[2 + k] is not None:
                    grads[3 + i * n.per_layer + k] = give(results[2 + k])
            if total is None:
                total = grad_input
            elif grad_input is not None:
                add_to(total, grad_input)
        grad = total
        if layer > 0 and n.factors[layer - 1] is not None:
            grad = t_mul_T(total, <TensorBase>n.factors[layer - 1])
    if grad is not None and needed(n, 0):
        grads[0] = give(from_rows(n, grad))
    if grad_hx is not None:
        grads[1] = give(grad_hx)
    if grad_cx is not None:
        grads[2] = give(grad_cx)
    return 0


# ------------------------------------------------------------------- composed of ordinary operators

cdef VariableBase gate(VariableBase sums, int64_t number, int64_t hidden):
    return v_narrow_III(sums, 1, number * hidden, hidden)


cdef tuple composed_step(RecurrentBackward n, VariableBase x, VariableBase h, VariableBase c, VariableBase w_hh,
                         VariableBase b_hh):
    """New state and cell; x: the sums that the input gives the gates."""
    cdef VariableBase sums = v_linear_Tt(h, w_hh, b_hh), new
    cdef int64_t m = n.hidden
    if n.mode == GRU:
        reset = v_sigmoid(v_add_T(gate(x, 0, m), gate(sums, 0, m)))
        update = v_sigmoid(v_add_T(gate(x, 1, m), gate(sums, 1, m)))
        new = v_tanh(v_add_T(gate(x, 2, m), v_mul_T(reset, gate(sums, 2, m))))
        return v_add_T(new, v_mul_T(update, v_sub_T(h, new))), None
    sums = v_add_T(x, sums)
    if n.mode == RNN_RELU:
        return v_threshold_DD(sums, 0, 0), None
    if n.mode == RNN_TANH:
        return v_tanh(sums), None
    c = v_add_T(v_mul_T(v_sigmoid(gate(sums, 1, m)), c),
                v_mul_T(v_sigmoid(gate(sums, 0, m)), v_tanh(gate(sums, 2, m))))
    return v_mul_T(v_sigmoid(gate(sums, 3, m)), v_tanh(c)), c


cdef VariableBase joined(list parts, int64_t dim):
    return <VariableBase>parts[0] if len(parts) == 1 else join_variables(tuple(parts), dim, False)


cdef VariableBase with_rows(VariableBase state, VariableBase initial, int64_t rows, list ended):
    """The state for a step of so many rows: ends those beyond, begins missing ones with their initial state."""
    cdef int64_t have = 0 if state is None else state.data_.c_tensor.size[0]
    if have == 0:
        return v_narrow_III(initial, 0, 0, rows)
    if rows < have:
        ended.append(v_narrow_III(state, 0, rows, have - rows))
        return v_narrow_III(state, 0, 0, rows)
    if rows > have:
        return join_variables((state, v_narrow_III(initial, 0, have, rows - have)), 0, False)
    return state


cdef tuple composed_direction(RecurrentBackward n, VariableBase x, VariableBase hx, VariableBase cx, list weights,
                              bint reverse):
    """Output of all rows, last state, last cell of one direction of a layer."""
    cdef VariableBase b_ih = None, b_hh = None, h = None, c = None
    cdef int64_t step, rows, end = n.rows, begin = 0
    cdef list sizes = [n.batch] * n.steps, outputs = [], ended_h = [], ended_c = []
    if n.per_layer == 4:
        b_ih, b_hh = weights[2], weights[3]
    if n.batch_sizes is not None:
        sizes = n.batch_sizes.tolist()
    x = v_linear_Tt(x, <VariableBase>weights[0], b_ih)
    for step in range(n.steps):
        rows = sizes[n.steps - 1 - step if reverse else step]
        if reverse:
            begin = end = end - rows
        h = with_rows(h, hx, rows, ended_h)
        if c is not None or cx is not None:
            c = with_rows(c, cx, rows, ended_c)
        h, c = composed_step(n, v_narrow_III(x, 0, begin, rows), h, c, <VariableBase>weights[1], b_hh)
        outputs.append(h)
        begin += rows
    if reverse:
        outputs.reverse()
    last_c = None if c is None else joined([c, *ended_c[::-1]], 0)
    return joined(outputs, 0), joined([h, *ended_h[::-1]], 0), last_c


cdef VariableBase composed_state(RecurrentBackward n, VariableBase states, int64_t i):
    if states is None or n.is_cell:
        return states
    cdef int64_t size[2]
    size[0], size[1] = n.batch, n.hidden
    return v_view_Z(v_contiguous(v_narrow_III(states, 0, i, 1)), 2, size)


cdef VariableBase stacked(RecurrentBackward n, list states):
    """(layers * directions, batch, hidden) of the states of all."""
    cdef int64_t size[3]
    if states[0] is None:
        return None
    size[0], size[1], size[2] = n.layers * n.directions, n.batch, n.hidden
    return v_view_Z(joined(states, 0), 3, size)


cdef list composed(RecurrentBackward n, list inputs):
    """The outputs, computed by ordinary operators from Variables for input, hx, cx and weights."""
    cdef int64_t layer, direction, i
    cdef int64_t size[3]
    cdef VariableBase x = inputs[0]
    cdef list parts, last_h = [], last_c = []
    if not n.is_cell and n.batch_sizes is None:
        x = v_contiguous(v_transpose_II(x, 0, 1) if n.batch_first else x)
        size[0], size[1] = n.rows, x.data_.c_tensor.size[2]
        x = v_view_Z(x, 2, size)
    for layer in range(n.layers):
        parts = []
        for direction in range(n.directions):
            i = layer * n.directions + direction
            out, h, c = composed_direction(
                n, x, composed_state(n, inputs[1], i), composed_state(n, inputs[2], i),
                inputs[3 + i * n.per_layer:3 + (i + 1) * n.per_layer], direction)
            parts.append(out)
            last_h.append(h)
            last_c.append(c)
        x = joined(parts, 1)
        if n.factors[layer] is not None:
            x = v_mul_T(x, new_variable(<TensorBase>n.factors[layer]))
    if n.is_cell:
        return [x, last_c[0], None]
    if n.batch_sizes is None:
        size[0], size[1], size[2] = n.steps, n.batch, n.directions * n.hidden
        x = v_view_Z(x, 3, size)
        x = v_transpose_II(x, 0, 1) if n.batch_first else x
    return [x, stacked(n, last_h), stacked(n, last_c)]


cdef int composed_gradient(RecurrentBackward n, list gradients, PyObject **grads) except -1:
    """Gradients that can be differentiated: those of the layer composed of copies of the inputs."""
    cdef VariableBase v, copy
    cdef CopyBackward node
    cdef list inputs = [], wanted = [], places = []
    for i in range(len(n.variables)):
        v = <VariableBase>n.variables[i]
        copy = None if v is None else new_variable(<TensorBase>n.data[i])
        inputs.append(copy)
        if needed(n, i):
            # Not the input itself, whose hooks are for the gradient that comes out of here.
            node = <CopyBackward>CopyBackward.__new__(CopyBackward)
            set_edge0(node, v)
            attach(copy, node)
            wanted.append(copy)
            places.append(i)
    outputs = composed(n, inputs)
    pairs = [(out, grad) for out, grad in zip(outputs, gradients) if grad is not None and out.requires_grad]
    found = run_backward(
        tuple([out for out, _ in pairs]), tuple([grad for _, grad in pairs]), True, True, tuple(wanted), True, True)
    for i, grad in zip(places, found):
        if grad is not None:
            grads[<Py_ssize_t>i] = give(grad)
    return 0


# ---------------------------------------------------------------------------------------- calls

cdef int keep_inputs(RecurrentBackward n, list variables) except -1:
    """Stores Variables of one type, or None, for input, hx, cx and weights."""
    cdef VariableBase v, first = <VariableBase>variables[0]
    cdef bint changed = False
    n.variables = variables
    n.data = []
    for i, item in enumerate(variables):
        if item is None and (i < 3 or (i - 3) % n.per_layer > 1):
            n.data.append(None)
            continue
        if not isinstance(item, VariableBase):
            raise TypeError(f"recurrent layers expect Variables, but got {type_name(item)}")
        v = <VariableBase>item
        if v.data_.ops != first.data_.ops:
            raise TypeError(f"recurrent layers expect Variables of one type, but got {type_name(first.data_)} and "
                            f"{type_name(v.data_)}")
        n.data.append(v.data_)
        changed |= version_of(v) != 0
    if changed:
        n.versions = [0 if v is None else version_of(<VariableBase>v) for v in variables]
    return 0


cdef tuple finish(RecurrentBackward n, list tensors):
    """Variables for the results, with their place in the graph."""
    cdef VariableBase v
    cdef bint volatile_ = False, requires_grad = False
    cdef list outs = [new_variable(<TensorBase>t) for t in tensors]
    for item in n.variables:
        if item is not None:
            volatile_ |= (<VariableBase>item).volatile_
            requires_grad |= (<VariableBase>item).requires_grad_
    if volatile_ or not requires_grad:
        for v in outs:
            v.volatile_ = volatile_
        n.release()
        return tuple(outs)
    for item in n.variables:
        add_edge(n, <VariableBase>item)
    for i in range(len(outs)):
        attach_output(<VariableBase>outs[i], n, i)
    return tuple(outs)


cdef TensorBase long_tensor(object numbers):
    cdef int64_t count = len(numbers)
    cdef TensorBase t = wrap(&TH_dispatch[<int>TH_LONG], THTensor_newWithSize(TH_LONG, 1, &count))
    cdef int64_t *data = <int64_t *>t.c_tensor.storage.data
    cdef Py_ssize_t i
    for i in range(count):
        data[i] = numbers[i]
    return t


cdef int start(RecurrentBackward n, int mode, int64_t weights, int64_t directions_of_all) except -1:
    if not 0 <= mode <= GRU:
        raise ValueError(f"unknown mode {mode} of a recurrent layer")
    n.mode = mode
    n.gates = 4 if mode == LSTM else 3 if mode == GRU else 1
    n.per_layer = 4 if weights == 4 * directions_of_all else 2
    if weights != n.per_layer * directions_of_all:
        raise ValueError(f"expected {2 * directions_of_all} weights, or {4 * directions_of_all} with biases, "
                         f"but got {weights}")
    return 0


cdef int check_dims(str what, TensorBase t, int dims) except -1:
    if t is None or t.c_tensor.nDimension == dims:
        return 0
    raise RuntimeError(f"{what} must have {dims} dimensions, got {t.c_tensor.nDimension} (size "
                       f"{list(size_of(t.c_tensor))})")


cdef int check_layers(RecurrentBackward n) except -1:
    """All directions have the sizes that C does not see together."""
    cdef TensorBase t
    for i in range(3):
        t = <TensorBase>n.data[i]
        if t is None and (i < 2 or n.mode == LSTM):
            raise TypeError(f"recurrent layers expect {'input, hx and cx' if n.mode == LSTM else 'input and hx'}")
    t = <TensorBase>n.data[1]
    if t.c_tensor.size[0] != n.layers * n.directions:
        raise RuntimeError(f"expected hidden states of {n.layers * n.directions} layers and directions, "
                           f"but got size {list(size_of(t.c_tensor))}")
    t = <TensorBase>n.data[2]
    if t is not None and not THTensor_isSameSizeAs(t.c_tensor, (<TensorBase>n.data[1]).c_tensor):
        raise RuntimeError(f"expected cell states of the size {list(size_of((<TensorBase>n.data[1]).c_tensor))} of "
                           f"the hidden states, but got {list(size_of(t.c_tensor))}")
    return 0


def layers(int mode, VariableBase input not None, VariableBase hx not None, VariableBase cx, list weights not None,
           Py_ssize_t num_layers=1, bint bidirectional=False, double dropout=0, bint train=True,
           bint batch_first=False, batch_sizes=None):
    """A stack of recurrent layers over a sequence.

    Parameters
    ----------
    mode : int
        One of MODES.
    input : Variable of shape (steps, batch, features), or (rows, features) with `batch_sizes`
    hx : Variable of shape (num_layers * directions, batch, hidden)
    cx : Variable of the same shape, or None
        Cells, for LSTM.
    weights : list of Variable
        For each direction of each layer weight_ih, weight_hh and, unless there are none, bias_ih, bias_hh.
    num_layers : int, default: 1
    bidirectional : bool, default: False
    dropout : float, default: 0
        Probability that an element between layers is zeroed while `train` is true.
    train : bool, default: True
    batch_first : bool, default: False
        Exchanges the first two dimensions of input and output; has no meaning with `batch_sizes`.
    batch_sizes : sequence of int, optional
        Rows of each step of a packed sequence.

    Returns
    -------
    tuple of Variable
        Output (steps, batch, directions * hidden), last states, and for LSTM last cells.
    """
    cdef RecurrentBackward n = RecurrentBackward.__new__(RecurrentBackward)
    cdef TensorBase x = input.data_, hy, cy = None, out
    if profiling and begin_range("recurrent"):
        try:
            return layers(mode, input, hx, cx, weights, num_layers, bidirectional, dropout, train, batch_first,
                          batch_sizes)
        finally:
            end_range()
    if num_layers < 1:
        raise ValueError(f"num_layers must be positive, got {num_layers}")
    n.layers, n.directions = num_layers, 2 if bidirectional else 1
    start(n, mode, len(weights), n.layers * n.directions)
    keep_inputs(n, [input, hx, cx, *weights])
    check_dims("input", x, 3 if batch_sizes is None else 2)
    check_dims("hidden states", hx.data_, 3)
    check_layers(n)
    n.batch, n.hidden = hx.data_.c_tensor.size[1], hx.data_.c_tensor.size[2]
    if batch_sizes is None:
        n.batch_first = batch_first
        n.steps = x.c_tensor.size[1 if batch_first else 0]
        if x.c_tensor.size[0 if batch_first else 1] != n.batch:
            raise RuntimeError(f"expected hidden states for a batch of {x.c_tensor.size[0 if batch_first else 1]}, "
                               f"but got {n.batch}")
        x = as_rows(x, batch_first)
    else:
        if len(batch_sizes) == 0:
            raise ValueError("batch_sizes must have at least one element")
        n.batch_sizes = long_tensor(batch_sizes)
        n.steps = len(batch_sizes)
    n.rows = x.c_tensor.size[0]
    hy = like_states(n, x)
    if mode == LSTM:
        cy = like_states(n, x)
    out = from_rows(n, run_layers(n, x, hy, cy, dropout, train))
    return finish(n, [out, hy] if cy is None else [out, hy, cy])


def cell(int mode, VariableBase input not None, VariableBase hx not None, VariableBase cx, VariableBase w_ih not None,
         VariableBase w_hh not None, VariableBase b_ih=None, VariableBase b_hh=None):
    """One step of a recurrent layer.

    Parameters
    ----------
    mode : int
        One of MODES.
    input : Variable of shape (batch, features)
    hx : Variable of shape (batch, hidden)
    cx : Variable of the same shape, or None
        Cell, for LSTM.
    w_ih, w_hh : Variable of shape (gates * hidden, features), (gates * hidden, hidden)
    b_ih, b_hh : Variable of shape (gates * hidden), optional

    Returns
    -------
    tuple of Variable
        New state, and for LSTM new cell.
    """
    cdef RecurrentBackward n = RecurrentBackward.__new__(RecurrentBackward)
    cdef TensorBase out, cy = None
    if profiling and begin_range("recurrent_cell"):
        try:
            return cell(mode, input, hx, cx, w_ih, w_hh, b_ih, b_hh)
        finally:
            end_range()
    n.layers = n.directions = n.steps = 1
    n.is_cell = True
    start(n, mode, 4, 1)
    keep_inputs(n, [input, hx, cx, w_ih, w_hh, b_ih, b_hh])
    if (cx is None) != (mode != LSTM):
        raise TypeError("a recurrent cell has a cell state if it is an LSTM cell, only then")
    check_dims("input", input.data_, 2)
    check_dims("hidden state", hx.data_, 2)
    check_dims("cell state", None if cx is None else cx.data_, 2)
    n.batch, n.hidden = hx.data_.c_tensor.size[0], hx.data_.c_tensor.size[1]
    n.rows = input.data_.c_tensor.size[0]
    if n.rows != n.batch:
        raise RuntimeError(f"Input batch size {n.rows} doesn't match hidden batch size {n.batch}")
    if mode == LSTM:
        cy = new_matrix(input.data_, n.batch, n.hidden)
    out = run_layers(n, input.data_, None, cy, 0, False)
    return finish(n, [out] if cy is None else [out, cy])
