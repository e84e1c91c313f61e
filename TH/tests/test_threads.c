/* The thread pool. */
#include "th_test.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { COUNT = 100003 };

typedef struct {
    uint8_t seen[COUNT];
    int64_t n, grain;
    int bad, pieces;
} Marks;

static void mark(void *context, int64_t begin, int64_t end) {
    Marks *marks = context;
    __atomic_add_fetch(&marks->pieces, 1, __ATOMIC_RELAXED);
    if (begin < 0 || end > marks->n ||
        end - begin < (marks->n < marks->grain ? marks->n : marks->grain))
        __atomic_add_fetch(&marks->bad, 1, __ATOMIC_RELAXED);
    for (int64_t i = begin; i < end; i++)
        marks->seen[i]++;
}

/* Every element exactly once, in pieces of at least `grain`. */
static int covers(int64_t n, int64_t grain) {
    Marks *marks = calloc(1, sizeof(Marks));
    marks->n = n;
    marks->grain = grain;
    THParallel_for(n, grain, mark, marks);
    int good = marks->bad == 0;
    for (int64_t i = 0; i < COUNT; i++)
        good &= marks->seen[i] == (i < n);
    free(marks);
    return good;
}

static void test_coverage(void) {
    static const int64_t sizes[] = {0,  1,    2,    3,    7,         63,   64,
                                    65, 1000, 1024, 4097, COUNT - 1, COUNT};
    static const int64_t grains[] = {1, 2, 3, 64, 1000, 40000, 1 << 20};
    for (int threads = 1; threads <= 5; threads++) {
        CHECK_INT(0, THParallel_setNumThreads(threads));
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
            for (size_t k = 0; k < sizeof(grains) / sizeof(grains[0]); k++)
                CHECK(covers(sizes[i], grains[k]));
        CHECK(covers(10, 0)); /* taken as 1 */
        CHECK(covers(10, -5));
    }
}

static void test_num_threads(void) {
    CHECK_INT(0, THParallel_setNumThreads(3));
    CHECK_INT(3, THParallel_getNumThreads());
    CHECK_ERROR(THParallel_setNumThreads(0) < 0, TH_ERR_VALUE,
                "the number of threads must be positive, got 0");
    CHECK_ERROR(THParallel_setNumThreads(-4) < 0, TH_ERR_VALUE,
                "the number of threads must be positive, got -4");
    CHECK_INT(3, THParallel_getNumThreads());
    CHECK_INT(0, THParallel_setNumThreads(1000000));
    CHECK(THParallel_getNumThreads() >= 1 && THParallel_getNumThreads() <= 1000000);
    CHECK_INT(0, THParallel_setNumThreads(2));
}

static void test_serial(void) {
    Marks *marks = calloc(1, sizeof(Marks));
    THParallel_setNumThreads(4);
    marks->n = 1000;
    THParallel_for(1000, 1000, mark, marks); /* n <= grain */
    CHECK_INT(1, marks->pieces);
    THParallel_setNumThreads(1);
    THParallel_for(1000, 1, mark, marks);
    CHECK_INT(2, marks->pieces);
    free(marks);
    THParallel_setNumThreads(2);
}

static void nest(void *context, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++)
        if (!covers(2000, 10))
            __atomic_add_fetch((int *)context, 1, __ATOMIC_RELAXED);
}

static void test_nested(void) {
    int bad = 0;
    THParallel_setNumThreads(4);
    THParallel_for(40, 1, nest, &bad);
    CHECK_INT(0, bad);
}

static void *call_often(void *bad) {
    for (int i = 0; i < 200; i++)
        if (!covers(5000 + i, 100))
            __atomic_add_fetch((int *)bad, 1, __ATOMIC_RELAXED);
    return NULL;
}

static void test_concurrent_callers(void) {
    pthread_t threads[4];
    int bad = 0;
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, call_often, &bad);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    CHECK_INT(0, bad);
}

static void test_changing_threads(void) {
    for (int i = 0; i < 300; i++) {
        THParallel_setNumThreads(1 + i * 7 % 6);
        CHECK(covers(3000, 50));
    }
    THParallel_setNumThreads(2);
}

static void test_sleeping_helpers(void) {
    struct timespec pause = {0, 2000000};
    for (int i = 0; i < 50; i++) {
        nanosleep(&pause, NULL); /* long enough for helpers to fall asleep */
        CHECK(covers(COUNT, 1000));
    }
}

static void test_idle_uses_no_cpu(void) {
    struct timespec pause = {0, 300000000};
    struct rusage before, after;
    CHECK(covers(COUNT, 1000));
    nanosleep(&(struct timespec){0, 50000000}, NULL);
    getrusage(RUSAGE_SELF, &before);
    nanosleep(&pause, NULL);
    getrusage(RUSAGE_SELF, &after);
    long used = (after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1000000 +
                (after.ru_utime.tv_usec - before.ru_utime.tv_usec);
    CHECK(used < 100000);
}

static void test_fork(void) {
    CHECK(covers(COUNT, 1000)); /* the helpers run */
    for (int i = 0; i < 5; i++) {
        pid_t child = fork();
        if (child == 0) {
            alarm(20);
            int good = 1;
            for (int k = 0; k < 20; k++)
                good &= covers(COUNT, 1000);
            _exit(good ? 0 : 1);
        }
        int status;
        waitpid(child, &status, 0);
        CHECK_INT(0, status);
        CHECK(covers(COUNT, 1000));
    }
}

int main(void) {
    CHECK(THParallel_getNumThreads() >= 1);
    RUN(test_coverage);
    RUN(test_num_threads);
    RUN(test_serial);
    RUN(test_nested);
    RUN(test_concurrent_callers);
    RUN(test_changing_threads);
    RUN(test_sleeping_helpers);
    RUN(test_idle_uses_no_cpu);
    RUN(test_fork);
    return TEST_RESULT;
}
