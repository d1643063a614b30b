/*
 * test_gate.c - alerts with gates, against a model that follows the contract with whole lists.
 *
 * The model takes windows from slo_window_read and E from sloi_evidence_step, which have models of
 * their own; what opens and closes a gate, and what then fires, it decides itself.
 */
#include <math.h>

#include "check_main.h"
#include "judge/gate.h"
#include "slo/alert.h"

#define SEC SLO_SECOND_NS
#define PPB UINT64_C(1000000000)
#define PPM UINT64_C(1000000)

__extension__ typedef unsigned __int128 wide;

/* ---- the model ---- */

enum { SLOTS_MAX = 2000, TRANSITIONS_MAX = 1200, TIERS_MAX = 6 };

typedef struct model_gate {
  int gated;
  uint32_t open; /* SLO_CAUSE_* */
  int locked;
  sloi_evidence_plan plan;
  sloi_evidence_state evidence;
  slo_counts slot[SLOTS_MAX]; /* of the run of failures, and what came behind it */
  size_t slots;
  slo_counts seed; /* of an outage without a run: the longest window */
  uint64_t apart;  /* failures that lie further apart than the least burn's are no run */
  long double healthy;
  uint64_t since_open;
} model_gate;

typedef struct model_severity {
  uint32_t state;
  int64_t since, last;
  uint64_t tiers, fired;
} model_severity;

typedef struct model {
  const slo_alert_config *c;
  const slo_window *w;
  int64_t stepped; /* -1: never */
  slo_window_summary weighed;
  int has_weighed;
  slo_window_summary now;
  slo_delta delta[TIERS_MAX][2];
  int holds[TIERS_MAX];
  int64_t held[TIERS_MAX]; /* since when; -1: it does not */
  int64_t last[TIERS_MAX]; /* it held last while it might fire and fired */
  int firing[TIERS_MAX];
  model_gate gate[SLO_SEVERITIES];
  model_severity severity[SLO_SEVERITIES];
  slo_transition transition[TRANSITIONS_MAX];
  size_t transitions;
  uint64_t causes[6], closings;
} model;

static int model_exceeds(const model *m, uint32_t tier, const slo_counts *c) {
  const slo_alert_tier *t = &m->c->tiers[tier];
  wide left = (wide)c->bad * PPB * PPM;
  wide right = (wide)t->factor_ppm * (PPB - m->c->objective_ppb) * ((wide)c->good + c->bad);
  if (c->good + c->bad == 0) return 0;
  return t->kind == SLO_TIER_SPENT || (t->flags & SLO_BURN_AT_LEAST) ? left >= right : left > right;
}

static uint64_t model_burn(const model *m, const slo_counts *c) {
  wide valid = (wide)c->good + c->bad;
  if (valid == 0) return 0;
  return (uint64_t)((wide)c->bad * PPB * PPM / ((PPB - m->c->objective_ppb) * valid));
}

static void model_begin(model *m, const slo_alert_config *c, const slo_window *w) {
  memset(m, 0, sizeof *m);
  m->c = c;
  m->w = w;
  m->stepped = -1;
  for (uint32_t i = 0; i < c->tier_count; i++) m->held[i] = m->last[i] = -1;
  for (uint32_t s = 0; s < SLO_SEVERITIES; s++) {
    slo_evidence_config e = SLO_SIZED(slo_evidence_config), complete;
    model_gate *g = &m->gate[s];
    uint64_t slowest = UINT64_MAX;
    for (uint32_t i = 0; i < c->tier_count; i++) {
      const slo_alert_tier *t = &c->tiers[i];
      if (t->severity != s || t->kind != SLO_TIER_BURN) continue;
      if (t->factor_ppm < slowest) slowest = t->factor_ppm;
    }
    g->gated = slowest != UINT64_MAX && c->gate[s].kind == SLO_GATE_EVIDENCE;
    if (!g->gated) continue;
    e.objective_ppb = c->objective_ppb;
    e.alarms_per_year_ppm = c->gate[s].alarms_per_year_ppm;
    if (e.alarms_per_year_ppm == 0) e.alarms_per_year_ppm = s == 0 ? PPM : 12175000;
    e.dead_ns = c->gate[s].dead_ns;
    e.least_burn_ppm = c->gate[s].least_burn_ppm != 0 ? c->gate[s].least_burn_ppm : slowest;
    e.healthy_burn_ppm = c->gate[s].healthy_burn_ppm;
    if (e.healthy_burn_ppm == 0) {
      e.healthy_burn_ppm = e.least_burn_ppm / 2 < PPM ? e.least_burn_ppm / 2 : PPM;
    }
    check_ok(sloi_evidence_plan_config(&e, &complete, &g->plan, NULL));
    g->apart =
        (uint64_t)((wide)PPB * PPM / ((wide)complete.least_burn_ppm * (PPB - e.objective_ppb)));
  }
}

static long double model_level(const model_gate *g) {
  sloi_u128 sum = sloi_evidence_sum(&g->plan, &g->evidence);
  return (long double)sum.hi + ldexpl((long double)sum.lo, -64);
}

/* The share of bad events that the outage has at least, from all its slots up to the last bad one.
 */
static long double model_outage(const model_gate *g) {
  uint64_t bad = g->seed.bad, valid = g->seed.good + g->seed.bad, behind = 0;
  for (size_t i = 0; i < g->slots; i++) {
    behind += g->slot[i].good + g->slot[i].bad;
    bad += g->slot[i].bad;
    if (g->slot[i].bad != 0) {
      valid += behind;
      behind = 0;
    }
  }
  if (bad == 0) return 0;
  long double share = ((long double)bad - floorl(sqrtl((long double)bad))) / (long double)valid;
  return share < 0.9L ? share : 0.9L;
}

static void model_weigh_one(model_gate *g, uint64_t dt, const slo_counts *slot) {
  const uint64_t valid = slot->good + slot->bad;
  sloi_evidence_step(&g->plan, &g->evidence, dt, valid, slot->bad);
  if (g->open && valid > 0) {
    long double p = model_outage(g), y = (long double)slot->bad / (long double)valid;
    g->since_open++;
    g->healthy *= 1 + 0.9L * (p - y) / (1 - p);
    if (g->healthy < 1) g->healthy = 1;
  }
  uint64_t behind = 0;
  for (size_t i = g->slots; i-- > 0 && g->slot[i].bad == 0;) behind += g->slot[i].good;
  uint64_t run = g->seed.bad;
  for (size_t i = 0; i < g->slots; i++) run += g->slot[i].bad;
  if (slot->bad != 0 && (run == 0 || (!g->open && behind > g->apart))) g->slots = 0;
  check_that(g->slots < SLOTS_MAX, "too many slots");
  g->slot[g->slots++] = *slot;
}

static void model_weigh(model *m) {
  const slo_window_summary *now = &m->now, *before = &m->weighed;
  int anew = !m->has_weighed || now->newest_ns < before->newest_ns ||
             now->counts.good < before->counts.good || now->counts.bad < before->counts.bad ||
             now->measured_ns < before->measured_ns;
  if (!anew && now->newest_ns / m->c->slot_ns == before->newest_ns / m->c->slot_ns) return;
  for (uint32_t s = 0; s < SLO_SEVERITIES && !anew; s++) {
    slo_counts slot = {now->counts.good - before->counts.good, now->counts.bad - before->counts.bad,
                       0};
    if (!m->gate[s].gated) continue;
    model_weigh_one(&m->gate[s], (uint64_t)(now->measured_ns - before->measured_ns), &slot);
  }
  m->weighed = *now;
  m->has_weighed = 1;
}

static int model_condition(const model *m, uint32_t i) {
  const slo_alert_tier *t = &m->c->tiers[i];
  const slo_delta *l = &m->delta[i][0], *s = &m->delta[i][1];
  if (t->kind == SLO_TIER_SPENT) return model_exceeds(m, i, &l->judged);
  if (t->kind == SLO_TIER_BURN) {
    return model_exceeds(m, i, &l->judged) && model_exceeds(m, i, &s->judged);
  }
  uint64_t need = (t->factor_ppm + PPM - 1) / PPM;
  if (s->counts.good + s->counts.bad > 0 || s->covered_ns < t->short_ns) return 0;
  if (m->now.newest_ns - m->now.first_ns < t->long_ns || l->measured_ns == 0) return 0;
  if (m->firing[i]) return 1;
  return (wide)(l->counts.good + l->counts.bad) * (wide)t->short_ns >=
         (wide)need * (wide)l->measured_ns;
}

/* Are two tiers of one group? */
static int model_together(const model *m, uint32_t i, uint32_t k) {
  const slo_alert_tier *a = &m->c->tiers[i], *b = &m->c->tiers[k];
  return i == k || (a->group != 0 && a->group == b->group && a->severity == b->severity);
}

static int model_ready(const model *m, uint32_t i) {
  if (m->held[i] < 0) return 0;
  for (uint32_t k = 0; k < m->c->tier_count; k++) {
    if (model_together(m, i, k) && m->now.newest_ns - m->held[i] < m->c->tiers[k].for_ns) return 0;
  }
  return 1;
}

static int model_shut(const model *m, uint32_t i) {
  const model_gate *g = &m->gate[m->c->tiers[i].severity];
  for (uint32_t k = 0; k < m->c->tier_count; k++) {
    if (model_together(m, i, k) && m->c->tiers[k].kind == SLO_TIER_BURN && g->gated && !g->open) {
      return 1;
    }
  }
  return 0;
}

static int model_silenced(const model *m, uint32_t s) {
  return s == SLO_SEVERITY_TICKET && (m->c->flags & SLO_ALERT_SILENCE) &&
         (m->severity[SLO_SEVERITY_PAGE].state == SLO_ALERT_FIRING ||
          (m->gate[SLO_SEVERITY_PAGE].gated && m->gate[SLO_SEVERITY_PAGE].open));
}

static void model_decide(model *m, uint32_t s) {
  model_gate *g = &m->gate[s];
  int above = 0, holds = 0, ready = 0, volume = 0;
  uint32_t slowest = UINT32_MAX, longest = UINT32_MAX;
  const uint64_t healthy = g->plan.healthy / (PPB - m->c->objective_ppb);
  for (uint32_t i = 0; i < m->c->tier_count; i++) {
    const slo_alert_tier *t = &m->c->tiers[i];
    if (t->severity != s || t->kind != SLO_TIER_BURN) continue;
    if (slowest == UINT32_MAX || t->factor_ppm < m->c->tiers[slowest].factor_ppm) slowest = i;
    if (longest == UINT32_MAX || t->long_ns > m->c->tiers[longest].long_ns) longest = i;
    const slo_counts *l = &m->delta[i][0].judged;
    above |= model_exceeds(m, i, l);
    holds |= m->holds[i];
    ready |= model_ready(m, i);
    volume |= model_ready(m, i) && l->bad >= 100 && t->factor_ppm >= 2 * healthy;
  }
  if (!above) g->locked = 0;
  long double e = model_level(g);
  if (g->open) {
    const slo_counts *c = &m->delta[slowest][1].judged;
    long double share = (long double)m->c->tiers[slowest].factor_ppm / (long double)PPM *
                        (long double)(PPB - m->c->objective_ppb) / (long double)PPB;
    if (share > 1) share = 1;
    uint64_t half = m->c->tiers[slowest].factor_ppm / 2;
    int calm = share * (long double)(c->good + c->bad) >= 3 &&
               slo_burn_exceeds(c, m->c->objective_ppb, half > 0 ? half : 1, 0) == 0;
    int over = floorl(floorl(g->healthy) / 64) >= (long double)(g->since_open + 16);
    int gone = e < 0.02L && floorl(g->healthy) >= (long double)g->since_open;
    if (!over && !gone && !(calm && !holds)) return;
    g->open = 0;
    g->slots = 0;
    g->seed.good = g->seed.bad = 0;
    memset(&g->evidence, 0, sizeof g->evidence);
    g->locked = above;
    m->closings++;
    return;
  }
  const slo_counts *all = &m->delta[longest][0].judged;
  if (!ready || all->bad < 2) return;
  if (e >= 1) {
    g->open = SLO_CAUSE_EVIDENCE;
  } else if (volume && !g->locked) {
    g->open = SLO_CAUSE_VOLUME;
    sloi_evidence_lift(&g->plan, &g->evidence);
  } else {
    return;
  }
  uint64_t bad = 0;
  for (size_t i = 0; i < g->slots; i++) bad += g->slot[i].bad;
  if (bad < 2) { /* no run; what came behind it counts as before */
    size_t kept = g->slots;
    while (kept > 0 && g->slot[kept - 1].bad == 0) kept--;
    memmove(g->slot, g->slot + kept, (g->slots - kept) * sizeof g->slot[0]);
    g->slots -= kept;
    g->seed = *all;
  }
  g->healthy = 1;
  g->since_open = 0;
}

static uint64_t model_ppb(const model *m, uint32_t s) {
  const model_gate *g = &m->gate[s];
  return g->gated ? sloi_evidence_ppb(sloi_evidence_sum(&g->plan, &g->evidence)) : 0;
}

static void model_note(model *m, uint32_t s, const model_severity *before, uint64_t tiers,
                       int caused) {
  slo_transition *t = &m->transition[m->transitions];
  check_that(m->transitions < TRANSITIONS_MAX, "too many transitions");
  memset(t, 0, sizeof *t);
  t->struct_size = (uint32_t)sizeof *t;
  t->severity = s;
  t->from = before->state;
  t->to = m->severity[s].state;
  t->sequence = m->transitions++;
  t->at_ns = m->now.newest_ns;
  t->since_ns = before->since;
  t->last_ns = before->last;
  t->tiers = tiers;
  while (!(tiers >> t->tier & 1)) t->tier++;
  const slo_alert_tier *tier = &m->c->tiers[t->tier];
  if (caused) {
    t->cause = tier->kind == SLO_TIER_SPENT     ? SLO_CAUSE_SPENT
               : tier->kind == SLO_TIER_SILENCE ? SLO_CAUSE_SILENCE
               : m->gate[s].gated               ? m->gate[s].open
                                                : SLO_CAUSE_BURN;
    m->causes[t->cause]++;
  }
  const slo_delta *d = &m->delta[t->tier][0];
  t->long_counts = d->judged;
  t->short_counts = m->delta[t->tier][1].judged;
  t->long_burn_ppm = model_burn(m, &t->long_counts);
  t->short_burn_ppm = model_burn(m, &t->short_counts);
  t->evidence_ppb = model_ppb(m, s);
  t->exhaustion_ns = INT64_MAX;
  int64_t period = m->c->period_ns;
  if (period == 0) return;
  t->at_stake_ppm =
      (uint64_t)((wide)t->long_burn_ppm * (wide)(d->to_ns - d->from_ns) / (wide)period);
  slo_delta whole = SLO_SIZED(slo_delta);
  check_ok(slo_window_read(m->w, &period, 1, &whole));
  if (whole.judged.good + whole.judged.bad == 0) return;
  int64_t left = (int64_t)PPM - (int64_t)model_burn(m, &whole.judged);
  if (left <= 0) {
    t->exhaustion_ns = 0;
  } else if (t->long_burn_ppm != 0) {
    wide ns = (wide)left * (wide)period / t->long_burn_ppm;
    if (ns <= (wide)INT64_MAX) t->exhaustion_ns = (int64_t)ns;
  }
}

static void model_judge(model *m, uint32_t s) {
  model_severity *v = &m->severity[s];
  const model_severity before = *v;
  uint64_t firing = 0, pending = 0, announced = 0;
  for (uint32_t i = 0; i < m->c->tier_count; i++) {
    const slo_alert_tier *t = &m->c->tiers[i];
    if (t->severity != s) continue;
    if (m->firing[i] && (before.state == SLO_ALERT_FIRING || !model_shut(m, i))) {
      firing |= UINT64_C(1) << i;
      if (t->flags & SLO_TIER_ANNOUNCE) announced |= UINT64_C(1) << i & ~before.fired;
    } else if (m->firing[i] || m->holds[i]) {
      pending |= UINT64_C(1) << i;
    }
  }
  int fires = firing != 0 || (before.state == SLO_ALERT_FIRING && m->gate[s].open != 0);
  if (model_silenced(m, s) && before.state != SLO_ALERT_FIRING && fires) {
    pending |= firing;
    firing = 0;
    fires = 0;
  }
  v->state = fires ? SLO_ALERT_FIRING : pending != 0 ? SLO_ALERT_PENDING : SLO_ALERT_INACTIVE;
  v->tiers = firing != 0 ? firing : pending;
  v->last = m->now.newest_ns;
  if (v->state == before.state) {
    v->fired |= firing;
    if (fires && announced != 0) model_note(m, s, &before, announced, 1);
    return;
  }
  v->since = m->now.newest_ns;
  v->fired = firing;
  uint64_t tiers = before.state == SLO_ALERT_FIRING ? before.fired
                   : v->tiers != 0                  ? v->tiers
                                                    : before.tiers;
  model_note(m, s, &before, tiers, fires);
}

static void model_step(model *m) {
  const slo_alert_config *c = m->c;
  memset(&m->now, 0, sizeof m->now);
  m->now.struct_size = (uint32_t)sizeof m->now;
  check_ok(slo_window_summarize(m->w, &m->now));
  if (m->stepped == m->now.newest_ns) return;
  m->stepped = m->now.newest_ns;
  for (uint32_t i = 0; i < c->tier_count; i++) {
    const int64_t spans[2] = {c->tiers[i].long_ns, c->tiers[i].short_ns};
    m->delta[i][0].struct_size = (uint32_t)sizeof m->delta[i][0];
    check_ok(slo_window_read(m->w, spans, 2, m->delta[i]));
  }
  model_weigh(m);
  for (uint32_t i = 0; i < c->tier_count; i++) {
    m->holds[i] = model_condition(m, i);
    for (uint32_t k = 0; k < c->tier_count && c->tiers[i].group != 0; k++) {
      if (c->tiers[k].group != c->tiers[i].group) continue;
      if (c->tiers[k].severity == c->tiers[i].severity) m->holds[i] &= model_condition(m, k);
    }
  }
  for (uint32_t i = 0; i < c->tier_count; i++) { /* marks of a clock that was set back come along */
    if (m->held[i] > m->stepped) m->held[i] = m->stepped;
    if (m->last[i] > m->stepped) m->last[i] = m->stepped;
    if (!m->holds[i]) {
      m->held[i] = -1;
    } else if (m->held[i] < 0) {
      m->held[i] = m->stepped;
    }
  }
  for (uint32_t s = 0; s < SLO_SEVERITIES; s++) {
    if (m->gate[s].gated && (m->gate[s].open || !model_silenced(m, s))) model_decide(m, s);
  }
  for (uint32_t i = 0; i < c->tier_count; i++) {
    const slo_alert_tier *t = &c->tiers[i];
    if (!model_shut(m, i) && m->holds[i]) {
      m->firing[i] |= model_ready(m, i);
      if (m->firing[i]) m->last[i] = m->stepped;
    } else if (m->firing[i]) {
      m->firing[i] = m->stepped - m->last[i] < t->keep_firing_ns;
    }
  }
  for (uint32_t s = 0; s < SLO_SEVERITIES; s++) model_judge(m, s);
}

static void model_check(const model *m, const slo_alert *a, uint64_t *cursor) {
  for (uint32_t s = 0; s < SLO_SEVERITIES; s++) {
    slo_alert_status is = SLO_SIZED(slo_alert_status), want = is;
    const model_severity *v = &m->severity[s];
    check_ok(slo_alert_read(a, s, &is));
    want.severity = s;
    want.state = v->state;
    want.since_ns = v->since;
    want.last_ns = v->last;
    want.tiers = v->tiers;
    want.tiers_fired = v->fired;
    want.evidence_ppb = model_ppb(m, s);
    check_that(memcmp(&is, &want, sizeof is) == 0,
               "severity %u at %" PRId64 ": state %u/%u since %" PRId64 "/%" PRId64
               ", tiers %" PRIx64 "/%" PRIx64 ", fired %" PRIx64 "/%" PRIx64 ", evidence %" PRIu64
               "/%" PRIu64,
               s, m->stepped, is.state, want.state, is.since_ns, want.since_ns, is.tiers,
               want.tiers, is.tiers_fired, want.tiers_fired, is.evidence_ppb, want.evidence_ppb);
  }
  for (;;) {
    slo_transition t = SLO_SIZED(slo_transition);
    slo_status status = slo_alert_next(a, cursor, &t);
    if (status == SLO_ENODATA) break;
    check_that(status == SLO_OK && *cursor <= m->transitions, "next: %d", status);
    const slo_transition *e = &m->transition[*cursor - 1];
    check_that(memcmp(&t, e, sizeof t) == 0,
               "transition %" PRIu64 ": severity %u/%u, %u/%u -> %u/%u, tiers %" PRIx64 "/%" PRIx64
               ", tier %u/%u, cause %u/%u, evidence %" PRIu64 "/%" PRIu64 ", at stake %" PRIu64
               "/%" PRIu64 ", exhaustion %" PRId64 "/%" PRId64,
               t.sequence, t.severity, e->severity, t.from, e->from, t.to, e->to, t.tiers, e->tiers,
               t.tier, e->tier, t.cause, e->cause, t.evidence_ppb, e->evidence_ppb, t.at_stake_ppm,
               e->at_stake_ppm, t.exhaustion_ns, e->exhaustion_ns);
  }
  check_that(*cursor == m->transitions, "transition %zu is missing", m->transitions - 1);
}

/* ---- random services ---- */

static slo_window *window_new(const slo_window_tier *tiers, uint32_t count) {
  slo_window_config config = SLO_SIZED(slo_window_config);
  slo_window *w;
  config.tiers = tiers;
  config.tier_count = count;
  ck_ok(slo_window_create(&config, NULL, &w, NULL));
  return w;
}

static void random_alert(slo_alert_config *c, slo_alert_tier *tiers, uint64_t *random) {
  static const int64_t spans[] = {1, 2, 5, 10, 20, 30, 60, 120, 300};
  static const int64_t waits[] = {0, 0, 0, SEC, 3 * SEC, 20 * SEC};
  static const uint64_t factors[] = {1000000, 2000000, 500000, 3000000, 6000000, 14400000};
  static const uint64_t objectives[] = {900000000, 990000000, 950000000, 999000000};
  static const int64_t slots[] = {1, 1, 2, 7, 10};
  memset(c, 0, sizeof *c);
  memset(tiers, 0, TIERS_MAX * sizeof *tiers);
  c->struct_size = (uint32_t)sizeof *c;
  c->tiers = tiers;
  c->tier_count = 1 + (uint32_t)(check_random(random) % TIERS_MAX);
  c->objective_ppb = objectives[check_random(random) % 4];
  c->slot_ns = slots[check_random(random) % 5] * SEC;
  c->period_ns = check_random(random) % 3 == 0 ? 0 : 250 * SEC;
  c->flags = (uint32_t)(check_random(random) % 2);
  for (uint32_t i = 0; i < c->tier_count; i++) {
    slo_alert_tier *t = &tiers[i];
    size_t a = check_random(random) % 9, b = check_random(random) % 9;
    t->long_ns = spans[a > b ? a : b] * SEC;
    t->short_ns = spans[a > b ? b : a] * SEC;
    t->factor_ppm = factors[check_random(random) % 6];
    t->for_ns = waits[check_random(random) % 6];
    t->keep_firing_ns = waits[check_random(random) % 6];
    t->severity = (uint32_t)check_random(random) % SLO_SEVERITIES;
    t->flags = (uint32_t)check_random(random) % 4;
    t->kind = check_random(random) % 4 == 0 ? 1 + (uint32_t)check_random(random) % 2 : 0;
    t->group = (uint32_t)check_random(random) % 6;
    if (t->kind == SLO_TIER_SILENCE) t->factor_ppm = 5 * t->factor_ppm + check_random(random) % 2;
  }
  for (int s = 0; s < SLO_SEVERITIES; s++) {
    slo_alert_gate *g = &c->gate[s];
    g->kind = check_random(random) % 5 == 0;
    g->alarms_per_year_ppm = check_random(random) % 4 == 0 ? 0 : SLO_EVIDENCE_ALARMS_MAX_PPM;
    g->dead_ns = check_random(random) % 3 == 0 ? 0 : 1 + (int64_t)(check_random(random) % 3) * SEC;
    if (check_random(random) % 4 == 0) {
      g->healthy_burn_ppm = 300000;
      g->least_burn_ppm = 600000 + check_random(random) % 3000000;
    }
  }
}

/* One second of a service in one of its moods. */
static void serve(slo_counts *total, uint64_t mood, uint64_t rate, uint64_t *random) {
  uint64_t n = check_random(random) % (2 * rate + 1);
  switch (mood) {
    case 0: /* down */
      total->bad += n;
      break;
    case 1: /* half of it */
      total->good += n / 2;
      total->bad += n - n / 2;
      break;
    case 2: /* nobody came */
      break;
    case 3: /* one in twenty */
      for (; n > 0; n--) check_random(random) % 20 == 0 ? total->bad++ : total->good++;
      break;
    default:
      total->good += n;
      total->bad += check_random(random) % 30 == 0;
      break;
  }
}

static slo_alert *moved(slo_alert *a, const slo_alert_config *c, char **memory) {
  size_t size;
  check_ok(slo_alert_footprint(c, &size, NULL));
  char *copy = check_memory(size);
  memcpy(copy, a, size);
  memset(*memory, 0x5a, size);
  free(*memory);
  *memory = copy;
  check_ok(slo_alert_attach(copy, size, &a));
  return a;
}

START_TEST(test_random_services) {
  static const slo_window_tier windows[] = {{SEC, 60 * SEC}, {5 * SEC, 300 * SEC}};
  static model m;
  uint64_t causes[6] = {0}, closings = 0, resolutions = 0, announcements = 0;
  for (uint64_t seed = 0; seed < 300; seed++) {
    uint64_t random = seed, cursor = 0, mood = 4;
    const uint64_t rates[] = {1, 3, 20, 60};
    uint64_t rate = rates[check_random(&random) % 4];
    slo_counts total = {0, 0, 0};
    slo_alert_config c;
    slo_alert_tier tiers[TIERS_MAX];
    size_t size;
    slo_alert *a;
    random_alert(&c, tiers, &random);
    slo_window *w = window_new(windows, 2);
    check_ok(slo_alert_footprint(&c, &size, NULL));
    char *memory = check_memory(size);
    check_ok(slo_alert_init(memory, size, &c, &a, NULL));
    model_begin(&m, &c, w);
    int64_t now = 1000000 * SEC;
    for (int i = 0; i < 900; i++) {
      uint32_t flags = 0;
      if (check_random(&random) % 25 == 0) mood = check_random(&random) % 7;
      serve(&total, mood, rate, &random);
      if (check_random(&random) % 100 == 0) flags = SLO_PUSH_UNMEASURED;
      if (check_random(&random) % 250 == 0) { /* back, or the counters are lost */
        flags = SLO_PUSH_REBASE;
        if (check_random(&random) % 2) now -= 40 * SEC;
        if (check_random(&random) % 2) total.good = total.bad = 0;
      }
      slo_status status = slo_window_push(w, now, &total, flags);
      check_that(status == SLO_OK, "push: %d", status);
      if (check_random(&random) % 10 != 0) {
        if (check_random(&random) % 20 == 0) a = moved(a, &c, &memory);
        check_ok(slo_alert_step(a, w, NULL, 0));
        model_step(&m);
        model_check(&m, a, &cursor);
      }
      now += SEC;
      if (check_random(&random) % 16 == 0) now += (int64_t)(check_random(&random) % 1000000007);
      if (check_random(&random) % 60 == 0) now += (int64_t)(check_random(&random) % 40) * SEC;
    }
    for (int k = 0; k < 6; k++) causes[k] += m.causes[k];
    closings += m.closings;
    for (size_t i = 0; i < m.transitions; i++) {
      resolutions += m.transition[i].from > m.transition[i].to;
      announcements += m.transition[i].from == m.transition[i].to;
    }
    free(memory);
    slo_window_destroy(w);
  }
  /* or it was too quiet to have tested anything */
  ck_assert_uint_gt(causes[SLO_CAUSE_EVIDENCE], 200);
  ck_assert_uint_gt(causes[SLO_CAUSE_VOLUME], 100);
  ck_assert_uint_gt(causes[SLO_CAUSE_BURN], 200);
  ck_assert_uint_gt(causes[SLO_CAUSE_SPENT], 200);
  ck_assert_uint_gt(causes[SLO_CAUSE_SILENCE], 20);
  ck_assert_uint_eq(causes[SLO_CAUSE_NONE], 0);
  ck_assert_uint_gt(closings, 300);
  ck_assert_uint_gt(resolutions, 1000);
  ck_assert_uint_gt(announcements, 100);
}
END_TEST

/* ---- a service, ten seconds at a time ---- */

typedef struct rig {
  slo_window *w;
  slo_alert *a;
  slo_ledger *ledger;
  slo_counts total;
  int64_t now;
} rig;

static const slo_window_tier rig_windows[] = {
    {10 * SEC, SLO_HOUR_NS}, {SLO_MINUTE_NS, 7 * SLO_HOUR_NS}, {SLO_HOUR_NS, 30 * SLO_DAY_NS}};

static const slo_alert_tier pages[] = {
    {.long_ns = SLO_HOUR_NS, .short_ns = 5 * SLO_MINUTE_NS, .factor_ppm = 14400000},
    {.long_ns = 6 * SLO_HOUR_NS, .short_ns = 30 * SLO_MINUTE_NS, .factor_ppm = 6000000}};

static slo_alert_config pages_config(uint64_t objective_ppb) {
  slo_alert_config c = SLO_SIZED(slo_alert_config);
  c.tiers = pages;
  c.tier_count = 2;
  c.objective_ppb = objective_ppb;
  return c;
}

static rig rig_new(const slo_alert_config *c) {
  rig r = {window_new(rig_windows, 3), NULL, NULL, {0, 0, 0}, INT64_C(1700000000) * SEC};
  ck_ok(slo_alert_create(c, NULL, &r.a, NULL));
  ck_ok(slo_ledger_create(16, NULL, &r.ledger, NULL));
  ck_ok(slo_window_push(r.w, r.now, &r.total, 0));
  ck_ok(slo_alert_step(r.a, r.w, r.ledger, 0));
  return r;
}

static void rig_end(rig *r) {
  slo_alert_destroy(r->a);
  slo_window_destroy(r->w);
  slo_ledger_destroy(r->ledger);
}

static void rig_push(rig *r, int64_t span_ns, uint64_t good, uint64_t bad, uint32_t flags) {
  r->now += span_ns;
  r->total.good += good;
  r->total.bad += bad;
  check_ok(slo_window_push(r->w, r->now, &r->total, flags));
  check_ok(slo_alert_step(r->a, r->w, r->ledger, 0));
}

/* So many slots of ten seconds with so many events each. */
static void rig_run(rig *r, int slots, uint64_t good, uint64_t bad) {
  for (int i = 0; i < slots; i++) rig_push(r, 10 * SEC, good, bad, 0);
}

/* Steps until the severity fires, or does not; how many, or -1 after `most`. */
static int rig_until(rig *r, uint32_t severity, int fires, uint64_t good, uint64_t bad, int most) {
  for (int i = 0; i <= most; i++) {
    slo_alert_status s = SLO_SIZED(slo_alert_status);
    check_ok(slo_alert_read(r->a, severity, &s));
    if ((s.state == SLO_ALERT_FIRING) == fires) return i;
    rig_run(r, 1, good, bad);
  }
  return -1;
}

static slo_alert_status rig_status(const rig *r, uint32_t severity) {
  slo_alert_status s = SLO_SIZED(slo_alert_status);
  check_ok(slo_alert_read(r->a, severity, &s));
  return s;
}

static slo_transition rig_last(const rig *r) {
  slo_transition t = SLO_SIZED(slo_transition), last = t;
  uint64_t cursor = 0;
  for (;;) {
    slo_status status = slo_alert_next(r->a, &cursor, &t);
    if (status == SLO_ENODATA) return last;
    if (status == SLO_OK) last = t;
  }
}

/* ---- opening ---- */

/* One request in six minutes: the first failure is a burn of hundreds, and may be chance. */
START_TEST(test_one_failure_is_chance) {
  const slo_alert_config c = pages_config(999000000);
  rig r = rig_new(&c);
  for (int i = 0; i < 200; i++) {
    rig_run(&r, 35, 0, 0);
    rig_run(&r, 1, 1, 0);
  }
  ck_assert_uint_eq(rig_status(&r, SLO_SEVERITY_PAGE).state, SLO_ALERT_INACTIVE);
  rig_run(&r, 35, 0, 0);
  rig_run(&r, 1, 0, 1);
  slo_alert_status s = rig_status(&r, SLO_SEVERITY_PAGE);
  ck_assert_uint_eq(s.state, SLO_ALERT_PENDING);
  ck_assert_uint_eq(s.tiers, 3);
  ck_assert_uint_eq(s.tiers_fired, 0);
  check_that(s.evidence_ppb > 0 && s.evidence_ppb < PPB, "%" PRIu64, s.evidence_ppb);
  rig_run(&r, 35, 0, 0);
  rig_run(&r, 1, 0, 1);
  s = rig_status(&r, SLO_SEVERITY_PAGE);
  ck_assert_uint_eq(s.state, SLO_ALERT_FIRING);
  ck_assert_uint_ge(s.evidence_ppb, PPB);
  slo_transition t = rig_last(&r);
  ck_assert_uint_eq(t.cause, SLO_CAUSE_EVIDENCE);
  ck_assert_uint_eq(t.from, SLO_ALERT_PENDING);
  ck_assert_uint_eq(t.evidence_ppb, s.evidence_ppb);
  rig_end(&r);
}
END_TEST

/* However strong the evidence is, a page is not for a single event. */
START_TEST(test_two_bad_at_least) {
  slo_alert_config c = pages_config(999990000);
  c.gate[SLO_SEVERITY_PAGE].alarms_per_year_ppm = SLO_EVIDENCE_ALARMS_MAX_PPM;
  rig r = rig_new(&c);
  rig_run(&r, 400, 0, 0);
  rig_run(&r, 1, 0, 1);
  slo_alert_status s = rig_status(&r, SLO_SEVERITY_PAGE);
  ck_assert_uint_ge(s.evidence_ppb, PPB);
  ck_assert_uint_eq(s.state, SLO_ALERT_PENDING);
  rig_run(&r, 1, 0, 1);
  ck_assert_uint_eq(rig_status(&r, SLO_SEVERITY_PAGE).state, SLO_ALERT_FIRING);
  rig_end(&r);
}
END_TEST

/* In one slot a hundred failures are one piece of evidence, and so much that it does not matter;
 * once, until the windows have forgotten them. */
START_TEST(test_volume_and_its_lock) {
  const slo_alert_config c = pages_config(999000000);
  rig r = rig_new(&c);
  rig_run(&r, 360, 10, 0);
  rig_run(&r, 1, 0, 99);
  slo_alert_status s = rig_status(&r, SLO_SEVERITY_PAGE);
  ck_assert_uint_eq(s.state, SLO_ALERT_PENDING);
  ck_assert_uint_lt(s.evidence_ppb, PPB);
  rig_run(&r, 1, 0, 1);
  s = rig_status(&r, SLO_SEVERITY_PAGE);
  ck_assert_uint_eq(s.state, SLO_ALERT_FIRING);
  ck_assert_uint_eq(rig_last(&r).cause, SLO_CAUSE_VOLUME);
  ck_assert_uint_ge(s.evidence_ppb, PPB - 1); /* lifted to 1: it must fall like any other */
  int closed = rig_until(&r, SLO_SEVERITY_PAGE, 0, 10, 0, 400);
  check_that(closed > 0 && closed < 185, "closed after %d good slots", closed);
  ck_assert_uint_lt(rig_status(&r, SLO_SEVERITY_PAGE).evidence_ppb, PPB / 10);
  /* the long windows still hold those hundred; a few more are no second page */
  for (int i = 0; i < 2; i++) {
    rig_run(&r, 1, 4, 6);
    s = rig_status(&r, SLO_SEVERITY_PAGE);
    ck_assert_uint_eq(s.state, SLO_ALERT_PENDING);
    ck_assert_uint_ne(s.tiers & 1, 0);
    rig_run(&r, 20, 10, 0);
  }
  rig_run(&r, 7 * 360, 10, 0); /* six hours later they do not */
  ck_assert_uint_eq(rig_status(&r, SLO_SEVERITY_PAGE).state, SLO_ALERT_INACTIVE);
  rig_run(&r, 1, 0, 120);
  ck_assert_uint_eq(rig_status(&r, SLO_SEVERITY_PAGE).state, SLO_ALERT_FIRING);
  ck_assert_uint_eq(rig_last(&r).cause, SLO_CAUSE_VOLUME);
  rig_end(&r);
}
END_TEST

/* A tier that only keeps firing does not open a gate: nothing is important any more. */
START_TEST(test_gate_asks_what_holds) {
  slo_alert_tier tier = {.long_ns = SLO_MINUTE_NS,
                         .short_ns = SLO_MINUTE_NS,
                         .factor_ppm = 6000000,
                         .keep_firing_ns = SLO_DAY_NS};
  slo_alert_config c = pages_config(999000000);
  c.tiers = &tier;
  c.tier_count = 1;
  rig r = rig_new(&c);
  rig_run(&r, 400, 1, 0);
  for (int i = 0; i < 30; i++) { /* one in 61 fails for ever: evidence, in the end */
    rig_run(&r, 1, 0, 1);
    rig_run(&r, 6, 1, 0);
    rig_run(&r, 54, 1, 0);
    slo_alert_status s = rig_status(&r, SLO_SEVERITY_PAGE);
    if (s.state == SLO_ALERT_FIRING) ck_abort_msg("fires at round %d", i);
    ck_assert_uint_eq(s.state, SLO_ALERT_INACTIVE);
  }
  rig_end(&r);
}
END_TEST

/* ---- what is weighed ---- */

/* Time in which nobody could record adds nothing: there may have been anything. */
START_TEST(test_unmeasured_time_weighs_nothing) {
  const slo_alert_config c = pages_config(999000000);
  rig down = rig_new(&c), up = rig_new(&c), without = rig_new(&c);
  rig_run(&down, 10, 5, 0);
  rig_run(&up, 10, 5, 0);
  rig_run(&without, 10, 5, 0);
  rig_push(&down, 1800 * SEC, 0, 0, SLO_PUSH_UNMEASURED);
  rig_push(&up, 1800 * SEC, 0, 0, 0);
  rig_run(&down, 1, 0, 1);
  rig_run(&up, 1, 0, 1);
  rig_run(&without, 1, 0, 1);
  const uint64_t is = rig_status(&down, SLO_SEVERITY_PAGE).evidence_ppb;
  ck_assert_uint_gt(is, 0);
  ck_assert_uint_eq(is, rig_status(&without, SLO_SEVERITY_PAGE).evidence_ppb);
  ck_assert_uint_gt(rig_status(&up, SLO_SEVERITY_PAGE).evidence_ppb, 20 * is);
  rig_end(&down);
  rig_end(&up);
  rig_end(&without);
}
END_TEST

/* Maintenance is no evidence: taken out, or counted as good; what is beside it still is. */
START_TEST(test_corrections_are_no_evidence) {
  for (uint32_t kind = SLO_CORRECT_REMOVE; kind <= SLO_CORRECT_GOOD; kind++) {
    const slo_alert_config c = pages_config(999000000);
    rig r = rig_new(&c), same = rig_new(&c);
    slo_correction correction = SLO_SIZED(slo_correction);
    rig_run(&r, 360, 10, 0);
    rig_run(&same, 360, 10, 0);
    correction.kind = kind;
    correction.from_ns = r.now;
    correction.to_ns = r.now + SLO_HOUR_NS;
    memcpy(correction.reason, "maintenance", 12);
    ck_ok(slo_ledger_append(r.ledger, &correction, NULL, NULL));
    rig_run(&r, 360, 0, 10);
    if (kind == SLO_CORRECT_GOOD) rig_run(&same, 360, 10, 0);
    slo_alert_status s = rig_status(&r, SLO_SEVERITY_PAGE);
    ck_assert_uint_eq(s.state, SLO_ALERT_INACTIVE);
    ck_assert_uint_eq(s.evidence_ppb, rig_status(&same, SLO_SEVERITY_PAGE).evidence_ppb);
    /* an outage after it is one */
    ck_assert_int_ge(rig_until(&r, SLO_SEVERITY_PAGE, 1, 0, 10, 60), 0);
    rig_end(&r);
    rig_end(&same);
  }
}
END_TEST

/* Slots that do not fall on readings that are kept: a correction beside them takes out of a slot
 * what it changes, and an older reading puts nothing in. */
START_TEST(test_corrections_between_readings) {
  slo_alert_config c = pages_config(999000000);
  static const slo_window_tier coarse[] = {{40 * SEC, SLO_HOUR_NS}};
  c.slot_ns = 30 * SEC;
  c.gate[SLO_SEVERITY_PAGE].dead_ns = 1;
  rig r = rig_new(&c), plain = rig_new(&c);
  rig *both[] = {&r, &plain};
  for (int i = 0; i < 2; i++) {
    slo_window_destroy(both[i]->w);
    both[i]->w = window_new(coarse, 1);
    both[i]->now = INT64_C(1700000040) * SEC / (120 * SEC) * (120 * SEC);
    rig_push(both[i], 0, 0, 0, 0);
    rig_run(both[i], 20, 10000, 0);
    rig_run(both[i], 1, 0, 10); /* 210 s: a slot ended there; readings are kept of 200 and 240 */
  }
  /* from 210 to 240 there is nothing bad, but a correction; from 200 to 210 there was, and it is
   * weighed; so little of its slot that no dead time began */
  for (int i = 0; i < 2; i++) {
    slo_correction correction = SLO_SIZED(slo_correction);
    correction.kind = SLO_CORRECT_GOOD;
    correction.from_ns = both[i]->now + 10 * SEC;
    correction.to_ns = both[i]->now + 20 * SEC;
    memcpy(correction.reason, "a load test", 12);
    if (i == 0) ck_ok(slo_ledger_append(r.ledger, &correction, NULL, NULL));
    rig_run(both[i], 3, 10, 0);
  }
  ck_assert_uint_eq(rig_status(&r, 0).evidence_ppb, rig_status(&plain, 0).evidence_ppb);
  rig_end(&r);
  rig_end(&plain);
}
END_TEST

/* Evidence moves once a slot, whatever the rate of ticks; a tick longer than a slot is one. */
START_TEST(test_slots_and_ticks) {
  slo_alert_config c = pages_config(999000000);
  c.slot_ns = SLO_MINUTE_NS;
  rig r = rig_new(&c);
  uint64_t changes = 0, before = 0;
  int64_t first = r.now;
  for (int i = 0; i < 60; i++) {
    rig_run(&r, 1, 10, 1);
    uint64_t is = rig_status(&r, SLO_SEVERITY_PAGE).evidence_ppb;
    if (is != before) {
      changes++;
      check_that(r.now / SLO_MINUTE_NS != (r.now - 10 * SEC) / SLO_MINUTE_NS, "within a slot");
    }
    before = is;
  }
  check_that(changes >= 4 && changes <= (uint64_t)((r.now - first) / SLO_MINUTE_NS) + 1, "%" PRIu64,
             changes);
  rig_push(&r, SLO_HOUR_NS, 1000, 0, 0);
  ck_assert_uint_lt(rig_status(&r, SLO_SEVERITY_PAGE).evidence_ppb, before);
  rig_end(&r);
}
END_TEST

/* A clock set back, or counters that were lost, are no evidence; and it goes on from there. */
START_TEST(test_rebase) {
  const slo_alert_config c = pages_config(999000000);
  rig r = rig_new(&c);
  rig_run(&r, 100, 10, 0);
  rig_run(&r, 1, 0, 10);
  const uint64_t before = rig_status(&r, SLO_SEVERITY_PAGE).evidence_ppb;
  ck_assert_uint_gt(before, 0);
  rig_push(&r, -SLO_HOUR_NS, 0, 1000, SLO_PUSH_REBASE);
  ck_assert_uint_eq(rig_status(&r, SLO_SEVERITY_PAGE).evidence_ppb, before);
  r.total.good = r.total.bad = 0;
  rig_push(&r, 600 * SEC, 0, 0, SLO_PUSH_REBASE);
  ck_assert_uint_eq(rig_status(&r, SLO_SEVERITY_PAGE).evidence_ppb, before);
  int steps = rig_until(&r, SLO_SEVERITY_PAGE, 1, 0, 10, 60);
  check_that(steps > 0 && steps < 40, "fires after %d slots", steps);
  rig_end(&r);
}
END_TEST

/* Set back and gone on from there, all between two steps: the time it took is not known. */
START_TEST(test_rebase_between_steps) {
  const slo_alert_config c = pages_config(999000000);
  rig r = rig_new(&c);
  rig_run(&r, 100, 10, 0);
  const uint64_t before = rig_status(&r, SLO_SEVERITY_PAGE).evidence_ppb;
  r.total.good += 50;
  check_ok(slo_window_push(r.w, r.now - 40 * SEC, &r.total, SLO_PUSH_REBASE));
  rig_push(&r, 60 * SEC, 0, 50, 0);
  ck_assert_uint_eq(rig_status(&r, SLO_SEVERITY_PAGE).evidence_ppb, before);
  rig_push(&r, 10 * SEC, 0, 1, 0);
  ck_assert_uint_gt(rig_status(&r, SLO_SEVERITY_PAGE).evidence_ppb, before);
  rig_end(&r);
}
END_TEST

/* ---- closing ---- */

/* The worse it was, the sooner its end is believed; and one good slot is not the end. */
START_TEST(test_closing) {
  const slo_alert_config c = pages_config(999000000);
  int slots[2];
  for (int i = 0; i < 2; i++) {
    rig r = rig_new(&c);
    const uint64_t bad = i == 0 ? 10 : 2;
    rig_run(&r, 720, 10, 0);
    int opened = rig_until(&r, SLO_SEVERITY_PAGE, 1, 10 - bad, bad, 200);
    check_that(opened > 0, "never opened");
    for (int k = 0; k < 40; k++) { /* a good slot now and then */
      rig_run(&r, 1, k % 8 == 0 ? 10 : 10 - bad, k % 8 == 0 ? 0 : bad);
      ck_assert_uint_eq(rig_status(&r, SLO_SEVERITY_PAGE).state, SLO_ALERT_FIRING);
    }
    int closed = rig_until(&r, SLO_SEVERITY_PAGE, 0, 10, 0, 400);
    check_that(closed > 2 && closed < 180, "closed after %d good slots", closed);
    slots[i] = closed;
    slo_transition t = rig_last(&r);
    ck_assert_uint_eq(t.from, SLO_ALERT_FIRING);
    ck_assert_uint_eq(t.cause, SLO_CAUSE_NONE);
    ck_assert_uint_eq(t.tiers, 3); /* the ones that had fired */
    rig_end(&r);
  }
  ck_assert_int_lt(slots[0], slots[1]);
}
END_TEST

/* A gate by hand: one bet, so that evidence is what one writes into it. */
static sloi_gate_plan hand_plan(void) {
  sloi_gate_plan plan;
  slo_error error = SLO_SIZED(slo_error);
  const slo_alert_gate gate = {0};
  ck_ok(sloi_gate_plan_config(&gate, SLO_SEVERITY_PAGE, pages, 2, 999000000, &plan, &error));
  return plan;
}

START_TEST(test_plan) {
  const sloi_gate_plan plan = hand_plan();
  ck_assert_uint_eq(plan.kind, SLO_GATE_EVIDENCE);
  ck_assert_uint_eq(plan.longest, 1);
  ck_assert_uint_eq(plan.slowest, 1);
  ck_assert_uint_eq(plan.volume, 2000000);
  ck_assert_uint_eq(sloi_gate_words(&plan), 8 + 2 + 2 * plan.evidence.bets);
  sloi_gate_plan none;
  slo_alert_gate gate = {.kind = SLO_GATE_NONE};
  ck_ok(sloi_gate_plan_config(&gate, SLO_SEVERITY_PAGE, pages, 2, 999000000, &none, NULL));
  ck_assert_uint_eq(none.kind, SLO_GATE_NONE);
  ck_assert_uint_eq(sloi_gate_words(&none), 0);
  gate.kind = SLO_GATE_EVIDENCE; /* without a burn tier there is nothing to ask */
  ck_ok(sloi_gate_plan_config(&gate, SLO_SEVERITY_TICKET, pages, 2, 999000000, &none, NULL));
  ck_assert_uint_eq(none.kind, SLO_GATE_NONE);
}
END_TEST

/* What a gate asks of its evidence when nobody says. */
START_TEST(test_defaults) {
  static const struct {
    uint64_t given_least, given_healthy, factor, least, healthy;
  } cases[] = {{0, 0, 6000000, 6000000, 1000000},
               {0, 0, 2000000, 2000000, 1000000},
               {0, 0, 1000000, 1000000, 500000},
               {0, 0, 1999999, 1999999, 999999},
               {0, 0, 1, 1, 1}, /* refused: there is no half of it */
               {3000000, 0, 6000000, 3000000, 1000000},
               {1000000, 0, 6000000, 1000000, 500000},
               {0, 700000, 6000000, 6000000, 700000},
               {0, 1, 6000000, 1000000, 1}, /* more than a million times it is as good as that */
               {0, 5, 5000000, 5000000, 5},
               {0, 1, 1500000, 1000000, 1},
               {7000000, 1, 6000000, 7000000, 1},
               {0, UINT64_C(1000000000000000), 6000000, 6000000, UINT64_C(1000000000000000)},
               {0, UINT64_MAX, 6000000, 6000000, UINT64_MAX}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    slo_alert_tier tiers[3] = {pages[0], pages[0], pages[0]};
    slo_evidence_config c;
    slo_alert_gate gate = {0};
    tiers[1].factor_ppm = cases[i].factor;
    tiers[2].factor_ppm = 1; /* of no matter: another severity */
    tiers[2].severity = SLO_SEVERITY_TICKET;
    gate.least_burn_ppm = cases[i].given_least;
    gate.healthy_burn_ppm = cases[i].given_healthy;
    sloi_gate_evidence(&gate, SLO_SEVERITY_PAGE, tiers, 3, 999000000, &c);
    check_that(c.least_burn_ppm == cases[i].least && c.healthy_burn_ppm == cases[i].healthy,
               "case %zu: %" PRIu64 " and %" PRIu64, i, c.least_burn_ppm, c.healthy_burn_ppm);
    ck_assert_uint_eq(c.alarms_per_year_ppm, 0); /* once a year */
    sloi_gate_evidence(&gate, SLO_SEVERITY_TICKET, tiers, 3, 999000000, &c);
    ck_assert_uint_eq(c.alarms_per_year_ppm, 12175000); /* once in 30 days */
    gate.alarms_per_year_ppm = 4711;
    gate.dead_ns = 42;
    sloi_gate_evidence(&gate, SLO_SEVERITY_TICKET, tiers, 3, 999000000, &c);
    ck_assert_uint_eq(c.alarms_per_year_ppm, 4711);
    ck_assert_int_eq(c.dead_ns, 42);
    ck_assert_uint_eq(c.objective_ppb, 999000000);
  }
}
END_TEST

START_TEST(test_decide_opens) {
  const sloi_gate_plan plan = hand_plan();
  for (int bits = 0; bits < 64; bits++) {
    sloi_gate_state state;
    memset(&state, 0, sizeof state);
    int enough = bits & 1, ready = bits >> 1 & 1, volume = bits >> 2 & 1, locked = bits >> 3 & 1;
    int above = bits >> 4 & 1, evident = bits >> 5 & 1;
    sloi_gate_view view = {1, ready, volume, above, 0, {50, enough ? 2 : 1, 0}};
    state.locked = (uint64_t)locked;
    state.evidence.wealth[1].hi = (uint64_t)evident;
    state.evidence.wealth[0].lo = UINT64_MAX; /* and just not 1 */
    sloi_gate_decide(&plan, &state, &view);
    uint64_t want = !ready || !enough              ? 0
                    : evident                      ? SLO_CAUSE_EVIDENCE
                    : volume && !(locked && above) ? SLO_CAUSE_VOLUME
                                                   : 0;
    check_that(state.open == want, "%x: opened by %" PRIu64, bits, state.open);
    check_that(state.locked == (uint64_t)(locked && above), "%x: locked", bits);
    check_that(!want || (state.healthy.hi == 1 && state.slots == 0), "%x: begins", bits);
    sloi_u128 sum = sloi_evidence_sum(&plan.evidence, &state.evidence);
    check_that((sum.hi != 0) == (evident || want == SLO_CAUSE_VOLUME), "%x: lifted", bits);
    if (want != 0) { /* no run: what the outage looks like is the longest window */
      ck_assert_uint_eq(state.bad, 2);
      ck_assert_uint_eq(state.valid, 52);
    }
  }
}
END_TEST

START_TEST(test_decide_closes) {
  const sloi_gate_plan plan = hand_plan();
  static const struct {
    uint64_t healthy, slots, evidence_lo; /* evidence: 0.02 is 368934881474191032 */
    int calm, holds, closes;
  } cases[] = {
      {1, 0, UINT64_MAX, 0, 1, 0},
      /* what comes is not what the outage was: 64 * (slots + 16) */
      {1023, 0, UINT64_MAX, 0, 1, 0},
      {1024, 0, UINT64_MAX, 0, 1, 1},
      {64 * 116 - 1, 100, UINT64_MAX, 0, 1, 0},
      {64 * 116, 100, UINT64_MAX, 0, 1, 1},
      /* evidence is gone, and half an answer */
      {10, 10, UINT64_C(368934881474191032), 0, 1, 0},
      {10, 10, UINT64_C(368934881474191031), 0, 1, 1},
      {9, 10, UINT64_C(368934881474191031), 0, 1, 0},
      /* the windows are healthy again */
      {1, 5, UINT64_MAX, 1, 1, 0},
      {1, 5, UINT64_MAX, 0, 0, 0},
      {1, 5, UINT64_MAX, 1, 0, 1},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    for (int above = 0; above < 2; above++) {
      sloi_gate_state state;
      sloi_gate_view view = {cases[i].holds, 1, 1, above, cases[i].calm, {0, 500, 0}};
      memset(&state, 0, sizeof state);
      state.open = SLO_CAUSE_EVIDENCE;
      state.bad = state.valid = state.since = 9;
      state.slots = cases[i].slots;
      state.healthy.hi = cases[i].healthy;
      state.evidence.wealth[2].lo = cases[i].evidence_lo;
      state.evidence.dead = state.evidence.elapsed = 5;
      sloi_gate_decide(&plan, &state, &view);
      check_that((state.open == 0) == cases[i].closes, "case %zu", i);
      if (!cases[i].closes) continue;
      sloi_gate_state anew; /* evidence, too; and by volume only when the long windows are done */
      memset(&anew, 0, sizeof anew);
      anew.locked = (uint64_t)above;
      ck_assert_mem_eq(&state, &anew, sizeof anew);
    }
  }
}
END_TEST

/* Counts of any size; the wealth of an end that nobody asked about. */
START_TEST(test_weigh_any_counts) {
  const sloi_gate_plan plan = hand_plan();
  uint64_t random = 11;
  for (int round = 0; round < 20000; round++) {
    sloi_gate_state state;
    memset(&state, 0, sizeof state);
    if (round % 2) {
      uint64_t *words = (uint64_t *)(void *)&state;
      for (size_t i = 0; i < sizeof state / 8; i++) words[i] = check_random_wide(&random);
    } else {
      state.open = SLO_CAUSE_EVIDENCE;
      state.healthy.hi = 1;
    }
    for (int i = 0; i < 5; i++) {
      const slo_counts slot = {check_random_wide(&random) >> 1, check_random_wide(&random) >> 1, 0};
      sloi_gate_view view = {round & 1, 1, round >> 1 & 1, round >> 2 & 1, round >> 3 & 1, slot};
      sloi_gate_weigh(&plan, &state, check_random_wide(&random), &slot);
      check_that(round % 2 || !state.open || state.healthy.hi >= 1, "below 1");
      sloi_gate_decide(&plan, &state, &view);
    }
  }
  /* at any scale the same: a thousand times as many of both are not more of an end */
  for (uint64_t scale = 1; scale < UINT64_C(1) << 40; scale *= 1000) {
    sloi_gate_state state;
    memset(&state, 0, sizeof state);
    state.open = SLO_CAUSE_EVIDENCE;
    state.healthy.hi = 1;
    state.bad = 500 * scale;
    state.valid = 1000 * scale;
    const slo_counts good = {10 * scale, 0, 0};
    for (int i = 0; i < 5; i++) sloi_gate_weigh(&plan, &state, 1, &good);
    double grown = (double)state.healthy.hi,
           p = 0.5 - sqrt(500.0 * (double)scale) / 1000 / (double)scale;
    double want = pow(1 + 0.9 * p / (1 - p), 5);
    check_that(grown <= want + 1e-3 && grown > want - 1.01, "%g instead of %g", grown, want);
  }
}
END_TEST

/* ---- chance ---- */

/* A Poisson number, by counting exponential gaps. */
static uint64_t poisson(double mean, uint64_t *random) {
  static double of = -1, left; /* exp is what costs */
  if (of != mean) left = exp(-mean);
  of = mean;
  double p = 1;
  uint64_t n = 0;
  for (;;) {
    p *= ((double)(check_random(random) >> 11) + 0.5) * 0x1p-53;
    if (p <= left) return n;
    n++;
  }
}

static uint64_t pages_of(const slo_alert *a, uint64_t *cursor) {
  uint64_t fired = 0;
  slo_transition t = SLO_SIZED(slo_transition);
  for (;;) {
    slo_status status = slo_alert_next(a, cursor, &t);
    if (status == SLO_ENODATA) return fired;
    if (status == SLO_OK) fired += t.to == SLO_ALERT_FIRING && t.from != SLO_ALERT_FIRING;
  }
}

/* A healthy service of 99.9 %, which fails at a burn of 0.8: requests by themselves, or each
 * failure retried for a minute. Slots of ten seconds; a quiet hour is ticked by the minute. */
static void false_pages(uint64_t per_hour, int retries, double years, uint64_t seed,
                        uint64_t *gated, uint64_t *plain) {
  slo_alert_config c = pages_config(999000000), p = c;
  p.gate[SLO_SEVERITY_PAGE].kind = SLO_GATE_NONE;
  rig r = rig_new(&c);
  slo_alert *without;
  uint64_t cursors[2] = {0, 0}, pending[6] = {0};
  ck_ok(slo_alert_create(&p, NULL, &without, NULL));
  const double mean = (double)per_hour / 360, fails = 0.0008 / (retries ? 1 + 2.5 : 1);
  const int64_t slots = (int64_t)(years * 8766 * 360);
  int64_t idle = 0;
  *gated = *plain = 0;
  for (int64_t i = 0; i < slots; i++) {
    uint64_t n = poisson(mean, &seed), bad = pending[i % 6];
    pending[i % 6] = 0;
    r.total.good += n;
    for (; n > 0; n--) {
      if ((double)(check_random(&seed) >> 11) * 0x1p-53 >= fails) continue;
      r.total.good--;
      bad++;
      for (int k = 1; retries && k < 6; k++) pending[(i + k) % 6] += check_random(&seed) % 2;
    }
    r.total.bad += bad;
    r.now += 10 * SEC;
    idle++;
    if (idle < 6 && bad == 0) continue;
    idle = 0;
    check_ok(slo_window_push(r.w, r.now, &r.total, 0));
    check_ok(slo_alert_step(r.a, r.w, NULL, 0));
    check_ok(slo_alert_step(without, r.w, NULL, 0));
    *gated += pages_of(r.a, &cursors[0]);
    *plain += pages_of(without, &cursors[1]);
  }
  slo_alert_destroy(without);
  rig_end(&r);
}

START_TEST(test_false_pages) {
  static const struct {
    uint64_t per_hour;
    int retries;
    double years;
    uint64_t plain; /* at least, a year */
  } cells[] = {{10, 0, 1, 30}, {10, 1, 1, 10}, {100, 0, 0.75, 25}, {100, 1, 0.75, 60}};
  uint64_t all = 0;
  for (int i = 0; i < 4; i++) {
    uint64_t gated, plain;
    false_pages(cells[i].per_hour, cells[i].retries, cells[i].years, 77 + (uint64_t)i, &gated,
                &plain);
    check_that((double)plain >= (double)cells[i].plain * cells[i].years, "cell %d: plain %" PRIu64,
               i, plain);
    check_that(gated <= 2, "cell %d: %" PRIu64 " pages in %g years of health", i, gated,
               cells[i].years);
    all += gated;
  }
  ck_assert_uint_le(all, 3); /* three and a half years, and so many promised */
}
END_TEST

CHECK_MAIN("gate", tcase_add_test(tc, test_random_services);
           tcase_add_test(tc, test_one_failure_is_chance);
           tcase_add_test(tc, test_two_bad_at_least); tcase_add_test(tc, test_volume_and_its_lock);
           tcase_add_test(tc, test_gate_asks_what_holds);
           tcase_add_test(tc, test_unmeasured_time_weighs_nothing);
           tcase_add_test(tc, test_corrections_are_no_evidence);
           tcase_add_test(tc, test_corrections_between_readings);
           tcase_add_test(tc, test_slots_and_ticks); tcase_add_test(tc, test_rebase);
           tcase_add_test(tc, test_rebase_between_steps); tcase_add_test(tc, test_closing);
           tcase_add_test(tc, test_plan); tcase_add_test(tc, test_defaults);
           tcase_add_test(tc, test_decide_opens); tcase_add_test(tc, test_decide_closes);
           tcase_add_test(tc, test_weigh_any_counts); tcase_add_test(tc, test_false_pages);)
