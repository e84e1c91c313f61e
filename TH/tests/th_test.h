/* Checks for the C tests. A test is a function; RUN(test) runs it and fails it also for
 * memory that it did not give back. main ends with `return TEST_RESULT;`. */
#ifndef TH_TEST_H
#define TH_TEST_H

#include <TH/TH.h>

#include <stdio.h>
#include <string.h>

static int test_failures;

#define FAILED(...)                                                                    \
    (test_failures++, fprintf(stderr, "%s:%d: ", __FILE__, __LINE__),                  \
     fprintf(stderr, __VA_ARGS__), fputc('\n', stderr))

#define CHECK(condition)                                                               \
    ((condition) ? (void)0 : (void)FAILED("failed: %s", #condition))

#define CHECK_INT(expected, value)                                                     \
    do {                                                                               \
        long long expected_ = (expected), value_ = (value);                            \
        if (expected_ != value_)                                                       \
            FAILED("%s is %lld, expected %lld", #value, value_, expected_);            \
    } while (0)

/* `failed` is true, and the error has this code and exactly this message. */
#define CHECK_ERROR(failed, code, text)                                                \
    do {                                                                               \
        THError_clear();                                                               \
        if (!(failed))                                                                 \
            FAILED("no error: %s", #failed);                                           \
        else if (THError_pending() != (code) || strcmp(THError_message(), text) != 0)  \
            FAILED("%s\n  gave %d \"%s\"\n  not  %d \"%s\"", #failed,                  \
                   THError_pending(), THError_message(), code, text);                  \
        THError_clear();                                                               \
    } while (0)

static inline size_t bytes_in_use(void) {
    THAllocStats stats;
    THAlloc_stats(&stats);
    return stats.bytesInUse;
}

#define RUN(test)                                                                      \
    do {                                                                               \
        size_t before_ = bytes_in_use();                                               \
        test();                                                                        \
        size_t after_ = bytes_in_use();                                                \
        if (after_ != before_)                                                         \
            FAILED("%s leaves %lld bytes", #test,                                      \
                   (long long)after_ - (long long)before_);                            \
    } while (0)

#define TEST_RESULT (test_failures != 0)

/* Literals of sizes: SIZES(2, 3) are the arguments `n, size`. */
#define SIZES(...)                                                                     \
    (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (int64_t[]) {           \
        __VA_ARGS__                                                                    \
    }

#endif
