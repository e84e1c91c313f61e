/* The inverse of max pooling over planes, with zeros, for float and double. */
#include "THNNUnpooling.h"

int THNN_(SpatialMaxUnpooling_updateOutput)(THNNState *state, THTensor *input,
                                            THTensor *output, THLongTensor *indices,
                                            int64_t owidth, int64_t oheight) {
    (void)state;
    const int64_t full[2] = {oheight, owidth};
    return run_unpooling(2, input, output, indices, full);
}

int THNN_(SpatialMaxUnpooling_updateGradInput)(THNNState *state, THTensor *input,
                                               THTensor *gradOutput,
                                               THTensor *gradInput,
                                               THLongTensor *indices, int64_t owidth,
                                               int64_t oheight) {
    (void)state;
    const int64_t full[2] = {oheight, owidth};
    return run_unpooling_gradient(2, input, gradOutput, gradInput, indices, full);
}
