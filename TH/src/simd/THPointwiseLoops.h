/* One loop for each element operation OP(name) of the type Real, stamped out by form.
 * Included by THPointwise.c after the operations, once for each type. */

#undef VALUE
#ifdef FLOATING
#define VALUE(k) ((real)s[k].d)
#else
#define VALUE(k) ((real)s[k].i)
#endif

#ifndef LOOP
#define KERNEL(name) TH_CONCAT_4(th_, Real, _, name)
/* The kernel r[i] = call, of elements a[i], b[i], c[i] and scalars v, w. */
#define LOOP(name, result, call)                                                       \
    static void KERNEL(name)(void *r_, UNUSED const void *a_, UNUSED const void *b_,   \
                             UNUSED const void *c_, UNUSED const THScalar *s,          \
                             int64_t n) {                                              \
        result *r = r_;                                                                \
        UNUSED const real *a = a_, *b = b_, *c = c_;                                   \
        EACH for (int64_t i = 0; i < n; i++) r[i] = call;                              \
    }
#define LOOP_V(name, result, call)                                                     \
    static void KERNEL(name)(void *r_, UNUSED const void *a_, UNUSED const void *b_,   \
                             UNUSED const void *c_, const THScalar *s, int64_t n) {    \
        result *r = r_;                                                                \
        UNUSED const real *a = a_, *b = b_, *c = c_;                                   \
        const real v = VALUE(0);                                                       \
        EACH for (int64_t i = 0; i < n; i++) r[i] = call;                              \
    }
#define LOOP_VW(name, result, call)                                                    \
    static void KERNEL(name)(void *r_, const void *a_, UNUSED const void *b_,          \
                             UNUSED const void *c_, const THScalar *s, int64_t n) {    \
        result *r = r_;                                                                \
        UNUSED const real *a = a_, *b = b_;                                            \
        const real v = VALUE(0), w = VALUE(1);                                         \
        EACH for (int64_t i = 0; i < n; i++) r[i] = call;                              \
    }

#define UNARY(name) LOOP(name, real, OP(name)(a[i]))
#define PIECE 256

/* Powers and remainders with a scalar go through the kernel for two tensors: tests of
 * the scalar would be moved out of the loop, which then is not vector code. */
#define THROUGH(of, name, first, second)                                               \
    static void KERNEL(name)(void *r_, const void *a_, UNUSED const void *b_,          \
                             UNUSED const void *c_, const THScalar *s, int64_t n) {    \
        real v[PIECE];                                                                 \
        for (int64_t i = 0; i < PIECE && i < n; i++)                                   \
            v[i] = VALUE(0);                                                           \
        for (int64_t at = 0; at < n; at += PIECE) {                                    \
            const real *a = (const real *)a_ + at;                                     \
            KERNEL(of)((real *)r_ + at, first, second, NULL, NULL,                     \
                       n - at < PIECE ? n - at : PIECE);                               \
        }                                                                              \
    }

/* Where the formula does not hold the C library works. */
#define MODULO(name)                                                                   \
    static void KERNEL(name)(void *r_, const void *a_, const void *b_,                 \
                             UNUSED const void *c_, UNUSED const THScalar *s,          \
                             int64_t n) {                                              \
        real rest[PIECE];                                                              \
        for (int64_t at = 0; at < n; at += PIECE) {                                    \
            int64_t m = n - at < PIECE ? n - at : PIECE;                               \
            const real *a = (const real *)a_ + at, *b = (const real *)b_ + at;         \
            int outside = 0;                                                           \
            for (int64_t i = 0; i < m; i++)                                            \
                rest[i] = MATH(th_modulo)(a[i], b[i]);                                 \
            for (int64_t i = 0; i < m; i++)                                            \
                outside |= !MATH(th_isModulo)(a[i], b[i]);                             \
            for (int64_t i = 0; outside && i < m; i++)                                 \
                if (!MATH(th_isModulo)(a[i], b[i]))                                    \
                    rest[i] = MATH(fmod)(a[i], b[i]);                                  \
            memcpy((real *)r_ + at, rest, (size_t)m * sizeof(real));                   \
        }                                                                              \
    }

/* A piece with an element beyond the limit is left to the C library. */
#define UNARY_PERIODIC(name)                                                           \
    static void KERNEL(name)(void *r_, const void *a_, UNUSED const void *b_,          \
                             UNUSED const void *c_, UNUSED const THScalar *s,          \
                             int64_t n) {                                              \
        for (int64_t at = 0; at < n; at += PIECE) {                                    \
            int64_t m = n - at < PIECE ? n - at : PIECE;                               \
            real *r = (real *)r_ + at;                                                 \
            const real *a = (const real *)a_ + at;                                     \
            int outside = 0;                                                           \
            for (int64_t i = 0; i < m; i++)                                            \
                outside |= !(MATH(fabs)(a[i]) <= (real)TH_PERIODIC_LIMIT);             \
            if (outside) {                                                             \
                for (int64_t i = 0; i < m; i++)                                        \
                    r[i] = MATH(name)(a[i]);                                           \
            } else {                                                                   \
                EACH for (int64_t i = 0; i < m; i++) r[i] = OP(name)(a[i]);            \
            }                                                                          \
        }                                                                              \
    }
#define SCALAR(name) LOOP_V(name, real, OP(name)(a[i], v))
#define SCALAR2(name) LOOP_VW(name, real, OP(name)(a[i], v, w))
#define BINARY(name) LOOP(name, real, OP(name)(a[i], b[i]))
#define BINARY_SCALAR(name) LOOP_V(name, real, OP(name)(a[i], b[i], v))
#define BINARY_SCALAR2(name) LOOP_VW(name, real, OP(name)(a[i], b[i], v, w))
#define TERNARY_SCALAR(name) LOOP_V(name, real, OP(name)(a[i], b[i], c[i], v))
#define COMPARE_SCALAR(name)                                                           \
    LOOP_V(name, uint8_t, OP(name)(a[i], v))                                           \
    LOOP_V(name##T, real, OP(name)(a[i], v))
#define COMPARE(name)                                                                  \
    LOOP(name, uint8_t, OP(name)(a[i], b[i]))                                          \
    LOOP(name##T, real, OP(name)(a[i], b[i]))
#endif

LOOP_V(fill, real, v)
TH_KERNELS_UNARY(UNARY)
TH_KERNELS_SCALAR(SCALAR)
TH_KERNELS_SCALAR2(SCALAR2)
TH_KERNELS_BINARY(BINARY)
THROUGH(cpow, pow, a, v)
THROUGH(cpow, tpow, v, a)
TH_KERNELS_BINARY_SCALAR(BINARY_SCALAR)
TH_KERNELS_TERNARY_SCALAR(TERNARY_SCALAR)
TH_KERNELS_COMPARE_SCALAR(COMPARE_SCALAR)
TH_KERNELS_COMPARE(COMPARE)
#ifdef FLOATING
MODULO(cfmod)
THROUGH(cfmod, fmod, a, v)
TH_KERNELS_UNARY_FLOATING(UNARY)
TH_KERNELS_UNARY_PERIODIC(UNARY_PERIODIC)
TH_KERNELS_BINARY_FLOATING(BINARY)
TH_KERNELS_BINARY_SCALAR_FLOATING(BINARY_SCALAR)
TH_KERNELS_BINARY_SCALAR2_FLOATING(BINARY_SCALAR2)
#else
BINARY(cfmod)
SCALAR(fmod)
TH_KERNELS_SCALAR_INTEGER(SCALAR)
TH_KERNELS_BINARY_INTEGER(BINARY)
#endif
