/* The reductions of the type Real, with accumulators of type accreal. Included by
 * THReduce.c, once for each type. */

#undef ROW
#undef ROWS
#undef ADD
#undef JOIN
#define ROW(name) TH_CONCAT_4(row_, Real, _, name)
#define ROWS(name) TH_CONCAT_4(rows_, Real, _, name)
#define ADD(name) TH_CONCAT_4(add_, Real, _, name)
#define JOIN(name) TH_CONCAT_4(join_, Real, _, name)

/* A reduction is made of START_name, the accumulator of nothing; ADD, which takes in an
 * element; and JOIN, of two accumulators. c is the center that the header speaks of. */
#define START_sum 0
#define START_prod 1
#define START_nonzero 0
static inline accreal ADD(sum)(accreal acc, real x, UNUSED accreal c) {
    return acc + x;
}
static inline accreal JOIN(sum)(accreal a, accreal b) {
    return a + b;
}
static inline accreal ADD(prod)(accreal acc, real x, UNUSED accreal c) {
    return acc * x;
}
static inline accreal JOIN(prod)(accreal a, accreal b) {
    return a * b;
}
static inline accreal ADD(nonzero)(accreal acc, real x, UNUSED accreal c) {
    return acc + (x != 0);
}
static inline accreal JOIN(nonzero)(accreal a, accreal b) {
    return a + b;
}
#ifdef FLOATING
#define START_sumsq 0
#define START_sumabs 0
#define START_maxabs 0
#define START_sumpow 0
static inline accreal ADD(sumsq)(accreal acc, real x, accreal c) {
    return acc + (x - c) * (x - c);
}
static inline accreal JOIN(sumsq)(accreal a, accreal b) {
    return a + b;
}
static inline accreal ADD(sumabs)(accreal acc, real x, UNUSED accreal c) {
    return acc + fabs(x);
}
static inline accreal JOIN(sumabs)(accreal a, accreal b) {
    return a + b;
}
static inline accreal JOIN(maxabs)(accreal a, accreal b) {
    return a > b || a != a ? a : b;
}
static inline accreal ADD(maxabs)(accreal acc, real x, UNUSED accreal c) {
    return JOIN(maxabs)(acc, fabs(x));
}
static inline accreal ADD(sumpow)(accreal acc, real x, accreal c) {
    return acc + pow(fabs(x), c);
}
static inline accreal JOIN(sumpow)(accreal a, accreal b) {
    return a + b;
}
#endif

#ifndef REDUCTION
/* Independent accumulators along a long row: enough to fill vectors and hide the
 * latency of additions. A short row has eight. */
#define LANES 64

/* Takes count elements from a[i] on into the first lanes. */
#define TAKE(name, count)                                                              \
    for (int k = 0; k < count; k++)                                                    \
        lane[k] = ADD(name)(lane[k], a[i + k], center);                                \
    i += count;
/* The same if so many are left. */
#define TAKE_REST(name, count)                                                         \
    if (n - i >= count) {                                                              \
        TAKE(name, count)                                                              \
    }
#define FOLD(name, count)                                                              \
    for (int k = 0; k < count; k++)                                                    \
        lane[k] = JOIN(name)(lane[k], lane[k + count]);

/* Rows far apart defeat the hardware's prefetching. */
#ifdef __GNUC__
#define PREFETCH_ROW(row, width)                                                       \
    for (int64_t k_ = 0; k_ < (width); k_ += 64 / (int64_t)sizeof(real))               \
        __builtin_prefetch((row) + k_);
#else
#define PREFETCH_ROW(row, width)
#endif

#define REDUCTION(name)                                                                \
    static void ROW(name)(void *acc, const void *a_, int64_t n, const void *center_) { \
        const real *a = a_;                                                            \
        const accreal center = center_ ? *(const accreal *)center_ : 0;                \
        accreal total = *(accreal *)acc, lane[LANES];                                  \
        int64_t i = 0;                                                                 \
        if (n >= 8) {                                                                  \
            if (n >= LANES) {                                                          \
                for (int k = 0; k < LANES; k++)                                        \
                    lane[k] = ADD(name)(START_##name, a[k], center);                   \
                for (i = LANES; i + LANES <= n;) {                                     \
                    TAKE(name, LANES)                                                  \
                }                                                                      \
                TAKE_REST(name, 32)                                                    \
                TAKE_REST(name, 16)                                                    \
                FOLD(name, 32)                                                         \
                FOLD(name, 16)                                                         \
                FOLD(name, 8)                                                          \
            } else {                                                                   \
                for (int k = 0; k < 8; k++)                                            \
                    lane[k] = ADD(name)(START_##name, a[k], center);                   \
                i = 8;                                                                 \
            }                                                                          \
            while (n - i >= 8) {                                                       \
                TAKE(name, 8)                                                          \
            }                                                                          \
            FOLD(name, 4)                                                              \
            FOLD(name, 2)                                                              \
            total = JOIN(name)(total, JOIN(name)(lane[0], lane[1]));                   \
        }                                                                              \
        for (; i < n; i++)                                                             \
            total = ADD(name)(total, a[i], center);                                    \
        *(accreal *)acc = total;                                                       \
    }                                                                                  \
    static void ROWS(name)(void *acc_, const void *a_, int64_t width, int64_t n,       \
                           int64_t stride, const void *center_) {                      \
        accreal *acc = acc_;                                                           \
        const real *a = a_;                                                            \
        const accreal *center = center_;                                               \
        for (; n >= 4; n -= 4, a += 4 * stride) {                                      \
            for (int64_t j = 4; j < 8 && j < n; j++)                                   \
                PREFETCH_ROW(a + j * stride, width)                                    \
            EACH for (int64_t i = 0; i < width; i++) {                                 \
                accreal sum = ADD(name)(acc[i], a[i], center[i]);                      \
                sum = ADD(name)(sum, a[stride + i], center[i]);                        \
                sum = ADD(name)(sum, a[2 * stride + i], center[i]);                    \
                acc[i] = ADD(name)(sum, a[3 * stride + i], center[i]);                 \
            }                                                                          \
        }                                                                              \
        for (; n > 0; n--, a += stride)                                                \
            EACH for (int64_t i = 0; i < width; i++) acc[i] =                          \
                ADD(name)(acc[i], a[i], center[i]);                                    \
    }

/* The largest or smallest element; `beats` is < or >. NaN beats all, the first one
 * wins. */
#define BETTER(x, best, beats) ((x)beats(best) || ((x) != (x) && (best) == (best)))
#define EXTREME(name, beats)                                                           \
    static int64_t ROW(name)(void *value, const void *a_, int64_t n) {                 \
        const real *a = a_;                                                            \
        real best = a[0];                                                              \
        int64_t i = 0, index = 0;                                                      \
        if (n < LANES) {                                                               \
            for (i = 1; i < n; i++) {                                                  \
                int better = BETTER(a[i], best, beats);                                \
                best = better ? a[i] : best;                                           \
                index = better ? i : index;                                            \
            }                                                                          \
            *(real *)value = best;                                                     \
            return index;                                                              \
        }                                                                              \
        real lane[LANES];                                                              \
        for (int k = 0; k < LANES; k++)                                                \
            lane[k] = a[k];                                                            \
        for (i = LANES; i + LANES <= n; i += LANES)                                    \
            for (int k = 0; k < LANES; k++)                                            \
                lane[k] = a[i + k] beats lane[k] || a[i + k] != a[i + k] ? a[i + k]    \
                                                                         : lane[k];    \
        for (int k = 0; k < LANES; k++)                                                \
            best = BETTER(lane[k], best, beats) ? lane[k] : best;                      \
        for (; i < n; i++)                                                             \
            best = BETTER(a[i], best, beats) ? a[i] : best;                            \
        *(real *)value = best;                                                         \
        for (index = 0; index + LANES <= n; index += LANES) { /* where was it? */      \
            int found = 0;                                                             \
            for (int k = 0; k < LANES; k++)                                            \
                found |= a[index + k] == best || a[index + k] != a[index + k];         \
            if (found)                                                                 \
                break;                                                                 \
        }                                                                              \
        while (index < n - 1 && a[index] != best && a[index] == a[index])              \
            index++;                                                                   \
        return index;                                                                  \
    }                                                                                  \
    static void ROWS(name)(void *value_, int64_t *index, const void *a_,               \
                           int64_t width, int64_t n, int64_t stride) {                 \
        enum { PIECE = 256 };                                                          \
        for (int64_t at = 0; at < width; at += PIECE) {                                \
            int64_t m = width - at < PIECE ? width - at : PIECE;                       \
            real *value = (real *)value_ + at;                                         \
            const real *a = (const real *)a_ + at;                                     \
            place where[PIECE]; /* as wide as an element, so that vectors match */     \
            for (int64_t i = 0; i < m; i++) {                                          \
                value[i] = a[i];                                                       \
                where[i] = 0;                                                          \
            }                                                                          \
            for (int64_t j = 1; j < n; j++) {                                          \
                a += stride;                                                           \
                EACH for (int64_t i = 0; i < m; i++) {                                 \
                    int better = BETTER(a[i], value[i], beats);                        \
                    value[i] = better ? a[i] : value[i];                               \
                    where[i] = better ? (place)j : where[i];                           \
                }                                                                      \
            }                                                                          \
            for (int64_t i = 0; i < m; i++)                                            \
                index[at + i] = where[i];                                              \
        }                                                                              \
    }
#endif

TH_REDUCTIONS(REDUCTION)
#ifdef FLOATING
TH_REDUCTIONS_FLOATING(REDUCTION)
#endif
EXTREME(max, >)
EXTREME(min, <)

static void ROW(dot)(void *acc, const void *a_, const void *b_, int64_t n) {
    const real *a = a_, *b = b_;
    accreal total = *(accreal *)acc;
    int64_t i = 0;
    if (n >= LANES) {
        accreal lane[LANES] = {0};
        for (; i + LANES <= n; i += LANES)
            for (int k = 0; k < LANES; k++)
                lane[k] += (accreal)a[i + k] * b[i + k];
        for (int half = LANES / 2; half > 0; half /= 2)
            for (int k = 0; k < half; k++)
                lane[k] += lane[k + half];
        total += lane[0];
    }
    for (; i < n; i++)
        total += (accreal)a[i] * b[i];
    *(accreal *)acc = total;
}

static void ROW(store)(void *r_, int64_t stride, const void *acc_, int64_t n) {
    real *r = r_;
    const accreal *acc = acc_;
    for (int64_t i = 0; i < n; i++)
        r[i * stride] = (real)acc[i];
}
