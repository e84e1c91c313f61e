/* The convolution engine: correlations of planes with small kernels, without building
 * columns.
 *
 * A window is what one output element sees of the planes of one image: a value for
 * every (channel, slice, tap), a tap being a fixed distance from the window's origin
 * within a plane, a slice a fixed distance along the depth. An image without depth has
 * depth 1 and one slice; a tile never spans more than one layer of windows, so that
 * the planes which it reads, one for each (channel, slice), are all alike. Tiles of
 * neighbouring windows are copied, with their padding, to a patch that fits the cache;
 * window p then finds value k at patch[place[p] + offset[k]]. Both the correlation (sum
 * over k, with the output channels in the lanes of a vector) and the gradient of the
 * kernel (sum over p) are runs of one kernel over such a patch (THNNKernels.h, `tile`).
 * Where windows have few results, as in depthwise convolutions, the correlation copies
 * bands of rows instead, and neighbouring windows are the lanes (THNNKernels.h,
 * `plane`). Included by the templates after THNNTensor.h. */
#ifndef THNN_CONV_H
#define THNN_CONV_H

#include "THNNTensor.h"

/* The windows of a batch, and how they are cut into tiles. */
typedef struct THNN_(Windows) {
    const real *source; /* (images, groups * channels, depth, height, width) */
    int64_t images, groups, channels, depth, height, width;
    int64_t layers, rows, columns; /* windows of one image */
    int64_t stepD, stepH, stepW;   /* between the origins of neighbours */
    int64_t slices, taps;          /* distances from the origin: */
    const int64_t *dz, *dy, *dx;   /* of each slice, and of each tap */

    /* Set by THNN_(openWindows). */
    int64_t planes;                   /* that a window reads: channels * slices */
    int64_t minY, minX, spanY, spanX; /* what the taps of one window span */
    int64_t tileRows, tileColumns, tilesDown, tilesAcross; /* in windows */
    int64_t blockPlanes; /* planes that are copied to a patch at a time */
    int gathered;        /* a patch holds each window's values one after the other */
    int64_t patchWidth, patchPlane, patchSize;
    ptrdiff_t *offset; /* of value k, k = plane of the block * taps + tap */
    size_t offsetBytes;
    uint8_t offsetClass;
} THNN_(Windows);

/* One tile of one layer of an image. */
typedef struct THNN_(Tile) {
    int64_t image, layer, row, column, rows, columns;
} THNN_(Tile);

/* Plans the tiles, for results of `lanes` channels a window. Fails only for lack of
 * memory. */
int THNN_(openWindows)(THNN_(Windows) * w, int64_t lanes);
void THNN_(closeWindows)(THNN_(Windows) * w);
/* All tiles, and number `index` of them. */
int64_t THNN_(countTiles)(const THNN_(Windows) * w);
THNN_(Tile) THNN_(tileAt)(const THNN_(Windows) * w, int64_t index);
/* Copies `count` planes from `first` on of one group to the patch. */
void THNN_(fillPatch)(const THNN_(Windows) * w, const THNN_(Tile) * tile, int64_t group,
                      int64_t first, int64_t count, real *patch);
/* The places of the tile's windows, row by row. */
void THNN_(findPlaces)(const THNN_(Windows) * w, const THNN_(Tile) * tile,
                       ptrdiff_t *place);

/* Where a correlation writes: window (s, t, u) goes to row rowStart + t * rowStep and
 * its layer and column likewise. */
typedef struct THNN_(Target) {
    real *data; /* (images, groups * channels, depth, height, width) */
    int64_t channels, depth, height, width;
    int64_t layerStart, rowStart, columnStart;
    int64_t layerStep, rowStep, columnStep;
    const real *bias; /* groups * channels, or NULL */
    int relu;         /* negative results become 0 */
} THNN_(Target);

/* Kernels as the engine reads them: for each group and block of lanes, values * lanes
 * numbers. */
typedef struct THNN_(Packed) {
    real *data;
    int64_t lanes,
        blocks; /* lanes of a block, blocks of a group; 1 lane: not in vectors */
    int wide;
    size_t bytes;
    uint8_t sizeClass;
} THNN_(Packed);

/* Memory for kernels of open windows that have `channels` results a window; lanes
 * without a channel are 0. */
int THNN_(openPacked)(THNN_(Packed) * p, const THNN_(Windows) * w, int64_t channels);
void THNN_(closePacked)(THNN_(Packed) * p);

/* target = bias + windows * kernels. */
int THNN_(correlate)(const THNN_(Windows) * w, const THNN_(Packed) * kernels,
                     const THNN_(Target) * target);
/* result (groups * channels, w->planes * taps) = sum over all windows of
 * grad (images, groups * channels, w->layers, w->rows, w->columns) * values. */
int THNN_(correlateKernels)(const THNN_(Windows) * w, const real *grad,
                            int64_t channels, real *result);

#endif
