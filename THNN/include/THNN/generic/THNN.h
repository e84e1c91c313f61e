/* Layers, for float and double. Outputs are resized; `state` is unused on the CPU
 * (NULL). Marks: [OUT] written, [OPTIONAL] may be NULL. All spatial layers take (C, H,
 * W) or (N, C, H, W). */
#ifndef TH_GENERIC_FILE
#error "included by THNN/THNN.h only"
#endif

/* ---- activations ---- */
/* output = input > threshold ? input : val; inplace: output is input's memory. */
TH_API int THNN_(Threshold_updateOutput)(THNNState *state, THTensor *input,
                                         THTensor *output, double threshold, double val,
                                         int inplace);
TH_API int THNN_(Threshold_updateGradInput)(THNNState *state, THTensor *input,
                                            THTensor *gradOutput, THTensor *gradInput,
                                            double threshold, double val, int inplace);
/* Over dimension dim, any number of dimensions. */
TH_API int THNN_(SoftMax_updateOutput)(THNNState *state, THTensor *input,
                                       THTensor *output, int64_t dim);
TH_API int THNN_(SoftMax_updateGradInput)(THNNState *state, THTensor *input,
                                          THTensor *gradOutput, THTensor *gradInput,
                                          THTensor *output, int64_t dim);
TH_API int THNN_(LogSoftMax_updateOutput)(THNNState *state, THTensor *input,
                                          THTensor *output, int64_t dim);
TH_API int THNN_(LogSoftMax_updateGradInput)(THNNState *state, THTensor *input,
                                             THTensor *gradOutput, THTensor *gradInput,
                                             THTensor *output, int64_t dim);

/* ---- dropout ---- */
/* noise [OUT] = bernoulli(1 - p) / (1 - p), one draw an element; output = input *
 * noise. inplace: output is input. */
TH_API int THNN_(Dropout_updateOutput)(THNNState *state, THTensor *input,
                                       THTensor *output, THTensor *noise,
                                       THGenerator *generator, double p, int inplace);

/* ---- linear ---- */
/* output (N, out) = input (N, in) * weight (out, in)^T + bias (out) [OPTIONAL] */
TH_API int THNN_(Linear_updateOutput)(THNNState *state, THTensor *input,
                                      THTensor *output, THTensor *weight,
                                      THTensor *bias);

/* ---- convolution: weight (outC, inC / groups, kH, kW), bias (outC) [OPTIONAL] ---- */
TH_API int THNN_(Conv2d_updateOutput)(THNNState *state, THTensor *input,
                                      THTensor *output, THTensor *weight,
                                      THTensor *bias, int64_t dH, int64_t dW,
                                      int64_t padH, int64_t padW, int64_t dilationH,
                                      int64_t dilationW, int64_t groups);
/* gradInput [OUT] gets the size inputH x inputW. */
TH_API int THNN_(Conv2d_updateGradInput)(THNNState *state, THTensor *gradOutput,
                                         THTensor *gradInput, THTensor *weight,
                                         int64_t inputH, int64_t inputW, int64_t dH,
                                         int64_t dW, int64_t padH, int64_t padW,
                                         int64_t dilationH, int64_t dilationW,
                                         int64_t groups);
/* gradWeight [OUT] is overwritten, with kernel size kH x kW. */
TH_API int THNN_(Conv2d_gradWeight)(THNNState *state, THTensor *input,
                                    THTensor *gradOutput, THTensor *gradWeight,
                                    int64_t kH, int64_t kW, int64_t dH, int64_t dW,
                                    int64_t padH, int64_t padW, int64_t dilationH,
                                    int64_t dilationW, int64_t groups);
/* gradBias [OUT] (C): gradOutput (N, C, ...) summed over all other dimensions. */
TH_API int THNN_(Conv_gradBias)(THNNState *state, THTensor *gradOutput,
                                THTensor *gradBias);

/* ---- pooling ---- */
/* indices [OUT]: LongTensor of output's shape, position inside the input plane. */
TH_API int THNN_(SpatialDilatedMaxPooling_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THLongTensor *indices,
    int64_t kW, int64_t kH, int64_t dW, int64_t dH, int64_t padW, int64_t padH,
    int64_t dilationW, int64_t dilationH, int ceil_mode);
/* gradInput [OUT] has the planes inputH x inputW; indices outside them are an error. */
TH_API int THNN_(MaxPooling2d_gradInput)(THNNState *state, THTensor *gradOutput,
                                         THTensor *gradInput, THLongTensor *indices,
                                         int64_t inputH, int64_t inputW);

/* ---- normalisation: input (N, C) or (N, C, ...); statistics over all but C ---- */
/* train: batch statistics, running ones updated by momentum (unbiased variance);
 * saveMean, saveStd [OUT] (saveStd is 1 / sqrt(var + eps)). Otherwise the running ones
 * are used. running_*, weight, bias [OPTIONAL] (running_* required without train). */
TH_API int THNN_(BatchNormalization_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THTensor *weight,
    THTensor *bias, THTensor *running_mean, THTensor *running_var, THTensor *saveMean,
    THTensor *saveStd, int train, double momentum, double eps);
/* gradInput, gradWeight, gradBias [OUT] [OPTIONAL], overwritten. */
TH_API int THNN_(BatchNormalization_backward)(THNNState *state, THTensor *input,
                                              THTensor *gradOutput, THTensor *gradInput,
                                              THTensor *gradWeight, THTensor *gradBias,
                                              THTensor *weight, THTensor *running_mean,
                                              THTensor *running_var, THTensor *saveMean,
                                              THTensor *saveStd, int train, double eps);

/* ---- losses; reduce = 0: one value for each sample or element; sizeAverage: mean
 * instead of sum ---- */
/* input (C) or (N, C), target LongTensor (1) or (N), checked against C (except
 * ignore_index); weights (C) [OPTIONAL]; total_weight [OUT] (1). */
TH_API int THNN_(ClassNLLCriterion_updateOutput)(THNNState *state, THTensor *input,
                                                 THLongTensor *target, THTensor *output,
                                                 int sizeAverage, THTensor *weights,
                                                 THTensor *total_weight,
                                                 int64_t ignore_index, int reduce);
TH_API int THNN_(ClassNLLCriterion_updateGradInput)(
    THNNState *state, THTensor *input, THLongTensor *target, THTensor *gradOutput,
    THTensor *gradInput, int sizeAverage, THTensor *weights, THTensor *total_weight,
    int64_t ignore_index, int reduce);
TH_API int THNN_(MSECriterion_updateOutput)(THNNState *state, THTensor *input,
                                            THTensor *target, THTensor *output,
                                            int sizeAverage, int reduce);
TH_API int THNN_(MSECriterion_updateGradInput)(THNNState *state, THTensor *input,
                                               THTensor *target, THTensor *gradOutput,
                                               THTensor *gradInput, int sizeAverage,
                                               int reduce);

/* ---- optimiser steps, in place on param ---- */
/* d = grad + weightDecay * param; with momentum: buffer = first ? d : momentum * buffer
 * + (1 - dampening) * d, d = nesterov ? d + momentum * buffer : buffer; param -= lr *
 * d. buffer [OPTIONAL] without momentum. */
TH_API int THNN_(SGD_step)(THNNState *state, THTensor *param, THTensor *grad,
                           THTensor *buffer, double lr, double momentum,
                           double dampening, double weightDecay, int nesterov,
                           int first);
/* D. Kingma, J. Ba, "Adam", 2014, as in PyTorch 0.3: denominator sqrt(expAvgSq) + eps,
 * step size lr * sqrt(1 - beta2^t) / (1 - beta1^t). */
TH_API int THNN_(Adam_step)(THNNState *state, THTensor *param, THTensor *grad,
                            THTensor *expAvg, THTensor *expAvgSq, double lr,
                            double beta1, double beta2, double eps, double weightDecay,
                            int64_t step);
