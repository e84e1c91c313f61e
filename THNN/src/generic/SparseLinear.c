/* Linear layer of sparse samples, for float and double. A sample's entries are rows
 * (sample, column, value) of one matrix, or in the older form a matrix (column, value)
 * of its own. Columns of the weight that no entry names are never touched. */
#include <string.h>

#include "THNNIndices.h"
#include "THNNWindows.h"

/* The entries of all samples, checked; the caller closes them. */
typedef struct Entries {
    THTensor *x; /* owned */
    const real *data;
    int64_t count, width, perSample; /* perSample: only of the older form */
} Entries;

static int64_t column_of(const Entries *k, int64_t i) {
    return (int64_t)k->data[i * k->width + k->width - 2];
}

static real value_of(const Entries *k, int64_t i) {
    return k->data[i * k->width + k->width - 1];
}

static int64_t sample_of(const Entries *k, int64_t i) {
    return k->perSample ? i / k->perSample : (int64_t)k->data[i * 3];
}

/* samples < 0: sample numbers are not read. */
static int open_entries(Entries *k, const char *what, THTensor *input, int legacy,
                        int64_t samples, int64_t columns) {
    char text[TH_SHAPE_TEXT];
    int n = legacy ? 3 : 2, width = legacy ? 2 : 3;
    if (input->nDimension != n || input->size[n - 1] != width)
        TH_FAIL(TH_ERR, "%s: %s, got %s", what,
                legacy ? "input size must be batchsize x nnz x 2"
                       : "input must be in coo format, nnz x 3",
                THTensor_shapeText(text, input));
    *k = (Entries){new_contiguous(input), NULL, THTensor_nElement(input) / width, width,
                   legacy ? input->size[1] : 0};
    if (!k->x)
        return TH_ERR_MEMORY;
    k->data = TH_DATA(k->x);
    for (int64_t i = 0; i < k->count; i++) {
        const real *entry = k->data + i * width;
        int bad = !(entry[width - 2] >= 0 && entry[width - 2] < (real)columns);
        if (bad ||
            (!legacy && samples >= 0 && !(entry[0] >= 0 && entry[0] < (real)samples))) {
            THTensor_free(k->x);
            if (bad)
                TH_FAIL(TH_ERR_INDEX, "index out of bound: column %g of %lld",
                        (double)entry[width - 2], (long long)columns);
            TH_FAIL(TH_ERR_INDEX, "index out of bound: sample %g of %lld",
                    (double)entry[0], (long long)samples);
        }
    }
    return 0;
}

/* weight (rows, columns) and bias (rows). */
static int check_parameters(const char *weightName, const THTensor *weight,
                            const char *biasName, const THTensor *bias) {
    char text[TH_SHAPE_TEXT];
    if (weight->nDimension != 2)
        TH_FAIL(TH_ERR, "%s: 2D tensor (outDim x inDim) expected, got %s", weightName,
                THTensor_shapeText(text, weight));
    return check_channels(biasName, bias, weight->size[0]);
}

/* What the loops over rows of the weight read; weights have strides. */
typedef struct Work {
    Entries entries;
    int64_t rows, rowStride, columnStride;
    const real *weight, *bias, *grad; /* grad (samples, rows) */
    real *r;
    int64_t samples;
    double scale;
} Work;

/* Over rows: r (samples, rows). */
static void forward(void *context, int64_t begin, int64_t end) {
    const Work *k = context;
    for (int64_t i = 0; i < k->samples; i++)
        for (int64_t o = begin; o < end; o++)
            k->r[i * k->rows + o] = k->bias[o];
    for (int64_t i = 0; i < k->entries.count; i++) {
        const real *w = k->weight + column_of(&k->entries, i) * k->columnStride;
        real value = value_of(&k->entries, i);
        real *r = k->r + sample_of(&k->entries, i) * k->rows;
        for (int64_t o = begin; o < end && value != 0; o++)
            r[o] += value * w[o * k->rowStride];
    }
}

/* Over rows: r is the gradient of the weight. */
static void accumulate(void *context, int64_t begin, int64_t end) {
    const Work *k = context;
    for (int64_t i = 0; i < k->entries.count; i++) {
        real *r = k->r + column_of(&k->entries, i) * k->columnStride;
        real value = (real)(k->scale * value_of(&k->entries, i));
        const real *grad = k->grad + sample_of(&k->entries, i) * k->rows;
        for (int64_t o = begin; o < end && value != 0; o++)
            r[o * k->rowStride] += value * grad[o];
    }
}

static void loop_rows(Work *k, THRangeFunction loop) {
    THParallel_for(k->rows, rows_per_piece(THNN_GRAIN, k->entries.count), loop, k);
}

static void set_weight(Work *k, const THTensor *weight) {
    k->rows = weight->size[0];
    k->rowStride = weight->stride[0];
    k->columnStride = weight->stride[1];
}

static int update_output(int legacy, THTensor *input, THTensor *output,
                         THTensor *weight, THTensor *bias) {
    char text[TH_SHAPE_TEXT];
    Work k = {.scale = 1};
    TH_TRY(check_parameters("weight", weight, "bias", bias));
    set_weight(&k, weight);
    if (!legacy && (output->nDimension != 2 || output->size[1] != k.rows))
        TH_FAIL(
            TH_ERR,
            "output: its size says how many samples there are, expected [? x %lld], "
            "got %s",
            (long long)k.rows, THTensor_shapeText(text, output));
    int64_t size[2] = {legacy ? 0 : output->size[0], k.rows};
    TH_TRY(open_entries(&k.entries, "input", input, legacy, legacy ? -1 : size[0],
                        weight->size[1]));
    if (legacy)
        size[0] = input->size[0];
    k.samples = size[0];
    int status = TH_ERR_MEMORY;
    THTensor *b = new_contiguous(bias), *y = NULL;
    if (b && (y = new_output(output, 2, size, shares_storage(output, k.entries.x)))) {
        k.bias = TH_DATA(b);
        k.weight = TH_DATA(weight);
        k.r = TH_DATA(y);
        loop_rows(&k, forward);
        status = 0;
    }
    THTensor_free(b);
    THTensor_free(k.entries.x);
    return y ? finish_output(output, y, status) : status;
}

static int acc_grad_parameters(int legacy, THTensor *input, THTensor *gradOutput,
                               THTensor *gradWeight, THTensor *gradBias,
                               THTensor *weight, double weightDecay, double scale) {
    char text[TH_SHAPE_TEXT];
    Work k = {.scale = scale};
    TH_TRY(check_parameters("gradWeight", gradWeight, "gradBias", gradBias));
    set_weight(&k, gradWeight);
    if (weightDecay != 0)
        TH_TRY(check_same_size("weight", weight, "gradWeight", gradWeight));
    if (gradOutput->nDimension != 2 || gradOutput->size[1] != k.rows ||
        (legacy && input->nDimension == 3 && gradOutput->size[0] != input->size[0]))
        TH_FAIL(TH_ERR, "gradOutput: expected size [batchsize x %lld], got %s",
                (long long)k.rows, THTensor_shapeText(text, gradOutput));
    k.samples = gradOutput->size[0];
    TH_TRY(open_entries(&k.entries, "input", input, legacy, k.samples,
                        gradWeight->size[1]));
    int status = TH_ERR_MEMORY;
    THTensor *grad = new_contiguous(gradOutput), *sums = new_real();
    if (grad && sums && (status = THTensor_(sum)(sums, grad, 0, 0)) == 0) {
        k.grad = TH_DATA(grad);
        k.r = TH_DATA(gradWeight);
        loop_rows(&k, accumulate);
        if (weightDecay != 0)
            status = THTensor_(cadd)(gradWeight, gradWeight, (real)weightDecay, weight);
    }
    THTensor_free(grad);
    THTensor_free(k.entries.x);
    return close_part("gradBias", gradBias, sums, scale, status);
}

/* Calls `change` once for each column that an entry with a value names. */
static int each_column(const Entries *k, int64_t columns, Work *work,
                       void (*change)(Work *work, int64_t column)) {
    uint8_t sizeClass, *seen = THAlloc_new((size_t)columns, &sizeClass);
    if (!seen)
        return TH_ERR_MEMORY;
    memset(seen, 0, (size_t)columns);
    for (int64_t i = 0; i < k->count; i++) {
        int64_t column = column_of(k, i);
        if (value_of(k, i) == 0 || seen[column])
            continue;
        seen[column] = 1;
        change(work, column);
    }
    THAlloc_free(seen, (size_t)columns, sizeClass);
    return 0;
}

static void clear_column(Work *k, int64_t column) {
    for (int64_t o = 0; o < k->rows; o++)
        k->r[o * k->rowStride + column * k->columnStride] = 0;
}

static int zero_grad_parameters(int legacy, THTensor *gradWeight, THTensor *gradBias,
                                THTensor *lastInput) {
    Work k = {.scale = 1};
    TH_TRY(check_parameters("gradWeight", gradWeight, "gradBias", gradBias));
    set_weight(&k, gradWeight);
    TH_TRY(open_entries(&k.entries, "lastInput", lastInput, legacy, -1,
                        gradWeight->size[1]));
    k.r = TH_DATA(gradWeight);
    int status = each_column(&k.entries, gradWeight->size[1], &k, clear_column);
    THTensor_free(k.entries.x);
    return status < 0 ? status : THTensor_(zero)(gradBias);
}

static void step_column(Work *k, int64_t column) {
    for (int64_t o = 0; o < k->rows; o++)
        k->r[o * k->rowStride + column * k->columnStride] -=
            (real)k->scale * k->grad[column * k->rows + o];
}

static int update_parameters(int legacy, THTensor *weight, THTensor *bias,
                             THTensor *gradWeight, THTensor *gradBias,
                             THTensor *lastInput, double learningRate) {
    Work k = {.scale = learningRate};
    TH_TRY(check_parameters("weight", weight, "bias", bias));
    TH_TRY(check_same_size("weight", weight, "gradWeight", gradWeight));
    TH_TRY(check_same_size("bias", bias, "gradBias", gradBias));
    set_weight(&k, weight);
    TH_TRY(
        open_entries(&k.entries, "lastInput", lastInput, legacy, -1, weight->size[1]));
    int status = TH_ERR_MEMORY;
    THTensor *transposed = THTensor_newT(gradWeight);
    THTensor *grad = transposed ? new_contiguous(transposed) : NULL;
    if (grad) {
        k.grad = TH_DATA(grad);
        k.r = TH_DATA(weight);
        status = each_column(&k.entries, weight->size[1], &k, step_column);
    }
    THTensor_free(transposed);
    THTensor_free(grad);
    THTensor_free(k.entries.x);
    return status < 0 ? status
                      : THTensor_(cadd)(bias, bias, (real)-learningRate, gradBias);
}

/* ---- the two forms ---- */
/* input (nnz, 3); output (samples, outDim) [OUT], sized by the caller. */
int THNN_(SparseLinear_updateOutput)(THNNState *state, THTensor *input,
                                     THTensor *output, THTensor *weight,
                                     THTensor *bias) {
    (void)state;
    return update_output(0, input, output, weight, bias);
}

int THNN_(SparseLinear_accGradParameters)(THNNState *state, THTensor *input,
                                          THTensor *gradOutput, THTensor *gradWeight,
                                          THTensor *gradBias, THTensor *weight,
                                          THTensor *bias, double weightDecay,
                                          double scale) {
    (void)state;
    (void)bias;
    return acc_grad_parameters(0, input, gradOutput, gradWeight, gradBias, weight,
                               weightDecay, scale);
}

int THNN_(SparseLinear_zeroGradParameters)(THNNState *state, THTensor *gradWeight,
                                           THTensor *gradBias, THTensor *lastInput) {
    (void)state;
    return zero_grad_parameters(0, gradWeight, gradBias, lastInput);
}

int THNN_(SparseLinear_updateParameters)(THNNState *state, THTensor *weight,
                                         THTensor *bias, THTensor *gradWeight,
                                         THTensor *gradBias, THTensor *lastInput,
                                         double learningRate) {
    (void)state;
    return update_parameters(0, weight, bias, gradWeight, gradBias, lastInput,
                             learningRate);
}

/* input (samples, nnz, 2); output (samples, outDim) [OUT] */
int THNN_(SparseLinear_legacyUpdateOutput)(THNNState *state, THTensor *input,
                                           THTensor *output, THTensor *weight,
                                           THTensor *bias) {
    (void)state;
    return update_output(1, input, output, weight, bias);
}

int THNN_(SparseLinear_legacyAccGradParameters)(THNNState *state, THTensor *input,
                                                THTensor *gradOutput,
                                                THTensor *gradWeight,
                                                THTensor *gradBias, THTensor *weight,
                                                THTensor *bias, double weightDecay,
                                                double scale) {
    (void)state;
    (void)bias;
    return acc_grad_parameters(1, input, gradOutput, gradWeight, gradBias, weight,
                               weightDecay, scale);
}

int THNN_(SparseLinear_legacyZeroGradParameters)(THNNState *state, THTensor *gradWeight,
                                                 THTensor *gradBias,
                                                 THTensor *lastInput) {
    (void)state;
    return zero_grad_parameters(1, gradWeight, gradBias, lastInput);
}

int THNN_(SparseLinear_legacyUpdateParameters)(THNNState *state, THTensor *weight,
                                               THTensor *bias, THTensor *gradWeight,
                                               THTensor *gradBias, THTensor *lastInput,
                                               double learningRate) {
    (void)state;
    return update_parameters(1, weight, bias, gradWeight, gradBias, lastInput,
                             learningRate);
}
