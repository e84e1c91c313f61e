/* Padding that repeats the border of a volume, for float and double. */
#include "THNNRemap.h"

static Remap layer(int64_t pleft, int64_t pright, int64_t ptop, int64_t pbottom,
                   int64_t pfront, int64_t pback) {
    return (Remap){.axis = {{REPLICATE, pfront, pback, 0, 0},
                            {REPLICATE, ptop, pbottom, 0, 0},
                            {REPLICATE, pleft, pright, 0, 0}}};
}

int THNN_(VolumetricReplicationPadding_updateOutput)(THNNState *state, THTensor *input,
                                                     THTensor *output, int64_t pleft,
                                                     int64_t pright, int64_t ptop,
                                                     int64_t pbottom, int64_t pfront,
                                                     int64_t pback) {
    (void)state;
    return run_remap(layer(pleft, pright, ptop, pbottom, pfront, pback), 3, input,
                     output);
}

int THNN_(VolumetricReplicationPadding_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    int64_t pleft, int64_t pright, int64_t ptop, int64_t pbottom, int64_t pfront,
    int64_t pback) {
    (void)state;
    return run_remap_gradient(layer(pleft, pright, ptop, pbottom, pfront, pback), 3,
                              input, gradOutput, gradInput);
}
