/* The fused step of Adamax, for float and double. */
#include "THNNStep.h"

#include <math.h>

typedef struct Work {
    Step step;
    double stepSize, beta1, beta2;
    real eps, weightDecay;
} Work;

static void step_range(void *context, int64_t begin, int64_t end) {
    const Work *w = context;
    real *const *data = w->step.data;
    THNN_KERNELS.adamax(end - begin, data[0] + begin, data[1] + begin, data[2] + begin,
                        data[3] + begin, w->stepSize, w->beta1, w->beta2, w->eps,
                        w->weightDecay);
}

int THNN_(Adamax_step)(THNNState *state, THTensor *param, THTensor *grad,
                       THTensor *expAvg, THTensor *expInf, double lr, double beta1,
                       double beta2, double eps, double weightDecay, int64_t step) {
    (void)state;
    TH_TRY(step_check_count("Adamax", step));
    Work work = {.step = {"Adamax", {param, grad, expAvg, expInf}, {0}},
                 .stepSize = lr / (1 - pow(beta1, (double)step)),
                 .beta1 = beta1,
                 .beta2 = beta2,
                 .eps = (real)eps,
                 .weightDecay = (real)weightDecay};
    return step_apply(&work.step, step_range, &work);
}
