/* The two directions of a loss that is a sum over elements, around the loops of
 * THNNElements.h. Included by the templates after THNNTensor.h. */
#ifndef THNN_LOSS_H
#define THNN_LOSS_H

#include "THNNElements.h"
#include "THNNTensor.h"

/* The sum is made of pieces of this many elements, whatever the number of threads. */
#define THNN_LOSS_PIECE 16384

typedef struct Loss {
    const THNN_LOSS *loops;
    int64_t n;
    real *r;
    double *sums;
    const real *x, *y, *grad;
    real factor;
} Loss;

static void loss_pieces(void *context, int64_t begin, int64_t end) {
    const Loss *k = context;
    for (int64_t i = begin; i < end; i++) {
        int64_t at = i * THNN_LOSS_PIECE;
        int64_t n = k->n - at < THNN_LOSS_PIECE ? k->n - at : THNN_LOSS_PIECE;
        k->sums[i] = k->loops->sum(n, k->x + at, k->y + at);
    }
}

static void loss_values(void *context, int64_t begin, int64_t end) {
    const Loss *k = context;
    k->loops->values(end - begin, k->r + begin, k->x + begin, k->y + begin);
}

static void loss_slopes(void *context, int64_t begin, int64_t end) {
    const Loss *k = context;
    k->loops->slopes(end - begin, k->r + begin, k->x + begin, k->y + begin,
                     k->grad ? k->grad + begin : NULL, k->factor);
}

static int loss_sum(Loss *k, double *result) {
    uint8_t sizeClass;
    int64_t pieces = (k->n + THNN_LOSS_PIECE - 1) / THNN_LOSS_PIECE;
    size_t bytes = (size_t)(pieces + 1) * sizeof(double);
    if (!(k->sums = THAlloc_new(bytes, &sizeClass)))
        return TH_ERR_MEMORY;
    THParallel_for(pieces, 1, loss_pieces, k);
    *result = 0;
    for (int64_t i = 0; i < pieces; i++)
        *result += k->sums[i];
    THAlloc_free(k->sums, bytes, sizeClass);
    return 0;
}

/* output [OUT] (1), or of the size of input without reduce. */
static inline int run_loss(const THNN_LOSS *loops, THTensor *input, THTensor *target,
                           THTensor *output, int sizeAverage, int reduce) {
    TH_TRY(check_same_elements(input, target));
    const int64_t one = 1;
    double sum;
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *y = new_contiguous(target), *r = NULL;
    if (x && y &&
        (r = reduce ? new_output(output, 1, &one, 0)
                    : new_output_as(output, input, 0))) {
        Loss k = {.loops = loops,
                  .n = th_nElement(x),
                  .r = data_of(r),
                  .x = data_of(x),
                  .y = data_of(y)};
        status = 0;
        if (!reduce)
            THParallel_for(k.n, THNN_GRAIN_HEAVY, loss_values, &k);
        else if ((status = loss_sum(&k, &sum)) == 0)
            *TH_DATA(r) = (real)(sizeAverage ? sum / (double)k.n : sum);
    }
    THTensor_free(x);
    THTensor_free(y);
    return r ? finish_output(output, r, status) : status;
}

/* gradInput [OUT]; gradOutput has the size of what run_loss gave. */
static inline int run_loss_gradient(const THNN_LOSS *loops, THTensor *input,
                                    THTensor *target, THTensor *gradOutput,
                                    THTensor *gradInput, int sizeAverage, int reduce) {
    TH_TRY(check_same_elements(input, target));
    if (!reduce)
        TH_TRY(check_same_size("input", input, "gradOutput", gradOutput));
    else
        TH_TRY(check_channels("gradOutput", gradOutput, 1));
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *y = new_contiguous(target), *r = NULL;
    THTensor *grad = new_contiguous(gradOutput);
    if (x && y && grad && (r = new_output_as(gradInput, input, 0))) {
        Loss k = {.loops = loops,
                  .n = th_nElement(x),
                  .r = data_of(r),
                  .x = data_of(x),
                  .y = data_of(y),
                  .grad = reduce ? NULL : data_of(grad),
                  .factor = 1};
        if (reduce)
            k.factor =
                (real)((double)*TH_DATA(grad) / (sizeAverage && k.n ? (double)k.n : 1));
        THParallel_for(k.n, THNN_GRAIN_HEAVY, loss_slopes, &k);
        status = 0;
    }
    THTensor_free(x);
    THTensor_free(y);
    THTensor_free(grad);
    return r ? finish_output(gradInput, r, status) : status;
}

#endif
