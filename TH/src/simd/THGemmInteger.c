/* Products of packed integer matrices, for the blocks of THTensorBlas.c: the tile of
 * the result stays in registers while the depth is walked. Types of 8 bits are packed
 * as 16: the low bits of products and sums do not depend on the high ones. */
#include "THKernelMacros.h"
#include "THKernels.h"

/* Bytes of the widest vector that the level multiplies in. */
#if defined(__AVX512F__)
#define VECTOR 64
#elif defined(__AVX2__)
#define VECTOR 32
#else
#define VECTOR 16
#endif

/* acc[i][j] = sum of a[k][i] * b[k][j] over k < depth; rows of acc, a and b follow each
 * other, of TH_GEMM_ROWS x columns, TH_GEMM_ROWS and columns numbers. */
#define TILE(name, element)                                                            \
    static void name(void *acc_, const void *a_, const void *b_, int64_t depth) {      \
        typedef element Vector __attribute__((vector_size(VECTOR)));                   \
        typedef Vector Memory __attribute__((aligned(sizeof(element)), may_alias));    \
        const element *a = a_;                                                         \
        const Memory *b = b_;                                                          \
        Memory *acc = acc_;                                                            \
        Vector sum[TH_GEMM_ROWS][2] = {{{0}}};                                         \
        for (int64_t k = 0; k < depth; k++, a += TH_GEMM_ROWS, b += 2) {               \
            Vector left = b[0], right = b[1];                                          \
            UNROLL for (int i = 0; i < TH_GEMM_ROWS; i++) {                            \
                sum[i][0] += a[i] * left;                                              \
                sum[i][1] += a[i] * right;                                             \
            }                                                                          \
        }                                                                              \
        UNROLL for (int i = 0; i < TH_GEMM_ROWS; i++) {                                \
            acc[2 * i] = sum[i][0];                                                    \
            acc[2 * i + 1] = sum[i][1];                                                \
        }                                                                              \
    }
#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif
TILE(tile2, uint16_t)
TILE(tile4, uint32_t)
TILE(tile8, uint64_t)

const THGemmKernels TH_CONCAT_2(th_gemm_, TH_ISA) = {
    .bytes = 2 * VECTOR,
    .tile = {tile2, tile4, tile8},
};
