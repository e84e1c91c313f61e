/* What the steps of a recurrent layer share, forward and backward: how the rows of a
 * sequence follow each other, and the product with the recurrent weights.
 *
 * A sequence is a matrix with a row for every step of every sample. Step t has the rows
 * offset[t] ... offset[t + 1] - 1, in the order of the samples; later steps have at
 * most as many rows as earlier ones. Row r of step t follows row r of the step before:
 * that is t - 1, or t + 1 in a layer that reads backwards. Included after THNNTensor.h.
 */
#ifndef THNN_SEQUENCE_H
#define THNN_SEQUENCE_H

#include <string.h>

#include "THNNRecurrent.h"

/* Multiplications of one step that are worth a second thread. */
#define STEP_PRODUCTS ((int64_t)1 << 17)

typedef struct Layer {
    int mode, reverse;
    int64_t gates, hidden;      /* gates of a unit, units */
    int64_t batch, steps, rows; /* samples, steps, rows of all steps */
    int64_t *offset;            /* steps + 1 */
    THTensor *offsets;          /* holds them */
    int64_t slices, width;      /* slices of `width` units, the last one may be cut */
} Layer;

static inline int64_t rows_of(const Layer *l, int64_t step) {
    return l->offset[step + 1] - l->offset[step];
}

/* Rows of a step that follow a row of the step before; the others start from the
 * initial state. */
static inline int64_t following(const Layer *l, int64_t step, int64_t *before) {
    *before = l->reverse ? step + 1 : step - 1;
    if (*before < 0 || *before >= l->steps)
        return 0;
    int64_t rows = rows_of(l, step), earlier = rows_of(l, *before);
    return rows < earlier ? rows : earlier;
}

/* The state that a row of a step starts from; initial (batch, hidden). */
static inline const real *old_state(const Layer *l, int64_t step, int64_t row,
                                    const real *states, int64_t stride,
                                    const real *initial) {
    int64_t before, count = following(l, step, &before);
    return row < count ? states + (l->offset[before] + row) * stride
                       : initial + row * l->hidden;
}

/* The step at place i of the order in which a layer reads. */
static inline int64_t step_at(const Layer *l, int64_t i) {
    return l->reverse ? l->steps - 1 - i : i;
}

static inline int64_t slice_begin(const Layer *l, int64_t slice, int64_t *n) {
    int64_t begin = slice * l->width, rest = l->hidden - begin;
    *n = rest < l->width ? rest : l->width;
    return begin;
}

/* Slices that are worth a thread. */
static inline int64_t slice_grain(const Layer *l, int64_t rows) {
    int64_t products = rows * l->gates * l->hidden * l->width;
    return STEP_PRODUCTS / products + 1;
}

/* c[r] += a[r] times the panel for rows of n <= width elements, cStride apart. */
static inline void multiply(real *c, int64_t cStride, int64_t n, const real *const *a,
                            int64_t terms, const real *panel, int64_t rows) {
    int64_t width = THNN_RECURRENT.width, most = THNN_RECURRENT.rows;
    int64_t pieces = (rows + most - 1) / most, piece = (rows + pieces - 1) / pieces;
    real buffer[THNN_STEP_ROWS * 2 * THNN_MAX_LANES];
    for (int64_t r = 0; r < rows; r += piece) {
        int64_t count = rows - r < piece ? rows - r : piece;
        real *target = c + r * cStride;
        if (n == width) {
            THNN_RECURRENT.product(target, cStride, a + r, terms, panel, count);
            continue;
        }
        memset(buffer, 0, (size_t)(count * width) * sizeof(real));
        THNN_RECURRENT.product(buffer, width, a + r, terms, panel, count);
        for (int64_t i = 0; i < count; i++)
            for (int64_t j = 0; j < n; j++)
                target[i * cStride + j] += buffer[i * width + j];
    }
}

/* What cutting the recurrent weights into panels reads and writes. */
typedef struct Packing {
    const Layer *layer;
    const real *weight;
    real *panels;
} Packing;

/* Sizes of the sequence and checks of what both directions of the computation read;
 * close_layer frees it. */
int THNN_(openLayer)(Layer *l, const THTensor *input, const THTensor *hx,
                     const THTensor *cx, const THTensor *weightIH,
                     const THTensor *weightHH, THTensor *batchSizes, int mode,
                     int reverse);
void THNN_(closeLayer)(Layer *l);
int THNN_(checkMatrix)(const char *what, const THTensor *t, int64_t rows,
                       int64_t columns);
/* t itself (retained) if the elements of its rows are neighbours, else a copy. */
THTensor *THNN_(newRows)(THTensor *t);

#endif
