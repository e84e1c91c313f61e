/* Negative log likelihood of one class for each sample, for float and double. */
#include "THNNTensor.h"

#include <string.h>

/* All that both directions read. */
typedef struct Loss {
    int64_t samples, classes, ignore;
    const int64_t *target;
    int64_t step;         /* between two targets */
    THTensor *ownWeights; /* owned, or NULL */
    const real *weights;  /* or NULL */
} Loss;

/* Checks every shape and every target. On success the caller frees ownWeights. */
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

    loss->target = (const int64_t *)target->storage->data + target->storageOffset;
    loss->step = target->stride[0];
    for (int64_t i = 0; i < loss->samples; i++) {
        int64_t class = loss->target[i * loss->step];
        if (class != ignore_index && (class < 0 || class >= loss->classes))
            TH_FAIL(TH_ERR_INDEX,
                    "Assertion `cur_target >= 0 && cur_target < n_classes' failed: "
                    "cur_target is %lld, n_classes is %lld",
                    (long long)class, (long long)loss->classes);
    }
    if (weights) {
        if (!(loss->ownWeights = new_contiguous(weights)))
            return TH_ERR_MEMORY;
        loss->weights = TH_DATA(loss->ownWeights);
    }
    return 0;
}

/* What sample i counts, 0 if it is to be ignored. */
static real weight_of(const Loss *loss, int64_t class) {
    if (class == loss->ignore)
        return 0;
    return loss->weights ? loss->weights[class] : 1;
}

static double sum_of_weights(const Loss *loss) {
    double sum = 0;
    for (int64_t i = 0; i < loss->samples; i++)
        sum += weight_of(loss, loss->target[i * loss->step]);
    return sum;
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
    if (x && (!total_weight || (weightSum = new_output(total_weight, 1, &one, 0))) &&
        (r = new_output(output, 1, perSample ? &loss.samples : &one, 0))) {
        const real *value = TH_DATA(x);
        double sum = 0, weight = 0;
        for (int64_t i = 0; i < loss.samples; i++) {
            int64_t class = loss.target[i * loss.step];
            real w = weight_of(&loss, class), term = 0;
            if (class != loss.ignore)
                term = -w * value[i * loss.classes + class];
            if (perSample)
                TH_DATA(r)[i] = term;
            sum += term;
            weight += w;
        }
        if (!perSample)
            *TH_DATA(r) =
                (real)(reduce && sizeAverage && weight != 0 ? sum / weight : sum);
        if (weightSum)
            *TH_DATA(weightSum) = (real)weight;
        status = 0;
    }
    THTensor_free(x);
    THTensor_free(loss.ownWeights);
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
        double total = total_weight ? *TH_DATA(total_weight) : sum_of_weights(&loss);
        double scale = reduce && sizeAverage && total != 0 ? 1 / total : 1;
        memset(value, 0, (size_t)(loss.samples * loss.classes) * sizeof(real));
        for (int64_t i = 0; i < loss.samples; i++) {
            int64_t class = loss.target[i * loss.step];
            if (class != loss.ignore)
                value[i * loss.classes + class] =
                    (real)(-(double)weight_of(&loss, class) * scale *
                           TH_DATA(grad)[perSample ? i : 0]);
        }
    }
    THTensor_free(grad);
    THTensor_free(loss.ownWeights);
    return r ? finish_output(gradInput, r, status) : status;
}
