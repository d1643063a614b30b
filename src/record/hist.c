#include "record/hist.h"

#include <string.h>

#include "base/fail.h"
#include "record/rseq.h"

#define HIST_MAGIC SLOI_BLOCK_MAGIC('h', 'i')
#define HIST_LAYOUT 2

/* The straight way of slo_hist_record is compiled for this scale and at most one threshold. */
#define HIST_USUAL_SCALE 6

static uint64_t hist_rows_at(const sloi_shape *shape) {
  return sloi_round_up(offsetof(slo_hist, shape) + sloi_shape_size(shape), SLO_ALIGN);
}

static uint64_t hist_stride(const sloi_shape *shape) {
  return sloi_round_up(8 * sloi_shape_row(shape), SLO_ALIGN);
}

static uint64_t hist_slots_at(const sloi_shape *shape, const sloi_rows *rows) {
  return hist_rows_at(shape) + sloi_rows_count(rows) * hist_stride(shape);
}

static uint64_t hist_size(const sloi_shape *shape, const sloi_rows *rows) {
  return hist_slots_at(shape, rows) + sloi_round_up(8 * rows->owned, SLO_ALIGN);
}

static sloi_hist_hot hist_hot(const sloi_shape *shape, const sloi_rows *rows) {
  sloi_hist_hot hot;
  memset(&hot, 0, sizeof hot);
  hot.low = (uint64_t)sloi_shape_lower(shape, 0) + 1;
  hot.range = (uint64_t)sloi_shape_upper(shape, shape->buckets - 1) - hot.low + 1;
  hot.bias = sloi_shape_bucket_cell(shape) - shape->first;
  if (shape->intervals != 0) hot.threshold = (int64_t)sloi_shape_thresholds(shape)[0];
  hot.stride = hist_stride(shape);
  hot.cpu_rows_at = hist_rows_at(shape) + rows->shared * hot.stride;
  int usual = shape->scale == HIST_USUAL_SCALE && shape->intervals <= 2;
  hot.straight_cpus = usual ? rows->cpus : 0;
  hot.intervals = shape->intervals;
  return hot;
}

static slo_status hist_plan(const slo_hist_config *config, slo_hist_config *c, sloi_shape *shape,
                            sloi_rows *rows, slo_error *error) {
  slo_status status = sloi_sized_read(c, sizeof *c, config, error, "slo_hist_config");
  if (status != SLO_OK) return status;
  if (c->reserved != 0) return sloi_fail(error, SLO_EVERSION, c->reserved, "reserved");
  status = sloi_rows_plan(c->shards, c->cpus, c->writers, c->path, rows, error);
  if (status == SLO_OK) status = sloi_shape_plan(c, shape, error);
  return status;
}

slo_status slo_hist_footprint(const slo_hist_config *config, size_t *size, slo_error *error) {
  slo_hist_config c;
  sloi_shape shape;
  sloi_rows rows;
  if (size == NULL) return sloi_fail(error, SLO_EINVAL, 0, "size (NULL)");
  slo_status status = hist_plan(config, &c, &shape, &rows, error);
  if (status == SLO_OK) *size = (size_t)hist_size(&shape, &rows);
  return status;
}

slo_status slo_hist_init(void *memory, size_t size, const slo_hist_config *config, slo_hist **hist,
                         slo_error *error) {
  slo_hist_config c;
  sloi_shape shape;
  sloi_rows rows;
  if (hist == NULL) return sloi_fail(error, SLO_EINVAL, 0, "hist (NULL)");
  slo_status status = hist_plan(config, &c, &shape, &rows, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, hist_size(&shape, &rows), HIST_MAGIC, HIST_LAYOUT,
                           offsetof(slo_hist, shape) - sizeof(sloi_block) + sloi_shape_size(&shape),
                           error);
  if (status != SLO_OK) return status;
  slo_hist *h = memory;
  h->rows = rows;
  h->rows_at = hist_rows_at(&shape);
  h->slots_at = hist_slots_at(&shape, &rows);
  sloi_shape_fill(&h->shape, &shape, c.thresholds);
  h->shape.lowest = (uint64_t)sloi_shape_lower(&h->shape, 0) + 1;
  h->hot = hist_hot(&h->shape, &rows);
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
  if (!sloi_shape_valid(&h->shape, h->block.config_size - front) || !sloi_rows_valid(&h->rows) ||
      h->rows_at != hist_rows_at(&h->shape) || h->slots_at != hist_slots_at(&h->shape, &h->rows) ||
      h->block.size != hist_size(&h->shape, &h->rows)) {
    return SLO_ECORRUPT;
  }
  sloi_hist_hot hot = hist_hot(&h->shape, &h->rows);
  if (memcmp(&h->hot, &hot, sizeof hot) != 0) return SLO_ECORRUPT;
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

/* ---- recording ---- */

/* The way that the adds of one event take. */
typedef struct hist_way {
  sloi_rseq *here; /* NULL: atomic adds */
  uint32_t cpu;
  sloi_cell *row;
} hist_way;

static inline hist_way hist_choose(slo_hist *hist) {
  hist_way way = {hist->rows.cpus != 0 ? sloi_rseq_here() : NULL, 0, NULL};
  if (way.here != NULL && (way.cpu = sloi_rseq_cpu(way.here)) < hist->rows.cpus) {
    way.row = sloi_hist_row(hist, hist->rows.shared + way.cpu);
  } else {
    way.here = NULL;
    way.row = sloi_hist_row(hist, sloi_rows_shared_here(&hist->rows));
  }
  return way;
}

/* One add. When the processor was lost before it, a way is chosen anew: an event is up to
 * three cells and each may end in another row, since the rows are summed anyway. */
static inline void hist_add(slo_hist *hist, hist_way *way, uint64_t cell, uint64_t n) {
  while (way->here != NULL) {
    if (sloi_rseq_add(way->here, way->cpu, &way->row[cell], n)) return;
    *way = hist_choose(hist);
  }
  sloi_add_relaxed(&way->row[cell], n);
}

static inline void hist_done(const slo_hist *hist) {
  sloi_rseq *here = hist->rows.cpus != 0 ? sloi_rseq_here() : NULL;
  if (here != NULL) sloi_rseq_done(here);
}

/* Any value has a cell; those with a bucket are found faster. */
static inline uint64_t hist_cell(const slo_hist *hist, int64_t value) {
  if ((uint64_t)value - hist->hot.low >= hist->hot.range) {
    return sloi_shape_cell(&hist->shape, value);
  }
  return hist->hot.bias +
         sloi_bucket_index(sloi_shape_table(&hist->shape), hist->shape.scale, (uint64_t)value);
}

/* Any value, shape and way. Every cell is found before the first add: a load behind a locked
 * instruction waits for it. */
SLOI_SHARD_APART static void hist_record_any(slo_hist *hist, int64_t value, uint64_t n) {
  uint64_t cell = hist_cell(hist, value);
  uint64_t interval = SLOI_SHAPE_FIXED + sloi_shape_interval(&hist->shape, value);
  hist_way way = hist_choose(hist);
  hist_add(hist, &way, cell, n);
  if (value > 0) hist_add(hist, &way, SLOI_SHAPE_SUM, (uint64_t)value * n);
  if (hist->hot.intervals != 0) hist_add(hist, &way, interval, n);
  hist_done(hist);
}

/* What is left of an event of the straight way when its second or third add lost the
 * processor. */
SLOI_SHARD_APART static void hist_record_rest(slo_hist *hist, int64_t value, int with_sum) {
  hist_way way = hist_choose(hist);
  if (with_sum) hist_add(hist, &way, SLOI_SHAPE_SUM, (uint64_t)value);
  if (hist->hot.intervals != 0) {
    hist_add(hist, &way, SLOI_SHAPE_FIXED + sloi_shape_interval(&hist->shape, value), 1);
  }
  hist_done(hist);
}

/* The straight way: a value with a bucket, the usual shape, a processor with a row. Every way
 * out of it is a call in the last place, so that it saves no registers. */
void slo_hist_record(slo_hist *hist, int64_t value) {
  const sloi_hist_hot *hot = &hist->hot;
  sloi_rseq *here = sloi_rseq_here();
  uint64_t cpu = here != NULL ? sloi_rseq_cpu(here) : UINT32_MAX;
  if (cpu >= hot->straight_cpus || (uint64_t)value - hot->low >= hot->range) {
    hist_record_any(hist, value, 1);
    return;
  }
  sloi_cell *row = (sloi_cell *)(void *)((char *)hist + hot->cpu_rows_at + cpu * hot->stride);
  const uint64_t *table =
      sloi_bucket_table((const uint64_t *)(const void *)(&hist->shape + 1), HIST_USUAL_SCALE);
  sloi_cell *bucket = &row[hot->bias + sloi_bucket_index(table, HIST_USUAL_SCALE, (uint64_t)value)];
  sloi_cell *interval = &row[SLOI_SHAPE_FIXED + (value > hot->threshold)];
  if (!sloi_rseq_add(here, cpu, bucket, 1)) {
    hist_record_any(hist, value, 1);
    return;
  }
  if (!sloi_rseq_add(here, cpu, &row[SLOI_SHAPE_SUM], (uint64_t)value)) {
    hist_record_rest(hist, value, 1);
    return;
  }
  if (hot->intervals != 0 && !sloi_rseq_add(here, cpu, interval, 1)) {
    hist_record_rest(hist, value, 0);
    return;
  }
  sloi_rseq_done(here);
}

void slo_hist_record_times(slo_hist *hist, int64_t value, uint64_t n) {
  hist_record_any(hist, value, n);
}

void slo_hist_record_many(slo_hist *hist, const int64_t *values, size_t n) {
  uint64_t interval[SLO_HIST_THRESHOLDS_MAX + 1] = {0}, sum = 0;
  hist_way way = hist_choose(hist);
  for (size_t i = 0; i < n; i++) {
    hist_add(hist, &way, hist_cell(hist, values[i]), 1);
    if (values[i] > 0) sum += (uint64_t)values[i];
    interval[sloi_shape_interval(&hist->shape, values[i])]++;
  }
  if (sum != 0) hist_add(hist, &way, SLOI_SHAPE_SUM, sum);
  for (uint64_t i = 0; i < hist->hot.intervals; i++) {
    if (interval[i] != 0) hist_add(hist, &way, SLOI_SHAPE_FIXED + i, interval[i]);
  }
  hist_done(hist);
}

/* ---- reading ---- */

uint32_t slo_hist_path(const slo_hist *hist) {
  if (hist == NULL) return 0;
  return hist->rows.cpus != 0 ? SLO_PATH_CPU : SLO_PATH_SHARED;
}

slo_status slo_hist_threshold(const slo_hist *hist, uint32_t index, int64_t *threshold,
                              uint64_t *within, uint64_t *beyond) {
  if (hist == NULL || threshold == NULL || within == NULL || beyond == NULL) return SLO_EINVAL;
  if (index >= sloi_shape_threshold_count(&hist->shape)) return SLO_ERANGE;
  uint64_t w = 0, b = 0;
  for (uint64_t s = 0; s < sloi_rows_count(&hist->rows); s++) {
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
