/* Linear interpolation of volumes, for float and double; images and signals have axes
 * of size 1. The corners of input and output coincide. */
#include <string.h>

#include "THNNTensor.h"

/* Output position o reads input `low` with the weight 1 - part and `high` with part;
 * part 0: high is low. */
typedef struct Tap {
    int64_t low, high;
    real part;
} Tap;

typedef struct Work {
    int64_t in[3], out[3], planeIn, planeOut;
    const Tap *tap[3];
    const real *x;
    real *y;
} Work;

/* The input rows that the output row (t, h) is made of: where they begin in the plane,
 * and their weights. */
typedef struct Rows {
    int count;
    int64_t start[4];
    real weight[4];
} Rows;

static Rows rows_of(const Work *k, int64_t row) {
    Rows rows = {.count = 0};
    const Tap *t = &k->tap[0][row / k->out[1]], *h = &k->tap[1][row % k->out[1]];
    for (int c = 0; c < 4; c++) {
        real weight =
            (c >> 1 ? t->part : 1 - t->part) * (c & 1 ? h->part : 1 - h->part);
        if (weight == 0)
            continue;
        int64_t i = c >> 1 ? t->high : t->low, j = c & 1 ? h->high : h->low;
        rows.start[rows.count] = (i * k->in[1] + j) * k->in[2];
        rows.weight[rows.count++] = weight;
    }
    return rows;
}

static void forward(void *context, int64_t first, int64_t last) {
    const Work *k = context;
    int64_t width = k->out[2];
    for (int64_t plane = first; plane < last; plane++) {
        const real *x = k->x + plane * k->planeIn;
        real *y = k->y + plane * k->planeOut;
        for (int64_t row = 0; row < k->out[0] * k->out[1]; row++, y += width) {
            Rows rows = rows_of(k, row);
            for (int r = 0; r < rows.count; r++) {
                const real *source = x + rows.start[r];
                for (int64_t w = 0; w < width; w++) {
                    const Tap *tap = &k->tap[2][w];
                    real value = source[tap->low] +
                                 tap->part * (source[tap->high] - source[tap->low]);
                    y[w] = (r ? y[w] : 0) + rows.weight[r] * value;
                }
            }
        }
    }
}

/* x is the gradient of the output here, y that of the input. */
static void backward(void *context, int64_t first, int64_t last) {
    const Work *k = context;
    int64_t width = k->out[2];
    memset(k->y + first * k->planeIn, 0,
           (size_t)((last - first) * k->planeIn) * sizeof(real));
    for (int64_t plane = first; plane < last; plane++) {
        const real *grad = k->x + plane * k->planeOut;
        real *r = k->y + plane * k->planeIn;
        for (int64_t row = 0; row < k->out[0] * k->out[1]; row++, grad += width) {
            Rows rows = rows_of(k, row);
            for (int c = 0; c < rows.count; c++) {
                real *target = r + rows.start[c];
                for (int64_t w = 0; w < width; w++) {
                    const Tap *tap = &k->tap[2][w];
                    real value = rows.weight[c] * grad[w];
                    target[tap->low] += (1 - tap->part) * value;
                    target[tap->high] += tap->part * value;
                }
            }
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
            real part = (real)(at - (double)low);
            *tap++ = (Tap){low, part > 0 ? low + 1 : low, part};
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

int THNN_(VolumetricUpSamplingTrilinear_gradInput)(THNNState *state, THTensor *input,
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
