/* The layers of 0.3 that torchlike does not call itself, with random sizes and layouts:
 * with a bias of 0 a layer is linear in input and weight, so for any g
 *     <output, g> = <input, gradInput of g> = <weight, gradWeight of g>. */
#include "test_layers.h"

#define ROUNDS 300

static int64_t pick(int64_t least, int64_t most) {
    return least + (int64_t)((random_number() + 1) / 2 * (double)(most - least + 1));
}

static double dot(const THTensor *a, const THTensor *b) {
    double sum = 0;
    for (int64_t i = 0; i < THTensor_nElement(a); i++)
        sum += get(a, i) * get(b, i);
    return sum;
}

/* Operands of one round; made anew for every layer. */
typedef struct Round {
    THTensor *x, *w, *b, *y, *g, *gx, *gw, *gb;
    int layout, calls;
} Round;

static void open_round(Round *r, int n, const int64_t *x, int weightDims,
                       const int64_t *w, int biasDims, const int64_t *b) {
    r->layout = (int)pick(0, LAYOUTS - 1);
    r->x = new_random(r->layout, n, x);
    r->w = new_random((int)pick(0, LAYOUTS - 1), weightDims, w);
    r->b = new_random(DENSE, biasDims, b);
    r->gw = new_random(r->layout, weightDims, w);
    r->gb = new_random(DENSE, biasDims, b);
    CHECK(THTensor_(zero)(r->b) == 0 && THTensor_(zero)(r->gw) == 0 &&
          THTensor_(zero)(r->gb) == 0);
    r->y = new_random(SPACED, n, x); /* of a size that seldom fits */
    r->gx = new_empty();
    r->g = NULL;
}

/* After the forward call; 0 if the layer refused the sizes, which must not be all it
 * ever does. */
static int open_gradient(Round *r, int status) {
    if (status != 0) {
        CHECK(THError_pending() == TH_ERR);
        THError_clear();
        return 0;
    }
    r->calls++;
    r->g = new_random((int)pick(0, LAYOUTS - 1), r->y->nDimension, r->y->size);
    return 1;
}

static void close_round(Round *r) {
    if (r->g) {
        double inner = dot(r->y, r->g), terms = (double)THTensor_nElement(r->y) * 100;
        CHECK(close_to(dot(r->x, r->gx), inner, terms));
        CHECK(close_to(dot(r->w, r->gw), inner, terms));
    }
    THTensor *all[] = {r->x, r->w, r->b, r->y, r->g, r->gx, r->gw, r->gb};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        THTensor_free(all[i]);
}

static void test_frames(void) {
    Round r = {.calls = 0};
    for (int i = 0; i < ROUNDS; i++) {
        int64_t n = pick(1, 3), t = pick(1, 9), f = pick(1, 5), out = pick(1, 4);
        int64_t kW = pick(1, 4), dW = pick(1, 4), pad = pick(0, 3);
        int batch = (int)pick(0, 1), first = (int)pick(0, 1);
        const int64_t x[3] = {n, t, f}, w[2] = {out, kW * f}, row[3] = {f, 1, kW};
        open_round(&r, 2 + batch, x + 1 - batch, 2, w, 1, &out);
        if (open_gradient(&r, THNN_(TemporalConvolution_updateOutput)(
                                  NULL, r.x, r.y, r.w, r.b, kW, dW, f, out))) {
            CHECK(THNN_(TemporalConvolution_updateGradInput)(NULL, r.x, r.g, r.gx, r.w,
                                                             kW, dW) == 0);
            CHECK(THNN_(TemporalConvolution_accGradParameters)(NULL, r.x, r.g, r.gw,
                                                               r.gb, kW, dW, 1) == 0);
        }
        close_round(&r);
        open_round(&r, 2 + batch, x + 1 - batch, 1, &f, 1, &f);
        if (open_gradient(&r, THNN_(TemporalSubSampling_updateOutput)(
                                  NULL, r.x, r.y, r.w, r.b, kW, dW, f))) {
            CHECK(THNN_(TemporalSubSampling_updateGradInput)(NULL, r.x, r.g, r.gx, r.w,
                                                             kW, dW) == 0);
            CHECK(THNN_(TemporalSubSampling_accGradParameters)(NULL, r.x, r.g, r.gw,
                                                               r.gb, kW, dW, 1) == 0);
        }
        close_round(&r);
        const int64_t order[3] = {n, first ? f : t, first ? t : f};
        open_round(&r, 2 + batch, order + 1 - batch, 3, row, 1, &f);
        if (open_gradient(
                &r, THNN_(TemporalRowConvolution_updateOutput)(
                        NULL, r.x, r.y, r.w, r.b, NULL, NULL, kW, dW, pad, first))) {
            CHECK(THNN_(TemporalRowConvolution_updateGradInput)(
                      NULL, r.x, r.g, r.gx, r.w, NULL, NULL, kW, dW, pad, first) == 0);
            CHECK(THNN_(TemporalRowConvolution_accGradParameters)(
                      NULL, r.x, r.g, r.gw, r.gb, NULL, NULL, kW, dW, pad, first, 1) ==
                  0);
        }
        close_round(&r);
    }
    CHECK(r.calls > ROUNDS);
}

static void test_planes(void) {
    Round r = {.calls = 0};
    for (int i = 0; i < ROUNDS; i++) {
        int64_t n = pick(1, 3), c = pick(1, 3), h = pick(1, 6), width = pick(1, 6);
        int64_t kW = pick(1, 3), kH = pick(1, 4), dW = pick(1, 3), dH = pick(1, 3);
        int64_t padW = pick(0, 2), padH = pick(0, 2), out = pick(1, 3);
        int batch = (int)pick(0, 1), dims = 3 + batch;
        const int64_t size[4] = {n, c, h, width}, *x = size + 1 - batch;
        open_round(&r, dims, x, 1, &c, 1, &c);
        if (open_gradient(&r, THNN_(SpatialSubSampling_updateOutput)(
                                  NULL, r.x, r.y, r.w, r.b, kW, kH, dW, dH))) {
            CHECK(THNN_(SpatialSubSampling_updateGradInput)(NULL, r.x, r.g, r.gx, r.w,
                                                            kW, kH, dW, dH) == 0);
            CHECK(THNN_(SpatialSubSampling_accGradParameters)(
                      NULL, r.x, r.g, r.gw, r.gb, kW, kH, dW, dH, 1) == 0);
        }
        close_round(&r);

        const int64_t links = pick(1, 5), w[3] = {links, kH, kW};
        THTensor *table = NEW(DENSE, links, 2);
        for (int64_t j = 0; j < links; j++) {
            set(table, 2 * j, (double)pick(0, c - 1));
            set(table, 2 * j + 1, (double)pick(0, out - 1));
        }
        open_round(&r, dims, x, 3, w, 1, &out);
        if (open_gradient(&r, THNN_(SpatialConvolutionMap_updateOutput)(
                                  NULL, r.x, r.y, r.w, r.b, table, c, out, dW, dH))) {
            CHECK(THNN_(SpatialConvolutionMap_updateGradInput)(
                      NULL, r.x, r.g, r.gx, r.w, r.b, table, c, out, dW, dH) == 0);
            CHECK(THNN_(SpatialConvolutionMap_accGradParameters)(
                      NULL, r.x, r.g, r.gw, r.gb, table, c, out, dW, dH, 1) == 0);
        }
        close_round(&r);
        open_round(&r, dims, x, 3, w, 1, &out);
        if (open_gradient(&r, THNN_(SpatialFullConvolutionMap_updateOutput)(
                                  NULL, r.x, r.y, r.w, r.b, table, c, out, dW, dH))) {
            CHECK(THNN_(SpatialFullConvolutionMap_updateGradInput)(
                      NULL, r.x, r.g, r.gx, r.w, r.b, table, c, out, dW, dH) == 0);
            CHECK(THNN_(SpatialFullConvolutionMap_accGradParameters)(
                      NULL, r.x, r.g, r.gw, r.gb, table, c, out, dW, dH, 1) == 0);
        }
        close_round(&r);
        THTensor_free(table);

        int64_t outH = (h + 2 * padH - kH) / dH + 1;
        int64_t outW = (width + 2 * padW - kW) / dW + 1;
        outH = outH < 1 ? 1 : outH, outW = outW < 1 ? 1 : outW;
        const int64_t local[3] = {outH * outW, out, c * kH * kW},
                      bias[3] = {out, outH, outW};
        open_round(&r, dims, x, 3, local, 3, bias);
        if (open_gradient(&r, THNN_(SpatialConvolutionLocal_updateOutput)(
                                  NULL, r.x, r.y, r.w, r.b, NULL, NULL, kW, kH, dW, dH,
                                  padW, padH, width, h, outW, outH))) {
            CHECK(THNN_(SpatialConvolutionLocal_updateGradInput)(
                      NULL, r.x, r.g, r.gx, r.w, NULL, NULL, kW, kH, dW, dH, padW, padH,
                      width, h, outW, outH) == 0);
            CHECK(THNN_(SpatialConvolutionLocal_accGradParameters)(
                      NULL, r.x, r.g, r.gw, r.gb, NULL, NULL, kW, kH, dW, dH, padW,
                      padH, width, h, outW, outH, 1) == 0);
        }
        close_round(&r);

        /* Sizes of the output are the caller's: windows may lie outside. */
        outH = pick(1, 5), outW = pick(1, 5);
        THTensor *planes = NEW(DENSE, c, h, width), *back = NEW(DENSE, c, h, width);
        THTensor *columns = NEW(DENSE, c * kH * kW, outH * outW);
        THTensor *g = NEW(DENSE, c * kH * kW, outH * outW);
        CHECK(THTensor_(zero)(back) == 0);
        CHECK(THNN_(unfolded_copy)(columns, planes, kW, kH, dW, dH, padW, padH, c,
                                   width, h, outW, outH) == 0);
        CHECK(THNN_(unfolded_acc)(g, back, kW, kH, dW, dH, padW, padH, c, width, h,
                                  outW, outH) == 0);
        CHECK(close_to(dot(planes, back), dot(columns, g), 1000));
        THTensor_free(planes);
        THTensor_free(back);
        THTensor_free(columns);
        THTensor_free(g);
    }
    CHECK(r.calls > ROUNDS);
}

int main(void) {
    test_frames();
    test_planes();
    FINISH();
}
