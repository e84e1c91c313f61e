/* Checks of layers that 0.3 has and torchlike itself does not call: kernels, steps and
 * whole shapes. Included by the templates after THNNTensor.h. */
#ifndef THNN_WINDOWS_H
#define THNN_WINDOWS_H

#include <string.h>

#include "THNNLayers.h"

/* Larger numbers than this are refused, so that no size computation overflows. */
#define THNN_WINDOW_LIMIT ((int64_t)1 << 30)

/* Kernel and step of one dimension, by the names of the caller's arguments. */
static inline int check_window(const char *kernelName, int64_t kernel,
                               const char *stepName, int64_t step) {
    if (kernel < 1 || kernel > THNN_WINDOW_LIMIT)
        TH_FAIL(TH_ERR,
                "kernel size should be greater than zero and at most %lld, but got "
                "%s: %lld",
                (long long)THNN_WINDOW_LIMIT, kernelName, (long long)kernel);
    if (step < 1 || step > THNN_WINDOW_LIMIT)
        TH_FAIL(TH_ERR,
                "stride should be greater than zero and at most %lld, but got %s: %lld",
                (long long)THNN_WINDOW_LIMIT, stepName, (long long)step);
    return 0;
}

/* t must have exactly this shape. */
static inline int check_shape(const char *what, const THTensor *t, int n,
                              const int64_t *size) {
    char text[TH_SHAPE_TEXT], other[TH_SHAPE_TEXT];
    if (t->nDimension == n && memcmp(t->size, size, (size_t)n * sizeof *size) == 0)
        return 0;
    THTensor expected = {.nDimension = n, .size = (int64_t *)size};
    TH_FAIL(TH_ERR, "%s: expected size %s, got %s", what,
            THTensor_shapeText(other, &expected), THTensor_shapeText(text, t));
}

/* t must have `least` or `most` dimensions. */
static inline int check_dims(const char *what, const THTensor *t, int least, int most) {
    char text[TH_SHAPE_TEXT];
    if (t->nDimension >= least && t->nDimension <= most)
        return 0;
    if (least == most)
        TH_FAIL(TH_ERR, "%s: %dD tensor expected but got: %s", what, least,
                THTensor_shapeText(text, t));
    TH_FAIL(TH_ERR, "%s: %dD or %dD (batch mode) tensor expected but got: %s", what,
            least, most, THTensor_shapeText(text, t));
}

/* total += scale * part, which is freed; `status` is that of computing it. */
static inline int close_part(const char *what, THTensor *total, THTensor *part,
                             double scale, int status) {
    if (status == 0)
        status = add_part(what, total, part, scale);
    THTensor_free(part);
    return status;
}

/* ---- frames: (T, F), or (N, T, F) in a batch; a window is kW of them ---- */
typedef struct Frames {
    int64_t count, length, width; /* N, T, F */
    int64_t out, kernel, step;    /* windows of a sample; frames in one, between two */
} Frames;

static inline int open_frames(Frames *f, const THTensor *input, int64_t kW,
                              int64_t dW) {
    TH_TRY(check_window("kW", kW, "dW", dW));
    TH_TRY(check_dims("input", input, 2, 3));
    int n = input->nDimension;
    *f = (Frames){
        n == 3 ? input->size[0] : 1, input->size[n - 2], input->size[n - 1], 0, kW, dW};
    if (f->length < kW)
        TH_FAIL(TH_ERR,
                "input sequence smaller than kernel size. Got: %lld, Expected: %lld",
                (long long)f->length, (long long)kW);
    f->out = (f->length - kW) / dW + 1;
    return 0;
}

/* The shape of frames of one window each; returns the number of dimensions. */
static inline int frames_shape(const Frames *f, const THTensor *input, int64_t width,
                               int64_t *size) {
    int n = input->nDimension;
    size[0] = f->count;
    size[n - 2] = f->out;
    size[n - 1] = width;
    return n;
}

#endif
