/* Dropout, for float and double. */
#include "THNNTensor.h"

typedef struct {
    const real *input;
    real *factor, *output;
    real kept;
} Drop;

/* Scales what is kept: the factors are 0 or 1 before. */
static void drop_range(void *context, int64_t begin, int64_t end) {
    const Drop *d = context;
    for (int64_t i = begin; i < end; i++) {
        d->factor[i] *= d->kept;
        d->output[i] = d->input[i] * d->factor[i];
    }
}

int THNN_(Dropout_updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                                THTensor *noise, THGenerator *generator, double p,
                                int inplace) {
    (void)state;
    if (!(p >= 0 && p <= 1))
        TH_FAIL(TH_ERR_VALUE,
                "dropout probability has to be between 0 and 1, but got %g", p);
    if (inplace && output != input)
        TH_TRY(THTensor_set(output, input));

    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *mask = NULL, *y = NULL;
    if (x && (mask = new_output_as(noise, input, 0)) &&
        (y = new_output_as(output, input, 0)) &&
        !(status = THTensor_(bernoulli)(mask, generator, 1 - p))) {
        /* With p == 1 nothing is kept: no division by 0. */
        Drop work = {data_of(x), data_of(mask), data_of(y),
                     p < 1 ? (real)(1 / (1 - p)) : 0};
        THParallel_for(th_nElement(x), THNN_GRAIN, drop_range, &work);
    }
    THTensor_free(x);
    if (mask)
        status = finish_output(noise, mask, status);
    return y ? finish_output(output, y, status) : status;
}
