#include "slo/budget.h"

#include "base/fail.h"
#include "base/u128.h"
#include "judge/objective.h"
#include "slo/burn.h"

/* The share of a budget that bad of valid events spend is their burn rate over its period. */
static slo_status budget_remaining(const slo_counts *counts, uint64_t objective_ppb,
                                   uint64_t *consumed_ppm, int64_t *remaining_ppm) {
  slo_status status = slo_burn_eval(counts, objective_ppb, consumed_ppm);
  if (status == SLO_OK) *remaining_ppm = 1000000 - sloi_shown(*consumed_ppm);
  return status;
}

slo_status slo_budget_eval(const slo_counts *counts, uint64_t objective_ppb, slo_budget *budget) {
  slo_budget b = {0};
  if (counts == NULL || budget == NULL) return SLO_EINVAL;
  b.method = SLO_METHOD_OCCURRENCES;
  b.objective_ppb = objective_ppb;
  b.good = counts->good;
  b.bad = counts->bad;
  b.valid = counts->good + counts->bad;
  slo_status status = budget_remaining(counts, objective_ppb, &b.consumed_ppm, &b.remaining_ppm);
  if (status != SLO_OK && status != SLO_ENODATA) return status;
  b.allowed = sloi_u128_divide(sloi_u128_multiply(SLOI_PPB - objective_ppb, b.valid),
                               sloi_u128_of(SLOI_PPB));
  slo_status written = sloi_sized_write(budget, &b, sizeof b);
  return written != SLO_OK ? written : status;
}

slo_status slo_budget_burndown(const slo_window *window, uint64_t objective_ppb, int64_t period_ns,
                               size_t n, slo_budget_point *points) {
  slo_delta whole = {0}, part = {0};
  if (window == NULL || points == NULL) return SLO_EINVAL;
  if (n == 0 || period_ns <= 0) return SLO_ERANGE;
  if (sloi_objective_check(objective_ppb, NULL, "") != SLO_OK) return SLO_ERANGE;
  whole.struct_size = part.struct_size = (uint32_t)sizeof whole;
  slo_status status = slo_window_read(window, &period_ns, 1, &whole);
  if (status != SLO_OK) return status;
  uint64_t valid = whole.counts.good + whole.counts.bad;
  if (valid == 0) return SLO_ENODATA;
  /* unsigned: what is stored may be anything, and must not overflow here */
  uint64_t span = (uint64_t)whole.to_ns - (uint64_t)whole.from_ns;
  for (size_t i = 0; i < n; i++) {
    uint64_t share = sloi_u128_divide(sloi_u128_multiply(span, i + 1), sloi_u128_of(n));
    points[i].at_ns = (int64_t)((uint64_t)whole.from_ns + share);
    status = slo_window_delta(window, whole.from_ns, points[i].at_ns, &part);
    if (status != SLO_OK) return status;
    uint64_t consumed_ppm;
    slo_counts so_far = {valid - part.counts.bad, part.counts.bad, 0};
    status = budget_remaining(&so_far, objective_ppb, &consumed_ppm, &points[i].remaining_ppm);
    if (status != SLO_OK) return status;
  }
  return SLO_OK;
}
