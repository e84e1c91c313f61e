/* Negative log likelihood of one class for each pixel, for float and double. */
#include <string.h>

#include "THNNIndices.h"
#include "THNNWindows.h"

/* Pixels of one piece of work; their sums are added in order, so that the result does
 * not depend on the number of threads. */
#define PIECE 4096

typedef struct Loss {
    int64_t images, classes, area, pixels, ignore;
    THTensor *target, *weights; /* owned; weights may be NULL */
    const int64_t *class;
    const real *x, *grad, *weight; /* weight may be NULL */
    real *r;
    double *sums; /* for each piece: weighted loss, weight */
    double scale;
    int perPixel;
} Loss;

static void close_loss(Loss *k) {
    THTensor_free(k->target);
    THTensor_free(k->weights);
}

/* Checks every shape and every target. On success the caller closes the loss. */
static int open_loss(Loss *k, const THTensor *input, THTensor *target,
                     THTensor *weights, int64_t ignore_index, int reduce) {
    char text[TH_SHAPE_TEXT], other[TH_SHAPE_TEXT];
    if (target->nDimension != 3)
        TH_FAIL(
            TH_ERR,
            "only batches of spatial targets supported (3D tensors) but got targets "
            "of dimension: %d, size %s",
            target->nDimension, THTensor_shapeText(text, target));
    if (input->nDimension != 4)
        TH_FAIL(TH_ERR,
                "only batches of spatial inputs supported (4D tensors), but got input "
                "of dimension: %d, size %s",
                input->nDimension, THTensor_shapeText(text, input));
    const int64_t *size = input->size;
    if (target->size[0] != size[0] || target->size[1] != size[2] ||
        target->size[2] != size[3])
        TH_FAIL(
            TH_ERR,
            "size mismatch (got input of size %s and target of size %s): expected a "
            "class for each pixel",
            THTensor_shapeText(text, input), THTensor_shapeText(other, target));
    if (weights && THTensor_nElement(weights) != size[1])
        TH_FAIL(TH_ERR,
                "weight tensor should be defined either for all %lld classes or no "
                "classes but got weight tensor of shape: %s",
                (long long)size[1], THTensor_shapeText(text, weights));
    *k = (Loss){.images = size[0],
                .classes = size[1],
                .area = size[2] * size[3],
                .pixels = size[0] * size[2] * size[3],
                .ignore = ignore_index,
                .perPixel = !reduce};
    k->target = new_contiguous_indices(target);
    k->weights = weights ? new_contiguous(weights) : NULL;
    if (!k->target || (weights && !k->weights)) {
        close_loss(k);
        return TH_ERR_MEMORY;
    }
    k->class = indices_of(k->target);
    k->weight = data_of(k->weights);
    for (int64_t i = 0; i < k->pixels; i++) {
        int64_t class = k->class[i];
        if (class != ignore_index && (class < 0 || class >= k->classes)) {
            close_loss(k);
            TH_FAIL(TH_ERR_INDEX,
                    "Assertion `cur_target >= 0 && cur_target < n_classes' failed: "
                    "cur_target is %lld, n_classes is %lld",
                    (long long)class, (long long)k->classes);
        }
    }
    return 0;
}

/* What a pixel of this class counts. */
static double weight_of(const Loss *k, int64_t class) {
    if (class == k->ignore)
        return 0;
    return k->weight ? (double)k->weight[class] : 1;
}

static double sum_of_weights(const Loss *k) {
    double sum = 0;
    for (int64_t i = 0; i < k->pixels; i++)
        sum += weight_of(k, k->class[i]);
    return sum;
}

static void forward(void *context, int64_t begin, int64_t end) {
    const Loss *k = context;
    for (int64_t piece = begin; piece < end; piece++) {
        int64_t first = piece * PIECE, last = first + PIECE;
        double sum = 0, weight = 0;
        for (int64_t i = first; i < last && i < k->pixels; i++) {
            int64_t class = k->class[i];
            real term = 0;
            if (class != k->ignore) {
                real w = (real)weight_of(k, class);
                term = -w *
                       k->x[(i / k->area * k->classes + class) * k->area + i % k->area];
                weight += w;
            }
            if (k->perPixel)
                k->r[i] = term;
            sum += term;
        }
        k->sums[2 * piece] = sum;
        k->sums[2 * piece + 1] = weight;
    }
}

/* Over images. */
static void backward(void *context, int64_t begin, int64_t end) {
    const Loss *k = context;
    int64_t image = k->classes * k->area;
    memset(k->r + begin * image, 0, (size_t)((end - begin) * image) * sizeof(real));
    for (int64_t i = begin * k->area; i < end * k->area; i++) {
        int64_t class = k->class[i];
        if (class == k->ignore)
            continue;
        k->r[(i / k->area * k->classes + class) * k->area + i % k->area] =
            (real)(-weight_of(k, class) * k->scale * k->grad[k->perPixel ? i : 0]);
    }
}

/* output [OUT] (1), or of target's size without reduce; total_weight [OUT] (1) or NULL.
 */
int THNN_(SpatialClassNLLCriterion_updateOutput)(THNNState *state, THTensor *input,
                                                 THLongTensor *target, THTensor *output,
                                                 int sizeAverage, THTensor *weights,
                                                 THTensor *total_weight,
                                                 int64_t ignore_index, int reduce) {
    (void)state;
    Loss k;
    TH_TRY(open_loss(&k, input, target, weights, ignore_index, reduce));
    const int64_t one = 1, *shape = reduce ? &one : target->size;
    int64_t pieces = (k.pixels + PIECE - 1) / PIECE;
    size_t bytes = (size_t)pieces * 2 * sizeof(double);
    uint8_t sizeClass;
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *r = NULL, *total = NULL;
    k.sums = THAlloc_new(bytes, &sizeClass);
    if (x && k.sums &&
        (!total_weight || (total = new_output(total_weight, 1, &one, 0))) &&
        (r = new_output(output, reduce ? 1 : 3, shape, shares_storage(output, x)))) {
        k.x = TH_DATA(x);
        k.r = TH_DATA(r);
        THParallel_for(pieces, rows_per_piece(THNN_GRAIN, PIECE), forward, &k);
        double sum = 0, weight = 0;
        for (int64_t i = 0; i < pieces; i++) {
            sum += k.sums[2 * i];
            weight += k.sums[2 * i + 1];
        }
        if (reduce)
            *k.r = (real)(sizeAverage && weight != 0 ? sum / weight : sum);
        if (total)
            *TH_DATA(total) = (real)weight;
        status = 0;
    }
    if (k.sums)
        THAlloc_free(k.sums, bytes, sizeClass);
    THTensor_free(x);
    close_loss(&k);
    if (total)
        status = finish_output(total_weight, total, status);
    return r ? finish_output(output, r, status) : status;
}

int THNN_(SpatialClassNLLCriterion_updateGradInput)(
    THNNState *state, THTensor *input, THLongTensor *target, THTensor *gradOutput,
    THTensor *gradInput, int sizeAverage, THTensor *weights, THTensor *total_weight,
    int64_t ignore_index, int reduce) {
    (void)state;
    Loss k;
    const int64_t one = 1;
    TH_TRY(check_channels("total_weight", total_weight, 1));
    TH_TRY(open_loss(&k, input, target, weights, ignore_index, reduce));
    int status = check_shape("gradOutput", gradOutput, reduce ? 1 : 3,
                             reduce ? &one : target->size);
    THTensor *grad = NULL, *r = NULL;
    if (status == 0) {
        status = TH_ERR_MEMORY;
        if ((grad = new_contiguous(gradOutput)) &&
            (r = new_output_as(gradInput, input, shares_storage(gradInput, grad)))) {
            double total = 0;
            if (reduce && sizeAverage)
                total = total_weight ? *TH_DATA(total_weight) : sum_of_weights(&k);
            k.scale = total != 0 ? 1 / total : 1;
            k.grad = TH_DATA(grad);
            k.r = TH_DATA(r);
            THParallel_for(k.images, rows_per_piece(THNN_GRAIN, k.classes * k.area),
                           backward, &k);
            status = 0;
        }
    }
    THTensor_free(grad);
    close_loss(&k);
    return r ? finish_output(gradInput, r, status) : status;
}
