/* One step of LSTM and GRU from the sums of their gates, for float and double. */
#include "THNNTensor.h"

#include <string.h>

#include "THNNRecurrent.h"

/* Rows of `units` sums; every pointer is to contiguous (rows, ...). */
typedef struct Work {
    int64_t rows, units, hidden;
    real *gates, *sums; /* GRU: sums of the state apart */
    int64_t gatesStride;
    const real *input, *state, *bias1, *bias2, *old;
    real *output, *cell;
    const real *grad, *gradCell;
    real *gradOld, *gradGates, *gradSums;
} Work;

static void add_row(int64_t n, real *r, const real *a, const real *b) {
    for (int64_t j = 0; j < n; j++)
        r[j] = a[j] + (b ? b[j] : 0);
}

static void lstm_rows(void *context, int64_t begin, int64_t end) {
    const Work *w = context;
    for (int64_t i = begin; i < end; i++) {
        real *gates = w->gates + i * w->units;
        add_row(w->units, gates, gates, w->state + i * w->units);
        add_row(w->units, gates, gates, w->bias1);
        add_row(w->units, gates, gates, w->bias2);
        int64_t at = i * w->hidden;
        THNN_RECURRENT.lstm(w->hidden, w->hidden, gates, w->old + at, w->cell + at,
                            w->output + at);
    }
}

static void lstm_gradient_rows(void *context, int64_t begin, int64_t end) {
    const Work *w = context;
    for (int64_t i = begin; i < end; i++) {
        int64_t at = i * w->hidden;
        THNN_RECURRENT.lstmGrad(w->hidden, w->hidden, w->gates + i * w->units,
                                w->old + at, w->cell + at, NULL, w->output + at,
                                w->gradOld + at, w->gradGates + i * w->units);
    }
}

static void gru_rows(void *context, int64_t begin, int64_t end) {
    const Work *w = context;
    for (int64_t i = begin; i < end; i++) {
        real *gates = w->gates + i * w->gatesStride, *sums = w->sums + i * w->units;
        int64_t at = i * w->hidden;
        add_row(w->units, gates, w->input + i * w->units, w->bias1);
        add_row(w->units, sums, w->state + i * w->units, w->bias2);
        memcpy(gates + w->units, w->old + at, (size_t)w->hidden * sizeof(real));
        THNN_RECURRENT.gru(w->hidden, w->hidden, gates, sums, w->old + at,
                           gates + w->units + w->hidden, w->output + at);
    }
}

static void gru_gradient_rows(void *context, int64_t begin, int64_t end) {
    const Work *w = context;
    for (int64_t i = begin; i < end; i++) {
        const real *gates = w->gates + i * w->gatesStride;
        THNN_RECURRENT.gruGrad(w->hidden, w->hidden, gates, gates + w->units,
                               gates + w->units + w->hidden, w->grad + i * w->hidden,
                               w->gradOld + i * w->hidden, w->gradGates + i * w->units,
                               w->gradSums + i * w->units);
    }
}

static int check_size(const char *what, const THTensor *t, int64_t rows,
                      int64_t columns) {
    char text[TH_SHAPE_TEXT];
    if (t->nDimension == 2 && t->size[0] == rows && t->size[1] == columns)
        return 0;
    return THError_set(TH_ERR, "%s: expected size [%lld x %lld], got %s", what,
                       (long long)rows, (long long)columns,
                       THTensor_shapeText(text, t));
}

/* Sizes from a state (N, H). */
static int open_work(Work *w, const char *what, const THTensor *state, int64_t gates) {
    char text[TH_SHAPE_TEXT];
    if (state->nDimension != 2)
        TH_FAIL(TH_ERR, "%s: expected size (batch, hidden_size), got %s", what,
                THTensor_shapeText(text, state));
    w->rows = state->size[0];
    w->hidden = state->size[1];
    w->units = gates * w->hidden;
    return 0;
}

static int check_bias(const char *what, const THTensor *bias, int64_t units) {
    if (bias && th_nElement(bias) != units)
        TH_FAIL(TH_ERR, "%s should contain %lld elements not %lld", what,
                (long long)units, (long long)th_nElement(bias));
    return 0;
}

static int check_sums(const Work *w, const THTensor *input, const THTensor *hidden,
                      const THTensor *bias1, const THTensor *bias2) {
    TH_TRY(check_size("input", input, w->rows, w->units));
    TH_TRY(check_size("hidden", hidden, w->rows, w->units));
    TH_TRY(check_bias("bias1", bias1, w->units));
    return check_bias("bias2", bias2, w->units);
}

/* Contiguous forms of operands that may be NULL. 0 on success. */
static int open_operands(THTensor *const *operands, THTensor **opened, int n) {
    for (int i = 0; i < n; i++)
        if (operands[i] && !(opened[i] = new_contiguous(operands[i])))
            return TH_ERR_MEMORY;
    return 0;
}

static void close_operands(THTensor **opened, int n) {
    for (int i = 0; i < n; i++)
        THTensor_free(opened[i]);
}

static void run(Work *w, THRangeFunction rows) {
    THParallel_for(w->rows, rows_per_piece(THNN_GRAIN_HEAVY, w->units), rows, w);
}

int THNN_(LSTMFused_updateOutput)(THNNState *state, THTensor *input, THTensor *hidden,
                                  THTensor *bias1, THTensor *bias2, THTensor *cell,
                                  THTensor *output, THTensor *outputCell) {
    (void)state;
    Work w = {0};
    TH_TRY(open_work(&w, "cell", cell, 4));
    TH_TRY(check_sums(&w, input, hidden, bias1, bias2));
    if (!THTensor_isContiguous(input))
        TH_FAIL(TH_ERR, "input must be contiguous, it receives the gates");
    THTensor *operands[4] = {hidden, bias1, bias2, cell}, *opened[4] = {NULL};
    int status = open_operands(operands, opened, 4);
    THTensor *h = NULL, *c = NULL;
    if (status == 0 &&
        !((h = new_output_as(output, cell, shares_storage(output, cell))) &&
          (c = new_output_as(outputCell, cell, shares_storage(outputCell, cell)))))
        status = TH_ERR_MEMORY;
    if (status == 0) {
        w.gates = TH_DATA(input);
        w.state = TH_DATA(opened[0]);
        w.bias1 = data_of(opened[1]);
        w.bias2 = data_of(opened[2]);
        w.old = TH_DATA(opened[3]);
        w.output = TH_DATA(h);
        w.cell = TH_DATA(c);
        if (!bias1)
            w.bias1 = w.bias2;
        if (!bias1 || !bias2)
            w.bias2 = NULL;
        run(&w, lstm_rows);
    }
    close_operands(opened, 4);
    if (h)
        status = finish_output(output, h, status);
    return c ? finish_output(outputCell, c, status) : status;
}

int THNN_(LSTMFused_updateGradInput)(THNNState *state, THTensor *storage,
                                     THTensor *gradInGates, THTensor *cx, THTensor *cy,
                                     THTensor *gradOutput, THTensor *gradOutputCell,
                                     THTensor *gradInputCx) {
    (void)state;
    Work w = {0};
    TH_TRY(open_work(&w, "cx", cx, 4));
    TH_TRY(check_size("storage", storage, w.rows, w.units));
    TH_TRY(check_same_size("cy", cy, "cx", cx));
    TH_TRY(check_same_size("gradOutput", gradOutput, "cx", cx));
    if (gradOutputCell)
        TH_TRY(check_same_size("gradOutputCell", gradOutputCell, "cx", cx));
    THTensor *operands[3] = {storage, cx, cy}, *opened[3] = {NULL};
    int status = open_operands(operands, opened, 3);
    /* the kernel works on the gradients in place */
    THTensor *gates = THTensor_newWithSize(TH_REAL_DTYPE, 2, storage->size);
    THTensor *grad = THTensor_newWithSize(TH_REAL_DTYPE, 2, cx->size);
    THTensor *gradC = THTensor_newWithSize(TH_REAL_DTYPE, 2, cx->size);
    if (!gates || !grad || !gradC)
        status = TH_ERR_MEMORY;
    if (status == 0 && (status = THTensor_(copy)(grad, gradOutput)) == 0)
        status = gradOutputCell ? THTensor_(copy)(gradC, gradOutputCell)
                                : THTensor_(zero)(gradC);
    if (status == 0) {
        w.gates = TH_DATA(opened[0]);
        w.old = TH_DATA(opened[1]);
        w.cell = TH_DATA(opened[2]);
        w.output = TH_DATA(grad);
        w.gradOld = TH_DATA(gradC);
        w.gradGates = TH_DATA(gates);
        run(&w, lstm_gradient_rows);
        if ((status = THTensor_set(gradInGates, gates)) == 0)
            status = THTensor_set(gradInputCx, gradC);
    }
    close_operands(opened, 3);
    THTensor_free(gates);
    THTensor_free(grad);
    THTensor_free(gradC);
    return status;
}

int THNN_(GRUFused_updateOutput)(THNNState *state, THTensor *input, THTensor *hidden,
                                 THTensor *bias1, THTensor *bias2, THTensor *hx,
                                 THTensor *output, THTensor *storage) {
    (void)state;
    Work w = {0};
    TH_TRY(open_work(&w, "hx", hx, 3));
    TH_TRY(check_sums(&w, input, hidden, bias1, bias2));
    w.gatesStride = 5 * w.hidden;
    const int64_t size[2] = {w.rows, w.gatesStride};
    THTensor *operands[5] = {input, hidden, bias1, bias2, hx}, *opened[5] = {NULL};
    int status = open_operands(operands, opened, 5);
    THTensor *h = NULL, *kept = THTensor_newWithSize(TH_REAL_DTYPE, 2, size);
    THTensor *sums = THTensor_newWithSize(TH_REAL_DTYPE, 2, hidden->size);
    if (status == 0 &&
        !(kept && sums && (h = new_output_as(output, hx, shares_storage(output, hx)))))
        status = TH_ERR_MEMORY;
    if (status == 0) {
        w.input = TH_DATA(opened[0]);
        w.state = TH_DATA(opened[1]);
        w.bias1 = data_of(opened[2]);
        w.bias2 = data_of(opened[3]);
        w.old = TH_DATA(opened[4]);
        w.gates = TH_DATA(kept);
        w.sums = TH_DATA(sums);
        w.output = TH_DATA(h);
        run(&w, gru_rows);
        status = THTensor_set(storage, kept);
    }
    close_operands(opened, 5);
    THTensor_free(kept);
    THTensor_free(sums);
    return h ? finish_output(output, h, status) : status;
}

int THNN_(GRUFused_updateGradInput)(THNNState *state, THTensor *gradInInput,
                                    THTensor *gradInHidden, THTensor *gradOutput,
                                    THTensor *gradInputHx, THTensor *storage) {
    (void)state;
    Work w = {0};
    TH_TRY(open_work(&w, "gradOutput", gradOutput, 3));
    w.gatesStride = 5 * w.hidden;
    TH_TRY(check_size("storage", storage, w.rows, w.gatesStride));
    const int64_t size[2] = {w.rows, w.units};
    THTensor *operands[2] = {gradOutput, storage}, *opened[2] = {NULL};
    int status = open_operands(operands, opened, 2);
    THTensor *input = THTensor_newWithSize(TH_REAL_DTYPE, 2, size);
    THTensor *hidden = THTensor_newWithSize(TH_REAL_DTYPE, 2, size);
    THTensor *hx = THTensor_newWithSize(TH_REAL_DTYPE, 2, gradOutput->size);
    if (!input || !hidden || !hx)
        status = TH_ERR_MEMORY;
    if (status == 0 && (status = THTensor_(zero)(hx)) == 0) {
        w.grad = TH_DATA(opened[0]);
        w.gates = TH_DATA(opened[1]);
        w.gradOld = TH_DATA(hx);
        w.gradGates = TH_DATA(input);
        w.gradSums = TH_DATA(hidden);
        run(&w, gru_gradient_rows);
        if ((status = THTensor_set(gradInInput, input)) == 0 &&
            (status = THTensor_set(gradInHidden, hidden)) == 0)
            status = THTensor_set(gradInputHx, hx);
    }
    close_operands(opened, 2);
    THTensor_free(input);
    THTensor_free(hidden);
    THTensor_free(hx);
    return status;
}
