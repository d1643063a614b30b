/* tiers.c - from the spans of windows to tiers, from a configuration to a block, and back. */
#include "slo/tiers.h"

#include <string.h>

#include "base/fail.h"
#include "window/window.h"

#define TIERS_MAGIC SLOI_BLOCK_MAGIC('w', 'i')
#define TIERS_LAYOUT 2
#define TIERS_STEP_MIN INT64_C(1000000)
#define TIERS_PINS 16
#define TIERS_JUMP_NS SLO_HOUR_NS
#define TIERS_SLICE_OBJECTIVE_MAX INT64_C(1000000000)

/* From the newest slot back to the one that holds t - span, and one more in case that the
 * reading of that one came late. */
static uint64_t tiers_slots(uint64_t span, uint64_t step) {
  return (span + step - 1) / step + 2;
}

typedef struct tiers_plan {
  sloi_window_config config;
  sloi_window_ring ring[SLO_WINDOW_TIERS_MAX];
  uint64_t size;
} tiers_plan;

static uint64_t tiers_place(uint64_t *at, uint64_t size) {
  uint64_t place = sloi_round_up(*at, SLO_ALIGN);
  *at = place + size;
  return place;
}

static void tiers_lay_out(tiers_plan *plan) {
  sloi_window_config *w = &plan->config;
  uint64_t at = sizeof(slo_window) + w->tier_count * sizeof(sloi_window_ring);
  w->reading_words = w->slice != 0 ? SLOI_WINDOW_WORDS_SLICED : SLOI_WINDOW_WORDS;
  w->state_at = tiers_place(&at, 8 * sloi_commit_words(sloi_window_words(w)));
  w->pins_at = tiers_place(&at, 8 * w->pins * (w->reading_words + SLOI_WINDOW_PIN_EXTRA));
  at = sloi_round_up(at, SLO_ALIGN);
  for (uint64_t i = 0; i < w->tier_count; i++) {
    sloi_window_ring *ring = &plan->ring[i];
    ring->slots = tiers_slots(ring->span, ring->step);
    ring->at = at;
    at += 8 * ring->slots * w->reading_words;
  }
  plan->size = sloi_round_up(at, SLO_ALIGN);
  w->nested = 1;
  for (uint64_t i = 1; i < w->tier_count; i++) {
    if (plan->ring[i].step % plan->ring[i - 1].step != 0) w->nested = 0;
  }
}

static slo_status tiers_check(const slo_window_tier *tiers, uint32_t count, tiers_plan *plan,
                              slo_error *error) {
  int64_t step_min = TIERS_STEP_MIN, span_min = 0;
  plan->config.tier_count = count;
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

/* Everything but the tiers, which are checked. */
static slo_status tiers_plan_rest(const slo_window_config *c, tiers_plan *plan, slo_error *error) {
  sloi_window_config *w = &plan->config;
  int64_t step = (int64_t)plan->ring[0].step;
  int64_t longest = (int64_t)plan->ring[w->tier_count - 1].span;
  if (c->jump_max_ns != 0 && (c->jump_max_ns < step || c->jump_max_ns > SLO_TIME_MAX_NS)) {
    return sloi_fail_range(error, c->jump_max_ns, step, SLO_TIME_MAX_NS, "jump_max_ns");
  }
  if (c->gap_ns < 0 || c->gap_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, c->gap_ns, 0, SLO_TIME_MAX_NS, "gap_ns");
  }
  if (c->slice_ns != 0 && (c->slice_ns < SLO_WINDOW_SLICE_MIN_NS || c->slice_ns > SLO_DAY_NS)) {
    return sloi_fail_range(error, c->slice_ns, SLO_WINDOW_SLICE_MIN_NS, SLO_DAY_NS, "slice_ns");
  }
  int64_t least = c->slice_ns != 0, most = c->slice_ns != 0 ? TIERS_SLICE_OBJECTIVE_MAX : 0;
  if (sloi_shown(c->slice_objective_ppb) < least || sloi_shown(c->slice_objective_ppb) > most) {
    return sloi_fail_range(error, sloi_shown(c->slice_objective_ppb), least, most,
                           "slice_objective_ppb");
  }
  if (c->unmeasured > SLO_UNMEASURED_FREEZE) {
    return sloi_fail_range(error, c->unmeasured, 0, SLO_UNMEASURED_FREEZE, "unmeasured");
  }
  if (c->pins > SLO_WINDOW_PINS_MAX) {
    return sloi_fail_range(error, c->pins, 0, SLO_WINDOW_PINS_MAX, "pins");
  }
  uint64_t gap = 2 * plan->ring[0].step;
  if (gap < (uint64_t)SLO_MINUTE_NS) gap = (uint64_t)SLO_MINUTE_NS;
  if (gap > (uint64_t)SLO_TIME_MAX_NS) gap = (uint64_t)SLO_TIME_MAX_NS;
  if (c->gap_ns != 0) gap = (uint64_t)c->gap_ns;
  int64_t ticked = longest < TIERS_JUMP_NS ? longest : step > TIERS_JUMP_NS ? step : TIERS_JUMP_NS;
  w->jump_given = (uint64_t)c->jump_max_ns;
  w->jump_max = (uint64_t)(c->jump_max_ns != 0 ? c->jump_max_ns : ticked);
  w->jump_unmeasured_max = (uint64_t)(c->jump_max_ns != 0 ? c->jump_max_ns : longest);
  w->gap = gap;
  w->slice = (uint64_t)c->slice_ns;
  w->slice_objective = c->slice_objective_ppb;
  w->unmeasured = c->unmeasured;
  w->pins = c->pins != 0 ? c->pins : TIERS_PINS;
  tiers_lay_out(plan);
  return SLO_OK;
}

static slo_status tiers_plan_config(const slo_window_config *config, tiers_plan *plan,
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
  status = tiers_check(c.tiers, c.tier_count, plan, error);
  if (status != SLO_OK) return status;
  return tiers_plan_rest(&c, plan, error);
}

/* ---- tiers for given spans ---- */

enum { TIERS_PER_SPAN = 60 }; /* readings; 50 are 2 %, the rest is for those that come late */

/* Spans, ascending, each once. */
typedef struct tiers_spans {
  int64_t span[SLO_WINDOW_SPANS_MAX];
  uint32_t count;
} tiers_spans;

static slo_status tiers_sort(const int64_t *spans_ns, size_t n, tiers_spans *s, slo_error *error) {
  s->count = 0;
  for (size_t i = 0; i < n; i++) {
    int64_t span = spans_ns[i], least = TIERS_PER_SPAN * TIERS_STEP_MIN;
    if (span < least || span > SLO_TIME_MAX_NS) {
      return sloi_fail_range(error, span, least, SLO_TIME_MAX_NS, "spans_ns[%zu]", i);
    }
    uint32_t at = s->count;
    while (at > 0 && s->span[at - 1] > span) at--;
    if (at > 0 && s->span[at - 1] == span) continue;
    if (s->count == SLO_WINDOW_SPANS_MAX) {
      return sloi_fail_range(error, SLO_WINDOW_SPANS_MAX + 1, 1, SLO_WINDOW_SPANS_MAX,
                             "n (different spans)");
    }
    memmove(&s->span[at + 1], &s->span[at], (s->count - at) * sizeof s->span[0]);
    s->span[at] = span;
    s->count++;
  }
  return SLO_OK;
}

/* How many readings these tiers keep; UINT64_MAX when they cannot be tiers of a window. */
static uint64_t tiers_readings(const slo_window_tier *tiers, uint32_t count) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint64_t span = (uint64_t)tiers[i].span_ns, step = (uint64_t)tiers[i].step_ns;
    if (i > 0 && tiers[i].step_ns <= tiers[i - 1].step_ns) return UINT64_MAX;
    if ((span - 1) / step >= SLO_WINDOW_SLOTS_MAX) return UINT64_MAX;
    sum += tiers_slots(span, step);
  }
  return sum;
}

/* The tier of the spans from..to - 1. */
static slo_window_tier tiers_shared(const tiers_spans *s, uint32_t from, uint32_t to) {
  slo_window_tier tier = {s->span[from] / TIERS_PER_SPAN, s->span[to - 1]};
  return tier;
}

/* Spans that are neighbours share tiers. For every number of tiers the cheapest way to cut the
 * first `to` spans: where its last tier begins, given the cheapest ways with one tier less. */
typedef struct tiers_cuts {
  uint64_t cost[SLO_WINDOW_TIERS_MAX + 1]; /* of all spans; UINT64_MAX: cannot be done */
  uint16_t from[SLO_WINDOW_TIERS_MAX + 1][SLO_WINDOW_SPANS_MAX + 1];
} tiers_cuts;

static void tiers_cut(const tiers_spans *s, tiers_cuts *cuts) {
  uint64_t cost[SLO_WINDOW_SPANS_MAX + 1]; /* of the first so many spans */
  memset(cost, 0xff, sizeof cost);
  cost[0] = 0;
  for (uint32_t k = 1; k <= SLO_WINDOW_TIERS_MAX; k++) {
    for (uint32_t to = s->count; to > 0; to--) { /* downwards: below is what k - 1 tiers cost */
      uint64_t best = UINT64_MAX;
      for (uint32_t from = to; from-- > 0;) {
        slo_window_tier tier = tiers_shared(s, from, to);
        uint64_t more = tiers_readings(&tier, 1);
        if (more == UINT64_MAX) break; /* nor with a smaller span in it */
        if (from > 0 && tiers_shared(s, from - 1, to).step_ns == tier.step_ns) continue;
        if (cost[from] == UINT64_MAX || cost[from] + more >= best) continue;
        best = cost[from] + more;
        cuts->from[k][to] = (uint16_t)from;
      }
      cost[to] = best;
    }
    cost[0] = UINT64_MAX; /* no spans in k tiers */
    cuts->cost[k] = cost[s->count];
  }
}

slo_status slo_window_tiers(const int64_t *spans_ns, size_t n, slo_window_tier *tiers,
                            uint32_t capacity, uint32_t *count, slo_error *error) {
  slo_window_tier plain[SLO_WINDOW_TIERS_MAX], nested[SLO_WINDOW_TIERS_MAX];
  tiers_spans s;
  tiers_cuts cuts;
  if (spans_ns == NULL) return sloi_fail(error, SLO_EINVAL, 0, "spans_ns (NULL)");
  if (tiers == NULL && capacity != 0) return sloi_fail(error, SLO_EINVAL, 0, "tiers (NULL)");
  if (count == NULL) return sloi_fail(error, SLO_EINVAL, 0, "count (NULL)");
  if (n == 0) return sloi_fail_range(error, 0, 1, SLO_WINDOW_SPANS_MAX, "n");
  slo_status status = tiers_sort(spans_ns, n, &s, error);
  if (status != SLO_OK) return status;
  tiers_cut(&s, &cuts);
  uint32_t least = 1; /* three are always enough, one of them for a ratio of 279,620 */
  while (cuts.cost[least] == UINT64_MAX) least++;
  if (capacity < least) return sloi_fail_space(error, capacity, least, "capacity");
  uint32_t made = least;
  for (uint32_t k = least; k <= capacity && k <= SLO_WINDOW_TIERS_MAX; k++) {
    if (cuts.cost[k] < cuts.cost[made]) made = k;
  }
  for (uint32_t k = made, to = s.count; k > 0; to = cuts.from[k--][to]) {
    plain[k - 1] = tiers_shared(&s, cuts.from[k][to], to);
  }
  memcpy(nested, plain, made * sizeof plain[0]);
  for (uint32_t i = 1; i < made; i++)
    nested[i].step_ns -= nested[i].step_ns % nested[i - 1].step_ns;
  uint64_t most = cuts.cost[made] + cuts.cost[made] / 4;
  memcpy(tiers, tiers_readings(nested, made) <= most ? nested : plain, made * sizeof plain[0]);
  *count = made;
  return SLO_OK;
}

/* ---- the block ---- */

slo_status slo_window_footprint(const slo_window_config *config, size_t *size, slo_error *error) {
  tiers_plan plan;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = tiers_plan_config(config, &plan, error);
  if (status == SLO_OK) *size = (size_t)plan.size;
  return status;
}

slo_status slo_window_init(void *memory, size_t size, const slo_window_config *config,
                           slo_window **window, slo_error *error) {
  tiers_plan plan;
  if (window == NULL) return sloi_fail(error, SLO_EINVAL, 0, "window (NULL)");
  slo_status status = tiers_plan_config(config, &plan, error);
  if (status != SLO_OK) return status;
  uint64_t config_size =
      sizeof(slo_window) - sizeof(sloi_block) + plan.config.tier_count * sizeof(sloi_window_ring);
  status = sloi_block_init(memory, size, plan.size, TIERS_MAGIC, TIERS_LAYOUT, config_size, error);
  if (status != SLO_OK) return status;
  slo_window *w = memory;
  w->config = plan.config;
  memcpy(w->ring, plan.ring, (size_t)plan.config.tier_count * sizeof w->ring[0]);
  sloi_block_ready(&w->block);
  *window = w;
  return SLO_OK;
}

slo_status slo_window_attach(void *memory, size_t size, slo_window **window) {
  tiers_plan plan;
  slo_window_tier tiers[SLO_WINDOW_TIERS_MAX];
  uint64_t front = sizeof(slo_window) - sizeof(sloi_block);
  if (window == NULL) return SLO_EINVAL;
  slo_status status = sloi_block_check(memory, size, TIERS_MAGIC, TIERS_LAYOUT, front);
  if (status != SLO_OK) return status;
  slo_window *w = memory;
  const uint64_t tier_count = w->config.tier_count;
  if (tier_count < 1 || tier_count > SLO_WINDOW_TIERS_MAX ||
      w->block.config_size != front + tier_count * sizeof(sloi_window_ring)) {
    return SLO_ECORRUPT;
  }
  slo_window_config c = SLO_SIZED(slo_window_config);
  for (uint64_t i = 0; i < tier_count; i++) {
    tiers[i].step_ns = (int64_t)w->ring[i].step;
    tiers[i].span_ns = (int64_t)w->ring[i].span;
  }
  if (w->config.unmeasured > UINT32_MAX || w->config.pins > UINT32_MAX) return SLO_ECORRUPT;
  c.jump_max_ns = (int64_t)w->config.jump_given;
  c.gap_ns = (int64_t)w->config.gap;
  c.slice_ns = (int64_t)w->config.slice;
  c.slice_objective_ppb = w->config.slice_objective;
  c.unmeasured = (uint32_t)w->config.unmeasured;
  c.pins = (uint32_t)w->config.pins;
  memset(&plan, 0, sizeof plan);
  /* what was planned once is planned the same again */
  if (tiers_check(tiers, (uint32_t)tier_count, &plan, NULL) != SLO_OK ||
      tiers_plan_rest(&c, &plan, NULL) != SLO_OK || w->block.size != plan.size ||
      memcmp(&w->config, &plan.config, sizeof plan.config) != 0 ||
      memcmp(w->ring, plan.ring, (size_t)plan.config.tier_count * sizeof w->ring[0]) != 0) {
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
