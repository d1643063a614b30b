#include "slo/burn.h"

#include "base/u128.h"
#include "judge/objective.h"
#include "slo/time.h"

slo_status slo_burn_eval(const slo_counts *counts, uint64_t objective_ppb, uint64_t *burn_ppm) {
  if (counts == NULL || burn_ppm == NULL) return SLO_EINVAL;
  if (sloi_objective_check(objective_ppb, NULL, "") != SLO_OK) return SLO_ERANGE;
  uint64_t valid = counts->good + counts->bad;
  if (valid == 0) return SLO_ENODATA;
  *burn_ppm = sloi_u128_divide(sloi_u128_multiply(counts->bad, SLOI_PPB_PPM),
                               sloi_u128_multiply(SLOI_PPB - objective_ppb, valid));
  return SLO_OK;
}

/* factor * budget in units of 10^-15, at most SLOI_PPB_PPM; that or more means that no error
 * ratio exceeds it: a dead tier. */
static uint64_t burn_threshold(uint64_t objective_ppb, uint64_t factor_ppm) {
  sloi_u128 product = sloi_u128_multiply(factor_ppm, SLOI_PPB - objective_ppb);
  return product.hi != 0 || product.lo > SLOI_PPB_PPM ? SLOI_PPB_PPM : product.lo;
}

static int burn_factor_valid(uint64_t factor_ppm) {
  return factor_ppm >= 1 && factor_ppm <= (uint64_t)SLO_BURN_FACTOR_MAX_PPM;
}

int32_t slo_burn_exceeds(const slo_counts *counts, uint64_t objective_ppb, uint64_t factor_ppm,
                         uint32_t flags) {
  if (counts == NULL || (flags & ~(uint32_t)SLO_BURN_AT_LEAST) != 0) return SLO_EINVAL;
  if (sloi_objective_check(objective_ppb, NULL, "") != SLO_OK || !burn_factor_valid(factor_ppm)) {
    return SLO_ERANGE;
  }
  uint64_t valid = counts->good + counts->bad;
  if (valid == 0) return 0;
  /* bad / valid / budget > factor, cross multiplied; the left side is the same for every
   * factor, the right one is below 2^114. A factor that a ratio of 1 only equals, or not
   * even that, is cut to 1: then nothing exceeds it. */
  sloi_u128 exact = sloi_u128_multiply(factor_ppm, SLOI_PPB - objective_ppb);
  if (exact.hi != 0 || exact.lo > SLOI_PPB_PPM) return 0;
  int order = sloi_u128_compare(sloi_u128_multiply(counts->bad, SLOI_PPB_PPM),
                                sloi_u128_multiply(exact.lo, valid));
  return order > 0 || (order == 0 && (flags & SLO_BURN_AT_LEAST) != 0);
}

slo_status slo_burn_maximum(uint64_t objective_ppb, uint64_t *burn_ppm) {
  if (burn_ppm == NULL) return SLO_EINVAL;
  if (sloi_objective_check(objective_ppb, NULL, "") != SLO_OK) return SLO_ERANGE;
  *burn_ppm = SLOI_PPB_PPM / (SLOI_PPB - objective_ppb);
  return SLO_OK;
}

slo_status slo_burn_factor(uint64_t share_ppm, int64_t period_ns, int64_t window_ns,
                           uint64_t *factor_ppm) {
  if (factor_ppm == NULL) return SLO_EINVAL;
  if (share_ppm > 1000000 || period_ns <= 0 || window_ns <= 0) return SLO_ERANGE;
  uint64_t factor = sloi_u128_divide(sloi_u128_multiply(share_ppm, (uint64_t)period_ns),
                                     sloi_u128_of((uint64_t)window_ns));
  if (factor > (uint64_t)SLO_BURN_FACTOR_MAX_PPM) return SLO_ERANGE;
  *factor_ppm = factor;
  return SLO_OK;
}

static slo_status burn_step_check(uint64_t objective_ppb, uint64_t error_ppb, uint64_t factor_ppm,
                                  int64_t window_ns) {
  if (sloi_objective_check(objective_ppb, NULL, "") != SLO_OK || error_ppb < 1 ||
      error_ppb > SLOI_PPB || !burn_factor_valid(factor_ppm) || window_ns <= 0) {
    return SLO_ERANGE;
  }
  return SLO_OK;
}

/* floor(window * factor * budget / e); factor * budget < e, so it is below the window. */
static int64_t burn_crossing(uint64_t threshold, uint64_t error_ppb, int64_t window_ns) {
  return (int64_t)sloi_u128_divide(sloi_u128_multiply((uint64_t)window_ns, threshold),
                                   sloi_u128_of(error_ppb * UINT64_C(1000000)));
}

slo_status slo_burn_detection(uint64_t objective_ppb, uint64_t error_ppb, uint64_t factor_ppm,
                              int64_t window_ns, int64_t *detection_ns) {
  if (detection_ns == NULL) return SLO_EINVAL;
  slo_status status = burn_step_check(objective_ppb, error_ppb, factor_ppm, window_ns);
  if (status != SLO_OK) return status;
  uint64_t threshold = burn_threshold(objective_ppb, factor_ppm);
  if (error_ppb * UINT64_C(1000000) <= threshold) return SLO_ENODATA;
  *detection_ns = burn_crossing(threshold, error_ppb, window_ns);
  return SLO_OK;
}

slo_status slo_burn_reset(uint64_t objective_ppb, uint64_t error_ppb, int64_t duration_ns,
                          uint64_t factor_ppm, int64_t window_ns, int64_t *reset_ns) {
  if (reset_ns == NULL) return SLO_EINVAL;
  slo_status status = burn_step_check(objective_ppb, error_ppb, factor_ppm, window_ns);
  if (status != SLO_OK) return status;
  if (duration_ns < 0) return SLO_ERANGE;
  uint64_t threshold = burn_threshold(objective_ppb, factor_ppm);
  uint64_t held = (uint64_t)(duration_ns < window_ns ? duration_ns : window_ns);
  int lifted = sloi_u128_compare(sloi_u128_multiply(held, error_ppb * UINT64_C(1000000)),
                                 sloi_u128_multiply((uint64_t)window_ns, threshold)) > 0;
  *reset_ns = lifted ? window_ns - burn_crossing(threshold, error_ppb, window_ns) : 0;
  return SLO_OK;
}

slo_status slo_burn_exhaustion(int64_t remaining_ppm, uint64_t burn_ppm, int64_t period_ns,
                               int64_t *exhaustion_ns) {
  if (exhaustion_ns == NULL) return SLO_EINVAL;
  if (period_ns <= 0) return SLO_ERANGE;
  if (remaining_ppm <= 0) {
    *exhaustion_ns = 0;
    return SLO_OK;
  }
  if (burn_ppm == 0) return SLO_ENODATA;
  uint64_t ns = sloi_u128_divide(sloi_u128_multiply((uint64_t)remaining_ppm, (uint64_t)period_ns),
                                 sloi_u128_of(burn_ppm));
  if (ns > (uint64_t)INT64_MAX) return SLO_ENODATA;
  *exhaustion_ns = (int64_t)ns;
  return SLO_OK;
}
