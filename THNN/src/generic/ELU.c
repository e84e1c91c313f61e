/* Exponential linear unit, for float and double. */
#include "THNNActivation.h"

static Activation layer(double alpha, double scale) {
    return (Activation){&THNN_ELEMENTS.elu,
                        (real)alpha,
                        (real)scale,
                        THNN_GRAIN_HEAVY,
                        NULL,
                        NULL,
                        NULL};
}

int THNN_(ScaledELU_updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                                  double alpha, double scale, int inplace) {
    (void)state;
    return run_activation(layer(alpha, scale), input, output, inplace);
}

int THNN_(ScaledELU_updateGradInput)(THNNState *state, THTensor *gradOutput,
                                     THTensor *gradInput, THTensor *output,
                                     double alpha, double scale, int inplace) {
    (void)state;
    return run_activation_gradient(layer(alpha, scale), output, gradOutput, gradInput,
                                   inplace);
}
