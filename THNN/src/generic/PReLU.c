/* Leaky rectifier with a learnt slope for each channel, for float and double. */
#include "THNNElements.h"
#include "THNNTensor.h"

/* Planes of (N, C, ...), each with the slope of its channel. */
typedef struct Planes {
    int64_t channels, plane; /* plane: elements of one */
    real *r;
    const real *x, *grad, *weight;
} Planes;

static int check_input(const THTensor *input, const THTensor *weight) {
    char text[TH_SHAPE_TEXT];
    if (input->nDimension < 2)
        TH_FAIL(TH_ERR, "prelu: expected input (N, C, ...), but got size %s",
                THTensor_shapeText(text, input));
    return weight ? check_channels("weight", weight, input->size[1]) : 0;
}

static Planes planes_of(const THTensor *t) {
    int64_t plane = 1;
    for (int d = 2; d < t->nDimension; d++)
        plane *= t->size[d];
    return (Planes){t->size[1], plane, NULL, NULL, NULL, NULL};
}

static void forward(void *context, int64_t begin, int64_t end) {
    const Planes *k = context;
    for (int64_t i = begin; i < end; i++)
        THNN_ELEMENTS.leakyReLU.forward(k->plane, k->r + i * k->plane,
                                        k->x + i * k->plane, k->weight[i % k->channels],
                                        0);
}

static void backward(void *context, int64_t begin, int64_t end) {
    const Planes *k = context;
    for (int64_t i = begin; i < end; i++)
        THNN_ELEMENTS.leakyReLU.backward(k->plane, k->r + i * k->plane,
                                         k->grad + i * k->plane, k->x + i * k->plane,
                                         k->weight[i % k->channels], 0);
}

/* r[c] = sum of grad * x over the elements of channel c that are not above 0. */
typedef struct Slopes {
    Planes planes;
    int64_t count; /* planes of a channel */
} Slopes;

static void sum_slopes(void *context, int64_t begin, int64_t end) {
    const Slopes *s = context;
    const Planes *k = &s->planes;
    for (int64_t c = begin; c < end; c++) {
        double sum = 0;
        for (int64_t n = 0; n < s->count; n++) {
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
    TH_TRY(check_input(input, weight));
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *w = new_contiguous(weight), *y = NULL;
    if (x && w && (y = new_output_as(output, input, 0))) {
        Planes k = planes_of(x);
        k.r = data_of(y);
        k.x = data_of(x);
        k.weight = data_of(w);
        THParallel_for(x->size[0] * k.channels, rows_per_piece(THNN_GRAIN, k.plane),
                       forward, &k);
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
    TH_TRY(check_input(input, weight));
    TH_TRY(check_same_size("input", input, "gradOutput", gradOutput));
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *w = new_contiguous(weight), *r = NULL;
    THTensor *grad = new_contiguous(gradOutput);
    if (x && w && grad && (r = new_output_as(gradInput, input, 0))) {
        Planes k = planes_of(x);
        k.r = data_of(r);
        k.x = data_of(x);
        k.grad = data_of(grad);
        k.weight = data_of(w);
        THParallel_for(x->size[0] * k.channels, rows_per_piece(THNN_GRAIN, k.plane),
                       backward, &k);
        status = 0;
    }
    THTensor_free(x);
    THTensor_free(w);
    THTensor_free(grad);
    return r ? finish_output(gradInput, r, status) : status;
}

int THNN_(PReLU_gradWeight)(THNNState *state, THTensor *input, THTensor *gradOutput,
                            THTensor *gradWeight) {
    (void)state;
    TH_TRY(check_input(input, NULL));
    TH_TRY(check_same_size("input", input, "gradOutput", gradOutput));
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *grad = new_contiguous(gradOutput), *r = NULL;
    if (x && grad && (r = new_output(gradWeight, 1, &input->size[1], 0))) {
        Slopes s = {planes_of(x), x->size[0]};
        s.planes.r = data_of(r);
        s.planes.x = data_of(x);
        s.planes.grad = data_of(grad);
        THParallel_for(s.planes.channels,
                       rows_per_piece(THNN_GRAIN, s.count * s.planes.plane), sum_slopes,
                       &s);
        status = 0;
    }
    THTensor_free(x);
    THTensor_free(grad);
    return r ? finish_output(gradWeight, r, status) : status;
}
