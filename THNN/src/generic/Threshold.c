/* Threshold (ReLU) for float and double. */
#include "THNNTensor.h"

typedef struct Work {
    real *r;
    const real *x, *grad;
    real threshold, value;
} Work;

static void forward(void *context, int64_t begin, int64_t end) {
    const Work *w = context;
    THNN_KERNELS.threshold(end - begin, w->r + begin, w->x + begin, w->threshold,
                           w->value);
}

static void backward(void *context, int64_t begin, int64_t end) {
    const Work *w = context;
    THNN_KERNELS.thresholdGrad(end - begin, w->r + begin, w->grad + begin, w->x + begin,
                               w->threshold);
}

int THNN_(Threshold_updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                                  double threshold, double val, int inplace) {
    (void)state;
    int64_t n = THTensor_nElement(input);
    if (inplace && output != input)
        TH_TRY(THTensor_set(output, input));

    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *y = NULL;
    if (x && (y = new_output_as(output, input, 0))) {
        Work work = {data_of(y), data_of(x), NULL, (real)threshold, (real)val};
        THParallel_for(n, THNN_GRAIN, forward, &work);
        status = 0;
    }
    THTensor_free(x);
    return y ? finish_output(output, y, status) : status;
}

int THNN_(Threshold_updateGradInput)(THNNState *state, THTensor *input,
                                     THTensor *gradOutput, THTensor *gradInput,
                                     double threshold, double val, int inplace) {
    (void)state;
    (void)val;
    TH_TRY(check_same_size("input", input, "gradOutput", gradOutput));
    int64_t n = THTensor_nElement(input);
    if (inplace && gradInput != gradOutput)
        TH_TRY(THTensor_set(gradInput, gradOutput));

    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *grad = new_contiguous(gradOutput), *r = NULL;
    if (x && grad && (r = new_output_as(gradInput, input, 0))) {
        Work work = {data_of(r), data_of(x), data_of(grad), (real)threshold, 0};
        THParallel_for(n, THNN_GRAIN, backward, &work);
        status = 0;
    }
    THTensor_free(x);
    THTensor_free(grad);
    return r ? finish_output(gradInput, r, status) : status;
}
