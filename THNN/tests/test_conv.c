/* Convolution and pooling against plain loops. */
#include "test_layers.h"

typedef struct Case {
    int64_t n, c, h, w, out, kH, kW, dH, dW, padH, padW, dilH, dilW, groups;
} Case;

static const Case cases[] = {
    {2, 1, 8, 8, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1},
    {3, 16, 8, 8, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1},
    {1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1},
    {2, 3, 5, 7, 4, 2, 3, 1, 1, 0, 0, 1, 1, 1},
    {2, 4, 9, 6, 6, 3, 2, 2, 3, 1, 1, 1, 1, 2},
    {1, 6, 11, 13, 6, 3, 3, 2, 1, 2, 0, 2, 3, 3},
    {2, 5, 7, 7, 33, 1, 1, 1, 1, 0, 0, 1, 1, 1},
    {2, 5, 7, 7, 17, 1, 1, 2, 2, 0, 0, 1, 1, 1},
    {1, 2, 4, 4, 3, 3, 3, 1, 1, 5, 4, 1, 1, 1},
    {1, 2, 6, 6, 3, 2, 2, 5, 4, 0, 1, 1, 1, 1},
    {1, 40, 6, 40, 40, 3, 3, 1, 1, 1, 1, 1, 1, 1},
    {1, 2, 70, 37, 3, 5, 7, 3, 2, 2, 3, 1, 1, 1},
    {2, 8, 6, 6, 8, 3, 3, 1, 1, 1, 1, 1, 1, 8},
    {1, 3, 40, 9, 2, 3, 3, 1, 1, 15, 15, 15, 15, 1},
    {9, 2, 3, 3, 5, 3, 3, 1, 1, 1, 1, 1, 1, 1},
    {1, 1, 33, 33, 2, 20, 20, 1, 1, 3, 3, 1, 1, 1},
};

/* Index of input element under tap (kh, kw) of window (oh, ow), or -1 in the padding.
 */
static int64_t under(const Case *k, int64_t n, int64_t c, int64_t oh, int64_t ow,
                     int64_t kh, int64_t kw) {
    int64_t y = oh * k->dH - k->padH + kh * k->dilH,
            x = ow * k->dW - k->padW + kw * k->dilW;
    if (y < 0 || y >= k->h || x < 0 || x >= k->w)
        return -1;
    return ((n * k->c + c) * k->h + y) * k->w + x;
}

static void test_conv(const Case *k, int layout, int with_bias) {
    int64_t outH = (k->h + 2 * k->padH - k->dilH * (k->kH - 1) - 1) / k->dH + 1;
    int64_t outW = (k->w + 2 * k->padW - k->dilW * (k->kW - 1) - 1) / k->dW + 1;
    int64_t cg = k->c / k->groups, og = k->out / k->groups;
    THTensor *x = NEW(layout, k->n, k->c, k->h, k->w);
    THTensor *weight = NEW(layout, k->out, cg, k->kH, k->kW),
             *bias = NEW(layout, k->out);
    THTensor *grad = NEW(layout, k->n, k->out, outH, outW);
    THTensor *y = new_empty(), *gw = new_empty(), *gb = new_empty(), *gx = new_empty();
    CHECK(THNN_(Conv2d_updateOutput)(NULL, x, y, weight, with_bias ? bias : NULL, k->dH,
                                     k->dW, k->padH, k->padW, k->dilH, k->dilW,
                                     k->groups) == 0);
    CHECK(THNN_(Conv2d_updateGradInput)(NULL, grad, gx, weight, k->h, k->w, k->dH,
                                        k->dW, k->padH, k->padW, k->dilH, k->dilW,
                                        k->groups) == 0);
    CHECK(THNN_(Conv2d_gradWeight)(NULL, x, grad, gw, k->kH, k->kW, k->dH, k->dW,
                                   k->padH, k->padW, k->dilH, k->dilW, k->groups) == 0);
    CHECK(THNN_(Conv_gradBias)(NULL, grad, gb) == 0);
    CHECK(THTensor_isSameSizeAs(y, grad) && THTensor_isSameSizeAs(gx, x));
    CHECK(THTensor_isSameSizeAs(gw, weight) && THTensor_isSameSizeAs(gb, bias));

    int64_t nx = THTensor_nElement(x), nw = THTensor_nElement(weight);
    double *rx = calloc((size_t)nx, sizeof *rx), *rw = calloc((size_t)nw, sizeof *rw);
    double *rb = calloc((size_t)k->out, sizeof *rb);
    int64_t i = 0, wrong = 0;
    for (int64_t n = 0; n < k->n; n++)
        for (int64_t o = 0; o < k->out; o++)
            for (int64_t oh = 0; oh < outH; oh++)
                for (int64_t ow = 0; ow < outW; ow++, i++) {
                    double sum = with_bias ? get(bias, o) : 0, g = get(grad, i);
                    rb[o] += g;
                    for (int64_t c = 0; c < cg; c++)
                        for (int64_t kh = 0; kh < k->kH; kh++)
                            for (int64_t kw = 0; kw < k->kW; kw++) {
                                int64_t at =
                                    under(k, n, o / og * cg + c, oh, ow, kh, kw);
                                int64_t tap = ((o * cg + c) * k->kH + kh) * k->kW + kw;
                                if (at < 0)
                                    continue;
                                sum += get(x, at) * get(weight, tap);
                                rx[at] += g * get(weight, tap);
                                rw[tap] += g * get(x, at);
                            }
                    wrong += !close_to(get(y, i), sum, (double)(cg * k->kH * k->kW));
                }
    CHECK(wrong == 0);
    wrong = 0;
    for (int64_t j = 0; j < nx; j++)
        wrong += !close_to(get(gx, j), rx[j], (double)(og * k->kH * k->kW));
    CHECK(wrong == 0);
    wrong = 0;
    for (int64_t j = 0; j < nw; j++)
        wrong += !close_to(get(gw, j), rw[j], (double)(k->n * outH * outW));
    CHECK(wrong == 0);
    wrong = 0;
    for (int64_t j = 0; j < k->out; j++)
        wrong += !close_to(get(gb, j), rb[j], (double)(k->n * outH * outW));
    CHECK(wrong == 0);
    free(rx);
    free(rw);
    free(rb);

    /* The gradient does not depend on the number of threads. */
    THTensor *again = new_empty();
    int threads = THParallel_getNumThreads();
    THParallel_setNumThreads(threads == 1 ? 3 : 1);
    CHECK(THNN_(Conv2d_gradWeight)(NULL, x, grad, again, k->kH, k->kW, k->dH, k->dW,
                                   k->padH, k->padW, k->dilH, k->dilW, k->groups) == 0);
    THParallel_setNumThreads(threads);
    for (int64_t j = 0; j < nw; j++)
        wrong += get(gw, j) != get(again, j);
    CHECK(wrong == 0);

    if (k->n == 1) { /* without the batch dimension */
        THTensor *one = THTensor_newSelect(x, 0, 0), *result = new_empty();
        CHECK(THNN_(Conv2d_updateOutput)(NULL, one, result, weight,
                                         with_bias ? bias : NULL, k->dH, k->dW, k->padH,
                                         k->padW, k->dilH, k->dilW, k->groups) == 0);
        CHECK(result->nDimension == 3);
        for (int64_t j = 0; j < i; j++)
            wrong += get(result, j) != get(y, j);
        CHECK(wrong == 0);
        THTensor_free(one);
        THTensor_free(result);
    }
    THTensor *all[] = {x, weight, bias, grad, y, gw, gb, gx, again};
    for (size_t j = 0; j < sizeof all / sizeof *all; j++)
        THTensor_free(all[j]);
}

static void test_conv_errors(void) {
    THTensor *x = NEW(DENSE, 2, 5, 8, 8), *weight = NEW(DENSE, 4, 3, 3, 3);
    THTensor *bias = NEW(DENSE, 5), *small = NEW(DENSE, 1, 3, 2, 2), *y = new_empty();
    THTensor *empty = new_empty();
    CHECK_FAILS(
        THNN_(Conv2d_updateOutput)(NULL, x, y, weight, NULL, 1, 1, 0, 0, 1, 1, 1),
        TH_ERR,
        "Need input of dimension 4 and input.size[1] == 3 but got input to be of "
        "shape: "
        "[2 x 5 x 8 x 8] instead");
    CHECK_FAILS(
        THNN_(Conv2d_updateOutput)(NULL, empty, y, weight, NULL, 1, 1, 0, 0, 1, 1, 1),
        TH_ERR, "Need input");
    CHECK_FAILS(
        THNN_(Conv2d_updateOutput)(NULL, x, y, empty, NULL, 1, 1, 0, 0, 1, 1, 1),
        TH_ERR, "4D weight");
    CHECK_FAILS(
        THNN_(Conv2d_updateOutput)(NULL, small, y, weight, NULL, 1, 1, 0, 0, 1, 1, 1),
        TH_ERR, "Kernel size can't be greater than actual input size");
    CHECK_FAILS(
        THNN_(Conv2d_updateOutput)(NULL, small, y, weight, bias, 1, 1, 1, 1, 1, 1, 1),
        TH_ERR, "bias should contain 4 elements not 5");
    CHECK_FAILS(
        THNN_(Conv2d_updateOutput)(NULL, small, y, weight, NULL, 0, 1, 1, 1, 1, 1, 1),
        TH_ERR, "stride should be greater than zero, but got dH: 0 dW: 1");
    CHECK_FAILS(THNN_(Conv2d_updateOutput)(NULL, small, y, weight, NULL, 1, 1, 1, 1, 1,
                                           INT64_MAX, 1),
                TH_ERR, "limited");
    CHECK_FAILS(
        THNN_(Conv2d_updateOutput)(NULL, small, y, weight, NULL, 1, 1, -1, 1, 1, 1, 1),
        TH_ERR, "negative padding");
    CHECK_FAILS(
        THNN_(Conv2d_updateOutput)(NULL, small, y, weight, NULL, 1, 1, 1, 1, 1, 1, 3),
        TH_ERR, "groups");
    CHECK_FAILS(
        THNN_(Conv2d_updateGradInput)(NULL, x, y, weight, 8, 8, 1, 1, 0, 0, 1, 1, 1),
        TH_ERR, "gradOutput.size[1] == 4");
    CHECK_FAILS(THNN_(Conv2d_gradWeight)(NULL, x, small, y, 3, 3, 1, 1, 0, 0, 1, 1, 1),
                TH_ERR, "[1 x 3 x 2 x 2]");
    CHECK(y->nDimension == 0);
    /* Steps and padding that no plane can hold: few windows far apart. */
    CHECK(THNN_(Conv2d_updateOutput)(NULL, small, y, weight, NULL, 1 << 30, 1 << 30,
                                     1 << 30, 1 << 30, 1 << 30, 1 << 30, 1) == 0);
    CHECK(has_size(y, 4, (int64_t[]){1, 4, 1, 1}));
    THTensor *all[] = {x, weight, bias, small, y, empty};
    for (size_t j = 0; j < sizeof all / sizeof *all; j++)
        THTensor_free(all[j]);
}

typedef struct Pool {
    int64_t c, h, w, kH, kW, dH, dW, padH, padW, dilH, dilW;
    int ceil_mode;
    int64_t outH, outW;
} Pool;

static const Pool pools[] = {
    {3, 8, 8, 2, 2, 2, 2, 0, 0, 1, 1, 0, 4, 4},
    {2, 150, 151, 2, 2, 2, 2, 0, 0, 1, 1, 0, 75, 75},
    {2, 5, 7, 2, 2, 2, 2, 0, 0, 1, 1, 1, 3, 4},
    {1, 7, 7, 3, 3, 2, 2, 1, 1, 1, 1, 0, 4, 4},
    {2, 9, 6, 3, 2, 1, 3, 1, 1, 2, 1, 1, 7, 3},
    {1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1},
    {1, 2, 2, 3, 3, 2, 2, 0, 0, 1, 1, 1, 1, 1},
    {1, 4, 4, 2, 2, 5, 5, 0, 0, 1, 1, 1, 1, 1},
    {1, 4, 4, 2, 2, 3, 3, 1, 1, 1, 1, 1, 2, 2},
    {1, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 1, 2, 2},
};

static void test_pool(const Pool *k, int layout) {
    THTensor *x = NEW(layout, 2, k->c, k->h, k->w), *y = new_empty(), *gx = new_empty();
    THTensor *indices = THTensor_new(TH_LONG);
    set(x, 0, NAN);
    CHECK(THNN_(SpatialDilatedMaxPooling_updateOutput)(
              NULL, x, y, indices, k->kW, k->kH, k->dW, k->dH, k->padW, k->padH,
              k->dilW, k->dilH, k->ceil_mode) == 0);
    CHECK(has_size(y, 4, (int64_t[]){2, k->c, k->outH, k->outW}));
    CHECK(THTensor_isSameSizeAs(y, indices));
    THTensor *grad = NEW(layout, 2, k->c, k->outH, k->outW);
    CHECK(THNN_(MaxPooling2d_gradInput)(NULL, grad, gx, indices, k->h, k->w) == 0);
    CHECK(THTensor_isSameSizeAs(gx, x));
    double *r = calloc((size_t)THTensor_nElement(x), sizeof *r);
    int64_t wrong = 0, i = 0;
    for (int64_t p = 0; p < 2 * k->c; p++)
        for (int64_t oh = 0; oh < k->outH; oh++)
            for (int64_t ow = 0; ow < k->outW; ow++, i++) {
                double best = -INFINITY;
                for (int64_t kh = 0; kh < k->kH; kh++)
                    for (int64_t kw = 0; kw < k->kW; kw++) {
                        int64_t a = oh * k->dH - k->padH + kh * k->dilH;
                        int64_t b = ow * k->dW - k->padW + kw * k->dilW;
                        if (a < 0 || a >= k->h || b < 0 || b >= k->w)
                            continue;
                        double value = get(x, (p * k->h + a) * k->w + b);
                        best = value > best || isnan(value) ? value : best;
                    }
                int64_t at = p * k->h * k->w + get_long(indices, i);
                wrong += !(get(y, i) == best || (isnan(get(y, i)) && isnan(best)));
                wrong += !(get(x, at) == best || (isnan(get(x, at)) && isnan(best)));
                r[at] += get(grad, i);
            }
    CHECK(wrong == 0);
    for (int64_t j = 0; j < THTensor_nElement(x); j++)
        wrong += !close_to(get(gx, j), r[j], 4);
    CHECK(wrong == 0);
    free(r);
    THTensor *all[] = {x, y, gx, indices, grad};
    for (size_t j = 0; j < sizeof all / sizeof *all; j++)
        THTensor_free(all[j]);
}

static void test_pool_errors(void) {
    THTensor *x = NEW(DENSE, 1, 2, 2), *y = new_empty(),
             *indices = THTensor_new(TH_LONG);
    THTensor *grad = NEW(DENSE, 1, 1, 2), *flat = NEW(DENSE, 4);
    THTensor *wrong = new_longs(2, (int64_t[]){0, 4});
    CHECK_FAILS(THNN_(SpatialDilatedMaxPooling_updateOutput)(NULL, x, y, indices, 3, 3,
                                                             1, 1, 0, 0, 1, 1, 0),
                TH_ERR,
                "Given input size: (1x2x2). Calculated output size: (1x0x0). Output "
                "size is too "
                "small");
    CHECK_FAILS(THNN_(SpatialDilatedMaxPooling_updateOutput)(NULL, flat, y, indices, 1,
                                                             1, 1, 1, 0, 0, 1, 1, 0),
                TH_ERR, "3D or 4D (batch mode) tensor expected");
    CHECK_FAILS(THNN_(SpatialDilatedMaxPooling_updateOutput)(NULL, x, y, indices, 2, 2,
                                                             1, 1, 2, 0, 1, 1, 0),
                TH_ERR, "pad should be smaller than half of kernel size");
    CHECK_FAILS(THNN_(SpatialDilatedMaxPooling_updateOutput)(NULL, x, y, indices, 0, 2,
                                                             1, 1, 0, 0, 1, 1, 0),
                TH_ERR, "kernel size should be greater than zero, but got kH: 2 kW: 0");
    CHECK(y->nDimension == 0 && indices->nDimension == 0);
    THTensor *view = THTensor_newView(wrong, 3, (int64_t[]){1, 1, 2});
    CHECK_FAILS(THNN_(MaxPooling2d_gradInput)(NULL, grad, y, view, 2, 2), TH_ERR_INDEX,
                "invalid max index 4, the input plane has 4 elements");
    CHECK_FAILS(THNN_(MaxPooling2d_gradInput)(NULL, grad, y, wrong, 2, 2), TH_ERR,
                "[2]");
    CHECK_FAILS(THNN_(MaxPooling2d_gradInput)(NULL, grad, y, view, 0, 2), TH_ERR,
                "0x2");
    THTensor *all[] = {x, y, indices, grad, flat, wrong, view};
    for (size_t j = 0; j < sizeof all / sizeof *all; j++)
        THTensor_free(all[j]);
}

int main(void) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int layout = 0; layout < LAYOUTS; layout++)
            test_conv(&cases[i], layout, layout != SPACED);
    test_conv_errors();
    for (size_t i = 0; i < sizeof pools / sizeof *pools; i++)
        for (int layout = 0; layout < LAYOUTS; layout++)
            test_pool(&pools[i], layout);
    test_pool_errors();
    FINISH();
}
