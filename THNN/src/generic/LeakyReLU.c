/* Leaky rectifier, for float and double. */
#include "THNNActivation.h"

static Activation layer(double negval) {
    return (Activation){
        &THNN_ELEMENTS.leakyReLU, (real)negval, (real)0, THNN_GRAIN, NULL, NULL, NULL};
}

int THNN_(LeakyReLU_updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                                  double negval, int inplace) {
    (void)state;
    return run_activation(layer(negval), input, output, inplace);
}

int THNN_(LeakyReLU_updateGradInput)(THNNState *state, THTensor *input,
                                     THTensor *gradOutput, THTensor *gradInput,
                                     double negval, int inplace) {
    (void)state;
    return run_activation_gradient(layer(negval), input, gradOutput, gradInput,
                                   inplace);
}
