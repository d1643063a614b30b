/*
 * alerts_sim.h - one simulated service under all policies at once: the library's traffic, window
 * and alerts, slots of 10 s, the workbook's page tiers; and the survey's rules on the same
 * windows.
 *
 * What cannot matter is left out: when nothing failed for half an hour no tier holds, so only
 * slots with requests are pushed, each after a reading that ends the pause, and only gates are
 * stepped, for they weigh evidence; but each slot is taken for six hours after a gate closed.
 * `exact` leaves nothing out; `bench_alerts BUILD check` compares the two.
 */
#ifndef ALERTS_SIM_H
#define ALERTS_SIM_H

#include "alerts_rules.h"
#include "bench.h"

enum { SIM_TIERS = 2, SIM_ALERTS = 3, SIM_MONTH_H = 720 };
static const int64_t sim_slot = 10 * SLO_SECOND_NS;
static const int64_t sim_begin = INT64_C(1700006400) * SLO_SECOND_NS; /* a midnight */

enum { /* what the background is like */
       NOISE_INDEPENDENT,
       NOISE_BURSTS,
       NOISE_RETRIES,
       NOISE_DRIFT,
       NOISE_DIURNAL,
       NOISE_RESTARTS,
       NOISE_BLIPS,
       NOISES
};
static const char *const noise_names[NOISES] = {"independent", "5 s bursts", "60 s retries",
                                                "5 min drift", "diurnal",    "daily restarts",
                                                "40 s blips"};

typedef struct sim_cell {
  uint64_t rate; /* requests an hour */
  uint64_t target_ppb;
  double burn; /* of the background */
  int noise;
} sim_cell;

static inline double sim_allowed(const sim_cell *c) {
  return (double)(UINT64_C(1000000000) - c->target_ppb) / 1e9;
}

/* B: the failures that a month's budget allows. */
static inline double sim_budget(const sim_cell *c) {
  return (double)c->rate * SIM_MONTH_H * sim_allowed(c);
}

typedef struct sim {
  slo_alert_tier tier[SLO_ALERT_TIERS_MAX];
  rule_budget budget;
  uint64_t target_ppb;
  int exact;
  slo_traffic *traffic;
  slo_window *window;
  void *memory; /* of the window */
  size_t size;
  slo_alert *alert[SIM_ALERTS];
  uint64_t cursor[SIM_ALERTS];
  uint32_t state[SIM_ALERTS]; /* SLO_ALERT_*, as of the newest transition */
  slo_counts total;
  int64_t now, pushed, last_bad;
  uint32_t firing; /* bit: policy */
  int locked;      /* a gate has closed, and a long window may be above its factor since */
} sim;

static inline void sim_die(const char *what) {
  fprintf(stderr, "bench_alerts: %s\n", what);
  exit(1);
}

static inline slo_window_config sim_window_config(slo_window_tier *tier) {
  slo_window_config config = SLO_SIZED(slo_window_config);
  tier->step_ns = sim_slot;
  tier->span_ns = 6 * SLO_HOUR_NS;
  config.tiers = tier;
  config.tier_count = 1;
  config.jump_max_ns = 3660 * SLO_DAY_NS;
  return config;
}

static inline slo_alert_config sim_alert_config(const sim *s, int which) {
  slo_alert_config config = SLO_SIZED(slo_alert_config);
  config.tiers = s->tier;
  config.tier_count = SIM_TIERS;
  config.objective_ppb = s->target_ppb;
  if (which == POLICY_PLAIN) config.gate[SLO_SEVERITY_PAGE].kind = SLO_GATE_NONE;
  if (which == POLICY_NO_DEAD) config.gate[SLO_SEVERITY_PAGE].dead_ns = 1;
  return config;
}

static inline void sim_alert(sim *s, int which) {
  if (slo_alert_step(s->alert[which], s->window, NULL, 0) != SLO_OK) sim_die("step");
}

/* Empty windows, no evidence: a restart that kept nothing. */
static inline void sim_restart(sim *s) {
  slo_window_tier tier;
  slo_window_config window = sim_window_config(&tier);
  if (slo_window_init(s->memory, s->size, &window, &s->window, NULL) != SLO_OK) {
    sim_die("window");
  }
  for (int i = 0; i < SIM_ALERTS; i++) {
    slo_alert_config config = sim_alert_config(s, i);
    slo_alert_destroy(s->alert[i]);
    s->cursor[i] = 0;
    s->state[i] = SLO_ALERT_INACTIVE;
    if (slo_alert_create(&config, NULL, &s->alert[i], NULL) != SLO_OK) sim_die("alert");
  }
  s->firing = 0;
  s->locked = 0;
  s->last_bad = s->now - SLO_DAY_NS;
  s->pushed = s->now;
  (void)slo_window_push(s->window, s->now, &s->total, 0);
  for (int i = 0; i < SIM_ALERTS; i++) sim_alert(s, i);
}

static inline void sim_start(sim *s, const sim_cell *cell, uint64_t seed, const slo_fault *faults,
                             uint32_t fault_count) {
  slo_traffic_config traffic = SLO_SIZED(slo_traffic_config);
  slo_window_tier tier;
  slo_window_config window = sim_window_config(&tier);
  uint32_t count;
  memset(s, 0, sizeof *s);
  s->target_ppb = cell->target_ppb;
  s->budget.allowed = sim_allowed(cell);
  s->budget.month = sim_budget(cell);
  s->now = sim_begin;
  if (slo_catalog_tiers(SLO_CATALOG_WORKBOOK, 30 * SLO_DAY_NS, s->tier, SLO_ALERT_TIERS_MAX, &count,
                        NULL) != SLO_OK) {
    sim_die("tiers");
  }
  traffic.requests_per_day = cell->rate * 24;
  traffic.seed = seed;
  traffic.start_ns = sim_begin;
  traffic.error_ppb =
      (uint64_t)(cell->burn * (double)(UINT64_C(1000000000) - cell->target_ppb) + 0.5);
  traffic.faults = faults;
  traffic.fault_count = fault_count;
  switch (cell->noise) {
    case NOISE_BURSTS:
      traffic.noise = SLO_NOISE_BURSTS;
      break;
    case NOISE_RETRIES:
      traffic.noise = SLO_NOISE_RETRIES;
      break;
    case NOISE_DRIFT:
      traffic.noise = SLO_NOISE_DRIFT;
      break;
    case NOISE_BLIPS:
      traffic.noise = SLO_NOISE_BURSTS;
      traffic.noise_ns = 40 * SLO_SECOND_NS;
      break;
    case NOISE_DIURNAL:
      traffic.diurnal_ppm = 800000;
      break;
    default:
      break;
  }
  if (slo_traffic_create(&traffic, NULL, &s->traffic, NULL) != SLO_OK) sim_die("traffic");
  if (slo_window_footprint(&window, &s->size, NULL) != SLO_OK) sim_die("window");
  s->size = (s->size + SLO_ALIGN - 1) / SLO_ALIGN * SLO_ALIGN;
  s->memory = aligned_alloc(SLO_ALIGN, s->size);
  if (s->memory == NULL) sim_die("memory");
  sim_restart(s);
}

static inline void sim_end(sim *s) {
  slo_traffic_destroy(s->traffic);
  for (int i = 0; i < SIM_ALERTS; i++) slo_alert_destroy(s->alert[i]);
  free(s->memory);
}

/* The rules fire while tiers hold that satisfy them. */
static inline uint32_t sim_rules(const sim *s) {
  int64_t spans[2 * SIM_TIERS];
  slo_delta delta[2 * SIM_TIERS];
  uint32_t firing = 0;
  for (int i = 0; i < SIM_TIERS; i++) {
    spans[2 * i] = s->tier[i].long_ns;
    spans[2 * i + 1] = s->tier[i].short_ns;
  }
  delta[0].struct_size = (uint32_t)sizeof delta[0];
  if (slo_window_read(s->window, spans, 2 * SIM_TIERS, delta) != SLO_OK) sim_die("read");
  for (int i = 0; i < SIM_TIERS; i++) {
    uint64_t factor = s->tier[i].factor_ppm;
    const slo_counts *longer = &delta[2 * i].counts;
    if (slo_burn_exceeds(longer, s->target_ppb, factor, 0) != 1) continue;
    if (slo_burn_exceeds(&delta[2 * i + 1].counts, s->target_ppb, factor, 0) != 1) continue;
    for (int k = POLICY_RULES; k < POLICIES; k++) {
      if (firing >> k & 1) continue;
      if (rule_holds(k, longer, (double)factor / 1e6, &s->budget)) firing |= UINT32_C(1) << k;
    }
  }
  return firing;
}

static inline void sim_push(sim *s, int64_t at) {
  if (slo_window_push(s->window, at, &s->total, 0) != SLO_OK) sim_die("push");
  s->pushed = at;
}

static inline void sim_transitions(sim *s, int which) {
  slo_transition t = SLO_SIZED(slo_transition);
  sim_alert(s, which);
  while (slo_alert_next(s->alert[which], &s->cursor[which], &t) == SLO_OK) s->state[which] = t.to;
}

/* One slot. Returns the policies that begin to fire. */
static inline uint32_t sim_step(sim *s, slo_traffic_slot *slot) {
  uint32_t before = s->firing, firing = 0;
  if (slo_traffic_next(s->traffic, slot) != SLO_OK) sim_die("traffic");
  s->now = slot->period.end_ns;
  if (slot->counts.bad != 0) s->last_bad = s->now;
  int64_t clean = s->now - s->last_bad;
  int active = s->exact || s->firing != 0 || s->locked || clean <= 30 * SLO_MINUTE_NS + sim_slot;
  if (!active && slot->counts.good == 0) return 0;
  if (s->pushed < s->now - sim_slot) sim_push(s, s->now - sim_slot);
  s->total.good += slot->counts.good;
  s->total.bad += slot->counts.bad;
  sim_push(s, s->now);
  if (!active) {
    sim_alert(s, POLICY_GATE);
    sim_alert(s, POLICY_NO_DEAD);
    return 0;
  }
  sim_transitions(s, POLICY_GATE);
  sim_transitions(s, POLICY_NO_DEAD);
  /* a gate is inactive only when no tier holds */
  if (s->exact || s->state[POLICY_GATE] != SLO_ALERT_INACTIVE ||
      s->state[POLICY_PLAIN] == SLO_ALERT_FIRING) {
    sim_transitions(s, POLICY_PLAIN);
  }
  for (int i = 0; i < SIM_ALERTS; i++) {
    if (s->state[i] == SLO_ALERT_FIRING) firing |= UINT32_C(1) << i;
  }
  if (firing & 1) firing |= sim_rules(s);
  if (before & ~firing & (1u << POLICY_GATE | 1u << POLICY_NO_DEAD)) s->locked = 1;
  if (clean > 6 * SLO_HOUR_NS) s->locked = 0;
  s->firing = firing;
  return firing & ~before;
}

/* ---- a healthy service ---- */

typedef struct sim_healthy {
  sim_cell cell;
  double years;
  uint64_t pages[POLICIES];
} sim_healthy;

static inline void sim_run_healthy(sim_healthy *h, uint64_t seed, int exact) {
  sim s;
  slo_traffic_slot slot;
  const int64_t day = SLO_DAY_NS / sim_slot, slots = (int64_t)(h->years * 365.25 * (double)day);
  sim_start(&s, &h->cell, seed, NULL, 0);
  s.exact = exact;
  for (int64_t i = 0; i < slots; i++) {
    if (h->cell.noise == NOISE_RESTARTS && i % day == 0 && i > 0) sim_restart(&s);
    uint32_t began = sim_step(&s, &slot);
    for (int k = 0; began != 0; k++, began >>= 1) h->pages[k] += began & 1;
  }
  sim_end(&s);
}

/* ---- outages ---- */

enum { SIM_TRIALS_MAX = 400 };

typedef struct sim_policy {
  int seen, missed; /* outages */
  uint64_t pages;
  double mean_s, median_s, p95_s; /* to the first page, of those seen */
  double reset_s, reset_median_s; /* after the end, of those that fired at the end */
  double delay[SIM_TRIALS_MAX], reset[SIM_TRIALS_MAX];
  int resets;
} sim_policy;

typedef struct sim_outage {
  sim_cell cell;
  double error; /* the share that fails because of it */
  int trials;
  double lasts_s, quiet_s; /* each outage, and the time from an end to the next */
  sim_policy policy[POLICIES];
} sim_outage;

static inline void sim_sort(double *x, int n) {
  qsort(x, (size_t)n, sizeof *x, bench_compare);
}

static inline void sim_summarize(sim_policy *p) {
  sim_sort(p->delay, p->seen);
  sim_sort(p->reset, p->resets);
  for (int i = 0; i < p->seen; i++) p->mean_s += p->delay[i] / p->seen;
  for (int i = 0; i < p->resets; i++) p->reset_s += p->reset[i] / p->resets;
  /* who missed would have come later */
  int n = p->seen + p->missed, half = n / 2, late = n * 95 / 100;
  p->median_s = half < p->seen ? p->delay[half] : INFINITY;
  p->p95_s = late < p->seen ? p->delay[late] : INFINITY;
  p->reset_median_s = p->resets ? p->reset[p->resets / 2] : 0;
}

/* Outages one after the other, all alike. A policy that fires when one begins is not counted in
 * it. Pages belong to an outage until an hour after its end. */
static inline void sim_run_outages(sim_outage *o, uint64_t seed) {
  static slo_fault faults[SIM_TRIALS_MAX];
  slo_traffic_slot slot;
  sim s;
  const int64_t lasts = (int64_t)(o->lasts_s / 10), quiet = (int64_t)(o->quiet_s / 10);
  memset(faults, 0, sizeof faults);
  for (int i = 0; i < o->trials; i++) {
    slo_fault *f = &faults[i];
    f->kind = SLO_FAULT_DOWN;
    f->toxicity_ppm = (uint32_t)(o->error * 1e6 + 0.5);
    f->period.start_ns = sim_begin + ((i + 1) * quiet + i * lasts) * sim_slot;
    f->period.end_ns = f->period.start_ns + lasts * sim_slot;
  }
  sim_start(&s, &o->cell, seed, faults, (uint32_t)o->trials);
  for (int i = 0; i < o->trials; i++) {
    for (int64_t k = 0; k < quiet - (i > 0 ? quiet / 2 : 0); k++) (void)sim_step(&s, &slot);
    uint32_t busy = s.firing, seen = 0, over = 0;
    for (int64_t k = 1; k <= lasts + quiet / 2; k++) {
      uint32_t began = sim_step(&s, &slot) & ~busy;
      if (k == lasts) over = s.firing & seen;
      for (int p = 0; p < POLICIES; p++) {
        sim_policy *policy = &o->policy[p];
        uint32_t bit = UINT32_C(1) << p;
        if (k > lasts && (over & bit) && !(s.firing & bit)) {
          policy->reset[policy->resets++] = (double)(k - lasts) * 10;
          over &= ~bit;
        }
        if (!(began & bit)) continue;
        if (k <= lasts && !(seen & bit)) {
          policy->delay[policy->seen++] = (double)k * 10;
          seen |= bit;
        }
        if ((seen & bit) && k <= lasts + 360) policy->pages++;
      }
    }
    for (int p = 0; p < POLICIES; p++) o->policy[p].missed += !((seen | busy) >> p & 1);
  }
  for (int p = 0; p < POLICIES; p++) sim_summarize(&o->policy[p]);
  sim_end(&s);
}

#endif
