/* Dropout, for float and double. */
#include "THNNTensor.h"

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
        (y = new_output_as(output, input, 0))) {
        const real *value = data_of(x);
        real *factor = data_of(mask), *r = data_of(y);
        /* With p == 1 nothing is kept: no division by 0. */
        real kept = p < 1 ? (real)(1 / (1 - p)) : 0;
        int64_t n = th_nElement(x);
        for (int64_t i = 0; i < n; i++) {
            factor[i] = THRandom_bernoulli(generator, 1 - p) ? kept : 0;
            r[i] = value[i] * factor[i];
        }
        status = 0;
    }
    THTensor_free(x);
    if (mask)
        status = finish_output(noise, mask, status);
    return y ? finish_output(output, y, status) : status;
}
