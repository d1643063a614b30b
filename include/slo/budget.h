/*
 * slo/budget.h - how much unreliability is left.
 *
 * The error budget of counts is the number of bad events the objective allows among
 * them. Decisions and numbers are integers; remaining is signed and never clamped:
 * -5200000 ppm means 620 % is spent. Any thread.
 */
#ifndef SLO_BUDGET_H
#define SLO_BUDGET_H

#include "slo/counts.h"
#include "slo/objective.h"
#include "slo/window.h"

SLO_BEGIN

/* How a budget was counted (OpenSLO's budgetingMethod). */
enum { SLO_METHOD_OCCURRENCES = 0 /* bad events / valid events */ };

/*
 *   valid          good + bad
 *   allowed        floor((10^9 - objective_ppb) * valid / 10^9) events
 *   consumed_ppm   floor(bad * 10^15 / ((10^9 - objective_ppb) * valid)): from the exact
 *                  budget, not from `allowed`
 *   remaining_ppm  1000000 - consumed_ppm
 */
typedef struct slo_budget {
  uint32_t struct_size;
  uint32_t method;
  uint64_t objective_ppb;
  uint64_t valid;
  uint64_t good;
  uint64_t bad;
  uint64_t allowed;
  uint64_t consumed_ppm;
  int64_t remaining_ppm;
} slo_budget;

/* SLO_ENODATA when valid is 0: the budget is filled, with consumed 0 and remaining 0, which
 * means nothing. SLO_ERANGE (objective), SLO_EINVAL. */
SLO_API slo_status slo_budget_eval(const slo_counts *counts, uint64_t objective_ppb,
                                   slo_budget *budget);

/* What was left of the budget at a moment. A frozen value type. */
typedef struct slo_budget_point {
  int64_t at_ns;
  int64_t remaining_ppm;
} slo_budget_point;

/*
 * The burn-down of the period that ends at the window's newest reading: n points evenly
 * spread over the part of it that the history has, the last one now. Measured against the
 * budget of the whole part, so it never rises. period_ns > 0, n >= 1.
 * Not while the window is pushed to. SLO_ENODATA (no reading, or nothing valid in the
 * period), SLO_ERANGE, SLO_EINVAL.
 */
SLO_API slo_status slo_budget_burndown(const slo_window *window, uint64_t objective_ppb,
                                       int64_t period_ns, size_t n, slo_budget_point *points);

SLO_END

#endif
