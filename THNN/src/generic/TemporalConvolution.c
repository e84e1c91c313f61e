/* Convolution of frames, for float and double: each window of kW frames, one after the
 * other in memory, times a matrix. */
#include "THNNWindows.h"

/* weight (outputFrameSize, kW * inputFrameSize) */
static int check_weight(const char *what, const THTensor *weight, const Frames *f) {
    char text[TH_SHAPE_TEXT];
    if (weight->nDimension == 2 && weight->size[1] / f->kernel == f->width &&
        weight->size[1] % f->kernel == 0)
        return 0;
    TH_FAIL(TH_ERR, "%s: expected size [? x %lld * %lld], got %s", what,
            (long long)f->kernel, (long long)f->width,
            THTensor_shapeText(text, weight));
}

/* Sample i of a contiguous batch as a matrix of frames. */
static THTensor *new_sample(THTensor *t, int64_t i) {
    int n = t->nDimension;
    const int64_t size[2] = {t->size[n - 2], t->size[n - 1]}, stride[2] = {size[1], 1};
    return THTensor_newViewUnchecked(t, 2, size, stride,
                                     t->storageOffset + i * size[0] * size[1]);
}

/* The windows of sample i as the rows of a matrix; they overlap in memory. */
static THTensor *new_windows(THTensor *t, const Frames *f, int64_t i) {
    const int64_t size[2] = {f->out, f->kernel * f->width};
    const int64_t stride[2] = {f->step * f->width, 1};
    return THTensor_newViewUnchecked(t, 2, size, stride,
                                     t->storageOffset + i * f->length * f->width);
}

/* Frame k of every window of sample i. */
static THTensor *new_frames(THTensor *t, const Frames *f, int64_t i, int64_t k) {
    const int64_t size[2] = {f->out, f->width}, stride[2] = {f->step * f->width, 1};
    return THTensor_newViewUnchecked(t, 2, size, stride,
                                     t->storageOffset + (i * f->length + k) * f->width);
}

/* input (T, inputFrameSize) or a batch of them. */
int THNN_(TemporalConvolution_updateOutput)(THNNState *state, THTensor *input,
                                            THTensor *output, THTensor *weight,
                                            THTensor *bias, int64_t kW, int64_t dW,
                                            int64_t inputFrameSize,
                                            int64_t outputFrameSize) {
    (void)state;
    Frames f;
    int64_t size[3];
    TH_TRY(open_frames(&f, input, kW, dW));
    if (f.width != inputFrameSize)
        TH_FAIL(TH_ERR, "invalid input frame size. Got: %lld, Expected: %lld",
                (long long)f.width, (long long)inputFrameSize);
    TH_TRY(check_weight("weight", weight, &f));
    if (weight->size[0] != outputFrameSize)
        TH_FAIL(TH_ERR, "invalid output frame size. Got: %lld, Expected: %lld",
                (long long)weight->size[0], (long long)outputFrameSize);
    TH_TRY(check_channels("bias", bias, outputFrameSize));
    int n = frames_shape(&f, input, outputFrameSize, size), status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *y = NULL;
    THTensor *transposed = THTensor_newT(weight);
    if (x && transposed && (y = new_output(output, n, size, shares_storage(output, x))))
        status = 0;
    for (int64_t i = 0; i < f.count && status == 0; i++) {
        THTensor *windows = new_windows(x, &f, i), *r = new_sample(y, i);
        status = windows && r ? THTensor_(addmm)(r, 1, bias, 1, windows, transposed)
                              : TH_ERR_MEMORY;
        THTensor_free(windows);
        THTensor_free(r);
    }
    THTensor_free(x);
    THTensor_free(transposed);
    return y ? finish_output(output, y, status) : status;
}

/* Sizes of input, gradOutput and weight; weight may be NULL. */
static int open_gradient(Frames *f, THTensor *input, THTensor *gradOutput,
                         const char *what, THTensor *weight, int64_t kW, int64_t dW) {
    int64_t size[3];
    TH_TRY(open_frames(f, input, kW, dW));
    TH_TRY(check_weight(what, weight, f));
    int n = frames_shape(f, input, weight->size[0], size);
    return check_shape("gradOutput", gradOutput, n, size);
}

int THNN_(TemporalConvolution_updateGradInput)(THNNState *state, THTensor *input,
                                               THTensor *gradOutput,
                                               THTensor *gradInput, THTensor *weight,
                                               int64_t kW, int64_t dW) {
    (void)state;
    Frames f;
    TH_TRY(open_gradient(&f, input, gradOutput, "weight", weight, kW, dW));
    int status = TH_ERR_MEMORY;
    THTensor *grad = new_contiguous(gradOutput), *r = NULL;
    if (grad && (r = new_output_as(gradInput, input, shares_storage(gradInput, grad))))
        status = THTensor_(zero)(r);
    for (int64_t i = 0; i < f.count && status == 0; i++) {
        THTensor *g = new_sample(grad, i);
        status = g ? 0 : TH_ERR_MEMORY;
        /* Within one k no two windows share a frame. */
        for (int64_t k = 0; k < kW && status == 0; k++) {
            THTensor *part = THTensor_newNarrow(weight, 1, k * f.width, f.width);
            THTensor *frames = new_frames(r, &f, i, k);
            status = part && frames ? THTensor_(addmm)(frames, 1, frames, 1, g, part)
                                    : TH_ERR_MEMORY;
            THTensor_free(part);
            THTensor_free(frames);
        }
        THTensor_free(g);
    }
    THTensor_free(grad);
    return r ? finish_output(gradInput, r, status) : status;
}

int THNN_(TemporalConvolution_accGradParameters)(THNNState *state, THTensor *input,
                                                 THTensor *gradOutput,
                                                 THTensor *gradWeight,
                                                 THTensor *gradBias, int64_t kW,
                                                 int64_t dW, double scale) {
    (void)state;
    Frames f;
    TH_TRY(open_gradient(&f, input, gradOutput, "gradWeight", gradWeight, kW, dW));
    TH_TRY(check_channels("gradBias", gradBias, gradWeight->size[0]));
    const int64_t rows[2] = {f.count * f.out, gradWeight->size[0]};
    THTensor *x = new_contiguous(input), *grad = new_contiguous(gradOutput);
    THTensor *all = grad ? THTensor_newView(grad, 2, rows) : NULL, *sums = new_real();
    int status = x && all && sums ? THTensor_(sum)(sums, all, 0, 0) : TH_ERR_MEMORY;
    for (int64_t i = 0; i < f.count && status == 0; i++) {
        THTensor *windows = new_windows(x, &f, i), *g = new_sample(grad, i);
        THTensor *transposed = g ? THTensor_newT(g) : NULL;
        status = windows && transposed
                     ? THTensor_(addmm)(gradWeight, 1, gradWeight, (real)scale,
                                        transposed, windows)
                     : TH_ERR_MEMORY;
        THTensor_free(windows);
        THTensor_free(g);
        THTensor_free(transposed);
    }
    THTensor_free(x);
    THTensor_free(grad);
    THTensor_free(all);
    return close_part("gradBias", gradBias, sums, scale, status);
}
