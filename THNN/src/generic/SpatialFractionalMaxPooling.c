/* Maximum of windows whose places are drawn at random (B. Graham, "Fractional
 * Max-Pooling", 2014), for float and double. */
#include "THNNPooling.h"

/* The windows start at begin: row by row of the output for each plane. */
typedef struct Fractional {
    Pool pool;
    int64_t kernelW, kernelH;
    const real *samples; /* two for each plane: width, height */
} Fractional;

/* Start of window `o`: the sequence floor(alpha * (o + u)) - floor(alpha * u), whose
 * last window ends with the input. */
static int64_t window_start(const Axis *a, int64_t kernel, double sample, int64_t o) {
    if (o == a->out - 1)
        return a->in - kernel;
    double alpha = (double)(a->in - kernel) / (double)(a->out - 1);
    return (int64_t)((double)(o + sample) * alpha) - (int64_t)(sample * alpha);
}

static void forward(void *context, int64_t first, int64_t last) {
    const Fractional *f = context;
    const Pool *k = &f->pool;
    const Axis *h = &k->axis[1], *w = &k->axis[2];
    for (int64_t plane = first; plane < last; plane++) {
        double sampleW = f->samples[plane * 2], sampleH = f->samples[plane * 2 + 1];
        int64_t o = plane * k->out, begin[3] = {0}, end[3] = {1};
        for (int64_t i = 0; i < h->out; i++)
            for (int64_t j = 0; j < w->out; j++, o++) {
                begin[1] = window_start(h, f->kernelH, sampleH, i);
                begin[2] = window_start(w, f->kernelW, sampleW, j);
                end[1] = begin[1] + f->kernelH;
                end[2] = begin[2] + f->kernelW;
                k->y[o] =
                    window_max(k, k->x + plane * k->in, begin, end, &k->indices[o]);
            }
    }
}

int THNN_(SpatialFractionalMaxPooling_updateOutput)(THNNState *state, THTensor *input,
                                                    THTensor *output, int64_t outputW,
                                                    int64_t outputH, int64_t poolSizeW,
                                                    int64_t poolSizeH,
                                                    THLongTensor *indices,
                                                    THTensor *randomSamples) {
    (void)state;
    char text[TH_SHAPE_TEXT];
    Fractional f = {.pool = {.axis = {{0, 0, 0, 1, 0, 1},
                                      {0, 0, 0, 1, 0, outputH},
                                      {0, 0, 0, 1, 0, outputW}}},
                    .kernelW = poolSizeW,
                    .kernelH = poolSizeH};
    int64_t size[4];
    TH_TRY(open_pool(&f.pool, input, 2, 0, size));
    const Axis *h = &f.pool.axis[1], *w = &f.pool.axis[2];
    if (poolSizeH < 1 || poolSizeW < 1 || poolSizeH > h->in || poolSizeW > w->in ||
        outputH > h->in - poolSizeH + 1 || outputW > w->in - poolSizeW + 1)
        TH_FAIL(TH_ERR,
                "fractional_max_pool2d: %lldx%lld windows of size %lldx%lld do not fit "
                "input %s",
                (long long)outputH, (long long)outputW, (long long)poolSizeH,
                (long long)poolSizeW, THTensor_shapeText(text, input));
    if (!randomSamples)
        TH_FAIL(TH_ERR,
                "fractional_max_pool2d: random samples are required for %lld planes",
                (long long)f.pool.planes);
    if (THTensor_nElement(randomSamples) != 2 * f.pool.planes)
        TH_FAIL(TH_ERR,
                "fractional_max_pool2d: expected 2 random samples for each of %lld "
                "planes, got size %s",
                (long long)f.pool.planes, THTensor_shapeText(text, randomSamples));
    THTensor *samples = new_contiguous(randomSamples);
    if (!samples)
        return TH_ERR_MEMORY;
    f.samples = TH_DATA(samples);
    int status = 0;
    for (int64_t i = 0; i < 2 * f.pool.planes; i++)
        if (!(f.samples[i] >= 0 && f.samples[i] < 1))
            status = THError_set(
                TH_ERR_VALUE,
                "fractional_max_pool2d: random samples must lie in [0, 1), got %g",
                (double)f.samples[i]);
    if (status == 0)
        status = run_max(&f.pool, forward, input, output, indices, size);
    THTensor_free(samples);
    return status;
}
