/*
 * test_target.c - first targets and coverage against counting, and fractions multiplied out.
 */
#include <math.h>

#include "base/u128.h"
#include "check_main.h"
#include "slo/target.h"

#define PPB UINT64_C(1000000000)
#define PERCENT UINT64_C(10000000)
#define MS INT64_C(1000000)
#define MOST ((uint64_t)INT64_MAX)

/* How a * b compares to c * d. */
static int order(uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
  return sloi_u128_compare(sloi_u128_multiply_portable(a, b), sloi_u128_multiply_portable(c, d));
}

static void refused(slo_status status, const slo_error *e, slo_status want, const char *field,
                    int64_t value, int64_t min, int64_t max) {
  ck_assert_int_eq(status, want);
  ck_assert_int_eq(e->status, want);
  ck_assert_str_eq(e->field, field);
  ck_assert_int_eq(e->value, value);
  ck_assert_int_eq(e->min, min);
  ck_assert_int_eq(e->max, max);
}

/* ---- slo_target_objective ---- */

static uint64_t objective_of(uint64_t good, uint64_t bad, uint64_t grid) {
  const slo_counts counts = {good, bad, 7};
  uint64_t objective = 0;
  slo_error e = SLO_SIZED(slo_error);
  slo_status status = slo_target_objective(&counts, grid, &objective, &e);
  check_that(status == SLO_OK, "%s", e.field);
  return objective;
}

START_TEST(test_objective) {
  /* the Workbook's example: 97.123 % */
  ck_assert_uint_eq(objective_of(3557865, 3663253 - 3557865, PERCENT), 970000000);
  ck_assert_uint_eq(objective_of(3557865, 3663253 - 3557865, 1000000), 971000000);
  ck_assert_uint_eq(objective_of(3557865, 3663253 - 3557865, 1), 971231034);
  /* on the grid already, and a hair below */
  ck_assert_uint_eq(objective_of(97, 3, PERCENT), 970000000);
  ck_assert_uint_eq(objective_of(96999999, 3000001, PERCENT), 960000000);
  /* nothing bad: the highest there is */
  ck_assert_uint_eq(objective_of(1, 0, PERCENT), 990000000);
  ck_assert_uint_eq(objective_of(MOST, 0, 1), SLO_OBJECTIVE_MAX_PPB);
  ck_assert_uint_eq(objective_of(1, 0, 500000000), 500000000);
  ck_assert_uint_eq(objective_of(1, 0, 300000000), 900000000);
  ck_assert_uint_eq(objective_of(1, 0, 7), 999999994 /* 7 * 142857142 */);
  /* one bad of very many */
  ck_assert_uint_eq(objective_of(MOST - 1, 1, 1), SLO_OBJECTIVE_MAX_PPB);
  ck_assert_uint_eq(objective_of(1, PPB - 1, 1), 1);
}
END_TEST

START_TEST(test_objective_random) {
  uint64_t state = 1;
  int made = 0, less = 0;
  for (int i = 0; i < 200000; i++) {
    slo_counts c = {check_random_wide(&state) >> 2, check_random_wide(&state) >> 2, 0};
    if (i % 5 == 0) c.bad = 0;
    if (i % 7 == 0) c = (slo_counts){check_random(&state) % 200, check_random(&state) % 9, 0};
    uint64_t valid = c.good + c.bad, grid = check_random_wide(&state) % 500000000 + 1;
    uint64_t objective = 77;
    if (valid == 0) continue;
    slo_status status = slo_target_objective(&c, grid, &objective, NULL);
    if (status != SLO_OK) { /* one step was not achieved */
      check_that(status == SLO_ERANGE && objective == 77, "%d", status);
      check_that(order(c.good, PPB, grid, valid) < 0, "achieved");
      less++;
      continue;
    }
    uint64_t next = objective + grid;
    check_that(objective % grid == 0 && objective >= 1 && objective <= SLO_OBJECTIVE_MAX_PPB,
               "%" PRIu64, objective);
    check_that(order(objective, valid, c.good, PPB) <= 0, "more than was achieved");
    check_that(next >= PPB || order(next, valid, c.good, PPB) > 0, "less than was achieved");
    /* and it is met over its own sample */
    slo_target_day day = {{0, 1}, c};
    uint32_t missed = 9;
    check_ok(slo_target_missed(&day, 1, objective, NULL, 0, &missed, NULL));
    check_that(missed == 0, "missed");
    made++;
  }
  ck_assert_int_gt(made, 10000);
  ck_assert_int_gt(less, 10000);
}
END_TEST

START_TEST(test_objective_errors) {
  slo_counts c = {97, 3, 0};
  uint64_t o = 5;
  slo_error e = SLO_SIZED(slo_error);
  refused(slo_target_objective(NULL, 1, &o, &e), &e, SLO_EINVAL, "counts (NULL)", 0, 1, 0);
  refused(slo_target_objective(&c, 1, NULL, &e), &e, SLO_EINVAL, "objective_ppb (NULL)", 0, 1, 0);
  refused(slo_target_objective(&c, 0, &o, &e), &e, SLO_ERANGE, "grid_ppb", 0, 1, 500000000);
  refused(slo_target_objective(&c, 500000001, &o, &e), &e, SLO_ERANGE, "grid_ppb", 500000001, 1,
          500000000);
  refused(slo_target_objective(&c, UINT64_MAX, &o, &e), &e, SLO_ERANGE, "grid_ppb", INT64_MAX, 1,
          500000000);
  c = (slo_counts){0, 0, 9};
  refused(slo_target_objective(&c, 1, &o, &e), &e, SLO_ENODATA, "counts", 0, 1, 0);
  c = (slo_counts){0, 1, 0};
  refused(slo_target_objective(&c, 1, &o, &e), &e, SLO_ERANGE, "counts (availability in ppb)", 0, 1,
          999999999);
  c = (slo_counts){499999999, 500000001, 0};
  refused(slo_target_objective(&c, 500000000, &o, &e), &e, SLO_ERANGE,
          "counts (availability in ppb)", 499999999, 500000000, 999999999);
  c = (slo_counts){MOST + 1, 0, 0};
  refused(slo_target_objective(&c, 1, &o, &e), &e, SLO_ERANGE, "counts.good", INT64_MAX, 0,
          INT64_MAX);
  c = (slo_counts){UINT64_MAX, UINT64_MAX, 0};
  refused(slo_target_objective(&c, 1, &o, &e), &e, SLO_ERANGE, "counts.good", INT64_MAX, 0,
          INT64_MAX);
  c = (slo_counts){MOST - 4, 5, 0};
  refused(slo_target_objective(&c, 1, &o, &e), &e, SLO_ERANGE, "counts.bad", 5, 0, 4);
  ck_assert_int_eq(slo_target_objective(&c, 1, &o, NULL), SLO_ERANGE);
  ck_assert_uint_eq(o, 5);
}
END_TEST

/* ---- slo_target_threshold ---- */

static int64_t threshold_of(int64_t latency, int64_t grid) {
  int64_t threshold = -1;
  check_ok(slo_target_threshold(latency, grid, &threshold, NULL));
  return threshold;
}

START_TEST(test_threshold) {
  ck_assert_int_eq(threshold_of(432 * MS, 50 * MS), 450 * MS); /* the Workbook's */
  ck_assert_int_eq(threshold_of(891 * MS, 50 * MS), 900 * MS);
  ck_assert_int_eq(threshold_of(450 * MS, 50 * MS), 450 * MS);
  ck_assert_int_eq(threshold_of(450 * MS + 1, 50 * MS), 500 * MS);
  ck_assert_int_eq(threshold_of(450 * MS - 1, 50 * MS), 450 * MS);
  ck_assert_int_eq(threshold_of(0, 50 * MS), 0);
  ck_assert_int_eq(threshold_of(1, 50 * MS), 50 * MS);
  ck_assert_int_eq(threshold_of(0, INT64_MAX), 0);
  ck_assert_int_eq(threshold_of(SLO_HIST_VALUE_MAX, 1), SLO_HIST_VALUE_MAX);
  ck_assert_int_eq(threshold_of(1, SLO_HIST_VALUE_MAX), SLO_HIST_VALUE_MAX);
  uint64_t state = 2;
  for (int i = 0; i < 100000; i++) {
    int64_t latency = (int64_t)(check_random_wide(&state) >> 12);
    int64_t grid = (int64_t)(check_random_wide(&state) >> 14) + 1;
    int64_t t = threshold_of(latency, grid);
    check_that(t % grid == 0 && t >= latency && t - latency < grid, "%" PRId64, t);
  }
}
END_TEST

START_TEST(test_threshold_errors) {
  int64_t t = 5;
  slo_error e = SLO_SIZED(slo_error);
  const int64_t top = SLO_HIST_VALUE_MAX;
  refused(slo_target_threshold(1, 1, NULL, &e), &e, SLO_EINVAL, "threshold_ns (NULL)", 0, 1, 0);
  refused(slo_target_threshold(-1, 1, &t, &e), &e, SLO_ERANGE, "latency_ns", -1, 0, top);
  refused(slo_target_threshold(top + 1, 1, &t, &e), &e, SLO_ERANGE, "latency_ns", top + 1, 0, top);
  refused(slo_target_threshold(1, 0, &t, &e), &e, SLO_ERANGE, "grid_ns", 0, 1, INT64_MAX);
  refused(slo_target_threshold(1, INT64_MIN, &t, &e), &e, SLO_ERANGE, "grid_ns", INT64_MIN, 1,
          INT64_MAX);
  refused(slo_target_threshold(top, 2, &t, &e), &e, SLO_ERANGE, "threshold_ns", top + 1, 0, top);
  refused(slo_target_threshold(top, INT64_MAX, &t, &e), &e, SLO_ERANGE, "threshold_ns", INT64_MAX,
          0, top);
  ck_assert_int_eq(slo_target_threshold(-1, 1, &t, NULL), SLO_ERANGE);
  ck_assert_int_eq(t, 5);
}
END_TEST

/* ---- slo_target_quantile ---- */

enum { VALUES = 500 };

/* A histogram of 1000 .. about 10^6 with one threshold, and all that was recorded in it. */
typedef struct record {
  slo_snapshot *snapshot;
  int64_t value[VALUES];
  int n;
} record;

static void record_read(record *r, const slo_hist_config *config) {
  slo_hist *hist = NULL;
  ck_ok(slo_hist_create(config, NULL, &hist, NULL));
  slo_hist_record_many(hist, r->value, (size_t)r->n);
  ck_ok(slo_snapshot_create(hist, NULL, &r->snapshot, NULL));
  ck_ok(slo_snapshot_read(r->snapshot, hist));
  slo_hist_destroy(hist);
}

static slo_hist_config narrow(void) {
  static const int64_t threshold[] = {0, 77777, 123456, 2000000};
  slo_hist_config c = SLO_SIZED(slo_hist_config);
  c.scale = 3;
  c.lowest = 1000;
  c.highest = 1000000;
  c.thresholds = threshold;
  c.threshold_count = 4;
  return c;
}

static void record_fill(record *r, uint64_t seed, int64_t below, int64_t beyond) {
  const slo_hist_config config = narrow();
  for (r->n = 0; r->n < VALUES; r->n++) {
    uint64_t draw = check_random(&seed);
    r->value[r->n] = (int64_t)(check_random(&seed) >> (44 + draw % 12));
    if (draw % 10 == 0) r->value[r->n] = 900 + (int64_t)(check_random(&seed) % 200);
    if (draw % 40 == 1) r->value[r->n] = beyond;
    if (draw % 40 == 2) r->value[r->n] = below;
    if (draw % 40 == 3) r->value[r->n] = 0;
    if (draw % 40 == 4) r->value[r->n] = 77777 + (int64_t)(draw >> 32 & 1);
  }
  record_read(r, &config);
}

/* The cell (lower, upper] that holds a value; below 0 it is (INT64_MIN, -1]. */
static void cell_of(const slo_snapshot *snapshot, int64_t value, int64_t *lower, int64_t *upper) {
  slo_bucket b = SLO_SIZED(slo_bucket);
  int64_t edge = 0;
  *lower = value < 0 ? INT64_MIN : -1;
  *upper = value < 0 ? -1 : 0;
  if (value <= 0) return;
  for (uint32_t i = 0;; i++) {
    *lower = edge;
    *upper = INT64_MAX;
    if (slo_snapshot_bucket(snapshot, i, &b) != SLO_OK) return;
    if (i == 0 && value <= b.lower) {
      *upper = b.lower;
      return;
    }
    *lower = b.lower;
    *upper = edge = b.upper;
    if (value <= b.upper) return;
  }
}

static int compare(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

START_TEST(test_quantile) {
  for (uint64_t seed = 1; seed < 30; seed++) {
    record r;
    int beyond = 0;
    record_fill(&r, seed, -5, 5000000);
    qsort(r.value, (size_t)r.n, sizeof r.value[0], compare);
    for (uint32_t k = 0; k <= 100; k++) {
      int rank = (int)(k * (uint32_t)r.n + 99) / 100;
      int64_t lower, upper, threshold = -7;
      cell_of(r.snapshot, r.value[rank < 1 ? 0 : rank - 1], &lower, &upper);
      slo_status status = slo_target_quantile(r.snapshot, k * 10000000, 5000, &threshold, NULL);
      if (upper == INT64_MAX) {
        check_that(status == SLO_ERANGE && threshold == -7, "%d", status);
        beyond++;
        continue;
      }
      int64_t want = 0;
      while (want < upper) want += 5000;
      check_that(status == SLO_OK && threshold == want, "%" PRId64 " %" PRId64, threshold, want);
    }
    ck_assert_int_gt(beyond, 0);
    slo_snapshot_destroy(r.snapshot);
  }
}
END_TEST

START_TEST(test_quantile_errors) {
  record r = {.n = 0};
  int64_t t = 5;
  slo_error e = SLO_SIZED(slo_error);
  record_read(&r, NULL);
  refused(slo_target_quantile(NULL, 1, 1, &t, &e), &e, SLO_EINVAL, "snapshot (NULL)", 0, 1, 0);
  refused(slo_target_quantile(r.snapshot, 1, 1, &t, &e), &e, SLO_ENODATA, "snapshot", 0, 1, 0);
  slo_snapshot_destroy(r.snapshot);
  r = (record){.n = 2, .value = {-3, INT64_MAX}};
  record_read(&r, NULL);
  refused(slo_target_quantile(r.snapshot, 1000000001, 1, &t, &e), &e, SLO_ERANGE, "quantile_ppb",
          1000000001, 0, 1000000000);
  refused(slo_target_quantile(r.snapshot, 0, 1, NULL, &e), &e, SLO_EINVAL, "threshold_ns (NULL)", 0,
          1, 0);
  refused(slo_target_quantile(r.snapshot, 0, 0, &t, &e), &e, SLO_ERANGE, "grid_ns", 0, 1,
          INT64_MAX);
  refused(slo_target_quantile(r.snapshot, 1000000000, 1, &t, &e), &e, SLO_ERANGE, "latency_ns",
          INT64_MAX, 0, SLO_HIST_VALUE_MAX);
  ck_assert_int_eq(t, 5);
  ck_ok(slo_target_quantile(r.snapshot, 0, 1, &t, NULL)); /* below 0: nothing is sooner */
  ck_assert_int_eq(t, 0);
  slo_snapshot_destroy(r.snapshot);
}
END_TEST

/* ---- slo_target_missed ---- */

START_TEST(test_missed) {
  enum { DAYS = 400 };
  static slo_target_day days[DAYS];
  uint64_t state = 3;
  for (int round = 0; round < 300; round++) {
    uint64_t objective = round % 2 ? 999000000 : check_random(&state) % SLO_OBJECTIVE_MAX_PPB + 1;
    uint32_t want[DAYS], wanted = 0, missed[DAYS + 1], count = 0;
    for (uint32_t i = 0; i < DAYS; i++) {
      uint64_t k = check_random(&state) % 1000; /* at 99.9 % 1000 k valid, k + -1..1 bad */
      uint64_t bad = k + check_random(&state) % 3;
      days[i].counts = (slo_counts){1000 * (k + 1) - bad, bad, check_random(&state)};
      if (i % 5 == 0) days[i].counts = (slo_counts){check_random_wide(&state) >> 2, bad, 0};
      if (i % 9 == 0) days[i].counts = (slo_counts){0, 0, 5};
      if (i % 11 == 0) days[i].counts = (slo_counts){MOST - bad, bad, 0};
      const slo_counts *c = &days[i].counts;
      if (order(c->bad, PPB, PPB - objective, c->good + c->bad) > 0) want[wanted++] = i;
    }
    missed[wanted] = 0xabcd;
    check_ok(slo_target_missed(days, DAYS, objective, missed, DAYS, &count, NULL));
    check_that(count == wanted && memcmp(missed, want, wanted * sizeof want[0]) == 0, "%" PRIu32,
               count);
    check_that(missed[wanted] == 0xabcd, "beyond");
    /* with less room the first ones, and all are counted */
    uint32_t room = wanted / 2, count_only = 0;
    memset(missed, 0xff, sizeof missed);
    check_ok(slo_target_missed(days, DAYS, objective, missed, room, &count, NULL));
    check_that(count == wanted && memcmp(missed, want, room * sizeof want[0]) == 0, "cut");
    check_that(missed[room] == UINT32_MAX, "beyond its room");
    check_ok(slo_target_missed(days, DAYS, objective, NULL, 0, &count_only, NULL));
    check_that(count_only == wanted, "count only");
  }
}
END_TEST

START_TEST(test_missed_errors) {
  slo_target_day days[3] = {{{0, 1}, {1, 9, 0}}, {{1, 2}, {1, 0, 0}}, {{2, 3}, {1, 1, 0}}};
  uint32_t m[3] = {7, 7, 7}, n = 5;
  slo_error e = SLO_SIZED(slo_error);
  refused(slo_target_missed(NULL, 1, 1, m, 3, &n, &e), &e, SLO_EINVAL, "days (NULL)", 0, 1, 0);
  refused(slo_target_missed(days, 3, 1, NULL, 1, &n, &e), &e, SLO_EINVAL, "missed (NULL)", 0, 1, 0);
  refused(slo_target_missed(days, 3, 1, m, 3, NULL, &e), &e, SLO_EINVAL, "count (NULL)", 0, 1, 0);
  refused(slo_target_missed(days, UINT32_C(2147483649), 1, m, 3, &n, &e), &e, SLO_ERANGE, "n",
          INT64_C(2147483649), 0, INT64_C(2147483648));
  refused(slo_target_missed(days, 3, 0, m, 3, &n, &e), &e, SLO_ERANGE, "objective_ppb", 0, 1,
          999999999);
  refused(slo_target_missed(days, 0, PPB, m, 3, &n, &e), &e, SLO_ERANGE, "objective_ppb",
          (int64_t)PPB, 1, 999999999);
  days[2].counts = (slo_counts){MOST, 1, 0};
  refused(slo_target_missed(days, 3, 500000000, m, 3, &n, &e), &e, SLO_ERANGE, "days[2].counts.bad",
          1, 0, 0);
  days[1].counts = (slo_counts){UINT64_MAX, 2, 0};
  refused(slo_target_missed(days, 3, 500000000, m, 3, &n, &e), &e, SLO_ERANGE,
          "days[1].counts.good", INT64_MAX, 0, INT64_MAX);
  ck_assert_int_eq(slo_target_missed(days, 3, 500000000, m, 3, &n, NULL), SLO_ERANGE);
  ck_assert_uint_eq(m[0], 7); /* although the first one would have missed it */
  ck_assert_uint_eq(n, 5);
  ck_ok(slo_target_missed(NULL, 0, 1, NULL, 0, &n, NULL));
  ck_assert_uint_eq(n, 0);
}
END_TEST

/* ---- coverage ---- */

/* Where q stands to Wilson's interval for the share p of n, by the quadratic equation that both of
 * its ends solve: above 0 it is outside. */
static long double outside(long double q, long double p, long double n) {
  const long double z = 1.959963984540054L;
  return (p - q) * (p - q) - z * z * q * (1 - q) / n;
}

static void check_coverage(const slo_coverage *c, uint64_t total, uint64_t low, uint64_t high) {
  const long double n = (long double)c->sample, hair = 1e-6L, ppb = 1e9L;
  const long double p = (long double)low / (long double)total;
  const long double r = (long double)high / (long double)total;
  check_that(c->total == total && c->within_low == low && c->within_high == high,
             "%" PRIu64 " %" PRIu64 " of %" PRIu64 ", not %" PRIu64 " %" PRIu64 " of %" PRIu64,
             c->within_low, c->within_high, c->total, low, high, total);
  check_that(order(c->share_low_ppb, total, low, PPB) <= 0 &&
                 order(c->share_low_ppb + 1, total, low, PPB) > 0,
             "share_low_ppb %" PRIu64, c->share_low_ppb);
  check_that(
      order(c->share_high_ppb, total, high, PPB) >= 0 &&
          (high == 0 ? c->share_high_ppb == 0 : order(c->share_high_ppb - 1, total, high, PPB) < 0),
      "share_high_ppb %" PRIu64, c->share_high_ppb);
  /* rounded outwards: itself not inside, but a part per billion further in, but for a hair */
  const long double a = (long double)c->interval_low_ppb, b = (long double)c->interval_high_ppb;
  check_that(c->interval_low_ppb <= c->share_low_ppb && c->interval_high_ppb >= c->share_high_ppb,
             "%Lf %Lf", a, b);
  check_that(c->interval_high_ppb <= PPB, "%Lf", b);
  check_that(a == 0 || outside((a - hair) / ppb, p, n) >= 0, "low %Lf of %Lf", a, n);
  check_that((a + 1 + hair) / ppb > p || outside((a + 1 + hair) / ppb, p, n) <= 0, "low %Lf", a);
  check_that(b == ppb || outside((b + hair) / ppb, r, n) >= 0, "high %Lf of %Lf", b, n);
  check_that((b - 1 - hair) / ppb < r || outside((b - 1 - hair) / ppb, r, n) <= 0, "high %Lf", b);
}

START_TEST(test_snapshot) {
  for (uint64_t seed = 1; seed < 12; seed++) {
    record r;
    slo_bucket bucket = SLO_SIZED(slo_bucket);
    int64_t at[1000];
    int n = 0, apart = 0;
    record_fill(&r, seed, seed % 2 ? -5 : 10, seed % 3 ? 5000000 : INT64_MAX);
    static const int64_t some[] = {0,          1,       2,       10,           900,
                                   77777,      123456,  2000000, INT64_MAX,    INT64_MAX - 1,
                                   1000000000, 4999999, 5000000, SLO_MINUTE_NS};
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) at[n++] = some[i];
    for (uint32_t i = 0; slo_snapshot_bucket(r.snapshot, i, &bucket) == SLO_OK; i++) {
      for (int64_t k = -1; k <= 1; k++) at[n++] = bucket.upper + k;
      for (int64_t k = -1; k <= 1 && i == 0; k++) at[n++] = bucket.lower + k;
    }
    for (int k = 0; k < n; k++) {
      const int64_t threshold = at[k];
      uint64_t low = 0, high = 0, truth = 0;
      for (int i = 0; i < r.n; i++) {
        int64_t lower, upper;
        cell_of(r.snapshot, r.value[i], &lower, &upper);
        low += upper <= threshold;
        high += lower < threshold && (upper <= threshold || threshold > 0);
        truth += r.value[i] <= threshold;
      }
      if (threshold == 0 || threshold == 77777 || threshold == 123456 || threshold == 2000000) {
        low = high = truth; /* the histogram counts them apart */
      }
      slo_coverage c = SLO_SIZED(slo_coverage);
      check_ok(slo_target_coverage(r.snapshot, threshold, &c, NULL));
      check_coverage(&c, (uint64_t)r.n, low, high);
      check_that(low <= truth && truth <= high, "%" PRIu64, truth);
      check_that(c.threshold == threshold && c.sample == c.total && c.reserved == 0, "rest");
      apart += low != high;
    }
    ck_assert_int_gt(apart, 50);
    slo_snapshot_destroy(r.snapshot);
  }
}
END_TEST

/* Edges of cells that hold something: exact there, and apart one off. */
START_TEST(test_snapshot_edges) {
  record r = {.n = 5, .value = {-9, 0, 10, 2000, 9000000}};
  slo_hist_config config = narrow();
  config.threshold_count = 0;
  config.thresholds = NULL;
  record_read(&r, &config);
  int64_t lower, upper, first, last = 0;
  cell_of(r.snapshot, 2000, &lower, &upper);
  cell_of(r.snapshot, 10, &last, &first);
  ck_assert_int_eq(last, 0);
  for (slo_bucket b = SLO_SIZED(slo_bucket);
       slo_snapshot_bucket(r.snapshot, (uint32_t)last, &b) == SLO_OK; last++) {
    ck_assert_int_lt(b.upper, 9000000);
    upper = b.lower < 2000 ? b.upper : upper;
    config.highest = b.upper;
  }
  const struct {
    int64_t at;
    uint64_t low, high;
  } want[] = {{0, 2, 2},
              {1, 2, 3},
              {first - 1, 2, 3},
              {first, 3, 3},
              {first + 1, 3, 3},
              {lower, 3, 3},
              {lower + 1, 3, 4},
              {upper - 1, 3, 4},
              {upper, 4, 4},
              {upper + 1, 4, 4},
              {config.highest, 4, 4},
              {config.highest + 1, 4, 5},
              {INT64_MAX - 1, 4, 5},
              {INT64_MAX, 5, 5}};
  for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
    slo_coverage c = SLO_SIZED(slo_coverage);
    ck_ok(slo_target_coverage(r.snapshot, want[i].at, &c, NULL));
    check_coverage(&c, 5, want[i].low, want[i].high);
  }
  slo_snapshot_destroy(r.snapshot);
}
END_TEST

START_TEST(test_snapshot_errors) {
  record r = {.n = 1, .value = {5}};
  slo_coverage c = SLO_SIZED(slo_coverage);
  slo_error e = SLO_SIZED(slo_error);
  slo_hist *hist = NULL;
  record_read(&r, NULL);
  refused(slo_target_coverage(NULL, 1, &c, &e), &e, SLO_EINVAL, "snapshot (NULL)", 0, 1, 0);
  refused(slo_target_coverage(r.snapshot, 1, NULL, &e), &e, SLO_EINVAL, "coverage (NULL)", 0, 1, 0);
  refused(slo_target_coverage(r.snapshot, -1, &c, &e), &e, SLO_ERANGE, "threshold", -1, 0,
          INT64_MAX);
  c.struct_size = 3;
  refused(slo_target_coverage(r.snapshot, 1, &c, &e), &e, SLO_EINVAL, "coverage.struct_size", 0, 1,
          0);
  slo_snapshot_destroy(r.snapshot);
  c.struct_size = (uint32_t)sizeof c;
  ck_ok(slo_hist_create(NULL, NULL, &hist, NULL));
  ck_ok(slo_snapshot_create(hist, NULL, &r.snapshot, NULL));
  refused(slo_target_coverage(r.snapshot, 1, &c, &e), &e, SLO_ENODATA, "total", 0, 1, 0);
  slo_hist_record_times(hist, 5000, MOST - 1);
  slo_hist_record(hist, 50000);
  ck_ok(slo_snapshot_read(r.snapshot, hist));
  ck_ok(slo_target_coverage(r.snapshot, 100000, &c, &e));
  check_coverage(&c, MOST, MOST, MOST);
  ck_ok(slo_target_coverage(r.snapshot, 10000, &c, &e)); /* all but one of very many */
  check_coverage(&c, MOST, MOST - 1, MOST - 1);
  ck_assert_uint_eq(c.share_low_ppb, 999999999);
  ck_ok(slo_target_coverage(r.snapshot, 1000, &c, &e));
  check_coverage(&c, MOST, 0, 0);
  c = (slo_coverage)SLO_SIZED(slo_coverage);
  slo_hist_record(hist, 5000);
  ck_ok(slo_snapshot_read(r.snapshot, hist));
  refused(slo_target_coverage(r.snapshot, 10000, &c, &e), &e, SLO_ERANGE, "total", INT64_MAX, 1,
          INT64_MAX);
  ck_assert_uint_eq(c.total, 0);
  slo_hist_destroy(hist);
  slo_snapshot_destroy(r.snapshot);
}
END_TEST

START_TEST(test_many) {
  enum { MANY = 300 };
  static int64_t values[MANY];
  static uint64_t weights[MANY];
  uint64_t state = 4;
  for (int round = 0; round < 3000; round++) {
    size_t n = 1 + check_random(&state) % MANY;
    unsigned shift = (unsigned)(check_random(&state) % 54);
    uint64_t total = 0, within = 0;
    sloi_u128 squares = {0, 0};
    int64_t threshold = (int64_t)(check_random(&state) % 100) - 20;
    for (size_t i = 0; i < n; i++) {
      values[i] = (int64_t)(check_random(&state) % 100) - 20;
      weights[i] = check_random(&state) >> (10 + shift);
      if (round % 3 == 0) weights[i] = 1000; /* all alike */
      if (round % 7 == 0) values[i] = round % 2 ? INT64_MAX : INT64_MIN;
      total += weights[i];
      within += values[i] <= threshold ? weights[i] : 0;
      sloi_u128 square = sloi_u128_multiply_portable(weights[i], weights[i]);
      squares = sloi_u128_add(squares, square);
    }
    if (total == 0) continue;
    slo_coverage c = SLO_SIZED(slo_coverage);
    check_ok(slo_target_coverage_many(values, weights, n, threshold, &c, NULL));
    check_coverage(&c, total, within, within);
    check_that(c.threshold == threshold, "threshold");
    check_that(
        c.sample == sloi_u128_divide_portable(sloi_u128_multiply_portable(total, total), squares),
        "sample %" PRIu64, c.sample);
    check_that(c.sample >= 1 && c.sample <= n && (round % 3 != 0 || c.sample == n), "sample");
    /* without weights as with weights of 1 */
    for (size_t i = 0; i < n; i++) weights[i] = 1;
    slo_coverage one = SLO_SIZED(slo_coverage), none = SLO_SIZED(slo_coverage);
    check_ok(slo_target_coverage_many(values, weights, n, threshold, &one, NULL));
    check_ok(slo_target_coverage_many(values, NULL, n, threshold, &none, NULL));
    check_that(memcmp(&one, &none, sizeof one) == 0 && one.sample == n, "weights of 1");
  }
}
END_TEST

START_TEST(test_many_errors) {
  const int64_t values[] = {1, 2, 3};
  uint64_t weights[] = {MOST - 5, 3, 3};
  slo_coverage c = SLO_SIZED(slo_coverage);
  slo_error e = SLO_SIZED(slo_error);
  refused(slo_target_coverage_many(NULL, NULL, 1, 1, &c, &e), &e, SLO_EINVAL, "values (NULL)", 0, 1,
          0);
  refused(slo_target_coverage_many(values, NULL, 3, 1, NULL, &e), &e, SLO_EINVAL, "coverage (NULL)",
          0, 1, 0);
  refused(slo_target_coverage_many(NULL, NULL, 0, 1, &c, &e), &e, SLO_ENODATA, "total", 0, 1, 0);
  refused(slo_target_coverage_many(values, weights, 3, 1, &c, &e), &e, SLO_ERANGE, "weights[2]", 3,
          0, 2);
  weights[1] = UINT64_MAX;
  refused(slo_target_coverage_many(values, weights, 3, 1, &c, &e), &e, SLO_ERANGE, "weights[1]",
          INT64_MAX, 0, 5);
  memset(weights, 0, sizeof weights);
  refused(slo_target_coverage_many(values, weights, 3, 1, &c, &e), &e, SLO_ENODATA, "total", 0, 1,
          0);
  ck_assert_uint_eq(c.total, 0);
  weights[0] = MOST - 1;
  weights[2] = 1;
  ck_ok(slo_target_coverage_many(values, weights, 3, 1, &c, &e));
  check_coverage(&c, MOST, MOST - 1, MOST - 1);
  ck_assert_uint_eq(c.sample, 1);
}
END_TEST

/* R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in
 * Medicine 17 (1998), table I, method 3. */
START_TEST(test_wilson) {
  static const struct {
    uint64_t of, all;
    double low, high;
  } known[] = {{81, 263, 0.2553, 0.3662},
               {15, 148, 0.0624, 0.1605},
               {0, 20, 0.0000, 0.1611},
               {1, 29, 0.0061, 0.1718}};
  const int64_t values[] = {1, 2};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    int64_t many[300];
    slo_coverage c = SLO_SIZED(slo_coverage);
    for (uint64_t k = 0; k < known[i].all; k++) many[k] = k < known[i].of ? 10 : 11;
    ck_ok(slo_target_coverage_many(many, NULL, (size_t)known[i].all, 10, &c, NULL));
    ck_assert_double_eq_tol((double)c.interval_low_ppb / 1e9, known[i].low, 0.00005);
    ck_assert_double_eq_tol((double)c.interval_high_ppb / 1e9, known[i].high, 0.00005);
  }
  /* a weight that is all: as good as one event */
  const uint64_t weights[] = {1000000, 1};
  slo_coverage c = SLO_SIZED(slo_coverage);
  ck_ok(slo_target_coverage_many(values, weights, 2, 1, &c, NULL));
  ck_assert_uint_eq(c.sample, 1);
  ck_assert_uint_eq(c.share_low_ppb, 999999000);
  ck_assert_uint_lt(c.interval_low_ppb, 210000000);
}
END_TEST

START_TEST(test_sizes) {
  const int64_t values[] = {1, 2};
  struct {
    slo_coverage c;
    uint64_t more[4];
  } longer;
  memset(&longer, 0x5a, sizeof longer);
  longer.c.struct_size = (uint32_t)sizeof longer;
  ck_ok(slo_target_coverage_many(values, NULL, 2, 1, &longer.c, NULL));
  ck_assert_uint_eq(longer.c.struct_size, sizeof longer);
  ck_assert_uint_eq(longer.c.sample, 2);
  ck_assert_uint_eq(longer.more[0], UINT64_C(0x5a5a5a5a5a5a5a5a));
  slo_coverage c;
  memset(&c, 0x5a, sizeof c);
  c.struct_size = offsetof(slo_coverage, within_high);
  ck_ok(slo_target_coverage_many(values, NULL, 2, 1, &c, NULL));
  ck_assert_uint_eq(c.within_low, 1);
  ck_assert_uint_eq(c.within_high, UINT64_C(0x5a5a5a5a5a5a5a5a));
}
END_TEST

CHECK_MAIN("target", tcase_add_test(tc, test_objective); tcase_add_test(tc, test_objective_random);
           tcase_add_test(tc, test_objective_errors); tcase_add_test(tc, test_threshold);
           tcase_add_test(tc, test_threshold_errors); tcase_add_test(tc, test_quantile);
           tcase_add_test(tc, test_quantile_errors); tcase_add_test(tc, test_missed);
           tcase_add_test(tc, test_missed_errors); tcase_add_test(tc, test_snapshot);
           tcase_add_test(tc, test_snapshot_edges); tcase_add_test(tc, test_snapshot_errors);
           tcase_add_test(tc, test_many); tcase_add_test(tc, test_many_errors);
           tcase_add_test(tc, test_wilson); tcase_add_test(tc, test_sizes);)
