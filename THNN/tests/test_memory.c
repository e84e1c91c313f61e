/* Every layer while the n-th allocation fails: it reports TH_ERR_MEMORY, leaks nothing,
 * and works again afterwards. */
#include "test_layers.h"

/* Operands of every shape that the calls below want; strided ones, so that copies are
 * made. */
enum {
    X,
    X4,
    ROW,
    VECTOR,
    WEIGHT,
    GRAD4,
    POOLED,
    KERNEL,
    X5,
    KERNEL5,
    MEAN,
    VAR,
    ONE,
    TENSORS
};
static THTensor *t[TENSORS], *target, *indices;
static THGenerator *generator;

typedef THTensor *Out[4];
typedef int (*Call)(Out out);

static int threshold(Out o) {
    return THNN_(Threshold_updateOutput)(NULL, t[X], o[0], 0, 0, 0);
}
static int threshold_grad(Out o) {
    return THNN_(Threshold_updateGradInput)(NULL, t[X], t[X], o[0], 0, 0, 0);
}
static int softmax(Out o) {
    return THNN_(SoftMax_updateOutput)(NULL, t[X], o[0], 1);
}
static int softmax_grad(Out o) {
    return THNN_(LogSoftMax_updateGradInput)(NULL, t[X], t[X], o[0], t[X], 0);
}
static int dropout(Out o) {
    return THNN_(Dropout_updateOutput)(NULL, t[X], o[0], o[1], generator, 0.5, 0);
}
static int linear(Out o) {
    return THNN_(Linear_updateOutput)(NULL, t[X], o[0], t[WEIGHT], t[VECTOR], NULL);
}
static int linear_row(Out o) {
    return THNN_(Linear_updateOutput)(NULL, t[ROW], o[0], t[WEIGHT], t[VECTOR], NULL);
}
static int conv(Out o) {
    return THNN_(Conv2d_updateOutput)(NULL, t[X4], o[0], t[KERNEL], t[VECTOR], 1, 1, 1,
                                      1, 1, 1, 1);
}
static int conv_input(Out o) {
    return THNN_(Conv2d_updateGradInput)(NULL, t[GRAD4], o[0], t[KERNEL], 8, 8, 1, 1, 1,
                                         1, 1, 1, 1);
}
static int conv_weight(Out o) {
    return THNN_(Conv2d_gradWeight)(NULL, t[X4], t[GRAD4], o[0], 3, 3, 1, 1, 1, 1, 1, 1,
                                    1);
}
static int conv3d(Out o) {
    return THNN_(Conv3d_updateOutput)(NULL, t[X5], o[0], t[KERNEL5], t[VECTOR], 1, 1, 1,
                                      1, 1, 1, 1, 1, 1, 1);
}
static int conv3d_input(Out o) {
    return THNN_(Conv3d_updateGradInput)(NULL, t[X5], o[0], t[KERNEL5], 3, 4, 5, 1, 1,
                                         1, 1, 1, 1, 1, 1, 1, 1);
}
static int conv3d_weight(Out o) {
    return THNN_(Conv3d_gradWeight)(NULL, t[X5], t[X5], o[0], 3, 3, 3, 1, 1, 1, 1, 1, 1,
                                    1, 1, 1, 1);
}
static int conv_bias(Out o) {
    return THNN_(Conv_gradBias)(NULL, t[GRAD4], o[0]);
}
static int pool(Out o) {
    THTensor *places = THTensor_new(TH_LONG);
    int status = places ? THNN_(SpatialDilatedMaxPooling_updateOutput)(
                              NULL, t[X4], o[0], places, 2, 2, 2, 2, 0, 0, 1, 1, 0)
                        : TH_ERR_MEMORY;
    THTensor_free(places);
    return status;
}
static int pool_input(Out o) {
    return THNN_(MaxPooling2d_gradInput)(NULL, t[POOLED], o[0], indices, 8, 8);
}
static int norm(Out o) {
    return THNN_(BatchNormalization_updateOutput)(NULL, t[X], o[0], t[VECTOR],
                                                  t[VECTOR], t[MEAN], t[VAR], o[1],
                                                  o[2], 1, 0.1, 1e-5);
}
static int norm_backward(Out o) {
    return THNN_(BatchNormalization_gradients)(NULL, t[X4], t[X4], o[0], o[1], o[2],
                                               t[ONE], NULL, NULL, t[ONE], t[ONE], 1,
                                               1e-5);
}
static int nll(Out o) {
    return THNN_(ClassNLLCriterion_updateOutput)(NULL, t[X], target, o[0], 1, t[VECTOR],
                                                 o[1], -1, 1);
}
static int nll_grad(Out o) {
    return THNN_(ClassNLLCriterion_updateGradInput)(NULL, t[X], target, t[ONE], o[0], 1,
                                                    t[VECTOR], t[ONE], -1, 1);
}
static int mse(Out o) {
    return THNN_(MSECriterion_updateOutput)(NULL, t[X], t[X], o[0], 1, 1);
}
static int mse_grad(Out o) {
    return THNN_(MSECriterion_updateGradInput)(NULL, t[X], t[X], t[X], o[0], 1, 0);
}
static int sgd(Out o) {
    (void)o;
    return THNN_(SGD_step)(NULL, t[X], t[X], t[WEIGHT], 0.1, 0.9, 0, 0, 0, 0);
}
static int adam(Out o) {
    (void)o;
    return THNN_(Adam_step)(NULL, t[X], t[X], t[WEIGHT], t[WEIGHT], 0.1, 0.9, 0.9, 1e-8,
                            0, 1);
}

static size_t bytes_in_use(void) {
    THAllocStats stats;
    THAlloc_stats(&stats);
    return stats.bytesInUse;
}

/* One run with fresh outputs; its status. */
static int run(Call call, int64_t fail) {
    Out out;
    for (int i = 0; i < 4; i++)
        out[i] = new_empty();
    THAlloc_failAfter(fail);
    int status = call(out);
    THAlloc_failAfter(0);
    for (int i = 0; i < 4; i++)
        THTensor_free(out[i]);
    return status;
}

static void test_call(Call call) {
    CHECK(run(call, 0) == 0);
    size_t before = bytes_in_use();
    int status = -1;
    for (int64_t n = 1; n < 100 && status != 0; n++) {
        status = run(call, n);
        CHECK(status == 0 ||
              (status == TH_ERR_MEMORY && THError_pending() == TH_ERR_MEMORY));
        CHECK(bytes_in_use() == before);
        THError_clear();
    }
    CHECK(status == 0);
}

int main(void) {
    const Call calls[] = {
        threshold,     threshold_grad, softmax,    softmax_grad, dropout, linear,
        linear_row,    conv,           conv_input, conv_weight,  conv3d,  conv3d_input,
        conv3d_weight, conv_bias,      pool,       pool_input,   norm,    norm_backward,
        nll,           nll_grad,       mse,        mse_grad,     sgd,     adam};
    t[X] = NEW(TRANSPOSED, 6, 6);
    t[X4] = NEW(SPACED, 2, 1, 8, 8);
    t[ROW] = NEW(SPACED, 6);
    t[VECTOR] = NEW(SPACED, 6);
    t[WEIGHT] = NEW(TRANSPOSED, 6, 6);
    t[GRAD4] = NEW(TRANSPOSED, 2, 6, 8, 8);
    t[POOLED] = NEW(TRANSPOSED, 1, 1, 2);
    t[KERNEL] = NEW(TRANSPOSED, 6, 1, 3, 3);
    t[X5] = NEW(TRANSPOSED, 2, 6, 3, 4, 5);
    t[KERNEL5] = NEW(TRANSPOSED, 6, 6, 3, 3, 3);
    t[MEAN] = NEW(SPACED, 6);
    t[VAR] = NEW(SPACED, 6);
    t[ONE] = NEW(SPACED, 1);
    target = new_longs(6, (int64_t[]){0, 1, 2, 3, 4, 5});
    THTensor *flat = new_longs(2, (int64_t[]){0, 63});
    indices = THTensor_newView(flat, 3, (int64_t[]){1, 1, 2});
    generator = THGenerator_new();
    THRandom_manualSeed(generator, 1);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        test_call(calls[i]);
    for (int i = 0; i < TENSORS; i++)
        THTensor_free(t[i]);
    THTensor_free(target);
    THTensor_free(flat);
    THTensor_free(indices);
    THGenerator_free(generator);
    FINISH();
}
