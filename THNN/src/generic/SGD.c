/* The fused step of stochastic gradient descent, for float and double. */
#include "THNNTensor.h"

typedef struct Work {
    real *param, *buffer;
    const real *grad;
    real lr, momentum, damping, weightDecay;
    int nesterov, first;
} Work;

static void step(void *context, int64_t begin, int64_t end) {
    const Work *w = context;
    THNN_KERNELS.sgd(end - begin, w->param + begin, w->grad + begin,
                     w->buffer ? w->buffer + begin : NULL, w->lr, w->momentum,
                     w->damping, w->weightDecay, w->nesterov, w->first);
}

int THNN_(SGD_step)(THNNState *state, THTensor *param, THTensor *grad, THTensor *buffer,
                    double lr, double momentum, double dampening, double weightDecay,
                    int nesterov, int first) {
    (void)state;
    if (momentum == 0)
        buffer = NULL;
    else if (!buffer)
        TH_FAIL(TH_ERR_VALUE, "SGD: momentum %g needs a momentum buffer", momentum);
    TH_TRY(check_same_size("SGD: param", param, "grad", grad));
    if (buffer)
        TH_TRY(check_same_size("SGD: param", param, "momentum buffer", buffer));

    int status = TH_ERR_MEMORY;
    THTensor *p = new_contiguous(param), *g = new_contiguous(grad);
    THTensor *b = buffer ? new_contiguous(buffer) : NULL;
    if (p && g && (b || !buffer)) {
        Work work = {data_of(p),        data_of(b),     data_of(g),
                     (real)lr,          (real)momentum, (real)(1 - dampening),
                     (real)weightDecay, nesterov,       first};
        THParallel_for(THTensor_nElement(p), THNN_GRAIN, step, &work);
        status = 0;
    }
    THTensor_free(g);
    if (b)
        status = finish_output(buffer, b, status);
    return p ? finish_output(param, p, status) : status;
}
