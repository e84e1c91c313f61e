/* The element-wise kernels: their names, their one signature, and the tables that hold
 * them.
 *
 * A kernel works on contiguous memory: r[i] = op(a[i], b[i], c[i]; s[0], s[1]) for 0 <=
 * i < n. Operands that an operation does not have are ignored and may be NULL. r may be
 * one of the operands, but must not overlap one in any other way. One table per CPU
 * level, compiled from the same source; th_kernels is the one that this machine uses.
 */
#ifndef TH_KERNELS_H
#define TH_KERNELS_H

#include <TH/THTypes.h>

typedef void (*THKernel)(void *r, const void *a, const void *b, const void *c,
                         const THScalar *s, int64_t n);

/* Lists by the form of the operation; x, y, z are elements, v and w scalars. */

/* r = op(x) */
#define TH_KERNELS_UNARY(X) X(neg) X(abs) X(sign)
#define TH_KERNELS_UNARY_FLOATING(X)                                                   \
    X(cinv)                                                                            \
    X(exp)                                                                             \
    X(log)                                                                             \
    X(log1p)                                                                           \
    X(sqrt)                                                                            \
    X(rsqrt)                                                                           \
    X(sigmoid)                                                                         \
    X(tanh)                                                                            \
    X(asin)                                                                            \
    X(acos)                                                                            \
    X(atan) X(sinh) X(cosh) X(erf) X(erfinv) X(floor) X(ceil) X(round) X(trunc) X(frac)
/* The same, with formulas that hold up to a limit; beyond it the C library works. */
#define TH_KERNELS_UNARY_PERIODIC(X) X(sin) X(cos) X(tan)
/* r = op(x, v) */
#define TH_KERNELS_SCALAR(X)                                                           \
    X(add) X(rsub) X(mul) X(div) X(rdiv) X(remainder) X(cmaxValue) X(cminValue)
#define TH_KERNELS_SCALAR_INTEGER(X) X(bitAnd) X(bitOr) X(bitXor) X(lshift) X(rshift)
/* The same, x^v and v^x. */
#define TH_KERNELS_POWER(X) X(pow) X(tpow)
/* r = op(x, y) and r = op(x, v), with a formula that holds up to a limit. */
#define TH_KERNELS_MODULO(X) X(cfmod) X(fmod)
/* r = op(x, v, w) */
#define TH_KERNELS_SCALAR2(X) X(clamp)
/* r = op(x, y) */
#define TH_KERNELS_BINARY(X)                                                           \
    X(cadd1) X(csub1) X(cmul) X(cdiv) X(cpow) X(cremainder) X(cmax) X(cmin)
#define TH_KERNELS_BINARY_INTEGER(X)                                                   \
    X(cbitAnd) X(cbitOr) X(cbitXor) X(clshift) X(crshift)
#define TH_KERNELS_BINARY_FLOATING(X) X(atan2) X(sigmoidGrad) X(tanhGrad)
/* r = op(x, y, v) */
#define TH_KERNELS_BINARY_SCALAR(X) X(cadd)
#define TH_KERNELS_BINARY_SCALAR_FLOATING(X) X(lerp)
/* r = op(x, y, v, w) */
#define TH_KERNELS_BINARY_SCALAR2_FLOATING(X) X(clampGrad)
/* r = op(x, y, z, v) */
#define TH_KERNELS_TERNARY_SCALAR(X) X(addcmul) X(addcdiv)
/* op(x, v), 0 or 1; the result is a byte, in the kernel with T after its name an
 * element. */
#define TH_KERNELS_COMPARE_SCALAR(X)                                                   \
    X(ltValue) X(leValue) X(gtValue) X(geValue) X(eqValue) X(neValue)
/* op(x, y), the same. */
#define TH_KERNELS_COMPARE(X) X(ltTensor) X(leTensor) X(eqTensor) X(neTensor)

enum {
    TH_K_copy, /* no kernel: the drivers move memory */
    TH_K_fill, /* r = v */
#define TH_ID(name) TH_K_##name,
#define TH_ID_T(name) TH_K_##name, TH_K_##name##T,
    TH_KERNELS_UNARY(TH_ID) TH_KERNELS_UNARY_FLOATING(TH_ID) TH_KERNELS_UNARY_PERIODIC(
        TH_ID) TH_KERNELS_SCALAR(TH_ID) TH_KERNELS_SCALAR_INTEGER(TH_ID)
        TH_KERNELS_BINARY_INTEGER(TH_ID) TH_KERNELS_MODULO(TH_ID)
            TH_KERNELS_POWER(TH_ID) TH_KERNELS_SCALAR2(TH_ID) TH_KERNELS_BINARY(TH_ID)
                TH_KERNELS_BINARY_FLOATING(TH_ID) TH_KERNELS_BINARY_SCALAR(TH_ID)
                    TH_KERNELS_BINARY_SCALAR_FLOATING(TH_ID)
                        TH_KERNELS_BINARY_SCALAR2_FLOATING(TH_ID)
                            TH_KERNELS_TERNARY_SCALAR(TH_ID)
                                TH_KERNELS_COMPARE_SCALAR(TH_ID_T)
                                    TH_KERNELS_COMPARE(TH_ID_T)
#undef TH_ID
#undef TH_ID_T
                                        TH_NKERNELS
};

/* Sums and the like. The accumulators are accreal: int64_t or double. `center` is the
 * number that sumsq subtracts before squaring, and the exponent of sumpow; others
 * ignore it. */
#define TH_REDUCTIONS(X) X(sum) X(prod) X(nonzero)
#define TH_REDUCTIONS_FLOATING(X) X(sumsq) X(sumabs) X(maxabs) X(sumpow)

enum {
#define TH_ID(name) TH_R_##name,
    TH_REDUCTIONS(TH_ID) TH_REDUCTIONS_FLOATING(TH_ID)
#undef TH_ID
        TH_NREDUCTIONS
};

typedef struct THReduceKernels {
    /* *acc = acc op a[0] op ... op a[n - 1] */
    void (*row[TH_NREDUCTIONS])(void *acc, const void *a, int64_t n,
                                const void *center);
    /* acc[i] = acc[i] op a[i] op a[stride + i] op ... for 0 <= i < width, over n rows;
     * center has an entry for each i. */
    void (*rows[TH_NREDUCTIONS])(void *acc, const void *a, int64_t width, int64_t n,
                                 int64_t stride, const void *center);
    /* *acc += sum of a[i] * b[i] */
    void (*dot)(void *acc, const void *a, const void *b, int64_t n);
    /* The largest (smallest) of n >= 1 elements goes to *value; returns where it is
     * first found. NaN wins. */
    int64_t (*max)(void *value, const void *a, int64_t n);
    int64_t (*min)(void *value, const void *a, int64_t n);
    /* The same for every column of n >= 1 rows. */
    void (*maxRows)(void *value, int64_t *index, const void *a, int64_t width,
                    int64_t n, int64_t stride);
    void (*minRows)(void *value, int64_t *index, const void *a, int64_t width,
                    int64_t n, int64_t stride);
    /* r[i * stride] = the accumulator acc[i] as an element */
    void (*store)(void *r, int64_t stride, const void *acc, int64_t n);
} THReduceKernels;

/* Memory movers that do not depend on a type's arithmetic. */
typedef struct THMoveKernels {
    /* dst[i * dstStride + j] = src[j * srcStride + i] for i < rows, j < cols; strides
     * in elements of 1, 2, 4, 8 bytes. */
    void (*transpose[4])(void *dst, int64_t dstStride, const void *src,
                         int64_t srcStride, int64_t rows, int64_t cols);
    /* dst[i * dstStride + j] = src[i * srcStride], the same. */
    void (*repeat[4])(void *dst, int64_t dstStride, const void *src, int64_t srcStride,
                      int64_t rows, int64_t cols);
    /* A copy that goes past the caches; streamEnd follows the last of them. */
    void (*stream)(void *dst, const void *src, int64_t bytes);
    void (*streamEnd)(void);
} THMoveKernels;

/* Integer matrix products. */
#define TH_GEMM_ROWS 6
typedef struct THGemmKernels {
    int64_t bytes; /* of a row of a tile */
    /* acc = a b, for a tile of TH_GEMM_ROWS rows; elements of 2, 4, 8 bytes. a and b
     * hold what belongs to one step of the depth next to each other. */
    void (*tile[3])(void *acc, const void *a, const void *b, int64_t depth);
} THGemmKernels;

typedef struct THKernels {
    const THKernel (
        *pointwise)[TH_NKERNELS];  /* [dtype][id]; NULL where the type lacks it */
    const THReduceKernels *reduce; /* [dtype] */
    const THMoveKernels *move;
    const THGemmKernels *gemm;
} THKernels;

/* The tables of this machine; set when the library is loaded. */
extern THKernels th_kernels;

#define TH_DECLARE_KERNELS(isa)                                                        \
    extern const THKernel th_pointwise_##isa[TH_HALF][TH_NKERNELS];                    \
    extern const THReduceKernels th_reduce_##isa[TH_HALF];                             \
    extern const THMoveKernels th_move_##isa;                                          \
    extern const THGemmKernels th_gemm_##isa;
TH_DECLARE_KERNELS(base)
TH_DECLARE_KERNELS(v3)
TH_DECLARE_KERNELS(v4)

#endif
