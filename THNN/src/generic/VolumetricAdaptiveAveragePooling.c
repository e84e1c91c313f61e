/* Average of as many pieces as asked for, for float and double. */
#include "THNNPooling.h"

int THNN_(VolumetricAdaptiveAveragePooling_updateOutput)(THNNState *state,
                                                         THTensor *input,
                                                         THTensor *output,
                                                         int64_t osizeT, int64_t osizeW,
                                                         int64_t osizeH) {
    (void)state;
    Pool k = {.axis = {{0, 0, 0, 1, 0, osizeT},
                       {0, 0, 0, 1, 0, osizeH},
                       {0, 0, 0, 1, 0, osizeW}}};
    int64_t size[5];
    TH_TRY(open_pool(&k, input, 3, 0, size));
    return run_average(&k, input, output, size);
}

int THNN_(VolumetricAdaptiveAveragePooling_updateGradInput)(THNNState *state,
                                                            THTensor *input,
                                                            THTensor *gradOutput,
                                                            THTensor *gradInput) {
    (void)state;
    int n = gradOutput->nDimension;
    if (n != input->nDimension || n < 4)
        TH_FAIL(TH_ERR, "gradOutput has %d dimensions, the input %d", n,
                input->nDimension);
    Pool k = {.axis = {{0, 0, 0, 1, 0, gradOutput->size[n - 3]},
                       {0, 0, 0, 1, 0, gradOutput->size[n - 2]},
                       {0, 0, 0, 1, 0, gradOutput->size[n - 1]}}};
    int64_t size[5];
    TH_TRY(open_pool(&k, input, 3, 0, size));
    return run_average_gradient(&k, input, gradOutput, gradInput, size);
}
