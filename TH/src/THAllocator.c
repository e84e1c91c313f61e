/* The caching allocator.
 *
 * Small blocks (up to 1 MB): lists per thread and class, see THAllocatorInternal.h. The
 * lists are bounded and are given back when the thread ends. Large blocks: eight
 * classes per doubling, so that at most an eighth is wasted. Freed ones wait in one
 * cache for all threads, because fresh pages cost more than the arithmetic done on
 * them; the oldest leave when the cache holds more bytes than its limit. Blocks from 2
 * MB on are aligned to huge pages and ask for them. Under AddressSanitizer nothing is
 * cached: every block is its own malloc. */
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include <TH/THAllocator.h>
#include <TH/THError.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "THAllocatorInternal.h"

#define STEPS_PER_DOUBLING 8
#define HUGE_PAGE ((size_t)2 << 20)
#define LARGE_CACHE_BLOCKS 256
/* A cached block may be this many classes larger than what is asked for (a quarter). */
#define LARGE_SLACK 2
#define DEFAULT_CACHE_BYTES ((size_t)1 << 30)

enum { CACHE_NEW, CACHE_ACTIVE, CACHE_CLOSED };

TH_THREAD_LOCAL THThreadCache th_cache;
int64_t th_failCountdown;

/* Blocks that a thread keeps of each class: many small ones, at most 16 MB of the
 * larger ones. */
static const uint16_t class_room[TH_SMALL_CLASSES] = {
    1024, 1024, 1024, 1024, 64, 64, 64, 64, 64, 64, 64, 64, 64, 32, 16};

typedef struct {
    void *data;
    uint8_t sizeClass;
} LargeBlock;

static struct {
    pthread_mutex_t mutex;
    LargeBlock blocks[LARGE_CACHE_BLOCKS]; /* oldest first */
    int count;
    size_t bytes, limit;
    THThreadCache *threads; /* the caches of all threads, for the statistics */
} shared = {.mutex = PTHREAD_MUTEX_INITIALIZER, .limit = DEFAULT_CACHE_BYTES};

static int64_t bytes_in_use; /* without what th_cache.unreported of each thread holds */
static int64_t peak_bytes;
static uint64_t system_calls;

static pthread_once_t setup_once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_key;
static int have_thread_key;

/* --- counting --- */

static void raise_peak(int64_t now) {
    int64_t peak = __atomic_load_n(&peak_bytes, __ATOMIC_RELAXED);
    while (now > peak &&
           !__atomic_compare_exchange_n(&peak_bytes, &peak, now, 1, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED))
        ;
}

static void count_bytes(int64_t change) {
    raise_peak(__atomic_add_fetch(&bytes_in_use, change, __ATOMIC_RELAXED));
}

void th_reportBytes(void) {
    count_bytes(th_cache.unreported);
    __atomic_store_n(&th_cache.unreported, 0, __ATOMIC_RELAXED);
}

/* 1 if this is the allocation that THAlloc_failAfter wants to fail. */
static int must_fail(void) {
    if (TH_LIKELY(__atomic_load_n(&th_failCountdown, __ATOMIC_RELAXED) <= 0))
        return 0;
    return __atomic_sub_fetch(&th_failCountdown, 1, __ATOMIC_RELAXED) == 0;
}

/* --- classes --- */

size_t th_classBytes(uint8_t sizeClass) {
    if (sizeClass < TH_SMALL_CLASSES)
        return (size_t)64 << sizeClass;
    int step = sizeClass - TH_SMALL_CLASSES;
    size_t base = TH_SMALL_BYTES << (step / STEPS_PER_DOUBLING);
    return base + base / STEPS_PER_DOUBLING * (size_t)(step % STEPS_PER_DOUBLING + 1);
}

/* The class of a large block, -1 if there is none so large. */
static int large_class(size_t bytes) {
    int low = TH_SMALL_CLASSES, high = 255;
    if (bytes > th_classBytes(255))
        return -1;
    while (low < high) {
        int middle = (low + high) / 2;
        if (th_classBytes((uint8_t)middle) >= bytes)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* --- threads and processes --- */

static void release_lists(THThreadCache *cache) {
    for (int c = 0; c < TH_SMALL_CLASSES; c++) {
        while (cache->head[c] != NULL) {
            void *block = cache->head[c];
            cache->head[c] = *(void **)block;
            cache->room[c]++;
            free(block);
        }
    }
}

/* Runs when a thread ends. What it frees later, from other destructors, is not cached.
 */
static void close_thread(void *cache_pointer) {
    THThreadCache *cache = cache_pointer;
    release_lists(cache);
    memset(cache->room, 0, sizeof(cache->room));
    th_reportBytes();
    cache->state = CACHE_CLOSED;
    pthread_mutex_lock(&shared.mutex);
    if (cache->previous != NULL)
        cache->previous->next = cache->next;
    else
        shared.threads = cache->next;
    if (cache->next != NULL)
        cache->next->previous = cache->previous;
    pthread_mutex_unlock(&shared.mutex);
}

static void lock_shared(void) {
    pthread_mutex_lock(&shared.mutex);
}

static void unlock_shared(void) {
    pthread_mutex_unlock(&shared.mutex);
}

/* In a forked child only this thread lives on. */
static void reset_child(void) {
    if (th_cache.state == CACHE_ACTIVE) {
        th_cache.previous = th_cache.next = NULL;
        shared.threads = &th_cache;
    } else {
        shared.threads = NULL;
    }
    pthread_mutex_unlock(&shared.mutex);
}

static void setup(void) {
    const char *text = getenv("TORCHLIKE_CACHE_BYTES");
    if (text != NULL) {
        char *end;
        errno = 0;
        unsigned long long bytes = strtoull(text, &end, 10);
        if (errno == 0 && end != text && *end == '\0' && *text != '-')
            shared.limit = (size_t)bytes;
    }
    have_thread_key = pthread_key_create(&thread_key, close_thread) == 0;
    pthread_atfork(lock_shared, unlock_shared, reset_child);
}

/* Opens the lists of this thread on its first use. */
static void open_thread(void) {
    THThreadCache *cache = &th_cache;
    pthread_once(&setup_once, setup);
    cache->state = CACHE_CLOSED;
    if (!have_thread_key || pthread_setspecific(thread_key, cache) != 0)
        return;
    cache->state = CACHE_ACTIVE;
    memcpy(cache->room, class_room, sizeof(class_room));
    pthread_mutex_lock(&shared.mutex);
    cache->previous = NULL;
    cache->next = shared.threads;
    if (cache->next != NULL)
        cache->next->previous = cache;
    shared.threads = cache;
    pthread_mutex_unlock(&shared.mutex);
}

/* --- system memory --- */

static void *system_new(size_t bytes) {
    void *data = NULL;
    size_t alignment = bytes >= HUGE_PAGE ? HUGE_PAGE : 64;
    __atomic_add_fetch(&system_calls, 1, __ATOMIC_RELAXED);
    if (posix_memalign(&data, alignment, bytes) != 0) {
        THAlloc_emptyCache();
        if (posix_memalign(&data, alignment, bytes) != 0)
            return NULL;
    }
#if defined(MADV_HUGEPAGE) && !defined(__SANITIZE_ADDRESS__)
    if (bytes >= HUGE_PAGE)
        madvise(data, bytes, MADV_HUGEPAGE);
#endif
    return data;
}

void *th_blockNewSlow(uint8_t sizeClass) {
    size_t bytes = (size_t)64 << sizeClass;
    if (TH_UNLIKELY(th_cache.state == CACHE_NEW))
        open_thread();
    void *block = must_fail() ? NULL : system_new(bytes);
    if (block == NULL) {
        THError_setMemory(bytes);
        return NULL;
    }
    count_bytes((int64_t)bytes);
    return block;
}

void th_blockFreeSlow(void *block, uint8_t sizeClass) {
    if (th_cache.state == CACHE_NEW) {
        open_thread();
        if (th_cache.state == CACHE_ACTIVE) {
            th_blockFree(block, sizeClass);
            return;
        }
    }
    count_bytes(-((int64_t)64 << sizeClass));
    free(block);
}

/* --- large blocks --- */

/* Takes block i out of the cache; the mutex is held. */
static LargeBlock take_block(int i) {
    LargeBlock block = shared.blocks[i];
    shared.count--;
    memmove(shared.blocks + i, shared.blocks + i + 1,
            (size_t)(shared.count - i) * sizeof(LargeBlock));
    shared.bytes -= th_classBytes(block.sizeClass);
    return block;
}

/* Drops the oldest blocks until the cache holds at most `bytes`; the mutex is held. */
static void trim_cache(size_t bytes) {
    while (shared.count > 0 && shared.bytes > bytes)
        free(take_block(0).data);
}

/* The best-fitting block of the cache, among equals the one used last; NULL if none
 * fits. */
static void *cached_large(uint8_t wanted, uint8_t *sizeClass) {
    void *data = NULL;
    int best = -1;
    pthread_mutex_lock(&shared.mutex);
    for (int i = shared.count - 1; i >= 0; i--) {
        int c = shared.blocks[i].sizeClass;
        if (c >= wanted && c <= wanted + LARGE_SLACK &&
            (best < 0 || c < shared.blocks[best].sizeClass))
            best = i;
    }
    if (best >= 0) {
        LargeBlock block = take_block(best);
        data = block.data;
        *sizeClass = block.sizeClass;
    }
    pthread_mutex_unlock(&shared.mutex);
    return data;
}

static void *large_new(size_t bytes, uint8_t *sizeClass) {
    int wanted = large_class(bytes);
    pthread_once(&setup_once, setup);
    if (wanted < 0 || must_fail()) {
        THError_setMemory(bytes);
        return NULL;
    }
    void *data = cached_large((uint8_t)wanted, sizeClass);
    if (data == NULL) {
        *sizeClass = (uint8_t)wanted;
        data = system_new(th_classBytes((uint8_t)wanted));
        if (data == NULL) {
            THError_setMemory(bytes);
            return NULL;
        }
    }
    count_bytes((int64_t)th_classBytes(*sizeClass));
    return data;
}

static void large_free(void *data, uint8_t sizeClass) {
    size_t bytes = th_classBytes(sizeClass);
    count_bytes(-(int64_t)bytes);
#ifndef __SANITIZE_ADDRESS__
    pthread_mutex_lock(&shared.mutex);
    if (bytes <= shared.limit) {
        if (shared.count == LARGE_CACHE_BLOCKS)
            free(take_block(0).data);
        trim_cache(shared.limit - bytes);
        shared.blocks[shared.count++] = (LargeBlock){data, sizeClass};
        shared.bytes += bytes;
        data = NULL;
    }
    pthread_mutex_unlock(&shared.mutex);
#endif
    free(data);
}

/* --- interface --- */

void *THAlloc_new(size_t bytes, uint8_t *sizeClass) {
    if (TH_UNLIKELY(bytes > TH_SMALL_BYTES))
        return large_new(bytes, sizeClass);
    *sizeClass = th_smallClass(bytes);
    return th_blockNew(*sizeClass);
}

void THAlloc_free(void *data, size_t bytes, uint8_t sizeClass) {
    (void)bytes; /* the class says it */
    if (data == NULL)
        return;
    if (TH_UNLIKELY(sizeClass >= TH_SMALL_CLASSES))
        large_free(data, sizeClass);
    else
        th_blockFree(data, sizeClass);
}

void THAlloc_emptyCache(void) {
    release_lists(&th_cache);
    pthread_mutex_lock(&shared.mutex);
    trim_cache(0);
    pthread_mutex_unlock(&shared.mutex);
}

void THAlloc_setCacheLimit(size_t bytes) {
    pthread_once(&setup_once, setup);
    pthread_mutex_lock(&shared.mutex);
    shared.limit = bytes;
    trim_cache(bytes);
    pthread_mutex_unlock(&shared.mutex);
}

size_t THAlloc_cacheLimit(void) {
    pthread_mutex_lock(&shared.mutex);
    size_t bytes = shared.limit;
    pthread_mutex_unlock(&shared.mutex);
    return bytes;
}

void THAlloc_stats(THAllocStats *stats) {
    int64_t used = 0;
    pthread_mutex_lock(&shared.mutex);
    for (const THThreadCache *cache = shared.threads; cache != NULL;
         cache = cache->next)
        used += __atomic_load_n(&cache->unreported, __ATOMIC_RELAXED);
    used += __atomic_load_n(&bytes_in_use, __ATOMIC_RELAXED);
    stats->bytesCached = shared.bytes;
    pthread_mutex_unlock(&shared.mutex);
    raise_peak(used);
    stats->bytesInUse = used > 0 ? (size_t)used : 0;
    stats->peakBytes = (size_t)__atomic_load_n(&peak_bytes, __ATOMIC_RELAXED);
    stats->systemCalls = __atomic_load_n(&system_calls, __ATOMIC_RELAXED);
}

void THAlloc_resetPeak(void) {
    th_reportBytes(); /* else what this thread has freed would count as in use later */
    __atomic_store_n(&peak_bytes, __atomic_load_n(&bytes_in_use, __ATOMIC_RELAXED),
                     __ATOMIC_RELAXED);
}

void THAlloc_failAfter(int64_t n) {
    __atomic_store_n(&th_failCountdown, n > 0 ? n : 0, __ATOMIC_RELAXED);
}
