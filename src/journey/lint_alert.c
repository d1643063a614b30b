#include "base/u128.h"
#include "journey/lint.h"
#include "judge/gate.h"
#include "judge/objective.h"

#define LINT_ALERT_PPM UINT64_C(1000000)
#define LINT_ALERT_TRAFFIC_MAX UINT64_C(1000000000000) /* of slo_evidence_detection */
#define LINT_ALERT_SLOT_NS (10 * SLO_SECOND_NS)        /* slot_ns 0, see slo/alert.h */

typedef struct lint_alert {
  const slo_alert_config *c;
  uint64_t budget; /* ppb; 0: not known */
  uint64_t requests_per_hour;
  const char *tiers;
  const char *gates;
  const char *where; /* nobody can write into a catalog */
} lint_alert;

static int lint_alert_joined(const slo_alert_tier *a, const slo_alert_tier *b) {
  return a == b || (a->group != 0 && a->group == b->group && a->severity == b->severity);
}

/* Nothing can burn as fast as that. */
static int lint_alert_dead(const slo_alert_tier *t, uint64_t budget) {
  if (budget == 0) return 0;
  int order =
      sloi_u128_compare(sloi_u128_multiply(t->factor_ppm, budget), sloi_u128_of(SLOI_PPB_PPM));
  return order > 0 || (order == 0 && (t->flags & SLO_BURN_AT_LEAST) == 0);
}

static int lint_alert_windowless(const slo_alert_tier *t) {
  return t->long_ns < SLO_SECOND_NS || t->short_ns < SLO_SECOND_NS;
}

/* The burn rate from which it may fire: of a group the largest factor, and none at all when the
 * group waits for silence, too. */
static uint64_t lint_alert_from(const slo_alert_config *c, const slo_alert_tier *t) {
  uint64_t from = 0;
  for (uint32_t i = 0; i < c->tier_count; i++) {
    const slo_alert_tier *other = &c->tiers[i];
    if (!lint_alert_joined(t, other)) continue;
    if (other->kind == SLO_TIER_SILENCE) return UINT64_MAX;
    if (other->factor_ppm > from) from = other->factor_ppm;
  }
  return from;
}

/* The burn tier that tells last, when no tier tells of a burn rate between 1 and its own. */
static const slo_alert_tier *lint_alert_gap(const slo_alert_config *c) {
  const slo_alert_tier *last = NULL;
  for (uint32_t i = 0; i < c->tier_count; i++) {
    const slo_alert_tier *t = &c->tiers[i];
    if (lint_alert_from(c, t) <= LINT_ALERT_PPM) return NULL;
    if (t->kind != SLO_TIER_BURN || lint_alert_windowless(t)) continue;
    if (last == NULL || lint_alert_from(c, t) < lint_alert_from(c, last)) last = t;
  }
  return last;
}

/*
 * Up to how many requests an hour one failure alone fires it. Of N events in the long window it is
 * a burn rate of 1 / (N * budget), and in the short one, which has fewer, no less. It must stay in
 * the short window for for_ns.
 */
static uint64_t lint_alert_alone(const slo_alert_config *c, const slo_alert_tier *tier,
                                 uint64_t budget) {
  uint64_t most = UINT64_MAX;
  int64_t for_ns = 0, short_ns = INT64_MAX;
  for (uint32_t i = 0; i < c->tier_count; i++) {
    const slo_alert_tier *t = &c->tiers[i];
    if (!lint_alert_joined(tier, t)) continue;
    if (t->kind == SLO_TIER_SILENCE || lint_alert_windowless(t) || lint_alert_dead(t, budget)) {
      return 0;
    }
    if (t->for_ns > for_ns) for_ns = t->for_ns;
    if (t->kind == SLO_TIER_BURN && t->short_ns < short_ns) short_ns = t->short_ns;
    if (t->factor_ppm == 0) continue; /* any failure at any traffic */
    sloi_u128 one = sloi_u128_multiply((uint64_t)SLO_HOUR_NS, SLOI_PPB_PPM);
    if (t->kind == SLO_TIER_BURN && (t->flags & SLO_BURN_AT_LEAST) == 0) {
      one = sloi_u128_subtract(one, sloi_u128_of(1)); /* equal is not above */
    }
    uint64_t alone =
        sloi_u128_divide(one, sloi_u128_multiply(t->factor_ppm * budget, (uint64_t)t->long_ns));
    if (alone < most) most = alone;
  }
  return for_ns < short_ns ? most : 0;
}

static void lint_alert_field(sloi_lint *lint, const lint_alert *a, uint32_t i, const char *name) {
  sloi_lint_field(lint, "%s[%u].%s", a->tiers, (unsigned)i, name);
}

static void lint_alert_window(sloi_lint *lint, const lint_alert *a, uint32_t i) {
  const slo_alert_tier *t = &a->c->tiers[i];
  char text[SLO_TIME_TEXT_MAX] = "";
  if (t->long_ns < SLO_SECOND_NS) {
    lint_alert_field(lint, a, i, "long_ns");
    sloi_lint_replace(lint, SLO_LINT_NO_WINDOW, t->long_ns, SLO_SECOND_NS, "write at least 1s");
  }
  if (t->short_ns < SLO_SECOND_NS) {
    int64_t usual = t->long_ns / 12 < SLO_SECOND_NS ? SLO_SECOND_NS : t->long_ns / 12;
    (void)slo_span_format(usual, text, sizeof text);
    lint_alert_field(lint, a, i, "short_ns");
    sloi_lint_replace(
        lint, SLO_LINT_NO_WINDOW, t->short_ns, usual,
        usual == SLO_SECOND_NS ? "write at least %s" : "write %s, a twelfth of the long window",
        text);
  }
}

/* A burn of the factor spends factor * t / period of the budget in t. */
static void lint_alert_late(sloi_lint *lint, const lint_alert *a, uint32_t i) {
  const slo_alert_tier *t = &a->c->tiers[i];
  char text[SLO_TIME_TEXT_MAX] = "";
  if (a->c->period_ns <= 0 || t->factor_ppm == 0) return;
  const sloi_u128 period = sloi_u128_multiply((uint64_t)a->c->period_ns, LINT_ALERT_PPM);
  const uint64_t room =
      sloi_u128_divide(sloi_u128_subtract(period, sloi_u128_of(1)), sloi_u128_of(t->factor_ppm));
  const uint64_t window = (uint64_t)t->long_ns, hold = t->for_ns > 0 ? (uint64_t)t->for_ns : 0;
  if (window + hold <= room) return;
  const int by_window = window > room;
  const uint64_t other = by_window ? hold : window;
  uint64_t most = other <= room ? room - other : room;
  if (most > (uint64_t)SLO_SECOND_NS) most -= most % (uint64_t)SLO_SECOND_NS;
  (void)slo_span_format((int64_t)most, text, sizeof text);
  lint_alert_field(lint, a, i, by_window ? "long_ns" : "for_ns");
  sloi_lint_replace(lint, SLO_LINT_TOO_LATE, by_window ? t->long_ns : t->for_ns, (int64_t)most,
                    "write at most %s", text);
}

static void lint_alert_factor(sloi_lint *lint, const lint_alert *a, uint32_t i,
                              const slo_alert_tier *gap) {
  const slo_alert_tier *t = &a->c->tiers[i];
  const int64_t value = sloi_shown(t->factor_ppm);
  const uint64_t round = sloi_lint_noise(t->factor_ppm, SLOI_LINT_GRID, INT64_MAX);
  lint_alert_field(lint, a, i, "factor_ppm");
  if (round != 0) {
    sloi_lint_replace(lint, SLO_LINT_NOISE, value, (int64_t)round, "write %lld", (long long)round);
  }
  if (lint_alert_dead(t, a->budget)) {
    uint64_t most = (SLOI_PPB_PPM - ((t->flags & SLO_BURN_AT_LEAST) == 0 ? 1 : 0)) / a->budget;
    most -= most % SLOI_LINT_GRID; /* 9999999 would be noise, and 10000000 dead again */
    sloi_lint_replace(lint, SLO_LINT_DEAD_TIER, value, (int64_t)most,
                      "%swrite at most %lld (burn rate %lld.%02lld)", a->where, (long long)most,
                      (long long)(most / LINT_ALERT_PPM),
                      (long long)(most % LINT_ALERT_PPM / SLOI_LINT_GRID));
  }
  if (lint_alert_from(a->c, t) < LINT_ALERT_PPM) {
    sloi_lint_replace(lint, SLO_LINT_NAGGING_TIER, value, (int64_t)LINT_ALERT_PPM,
                      "%swrite 1000000 or more", a->where);
  }
  if (t == gap) {
    sloi_lint_replace(lint, SLO_LINT_GAP, value, (int64_t)LINT_ALERT_PPM,
                      "%sadd a tier with 1000000 over some days, for a ticket", a->where);
  }
  if (t->severity != SLO_SEVERITY_PAGE || a->c->gate[SLO_SEVERITY_PAGE].kind != SLO_GATE_NONE ||
      a->budget == 0 || a->requests_per_hour == 0) {
    return;
  }
  const uint64_t most = lint_alert_alone(a->c, t, a->budget);
  if (a->requests_per_hour <= most) {
    sloi_lint_add(lint, SLO_LINT_SINGLE_EVENT, value,
                  "use the evidence gate: without it one failure fires this tier up to %lld "
                  "requests an hour",
                  (long long)sloi_shown(most));
  }
}

/* Of pages: a ticket has time. */
static void lint_alert_gate(sloi_lint *lint, const lint_alert *a) {
  const uint32_t severity = SLO_SEVERITY_PAGE;
  const slo_alert_config *c = a->c;
  const slo_alert_gate *gate = &c->gate[severity];
  slo_evidence_config evidence;
  char text[SLO_TIME_TEXT_MAX] = "";
  int64_t ns = 0;
  int burns = 0;
  for (uint32_t i = 0; i < c->tier_count; i++) {
    burns |= c->tiers[i].kind == SLO_TIER_BURN && c->tiers[i].severity == severity;
  }
  if (!burns || gate->kind != SLO_GATE_EVIDENCE || a->budget == 0 || c->period_ns <= 0 ||
      a->requests_per_hour == 0) {
    return;
  }
  const uint64_t hourly =
      a->requests_per_hour < LINT_ALERT_TRAFFIC_MAX ? a->requests_per_hour : LINT_ALERT_TRAFFIC_MAX;
  sloi_gate_evidence(gate, severity, c->tiers, c->tier_count, c->objective_ppb, &evidence);
  slo_status status = slo_evidence_detection(
      &evidence, hourly, SLOI_PPB, c->slot_ns != 0 ? c->slot_ns : LINT_ALERT_SLOT_NS, &ns);
  /* a total outage spends the budget in this time */
  const uint64_t lasts = sloi_u128_divide(sloi_u128_multiply(a->budget, (uint64_t)c->period_ns),
                                          sloi_u128_of(SLOI_PPB));
  /* whoever asks for a gate that cannot be is told by slo_alert_init */
  if ((status != SLO_OK && status != SLO_ENODATA) || (status == SLO_OK && (uint64_t)ns <= lasts)) {
    return;
  }
  (void)slo_span_format(ns - ns % SLO_SECOND_NS, text, sizeof text);
  sloi_lint_field(lint, "%s[%u].kind", a->gates, (unsigned)severity);
  sloi_lint_add(
      lint, SLO_LINT_NOT_SEEN, gate->kind,
      "promise less, count probes, too, or allow more alarms: at %lld an hour it takes %s",
      (long long)hourly, status == SLO_OK ? text : "for ever");
}

void sloi_lint_alert(sloi_lint *lint, const slo_alert_config *config, uint64_t requests_per_hour,
                     int catalog, const char *gates) {
  lint_alert a = {config, 0, requests_per_hour, "tiers", gates, ""};
  if (catalog) {
    a.tiers = "catalog.tiers";
    a.where = "take another catalog, or in tiers of your own ";
  }
  if (sloi_objective_check(config->objective_ppb, NULL, "") == SLO_OK) {
    a.budget = SLOI_PPB - config->objective_ppb;
  }
  const slo_alert_tier *gap = lint_alert_gap(config);
  for (uint32_t i = 0; i < config->tier_count; i++) {
    const slo_alert_tier *t = &config->tiers[i];
    if (t->kind != SLO_TIER_BURN) continue;
    lint_alert_window(lint, &a, i);
    if (lint_alert_windowless(t)) continue;
    if (!lint_alert_dead(t, a.budget)) lint_alert_late(lint, &a, i);
    lint_alert_factor(lint, &a, i, gap);
  }
  lint_alert_gate(lint, &a);
}

slo_status slo_lint_alert(const slo_alert_config *config, uint64_t requests_per_hour,
                          const char *field, slo_finding *findings, uint32_t capacity,
                          uint32_t *count, slo_error *error) {
  slo_alert_config c;
  sloi_lint lint;
  if (config == NULL) return sloi_fail(error, SLO_EINVAL, 0, "config (NULL)");
  slo_status status = sloi_lint_begin(&lint, field, findings, capacity, count, error);
  if (status == SLO_OK) status = sloi_sized_read(&c, sizeof c, config, error, "slo_alert_config");
  if (status == SLO_OK) status = sloi_objective_check(c.objective_ppb, error, "objective_ppb");
  if (status != SLO_OK) return status;
  if (c.period_ns < 1 || c.period_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c.period_ns, 1, SLO_TIME_MAX_NS, "period_ns");
  }
  if (c.tier_count < 1 || c.tier_count > SLO_ALERT_TIERS_MAX) {
    return sloi_fail_range(error, c.tier_count, 1, SLO_ALERT_TIERS_MAX, "tier_count");
  }
  if (c.tiers == NULL) return sloi_fail(error, SLO_EINVAL, 0, "tiers (NULL)");
  sloi_lint_alert(&lint, &c, requests_per_hour, 0, "gate");
  *count = lint.count;
  return SLO_OK;
}
