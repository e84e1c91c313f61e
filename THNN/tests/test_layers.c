/* Every layer but convolution and pooling, against plain loops, for all layouts. */
#include "test_layers.h"

static void free_all(THTensor **all, size_t n) {
    for (size_t i = 0; i < n; i++)
        THTensor_free(all[i]);
}

#define FREE(...)                                                                      \
    free_all((THTensor *[]){__VA_ARGS__},                                              \
             sizeof((THTensor *[]){__VA_ARGS__}) / sizeof(THTensor *))

static void test_threshold(int layout) {
    THTensor *x = NEW(layout, 7, 5, 11), *grad = NEW(layout, 7, 5, 11);
    THTensor *y = new_empty(), *gx = new_empty(), *empty = new_empty();
    set(x, 3, 0.25);
    CHECK(THNN_(Threshold_updateOutput)(NULL, x, y, 0.25, -3, 0) == 0);
    CHECK(THNN_(Threshold_updateGradInput)(NULL, x, grad, gx, 0.25, -3, 0) == 0);
    int wrong = 0;
    for (int64_t i = 0; i < 7 * 5 * 11; i++) {
        wrong += get(y, i) != (get(x, i) > 0.25 ? get(x, i) : -3);
        wrong += get(gx, i) != (get(x, i) > 0.25 ? get(grad, i) : 0);
    }
    CHECK(wrong == 0);
    CHECK(THNN_(Threshold_updateGradInput)(NULL, y, grad, grad, 0, 0, 1) == 0);
    CHECK(THNN_(Threshold_updateOutput)(NULL, x, empty, 0.25, -3, 1) == 0);
    for (int64_t i = 0; i < 7 * 5 * 11; i++) {
        wrong += get(x, i) != get(y, i) || get(empty, i) != get(y, i);
        wrong += get(y, i) <= 0 && get(grad, i) != 0;
    }
    CHECK(wrong == 0);
    THTensor *none = new_empty(), *result = new_empty();
    CHECK(THNN_(Threshold_updateOutput)(NULL, none, result, 0, 0, 0) == 0);
    CHECK(result->nDimension == 0);
    CHECK_FAILS(
        THNN_(Threshold_updateGradInput)(NULL, x, none, gx, 0, 0, 0), TH_ERR,
        "input and gradOutput must have the same size, got [7 x 5 x 11] and []");
    FREE(x, grad, y, gx, empty, none, result);
}

static void test_softmax(int layout, int dim, int logarithm, int64_t a, int64_t b,
                         int64_t c) {
    THTensor *x = NEW(layout, a, b, c), *grad = NEW(layout, a, b, c);
    THTensor *y = new_empty(), *gx = new_empty();
    int64_t size[3] = {a, b, c}, n = size[dim], inner = 1, wrong = 0;
    for (int d = dim + 1; d < 3; d++)
        inner *= size[d];
    for (int64_t i = 0; i < a * b * c; i += 3)
        set(x, i, get(x, i) * 80); /* large differences */
    int given = dim == 2 ? -1 : dim;
    CHECK((logarithm ? THNN_(LogSoftMax_updateOutput)(NULL, x, y, given)
                     : THNN_(SoftMax_updateOutput)(NULL, x, y, given)) == 0);
    CHECK((logarithm
               ? THNN_(LogSoftMax_updateGradInput)(NULL, x, grad, gx, y, given)
               : THNN_(SoftMax_updateGradInput)(NULL, x, grad, gx, y, given)) == 0);
    for (int64_t i = 0; i < a * b * c; i++) {
        if (i / inner % n != 0)
            continue; /* i is the first element of a run */
        double max = -INFINITY, sum = 0, dot = 0;
        for (int64_t j = 0; j < n; j++)
            max = fmax(max, get(x, i + j * inner));
        for (int64_t j = 0; j < n; j++)
            sum += exp(get(x, i + j * inner) - max);
        for (int64_t j = 0; j < n; j++)
            dot += get(grad, i + j * inner) *
                   (logarithm ? 1 : exp(get(x, i + j * inner) - max) / sum);
        for (int64_t j = 0; j < n; j++) {
            int64_t at = i + j * inner;
            double value = get(x, at) - max, p = exp(value) / sum;
            wrong += !close_to(get(y, at), logarithm ? value - log(sum) : p, 20);
            wrong += !close_to(get(gx, at),
                               logarithm ? get(grad, at) - p * dot
                                         : p * (get(grad, at) - dot),
                               (double)n);
        }
    }
    CHECK(wrong == 0);
    FREE(x, grad, y, gx);
}

static void test_softmax_errors(void) {
    THTensor *x = NEW(DENSE, 2, 3), *grad = NEW(DENSE, 3, 2), *y = new_empty();
    CHECK_FAILS(THNN_(SoftMax_updateOutput)(NULL, x, y, 5), TH_ERR_INDEX, "got 5");
    CHECK_FAILS(THNN_(LogSoftMax_updateGradInput)(NULL, x, grad, y, x, 1), TH_ERR,
                "[2 x 3] and [3 x 2]");
    set(x, 0, NAN);
    set(x, 3, INFINITY);
    CHECK(THNN_(SoftMax_updateOutput)(NULL, x, y, 1) == 0);
    CHECK(isnan(get(y, 0)) && isnan(get(y, 1)) && isnan(get(y, 3)));
    set(x, 0, -INFINITY);
    CHECK(THNN_(SoftMax_updateOutput)(NULL, x, y, 1) == 0);
    CHECK(get(y, 0) == 0 && get(y, 1) > 0);
    FREE(x, grad, y);
}

static void test_dropout(int layout) {
    THTensor *x = NEW(layout, 6, 50), *y = new_empty(), *noise = new_empty();
    THGenerator *generator = THGenerator_new(), *same = THGenerator_new();
    THRandom_manualSeed(generator, 7);
    THRandom_manualSeed(same, 7);
    CHECK(THNN_(Dropout_updateOutput)(NULL, x, y, noise, generator, 0.3, 0) == 0);
    int wrong = 0;
    for (int64_t i = 0; i < 300; i++) {
        double factor = THRandom_bernoulli(same, 0.7) ? 1 / 0.7 : 0;
        wrong += !close_to(get(noise, i), factor, 1);
        wrong += !close_to(get(y, i), get(x, i) * factor, 1);
    }
    CHECK(THNN_(Dropout_updateOutput)(NULL, x, y, noise, generator, 0, 0) == 0);
    for (int64_t i = 0; i < 300; i++)
        wrong += get(y, i) != get(x, i);
    CHECK(THNN_(Dropout_updateOutput)(NULL, x, x, noise, generator, 1, 1) == 0);
    for (int64_t i = 0; i < 300; i++)
        wrong += get(x, i) != 0 || get(noise, i) != 0;
    CHECK(wrong == 0);
    CHECK_FAILS(THNN_(Dropout_updateOutput)(NULL, x, y, noise, generator, 1.5, 0),
                TH_ERR_VALUE,
                "dropout probability has to be between 0 and 1, but got 1.5");
    CHECK_FAILS(THNN_(Dropout_updateOutput)(NULL, x, y, noise, generator, NAN, 0),
                TH_ERR_VALUE, "nan");
    THGenerator_free(generator);
    THGenerator_free(same);
    FREE(x, y, noise);
}

static void test_linear(int layout, int64_t n, int64_t in, int64_t out, int with_bias) {
    THTensor *x = NEW(layout, n, in), *weight = NEW(layout, out, in),
             *bias = NEW(layout, out);
    THTensor *y = new_empty(), *row = THTensor_newSelect(x, 0, 0), *y1 = new_empty();
    CHECK(THNN_(Linear_updateOutput)(NULL, x, y, weight, with_bias ? bias : NULL,
                                     NULL) == 0);
    CHECK(THNN_(Linear_updateOutput)(NULL, row, y1, weight, with_bias ? bias : NULL,
                                     NULL) == 0);
    CHECK(has_size(y, 2, (int64_t[]){n, out}) && has_size(y1, 1, &out));
    int wrong = 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t o = 0; o < out; o++) {
            double sum = with_bias ? get(bias, o) : 0;
            for (int64_t k = 0; k < in; k++)
                sum += get(x, i * in + k) * get(weight, o * in + k);
            wrong += !close_to(get(y, i * out + o), sum, (double)in);
            wrong += i == 0 && !close_to(get(y1, o), sum, (double)in);
        }
    CHECK(wrong == 0);
    FREE(x, weight, bias, y, row, y1);
}

static void test_linear_errors(void) {
    THTensor *x = NEW(DENSE, 2, 3), *weight = NEW(DENSE, 4, 5), *bias = NEW(DENSE, 3);
    THTensor *fits = NEW(DENSE, 4, 3), *y = new_empty(), *empty = new_empty();
    CHECK_FAILS(THNN_(Linear_updateOutput)(NULL, x, y, weight, NULL, NULL), TH_ERR,
                "size mismatch, m1: [2 x 3], m2: [4 x 5]");
    CHECK_FAILS(THNN_(Linear_updateOutput)(NULL, x, y, fits, bias, NULL), TH_ERR,
                "bias should contain 4 elements not 3");
    CHECK_FAILS(THNN_(Linear_updateOutput)(NULL, empty, y, fits, NULL, NULL), TH_ERR,
                "got []");
    CHECK_FAILS(THNN_(Linear_updateOutput)(NULL, x, y, empty, NULL, NULL), TH_ERR,
                "got []");
    FREE(x, weight, bias, fits, y, empty);
}

static void test_batch_norm(int layout, int64_t n, int64_t c, int64_t h, int64_t w,
                            int train, int affine) {
    int dims = h ? 4 : 2;
    int64_t size[4] = {n, c, h, w}, plane = h ? h * w : 1, wrong = 0;
    const double momentum = 0.1, eps = 1e-3;
    THTensor *x = new_random(layout, dims, size),
             *grad = new_random(layout, dims, size);
    THTensor *weight = NEW(layout, c), *bias = NEW(layout, c), *y = new_empty();
    THTensor *mean = NEW(layout, c), *var = NEW(layout, c), *gx = new_empty();
    THTensor *saveMean = new_empty(), *saveStd = new_empty();
    THTensor *gw = new_empty(), *gb = new_empty();
    for (int64_t i = 0; i < c; i++)
        set(var, i, fabs(get(var, i)) + 0.5);
    for (int64_t i = 0; i < n * c * plane; i++)
        set(x, i, get(x, i) + 10);
    double oldMean = get(mean, c - 1), oldVar = get(var, c - 1);
    CHECK(THNN_(BatchNormalization_updateOutput)(
              NULL, x, y, affine ? weight : NULL, affine ? bias : NULL, mean, var,
              saveMean, saveStd, train, momentum, eps) == 0);
    CHECK(THNN_(BatchNormalization_gradients)(
              NULL, x, grad, gx, affine ? gw : NULL, affine ? gb : NULL,
              affine ? weight : NULL, mean, var, saveMean, saveStd, train, eps) == 0);
    double count = (double)(n * plane);
    for (int64_t k = 0; k < c; k++) {
        double m = 0, v = 0, sum = 0, dot = 0, factor = affine ? get(weight, k) : 1;
        double shift = affine ? get(bias, k) : 0;
        for (int64_t i = 0; i < n * plane; i++)
            m += get(x, (i / plane * c + k) * plane + i % plane) / count;
        for (int64_t i = 0; i < n * plane; i++)
            v += pow(get(x, (i / plane * c + k) * plane + i % plane) - m, 2) / count;
        if (train && k == c - 1) {
            wrong += !close_to(get(saveMean, k), m, count);
            wrong += !close_to(get(saveStd, k), 1 / sqrt(v + eps), 10 * count);
            wrong += !close_to(get(mean, k), 0.9 * oldMean + 0.1 * m, count);
            wrong += !close_to(get(var, k),
                               0.9 * oldVar + 0.1 * v * count / (count - 1), count);
        }
        if (!train) {
            m = get(mean, k);
            v = get(var, k);
        }
        double std = 1 / sqrt(v + eps);
        for (int64_t i = 0; i < n * plane; i++) {
            int64_t at = (i / plane * c + k) * plane + i % plane;
            wrong += !close_to(get(y, at), (get(x, at) - m) * std * factor + shift,
                               100 * count);
            sum += get(grad, at);
            dot += get(grad, at) * (get(x, at) - m);
        }
        if (affine) {
            wrong += !close_to(get(gw, k), dot * std, 100 * count);
            wrong += !close_to(get(gb, k), sum, 10 * count);
        }
        for (int64_t i = 0; i < n * plane; i++) {
            int64_t at = (i / plane * c + k) * plane + i % plane;
            double g = get(grad, at);
            if (train)
                g -= sum / count + (get(x, at) - m) * std * std * dot / count;
            wrong += !close_to(get(gx, at), g * std * factor, 1000 * count);
        }
    }
    CHECK(wrong == 0);
    FREE(x, grad, weight, bias, y, mean, var, gx, saveMean, saveStd, gw, gb);
}

static void test_batch_norm_errors(void) {
    THTensor *x = NEW(DENSE, 2, 3), *flat = NEW(DENSE, 3), *four = NEW(DENSE, 4);
    THTensor *y = new_empty(), *mean = new_empty(), *std = new_empty();
    CHECK_FAILS(THNN_(BatchNormalization_updateOutput)(NULL, flat, y, NULL, NULL, NULL,
                                                       NULL, mean, std, 1, 0.1, 1e-5),
                TH_ERR, "expected at least 2D input (got 1D input of size [3])");
    CHECK_FAILS(THNN_(BatchNormalization_updateOutput)(NULL, x, y, NULL, NULL, four,
                                                       flat, mean, std, 1, 0.1, 1e-5),
                TH_ERR, "running_mean should contain 3 elements not 4");
    CHECK_FAILS(THNN_(BatchNormalization_updateOutput)(NULL, x, y, NULL, NULL, NULL,
                                                       NULL, mean, std, 0, 0.1, 1e-5),
                TH_ERR, "running_mean and running_var");
    CHECK_FAILS(THNN_(BatchNormalization_gradients)(NULL, x, flat, y, NULL, NULL, NULL,
                                                    NULL, NULL, mean, std, 1, 1e-5),
                TH_ERR, "[2 x 3] and [3]");
    FREE(x, flat, four, y, mean, std);
}

static void test_nll(int layout, int weighted, int sizeAverage, int reduce) {
    enum { N = 6, C = 5, IGNORED = 2 };
    THTensor *x = NEW(layout, N, C), *weights = NEW(layout, C), *y = new_empty();
    THTensor *total = new_empty(), *gx = new_empty();
    THTensor *target = new_longs(N, (int64_t[]){0, 4, 2, 1, 4, 3});
    THTensor *w = weighted ? weights : NULL;
    CHECK(THNN_(ClassNLLCriterion_updateOutput)(NULL, x, target, y, sizeAverage, w,
                                                total, IGNORED, reduce) == 0);
    THTensor *grad = new_random(layout, 1, y->size);
    CHECK(THNN_(ClassNLLCriterion_updateGradInput)(
              NULL, x, target, grad, gx, sizeAverage, w, total, IGNORED, reduce) == 0);
    CHECK(THTensor_isSameSizeAs(gx, x) && THTensor_nElement(y) == (reduce ? 1 : N));
    double sum = 0, weight = 0, wrong = 0;
    for (int64_t i = 0; i < N; i++) {
        int64_t class = get_long(target, i);
        double factor = class == IGNORED ? 0 : weighted ? get(weights, class) : 1;
        sum -= factor * get(x, i * C + class);
        weight += factor;
        if (!reduce)
            wrong += !close_to(get(y, i), -factor * get(x, i * C + class), 1);
    }
    double scale = reduce && sizeAverage ? 1 / weight : 1;
    if (reduce)
        wrong += !close_to(get(y, 0), sum * scale, 10);
    wrong += !close_to(get(total, 0), weight, 10);
    for (int64_t i = 0; i < N * C; i++) {
        int64_t class = get_long(target, i / C);
        double factor = class == IGNORED ? 0 : weighted ? get(weights, class) : 1;
        double expected =
            class == i % C ? -factor * scale * get(grad, reduce ? 0 : i / C) : 0;
        wrong += !close_to(get(gx, i), expected, 10);
    }
    CHECK(wrong == 0);
    FREE(x, weights, y, total, gx, target, grad);
}

static void test_nll_errors(void) {
    THTensor *x = NEW(DENSE, 2, 3), *y = new_empty(), *total = new_empty();
    THTensor *target = new_longs(2, (int64_t[]){0, 3}),
             *one = new_longs(1, (int64_t[]){-1});
    THTensor *row = NEW(DENSE, 3), *weights = NEW(DENSE, 2),
             *empty = THTensor_new(TH_LONG);
    CHECK_FAILS(THNN_(ClassNLLCriterion_updateOutput)(NULL, x, target, y, 1, NULL,
                                                      total, -100, 1),
                TH_ERR_INDEX,
                "cur_target >= 0 && cur_target < n_classes' failed: cur_target is 3");
    CHECK_FAILS(THNN_(ClassNLLCriterion_updateOutput)(NULL, row, one, y, 1, NULL, total,
                                                      -100, 1),
                TH_ERR_INDEX, "cur_target is -1");
    CHECK_FAILS(
        THNN_(ClassNLLCriterion_updateOutput)(NULL, x, one, y, 1, NULL, total, -100, 1),
        TH_ERR, "got input of size [2 x 3] and target of size [1]");
    CHECK_FAILS(THNN_(ClassNLLCriterion_updateOutput)(NULL, x, empty, y, 1, NULL, total,
                                                      -100, 1),
                TH_ERR, "target");
    CHECK_FAILS(THNN_(ClassNLLCriterion_updateOutput)(NULL, x, target, y, 1, weights,
                                                      total, 3, 1),
                TH_ERR, "all 3 classes");
    CHECK_FAILS(THNN_(ClassNLLCriterion_updateGradInput)(NULL, x, target, empty, y, 1,
                                                         NULL, row, 3, 1),
                TH_ERR, "gradOutput should contain 1 elements not 0");
    CHECK(y->nDimension == 0 && total->nDimension == 0);
    CHECK(THNN_(ClassNLLCriterion_updateOutput)(NULL, row, one, y, 1, NULL, total, -1,
                                                1) == 0);
    CHECK(get(y, 0) == 0 && get(total, 0) == 0);
    FREE(x, y, total, target, one, row, weights, empty);
}

static void test_mse(int layout, int sizeAverage, int reduce) {
    THTensor *x = NEW(layout, 9, 31), *target = NEW(layout, 9, 31), *y = new_empty();
    THTensor *gx = new_empty();
    CHECK(THNN_(MSECriterion_updateOutput)(NULL, x, target, y, sizeAverage, reduce) ==
          0);
    THTensor *grad = new_random(layout, y->nDimension, y->size);
    CHECK(THNN_(MSECriterion_updateGradInput)(NULL, x, target, grad, gx, sizeAverage,
                                              reduce) == 0);
    double sum = 0, scale = reduce && sizeAverage ? 1 / 279.0 : 1;
    int wrong = 0;
    for (int64_t i = 0; i < 279; i++) {
        double d = get(x, i) - get(target, i);
        sum += d * d;
        wrong += !reduce && !close_to(get(y, i), d * d, 1);
        wrong += !close_to(get(gx, i), 2 * d * scale * get(grad, reduce ? 0 : i), 4);
    }
    wrong += reduce && !close_to(get(y, 0), sum * scale, 279);
    CHECK(wrong == 0);
    THTensor *other = NEW(DENSE, 9);
    CHECK_FAILS(THNN_(MSECriterion_updateOutput)(NULL, x, other, y, 1, 1), TH_ERR,
                "input[9 x 31] has 279 elements");
    FREE(x, target, y, gx, grad, other);
}

static void test_sgd(int layout, double momentum, int nesterov) {
    const double lr = 0.1, dampening = nesterov ? 0 : 0.25, decay = 0.01;
    THTensor *param = NEW(layout, 5, 13), *grad = NEW(layout, 5, 13),
             *buffer = NEW(layout, 5, 13);
    double p[65], b[65];
    int wrong = 0;
    for (int i = 0; i < 65; i++)
        p[i] = get(param, i);
    set(buffer, 0, NAN); /* not read in the first step */
    for (int step = 0; step < 3; step++) {
        CHECK(THNN_(SGD_step)(NULL, param, grad, momentum != 0 ? buffer : NULL, lr,
                              momentum, dampening, decay, nesterov, step == 0) == 0);
        for (int i = 0; i < 65; i++) {
            double d = get(grad, i) + decay * p[i];
            if (momentum != 0) {
                b[i] = step == 0 ? d : momentum * b[i] + (1 - dampening) * d;
                d = nesterov ? d + momentum * b[i] : b[i];
                wrong += !close_to(get(buffer, i), b[i], 10);
            }
            p[i] -= lr * d;
            wrong += !close_to(get(param, i), p[i], 10);
        }
    }
    CHECK(wrong == 0);
    THTensor *other = NEW(DENSE, 65);
    CHECK_FAILS(THNN_(SGD_step)(NULL, param, other, NULL, lr, 0, 0, 0, 0, 1), TH_ERR,
                "[5 x 13] and [65]");
    CHECK_FAILS(THNN_(SGD_step)(NULL, param, grad, NULL, lr, 0.9, 0, 0, 0, 1),
                TH_ERR_VALUE, "momentum");
    FREE(param, grad, buffer, other);
}

static void test_adam(int layout) {
    const double lr = 0.01, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, decay = 0.1;
    THTensor *param = NEW(layout, 5, 13), *grad = NEW(layout, 5, 13);
    THTensor *mean = NEW(layout, 5, 13), *square = NEW(layout, 5, 13);
    double p[65], m[65], s[65];
    int wrong = 0;
    for (int i = 0; i < 65; i++) {
        set(square, i, fabs(get(square, i)));
        p[i] = get(param, i);
        m[i] = get(mean, i);
        s[i] = get(square, i);
    }
    for (int step = 1; step < 4; step++) {
        CHECK(THNN_(Adam_step)(NULL, param, grad, mean, square, lr, beta1, beta2, eps,
                               decay, step) == 0);
        double size = lr * sqrt(1 - pow(beta2, step)) / (1 - pow(beta1, step));
        for (int i = 0; i < 65; i++) {
            double d = get(grad, i) + decay * p[i];
            m[i] = beta1 * m[i] + (1 - beta1) * d;
            s[i] = beta2 * s[i] + (1 - beta2) * d * d;
            p[i] -= size * m[i] / (sqrt(s[i]) + eps);
            wrong += !close_to(get(param, i), p[i], 100);
            wrong += !close_to(get(mean, i), m[i], 10) ||
                     !close_to(get(square, i), s[i], 10);
        }
    }
    CHECK(wrong == 0);
    THTensor *other = NEW(DENSE, 65);
    CHECK_FAILS(
        THNN_(Adam_step)(NULL, param, grad, other, square, lr, beta1, beta2, eps, 0, 1),
        TH_ERR, "[5 x 13] and [65]");
    CHECK_FAILS(
        THNN_(Adam_step)(NULL, param, grad, mean, square, lr, beta1, beta2, eps, 0, 0),
        TH_ERR_VALUE, "got 0");
    FREE(param, grad, mean, square, other);
}

int main(void) {
    for (int layout = 0; layout < LAYOUTS; layout++) {
        test_threshold(layout);
        for (int dim = 0; dim < 3; dim++)
            for (int logarithm = 0; logarithm < 2; logarithm++) {
                test_softmax(layout, dim, logarithm, 3, 4, 5);
                test_softmax(layout, dim, logarithm, 1, 130, 70);
                test_softmax(layout, dim, logarithm, 2, 3, 2100);
            }
        test_dropout(layout);
        for (int bias = 0; bias < 2; bias++) {
            test_linear(layout, 1, 30, 7, bias);
            test_linear(layout, 17, 33, 21, bias);
        }
        for (int train = 0; train < 2; train++)
            for (int affine = 0; affine < 2; affine++) {
                test_batch_norm(layout, 5, 4, 3, 7, train, affine);
                test_batch_norm(layout, 33, 70, 0, 0, train, affine);
                test_batch_norm(layout, 2, 3, 40, 40, train, affine);
            }
        for (int i = 0; i < 8; i++)
            test_nll(layout, i & 1, i >> 1 & 1, i >> 2);
        for (int i = 0; i < 4; i++)
            test_mse(layout, i & 1, i >> 1);
        test_sgd(layout, 0, 0);
        test_sgd(layout, 0.9, 0);
        test_sgd(layout, 0.9, 1);
        test_adam(layout);
    }
    test_softmax_errors();
    test_linear_errors();
    test_batch_norm_errors();
    test_nll_errors();
    FINISH();
}
