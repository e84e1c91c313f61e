/* The convolution layers of 0.3, for float and double, by way of Convolution.c. A
 * transposed layer runs the gradient of the layer whose weight it has. */
#include "THNNLayers.h"

#include <string.h>

/* Larger numbers than this are refused, so that no size computation overflows. */
#define LIMIT ((int64_t)1 << 30)

/* Depth, height, width; planes leave the depth at its neutral value. */
typedef struct Layer {
    int dims, transposed;
    int64_t kernel[3], step[3], pad[3], dilation[3], extra[3];
} Layer;

static Layer planes(int transposed, int64_t kW, int64_t kH, int64_t dW, int64_t dH,
                    int64_t padW, int64_t padH) {
    return (Layer){2,         transposed, {1, kH, kW}, {1, dH, dW}, {0, padH, padW},
                   {1, 1, 1}, {0, 0, 0}};
}

static Layer volumes(int transposed, int64_t kT, int64_t kW, int64_t kH, int64_t dT,
                     int64_t dW, int64_t dH, int64_t pT, int64_t pW, int64_t pH) {
    return (Layer){3,         transposed, {kT, kH, kW}, {dT, dH, dW}, {pT, pH, pW},
                   {1, 1, 1}, {0, 0, 0}};
}

static Layer dilated(Layer k, int64_t t, int64_t w, int64_t h) {
    memcpy(k.dilation, (int64_t[]){t, h, w}, sizeof k.dilation);
    return k;
}

static Layer enlarged(Layer k, int64_t t, int64_t w, int64_t h) {
    memcpy(k.extra, (int64_t[]){t, h, w}, sizeof k.extra);
    return k;
}

/* The weight as (a, b, [kT,] kH, kW); it may be (a, b * kT * kH * kW). NULL with the
 * error recorded. */
static THTensor *new_weight(const Layer *k, THTensor *weight) {
    char text[TH_SHAPE_TEXT];
    int64_t size[5] = {weight->nDimension ? weight->size[0] : 0}, area = 1;
    int same = weight->nDimension == k->dims + 2;
    for (int i = 0; i < k->dims; i++) {
        int64_t n = k->kernel[3 - k->dims + i];
        size[2 + i] = n;
        same = same && weight->size[2 + i] == n;
        if (n < 1 || n > LIMIT || th_mulOverflow(area, n, &area)) {
            THError_set(TH_ERR,
                        "kernel size should be greater than zero and up to %lld, but "
                        "got %lld",
                        (long long)LIMIT, (long long)n);
            return NULL;
        }
    }
    if (same) {
        THTensor_retain(weight);
        return weight;
    }
    if (weight->nDimension != 2 || weight->size[1] % area) {
        THError_set(TH_ERR,
                    "weight of size %s does not have %lld elements for each input and "
                    "output channel",
                    THTensor_shapeText(text, weight), (long long)area);
        return NULL;
    }
    size[1] = weight->size[1] / area;
    THTensor *flat = new_contiguous(weight);
    THTensor *view = flat ? THTensor_newView(flat, k->dims + 2, size) : NULL;
    THTensor_free(flat);
    return view;
}

static int correlate(const Layer *k, THTensor *input, THTensor *output,
                     THTensor *weight, THTensor *bias) {
    const int64_t *d = k->step, *p = k->pad, *s = k->dilation;
    if (k->dims == 2)
        return THNN_(Conv2d_updateOutput)(NULL, input, output, weight, bias, d[1], d[2],
                                          p[1], p[2], s[1], s[2], 1);
    return THNN_(Conv3d_updateOutput)(NULL, input, output, weight, bias, d[0], d[1],
                                      d[2], p[0], p[1], p[2], s[0], s[1], s[2], 1);
}

/* The gradient of correlate for an input of this size. */
static int spread(const Layer *k, THTensor *gradOutput, THTensor *gradInput,
                  THTensor *weight, const int64_t *size) {
    const int64_t *d = k->step, *p = k->pad, *s = k->dilation;
    if (k->dims == 2)
        return THNN_(Conv2d_updateGradInput)(NULL, gradOutput, gradInput, weight,
                                             size[1], size[2], d[1], d[2], p[1], p[2],
                                             s[1], s[2], 1);
    return THNN_(Conv3d_updateGradInput)(NULL, gradOutput, gradInput, weight, size[0],
                                         size[1], size[2], d[0], d[1], d[2], p[0], p[1],
                                         p[2], s[0], s[1], s[2], 1);
}

static int weight_part(const Layer *k, THTensor *input, THTensor *gradOutput,
                       THTensor *r) {
    const int64_t *n = k->kernel, *d = k->step, *p = k->pad, *s = k->dilation;
    if (k->dims == 2)
        return THNN_(Conv2d_gradWeight)(NULL, input, gradOutput, r, n[1], n[2], d[1],
                                        d[2], p[1], p[2], s[1], s[2], 1);
    return THNN_(Conv3d_gradWeight)(NULL, input, gradOutput, r, n[0], n[1], n[2], d[0],
                                    d[1], d[2], p[0], p[1], p[2], s[0], s[1], s[2], 1);
}

static int check_input(const Layer *k, const char *what, const THTensor *t) {
    char text[TH_SHAPE_TEXT];
    if (t->nDimension == k->dims + 1 || t->nDimension == k->dims + 2)
        return 0;
    return THError_set(TH_ERR,
                       "%s: %dD or %dD (batch mode) tensor expected but got: %s", what,
                       k->dims + 1, k->dims + 2, THTensor_shapeText(text, t));
}

/* The size of the planes or volumes of t. */
static void read_size(const Layer *k, const THTensor *t, int64_t *size) {
    size[0] = 1;
    memcpy(size + 3 - k->dims, t->size + t->nDimension - k->dims,
           (size_t)k->dims * sizeof *size);
}

/* The size of a transposed layer's output. */
static int transposed_size(const Layer *k, const THTensor *input, int64_t *size) {
    read_size(k, input, size);
    for (int i = 0; i < 3; i++) {
        int64_t most = k->step[i] > k->dilation[i] ? k->step[i] : k->dilation[i];
        if (k->extra[i] < 0 || (k->extra[i] >= most && k->extra[i] > 0))
            TH_FAIL(TH_ERR,
                    "output padding must be smaller than either stride or dilation, "
                    "but got output padding %lld, stride %lld, dilation %lld",
                    (long long)k->extra[i], (long long)k->step[i],
                    (long long)k->dilation[i]);
        if (size[i] > LIMIT || k->step[i] < 1 || k->step[i] > LIMIT || k->pad[i] < 0 ||
            k->pad[i] > LIMIT || k->dilation[i] < 1 || k->dilation[i] > LIMIT)
            TH_FAIL(TH_ERR,
                    "sizes, strides, padding and dilation are limited to %lld, but got "
                    "%lld, %lld, %lld, %lld",
                    (long long)LIMIT, (long long)size[i], (long long)k->step[i],
                    (long long)k->pad[i], (long long)k->dilation[i]);
        size[i] = (size[i] - 1) * k->step[i] - 2 * k->pad[i] +
                  k->dilation[i] * (k->kernel[i] - 1) + 1 + k->extra[i];
    }
    return 0;
}

static int add_bias(const Layer *k, THTensor *output, THTensor *bias) {
    if (!bias)
        return 0;
    int64_t channels = output->size[output->nDimension - k->dims - 1];
    const int64_t size[4] = {channels, 1, 1, 1};
    TH_TRY(check_channels("bias", bias, channels));
    THTensor *flat = new_contiguous(bias);
    THTensor *view = flat ? THTensor_newView(flat, k->dims + 1, size) : NULL;
    int status = view ? THTensor_(cadd)(output, output, 1, view) : THError_pending();
    THTensor_free(view);
    THTensor_free(flat);
    return status;
}

/* ---- the three directions ---- */
static int update_output(Layer k, THTensor *input, THTensor *output, THTensor *weight,
                         THTensor *bias) {
    int64_t size[3];
    TH_TRY(check_input(&k, "input", input));
    THTensor *w = new_weight(&k, weight);
    if (!w)
        return THError_pending();
    int status;
    if (!k.transposed)
        status = correlate(&k, input, output, w, bias);
    else if ((status = check_channels("bias", bias, w->size[1])) == 0 &&
             (status = transposed_size(&k, input, size)) == 0 &&
             (status = spread(&k, input, output, w, size)) == 0)
        status = add_bias(&k, output, bias);
    THTensor_free(w);
    return status;
}

static int update_grad_input(Layer k, THTensor *input, THTensor *gradOutput,
                             THTensor *gradInput, THTensor *weight) {
    int64_t size[3];
    TH_TRY(check_input(&k, "input", input));
    read_size(&k, input, size);
    THTensor *w = new_weight(&k, weight);
    if (!w)
        return THError_pending();
    int status = k.transposed ? correlate(&k, gradOutput, gradInput, w, NULL)
                              : spread(&k, gradOutput, gradInput, w, size);
    THTensor_free(w);
    return status;
}

static int acc_grad_parameters(Layer k, THTensor *input, THTensor *gradOutput,
                               THTensor *gradWeight, THTensor *gradBias, double scale) {
    TH_TRY(check_input(&k, "input", input));
    TH_TRY(check_input(&k, "gradOutput", gradOutput));
    THTensor *part = new_real(), *sums = new_real(), *batch = gradOutput;
    int status = part && sums ? 0 : TH_ERR_MEMORY;
    if (status == 0)
        status = k.transposed ? weight_part(&k, gradOutput, input, part)
                              : weight_part(&k, input, gradOutput, part);
    if (status == 0)
        status = add_part("gradWeight", gradWeight, part, scale);
    if (status == 0 && gradBias) {
        if (gradOutput->nDimension == k.dims + 1)
            batch = THTensor_newUnsqueeze(gradOutput, 0);
        status = batch ? THNN_(Conv_gradBias)(NULL, batch, sums) : THError_pending();
        if (status == 0)
            status = add_part("gradBias", gradBias, sums, scale);
        if (batch != gradOutput)
            THTensor_free(batch);
    }
    THTensor_free(part);
    THTensor_free(sums);
    return status;
}

/* ---- the layers ---- */
int THNN_(SpatialConvolutionMM_updateOutput)(THNNState *state, THTensor *input,
                                             THTensor *output, THTensor *weight,
                                             THTensor *bias, THTensor *finput,
                                             THTensor *fgradInput, int64_t kW,
                                             int64_t kH, int64_t dW, int64_t dH,
                                             int64_t padW, int64_t padH) {
    (void)state;
    (void)finput;
    (void)fgradInput;
    return update_output(planes(0, kW, kH, dW, dH, padW, padH), input, output, weight,
                         bias);
}

int THNN_(SpatialConvolutionMM_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, THTensor *finput, THTensor *fgradInput, int64_t kW, int64_t kH,
    int64_t dW, int64_t dH, int64_t padW, int64_t padH) {
    (void)state;
    (void)finput;
    (void)fgradInput;
    return update_grad_input(planes(0, kW, kH, dW, dH, padW, padH), input, gradOutput,
                             gradInput, weight);
}

int THNN_(SpatialConvolutionMM_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    THTensor *gradBias, THTensor *finput, THTensor *fgradInput, int64_t kW, int64_t kH,
    int64_t dW, int64_t dH, int64_t padW, int64_t padH, double scale) {
    (void)state;
    (void)finput;
    (void)fgradInput;
    return acc_grad_parameters(planes(0, kW, kH, dW, dH, padW, padH), input, gradOutput,
                               gradWeight, gradBias, scale);
}

int THNN_(SpatialDilatedConvolution_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THTensor *weight,
    THTensor *bias, THTensor *columns, THTensor *ones, int64_t kW, int64_t kH,
    int64_t dW, int64_t dH, int64_t padW, int64_t padH, int64_t dilationW,
    int64_t dilationH) {
    (void)state;
    (void)columns;
    (void)ones;
    return update_output(
        dilated(planes(0, kW, kH, dW, dH, padW, padH), 1, dilationW, dilationH), input,
        output, weight, bias);
}

int THNN_(SpatialDilatedConvolution_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, THTensor *columns, int64_t kW, int64_t kH, int64_t dW, int64_t dH,
    int64_t padW, int64_t padH, int64_t dilationW, int64_t dilationH) {
    (void)state;
    (void)columns;
    return update_grad_input(
        dilated(planes(0, kW, kH, dW, dH, padW, padH), 1, dilationW, dilationH), input,
        gradOutput, gradInput, weight);
}

int THNN_(SpatialDilatedConvolution_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    THTensor *gradBias, THTensor *columns, THTensor *ones, int64_t kW, int64_t kH,
    int64_t dW, int64_t dH, int64_t padW, int64_t padH, int64_t dilationW,
    int64_t dilationH, double scale) {
    (void)state;
    (void)columns;
    (void)ones;
    return acc_grad_parameters(
        dilated(planes(0, kW, kH, dW, dH, padW, padH), 1, dilationW, dilationH), input,
        gradOutput, gradWeight, gradBias, scale);
}

int THNN_(SpatialFullConvolution_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THTensor *weight,
    THTensor *bias, THTensor *columns, THTensor *ones, int64_t kW, int64_t kH,
    int64_t dW, int64_t dH, int64_t padW, int64_t padH, int64_t adjW, int64_t adjH) {
    (void)state;
    (void)columns;
    (void)ones;
    return update_output(enlarged(planes(1, kW, kH, dW, dH, padW, padH), 0, adjW, adjH),
                         input, output, weight, bias);
}

int THNN_(SpatialFullConvolution_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, THTensor *columns, int64_t kW, int64_t kH, int64_t dW, int64_t dH,
    int64_t padW, int64_t padH, int64_t adjW, int64_t adjH) {
    (void)state;
    (void)columns;
    return update_grad_input(
        enlarged(planes(1, kW, kH, dW, dH, padW, padH), 0, adjW, adjH), input,
        gradOutput, gradInput, weight);
}

int THNN_(SpatialFullConvolution_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    THTensor *gradBias, THTensor *columns, THTensor *ones, int64_t kW, int64_t kH,
    int64_t dW, int64_t dH, int64_t padW, int64_t padH, int64_t adjW, int64_t adjH,
    double scale) {
    (void)state;
    (void)columns;
    (void)ones;
    return acc_grad_parameters(
        enlarged(planes(1, kW, kH, dW, dH, padW, padH), 0, adjW, adjH), input,
        gradOutput, gradWeight, gradBias, scale);
}

int THNN_(SpatialFullDilatedConvolution_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THTensor *weight,
    THTensor *bias, THTensor *columns, THTensor *ones, int64_t kW, int64_t kH,
    int64_t dW, int64_t dH, int64_t padW, int64_t padH, int64_t dilationW,
    int64_t dilationH, int64_t adjW, int64_t adjH) {
    (void)state;
    (void)columns;
    (void)ones;
    return update_output(enlarged(dilated(planes(1, kW, kH, dW, dH, padW, padH), 1,
                                          dilationW, dilationH),
                                  0, adjW, adjH),
                         input, output, weight, bias);
}

int THNN_(SpatialFullDilatedConvolution_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, THTensor *columns, int64_t kW, int64_t kH, int64_t dW, int64_t dH,
    int64_t padW, int64_t padH, int64_t dilationW, int64_t dilationH, int64_t adjW,
    int64_t adjH) {
    (void)state;
    (void)columns;
    return update_grad_input(enlarged(dilated(planes(1, kW, kH, dW, dH, padW, padH), 1,
                                              dilationW, dilationH),
                                      0, adjW, adjH),
                             input, gradOutput, gradInput, weight);
}

int THNN_(SpatialFullDilatedConvolution_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    THTensor *gradBias, THTensor *columns, THTensor *ones, int64_t kW, int64_t kH,
    int64_t dW, int64_t dH, int64_t padW, int64_t padH, int64_t dilationW,
    int64_t dilationH, int64_t adjW, int64_t adjH, double scale) {
    (void)state;
    (void)columns;
    (void)ones;
    return acc_grad_parameters(enlarged(dilated(planes(1, kW, kH, dW, dH, padW, padH),
                                                1, dilationW, dilationH),
                                        0, adjW, adjH),
                               input, gradOutput, gradWeight, gradBias, scale);
}

int THNN_(VolumetricConvolutionMM_updateOutput)(THNNState *state, THTensor *input,
                                                THTensor *output, THTensor *weight,
                                                THTensor *bias, THTensor *finput,
                                                int64_t kT, int64_t kW, int64_t kH,
                                                int64_t dT, int64_t dW, int64_t dH,
                                                int64_t pT, int64_t pW, int64_t pH) {
    (void)state;
    (void)finput;
    return update_output(volumes(0, kT, kW, kH, dT, dW, dH, pT, pW, pH), input, output,
                         weight, bias);
}

int THNN_(VolumetricConvolutionMM_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, THTensor *finput, THTensor *fgradInput, int64_t kT, int64_t kW,
    int64_t kH, int64_t dT, int64_t dW, int64_t dH, int64_t pT, int64_t pW,
    int64_t pH) {
    (void)state;
    (void)finput;
    (void)fgradInput;
    return update_grad_input(volumes(0, kT, kW, kH, dT, dW, dH, pT, pW, pH), input,
                             gradOutput, gradInput, weight);
}

int THNN_(VolumetricConvolutionMM_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    THTensor *gradBias, THTensor *finput, int64_t kT, int64_t kW, int64_t kH,
    int64_t dT, int64_t dW, int64_t dH, int64_t pT, int64_t pW, int64_t pH,
    double scale) {
    (void)state;
    (void)finput;
    return acc_grad_parameters(volumes(0, kT, kW, kH, dT, dW, dH, pT, pW, pH), input,
                               gradOutput, gradWeight, gradBias, scale);
}

int THNN_(VolumetricDilatedConvolution_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THTensor *weight,
    THTensor *bias, THTensor *columns, THTensor *ones, int64_t kT, int64_t kW,
    int64_t kH, int64_t dT, int64_t dW, int64_t dH, int64_t pT, int64_t pW, int64_t pH,
    int64_t dilationT, int64_t dilationW, int64_t dilationH) {
    (void)state;
    (void)columns;
    (void)ones;
    return update_output(dilated(volumes(0, kT, kW, kH, dT, dW, dH, pT, pW, pH),
                                 dilationT, dilationW, dilationH),
                         input, output, weight, bias);
}

int THNN_(VolumetricDilatedConvolution_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, THTensor *columns, int64_t kT, int64_t kW, int64_t kH, int64_t dT,
    int64_t dW, int64_t dH, int64_t pT, int64_t pW, int64_t pH, int64_t dilationT,
    int64_t dilationW, int64_t dilationH) {
    (void)state;
    (void)columns;
    return update_grad_input(dilated(volumes(0, kT, kW, kH, dT, dW, dH, pT, pW, pH),
                                     dilationT, dilationW, dilationH),
                             input, gradOutput, gradInput, weight);
}

int THNN_(VolumetricDilatedConvolution_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    THTensor *gradBias, THTensor *columns, THTensor *ones, int64_t kT, int64_t kW,
    int64_t kH, int64_t dT, int64_t dW, int64_t dH, int64_t pT, int64_t pW, int64_t pH,
    int64_t dilationT, int64_t dilationW, int64_t dilationH, double scale) {
    (void)state;
    (void)columns;
    (void)ones;
    return acc_grad_parameters(dilated(volumes(0, kT, kW, kH, dT, dW, dH, pT, pW, pH),
                                       dilationT, dilationW, dilationH),
                               input, gradOutput, gradWeight, gradBias, scale);
}

int THNN_(VolumetricFullConvolution_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THTensor *weight,
    THTensor *bias, THTensor *finput, THTensor *fgradInput, int64_t kT, int64_t kW,
    int64_t kH, int64_t dT, int64_t dW, int64_t dH, int64_t pT, int64_t pW, int64_t pH,
    int64_t aT, int64_t aW, int64_t aH) {
    (void)state;
    (void)finput;
    (void)fgradInput;
    return update_output(
        enlarged(volumes(1, kT, kW, kH, dT, dW, dH, pT, pW, pH), aT, aW, aH), input,
        output, weight, bias);
}

int THNN_(VolumetricFullConvolution_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, THTensor *finput, THTensor *fgradInput, int64_t kT, int64_t kW,
    int64_t kH, int64_t dT, int64_t dW, int64_t dH, int64_t pT, int64_t pW, int64_t pH,
    int64_t aT, int64_t aW, int64_t aH) {
    (void)state;
    (void)finput;
    (void)fgradInput;
    return update_grad_input(
        enlarged(volumes(1, kT, kW, kH, dT, dW, dH, pT, pW, pH), aT, aW, aH), input,
        gradOutput, gradInput, weight);
}

int THNN_(VolumetricFullConvolution_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    THTensor *gradBias, THTensor *finput, THTensor *fgradInput, int64_t kT, int64_t kW,
    int64_t kH, int64_t dT, int64_t dW, int64_t dH, int64_t pT, int64_t pW, int64_t pH,
    int64_t aT, int64_t aW, int64_t aH, double scale) {
    (void)state;
    (void)finput;
    (void)fgradInput;
    return acc_grad_parameters(
        enlarged(volumes(1, kT, kW, kH, dT, dW, dH, pT, pW, pH), aT, aW, aH), input,
        gradOutput, gradWeight, gradBias, scale);
}

int THNN_(VolumetricFullDilatedConvolution_updateOutput)(
    THNNState *state, THTensor *input, THTensor *output, THTensor *weight,
    THTensor *bias, THTensor *finput, THTensor *fgradInput, int64_t kT, int64_t kW,
    int64_t kH, int64_t dT, int64_t dW, int64_t dH, int64_t pT, int64_t pW, int64_t pH,
    int64_t dilationT, int64_t dilationW, int64_t dilationH, int64_t aT, int64_t aW,
    int64_t aH) {
    (void)state;
    (void)finput;
    (void)fgradInput;
    return update_output(
        enlarged(dilated(volumes(1, kT, kW, kH, dT, dW, dH, pT, pW, pH), dilationT,
                         dilationW, dilationH),
                 aT, aW, aH),
        input, output, weight, bias);
}

int THNN_(VolumetricFullDilatedConvolution_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradInput,
    THTensor *weight, THTensor *finput, THTensor *fgradInput, int64_t kT, int64_t kW,
    int64_t kH, int64_t dT, int64_t dW, int64_t dH, int64_t pT, int64_t pW, int64_t pH,
    int64_t dilationT, int64_t dilationW, int64_t dilationH, int64_t aT, int64_t aW,
    int64_t aH) {
    (void)state;
    (void)finput;
    (void)fgradInput;
    return update_grad_input(
        enlarged(dilated(volumes(1, kT, kW, kH, dT, dW, dH, pT, pW, pH), dilationT,
                         dilationW, dilationH),
                 aT, aW, aH),
        input, gradOutput, gradInput, weight);
}

int THNN_(VolumetricFullDilatedConvolution_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    THTensor *gradBias, THTensor *finput, THTensor *fgradInput, int64_t kT, int64_t kW,
    int64_t kH, int64_t dT, int64_t dW, int64_t dH, int64_t pT, int64_t pW, int64_t pH,
    int64_t dilationT, int64_t dilationW, int64_t dilationH, int64_t aT, int64_t aW,
    int64_t aH, double scale) {
    (void)state;
    (void)finput;
    (void)fgradInput;
    return acc_grad_parameters(
        enlarged(dilated(volumes(1, kT, kW, kH, dT, dW, dH, pT, pW, pH), dilationT,
                         dilationW, dilationH),
                 aT, aW, aH),
        input, gradOutput, gradWeight, gradBias, scale);
}

/* The kernel size is that of the weight, which has all its dimensions. */
static int sized(Layer *k, const char *what, const THTensor *weight) {
    char text[TH_SHAPE_TEXT];
    if (weight->nDimension != 5)
        TH_FAIL(TH_ERR,
                "%s: 5D tensor (nOutputPlane x nInputPlane x kT x kH x kW) "
                "expected, got %s",
                what, THTensor_shapeText(text, weight));
    memcpy(k->kernel, weight->size + 2, sizeof k->kernel);
    return 0;
}

int THNN_(VolumetricConvolution_updateOutput)(THNNState *state, THTensor *input,
                                              THTensor *output, THTensor *weight,
                                              THTensor *bias, THTensor *finput,
                                              THTensor *fgradInput, int64_t dT,
                                              int64_t dW, int64_t dH, int64_t pT,
                                              int64_t pW, int64_t pH) {
    (void)state;
    (void)finput;
    (void)fgradInput;
    Layer k = volumes(0, 0, 0, 0, dT, dW, dH, pT, pW, pH);
    TH_TRY(sized(&k, "weight", weight));
    return update_output(k, input, output, weight, bias);
}

int THNN_(VolumetricConvolution_updateGradInput)(THNNState *state, THTensor *input,
                                                 THTensor *gradOutput,
                                                 THTensor *gradInput, THTensor *weight,
                                                 THTensor *finput, int64_t dT,
                                                 int64_t dW, int64_t dH, int64_t pT,
                                                 int64_t pW, int64_t pH) {
    (void)state;
    (void)finput;
    Layer k = volumes(0, 0, 0, 0, dT, dW, dH, pT, pW, pH);
    TH_TRY(sized(&k, "weight", weight));
    return update_grad_input(k, input, gradOutput, gradInput, weight);
}

int THNN_(VolumetricConvolution_accGradParameters)(
    THNNState *state, THTensor *input, THTensor *gradOutput, THTensor *gradWeight,
    THTensor *gradBias, THTensor *finput, THTensor *fgradInput, int64_t dT, int64_t dW,
    int64_t dH, int64_t pT, int64_t pW, int64_t pH, double scale) {
    (void)state;
    (void)finput;
    (void)fgradInput;
    Layer k = volumes(0, 0, 0, 0, dT, dW, dH, pT, pW, pH);
    TH_TRY(sized(&k, "gradWeight", gradWeight));
    return acc_grad_parameters(k, input, gradOutput, gradWeight, gradBias, scale);
}
