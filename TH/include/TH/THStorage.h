/* Storages: a reference-counted block of elements of one type.
 *
 * Inside the libraries (TH_INTERNAL) there is one untyped THStorage. Extensions see
 * THFloatStorage with `float *data` and its like; the layouts are the same. */
#ifndef TH_STORAGE_H
#define TH_STORAGE_H

#include <TH/THAllocator.h>
#include <TH/THError.h>
#include <TH/THTypes.h>

enum {
    TH_STORAGE_RESIZABLE = 1, /* the size may change */
    TH_STORAGE_MAPPED = 2,    /* memory of a mapped file */
    TH_STORAGE_SHARED = 4     /* visible to other processes */
};

#define TH_STORAGE_FIELDS(element)                                                     \
    element *data;                                                                     \
    ptrdiff_t size; /* in elements */                                                  \
    int refcount;                                                                      \
    uint8_t dtype, flag, sizeClass;                                                    \
    const THAllocator *allocator; /* NULL: the caching allocator */                    \
    void *allocatorContext;

struct THStorage {
    TH_STORAGE_FIELDS(void)
};

/* A new storage of `size` elements, uninitialised. NULL on failure. */
TH_API struct THStorage *THStorage_new(int dtype, ptrdiff_t size);
/* Memory of somebody else; `allocator->free` is called with it at the end (allocator
 * may be NULL-free: pass an allocator whose `free` does nothing). Takes over the memory
 * only if it succeeds. */
TH_API struct THStorage *THStorage_newWithData(int dtype, void *data, ptrdiff_t size,
                                               const THAllocator *allocator,
                                               void *context);
/* Maps a file. shared = 0: private copy-on-write pages; shared = 1: writes reach the
 * file, which is created or enlarged to `size` elements if needed. size = 0: as many as
 * the file has. */
TH_API struct THStorage *THStorage_newMapped(int dtype, const char *path,
                                             ptrdiff_t size, int shared);
TH_API void THStorage_retain(struct THStorage *self);
/* Drops a reference; NULL is allowed. */
TH_API void THStorage_free(struct THStorage *self);
/* Changes the size, keeping the elements that fit; fails for storages that are not
 * resizable. */
TH_API int THStorage_resize(struct THStorage *self, ptrdiff_t size);
/* Gives a resizable storage the memory of another one of its type and size, and that
 * one its own, so that the tensors over `self` see the elements of `other`. */
TH_API int THStorage_swap(struct THStorage *self, struct THStorage *other);

#endif
