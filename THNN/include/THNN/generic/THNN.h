/* Layers, for float and double, as torchlike calls them; the other functions of 0.3 are
 * in layers/THNN.h. Outputs are resized; `state` is unused on the CPU (NULL). Marks:
 * [OUT] written, TH_OPTIONAL may be NULL. All spatial layers take (C, H, W) or (N, C,
 * H, W). */
#ifndef TH_GENERIC_FILE
#error "included by THNN/THNNTable.h only"
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
/* output = scale * (input > 0 ? input : alpha * (exp(input) - 1)); the gradient reads
 * the output. inplace, here and below: output is input's memory, gradInput
 * gradOutput's. */
TH_API int THNN_(ScaledELU_updateOutput)(THNNState *state, THTensor *input,
                                         THTensor *output, double alpha, double scale,
                                         int inplace);
TH_API int THNN_(ScaledELU_updateGradInput)(THNNState *state, THTensor *gradOutput,
                                            THTensor *gradInput, THTensor *output,
                                            double alpha, double scale, int inplace);
TH_API int THNN_(HardTanh_updateOutput)(THNNState *state, THTensor *input,
                                        THTensor *output, double min_val,
                                        double max_val, int inplace);
TH_API int THNN_(HardTanh_updateGradInput)(THNNState *state, THTensor *input,
                                           THTensor *gradOutput, THTensor *gradInput,
                                           double min_val, double max_val, int inplace);
TH_API int THNN_(LeakyReLU_updateOutput)(THNNState *state, THTensor *input,
                                         THTensor *output, double negval, int inplace);
TH_API int THNN_(LeakyReLU_updateGradInput)(THNNState *state, THTensor *input,
                                            THTensor *gradOutput, THTensor *gradInput,
                                            double negval, int inplace);
/* log(1 / (1 + exp(-input))); buffer is not used and may be NULL. */
TH_API int THNN_(LogSigmoid_updateOutput)(THNNState *state, THTensor *input,
                                          THTensor *output,
                                          TH_OPTIONAL THTensor *buffer);
TH_API int THNN_(LogSigmoid_updateGradInput)(THNNState *state, THTensor *input,
                                             THTensor *gradOutput, THTensor *gradInput,
                                             TH_OPTIONAL THTensor *buffer);
/* log(1 + exp(beta * input)) / beta, and input where beta * input > threshold. output
 * is not used by the gradient and may be NULL. */
TH_API int THNN_(SoftPlus_updateOutput)(THNNState *state, THTensor *input,
                                        THTensor *output, double beta,
                                        double threshold);
TH_API int THNN_(SoftPlus_updateGradInput)(THNNState *state, THTensor *input,
                                           THTensor *gradOutput, THTensor *gradInput,
                                           TH_OPTIONAL THTensor *output, double beta,
                                           double threshold);
TH_API int THNN_(SoftShrink_updateOutput)(THNNState *state, THTensor *input,
                                          THTensor *output, double lambda);
TH_API int THNN_(SoftShrink_updateGradInput)(THNNState *state, THTensor *input,
                                             THTensor *gradOutput, THTensor *gradInput,
                                             double lambda);
TH_API int THNN_(HardShrink_updateOutput)(THNNState *state, THTensor *input,
                                          THTensor *output, double lambda);
TH_API int THNN_(HardShrink_updateGradInput)(THNNState *state, THTensor *input,
                                             THTensor *gradOutput, THTensor *gradInput,
                                             double lambda);
/* input (N, C, ...), weight (C), or any input and weight (1): input > 0 ? input :
 * weight * input */
TH_API int THNN_(PReLU_updateOutput)(THNNState *state, THTensor *input,
                                     THTensor *output, THTensor *weight);
TH_API int THNN_(PReLU_updateGradInput)(THNNState *state, THTensor *input,
                                        THTensor *gradOutput, THTensor *gradInput,
                                        THTensor *weight);
/* gradWeight [OUT] (slopes), overwritten; slopes: 1 or C. */
TH_API int THNN_(PReLU_gradWeight)(THNNState *state, THTensor *input,
                                   THTensor *gradOutput, THTensor *gradWeight,
                                   int64_t slopes);
/* noise [OUT]: the slope of each element, 1 above 0, else drawn from [lower, upper), or
 * their mean without train. */
TH_API int THNN_(RReLU_updateOutput)(THNNState *state, THTensor *input,
                                     THTensor *output, THTensor *noise, double lower,
                                     double upper, int train, int inplace,
                                     THGenerator *generator);

/* ---- dropout ---- */
/* noise [OUT] = bernoulli(1 - p) / (1 - p), one draw an element; output = input *
 * noise. inplace: output is input. */
TH_API int THNN_(Dropout_updateOutput)(THNNState *state, THTensor *input,
                                       THTensor *output, THTensor *noise,
                                       THGenerator *generator, double p, int inplace);

/* ---- linear ---- */
/* output (N, out) = input (N, in) * weight (out, in)^T + bias (out) [OPTIONAL].
 * addBuffer is not used and may be NULL. */
TH_API int THNN_(Linear_updateOutput)(THNNState *state, THTensor *input,
                                      THTensor *output, THTensor *weight,
                                      TH_OPTIONAL THTensor *bias,
                                      TH_OPTIONAL THTensor *addBuffer);

/* ---- recurrent layers, one direction of one layer over a sequence ---- */
/* A sequence is a matrix with one row for each step of each sample: all samples of the
 * first step, then those of the second that last so long, ... in one order. batchSizes
 * (steps): rows of each step, not increasing; NULL: steps of N samples each. mode:
 * THNN_RNN_RELU ...; G is 4 for LSTM, 3 for GRU, else 1. reverse: from the last step to
 * the first.
 *
 * input (rows, I), weightIH (G H, I), weightHH (G H, H), biasIH, biasHH (G H); hx (N,
 * H) first and hy [OUT] last states, cx and cy [OUT] the same of the cells, NULL unless
 * LSTM. output [OUT] (rows, H), whose rows may be part of longer ones; gates [OUT]
 * (rows, G H) and kept [OUT] (rows, H) are for the gradient, kept is NULL unless LSTM
 * or GRU. Results have their sizes already, and no memory in common with each other or
 * an operand. */
TH_API int THNN_(Recurrent_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THTensor *hx,
    TH_OPTIONAL THTensor *cx, TH_OPTIONAL THTensor *hy, TH_OPTIONAL THTensor *cy,
    THTensor *weightIH, THTensor *weightHH, TH_OPTIONAL THTensor *biasIH,
    TH_OPTIONAL THTensor *biasHH, TH_OPTIONAL THLongTensor *batchSizes, THTensor *gates,
    TH_OPTIONAL THTensor *kept, int mode, int reverse);
/* gradOutput, gradHy, gradCy: NULL for zeros. gradInput ... gradBiasHH [OUT] are
 * resized. output, gates and kept are what updateOutput wrote; gates is NULL unless
 * LSTM or GRU. */
TH_API int THNN_(Recurrent_backward)(
    THNNState *state, THTensor *input, TH_OPTIONAL THTensor *gradOutput,
    TH_OPTIONAL THTensor *gradHy, TH_OPTIONAL THTensor *gradCy,
    TH_OPTIONAL THTensor *gradInput, TH_OPTIONAL THTensor *gradHx,
    TH_OPTIONAL THTensor *gradCx, TH_OPTIONAL THTensor *gradWeightIH,
    TH_OPTIONAL THTensor *gradWeightHH, TH_OPTIONAL THTensor *gradBiasIH,
    TH_OPTIONAL THTensor *gradBiasHH, THTensor *output, THTensor *hx,
    TH_OPTIONAL THTensor *cx, THTensor *weightIH, THTensor *weightHH,
    TH_OPTIONAL THLongTensor *batchSizes, TH_OPTIONAL THTensor *gates,
    TH_OPTIONAL THTensor *kept, int mode, int reverse);

/* ---- convolution of (N, C, W): weight (outC, inC / groups, kW), bias (outC)
 * [OPTIONAL]
 * ---- */
TH_API int THNN_(Conv1d_updateOutput)(THNNState *state, THTensor *input,
                                      THTensor *output, THTensor *weight,
                                      TH_OPTIONAL THTensor *bias, int64_t dW,
                                      int64_t padW, int64_t dilationW, int64_t groups);
/* gradInput [OUT] gets the size inputW. */
TH_API int THNN_(Conv1d_updateGradInput)(THNNState *state, THTensor *gradOutput,
                                         THTensor *gradInput, THTensor *weight,
                                         int64_t inputW, int64_t dW, int64_t padW,
                                         int64_t dilationW, int64_t groups);
/* gradWeight [OUT] is overwritten, with kernel size kW. */
TH_API int THNN_(Conv1d_gradWeight)(THNNState *state, THTensor *input,
                                    THTensor *gradOutput, THTensor *gradWeight,
                                    int64_t kW, int64_t dW, int64_t padW,
                                    int64_t dilationW, int64_t groups);
/* ---- convolution of (C, H, W) or (N, C, H, W): weight (outC, inC / groups, kH, kW),
 * bias (outC) [OPTIONAL] ---- */
TH_API int THNN_(Conv2d_updateOutput)(THNNState *state, THTensor *input,
                                      THTensor *output, THTensor *weight,
                                      TH_OPTIONAL THTensor *bias, int64_t dH,
                                      int64_t dW, int64_t padH, int64_t padW,
                                      int64_t dilationH, int64_t dilationW,
                                      int64_t groups);
/* The same, followed by max(0, x). */
TH_API int THNN_(Conv2dReLU_updateOutput)(THNNState *state, THTensor *input,
                                          THTensor *output, THTensor *weight,
                                          TH_OPTIONAL THTensor *bias, int64_t dH,
                                          int64_t dW, int64_t padH, int64_t padW,
                                          int64_t dilationH, int64_t dilationW,
                                          int64_t groups);
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
/* The same with a depth T in front of H: weight (outC, inC / groups, kT, kH, kW). */
TH_API int THNN_(Conv3d_updateOutput)(THNNState *state, THTensor *input,
                                      THTensor *output, THTensor *weight,
                                      TH_OPTIONAL THTensor *bias, int64_t dT,
                                      int64_t dH, int64_t dW, int64_t padT,
                                      int64_t padH, int64_t padW, int64_t dilationT,
                                      int64_t dilationH, int64_t dilationW,
                                      int64_t groups);
TH_API int THNN_(Conv3d_updateGradInput)(THNNState *state, THTensor *gradOutput,
                                         THTensor *gradInput, THTensor *weight,
                                         int64_t inputT, int64_t inputH, int64_t inputW,
                                         int64_t dT, int64_t dH, int64_t dW,
                                         int64_t padT, int64_t padH, int64_t padW,
                                         int64_t dilationT, int64_t dilationH,
                                         int64_t dilationW, int64_t groups);
TH_API int THNN_(Conv3d_gradWeight)(THNNState *state, THTensor *input,
                                    THTensor *gradOutput, THTensor *gradWeight,
                                    int64_t kT, int64_t kH, int64_t kW, int64_t dT,
                                    int64_t dH, int64_t dW, int64_t padT, int64_t padH,
                                    int64_t padW, int64_t dilationT, int64_t dilationH,
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
/* Averages; count_include_pad: padding counts as zeros. gradInput [OUT] has input's
 * size. */
TH_API int THNN_(SpatialAveragePooling_updateOutput)(THNNState *state, THTensor *input,
                                                     THTensor *output, int64_t kW,
                                                     int64_t kH, int64_t dW, int64_t dH,
                                                     int64_t padW, int64_t padH,
                                                     int ceil_mode,
                                                     int count_include_pad);
TH_API int THNN_(SpatialAveragePooling_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    int64_t kW, int64_t kH, int64_t dW, int64_t dH, int64_t padW, int64_t padH,
    int ceil_mode, int count_include_pad);
TH_API int THNN_(VolumetricAveragePooling_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, int64_t kT, int64_t kW,
    int64_t kH, int64_t dT, int64_t dW, int64_t dH, int64_t padT, int64_t padW,
    int64_t padH, int ceil_mode, int count_include_pad);
TH_API int THNN_(VolumetricAveragePooling_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    int64_t kT, int64_t kW, int64_t kH, int64_t dT, int64_t dW, int64_t dH,
    int64_t padT, int64_t padW, int64_t padH, int ceil_mode, int count_include_pad);
/* indices [OUT]: position inside the (T, H, W) of the input. */
TH_API int THNN_(VolumetricDilatedMaxPooling_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THLongTensor *indices,
    int64_t kT, int64_t kW, int64_t kH, int64_t dT, int64_t dW, int64_t dH, int64_t pT,
    int64_t pW, int64_t pH, int64_t dilationT, int64_t dilationW, int64_t dilationH,
    int ceil_mode);
/* Piece o of n covers floor(o * in / n) ... ceil((o + 1) * in / n). */
TH_API int THNN_(VolumetricAdaptiveMaxPooling_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THLongTensor *indices,
    int64_t osizeT, int64_t osizeW, int64_t osizeH);
TH_API int THNN_(VolumetricAdaptiveAveragePooling_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, int64_t osizeT, int64_t osizeW,
    int64_t osizeH);
TH_API int THNN_(VolumetricAdaptiveAveragePooling_updateGradInput)(THNNState *state,
                                                                   THTensor *input,
                                                                   THTensor *gradOutput,
                                                                   THTensor *gradInput);
/* randomSamples: two numbers in [0, 1) for each plane. */
TH_API int THNN_(SpatialFractionalMaxPooling_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, int64_t outputW,
    int64_t outputH, int64_t poolSizeW, int64_t poolSizeH, THLongTensor *indices,
    THTensor *randomSamples);

/* input and indices (C, H, W) or (N, C, H, W), or with a depth; indices are places in a
 * plane (or volume) of the output, whose other elements are 0. Of indices that occur
 * twice the last one counts. */
TH_API int THNN_(SpatialMaxUnpooling_updateOutput)(THNNState *state, THTensor *input,
                                                   THTensor *output,
                                                   THLongTensor *indices,
                                                   int64_t owidth, int64_t oheight);
TH_API int THNN_(SpatialMaxUnpooling_updateGradInput)(THNNState *state, THTensor *input,
                                                      THTensor *gradOutput,
                                                      THTensor *gradInput,
                                                      THLongTensor *indices,
                                                      int64_t owidth, int64_t oheight);
TH_API int THNN_(VolumetricMaxUnpooling_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THLongTensor *indices,
    int64_t oT, int64_t oW, int64_t oH, int64_t dT, int64_t dW, int64_t dH, int64_t pT,
    int64_t pW, int64_t pH);
TH_API int THNN_(VolumetricMaxUnpooling_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THLongTensor *indices, int64_t oT, int64_t oW, int64_t oH, int64_t dT, int64_t dW,
    int64_t dH, int64_t pT, int64_t pW, int64_t pH);

/* ---- padding and upsampling ---- */
/* Negative padding crops. */
TH_API int THNN_(SpatialReflectionPadding_updateOutput)(THNNState *state,
                                                        THTensor *input,
                                                        THTensor *output, int64_t pad_l,
                                                        int64_t pad_r, int64_t pad_t,
                                                        int64_t pad_b);
TH_API int THNN_(SpatialReflectionPadding_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    int64_t pad_l, int64_t pad_r, int64_t pad_t, int64_t pad_b);
TH_API int THNN_(VolumetricReplicationPadding_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, int64_t pleft, int64_t pright,
    int64_t ptop, int64_t pbottom, int64_t pfront, int64_t pback);
TH_API int THNN_(VolumetricReplicationPadding_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    int64_t pleft, int64_t pright, int64_t ptop, int64_t pbottom, int64_t pfront,
    int64_t pback);
TH_API int THNN_(SpatialUpSamplingNearest_updateOutput)(THNNState *state,
                                                        THTensor *input,
                                                        THTensor *output,
                                                        int64_t scale_factor);
TH_API int THNN_(SpatialUpSamplingNearest_updateGradInput)(THNNState *state,
                                                           THTensor *input,
                                                           THTensor *gradOutput,
                                                           THTensor *gradInput,
                                                           int64_t scale_factor);
TH_API int THNN_(VolumetricUpSamplingNearest_updateOutput)(THNNState *state,
                                                           THTensor *input,
                                                           THTensor *output,
                                                           int64_t scale_factor);
TH_API int THNN_(VolumetricUpSamplingNearest_updateGradInput)(THNNState *state,
                                                              THTensor *input,
                                                              THTensor *gradOutput,
                                                              THTensor *gradInput,
                                                              int64_t scale_factor);
/* The corners of input and output coincide. gradInput [OUT] has input's size. */
TH_API int THNN_(VolumetricUpSamplingTrilinear_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, int64_t outputDepth,
    int64_t outputHeight, int64_t outputWidth);
TH_API int THNN_(VolumetricUpSamplingTrilinear_gradInput)(THNNState *state,
                                                          THTensor *input,
                                                          THTensor *gradOutput,
                                                          THTensor *gradInput);
/* grid (N, H, W, 2): x and y in [-1, 1] from corner to corner; padding_mode 0: zeros
 * outside, 1: the border repeats. gradInput, gradGrid [OUT] [OPTIONAL]. */
TH_API int THNN_(SpatialGridSamplerBilinear_updateOutput)(THNNState *state,
                                                          THTensor *input,
                                                          THTensor *grid,
                                                          THTensor *output,
                                                          int64_t padding_mode);
TH_API int THNN_(SpatialGridSamplerBilinear_updateGradInput)(
    THNNState *state, THTensor *input, TH_OPTIONAL THTensor *gradInput, THTensor *grid,
    TH_OPTIONAL THTensor *gradGrid, THTensor *gradOutput, int64_t padding_mode);

/* ---- lookup tables: rows of weight (rows, columns) ---- */
/* gradWeight += scale * gradOutput (elements of input, columns), row by row; rows that
 * paddingValue names get nothing; scaleGradByFreq: each row's share is divided by how
 * often it occurs. count, sorted and indices are not used and may be NULL. */
TH_API int THNN_(LookupTable_accGradParameters)(
    THNNState *state, THLongTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    TH_OPTIONAL THIntTensor *count, TH_OPTIONAL THTensor *sorted,
    TH_OPTIONAL THLongTensor *indices, int scaleGradByFreq, int64_t paddingValue,
    double scale);
/* Scales the rows that idx names to a p-norm of at most maxNorm. */
TH_API int THNN_(LookupTable_renorm)(THNNState *state, THLongTensor *idx,
                                     THTensor *weight, double maxNorm, double normType);

/* ---- normalisation: input (N, C) or (N, C, ...); statistics over all but C ---- */
/* train: batch statistics, running ones updated by momentum (unbiased variance);
 * saveMean, saveStd [OUT] (saveStd is 1 / sqrt(var + eps)). Otherwise the running ones
 * are used. running_*, weight, bias (running_* required without train). */
TH_API int THNN_(BatchNormalization_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, TH_OPTIONAL THTensor *weight,
    TH_OPTIONAL THTensor *bias, TH_OPTIONAL THTensor *running_mean,
    TH_OPTIONAL THTensor *running_var, TH_OPTIONAL THTensor *saveMean,
    TH_OPTIONAL THTensor *saveStd, int train, double momentum, double eps);
/* gradInput, gradWeight, gradBias [OUT] [OPTIONAL], overwritten. */
TH_API int THNN_(BatchNormalization_gradients)(
    THNNState *state, THTensor *input, THTensor *gradOutput,
    TH_OPTIONAL THTensor *gradInput, TH_OPTIONAL THTensor *gradWeight,
    TH_OPTIONAL THTensor *gradBias, TH_OPTIONAL THTensor *weight,
    TH_OPTIONAL THTensor *running_mean, TH_OPTIONAL THTensor *running_var,
    TH_OPTIONAL THTensor *saveMean, TH_OPTIONAL THTensor *saveStd, int train,
    double eps);

/* ---- losses; reduce = 0: one value for each sample or element; sizeAverage: mean
 * instead of sum ---- */
/* input (C) or (N, C), target LongTensor (1) or (N), checked against C (except
 * ignore_index); weights (C) [OPTIONAL]; total_weight [OUT] [OPTIONAL] (1): without it
 * updateGradInput adds the weights up again. */
TH_API int THNN_(ClassNLLCriterion_updateOutput)(THNNState *state, THTensor *input,
                                                 THLongTensor *target, THTensor *output,
                                                 int sizeAverage,
                                                 TH_OPTIONAL THTensor *weights,
                                                 TH_OPTIONAL THTensor *total_weight,
                                                 int64_t ignore_index, int reduce);
TH_API int THNN_(ClassNLLCriterion_updateGradInput)(
    THNNState *state, THTensor *input, THLongTensor *target, THTensor *gradOutput,
    THTensor *gradInput, int sizeAverage, TH_OPTIONAL THTensor *weights,
    TH_OPTIONAL THTensor *total_weight, int64_t ignore_index, int reduce);
/* input (N, C, H, W), target LongTensor (N, H, W), otherwise as above. */
TH_API int THNN_(SpatialClassNLLCriterion_updateOutput)(
    THNNState *state, THTensor *input, THLongTensor *target, THTensor *output,
    int sizeAverage, TH_OPTIONAL THTensor *weights, TH_OPTIONAL THTensor *total_weight,
    int64_t ignore_index, int reduce);
TH_API int THNN_(SpatialClassNLLCriterion_updateGradInput)(
    THNNState *state, THTensor *input, THLongTensor *target, THTensor *gradOutput,
    THTensor *gradInput, int sizeAverage, TH_OPTIONAL THTensor *weights,
    TH_OPTIONAL THTensor *total_weight, int64_t ignore_index, int reduce);
TH_API int THNN_(MSECriterion_updateOutput)(THNNState *state, THTensor *input,
                                            THTensor *target, THTensor *output,
                                            int sizeAverage, int reduce);
TH_API int THNN_(MSECriterion_updateGradInput)(THNNState *state, THTensor *input,
                                               THTensor *target, THTensor *gradOutput,
                                               THTensor *gradInput, int sizeAverage,
                                               int reduce);
/* Sums over elements; input and target have one size. */
TH_API int THNN_(AbsCriterion_updateOutput)(THNNState *state, THTensor *input,
                                            THTensor *target, THTensor *output,
                                            int sizeAverage, int reduce);
TH_API int THNN_(AbsCriterion_updateGradInput)(THNNState *state, THTensor *input,
                                               THTensor *target, THTensor *gradOutput,
                                               THTensor *gradInput, int sizeAverage,
                                               int reduce);
TH_API int THNN_(SmoothL1Criterion_updateOutput)(THNNState *state, THTensor *input,
                                                 THTensor *target, THTensor *output,
                                                 int sizeAverage, int reduce);
TH_API int THNN_(SmoothL1Criterion_updateGradInput)(THNNState *state, THTensor *input,
                                                    THTensor *target,
                                                    THTensor *gradOutput,
                                                    THTensor *gradInput,
                                                    int sizeAverage, int reduce);
TH_API int THNN_(BinaryCrossEntropy_updateOutput)(THNNState *state, THTensor *input,
                                                  THTensor *target, THTensor *output,
                                                  int sizeAverage, int reduce);
TH_API int THNN_(BinaryCrossEntropy_updateGradInput)(THNNState *state, THTensor *input,
                                                     THTensor *target,
                                                     THTensor *gradOutput,
                                                     THTensor *gradInput,
                                                     int sizeAverage, int reduce);
TH_API int THNN_(BCEWithLogitsCriterion_updateOutput)(THNNState *state, THTensor *input,
                                                      THTensor *target,
                                                      THTensor *output, int sizeAverage,
                                                      int reduce);
TH_API int THNN_(BCEWithLogitsCriterion_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *target, THTensor *gradOutput,
    THTensor *gradInput, int sizeAverage, int reduce);
TH_API int THNN_(DistKLDivCriterion_updateOutput)(THNNState *state, THTensor *input,
                                                  THTensor *target, THTensor *output,
                                                  int sizeAverage, int reduce);
TH_API int THNN_(DistKLDivCriterion_updateGradInput)(THNNState *state, THTensor *input,
                                                     THTensor *target,
                                                     THTensor *gradOutput,
                                                     THTensor *gradInput,
                                                     int sizeAverage, int reduce);
TH_API int THNN_(SoftMarginLoss_updateOutput)(THNNState *state, THTensor *input,
                                              THTensor *target, THTensor *output,
                                              int sizeAverage, int reduce);
TH_API int THNN_(SoftMarginLoss_updateGradInput)(THNNState *state, THTensor *input,
                                                 THTensor *target, THTensor *gradOutput,
                                                 THTensor *gradInput, int sizeAverage,
                                                 int reduce);
/* input (C) or (N, C), target LongTensor of its size: the classes of a sample, ended by
 * -1. output [OUT] (1); slopes [OUT]: the gradient for input. */
TH_API int THNN_(MultiLabelMargin_lossAndSlopes)(THNNState *state, THTensor *input,
                                                 THLongTensor *target, THTensor *output,
                                                 THTensor *slopes, int sizeAverage);
/* input (C) or (N, C), target (1) or (N): the class t of a sample. output [OUT] (1):
 * the sum over j != t of max(0, margin - x[t] + x[j])^p * weights[t] / C, summed over
 * the samples or averaged; p is 1 or 2. */
TH_API int THNN_(MultiMarginCriterion_updateOutput)(
    THNNState *state, THTensor *input, THLongTensor *target, THTensor *output,
    int sizeAverage, int64_t p, TH_OPTIONAL THTensor *weights, double margin);
/* gradInput [OUT]: the gradient of output, of the size of input. */
TH_API int THNN_(MultiMarginCriterion_updateGradInput)(
    THNNState *state, THTensor *input, THLongTensor *target, THTensor *gradInput,
    int sizeAverage, int64_t p, TH_OPTIONAL THTensor *weights, double margin);
/* output [OUT]: the second derivative times vector, both of the size of input. */
TH_API int THNN_(MultiMargin_curve)(THNNState *state, THTensor *input,
                                    THLongTensor *target, THTensor *vector,
                                    THTensor *output, int sizeAverage, int64_t p,
                                    TH_OPTIONAL THTensor *weights, double margin);

/* ---- optimiser steps, in place on param ---- */
/* d = grad + weightDecay * param; with momentum: buffer = first ? d : momentum * buffer
 * + (1 - dampening) * d, d = nesterov ? d + momentum * buffer : buffer; param -= lr *
 * d. buffer [OPTIONAL] without momentum. */
TH_API int THNN_(SGD_step)(THNNState *state, THTensor *param, THTensor *grad,
                           TH_OPTIONAL THTensor *buffer, double lr, double momentum,
                           double dampening, double weightDecay, int nesterov,
                           int first);
/* D. Kingma, J. Ba, "Adam", 2014, as in PyTorch 0.3: denominator sqrt(expAvgSq) + eps,
 * step size lr * sqrt(1 - beta2^t) / (1 - beta1^t). */
TH_API int THNN_(Adam_step)(THNNState *state, THTensor *param, THTensor *grad,
                            THTensor *expAvg, THTensor *expAvgSq, double lr,
                            double beta1, double beta2, double eps, double weightDecay,
                            int64_t step);
/* G. Hinton, lecture 6e of "Neural Networks for Machine Learning": squareAvg = alpha *
 * squareAvg + (1 - alpha) * d^2, d / (sqrt(squareAvg) + eps); with gradAvg [OPTIONAL]
 * its square is taken from squareAvg (A. Graves, 2013); with momentum: buffer =
 * momentum * buffer + that. buffer [OPTIONAL] without momentum. */
TH_API int THNN_(RMSprop_step)(THNNState *state, THTensor *param, THTensor *grad,
                               THTensor *squareAvg, TH_OPTIONAL THTensor *gradAvg,
                               TH_OPTIONAL THTensor *buffer, double lr, double alpha,
                               double eps, double weightDecay, double momentum);
/* J. Duchi et al., "Adaptive Subgradient Methods", 2011: sum += d^2, param -= lr / (1 +
 * (step - 1) * lrDecay) * d / (sqrt(sum) + 1e-10). */
TH_API int THNN_(Adagrad_step)(THNNState *state, THTensor *param, THTensor *grad,
                               THTensor *sum, double lr, double lrDecay,
                               double weightDecay, int64_t step);
/* M. Zeiler, "ADADELTA", 2012, algorithm 1; the update is multiplied by lr. */
TH_API int THNN_(Adadelta_step)(THNNState *state, THTensor *param, THTensor *grad,
                                THTensor *squareAvg, THTensor *accDelta, double lr,
                                double rho, double eps, double weightDecay);
/* "Adam", section 7.1, as in PyTorch 0.3: expInf = max(beta2 * expInf, |d| + eps),
 * step size lr / (1 - beta1^t). */
TH_API int THNN_(Adamax_step)(THNNState *state, THTensor *param, THTensor *grad,
                              THTensor *expAvg, THTensor *expInf, double lr,
                              double beta1, double beta2, double eps,
                              double weightDecay, int64_t step);
