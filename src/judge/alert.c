#include "judge/alert.h"

#include <stdio.h>

#include "base/block.h"
#include "base/commit.h"
#include "base/fail.h"
#include "judge/ledger.h"
#include "judge/objective.h"
#include "window/window.h"

#define ALERT_MAGIC SLOI_BLOCK_MAGIC('a', 'l')
#define ALERT_LAYOUT 2

/* One step makes at most one transition per severity; the slots it writes are beyond the
 * ones a reader of the committed state may ask for. */
enum { ALERT_SLOTS = SLO_ALERT_TRANSITIONS_KEPT + 2 * SLO_SEVERITIES };

typedef struct alert_timer {
  uint64_t held;   /* time + 1 since when the tier holds without a break; 0: it does not */
  uint64_t last;   /* time + 1 it held last while firing */
  uint64_t firing; /* 0 or 1 */
} alert_timer;

typedef struct alert_severity {
  uint64_t state;
  uint64_t since;
  uint64_t last;
  uint64_t tiers;
  uint64_t fired;
} alert_severity;

/* What a step replaces whole; words only. Timers of tiers that are not there are left out. */
typedef struct alert_state {
  uint64_t stepped; /* time + 1 of the newest step; 0: none */
  uint64_t transitions;
  alert_severity severity[SLO_SEVERITIES];
  alert_timer timer[SLO_ALERT_TIERS_MAX];
} alert_state;

typedef struct alert_slot {
  uint64_t mark; /* sequence + 1; 0: empty, or being written */
  uint64_t severity, from, to, tier;
  uint64_t at, since, last, tiers;
  slo_counts long_counts, short_counts;
  uint64_t long_burn, short_burn;
} alert_slot;

enum { ALERT_STATE_WORDS = sizeof(alert_state) / 8, ALERT_SLOT_WORDS = sizeof(alert_slot) / 8 };

struct slo_alert {
  sloi_block block;
  uint64_t objective_ppb;
  uint64_t tier_count;
  uint64_t reserved[6];
  slo_alert_tier tier[SLO_ALERT_TIERS_MAX];
  sloi_cell state[1 + 2 * ALERT_STATE_WORDS];
  sloi_cell slot[ALERT_SLOTS][ALERT_SLOT_WORDS];
};

static size_t alert_words(const slo_alert *a) {
  return offsetof(alert_state, timer) / 8 + (size_t)a->tier_count * (sizeof(alert_timer) / 8);
}

#define ALERT_CONFIG_SIZE (offsetof(slo_alert, state) - sizeof(sloi_block))

slo_status slo_alert_tier_format(const slo_alert_tier *tier, char *buffer, size_t size) {
  char text_long[SLO_TIME_TEXT_MAX], text_short[SLO_TIME_TEXT_MAX];
  if (tier == NULL || buffer == NULL) return SLO_EINVAL;
  slo_status status = slo_span_format(tier->long_ns, text_long, sizeof text_long);
  if (status == SLO_OK) status = slo_span_format(tier->short_ns, text_short, sizeof text_short);
  if (status != SLO_OK) return status;
  int n = snprintf(buffer, size, "%s/%s", text_long, text_short);
  return n < 0 || (size_t)n >= size ? SLO_ESPACE : SLO_OK;
}

/* ---- configuration ---- */

static slo_status alert_check_tier(const slo_alert_tier *tier, unsigned i, slo_error *error) {
  if (tier->long_ns < 1 || tier->long_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, tier->long_ns, 1, SLO_TIME_MAX_NS, "tiers[%u].long_ns", i);
  }
  if (tier->short_ns < 1 || tier->short_ns > tier->long_ns) {
    return sloi_fail_range(error, tier->short_ns, 1, tier->long_ns, "tiers[%u].short_ns", i);
  }
  if (tier->factor_ppm < 1 || tier->factor_ppm > (uint64_t)SLO_BURN_FACTOR_MAX_PPM) {
    return sloi_fail_range(error, sloi_shown(tier->factor_ppm), 1, SLO_BURN_FACTOR_MAX_PPM,
                           "tiers[%u].factor_ppm", i);
  }
  if (tier->for_ns < 0 || tier->for_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, tier->for_ns, 0, SLO_TIME_MAX_NS, "tiers[%u].for_ns", i);
  }
  if (tier->keep_firing_ns < 0 || tier->keep_firing_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, tier->keep_firing_ns, 0, SLO_TIME_MAX_NS,
                           "tiers[%u].keep_firing_ns", i);
  }
  if (tier->severity >= SLO_SEVERITIES) {
    return sloi_fail_range(error, tier->severity, 0, SLO_SEVERITIES - 1, "tiers[%u].severity", i);
  }
  if (tier->flags > SLO_BURN_AT_LEAST) {
    return sloi_fail_range(error, tier->flags, 0, SLO_BURN_AT_LEAST, "tiers[%u].flags", i);
  }
  if (tier->reserved[0] != 0 || tier->reserved[1] != 0) {
    return sloi_fail(error, SLO_EVERSION, 0, "tiers[%u].reserved", i);
  }
  return SLO_OK;
}

static slo_status alert_check(const slo_alert_config *config, slo_alert_config *c,
                              slo_error *error) {
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_alert_config");
  if (status == SLO_OK) status = sloi_objective_check(c->objective_ppb, error, "objective_ppb");
  if (status != SLO_OK) return status;
  if (c->tier_count < 1 || c->tier_count > SLO_ALERT_TIERS_MAX) {
    return sloi_fail_range(error, c->tier_count, 1, SLO_ALERT_TIERS_MAX, "tier_count");
  }
  if (c->tiers == NULL) return sloi_fail(error, SLO_EINVAL, 0, "tiers (NULL)");
  for (uint32_t i = 0; i < c->tier_count && status == SLO_OK; i++) {
    status = alert_check_tier(&c->tiers[i], i, error);
  }
  return status;
}

slo_status slo_alert_footprint(const slo_alert_config *config, size_t *size, slo_error *error) {
  slo_alert_config c;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = alert_check(config, &c, error);
  if (status == SLO_OK) *size = (size_t)sloi_round_up(sizeof(slo_alert), SLO_ALIGN);
  return status;
}

slo_status slo_alert_init(void *memory, size_t size, const slo_alert_config *config,
                          slo_alert **alert, slo_error *error) {
  slo_alert_config c;
  if (alert == NULL) return sloi_fail(error, SLO_EINVAL, 0, "alert (NULL)");
  slo_status status = alert_check(config, &c, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, sloi_round_up(sizeof(slo_alert), SLO_ALIGN), ALERT_MAGIC,
                           ALERT_LAYOUT, ALERT_CONFIG_SIZE, error);
  if (status != SLO_OK) return status;
  slo_alert *a = memory;
  a->objective_ppb = c.objective_ppb;
  a->tier_count = c.tier_count;
  memcpy(a->tier, c.tiers, c.tier_count * sizeof a->tier[0]);
  sloi_block_ready(&a->block);
  *alert = a;
  return SLO_OK;
}

slo_status slo_alert_attach(void *memory, size_t size, slo_alert **alert) {
  slo_alert_config c = {0}, checked;
  if (alert == NULL) return SLO_EINVAL;
  slo_status status = sloi_block_check(memory, size, ALERT_MAGIC, ALERT_LAYOUT, ALERT_CONFIG_SIZE);
  if (status != SLO_OK) return status;
  slo_alert *a = memory;
  if (a->block.size != sloi_round_up(sizeof *a, SLO_ALIGN) ||
      a->block.config_size != ALERT_CONFIG_SIZE || a->tier_count > SLO_ALERT_TIERS_MAX) {
    return SLO_ECORRUPT;
  }
  c.struct_size = (uint32_t)sizeof c;
  c.tier_count = (uint32_t)a->tier_count;
  c.tiers = a->tier;
  c.objective_ppb = a->objective_ppb;
  if (alert_check(&c, &checked, NULL) != SLO_OK) return SLO_ECORRUPT;
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

/* ---- stepping ---- */

static int alert_holds(const slo_alert *a, uint64_t i, const slo_delta *deltas) {
  const slo_alert_tier *tier = &a->tier[i];
  return slo_burn_exceeds(&deltas[2 * i].judged, a->objective_ppb, tier->factor_ppm, tier->flags) ==
             1 &&
         slo_burn_exceeds(&deltas[2 * i + 1].judged, a->objective_ppb, tier->factor_ppm,
                          tier->flags) == 1;
}

/* How long since *mark, which a clock that was rebased to before it moves along. */
static uint64_t alert_age(uint64_t now, uint64_t *mark) {
  if (*mark > now) *mark = now;
  return now - *mark;
}

static void alert_step_timer(const slo_alert_tier *tier, alert_timer *timer, uint64_t now,
                             int holds) {
  if (holds) {
    if (timer->held == 0) timer->held = now;
    if (alert_age(now, &timer->held) >= (uint64_t)tier->for_ns) timer->firing = 1;
    if (timer->firing) timer->last = now;
  } else {
    timer->held = 0;
    if (alert_age(now, &timer->last) >= (uint64_t)tier->keep_firing_ns) timer->firing = 0;
  }
}

static uint64_t alert_burn(const slo_alert *a, const slo_counts *counts) {
  uint64_t burn_ppm = 0;
  (void)slo_burn_eval(counts, a->objective_ppb, &burn_ppm);
  return burn_ppm;
}

static void alert_write_slot(slo_alert *a, const alert_slot *s) {
  uint64_t words[ALERT_SLOT_WORDS];
  sloi_cell *cell = a->slot[(s->mark - 1) % ALERT_SLOTS];
  memcpy(words, s, sizeof words);
  sloi_store_release(&cell[0], 0);
  for (size_t i = 1; i < ALERT_SLOT_WORDS; i++) sloi_store_release(&cell[i], words[i]);
  sloi_store_release(&cell[0], words[0]);
}

/* Moves one severity on and, when its state changes, writes down why. */
static void alert_step_severity(slo_alert *a, alert_state *state, uint32_t which,
                                const slo_delta *deltas) {
  alert_severity *severity = &state->severity[which];
  const alert_severity before = *severity;
  uint64_t now = state->stepped - 1, pending = 0, firing = 0;
  for (uint64_t i = 0; i < a->tier_count; i++) {
    if (a->tier[i].severity != which) continue;
    if (state->timer[i].firing) {
      firing |= UINT64_C(1) << i;
    } else if (state->timer[i].held != 0) {
      pending |= UINT64_C(1) << i;
    }
  }
  severity->state = firing != 0    ? SLO_ALERT_FIRING
                    : pending != 0 ? SLO_ALERT_PENDING
                                   : SLO_ALERT_INACTIVE;
  severity->tiers = firing != 0 ? firing : pending;
  severity->last = now;
  if (severity->state == before.state) {
    severity->fired |= firing;
    return;
  }
  severity->since = now;
  severity->fired = firing;

  alert_slot s = {0};
  s.mark = ++state->transitions;
  s.severity = which;
  s.from = before.state;
  s.to = severity->state;
  s.at = now;
  s.since = before.since;
  s.last = before.last;
  s.tiers = before.state == SLO_ALERT_FIRING ? before.fired
            : severity->tiers != 0           ? severity->tiers
                                             : before.tiers;
  while (s.tier + 1 < a->tier_count && !(s.tiers >> s.tier & 1)) s.tier++;
  s.long_counts = deltas[2 * s.tier].judged;
  s.short_counts = deltas[2 * s.tier + 1].judged;
  s.long_burn = alert_burn(a, &s.long_counts);
  s.short_burn = alert_burn(a, &s.short_counts);
  alert_write_slot(a, &s);
}

static slo_status alert_correct(const slo_alert *a, const slo_window *window,
                                const slo_ledger *ledger, uint32_t sli, slo_delta *deltas) {
  int64_t oldest = deltas[0].to_ns;
  if (slo_ledger_count(ledger) == 0) return SLO_OK;
  for (uint64_t i = 0; i < 2 * a->tier_count; i++) {
    if (deltas[i].from_ns < oldest) oldest = deltas[i].from_ns;
  }
  if (!sloi_ledger_any(ledger, sli, oldest, deltas[0].to_ns)) return SLO_OK;
  for (uint64_t i = 0; i < 2 * a->tier_count; i++) {
    slo_status status = slo_ledger_correct(ledger, sli, window, &deltas[i], NULL);
    if (status != SLO_OK) return status;
  }
  return SLO_OK;
}

slo_status slo_alert_step(slo_alert *alert, const slo_window *window, const slo_ledger *ledger,
                          uint32_t sli) {
  int64_t spans[2 * SLO_ALERT_TIERS_MAX];
  slo_delta deltas[2 * SLO_ALERT_TIERS_MAX];
  alert_state state;
  if (alert == NULL || window == NULL) return SLO_EINVAL;
  for (uint64_t i = 0; i < alert->tier_count; i++) {
    spans[2 * i] = alert->tier[i].long_ns;
    spans[2 * i + 1] = alert->tier[i].short_ns;
  }
  deltas[0].struct_size = (uint32_t)sizeof deltas[0];
  slo_status status = slo_window_read(window, spans, (size_t)(2 * alert->tier_count), deltas);
  if (status == SLO_OK) status = alert_correct(alert, window, ledger, sli, deltas);
  if (status != SLO_OK) return status;
  (void)sloi_commit_peek(alert->state, alert_words(alert), (uint64_t *)&state);
  uint64_t now = (uint64_t)deltas[0].to_ns;
  if (state.stepped == now + 1) return SLO_OK;
  state.stepped = now + 1;
  for (uint64_t i = 0; i < alert->tier_count; i++) {
    alert_step_timer(&alert->tier[i], &state.timer[i], now + 1, alert_holds(alert, i, deltas));
  }
  for (uint32_t s = 0; s < SLO_SEVERITIES; s++) alert_step_severity(alert, &state, s, deltas);
  sloi_commit_store(alert->state, alert_words(alert), (const uint64_t *)&state);
  return SLO_OK;
}

int sloi_alert_due(const slo_alert *alert, const slo_window *window) {
  int64_t begin_ns, newest_ns;
  if (sloi_window_slice(window, &begin_ns, &newest_ns) != SLO_OK) return 0;
  uint64_t stepped =
      sloi_commit_word(alert->state, alert_words(alert), offsetof(alert_state, stepped) / 8);
  int64_t stepped_ns = (int64_t)stepped - 1;
  return stepped == 0 || stepped_ns < begin_ns || stepped_ns > newest_ns;
}

void sloi_alert_fetch(const slo_alert *alert) {
  enum { TIERS = 4, FRONT = 2, STATE = 7 };
  sloi_fetch(alert, FRONT + TIERS);
  sloi_fetch(alert->state, STATE);
}

/* ---- reading ---- */

slo_status slo_alert_read(const slo_alert *alert, uint32_t severity, slo_alert_status *status) {
  alert_state state;
  if (alert == NULL || status == NULL) return SLO_EINVAL;
  if (severity >= SLO_SEVERITIES) return SLO_ERANGE;
  sloi_commit_load(alert->state, alert_words(alert), (uint64_t *)&state);
  const alert_severity *from = &state.severity[severity];
  slo_alert_status s = {0};
  s.severity = severity;
  s.state = (uint32_t)from->state;
  s.since_ns = (int64_t)from->since;
  s.last_ns = (int64_t)from->last;
  s.tiers = from->tiers;
  s.tiers_fired = from->fired;
  return sloi_sized_write(status, &s, sizeof s);
}

static slo_transition alert_transition(const alert_slot *s) {
  slo_transition t = {0};
  t.severity = (uint32_t)s->severity;
  t.from = (uint32_t)s->from;
  t.to = (uint32_t)s->to;
  t.tier = (uint32_t)s->tier;
  t.sequence = s->mark - 1;
  t.at_ns = (int64_t)s->at;
  t.since_ns = (int64_t)s->since;
  t.last_ns = (int64_t)s->last;
  t.tiers = s->tiers;
  t.long_counts = s->long_counts;
  t.short_counts = s->short_counts;
  t.long_burn_ppm = s->long_burn;
  t.short_burn_ppm = s->short_burn;
  return t;
}

slo_status slo_alert_next(const slo_alert *alert, uint64_t *cursor, slo_transition *transition) {
  alert_state state;
  alert_slot s;
  uint64_t words[ALERT_SLOT_WORDS];
  if (alert == NULL || cursor == NULL || transition == NULL) return SLO_EINVAL;
  sloi_commit_load(alert->state, alert_words(alert), (uint64_t *)&state);
  if (*cursor >= state.transitions) return SLO_ENODATA;
  uint64_t oldest = state.transitions > SLO_ALERT_TRANSITIONS_KEPT
                        ? state.transitions - SLO_ALERT_TRANSITIONS_KEPT
                        : 0;
  if (*cursor >= oldest) {
    const sloi_cell *cell = alert->slot[*cursor % ALERT_SLOTS];
    for (size_t i = 0; i < ALERT_SLOT_WORDS; i++) words[i] = sloi_load_acquire(&cell[i]);
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
