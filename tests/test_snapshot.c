/*
 * Snapshots against a sorted array of what was recorded.
 *
 * The model knows the values and, through slo_snapshot_bucket, where buckets begin and end
 * (test_bucket.c holds those against exact arithmetic); it counts and sorts, nothing else.
 */
#include <math.h>

#include "check_main.h"
#include "slo/snapshot.h"

#define VALUE_MAX SLO_HIST_VALUE_MAX
#define PPB UINT32_C(1000000000)

static slo_hist_config config_of(uint32_t scale, uint64_t per_unit, int64_t lowest,
                                 int64_t highest) {
  slo_hist_config c = SLO_SIZED(slo_hist_config);
  c.scale = scale;
  c.per_unit = per_unit;
  c.lowest = lowest;
  c.highest = highest;
  c.shards = 1;
  return c;
}

static slo_hist *hist_of(const slo_hist_config *config) {
  slo_hist *h = NULL;
  slo_error e = SLO_SIZED(slo_error);
  slo_status status = slo_hist_create(config, NULL, &h, &e);
  check_that(status == SLO_OK, "%s: %s", slo_status_name(status), e.field);
  return h;
}

static slo_snapshot *empty_of(const slo_hist *h) {
  slo_snapshot *s = NULL;
  check_ok(slo_snapshot_create(h, NULL, &s, NULL));
  return s;
}

static slo_snapshot *snapshot_of(const slo_hist *h) {
  slo_snapshot *s = empty_of(h);
  check_ok(slo_snapshot_read(s, h));
  return s;
}

/* The whole block, byte for byte: two snapshots of one grid are equal when these are. */
static size_t bytes_of(const slo_hist *h) {
  size_t size;
  check_ok(slo_snapshot_footprint(h, &size));
  return size;
}

static const int64_t THRESHOLDS[] = {0, 700, 701, 5000, 123456};
enum { THRESHOLD_COUNT = sizeof THRESHOLDS / sizeof THRESHOLDS[0] };

static const slo_hist_config CONFIGS[] = {
    {.scale = 0},
    {.scale = 3, .per_unit = 1, .lowest = 1, .highest = 100000},
    {.scale = 5, .per_unit = 1000, .lowest = 100, .highest = 2000000},
    {.scale = 9, .per_unit = 1, .lowest = 500, .highest = 2000},
    {.scale = 6, .per_unit = 7, .lowest = 5, .highest = 123456},
    {.scale = 4, .per_unit = 1000000000000, .lowest = 1, .highest = INT64_C(1) << 40},
    {.scale = 3, .per_unit = 10, .lowest = 640, .highest = 640},
};
enum { CONFIG_COUNT = sizeof CONFIGS / sizeof CONFIGS[0] };

static slo_hist_config config_at(int i) {
  slo_hist_config c = CONFIGS[i];
  c.struct_size = sizeof c;
  c.shards = 1u << i % 3;
  c.thresholds = THRESHOLDS;
  c.threshold_count = THRESHOLD_COUNT;
  return c;
}

/* ---- the model ---- */

enum { VALUES_MAX = 4096, BUCKETS_MAX = 28000 };

typedef struct model {
  uint32_t scale, buckets;
  int64_t lower[BUCKETS_MAX], upper[BUCKETS_MAX];
  int32_t index[BUCKETS_MAX];
  size_t n;
  int64_t value[VALUES_MAX];
  int64_t cell[VALUES_MAX]; /* the upper bound of the cell each is counted in */
} model;

static model M;

static void model_grid(model *m, const slo_snapshot *s, uint32_t scale) {
  m->scale = scale;
  m->n = 0;
  for (m->buckets = 0;; m->buckets++) {
    slo_bucket b = SLO_SIZED(slo_bucket);
    check_that(m->buckets < BUCKETS_MAX, "more buckets");
    slo_status status = slo_snapshot_bucket(s, m->buckets, &b);
    if (status == SLO_ERANGE) break;
    check_that(status == SLO_OK, "bucket %u: %s", m->buckets, slo_status_name(status));
    m->lower[m->buckets] = b.lower;
    m->upper[m->buckets] = b.upper;
    m->index[m->buckets] = b.index;
  }
}

static int ascending(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static void model_sort(model *m) {
  qsort(m->value, m->n, sizeof m->value[0], ascending);
}

static int64_t grid_end(const model *m) { /* the last value that lies in a bucket */
  int64_t end = m->upper[m->buckets - 1];
  return end < VALUE_MAX ? end : VALUE_MAX;
}

/* The bounds of the cell a value is counted in. */
static int64_t model_upper(const model *m, int64_t value) {
  if (value < 0) return -1;
  if (value == 0) return 0;
  if (value > grid_end(m)) return INT64_MAX;
  if (value <= m->lower[0]) return m->lower[0];
  for (uint32_t b = 0;; b++) {
    if (value <= m->upper[b]) return m->upper[b];
  }
}

static int64_t model_lower(const model *m, int64_t value) {
  if (value < 0) return -1;
  if (value <= m->lower[0]) return 0;
  if (value > grid_end(m)) return m->upper[m->buckets - 1];
  for (uint32_t b = 0;; b++) {
    if (value <= m->upper[b]) return m->lower[b];
  }
}

static void model_cells(model *m) {
  for (size_t i = 0; i < m->n; i++) m->cell[i] = model_upper(m, m->value[i]);
}

static int64_t model_quantile(const model *m, uint64_t ppb) { /* of sorted values */
  uint64_t rank = (ppb * m->n + PPB - 1) / PPB;
  return m->cell[rank == 0 ? 0 : rank - 1];
}

static uint64_t model_count_le(const model *m, int64_t value) {
  uint64_t count = 0;
  for (size_t i = 0; i < m->n; i++) count += m->cell[i] <= value;
  return count;
}

/* A value of each kind that a grid tells apart, and its neighbours. */
static int64_t random_value(const model *m, uint64_t *seed) {
  uint64_t r = check_random(seed);
  uint32_t b = (uint32_t)(check_random(seed) % m->buckets);
  switch (r % 16) {
    case 0:
      return 0;
    case 1:
      return -1 - (int64_t)(r >> 8 & 7);
    case 2:
      return m->lower[0] - (int64_t)(r >> 8 & 3);
    case 3:
      return m->upper[m->buckets - 1] + (int64_t)(r >> 8 & 3);
    case 4:
    case 5:
    case 6:
      return m->upper[b];
    case 7:
      return m->lower[b] + 1;
    case 8:
      return (int64_t)(check_random_wide(seed) >> 1);
    case 9:
      return THRESHOLDS[r >> 8 & 3] + (int64_t)(r >> 16 & 1);
    default:
      return m->lower[b] + 1 +
             (int64_t)(check_random(seed) % ((uint64_t)(m->upper[b] - m->lower[b]) + 1));
  }
}

/* Everything a snapshot answers, against the model's sorted values. */
static void expect_model(const slo_snapshot *s, model *m, uint64_t *seed) {
  model_cells(m);
  slo_snapshot_summary sum = SLO_SIZED(slo_snapshot_summary);
  uint64_t total = 0, negative = 0, zero = 0, under = 0, over = 0, count;
  for (size_t i = 0; i < m->n; i++) {
    int64_t v = m->value[i];
    negative += v < 0;
    zero += v == 0;
    under += v > 0 && v <= m->lower[0];
    over += v > grid_end(m);
    if (v > 0) total += (uint64_t)v;
  }
  slo_status status = slo_snapshot_summarize(s, &sum);
  check_that(status == (m->n == 0 ? SLO_ENODATA : SLO_OK), "%s", slo_status_name(status));
  check_that(sum.scale == m->scale && sum.count == m->n && sum.sum == total &&
                 sum.negative == negative && sum.zero == zero && sum.underflow == under &&
                 sum.overflow == over,
             "the summary of %zu values", m->n);
  if (m->n == 0) {
    check_that(sum.min == 0 && sum.max == 0, "bounds of nothing");
  } else {
    check_that(sum.min == model_lower(m, m->value[0]), "min %" PRId64 " of %" PRId64, sum.min,
               m->value[0]);
    check_that(sum.max == model_upper(m, m->value[m->n - 1]), "max %" PRId64 " of %" PRId64,
               sum.max, m->value[m->n - 1]);
  }
  /* mean */
  double mean = -7;
  status = slo_snapshot_mean(s, &mean);
  if (m->n == negative) {
    check_that(status == SLO_ENODATA && mean < -6, "mean of nothing");
  } else {
    double expected = (double)total / (double)(m->n - negative);
    check_that(status == SLO_OK && fabs(mean - expected) <= expected * 1e-15, "mean %g not %g",
               mean, expected);
  }
  /* buckets */
  for (uint32_t b = 0; b < m->buckets; b++) {
    slo_bucket bucket = SLO_SIZED(slo_bucket);
    uint64_t expected = 0;
    check_ok(slo_snapshot_bucket(s, b, &bucket));
    if (bucket.count == 0 && b % 8 != 0) continue; /* all others are counted below */
    for (size_t i = 0; i < m->n; i++) {
      int64_t v = m->value[i];
      expected += m->lower[b] < v && v <= m->upper[b] && v <= grid_end(m);
    }
    check_that(bucket.count == expected, "bucket %u: %" PRIu64 " instead of %" PRIu64, b,
               bucket.count, expected);
  }
  /* thresholds */
  for (uint32_t t = 0; t < THRESHOLD_COUNT; t++) {
    int64_t threshold;
    uint64_t within, beyond, expected = 0;
    for (size_t i = 0; i < m->n; i++) expected += m->value[i] <= THRESHOLDS[t];
    check_ok(slo_snapshot_threshold(s, t, &threshold, &within, &beyond));
    check_that(threshold == THRESHOLDS[t] && within == expected && within + beyond == m->n,
               "threshold %" PRId64, threshold);
  }
  /* count_le */
  int64_t ends[] = {INT64_MIN, -2, -1, 0, 1, m->lower[0], VALUE_MAX, INT64_MAX - 1, INT64_MAX};
  for (int i = 0; i < 40; i++) {
    int64_t v = i < 9 ? ends[i] : random_value(m, seed);
    check_ok(slo_snapshot_count_le(s, v, &count));
    check_that(count == model_count_le(m, v), "<= %" PRId64 ": %" PRIu64 " instead of %" PRIu64, v,
               count, model_count_le(m, v));
  }
  for (int i = 0; i < 20; i++) { /* exact at upper bounds: by the values themselves */
    int64_t v = m->upper[check_random(seed) % m->buckets];
    uint64_t exact = 0;
    for (size_t k = 0; k < m->n; k++) exact += m->value[k] <= v;
    check_ok(slo_snapshot_count_le(s, v, &count));
    check_that(count == exact, "<= %" PRId64 ": %" PRIu64 " instead of exactly %" PRIu64, v, count,
               exact);
  }
  /* quantiles: the named ones, those around every rank, and some more */
  enum { Q = 60 };
  uint32_t q[Q] = {0,           1,         2,         1000,      PPB / 2 - 1, PPB / 2,
                   PPB / 2 + 1, 900000000, 990000000, 999000000, PPB - 1,     PPB};
  int64_t values[Q];
  for (int i = 12; i < Q; i++) {
    q[i] = (uint32_t)(check_random(seed) % (PPB + 1));
    if (m->n != 0 && i % 2 == 0) { /* the last ppb of a rank, and the first of the next */
      uint64_t rank = check_random(seed) % (m->n + 1);
      q[i] = (uint32_t)(rank * PPB / m->n);
      if (q[i] < PPB && i % 4 == 0) q[i]++;
    }
  }
  for (int i = 1; i < Q; i++) { /* ascending */
    for (int j = i; j > 0 && q[j] < q[j - 1]; j--) {
      uint32_t t = q[j];
      q[j] = q[j - 1];
      q[j - 1] = t;
    }
  }
  for (int i = 0; i < Q; i++) values[i] = -77;
  status = slo_snapshot_quantiles(s, q, Q, values);
  if (m->n == 0) {
    check_that(status == SLO_ENODATA, "quantiles of nothing");
    for (int i = 0; i < Q; i++) check_that(values[i] == -77, "touched");
    return;
  }
  check_that(status == SLO_OK, "quantiles: %s", slo_status_name(status));
  long double base = exp2l(1.0L / (long double)(1u << m->scale));
  for (int i = 0; i < Q; i++) {
    int64_t expected = model_quantile(m, q[i]), alone;
    check_that(values[i] == expected, "quantile %u of %zu: %" PRId64 " instead of %" PRId64, q[i],
               m->n, values[i], expected);
    check_that(slo_snapshot_quantiles(s, &q[i], 1, &alone) == SLO_OK && alone == values[i],
               "quantile %u alone", q[i]);
    /* what the header promises: v <= answer <= v * base, where v has a bucket */
    uint64_t rank = ((uint64_t)q[i] * m->n + PPB - 1) / PPB;
    int64_t v = m->value[rank == 0 ? 0 : rank - 1];
    if (v > m->lower[0] && v <= grid_end(m)) {
      check_that(v <= values[i] && (long double)values[i] <= (long double)v * base * (1 + 1e-15L),
                 "%" PRId64 " for %" PRId64, values[i], v);
    }
  }
}

START_TEST(test_against_the_model) {
  static const size_t counts[] = {0, 1, 2, 3, 4, 5, 7, 10, 16, 99, 100, 101, 1000, 1001, 4096};
  uint64_t seed = 11;
  for (int i = 0; i < CONFIG_COUNT; i++) {
    slo_hist_config c = config_at(i);
    for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
      slo_hist *h = hist_of(&c);
      slo_snapshot *s = empty_of(h);
      model_grid(&M, s, c.scale == 0 ? 6 : c.scale);
      while (M.n < counts[k]) {
        int64_t v = random_value(&M, &seed);
        M.value[M.n++] = v;
        slo_hist_record(h, v);
      }
      model_sort(&M);
      ck_ok(slo_snapshot_read(s, h));
      expect_model(s, &M, &seed);
      slo_snapshot_destroy(s);
      slo_hist_destroy(h);
    }
  }
}
END_TEST

/* One value only, then a few equal ones: every quantile is that one. */
START_TEST(test_one_value) {
  uint64_t seed = 12;
  for (int i = 0; i < CONFIG_COUNT; i++) {
    slo_hist_config c = config_at(i);
    for (int k = 0; k < 60; k++) {
      slo_hist *h = hist_of(&c);
      slo_snapshot *s = empty_of(h);
      model_grid(&M, s, c.scale == 0 ? 6 : c.scale);
      int64_t v = random_value(&M, &seed);
      M.n = 1 + (size_t)(k % 4);
      for (size_t n = 0; n < M.n; n++) M.value[n] = v;
      slo_hist_record_times(h, v, M.n);
      ck_ok(slo_snapshot_read(s, h));
      expect_model(s, &M, &seed);
      slo_snapshot_destroy(s);
      slo_hist_destroy(h);
    }
  }
}
END_TEST

/* Every combination of the kinds of values, for the bounds of min and max. */
START_TEST(test_min_and_max) {
  slo_hist_config c = config_at(2);
  slo_hist *h = hist_of(&c);
  slo_snapshot *s = empty_of(h);
  model_grid(&M, s, c.scale);
  int64_t kinds[] = {-5, 0, M.lower[0], M.upper[M.buckets / 2], M.upper[M.buckets - 1] + 1};
  uint64_t seed = 13;
  slo_hist_destroy(h);
  slo_snapshot_destroy(s);
  for (unsigned set = 1; set < 32; set++) {
    h = hist_of(&c);
    M.n = 0;
    for (int k = 0; k < 5; k++) {
      if ((set >> k & 1) == 0) continue;
      slo_hist_record(h, kinds[k]);
      M.value[M.n++] = kinds[k];
    }
    s = snapshot_of(h);
    expect_model(s, &M, &seed);
    slo_snapshot_summary sum = SLO_SIZED(slo_snapshot_summary);
    ck_ok(slo_snapshot_summarize(s, &sum));
    ck_assert_int_eq(sum.min, set & 1   ? -1
                              : set & 6 ? 0
                              : set & 8 ? M.lower[M.buckets / 2]
                                        : M.upper[M.buckets - 1]);
    ck_assert_int_eq(sum.max, set & 16  ? INT64_MAX
                              : set & 8 ? M.upper[M.buckets / 2]
                              : set & 4 ? M.lower[0]
                              : set & 2 ? 0
                                        : -1);
    slo_snapshot_destroy(s);
    slo_hist_destroy(h);
  }
}
END_TEST

/* Values just above the last one with a bucket are above every bound below them: the
 * overflow's lower bound and count_le must not contradict the values. */
START_TEST(test_overflow_above_the_widest_grid) {
  for (uint32_t scale = SLO_HIST_SCALE_MIN; scale <= SLO_HIST_SCALE_MAX; scale++) {
    static const uint64_t units[] = {1, 3, 1000000000};
    for (int u = 0; u < 3; u++) {
      slo_hist_config c = config_of(scale, units[u], VALUE_MAX / 100, VALUE_MAX);
      slo_hist *h = hist_of(&c);
      slo_hist_record(h, VALUE_MAX + 1);
      slo_snapshot *s = snapshot_of(h);
      slo_snapshot_summary sum = SLO_SIZED(slo_snapshot_summary);
      ck_ok(slo_snapshot_summarize(s, &sum));
      ck_assert_uint_eq(sum.overflow, 1);
      check_that(sum.min < VALUE_MAX + 1,
                 "2^53 was recorded, its exclusive lower bound is %" PRId64, sum.min);
      model_grid(&M, s, scale);
      uint64_t count;
      int64_t last = M.upper[M.buckets - 1];
      ck_ok(slo_snapshot_count_le(s, last, &count));
      check_that(count == (last >= VALUE_MAX + 1),
                 "exact at an upper bound: <= %" PRId64 " is %" PRIu64, last, count);
      slo_snapshot_destroy(s);
      slo_hist_destroy(h);
    }
  }
}
END_TEST

/* ---- the grid that is exported ---- */

/* With one integer per unit, 2^j is the inclusive upper bound of OTLP bucket j * 2^s - 1. */
START_TEST(test_otlp_index) {
  for (uint32_t scale = SLO_HIST_SCALE_MIN; scale <= SLO_HIST_SCALE_MAX; scale++) {
    slo_hist_config c = config_of(scale, 1, 1, VALUE_MAX);
    slo_hist *h = hist_of(&c);
    for (int j = 0; j <= 52; j++) slo_hist_record_times(h, INT64_C(1) << j, (uint64_t)j + 1);
    slo_snapshot *s = snapshot_of(h);
    model_grid(&M, s, scale);
    ck_assert_int_eq(M.index[0], -1);
    for (uint32_t b = 0; b < M.buckets; b++) {
      slo_bucket bucket = SLO_SIZED(slo_bucket);
      check_ok(slo_snapshot_bucket(s, b, &bucket));
      check_that(bucket.index == (int32_t)b - 1, "index %d at %u", bucket.index, b);
      int j = (bucket.index + 1) >> scale;
      if (j << scale == bucket.index + 1 && j <= 52) {
        check_that(bucket.upper == INT64_C(1) << j, "2^%d is not the end of bucket %d", j,
                   bucket.index);
        check_that(bucket.count == (uint64_t)j + 1, "2^%d is not in bucket %d", j, bucket.index);
      } else {
        check_that(bucket.count == 0, "something is in bucket %d", bucket.index);
      }
    }
    slo_snapshot_destroy(s);
    slo_hist_destroy(h);
  }
}
END_TEST

/* In any unit, one unit is the inclusive upper bound of bucket -1. */
START_TEST(test_otlp_index_of_a_unit) {
  static const uint64_t units[] = {1, 3, 7, 1000, 1024, 1000000, 1000000000, 1000000000000000};
  for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
    for (uint32_t scale = SLO_HIST_SCALE_MIN; scale <= SLO_HIST_SCALE_MAX; scale++) {
      int64_t unit = (int64_t)units[u];
      slo_hist_config c = config_of(scale, units[u], unit, 2 * unit);
      slo_hist *h = hist_of(&c);
      slo_bucket b = SLO_SIZED(slo_bucket);
      slo_snapshot *s = snapshot_of(h);
      ck_ok(slo_snapshot_bucket(s, 0, &b));
      ck_assert_int_eq(b.index, -1);
      ck_assert_int_eq(b.upper, unit);
      ck_ok(slo_snapshot_bucket(s, 1u << scale, &b)); /* an octave on */
      ck_assert_int_eq(b.index, (1 << scale) - 1);
      ck_assert_int_eq(b.upper, 2 * unit);
      ck_assert_int_eq(slo_snapshot_bucket(s, (1u << scale) + 1, &b), SLO_ERANGE);
      slo_snapshot_destroy(s);
      slo_hist_destroy(h);
    }
  }
}
END_TEST

/* ---- sums and differences ---- */

START_TEST(test_merge_is_recording_in_one) {
  uint64_t seed = 14;
  for (int i = 0; i < CONFIG_COUNT; i++) {
    slo_hist_config c = config_at(i);
    slo_hist *part[3], *all = hist_of(&c);
    slo_snapshot *sum = empty_of(all);
    model_grid(&M, sum, c.scale == 0 ? 6 : c.scale);
    for (int p = 0; p < 3; p++) {
      c.shards = 1u << p; /* shards are no part of the grid */
      part[p] = hist_of(&c);
      for (int k = 0; k < 300 * p + 1; k++) { /* the first one has a single value */
        int64_t v = random_value(&M, &seed);
        slo_hist_record(part[p], v);
        slo_hist_record(all, v);
        M.value[M.n++] = v;
      }
      slo_snapshot *s = snapshot_of(part[p]);
      ck_ok(slo_snapshot_merge(sum, s));
      slo_snapshot_destroy(s);
    }
    model_sort(&M);
    slo_snapshot *expected = snapshot_of(all);
    ck_assert_mem_eq(sum, expected, bytes_of(all));
    expect_model(sum, &M, &seed);
    ck_ok(slo_snapshot_merge(sum, sum)); /* with itself: twice */
    ck_ok(slo_snapshot_merge(expected, expected));
    ck_assert_mem_eq(sum, expected, bytes_of(all));
    slo_snapshot_summary twice = SLO_SIZED(slo_snapshot_summary);
    ck_ok(slo_snapshot_summarize(sum, &twice));
    ck_assert_uint_eq(twice.count, 2 * M.n);
    slo_snapshot_destroy(sum);
    slo_snapshot_destroy(expected);
    slo_hist_destroy(all);
    for (int p = 0; p < 3; p++) slo_hist_destroy(part[p]);
  }
}
END_TEST

START_TEST(test_difference_is_what_came_between) {
  uint64_t seed = 15;
  for (int i = 0; i < CONFIG_COUNT; i++) {
    slo_hist_config c = config_at(i);
    slo_hist *h = hist_of(&c);
    slo_snapshot *before = empty_of(h), *after = empty_of(h);
    model_grid(&M, before, c.scale == 0 ? 6 : c.scale);
    for (int round = 0; round < 6; round++) {
      ck_ok(slo_snapshot_read(before, h)); /* replaces what was there */
      M.n = 0;
      for (int k = 0; k < round * 60; k++) {
        int64_t v = random_value(&M, &seed);
        slo_hist_record(h, v);
        M.value[M.n++] = v;
      }
      model_sort(&M);
      ck_ok(slo_snapshot_read(after, h));
      ck_ok(slo_snapshot_subtract(after, before));
      expect_model(after, &M, &seed);
      ck_ok(slo_snapshot_merge(after, before)); /* and back */
      slo_snapshot *now = snapshot_of(h);
      ck_assert_mem_eq(after, now, bytes_of(h));
      slo_snapshot_destroy(now);
    }
    ck_ok(slo_snapshot_subtract(after, after)); /* itself: nothing */
    M.n = 0;
    expect_model(after, &M, &seed);
    slo_snapshot_destroy(before);
    slo_snapshot_destroy(after);
    slo_hist_destroy(h);
  }
}
END_TEST

/* One more in any single cell, and the difference is refused as a whole. */
static void expect_too_much(const slo_hist_config *c) {
  slo_hist *h = hist_of(c);
  slo_snapshot *s = empty_of(h);
  model_grid(&M, s, c->scale);
  slo_snapshot_destroy(s);
  size_t size = bytes_of(h);
  void *kept = check_memory(size);
  int64_t values[] = {-1, 0, 3, 700, 701, 702, M.upper[0], 99999, M.upper[M.buckets - 1] + 1};
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    slo_hist *more = hist_of(c), *less = hist_of(c);
    for (size_t k = 0; k < sizeof values / sizeof values[0]; k++) {
      slo_hist_record_times(more, values[k], 10);
      slo_hist_record_times(less, values[k], k == i ? 9 : 10);
    }
    slo_snapshot *dst = snapshot_of(less), *src = snapshot_of(more);
    memcpy(kept, dst, size);
    ck_assert_int_eq(slo_snapshot_subtract(dst, src), SLO_ERANGE);
    ck_assert_mem_eq(dst, kept, size);
    slo_hist_record(less, values[i]); /* as many: allowed */
    ck_ok(slo_snapshot_read(dst, less));
    ck_ok(slo_snapshot_subtract(dst, src));
    slo_snapshot_destroy(dst);
    slo_snapshot_destroy(src);
    slo_hist_destroy(more);
    slo_hist_destroy(less);
  }
  slo_hist_destroy(h);
  free(kept);
}

START_TEST(test_subtract_too_much) {
  slo_hist_config c = config_at(1);
  expect_too_much(&c);
  c.threshold_count = 0; /* so that no interval notices instead of the cell */
  c.lowest = 5;
  expect_too_much(&c);
  c = config_at(1);
  slo_hist *h = hist_of(&c);
  size_t size = bytes_of(h);
  void *kept = check_memory(size);
  /* equal in every bucket, but not in the intervals between thresholds */
  slo_hist *more = hist_of(&c), *less = hist_of(&c);
  slo_hist_record(more, 700);
  slo_hist_record(less, 701);
  slo_snapshot *dst = snapshot_of(less), *src = snapshot_of(more);
  memcpy(kept, dst, size);
  ck_assert_int_eq(slo_snapshot_subtract(dst, src), SLO_ERANGE);
  ck_assert_mem_eq(dst, kept, size);
  slo_snapshot_destroy(dst);
  slo_snapshot_destroy(src);
  slo_hist_destroy(more);
  slo_hist_destroy(less);
  slo_hist_destroy(h);
  free(kept);
}
END_TEST

/* The sum wraps, and the difference of two wrapped sums is right again. */
START_TEST(test_sum_is_modulo_2_64) {
  slo_hist_config c = config_of(3, 1, 1, VALUE_MAX);
  slo_hist *h = hist_of(&c);
  slo_snapshot_summary sum = SLO_SIZED(slo_snapshot_summary);
  slo_hist_record_times(h, VALUE_MAX, 2049);
  slo_hist_record(h, INT64_MAX);
  slo_hist_record(h, INT64_MAX);
  uint64_t expected = (uint64_t)VALUE_MAX * 2049 + 2 * (uint64_t)INT64_MAX;
  slo_snapshot *before = snapshot_of(h), *after = empty_of(h);
  ck_ok(slo_snapshot_summarize(before, &sum));
  ck_assert_uint_eq(sum.sum, expected);
  ck_assert_uint_lt(sum.sum, (uint64_t)VALUE_MAX * 2049); /* it did wrap */
  slo_hist_record_times(h, INT64_MIN, 1000);              /* not in the sum */
  int wrapped = 0;
  for (int i = 0; i < 10; i++) {
    ck_ok(slo_snapshot_read(before, h));
    uint64_t was = expected;
    for (int k = 0; k <= i; k++) {
      slo_hist_record(h, INT64_MAX);
      slo_hist_record(h, 1000);
      expected += (uint64_t)INT64_MAX + 1000;
    }
    wrapped += expected < was; /* a later reading with a smaller sum is no error */
    ck_ok(slo_snapshot_read(after, h));
    ck_ok(slo_snapshot_subtract(after, before));
    ck_ok(slo_snapshot_summarize(after, &sum));
    ck_assert_uint_eq(sum.sum, (uint64_t)(i + 1) * ((uint64_t)INT64_MAX + 1000));
    ck_assert_uint_eq(sum.count, 2 * ((uint64_t)i + 1));
  }
  ck_assert_int_ge(wrapped, 2);
  slo_snapshot_destroy(before);
  slo_snapshot_destroy(after);
  slo_hist_destroy(h);
}
END_TEST

/* Counts of any size: ranks are computed in 128 bits. */
START_TEST(test_quantiles_of_many) {
  static const uint64_t counts[] = {1000000000,
                                    999999999,
                                    1000000001,
                                    UINT64_C(1) << 32,
                                    UINT64_C(1) << 40,
                                    UINT64_C(18446744073),
                                    UINT64_C(18446744074),
                                    UINT64_C(1) << 62,
                                    (UINT64_C(1) << 62) + 1};
  static const uint32_t q[] = {0,         1,         2,         499999999, 500000000,
                               500000001, 750000000, 999999998, 999999999, 1000000000};
  enum { Q = sizeof q / sizeof q[0] };
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    for (int split = 0; split <= 4; split++) {
      slo_hist_config c = config_of(3, 1, 1, 1000);
      slo_hist *h = hist_of(&c);
      uint64_t n = counts[i], below = n / 4 * (uint64_t)split + (split == 2); /* are 8, not 64 */
      int64_t values[Q];
      if (below > n) below = n;
      slo_hist_record_times(h, 8, below);
      slo_hist_record_times(h, 64, n - below);
      slo_snapshot *s = snapshot_of(h);
      ck_ok(slo_snapshot_quantiles(s, q, Q, values));
      for (int k = 0; k < Q; k++) {
        /* ceil(q * n / 10^9), with n = a * 10^9 + b */
        uint64_t a = n / PPB, b = n % PPB;
        uint64_t rank = q[k] * a + (q[k] * b + PPB - 1) / PPB;
        if (rank == 0) rank = 1;
        check_that(values[k] == (rank <= below ? 8 : 64),
                   "quantile %u of %" PRIu64 ", %" PRIu64 " below: %" PRId64, q[k], n, below,
                   values[k]);
      }
      slo_snapshot_destroy(s);
      slo_hist_destroy(h);
    }
  }
}
END_TEST

/* ---- misuse ---- */

START_TEST(test_another_grid) {
  static const int64_t other_thresholds[] = {0, 700, 702, 5000, 123456};
  slo_hist_config base = config_at(1), others[8];
  for (int i = 0; i < 8; i++) others[i] = base;
  others[0].scale = 4;
  others[1].per_unit = 2;
  others[2].lowest = 2;
  others[3].highest = 99999;
  others[4].thresholds = other_thresholds;
  others[5].threshold_count = THRESHOLD_COUNT - 1;
  others[6].threshold_count = 0;
  others[7].threshold_count = 1;
  slo_hist *h = hist_of(&base);
  slo_hist_record(h, 700);
  slo_snapshot *s = snapshot_of(h);
  size_t size = bytes_of(h);
  void *kept = check_memory(size);
  memcpy(kept, s, size);
  for (int i = 0; i < 8; i++) {
    slo_hist *other = hist_of(&others[i]);
    slo_hist_record(other, 700);
    slo_snapshot *foreign = snapshot_of(other);
    ck_assert_int_eq(slo_snapshot_read(s, other), SLO_EINVAL);
    ck_assert_int_eq(slo_snapshot_read(foreign, h), SLO_EINVAL);
    ck_assert_int_eq(slo_snapshot_merge(s, foreign), SLO_EINVAL);
    ck_assert_int_eq(slo_snapshot_merge(foreign, s), SLO_EINVAL);
    ck_assert_int_eq(slo_snapshot_subtract(s, foreign), SLO_EINVAL);
    ck_assert_int_eq(slo_snapshot_subtract(foreign, s), SLO_EINVAL);
    ck_assert_mem_eq(s, kept, size);
    slo_snapshot_destroy(foreign);
    slo_hist_destroy(other);
  }
  slo_snapshot_destroy(s);
  slo_hist_destroy(h);
  free(kept);
}
END_TEST

START_TEST(test_nulls) {
  slo_error e = SLO_SIZED(slo_error);
  slo_hist_config c = config_at(1);
  slo_hist *h = hist_of(&c);
  slo_hist_record(h, 1);
  slo_snapshot *s = snapshot_of(h), *none = NULL;
  slo_snapshot_summary sum = SLO_SIZED(slo_snapshot_summary);
  slo_bucket b = SLO_SIZED(slo_bucket);
  size_t size;
  uint64_t n, m;
  int64_t v;
  uint32_t q = 5;
  double mean;
  ck_assert_int_eq(slo_snapshot_footprint(NULL, &size), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_footprint(h, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_create(NULL, NULL, &none, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "hist (NULL)");
  ck_assert_int_eq(slo_snapshot_create(h, NULL, NULL, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "snapshot (NULL)");
  ck_assert_ptr_null(none);
  ck_assert_int_eq(slo_snapshot_read(NULL, h), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_read(s, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_merge(NULL, s), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_merge(s, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_subtract(NULL, s), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_subtract(s, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_summarize(NULL, &sum), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_summarize(s, NULL), SLO_EINVAL);
  sum.struct_size = 0;
  ck_assert_int_eq(slo_snapshot_summarize(s, &sum), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_quantiles(NULL, &q, 1, &v), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_quantiles(s, NULL, 1, &v), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_quantiles(s, &q, 1, NULL), SLO_EINVAL);
  ck_ok(slo_snapshot_quantiles(s, NULL, 0, NULL)); /* none asked for */
  ck_assert_int_eq(slo_snapshot_count_le(NULL, 1, &n), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_count_le(s, 1, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_mean(NULL, &mean), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_mean(s, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_threshold(NULL, 0, &v, &n, &m), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_threshold(s, 0, NULL, &n, &m), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_threshold(s, 0, &v, NULL, &m), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_threshold(s, 0, &v, &n, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_threshold(s, THRESHOLD_COUNT, &v, &n, &m), SLO_ERANGE);
  ck_assert_int_eq(slo_snapshot_threshold(s, UINT32_MAX, &v, &n, &m), SLO_ERANGE);
  ck_assert_int_eq(slo_snapshot_bucket(NULL, 0, &b), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_bucket(s, 0, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_snapshot_bucket(s, UINT32_MAX, &b), SLO_ERANGE);
  b.struct_size = 2;
  ck_assert_int_eq(slo_snapshot_bucket(s, 0, &b), SLO_EINVAL);
  slo_snapshot_destroy(s);
  slo_snapshot_destroy(NULL);
  slo_hist_destroy(h);
}
END_TEST

START_TEST(test_quantile_errors) {
  slo_hist_config c = config_at(1);
  slo_hist *h = hist_of(&c);
  slo_hist_record(h, 1);
  slo_snapshot *s = snapshot_of(h);
  static const uint32_t bad[][3] = {{0, 1, PPB + 1},    {PPB + 1, PPB + 1, PPB + 1},
                                    {0, 1, UINT32_MAX}, {2, 1, 3},
                                    {1, 3, 2},          {PPB, PPB, PPB - 1}};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    int64_t values[3] = {-7, -7, -7};
    ck_assert_int_eq(slo_snapshot_quantiles(s, bad[i], 3, values), SLO_ERANGE);
    for (int k = 0; k < 3; k++) ck_assert_int_eq(values[k], -7);
  }
  static const uint32_t equal[] = {5, 5, 5, PPB, PPB};
  int64_t values[5] = {0};
  ck_ok(slo_snapshot_quantiles(s, equal, 5, values));
  for (int k = 0; k < 5; k++) ck_assert_int_eq(values[k], 1);
  slo_snapshot_destroy(s);
  slo_hist_destroy(h);
}
END_TEST

/* Nothing recorded is not zero. */
START_TEST(test_empty) {
  slo_hist_config c = config_at(1);
  slo_hist *h = hist_of(&c);
  slo_snapshot *fresh = empty_of(h), *read = snapshot_of(h);
  ck_assert_mem_eq(fresh, read, bytes_of(h));
  slo_snapshot_summary sum = SLO_SIZED(slo_snapshot_summary);
  uint32_t q = PPB / 2;
  int64_t v = -7;
  double mean = -7;
  uint64_t n = 7;
  sum.count = 7;
  ck_assert_int_eq(slo_snapshot_summarize(fresh, &sum), SLO_ENODATA);
  ck_assert_uint_eq(sum.count, 0); /* filled all the same */
  ck_assert_uint_eq(sum.scale, 3);
  ck_assert_int_eq(slo_snapshot_quantiles(fresh, &q, 1, &v), SLO_ENODATA);
  ck_assert_int_eq(v, -7);
  ck_assert_int_eq(slo_snapshot_mean(fresh, &mean), SLO_ENODATA);
  ck_assert(mean < -6);
  ck_ok(slo_snapshot_count_le(fresh, INT64_MAX, &n));
  ck_assert_uint_eq(n, 0);
  /* only negative values: there is a count, and no mean */
  slo_hist_record(h, -3);
  ck_ok(slo_snapshot_read(read, h));
  ck_assert_int_eq(slo_snapshot_mean(read, &mean), SLO_ENODATA);
  ck_ok(slo_snapshot_summarize(read, &sum));
  slo_hist_record(h, 0);
  ck_ok(slo_snapshot_read(read, h));
  ck_ok(slo_snapshot_mean(read, &mean));
  ck_assert(mean < 1e-9 && mean > -1e-9);
  slo_snapshot_destroy(fresh);
  slo_snapshot_destroy(read);
  slo_hist_destroy(h);
}
END_TEST

/* Callers compiled against shorter results get what they have room for. */
START_TEST(test_shorter_structs) {
  slo_hist_config c = config_at(1);
  slo_hist *h = hist_of(&c);
  slo_hist_record_times(h, 8, 3);
  slo_snapshot *s = snapshot_of(h);
  slo_snapshot_summary sum;
  slo_bucket b;
  memset(&sum, 0xee, sizeof sum);
  memset(&b, 0xee, sizeof b);
  sum.struct_size = offsetof(slo_snapshot_summary, negative);
  b.struct_size = offsetof(slo_bucket, count);
  ck_ok(slo_snapshot_summarize(s, &sum));
  ck_assert_uint_eq(sum.count, 3);
  ck_assert_uint_eq(sum.sum, 24);
  ck_assert_uint_eq(sum.negative, UINT64_C(0xeeeeeeeeeeeeeeee));
  ck_assert_uint_eq(sum.struct_size, offsetof(slo_snapshot_summary, negative));
  ck_ok(slo_snapshot_bucket(s, 0, &b));
  ck_assert_int_eq(b.upper, 1);
  ck_assert_uint_eq(b.count, UINT64_C(0xeeeeeeeeeeeeeeee));
  slo_snapshot_destroy(s);
  slo_hist_destroy(h);
}
END_TEST

/* A snapshot is its own: it outlives the histogram and does not follow it. */
START_TEST(test_independent) {
  slo_hist_config c = config_at(0);
  slo_hist *h = hist_of(&c);
  slo_hist_record(h, 5000);
  slo_snapshot *s = snapshot_of(h);
  slo_hist_record(h, 5000);
  slo_hist_destroy(h);
  slo_snapshot_summary sum = SLO_SIZED(slo_snapshot_summary);
  int64_t t;
  uint64_t within, beyond;
  ck_ok(slo_snapshot_summarize(s, &sum));
  ck_assert_uint_eq(sum.count, 1);
  ck_ok(slo_snapshot_threshold(s, 3, &t, &within, &beyond));
  ck_assert_int_eq(t, 5000);
  ck_assert_uint_eq(within, 1);
  ck_assert_uint_eq(beyond, 0);
  slo_snapshot_destroy(s);
}
END_TEST

typedef struct ledger {
  int allocated, released, refuse;
  void *memory;
} ledger;

static void *ledger_allocate(void *context, size_t size) {
  ledger *l = context;
  ck_assert_uint_eq(size % SLO_ALIGN, 0);
  if (l->refuse) return NULL;
  l->allocated++;
  l->memory = check_memory(size);
  memset(l->memory, 0x5f, size);
  return l->memory;
}

static void ledger_release(void *context, void *memory) {
  ledger *l = context;
  ck_assert_ptr_eq(memory, l->memory);
  l->released++;
  free(memory);
}

START_TEST(test_allocator) {
  ledger l = {0};
  slo_allocator a = {ledger_allocate, ledger_release, &l};
  slo_error e = SLO_SIZED(slo_error);
  slo_hist_config c = config_at(1);
  slo_hist *h = hist_of(&c);
  slo_snapshot *s = NULL, *clean = empty_of(h);
  ck_ok(slo_snapshot_create(h, &a, &s, &e));
  ck_assert_mem_eq(s, clean, bytes_of(h)); /* empty, whatever the memory held */
  slo_snapshot_destroy(s);
  slo_snapshot_destroy(clean);
  ck_assert_int_eq(l.allocated, 1);
  ck_assert_int_eq(l.released, 1);
  s = NULL;
  l.refuse = 1;
  ck_assert_int_eq(slo_snapshot_create(h, &a, &s, &e), SLO_ENOMEM);
  ck_assert_int_eq(e.status, SLO_ENOMEM);
  ck_assert_int_eq(slo_snapshot_create(h, &a, &s, NULL), SLO_ENOMEM);
  a.release = NULL;
  ck_assert_int_eq(slo_snapshot_create(h, &a, &s, &e), SLO_EINVAL);
  ck_assert_ptr_null(s);
  slo_hist_destroy(h);
}
END_TEST

START_TEST(test_layout) {
  ck_assert_uint_eq(offsetof(slo_snapshot_summary, count), 8);
  ck_assert_uint_eq(offsetof(slo_snapshot_summary, max), 64);
  ck_assert_uint_eq(sizeof(slo_snapshot_summary), 72);
  ck_assert_uint_eq(offsetof(slo_bucket, index), 4);
  ck_assert_uint_eq(offsetof(slo_bucket, count), 24);
  ck_assert_uint_eq(sizeof(slo_bucket), 32);
}
END_TEST

/* A prepared snapshot answers what an unprepared one does, until it changes. */
START_TEST(test_prepared_quantiles) {
  uint64_t random = 11;
  for (int run = 0; run < 40; run++) {
    slo_hist_config c = config_of((uint32_t)(3 + run % 7), 1, 1, 1 << 20);
    slo_hist *h = hist_of(&c);
    int n = run == 0 ? 0 : run == 1 ? 1 : 1 << (run % 18);
    for (int i = 0; i < n; i++) {
      int64_t value = (int64_t)(check_random_wide(&random) >> (41 + i % 23));
      slo_hist_record_times(h, i % 50 == 0 ? -1 : value, run % 5 == 0 ? UINT64_C(1) << 40 : 1);
    }
    slo_snapshot *plain = snapshot_of(h), *prepared = snapshot_of(h);
    ck_ok(slo_snapshot_prepare(prepared));
    for (uint32_t q = 0; q <= 1000000000; q += run % 2 ? 1237651 : 10000000) {
      int64_t expected = 1, got = 2;
      slo_status status = slo_snapshot_quantiles(plain, &q, 1, &expected);
      ck_assert_int_eq(slo_snapshot_quantile(plain, q, &got), status);
      if (status == SLO_OK) ck_assert_int_eq(got, expected);
      ck_assert_int_eq(slo_snapshot_quantile(prepared, q, &got), status);
      if (status == SLO_OK) ck_assert_int_eq(got, expected);
    }
    int64_t value;
    ck_assert_int_eq(slo_snapshot_quantile(prepared, 1000000001, &value), SLO_ERANGE);
    ck_assert_int_eq(slo_snapshot_quantile(NULL, 1, &value), SLO_EINVAL);
    ck_assert_int_eq(slo_snapshot_quantile(prepared, 1, NULL), SLO_EINVAL);
    /* whatever changes the contents takes the preparation back */
    for (int i = 0; i < 2 * n + 2; i++) slo_hist_record(h, 1 << 19);
    ck_ok(slo_snapshot_read(prepared, h));
    ck_ok(slo_snapshot_quantile(prepared, 1000000000, &value));
    ck_assert_int_ge(value, 1 << 19);
    ck_ok(slo_snapshot_prepare(prepared));
    ck_ok(slo_snapshot_subtract(prepared, plain));
    ck_ok(slo_snapshot_quantile(prepared, 0, &value));
    ck_assert_int_ge(value, 1 << 19);
    ck_ok(slo_snapshot_prepare(prepared));
    ck_ok(slo_snapshot_merge(prepared, prepared));
    ck_ok(slo_snapshot_quantile(prepared, 0, &value));
    ck_assert_int_ge(value, 1 << 19);
    slo_snapshot_destroy(plain);
    slo_snapshot_destroy(prepared);
    slo_hist_destroy(h);
  }
  ck_assert_int_eq(slo_snapshot_prepare(NULL), SLO_EINVAL);
}
END_TEST

/* A coarser scale is what recording at that scale would have given, cell by cell. */
/* A coarser first bucket begins below the finer one: what lies between was no bucket's, and is not
 * said to be lower than it was. */
START_TEST(test_downscale_underflow) {
  for (int64_t lowest = 900; lowest < 1100; lowest++) {
    slo_hist_config c = config_of(6, 1, lowest, 1 << 20);
    slo_hist *h = hist_of(&c);
    slo_bucket first = SLO_SIZED(slo_bucket);
    slo_snapshot *fine = snapshot_of(h);
    ck_ok(slo_snapshot_bucket(fine, 0, &first));
    slo_snapshot_destroy(fine);
    slo_hist_record(h, first.lower); /* the highest value below all buckets */
    fine = snapshot_of(h);
    for (uint32_t scale = 3; scale <= 6; scale++) {
      slo_snapshot *coarse;
      size_t size;
      uint64_t count, below;
      int64_t p50;
      ck_ok(slo_snapshot_downscale_footprint(fine, scale, &size));
      void *memory = check_memory(size);
      ck_ok(slo_snapshot_downscale(fine, scale, memory, size, &coarse, NULL));
      ck_ok(slo_snapshot_count_le(coarse, first.lower, &count));
      ck_ok(slo_snapshot_count_le(coarse, first.lower - 1, &below));
      ck_ok(slo_snapshot_quantile(coarse, 500000000, &p50));
      slo_snapshot_summary s = SLO_SIZED(slo_snapshot_summary);
      ck_ok(slo_snapshot_summarize(coarse, &s));
      check_that(count == 1 && below == 0 && p50 == first.lower && s.max == first.lower,
                 "lowest %d at scale %d: %d, %d", (int)lowest, (int)scale, (int)count, (int)below);
      free(memory);
    }
    slo_snapshot_destroy(fine);
    slo_hist_destroy(h);
  }
}
END_TEST

START_TEST(test_downscale) {
  static const int64_t thresholds[] = {500, 70000};
  static const uint64_t units[] = {1, 1000, 1000000000, 7};
  for (uint32_t scale = SLO_HIST_SCALE_MIN; scale <= SLO_HIST_SCALE_MAX; scale++) {
    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
      uint64_t random = scale + u;
      slo_hist_config c = config_of(scale, units[u], 100, 1 << 30);
      c.thresholds = thresholds;
      c.threshold_count = 2;
      slo_hist *h = hist_of(&c);
      for (uint32_t coarse = SLO_HIST_SCALE_MIN; coarse <= scale; coarse++) {
        slo_hist_config d = c;
        slo_snapshot *from = NULL, *made = NULL;
        size_t size = 0;
        d.scale = coarse;
        slo_hist *expected = hist_of(&d);
        for (int i = 0; i < 3000; i++) {
          int64_t value = (int64_t)(check_random_wide(&random) >> (30 + i % 34)) - (i % 99 == 0);
          slo_hist_record(h, value);
          slo_hist_record(expected, value);
        }
        from = snapshot_of(h);
        slo_snapshot *want = snapshot_of(expected);
        ck_ok(slo_snapshot_downscale_footprint(from, coarse, &size));
        void *memory = check_memory(size);
        ck_ok(slo_snapshot_downscale(from, coarse, memory, size, &made, NULL));
        slo_bucket a = SLO_SIZED(slo_bucket), b = SLO_SIZED(slo_bucket);
        uint32_t i = 0, last = 0;
        while (slo_snapshot_bucket(want, last + 1, &a) == SLO_OK) last++;
        for (; slo_snapshot_bucket(want, i, &a) == SLO_OK; i++) {
          ck_ok(slo_snapshot_bucket(made, i, &b));
          ck_assert_int_eq(a.index, b.index);
          /* the outermost ones reach further than the finer ones did */
          if (i > 0 && i < last) ck_assert_uint_eq(a.count, b.count);
          ck_assert_uint_ge(a.count, b.count);
        }
        ck_assert_int_eq(slo_snapshot_bucket(made, i, &b), SLO_ERANGE);
        slo_snapshot_summary s = SLO_SIZED(slo_snapshot_summary),
                             t = SLO_SIZED(slo_snapshot_summary);
        ck_ok(slo_snapshot_summarize(from, &s));
        ck_ok(slo_snapshot_summarize(made, &t));
        ck_assert_uint_eq(s.count, t.count);
        ck_assert_uint_eq(s.sum, t.sum);
        ck_assert_uint_eq(s.underflow, t.underflow);
        ck_assert_uint_eq(s.overflow, t.overflow);
        ck_assert_uint_eq(t.scale, coarse);
        for (uint32_t k = 0; k < 2; k++) {
          int64_t at;
          uint64_t w[2], x[2];
          ck_ok(slo_snapshot_threshold(from, k, &at, &w[0], &x[0]));
          ck_ok(slo_snapshot_threshold(made, k, &at, &w[1], &x[1]));
          ck_assert_uint_eq(w[0], w[1]);
          ck_assert_uint_eq(x[0], x[1]);
        }
        slo_snapshot *again = NULL;
        ck_ok(slo_snapshot_attach(memory, size, &again)); /* a block like any other */
        free(memory);
        slo_snapshot_destroy(from);
        slo_snapshot_destroy(want);
        slo_hist_destroy(expected);
        slo_hist_destroy(h); /* from a fresh one, so that both hold the same values */
        h = hist_of(&c);
      }
      slo_snapshot *s = snapshot_of(h), *d = NULL;
      size_t size;
      slo_error e = SLO_SIZED(slo_error);
      ck_assert_int_eq(slo_snapshot_downscale_footprint(s, scale + 1, &size), SLO_ERANGE);
      ck_assert_int_eq(slo_snapshot_downscale(s, 2, s, 1, &d, &e), SLO_ERANGE);
      ck_assert_str_eq(e.field, "scale");
      ck_assert_int_eq(slo_snapshot_downscale_footprint(NULL, scale, &size), SLO_EINVAL);
      slo_snapshot_destroy(s);
      slo_hist_destroy(h);
    }
  }
}
END_TEST

CHECK_MAIN("snapshot", tcase_add_test(tc, test_prepared_quantiles);
           tcase_add_test(tc, test_downscale); tcase_add_test(tc, test_downscale_underflow);
           tcase_add_test(tc, test_against_the_model); tcase_add_test(tc, test_one_value);
           tcase_add_test(tc, test_min_and_max);
           tcase_add_test(tc, test_overflow_above_the_widest_grid);
           tcase_add_test(tc, test_otlp_index); tcase_add_test(tc, test_otlp_index_of_a_unit);
           tcase_add_test(tc, test_merge_is_recording_in_one);
           tcase_add_test(tc, test_difference_is_what_came_between);
           tcase_add_test(tc, test_subtract_too_much); tcase_add_test(tc, test_sum_is_modulo_2_64);
           tcase_add_test(tc, test_quantiles_of_many); tcase_add_test(tc, test_another_grid);
           tcase_add_test(tc, test_nulls); tcase_add_test(tc, test_quantile_errors);
           tcase_add_test(tc, test_empty); tcase_add_test(tc, test_shorter_structs);
           tcase_add_test(tc, test_independent); tcase_add_test(tc, test_allocator);
           tcase_add_test(tc, test_layout);)
