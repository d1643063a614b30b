#include "slo/snapshot.h"

#include <string.h>

#include "base/fail.h"
#include "base/u128.h"
#include "record/hist.h"

#define SNAPSHOT_MAGIC SLOI_BLOCK_MAGIC('s', 'n')
#define SNAPSHOT_LAYOUT 1
#define SNAPSHOT_PPB UINT32_C(1000000000)

struct slo_snapshot {
  sloi_block block;
  sloi_shape shape; /* with its words, then the row */
};

static uint64_t snapshot_size(const sloi_shape *shape) {
  return sizeof(sloi_block) + sloi_shape_size(shape) + 8 * sloi_shape_row(shape);
}

static uint64_t *snapshot_row(slo_snapshot *s) {
  return (uint64_t *)(void *)((char *)&s->shape + sloi_shape_size(&s->shape));
}

static const uint64_t *snapshot_row_const(const slo_snapshot *s) {
  return (const uint64_t *)(const void *)((const char *)&s->shape + sloi_shape_size(&s->shape));
}

slo_status slo_snapshot_footprint(const slo_hist *hist, size_t *size) {
  if (hist == NULL || size == NULL) return SLO_EINVAL;
  *size = (size_t)snapshot_size(&hist->shape);
  return SLO_OK;
}

slo_status slo_snapshot_init(void *memory, size_t size, const slo_hist *hist,
                             slo_snapshot **snapshot, slo_error *error) {
  if (hist == NULL) return sloi_fail(error, SLO_EINVAL, 0, "hist (NULL)");
  if (snapshot == NULL) return sloi_fail(error, SLO_EINVAL, 0, "snapshot (NULL)");
  slo_status status = sloi_block_init(memory, size, snapshot_size(&hist->shape), SNAPSHOT_MAGIC,
                                      SNAPSHOT_LAYOUT, sloi_shape_size(&hist->shape), error);
  if (status != SLO_OK) return status;
  slo_snapshot *s = memory;
  memcpy(&s->shape, &hist->shape, (size_t)sloi_shape_size(&hist->shape));
  sloi_block_ready(&s->block);
  *snapshot = s;
  return SLO_OK;
}

slo_status slo_snapshot_attach(void *memory, size_t size, slo_snapshot **snapshot) {
  if (snapshot == NULL) return SLO_EINVAL;
  slo_status status =
      sloi_block_check(memory, size, SNAPSHOT_MAGIC, SNAPSHOT_LAYOUT, sizeof(sloi_shape));
  if (status != SLO_OK) return status;
  slo_snapshot *s = memory;
  if (!sloi_shape_valid(&s->shape, s->block.config_size) ||
      s->block.size != snapshot_size(&s->shape)) {
    return SLO_ECORRUPT;
  }
  *snapshot = s;
  return SLO_OK;
}

slo_status slo_snapshot_create(const slo_hist *hist, const slo_allocator *allocator,
                               slo_snapshot **snapshot, slo_error *error) {
  size_t size;
  void *memory;
  if (snapshot == NULL) return sloi_fail(error, SLO_EINVAL, 0, "snapshot (NULL)");
  slo_status status = slo_snapshot_footprint(hist, &size);
  if (status != SLO_OK) return sloi_fail(error, status, 0, "hist (NULL)");
  status = sloi_block_allocate(allocator, size, &memory);
  if (status != SLO_OK) return sloi_fail(error, status, sloi_shown(size), "memory (bytes)");
  return slo_snapshot_init(memory, size, hist, snapshot, error);
}

void slo_snapshot_destroy(slo_snapshot *snapshot) {
  sloi_block_release(snapshot);
}

slo_status slo_snapshot_read(slo_snapshot *snapshot, const slo_hist *hist) {
  if (snapshot == NULL || hist == NULL || !sloi_shape_equal(&snapshot->shape, &hist->shape)) {
    return SLO_EINVAL;
  }
  uint64_t *row = snapshot_row(snapshot);
  uint64_t cells = sloi_shape_row(&snapshot->shape);
  const sloi_cell *first = sloi_hist_row_const(hist, 0);
  for (uint64_t i = 0; i < cells; i++) row[i] = sloi_load_relaxed(&first[i]);
  for (uint64_t s = 1; s < hist->shards; s++) {
    const sloi_cell *more = sloi_hist_row_const(hist, s);
    for (uint64_t i = 0; i < cells; i++) row[i] += sloi_load_relaxed(&more[i]);
  }
  return SLO_OK;
}

slo_status slo_snapshot_merge(slo_snapshot *dst, const slo_snapshot *src) {
  if (dst == NULL || src == NULL || !sloi_shape_equal(&dst->shape, &src->shape)) return SLO_EINVAL;
  uint64_t *to = snapshot_row(dst);
  const uint64_t *from = snapshot_row_const(src);
  uint64_t cells = sloi_shape_row(&dst->shape);
  for (uint64_t i = 0; i < cells; i++) to[i] += from[i];
  return SLO_OK;
}

slo_status slo_snapshot_subtract(slo_snapshot *dst, const slo_snapshot *src) {
  if (dst == NULL || src == NULL || !sloi_shape_equal(&dst->shape, &src->shape)) return SLO_EINVAL;
  uint64_t *to = snapshot_row(dst);
  const uint64_t *from = snapshot_row_const(src);
  uint64_t cells = sloi_shape_row(&dst->shape);
  for (uint64_t i = SLOI_SHAPE_SUM + 1; i < cells; i++) {
    if (from[i] > to[i]) return SLO_ERANGE;
  }
  for (uint64_t i = 0; i < cells; i++) to[i] -= from[i]; /* the sum is modulo 2^64 anyway */
  return SLO_OK;
}

slo_status slo_snapshot_summarize(const slo_snapshot *snapshot, slo_snapshot_summary *summary) {
  if (snapshot == NULL || summary == NULL) return SLO_EINVAL;
  const sloi_shape *shape = &snapshot->shape;
  const uint64_t *row = snapshot_row_const(snapshot);
  const uint64_t *bucket = row + sloi_shape_bucket_cell(shape);
  slo_snapshot_summary s = {0};
  s.scale = (uint32_t)shape->scale;
  s.sum = row[SLOI_SHAPE_SUM];
  s.negative = row[SLOI_SHAPE_NEGATIVE];
  s.zero = row[SLOI_SHAPE_ZERO];
  s.underflow = row[SLOI_SHAPE_UNDERFLOW];
  s.overflow = row[SLOI_SHAPE_OVERFLOW];
  s.count = s.negative + s.zero + s.underflow + s.overflow;
  uint64_t low = shape->buckets, high = 0; /* used buckets; high is one past the last */
  for (uint64_t i = 0; i < shape->buckets; i++) {
    if (bucket[i] == 0) continue;
    if (high == 0) low = i;
    high = i + 1;
    s.count += bucket[i];
  }
  int64_t bottom = sloi_shape_lower(shape, 0), top = sloi_shape_upper(shape, shape->buckets - 1);
  if (s.negative != 0) {
    s.min = -1;
  } else if (s.zero == 0 && s.underflow == 0) {
    s.min = high != 0 ? sloi_shape_lower(shape, low) : top;
  }
  if (s.overflow != 0) {
    s.max = INT64_MAX;
  } else if (high != 0) {
    s.max = sloi_shape_upper(shape, high - 1);
  } else if (s.underflow != 0) {
    s.max = bottom;
  } else if (s.zero == 0) {
    s.max = -1;
  }
  if (s.count == 0) s.min = s.max = 0;
  slo_status status = sloi_sized_write(summary, &s, sizeof s);
  if (status != SLO_OK) return status;
  return s.count == 0 ? SLO_ENODATA : SLO_OK;
}

/* The cells in the order of their values, with the upper bound of each. */
static uint64_t snapshot_ordered(const slo_snapshot *s, uint64_t position, int64_t *upper) {
  const sloi_shape *shape = &s->shape;
  const uint64_t *row = snapshot_row_const(s);
  switch (position) {
    case 0:
      *upper = -1;
      return row[SLOI_SHAPE_NEGATIVE];
    case 1:
      *upper = 0;
      return row[SLOI_SHAPE_ZERO];
    case 2:
      *upper = sloi_shape_lower(shape, 0);
      return row[SLOI_SHAPE_UNDERFLOW];
    default:
      break;
  }
  if (position - 3 < shape->buckets) {
    *upper = sloi_shape_upper(shape, position - 3);
    return row[sloi_shape_bucket_cell(shape) + position - 3];
  }
  *upper = INT64_MAX;
  return row[SLOI_SHAPE_OVERFLOW];
}

slo_status slo_snapshot_quantiles(const slo_snapshot *snapshot, const uint32_t *quantiles_ppb,
                                  size_t n, int64_t *values) {
  if (snapshot == NULL || ((quantiles_ppb == NULL || values == NULL) && n != 0)) return SLO_EINVAL;
  for (size_t i = 0; i < n; i++) {
    if (quantiles_ppb[i] > SNAPSHOT_PPB) return SLO_ERANGE;
    if (i > 0 && quantiles_ppb[i] < quantiles_ppb[i - 1]) return SLO_ERANGE;
  }
  uint64_t positions = snapshot->shape.buckets + 4, count = 0;
  int64_t upper = 0;
  for (uint64_t p = 0; p < positions; p++) count += snapshot_ordered(snapshot, p, &upper);
  if (count == 0) return SLO_ENODATA;
  uint64_t position = 0, seen = snapshot_ordered(snapshot, 0, &upper);
  for (size_t i = 0; i < n; i++) {
    /* rank = ceil(q * count), at least 1 */
    sloi_u128 product = sloi_u128_multiply(count, quantiles_ppb[i]);
    product = sloi_u128_add(product, sloi_u128_of(SNAPSHOT_PPB - 1));
    uint64_t rank = sloi_u128_divide(product, sloi_u128_of(SNAPSHOT_PPB));
    if (rank == 0) rank = 1;
    while (seen < rank && position + 1 < positions) {
      seen += snapshot_ordered(snapshot, ++position, &upper);
    }
    values[i] = upper;
  }
  return SLO_OK;
}

slo_status slo_snapshot_count_le(const slo_snapshot *snapshot, int64_t value, uint64_t *count) {
  if (snapshot == NULL || count == NULL) return SLO_EINVAL;
  uint64_t sum = 0;
  for (uint64_t p = 0; p < snapshot->shape.buckets + 4; p++) {
    int64_t upper;
    uint64_t n = snapshot_ordered(snapshot, p, &upper);
    if (upper > value) break;
    sum += n;
  }
  *count = sum;
  return SLO_OK;
}

slo_status slo_snapshot_mean(const slo_snapshot *snapshot, double *mean) {
  slo_snapshot_summary s = {0};
  s.struct_size = (uint32_t)sizeof s;
  if (mean == NULL) return SLO_EINVAL;
  slo_status status = slo_snapshot_summarize(snapshot, &s);
  if (status != SLO_OK) return status;
  if (s.count == s.negative) return SLO_ENODATA;
  *mean = (double)s.sum / (double)(s.count - s.negative);
  return SLO_OK;
}

slo_status slo_snapshot_threshold(const slo_snapshot *snapshot, uint32_t index, int64_t *threshold,
                                  uint64_t *within, uint64_t *beyond) {
  if (snapshot == NULL || threshold == NULL || within == NULL || beyond == NULL) return SLO_EINVAL;
  const sloi_shape *shape = &snapshot->shape;
  if (index >= sloi_shape_threshold_count(shape)) return SLO_ERANGE;
  const uint64_t *interval = snapshot_row_const(snapshot) + SLOI_SHAPE_FIXED;
  uint64_t w = 0, b = 0;
  for (uint64_t i = 0; i <= index; i++) w += interval[i];
  for (uint64_t i = index + UINT64_C(1); i < shape->intervals; i++) b += interval[i];
  *threshold = (int64_t)sloi_shape_thresholds(shape)[index];
  *within = w;
  *beyond = b;
  return SLO_OK;
}

slo_status slo_snapshot_bucket(const slo_snapshot *snapshot, uint32_t i, slo_bucket *bucket) {
  if (snapshot == NULL || bucket == NULL) return SLO_EINVAL;
  const sloi_shape *shape = &snapshot->shape;
  if (i >= shape->buckets) return SLO_ERANGE;
  slo_bucket b = {0};
  b.index = (int32_t)((int64_t)(shape->first + i) - (int64_t)shape->origin);
  b.lower = sloi_shape_lower(shape, i);
  b.upper = sloi_shape_upper(shape, i);
  b.count = snapshot_row_const(snapshot)[sloi_shape_bucket_cell(shape) + i];
  return sloi_sized_write(bucket, &b, sizeof b);
}
