/* The losses of 0.3 that give one number and the gradient of that number, for float and
 * double. */
#include <math.h>
#include <string.h>

#include "THNNLayers.h"

/* A tensor with the one element 1: the gradient of a loss for itself. */
static THTensor *new_one(void) {
    const int64_t size = 1;
    THTensor *one = THTensor_newWithSize(TH_REAL_DTYPE, 1, &size);
    if (one)
        *TH_DATA(one) = 1;
    return one;
}

/* A loss of x for y that is a sum over elements, and its slope for x. */
typedef struct Loss {
    double (*loss)(double x, double y, double parameter);
    double (*slope)(double x, double y, double parameter);
    double parameter;
} Loss;

static int check_elements(const THTensor *input, const THTensor *target,
                          const THTensor *weights) {
    char text[TH_SHAPE_TEXT], other[TH_SHAPE_TEXT];
    const THTensor *others[2] = {target, weights};
    for (int i = 0; i < 2; i++)
        if (others[i] && THTensor_nElement(input) != THTensor_nElement(others[i]))
            TH_FAIL(TH_ERR, "input and %s must have as many elements, got %s and %s",
                    i ? "weights" : "target", THTensor_shapeText(text, input),
                    THTensor_shapeText(other, others[i]));
    return 0;
}

/* output (1), or gradInput if that is not NULL. */
static int run(Loss k, THTensor *input, THTensor *target, THTensor *weights,
               THTensor *output, THTensor *gradInput, int sizeAverage) {
    TH_TRY(check_elements(input, target, weights));
    const int64_t one = 1, n = THTensor_nElement(input);
    THTensor *x = new_contiguous(input), *y = target ? new_contiguous(target) : NULL;
    THTensor *w = weights ? new_contiguous(weights) : NULL, *r = NULL;
    int status = x && (y || !target) && (w || !weights) ? 0 : TH_ERR_MEMORY;
    if (status == 0)
        r = gradInput ? new_output_as(gradInput, input, 0)
                      : new_output(output, 1, &one, 0);
    if (r) {
        const real *a = data_of(x), *b = data_of(y), *factor = data_of(w);
        double sum = 0, scale = sizeAverage && n ? 1 / (double)n : 1;
        for (int64_t i = 0; i < n; i++) {
            double value = b ? (double)b[i] : 0, by = factor ? (double)factor[i] : 1;
            if (gradInput)
                data_of(r)[i] = (real)(scale * by * k.slope(a[i], value, k.parameter));
            else
                sum += by * k.loss(a[i], value, k.parameter);
        }
        if (!gradInput)
            *TH_DATA(r) = (real)(scale * sum);
    }
    THTensor_free(x);
    THTensor_free(y);
    THTensor_free(w);
    if (!r)
        return status < 0 ? status : THError_pending();
    return finish_output(gradInput ? gradInput : output, r, status);
}

/* ---- sum of |x| ---- */
static double absolute(double x, double y, double parameter) {
    (void)y;
    (void)parameter;
    return fabs(x);
}

static double sign(double x, double y, double parameter) {
    (void)y;
    (void)parameter;
    return x > 0 ? 1 : x < 0 ? -1 : 0;
}

int THNN_(L1Cost_updateOutput)(THNNState *state, THTensor *input, THTensor *output) {
    (void)state;
    return run((Loss){absolute, sign, 0}, input, NULL, NULL, output, NULL, 0);
}

int THNN_(L1Cost_updateGradInput)(THNNState *state, THTensor *input,
                                  THTensor *gradOutput, THTensor *gradInput) {
    (void)state;
    (void)gradOutput;
    return run((Loss){absolute, sign, 0}, input, NULL, NULL, NULL, gradInput, 0);
}

/* ---- cross entropy of probabilities; 1e-12 keeps the logarithms finite ---- */
#define TINY 1e-12

static double cross_entropy(double x, double y, double parameter) {
    (void)parameter;
    return -(y * log(x + TINY) + (1 - y) * log(1 - x + TINY));
}

static double cross_entropy_slope(double x, double y, double parameter) {
    (void)parameter;
    return -(y - x) / ((1 - x + TINY) * (x + TINY));
}

int THNN_(BCECriterion_updateOutput)(THNNState *state, THTensor *input,
                                     THTensor *target, THTensor *output,
                                     int sizeAverage, THTensor *weights) {
    (void)state;
    return run((Loss){cross_entropy, cross_entropy_slope, 0}, input, target, weights,
               output, NULL, sizeAverage);
}

int THNN_(BCECriterion_updateGradInput)(THNNState *state, THTensor *input,
                                        THTensor *target, THTensor *gradInput,
                                        int sizeAverage, THTensor *weights) {
    (void)state;
    return run((Loss){cross_entropy, cross_entropy_slope, 0}, input, target, weights,
               NULL, gradInput, sizeAverage);
}

/* ---- logistic loss ---- */
int THNN_(SoftMarginCriterion_updateOutput)(THNNState *state, THTensor *input,
                                            THTensor *target, THTensor *output,
                                            int sizeAverage) {
    return THNN_(SoftMarginLoss_updateOutput)(state, input, target, output, sizeAverage,
                                              1);
}

int THNN_(SoftMarginCriterion_updateGradInput)(THNNState *state, THTensor *input,
                                               THTensor *target, THTensor *gradInput,
                                               int sizeAverage) {
    THTensor *one = new_one();
    int status = one ? THNN_(SoftMarginLoss_updateGradInput)(state, input, target, one,
                                                             gradInput, sizeAverage, 1)
                     : TH_ERR_MEMORY;
    THTensor_free(one);
    return status;
}

/* ---- hinge loss ---- */
static double hinge(double x, double y, double margin) {
    double z = margin - x * y;
    return z > 0 ? z : 0;
}

static double hinge_slope(double x, double y, double margin) {
    return x * y < margin ? -y : 0;
}

int THNN_(MarginCriterion_updateOutput)(THNNState *state, THTensor *input,
                                        THTensor *target, THTensor *output,
                                        int sizeAverage, double margin) {
    (void)state;
    return run((Loss){hinge, hinge_slope, margin}, input, target, NULL, output, NULL,
               sizeAverage);
}

int THNN_(MarginCriterion_updateGradInput)(THNNState *state, THTensor *input,
                                           THTensor *target, THTensor *gradInput,
                                           int sizeAverage, double margin) {
    (void)state;
    return run((Loss){hinge, hinge_slope, margin}, input, target, NULL, NULL, gradInput,
               sizeAverage);
}

/* ---- hinge loss between the classes of a sample and all others ---- */
/* isTarget [OUT]: 1 at the classes that target lists, up to -1, in each row. The
 * targets have been checked. */
static int mark_targets(THLongTensor *target, THTensor *isTarget) {
    int64_t classes = target->size[target->nDimension - 1];
    int64_t rows = THTensor_nElement(target) / classes;
    THTensor *labels = THTensor_newWithSize(TH_LONG, target->nDimension, target->size);
    THTensor *r = NULL;
    int status = labels ? THLongTensor_copy(labels, target) : TH_ERR_MEMORY;
    if (status == 0 && !(r = new_output_as(isTarget, target, 0)))
        status = TH_ERR_MEMORY;
    if (status == 0) {
        const int64_t *class = (const int64_t *)labels->storage->data;
        memset(TH_DATA(r), 0, (size_t)(rows * classes) * sizeof(real));
        for (int64_t i = 0; i < rows; i++)
            for (int64_t j = 0; j < classes && class[i * classes + j] >= 0; j++)
                TH_DATA(r)[i * classes + class[i * classes + j]] = 1;
    }
    THTensor_free(labels);
    return r ? finish_output(isTarget, r, status) : status;
}

int THNN_(MultiLabelMarginCriterion_updateOutput)(THNNState *state, THTensor *input,
                                                  THLongTensor *target,
                                                  THTensor *output, THTensor *isTarget,
                                                  int sizeAverage) {
    THTensor *slopes = new_real();
    int status = slopes ? THNN_(MultiLabelMargin_lossAndSlopes)(
                              state, input, target, output, slopes, sizeAverage)
                        : TH_ERR_MEMORY;
    if (status == 0)
        status = mark_targets(target, isTarget);
    THTensor_free(slopes);
    return status;
}

int THNN_(MultiLabelMarginCriterion_updateGradInput)(THNNState *state, THTensor *input,
                                                     THLongTensor *target,
                                                     THTensor *gradInput,
                                                     THTensor *isTarget,
                                                     int sizeAverage) {
    (void)isTarget; /* the targets say the same */
    THTensor *loss = new_real();
    int status = loss ? THNN_(MultiLabelMargin_lossAndSlopes)(
                            state, input, target, loss, gradInput, sizeAverage)
                      : TH_ERR_MEMORY;
    THTensor_free(loss);
    return status;
}
