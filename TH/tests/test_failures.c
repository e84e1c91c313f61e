/* Scenarios in which the n-th allocation fails, for n = 1, 2, 3 ... until one run needs
 * fewer. Each failed run must report TH_ERR_MEMORY, give back all memory and leave old
 * tensors as they were. */
#include "th_test.h"

#include <stdlib.h>
#include <unistd.h>

/* Leaves a scenario when a step fails. */
#define STEP(step)                                                                     \
    do {                                                                               \
        if (!(step))                                                                   \
            goto end;                                                                  \
    } while (0)

typedef int (*Scenario)(void);

static void run_failing(const char *name, Scenario scenario) {
    size_t before = bytes_in_use();
    int n = 1;
    for (int finished = 0; !finished && n < 1000; n++) {
        THError_clear();
        THAlloc_failAfter(n);
        finished = scenario();
        THAlloc_failAfter(0);
        if (!finished && THError_pending() != TH_ERR_MEMORY)
            FAILED("%s, allocation %d: error %d %s", name, n, THError_pending(),
                   THError_message());
        if (bytes_in_use() != before)
            FAILED("%s, allocation %d: %lld bytes are left", name, n,
                   (long long)bytes_in_use() - (long long)before);
    }
    if (n < 3 || n >= 1000)
        FAILED("%s: ended with allocation %d", name, n);
}
#define FAILING(scenario) run_failing(#scenario, scenario)

static int views(void) {
    int done = 0;
    THTensor *v[12] = {NULL};
    STEP(v[0] = THTensor_newWithSize(TH_FLOAT, SIZES(2, 3, 4)));
    STEP(v[1] = THTensor_newSelect(v[0], 0, 1));
    STEP(v[2] = THTensor_newNarrow(v[0], 1, 1, 2));
    STEP(v[3] = THTensor_newTranspose(v[0], 0, 2));
    STEP(v[4] = THTensor_newPermute(v[0], SIZES(2, 0, 1)));
    STEP(v[5] = THTensor_newUnfold(v[0], 2, 2, 1));
    STEP(v[6] = THTensor_newUnsqueeze(v[5], 0));
    STEP(v[7] = THTensor_newUnsqueeze(
             v[6], 0)); /* six dimensions: sizes outside the struct */
    STEP(v[8] = THTensor_newExpand(v[7], SIZES(2, 1, 2, 3, 3, 2)));
    STEP(v[9] = THTensor_newSqueeze(v[8]));
    STEP(v[10] = THTensor_newView(v[0], SIZES(4, 6)));
    STEP(v[11] = THTensor_newShape(v[8]));
    done = 1;
end:
    for (int i = 0; i < 12; i++)
        THTensor_free(v[i]);
    return done;
}

static int sizes(void) {
    int done = 0;
    THTensor *t = NULL, *other = NULL;
    STEP(t = THTensor_newWithSize(TH_INT, SIZES(10)));
    for (int i = 0; i < 10; i++)
        ((int *)t->storage->data)[i] = i;
    STEP(other = THTensor_newWithSize(TH_INT, SIZES(1, 2, 1, 2, 1, 2)));
    if (THTensor_resize(t, SIZES(1000000), NULL) < 0) {
        CHECK_INT(10, t->size[0]);
        CHECK_INT(10, t->storage->size);
        goto end;
    }
    for (int i = 0; i < 10; i++)
        CHECK_INT(i, ((int *)t->storage->data)[i]);
    STEP(THTensor_resize(t, SIZES(3, 1, 1, 1, 1, 1), NULL) == 0);
    STEP(THTensor_set(t, other) == 0);
    STEP(THTensor_setStorage(t, NULL, 5, SIZES(1, 1, 1, 1, 1, 1, 20), NULL) == 0);
    done = 1;
end:
    THTensor_free(other);
    THTensor_free(t);
    return done;
}

static int storages(void) {
    int done = 0;
    char path[] = "/tmp/th-test-XXXXXX";
    THStorage *own = NULL, *mapped = NULL;
    int file = mkstemp(path);
    STEP(own = THStorage_new(TH_DOUBLE, 100));
    STEP(THStorage_resize(own, 500000) == 0);
    STEP(mapped = THStorage_newMapped(TH_DOUBLE, path, 100, 1));
    done = 1;
end:
    close(file);
    unlink(path);
    THStorage_free(mapped);
    THStorage_free(own);
    return done;
}

static int copies(void) {
    int done = 0;
    THTensor *a = NULL, *b = NULL, *turned = NULL;
    STEP(a = THTensor_newWithSize(TH_FLOAT, SIZES(30, 20)));
    memset(a->storage->data, 0, 2400);
    STEP(b = THTensor_newWithSize(TH_INT, SIZES(20, 30)));
    STEP(turned = THTensor_newT(b));
    STEP(THFloatTensor_copyInt(a, turned) == 0);
    STEP(THIntTensor_copyFloat(turned, a) == 0);
    STEP(THIntTensor_copy(b, turned) == 0);
    done = 1;
end:
    THTensor_free(turned);
    THTensor_free(b);
    THTensor_free(a);
    return done;
}

static int generators(void) {
    THGenerator *generator = THGenerator_new();
    THGenerator *other = generator != NULL ? THGenerator_new() : NULL;
    int done = other != NULL;
    THGenerator_free(other);
    THGenerator_free(generator);
    return done;
}

int main(void) {
    FAILING(views);
    FAILING(sizes);
    FAILING(storages);
    FAILING(copies);
    FAILING(generators);
    return TEST_RESULT;
}
