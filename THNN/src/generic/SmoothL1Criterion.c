/* Huber's loss: squared near 0, absolute elsewhere, for float and double. */
#include "THNNLoss.h"

int THNN_(SmoothL1Criterion_updateOutput)(THNNState *state, THTensor *input,
                                          THTensor *target, THTensor *output,
                                          int sizeAverage, int reduce) {
    (void)state;
    return run_loss(&THNN_ELEMENTS.smoothAbsolute, input, target, output, sizeAverage,
                    reduce);
}

int THNN_(SmoothL1Criterion_updateGradInput)(THNNState *state, THTensor *input,
                                             THTensor *target, THTensor *gradOutput,
                                             THTensor *gradInput, int sizeAverage,
                                             int reduce) {
    (void)state;
    return run_loss_gradient(&THNN_ELEMENTS.smoothAbsolute, input, target, gradOutput,
                             gradInput, sizeAverage, reduce);
}
