/* Padding that mirrors the image at its border, for float and double. */
#include "THNNRemap.h"

static Remap layer(int64_t pad_l, int64_t pad_r, int64_t pad_t, int64_t pad_b) {
    return (Remap){.axis = {{REPLICATE, 0, 0, 0, 0},
                            {REFLECT, pad_t, pad_b, 0, 0},
                            {REFLECT, pad_l, pad_r, 0, 0}}};
}

int THNN_(SpatialReflectionPadding_updateOutput)(THNNState *state, THTensor *input,
                                                 THTensor *output, int64_t pad_l,
                                                 int64_t pad_r, int64_t pad_t,
                                                 int64_t pad_b) {
    (void)state;
    return run_remap(layer(pad_l, pad_r, pad_t, pad_b), 2, input, output);
}

int THNN_(SpatialReflectionPadding_updateGradInput)(THNNState *state, THTensor *input,
                                                    THTensor *gradOutput,
                                                    THTensor *gradInput, int64_t pad_l,
                                                    int64_t pad_r, int64_t pad_t,
                                                    int64_t pad_b) {
    (void)state;
    return run_remap_gradient(layer(pad_l, pad_r, pad_t, pad_b), 2, input, gradOutput,
                              gradInput);
}
