/* Products of integer matrices, by blocks. Included by generic/THTensorBlas.c, which
 * defines Matrix, for integer types.
 *
 * A block of b is packed into panels of as many columns as a tile of the result has,
 * strips of a into as many rows; the kernel multiplies a strip and a panel
 * (simd/THGemmInteger.c). Edges are filled up with zeros. */
#ifndef TH_TENSOR_GEMM_H
#define TH_TENSOR_GEMM_H

/* The depth of a block, and the bytes of one of b: about half a second-level cache. */
#define BLOCK_DEPTH 256
#define BLOCK_BYTES (512 << 10)
/* Multiply-adds from which packing pays. */
#define BLOCKED_MIN 4096

#if defined(TH_GENERATE_Byte) || defined(TH_GENERATE_Char) || defined(TH_GENERATE_Short)
typedef uint16_t Packed;
#define TILE_KERNEL 0
#elif defined(TH_GENERATE_Int)
typedef uint32_t Packed;
#define TILE_KERNEL 1
#else
typedef uint64_t Packed;
#define TILE_KERNEL 2
#endif

/* to[k * width + i] = factor * m[i][k]: the first `width` of m's rows, as many as it
 * has. */
static void pack_rows(Packed *to, Matrix m, int64_t width, Packed factor) {
    int64_t rows = m.rows < width ? m.rows : width;
    for (int64_t k = 0; k < m.columns; k++, to += width) {
        const real *from = m.data + k * m.column;
        if (m.row == 1)
            for (int64_t i = 0; i < rows; i++)
                to[i] = (Packed)((uint64_t)factor * (uint64_t)from[i]);
        else
            for (int64_t i = 0; i < rows; i++)
                to[i] = (Packed)((uint64_t)factor * (uint64_t)from[i * m.row]);
        for (int64_t i = rows; i < width; i++)
            to[i] = 0;
    }
}

/* A part of a matrix. */
static inline Matrix part_of(Matrix m, int64_t row, int64_t rows, int64_t column,
                             int64_t columns) {
    return (Matrix){m.data + row * m.row + column * m.column,
                    m.rows - row < rows ? m.rows - row : rows,
                    m.columns - column < columns ? m.columns - column : columns, m.row,
                    m.column};
}

/* c = beta * c + tile, whose rows have `width` numbers. */
static void store_tile(Matrix c, real beta, const Packed *tile, int64_t width) {
    for (int64_t i = 0; i < c.rows; i++, tile += width) {
        real *to = c.data + i * c.row;
        if (beta == 0)
            for (int64_t j = 0; j < c.columns; j++)
                to[j] = (real)tile[j];
        else
            for (int64_t j = 0; j < c.columns; j++)
                to[j] = multiply_add((real)tile[j], beta, to[j]);
    }
}

/* c = beta * c + alpha * a b with c row-major; 0 if there is no memory for a block. */
static int gemm_blocked(real alpha, Matrix a, Matrix b, real beta, Matrix c) {
    const int64_t width = th_kernels.gemm->bytes / (int64_t)sizeof(Packed);
    int64_t most =
        BLOCK_BYTES / (BLOCK_DEPTH * (int64_t)sizeof(Packed)) / width * width;
    int64_t columns = (c.columns + width - 1) / width * width;
    columns = columns < most ? columns : most;
    int64_t depth = a.columns < BLOCK_DEPTH ? a.columns : BLOCK_DEPTH;
    int64_t panels = columns * depth, strip = TH_GEMM_ROWS * depth;
    size_t bytes =
        (size_t)(panels + strip + TH_GEMM_ROWS * width) * sizeof(Packed) + 64;
    uint8_t size_class;
    void *memory = THAlloc_new(bytes, &size_class);
    if (!memory)
        return 0;
    Packed *panel = memory, *tile = panel + panels, *left = tile + TH_GEMM_ROWS * width;
    for (int64_t j = 0; j < c.columns; j += columns)
        for (int64_t k = 0; k < a.columns; k += depth) {
            Matrix block = part_of(b, k, depth, j, columns);
            for (int64_t at = 0; at < block.columns; at += width)
                pack_rows(panel + at * block.rows,
                          transposed(part_of(block, 0, depth, at, width)), width, 1);
            for (int64_t i = 0; i < c.rows; i += TH_GEMM_ROWS) {
                pack_rows(left, part_of(a, i, TH_GEMM_ROWS, k, depth), TH_GEMM_ROWS,
                          (Packed)alpha);
                for (int64_t at = 0; at < block.columns; at += width) {
                    th_kernels.gemm->tile[TILE_KERNEL](
                        tile, left, panel + at * block.rows, block.rows);
                    store_tile(part_of(c, i, TH_GEMM_ROWS, j + at, width), k ? 1 : beta,
                               tile, width);
                }
            }
        }
    THAlloc_free(memory, bytes, size_class);
    return 1;
}

static void gemm_serial(real alpha, const Matrix *a, const Matrix *b, real beta,
                        const Matrix *c) {
    double work = (double)c->rows * (double)c->columns * (double)a->columns;
    if (c->rows < 3 || work < BLOCKED_MIN || !gemm_blocked(alpha, *a, *b, beta, *c))
        gemm_loops(alpha, *a, *b, beta, *c);
}

#endif
