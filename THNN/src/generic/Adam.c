/* The fused step of Adam, for float and double. */
#include "THNNTensor.h"

#include <math.h>

typedef struct Work {
    real *param, *expAvg, *expAvgSq;
    const real *grad;
    double stepSize, beta1, beta2;
    real eps, weightDecay;
} Work;

static void step_range(void *context, int64_t begin, int64_t end) {
    const Work *w = context;
    THNN_KERNELS.adam(end - begin, w->param + begin, w->grad + begin, w->expAvg + begin,
                      w->expAvgSq + begin, w->stepSize, w->beta1, w->beta2, w->eps,
                      w->weightDecay);
}

int THNN_(Adam_step)(THNNState *state, THTensor *param, THTensor *grad,
                     THTensor *expAvg, THTensor *expAvgSq, double lr, double beta1,
                     double beta2, double eps, double weightDecay, int64_t step) {
    (void)state;
    if (step < 1)
        TH_FAIL(TH_ERR_VALUE, "Adam: step must be 1 or more, got %lld",
                (long long)step);
    TH_TRY(check_same_size("Adam: param", param, "grad", grad));
    TH_TRY(check_same_size("Adam: param", param, "exp_avg", expAvg));
    TH_TRY(check_same_size("Adam: param", param, "exp_avg_sq", expAvgSq));

    int status = TH_ERR_MEMORY;
    THTensor *p = new_contiguous(param), *g = new_contiguous(grad);
    THTensor *m = new_contiguous(expAvg), *s = new_contiguous(expAvgSq);
    if (p && g && m && s) {
        double correction1 = 1 - pow(beta1, (double)step);
        double correction2 = 1 - pow(beta2, (double)step);
        Work work = {data_of(p),
                     data_of(m),
                     data_of(s),
                     data_of(g),
                     lr * sqrt(correction2) / correction1,
                     beta1,
                     beta2,
                     (real)eps,
                     (real)weightDecay};
        THParallel_for(THTensor_nElement(p), THNN_GRAIN, step_range, &work);
        status = 0;
    }
    THTensor_free(g);
    if (m)
        status = finish_output(expAvg, m, status);
    if (s)
        status = finish_output(expAvgSq, s, status);
    return p ? finish_output(param, p, status) : status;
}
