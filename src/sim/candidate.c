#include "slo/candidate.h"

#include "base/fail.h"
#include "base/u128.h"
#include "judge/catalog.h"
#include "judge/objective.h"
#include "slo/burn.h"

#define CANDIDATE_MONTH_NS (INT64_C(730) * SLO_HOUR_NS + INT64_C(1800) * SLO_SECOND_NS)
#define CANDIDATE_WINDOW_MIN (INT64_C(60) * 1000000) /* as slo_window_tiers has it */
#define CANDIDATE_PPM UINT64_C(1000000)

/* ---- what is asked ---- */

static slo_status candidate_check(const slo_candidate_config *config, slo_candidate_config *c,
                                  slo_error *error) {
  if (config == NULL) return sloi_fail(error, SLO_EINVAL, 0, "config (NULL)");
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_candidate_config");
  if (status != SLO_OK) return status;
  if (c->reserved != 0) return sloi_fail(error, SLO_EVERSION, c->reserved, "reserved");
  if (c->slot_count < 1 || c->slot_count > SLO_CANDIDATE_SLOTS_MAX) {
    return sloi_fail_range(error, c->slot_count, 1, SLO_CANDIDATE_SLOTS_MAX, "slot_count");
  }
  if (c->slots == NULL) return sloi_fail(error, SLO_EINVAL, 0, "slots (NULL)");
  if (c->period_ns < SLO_SECOND_NS || c->period_ns > SLOI_PERIOD_MAX_NS) {
    return sloi_fail_range(error, c->period_ns, SLO_SECOND_NS, SLOI_PERIOD_MAX_NS, "period_ns");
  }
  return sloi_objective_check(c->objective_ppb, error, "objective_ppb");
}

static void candidate_add(slo_counts *sum, const slo_counts *counts) {
  sum->good += counts->good;
  sum->bad += counts->bad;
  sum->excluded += counts->excluded;
}

static slo_status candidate_check_counts(const slo_counts *sum, const slo_counts *counts,
                                         unsigned i, slo_error *error) {
  const uint64_t most = (uint64_t)INT64_MAX, room = most - sum->good - sum->bad;
  if (counts->good > room) {
    return sloi_fail_range(error, sloi_shown(counts->good), 0, (int64_t)room,
                           "slots[%u].counts.good", i);
  }
  if (counts->bad > room - counts->good) {
    return sloi_fail_range(error, sloi_shown(counts->bad), 0, (int64_t)(room - counts->good),
                           "slots[%u].counts.bad", i);
  }
  if (counts->excluded > most - sum->excluded) {
    return sloi_fail_range(error, sloi_shown(counts->excluded), 0, (int64_t)(most - sum->excluded),
                           "slots[%u].counts.excluded", i);
  }
  return SLO_OK;
}

/* Checks the slots and adds them up. */
static slo_status candidate_sum(const slo_candidate_config *c, slo_candidate *r, slo_error *error) {
  int64_t after_ns = 0;
  for (uint32_t i = 0; i < c->slot_count; i++) {
    const slo_target_day *s = &c->slots[i];
    if (s->period.start_ns < after_ns || s->period.start_ns >= SLO_TIME_MAX_NS) {
      return sloi_fail_range(error, s->period.start_ns, after_ns, SLO_TIME_MAX_NS - 1,
                             "slots[%u].period.start_ns", (unsigned)i);
    }
    if (s->period.end_ns <= s->period.start_ns || s->period.end_ns > SLO_TIME_MAX_NS) {
      return sloi_fail_range(error, s->period.end_ns, s->period.start_ns + 1, SLO_TIME_MAX_NS,
                             "slots[%u].period.end_ns", (unsigned)i);
    }
    slo_status status = candidate_check_counts(&r->counts, &s->counts, (unsigned)i, error);
    if (status != SLO_OK) return status;
    candidate_add(&r->counts, &s->counts);
    r->measured_ns += s->period.end_ns - s->period.start_ns;
    r->slots_valid += s->counts.good + s->counts.bad != 0;
    after_ns = s->period.end_ns;
  }
  r->objective_ppb = c->objective_ppb;
  r->period_ns = c->period_ns;
  r->slots = c->slot_count;
  r->span.start_ns = c->slots[0].period.start_ns;
  r->span.end_ns = after_ns;
  return SLO_OK;
}

/* ---- alerts ---- */

/* The alert's configuration, complete; room is for the tiers of a catalog. */
static slo_status candidate_alert(const slo_candidate_config *c, slo_alert_config *a,
                                  slo_alert_tier *room, slo_error *error) {
  slo_status status = sloi_sized_read(a, sizeof *a, c->alert, error, "alert");
  if (status != SLO_OK) return status;
  const slo_alert_tier *tiers = a->tiers;
  const uint32_t count = a->tier_count;
  a->struct_size = (uint32_t)sizeof *a;
  a->tiers = NULL;
  a->tier_count = 0;
  return sloi_catalog_alert(c->alert == NULL ? NULL : a, tiers, count, c->catalog, c->objective_ppb,
                            c->period_ns, room, a, error);
}

/* A window that serves the alert's and takes any slot; a checks out. */
static slo_status candidate_window(const slo_alert_config *a, const slo_allocator *allocator,
                                   slo_window **window, slo_error *error) {
  slo_window_tier tiers[SLO_WINDOW_TIERS_MAX];
  slo_window_config w = {0};
  int64_t spans_ns[2 * SLO_ALERT_TIERS_MAX];
  for (uint32_t i = 0; i < a->tier_count; i++) {
    const slo_alert_tier *t = &a->tiers[i];
    if (t->short_ns < CANDIDATE_WINDOW_MIN) {
      return sloi_fail_range(error, t->short_ns, CANDIDATE_WINDOW_MIN, t->long_ns,
                             "alert.tiers[%u].short_ns", (unsigned)i);
    }
    spans_ns[2 * i] = t->long_ns;
    spans_ns[2 * i + 1] = t->short_ns;
  }
  slo_status status = slo_window_tiers(spans_ns, 2 * (size_t)a->tier_count, tiers,
                                       SLO_WINDOW_TIERS_MAX, &w.tier_count, error);
  if (status != SLO_OK) return status;
  w.struct_size = (uint32_t)sizeof w;
  w.tiers = tiers;
  w.jump_max_ns = SLO_TIME_MAX_NS;
  return slo_window_create(&w, allocator, window, error);
}

typedef struct candidate_run {
  slo_alert *alert;
  slo_window *window;
  slo_counts total;
  uint64_t cursor;
  uint64_t fired[SLO_SEVERITIES];
} candidate_run;

static slo_status candidate_tick(candidate_run *run, int64_t now_ns, uint32_t flags) {
  slo_transition t = {0};
  t.struct_size = (uint32_t)sizeof t;
  slo_status status = slo_window_push(run->window, now_ns, &run->total, flags);
  if (status == SLO_OK) status = slo_alert_step(run->alert, run->window, NULL, 0);
  while (status == SLO_OK && slo_alert_next(run->alert, &run->cursor, &t) == SLO_OK) {
    if (t.from != SLO_ALERT_FIRING && t.to == SLO_ALERT_FIRING) run->fired[t.severity]++;
  }
  return status;
}

/* As whoever ticks would have done it: at the end of each slot, and first thing after a gap. */
static slo_status candidate_replay(candidate_run *run, const slo_candidate_config *c) {
  slo_status status = SLO_OK;
  int64_t now_ns = -1;
  for (uint32_t i = 0; i < c->slot_count && status == SLO_OK; i++) {
    const slo_target_day *s = &c->slots[i];
    if (s->period.start_ns > now_ns) {
      status = candidate_tick(run, s->period.start_ns, SLO_PUSH_UNMEASURED);
      if (status != SLO_OK) break;
    }
    candidate_add(&run->total, &s->counts);
    now_ns = s->period.end_ns;
    status = candidate_tick(run, now_ns, 0);
  }
  return status;
}

static slo_status candidate_alerts(const slo_candidate_config *c, const slo_allocator *allocator,
                                   slo_candidate *r, slo_error *error) {
  slo_alert_tier tiers[SLO_ALERT_TIERS_MAX];
  slo_alert_config a;
  candidate_run run = {0};
  slo_status status = candidate_alert(c, &a, tiers, error);
  if (status != SLO_OK) return status;
  status = slo_alert_create(&a, allocator, &run.alert, error);
  if (status != SLO_OK) return sloi_fail_within(status, error, "alert");
  status = candidate_window(&a, allocator, &run.window, error);
  if (status == SLO_OK) status = candidate_replay(&run, c);
  slo_window_destroy(run.window);
  slo_alert_destroy(run.alert);
  r->pages = run.fired[SLO_SEVERITY_PAGE];
  r->tickets = run.fired[SLO_SEVERITY_TICKET];
  return status;
}

/* ceil(n * 10^6 * a month / measured_ns) */
static uint64_t candidate_per_month(uint64_t n, int64_t measured_ns) {
  const sloi_u128 least = sloi_u128_multiply(n * CANDIDATE_PPM, (uint64_t)CANDIDATE_MONTH_NS);
  return sloi_u128_divide(sloi_u128_add(least, sloi_u128_of((uint64_t)measured_ns - 1)),
                          sloi_u128_of((uint64_t)measured_ns));
}

/* ---- budgets ---- */

static int candidate_overspent(const slo_counts *counts, uint64_t objective_ppb) {
  return slo_burn_exceeds(counts, objective_ppb, CANDIDATE_PPM, 0) == 1;
}

/* Of two with valid events: does the first one have a higher share of bad ones? */
static int candidate_worse(const slo_counts *a, const slo_counts *b) {
  return sloi_u128_compare(sloi_u128_multiply(a->bad, b->good + b->bad),
                           sloi_u128_multiply(b->bad, a->good + a->bad)) > 0;
}

/* A period ends with every slot; `first` is the oldest slot that lies within it whole. */
static void candidate_periods(const slo_candidate_config *c, slo_candidate *r) {
  const int whole = r->span.end_ns - r->span.start_ns < c->period_ns;
  slo_counts in = {0, 0, 0}, worst = {0, 0, 0};
  int64_t covered_ns = 0;
  for (uint32_t i = 0, first = 0; i < c->slot_count; i++) {
    const slo_period *p = &c->slots[i].period;
    candidate_add(&in, &c->slots[i].counts);
    covered_ns += p->end_ns - p->start_ns;
    for (; first <= i && c->slots[first].period.start_ns < p->end_ns - c->period_ns; first++) {
      const slo_target_day *left = &c->slots[first];
      in.good -= left->counts.good;
      in.bad -= left->counts.bad;
      covered_ns -= left->period.end_ns - left->period.start_ns;
    }
    if (2 * covered_ns < c->period_ns && !(whole && i + 1 == c->slot_count)) continue;
    if (in.good + in.bad == 0) continue;
    if (candidate_overspent(&in, c->objective_ppb)) r->over_ns += p->end_ns - p->start_ns;
    if (r->worst_end_ns != 0 && !candidate_worse(&in, &worst)) continue;
    worst = in;
    r->worst_end_ns = p->end_ns;
  }
  (void)slo_burn_eval(&worst, c->objective_ppb, &r->worst_ppm);
}

/* Bad events beyond what was allowed, in 10^-9 events. */
static sloi_u128 candidate_excess(const slo_counts *counts, uint64_t objective_ppb) {
  const sloi_u128 bad = sloi_u128_multiply(counts->bad, SLOI_PPB);
  const sloi_u128 allowed =
      sloi_u128_multiply(SLOI_PPB - objective_ppb, counts->good + counts->bad);
  return sloi_u128_compare(bad, allowed) > 0 ? sloi_u128_subtract(bad, allowed) : sloi_u128_of(0);
}

static void candidate_worst_slot(const slo_candidate_config *c, slo_candidate *r) {
  sloi_u128 most = candidate_excess(&c->slots[0].counts, c->objective_ppb);
  for (uint32_t i = 1; i < c->slot_count; i++) {
    const slo_counts *counts = &c->slots[i].counts;
    const sloi_u128 excess = candidate_excess(counts, c->objective_ppb);
    const int order = sloi_u128_compare(excess, most);
    if (order < 0 || (order == 0 && counts->bad <= c->slots[r->worst_slot].counts.bad)) continue;
    most = excess;
    r->worst_slot = i;
  }
  r->worst_period = c->slots[r->worst_slot].period;
  r->worst_counts = c->slots[r->worst_slot].counts;
}

slo_status slo_candidate_eval(const slo_candidate_config *config, const slo_allocator *allocator,
                              slo_candidate *candidate, slo_error *error) {
  slo_candidate_config c;
  slo_candidate r = {0};
  if (candidate == NULL) return sloi_fail(error, SLO_EINVAL, 0, "candidate (NULL)");
  slo_status status = candidate_check(config, &c, error);
  if (status == SLO_OK) status = candidate_sum(&c, &r, error);
  if (status == SLO_OK) status = candidate_alerts(&c, allocator, &r, error);
  if (status != SLO_OK) return status;
  status = slo_burn_eval(&r.counts, c.objective_ppb, &r.consumed_ppm);
  if (status != SLO_OK) return sloi_fail(error, status, 0, "slots");
  r.met = !candidate_overspent(&r.counts, c.objective_ppb);
  status =
      slo_target_missed(c.slots, c.slot_count, c.objective_ppb, NULL, 0, &r.slots_missed, NULL);
  if (status != SLO_OK) return status;
  candidate_periods(&c, &r);
  candidate_worst_slot(&c, &r);
  r.pages_per_month_ppm = candidate_per_month(r.pages, r.measured_ns);
  r.tickets_per_month_ppm = candidate_per_month(r.tickets, r.measured_ns);
  status = sloi_sized_write(candidate, &r, sizeof r);
  return status == SLO_OK ? status : sloi_fail(error, status, 0, "candidate.struct_size");
}
