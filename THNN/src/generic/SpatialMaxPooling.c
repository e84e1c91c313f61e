/* Max pooling over planes, for float and double. Padding counts as minus infinity; NaN
 * wins. */
#include "THNNPooling.h"

typedef struct Work {
    Axis h, w;
    const real *x;
    real *y;
    int64_t *indices;
} Work;

static int check_windows(const THTensor *input, Axis *h, Axis *w, int ceil_mode) {
    if (h->kernel < 1 || w->kernel < 1)
        TH_FAIL(TH_ERR,
                "kernel size should be greater than zero, but got kH: %lld kW: %lld",
                (long long)h->kernel, (long long)w->kernel);
    if (h->step < 1 || w->step < 1)
        TH_FAIL(TH_ERR, "stride should be greater than zero, but got dH: %lld dW: %lld",
                (long long)h->step, (long long)w->step);
    if (h->dilation < 1 || w->dilation < 1)
        TH_FAIL(TH_ERR,
                "dilation should be greater than zero, but got dilationH: %lld "
                "dilationW: %lld",
                (long long)h->dilation, (long long)w->dilation);
    if (h->pad < 0 || w->pad < 0 || h->kernel / 2 < h->pad || w->kernel / 2 < w->pad)
        TH_FAIL(TH_ERR,
                "pad should be smaller than half of kernel size, but got padW = %lld, "
                "padH = %lld, kW = %lld, kH = %lld",
                (long long)w->pad, (long long)h->pad, (long long)w->kernel,
                (long long)h->kernel);
    if (h->kernel > THNN_POOL_LIMIT || w->kernel > THNN_POOL_LIMIT ||
        h->step > THNN_POOL_LIMIT || w->step > THNN_POOL_LIMIT ||
        h->dilation > THNN_POOL_LIMIT || w->dilation > THNN_POOL_LIMIT)
        TH_FAIL(TH_ERR,
                "pooling parameters are limited to %lld, but got kernel %lldx%lld, "
                "stride %lldx%lld, dilation %lldx%lld",
                (long long)THNN_POOL_LIMIT, (long long)h->kernel, (long long)w->kernel,
                (long long)h->step, (long long)w->step, (long long)h->dilation,
                (long long)w->dilation);
    TH_TRY(check_images("non-empty input", input));
    Images images = images_of(input);
    h->in = images.height;
    w->in = images.width;
    h->out = output_size(h, ceil_mode);
    w->out = output_size(w, ceil_mode);
    if (h->out < 1 || w->out < 1)
        TH_FAIL(TH_ERR,
                "Given input size: (%lldx%lldx%lld). Calculated output size: "
                "(%lldx%lldx%lld). Output size is too small",
                (long long)images.channels, (long long)h->in, (long long)w->in,
                (long long)images.channels, (long long)h->out, (long long)w->out);
    return 0;
}

static void any_row(const Work *k, const real *x, int64_t oh, real *y,
                    int64_t *indices) {
    int64_t top, bottom;
    clip(&k->h, oh, &top, &bottom);
    for (int64_t ow = 0; ow < k->w.out; ow++) {
        int64_t left, right;
        clip(&k->w, ow, &left, &right);
        real best = -(real)INFINITY;
        int64_t at = top * k->w.in + left;
        /* A window of nothing but padding (dilation can step over the image). */
        if (top >= bottom || left >= right)
            at = 0;
        for (int64_t i = top; i < bottom; i += k->h.dilation)
            for (int64_t j = left; j < right; j += k->w.dilation) {
                real value = x[i * k->w.in + j];
                if (value > best || isnan(value)) {
                    best = value;
                    at = i * k->w.in + j;
                }
            }
        y[ow] = best;
        indices[ow] = at;
    }
}

static int is_2x2(const Axis *a) {
    return a->kernel == 2 && a->step == 2 && a->pad == 0 && a->dilation == 1 &&
           a->out * 2 <= a->in;
}

static void forward(void *context, int64_t begin, int64_t end) {
    const Work *k = context;
    int64_t in = k->h.in * k->w.in, out = k->h.out * k->w.out;
    int simple = is_2x2(&k->h) && is_2x2(&k->w);
    for (int64_t plane = begin; plane < end; plane++) {
        const real *x = k->x + plane * in;
        real *y = k->y + plane * out;
        int64_t *indices = k->indices + plane * out;
        if (simple)
            THNN_KERNELS.maxPool2x2(k->h.out, k->w.out, y, indices, x, k->w.in);
        else
            for (int64_t oh = 0; oh < k->h.out; oh++)
                any_row(k, x, oh, y + oh * k->w.out, indices + oh * k->w.out);
    }
}

int THNN_(SpatialDilatedMaxPooling_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THLongTensor *indices,
    int64_t kW, int64_t kH, int64_t dW, int64_t dH, int64_t padW, int64_t padH,
    int64_t dilationW, int64_t dilationH, int ceil_mode) {
    (void)state;
    Work work = {.h = {kH, dH, padH, dilationH, 0, 0},
                 .w = {kW, dW, padW, dilationW, 0, 0}};
    TH_TRY(check_windows(input, &work.h, &work.w, ceil_mode));
    int n = input->nDimension;
    int64_t size[4];
    memcpy(size, input->size, (size_t)n * sizeof *size);
    size[n - 2] = work.h.out;
    size[n - 1] = work.w.out;

    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *y = NULL, *at = NULL;
    if (x && (at = new_indices(indices, n, size)) &&
        (y = new_output(output, n, size, shares_storage(output, x)))) {
        Images images = images_of(x);
        int64_t plane = images.height * images.width;
        work.x = TH_DATA(x);
        work.y = TH_DATA(y);
        work.indices = (int64_t *)at->storage->data + at->storageOffset;
        THParallel_for(images.count * images.channels,
                       rows_per_piece(THNN_GRAIN, plane), forward, &work);
        status = 0;
        if (at != indices)
            status = THLongTensor_copy(indices, at);
    }
    THTensor_free(x);
    THTensor_free(at);
    return y ? finish_output(output, y, status) : status;
}

typedef struct Scatter {
    real *r;
    const real *grad;
    const int64_t *indices;
    int64_t in, out; /* elements of a plane */
} Scatter;

static void backward(void *context, int64_t begin, int64_t end) {
    const Scatter *s = context;
    memset(s->r + begin * s->in, 0, (size_t)((end - begin) * s->in) * sizeof(real));
    for (int64_t plane = begin; plane < end; plane++) {
        real *r = s->r + plane * s->in;
        const real *grad = s->grad + plane * s->out;
        const int64_t *indices = s->indices + plane * s->out;
        for (int64_t i = 0; i < s->out; i++)
            r[indices[i]] += grad[i];
    }
}

int THNN_(MaxPooling2d_gradInput)(THNNState *state, THTensor *gradOutput,
                                  THTensor *gradInput, THLongTensor *indices,
                                  int64_t inputH, int64_t inputW) {
    (void)state;
    int64_t in;
    if (inputH < 1 || inputW < 1 || th_mulOverflow(inputH, inputW, &in))
        TH_FAIL(TH_ERR, "max pooling: input planes must have a size, got %lldx%lld",
                (long long)inputH, (long long)inputW);
    TH_TRY(check_images("gradOutput", gradOutput));
    TH_TRY(check_same_size("gradOutput", gradOutput, "indices", indices));
    int n = gradOutput->nDimension;
    int64_t size[4];
    memcpy(size, gradOutput->size, (size_t)n * sizeof *size);
    size[n - 2] = inputH;
    size[n - 1] = inputW;

    THTensor *grad = NULL, *r = NULL,
             *at = new_checked_indices(indices, in, "input plane");
    int status = at ? 0 : THError_pending();
    if (at && (grad = new_contiguous(gradOutput)) &&
        (r = new_output(gradInput, n, size, shares_storage(gradInput, grad)))) {
        Images images = images_of(grad);
        Scatter scatter = {TH_DATA(r), TH_DATA(grad),
                           (const int64_t *)at->storage->data + at->storageOffset, in,
                           images.height * images.width};
        THParallel_for(images.count * images.channels, rows_per_piece(THNN_GRAIN, in),
                       backward, &scatter);
    } else if (at) {
        status = TH_ERR_MEMORY;
    }
    THTensor_free(grad);
    THTensor_free(at);
    return r ? finish_output(gradInput, r, status) : status;
}
