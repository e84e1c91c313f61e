/* Maximum of as many pieces as asked for, for float and double. */
#include "THNNPooling.h"

int THNN_(VolumetricAdaptiveMaxPooling_updateOutput)(THNNState *state, THTensor *input,
                                                     THTensor *output,
                                                     THLongTensor *indices,
                                                     int64_t osizeT, int64_t osizeW,
                                                     int64_t osizeH) {
    (void)state;
    Pool k = {.axis = {{0, 0, 0, 1, 0, osizeT},
                       {0, 0, 0, 1, 0, osizeH},
                       {0, 0, 0, 1, 0, osizeW}}};
    int64_t size[5];
    TH_TRY(open_pool(&k, input, 3, 0, size));
    return run_max(&k, pool_max, input, output, indices, size);
}
