/* evidence.h - evidence without a block of its own: what an alert embeds. */
#ifndef SLOI_EVIDENCE_H
#define SLOI_EVIDENCE_H

#include "base/u128.h"
#include "slo/evidence.h"

/* Numbers with 40 binary places, and with 64 of them in two words. */
#define SLOI_EVIDENCE_ONE40 (UINT64_C(1) << 40)

/* What follows from a configuration; words only. */
typedef struct sloi_evidence_plan {
  uint64_t healthy;                    /* p0, 10^-15 */
  uint64_t inverse;                    /* 1 / p0, 40 places, at most 2^63 - 1 */
  uint64_t weight;                     /* what a nanosecond adds to each bet, 84 places */
  uint64_t dead;                       /* ns */
  uint64_t cap;                        /* E is kept at most this */
  uint64_t bets;                       /* how many */
  uint64_t bet[SLO_EVIDENCE_BETS_MAX]; /* 40 places, descending */
} sloi_evidence_plan;

/* What is carried from slot to slot; words only, so that it can be part of a committed state. */
typedef struct sloi_evidence_state {
  uint64_t elapsed;                        /* ns, since the last slot that counted */
  uint64_t dead;                           /* ns, until failures count again */
  sloi_u128 wealth[SLO_EVIDENCE_BETS_MAX]; /* 64 places */
} sloi_evidence_state;

/* Words of a state in use. */
static inline size_t sloi_evidence_words(const sloi_evidence_plan *plan) {
  return offsetof(sloi_evidence_state, wealth) / 8 + 2 * (size_t)plan->bets;
}

/* Checks a configuration and completes it in *c. plan may be NULL. */
slo_status sloi_evidence_plan_config(const slo_evidence_config *config, slo_evidence_config *c,
                                     sloi_evidence_plan *plan, slo_error *error);

/* Is a stored plan one that can be worked with? */
int sloi_evidence_plan_valid(const sloi_evidence_plan *plan);

void sloi_evidence_step(const sloi_evidence_plan *plan, sloi_evidence_state *state, uint64_t dt,
                        uint64_t valid, uint64_t bad);

/* E with 64 places. */
sloi_u128 sloi_evidence_sum(const sloi_evidence_plan *plan, const sloi_evidence_state *state);

/* Lifts E to at least 1, when what says so is not evidence. */
void sloi_evidence_lift(const sloi_evidence_plan *plan, sloi_evidence_state *state);

/* A number with 64 places in parts per billion, rounded down; UINT64_MAX when it is larger. */
uint64_t sloi_evidence_ppb(sloi_u128 value);

#endif
