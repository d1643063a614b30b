#include "record/snapshot.h"

#include <string.h>

#include "base/fail.h"
#include "base/u128.h"
#include "record/hist.h"

#define SNAPSHOT_MAGIC SLOI_BLOCK_MAGIC('s', 'n')
#define SNAPSHOT_LAYOUT 2
#define SNAPSHOT_PPB UINT32_C(1000000000)

/* The cells in the order of their values: negative, zero, underflow, buckets, overflow. */
enum { SNAPSHOT_FIRST_BUCKET = 3, SNAPSHOT_OUTSIDE = 4 };

/* Where to begin looking for a rank: one entry for each 256th of them. */
enum { SNAPSHOT_GUIDE = 256 };

typedef struct snapshot_prepared {
  uint64_t valid; /* 0: the contents have changed since */
  uint64_t count;
  uint64_t shift;
  uint64_t guide[SNAPSHOT_GUIDE];
} snapshot_prepared;

struct slo_snapshot {
  sloi_block block;
  sloi_shape shape; /* with its words, then the row, then snapshot_prepared and running sums */
};

static uint64_t snapshot_positions(const sloi_shape *shape) {
  return shape->buckets + SNAPSHOT_OUTSIDE;
}

static uint64_t snapshot_size(const sloi_shape *shape) {
  return sizeof(sloi_block) + sloi_shape_size(shape) + 8 * sloi_shape_row(shape) +
         sizeof(snapshot_prepared) + 8 * snapshot_positions(shape);
}

static uint64_t *snapshot_row(slo_snapshot *s) {
  return (uint64_t *)(void *)((char *)&s->shape + sloi_shape_size(&s->shape));
}

static const uint64_t *snapshot_row_const(const slo_snapshot *s) {
  return (const uint64_t *)(const void *)((const char *)&s->shape + sloi_shape_size(&s->shape));
}

static snapshot_prepared *snapshot_prepared_of(slo_snapshot *s) {
  return (snapshot_prepared *)(void *)(snapshot_row(s) + sloi_shape_row(&s->shape));
}

static const snapshot_prepared *snapshot_prepared_const(const slo_snapshot *s) {
  return (const snapshot_prepared *)(const void *)(snapshot_row_const(s) +
                                                   sloi_shape_row(&s->shape));
}

static slo_snapshot *snapshot_lay_out(void *memory, const sloi_shape *shape) {
  slo_snapshot *s = memory;
  memcpy(&s->shape, shape, (size_t)sloi_shape_size(shape));
  sloi_block_ready(&s->block);
  return s;
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
  *snapshot = snapshot_lay_out(memory, &hist->shape);
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

uint64_t *sloi_snapshot_row(slo_snapshot *snapshot, const sloi_shape *shape) {
  if (!sloi_shape_equal(&snapshot->shape, shape)) return NULL;
  snapshot_prepared_of(snapshot)->valid = 0;
  return snapshot_row(snapshot);
}

slo_status slo_snapshot_read(slo_snapshot *snapshot, const slo_hist *hist) {
  if (snapshot == NULL || hist == NULL) return SLO_EINVAL;
  uint64_t *row = sloi_snapshot_row(snapshot, &hist->shape);
  if (row == NULL) return SLO_EINVAL;
  uint64_t cells = sloi_shape_row(&snapshot->shape);
  const sloi_cell *first = sloi_hist_row_const(hist, 0);
  for (uint64_t i = 0; i < cells; i++) row[i] = sloi_load_relaxed(&first[i]);
  for (uint64_t s = 1; s < sloi_rows_count(&hist->rows); s++) {
    const sloi_cell *more = sloi_hist_row_const(hist, s);
    for (uint64_t i = 0; i < cells; i++) row[i] += sloi_load_relaxed(&more[i]);
  }
  return SLO_OK;
}

/* Four cells at a time: an x86-64 without AVX2 has instructions for two, which still helps. */
#if defined(__GNUC__)
typedef uint64_t snapshot_cells __attribute__((vector_size(32), aligned(8), may_alias));
#define SNAPSHOT_ADD                                                    \
  uint64_t i = 0;                                                       \
  for (; i + 4 <= n; i += 4) {                                          \
    *(snapshot_cells *)(to + i) += *(const snapshot_cells *)(from + i); \
  }                                                                     \
  for (; i < n; i++) to[i] += from[i];
#else
#define SNAPSHOT_ADD \
  for (uint64_t i = 0; i < n; i++) to[i] += from[i];
#endif

static void snapshot_add_any(uint64_t *to, const uint64_t *from, uint64_t n) {
  SNAPSHOT_ADD
}

#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("avx2"))) static void snapshot_add_avx2(uint64_t *to, const uint64_t *from,
                                                              uint64_t n) {
  SNAPSHOT_ADD
}

static void snapshot_add(uint64_t *to, const uint64_t *from, uint64_t n) {
  if (__builtin_cpu_supports("avx2")) {
    snapshot_add_avx2(to, from, n);
  } else {
    snapshot_add_any(to, from, n);
  }
}
#else
static void snapshot_add(uint64_t *to, const uint64_t *from, uint64_t n) {
  snapshot_add_any(to, from, n);
}
#endif

slo_status slo_snapshot_merge(slo_snapshot *dst, const slo_snapshot *src) {
  if (dst == NULL || src == NULL || !sloi_shape_equal(&dst->shape, &src->shape)) return SLO_EINVAL;
  uint64_t *to = snapshot_row(dst);
  const uint64_t *from = snapshot_row_const(src);
  snapshot_prepared_of(dst)->valid = 0;
  snapshot_add(to, from, sloi_shape_row(&dst->shape));
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
  snapshot_prepared_of(dst)->valid = 0;
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
  int64_t top = sloi_shape_upper(shape, shape->buckets - 1);
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
    s.max = (int64_t)shape->lowest - 1;
  } else if (s.zero == 0) {
    s.max = -1;
  }
  if (s.count == 0) s.min = s.max = 0;
  slo_status status = sloi_sized_write(summary, &s, sizeof s);
  if (status != SLO_OK) return status;
  return s.count == 0 ? SLO_ENODATA : SLO_OK;
}

slo_status slo_snapshot_downscale_footprint(const slo_snapshot *src, uint32_t scale, size_t *size) {
  sloi_shape plan;
  if (src == NULL || size == NULL) return SLO_EINVAL;
  slo_status status = sloi_shape_coarser(&src->shape, scale, &plan, NULL);
  if (status == SLO_OK) *size = (size_t)snapshot_size(&plan);
  return status;
}

slo_status slo_snapshot_downscale(const slo_snapshot *src, uint32_t scale, void *memory,
                                  size_t size, slo_snapshot **dst, slo_error *error) {
  sloi_shape plan;
  if (src == NULL) return sloi_fail(error, SLO_EINVAL, 0, "src (NULL)");
  if (dst == NULL) return sloi_fail(error, SLO_EINVAL, 0, "dst (NULL)");
  slo_status status = sloi_shape_coarser(&src->shape, scale, &plan, error);
  if (status != SLO_OK) return status;
  status = sloi_block_init(memory, size, snapshot_size(&plan), SNAPSHOT_MAGIC, SNAPSHOT_LAYOUT,
                           sloi_shape_size(&plan), error);
  if (status != SLO_OK) return status;
  slo_snapshot *s = memory;
  sloi_shape_fill(&s->shape, &plan, (const int64_t *)sloi_shape_thresholds(&src->shape));
  sloi_block_ready(&s->block);
  uint64_t *to = snapshot_row(s);
  const uint64_t *from = snapshot_row_const(src);
  uint64_t before = sloi_shape_bucket_cell(&plan);
  memcpy(to, from, (size_t)(8 * before));
  for (uint64_t i = 0; i < src->shape.buckets; i++) {
    /* a coarser grid has a subset of the boundaries: any value inside leads to the right one */
    uint64_t inside = (uint64_t)sloi_shape_upper(&src->shape, i);
    uint64_t bucket = sloi_bucket_index(sloi_shape_table(&s->shape), plan.scale, inside);
    to[before + bucket - plan.first] += from[before + i];
  }
  *dst = s;
  return SLO_OK;
}

/* ---- quantiles ---- */

/* The upper bound of the cell at a position in the order of values. */
static int64_t snapshot_upper(const sloi_shape *shape, uint64_t position) {
  if (position - SNAPSHOT_FIRST_BUCKET < shape->buckets) {
    return sloi_shape_upper(shape, position - SNAPSHOT_FIRST_BUCKET);
  }
  if (position == 0) return -1;
  if (position == 1) return 0;
  return position == 2 ? (int64_t)shape->lowest - 1 : INT64_MAX;
}

static uint64_t snapshot_cell(const slo_snapshot *s, uint64_t position) {
  const uint64_t *row = snapshot_row_const(s);
  uint64_t bucket = position - SNAPSHOT_FIRST_BUCKET;
  if (bucket < s->shape.buckets) return row[sloi_shape_bucket_cell(&s->shape) + bucket];
  if (position < SNAPSHOT_FIRST_BUCKET) return row[SLOI_SHAPE_NEGATIVE + position];
  return row[SLOI_SHAPE_OVERFLOW];
}

static uint64_t snapshot_count(const slo_snapshot *s) {
  const uint64_t *row = snapshot_row_const(s);
  const uint64_t *bucket = row + sloi_shape_bucket_cell(&s->shape);
  uint64_t count = row[SLOI_SHAPE_NEGATIVE] + row[SLOI_SHAPE_ZERO] + row[SLOI_SHAPE_UNDERFLOW] +
                   row[SLOI_SHAPE_OVERFLOW];
  for (uint64_t i = 0; i < s->shape.buckets; i++) count += bucket[i];
  return count;
}

/* ceil(q * count), at least 1. */
static uint64_t snapshot_rank(uint64_t count, uint32_t quantile_ppb) {
  uint64_t rank;
  if (count < UINT64_C(1) << 33) { /* fits, and is the common case */
    rank = (count * quantile_ppb + SNAPSHOT_PPB - 1) / SNAPSHOT_PPB;
  } else {
    sloi_u128 product = sloi_u128_multiply(count, quantile_ppb);
    product = sloi_u128_add(product, sloi_u128_of(SNAPSHOT_PPB - 1));
    rank = sloi_u128_divide(product, sloi_u128_of(SNAPSHOT_PPB));
  }
  return rank != 0 ? rank : 1;
}

slo_status slo_snapshot_prepare(slo_snapshot *snapshot) {
  if (snapshot == NULL) return SLO_EINVAL;
  snapshot_prepared *p = snapshot_prepared_of(snapshot);
  uint64_t *running = (uint64_t *)(void *)(p + 1);
  uint64_t positions = snapshot_positions(&snapshot->shape), sum = 0;
  for (uint64_t i = 0; i < positions; i++) running[i] = sum += snapshot_cell(snapshot, i);
  p->count = sum;
  for (p->shift = 0; sum != 0 && (sum - 1) >> p->shift >= SNAPSHOT_GUIDE;) p->shift++;
  for (uint64_t g = 0, i = 0; g < SNAPSHOT_GUIDE; g++) {
    while (i + 1 < positions && running[i] <= g << p->shift) i++;
    p->guide[g] = i;
  }
  p->valid = 1;
  return SLO_OK;
}

slo_status slo_snapshot_quantile(const slo_snapshot *snapshot, uint32_t quantile_ppb,
                                 int64_t *value) {
  if (snapshot == NULL || value == NULL) return SLO_EINVAL;
  const snapshot_prepared *p = snapshot_prepared_const(snapshot);
  if (p->valid != 1) return slo_snapshot_quantiles(snapshot, &quantile_ppb, 1, value);
  if (quantile_ppb > SNAPSHOT_PPB) return SLO_ERANGE;
  if (p->count == 0) return SLO_ENODATA;
  const uint64_t *running = (const uint64_t *)(const void *)(p + 1);
  uint64_t rank = snapshot_rank(p->count, quantile_ppb);
  uint64_t last = snapshot_positions(&snapshot->shape) - 1;
  uint64_t position = p->guide[((rank - 1) >> (p->shift & 63)) & (SNAPSHOT_GUIDE - 1)];
  while (position < last && running[position] < rank) position++;
  *value = snapshot_upper(&snapshot->shape, position);
  return SLO_OK;
}

slo_status slo_snapshot_quantiles(const slo_snapshot *snapshot, const uint32_t *quantiles_ppb,
                                  size_t n, int64_t *values) {
  if (snapshot == NULL || ((quantiles_ppb == NULL || values == NULL) && n != 0)) return SLO_EINVAL;
  for (size_t i = 0; i < n; i++) {
    if (quantiles_ppb[i] > SNAPSHOT_PPB) return SLO_ERANGE;
    if (i > 0 && quantiles_ppb[i] < quantiles_ppb[i - 1]) return SLO_ERANGE;
  }
  uint64_t count = snapshot_count(snapshot), last = snapshot_positions(&snapshot->shape) - 1;
  if (count == 0) return SLO_ENODATA;
  uint64_t position = 0, seen = snapshot_cell(snapshot, 0);
  for (size_t i = 0; i < n; i++) {
    uint64_t rank = snapshot_rank(count, quantiles_ppb[i]);
    while (seen < rank && position < last) seen += snapshot_cell(snapshot, ++position);
    values[i] = snapshot_upper(&snapshot->shape, position);
  }
  return SLO_OK;
}

slo_status slo_snapshot_count_le(const slo_snapshot *snapshot, int64_t value, uint64_t *count) {
  if (snapshot == NULL || count == NULL) return SLO_EINVAL;
  uint64_t sum = 0;
  for (uint64_t p = 0; p < snapshot_positions(&snapshot->shape); p++) {
    if (snapshot_upper(&snapshot->shape, p) > value) break;
    sum += snapshot_cell(snapshot, p);
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
