/* backtest_read.c - what a policy did, added up. */
#include <float.h>

#include "base/fail.h"
#include "base/u128.h"
#include "sim/backtest.h"
#include "sim/draw.h"

#define BACKTEST_READ_PPM UINT64_C(1000000)

typedef struct backtest_read {
  const slo_backtest *b;
  const sloi_backtest_policy *policy;
  const slo_incident *incidents;
  const sloi_backtest_found *found;
} backtest_read;

/* ---- of incidents ---- */

typedef enum backtest_read_what {
  BACKTEST_READ_SEEN,
  BACKTEST_READ_DETECTION,
  BACKTEST_READ_RESET,
  BACKTEST_READ_SPENT,
  BACKTEST_READ_CLOSED_DETECTION,
  BACKTEST_READ_CLOSED_RESET
} backtest_read_what;

/* A number >= 0 of an incident; -1: it has none. */
static int64_t backtest_read_of(const backtest_read *r, uint64_t i, backtest_read_what what) {
  const slo_period *period = &r->incidents[i].period;
  const sloi_backtest_found *found = &r->found[i];
  const slo_backtest *b = r->b;
  if (period->end_ns <= b->first_ns || period->start_ns >= b->newest_ns) return -1;
  if (what == BACKTEST_READ_SEEN) return 0;
  if (found->detected_ns < 0) return -1;
  switch (what) {
    case BACKTEST_READ_DETECTION:
      return found->detected_ns;
    case BACKTEST_READ_SPENT:
      return (int64_t)found->spent;
    case BACKTEST_READ_CLOSED_DETECTION:
      return found->closed_detection_ns;
    case BACKTEST_READ_CLOSED_RESET:
      return found->closed_reset_ns;
    default:
      break;
  }
  if (period->end_ns > b->newest_ns) return -1;
  int fires = r->policy->fired_ns >= 0 && i >= r->policy->first;
  int64_t stopped_ns = fires ? b->newest_ns : found->stopped_ns;
  return stopped_ns > period->end_ns ? stopped_ns - period->end_ns : 0;
}

/* How many have a number, up to `most`. */
static uint64_t backtest_read_count(const backtest_read *r, backtest_read_what what, int64_t most) {
  uint64_t n = 0;
  for (uint64_t i = 0; i < r->b->incident_count; i++) {
    int64_t value = backtest_read_of(r, i, what);
    n += value >= 0 && value <= most;
  }
  return n;
}

/* Nearest rank: the least number that `percent` of them do not exceed. Bisection needs no room to
 * sort in. */
static int64_t backtest_read_quantile(const backtest_read *r, backtest_read_what what,
                                      uint64_t percent) {
  uint64_t rank = (backtest_read_count(r, what, INT64_MAX) * percent + 99) / 100;
  int64_t low = 0, high = INT64_MAX;
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if (backtest_read_count(r, what, middle) >= rank) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

static int64_t backtest_read_mean(const backtest_read *r, backtest_read_what what) {
  sloi_u128 sum = {0, 0};
  uint64_t n = 0;
  for (uint64_t i = 0; i < r->b->incident_count; i++) {
    int64_t value = backtest_read_of(r, i, what);
    if (value < 0) continue;
    sum = sloi_u128_add(sum, sloi_u128_of((uint64_t)value));
    n++;
  }
  return n == 0 ? 0 : (int64_t)sloi_u128_divide(sum, sloi_u128_of(n));
}

/* ---- rates: floating point, for showing ---- */

static double backtest_read_double(uint64_t value) {
  return (double)(int64_t)value;
}

static uint64_t backtest_read_floor(double value) {
  return value >= (double)INT64_MAX ? UINT64_MAX : (uint64_t)(int64_t)value;
}

static uint64_t backtest_read_share(uint64_t part, uint64_t all) {
  if (all == 0) return 0;
  return sloi_u128_divide(sloi_u128_multiply(part, BACKTEST_READ_PPM), sloi_u128_of(all));
}

/* `bad`, of the budget that a period has at the mean rate of the trace. */
static uint64_t backtest_read_spent(const slo_backtest *b, uint64_t bad) {
  uint64_t valid = b->total.good + b->total.bad;
  if (valid == 0) return 0;
  double share = backtest_read_double(UINT64_C(1000000000) - b->objective_ppb) / 1e9;
  double rate = backtest_read_double(valid) / (double)(b->newest_ns - b->first_ns);
  double budget = share * rate * (double)b->period_ns;
  return backtest_read_floor(backtest_read_double(bad) / budget * 1e6);
}

/* P(X >= k), above: P(X <= k), of a Poisson number of that mean, which lies beyond k on the other
 * side: so terms only fall from that of k on. */
static double backtest_read_tail(uint64_t k, double log_factorial, double mean, int above) {
  double n = backtest_read_double(k);
  double term = sloi_draw_exp(n * sloi_draw_log(mean) - mean - log_factorial), sum = 0;
  while (term > sum * DBL_EPSILON) {
    sum += term;
    if (above) {
      if (n == 0) break;
      term *= n / mean;
      n -= 1;
    } else {
      n += 1;
      term *= mean / n;
    }
  }
  return sum;
}

/* The limit of Garwood's 95 % interval: the mean at which 2.5 % of the numbers are that far off. */
static double backtest_read_limit(uint64_t k, int above) {
  double n = backtest_read_double(k), log_factorial = 0;
  if (k == 0 && !above) return 0;
  for (double i = 2; i <= n; i += 1) log_factorial += sloi_draw_log(i);
  double low = above ? n : 0, high = above ? 2 * n + 8 : n;
  for (;;) {
    double mean = low + (high - low) / 2;
    if (!(mean > low && mean < high)) return mean;
    double tail = backtest_read_tail(k, log_factorial, mean, above);
    if ((tail < 0.025) == (above != 0)) {
      high = mean;
    } else {
      low = mean;
    }
  }
}

/* How much of the trace is neither incident nor grace. */
static int64_t backtest_read_outside(const slo_backtest *b, const slo_incident *incidents) {
  int64_t outside_ns = b->newest_ns - b->first_ns, seen_ns = b->first_ns;
  for (uint64_t i = 0; i < b->incident_count; i++) {
    int64_t from_ns = incidents[i].period.start_ns, to_ns = sloi_backtest_until(b, &incidents[i]);
    if (from_ns < seen_ns) from_ns = seen_ns;
    if (to_ns > b->newest_ns) to_ns = b->newest_ns;
    if (to_ns <= from_ns) continue;
    outside_ns -= to_ns - from_ns;
    seen_ns = to_ns;
  }
  return outside_ns;
}

static void backtest_read_false(const backtest_read *r, slo_backtest_result *out) {
  int64_t outside_ns = backtest_read_outside(r->b, r->incidents);
  uint64_t pages = out->pages - out->pages_true;
  out->false_high_ppm = UINT64_MAX;
  if (outside_ns <= 0) return;
  double years = (double)outside_ns / (double)SLO_EVIDENCE_YEAR_NS;
  out->false_per_year_ppm = sloi_u128_divide(
      sloi_u128_multiply(pages * BACKTEST_READ_PPM, (uint64_t)SLO_EVIDENCE_YEAR_NS),
      sloi_u128_of((uint64_t)outside_ns));
  out->false_low_ppm = backtest_read_floor(backtest_read_limit(pages, 0) / years * 1e6);
  out->false_high_ppm = backtest_read_floor(backtest_read_limit(pages, 1) / years * 1e6);
  if (out->false_high_ppm != UINT64_MAX) out->false_high_ppm++;
}

/* ---- all of it ---- */

slo_status slo_backtest_read(const slo_backtest *backtest, uint32_t policy,
                             slo_backtest_result *result) {
  const slo_backtest *b = backtest;
  slo_backtest_result out = {0};
  if (b == NULL || result == NULL) return SLO_EINVAL;
  if (policy >= b->policy_count) return SLO_ERANGE;
  if (b->slots < 2) return SLO_ENODATA;
  const sloi_backtest_policy *p = &b->policy[policy];
  const backtest_read r = {b, p, sloi_backtest_incidents(b),
                           sloi_backtest_at_const(b, p->found_at)};
  out.policy = policy;
  out.span_ns = b->newest_ns - b->first_ns;
  out.incidents = backtest_read_count(&r, BACKTEST_READ_SEEN, INT64_MAX);
  out.detected = backtest_read_count(&r, BACKTEST_READ_DETECTION, INT64_MAX);
  out.pages = p->pages;
  out.pages_true = p->pages_true;
  out.precision_ppm = backtest_read_share(out.pages_true, out.pages);
  out.recall_ppm = backtest_read_share(out.detected, out.incidents);
  out.detection_mean_ns = backtest_read_mean(&r, BACKTEST_READ_DETECTION);
  out.detection_median_ns = backtest_read_quantile(&r, BACKTEST_READ_DETECTION, 50);
  out.detection_p95_ns = backtest_read_quantile(&r, BACKTEST_READ_DETECTION, 95);
  out.reset_mean_ns = backtest_read_mean(&r, BACKTEST_READ_RESET);
  out.reset_median_ns = backtest_read_quantile(&r, BACKTEST_READ_RESET, 50);
  backtest_read_false(&r, &out);
  out.spent_median_ppm =
      backtest_read_spent(b, (uint64_t)backtest_read_quantile(&r, BACKTEST_READ_SPENT, 50));
  out.shifts = (uint64_t)((out.span_ns - 1) / b->shift_ns) + 1;
  out.pages_shift_max = p->shift_most;
  out.pages_shift_ppm = backtest_read_share(out.pages, out.shifts);
  out.closed_detection_median_ns = backtest_read_quantile(&r, BACKTEST_READ_CLOSED_DETECTION, 50);
  out.closed_reset_median_ns = backtest_read_quantile(&r, BACKTEST_READ_CLOSED_RESET, 50);
  return sloi_sized_write(result, &out, sizeof out);
}
