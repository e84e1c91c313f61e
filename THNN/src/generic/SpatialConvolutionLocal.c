/* Convolution with kernels of its own for every place of the output, for float and
 * double. */
#include "THNNWindows.h"

typedef struct Local {
    int64_t count, channels, outputs;
    int64_t height, width, outH, outW;
    int64_t kernelH, kernelW, stepH, stepW, padH, padW;
    const real *x, *grad, *weight, *bias;
    real *r;
} Local;

/* Rows (or columns) of the kernel at place o that lie in the image. */
static void inside(int64_t o, int64_t step, int64_t pad, int64_t kernel, int64_t in,
                   int64_t *begin, int64_t *end) {
    int64_t start = o * step - pad;
    *begin = start < 0 ? -start : 0;
    *end = kernel < in - start ? kernel : in - start;
}

/* Over places of the output. */
static void forward(void *context, int64_t begin, int64_t end) {
    const Local *k = context;
    int64_t taps = k->kernelH * k->kernelW, out = k->outH * k->outW;
    for (int64_t p = begin; p < end; p++) {
        int64_t top, bottom, left, right, oh = p / k->outW, ow = p % k->outW;
        inside(oh, k->stepH, k->padH, k->kernelH, k->height, &top, &bottom);
        inside(ow, k->stepW, k->padW, k->kernelW, k->width, &left, &right);
        const real *w = k->weight + p * k->outputs * k->channels * taps;
        for (int64_t o = 0; o < k->outputs; o++)
            for (int64_t image = 0; image < k->count; image++) {
                real sum = k->bias[o * out + p];
                for (int64_t c = 0; c < k->channels; c++)
                    for (int64_t i = top; i < bottom; i++) {
                        const real *x = k->x + ((image * k->channels + c) * k->height +
                                                oh * k->stepH - k->padH + i) *
                                                   k->width;
                        const real *row =
                            w + ((o * k->channels + c) * k->kernelH + i) * k->kernelW;
                        for (int64_t j = left; j < right; j++)
                            sum += row[j] * x[ow * k->stepW - k->padW + j];
                    }
                k->r[(image * k->outputs + o) * out + p] = sum;
            }
    }
}

/* Over planes of the input. */
static void backward(void *context, int64_t begin, int64_t end) {
    const Local *k = context;
    int64_t taps = k->kernelH * k->kernelW, out = k->outH * k->outW;
    int64_t in = k->height * k->width;
    memset(k->r + begin * in, 0, (size_t)((end - begin) * in) * sizeof(real));
    for (int64_t plane = begin; plane < end; plane++)
        for (int64_t p = 0; p < out; p++) {
            int64_t top, bottom, left, right, oh = p / k->outW, ow = p % k->outW;
            int64_t c = plane % k->channels, image = plane / k->channels;
            inside(oh, k->stepH, k->padH, k->kernelH, k->height, &top, &bottom);
            inside(ow, k->stepW, k->padW, k->kernelW, k->width, &left, &right);
            for (int64_t o = 0; o < k->outputs; o++) {
                real grad = k->grad[(image * k->outputs + o) * out + p];
                const real *w =
                    k->weight + ((p * k->outputs + o) * k->channels + c) * taps;
                for (int64_t i = top; i < bottom; i++) {
                    real *r =
                        k->r + plane * in + (oh * k->stepH - k->padH + i) * k->width;
                    for (int64_t j = left; j < right; j++)
                        r[ow * k->stepW - k->padW + j] += grad * w[i * k->kernelW + j];
                }
            }
        }
}

/* Over places of the output. */
static void accumulate(void *context, int64_t begin, int64_t end) {
    const Local *k = context;
    int64_t taps = k->kernelH * k->kernelW, out = k->outH * k->outW;
    int64_t values = k->outputs * k->channels * taps;
    memset(k->r + begin * values, 0, (size_t)((end - begin) * values) * sizeof(real));
    for (int64_t p = begin; p < end; p++) {
        int64_t top, bottom, left, right, oh = p / k->outW, ow = p % k->outW;
        inside(oh, k->stepH, k->padH, k->kernelH, k->height, &top, &bottom);
        inside(ow, k->stepW, k->padW, k->kernelW, k->width, &left, &right);
        for (int64_t image = 0; image < k->count; image++)
            for (int64_t o = 0; o < k->outputs; o++) {
                real grad = k->grad[(image * k->outputs + o) * out + p];
                for (int64_t c = 0; c < k->channels; c++)
                    for (int64_t i = top; i < bottom; i++) {
                        const real *x = k->x + ((image * k->channels + c) * k->height +
                                                oh * k->stepH - k->padH + i) *
                                                   k->width;
                        real *r = k->r + p * values +
                                  ((o * k->channels + c) * k->kernelH + i) * k->kernelW;
                        for (int64_t j = left; j < right; j++)
                            r[j] += grad * x[ow * k->stepW - k->padW + j];
                    }
            }
    }
}

/* weight (outH * outW, outputs, channels * kH * kW), or with each of these dimensions
 * apart; sizes are checked against the caller's. size [OUT]: the output's shape. */
static int open_local(Local *k, const THTensor *input, const char *what,
                      const THTensor *weight, int64_t kW, int64_t kH, int64_t dW,
                      int64_t dH, int64_t padW, int64_t padH, int64_t inputWidth,
                      int64_t inputHeight, int64_t outputWidth, int64_t outputHeight,
                      int64_t *size) {
    char text[TH_SHAPE_TEXT];
    TH_TRY(check_window("kW", kW, "dW", dW));
    TH_TRY(check_window("kH", kH, "dH", dH));
    if (padW < 0 || padH < 0 || padW > THNN_WINDOW_LIMIT || padH > THNN_WINDOW_LIMIT)
        TH_FAIL(TH_ERR,
                "padding should be from 0 to %lld, but got padW: %lld padH: %lld",
                (long long)THNN_WINDOW_LIMIT, (long long)padW, (long long)padH);
    TH_TRY(check_images("input", input));
    Images images = images_of(input);
    if (images.height != inputHeight || images.width != inputWidth ||
        inputHeight > THNN_WINDOW_LIMIT || inputWidth > THNN_WINDOW_LIMIT)
        TH_FAIL(TH_ERR, "input: expected planes of %lld x %lld, got size %s",
                (long long)inputHeight, (long long)inputWidth,
                THTensor_shapeText(text, input));
    int64_t roomH = inputHeight + 2 * padH - kH, roomW = inputWidth + 2 * padW - kW;
    if (roomH < 0 || roomW < 0 || outputHeight != roomH / dH + 1 ||
        outputWidth != roomW / dW + 1)
        TH_FAIL(TH_ERR,
                "output of %lld x %lld does not fit input %s with kernel %lld x %lld, "
                "stride %lld x %lld and padding %lld x %lld",
                (long long)outputHeight, (long long)outputWidth,
                THTensor_shapeText(text, input), (long long)kH, (long long)kW,
                (long long)dH, (long long)dW, (long long)padH, (long long)padW);
    *k = (Local){.count = images.count,
                 .channels = images.channels,
                 .height = inputHeight,
                 .width = inputWidth,
                 .outH = outputHeight,
                 .outW = outputWidth,
                 .kernelH = kH,
                 .kernelW = kW,
                 .stepH = dH,
                 .stepW = dW,
                 .padH = padH,
                 .padW = padW};
    int64_t places = outputHeight * outputWidth, taps = kH * kW, values;
    const int64_t *s = weight->size;
    int fits = !th_mulOverflow(images.channels, taps, &values);
    if (weight->nDimension == 3)
        fits = fits && s[0] == places && s[2] == values;
    else
        fits = fits && weight->nDimension == 6 && s[0] == outputHeight &&
               s[1] == outputWidth && s[3] == images.channels && s[4] == kH &&
               s[5] == kW;
    if (!fits)
        TH_FAIL(TH_ERR,
                "%s: expected size [%lld x ? x %lld] or [%lld x %lld x ? x %lld x %lld "
                "x %lld], got %s",
                what, (long long)places, (long long)values, (long long)outputHeight,
                (long long)outputWidth, (long long)images.channels, (long long)kH,
                (long long)kW, THTensor_shapeText(text, weight));
    k->outputs = s[weight->nDimension == 3 ? 1 : 2];
    int n = input->nDimension;
    size[0] = images.count;
    size[n - 3] = k->outputs;
    size[n - 2] = outputHeight;
    size[n - 1] = outputWidth;
    return 0;
}

static void loop_local(Local *k, int64_t n, THRangeFunction loop) {
    THParallel_for(n, rows_per_piece(THNN_GRAIN, k->count * k->channels * k->outputs),
                   loop, k);
}

int THNN_(SpatialConvolutionLocal_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THTensor *weight,
    THTensor *bias, THTensor *finput, THTensor *fgradInput, int64_t kW, int64_t kH,
    int64_t dW, int64_t dH, int64_t padW, int64_t padH, int64_t inputWidth,
    int64_t inputHeight, int64_t outputWidth, int64_t outputHeight) {
    (void)state;
    (void)finput;
    (void)fgradInput;
    Local k;
    int64_t size[4];
    TH_TRY(open_local(&k, input, "weight", weight, kW, kH, dW, dH, padW, padH,
                      inputWidth, inputHeight, outputWidth, outputHeight, size));
    TH_TRY(check_shape("bias", bias, 3, size + input->nDimension - 3));
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *w = new_contiguous(weight);
    THTensor *b = new_contiguous(bias), *y = NULL;
    if (x && w && b &&
        (y = new_output(output, input->nDimension, size, shares_storage(output, x)))) {
        k.x = TH_DATA(x);
        k.weight = TH_DATA(w);
        k.bias = TH_DATA(b);
        k.r = TH_DATA(y);
        loop_local(&k, k.outH * k.outW, forward);
        status = 0;
    }
    THTensor_free(x);
    THTensor_free(w);
    THTensor_free(b);
    return y ? finish_output(output, y, status) : status;
}

int THNN_(SpatialConvolutionLocal_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, THTensor *finput, THTensor *fgradInput, int64_t kW, int64_t kH,
    int64_t dW, int64_t dH, int64_t padW, int64_t padH, int64_t inputWidth,
    int64_t inputHeight, int64_t outputWidth, int64_t outputHeight) {
    (void)state;
    (void)finput;
    (void)fgradInput;
    Local k;
    int64_t size[4];
    TH_TRY(open_local(&k, input, "weight", weight, kW, kH, dW, dH, padW, padH,
                      inputWidth, inputHeight, outputWidth, outputHeight, size));
    TH_TRY(check_shape("gradOutput", gradOutput, input->nDimension, size));
    int status = TH_ERR_MEMORY;
    THTensor *grad = new_contiguous(gradOutput), *w = new_contiguous(weight), *r = NULL;
    if (grad && w &&
        (r = new_output_as(gradInput, input, shares_storage(gradInput, grad)))) {
        k.grad = TH_DATA(grad);
        k.weight = TH_DATA(w);
        k.r = TH_DATA(r);
        loop_local(&k, k.count * k.channels, backward);
        status = 0;
    }
    THTensor_free(grad);
    THTensor_free(w);
    return r ? finish_output(gradInput, r, status) : status;
}

int THNN_(SpatialConvolutionLocal_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    THTensor *gradBias, THTensor *finput, THTensor *fgradInput, int64_t kW, int64_t kH,
    int64_t dW, int64_t dH, int64_t padW, int64_t padH, int64_t inputWidth,
    int64_t inputHeight, int64_t outputWidth, int64_t outputHeight, double scale) {
    (void)state;
    (void)finput;
    (void)fgradInput;
    Local k;
    int64_t size[4];
    TH_TRY(open_local(&k, input, "gradWeight", gradWeight, kW, kH, dW, dH, padW, padH,
                      inputWidth, inputHeight, outputWidth, outputHeight, size));
    int n = input->nDimension, status = TH_ERR_MEMORY;
    TH_TRY(check_shape("gradBias", gradBias, 3, size + n - 3));
    TH_TRY(check_shape("gradOutput", gradOutput, n, size));
    THTensor *x = new_contiguous(input), *grad = new_contiguous(gradOutput);
    THTensor *sums = new_real();
    THTensor *part =
        THTensor_newWithSize(TH_REAL_DTYPE, gradWeight->nDimension, gradWeight->size);
    if (x && grad && part && sums) {
        k.x = TH_DATA(x);
        k.grad = TH_DATA(grad);
        k.r = TH_DATA(part);
        loop_local(&k, k.outH * k.outW, accumulate);
        status = n == 4 ? THTensor_(sum)(sums, grad, 0, 0) : THTensor_set(sums, grad);
    }
    THTensor_free(x);
    THTensor_free(grad);
    status = close_part("gradWeight", gradWeight, part, scale, status);
    return close_part("gradBias", gradBias, sums, scale, status);
}
