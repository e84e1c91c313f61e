/* Logarithm of the logistic function, for float and double. */
#include "THNNActivation.h"

static Activation layer(void) {
    return (Activation){&THNN_ELEMENTS.logSigmoid,
                        (real)0,
                        (real)0,
                        THNN_GRAIN_HEAVY,
                        NULL,
                        NULL,
                        NULL};
}

int THNN_(LogSigmoid_updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                                   THTensor *buffer) {
    (void)state;
    (void)buffer;
    return run_activation(layer(), input, output, 0);
}

int THNN_(LogSigmoid_updateGradInput)(THNNState *state, THTensor *input,
                                      THTensor *gradOutput, THTensor *gradInput,
                                      THTensor *buffer) {
    (void)state;
    (void)buffer;
    return run_activation_gradient(layer(), input, gradOutput, gradInput, 0);
}
