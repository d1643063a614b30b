/* find.h - which reading is the newest at or before a moment? find.c knows, window.c asks. */
#ifndef SLOI_FIND_H
#define SLOI_FIND_H

#include <string.h>

#include "window/window.h"

/* The mark is 0 while the words change; commit.h has the argument for these orders. */
static inline void sloi_window_slot_store(sloi_cell *cell, const uint64_t *words, size_t n) {
  sloi_store_release(&cell[0], 0);
  for (size_t i = 1; i < n; i++) sloi_store_release(&cell[i], words[i]);
  sloi_store_release(&cell[0], words[0]);
}

/* 0 when the slot is empty or being written. */
static inline int sloi_window_slot_load(const sloi_cell *cell, uint64_t *words, size_t n) {
  for (size_t i = 0; i < n; i++) words[i] = sloi_load_acquire(&cell[i]);
  return words[0] != 0 && sloi_load_relaxed(&cell[0]) == words[0];
}

/* The state that stands now, as far as it is in use. Returns the number for commit_still. */
static inline uint64_t sloi_window_peek(const slo_window *w, sloi_window_state *state) {
  return sloi_commit_peek(sloi_window_cells_const(w), sloi_window_words(&w->config),
                          (uint64_t *)state);
}

static inline int sloi_window_still(const slo_window *w, uint64_t sequence) {
  return sloi_commit_still(sloi_window_cells_const(w), sequence);
}

static inline sloi_window_reading sloi_window_reading_of(const slo_window *w, const uint64_t *words,
                                                         const slo_slices *slices) {
  sloi_window_reading r;
  memcpy(&r, words, SLOI_WINDOW_WORDS * sizeof *words);
  if (w->config.slice != 0) {
    r.slices = *slices;
  } else {
    memset(&r.slices, 0, sizeof r.slices);
  }
  return r;
}

static inline sloi_window_reading sloi_window_newest(const slo_window *w,
                                                     const sloi_window_state *state) {
  return sloi_window_reading_of(w, state->newest, &state->newest_slices);
}

static inline sloi_window_reading sloi_window_previous(const slo_window *w,
                                                       const sloi_window_state *state) {
  return sloi_window_reading_of(w, state->previous, &state->previous_slices);
}

static inline uint64_t sloi_window_time(const sloi_window_state *state) {
  return state->newest[0] - 1;
}

/* The first of the slots that the newest reading opened. */
static inline uint64_t sloi_window_opened(const sloi_window_state *state, uint64_t step,
                                          uint64_t head) {
  if (state->previous[0] == 0) return head; /* the history begins */
  return (state->previous[0] - 1) / step + 1;
}

/* A state with what is looked up in it. */
typedef struct sloi_window_view {
  const slo_window *w;
  const sloi_window_state *state;
  sloi_window_reading newest;
} sloi_window_view;

/* Could r be an edge of something that ends at `to`? Readers look at memory that other
 * processes write: they believe nothing. */
static inline int sloi_window_usable(const sloi_window_reading *r, uint64_t at_most,
                                     const sloi_window_reading *to) {
  return r->mark - 1 <= at_most && r->good <= to->good && r->bad <= to->bad &&
         r->excluded <= to->excluded && r->measured <= to->measured &&
         r->unresolved <= to->unresolved && r->slices.good <= to->slices.good &&
         r->slices.bad <= to->slices.bad && r->slices.ratio_sum <= to->slices.ratio_sum;
}

/* The newest reading at or before `edge` that there is, and 1; else, and 0, the oldest. `exactly`
 * looks at pins in any case, not only where the rings end. */
int sloi_window_edge(const sloi_window_view *v, int64_t edge, int exactly, sloi_window_reading *r);

#endif
