/* Sums of windows of frames, times a weight and plus a bias for each column, for float
 * and double. Each thread has a range of the columns. */
#include "THNNWindows.h"

typedef struct Work {
    Frames frames;
    const real *x, *grad, *weight, *bias;
    real *r;              /* forward: the output; backward: gradient of the input */
    real *weights, *sums; /* gradients of weight and bias */
} Work;

static int64_t first_frame(const Frames *f, int64_t row) {
    return (row / f->out * f->length + row % f->out * f->step) * f->width;
}

static void forward(void *context, int64_t begin, int64_t end) {
    const Work *k = context;
    const Frames *f = &k->frames;
    for (int64_t row = 0; row < f->count * f->out; row++) {
        const real *x = k->x + first_frame(f, row);
        real *r = k->r + row * f->width;
        for (int64_t j = begin; j < end; j++)
            r[j] = 0;
        for (int64_t i = 0; i < f->kernel; i++, x += f->width)
            for (int64_t j = begin; j < end; j++)
                r[j] += x[j];
        for (int64_t j = begin; j < end; j++)
            r[j] = k->bias[j] + k->weight[j] * r[j];
    }
}

static void backward(void *context, int64_t begin, int64_t end) {
    const Work *k = context;
    const Frames *f = &k->frames;
    for (int64_t row = 0; row < f->count * f->out; row++) {
        real *r = k->r + first_frame(f, row);
        const real *grad = k->grad + row * f->width;
        for (int64_t i = 0; i < f->kernel; i++, r += f->width)
            for (int64_t j = begin; j < end; j++)
                r[j] += k->weight[j] * grad[j];
    }
}

static void accumulate(void *context, int64_t begin, int64_t end) {
    const Work *k = context;
    const Frames *f = &k->frames;
    for (int64_t row = 0; row < f->count * f->out; row++) {
        const real *x = k->x + first_frame(f, row), *grad = k->grad + row * f->width;
        for (int64_t j = begin; j < end; j++)
            k->sums[j] += grad[j];
        for (int64_t i = 0; i < f->kernel; i++, x += f->width)
            for (int64_t j = begin; j < end; j++)
                k->weights[j] += grad[j] * x[j];
    }
}

static void loop(Work *k, THRangeFunction function) {
    THParallel_for(k->frames.width,
                   rows_per_piece(THNN_GRAIN, k->frames.count * k->frames.length),
                   function, k);
}

int THNN_(TemporalSubSampling_updateOutput)(THNNState *state, THTensor *input,
                                            THTensor *output, THTensor *weight,
                                            THTensor *bias, int64_t kW, int64_t dW,
                                            int64_t inputFrameSize) {
    (void)state;
    Work k;
    int64_t size[3];
    TH_TRY(open_frames(&k.frames, input, kW, dW));
    if (k.frames.width != inputFrameSize)
        TH_FAIL(TH_ERR, "invalid input frame size. Got: %lld, Expected: %lld",
                (long long)k.frames.width, (long long)inputFrameSize);
    TH_TRY(check_channels("weight", weight, inputFrameSize));
    TH_TRY(check_channels("bias", bias, inputFrameSize));
    int n = frames_shape(&k.frames, input, inputFrameSize, size);
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *w = new_contiguous(weight);
    THTensor *b = new_contiguous(bias), *y = NULL;
    if (x && w && b && (y = new_output(output, n, size, shares_storage(output, x)))) {
        k.x = TH_DATA(x);
        k.weight = TH_DATA(w);
        k.bias = TH_DATA(b);
        k.r = TH_DATA(y);
        loop(&k, forward);
        status = 0;
    }
    THTensor_free(x);
    THTensor_free(w);
    THTensor_free(b);
    return y ? finish_output(output, y, status) : status;
}

int THNN_(TemporalSubSampling_updateGradInput)(THNNState *state, THTensor *input,
                                               THTensor *gradOutput,
                                               THTensor *gradInput, THTensor *weight,
                                               int64_t kW, int64_t dW) {
    (void)state;
    Work k;
    int64_t size[3];
    TH_TRY(open_frames(&k.frames, input, kW, dW));
    TH_TRY(check_channels("weight", weight, k.frames.width));
    int n = frames_shape(&k.frames, input, k.frames.width, size);
    TH_TRY(check_shape("gradOutput", gradOutput, n, size));
    int status = TH_ERR_MEMORY;
    THTensor *grad = new_contiguous(gradOutput), *w = new_contiguous(weight), *r = NULL;
    if (grad && w &&
        (r = new_output_as(gradInput, input, shares_storage(gradInput, grad))) &&
        (status = THTensor_(zero)(r)) == 0) {
        k.grad = TH_DATA(grad);
        k.weight = TH_DATA(w);
        k.r = TH_DATA(r);
        loop(&k, backward);
    }
    THTensor_free(grad);
    THTensor_free(w);
    return r ? finish_output(gradInput, r, status) : status;
}

int THNN_(TemporalSubSampling_accGradParameters)(THNNState *state, THTensor *input,
                                                 THTensor *gradOutput,
                                                 THTensor *gradWeight,
                                                 THTensor *gradBias, int64_t kW,
                                                 int64_t dW, double scale) {
    (void)state;
    Work k;
    int64_t size[3];
    TH_TRY(open_frames(&k.frames, input, kW, dW));
    int64_t width = k.frames.width;
    TH_TRY(check_channels("gradWeight", gradWeight, width));
    TH_TRY(check_channels("gradBias", gradBias, width));
    int n = frames_shape(&k.frames, input, width, size), status = TH_ERR_MEMORY;
    TH_TRY(check_shape("gradOutput", gradOutput, n, size));
    THTensor *x = new_contiguous(input), *grad = new_contiguous(gradOutput);
    THTensor *weights = THTensor_newWithSize(TH_REAL_DTYPE, 1, &width);
    THTensor *sums = THTensor_newWithSize(TH_REAL_DTYPE, 1, &width);
    if (x && grad && weights && sums && (status = THTensor_(zero)(weights)) == 0 &&
        (status = THTensor_(zero)(sums)) == 0) {
        k.x = TH_DATA(x);
        k.grad = TH_DATA(grad);
        k.weights = TH_DATA(weights);
        k.sums = TH_DATA(sums);
        loop(&k, accumulate);
    }
    THTensor_free(x);
    THTensor_free(grad);
    status = close_part("gradWeight", gradWeight, weights, scale, status);
    return close_part("gradBias", gradBias, sums, scale, status);
}
