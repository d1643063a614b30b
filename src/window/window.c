#include "window/window.h"

#include <string.h>

#include "base/block.h"
#include "base/commit.h"
#include "base/fail.h"

#define WINDOW_MAGIC SLOI_BLOCK_MAGIC('w', 'i')
#define WINDOW_LAYOUT 1
#define WINDOW_STEP_MIN INT64_C(1000000)

/* A reading, the words of a slot. */
typedef struct window_reading {
  uint64_t mark; /* time + 1; 0: empty, or being written */
  uint64_t good;
  uint64_t bad;
  uint64_t excluded;
  uint64_t measured;
} window_reading;

enum { WINDOW_READING_WORDS = sizeof(window_reading) / 8 };

/* What a push replaces whole. newest.mark is 0 before the first push. */
typedef struct window_state {
  window_reading newest;
  uint64_t first; /* time of the oldest reading there ever was */
  uint64_t steps_back;
  uint64_t jumps_refused;
  uint64_t rebases;
  uint64_t head[SLO_WINDOW_TIERS_MAX]; /* the newest slot's number: floor(time / step) */
} window_state;

typedef struct window_ring {
  uint64_t step;
  uint64_t span;
  uint64_t slots;
  uint64_t at; /* bytes from the block's start */
} window_ring;

struct slo_window {
  sloi_block block;
  uint64_t tier_count;
  uint64_t jump_max;
  uint64_t state_at; /* bytes from the block's start */
  uint64_t nested;   /* 1: every step divides the next one */
  uint64_t reserved[4];
  window_ring ring[]; /* tier_count of them */
};

/* Words of the state in use: heads of tiers that are not there are left out. */
static size_t window_words(const slo_window *w) {
  return offsetof(window_state, head) / 8 + (size_t)w->tier_count;
}

static sloi_cell *window_cells(slo_window *w) {
  return (sloi_cell *)(void *)((char *)w + w->state_at);
}

static const sloi_cell *window_cells_const(const slo_window *w) {
  return (const sloi_cell *)(const void *)((const char *)w + w->state_at);
}

/* A slot of every ring must be free for the reading in flight, and one more step back may
 * be needed when a reading came late: see window_edge. */
static uint64_t window_slots(uint64_t span, uint64_t step) {
  return (span + step - 1) / step + 3;
}

/* ---- configuration ---- */

typedef struct window_plan {
  uint64_t tier_count;
  uint64_t jump_max;
  uint64_t state_at;
  uint64_t nested;
  uint64_t size;
  window_ring ring[SLO_WINDOW_TIERS_MAX];
} window_plan;

static void window_lay_out(window_plan *plan) {
  uint64_t at = sizeof(slo_window) + plan->tier_count * sizeof(window_ring);
  plan->state_at = at = sloi_round_up(at, SLO_ALIGN);
  size_t words = offsetof(window_state, head) / 8 + (size_t)plan->tier_count;
  at = sloi_round_up(at + 8 * sloi_commit_words(words), SLO_ALIGN);
  for (uint64_t i = 0; i < plan->tier_count; i++) {
    window_ring *ring = &plan->ring[i];
    ring->slots = window_slots(ring->span, ring->step);
    ring->at = at;
    at += ring->slots * sizeof(window_reading);
  }
  plan->size = sloi_round_up(at, SLO_ALIGN);
  plan->nested = 1;
  for (uint64_t i = 1; i < plan->tier_count; i++) {
    if (plan->ring[i].step % plan->ring[i - 1].step != 0) plan->nested = 0;
  }
}

static slo_status window_plan_tiers(const slo_window_tier *tiers, uint32_t count, window_plan *plan,
                                    slo_error *error) {
  int64_t step_min = WINDOW_STEP_MIN, span_min = 0;
  plan->tier_count = count;
  for (uint32_t i = 0; i < count; i++) {
    int64_t step = tiers[i].step_ns, span = tiers[i].span_ns;
    if (step < step_min || step > SLO_TIME_MAX_NS) {
      return sloi_fail_range(error, step, step_min, SLO_TIME_MAX_NS, "tiers[%u].step_ns",
                             (unsigned)i);
    }
    int64_t span_max = step > SLO_TIME_MAX_NS / SLO_WINDOW_SLOTS_MAX ? SLO_TIME_MAX_NS
                                                                     : step * SLO_WINDOW_SLOTS_MAX;
    int64_t least = span_min > step ? span_min : step;
    if (span < least || span > span_max) {
      return sloi_fail_range(error, span, least, span_max, "tiers[%u].span_ns", (unsigned)i);
    }
    plan->ring[i].step = (uint64_t)step;
    plan->ring[i].span = (uint64_t)span;
    step_min = step + 1;
    span_min = span + 1;
  }
  return SLO_OK;
}

static slo_status window_plan_config(const slo_window_config *config, window_plan *plan,
                                     slo_error *error) {
  static const int64_t spans[] = {
      5 * SLO_MINUTE_NS, 30 * SLO_MINUTE_NS, SLO_HOUR_NS,    2 * SLO_HOUR_NS, 6 * SLO_HOUR_NS,
      SLO_DAY_NS,        3 * SLO_DAY_NS,     7 * SLO_DAY_NS, 30 * SLO_DAY_NS, 90 * SLO_DAY_NS};
  enum { SPANS = sizeof spans / sizeof spans[0] };
  slo_window_tier defaults[SPANS];
  slo_window_config c;
  memset(plan, 0, sizeof *plan);
  slo_status status = sloi_sized_read(&c, sizeof c, config, error, "slo_window_config");
  if (status != SLO_OK) return status;
  if (c.tier_count > SLO_WINDOW_TIERS_MAX) {
    return sloi_fail_range(error, c.tier_count, 0, SLO_WINDOW_TIERS_MAX, "tier_count");
  }
  if (c.tier_count != 0 && c.tiers == NULL) return sloi_fail(error, SLO_EINVAL, 0, "tiers (NULL)");
  if (c.tier_count == 0) {
    for (int i = 0; i < SPANS; i++) {
      defaults[i].step_ns = spans[i] / (i == 7 ? 70 : 60); /* so that each divides the next */
      defaults[i].span_ns = spans[i];
    }
    c.tiers = defaults;
    c.tier_count = SPANS;
  }
  status = window_plan_tiers(c.tiers, c.tier_count, plan, error);
  if (status != SLO_OK) return status;
  int64_t least = c.tiers[0].step_ns, longest = c.tiers[c.tier_count - 1].span_ns;
  if (c.jump_max_ns != 0 && (c.jump_max_ns < least || c.jump_max_ns > SLO_TIME_MAX_NS)) {
    return sloi_fail_range(error, c.jump_max_ns, least, SLO_TIME_MAX_NS, "jump_max_ns");
  }
  plan->jump_max = (uint64_t)(c.jump_max_ns != 0 ? c.jump_max_ns : longest);
  window_lay_out(plan);
  return SLO_OK;
}

slo_status slo_window_footprint(const slo_window_config *config, size_t *size, slo_error *error) {
  window_plan plan;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = window_plan_config(config, &plan, error);
  if (status == SLO_OK) *size = (size_t)plan.size;
  return status;
}

slo_status slo_window_init(void *memory, size_t size, const slo_window_config *config,
                           slo_window **window, slo_error *error) {
  window_plan plan;
  if (window == NULL) return sloi_fail(error, SLO_EINVAL, 0, "window (NULL)");
  slo_status status = window_plan_config(config, &plan, error);
  if (status != SLO_OK) return status;
  uint64_t config_size =
      sizeof(slo_window) - sizeof(sloi_block) + plan.tier_count * sizeof(window_ring);
  status =
      sloi_block_init(memory, size, plan.size, WINDOW_MAGIC, WINDOW_LAYOUT, config_size, error);
  if (status != SLO_OK) return status;
  slo_window *w = memory;
  w->tier_count = plan.tier_count;
  w->jump_max = plan.jump_max;
  w->state_at = plan.state_at;
  w->nested = plan.nested;
  memcpy(w->ring, plan.ring, (size_t)plan.tier_count * sizeof w->ring[0]);
  sloi_block_ready(&w->block);
  *window = w;
  return SLO_OK;
}

slo_status slo_window_attach(void *memory, size_t size, slo_window **window) {
  window_plan plan;
  slo_window_tier tiers[SLO_WINDOW_TIERS_MAX];
  uint64_t front = sizeof(slo_window) - sizeof(sloi_block);
  if (window == NULL) return SLO_EINVAL;
  slo_status status = sloi_block_check(memory, size, WINDOW_MAGIC, WINDOW_LAYOUT, front);
  if (status != SLO_OK) return status;
  slo_window *w = memory;
  if (w->tier_count < 1 || w->tier_count > SLO_WINDOW_TIERS_MAX ||
      w->block.config_size != front + w->tier_count * sizeof(window_ring)) {
    return SLO_ECORRUPT;
  }
  for (uint64_t i = 0; i < w->tier_count; i++) {
    tiers[i].step_ns = (int64_t)w->ring[i].step;
    tiers[i].span_ns = (int64_t)w->ring[i].span;
  }
  memset(&plan, 0, sizeof plan);
  if (window_plan_tiers(tiers, (uint32_t)w->tier_count, &plan, NULL) != SLO_OK) return SLO_ECORRUPT;
  window_lay_out(&plan);
  if (w->state_at != plan.state_at || w->nested != plan.nested || w->block.size != plan.size ||
      w->jump_max < w->ring[0].step || w->jump_max > (uint64_t)SLO_TIME_MAX_NS ||
      memcmp(w->ring, plan.ring, (size_t)plan.tier_count * sizeof w->ring[0]) != 0) {
    return SLO_ECORRUPT;
  }
  *window = w;
  return SLO_OK;
}

slo_status slo_window_create(const slo_window_config *config, const slo_allocator *allocator,
                             slo_window **window, slo_error *error) {
  size_t size;
  void *memory;
  if (window == NULL) return sloi_fail(error, SLO_EINVAL, 0, "window (NULL)");
  slo_status status = slo_window_footprint(config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_window_init(memory, size, config, window, error);
}

void slo_window_destroy(slo_window *window) {
  sloi_block_release(window);
}

/* ---- slots ---- */

static sloi_cell *window_slot(slo_window *w, const window_ring *ring, uint64_t number) {
  return (sloi_cell *)(void *)((char *)w + ring->at) + number % ring->slots * WINDOW_READING_WORDS;
}

/* The mark is 0 while the words change; commit.h has the argument for these orders. */
static void window_slot_store(slo_window *w, const window_ring *ring, uint64_t number,
                              const window_reading *r) {
  sloi_cell *cell = window_slot(w, ring, number);
  sloi_store_relaxed(&cell[0], 0);
  sloi_store_release(&cell[1], r->good);
  sloi_store_release(&cell[2], r->bad);
  sloi_store_release(&cell[3], r->excluded);
  sloi_store_release(&cell[4], r->measured);
  sloi_store_release(&cell[0], r->mark);
}

/* 0 when the slot is empty or being written. */
static int window_slot_load(const slo_window *w, const window_ring *ring, uint64_t number,
                            window_reading *r) {
  const sloi_cell *cell = (const sloi_cell *)(const void *)((const char *)w + ring->at) +
                          number % ring->slots * WINDOW_READING_WORDS;
  r->mark = sloi_load_acquire(&cell[0]);
  r->good = sloi_load_acquire(&cell[1]);
  r->bad = sloi_load_acquire(&cell[2]);
  r->excluded = sloi_load_acquire(&cell[3]);
  r->measured = sloi_load_acquire(&cell[4]);
  return r->mark != 0 && sloi_load_relaxed(&cell[0]) == r->mark;
}

/* ---- pushing ---- */

/* Opens the slots of ring i up to the new reading's; those nobody pushed in stand for the
 * reading before. Idempotent from the committed state: a push that was killed is redone. */
static void window_open_slots(slo_window *w, uint64_t i, const window_state *before,
                              const window_reading *now, uint64_t *head) {
  const window_ring *ring = &w->ring[i];
  uint64_t number = (now->mark - 1) / ring->step;
  uint64_t from = before->head[i] + 1;
  if (number >= ring->slots && from < number - ring->slots + 1) from = number - ring->slots + 1;
  for (; from < number; from++) window_slot_store(w, ring, from, &before->newest);
  window_slot_store(w, ring, number, now);
  *head = number;
}

static void window_begin(slo_window *w, window_state *state, const window_reading *now) {
  state->first = now->mark - 1;
  for (uint64_t i = 0; i < w->tier_count; i++) {
    state->head[i] = (now->mark - 1) / w->ring[i].step;
    window_slot_store(w, &w->ring[i], state->head[i], now);
  }
}

slo_status slo_window_push(slo_window *window, int64_t now_ns, const slo_counts *total,
                           uint32_t flags) {
  slo_window *w = window;
  window_state state;
  if (w == NULL || total == NULL) return SLO_EINVAL;
  if ((flags & ~(uint32_t)(SLO_PUSH_UNMEASURED | SLO_PUSH_REBASE)) != 0) return SLO_EINVAL;
  sloi_cell *cells = window_cells(w);
  size_t words = window_words(w);
  if (now_ns < 0 || now_ns > SLO_TIME_MAX_NS) return SLO_ERANGE;
  (void)sloi_commit_peek(cells, words, (uint64_t *)&state); /* the owner's own state stands still */
  const window_reading before = state.newest;
  if (total->good < before.good || total->bad < before.bad || total->excluded < before.excluded) {
    return SLO_ERANGE;
  }
  uint64_t time = (uint64_t)now_ns, newest = before.mark - 1;
  window_reading now = {time + 1, total->good, total->bad, total->excluded, before.measured};
  int rebase = (flags & SLO_PUSH_REBASE) != 0;
  if (before.mark == 0) {
    window_begin(w, &state, &now);
  } else if (time < newest && rebase) {
    state.rebases++;
    now.measured = 0; /* of the new history, nothing yet */
    window_begin(w, &state, &now);
  } else if (time > newest && time - newest > w->jump_max && !rebase) {
    state.jumps_refused++;
    sloi_commit_store(cells, words, (const uint64_t *)&state);
    return SLO_ECLOCK;
  } else if (time > newest) {
    window_state old = state;
    state.rebases += time - newest > w->jump_max;
    if (!(flags & SLO_PUSH_UNMEASURED)) now.measured += time - newest;
    for (uint64_t i = 0; i < w->tier_count; i++) {
      if (time < (old.head[i] + 1) * w->ring[i].step) continue;
      window_open_slots(w, i, &old, &now, &state.head[i]);
    }
  } else {
    state.steps_back += time < newest;
    now.mark = before.mark; /* time stays, the counts are taken */
  }
  state.newest = now;
  sloi_commit_store(cells, words, (const uint64_t *)&state); /* everything else is done */
  return SLO_OK;
}

/* ---- reading ---- */

/* Could r be an edge of a window that ends at the newest reading? A slot that was
 * overwritten by a push still in flight (or killed) has a later time or larger counts. */
static int window_usable(const window_reading *r, uint64_t at_most, const window_reading *newest) {
  return r->mark - 1 <= at_most && r->good <= newest->good && r->bad <= newest->bad &&
         r->excluded <= newest->excluded && r->measured <= newest->measured;
}

static uint64_t window_oldest(const window_ring *ring, const window_state *state, uint64_t head) {
  uint64_t first = state->first / ring->step;
  uint64_t kept = head + 2 > ring->slots ? head + 2 - ring->slots : 0;
  return first > kept ? first : kept;
}

/* The newest reading at or before `edge` that any tier has; the oldest there is, and 0, when
 * there is none. When every step divides the next one, the finest tier that reaches the edge
 * has all that a coarser one has. */
static int window_edge(const slo_window *w, const window_state *state, int64_t edge,
                       window_reading *r) {
  uint64_t newest = state->newest.mark - 1;
  *r = state->newest;
  if (edge >= (int64_t)newest) return 1;
  if (edge >= (int64_t)state->first) {
    uint64_t x = (uint64_t)edge;
    int found = 0;
    for (uint64_t i = 0; i < w->tier_count && !(found && w->nested); i++) {
      const window_ring *ring = &w->ring[i];
      uint64_t oldest = window_oldest(ring, state, state->head[i]);
      /* The slot behind may stand for a gap and hold a later reading of this one's slice; the
       * slot before serves when the reading of this one came late. */
      uint64_t number = x / ring->step + 1;
      for (int back = 0; back < 3 && number >= oldest; back++, number--) {
        if (number > state->head[i]) continue;
        window_reading slot;
        if (window_slot_load(w, ring, number, &slot) && window_usable(&slot, x, &state->newest)) {
          if (!found || slot.mark > r->mark) *r = slot;
          found = 1;
          break;
        }
        if (number == 0) break;
      }
    }
    if (found) return 1;
  }
  /* before the history, or further back than the longest tier */
  const window_ring *ring = &w->ring[w->tier_count - 1];
  uint64_t head = state->head[w->tier_count - 1];
  uint64_t oldest = window_oldest(ring, state, head);
  for (uint64_t n = 0; n < ring->slots && oldest + n <= head; n++) {
    window_reading slot;
    if (window_slot_load(w, ring, oldest + n, &slot) &&
        window_usable(&slot, newest, &state->newest)) {
      *r = slot;
      break;
    }
  }
  return 0;
}

static slo_delta window_subtract(const window_reading *to, const window_reading *from,
                                 int64_t span_ns, int reached) {
  slo_delta d = {0};
  /* The newest reading may have been brought up to date after its slot was written, and a push
   * in flight may have taken an old one: nothing happens in no time. */
  if (from->mark == to->mark || !window_usable(from, to->mark - 1, to)) from = to;
  d.struct_size = (uint32_t)sizeof d;
  d.flags = reached ? 0 : SLO_DELTA_SHORT;
  d.span_ns = span_ns;
  d.from_ns = (int64_t)(from->mark - 1);
  d.to_ns = (int64_t)(to->mark - 1);
  d.measured_ns = (int64_t)(to->measured - from->measured);
  int64_t beyond = d.to_ns - d.from_ns - span_ns;
  d.covered_ns = d.measured_ns - (beyond > 0 ? beyond : 0);
  if (d.covered_ns < 0) d.covered_ns = 0;
  d.counts.good = to->good - from->good;
  d.counts.bad = to->bad - from->bad;
  d.counts.excluded = to->excluded - from->excluded;
  return d;
}

slo_status slo_window_read(const slo_window *window, const int64_t *spans_ns, size_t n,
                           slo_delta *deltas) {
  if (window == NULL || ((spans_ns == NULL || deltas == NULL) && n != 0)) return SLO_EINVAL;
  for (size_t i = 0; i < n; i++) {
    if (spans_ns[i] < 0) return SLO_ERANGE;
  }
  const sloi_cell *cells = window_cells_const(window);
  uint32_t stride = n == 0 ? 0 : deltas[0].struct_size;
  slo_status status = SLO_OK;
  window_state state;
  uint64_t sequence;
  do {
    sequence = sloi_commit_peek(cells, window_words(window), (uint64_t *)&state);
    if (state.newest.mark == 0) {
      status = SLO_ENODATA;
      continue;
    }
    status = SLO_OK;
    for (size_t i = 0; i < n && status == SLO_OK; i++) {
      window_reading from;
      int reached =
          window_edge(window, &state, (int64_t)(state.newest.mark - 1) - spans_ns[i], &from);
      slo_delta d = window_subtract(&state.newest, &from, spans_ns[i], reached);
      slo_delta *out = (slo_delta *)(void *)((char *)deltas + i * stride);
      out->struct_size = stride;
      status = sloi_sized_write(out, &d, sizeof d);
    }
  } while (!sloi_commit_still(cells, sequence));
  return status;
}

slo_status slo_window_delta(const slo_window *window, int64_t from_ns, int64_t to_ns,
                            slo_delta *delta) {
  if (window == NULL || delta == NULL) return SLO_EINVAL;
  if (from_ns < 0 || to_ns > SLO_TIME_MAX_NS || from_ns > to_ns) return SLO_ERANGE;
  const sloi_cell *cells = window_cells_const(window);
  window_reading from, to;
  window_state state;
  uint64_t sequence;
  int reached = 0;
  do {
    sequence = sloi_commit_peek(cells, window_words(window), (uint64_t *)&state);
    if (state.newest.mark == 0) continue;
    reached = window_edge(window, &state, to_ns, &to);
    reached &= window_edge(window, &state, from_ns, &from);
  } while (!sloi_commit_still(cells, sequence));
  if (state.newest.mark == 0) return SLO_ENODATA;
  slo_delta d = window_subtract(&to, &from, to_ns - from_ns, reached);
  return sloi_sized_write(delta, &d, sizeof d);
}

slo_status slo_window_summarize(const slo_window *window, slo_window_summary *summary) {
  if (window == NULL || summary == NULL) return SLO_EINVAL;
  window_state state;
  sloi_commit_load(window_cells_const(window), window_words(window), (uint64_t *)&state);
  if (state.newest.mark == 0) return SLO_ENODATA;
  slo_window_summary s = {0};
  s.tier_count = (uint32_t)window->tier_count;
  s.first_ns = (int64_t)state.first;
  s.newest_ns = (int64_t)(state.newest.mark - 1);
  s.measured_ns = (int64_t)state.newest.measured;
  s.counts.good = state.newest.good;
  s.counts.bad = state.newest.bad;
  s.counts.excluded = state.newest.excluded;
  s.steps_back = state.steps_back;
  s.jumps_refused = state.jumps_refused;
  s.rebases = state.rebases;
  return sloi_sized_write(summary, &s, sizeof s);
}

slo_status sloi_window_slice(const slo_window *window, int64_t *begin_ns, int64_t *newest_ns) {
  window_state state;
  sloi_commit_load(window_cells_const(window), window_words(window), (uint64_t *)&state);
  if (state.newest.mark == 0) return SLO_ENODATA;
  *begin_ns = (int64_t)(state.head[0] * window->ring[0].step);
  *newest_ns = (int64_t)(state.newest.mark - 1);
  return SLO_OK;
}
