/* Storages in memory that several processes see. */
#include "th_test.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/th-test-XXXXXX";
static char path[64];

static void test_anonymous(void) {
    THStorage *storage = THShared_new(TH_INT, 5, NULL);
    int *data = storage->data;
    CHECK_INT(0, data[4]);
    CHECK_INT(TH_STORAGE_SHARED, storage->flag);
    CHECK(THShared_path(storage) == NULL);
    int file = THShared_file(storage);
    CHECK(file >= 0);
    CHECK_INT(0, (intptr_t)data % 64);
    /* The same file is the same storage. */
    THStorage *again = THShared_attach(TH_INT, 5, file, NULL);
    CHECK(again == storage);
    CHECK_INT(2, storage->refcount);
    THStorage_free(again);
    CHECK_ERROR(THShared_attach(TH_INT, 4, file, NULL) == NULL, TH_ERR,
                "the shared memory has 20 bytes of type 3, but a storage of 16 bytes "
                "of type 3 was asked for");
    CHECK_INT(1, storage->refcount);
    CHECK_ERROR(THStorage_resize(storage, 6) < 0, TH_ERR,
                "Trying to resize storage that is not resizable, from 5 to 6 elements");
    THStorage *own = THStorage_new(TH_INT, 5);
    CHECK_ERROR(THStorage_swap(own, storage) < 0, TH_ERR,
                "swap needs memory of this process, but 5 elements are shared");
    THStorage_free(own);
    pid_t child = fork();
    if (child == 0) {
        data[2] = 7;
        THStorage_free(storage);
        _exit(0);
    }
    CHECK(waitpid(child, NULL, 0) == child);
    CHECK_INT(7, data[2]);
    THStorage_free(storage);
}

static void test_named(void) {
    THStorage *storage = THShared_new(TH_BYTE, 3, path);
    CHECK_INT(-1, THShared_file(storage));
    CHECK(strcmp(path, THShared_path(storage)) == 0);
    char text[160];
    snprintf(text, sizeof(text),
             "unable to make 3 bytes of shared memory in file <%s>: File exists", path);
    CHECK_ERROR(THShared_new(TH_BYTE, 3, path) == NULL, TH_ERR_IO, text);
    pid_t child = fork();
    if (child == 0) { /* its copy is not counted */
        THStorage_free(storage);
        _exit(access(path, F_OK) != 0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK_INT(0, THShared_addHandles(storage, 1));
    CHECK_INT(1, THShared_handles(storage));
    THStorage_free(storage);
    CHECK_INT(0, access(path, F_OK)); /* it is on its way */
    storage = THShared_attach(TH_BYTE, 3, -1, path);
    CHECK_INT(0, THShared_addHandles(storage, -1));
    THStorage_free(storage);
    CHECK(access(path, F_OK) != 0);
    CHECK(THShared_attach(TH_BYTE, 3, -1, path) == NULL);
    CHECK_INT(TH_ERR_IO, THError_pending());
    THError_clear();
}

static void test_move(void) {
    THStorage *storage = THStorage_new(TH_FLOAT, 1000);
    float *old = storage->data;
    for (int i = 0; i < 1000; i++)
        old[i] = (float)i;
    CHECK_INT(0, THShared_move(storage, NULL, 1));
    CHECK(storage->data != old);
    CHECK(old[999] == 999 && ((float *)storage->data)[999] == 999);
    CHECK_INT(0, THShared_move(storage, NULL, 0)); /* it is there */
    THStorage_free(storage);
    storage = THStorage_new(TH_FLOAT, 0);
    CHECK_INT(0, THShared_move(storage, NULL, 0));
    CHECK_INT(0, storage->size);
    THStorage_free(storage);
}

static void test_bad_arguments(void) {
    THStorage *storage = THStorage_new(TH_FLOAT, 1);
    CHECK_INT(-1, THShared_file(storage));
    CHECK(THShared_path(storage) == NULL);
    CHECK_INT(0, THShared_handles(storage));
    CHECK_ERROR(THShared_addHandles(storage, 1) < 0, TH_ERR,
                "the storage is in no shared memory that can be sent");
    THStorage_free(storage);
    CHECK_ERROR(THShared_new(TH_FLOAT, -1, NULL) == NULL, TH_ERR,
                "storage size must not be negative, got -1");
    CHECK_ERROR(THShared_new(8, 1, NULL) == NULL, TH_ERR_TYPE,
                "there is no tensor type number 8");
    CHECK_ERROR(THShared_new(TH_DOUBLE, PTRDIFF_MAX / 4, NULL) == NULL, TH_ERR_MEMORY,
                "out of memory: the sizes asked for exceed the address space");
    CHECK(THShared_new(TH_BYTE, PTRDIFF_MAX - 100, NULL) == NULL);
    CHECK(THShared_new(TH_BYTE, PTRDIFF_MAX, path) == NULL);
    CHECK(access(path, F_OK) != 0);
    CHECK_ERROR(THShared_attach(TH_FLOAT, 1, -1, NULL) == NULL, TH_ERR_IO,
                "unable to open 4 bytes of shared memory: Bad file descriptor");
}

int main(void) {
    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(path, sizeof(path), "%s/memory", folder);
    RUN(test_anonymous);
    RUN(test_named);
    RUN(test_move);
    RUN(test_bad_arguments);
    rmdir(folder);
    return TEST_RESULT;
}
