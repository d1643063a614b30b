#include "slo/target.h"

#include <math.h>
#include <stdio.h>

#include "base/fail.h"
#include "base/u128.h"
#include "judge/objective.h"
#include "slo/burn.h"

#define TARGET_GRID_MAX_PPB UINT64_C(500000000)
#define TARGET_DAYS_MAX (UINT32_C(1) << 31)
#define TARGET_Z 1.959963984540054 /* the normal distribution's quantile of 97.5 % */

static slo_status target_check_counts(const slo_counts *counts, slo_error *error,
                                      const char *place) {
  const uint64_t most = (uint64_t)INT64_MAX;
  if (counts->good > most) {
    return sloi_fail_range(error, sloi_shown(counts->good), 0, INT64_MAX, "%s.good", place);
  }
  if (counts->bad > most - counts->good) {
    return sloi_fail_range(error, sloi_shown(counts->bad), 0, (int64_t)(most - counts->good),
                           "%s.bad", place);
  }
  return SLO_OK;
}

/* ---- first targets ---- */

slo_status slo_target_objective(const slo_counts *counts, uint64_t grid_ppb,
                                uint64_t *objective_ppb, slo_error *error) {
  if (counts == NULL) return sloi_fail(error, SLO_EINVAL, 0, "counts (NULL)");
  if (objective_ppb == NULL) return sloi_fail(error, SLO_EINVAL, 0, "objective_ppb (NULL)");
  if (grid_ppb < 1 || grid_ppb > TARGET_GRID_MAX_PPB) {
    return sloi_fail_range(error, sloi_shown(grid_ppb), 1, (int64_t)TARGET_GRID_MAX_PPB,
                           "grid_ppb");
  }
  slo_status status = target_check_counts(counts, error, "counts");
  if (status != SLO_OK) return status;
  uint64_t valid = counts->good + counts->bad;
  if (valid == 0) return sloi_fail(error, SLO_ENODATA, 0, "counts");
  uint64_t ppb = sloi_u128_divide(sloi_u128_multiply(counts->good, SLOI_PPB), sloi_u128_of(valid));
  if (ppb > SLO_OBJECTIVE_MAX_PPB) ppb = SLO_OBJECTIVE_MAX_PPB;
  if (ppb < grid_ppb) {
    return sloi_fail_range(error, (int64_t)ppb, (int64_t)grid_ppb, (int64_t)SLO_OBJECTIVE_MAX_PPB,
                           "counts (availability in ppb)");
  }
  *objective_ppb = ppb - ppb % grid_ppb;
  return SLO_OK;
}

slo_status slo_target_threshold(int64_t latency_ns, int64_t grid_ns, int64_t *threshold_ns,
                                slo_error *error) {
  if (threshold_ns == NULL) return sloi_fail(error, SLO_EINVAL, 0, "threshold_ns (NULL)");
  if (latency_ns < 0 || latency_ns > SLO_HIST_VALUE_MAX) {
    return sloi_fail_range(error, latency_ns, 0, SLO_HIST_VALUE_MAX, "latency_ns");
  }
  if (grid_ns < 1) return sloi_fail_range(error, grid_ns, 1, INT64_MAX, "grid_ns");
  int64_t beyond = latency_ns % grid_ns;
  uint64_t threshold = (uint64_t)latency_ns + (uint64_t)(beyond != 0 ? grid_ns - beyond : 0);
  if (threshold > (uint64_t)SLO_HIST_VALUE_MAX) {
    return sloi_fail_range(error, sloi_shown(threshold), 0, SLO_HIST_VALUE_MAX, "threshold_ns");
  }
  *threshold_ns = (int64_t)threshold;
  return SLO_OK;
}

slo_status slo_target_quantile(const slo_snapshot *snapshot, uint32_t quantile_ppb, int64_t grid_ns,
                               int64_t *threshold_ns, slo_error *error) {
  int64_t latency_ns;
  if (snapshot == NULL) return sloi_fail(error, SLO_EINVAL, 0, "snapshot (NULL)");
  slo_status status = slo_snapshot_quantile(snapshot, quantile_ppb, &latency_ns);
  if (status == SLO_ERANGE) {
    return sloi_fail_range(error, quantile_ppb, 0, (int64_t)SLOI_PPB, "quantile_ppb");
  }
  if (status != SLO_OK) return sloi_fail(error, status, 0, "snapshot");
  return slo_target_threshold(latency_ns < 0 ? 0 : latency_ns, grid_ns, threshold_ns, error);
}

slo_status slo_target_missed(const slo_target_day *days, uint32_t n, uint64_t objective_ppb,
                             uint32_t *missed, uint32_t capacity, uint32_t *count,
                             slo_error *error) {
  if (days == NULL && n != 0) return sloi_fail(error, SLO_EINVAL, 0, "days (NULL)");
  if (missed == NULL && capacity != 0) return sloi_fail(error, SLO_EINVAL, 0, "missed (NULL)");
  if (count == NULL) return sloi_fail(error, SLO_EINVAL, 0, "count (NULL)");
  if (n > TARGET_DAYS_MAX) return sloi_fail_range(error, n, 0, (int64_t)TARGET_DAYS_MAX, "n");
  slo_status status = sloi_objective_check(objective_ppb, error, "objective_ppb");
  for (uint32_t i = 0; i < n && status == SLO_OK; i++) {
    if (target_check_counts(&days[i].counts, NULL, "") == SLO_OK) continue;
    char place[32];
    (void)snprintf(place, sizeof place, "days[%u].counts", (unsigned)i);
    status = target_check_counts(&days[i].counts, error, place);
  }
  if (status != SLO_OK) return status;
  uint32_t found = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (slo_burn_exceeds(&days[i].counts, objective_ppb, 1000000, 0) != 1) continue;
    if (found < capacity) missed[found] = i;
    found++;
  }
  *count = found;
  return SLO_OK;
}

/* ---- coverage ---- */

/* One bound of Wilson's interval for a share p of n; side is -1 or 1. */
static double target_wilson(double p, double n, double side) {
  const double z2 = TARGET_Z * TARGET_Z;
  double middle = p + z2 / (2 * n);
  double half = TARGET_Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  return (middle + side * half) / (1 + z2 / n);
}

/* Fills the rest from threshold, total, within_* and sample. */
static slo_status target_cover(slo_coverage *c, slo_coverage *coverage, slo_error *error) {
  const sloi_u128 total = sloi_u128_of(c->total);
  if (c->total == 0) return sloi_fail(error, SLO_ENODATA, 0, "total");
  if (c->total > (uint64_t)INT64_MAX) {
    return sloi_fail_range(error, sloi_shown(c->total), 1, INT64_MAX, "total");
  }
  c->share_low_ppb = sloi_u128_divide(sloi_u128_multiply(c->within_low, SLOI_PPB), total);
  c->share_high_ppb =
      SLOI_PPB - sloi_u128_divide(sloi_u128_multiply(c->total - c->within_high, SLOI_PPB), total);
  double n = (double)c->sample, all = (double)c->total, one = (double)SLOI_PPB;
  double low = floor(one * target_wilson((double)c->within_low / all, n, -1));
  double high = ceil(one * target_wilson((double)c->within_high / all, n, 1));
  c->interval_low_ppb = low > 0 ? (uint64_t)low : 0;
  /* a double may be 1 where the share is less */
  if (c->interval_low_ppb > c->share_low_ppb) c->interval_low_ppb = c->share_low_ppb;
  c->interval_high_ppb = high < one ? (uint64_t)high : SLOI_PPB;
  slo_status status = sloi_sized_write(coverage, c, sizeof *c);
  return status == SLO_OK ? status : sloi_fail(error, status, 0, "coverage.struct_size");
}

/* How many are in the cell that the threshold cuts in two. */
static uint64_t target_astride(const slo_snapshot *snapshot, const slo_snapshot_summary *s,
                               int64_t threshold) {
  slo_bucket b = {0};
  b.struct_size = (uint32_t)sizeof b;
  (void)slo_snapshot_bucket(snapshot, 0, &b);
  if (threshold < b.lower) return threshold > 0 ? s->underflow : 0;
  for (uint32_t i = 0; slo_snapshot_bucket(snapshot, i, &b) == SLO_OK; i++) {
    if (threshold <= b.lower) return 0;
    if (threshold < b.upper) return b.count;
  }
  return threshold > b.upper && threshold < INT64_MAX ? s->overflow : 0;
}

/* Has the snapshot exact counts at this threshold? */
static int target_exact(const slo_snapshot *snapshot, slo_coverage *c) {
  int64_t threshold;
  uint64_t within, beyond;
  for (uint32_t i = 0; slo_snapshot_threshold(snapshot, i, &threshold, &within, &beyond) == SLO_OK;
       i++) {
    if (threshold != c->threshold) continue;
    c->within_low = c->within_high = within;
    c->total = within + beyond; /* not that of the buckets: writers add to them one by one */
    return 1;
  }
  return 0;
}

slo_status slo_target_coverage(const slo_snapshot *snapshot, int64_t threshold,
                               slo_coverage *coverage, slo_error *error) {
  slo_coverage c = {0};
  slo_snapshot_summary s = {0};
  if (snapshot == NULL) return sloi_fail(error, SLO_EINVAL, 0, "snapshot (NULL)");
  if (coverage == NULL) return sloi_fail(error, SLO_EINVAL, 0, "coverage (NULL)");
  if (threshold < 0) return sloi_fail_range(error, threshold, 0, INT64_MAX, "threshold");
  c.threshold = threshold;
  if (!target_exact(snapshot, &c)) {
    s.struct_size = (uint32_t)sizeof s;
    (void)slo_snapshot_summarize(snapshot, &s);
    (void)slo_snapshot_count_le(snapshot, threshold, &c.within_low);
    c.total = s.count;
    c.within_high = c.within_low + target_astride(snapshot, &s, threshold);
  }
  c.sample = c.total;
  return target_cover(&c, coverage, error);
}

slo_status slo_target_coverage_many(const int64_t *values, const uint64_t *weights, size_t n,
                                    int64_t threshold, slo_coverage *coverage, slo_error *error) {
  slo_coverage c = {0};
  sloi_u128 squares = {0, 0};
  if (values == NULL && n != 0) return sloi_fail(error, SLO_EINVAL, 0, "values (NULL)");
  if (coverage == NULL) return sloi_fail(error, SLO_EINVAL, 0, "coverage (NULL)");
  c.threshold = threshold;
  for (size_t i = 0; i < n; i++) {
    const uint64_t weight = weights == NULL ? 1 : weights[i], room = (uint64_t)INT64_MAX - c.total;
    if (weight > room) {
      return sloi_fail_range(error, sloi_shown(weight), 0, (int64_t)room, "weights[%zu]", i);
    }
    c.total += weight;
    if (values[i] <= threshold) c.within_low += weight;
    squares = sloi_u128_add(squares, sloi_u128_multiply(weight, weight));
  }
  c.within_high = c.within_low;
  if (c.total != 0) c.sample = sloi_u128_divide(sloi_u128_multiply(c.total, c.total), squares);
  return target_cover(&c, coverage, error);
}
