/* fail.h - filling slo_error, and structs that begin with struct_size. */
#ifndef SLOI_FAIL_H
#define SLOI_FAIL_H

#include <stdarg.h>
#include <string.h>

#include "slo/status.h"

#if defined(__GNUC__)
#define SLOI_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define SLOI_PRINTF(fmt, args)
#endif

/* No config or result struct comes near it: a larger struct_size is garbage. */
#define SLOI_SIZED_MAX 4096

/* Both fill error when it is not NULL and return the status. */
slo_status sloi_fail(slo_error *error, slo_status status, int64_t value, const char *format, ...)
    SLOI_PRINTF(4, 5);
slo_status sloi_fail_range(slo_error *error, int64_t value, int64_t min, int64_t max,
                           const char *format, ...) SLOI_PRINTF(5, 6);

/* SLO_ESPACE: `value` where at least `min` is needed. */
slo_status sloi_fail_space(slo_error *error, uint64_t value, uint64_t min, const char *what);

/* Puts the place of a part in front of its error's field, "slis[3]." say; returns the status. */
slo_status sloi_fail_within(slo_status status, slo_error *error, const char *format, ...)
    SLOI_PRINTF(3, 4);

static inline int64_t sloi_shown(uint64_t value) {
  return value > (uint64_t)INT64_MAX ? INT64_MAX : (int64_t)value;
}

/* Config in: zero-extends a shorter one; a longer one is SLO_EVERSION unless its
 * tail is zero. given NULL means all zero: the defaults. */
slo_status sloi_sized_read(void *local, size_t size, const void *given, slo_error *error,
                           const char *what);

/* The same for element i of an array, whose size is what the first element says. */
slo_status sloi_sized_element(void *local, size_t size, const void *array, size_t i,
                              slo_error *error, const char *what);

/* Result out: writes min(size, the caller's struct_size), never struct_size itself. */
slo_status sloi_sized_write(void *given, const void *local, size_t size);

#endif
