#include "slo/depend.h"

#include "base/fail.h"
#include "base/u128.h"
#include "judge/objective.h"

#define DEPEND_SCALE UINT64_C(1000000000000000000) /* 10^18 */

static slo_status depend_check_part(uint64_t ppb, slo_error *error, const char *field) {
  if (ppb <= SLO_DEPEND_ONE) return SLO_OK;
  return sloi_fail_range(error, sloi_shown(ppb), 0, (int64_t)SLO_DEPEND_ONE, "%s", field);
}

static slo_status depend_check(const uint64_t *parts_ppb, uint32_t n, const char *parts,
                               const char *count, slo_error *error) {
  if (parts_ppb == NULL) return sloi_fail(error, SLO_EINVAL, 0, "%s (NULL)", parts);
  if (n < 1 || n > SLO_DEPEND_PARTS_MAX) {
    return sloi_fail_range(error, n, 1, SLO_DEPEND_PARTS_MAX, "%s", count);
  }
  for (uint32_t i = 0; i < n; i++) {
    if (parts_ppb[i] > SLO_DEPEND_ONE) {
      return sloi_fail_range(error, sloi_shown(parts_ppb[i]), 0, (int64_t)SLO_DEPEND_ONE, "%s[%u]",
                             parts, i);
    }
  }
  return SLO_OK;
}

/* ---- the whole out of its parts ---- */

/* sum(min(p, v)) - k * v; `failing`: p is what is missing from 1. */
static int64_t depend_spare(const uint64_t *parts, uint32_t n, uint32_t k, int failing,
                            uint64_t v) {
  int64_t spare = -(int64_t)(k * v);
  for (uint32_t i = 0; i < n; i++) {
    uint64_t p = failing ? SLO_DEPEND_ONE - parts[i] : parts[i];
    spare += (int64_t)(p < v ? p : v);
  }
  return spare;
}

/*
 * The largest chance v that at least k of n events may have together, rounded up: the largest v
 * whose spare is not negative. No more, for with j parts above v that is Rueger's bound. No less,
 * for events of chance min(p, v), laid one behind the other on a circle of length v, cover all of
 * it k times. The spare is concave in v, 0 at 0, and linear between whole v.
 */
static uint64_t depend_most(const uint64_t *parts, uint32_t n, uint32_t k, int failing) {
  uint64_t v = 0;
  for (uint64_t above = SLO_DEPEND_ONE + 1; above - v > 1;) {
    uint64_t middle = v + (above - v) / 2;
    if (depend_spare(parts, n, k, failing, middle) >= 0) {
      v = middle;
    } else {
      above = middle;
    }
  }
  return v < SLO_DEPEND_ONE && depend_spare(parts, n, k, failing, v) > 0 ? v + 1 : v;
}

/* The chance that at most n - k of n fail independently, part after part, in units of 10^-18:
 * every one of n * (n - k + 1) steps rounds down by less than one. Decimal, so that two parts,
 * and 99.9 % and its like more often, are exact. */
static uint64_t depend_independent(const uint64_t *parts, uint32_t n, uint32_t k) {
  uint64_t chance[SLO_DEPEND_PARTS_MAX + 1] = {0, DEPEND_SCALE}; /* [1 + failures]; [0] stays 0 */
  uint64_t sum = 0;
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t f = n - k + 1; f > 0; f--) {
      sloi_u128 there = sloi_u128_multiply(chance[f], parts[i]);
      sloi_u128 fails = sloi_u128_multiply(chance[f - 1], SLO_DEPEND_ONE - parts[i]);
      chance[f] = sloi_u128_divide(sloi_u128_add(there, fails), sloi_u128_of(SLO_DEPEND_ONE));
    }
  }
  for (uint32_t f = 1; f <= n - k + 1; f++) sum += chance[f];
  return sum / (DEPEND_SCALE / SLO_DEPEND_ONE);
}

static slo_availability depend_whole(const uint64_t *parts, uint32_t n, uint32_t k) {
  slo_availability w = {0};
  w.low_ppb = SLO_DEPEND_ONE - depend_most(parts, n, n - k + 1, 1);
  w.high_ppb = depend_most(parts, n, k, 0);
  w.independent_ppb = depend_independent(parts, n, k);
  if (w.independent_ppb < w.low_ppb) w.independent_ppb = w.low_ppb; /* what rounding took */
  if (w.low_ppb != w.high_ppb) {
    w.assumes = k == n ? SLO_DEPEND_INDEPENDENT : SLO_DEPEND_INDEPENDENT | SLO_DEPEND_COPIES;
  }
  return w;
}

slo_status slo_depend_quorum(const uint64_t *parts_ppb, uint32_t n, uint32_t k,
                             slo_availability *whole, slo_error *error) {
  slo_status status = depend_check(parts_ppb, n, "parts_ppb", "n", error);
  if (status != SLO_OK) return status;
  if (k < 1 || k > n) return sloi_fail_range(error, k, 1, n, "k");
  if (whole == NULL) return sloi_fail(error, SLO_EINVAL, 0, "whole (NULL)");
  *whole = depend_whole(parts_ppb, n, k);
  return SLO_OK;
}

slo_status slo_depend_serial(const uint64_t *parts_ppb, uint32_t n, slo_availability *whole,
                             slo_error *error) {
  return slo_depend_quorum(parts_ppb, n, n, whole, error);
}

slo_status slo_depend_parallel(const uint64_t *parts_ppb, uint32_t n, slo_availability *whole,
                               slo_error *error) {
  return slo_depend_quorum(parts_ppb, n, 1, whole, error);
}

slo_status slo_depend_fallback(uint64_t a_ppb, uint64_t f_ppb, slo_availability *whole,
                               slo_error *error) {
  const uint64_t parts[2] = {a_ppb, f_ppb};
  slo_status status = depend_check_part(a_ppb, error, "a_ppb");
  if (status == SLO_OK) status = depend_check_part(f_ppb, error, "f_ppb");
  if (status == SLO_OK) status = slo_depend_parallel(parts, 2, whole, error);
  if (status == SLO_OK) whole->assumes &= SLO_DEPEND_INDEPENDENT;
  return status;
}

/* ---- time and budget ---- */

static slo_status depend_check_ns(int64_t ns, slo_error *error, const char *field) {
  return ns > 0 ? SLO_OK : sloi_fail_range(error, ns, 1, INT64_MAX, "%s", field);
}

slo_status slo_depend_repair(int64_t mttf_ns, int64_t mttr_ns, uint64_t *availability_ppb,
                             slo_error *error) {
  if (availability_ppb == NULL) return sloi_fail(error, SLO_EINVAL, 0, "availability_ppb (NULL)");
  slo_status status = depend_check_ns(mttf_ns, error, "mttf_ns");
  if (status == SLO_OK) status = depend_check_ns(mttr_ns, error, "mttr_ns");
  if (status != SLO_OK) return status;
  *availability_ppb = sloi_u128_divide(sloi_u128_multiply((uint64_t)mttf_ns, SLO_DEPEND_ONE),
                                       sloi_u128_of((uint64_t)mttf_ns + (uint64_t)mttr_ns));
  return SLO_OK;
}

slo_status slo_depend_downtime(uint64_t availability_ppb, int64_t period_ns, int64_t *downtime_ns,
                               slo_error *error) {
  if (downtime_ns == NULL) return sloi_fail(error, SLO_EINVAL, 0, "downtime_ns (NULL)");
  slo_status status = depend_check_part(availability_ppb, error, "availability_ppb");
  if (status == SLO_OK) status = depend_check_ns(period_ns, error, "period_ns");
  if (status != SLO_OK) return status;
  *downtime_ns = (int64_t)sloi_u128_divide(
      sloi_u128_multiply(SLO_DEPEND_ONE - availability_ppb, (uint64_t)period_ns),
      sloi_u128_of(SLO_DEPEND_ONE));
  return SLO_OK;
}

slo_status slo_depend_needed(uint64_t objective_ppb, uint32_t n, uint64_t share_ppm,
                             uint64_t *each_ppb, slo_error *error) {
  if (each_ppb == NULL) return sloi_fail(error, SLO_EINVAL, 0, "each_ppb (NULL)");
  slo_status status = sloi_objective_check(objective_ppb, error, "objective_ppb");
  if (status != SLO_OK) return status;
  if (n < 1 || n > SLO_DEPEND_PARTS_MAX) {
    return sloi_fail_range(error, n, 1, SLO_DEPEND_PARTS_MAX, "n");
  }
  if (share_ppm < 1 || share_ppm > 1000000) {
    return sloi_fail_range(error, sloi_shown(share_ppm), 1, 1000000, "share_ppm");
  }
  uint64_t each = SLOI_PPB - (SLOI_PPB - objective_ppb) * share_ppm / (UINT64_C(1000000) * n);
  status = sloi_objective_check(each, error, "each_ppb");
  if (status == SLO_OK) *each_ppb = each;
  return status;
}

slo_status slo_depend_taken(uint64_t objective_ppb, const uint64_t *parts_ppb, uint32_t n,
                            uint64_t *taken_ppm, slo_error *error) {
  if (taken_ppm == NULL) return sloi_fail(error, SLO_EINVAL, 0, "taken_ppm (NULL)");
  slo_status status = sloi_objective_check(objective_ppb, error, "objective_ppb");
  if (status == SLO_OK) status = depend_check(parts_ppb, n, "parts_ppb", "n", error);
  if (status != SLO_OK) return status;
  const uint64_t budget = SLOI_PPB - objective_ppb;
  uint64_t taken = 0; /* at most 1024 * 10^9 */
  for (uint32_t i = 0; i < n; i++) taken += SLO_DEPEND_ONE - parts_ppb[i];
  *taken_ppm = (taken * UINT64_C(1000000) + budget - 1) / budget;
  return SLO_OK;
}

/* ---- graphs ---- */

static slo_status depend_check_edge(const slo_depend_edge *edge, uint32_t i, uint32_t node_count,
                                    slo_error *error) {
  if (edge->from >= node_count) {
    return sloi_fail_range(error, edge->from, 0, (int64_t)node_count - 1, "edges[%u].from", i);
  }
  if (edge->to >= node_count) {
    return sloi_fail_range(error, edge->to, 0, (int64_t)node_count - 1, "edges[%u].to", i);
  }
  if (edge->critical > 1) {
    return sloi_fail_range(error, edge->critical, 0, 1, "edges[%u].critical", i);
  }
  if (edge->reserved != 0) {
    return sloi_fail(error, SLO_EVERSION, edge->reserved, "edges[%u].reserved", i);
  }
  return SLO_OK;
}

/* Sets reached[] of root and of all that it cannot do without. */
static slo_status depend_reach(const slo_depend_edge *edges, uint32_t edge_count,
                               uint32_t node_count, uint32_t root,
                               uint8_t reached[SLO_DEPEND_PARTS_MAX], slo_error *error) {
  if (edges == NULL && edge_count != 0) return sloi_fail(error, SLO_EINVAL, 0, "edges (NULL)");
  if (node_count < 1 || node_count > SLO_DEPEND_PARTS_MAX) {
    return sloi_fail_range(error, node_count, 1, SLO_DEPEND_PARTS_MAX, "node_count");
  }
  if (root >= node_count) {
    return sloi_fail_range(error, root, 0, (int64_t)node_count - 1, "root");
  }
  for (uint32_t i = 0; i < edge_count; i++) {
    slo_status status = depend_check_edge(&edges[i], i, node_count, error);
    if (status != SLO_OK) return status;
  }
  memset(reached, 0, SLO_DEPEND_PARTS_MAX);
  reached[root] = 1;
  for (int more = 1; more;) {
    more = 0;
    for (uint32_t i = 0; i < edge_count; i++) {
      const slo_depend_edge *e = &edges[i];
      if (e->critical && reached[e->from] && !reached[e->to]) reached[e->to] = 1, more = 1;
    }
  }
  return SLO_OK;
}

slo_status slo_depend_critical(const slo_depend_edge *edges, uint32_t edge_count,
                               uint32_t node_count, uint32_t root, uint32_t *found,
                               uint32_t capacity, uint32_t *count, slo_error *error) {
  uint8_t reached[SLO_DEPEND_PARTS_MAX];
  uint32_t n = 0;
  if (found == NULL && capacity != 0) return sloi_fail(error, SLO_EINVAL, 0, "found (NULL)");
  if (count == NULL) return sloi_fail(error, SLO_EINVAL, 0, "count (NULL)");
  slo_status status = depend_reach(edges, edge_count, node_count, root, reached, error);
  if (status != SLO_OK) return status;
  for (uint32_t node = 0; node < node_count; node++) {
    if (!reached[node] || node == root) continue;
    if (n < capacity) found[n] = node;
    n++;
  }
  *count = n;
  return n > capacity ? sloi_fail_space(error, capacity, n, "capacity") : SLO_OK;
}

slo_status slo_depend_eval(const slo_depend_edge *edges, uint32_t edge_count,
                           const uint64_t *own_ppb, uint32_t node_count, uint32_t root,
                           slo_availability *whole, slo_error *error) {
  uint8_t reached[SLO_DEPEND_PARTS_MAX];
  uint64_t parts[SLO_DEPEND_PARTS_MAX];
  uint32_t n = 0;
  slo_status status = depend_check(own_ppb, node_count, "own_ppb", "node_count", error);
  if (status == SLO_OK) status = depend_reach(edges, edge_count, node_count, root, reached, error);
  if (status != SLO_OK) return status;
  for (uint32_t node = 0; node < node_count; node++) {
    if (reached[node]) parts[n++] = own_ppb[node];
  }
  return slo_depend_serial(parts, n, whole, error);
}
