#include "judge/alert.h"

#include <stddef.h>

#include "base/fail.h"
#include "judge/objective.h"
#include "judge/tier.h"

#define ALERT_MAGIC SLOI_BLOCK_MAGIC('a', 'l')
#define ALERT_LAYOUT 3
#define ALERT_SLOT_NS (10 * SLO_SECOND_NS)

/* ---- configuration ---- */

/* The block that a configuration asks for, but for the header and the tiers. */
typedef struct alert_plan {
  slo_alert_config config; /* complete */
  sloi_gate_plan gate[SLO_SEVERITIES];
  uint64_t words;
  uint64_t state_at;
  uint64_t slots_at;
  uint64_t size;
} alert_plan;

static void alert_lay_out(alert_plan *plan) {
  uint64_t at = offsetof(slo_alert, tier) + plan->config.tier_count * sizeof(slo_alert_tier);
  plan->words =
      sizeof(sloi_alert_front) / 8 + plan->config.tier_count * (sizeof(sloi_alert_timer) / 8);
  for (int s = 0; s < SLO_SEVERITIES; s++) plan->words += sloi_gate_words(&plan->gate[s]);
  plan->state_at = sloi_round_up(at, SLO_ALIGN);
  at = plan->state_at + 8 * sloi_commit_words((size_t)plan->words);
  plan->slots_at = sloi_round_up(at, SLO_ALIGN);
  plan->size =
      sloi_round_up(plan->slots_at + 8 * SLOI_ALERT_SLOTS * SLOI_ALERT_SLOT_WORDS, SLO_ALIGN);
}

static slo_status alert_check(const slo_alert_config *config, alert_plan *plan, slo_error *error) {
  slo_alert_config *c = &plan->config;
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_alert_config");
  if (status == SLO_OK) status = sloi_objective_check(c->objective_ppb, error, "objective_ppb");
  if (status != SLO_OK) return status;
  if (c->tier_count < 1 || c->tier_count > SLO_ALERT_TIERS_MAX) {
    return sloi_fail_range(error, c->tier_count, 1, SLO_ALERT_TIERS_MAX, "tier_count");
  }
  if (c->tiers == NULL) return sloi_fail(error, SLO_EINVAL, 0, "tiers (NULL)");
  if (c->slot_ns == 0) c->slot_ns = ALERT_SLOT_NS;
  if (c->slot_ns < SLO_SECOND_NS || c->slot_ns > SLO_HOUR_NS) {
    return sloi_fail_range(error, c->slot_ns, SLO_SECOND_NS, SLO_HOUR_NS, "slot_ns");
  }
  if (c->period_ns < 0 || c->period_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c->period_ns, 0, SLO_TIME_MAX_NS, "period_ns");
  }
  if (c->flags > SLO_ALERT_SILENCE) {
    return sloi_fail_range(error, c->flags, 0, SLO_ALERT_SILENCE, "flags");
  }
  if (c->reserved != 0) return sloi_fail(error, SLO_EVERSION, c->reserved, "reserved");
  for (uint32_t i = 0; i < c->tier_count && status == SLO_OK; i++) {
    status = sloi_tier_check(&c->tiers[i], i, error);
  }
  for (uint32_t s = 0; s < SLO_SEVERITIES && status == SLO_OK; s++) {
    status = sloi_gate_plan_config(&c->gate[s], s, c->tiers, c->tier_count, c->objective_ppb,
                                   &plan->gate[s], error);
  }
  if (status == SLO_OK) alert_lay_out(plan);
  return status;
}

static uint64_t alert_config_size(uint64_t tier_count) {
  return offsetof(slo_alert, tier) + tier_count * sizeof(slo_alert_tier) - sizeof(sloi_block);
}

slo_status slo_alert_footprint(const slo_alert_config *config, size_t *size, slo_error *error) {
  alert_plan plan;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = alert_check(config, &plan, error);
  if (status == SLO_OK) *size = (size_t)plan.size;
  return status;
}

slo_status slo_alert_init(void *memory, size_t size, const slo_alert_config *config,
                          slo_alert **alert, slo_error *error) {
  alert_plan plan;
  if (alert == NULL) return sloi_fail(error, SLO_EINVAL, 0, "alert (NULL)");
  slo_status status = alert_check(config, &plan, error);
  if (status != SLO_OK) return status;
  const slo_alert_config *c = &plan.config;
  status = sloi_block_init(memory, size, plan.size, ALERT_MAGIC, ALERT_LAYOUT,
                           alert_config_size(c->tier_count), error);
  if (status != SLO_OK) return status;
  slo_alert *a = memory;
  a->objective_ppb = c->objective_ppb;
  a->tier_count = c->tier_count;
  a->slot_ns = (uint64_t)c->slot_ns;
  a->period_ns = (uint64_t)c->period_ns;
  a->flags = c->flags;
  a->words = plan.words;
  a->state_at = plan.state_at;
  a->slots_at = plan.slots_at;
  memcpy(a->gate, plan.gate, sizeof a->gate);
  memcpy(a->tier, c->tiers, c->tier_count * sizeof a->tier[0]);
  sloi_block_ready(&a->block);
  *alert = a;
  return SLO_OK;
}

/* Believes the checksum that the gates' plans are what init made of some configuration, and checks
 * what an index or a length follows from. */
static int alert_gate_valid(const slo_alert *a, const sloi_gate_plan *g) {
  if (g->kind == SLO_GATE_NONE) return 1;
  if (g->kind != SLO_GATE_EVIDENCE || g->longest >= a->tier_count || g->slowest >= a->tier_count) {
    return 0;
  }
  return sloi_evidence_plan_valid(&g->evidence);
}

slo_status slo_alert_attach(void *memory, size_t size, slo_alert **alert) {
  alert_plan plan;
  if (alert == NULL) return SLO_EINVAL;
  slo_status status =
      sloi_block_check(memory, size, ALERT_MAGIC, ALERT_LAYOUT, alert_config_size(0));
  if (status != SLO_OK) return status;
  slo_alert *a = memory;
  if (a->tier_count < 1 || a->tier_count > SLO_ALERT_TIERS_MAX ||
      a->block.config_size != alert_config_size(a->tier_count) ||
      a->objective_ppb < SLO_OBJECTIVE_MIN_PPB || a->objective_ppb > SLO_OBJECTIVE_MAX_PPB ||
      a->slot_ns < (uint64_t)SLO_SECOND_NS || a->slot_ns > (uint64_t)SLO_HOUR_NS ||
      a->period_ns > (uint64_t)SLO_TIME_MAX_NS || a->flags > SLO_ALERT_SILENCE) {
    return SLO_ECORRUPT;
  }
  for (uint64_t i = 0; i < a->tier_count; i++) {
    if (sloi_tier_check(&a->tier[i], (unsigned)i, NULL) != SLO_OK) return SLO_ECORRUPT;
  }
  for (int s = 0; s < SLO_SEVERITIES; s++) {
    if (!alert_gate_valid(a, &a->gate[s])) return SLO_ECORRUPT;
    plan.gate[s] = a->gate[s];
  }
  plan.config.tier_count = (uint32_t)a->tier_count;
  alert_lay_out(&plan);
  if (a->words != plan.words || a->state_at != plan.state_at || a->slots_at != plan.slots_at ||
      a->block.size != plan.size) {
    return SLO_ECORRUPT;
  }
  *alert = a;
  return SLO_OK;
}

slo_status slo_alert_create(const slo_alert_config *config, const slo_allocator *allocator,
                            slo_alert **alert, slo_error *error) {
  size_t size;
  void *memory;
  if (alert == NULL) return sloi_fail(error, SLO_EINVAL, 0, "alert (NULL)");
  slo_status status = slo_alert_footprint(config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_alert_init(memory, size, config, alert, error);
}

void slo_alert_destroy(slo_alert *alert) {
  sloi_block_release(alert);
}

/* ---- states ---- */

void sloi_alert_unpack(const slo_alert *a, const uint64_t *words, sloi_alert_state *state) {
  const size_t timers = (size_t)a->tier_count * sizeof state->timer[0];
  memcpy(&state->front, words, sizeof state->front);
  words += sizeof state->front / 8;
  memcpy(state->timer, words, timers);
  words += timers / 8;
  for (int s = 0; s < SLO_SEVERITIES; s++) {
    const size_t n = sloi_gate_words(&a->gate[s]);
    memcpy(&state->gate[s], words, n * 8);
    words += n;
  }
}

void sloi_alert_pack(const slo_alert *a, const sloi_alert_state *state, uint64_t *words) {
  const size_t timers = (size_t)a->tier_count * sizeof state->timer[0];
  memcpy(words, &state->front, sizeof state->front);
  words += sizeof state->front / 8;
  memcpy(words, state->timer, timers);
  words += timers / 8;
  for (int s = 0; s < SLO_SEVERITIES; s++) {
    const size_t n = sloi_gate_words(&a->gate[s]);
    memcpy(words, &state->gate[s], n * 8);
    words += n;
  }
}

slo_status slo_alert_acknowledge(slo_alert *alert, uint32_t severity, int64_t now_ns) {
  sloi_alert_front front;
  uint64_t words[SLOI_ALERT_WORDS_MAX];
  if (alert == NULL) return SLO_EINVAL;
  if (severity >= SLO_SEVERITIES || now_ns < 1 || now_ns > SLO_TIME_MAX_NS) return SLO_ERANGE;
  (void)sloi_commit_peek(sloi_alert_cells(alert), (size_t)alert->words, words);
  memcpy(&front, words, sizeof front);
  if (front.severity[severity].state != SLO_ALERT_FIRING) return SLO_ENODATA;
  front.severity[severity].acknowledged = (uint64_t)now_ns;
  memcpy(words, &front, sizeof front);
  sloi_commit_store(sloi_alert_cells(alert), (size_t)alert->words, words);
  return SLO_OK;
}

slo_status slo_alert_read(const slo_alert *alert, uint32_t severity, slo_alert_status *status) {
  sloi_alert_state state;
  uint64_t words[SLOI_ALERT_WORDS_MAX];
  if (alert == NULL || status == NULL) return SLO_EINVAL;
  if (severity >= SLO_SEVERITIES) return SLO_ERANGE;
  sloi_commit_load(sloi_alert_cells_const(alert), (size_t)alert->words, words);
  sloi_alert_unpack(alert, words, &state);
  const sloi_alert_severity *from = &state.front.severity[severity];
  const sloi_gate_plan *gate = &alert->gate[severity];
  slo_alert_status s = {0};
  s.severity = severity;
  s.state = (uint32_t)from->state;
  s.since_ns = (int64_t)from->since;
  s.last_ns = (int64_t)from->last;
  s.tiers = from->tiers;
  s.tiers_fired = from->fired;
  s.acknowledged_ns = (int64_t)from->acknowledged;
  if (gate->kind == SLO_GATE_EVIDENCE) {
    s.evidence_ppb =
        sloi_evidence_ppb(sloi_evidence_sum(&gate->evidence, &state.gate[severity].evidence));
  }
  return sloi_sized_write(status, &s, sizeof s);
}

static slo_transition alert_transition(const sloi_alert_slot *s) {
  slo_transition t = {0};
  t.severity = (uint32_t)s->severity;
  t.from = (uint32_t)s->from;
  t.to = (uint32_t)s->to;
  t.tier = (uint32_t)s->tier;
  t.cause = (uint32_t)s->cause;
  t.sequence = s->mark - 1;
  t.at_ns = (int64_t)s->at;
  t.since_ns = (int64_t)s->since;
  t.last_ns = (int64_t)s->last;
  t.tiers = s->tiers;
  t.long_counts = s->long_counts;
  t.short_counts = s->short_counts;
  t.long_burn_ppm = s->long_burn;
  t.short_burn_ppm = s->short_burn;
  t.evidence_ppb = s->evidence;
  t.at_stake_ppm = s->at_stake;
  t.exhaustion_ns = (int64_t)s->exhaustion;
  return t;
}

slo_status slo_alert_next(const slo_alert *alert, uint64_t *cursor, slo_transition *transition) {
  sloi_alert_slot s;
  uint64_t words[SLOI_ALERT_WORDS_MAX];
  if (alert == NULL || cursor == NULL || transition == NULL) return SLO_EINVAL;
  sloi_commit_load(sloi_alert_cells_const(alert), (size_t)alert->words, words);
  const uint64_t transitions = words[offsetof(sloi_alert_front, transitions) / 8];
  if (*cursor >= transitions) return SLO_ENODATA;
  uint64_t oldest =
      transitions > SLO_ALERT_TRANSITIONS_KEPT ? transitions - SLO_ALERT_TRANSITIONS_KEPT : 0;
  if (*cursor >= oldest) {
    const sloi_cell *cell = sloi_alert_slot_cells((slo_alert *)(uintptr_t)alert, *cursor);
    for (size_t i = 0; i < SLOI_ALERT_SLOT_WORDS; i++) words[i] = sloi_load_acquire(&cell[i]);
    memcpy(&s, words, sizeof s);
    if (s.mark == *cursor + 1 && sloi_load_relaxed(&cell[0]) == s.mark) {
      slo_transition t = alert_transition(&s);
      slo_status status = sloi_sized_write(transition, &t, sizeof t);
      if (status == SLO_OK) ++*cursor;
      return status;
    }
    oldest = *cursor + 1; /* overwritten while we read */
  }
  *cursor = oldest;
  return SLO_ELOST;
}

/* ---- planning ---- */

/* When a burn tier would have held for long enough: its long window is the later one to exceed the
 * factor. INT64_MAX: never. */
static int64_t alert_importance(const slo_alert_config *c, const slo_alert_tier *t,
                                uint64_t error_ppb) {
  int64_t ns;
  if (slo_burn_detection(c->objective_ppb, error_ppb, t->factor_ppm, t->long_ns, &ns) != SLO_OK) {
    return INT64_MAX;
  }
  return t->for_ns < INT64_MAX - ns ? ns + t->for_ns : INT64_MAX;
}

slo_status slo_alert_detection(const slo_alert_config *config, uint32_t severity,
                               uint64_t requests_per_hour, uint64_t error_ppb,
                               int64_t *detection_ns) {
  alert_plan plan;
  if (config == NULL || detection_ns == NULL) return SLO_EINVAL;
  slo_status status = alert_check(config, &plan, NULL);
  if (status != SLO_OK) return status;
  const slo_alert_config *c = &plan.config;
  if (severity >= SLO_SEVERITIES || requests_per_hour < 1 ||
      requests_per_hour > UINT64_C(1000000000000) || error_ppb < 1 || error_ppb > SLOI_PPB) {
    return SLO_ERANGE;
  }
  int64_t soonest = INT64_MAX, real = 0;
  for (uint32_t i = 0; i < c->tier_count; i++) {
    const slo_alert_tier *t = &c->tiers[i];
    if (t->severity != severity || t->kind != SLO_TIER_BURN) continue;
    int64_t ns = alert_importance(c, t, error_ppb);
    for (uint32_t k = 0; k < c->tier_count && t->group != 0; k++) { /* all of a group */
      const slo_alert_tier *other = &c->tiers[k];
      if (other->group != t->group || other->severity != severity) continue;
      if (other->kind != SLO_TIER_BURN) continue;
      int64_t other_ns = alert_importance(c, other, error_ppb);
      if (other_ns > ns) ns = other_ns;
    }
    if (ns < soonest) soonest = ns;
  }
  if (soonest == INT64_MAX) return SLO_ENODATA;
  if (plan.gate[severity].kind == SLO_GATE_EVIDENCE) {
    slo_evidence_config e;
    sloi_gate_evidence(&c->gate[severity], severity, c->tiers, c->tier_count, c->objective_ppb, &e);
    status = slo_evidence_detection(&e, requests_per_hour, error_ppb, c->slot_ns, &real);
    if (status != SLO_OK) return status;
  }
  *detection_ns = soonest > real ? soonest : real;
  return SLO_OK;
}
