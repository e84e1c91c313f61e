/* Shared memory: see THShared.h.
 *
 * `shared.first` lists the storages of this process that are in shared memory, so that
 * attaching finds the one that is already there. A storage whose last reference is gone
 * stays in the list for a moment; it is not handed out again. */
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include <TH/THShared.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "THAllocatorInternal.h"
#include "THTensorInternal.h"

#define HEADER_BYTES ((size_t)64)
#define MAGIC UINT64_C(0x64657261687354)
/* Largest number of bytes in one write, which the system may limit. */
#define WRITE_BYTES ((size_t)1 << 30)

typedef struct {
    uint64_t magic;
    uint64_t bytes; /* of the elements */
    int32_t dtype;
    int32_t owners, handles;
} Header;

/* Memory that a storage had before it was moved. */
typedef struct {
    void *data;
    size_t bytes;
    const THAllocator *allocator;
    void *context;
    uint8_t sizeClass;
} Former;

/* What the allocatorContext of a storage in shared memory points to. */
typedef struct Memory {
    Header *header; /* the start of the mapping */
    size_t bytes;   /* of the mapping */
    int file;       /* -1 for named files */
    char *path;     /* NULL for anonymous files */
    pid_t process;  /* the one that is counted in header->owners */
    dev_t device;
    ino_t inode;
    THStorage *storage;
    Former former;
    struct Memory *previous, *next;
} Memory;

static struct {
    pthread_mutex_t mutex;
    Memory *first;
    int log;
} shared = {.mutex = PTHREAD_MUTEX_INITIALIZER, .log = -1};

static pthread_once_t setup_once = PTHREAD_ONCE_INIT;

static void lock_list(void) {
    pthread_mutex_lock(&shared.mutex);
}

static void unlock_list(void) {
    pthread_mutex_unlock(&shared.mutex);
}

static void setup(void) {
    pthread_atfork(lock_list, unlock_list, unlock_list);
}

static void free_former(const Former *former) {
    if (former->allocator != NULL)
        former->allocator->free(former->context, former->data, former->bytes);
    else
        THAlloc_free(former->data, former->bytes, former->sizeClass);
}

/* --- files --- */

static int fail(const char *what, const char *path, size_t bytes) {
    const char *hint = "";
    if (errno == ENOMEM)
        return THError_setMemory(bytes);
    if (errno == EMFILE)
        hint = " (each tensor in shared memory keeps one open: raise `ulimit -n`, or "
               "use the sharing strategy 'file_system')";
    else if (errno == ENOSPC)
        hint = " (enlarge /dev/shm, or use the sharing strategy 'file_descriptor')";
    if (path == NULL)
        return THError_set(TH_ERR_IO, "unable to %s %zu bytes of shared memory: %s%s",
                           what, bytes, strerror(errno), hint);
    return THError_set(TH_ERR_IO,
                       "unable to %s %zu bytes of shared memory in file <%s>: %s%s",
                       what, bytes, path, strerror(errno), hint);
}

/* An anonymous file, or -1 and errno. */
static int anonymous_file(void) {
#if defined(MFD_CLOEXEC)
    int file = memfd_create("torchlike", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file >= 0 || (errno != ENOSYS && errno != EPERM))
        return file;
#endif
    char name[] = "/dev/shm/torch_XXXXXX";
    int other = mkostemp(name, O_CLOEXEC);
    if (other >= 0)
        unlink(name);
    return other;
}

/* Gives a new file its size and its memory, where the system can reserve that: a write
 * to a page that does not get memory would kill the process. Anonymous files need no
 * reserve, they are limited only as all memory is. */
static int size_file(int file, size_t bytes, int reserve) {
#if defined(__linux__)
    if (reserve) {
        int status = posix_fallocate(file, 0, (off_t)bytes);
        errno = status;
        if (status != EOPNOTSUPP && status != EINVAL)
            return status == 0 ? 0 : -1;
    }
#endif
    if (ftruncate(file, (off_t)bytes) != 0)
        return -1;
#if defined(F_ADD_SEALS)
    fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW); /* not for every file */
#endif
    return 0;
}

/* Writing to the file is twice as fast as writing to fresh pages of the mapping. */
static int fill_file(int file, const void *data, size_t bytes) {
    size_t done = 0;
    while (done < bytes) {
        size_t step = bytes - done < WRITE_BYTES ? bytes - done : WRITE_BYTES;
        ssize_t wrote =
            pwrite(file, (const char *)data + done, step, (off_t)(HEADER_BYTES + done));
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return -1;
        done += (size_t)wrote;
    }
    return 0;
}

/* --- memory --- */

static void delete_file(const char *path) {
    char line[300];
    size_t length = strlen(path);
    unlink(path);
    if (shared.log < 0 || length + 2 > sizeof(line))
        return;
    line[0] = '-';
    memcpy(line + 1, path, length);
    line[length + 1] = '\n';
    /* If the reader is gone nobody wants to know. */
    ssize_t wrote = write(shared.log, line, length + 2);
    (void)wrote;
}

/* Closes what a Memory has, counted or not, and frees it. */
static void close_memory(Memory *memory) {
    if (memory->header != NULL)
        munmap(memory->header, memory->bytes);
    if (memory->file >= 0)
        close(memory->file);
    free(memory->path);
    free(memory);
}

static void release(void *context, void *data, size_t bytes) {
    Memory *memory = context;
    (void)data, (void)bytes;
    pthread_mutex_lock(&shared.mutex);
    if (memory->previous != NULL)
        memory->previous->next = memory->next;
    else
        shared.first = memory->next;
    if (memory->next != NULL)
        memory->next->previous = memory->previous;
    pthread_mutex_unlock(&shared.mutex);
    if (memory->process == getpid() &&
        __atomic_sub_fetch(&memory->header->owners, 1, __ATOMIC_ACQ_REL) == 0 &&
        memory->path != NULL)
        delete_file(memory->path);
    if (memory->former.data != NULL)
        free_former(&memory->former);
    close_memory(memory);
}

static const THAllocator shared_allocator = {release};

static Memory *memory_of(const THStorage *self) {
    return self->allocator == &shared_allocator ? self->allocatorContext : NULL;
}

/* Maps an open file of `bytes` bytes; `file` is closed on failure. */
static Memory *map_memory(int file, const char *path, size_t bytes) {
    struct stat info;
    Memory *memory = calloc(1, sizeof(Memory));
    if (memory == NULL) {
        THError_setMemory(sizeof(Memory));
        close(file);
        return NULL;
    }
    memory->file = file;
    memory->process = getpid();
    memory->bytes = bytes;
    if (path != NULL && (memory->path = strdup(path)) == NULL) {
        THError_setMemory(strlen(path));
        close_memory(memory);
        return NULL;
    }
    void *start = MAP_FAILED;
    if (fstat(file, &info) == 0)
        start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (start == MAP_FAILED) {
        fail("map", path, bytes);
        close_memory(memory);
        return NULL;
    }
    memory->header = start;
    memory->device = info.st_dev;
    memory->inode = info.st_ino;
    if (path != NULL) { /* it is opened by its name again */
        close(file);
        memory->file = -1;
    }
    return memory;
}

/* New shared memory with a copy of `data`, if not NULL. */
static Memory *new_memory(int dtype, const void *data, size_t bytes, const char *path) {
    size_t total = bytes + HEADER_BYTES;
    if (bytes > (size_t)PTRDIFF_MAX - HEADER_BYTES) {
        THError_setMemory(bytes);
        return NULL;
    }
    pthread_once(&setup_once, setup);
    int file = path == NULL ? anonymous_file()
                            : open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        fail("make", path, bytes);
        return NULL;
    }
    if (size_file(file, total, path != NULL) != 0 ||
        (data != NULL && fill_file(file, data, bytes) != 0)) {
        fail("reserve", path, bytes);
        if (path != NULL)
            unlink(path);
        close(file);
        return NULL;
    }
    Memory *memory = map_memory(file, path, total);
    if (memory == NULL) {
        if (path != NULL)
            unlink(path);
        return NULL;
    }
    memory->header->bytes = bytes;
    memory->header->dtype = dtype;
    memory->header->owners = 1;
    memory->header->handles = 0;
    memory->header->magic = MAGIC;
    return memory;
}

/* Enters memory into the list; the mutex is held. */
static void enter(Memory *memory, THStorage *storage) {
    memory->storage = storage;
    memory->previous = NULL;
    memory->next = shared.first;
    if (memory->next != NULL)
        memory->next->previous = memory;
    shared.first = memory;
}

static int checked_bytes(int dtype, ptrdiff_t size, size_t *bytes) {
    int64_t product;
    if ((unsigned)dtype >= TH_NTYPES)
        TH_FAIL(TH_ERR_TYPE, "there is no tensor type number %d", dtype);
    if (size < 0)
        TH_FAIL(TH_ERR, "storage size must not be negative, got %td", size);
    if (th_mulOverflow(size, THType_itemSize[dtype], &product))
        return THError_setMemory(SIZE_MAX);
    *bytes = (size_t)product;
    return TH_OK;
}

/* A storage over memory, which is closed on failure; the mutex is held. */
static THStorage *new_over(int dtype, ptrdiff_t size, Memory *memory) {
    void *data = (char *)memory->header + HEADER_BYTES;
    THStorage *self =
        THStorage_newWithData(dtype, data, size, &shared_allocator, memory);
    if (self == NULL)
        return NULL;
    self->flag = TH_STORAGE_SHARED;
    enter(memory, self);
    return self;
}

THStorage *THShared_new(int dtype, ptrdiff_t size, const char *path) {
    size_t bytes;
    if (checked_bytes(dtype, size, &bytes) < 0)
        return NULL;
    Memory *memory = new_memory(dtype, NULL, bytes, path);
    if (memory == NULL)
        return NULL;
    pthread_mutex_lock(&shared.mutex);
    THStorage *self = new_over(dtype, size, memory);
    pthread_mutex_unlock(&shared.mutex);
    if (self == NULL) {
        if (path != NULL)
            unlink(path);
        close_memory(memory);
    }
    return self;
}

int THShared_move(THStorage *self, const char *path, int keep) {
    if (self->flag & TH_STORAGE_SHARED)
        return TH_OK;
    size_t bytes = (size_t)self->size * THType_itemSize[self->dtype];
    Memory *memory = new_memory(self->dtype, self->data, bytes, path);
    if (memory == NULL)
        return THError_pending();
    Former former = {self->data, bytes, self->allocator, self->allocatorContext,
                     self->sizeClass};
    pthread_mutex_lock(&shared.mutex);
    self->data = (char *)memory->header + HEADER_BYTES;
    self->flag = TH_STORAGE_SHARED;
    self->sizeClass = 0;
    self->allocator = &shared_allocator;
    self->allocatorContext = memory;
    enter(memory, self);
    if (keep)
        memory->former = former;
    pthread_mutex_unlock(&shared.mutex);
    if (!keep && (former.data != NULL || former.allocator != NULL))
        free_former(&former);
    return TH_OK;
}

/* --- other processes --- */

/* A reference to a storage that others may free meanwhile; 0 if it is gone. */
static int retain_living(THStorage *self) {
    int count = __atomic_load_n(&self->refcount, __ATOMIC_RELAXED);
    while (count > 0)
        if (__atomic_compare_exchange_n(&self->refcount, &count, count + 1, 1,
                                        __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            return 1;
    return 0;
}

/* The storage of this process over a file; NULL if there is none. The mutex is held. */
static THStorage *find_living(const struct stat *info) {
    for (Memory *memory = shared.first; memory != NULL; memory = memory->next)
        if (memory->inode == info->st_ino && memory->device == info->st_dev &&
            retain_living(memory->storage))
            return memory->storage;
    return NULL;
}

static int check_header(const Header *header, int dtype, size_t bytes) {
    if (header->magic != MAGIC)
        TH_FAIL(TH_ERR, "the file is no shared memory of a storage");
    if (header->dtype != dtype || header->bytes != bytes)
        TH_FAIL(TH_ERR,
                "the shared memory has %llu bytes of type %d, but a storage of %zu "
                "bytes of type %d was asked for",
                (unsigned long long)header->bytes, header->dtype, bytes, dtype);
    return TH_OK;
}

/* Maps a file that is not known yet; takes over `file`. The mutex is held. */
static THStorage *attach_new(int dtype, ptrdiff_t size, size_t bytes, int file,
                             const char *path, const struct stat *info) {
    if ((uint64_t)info->st_size < bytes + HEADER_BYTES) {
        THError_set(TH_ERR,
                    "shared memory of %lld bytes is too small for a storage of %zu",
                    (long long)info->st_size, bytes);
        close(file);
        return NULL;
    }
    Memory *memory = map_memory(file, path, bytes + HEADER_BYTES);
    if (memory == NULL)
        return NULL;
    THStorage *self = NULL;
    if (check_header(memory->header, dtype, bytes) == TH_OK)
        self = new_over(dtype, size, memory);
    if (self == NULL)
        close_memory(memory);
    else
        __atomic_add_fetch(&memory->header->owners, 1, __ATOMIC_ACQ_REL);
    return self;
}

THStorage *THShared_attach(int dtype, ptrdiff_t size, int file, const char *path) {
    struct stat info;
    size_t bytes;
    if (checked_bytes(dtype, size, &bytes) < 0)
        return NULL;
    pthread_once(&setup_once, setup);
    int own = path != NULL ? open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
                           : fcntl(file, F_DUPFD_CLOEXEC, 0);
    if (own < 0 || fstat(own, &info) != 0) {
        fail("open", path, bytes);
        if (own >= 0)
            close(own);
        return NULL;
    }
    pthread_mutex_lock(&shared.mutex);
    THStorage *self = find_living(&info);
    if (self == NULL)
        self = attach_new(dtype, size, bytes, own, path, &info);
    else
        close(own);
    pthread_mutex_unlock(&shared.mutex);
    if (self != NULL && check_header(memory_of(self)->header, dtype, bytes) < 0) {
        THStorage_free(self);
        return NULL;
    }
    return self;
}

int THShared_file(const THStorage *self) {
    const Memory *memory = memory_of(self);
    return memory != NULL ? memory->file : -1;
}

const char *THShared_path(const THStorage *self) {
    const Memory *memory = memory_of(self);
    return memory != NULL ? memory->path : NULL;
}

int THShared_addHandles(THStorage *self, int change) {
    Memory *memory = memory_of(self);
    if (memory == NULL)
        TH_FAIL(TH_ERR, "the storage is in no shared memory that can be sent");
    int32_t *owners = &memory->header->owners;
    int32_t count = __atomic_load_n(owners, __ATOMIC_RELAXED);
    do {
        if (count <= 0 && memory->path != NULL)
            TH_FAIL(TH_ERR, "file <%s> of the storage is deleted", memory->path);
    } while (!__atomic_compare_exchange_n(owners, &count, count + change, 1,
                                          __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
    __atomic_add_fetch(&memory->header->handles, change, __ATOMIC_ACQ_REL);
    return TH_OK;
}

int THShared_handles(const THStorage *self) {
    const Memory *memory = memory_of(self);
    return memory != NULL ? __atomic_load_n(&memory->header->handles, __ATOMIC_ACQUIRE)
                          : 0;
}

void THShared_setLog(int file) {
    shared.log = file;
}
