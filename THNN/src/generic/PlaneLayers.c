/* Pooling, padding and upsampling of 0.3 in the dimensions and directions that
 * torchlike reaches by way of others, for float and double: dimensions of size 1 are
 * put in, and taken out of the result. */
#include "THNNWindows.h"

/* t with `count` dimensions of size 1 in front of its last `kept`. NULL on failure. */
static THTensor *new_padded(THTensor *t, int kept, int count) {
    THTensor *r = THTensor_newUnsqueeze(t, t->nDimension - kept);
    if (r && count == 2) {
        THTensor *more = THTensor_newUnsqueeze(r, r->nDimension - kept);
        THTensor_free(r);
        return more;
    }
    return r;
}

/* r = result without the `count` dimensions in front of its last `kept`; frees result.
 */
static int store_without(THTensor *r, THTensor *result, int kept, int count,
                         int status) {
    int64_t size[5];
    int n = result->nDimension - count;
    if (status == 0) {
        memcpy(size, result->size, (size_t)(n - kept) * sizeof *size);
        memcpy(size + n - kept, result->size + n - kept + count,
               (size_t)kept * sizeof *size);
    }
    return store_as(r, result, n, size, status);
}

/* What a call on padded operands needs. */
typedef struct Padded {
    THTensor *input, *gradOutput, *result;
    int kept, count;
} Padded;

/* gradOutput may be NULL. */
static int open_padded(Padded *k, THTensor *input, THTensor *gradOutput, int kept,
                       int count, int least, int most) {
    *k = (Padded){NULL, NULL, NULL, kept, count};
    TH_TRY(check_dims("input", input, least, most));
    if (gradOutput)
        TH_TRY(check_dims("gradOutput", gradOutput, least, most));
    k->input = new_padded(input, kept, count);
    k->gradOutput = gradOutput ? new_padded(gradOutput, kept, count) : NULL;
    k->result = new_real();
    if (k->input && k->result && (k->gradOutput || !gradOutput))
        return 0;
    THTensor_free(k->input);
    THTensor_free(k->gradOutput);
    THTensor_free(k->result);
    return THError_pending();
}

static int close_padded(Padded *k, THTensor *r, int status) {
    THTensor_free(k->input);
    THTensor_free(k->gradOutput);
    return store_without(r, k->result, k->kept, k->count, status);
}

/* ---- gradients of maxima ---- */
/* Adds each element of gradOutput at its index in the last `dims` dimensions of input.
 */
static int scatter(THTensor *input, THTensor *gradOutput, THTensor *gradInput,
                   THLongTensor *indices, int dims) {
    char text[TH_SHAPE_TEXT], other[TH_SHAPE_TEXT];
    TH_TRY(check_dims("input", input, dims + 1, dims + 2));
    TH_TRY(check_same_size("gradOutput", gradOutput, "indices", indices));
    int n = input->nDimension, same = gradOutput->nDimension == n;
    int64_t size[3] = {1, 1, 1}, in = 1, shape[5];
    for (int i = 0; i < n; i++) {
        if (i < n - dims) {
            same = same && input->size[i] == gradOutput->size[i];
            size[0] *= input->size[i];
        } else if (same) {
            in *= input->size[i];
            size[2] *= gradOutput->size[i];
        }
        shape[i] = input->size[i];
    }
    if (!same)
        TH_FAIL(TH_ERR, "input %s and gradOutput %s must agree in batch and channels",
                THTensor_shapeText(text, input), THTensor_shapeText(other, gradOutput));
    THTensor *grad = new_contiguous(gradOutput), *result = new_real();
    THTensor *flat = grad ? THTensor_newView(grad, 3, size) : NULL;
    THTensor *at = THTensor_newWithSize(TH_LONG, n, gradOutput->size);
    THTensor *flatAt = at ? THTensor_newView(at, 3, size) : NULL;
    int status =
        flat && flatAt && result ? THLongTensor_copy(at, indices) : THError_pending();
    if (status == 0)
        status = THNN_(MaxPooling2d_gradInput)(NULL, flat, result, flatAt, 1, in);
    THTensor_free(grad);
    THTensor_free(flat);
    THTensor_free(at);
    THTensor_free(flatAt);
    return result ? store_as(gradInput, result, n, shape, status) : status;
}

int THNN_(SpatialMaxPooling_updateGradInput)(THNNState *state, THTensor *input,
                                             THTensor *gradOutput, THTensor *gradInput,
                                             THLongTensor *indices, int64_t kW,
                                             int64_t kH, int64_t dW, int64_t dH,
                                             int64_t padW, int64_t padH,
                                             int ceil_mode) {
    (void)state;
    (void)kW;
    (void)kH;
    (void)dW;
    (void)dH;
    (void)padW;
    (void)padH;
    (void)ceil_mode;
    return scatter(input, gradOutput, gradInput, indices, 2);
}

int THNN_(SpatialDilatedMaxPooling_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THLongTensor *indices, int64_t kW, int64_t kH, int64_t dW, int64_t dH, int64_t padW,
    int64_t padH, int64_t dilationW, int64_t dilationH, int ceil_mode) {
    (void)state;
    (void)kW;
    (void)kH;
    (void)dW;
    (void)dH;
    (void)padW;
    (void)padH;
    (void)dilationW;
    (void)dilationH;
    (void)ceil_mode;
    return scatter(input, gradOutput, gradInput, indices, 2);
}

int THNN_(SpatialAdaptiveMaxPooling_updateGradInput)(THNNState *state, THTensor *input,
                                                     THTensor *gradOutput,
                                                     THTensor *gradInput,
                                                     THLongTensor *indices) {
    (void)state;
    return scatter(input, gradOutput, gradInput, indices, 2);
}

int THNN_(VolumetricMaxPooling_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THLongTensor *indices, int64_t kT, int64_t kW, int64_t kH, int64_t dT, int64_t dW,
    int64_t dH, int64_t pT, int64_t pW, int64_t pH, int ceilMode) {
    (void)state;
    (void)kT;
    (void)kW;
    (void)kH;
    (void)dT;
    (void)dW;
    (void)dH;
    (void)pT;
    (void)pW;
    (void)pH;
    (void)ceilMode;
    return scatter(input, gradOutput, gradInput, indices, 3);
}

int THNN_(VolumetricDilatedMaxPooling_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THLongTensor *indices, int64_t kT, int64_t kW, int64_t kH, int64_t dT, int64_t dW,
    int64_t dH, int64_t pT, int64_t pW, int64_t pH, int64_t dilationT,
    int64_t dilationW, int64_t dilationH, int ceilMode) {
    (void)state;
    (void)kT;
    (void)kW;
    (void)kH;
    (void)dT;
    (void)dW;
    (void)dH;
    (void)pT;
    (void)pW;
    (void)pH;
    (void)dilationT;
    (void)dilationW;
    (void)dilationH;
    (void)ceilMode;
    return scatter(input, gradOutput, gradInput, indices, 3);
}

int THNN_(VolumetricAdaptiveMaxPooling_updateGradInput)(THNNState *state,
                                                        THTensor *input,
                                                        THTensor *gradOutput,
                                                        THTensor *gradInput,
                                                        THLongTensor *indices) {
    (void)state;
    return scatter(input, gradOutput, gradInput, indices, 3);
}

int THNN_(SpatialFractionalMaxPooling_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    int64_t outputW, int64_t outputH, int64_t poolSizeW, int64_t poolSizeH,
    THLongTensor *indices) {
    (void)state;
    (void)outputW;
    (void)outputH;
    (void)poolSizeW;
    (void)poolSizeH;
    return scatter(input, gradOutput, gradInput, indices, 2);
}

int THNN_(VolumetricFractionalMaxPooling_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    int64_t outputT, int64_t outputW, int64_t outputH, int64_t poolSizeT,
    int64_t poolSizeW, int64_t poolSizeH, THLongTensor *indices) {
    (void)state;
    (void)outputT;
    (void)outputW;
    (void)outputH;
    (void)poolSizeT;
    (void)poolSizeW;
    (void)poolSizeH;
    return scatter(input, gradOutput, gradInput, indices, 3);
}

/* ---- pooling ---- */
int THNN_(SpatialMaxPooling_updateOutput)(THNNState *state, THTensor *input,
                                          THTensor *output, THLongTensor *indices,
                                          int64_t kW, int64_t kH, int64_t dW,
                                          int64_t dH, int64_t padW, int64_t padH,
                                          int ceil_mode) {
    return THNN_(SpatialDilatedMaxPooling_updateOutput)(
        state, input, output, indices, kW, kH, dW, dH, padW, padH, 1, 1, ceil_mode);
}

int THNN_(VolumetricMaxPooling_updateOutput)(THNNState *state, THTensor *input,
                                             THTensor *output, THLongTensor *indices,
                                             int64_t kT, int64_t kW, int64_t kH,
                                             int64_t dT, int64_t dW, int64_t dH,
                                             int64_t pT, int64_t pW, int64_t pH,
                                             int ceilMode) {
    return THNN_(VolumetricDilatedMaxPooling_updateOutput)(
        state, input, output, indices, kT, kW, kH, dT, dW, dH, pT, pW, pH, 1, 1, 1,
        ceilMode);
}

int THNN_(SpatialAdaptiveMaxPooling_updateOutput)(THNNState *state, THTensor *input,
                                                  THTensor *output,
                                                  THLongTensor *indices, int64_t osizeW,
                                                  int64_t osizeH) {
    Padded k;
    TH_TRY(open_padded(&k, input, NULL, 2, 1, 3, 4));
    int64_t size[4];
    THTensor *places = THTensor_new(TH_LONG), *view = NULL;
    int status = places ? THNN_(VolumetricAdaptiveMaxPooling_updateOutput)(
                              state, k.input, k.result, places, 1, osizeW, osizeH)
                        : TH_ERR_MEMORY;
    if ((status = close_padded(&k, output, status)) == 0) {
        memcpy(size, output->size, (size_t)output->nDimension * sizeof *size);
        view = THTensor_newView(places, output->nDimension, size);
        status = view ? THTensor_resize(indices, view->nDimension, size, NULL)
                      : THError_pending();
    }
    if (status == 0)
        status = THLongTensor_copy(indices, view);
    THTensor_free(view);
    THTensor_free(places);
    return status;
}

int THNN_(SpatialAdaptiveAveragePooling_updateOutput)(THNNState *state, THTensor *input,
                                                      THTensor *output, int64_t osizeW,
                                                      int64_t osizeH) {
    Padded k;
    TH_TRY(open_padded(&k, input, NULL, 2, 1, 3, 4));
    return close_padded(&k, output,
                        THNN_(VolumetricAdaptiveAveragePooling_updateOutput)(
                            state, k.input, k.result, 1, osizeW, osizeH));
}

int THNN_(SpatialAdaptiveAveragePooling_updateGradInput)(THNNState *state,
                                                         THTensor *input,
                                                         THTensor *gradOutput,
                                                         THTensor *gradInput) {
    Padded k;
    TH_TRY(open_padded(&k, input, gradOutput, 2, 1, 3, 4));
    return close_padded(&k, gradInput,
                        THNN_(VolumetricAdaptiveAveragePooling_updateGradInput)(
                            state, k.input, k.gradOutput, k.result));
}

/* ---- padding ---- */
int THNN_(SpatialReplicationPadding_updateOutput)(THNNState *state, THTensor *input,
                                                  THTensor *output, int64_t pad_l,
                                                  int64_t pad_r, int64_t pad_t,
                                                  int64_t pad_b) {
    Padded k;
    TH_TRY(open_padded(&k, input, NULL, 2, 1, 3, 4));
    return close_padded(
        &k, output,
        THNN_(VolumetricReplicationPadding_updateOutput)(
            state, k.input, k.result, pad_l, pad_r, pad_t, pad_b, 0, 0));
}

int THNN_(TemporalReflectionPadding_updateOutput)(THNNState *state, THTensor *input,
                                                  THTensor *output, int64_t pad_l,
                                                  int64_t pad_r) {
    Padded k;
    TH_TRY(open_padded(&k, input, NULL, 1, 1, 2, 3));
    return close_padded(&k, output,
                        THNN_(SpatialReflectionPadding_updateOutput)(
                            state, k.input, k.result, pad_l, pad_r, 0, 0));
}

int THNN_(TemporalReplicationPadding_updateOutput)(THNNState *state, THTensor *input,
                                                   THTensor *output, int64_t pad_l,
                                                   int64_t pad_r) {
    Padded k;
    TH_TRY(open_padded(&k, input, NULL, 1, 2, 2, 3));
    return close_padded(&k, output,
                        THNN_(VolumetricReplicationPadding_updateOutput)(
                            state, k.input, k.result, pad_l, pad_r, 0, 0, 0, 0));
}

int THNN_(SpatialReplicationPadding_updateGradInput)(THNNState *state, THTensor *input,
                                                     THTensor *gradOutput,
                                                     THTensor *gradInput, int64_t pad_l,
                                                     int64_t pad_r, int64_t pad_t,
                                                     int64_t pad_b) {
    Padded k;
    TH_TRY(open_padded(&k, input, gradOutput, 2, 1, 3, 4));
    return close_padded(
        &k, gradInput,
        THNN_(VolumetricReplicationPadding_updateGradInput)(
            state, k.input, k.gradOutput, k.result, pad_l, pad_r, pad_t, pad_b, 0, 0));
}

int THNN_(TemporalReflectionPadding_updateGradInput)(THNNState *state, THTensor *input,
                                                     THTensor *gradOutput,
                                                     THTensor *gradInput, int64_t pad_l,
                                                     int64_t pad_r) {
    Padded k;
    TH_TRY(open_padded(&k, input, gradOutput, 1, 1, 2, 3));
    return close_padded(
        &k, gradInput,
        THNN_(SpatialReflectionPadding_updateGradInput)(state, k.input, k.gradOutput,
                                                        k.result, pad_l, pad_r, 0, 0));
}

int THNN_(TemporalReplicationPadding_updateGradInput)(THNNState *state, THTensor *input,
                                                      THTensor *gradOutput,
                                                      THTensor *gradInput,
                                                      int64_t pad_l, int64_t pad_r) {
    Padded k;
    TH_TRY(open_padded(&k, input, gradOutput, 1, 2, 2, 3));
    return close_padded(
        &k, gradInput,
        THNN_(VolumetricReplicationPadding_updateGradInput)(
            state, k.input, k.gradOutput, k.result, pad_l, pad_r, 0, 0, 0, 0));
}

/* ---- upsampling ---- */
/* r of `n` elements: each element of x `scale` times, or the sums of as many. */
static int repeat(THTensor *x, THTensor *r, int64_t scale, int backward) {
    char text[TH_SHAPE_TEXT];
    int64_t length = x->size[2], size[3] = {x->size[0], x->size[1], 0};
    if (scale < 1 ||
        (backward ? length % scale != 0 : th_mulOverflow(length, scale, &length)))
        TH_FAIL(TH_ERR, "scale_factor %lld does not fit size %s", (long long)scale,
                THTensor_shapeText(text, x));
    size[2] = backward ? length / scale : length;
    int status = TH_ERR_MEMORY;
    THTensor *source = new_contiguous(x), *y = NULL;
    if (source && (y = new_output(r, 3, size, shares_storage(r, source)))) {
        const real *a = data_of(source);
        real *b = data_of(y);
        int64_t n = THTensor_nElement(backward ? y : source);
        for (int64_t i = 0; i < n; i++) {
            double sum = 0;
            for (int64_t j = 0; j < scale; j++)
                if (backward)
                    sum += (double)a[i * scale + j];
                else
                    b[i * scale + j] = a[i];
            if (backward)
                b[i] = (real)sum;
        }
        status = 0;
    }
    THTensor_free(source);
    return y ? finish_output(r, y, status) : status;
}

int THNN_(TemporalUpSamplingNearest_updateOutput)(THNNState *state, THTensor *input,
                                                  THTensor *output,
                                                  int64_t scale_factor) {
    (void)state;
    TH_TRY(check_dims("input", input, 3, 3));
    return repeat(input, output, scale_factor, 0);
}

int THNN_(TemporalUpSamplingNearest_updateGradInput)(THNNState *state, THTensor *input,
                                                     THTensor *gradOutput,
                                                     THTensor *gradInput,
                                                     int64_t scale_factor) {
    (void)state;
    char text[TH_SHAPE_TEXT], other[TH_SHAPE_TEXT];
    TH_TRY(check_dims("input", input, 3, 3));
    TH_TRY(check_dims("gradOutput", gradOutput, 3, 3));
    int64_t length;
    if (th_mulOverflow(input->size[2], scale_factor, &length) ||
        gradOutput->size[2] != length || gradOutput->size[0] != input->size[0] ||
        gradOutput->size[1] != input->size[1])
        TH_FAIL(TH_ERR,
                "gradOutput %s does not have %lld times the size of the input %s",
                THTensor_shapeText(text, gradOutput), (long long)scale_factor,
                THTensor_shapeText(other, input));
    return repeat(gradOutput, gradInput, scale_factor, 1);
}

int THNN_(TemporalUpSamplingLinear_updateOutput)(THNNState *state, THTensor *input,
                                                 THTensor *output,
                                                 int64_t outputWidth) {
    Padded k;
    TH_TRY(open_padded(&k, input, NULL, 1, 2, 3, 3));
    return close_padded(&k, output,
                        THNN_(VolumetricUpSamplingTrilinear_updateOutput)(
                            state, k.input, k.result, 1, 1, outputWidth));
}

int THNN_(SpatialUpSamplingBilinear_updateOutput)(THNNState *state, THTensor *input,
                                                  THTensor *output,
                                                  int64_t outputHeight,
                                                  int64_t outputWidth) {
    Padded k;
    TH_TRY(open_padded(&k, input, NULL, 2, 1, 4, 4));
    return close_padded(&k, output,
                        THNN_(VolumetricUpSamplingTrilinear_updateOutput)(
                            state, k.input, k.result, 1, outputHeight, outputWidth));
}

/* gradInput (batch, channels, last `kept` of in) from gradOutput, whose size must be
 * (batch, channels, last `kept` of out). */
static int upsample_gradient(THTensor *gradOutput, THTensor *gradInput, int kept,
                             int64_t batch, int64_t channels, const int64_t *in,
                             const int64_t *out) {
    char text[TH_SHAPE_TEXT];
    const int64_t full[5] = {batch, channels, in[0], in[1], in[2]};
    int64_t size[5] = {batch, channels}, total = 1;
    int same = gradOutput->nDimension == kept + 2 && gradOutput->size[0] == batch &&
               gradOutput->size[1] == channels;
    for (int i = 0; i < kept; i++) {
        same = same && gradOutput->size[2 + i] == out[3 - kept + i];
        size[2 + i] = in[3 - kept + i];
    }
    for (int i = 0; i < 5; i++)
        same = same && full[i] > 0 && !th_mulOverflow(total, full[i], &total);
    if (!same)
        TH_FAIL(TH_ERR,
                "gradOutput of size %s does not fit batch %lld, channels %lld and "
                "output (D: %lld, H: %lld, W: %lld)",
                THTensor_shapeText(text, gradOutput), (long long)batch,
                (long long)channels, (long long)out[0], (long long)out[1],
                (long long)out[2]);
    THTensor *shape = THTensor_newWithSize(TH_REAL_DTYPE, 5, full);
    THTensor *flat = new_contiguous(gradOutput), *view = NULL, *result = new_real();
    const int64_t wide[5] = {batch, channels, out[0], out[1], out[2]};
    if (flat)
        view = THTensor_newView(flat, 5, wide);
    int status =
        shape && view && result
            ? THNN_(VolumetricUpSamplingTrilinear_gradInput)(NULL, shape, view, result)
            : THError_pending();
    THTensor_free(shape);
    THTensor_free(flat);
    THTensor_free(view);
    return result ? store_as(gradInput, result, kept + 2, size, status) : status;
}

int THNN_(TemporalUpSamplingLinear_updateGradInput)(
    THNNState *state, THTensor *gradOutput, THTensor *gradInput, int64_t nbatch,
    int64_t nchannels, int64_t inputWidth, int64_t outputWidth) {
    (void)state;
    const int64_t in[3] = {1, 1, inputWidth}, out[3] = {1, 1, outputWidth};
    return upsample_gradient(gradOutput, gradInput, 1, nbatch, nchannels, in, out);
}

int THNN_(SpatialUpSamplingBilinear_updateGradInput)(
    THNNState *state, THTensor *gradOutput, THTensor *gradInput, int64_t nbatch,
    int64_t nchannels, int64_t inputHeight, int64_t inputWidth, int64_t outputHeight,
    int64_t outputWidth) {
    (void)state;
    const int64_t in[3] = {1, inputHeight, inputWidth},
                  out[3] = {1, outputHeight, outputWidth};
    return upsample_gradient(gradOutput, gradInput, 2, nbatch, nchannels, in, out);
}

int THNN_(VolumetricUpSamplingTrilinear_updateGradInput)(
    THNNState *state, THTensor *gradOutput, THTensor *gradInput, int64_t nbatch,
    int64_t nchannels, int64_t inputDepth, int64_t inputHeight, int64_t inputWidth,
    int64_t outputDepth, int64_t outputHeight, int64_t outputWidth) {
    (void)state;
    const int64_t in[3] = {inputDepth, inputHeight, inputWidth};
    const int64_t out[3] = {outputDepth, outputHeight, outputWidth};
    return upsample_gradient(gradOutput, gradInput, 3, nbatch, nchannels, in, out);
}
