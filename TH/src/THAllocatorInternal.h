/* The fast path of the allocator, inlined into the functions that make tensors and
 * storages.
 *
 * Blocks up to 1 MB come in power-of-two classes; each thread keeps a LIFO list of free
 * blocks per class, so that the usual allocation is a pop and the usual free a push,
 * without locks. Everything else is in THAllocator.c. */
#ifndef TH_ALLOCATOR_INTERNAL_H
#define TH_ALLOCATOR_INTERNAL_H

#include <TH/THAllocator.h>

/* Class c < TH_SMALL_CLASSES holds blocks of 64 << c bytes, 64 B to 1 MB. */
#define TH_SMALL_CLASSES 15
#define TH_SMALL_BYTES ((size_t)64 << (TH_SMALL_CLASSES - 1))
/* A thread tells the shared count of bytes in use of changes larger than this. */
#define TH_REPORT_BYTES ((int64_t)1 << 20)

typedef struct THThreadCache {
    void *head[TH_SMALL_CLASSES];    /* free blocks, linked through their first word */
    uint16_t room[TH_SMALL_CLASSES]; /* blocks that each list may still take */
    uint8_t state;
    int64_t unreported; /* bytes in use that the shared count does not know of */
    struct THThreadCache *previous, *next;
} THThreadCache;

#if defined(__GNUC__)
#define TH_THREAD_LOCAL __thread __attribute__((tls_model("initial-exec")))
#else
#define TH_THREAD_LOCAL _Thread_local
#endif

/* All zero in a new thread: empty lists without room, so that the first use takes the
 * slow path. */
extern TH_THREAD_LOCAL THThreadCache th_cache;
/* THAlloc_failAfter's counter. */
extern int64_t th_failCountdown;

/* The slow paths: system memory, a full list, a thread's first or last use. */
void *th_blockNewSlow(uint8_t sizeClass);
void th_blockFreeSlow(void *block, uint8_t sizeClass);
void th_reportBytes(void);

/* The class of a block of `bytes` <= TH_SMALL_BYTES. */
static inline uint8_t th_smallClass(size_t bytes) {
    uint8_t c = 0;
#if defined(__GNUC__)
    if (bytes > 64)
        c = (uint8_t)(58 - __builtin_clzll((unsigned long long)bytes - 1));
#else
    while (((size_t)64 << c) < bytes)
        c++;
#endif
    return c;
}

/* A block of a small class; NULL with TH_ERR_MEMORY. */
static inline void *th_blockNew(uint8_t sizeClass) {
#ifndef __SANITIZE_ADDRESS__
    THThreadCache *cache = &th_cache;
    void *block = cache->head[sizeClass];
    if (TH_LIKELY(block != NULL &&
                  !__atomic_load_n(&th_failCountdown, __ATOMIC_RELAXED))) {
        cache->head[sizeClass] = *(void **)block;
        cache->room[sizeClass]++;
        int64_t unreported = cache->unreported + ((int64_t)64 << sizeClass);
        __atomic_store_n(&cache->unreported, unreported, __ATOMIC_RELAXED);
        if (TH_UNLIKELY(unreported > TH_REPORT_BYTES))
            th_reportBytes();
        return block;
    }
#endif
    return th_blockNewSlow(sizeClass);
}

static inline void th_blockFree(void *block, uint8_t sizeClass) {
#ifndef __SANITIZE_ADDRESS__
    THThreadCache *cache = &th_cache;
    if (TH_LIKELY(cache->room[sizeClass] > 0)) {
        *(void **)block = cache->head[sizeClass];
        cache->head[sizeClass] = block;
        cache->room[sizeClass]--;
        int64_t unreported = cache->unreported - ((int64_t)64 << sizeClass);
        __atomic_store_n(&cache->unreported, unreported, __ATOMIC_RELAXED);
        if (TH_UNLIKELY(unreported < -TH_REPORT_BYTES))
            th_reportBytes();
        return;
    }
#endif
    th_blockFreeSlow(block, sizeClass);
}

/* Bytes that a block of any class, small or large, really has. */
size_t th_classBytes(uint8_t sizeClass);

#endif
