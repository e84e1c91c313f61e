/* Convolutions whose kernels each link one plane with one other, as a table says.
 *
 * Connection c links a large plane and a small one by kernel c:
 *     small[y][x] += sum over i, j of kernel[i][j] * large[y * stepH + i][x * stepW +
 * j] A layer from large planes to small ones gathers; the transposed one spreads; each
 * runs the other for its gradient. Included by the templates after THNNWindows.h. */
#ifndef THNN_MAP_H
#define THNN_MAP_H

#include "THNNWindows.h"

typedef struct Map {
    int64_t count, connections, kernelH, kernelW, stepH, stepW;
    int64_t smallPlanes, smallH, smallW, largePlanes, largeH, largeW;
    const real *link; /* (connections, 2): planes of input and output */
    int smallColumn;  /* of the table */
    const real *weight, *bias, *small, *large;
    real *r;
    double scale;
} Map;

static inline void gather_planes(void *context, int64_t begin, int64_t end) {
    const Map *k = context;
    for (int64_t plane = begin; plane < end; plane++) {
        real *r = k->r + plane * k->smallH * k->smallW;
        int64_t own = plane % k->smallPlanes, image = plane / k->smallPlanes;
        for (int64_t o = 0; o < k->smallH * k->smallW; o++)
            r[o] = k->bias ? k->bias[own] : 0;
        for (int64_t c = 0; c < k->connections; c++) {
            if ((int64_t)k->link[2 * c + k->smallColumn] != own)
                continue;
            int64_t other = (int64_t)k->link[2 * c + 1 - k->smallColumn];
            const real *x =
                k->large + (image * k->largePlanes + other) * k->largeH * k->largeW;
            const real *w = k->weight + c * k->kernelH * k->kernelW;
            for (int64_t o = 0; o < k->smallH * k->smallW; o++) {
                const real *window =
                    x + o / k->smallW * k->stepH * k->largeW + o % k->smallW * k->stepW;
                real sum = 0;
                for (int64_t i = 0; i < k->kernelH; i++)
                    for (int64_t j = 0; j < k->kernelW; j++)
                        sum += w[i * k->kernelW + j] * window[i * k->largeW + j];
                r[o] += sum;
            }
        }
    }
}

static inline void spread_planes(void *context, int64_t begin, int64_t end) {
    const Map *k = context;
    for (int64_t plane = begin; plane < end; plane++) {
        real *r = k->r + plane * k->largeH * k->largeW;
        int64_t own = plane % k->largePlanes, image = plane / k->largePlanes;
        for (int64_t o = 0; o < k->largeH * k->largeW; o++)
            r[o] = k->bias ? k->bias[own] : 0;
        for (int64_t c = 0; c < k->connections; c++) {
            if ((int64_t)k->link[2 * c + 1 - k->smallColumn] != own)
                continue;
            int64_t other = (int64_t)k->link[2 * c + k->smallColumn];
            const real *x =
                k->small + (image * k->smallPlanes + other) * k->smallH * k->smallW;
            const real *w = k->weight + c * k->kernelH * k->kernelW;
            for (int64_t o = 0; o < k->smallH * k->smallW; o++) {
                real *window =
                    r + o / k->smallW * k->stepH * k->largeW + o % k->smallW * k->stepW;
                for (int64_t i = 0; i < k->kernelH; i++)
                    for (int64_t j = 0; j < k->kernelW; j++)
                        window[i * k->largeW + j] += w[i * k->kernelW + j] * x[o];
            }
        }
    }
}

/* Gradients of the kernels. */
static inline void link_planes(void *context, int64_t begin, int64_t end) {
    const Map *k = context;
    for (int64_t c = begin; c < end; c++) {
        int64_t a = (int64_t)k->link[2 * c + k->smallColumn];
        int64_t b = (int64_t)k->link[2 * c + 1 - k->smallColumn];
        for (int64_t tap = 0; tap < k->kernelH * k->kernelW; tap++) {
            double sum = 0;
            for (int64_t image = 0; image < k->count; image++) {
                const real *x =
                    k->small + (image * k->smallPlanes + a) * k->smallH * k->smallW;
                const real *window =
                    k->large + (image * k->largePlanes + b) * k->largeH * k->largeW +
                    tap / k->kernelW * k->largeW + tap % k->kernelW;
                for (int64_t o = 0; o < k->smallH * k->smallW; o++)
                    sum += (double)x[o] * window[o / k->smallW * k->stepH * k->largeW +
                                                 o % k->smallW * k->stepW];
            }
            k->r[c * k->kernelH * k->kernelW + tap] = (real)sum;
        }
    }
}

static inline int check_planes(const char *what, const THTensor *t, int64_t planes) {
    char text[TH_SHAPE_TEXT];
    TH_TRY(check_images(what, t));
    if (t->size[t->nDimension - 3] == planes)
        return 0;
    TH_FAIL(TH_ERR, "%s: invalid number of planes, expected %lld, got size %s", what,
            (long long)planes, THTensor_shapeText(text, t));
}

/* What a call reads besides the planes. */
typedef struct MapTensors {
    THTensor *table, *weight, *bias;
} MapTensors;

static inline void close_map(MapTensors *t) {
    THTensor_free(t->table);
    THTensor_free(t->weight);
    THTensor_free(t->bias);
}

/* Reads the sizes of a layer with this input; `full`: from small planes to large ones.
 * output [OUT]: the output's shape. bias may be NULL. On success the caller closes the
 * map. */
static inline int open_map(Map *k, MapTensors *t, int full, THTensor *input,
                           THTensor *weight, THTensor *bias, THTensor *table,
                           int64_t inputs, int64_t outputs, int64_t dW, int64_t dH,
                           int64_t *output) {
    char text[TH_SHAPE_TEXT], other[TH_SHAPE_TEXT];
    *t = (MapTensors){NULL, NULL, NULL};
    if (table->nDimension != 2 || table->size[1] != 2)
        TH_FAIL(TH_ERR, "connection table: expected size [? x 2], got %s",
                THTensor_shapeText(text, table));
    if (weight->nDimension != 3 || weight->size[0] != table->size[0])
        TH_FAIL(TH_ERR,
                "3D weight tensor expected (connTable:size(%lld) x kH x kW), got %s",
                (long long)table->size[0], THTensor_shapeText(text, weight));
    TH_TRY(check_window("kW", weight->size[2], "dW", dW));
    TH_TRY(check_window("kH", weight->size[1], "dH", dH));
    TH_TRY(check_planes("input", input, inputs));
    if (outputs < 1 || outputs > THNN_WINDOW_LIMIT)
        TH_FAIL(TH_ERR, "number of output planes must be from 1 to %lld, got %lld",
                (long long)THNN_WINDOW_LIMIT, (long long)outputs);
    TH_TRY(check_channels("bias", bias, outputs));
    Images images = images_of(input);
    *k = (Map){.count = images.count,
               .connections = table->size[0],
               .kernelH = weight->size[1],
               .kernelW = weight->size[2],
               .stepH = dH,
               .stepW = dW,
               .smallColumn = full ? 0 : 1};
    if (images.height > THNN_WINDOW_LIMIT || images.width > THNN_WINDOW_LIMIT ||
        (!full && (images.height < k->kernelH || images.width < k->kernelW)))
        TH_FAIL(TH_ERR,
                "input image smaller than kernel size or larger than %lld: input %s, "
                "weight %s",
                (long long)THNN_WINDOW_LIMIT, THTensor_shapeText(text, input),
                THTensor_shapeText(other, weight));
    if (full) {
        k->smallPlanes = inputs, k->largePlanes = outputs;
        k->smallH = images.height, k->smallW = images.width;
        k->largeH = (k->smallH - 1) * dH + k->kernelH;
        k->largeW = (k->smallW - 1) * dW + k->kernelW;
    } else {
        k->smallPlanes = outputs, k->largePlanes = inputs;
        k->largeH = images.height, k->largeW = images.width;
        k->smallH = (k->largeH - k->kernelH) / dH + 1;
        k->smallW = (k->largeW - k->kernelW) / dW + 1;
    }
    int n = input->nDimension;
    output[0] = images.count;
    output[n - 3] = outputs;
    output[n - 2] = full ? k->largeH : k->smallH;
    output[n - 1] = full ? k->largeW : k->smallW;

    t->table = new_contiguous(table);
    t->weight = new_contiguous(weight);
    t->bias = bias ? new_contiguous(bias) : NULL;
    if (!t->table || !t->weight || (bias && !t->bias)) {
        close_map(t);
        return TH_ERR_MEMORY;
    }
    k->link = TH_DATA(t->table);
    k->weight = TH_DATA(t->weight);
    k->bias = data_of(t->bias);
    for (int64_t c = 0; c < k->connections; c++) {
        const real *link = k->link + 2 * c;
        if (link[0] >= 0 && link[0] < (real)inputs && link[1] >= 0 &&
            link[1] < (real)outputs)
            continue;
        close_map(t);
        TH_FAIL(TH_ERR_INDEX,
                "connection %lld links input plane %g of %lld and output plane %g of "
                "%lld",
                (long long)c, (double)link[0], (long long)inputs, (double)link[1],
                (long long)outputs);
    }
    return 0;
}

/* The work of a loop on `planes` planes. */
static inline void loop_map(Map *k, int64_t planes, THRangeFunction loop) {
    int64_t taps = k->kernelH * k->kernelW, products;
    if (th_mulOverflow(k->smallH * k->smallW, taps, &products))
        products = INT64_MAX / 2;
    THParallel_for(planes, rows_per_piece(THNN_GRAIN, products), loop, k);
}

static inline int map_update_output(int full, THTensor *input, THTensor *output,
                                    THTensor *weight, THTensor *bias, THTensor *table,
                                    int64_t inputs, int64_t outputs, int64_t dW,
                                    int64_t dH) {
    Map k;
    MapTensors t;
    int64_t size[4];
    TH_TRY(open_map(&k, &t, full, input, weight, bias, table, inputs, outputs, dW, dH,
                    size));
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *y = NULL;
    if (x &&
        (y = new_output(output, input->nDimension, size, shares_storage(output, x)))) {
        k.small = k.large = TH_DATA(x);
        k.r = TH_DATA(y);
        loop_map(&k, k.count * outputs, full ? spread_planes : gather_planes);
        status = 0;
    }
    THTensor_free(x);
    close_map(&t);
    return y ? finish_output(output, y, status) : status;
}

static inline int map_update_grad_input(int full, THTensor *input, THTensor *gradOutput,
                                        THTensor *gradInput, THTensor *weight,
                                        THTensor *table, int64_t inputs,
                                        int64_t outputs, int64_t dW, int64_t dH) {
    Map k;
    MapTensors t;
    int64_t size[4];
    TH_TRY(open_map(&k, &t, full, input, weight, NULL, table, inputs, outputs, dW, dH,
                    size));
    int status = check_shape("gradOutput", gradOutput, input->nDimension, size);
    THTensor *grad = NULL, *r = NULL;
    if (status == 0) {
        status = TH_ERR_MEMORY;
        if ((grad = new_contiguous(gradOutput)) &&
            (r = new_output_as(gradInput, input, shares_storage(gradInput, grad)))) {
            k.small = k.large = TH_DATA(grad);
            k.r = TH_DATA(r);
            loop_map(&k, k.count * inputs, full ? gather_planes : spread_planes);
            status = 0;
        }
    }
    THTensor_free(grad);
    close_map(&t);
    return r ? finish_output(gradInput, r, status) : status;
}

static inline int map_acc_grad_parameters(int full, THTensor *input,
                                          THTensor *gradOutput, THTensor *gradWeight,
                                          THTensor *gradBias, THTensor *table,
                                          int64_t inputs, int64_t outputs, int64_t dW,
                                          int64_t dH, double scale) {
    Map k;
    MapTensors t;
    int64_t size[4];
    TH_TRY(open_map(&k, &t, full, input, gradWeight, gradBias, table, inputs, outputs,
                    dW, dH, size));
    int status = check_shape("gradOutput", gradOutput, input->nDimension, size);
    THTensor *x = NULL, *grad = NULL, *batch = NULL, *sums = new_real();
    THTensor *part = THTensor_newWithSize(TH_REAL_DTYPE, 3, gradWeight->size);
    if (status == 0) {
        status = TH_ERR_MEMORY;
        size[0] = k.count;
        size[1] = outputs;
        size[2] = full ? k.largeH : k.smallH;
        size[3] = full ? k.largeW : k.smallW;
        if (part && sums && (x = new_contiguous(input)) &&
            (grad = new_contiguous(gradOutput)) &&
            (batch = THTensor_newView(grad, 4, size))) {
            k.small = TH_DATA(full ? x : grad);
            k.large = TH_DATA(full ? grad : x);
            k.r = TH_DATA(part);
            loop_map(&k, k.connections, link_planes);
            status = THNN_(Conv_gradBias)(NULL, batch, sums);
        }
    }
    THTensor_free(x);
    THTensor_free(grad);
    THTensor_free(batch);
    close_map(&t);
    status = close_part("gradWeight", gradWeight, part, scale, status);
    return close_part("gradBias", gradBias, sums, scale, status);
}

#endif
