/* Rectifier with random slopes (B. Xu et al., "Empirical Evaluation of Rectified
 * Activations in Convolutional Network", 2015), for float and double. */
#include "THNNTensor.h"

int THNN_(RReLU_updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                              THTensor *noise, double lower, double upper, int train,
                              int inplace, THGenerator *generator) {
    (void)state;
    if (!(lower <= upper))
        TH_FAIL(TH_ERR_VALUE,
                "Lower bound should be less than or equal to the upper bound, got "
                "lower = %g, upper = %g",
                lower, upper);
    if (inplace && output != input)
        TH_TRY(THTensor_set(output, input));
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *slopes = NULL, *y = NULL;
    if (x && (slopes = new_output_as(noise, input, 0)) &&
        (y = new_output_as(output, input, 0))) {
        const real *value = data_of(x);
        real *slope = data_of(slopes), *r = data_of(y);
        int64_t n = th_nElement(x);
        for (int64_t i = 0; i < n; i++) {
            double below = train ? 0 : (lower + upper) / 2;
            if (train && value[i] <= 0)
                below = THRandom_uniform(generator, lower, upper);
            slope[i] = value[i] > 0 ? 1 : (real)below;
            r[i] = value[i] * slope[i];
        }
        status = 0;
    }
    THTensor_free(x);
    if (slopes)
        status = finish_output(noise, slopes, status);
    return y ? finish_output(output, y, status) : status;
}
