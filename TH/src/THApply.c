/* The drivers of element-wise operations, compiled once for all types and operations.
 *
 * First choice: all operands have one shape and are contiguous; the kernel runs over
 * them as they are, on several threads if they are large. Second: the last input is a
 * row that is added to each row of the others. Third, everything else: a Loop, which
 * orders the dimensions by the result's memory, merges those that can be walked as one,
 * and cuts the two innermost into tiles. Within a tile each operand that is not laid
 * out like the result is gathered into a buffer in the first-level cache, by blocks if
 * it runs fastest along the other dimension, so that every operation needs its kernel
 * only for contiguous memory. */
#include "THApply.h"

#include <string.h>

#include "THTensorInternal.h"

/* Elements per thread from which threads pay: arithmetic, which waits for memory;
 * functions. */
#define GRAIN 32768
#define GRAIN_FUNCTION 8192
/* Elements of a tile; its size if an operand is transposed; shortest row that is used
 * in place. */
#define TILE 2048
#define TILE_COLS 64
#define TILE_ROWS 32
#define ROW_MIN 64
/* A contiguous result of so many bytes would push everything out of the caches. It
 * bypasses them, which saves reading its memory first. */
#define STREAM_BYTES ((int64_t)32 << 20)
/* Its elements that are computed at a time: few, so that reading and writing overlap.
 */
#define STREAM_BLOCK 256

#define MAX_OPERANDS 4

THKernels th_kernels;

/* Chooses the tables when the library is loaded. */
__attribute__((constructor)) static void choose_kernels(void) {
#define CHOOSE(isa)                                                                    \
    th_kernels = (THKernels) {                                                         \
        th_pointwise_##isa, th_reduce_##isa, &th_move_##isa, &th_gemm_##isa            \
    }
#if defined(__x86_64__)
    switch (THCpu_level()) {
    case TH_CPU_V4:
        CHOOSE(v4);
        return;
    case TH_CPU_V3:
        CHOOSE(v3);
        return;
    default:
        break;
    }
#endif
    CHOOSE(base);
#undef CHOOSE
}

/* 1 for the kernels that cost much more than moving their operands. */
static const uint8_t isFunction[TH_NKERNELS] = {
    [TH_K_exp] = 1,  [TH_K_log] = 1,  [TH_K_log1p] = 1, [TH_K_sigmoid] = 1,
    [TH_K_tanh] = 1, [TH_K_sin] = 1,  [TH_K_cos] = 1,   [TH_K_tan] = 1,
    [TH_K_asin] = 1, [TH_K_acos] = 1, [TH_K_atan] = 1,  [TH_K_sinh] = 1,
    [TH_K_cosh] = 1, [TH_K_erf] = 1,  [TH_K_atan2] = 1, [TH_K_pow] = 1,
    [TH_K_tpow] = 1, [TH_K_cpow] = 1, [TH_K_fmod] = 1,  [TH_K_cfmod] = 1,
};

static int64_t grain_of(int kernel) {
    return isFunction[kernel] ? GRAIN_FUNCTION : GRAIN;
}

/* ---- Contiguous operands ---- */

/* The number of elements if a and b are contiguous with one shape, -1 if not or if they
 * are empty. */
static inline int64_t flat_count(const THTensor *a, const THTensor *b) {
    int n = a->nDimension;
    if (n == 0 || b->nDimension != n)
        return -1;
    int64_t count = 1;
    for (int d = n - 1; d >= 0; d--) {
        int64_t size = a->size[d];
        if (size != b->size[d] ||
            (size != 1 && (a->stride[d] != count || b->stride[d] != count)))
            return -1;
        count *= size;
    }
    return count;
}

/* 1 if two contiguous tensors of one shape may overlap without being the same memory.
 */
static inline int is_shifted(const THTensor *r, const THTensor *a) {
    return r->storage == a->storage && r->storageOffset != a->storageOffset;
}

/* 1 if r has, or now gets, the shape of `a` as contiguous memory, for a kernel to write
 * to; 0 if another way must be found; or an error. */
static inline int flat_result(THTensor *r, const THTensor *a) {
    if (r->nDimension == 0 && r->storage == NULL) {
        TH_TRY(th_initLike(r, a));
        return 1;
    }
    return flat_count(r, a) >= 0;
}

/* One kernel over contiguous memory; `input` entries that are not used are NULL. */
typedef struct Flat {
    THKernel kernel; /* NULL: the result is a copy of the input */
    const THScalar *s;
    char *result;
    const char *input[3];
    int resultItem, item;
    int streamed; /* bypass the caches */
} Flat;

static inline const void *advance(const char *p, int64_t bytes) {
    return p ? p + bytes : NULL;
}

/* The range of a result that bypasses the caches, by way of a buffer in the first. */
static void stream_range(const Flat *f, int64_t begin, int64_t end) {
    _Alignas(64) char buffer[STREAM_BLOCK * 8];
    for (int64_t i = begin; i < end; i += STREAM_BLOCK) {
        int64_t n = end - i < STREAM_BLOCK ? end - i : STREAM_BLOCK;
        const char *result = f->input[0] + i * f->item;
        if (f->kernel) {
            f->kernel(buffer, result, advance(f->input[1], i * f->item),
                      advance(f->input[2], i * f->item), f->s, n);
            result = buffer;
        }
        th_kernels.move->stream(f->result + i * f->resultItem, result,
                                n * f->resultItem);
    }
    th_kernels.move->streamEnd();
}

static void flat_range(void *context, int64_t begin, int64_t end) {
    const Flat *f = context;
    if (f->streamed) {
        stream_range(f, begin, end);
        return;
    }
    if (!f->kernel) {
        memcpy(f->result + begin * f->item, f->input[0] + begin * f->item,
               (size_t)((end - begin) * f->item));
        return;
    }
    int64_t at = begin * f->item;
    f->kernel(f->result + begin * f->resultItem, advance(f->input[0], at),
              advance(f->input[1], at), advance(f->input[2], at), f->s, end - begin);
}

/* Runs a kernel over n contiguous elements that are many. */
static void run_flat(THKernel kernel, int64_t grain, int64_t n, THTensor *r,
                     THTensor *const *in, int nin, const THScalar *s) {
    Flat f = {kernel,
              s,
              th_bytes(r),
              {NULL, NULL, NULL},
              THType_itemSize[r->dtype],
              THType_itemSize[nin ? in[0]->dtype : r->dtype],
              nin > 0 && grain == GRAIN && /* functions do not wait for memory */
                  n * THType_itemSize[r->dtype] >= STREAM_BYTES};
    for (int i = 0; i < nin; i++) {
        f.input[i] = th_bytes(in[i]);
        f.streamed &= f.input[i] != f.result; /* else its lines were read already */
    }
    THParallel_for(n, grain, flat_range, &f);
}

static int flat_large(int kernel, int64_t n, THTensor *r, THTensor *const *in, int nin,
                      const THScalar *s) {
    THKernel run = kernel == TH_K_copy
                       ? NULL
                       : th_kernels.pointwise[nin ? in[0]->dtype : r->dtype][kernel];
    run_flat(run, grain_of(kernel), n, r, in, nin, s);
    return TH_OK;
}

void th_convertFlat(THTensor *r, THTensor *src, THKernel convert) {
    run_flat(convert, GRAIN, th_nElement(r), r, &src, 1, NULL);
}

/* ---- Everything else ---- */

typedef struct Loop {
    THKernel kernel; /* NULL: the result is a copy of the input */
    const THScalar *s;
    int nops; /* operand 0 is the result */
    int ndim;
    int64_t
        size[TH_MAX_DIM + 1]; /* 0 is the innermost dimension; there are at least two */
    int64_t stride[MAX_OPERANDS][TH_MAX_DIM + 1]; /* in bytes */
    char *data[MAX_OPERANDS];
    int item[MAX_OPERANDS];
    int64_t cols, rows; /* of a tile, along dimensions 0 and 1 */
} Loop;

/* dst[i][j] = src[i][j] for items of a size known to the compiler; strides in bytes. */
static inline __attribute__((always_inline)) void
move_items(char *dst, int64_t dstRow, int64_t dstCol, const char *src, int64_t srcRow,
           int64_t srcCol, int64_t rows, int64_t cols, size_t item) {
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < cols; j++)
            memcpy(dst + i * dstRow + j * dstCol, src + i * srcRow + j * srcCol, item);
}

/* The same for any strides, in the fastest way that they allow. */
static void move_tile(char *dst, int64_t dstRow, int64_t dstCol, const char *src,
                      int64_t srcRow, int64_t srcCol, int64_t rows, int64_t cols,
                      int item) {
    int power = item == 1 ? 0 : item == 2 ? 1 : item == 4 ? 2 : 3;
    if (dstCol == item && srcCol == item && cols >= 16) {
        for (int64_t i = 0; i < rows; i++)
            memcpy(dst + i * dstRow, src + i * srcRow, (size_t)(cols * item));
        return;
    }
    if (dstCol == item && srcCol == 0 && dstRow % item == 0 && srcRow % item == 0) {
        th_kernels.move->repeat[power](dst, dstRow / item, src, srcRow / item, rows,
                                       cols);
        return;
    }
    if (dstCol == item && srcRow == item && srcCol != item && dstRow % item == 0) {
        th_kernels.move->transpose[power](dst, dstRow / item, src, srcCol / item, rows,
                                          cols);
        return;
    }
    if (srcCol == item && dstRow == item && dstCol != item) {
        th_kernels.move->transpose[power](dst, dstCol / item, src, srcRow / item, cols,
                                          rows);
        return;
    }
    switch (item) {
    case 1:
        move_items(dst, dstRow, dstCol, src, srcRow, srcCol, rows, cols, 1);
        break;
    case 2:
        move_items(dst, dstRow, dstCol, src, srcRow, srcCol, rows, cols, 2);
        break;
    case 4:
        move_items(dst, dstRow, dstCol, src, srcRow, srcCol, rows, cols, 4);
        break;
    default:
        move_items(dst, dstRow, dstCol, src, srcRow, srcCol, rows, cols, 8);
        break;
    }
}

/* 1 if the kernel can use an operand's part of a tile where it is. */
static inline int in_place(const Loop *loop, int op, int64_t rows, int64_t cols) {
    int64_t item = loop->item[op];
    return loop->stride[op][0] == item &&
           (rows == 1 || cols >= ROW_MIN || loop->stride[op][1] == cols * item);
}

static void copy_tile(const Loop *loop, char *const *at, int64_t rows, int64_t cols) {
    move_tile(at[0], loop->stride[0][1], loop->stride[0][0], at[1], loop->stride[1][1],
              loop->stride[1][0], rows, cols, loop->item[0]);
}

static void run_tile(const Loop *loop, char *const *at, int64_t rows, int64_t cols) {
    _Alignas(64) char buffer[MAX_OPERANDS][TILE * 8];
    char *p[MAX_OPERANDS] = {NULL, NULL, NULL, NULL};
    int64_t rowStride[MAX_OPERANDS] = {0, 0, 0, 0};
    int whole = 1; /* every operand has its rows one after the other */
    for (int op = 0; op < loop->nops; op++) {
        int64_t width = cols * loop->item[op];
        if (in_place(loop, op, rows, cols)) {
            p[op] = at[op];
            rowStride[op] = loop->stride[op][1];
        } else {
            p[op] = buffer[op];
            rowStride[op] = width;
            if (op > 0)
                move_tile(buffer[op], width, loop->item[op], at[op],
                          loop->stride[op][1], loop->stride[op][0], rows, cols,
                          loop->item[op]);
        }
        whole &= rows == 1 || rowStride[op] == width;
    }
    if (whole)
        loop->kernel(p[0], p[1], p[2], p[3], loop->s, rows * cols);
    else
        for (int64_t i = 0; i < rows; i++)
            loop->kernel(p[0] + i * rowStride[0], advance(p[1], i * rowStride[1]),
                         advance(p[2], i * rowStride[2]),
                         advance(p[3], i * rowStride[3]), loop->s, cols);
    if (p[0] == buffer[0])
        move_tile(at[0], loop->stride[0][1], loop->stride[0][0], buffer[0],
                  cols * loop->item[0], loop->item[0], rows, cols, loop->item[0]);
}

/* Runs the tiles begin <= t < end, counted along dimension 0, then 1, then the others.
 */
static void loop_range(void *context, int64_t begin, int64_t end) {
    const Loop *loop = context;
    int64_t acrossCols = (loop->size[0] + loop->cols - 1) / loop->cols;
    int64_t acrossRows = (loop->size[1] + loop->rows - 1) / loop->rows;
    for (int64_t t = begin; t < end; t++) {
        int64_t col = t % acrossCols * loop->cols, rest = t / acrossCols;
        int64_t row = rest % acrossRows * loop->rows;
        char *at[MAX_OPERANDS];
        for (int op = 0; op < loop->nops; op++)
            at[op] =
                loop->data[op] + col * loop->stride[op][0] + row * loop->stride[op][1];
        rest /= acrossRows;
        for (int d = 2; d < loop->ndim; d++) {
            int64_t index = rest % loop->size[d];
            rest /= loop->size[d];
            for (int op = 0; op < loop->nops; op++)
                at[op] += index * loop->stride[op][d];
        }
        int64_t rows =
            loop->size[1] - row < loop->rows ? loop->size[1] - row : loop->rows;
        int64_t cols =
            loop->size[0] - col < loop->cols ? loop->size[0] - col : loop->cols;
        if (loop->kernel)
            run_tile(loop, at, rows, cols);
        else
            copy_tile(loop, at, rows, cols);
    }
}

static void swap_dims(Loop *loop, int d, int e) {
    int64_t size = loop->size[d];
    loop->size[d] = loop->size[e];
    loop->size[e] = size;
    for (int op = 0; op < loop->nops; op++) {
        int64_t stride = loop->stride[op][d];
        loop->stride[op][d] = loop->stride[op][e];
        loop->stride[op][e] = stride;
    }
}

/* 1 if dimension d belongs inside dimension e: the result runs faster along it, or if
 * the result has no preference the inputs do. */
static int runs_faster(const Loop *loop, int d, int e) {
    for (int op = 0; op < loop->nops; op++) {
        int64_t sd = loop->stride[op][d], se = loop->stride[op][e];
        if (sd != se && sd != 0 && se != 0)
            return sd < se;
        if (op == 0 && sd != se)
            return sd != 0;
    }
    return 0;
}

/* Takes over an operand: its strides along `size`, with 0 where it is repeated. */
static void add_operand(Loop *loop, THTensor *t, int n, const int64_t *size) {
    int op = loop->nops++;
    loop->item[op] = THType_itemSize[t->dtype];
    loop->data[op] = th_bytes(t);
    for (int d = 0; d < n; d++) {
        int from = d - (n - t->nDimension);
        int repeated = from < 0 || (t->size[from] == 1 && size[d] != 1);
        loop->stride[op][n - 1 - d] = repeated ? 0 : t->stride[from] * loop->item[op];
    }
}

/* Chooses order, merging and tiles, once all operands are there. */
static void plan(Loop *loop, int n, const int64_t *size) {
    loop->ndim = 0;
    for (int d = 0; d < n; d++) { /* drop dimensions of size 1 */
        if (size[n - 1 - d] == 1)
            continue;
        loop->size[loop->ndim] = size[n - 1 - d];
        for (int op = 0; op < loop->nops; op++)
            loop->stride[op][loop->ndim] = loop->stride[op][d];
        loop->ndim++;
    }
    for (int d = 1; d < loop->ndim; d++)
        for (int e = d; e > 0 && runs_faster(loop, e, e - 1); e--)
            swap_dims(loop, e, e - 1);
    int last = 0;
    for (int d = 1; d < loop->ndim; d++) { /* merge what can be walked as one */
        int merges = 1;
        for (int op = 0; op < loop->nops; op++)
            merges &= loop->stride[op][d] == loop->stride[op][last] * loop->size[last];
        if (merges) {
            loop->size[last] *= loop->size[d];
        } else {
            last++;
            loop->size[last] = loop->size[d];
            for (int op = 0; op < loop->nops; op++)
                loop->stride[op][last] = loop->stride[op][d];
        }
    }
    for (loop->ndim = loop->ndim ? last + 1 : 0; loop->ndim < 2; loop->ndim++) {
        loop->size[loop->ndim] = 1;
        for (int op = 0; op < loop->nops; op++)
            loop->stride[op][loop->ndim] = loop->ndim == 0 ? loop->item[op] : 0;
    }
    /* An operand that is dense along an outer dimension: tiles of that dimension and
     * the innermost. */
    for (int d = 1; d < loop->ndim; d++)
        for (int op = 1; op < loop->nops; op++)
            if (loop->stride[op][0] > loop->item[op] &&
                loop->stride[op][d] == loop->item[op]) {
                swap_dims(loop, 1, d);
                loop->cols = loop->size[0] < TILE_COLS ? loop->size[0] : TILE_COLS;
                loop->rows = loop->size[1] < TILE_ROWS ? loop->size[1] : TILE_ROWS;
                return;
            }
    loop->cols = loop->size[0] < TILE ? loop->size[0] : TILE;
    loop->rows = TILE / loop->cols < loop->size[1] ? TILE / loop->cols : loop->size[1];
}

static void run_loop(Loop *loop, int64_t grain) {
    int64_t tiles = ((loop->size[0] + loop->cols - 1) / loop->cols) *
                    ((loop->size[1] + loop->rows - 1) / loop->rows);
    for (int d = 2; d < loop->ndim; d++)
        tiles *= loop->size[d];
    int64_t perTile = loop->cols * loop->rows;
    THParallel_for(tiles, (grain + perTile - 1) / perTile, loop_range, loop);
}

/* The elements of the storage that a tensor with elements lies in: [*first, *last]. */
static void extent(const THTensor *t, ptrdiff_t *first, ptrdiff_t *last) {
    *first = *last = t->storageOffset;
    for (int d = 0; d < t->nDimension; d++)
        *last += (t->size[d] - 1) * t->stride[d];
}

/* 1 if writing r could change elements of `a` that are still to be read. */
static int clobbers(const THTensor *r, const THTensor *a) {
    if (r->storage != a->storage || THTensor_isSetTo(r, a))
        return 0;
    ptrdiff_t rFirst, rLast, aFirst, aLast;
    extent(r, &rFirst, &rLast);
    extent(a, &aFirst, &aLast);
    return rFirst <= aLast && aFirst <= rLast;
}

/* The broadcast shape of the inputs into size[]; its length or an error. */
static int broadcast(THTensor *const *in, int nin, int64_t *size) {
    int n = 0;
    for (int i = 0; i < nin; i++)
        n = in[i]->nDimension > n ? in[i]->nDimension : n;
    for (int d = 0; d < n; d++)
        size[d] = 1;
    for (int i = 0; i < nin; i++) {
        if (in[i]->nDimension == 0 && n > 0) {
            char text[TH_SHAPE_TEXT];
            TH_FAIL(
                TH_ERR,
                "a tensor without elements cannot be expanded to the size of tensor %s",
                THTensor_shapeText(text, in[i == 0]));
        }
        for (int d = in[i]->nDimension - 1; d >= 0; d--) {
            int to = d + n - in[i]->nDimension;
            if (in[i]->size[d] == size[to] || in[i]->size[d] == 1)
                continue;
            if (size[to] != 1)
                TH_FAIL(TH_ERR,
                        "The size of tensor a (%lld) must match the size of tensor b "
                        "(%lld) at non-singleton dimension %d",
                        (long long)size[to], (long long)in[i]->size[d], to);
            size[to] = in[i]->size[d];
        }
    }
    return n;
}

/* Fails if r is one of the inputs and does not have the shape of the result. */
static int check_in_place(const THTensor *r, THTensor *const *in, int nin, int n,
                          const int64_t *size) {
    int isInput = 0;
    for (int i = 0; i < nin; i++)
        isInput |= in[i] == r;
    if (!isInput)
        return TH_OK;
    if (r->nDimension != n)
        TH_FAIL(TH_ERR,
                "The number of sizes provided (%d) must be greater or equal to the "
                "number of dimensions in the "
                "tensor (%d)",
                r->nDimension, n);
    for (int d = n - 1; d >= 0; d--)
        if (r->size[d] != size[d])
            TH_FAIL(TH_ERR,
                    "The expanded size of the tensor (%lld) must match the existing "
                    "size (%lld) at non-singleton "
                    "dimension %d",
                    (long long)r->size[d], (long long)size[d], d);
    return TH_OK;
}

/* Runs the kernel with operands of any layout; r has the shape of the result. */
static void run_shaped(THKernel kernel, int64_t grain, THTensor *r, THTensor *const *in,
                       int nin, const THScalar *s) {
    Loop loop;
    loop.kernel = kernel;
    loop.s = s;
    loop.nops = 0;
    add_operand(&loop, r, r->nDimension, r->size);
    for (int i = 0; i < nin; i++)
        add_operand(&loop, in[i], r->nDimension, r->size);
    plan(&loop, r->nDimension, r->size);
    run_loop(&loop, grain);
}

static void apply_shaped(int kernel, THTensor *r, THTensor *const *in, int nin,
                         const THScalar *s) {
    THKernel run = kernel == TH_K_copy
                       ? NULL
                       : th_kernels.pointwise[nin ? in[0]->dtype : r->dtype][kernel];
    run_shaped(run, grain_of(kernel), r, in, nin, s);
}

/* The general case. */
static int apply_any(int kernel, THTensor *r, THTensor *const *in, int nin,
                     const THScalar *s) {
    int64_t size[TH_MAX_DIM];
    int n = broadcast(in, nin, size);
    if (n < 0)
        return n;
    TH_TRY(check_in_place(r, in, nin, n, size));
    TH_TRY(THTensor_resize(r, n, size, NULL));
    if (n == 0)
        return TH_OK;
    int clobbered = 0;
    for (int i = 0; i < nin; i++)
        clobbered |= clobbers(r, in[i]);
    if (!clobbered) {
        apply_shaped(kernel, r, in, nin, s);
        return TH_OK;
    }
    THTensor *fresh = THTensor_newWithSize(r->dtype, n, size);
    if (!fresh)
        return THError_pending();
    apply_shaped(kernel, fresh, in, nin, s);
    apply_shaped(TH_K_copy, r, &fresh, 1, NULL);
    THTensor_free(fresh);
    return TH_OK;
}

/* ---- Entries ---- */

int th_apply0(int kernel, THTensor *r, const THScalar *s) {
    int64_t n = flat_count(r, r);
    if (TH_LIKELY(n >= 0 && n <= GRAIN_FUNCTION)) {
        th_kernels.pointwise[r->dtype][kernel](th_bytes(r), NULL, NULL, NULL, s, n);
        return TH_OK;
    }
    if (n >= 0)
        return flat_large(kernel, n, r, NULL, 0, s);
    if (r->nDimension)
        apply_shaped(kernel, r, NULL, 0, s);
    return TH_OK;
}

int th_apply1(int kernel, THTensor *r, THTensor *a, const THScalar *s) {
    int64_t n = flat_count(a, a);
    if (TH_LIKELY(n >= 0)) {
        int flat = flat_result(r, a);
        if (TH_UNLIKELY(flat < 0))
            return flat;
        if (TH_LIKELY(flat && !is_shifted(r, a))) {
            if (TH_UNLIKELY(n > GRAIN_FUNCTION))
                return flat_large(kernel, n, r, &a, 1, s);
            th_kernels.pointwise[a->dtype][kernel](th_bytes(r), th_bytes(a), NULL, NULL,
                                                   s, n);
            return TH_OK;
        }
    }
    return apply_any(kernel, r, &a, 1, s);
}

/* The number of rows if b is a contiguous row that repeats along the contiguous tensor
 * a, else -1. */
static inline int64_t row_count(const THTensor *a, const THTensor *b) {
    int n = a->nDimension, m = b->nDimension;
    if (n < 2 || m < 1 || m > n || b->size[m - 1] != a->size[n - 1] ||
        (b->stride[m - 1] != 1 && b->size[m - 1] != 1))
        return -1;
    for (int d = 0; d < m - 1; d++)
        if (b->size[d] != 1)
            return -1;
    int64_t count = flat_count(a, a);
    return count < 0 ? -1 : count / a->size[n - 1];
}

int th_apply2(int kernel, THTensor *r, THTensor *a, THTensor *b, const THScalar *s) {
    THTensor *in[2] = {a, b};
    int64_t n = flat_count(a, b);
    if (TH_LIKELY(n >= 0)) {
        int flat = flat_result(r, a);
        if (TH_UNLIKELY(flat < 0))
            return flat;
        if (TH_LIKELY(flat && !is_shifted(r, a) && !is_shifted(r, b))) {
            if (TH_UNLIKELY(n > GRAIN_FUNCTION))
                return flat_large(kernel, n, r, in, 2, s);
            th_kernels.pointwise[a->dtype][kernel](th_bytes(r), th_bytes(a),
                                                   th_bytes(b), NULL, s, n);
            return TH_OK;
        }
        return apply_any(kernel, r, in, 2, s);
    }
    int64_t rows = row_count(a, b);
    if (rows >= 0 && rows * b->size[b->nDimension - 1] <= 1024 &&
        r->storage != b->storage) {
        int flat = flat_result(r, a);
        if (TH_UNLIKELY(flat < 0))
            return flat;
        if (flat && !is_shifted(r, a)) {
            int64_t width = b->size[b->nDimension - 1];
            char *pr = th_bytes(r);
            const char *pa = th_bytes(a);
            THKernel run = th_kernels.pointwise[a->dtype][kernel];
            int64_t rStep = width * THType_itemSize[r->dtype],
                    aStep = width * THType_itemSize[a->dtype];
            for (int64_t i = 0; i < rows; i++)
                run(pr + i * rStep, pa + i * aStep, th_bytes(b), NULL, s, width);
            return TH_OK;
        }
    }
    return apply_any(kernel, r, in, 2, s);
}

int th_apply3(int kernel, THTensor *r, THTensor *a, THTensor *b, THTensor *c,
              const THScalar *s) {
    THTensor *in[3] = {a, b, c};
    int64_t n = flat_count(a, b);
    if (TH_LIKELY(n >= 0 && flat_count(a, c) >= 0)) {
        int flat = flat_result(r, a);
        if (TH_UNLIKELY(flat < 0))
            return flat;
        if (TH_LIKELY(flat && !is_shifted(r, a) && !is_shifted(r, b) &&
                      !is_shifted(r, c))) {
            if (TH_UNLIKELY(n > GRAIN_FUNCTION))
                return flat_large(kernel, n, r, in, 3, s);
            th_kernels.pointwise[a->dtype][kernel](th_bytes(r), th_bytes(a),
                                                   th_bytes(b), th_bytes(c), s, n);
            return TH_OK;
        }
    }
    return apply_any(kernel, r, in, 3, s);
}

int th_copyStrided(THTensor *r, THTensor *src) {
    if (!th_isSameSizeAs(r, src)) {
        char from[TH_SHAPE_TEXT], to[TH_SHAPE_TEXT];
        TH_FAIL(TH_ERR,
                "inconsistent tensor size, expected tensor %s and src %s to have the "
                "same size",
                THTensor_shapeText(to, r), THTensor_shapeText(from, src));
    }
    if (r->nDimension == 0 || THTensor_isSetTo(r, src))
        return TH_OK;
    int64_t n = flat_count(r, src);
    if (n >= 0 && !is_shifted(r, src))
        return flat_large(TH_K_copy, n, r, &src, 1, NULL);
    return apply_any(TH_K_copy, r, &src, 1, NULL);
}

void th_convertStrided(THTensor *r, THTensor *src, THKernel convert) {
    run_shaped(convert, GRAIN, r, &src, 1, NULL);
}
