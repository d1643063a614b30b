/* The histogram: every value of int64 in exactly one cell, thresholds exact to the integer. */
#include <pthread.h>
#include <unistd.h>

#include "check_main.h"
#include "slo/hist.h"
#include "slo/snapshot.h"

#define VALUE_MAX SLO_HIST_VALUE_MAX

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

/* Everything a histogram holds. */
enum { BUCKETS_MAX = 28000 };
typedef struct reading {
  slo_snapshot_summary sum;
  uint32_t buckets;
  slo_bucket bucket[BUCKETS_MAX];
} reading;

static void read_all(const slo_hist *h, reading *r) {
  slo_snapshot *s;
  slo_snapshot_summary empty = SLO_SIZED(slo_snapshot_summary);
  check_ok(slo_snapshot_create(h, NULL, &s, NULL));
  check_ok(slo_snapshot_read(s, h));
  r->sum = empty;
  slo_status status = slo_snapshot_summarize(s, &r->sum);
  check_that(status == (r->sum.count == 0 ? SLO_ENODATA : SLO_OK), "summarize");
  r->buckets = 0;
  for (;;) {
    check_that(r->buckets < BUCKETS_MAX, "more buckets");
    slo_bucket *b = &r->bucket[r->buckets];
    memset(b, 0, sizeof *b);
    b->struct_size = sizeof *b;
    status = slo_snapshot_bucket(s, r->buckets, b);
    if (status == SLO_ERANGE) break;
    check_that(status == SLO_OK, "bucket %u", r->buckets);
    r->buckets++;
  }
  slo_snapshot_destroy(s);
}

static reading R;

static const slo_hist_config CONFIGS[] = {
    {.scale = 0},
    {.scale = 3, .per_unit = 1, .lowest = 1, .highest = 1000},
    {.scale = 9, .per_unit = 1, .lowest = 1, .highest = 4096},
    {.scale = 9, .per_unit = 1000, .lowest = 1000, .highest = 1001},
    {.scale = 5, .per_unit = 1000, .lowest = 1, .highest = 60000000},
    {.scale = 6, .per_unit = 7, .lowest = 5, .highest = 123456},
    {.scale = 4, .per_unit = 3, .lowest = 1, .highest = INT64_C(1) << 50},
    {.scale = 7, .per_unit = 1000000000000, .lowest = 1, .highest = 1000000000000000},
    {.scale = 8, .per_unit = 1000000000, .lowest = 1000000, .highest = 10000000000},
    {.scale = 3, .per_unit = 1, .lowest = 5, .highest = 5},
    {.scale = 3, .per_unit = 1000000000000000, .lowest = 1, .highest = 1},
    {.scale = 6, .per_unit = 1000000, .lowest = 17, .highest = 17000000},
    {.scale = 9, .per_unit = 1000000000, .lowest = 1, .highest = VALUE_MAX},
    {.scale = 6, .per_unit = 1, .lowest = VALUE_MAX, .highest = VALUE_MAX},
};
enum { CONFIG_COUNT = sizeof CONFIGS / sizeof CONFIGS[0] };

static slo_hist_config config_at(int i) {
  slo_hist_config c = CONFIGS[i];
  c.struct_size = sizeof c;
  c.shards = 1;
  return c;
}

static int64_t lowest_of(const slo_hist_config *c) {
  int64_t unit = c->per_unit == 0 ? 1000000000 : (int64_t)c->per_unit;
  if (c->lowest != 0) return c->lowest;
  return unit < 1000000 ? 1 : unit / 1000000;
}

static int64_t highest_of(const slo_hist_config *c) {
  int64_t unit = c->per_unit == 0 ? 1000000000 : (int64_t)c->per_unit;
  if (c->highest != 0) return c->highest;
  return unit > VALUE_MAX / 3600 ? VALUE_MAX : unit * 3600;
}

START_TEST(test_buckets_cover_the_range) {
  for (int i = 0; i < CONFIG_COUNT; i++) {
    slo_hist_config c = config_at(i);
    slo_hist *h = hist_of(&c);
    read_all(h, &R);
    ck_assert_uint_gt(R.buckets, 0);
    ck_assert_uint_eq(R.sum.scale, c.scale == 0 ? 6 : c.scale);
    ck_assert_uint_eq(R.sum.count, 0);
    ck_assert_int_lt(R.bucket[0].lower, lowest_of(&c));
    ck_assert_int_ge(R.bucket[0].upper, lowest_of(&c));
    ck_assert_int_lt(R.bucket[R.buckets - 1].lower, highest_of(&c));
    ck_assert_int_ge(R.bucket[R.buckets - 1].upper, highest_of(&c));
    for (uint32_t b = 0; b < R.buckets; b++) {
      check_that(R.bucket[b].count == 0 && R.bucket[b].lower <= R.bucket[b].upper, "bucket %u", b);
      if (b == 0) continue;
      check_that(R.bucket[b].lower == R.bucket[b - 1].upper, "a gap before bucket %u", b);
      check_that(R.bucket[b].index == R.bucket[b - 1].index + 1, "index of bucket %u", b);
    }
    slo_hist_destroy(h);
  }
}
END_TEST

/* The last bucket ends where values stop having a bucket. */
START_TEST(test_last_bucket_ends_at_value_max) {
  for (uint32_t scale = SLO_HIST_SCALE_MIN; scale <= SLO_HIST_SCALE_MAX; scale++) {
    static const uint64_t units[] = {1, 3, 1000, 1000000000};
    for (int u = 0; u < 4; u++) {
      slo_hist_config c = config_of(scale, units[u], VALUE_MAX / 1000, VALUE_MAX);
      slo_hist *h = hist_of(&c);
      read_all(h, &R);
      check_that(R.bucket[R.buckets - 1].upper == VALUE_MAX,
                 "scale %u, per_unit %" PRIu64 ": the last bucket says it holds %" PRId64,
                 (unsigned)scale, units[u], R.bucket[R.buckets - 1].upper);
      slo_hist_destroy(h);
    }
  }
}
END_TEST

/* Where each value must land, told from the bounds alone. */
static void expect_landed(const reading *r, int64_t value, uint64_t n) {
  uint64_t in_buckets = 0;
  int64_t first = r->bucket[0].lower, last = r->bucket[r->buckets - 1].upper;
  if (last > VALUE_MAX) last = VALUE_MAX;
  int below = value > 0 && value <= first, above = value > last;
  check_that(r->sum.negative == (value < 0 ? n : 0), "%" PRId64 ": negative", value);
  check_that(r->sum.zero == (value == 0 ? n : 0), "%" PRId64 ": zero", value);
  check_that(r->sum.underflow == (below ? n : 0), "%" PRId64 ": underflow", value);
  check_that(r->sum.overflow == (above ? n : 0), "%" PRId64 ": overflow", value);
  check_that(r->sum.count == n, "%" PRId64 ": count", value);
  check_that(r->sum.sum == (value > 0 ? (uint64_t)value * n : 0), "%" PRId64 ": sum", value);
  for (uint32_t b = 0; b < r->buckets; b++) {
    const slo_bucket *bucket = &r->bucket[b];
    int here = bucket->lower < value && value <= bucket->upper && !above;
    check_that(bucket->count == (here ? n : 0), "%" PRId64 ": bucket %u", value, b);
    in_buckets += bucket->count;
  }
  check_that(in_buckets + r->sum.negative + r->sum.zero + r->sum.underflow + r->sum.overflow == n,
             "%" PRId64 ": cells and count", value);
}

START_TEST(test_every_class_of_values) {
  for (int i = 0; i < CONFIG_COUNT; i++) {
    slo_hist_config c = config_at(i);
    int64_t low = lowest_of(&c), high = highest_of(&c);
    slo_hist *h = hist_of(&c);
    read_all(h, &R);
    int64_t first = R.bucket[0].lower, first_end = R.bucket[0].upper;
    int64_t last = R.bucket[R.buckets - 1].lower, last_end = R.bucket[R.buckets - 1].upper;
    slo_hist_destroy(h);
    int64_t values[] = {INT64_MIN,
                        INT64_MIN + 1,
                        -1000000,
                        -1,
                        0,
                        1,
                        2,
                        low - 1,
                        low,
                        low + 1,
                        high - 1,
                        high,
                        high + 1,
                        first,
                        first + 1,
                        first_end,
                        first_end + 1,
                        last,
                        last + 1,
                        last_end,
                        last_end + 1,
                        VALUE_MAX - 1,
                        VALUE_MAX,
                        VALUE_MAX + 1,
                        VALUE_MAX + 2,
                        INT64_MAX - 1,
                        INT64_MAX};
    for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
      h = hist_of(&c);
      uint64_t n = 1;
      if (v % 2 == 0) {
        slo_hist_record(h, values[v]);
      } else {
        n = 1000003;
        slo_hist_record_times(h, values[v], n);
      }
      read_all(h, &R);
      expect_landed(&R, values[v], n);
      slo_hist_destroy(h);
    }
  }
}
END_TEST

/* 2^53 - 1 is the last value that has a bucket, in the widest histogram there is. */
START_TEST(test_around_value_max) {
  slo_hist_config c = config_of(3, 1, 1, VALUE_MAX);
  slo_hist *h = hist_of(&c);
  slo_hist_record(h, VALUE_MAX);
  read_all(h, &R);
  ck_assert_uint_eq(R.sum.overflow, 0);
  ck_assert_uint_eq(R.bucket[R.buckets - 1].count, 1);
  slo_hist_record(h, VALUE_MAX + 1);
  slo_hist_record(h, INT64_MAX);
  read_all(h, &R);
  ck_assert_uint_eq(R.sum.overflow, 2);
  ck_assert_uint_eq(R.bucket[R.buckets - 1].count, 1);
  slo_hist_record(h, 1);
  read_all(h, &R);
  ck_assert_uint_eq(R.bucket[0].count, 1);
  ck_assert_uint_eq(R.sum.underflow, 0);
  slo_hist_destroy(h);
}
END_TEST

START_TEST(test_every_power_of_two) {
  for (int i = 0; i < CONFIG_COUNT; i++) {
    slo_hist_config c = config_at(i);
    if (c.scale == 9 && c.highest == VALUE_MAX) continue; /* 27,000 buckets, 160 times */
    slo_hist *h = hist_of(&c);
    size_t size;
    ck_ok(slo_hist_footprint(&c, &size, NULL));
    void *memory = check_memory(size);
    slo_hist_destroy(h);
    for (int k = 0; k < 63; k++) {
      for (int64_t d = -1; d <= 1; d++) {
        int64_t value = (INT64_C(1) << k) + d;
        check_ok(slo_hist_init(memory, size, &c, &h, NULL));
        slo_hist_record(h, value);
        read_all(h, &R);
        expect_landed(&R, value, 1);
      }
    }
    free(memory);
  }
}
END_TEST

START_TEST(test_record_many) {
  slo_hist_config c = config_of(6, 1000, 10, 1000000);
  static const int64_t thresholds[] = {500};
  c.thresholds = thresholds;
  c.threshold_count = 1;
  slo_hist *one = hist_of(&c), *many = hist_of(&c);
  static const int64_t values[] = {-5, 0, 3, 10, 500, 501, 123456, 2000000};
  static reading other;
  int64_t t;
  uint64_t within[2], beyond[2];
  for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
    for (int k = 0; k < 137; k++) slo_hist_record(one, values[v]);
    slo_hist_record_times(many, values[v], 100);
    slo_hist_record_times(many, values[v], 0);
    slo_hist_record_times(many, values[v], 37);
  }
  read_all(one, &R);
  read_all(many, &other);
  ck_assert_uint_eq(R.sum.count, 8 * 137);
  ck_assert_mem_eq(&R.sum, &other.sum, sizeof R.sum);
  ck_assert_uint_eq(R.buckets, other.buckets);
  ck_assert_mem_eq(R.bucket, other.bucket, R.buckets * sizeof R.bucket[0]);
  ck_ok(slo_hist_threshold(one, 0, &t, &within[0], &beyond[0]));
  ck_ok(slo_hist_threshold(many, 0, &t, &within[1], &beyond[1]));
  ck_assert_uint_eq(within[0], 5 * 137);
  ck_assert_uint_eq(beyond[0], 3 * 137);
  ck_assert_uint_eq(within[1], within[0]);
  ck_assert_uint_eq(beyond[1], beyond[0]);
  slo_hist_destroy(one);
  slo_hist_destroy(many);
}
END_TEST

/* ---- thresholds ---- */

static void expect_thresholds(const slo_hist *h, const int64_t *thresholds, uint32_t count,
                              const int64_t *values, const uint64_t *n, size_t values_count) {
  uint64_t total = 0;
  for (size_t v = 0; v < values_count; v++) total += n[v];
  for (uint32_t i = 0; i < count; i++) {
    uint64_t within = 1, beyond = 1, expected = 0;
    int64_t threshold = 1;
    for (size_t v = 0; v < values_count; v++) expected += values[v] <= thresholds[i] ? n[v] : 0;
    check_ok(slo_hist_threshold(h, i, &threshold, &within, &beyond));
    check_that(threshold == thresholds[i], "threshold %u", i);
    check_that(within == expected && within + beyond == total,
               "%" PRId64 ": %" PRIu64 " within instead of %" PRIu64 ", %" PRIu64 " beyond",
               threshold, within, expected, beyond);
  }
  uint64_t within = 5, beyond = 6;
  int64_t threshold = 7;
  check_that(slo_hist_threshold(h, count, &threshold, &within, &beyond) == SLO_ERANGE, "one more");
  check_that(slo_hist_threshold(h, UINT32_MAX, &threshold, &within, &beyond) == SLO_ERANGE, "none");
  check_that(within == 5 && beyond == 6 && threshold == 7, "touched on an error");
}

static int ascending(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

START_TEST(test_thresholds_are_exact) {
  uint64_t seed = 10;
  for (uint32_t count = 0; count <= SLO_HIST_THRESHOLDS_MAX; count++) {
    int64_t thresholds[SLO_HIST_THRESHOLDS_MAX + 1];
    int64_t values[3 * SLO_HIST_THRESHOLDS_MAX + 8];
    uint64_t n[sizeof values / sizeof values[0]];
    uint32_t distinct = 0;
    while (distinct < count) { /* near each other and far apart */
      int64_t t = (int64_t)(check_random_wide(&seed) >> 11);
      if (distinct == 0 && count > 2) t = 0;
      if (distinct == 1 && count > 2) t = VALUE_MAX;
      if (distinct % 4 == 3)
        t = thresholds[distinct - 1] == VALUE_MAX ? 5 : thresholds[distinct - 1] + 1;
      int taken = 0;
      for (uint32_t i = 0; i < distinct; i++) taken |= thresholds[i] == t;
      if (!taken) {
        thresholds[distinct++] = t;
      } else if (distinct % 4 == 3) {
        distinct--; /* roll the dice for its neighbour again */
      }
    }
    qsort(thresholds, count, sizeof thresholds[0], ascending);
    slo_hist_config c = config_of(3, 1, 1, 1000000);
    c.thresholds = count == 0 ? NULL : thresholds;
    c.threshold_count = count;
    c.shards = 1u << (count % 3);
    slo_hist *h = hist_of(&c);
    size_t values_count = 0;
    for (uint32_t i = 0; i < count; i++) {
      for (int64_t d = -1; d <= 1; d++) values[values_count++] = thresholds[i] + d;
    }
    static const int64_t ends[] = {INT64_MIN, -1, 0, 1, VALUE_MAX, VALUE_MAX + 1, INT64_MAX};
    for (size_t i = 0; i < 7; i++) values[values_count++] = ends[i];
    memset(n, 0, sizeof n);
    expect_thresholds(h, thresholds, count, values, n, values_count);
    for (size_t v = 0; v < values_count; v++) {
      n[v] = 1 + v % 3;
      slo_hist_record_times(h, values[v], n[v]);
      if (v % 16 == 0) expect_thresholds(h, thresholds, count, values, n, values_count);
    }
    expect_thresholds(h, thresholds, count, values, n, values_count);
    slo_hist_destroy(h);
  }
}
END_TEST

/* The caller's array is copied. */
START_TEST(test_thresholds_are_copied) {
  int64_t thresholds[2] = {10, 20}, t;
  uint64_t within, beyond;
  slo_hist_config c = config_of(3, 1, 1, 100);
  c.thresholds = thresholds;
  c.threshold_count = 2;
  slo_hist *h = hist_of(&c);
  thresholds[0] = thresholds[1] = 0;
  slo_hist_record(h, 10);
  ck_ok(slo_hist_threshold(h, 0, &t, &within, &beyond));
  ck_assert_int_eq(t, 10);
  ck_assert_uint_eq(within, 1);
  ck_ok(slo_hist_threshold(h, 1, &t, &within, &beyond));
  ck_assert_int_eq(t, 20);
  ck_assert_int_eq(slo_hist_threshold(NULL, 0, &t, &within, &beyond), SLO_EINVAL);
  ck_assert_int_eq(slo_hist_threshold(h, 0, NULL, &within, &beyond), SLO_EINVAL);
  ck_assert_int_eq(slo_hist_threshold(h, 0, &t, NULL, &beyond), SLO_EINVAL);
  ck_assert_int_eq(slo_hist_threshold(h, 0, &t, &within, NULL), SLO_EINVAL);
  slo_hist_destroy(h);
}
END_TEST

/* ---- configuration ---- */

static void expect_error(const slo_hist_config *c, slo_status expected, const char *field,
                         int64_t value) {
  slo_error e = SLO_SIZED(slo_error);
  size_t size = 77;
  slo_hist *h = NULL;
  ck_assert_int_eq(slo_hist_footprint(c, &size, &e), expected);
  ck_assert_int_eq(e.status, expected);
  ck_assert_str_eq(e.field, field);
  ck_assert_int_eq(e.value, value);
  ck_assert_uint_eq(size, 77);
  ck_assert_int_eq(slo_hist_footprint(c, &size, NULL), expected);
  memset(&e, 0, sizeof e);
  e.struct_size = sizeof e;
  ck_assert_int_eq(slo_hist_create(c, NULL, &h, &e), expected);
  ck_assert_str_eq(e.field, field);
  static _Alignas(64) char memory[1 << 16];
  ck_assert_int_eq(slo_hist_init(memory, sizeof memory, c, &h, NULL), expected);
  ck_assert_ptr_null(h);
}

START_TEST(test_config_errors) {
  slo_hist_config good = config_of(6, 1000000000, 1000, 1000000000), c;
  static const uint32_t scales[] = {1, 2, 10, 11, 64, UINT32_MAX};
  for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
    c = good;
    c.scale = scales[i];
    expect_error(&c, SLO_ERANGE, "scale", scales[i]);
  }
  c = good;
  c.per_unit = UINT64_C(1000000000000001);
  expect_error(&c, SLO_ERANGE, "per_unit", INT64_C(1000000000000001));
  c.per_unit = UINT64_MAX;
  expect_error(&c, SLO_ERANGE, "per_unit", INT64_MAX);
  static const int64_t outside[] = {-1, INT64_MIN, VALUE_MAX + 1, INT64_MAX};
  for (size_t i = 0; i < 4; i++) {
    c = good;
    c.lowest = outside[i];
    expect_error(&c, SLO_ERANGE, "lowest", outside[i]);
    c = good;
    c.highest = outside[i];
    expect_error(&c, SLO_ERANGE, "highest", outside[i]);
  }
  c = good;
  c.highest = c.lowest - 1;
  expect_error(&c, SLO_ERANGE, "highest", c.highest);
  c = good;
  c.lowest = 0; /* the default, a microsecond */
  c.highest = 999;
  expect_error(&c, SLO_ERANGE, "highest", 999);
  c = good;
  c.shards = 3;
  slo_error e = SLO_SIZED(slo_error);
  size_t size;
  ck_assert_int_eq(slo_hist_footprint(&c, &size, &e), SLO_ERANGE);
  ck_assert_int_eq(strncmp(e.field, "shards", 6), 0);
  c.shards = 8192;
  ck_assert_int_eq(slo_hist_footprint(&c, &size, &e), SLO_ERANGE);
  ck_assert_int_eq(e.value, 8192);
  c = good;
  static const uint32_t sizes[] = {0, 3, 4097, UINT32_MAX};
  for (size_t i = 0; i < 4; i++) {
    c.struct_size = sizes[i];
    expect_error(&c, SLO_ERANGE, "slo_hist_config.struct_size", sizes[i]);
  }
  ck_assert_int_eq(slo_hist_footprint(&good, NULL, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "size (NULL)");
  ck_assert_int_eq(slo_hist_create(&good, NULL, NULL, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "hist (NULL)");
}
END_TEST

START_TEST(test_threshold_errors) {
  int64_t t[SLO_HIST_THRESHOLDS_MAX + 1];
  slo_hist_config c = config_of(6, 1000000000, 1000, 1000000000);
  for (int i = 0; i <= SLO_HIST_THRESHOLDS_MAX; i++) t[i] = i * 10;
  c.thresholds = t;
  c.threshold_count = SLO_HIST_THRESHOLDS_MAX + 1;
  expect_error(&c, SLO_ERANGE, "threshold_count", 65);
  c.threshold_count = UINT32_MAX;
  expect_error(&c, SLO_ERANGE, "threshold_count", UINT32_MAX);
  c.threshold_count = 1;
  c.thresholds = NULL;
  expect_error(&c, SLO_EINVAL, "thresholds (NULL)", 0);
  c.thresholds = t;
  for (int n = 1; n <= SLO_HIST_THRESHOLDS_MAX; n++) {
    c.threshold_count = (uint32_t)n;
    for (int i = 0; i < n; i++) {
      char field[32];
      snprintf(field, sizeof field, "thresholds[%d]", i);
      int64_t before = i == 0 ? -1 : t[i - 1], kept = t[i];
      int64_t bad[] = {before, before - 1, -1, INT64_MIN, VALUE_MAX + 1, INT64_MAX};
      for (size_t b = 0; b < 6; b++) {
        slo_error e = SLO_SIZED(slo_error);
        size_t size;
        t[i] = bad[b];
        check_that(slo_hist_footprint(&c, &size, &e) == SLO_ERANGE && e.value == bad[b] &&
                       strcmp(e.field, field) == 0 && e.min == before + 1 && e.max == VALUE_MAX,
                   "%d thresholds: %s says %" PRId64, n, e.field, e.value);
      }
      t[i] = kept;
    }
    size_t size;
    ck_ok(slo_hist_footprint(&c, &size, NULL));
  }
  t[62] = VALUE_MAX; /* nothing can come behind it */
  slo_error e = SLO_SIZED(slo_error);
  size_t size;
  ck_assert_int_eq(slo_hist_footprint(&c, &size, &e), SLO_ERANGE);
  ck_assert_str_eq(e.field, "thresholds[63]");
  /* without a count the pointer is not looked at */
  c.threshold_count = 0;
  t[0] = -1;
  ck_ok(slo_hist_footprint(&c, &size, NULL));
}
END_TEST

/* Zero means the default, the ends of each range are within it, a newer caller's zero tail is
 * taken and a shorter caller's missing fields are zero. */
START_TEST(test_config_that_is_taken) {
  struct {
    slo_hist_config c;
    uint64_t tail;
  } newer = {config_of(0, 0, 0, 0), 0};
  size_t size, same;
  slo_hist_config c = config_of(0, 0, 0, 0), explicit_one;
  explicit_one = config_of(6, 1000000000, 1000, 3600 * INT64_C(1000000000));
  ck_ok(slo_hist_footprint(&c, &size, NULL));
  ck_ok(slo_hist_footprint(&explicit_one, &same, NULL));
  ck_assert_uint_eq(size, same);
  slo_hist *a = hist_of(&c), *b = hist_of(&explicit_one);
  slo_snapshot *s;
  ck_ok(slo_snapshot_create(a, NULL, &s, NULL));
  ck_ok(slo_snapshot_read(s, b)); /* the very same grid */
  slo_snapshot_destroy(s);
  slo_hist_destroy(a);
  slo_hist_destroy(b);
  newer.c.struct_size = sizeof newer;
  ck_ok(slo_hist_footprint(&newer.c, &same, NULL));
  ck_assert_uint_eq(size, same);
  newer.tail = 1;
  slo_error e = SLO_SIZED(slo_error);
  ck_assert_int_eq(slo_hist_footprint(&newer.c, &same, &e), SLO_EVERSION);
  c = config_of(3, 77, 5, 5);
  c.shards = 4096;
  c.struct_size = 4; /* only itself: all defaults, and one shard per CPU */
  ck_ok(slo_hist_footprint(&c, &size, NULL));
  ck_ok(slo_hist_footprint(NULL, &same, NULL));
  ck_assert_uint_eq(size, same);
  static const uint64_t units[] = {1, 1000000000000000};
  static const uint32_t scales[] = {3, 9};
  for (int i = 0; i < 8; i++) {
    c = config_of(scales[i & 1], units[i >> 1 & 1], 1, i >> 2 ? VALUE_MAX : 1);
    slo_hist *h = hist_of(&c);
    slo_hist_destroy(h);
  }
}
END_TEST

START_TEST(test_memory_per_shard) {
  size_t one, two, most;
  slo_hist_config c = config_of(0, 0, 0, 0);
  ck_ok(slo_hist_footprint(&c, &one, NULL));
  c.shards = 2;
  ck_ok(slo_hist_footprint(&c, &two, NULL));
  c.shards = 4096;
  ck_ok(slo_hist_footprint(&c, &most, NULL));
  ck_assert_uint_eq((two - one) % SLO_ALIGN, 0); /* no two shards share a line */
  ck_assert_uint_eq(most, one + 4095 * (two - one));
  c.shards = 1;
  slo_hist *h = hist_of(&c);
  read_all(h, &R);
  ck_assert_uint_eq(two - one, (8 * (5 + (size_t)R.buckets) + 63) / 64 * 64);
  ck_assert_uint_eq((two - one) * 10 / 1024, 159); /* what the header promises: 15.9 KiB */
  slo_hist_destroy(h);
}
END_TEST

/* ---- many writers ---- */

enum { THREADS = 4, EVENTS = 50000 };

typedef struct job {
  slo_hist *hist;
  uint64_t seed;
} job;

static int64_t job_value(uint64_t *seed) {
  uint64_t r = check_random(seed);
  if (r % 64 == 0) return -(int64_t)(r >> 40);
  if (r % 64 == 1) return 0;
  if (r % 64 == 2) return VALUE_MAX + 1 + (int64_t)(r >> 40);
  return (int64_t)(check_random_wide(seed) >> 20);
}

static void *job_run(void *argument) {
  job *j = argument;
  for (int i = 0; i < EVENTS; i++) slo_hist_record(j->hist, job_value(&j->seed));
  return NULL;
}

START_TEST(test_threads_lose_nothing) {
  static const int64_t thresholds[] = {1000, 300000, 5000000};
  static const uint32_t shards[] = {1, 16};
  static reading expected;
  for (int s = 0; s < 2; s++) {
    slo_hist_config c = config_of(5, 1000, 100, 1000000000);
    c.thresholds = thresholds;
    c.threshold_count = 3;
    slo_hist *alone = hist_of(&c);
    c.shards = shards[s];
    slo_hist *shared = hist_of(&c);
    pthread_t thread[THREADS];
    job jobs[THREADS];
    for (int i = 0; i < THREADS; i++) {
      job fresh = {shared, 500 + (uint64_t)i};
      jobs[i] = fresh;
      ck_assert_int_eq(pthread_create(&thread[i], NULL, job_run, &jobs[i]), 0);
    }
    uint64_t last = 0;
    for (int i = 0; i < 100; i++) { /* no reading while they write contradicts itself */
      uint64_t within[3], beyond[3];
      int64_t t;
      for (uint32_t k = 0; k < 3; k++) {
        check_ok(slo_hist_threshold(shared, k, &t, &within[k], &beyond[k]));
        check_that(within[k] + beyond[k] >= last, "a reading went back");
        last = within[k] + beyond[k];
        check_that(last <= THREADS * EVENTS, "more than were recorded");
      }
    }
    for (int i = 0; i < THREADS; i++) {
      ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
      job again = {alone, 500 + (uint64_t)i};
      (void)job_run(&again);
    }
    read_all(alone, &expected);
    read_all(shared, &R);
    ck_assert_uint_eq(R.sum.count, THREADS * EVENTS);
    ck_assert_mem_eq(&R.sum, &expected.sum, sizeof R.sum);
    ck_assert_mem_eq(R.bucket, expected.bucket, R.buckets * sizeof R.bucket[0]);
    for (uint32_t i = 0; i < 3; i++) {
      uint64_t w[2], b[2];
      int64_t t;
      ck_ok(slo_hist_threshold(alone, i, &t, &w[0], &b[0]));
      ck_ok(slo_hist_threshold(shared, i, &t, &w[1], &b[1]));
      ck_assert_uint_eq(w[0], w[1]);
      ck_assert_uint_eq(b[0], b[1]);
      ck_assert_uint_eq(w[0] + b[0], THREADS * EVENTS);
    }
    slo_hist_destroy(alone);
    slo_hist_destroy(shared);
  }
}
END_TEST

/* ---- create and destroy ---- */

typedef struct ledger {
  int allocated, released;
  void *memory;
  int refuse;
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
  slo_hist_config c = config_of(3, 1, 1, 1000);
  slo_hist *h = NULL;
  ck_ok(slo_hist_create(&c, &a, &h, &e));
  slo_hist_record(h, 12);
  read_all(h, &R);
  expect_landed(&R, 12, 1);
  slo_hist_destroy(h);
  ck_assert_int_eq(l.allocated, 1);
  ck_assert_int_eq(l.released, 1);
  h = NULL;
  l.refuse = 1;
  ck_assert_int_eq(slo_hist_create(&c, &a, &h, &e), SLO_ENOMEM);
  ck_assert_int_eq(e.status, SLO_ENOMEM);
  ck_assert_int_eq(slo_hist_create(&c, &a, &h, NULL), SLO_ENOMEM);
  ck_assert_ptr_null(h);
  l.refuse = 0;
  c.scale = 99;
  ck_assert_int_eq(slo_hist_create(&c, &a, &h, &e), SLO_ERANGE);
  a.allocate = NULL;
  c.scale = 3;
  ck_assert_int_eq(slo_hist_create(&c, &a, &h, &e), SLO_EINVAL);
  ck_assert_int_eq(l.allocated, 1);
  slo_hist_destroy(NULL);
}
END_TEST

CHECK_MAIN("hist", tcase_add_test(tc, test_buckets_cover_the_range);
           tcase_add_test(tc, test_last_bucket_ends_at_value_max);
           tcase_add_test(tc, test_every_class_of_values);
           tcase_add_test(tc, test_around_value_max); tcase_add_test(tc, test_every_power_of_two);
           tcase_add_test(tc, test_record_many); tcase_add_test(tc, test_thresholds_are_exact);
           tcase_add_test(tc, test_thresholds_are_copied); tcase_add_test(tc, test_config_errors);
           tcase_add_test(tc, test_threshold_errors); tcase_add_test(tc, test_config_that_is_taken);
           tcase_add_test(tc, test_memory_per_shard); tcase_add_test(tc, test_threads_lose_nothing);
           tcase_add_test(tc, test_allocator);)
