#include "window/window.h"

#include <string.h>

#include "base/fail.h"

static sloi_cell *window_slot(slo_window *w, const sloi_window_ring *ring, uint64_t number) {
  return (sloi_cell *)(void *)((char *)w + ring->at) +
         number % ring->slots * SLOI_WINDOW_READING_WORDS;
}

/* The mark is 0 while the words change; commit.h has the argument for these orders. */
static void window_slot_store(slo_window *w, const sloi_window_ring *ring, uint64_t number,
                              const sloi_window_reading *r) {
  sloi_cell *cell = window_slot(w, ring, number);
  sloi_store_release(&cell[0], 0);
  sloi_store_release(&cell[1], r->good);
  sloi_store_release(&cell[2], r->bad);
  sloi_store_release(&cell[3], r->excluded);
  sloi_store_release(&cell[4], r->measured);
  sloi_store_release(&cell[0], r->mark);
}

/* 0 when the slot is empty or being written. */
static int window_slot_load(const slo_window *w, const sloi_window_ring *ring, uint64_t number,
                            sloi_window_reading *r) {
  const sloi_cell *cell = (const sloi_cell *)(const void *)((const char *)w + ring->at) +
                          number % ring->slots * SLOI_WINDOW_READING_WORDS;
  r->mark = sloi_load_acquire(&cell[0]);
  r->good = sloi_load_acquire(&cell[1]);
  r->bad = sloi_load_acquire(&cell[2]);
  r->excluded = sloi_load_acquire(&cell[3]);
  r->measured = sloi_load_acquire(&cell[4]);
  return r->mark != 0 && sloi_load_relaxed(&cell[0]) == r->mark;
}

/* ---- pushing ---- */

/* The newest slot that was there before the newest reading opened more. */
static uint64_t window_before(const slo_window *w, const sloi_window_state *state, uint64_t tier) {
  if (state->previous.mark == 0) return state->head[tier] - 1; /* the history begins */
  return (state->previous.mark - 1) / w->ring[tier].step;
}

/* Writes what the committed state says and the rings do not hold yet. Doing it again does no
 * harm. */
static void window_settle(slo_window *w, sloi_window_state *state) {
  for (uint64_t i = 0; i < w->tier_count && state->opened != 0; i++) {
    const sloi_window_ring *ring = &w->ring[i];
    if (!(state->opened >> i & 1)) continue;
    uint64_t head = state->head[i], from = window_before(w, state, i) + 1;
    if (head - from >= ring->slots) from = head - ring->slots + 1;
    for (; from < head; from++) window_slot_store(w, ring, from, &state->previous);
    window_slot_store(w, ring, head, &state->newest);
  }
  state->opened = 0;
}

static void window_begin(const slo_window *w, sloi_window_state *state, uint64_t time) {
  state->first = time;
  memset(&state->previous, 0, sizeof state->previous);
  for (uint64_t i = 0; i < w->tier_count; i++) {
    state->head[i] = time / w->ring[i].step;
    state->opened |= UINT64_C(1) << i;
  }
}

slo_status slo_window_push(slo_window *window, int64_t now_ns, const slo_counts *total,
                           uint32_t flags) {
  slo_window *w = window;
  sloi_window_state state;
  if (w == NULL || total == NULL) return SLO_EINVAL;
  if ((flags & ~(uint32_t)(SLO_PUSH_UNMEASURED | SLO_PUSH_REBASE)) != 0) return SLO_EINVAL;
  sloi_cell *cells = sloi_window_cells(w);
  size_t words = sloi_window_words(w);
  if (now_ns < 0 || now_ns > SLO_TIME_MAX_NS) return SLO_ERANGE;
  (void)sloi_commit_peek(cells, words, (uint64_t *)&state); /* the owner's own state stands still */
  const sloi_window_reading before = state.newest;
  int rebase = (flags & SLO_PUSH_REBASE) != 0;
  int lower =
      total->good < before.good || total->bad < before.bad || total->excluded < before.excluded;
  if (lower && !rebase) return SLO_ERANGE;
  uint64_t time = (uint64_t)now_ns, newest = before.mark - 1;
  sloi_window_reading now = {time + 1, total->good, total->bad, total->excluded, before.measured};
  if (before.mark == 0) {
    window_begin(w, &state, time);
  } else if (rebase && (time < newest || lower)) {
    state.rebases++;
    now.measured = 0; /* of the new history, nothing yet */
    window_begin(w, &state, time);
  } else if (time > newest && time - newest > w->jump_max && !rebase) {
    state.jumps_refused++;
    sloi_commit_store(cells, words, (const uint64_t *)&state);
    return SLO_ECLOCK;
  } else if (time > newest) {
    window_settle(w, &state);
    state.rebases += time - newest > w->jump_max;
    state.previous = before;
    if (!(flags & SLO_PUSH_UNMEASURED)) now.measured += time - newest;
    for (uint64_t i = 0; i < w->tier_count; i++) {
      if (time < (state.head[i] + 1) * w->ring[i].step) continue;
      state.head[i] = time / w->ring[i].step;
      state.opened |= UINT64_C(1) << i;
    }
  } else {
    state.steps_back += time < newest;
    now.mark = before.mark; /* time stays, the counts are taken: also for slots it opened */
  }
  state.newest = now;
  sloi_commit_store(cells, words, (const uint64_t *)&state); /* everything else is done */
  return SLO_OK;
}

/* ---- reading ---- */

/* Could r be an edge of something that ends at `to`? Readers look at memory that other
 * processes write: they believe nothing. */
static int window_usable(const sloi_window_reading *r, uint64_t at_most,
                         const sloi_window_reading *to) {
  return r->mark - 1 <= at_most && r->good <= to->good && r->bad <= to->bad &&
         r->excluded <= to->excluded && r->measured <= to->measured;
}

static uint64_t window_oldest(const sloi_window_ring *ring, const sloi_window_state *state,
                              uint64_t head) {
  uint64_t first = state->first / ring->step;
  uint64_t kept = head + 1 > ring->slots ? head + 1 - ring->slots : 0;
  return first > kept ? first : kept;
}

/* The reading of a slot; 0 when there is none, or it is being written. */
static int window_look(const slo_window *w, const sloi_window_state *state, uint64_t tier,
                       uint64_t number, sloi_window_reading *r) {
  if ((state->opened >> tier & 1) && number > window_before(w, state, tier)) {
    *r = number == state->head[tier] ? state->newest : state->previous;
    return 1;
  }
  return window_slot_load(w, &w->ring[tier], number, r);
}

/* The newest reading at or before x that a tier has. The slot behind x's may stand for a gap and
 * hold a later reading of the same slice; the one before serves when the reading came late. */
static int window_seek(const slo_window *w, const sloi_window_state *state, uint64_t tier,
                       uint64_t x, sloi_window_reading *r) {
  const sloi_window_ring *ring = &w->ring[tier];
  uint64_t head = state->head[tier], number = x / ring->step + 1;
  uint64_t oldest = window_oldest(ring, state, head);
  for (int looks = 0; looks < 3 && number >= oldest; looks++, number--) {
    if (number <= head && window_look(w, state, tier, number, r) &&
        window_usable(r, x, &state->newest)) {
      return 1;
    }
    if (number == 0) break;
  }
  return 0;
}

/* The newest reading at or before `edge` that any tier has; the oldest there is, and 0, when
 * there is none. When every step divides the next one, the finest tier that reaches the edge
 * has all that a coarser one has. */
static int window_edge(const slo_window *w, const sloi_window_state *state, int64_t edge,
                       sloi_window_reading *r) {
  uint64_t newest = state->newest.mark - 1;
  sloi_window_reading seen;
  *r = state->newest;
  if (edge >= (int64_t)newest) return 1;
  if (edge >= (int64_t)state->first) {
    int found = 0;
    for (uint64_t i = 0; i < w->tier_count && !(found && w->nested); i++) {
      if (!window_seek(w, state, i, (uint64_t)edge, &seen)) continue;
      if (!found || seen.mark > r->mark) *r = seen;
      found = 1;
    }
    if (found) return 1;
  }
  /* before the history, or further back than the longest tier */
  uint64_t last = w->tier_count - 1, head = state->head[last];
  uint64_t oldest = window_oldest(&w->ring[last], state, head);
  for (uint64_t n = 0; n < w->ring[last].slots && oldest + n <= head; n++) {
    if (!window_look(w, state, last, oldest + n, &seen)) continue;
    if (!window_usable(&seen, newest, &state->newest)) continue;
    *r = seen;
    break;
  }
  return 0;
}

static slo_delta window_subtract(const sloi_window_reading *to, const sloi_window_reading *from,
                                 int64_t span_ns, int reached) {
  slo_delta d = {0};
  if (!window_usable(from, to->mark - 1, to)) from = to;
  d.struct_size = (uint32_t)sizeof d;
  d.flags = reached ? 0 : SLO_DELTA_SHORT;
  d.span_ns = span_ns;
  d.from_ns = (int64_t)(from->mark - 1);
  d.to_ns = (int64_t)(to->mark - 1);
  d.measured_ns = (int64_t)(to->measured - from->measured);
  /* unsigned: what is stored may be anything, and must not overflow here */
  uint64_t used = to->mark - from->mark, measured = to->measured - from->measured;
  uint64_t beyond = used > (uint64_t)span_ns ? used - (uint64_t)span_ns : 0;
  d.covered_ns = measured > beyond ? (int64_t)(measured - beyond) : 0;
  d.counts.good = to->good - from->good;
  d.counts.bad = to->bad - from->bad;
  d.counts.excluded = to->excluded - from->excluded;
  return d;
}

static slo_window_summary window_summary(const slo_window *w, const sloi_window_state *state) {
  slo_window_summary s = {0};
  s.struct_size = (uint32_t)sizeof s;
  s.tier_count = (uint32_t)w->tier_count;
  s.first_ns = (int64_t)state->first;
  s.newest_ns = (int64_t)(state->newest.mark - 1);
  s.measured_ns = (int64_t)state->newest.measured;
  s.counts.good = state->newest.good;
  s.counts.bad = state->newest.bad;
  s.counts.excluded = state->newest.excluded;
  s.steps_back = state->steps_back;
  s.jumps_refused = state->jumps_refused;
  s.rebases = state->rebases;
  return s;
}

slo_status sloi_window_read(const slo_window *window, const int64_t *spans_ns, size_t n,
                            slo_delta *deltas, slo_window_summary *summary) {
  const sloi_cell *cells = sloi_window_cells_const(window);
  uint32_t stride = n == 0 ? 0 : deltas[0].struct_size;
  slo_status status;
  sloi_window_state state;
  uint64_t sequence;
  do {
    sequence = sloi_commit_peek(cells, sloi_window_words(window), (uint64_t *)&state);
    status = state.newest.mark == 0 ? SLO_ENODATA : SLO_OK;
    if (status == SLO_OK) *summary = window_summary(window, &state);
    for (size_t i = 0; i < n && status == SLO_OK; i++) {
      sloi_window_reading from;
      int reached = window_edge(window, &state,
                                (int64_t)(state.newest.mark - 1 - (uint64_t)spans_ns[i]), &from);
      slo_delta d = window_subtract(&state.newest, &from, spans_ns[i], reached);
      slo_delta *out = (slo_delta *)(void *)((char *)deltas + i * stride);
      out->struct_size = stride;
      status = sloi_sized_write(out, &d, sizeof d);
    }
  } while (!sloi_commit_still(cells, sequence));
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
  const sloi_cell *cells = sloi_window_cells_const(window);
  sloi_window_reading from, to;
  sloi_window_state state;
  uint64_t sequence;
  int reached = 0;
  do {
    sequence = sloi_commit_peek(cells, sloi_window_words(window), (uint64_t *)&state);
    if (state.newest.mark == 0) continue;
    reached = window_edge(window, &state, to_ns, &to);
    reached &= window_edge(window, &state, from_ns, &from);
  } while (!sloi_commit_still(cells, sequence));
  if (state.newest.mark == 0) return SLO_ENODATA;
  slo_delta d = window_subtract(&to, &from, to_ns - from_ns, reached);
  return sloi_sized_write(delta, &d, sizeof d);
}

slo_status slo_window_summarize(const slo_window *window, slo_window_summary *summary) {
  slo_window_summary s;
  if (window == NULL || summary == NULL) return SLO_EINVAL;
  slo_status status = sloi_window_read(window, NULL, 0, NULL, &s);
  return status == SLO_OK ? sloi_sized_write(summary, &s, sizeof s) : status;
}

slo_status sloi_window_slice(const slo_window *window, int64_t *begin_ns, int64_t *newest_ns) {
  sloi_window_state state;
  sloi_commit_load(sloi_window_cells_const(window), sloi_window_words(window), (uint64_t *)&state);
  if (state.newest.mark == 0) return SLO_ENODATA;
  *begin_ns = (int64_t)(state.head[0] * window->ring[0].step);
  *newest_ns = (int64_t)(state.newest.mark - 1);
  return SLO_OK;
}
