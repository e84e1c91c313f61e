/* Maximum of windows of planes at random places, for float and double. */
#include "THNNFractional.h"

/* randomSamples: two for each plane, width and height. */
int THNN_(SpatialFractionalMaxPooling_updateOutput)(THNNState *state, THTensor *input,
                                                    THTensor *output, int64_t outputW,
                                                    int64_t outputH, int64_t poolSizeW,
                                                    int64_t poolSizeH,
                                                    THLongTensor *indices,
                                                    THTensor *randomSamples) {
    (void)state;
    const int64_t out[2] = {outputH, outputW}, kernel[2] = {poolSizeH, poolSizeW};
    return run_fractional("fractional_max_pool2d", 2, out, kernel, input, output,
                          indices, randomSamples);
}
