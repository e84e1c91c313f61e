/* The vectorised inner loops of the layers: one table for each type, compiled for every
 * CPU level from simd/THNNKernels.c and chosen once at load. All memory is contiguous;
 * results may be one of the operands of the same element, never overlap it otherwise.
 */
#ifndef THNN_KERNELS_H
#define THNN_KERNELS_H

#include <TH/TH.h>

/* Most rows that a convolution tile has. */
#define THNN_TILE_ROWS 8
/* Most lanes that a vector has. */
#define THNN_MAX_LANES 16

#define THNN_KERNEL_TABLE(Real, real)                                                  \
    typedef struct THNN##Real##Kernels {                                               \
        /* Lanes of one vector; a wide tile has two vectors a row. */                  \
        int64_t lanes;                                                                 \
        /* Rows of a tile, at most THNN_TILE_ROWS. */                                  \
        int64_t tileRows;                                                              \
        /* c[p][l] += sum over k < n of a[p][offset[k]] * b[k][l], for p < rows;       \
         * a needs tileRows pointers and c as many rows, of which the ones past `rows` \
         * may receive anything. l < lanes, or 2 * lanes if wide. */                   \
        void (*tile)(real * c, const real *const *a, const ptrdiff_t *offset,          \
                     int64_t n, const real *b, int64_t rows, int wide);                \
        /* The same with neighbouring windows in the lanes instead of channels, for    \
         * all tileRows rows of a vector each:                                         \
         * slide: c[p][l] += sum over k < n of a[p][offset[k] + l] * b[k];             \
         * dots: c[p][l] += sum over k < n of a[p][offset[k] + l] * b[k][l]. */        \
        void (*slide)(real * c, const real *const *a, const ptrdiff_t *offset,         \
                      int64_t n, const real *b);                                       \
        void (*dots)(real * c, const real *const *a, const ptrdiff_t *offset,          \
                     int64_t n, const real *b);                                        \
        /* r[c * rPlane + i * rStride + j] = (bias ? bias[c] : 0) + sum over k < n of  \
         * x[i * xStride + j + offset[k]] * b[c * n + k], for c < channels, i < rows,  \
         * j < columns; x may be read up to a vector past that. At most planeChannels  \
         * channels. */                                                                \
        int64_t planeChannels;                                                         \
        void (*plane)(int64_t rows, int64_t columns, real *r, int64_t rStride,         \
                      int64_t rPlane, int64_t channels, const real *x,                 \
                      int64_t xStride, const ptrdiff_t *offset, int64_t n,             \
                      const real *b, const real *bias);                                \
        /* r[j * rStride + i] = x[i * xStride + j] for i < rows, j < columns. */       \
        void (*transpose)(real * r, int64_t rStride, const real *x, int64_t xStride,   \
                          int64_t rows, int64_t columns);                              \
                                                                                       \
        void (*threshold)(int64_t n, real *r, const real *x, real threshold,           \
                          real value);                                                 \
        /* r = x > threshold ? grad : 0 */                                             \
        void (*thresholdGrad)(int64_t n, real *r, const real *grad, const real *x,     \
                              real threshold);                                         \
                                                                                       \
        /* Over n values, each `inner` apart, for `columns` <= THNN_COLUMNS            \
         * neighbouring columns; logarithm: log softmax. */                            \
        void (*softMax)(int64_t n, int64_t inner, int64_t columns, real *r,            \
                        const real *x, int logarithm);                                 \
        void (*softMaxGrad)(int64_t n, int64_t inner, int64_t columns, real *r,        \
                            const real *grad, const real *output, int logarithm);      \
                                                                                       \
        double (*sum)(int64_t n, const real *x);                                       \
        /* Sum of (x - mean)^2. */                                                     \
        double (*sumSquares)(int64_t n, const real *x, double mean);                   \
        /* Sum of y * (x - mean). */                                                   \
        double (*sumProducts)(int64_t n, const real *x, double mean, const real *y);   \
        /* Sum of (x - y)^2. */                                                        \
        double (*distance)(int64_t n, const real *x, const real *y);                   \
        /* r = scale * (x - center) + shift */                                         \
        void (*affine)(int64_t n, real *r, const real *x, real center, real scale,     \
                       real shift);                                                    \
        /* r = scale * (x - center) + factor * y + shift */                            \
        void (*affine2)(int64_t n, real *r, const real *x, real center, real scale,    \
                        const real *y, real factor, real shift);                       \
        /* r = (x - y)^2; r = factor * (x - y) * (grad ? grad : 1) */                  \
        void (*squares)(int64_t n, real *r, const real *x, const real *y);             \
        void (*differences)(int64_t n, real *r, const real *x, const real *y,          \
                            const real *grad, real factor);                            \
        /* A plane of 2x2 windows with step 2, from x with rows of `width`. */         \
        void (*maxPool2x2)(int64_t rows, int64_t columns, real *r, int64_t *indices,   \
                           const real *x, int64_t width);                              \
                                                                                       \
        /* The steps of THNN.h; damping = 1 - dampening, buffer NULL: no momentum. */  \
        void (*sgd)(int64_t n, real *param, const real *grad, real *buffer, real lr,   \
                    real momentum, real damping, real weightDecay, int nesterov,       \
                    int first);                                                        \
        void (*adam)(int64_t n, real *param, const real *grad, real *expAvg,           \
                     real *expAvgSq, double stepSize, double beta1, double beta2,      \
                     real eps, real weightDecay);                                      \
        /* gradAvg NULL: not centered; buffer NULL: no momentum. */                    \
        void (*rmsprop)(int64_t n, real *param, const real *grad, real *squareAvg,     \
                        real *gradAvg, real *buffer, real lr, double alpha, real eps,  \
                        real weightDecay, real momentum);                              \
        void (*adagrad)(int64_t n, real *param, const real *grad, real *sum, real lr,  \
                        real eps, real weightDecay);                                   \
        void (*adadelta)(int64_t n, real *param, const real *grad, real *squareAvg,    \
                         real *accDelta, real lr, double rho, real eps,                \
                         real weightDecay);                                            \
        void (*adamax)(int64_t n, real *param, const real *grad, real *expAvg,         \
                       real *expInf, double stepSize, double beta1, double beta2,      \
                       real eps, real weightDecay);                                    \
    } THNN##Real##Kernels;                                                             \
    extern THNN##Real##Kernels th__nn##Real##Kernels;                                  \
    extern const THNN##Real##Kernels th__nn##Real##Kernels_base;                       \
    extern const THNN##Real##Kernels th__nn##Real##Kernels_v3;                         \
    extern const THNN##Real##Kernels th__nn##Real##Kernels_v4;

/* Columns that softMax takes at a time. */
#define THNN_COLUMNS 64

THNN_KERNEL_TABLE(Float, float)
THNN_KERNEL_TABLE(Double, double)

/* The table of the type that is being compiled. */
#define THNN_KERNELS TH_CONCAT_3(th__nn, Real, Kernels)

#endif
