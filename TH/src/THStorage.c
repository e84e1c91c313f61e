/* Storages. Memory comes from the caching allocator (allocator == NULL), from somebody
 * else, or from a mapped file; only the first kind can change its size. */
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "THAllocatorInternal.h"
#include "THTensorInternal.h"

#define STORAGE_CLASS th_smallClass(sizeof(THStorage))

/* Bytes of `size` elements, or an error for sizes that cannot be. */
static int storage_bytes(int dtype, ptrdiff_t size, size_t *bytes) {
    int64_t product;
    *bytes = 0;
    if (TH_UNLIKELY((unsigned)dtype >= TH_NTYPES))
        TH_FAIL(TH_ERR_TYPE, "there is no tensor type number %d", dtype);
    if (TH_UNLIKELY(size < 0))
        TH_FAIL(TH_ERR, "storage size must not be negative, got %td", size);
    if (TH_UNLIKELY(th_mulOverflow(size, THType_itemSize[dtype], &product)))
        return THError_setMemory(SIZE_MAX);
    *bytes = (size_t)product;
    return TH_OK;
}

/* A storage struct without memory. */
static THStorage *new_struct(int dtype, uint8_t flag) {
    THStorage *self = th_blockNew(STORAGE_CLASS);
    if (TH_UNLIKELY(self == NULL))
        return NULL;
    self->data = NULL;
    self->size = 0;
    self->refcount = 1;
    self->dtype = (uint8_t)dtype;
    self->flag = flag;
    self->sizeClass = 0;
    self->allocator = NULL;
    self->allocatorContext = NULL;
    return self;
}

THStorage *THStorage_new(int dtype, ptrdiff_t size) {
    size_t bytes;
    if (TH_UNLIKELY(storage_bytes(dtype, size, &bytes) < 0))
        return NULL;
    THStorage *self = new_struct(dtype, TH_STORAGE_RESIZABLE);
    if (TH_UNLIKELY(self == NULL || bytes == 0))
        return self;
    if (TH_LIKELY(bytes <= TH_SMALL_BYTES)) {
        self->sizeClass = th_smallClass(bytes);
        self->data = th_blockNew(self->sizeClass);
    } else {
        self->data = THAlloc_new(bytes, &self->sizeClass);
    }
    if (TH_UNLIKELY(self->data == NULL)) {
        th_blockFree(self, STORAGE_CLASS);
        return NULL;
    }
    self->size = size;
    return self;
}

THStorage *THStorage_newWithData(int dtype, void *data, ptrdiff_t size,
                                 const THAllocator *allocator, void *context) {
    size_t bytes;
    if (storage_bytes(dtype, size, &bytes) < 0)
        return NULL;
    if (allocator == NULL || allocator->free == NULL) {
        THError_set(TH_ERR_VALUE, "a storage of borrowed memory needs an allocator");
        return NULL;
    }
    if (data == NULL && bytes > 0) {
        THError_set(TH_ERR_VALUE, "a storage of %td elements needs memory, got NULL",
                    size);
        return NULL;
    }
    THStorage *self = new_struct(dtype, 0);
    if (self == NULL)
        return NULL;
    self->data = data;
    self->size = size;
    self->allocator = allocator;
    self->allocatorContext = context;
    return self;
}

/* --- mapped files --- */

static void unmap(void *context, void *data, size_t bytes) {
    (void)context;
    if (bytes > 0)
        munmap(data, bytes);
}

static const THAllocator map_allocator = {unmap};

static int system_error(const char *what, const char *path) {
    return THError_set(TH_ERR_IO, "%s file <%s>: %s", what, path, strerror(errno));
}

/* Enlarges an open file, with its disk space where the file system can reserve it,
 * because a write to a page that does not get space would kill the process. */
static int enlarge_file(int file, const char *path, int64_t bytes) {
    int status = EOPNOTSUPP;
#if defined(__linux__)
    status = posix_fallocate(file, 0, bytes);
#endif
    if (status == EOPNOTSUPP || status == EINVAL)
        status = ftruncate(file, bytes) == 0 ? 0 : errno;
    if (status != 0) {
        errno = status;
        return system_error("unable to stretch", path);
    }
    return TH_OK;
}

/* Checks an open file against the number of elements wanted and settles that number. */
static int prepare_file(int file, const char *path, int dtype, int shared,
                        ptrdiff_t *size) {
    struct stat info;
    size_t bytes;
    if (fstat(file, &info) != 0)
        return system_error("unable to stat", path);
    if (!S_ISREG(info.st_mode))
        TH_FAIL(TH_ERR_IO, "unable to map <%s>: not a regular file", path);
    if (*size == 0)
        *size = (ptrdiff_t)(info.st_size / THType_itemSize[dtype]);
    TH_TRY(storage_bytes(dtype, *size, &bytes));
    if ((uint64_t)info.st_size >= bytes)
        return TH_OK;
    if (!shared)
        TH_FAIL(TH_ERR,
                "file <%s> of %lld bytes is smaller than the %zu bytes of %td elements",
                path, (long long)info.st_size, bytes, *size);
    return enlarge_file(file, path, (int64_t)bytes);
}

static int map_file(THStorage *self, const char *path, ptrdiff_t size, int shared) {
    /* O_NONBLOCK: opening a pipe must not wait for its writer. */
    int flags = O_CLOEXEC | O_NONBLOCK | (shared ? O_RDWR | O_CREAT : O_RDONLY);
    int file = open(path, flags, 0666);
    if (file < 0)
        return system_error("unable to open", path);
    int status = prepare_file(file, path, self->dtype, shared, &size);
    size_t bytes = (size_t)size * THType_itemSize[self->dtype];
    if (status == TH_OK && bytes > 0) {
        void *data = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                          shared ? MAP_SHARED : MAP_PRIVATE, file, 0);
        if (data == MAP_FAILED && errno == ENOMEM)
            status = THError_setMemory(bytes);
        else if (data == MAP_FAILED)
            status = system_error("unable to map", path);
        else
            self->data = data;
    }
    close(file);
    if (status == TH_OK)
        self->size = size;
    return status;
}

THStorage *THStorage_newMapped(int dtype, const char *path, ptrdiff_t size,
                               int shared) {
    size_t bytes;
    if (storage_bytes(dtype, size, &bytes) < 0)
        return NULL;
    uint8_t flag = TH_STORAGE_MAPPED | (shared ? TH_STORAGE_SHARED : 0);
    THStorage *self = new_struct(dtype, flag);
    if (self == NULL)
        return NULL;
    self->allocator = &map_allocator;
    if (map_file(self, path, size, shared) < 0) {
        th_blockFree(self, STORAGE_CLASS);
        return NULL;
    }
    return self;
}

/* --- references and size --- */

void THStorage_retain(THStorage *self) {
    if (self != NULL)
        __atomic_add_fetch(&self->refcount, 1, __ATOMIC_RELAXED);
}

void THStorage_free(THStorage *self) {
    if (self == NULL || !th_dropReference(&self->refcount))
        return;
    if (TH_UNLIKELY(self->allocator != NULL))
        self->allocator->free(self->allocatorContext, self->data,
                              (size_t)self->size * THType_itemSize[self->dtype]);
    else if (TH_UNLIKELY(self->sizeClass >= TH_SMALL_CLASSES))
        THAlloc_free(self->data, 0, self->sizeClass);
    else if (self->data != NULL)
        th_blockFree(self->data, self->sizeClass);
    th_blockFree(self, STORAGE_CLASS);
}

int THStorage_resize(THStorage *self, ptrdiff_t size) {
    size_t bytes;
    TH_TRY(storage_bytes(self->dtype, size, &bytes));
    if (!(self->flag & TH_STORAGE_RESIZABLE))
        TH_FAIL(
            TH_ERR,
            "Trying to resize storage that is not resizable, from %td to %td elements",
            self->size, size);
    size_t have = self->data != NULL ? th_classBytes(self->sizeClass) : 0;
    size_t kept =
        (size_t)(size < self->size ? size : self->size) * THType_itemSize[self->dtype];
    /* The block stays if it is large enough and not much too large. While others refer
     * to the storage it never gets smaller: their tensors still see the old size. */
    int alone = __atomic_load_n(&self->refcount, __ATOMIC_ACQUIRE) == 1;
    if (bytes > have || (alone && bytes < have / 4)) {
        uint8_t sizeClass = 0;
        void *data = NULL;
        if (bytes > 0) {
            data = THAlloc_new(bytes, &sizeClass);
            if (data == NULL)
                return TH_ERR_MEMORY;
            if (kept > 0)
                memcpy(data, self->data, kept);
        }
        THAlloc_free(self->data, have, self->sizeClass);
        self->data = data;
        self->sizeClass = sizeClass;
    }
    self->size = size;
    return TH_OK;
}

/* Takes over where the memory is and who frees it; references stay. */
static void set_memory(THStorage *self, const THStorage *from) {
    self->data = from->data;
    self->flag = from->flag;
    self->sizeClass = from->sizeClass;
    self->allocator = from->allocator;
    self->allocatorContext = from->allocatorContext;
}

int THStorage_swap(THStorage *self, THStorage *other) {
    if (self->dtype != other->dtype || self->size != other->size)
        TH_FAIL(TH_ERR,
                "swap needs storages of the same type and size, got %s of %td and %s "
                "of %td elements",
                THType_name[self->dtype], self->size, THType_name[other->dtype],
                other->size);
    if (!(self->flag & TH_STORAGE_RESIZABLE))
        TH_FAIL(TH_ERR, "swap needs a resizable storage, but %td elements are lent",
                self->size);
    if (other->flag & TH_STORAGE_SHARED)
        TH_FAIL(TH_ERR,
                "swap needs memory of this process, but %td elements are shared",
                other->size);
    THStorage old = *self;
    set_memory(self, other);
    set_memory(other, &old);
    return TH_OK;
}
