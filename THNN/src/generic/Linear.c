/* Linear layer, for float and double: one matrix product that starts from the bias. */
#include "THNNTensor.h"

int THNN_(Linear_updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                               THTensor *weight, THTensor *bias, THTensor *addBuffer) {
    (void)state;
    (void)addBuffer;
    char text[TH_SHAPE_TEXT], other[TH_SHAPE_TEXT];
    if (weight->nDimension != 2)
        TH_FAIL(TH_ERR, "linear: weight must be 2D (out_features, in_features), got %s",
                THTensor_shapeText(text, weight));
    if (input->nDimension < 1 || input->nDimension > 2)
        TH_FAIL(TH_ERR, "input must be vector or matrix, got %s",
                THTensor_shapeText(text, input));
    if (input->size[input->nDimension - 1] != weight->size[1])
        TH_FAIL(TH_ERR,
                "size mismatch, m1: %s, m2: %s (linear: input and transposed weight)",
                THTensor_shapeText(text, input), THTensor_shapeText(other, weight));
    TH_TRY(check_channels("bias", bias, weight->size[0]));

    if (input->nDimension == 1)
        return bias ? THTensor_(addmv)(output, 1, bias, 1, weight, input)
                    : THTensor_(mv)(output, weight, input);
    int status = TH_ERR_MEMORY;
    THTensor *transposed = THTensor_newT(weight);
    if (transposed)
        status = bias ? THTensor_(addmm)(output, 1, bias, 1, input, transposed)
                      : THTensor_(mm)(output, input, transposed);
    THTensor_free(transposed);
    return status;
}
