/* Hinge loss of one class for each sample, for float and double: the sum over the other
 * classes j of max(0, margin - x[t] + x[j])^p * weights[t] / C, where t is the class of
 * the sample; summed over the samples, or averaged. */
#include "THNNTensor.h"

/* All that the directions read. */
typedef struct Margins {
    int64_t samples, classes;
    const int64_t *target;
    int64_t step;         /* between two targets */
    const real *weights;  /* or NULL */
    THTensor *ownWeights; /* owned, or NULL */
    double margin, scale; /* of a sample without weight */
    int64_t p;
} Margins;

/* Checks every shape and every target. On success the caller frees ownWeights. */
static int open_margins(Margins *m, const THTensor *input, const THTensor *target,
                        int sizeAverage, int64_t p, THTensor *weights, double margin) {
    char text[TH_SHAPE_TEXT], other[TH_SHAPE_TEXT];
    if (p != 1 && p != 2)
        TH_FAIL(TH_ERR, "only p == 1 and p == 2 supported, got %lld", (long long)p);
    if (input->nDimension < 1 || input->nDimension > 2)
        TH_FAIL(TH_ERR, "vector or matrix expected, got size %s",
                THTensor_shapeText(text, input));
    int64_t samples = input->nDimension == 2 ? input->size[0] : 1;
    int64_t classes = input->size[input->nDimension - 1];
    if (target->nDimension != 1 || target->size[0] != samples)
        TH_FAIL(TH_ERR, "inconsistent target size %s for input %s",
                THTensor_shapeText(text, target), THTensor_shapeText(other, input));
    TH_TRY(check_channels("weight", weights, classes));
    *m = (Margins){.samples = samples,
                   .classes = classes,
                   .target =
                       (const int64_t *)target->storage->data + target->storageOffset,
                   .step = target->stride[0],
                   .margin = margin,
                   .scale = 1 / ((double)classes * (double)(sizeAverage ? samples : 1)),
                   .p = p};
    for (int64_t i = 0; i < samples; i++) {
        int64_t class = m->target[i * m->step];
        if (class < 0 || class >= classes)
            TH_FAIL(TH_ERR, "target out of range: class %lld of %lld", (long long)class,
                    (long long)classes);
    }
    if (weights && !(m->ownWeights = new_contiguous(weights)))
        return TH_ERR_MEMORY;
    if (weights)
        m->weights = TH_DATA(m->ownWeights);
    return 0;
}

/* What the terms of a sample are multiplied with. */
static double scale_of(const Margins *m, int64_t class) {
    return m->weights ? m->scale * (double)m->weights[class] : m->scale;
}

int THNN_(MultiMarginCriterion_updateOutput)(THNNState *state, THTensor *input,
                                             THLongTensor *target, THTensor *output,
                                             int sizeAverage, int64_t p,
                                             THTensor *weights, double margin) {
    (void)state;
    Margins m;
    TH_TRY(open_margins(&m, input, target, sizeAverage, p, weights, margin));
    const int64_t one = 1;
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *r = NULL;
    if (x && (r = new_output(output, 1, &one, 0))) {
        const real *row = TH_DATA(x);
        double total = 0;
        for (int64_t i = 0; i < m.samples; i++, row += m.classes) {
            int64_t class = m.target[i * m.step];
            double edge = m.margin - (double)row[class], sum = 0;
            for (int64_t j = 0; j < m.classes; j++) {
                double z = edge + (double)row[j];
                sum += z > 0 && j != class ? (p == 1 ? z : z * z) : 0;
            }
            total += sum * scale_of(&m, class);
        }
        *TH_DATA(r) = (real)total;
        status = 0;
    }
    THTensor_free(x);
    THTensor_free(m.ownWeights);
    return r ? finish_output(output, r, status) : status;
}

/* The gradient of a row. */
static void row_slopes(const Margins *m, int64_t class, real *r, const real *x) {
    double edge = m->margin - (double)x[class], sum = 0, scale = scale_of(m, class);
    for (int64_t j = 0; j < m->classes; j++) {
        double z = edge + (double)x[j], slope = 0;
        if (z > 0 && j != class)
            slope = m->p == 1 ? scale : 2 * z * scale;
        r[j] = (real)slope;
        sum += slope;
    }
    r[class] = (real)-sum;
}

/* The product of a row's second derivative and v. */
static void row_curve(const Margins *m, int64_t class, real *r, const real *x,
                      const real *v) {
    double edge = m->margin - (double)x[class], sum = 0, scale = scale_of(m, class);
    for (int64_t j = 0; j < m->classes; j++) {
        double bend = 0;
        if (m->p == 2 && edge + (double)x[j] > 0 && j != class)
            bend = 2 * scale * ((double)v[j] - (double)v[class]);
        r[j] = (real)bend;
        sum += bend;
    }
    r[class] = (real)-sum;
}

int THNN_(MultiMarginCriterion_updateGradInput)(THNNState *state, THTensor *input,
                                                THLongTensor *target,
                                                THTensor *gradInput, int sizeAverage,
                                                int64_t p, THTensor *weights,
                                                double margin) {
    (void)state;
    Margins m;
    TH_TRY(open_margins(&m, input, target, sizeAverage, p, weights, margin));
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *r = NULL;
    if (x && (r = new_output_as(gradInput, input, 0))) {
        for (int64_t i = 0; i < m.samples; i++)
            row_slopes(&m, m.target[i * m.step], TH_DATA(r) + i * m.classes,
                       TH_DATA(x) + i * m.classes);
        status = 0;
    }
    THTensor_free(x);
    THTensor_free(m.ownWeights);
    return r ? finish_output(gradInput, r, status) : status;
}

int THNN_(MultiMargin_curve)(THNNState *state, THTensor *input, THLongTensor *target,
                             THTensor *vector, THTensor *output, int sizeAverage,
                             int64_t p, THTensor *weights, double margin) {
    (void)state;
    Margins m;
    TH_TRY(check_same_size("input", input, "vector", vector));
    TH_TRY(open_margins(&m, input, target, sizeAverage, p, weights, margin));
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *v = new_contiguous(vector), *r = NULL;
    if (x && v && (r = new_output_as(output, input, 0))) {
        for (int64_t i = 0; i < m.samples; i++)
            row_curve(&m, m.target[i * m.step], TH_DATA(r) + i * m.classes,
                      TH_DATA(x) + i * m.classes, TH_DATA(v) + i * m.classes);
        status = 0;
    }
    THTensor_free(x);
    THTensor_free(v);
    THTensor_free(m.ownWeights);
    return r ? finish_output(output, r, status) : status;
}
