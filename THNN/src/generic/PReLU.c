/* Leaky rectifier with a learnt slope for each channel, or one for all elements, for
 * float and double. */
#include "THNNElements.h"
#include "THNNTensor.h"

/* Planes of (N, C, ...), each with the slope of its channel; with one slope all the
 * elements are one plane. */
typedef struct Planes {
    int64_t samples, channels, plane; /* plane: elements of one */
    real *r;
    const real *x, *grad, *weight;
} Planes;

static int is_single(const THTensor *weight) {
    return weight->nDimension == 1 && weight->size[0] == 1;
}

static int check_input(const THTensor *input) {
    char text[TH_SHAPE_TEXT];
    if (input->nDimension < 2)
        TH_FAIL(TH_ERR, "prelu: expected input (N, C, ...), but got size %s",
                THTensor_shapeText(text, input));
    return 0;
}

static int check_weight(const THTensor *input, const THTensor *weight) {
    if (is_single(weight))
        return 0;
    TH_TRY(check_input(input));
    return check_channels("weight", weight, input->size[1]);
}

static Planes planes_of(const THTensor *t, int single) {
    if (single)
        return (Planes){1, 1, th_nElement(t), NULL, NULL, NULL, NULL};
    int64_t plane = 1;
    for (int d = 2; d < t->nDimension; d++)
        plane *= t->size[d];
    return (Planes){t->size[0], t->size[1], plane, NULL, NULL, NULL, NULL};
}

/* Items are planes, or elements where there is one channel. */
static void forward(void *context, int64_t begin, int64_t end) {
    const Planes *k = context;
    int64_t plane = k->channels == 1 ? end - begin : k->plane;
    int64_t items = k->channels == 1 ? 1 : end - begin;
    int64_t at = k->channels == 1 ? begin : begin * plane;
    for (int64_t i = 0; i < items; i++, at += plane)
        THNN_ELEMENTS.leakyReLU.forward(plane, k->r + at, k->x + at,
                                        k->weight[(begin + i) % k->channels], 0);
}

static void backward(void *context, int64_t begin, int64_t end) {
    const Planes *k = context;
    int64_t plane = k->channels == 1 ? end - begin : k->plane;
    int64_t items = k->channels == 1 ? 1 : end - begin;
    int64_t at = k->channels == 1 ? begin : begin * plane;
    for (int64_t i = 0; i < items; i++, at += plane)
        THNN_ELEMENTS.leakyReLU.backward(plane, k->r + at, k->grad + at, k->x + at,
                                         k->weight[(begin + i) % k->channels], 0);
}

static void run(Planes *k, THRangeFunction fn) {
    if (k->channels == 1)
        THParallel_for(k->samples * k->plane, THNN_GRAIN, fn, k);
    else
        THParallel_for(k->samples * k->channels, rows_per_piece(THNN_GRAIN, k->plane),
                       fn, k);
}

/* r[c] = sum of grad * x over the elements of channel c that are not above 0. */
static void sum_slopes(void *context, int64_t begin, int64_t end) {
    const Planes *k = context;
    for (int64_t c = begin; c < end; c++) {
        double sum = 0;
        for (int64_t n = 0; n < k->samples; n++) {
            const real *x = k->x + (n * k->channels + c) * k->plane;
            const real *grad = k->grad + (n * k->channels + c) * k->plane;
            for (int64_t i = 0; i < k->plane; i++)
                sum += x[i] > 0 ? 0 : (double)grad[i] * x[i];
        }
        k->r[c] = (real)sum;
    }
}

int THNN_(PReLU_updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                              THTensor *weight) {
    (void)state;
    TH_TRY(check_weight(input, weight));
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *w = new_contiguous(weight), *y = NULL;
    if (x && w && (y = new_output_as(output, input, 0))) {
        Planes k = planes_of(x, is_single(weight));
        k.r = data_of(y);
        k.x = data_of(x);
        k.weight = data_of(w);
        run(&k, forward);
        status = 0;
    }
    THTensor_free(x);
    THTensor_free(w);
    return y ? finish_output(output, y, status) : status;
}

int THNN_(PReLU_updateGradInput)(THNNState *state, THTensor *input,
                                 THTensor *gradOutput, THTensor *gradInput,
                                 THTensor *weight) {
    (void)state;
    TH_TRY(check_weight(input, weight));
    TH_TRY(check_same_size("input", input, "gradOutput", gradOutput));
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *w = new_contiguous(weight), *r = NULL;
    THTensor *grad = new_contiguous(gradOutput);
    if (x && w && grad && (r = new_output_as(gradInput, input, 0))) {
        Planes k = planes_of(x, is_single(weight));
        k.r = data_of(r);
        k.x = data_of(x);
        k.grad = data_of(grad);
        k.weight = data_of(w);
        run(&k, backward);
        status = 0;
    }
    THTensor_free(x);
    THTensor_free(w);
    THTensor_free(grad);
    return r ? finish_output(gradInput, r, status) : status;
}

int THNN_(PReLU_gradWeight)(THNNState *state, THTensor *input, THTensor *gradOutput,
                            THTensor *gradWeight, int64_t slopes) {
    (void)state;
    if (slopes != 1)
        TH_TRY(check_input(input));
    TH_TRY(check_same_size("input", input, "gradOutput", gradOutput));
    const int64_t channels = slopes == 1 ? 1 : input->size[1];
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *grad = new_contiguous(gradOutput), *r = NULL;
    if (x && grad && (r = new_output(gradWeight, 1, &channels, 0))) {
        Planes k = planes_of(x, slopes == 1);
        k.r = data_of(r);
        k.x = data_of(x);
        k.grad = data_of(grad);
        THParallel_for(channels, rows_per_piece(THNN_GRAIN, k.samples * k.plane),
                       sum_slopes, &k);
        status = 0;
    }
    THTensor_free(x);
    THTensor_free(grad);
    return r ? finish_output(gradWeight, r, status) : status;
}
