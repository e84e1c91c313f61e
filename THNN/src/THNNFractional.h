/* Windows whose places are drawn at random (B. Graham, "Fractional Max-Pooling", 2014),
 * over planes or volumes. Included by the templates after THNNPooling.h. */
#ifndef THNN_FRACTIONAL_H
#define THNN_FRACTIONAL_H

#include "THNNPooling.h"

typedef struct Fractional {
    Pool pool;
    int64_t kernel[3];
    const real *samples; /* one for each dimension of a plane, the last one first */
    int dims;
} Fractional;

/* Start of window `o`: the sequence floor(alpha * (o + u)) - floor(alpha * u), whose
 * last window ends with the input. */
static inline int64_t window_start(const Axis *a, int64_t kernel, double sample,
                                   int64_t o) {
    if (o == a->out - 1)
        return a->in - kernel;
    double alpha = (double)(a->in - kernel) / (double)(a->out - 1);
    return (int64_t)((double)(o + sample) * alpha) - (int64_t)(sample * alpha);
}

static inline void fractional_max(void *context, int64_t first, int64_t last) {
    const Fractional *f = context;
    const Pool *k = &f->pool;
    for (int64_t plane = first; plane < last; plane++) {
        double sample[3] = {0};
        for (int i = 3 - f->dims; i < 3; i++)
            sample[i] = f->samples[plane * f->dims + 2 - i];
        int64_t o = plane * k->out, at[3], begin[3], end[3];
        for (at[0] = 0; at[0] < k->axis[0].out; at[0]++)
            for (at[1] = 0; at[1] < k->axis[1].out; at[1]++)
                for (at[2] = 0; at[2] < k->axis[2].out; at[2]++, o++) {
                    for (int i = 0; i < 3; i++) {
                        begin[i] =
                            window_start(&k->axis[i], f->kernel[i], sample[i], at[i]);
                        end[i] = begin[i] + f->kernel[i];
                    }
                    k->y[o] =
                        window_max(k, k->x + plane * k->in, begin, end, &k->indices[o]);
                }
    }
}

/* The last `dims` sizes of the output and of the windows, in the order of the input's
 * dimensions. */
static inline int run_fractional(const char *name, int dims, const int64_t *out,
                                 const int64_t *kernel, THTensor *input,
                                 THTensor *output, THTensor *indices,
                                 THTensor *randomSamples) {
    char text[TH_SHAPE_TEXT];
    Fractional f = {.pool = {.axis = {THNN_NO_AXIS, THNN_NO_AXIS, THNN_NO_AXIS}},
                    .kernel = {1, 1, 1},
                    .dims = dims};
    int64_t size[5];
    for (int i = 3 - dims; i < 3; i++) {
        f.pool.axis[i] = (Axis){0, 0, 0, 1, 0, out[i - 3 + dims]};
        f.kernel[i] = kernel[i - 3 + dims];
    }
    TH_TRY(open_pool(&f.pool, input, dims, 0, size));
    for (int i = 3 - dims; i < 3; i++) {
        const Axis *a = &f.pool.axis[i];
        if (f.kernel[i] < 1 || f.kernel[i] > a->in || a->out > a->in - f.kernel[i] + 1)
            TH_FAIL(TH_ERR,
                    "%s: %lld windows of size %lld in dimension %d do not fit input %s",
                    name, (long long)a->out, (long long)f.kernel[i],
                    input->nDimension - 3 + i, THTensor_shapeText(text, input));
    }
    if (!randomSamples)
        TH_FAIL(TH_ERR, "%s: random samples are required for %lld planes", name,
                (long long)f.pool.planes);
    if (THTensor_nElement(randomSamples) != dims * f.pool.planes)
        TH_FAIL(TH_ERR,
                "%s: expected %d random samples for each of %lld planes, got size %s",
                name, dims, (long long)f.pool.planes,
                THTensor_shapeText(text, randomSamples));
    THTensor *samples = new_contiguous(randomSamples);
    if (!samples)
        return TH_ERR_MEMORY;
    f.samples = TH_DATA(samples);
    int status = 0;
    for (int64_t i = 0; i < dims * f.pool.planes; i++)
        if (!(f.samples[i] >= 0 && f.samples[i] < 1))
            status = THError_set(TH_ERR_VALUE,
                                 "%s: random samples must lie in [0, 1), got %g", name,
                                 (double)f.samples[i]);
    if (status == 0)
        status = run_max(&f.pool, fractional_max, input, output, indices, size);
    THTensor_free(samples);
    return status;
}

#endif
