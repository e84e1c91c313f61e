/* Negative log likelihood of one class for each sample, for float and double. */
#include "THNNTensor.h"

#include <string.h>

/* All that both directions read: contiguous copies, and the sizes. */
typedef struct Loss {
    int64_t samples, classes;
    THTensor *target, *weights; /* owned; weights may be NULL */
    int64_t ignore;
} Loss;

static void close_loss(Loss *loss) {
    THTensor_free(loss->target);
    THTensor_free(loss->weights);
}

/* Checks every shape and every target. On success the caller closes the loss. */
static int open_loss(Loss *loss, THTensor *input, THTensor *target, THTensor *weights,
                     int64_t ignore_index) {
    char text[TH_SHAPE_TEXT], other[TH_SHAPE_TEXT];
    if (target->nDimension > 1)
        TH_FAIL(TH_ERR, "multi-target not supported, got target of size %s",
                THTensor_shapeText(text, target));
    if (input->nDimension < 1 || input->nDimension > 2)
        TH_FAIL(TH_ERR, "input tensor should be 1D or 2D, got size %s",
                THTensor_shapeText(text, input));
    *loss = (Loss){.samples = input->nDimension == 2 ? input->size[0] : 1,
                   .classes = input->size[input->nDimension - 1],
                   .ignore = ignore_index};
    if (THTensor_nElement(target) != loss->samples)
        TH_FAIL(TH_ERR,
                "expected one target for each sample, got input of size %s and target "
                "of size %s",
                THTensor_shapeText(text, input), THTensor_shapeText(other, target));
    if (weights && THTensor_nElement(weights) != loss->classes)
        TH_FAIL(TH_ERR,
                "weight tensor should be defined either for all %lld classes or no "
                "classes but got weight tensor of shape: %s",
                (long long)loss->classes, THTensor_shapeText(text, weights));

    const int64_t *index =
        (const int64_t *)target->storage->data + target->storageOffset;
    for (int64_t i = 0; i < loss->samples; i++) {
        int64_t class = index[i * target->stride[0]];
        if (class != ignore_index && (class < 0 || class >= loss->classes))
            TH_FAIL(TH_ERR_INDEX,
                    "Assertion `cur_target >= 0 && cur_target < n_classes' failed: "
                    "cur_target is %lld, n_classes is %lld",
                    (long long)class, (long long)loss->classes);
    }

    loss->target = THTensor_newWithSize(TH_LONG, 1, &loss->samples);
    if (!loss->target || THLongTensor_copy(loss->target, target) < 0 ||
        (weights && !(loss->weights = new_contiguous(weights)))) {
        close_loss(loss);
        return TH_ERR_MEMORY;
    }
    return 0;
}

static const int64_t *targets(const Loss *loss) {
    return (const int64_t *)loss->target->storage->data + loss->target->storageOffset;
}

/* What sample i counts, 0 if it is to be ignored. */
static real weight_of(const Loss *loss, int64_t class) {
    if (class == loss->ignore)
        return 0;
    return loss->weights ? TH_DATA(loss->weights)[class] : 1;
}

int THNN_(ClassNLLCriterion_updateOutput)(THNNState *state, THTensor *input,
                                          THLongTensor *target, THTensor *output,
                                          int sizeAverage, THTensor *weights,
                                          THTensor *total_weight, int64_t ignore_index,
                                          int reduce) {
    (void)state;
    Loss loss;
    TH_TRY(open_loss(&loss, input, target, weights, ignore_index));
    const int64_t one = 1;
    int perSample = !reduce && input->nDimension == 2;
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *r = NULL, *weightSum = NULL;
    if (x && (weightSum = new_output(total_weight, 1, &one, 0)) &&
        (r = new_output(output, 1, perSample ? &loss.samples : &one, 0))) {
        const real *value = TH_DATA(x);
        const int64_t *class = targets(&loss);
        double sum = 0, weight = 0;
        for (int64_t i = 0; i < loss.samples; i++) {
            real w = weight_of(&loss, class[i]), term = 0;
            if (class[i] != loss.ignore)
                term = -w * value[i * loss.classes + class[i]];
            if (perSample)
                TH_DATA(r)[i] = term;
            sum += term;
            weight += w;
        }
        if (!perSample)
            *TH_DATA(r) =
                (real)(reduce && sizeAverage && weight != 0 ? sum / weight : sum);
        *TH_DATA(weightSum) = (real)weight;
        status = 0;
    }
    THTensor_free(x);
    close_loss(&loss);
    if (weightSum)
        status = finish_output(total_weight, weightSum, status);
    return r ? finish_output(output, r, status) : status;
}

int THNN_(ClassNLLCriterion_updateGradInput)(THNNState *state, THTensor *input,
                                             THLongTensor *target, THTensor *gradOutput,
                                             THTensor *gradInput, int sizeAverage,
                                             THTensor *weights, THTensor *total_weight,
                                             int64_t ignore_index, int reduce) {
    (void)state;
    Loss loss;
    int perSample = !reduce && input->nDimension == 2;
    TH_TRY(open_loss(&loss, input, target, weights, ignore_index));
    int status = check_channels("gradOutput", gradOutput, perSample ? loss.samples : 1);
    if (status == 0)
        status = check_channels("total_weight", total_weight, 1);
    THTensor *grad = NULL, *r = NULL;
    if (status == 0) {
        status = TH_ERR_MEMORY;
        if ((grad = new_contiguous(gradOutput)) &&
            (r = new_output_as(gradInput, input, 0)))
            status = 0;
    }
    if (status == 0) {
        real *value = TH_DATA(r);
        const int64_t *class = targets(&loss);
        double total = *TH_DATA(total_weight);
        double scale = reduce && sizeAverage && total != 0 ? 1 / total : 1;
        memset(value, 0, (size_t)(loss.samples * loss.classes) * sizeof(real));
        for (int64_t i = 0; i < loss.samples; i++)
            if (class[i] != loss.ignore)
                value[i * loss.classes + class[i]] =
                    (real)(-(double)weight_of(&loss, class[i]) * scale *
                           TH_DATA(grad)[perSample ? i : 0]);
    }
    THTensor_free(grad);
    close_loss(&loss);
    return r ? finish_output(gradInput, r, status) : status;
}
