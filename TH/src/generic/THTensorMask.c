/* Masks: ByteTensors of zeros and ones that say which elements an operation is about.
 * Types: all with arithmetic. */
#include <TH/TH.h>

#include <string.h>

#include "THGenerate.h"
#include "THTensorBorrow.h"

/* Elements that belong together: they are counted first, so that every chunk knows
 * where its results go, and then all are written, on several threads. */
#define CHUNK 32768
/* Elements whose places are collected at a time. */
#define PIECE 256

/* How many of n elements are on. */
typedef int64_t (*Count)(const void *data, int64_t n);

typedef struct CountJob {
    const char *data;
    int item;
    int64_t n, *counts;
    Count count;
} CountJob;

static void count_chunks(void *context, int64_t begin, int64_t end) {
    CountJob *job = context;
    for (int64_t c = begin; c < end; c++) {
        int64_t from = c * CHUNK, n = job->n - from < CHUNK ? job->n - from : CHUNK;
        job->counts[c + 1] = job->count(job->data + from * job->item, n);
    }
}

/* How many elements are on before each chunk, and the sum of all behind the last. */
typedef struct Starts {
    int64_t *before, all;
    THTensor *memory; /* of `before` where there are several chunks */
    int64_t single[2];
} Starts;

/* Counts; the caller frees `memory`. */
static int find_starts(Starts *starts, const void *data, int item, int64_t n,
                       Count count) {
    int64_t chunks = (n + CHUNK - 1) / CHUNK, size = chunks + 1;
    starts->memory = NULL;
    starts->before = starts->single;
    if (chunks > 1) {
        if (!(starts->memory = THTensor_newWithSize(TH_LONG, 1, &size)))
            return TH_ERR_MEMORY;
        starts->before = starts->memory->storage->data;
    }
    CountJob job = {data, item, n, starts->before, count};
    starts->before[0] = 0;
    THParallel_for(chunks, 1, count_chunks, &job);
    for (int64_t c = 0; c < chunks; c++)
        starts->before[c + 1] += starts->before[c];
    starts->all = starts->before[chunks];
    return 0;
}

/* Bytes of 0 and 1, added up in lanes that do not overflow. */
static int64_t count_mask(const void *data, int64_t n) {
    const uint8_t *m = data;
    int64_t count = 0, i = 0;
    while (n - i >= 64) {
        uint8_t lane[64] = {0};
        for (int turn = 0; turn < 255 && n - i >= 64; turn++, i += 64)
            for (int k = 0; k < 64; k++)
                lane[k] = (uint8_t)(lane[k] + m[i + k]);
        for (int k = 0; k < 64; k++)
            count += lane[k];
    }
    for (; i < n; i++)
        count += m[i];
    return count;
}

static int64_t count_nonzero(const void *data, int64_t n) {
    const real *x = data;
    int64_t count = 0;
    for (int64_t i = 0; i < n;) {
        int64_t stop = n - i < CHUNK ? n : i + CHUNK;
        int32_t some = 0;
        for (; i < stop; i++)
            some += x[i] != 0;
        count += some;
    }
    return count;
}

static const uint8_t *mask_data(const THTensor *mask) {
    return (const uint8_t *)mask->storage->data + mask->storageOffset;
}

/* A mask as plain memory that nobody writes to, and where its ones are. */
typedef struct Mask {
    THTensor *plain;
    const THTensor *lender; /* the mask itself, if it has the wanted size */
    Starts starts;
} Mask;

/* Opens a mask, expanded to the given size, for writing to r; after success close_mask.
 */
static int open_mask(Mask *self, THByteTensor *mask, int n, const int64_t *size,
                     const THTensor *r) {
    THTensor *expanded = mask;
    self->lender = mask;
    if (!th_hasSize(mask, n, size) && !(expanded = THTensor_newExpand(mask, n, size)))
        return THError_pending();
    self->plain =
        shares_storage(expanded, r) ? new_plain(expanded) : borrow_contiguous(expanded);
    if (self->plain != expanded)
        give_back(expanded, mask);
    if (!self->plain)
        return TH_ERR_MEMORY;
    const uint8_t *m = mask_data(self->plain);
    int64_t numel = th_nElement(self->plain), i = 0;
    uint8_t bits = 0;
    for (int64_t k = 0; k < numel; k++)
        bits |= m[k];
    int status;
    if (bits > 1) {
        while (m[i] <= 1)
            i++;
        status = THError_set(
            TH_ERR, "Mask tensor can take 0 and 1 values only, but got %d", m[i]);
    } else {
        status = find_starts(&self->starts, m, 1, numel, count_mask);
    }
    if (status < 0)
        give_back(self->plain, mask);
    return status;
}

static void close_mask(Mask *self) {
    THTensor_free(self->starts.memory);
    give_back(self->plain, self->lender);
}

/* Moves between a tensor with as many elements as the mask and one with as many as the
 * mask has ones. */
typedef struct MaskJob {
    const uint8_t *on;
    const int64_t *starts;
    int64_t n, ones;
    real *wide, *narrow;
    real value;
} MaskJob;

/* narrow = the elements of wide that are on */
static void gather_chunks(void *context, int64_t begin, int64_t end) {
    const MaskJob *job = context;
    real kept[PIECE];
    real *to = job->narrow + job->starts[begin];
    int64_t stop = end * CHUNK < job->n ? end * CHUNK : job->n;
    for (int64_t i = begin * CHUNK; i < stop; i += PIECE) {
        int64_t n = stop - i < PIECE ? stop - i : PIECE, used = 0;
        for (int64_t k = 0; k < n; k++) {
            kept[used] = job->wide[i + k];
            used += job->on[i + k];
        }
        memcpy(to, kept, (size_t)used * sizeof(real));
        to += used;
    }
}

/* the elements of wide that are on = narrow */
static void spread_chunks(void *context, int64_t begin, int64_t end) {
    const MaskJob *job = context;
    int64_t used = job->starts[begin], last = job->ones - 1;
    int64_t stop = end * CHUNK < job->n ? end * CHUNK : job->n;
    for (int64_t i = begin * CHUNK; i < stop; i++) {
        real next = job->narrow[used < last ? used : last];
        job->wide[i] = job->on[i] ? next : job->wide[i];
        used += job->on[i];
    }
}

static void fill_chunks(void *context, int64_t begin, int64_t end) {
    const MaskJob *job = context;
    int64_t stop = end * CHUNK < job->n ? end * CHUNK : job->n;
    real value = job->value, *to = job->wide;
    for (int64_t i = begin * CHUNK; i < stop; i++)
        to[i] = job->on[i] ? value : to[i];
}

static void run_chunks(const MaskJob *job, void (*body)(void *, int64_t, int64_t)) {
    THParallel_for((job->n + CHUNK - 1) / CHUNK, 1, body, (void *)job);
}

/* Runs over the contiguous form of r and stores it; src NULL: fills with value. */
static int masked_write(THTensor *r, THByteTensor *mask, THTensor *src, real value) {
    char a[TH_SHAPE_TEXT], b[TH_SHAPE_TEXT];
    int64_t n = THTensor_nElement(r);
    if (!r->nDimension || !mask->nDimension) {
        if (r->nDimension || mask->nDimension)
            TH_FAIL(TH_ERR, "mask %s does not fit tensor %s",
                    THTensor_shapeText(a, mask), THTensor_shapeText(b, r));
        return 0;
    }
    Mask m;
    TH_TRY(open_mask(&m, mask, r->nDimension, r->size, r));
    THTensor *values = NULL, *target = NULL;
    int status = TH_ERR_MEMORY;
    int64_t ones = m.starts.all;
    if (src && THTensor_nElement(src) < ones) {
        status = THError_set(
            TH_ERR, "Number of elements of src (%lld) < number of ones in mask (%lld)",
            (long long)THTensor_nElement(src), (long long)ones);
        goto done;
    }
    if (!ones) {
        status = 0;
        goto done;
    }
    if (src &&
        !(values = shares_storage(src, r) ? new_plain(src) : borrow_contiguous(src)))
        goto done;
    if (!(target = borrow_contiguous(r)))
        goto done;
    MaskJob job = {mask_data(m.plain),
                   m.starts.before,
                   n,
                   ones,
                   TH_DATA(target),
                   src ? TH_DATA(values) : NULL,
                   value};
    run_chunks(&job, src ? spread_chunks : fill_chunks);
    status = target == r ? 0 : th_copySame(r, target);
done:
    give_back(target, r);
    give_back(values, src);
    close_mask(&m);
    return status;
}

int THTensor_(maskedFill)(THTensor *r, THByteTensor *mask, real value) {
    return masked_write(r, mask, NULL, value);
}

int THTensor_(maskedCopy)(THTensor *r, THByteTensor *mask, THTensor *src) {
    return masked_write(r, mask, src, 0);
}

int THTensor_(maskedSelect)(THTensor *r, THTensor *t, THByteTensor *mask) {
    char a[TH_SHAPE_TEXT], b[TH_SHAPE_TEXT];
    int64_t size[TH_MAX_DIM], none = 0;
    if (!t->nDimension && !mask->nDimension)
        return THTensor_resize(r, 1, &none, NULL);
    if (!t->nDimension || !mask->nDimension)
        TH_FAIL(TH_ERR, "mask %s does not fit tensor %s", THTensor_shapeText(a, mask),
                THTensor_shapeText(b, t));
    int n = THTensor_broadcastShape(t, mask, size), status = TH_ERR_MEMORY;
    TH_TRY(n);
    Mask m;
    TH_TRY(open_mask(&m, mask, n, size, r));
    THTensor *expanded = NULL, *values = NULL;
    if (!m.starts.all) {
        status = THTensor_resize(r, 1, &m.starts.all, NULL);
        goto done;
    }
    expanded = th_hasSize(t, n, size) ? t : THTensor_newExpand(t, n, size);
    if (!expanded || !(values = borrow_contiguous(expanded)))
        goto done;
    THTensor *result = borrow_output(r, 1, &m.starts.all, shares_storage(r, t));
    if (!result)
        goto done;
    MaskJob job = {mask_data(m.plain),
                   m.starts.before,
                   th_nElement(m.plain),
                   m.starts.all,
                   TH_DATA(values),
                   TH_DATA(result),
                   0};
    run_chunks(&job, gather_chunks);
    status = store_output(r, result, 0);
done:
    give_back(values, expanded);
    give_back(expanded, t);
    close_mask(&m);
    return status;
}

/* Finds the positions of elements that are not 0. */
typedef struct PlacesJob {
    const real *data;
    const int64_t *starts, *size;
    int last; /* the last dimension */
    int64_t n, *places;
} PlacesJob;

/* `count` positions in the row that `position` names. */
static int64_t *store_places(const PlacesJob *job, int64_t *to, const int64_t *position,
                             const int32_t *columns, int64_t first, int64_t count) {
    int last = job->last;
    if (last == 0) {
        for (int64_t k = 0; k < count; k++)
            to[k] = first + columns[k];
        return to + count;
    }
    if (last == 1) {
        const int64_t row = position[0];
        for (int64_t k = 0; k < count; k++) {
            to[2 * k] = row;
            to[2 * k + 1] = first + columns[k];
        }
        return to + 2 * count;
    }
    for (int64_t k = 0; k < count; k++, to += last + 1) {
        for (int d = 0; d < last; d++)
            to[d] = position[d];
        to[last] = first + columns[k];
    }
    return to;
}

static void place_chunks(void *context, int64_t begin, int64_t end) {
    const PlacesJob *job = context;
    int last = job->last;
    int64_t position[TH_MAX_DIM], width = job->size[last], at = begin * CHUNK;
    int64_t stop = end * CHUNK < job->n ? end * CHUNK : job->n, rest = at / width;
    int64_t *to = job->places + job->starts[begin] * (last + 1), column = at % width;
    int32_t columns[PIECE];
    for (int d = last - 1; d >= 0; d--) {
        position[d] = rest % job->size[d];
        rest /= job->size[d];
    }
    while (at < stop) {
        int64_t n = stop - at < PIECE ? stop - at : PIECE, used = 0;
        n = width - column < n ? width - column : n;
        for (int32_t k = 0; k < n; k++) {
            columns[used] = k;
            used += job->data[at + k] != 0;
        }
        to = store_places(job, to, position, columns, column, used);
        at += n;
        column += n;
        if (column < width)
            continue;
        column = 0;
        for (int d = last - 1; d >= 0 && ++position[d] == job->size[d]; d--)
            position[d] = 0;
    }
}

int THTensor_(nonzero)(THLongTensor *r, THTensor *t) {
    int64_t n = THTensor_nElement(t), none = 0;
    if (!n)
        return THTensor_resize(r, 1, &none, NULL);
    THTensor *values = borrow_contiguous(t);
    Starts starts;
    if (!values)
        return THError_pending();
    int status = find_starts(&starts, TH_DATA(values), sizeof(real), n, count_nonzero);
    if (status < 0)
        goto done;
    if (!starts.all) {
        status = THTensor_resize(r, 1, &none, NULL);
        goto done;
    }
    int64_t size[2] = {starts.all, t->nDimension};
    int dims = t->nDimension;
    THTensor *out = borrow_output(r, 2, size, shares_storage(r, t));
    if (!out) {
        status = TH_ERR_MEMORY;
        goto done;
    }
    PlacesJob job = {TH_DATA(values),
                     starts.before,
                     values->size,
                     dims - 1,
                     n,
                     (int64_t *)out->storage->data + out->storageOffset};
    THParallel_for((n + CHUNK - 1) / CHUNK, 1, place_chunks, &job);
    status = store_output(r, out, 0);
done:
    THTensor_free(starts.memory);
    give_back(values, t);
    return status;
}
