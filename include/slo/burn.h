/*
 * slo/burn.h - how fast the budget is spent, decided in integers.
 *
 * burn rate = error ratio / (1 - objective): at 1 the budget lasts exactly its
 * period, at 14.4 an hour eats 2 % of a 30-day budget (The Site Reliability
 * Workbook, ch. 5). Factors and burn rates are parts per million (14.4 is
 * 14400000), ratios and objectives parts per billion. Comparisons are one exact
 * 128-bit cross multiplication; no rounding takes part in a decision. Pure
 * functions, any thread.
 */
#ifndef SLO_BURN_H
#define SLO_BURN_H

#include "slo/counts.h"
#include "slo/objective.h"

#define SLO_BURN_FACTOR_MAX_PPM INT64_C(1000000000000000) /* 10^9: nothing can burn faster */

SLO_BEGIN

/* floor(bad * 10^15 / ((10^9 - objective_ppb) * valid)).
 * SLO_ENODATA when valid is 0, SLO_ERANGE (objective), SLO_EINVAL. */
SLO_API slo_status slo_burn_eval(const slo_counts *counts, uint64_t objective_ppb,
                                 uint64_t *burn_ppm);

enum { SLO_BURN_AT_LEAST = 1 /* compare with >= instead of > (Nobl9, Datadog) */ };

/* 1 when the burn rate is strictly greater than factor_ppm (or at least it, with
 * SLO_BURN_AT_LEAST), 0 when it is not or valid is 0; SLO_ERANGE (objective, factor 0 or
 * above SLO_BURN_FACTOR_MAX_PPM), SLO_EINVAL. */
SLO_API int32_t slo_burn_exceeds(const slo_counts *counts, uint64_t objective_ppb,
                                 uint64_t factor_ppm, uint32_t flags);

/* The largest burn rate there is, when everything fails: floor(10^15 / (10^9 - objective_ppb)).
 * SLO_ERANGE, SLO_EINVAL. */
SLO_API slo_status slo_burn_maximum(uint64_t objective_ppb, uint64_t *burn_ppm);

/* The factor that has spent share_ppm of a period's budget when it has filled the window:
 * floor(share_ppm * period_ns / window_ns). SLO_ERANGE: period or window not positive,
 * share above 10^6, or a factor above SLO_BURN_FACTOR_MAX_PPM; SLO_EINVAL. */
SLO_API slo_status slo_burn_factor(uint64_t share_ppm, int64_t period_ns, int64_t window_ns,
                                   uint64_t *factor_ppm);

/*
 * How long a step from no errors to error_ppb takes to lift a window over the factor:
 * (1 - objective) / e * factor * window, rounded down. SLO_ENODATA when it never does
 * (e <= factor * budget). SLO_ERANGE: error_ppb not in 1..10^9, or as above.
 */
SLO_API slo_status slo_burn_detection(uint64_t objective_ppb, uint64_t error_ppb,
                                      uint64_t factor_ppm, int64_t window_ns,
                                      int64_t *detection_ns);

/*
 * How long after an outage of error_ppb that lasted duration_ns the window falls to the
 * factor again: window * (1 - factor * budget / e), rounded up. 0 when the outage never
 * lifted it over the factor (min(duration, window) * e <= factor * budget * window).
 */
SLO_API slo_status slo_burn_reset(uint64_t objective_ppb, uint64_t error_ppb, int64_t duration_ns,
                                  uint64_t factor_ppm, int64_t window_ns, int64_t *reset_ns);

/*
 * Until the budget is gone at a constant burn: remaining * period / burn, rounded down;
 * remaining_ppm 1000000 gives the time from a full budget. 0 when nothing remains,
 * SLO_ENODATA when burn_ppm is 0 or the answer lies beyond int64 nanoseconds: never.
 */
SLO_API slo_status slo_burn_exhaustion(int64_t remaining_ppm, uint64_t burn_ppm, int64_t period_ns,
                                       int64_t *exhaustion_ns);

SLO_END

#endif
