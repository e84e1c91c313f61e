/* Maximum of windows of volumes, for float and double. */
#include "THNNPooling.h"

int THNN_(VolumetricDilatedMaxPooling_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THLongTensor *indices,
    int64_t kT, int64_t kW, int64_t kH, int64_t dT, int64_t dW, int64_t dH, int64_t pT,
    int64_t pW, int64_t pH, int64_t dilationT, int64_t dilationW, int64_t dilationH,
    int ceil_mode) {
    (void)state;
    Pool k = {.axis = {{kT, dT, pT, dilationT, 0, 0},
                       {kH, dH, pH, dilationH, 0, 0},
                       {kW, dW, pW, dilationW, 0, 0}}};
    int64_t size[5];
    TH_TRY(open_pool(&k, input, 3, ceil_mode, size));
    return run_max(&k, pool_max, input, output, indices, size);
}
