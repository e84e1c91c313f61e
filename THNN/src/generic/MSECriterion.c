/* Mean squared error, for float and double. */
#include "THNNTensor.h"

/* The sum is made of pieces of this many elements, whatever the number of threads. */
#define PIECE 65536

typedef struct Work {
    int64_t n;
    real *r;
    double *sums;
    const real *x, *y, *grad;
    real factor;
} Work;

static void sum_pieces(void *context, int64_t begin, int64_t end) {
    const Work *w = context;
    for (int64_t i = begin; i < end; i++) {
        int64_t at = i * PIECE, n = w->n - at < PIECE ? w->n - at : PIECE;
        w->sums[i] = THNN_KERNELS.distance(n, w->x + at, w->y + at);
    }
}

static void elements(void *context, int64_t begin, int64_t end) {
    const Work *w = context;
    THNN_KERNELS.squares(end - begin, w->r + begin, w->x + begin, w->y + begin);
}

static void backward(void *context, int64_t begin, int64_t end) {
    const Work *w = context;
    THNN_KERNELS.differences(end - begin, w->r + begin, w->x + begin, w->y + begin,
                             w->grad ? w->grad + begin : NULL, w->factor);
}

/* The sum of (x - y)^2 in *result. */
static int total(Work *w, double *result) {
    uint8_t sizeClass;
    int64_t pieces = (w->n + PIECE - 1) / PIECE;
    size_t bytes = (size_t)(pieces + 1) * sizeof(double);
    if (!(w->sums = THAlloc_new(bytes, &sizeClass)))
        return TH_ERR_MEMORY;
    THParallel_for(pieces, 1, sum_pieces, w);
    *result = 0;
    for (int64_t i = 0; i < pieces; i++)
        *result += w->sums[i];
    THAlloc_free(w->sums, bytes, sizeClass);
    return 0;
}

int THNN_(MSECriterion_updateOutput)(THNNState *state, THTensor *input,
                                     THTensor *target, THTensor *output,
                                     int sizeAverage, int reduce) {
    (void)state;
    TH_TRY(check_same_elements(input, target));
    const int64_t one = 1;
    double sum;
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *y = new_contiguous(target), *r = NULL;
    if (x && y &&
        (r = reduce ? new_output(output, 1, &one, 0)
                    : new_output_as(output, input, 0))) {
        Work work = {.n = THTensor_nElement(x),
                     .r = data_of(r),
                     .x = data_of(x),
                     .y = data_of(y)};
        status = 0;
        if (!reduce)
            THParallel_for(work.n, THNN_GRAIN, elements, &work);
        else if ((status = total(&work, &sum)) == 0)
            *TH_DATA(r) = (real)(sizeAverage ? sum / (double)work.n : sum);
    }
    THTensor_free(x);
    THTensor_free(y);
    return r ? finish_output(output, r, status) : status;
}

int THNN_(MSECriterion_updateGradInput)(THNNState *state, THTensor *input,
                                        THTensor *target, THTensor *gradOutput,
                                        THTensor *gradInput, int sizeAverage,
                                        int reduce) {
    (void)state;
    TH_TRY(check_same_elements(input, target));
    if (!reduce)
        TH_TRY(check_same_size("input", input, "gradOutput", gradOutput));
    else
        TH_TRY(check_channels("gradOutput", gradOutput, 1));
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *y = new_contiguous(target), *r = NULL;
    THTensor *grad = new_contiguous(gradOutput);
    if (x && y && grad && (r = new_output_as(gradInput, input, 0))) {
        Work work = {.n = THTensor_nElement(x),
                     .r = data_of(r),
                     .x = data_of(x),
                     .y = data_of(y),
                     .grad = reduce ? NULL : data_of(grad),
                     .factor = 2};
        if (reduce)
            work.factor = (real)(2 * (double)*TH_DATA(grad) /
                                 (sizeAverage && work.n ? (double)work.n : 1));
        THParallel_for(work.n, THNN_GRAIN, backward, &work);
        status = 0;
    }
    THTensor_free(x);
    THTensor_free(y);
    THTensor_free(grad);
    return r ? finish_output(gradInput, r, status) : status;
}
