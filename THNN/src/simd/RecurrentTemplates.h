/* The bodies of the recurrent loops for one type; included by THNNRecurrent.c only. */

/* ---- a panel of the product with the previous state ---- */
#define LANES (VECTOR_BYTES / (int)sizeof(real))

typedef real KERNEL(Vector)
    __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(real)), may_alias));

INLINE void KERNEL(product_body)(real *c, int64_t cStride, const real *const *a,
                                 int64_t n, const real *panel, const int rows) {
    KERNEL(Vector) sum[STEP_ROWS][2];
    const real *row[STEP_ROWS];
#pragma GCC unroll 12
    for (int p = 0; p < rows; p++) {
        row[p] = a[p];
        sum[p][0] = *(const KERNEL(Vector) *)(c + p * cStride);
        sum[p][1] = *(const KERNEL(Vector) *)(c + p * cStride + LANES);
    }
    for (int64_t k = 0; k < n; k++) {
        KERNEL(Vector) low = *(const KERNEL(Vector) *)panel;
        KERNEL(Vector) high = *(const KERNEL(Vector) *)(panel + LANES);
#pragma GCC unroll 12
        for (int p = 0; p < rows; p++) {
            sum[p][0] += row[p][k] * low;
            sum[p][1] += row[p][k] * high;
        }
        panel += 2 * LANES;
    }
#pragma GCC unroll 12
    for (int p = 0; p < rows; p++) {
        *(KERNEL(Vector) *)(c + p * cStride) = sum[p][0];
        *(KERNEL(Vector) *)(c + p * cStride + LANES) = sum[p][1];
    }
}

/* With one or two rows the additions of one element wait for each other, so that four
 * sums are formed next to each other. */
INLINE void KERNEL(product_narrow)(real *c, int64_t cStride, const real *const *a,
                                   int64_t n, const real *panel, const int rows) {
    KERNEL(Vector) sum[2][4][2];
    for (int p = 0; p < rows; p++)
        for (int i = 0; i < 4; i++)
            sum[p][i][0] = sum[p][i][1] = (KERNEL(Vector)){0};
    int64_t k = 0;
    for (; k + 4 <= n; k += 4) {
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            KERNEL(Vector) low = *(const KERNEL(Vector) *)(panel + i * 2 * LANES);
            KERNEL(Vector)
            high = *(const KERNEL(Vector) *)(panel + i * 2 * LANES + LANES);
#pragma GCC unroll 2
            for (int p = 0; p < rows; p++) {
                sum[p][i][0] += a[p][k + i] * low;
                sum[p][i][1] += a[p][k + i] * high;
            }
        }
        panel += 8 * LANES;
    }
    for (; k < n; k++) {
        for (int p = 0; p < rows; p++) {
            sum[p][0][0] += a[p][k] * *(const KERNEL(Vector) *)panel;
            sum[p][0][1] += a[p][k] * *(const KERNEL(Vector) *)(panel + LANES);
        }
        panel += 2 * LANES;
    }
    for (int p = 0; p < rows; p++)
        for (int v = 0; v < 2; v++)
            *(KERNEL(Vector) *)(c + p * cStride + v * LANES) +=
                (sum[p][0][v] + sum[p][1][v]) + (sum[p][2][v] + sum[p][3][v]);
}

static void KERNEL(product)(real *c, int64_t cStride, const real *const *a, int64_t n,
                            const real *panel, int64_t rows) {
    switch (rows) {
    case 1:
        KERNEL(product_narrow)(c, cStride, a, n, panel, 1);
        break;
    case 2:
        KERNEL(product_narrow)(c, cStride, a, n, panel, 2);
        break;
#define ROWS(count)                                                                    \
    case count:                                                                        \
        KERNEL(product_body)(c, cStride, a, n, panel, count);                          \
        break;
        ROWS(3)
        ROWS(4)
        ROWS(5)
        ROWS(6)
#if STEP_ROWS > 6
        ROWS(7)
        ROWS(8)
        ROWS(9)
        ROWS(10)
        ROWS(11)
        ROWS(12)
#endif
#undef ROWS
    default:
        break;
    }
}

/* ---- plain cells ---- */
static void KERNEL(relu)(int64_t n, real *state, const real *x) {
    EACH for (int64_t j = 0; j < n; j++) state[j] = x[j] <= 0 ? 0 : x[j];
}

static void KERNEL(tanh)(int64_t n, real *state, const real *x) {
    EACH for (int64_t j = 0; j < n; j++) state[j] = tanh_real(x[j]);
}

/* gradHidden += gradOutput; what a gradient loop starts with. */
INLINE void KERNEL(add)(int64_t n, real *gradHidden, const real *gradOutput) {
    if (gradOutput)
        EACH for (int64_t j = 0; j < n; j++) gradHidden[j] += gradOutput[j];
}

static void KERNEL(relu_grad)(int64_t n, const real *state, const real *gradOutput,
                              real *gradHidden, real *gradGates) {
    KERNEL(add)(n, gradHidden, gradOutput);
    EACH for (int64_t j = 0; j < n; j++) {
        gradGates[j] = state[j] > 0 ? gradHidden[j] : 0;
        gradHidden[j] = 0;
    }
}

static void KERNEL(tanh_grad)(int64_t n, const real *state, const real *gradOutput,
                              real *gradHidden, real *gradGates) {
    KERNEL(add)(n, gradHidden, gradOutput);
    EACH for (int64_t j = 0; j < n; j++) {
        gradGates[j] = gradHidden[j] * (1 - state[j] * state[j]);
        gradHidden[j] = 0;
    }
}

/* ---- LSTM ---- */
static void KERNEL(lstm)(int64_t n, int64_t hidden, real *gates, const real *oldCell,
                         real *cell, real *state) {
    real *in = gates, *forget = gates + hidden;
    real *value = gates + 2 * hidden, *out = gates + 3 * hidden;
    EACH for (int64_t j = 0; j < n; j++) {
        real i = sigmoid_real(in[j]), f = sigmoid_real(forget[j]);
        real g = tanh_real(value[j]), o = sigmoid_real(out[j]);
        real c = f * oldCell[j] + i * g;
        in[j] = i;
        forget[j] = f;
        value[j] = g;
        out[j] = o;
        cell[j] = c;
        state[j] = o * tanh_real(c);
    }
}

static void KERNEL(lstm_grad)(int64_t n, int64_t hidden, const real *gates,
                              const real *oldCell, const real *cell,
                              const real *gradOutput, real *gradHidden, real *gradCell,
                              real *gradGates) {
    const real *in = gates, *forget = gates + hidden;
    const real *value = gates + 2 * hidden, *out = gates + 3 * hidden;
    real *gradIn = gradGates, *gradForget = gradGates + hidden;
    real *gradValue = gradGates + 2 * hidden, *gradOut = gradGates + 3 * hidden;
    KERNEL(add)(n, gradHidden, gradOutput);
    EACH for (int64_t j = 0; j < n; j++) {
        real i = in[j], f = forget[j], g = value[j], o = out[j];
        real t = tanh_real(cell[j]), grad = gradHidden[j];
        real gradC = gradCell[j] + grad * o * (1 - t * t);
        gradIn[j] = gradC * g * i * (1 - i);
        gradForget[j] = gradC * oldCell[j] * f * (1 - f);
        gradValue[j] = gradC * i * (1 - g * g);
        gradOut[j] = grad * t * o * (1 - o);
        gradCell[j] = gradC * f;
        gradHidden[j] = 0;
    }
}

/* ---- GRU ---- */
static void KERNEL(gru)(int64_t n, int64_t hidden, real *gates, const real *sums,
                        const real *oldState, real *kept, real *state) {
    real *reset = gates, *update = gates + hidden, *value = gates + 2 * hidden;
    const real *sumUpdate = sums + hidden, *sumValue = sums + 2 * hidden;
    EACH for (int64_t j = 0; j < n; j++) {
        real r = sigmoid_real(reset[j] + sums[j]);
        real z = sigmoid_real(update[j] + sumUpdate[j]);
        real s = sumValue[j];
        real v = tanh_real(value[j] + r * s);
        reset[j] = r;
        update[j] = z;
        value[j] = v;
        kept[j] = s;
        state[j] = v + z * (oldState[j] - v);
    }
}

static void KERNEL(gru_grad)(int64_t n, int64_t hidden, const real *gates,
                             const real *oldState, const real *kept,
                             const real *gradOutput, real *gradHidden, real *gradGates,
                             real *gradSums) {
    const real *reset = gates, *update = gates + hidden, *value = gates + 2 * hidden;
    real *gradReset = gradGates, *gradUpdate = gradGates + hidden;
    real *gradValue = gradGates + 2 * hidden;
    real *sumReset = gradSums, *sumUpdate = gradSums + hidden;
    real *sumValue = gradSums + 2 * hidden;
    KERNEL(add)(n, gradHidden, gradOutput);
    EACH for (int64_t j = 0; j < n; j++) {
        real r = reset[j], z = update[j], v = value[j], grad = gradHidden[j];
        real gradV = grad * (1 - z) * (1 - v * v);
        real gradZ = grad * (oldState[j] - v) * z * (1 - z);
        real gradR = gradV * kept[j] * r * (1 - r);
        gradReset[j] = gradR;
        gradUpdate[j] = gradZ;
        gradValue[j] = gradV;
        sumReset[j] = gradR;
        sumUpdate[j] = gradZ;
        sumValue[j] = gradV * r;
        gradHidden[j] = grad * z;
    }
}

const TH_CONCAT_3(THNN, Real, Recurrent)
    TH_CONCAT_4(th__nn, Real, Recurrent_, TH_ISA) = {
        .width = 2 * LANES,
        .rows = STEP_ROWS,
        .product = KERNEL(product),
        .relu = KERNEL(relu),
        .tanh = KERNEL(tanh),
        .reluGrad = KERNEL(relu_grad),
        .tanhGrad = KERNEL(tanh_grad),
        .lstm = KERNEL(lstm),
        .lstmGrad = KERNEL(lstm_grad),
        .gru = KERNEL(gru),
        .gruGrad = KERNEL(gru_grad),
};

#undef LANES
