#include "window/window.h"

#include <string.h>

#include "base/fail.h"

static sloi_cell *window_slot(slo_window *w, const sloi_window_ring *ring, uint64_t number) {
  return (sloi_cell *)(void *)((char *)w + ring->at) +
         number % ring->slots * w->config.reading_words;
}

/* The mark is 0 while the words change; commit.h has the argument for these orders. */
static void window_slot_store(sloi_cell *cell, const uint64_t *words, size_t n) {
  sloi_store_release(&cell[0], 0);
  for (size_t i = 1; i < n; i++) sloi_store_release(&cell[i], words[i]);
  sloi_store_release(&cell[0], words[0]);
}

/* 0 when the slot is empty or being written. */
static int window_slot_load(const sloi_cell *cell, uint64_t *words, size_t n) {
  for (size_t i = 0; i < n; i++) words[i] = sloi_load_acquire(&cell[i]);
  return words[0] != 0 && sloi_load_relaxed(&cell[0]) == words[0];
}

/* ---- states ---- */

/* The state that stands now, as far as it is in use. Returns the number for commit_still. */
static uint64_t window_peek(const slo_window *w, sloi_window_state *state) {
  return sloi_commit_peek(sloi_window_cells_const(w), sloi_window_words(&w->config),
                          (uint64_t *)state);
}

static int window_still(const slo_window *w, uint64_t sequence) {
  return sloi_commit_still(sloi_window_cells_const(w), sequence);
}

static void window_commit(slo_window *w, const sloi_window_state *state) {
  sloi_commit_store(sloi_window_cells(w), sloi_window_words(&w->config), (const uint64_t *)state);
}

static sloi_window_reading window_reading(const slo_window *w, const uint64_t *words,
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

static sloi_window_reading window_newest(const slo_window *w, const sloi_window_state *state) {
  return window_reading(w, state->newest, &state->newest_slices);
}

static sloi_window_reading window_previous(const slo_window *w, const sloi_window_state *state) {
  return window_reading(w, state->previous, &state->previous_slices);
}

static uint64_t window_time(const sloi_window_state *state) {
  return state->newest[0] - 1;
}

/* ---- pushing ---- */

/* The first of the slots that the newest reading opened. */
static uint64_t window_opened(const sloi_window_state *state, uint64_t step, uint64_t head) {
  if (state->previous[0] == 0) return head; /* the history begins */
  return (state->previous[0] - 1) / step + 1;
}

/* The newest reading may have been pinned before it was brought up to date. In place, since a kill
 * must not lose a pin; nobody can ask for one of the newest reading yet. */
static void window_settle_pins(slo_window *w, const sloi_window_state *state,
                               const sloi_window_reading *newest) {
  size_t words = (size_t)w->config.reading_words;
  sloi_cell *cell = (sloi_cell *)(void *)((char *)w + w->config.pins_at);
  for (uint64_t i = 0; i < w->config.pins; i++, cell += words + SLOI_WINDOW_PIN_EXTRA) {
    if (sloi_load_relaxed(&cell[0]) != newest->mark) continue;
    if (sloi_load_relaxed(&cell[words + 1]) != state->history) continue;
    for (size_t k = 1; k < words; k++) sloi_store_release(&cell[k], ((const uint64_t *)newest)[k]);
  }
}

/* Writes what the committed state says and the rings and pins do not hold yet. Doing it again does
 * no harm. */
static void window_settle(slo_window *w, const sloi_window_state *state) {
  const sloi_window_reading newest = window_newest(w, state);
  const sloi_window_reading previous = window_previous(w, state);
  size_t words = (size_t)w->config.reading_words;
  if (state->refreshed != 0) window_settle_pins(w, state, &newest);
  for (uint64_t i = 0; i < w->config.tier_count; i++) {
    const sloi_window_ring *ring = &w->ring[i];
    uint64_t head = window_time(state) / ring->step;
    uint64_t from = window_opened(state, ring->step, head);
    if (from > head) { /* opened none here, so none in the coarser ones either */
      if (w->config.nested) break;
      continue;
    }
    if (head - from >= ring->slots) from = head - ring->slots + 1;
    for (; from < head; from++) {
      window_slot_store(window_slot(w, ring, from), (const uint64_t *)&previous, words);
    }
    window_slot_store(window_slot(w, ring, head), (const uint64_t *)&newest, words);
  }
}

static void window_begin(const slo_window *w, sloi_window_state *state, uint64_t time,
                         const slo_counts *total) {
  state->first = time;
  state->history++;
  state->refreshed = 0;
  memset(state->previous, 0, sizeof state->previous);
  if (w->config.slice == 0) return;
  memset(&state->newest_slices, 0, sizeof state->newest_slices);
  memset(&state->previous_slices, 0, sizeof state->previous_slices);
  state->slice = time / w->config.slice;
  state->slice_good = total->good;
  state->slice_bad = total->bad;
}

slo_status slo_window_push(slo_window *window, int64_t now_ns, const slo_counts *total,
                           uint32_t flags) {
  slo_window *w = window;
  sloi_window_state state;
  if (w == NULL || total == NULL) return SLO_EINVAL;
  if ((flags & ~(uint32_t)(SLO_PUSH_UNMEASURED | SLO_PUSH_REBASE)) != 0) return SLO_EINVAL;
  if (now_ns < 0 || now_ns > SLO_TIME_MAX_NS) return SLO_ERANGE;
  (void)window_peek(w, &state); /* the owner's own state stands still */
  sloi_window_reading now = window_newest(w, &state);
  int rebase = (flags & SLO_PUSH_REBASE) != 0;
  int lower = total->good < now.good || total->bad < now.bad || total->excluded < now.excluded;
  if (lower && !rebase) return SLO_ERANGE;
  uint64_t time = (uint64_t)now_ns, newest = now.mark - 1;
  if (now.mark == 0 || (rebase && (time < newest || lower))) {
    state.rebases += now.mark != 0;
    memset(&now, 0, sizeof now); /* of the new history nothing is measured yet */
    now.mark = time + 1;
    window_begin(w, &state, time, total);
  } else if (time > newest && time - newest > w->config.jump_max && !rebase) {
    state.jumps_refused++;
    window_commit(w, &state);
    return SLO_ECLOCK;
  } else if (time > newest) {
    int measured = (flags & SLO_PUSH_UNMEASURED) == 0;
    window_settle(w, &state);
    state.rebases += time - newest > w->config.jump_max;
    memcpy(state.previous, state.newest, sizeof state.previous);
    state.refreshed = 0;
    now.mark = time + 1;
    now.measured += measured ? time - newest : 0;
    now.unresolved += measured && time - newest > w->config.gap ? time - newest : 0;
    if (w->config.slice != 0) {
      state.previous_slices = state.newest_slices;
      sloi_window_close_slices(&w->config, &state, time, total, measured);
    }
  } else {
    state.steps_back += time < newest; /* time stays, the counts are taken */
    state.refreshed = 1;
  }
  now.good = total->good;
  now.bad = total->bad;
  now.excluded = total->excluded;
  memcpy(state.newest, &now, sizeof state.newest);
  window_commit(w, &state); /* everything else is done */
  return SLO_OK;
}

/* ---- finding readings ---- */

/* Could r be an edge of something that ends at `to`? Readers look at memory that other
 * processes write: they believe nothing. */
static int window_usable(const sloi_window_reading *r, uint64_t at_most,
                         const sloi_window_reading *to) {
  return r->mark - 1 <= at_most && r->good <= to->good && r->bad <= to->bad &&
         r->excluded <= to->excluded && r->measured <= to->measured &&
         r->unresolved <= to->unresolved && r->slices.good <= to->slices.good &&
         r->slices.bad <= to->slices.bad && r->slices.ratio_sum <= to->slices.ratio_sum;
}

/* A state with what is looked up in it. */
typedef struct window_view {
  const slo_window *w;
  const sloi_window_state *state;
  sloi_window_reading newest;
} window_view;

static uint64_t window_oldest(const window_view *v, const sloi_window_ring *ring, uint64_t head) {
  uint64_t first = v->state->first / ring->step;
  uint64_t kept = head + 1 > ring->slots ? head + 1 - ring->slots : 0;
  return first > kept ? first : kept;
}

/* The reading of a slot; 0 when there is none, or it is being written. */
static int window_look(const window_view *v, const sloi_window_ring *ring, uint64_t head,
                       uint64_t number, sloi_window_reading *r) {
  if (number >= window_opened(v->state, ring->step, head)) {
    *r = number == head ? v->newest : window_previous(v->w, v->state);
    return 1;
  }
  const sloi_cell *cell = (const sloi_cell *)(const void *)((const char *)v->w + ring->at) +
                          number % ring->slots * v->w->config.reading_words;
  memset(&r->slices, 0, sizeof r->slices);
  return window_slot_load(cell, (uint64_t *)r, (size_t)v->w->config.reading_words);
}

/* The newest reading at or before x that a tier has. The slot behind x's may stand for a gap and
 * hold a later reading of the same slice; the one before serves when the reading came late. */
static int window_seek(const window_view *v, const sloi_window_ring *ring, uint64_t x,
                       sloi_window_reading *r) {
  uint64_t newest = v->newest.mark - 1;
  uint64_t back = newest - x; /* surely not kept: no need to divide */
  if (back > ring->span && (back - ring->span) / 4 >= ring->step) return 0;
  uint64_t head = newest / ring->step, number = x / ring->step + 1;
  uint64_t oldest = window_oldest(v, ring, head);
  for (int looks = 0; looks < 3 && number >= oldest; looks++, number--) {
    if (number <= head && window_look(v, ring, head, number, r) &&
        window_usable(r, x, &v->newest)) {
      return 1;
    }
    if (number == 0) break;
  }
  return 0;
}

/* The newest pinned reading of this history at or before x. */
static int window_seek_pin(const window_view *v, uint64_t x, sloi_window_reading *r) {
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
    if (!window_slot_load(cell, (uint64_t *)&seen, words)) continue;
    if (seen.mark - 1 < v->state->first || !window_usable(&seen, x, &v->newest)) continue;
    *r = seen;
    found = 1;
  }
  return found;
}

/* The oldest reading that the rings have; the newest one when there is no other. */
static void window_seek_oldest(const window_view *v, sloi_window_reading *r) {
  const sloi_window_ring *ring = &v->w->ring[v->w->config.tier_count - 1];
  uint64_t newest = v->newest.mark - 1, head = newest / ring->step;
  uint64_t oldest = window_oldest(v, ring, head);
  for (uint64_t n = 0; n < ring->slots && oldest + n <= head; n++) {
    if (window_look(v, ring, head, oldest + n, r) && window_usable(r, newest, &v->newest)) return;
  }
  *r = v->newest;
}

/* The newest reading at or before `edge` that there is; else, and 0, the oldest. The state itself
 * has the last two. When every step divides the next one, the finest tier that reaches the edge
 * has all that a coarser one has. Where the rings end a pinned reading serves when it is nearer
 * than they are; `exactly` looks at those in any case. */
static int window_edge(const window_view *v, int64_t edge, int exactly, sloi_window_reading *r) {
  const sloi_window_config *c = &v->w->config;
  sloi_window_reading seen, pinned;
  uint64_t at = (uint64_t)edge + 1; /* as a mark */
  int found = 0;
  *r = v->newest;
  if (edge >= (int64_t)(v->newest.mark - 1)) return 1;
  if (edge < (int64_t)v->state->first) {
    window_seek_oldest(v, r);
    return 0;
  }
  if (v->state->previous[0] != 0 && v->state->previous[0] <= at) {
    *r = window_previous(v->w, v->state);
    if (window_usable(r, (uint64_t)edge, &v->newest)) return 1;
  }
  for (uint64_t i = 0; i < c->tier_count && !(found && c->nested); i++) {
    if (!window_seek(v, &v->w->ring[i], (uint64_t)edge, &seen)) continue;
    if (!found || seen.mark > r->mark) *r = seen;
    found = 1;
  }
  if (found && !exactly) return 1;
  if (!found) { /* further back than the longest tier, or in a gap that is */
    window_seek_oldest(v, r);
    found = r->mark <= at;
  }
  if (!window_seek_pin(v, (uint64_t)edge, &pinned)) return found;
  if (found ? pinned.mark > r->mark : at - pinned.mark <= r->mark - at) {
    *r = pinned;
    found = 1;
  }
  return found;
}

slo_status slo_window_pin(slo_window *window, int64_t at_ns, int64_t until_ns) {
  sloi_window_state state;
  sloi_window_reading r;
  uint64_t words[SLOI_WINDOW_WORDS_SLICED + SLOI_WINDOW_PIN_EXTRA];
  if (window == NULL) return SLO_EINVAL;
  if (at_ns < 0 || until_ns < at_ns || until_ns > SLO_TIME_MAX_NS) return SLO_ERANGE;
  (void)window_peek(window, &state);
  if (state.newest[0] == 0) return SLO_ENODATA;
  window_view v = {window, &state, window_newest(window, &state)};
  if (at_ns > (int64_t)window_time(&state)) return SLO_ERANGE;
  if (!window_edge(&v, at_ns, 1, &r)) return SLO_ENODATA;
  size_t n = (size_t)window->config.reading_words;
  sloi_cell *cell = (sloi_cell *)(void *)((char *)window + window->config.pins_at);
  sloi_cell *free_cell = NULL;
  for (uint64_t i = 0; i < window->config.pins; i++, cell += n + SLOI_WINDOW_PIN_EXTRA) {
    uint64_t mark = sloi_load_relaxed(&cell[0]), until = sloi_load_relaxed(&cell[n]);
    int ours = mark != 0 && sloi_load_relaxed(&cell[n + 1]) == state.history;
    if (ours && mark == r.mark) {
      if (until < (uint64_t)until_ns) sloi_store_release(&cell[n], (uint64_t)until_ns);
      return SLO_OK;
    }
    if (free_cell == NULL && (!ours || until < window_time(&state))) free_cell = cell;
  }
  if (free_cell == NULL) return SLO_ESPACE;
  memcpy(words, &r, n * sizeof words[0]);
  words[n] = (uint64_t)until_ns;
  words[n + 1] = state.history;
  window_slot_store(free_cell, words, n + SLOI_WINDOW_PIN_EXTRA);
  return SLO_OK;
}

/* ---- reading ---- */

static slo_delta window_subtract(const window_view *v, const sloi_window_reading *to,
                                 const sloi_window_reading *from, int64_t span_ns, int reached) {
  const sloi_window_config *c = &v->w->config;
  slo_delta d = {0};
  if (!window_usable(from, to->mark - 1, to)) from = to;
  d.struct_size = (uint32_t)sizeof d;
  d.flags = reached ? 0 : SLO_DELTA_SHORT;
  d.policy = (uint32_t)c->unmeasured;
  d.slice_ns = (int64_t)c->slice;
  d.span_ns = span_ns;
  d.from_ns = (int64_t)(from->mark - 1);
  d.to_ns = (int64_t)(to->mark - 1);
  /* unsigned: what is stored may be anything, and must not overflow here */
  uint64_t used = to->mark - from->mark, measured = to->measured - from->measured;
  uint64_t unresolved = to->unresolved - from->unresolved;
  if (measured > used) measured = used;
  if (unresolved > measured) unresolved = measured;
  uint64_t lost = used - measured;
  d.measured_ns = (int64_t)measured;
  d.unresolved_ns = (int64_t)unresolved;
  if (c->unmeasured == SLO_UNMEASURED_FREEZE) {
    d.frozen_ns = (int64_t)lost;
  } else {
    d.unmeasured_ns = (int64_t)lost;
  }
  d.counts.good = to->good - from->good;
  d.counts.bad = to->bad - from->bad;
  d.counts.excluded = to->excluded - from->excluded;
  d.slices.good = to->slices.good - from->slices.good;
  d.slices.bad = to->slices.bad - from->slices.bad;
  d.slices.ratio_sum = to->slices.ratio_sum - from->slices.ratio_sum;
  sloi_window_judge(&d);
  return d;
}

/* Where time can stand still: the newest reading with span_ns of measured time behind it. It lies
 * at least what is missing before any that has less (`high`), and not before one that has enough
 * (`low`). The first looks are enough where little stood still, halving bounds the rest. */
static int window_thaw(const window_view *v, uint64_t span, sloi_window_reading *from) {
  enum { STRIDES = 8, LOOKS = STRIDES + 2 * 64 };
  const sloi_window_reading *to = &v->newest;
  uint64_t low = v->state->first, high = to->mark - 1 - span;
  for (int look = 0; look < LOOKS && to->measured >= span; look++) {
    uint64_t edge = look >= STRIDES && look % 2 == 0 && low < high ? low + (high - low) / 2 : high;
    int reached = window_edge(v, (int64_t)edge, 0, from);
    uint64_t run = to->measured - from->measured;
    if (run < span && !reached) return 0; /* what is kept has no more */
    if (run >= span && edge == high) return reached;
    if (run < span) high = from->mark - 1 - (span - run);
    if (run >= span) low = reached ? edge : from->mark - 1;
  }
  return window_edge(v, -1, 0, from);
}

/* How far the readings reach beyond what was asked for. */
static void window_reach(slo_delta *d, uint64_t beyond) {
  uint64_t measured = (uint64_t)d->measured_ns;
  d->covered_ns = measured > beyond ? (int64_t)(measured - beyond) : 0;
  if (beyond > (uint64_t)d->span_ns / 50) d->flags |= SLO_DELTA_COARSE;
}

/* The window of span_ns that ends now. */
static slo_delta window_rolling(const window_view *v, int64_t span_ns) {
  sloi_window_reading from;
  int64_t edge = (int64_t)(v->newest.mark - 1 - (uint64_t)span_ns);
  int reached = v->w->config.unmeasured == SLO_UNMEASURED_FREEZE
                    ? window_thaw(v, (uint64_t)span_ns, &from)
                    : window_edge(v, edge, 0, &from);
  slo_delta d = window_subtract(v, &v->newest, &from, span_ns, reached);
  uint64_t used = (uint64_t)d.measured_ns + (uint64_t)d.unmeasured_ns; /* time that ran */
  window_reach(&d, used > (uint64_t)span_ns ? used - (uint64_t)span_ns : 0);
  return d;
}

static slo_window_summary window_summary(const window_view *v) {
  const sloi_window_state *state = v->state;
  slo_window_summary s = {0};
  s.struct_size = (uint32_t)sizeof s;
  s.tier_count = (uint32_t)v->w->config.tier_count;
  s.first_ns = (int64_t)state->first;
  s.newest_ns = (int64_t)(v->newest.mark - 1);
  s.measured_ns = (int64_t)v->newest.measured;
  s.unresolved_ns = (int64_t)v->newest.unresolved;
  s.counts.good = v->newest.good;
  s.counts.bad = v->newest.bad;
  s.counts.excluded = v->newest.excluded;
  s.steps_back = state->steps_back;
  s.jumps_refused = state->jumps_refused;
  s.rebases = state->rebases;
  return s;
}

slo_status sloi_window_read(const slo_window *window, const int64_t *spans_ns, size_t n,
                            slo_delta *deltas, slo_window_summary *summary) {
  uint32_t stride = n == 0 ? 0 : deltas[0].struct_size;
  slo_status status;
  sloi_window_state state;
  uint64_t sequence;
  do {
    sequence = window_peek(window, &state);
    status = state.newest[0] == 0 ? SLO_ENODATA : SLO_OK;
    window_view v = {window, &state, window_newest(window, &state)};
    if (status == SLO_OK) *summary = window_summary(&v);
    for (size_t i = 0; i < n && status == SLO_OK; i++) {
      slo_delta d = window_rolling(&v, spans_ns[i]);
      slo_delta *out = (slo_delta *)(void *)((char *)deltas + i * stride);
      if (stride == sizeof d) { /* the usual case: a copy of a known size */
        *out = d;
      } else {
        out->struct_size = stride;
        status = sloi_sized_write(out, &d, sizeof d);
      }
    }
  } while (!window_still(window, sequence));
  return status;
}

slo_status slo_window_read(const slo_window *window, const int64_t *spans_ns, size_t n,
                           slo_delta *deltas) {
  slo_window_summary summary;
  if (window == NULL || ((spans_ns == NULL || deltas == NULL) && n != 0)) return SLO_EINVAL;
  if (n > 1 && deltas[0].struct_size % sizeof(uint64_t) != 0) return SLO_EINVAL;
  for (size_t i = 0; i < n; i++) {
    if (spans_ns[i] < 0) return SLO_ERANGE;
  }
  return sloi_window_read(window, spans_ns, n, deltas, &summary);
}

slo_status slo_window_delta(const slo_window *window, int64_t from_ns, int64_t to_ns,
                            slo_delta *delta) {
  if (window == NULL || delta == NULL) return SLO_EINVAL;
  if (from_ns < 0 || to_ns > SLO_TIME_MAX_NS || from_ns > to_ns) return SLO_ERANGE;
  sloi_window_state state;
  slo_delta d = {0};
  uint64_t sequence;
  do {
    sequence = window_peek(window, &state);
    if (state.newest[0] == 0) continue;
    sloi_window_reading from, to;
    window_view v = {window, &state, window_newest(window, &state)};
    int reached = window_edge(&v, to_ns, 1, &to);
    reached &= window_edge(&v, from_ns, 1, &from);
    d = window_subtract(&v, &to, &from, to_ns - from_ns, reached);
    uint64_t beyond =
        0; /* at both ends: where one falls short, the other is not the better for it */
    if (d.from_ns < d.to_ns && d.from_ns < from_ns) beyond = (uint64_t)(from_ns - d.from_ns);
    if (d.from_ns < d.to_ns && d.to_ns > to_ns) beyond += (uint64_t)(d.to_ns - to_ns);
    window_reach(&d, beyond);
  } while (!window_still(window, sequence));
  if (state.newest[0] == 0) return SLO_ENODATA;
  return sloi_sized_write(delta, &d, sizeof d);
}

slo_status slo_window_summarize(const slo_window *window, slo_window_summary *summary) {
  slo_window_summary s;
  if (window == NULL || summary == NULL) return SLO_EINVAL;
  slo_status status = sloi_window_read(window, NULL, 0, NULL, &s);
  return status == SLO_OK ? sloi_sized_write(summary, &s, sizeof s) : status;
}

slo_status sloi_window_slice(const slo_window *window, int64_t *begin_ns, int64_t *newest_ns) {
  uint64_t mark =
      sloi_commit_word(sloi_window_cells_const(window), sloi_window_words(&window->config),
                       offsetof(sloi_window_state, newest) / 8);
  if (mark == 0) return SLO_ENODATA;
  uint64_t time = mark - 1;
  *begin_ns = (int64_t)(time - time % window->ring[0].step);
  *newest_ns = (int64_t)time;
  return SLO_OK;
}
