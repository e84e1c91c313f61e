/* Average over windows of images, for float and double. */
#include "THNNPooling.h"

int THNN_(SpatialAveragePooling_updateOutput)(THNNState *state, THTensor *input,
                                              THTensor *output, int64_t kW, int64_t kH,
                                              int64_t dW, int64_t dH, int64_t padW,
                                              int64_t padH, int ceil_mode,
                                              int count_include_pad) {
    (void)state;
    Pool k = {.axis = {THNN_NO_AXIS, {kH, dH, padH, 1, 0, 0}, {kW, dW, padW, 1, 0, 0}},
              .includePad = count_include_pad};
    int64_t size[5];
    TH_TRY(open_pool(&k, input, 2, ceil_mode, size));
    return run_average(&k, input, output, size);
}

int THNN_(SpatialAveragePooling_updateGradInput)(THNNState *state, THTensor *input,
                                                 THTensor *gradOutput,
                                                 THTensor *gradInput, int64_t kW,
                                                 int64_t kH, int64_t dW, int64_t dH,
                                                 int64_t padW, int64_t padH,
                                                 int ceil_mode, int count_include_pad) {
    (void)state;
    Pool k = {.axis = {THNN_NO_AXIS, {kH, dH, padH, 1, 0, 0}, {kW, dW, padW, 1, 0, 0}},
              .includePad = count_include_pad};
    int64_t size[5];
    TH_TRY(open_pool(&k, input, 2, ceil_mode, size));
    return run_average_gradient(&k, input, gradOutput, gradInput, size);
}
