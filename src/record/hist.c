#include "record/hist.h"

#include "base/fail.h"
#include "record/shard.h"

#define HIST_MAGIC SLOI_BLOCK_MAGIC('h', 'i')
#define HIST_LAYOUT 1

/* The block: header, shards, stride, the shape; then, on a line of its own each, a row
 * of cells per shard. */
static uint64_t hist_rows_at(const sloi_shape *shape) {
  return sloi_round_up(offsetof(slo_hist, shape) + sloi_shape_size(shape), SLO_ALIGN);
}

static uint64_t hist_stride(const sloi_shape *shape) { /* in cells */
  return sloi_round_up(8 * sloi_shape_row(shape), SLO_ALIGN) / 8;
}

static uint64_t hist_size(const sloi_shape *shape, uint64_t shards) {
  return hist_rows_at(shape) + shards * hist_stride(shape) * 8;
}

static slo_status hist_plan(const slo_hist_config *config, slo_hist_config *c, sloi_shape *shape,
                            uint64_t *shards, slo_error *error) {
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_hist_config");
  if (status == SLO_OK) status = sloi_shard_count(c->shards, shards, error);
  if (status == SLO_OK) status = sloi_shape_plan(c, shape, error);
  return status;
}

slo_status slo_hist_footprint(const slo_hist_config *config, size_t *size, slo_error *error) {
  slo_hist_config c;
  sloi_shape shape;
  uint64_t shards;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = hist_plan(config, &c, &shape, &shards, error);
  if (status == SLO_OK) *size = (size_t)hist_size(&shape, shards);
  return status;
}

slo_status slo_hist_init(void *memory, size_t size, const slo_hist_config *config, slo_hist **hist,
                         slo_error *error) {
  slo_hist_config c;
  sloi_shape shape;
  uint64_t shards;
  if (hist == NULL) return sloi_fail(error, SLO_EINVAL, 0, "hist (NULL)");
  slo_status status = hist_plan(config, &c, &shape, &shards, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, hist_size(&shape, shards), HIST_MAGIC, HIST_LAYOUT,
                           offsetof(slo_hist, shape) - sizeof(sloi_block) + sloi_shape_size(&shape),
                           error);
  if (status != SLO_OK) return status;
  slo_hist *h = memory;
  h->shards = shards;
  h->rows_at = hist_rows_at(&shape);
  h->stride = hist_stride(&shape);
  sloi_shape_fill(&h->shape, &shape, c.thresholds);
  sloi_block_ready(&h->block);
  *hist = h;
  return SLO_OK;
}

slo_status slo_hist_attach(void *memory, size_t size, slo_hist **hist) {
  uint64_t front = offsetof(slo_hist, shape) - sizeof(sloi_block);
  if (hist == NULL) return SLO_EINVAL;
  slo_status status =
      sloi_block_check(memory, size, HIST_MAGIC, HIST_LAYOUT, front + sizeof(sloi_shape));
  if (status != SLO_OK) return status;
  slo_hist *h = memory;
  if (!sloi_shape_valid(&h->shape, h->block.config_size - front) || h->shards < 1 ||
      h->shards > SLOI_SHARD_MAX || (h->shards & (h->shards - 1)) != 0 ||
      h->rows_at != hist_rows_at(&h->shape) || h->stride != hist_stride(&h->shape) ||
      h->block.size != hist_size(&h->shape, h->shards)) {
    return SLO_ECORRUPT;
  }
  *hist = h;
  return SLO_OK;
}

slo_status slo_hist_create(const slo_hist_config *config, const slo_allocator *allocator,
                           slo_hist **hist, slo_error *error) {
  size_t size;
  void *memory;
  if (hist == NULL) return sloi_fail(error, SLO_EINVAL, 0, "hist (NULL)");
  slo_status status = slo_hist_footprint(config, &size, error);
  if (status != SLO_OK) return status;
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_hist_init(memory, size, config, hist, error);
}

void slo_hist_destroy(slo_hist *hist) {
  sloi_block_release(hist);
}

void slo_hist_record_many(slo_hist *hist, int64_t value, uint64_t n) {
  const sloi_shape *shape = &hist->shape;
  sloi_cell *row = sloi_hist_row(hist, sloi_shard_here(hist->shards));
  sloi_add_relaxed(&row[sloi_shape_cell(shape, value)], n);
  if (value > 0) sloi_add_relaxed(&row[SLOI_SHAPE_SUM], (uint64_t)value * n);
  if (shape->intervals != 0) {
    sloi_add_relaxed(&row[SLOI_SHAPE_FIXED + sloi_shape_interval(shape, value)], n);
  }
}

void slo_hist_record(slo_hist *hist, int64_t value) {
  slo_hist_record_many(hist, value, 1);
}

slo_status slo_hist_threshold(const slo_hist *hist, uint32_t index, int64_t *threshold,
                              uint64_t *within, uint64_t *beyond) {
  if (hist == NULL || threshold == NULL || within == NULL || beyond == NULL) return SLO_EINVAL;
  if (index >= sloi_shape_threshold_count(&hist->shape)) return SLO_ERANGE;
  uint64_t w = 0, b = 0;
  for (uint64_t s = 0; s < hist->shards; s++) {
    const sloi_cell *row = sloi_hist_row_const(hist, s);
    for (uint64_t i = 0; i < hist->shape.intervals; i++) {
      uint64_t n = sloi_load_relaxed(&row[SLOI_SHAPE_FIXED + i]);
      if (i <= index) {
        w += n;
      } else {
        b += n;
      }
    }
  }
  *threshold = (int64_t)sloi_shape_thresholds(&hist->shape)[index];
  *within = w;
  *beyond = b;
  return SLO_OK;
}
