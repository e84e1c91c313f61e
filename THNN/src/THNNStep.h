/* What the optimiser steps share: they work on contiguous memory of tensors of one
 * size, which is written back at the end. */
#ifndef THNN_STEP_H
#define THNN_STEP_H

#include "THNNTensor.h"

#include <stdio.h>

#define STEP_TENSORS 5

/* Parameter, gradient and up to three tensors of state, which may be NULL. `data` is
 * their memory while the kernel runs. */
typedef struct Step {
    const char *optimiser;
    THTensor *tensors[STEP_TENSORS];
    real *data[STEP_TENSORS];
} Step;

static inline int step_check_sizes(const Step *step) {
    static const char *const names[] = {"param", "grad", "state 1", "state 2",
                                        "state 3"};
    char what[64];
    snprintf(what, sizeof(what), "%s: param", step->optimiser);
    for (int i = 1; i < STEP_TENSORS; i++)
        if (step->tensors[i])
            TH_TRY(check_same_size(what, step->tensors[0], names[i], step->tensors[i]));
    return 0;
}

/* Check the sizes, run `range` over all elements and write back all but the gradient.
 * `context`, which holds `step`, is what `range` gets. */
static inline int step_apply(Step *step, THRangeFunction range, void *context) {
    TH_TRY(step_check_sizes(step));
    THTensor *used[STEP_TENSORS] = {NULL};
    int status = 0;
    for (int i = 0; i < STEP_TENSORS && status == 0; i++) {
        if (step->tensors[i] && !(used[i] = new_contiguous(step->tensors[i])))
            status = TH_ERR_MEMORY;
        step->data[i] = data_of(used[i]);
    }
    if (status == 0)
        THParallel_for(THTensor_nElement(step->tensors[0]), THNN_GRAIN, range, context);
    for (int i = 0; i < STEP_TENSORS; i++)
        if (i == 1 || !used[i])
            THTensor_free(used[i]);
        else
            status = finish_output(step->tensors[i], used[i], status);
    return status;
}

/* Check a count of steps, which begins with 1. */
static inline int step_check_count(const char *optimiser, int64_t count) {
    if (count >= 1)
        return 0;
    return THError_set(TH_ERR_VALUE, "%s: step must be 1 or more, got %lld", optimiser,
                       (long long)count);
}

#endif
