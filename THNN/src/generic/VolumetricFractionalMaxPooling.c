/* Maximum of windows of volumes at random places, for float and double. The time is the
 * last dimension: (C, H, W, T), as in 0.3. */
#include "THNNFractional.h"

/* randomSamples: three for each plane, time, width and height. */
int THNN_(VolumetricFractionalMaxPooling_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, int64_t outputT,
    int64_t outputW, int64_t outputH, int64_t poolSizeT, int64_t poolSizeW,
    int64_t poolSizeH, THLongTensor *indices, THTensor *randomSamples) {
    (void)state;
    const int64_t out[3] = {outputH, outputW, outputT};
    const int64_t kernel[3] = {poolSizeH, poolSizeW, poolSizeT};
    return run_fractional("VolumetricFractionalMaxPooling", 3, out, kernel, input,
                          output, indices, randomSamples);
}
