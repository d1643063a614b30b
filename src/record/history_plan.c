/* history_plan.c - from a configuration to the block of a history, and back. */
#include <string.h>

#include "base/commit.h"
#include "base/fail.h"
#include "record/hist.h"
#include "record/history.h"
#include "record/sparse.h"

#define HISTORY_PLAN_MAGIC SLOI_BLOCK_MAGIC('h', 'y')
#define HISTORY_PLAN_LAYOUT 1
#define HISTORY_PLAN_SLOT_MIN 64
#define HISTORY_PLAN_SLOT_MAX (1 << 20)
#define HISTORY_PLAN_SLOT 3072

static void history_plan_lay_out(sloi_history_plan *plan, const sloi_shape *shape) {
  uint64_t at = sloi_round_up(offsetof(slo_history, shape) + sloi_shape_size(shape), SLO_ALIGN);
  uint64_t largest = sloi_history_words(SLOI_SPARSE_CELL_MAX * sloi_shape_row(shape));
  plan->state_at = at;
  at = sloi_round_up(at + 8 * sloi_commit_words(sloi_history_state_words(plan)), SLO_ALIGN);
  for (uint64_t i = 0; i < plan->tier_count; i++) {
    sloi_history_tier *tier = &plan->tier[i];
    /* to the one that holds t - span, and one more in case that the reading of that one came late;
     * and a free entry, so that a push need not drop an old reading that has room */
    uint64_t slots = (tier->span + tier->step - 1) / tier->step + 2;
    tier->entries = slots + 1;
    tier->entries_at = at;
    at = sloi_round_up(at + 8 * SLOI_HISTORY_ENTRY_WORDS * tier->entries, SLO_ALIGN);
    tier->words = slots * sloi_history_words(plan->slot_bytes);
    if (tier->words < 2 * largest) tier->words = 2 * largest;
    tier->words_at = at;
    at = sloi_round_up(at + 8 * tier->words, SLO_ALIGN);
  }
  plan->size = at;
}

static slo_status history_plan_check(const slo_history_tier *tiers, uint32_t count,
                                     uint64_t slot_bytes, sloi_history_plan *plan,
                                     slo_error *error) {
  int64_t step_min = SLO_SECOND_NS, span_min = 0;
  memset(plan, 0, sizeof *plan);
  for (uint32_t i = 0; i < count; i++) {
    int64_t step = tiers[i].step_ns, span = tiers[i].span_ns;
    if (step < step_min || step > SLO_TIME_MAX_NS) {
      return sloi_fail_range(error, step, step_min, SLO_TIME_MAX_NS, "tiers[%u].step_ns",
                             (unsigned)i);
    }
    int64_t most = SLO_TIME_MAX_NS / SLO_HISTORY_SLOTS_MAX;
    int64_t span_max = step > most ? SLO_TIME_MAX_NS : step * SLO_HISTORY_SLOTS_MAX;
    int64_t least = span_min > step ? span_min : step;
    if (span < least || span > span_max) {
      return sloi_fail_range(error, span, least, span_max, "tiers[%u].span_ns", (unsigned)i);
    }
    plan->tier[i].step = (uint64_t)step;
    plan->tier[i].span = (uint64_t)span;
    step_min = step + 1;
    span_min = span + 1;
  }
  if (slot_bytes < HISTORY_PLAN_SLOT_MIN || slot_bytes > HISTORY_PLAN_SLOT_MAX) {
    return sloi_fail_range(error, sloi_shown(slot_bytes), HISTORY_PLAN_SLOT_MIN,
                           HISTORY_PLAN_SLOT_MAX, "slot_bytes");
  }
  plan->tier_count = count;
  plan->slot_bytes = slot_bytes;
  return SLO_OK;
}

static slo_status history_plan_config(const sloi_shape *shape, const slo_history_config *config,
                                      sloi_history_plan *plan, slo_error *error) {
  static const slo_history_tier defaults[] = {{5 * SLO_MINUTE_NS, 6 * SLO_HOUR_NS},
                                              {SLO_HOUR_NS, 7 * SLO_DAY_NS}};
  slo_history_config c;
  slo_status status = sloi_sized_read(&c, sizeof c, config, error, "slo_history_config");
  if (status != SLO_OK) return status;
  if (c.tier_count > SLO_HISTORY_TIERS_MAX) {
    return sloi_fail_range(error, c.tier_count, 0, SLO_HISTORY_TIERS_MAX, "tier_count");
  }
  if (c.tier_count != 0 && c.tiers == NULL) return sloi_fail(error, SLO_EINVAL, 0, "tiers (NULL)");
  if (c.tier_count == 0) {
    c.tiers = defaults;
    c.tier_count = sizeof defaults / sizeof defaults[0];
  }
  if (c.slot_bytes == 0) c.slot_bytes = HISTORY_PLAN_SLOT;
  status = history_plan_check(c.tiers, c.tier_count, c.slot_bytes, plan, error);
  if (status == SLO_OK) history_plan_lay_out(plan, shape);
  return status;
}

slo_status slo_history_footprint(const slo_hist *hist, const slo_history_config *config,
                                 size_t *size, slo_error *error) {
  sloi_history_plan plan;
  if (hist == NULL) return sloi_fail(error, SLO_EINVAL, 0, "hist (NULL)");
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = history_plan_config(&hist->shape, config, &plan, error);
  if (status == SLO_OK) *size = (size_t)plan.size;
  return status;
}

slo_status sloi_history_footprint(const slo_hist_config *latency, const slo_history_config *config,
                                  size_t *size, slo_error *error) {
  sloi_history_plan plan;
  sloi_shape shape;
  slo_hist_config c;
  slo_status status = sloi_sized_read(&c, sizeof c, latency, error, "slo_hist_config");
  if (status == SLO_OK) status = sloi_shape_plan(&c, &shape, error);
  if (status == SLO_OK) status = history_plan_config(&shape, config, &plan, error);
  if (status == SLO_OK) *size = (size_t)plan.size;
  return status;
}

int sloi_history_fits(const slo_history *history, const slo_hist *hist) {
  return sloi_shape_equal(&history->shape, &hist->shape);
}

slo_status slo_history_init(void *memory, size_t size, const slo_hist *hist,
                            const slo_history_config *config, slo_history **history,
                            slo_error *error) {
  sloi_history_plan plan;
  if (hist == NULL) return sloi_fail(error, SLO_EINVAL, 0, "hist (NULL)");
  if (history == NULL) return sloi_fail(error, SLO_EINVAL, 0, "history (NULL)");
  slo_status status = history_plan_config(&hist->shape, config, &plan, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, plan.size, HISTORY_PLAN_MAGIC, HISTORY_PLAN_LAYOUT,
                           sizeof plan + sloi_shape_size(&hist->shape), error);
  if (status != SLO_OK) return status;
  slo_history *h = memory;
  h->plan = plan;
  memcpy(&h->shape, &hist->shape, (size_t)sloi_shape_size(&hist->shape));
  sloi_block_ready(&h->block);
  *history = h;
  return SLO_OK;
}

slo_status slo_history_attach(void *memory, size_t size, slo_history **history) {
  sloi_history_plan plan;
  slo_history_tier tiers[SLO_HISTORY_TIERS_MAX];
  if (history == NULL) return SLO_EINVAL;
  slo_status status = sloi_block_check(memory, size, HISTORY_PLAN_MAGIC, HISTORY_PLAN_LAYOUT,
                                       sizeof plan + sizeof(sloi_shape));
  if (status != SLO_OK) return status;
  slo_history *h = memory;
  if (h->plan.tier_count < 1 || h->plan.tier_count > SLO_HISTORY_TIERS_MAX ||
      !sloi_shape_valid(&h->shape, h->block.config_size - sizeof plan)) {
    return SLO_ECORRUPT;
  }
  uint32_t count = (uint32_t)h->plan.tier_count;
  for (uint32_t i = 0; i < count; i++) {
    tiers[i].step_ns = (int64_t)h->plan.tier[i].step;
    tiers[i].span_ns = (int64_t)h->plan.tier[i].span;
  }
  if (history_plan_check(tiers, count, h->plan.slot_bytes, &plan, NULL) != SLO_OK)
    return SLO_ECORRUPT;
  history_plan_lay_out(&plan, &h->shape);
  if (h->block.size != plan.size || memcmp(&h->plan, &plan, sizeof plan) != 0) return SLO_ECORRUPT;
  *history = h;
  return SLO_OK;
}

slo_status slo_history_create(const slo_hist *hist, const slo_history_config *config,
                              const slo_allocator *allocator, slo_history **history,
                              slo_error *error) {
  size_t size;
  void *memory;
  if (history == NULL) return sloi_fail(error, SLO_EINVAL, 0, "history (NULL)");
  slo_status status = slo_history_footprint(hist, config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_history_init(memory, size, hist, config, history, error);
}

void slo_history_destroy(slo_history *history) {
  sloi_block_release(history);
}
