#include "judge/gate.h"

#include "base/fail.h"
#include "judge/objective.h"
#include "slo/alert.h"

/* E below this is no evidence at all: 0.02 with 64 places. */
#define GATE_NOTHING UINT64_C(368934881474191032)
/* How likely an outage may seem to be over by chance: in its slot n, less than 1 in 64 (n + 16). */
#define GATE_HEALTHY 64
#define GATE_HEALTHY_FIRST 16
#define GATE_OUTAGE_MAX (SLOI_EVIDENCE_ONE40 / 10 * 9)
#define GATE_TICKETS_PPM UINT64_C(12175000) /* a year: one in 30 days */
#define GATE_PPM UINT64_C(1000000)
#define GATE_LEAST_MAX UINT64_C(1000000) /* healthy burns */
#define GATE_ENOUGH 2                    /* bad events in the longest window, at least */

/* ---- configuration ---- */

void sloi_gate_evidence(const slo_alert_gate *gate, uint32_t severity, const slo_alert_tier *tiers,
                        uint64_t tier_count, uint64_t objective_ppb, slo_evidence_config *config) {
  slo_evidence_config c = {0};
  c.struct_size = (uint32_t)sizeof c;
  c.objective_ppb = objective_ppb;
  c.alarms_per_year_ppm = gate->alarms_per_year_ppm;
  if (c.alarms_per_year_ppm == 0 && severity != SLO_SEVERITY_PAGE) {
    c.alarms_per_year_ppm = GATE_TICKETS_PPM;
  }
  c.dead_ns = gate->dead_ns;
  c.least_burn_ppm = gate->least_burn_ppm;
  for (uint64_t i = 0; i < tier_count && gate->least_burn_ppm == 0; i++) {
    const slo_alert_tier *t = &tiers[i];
    if (t->severity != severity || t->kind != SLO_TIER_BURN) continue;
    if (c.least_burn_ppm == 0 || t->factor_ppm < c.least_burn_ppm) c.least_burn_ppm = t->factor_ppm;
  }
  c.healthy_burn_ppm = gate->healthy_burn_ppm;
  if (c.healthy_burn_ppm == 0) {
    c.healthy_burn_ppm = c.least_burn_ppm < 2 * GATE_PPM ? c.least_burn_ppm / 2 : GATE_PPM;
    if (c.healthy_burn_ppm == 0) c.healthy_burn_ppm = 1; /* and not the default of 0 */
  }
  if (gate->least_burn_ppm == 0 && c.least_burn_ppm / GATE_LEAST_MAX >= c.healthy_burn_ppm) {
    c.least_burn_ppm = GATE_LEAST_MAX * c.healthy_burn_ppm; /* more is as good as that */
  }
  *config = c;
}

slo_status sloi_gate_plan_config(const slo_alert_gate *gate, uint32_t severity,
                                 const slo_alert_tier *tiers, uint64_t tier_count,
                                 uint64_t objective_ppb, sloi_gate_plan *plan, slo_error *error) {
  slo_evidence_config config, checked;
  slo_error inner = {0};
  memset(plan, 0, sizeof *plan);
  plan->kind = SLO_GATE_NONE;
  if (gate->kind > SLO_GATE_NONE) {
    return sloi_fail_range(error, gate->kind, 0, SLO_GATE_NONE, "gate[%u].kind", severity);
  }
  if (gate->reserved != 0) {
    return sloi_fail(error, SLO_EVERSION, gate->reserved, "gate[%u].reserved", severity);
  }
  const slo_alert_tier *longest = NULL, *slowest = NULL;
  for (uint64_t i = 0; i < tier_count; i++) {
    const slo_alert_tier *t = &tiers[i];
    if (t->severity != severity || t->kind != SLO_TIER_BURN) continue;
    if (longest == NULL || t->long_ns > longest->long_ns) longest = t;
    if (slowest == NULL || t->factor_ppm < slowest->factor_ppm) slowest = t;
  }
  if (gate->kind == SLO_GATE_NONE || longest == NULL) return SLO_OK;
  sloi_gate_evidence(gate, severity, tiers, tier_count, objective_ppb, &config);
  inner.struct_size = (uint32_t)sizeof inner;
  slo_status status = sloi_evidence_plan_config(&config, &checked, &plan->evidence, &inner);
  if (status != SLO_OK) {
    (void)sloi_fail_range(error, inner.value, inner.min, inner.max, "gate[%u].%.40s", severity,
                          inner.field);
    return status;
  }
  plan->kind = SLO_GATE_EVIDENCE;
  plan->longest = (uint64_t)(longest - tiers);
  plan->slowest = (uint64_t)(slowest - tiers);
  plan->volume = 2 * checked.healthy_burn_ppm;
  plan->apart =
      sloi_u128_divide(sloi_u128_of(SLOI_PPB_PPM),
                       sloi_u128_multiply(checked.least_burn_ppm, SLOI_PPB - objective_ppb));
  return SLO_OK;
}

/* ---- state ---- */

static int gate_nothing(const sloi_gate_plan *plan, const sloi_gate_state *state) {
  sloi_u128 sum = sloi_evidence_sum(&plan->evidence, &state->evidence);
  return sum.hi == 0 && sum.lo < GATE_NOTHING;
}

static uint64_t gate_root(uint64_t n) {
  uint64_t root = 0;
  for (uint64_t bit = UINT64_C(1) << 31; bit != 0; bit >>= 1) {
    if ((root | bit) * (root | bit) <= n) root |= bit;
  }
  return root;
}

/* The share of bad events that the outage has at least: a standard deviation below what was
 * counted, 40 places. Only up to the last bad event: what comes after may be its end. */
static uint64_t gate_outage(const sloi_gate_state *state) {
  uint64_t valid = state->valid, bad = state->bad;
  while (valid >> 23 != 0) { /* so that a share has 40 places in 64 bits */
    valid >>= 1;
    bad >>= 1;
  }
  if (valid == 0 || bad > valid) return 0;
  uint64_t share = ((bad - gate_root(bad)) << 40) / valid;
  return share < GATE_OUTAGE_MAX ? share : GATE_OUTAGE_MAX;
}

/*
 * Is it over? While the outage lasts the share y of bad events in a slot has at least the mean p,
 * so the product of 1 + 0.9 * (p - y) / (1 - p) cannot be expected to grow; in a healthy service it
 * grows by log(1 + 0.9 * p / (1 - p)) a slot: the worse the outage was, the sooner its end is
 * believed. Kept at 1 at least, so that the end may come in any slot (a CUSUM).
 */
static void gate_weigh_health(sloi_gate_state *state, uint64_t valid, uint64_t bad) {
  const uint64_t one = SLOI_EVIDENCE_ONE40, p = gate_outage(state);
  while (valid >> 23 != 0) {
    valid >>= 1;
    bad >>= 1;
  }
  if (valid == 0 || bad > valid) return;
  state->slots++;
  uint64_t y = (bad << 40) / valid;
  uint64_t apart = (p > y ? p - y : y - p) / 10 * 9;
  uint64_t bet = sloi_u128_divide(sloi_u128_multiply(apart, one), sloi_u128_of(one - p));
  uint64_t factor = p > y ? one + bet : bet < one ? one - bet : 0;
  state->healthy = sloi_u128_scale(state->healthy, factor, 40);
  if (state->healthy.hi == 0) {
    state->healthy.hi = 1;
    state->healthy.lo = 0;
  }
}

/* The more slots the outage has had, the more of them could look like its end by chance. */
static int gate_recovered(const sloi_gate_plan *plan, const sloi_gate_state *state) {
  if (state->healthy.hi / GATE_HEALTHY >= state->slots + GATE_HEALTHY_FIRST) return 1;
  /* evidence that is gone is half the answer */
  return gate_nothing(plan, state) && state->healthy.hi >= state->slots;
}

void sloi_gate_weigh(const sloi_gate_plan *plan, sloi_gate_state *state, uint64_t dt,
                     const slo_counts *slot) {
  const uint64_t valid = slot->good + slot->bad;
  sloi_evidence_step(&plan->evidence, &state->evidence, dt, valid, slot->bad);
  if (state->open) gate_weigh_health(state, valid, slot->bad);
  if (slot->bad == 0) {
    state->since += valid;
    return;
  }
  if (state->bad == 0 || (!state->open && state->since > plan->apart)) { /* a run begins */
    state->valid = state->bad = state->since = 0;
  }
  state->valid += state->since + valid;
  state->bad += slot->bad;
  state->since = 0;
}

static void gate_open(const sloi_gate_plan *plan, sloi_gate_state *state,
                      const sloi_gate_view *view, uint64_t cause) {
  state->open = cause;
  state->slots = 0;
  state->healthy.hi = 1;
  state->healthy.lo = 0;
  if (state->bad < GATE_ENOUGH) { /* no run: what the longest window looks like */
    state->bad = view->longest.bad;
    state->valid = view->longest.good + view->longest.bad;
  }
  if (cause == SLO_CAUSE_VOLUME) sloi_evidence_lift(&plan->evidence, &state->evidence);
}

static void gate_close(sloi_gate_state *state) {
  memset(state, 0, sizeof *state);
  state->locked = 1;
}

void sloi_gate_decide(const sloi_gate_plan *plan, sloi_gate_state *state,
                      const sloi_gate_view *view) {
  if (!view->above) state->locked = 0;
  if (state->open) {
    if (gate_recovered(plan, state) || (view->calm && !view->holds)) {
      gate_close(state);
      if (!view->above) state->locked = 0;
    }
    return;
  }
  if (!view->ready || view->longest.bad < GATE_ENOUGH) return;
  if (sloi_evidence_sum(&plan->evidence, &state->evidence).hi != 0) {
    gate_open(plan, state, view, SLO_CAUSE_EVIDENCE);
  } else if (view->volume && !state->locked) {
    gate_open(plan, state, view, SLO_CAUSE_VOLUME);
  }
}
