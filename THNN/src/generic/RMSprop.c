/* The fused step of RMSprop, for float and double. */
#include "THNNStep.h"

typedef struct Work {
    Step step;
    real lr, eps, weightDecay, momentum;
    double alpha;
} Work;

static void step_range(void *context, int64_t begin, int64_t end) {
    const Work *w = context;
    real *const *data = w->step.data;
    THNN_KERNELS.rmsprop(end - begin, data[0] + begin, data[1] + begin, data[2] + begin,
                         data[3] ? data[3] + begin : NULL,
                         data[4] ? data[4] + begin : NULL, w->lr, w->alpha, w->eps,
                         w->weightDecay, w->momentum);
}

int THNN_(RMSprop_step)(THNNState *state, THTensor *param, THTensor *grad,
                        THTensor *squareAvg, THTensor *gradAvg, THTensor *buffer,
                        double lr, double alpha, double eps, double weightDecay,
                        double momentum) {
    (void)state;
    if (momentum == 0)
        buffer = NULL;
    else if (!buffer)
        TH_FAIL(TH_ERR_VALUE, "RMSprop: momentum %g needs a momentum buffer", momentum);
    Work work = {.step = {"RMSprop", {param, grad, squareAvg, gradAvg, buffer}, {0}},
                 .lr = (real)lr,
                 .eps = (real)eps,
                 .weightDecay = (real)weightDecay,
                 .momentum = (real)momentum,
                 .alpha = alpha};
    return step_apply(&work.step, step_range, &work);
}
