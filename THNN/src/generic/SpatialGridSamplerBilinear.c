/* Bilinear samples of images at the points of a grid (M. Jaderberg et al., "Spatial
 * Transformer Networks", 2015), for float and double. */
#include <math.h>
#include <string.h>

#include "THNNTensor.h"

typedef struct Work {
    int64_t channels, height, width, points;
    int border;
    const real *x, *grid, *grad;
    real *y, *gradX, *gradGrid; /* the gradients may be NULL */
} Work;

/* The four neighbours of a point and how much each counts; place -1: outside. */
typedef struct Point {
    int64_t place[4];
    real weight[4];
    real right, down;    /* distances from the upper left neighbour */
    real slopeX, slopeY; /* of the pixel position by the grid's number */
} Point;

/* The pixel position of a grid number, limited with border; *slope is its derivative.
 */
static real position(real value, int64_t size, int border, real *slope) {
    real scale = (real)(size - 1) / 2, at = (value + 1) * scale;
    *slope = scale;
    if (border && !(at > 0 && at < (real)(size - 1))) {
        at = at > 0 ? (real)(size - 1) : 0;
        *slope = 0;
    }
    return at;
}

static Point locate(const Work *k, const real *grid) {
    Point p;
    real x = position(grid[0], k->width, k->border, &p.slopeX);
    real y = position(grid[1], k->height, k->border, &p.slopeY);
    /* Far outside, or NaN: no neighbour is inside. */
    int inside = x > -1 && y > -1 && x < (real)k->width && y < (real)k->height;
    int64_t left = inside ? (int64_t)floor((double)x) : -2;
    int64_t top = inside ? (int64_t)floor((double)y) : -2;
    p.right = inside ? x - (real)left : 0;
    p.down = inside ? y - (real)top : 0;
    for (int c = 0; c < 4; c++) {
        int64_t h = top + (c >> 1), w = left + (c & 1);
        p.place[c] =
            h >= 0 && w >= 0 && h < k->height && w < k->width ? h * k->width + w : -1;
        p.weight[c] = (c & 1 ? p.right : 1 - p.right) * (c >> 1 ? p.down : 1 - p.down);
    }
    return p;
}

static void forward(void *context, int64_t first, int64_t last) {
    const Work *k = context;
    int64_t plane = k->height * k->width;
    for (int64_t n = first; n < last; n++)
        for (int64_t i = 0; i < k->points; i++) {
            Point p = locate(k, k->grid + (n * k->points + i) * 2);
            for (int64_t c = 0; c < k->channels; c++) {
                const real *x = k->x + (n * k->channels + c) * plane;
                real sum = 0;
                for (int j = 0; j < 4; j++)
                    if (p.place[j] >= 0)
                        sum += p.weight[j] * x[p.place[j]];
                k->y[(n * k->channels + c) * k->points + i] = sum;
            }
        }
}

static void backward(void *context, int64_t first, int64_t last) {
    const Work *k = context;
    int64_t plane = k->height * k->width, image = k->channels * plane;
    if (k->gradX)
        memset(k->gradX + first * image, 0,
               (size_t)((last - first) * image) * sizeof(real));
    for (int64_t n = first; n < last; n++)
        for (int64_t i = 0; i < k->points; i++) {
            Point p = locate(k, k->grid + (n * k->points + i) * 2);
            real gradX = 0, gradY = 0;
            for (int64_t c = 0; c < k->channels; c++) {
                int64_t at = (n * k->channels + c) * plane;
                real grad = k->grad[(n * k->channels + c) * k->points + i], v[4];
                for (int j = 0; j < 4; j++) {
                    v[j] = p.place[j] >= 0 ? k->x[at + p.place[j]] : 0;
                    if (k->gradX && p.place[j] >= 0)
                        k->gradX[at + p.place[j]] += p.weight[j] * grad;
                }
                gradX += grad * ((v[1] - v[0]) * (1 - p.down) + (v[3] - v[2]) * p.down);
                gradY +=
                    grad * ((v[2] - v[0]) * (1 - p.right) + (v[3] - v[1]) * p.right);
            }
            if (k->gradGrid) {
                k->gradGrid[(n * k->points + i) * 2] = gradX * p.slopeX;
                k->gradGrid[(n * k->points + i) * 2 + 1] = gradY * p.slopeY;
            }
        }
}

static int check_grid(const THTensor *input, const THTensor *grid,
                      int64_t padding_mode) {
    char text[TH_SHAPE_TEXT], other[TH_SHAPE_TEXT];
    if (input->nDimension != 4 || grid->nDimension != 4 ||
        input->size[0] != grid->size[0] || grid->size[3] != 2)
        TH_FAIL(TH_ERR,
                "expected input (N, C, H, W) and grid (N, H, W, 2), got %s and %s",
                THTensor_shapeText(text, input), THTensor_shapeText(other, grid));
    if (padding_mode < 0 || padding_mode > 1)
        TH_FAIL(TH_ERR_VALUE, "padding_mode must be 0 or 1, got %lld",
                (long long)padding_mode);
    return 0;
}

static Work work_of(const THTensor *input, const THTensor *grid, int64_t padding_mode) {
    return (Work){.channels = input->size[1],
                  .height = input->size[2],
                  .width = input->size[3],
                  .points = grid->size[1] * grid->size[2],
                  .border = padding_mode == 1};
}

int THNN_(SpatialGridSamplerBilinear_updateOutput)(THNNState *state, THTensor *input,
                                                   THTensor *grid, THTensor *output,
                                                   int64_t padding_mode) {
    (void)state;
    TH_TRY(check_grid(input, grid, padding_mode));
    const int64_t size[4] = {input->size[0], input->size[1], grid->size[1],
                             grid->size[2]};
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *g = new_contiguous(grid), *y = NULL;
    if (x && g && (y = new_output(output, 4, size, 0))) {
        Work k = work_of(input, grid, padding_mode);
        k.x = TH_DATA(x);
        k.grid = TH_DATA(g);
        k.y = TH_DATA(y);
        THParallel_for(size[0], rows_per_piece(THNN_GRAIN_HEAVY, k.points * k.channels),
                       forward, &k);
        status = 0;
    }
    THTensor_free(x);
    THTensor_free(g);
    return y ? finish_output(output, y, status) : status;
}

int THNN_(SpatialGridSamplerBilinear_updateGradInput)(
    THNNState *state, THTensor *input, THTensor *gradInput, THTensor *grid,
    THTensor *gradGrid, THTensor *gradOutput, int64_t padding_mode) {
    (void)state;
    char text[TH_SHAPE_TEXT];
    TH_TRY(check_grid(input, grid, padding_mode));
    const int64_t size[4] = {input->size[0], input->size[1], grid->size[1],
                             grid->size[2]};
    if (gradOutput->nDimension != 4 || memcmp(gradOutput->size, size, sizeof size) != 0)
        TH_FAIL(TH_ERR, "gradOutput has not the size of the output, got %s",
                THTensor_shapeText(text, gradOutput));
    int status = TH_ERR_MEMORY;
    THTensor *x = new_contiguous(input), *g = new_contiguous(grid);
    THTensor *grad = new_contiguous(gradOutput), *rx = NULL, *rg = NULL;
    if (x && g && grad && (!gradInput || (rx = new_output_as(gradInput, input, 0))) &&
        (!gradGrid || (rg = new_output_as(gradGrid, grid, 0)))) {
        Work k = work_of(input, grid, padding_mode);
        k.x = TH_DATA(x);
        k.grid = TH_DATA(g);
        k.grad = TH_DATA(grad);
        k.gradX = data_of(rx);
        k.gradGrid = data_of(rg);
        THParallel_for(size[0], rows_per_piece(THNN_GRAIN_HEAVY, k.points * k.channels),
                       backward, &k);
        status = 0;
    }
    THTensor_free(x);
    THTensor_free(g);
    THTensor_free(grad);
    if (rx)
        status = finish_output(gradInput, rx, status);
    return rg ? finish_output(gradGrid, rg, status) : status;
}
