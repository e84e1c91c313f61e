/* The gradients of a recurrent layer over a whole sequence, for float and double.
 *
 * The steps are walked in reverse, in slices of units as in Recurrent.c: the gradient
 * that the following step's gates have for the states of this one is added to that of
 * the output, and gives the gradients of this step's gates. What they mean for input,
 * weights and biases is one product or sum each over all steps. */
#include "THNNTensor.h"

#include "THNNSequence.h"

typedef struct Backward {
    const Layer *layer;
    int64_t step, following; /* the step that is worked on; the one before, or -1 */
    const real *gates, *output, *kept, *hx, *cx, *gradOutput;
    int64_t outputStride, gradStride;
    real *gradHidden, *gradCell; /* (batch, hidden) */
    real *gradGates, *gradSums;  /* (rows, gates * hidden), rows `pitch` apart */
    int64_t pitch;
    const real **sources; /* of the product: rows of gradSums */
    const real *panels;
} Backward;

/* ---- the recurrent weights in panels ---- */
/* Panel p holds, for every gate of every unit, its weights from the previous states of
 * slice p. */
static void pack(void *context, int64_t begin, int64_t end) {
    const Packing *p = context;
    const Layer *l = p->layer;
    int64_t units = l->gates * l->hidden;
    for (int64_t i = begin; i < end; i++) {
        int64_t n, first = slice_begin(l, i, &n);
        real *panel = p->panels + i * units * l->width;
        if (n < l->width)
            memset(panel, 0, (size_t)(units * l->width) * sizeof(real));
        for (int64_t k = 0; k < units; k++)
            memcpy(panel + k * l->width, p->weight + k * l->hidden + first,
                   (size_t)n * sizeof(real));
    }
}

static THTensor *new_panels(const Layer *l, THTensor *weight) {
    int64_t units = l->gates * l->hidden, size = l->slices * units * l->width;
    THTensor *panels = THTensor_newWithSize(TH_REAL_DTYPE, 1, &size);
    if (panels) {
        Packing p = {l, TH_DATA(weight), TH_DATA(panels)};
        THParallel_for(l->slices, rows_per_piece(THNN_GRAIN, units * l->width), pack,
                       &p);
    }
    return panels;
}

/* ---- a step ---- */
static void compute_row(const Backward *b, int64_t row, int64_t at, int64_t n) {
    const Layer *l = b->layer;
    int64_t index = l->offset[b->step] + row;
    const real *gates = b->gates ? b->gates + index * l->gates * l->hidden + at : NULL;
    const real *kept = b->kept ? b->kept + index * l->hidden + at : NULL;
    const real *state = b->output + index * b->outputStride + at;
    const real *grad =
        b->gradOutput ? b->gradOutput + index * b->gradStride + at : NULL;
    real *gradHidden = b->gradHidden + row * l->hidden + at;
    real *gradGates = b->gradGates + index * b->pitch + at;
    switch (l->mode) {
    case THNN_RNN_RELU:
        THNN_RECURRENT.reluGrad(n, state, grad, gradHidden, gradGates);
        break;
    case THNN_RNN_TANH:
        THNN_RECURRENT.tanhGrad(n, state, grad, gradHidden, gradGates);
        break;
    case THNN_LSTM:
        THNN_RECURRENT.lstmGrad(
            n, l->hidden, gates,
            old_state(l, b->step, row, b->kept, l->hidden, b->cx) + at, kept, grad,
            gradHidden, b->gradCell + row * l->hidden + at, gradGates);
        break;
    default:
        THNN_RECURRENT.gruGrad(
            n, l->hidden, gates,
            old_state(l, b->step, row, b->output, b->outputStride, b->hx) + at, kept,
            grad, gradHidden, gradGates, b->gradSums + index * b->pitch + at);
    }
}

static void backward(void *context, int64_t begin, int64_t end) {
    const Backward *b = context;
    const Layer *l = b->layer;
    int64_t units = l->gates * l->hidden;
    for (int64_t slice = begin; slice < end; slice++) {
        int64_t n, at = slice_begin(l, slice, &n);
        if (b->following >= 0)
            multiply(b->gradHidden + at, l->hidden, n, b->sources, units,
                     b->panels + slice * units * l->width, rows_of(l, b->following));
        if (b->step < 0)
            continue;
        for (int64_t r = 0; r < rows_of(l, b->step); r++)
            compute_row(b, r, at, n);
    }
}

/* Whether the gradient of the first state is wanted. */
static void run_steps(Backward *b, int first) {
    const Layer *l = b->layer;
    b->following = -1;
    for (int64_t i = l->steps - 1; i >= (first && b->panels ? -1 : 0); i--) {
        b->step = i < 0 ? -1 : step_at(l, i);
        int64_t rows = rows_of(l, b->following >= 0 ? b->following : b->step);
        if (b->following >= 0)
            for (int64_t r = 0; r < rows; r++)
                b->sources[r] = b->gradSums + (l->offset[b->following] + r) * b->pitch;
        THParallel_for(l->slices, slice_grain(l, rows), backward, b);
        b->following = b->step;
    }
}

/* ---- after the steps ---- */
/* The states that all rows start from, (rows, hidden). */
static THTensor *new_old_states(const Backward *b) {
    const Layer *l = b->layer;
    const int64_t size[2] = {l->rows, l->hidden};
    THTensor *states = THTensor_newWithSize(TH_REAL_DTYPE, 2, size);
    if (!states)
        return NULL;
    real *target = TH_DATA(states);
    for (int64_t t = 0; t < l->steps; t++)
        for (int64_t r = 0; r < rows_of(l, t); r++, target += l->hidden)
            memcpy(target, old_state(l, t, r, b->output, b->outputStride, b->hx),
                   (size_t)l->hidden * sizeof(real));
    return states;
}

static int weight_gradient(THTensor *r, THTensor *gradSums, THTensor *source) {
    THTensor *transposed = source ? THTensor_newT(gradSums) : NULL;
    int status = transposed ? THTensor_(mm)(r, transposed, source) : TH_ERR_MEMORY;
    THTensor_free(transposed);
    return status;
}

/* equal: what it is equal to, if that is known. */
static int hidden_bias(THTensor *r, THTensor *equal, THTensor *gradSums) {
    if (!equal)
        return THTensor_(sum)(r, gradSums, 0, 0);
    TH_TRY(THTensor_resizeAs(r, equal));
    return THTensor_(copy)(r, equal);
}

/* A copy of a matrix, or zeros if there is none. */
static int start_from(THTensor *r, THTensor *source) {
    return source ? THTensor_(copy)(r, source) : THTensor_(zero)(r);
}

static int check_inputs(const Layer *l, const THTensor *gradOutput,
                        const THTensor *gradHy, const THTensor *gradCy,
                        const THTensor *output, const THTensor *gates,
                        const THTensor *kept) {
    TH_TRY(THNN_(checkMatrix)("gradOutput", gradOutput, l->rows, l->hidden));
    TH_TRY(THNN_(checkMatrix)("gradHy", gradHy, l->batch, l->hidden));
    TH_TRY(THNN_(checkMatrix)("gradCy", gradCy, l->batch, l->hidden));
    TH_TRY(THNN_(checkMatrix)("output", output, l->rows, l->hidden));
    TH_TRY(THNN_(checkMatrix)("gates", gates, l->rows, l->gates * l->hidden));
    TH_TRY(THNN_(checkMatrix)("kept", kept, l->rows, l->hidden));
    if (output->stride[1] != 1 || (l->gates > 1) != (kept != NULL) ||
        (l->gates > 1) != (gates != NULL) || (gates && !THTensor_isContiguous(gates)) ||
        (kept && !THTensor_isContiguous(kept)))
        TH_FAIL(TH_ERR, "output, gates and kept must be those of the forward pass");
    return 0;
}

int THNN_(Recurrent_backward)(THNNState *state, THTensor *input, THTensor *gradOutput,
                              THTensor *gradHy, THTensor *gradCy, THTensor *gradInput,
                              THTensor *gradHx, THTensor *gradCx,
                              THTensor *gradWeightIH, THTensor *gradWeightHH,
                              THTensor *gradBiasIH, THTensor *gradBiasHH,
                              THTensor *output, THTensor *hx, THTensor *cx,
                              THTensor *weightIH, THTensor *weightHH,
                              THLongTensor *batchSizes, THTensor *gates, THTensor *kept,
                              int mode, int reverse) {
    (void)state;
    Layer layer;
    TH_TRY(THNN_(openLayer)(&layer, input, hx, cx, weightIH, weightHH, batchSizes, mode,
                            reverse));
    const Layer *l = &layer;
    int64_t units = l->gates * l->hidden, gru = mode == THNN_GRU;
    /* Rows of a power of two would all fall into the same places of the cache. */
    int64_t pitch = units % 256 == 0 ? units + THNN_MAX_LANES : units;
    const int64_t gateSize[2] = {l->rows, pitch}, stateSize[2] = {l->batch, l->hidden};
    THTensor *h = NULL, *c = NULL, *w = NULL, *grad = NULL, *gradH = NULL,
             *gradC = NULL;
    THTensor *allGates = NULL, *allSums = NULL, *gradGates = NULL, *gradSums = NULL;
    THTensor *panels = NULL, *sources = NULL, *old = NULL;
    int status = check_inputs(l, gradOutput, gradHy, gradCy, output, gates, kept);
    if (status < 0)
        goto done;

    status = TH_ERR_MEMORY;
    h = new_contiguous(hx);
    c = cx ? new_contiguous(cx) : NULL;
    w = new_contiguous(weightHH);
    grad = gradOutput ? THNN_(newRows)(gradOutput) : NULL;
    gradH = THTensor_newWithSize(TH_REAL_DTYPE, 2, stateSize);
    gradC = cx ? THTensor_newWithSize(TH_REAL_DTYPE, 2, stateSize) : NULL;
    allGates = THTensor_newWithSize(TH_REAL_DTYPE, 2, gateSize);
    gradGates = allGates ? THTensor_newNarrow(allGates, 1, 0, units) : NULL;
    if (gru)
        allSums = THTensor_newWithSize(TH_REAL_DTYPE, 2, gateSize);
    else if (allGates)
        THTensor_retain(allSums = allGates);
    gradSums = allSums ? THTensor_newNarrow(allSums, 1, 0, units) : NULL;
    sources = THTensor_newWithSize(TH_LONG, 1, &l->batch); /* pointers */
    if (!h || (cx && (!c || !gradC)) || !w || (gradOutput && !grad) || !gradH ||
        !gradGates || !gradSums || !sources)
        goto done;
    if (l->steps > 1 && !(panels = new_panels(l, w)))
        goto done;
    if ((status = start_from(gradH, gradHy)) < 0 ||
        (gradC && (status = start_from(gradC, gradCy)) < 0))
        goto done;

    Backward b = {.layer = l,
                  .gates = data_of(gates),
                  .output = TH_DATA(output),
                  .outputStride = output->stride[0],
                  .kept = data_of(kept),
                  .hx = TH_DATA(h),
                  .cx = data_of(c),
                  .gradOutput = data_of(grad),
                  .gradStride = grad ? grad->stride[0] : 0,
                  .gradHidden = TH_DATA(gradH),
                  .gradCell = data_of(gradC),
                  .gradGates = TH_DATA(allGates),
                  .gradSums = TH_DATA(allSums),
                  .pitch = pitch,
                  .sources = (const real **)sources->storage->data,
                  .panels = data_of(panels)};
    run_steps(&b, gradHx != NULL);
    if (gradHx && !panels &&
        (status = THTensor_(addmm)(gradH, 1, gradH, 1, gradSums, w)) < 0)
        goto done;
    if ((gradHx && (status = THTensor_set(gradHx, gradH)) < 0) ||
        (gradCx && (status = THTensor_set(gradCx, gradC)) < 0) ||
        (gradInput && (status = THTensor_(mm)(gradInput, gradGates, weightIH)) < 0) ||
        (gradWeightIH &&
         (status = weight_gradient(gradWeightIH, gradGates, input)) < 0) ||
        (gradBiasIH && (status = THTensor_(sum)(gradBiasIH, gradGates, 0, 0)) < 0) ||
        (gradBiasHH &&
         (status = hidden_bias(gradBiasHH, gru ? NULL : gradBiasIH, gradSums)) < 0))
        goto done;
    if (gradWeightHH) {
        if (l->steps > 1)
            old = new_old_states(&b);
        else
            THTensor_retain(old = h);
        status = weight_gradient(gradWeightHH, gradSums, old);
    }
done:
    THTensor_free(old);
    THTensor_free(h);
    THTensor_free(c);
    THTensor_free(w);
    THTensor_free(grad);
    THTensor_free(gradH);
    THTensor_free(gradC);
    THTensor_free(allGates);
    THTensor_free(allSums);
    THTensor_free(gradGates);
    THTensor_free(gradSums);
    THTensor_free(panels);
    THTensor_free(sources);
    THNN_(closeLayer)(&layer);
    return status;
}
