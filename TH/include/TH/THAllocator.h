/* Memory: the caching allocator, and the interface for memory that comes from
 * elsewhere. */
#ifndef TH_ALLOCATOR_H
#define TH_ALLOCATOR_H

#include <TH/THGeneral.h>

/* How a storage gets rid of memory that the caching allocator does not own. */
typedef struct THAllocator {
    /* Frees `data` of `bytes` bytes; `context` is the storage's allocatorContext. */
    void (*free)(void *context, void *data, size_t bytes);
} THAllocator;

/* Returns at least `bytes` bytes, aligned to 64, from the caching allocator; NULL with
 * TH_ERR_MEMORY when there is no memory. The class is needed again to free it. */
TH_API void *THAlloc_new(size_t bytes, uint8_t *sizeClass);
TH_API void THAlloc_free(void *data, size_t bytes, uint8_t sizeClass);

/* Gives cached memory back to the system. */
TH_API void THAlloc_emptyCache(void);
/* Caps the bytes that the cache of large blocks keeps (default 1 GiB;
 * TORCHLIKE_CACHE_BYTES). */
TH_API void THAlloc_setCacheLimit(size_t bytes);
TH_API size_t THAlloc_cacheLimit(void);

typedef struct THAllocStats {
    size_t bytesInUse;    /* handed out and not freed yet */
    size_t bytesCached;   /* kept for later, large blocks */
    size_t peakBytes;     /* largest bytesInUse since THAlloc_resetPeak */
    uint64_t systemCalls; /* allocations that the cache could not serve */
} THAllocStats;
TH_API void THAlloc_stats(THAllocStats *stats);
/* Starts peakBytes again, from what is in use now. */
TH_API void THAlloc_resetPeak(void);

/* For tests: the n-th allocation from now on fails (1 = the next one, 0 = none). */
TH_API void THAlloc_failAfter(int64_t n);

#endif
