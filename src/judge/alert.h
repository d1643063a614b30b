/* alert.h - the layout of an alert: alert.c makes, validates and reads it, alert_step.c moves it.
 */
#ifndef SLOI_ALERT_H
#define SLOI_ALERT_H

#include "base/block.h"
#include "base/commit.h"
#include "judge/gate.h"
#include "slo/alert.h"

/* One step makes at most one transition of each severity: a change, or an announcement of all tiers
 * that begin. The slots it writes are beyond the ones a reader of the committed state may ask for.
 */
enum { SLOI_ALERT_STEP_MAX = SLO_SEVERITIES };
enum { SLOI_ALERT_SLOTS = SLO_ALERT_TRANSITIONS_KEPT + 2 * SLOI_ALERT_STEP_MAX };

typedef struct sloi_alert_timer {
  uint64_t held;   /* time + 1 since when the tier holds without a break; 0: it does not */
  uint64_t last;   /* time + 1 it held last while firing */
  uint64_t firing; /* 0 or 1 */
} sloi_alert_timer;

typedef struct sloi_alert_severity {
  uint64_t state;
  uint64_t since;
  uint64_t last;
  uint64_t tiers;
  uint64_t fired;
  uint64_t acknowledged; /* time; 0: not */
} sloi_alert_severity;

/* What a step replaces whole; words only. What is committed is the front, the timers of the tiers
 * that there are, and the gates as far as they are in use, one behind the other. */
typedef struct sloi_alert_front {
  uint64_t stepped; /* time + 1 of the newest step; 0: none */
  uint64_t transitions;
  uint64_t weighed; /* time + 1 of the newest reading that was weighed; 0: none */
  uint64_t good;    /* what had been counted, and measured, by then */
  uint64_t bad;
  uint64_t measured;
  sloi_alert_severity severity[SLO_SEVERITIES];
} sloi_alert_front;

typedef struct sloi_alert_state {
  sloi_alert_front front;
  sloi_alert_timer timer[SLO_ALERT_TIERS_MAX];
  sloi_gate_state gate[SLO_SEVERITIES];
} sloi_alert_state;

enum { SLOI_ALERT_WORDS_MAX = sizeof(sloi_alert_state) / 8 };

typedef struct sloi_alert_slot {
  uint64_t mark; /* sequence + 1; 0: empty, or being written */
  uint64_t severity, from, to, tier, cause;
  uint64_t at, since, last, tiers;
  slo_counts long_counts, short_counts;
  uint64_t long_burn, short_burn;
  uint64_t evidence, at_stake, exhaustion;
} sloi_alert_slot;

enum { SLOI_ALERT_SLOT_WORDS = sizeof(sloi_alert_slot) / 8 };

/* Offsets are bytes from the block's start. */
struct slo_alert {
  sloi_block block;
  uint64_t objective_ppb;
  uint64_t tier_count;
  uint64_t slot_ns;
  uint64_t period_ns;
  uint64_t flags;
  uint64_t words; /* of a state */
  uint64_t state_at;
  uint64_t slots_at;
  sloi_gate_plan gate[SLO_SEVERITIES];
  slo_alert_tier tier[]; /* tier_count of them; then the state, then the transitions */
};

static inline sloi_cell *sloi_alert_cells(slo_alert *a) {
  return (sloi_cell *)(void *)((char *)a + a->state_at);
}

static inline const sloi_cell *sloi_alert_cells_const(const slo_alert *a) {
  return (const sloi_cell *)(const void *)((const char *)a + a->state_at);
}

static inline sloi_cell *sloi_alert_slot_cells(slo_alert *a, uint64_t sequence) {
  return (sloi_cell *)(void *)((char *)a + a->slots_at) +
         sequence % SLOI_ALERT_SLOTS * SLOI_ALERT_SLOT_WORDS;
}

/* Between a state and the words of it that are committed. */
void sloi_alert_unpack(const slo_alert *alert, const uint64_t *words, sloi_alert_state *state);
void sloi_alert_pack(const slo_alert *alert, const sloi_alert_state *state, uint64_t *words);

/* 1 when the window has begun a slice in which the alert has not been stepped. Owner only. */
int sloi_alert_due(const slo_alert *alert, const slo_window *window);

/* Asks for the lines that a step begins with. */
void sloi_alert_fetch(const slo_alert *alert);

#endif
