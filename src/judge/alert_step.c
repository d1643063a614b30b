/* alert_step.c - what a step does to an alert. */
#include <stddef.h>

#include "base/fail.h"
#include "base/u128.h"
#include "judge/alert.h"
#include "judge/ledger.h"
#include "judge/objective.h"
#include "slo/burn.h"
#include "window/window.h"

#define ALERT_STEP_PPM UINT64_C(1000000)
#define ALERT_STEP_VOLUME 100 /* bad events that need no proof */
#define ALERT_STEP_EXPECTED 3 /* bad events at the threshold that a calm window must expect */

/* Everything a step looks at. */
typedef struct alert_step {
  slo_alert *alert;
  const slo_window *window;
  const slo_ledger *ledger;
  uint32_t sli;
  uint64_t now; /* time */
  slo_window_summary summary;
  slo_delta delta[2 * SLO_ALERT_TIERS_MAX]; /* long and short, for each tier */
  int holds[SLO_ALERT_TIERS_MAX];
  sloi_alert_state state;
} alert_step;

static int alert_step_exceeds(const alert_step *s, uint64_t tier, const slo_counts *counts) {
  const slo_alert_tier *t = &s->alert->tier[tier];
  uint32_t flags = t->kind == SLO_TIER_SPENT ? SLO_BURN_AT_LEAST : t->flags & SLO_BURN_AT_LEAST;
  return slo_burn_exceeds(counts, s->alert->objective_ppb, t->factor_ppm, flags) == 1;
}

/* Nothing valid in a short window that was measured whole, though the long one's rate wants it.
 * Before there is a whole long window its rate is not known: a morning says nothing of the night.
 * Whoever writes a correction down knows about the silence. */
static int alert_step_silent(const alert_step *s, uint64_t tier) {
  const slo_alert_tier *t = &s->alert->tier[tier];
  const slo_delta *long_delta = &s->delta[2 * tier], *short_delta = &s->delta[2 * tier + 1];
  const slo_counts *before = &long_delta->counts, *now = &short_delta->counts;
  if (now->good + now->bad != 0 || short_delta->covered_ns < t->short_ns) return 0;
  if (s->now - (uint64_t)s->summary.first_ns < (uint64_t)t->long_ns) return 0;
  if (long_delta->measured_ns <= 0) return 0;
  if (sloi_ledger_any(s->ledger, s->sli, short_delta->from_ns, short_delta->to_ns)) return 0;
  if (s->state.timer[tier].firing) return 1; /* the silence itself makes the rate small */
  uint64_t expected =
      sloi_u128_divide(sloi_u128_multiply(before->good + before->bad, (uint64_t)t->short_ns),
                       sloi_u128_of((uint64_t)long_delta->measured_ns));
  return expected >= t->factor_ppm / ALERT_STEP_PPM + (t->factor_ppm % ALERT_STEP_PPM != 0);
}

static int alert_step_condition(const alert_step *s, uint64_t i) {
  const slo_alert_tier *t = &s->alert->tier[i];
  const slo_delta *long_delta = &s->delta[2 * i], *short_delta = &s->delta[2 * i + 1];
  if (t->kind == SLO_TIER_SILENCE) return alert_step_silent(s, i);
  if (!alert_step_exceeds(s, i, &long_delta->judged)) return 0;
  return t->kind == SLO_TIER_SPENT || alert_step_exceeds(s, i, &short_delta->judged);
}

/* A group holds when all of its tiers do. */
static void alert_step_conditions(alert_step *s) {
  const slo_alert *a = s->alert;
  int alone[SLO_ALERT_TIERS_MAX];
  for (uint64_t i = 0; i < a->tier_count; i++) alone[i] = alert_step_condition(s, i);
  for (uint64_t i = 0; i < a->tier_count; i++) {
    s->holds[i] = alone[i];
    if (a->tier[i].group == 0) continue;
    for (uint64_t k = 0; k < a->tier_count; k++) {
      if (a->tier[k].group == a->tier[i].group && a->tier[k].severity == a->tier[i].severity) {
        s->holds[i] &= alone[k];
      }
    }
  }
}

/* How long since *mark, which a clock that was rebased to before it moves along. */
static uint64_t alert_step_age(uint64_t now, uint64_t *mark) {
  if (*mark > now) *mark = now;
  return now - *mark;
}

static void alert_step_hold(sloi_alert_timer *timer, uint64_t now, int holds) {
  if (!holds) {
    timer->held = 0;
  } else if (timer->held == 0) {
    timer->held = now;
  }
}

/* A group waits for the one of its tiers that waits longest. */
static slo_alert_tier alert_step_grouped(const slo_alert *a, uint64_t tier) {
  slo_alert_tier t = a->tier[tier];
  for (uint64_t k = 0; k < a->tier_count && t.group != 0; k++) {
    const slo_alert_tier *other = &a->tier[k];
    if (other->group != t.group || other->severity != t.severity) continue;
    if (other->for_ns > t.for_ns) t.for_ns = other->for_ns;
  }
  return t;
}

/* Has it held for long enough? */
static int alert_step_ready(const slo_alert_tier *tier, sloi_alert_timer *timer, uint64_t now) {
  return timer->held != 0 && alert_step_age(now, &timer->held) >= (uint64_t)tier->for_ns;
}

/* may: its gate lets it. What fired keeps firing for a while after it held, and might, last. */
static void alert_step_fire(const slo_alert_tier *tier, sloi_alert_timer *timer, uint64_t now,
                            int may) {
  if (may && timer->held != 0) {
    if (alert_step_ready(tier, timer, now)) timer->firing = 1;
    if (timer->firing) timer->last = now;
  } else if (alert_step_age(now, &timer->last) >= (uint64_t)tier->keep_firing_ns) {
    timer->firing = 0;
  }
}

/* ---- gates ---- */

/* What corrections made of a number: as much less, but not less than nothing, or more. */
static uint64_t alert_step_amend(uint64_t value, uint64_t before, uint64_t after) {
  if (after >= before) return value + (after - before);
  return before - after < value ? value - (before - after) : 0;
}

/* What was counted since the newest reading that was weighed. Corrections take it out. The window
 * may have kept an older reading than that one only: so what corrections change is applied, and not
 * what the window says. */
static slo_counts alert_step_slot(const alert_step *s, const sloi_alert_front *front) {
  slo_counts slot = {s->summary.counts.good - front->good, s->summary.counts.bad - front->bad, 0};
  int64_t from_ns = (int64_t)(front->weighed - 1);
  if (!sloi_ledger_any(s->ledger, s->sli, from_ns, (int64_t)s->now)) return slot;
  slo_delta d = {0};
  d.struct_size = (uint32_t)sizeof d;
  if (slo_window_delta(s->window, from_ns, (int64_t)s->now, &d) != SLO_OK) return slot;
  const slo_counts counted = d.counts;
  if (slo_ledger_correct(s->ledger, s->sli, s->window, &d, NULL) != SLO_OK) return slot;
  slot.good = alert_step_amend(slot.good, counted.good, d.counts.good);
  slot.bad = alert_step_amend(slot.bad, counted.bad, d.counts.bad);
  return slot;
}

/* Once a slot has ended its counts are weighed; what came late goes into the next one. */
static void alert_step_weigh(alert_step *s) {
  sloi_alert_front *front = &s->state.front;
  const slo_alert *a = s->alert;
  const slo_window_summary *now = &s->summary;
  int anew = front->weighed == 0 || front->weighed - 1 > s->now || now->counts.good < front->good ||
             now->counts.bad < front->bad || (uint64_t)now->measured_ns < front->measured;
  if (!anew && (front->weighed - 1) / a->slot_ns == s->now / a->slot_ns) return;
  if (!anew) {
    const slo_counts slot = alert_step_slot(s, front);
    const uint64_t dt = (uint64_t)now->measured_ns - front->measured;
    for (int i = 0; i < SLO_SEVERITIES; i++) {
      if (a->gate[i].kind == SLO_GATE_NONE) continue;
      sloi_gate_weigh(&a->gate[i], &s->state.gate[i], dt, &slot);
    }
  }
  front->weighed = s->now + 1;
  front->good = now->counts.good;
  front->bad = now->counts.bad;
  front->measured = (uint64_t)now->measured_ns;
}

/* Could the window tell a burn of the factor, had there been one, and shows not half of it? The
 * factor itself is no end: a live outage near it falls below by chance. */
static int alert_step_calm(const alert_step *s, uint64_t tier) {
  const slo_counts *c = &s->delta[2 * tier + 1].judged;
  const uint64_t factor_ppm = s->alert->tier[tier].factor_ppm;
  const sloi_u128 allowed = sloi_u128_multiply(factor_ppm, SLOI_PPB - s->alert->objective_ppb);
  const uint64_t share = allowed.hi != 0 || allowed.lo > SLOI_PPB_PPM ? SLOI_PPB_PPM : allowed.lo;
  const uint64_t half_ppm = factor_ppm > 1 ? factor_ppm / 2 : 1;
  return sloi_u128_compare(sloi_u128_multiply(share, c->good + c->bad),
                           sloi_u128_multiply(ALERT_STEP_EXPECTED, SLOI_PPB_PPM)) >= 0 &&
         slo_burn_exceeds(c, s->alert->objective_ppb, half_ppm, 0) == 0;
}

static void alert_step_gate(alert_step *s, uint32_t severity) {
  const slo_alert *a = s->alert;
  const sloi_gate_plan *plan = &a->gate[severity];
  sloi_gate_view view = {0, 0, 0, 0, 0, {0, 0, 0}};
  for (uint64_t i = 0; i < a->tier_count; i++) {
    const slo_alert_tier *t = &a->tier[i];
    if (t->severity != severity || t->kind != SLO_TIER_BURN) continue;
    const slo_counts *longer = &s->delta[2 * i].judged;
    view.holds |= s->holds[i];
    view.above |= alert_step_exceeds(s, i, longer);
    const slo_alert_tier grouped = alert_step_grouped(a, i);
    if (!alert_step_ready(&grouped, &s->state.timer[i], s->now + 1)) continue;
    view.ready = 1;
    view.volume |= longer->bad >= ALERT_STEP_VOLUME && t->factor_ppm >= plan->volume;
  }
  view.calm = alert_step_calm(s, plan->slowest) || /* or nothing counts now: it was corrected */
              sloi_ledger_any(s->ledger, s->sli, (int64_t)s->now - 1, (int64_t)s->now);
  view.longest = s->delta[2 * plan->longest].judged;
  sloi_gate_decide(plan, &s->state.gate[severity], &view);
}

/* ---- transitions ---- */

static uint64_t alert_step_burn(const slo_alert *a, const slo_counts *counts) {
  uint64_t burn_ppm = 0;
  (void)slo_burn_eval(counts, a->objective_ppb, &burn_ppm);
  return burn_ppm;
}

/* What the burn of a long window means for the budget of the period. */
static void alert_step_stakes(const alert_step *s, uint64_t tier, sloi_alert_slot *slot) {
  const slo_alert *a = s->alert;
  const slo_delta *d = &s->delta[2 * tier];
  int64_t period = (int64_t)a->period_ns, exhaustion;
  slo_delta whole = {0};
  uint64_t consumed;
  slot->exhaustion = (uint64_t)INT64_MAX;
  if (period == 0) return;
  slot->at_stake = sloi_u128_divide(
      sloi_u128_multiply(slot->long_burn, (uint64_t)d->to_ns - (uint64_t)d->from_ns),
      sloi_u128_of(a->period_ns));
  whole.struct_size = (uint32_t)sizeof whole;
  if (slo_window_read(s->window, &period, 1, &whole) != SLO_OK ||
      slo_ledger_correct(s->ledger, s->sli, s->window, &whole, NULL) != SLO_OK ||
      slo_burn_eval(&whole.judged, a->objective_ppb, &consumed) != SLO_OK) {
    return;
  }
  if (slo_burn_exhaustion((int64_t)ALERT_STEP_PPM - sloi_shown(consumed), slot->long_burn, period,
                          &exhaustion) == SLO_OK) {
    slot->exhaustion = (uint64_t)exhaustion;
  }
}

static void alert_step_write(slo_alert *a, const sloi_alert_slot *s) {
  uint64_t words[SLOI_ALERT_SLOT_WORDS];
  sloi_cell *cell = sloi_alert_slot_cells(a, s->mark - 1);
  memcpy(words, s, sizeof words);
  sloi_store_release(&cell[0], 0);
  for (size_t i = 1; i < SLOI_ALERT_SLOT_WORDS; i++) sloi_store_release(&cell[i], words[i]);
  sloi_store_release(&cell[0], words[0]);
}

/* Writes down a change, and why. */
static void alert_step_note(alert_step *s, uint32_t which, const sloi_alert_severity *before,
                            uint64_t tiers, uint64_t cause) {
  slo_alert *a = s->alert;
  const sloi_gate_plan *gate = &a->gate[which];
  sloi_alert_slot slot = {0};
  slot.mark = ++s->state.front.transitions;
  slot.severity = which;
  slot.from = before->state;
  slot.to = s->state.front.severity[which].state;
  slot.cause = cause;
  slot.at = s->now;
  slot.since = before->since;
  slot.last = before->last;
  slot.tiers = tiers;
  while (slot.tier + 1 < a->tier_count && !(tiers >> slot.tier & 1)) slot.tier++;
  slot.long_counts = s->delta[2 * slot.tier].judged;
  slot.short_counts = s->delta[2 * slot.tier + 1].judged;
  slot.long_burn = alert_step_burn(a, &slot.long_counts);
  slot.short_burn = alert_step_burn(a, &slot.short_counts);
  if (gate->kind == SLO_GATE_EVIDENCE) {
    slot.evidence =
        sloi_evidence_ppb(sloi_evidence_sum(&gate->evidence, &s->state.gate[which].evidence));
  }
  alert_step_stakes(s, slot.tier, &slot);
  alert_step_write(a, &slot);
}

/* Is there a gate that this tier must pass, and is it shut? */
static int alert_step_shut(const alert_step *s, uint64_t tier) {
  const slo_alert *a = s->alert;
  const slo_alert_tier *t = &a->tier[tier];
  if (a->gate[t->severity].kind != SLO_GATE_EVIDENCE || s->state.gate[t->severity].open) return 0;
  if (t->kind == SLO_TIER_BURN) return 1;
  for (uint64_t k = 0; k < a->tier_count && t->group != 0; k++) { /* nor may one of its group */
    const slo_alert_tier *other = &a->tier[k];
    if (other->group == t->group && other->severity == t->severity &&
        other->kind == SLO_TIER_BURN) {
      return 1;
    }
  }
  return 0;
}

/* May this severity not begin to fire, because the other one does? */
static int alert_step_silenced(const alert_step *s, uint32_t severity) {
  const slo_alert *a = s->alert;
  if (severity == SLO_SEVERITY_PAGE || (a->flags & SLO_ALERT_SILENCE) == 0) return 0;
  if (s->state.front.severity[SLO_SEVERITY_PAGE].state == SLO_ALERT_FIRING) return 1;
  return a->gate[SLO_SEVERITY_PAGE].kind == SLO_GATE_EVIDENCE &&
         s->state.gate[SLO_SEVERITY_PAGE].open != 0;
}

/* Which tiers of a severity fire, which are pending. What fires although its gate is shut may keep
 * a severity firing, not begin it. */
static void alert_step_tiers(const alert_step *s, uint32_t which, uint64_t *firing,
                             uint64_t *pending) {
  const slo_alert *a = s->alert;
  const int fires = s->state.front.severity[which].state == SLO_ALERT_FIRING;
  *firing = *pending = 0;
  for (uint64_t i = 0; i < a->tier_count; i++) {
    const sloi_alert_timer *timer = &s->state.timer[i];
    if (a->tier[i].severity != which) continue;
    if (timer->firing && (fires || !alert_step_shut(s, i))) {
      *firing |= UINT64_C(1) << i;
    } else if (timer->firing || timer->held != 0) {
      *pending |= UINT64_C(1) << i;
    }
  }
}

/* What it is that makes the first of these tiers fire. */
static uint64_t alert_step_cause(const alert_step *s, uint64_t tiers) {
  const slo_alert *a = s->alert;
  uint64_t i = 0;
  while (i + 1 < a->tier_count && !(tiers >> i & 1)) i++;
  const slo_alert_tier *t = &a->tier[i];
  if (t->kind == SLO_TIER_SPENT) return SLO_CAUSE_SPENT;
  if (t->kind == SLO_TIER_SILENCE) return SLO_CAUSE_SILENCE;
  return a->gate[t->severity].kind == SLO_GATE_EVIDENCE ? s->state.gate[t->severity].open
                                                        : SLO_CAUSE_BURN;
}

/* Moves one severity on. silenced: it may not begin to fire now. */
static void alert_step_severity(alert_step *s, uint32_t which, int silenced) {
  const slo_alert *a = s->alert;
  sloi_alert_severity *severity = &s->state.front.severity[which];
  const sloi_alert_severity before = *severity;
  uint64_t firing, pending, announced = 0;
  alert_step_tiers(s, which, &firing, &pending);
  int open = a->gate[which].kind == SLO_GATE_EVIDENCE && s->state.gate[which].open != 0;
  int fires = firing != 0 || (open && before.state == SLO_ALERT_FIRING);
  if (silenced && before.state != SLO_ALERT_FIRING && fires) {
    pending |= firing;
    firing = 0;
    fires = 0;
  }
  severity->state = fires          ? SLO_ALERT_FIRING
                    : pending != 0 ? SLO_ALERT_PENDING
                                   : SLO_ALERT_INACTIVE;
  severity->tiers = firing != 0 ? firing : pending;
  severity->last = s->now;
  if (severity->state == before.state) {
    for (uint64_t i = 0; i < a->tier_count; i++) {
      if (a->tier[i].flags & SLO_TIER_ANNOUNCE) {
        announced |= firing & ~before.fired & UINT64_C(1) << i;
      }
    }
    severity->fired |= firing;
    if (announced == 0) return;
    alert_step_note(s, which, &before, announced, alert_step_cause(s, announced));
    return;
  }
  severity->since = s->now;
  severity->fired = firing;
  if (!fires) severity->acknowledged = 0;
  uint64_t tiers = before.state == SLO_ALERT_FIRING ? before.fired
                   : severity->tiers != 0           ? severity->tiers
                                                    : before.tiers;
  alert_step_note(s, which, &before, tiers, fires ? alert_step_cause(s, tiers) : SLO_CAUSE_NONE);
}

/* ---- the step ---- */

static slo_status alert_step_correct(alert_step *s) {
  const uint64_t n = 2 * s->alert->tier_count;
  int64_t oldest = s->delta[0].to_ns;
  if (slo_ledger_count(s->ledger) == 0) return SLO_OK;
  for (uint64_t i = 0; i < n; i++) {
    if (s->delta[i].from_ns < oldest) oldest = s->delta[i].from_ns;
  }
  if (!sloi_ledger_any(s->ledger, s->sli, oldest, s->delta[0].to_ns)) return SLO_OK;
  for (uint64_t i = 0; i < n; i++) {
    slo_status status = slo_ledger_correct(s->ledger, s->sli, s->window, &s->delta[i], NULL);
    if (status != SLO_OK) return status;
  }
  return SLO_OK;
}

slo_status slo_alert_step(slo_alert *alert, const slo_window *window, const slo_ledger *ledger,
                          uint32_t sli) {
  int64_t spans[2 * SLO_ALERT_TIERS_MAX];
  uint64_t words[SLOI_ALERT_WORDS_MAX];
  alert_step s;
  if (alert == NULL || window == NULL) return SLO_EINVAL;
  s.alert = alert;
  s.window = window;
  s.ledger = ledger;
  s.sli = sli;
  for (uint64_t i = 0; i < alert->tier_count; i++) {
    spans[2 * i] = alert->tier[i].long_ns;
    spans[2 * i + 1] = alert->tier[i].short_ns;
  }
  s.delta[0].struct_size = (uint32_t)sizeof s.delta[0];
  slo_status status =
      sloi_window_read(window, spans, (size_t)(2 * alert->tier_count), s.delta, &s.summary);
  if (status == SLO_OK) status = alert_step_correct(&s);
  if (status != SLO_OK) return status;
  (void)sloi_commit_peek(sloi_alert_cells(alert), (size_t)alert->words, words);
  sloi_alert_unpack(alert, words, &s.state);
  s.now = (uint64_t)s.delta[0].to_ns;
  if (s.state.front.stepped == s.now + 1) return SLO_OK;
  s.state.front.stepped = s.now + 1;
  alert_step_weigh(&s);
  alert_step_conditions(&s);
  for (uint64_t i = 0; i < alert->tier_count; i++) {
    alert_step_hold(&s.state.timer[i], s.now + 1, s.holds[i]);
  }
  for (uint32_t i = 0; i < SLO_SEVERITIES; i++) {
    if (alert->gate[i].kind != SLO_GATE_EVIDENCE) continue;
    /* what is silenced opens no gate: when it may fire, it must be real then */
    if (s.state.gate[i].open || !alert_step_silenced(&s, i)) alert_step_gate(&s, i);
  }
  for (uint64_t i = 0; i < alert->tier_count; i++) {
    const slo_alert_tier tier = alert_step_grouped(alert, i);
    alert_step_fire(&tier, &s.state.timer[i], s.now + 1, !alert_step_shut(&s, i));
  }
  for (uint32_t i = 0; i < SLO_SEVERITIES; i++) {
    alert_step_severity(&s, i, alert_step_silenced(&s, i));
  }
  sloi_alert_pack(alert, &s.state, words);
  sloi_commit_store(sloi_alert_cells(alert), (size_t)alert->words, words);
  return SLO_OK;
}

int sloi_alert_due(const slo_alert *alert, const slo_window *window) {
  int64_t begin_ns, newest_ns;
  if (sloi_window_slice(window, &begin_ns, &newest_ns) != SLO_OK) return 0;
  uint64_t stepped = sloi_commit_word(sloi_alert_cells_const(alert), (size_t)alert->words,
                                      offsetof(sloi_alert_front, stepped) / 8);
  int64_t stepped_ns = (int64_t)stepped - 1;
  return stepped == 0 || stepped_ns < begin_ns || stepped_ns > newest_ns;
}

void sloi_alert_fetch(const slo_alert *alert) {
  enum { FRONT = 16, STATE = 16 };
  sloi_fetch(alert, FRONT);
  sloi_fetch(sloi_alert_cells_const(alert), STATE);
}
