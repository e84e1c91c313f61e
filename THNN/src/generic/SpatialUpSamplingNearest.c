/* Upsampling of images by repetition, for float and double. */
#include "THNNRemap.h"

static Remap layer(int64_t scale_factor) {
    return (Remap){.axis = {{REPLICATE, 0, 0, 0, 0},
                            {NEAREST, scale_factor, 0, 0, 0},
                            {NEAREST, scale_factor, 0, 0, 0}}};
}

int THNN_(SpatialUpSamplingNearest_updateOutput)(THNNState *state, THTensor *input,
                                                 THTensor *output,
                                                 int64_t scale_factor) {
    (void)state;
    return run_remap(layer(scale_factor), 2, input, output);
}

int THNN_(SpatialUpSamplingNearest_updateGradInput)(THNNState *state, THTensor *input,
                                                    THTensor *gradOutput,
                                                    THTensor *gradInput,
                                                    int64_t scale_factor) {
    (void)state;
    return run_remap_gradient(layer(scale_factor), 2, input, gradOutput, gradInput);
}
