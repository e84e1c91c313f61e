/* Storages: own, borrowed and mapped memory. */
#include "th_test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/th-test-XXXXXX";
static char path[64];

static void test_own(void) {
    THStorage *storage = THStorage_new(TH_DOUBLE, 10);
    CHECK_INT(10, storage->size);
    double *data = storage->data;
    for (int i = 0; i < 10; i++)
        data[i] = i;
    CHECK_INT(0, THStorage_resize(storage, 100000));
    CHECK_INT(100000, storage->size);
    data = storage->data;
    for (int i = 0; i < 10; i++)
        CHECK(data[i] == i);
    data[99999] = 1;
    CHECK_INT(0, THStorage_resize(storage, 5));
    CHECK(((double *)storage->data)[4] == 4);
    CHECK_INT(0, THStorage_resize(storage, 0));
    CHECK_INT(0, storage->size);
    CHECK_INT(0, THStorage_resize(storage, 3));
    THStorage_retain(storage);
    THStorage_free(storage);
    CHECK_INT(3, storage->size);
    THStorage_free(storage);
    THStorage_free(NULL);
    storage = THStorage_new(TH_BYTE, 0);
    CHECK_INT(0, storage->size);
    THStorage_free(storage);
}

static void test_bad_sizes(void) {
    CHECK_ERROR(THStorage_new(TH_FLOAT, -1) == NULL, TH_ERR,
                "storage size must not be negative, got -1");
    CHECK_ERROR(THStorage_new(8, 1) == NULL, TH_ERR_TYPE,
                "there is no tensor type number 8");
    CHECK_ERROR(THStorage_new(-1, 1) == NULL, TH_ERR_TYPE,
                "there is no tensor type number -1");
    CHECK_ERROR(THStorage_new(TH_DOUBLE, PTRDIFF_MAX / 4) == NULL, TH_ERR_MEMORY,
                "out of memory: the sizes asked for exceed the address space");
    CHECK_ERROR(THStorage_new(TH_BYTE, (ptrdiff_t)1 << 52) == NULL, TH_ERR_MEMORY,
                "out of memory: tried to allocate 4503599627370496 bytes");
    THStorage *storage = THStorage_new(TH_INT, 3);
    CHECK_ERROR(THStorage_resize(storage, -3) < 0, TH_ERR,
                "storage size must not be negative, got -3");
    CHECK_ERROR(THStorage_resize(storage, PTRDIFF_MAX) < 0, TH_ERR_MEMORY,
                "out of memory: the sizes asked for exceed the address space");
    CHECK_INT(3, storage->size);
    THStorage_free(storage);
}

static int freed;
static size_t freed_bytes;

static void count_free(void *context, void *data, size_t bytes) {
    CHECK(context == &freed && data != NULL);
    freed++;
    freed_bytes = bytes;
}

static void test_borrowed(void) {
    static const THAllocator allocator = {count_free};
    int numbers[] = {1, 2, 3};
    THStorage *storage = THStorage_newWithData(TH_INT, numbers, 3, &allocator, &freed);
    CHECK(storage->data == numbers);
    CHECK_ERROR(THStorage_resize(storage, 5) < 0, TH_ERR,
                "Trying to resize storage that is not resizable, from 3 to 5 elements");
    THStorage_free(storage);
    CHECK_INT(1, freed);
    CHECK_INT(12, (long long)freed_bytes);
    CHECK_ERROR(THStorage_newWithData(TH_INT, numbers, 3, NULL, NULL) == NULL,
                TH_ERR_VALUE, "a storage of borrowed memory needs an allocator");
    CHECK_ERROR(THStorage_newWithData(TH_INT, NULL, 3, &allocator, &freed) == NULL,
                TH_ERR_VALUE, "a storage of 3 elements needs memory, got NULL");
    CHECK_INT(1, freed);
}

static void test_swap(void) {
    static const THAllocator allocator = {count_free};
    int numbers[] = {1, 2, 3};
    THStorage *own = THStorage_new(TH_INT, 3);
    THStorage *lent = THStorage_newWithData(TH_INT, numbers, 3, &allocator, &freed);
    void *memory = own->data;
    THStorage_retain(own);
    CHECK_ERROR(THStorage_swap(lent, own) < 0, TH_ERR,
                "swap needs a resizable storage, but 3 elements are lent");
    freed = 0;
    CHECK_INT(0, THStorage_swap(own, lent));
    CHECK(own->data == numbers && lent->data == memory);
    CHECK_INT(2, own->refcount);
    CHECK_INT(1, lent->refcount);
    CHECK_INT(0, THStorage_resize(lent, 1000));
    THStorage_free(lent);
    CHECK_INT(0, freed);
    THStorage_free(own);
    THStorage_free(own);
    CHECK_INT(1, freed);

    THStorage *two = THStorage_new(TH_INT, 2), *three = THStorage_new(TH_FLOAT, 3);
    CHECK_ERROR(THStorage_swap(two, three) < 0, TH_ERR,
                "swap needs storages of the same type and size, got Int of 2 and Float "
                "of 3 elements");
    THStorage_free(two);
    THStorage_free(three);
}

static long long file_size(void) {
    struct stat info;
    return stat(path, &info) == 0 ? (long long)info.st_size : -1;
}

static void test_mapped(void) {
    /* shared: creates the file, enlarges it, writes reach it */
    THStorage *shared = THStorage_newMapped(TH_INT, path, 4, 1);
    CHECK(shared != NULL && shared->flag == (TH_STORAGE_MAPPED | TH_STORAGE_SHARED));
    CHECK_INT(16, file_size());
    int *data = shared->data;
    for (int i = 0; i < 4; i++)
        data[i] = 10 * i;
    THStorage *larger = THStorage_newMapped(TH_INT, path, 2000, 1);
    CHECK_INT(8000, file_size());
    CHECK_INT(30, ((int *)larger->data)[3]);
    ((int *)larger->data)[0] = 7;
    CHECK_INT(7, data[0]);

    /* private: own pages */
    THStorage *own = THStorage_newMapped(TH_INT, path, 0, 0);
    CHECK_INT(2000, own->size);
    CHECK_INT(7, ((int *)own->data)[0]);
    ((int *)own->data)[1] = 99;
    CHECK_INT(10, data[1]);
    CHECK_ERROR(
        THStorage_resize(own, 3) < 0, TH_ERR,
        "Trying to resize storage that is not resizable, from 2000 to 3 elements");
    THStorage_free(own);
    THStorage_free(larger);
    THStorage_free(shared);

    own = THStorage_newMapped(TH_DOUBLE, path, 0, 0);
    CHECK_INT(1000, own->size);
    THStorage_free(own);
    CHECK_INT(0, truncate(path, 7));
    own = THStorage_newMapped(TH_INT, path, 0, 0); /* whole elements only */
    CHECK_INT(1, own->size);
    THStorage_free(own);
    CHECK_INT(0, truncate(path, 0));
    own = THStorage_newMapped(TH_INT, path, 0, 0);
    CHECK(own != NULL && own->size == 0);
    THStorage_free(own);
}

static void test_mapped_errors(void) {
    char text[256];
    CHECK_INT(0, truncate(path, 8));
    snprintf(text, sizeof(text),
             "file <%s> of 8 bytes is smaller than the 12 bytes of 3 elements", path);
    CHECK_ERROR(THStorage_newMapped(TH_INT, path, 3, 0) == NULL, TH_ERR, text);
    snprintf(text, sizeof(text),
             "unable to open file <%s/none>: No such file or directory", folder);
    char none[80];
    snprintf(none, sizeof(none), "%s/none", folder);
    CHECK_ERROR(THStorage_newMapped(TH_INT, none, 3, 0) == NULL, TH_ERR_IO, text);
    snprintf(text, sizeof(text), "unable to map <%s>: not a regular file", folder);
    CHECK_ERROR(THStorage_newMapped(TH_INT, folder, 3, 0) == NULL, TH_ERR_IO, text);
    CHECK_ERROR(THStorage_newMapped(TH_INT, path, -2, 0) == NULL, TH_ERR,
                "storage size must not be negative, got -2");
    CHECK_INT(0, mkfifo(none, 0600)); /* must not wait for a writer */
    snprintf(text, sizeof(text), "unable to map <%s>: not a regular file", none);
    CHECK_ERROR(THStorage_newMapped(TH_INT, none, 3, 0) == NULL, TH_ERR_IO, text);
    unlink(none);
    THError_clear();
    CHECK(THStorage_newMapped(TH_DOUBLE, path, (ptrdiff_t)1 << 58, 1) ==
          NULL); /* no such disk */
    CHECK(THError_pending() == TH_ERR_IO || THError_pending() == TH_ERR_MEMORY);
    THError_clear();
}

int main(void) {
    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(path, sizeof(path), "%s/file", folder);
    RUN(test_own);
    RUN(test_bad_sizes);
    RUN(test_borrowed);
    RUN(test_swap);
    RUN(test_mapped);
    RUN(test_mapped_errors);
    unlink(path);
    rmdir(folder);
    return TEST_RESULT;
}
