/* lint.h - how findings are written down, and the tiers of an alert inside a definition. */
#ifndef SLOI_LINT_H
#define SLOI_LINT_H

#include "base/fail.h"
#include "slo/lint.h"

/* The caller's array, and the finding that is being made. */
typedef struct sloi_lint {
  char *out;
  uint32_t capacity;
  uint32_t stride;
  uint32_t count;
  char place[96]; /* "journeys[0].slos[1]", or "" */
  slo_finding found;
} sloi_lint;

/* place may be NULL. SLO_EINVAL: count NULL, findings NULL with a capacity, elements of no size
 * that can be. */
slo_status sloi_lint_begin(sloi_lint *lint, const char *place, slo_finding *findings,
                           uint32_t capacity, const uint32_t *count, slo_error *error);

/* Which field of the place is looked at: findings are of it until the next call. */
void sloi_lint_field(sloi_lint *lint, const char *format, ...) SLOI_PRINTF(2, 3);

/* Finds something. */
void sloi_lint_add(sloi_lint *lint, uint32_t code, int64_t value, const char *advice, ...)
    SLOI_PRINTF(4, 5);
/* The same, with the value to write instead. */
void sloi_lint_replace(sloi_lint *lint, uint32_t code, int64_t value, int64_t instead,
                       const char *advice, ...) SLOI_PRINTF(5, 6);

/* The round number below `end` that value misses by one or two; 0: there is none. */
uint64_t sloi_lint_noise(uint64_t value, uint64_t grid, uint64_t end);
#define SLOI_LINT_GRID 10000 /* 0.001 % of an objective, 0.01 of a burn rate */

/*
 * slo_lint_alert of a configuration with usable counts; its tiers are those of a catalog, or the
 * caller's, and gates is what those are called there. What needs an objective, a period or the
 * traffic is not looked for where that is none: objective_ppb out of its range, period_ns or
 * requests_per_hour 0.
 */
void sloi_lint_alert(sloi_lint *lint, const slo_alert_config *config, uint64_t requests_per_hour,
                     int catalog, const char *gates);

#endif
