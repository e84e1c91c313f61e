/* The caching allocator. */
#include "th_test.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static THAllocStats stats(void) {
    THAllocStats result;
    THAlloc_stats(&result);
    return result;
}

static void test_sizes(void) {
    static const size_t sizes[] = {
        0, 1, 64, 65, 4096, 100000, 1 << 20, 1048577, 3000000, 100000001, 129u << 20};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        uint8_t sizeClass;
        size_t before = bytes_in_use();
        char *data = THAlloc_new(sizes[i], &sizeClass);
        CHECK(data != NULL && (uintptr_t)data % 64 == 0);
        CHECK(bytes_in_use() >= before + sizes[i]);
        /* at most twice the size, large blocks an eighth more */
        CHECK(bytes_in_use() - before <=
              (sizes[i] > 1 << 20 ? sizes[i] / 8 * 9 + 8 : 2 * sizes[i] + 64));
        if (sizes[i] > 0)
            data[0] = data[sizes[i] - 1] = 1;
        THAlloc_free(data, sizes[i], sizeClass);
        CHECK_INT(before, bytes_in_use());
    }
    THAlloc_free(NULL, 0, 0);
}

static void test_absurd_sizes(void) {
    uint8_t sizeClass;
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX / 2, (size_t)1 << 62,
                                   (size_t)1 << 49};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        THError_clear();
        CHECK(THAlloc_new(sizes[i], &sizeClass) == NULL);
        CHECK_INT(TH_ERR_MEMORY, THError_pending());
        CHECK(THError_bytes() == sizes[i]);
        THError_clear();
    }
}

static void test_peak(void) {
    uint8_t sizeClass;
    size_t before = bytes_in_use();
    void *data = THAlloc_new(64 << 20, &sizeClass);
    THAlloc_free(data, 64 << 20, sizeClass);
    CHECK(stats().peakBytes >= before + (64 << 20));
    THAlloc_resetPeak();
    CHECK(stats().peakBytes < before + (64 << 20));
}

static void test_peak_without_what_was_freed_before(void) {
    enum { COUNT = 100, BYTES = 4096 };
    void *blocks[COUNT];
    uint8_t sizeClass;
    for (int i = 0; i < COUNT; i++)
        blocks[i] = THAlloc_new(BYTES, &sizeClass);
    for (int i = 0; i < COUNT; i++)
        THAlloc_free(blocks[i], BYTES, sizeClass);
    THAlloc_resetPeak();
    size_t before = stats().peakBytes;
    void *data = THAlloc_new(64 << 20, &sizeClass);
    THAlloc_free(data, 64 << 20, sizeClass);
    CHECK(stats().peakBytes - before <= (64 << 20) + BYTES);
}

static void test_fail_after(void) {
    uint8_t classes[3];
    THAlloc_failAfter(3);
    void *a = THAlloc_new(100, &classes[0]), *b = THAlloc_new(2 << 20, &classes[1]);
    CHECK(a != NULL && b != NULL);
    CHECK_ERROR(THAlloc_new(100, &classes[2]) == NULL, TH_ERR_MEMORY,
                "out of memory: tried to allocate 128 bytes");
    void *c = THAlloc_new(100, &classes[2]); /* once only */
    CHECK(c != NULL);
    THAlloc_free(a, 100, classes[0]);
    THAlloc_free(b, 2 << 20, classes[1]);
    THAlloc_free(c, 100, classes[2]);
    THAlloc_failAfter(1);
    THAlloc_failAfter(0);
    a = THAlloc_new(100, &classes[0]);
    CHECK(a != NULL);
    THAlloc_free(a, 100, classes[0]);
}

#ifndef __SANITIZE_ADDRESS__

/* A freed block is the next one handed out; no more than `limit` of a class are kept.
 */
static void test_small_cache(void) {
    enum { COUNT = 200 };
    void *blocks[COUNT];
    uint8_t sizeClass;
    void *a = THAlloc_new(100, &sizeClass);
    THAlloc_free(a, 100, sizeClass);
    void *b = THAlloc_new(128, &sizeClass);
    CHECK(a == b);
    THAlloc_free(b, 128, sizeClass);
    for (int i = 0; i < COUNT; i++)
        blocks[i] = THAlloc_new(5000, &sizeClass);
    for (int i = 0; i < COUNT; i++)
        THAlloc_free(blocks[i], 5000, sizeClass);
    uint64_t before = stats().systemCalls;
    for (int i = 0; i < COUNT; i++)
        blocks[i] = THAlloc_new(5000, &sizeClass);
    CHECK_INT(COUNT - 64, (long long)(stats().systemCalls - before));
    for (int i = 0; i < COUNT; i++)
        THAlloc_free(blocks[i], 5000, sizeClass);
}

static void test_large_cache(void) {
    uint8_t sizeClass, smaller;
    THAlloc_emptyCache();
    CHECK_INT(0, (long long)stats().bytesCached);
    void *a = THAlloc_new(10 << 20, &sizeClass);
    THAlloc_free(a, 10 << 20, sizeClass);
    CHECK(stats().bytesCached >= 10 << 20);
    uint64_t before = stats().systemCalls;
    void *b =
        THAlloc_new((10 << 20) - 1000000, &smaller); /* fits into the same block */
    CHECK(a == b);
    CHECK_INT(sizeClass, smaller);
    THAlloc_free(b, (10 << 20) - 1000000, smaller);
    void *c = THAlloc_new(5 << 20, &smaller); /* would waste half of it */
    CHECK(c != a);
    CHECK_INT(1, (long long)(stats().systemCalls - before));
    THAlloc_free(c, 5 << 20, smaller);
    CHECK(stats().bytesCached >= 15 << 20);
    THAlloc_emptyCache();
    CHECK_INT(0, (long long)stats().bytesCached);
}

static void test_cache_limit(void) {
    uint8_t classes[8];
    void *blocks[8];
    THAlloc_setCacheLimit(20 << 20);
    for (int i = 0; i < 8; i++)
        blocks[i] = THAlloc_new(4 << 20, &classes[i]);
    for (int i = 0; i < 8; i++)
        THAlloc_free(blocks[i], 4 << 20, classes[i]);
    CHECK_INT(20 << 20, (long long)stats().bytesCached);
    void *large =
        THAlloc_new(40 << 20, &classes[0]); /* larger than the limit: not kept */
    THAlloc_free(large, 40 << 20, classes[0]);
    CHECK_INT(20 << 20, (long long)stats().bytesCached);
    THAlloc_setCacheLimit(0);
    CHECK_INT(0, (long long)stats().bytesCached);
    THAlloc_setCacheLimit((size_t)1 << 30);
}

static void test_many_large(void) {
    enum { COUNT = 400 };
    static void *blocks[COUNT];
    static uint8_t classes[COUNT];
    for (int i = 0; i < COUNT; i++)
        blocks[i] = THAlloc_new((1 << 20) + 1, &classes[i]);
    for (int i = 0; i < COUNT; i++)
        THAlloc_free(blocks[i], (1 << 20) + 1, classes[i]);
    CHECK(stats().bytesCached <= (size_t)256 * (9 << 17));
    THAlloc_emptyCache();
}

#endif

static void *use_memory(void *unused) {
    void *blocks[100];
    uint8_t classes[100];
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < 100; i++)
            blocks[i] = THAlloc_new((size_t)(i % 12) * 1000 + (i == 50) * (2 << 20),
                                    &classes[i]);
        for (int i = 0; i < 100; i++)
            THAlloc_free(blocks[i], 0, classes[i]);
    }
    return unused;
}

static void test_threads(void) {
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, use_memory, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

static void *free_it(void *tensor) {
    THTensor_free(tensor);
    return NULL;
}

static void test_free_in_other_thread(void) {
    pthread_t thread;
    for (int i = 0; i < 20; i++) {
        THTensor *tensor = THTensor_newWithSize(TH_FLOAT, SIZES(100, 100));
        pthread_create(&thread, NULL, free_it, tensor);
        pthread_join(thread, NULL);
    }
}

static void test_fork(void) {
    void *before = use_memory(NULL);
    pid_t child = fork();
    if (child == 0) {
        alarm(20);
        use_memory(before);
        test_threads();
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    CHECK_INT(0, status);
}

int main(void) {
    RUN(test_sizes);
    RUN(test_absurd_sizes);
    RUN(test_peak);
    RUN(test_peak_without_what_was_freed_before);
    RUN(test_fail_after);
#ifndef __SANITIZE_ADDRESS__
    RUN(test_small_cache);
    RUN(test_large_cache);
    RUN(test_cache_limit);
    RUN(test_many_large);
#endif
    RUN(test_threads);
    RUN(test_free_in_other_thread);
    RUN(test_fork);
    return TEST_RESULT;
}
