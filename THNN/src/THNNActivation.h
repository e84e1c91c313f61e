/* The two directions of an activation, around the loops of THNNElements.h. Included by
 * the templates after THNNTensor.h. */
#ifndef THNN_ACTIVATION_H
#define THNN_ACTIVATION_H

#include "THNNElements.h"
#include "THNNTensor.h"

typedef struct Activation {
    const THNN_ACTIVATION *loops;
    real a, b; /* its parameters */
    int64_t grain;
    real *r;
    const real *x, *grad;
} Activation;

static void activation_forward(void *context, int64_t begin, int64_t end) {
    const Activation *k = context;
    k->loops->forward(end - begin, k->r + begin, k->x + begin, k->a, k->b);
}

static void activation_backward(void *context, int64_t begin, int64_t end) {
    const Activation *k = context;
    k->loops->backward(end - begin, k->r + begin, k->grad + begin, k->x + begin, k->a,
                       k->b);
}

/* output [OUT] of the size of input; inplace: it becomes input itself. */
static inline int run_activation(Activation k, THTensor *input, THTensor *output,
                                 int inplace) {
    if (inplace && output != input)
        TH_TRY(THTensor_set(output, input));
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *y = NULL;
    if (x && (y = new_output_as(output, input, 0))) {
        k.r = data_of(y);
        k.x = data_of(x);
        THParallel_for(th_nElement(x), k.grain, activation_forward, &k);
        status = 0;
    }
    THTensor_free(x);
    return y ? finish_output(output, y, status) : status;
}

/* gradInput [OUT] from gradOutput and what the backward loop reads; inplace: it becomes
 * gradOutput itself. */
static inline int run_activation_gradient(Activation k, THTensor *input,
                                          THTensor *gradOutput, THTensor *gradInput,
                                          int inplace) {
    TH_TRY(check_same_size("input", input, "gradOutput", gradOutput));
    if (inplace && gradInput != gradOutput)
        TH_TRY(THTensor_set(gradInput, gradOutput));
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *grad = new_contiguous(gradOutput), *r = NULL;
    if (x && grad && (r = new_output_as(gradInput, input, 0))) {
        k.r = data_of(r);
        k.x = data_of(x);
        k.grad = data_of(grad);
        THParallel_for(th_nElement(x), k.grain, activation_backward, &k);
        status = 0;
    }
    THTensor_free(x);
    THTensor_free(grad);
    return r ? finish_output(gradInput, r, status) : status;
}

#endif
