/* Transposed convolution of planes with kernels that each link an input plane with an
 * output plane, for float and double. */
#include "THNNMap.h"

int THNN_(SpatialFullConvolutionMap_updateOutput)(THNNState *state, THTensor *input,
                                                  THTensor *output, THTensor *weight,
                                                  THTensor *bias, THTensor *connTable,
                                                  int64_t nInputPlane,
                                                  int64_t nOutputPlane, int64_t dW,
                                                  int64_t dH) {
    (void)state;
    return map_update_output(1, input, output, weight, bias, connTable, nInputPlane,
                             nOutputPlane, dW, dH);
}

int THNN_(SpatialFullConvolutionMap_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, THTensor *bias, THTensor *connTable, int64_t nInputPlane,
    int64_t nOutputPlane, int64_t dW, int64_t dH) {
    (void)state;
    (void)bias;
    return map_update_grad_input(1, input, gradOutput, gradInput, weight, connTable,
                                 nInputPlane, nOutputPlane, dW, dH);
}

int THNN_(SpatialFullConvolutionMap_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    THTensor *gradBias, THTensor *connTable, int64_t nInputPlane, int64_t nOutputPlane,
    int64_t dW, int64_t dH, double scale) {
    (void)state;
    return map_acc_grad_parameters(1, input, gradOutput, gradWeight, gradBias,
                                   connTable, nInputPlane, nOutputPlane, dW, dH, scale);
}
