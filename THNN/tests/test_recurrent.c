/* Recurrent layers against plain loops; their gradients against differences of a loss;
 * wrong sizes; failing allocations. */
#include "test_layers.h"

/* A layer, its operands, and room for its results. */
typedef struct Case {
    int mode, reverse;
    int64_t gates, features, hidden, batch, steps, rows;
    const int64_t *sizes; /* rows of each step */
    THTensor *batchSizes; /* NULL: all the same */
    THTensor *x, *hx, *cx, *w[4];
    THTensor *both, *output, *hy, *cy, *values, *kept; /* output: a part of both */
} Case;

static THTensor *new_matrix(int64_t rows, int64_t columns) {
    return NEW(DENSE, rows, columns);
}

static Case new_case(int mode, int reverse, int layout, int64_t features,
                     int64_t hidden, int64_t steps, const int64_t *sizes, int equal) {
    Case c = {.mode = mode,
              .reverse = reverse,
              .gates = mode == THNN_LSTM  ? 4
                       : mode == THNN_GRU ? 3
                                          : 1,
              .features = features,
              .hidden = hidden,
              .batch = sizes[0],
              .steps = steps,
              .sizes = sizes};
    int lstm = mode == THNN_LSTM;
    for (int64_t t = 0; t < steps; t++)
        c.rows += sizes[t];
    c.batchSizes = equal ? NULL : new_longs((int)steps, sizes);
    c.x = NEW(layout, c.rows, features);
    c.hx = NEW(layout, c.batch, hidden);
    c.cx = lstm ? NEW(layout, c.batch, hidden) : NULL;
    c.w[0] = NEW(layout, c.gates * hidden, features);
    c.w[1] = NEW(layout, c.gates * hidden, hidden);
    c.w[2] = NEW(layout, c.gates * hidden);
    c.w[3] = NEW(layout, c.gates * hidden);
    c.both = new_matrix(c.rows, hidden + 3);
    c.output = THTensor_newNarrow(c.both, 1, 2, hidden);
    c.hy = new_matrix(c.batch, hidden);
    c.cy = lstm ? new_matrix(c.batch, hidden) : NULL;
    c.values = new_matrix(c.rows, c.gates * hidden);
    c.kept = c.gates > 1 ? new_matrix(c.rows, hidden) : NULL;
    return c;
}

static void free_case(Case *c) {
    THTensor *all[] = {c->x,    c->hx, c->cx,     c->w[0], c->w[1], c->w[2],   c->w[3],
                       c->both, c->hy, c->output, c->cy,   c->kept, c->values, NULL};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        THTensor_free(all[i]);
    THTensor_free(c->batchSizes);
}

static int forward(const Case *c) {
    return THNN_(Recurrent_updateOutput)(
        NULL, c->x, c->output, c->hx, c->cx, c->hy, c->cy, c->w[0], c->w[1], c->w[2],
        c->w[3], c->batchSizes, c->values, c->kept, c->mode, c->reverse);
}

static double sigmoid(double x) {
    return 1 / (1 + exp(-x));
}

/* The sums of gate g of unit j: of the input, and of the state h. */
static double sum_of(const Case *c, int part, int64_t g, int64_t j, const double *from,
                     int64_t n) {
    int64_t row = g * c->hidden + j;
    double sum = get(c->w[2 + part], row);
    for (int64_t k = 0; k < n; k++)
        sum += get(c->w[part], row * n + k) * from[k];
    return sum;
}

static void step(const Case *c, const double *x, double *h, double *cell) {
    double next[64];
    for (int64_t j = 0; j < c->hidden; j++) {
        double a[4], b[4];
        for (int64_t g = 0; g < c->gates; g++) {
            a[g] = sum_of(c, 0, g, j, x, c->features);
            b[g] = sum_of(c, 1, g, j, h, c->hidden);
        }
        if (c->mode == THNN_LSTM) {
            cell[j] = sigmoid(a[1] + b[1]) * cell[j] +
                      sigmoid(a[0] + b[0]) * tanh(a[2] + b[2]);
            next[j] = sigmoid(a[3] + b[3]) * tanh(cell[j]);
        } else if (c->mode == THNN_GRU) {
            double z = sigmoid(a[1] + b[1]);
            double value = tanh(a[2] + sigmoid(a[0] + b[0]) * b[2]);
            next[j] = (1 - z) * value + z * h[j];
        } else if (c->mode == THNN_RNN_TANH) {
            next[j] = tanh(a[0] + b[0]);
        } else {
            next[j] = a[0] + b[0] > 0 ? a[0] + b[0] : 0;
        }
    }
    memcpy(h, next, (size_t)c->hidden * sizeof *h);
}

/* Every sample for itself. */
static void check_forward(const Case *c) {
    int64_t wrong = 0, H = c->hidden;
    for (int64_t sample = 0; sample < c->batch; sample++) {
        double h[64], cell[64], x[64];
        for (int64_t j = 0; j < H; j++) {
            h[j] = get(c->hx, sample * H + j);
            cell[j] = c->cx ? get(c->cx, sample * H + j) : 0;
        }
        for (int64_t i = 0; i < c->steps; i++) {
            int64_t t = c->reverse ? c->steps - 1 - i : i, row = sample;
            if (sample >= c->sizes[t])
                continue;
            for (int64_t s = 0; s < t; s++)
                row += c->sizes[s];
            for (int64_t k = 0; k < c->features; k++)
                x[k] = get(c->x, row * c->features + k);
            step(c, x, h, cell);
            for (int64_t j = 0; j < H; j++)
                wrong += !close_to(get(c->output, row * H + j), h[j], 400);
        }
        for (int64_t j = 0; j < H; j++) {
            wrong += !close_to(get(c->hy, sample * H + j), h[j], 400);
            wrong += c->cy && !close_to(get(c->cy, sample * H + j), cell[j], 400);
        }
    }
    CHECK(wrong == 0);
}

static double dot(const THTensor *a, const THTensor *b) {
    double sum = 0;
    for (int64_t i = 0; a && i < THTensor_nElement(a); i++)
        sum += get(a, i) * get(b, i);
    return sum;
}

static void move(THTensor *t, const THTensor *direction, double by) {
    for (int64_t i = 0; t && i < THTensor_nElement(t); i++)
        set(t, i, get(t, i) + by * get(direction, i));
}

enum { OPERANDS = 7 };

static int backward(const Case *c, THTensor *const *factors, THTensor **grads) {
    return THNN_(Recurrent_backward)(
        NULL, c->x, factors[0], factors[1], factors[2], grads[0], grads[1], grads[2],
        grads[3], grads[4], grads[5], grads[6], c->output, c->hx, c->cx, c->w[0],
        c->w[1], c->batchSizes, c->gates > 1 ? c->values : NULL, c->kept, c->mode,
        c->reverse);
}

/* The gradient of a sum of all results, with random factors, along a random direction
 * of all operands. */
static void check_backward(const Case *c, int layout) {
    int lstm = c->mode == THNN_LSTM;
    THTensor *factors[3] = {NEW(layout, c->rows, c->hidden),
                            NEW(layout, c->batch, c->hidden),
                            lstm ? NEW(layout, c->batch, c->hidden) : NULL};
    THTensor *operands[OPERANDS] = {c->x,    c->hx,   c->cx,  c->w[0],
                                    c->w[1], c->w[2], c->w[3]};
    THTensor *grads[OPERANDS], *directions[OPERANDS];
    for (int i = 0; i < OPERANDS; i++) {
        const THTensor *t = operands[i];
        grads[i] = t ? new_empty() : NULL;
        directions[i] = t ? new_random(DENSE, t->nDimension, t->size) : NULL;
    }
    CHECK(forward(c) == 0);
    CHECK(backward(c, factors, grads) == 0);
    double expected = 0, loss[2], e = sizeof(real) == 4 ? 1e-2 : 1e-5;
    for (int i = 0; i < OPERANDS; i++) {
        CHECK(!operands[i] || THTensor_isSameSizeAs(grads[i], operands[i]));
        expected += dot(grads[i], directions[i]);
    }
    for (int side = 0; side < 2; side++) {
        for (int i = 0; i < OPERANDS; i++)
            move(operands[i], directions[i], side ? 2 * e : -e);
        CHECK(forward(c) == 0);
        loss[side] = dot(c->output, factors[0]) + dot(c->hy, factors[1]) +
                     dot(c->cy, factors[2]);
    }
    for (int i = 0; i < OPERANDS; i++)
        move(operands[i], directions[i], -e);
    double found = (loss[1] - loss[0]) / (2 * e);
    if (c->mode != THNN_RNN_RELU) /* which has corners */
        CHECK(fabs(found - expected) <
              (sizeof(real) == 4 ? 3e-2 : 1e-6) * (1 + fabs(expected)));
    for (int i = 0; i < OPERANDS; i++) {
        THTensor_free(grads[i]);
        THTensor_free(directions[i]);
    }
    for (int i = 0; i < 3; i++)
        THTensor_free(factors[i]);
}

static void test_mode(int mode, int reverse, int layout) {
    static const int64_t equal[] = {3, 3, 3}, falling[] = {14, 5, 5, 1}, one[] = {2};
    Case cases[] = {new_case(mode, reverse, layout, 4, 6, 3, equal, 1),
                    new_case(mode, reverse, layout, 3, 37, 4, falling, 0),
                    new_case(mode, reverse, layout, 5, 33, 1, one, 1)};
    for (int i = 0; i < 3; i++) {
        CHECK(forward(&cases[i]) == 0);
        check_forward(&cases[i]);
        check_backward(&cases[i], layout);
        free_case(&cases[i]);
    }
}

static void test_wrong_sizes(void) {
    static const int64_t sizes[] = {2, 2};
    Case c = new_case(THNN_LSTM, 0, DENSE, 3, 4, 2, sizes, 1), good = c;
    THTensor *other = new_matrix(5, 7), *line = NEW(DENSE, 4);
    c.mode = 7;
    CHECK_FAILS(forward(&c), TH_ERR_VALUE, "unknown mode 7");
    c = good;
    c.mode = THNN_GRU;
    CHECK_FAILS(forward(&c), TH_ERR, "a cell state belongs to LSTM");
    c = good;
    c.x = other;
    CHECK_FAILS(forward(&c), TH_ERR, "weight_ih: expected size [16 x 7], got [16 x 3]");
    c.x = line;
    CHECK_FAILS(forward(&c), TH_ERR, "input must have 2 dimensions, got 1");
    c = good;
    c.hx = line;
    CHECK_FAILS(forward(&c), TH_ERR, "expected size (batch, hidden_size), got [4]");
    c.hx = other;
    CHECK_FAILS(forward(&c), TH_ERR, "cell state: expected size [5 x 7], got [2 x 4]");
    c = good;
    c.w[1] = other;
    CHECK_FAILS(forward(&c), TH_ERR, "weight_hh: expected size [16 x 4], got [5 x 7]");
    c = good;
    c.w[3] = line;
    CHECK_FAILS(forward(&c), TH_ERR, "bias_hh should contain 16 elements not 4");
    c = good;
    c.output = other;
    CHECK_FAILS(forward(&c), TH_ERR, "output: expected size [4 x 4], got [5 x 7]");
    c = good;
    c.values = other;
    CHECK_FAILS(forward(&c), TH_ERR, "gates: expected size [4 x 16], got [5 x 7]");
    static const int64_t wrong[][3] = {{1, 2, 1}, {2, 1, 0}, {2, 3, -1}, {2, 1, 2}};
    for (int i = 0; i < 4; i++) {
        c = good;
        c.batchSizes = new_longs(3, wrong[i]);
        CHECK(forward(&c) < 0);
        CHECK(strstr(THError_message(), "batch_sizes") != NULL);
        THError_clear();
        THTensor_free(c.batchSizes);
    }
    THTensor *factors[3] = {other, NULL, NULL}, *grads[OPERANDS] = {NULL};
    CHECK_FAILS(backward(&good, factors, grads), TH_ERR, "gradOutput: expected size");
    THTensor_free(other);
    THTensor_free(line);
    free_case(&good);
}

static void test_memory(int mode) {
    static const int64_t sizes[] = {3, 2};
    Case c = new_case(mode, 0, TRANSPOSED, 3, 5, 2, sizes, 0);
    THTensor *factors[3] = {NEW(TRANSPOSED, 5, 5), NULL, NULL};
    for (int direction = 0; direction < 2; direction++) {
        int status = -1;
        CHECK(forward(&c) == 0);
        for (int64_t n = 1; n < 200 && status != 0; n++) {
            THTensor *grads[OPERANDS];
            for (int i = 0; i < OPERANDS; i++)
                grads[i] = i == 2 && mode != THNN_LSTM ? NULL : new_empty();
            THAllocStats before, after;
            THAlloc_stats(&before);
            THAlloc_failAfter(n);
            status = direction ? backward(&c, factors, grads) : forward(&c);
            THAlloc_failAfter(0);
            CHECK(status == 0 || status == TH_ERR_MEMORY);
            THError_clear();
            for (int i = 0; i < OPERANDS; i++)
                THTensor_free(grads[i]);
            THAlloc_stats(&after);
            CHECK(after.bytesInUse <= before.bytesInUse);
        }
        CHECK(status == 0);
    }
    THTensor_free(factors[0]);
    free_case(&c);
}

/* input (rows, n) * weight^T without bias. */
static THTensor *new_sums(int layout, THTensor *input, THTensor *weight) {
    THTensor *transposed = THTensor_newT(weight), *product = new_empty();
    CHECK(THTensor_(mm)(product, input, transposed) == 0);
    THTensor *sums = NEW(layout, product->size[0], product->size[1]);
    CHECK(THTensor_(copy)(sums, product) == 0);
    THTensor_free(transposed);
    THTensor_free(product);
    return sums;
}

static double difference(const THTensor *a, const THTensor *b) {
    double most = 0;
    CHECK(THTensor_nElement(a) == THTensor_nElement(b));
    for (int64_t i = 0; i < THTensor_nElement(b); i++)
        most = fmax(most, fabs(get(a, i) - get(b, i)));
    return most;
}

/* A step from sums gives what the layer gives, gradients too. */
static void test_fused(int mode, int layout) {
    static const int64_t sizes[] = {3};
    Case c = new_case(mode, 0, layout, 4, 21, 1, sizes, 1);
    int lstm = mode == THNN_LSTM;
    THTensor *factors[3] = {NULL, NEW(layout, 3, 21), lstm ? NEW(layout, 3, 21) : NULL};
    THTensor *grads[OPERANDS];
    for (int i = 0; i < OPERANDS; i++)
        grads[i] = i == 2 && !lstm ? NULL : new_empty();
    CHECK(forward(&c) == 0 && backward(&c, factors, grads) == 0);
    THTensor *input = new_sums(DENSE, c.x, c.w[0]);
    THTensor *hidden = new_sums(layout, c.hx, c.w[1]);
    THTensor *h = new_empty(), *cell = new_empty(), *storage = new_empty();
    THTensor *gradInput = new_empty(), *gradHidden = new_empty(),
             *gradOld = new_empty();
    THTensor *bias = new_empty(), *wrong = NEW(DENSE, 3, 5);
    double limit = tolerance(400);
    if (lstm) {
        CHECK(THNN_(LSTMFused_updateOutput)(NULL, input, hidden, c.w[2], c.w[3], c.cx,
                                            h, cell) == 0);
        CHECK(difference(cell, c.cy) < limit);
        CHECK(THNN_(LSTMFused_updateGradInput)(NULL, input, gradInput, c.cx, cell,
                                               factors[1], factors[2], gradOld) == 0);
        CHECK(difference(gradOld, grads[2]) < limit);
        CHECK_FAILS(THNN_(LSTMFused_updateOutput)(NULL, wrong, hidden, NULL, NULL, c.cx,
                                                  h, cell),
                    TH_ERR, "input: expected size [3 x 84], got [3 x 5]");
        CHECK_FAILS(THNN_(LSTMFused_updateGradInput)(NULL, wrong, gradInput, c.cx, cell,
                                                     factors[1], NULL, gradOld),
                    TH_ERR, "storage: expected size [3 x 84], got [3 x 5]");
    } else {
        CHECK(THNN_(GRUFused_updateOutput)(NULL, input, hidden, c.w[2], c.w[3], c.hx, h,
                                           storage) == 0);
        CHECK(THNN_(GRUFused_updateGradInput)(NULL, gradInput, gradHidden, factors[1],
                                              gradOld, storage) == 0);
        CHECK(THTensor_(sum)(bias, gradHidden, 0, 0) == 0);
        CHECK(difference(bias, grads[6]) < limit);
        CHECK_FAILS(THNN_(GRUFused_updateOutput)(NULL, input, hidden, wrong, NULL, c.hx,
                                                 h, storage),
                    TH_ERR, "bias1 should contain 63 elements not 15");
        CHECK_FAILS(THNN_(GRUFused_updateGradInput)(NULL, gradInput, gradHidden,
                                                    factors[1], gradOld, wrong),
                    TH_ERR, "storage: expected size [3 x 105], got [3 x 5]");
    }
    CHECK(difference(h, c.hy) < limit);
    CHECK(THTensor_(sum)(bias, gradInput, 0, 0) == 0);
    CHECK(difference(bias, grads[5]) < limit);
    THTensor *all[] = {factors[1], factors[2], input,      hidden,  h,    cell,
                       storage,    gradInput,  gradHidden, gradOld, bias, wrong};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        THTensor_free(all[i]);
    for (int i = 0; i < OPERANDS; i++)
        THTensor_free(grads[i]);
    free_case(&c);
}

int main(void) {
    for (int mode = THNN_RNN_RELU; mode <= THNN_GRU; mode++) {
        for (int reverse = 0; reverse < 2; reverse++)
            for (int layout = 0; layout < LAYOUTS; layout++)
                test_mode(mode, reverse, layout);
        test_memory(mode);
    }
    for (int layout = 0; layout < LAYOUTS; layout++) {
        test_fused(THNN_LSTM, layout);
        test_fused(THNN_GRU, layout);
    }
    test_wrong_sizes();
    FINISH();
}
