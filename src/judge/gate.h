/*
 * gate.h - may a severity that is important fire, and has it recovered?
 *
 * A gate opens when burn tiers hold and evidence, or sheer volume, says that it is real. It closes
 * when the evidence is gone, when what came lately is not what the outage looked like, or when the
 * windows themselves are healthy again. Then evidence begins anew.
 */
#ifndef SLOI_GATE_H
#define SLOI_GATE_H

#include "judge/evidence.h"
#include "slo/counts.h"
#include "slo/tier.h"

/* Words only: part of an alert's configuration. */
typedef struct sloi_gate_plan {
  uint64_t kind;    /* SLO_GATE_*; NONE also when the severity has no burn tier */
  uint64_t longest; /* the burn tier with the longest window */
  uint64_t slowest; /* the burn tier with the smallest factor */
  uint64_t volume;  /* the least factor whose tier may fire by volume, ppm */
  uint64_t apart;   /* valid events per bad one at the least burn */
  sloi_evidence_plan evidence;
} sloi_gate_plan;

/* Words only: part of an alert's state. */
typedef struct sloi_gate_state {
  uint64_t open;   /* 0, or SLO_CAUSE_* */
  uint64_t locked; /* 1: not by volume, until the long windows are empty of what opened it last */
  uint64_t valid;  /* what was counted since evidence rose, up to the last slot with a bad event */
  uint64_t bad;
  uint64_t since;    /* valid events since that slot */
  uint64_t slots;    /* weighed since it opened */
  sloi_u128 healthy; /* how well what came lately speaks against what came before; 64 places */
  sloi_evidence_state evidence;
} sloi_gate_state;

static inline size_t sloi_gate_words(const sloi_gate_plan *plan) {
  if (plan->kind == SLO_GATE_NONE) return 0;
  return offsetof(sloi_gate_state, evidence) / 8 + sloi_evidence_words(&plan->evidence);
}

/* The gate of one severity with these tiers. error names the field. */
slo_status sloi_gate_plan_config(const slo_alert_gate *gate, uint32_t severity,
                                 const slo_alert_tier *tiers, uint64_t tier_count,
                                 uint64_t objective_ppb, sloi_gate_plan *plan, slo_error *error);

/* The evidence that this gate would want, for planning. */
void sloi_gate_evidence(const slo_alert_gate *gate, uint32_t severity, const slo_alert_tier *tiers,
                        uint64_t tier_count, uint64_t objective_ppb, slo_evidence_config *config);

/* Weighs what was counted in a slot, of which dt was measured. */
void sloi_gate_weigh(const sloi_gate_plan *plan, sloi_gate_state *state, uint64_t dt,
                     const slo_counts *slot);

/* What the windows of a severity say at a step. */
typedef struct sloi_gate_view {
  int holds;          /* some burn tier holds */
  int ready;          /* some burn tier has held for long enough */
  int volume;         /* one of those has a hundred bad events and a factor that allows it */
  int above;          /* some long window exceeds its factor */
  int calm;           /* the slowest tier's short window could tell, and does not exceed */
  slo_counts longest; /* the longest window */
} sloi_gate_view;

/* Opens or closes the gate. */
void sloi_gate_decide(const sloi_gate_plan *plan, sloi_gate_state *state,
                      const sloi_gate_view *view);

#endif
