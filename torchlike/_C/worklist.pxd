# A growing array of objects on the C stack: work lists and the engine's heap.
# References are borrowed or owned as the user of the list decides.
from cpython.object cimport PyObject


cdef extern from *:
    """
    #ifndef TORCHLIKE_WORKLIST
    #define TORCHLIKE_WORKLIST
    #include <stdlib.h>
    #include <string.h>
    #define WORKLIST_INLINE 128

    typedef struct {
        PyObject **items;
        Py_ssize_t n, capacity;
        PyObject *inline_items[WORKLIST_INLINE];
    } WorkList;

    static inline void worklist_init(WorkList *self)
    {
        self->items = self->inline_items;
        self->n = 0;
        self->capacity = WORKLIST_INLINE;
    }

    static inline void worklist_done(WorkList *self)
    {
        if (self->items != self->inline_items)
            free(self->items);
    }

    static int worklist_grow(WorkList *self)
    {
        size_t bytes = (size_t)self->capacity * sizeof *self->items;
        PyObject **items = malloc(2 * bytes);
        if (!items)
            return -1;
        memcpy(items, self->items, bytes);
        worklist_done(self);
        self->items = items;
        self->capacity *= 2;
        return 0;
    }

    /* 0, or -1 when there is no memory (no exception is set). */
    static inline int worklist_push(WorkList *self, PyObject *item)
    {
        if (self->n == self->capacity && worklist_grow(self) < 0)
            return -1;
        self->items[self->n++] = item;
        return 0;
    }
    #endif
    """
    ctypedef struct WorkList:
        PyObject **items
        Py_ssize_t n
    void worklist_init(WorkList *self) noexcept
    void worklist_done(WorkList *self) noexcept
    int worklist_push(WorkList *self, PyObject *item) noexcept
