# How graph objects are allocated and freed: C code of the module variable alone.
from cpython.object cimport PyObject, PyTypeObject


cdef extern from *:
    """
    static void no_vectorcall(PyTypeObject *type) { type->tp_vectorcall = NULL; }

    /* Nodes and Variables are freed to lists by size. The garbage collector does not see
     * them when they come from here (for nodes: see collect_nodes). Subclasses that
     * Python makes do not come here. */
    enum { MEMORY_LISTS = 64, MEMORY_KEPT = 128 };
    static struct { PyObject *items[MEMORY_KEPT]; int n; } memory_lists[MEMORY_LISTS];

    static inline PyObject *new_memory(PyTypeObject *type)
    {
        size_t list = (size_t)type->tp_basicsize / sizeof(void *);
        if (list < MEMORY_LISTS && memory_lists[list].n)
            return PyObject_Init(memory_lists[list].items[--memory_lists[list].n], type);
        return PyObject_GC_New(PyObject, type);
    }

    static PyObject *new_node_memory(PyTypeObject *type, Py_ssize_t n_items)
    {
        PyObject *node = new_memory(type);
        (void)n_items;
        if (node)
            memset(node + 1, 0, (size_t)type->tp_basicsize - sizeof(PyObject));
        return node;
    }

    static PyObject *new_variable_memory(PyTypeObject *type, Py_ssize_t n_items)
    {
        PyObject *v = new_node_memory(type, n_items);
        if (v)
            PyObject_GC_Track(v);
        return v;
    }

    static void free_memory(void *o)
    {
        size_t list = (size_t)Py_TYPE((PyObject *)o)->tp_basicsize / sizeof(void *);
        if (list < MEMORY_LISTS && memory_lists[list].n < MEMORY_KEPT)
            memory_lists[list].items[memory_lists[list].n++] = (PyObject *)o;
        else
            PyObject_GC_Del(o);
    }

    static void use_memory_lists(PyTypeObject *type, allocfunc alloc)
    {
        type->tp_alloc = alloc;
        type->tp_free = free_memory;
    }

    static void free_object(PyObject *o) { Py_TYPE(o)->tp_free(o); }

    /* Most fields of a Variable or a node hold None. References to it are counted
     * together: counting them one by one is a chain of writes to one place. */
    static inline void add_none_references(Py_ssize_t n)
    {
    #if PY_VERSION_HEX < 0x030C0000     /* later ones do not count them */
        Py_SET_REFCNT(Py_None, Py_REFCNT(Py_None) + n);
    #else
        (void)n;
    #endif
    }

    /* Drops a field of an object that is being freed; 1 if it is None. */
    static inline int drop_field(PyObject *field)
    {
        if (field == Py_None)
            return 1;
        Py_DECREF(field);
        return 0;
    }

    static inline void clear_weak_references(PyObject *o)
    {
        if (*(PyObject **)((char *)o + Py_TYPE(o)->tp_weaklistoffset))
            PyObject_ClearWeakRefs(o);
    }

    /* A Variable like a blank one, whose object fields are all None. */
    static inline PyObject *copy_of_blank(
        PyTypeObject *type, PyObject *blank, Py_ssize_t n_fields)
    {
        PyObject *v = new_memory(type);
        if (!v)
            return NULL;
        memcpy(v + 1, blank + 1, (size_t)type->tp_basicsize - sizeof(PyObject));
        add_none_references(n_fields);
        PyObject_GC_Track(v);
        return v;
    }

    /* The dict of user attributes is no field that Cython knows: the slots below show
     * it to the garbage collector, and tp_dictoffset shows it to attribute look-up. */
    static traverseproc fields_traverse;
    static inquiry fields_clear;
    static Py_ssize_t attributes_offset;

    static int variable_traverse(PyObject *self, visitproc visit, void *arg)
    {
        int status = fields_traverse(self, visit, arg);
        if (status)
            return status;
        Py_VISIT(*(PyObject **)((char *)self + attributes_offset));
        return 0;
    }

    static int variable_clear(PyObject *self)
    {
        PyObject **attributes = (PyObject **)((char *)self + attributes_offset);
        Py_CLEAR(*attributes);
        return fields_clear(self);
    }

    static PyGetSetDef attributes_getset = {
        "__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL, NULL};

    static int add_attributes(PyTypeObject *type, Py_ssize_t offset)
    {
        attributes_offset = offset;
        fields_traverse = type->tp_traverse;
        fields_clear = type->tp_clear;
        type->tp_traverse = variable_traverse;
        type->tp_clear = variable_clear;
        type->tp_dictoffset = offset;
        PyObject *descriptor = PyDescr_NewGetSet(type, &attributes_getset);
        if (!descriptor)
            return -1;
        int status = PyDict_SetItemString(type->tp_dict, "__dict__", descriptor);
        Py_DECREF(descriptor);
        PyType_Modified(type);
        return status;
    }
    """
    int add_attributes(PyTypeObject *type, Py_ssize_t offset) except -1
    void no_vectorcall(PyTypeObject *type) noexcept
    ctypedef void *allocfunc
    allocfunc new_node_memory, new_variable_memory
    void use_memory_lists(PyTypeObject *type, allocfunc alloc) noexcept
    void free_object(PyObject *o) noexcept
    void add_none_references(Py_ssize_t n) noexcept
    int drop_field(PyObject *field) noexcept
    object copy_of_blank(PyTypeObject *cls, PyObject *blank, Py_ssize_t n_fields)
    void clear_weak_references(PyObject *o) noexcept
    int PyObject_GC_IsTracked(PyObject *o) noexcept
    void PyObject_GC_Track(PyObject *o) noexcept
    void PyObject_GC_UnTrack(PyObject *o) noexcept
    Py_ssize_t Py_REFCNT(PyObject *o) noexcept
    void incref "Py_INCREF"(PyObject *o) noexcept
    void decref "Py_DECREF"(PyObject *o) noexcept
