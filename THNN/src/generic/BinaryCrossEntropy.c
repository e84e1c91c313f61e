/* Cross entropy of probabilities, for float and double. */
#include "THNNLoss.h"

int THNN_(BinaryCrossEntropy_updateOutput)(THNNState *state, THTensor *input,
                                           THTensor *target, THTensor *output,
                                           int sizeAverage, int reduce) {
    (void)state;
    return run_loss(&THNN_ELEMENTS.crossEntropy, input, target, output, sizeAverage,
                    reduce);
}

int THNN_(BinaryCrossEntropy_updateGradInput)(THNNState *state, THTensor *input,
                                              THTensor *target, THTensor *gradOutput,
                                              THTensor *gradInput, int sizeAverage,
                                              int reduce) {
    (void)state;
    return run_loss_gradient(&THNN_ELEMENTS.crossEntropy, input, target, gradOutput,
                             gradInput, sizeAverage, reduce);
}
