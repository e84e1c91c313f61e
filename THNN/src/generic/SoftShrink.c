/* Shrinkage towards 0, for float and double. */
#include "THNNActivation.h"

static Activation layer(double lambda) {
    return (Activation){
        &THNN_ELEMENTS.softShrink, (real)lambda, (real)0, THNN_GRAIN, NULL, NULL, NULL};
}

int THNN_(SoftShrink_updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                                   double lambda) {
    (void)state;
    return run_activation(layer(lambda), input, output, 0);
}

int THNN_(SoftShrink_updateGradInput)(THNNState *state, THTensor *input,
                                      THTensor *gradOutput, THTensor *gradInput,
                                      double lambda) {
    (void)state;
    return run_activation_gradient(layer(lambda), input, gradOutput, gradInput, 0);
}
