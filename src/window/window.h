/* window.h - the layout of a window: tiers.c makes and validates it, window.c uses it. */
#ifndef SLOI_WINDOW_H
#define SLOI_WINDOW_H

#include "base/block.h"
#include "base/commit.h"
#include "slo/window.h"

/* A reading, the words of a slot. */
typedef struct sloi_window_reading {
  uint64_t mark; /* time + 1; 0: empty, or being written */
  uint64_t good;
  uint64_t bad;
  uint64_t excluded;
  uint64_t measured;
} sloi_window_reading;

enum { SLOI_WINDOW_READING_WORDS = sizeof(sloi_window_reading) / 8 };

/*
 * What a push replaces whole. newest.mark is 0 before the first push.
 *
 * The rings are written from a committed state only: `opened` has a bit for each tier in which
 * the newest reading opened slots, and the next push writes those before it does anything
 * else. Until then a reader takes them from the state: the newest slot holds the newest
 * reading, slots that were passed over the one before it. So a push touches nothing that the
 * state it began with could ask for, and may be killed anywhere.
 */
typedef struct sloi_window_state {
  sloi_window_reading newest;
  sloi_window_reading previous;
  uint64_t first;  /* time of the oldest reading of this history */
  uint64_t opened; /* bits of tiers */
  uint64_t steps_back;
  uint64_t jumps_refused;
  uint64_t rebases;
  uint64_t head[SLO_WINDOW_TIERS_MAX]; /* the newest slot's number: floor(time / step) */
} sloi_window_state;

typedef struct sloi_window_ring {
  uint64_t step;
  uint64_t span;
  uint64_t slots;
  uint64_t at; /* bytes from the block's start */
} sloi_window_ring;

struct slo_window {
  sloi_block block;
  uint64_t tier_count;
  uint64_t jump_max;
  uint64_t state_at; /* bytes from the block's start */
  uint64_t nested;   /* 1: every step divides the next one */
  uint64_t reserved[4];
  sloi_window_ring ring[]; /* tier_count of them */
};

/* Words of the state in use: heads of tiers that are not there are left out. */
static inline size_t sloi_window_words(const slo_window *w) {
  return offsetof(sloi_window_state, head) / 8 + (size_t)w->tier_count;
}

static inline sloi_cell *sloi_window_cells(slo_window *w) {
  return (sloi_cell *)(void *)((char *)w + w->state_at);
}

static inline const sloi_cell *sloi_window_cells_const(const slo_window *w) {
  return (const sloi_cell *)(const void *)((const char *)w + w->state_at);
}

/* slo_window_read and slo_window_summarize of one state. Arguments are not checked. */
slo_status sloi_window_read(const slo_window *window, const int64_t *spans_ns, size_t n,
                            slo_delta *deltas, slo_window_summary *summary);

/* When the slice of the finest tier that the newest reading lies in began: a multiple of its
 * step. SLO_ENODATA before the first push. Any thread. */
slo_status sloi_window_slice(const slo_window *window, int64_t *begin_ns, int64_t *newest_ns);

#endif
