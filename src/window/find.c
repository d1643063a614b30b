/* find.c - readings in the state, the rings and the pins. */
#include "window/find.h"

static uint64_t find_oldest(const sloi_window_view *v, const sloi_window_ring *ring,
                            uint64_t head) {
  uint64_t first = v->state->first / ring->step;
  uint64_t kept = head + 1 > ring->slots ? head + 1 - ring->slots : 0;
  return first > kept ? first : kept;
}

/* The reading of a slot; 0 when there is none, or it is being written. */
static inline int find_look(const sloi_window_view *v, const sloi_window_ring *ring, uint64_t head,
                            uint64_t number, sloi_window_reading *r) {
  if (number >= sloi_window_opened(v->state, ring->step, head)) {
    *r = number == head ? v->newest : sloi_window_previous(v->w, v->state);
    return 1;
  }
  const sloi_cell *cell = (const sloi_cell *)(const void *)((const char *)v->w + ring->at) +
                          number % ring->slots * v->w->config.reading_words;
  memset(&r->slices, 0, sizeof r->slices);
  return sloi_window_slot_load(cell, (uint64_t *)r, (size_t)v->w->config.reading_words);
}

/* The newest reading at or before x that a tier has. The slot behind x's may stand for a gap and
 * hold a later reading of the same slice; the one before serves when the reading came late. And
 * when those are gone, the oldest slot that is left may have been passed over by a gap. */
static inline int find_seek(const sloi_window_view *v, const sloi_window_ring *ring, uint64_t x,
                            sloi_window_reading *r) {
  const uint64_t *gaps = v->state->gap;
  uint64_t newest = v->newest.mark - 1, back = newest - x;
  uint64_t gap = gaps[0] > gaps[1] ? gaps[0] : gaps[1];
  if (back > ring->span) { /* surely not kept: no need to divide */
    uint64_t beyond = back - ring->span;
    if (beyond / 4 >= ring->step && (beyond - 4 * ring->step) > gap) return 0;
  }
  uint64_t head = newest / ring->step, number = x / ring->step + 1;
  uint64_t oldest = find_oldest(v, ring, head);
  if (number < oldest) { /* nothing is kept of it, but by a gap */
    return oldest <= head && find_look(v, ring, head, oldest, r) &&
           sloi_window_usable(r, x, &v->newest);
  }
  for (int looks = 0; looks < 3 && number >= oldest; looks++, number--) {
    if (number <= head && find_look(v, ring, head, number, r) &&
        sloi_window_usable(r, x, &v->newest)) {
      return 1;
    }
    if (number == 0) break;
  }
  return 0;
}

/* The newest pinned reading of this history at or before x. */
static int find_seek_pin(const sloi_window_view *v, uint64_t x, sloi_window_reading *r) {
  const sloi_window_config *c = &v->w->config;
  const sloi_cell *cell = (const sloi_cell *)(const void *)((const char *)v->w + c->pins_at);
  size_t words = (size_t)c->reading_words;
  sloi_window_reading seen;
  int found = 0;
  memset(&seen, 0, sizeof seen);
  for (uint64_t i = 0; i < c->pins; i++, cell += words + SLOI_WINDOW_PIN_EXTRA) {
    uint64_t mark = sloi_load_relaxed(&cell[0]);
    if (mark == 0 || mark - 1 > x || (found && mark <= r->mark)) continue;
    if (sloi_load_acquire(&cell[words + 1]) != v->state->history) continue;
    if (!sloi_window_slot_load(cell, (uint64_t *)&seen, words)) continue;
    if (seen.mark - 1 < v->state->first || !sloi_window_usable(&seen, x, &v->newest)) continue;
    *r = seen;
    found = 1;
  }
  return found;
}

/* The oldest reading that the rings have; the newest one when there is no other. */
static void find_seek_oldest(const sloi_window_view *v, sloi_window_reading *r) {
  const sloi_window_ring *ring = &v->w->ring[v->w->config.tier_count - 1];
  uint64_t newest = v->newest.mark - 1, head = newest / ring->step;
  uint64_t oldest = find_oldest(v, ring, head);
  for (uint64_t n = 0; n < ring->slots && oldest + n <= head; n++) {
    if (find_look(v, ring, head, oldest + n, r) && sloi_window_usable(r, newest, &v->newest))
      return;
  }
  *r = v->newest;
}

/* The newest reading at or before `edge` that there is; else, and 0, the oldest. The state itself
 * has the last two. When every step divides the next one, the finest tier that reaches the edge
 * has all that a coarser one has. Where the rings end a pinned reading serves when it is nearer
 * than they are; `exactly` looks at those in any case. */
int sloi_window_edge(const sloi_window_view *v, int64_t edge, int exactly, sloi_window_reading *r) {
  const sloi_window_config *c = &v->w->config;
  sloi_window_reading seen, pinned;
  uint64_t at = (uint64_t)edge + 1; /* as a mark */
  int found = 0;
  *r = v->newest;
  if (edge >= (int64_t)(v->newest.mark - 1)) return 1;
  if (edge < (int64_t)v->state->first) {
    find_seek_oldest(v, r);
    return 0;
  }
  if (v->state->previous[0] != 0 && v->state->previous[0] <= at) {
    *r = sloi_window_previous(v->w, v->state);
    if (sloi_window_usable(r, (uint64_t)edge, &v->newest)) return 1;
  }
  for (uint64_t i = 0; i < c->tier_count && !(found && c->nested); i++) {
    if (!find_seek(v, &v->w->ring[i], (uint64_t)edge, &seen)) continue;
    if (!found || seen.mark > r->mark) *r = seen;
    found = 1;
  }
  if (found && !exactly) return 1;
  if (!found) { /* further back than the longest tier, or in a gap that is */
    find_seek_oldest(v, r);
    found = r->mark <= at;
  }
  if (!find_seek_pin(v, (uint64_t)edge, &pinned)) return found;
  if (found ? pinned.mark > r->mark : at - pinned.mark <= r->mark - at) {
    *r = pinned;
    found = 1;
  }
  return found;
}
