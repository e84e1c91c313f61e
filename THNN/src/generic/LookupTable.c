/* Tables of rows that are chosen by number, for float and double. */
#include <math.h>
#include <string.h>

#include "THNNTensor.h"

/* A contiguous copy of the row numbers, all checked; NULL with the error recorded. */
static THTensor *new_checked_rows(THTensor *input, int64_t rows) {
    THTensor *copy = THTensor_newWithSize(TH_LONG, input->nDimension, input->size);
    if (!copy || (input->nDimension && THLongTensor_copy(copy, input) < 0)) {
        THTensor_free(copy);
        return NULL;
    }
    int64_t n = th_nElement(copy);
    const int64_t *row = n ? (const int64_t *)copy->storage->data : NULL;
    for (int64_t i = 0; i < n; i++)
        if (row[i] < 0 || row[i] >= rows) {
            THError_set(TH_ERR_INDEX, "index out of range: row %lld of %lld",
                        (long long)row[i], (long long)rows);
            THTensor_free(copy);
            return NULL;
        }
    return copy;
}

static int check_weight(const THTensor *weight) {
    char text[TH_SHAPE_TEXT];
    if (weight->nDimension != 2 || !THTensor_isContiguous(weight))
        TH_FAIL(TH_ERR, "weight must be a contiguous matrix, got size %s",
                THTensor_shapeText(text, weight));
    return 0;
}

/* Each thread adds to a range of columns, so that no row is written by two. */
typedef struct Work {
    int64_t n, columns, padding;
    const int64_t *row, *count; /* count [OPTIONAL]: how often each row occurs */
    const real *grad;
    real *r;
    double scale;
} Work;

static void add_rows(void *context, int64_t begin, int64_t end) {
    const Work *k = context;
    for (int64_t i = 0; i < k->n; i++) {
        int64_t row = k->row[i];
        if (row == k->padding)
            continue;
        real scale = (real)(k->count ? k->scale / (double)k->count[row] : k->scale);
        const real *grad = k->grad + i * k->columns;
        real *r = k->r + row * k->columns;
        for (int64_t j = begin; j < end; j++)
            r[j] += scale * grad[j];
    }
}

int THNN_(LookupTable_accGradParameters)(THNNState *state, THLongTensor *input,
                                         THTensor *gradOutput, THTensor *gradWeight,
                                         THIntTensor *count, THTensor *sorted,
                                         THLongTensor *indices, int scaleGradByFreq,
                                         int64_t paddingValue, double scale) {
    (void)state;
    (void)count;
    (void)sorted;
    (void)indices;
    char text[TH_SHAPE_TEXT];
    TH_TRY(check_weight(gradWeight));
    int64_t rows = gradWeight->size[0], columns = gradWeight->size[1];
    int64_t n = THTensor_nElement(input);
    if (THTensor_nElement(gradOutput) != n * columns)
        TH_FAIL(TH_ERR,
                "expected %lld rows of %lld elements, got gradOutput of size %s",
                (long long)n, (long long)columns, THTensor_shapeText(text, gradOutput));
    uint8_t sizeClass;
    size_t bytes = (size_t)rows * sizeof(int64_t);
    int64_t *counts = NULL;
    THTensor *row = new_checked_rows(input, rows), *grad = NULL;
    int status = row ? TH_ERR_MEMORY : THError_pending();
    if (row && (grad = new_contiguous(gradOutput)) &&
        (!scaleGradByFreq || (counts = THAlloc_new(bytes, &sizeClass)))) {
        Work k = {n,      columns,       paddingValue,        NULL,
                  counts, data_of(grad), TH_DATA(gradWeight), scale};
        k.row = n ? (const int64_t *)row->storage->data : NULL;
        if (counts) {
            memset(counts, 0, bytes);
            for (int64_t i = 0; i < n; i++)
                counts[k.row[i]]++;
        }
        if (n)
            THParallel_for(columns, rows_per_piece(THNN_GRAIN, n), add_rows, &k);
        status = 0;
    }
    if (counts)
        THAlloc_free(counts, bytes, sizeClass);
    THTensor_free(row);
    THTensor_free(grad);
    return status;
}

static double row_norm(const real *row, int64_t columns, double p) {
    double sum = 0;
    for (int64_t j = 0; j < columns; j++) {
        double value = fabs((double)row[j]);
        sum += p == 1 ? value : p == 2 ? value * value : pow(value, p);
    }
    return p == 1 ? sum : p == 2 ? sqrt(sum) : pow(sum, 1 / p);
}

int THNN_(LookupTable_renorm)(THNNState *state, THLongTensor *idx, THTensor *weight,
                              double maxNorm, double normType) {
    (void)state;
    TH_TRY(check_weight(weight));
    if (!(normType > 0))
        TH_FAIL(TH_ERR_VALUE, "non-positive-norm not supported, got %g", normType);
    int64_t columns = weight->size[1], n = THTensor_nElement(idx);
    THTensor *rows = new_checked_rows(idx, weight->size[0]);
    if (!rows)
        return THError_pending();
    for (int64_t i = 0; i < n; i++) {
        real *row =
            TH_DATA(weight) + ((const int64_t *)rows->storage->data)[i] * columns;
        double norm = row_norm(row, columns, normType);
        /* A row that occurs again already fits. */
        if (norm > maxNorm)
            for (int64_t j = 0; j < columns; j++)
                row[j] *= (real)(maxNorm / (norm + 1e-7));
    }
    THTensor_free(rows);
    return 0;
}
