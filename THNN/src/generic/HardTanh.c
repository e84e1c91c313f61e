/* Limits to an interval, for float and double. */
#include "THNNActivation.h"

static Activation layer(double min_val, double max_val) {
    return (Activation){&THNN_ELEMENTS.hardTanh,
                        (real)min_val,
                        (real)max_val,
                        THNN_GRAIN,
                        NULL,
                        NULL,
                        NULL};
}

int THNN_(HardTanh_updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                                 double min_val, double max_val, int inplace) {
    (void)state;
    return run_activation(layer(min_val, max_val), input, output, inplace);
}

int THNN_(HardTanh_updateGradInput)(THNNState *state, THTensor *input,
                                    THTensor *gradOutput, THTensor *gradInput,
                                    double min_val, double max_val, int inplace) {
    (void)state;
    return run_activation_gradient(layer(min_val, max_val), input, gradOutput,
                                   gradInput, inplace);
}
