/* Moving memory: the transposition of blocks, elements that repeat, copies past the
 * caches. */
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "THKernelMacros.h"
#include "THKernels.h"

/* Blocks of 8 x 8 elements live in eight vectors; three rounds of exchanges swap the
 * bits of the row number with those of the column number. Other compilers copy the
 * block element by element. */
#if defined(__GNUC__) && !defined(__clang__)
#define TRANSPOSE_BLOCK(dst, dstStride, src, srcStride, element)                       \
    typedef element Vector __attribute__((vector_size(8 * sizeof(element))));          \
    typedef Vector Memory __attribute__((aligned(sizeof(element)), may_alias));        \
    const Vector low1 = {0, 8, 2, 10, 4, 12, 6, 14},                                   \
                 high1 = {1, 9, 3, 11, 5, 13, 7, 15};                                  \
    const Vector low2 = {0, 1, 8, 9, 4, 5, 12, 13},                                    \
                 high2 = {2, 3, 10, 11, 6, 7, 14, 15};                                 \
    const Vector low4 = {0, 1, 2, 3, 8, 9, 10, 11},                                    \
                 high4 = {4, 5, 6, 7, 12, 13, 14, 15};                                 \
    Vector x[8], y[8];                                                                 \
    for (int k = 0; k < 8; k++)                                                        \
        x[k] = *(const Memory *)(src + k * srcStride);                                 \
    for (int k = 0; k < 8; k++)                                                        \
        y[k] = __builtin_shuffle(x[k & ~1], x[k | 1], k & 1 ? high1 : low1);           \
    for (int k = 0; k < 8; k++)                                                        \
        x[k] = __builtin_shuffle(y[k & ~2], y[k | 2], k & 2 ? high2 : low2);           \
    for (int k = 0; k < 8; k++)                                                        \
        *(Memory *)(dst + k * dstStride) =                                             \
            __builtin_shuffle(x[k & ~4], x[k | 4], k & 4 ? high4 : low4);
#else
#define TRANSPOSE_BLOCK(dst, dstStride, src, srcStride, element)                       \
    for (int k = 0; k < 8; k++)                                                        \
        for (int m = 0; m < 8; m++)                                                    \
            dst[k * dstStride + m] = src[m * srcStride + k];
#endif

#define TRANSPOSE(name, element)                                                       \
    static inline void name##Block(element *dst, int64_t dstStride,                    \
                                   const element *src, int64_t srcStride) {            \
        TRANSPOSE_BLOCK(dst, dstStride, src, srcStride, element)                       \
    }                                                                                  \
    static void name(void *dst_, int64_t dstStride, const void *src_,                  \
                     int64_t srcStride, int64_t rows, int64_t cols) {                  \
        element *dst = dst_;                                                           \
        const element *src = src_;                                                     \
        int64_t rows8 = rows & ~7, cols8 = cols & ~7;                                  \
        /* in squares as wide as a cache line, so that lines are read and written      \
         * whole */                                                                    \
        const int64_t square = sizeof(element) < 8 ? 64 / sizeof(element) : 8;         \
        for (int64_t i0 = 0; i0 < rows8; i0 += square)                                 \
            for (int64_t j0 = 0; j0 < cols8; j0 += square)                             \
                for (int64_t j = j0; j < cols8 && j < j0 + square; j += 8)             \
                    for (int64_t i = i0; i < rows8 && i < i0 + square; i += 8)         \
                        name##Block(dst + i * dstStride + j, dstStride,                \
                                    src + j * srcStride + i, srcStride);               \
        for (int64_t i = 0; i < rows; i++)                                             \
            for (int64_t j = i < rows8 ? cols8 : 0; j < cols; j++)                     \
                dst[i * dstStride + j] = src[j * srcStride + i];                       \
    }
TRANSPOSE(transpose1, uint8_t)
TRANSPOSE(transpose2, uint16_t)
TRANSPOSE(transpose4, uint32_t)
TRANSPOSE(transpose8, uint64_t)

#define REPEAT(name, element)                                                          \
    static void name(void *dst_, int64_t dstStride, const void *src_,                  \
                     int64_t srcStride, int64_t rows, int64_t cols) {                  \
        element *dst = dst_;                                                           \
        const element *src = src_;                                                     \
        for (int64_t i = 0; i < rows; i++, dst += dstStride) {                         \
            element value = src[i * srcStride];                                        \
            EACH for (int64_t j = 0; j < cols; j++) dst[j] = value;                    \
        }                                                                              \
    }
REPEAT(repeat1, uint8_t)
REPEAT(repeat2, uint16_t)
REPEAT(repeat4, uint32_t)
REPEAT(repeat8, uint64_t)

/* Stores of whole lines that are not read first; without such instructions a plain
 * copy. */
#if defined(__AVX512F__)
#define LINE(to, from)                                                                 \
    _mm512_stream_si512((__m512i *)(to), _mm512_loadu_si512((const void *)(from)))
#elif defined(__AVX__)
#define LINE(to, from)                                                                 \
    for (int k_ = 0; k_ < 64; k_ += 32)                                                \
    _mm256_stream_si256((__m256i *)((to) + k_),                                        \
                        _mm256_loadu_si256((const __m256i *)((from) + k_)))
#elif defined(__SSE2__)
#define LINE(to, from)                                                                 \
    for (int k_ = 0; k_ < 64; k_ += 16)                                                \
    _mm_stream_si128((__m128i *)((to) + k_),                                           \
                     _mm_loadu_si128((const __m128i *)((from) + k_)))
#endif

static void stream(void *dst_, const void *src_, int64_t bytes) {
    char *dst = dst_;
    const char *src = src_;
#ifdef LINE
    int64_t head = (int64_t)(-(uintptr_t)dst & 63);
    head = head < bytes ? head : bytes;
    memcpy(dst, src, (size_t)head);
    int64_t at = head;
    for (; at + 64 <= bytes; at += 64) {
        LINE(dst + at, src + at);
    }
    memcpy(dst + at, src + at, (size_t)(bytes - at));
#else
    memcpy(dst, src, (size_t)bytes);
#endif
}

static void stream_end(void) {
#ifdef LINE
    _mm_sfence();
#endif
}

const THMoveKernels TH_CONCAT_2(th_move_, TH_ISA) = {
    .transpose = {transpose1, transpose2, transpose4, transpose8},
    .repeat = {repeat1, repeat2, repeat4, repeat8},
    .stream = stream,
    .streamEnd = stream_end,
};
