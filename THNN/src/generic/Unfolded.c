/* The windows of planes as columns of a matrix, and back, for float and double. */
#include "THNNWindows.h"

typedef struct Columns {
    int64_t kernelH, kernelW, stepH, stepW, padH, padW;
    int64_t height, width, outH, outW;
    real *columns, *planes;
} Columns;

/* Places of the output for which tap `tap` lies in the image. */
static void places(int64_t tap, int64_t step, int64_t pad, int64_t in, int64_t out,
                   int64_t *begin, int64_t *end) {
    int64_t before = pad - tap, last = in - 1 + pad - tap;
    *begin = before <= 0 ? 0 : (before + step - 1) / step;
    *end = last < 0 ? 0 : last / step + 1;
    if (*end > out)
        *end = out;
}

/* Over (plane, tap): rows of the matrix. */
static void copy_rows(void *context, int64_t begin, int64_t end) {
    const Columns *k = context;
    int64_t taps = k->kernelH * k->kernelW, out = k->outH * k->outW;
    for (int64_t row = begin; row < end; row++) {
        int64_t i = row % taps / k->kernelW, j = row % k->kernelW;
        int64_t top, bottom, left, right;
        places(i, k->stepH, k->padH, k->height, k->outH, &top, &bottom);
        places(j, k->stepW, k->padW, k->width, k->outW, &left, &right);
        const real *plane = k->planes + row / taps * k->height * k->width;
        real *r = k->columns + row * out;
        memset(r, 0, (size_t)out * sizeof(real));
        for (int64_t y = top; y < bottom; y++) {
            const real *x = plane + (y * k->stepH - k->padH + i) * k->width;
            for (int64_t o = left; o < right; o++)
                r[y * k->outW + o] = x[o * k->stepW - k->padW + j];
        }
    }
}

/* Over planes. */
static void add_rows(void *context, int64_t begin, int64_t end) {
    const Columns *k = context;
    int64_t taps = k->kernelH * k->kernelW, out = k->outH * k->outW;
    for (int64_t row = begin * taps; row < end * taps; row++) {
        int64_t i = row % taps / k->kernelW, j = row % k->kernelW;
        int64_t top, bottom, left, right;
        places(i, k->stepH, k->padH, k->height, k->outH, &top, &bottom);
        places(j, k->stepW, k->padW, k->width, k->outW, &left, &right);
        real *plane = k->planes + row / taps * k->height * k->width;
        const real *x = k->columns + row * out;
        for (int64_t y = top; y < bottom; y++) {
            real *r = plane + (y * k->stepH - k->padH + i) * k->width;
            for (int64_t o = left; o < right; o++)
                r[o * k->stepW - k->padW + j] += x[y * k->outW + o];
        }
    }
}

/* finput (nInputPlane * kH * kW, outputHeight * outputWidth) and input (nInputPlane,
 * inputHeight, inputWidth) are both contiguous; other shapes of as many elements pass.
 */
static int open_columns(Columns *k, const THTensor *finput, const THTensor *input,
                        int64_t kW, int64_t kH, int64_t dW, int64_t dH, int64_t padW,
                        int64_t padH, int64_t nInputPlane, int64_t inputWidth,
                        int64_t inputHeight, int64_t outputWidth,
                        int64_t outputHeight) {
    char text[TH_SHAPE_TEXT], other[TH_SHAPE_TEXT];
    TH_TRY(check_window("kW", kW, "dW", dW));
    TH_TRY(check_window("kH", kH, "dH", dH));
    if (padW < 0 || padH < 0 || padW > THNN_WINDOW_LIMIT || padH > THNN_WINDOW_LIMIT)
        TH_FAIL(TH_ERR,
                "padding should be from 0 to %lld, but got padW: %lld padH: %lld",
                (long long)THNN_WINDOW_LIMIT, (long long)padW, (long long)padH);
    const int64_t sizes[5] = {nInputPlane, inputWidth, inputHeight, outputWidth,
                              outputHeight};
    int64_t out = 1, in = 1;
    int fits = 1;
    for (int i = 0; i < 5; i++)
        fits = fits && sizes[i] >= 1 && sizes[i] <= THNN_WINDOW_LIMIT;
    for (int i = 0; i < 3 && fits; i++)
        fits = !th_mulOverflow(in, sizes[i], &in);
    const int64_t more[5] = {nInputPlane, kH, kW, outputHeight, outputWidth};
    for (int i = 0; i < 5 && fits; i++)
        fits = !th_mulOverflow(out, more[i], &out);
    fits = fits && THTensor_nElement(input) == in && THTensor_nElement(finput) == out &&
           THTensor_isContiguous(input) && THTensor_isContiguous(finput);
    /* A last window may start outside, as it does if 0.3 rounds sizes up. */
    if (!fits)
        TH_FAIL(TH_ERR,
                "expected contiguous columns [%lld * %lld * %lld x %lld * %lld] and "
                "planes [%lld x %lld x %lld], got %s and %s",
                (long long)nInputPlane, (long long)kH, (long long)kW,
                (long long)outputHeight, (long long)outputWidth, (long long)nInputPlane,
                (long long)inputHeight, (long long)inputWidth,
                THTensor_shapeText(text, finput), THTensor_shapeText(other, input));
    *k = (Columns){kH,
                   kW,
                   dH,
                   dW,
                   padH,
                   padW,
                   inputHeight,
                   inputWidth,
                   outputHeight,
                   outputWidth,
                   TH_DATA(finput),
                   TH_DATA(input)};
    return 0;
}

int THNN_(unfolded_copy)(THTensor *finput, THTensor *input, int64_t kW, int64_t kH,
                         int64_t dW, int64_t dH, int64_t padW, int64_t padH,
                         int64_t nInputPlane, int64_t inputWidth, int64_t inputHeight,
                         int64_t outputWidth, int64_t outputHeight) {
    Columns k;
    TH_TRY(open_columns(&k, finput, input, kW, kH, dW, dH, padW, padH, nInputPlane,
                        inputWidth, inputHeight, outputWidth, outputHeight));
    THParallel_for(nInputPlane * kH * kW, rows_per_piece(THNN_GRAIN, k.outH * k.outW),
                   copy_rows, &k);
    return 0;
}

int THNN_(unfolded_acc)(THTensor *finput, THTensor *input, int64_t kW, int64_t kH,
                        int64_t dW, int64_t dH, int64_t padW, int64_t padH,
                        int64_t nInputPlane, int64_t inputWidth, int64_t inputHeight,
                        int64_t outputWidth, int64_t outputHeight) {
    Columns k;
    TH_TRY(open_columns(&k, finput, input, kW, kH, dW, dH, padW, padH, nInputPlane,
                        inputWidth, inputHeight, outputWidth, outputHeight));
    THParallel_for(nInputPlane, rows_per_piece(THNN_GRAIN, kH * kW * k.outH * k.outW),
                   add_rows, &k);
    return 0;
}
