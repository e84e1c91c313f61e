/* Convolution of signals, planes and volumes, and its gradients, for float and double:
 * shape checks, and the translation of each direction to the engine's windows
 * (THNNConv.h).
 */
#include "THNNConv.h"

#include <stdio.h>
#include <string.h>

/* Larger numbers than this are refused, so that no size computation overflows. */
#define LIMIT ((int64_t)1 << 31)

/* Each array is for depth, height, width; planes have 1 tap and step in depth, signals
 * in height too. */
enum { DEPTH, HEIGHT, WIDTH, AXES };

typedef struct Geometry {
    int dims; /* 1: signals, 2: planes, 3: volumes */
    int64_t kernel[AXES], step[AXES], pad[AXES], dilation[AXES];
    int64_t groups;
} Geometry;

static Geometry signal_geometry(int64_t kW, int64_t dW, int64_t padW, int64_t dilationW,
                                int64_t groups) {
    return (Geometry){.dims = 1,
                      .kernel = {1, 1, kW},
                      .step = {1, 1, dW},
                      .pad = {0, 0, padW},
                      .dilation = {1, 1, dilationW},
                      .groups = groups};
}

static Geometry plane_geometry(int64_t kH, int64_t kW, int64_t dH, int64_t dW,
                               int64_t padH, int64_t padW, int64_t dilationH,
                               int64_t dilationW, int64_t groups) {
    return (Geometry){.dims = 2,
                      .kernel = {1, kH, kW},
                      .step = {1, dH, dW},
                      .pad = {0, padH, padW},
                      .dilation = {1, dilationH, dilationW},
                      .groups = groups};
}

static Geometry volume_geometry(int64_t kT, int64_t kH, int64_t kW, int64_t dT,
                                int64_t dH, int64_t dW, int64_t padT, int64_t padH,
                                int64_t padW, int64_t dilationT, int64_t dilationH,
                                int64_t dilationW, int64_t groups) {
    return (Geometry){.dims = 3,
                      .kernel = {kT, kH, kW},
                      .step = {dT, dH, dW},
                      .pad = {padT, padH, padW},
                      .dilation = {dilationT, dilationH, dilationW},
                      .groups = groups};
}

/* ---- checks ---- */
#define AXES_TEXT 128

/* "1 x 2" for planes, "1 x 2 x 3" for volumes. */
static const char *sizes_text(char *text, const Geometry *g, const int64_t *values) {
    int length = 0;
    for (int i = AXES - g->dims; i < AXES; i++)
        length += snprintf(text + length, (size_t)(AXES_TEXT - length), "%s%lld",
                           i > AXES - g->dims ? " x " : "", (long long)values[i]);
    return text;
}

/* "kT: 1 kH: 2 kW: 3". */
static const char *axes_text(char *text, const Geometry *g, const char *prefix,
                             const int64_t *values) {
    const char axis[AXES] = {'T', 'H', 'W'};
    int length = 0;
    for (int i = AXES - g->dims; i < AXES; i++)
        length += snprintf(text + length, (size_t)(AXES_TEXT - length), "%s%s%c: %lld",
                           i > AXES - g->dims ? " " : "", prefix, axis[i],
                           (long long)values[i]);
    return text;
}

static int check_range(const Geometry *g, const int64_t *values, int64_t least,
                       const char *message, const char *prefix) {
    char text[AXES_TEXT];
    for (int i = 0; i < AXES; i++) {
        if (values[i] < least)
            TH_FAIL(TH_ERR, "%s, but got %s", message,
                    axes_text(text, g, prefix, values));
        if (values[i] > LIMIT)
            TH_FAIL(TH_ERR, "convolution parameters are limited to %lld, but got %s",
                    (long long)LIMIT, axes_text(text, g, prefix, values));
    }
    return 0;
}

static int check_geometry(const Geometry *g) {
    TH_TRY(
        check_range(g, g->kernel, 1, "kernel size should be greater than zero", "k"));
    TH_TRY(check_range(g, g->step, 1, "stride should be greater than zero", "d"));
    TH_TRY(check_range(g, g->dilation, 1, "dilation should be greater than zero",
                       "dilation"));
    TH_TRY(check_range(g, g->pad, 0, "negative padding is not supported", "pad"));
    if (g->groups < 1)
        TH_FAIL(TH_ERR, "groups should be greater than zero, but got %lld",
                (long long)g->groups);
    return 0;
}

/* Takes the kernel's size from the weight and checks everything. */
static int read_weight(const THTensor *weight, Geometry *g) {
    char text[TH_SHAPE_TEXT];
    if (weight->nDimension != g->dims + 2)
        TH_FAIL(TH_ERR,
                "%dD weight tensor (outC, inC / groups, %s%skW) expected, but got: %s",
                g->dims + 2, g->dims == 3 ? "kT, " : "", g->dims >= 2 ? "kH, " : "",
                THTensor_shapeText(text, weight));
    for (int i = 0; i < g->dims; i++)
        g->kernel[AXES - g->dims + i] = weight->size[2 + i];
    TH_TRY(check_geometry(g));
    if (weight->size[0] % g->groups)
        TH_FAIL(TH_ERR,
                "weight of size %s: the %lld output channels cannot be divided into "
                "%lld groups",
                THTensor_shapeText(text, weight), (long long)weight->size[0],
                (long long)g->groups);
    return 0;
}

/* The dimensions of (C, [D,] H, W) or (N, C, [D,] H, W). */
typedef struct Volumes {
    int64_t count, channels;
    int64_t size[AXES];
} Volumes;

static Volumes volumes_of(const THTensor *t, const Geometry *g) {
    const int64_t *size = t->size + t->nDimension - g->dims;
    Volumes v = {t->nDimension == g->dims + 2 ? t->size[0] : 1, size[-1], {1, 1, 1}};
    for (int i = 0; i < g->dims; i++)
        v.size[AXES - g->dims + i] = size[i];
    return v;
}

/* Signals come in batches only. */
static int has_volumes(const THTensor *t, const Geometry *g) {
    return t->nDimension == g->dims + 2 ||
           (t->nDimension == g->dims + 1 && g->dims > 1);
}

static int check_planes(const char *what, const THTensor *t, const Geometry *g,
                        int64_t channels) {
    char text[TH_SHAPE_TEXT];
    int batch = t->nDimension != g->dims + 1 || g->dims == 1;
    if (has_volumes(t, g) && t->size[batch] == channels)
        return 0;
    return THError_set(TH_ERR,
                       "Need %s of dimension %d and %s.size[%d] == %lld but got %s to "
                       "be of shape: %s instead",
                       what, g->dims + 1 + batch, what, batch, (long long)channels,
                       what, THTensor_shapeText(text, t));
}

/* The size of the output for an input of this size. */
static int output_size(const Geometry *g, const int64_t *in, int64_t *out) {
    char text[AXES_TEXT], kernel[AXES_TEXT], dilation[AXES_TEXT];
    int64_t padded[AXES], extent;
    int fits = 1;
    for (int i = 0; i < AXES; i++) {
        if (in[i] < 1 || in[i] > LIMIT)
            TH_FAIL(TH_ERR, "input planes must have a size up to %lld, got %s",
                    (long long)LIMIT, sizes_text(text, g, in));
        padded[i] = in[i] + 2 * g->pad[i];
        extent = g->dilation[i] * (g->kernel[i] - 1);
        fits = fits && extent < padded[i];
        out[i] = (padded[i] - extent - 1) / g->step[i] + 1;
    }
    if (!fits)
        TH_FAIL(TH_ERR,
                "Calculated padded input size per channel: (%s). Kernel size: (%s), "
                "dilation: (%s). Kernel size can't be greater than actual input size",
                sizes_text(text, g, padded), sizes_text(kernel, g, g->kernel),
                sizes_text(dilation, g, g->dilation));
    return 0;
}

/* A size with or without images, as `like` has it. Returns the number of dimensions. */
static int volume_size(int64_t *size, const THTensor *like, const Geometry *g,
                       int64_t channels, const int64_t *volume) {
    int n = like->nDimension;
    size[0] = like->size[0];
    size[n - g->dims - 1] = channels;
    for (int i = 0; i < g->dims; i++)
        size[n - g->dims + i] = volume[AXES - g->dims + i];
    return n;
}

static int same_volume(const int64_t *a, const int64_t *b) {
    return a[DEPTH] == b[DEPTH] && a[HEIGHT] == b[HEIGHT] && a[WIDTH] == b[WIDTH];
}

/* ---- taps ---- */
/* The distances of slices and taps from a window's origin, and each one's place in the
 * kernel. */
typedef struct Taps {
    int64_t slices, count;
    int64_t *dz, *slice;
    int64_t *dy, *dx, *index;
    size_t bytes;
    uint8_t sizeClass;
} Taps;

static int open_taps(Taps *t, const Geometry *g) {
    int64_t slices = g->kernel[DEPTH], area = g->kernel[HEIGHT] * g->kernel[WIDTH];
    t->slices = t->count = 0;
    t->bytes = (size_t)(slices * 2 + area * 3) * sizeof(int64_t);
    if (!(t->dz = THAlloc_new(t->bytes, &t->sizeClass)))
        return TH_ERR_MEMORY;
    t->slice = t->dz + slices;
    t->dy = t->slice + slices;
    t->dx = t->dy + area;
    t->index = t->dx + area;
    return 0;
}

static void close_taps(Taps *t) {
    if (t->dz)
        THAlloc_free(t->dz, t->bytes, t->sizeClass);
}

static void forward_taps(Taps *t, const Geometry *g) {
    for (; t->slices < g->kernel[DEPTH]; t->slices++)
        t->dz[t->slices] = t->slices * g->dilation[DEPTH] - g->pad[DEPTH];
    for (int64_t i = 0; i < g->kernel[HEIGHT]; i++)
        for (int64_t j = 0; j < g->kernel[WIDTH]; j++, t->count++) {
            t->dy[t->count] = i * g->dilation[HEIGHT] - g->pad[HEIGHT];
            t->dx[t->count] = j * g->dilation[WIDTH] - g->pad[WIDTH];
        }
}

/* Whether tap i of an axis connects input elements `at` + t * step with outputs, and at
 * which distance from t. */
static int connects(const Geometry *g, int axis, int64_t at, int64_t i,
                    int64_t *distance) {
    int64_t y = at + g->pad[axis] - i * g->dilation[axis];
    *distance = y / g->step[axis];
    return y % g->step[axis] == 0;
}

/* Which output elements the input element start[axis] + t[axis] * step[axis]
 * contributes to: of the kernel only the taps that hit the stride's grid, at the same
 * distance from `start` for all t. */
static void backward_taps(Taps *t, const Geometry *g, const int64_t *start) {
    t->slices = t->count = 0;
    for (int64_t i = 0; i < g->kernel[DEPTH]; i++)
        if (connects(g, DEPTH, start[DEPTH], i, &t->dz[t->slices]))
            t->slice[t->slices++] = i;
    for (int64_t i = 0; i < g->kernel[HEIGHT]; i++) {
        int64_t y, x;
        if (!connects(g, HEIGHT, start[HEIGHT], i, &y))
            continue;
        for (int64_t j = 0; j < g->kernel[WIDTH]; j++)
            if (connects(g, WIDTH, start[WIDTH], j, &x)) {
                t->dy[t->count] = y;
                t->dx[t->count] = x;
                t->index[t->count++] = i * g->kernel[WIDTH] + j;
            }
    }
}

/* Windows of this many layers, rows and columns with step 1. */
static THNN_(Windows) windows_over(const THTensor *source, const Geometry *g,
                                   const Taps *taps, const int64_t *windows) {
    Volumes v = volumes_of(source, g);
    return (THNN_(Windows)){.source = TH_DATA(source),
                            .images = v.count,
                            .groups = g->groups,
                            .channels = v.channels / g->groups,
                            .depth = v.size[DEPTH],
                            .height = v.size[HEIGHT],
                            .width = v.size[WIDTH],
                            .layers = windows[DEPTH],
                            .rows = windows[HEIGHT],
                            .columns = windows[WIDTH],
                            .stepD = 1,
                            .stepH = 1,
                            .stepW = 1,
                            .slices = taps->slices,
                            .taps = taps->count,
                            .dz = taps->dz,
                            .dy = taps->dy,
                            .dx = taps->dx};
}

/* The windows of the forward direction. */
static THNN_(Windows) forward_windows(const THTensor *input, const Geometry *g,
                                      const Taps *taps, const int64_t *output) {
    THNN_(Windows) w = windows_over(input, g, taps, output);
    w.stepD = g->step[DEPTH];
    w.stepH = g->step[HEIGHT];
    w.stepW = g->step[WIDTH];
    return w;
}

/* ---- forward ---- */
static int convolve(const THTensor *input, const THTensor *output,
                    const THTensor *weight, const real *bias, int relu,
                    const Geometry *g) {
    Taps taps;
    TH_TRY(open_taps(&taps, g));
    forward_taps(&taps, g);
    Volumes out = volumes_of(output, g);
    int64_t channels = out.channels / g->groups;
    THNN_(Windows) windows = forward_windows(input, g, &taps, out.size);

    THNN_(Packed) packed = {0};
    int status = THNN_(openWindows)(&windows, channels);
    if (status == 0 && (status = THNN_(openPacked)(&packed, &windows, channels)) == 0) {
        int64_t values = windows.planes * taps.count;
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
                  .depth = out.size[DEPTH],
                  .height = out.size[HEIGHT],
                  .width = out.size[WIDTH],
                  .layerStep = 1,
                  .rowStep = 1,
                  .columnStep = 1,
                  .bias = bias,
                  .relu = relu};
        status = THNN_(correlate)(&windows, &packed, &target);
    }
    THNN_(closeWindows)(&windows);
    THNN_(closePacked)(&packed);
    close_taps(&taps);
    return status;
}

static int update_output(THTensor *input, THTensor *output, THTensor *weight,
                         THTensor *bias, int relu, Geometry g) {
    TH_TRY(read_weight(weight, &g));
    TH_TRY(check_planes("input", input, &g, weight->size[1] * g.groups));
    TH_TRY(check_channels("bias", bias, weight->size[0]));
    int64_t out[AXES], size[2 + AXES];
    TH_TRY(output_size(&g, volumes_of(input, &g).size, out));
    int n = volume_size(size, input, &g, weight->size[0], out);

    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *w = new_contiguous(weight), *y = NULL;
    THTensor *b = bias ? new_contiguous(bias) : NULL;
    if (x && w && (b || !bias) &&
        (y = new_output(output, n, size, shares_storage(output, x))))
        status = convolve(x, y, w, data_of(b), relu, &g);
    THTensor_free(x);
    THTensor_free(w);
    THTensor_free(b);
    return y ? finish_output(output, y, status) : status;
}

/* ---- gradient of the input ---- */
/* Packs the taps of one phase: lanes are input channels, values (output channel, slice,
 * tap). */
static void pack_transposed(THNN_(Packed) * packed, const real *weight,
                            const Geometry *g, const Taps *taps, int64_t inChannels,
                            int64_t outChannels) {
    int64_t area = g->kernel[HEIGHT] * g->kernel[WIDTH], lanes = packed->lanes;
    int64_t volume = g->kernel[DEPTH] * area;
    real *r = packed->data;
    for (int64_t group = 0; group < g->groups; group++)
        for (int64_t b = 0; b < packed->blocks; b++) {
            int64_t left = inChannels - b * lanes, used = left < lanes ? left : lanes;
            for (int64_t i = 0; i < outChannels * taps->slices; i++) {
                int64_t o = group * outChannels + i / taps->slices;
                const real *x = weight + (o * inChannels + b * lanes) * volume +
                                taps->slice[i % taps->slices] * area;
                if (taps->count == area)
                    THNN_KERNELS.transpose(r, lanes, x, volume, used, area);
                else
                    for (int64_t t = 0; t < taps->count; t++)
                        for (int64_t l = 0; l < used; l++)
                            r[t * lanes + l] = x[l * volume + taps->index[t]];
                r += taps->count * lanes;
            }
        }
}

/* The elements of gradInput at start[axis] + t * step[axis]. */
static int convolve_phase(const THTensor *gradOutput, const THTensor *gradInput,
                          const THTensor *weight, const Geometry *g, const Taps *taps,
                          const int64_t *start) {
    Volumes in = volumes_of(gradInput, g);
    int64_t channels = in.channels / g->groups, phase[AXES];
    for (int i = 0; i < AXES; i++)
        phase[i] = (in.size[i] - start[i] + g->step[i] - 1) / g->step[i];
    THNN_(Windows) windows = windows_over(gradOutput, g, taps, phase);

    THNN_(Packed) packed = {0};
    int status = THNN_(openWindows)(&windows, channels);
    if (status == 0 && (status = THNN_(openPacked)(&packed, &windows, channels)) == 0) {
        pack_transposed(&packed, TH_DATA(weight), g, taps, channels, windows.channels);
        THNN_(Target)
        target = {.data = TH_DATA(gradInput),
                  .channels = channels,
                  .depth = in.size[DEPTH],
                  .height = in.size[HEIGHT],
                  .width = in.size[WIDTH],
                  .layerStart = start[DEPTH],
                  .rowStart = start[HEIGHT],
                  .columnStart = start[WIDTH],
                  .layerStep = g->step[DEPTH],
                  .rowStep = g->step[HEIGHT],
                  .columnStep = g->step[WIDTH]};
        status = THNN_(correlate)(&windows, &packed, &target);
    }
    THNN_(closeWindows)(&windows);
    THNN_(closePacked)(&packed);
    return status;
}

static int convolve_backward(const THTensor *gradOutput, const THTensor *gradInput,
                             const THTensor *weight, const Geometry *g) {
    Volumes in = volumes_of(gradInput, g);
    int64_t phases[AXES], start[AXES], count = 1;
    for (int i = 0; i < AXES; i++) {
        phases[i] = g->step[i] < in.size[i] ? g->step[i] : in.size[i];
        count *= phases[i];
    }
    Taps taps;
    TH_TRY(open_taps(&taps, g));
    size_t bytes = (size_t)th_nElement(gradInput) * sizeof(real);
    int status = 0;
    /* A phase without taps gets no gradient. */
    if (count > 1)
        memset(TH_DATA(gradInput), 0, bytes);
    for (int64_t i = 0; i < count && status == 0; i++) {
        start[DEPTH] = i / phases[WIDTH] / phases[HEIGHT];
        start[HEIGHT] = i / phases[WIDTH] % phases[HEIGHT];
        start[WIDTH] = i % phases[WIDTH];
        backward_taps(&taps, g, start);
        if (taps.slices && taps.count)
            status = convolve_phase(gradOutput, gradInput, weight, g, &taps, start);
        else if (count == 1)
            memset(TH_DATA(gradInput), 0, bytes);
    }
    close_taps(&taps);
    return status;
}

static int update_grad_input(THTensor *gradOutput, THTensor *gradInput,
                             THTensor *weight, const int64_t *input, Geometry g) {
    TH_TRY(read_weight(weight, &g));
    TH_TRY(check_planes("gradOutput", gradOutput, &g, weight->size[0]));
    int64_t out[AXES], size[2 + AXES];
    TH_TRY(output_size(&g, input, out));
    char text[TH_SHAPE_TEXT], need[AXES_TEXT], from[AXES_TEXT];
    if (!same_volume(volumes_of(gradOutput, &g).size, out))
        TH_FAIL(TH_ERR,
                "Need gradOutput planes of size %s for an input of %s, but got "
                "gradOutput to be of shape: %s instead",
                sizes_text(need, &g, out), sizes_text(from, &g, input),
                THTensor_shapeText(text, gradOutput));
    int n = volume_size(size, gradOutput, &g, weight->size[1] * g.groups, input);

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
    Volumes out = volumes_of(gradOutput, g);
    int64_t channels = out.channels / g->groups;
    THNN_(Windows) windows = forward_windows(input, g, &taps, out.size);
    int status = THNN_(openWindows)(&windows, channels);
    if (status == 0)
        status = THNN_(correlateKernels)(&windows, TH_DATA(gradOutput), channels,
                                         TH_DATA(gradWeight));
    THNN_(closeWindows)(&windows);
    close_taps(&taps);
    return status;
}

static int grad_weight(THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
                       Geometry g) {
    char text[TH_SHAPE_TEXT], other[TH_SHAPE_TEXT], need[AXES_TEXT];
    TH_TRY(check_geometry(&g));
    if (!has_volumes(input, &g) || !has_volumes(gradOutput, &g))
        TH_FAIL(TH_ERR,
                "%dD or %dD (batch mode) tensors expected but got input: %s and "
                "gradOutput: %s",
                g.dims + 1, g.dims + 2, THTensor_shapeText(text, input),
                THTensor_shapeText(other, gradOutput));
    Volumes in = volumes_of(input, &g), grad = volumes_of(gradOutput, &g);
    int64_t out[AXES], size[2 + AXES] = {grad.channels, in.channels / g.groups};
    TH_TRY(output_size(&g, in.size, out));
    if (input->nDimension != gradOutput->nDimension || in.count != grad.count ||
        !same_volume(grad.size, out) || in.channels % g.groups ||
        grad.channels % g.groups)
        TH_FAIL(TH_ERR,
                "Need gradOutput planes of size %s and channels in %lld groups, but "
                "got input to be of shape: %s and gradOutput: %s instead",
                sizes_text(need, &g, out), (long long)g.groups,
                THTensor_shapeText(text, input), THTensor_shapeText(other, gradOutput));
    for (int i = 0; i < g.dims; i++)
        size[2 + i] = g.kernel[AXES - g.dims + i];

    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *y = new_contiguous(gradOutput), *r = NULL;
    if (x && y && (r = new_output(gradWeight, g.dims + 2, size, 0)))
        status = weight_gradient(x, y, r, &g);
    THTensor_free(x);
    THTensor_free(y);
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

/* ---- signals ---- */
int THNN_(Conv1d_updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                               THTensor *weight, THTensor *bias, int64_t dW,
                               int64_t padW, int64_t dilationW, int64_t groups) {
    (void)state;
    return update_output(input, output, weight, bias, 0,
                         signal_geometry(1, dW, padW, dilationW, groups));
}

int THNN_(Conv1d_updateGradInput)(THNNState *state, THTensor *gradOutput,
                                  THTensor *gradInput, THTensor *weight, int64_t inputW,
                                  int64_t dW, int64_t padW, int64_t dilationW,
                                  int64_t groups) {
    (void)state;
    const int64_t input[AXES] = {1, 1, inputW};
    return update_grad_input(gradOutput, gradInput, weight, input,
                             signal_geometry(1, dW, padW, dilationW, groups));
}

int THNN_(Conv1d_gradWeight)(THNNState *state, THTensor *input, THTensor *gradOutput,
                             THTensor *gradWeight, int64_t kW, int64_t dW, int64_t padW,
                             int64_t dilationW, int64_t groups) {
    (void)state;
    return grad_weight(input, gradOutput, gradWeight,
                       signal_geometry(kW, dW, padW, dilationW, groups));
}

/* ---- planes ---- */
int THNN_(Conv2d_updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                               THTensor *weight, THTensor *bias, int64_t dH, int64_t dW,
                               int64_t padH, int64_t padW, int64_t dilationH,
                               int64_t dilationW, int64_t groups) {
    (void)state;
    return update_output(
        input, output, weight, bias, 0,
        plane_geometry(1, 1, dH, dW, padH, padW, dilationH, dilationW, groups));
}

int THNN_(Conv2dReLU_updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                                   THTensor *weight, THTensor *bias, int64_t dH,
                                   int64_t dW, int64_t padH, int64_t padW,
                                   int64_t dilationH, int64_t dilationW,
                                   int64_t groups) {
    (void)state;
    return update_output(
        input, output, weight, bias, 1,
        plane_geometry(1, 1, dH, dW, padH, padW, dilationH, dilationW, groups));
}

int THNN_(Conv2d_updateGradInput)(THNNState *state, THTensor *gradOutput,
                                  THTensor *gradInput, THTensor *weight, int64_t inputH,
                                  int64_t inputW, int64_t dH, int64_t dW, int64_t padH,
                                  int64_t padW, int64_t dilationH, int64_t dilationW,
                                  int64_t groups) {
    (void)state;
    const int64_t input[AXES] = {1, inputH, inputW};
    return update_grad_input(
        gradOutput, gradInput, weight, input,
        plane_geometry(1, 1, dH, dW, padH, padW, dilationH, dilationW, groups));
}

int THNN_(Conv2d_gradWeight)(THNNState *state, THTensor *input, THTensor *gradOutput,
                             THTensor *gradWeight, int64_t kH, int64_t kW, int64_t dH,
                             int64_t dW, int64_t padH, int64_t padW, int64_t dilationH,
                             int64_t dilationW, int64_t groups) {
    (void)state;
    return grad_weight(
        input, gradOutput, gradWeight,
        plane_geometry(kH, kW, dH, dW, padH, padW, dilationH, dilationW, groups));
}

/* ---- volumes ---- */
int THNN_(Conv3d_updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                               THTensor *weight, THTensor *bias, int64_t dT, int64_t dH,
                               int64_t dW, int64_t padT, int64_t padH, int64_t padW,
                               int64_t dilationT, int64_t dilationH, int64_t dilationW,
                               int64_t groups) {
    (void)state;
    return update_output(input, output, weight, bias, 0,
                         volume_geometry(1, 1, 1, dT, dH, dW, padT, padH, padW,
                                         dilationT, dilationH, dilationW, groups));
}

int THNN_(Conv3d_updateGradInput)(THNNState *state, THTensor *gradOutput,
                                  THTensor *gradInput, THTensor *weight, int64_t inputT,
                                  int64_t inputH, int64_t inputW, int64_t dT,
                                  int64_t dH, int64_t dW, int64_t padT, int64_t padH,
                                  int64_t padW, int64_t dilationT, int64_t dilationH,
                                  int64_t dilationW, int64_t groups) {
    (void)state;
    const int64_t input[AXES] = {inputT, inputH, inputW};
    return update_grad_input(gradOutput, gradInput, weight, input,
                             volume_geometry(1, 1, 1, dT, dH, dW, padT, padH, padW,
                                             dilationT, dilationH, dilationW, groups));
}

int THNN_(Conv3d_gradWeight)(THNNState *state, THTensor *input, THTensor *gradOutput,
                             THTensor *gradWeight, int64_t kT, int64_t kH, int64_t kW,
                             int64_t dT, int64_t dH, int64_t dW, int64_t padT,
                             int64_t padH, int64_t padW, int64_t dilationT,
                             int64_t dilationH, int64_t dilationW, int64_t groups) {
    (void)state;
    return grad_weight(input, gradOutput, gradWeight,
                       volume_geometry(kT, kH, kW, dT, dH, dW, padT, padH, padW,
                                       dilationT, dilationH, dilationW, groups));
}
