#include "slo/composite.h"

#include "base/fail.h"
#include "base/u128.h"
#include "judge/objective.h"
#include "slo/burn.h"
#include "window/slice.h"

#define COMPOSITE_SLICES_MAX (UINT32_C(1) << 24)
#define COMPOSITE_PPM UINT64_C(1000000)

/* ---- a sum of fractions, rounded once ---- */

/* rest is in units of 10^-36: 256 of them are below 2^128. */
typedef struct composite_sum {
  sloi_u128 whole;
  sloi_u128 rest;
} composite_sum;

/* Where the product is below 2^128. */
static sloi_u128 composite_times(sloi_u128 a, uint64_t b) {
  sloi_u128 product = sloi_u128_multiply(a.lo, b);
  product.hi += a.hi * b;
  return product;
}

/* Adds n / d, by long division in nine digits at a time, and 10^-36: so thirds add up, while one
 * part alone reaches no whole number that it does not have, for n is below 2^123, d below 2^93. */
static void composite_add(composite_sum *sum, sloi_u128 n, sloi_u128 d) {
  sloi_u128 digits = {0, 0};
  for (int i = 0; i < 5; i++) {
    uint64_t quotient = sloi_u128_divide(n, d);
    n = composite_times(sloi_u128_subtract(n, composite_times(d, quotient)), SLOI_PPB);
    if (i == 0) {
      sum->whole = sloi_u128_add(sum->whole, sloi_u128_of(quotient));
    } else {
      digits = sloi_u128_add(composite_times(digits, SLOI_PPB), sloi_u128_of(quotient));
    }
  }
  digits = sloi_u128_add(digits, sloi_u128_of(1));
  sum->rest = sloi_u128_add(sum->rest, digits);
}

/* floor(sum / d), UINT64_MAX when it is larger. */
static uint64_t composite_floor(const composite_sum *sum, uint64_t d) {
  const sloi_u128 one = sloi_u128_multiply(SLOI_PPB * SLOI_PPB, SLOI_PPB * SLOI_PPB);
  sloi_u128 whole = sloi_u128_add(sum->whole, sloi_u128_of(sloi_u128_divide(sum->rest, one)));
  return sloi_u128_divide(whole, sloi_u128_of(d));
}

/* ---- what is given ---- */

static int composite_countable(const slo_counts *c) {
  return c->good <= (uint64_t)INT64_MAX && c->bad <= (uint64_t)INT64_MAX - c->good;
}

static slo_status composite_check_n(const slo_composite_part *parts, uint32_t n, slo_error *error) {
  if (parts == NULL) return sloi_fail(error, SLO_EINVAL, 0, "parts (NULL)");
  if (n >= 1 && n <= SLO_COMPOSITE_PARTS_MAX) return SLO_OK;
  return sloi_fail_range(error, n, 1, SLO_COMPOSITE_PARTS_MAX, "n");
}

static slo_status composite_check_field(uint64_t value, uint64_t min, uint64_t max, uint32_t part,
                                        const char *field, slo_error *error) {
  if (value >= min && value <= max) return SLO_OK;
  return sloi_fail_range(error, sloi_shown(value), (int64_t)min, (int64_t)max, "parts[%u].%s", part,
                         field);
}

/* What a part counts, of the whole period, and how much it weighs. */
static slo_status composite_check_counts(const slo_composite_part *p, uint32_t part,
                                         slo_error *error) {
  if (!composite_countable(&p->counts)) {
    return sloi_fail(error, SLO_ERANGE, INT64_MAX, "parts[%u].counts (good + bad)", part);
  }
  return composite_check_field(p->weight_ppm, 1, SLO_COMPOSITE_WEIGHT_MAX_PPM, part, "weight_ppm",
                               error);
}

/* The same of its slices, which weigh nothing but by their ratio. */
static slo_status composite_check_slices(const slo_composite_part *p, uint32_t part,
                                         uint32_t weighed, uint32_t slice_count, slo_error *error) {
  if (p->slices == NULL) return sloi_fail(error, SLO_EINVAL, 0, "parts[%u].slices (NULL)", part);
  for (uint32_t s = 0; s < slice_count; s++) {
    if (!composite_countable(&p->slices[s])) {
      return sloi_fail(error, SLO_ERANGE, INT64_MAX, "parts[%u].slices[%u] (good + bad)", part, s);
    }
  }
  return composite_check_field(p->weight_ppm, weighed, weighed ? SLO_COMPOSITE_WEIGHT_MAX_PPM : 0,
                               part, "weight_ppm", error);
}

static slo_status composite_check(uint32_t method, uint64_t objective_ppb,
                                  const slo_composite_part *parts, uint32_t n, uint32_t slice_count,
                                  slo_error *error) {
  const uint32_t sliced = method != SLO_METHOD_OCCURRENCES;
  const uint32_t judged = method == SLO_METHOD_TIMESLICES;
  if (method > SLO_METHOD_RATIO_TIMESLICES) {
    return sloi_fail_range(error, method, 0, SLO_METHOD_RATIO_TIMESLICES, "method");
  }
  slo_status status = sloi_objective_check(objective_ppb, error, "objective_ppb");
  if (status == SLO_OK) status = composite_check_n(parts, n, error);
  if (status != SLO_OK) return status;
  if (slice_count < sliced || slice_count > sliced * COMPOSITE_SLICES_MAX) {
    return sloi_fail_range(error, slice_count, sliced, sliced * COMPOSITE_SLICES_MAX,
                           "slice_count");
  }
  for (uint32_t i = 0; i < n && status == SLO_OK; i++) {
    const slo_composite_part *p = &parts[i];
    status = composite_check_field(p->objective_ppb, SLO_OBJECTIVE_MIN_PPB, SLO_OBJECTIVE_MAX_PPB,
                                   i, "objective_ppb", error);
    if (status == SLO_OK) {
      status = composite_check_field(p->slice_objective_ppb, judged, judged * SLOI_PPB, i,
                                     "slice_objective_ppb", error);
    }
    if (status != SLO_OK) return status;
    if (sliced) {
      status = composite_check_slices(p, i, 1 - judged, slice_count, error);
    } else if (p->slices != NULL) {
      status = sloi_fail(error, SLO_EINVAL, 0, "parts[%u].slices (not NULL)", i);
    } else {
      status = composite_check_counts(p, i, error);
    }
  }
  return status;
}

/* ---- the three methods ---- */

static slo_status composite_occurrences(const slo_composite_part *parts, uint32_t n,
                                        slo_composite *c) {
  composite_sum sum = {{0, 0}, {0, 0}};
  for (uint32_t i = 0; i < n; i++) {
    const slo_counts *counts = &parts[i].counts;
    const uint64_t valid = counts->good + counts->bad;
    if (valid == 0) continue;
    c->parts++;
    /* weight / 10^6 * bad * 10^15 / (budget * valid) */
    composite_add(&sum,
                  composite_times(sloi_u128_multiply(parts[i].weight_ppm, SLOI_PPB), counts->bad),
                  sloi_u128_multiply(SLOI_PPB - parts[i].objective_ppb, valid));
  }
  c->consumed_ppm = (uint64_t)sloi_shown(composite_floor(&sum, 1));
  return c->parts != 0 ? SLO_OK : SLO_ENODATA;
}

/* One slice of every part, in units of the method: 1, or SLO_SLICE_RATIO_ONE for a whole one. */
static void composite_slice(const slo_composite_part *parts, uint32_t n, uint32_t slice,
                            slo_composite *c, uint8_t *seen) {
  const int judged = c->method == SLO_METHOD_TIMESLICES;
  const uint64_t one = judged ? 1 : SLO_SLICE_RATIO_ONE;
  sloi_u128 missing = {0, 0}; /* in 10^-6 of the unit */
  int valid = 0;
  for (uint32_t i = 0; i < n; i++) {
    const slo_counts *counts = &parts[i].slices[slice];
    if (counts->good + counts->bad == 0) continue;
    valid = seen[i] = 1;
    if (!judged) {
      missing =
          sloi_u128_add(missing, sloi_u128_multiply(parts[i].weight_ppm, sloi_slice_ratio(counts)));
    } else if (!sloi_slice_kept(counts, parts[i].slice_objective_ppb)) {
      missing = sloi_u128_of(COMPOSITE_PPM);
    }
  }
  if (!valid) return;
  missing = sloi_u128_add(missing, sloi_u128_of(COMPOSITE_PPM / 2)); /* to the nearest */
  uint64_t bad = sloi_u128_divide(missing, sloi_u128_of(COMPOSITE_PPM));
  c->valid += one;
  c->bad += bad < one ? bad : one;
}

static slo_status composite_slices(const slo_composite_part *parts, uint32_t n,
                                   uint32_t slice_count, slo_composite *c) {
  uint8_t seen[SLO_COMPOSITE_PARTS_MAX] = {0};
  for (uint32_t s = 0; s < slice_count; s++) composite_slice(parts, n, s, c, seen);
  for (uint32_t i = 0; i < n; i++) c->parts += seen[i];
  c->good = c->valid - c->bad;
  const slo_counts units = {c->good, c->bad, 0};
  return slo_burn_eval(&units, c->objective_ppb, &c->consumed_ppm);
}

slo_status slo_composite_eval(uint32_t method, uint64_t objective_ppb,
                              const slo_composite_part *parts, uint32_t n, uint32_t slice_count,
                              slo_composite *composite, slo_error *error) {
  slo_composite c = {0};
  c.method = method;
  c.objective_ppb = objective_ppb;
  if (composite == NULL) return sloi_fail(error, SLO_EINVAL, 0, "composite (NULL)");
  slo_status status = composite_check(method, objective_ppb, parts, n, slice_count, error);
  if (status != SLO_OK) return status;
  status = method == SLO_METHOD_OCCURRENCES ? composite_occurrences(parts, n, &c)
                                            : composite_slices(parts, n, slice_count, &c);
  if (status != SLO_OK) return sloi_fail(error, status, 0, "parts");
  status = sloi_sized_write(composite, &c, sizeof c);
  return status == SLO_OK ? SLO_OK : sloi_fail(error, status, 0, "composite.struct_size");
}

slo_status slo_composite_mean(const slo_composite_part *parts, uint32_t n, uint64_t *mean_ppb,
                              slo_error *error) {
  composite_sum sum = {{0, 0}, {0, 0}};
  uint64_t weights = 0;
  if (mean_ppb == NULL) return sloi_fail(error, SLO_EINVAL, 0, "mean_ppb (NULL)");
  slo_status status = composite_check_n(parts, n, error);
  for (uint32_t i = 0; i < n && status == SLO_OK; i++) {
    status = composite_check_counts(&parts[i], i, error);
    const slo_counts *counts = &parts[i].counts;
    const uint64_t valid = counts->good + counts->bad;
    if (status != SLO_OK || valid == 0) continue;
    weights += parts[i].weight_ppm;
    composite_add(&sum,
                  composite_times(sloi_u128_multiply(parts[i].weight_ppm, SLOI_PPB), counts->good),
                  sloi_u128_of(valid));
  }
  if (status != SLO_OK) return status;
  if (weights == 0) return sloi_fail(error, SLO_ENODATA, 0, "parts");
  *mean_ppb = composite_floor(&sum, weights);
  return SLO_OK;
}
