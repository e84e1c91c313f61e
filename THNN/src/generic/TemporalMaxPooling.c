/* Largest value of windows of frames, for float and double. Each thread has a range of
 * the columns. NaN wins. */
#include "THNNIndices.h"
#include "THNNWindows.h"

typedef struct Work {
    Frames frames;
    const real *x; /* backward: gradient of the output */
    real *r;
    int64_t *indices; /* of frames inside their window */
} Work;

static void forward(void *context, int64_t begin, int64_t end) {
    const Work *k = context;
    const Frames *f = &k->frames;
    for (int64_t row = 0; row < f->count * f->out; row++) {
        const real *x =
            k->x + (row / f->out * f->length + row % f->out * f->step) * f->width;
        real *r = k->r + row * f->width;
        int64_t *at = k->indices + row * f->width;
        for (int64_t j = begin; j < end; j++) {
            r[j] = x[j];
            at[j] = 0;
        }
        for (int64_t i = 1; i < f->kernel; i++) {
            x += f->width;
            for (int64_t j = begin; j < end; j++)
                if (x[j] > r[j] || x[j] != x[j]) {
                    r[j] = x[j];
                    at[j] = i;
                }
        }
    }
}

static void backward(void *context, int64_t begin, int64_t end) {
    const Work *k = context;
    const Frames *f = &k->frames;
    for (int64_t row = 0; row < f->count * f->out; row++) {
        real *r = k->r + (row / f->out * f->length + row % f->out * f->step) * f->width;
        const real *grad = k->x + row * f->width;
        const int64_t *at = k->indices + row * f->width;
        for (int64_t j = begin; j < end; j++)
            r[at[j] * f->width + j] += grad[j];
    }
}

int THNN_(TemporalMaxPooling_updateOutput)(THNNState *state, THTensor *input,
                                           THTensor *output, THLongTensor *indices,
                                           int64_t kW, int64_t dW) {
    (void)state;
    Work k;
    int64_t size[3];
    TH_TRY(open_frames(&k.frames, input, kW, dW));
    int n = frames_shape(&k.frames, input, k.frames.width, size);
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *y = NULL, *at = NULL;
    if (x && (at = new_indices(indices, n, size)) &&
        (y = new_output(output, n, size, shares_storage(output, x)))) {
        k.x = TH_DATA(x);
        k.r = TH_DATA(y);
        k.indices = indices_of(at);
        THParallel_for(k.frames.width,
                       rows_per_piece(THNN_GRAIN, k.frames.count * k.frames.length),
                       forward, &k);
        status = at == indices ? 0 : THLongTensor_copy(indices, at);
    }
    THTensor_free(x);
    THTensor_free(at);
    return y ? finish_output(output, y, status) : status;
}

int THNN_(TemporalMaxPooling_updateGradInput)(THNNState *state, THTensor *input,
                                              THTensor *gradOutput, THTensor *gradInput,
                                              THLongTensor *indices, int64_t kW,
                                              int64_t dW) {
    (void)state;
    Work k;
    int64_t size[3];
    TH_TRY(open_frames(&k.frames, input, kW, dW));
    int n = frames_shape(&k.frames, input, k.frames.width, size);
    TH_TRY(check_shape("gradOutput", gradOutput, n, size));
    TH_TRY(check_shape("indices", indices, n, size));
    THTensor *grad = NULL, *r = NULL, *at = new_checked_indices(indices, kW, "window");
    int status = at ? TH_ERR_MEMORY : THError_pending();
    if (at && (grad = new_contiguous(gradOutput)) &&
        (r = new_output_as(gradInput, input, shares_storage(gradInput, grad))) &&
        (status = THTensor_(zero)(r)) == 0) {
        k.x = TH_DATA(grad);
        k.r = TH_DATA(r);
        k.indices = indices_of(at);
        THParallel_for(k.frames.width,
                       rows_per_piece(THNN_GRAIN, k.frames.count * k.frames.length),
                       backward, &k);
    }
    THTensor_free(grad);
    THTensor_free(at);
    return r ? finish_output(gradInput, r, status) : status;
}
