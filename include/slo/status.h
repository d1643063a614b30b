/*
 * slo/status.h - what every function answers, and what was wrong.
 *
 * A function that can fail returns an slo_status: SLO_OK is 0, errors are
 * negative, results come back through out-parameters. On an error the
 * out-parameters are untouched unless the function says otherwise. A function
 * that takes an slo_error fills it with the field, the value and the allowed
 * range; NULL is always allowed there.
 *
 * Nothing here keeps state: there is no errno and no global message, so every
 * function in this header may be called from any thread.
 */
#ifndef SLO_STATUS_H
#define SLO_STATUS_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define SLO_API __attribute__((visibility("default")))
#else
#define SLO_API
#endif

#ifdef __cplusplus
#define SLO_BEGIN extern "C" {
#define SLO_END }
#else
#define SLO_BEGIN
#define SLO_END
/* Initialises a config, result or error struct: slo_budget b = SLO_SIZED(slo_budget); */
#define SLO_SIZED(type) {.struct_size = sizeof(type)}
#endif

SLO_BEGIN

/* X(name, value, text): the one table behind the enum, slo_strerror and the bindings. */
#define SLO_STATUS_MAP(X)                                             \
  X(SLO_OK, 0, "ok")                                                  \
  X(SLO_EINVAL, -1, "invalid argument")                               \
  X(SLO_ERANGE, -2, "value out of range")                             \
  X(SLO_ENOMEM, -3, "out of memory")                                  \
  X(SLO_ENODATA, -4, "no data")                                       \
  X(SLO_EVERSION, -5, "made by a newer or incompatible version")      \
  X(SLO_ECORRUPT, -6, "not a valid block")                            \
  X(SLO_ECLOCK, -7, "the clock jumped further than allowed")          \
  X(SLO_EPARSE, -8, "cannot be read")                                 \
  X(SLO_ESPACE, -9, "the memory or buffer is too small")              \
  X(SLO_ELOST, -10, "entries were overwritten before they were read") \
  X(SLO_EBUSY, -11, "every one of them is in use")

typedef int32_t slo_status;

enum {
#define SLO_STATUS_ENUM(name, value, text) name = value,
  SLO_STATUS_MAP(SLO_STATUS_ENUM)
#undef SLO_STATUS_ENUM
      SLO_STATUS_LAST = -11 /* the lowest status in use */
};

/* The English text of a status; "unknown status" for a number that is none.
 * Never NULL; static, not to be freed. */
SLO_API const char *slo_strerror(slo_status status);

/* The name of a status ("SLO_EINVAL"); "SLO_UNKNOWN" for a number that is none. */
SLO_API const char *slo_status_name(slo_status status);

/*
 * What was wrong. Set struct_size (or use SLO_SIZED) before the call.
 *
 *   status  what the function returned
 *   field   the offending field, "tiers[2].factor_ppm"; always terminated
 *   value   what it was; for SLO_EPARSE the offset in bytes of the first
 *           character that could not be read
 *   min,max the allowed range, both inclusive; min > max: there is none to name
 *
 * An unsigned value above INT64_MAX is shown as INT64_MAX.
 */
typedef struct slo_error {
  uint32_t struct_size;
  slo_status status;
  int64_t value;
  int64_t min;
  int64_t max;
  char field[64];
} slo_error;

/*
 * Writes one line such as "tiers[2].factor_ppm: 0 is not in 1..1000000000000000
 * (value out of range)" into buffer, cut to size - 1 bytes and terminated when
 * size > 0. Returns the length the whole line has, like snprintf; buffer may be
 * NULL when size is 0. A NULL error gives "ok".
 */
SLO_API size_t slo_error_format(const slo_error *error, char *buffer, size_t size);

SLO_END

#endif
