/* Cross entropy of probabilities given by their logits, for float and double. */
#include "THNNLoss.h"

int THNN_(BCEWithLogitsCriterion_updateOutput)(THNNState *state, THTensor *input,
                                               THTensor *target, THTensor *output,
                                               int sizeAverage, int reduce) {
    (void)state;
    return run_loss(&THNN_ELEMENTS.logits, input, target, output, sizeAverage, reduce);
}

int THNN_(BCEWithLogitsCriterion_updateGradInput)(THNNState *state, THTensor *input,
                                                  THTensor *target,
                                                  THTensor *gradOutput,
                                                  THTensor *gradInput, int sizeAverage,
                                                  int reduce) {
    (void)state;
    return run_loss_gradient(&THNN_ELEMENTS.logits, input, target, gradOutput,
                             gradInput, sizeAverage, reduce);
}
