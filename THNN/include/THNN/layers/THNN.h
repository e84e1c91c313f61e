/* The other functions of THNN 0.3, for float and double: what extensions and
 * torch._thnn call by the names and with the arguments of that version. They lead to
 * the kernels of generic/THNN.h. TH_OPTIONAL: may be NULL; gradients of parameters are
 * added, everything else is overwritten. */
#ifndef TH_GENERIC_FILE
#error "included by THNN/THNN.h only"
#endif

/* ---- activations: element by element ---- */
TH_API int THNN_(Abs_updateOutput)(THNNState *state, THTensor *input, THTensor *output);
TH_API int THNN_(Abs_updateGradInput)(THNNState *state, THTensor *input,
                                      THTensor *gradOutput, THTensor *gradInput);
TH_API int THNN_(Sigmoid_updateOutput)(THNNState *state, THTensor *input,
                                       THTensor *output);
TH_API int THNN_(Sigmoid_updateGradInput)(THNNState *state, THTensor *gradOutput,
                                          THTensor *gradInput, THTensor *output);
TH_API int THNN_(Tanh_updateOutput)(THNNState *state, THTensor *input,
                                    THTensor *output);
TH_API int THNN_(Tanh_updateGradInput)(THNNState *state, THTensor *gradOutput,
                                       THTensor *gradInput, THTensor *output);
TH_API int THNN_(Square_updateOutput)(THNNState *state, THTensor *input,
                                      THTensor *output);
TH_API int THNN_(Square_updateGradInput)(THNNState *state, THTensor *input,
                                         THTensor *gradOutput, THTensor *gradInput);
/* sqrt(input + eps) */
TH_API int THNN_(Sqrt_updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                                    double eps);
TH_API int THNN_(Sqrt_updateGradInput)(THNNState *state, THTensor *input,
                                       THTensor *gradOutput, THTensor *gradInput,
                                       THTensor *output);
/* input > 0 ? input : alpha * (exp(input) - 1); the gradient reads the output. */
TH_API int THNN_(ELU_updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                                   double alpha, int inplace);
TH_API int THNN_(ELU_updateGradInput)(THNNState *state, THTensor *gradOutput,
                                      THTensor *gradInput, THTensor *output,
                                      double alpha, int inplace);
/* The first half along dim, times the sigmoid of the second half. */
TH_API int THNN_(GatedLinear_updateOutput)(THNNState *state, THTensor *input,
                                           THTensor *output, int64_t dim);
TH_API int THNN_(GatedLinear_updateGradInput)(THNNState *state, THTensor *input,
                                              THTensor *gradOutput, THTensor *gradInput,
                                              int64_t dim);
/* gradWeight += scale * gradient; gradInput is not used. */
TH_API int THNN_(PReLU_accGradParameters)(THNNState *state, THTensor *input,
                                          THTensor *gradOutput,
                                          TH_OPTIONAL THTensor *gradInput,
                                          THTensor *weight, THTensor *gradWeight,
                                          double scale);
TH_API int THNN_(RReLU_updateGradInput)(THNNState *state, THTensor *input,
                                        THTensor *gradOutput, THTensor *gradInput,
                                        THTensor *noise, double lower, double upper,
                                        int train, int inplace);
/* ---- linear: gradWeight and gradBias += scale * gradient; gradInput, weight, bias and
 * addBuffer are not used there. ---- */
TH_API int THNN_(Linear_updateGradInput)(THNNState *state, THTensor *input,
                                         THTensor *gradOutput, THTensor *gradInput,
                                         THTensor *weight);
TH_API int THNN_(Linear_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput,
    TH_OPTIONAL THTensor *gradInput, TH_OPTIONAL THTensor *weight,
    TH_OPTIONAL THTensor *bias, THTensor *gradWeight, TH_OPTIONAL THTensor *gradBias,
    TH_OPTIONAL THTensor *addBuffer, double scale);
/* ---- linear on sparse samples: weight (outDim, inDim), bias (outDim); input (nnz, 3):
 * sample, column, value; the older form (samples, nnz, 2): column, value. output
 * (samples, outDim), sized by the caller except in the older form. Only columns that
 * lastInput names are cleared and updated. ---- */
TH_API int THNN_(SparseLinear_updateOutput)(THNNState *state, THTensor *input,
                                            THTensor *output, THTensor *weight,
                                            THTensor *bias);
TH_API int THNN_(SparseLinear_accGradParameters)(THNNState *state, THTensor *input,
                                                 THTensor *gradOutput,
                                                 THTensor *gradWeight,
                                                 THTensor *gradBias, THTensor *weight,
                                                 TH_OPTIONAL THTensor *bias,
                                                 double weightDecay, double scale);
TH_API int THNN_(SparseLinear_zeroGradParameters)(THNNState *state,
                                                  THTensor *gradWeight,
                                                  THTensor *gradBias,
                                                  THTensor *lastInput);
TH_API int THNN_(SparseLinear_updateParameters)(THNNState *state, THTensor *weight,
                                                THTensor *bias, THTensor *gradWeight,
                                                THTensor *gradBias, THTensor *lastInput,
                                                double learningRate);
TH_API int THNN_(SparseLinear_legacyUpdateOutput)(THNNState *state, THTensor *input,
                                                  THTensor *output, THTensor *weight,
                                                  THTensor *bias);
TH_API int THNN_(SparseLinear_legacyAccGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    THTensor *gradBias, THTensor *weight, TH_OPTIONAL THTensor *bias,
    double weightDecay, double scale);
TH_API int THNN_(SparseLinear_legacyZeroGradParameters)(THNNState *state,
                                                        THTensor *gradWeight,
                                                        THTensor *gradBias,
                                                        THTensor *lastInput);
TH_API int THNN_(SparseLinear_legacyUpdateParameters)(
    THNNState *state, THTensor *weight, THTensor *bias, THTensor *gradWeight,
    THTensor *gradBias, THTensor *lastInput, double learningRate);
/* ---- one step of LSTM and GRU from the sums of their gates ---- */
/* input (N, G H) of the input, hidden (N, G H) of the state, to which bias1 and bias2
 * (G H) are added; G is 4 for LSTM, 3 for GRU. cell, hx (N, H): previous ones; output,
 * outputCell [OUT]. LSTM leaves the values of its gates in input, which must be
 * contiguous; GRU what the gradient needs in storage [OUT] (N, 5 H). */
TH_API int THNN_(LSTMFused_updateOutput)(THNNState *state, THTensor *input,
                                         THTensor *hidden, TH_OPTIONAL THTensor *bias1,
                                         TH_OPTIONAL THTensor *bias2, THTensor *cell,
                                         THTensor *output, THTensor *outputCell);
/* storage: input after updateOutput; gradInGates [OUT] (N, 4 H): gradient of either
 * sum. */
TH_API int THNN_(LSTMFused_updateGradInput)(THNNState *state, THTensor *storage,
                                            THTensor *gradInGates, THTensor *cx,
                                            THTensor *cy, THTensor *gradOutput,
                                            TH_OPTIONAL THTensor *gradOutputCell,
                                            THTensor *gradInputCx);
TH_API int THNN_(GRUFused_updateOutput)(THNNState *state, THTensor *input,
                                        THTensor *hidden, TH_OPTIONAL THTensor *bias1,
                                        TH_OPTIONAL THTensor *bias2, THTensor *hx,
                                        THTensor *output, THTensor *storage);
/* gradInInput, gradInHidden [OUT] (N, 3 H) */
TH_API int THNN_(GRUFused_updateGradInput)(THNNState *state, THTensor *gradInInput,
                                           THTensor *gradInHidden, THTensor *gradOutput,
                                           THTensor *gradInputHx, THTensor *storage);
/* gradWeight and gradBias += scale * gradient. */
TH_API int THNN_(BatchNormalization_backward)(
    THNNState *state, THTensor *input, THTensor *gradOutput,
    TH_OPTIONAL THTensor *gradInput, TH_OPTIONAL THTensor *gradWeight,
    TH_OPTIONAL THTensor *gradBias, TH_OPTIONAL THTensor *weight,
    TH_OPTIONAL THTensor *running_mean, TH_OPTIONAL THTensor *running_var,
    TH_OPTIONAL THTensor *save_mean, TH_OPTIONAL THTensor *save_std, int train,
    double scale, double eps);
/* ---- losses: output (1); the gradient is that of the output itself ---- */
TH_API int THNN_(L1Cost_updateOutput)(THNNState *state, THTensor *input,
                                      THTensor *output);
TH_API int THNN_(L1Cost_updateGradInput)(THNNState *state, THTensor *input,
                                         TH_OPTIONAL THTensor *gradOutput,
                                         THTensor *gradInput);
TH_API int THNN_(BCECriterion_updateOutput)(THNNState *state, THTensor *input,
                                            THTensor *target, THTensor *output,
                                            int sizeAverage,
                                            TH_OPTIONAL THTensor *weights);
TH_API int THNN_(BCECriterion_updateGradInput)(THNNState *state, THTensor *input,
                                               THTensor *target, THTensor *gradInput,
                                               int sizeAverage,
                                               TH_OPTIONAL THTensor *weights);
TH_API int THNN_(SoftMarginCriterion_updateOutput)(THNNState *state, THTensor *input,
                                                   THTensor *target, THTensor *output,
                                                   int sizeAverage);
TH_API int THNN_(SoftMarginCriterion_updateGradInput)(THNNState *state, THTensor *input,
                                                      THTensor *target,
                                                      THTensor *gradInput,
                                                      int sizeAverage);
TH_API int THNN_(MarginCriterion_updateOutput)(THNNState *state, THTensor *input,
                                               THTensor *target, THTensor *output,
                                               int sizeAverage, double margin);
TH_API int THNN_(MarginCriterion_updateGradInput)(THNNState *state, THTensor *input,
                                                  THTensor *target, THTensor *gradInput,
                                                  int sizeAverage, double margin);
/* isTarget [OUT]: of target's size, 1 for the classes of a sample. */
TH_API int THNN_(MultiLabelMarginCriterion_updateOutput)(
    THNNState *state, THTensor *input, THLongTensor *target, THTensor *output,
    THTensor *isTarget, int sizeAverage);
TH_API int THNN_(MultiLabelMarginCriterion_updateGradInput)(
    THNNState *state, THTensor *input, THLongTensor *target, THTensor *gradInput,
    THTensor *isTarget, int sizeAverage);
/* ---- convolution: finput, fgradInput, columns and ones are not used and may be NULL;
 * gradWeight and gradBias += scale * gradient ---- */
TH_API int THNN_(SpatialConvolutionMM_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THTensor *weight,
    TH_OPTIONAL THTensor *bias, TH_OPTIONAL THTensor *finput,
    TH_OPTIONAL THTensor *fgradInput, int64_t kW, int64_t kH, int64_t dW, int64_t dH,
    int64_t padW, int64_t padH);
TH_API int THNN_(SpatialConvolutionMM_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, TH_OPTIONAL THTensor *finput, TH_OPTIONAL THTensor *fgradInput,
    int64_t kW, int64_t kH, int64_t dW, int64_t dH, int64_t padW, int64_t padH);
TH_API int THNN_(SpatialConvolutionMM_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    TH_OPTIONAL THTensor *gradBias, TH_OPTIONAL THTensor *finput,
    TH_OPTIONAL THTensor *fgradInput, int64_t kW, int64_t kH, int64_t dW, int64_t dH,
    int64_t padW, int64_t padH, double scale);
TH_API int THNN_(SpatialDilatedConvolution_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THTensor *weight,
    TH_OPTIONAL THTensor *bias, TH_OPTIONAL THTensor *columns,
    TH_OPTIONAL THTensor *ones, int64_t kW, int64_t kH, int64_t dW, int64_t dH,
    int64_t padW, int64_t padH, int64_t dilationW, int64_t dilationH);
TH_API int THNN_(SpatialDilatedConvolution_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, TH_OPTIONAL THTensor *columns, int64_t kW, int64_t kH, int64_t dW,
    int64_t dH, int64_t padW, int64_t padH, int64_t dilationW, int64_t dilationH);
TH_API int THNN_(SpatialDilatedConvolution_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    TH_OPTIONAL THTensor *gradBias, TH_OPTIONAL THTensor *columns,
    TH_OPTIONAL THTensor *ones, int64_t kW, int64_t kH, int64_t dW, int64_t dH,
    int64_t padW, int64_t padH, int64_t dilationW, int64_t dilationH, double scale);
/* Transposed: weight (inC, outC, kH, kW); adjW and adjH enlarge the output. */
TH_API int THNN_(SpatialFullConvolution_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THTensor *weight,
    TH_OPTIONAL THTensor *bias, TH_OPTIONAL THTensor *columns,
    TH_OPTIONAL THTensor *ones, int64_t kW, int64_t kH, int64_t dW, int64_t dH,
    int64_t padW, int64_t padH, int64_t adjW, int64_t adjH);
TH_API int THNN_(SpatialFullConvolution_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, TH_OPTIONAL THTensor *columns, int64_t kW, int64_t kH, int64_t dW,
    int64_t dH, int64_t padW, int64_t padH, int64_t adjW, int64_t adjH);
TH_API int THNN_(SpatialFullConvolution_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    TH_OPTIONAL THTensor *gradBias, TH_OPTIONAL THTensor *columns,
    TH_OPTIONAL THTensor *ones, int64_t kW, int64_t kH, int64_t dW, int64_t dH,
    int64_t padW, int64_t padH, int64_t adjW, int64_t adjH, double scale);
TH_API int THNN_(SpatialFullDilatedConvolution_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THTensor *weight,
    TH_OPTIONAL THTensor *bias, TH_OPTIONAL THTensor *columns,
    TH_OPTIONAL THTensor *ones, int64_t kW, int64_t kH, int64_t dW, int64_t dH,
    int64_t padW, int64_t padH, int64_t dilationW, int64_t dilationH, int64_t adjW,
    int64_t adjH);
TH_API int THNN_(SpatialFullDilatedConvolution_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, TH_OPTIONAL THTensor *columns, int64_t kW, int64_t kH, int64_t dW,
    int64_t dH, int64_t padW, int64_t padH, int64_t dilationW, int64_t dilationH,
    int64_t adjW, int64_t adjH);
TH_API int THNN_(SpatialFullDilatedConvolution_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    TH_OPTIONAL THTensor *gradBias, TH_OPTIONAL THTensor *columns,
    TH_OPTIONAL THTensor *ones, int64_t kW, int64_t kH, int64_t dW, int64_t dH,
    int64_t padW, int64_t padH, int64_t dilationW, int64_t dilationH, int64_t adjW,
    int64_t adjH, double scale);
/* Volumes: weight (outC, inC, kT, kH, kW), for VolumetricConvolutionMM also (outC, inC
 * * kT * kH * kW). */
TH_API int THNN_(VolumetricConvolutionMM_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THTensor *weight,
    TH_OPTIONAL THTensor *bias, TH_OPTIONAL THTensor *finput, int64_t kT, int64_t kW,
    int64_t kH, int64_t dT, int64_t dW, int64_t dH, int64_t pT, int64_t pW, int64_t pH);
TH_API int THNN_(VolumetricConvolutionMM_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, TH_OPTIONAL THTensor *finput, TH_OPTIONAL THTensor *fgradInput,
    int64_t kT, int64_t kW, int64_t kH, int64_t dT, int64_t dW, int64_t dH, int64_t pT,
    int64_t pW, int64_t pH);
TH_API int THNN_(VolumetricConvolutionMM_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    TH_OPTIONAL THTensor *gradBias, TH_OPTIONAL THTensor *finput, int64_t kT,
    int64_t kW, int64_t kH, int64_t dT, int64_t dW, int64_t dH, int64_t pT, int64_t pW,
    int64_t pH, double scale);
TH_API int THNN_(VolumetricDilatedConvolution_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THTensor *weight,
    TH_OPTIONAL THTensor *bias, TH_OPTIONAL THTensor *columns,
    TH_OPTIONAL THTensor *ones, int64_t kT, int64_t kW, int64_t kH, int64_t dT,
    int64_t dW, int64_t dH, int64_t pT, int64_t pW, int64_t pH, int64_t dilationT,
    int64_t dilationW, int64_t dilationH);
TH_API int THNN_(VolumetricDilatedConvolution_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, TH_OPTIONAL THTensor *columns, int64_t kT, int64_t kW, int64_t kH,
    int64_t dT, int64_t dW, int64_t dH, int64_t pT, int64_t pW, int64_t pH,
    int64_t dilationT, int64_t dilationW, int64_t dilationH);
TH_API int THNN_(VolumetricDilatedConvolution_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    TH_OPTIONAL THTensor *gradBias, TH_OPTIONAL THTensor *columns,
    TH_OPTIONAL THTensor *ones, int64_t kT, int64_t kW, int64_t kH, int64_t dT,
    int64_t dW, int64_t dH, int64_t pT, int64_t pW, int64_t pH, int64_t dilationT,
    int64_t dilationW, int64_t dilationH, double scale);
/* Transposed volumes: weight (inC, outC, kT, kH, kW). */
TH_API int THNN_(VolumetricFullConvolution_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THTensor *weight,
    TH_OPTIONAL THTensor *bias, TH_OPTIONAL THTensor *finput,
    TH_OPTIONAL THTensor *fgradInput, int64_t kT, int64_t kW, int64_t kH, int64_t dT,
    int64_t dW, int64_t dH, int64_t pT, int64_t pW, int64_t pH, int64_t aT, int64_t aW,
    int64_t aH);
TH_API int THNN_(VolumetricFullConvolution_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, TH_OPTIONAL THTensor *finput, TH_OPTIONAL THTensor *fgradInput,
    int64_t kT, int64_t kW, int64_t kH, int64_t dT, int64_t dW, int64_t dH, int64_t pT,
    int64_t pW, int64_t pH, int64_t aT, int64_t aW, int64_t aH);
TH_API int THNN_(VolumetricFullConvolution_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    TH_OPTIONAL THTensor *gradBias, TH_OPTIONAL THTensor *finput,
    TH_OPTIONAL THTensor *fgradInput, int64_t kT, int64_t kW, int64_t kH, int64_t dT,
    int64_t dW, int64_t dH, int64_t pT, int64_t pW, int64_t pH, int64_t aT, int64_t aW,
    int64_t aH, double scale);
TH_API int THNN_(VolumetricFullDilatedConvolution_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THTensor *weight,
    TH_OPTIONAL THTensor *bias, TH_OPTIONAL THTensor *finput,
    TH_OPTIONAL THTensor *fgradInput, int64_t kT, int64_t kW, int64_t kH, int64_t dT,
    int64_t dW, int64_t dH, int64_t pT, int64_t pW, int64_t pH, int64_t dilationT,
    int64_t dilationW, int64_t dilationH, int64_t aT, int64_t aW, int64_t aH);
TH_API int THNN_(VolumetricFullDilatedConvolution_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, TH_OPTIONAL THTensor *finput, TH_OPTIONAL THTensor *fgradInput,
    int64_t kT, int64_t kW, int64_t kH, int64_t dT, int64_t dW, int64_t dH, int64_t pT,
    int64_t pW, int64_t pH, int64_t dilationT, int64_t dilationW, int64_t dilationH,
    int64_t aT, int64_t aW, int64_t aH);
TH_API int THNN_(VolumetricFullDilatedConvolution_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    TH_OPTIONAL THTensor *gradBias, TH_OPTIONAL THTensor *finput,
    TH_OPTIONAL THTensor *fgradInput, int64_t kT, int64_t kW, int64_t kH, int64_t dT,
    int64_t dW, int64_t dH, int64_t pT, int64_t pW, int64_t pH, int64_t dilationT,
    int64_t dilationW, int64_t dilationH, int64_t aT, int64_t aW, int64_t aH,
    double scale);
/* Sizes of kernels are those of the weight (outC, inC, kT, kH, kW). */
TH_API int THNN_(VolumetricConvolution_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THTensor *weight,
    TH_OPTIONAL THTensor *bias, TH_OPTIONAL THTensor *finput,
    TH_OPTIONAL THTensor *fgradInput, int64_t dT, int64_t dW, int64_t dH, int64_t pT,
    int64_t pW, int64_t pH);
TH_API int THNN_(VolumetricConvolution_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, TH_OPTIONAL THTensor *finput, int64_t dT, int64_t dW, int64_t dH,
    int64_t pT, int64_t pW, int64_t pH);
TH_API int THNN_(VolumetricConvolution_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    TH_OPTIONAL THTensor *gradBias, TH_OPTIONAL THTensor *finput,
    TH_OPTIONAL THTensor *fgradInput, int64_t dT, int64_t dW, int64_t dH, int64_t pT,
    int64_t pW, int64_t pH, double scale);
/* Kernels of their own for each place: weight (outputHeight * outputWidth, outC, inC *
 * kH * kW) or with these dimensions apart, bias (outC, outputHeight, outputWidth). */
TH_API int THNN_(SpatialConvolutionLocal_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THTensor *weight,
    THTensor *bias, TH_OPTIONAL THTensor *finput, TH_OPTIONAL THTensor *fgradInput,
    int64_t kW, int64_t kH, int64_t dW, int64_t dH, int64_t padW, int64_t padH,
    int64_t inputWidth, int64_t inputHeight, int64_t outputWidth, int64_t outputHeight);
TH_API int THNN_(SpatialConvolutionLocal_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, TH_OPTIONAL THTensor *finput, TH_OPTIONAL THTensor *fgradInput,
    int64_t kW, int64_t kH, int64_t dW, int64_t dH, int64_t padW, int64_t padH,
    int64_t inputWidth, int64_t inputHeight, int64_t outputWidth, int64_t outputHeight);
TH_API int THNN_(SpatialConvolutionLocal_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    THTensor *gradBias, TH_OPTIONAL THTensor *finput, TH_OPTIONAL THTensor *fgradInput,
    int64_t kW, int64_t kH, int64_t dW, int64_t dH, int64_t padW, int64_t padH,
    int64_t inputWidth, int64_t inputHeight, int64_t outputWidth, int64_t outputHeight,
    double scale);
/* weight (connections, kH, kW): each kernel links two planes; connTable (connections,
 * 2): their numbers in input and output, from 0. The second layer is the transposed
 * one. */
TH_API int THNN_(SpatialConvolutionMap_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THTensor *weight,
    THTensor *bias, THTensor *connTable, int64_t nInputPlane, int64_t nOutputPlane,
    int64_t dW, int64_t dH);
TH_API int THNN_(SpatialConvolutionMap_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, TH_OPTIONAL THTensor *bias, THTensor *connTable,
    int64_t nInputPlane, int64_t nOutputPlane, int64_t dW, int64_t dH);
TH_API int THNN_(SpatialConvolutionMap_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    THTensor *gradBias, THTensor *connTable, int64_t nInputPlane, int64_t nOutputPlane,
    int64_t dW, int64_t dH, double scale);
TH_API int THNN_(SpatialFullConvolutionMap_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THTensor *weight,
    THTensor *bias, THTensor *connTable, int64_t nInputPlane, int64_t nOutputPlane,
    int64_t dW, int64_t dH);
TH_API int THNN_(SpatialFullConvolutionMap_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, TH_OPTIONAL THTensor *bias, THTensor *connTable,
    int64_t nInputPlane, int64_t nOutputPlane, int64_t dW, int64_t dH);
TH_API int THNN_(SpatialFullConvolutionMap_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    THTensor *gradBias, THTensor *connTable, int64_t nInputPlane, int64_t nOutputPlane,
    int64_t dW, int64_t dH, double scale);
/* finput (nInputPlane * kH * kW, outputHeight * outputWidth): the windows of input as
 * columns; copy writes finput, acc adds it to input. Both contiguous. */
TH_API int THNN_(unfolded_copy)(THTensor *finput, THTensor *input, int64_t kW,
                                int64_t kH, int64_t dW, int64_t dH, int64_t padW,
                                int64_t padH, int64_t nInputPlane, int64_t inputWidth,
                                int64_t inputHeight, int64_t outputWidth,
                                int64_t outputHeight);
TH_API int THNN_(unfolded_acc)(THTensor *finput, THTensor *input, int64_t kW,
                               int64_t kH, int64_t dW, int64_t dH, int64_t padW,
                               int64_t padH, int64_t nInputPlane, int64_t inputWidth,
                               int64_t inputHeight, int64_t outputWidth,
                               int64_t outputHeight);

/* ---- frames: input (T, F) or (N, T, F); windows of kW frames, dW apart ---- */
/* weight (outputFrameSize, kW * inputFrameSize) */
TH_API int THNN_(TemporalConvolution_updateOutput)(THNNState *state, THTensor *input,
                                                   THTensor *output, THTensor *weight,
                                                   THTensor *bias, int64_t kW,
                                                   int64_t dW, int64_t inputFrameSize,
                                                   int64_t outputFrameSize);
TH_API int THNN_(TemporalConvolution_updateGradInput)(THNNState *state, THTensor *input,
                                                      THTensor *gradOutput,
                                                      THTensor *gradInput,
                                                      THTensor *weight, int64_t kW,
                                                      int64_t dW);
TH_API int THNN_(TemporalConvolution_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    THTensor *gradBias, int64_t kW, int64_t dW, double scale);
/* A convolution for each column; weight (F, 1, kW); featFirst: input (F, T). */
TH_API int THNN_(TemporalRowConvolution_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THTensor *weight,
    TH_OPTIONAL THTensor *bias, TH_OPTIONAL THTensor *finput,
    TH_OPTIONAL THTensor *fgradInput, int64_t kW, int64_t dW, int64_t padW,
    int featFirst);
TH_API int THNN_(TemporalRowConvolution_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, TH_OPTIONAL THTensor *finput, TH_OPTIONAL THTensor *fgradInput,
    int64_t kW, int64_t dW, int64_t padW, int featFirst);
TH_API int THNN_(TemporalRowConvolution_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    TH_OPTIONAL THTensor *gradBias, TH_OPTIONAL THTensor *finput,
    TH_OPTIONAL THTensor *fgradInput, int64_t kW, int64_t dW, int64_t padW,
    int featFirst, double scale);
/* indices: of frames inside their window. */
TH_API int THNN_(TemporalMaxPooling_updateOutput)(THNNState *state, THTensor *input,
                                                  THTensor *output,
                                                  THLongTensor *indices, int64_t kW,
                                                  int64_t dW);
TH_API int THNN_(TemporalMaxPooling_updateGradInput)(THNNState *state, THTensor *input,
                                                     THTensor *gradOutput,
                                                     THTensor *gradInput,
                                                     THLongTensor *indices, int64_t kW,
                                                     int64_t dW);
/* Sums times weight (F) plus bias (F). */
TH_API int THNN_(TemporalSubSampling_updateOutput)(THNNState *state, THTensor *input,
                                                   THTensor *output, THTensor *weight,
                                                   THTensor *bias, int64_t kW,
                                                   int64_t dW, int64_t inputFrameSize);
TH_API int THNN_(TemporalSubSampling_updateGradInput)(THNNState *state, THTensor *input,
                                                      THTensor *gradOutput,
                                                      THTensor *gradInput,
                                                      THTensor *weight, int64_t kW,
                                                      int64_t dW);
TH_API int THNN_(TemporalSubSampling_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    THTensor *gradBias, int64_t kW, int64_t dW, double scale);

/* ---- pooling: indices are positions inside the plane or volume ---- */
TH_API int THNN_(SpatialMaxPooling_updateOutput)(THNNState *state, THTensor *input,
                                                 THTensor *output,
                                                 THLongTensor *indices, int64_t kW,
                                                 int64_t kH, int64_t dW, int64_t dH,
                                                 int64_t padW, int64_t padH,
                                                 int ceil_mode);
TH_API int THNN_(SpatialMaxPooling_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THLongTensor *indices, int64_t kW, int64_t kH, int64_t dW, int64_t dH, int64_t padW,
    int64_t padH, int ceil_mode);
TH_API int THNN_(SpatialDilatedMaxPooling_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THLongTensor *indices, int64_t kW, int64_t kH, int64_t dW, int64_t dH, int64_t padW,
    int64_t padH, int64_t dilationW, int64_t dilationH, int ceil_mode);
TH_API int THNN_(SpatialAdaptiveMaxPooling_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THLongTensor *indices,
    int64_t osizeW, int64_t osizeH);
TH_API int THNN_(SpatialAdaptiveMaxPooling_updateGradInput)(THNNState *state,
                                                            THTensor *input,
                                                            THTensor *gradOutput,
                                                            THTensor *gradInput,
                                                            THLongTensor *indices);
TH_API int THNN_(SpatialAdaptiveAveragePooling_updateOutput)(THNNState *state,
                                                             THTensor *input,
                                                             THTensor *output,
                                                             int64_t osizeW,
                                                             int64_t osizeH);
TH_API int THNN_(SpatialAdaptiveAveragePooling_updateGradInput)(THNNState *state,
                                                                THTensor *input,
                                                                THTensor *gradOutput,
                                                                THTensor *gradInput);
TH_API int THNN_(VolumetricMaxPooling_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THLongTensor *indices,
    int64_t kT, int64_t kW, int64_t kH, int64_t dT, int64_t dW, int64_t dH, int64_t pT,
    int64_t pW, int64_t pH, int ceilMode);
TH_API int THNN_(VolumetricMaxPooling_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THLongTensor *indices, int64_t kT, int64_t kW, int64_t kH, int64_t dT, int64_t dW,
    int64_t dH, int64_t pT, int64_t pW, int64_t pH, int ceilMode);
TH_API int THNN_(VolumetricDilatedMaxPooling_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THLongTensor *indices, int64_t kT, int64_t kW, int64_t kH, int64_t dT, int64_t dW,
    int64_t dH, int64_t pT, int64_t pW, int64_t pH, int64_t dilationT,
    int64_t dilationW, int64_t dilationH, int ceilMode);
TH_API int THNN_(VolumetricAdaptiveMaxPooling_updateGradInput)(THNNState *state,
                                                               THTensor *input,
                                                               THTensor *gradOutput,
                                                               THTensor *gradInput,
                                                               THLongTensor *indices);
TH_API int THNN_(SpatialFractionalMaxPooling_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    int64_t outputW, int64_t outputH, int64_t poolSizeW, int64_t poolSizeH,
    THLongTensor *indices);
/* Sums of windows of planes times weight (C) plus bias (C). */
TH_API int THNN_(SpatialSubSampling_updateOutput)(THNNState *state, THTensor *input,
                                                  THTensor *output, THTensor *weight,
                                                  THTensor *bias, int64_t kW,
                                                  int64_t kH, int64_t dW, int64_t dH);
TH_API int THNN_(SpatialSubSampling_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, int64_t kW, int64_t kH, int64_t dW, int64_t dH);
TH_API int THNN_(SpatialSubSampling_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    THTensor *gradBias, int64_t kW, int64_t kH, int64_t dW, int64_t dH, double scale);
/* (C, H, W, T); randomSamples in [0, 1): three for each plane, time, width and height.
 */
TH_API int THNN_(VolumetricFractionalMaxPooling_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, int64_t outputT,
    int64_t outputW, int64_t outputH, int64_t poolSizeT, int64_t poolSizeW,
    int64_t poolSizeH, THLongTensor *indices, THTensor *randomSamples);
TH_API int THNN_(VolumetricFractionalMaxPooling_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    int64_t outputT, int64_t outputW, int64_t outputH, int64_t poolSizeT,
    int64_t poolSizeW, int64_t poolSizeH, THLongTensor *indices);
/* p-norms of `width` neighbouring features, `stride` apart: input (C), (C, H) or (C, H,
 * W), with a dimension in front in batchMode. */
TH_API int THNN_(FeatureLPPooling_updateOutput)(THNNState *state, THTensor *input,
                                                THTensor *output, double power,
                                                int64_t width, int64_t stride,
                                                int batchMode);
TH_API int THNN_(FeatureLPPooling_updateGradInput)(
    THNNState *state, THTensor *gradOutput, THTensor *input, THTensor *output,
    THTensor *gradInput, double power, int64_t width, int64_t stride, int batchMode);

/* ---- padding and upsampling ---- */
TH_API int THNN_(SpatialReplicationPadding_updateOutput)(THNNState *state,
                                                         THTensor *input,
                                                         THTensor *output,
                                                         int64_t pad_l, int64_t pad_r,
                                                         int64_t pad_t, int64_t pad_b);
TH_API int THNN_(SpatialReplicationPadding_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    int64_t pad_l, int64_t pad_r, int64_t pad_t, int64_t pad_b);
/* (C, L) or (N, C, L) */
TH_API int THNN_(TemporalReflectionPadding_updateOutput)(THNNState *state,
                                                         THTensor *input,
                                                         THTensor *output,
                                                         int64_t pad_l, int64_t pad_r);
TH_API int THNN_(TemporalReflectionPadding_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    int64_t pad_l, int64_t pad_r);
TH_API int THNN_(TemporalReplicationPadding_updateOutput)(THNNState *state,
                                                          THTensor *input,
                                                          THTensor *output,
                                                          int64_t pad_l, int64_t pad_r);
TH_API int THNN_(TemporalReplicationPadding_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    int64_t pad_l, int64_t pad_r);
/* (N, C, L) */
TH_API int THNN_(TemporalUpSamplingNearest_updateOutput)(THNNState *state,
                                                         THTensor *input,
                                                         THTensor *output,
                                                         int64_t scale_factor);
TH_API int THNN_(TemporalUpSamplingNearest_updateGradInput)(THNNState *state,
                                                            THTensor *input,
                                                            THTensor *gradOutput,
                                                            THTensor *gradInput,
                                                            int64_t scale_factor);
TH_API int THNN_(TemporalUpSamplingLinear_updateOutput)(THNNState *state,
                                                        THTensor *input,
                                                        THTensor *output,
                                                        int64_t outputWidth);
TH_API int THNN_(TemporalUpSamplingLinear_updateGradInput)(
    THNNState *state, THTensor *gradOutput, THTensor *gradInput, int64_t nbatch,
    int64_t nchannels, int64_t inputWidth, int64_t outputWidth);
TH_API int THNN_(SpatialUpSamplingBilinear_updateOutput)(THNNState *state,
                                                         THTensor *input,
                                                         THTensor *output,
                                                         int64_t outputHeight,
                                                         int64_t outputWidth);
TH_API int THNN_(SpatialUpSamplingBilinear_updateGradInput)(
    THNNState *state, THTensor *gradOutput, THTensor *gradInput, int64_t nbatch,
    int64_t nchannels, int64_t inputHeight, int64_t inputWidth, int64_t outputHeight,
    int64_t outputWidth);
TH_API int THNN_(VolumetricUpSamplingTrilinear_updateGradInput)(
    THNNState *state, THTensor *gradOutput, THTensor *gradInput, int64_t nbatch,
    int64_t nchannels, int64_t inputDepth, int64_t inputHeight, int64_t inputWidth,
    int64_t outputDepth, int64_t outputHeight, int64_t outputWidth);
