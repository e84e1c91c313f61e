# The C library, as its headers declare it (hand-written part; the tables are in dispatch.pxd).
from libc.stdint cimport int64_t, uint8_t, uint64_t


cdef extern from "TH/TH.h" nogil:
    enum:
        TH_BYTE, TH_CHAR, TH_SHORT, TH_INT, TH_LONG, TH_FLOAT, TH_DOUBLE, TH_HALF, TH_NTYPES
        TH_MAX_DIM
        TH_SHAPE_TEXT
        TH_ERR, TH_ERR_INDEX, TH_ERR_VALUE, TH_ERR_TYPE, TH_ERR_MEMORY, TH_ERR_IO
        TH_STORAGE_RESIZABLE, TH_STORAGE_MAPPED, TH_STORAGE_SHARED
        TH_MT_N

    ctypedef union THScalar:
        double d
        int64_t i

    const uint8_t THType_itemSize[]
    const char *THType_name[]

    # errors
    int THError_set(int code, const char *format, ...)
    int THError_pending()
    const char *THError_message()
    size_t THError_bytes()
    void THError_clear()

    # memory
    ctypedef struct THAllocator:
        void (*free)(void *context, void *data, size_t bytes) noexcept
    ctypedef struct THAllocStats:
        size_t bytesInUse
        size_t bytesCached
        size_t peakBytes
        uint64_t systemCalls
    void THAlloc_emptyCache()
    void THAlloc_setCacheLimit(size_t bytes)
    size_t THAlloc_cacheLimit()
    void THAlloc_stats(THAllocStats *stats)
    void THAlloc_resetPeak()
    void THAlloc_failAfter(int64_t n)

    # threads, processor
    int THParallel_getNumThreads()
    int THParallel_setNumThreads(int n)
    int THCpu_level()
    const char *THCpu_levelName(int level)
    const char *THCpu_blasName()

    # random numbers
    ctypedef struct THGenerator:
        uint64_t the_initial_seed
        int left
        int seeded
    THGenerator *THGenerator_new()
    void THGenerator_free(THGenerator *self)
    void THGenerator_copy(THGenerator *self, const THGenerator *source)
    int THGenerator_isValid(const THGenerator *self)
    uint64_t THRandom_seed(THGenerator *self)
    void THRandom_manualSeed(THGenerator *self, uint64_t seed)
    uint64_t THRandom_initialSeed(THGenerator *self)

    # storages
    ctypedef struct THStorage:
        void *data
        Py_ssize_t size
        int refcount
        uint8_t dtype
        uint8_t flag
        const THAllocator *allocator
        void *allocatorContext
    THStorage *THStorage_new(int dtype, Py_ssize_t size)
    THStorage *THStorage_newWithData(int dtype, void *data, Py_ssize_t size, const THAllocator *allocator,
                                     void *context)
    THStorage *THStorage_newMapped(int dtype, const char *path, Py_ssize_t size, int shared)
    void THStorage_retain(THStorage *self)
    void THStorage_free(THStorage *self)
    int THStorage_resize(THStorage *self, Py_ssize_t size)
    int THStorage_swap(THStorage *self, THStorage *other)
    THStorage *THShared_new(int dtype, Py_ssize_t size, const char *path)
    int THShared_move(THStorage *self, const char *path, int keep)
    THStorage *THShared_attach(int dtype, Py_ssize_t size, int file, const char *path)
    int THShared_file(const THStorage *self)
    const char *THShared_path(const THStorage *self)
    int THShared_addHandles(THStorage *self, int change)
    int THShared_handles(const THStorage *self)
    void THShared_setLog(int file)

    # tensors
    ctypedef struct THTensor:
        int64_t *size
        int64_t *stride
        int nDimension
        int refcount
        THStorage *storage
        Py_ssize_t storageOffset
        uint8_t dtype
        uint8_t flag
    THTensor *THTensor_new(int dtype)
    THTensor *THTensor_newWithSize(int dtype, int n, const int64_t *size)
    THTensor *THTensor_newWithStorage(int dtype, THStorage *storage, Py_ssize_t offset, int n, const int64_t *size,
                                      const int64_t *stride)
    THTensor *THTensor_newWithTensor(THTensor *self)
    THTensor *THTensor_newViewUnchecked(THTensor *self, int n, const int64_t *size, const int64_t *stride,
                                        Py_ssize_t offset)
    THTensor *THTensor_newSelect(THTensor *self, int64_t dim, int64_t index)
    THTensor *THTensor_newNarrow(THTensor *self, int64_t dim, int64_t start, int64_t length)
    THTensor *THTensor_newSlice(THTensor *self, int64_t dim, int64_t start, int64_t length, int64_t step)
    THTensor *THTensor_newTranspose(THTensor *self, int64_t dim0, int64_t dim1)
    THTensor *THTensor_newT(THTensor *self)
    THTensor *THTensor_newPermute(THTensor *self, int n, const int64_t *dims)
    THTensor *THTensor_newUnfold(THTensor *self, int64_t dim, int64_t size, int64_t step)
    THTensor *THTensor_newSqueeze(THTensor *self)
    THTensor *THTensor_newSqueezeDim(THTensor *self, int64_t dim)
    THTensor *THTensor_newUnsqueeze(THTensor *self, int64_t dim)
    THTensor *THTensor_newExpand(THTensor *self, int n, const int64_t *size)
    THTensor *THTensor_newView(THTensor *self, int n, const int64_t *size)
    THTensor *THTensor_newDiagonal(THTensor *self)
    THTensor *THTensor_newShape(const THTensor *self)
    void THTensor_retain(THTensor *self)
    void THTensor_free(THTensor *self)
    int THTensor_resize(THTensor *self, int n, const int64_t *size, const int64_t *stride)
    int THTensor_resizeAs(THTensor *self, const THTensor *src)
    int THTensor_set(THTensor *self, THTensor *src)
    int THTensor_setStorage(THTensor *self, THStorage *storage, Py_ssize_t offset, int n, const int64_t *size,
                            const int64_t *stride)
    int64_t THTensor_nElement(const THTensor *self)
    int THTensor_isContiguous(const THTensor *self)
    int THTensor_isSameSizeAs(const THTensor *self, const THTensor *other)
    int THTensor_isSetTo(const THTensor *self, const THTensor *other)
    int THTensor_broadcastShape(const THTensor *a, const THTensor *b, int64_t *size)
    const char *THTensor_shapeText(char *buffer, const THTensor *self)
    int THTensor_wrapDim(int64_t dim, int n)
