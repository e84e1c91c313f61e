/* What the tests of the layers share: counting checks, random tensors of awkward
 * layouts, comparison. One test program is compiled for one type, with
 * -DTH_GENERATE_Float or Double. */
#ifndef TEST_LAYERS_H
#define TEST_LAYERS_H

#include <THNN/THNN.h>

#include "THGenerate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures, checks;

#define CHECK(condition)                                                               \
    do {                                                                               \
        checks++;                                                                      \
        if (!(condition)) {                                                            \
            failures++;                                                                \
            printf("%s:%d: failed: %s (last error: %s)\n", __FILE__, __LINE__,         \
                   #condition, THError_message());                                     \
        }                                                                              \
    } while (0)

/* The call fails with this code and a message that contains the text. */
#define CHECK_FAILS(call, code, text)                                                  \
    do {                                                                               \
        int status_ = (call);                                                          \
        CHECK(status_ == (code) && THError_pending() == (code));                       \
        CHECK(strstr(THError_message(), text) != NULL);                                \
        THError_clear();                                                               \
    } while (0)

#define FINISH()                                                                       \
    do {                                                                               \
        printf("%s: %d checks, %d failures\n", __FILE__, checks, failures);            \
        return failures != 0;                                                          \
    } while (0)

static uint64_t random_state = 12345;

/* Uniform in [-1, 1). */
static inline double random_number(void) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (double)(int64_t)(random_state >> 11) / 4503599627370496.0 - 1;
}

/* How a tensor lies in memory. */
enum { DENSE, TRANSPOSED, SPACED, LAYOUTS };

/* A new tensor of the given size and layout with random elements. */
static inline THTensor *new_random(int layout, int n, const int64_t *size) {
    int64_t stride[TH_MAX_DIM], step = layout == SPACED ? 2 : 1;
    for (int i = 0; i < n; i++) {
        int d = layout == TRANSPOSED ? i : n - 1 - i;
        stride[d] = step;
        step *= size[d];
    }
    THTensor *t =
        THTensor_newWithStorage(TH_REAL_DTYPE, NULL, layout == SPACED, n, size, stride);
    real *data = t->storage->data;
    for (ptrdiff_t i = 0; i < t->storage->size; i++)
        data[i] = (real)random_number();
    return t;
}

#define NEW(layout, ...)                                                               \
    new_random(layout, (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)),      \
               (int64_t[]){__VA_ARGS__})

static inline THTensor *new_empty(void) {
    return THTensor_new(TH_REAL_DTYPE);
}

/* Element i in logical order. */
static inline ptrdiff_t place_of(const THTensor *t, int64_t i) {
    ptrdiff_t place = t->storageOffset;
    for (int d = t->nDimension - 1; d >= 0; d--) {
        place += i % t->size[d] * t->stride[d];
        i /= t->size[d];
    }
    return place;
}

static inline double get(const THTensor *t, int64_t i) {
    return ((real *)t->storage->data)[place_of(t, i)];
}

static inline void set(THTensor *t, int64_t i, double value) {
    ((real *)t->storage->data)[place_of(t, i)] = (real)value;
}

static inline int64_t get_long(const THTensor *t, int64_t i) {
    return ((int64_t *)t->storage->data)[place_of(t, i)];
}

static inline THTensor *new_longs(int n, const int64_t *values) {
    int64_t size = n;
    THTensor *t = THTensor_newWithSize(TH_LONG, 1, &size);
    memcpy(t->storage->data, values, (size_t)n * sizeof *values);
    return t;
}

static inline int has_size(const THTensor *t, int n, const int64_t *size) {
    if (t->nDimension != n)
        return 0;
    for (int d = 0; d < n; d++)
        if (t->size[d] != size[d])
            return 0;
    return 1;
}

/* The tolerance for sums of about `terms` terms of size 1. */
static inline double tolerance(double terms) {
    return (sizeof(real) == 4 ? 1e-6 : 1e-14) * (4 + sqrt(terms) * 2);
}

static inline int close_to(double a, double b, double terms) {
    return fabs(a - b) <= tolerance(terms) * (1 + fabs(b)) || (isnan(a) && isnan(b)) ||
           a == b;
}

#endif
