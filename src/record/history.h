/* history.h - the layout of a history: history_plan.c makes and validates it, history.c uses it. */
#ifndef SLOI_HISTORY_H
#define SLOI_HISTORY_H

#include "base/block.h"
#include "record/shape.h"
#include "slo/history.h"

/* Two rings: a directory of entries, and the words that they stand for. */
typedef struct sloi_history_tier {
  uint64_t step;
  uint64_t span;
  uint64_t entries;
  uint64_t entries_at; /* bytes from the block's start */
  uint64_t words;
  uint64_t words_at;
} sloi_history_tier;

/* The configuration and what follows from it; words only. */
typedef struct sloi_history_plan {
  uint64_t tier_count;
  uint64_t slot_bytes;
  uint64_t state_at;
  uint64_t size;
  sloi_history_tier tier[SLO_HISTORY_TIERS_MAX];
} sloi_history_plan;

struct slo_history {
  sloi_block block;
  sloi_history_plan plan;
  sloi_shape shape; /* with its words; then the state, then the rings of each tier */
};

/* What a tier holds. Numbers and places grow for ever and are taken modulo their ring. */
typedef struct sloi_history_ring {
  uint64_t head;  /* the next reading's number */
  uint64_t tail;  /* the oldest one's */
  uint64_t end;   /* the next reading's place, in words */
  uint64_t begin; /* the oldest one's */
} sloi_history_ring;

/* What is replaced whole (commit.h). A push writes only what the committed state does not hold:
 * old readings are dropped and that is committed before their words change, and a new reading is
 * there when all of it has been written. */
typedef struct sloi_history_state {
  uint64_t newest; /* time + 1 of the newest reading; 0: there is none */
  sloi_history_ring ring[SLO_HISTORY_TIERS_MAX];
} sloi_history_state;

enum { SLOI_HISTORY_ENTRY_WORDS = 3 }; /* time + 1, place, bytes */

static inline size_t sloi_history_state_words(const sloi_history_plan *plan) {
  return (offsetof(sloi_history_state, ring) +
          (size_t)plan->tier_count * sizeof(sloi_history_ring)) /
         8;
}

static inline uint64_t sloi_history_words(uint64_t bytes) {
  return (bytes + 7) / 8;
}

/* slo_history_footprint before there is a histogram, and whether the two belong together. */
slo_status sloi_history_footprint(const slo_hist_config *latency, const slo_history_config *config,
                                  size_t *size, slo_error *error);
int sloi_history_fits(const slo_history *history, const slo_hist *hist);

#endif
