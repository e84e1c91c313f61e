/* Windows over images and volumes, for the pooling layers. Included by the templates
 * after THNNTensor.h.
 *
 * A tensor is planes of (time, height, width): (C, T, H, W) or (N, C, T, H, W), or
 * without the time. Each of the three has an axis of windows, which are clipped to the
 * input; an adaptive axis (kernel 0) cuts the input into `out` pieces instead. */
#ifndef THNN_POOLING_H
#define THNN_POOLING_H

#include <math.h>
#include <string.h>

#include "THNNIndices.h"

/* Larger numbers than this are refused, so that no size computation overflows. */
#define THNN_POOL_LIMIT ((int64_t)1 << 31)

/* One dimension of the windows; out follows from the others unless it is adaptive. */
typedef struct Axis {
    int64_t kernel, step, pad, dilation, in, out;
} Axis;

/* An axis of a dimension that the layer does not pool. */
#define THNN_NO_AXIS {1, 1, 0, 1, 0, 0}

/* The output size as in 0.3: with ceil_mode the last window must start inside the image
 * or its left padding. */
static inline int64_t output_size(const Axis *a, int ceil_mode) {
    int64_t room = a->in + 2 * a->pad - a->dilation * (a->kernel - 1) - 1;
    if (ceil_mode)
        room += a->step - 1;
    if (room < 0)
        room -= a->step - 1; /* so that the division rounds down */
    int64_t out = room / a->step + 1;
    if (ceil_mode && (out - 1) * a->step >= a->in + a->pad)
        out--;
    return out;
}

/* The part of window `o` that lies in the image: positions *begin, *begin + dilation
 * ... < *end. */
static inline void clip(const Axis *a, int64_t o, int64_t *begin, int64_t *end) {
    if (a->kernel == 0) {
        *begin = o * a->in / a->out;
        *end = ((o + 1) * a->in + a->out - 1) / a->out;
        return;
    }
    int64_t start = o * a->step - a->pad,
            stop = start + a->dilation * (a->kernel - 1) + 1;
    if (start < 0)
        start += (-start + a->dilation - 1) / a->dilation * a->dilation;
    *begin = start;
    *end = stop < a->in ? stop : a->in;
}

/* Elements of window `o`: those inside, or with the padding that it covers. */
static inline int64_t window_length(const Axis *a, int64_t o, int includePad) {
    int64_t begin, end;
    clip(a, o, &begin, &end);
    if (includePad && a->kernel > 0) {
        begin = o * a->step - a->pad;
        end = begin + a->kernel < a->in + a->pad ? begin + a->kernel : a->in + a->pad;
    }
    return end - begin;
}

/* What the loops work on. */
typedef struct Pool {
    Axis axis[3]; /* time, height, width */
    int64_t planes, in, out;
    int includePad;
    const real *x;
    real *y;
    real *sums; /* of the averages: a row for each plane */
    int64_t *indices;
} Pool;

/* Checks the parameters, reads the sizes of `input`, which has `spatial` dimensions
 * after the channels, and works out the output's. size [OUT] gets the output's shape.
 */
static inline int open_pool(Pool *k, const THTensor *input, int spatial, int ceil_mode,
                            int64_t *size) {
    char text[TH_SHAPE_TEXT];
    int n = input->nDimension;
    if (n != spatial + 1 && n != spatial + 2)
        TH_FAIL(TH_ERR,
                "non-empty %dD or %dD (batch mode) tensor expected, got size %s",
                spatial + 1, spatial + 2, THTensor_shapeText(text, input));
    k->planes = input->size[0] * (n == spatial + 2 ? input->size[1] : 1);
    k->in = k->out = 1;
    memcpy(size, input->size, (size_t)n * sizeof *size);
    for (int i = 0; i < 3; i++) {
        Axis *a = &k->axis[i];
        int d = n - 3 + i, pooled = i >= 3 - spatial;
        a->in = pooled ? input->size[d] : 1;
        if (a->kernel == 0) {
            if (pooled && (a->out < 1 || a->out > THNN_POOL_LIMIT))
                TH_FAIL(TH_ERR, "output size should be greater than zero, got %lld",
                        (long long)a->out);
        } else {
            if (a->kernel < 1 || a->step < 1 || a->dilation < 1 ||
                a->kernel > THNN_POOL_LIMIT || a->step > THNN_POOL_LIMIT ||
                a->dilation > THNN_POOL_LIMIT)
                TH_FAIL(TH_ERR,
                        "kernel size, stride and dilation should be greater than zero "
                        "and at most %lld, got kernel size %lld, stride %lld, dilation "
                        "%lld",
                        (long long)THNN_POOL_LIMIT, (long long)a->kernel,
                        (long long)a->step, (long long)a->dilation);
            if (a->pad < 0 || a->pad > a->kernel / 2)
                TH_FAIL(TH_ERR,
                        "pad should be smaller than half of kernel size, but got pad = "
                        "%lld, kernel size = %lld",
                        (long long)a->pad, (long long)a->kernel);
            a->out = output_size(a, ceil_mode);
            if (a->out < 1)
                TH_FAIL(
                    TH_ERR,
                    "Given input size: %s. Calculated output size: %lld in dimension "
                    "%d. Output size is too small",
                    THTensor_shapeText(text, input), (long long)a->out, d);
        }
        if (pooled)
            size[d] = a->out;
        k->in *= a->in;
        k->out *= a->out;
    }
    return 0;
}

/* ---- maximum; the padding counts as minus infinity, NaN wins ---- */
static inline real window_max(const Pool *k, const real *x, const int64_t *begin,
                              const int64_t *end, int64_t *index) {
    const Axis *t = &k->axis[0], *h = &k->axis[1], *w = &k->axis[2];
    real best = -(real)INFINITY;
    int64_t at = (begin[0] * h->in + begin[1]) * w->in + begin[2];
    /* A window of nothing but padding (dilation can step over the image). */
    if (begin[0] >= end[0] || begin[1] >= end[1] || begin[2] >= end[2])
        at = 0;
    for (int64_t i = begin[0]; i < end[0]; i += t->dilation)
        for (int64_t j = begin[1]; j < end[1]; j += h->dilation)
            for (int64_t l = begin[2]; l < end[2]; l += w->dilation) {
                int64_t place = (i * h->in + j) * w->in + l;
                if (x[place] > best || x[place] != x[place]) {
                    best = x[place];
                    at = place;
                }
            }
    *index = at;
    return best;
}

static inline void pool_max(void *context, int64_t first, int64_t last) {
    const Pool *k = context;
    for (int64_t plane = first; plane < last; plane++) {
        const real *x = k->x + plane * k->in;
        int64_t o = plane * k->out, begin[3], end[3];
        for (int64_t t = 0; t < k->axis[0].out; t++) {
            clip(&k->axis[0], t, &begin[0], &end[0]);
            for (int64_t h = 0; h < k->axis[1].out; h++) {
                clip(&k->axis[1], h, &begin[1], &end[1]);
                for (int64_t w = 0; w < k->axis[2].out; w++, o++) {
                    clip(&k->axis[2], w, &begin[2], &end[2]);
                    k->y[o] = window_max(k, x, begin, end, &k->indices[o]);
                }
            }
        }
    }
}

/* Fills output and indices with `loop`, which reads a Pool or a struct that begins with
 * one. */
static inline int run_max(Pool *k, THRangeFunction loop, THTensor *input,
                          THTensor *output, THTensor *indices, const int64_t *size) {
    int n = input->nDimension, status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *y = NULL, *at = NULL;
    if (x && (at = new_indices(indices, n, size)) &&
        (y = new_output(output, n, size, shares_storage(output, x)))) {
        k->x = TH_DATA(x);
        k->y = TH_DATA(y);
        k->indices = (int64_t *)at->storage->data + at->storageOffset;
        THParallel_for(k->planes, rows_per_piece(THNN_GRAIN, k->in), loop, k);
        status = at == indices ? 0 : THLongTensor_copy(indices, at);
    }
    THTensor_free(x);
    THTensor_free(at);
    return y ? finish_output(output, y, status) : status;
}

/* ---- average: the rows of a window are added up first, as whole rows ---- */

/* The windows (t, h, *): their rows in time and height, and how many count. */
typedef struct RowWindow {
    int64_t begin[2], end[2], count;
} RowWindow;

static inline RowWindow row_window(const Pool *k, int64_t t, int64_t h) {
    RowWindow r;
    clip(&k->axis[0], t, &r.begin[0], &r.end[0]);
    clip(&k->axis[1], h, &r.begin[1], &r.end[1]);
    r.count = window_length(&k->axis[0], t, k->includePad) *
              window_length(&k->axis[1], h, k->includePad);
    return r;
}

/* The number of elements of the only window if it is the whole plane, else 0. */
static inline int64_t whole_plane(const Pool *k) {
    int64_t count = k->out == 1, begin, end;
    for (int i = 0; i < 3 && count; i++) {
        clip(&k->axis[i], 0, &begin, &end);
        count *= begin == 0 && end == k->axis[i].in
                     ? window_length(&k->axis[i], 0, k->includePad)
                     : 0;
    }
    return count;
}

static inline void pool_average(void *context, int64_t first, int64_t last) {
    const Pool *k = context;
    int64_t whole = whole_plane(k);
    if (whole) {
        for (int64_t plane = first; plane < last; plane++)
            k->y[plane] =
                (real)(THNN_KERNELS.sum(k->in, k->x + plane * k->in) / (double)whole);
        return;
    }
    const Axis *time = &k->axis[0], *height = &k->axis[1], *width = &k->axis[2];
    for (int64_t plane = first; plane < last; plane++) {
        const real *x = k->x + plane * k->in;
        real *y = k->y + plane * k->out, *sums = k->sums + plane * width->in;
        for (int64_t row = 0; row < time->out * height->out; row++) {
            RowWindow r = row_window(k, row / height->out, row % height->out);
            memset(sums, 0, (size_t)width->in * sizeof(real));
            for (int64_t i = r.begin[0]; i < r.end[0]; i++)
                for (int64_t j = r.begin[1]; j < r.end[1]; j++) {
                    const real *source = x + (i * height->in + j) * width->in;
                    for (int64_t l = 0; l < width->in; l++)
                        sums[l] += source[l];
                }
            for (int64_t w = 0; w < width->out; w++) {
                int64_t begin, end;
                clip(width, w, &begin, &end);
                real sum = 0;
                for (int64_t l = begin; l < end; l++)
                    sum += sums[l];
                *y++ = sum / (real)(r.count * window_length(width, w, k->includePad));
            }
        }
    }
}

/* x is the gradient of the output here, y that of the input. */
static inline void spread_average(void *context, int64_t first, int64_t last) {
    const Pool *k = context;
    int64_t whole = whole_plane(k);
    if (whole) {
        for (int64_t plane = first; plane < last; plane++) {
            real *r = k->y + plane * k->in, share = k->x[plane] / (real)whole;
            for (int64_t i = 0; i < k->in; i++)
                r[i] = share;
        }
        return;
    }
    const Axis *time = &k->axis[0], *height = &k->axis[1], *width = &k->axis[2];
    memset(k->y + first * k->in, 0, (size_t)((last - first) * k->in) * sizeof(real));
    for (int64_t plane = first; plane < last; plane++) {
        const real *grad = k->x + plane * k->out;
        real *r = k->y + plane * k->in, *sums = k->sums + plane * width->in;
        for (int64_t row = 0; row < time->out * height->out; row++) {
            RowWindow rows = row_window(k, row / height->out, row % height->out);
            memset(sums, 0, (size_t)width->in * sizeof(real));
            for (int64_t w = 0; w < width->out; w++) {
                int64_t begin, end;
                clip(width, w, &begin, &end);
                real share = *grad++ / (real)(rows.count *
                                              window_length(width, w, k->includePad));
                for (int64_t l = begin; l < end; l++)
                    sums[l] += share;
            }
            for (int64_t i = rows.begin[0]; i < rows.end[0]; i++)
                for (int64_t j = rows.begin[1]; j < rows.end[1]; j++) {
                    real *target = r + (i * height->in + j) * width->in;
                    for (int64_t l = 0; l < width->in; l++)
                        target[l] += sums[l];
                }
        }
    }
}

/* Runs one of the two with a row of sums for each plane at hand. */
static inline int loop_average(Pool *k, THRangeFunction loop) {
    uint8_t sizeClass;
    size_t bytes = (size_t)(k->planes * k->axis[2].in) * sizeof(real);
    if (!(k->sums = THAlloc_new(bytes, &sizeClass)))
        return TH_ERR_MEMORY;
    THParallel_for(k->planes, rows_per_piece(THNN_GRAIN, k->in), loop, k);
    THAlloc_free(k->sums, bytes, sizeClass);
    return 0;
}

static inline int run_average(Pool *k, THTensor *input, THTensor *output,
                              const int64_t *size) {
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *y = NULL;
    if (x &&
        (y = new_output(output, input->nDimension, size, shares_storage(output, x)))) {
        k->x = TH_DATA(x);
        k->y = TH_DATA(y);
        status = loop_average(k, pool_average);
    }
    THTensor_free(x);
    return y ? finish_output(output, y, status) : status;
}

/* gradInput [OUT] of input's size; gradOutput must have `size`. */
static inline int run_average_gradient(Pool *k, const THTensor *input,
                                       THTensor *gradOutput, THTensor *gradInput,
                                       const int64_t *size) {
    char text[TH_SHAPE_TEXT];
    int n = input->nDimension, status = TH_ERR_MEMORY;
    if (gradOutput->nDimension != n ||
        memcmp(gradOutput->size, size, (size_t)n * sizeof *size) != 0)
        TH_FAIL(TH_ERR, "gradOutput has not the size of the pooled input, got %s",
                THTensor_shapeText(text, gradOutput));
    THTensor *grad = new_contiguous(gradOutput), *r = NULL;
    if (grad &&
        (r = new_output(gradInput, n, input->size, shares_storage(gradInput, grad)))) {
        k->x = TH_DATA(grad);
        k->y = TH_DATA(r);
        status = loop_average(k, spread_average);
    }
    THTensor_free(grad);
    return r ? finish_output(gradInput, r, status) : status;
}

#endif
