/* The bodies of the kernels for one type; included by THNNKernels.c only. */

/* ---- convolution tiles ---- */
#define LANES (VECTOR_BYTES / (int)sizeof(real))

typedef real KERNEL(Vector)
    __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(real)), may_alias));

INLINE void KERNEL(tile_body)(real *c, const real *const *a, const ptrdiff_t *offset,
                              int64_t n, const real *b, const int rows,
                              const int width) {
    KERNEL(Vector) sum[TILE_ROWS][2];
    const real *row[TILE_ROWS];
#pragma GCC unroll 8
    for (int p = 0; p < rows; p++) {
        row[p] = a[p];
#pragma GCC unroll 2
        for (int v = 0; v < width; v++)
            sum[p][v] = *(const KERNEL(Vector) *)(c + (p * width + v) * LANES);
    }
    for (int64_t k = 0; k < n; k++) {
        ptrdiff_t at = offset[k];
        KERNEL(Vector) factor[2];
#pragma GCC unroll 2
        for (int v = 0; v < width; v++)
            factor[v] = *(const KERNEL(Vector) *)(b + v * LANES);
#pragma GCC unroll 8
        for (int p = 0; p < rows; p++) {
#pragma GCC unroll 2
            for (int v = 0; v < width; v++)
                sum[p][v] += row[p][at] * factor[v];
        }
        b += width * LANES;
    }
#pragma GCC unroll 8
    for (int p = 0; p < rows; p++) {
#pragma GCC unroll 2
        for (int v = 0; v < width; v++)
            *(KERNEL(Vector) *)(c + (p * width + v) * LANES) = sum[p][v];
    }
}

static void KERNEL(tile)(real *c, const real *const *a, const ptrdiff_t *offset,
                         int64_t n, const real *b, int64_t rows, int wide) {
    if (wide) {
        if (rows > TILE_ROWS / 2)
            KERNEL(tile_body)(c, a, offset, n, b, TILE_ROWS, 2);
        else
            KERNEL(tile_body)(c, a, offset, n, b, TILE_ROWS / 2, 2);
    } else {
        if (rows > TILE_ROWS / 2)
            KERNEL(tile_body)(c, a, offset, n, b, TILE_ROWS, 1);
        else
            KERNEL(tile_body)(c, a, offset, n, b, TILE_ROWS / 2, 1);
    }
}

INLINE void KERNEL(slide_body)(real *c, const real *const *a, const ptrdiff_t *offset,
                               int64_t n, const real *b, const int broadcast) {
    KERNEL(Vector) sum[TILE_ROWS];
    const real *row[TILE_ROWS];
#pragma GCC unroll 8
    for (int p = 0; p < TILE_ROWS; p++) {
        row[p] = a[p];
        sum[p] = *(const KERNEL(Vector) *)(c + p * LANES);
    }
    for (int64_t k = 0; k < n; k++) {
        ptrdiff_t at = offset[k];
        KERNEL(Vector) factor;
        if (broadcast)
            factor = b[k] - (KERNEL(Vector)){0};
        else
            factor = *(const KERNEL(Vector) *)(b + k * LANES);
#pragma GCC unroll 8
        for (int p = 0; p < TILE_ROWS; p++)
            sum[p] += *(const KERNEL(Vector) *)(row[p] + at) * factor;
    }
#pragma GCC unroll 8
    for (int p = 0; p < TILE_ROWS; p++)
        *(KERNEL(Vector) *)(c + p * LANES) = sum[p];
}

static void KERNEL(slide)(real *c, const real *const *a, const ptrdiff_t *offset,
                          int64_t n, const real *b) {
    KERNEL(slide_body)(c, a, offset, n, b, 1);
}

static void KERNEL(dots)(real *c, const real *const *a, const ptrdiff_t *offset,
                         int64_t n, const real *b) {
    KERNEL(slide_body)(c, a, offset, n, b, 0);
}

/* Vectors of results that are computed at a time. */
#define PLANE_VECTORS 4

INLINE void KERNEL(plane_body)(real *const (*r)[PLANE_VECTORS], const real *const *x,
                               const ptrdiff_t *offset, int64_t n, const real *b,
                               const real *bias, const int channels) {
    KERNEL(Vector) sum[PLANE_CHANNELS][PLANE_VECTORS];
#pragma GCC unroll 4
    for (int c = 0; c < channels; c++) {
#pragma GCC unroll 4
        for (int p = 0; p < PLANE_VECTORS; p++)
            sum[c][p] = (bias ? bias[c] : 0) - (KERNEL(Vector)){0};
    }
    for (int64_t k = 0; k < n; k++) {
        ptrdiff_t at = offset[k];
#pragma GCC unroll 4
        for (int p = 0; p < PLANE_VECTORS; p++) {
            KERNEL(Vector) value = *(const KERNEL(Vector) *)(x[p] + at);
#pragma GCC unroll 4
            for (int c = 0; c < channels; c++)
                sum[c][p] += value * b[c * n + k];
        }
    }
#pragma GCC unroll 4
    for (int c = 0; c < channels; c++) {
#pragma GCC unroll 4
        for (int p = 0; p < PLANE_VECTORS; p++)
            *(KERNEL(Vector) *)r[c][p] = sum[c][p];
    }
}

/* The last vector of a row overlaps the one before, so that it ends with the row; rows
 * shorter than a vector go through `narrow`. */
static void KERNEL(plane)(int64_t rows, int64_t columns, real *r, int64_t rStride,
                          int64_t rPlane, int64_t channels, const real *x,
                          int64_t xStride, const ptrdiff_t *offset, int64_t n,
                          const real *b, const real *bias) {
    int64_t across = (columns + LANES - 1) / LANES, count = rows * across;
    int64_t last = columns < LANES ? 0 : columns - LANES, row = 0, column = 0;
    for (int64_t v = 0; v < count; v += PLANE_VECTORS) {
        real narrow[PLANE_CHANNELS][PLANE_VECTORS][LANES];
        real *to[PLANE_CHANNELS][PLANE_VECTORS];
        real *result[PLANE_VECTORS];
        const real *from[PLANE_VECTORS], *first = x;
        int64_t used = count - v < PLANE_VECTORS ? count - v : PLANE_VECTORS;
        for (int64_t p = 0; p < PLANE_VECTORS; p++) {
            int64_t at = column < last ? column : last;
            int direct = p < used && columns >= LANES;
            if (p == 0)
                first = x + row * xStride + at;
            from[p] = p < used ? x + row * xStride + at : first;
            result[p] = r + row * rStride + at;
            for (int64_t c = 0; c < channels; c++)
                to[c][p] = direct ? result[p] + c * rPlane : narrow[c][p];
            column += LANES;
            if (column >= columns) {
                column = 0;
                row++;
            }
        }
        if (channels == PLANE_CHANNELS)
            KERNEL(plane_body)(to, from, offset, n, b, bias, PLANE_CHANNELS);
        else if (channels == 3)
            KERNEL(plane_body)(to, from, offset, n, b, bias,
                               PLANE_CHANNELS > 2 ? 3 : 1);
        else if (channels == 2)
            KERNEL(plane_body)(to, from, offset, n, b, bias, 2);
        else
            KERNEL(plane_body)(to, from, offset, n, b, bias, 1);
        for (int64_t c = 0; c < channels && columns < LANES; c++)
            for (int64_t p = 0; p < used; p++)
                memcpy(result[p] + c * rPlane, narrow[c][p],
                       (size_t)columns * sizeof(real));
    }
}

/* Blocks of 16-byte vectors are transposed in registers, the rest element by element.
 */
#define BLOCK (16 / (int)sizeof(real))
typedef real KERNEL(Block)
    __attribute__((vector_size(16), aligned(sizeof(real)), may_alias));

INLINE void KERNEL(transpose_block)(real *r, int64_t rStride, const real *x,
                                    int64_t xStride) {
    KERNEL(Block) in[BLOCK], out[BLOCK];
    for (int i = 0; i < BLOCK; i++)
        in[i] = *(const KERNEL(Block) *)(x + i * xStride);
#if REAL_IS_FLOAT
    typedef int32_t Shuffle __attribute__((vector_size(16)));
    const Shuffle low = {0, 4, 1, 5}, high = {2, 6, 3, 7};
    KERNEL(Block) t0 = __builtin_shuffle(in[0], in[2], low);
    KERNEL(Block) t1 = __builtin_shuffle(in[0], in[2], high);
    KERNEL(Block) t2 = __builtin_shuffle(in[1], in[3], low);
    KERNEL(Block) t3 = __builtin_shuffle(in[1], in[3], high);
    out[0] = __builtin_shuffle(t0, t2, low);
    out[1] = __builtin_shuffle(t0, t2, high);
    out[2] = __builtin_shuffle(t1, t3, low);
    out[3] = __builtin_shuffle(t1, t3, high);
#else
    typedef int64_t Shuffle __attribute__((vector_size(16)));
    const Shuffle low = {0, 2}, high = {1, 3};
    out[0] = __builtin_shuffle(in[0], in[1], low);
    out[1] = __builtin_shuffle(in[0], in[1], high);
#endif
    for (int i = 0; i < BLOCK; i++)
        *(KERNEL(Block) *)(r + i * rStride) = out[i];
}

static void KERNEL(transpose)(real *r, int64_t rStride, const real *x, int64_t xStride,
                              int64_t rows, int64_t columns) {
    int64_t fullRows = rows - rows % BLOCK, fullColumns = columns - columns % BLOCK;
    for (int64_t j = 0; j < fullColumns; j += BLOCK)
        for (int64_t i = 0; i < fullRows; i += BLOCK)
            KERNEL(transpose_block)(r + j * rStride + i, rStride, x + i * xStride + j,
                                    xStride);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = i < fullRows ? fullColumns : 0; j < columns; j++)
            r[j * rStride + i] = x[i * xStride + j];
}

/* ---- thresholds ---- */
static void KERNEL(threshold)(int64_t n, real *r, const real *x, real threshold,
                              real value) {
    for (int64_t i = 0; i < n; i++)
        r[i] = x[i] > threshold ? x[i] : value;
}

static void KERNEL(threshold_grad)(int64_t n, real *r, const real *grad, const real *x,
                                   real threshold) {
    for (int64_t i = 0; i < n; i++)
        r[i] = x[i] > threshold ? grad[i] : 0;
}

/* ---- softmax ---- */
/* Lanes of a running maximum or sum, and of four at once; values are added to a double
 * after SPAN of them. */
#define WIDTH 16
#define WIDE (4 * WIDTH)
#define SPAN 1024

INLINE real KERNEL(maximum)(int64_t n, const real *x) {
    real best[WIDTH], most = x[0];
    int64_t i = 0;
    for (int l = 0; l < WIDTH; l++)
        best[l] = x[0];
    if (n >= 4 * WIDE) {
        real wide[WIDE];
        for (int l = 0; l < WIDE; l++)
            wide[l] = x[l];
        for (i = WIDE; i + WIDE <= n; i += WIDE)
            for (int l = 0; l < WIDE; l++)
                wide[l] = x[i + l] > wide[l] ? x[i + l] : wide[l];
        for (int l = 0; l < WIDE; l++)
            best[l % WIDTH] = wide[l] > best[l % WIDTH] ? wide[l] : best[l % WIDTH];
    }
    for (; i + WIDTH <= n; i += WIDTH)
        for (int l = 0; l < WIDTH; l++)
            best[l] = x[i + l] > best[l] ? x[i + l] : best[l];
    for (int l = 0; l < WIDTH; l++)
        most = best[l] > most ? best[l] : most;
    for (; i < n; i++)
        most = x[i] > most ? x[i] : most;
    return most;
}

static double KERNEL(sum)(int64_t n, const real *x);

/* The sum of exp(x - shift), which is stored to r unless that is NULL. */
INLINE double KERNEL(exp_row)(int64_t n, real *r, const real *x, real shift) {
    double total = 0;
    int64_t whole = n - n % WIDTH;
    real block[SPAN];
    for (int64_t begin = 0; begin < whole; begin += SPAN) {
        int64_t count = begin + SPAN < whole ? SPAN : whole - begin;
        real *to = r ? r + begin : block;
        for (int64_t i = 0; i < count; i++)
            to[i] = exp_real(x[begin + i] - shift);
        total += KERNEL(sum)(count, to);
    }
    if (whole < n) {
        real rest[WIDTH], last = 0;
        for (int l = 0; l < WIDTH; l++)
            rest[l] = whole + l < n ? x[whole + l] - shift : -(real)INFINITY;
        for (int l = 0; l < WIDTH; l++)
            rest[l] = exp_real(rest[l]);
        for (int l = 0; whole + l < n; l++) {
            last += rest[l];
            if (r)
                r[whole + l] = rest[l];
        }
        total += last;
    }
    return total;
}

static void KERNEL(softmax_row)(int64_t n, real *r, const real *x, int logarithm) {
    real max = KERNEL(maximum)(n, x);
    if (logarithm) {
        real shift = (real)log(KERNEL(exp_row)(n, NULL, x, max));
        for (int64_t i = 0; i < n; i++)
            r[i] = x[i] - max - shift;
    } else {
        real scale = (real)(1 / KERNEL(exp_row)(n, r, x, max));
        for (int64_t i = 0; i < n; i++)
            r[i] *= scale;
    }
}

static void KERNEL(softmax)(int64_t n, int64_t inner, int64_t columns, real *r,
                            const real *x, int logarithm) {
    if (inner == 1) {
        KERNEL(softmax_row)(n, r, x, logarithm);
        return;
    }
    real max[THNN_COLUMNS], sum[THNN_COLUMNS];
    for (int64_t j = 0; j < columns; j++) {
        max[j] = x[j];
        sum[j] = 0;
    }
    for (int64_t i = 1; i < n; i++)
        for (int64_t j = 0; j < columns; j++)
            max[j] = x[i * inner + j] > max[j] ? x[i * inner + j] : max[j];
    if (logarithm) {
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < columns; j++)
                sum[j] += exp_real(x[i * inner + j] - max[j]);
        for (int64_t j = 0; j < columns; j++)
            sum[j] = log_real(sum[j]);
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < columns; j++)
                r[i * inner + j] = x[i * inner + j] - max[j] - sum[j];
    } else {
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < columns; j++) {
                real value = exp_real(x[i * inner + j] - max[j]);
                r[i * inner + j] = value;
                sum[j] += value;
            }
        for (int64_t j = 0; j < columns; j++)
            sum[j] = 1 / sum[j];
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < columns; j++)
                r[i * inner + j] *= sum[j];
    }
}

static double KERNEL(sum_products)(int64_t n, const real *x, double mean,
                                   const real *y);

static void KERNEL(softmax_grad)(int64_t n, int64_t inner, int64_t columns, real *r,
                                 const real *grad, const real *output, int logarithm) {
    real sum[THNN_COLUMNS];
    if (inner == 1) {
        sum[0] = (real)(logarithm ? KERNEL(sum)(n, grad)
                                  : KERNEL(sum_products)(n, grad, 0, output));
        if (logarithm)
            for (int64_t i = 0; i < n; i++)
                r[i] = grad[i] - exp_real(output[i]) * sum[0];
        else
            for (int64_t i = 0; i < n; i++)
                r[i] = output[i] * (grad[i] - sum[0]);
        return;
    }
    for (int64_t j = 0; j < columns; j++)
        sum[j] = 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < columns; j++)
            sum[j] += logarithm ? grad[i * inner + j]
                                : grad[i * inner + j] * output[i * inner + j];
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < columns; j++) {
            real y = output[i * inner + j], g = grad[i * inner + j];
            r[i * inner + j] = logarithm ? g - exp_real(y) * sum[j] : y * (g - sum[j]);
        }
}

/* ---- sums, normalisation, squares ---- */
enum KERNEL(Term) { KERNEL(PLAIN), KERNEL(SQUARE), KERNEL(PRODUCT), KERNEL(DISTANCE) };

INLINE real KERNEL(term)(int kind, real x, real y, real mean) {
    if (kind == KERNEL(PLAIN))
        return x;
    if (kind == KERNEL(SQUARE))
        return (x - mean) * (x - mean);
    if (kind == KERNEL(PRODUCT))
        return (x - mean) * y;
    return (x - y) * (x - y);
}

/* y is read only by the kinds that use it; others pass x. */
INLINE double KERNEL(reduce)(int64_t n, const real *x, const real *y, real mean,
                             int kind) {
    double total = 0;
    for (int64_t begin = 0; begin < n; begin += SPAN) {
        int64_t end = begin + SPAN < n ? begin + SPAN : n, i = begin;
        real sum[WIDTH] = {0};
        if (end - i >= 4 * WIDE) {
            real wide[WIDE] = {0};
            for (; i + WIDE <= end; i += WIDE)
                for (int l = 0; l < WIDE; l++)
                    wide[l] += KERNEL(term)(kind, x[i + l], y[i + l], mean);
            for (int l = 0; l < WIDE; l++)
                sum[l % WIDTH] += wide[l];
        }
        for (; i + WIDTH <= end; i += WIDTH)
            for (int l = 0; l < WIDTH; l++)
                sum[l] += KERNEL(term)(kind, x[i + l], y[i + l], mean);
        for (int l = 0; l < WIDTH; l++)
            total += sum[l];
        for (; i < end; i++)
            total += KERNEL(term)(kind, x[i], y[i], mean);
    }
    return total;
}

static double KERNEL(sum)(int64_t n, const real *x) {
    return KERNEL(reduce)(n, x, x, 0, KERNEL(PLAIN));
}

static double KERNEL(sum_squares)(int64_t n, const real *x, double mean) {
    return KERNEL(reduce)(n, x, x, (real)mean, KERNEL(SQUARE));
}

static double KERNEL(sum_products)(int64_t n, const real *x, double mean,
                                   const real *y) {
    return KERNEL(reduce)(n, x, y, (real)mean, KERNEL(PRODUCT));
}

static double KERNEL(distance)(int64_t n, const real *x, const real *y) {
    return KERNEL(reduce)(n, x, y, 0, KERNEL(DISTANCE));
}

static void KERNEL(affine)(int64_t n, real *r, const real *x, real center, real scale,
                           real shift) {
    for (int64_t i = 0; i < n; i++)
        r[i] = scale * (x[i] - center) + shift;
}

static void KERNEL(affine2)(int64_t n, real *r, const real *x, real center, real scale,
                            const real *y, real factor, real shift) {
    for (int64_t i = 0; i < n; i++)
        r[i] = scale * (x[i] - center) + factor * y[i] + shift;
}

static void KERNEL(squares)(int64_t n, real *r, const real *x, const real *y) {
    for (int64_t i = 0; i < n; i++)
        r[i] = (x[i] - y[i]) * (x[i] - y[i]);
}

static void KERNEL(differences)(int64_t n, real *r, const real *x, const real *y,
                                const real *grad, real factor) {
    if (grad)
        for (int64_t i = 0; i < n; i++)
            r[i] = factor * (x[i] - y[i]) * grad[i];
    else
        for (int64_t i = 0; i < n; i++)
            r[i] = factor * (x[i] - y[i]);
}

/* ---- pooling ---- */
/* Four windows. */
typedef real KERNEL(Quad)
    __attribute__((vector_size(4 * sizeof(real)), aligned(sizeof(real)), may_alias));
typedef real_bits KERNEL(QuadBits) __attribute__((vector_size(4 * sizeof(real))));

/* A later NaN or greater value replaces the maximum. */
INLINE void KERNEL(take)(KERNEL(Quad) * best, KERNEL(QuadBits) * which,
                         const KERNEL(Quad) * value, real_bits number) {
    KERNEL(QuadBits) better = (*value > *best) | (*value != *value);
    *best = (KERNEL(Quad))((better & (KERNEL(QuadBits)) * value) |
                           (~better & (KERNEL(QuadBits)) * best));
    *which = (better & number) | (~better & *which);
}

/* The even and the odd ones of eight neighbours. */
INLINE void KERNEL(split)(KERNEL(Quad) * even, KERNEL(Quad) * odd, const real *x) {
    KERNEL(Quad) low = *(const KERNEL(Quad) *)x, high = *(const KERNEL(Quad) *)(x + 4);
    *even = __builtin_shuffle(low, high, (KERNEL(QuadBits)){0, 2, 4, 6});
    *odd = __builtin_shuffle(low, high, (KERNEL(QuadBits)){1, 3, 5, 7});
}

INLINE void KERNEL(pool_4)(real *r, int64_t *indices, const real *row0,
                           const real *row1, int64_t position, int64_t width) {
    KERNEL(Quad) best, value[3];
    KERNEL(QuadBits) which = {0};
    KERNEL(split)(&best, &value[0], row0);
    KERNEL(split)(&value[1], &value[2], row1);
    for (int i = 0; i < 3; i++)
        KERNEL(take)(&best, &which, &value[i], i + 1);
    *(KERNEL(Quad) *)r = best;
    Positions number = __builtin_convertvector(which, Positions);
    *(Positions *)indices =
        (Positions){0, 2, 4, 6} + position + (number & 1) + (-(number >> 1) & width);
}

INLINE void KERNEL(pool_1)(real *r, int64_t *indices, const real *row0,
                           const real *row1, int64_t position, int64_t width) {
    const real value[4] = {row0[0], row0[1], row1[0], row1[1]};
    int best = 0;
    for (int i = 1; i < 4; i++)
        if (value[i] > value[best] || value[i] != value[i])
            best = i;
    *r = value[best];
    *indices = position + (best & 1) + (best >> 1) * width;
}

static void KERNEL(max_pool_2x2)(int64_t rows, int64_t columns, real *r,
                                 int64_t *indices, const real *x, int64_t width) {
    for (int64_t i = 0; i < rows; i++, r += columns, indices += columns) {
        int64_t j = 0, position = 2 * i * width;
        const real *row0 = x + position, *row1 = row0 + width;
        for (; j + 4 <= columns; j += 4)
            KERNEL(pool_4)(r + j, indices + j, row0 + 2 * j, row1 + 2 * j,
                           position + 2 * j, width);
        for (; j < columns; j++)
            KERNEL(pool_1)(r + j, indices + j, row0 + 2 * j, row1 + 2 * j,
                           position + 2 * j, width);
    }
}

/* ---- optimiser steps ---- */
INLINE void KERNEL(sgd_body)(int64_t n, real *TH_RESTRICT param, const real *grad,
                             real *TH_RESTRICT buffer, real lr, real momentum,
                             real damping, real weightDecay, const int nesterov,
                             const int first) {
    for (int64_t i = 0; i < n; i++) {
        real d = grad[i] + weightDecay * param[i];
        buffer[i] = first ? d : momentum * buffer[i] + damping * d;
        d = nesterov ? d + momentum * buffer[i] : buffer[i];
        param[i] -= lr * d;
    }
}

static void KERNEL(sgd)(int64_t n, real *param, const real *grad, real *buffer, real lr,
                        real momentum, real damping, real weightDecay, int nesterov,
                        int first) {
    if (!buffer)
        for (int64_t i = 0; i < n; i++)
            param[i] -= lr * (grad[i] + weightDecay * param[i]);
    else if (first)
        KERNEL(sgd_body)(n, param, grad, buffer, lr, momentum, damping, weightDecay,
                         nesterov, 1);
    else if (nesterov)
        KERNEL(sgd_body)(n, param, grad, buffer, lr, momentum, damping, weightDecay, 1,
                         0);
    else
        KERNEL(sgd_body)(n, param, grad, buffer, lr, momentum, damping, weightDecay, 0,
                         0);
}

static void KERNEL(adam)(int64_t n, real *TH_RESTRICT param, const real *grad,
                         real *TH_RESTRICT expAvg, real *TH_RESTRICT expAvgSq,
                         double stepSize, double beta1, double beta2, real eps,
                         real weightDecay) {
    const real step = (real)stepSize, keep1 = (real)beta1, keep2 = (real)beta2;
    const real take1 = (real)(1 - beta1), take2 = (real)(1 - beta2);
    for (int64_t i = 0; i < n; i++) {
        real d = grad[i] + weightDecay * param[i];
        real mean = keep1 * expAvg[i] + take1 * d;
        real square = keep2 * expAvgSq[i] + take2 * d * d;
        expAvg[i] = mean;
        expAvgSq[i] = square;
        param[i] -= step * mean / (sqrt_real(square) + eps);
    }
}

INLINE void KERNEL(rmsprop_body)(int64_t n, real *TH_RESTRICT param, const real *grad,
                                 real *TH_RESTRICT squareAvg, real *TH_RESTRICT gradAvg,
                                 real *TH_RESTRICT buffer, real lr, double alpha,
                                 real eps, real weightDecay, real momentum,
                                 const int centered, const int withBuffer) {
    const real keep = (real)alpha, take = (real)(1 - alpha);
    for (int64_t i = 0; i < n; i++) {
        real d = grad[i] + weightDecay * param[i];
        real variance = keep * squareAvg[i] + take * d * d;
        squareAvg[i] = variance;
        if (centered) {
            real mean = keep * gradAvg[i] + take * d;
            gradAvg[i] = mean;
            variance -= mean * mean;
        }
        d /= sqrt_real(variance) + eps;
        if (withBuffer)
            d = buffer[i] = momentum * buffer[i] + d;
        param[i] -= lr * d;
    }
}

static void KERNEL(rmsprop)(int64_t n, real *param, const real *grad, real *squareAvg,
                            real *gradAvg, real *buffer, real lr, double alpha,
                            real eps, real weightDecay, real momentum) {
    if (gradAvg && buffer)
        KERNEL(rmsprop_body)(n, param, grad, squareAvg, gradAvg, buffer, lr, alpha, eps,
                             weightDecay, momentum, 1, 1);
    else if (gradAvg)
        KERNEL(rmsprop_body)(n, param, grad, squareAvg, gradAvg, buffer, lr, alpha, eps,
                             weightDecay, momentum, 1, 0);
    else if (buffer)
        KERNEL(rmsprop_body)(n, param, grad, squareAvg, gradAvg, buffer, lr, alpha, eps,
                             weightDecay, momentum, 0, 1);
    else
        KERNEL(rmsprop_body)(n, param, grad, squareAvg, gradAvg, buffer, lr, alpha, eps,
                             weightDecay, momentum, 0, 0);
}

static void KERNEL(adagrad)(int64_t n, real *TH_RESTRICT param, const real *grad,
                            real *TH_RESTRICT sum, real lr, real eps,
                            real weightDecay) {
    for (int64_t i = 0; i < n; i++) {
        real d = grad[i] + weightDecay * param[i];
        sum[i] += d * d;
        param[i] -= lr * d / (sqrt_real(sum[i]) + eps);
    }
}

static void KERNEL(adadelta)(int64_t n, real *TH_RESTRICT param, const real *grad,
                             real *TH_RESTRICT squareAvg, real *TH_RESTRICT accDelta,
                             real lr, double rho, real eps, real weightDecay) {
    const real keep = (real)rho, take = (real)(1 - rho);
    for (int64_t i = 0; i < n; i++) {
        real d = grad[i] + weightDecay * param[i];
        real square = keep * squareAvg[i] + take * d * d;
        real delta = sqrt_real(accDelta[i] + eps) / sqrt_real(square + eps) * d;
        squareAvg[i] = square;
        accDelta[i] = keep * accDelta[i] + take * delta * delta;
        param[i] -= lr * delta;
    }
}

static void KERNEL(adamax)(int64_t n, real *TH_RESTRICT param, const real *grad,
                           real *TH_RESTRICT expAvg, real *TH_RESTRICT expInf,
                           double stepSize, double beta1, double beta2, real eps,
                           real weightDecay) {
    const real step = (real)stepSize, keep1 = (real)beta1, keep2 = (real)beta2;
    const real take1 = (real)(1 - beta1);
    for (int64_t i = 0; i < n; i++) {
        real d = grad[i] + weightDecay * param[i];
        real mean = keep1 * expAvg[i] + take1 * d;
        real old = keep2 * expInf[i], size = (d < 0 ? -d : d) + eps;
        real norm = old > size ? old : size;
        expAvg[i] = mean;
        expInf[i] = norm;
        param[i] -= step * mean / norm;
    }
}

const TH_CONCAT_3(THNN, Real, Kernels) TH_CONCAT_4(th__nn, Real, Kernels_, TH_ISA) = {
    .lanes = LANES,
    .tileRows = TILE_ROWS,
    .tile = KERNEL(tile),
    .slide = KERNEL(slide),
    .dots = KERNEL(dots),
    .planeChannels = PLANE_CHANNELS,
    .plane = KERNEL(plane),
    .transpose = KERNEL(transpose),
    .threshold = KERNEL(threshold),
    .thresholdGrad = KERNEL(threshold_grad),
    .softMax = KERNEL(softmax),
    .softMaxGrad = KERNEL(softmax_grad),
    .sum = KERNEL(sum),
    .sumSquares = KERNEL(sum_squares),
    .sumProducts = KERNEL(sum_products),
    .distance = KERNEL(distance),
    .affine = KERNEL(affine),
    .affine2 = KERNEL(affine2),
    .squares = KERNEL(squares),
    .differences = KERNEL(differences),
    .maxPool2x2 = KERNEL(max_pool_2x2),
    .sgd = KERNEL(sgd),
    .adam = KERNEL(adam),
    .rmsprop = KERNEL(rmsprop),
    .adagrad = KERNEL(adagrad),
    .adadelta = KERNEL(adadelta),
    .adamax = KERNEL(adamax),
};

#undef LANES
#undef PLANE_VECTORS
#undef BLOCK
#undef WIDTH
#undef WIDE
#undef SPAN
