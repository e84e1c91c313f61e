#include <TH/THError.h>

#include <stdarg.h>
#include <stdio.h>

#include "THAllocatorInternal.h"

#define MESSAGE_BYTES 1024

static TH_THREAD_LOCAL int pending;
static TH_THREAD_LOCAL size_t memory_bytes;
/* Too large for the small block that initial-exec variables of a loaded library share.
 */
static _Thread_local char message[MESSAGE_BYTES];

int THError_set(int code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, MESSAGE_BYTES, format, arguments);
    va_end(arguments);
    pending = code;
    return code;
}

int THError_setMemory(size_t bytes) {
    memory_bytes = bytes;
    if (bytes == SIZE_MAX)
        return THError_set(
            TH_ERR_MEMORY,
            "out of memory: the sizes asked for exceed the address space");
    return THError_set(TH_ERR_MEMORY, "out of memory: tried to allocate %zu bytes",
                       bytes);
}

int THError_pending(void) {
    return pending;
}

const char *THError_message(void) {
    return message;
}

size_t THError_bytes(void) {
    return memory_bytes;
}

void THError_clear(void) {
    pending = TH_OK;
}
