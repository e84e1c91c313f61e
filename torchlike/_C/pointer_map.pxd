# Objects by the address of another one: a few in an array, more in a hash table.
# Keys are borrowed, values owned. A map of zeros is empty.
from cpython.object cimport PyObject


cdef extern from *:
    """
    #ifndef TORCHLIKE_POINTER_MAP
    #define TORCHLIKE_POINTER_MAP
    #include <stdint.h>
    #include <stdlib.h>
    enum { POINTER_MAP_FEW = 4 };

    typedef struct {
        const void *key;
        PyObject *value;
    } PointerMapEntry;

    typedef struct {
        PointerMapEntry few[POINTER_MAP_FEW], *table; /* NULL: all are in few */
        size_t n, capacity;                           /* of the table, a power of 2 */
    } PointerMap;

    /* The place of a key in the table, or the free one where it would stand. */
    static inline PointerMapEntry *pointer_map_place(
        PointerMapEntry *table, size_t capacity, const void *key)
    {
        size_t at = (size_t)(((uint64_t)(uintptr_t)key * 0x9E3779B97F4A7C15u) >> 32);
        while (table[at & (capacity - 1)].key && table[at & (capacity - 1)].key != key)
            at++;
        return &table[at & (capacity - 1)];
    }

    /* A borrowed reference, or NULL. */
    static inline PyObject *pointer_map_find(const PointerMap *self, const void *key)
    {
        if (self->table)
            return pointer_map_place(self->table, self->capacity, key)->value;
        for (size_t i = 0; i < self->n; i++)
            if (self->few[i].key == key)
                return self->few[i].value;
        return NULL;
    }

    static int pointer_map_grow(PointerMap *self)
    {
        size_t old = self->table ? self->capacity : self->n;
        size_t capacity = self->table ? 2 * old : 4 * POINTER_MAP_FEW;
        PointerMapEntry *from = self->table ? self->table : self->few;
        PointerMapEntry *table = (PointerMapEntry *)calloc(capacity, sizeof *table);
        if (!table)
            return -1;
        for (size_t i = 0; i < old; i++)
            if (from[i].key)
                *pointer_map_place(table, capacity, from[i].key) = from[i];
        free(self->table);
        self->table = table;
        self->capacity = capacity;
        return 0;
    }

    /* For a key that is not there; takes a new reference to the value. 0, or -1 when
     * there is no memory (no exception is set). */
    static int pointer_map_add(PointerMap *self, const void *key, PyObject *value)
    {
        if (self->n >= (self->table ? self->capacity / 2 : POINTER_MAP_FEW) &&
            pointer_map_grow(self) < 0)
            return -1;
        PointerMapEntry *entry = self->table
            ? pointer_map_place(self->table, self->capacity, key) : &self->few[self->n];
        entry->key = key;
        entry->value = Py_NewRef(value);
        self->n++;
        return 0;
    }

    static void pointer_map_done(PointerMap *self)
    {
        PointerMapEntry *entries = self->table ? self->table : self->few;
        size_t n = self->table ? self->capacity : self->n;
        for (size_t i = 0; i < n; i++)
            if (entries[i].key)
                Py_DECREF(entries[i].value);
        free(self->table);
    }
    #endif
    """
    ctypedef struct PointerMap:
        size_t n
    PyObject *pointer_map_find(const PointerMap *self, const void *key) noexcept
    int pointer_map_add(PointerMap *self, const void *key, object value) noexcept
    void pointer_map_done(PointerMap *self) noexcept
