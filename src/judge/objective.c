#include "slo/objective.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/fail.h"
#include "judge/objective.h"

slo_status sloi_objective_check(uint64_t objective_ppb, slo_error *error, const char *field) {
  if (objective_ppb < SLO_OBJECTIVE_MIN_PPB || objective_ppb > SLO_OBJECTIVE_MAX_PPB) {
    return sloi_fail_range(error, sloi_shown(objective_ppb), (int64_t)SLO_OBJECTIVE_MIN_PPB,
                           (int64_t)SLO_OBJECTIVE_MAX_PPB, "%s", field);
  }
  return SLO_OK;
}

slo_status slo_objective_parse(const char *text, uint64_t *objective_ppb, slo_error *error) {
  if (text == NULL || objective_ppb == NULL) {
    return sloi_fail(error, SLO_EINVAL, 0, "objective (NULL)");
  }
  /* 1 % is 10^7 ppb: the digits after the point weigh 10^6 .. 1 */
  uint64_t ppb = 0, weight = UINT64_C(1000000);
  const char *p = text;
  const char *start = p;
  for (; *p >= '0' && *p <= '9'; p++) {
    ppb = ppb * 10 + (uint64_t)(*p - '0');
    if (ppb > 1000) { /* beyond any percentage: stop before it overflows */
      return sloi_fail_range(error, (int64_t)ppb, 0, 99, "objective (percent)");
    }
  }
  size_t digits = (size_t)(p - start);
  ppb *= UINT64_C(10000000);
  if (*p == '.') {
    for (p++; *p >= '0' && *p <= '9'; p++, weight /= 10, digits++) {
      if (weight == 0 && *p != '0') break; /* finer than a part per billion */
      ppb += (uint64_t)(*p - '0') * weight;
    }
  }
  if (*p == '%' && digits != 0) p++;
  if (digits == 0 || *p != '\0') {
    return sloi_fail(error, SLO_EPARSE, (int64_t)(p - text), "objective (percent)");
  }
  slo_status status = sloi_objective_check(ppb, error, "objective (ppb)");
  if (status == SLO_OK) *objective_ppb = ppb;
  return status;
}

slo_status slo_objective_format(uint64_t objective_ppb, char *buffer, size_t size) {
  char text[32];
  if (buffer == NULL) return SLO_EINVAL;
  if (sloi_objective_check(objective_ppb, NULL, "") != SLO_OK) return SLO_ERANGE;
  int n = snprintf(text, sizeof text, "%" PRIu64 ".%07" PRIu64, objective_ppb / 10000000,
                   objective_ppb % 10000000);
  while (text[n - 1] == '0') n--;
  if (text[n - 1] == '.') n--;
  if ((size_t)n >= size) return SLO_ESPACE;
  memcpy(buffer, text, (size_t)n);
  buffer[n] = '\0';
  return SLO_OK;
}
