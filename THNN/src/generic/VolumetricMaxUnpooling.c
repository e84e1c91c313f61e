/* The inverse of max pooling over volumes, with zeros, for float and double. Indices
 * are places in the whole volume; steps and padding only belong to the pooling. */
#include "THNNUnpooling.h"

static int check_pooling(int64_t dT, int64_t dW, int64_t dH) {
    if (dT > 0 && dW > 0 && dH > 0)
        return 0;
    TH_FAIL(TH_ERR,
            "stride should be greater than zero, but got dT: %lld dH: %lld dW: %lld",
            (long long)dT, (long long)dH, (long long)dW);
}

int THNN_(VolumetricMaxUnpooling_updateOutput)(THNNState *state, THTensor *input,
                                               THTensor *output, THLongTensor *indices,
                                               int64_t oT, int64_t oW, int64_t oH,
                                               int64_t dT, int64_t dW, int64_t dH,
                                               int64_t pT, int64_t pW, int64_t pH) {
    (void)state;
    (void)pT;
    (void)pW;
    (void)pH;
    const int64_t full[3] = {oT, oH, oW};
    TH_TRY(check_pooling(dT, dW, dH));
    return run_unpooling(3, input, output, indices, full);
}

int THNN_(VolumetricMaxUnpooling_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THLongTensor *indices, int64_t oT, int64_t oW, int64_t oH, int64_t dT, int64_t dW,
    int64_t dH, int64_t pT, int64_t pW, int64_t pH) {
    (void)state;
    (void)pT;
    (void)pW;
    (void)pH;
    const int64_t full[3] = {oT, oH, oW};
    TH_TRY(check_pooling(dT, dW, dH));
    return run_unpooling_gradient(3, input, gradOutput, gradInput, indices, full);
}
