/* window.h - the layout of a window: tiers.c makes and validates it, window.c uses it. */
#ifndef SLOI_WINDOW_H
#define SLOI_WINDOW_H

#include "base/block.h"
#include "base/commit.h"
#include "slo/window.h"

/* A reading, the words of a slot; the last three only where there are slices. */
typedef struct sloi_window_reading {
  uint64_t mark; /* time + 1; 0: empty, or being written */
  uint64_t good;
  uint64_t bad;
  uint64_t excluded;
  uint64_t measured;
  uint64_t unresolved;
  slo_slices slices;
} sloi_window_reading;

enum {
  SLOI_WINDOW_WORDS = offsetof(sloi_window_reading, slices) / 8,
  SLOI_WINDOW_WORDS_SLICED = sizeof(sloi_window_reading) / 8,
  SLOI_WINDOW_PIN_EXTRA = 2 /* words of a pin behind its reading: until, history */
};

/*
 * What a push replaces whole. newest[0], its mark, is 0 before the first push.
 *
 * The rings are written from a committed state only: the next push writes the slots that the
 * newest reading opened before it does anything else. Until then a reader takes them from the
 * state: the newest slot holds the newest reading, slots that were passed over the one before
 * it. So a push touches nothing that the state it began with could ask for, and may be
 * killed anywhere.
 */
typedef struct sloi_window_state {
  uint64_t newest[SLOI_WINDOW_WORDS];
  uint64_t previous[SLOI_WINDOW_WORDS];
  uint64_t first;   /* time of the oldest reading of this history */
  uint64_t history; /* which one it is: 1, 2, .. */
  uint64_t steps_back;
  uint64_t jumps_refused;
  uint64_t rebases;
  uint64_t pins_refused;
  uint64_t
      gap[2]; /* the longest between two pushes: since the longest span last began, and before */
  uint64_t refreshed; /* 1: the newest reading is not what it was first: nor are its pins */
  /* from here on only where there are slices */
  slo_slices newest_slices;
  slo_slices previous_slices;
  uint64_t slice; /* the number of slices that ended, since the epoch */
  uint64_t slice_good;
  uint64_t slice_bad; /* the counts at which the open one began */
} sloi_window_state;

typedef struct sloi_window_ring {
  uint64_t step;
  uint64_t span;
  uint64_t slots;
  uint64_t at; /* bytes from the block's start */
} sloi_window_ring;

/* What a window was configured to be, and what follows from it. Offsets are bytes from the
 * block's start. */
typedef struct sloi_window_config {
  uint64_t tier_count;
  uint64_t jump_max;
  uint64_t jump_unmeasured_max;
  uint64_t gap;
  uint64_t slice;           /* 0: none */
  uint64_t slice_objective; /* ppb */
  uint64_t unmeasured;
  uint64_t pins;
  uint64_t pins_at;
  uint64_t state_at;
  uint64_t nested;        /* 1: every step divides the next one */
  uint64_t reading_words; /* of a slot */
  uint64_t jump_given;    /* jump_max_ns of the configuration; 0: the defaults */
  uint64_t reserved[3];
} sloi_window_config;

struct slo_window {
  sloi_block block;
  sloi_window_config config;
  sloi_window_ring ring[]; /* tier_count of them */
};

/* Words of a state in use. */
static inline size_t sloi_window_words(const sloi_window_config *c) {
  return (c->slice != 0 ? sizeof(sloi_window_state) : offsetof(sloi_window_state, newest_slices)) /
         8;
}

static inline sloi_cell *sloi_window_cells(slo_window *w) {
  return (sloi_cell *)(void *)((char *)w + w->config.state_at);
}

static inline const sloi_cell *sloi_window_cells_const(const slo_window *w) {
  return (const sloi_cell *)(const void *)((const char *)w + w->config.state_at);
}

/* How far a push with these flags may be ahead. After a restart the clock may be far ahead; while
 * somebody ticks it may not. */
static inline uint64_t sloi_window_jump_max(const slo_window *w, uint32_t flags) {
  return (flags & SLO_PUSH_UNMEASURED) != 0 ? w->config.jump_unmeasured_max : w->config.jump_max;
}

/* slo_window_read and slo_window_summarize of one state. Arguments are not checked. */
slo_status sloi_window_read(const slo_window *window, const int64_t *spans_ns, size_t n,
                            slo_delta *deltas, slo_window_summary *summary);

/* Asks for the lines that a push and a read begin with. */
static inline void sloi_window_fetch(const slo_window *w) {
  enum { LINES = 13 }; /* header, default tiers, state */
  sloi_fetch(w, LINES);
}

/* Changes whenever the state does. Any thread. */
static inline uint64_t sloi_window_sequence(const slo_window *w) {
  return sloi_load_acquire(sloi_window_cells_const(w));
}

/* Judges the slices that end at or before `time`. */
void sloi_window_close_slices(const sloi_window_config *config, sloi_window_state *state,
                              uint64_t time, const slo_counts *total, int measured);

/* Recomputes what follows from a delta's counts, measured and unmeasured time: unseen, judged. */
void sloi_window_judge(slo_delta *delta);

/* When the slice of the finest tier that the newest reading lies in began: a multiple of its
 * step. SLO_ENODATA before the first push. Owner only. */
slo_status sloi_window_slice(const slo_window *window, int64_t *begin_ns, int64_t *newest_ns);

#endif
