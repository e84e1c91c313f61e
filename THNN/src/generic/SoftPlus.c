/* Smooth rectifier, for float and double. */
#include "THNNActivation.h"

static Activation layer(double beta, double threshold) {
    return (Activation){&THNN_ELEMENTS.softPlus,
                        (real)beta,
                        (real)threshold,
                        THNN_GRAIN_HEAVY,
                        NULL,
                        NULL,
                        NULL};
}

int THNN_(SoftPlus_updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                                 double beta, double threshold) {
    (void)state;
    return run_activation(layer(beta, threshold), input, output, 0);
}

int THNN_(SoftPlus_updateGradInput)(THNNState *state, THTensor *input,
                                    THTensor *gradOutput, THTensor *gradInput,
                                    THTensor *output, double beta, double threshold) {
    (void)state;
    (void)output;
    return run_activation_gradient(layer(beta, threshold), input, gradOutput, gradInput,
                                   0);
}
