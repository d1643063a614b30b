#include "base/fail.h"
#include "window/find.h"

static sloi_cell *window_slot(slo_window *w, const sloi_window_ring *ring, uint64_t number) {
  return (sloi_cell *)(void *)((char *)w + ring->at) +
         number % ring->slots * w->config.reading_words;
}

static void window_commit(slo_window *w, const sloi_window_state *state) {
  sloi_commit_store(sloi_window_cells(w), sloi_window_words(&w->config), (const uint64_t *)state);
}

/* ---- pushing ---- */

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
  const sloi_window_reading newest = sloi_window_newest(w, state);
  const sloi_window_reading previous = sloi_window_previous(w, state);
  size_t words = (size_t)w->config.reading_words;
  if (state->refreshed != 0) window_settle_pins(w, state, &newest);
  for (uint64_t i = 0; i < w->config.tier_count; i++) {
    const sloi_window_ring *ring = &w->ring[i];
    uint64_t head = sloi_window_time(state) / ring->step;
    uint64_t from = sloi_window_opened(state, ring->step, head);
    if (from > head) { /* opened none here, so none in the coarser ones either */
      if (w->config.nested) break;
      continue;
    }
    if (head - from >= ring->slots) from = head - ring->slots + 1;
    for (; from < head; from++) {
      sloi_window_slot_store(window_slot(w, ring, from), (const uint64_t *)&previous, words);
    }
    sloi_window_slot_store(window_slot(w, ring, head), (const uint64_t *)&newest, words);
  }
}

static void window_begin(const slo_window *w, sloi_window_state *state, uint64_t time,
                         const slo_counts *total) {
  state->first = time;
  state->history++;
  state->refreshed = 0;
  state->gap[0] = state->gap[1] = 0;
  memset(state->previous, 0, sizeof state->previous);
  if (w->config.slice == 0) return;
  memset(&state->newest_slices, 0, sizeof state->newest_slices);
  memset(&state->previous_slices, 0, sizeof state->previous_slices);
  state->slice = time / w->config.slice;
  state->slice_good = total->good;
  state->slice_bad = total->bad;
}

/* Slots that were passed over hold a reading from before: how far before, at most. Forgotten once
 * no ring can hold it. */
static void window_note_gap(const slo_window *w, sloi_window_state *state, uint64_t before,
                            uint64_t time) {
  const uint64_t longest = w->ring[w->config.tier_count - 1].slots;
  const uint64_t step = w->ring[w->config.tier_count - 1].step;
  uint64_t epoch = time / step / longest, last = before / step / longest;
  if (epoch != last) {
    state->gap[1] = epoch == last + 1 ? state->gap[0] : 0;
    state->gap[0] = 0;
  }
  if (time - before > state->gap[0]) state->gap[0] = time - before;
}

slo_status slo_window_push(slo_window *window, int64_t now_ns, const slo_counts *total,
                           uint32_t flags) {
  slo_window *w = window;
  sloi_window_state state;
  if (w == NULL || total == NULL) return SLO_EINVAL;
  if ((flags & ~(uint32_t)(SLO_PUSH_UNMEASURED | SLO_PUSH_REBASE)) != 0) return SLO_EINVAL;
  if (now_ns < 0 || now_ns > SLO_TIME_MAX_NS) return SLO_ERANGE;
  (void)sloi_window_peek(w, &state); /* the owner's own state stands still */
  sloi_window_reading now = sloi_window_newest(w, &state);
  int rebase = (flags & SLO_PUSH_REBASE) != 0;
  int lower = total->good < now.good || total->bad < now.bad || total->excluded < now.excluded;
  if (lower && !rebase) return SLO_ERANGE;
  uint64_t time = (uint64_t)now_ns, newest = now.mark - 1;
  if (now.mark == 0 || (rebase && (time < newest || lower))) {
    state.rebases += now.mark != 0;
    memset(&now, 0, sizeof now); /* of the new history nothing is measured yet */
    now.mark = time + 1;
    window_begin(w, &state, time, total);
  } else if (time > newest && time - newest > sloi_window_jump_max(w, flags) && !rebase) {
    state.jumps_refused++;
    window_commit(w, &state);
    return SLO_ECLOCK;
  } else if (time > newest) {
    int measured = (flags & SLO_PUSH_UNMEASURED) == 0;
    window_settle(w, &state);
    state.rebases += time - newest > sloi_window_jump_max(w, flags);
    memcpy(state.previous, state.newest, sizeof state.previous);
    state.refreshed = 0;
    window_note_gap(w, &state, newest, time);
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

slo_status slo_window_pin(slo_window *window, int64_t at_ns, int64_t until_ns) {
  sloi_window_state state;
  sloi_window_reading r;
  uint64_t words[SLOI_WINDOW_WORDS_SLICED + SLOI_WINDOW_PIN_EXTRA];
  if (window == NULL) return SLO_EINVAL;
  if (at_ns < 0 || until_ns < at_ns || until_ns > SLO_TIME_MAX_NS) return SLO_ERANGE;
  (void)sloi_window_peek(window, &state);
  if (state.newest[0] == 0) return SLO_ENODATA;
  sloi_window_view v = {window, &state, sloi_window_newest(window, &state)};
  if (at_ns > (int64_t)sloi_window_time(&state)) return SLO_ERANGE;
  if (!sloi_window_edge(&v, at_ns, 1, &r)) return SLO_ENODATA;
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
    if (free_cell == NULL && (!ours || until < sloi_window_time(&state))) free_cell = cell;
  }
  if (free_cell == NULL) {
    state.pins_refused++;
    window_commit(window, &state);
    return SLO_ESPACE;
  }
  memcpy(words, &r, n * sizeof words[0]);
  words[n] = (uint64_t)until_ns;
  words[n + 1] = state.history;
  sloi_window_slot_store(free_cell, words, n + SLOI_WINDOW_PIN_EXTRA);
  return SLO_OK;
}

/* ---- reading ---- */

static slo_delta window_subtract(const sloi_window_view *v, const sloi_window_reading *to,
                                 const sloi_window_reading *from, int64_t span_ns, int reached) {
  const sloi_window_config *c = &v->w->config;
  slo_delta d = {0};
  if (!sloi_window_usable(from, to->mark - 1, to)) from = to;
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
static int window_thaw(const sloi_window_view *v, uint64_t span, sloi_window_reading *from) {
  enum { STRIDES = 8, LOOKS = STRIDES + 2 * 64 };
  const sloi_window_reading *to = &v->newest;
  uint64_t low = v->state->first, high = to->mark - 1 - span;
  for (int look = 0; look < LOOKS && to->measured >= span; look++) {
    uint64_t edge = look >= STRIDES && look % 2 == 0 && low < high ? low + (high - low) / 2 : high;
    int reached = sloi_window_edge(v, (int64_t)edge, 0, from);
    uint64_t run = to->measured - from->measured;
    if (run < span && !reached) return 0; /* what is kept has no more */
    if (run >= span && edge == high) return reached;
    if (run < span) high = from->mark - 1 - (span - run);
    if (run >= span) low = reached ? edge : from->mark - 1;
  }
  return sloi_window_edge(v, -1, 0, from);
}

/* How far the readings reach beyond what was asked for. */
static void window_reach(slo_delta *d, uint64_t beyond) {
  uint64_t measured = (uint64_t)d->measured_ns;
  d->covered_ns = measured > beyond ? (int64_t)(measured - beyond) : 0;
  if (beyond > (uint64_t)d->span_ns / 50) d->flags |= SLO_DELTA_COARSE;
}

/* The window of span_ns that ends now. */
static slo_delta window_rolling(const sloi_window_view *v, int64_t span_ns) {
  sloi_window_reading from;
  int64_t edge = (int64_t)(v->newest.mark - 1 - (uint64_t)span_ns);
  int reached = v->w->config.unmeasured == SLO_UNMEASURED_FREEZE
                    ? window_thaw(v, (uint64_t)span_ns, &from)
                    : sloi_window_edge(v, edge, 0, &from);
  slo_delta d = window_subtract(v, &v->newest, &from, span_ns, reached);
  uint64_t used = (uint64_t)d.measured_ns + (uint64_t)d.unmeasured_ns; /* time that ran */
  window_reach(&d, used > (uint64_t)span_ns ? used - (uint64_t)span_ns : 0);
  return d;
}

static slo_window_summary window_summary(const sloi_window_view *v) {
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
  s.pins_refused = state->pins_refused;
  return s;
}

slo_status sloi_window_read(const slo_window *window, const int64_t *spans_ns, size_t n,
                            slo_delta *deltas, slo_window_summary *summary) {
  uint32_t stride = n == 0 ? 0 : deltas[0].struct_size;
  slo_status status;
  sloi_window_state state;
  uint64_t sequence;
  do {
    sequence = sloi_window_peek(window, &state);
    status = state.newest[0] == 0 ? SLO_ENODATA : SLO_OK;
    sloi_window_view v = {window, &state, sloi_window_newest(window, &state)};
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
  } while (!sloi_window_still(window, sequence));
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
    sequence = sloi_window_peek(window, &state);
    if (state.newest[0] == 0) continue;
    sloi_window_reading from, to;
    sloi_window_view v = {window, &state, sloi_window_newest(window, &state)};
    int reached = sloi_window_edge(&v, to_ns, 1, &to);
    reached &= sloi_window_edge(&v, from_ns, 1, &from);
    d = window_subtract(&v, &to, &from, to_ns - from_ns, reached);
    uint64_t beyond =
        0; /* at both ends: where one falls short, the other is not the better for it */
    if (d.from_ns < d.to_ns && d.from_ns < from_ns) beyond = (uint64_t)(from_ns - d.from_ns);
    if (d.from_ns < d.to_ns && d.to_ns > to_ns) beyond += (uint64_t)(d.to_ns - to_ns);
    window_reach(&d, beyond);
  } while (!sloi_window_still(window, sequence));
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
