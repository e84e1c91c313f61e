/* The fused step of Adadelta, for float and double. */
#include "THNNStep.h"

typedef struct Work {
    Step step;
    real lr, eps, weightDecay;
    double rho;
} Work;

static void step_range(void *context, int64_t begin, int64_t end) {
    const Work *w = context;
    real *const *data = w->step.data;
    THNN_KERNELS.adadelta(end - begin, data[0] + begin, data[1] + begin,
                          data[2] + begin, data[3] + begin, w->lr, w->rho, w->eps,
                          w->weightDecay);
}

int THNN_(Adadelta_step)(THNNState *state, THTensor *param, THTensor *grad,
                         THTensor *squareAvg, THTensor *accDelta, double lr, double rho,
                         double eps, double weightDecay) {
    (void)state;
    Work work = {.step = {"Adadelta", {param, grad, squareAvg, accDelta}, {0}},
                 .lr = (real)lr,
                 .eps = (real)eps,
                 .weightDecay = (real)weightDecay,
                 .rho = rho};
    return step_apply(&work.step, step_range, &work);
}
