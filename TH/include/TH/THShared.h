/* Storages in memory that several processes see.
 *
 * The memory is an anonymous file (memfd), which is gone with the last process that has
 * it, or a named one, which is deleted with the last storage over it. The first 64
 * bytes of the file are a header with two counts:
 *
 *   owners   storages over the memory, one for each process, and handles on their way
 *   handles  descriptions that were sent to another process and have not arrived
 *
 * A process has at most one storage over a memory: attaching again gives the same one.
 * Storages that a forked child inherits are not counted. */
#ifndef TH_SHARED_H
#define TH_SHARED_H

#include <TH/THStorage.h>

/* A new storage in shared memory, filled with zeros. path = NULL: anonymous memory;
 * otherwise a file of that name, which must not exist, is made. NULL on failure. */
TH_API struct THStorage *THShared_new(int dtype, ptrdiff_t size, const char *path);
/* Moves a storage to shared memory. Does nothing if it is there already. With keep = 1
 * the old memory stays until the storage is freed, for those who still look at it. */
TH_API int THShared_move(struct THStorage *self, const char *path, int keep);
/* The storage over shared memory that another process made: of an open file, which
 * stays the caller's (path = NULL), or of the file of that name. A new reference. */
TH_API struct THStorage *THShared_attach(int dtype, ptrdiff_t size, int file,
                                         const char *path);

/* The open anonymous file of a storage; -1 if it has none. */
TH_API int THShared_file(const struct THStorage *self);
/* The name of the file of a storage; NULL if it has none. */
TH_API const char *THShared_path(const struct THStorage *self);
/* Adds `change` to the handles that are on their way; an error for storages that are in
 * no shared memory of this kind, and for files that are deleted. */
TH_API int THShared_addHandles(struct THStorage *self, int change);
/* The handles that are on their way, 0 for other storages. */
TH_API int THShared_handles(const struct THStorage *self);

/* A pipe that "-path\n" is written to when a named file is deleted; -1: none. */
TH_API void THShared_setLog(int file);

#endif
