/* The fused step of Adagrad, for float and double. */
#include "THNNStep.h"

/* What 0.3 adds to the denominator. */
#define EPSILON 1e-10

typedef struct Work {
    Step step;
    real lr, weightDecay;
} Work;

static void step_range(void *context, int64_t begin, int64_t end) {
    const Work *w = context;
    real *const *data = w->step.data;
    THNN_KERNELS.adagrad(end - begin, data[0] + begin, data[1] + begin, data[2] + begin,
                         w->lr, (real)EPSILON, w->weightDecay);
}

int THNN_(Adagrad_step)(THNNState *state, THTensor *param, THTensor *grad,
                        THTensor *sum, double lr, double lrDecay, double weightDecay,
                        int64_t step) {
    (void)state;
    TH_TRY(step_check_count("Adagrad", step));
    Work work = {.step = {"Adagrad", {param, grad, sum}, {0}},
                 .lr = (real)(lr / (1 + (double)(step - 1) * lrDecay)),
                 .weightDecay = (real)weightDecay};
    return step_apply(&work.step, step_range, &work);
}
