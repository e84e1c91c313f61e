/* The vectorised inner loops of recurrent layers: one table for each type, compiled for
 * every CPU level from simd/THNNRecurrent.c and chosen once at load.
 *
 * The gates of a row lie one after the other, `hidden` elements each, in the order of
 * the weights: input, forget, cell, output for LSTM; reset, update, new for GRU. A
 * pointer to gates points to the first of n neighbouring units inside the first gate.
 * Gradient loops take the gradient of the row's output (NULL: none) besides gradHidden,
 * the gradient that came from the following step, which they replace by the part of the
 * previous state's gradient that does not run through the weights. */
#ifndef THNN_RECURRENT_H
#define THNN_RECURRENT_H

#include <TH/TH.h>

/* Most rows that `product` takes. */
#define THNN_STEP_ROWS 12

#define THNN_RECURRENT_TABLE(Real, real)                                               \
    typedef struct THNN##Real##Recurrent {                                             \
        /* Columns of a panel, and rows of a product, at most THNN_STEP_ROWS. */       \
        int64_t width, rows;                                                           \
        /* c[p * cStride + j] += sum over k < n of a[p][k] * panel[k * width + j] for  \
         * p < rows, j < width. */                                                     \
        void (*product)(real * c, int64_t cStride, const real *const *a, int64_t n,    \
                        const real *panel, int64_t rows);                              \
        /* state = function(x), also in place. */                                      \
        void (*relu)(int64_t n, real *state, const real *x);                           \
        void (*tanh)(int64_t n, real *state, const real *x);                           \
        void (*reluGrad)(int64_t n, const real *state, const real *gradOutput,         \
                         real *gradHidden, real *gradGates);                           \
        void (*tanhGrad)(int64_t n, const real *state, const real *gradOutput,         \
                         real *gradHidden, real *gradGates);                           \
        /* gates: sums on entry, values of the gates after. */                         \
        void (*lstm)(int64_t n, int64_t hidden, real *gates, const real *oldCell,      \
                     real *cell, real *state);                                         \
        /* gradCell: from the following step, replaced by that of oldCell. */          \
        void (*lstmGrad)(int64_t n, int64_t hidden, const real *gates,                 \
                         const real *oldCell, const real *cell,                        \
                         const real *gradOutput, real *gradHidden, real *gradCell,     \
                         real *gradGates);                                             \
        /* sums: those of the previous state; the new gate's are kept in `kept`. */    \
        void (*gru)(int64_t n, int64_t hidden, real *gates, const real *sums,          \
                    const real *oldState, real *kept, real *state);                    \
        /* gradSums: the same as gradGates but for the new gate. */                    \
        void (*gruGrad)(int64_t n, int64_t hidden, const real *gates,                  \
                        const real *oldState, const real *kept,                        \
                        const real *gradOutput, real *gradHidden, real *gradGates,     \
                        real *gradSums);                                               \
    } THNN##Real##Recurrent;                                                           \
    extern THNN##Real##Recurrent th__nn##Real##Recurrent;                              \
    extern const THNN##Real##Recurrent th__nn##Real##Recurrent_base;                   \
    extern const THNN##Real##Recurrent th__nn##Real##Recurrent_v3;                     \
    extern const THNN##Real##Recurrent th__nn##Real##Recurrent_v4;

THNN_RECURRENT_TABLE(Float, float)
THNN_RECURRENT_TABLE(Double, double)

/* The table of the type that is being compiled. */
#define THNN_RECURRENT TH_CONCAT_3(th__nn, Real, Recurrent)

#endif
