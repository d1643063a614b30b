#include "record/history.h"

#include <string.h>

#include "base/commit.h"
#include "record/hist.h"
#include "record/snapshot.h"
#include "record/sparse.h"

/* Cells that are summed and written at a time: small enough for anybody's stack. */
enum { HISTORY_AT_ONCE = 32 };

/* An entry of the directory, and whose. */
typedef struct history_reading {
  uint64_t tier;
  uint64_t mark; /* time + 1 */
  uint64_t at;   /* place of its first word */
  uint64_t bytes;
} history_reading;

static const sloi_cell *history_cells(const slo_history *h, uint64_t at) {
  return (const sloi_cell *)(const void *)((const char *)h + at);
}

static sloi_cell *history_cells_owned(slo_history *h, uint64_t at) {
  return (sloi_cell *)(void *)((char *)h + at);
}

/* One attempt at the committed state (commit.h). A tier whose numbers cannot be is an empty one. */
static uint64_t history_peek(const slo_history *h, sloi_history_state *state) {
  uint64_t sequence = sloi_commit_peek(history_cells(h, h->plan.state_at),
                                       sloi_history_state_words(&h->plan), (uint64_t *)state);
  if (state->newest - 1 > (uint64_t)SLO_TIME_MAX_NS) state->newest = 0;
  for (uint64_t i = 0; i < h->plan.tier_count; i++) {
    sloi_history_ring *ring = &state->ring[i];
    if (ring->head - ring->tail <= h->plan.tier[i].entries &&
        ring->end - ring->begin <= h->plan.tier[i].words) {
      continue;
    }
    ring->tail = ring->head;
    ring->begin = ring->end;
  }
  return sequence;
}

/* Was all that was loaded since of that state? Its words are overwritten after another one has
 * been committed, and who sees such a word sees that commit. */
static int history_still(const slo_history *h, uint64_t sequence) {
  return sloi_commit_still(history_cells(h, h->plan.state_at), sequence);
}

static void history_commit(slo_history *h, const sloi_history_state *state) {
  sloi_commit_store(history_cells_owned(h, h->plan.state_at), sloi_history_state_words(&h->plan),
                    (const uint64_t *)state);
}

static uint64_t history_entry_at(const sloi_history_tier *tier, uint64_t number) {
  return tier->entries_at + 8 * SLOI_HISTORY_ENTRY_WORDS * (number % tier->entries);
}

static history_reading history_look(const slo_history *h, uint64_t tier, uint64_t number) {
  const sloi_cell *entry = history_cells(h, history_entry_at(&h->plan.tier[tier], number));
  history_reading r = {tier, sloi_load_acquire(&entry[0]), sloi_load_acquire(&entry[1]),
                       sloi_load_acquire(&entry[2])};
  return r;
}

static sloi_sparse_reader history_open(const slo_history *h, const history_reading *r) {
  const sloi_history_tier *tier = &h->plan.tier[r->tier];
  sloi_sparse_reader reader = {history_cells(h, tier->words_at), tier->words, 0, 0, 0, 0, 0, 0};
  reader.index = r->at % tier->words;
  reader.bytes = r->bytes;
  reader.cells = sloi_shape_row(&h->shape);
  return reader;
}

/* ---- pushing ---- */

/* Cells at .. at + n - 1 of all rows. */
static void history_sum(const slo_hist *hist, uint64_t at, uint64_t n, uint64_t *counts) {
  memset(counts, 0, (size_t)n * sizeof *counts);
  for (uint64_t r = 0; r < sloi_rows_count(&hist->rows); r++) {
    const sloi_cell *row = sloi_hist_row_const(hist, r) + at;
    for (uint64_t i = 0; i < n; i++) counts[i] += sloi_load_relaxed(&row[i]);
  }
}

/* Does the histogram count all that its newest reading does? */
static int history_grew(const slo_history *h, const sloi_history_state *state,
                        const slo_hist *hist) {
  for (uint64_t i = 0; i < h->plan.tier_count; i++) {
    const sloi_history_ring *ring = &state->ring[i];
    if (ring->head == ring->tail) continue;
    history_reading r = history_look(h, i, ring->head - 1);
    if (r.mark != state->newest) continue;
    sloi_sparse_reader reader = history_open(h, &r);
    uint64_t cell, before, now;
    int more;
    while ((more = sloi_sparse_next(&reader, &cell, &before)) > 0) {
      history_sum(hist, cell, 1, &now);
      if (now < before && cell != SLOI_SHAPE_SUM) return 0;
    }
    return more == 0;
  }
  return 1;
}

static void history_drop_oldest(const slo_history *h, sloi_history_ring *ring, uint64_t tier) {
  uint64_t begin = ring->end;
  ring->tail++;
  if (ring->tail != ring->head) begin = history_look(h, tier, ring->tail).at;
  if (begin - ring->begin > ring->end - ring->begin) { /* what is stored there is no place */
    ring->tail = ring->head;
    begin = ring->end;
  }
  ring->begin = begin;
}

/* Drops readings until there is a free entry and the words before place `to` are free. */
static void history_make_room(slo_history *h, sloi_history_state *state, uint64_t tier,
                              uint64_t to) {
  const sloi_history_tier *t = &h->plan.tier[tier];
  sloi_history_ring *ring = &state->ring[tier];
  uint64_t tail = ring->tail;
  while (ring->tail != ring->head &&
         (to - ring->begin > t->words || ring->head - ring->tail >= t->entries)) {
    history_drop_oldest(h, ring, tier);
  }
  if (ring->tail != tail) history_commit(h, state);
}

/* Writes one reading behind the newest ones of the tiers that are due (bits): summed once, so that
 * it is the same in all of them. Returns its bytes. */
static uint64_t history_write(slo_history *h, sloi_history_state *state, uint64_t due,
                              uint64_t mark, const slo_hist *hist) {
  sloi_sparse_writer writer[SLO_HISTORY_TIERS_MAX];
  uint64_t cells = sloi_shape_row(&h->shape), gap = 0, written = 0, counts[HISTORY_AT_ONCE];
  unsigned char bytes[HISTORY_AT_ONCE * SLOI_SPARSE_CELL_MAX + 2];
  for (uint64_t i = 0; i < h->plan.tier_count; i++) {
    const sloi_history_tier *t = &h->plan.tier[i];
    sloi_sparse_writer begin = {history_cells_owned(h, t->words_at), t->words,
                                state->ring[i].end % t->words, 0, 0};
    writer[i] = begin;
  }
  for (uint64_t at = 0; at < cells; at += HISTORY_AT_ONCE) {
    uint64_t n = cells - at < HISTORY_AT_ONCE ? cells - at : HISTORY_AT_ONCE;
    history_sum(hist, at, n, counts);
    size_t size = sloi_sparse_encode(counts, (size_t)n, &gap, bytes);
    written += size;
    for (uint64_t i = 0; i < h->plan.tier_count; i++) {
      if (!(due >> i & 1)) continue;
      history_make_room(h, state, i, state->ring[i].end + sloi_history_words(written));
      sloi_sparse_append(&writer[i], bytes, size);
    }
  }
  for (uint64_t i = 0; i < h->plan.tier_count; i++) {
    if (!(due >> i & 1)) continue;
    sloi_sparse_end(&writer[i]);
    sloi_cell *entry =
        history_cells_owned(h, history_entry_at(&h->plan.tier[i], state->ring[i].head));
    sloi_store_release(&entry[0], mark);
    sloi_store_release(&entry[1], state->ring[i].end);
    sloi_store_release(&entry[2], written);
  }
  return written;
}

slo_status slo_history_push(slo_history *history, int64_t now_ns, const slo_hist *hist,
                            uint32_t flags) {
  slo_history *h = history;
  sloi_history_state state;
  uint64_t due = 0;
  if (h == NULL || hist == NULL) return SLO_EINVAL;
  if ((flags & ~(uint32_t)SLO_HISTORY_REBASE) != 0) return SLO_EINVAL;
  if (now_ns < 0 || now_ns > SLO_TIME_MAX_NS) return SLO_ERANGE;
  if (!sloi_shape_equal(&h->shape, &hist->shape)) return SLO_EINVAL;
  (void)history_peek(h, &state); /* the owner's own state stands still */
  uint64_t now = (uint64_t)now_ns, newest = state.newest - 1;
  const uint64_t all = (UINT64_C(1) << h->plan.tier_count) - 1;
  int anew = state.newest != 0 && now < newest && (flags & SLO_HISTORY_REBASE) != 0;
  if (state.newest == 0 || anew) {
    due = all;
  } else if (now > newest) {
    /* every tier has a reading in the step of the newest one: that push saw to it */
    for (uint64_t i = 0; i < h->plan.tier_count; i++) {
      uint64_t step = h->plan.tier[i].step;
      if (now / step != newest / step) due |= UINT64_C(1) << i;
    }
  }
  if (due == 0) return SLO_OK;
  if (anew || !history_grew(h, &state, hist)) {
    for (uint64_t i = 0; i < h->plan.tier_count; i++) {
      state.ring[i].tail = state.ring[i].head;
      state.ring[i].begin = state.ring[i].end;
    }
    state.newest = 0; /* killed from here on, the next push begins the history */
    history_commit(h, &state);
    due = all;
  }
  uint64_t words = sloi_history_words(history_write(h, &state, due, now + 1, hist));
  for (uint64_t i = 0; i < h->plan.tier_count; i++) {
    if (!(due >> i & 1)) continue;
    state.ring[i].head++;
    state.ring[i].end += words;
  }
  state.newest = now + 1;
  history_commit(h, &state); /* everything else is done */
  return SLO_OK;
}

/* ---- reading ---- */

/* The newest reading of any tier at or before a moment, or the oldest one when there is none.
 * Readings of different tiers compare: each counts everything up to its time. 0: no reading. */
static int history_edge(const slo_history *h, const sloi_history_state *state, uint64_t time,
                        history_reading *edge) {
  int found = 0, reached = 0;
  for (uint64_t i = 0; i < h->plan.tier_count; i++) {
    const sloi_history_ring *ring = &state->ring[i];
    uint64_t low = 0, high = ring->head - ring->tail; /* how many are at or before it */
    if (high == 0) continue;
    while (low < high) {
      uint64_t middle = low + (high - low) / 2;
      if (history_look(h, i, ring->tail + middle).mark - 1 <= time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    history_reading r = history_look(h, i, ring->tail + (low == 0 ? 0 : low - 1));
    int nearer = low != 0 ? !reached || r.mark > edge->mark : !reached && r.mark < edge->mark;
    if (!found || nearer) *edge = r;
    found = 1;
    reached |= low != 0;
  }
  return found && edge->mark - 1 <= (uint64_t)SLO_TIME_MAX_NS;
}

/* row += the reading. 0: what is stored is no reading. */
static int history_add(const slo_history *h, const history_reading *r, uint64_t *row) {
  sloi_sparse_reader reader = history_open(h, r);
  uint64_t cell, count;
  int more;
  while ((more = sloi_sparse_next(&reader, &cell, &count)) > 0) row[cell] += count;
  return more == 0;
}

/* row -= the reading. 0: it is none, or counts what the row does not. */
static int history_subtract(const slo_history *h, const history_reading *r, uint64_t *row) {
  sloi_sparse_reader reader = history_open(h, r);
  uint64_t cell, count;
  int more;
  while ((more = sloi_sparse_next(&reader, &cell, &count)) > 0) {
    if (count > row[cell] && cell != SLOI_SHAPE_SUM) return 0; /* the sum is modulo 2^64 */
    row[cell] -= count;
  }
  return more == 0;
}

static void history_clear(const slo_history *h, uint64_t *row) {
  memset(row, 0, (size_t)(8 * sloi_shape_row(&h->shape)));
}

slo_status slo_history_read(const slo_history *history, int64_t from_ns, int64_t to_ns,
                            slo_snapshot *snapshot, slo_period *used) {
  const slo_history *h = history;
  sloi_history_state state;
  history_reading from, to;
  uint64_t sequence;
  int good;
  if (h == NULL || snapshot == NULL) return SLO_EINVAL;
  if (from_ns < 0 || to_ns > SLO_TIME_MAX_NS || from_ns > to_ns) return SLO_ERANGE;
  uint64_t *row = sloi_snapshot_row(snapshot, &h->shape);
  if (row == NULL) return SLO_EINVAL;
  do {
    sequence = history_peek(h, &state);
    history_clear(h, row);
    good = history_edge(h, &state, (uint64_t)to_ns, &to) &&
           history_edge(h, &state, (uint64_t)from_ns, &from) && from.mark < to.mark &&
           history_add(h, &to, row) && history_subtract(h, &from, row);
  } while (!history_still(h, sequence));
  if (!good) {
    history_clear(h, row);
    return SLO_ENODATA;
  }
  if (used != NULL) {
    used->start_ns = (int64_t)(from.mark - 1);
    used->end_ns = (int64_t)(to.mark - 1);
  }
  return SLO_OK;
}

slo_status slo_history_since(const slo_history *history, const slo_hist *hist, int64_t from_ns,
                             slo_snapshot *snapshot, int64_t *used_ns) {
  const slo_history *h = history;
  sloi_history_state state;
  history_reading from;
  uint64_t sequence;
  int good;
  if (h == NULL || hist == NULL || snapshot == NULL) return SLO_EINVAL;
  if (from_ns < 0 || from_ns > SLO_TIME_MAX_NS) return SLO_ERANGE;
  uint64_t *row = sloi_snapshot_row(snapshot, &h->shape);
  if (row == NULL || !sloi_shape_equal(&h->shape, &hist->shape)) return SLO_EINVAL;
  do {
    sequence = history_peek(h, &state);
    /* the histogram after its reading: so it has all that the reading counts */
    good = history_edge(h, &state, (uint64_t)from_ns, &from) &&
           slo_snapshot_read(snapshot, hist) == SLO_OK && history_subtract(h, &from, row);
  } while (!history_still(h, sequence));
  if (!good) {
    history_clear(h, row);
    return SLO_ENODATA;
  }
  if (used_ns != NULL) *used_ns = (int64_t)(from.mark - 1);
  return SLO_OK;
}
