#include "judge/budget.h"

#include "base/fail.h"
#include "base/u128.h"
#include "judge/objective.h"
#include "slo/burn.h"

const char *slo_method_name(uint32_t method) {
  static const char *const names[] = {"occurrences", "timeslices", "ratio timeslices"};
  return method < sizeof names / sizeof names[0] ? names[method] : "unknown method";
}

/* The share of a budget that bad of valid spend is their burn rate over its period. */
static slo_status budget_spent(const slo_counts *units, uint64_t objective_ppb,
                               uint64_t *consumed_ppm, int64_t *remaining_ppm) {
  slo_status status = slo_burn_eval(units, objective_ppb, consumed_ppm);
  if (status == SLO_OK) *remaining_ppm = 1000000 - sloi_shown(*consumed_ppm);
  return status;
}

static slo_status budget_fill(const slo_counts *units, slo_budget *b) {
  b->good = units->good;
  b->bad = units->bad;
  b->valid = units->good + units->bad;
  b->allowed = sloi_u128_divide(sloi_u128_multiply(SLOI_PPB - b->objective_ppb, b->valid),
                                sloi_u128_of(SLOI_PPB));
  return budget_spent(units, b->objective_ppb, &b->consumed_ppm, &b->remaining_ppm);
}

slo_status slo_budget_eval(const slo_counts *counts, uint64_t objective_ppb, slo_budget *budget) {
  slo_budget b = {0};
  if (counts == NULL || budget == NULL) return SLO_EINVAL;
  b.method = SLO_METHOD_OCCURRENCES;
  b.objective_ppb = objective_ppb;
  slo_status status = budget_fill(counts, &b);
  if (status != SLO_OK && status != SLO_ENODATA) return status;
  b.counts = *counts;
  b.best_ppm = b.worst_ppm = b.remaining_ppm;
  slo_status written = sloi_sized_write(budget, &b, sizeof b);
  return written != SLO_OK ? written : status;
}

/* ---- units: what a method counts, so that everything else is the same for all of them ---- */

typedef struct budget_units {
  slo_counts judged;
  slo_counts counted;
  uint64_t unseen;
} budget_units;

static slo_counts budget_with(const slo_counts *units, uint32_t policy, uint64_t unseen) {
  slo_counts with = *units;
  if (policy == SLO_UNMEASURED_BAD) with.bad += unseen;
  if (policy == SLO_UNMEASURED_GOOD) with.good += unseen;
  return with;
}

static uint64_t budget_least(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

static budget_units budget_count(const slo_delta *d, uint32_t method) {
  budget_units u = {{0, 0, 0}, {0, 0, 0}, 0};
  if (method == SLO_METHOD_OCCURRENCES) {
    u.counted.good = d->counts.good;
    u.counted.bad = d->counts.bad;
    u.unseen = d->unseen;
  } else {
    /* what is stored may be anything; in units of their ratio so many are below 2^63. They are 29
     * years of the shortest slices */
    const uint64_t most = 92000000;
    u.counted.good = budget_least(d->slices.good, most);
    u.counted.bad = budget_least(d->slices.bad, most - u.counted.good);
    u.unseen = budget_least(d->unseen_slices, most - u.counted.good - u.counted.bad);
  }
  if (method == SLO_METHOD_RATIO_TIMESLICES) {
    uint64_t valid = (u.counted.good + u.counted.bad) * SLO_SLICE_RATIO_ONE;
    u.counted.bad = budget_least(d->slices.ratio_sum, valid);
    u.counted.good = valid - u.counted.bad;
    u.unseen *= SLO_SLICE_RATIO_ONE;
  }
  u.judged = budget_with(&u.counted, d->policy, u.unseen);
  return u;
}

/* ---- of a window ---- */

static slo_status budget_check(const slo_budget_config *config, slo_budget_config *c,
                               slo_error *error) {
  if (config == NULL) return sloi_fail(error, SLO_EINVAL, 0, "config (NULL)");
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_budget_config");
  if (status != SLO_OK) return status;
  if (c->reserved != 0) return sloi_fail(error, SLO_EVERSION, c->reserved, "reserved");
  if (c->method > SLO_METHOD_RATIO_TIMESLICES) {
    return sloi_fail_range(error, c->method, 0, SLO_METHOD_RATIO_TIMESLICES, "method");
  }
  if (c->period_ns < 0 || c->period_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c->period_ns, 0, SLO_TIME_MAX_NS, "period_ns");
  }
  int64_t max = c->period_ns != 0 ? 0 : SLO_TIME_MAX_NS - 1; /* one or the other */
  if (c->start_ns < 0 || c->start_ns > max) {
    return sloi_fail_range(error, c->start_ns, 0, max, "start_ns");
  }
  int64_t min = c->period_ns != 0 ? 0 : c->start_ns + 1;
  max = c->period_ns != 0 ? 0 : SLO_TIME_MAX_NS;
  if (c->end_ns < min || c->end_ns > max) {
    return sloi_fail_range(error, c->end_ns, min, max, "end_ns");
  }
  return sloi_objective_check(c->objective_ppb, error, "objective_ppb");
}

slo_status slo_budget_check(const slo_budget_config *config, slo_error *error) {
  slo_budget_config c;
  return budget_check(config, &c, error);
}

static slo_status budget_between(const slo_window *window, const slo_budget_config *c,
                                 int64_t from_ns, int64_t to_ns, slo_delta *delta,
                                 uint32_t *corrections) {
  delta->struct_size = (uint32_t)sizeof *delta;
  slo_status status = slo_window_delta(window, from_ns, to_ns, delta);
  if (status == SLO_OK) status = slo_ledger_correct(c->ledger, c->sli, window, delta, corrections);
  return status;
}

static slo_status budget_rolling(const slo_window *window, const slo_budget_config *c,
                                 int64_t span_ns, slo_delta *delta, uint32_t *corrections) {
  delta->struct_size = (uint32_t)sizeof *delta;
  slo_status status = slo_window_read(window, &span_ns, 1, delta);
  if (status == SLO_OK) status = slo_ledger_correct(c->ledger, c->sli, window, delta, corrections);
  return status;
}

/* A history that begins within the period is asked for from there on: its first reading may be
 * pinned, and that is more than what the rings still have. */
static slo_status budget_calendar(const slo_window *window, const slo_budget_config *c,
                                  const slo_window_summary *now, slo_delta *delta,
                                  uint32_t *corrections) {
  int64_t from_ns = c->start_ns;
  int64_t to_ns = c->end_ns < now->newest_ns ? c->end_ns : now->newest_ns;
  if (from_ns < now->first_ns) from_ns = now->first_ns < to_ns ? now->first_ns : to_ns;
  slo_status status = budget_between(window, c, from_ns, to_ns, delta, corrections);
  if (status != SLO_OK) return status;
  if (from_ns != c->start_ns) delta->flags |= SLO_DELTA_SHORT;
  delta->span_ns = to_ns - c->start_ns;
  return SLO_OK;
}

slo_status sloi_budget_delta(const slo_window *window, const slo_budget_config *config,
                             slo_budget_config *c, slo_delta *delta, uint32_t *corrections) {
  slo_window_summary now = {0};
  now.struct_size = (uint32_t)sizeof now;
  slo_status status = budget_check(config, c, NULL);
  if (status == SLO_OK) status = slo_window_summarize(window, &now);
  if (status != SLO_OK) return status;
  if (c->period_ns != 0) {
    status = budget_rolling(window, c, c->period_ns, delta, corrections);
  } else if (c->start_ns > now.newest_ns) {
    return SLO_ERANGE;
  } else {
    status = budget_calendar(window, c, &now, delta, corrections);
  }
  if (status == SLO_OK && c->method != SLO_METHOD_OCCURRENCES && delta->slice_ns == 0) {
    return SLO_EINVAL;
  }
  return status;
}

slo_status sloi_budget_of(const slo_budget_config *c, const slo_delta *d, uint32_t corrections,
                          slo_budget *b) {
  const budget_units units = budget_count(d, c->method);
  uint64_t ignored;
  memset(b, 0, sizeof *b);
  b->method = c->method;
  b->objective_ppb = c->objective_ppb;
  slo_status status = budget_fill(&units.judged, b);
  if (status != SLO_OK && status != SLO_ENODATA) return status;
  const slo_counts best = budget_with(&units.counted, SLO_UNMEASURED_GOOD, units.unseen);
  const slo_counts worst = budget_with(&units.counted, SLO_UNMEASURED_BAD, units.unseen);
  (void)budget_spent(&best, c->objective_ppb, &ignored, &b->best_ppm);
  (void)budget_spent(&worst, c->objective_ppb, &ignored, &b->worst_ppm);
  b->unseen = units.unseen;
  b->counts = d->counts;
  b->span_ns = d->span_ns;
  b->from_ns = d->from_ns;
  b->to_ns = d->to_ns;
  b->measured_ns = d->measured_ns;
  b->unresolved_ns = d->unresolved_ns;
  b->unmeasured_ns = d->unmeasured_ns;
  b->frozen_ns = d->frozen_ns;
  b->corrected_ns = d->corrected_ns;
  b->covered_ns = d->covered_ns;
  b->corrections = corrections;
  b->flags = d->flags;
  b->policy = d->policy;
  b->slices = d->slices;
  b->slice_ns = d->slice_ns;
  b->unseen_slices = d->unseen_slices;
  return status;
}

slo_status slo_budget_read(const slo_window *window, const slo_budget_config *config,
                           slo_budget *budget) {
  slo_budget_config c;
  slo_delta delta = {0};
  slo_budget b;
  uint32_t corrections;
  if (budget == NULL) return SLO_EINVAL;
  slo_status status = sloi_budget_delta(window, config, &c, &delta, &corrections);
  if (status != SLO_OK) return status;
  status = sloi_budget_of(&c, &delta, corrections, &b);
  if (status != SLO_OK && status != SLO_ENODATA) return status;
  slo_status written = sloi_sized_write(budget, &b, sizeof b);
  return written != SLO_OK ? written : status;
}

slo_status slo_budget_cost(const slo_window *window, const slo_budget_config *config,
                           int64_t from_ns, int64_t to_ns, uint64_t *cost_ppm,
                           slo_delta *incident) {
  slo_budget_config c;
  slo_delta whole = {0}, part = {0};
  uint32_t corrections;
  if (cost_ppm == NULL) return SLO_EINVAL;
  slo_status status = sloi_budget_delta(window, config, &c, &whole, &corrections);
  if (status == SLO_OK) status = budget_between(window, &c, from_ns, to_ns, &part, &corrections);
  if (status != SLO_OK) return status;
  const slo_counts units = budget_count(&whole, c.method).judged;
  const uint64_t valid = units.good + units.bad;
  if (valid == 0) return SLO_ENODATA;
  if (incident != NULL) status = sloi_sized_write(incident, &part, sizeof part);
  if (status != SLO_OK) return status;
  *cost_ppm =
      sloi_u128_divide(sloi_u128_multiply(budget_count(&part, c.method).judged.bad, SLOI_PPB_PPM),
                       sloi_u128_multiply(SLOI_PPB - c.objective_ppb, valid));
  return SLO_OK;
}

/* floor(a * b / d), as far as it is below 2^64. */
static uint64_t budget_share(uint64_t a, uint64_t b, uint64_t d) {
  return sloi_u128_divide(sloi_u128_multiply(a, b), sloi_u128_of(d));
}

/* What was not seen is spread over unmeasured time evenly, so that nothing is ever regained. */
static uint64_t budget_unseen(const budget_units *all, const slo_delta *whole,
                              const slo_delta *part) {
  if (whole->unmeasured_ns <= 0 || part->unmeasured_ns <= 0) return 0;
  return budget_share(all->unseen, (uint64_t)part->unmeasured_ns, (uint64_t)whole->unmeasured_ns);
}

slo_status slo_budget_burndown(const slo_window *window, const slo_budget_config *config, size_t n,
                               slo_budget_point *points) {
  slo_budget_config c;
  slo_delta whole = {0}, part = {0};
  uint32_t corrections;
  if (points == NULL) return SLO_EINVAL;
  if (n == 0) return SLO_ERANGE;
  slo_status status = sloi_budget_delta(window, config, &c, &whole, &corrections);
  if (status != SLO_OK) return status;
  const budget_units all = budget_count(&whole, c.method);
  const uint64_t valid = all.judged.good + all.judged.bad;
  if (valid == 0) return SLO_ENODATA;
  /* unsigned: what is stored may be anything, and must not overflow here */
  const uint64_t span = (uint64_t)whole.to_ns - (uint64_t)whole.from_ns;
  for (size_t i = 0; i < n; i++) {
    points[i].at_ns = (int64_t)((uint64_t)whole.from_ns + budget_share(span, i + 1, n));
    status = budget_between(window, &c, whole.from_ns, points[i].at_ns, &part, &corrections);
    if (status != SLO_OK) return status;
    uint64_t consumed_ppm, bad = budget_count(&part, c.method).counted.bad;
    if (whole.policy == SLO_UNMEASURED_BAD) bad += budget_unseen(&all, &whole, &part);
    if (bad > valid) bad = valid;
    slo_counts so_far = {valid - bad, bad, 0};
    status = budget_spent(&so_far, c.objective_ppb, &consumed_ppm, &points[i].remaining_ppm);
    if (status != SLO_OK) return status;
  }
  return SLO_OK;
}

/* ---- what comes ---- */

/* Adds what `span` of events like those of `rate`, which took `took`, would be, rounded down.
 * When counts would leave their range everything is scaled down by 2^result. */
static int budget_add(slo_counts *units, const slo_counts *rate, int64_t span, int64_t took) {
  const uint64_t most = UINT64_C(1) << 61;
  for (int scale = 0;; scale++, span /= 2, units->good /= 2, units->bad /= 2) {
    uint64_t good = budget_share(rate->good, (uint64_t)span, (uint64_t)took);
    uint64_t bad = budget_share(rate->bad, (uint64_t)span, (uint64_t)took);
    if (scale < 63 && (good > most || bad > most || units->good > most || units->bad > most)) {
      continue;
    }
    units->good += good;
    units->bad += bad;
    return scale;
  }
}

static int64_t budget_longest(uint64_t ns) {
  return ns > (uint64_t)INT64_MAX ? INT64_MAX : (int64_t)ns;
}

/* In a calendar period: when the bad that is there and what comes reach what its whole traffic
 * allows, of which a fraction of an event counts too. */
static int64_t budget_exhaustion(const slo_counts *units, const slo_counts *rate, int64_t took,
                                 int64_t left_ns, uint64_t objective_ppb) {
  slo_counts whole = *units;
  int scale = budget_add(&whole, rate, left_ns, took);
  uint64_t bad = units->bad >> scale;
  sloi_u128 allowed = sloi_u128_multiply(SLOI_PPB - objective_ppb, whole.good + whole.bad);
  sloi_u128 spent = sloi_u128_multiply(SLOI_PPB, bad); /* both in 10^-9 events */
  if (sloi_u128_compare(spent, allowed) >= 0) return 0;
  if (sloi_u128_compare(sloi_u128_multiply(SLOI_PPB, whole.bad), allowed) < 0) return INT64_MAX;
  sloi_u128 left = sloi_u128_subtract(allowed, spent);
  if (left.hi == 0 && scale == 0) {
    return budget_longest(sloi_u128_divide(sloi_u128_multiply(left.lo, (uint64_t)took),
                                           sloi_u128_multiply(rate->bad, SLOI_PPB)));
  }
  /* more than 10^10 events: a fraction of one makes no difference */
  uint64_t events = sloi_u128_divide(left, sloi_u128_of(SLOI_PPB));
  if (scale == 0) return budget_longest(budget_share(events, (uint64_t)took, rate->bad));
  return budget_longest(budget_share(events, (uint64_t)left_ns, whole.bad - bad));
}

/* What a forecast rests on. */
static slo_forecast budget_foresight(uint32_t method, const slo_delta *recent,
                                     uint32_t corrections) {
  slo_forecast f = {0};
  f.method = method;
  f.flags = recent->flags;
  f.lookback_from_ns = recent->from_ns;
  f.lookback_to_ns = recent->to_ns;
  f.lookback_measured_ns = recent->measured_ns;
  f.corrections = corrections;
  return f;
}

static int64_t budget_never(slo_status status, int64_t ns) {
  return status == SLO_OK ? ns : INT64_MAX;
}

slo_status slo_budget_forecast(const slo_window *window, const slo_budget_config *config,
                               int64_t lookback_ns, int64_t horizon_ns, slo_forecast *forecast) {
  slo_budget_config c;
  slo_delta whole = {0}, recent = {0}, kept = {0};
  uint32_t corrections;
  int64_t ns = 0;
  if (forecast == NULL) return SLO_EINVAL;
  if (lookback_ns <= 0 || horizon_ns < 0) return SLO_ERANGE;
  slo_status status = sloi_budget_delta(window, config, &c, &whole, &corrections);
  if (status == SLO_OK) status = budget_rolling(window, &c, lookback_ns, &recent, &corrections);
  if (status != SLO_OK) return status;
  slo_forecast f = budget_foresight(c.method, &recent, corrections);
  const budget_units all = budget_count(&whole, c.method);
  const slo_counts units = all.judged;
  const slo_counts rate = budget_count(&recent, c.method).judged;
  int64_t took = recent.measured_ns;
  if (recent.policy == SLO_UNMEASURED_BAD || recent.policy == SLO_UNMEASURED_GOOD) {
    took += recent.unmeasured_ns; /* the rate has those events, too */
  }
  uint64_t consumed_ppm;
  int64_t remaining_ppm;
  status = budget_spent(&units, c.objective_ppb, &consumed_ppm, &remaining_ppm);
  if (status == SLO_OK) status = slo_burn_eval(&rate, c.objective_ppb, &f.burn_ppm);
  if (status == SLO_OK && took <= 0) status = SLO_ENODATA;
  if (status != SLO_OK) return status;

  slo_counts then = units;
  f.horizon_ns = horizon_ns;
  if (c.period_ns != 0) {
    /* what is still in the period then, and what has come by then */
    int64_t span = horizon_ns < c.period_ns ? horizon_ns : c.period_ns;
    status = budget_rolling(window, &c, c.period_ns - span, &kept, &corrections);
    if (status != SLO_OK) return status;
    const slo_counts counted = budget_count(&kept, c.method).counted;
    then = budget_with(&counted, kept.policy, budget_unseen(&all, &whole, &kept));
    (void)budget_add(&then, &rate, span, took);
    status = slo_burn_exhaustion(remaining_ppm, f.burn_ppm, c.period_ns, &ns);
    f.exhaustion_ns = budget_never(status, ns);
  } else {
    int64_t left = c.end_ns > whole.to_ns ? c.end_ns - whole.to_ns : 0;
    if (f.horizon_ns > left) f.horizon_ns = left;
    (void)budget_add(&then, &rate, f.horizon_ns, took);
    f.exhaustion_ns = budget_exhaustion(&units, &rate, took, left, c.objective_ppb);
  }
  int64_t period = c.period_ns != 0 ? c.period_ns : c.end_ns - c.start_ns;
  status = slo_burn_exhaustion(1000000, f.burn_ppm, period, &ns);
  f.from_full_ns = budget_never(status, ns);
  status = budget_spent(&then, c.objective_ppb, &consumed_ppm, &f.remaining_ppm);
  if (status != SLO_OK) return status;
  f.violated =
      sloi_u128_compare(sloi_u128_multiply(then.bad, SLOI_PPB),
                        sloi_u128_multiply(SLOI_PPB - c.objective_ppb, then.good + then.bad)) > 0;
  return sloi_sized_write(forecast, &f, sizeof f);
}
