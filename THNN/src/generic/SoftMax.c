/* Softmax over one dimension, for float and double. LogSoftMax.c shares this file's
 * loops by including it with SOFTMAX_LOGARITHM. */
#include "THNNTensor.h"

#ifndef SOFTMAX_LOGARITHM
#define SOFTMAX_LOGARITHM 0
#define SOFTMAX_(name) THNN_(SoftMax_##name)
#endif

/* The tensors as (outer, n, inner), of which n is the dimension of the softmax. */
typedef struct Work {
    real *r;
    const real *x, *grad;
    int64_t n, inner, columnBlocks;
} Work;

/* Item i is a block of columns of one outer index. */
static int64_t locate(const Work *w, int64_t item, int64_t *columns) {
    int64_t outer = item / w->columnBlocks;
    int64_t column = item % w->columnBlocks * THNN_COLUMNS;
    *columns = w->inner - column < THNN_COLUMNS ? w->inner - column : THNN_COLUMNS;
    return outer * w->n * w->inner + column;
}

static void forward(void *context, int64_t begin, int64_t end) {
    const Work *w = context;
    for (int64_t item = begin; item < end; item++) {
        int64_t columns, at = locate(w, item, &columns);
        THNN_KERNELS.softMax(w->n, w->inner, columns, w->r + at, w->x + at,
                             SOFTMAX_LOGARITHM);
    }
}

/* x is the layer's output here. */
static void backward(void *context, int64_t begin, int64_t end) {
    const Work *w = context;
    for (int64_t item = begin; item < end; item++) {
        int64_t columns, at = locate(w, item, &columns);
        THNN_KERNELS.softMaxGrad(w->n, w->inner, columns, w->r + at, w->grad + at,
                                 w->x + at, SOFTMAX_LOGARITHM);
    }
}

static void run(Work *w, const THTensor *shape, int dim, THRangeFunction fn) {
    int64_t outer = 1;
    w->inner = 1;
    w->n = shape->size[dim];
    for (int d = 0; d < dim; d++)
        outer *= shape->size[d];
    for (int d = dim + 1; d < shape->nDimension; d++)
        w->inner *= shape->size[d];
    w->columnBlocks = (w->inner + THNN_COLUMNS - 1) / THNN_COLUMNS;
    int64_t columns = w->inner < THNN_COLUMNS ? w->inner : THNN_COLUMNS;
    THParallel_for(outer * w->columnBlocks,
                   rows_per_piece(THNN_GRAIN_HEAVY, w->n * columns), fn, w);
}

int SOFTMAX_(updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                           int64_t dim) {
    (void)state;
    int wrapped = THTensor_wrapDim(dim, input->nDimension);
    TH_TRY(wrapped);

    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *y = NULL;
    if (x && (y = new_output_as(output, input, 0))) {
        Work work = {.r = data_of(y), .x = data_of(x)};
        run(&work, x, wrapped, forward);
        status = 0;
    }
    THTensor_free(x);
    return y ? finish_output(output, y, status) : status;
}

int SOFTMAX_(updateGradInput)(THNNState *state, THTensor *input, THTensor *gradOutput,
                              THTensor *gradInput, THTensor *output, int64_t dim) {
    (void)state;
    (void)input;
    int wrapped = THTensor_wrapDim(dim, output->nDimension);
    TH_TRY(wrapped);
    TH_TRY(check_same_size("output", output, "gradOutput", gradOutput));

    int status = TH_ERR_MEMORY;
    THTensor *y = new_contiguous(output), *grad = new_contiguous(gradOutput), *r = NULL;
    if (y && grad && (r = new_output_as(gradInput, output, 0))) {
        Work work = {.r = data_of(r), .x = data_of(y), .grad = data_of(grad)};
        run(&work, y, wrapped, backward);
        status = 0;
    }
    THTensor_free(y);
    THTensor_free(grad);
    return r ? finish_output(gradInput, r, status) : status;
}
