#include "record/shape.h"

#include <string.h>

#include "base/fail.h"

#define SHAPE_PER_UNIT_MAX INT64_C(1000000000000000)

static uint64_t shape_or(uint64_t value, uint64_t when_zero) {
  return value != 0 ? value : when_zero;
}

/* first, buckets and origin from the rest. */
static void shape_derive(sloi_shape *shape) {
  uint64_t bounds[1 << SLO_HIST_SCALE_MAX], entries[2 << SLO_HIST_SCALE_MAX];
  uint32_t scale = (uint32_t)shape->scale;
  sloi_bucket_derive(scale, shape->per_unit, bounds, entries, &shape->origin);
  const uint64_t *table = sloi_bucket_table(entries, scale);
  shape->first = sloi_bucket_index(table, scale, shape->lowest);
  shape->buckets = sloi_bucket_index(table, scale, shape->highest) - shape->first + 1;
}

slo_status sloi_shape_plan(const slo_hist_config *config, sloi_shape *shape, slo_error *error) {
  uint64_t max = (uint64_t)SLO_HIST_VALUE_MAX;
  memset(shape, 0, sizeof *shape);
  shape->scale = shape_or(config->scale, 6);
  if (shape->scale < SLO_HIST_SCALE_MIN || shape->scale > SLO_HIST_SCALE_MAX) {
    return sloi_fail_range(error, (int64_t)shape->scale, SLO_HIST_SCALE_MIN, SLO_HIST_SCALE_MAX,
                           "scale");
  }
  shape->per_unit = shape_or(config->per_unit, UINT64_C(1000000000));
  if (shape->per_unit > SHAPE_PER_UNIT_MAX) {
    return sloi_fail_range(error, sloi_shown(shape->per_unit), 1, SHAPE_PER_UNIT_MAX, "per_unit");
  }
  if (config->lowest < 0 || config->lowest > SLO_HIST_VALUE_MAX) {
    return sloi_fail_range(error, config->lowest, 0, SLO_HIST_VALUE_MAX, "lowest");
  }
  shape->lowest = shape_or((uint64_t)config->lowest, shape_or(shape->per_unit / 1000000, 1));
  if (config->highest < 0 || config->highest > SLO_HIST_VALUE_MAX) {
    return sloi_fail_range(error, config->highest, 0, SLO_HIST_VALUE_MAX, "highest");
  }
  uint64_t hour = shape->per_unit > max / 3600 ? max : shape->per_unit * 3600;
  shape->highest = shape_or((uint64_t)config->highest, hour);
  if (shape->highest < shape->lowest) {
    return sloi_fail_range(error, (int64_t)shape->highest, (int64_t)shape->lowest,
                           SLO_HIST_VALUE_MAX, "highest");
  }
  if (config->threshold_count > SLO_HIST_THRESHOLDS_MAX) {
    return sloi_fail_range(error, config->threshold_count, 0, SLO_HIST_THRESHOLDS_MAX,
                           "threshold_count");
  }
  if (config->threshold_count != 0 && config->thresholds == NULL) {
    return sloi_fail(error, SLO_EINVAL, 0, "thresholds (NULL)");
  }
  for (uint32_t i = 0; i < config->threshold_count; i++) {
    int64_t least = i == 0 ? 0 : config->thresholds[i - 1] + 1;
    if (config->thresholds[i] < least || config->thresholds[i] > SLO_HIST_VALUE_MAX) {
      return sloi_fail_range(error, config->thresholds[i], least, SLO_HIST_VALUE_MAX,
                             "thresholds[%u]", (unsigned)i);
    }
  }
  shape->intervals = config->threshold_count == 0 ? 0 : config->threshold_count + UINT64_C(1);
  shape_derive(shape);
  return SLO_OK;
}

void sloi_shape_fill(sloi_shape *shape, const sloi_shape *plan, const int64_t *thresholds) {
  uint64_t origin;
  memcpy(shape, plan, sizeof *shape);
  uint64_t *entries = (uint64_t *)(void *)(shape + 1);
  uint64_t *bounds = entries + ((size_t)2 << plan->scale);
  uint64_t *stored = bounds + ((size_t)1 << plan->scale);
  sloi_bucket_derive((uint32_t)plan->scale, plan->per_unit, bounds, entries, &origin);
  for (uint64_t i = 0; i < sloi_shape_threshold_count(plan); i++) {
    stored[i] = (uint64_t)thresholds[i];
  }
}

/* The plan of a shape's own configuration, at another scale or its own. */
static slo_status shape_plan_again(const sloi_shape *shape, uint32_t scale, sloi_shape *plan,
                                   slo_error *error) {
  slo_hist_config config = {0};
  int64_t thresholds[SLO_HIST_THRESHOLDS_MAX];
  config.scale = scale;
  config.per_unit = shape->per_unit;
  config.lowest = (int64_t)shape->lowest;
  config.highest = (int64_t)shape->highest;
  config.threshold_count = (uint32_t)sloi_shape_threshold_count(shape);
  config.thresholds = thresholds;
  for (uint32_t i = 0; i < config.threshold_count; i++) {
    thresholds[i] = (int64_t)sloi_shape_thresholds(shape)[i];
  }
  return sloi_shape_plan(&config, plan, error);
}

slo_status sloi_shape_coarser(const sloi_shape *shape, uint32_t scale, sloi_shape *plan,
                              slo_error *error) {
  if (scale < SLO_HIST_SCALE_MIN || scale > shape->scale) {
    return sloi_fail_range(error, scale, SLO_HIST_SCALE_MIN, (int64_t)shape->scale, "scale");
  }
  return shape_plan_again(shape, scale, plan, error);
}

int sloi_shape_valid(const sloi_shape *shape, uint64_t size) {
  if (size < sizeof *shape) return 0;
  if (shape->scale < SLO_HIST_SCALE_MIN || shape->scale > SLO_HIST_SCALE_MAX ||
      shape->intervals > SLO_HIST_THRESHOLDS_MAX + 1 || shape->intervals == 1 ||
      sloi_shape_size(shape) != size) {
    return 0;
  }
  /* Plan it again from what it says it was configured with: everything must agree. */
  sloi_shape plan;
  if (shape->per_unit == 0 || shape->lowest == 0 || shape->highest == 0) return 0;
  if (shape_plan_again(shape, (uint32_t)shape->scale, &plan, NULL) != SLO_OK) return 0;
  uint64_t bounds[1 << SLO_HIST_SCALE_MAX], entries[2 << SLO_HIST_SCALE_MAX], origin;
  sloi_bucket_derive((uint32_t)shape->scale, shape->per_unit, bounds, entries, &origin);
  return memcmp(shape, &plan, sizeof *shape) == 0 &&
         memcmp(sloi_shape_entries(shape), entries, (size_t)16 << shape->scale) == 0 &&
         memcmp(sloi_shape_bounds(shape), bounds, (size_t)8 << shape->scale) == 0;
}

int sloi_shape_equal(const sloi_shape *a, const sloi_shape *b) {
  return sloi_shape_size(a) == sloi_shape_size(b) && memcmp(a, b, (size_t)sloi_shape_size(a)) == 0;
}

int64_t sloi_shape_lower(const sloi_shape *shape, uint64_t i) {
  if (shape->first + i == 0) return 0;
  return (int64_t)sloi_bucket_upper(sloi_shape_bounds(shape), (uint32_t)shape->scale,
                                    shape->first + i - 1);
}
