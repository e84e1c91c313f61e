/* Errors: a code to return, and a message with the real numbers kept per thread.
 *
 * Every function that can fail returns 0 or one of the negative codes below (functions
 * named new*: NULL). Functions that return a value of the tensor's type record the
 * error and return 0; the caller asks THError_pending(). Nothing in the library prints,
 * exits or aborts. */
#ifndef TH_ERROR_H
#define TH_ERROR_H

#include <TH/THGeneral.h>

enum {
    TH_OK = 0,
    TH_ERR = -1,        /* sizes, layout, singular matrix ...   Python: RuntimeError */
    TH_ERR_INDEX = -2,  /* index or dimension out of range      Python: IndexError   */
    TH_ERR_VALUE = -3,  /* bad parameter value                  Python: ValueError   */
    TH_ERR_TYPE = -4,   /* the type has no such operation       Python: TypeError    */
    TH_ERR_MEMORY = -5, /* out of memory                        Python: MemoryError  */
    TH_ERR_IO = -6      /* a system call failed                 Python: OSError      */
};

/* Records `code` and the formatted message; returns `code`. */
TH_API int THError_set(int code, const char *format, ...) TH_PRINTF(2, 3);
/* Records an allocation of `bytes` bytes that failed; returns TH_ERR_MEMORY. */
TH_API int THError_setMemory(size_t bytes);
/* The code of the error that is pending in this thread, 0 if there is none. */
TH_API int THError_pending(void);
/* The message of the last error of this thread. */
TH_API const char *THError_message(void);
/* The byte count of the last TH_ERR_MEMORY of this thread. */
TH_API size_t THError_bytes(void);
/* Forgets the pending error. */
TH_API void THError_clear(void);

/* Leaves the function with an error. */
#define TH_FAIL(code, ...) return THError_set(code, __VA_ARGS__)
/* Passes a failure of `call` on to the caller. */
#define TH_TRY(call)                                                                   \
    do {                                                                               \
        int th_status_ = (call);                                                       \
        if (TH_UNLIKELY(th_status_ < 0))                                               \
            return th_status_;                                                         \
    } while (0)

#endif
