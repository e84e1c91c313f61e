/* Prints how many single-precision operations a second the processor can do: fused
 * multiply-adds in registers on as many threads as the argument says, the fastest of
 * several runs. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#if defined(__AVX512F__)
#define BYTES 64
#else
#define BYTES 32
#endif
typedef float Vector __attribute__((vector_size(BYTES)));

/* Independent sums: enough for the latency of every unit, few enough for registers. */
#define SUMS 12
#define STEPS 4000000
#define RUNS 7

/* What would be read of the sums. */
static volatile float sink;

static void *work(void *unused) {
    Vector sums[SUMS], factor, term;
    for (int lane = 0; lane < BYTES / 4; lane++) {
        factor[lane] = 0.999F;
        term[lane] = 0.001F;
    }
    for (int i = 0; i < SUMS; i++)
        sums[i] = term * (float)i;
    for (int step = 0; step < STEPS; step++) {
#pragma GCC unroll 12
        for (int i = 0; i < SUMS; i++)
            sums[i] = sums[i] * factor + term;
    }
    for (int i = 1; i < SUMS; i++)
        sums[0] += sums[i];
    sink = sums[0][0];
    return unused;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv) {
    int threads = argc > 1 ? atoi(argv[1]) : 1;
    double best = 1e30;
    for (int run = 0; run < RUNS; run++) {
        pthread_t others[64];
        double began = now();
        for (int i = 1; i < threads && i < 64; i++)
            if (pthread_create(&others[i], NULL, work, NULL))
                return 1;
        work(NULL);
        for (int i = 1; i < threads && i < 64; i++)
            pthread_join(others[i], NULL);
        double seconds = now() - began;
        best = seconds < best ? seconds : best;
    }
    printf("%.6g\n", 2.0 * BYTES / 4 * SUMS * STEPS * threads / best);
    return 0;
}
