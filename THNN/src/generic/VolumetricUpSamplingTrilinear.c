/* Linear interpolation of volumes, for float and double; images and signals have axes
 * of size 1. The corners of input and output coincide. */
#include <string.h>

#include "THNNTensor.h"

/* Output position o reads the inputs low and low + 1 with the weights 1 - high, high.
 */
typedef struct Tap {
    int64_t low;
    real high;
} Tap;

typedef struct Work {
    int64_t in[3], out[3], planeIn, planeOut;
    const Tap *tap[3];
    const real *x;
    real *y;
} Work;

/* The corner number c of output (t, h, w): its place in the plane, and its weight. */
static real corner(const Work *k, const Tap *t, const Tap *h, const Tap *w, int c,
                   int64_t *place) {
    int dt = c >> 2, dh = c >> 1 & 1, dw = c & 1;
    real weight = (dt ? t->high : 1 - t->high) * (dh ? h->high : 1 - h->high) *
                  (dw ? w->high : 1 - w->high);
    *place = ((t->low + dt) * k->in[1] + h->low + dh) * k->in[2] + w->low + dw;
    return weight;
}

static void forward(void *context, int64_t first, int64_t last) {
    const Work *k = context;
    for (int64_t plane = first; plane < last; plane++) {
        const real *x = k->x + plane * k->planeIn;
        real *y = k->y + plane * k->planeOut;
        for (int64_t t = 0; t < k->out[0]; t++)
            for (int64_t h = 0; h < k->out[1]; h++)
                for (int64_t w = 0; w < k->out[2]; w++) {
                    real sum = 0;
                    for (int c = 0; c < 8; c++) {
                        int64_t place;
                        real weight = corner(k, &k->tap[0][t], &k->tap[1][h],
                                             &k->tap[2][w], c, &place);
                        if (weight != 0) /* else the place may lie outside */
                            sum += weight * x[place];
                    }
                    *y++ = sum;
                }
    }
}

/* x is the gradient of the output here, y that of the input. */
static void backward(void *context, int64_t first, int64_t last) {
    const Work *k = context;
    memset(k->y + first * k->planeIn, 0,
           (size_t)((last - first) * k->planeIn) * sizeof(real));
    for (int64_t plane = first; plane < last; plane++) {
        const real *grad = k->x + plane * k->planeOut;
        real *r = k->y + plane * k->planeIn;
        for (int64_t t = 0; t < k->out[0]; t++)
            for (int64_t h = 0; h < k->out[1]; h++)
                for (int64_t w = 0; w < k->out[2]; w++, grad++)
                    for (int c = 0; c < 8; c++) {
                        int64_t place;
                        real weight = corner(k, &k->tap[0][t], &k->tap[1][h],
                                             &k->tap[2][w], c, &place);
                        if (weight != 0)
                            r[place] += weight * *grad;
                    }
    }
}

/* Runs `loop` with the taps of each axis at hand. */
static int run(Work *k, int64_t planes, THRangeFunction loop) {
    uint8_t sizeClass;
    size_t bytes = (size_t)(k->out[0] + k->out[1] + k->out[2]) * sizeof(Tap);
    Tap *taps = THAlloc_new(bytes, &sizeClass), *tap = taps;
    if (!taps)
        return TH_ERR_MEMORY;
    k->planeIn = k->planeOut = 1;
    for (int i = 0; i < 3; i++) {
        k->planeIn *= k->in[i];
        k->planeOut *= k->out[i];
        k->tap[i] = tap;
        double step =
            k->out[i] > 1 ? (double)(k->in[i] - 1) / (double)(k->out[i] - 1) : 0;
        for (int64_t o = 0; o < k->out[i]; o++) {
            double at = (double)o * step;
            int64_t low = (int64_t)at;
            if (low >= k->in[i] - 1) { /* the last, or beyond it by rounding */
                low = k->in[i] - 1;
                at = (double)low;
            }
            *tap++ = (Tap){low, (real)(at - (double)low)};
        }
    }
    THParallel_for(planes, rows_per_piece(THNN_GRAIN_HEAVY, k->planeOut), loop, k);
    THAlloc_free(taps, bytes, sizeClass);
    return 0;
}

static int check_volumes(const char *what, const THTensor *t) {
    char text[TH_SHAPE_TEXT];
    if (t->nDimension != 5)
        TH_FAIL(TH_ERR, "%s: 5D tensor (N, C, T, H, W) expected, got size %s", what,
                THTensor_shapeText(text, t));
    return 0;
}

int THNN_(VolumetricUpSamplingTrilinear_updateOutput)(THNNState *state, THTensor *input,
                                                      THTensor *output,
                                                      int64_t outputDepth,
                                                      int64_t outputHeight,
                                                      int64_t outputWidth) {
    (void)state;
    TH_TRY(check_volumes("input", input));
    if (outputDepth < 1 || outputHeight < 1 || outputWidth < 1)
        TH_FAIL(TH_ERR,
                "Input and output sizes should be greater than 0, but got output (D: "
                "%lld, H: %lld, W: %lld)",
                (long long)outputDepth, (long long)outputHeight,
                (long long)outputWidth);
    const int64_t size[5] = {input->size[0], input->size[1], outputDepth, outputHeight,
                             outputWidth};
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *y = NULL;
    if (x && (y = new_output(output, 5, size, shares_storage(output, x)))) {
        Work k = {.x = TH_DATA(x), .y = TH_DATA(y)};
        memcpy(k.in, input->size + 2, sizeof k.in);
        memcpy(k.out, size + 2, sizeof k.out);
        status = run(&k, size[0] * size[1], forward);
    }
    THTensor_free(x);
    return y ? finish_output(output, y, status) : status;
}

int THNN_(VolumetricUpSamplingTrilinear_updateGradInput)(THNNState *state,
                                                         THTensor *input,
                                                         THTensor *gradOutput,
                                                         THTensor *gradInput) {
    (void)state;
    char text[TH_SHAPE_TEXT], other[TH_SHAPE_TEXT];
    TH_TRY(check_volumes("input", input));
    TH_TRY(check_volumes("gradOutput", gradOutput));
    if (input->size[0] != gradOutput->size[0] || input->size[1] != gradOutput->size[1])
        TH_FAIL(TH_ERR, "input %s and gradOutput %s must agree in batch and channels",
                THTensor_shapeText(text, input), THTensor_shapeText(other, gradOutput));
    int status = TH_ERR_MEMORY;
    THTensor *grad = new_contiguous(gradOutput), *r = NULL;
    if (grad &&
        (r = new_output(gradInput, 5, input->size, shares_storage(gradInput, grad)))) {
        Work k = {.x = TH_DATA(grad), .y = TH_DATA(r)};
        memcpy(k.in, input->size + 2, sizeof k.in);
        memcpy(k.out, gradOutput->size + 2, sizeof k.out);
        status = run(&k, input->size[0] * input->size[1], backward);
    }
    THTensor_free(grad);
    return r ? finish_output(gradInput, r, status) : status;
}
