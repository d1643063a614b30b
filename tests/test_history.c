#define _DEFAULT_SOURCE
/*
 * Histories against a list of everything recorded.
 *
 * The model keeps each value, in order, and each reading: its time and how many values there were
 * before it. What a window must hold is recorded anew into a histogram of its own and compared
 * cell by cell; quantiles are compared with sorted values.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "check_main.h"
#include "slo/history.h"

#define SEC SLO_SECOND_NS
#define PPB UINT32_C(1000000000)

static const int64_t THRESHOLDS[] = {700, 5000};

static slo_hist *hist_of(uint32_t scale) {
  slo_hist_config c = SLO_SIZED(slo_hist_config);
  slo_hist *h = NULL;
  c.scale = scale;
  c.per_unit = 1;
  c.highest = 100000;
  c.thresholds = THRESHOLDS;
  c.threshold_count = 2;
  c.shards = 2;
  check_ok(slo_hist_create(&c, NULL, &h, NULL));
  return h;
}

static slo_snapshot *empty_of(const slo_hist *h) {
  slo_snapshot *s = NULL;
  check_ok(slo_snapshot_create(h, NULL, &s, NULL));
  return s;
}

static slo_history_config config_of(const slo_history_tier *tiers, uint32_t count,
                                    uint64_t slot_bytes) {
  slo_history_config c = SLO_SIZED(slo_history_config);
  c.tiers = tiers;
  c.tier_count = count;
  c.slot_bytes = slot_bytes;
  return c;
}

/* Is it every cell the same? */
static int same(const slo_snapshot *a, const slo_snapshot *b, const slo_hist *h) {
  size_t size;
  check_ok(slo_snapshot_footprint(h, &size));
  return memcmp(a, b, size) == 0; /* whole blocks: nobody has prepared them */
}

/* In memory of exactly its size. */
static slo_history *history_of(const slo_hist *h, const slo_history_config *c, size_t *size) {
  slo_history *history = NULL;
  slo_error e = SLO_SIZED(slo_error);
  check_ok(slo_history_footprint(h, c, size, NULL));
  void *memory = check_memory(*size);
  slo_status status = slo_history_init(memory, *size, h, c, &history, &e);
  check_that(status == SLO_OK, "%s: %s", slo_status_name(status), e.field);
  check_that((void *)history == memory, "not at the memory's begin");
  return history;
}

/* ---- the model ---- */

enum { VALUES_MAX = 20000, READINGS_MAX = 20000 };

typedef struct reading {
  int64_t at_ns;
  size_t values;
} reading;

typedef struct tier_model {
  int64_t step;
  size_t kept; /* as many as these readings at most */
  reading reading[READINGS_MAX];
  size_t n;
} tier_model;

typedef struct model {
  int64_t value[VALUES_MAX];
  size_t n;
  tier_model tier[SLO_HISTORY_TIERS_MAX];
  uint32_t tiers;
  int64_t newest_ns; /* -1: no reading */
  size_t newest_values;
  slo_hist *hist;       /* the real one */
  slo_snapshot *answer; /* of the history */
  slo_snapshot *expected;
  slo_history *history;
  size_t size;
  uint64_t full, shorter; /* answers with the model's edges, and with later ones */
} model;

static model M;

static void model_open(model *m, const slo_history_config *c) {
  memset(m, 0, sizeof *m);
  m->hist = hist_of(3);
  m->answer = empty_of(m->hist);
  m->expected = empty_of(m->hist);
  m->history = history_of(m->hist, c, &m->size);
  m->tiers = c->tier_count;
  m->newest_ns = -1;
  for (uint32_t i = 0; i < m->tiers; i++) {
    int64_t step = c->tiers[i].step_ns;
    m->tier[i].step = step;
    m->tier[i].kept = (size_t)((c->tiers[i].span_ns + step - 1) / step + 3);
  }
}

static void model_close(model *m) {
  slo_hist_destroy(m->hist);
  slo_snapshot_destroy(m->answer);
  slo_snapshot_destroy(m->expected);
  free(m->history);
}

static void model_record(model *m, int64_t value) {
  if (m->n == VALUES_MAX) return;
  m->value[m->n++] = value;
  slo_hist_record(m->hist, value);
}

static void model_push(model *m, int64_t now_ns) {
  check_ok(slo_history_push(m->history, now_ns, m->hist, 0));
  int first = m->newest_ns < 0, took = 0;
  if (now_ns <= m->newest_ns) return;
  for (uint32_t i = 0; i < m->tiers; i++) {
    tier_model *t = &m->tier[i];
    if (!first && now_ns / t->step == m->newest_ns / t->step) continue;
    check_that(t->n < READINGS_MAX, "more readings");
    t->reading[t->n].at_ns = now_ns;
    t->reading[t->n++].values = m->n;
    took = 1;
  }
  if (!took) return;
  m->newest_ns = now_ns;
  m->newest_values = m->n;
}

/* The histogram's memory is lost: the next reading begins the history. */
static void model_lose(model *m) {
  slo_hist_destroy(m->hist);
  m->hist = hist_of(3);
  m->n = 0;
  for (uint32_t i = 0; i < m->tiers; i++) m->tier[i].n = 0;
  m->newest_ns = -1;
}

/* Another process takes over a copy of the memory. */
static void model_restart(model *m) {
  void *memory = check_memory(m->size);
  memcpy(memory, m->history, m->size);
  memset(m->history, 0x55, m->size);
  free(m->history);
  check_ok(slo_history_attach(memory, m->size, &m->history));
}

/* The newest reading at or before a moment of the `kept` newest ones of each tier, or the oldest
 * of them. NULL: no reading. */
static const reading *model_edge(const model *m, int64_t at_ns) {
  const reading *best = NULL, *oldest = NULL;
  for (uint32_t i = 0; i < m->tiers; i++) {
    const tier_model *t = &m->tier[i];
    for (size_t k = t->n > t->kept ? t->n - t->kept : 0; k < t->n; k++) {
      const reading *r = &t->reading[k];
      if (r->at_ns <= at_ns && (best == NULL || r->at_ns > best->at_ns)) best = r;
      if (oldest == NULL || r->at_ns < oldest->at_ns) oldest = r;
    }
  }
  return best != NULL ? best : oldest;
}

static const reading *model_reading(const model *m, int64_t at_ns) {
  for (uint32_t i = 0; i < m->tiers; i++) {
    const tier_model *t = &m->tier[i];
    for (size_t k = 0; k < t->n; k++) {
      if (t->reading[k].at_ns == at_ns) return &t->reading[k];
    }
  }
  ck_abort_msg("a reading at %" PRId64 ", when nobody took one", at_ns);
}

static int ascending(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static void expect_quantiles(const slo_snapshot *s, const int64_t *value, size_t n) {
  static int64_t sorted[VALUES_MAX];
  static const uint32_t q[] = {0, 100000000, PPB / 2, 900000000, 990000000, 999000000, PPB};
  enum { Q = sizeof q / sizeof q[0] };
  int64_t answers[Q];
  slo_status status = slo_snapshot_quantiles(s, q, Q, answers);
  check_that(status == (n == 0 ? SLO_ENODATA : SLO_OK), "quantiles of %zu", n);
  memcpy(sorted, value, n * sizeof *value);
  qsort(sorted, n, sizeof *sorted, ascending);
  for (int i = 0; i < Q && n != 0; i++) {
    uint64_t rank = ((uint64_t)q[i] * n + PPB - 1) / PPB;
    int64_t v = sorted[rank == 0 ? 0 : rank - 1];
    if (v < 1 || v > 100000) continue; /* no bucket of its own */
    check_that(v <= answers[i] && (double)answers[i] <= (double)v * 1.0906,
               "quantile %u: %" PRId64 " for %" PRId64, q[i], answers[i], v);
  }
}

static void expect_values(model *m, size_t begin, size_t end) {
  slo_hist *h = hist_of(3);
  slo_hist_record_many(h, m->value + begin, end - begin);
  check_ok(slo_snapshot_read(m->expected, h));
  check_that(same(m->answer, m->expected, h), "values %zu .. %zu: another row", begin, end);
  expect_quantiles(m->answer, m->value + begin, end - begin);
  slo_hist_destroy(h);
}

static void expect_empty(model *m, slo_status status) {
  slo_snapshot_summary s = SLO_SIZED(slo_snapshot_summary);
  check_that(status == SLO_ENODATA, "%s", slo_status_name(status));
  check_that(slo_snapshot_summarize(m->answer, &s) == SLO_ENODATA && s.sum == 0, "not empty");
}

/* `roomy`: nothing was dropped for its size. */
static void expect_window(model *m, int64_t from_ns, int64_t to_ns, int roomy) {
  slo_period used = {-5, -6};
  const reading *from = model_edge(m, from_ns), *to = model_edge(m, to_ns);
  check_ok(slo_snapshot_read(m->answer, m->hist)); /* to be replaced */
  slo_status status = slo_history_read(m->history, from_ns, to_ns, m->answer, &used);
  if (from == NULL || from->at_ns == to->at_ns) {
    expect_empty(m, status);
    check_that(used.start_ns == -5 && used.end_ns == -6, "used was touched");
    return;
  }
  if (status == SLO_ENODATA && !roomy) {
    expect_empty(m, status);
    m->shorter++;
    return;
  }
  check_that(status == SLO_OK, "(%" PRId64 ", %" PRId64 "]: %s", from_ns, to_ns,
             slo_status_name(status));
  if (roomy) {
    check_that(used.start_ns == from->at_ns && used.end_ns == to->at_ns,
               "(%" PRId64 ", %" PRId64 "] of (%" PRId64 ", %" PRId64 "]", used.start_ns,
               used.end_ns, from->at_ns, to->at_ns);
  } else if (used.start_ns == from->at_ns && used.end_ns == to->at_ns) {
    m->full++;
  } else {
    m->shorter++;
    from = model_reading(m, used.start_ns);
    to = model_reading(m, used.end_ns);
    check_that(from->at_ns < to->at_ns, "backwards");
  }
  expect_values(m, from->values, to->values);
}

static void expect_since(model *m, int64_t from_ns, int roomy) {
  int64_t used = -5;
  const reading *from = model_edge(m, from_ns);
  slo_status status = slo_history_since(m->history, m->hist, from_ns, m->answer, &used);
  if (from == NULL) {
    expect_empty(m, status);
    return;
  }
  check_that(status == SLO_OK, "since %" PRId64 ": %s", from_ns, slo_status_name(status));
  if (roomy) {
    check_that(used == from->at_ns, "since %" PRId64 " of %" PRId64, used, from->at_ns);
  }
  expect_values(m, model_reading(m, used)->values, m->n);
}

/* A moment at, right before or right after a reading; or any. */
static int64_t random_moment(const model *m, int64_t now_ns, uint64_t *seed) {
  const tier_model *t = &m->tier[check_random(seed) % m->tiers];
  int64_t moment = (int64_t)(check_random(seed) % (uint64_t)(now_ns + 100 * SEC));
  if (t->n != 0 && check_random(seed) % 8 != 0) {
    size_t back = check_random(seed) % (2 * t->kept);
    moment = t->reading[back < t->n ? t->n - 1 - back : 0].at_ns;
    moment += (int64_t)(check_random(seed) % 3) - 1;
  }
  if (check_random(seed) % 16 == 0) moment = 0;
  if (check_random(seed) % 16 == 0) moment = SLO_TIME_MAX_NS;
  return moment < 0 ? 0 : moment;
}

static void expect_all(model *m, int64_t now_ns, int roomy, uint64_t *seed) {
  for (int i = 0; i < 4; i++) {
    int64_t a = random_moment(m, now_ns, seed), b = random_moment(m, now_ns, seed);
    expect_window(m, a < b ? a : b, a < b ? b : a, roomy);
    expect_since(m, a, roomy);
  }
  expect_window(m, 0, now_ns, roomy);
  expect_window(m, now_ns, now_ns, roomy);
}

static int64_t random_value(uint64_t *seed) {
  uint64_t r = check_random(seed);
  if (r % 16 == 0) return (int64_t)(r >> 8 & 7) - 3;
  if (r % 16 == 1) return 99990 + (int64_t)(r >> 8 & 31);
  return 1 + (int64_t)(check_random_wide(seed) % 120000);
}

static const slo_history_tier ONE[] = {{SEC, 10 * SEC}};
static const slo_history_tier NESTED[] = {{SEC, 12 * SEC}, {6 * SEC, 60 * SEC}};
static const slo_history_tier CROSSED[] = {
    {7 * SEC, 70 * SEC}, {10 * SEC, 101 * SEC}, {33 * SEC, 700 * SEC}};
static const slo_history_tier FOUR[] = {
    {SEC, SEC}, {2 * SEC, 90 * SEC}, {4 * SEC, 91 * SEC}, {90 * SEC + 1, 900 * SEC}};

static void random_schedule(const slo_history_config *c, int roomy, int rounds, uint64_t *seed) {
  model *m = &M;
  int64_t now = (int64_t)(check_random(seed) % 1000) * SEC, step = c->tiers[0].step_ns;
  model_open(m, c);
  expect_all(m, now, roomy, seed); /* of nothing */
  for (int i = 0; i < rounds; i++) {
    uint64_t r = check_random(seed);
    for (uint64_t k = r >> 32 & 31; k > 0; k--) model_record(m, random_value(seed));
    switch (r % 16) {
      case 0: /* the clock steps back */
        if (m->newest_ns > 0) model_push(m, now - (int64_t)((uint64_t)now > 3 * SEC ? 3 * SEC : 1));
        break;
      case 1:
        model_restart(m);
        break;
      case 2: /* a gap */
        now += (int64_t)(check_random(seed) % 30) * step;
        break;
      case 3:
        now += (int64_t)(check_random(seed) % (uint64_t)step);
        break;
      case 4:
        if (check_random(seed) % 8 == 0) now += c->tiers[c->tier_count - 1].span_ns * 2;
        break;
      case 5:
        if (check_random(seed) % 4 != 0 || m->newest_ns < 0 || m->newest_values == 0) break;
        model_lose(m);
        for (int k = 0; k < 3; k++) now += c->tiers[c->tier_count - 1].step_ns;
        break;
      default:
        now = (now / step + 1) * step;
        break;
    }
    model_push(m, now);
    if (i % 3 == 0) expect_all(m, now, roomy, seed);
  }
  if (!roomy) {
    check_that(m->full > 0 && m->shorter > 0, "%" PRIu64 " in full, %" PRIu64 " shorter", m->full,
               m->shorter);
  }
  model_close(m);
}

START_TEST(test_against_the_model) {
  uint64_t seed = 1;
  slo_history_config c[] = {config_of(ONE, 1, 0), config_of(NESTED, 2, 1000),
                            config_of(CROSSED, 3, 4000), config_of(FOUR, 4, 1001)};
  for (int i = 0; i < 4; i++) {
    for (int k = 0; k < 4; k++) random_schedule(&c[i], 1, 400, &seed);
  }
}
END_TEST

/* Readings that are larger than their slots: what is answered is exact for what it says. */
START_TEST(test_arena_overflow) {
  static const slo_history_tier tiers[] = {{SEC, 100 * SEC}, {7 * SEC, 701 * SEC}};
  uint64_t seed = 2;
  slo_history_config c = config_of(tiers, 2, 64);
  for (int k = 0; k < 4; k++) random_schedule(&c, 0, 500, &seed);
  c.tier_count = 1;
  for (int k = 0; k < 4; k++) random_schedule(&c, 0, 500, &seed);
}
END_TEST

/* The smallest arena holds two readings of every cell, whatever it held before. */
START_TEST(test_two_readings_of_every_cell) {
  static const slo_history_tier tier[] = {{SEC, SEC}};
  slo_history_config c = config_of(tier, 1, 64);
  slo_hist *h = hist_of(5);
  slo_snapshot *before = empty_of(h), *s = empty_of(h), *expected = empty_of(h);
  size_t size;
  slo_history *history = history_of(h, &c, &size);
  slo_bucket b = SLO_SIZED(slo_bucket);
  for (int64_t t = 0; t < 20; t++) { /* some small ones, so that the end lies anywhere */
    slo_hist_record(h, 1 + t);
    ck_ok(slo_history_push(history, t * SEC, h, 0));
  }
  for (uint32_t i = 0; slo_snapshot_bucket(s, i, &b) == SLO_OK; i++) {
    slo_hist_record_times(h, b.upper, UINT64_C(1) << 63);
  }
  slo_hist_record_times(h, -1, UINT64_C(1) << 63);
  slo_hist_record_times(h, 0, UINT64_C(1) << 63);
  slo_hist_record_times(h, INT64_MAX, UINT64_C(1) << 63);
  for (int64_t t = 20; t < 400; t++) {
    slo_period used;
    ck_ok(slo_snapshot_read(before, h));
    ck_ok(slo_history_push(history, t * SEC, h, 0));
    slo_hist_record_times(h, 7 * t, 3);
    if (t < 21) continue;
    ck_ok(slo_history_read(history, (t - 1) * SEC, t * SEC, s, &used));
    ck_assert_int_eq(used.start_ns, (t - 1) * SEC);
    ck_assert_int_eq(used.end_ns, t * SEC);
    slo_hist *one = hist_of(5);
    slo_hist_record_times(one, 7 * (t - 1), 3);
    ck_ok(slo_snapshot_read(expected, one));
    ck_assert(same(s, expected, one));
    slo_hist_destroy(one);
  }
  slo_snapshot_destroy(before);
  slo_snapshot_destroy(s);
  slo_snapshot_destroy(expected);
  slo_hist_destroy(h);
  free(history);
}
END_TEST

/* Counts at every power of two, and around it: each size of varint. */
START_TEST(test_every_size_of_a_count) {
  slo_history_config c = config_of(ONE, 1, 0);
  for (int k = 0; k < 64; k++) {
    for (uint64_t d = 0; d < 3; d++) {
      uint64_t n = (UINT64_C(1) << k) - 1 + d;
      static const int64_t values[] = {-3, 0, 1, 5000, 99999, 1 << 20};
      slo_hist *h = hist_of(3);
      slo_snapshot *s = empty_of(h), *expected = empty_of(h);
      slo_period used;
      size_t size;
      slo_history *history = history_of(h, &c, &size);
      check_ok(slo_history_push(history, 5 * SEC, h, 0));
      slo_hist_record_times(h, values[(k + (int)d) % 6], n);
      slo_hist_record(h, 64);
      check_ok(slo_history_push(history, 6 * SEC, h, 0));
      check_ok(slo_history_read(history, 5 * SEC, 6 * SEC, s, &used));
      check_ok(slo_snapshot_read(expected, h));
      check_that(same(s, expected, h), "%" PRIu64 " times", n);
      slo_snapshot_destroy(s);
      slo_snapshot_destroy(expected);
      slo_hist_destroy(h);
      free(history);
    }
  }
}
END_TEST

/* Every size of gap between two used cells, in the widest grid there is. */
START_TEST(test_every_gap) {
  static const uint32_t gaps[] = {0,    1,     2,     126,   127,   128,  129,
                                  8191, 16382, 16383, 16384, 16385, 19000};
  slo_hist_config hc = SLO_SIZED(slo_hist_config);
  slo_history_config c = config_of(ONE, 1, 64);
  hc.scale = 9;
  hc.per_unit = 1;
  hc.highest = SLO_HIST_VALUE_MAX;
  hc.shards = 1;
  for (int i = 0; i < 13; i++) {
    slo_hist *h = NULL;
    ck_ok(slo_hist_create(&hc, NULL, &h, NULL));
    slo_snapshot *s = empty_of(h), *expected = empty_of(h);
    slo_bucket first = SLO_SIZED(slo_bucket), second = first;
    size_t size;
    slo_history *history = history_of(h, &c, &size);
    ck_ok(slo_history_push(history, SEC, h, 0));
    ck_ok(slo_snapshot_bucket(s, 8000, &first)); /* wide enough that there are integers in it */
    ck_ok(slo_snapshot_bucket(s, 8000 + gaps[i] + 1, &second));
    slo_hist_record(h, first.upper);
    slo_hist_record(h, second.upper);
    ck_ok(slo_history_push(history, 2 * SEC, h, 0));
    ck_ok(slo_history_read(history, SEC, 2 * SEC, s, NULL));
    ck_ok(slo_snapshot_read(expected, h));
    ck_assert(same(s, expected, h));
    ck_ok(slo_snapshot_bucket(s, 8000 + gaps[i] + 1, &second));
    ck_assert_uint_eq(second.count, 1);
    slo_snapshot_destroy(s);
    slo_snapshot_destroy(expected);
    slo_hist_destroy(h);
    free(history);
  }
}
END_TEST

/* ---- time and loss ---- */

/* The histogram's memory was lost: what came before is forgotten, nothing wraps. */
START_TEST(test_lower_counts_begin_anew) {
  slo_history_config c = config_of(NESTED, 2, 0);
  slo_hist *h = hist_of(3), *fresh = hist_of(3);
  slo_snapshot *s = empty_of(h);
  slo_snapshot_summary sum = SLO_SIZED(slo_snapshot_summary);
  slo_period used;
  int64_t since;
  size_t size;
  slo_history *history = history_of(h, &c, &size);
  for (int64_t t = 100; t < 110; t++) {
    slo_hist_record(h, 5);
    slo_hist_record(fresh, 900); /* more of another value: only one cell is lower */
    slo_hist_record(fresh, 900);
    ck_ok(slo_history_push(history, t * SEC, h, 0));
  }
  ck_ok(slo_history_read(history, 0, 109 * SEC, s, &used));
  ck_assert_int_eq(used.start_ns, 100 * SEC);
  ck_assert_int_eq(slo_history_since(history, fresh, 105 * SEC, s, &since), SLO_ENODATA);
  ck_assert_int_eq(slo_snapshot_summarize(s, &sum), SLO_ENODATA);
  ck_ok(slo_history_push(history, 109 * SEC + 1, fresh, 0)); /* no reading is due */
  ck_ok(slo_history_read(history, 0, 109 * SEC, s, &used));
  ck_ok(slo_history_push(history, 110 * SEC, fresh, 0));
  ck_assert_int_eq(slo_history_read(history, 0, 110 * SEC, s, &used), SLO_ENODATA);
  ck_ok(slo_history_since(history, fresh, 0, s, &since));
  ck_assert_int_eq(since, 110 * SEC);
  slo_hist_record(fresh, 7);
  ck_ok(slo_history_push(history, 111 * SEC, fresh, 0));
  ck_ok(slo_history_read(history, 0, 111 * SEC, s, &used));
  ck_assert_int_eq(used.start_ns, 110 * SEC);
  ck_ok(slo_snapshot_summarize(s, &sum));
  ck_assert_uint_eq(sum.count, 1);
  ck_assert_uint_eq(sum.sum, 7);
  slo_snapshot_destroy(s);
  slo_hist_destroy(h);
  slo_hist_destroy(fresh);
  free(history);
}
END_TEST

START_TEST(test_ends_of_time) {
  slo_history_config c = config_of(NESTED, 2, 0);
  slo_hist *h = hist_of(3);
  slo_snapshot *s = empty_of(h);
  slo_period used;
  size_t size;
  slo_history *history = history_of(h, &c, &size);
  ck_assert_int_eq(slo_history_read(history, 0, SLO_TIME_MAX_NS, s, &used), SLO_ENODATA);
  ck_ok(slo_history_push(history, 0, h, 0));
  slo_hist_record(h, 3);
  ck_ok(slo_history_push(history, SEC - 1, h, 0)); /* the same step */
  ck_assert_int_eq(slo_history_read(history, 0, SLO_TIME_MAX_NS, s, &used), SLO_ENODATA);
  ck_ok(slo_history_push(history, SLO_TIME_MAX_NS, h, 0));
  ck_ok(slo_history_read(history, 0, SLO_TIME_MAX_NS, s, &used));
  ck_assert_int_eq(used.start_ns, 0);
  ck_assert_int_eq(used.end_ns, SLO_TIME_MAX_NS);
  ck_assert_int_eq(slo_history_read(history, 0, SLO_TIME_MAX_NS - 1, s, NULL), SLO_ENODATA);
  ck_ok(slo_history_push(history, 5 * SEC, h, 0)); /* earlier: nothing */
  ck_ok(slo_history_read(history, 0, SLO_TIME_MAX_NS, s, NULL));
  slo_snapshot_destroy(s);
  slo_hist_destroy(h);
  free(history);
}
END_TEST

/* A day of the default tiers, pushed every 10 s. */
START_TEST(test_defaults) {
  slo_hist *h = hist_of(6);
  slo_history *history = NULL;
  slo_snapshot *s = empty_of(h);
  slo_snapshot_summary sum = SLO_SIZED(slo_snapshot_summary);
  slo_period used;
  int64_t t;
  ck_ok(slo_history_create(h, NULL, NULL, &history, NULL));
  for (t = 0; t <= 8 * SLO_DAY_NS; t += 10 * SEC) {
    ck_ok(slo_history_push(history, t, h, 0));
    slo_hist_record(h, 1 + t / SLO_HOUR_NS);
  }
  int64_t now = 8 * SLO_DAY_NS + 7 * SLO_MINUTE_NS + 1;
  ck_ok(slo_history_push(history, now, h, 0));
  static const int64_t spans[] = {SLO_HOUR_NS,     5 * SLO_HOUR_NS + 59 * SLO_MINUTE_NS,
                                  6 * SLO_HOUR_NS, 9 * SLO_HOUR_NS,
                                  SLO_DAY_NS,      7 * SLO_DAY_NS};
  for (int i = 0; i < 6; i++) {
    int64_t step = i < 3 ? 5 * SLO_MINUTE_NS : SLO_HOUR_NS, from = now - spans[i];
    ck_ok(slo_history_read(history, from, now, s, &used));
    ck_assert_int_eq(used.start_ns, from / step * step);
    ck_assert_int_eq(used.end_ns, now);
    ck_ok(slo_snapshot_summarize(s, &sum));
    ck_assert_uint_eq(sum.count, (uint64_t)((8 * SLO_DAY_NS - used.start_ns) / (10 * SEC) + 1));
  }
  slo_snapshot_destroy(s);
  slo_hist_destroy(h);
  slo_history_destroy(history);
  slo_history_destroy(NULL);
}
END_TEST

/* ---- errors ---- */

static void expect_error(const slo_hist *h, const slo_history_config *c, slo_status status,
                         const char *field, int64_t value, int64_t min, int64_t max) {
  size_t size = 77;
  slo_error e[3] = {SLO_SIZED(slo_error), SLO_SIZED(slo_error), SLO_SIZED(slo_error)};
  slo_history *history = NULL;
  void *memory = check_memory(64);
  ck_assert_int_eq(slo_history_footprint(h, c, &size, &e[0]), status);
  ck_assert_int_eq(slo_history_init(memory, 64, h, c, &history, &e[1]), status);
  ck_assert_int_eq(slo_history_create(h, c, NULL, &history, &e[2]), status);
  for (int i = 0; i < 3; i++) {
    ck_assert_int_eq(e[i].status, status);
    ck_assert_str_eq(e[i].field, field);
    ck_assert_int_eq(e[i].value, value);
    if (status != SLO_ERANGE) continue;
    ck_assert_int_eq(e[i].min, min);
    ck_assert_int_eq(e[i].max, max);
  }
  ck_assert_uint_eq(size, 77);
  ck_assert_ptr_null(history);
  free(memory);
}

START_TEST(test_config_errors) {
  slo_hist *h = hist_of(3);
  slo_history_tier tiers[5] = {{SEC, 10 * SEC}, {2 * SEC, 20 * SEC}, {3 * SEC, 30 * SEC}};
  slo_history_config good = config_of(tiers, 3, 64), c;
  int64_t most = SLO_TIME_MAX_NS;
  size_t size;
  ck_ok(slo_history_footprint(h, &good, &size, NULL));
  c = good;
  c.tier_count = 5;
  expect_error(h, &c, SLO_ERANGE, "tier_count", 5, 0, 4);
  c = good;
  c.tiers = NULL;
  expect_error(h, &c, SLO_EINVAL, "tiers (NULL)", 0, 0, 0);
  static const uint64_t wrong[] = {1, 63, (1 << 20) + 1, UINT64_MAX};
  for (int i = 0; i < 4; i++) {
    c = good;
    c.slot_bytes = wrong[i];
    expect_error(h, &c, SLO_ERANGE, "slot_bytes", i == 3 ? INT64_MAX : (int64_t)wrong[i], 64,
                 1 << 20);
  }
  c = good;
  c.slot_bytes = 1 << 20;
  ck_ok(slo_history_footprint(h, &c, &size, NULL));
  tiers[0].step_ns = SEC - 1;
  expect_error(h, &good, SLO_ERANGE, "tiers[0].step_ns", SEC - 1, SEC, most);
  tiers[0].step_ns = INT64_MIN;
  expect_error(h, &good, SLO_ERANGE, "tiers[0].step_ns", INT64_MIN, SEC, most);
  tiers[0].step_ns = most + 1;
  expect_error(h, &good, SLO_ERANGE, "tiers[0].step_ns", most + 1, SEC, most);
  tiers[0].step_ns = SEC;
  tiers[1].step_ns = SEC;
  expect_error(h, &good, SLO_ERANGE, "tiers[1].step_ns", SEC, SEC + 1, most);
  tiers[1].step_ns = 2 * SEC;
  tiers[0].span_ns = SEC - 1;
  expect_error(h, &good, SLO_ERANGE, "tiers[0].span_ns", SEC - 1, SEC, 100000 * SEC);
  tiers[0].span_ns = 100000 * SEC + 1;
  expect_error(h, &good, SLO_ERANGE, "tiers[0].span_ns", 100000 * SEC + 1, SEC, 100000 * SEC);
  tiers[0].span_ns = 10 * SEC;
  tiers[2].span_ns = 20 * SEC;
  expect_error(h, &good, SLO_ERANGE, "tiers[2].span_ns", 20 * SEC, 20 * SEC + 1, 300000 * SEC);
  tiers[2].step_ns = most / 2;
  expect_error(h, &good, SLO_ERANGE, "tiers[2].span_ns", 20 * SEC, most / 2, most);
  tiers[2].span_ns = most;
  ck_ok(slo_history_footprint(h, &good, &size, NULL));
  expect_error(NULL, &good, SLO_EINVAL, "hist (NULL)", 0, 0, 0);
  /* growing structs */
  struct {
    slo_history_config c;
    uint64_t more;
  } longer = {good, 0};
  longer.c.struct_size = sizeof longer;
  ck_ok(slo_history_footprint(h, &longer.c, &size, NULL));
  longer.more = 1;
  ck_assert_int_eq(slo_history_footprint(h, &longer.c, &size, NULL), SLO_EVERSION);
  c = good;
  c.struct_size = (uint32_t)offsetof(slo_history_config, slot_bytes);
  size_t shorter;
  ck_ok(slo_history_footprint(h, &c, &shorter, NULL));
  c = good;
  c.slot_bytes = 3072;
  ck_ok(slo_history_footprint(h, &c, &size, NULL));
  ck_assert_uint_eq(size, shorter);
  slo_hist_destroy(h);
}
END_TEST

static void *refuse(void *context, size_t size) {
  (void)context, (void)size;
  return NULL;
}

static void give_back(void *context, void *memory) {
  (void)context, (void)memory;
}

START_TEST(test_nulls_and_other_shapes) {
  slo_hist *h = hist_of(3), *other = hist_of(4);
  slo_snapshot *s = empty_of(h), *foreign = empty_of(other);
  slo_history_config c = config_of(ONE, 1, 0);
  slo_error e = SLO_SIZED(slo_error);
  size_t size;
  slo_history *history = history_of(h, &c, &size), *made = NULL;
  ck_assert_int_eq(slo_history_footprint(h, &c, NULL, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "size (NULL)");
  ck_assert_int_eq(slo_history_init(history, size, h, &c, NULL, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "history (NULL)");
  ck_assert_int_eq(slo_history_create(h, &c, NULL, NULL, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "history (NULL)");
  ck_assert_int_eq(slo_history_init(NULL, size, h, &c, &made, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "memory (NULL)");
  ck_assert_int_eq(slo_history_init((char *)history + 8, size, h, &c, &made, &e), SLO_EINVAL);
  ck_assert_int_eq(slo_history_init(history, size - 1, h, &c, &made, &e), SLO_ESPACE);
  ck_assert_str_eq(e.field, "size");
  ck_assert_int_eq(e.value, (int64_t)size - 1);
  ck_assert_int_eq(e.min, (int64_t)size);
  slo_allocator none = {refuse, give_back, NULL};
  ck_assert_int_eq(slo_history_create(h, &c, &none, &made, &e), SLO_ENOMEM);
  ck_assert_int_eq(e.value, (int64_t)size);
  ck_assert_int_eq(slo_history_attach(NULL, size, &made), SLO_EINVAL);
  ck_assert_int_eq(slo_history_attach(history, size, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_history_attach(history, size - 1, &made), SLO_ESPACE);
  ck_assert_int_eq(slo_history_attach(history, 63, &made), SLO_ESPACE);
  ck_assert_int_eq(slo_history_attach(h, size, &made), SLO_ECORRUPT);
  ck_assert_ptr_null(made);

  ck_assert_int_eq(slo_history_push(NULL, 0, h, 0), SLO_EINVAL);
  ck_assert_int_eq(slo_history_push(history, 0, NULL, 0), SLO_EINVAL);
  ck_assert_int_eq(slo_history_push(history, 0, other, 0), SLO_EINVAL);
  ck_assert_int_eq(slo_history_push(history, -1, h, 0), SLO_ERANGE);
  ck_assert_int_eq(slo_history_push(history, SLO_TIME_MAX_NS + 1, h, 0), SLO_ERANGE);
  slo_hist_record(h, 1);
  ck_ok(slo_history_push(history, SEC, h, 0));
  ck_assert_int_eq(slo_history_read(NULL, 0, 1, s, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_history_read(history, 0, 1, NULL, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_history_read(history, 0, 1, foreign, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_history_read(history, -1, 1, s, NULL), SLO_ERANGE);
  ck_assert_int_eq(slo_history_read(history, 2, 1, s, NULL), SLO_ERANGE);
  ck_assert_int_eq(slo_history_read(history, 0, SLO_TIME_MAX_NS + 1, s, NULL), SLO_ERANGE);
  ck_assert_int_eq(slo_history_since(NULL, h, 0, s, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_history_since(history, NULL, 0, s, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_history_since(history, other, 0, s, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_history_since(history, h, 0, NULL, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_history_since(history, h, 0, foreign, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_history_since(history, h, -1, s, NULL), SLO_ERANGE);
  ck_assert_int_eq(slo_history_since(history, h, SLO_TIME_MAX_NS + 1, s, NULL), SLO_ERANGE);
  ck_ok(slo_history_since(history, h, SLO_TIME_MAX_NS, s, NULL));
  slo_snapshot_destroy(s);
  slo_snapshot_destroy(foreign);
  slo_hist_destroy(h);
  slo_hist_destroy(other);
  free(history);
}
END_TEST

/* A prepared snapshot that is filled anew answers with what it holds now. */
START_TEST(test_prepared_snapshot) {
  slo_history_config c = config_of(ONE, 1, 0);
  slo_hist *h = hist_of(3);
  slo_snapshot *s = empty_of(h);
  size_t size;
  int64_t low, high;
  slo_history *history = history_of(h, &c, &size);
  ck_ok(slo_history_push(history, SEC, h, 0));
  slo_hist_record(h, 100);
  ck_ok(slo_history_push(history, 2 * SEC, h, 0));
  slo_hist_record(h, 50000);
  ck_ok(slo_history_push(history, 3 * SEC, h, 0));
  ck_ok(slo_history_read(history, SEC, 2 * SEC, s, NULL));
  ck_ok(slo_snapshot_prepare(s));
  ck_ok(slo_snapshot_quantile(s, PPB / 2, &low));
  ck_ok(slo_history_read(history, 2 * SEC, 3 * SEC, s, NULL));
  ck_ok(slo_snapshot_quantile(s, PPB / 2, &high));
  ck_assert_int_le(low, 110);
  ck_assert_int_ge(high, 50000);
  slo_snapshot_destroy(s);
  slo_hist_destroy(h);
  free(history);
}
END_TEST

/* ---- any bits ---- */

/* Whatever the memory holds, nothing leaves it and everything ends. */
START_TEST(test_any_bits) {
  uint64_t seed = 3, attached = 0;
  slo_history_config c = config_of(CROSSED, 3, 64);
  slo_hist *h = hist_of(3), *config_only = hist_of(3);
  slo_snapshot *s = empty_of(h);
  size_t size, front;
  slo_history *history = history_of(h, &c, &size), *copy = NULL;
  int64_t now = 0;
  for (int i = 0; i < 300; i++) {
    for (int k = 0; k < 20; k++) slo_hist_record(h, random_value(&seed));
    ck_ok(slo_history_push(history, now += 5 * SEC, h, 0));
  }
  /* what differs from a history that nothing was pushed to begins behind the configuration */
  slo_history *blank = history_of(config_only, &c, &front);
  for (front = 0; ((char *)blank)[front] == ((char *)history)[front];) front++;
  front = front / 8 * 8;
  void *memory = check_memory(size);
  for (int i = 0; i < 2500; i++) {
    memcpy(memory, history, size);
    for (uint64_t n = 1 + check_random(&seed) % 40; n > 0; n--) {
      uint64_t r = check_random(&seed);
      uint64_t area = r % 2 ? 8 * 27 : r % 32 == 0 ? size : size - front; /* the state; all */
      uint64_t at = (r % 32 == 0 ? 0 : front) + check_random(&seed) % area;
      if (at >= size) continue;
      if (r >> 8 & 1) {
        ((unsigned char *)memory)[at] ^= (unsigned char)(1u << (r >> 16 & 7));
      } else {
        uint64_t word = check_random_wide(&seed);
        memcpy((char *)memory + at / 8 * 8, &word, 8);
      }
    }
    if (slo_history_attach(memory, size, &copy) != SLO_OK) continue;
    attached++;
    for (int k = 0; k < 12; k++) {
      slo_period used = {0, 0};
      int64_t at, a = (int64_t)(check_random(&seed) % (uint64_t)now), b = now;
      slo_status status = slo_history_read(copy, a, b, s, &used);
      check_that(status == SLO_OK || status == SLO_ENODATA, "%d", status);
      check_that(status != SLO_OK || (used.start_ns >= 0 && used.start_ns < used.end_ns &&
                                      used.end_ns <= SLO_TIME_MAX_NS),
                 "used");
      status = slo_history_since(copy, h, a, s, &at);
      check_that(status == SLO_OK || status == SLO_ENODATA, "%d", status);
      check_ok(slo_history_push(copy, now + (1 + k) * 6 * SEC, h, 0));
    }
  }
  ck_assert_uint_gt(attached, 500);
  /* damaged configurations are refused */
  for (size_t at = 0; at < front; at++) {
    memcpy(memory, history, size);
    ((unsigned char *)memory)[at] ^= (unsigned char)(1u << at % 8);
    if (at >= 40 && at < 64) continue; /* reserved words of the header */
    check_that(slo_history_attach(memory, size, &copy) != SLO_OK || at >= front - 64,
               "byte %zu of %zu", at, front);
  }
  free(memory);
  free(history);
  free(blank);
  slo_snapshot_destroy(s);
  slo_hist_destroy(h);
  slo_hist_destroy(config_only);
}
END_TEST

/* ---- all at once ---- */

/* The owner records i values of its own, all above 0, before its i-th push, so that a reading's
 * time says what it must count of them; the others record values that are not. */
enum { RECORDERS = 1, READERS = 2, PUSHES = 20000, READS = 300 };

typedef struct stage {
  slo_hist *hist;
  slo_history *history;
  uint64_t count[PUSHES + 1], sum[PUSHES + 1]; /* before each push */
  pthread_barrier_t barrier;
  atomic_int pushing;
  atomic_int failed; /* who sets it first writes the message */
  atomic_llong pushed;
  char message[256];
} stage;

/* Check's own assertions belong to the main thread. */
#define STAGE_EXPECT(s, condition, ...)                                \
  do {                                                                 \
    if (!(condition) && atomic_exchange(&(s)->failed, 1) == 0) {       \
      (void)snprintf((s)->message, sizeof((s)->message), __VA_ARGS__); \
    }                                                                  \
  } while (0)

static int64_t stage_time(int64_t push) {
  return push * SEC / 2;
}

static int64_t stage_value(int64_t push) {
  return 1 + push * 7919 % 99991;
}

static void *stage_record(void *argument) {
  stage *s = argument;
  (void)pthread_barrier_wait(&s->barrier);
  while (atomic_load(&s->pushing)) {
    slo_hist_record(s->hist, 0);
    slo_hist_record_times(s->hist, -1, 1000);
  }
  return NULL;
}

static void *stage_push(void *argument) {
  stage *s = argument;
  (void)pthread_barrier_wait(&s->barrier);
  for (int64_t i = 1; i <= PUSHES && !atomic_load(&s->failed); i++) {
    slo_hist_record_times(s->hist, stage_value(i), (uint64_t)i);
    slo_status status = slo_history_push(s->history, stage_time(i), s->hist, 0);
    STAGE_EXPECT(s, status == SLO_OK, "push: %d", status);
    atomic_store(&s->pushed, i);
  }
  atomic_store(&s->pushing, 0);
  return NULL;
}

static void stage_expect(stage *s, const slo_snapshot *snapshot, int64_t from_ns, int64_t to_ns) {
  slo_snapshot_summary sum = SLO_SIZED(slo_snapshot_summary);
  int64_t from = from_ns / (SEC / 2), to = to_ns / (SEC / 2);
  (void)slo_snapshot_summarize(snapshot, &sum);
  uint64_t count = sum.count - sum.negative - sum.zero;
  STAGE_EXPECT(s, count == s->count[to] - s->count[from] && sum.sum == s->sum[to] - s->sum[from],
               "(%" PRId64 ", %" PRId64 "]: %" PRIu64 " instead of %" PRIu64, from, to, count,
               s->count[to] - s->count[from]);
}

static void *stage_read(void *argument) {
  stage *s = argument;
  uint64_t seed = 6;
  slo_snapshot *snapshot = NULL;
  slo_status status = slo_snapshot_create(s->hist, NULL, &snapshot, NULL);
  STAGE_EXPECT(s, status == SLO_OK, "no memory");
  (void)pthread_barrier_wait(&s->barrier);
  for (int i = 0; (i < READS || atomic_load(&s->pushing)) && !atomic_load(&s->failed); i++) {
    slo_period used;
    slo_snapshot_summary sum = SLO_SIZED(slo_snapshot_summary);
    int64_t pushed = atomic_load(&s->pushed), at;
    int64_t from = pushed - (int64_t)(check_random(&seed) % 150);
    int all = from < 0 || i % 2 == 0; /* from the oldest: it goes next */
    if (all) from = 0;
    status = slo_history_read(s->history, stage_time(from),
                              all ? SLO_TIME_MAX_NS : stage_time(pushed), snapshot, &used);
    STAGE_EXPECT(s, status == SLO_OK || (status == SLO_ENODATA && (!all || pushed < 4)), "read: %d",
                 status);
    if (status == SLO_OK) stage_expect(s, snapshot, used.start_ns, used.end_ns);
    status = slo_history_since(s->history, s->hist, stage_time(from), snapshot, &at);
    STAGE_EXPECT(s, status == SLO_OK || pushed == 0, "since: %d", status);
    if (status != SLO_OK) continue;
    (void)slo_snapshot_summarize(snapshot, &sum);
    int64_t since = at / (SEC / 2);
    STAGE_EXPECT(
        s,
        since > pushed || sum.count - sum.negative - sum.zero >= s->count[pushed] - s->count[since],
        "since %" PRId64 ": less than at %" PRId64, since, pushed);
  }
  slo_snapshot_destroy(snapshot);
  return NULL;
}

START_TEST(test_all_at_once) {
  static stage s;
  slo_history_config c = config_of(NESTED, 2, 64);
  pthread_t threads[RECORDERS + READERS + 1];
  size_t size;
  int n = 0;
  memset(&s, 0, sizeof s);
  s.hist = hist_of(3);
  s.history = history_of(s.hist, &c, &size);
  for (int i = 1; i <= PUSHES; i++) {
    s.count[i] = s.count[i - 1] + (uint64_t)i;
    s.sum[i] = s.sum[i - 1] + (uint64_t)i * (uint64_t)stage_value(i);
  }
  atomic_store(&s.pushing, 1);
  ck_assert_int_eq(pthread_barrier_init(&s.barrier, NULL, RECORDERS + READERS + 1), 0);
  for (int i = 0; i < RECORDERS; i++) {
    ck_assert_int_eq(pthread_create(&threads[n++], NULL, stage_record, &s), 0);
  }
  for (int i = 0; i < READERS; i++) {
    ck_assert_int_eq(pthread_create(&threads[n++], NULL, stage_read, &s), 0);
  }
  ck_assert_int_eq(pthread_create(&threads[n++], NULL, stage_push, &s), 0);
  while (n > 0) ck_assert_int_eq(pthread_join(threads[--n], NULL), 0);
  (void)pthread_barrier_destroy(&s.barrier);
  check_that(!atomic_load(&s.failed), "%s", s.message);
  slo_hist_destroy(s.hist);
  free(s.history);
}
END_TEST

/* A clock that was far ahead, and is put right. */
START_TEST(test_rebase) {
  slo_hist *hist;
  slo_history *h;
  slo_snapshot *s;
  slo_period used;
  slo_snapshot_summary sum = SLO_SIZED(slo_snapshot_summary);
  ck_ok(slo_hist_create(NULL, NULL, &hist, NULL));
  ck_ok(slo_history_create(hist, NULL, NULL, &h, NULL));
  ck_ok(slo_snapshot_create(hist, NULL, &s, NULL));
  slo_hist_record_times(hist, 1000000, 7);
  ck_ok(slo_history_push(h, 900 * SLO_DAY_NS, hist, 0));
  slo_hist_record_times(hist, 2000000, 5);
  ck_ok(slo_history_push(h, 10 * SLO_HOUR_NS, hist, 0)); /* earlier: nothing */
  ck_assert_int_eq(slo_history_read(h, 0, 11 * SLO_HOUR_NS, s, &used), SLO_ENODATA);
  ck_assert_int_eq(slo_history_push(h, 10 * SLO_HOUR_NS, hist, 2), SLO_EINVAL);
  ck_ok(slo_history_push(h, 10 * SLO_HOUR_NS, hist, SLO_HISTORY_REBASE));
  slo_hist_record_times(hist, 3000000, 3);
  ck_ok(slo_history_push(h, 11 * SLO_HOUR_NS, hist, SLO_HISTORY_REBASE)); /* no reason to begin */
  ck_ok(slo_history_read(h, 0, SLO_TIME_MAX_NS, s, &used));
  ck_ok(slo_snapshot_summarize(s, &sum));
  ck_assert_uint_eq(sum.count, 3);
  ck_assert_int_eq(used.start_ns, 10 * SLO_HOUR_NS);
  ck_assert_int_eq(used.end_ns, 11 * SLO_HOUR_NS);
  slo_snapshot_destroy(s);
  slo_history_destroy(h);
  slo_hist_destroy(hist);
}
END_TEST

CHECK_MAIN("history", tcase_add_test(tc, test_rebase); tcase_add_test(tc, test_against_the_model);
           tcase_add_test(tc, test_arena_overflow);
           tcase_add_test(tc, test_two_readings_of_every_cell);
           tcase_add_test(tc, test_every_size_of_a_count); tcase_add_test(tc, test_every_gap);
           tcase_add_test(tc, test_lower_counts_begin_anew); tcase_add_test(tc, test_ends_of_time);
           tcase_add_test(tc, test_defaults); tcase_add_test(tc, test_config_errors);
           tcase_add_test(tc, test_nulls_and_other_shapes);
           tcase_add_test(tc, test_prepared_snapshot); tcase_add_test(tc, test_any_bits);
           tcase_add_test(tc, test_all_at_once);)
