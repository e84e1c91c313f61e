/* p-norms of neighbouring features, for float and double: (C), (C, H) or (C, H, W), in
 * batch mode with a dimension in front. */
#include <math.h>

#include "THNNWindows.h"

typedef struct Work {
    int64_t count, features, inner, out, width, stride;
    double power;
    const real *x, *y, *grad;
    real *r;
} Work;

static int open_work(Work *k, const THTensor *input, double power, int64_t width,
                     int64_t stride, int batchMode, int64_t *size) {
    char text[TH_SHAPE_TEXT];
    int n = input->nDimension, d = batchMode ? 1 : 0;
    if (n < d + 1 || n > d + 3)
        TH_FAIL(TH_ERR, "%s: input must be %d-%d dimensions, got %s",
                batchMode ? "batch mode" : "non-batch mode", d + 1, d + 3,
                THTensor_shapeText(text, input));
    if (width < 2 || width > 16)
        TH_FAIL(TH_ERR, "width must be between 2 - 16, got %lld", (long long)width);
    if (stride < 1 || stride > 4)
        TH_FAIL(TH_ERR, "stride must be between 1 - 4, got %lld", (long long)stride);
    if (input->size[d] < width)
        TH_FAIL(TH_ERR, "input: feature dimension must be >= width %lld, got size %s",
                (long long)width, THTensor_shapeText(text, input));
    if (!(power > 0))
        TH_FAIL(TH_ERR_VALUE, "power must be greater than zero, got %g", power);
    *k = (Work){.count = d ? input->size[0] : 1,
                .features = input->size[d],
                .inner = 1,
                .out = (input->size[d] - width) / stride + 1,
                .width = width,
                .stride = stride,
                .power = power};
    memcpy(size, input->size, (size_t)n * sizeof *size);
    size[d] = k->out;
    for (int i = d + 1; i < n; i++)
        k->inner *= input->size[i];
    return 0;
}

/* Over (sample, window). */
static void forward(void *context, int64_t begin, int64_t end) {
    const Work *k = context;
    for (int64_t row = begin; row < end; row++) {
        const real *x =
            k->x + (row / k->out * k->features + row % k->out * k->stride) * k->inner;
        for (int64_t j = 0; j < k->inner; j++) {
            double sum = 0;
            for (int64_t i = 0; i < k->width; i++) {
                double value = x[i * k->inner + j];
                sum += k->power == 2 ? value * value : pow(value, k->power);
            }
            k->r[row * k->inner + j] =
                (real)(k->power == 2 ? sqrt(sum) : pow(sum, 1 / k->power));
        }
    }
}

/* Over samples. No gradient from windows whose norm is 0. */
static void backward(void *context, int64_t begin, int64_t end) {
    const Work *k = context;
    int64_t in = k->features * k->inner;
    memset(k->r + begin * in, 0, (size_t)((end - begin) * in) * sizeof(real));
    for (int64_t row = begin * k->out; row < end * k->out; row++) {
        int64_t first =
            (row / k->out * k->features + row % k->out * k->stride) * k->inner;
        for (int64_t j = 0; j < k->inner; j++) {
            double norm = k->y[row * k->inner + j], grad = k->grad[row * k->inner + j];
            for (int64_t i = 0; i < k->width && norm != 0; i++) {
                int64_t at = first + i * k->inner + j;
                double ratio = k->x[at] / norm;
                k->r[at] +=
                    (real)(grad * (k->power == 2 ? ratio : pow(ratio, k->power - 1)));
            }
        }
    }
}

/* output [OUT] = (sum of input^power over width features)^(1 / power). */
int THNN_(FeatureLPPooling_updateOutput)(THNNState *state, THTensor *input,
                                         THTensor *output, double power, int64_t width,
                                         int64_t stride, int batchMode) {
    (void)state;
    Work k;
    int64_t size[4];
    TH_TRY(open_work(&k, input, power, width, stride, batchMode, size));
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *y = NULL;
    if (x &&
        (y = new_output(output, input->nDimension, size, shares_storage(output, x)))) {
        k.x = TH_DATA(x);
        k.r = TH_DATA(y);
        THParallel_for(k.count * k.out, rows_per_piece(THNN_GRAIN_HEAVY, k.inner),
                       forward, &k);
        status = 0;
    }
    THTensor_free(x);
    return y ? finish_output(output, y, status) : status;
}

int THNN_(FeatureLPPooling_updateGradInput)(THNNState *state, THTensor *gradOutput,
                                            THTensor *input, THTensor *output,
                                            THTensor *gradInput, double power,
                                            int64_t width, int64_t stride,
                                            int batchMode) {
    (void)state;
    Work k;
    int64_t size[4];
    int n = input->nDimension, status = TH_ERR_MEMORY;
    TH_TRY(open_work(&k, input, power, width, stride, batchMode, size));
    TH_TRY(check_shape("gradOutput", gradOutput, n, size));
    TH_TRY(check_shape("output", output, n, size));
    THTensor *x = new_contiguous(input), *y = new_contiguous(output);
    THTensor *grad = new_contiguous(gradOutput), *r = NULL;
    if (x && y && grad &&
        (r = new_output_as(gradInput, input, shares_storage(gradInput, x)))) {
        k.x = TH_DATA(x);
        k.y = TH_DATA(y);
        k.grad = TH_DATA(grad);
        k.r = TH_DATA(r);
        THParallel_for(k.count, rows_per_piece(THNN_GRAIN_HEAVY, k.features * k.inner),
                       backward, &k);
        status = 0;
    }
    THTensor_free(x);
    THTensor_free(y);
    THTensor_free(grad);
    return r ? finish_output(gradInput, r, status) : status;
}
