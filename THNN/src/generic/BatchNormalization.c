/* Batch normalisation of (N, C) and (N, C, ...) input, for float and double.
 *
 * Work is split over channels. With planes (N, C, ...) a channel is N runs of
 * contiguous elements; (N, C) is transposed first, so that it is one run. Source: S.
 * Ioffe, C. Szegedy, "Batch Normalization: Accelerating Deep Network Training by
 * Reducing Internal Covariate Shift", 2015. */
#include "THNNTensor.h"

#include <math.h>

typedef struct Work {
    int64_t images, channels, plane;
    const real *x, *grad, *weight, *bias;
    real *r, *mean, *std, *runningMean, *runningVar, *gradWeight, *gradBias;
    int train;
    double momentum, eps;
} Work;

static const real *run_of(const Work *w, const real *data, int64_t image,
                          int64_t channel) {
    return data + (image * w->channels + channel) * w->plane;
}

/* Mean and 1 / sqrt(variance + eps) of the channel's elements; updates the running
 * ones. */
static void statistics(const Work *w, int64_t c, double *mean, double *std) {
    double sum = 0, squares = 0, n = (double)(w->images * w->plane);
    for (int64_t i = 0; i < w->images; i++)
        sum += THNN_KERNELS.sum(w->plane, run_of(w, w->x, i, c));
    *mean = sum / n;
    for (int64_t i = 0; i < w->images; i++)
        squares += THNN_KERNELS.sumSquares(w->plane, run_of(w, w->x, i, c), *mean);
    double variance = squares / n;
    *std = variance == 0 && w->eps == 0 ? 0 : 1 / sqrt(variance + w->eps);
    w->mean[c] = (real)*mean;
    w->std[c] = (real)*std;
    if (w->runningMean)
        w->runningMean[c] =
            (real)(w->momentum * *mean + (1 - w->momentum) * (double)w->runningMean[c]);
    if (w->runningVar)
        w->runningVar[c] = (real)(w->momentum * squares / (n - 1) +
                                  (1 - w->momentum) * (double)w->runningVar[c]);
}

static void forward(void *context, int64_t begin, int64_t end) {
    const Work *w = context;
    for (int64_t c = begin; c < end; c++) {
        double mean, std;
        if (w->train) {
            statistics(w, c, &mean, &std);
        } else {
            mean = w->runningMean[c];
            std = 1 / sqrt((double)w->runningVar[c] + w->eps);
        }
        real scale = (real)(std * (w->weight ? (double)w->weight[c] : 1));
        real shift = w->bias ? w->bias[c] : 0;
        for (int64_t i = 0; i < w->images; i++) {
            const real *x = run_of(w, w->x, i, c);
            THNN_KERNELS.affine(w->plane, w->r + (x - w->x), x, (real)mean, scale,
                                shift);
        }
    }
}

static void backward(void *context, int64_t begin, int64_t end) {
    const Work *w = context;
    double n = (double)(w->images * w->plane);
    for (int64_t c = begin; c < end; c++) {
        double mean, std, sum = 0, products = 0;
        if (w->train) {
            mean = w->mean[c];
            std = w->std[c];
        } else {
            mean = w->runningMean[c];
            std = 1 / sqrt((double)w->runningVar[c] + w->eps);
        }
        for (int64_t i = 0; i < w->images; i++) {
            const real *x = run_of(w, w->x, i, c), *grad = run_of(w, w->grad, i, c);
            sum += THNN_KERNELS.sum(w->plane, grad);
            products += THNN_KERNELS.sumProducts(w->plane, x, mean, grad);
        }
        if (w->gradWeight)
            w->gradWeight[c] = (real)(products * std);
        if (w->gradBias)
            w->gradBias[c] = (real)sum;
        if (!w->r)
            continue;
        double factor = std * (w->weight ? (double)w->weight[c] : 1);
        double scale = w->train ? -factor * products * std * std / n : 0;
        double shift = w->train ? -factor * sum / n : 0;
        for (int64_t i = 0; i < w->images; i++) {
            const real *x = run_of(w, w->x, i, c), *grad = run_of(w, w->grad, i, c);
            real *r = w->r + (x - w->x);
            if (w->train)
                THNN_KERNELS.affine2(w->plane, r, x, (real)mean, (real)scale, grad,
                                     (real)factor, (real)shift);
            else
                THNN_KERNELS.affine(w->plane, r, grad, 0, (real)factor, 0);
        }
    }
}

static int check_input(const THTensor *input, Work *work) {
    char text[TH_SHAPE_TEXT];
    if (input->nDimension < 2)
        TH_FAIL(TH_ERR, "expected at least 2D input (got %dD input of size %s)",
                input->nDimension, THTensor_shapeText(text, input));
    work->channels = input->size[1];
    work->images = input->nDimension == 2 ? 1 : input->size[0];
    work->plane = th_nElement(input) / (work->images * work->channels);
    return 0;
}

/* Input with the runs of every channel contiguous: (C, N), or (N, C, ...). NULL on
 * failure. */
static THTensor *new_runs(THTensor *t) {
    if (t->nDimension != 2)
        return new_contiguous(t);
    THTensor *view = THTensor_newT(t), *copy = view ? new_contiguous(view) : NULL;
    THTensor_free(view);
    return copy;
}

/* Memory of that form for the result, which is resized to `shape`; given back to
 * close_runs. */
static THTensor *new_result_runs(THTensor *r, const THTensor *shape) {
    if (shape->nDimension != 2)
        return new_output_as(r, shape, 0);
    const int64_t size[2] = {shape->size[1], shape->size[0]};
    return THTensor_resizeAs(r, shape) < 0
               ? NULL
               : THTensor_newWithSize(TH_REAL_DTYPE, 2, size);
}

static int close_runs(THTensor *r, THTensor *work, int status) {
    if (!work || work->nDimension != 2)
        return work ? finish_output(r, work, status) : status;
    if (status == 0) {
        THTensor *view = THTensor_newT(work);
        status = view ? THTensor_(copy)(r, view) : TH_ERR_MEMORY;
        THTensor_free(view);
    }
    THTensor_free(work);
    return status;
}

static int check_running(const THTensor *mean, const THTensor *var, int train,
                         int64_t channels) {
    if (!train && (!mean || !var))
        TH_FAIL(
            TH_ERR,
            "expected running_mean and running_var to be defined in evaluation mode");
    if (!mean != !var)
        TH_FAIL(TH_ERR,
                "running_mean and running_var must be given both or not at all");
    TH_TRY(check_channels("running_mean", mean, channels));
    return check_channels("running_var", var, channels);
}

/* Contiguous forms of the vectors that are only read; NULL stays NULL. Returns 0 or an
 * error. */
static int open_vector(THTensor *vector, THTensor **copy) {
    *copy = vector ? new_contiguous(vector) : NULL;
    return vector && !*copy ? TH_ERR_MEMORY : 0;
}

/* The same for a result of n elements. */
static int open_result(THTensor *vector, int64_t n, THTensor **work) {
    *work = vector ? new_output(vector, 1, &n, 0) : NULL;
    return vector && !*work ? TH_ERR_MEMORY : 0;
}

static int close_result(THTensor *vector, THTensor *work, int status) {
    return work ? finish_output(vector, work, status) : status;
}

/* The channels that are worth a thread. */
static int64_t grain(const Work *w) {
    return rows_per_piece(THNN_GRAIN_HEAVY, w->images * w->plane);
}

int THNN_(BatchNormalization_updateOutput)(THNNState *state, THTensor *input,
                                           THTensor *output, THTensor *weight,
                                           THTensor *bias, THTensor *running_mean,
                                           THTensor *running_var, THTensor *saveMean,
                                           THTensor *saveStd, int train,
                                           double momentum, double eps) {
    (void)state;
    Work work = {.train = train, .momentum = momentum, .eps = eps};
    TH_TRY(check_input(input, &work));
    TH_TRY(check_running(running_mean, running_var, train, work.channels));
    TH_TRY(check_channels("weight", weight, work.channels));
    TH_TRY(check_channels("bias", bias, work.channels));
    if (train && (!saveMean || !saveStd))
        TH_FAIL(TH_ERR,
                "expected save_mean and save_std to be defined in training mode");

    THTensor *x = new_runs(input), *y = NULL, *w = NULL, *b = NULL;
    THTensor *runningMean = NULL, *runningVar = NULL, *mean = NULL, *std = NULL;
    int status = x ? 0 : TH_ERR_MEMORY;
    if (status == 0 && (status = open_vector(weight, &w)) == 0 &&
        (status = open_vector(bias, &b)) == 0 &&
        (status = open_vector(running_mean, &runningMean)) == 0 &&
        (status = open_vector(running_var, &runningVar)) == 0 &&
        (!train || ((status = open_result(saveMean, work.channels, &mean)) == 0 &&
                    (status = open_result(saveStd, work.channels, &std)) == 0))) {
        if ((y = new_result_runs(output, input))) {
            work.x = TH_DATA(x);
            work.r = TH_DATA(y);
            work.weight = data_of(w);
            work.bias = data_of(b);
            work.runningMean = data_of(runningMean);
            work.runningVar = data_of(runningVar);
            work.mean = data_of(mean);
            work.std = data_of(std);
            THParallel_for(work.channels, grain(&work), forward, &work);
        } else {
            status = TH_ERR_MEMORY;
        }
    }
    THTensor_free(x);
    THTensor_free(w);
    THTensor_free(b);
    status = close_result(running_mean, runningMean, status);
    status = close_result(running_var, runningVar, status);
    status = close_result(saveMean, mean, status);
    status = close_result(saveStd, std, status);
    return close_runs(output, y, status);
}

int THNN_(BatchNormalization_gradients)(THNNState *state, THTensor *input,
                                        THTensor *gradOutput, THTensor *gradInput,
                                        THTensor *gradWeight, THTensor *gradBias,
                                        THTensor *weight, THTensor *running_mean,
                                        THTensor *running_var, THTensor *saveMean,
                                        THTensor *saveStd, int train, double eps) {
    (void)state;
    Work work = {.train = train, .eps = eps};
    TH_TRY(check_input(input, &work));
    TH_TRY(check_same_size("input", input, "gradOutput", gradOutput));
    TH_TRY(check_running(running_mean, running_var, train, work.channels));
    TH_TRY(check_channels("weight", weight, work.channels));
    if (train) {
        if (!saveMean || !saveStd)
            TH_FAIL(TH_ERR,
                    "expected save_mean and save_std to be defined in training mode");
        TH_TRY(check_channels("save_mean", saveMean, work.channels));
        TH_TRY(check_channels("save_std", saveStd, work.channels));
    }

    THTensor *x = new_runs(input), *grad = new_runs(gradOutput);
    THTensor *w = NULL, *mean = NULL, *std = NULL, *runningMean = NULL,
             *runningVar = NULL;
    THTensor *r = NULL, *gw = NULL, *gb = NULL;
    int status = x && grad ? 0 : TH_ERR_MEMORY;
    if (status == 0 && (status = open_vector(weight, &w)) == 0 &&
        (status = open_vector(train ? saveMean : running_mean,
                              train ? &mean : &runningMean)) == 0 &&
        (status = open_vector(train ? saveStd : running_var,
                              train ? &std : &runningVar)) == 0 &&
        (status = open_result(gradWeight, work.channels, &gw)) == 0 &&
        (status = open_result(gradBias, work.channels, &gb)) == 0) {
        if (gradInput && !(r = new_result_runs(gradInput, input))) {
            status = TH_ERR_MEMORY;
        } else {
            work.x = TH_DATA(x);
            work.grad = TH_DATA(grad);
            work.weight = data_of(w);
            work.mean = data_of(mean);
            work.std = data_of(std);
            work.runningMean = data_of(runningMean);
            work.runningVar = data_of(runningVar);
            work.r = data_of(r);
            work.gradWeight = data_of(gw);
            work.gradBias = data_of(gb);
            THParallel_for(work.channels, grain(&work), backward, &work);
        }
    }
    THTensor_free(x);
    THTensor_free(grad);
    THTensor_free(w);
    THTensor_free(mean);
    THTensor_free(std);
    THTensor_free(runningMean);
    THTensor_free(runningVar);
    status = close_result(gradWeight, gw, status);
    status = close_result(gradBias, gb, status);
    return close_runs(gradInput, r, status);
}
