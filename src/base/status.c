#include "slo/status.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/fail.h"

const char *slo_strerror(slo_status status) {
  switch (status) {
#define STATUS_TEXT(name, value, text) \
  case name:                           \
    return text;
    SLO_STATUS_MAP(STATUS_TEXT)
#undef STATUS_TEXT
    default:
      return "unknown status";
  }
}

const char *slo_status_name(slo_status status) {
  switch (status) {
#define STATUS_NAME(name, value, text) \
  case name:                           \
    return #name;
    SLO_STATUS_MAP(STATUS_NAME)
#undef STATUS_NAME
    default:
      return "SLO_UNKNOWN";
  }
}

size_t slo_error_format(const slo_error *error, char *buffer, size_t size) {
  slo_error e = {0};
  int n;
  if (error == NULL || error->struct_size < offsetof(slo_error, value)) {
    n = snprintf(buffer, size, "%s", slo_strerror(SLO_OK));
  } else {
    size_t known = error->struct_size < sizeof e ? error->struct_size : sizeof e;
    memcpy(&e, error, known);
    e.field[sizeof e.field - 1] = '\0';
    const char *text = slo_strerror(e.status);
    if (e.field[0] == '\0') {
      n = snprintf(buffer, size, "%s", text);
    } else if (e.status == SLO_EPARSE) {
      n = snprintf(buffer, size, "%s: %s from byte %" PRId64 " on", e.field, text, e.value);
    } else if (e.min > e.max) {
      n = snprintf(buffer, size, "%s: %" PRId64 ": %s", e.field, e.value, text);
    } else {
      n = snprintf(buffer, size, "%s: %" PRId64 " is not in %" PRId64 "..%" PRId64 " (%s)", e.field,
                   e.value, e.min, e.max, text);
    }
  }
  return n < 0 ? 0 : (size_t)n;
}

static slo_status fail_fill(slo_error *error, slo_status status, int64_t value, int64_t min,
                            int64_t max, const char *format, va_list args) {
  if (error != NULL) {
    slo_error e = {0};
    e.struct_size = (uint32_t)sizeof e;
    e.status = status;
    e.value = value;
    e.min = min;
    e.max = max;
    (void)vsnprintf(e.field, sizeof e.field, format, args);
    (void)sloi_sized_write(error, &e, sizeof e);
  }
  return status;
}

slo_status sloi_fail(slo_error *error, slo_status status, int64_t value, const char *format, ...) {
  va_list args;
  va_start(args, format);
  status = fail_fill(error, status, value, 1, 0, format, args);
  va_end(args);
  return status;
}

slo_status sloi_fail_range(slo_error *error, int64_t value, int64_t min, int64_t max,
                           const char *format, ...) {
  va_list args;
  va_start(args, format);
  slo_status status = fail_fill(error, SLO_ERANGE, value, min, max, format, args);
  va_end(args);
  return status;
}

slo_status sloi_fail_space(slo_error *error, uint64_t value, uint64_t min, const char *what) {
  if (error == NULL) return SLO_ESPACE;
  slo_error e = {0};
  e.struct_size = (uint32_t)sizeof e;
  (void)sloi_fail_range(&e, sloi_shown(value), sloi_shown(min), INT64_MAX, "%s", what);
  e.status = SLO_ESPACE;
  (void)sloi_sized_write(error, &e, sizeof e);
  return SLO_ESPACE;
}

slo_status sloi_fail_within(slo_status status, slo_error *error, const char *format, ...) {
  if (status == SLO_OK || error == NULL || error->struct_size < sizeof *error) return status;
  char field[sizeof error->field];
  size_t rest = sizeof field;
  memcpy(field, error->field, rest);
  va_list args;
  va_start(args, format);
  int n = vsnprintf(error->field, rest, format, args);
  va_end(args);
  if (n < 0 || (size_t)n + 2 > rest) return status; /* cut */
  error->field[n] = '.';
  rest -= (size_t)n + 1;
  memcpy(error->field + n + 1, field, rest);
  error->field[sizeof field - 1] = '\0';
  return status;
}

slo_status sloi_sized_element(void *local, size_t size, const void *array, size_t i,
                              slo_error *error, const char *what) {
  uint32_t stride;
  memset(local, 0, size);
  memcpy(&stride, array, sizeof stride);
  if (stride < sizeof stride || stride > SLOI_SIZED_MAX) {
    return sloi_fail_range(error, stride, (int64_t)sizeof stride, SLOI_SIZED_MAX, "%s.struct_size",
                           what);
  }
  const unsigned char *given = (const unsigned char *)array + i * stride;
  for (size_t k = size; k < stride; k++) {
    if (given[k] != 0) return sloi_fail(error, SLO_EVERSION, (int64_t)k, "%s", what);
  }
  memcpy(local, given, stride < size ? stride : size);
  return SLO_OK;
}

slo_status sloi_sized_read(void *local, size_t size, const void *given, slo_error *error,
                           const char *what) {
  if (given == NULL) {
    memset(local, 0, size);
    return SLO_OK;
  }
  return sloi_sized_element(local, size, given, 0, error, what);
}

slo_status sloi_sized_write(void *given, const void *local, size_t size) {
  uint32_t given_size;
  if (given == NULL) return SLO_EINVAL;
  memcpy(&given_size, given, sizeof given_size);
  if (given_size < sizeof given_size || given_size > SLOI_SIZED_MAX) return SLO_EINVAL;
  size_t n = given_size < size ? given_size : size;
  memcpy((char *)given + sizeof given_size, (const char *)local + sizeof given_size,
         n - sizeof given_size);
  return SLO_OK;
}
