/* Logistic loss for targets 1 and -1, for float and double. */
#include "THNNLoss.h"

int THNN_(SoftMarginLoss_updateOutput)(THNNState *state, THTensor *input,
                                       THTensor *target, THTensor *output,
                                       int sizeAverage, int reduce) {
    (void)state;
    return run_loss(&THNN_ELEMENTS.softMargin, input, target, output, sizeAverage,
                    reduce);
}

int THNN_(SoftMarginLoss_updateGradInput)(THNNState *state, THTensor *input,
                                          THTensor *target, THTensor *gradOutput,
                                          THTensor *gradInput, int sizeAverage,
                                          int reduce) {
    (void)state;
    return run_loss_gradient(&THNN_ELEMENTS.softMargin, input, target, gradOutput,
                             gradInput, sizeAverage, reduce);
}
