/* One direction of one recurrent layer over a whole sequence, for float and double: the
 * checks, and the forward pass.
 *
 * The gates' sums of all steps start as one product of the input with its weights. The
 * recurrent weights are cut into panels that a vector kernel reads in order; then each
 * step multiplies, for a slice of units at a time, the previous states with the panels
 * of all gates and computes the new states of the slice. Slices are spread over the
 * thread pool. A sequence of one step uses an ordinary product instead. */
#include "THNNTensor.h"

#include "THNNSequence.h"

/* ---- checks ---- */
int THNN_(checkMatrix)(const char *what, const THTensor *t, int64_t rows,
                       int64_t columns) {
    char text[TH_SHAPE_TEXT];
    if (!t || (t->nDimension == 2 && t->size[0] == rows && t->size[1] == columns))
        return 0;
    return THError_set(TH_ERR, "%s: expected size [%lld x %lld], got %s", what,
                       (long long)rows, (long long)columns,
                       THTensor_shapeText(text, t));
}

static int fill_offsets(Layer *l, THTensor *batchSizes) {
    int64_t size = l->steps + 1, row = 0, before = l->batch;
    l->offsets = THTensor_newWithSize(TH_LONG, 1, &size);
    if (!l->offsets)
        return TH_ERR_MEMORY;
    l->offset = (int64_t *)l->offsets->storage->data;
    const int64_t *count =
        batchSizes ? (int64_t *)batchSizes->storage->data + batchSizes->storageOffset
                   : NULL;
    for (int64_t t = 0; t < l->steps; t++) {
        int64_t n = count ? count[t * batchSizes->stride[0]] : l->batch;
        if (n < 1 || n > before)
            TH_FAIL(TH_ERR_VALUE,
                    "batch_sizes must be positive and must not increase, but element "
                    "%lld is %lld after %lld",
                    (long long)t, (long long)n, (long long)before);
        l->offset[t] = row;
        row += n;
        before = n;
    }
    l->offset[l->steps] = row;
    if (row != l->rows || rows_of(l, 0) != l->batch)
        TH_FAIL(TH_ERR,
                "batch_sizes start with %lld and sum to %lld, but there are %lld "
                "initial states and %lld rows of input",
                (long long)rows_of(l, 0), (long long)row, (long long)l->batch,
                (long long)l->rows);
    return 0;
}

int THNN_(openLayer)(Layer *l, const THTensor *input, const THTensor *hx,
                     const THTensor *cx, const THTensor *weightIH,
                     const THTensor *weightHH, THTensor *batchSizes, int mode,
                     int reverse) {
    char text[TH_SHAPE_TEXT];
    l->mode = mode;
    l->reverse = reverse;
    l->offsets = NULL;
    if (mode < THNN_RNN_RELU || mode > THNN_GRU)
        TH_FAIL(TH_ERR_VALUE, "unknown mode %d of a recurrent layer", mode);
    if (input->nDimension != 2)
        TH_FAIL(TH_ERR, "input must have 2 dimensions, got %d", input->nDimension);
    if (hx->nDimension != 2)
        TH_FAIL(TH_ERR, "hidden state: expected size (batch, hidden_size), got %s",
                THTensor_shapeText(text, hx));
    if ((mode == THNN_LSTM) != (cx != NULL))
        TH_FAIL(TH_ERR, "a cell state belongs to LSTM, and to LSTM only");
    l->gates = mode == THNN_LSTM ? 4 : mode == THNN_GRU ? 3 : 1;
    l->rows = input->size[0];
    l->batch = hx->size[0];
    l->hidden = hx->size[1];
    TH_TRY(THNN_(checkMatrix)("cell state", cx, l->batch, l->hidden));
    int64_t units;
    if (th_mulOverflow(l->gates, l->hidden, &units))
        TH_FAIL(TH_ERR_VALUE, "hidden size %lld is too large", (long long)l->hidden);
    TH_TRY(THNN_(checkMatrix)("weight_ih", weightIH, units, input->size[1]));
    TH_TRY(THNN_(checkMatrix)("weight_hh", weightHH, units, l->hidden));
    if (batchSizes ? batchSizes->nDimension != 1 : l->rows % l->batch != 0)
        TH_FAIL(TH_ERR, "%lld rows of input do not divide into steps of %lld samples",
                (long long)l->rows, (long long)l->batch);
    l->steps = batchSizes ? batchSizes->size[0] : l->rows / l->batch;
    l->width = THNN_RECURRENT.width;
    l->slices = (l->hidden + l->width - 1) / l->width;
    int status = fill_offsets(l, batchSizes);
    if (status < 0)
        THNN_(closeLayer)(l);
    return status;
}

void THNN_(closeLayer)(Layer *l) {
    THTensor_free(l->offsets);
}

THTensor *THNN_(newRows)(THTensor *t) {
    if (t->size[1] == 1 || t->stride[1] == 1) {
        THTensor_retain(t);
        return t;
    }
    THTensor *copy = THTensor_newWithSize(TH_REAL_DTYPE, t->nDimension, t->size);
    if (copy && THTensor_(copy)(copy, t) < 0) {
        THTensor_free(copy);
        return NULL;
    }
    return copy;
}

/* ---- the recurrent weights in panels ---- */
/* Panel p holds gate p % gates of slice p / gates: for each unit of the previous state
 * its weights to the units of the slice. */
static void pack(void *context, int64_t begin, int64_t end) {
    const Packing *p = context;
    const Layer *l = p->layer;
    for (int64_t i = begin; i < end; i++) {
        int64_t n, first = slice_begin(l, i / l->gates, &n);
        real *panel = p->panels + i * l->hidden * l->width;
        if (n < l->width)
            memset(panel, 0, (size_t)(l->hidden * l->width) * sizeof(real));
        THNN_KERNELS.transpose(
            panel, l->width, p->weight + (i % l->gates * l->hidden + first) * l->hidden,
            l->hidden, n, l->hidden);
    }
}

static THTensor *new_panels(const Layer *l, const THTensor *weight) {
    int64_t count = l->slices * l->gates, size = count * l->hidden * l->width;
    THTensor *panels = THTensor_newWithSize(TH_REAL_DTYPE, 1, &size);
    if (panels) {
        Packing p = {l, TH_DATA(weight), TH_DATA(panels)};
        THParallel_for(count, rows_per_piece(THNN_GRAIN, l->hidden * l->width), pack,
                       &p);
    }
    return panels;
}

/* ---- forward ---- */
typedef struct Forward {
    const Layer *layer;
    int64_t step;
    const real **old; /* the states that the rows of the step start from */
    real *gates;      /* (rows, gates * hidden): sums, then values */
    real *sums;       /* GRU: those of the previous state, for one step */
    real *output;     /* (rows, hidden) */
    int64_t outputStride;
    real *kept; /* (rows, hidden): LSTM's cells, GRU's sums of the new gate */
    const real *cx, *bias, *panels;
} Forward;

static void compute_row(const Forward *f, int64_t row, int64_t at, int64_t n) {
    const Layer *l = f->layer;
    int64_t index = l->offset[f->step] + row;
    real *gates = f->gates + index * l->gates * l->hidden + at;
    real *state = f->output + index * f->outputStride + at;
    real *kept = f->kept ? f->kept + index * l->hidden + at : NULL;
    switch (l->mode) {
    case THNN_RNN_RELU:
        THNN_RECURRENT.relu(n, state, gates);
        break;
    case THNN_RNN_TANH:
        THNN_RECURRENT.tanh(n, state, gates);
        break;
    case THNN_LSTM:
        THNN_RECURRENT.lstm(n, l->hidden, gates,
                            old_state(l, f->step, row, f->kept, l->hidden, f->cx) + at,
                            kept, state);
        break;
    default:
        THNN_RECURRENT.gru(n, l->hidden, gates, f->sums + row * 3 * l->hidden + at,
                           f->old[row] + at, kept, state);
    }
}

static void forward(void *context, int64_t begin, int64_t end) {
    const Forward *f = context;
    const Layer *l = f->layer;
    int64_t rows = rows_of(l, f->step), units = l->gates * l->hidden;
    real *sums = f->sums ? f->sums : f->gates + l->offset[f->step] * units;
    for (int64_t slice = begin; slice < end; slice++) {
        int64_t n, at = slice_begin(l, slice, &n);
        for (int64_t g = 0; f->panels && g < l->gates; g++) {
            real *sum = sums + g * l->hidden + at;
            const real *bias = f->bias ? f->bias + g * l->hidden + at : NULL;
            for (int64_t r = 0; f->sums && r < rows; r++)
                for (int64_t j = 0; j < n; j++)
                    sum[r * units + j] = bias ? bias[j] : 0;
            multiply(sum, units, n, f->old, l->hidden,
                     f->panels + (slice * l->gates + g) * l->hidden * l->width, rows);
        }
        for (int64_t r = 0; r < rows; r++)
            compute_row(f, r, at, n);
    }
}

/* target = bias + input * weight^T; start: add to what target has. */
static int project(THTensor *target, THTensor *input, THTensor *weight, THTensor *bias,
                   int start) {
    THTensor *transposed = THTensor_newT(weight);
    if (!transposed)
        return TH_ERR_MEMORY;
    int status = bias || start ? THTensor_(addmm)(target, 1, start ? target : bias, 1,
                                                  input, transposed)
                               : THTensor_(mm)(target, input, transposed);
    THTensor_free(transposed);
    return status;
}

static void run_steps(Forward *f, const real *hx) {
    const Layer *l = f->layer;
    for (int64_t i = 0; i < l->steps; i++) {
        f->step = step_at(l, i);
        int64_t rows = rows_of(l, f->step);
        for (int64_t r = 0; r < rows; r++)
            f->old[r] = old_state(l, f->step, r, f->output, f->outputStride, hx);
        THParallel_for(l->slices, slice_grain(l, rows), forward, f);
    }
}

/* last (batch, hidden): the states that each sample ends with. */
static void copy_last(const Layer *l, real *last, const real *states, int64_t stride) {
    for (int64_t t = 0; t < l->steps; t++) {
        int64_t after = l->reverse ? t - 1 : t + 1;
        int64_t first = after < 0 || after >= l->steps ? 0 : rows_of(l, after);
        for (int64_t r = first; r < rows_of(l, t); r++)
            memcpy(last + r * l->hidden, states + (l->offset[t] + r) * stride,
                   (size_t)l->hidden * sizeof(real));
    }
}

/* Room for a result that is a matrix without gaps between its elements. */
static int check_result(const char *what, const THTensor *t, int64_t rows,
                        int64_t columns) {
    TH_TRY(THNN_(checkMatrix)(what, t, rows, columns));
    if (t && !THTensor_isContiguous(t))
        TH_FAIL(TH_ERR, "%s must be contiguous", what);
    return 0;
}

static int check_outputs(const Layer *l, const THTensor *output, const THTensor *hy,
                         const THTensor *cy, const THTensor *gates,
                         const THTensor *kept) {
    TH_TRY(THNN_(checkMatrix)("output", output, l->rows, l->hidden));
    if (output->stride[1] != 1)
        TH_FAIL(TH_ERR, "the elements of a row of output must be neighbours");
    if ((cy && l->mode != THNN_LSTM) || (l->gates > 1) != (kept != NULL))
        TH_FAIL(TH_ERR, "cy and kept must be given where the mode has them, only");
    TH_TRY(check_result("hy", hy, l->batch, l->hidden));
    TH_TRY(check_result("cy", cy, l->batch, l->hidden));
    TH_TRY(check_result("gates", gates, l->rows, l->gates * l->hidden));
    return check_result("kept", kept, l->rows, l->hidden);
}

int THNN_(Recurrent_updateOutput)(THNNState *state, THTensor *input, THTensor *output,
                                  THTensor *hx, THTensor *cx, THTensor *hy,
                                  THTensor *cy, THTensor *weightIH, THTensor *weightHH,
                                  THTensor *biasIH, THTensor *biasHH,
                                  THLongTensor *batchSizes, THTensor *gates,
                                  THTensor *kept, int mode, int reverse) {
    (void)state;
    Layer layer;
    TH_TRY(THNN_(openLayer)(&layer, input, hx, cx, weightIH, weightHH, batchSizes, mode,
                            reverse));
    const Layer *l = &layer;
    int64_t units = l->gates * l->hidden, gru = mode == THNN_GRU;
    const int64_t sumSize[2] = {l->batch, units}, oldSize = l->batch;
    THTensor *h = NULL, *c = NULL, *w = NULL, *bias = NULL, *panels = NULL;
    THTensor *sums = NULL, *old = NULL, *hiddenBias = NULL;
    int status = check_channels("bias_ih", biasIH, units);
    if (status < 0 || (status = check_channels("bias_hh", biasHH, units)) < 0 ||
        (status = check_outputs(l, output, hy, cy, gates, kept)) < 0)
        goto done;

    status = TH_ERR_MEMORY;
    h = new_contiguous(hx);
    c = cx ? new_contiguous(cx) : NULL;
    w = new_contiguous(weightHH);
    old = THTensor_newWithSize(TH_LONG, 1, &oldSize); /* pointers */
    if (!h || (cx && !c) || !w || !old)
        goto done;
    if (gru) {
        if (!(sums = THTensor_newWithSize(TH_REAL_DTYPE, 2, sumSize)) ||
            (biasHH && !(hiddenBias = new_contiguous(biasHH))))
            goto done;
    } else if (biasIH && biasHH) {
        if (!(bias = THTensor_new(TH_REAL_DTYPE)) ||
            THTensor_(cadd)(bias, biasIH, 1, biasHH) < 0)
            goto done;
    }
    if (!bias && (bias = biasIH ? biasIH : gru ? NULL : biasHH))
        THTensor_retain(bias);
    if ((status = project(gates, input, weightIH, bias, 0)) < 0)
        goto done;
    if (l->steps > 1) {
        status = (panels = new_panels(l, w)) ? 0 : TH_ERR_MEMORY;
    } else {
        status =
            gru ? project(sums, h, w, hiddenBias, 0) : project(gates, h, w, NULL, 1);
    }
    if (status < 0)
        goto done;

    Forward f = {.layer = l,
                 .old = (const real **)old->storage->data,
                 .gates = TH_DATA(gates),
                 .sums = data_of(sums),
                 .output = TH_DATA(output),
                 .outputStride = output->stride[0],
                 .kept = data_of(kept),
                 .cx = data_of(c),
                 .bias = data_of(hiddenBias),
                 .panels = data_of(panels)};
    run_steps(&f, TH_DATA(h));
    if (hy)
        copy_last(l, TH_DATA(hy), f.output, f.outputStride);
    if (cy)
        copy_last(l, TH_DATA(cy), f.kept, l->hidden);
done:
    THTensor_free(h);
    THTensor_free(c);
    THTensor_free(w);
    THTensor_free(bias);
    THTensor_free(panels);
    THTensor_free(sums);
    THTensor_free(old);
    THTensor_free(hiddenBias);
    THNN_(closeLayer)(&layer);
    return status;
}
