/* Elements put back where a maximum came from, between zeros, over planes or volumes.
 * Included by the templates after THNNWindows.h. */
#ifndef THNN_UNPOOLING_H
#define THNN_UNPOOLING_H

#include "THNNIndices.h"
#include "THNNWindows.h"

typedef struct Unpooling {
    int64_t planes, small, large; /* elements of a pooled plane and of a full one */
    const real *x;
    real *r;
    const int64_t *indices;
} Unpooling;

static inline void put_elements(void *context, int64_t begin, int64_t end) {
    const Unpooling *k = context;
    memset(k->r + begin * k->large, 0,
           (size_t)((end - begin) * k->large) * sizeof(real));
    for (int64_t plane = begin; plane < end; plane++)
        for (int64_t i = plane * k->small; i < (plane + 1) * k->small; i++)
            k->r[plane * k->large + k->indices[i]] = k->x[i];
}

static inline void take_elements(void *context, int64_t begin, int64_t end) {
    const Unpooling *k = context;
    for (int64_t plane = begin; plane < end; plane++)
        for (int64_t i = plane * k->small; i < (plane + 1) * k->small; i++)
            k->r[i] = k->x[plane * k->large + k->indices[i]];
}

/* `full`: the last `dims` sizes of the output, whose shape goes to size [OUT]. */
static inline int open_unpooling(Unpooling *k, int dims, const THTensor *input,
                                 const THTensor *indices, const int64_t *full,
                                 int64_t *size) {
    TH_TRY(check_dims("input", input, dims + 1, dims + 2));
    TH_TRY(check_same_size("input", input, "indices", indices));
    int n = input->nDimension;
    memcpy(size, input->size, (size_t)n * sizeof *size);
    *k = (Unpooling){.planes = 1, .small = 1, .large = 1};
    for (int i = 0; i < n; i++) {
        int d = i - n + dims;
        if (d < 0) {
            k->planes *= input->size[i];
            continue;
        }
        k->small *= input->size[i];
        size[i] = full[d];
        if (full[d] < 1 || th_mulOverflow(k->large, full[d], &k->large))
            TH_FAIL(TH_ERR, "output size %lld in dimension %d is not possible",
                    (long long)full[d], i);
    }
    return 0;
}

static inline int run_unpooling(int dims, THTensor *input, THTensor *output,
                                THTensor *indices, const int64_t *full) {
    Unpooling k;
    int64_t size[5];
    TH_TRY(open_unpooling(&k, dims, input, indices, full, size));
    THTensor *x = NULL, *y = NULL,
             *at = new_checked_indices(indices, k.large, "output plane");
    int status = at ? TH_ERR_MEMORY : THError_pending();
    if (at && (x = new_contiguous(input)) &&
        (y = new_output(output, input->nDimension, size, shares_storage(output, x)))) {
        k.x = TH_DATA(x);
        k.r = TH_DATA(y);
        k.indices = indices_of(at);
        THParallel_for(k.planes, rows_per_piece(THNN_GRAIN, k.large), put_elements, &k);
        status = 0;
    }
    THTensor_free(x);
    THTensor_free(at);
    return y ? finish_output(output, y, status) : status;
}

/* input gives the shape of gradInput [OUT]. */
static inline int run_unpooling_gradient(int dims, THTensor *input,
                                         THTensor *gradOutput, THTensor *gradInput,
                                         THTensor *indices, const int64_t *full) {
    Unpooling k;
    int64_t size[5];
    TH_TRY(open_unpooling(&k, dims, input, indices, full, size));
    TH_TRY(check_shape("gradOutput", gradOutput, input->nDimension, size));
    THTensor *grad = NULL, *r = NULL,
             *at = new_checked_indices(indices, k.large, "output plane");
    int status = at ? TH_ERR_MEMORY : THError_pending();
    if (at && (grad = new_contiguous(gradOutput)) &&
        (r = new_output_as(gradInput, input, shares_storage(gradInput, grad)))) {
        k.x = TH_DATA(grad);
        k.r = TH_DATA(r);
        k.indices = indices_of(at);
        THParallel_for(k.planes, rows_per_piece(THNN_GRAIN, k.small), take_elements,
                       &k);
        status = 0;
    }
    THTensor_free(grad);
    THTensor_free(at);
    return r ? finish_output(gradInput, r, status) : status;
}

#endif
