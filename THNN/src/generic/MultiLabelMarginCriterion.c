/* Hinge loss between the classes of a sample and all others, for float and double. The
 * loss is piecewise linear: its gradient comes out with it. */
#include "THNNTensor.h"

#include <string.h>

/* One sample: x and slope have C values, class up to C ones, ended by -1. */
static double sample_loss(int64_t classes, const real *x, const int64_t *class,
                          real *slope, uint8_t *isTarget, double scale) {
    double sum = 0;
    memset(isTarget, 0, (size_t)classes);
    for (int64_t j = 0; j < classes && class[j] >= 0; j++)
        isTarget[class[j]] = 1;
    for (int64_t j = 0; j < classes && class[j] >= 0; j++)
        for (int64_t i = 0; i < classes; i++) {
            double z = 1 - (double)x[class[j]] + x[i];
            if (isTarget[i] || z <= 0)
                continue;
            sum += z;
            slope[class[j]] -= (real)scale;
            slope[i] += (real)scale;
        }
    return sum * scale;
}

static int check_targets(const THTensor *input, THTensor *target) {
    char text[TH_SHAPE_TEXT], other[TH_SHAPE_TEXT];
    if (input->nDimension < 1 || input->nDimension > 2)
        TH_FAIL(TH_ERR, "vector or matrix expected, got size %s",
                THTensor_shapeText(text, input));
    if (!THTensor_isSameSizeAs(input, target))
        TH_FAIL(TH_ERR, "inconsistent target size %s for input %s",
                THTensor_shapeText(text, target), THTensor_shapeText(other, input));
    return 0;
}

static int check_classes(const int64_t *class, int64_t n, int64_t classes) {
    for (int64_t i = 0; i < n; i++)
        if (class[i] < -1 || class[i] >= classes)
            TH_FAIL(TH_ERR_INDEX, "target out of range: class %lld of %lld",
                    (long long)class[i], (long long)classes);
    return 0;
}

int THNN_(MultiLabelMargin_lossAndSlopes)(THNNState *state, THTensor *input,
                                          THLongTensor *target, THTensor *output,
                                          THTensor *slopes, int sizeAverage) {
    (void)state;
    TH_TRY(check_targets(input, target));
    const int64_t one = 1, classes = input->size[input->nDimension - 1];
    const int64_t samples = input->nDimension == 2 ? input->size[0] : 1;
    int status = TH_ERR_MEMORY;
    uint8_t sizeClass;
    uint8_t *isTarget = THAlloc_new((size_t)classes, &sizeClass);
    THTensor *x = new_contiguous(input), *slope = NULL, *r = NULL;
    THTensor *labels = THTensor_newWithSize(TH_LONG, target->nDimension, target->size);
    if (isTarget && x && labels && (status = THLongTensor_copy(labels, target)) == 0 &&
        (status = check_classes((const int64_t *)labels->storage->data,
                                samples * classes, classes)) == 0) {
        status = TH_ERR_MEMORY;
        if ((slope = new_output_as(slopes, input, 0)) &&
            (r = new_output(output, 1, &one, 0)))
            status = 0;
    }
    if (status == 0) {
        double sum = 0;
        double scale = 1 / (double)(sizeAverage ? samples * classes : classes);
        memset(TH_DATA(slope), 0, (size_t)(samples * classes) * sizeof(real));
        for (int64_t i = 0; i < samples; i++)
            sum += sample_loss(classes, TH_DATA(x) + i * classes,
                               (const int64_t *)labels->storage->data + i * classes,
                               TH_DATA(slope) + i * classes, isTarget, scale);
        *TH_DATA(r) = (real)sum;
    }
    if (isTarget)
        THAlloc_free(isTarget, (size_t)classes, sizeClass);
    THTensor_free(x);
    THTensor_free(labels);
    if (slope)
        status = finish_output(slopes, slope, status);
    return r ? finish_output(output, r, status) : status;
}
