/* A convolution of its own for each column of frames, for float and double: the grouped
 * convolution of planes of height 1. */
#include "THNNWindows.h"

/* The operands as images (N, C, 1, T) and kernels (C, 1, 1, kW). */
typedef struct Rows {
    THTensor *input, *gradOutput, *weight, *result;
    int64_t count, columns, length, out;
} Rows;

/* (T, C), (C, T) with featFirst, or a batch of them, as (N, C, 1, T). */
static THTensor *new_images(THTensor *t, int featFirst) {
    int n = t->nDimension;
    THTensor *batch = n == 2 ? THTensor_newUnsqueeze(t, 0) : t, *order, *r;
    if (!batch)
        return NULL;
    order = featFirst ? batch : THTensor_newTranspose(batch, 1, 2);
    r = order ? THTensor_newUnsqueeze(order, 2) : NULL;
    if (order != batch)
        THTensor_free(order);
    if (batch != t)
        THTensor_free(batch);
    return r;
}

static void close_rows(Rows *k) {
    THTensor_free(k->input);
    THTensor_free(k->gradOutput);
    THTensor_free(k->weight);
    THTensor_free(k->result);
}

/* weight (columns, kW), also with dimensions of size 1 between; gradOutput may be NULL.
 * On success the caller closes the rows. */
static int open_rows(Rows *k, THTensor *input, THTensor *gradOutput, const char *what,
                     THTensor *weight, int64_t kW, int64_t dW, int64_t padW,
                     int featFirst) {
    char text[TH_SHAPE_TEXT];
    *k = (Rows){0};
    TH_TRY(check_window("kW", kW, "dW", dW));
    if (padW < 0 || padW > THNN_WINDOW_LIMIT)
        TH_FAIL(TH_ERR, "padding should be from 0 to %lld, but got padW: %lld",
                (long long)THNN_WINDOW_LIMIT, (long long)padW);
    TH_TRY(check_dims("input", input, 2, 3));
    int n = input->nDimension;
    k->count = n == 3 ? input->size[0] : 1;
    k->columns = input->size[featFirst ? n - 2 : n - 1];
    k->length = input->size[featFirst ? n - 1 : n - 2];
    if (k->length > THNN_WINDOW_LIMIT || k->length + 2 * padW < kW)
        TH_FAIL(TH_ERR,
                "padded input length should be from kernel size kW: %lld to %lld, but "
                "got input %s and padW: %lld",
                (long long)kW, (long long)THNN_WINDOW_LIMIT,
                THTensor_shapeText(text, input), (long long)padW);
    k->out = (k->length + 2 * padW - kW) / dW + 1;
    int last = weight->nDimension - 1;
    if (last < 1 || last > 2 || weight->size[0] != k->columns ||
        weight->size[last] != kW || (last == 2 && weight->size[1] != 1))
        TH_FAIL(TH_ERR, "%s: expected size [%lld x 1 x %lld], got %s", what,
                (long long)k->columns, (long long)kW, THTensor_shapeText(text, weight));
    if (gradOutput) {
        int64_t size[3] = {k->count};
        size[featFirst ? n - 2 : n - 1] = k->columns;
        size[featFirst ? n - 1 : n - 2] = k->out;
        TH_TRY(check_shape("gradOutput", gradOutput, n, size));
        k->gradOutput = new_images(gradOutput, featFirst);
    }
    const int64_t size[4] = {k->columns, 1, 1, kW};
    THTensor *flat = new_contiguous(weight);
    k->weight = flat ? THTensor_newView(flat, 4, size) : NULL;
    THTensor_free(flat);
    k->input = new_images(input, featFirst);
    k->result = new_real();
    if (k->input && k->weight && k->result && (k->gradOutput || !gradOutput))
        return 0;
    close_rows(k);
    return THError_pending();
}

/* r = the result in the layout of `like`, and closes the rows. */
static int store_rows(Rows *k, THTensor *r, const THTensor *like, int featFirst,
                      int status) {
    THTensor *rows = NULL, *order = NULL, *sample = NULL;
    if (status == 0) {
        status = TH_ERR_MEMORY;
        if ((rows = THTensor_newSelect(k->result, 2, 0)) &&
            (order = featFirst ? rows : THTensor_newTranspose(rows, 1, 2)) &&
            (sample = like->nDimension == 2 ? THTensor_newSelect(order, 0, 0) : order))
            status = THTensor_resize(r, sample->nDimension, sample->size, NULL);
        if (status == 0)
            status = THTensor_(copy)(r, sample);
    }
    if (sample != order)
        THTensor_free(sample);
    if (order != rows)
        THTensor_free(order);
    THTensor_free(rows);
    close_rows(k);
    return status;
}

int THNN_(TemporalRowConvolution_updateOutput)(THNNState *state, THTensor *input,
                                               THTensor *output, THTensor *weight,
                                               THTensor *bias, THTensor *finput,
                                               THTensor *fgradInput, int64_t kW,
                                               int64_t dW, int64_t padW,
                                               int featFirst) {
    (void)finput;
    (void)fgradInput;
    Rows k;
    TH_TRY(open_rows(&k, input, NULL, "weight", weight, kW, dW, padW, featFirst));
    int status = THNN_(Conv2d_updateOutput)(state, k.input, k.result, k.weight, bias, 1,
                                            dW, 0, padW, 1, 1, k.columns);
    return store_rows(&k, output, input, featFirst, status);
}

int THNN_(TemporalRowConvolution_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, THTensor *finput, THTensor *fgradInput, int64_t kW, int64_t dW,
    int64_t padW, int featFirst) {
    (void)finput;
    (void)fgradInput;
    Rows k;
    TH_TRY(open_rows(&k, input, gradOutput, "weight", weight, kW, dW, padW, featFirst));
    int status =
        THNN_(Conv2d_updateGradInput)(state, k.gradOutput, k.result, k.weight, 1,
                                      k.length, 1, dW, 0, padW, 1, 1, k.columns);
    return store_rows(&k, gradInput, input, featFirst, status);
}

int THNN_(TemporalRowConvolution_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    THTensor *gradBias, THTensor *finput, THTensor *fgradInput, int64_t kW, int64_t dW,
    int64_t padW, int featFirst, double scale) {
    (void)finput;
    (void)fgradInput;
    Rows k;
    TH_TRY(open_rows(&k, input, gradOutput, "gradWeight", gradWeight, kW, dW, padW,
                     featFirst));
    THTensor *sums = gradBias ? new_real() : NULL;
    int status = check_channels("gradBias", gradBias, k.columns);
    if (status == 0)
        status = THNN_(Conv2d_gradWeight)(state, k.input, k.gradOutput, k.result, 1, kW,
                                          1, dW, 0, padW, 1, 1, k.columns);
    if (status == 0 && gradBias)
        status = sums ? THNN_(Conv_gradBias)(state, k.gradOutput, sums) : TH_ERR_MEMORY;
    if (status == 0)
        status = add_part("gradWeight", gradWeight, k.result, scale);
    if (gradBias)
        status = close_part("gradBias", gradBias, sums, scale, status);
    close_rows(&k);
    return status;
}
