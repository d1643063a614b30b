#include "slo/objective.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "judge/objective.h"
#include "slo/time.h"

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

slo_status slo_objective_parse_quantile(const char *text, uint64_t *objective_ppb,
                                        int64_t *threshold_ns, slo_error *error) {
  static const char what[] = "quantile (such as p99 <= 300ms)";
  char percent[64];
  slo_error inner = {0};
  uint64_t ppb;
  int64_t ns;
  if (text == NULL || objective_ppb == NULL || threshold_ns == NULL) {
    return sloi_fail(error, SLO_EINVAL, 0, "quantile (NULL)");
  }
  if (text[0] != 'p' && text[0] != 'P') return sloi_fail(error, SLO_EPARSE, 0, what);
  const char *p = text + 1;
  size_t n = strcspn(p, " <");
  if (n == 0 || n >= sizeof percent) return sloi_fail(error, SLO_EPARSE, 1, what);
  memcpy(percent, p, n);
  percent[n] = '\0';
  inner.struct_size = (uint32_t)sizeof inner;
  slo_status status = slo_objective_parse(percent, &ppb, &inner);
  if (status == SLO_EPARSE || percent[n - 1] == '%') {
    int64_t at = status == SLO_EPARSE ? inner.value + 1 : (int64_t)n;
    return sloi_fail(error, SLO_EPARSE, at, what);
  }
  if (status != SLO_OK) {
    return sloi_fail_range(error, inner.value, inner.min, inner.max, "%s", inner.field);
  }
  p += n;
  p += strspn(p, " ");
  if (p[0] != '<' || p[1] != '=') return sloi_fail(error, SLO_EPARSE, p - text, what);
  p += 2;
  p += strspn(p, " ");
  status = slo_span_parse(p, &ns, &inner);
  if (status == SLO_EPARSE) return sloi_fail(error, SLO_EPARSE, p - text + inner.value, what);
  if (status != SLO_OK || ns < 1) {
    return sloi_fail_range(error, status != SLO_OK ? inner.value : ns, 1, INT64_MAX,
                           "threshold_ns");
  }
  *objective_ppb = ppb;
  *threshold_ns = ns;
  return SLO_OK;
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
