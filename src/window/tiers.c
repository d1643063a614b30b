/* tiers.c - from a configuration to the block of a window, and back. */
#include <string.h>

#include "base/fail.h"
#include "window/window.h"

#define TIERS_MAGIC SLOI_BLOCK_MAGIC('w', 'i')
#define TIERS_LAYOUT 1
#define TIERS_STEP_MIN INT64_C(1000000)

/* From the newest slot back to the one that holds t - span, and one more in case that the
 * reading of that one came late. */
static uint64_t tiers_slots(uint64_t span, uint64_t step) {
  return (span + step - 1) / step + 2;
}

typedef struct tiers_plan {
  uint64_t tier_count;
  uint64_t jump_max;
  uint64_t state_at;
  uint64_t nested;
  uint64_t size;
  sloi_window_ring ring[SLO_WINDOW_TIERS_MAX];
} tiers_plan;

static void tiers_lay_out(tiers_plan *plan) {
  uint64_t at = sizeof(slo_window) + plan->tier_count * sizeof(sloi_window_ring);
  plan->state_at = at = sloi_round_up(at, SLO_ALIGN);
  size_t words = offsetof(sloi_window_state, head) / 8 + (size_t)plan->tier_count;
  at = sloi_round_up(at + 8 * sloi_commit_words(words), SLO_ALIGN);
  for (uint64_t i = 0; i < plan->tier_count; i++) {
    sloi_window_ring *ring = &plan->ring[i];
    ring->slots = tiers_slots(ring->span, ring->step);
    ring->at = at;
    at += ring->slots * sizeof(sloi_window_reading);
  }
  plan->size = sloi_round_up(at, SLO_ALIGN);
  plan->nested = 1;
  for (uint64_t i = 1; i < plan->tier_count; i++) {
    if (plan->ring[i].step % plan->ring[i - 1].step != 0) plan->nested = 0;
  }
}

static slo_status tiers_check(const slo_window_tier *tiers, uint32_t count, tiers_plan *plan,
                              slo_error *error) {
  int64_t step_min = TIERS_STEP_MIN, span_min = 0;
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
  int64_t least = c.tiers[0].step_ns, longest = c.tiers[c.tier_count - 1].span_ns;
  if (c.jump_max_ns != 0 && (c.jump_max_ns < least || c.jump_max_ns > SLO_TIME_MAX_NS)) {
    return sloi_fail_range(error, c.jump_max_ns, least, SLO_TIME_MAX_NS, "jump_max_ns");
  }
  plan->jump_max = (uint64_t)(c.jump_max_ns != 0 ? c.jump_max_ns : longest);
  tiers_lay_out(plan);
  return SLO_OK;
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
      sizeof(slo_window) - sizeof(sloi_block) + plan.tier_count * sizeof(sloi_window_ring);
  status = sloi_block_init(memory, size, plan.size, TIERS_MAGIC, TIERS_LAYOUT, config_size, error);
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
  tiers_plan plan;
  slo_window_tier tiers[SLO_WINDOW_TIERS_MAX];
  uint64_t front = sizeof(slo_window) - sizeof(sloi_block);
  if (window == NULL) return SLO_EINVAL;
  slo_status status = sloi_block_check(memory, size, TIERS_MAGIC, TIERS_LAYOUT, front);
  if (status != SLO_OK) return status;
  slo_window *w = memory;
  if (w->tier_count < 1 || w->tier_count > SLO_WINDOW_TIERS_MAX ||
      w->block.config_size != front + w->tier_count * sizeof(sloi_window_ring)) {
    return SLO_ECORRUPT;
  }
  for (uint64_t i = 0; i < w->tier_count; i++) {
    tiers[i].step_ns = (int64_t)w->ring[i].step;
    tiers[i].span_ns = (int64_t)w->ring[i].span;
  }
  memset(&plan, 0, sizeof plan);
  if (tiers_check(tiers, (uint32_t)w->tier_count, &plan, NULL) != SLO_OK) return SLO_ECORRUPT;
  tiers_lay_out(&plan);
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
