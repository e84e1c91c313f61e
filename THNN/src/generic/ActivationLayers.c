/* The activations and parameter gradients of 0.3 that torchlike has as tensor operators
 * or in another form, for float and double. */
#include "THNNLayers.h"

/* ---- element by element ---- */
int THNN_(Abs_updateOutput)(THNNState *state, THTensor *input, THTensor *output) {
    (void)state;
    return THTensor_(abs)(output, input);
}

int THNN_(Abs_updateGradInput)(THNNState *state, THTensor *input, THTensor *gradOutput,
                               THTensor *gradInput) {
    (void)state;
    TH_TRY(check_same_size("input", input, "gradOutput", gradOutput));
    THTensor *signs = new_real();
    int status = signs ? THTensor_(sign)(signs, input) : TH_ERR_MEMORY;
    if (status == 0)
        status = THTensor_(cmul)(gradInput, gradOutput, signs);
    THTensor_free(signs);
    return status;
}

int THNN_(Sigmoid_updateOutput)(THNNState *state, THTensor *input, THTensor *output) {
    (void)state;
    return THTensor_(sigmoid)(output, input);
}

/* gradInput = gradOutput * (output * a - output^2 * b + c) */
static int times_polynomial(THTensor *gradOutput, THTensor *gradInput, THTensor *output,
                            double a, double b, double c) {
    TH_TRY(check_same_size("output", output, "gradOutput", gradOutput));
    int status = TH_ERR_MEMORY;
    THTensor *y = new_contiguous(output), *grad = new_contiguous(gradOutput), *r = NULL;
    if (y && grad && (r = new_output_as(gradInput, output, 0))) {
        const real *value = data_of(y), *g = data_of(grad);
        for (int64_t i = 0, n = th_nElement(y); i < n; i++)
            data_of(r)[i] = (real)(g[i] * (value[i] * (a - value[i] * b) + c));
        status = 0;
    }
    THTensor_free(y);
    THTensor_free(grad);
    return r ? finish_output(gradInput, r, status) : status;
}

int THNN_(Sigmoid_updateGradInput)(THNNState *state, THTensor *gradOutput,
                                   THTensor *gradInput, THTensor *output) {
    (void)state;
    return times_polynomial(gradOutput, gradInput, output, 1, 1, 0);
}

int THNN_(Tanh_updateOutput)(THNNState *state, THTensor *input, THTensor *output) {
    (void)state;
    return THTensor_(tanh)(output, input);
}

int THNN_(Tanh_updateGradInput)(THNNState *state, THTensor *gradOutput,
                                THTensor *gradInput, THTensor *output) {
    (void)state;
    return times_polynomial(gradOutput, gradInput, output, 0, 1, 1);
}

int THNN_(Square_updateOutput)(THNNState *state, THTensor *input, THTensor *output) {
    (void)state;
    return THTensor_(cmul)(output, input, input);
}

int THNN_(Square_updateGradInput)(THNNState *state, THTensor *input,
                                  THTensor *gradOutput, THTensor *gradInput) {
    (void)state;
    return times_polynomial(gradOutput, gradInput, input, 2, 0, 0);
}

int THNN_(Sqrt_updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                             double eps) {
    (void)state;
    THTensor *moved = new_real();
    int status = moved ? THTensor_(add)(moved, input, (real)eps) : TH_ERR_MEMORY;
    if (status == 0)
        status = THTensor_(sqrt)(output, moved);
    THTensor_free(moved);
    return status;
}

/* 0 where the output is 0. */
int THNN_(Sqrt_updateGradInput)(THNNState *state, THTensor *input, THTensor *gradOutput,
                                THTensor *gradInput, THTensor *output) {
    (void)state;
    TH_TRY(check_same_size("input", input, "gradOutput", gradOutput));
    TH_TRY(check_same_size("output", output, "gradOutput", gradOutput));
    int status = TH_ERR_MEMORY;
    THTensor *y = new_contiguous(output), *grad = new_contiguous(gradOutput), *r = NULL;
    if (y && grad && (r = new_output_as(gradInput, input, 0))) {
        const real *value = data_of(y), *g = data_of(grad);
        for (int64_t i = 0, n = th_nElement(y); i < n; i++)
            data_of(r)[i] = value[i] == 0 ? 0 : (real)(0.5 * g[i] / value[i]);
        status = 0;
    }
    THTensor_free(y);
    THTensor_free(grad);
    return r ? finish_output(gradInput, r, status) : status;
}

int THNN_(ELU_updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                            double alpha, int inplace) {
    return THNN_(ScaledELU_updateOutput)(state, input, output, alpha, 1, inplace);
}

int THNN_(ELU_updateGradInput)(THNNState *state, THTensor *gradOutput,
                               THTensor *gradInput, THTensor *output, double alpha,
                               int inplace) {
    return THNN_(ScaledELU_updateGradInput)(state, gradOutput, gradInput, output, alpha,
                                            1, inplace);
}

int THNN_(RReLU_updateGradInput)(THNNState *state, THTensor *input,
                                 THTensor *gradOutput, THTensor *gradInput,
                                 THTensor *noise, double lower, double upper, int train,
                                 int inplace) {
    TH_TRY(check_same_size("input", input, "gradOutput", gradOutput));
    if (!train || upper - lower <= 1e-6)
        return THNN_(LeakyReLU_updateGradInput)(state, input, gradOutput, gradInput,
                                                (lower + upper) / 2, inplace);
    TH_TRY(check_same_size("input", input, "noise", noise));
    if (inplace && gradInput != gradOutput)
        TH_TRY(THTensor_set(gradInput, gradOutput));
    return THTensor_(cmul)(gradInput, gradOutput, noise);
}

/* ---- gated linear unit ---- */
typedef struct Halves {
    THTensor *first, *second;
} Halves;

static void free_halves(Halves h) {
    THTensor_free(h.first);
    THTensor_free(h.second);
}

static int new_halves(THTensor *t, int64_t dim, Halves *h) {
    char text[TH_SHAPE_TEXT];
    *h = (Halves){NULL, NULL};
    if (dim < 0 || dim >= t->nDimension || t->size[dim] % 2)
        TH_FAIL(TH_ERR,
                "Halving dimension must be even. Dim %lld of a tensor of size %s",
                (long long)dim, THTensor_shapeText(text, t));
    int64_t half = t->size[dim] / 2;
    h->first = THTensor_newNarrow(t, dim, 0, half);
    h->second = h->first ? THTensor_newNarrow(t, dim, half, half) : NULL;
    return h->second ? 0 : THError_pending();
}

int THNN_(GatedLinear_updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                                    int64_t dim) {
    (void)state;
    Halves h;
    THTensor *gate = new_real();
    int status = gate ? new_halves(input, dim, &h) : TH_ERR_MEMORY;
    if (gate && status == 0 && (status = THTensor_(sigmoid)(gate, h.second)) == 0)
        status = THTensor_(cmul)(output, gate, h.first);
    if (gate)
        free_halves(h);
    THTensor_free(gate);
    return status;
}

int THNN_(GatedLinear_updateGradInput)(THNNState *state, THTensor *input,
                                       THTensor *gradOutput, THTensor *gradInput,
                                       int64_t dim) {
    (void)state;
    Halves x, r = {NULL, NULL};
    THTensor *gate = new_real(), *part = new_real(), *result = NULL;
    int status = new_halves(input, dim, &x);
    if (status == 0)
        status =
            check_same_size("half of the input", x.first, "gradOutput", gradOutput);
    if (status == 0 && !(gate && part))
        status = TH_ERR_MEMORY;
    if (status == 0 && !(result = new_output_as(gradInput, input, 1)))
        status = TH_ERR_MEMORY;
    if (status == 0 && (status = new_halves(result, dim, &r)) == 0 &&
        (status = THTensor_(sigmoid)(gate, x.second)) == 0 &&
        (status = THTensor_(cmul)(r.first, gate, gradOutput)) == 0 &&
        (status = THTensor_(cmul)(part, x.first, gradOutput)) == 0 &&
        (status = times_polynomial(part, part, gate, 1, 1, 0)) == 0)
        status = THTensor_(copy)(r.second, part);
    free_halves(x);
    free_halves(r);
    THTensor_free(gate);
    THTensor_free(part);
    return result ? finish_output(gradInput, result, status) : status;
}

/* ---- gradients of parameters ---- */
int THNN_(PReLU_accGradParameters)(THNNState *state, THTensor *input,
                                   THTensor *gradOutput, THTensor *gradInput,
                                   THTensor *weight, THTensor *gradWeight,
                                   double scale) {
    (void)gradInput;
    char text[TH_SHAPE_TEXT];
    const int64_t slopes = THTensor_nElement(weight);
    if (slopes != 1 && input->nDimension < 2)
        TH_FAIL(TH_ERR, "prelu: expected input (N, C, ...), but got size %s",
                THTensor_shapeText(text, input));
    TH_TRY(check_channels("weight", weight, slopes == 1 ? 1 : input->size[1]));
    THTensor *part = new_real();
    int status = part ? THNN_(PReLU_gradWeight)(state, input, gradOutput, part, slopes)
                      : TH_ERR_MEMORY;
    if (status == 0)
        status = add_part("gradWeight", gradWeight, part, scale);
    THTensor_free(part);
    return status;
}

int THNN_(Linear_updateGradInput)(THNNState *state, THTensor *input,
                                  THTensor *gradOutput, THTensor *gradInput,
                                  THTensor *weight) {
    (void)state;
    char text[TH_SHAPE_TEXT], other[TH_SHAPE_TEXT];
    int n = input->nDimension;
    if (weight->nDimension != 2 || n < 1 || n > 2 || gradOutput->nDimension != n ||
        input->size[n - 1] != weight->size[1] ||
        gradOutput->size[n - 1] != weight->size[0] ||
        (n == 2 && input->size[0] != gradOutput->size[0]))
        TH_FAIL(TH_ERR, "linear: input %s and gradOutput %s do not fit the weight",
                THTensor_shapeText(text, input), THTensor_shapeText(other, gradOutput));
    if (n == 2)
        return THTensor_(mm)(gradInput, gradOutput, weight);
    THTensor *transposed = THTensor_newT(weight);
    int status =
        transposed ? THTensor_(mv)(gradInput, transposed, gradOutput) : TH_ERR_MEMORY;
    THTensor_free(transposed);
    return status;
}

int THNN_(Linear_accGradParameters)(THNNState *state, THTensor *input,
                                    THTensor *gradOutput, THTensor *gradInput,
                                    THTensor *weight, THTensor *bias,
                                    THTensor *gradWeight, THTensor *gradBias,
                                    THTensor *addBuffer, double scale) {
    (void)state;
    (void)gradInput;
    (void)weight;
    (void)bias;
    (void)addBuffer;
    char text[TH_SHAPE_TEXT], other[TH_SHAPE_TEXT];
    int n = input->nDimension;
    if (n < 1 || n > 2 || gradOutput->nDimension != n ||
        (n == 2 && input->size[0] != gradOutput->size[0]) ||
        gradWeight->nDimension != 2 || gradWeight->size[0] != gradOutput->size[n - 1] ||
        gradWeight->size[1] != input->size[n - 1])
        TH_FAIL(TH_ERR, "linear: input %s and gradOutput %s do not fit the weight",
                THTensor_shapeText(text, input), THTensor_shapeText(other, gradOutput));
    TH_TRY(check_channels("gradBias", gradBias, gradWeight->size[0]));
    if (n == 1) {
        TH_TRY(
            THTensor_(addr)(gradWeight, 1, gradWeight, (real)scale, gradOutput, input));
        return gradBias ? THTensor_(cadd)(gradBias, gradBias, (real)scale, gradOutput)
                        : 0;
    }
    THTensor *transposed = THTensor_newT(gradOutput), *sums = new_real();
    int status = transposed && sums ? 0 : TH_ERR_MEMORY;
    if (status == 0)
        status =
            THTensor_(addmm)(gradWeight, 1, gradWeight, (real)scale, transposed, input);
    if (status == 0 && gradBias &&
        (status = THNN_(Conv_gradBias)(state, gradOutput, sums)) == 0)
        status = add_part("gradBias", gradBias, sums, scale);
    THTensor_free(transposed);
    THTensor_free(sums);
    return status;
}

int THNN_(BatchNormalization_backward)(THNNState *state, THTensor *input,
                                       THTensor *gradOutput, THTensor *gradInput,
                                       THTensor *gradWeight, THTensor *gradBias,
                                       THTensor *weight, THTensor *running_mean,
                                       THTensor *running_var, THTensor *save_mean,
                                       THTensor *save_std, int train, double scale,
                                       double eps) {
    THTensor *parts[2] = {gradWeight ? new_real() : NULL, gradBias ? new_real() : NULL};
    int status =
        (parts[0] || !gradWeight) && (parts[1] || !gradBias)
            ? THNN_(BatchNormalization_gradients)(
                  state, input, gradOutput, gradInput, parts[0], parts[1], weight,
                  running_mean, running_var, save_mean, save_std, train, eps)
            : TH_ERR_MEMORY;
    if (status == 0 && gradWeight)
        status = add_part("gradWeight", gradWeight, parts[0], scale);
    if (status == 0 && gradBias)
        status = add_part("gradBias", gradBias, parts[1], scale);
    THTensor_free(parts[0]);
    THTensor_free(parts[1]);
    return status;
}
