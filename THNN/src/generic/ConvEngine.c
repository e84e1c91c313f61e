/* The convolution engine of THNNConv.h, for float and double. */
#include "THNNConv.h"

#include <string.h>

/* Windows of a tile, values of a window that a run of the kernel takes, elements of a
 * patch: chosen so that a patch and the kernels of its channels stay in the first-level
 * cache. */
#define TILE_WINDOWS 128
#define TILE_NARROW 16
#define BLOCK_VALUES 160
#define PATCH_LIMIT ((int64_t)1 << 18)
/* Multiplications that are worth a thread. */
#define PIECE_PRODUCTS ((int64_t)1 << 18)
/* The kernel gradient is summed in this many parts, or fewer if they would need more
 * elements than PART_LIMIT; the number depends on sizes only, so that the result does
 * too. */
#define PARTS 8
#define PART_LIMIT ((int64_t)1 << 22)

static int64_t at_least_1(int64_t n) {
    return n > 1 ? n : 1;
}

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int64_t divide_up(int64_t a, int64_t b) {
    return (a + b - 1) / b;
}

/* ---- windows and patches ---- */
static void choose_tile(THNN_(Windows) * w, int64_t windows) {
    w->tileColumns = w->columns <= 2 * TILE_NARROW ? w->columns : TILE_NARROW;
    w->tileColumns = smaller(w->tileColumns, windows);
    w->tileRows = smaller(w->rows, at_least_1(windows / w->tileColumns));
    w->tilesDown = divide_up(w->rows, w->tileRows);
    w->tilesAcross = divide_up(w->columns, w->tileColumns);
}

int THNN_(openWindows)(THNN_(Windows) * w, int64_t lanes) {
    int64_t maxY = w->dy[0], maxX = w->dx[0];
    w->planes = w->channels * w->slices;
    w->minY = maxY;
    w->minX = maxX;
    for (int64_t t = 1; t < w->taps; t++) {
        w->minY = smaller(w->minY, w->dy[t]);
        w->minX = smaller(w->minX, w->dx[t]);
        maxY = w->dy[t] > maxY ? w->dy[t] : maxY;
        maxX = w->dx[t] > maxX ? w->dx[t] : maxX;
    }
    w->spanY = maxY - w->minY + 1;
    w->spanX = maxX - w->minX + 1;
    w->blockPlanes = smaller(w->planes, at_least_1(BLOCK_VALUES / w->taps));
    int64_t values = w->blockPlanes * w->taps;
    choose_tile(w, smaller(TILE_WINDOWS, at_least_1(smaller(PATCH_LIMIT / values,
                                                            PATCH_LIMIT / lanes))));

    /* Sharing what windows overlap pays unless steps or dilation leave most of it
     * unused. */
    double height = (double)(w->tileRows - 1) * (double)w->stepH + (double)w->spanY;
    double width = (double)(w->tileColumns - 1) * (double)w->stepW + (double)w->spanX;
    int64_t windows = w->tileRows * w->tileColumns;
    w->gathered = height * width > 2.0 * (double)w->taps * (double)windows;
    w->patchWidth = w->gathered ? w->taps : (int64_t)width;
    w->patchPlane = w->gathered ? w->taps : (int64_t)(height * width);
    /* A vector of neighbouring windows may read past the last one. */
    w->patchSize =
        w->patchPlane * w->blockPlanes * (w->gathered ? windows : 1) + THNN_MAX_LANES;

    w->offsetBytes = (size_t)values * sizeof(ptrdiff_t);
    w->offset = THAlloc_new(w->offsetBytes, &w->offsetClass);
    if (!w->offset)
        return TH_ERR_MEMORY;
    for (int64_t c = 0; c < w->blockPlanes; c++)
        for (int64_t t = 0; t < w->taps; t++)
            w->offset[c * w->taps + t] =
                c * w->patchPlane +
                (w->gathered
                     ? t
                     : (w->dy[t] - w->minY) * w->patchWidth + w->dx[t] - w->minX);
    return 0;
}

void THNN_(closeWindows)(THNN_(Windows) * w) {
    if (w->offset)
        THAlloc_free(w->offset, w->offsetBytes, w->offsetClass);
}

int64_t THNN_(countTiles)(const THNN_(Windows) * w) {
    return w->images * w->layers * w->tilesDown * w->tilesAcross;
}

THNN_(Tile) THNN_(tileAt)(const THNN_(Windows) * w, int64_t index) {
    int64_t across = index % w->tilesAcross, rest = index / w->tilesAcross;
    int64_t layer = rest / w->tilesDown;
    THNN_(Tile)
    tile = {.image = layer / w->layers,
            .layer = layer % w->layers,
            .row = rest % w->tilesDown * w->tileRows,
            .column = across * w->tileColumns};
    tile.rows = smaller(w->tileRows, w->rows - tile.row);
    tile.columns = smaller(w->tileColumns, w->columns - tile.column);
    return tile;
}

static void copy_row(real *r, const real *x, int64_t n) {
    enum { STEP = 16 / sizeof(real) };
    int64_t i = 0;
    for (; i + STEP <= n; i += STEP)
        memcpy(r + i, x + i, 16);
    if (i < n && n >= STEP)
        memcpy(r + n - STEP, x + n - STEP, 16);
    else
        for (; i < n; i++)
            r[i] = x[i];
}

/* Of `n` positions from `from` on, the ones inside 0 ... size - 1: *begin <= i < *end.
 */
static void clip(int64_t from, int64_t n, int64_t size, int64_t *begin, int64_t *end) {
    *begin = from < 0 ? smaller(-from, n) : 0;
    *end = smaller(n, size - from);
    if (*end < *begin)
        *end = *begin;
}

/* Plane number `index` of those that a window of the tile reads, NULL outside. */
static const real *plane_at(const THNN_(Windows) * w, const THNN_(Tile) * tile,
                            int64_t group, int64_t index) {
    int64_t channel = (tile->image * w->groups + group) * w->channels;
    int64_t z = tile->layer * w->stepD;
    if (w->slices == 1) {
        channel += index;
        z += w->dz[0];
    } else {
        channel += index / w->slices;
        z += w->dz[index % w->slices];
    }
    if (z < 0 || z >= w->depth)
        return NULL;
    return w->source + (channel * w->depth + z) * w->height * w->width;
}

/* The values of each window behind each other. */
static void gather(const THNN_(Windows) * w, const THNN_(Tile) * tile, int64_t group,
                   int64_t first, int64_t count, real *patch) {
    int64_t top = tile->row * w->stepH, left = tile->column * w->stepW;
    int64_t values = w->blockPlanes * w->taps;
    for (int64_t c = 0; c < count; c++, patch += w->taps) {
        const real *x = plane_at(w, tile, group, first + c);
        for (int64_t p = 0; p < tile->rows * tile->columns; p++) {
            int64_t row = top + p / tile->columns * w->stepH;
            int64_t column = left + p % tile->columns * w->stepW;
            for (int64_t t = 0; t < w->taps; t++) {
                int64_t y = row + w->dy[t], z = column + w->dx[t];
                int inside = x && y >= 0 && y < w->height && z >= 0 && z < w->width;
                patch[p * values + t] = inside ? x[y * w->width + z] : 0;
            }
        }
    }
}

void THNN_(fillPatch)(const THNN_(Windows) * w, const THNN_(Tile) * tile, int64_t group,
                      int64_t first, int64_t count, real *patch) {
    if (w->gathered) {
        gather(w, tile, group, first, count, patch);
        return;
    }
    int64_t top = tile->row * w->stepH + w->minY;
    int64_t left = tile->column * w->stepW + w->minX;
    int64_t height = (tile->rows - 1) * w->stepH + w->spanY;
    int64_t width = (tile->columns - 1) * w->stepW + w->spanX;
    int64_t up, down, begin, end;
    clip(top, height, w->height, &up, &down);
    clip(left, width, w->width, &begin, &end);
    int padded = down - up < height || end - begin < width;
    for (int64_t c = 0; c < count; c++, patch += w->patchPlane) {
        const real *x = plane_at(w, tile, group, first + c);
        if (padded || !x)
            memset(patch, 0, (size_t)w->patchPlane * sizeof(real));
        if (x && begin < end)
            for (int64_t i = up; i < down; i++)
                copy_row(patch + i * w->patchWidth + begin,
                         x + (top + i) * w->width + left + begin, end - begin);
    }
}

void THNN_(findPlaces)(const THNN_(Windows) * w, const THNN_(Tile) * tile,
                       ptrdiff_t *place) {
    int64_t values = w->blockPlanes * w->taps, columns = tile->columns;
    int64_t down = w->gathered ? columns * values : w->stepH * w->patchWidth;
    int64_t right = w->gathered ? values : w->stepW;
    for (int64_t i = 0; i < tile->rows; i++, place += columns)
        for (int64_t j = 0; j < columns; j++)
            place[j] = i * down + j * right;
}

/* ---- packed kernels ---- */
/* With few channels most lanes would be idle; where neighbouring windows read
 * neighbouring elements, these go to the lanes instead. */
static int is_few(const THNN_(Windows) * w, int64_t channels) {
    return channels * 4 <= THNN_KERNELS.lanes && w->stepW == 1 && !w->gathered;
}

/* With few results a window, such as in depthwise convolutions, whole bands of rows are
 * copied with their padding and neighbouring windows go to the lanes. Columns a step
 * apart are put side by side. */
#define BAND_LIMIT ((int64_t)1 << 15)

/* Of the copy of one plane; rows are those of the windows. */
typedef struct Band {
    int64_t width, height, rows;
} Band;

static Band band_of(const THNN_(Windows) * w, int64_t rows) {
    int64_t phase = w->columns + divide_up(w->spanX, w->stepW);
    return (Band){phase * w->stepW, (rows - 1) * w->stepH + w->spanY, rows};
}

static int64_t band_size(const Band *b) {
    return b->width * b->height;
}

static int has_bands(const THNN_(Windows) * w, int64_t channels) {
    if ((channels > 1 && channels * 2 > THNN_KERNELS.lanes) || w->gathered ||
        w->spanX > BAND_LIMIT || w->spanY > BAND_LIMIT || w->columns > BAND_LIMIT ||
        w->stepW > BAND_LIMIT || w->planes > BAND_LIMIT)
        return 0;
    Band one = band_of(w, 1);
    return band_size(&one) <= BAND_LIMIT / w->planes;
}

static void choose_lanes(THNN_(Packed) * p, const THNN_(Windows) * w, int64_t channels,
                         int bands) {
    p->wide = channels > THNN_KERNELS.lanes;
    p->lanes =
        is_few(w, channels) || bands ? 1 : THNN_KERNELS.lanes * (p->wide ? 2 : 1);
    p->blocks = divide_up(channels, p->lanes);
}

/* Memory for n reals, aligned for vectors; *bytes and *sizeClass are for freeing it. */
static real *new_reals(int64_t n, size_t *bytes, uint8_t *sizeClass) {
    int64_t size;
    if (n < 0 || th_mulOverflow(n, sizeof(real), &size)) {
        THError_setMemory(SIZE_MAX);
        return NULL;
    }
    *bytes = (size_t)size;
    return THAlloc_new(*bytes, sizeClass);
}

int THNN_(openPacked)(THNN_(Packed) * p, const THNN_(Windows) * w, int64_t channels) {
    choose_lanes(p, w, channels, has_bands(w, channels));
    p->data = new_reals(w->groups * p->blocks * p->lanes * w->planes * w->taps,
                        &p->bytes, &p->sizeClass);
    if (!p->data)
        return TH_ERR_MEMORY;
    if (channels % p->lanes)
        memset(p->data, 0, p->bytes);
    return 0;
}

void THNN_(closePacked)(THNN_(Packed) * p) {
    if (p->data)
        THAlloc_free(p->data, p->bytes, p->sizeClass);
}

/* ---- correlation ---- */
/* `count` windows from p on of a tile, for one block of lanes: the pointers that the
 * kernel wants; the last one stands in for the ones that are missing. */
static void point_to(const real **a, const real *patch, const ptrdiff_t *place,
                     int64_t p, int64_t count) {
    for (int64_t i = 0; i < THNN_TILE_ROWS; i++)
        a[i] = patch + place[p + (i < count ? i : count - 1)];
}

typedef struct Correlation {
    const THNN_(Windows) * w;
    const THNN_(Packed) * kernels;
    const THNN_(Target) * target;
    int64_t tiles, sumRows; /* tiles of all images, rows of sums for one block */
    int failed;
} Correlation;

/* The activation, on memory that was just written. */
static void keep_positive(int64_t n, real *x) {
    for (int64_t i = 0; i < n; i++)
        x[i] = x[i] > 0 ? x[i] : 0;
}

static void start_sums(const Correlation *k, int64_t group, real *sums) {
    const THNN_(Target) *target = k->target;
    int64_t lanes = k->kernels->lanes;
    if (!target->bias) {
        memset(sums, 0,
               (size_t)(k->kernels->blocks * k->sumRows * lanes) * sizeof(real));
        return;
    }
    const real *bias = target->bias + group * target->channels;
    for (int64_t b = 0; b < k->kernels->blocks; b++, bias += lanes) {
        int64_t used = smaller(lanes, target->channels - b * lanes);
        for (int64_t l = 0; l < lanes; l++)
            sums[l] = l < used ? bias[l] : 0;
        for (int64_t i = lanes; i < k->sumRows * lanes; i++)
            sums[i] = sums[i - lanes];
        sums += k->sumRows * lanes;
    }
}

static void store_sums(const Correlation *k, const THNN_(Tile) * tile, int64_t group,
                       const real *sums) {
    const THNN_(Target) *target = k->target;
    int64_t lanes = k->kernels->lanes;
    int64_t volume = target->depth * target->height * target->width;
    int64_t layer = target->layerStart + tile->layer * target->layerStep;
    for (int64_t b = 0; b < k->kernels->blocks; b++) {
        int64_t used = smaller(lanes, target->channels - b * lanes);
        int64_t channel =
            (tile->image * k->w->groups + group) * target->channels + b * lanes;
        const real *x = sums + b * k->sumRows * lanes;
        int64_t row = target->rowStart + tile->row * target->rowStep;
        int64_t column = target->columnStart + tile->column * target->columnStep;
        real *r = target->data + channel * volume +
                  (layer * target->height + row) * target->width + column;
        if (lanes == 1 && target->columnStep == 1) {
            for (int64_t i = 0; i < tile->rows; i++)
                copy_row(r + i * target->rowStep * target->width, x + i * tile->columns,
                         tile->columns);
            continue;
        }
        if (tile->columns == target->width && target->rowStep == 1) {
            THNN_KERNELS.transpose(r, volume, x, lanes, tile->rows * tile->columns,
                                   used);
            continue;
        }
        for (int64_t i = 0; i < tile->rows; i++) {
            if (target->columnStep == 1)
                THNN_KERNELS.transpose(r, volume, x, lanes, tile->columns, used);
            else
                for (int64_t j = 0; j < tile->columns; j++)
                    for (int64_t l = 0; l < used; l++)
                        r[l * volume + j * target->columnStep] = x[j * lanes + l];
            x += tile->columns * lanes;
            r += target->rowStep * target->width;
        }
    }
}

/* The windows in row-by-row order, a vector of neighbours at a time: row and first
 * column of vector v. */
static int64_t vectors_of(const THNN_(Tile) * tile) {
    return tile->rows * divide_up(tile->columns, THNN_KERNELS.lanes);
}

static int64_t window_of(const THNN_(Tile) * tile, int64_t v, int64_t *used) {
    int64_t across = divide_up(tile->columns, THNN_KERNELS.lanes);
    int64_t column = v % across * THNN_KERNELS.lanes;
    *used = smaller(THNN_KERNELS.lanes, tile->columns - column);
    return v / across * tile->columns + column;
}

/* sums[window] += windows * kernel for one channel. */
static void slide_tile(const THNN_(Windows) * w, const THNN_(Tile) * tile,
                       const ptrdiff_t *place, const real *patch, const real *kernel,
                       int64_t values, real *sums) {
    int64_t lanes = THNN_KERNELS.lanes, step = THNN_KERNELS.tileRows,
            last = vectors_of(tile) - 1;
    for (int64_t first = 0; first <= last; first += step) {
        real c[THNN_TILE_ROWS * THNN_MAX_LANES] = {0};
        const real *a[THNN_TILE_ROWS];
        int64_t used;
        for (int64_t p = 0; p < step; p++)
            a[p] = patch + place[window_of(tile, smaller(first + p, last), &used)];
        THNN_KERNELS.slide(c, a, w->offset, values, kernel);
        for (int64_t p = 0; p < step && first + p <= last; p++) {
            real *r = sums + window_of(tile, first + p, &used);
            for (int64_t l = 0; l < used; l++)
                r[l] += c[p * lanes + l];
        }
    }
}

static void correlate_tile(const Correlation *k, const THNN_(Tile) * tile,
                           int64_t group, const ptrdiff_t *place, real *patch,
                           real *sums) {
    const THNN_(Windows) *w = k->w;
    int64_t lanes = k->kernels->lanes, values = w->planes * w->taps;
    int64_t windows = tile->rows * tile->columns, step = THNN_KERNELS.tileRows;
    start_sums(k, group, sums);
    for (int64_t c = 0; c < w->planes; c += w->blockPlanes) {
        int64_t count = smaller(w->blockPlanes, w->planes - c);
        THNN_(fillPatch)(w, tile, group, c, count, patch);
        for (int64_t b = 0; b < k->kernels->blocks; b++) {
            const real *kernel =
                k->kernels->data +
                ((group * k->kernels->blocks + b) * values + c * w->taps) * lanes;
            if (lanes == 1) {
                slide_tile(w, tile, place, patch, kernel, count * w->taps,
                           sums + b * k->sumRows);
                continue;
            }
            for (int64_t p = 0; p < windows; p += step) {
                const real *a[THNN_TILE_ROWS];
                int64_t rows = smaller(step, windows - p);
                point_to(a, patch, place, p, rows);
                THNN_KERNELS.tile(sums + (b * k->sumRows + p) * lanes, a, w->offset,
                                  count * w->taps, kernel, rows, k->kernels->wide);
            }
        }
    }
    if (k->target->relu)
        keep_positive(k->kernels->blocks * k->sumRows * lanes, sums);
    store_sums(k, tile, group, sums);
}

static void correlate_range(void *context, int64_t begin, int64_t end) {
    Correlation *k = context;
    const THNN_(Windows) *w = k->w;
    int64_t sums = k->kernels->blocks * k->sumRows * k->kernels->lanes;
    int64_t windows = w->tileRows * w->tileColumns;
    size_t bytes, placeBytes = (size_t)windows * sizeof(ptrdiff_t);
    uint8_t class, placeClass;
    real *memory = new_reals(w->patchSize + sums, &bytes, &class);
    ptrdiff_t *place = THAlloc_new(placeBytes, &placeClass);
    if (!memory || !place)
        __atomic_store_n(&k->failed, 1, __ATOMIC_RELAXED);
    for (int64_t item = begin; memory && place && item < end; item++) {
        THNN_(Tile) tile = THNN_(tileAt)(w, item % k->tiles);
        THNN_(findPlaces)(w, &tile, place);
        correlate_tile(k, &tile, item / k->tiles, place, memory + sums, memory);
    }
    if (memory)
        THAlloc_free(memory, bytes, class);
    if (place)
        THAlloc_free(place, placeBytes, placeClass);
}

/* ---- correlation by bands ---- */
typedef struct Bands {
    const THNN_(Windows) * w;
    const THNN_(Packed) * kernels;
    const THNN_(Target) * target;
    int64_t rows, bands; /* rows of a band, bands of a layer */
    int64_t values;
    ptrdiff_t *offset; /* of each (plane, tap) in the copies */
    int failed;
} Bands;

/* Copies what the windows of a band see: column c of the copy's phase p holds the
 * plane's column left + c * stepW + p. */
static void fill_band(const THNN_(Windows) * w, const real *x, int64_t row,
                      const Band *band, real *r) {
    int64_t top = row * w->stepH + w->minY, step = w->stepW;
    int64_t phase = band->width / step, up, down;
    memset(r, 0, (size_t)band_size(band) * sizeof(real));
    clip(top, band->height, w->height, &up, &down);
    for (int64_t p = 0; x && p < step; p++) {
        int64_t left = w->minX + p, begin, end;
        if (step == 1) {
            clip(left, phase, w->width, &begin, &end);
        } else {
            begin = left < 0 ? divide_up(-left, step) : 0;
            end = left < w->width ? divide_up(w->width - left, step) : 0;
            end = smaller(end, phase);
        }
        for (int64_t i = up; i < down; i++) {
            real *to = r + i * band->width + p * phase;
            const real *from = x + (top + i) * w->width + left;
            if (step == 1 && begin < end)
                copy_row(to + begin, from + begin, end - begin);
            else
                for (int64_t c = begin; c < end; c++)
                    to[c] = from[c * step];
        }
    }
}

/* Item: (image, group, layer, band). */
static void band_range(void *context, int64_t begin, int64_t end) {
    Bands *k = context;
    const THNN_(Windows) *w = k->w;
    const THNN_(Target) *t = k->target;
    Band whole = band_of(w, k->rows);
    int strided = t->columnStep != 1;
    size_t bytes;
    uint8_t class;
    int64_t copy = w->planes * band_size(&whole) + THNN_MAX_LANES;
    int64_t result = k->rows * w->columns, most = THNN_KERNELS.planeChannels;
    int64_t volume = t->depth * t->height * t->width;
    real *memory = new_reals(copy + (strided ? most * result : 0), &bytes, &class);
    if (!memory) {
        __atomic_store_n(&k->failed, 1, __ATOMIC_RELAXED);
        return;
    }
    memset(memory, 0, (size_t)copy * sizeof(real));
    for (int64_t item = begin; item < end; item++) {
        int64_t rest = item / k->bands, first = item % k->bands * k->rows;
        THNN_(Tile)
        tile = {.image = rest / w->layers / w->groups, .layer = rest % w->layers};
        int64_t group = rest / w->layers % w->groups;
        Band band = band_of(w, smaller(k->rows, w->rows - first));
        for (int64_t p = 0; p < w->planes; p++)
            fill_band(w, plane_at(w, &tile, group, p), first, &band,
                      memory + p * band_size(&whole));
        int64_t layer = t->layerStart + tile.layer * t->layerStep;
        int64_t row = t->rowStart + first * t->rowStep;
        for (int64_t c = 0; c < t->channels; c += most) {
            int64_t channel = group * t->channels + c;
            int64_t count = smaller(most, t->channels - c);
            real *r = t->data +
                      (tile.image * w->groups * t->channels + channel) * volume +
                      (layer * t->height + row) * t->width + t->columnStart;
            real *to = strided ? memory + copy : r;
            THNN_KERNELS.plane(
                band.rows, w->columns, to, strided ? w->columns : t->rowStep * t->width,
                strided ? result : volume, count, memory, w->stepH * band.width,
                k->offset, k->values, k->kernels->data + channel * k->values,
                t->bias ? t->bias + channel : NULL);
            for (int64_t i = 0; t->relu && i < count * band.rows; i++)
                keep_positive(w->columns,
                              strided ? to + i / band.rows * result +
                                            i % band.rows * w->columns
                                      : to + i / band.rows * volume +
                                            i % band.rows * t->rowStep * t->width);
            for (int64_t i = 0; strided && i < count * band.rows; i++) {
                real *line =
                    r + i / band.rows * volume + i % band.rows * t->rowStep * t->width;
                for (int64_t j = 0; j < w->columns; j++)
                    line[j * t->columnStep] =
                        to[i / band.rows * result + i % band.rows * w->columns + j];
            }
        }
    }
    THAlloc_free(memory, bytes, class);
}

static int correlate_bands(const THNN_(Windows) * w, const THNN_(Packed) * kernels,
                           const THNN_(Target) * target) {
    Bands k = {.w = w, .kernels = kernels, .target = target};
    Band band = band_of(w, 1);
    k.rows = 1 + (BAND_LIMIT / w->planes / band.width - w->spanY) / w->stepH;
    k.rows = smaller(at_least_1(k.rows), w->rows);
    k.bands = divide_up(w->rows, k.rows);
    k.values = w->planes * w->taps;
    size_t bytes = (size_t)k.values * sizeof *k.offset;
    uint8_t class;
    if (!(k.offset = THAlloc_new(bytes, &class)))
        return TH_ERR_MEMORY;
    band = band_of(w, k.rows);
    for (int64_t v = 0; v < k.values; v++) {
        int64_t y = w->dy[v % w->taps] - w->minY, x = w->dx[v % w->taps] - w->minX;
        k.offset[v] = v / w->taps * band_size(&band) + y * band.width +
                      x % w->stepW * (band.width / w->stepW) + x / w->stepW;
    }
    int64_t products = k.rows * w->columns * k.values * target->channels;
    THParallel_for(w->images * w->groups * w->layers * k.bands,
                   PIECE_PRODUCTS / products + 1, band_range, &k);
    THAlloc_free(k.offset, bytes, class);
    if (k.failed)
        return THError_setMemory((size_t)BAND_LIMIT * sizeof(real));
    return 0;
}

int THNN_(correlate)(const THNN_(Windows) * w, const THNN_(Packed) * kernels,
                     const THNN_(Target) * target) {
    if (has_bands(w, target->channels))
        return correlate_bands(w, kernels, target);
    int64_t windows = w->tileRows * w->tileColumns;
    Correlation k = {.w = w, .kernels = kernels, .target = target};
    k.tiles = THNN_(countTiles)(w);
    k.sumRows = divide_up(windows, THNN_KERNELS.tileRows) * THNN_KERNELS.tileRows;
    int64_t products = windows * w->planes * w->taps * kernels->blocks * kernels->lanes;
    THParallel_for(w->groups * k.tiles, PIECE_PRODUCTS / products + 1, correlate_range,
                   &k);
    if (k.failed)
        return THError_setMemory(
            (size_t)(w->patchSize + kernels->blocks * k.sumRows * kernels->lanes) *
            sizeof(real));
    return 0;
}

/* ---- gradient of the kernels ---- */
typedef struct KernelGrad {
    const THNN_(Windows) * w;
    const real *grad;
    int64_t channels;
    THNN_(Packed) shape; /* lanes and blocks of the channels; no memory */
    int few; /* a block is one channel, the lanes are neighbouring windows */
    int64_t tiles,
        parts; /* tiles of all images; each part takes tiles / parts of them */
    int64_t blockRows, rows; /* of sums: for one block of w->planes, for all */
    real *sums;              /* [group][block of lanes][part][rows][lanes] */
    real *result;
    int failed;
} KernelGrad;

/* The first channel of a block, and how many there are. */
static int64_t channels_of(const KernelGrad *k, int64_t block, int64_t *used) {
    *used = k->few ? 1 : smaller(k->shape.lanes, k->channels - block * k->shape.lanes);
    return k->few ? block : block * k->shape.lanes;
}

/* Elements that `pack_grad` writes for the largest tile. */
static int64_t packed_size(const KernelGrad *k) {
    int64_t lanes = k->shape.lanes, columns = k->w->tileColumns;
    return k->w->tileRows * (k->few ? divide_up(columns, lanes) : columns) * lanes;
}

/* The gradients of a tile's windows: r[window][channel], or r[vector][window] with few
 * channels. Lanes without a window or channel are 0. */
static void pack_grad(const KernelGrad *k, const THNN_(Tile) * tile, int64_t group,
                      int64_t block, real *r) {
    const THNN_(Windows) *w = k->w;
    int64_t used, lanes = k->shape.lanes;
    int64_t plane = w->rows * w->columns, volume = w->layers * plane;
    int64_t channel =
        (tile->image * w->groups + group) * k->channels + channels_of(k, block, &used);
    const real *x = k->grad + channel * volume + tile->layer * plane +
                    tile->row * w->columns + tile->column;
    int64_t vectors = divide_up(tile->columns, lanes) * lanes;
    if (!k->few && used < lanes)
        memset(r, 0, (size_t)packed_size(k) * sizeof(real));
    for (int64_t i = 0; i < tile->rows; i++, x += w->columns) {
        if (k->few) {
            copy_row(r, x, tile->columns);
            memset(r + tile->columns, 0,
                   (size_t)(vectors - tile->columns) * sizeof(real));
            r += vectors;
        } else {
            THNN_KERNELS.transpose(r, lanes, x, volume, used, tile->columns);
            r += tile->columns * lanes;
        }
    }
}

/* The places of a tile's windows or vectors of windows; returns how many. */
static int64_t grad_places(const KernelGrad *k, const THNN_(Tile) * tile,
                           ptrdiff_t *place) {
    if (!k->few) {
        THNN_(findPlaces)(k->w, tile, place);
        return tile->rows * tile->columns;
    }
    int64_t down = k->w->stepH * k->w->patchWidth;
    for (int64_t i = 0; i < tile->rows; i++)
        for (int64_t j = 0; j < tile->columns; j += THNN_KERNELS.lanes)
            *place++ = i * down + j;
    return vectors_of(tile);
}

static void add_tile(const KernelGrad *k, const THNN_(Tile) * tile, int64_t group,
                     ptrdiff_t *place, const real *grad, real *patch, real *sums) {
    const THNN_(Windows) *w = k->w;
    int64_t count = grad_places(k, tile, place), step = THNN_KERNELS.tileRows;
    for (int64_t c = 0; c < w->planes; c += w->blockPlanes) {
        int64_t channels = smaller(w->blockPlanes, w->planes - c);
        THNN_(fillPatch)(w, tile, group, c, channels, patch);
        for (int64_t v = 0; v < channels * w->taps; v += step) {
            const real *a[THNN_TILE_ROWS];
            int64_t rows = smaller(step, channels * w->taps - v);
            point_to(a, patch, w->offset, v, rows);
            if (k->few)
                THNN_KERNELS.dots(sums + v * k->shape.lanes, a, place, count, grad);
            else
                THNN_KERNELS.tile(sums + v * k->shape.lanes, a, place, count, grad,
                                  rows, k->shape.wide);
        }
        sums += k->blockRows * k->shape.lanes;
    }
}

/* Item: (group, block of lanes, part). */
static void kernel_grad_range(void *context, int64_t begin, int64_t end) {
    KernelGrad *k = context;
    const THNN_(Windows) *w = k->w;
    int64_t lanes = k->shape.lanes, packed = packed_size(k);
    size_t bytes,
        placeBytes = (size_t)(w->tileRows * w->tileColumns) * sizeof(ptrdiff_t);
    uint8_t class, placeClass;
    real *memory = new_reals(w->patchSize + packed, &bytes, &class);
    ptrdiff_t *place = THAlloc_new(placeBytes, &placeClass);
    if (!memory || !place)
        __atomic_store_n(&k->failed, 1, __ATOMIC_RELAXED);
    else if (k->few) /* vectors read past the last window, and multiply that by 0 */
        memset(memory, 0, bytes);
    for (int64_t item = begin; memory && place && item < end; item++) {
        int64_t part = item % k->parts, block = item / k->parts % k->shape.blocks;
        int64_t group = item / k->parts / k->shape.blocks;
        real *sums = k->sums + item * k->rows * lanes;
        memset(sums, 0, (size_t)(k->rows * lanes) * sizeof(real));
        int64_t last = (part + 1) * k->tiles / k->parts;
        for (int64_t t = part * k->tiles / k->parts; t < last; t++) {
            THNN_(Tile) tile = THNN_(tileAt)(w, t);
            pack_grad(k, &tile, group, block, memory);
            add_tile(k, &tile, group, place, memory, memory + packed, sums);
        }
    }
    if (memory)
        THAlloc_free(memory, bytes, class);
    if (place)
        THAlloc_free(place, placeBytes, placeClass);
}

/* Adds the parts up in order and brings them to the result's layout. Item: (group,
 * block of lanes). */
static void finish_range(void *context, int64_t begin, int64_t end) {
    const KernelGrad *k = context;
    const THNN_(Windows) *w = k->w;
    int64_t lanes = k->shape.lanes, size = k->rows * lanes,
            values = w->planes * w->taps;
    for (int64_t item = begin; item < end; item++) {
        int64_t used, group = item / k->shape.blocks;
        int64_t channel = channels_of(k, item % k->shape.blocks, &used);
        real *sums = k->sums + item * k->parts * size;
        for (int64_t part = 1; part < k->parts; part++)
            for (int64_t i = 0; i < size; i++)
                sums[i] += sums[part * size + i];
        real *r = k->result + (group * k->channels + channel) * values;
        for (int64_t c = 0; c < w->planes; c += w->blockPlanes) {
            int64_t count = smaller(w->blockPlanes, w->planes - c) * w->taps;
            if (k->few)
                for (int64_t v = 0; v < count; v++)
                    r[v] = (real)THNN_KERNELS.sum(lanes, sums + v * lanes);
            else
                THNN_KERNELS.transpose(r, values, sums, lanes, count, used);
            r += count;
            sums += k->blockRows * lanes;
        }
    }
}

/* The sums of one kind: `few` has windows in the lanes, else channels. */
static int correlate_kernels(const THNN_(Windows) * w, const real *grad,
                             int64_t channels, real *result, int few) {
    KernelGrad k = {
        .w = w, .grad = grad, .channels = channels, .result = result, .few = few};
    int64_t step = THNN_KERNELS.tileRows;
    k.shape.wide = !few && channels > THNN_KERNELS.lanes;
    k.shape.lanes = THNN_KERNELS.lanes * (k.shape.wide ? 2 : 1);
    k.shape.blocks = few ? channels : divide_up(channels, k.shape.lanes);
    k.tiles = THNN_(countTiles)(w);
    k.blockRows = divide_up(w->blockPlanes * w->taps, step) * step;
    k.rows = divide_up(w->planes, w->blockPlanes) * k.blockRows;
    int64_t items = w->groups * k.shape.blocks, size = items * k.rows * k.shape.lanes;
    k.parts = smaller(smaller(PARTS, k.tiles), at_least_1(PART_LIMIT / size));

    size_t bytes;
    uint8_t class;
    if (!(k.sums = new_reals(k.parts * size, &bytes, &class)))
        return TH_ERR_MEMORY;
    int64_t products = k.tiles * w->tileRows * w->tileColumns * k.rows * k.shape.lanes;
    THParallel_for(items * k.parts, PIECE_PRODUCTS / at_least_1(products / k.parts) + 1,
                   kernel_grad_range, &k);
    if (!k.failed)
        THParallel_for(items,
                       rows_per_piece(THNN_GRAIN, k.parts * k.rows * k.shape.lanes),
                       finish_range, &k);
    THAlloc_free(k.sums, bytes, class);
    if (k.failed)
        return THError_setMemory(
            (size_t)(w->patchSize + w->tileRows * w->tileColumns * k.shape.lanes) *
            sizeof(real));
    return 0;
}

static int all_finite(int64_t n, const real *x) {
    real zero = 0;
    for (int64_t i = 0; i < n; i++)
        zero += x[i] * 0;
    return zero == 0;
}

int THNN_(correlateKernels)(const THNN_(Windows) * w, const real *grad,
                            int64_t channels, real *result) {
    int few = is_few(w, channels);
    TH_TRY(correlate_kernels(w, grad, channels, result, few));
    /* Vectors of windows also read, times 0, what no window has: inf * 0 is NaN. */
    if (few && !all_finite(w->groups * channels * w->planes * w->taps, result))
        return correlate_kernels(w, grad, channels, result, 0);
    return 0;
}
