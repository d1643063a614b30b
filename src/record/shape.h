/*
 * shape.h - the layout that histograms and snapshots share.
 *
 * A row is: fixed cells, one cell per interval between thresholds, the buckets. A
 * histogram has a row of atomic cells for each shard, a snapshot one of plain words.
 *
 * k ascending thresholds cut the values into k + 1 intervals, and a value counts
 * in exactly one of them; within and beyond of every threshold are sums, so they
 * cannot disagree and k thresholds cost one add.
 */
#ifndef SLOI_SHAPE_H
#define SLOI_SHAPE_H

#include "record/bucket.h"
#include "slo/hist.h"

enum {
  SLOI_SHAPE_SUM = 0,
  SLOI_SHAPE_NEGATIVE = 1,
  SLOI_SHAPE_ZERO = 2,
  SLOI_SHAPE_UNDERFLOW = 3,
  SLOI_SHAPE_OVERFLOW = 4,
  SLOI_SHAPE_FIXED = 5 /* intervals begin here */
};

/* 64-bit words only: part of the block, covered by its checksum, compared whole. */
typedef struct sloi_shape {
  uint64_t scale;
  uint64_t per_unit;
  uint64_t lowest; /* the first value with a bucket, also where a coarser one begins below it */
  uint64_t highest;
  uint64_t first;     /* bucket number of the first bucket */
  uint64_t buckets;   /* how many */
  uint64_t origin;    /* bucket number minus OTLP index */
  uint64_t intervals; /* thresholds + 1, or 0 when there is none */
} sloi_shape;         /* behind it, in words: entries of the table, bounds, thresholds */

static inline const uint64_t *sloi_shape_entries(const sloi_shape *shape) {
  return (const uint64_t *)(const void *)(shape + 1);
}

static inline const uint64_t *sloi_shape_table(const sloi_shape *shape) {
  return sloi_bucket_table(sloi_shape_entries(shape), shape->scale);
}

static inline const uint64_t *sloi_shape_bounds(const sloi_shape *shape) {
  return sloi_shape_entries(shape) + ((size_t)2 << shape->scale);
}

static inline const uint64_t *sloi_shape_thresholds(const sloi_shape *shape) {
  return sloi_shape_entries(shape) + ((size_t)3 << shape->scale);
}

static inline uint64_t sloi_shape_threshold_count(const sloi_shape *shape) {
  return shape->intervals == 0 ? 0 : shape->intervals - 1;
}

static inline uint64_t sloi_shape_size(const sloi_shape *shape) {
  return sizeof *shape + 8 * (((uint64_t)3 << shape->scale) + sloi_shape_threshold_count(shape));
}

/* Cells of a row: where the buckets begin, and all of it. */
static inline uint64_t sloi_shape_bucket_cell(const sloi_shape *shape) {
  return SLOI_SHAPE_FIXED + shape->intervals;
}

static inline uint64_t sloi_shape_row(const sloi_shape *shape) {
  return sloi_shape_bucket_cell(shape) + shape->buckets;
}

/* The interval of a value: how many thresholds it is above. */
static inline uint64_t sloi_shape_interval(const sloi_shape *shape, int64_t value) {
  const uint64_t *thresholds = sloi_shape_thresholds(shape);
  uint64_t above = 0;
  for (uint64_t i = 1; i < shape->intervals; i++) above += value > (int64_t)thresholds[i - 1];
  return above;
}

/* Where a row counts a value: the cell's index. */
static inline uint64_t sloi_shape_cell(const sloi_shape *shape, int64_t value) {
  uint64_t v = (uint64_t)value;
  if (v - 1 < SLOI_BUCKET_VALUE_MAX) {
    uint64_t bucket = sloi_bucket_index(sloi_shape_table(shape), shape->scale, v) - shape->first;
    if (bucket < shape->buckets) return sloi_shape_bucket_cell(shape) + bucket;
    return v < shape->lowest ? SLOI_SHAPE_UNDERFLOW : SLOI_SHAPE_OVERFLOW;
  }
  if (value == 0) return SLOI_SHAPE_ZERO;
  return value < 0 ? SLOI_SHAPE_NEGATIVE : SLOI_SHAPE_OVERFLOW;
}

/* The upper bound of bucket i of the row: of the values it may hold, so that the last one ends
 * with the last value that has a bucket. */
static inline int64_t sloi_shape_upper(const sloi_shape *shape, uint64_t i) {
  uint64_t upper =
      sloi_bucket_upper(sloi_shape_bounds(shape), (uint32_t)shape->scale, shape->first + i);
  return (int64_t)(upper < SLOI_BUCKET_VALUE_MAX ? upper : SLOI_BUCKET_VALUE_MAX);
}

/* The lower bound (exclusive) of bucket i of the row; 0 below the first boundary. */
int64_t sloi_shape_lower(const sloi_shape *shape, uint64_t i);

/* Validates what a configuration asks for and computes everything but the words. */
slo_status sloi_shape_plan(const slo_hist_config *config, sloi_shape *shape, slo_error *error);

/* The plan of the same shape at a coarser scale. SLO_ERANGE: it is not coarser, or too coarse. */
slo_status sloi_shape_coarser(const sloi_shape *shape, uint32_t scale, sloi_shape *plan,
                              slo_error *error);

/* Lays out a planned shape, words and all. */
void sloi_shape_fill(sloi_shape *shape, const sloi_shape *plan, const int64_t *thresholds);

/* Is a stored shape of `size` bytes one that plan and fill could have made? */
int sloi_shape_valid(const sloi_shape *shape, uint64_t size);

int sloi_shape_equal(const sloi_shape *a, const sloi_shape *b);

#endif
