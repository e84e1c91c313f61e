/* Two-dimensional convolution and its gradients, for float and double: shape checks,
 * and the translation of each direction to the engine's windows (THNNConv.h). */
#include "THNNConv.h"

#include <string.h>

/* Larger numbers than this are refused, so that no size computation overflows. */
#define LIMIT ((int64_t)1 << 31)

typedef struct Geometry {
    int64_t kH, kW, dH, dW, padH, padW, dilationH, dilationW, groups;
} Geometry;

static int check_geometry(const Geometry *g) {
    if (g->kH < 1 || g->kW < 1)
        TH_FAIL(TH_ERR,
                "kernel size should be greater than zero, but got kH: %lld kW: %lld",
                (long long)g->kH, (long long)g->kW);
    if (g->dH < 1 || g->dW < 1)
        TH_FAIL(TH_ERR, "stride should be greater than zero, but got dH: %lld dW: %lld",
                (long long)g->dH, (long long)g->dW);
    if (g->dilationH < 1 || g->dilationW < 1)
        TH_FAIL(TH_ERR,
                "dilation should be greater than zero, but got dilationH: %lld "
                "dilationW: %lld",
                (long long)g->dilationH, (long long)g->dilationW);
    if (g->padH < 0 || g->padW < 0)
        TH_FAIL(TH_ERR,
                "negative padding is not supported, but got padH: %lld padW: %lld",
                (long long)g->padH, (long long)g->padW);
    if (g->groups < 1)
        TH_FAIL(TH_ERR, "groups should be greater than zero, but got %lld",
                (long long)g->groups);
    if (g->kH > LIMIT || g->kW > LIMIT || g->dH > LIMIT || g->dW > LIMIT ||
        g->padH > LIMIT || g->padW > LIMIT || g->dilationH > LIMIT ||
        g->dilationW > LIMIT)
        TH_FAIL(TH_ERR,
                "convolution parameters are limited to %lld, but got kernel %lldx%lld, "
                "stride %lldx%lld, padding %lldx%lld, dilation %lldx%lld",
                (long long)LIMIT, (long long)g->kH, (long long)g->kW, (long long)g->dH,
                (long long)g->dW, (long long)g->padH, (long long)g->padW,
                (long long)g->dilationH, (long long)g->dilationW);
    return 0;
}

static int check_weight(const THTensor *weight, const Geometry *g) {
    char text[TH_SHAPE_TEXT];
    if (weight->nDimension != 4)
        TH_FAIL(TH_ERR,
                "4D weight tensor (outC, inC / groups, kH, kW) expected, but got: %s",
                THTensor_shapeText(text, weight));
    if (weight->size[0] % g->groups)
        TH_FAIL(TH_ERR,
                "weight of size %s: the %lld output channels cannot be divided into "
                "%lld groups",
                THTensor_shapeText(text, weight), (long long)weight->size[0],
                (long long)g->groups);
    return 0;
}

/* Planes of `channels` channels: dimension 4 and size[1], or 3 and size[0]. */
static int check_planes(const char *what, const THTensor *t, int64_t channels) {
    char text[TH_SHAPE_TEXT];
    int batch = t->nDimension != 3;
    if ((t->nDimension == 3 || t->nDimension == 4) && t->size[batch] == channels)
        return 0;
    return THError_set(TH_ERR,
                       "Need %s of dimension %d and %s.size[%d] == %lld but got %s to "
                       "be of shape: %s instead",
                       what, batch ? 4 : 3, what, batch, (long long)channels, what,
                       THTensor_shapeText(text, t));
}

/* The size of the output planes for input planes of height x width. */
static int output_size(const Geometry *g, int64_t height, int64_t width, int64_t *outH,
                       int64_t *outW) {
    if (height < 1 || width < 1 || height > LIMIT || width > LIMIT)
        TH_FAIL(TH_ERR, "input planes must have a size up to %lld, got %lldx%lld",
                (long long)LIMIT, (long long)height, (long long)width);
    int64_t padded[2] = {height + 2 * g->padH, width + 2 * g->padW};
    int64_t extent[2];
    if (th_mulOverflow(g->dilationH, g->kH - 1, &extent[0]) ||
        th_mulOverflow(g->dilationW, g->kW - 1, &extent[1]) ||
        extent[0] + 1 > padded[0] || extent[1] + 1 > padded[1])
        TH_FAIL(TH_ERR,
                "Calculated padded input size per channel: (%lld x %lld). Kernel size: "
                "(%lld x %lld), dilation: (%lld x %lld). Kernel size can't be greater "
                "than actual input size",
                (long long)padded[0], (long long)padded[1], (long long)g->kH,
                (long long)g->kW, (long long)g->dilationH, (long long)g->dilationW);
    *outH = (padded[0] - extent[0] - 1) / g->dH + 1;
    *outW = (padded[1] - extent[1] - 1) / g->dW + 1;
    return 0;
}

/* (C, H, W) or (N, C, H, W), as `like` has it. Returns the number of dimensions. */
static int plane_size(int64_t size[4], const THTensor *like, int64_t channels,
                      int64_t height, int64_t width) {
    int n = like->nDimension;
    size[0] = like->size[0];
    size[n - 3] = channels;
    size[n - 2] = height;
    size[n - 1] = width;
    return n;
}

/* The distances of taps from a window's origin, and each one's place in the kernel. */
typedef struct Taps {
    int64_t count;
    int64_t *dy, *dx, *index;
    size_t bytes;
    uint8_t sizeClass;
} Taps;

static int open_taps(Taps *t, const Geometry *g) {
    int64_t n = g->kH * g->kW;
    t->count = 0;
    t->bytes = (size_t)n * 3 * sizeof(int64_t);
    if (!(t->dy = THAlloc_new(t->bytes, &t->sizeClass)))
        return TH_ERR_MEMORY;
    t->dx = t->dy + n;
    t->index = t->dx + n;
    return 0;
}

static void close_taps(Taps *t) {
    if (t->dy)
        THAlloc_free(t->dy, t->bytes, t->sizeClass);
}

static void forward_taps(Taps *t, const Geometry *g) {
    for (int64_t i = 0; i < g->kH; i++)
        for (int64_t j = 0; j < g->kW; j++, t->count++) {
            t->dy[t->count] = i * g->dilationH - g->padH;
            t->dx[t->count] = j * g->dilationW - g->padW;
        }
}

/* Which output elements the input element (row + t * dH, column + u * dW) contributes
 * to: of the kernel only the taps that hit the stride's grid, at the same distance from
 * (t, u) for all t, u. */
static void backward_taps(Taps *t, const Geometry *g, int64_t row, int64_t column) {
    t->count = 0;
    for (int64_t i = 0; i < g->kH; i++) {
        int64_t y = row + g->padH - i * g->dilationH;
        if (y % g->dH)
            continue;
        for (int64_t j = 0; j < g->kW; j++) {
            int64_t x = column + g->padW - j * g->dilationW;
            if (x % g->dW)
                continue;
            t->dy[t->count] = y / g->dH;
            t->dx[t->count] = x / g->dW;
            t->index[t->count++] = i * g->kW + j;
        }
    }
}

static THNN_(Windows)
    windows_over(const THTensor *planes, const Geometry *g, const Taps *taps) {
    Images images = images_of(planes);
    return (THNN_(Windows)){.source = TH_DATA(planes),
                            .images = images.count,
                            .groups = g->groups,
                            .channels = images.channels / g->groups,
                            .height = images.height,
                            .width = images.width,
                            .stepH = 1,
                            .stepW = 1,
                            .taps = taps->count,
                            .dy = taps->dy,
                            .dx = taps->dx};
}

/* ---- forward ---- */
static int convolve(const THTensor *input, const THTensor *output,
                    const THTensor *weight, const real *bias, const Geometry *g) {
    Taps taps;
    TH_TRY(open_taps(&taps, g));
    forward_taps(&taps, g);
    Images out = images_of(output);
    int64_t channels = out.channels / g->groups;
    THNN_(Windows) windows = windows_over(input, g, &taps);
    windows.rows = out.height;
    windows.columns = out.width;
    windows.stepH = g->dH;
    windows.stepW = g->dW;
    int64_t values = windows.channels * taps.count;

    THNN_(Packed) packed = {0};
    int status = THNN_(openWindows)(&windows, channels);
    if (status == 0 && (status = THNN_(openPacked)(&packed, &windows, channels)) == 0) {
        for (int64_t group = 0; group < g->groups; group++)
            for (int64_t b = 0; b < packed.blocks; b++) {
                int64_t lane = b * packed.lanes;
                int64_t used =
                    channels - lane < packed.lanes ? channels - lane : packed.lanes;
                THNN_KERNELS.transpose(
                    packed.data + (group * packed.blocks + b) * values * packed.lanes,
                    packed.lanes, TH_DATA(weight) + (group * channels + lane) * values,
                    values, used, values);
            }
        THNN_(Target)
        target = {.data = TH_DATA(output),
                  .channels = channels,
                  .height = out.height,
                  .width = out.width,
                  .rowStep = 1,
                  .columnStep = 1,
                  .bias = bias};
        status = THNN_(correlate)(&windows, &packed, &target);
    }
    THNN_(closeWindows)(&windows);
    THNN_(closePacked)(&packed);
    close_taps(&taps);
    return status;
}

int THNN_(Conv2d_updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                               THTensor *weight, THTensor *bias, int64_t dH, int64_t dW,
                               int64_t padH, int64_t padW, int64_t dilationH,
                               int64_t dilationW, int64_t groups) {
    (void)state;
    Geometry g = {1, 1, dH, dW, padH, padW, dilationH, dilationW, groups};
    TH_TRY(check_geometry(&g));
    TH_TRY(check_weight(weight, &g));
    g.kH = weight->size[2];
    g.kW = weight->size[3];
    TH_TRY(check_planes("input", input, weight->size[1] * groups));
    TH_TRY(check_channels("bias", bias, weight->size[0]));
    Images in = images_of(input);
    int64_t outH, outW, size[4];
    TH_TRY(check_geometry(&g));
    TH_TRY(output_size(&g, in.height, in.width, &outH, &outW));
    int n = plane_size(size, input, weight->size[0], outH, outW);

    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *w = new_contiguous(weight), *y = NULL;
    THTensor *b = bias ? new_contiguous(bias) : NULL;
    if (x && w && (b || !bias) &&
        (y = new_output(output, n, size, shares_storage(output, x))))
        status = convolve(x, y, w, data_of(b), &g);
    THTensor_free(x);
    THTensor_free(w);
    THTensor_free(b);
    return y ? finish_output(output, y, status) : status;
}

/* ---- gradient of the input ---- */
/* Packs the taps of one phase: lanes are input channels, values (output channel, tap).
 */
static void pack_transposed(THNN_(Packed) * packed, const real *weight,
                            const Geometry *g, const Taps *taps, int64_t inChannels,
                            int64_t outChannels) {
    int64_t area = g->kH * g->kW, lanes = packed->lanes;
    real *r = packed->data;
    for (int64_t group = 0; group < g->groups; group++)
        for (int64_t b = 0; b < packed->blocks; b++) {
            int64_t left = inChannels - b * lanes, used = left < lanes ? left : lanes;
            for (int64_t o = 0; o < outChannels; o++) {
                const real *x =
                    weight +
                    ((group * outChannels + o) * inChannels + b * lanes) * area;
                if (taps->count == area)
                    THNN_KERNELS.transpose(r, lanes, x, area, used, area);
                else
                    for (int64_t t = 0; t < taps->count; t++)
                        for (int64_t l = 0; l < used; l++)
                            r[t * lanes + l] = x[l * area + taps->index[t]];
                r += taps->count * lanes;
            }
        }
}

/* The elements of gradInput at rows row + t * dH and columns column + u * dW. */
static int convolve_phase(const THTensor *gradOutput, const THTensor *gradInput,
                          const THTensor *weight, const Geometry *g, const Taps *taps,
                          int64_t row, int64_t column) {
    Images in = images_of(gradInput);
    int64_t channels = in.channels / g->groups;
    THNN_(Windows) windows = windows_over(gradOutput, g, taps);
    windows.rows = (in.height - row + g->dH - 1) / g->dH;
    windows.columns = (in.width - column + g->dW - 1) / g->dW;

    THNN_(Packed) packed = {0};
    int status = THNN_(openWindows)(&windows, channels);
    if (status == 0 && (status = THNN_(openPacked)(&packed, &windows, channels)) == 0) {
        pack_transposed(&packed, TH_DATA(weight), g, taps, channels, windows.channels);
        THNN_(Target)
        target = {.data = TH_DATA(gradInput),
                  .channels = channels,
                  .height = in.height,
                  .width = in.width,
                  .rowStart = row,
                  .columnStart = column,
                  .rowStep = g->dH,
                  .columnStep = g->dW};
        status = THNN_(correlate)(&windows, &packed, &target);
    }
    THNN_(closeWindows)(&windows);
    THNN_(closePacked)(&packed);
    return status;
}

static int convolve_backward(const THTensor *gradOutput, const THTensor *gradInput,
                             const THTensor *weight, const Geometry *g) {
    Images in = images_of(gradInput);
    Taps taps;
    TH_TRY(open_taps(&taps, g));
    /* A phase without taps gets no gradient. */
    if (g->dH > 1 || g->dW > 1)
        memset(TH_DATA(gradInput), 0, (size_t)th_nElement(gradInput) * sizeof(real));
    int status = 0;
    for (int64_t row = 0; row < g->dH && row < in.height && status == 0; row++)
        for (int64_t column = 0; column < g->dW && column < in.width && status == 0;
             column++) {
            backward_taps(&taps, g, row, column);
            if (taps.count)
                status = convolve_phase(gradOutput, gradInput, weight, g, &taps, row,
                                        column);
        }
    close_taps(&taps);
    return status;
}

int THNN_(Conv2d_updateGradInput)(THNNState *state, THTensor *gradOutput,
                                  THTensor *gradInput, THTensor *weight, int64_t inputH,
                                  int64_t inputW, int64_t dH, int64_t dW, int64_t padH,
                                  int64_t padW, int64_t dilationH, int64_t dilationW,
                                  int64_t groups) {
    (void)state;
    Geometry g = {1, 1, dH, dW, padH, padW, dilationH, dilationW, groups};
    TH_TRY(check_geometry(&g));
    TH_TRY(check_weight(weight, &g));
    g.kH = weight->size[2];
    g.kW = weight->size[3];
    TH_TRY(check_geometry(&g));
    TH_TRY(check_planes("gradOutput", gradOutput, weight->size[0]));
    int64_t outH, outW, size[4];
    TH_TRY(output_size(&g, inputH, inputW, &outH, &outW));
    Images out = images_of(gradOutput);
    char text[TH_SHAPE_TEXT];
    if (out.height != outH || out.width != outW)
        TH_FAIL(TH_ERR,
                "Need gradOutput planes of size %lldx%lld for an input of %lldx%lld, "
                "but got gradOutput to be of shape: %s instead",
                (long long)outH, (long long)outW, (long long)inputH, (long long)inputW,
                THTensor_shapeText(text, gradOutput));
    int n = plane_size(size, gradOutput, weight->size[1] * groups, inputH, inputW);

    int status = TH_ERR_MEMORY;
    THTensor *grad = new_contiguous(gradOutput), *w = new_contiguous(weight), *r = NULL;
    if (grad && w &&
        (r = new_output(gradInput, n, size, shares_storage(gradInput, grad))))
        status = convolve_backward(grad, r, w, &g);
    THTensor_free(grad);
    THTensor_free(w);
    return r ? finish_output(gradInput, r, status) : status;
}

/* ---- gradients of weight and bias ---- */
static int weight_gradient(const THTensor *input, const THTensor *gradOutput,
                           const THTensor *gradWeight, const Geometry *g) {
    Taps taps;
    TH_TRY(open_taps(&taps, g));
    forward_taps(&taps, g);
    Images out = images_of(gradOutput);
    int64_t channels = out.channels / g->groups;
    THNN_(Windows) windows = windows_over(input, g, &taps);
    windows.rows = out.height;
    windows.columns = out.width;
    windows.stepH = g->dH;
    windows.stepW = g->dW;
    int status = THNN_(openWindows)(&windows, channels);
    if (status == 0)
        status = THNN_(correlateKernels)(&windows, TH_DATA(gradOutput), channels,
                                         TH_DATA(gradWeight));
    THNN_(closeWindows)(&windows);
    close_taps(&taps);
    return status;
}

int THNN_(Conv2d_gradWeight)(THNNState *state, THTensor *input, THTensor *gradOutput,
                             THTensor *gradWeight, int64_t kH, int64_t kW, int64_t dH,
                             int64_t dW, int64_t padH, int64_t padW, int64_t dilationH,
                             int64_t dilationW, int64_t groups) {
    (void)state;
    Geometry g = {kH, kW, dH, dW, padH, padW, dilationH, dilationW, groups};
    char text[TH_SHAPE_TEXT], other[TH_SHAPE_TEXT];
    TH_TRY(check_geometry(&g));
    TH_TRY(check_images("input", input));
    TH_TRY(check_images("gradOutput", gradOutput));
    Images in = images_of(input), out = images_of(gradOutput);
    int64_t outH, outW;
    TH_TRY(output_size(&g, in.height, in.width, &outH, &outW));
    if (input->nDimension != gradOutput->nDimension || in.count != out.count ||
        out.height != outH || out.width != outW || in.channels % groups ||
        out.channels % groups)
        TH_FAIL(TH_ERR,
                "Need gradOutput planes of size %lldx%lld and channels in %lld groups, "
                "but got input to be of shape: %s and gradOutput: %s instead",
                (long long)outH, (long long)outW, (long long)groups,
                THTensor_shapeText(text, input), THTensor_shapeText(other, gradOutput));
    const int64_t size[4] = {out.channels, in.channels / groups, kH, kW};

    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *grad = new_contiguous(gradOutput), *r = NULL;
    if (x && grad && (r = new_output(gradWeight, 4, size, 0)))
        status = weight_gradient(x, grad, r, &g);
    THTensor_free(x);
    THTensor_free(grad);
    return r ? finish_output(gradWeight, r, status) : status;
}

typedef struct ChannelSums {
    const real *x;
    real *r;
    int64_t images, channels, plane;
} ChannelSums;

static void sum_channels(void *context, int64_t begin, int64_t end) {
    const ChannelSums *s = context;
    for (int64_t c = begin; c < end; c++) {
        double sum = 0;
        for (int64_t i = 0; i < s->images; i++)
            sum += THNN_KERNELS.sum(s->plane, s->x + (i * s->channels + c) * s->plane);
        s->r[c] = (real)sum;
    }
}

/* Here (C, H, W) is one image, anything else (N, C, ...). */
int THNN_(Conv_gradBias)(THNNState *state, THTensor *gradOutput, THTensor *gradBias) {
    (void)state;
    char text[TH_SHAPE_TEXT];
    int batch = gradOutput->nDimension != 3;
    if (gradOutput->nDimension < 2)
        TH_FAIL(TH_ERR,
                "gradOutput: at least 2D tensor (N, C, ...) expected but got: %s",
                THTensor_shapeText(text, gradOutput));
    ChannelSums sums = {.images = batch ? gradOutput->size[0] : 1,
                        .channels = gradOutput->size[batch]};
    sums.plane = th_nElement(gradOutput) / (sums.images * sums.channels);

    int status = TH_ERR_MEMORY;
    THTensor *grad = new_contiguous(gradOutput), *r = NULL;
    if (grad && (r = new_output(gradBias, 1, &sums.channels, 0))) {
        sums.x = TH_DATA(grad);
        sums.r = TH_DATA(r);
        THParallel_for(sums.channels,
                       rows_per_piece(THNN_GRAIN, sums.images * sums.plane),
                       sum_channels, &sums);
        status = 0;
    }
    THTensor_free(grad);
    return r ? finish_output(gradBias, r, status) : status;
}
