/* tiers.c - from a configuration to the block of a window, and back. */
#include <string.h>

#include "base/fail.h"
#include "window/window.h"

#define TIERS_MAGIC SLOI_BLOCK_MAGIC('w', 'i')
#define TIERS_LAYOUT 2
#define TIERS_STEP_MIN INT64_C(1000000)
#define TIERS_PINS 16
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
  w->jump_max = (uint64_t)(c->jump_max_ns != 0 ? c->jump_max_ns : longest);
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
  c.jump_max_ns = (int64_t)w->config.jump_max;
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
