/* Sums of windows of planes, times a weight and plus a bias for each channel, for float
 * and double. */
#include "THNNWindows.h"

typedef struct Work {
    Images images;
    int64_t kernelH, kernelW, stepH, stepW, outH, outW;
    const real *x, *grad, *weight, *bias;
    real *r;              /* forward: the output; backward: gradient of the input */
    real *weights, *sums; /* gradients of weight and bias */
} Work;

static int open_work(Work *k, const THTensor *input, int64_t kW, int64_t kH, int64_t dW,
                     int64_t dH, int64_t *size) {
    char text[TH_SHAPE_TEXT];
    TH_TRY(check_window("kW", kW, "dW", dW));
    TH_TRY(check_window("kH", kH, "dH", dH));
    TH_TRY(check_images("input", input));
    *k = (Work){.images = images_of(input),
                .kernelH = kH,
                .kernelW = kW,
                .stepH = dH,
                .stepW = dW};
    if (k->images.height < kH || k->images.width < kW)
        TH_FAIL(TH_ERR, "input image %s smaller than kernel size kW: %lld kH: %lld",
                THTensor_shapeText(text, input), (long long)kW, (long long)kH);
    k->outH = (k->images.height - kH) / dH + 1;
    k->outW = (k->images.width - kW) / dW + 1;
    int n = input->nDimension;
    memcpy(size, input->size, (size_t)n * sizeof *size);
    size[n - 2] = k->outH;
    size[n - 1] = k->outW;
    return 0;
}

static void forward(void *context, int64_t begin, int64_t end) {
    const Work *k = context;
    int64_t width = k->images.width;
    for (int64_t plane = begin; plane < end; plane++) {
        const real *x = k->x + plane * k->images.height * width;
        real *r = k->r + plane * k->outH * k->outW;
        real weight = k->weight[plane % k->images.channels];
        real bias = k->bias[plane % k->images.channels];
        for (int64_t o = 0; o < k->outH * k->outW; o++) {
            const real *window =
                x + o / k->outW * k->stepH * width + o % k->outW * k->stepW;
            real sum = 0;
            for (int64_t i = 0; i < k->kernelH; i++)
                for (int64_t j = 0; j < k->kernelW; j++)
                    sum += window[i * width + j];
            r[o] = bias + weight * sum;
        }
    }
}

static void backward(void *context, int64_t begin, int64_t end) {
    const Work *k = context;
    int64_t width = k->images.width, in = k->images.height * width;
    memset(k->r + begin * in, 0, (size_t)((end - begin) * in) * sizeof(real));
    for (int64_t plane = begin; plane < end; plane++) {
        const real *grad = k->grad + plane * k->outH * k->outW;
        real *r = k->r + plane * in, weight = k->weight[plane % k->images.channels];
        for (int64_t o = 0; o < k->outH * k->outW; o++) {
            real *window = r + o / k->outW * k->stepH * width + o % k->outW * k->stepW;
            for (int64_t i = 0; i < k->kernelH; i++)
                for (int64_t j = 0; j < k->kernelW; j++)
                    window[i * width + j] += weight * grad[o];
        }
    }
}

/* Over channels, whose results no two threads share. */
static void accumulate(void *context, int64_t begin, int64_t end) {
    const Work *k = context;
    int64_t width = k->images.width, out = k->outH * k->outW;
    for (int64_t channel = begin; channel < end; channel++) {
        double sum = 0, weighted = 0;
        for (int64_t image = 0; image < k->images.count; image++) {
            int64_t plane = image * k->images.channels + channel;
            const real *x = k->x + plane * k->images.height * width;
            const real *grad = k->grad + plane * out;
            for (int64_t o = 0; o < out; o++) {
                const real *window =
                    x + o / k->outW * k->stepH * width + o % k->outW * k->stepW;
                real total = 0;
                for (int64_t i = 0; i < k->kernelH; i++)
                    for (int64_t j = 0; j < k->kernelW; j++)
                        total += window[i * width + j];
                sum += grad[o];
                weighted += (double)grad[o] * total;
            }
        }
        k->sums[channel] = (real)sum;
        k->weights[channel] = (real)weighted;
    }
}

int THNN_(SpatialSubSampling_updateOutput)(THNNState *state, THTensor *input,
                                           THTensor *output, THTensor *weight,
                                           THTensor *bias, int64_t kW, int64_t kH,
                                           int64_t dW, int64_t dH) {
    (void)state;
    Work k;
    int64_t size[4];
    TH_TRY(open_work(&k, input, kW, kH, dW, dH, size));
    TH_TRY(check_channels("weight", weight, k.images.channels));
    TH_TRY(check_channels("bias", bias, k.images.channels));
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *w = new_contiguous(weight);
    THTensor *b = new_contiguous(bias), *y = NULL;
    if (x && w && b &&
        (y = new_output(output, input->nDimension, size, shares_storage(output, x)))) {
        k.x = TH_DATA(x);
        k.weight = TH_DATA(w);
        k.bias = TH_DATA(b);
        k.r = TH_DATA(y);
        THParallel_for(k.images.count * k.images.channels,
                       rows_per_piece(THNN_GRAIN, k.images.height * k.images.width),
                       forward, &k);
        status = 0;
    }
    THTensor_free(x);
    THTensor_free(w);
    THTensor_free(b);
    return y ? finish_output(output, y, status) : status;
}

int THNN_(SpatialSubSampling_updateGradInput)(THNNState *state, THTensor *input,
                                              THTensor *gradOutput, THTensor *gradInput,
                                              THTensor *weight, int64_t kW, int64_t kH,
                                              int64_t dW, int64_t dH) {
    (void)state;
    Work k;
    int64_t size[4];
    TH_TRY(open_work(&k, input, kW, kH, dW, dH, size));
    TH_TRY(check_channels("weight", weight, k.images.channels));
    TH_TRY(check_shape("gradOutput", gradOutput, input->nDimension, size));
    int status = TH_ERR_MEMORY;
    THTensor *grad = new_contiguous(gradOutput), *w = new_contiguous(weight), *r = NULL;
    if (grad && w &&
        (r = new_output_as(gradInput, input, shares_storage(gradInput, grad)))) {
        k.grad = TH_DATA(grad);
        k.weight = TH_DATA(w);
        k.r = TH_DATA(r);
        THParallel_for(k.images.count * k.images.channels,
                       rows_per_piece(THNN_GRAIN, k.images.height * k.images.width),
                       backward, &k);
        status = 0;
    }
    THTensor_free(grad);
    THTensor_free(w);
    return r ? finish_output(gradInput, r, status) : status;
}

int THNN_(SpatialSubSampling_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    THTensor *gradBias, int64_t kW, int64_t kH, int64_t dW, int64_t dH, double scale) {
    (void)state;
    Work k;
    int64_t size[4];
    TH_TRY(open_work(&k, input, kW, kH, dW, dH, size));
    int64_t channels = k.images.channels;
    TH_TRY(check_channels("gradWeight", gradWeight, channels));
    TH_TRY(check_channels("gradBias", gradBias, channels));
    TH_TRY(check_shape("gradOutput", gradOutput, input->nDimension, size));
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *grad = new_contiguous(gradOutput);
    THTensor *weights = THTensor_newWithSize(TH_REAL_DTYPE, 1, &channels);
    THTensor *sums = THTensor_newWithSize(TH_REAL_DTYPE, 1, &channels);
    if (x && grad && weights && sums) {
        k.x = TH_DATA(x);
        k.grad = TH_DATA(grad);
        k.weights = TH_DATA(weights);
        k.sums = TH_DATA(sums);
        int64_t elements = k.images.count * k.images.height * k.images.width;
        THParallel_for(channels, rows_per_piece(THNN_GRAIN, elements), accumulate, &k);
        status = 0;
    }
    THTensor_free(x);
    THTensor_free(grad);
    status = close_part("gradWeight", gradWeight, weights, scale, status);
    return close_part("gradBias", gradBias, sums, scale, status);
}
