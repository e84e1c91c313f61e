/* Layers whose every output element is one element of the input, chosen for each axis
 * on its own: padding by reflection or repetition, and nearest-neighbour upsampling.
 * Included by the templates after THNNTensor.h. */
#ifndef THNN_REMAP_H
#define THNN_REMAP_H

#include <string.h>

#include "THNNTensor.h"

/* How an axis maps output to input positions. */
typedef enum Rule { REPLICATE, REFLECT, NEAREST } Rule;

typedef struct MapAxis {
    Rule rule;
    int64_t before, after; /* padding, or before = scale for NEAREST */
    int64_t in, out;
} MapAxis;

typedef struct Remap {
    MapAxis axis[3]; /* time, height, width */
    int64_t planes, in, out;
    const int64_t *place[3]; /* the input position of each output position */
    const real *x;
    real *y;
} Remap;

static inline int64_t map_position(const MapAxis *a, int64_t o) {
    if (a->rule == NEAREST)
        return o / a->before;
    int64_t i = o - a->before;
    if (a->rule == REFLECT)
        return i < 0 ? -i : i >= a->in ? 2 * a->in - 2 - i : i;
    return i < 0 ? 0 : i >= a->in ? a->in - 1 : i;
}

static inline void remap_forward(void *context, int64_t first, int64_t last) {
    const Remap *k = context;
    const MapAxis *axis = k->axis;
    for (int64_t plane = first; plane < last; plane++) {
        const real *x = k->x + plane * k->in;
        real *y = k->y + plane * k->out;
        for (int64_t t = 0; t < axis[0].out; t++)
            for (int64_t h = 0; h < axis[1].out; h++, y += axis[2].out) {
                const real *row =
                    x + (k->place[0][t] * axis[1].in + k->place[1][h]) * axis[2].in;
                for (int64_t w = 0; w < axis[2].out; w++)
                    y[w] = row[k->place[2][w]];
            }
    }
}

/* x is the gradient of the output here, y that of the input. */
static inline void remap_backward(void *context, int64_t first, int64_t last) {
    const Remap *k = context;
    const MapAxis *axis = k->axis;
    memset(k->y + first * k->in, 0, (size_t)((last - first) * k->in) * sizeof(real));
    for (int64_t plane = first; plane < last; plane++) {
        const real *grad = k->x + plane * k->out;
        real *r = k->y + plane * k->in;
        for (int64_t t = 0; t < axis[0].out; t++)
            for (int64_t h = 0; h < axis[1].out; h++, grad += axis[2].out) {
                real *row =
                    r + (k->place[0][t] * axis[1].in + k->place[1][h]) * axis[2].in;
                for (int64_t w = 0; w < axis[2].out; w++)
                    row[k->place[2][w]] += grad[w];
            }
    }
}

/* Reads the sizes of input, which has `spatial` dimensions after the channels, and
 * checks the rules; size [OUT] gets the output's shape. */
static inline int open_remap(Remap *k, const THTensor *input, int spatial,
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
        MapAxis *a = &k->axis[i];
        int d = n - 3 + i;
        a->in = i >= 3 - spatial ? input->size[d] : 1;
        if (a->rule == NEAREST) {
            if (a->before < 1 || th_mulOverflow(a->in, a->before, &a->out))
                TH_FAIL(TH_ERR, "scale_factor must be greater than zero, got %lld",
                        (long long)a->before);
        } else {
            int64_t limit = a->rule == REFLECT ? a->in - 1 : (int64_t)1 << 40;
            if (a->before < -a->in || a->after < -a->in || a->before > limit ||
                a->after > limit)
                TH_FAIL(TH_ERR,
                        "padding size should be less than the corresponding input "
                        "dimension, but got: padding (%lld, %lld) at dimension %d of "
                        "input %s",
                        (long long)a->before, (long long)a->after, d,
                        THTensor_shapeText(text, input));
            a->out = a->in + a->before + a->after;
        }
        if (a->out < 1)
            TH_FAIL(TH_ERR, "output size %lld at dimension %d of input %s is too small",
                    (long long)a->out, d, THTensor_shapeText(text, input));
        if (i >= 3 - spatial)
            size[d] = a->out;
        k->in *= a->in;
        k->out *= a->out;
    }
    return 0;
}

/* Runs `loop` with the map of each axis at hand. */
static inline int loop_remap(Remap *k, THRangeFunction loop) {
    int64_t count = k->axis[0].out + k->axis[1].out + k->axis[2].out;
    size_t bytes = (size_t)count * sizeof(int64_t);
    uint8_t sizeClass;
    int64_t *places = THAlloc_new(bytes, &sizeClass), *place = places;
    if (!places)
        return TH_ERR_MEMORY;
    for (int i = 0; i < 3; i++) {
        k->place[i] = place;
        for (int64_t o = 0; o < k->axis[i].out; o++)
            *place++ = map_position(&k->axis[i], o);
    }
    int64_t plane = k->in > k->out ? k->in : k->out;
    THParallel_for(k->planes, rows_per_piece(THNN_GRAIN, plane), loop, k);
    THAlloc_free(places, bytes, sizeClass);
    return 0;
}

static inline int run_remap(Remap k, int spatial, THTensor *input, THTensor *output) {
    int64_t size[5];
    TH_TRY(open_remap(&k, input, spatial, size));
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *y = NULL;
    if (x &&
        (y = new_output(output, input->nDimension, size, shares_storage(output, x)))) {
        k.x = TH_DATA(x);
        k.y = TH_DATA(y);
        status = loop_remap(&k, remap_forward);
    }
    THTensor_free(x);
    return y ? finish_output(output, y, status) : status;
}

/* gradInput [OUT] of input's size. */
static inline int run_remap_gradient(Remap k, int spatial, THTensor *input,
                                     THTensor *gradOutput, THTensor *gradInput) {
    char text[TH_SHAPE_TEXT];
    int64_t size[5];
    TH_TRY(open_remap(&k, input, spatial, size));
    int n = input->nDimension, status = TH_ERR_MEMORY;
    if (gradOutput->nDimension != n ||
        memcmp(gradOutput->size, size, (size_t)n * sizeof *size) != 0)
        TH_FAIL(TH_ERR, "gradOutput has not the size of the output, got %s",
                THTensor_shapeText(text, gradOutput));
    THTensor *grad = new_contiguous(gradOutput), *r = NULL;
    if (grad &&
        (r = new_output(gradInput, n, input->size, shares_storage(gradInput, grad)))) {
        k.x = TH_DATA(grad);
        k.y = TH_DATA(r);
        status = loop_remap(&k, remap_backward);
    }
    THTensor_free(grad);
    return r ? finish_output(gradInput, r, status) : status;
}

#endif
