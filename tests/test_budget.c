/* test_budget.c - error budgets, what they cost and what comes, by hand and against exact models.
 * test_budget_model.c has all of it together, test_explain.c the words. */
#include "check_main.h"
#include "slo/budget.h"
#include "slo/burn.h"
#include "slo/counter.h"
#include "slo/hist.h"
#include "window/window.h"

#define PPB UINT64_C(1000000000)
#define COUNTS_MAX (UINT64_C(1) << 62)

/* In loops: ck_assert notes every call, which is slow. */
#define must(condition, ...)                     \
  do {                                           \
    if (!(condition)) ck_abort_msg(__VA_ARGS__); \
  } while (0)

static slo_budget budget_of(uint64_t good, uint64_t bad, uint64_t objective) {
  slo_counts counts = {good, bad, 777}; /* excluded never takes part */
  slo_budget budget = SLO_SIZED(slo_budget);
  ck_ok(slo_budget_eval(&counts, objective, &budget));
  ck_assert_uint_eq(budget.struct_size, sizeof budget);
  ck_assert_uint_eq(budget.method, SLO_METHOD_OCCURRENCES);
  ck_assert_uint_eq(budget.objective_ppb, objective);
  ck_assert_uint_eq(budget.good, good);
  ck_assert_uint_eq(budget.bad, bad);
  ck_assert_uint_eq(budget.valid, good + bad);
  ck_assert_int_eq(budget.remaining_ppm, 1000000 - (int64_t)budget.consumed_ppm);
  return budget;
}

/* The Site Reliability Workbook, ch. 2: four weeks of requests, 3,663,253 valid, 3,557,865 good. */
START_TEST(test_workbook) {
  const uint64_t valid = 3663253, good = 3557865;
  ck_assert_uint_eq(budget_of(good, valid - good, 970000000).allowed, 109897);
  ck_assert_uint_eq(budget_of(good, valid - good, 900000000).allowed, 366325);
  ck_assert_uint_eq(budget_of(good, valid - good, 990000000).allowed, 36632);
  /* the sample's 105,388 bad events are 95.90 % of the 97 % budget (of 109,897.59, not of its
   * floor), and an outage of 14,066 errors is 13 % of it */
  slo_budget sample = budget_of(good, valid - good, 970000000);
  ck_assert_uint_eq(sample.bad, 105388);
  ck_assert_uint_eq(sample.consumed_ppm, 958965);
  ck_assert_int_eq(sample.remaining_ppm, 41035);
  ck_assert_uint_eq(budget_of(valid - 14066, 14066, 970000000).consumed_ppm, 127991);
}
END_TEST

/* The occurrences part of OpenSLO's one data set with three answers: 118.64 % at 95 %. */
START_TEST(test_occurrences) {
  static const uint64_t good[] = {2, 10, 12, 13, 13, 12, 13, 13, 12, 11};
  static const uint64_t valid[] = {4, 10, 12, 13, 14, 15, 14, 13, 12, 11};
  uint64_t g = 0, v = 0;
  for (int i = 0; i < 10; i++) {
    g += good[i];
    v += valid[i];
  }
  slo_budget budget = budget_of(g, v - g, 950000000);
  ck_assert_uint_eq(budget.consumed_ppm, 1186440); /* 7 / 118 / 0.05 */
  ck_assert_int_eq(budget.remaining_ppm, -186440);
  ck_assert_uint_eq(budget.allowed, 5); /* of 5.9: consumed is not 7 / 5 */
}
END_TEST

START_TEST(test_never_clamped) {
  slo_budget spent = budget_of(938, 62, 990000000); /* 62 of 10: 620 % */
  ck_assert_uint_eq(spent.consumed_ppm, 6200000);
  ck_assert_int_eq(spent.remaining_ppm, -5200000);
  ck_assert_int_eq(budget_of(990, 10, 990000000).remaining_ppm, 0);
  ck_assert_int_eq(budget_of(1000, 0, 990000000).remaining_ppm, 1000000);
  /* the most there is: everything fails at 99.9999999 % */
  slo_budget all = budget_of(0, COUNTS_MAX, SLO_OBJECTIVE_MAX_PPB);
  ck_assert_uint_eq(all.consumed_ppm, UINT64_C(1000000000000000));
  ck_assert_int_eq(all.remaining_ppm, 1000000 - INT64_C(1000000000000000));
}
END_TEST

/* (1000 good) and (1 bad of 1) is 0.0999 % bad, not the 50 % that averaging ratios makes of it. */
START_TEST(test_not_an_average) {
  slo_budget budget = budget_of(1000, 1, 999000000);
  ck_assert_uint_eq(budget.consumed_ppm, 999000);
  ck_assert_int_eq(budget.remaining_ppm, 1000);
  ck_assert_uint_eq(budget.allowed, 1); /* of 1.001 */
}
END_TEST

/* 99.9999 % is a budget, whatever five decimals make of it. */
START_TEST(test_small_budgets) {
  ck_assert_uint_eq(budget_of(1000000, 0, 999999000).allowed, 1);
  ck_assert_uint_eq(budget_of(999999, 0, 999999000).allowed, 0);
  ck_assert_uint_eq(budget_of(999999, 1, 999999000).consumed_ppm, 1000000);
  ck_assert_uint_eq(budget_of(999999998, 0, SLO_OBJECTIVE_MAX_PPB).allowed, 0);
  ck_assert_uint_eq(budget_of(1000000000, 0, SLO_OBJECTIVE_MAX_PPB).allowed, 1);
  ck_assert_uint_eq(budget_of(COUNTS_MAX, 0, SLO_OBJECTIVE_MIN_PPB).allowed,
                    COUNTS_MAX - COUNTS_MAX / PPB - 1);
}
END_TEST

START_TEST(test_random) {
#ifdef __SIZEOF_INT128__
  __extension__ typedef unsigned __int128 wide;
  uint64_t state = 1;
  for (int i = 0; i < 200000; i++) {
    uint64_t objective = i % 2 ? 1 + check_random(&state) % 999999999
                               : PPB - 1 - check_random_wide(&state) % 999999999;
    uint64_t valid = check_random_wide(&state) % COUNTS_MAX + 1;
    slo_counts counts = {0, check_random_wide(&state) % (valid + 1), check_random_wide(&state)};
    slo_budget b = SLO_SIZED(slo_budget);
    counts.good = valid - counts.bad;
    must(slo_budget_eval(&counts, objective, &b) == SLO_OK, "status");
    wide exact = (wide)(PPB - objective) * valid; /* the budget in 10^-9 events */
    uint64_t allowed = (uint64_t)(exact / PPB);
    uint64_t consumed = (uint64_t)((wide)counts.bad * (PPB * 1000000) / exact);
    must(b.allowed == allowed && b.consumed_ppm == consumed &&
             b.remaining_ppm == 1000000 - (int64_t)consumed && b.valid == valid,
         "%" PRIu64 " bad of %" PRIu64 " at %" PRIu64 ": %" PRIu64 " and %" PRIu64, counts.bad,
         valid, objective, b.allowed, b.consumed_ppm);
  }
#endif
}
END_TEST

START_TEST(test_eval_errors) {
  slo_counts counts = {9, 1, 0}, none = {0, 0, 5};
  slo_budget budget, before;
  memset(&budget, 0x5a, sizeof budget);
  budget.struct_size = sizeof budget;
  before = budget;
  ck_assert_int_eq(slo_budget_eval(NULL, 999000000, &budget), SLO_EINVAL);
  ck_assert_int_eq(slo_budget_eval(&counts, 999000000, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_budget_eval(&counts, 0, &budget), SLO_ERANGE);
  ck_assert_int_eq(slo_budget_eval(&counts, PPB, &budget), SLO_ERANGE);
  ck_assert_int_eq(slo_budget_eval(&none, 0, &budget), SLO_ERANGE);
  ck_assert_mem_eq(&budget, &before, sizeof budget);
  /* nothing valid: filled, and the share means nothing */
  ck_assert_int_eq(slo_budget_eval(&none, 999000000, &budget), SLO_ENODATA);
  ck_assert_uint_eq(budget.objective_ppb, 999000000);
  ck_assert_uint_eq(budget.method, SLO_METHOD_OCCURRENCES);
  ck_assert_uint_eq(budget.valid | budget.good | budget.bad | budget.allowed, 0);
  ck_assert_uint_eq(budget.consumed_ppm, 0);
  ck_assert_int_eq(budget.remaining_ppm, 0);
}
END_TEST

/* An older caller gets the fields it knows, a newer one no garbage; size unset is an error. */
START_TEST(test_sizes) {
  slo_counts counts = {9, 1, 0};
  struct {
    slo_budget budget;
    uint64_t newer;
  } larger;
  memset(&larger, 0x5a, sizeof larger);
  larger.budget.struct_size = offsetof(slo_budget, bad);
  ck_ok(slo_budget_eval(&counts, 999000000, &larger.budget));
  ck_assert_uint_eq(larger.budget.struct_size, offsetof(slo_budget, bad));
  ck_assert_uint_eq(larger.budget.good, 9);
  ck_assert_uint_eq(larger.budget.bad, UINT64_C(0x5a5a5a5a5a5a5a5a));
  larger.budget.struct_size = sizeof larger;
  ck_ok(slo_budget_eval(&counts, 999000000, &larger.budget));
  ck_assert_uint_eq(larger.budget.struct_size, sizeof larger);
  ck_assert_uint_eq(larger.budget.bad, 1);
  ck_assert_uint_eq(larger.newer, UINT64_C(0x5a5a5a5a5a5a5a5a));
  larger.budget.struct_size = 0;
  larger.budget.bad = 42;
  ck_assert_int_eq(slo_budget_eval(&counts, 999000000, &larger.budget), SLO_EINVAL);
  ck_assert_uint_eq(larger.budget.bad, 42);
}
END_TEST

/* ---- the burn-down ---- */

enum { SECONDS = 4000 };

static slo_window *exact_window(void) {
  slo_window_tier tier = {SLO_SECOND_NS, SECONDS * SLO_SECOND_NS};
  slo_window_config config = SLO_SIZED(slo_window_config);
  slo_window *window = NULL;
  config.tier_count = 1;
  config.tiers = &tier;
  ck_ok(slo_window_create(&config, NULL, &window, NULL));
  return window;
}

/* Counts at every whole second of a history; the model of a burn-down looks them up. */
typedef struct history {
  int64_t begin_s;
  int last; /* counts[0 .. last] */
  slo_counts counts[SECONDS];
} history;

static slo_status rolling_burndown(const slo_window *window, uint64_t objective, int64_t period_ns,
                                   size_t n, slo_budget_point *points) {
  slo_budget_config c = SLO_SIZED(slo_budget_config);
  c.objective_ppb = objective;
  c.period_ns = period_ns;
  return slo_budget_burndown(window, &c, n, points);
}

static void check_burndown(const slo_window *window, const history *h, uint64_t objective,
                           int64_t period_ns, size_t n) {
  slo_budget_point points[100];
  ck_assert_uint_le(n, 100);
  memset(points, 0x5a, sizeof points);
  slo_status status = rolling_burndown(window, objective, period_ns, n, points);

  const int64_t begin_ns = h->begin_s * SLO_SECOND_NS;
  const int64_t now_ns = begin_ns + h->last * SLO_SECOND_NS;
  /* the reading the period begins with: the newest at or before its begin, or the oldest */
  int from = 0;
  while (from < h->last && begin_ns + (from + 1) * SLO_SECOND_NS <= now_ns - period_ns) from++;
  const int64_t from_ns = begin_ns + from * SLO_SECOND_NS;
  const slo_counts *old = &h->counts[from], *new = &h->counts[h->last];
  const uint64_t valid = new->good + new->bad - old->good - old->bad;
  if (valid == 0) {
    ck_assert_int_eq(status, SLO_ENODATA);
    return;
  }
  ck_ok(status);
  for (size_t i = 0; i < n; i++) {
    int64_t at_ns = from_ns + (now_ns - from_ns) * (int64_t)(i + 1) / (int64_t)n;
    int at = (int)((at_ns - begin_ns) / SLO_SECOND_NS);
    uint64_t bad = h->counts[at].bad - old->bad;
    slo_budget budget = budget_of(valid - bad, bad, objective);
    ck_assert_int_eq(points[i].at_ns, at_ns);
    ck_assert_int_eq(points[i].remaining_ppm, budget.remaining_ppm);
  }
  ck_assert_int_eq(points[n - 1].at_ns, now_ns);
  if (n < 100) ck_assert_int_eq(points[n].at_ns, INT64_C(0x5a5a5a5a5a5a5a5a));
}

START_TEST(test_burndown) {
  static history h;
  uint64_t state = 2;
  slo_window *window = exact_window();
  h.begin_s = 1431857100;
  for (int t = 0; t < SECONDS; t++) {
    if (t > 0) { /* traffic, silence, a bad stretch */
      h.counts[t] = h.counts[t - 1];
      uint64_t events = t % 1000 > 900 ? 0 : check_random(&state) % 50;
      uint64_t bad = check_random(&state) % 10 == 0 || (t > 1500 && t < 1520) ? events / 2 : 0;
      h.counts[t].good += events - bad;
      h.counts[t].bad += bad;
      h.counts[t].excluded += 1;
    }
    ck_ok(slo_window_push(window, (h.begin_s + t) * SLO_SECOND_NS, &h.counts[t], 0));
    h.last = t;
    if (t % 431 != 5 && t != SECONDS - 1) continue;
    /* shorter than the history, as long, longer; a silent minute; more points than seconds */
    check_burndown(window, &h, 999000000, 600 * SLO_SECOND_NS, 48);
    check_burndown(window, &h, 990000000, 600 * SLO_SECOND_NS + 1, 7);
    check_burndown(window, &h, 900000000, 3000 * SLO_SECOND_NS, 100);
    check_burndown(window, &h, 999999999, SLO_DAY_NS, 1);
    check_burndown(window, &h, 1, SLO_TIME_MAX_NS, 60);
    check_burndown(window, &h, 999000000, 30 * SLO_SECOND_NS, 100);
    check_burndown(window, &h, 999000000, 1, 3);
  }
  slo_window_destroy(window);
}
END_TEST

/* All the budget at first, half of it at half time, 100 % over at the end. */
START_TEST(test_burndown_by_hand) {
  slo_window *window = exact_window();
  slo_counts total = {0, 0, 0};
  slo_budget_point points[4];
  for (int t = 0; t <= 1000; t++) {
    if (t > 0) total.good += 9;
    if (t == 400) total.bad += 5; /* the whole period's budget is 0.1 % of 10,000 = 10 */
    if (t == 600) total.bad += 15;
    if (t == 1000) total.good = 9980;
    ck_ok(slo_window_push(window, t * SLO_SECOND_NS, &total, 0));
  }
  ck_ok(rolling_burndown(window, 999000000, 1000 * SLO_SECOND_NS, 4, points));
  static const int64_t want[4] = {1000000, 500000, -1000000, -1000000};
  for (int i = 0; i < 4; i++) {
    ck_assert_int_eq(points[i].at_ns, (i + 1) * 250 * SLO_SECOND_NS);
    ck_assert_int_eq(points[i].remaining_ppm, want[i]);
  }
  slo_window_destroy(window);
}
END_TEST

/* Readings at odd moments into the default tiers: it never rises, and it ends where the budget of
 * the period stands. */
START_TEST(test_burndown_never_rises) {
  uint64_t state = 3;
  enum { POINTS = 48 };
  for (int run = 0; run < 40; run++) {
    slo_window *window = NULL;
    slo_counts total = {0, 0, 0};
    int64_t now_ns = 1431857100 * SLO_SECOND_NS;
    ck_ok(slo_window_create(NULL, NULL, &window, NULL));
    for (int i = 0; i < 2000; i++) {
      ck_ok(slo_window_push(window, now_ns, &total, 0));
      total.good += check_random(&state) % 1000;
      total.bad += check_random(&state) % 20 / 19;
      now_ns += (int64_t)(check_random_wide(&state) %
                          (uint64_t)(run % 2 ? 30 * SLO_SECOND_NS : 20 * SLO_MINUTE_NS));
    }
    static const int64_t periods[] = {SLO_HOUR_NS, SLO_DAY_NS, 7 * SLO_DAY_NS, 30 * SLO_DAY_NS};
    for (int p = 0; p < 4; p++) {
      slo_budget_point points[POINTS];
      slo_delta delta = SLO_SIZED(slo_delta);
      ck_ok(rolling_burndown(window, 999000000, periods[p], POINTS, points));
      ck_ok(slo_window_read(window, &periods[p], 1, &delta));
      for (int i = 1; i < POINTS; i++) {
        must(points[i].at_ns >= points[i - 1].at_ns, "time goes back at point %d", i);
        must(points[i].remaining_ppm <= points[i - 1].remaining_ppm, "run %d: rises at point %d",
             run, i);
      }
      must(points[0].remaining_ppm <= 1000000, "more than all of it");
      slo_budget budget = budget_of(delta.counts.good, delta.counts.bad, 999000000);
      ck_assert_int_eq(points[POINTS - 1].at_ns, delta.to_ns);
      ck_assert_int_eq(points[POINTS - 1].remaining_ppm, budget.remaining_ppm);
    }
    slo_window_destroy(window);
  }
}
END_TEST

START_TEST(test_burndown_errors) {
  slo_window *window = exact_window();
  slo_counts total = {0, 0, 0};
  slo_budget_point point = {-1, -1};
  ck_assert_int_eq(rolling_burndown(window, 999000000, SLO_DAY_NS, 1, &point), SLO_ENODATA);
  ck_ok(slo_window_push(window, SLO_SECOND_NS, &total, 0));
  ck_assert_int_eq(rolling_burndown(window, 999000000, SLO_DAY_NS, 1, &point), SLO_ENODATA);
  total.excluded = 9; /* still nothing valid */
  ck_ok(slo_window_push(window, 2 * SLO_SECOND_NS, &total, 0));
  ck_assert_int_eq(rolling_burndown(window, 999000000, SLO_DAY_NS, 1, &point), SLO_ENODATA);
  total.good = 10;
  ck_ok(slo_window_push(window, 3 * SLO_SECOND_NS, &total, 0));
  ck_assert_int_eq(rolling_burndown(NULL, 999000000, SLO_DAY_NS, 1, &point), SLO_EINVAL);
  ck_assert_int_eq(rolling_burndown(window, 999000000, SLO_DAY_NS, 1, NULL), SLO_EINVAL);
  ck_assert_int_eq(rolling_burndown(window, 999000000, SLO_DAY_NS, 0, &point), SLO_ERANGE);
  ck_assert_int_eq(rolling_burndown(window, 999000000, 0, 1, &point), SLO_ERANGE);
  ck_assert_int_eq(rolling_burndown(window, 999000000, -1, 1, &point), SLO_ERANGE);
  ck_assert_int_eq(rolling_burndown(window, 0, SLO_DAY_NS, 1, &point), SLO_ERANGE);
  ck_assert_int_eq(rolling_burndown(window, PPB, SLO_DAY_NS, 1, &point), SLO_ERANGE);
  ck_assert_int_eq(point.at_ns, -1);
  ck_assert_int_eq(point.remaining_ppm, -1);
  ck_ok(rolling_burndown(window, 999000000, SLO_DAY_NS, 1, &point));
  ck_assert_int_eq(point.at_ns, 3 * SLO_SECOND_NS);
  ck_assert_int_eq(point.remaining_ppm, 1000000);
  slo_window_destroy(window);
}
END_TEST

/* ---- three methods ---- */

#define SLICE (10 * SLO_SECOND_NS)
#define T0 (INT64_C(143185710) * SLICE)

static slo_window *sliced_window(uint64_t slice_objective, uint32_t policy) {
  slo_window_tier tier = {SLICE, 4000 * SLICE};
  slo_window_config config = SLO_SIZED(slo_window_config);
  slo_window *window = NULL;
  config.tier_count = 1;
  config.tiers = &tier;
  config.slice_ns = slice_objective != 0 ? SLICE : 0;
  config.slice_objective_ppb = slice_objective;
  config.unmeasured = policy;
  ck_ok(slo_window_create(&config, NULL, &window, NULL));
  return window;
}

static slo_budget_config rolling_config(uint32_t method, uint64_t objective, int64_t period_ns) {
  slo_budget_config c = SLO_SIZED(slo_budget_config);
  c.method = method;
  c.objective_ppb = objective;
  c.period_ns = period_ns;
  return c;
}

/* OpenSLO's one data set with three answers: 118.64, 800 and 168.57 % of the budget. */
START_TEST(test_three_methods) {
  static const uint64_t good[] = {2, 10, 12, 13, 13, 12, 13, 13, 12, 11};
  static const uint64_t valid[] = {4, 10, 12, 13, 14, 15, 14, 13, 12, 11};
  /* by ratio timeslices 1/2 + 1/14 + 3/15 + 1/14, each to 10^-11, of 10 */
  static const uint64_t consumed[] = {1186440, 8000000, 1685714};
  static const uint64_t valids[] = {118, 10, 10 * SLO_SLICE_RATIO_ONE};
  static const uint64_t bads[] = {7, 4, UINT64_C(84285714286)};
  static const char *const names[] = {"occurrences", "timeslices", "ratio timeslices"};
  slo_window *window = sliced_window(950000000, 0);
  slo_counts total = {0, 0, 0};
  ck_ok(slo_window_push(window, T0, &total, 0));
  for (int i = 0; i < 10; i++) {
    total.good += good[i];
    total.bad += valid[i] - good[i];
    ck_ok(slo_window_push(window, T0 + (i + 1) * SLICE, &total, 0));
  }
  for (uint32_t method = 0; method < 3; method++) {
    slo_budget_config c = rolling_config(method, 950000000, 10 * SLICE);
    slo_budget b = SLO_SIZED(slo_budget);
    ck_ok(slo_budget_read(window, &c, &b));
    ck_assert_uint_eq(b.consumed_ppm, consumed[method]);
    ck_assert_uint_eq(b.valid, valids[method]);
    ck_assert_uint_eq(b.bad, bads[method]);
    ck_assert_uint_eq(b.method, method);
    ck_assert_uint_eq(b.counts.good + b.counts.bad, 118); /* events by any method */
    ck_assert_uint_eq(b.slices.good + b.slices.bad, valids[SLO_METHOD_TIMESLICES]); /* and these */
    ck_assert_uint_eq(b.slices.bad, bads[SLO_METHOD_TIMESLICES]);
    ck_assert_uint_eq(b.slices.ratio_sum, bads[SLO_METHOD_RATIO_TIMESLICES]);
    ck_assert_int_eq(b.slice_ns, SLICE);
    ck_assert_uint_eq(b.unseen_slices, 0);
    ck_assert_str_eq(slo_method_name(method), names[method]);
  }
  ck_assert_str_eq(slo_method_name(3), "unknown method");
  ck_assert_str_eq(slo_method_name(UINT32_MAX), "unknown method");
  slo_window_destroy(window);
}
END_TEST

/* The Site Reliability Workbook's sample again, as a window, and what its outage cost. */
START_TEST(test_cost_of_an_outage) {
  slo_window *window = exact_window();
  slo_counts total = {0, 0, 0};
  slo_delta incident = SLO_SIZED(slo_delta);
  uint64_t cost = 4711;
  ck_ok(slo_window_push(window, 0, &total, 0));
  total.good = 1500000;
  total.bad = 50000;
  ck_ok(slo_window_push(window, 1000 * SLO_SECOND_NS, &total, 0));
  total.bad += 14066;
  ck_ok(slo_window_push(window, 1100 * SLO_SECOND_NS, &total, 0));
  total.good = 3557865;
  total.bad = 105388;
  ck_ok(slo_window_push(window, 2000 * SLO_SECOND_NS, &total, 0));
  slo_budget_config c = rolling_config(0, 970000000, 2000 * SLO_SECOND_NS);
  ck_ok(slo_budget_cost(window, &c, 1000 * SLO_SECOND_NS, 1100 * SLO_SECOND_NS, &cost, &incident));
  ck_assert_uint_eq(cost, 127991); /* 12.8 %: more than none, less than a fifth */
  ck_assert_uint_eq(incident.counts.bad, 14066);
  ck_assert_int_eq(incident.from_ns, 1000 * SLO_SECOND_NS);
  ck_assert_int_eq(incident.to_ns, 1100 * SLO_SECOND_NS);
  ck_ok(slo_budget_cost(window, &c, 0, 2000 * SLO_SECOND_NS, &cost, NULL));
  ck_assert_uint_eq(cost, 958965); /* of which 95.90 % are spent */
  ck_ok(slo_budget_cost(window, &c, 1100 * SLO_SECOND_NS, 1100 * SLO_SECOND_NS, &cost, NULL));
  ck_assert_uint_eq(cost, 0);
  ck_ok(slo_budget_cost(window, &c, 0, SLO_TIME_MAX_NS, &cost, NULL)); /* up to now */
  ck_assert_uint_eq(cost, 958965);
  /* of an incident outside the period, in terms of this period's budget */
  c.period_ns = 900 * SLO_SECOND_NS;
  ck_ok(slo_budget_cost(window, &c, 1000 * SLO_SECOND_NS, 1100 * SLO_SECOND_NS, &cost, NULL));
  const uint64_t valid = 3557865 - 1500000 + 105388 - 64066;
  ck_assert_uint_eq(cost, 14066 * UINT64_C(1000000) * 100 / (3 * valid));

  cost = 4711;
  ck_assert_int_eq(slo_budget_cost(window, &c, 2, 1, &cost, NULL), SLO_ERANGE);
  ck_assert_int_eq(slo_budget_cost(window, &c, -1, 1, &cost, NULL), SLO_ERANGE);
  ck_assert_int_eq(slo_budget_cost(window, &c, 1, SLO_TIME_MAX_NS + 1, &cost, NULL), SLO_ERANGE);
  ck_assert_int_eq(slo_budget_cost(NULL, &c, 1, 2, &cost, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_budget_cost(window, NULL, 1, 2, &cost, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_budget_cost(window, &c, 1, 2, NULL, NULL), SLO_EINVAL);
  incident.struct_size = 0;
  ck_assert_int_eq(slo_budget_cost(window, &c, 1, 2, &cost, &incident), SLO_EINVAL);
  c.method = SLO_METHOD_TIMESLICES; /* it has no slices */
  ck_assert_int_eq(slo_budget_cost(window, &c, 1, 2, &cost, NULL), SLO_EINVAL);
  c.method = 0;
  c.period_ns = 1; /* nothing happened in the last nanosecond; from the newest reading before it */
  total.excluded++;
  ck_ok(slo_window_push(window, 2001 * SLO_SECOND_NS, &total, 0));
  ck_assert_int_eq(slo_budget_cost(window, &c, 1, 2, &cost, NULL), SLO_ENODATA);
  ck_assert_uint_eq(cost, 4711);
  slo_window_destroy(window);
}
END_TEST

/* 99.9 % over 28 days is 40.32 minutes, by probes every 100 ms: one more is too many. */
START_TEST(test_allowance_of_time) {
  slo_window *window = NULL;
  const uint64_t probes = 28 * 24 * 3600 * 10, allowed = 24192; /* 40.32 * 60 * 10 */
  slo_counts total = {0, 0, 0};
  slo_budget b = SLO_SIZED(slo_budget);
  ck_ok(slo_window_create(NULL, NULL, &window, NULL));
  ck_ok(slo_window_push(window, SLO_DAY_NS, &total, 0));
  total.bad = allowed;
  total.good = probes - allowed;
  ck_ok(slo_window_push(window, 29 * SLO_DAY_NS, &total, SLO_PUSH_REBASE));
  slo_budget_config c = rolling_config(0, 999000000, 28 * SLO_DAY_NS);
  ck_ok(slo_budget_read(window, &c, &b));
  ck_assert_uint_eq(b.allowed, allowed);
  ck_assert_int_eq(b.remaining_ppm, 0);
  slo_window_destroy(window);
}
END_TEST

/* Weighted events are events: a weight of 1 is none, cents instead of euros change no share. */
START_TEST(test_weights) {
  uint64_t random = 7;
  slo_counter *plain = NULL, *ones = NULL, *cents = NULL;
  ck_ok(slo_counter_create(NULL, NULL, &plain, NULL));
  ck_ok(slo_counter_create(NULL, NULL, &ones, NULL));
  ck_ok(slo_counter_create(NULL, NULL, &cents, NULL));
  uint64_t revenue = 0, lost = 0;
  for (int i = 0; i < 5000; i++) {
    slo_outcome outcome = check_random(&random) % 50 == 0 ? SLO_BAD : SLO_GOOD;
    uint64_t price = 1 + check_random(&random) % 20000;
    slo_counts one = {outcome == SLO_GOOD, outcome == SLO_BAD, 0};
    slo_counts weight = {one.good * price, one.bad * price, 0};
    slo_counter_record(plain, outcome);
    slo_counter_record_many(ones, &one);
    slo_counter_record_many(cents, &weight);
    revenue += price;
    lost += outcome == SLO_BAD ? price : 0;
  }
  slo_counter *const counters[] = {plain, ones, cents};
  slo_budget b[3];
  for (int i = 0; i < 3; i++) {
    slo_counter_tally tally = SLO_SIZED(slo_counter_tally);
    slo_window *window = exact_window();
    slo_counts none = {0, 0, 0};
    slo_budget_config c = rolling_config(0, 990000000, SLO_MINUTE_NS);
    memset(&b[i], 0, sizeof b[i]);
    b[i].struct_size = sizeof b[i];
    ck_ok(slo_counter_read(counters[i], &tally));
    ck_ok(slo_window_push(window, 0, &none, 0));
    ck_ok(slo_window_push(window, SLO_MINUTE_NS, &tally.counts, 0));
    ck_ok(slo_budget_read(window, &c, &b[i]));
    slo_window_destroy(window);
    slo_counter_destroy(counters[i]);
  }
  ck_assert_mem_eq(&b[0], &b[1], sizeof b[0]);
  ck_assert_uint_eq(b[2].valid, revenue);
  ck_assert_uint_eq(b[2].bad, lost);
  ck_assert_uint_eq(b[2].consumed_ppm, lost * UINT64_C(100000000) / revenue);
}
END_TEST

static int compare_values(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/*
 * "p95 <= 300 ms" is the SLO "95 % within 300 ms": the value of rank ceil(q * n) is within X
 * exactly when at least that many are, exactly when bad <= (1 - q) * n, which is what the budget
 * and the burn rate decide. Ranks are computed here in integers.
 */
START_TEST(test_quantile_objectives) {
  enum { MOST = 300 };
  static const uint64_t objectives[] = {500000000, 900000000, 950000000, 990000000, 999000000, 1};
  uint64_t random = 9, met = 0, missed = 0, exact = 0;
  for (int run = 0; run < 3000; run++) {
    int64_t values[MOST], threshold = 100 + (int64_t)(check_random(&random) % 5), at = 0;
    uint64_t n = 1 + check_random(&random) % MOST, within = 0, beyond = 0;
    uint64_t q = run % 7 == 6 ? 1 + check_random(&random) % 999999999 : objectives[run % 7];
    slo_hist_config config = SLO_SIZED(slo_hist_config);
    slo_hist *hist = NULL;
    config.lowest = 1;
    config.highest = 1000000;
    config.thresholds = &threshold;
    config.threshold_count = 1;
    config.scale = 3;
    ck_ok(slo_hist_create(&config, NULL, &hist, NULL));
    uint64_t slow = check_random(&random) % 3 == 0 ? 2 : 1 + PPB / (PPB - q); /* near the edge */
    for (uint64_t i = 0; i < n; i++) {
      int late = check_random(&random) % slow == 0;
      values[i] = late ? threshold + 1 + (int64_t)(check_random(&random) % 3)
                       : threshold - (int64_t)(check_random(&random) % 3);
      slo_hist_record(hist, values[i]);
    }
    qsort(values, n, sizeof values[0], compare_values);
    uint64_t rank = (q * n + PPB - 1) / PPB; /* q * n < 2^64 */
    int quantile_met = values[rank - 1] <= threshold;
    check_ok(slo_hist_threshold(hist, 0, &at, &within, &beyond));
    slo_counts counts = {within, beyond, 0};
    slo_budget b = SLO_SIZED(slo_budget);
    check_ok(slo_budget_eval(&counts, q, &b));
    int budget_met = b.bad <= b.allowed;
    int burn_met = slo_burn_exceeds(&counts, q, 1000000, 0) == 0;
    must(at == threshold && within + beyond == n, "the histogram lost something");
    must(quantile_met == budget_met && quantile_met == burn_met,
         "%" PRIu64 " of %" PRIu64 " within, q %" PRIu64 ": %d, %d and %d", within, n, q,
         quantile_met, budget_met, burn_met);
    met += (uint64_t)quantile_met;
    missed += (uint64_t)!quantile_met;
    exact += b.consumed_ppm == 1000000;
    slo_hist_destroy(hist);
  }
  ck_assert_uint_gt(met, 500);
  ck_assert_uint_gt(missed, 500);
  ck_assert_uint_gt(exact, 10);
}
END_TEST

/* ---- what comes ---- */

/* A good service with constant traffic begins to fail: the budget is gone when it was foretold. */
START_TEST(test_exhaustion_of_a_rolling_budget) {
  slo_window *window = exact_window();
  slo_counts total = {0, 0, 0};
  slo_budget_config c = rolling_config(0, 990000000, 1000 * SLO_SECOND_NS);
  slo_budget b = SLO_SIZED(slo_budget);
  slo_forecast f = SLO_SIZED(slo_forecast);
  int t = 0;
  for (; t <= 1200; t++) {
    ck_ok(slo_window_push(window, t * SLO_SECOND_NS, &total, 0));
    total.good += 100;
  }
  ck_ok(slo_budget_forecast(window, &c, 10 * SLO_SECOND_NS, SLO_DAY_NS, &f));
  ck_assert_uint_eq(f.burn_ppm, 0);
  ck_assert_int_eq(f.exhaustion_ns, INT64_MAX);
  ck_assert_int_eq(f.from_full_ns, INT64_MAX);
  ck_assert_int_eq(f.remaining_ppm, 1000000);
  ck_assert_uint_eq(f.violated, 0);
  int64_t foretold = 0;
  for (int k = 1; k <= 220; k++, t++) { /* 5 %: a burn of 5, gone after a fifth of the period */
    total.good -= 5;                    /* of the hundred that the last round added */
    total.bad += 5;
    ck_ok(slo_window_push(window, t * SLO_SECOND_NS, &total, 0));
    total.good += 100;
    ck_ok(slo_budget_read(window, &c, &b));
    ck_assert_int_eq(b.remaining_ppm, 1000000 - k * 5000);
    ck_ok(slo_budget_forecast(window, &c, SLO_SECOND_NS, 100 * SLO_SECOND_NS, &f));
    ck_assert_uint_eq(f.burn_ppm, 5000000);
    ck_assert_int_eq(f.from_full_ns, 200 * SLO_SECOND_NS);
    ck_assert_int_eq(f.exhaustion_ns, k >= 200 ? 0 : (200 - k) * SLO_SECOND_NS);
    ck_assert_int_eq(f.remaining_ppm, 1000000 - (k + 100) * 5000);
    ck_assert_uint_eq(f.violated, k > 100);
    if (k == 1) foretold = t * SLO_SECOND_NS + f.exhaustion_ns;
    if (b.remaining_ppm == 0) ck_assert_int_eq(t * SLO_SECOND_NS, foretold);
  }
  slo_window_destroy(window);
}
END_TEST

/* An old outage leaves the period: what is violated now will not be then. */
START_TEST(test_forecast_rolls_off) {
  slo_window *window = exact_window();
  slo_counts total = {0, 0, 0};
  slo_budget_config c = rolling_config(0, 990000000, 1000 * SLO_SECOND_NS);
  slo_budget b = SLO_SIZED(slo_budget);
  slo_forecast f = SLO_SIZED(slo_forecast);
  for (int t = 0; t <= 1500; t++) {
    ck_ok(slo_window_push(window, t * SLO_SECOND_NS, &total, 0));
    total.good += t >= 600 && t < 620 ? 0 : 10;
    total.bad += t >= 600 && t < 620 ? 10 : 0;
  }
  ck_ok(slo_budget_read(window, &c, &b));
  ck_assert_int_eq(b.remaining_ppm, -1000000);
  static const int64_t horizons[] = {0, 100, 110, 111, 120, 1000, 5000};
  static const int64_t remaining[] = {-1000000, -1000000, 0, 100000, 1000000, 1000000, 1000000};
  for (int i = 0; i < 7; i++) {
    ck_ok(slo_budget_forecast(window, &c, 50 * SLO_SECOND_NS, horizons[i] * SLO_SECOND_NS, &f));
    ck_assert_int_eq(f.remaining_ppm, remaining[i]);
    ck_assert_uint_eq(f.violated, remaining[i] < 0);
    ck_assert_int_eq(f.horizon_ns, horizons[i] * SLO_SECOND_NS);
    ck_assert_int_eq(f.exhaustion_ns, 0); /* now it is gone */
  }
  ck_ok(slo_budget_forecast(window, &c, 50 * SLO_SECOND_NS, INT64_MAX, &f));
  ck_assert_int_eq(f.remaining_ppm, 1000000);
  slo_window_destroy(window);
}
END_TEST

/* The first minutes of a month have less than one event to spare; that is not 'gone'. */
START_TEST(test_forecast_of_fractions) {
  slo_window *window = exact_window();
  slo_counts total = {0, 0, 0};
  slo_forecast f = SLO_SIZED(slo_forecast);
  slo_budget_config c = rolling_config(0, 990000000, 0);
  c.start_ns = 0;
  c.end_ns = 20 * SLO_SECOND_NS;
  ck_ok(slo_window_push(window, 0, &total, 0));
  total.good = 10;
  ck_ok(slo_window_push(window, 10 * SLO_SECOND_NS, &total, 0));
  ck_ok(slo_budget_forecast(window, &c, 10 * SLO_SECOND_NS, SLO_DAY_NS, &f));
  ck_assert_int_eq(f.exhaustion_ns, INT64_MAX); /* 0.2 of an event may be bad, none is */
  ck_assert_int_eq(f.horizon_ns, 10 * SLO_SECOND_NS);
  total.good = 15;
  total.bad = 5; /* 5 of 30 to come may be bad by 0.3: gone already */
  ck_ok(slo_window_push(window, 15 * SLO_SECOND_NS, &total, 0));
  ck_ok(slo_budget_forecast(window, &c, 5 * SLO_SECOND_NS, SLO_DAY_NS, &f));
  ck_assert_int_eq(f.exhaustion_ns, 0);
  ck_assert_uint_eq(f.violated, 1);
  /* a period that is over changes no more */
  total.good = 1000;
  ck_ok(slo_window_push(window, 20 * SLO_SECOND_NS, &total, 0));
  total.bad = 500;
  ck_ok(slo_window_push(window, 30 * SLO_SECOND_NS, &total, 0));
  ck_ok(slo_budget_forecast(window, &c, 5 * SLO_SECOND_NS, SLO_DAY_NS, &f));
  ck_assert_int_eq(f.horizon_ns, 0);
  ck_assert_int_eq(f.remaining_ppm, 1000000 - (int64_t)(5 * UINT64_C(100000000) / 1005));
  ck_assert_int_eq(f.exhaustion_ns, INT64_MAX); /* 5 of the 10.05 allowed, and nothing comes */
  slo_window_destroy(window);
}
END_TEST

/* Five and a half bad events are left: that is when it is gone, and not a moment later. */
START_TEST(test_forecast_to_the_moment) {
  slo_window *window = exact_window();
  slo_counts total = {0, 0, 0};
  slo_forecast f = SLO_SIZED(slo_forecast);
  slo_budget_config c = rolling_config(0, 990000000, 0);
  c.end_ns = 105 * SLO_SECOND_NS; /* 1050 events, 10.5 may be bad */
  ck_ok(slo_window_push(window, 0, &total, 0));
  total.good = 495;
  total.bad = 4;
  ck_ok(slo_window_push(window, 49 * SLO_SECOND_NS + 900000000, &total, 0));
  total.bad = 5;
  ck_ok(slo_window_push(window, 50 * SLO_SECOND_NS, &total, 0)); /* alone it is all bad: 10/s */
  ck_ok(slo_budget_forecast(window, &c, 100000000, SLO_DAY_NS, &f));
  ck_assert_int_eq(f.exhaustion_ns, 550000000);
  c.end_ns = 50 * SLO_SECOND_NS + 450000000; /* 504.5 events: 5.04 are allowed */
  ck_ok(slo_budget_forecast(window, &c, 100000000, SLO_DAY_NS, &f));
  ck_assert_int_eq(f.exhaustion_ns, 4000000); /* of 4 events that come whole: 5.04 - 5 */
  c.objective_ppb = 980000000;
  c.end_ns = 55 * SLO_SECOND_NS + 500000000; /* 11.1 of 555 */
  ck_ok(slo_budget_forecast(window, &c, 100000000, SLO_DAY_NS, &f));
  ck_assert_int_eq(f.exhaustion_ns, 610000000);
  c.objective_ppb = 990000000;
  c.end_ns = 50 * SLO_SECOND_NS; /* it is over, and 5 of 5 are spent */
  ck_ok(slo_budget_forecast(window, &c, 100000000, SLO_DAY_NS, &f));
  ck_assert_int_eq(f.remaining_ppm, 0);
  ck_assert_int_eq(f.exhaustion_ns, 0);
  ck_assert_uint_eq(f.violated, 0);
  total.good++; /* also when nothing burns any more */
  ck_ok(slo_window_push(window, 51 * SLO_SECOND_NS, &total, 0));
  ck_ok(slo_budget_forecast(window, &c, SLO_SECOND_NS, SLO_DAY_NS, &f));
  ck_assert_uint_eq(f.burn_ppm, 0);
  ck_assert_int_eq(f.exhaustion_ns, 0);
  slo_window_destroy(window);
}
END_TEST

/* Time that was not seen counts as bad, in the past and in what goes on like it. */
START_TEST(test_forecast_of_the_unseen) {
  slo_window *window = sliced_window(0, SLO_UNMEASURED_BAD);
  slo_window *ignoring = sliced_window(0, SLO_UNMEASURED_IGNORE);
  slo_counts total = {0, 0, 0};
  slo_forecast f = SLO_SIZED(slo_forecast);
  slo_budget_config c = rolling_config(0, 900000000, 100 * SLICE);
  for (int i = 0; i <= 20; i++) {
    ck_ok(slo_window_push(window, T0 + i * SLICE, &total, i > 15 ? SLO_PUSH_UNMEASURED : 0));
    total.good += i < 15 ? 100 : 0;
  }
  /* now 500 of 2000 are bad, in the last ten slices half of 1000; so it will be 1000 of 3000 */
  ck_ok(slo_budget_forecast(window, &c, 10 * SLICE, 10 * SLICE, &f));
  ck_assert_int_eq(f.lookback_from_ns, T0 + 10 * SLICE); /* half of it was seen */
  ck_assert_int_eq(f.lookback_to_ns, T0 + 20 * SLICE);
  ck_assert_int_eq(f.lookback_measured_ns, 5 * SLICE);
  ck_assert_uint_eq(f.flags, 0);
  ck_assert_int_eq(f.remaining_ppm, 1000000 - 3333333);
  ck_assert_uint_eq(f.burn_ppm, 5000000);
  /* the history is shorter, and the answer says so */
  ck_ok(slo_budget_forecast(window, &c, 25 * SLICE, 10 * SLICE, &f));
  ck_assert_uint_eq(f.flags, SLO_DELTA_SHORT);
  ck_assert_int_eq(f.lookback_from_ns, T0);
  ck_assert_int_eq(f.lookback_measured_ns, 15 * SLICE);
  /* a caller with the struct of before gets what it has room for */
  slo_forecast old;
  memset(&old, 0x5a, sizeof old);
  old.struct_size = offsetof(slo_forecast, method);
  ck_ok(slo_budget_forecast(window, &c, 25 * SLICE, 10 * SLICE, &old));
  ck_assert_int_eq(old.remaining_ppm, f.remaining_ppm);
  ck_assert_uint_eq(old.method, 0x5a5a5a5a);
  /* counted all at once, in no time that was measured: there is no rate */
  total.good = 0;
  ck_ok(slo_window_push(ignoring, T0, &total, 0));
  total.good = 10;
  ck_ok(slo_window_push(ignoring, T0 + SLICE, &total, SLO_PUSH_UNMEASURED));
  ck_assert_int_eq(slo_budget_forecast(ignoring, &c, SLICE, SLICE, &f), SLO_ENODATA);
  slo_window_destroy(window);
  slo_window_destroy(ignoring);
}
END_TEST

/* Slices are what somebody stored: however many, they make a budget between worst and best. */
START_TEST(test_forged_slices) {
  const uint64_t words[] = {0, 1, 92000000, UINT64_C(1) << 40, INT64_MAX, UINT64_MAX};
  for (int i = 0; i < 6 * 6 * 6; i++) {
    slo_window *window = sliced_window(950000000, SLO_UNMEASURED_BAD);
    slo_counts total = {0, 0, 0};
    slo_slices forged = {words[i % 6], words[i / 6 % 6], words[i / 36]};
    ck_ok(slo_window_push(window, T0, &total, 0));
    total.good = 10;
    ck_ok(slo_window_push(window, T0 + SLICE, &total, 0));
    ck_ok(slo_window_push(window, T0 + SLO_DAY_NS / 10, &total, SLO_PUSH_UNMEASURED));
    for (int copy = 0; copy < 2; copy++) {
      sloi_cell *state = sloi_commit_copy(sloi_window_cells(window),
                                          sloi_window_words(&window->config), (uint64_t)copy);
      memcpy(state + offsetof(sloi_window_state, newest_slices) / 8, &forged, sizeof forged);
    }
    for (uint32_t method = 1; method < 3; method++) {
      slo_budget_config c = rolling_config(method, 950000000, SLO_DAY_NS);
      slo_budget b = SLO_SIZED(slo_budget);
      slo_budget_point points[3];
      slo_forecast f = SLO_SIZED(slo_forecast);
      uint64_t cost = 0;
      must(slo_budget_read(window, &c, &b) == SLO_OK, "read");
      must(b.valid <= INT64_MAX && b.bad <= b.valid, "%" PRIu64 " of %" PRIu64, b.bad, b.valid);
      must(b.worst_ppm <= b.remaining_ppm && b.remaining_ppm <= b.best_ppm, "worst and best");
      must(b.worst_ppm >= -19000000 && b.best_ppm <= 1000000, "%" PRId64, b.worst_ppm);
      must(slo_budget_burndown(window, &c, 3, points) == SLO_OK, "burndown");
      must(slo_budget_cost(window, &c, T0, T0 + SLO_DAY_NS, &cost, NULL) == SLO_OK, "cost");
      must(slo_budget_forecast(window, &c, SLO_DAY_NS, SLO_DAY_NS, &f) == SLO_OK, "forecast");
      must(f.remaining_ppm >= -19000000 && f.remaining_ppm <= 1000000, "forecast");
    }
    slo_window_destroy(window);
  }
}
END_TEST

/* Counts near the most there may be, at any rate, over any time: shares stay what they are. */
START_TEST(test_forecast_of_the_most) {
  static const int64_t times[] = {1, SLO_SECOND_NS, 3600 * SLO_SECOND_NS};
  static const uint64_t sizes[] = {1000, UINT64_C(1) << 40, COUNTS_MAX / 2};
  for (int i = 0; i < 9; i++) {
    slo_window *window = exact_window();
    slo_counts total = {0, 0, 0};
    slo_forecast f = SLO_SIZED(slo_forecast);
    ck_ok(slo_window_push(window, SLO_DAY_NS, &total, 0));
    total.good = sizes[i / 3] / 10 * 9;
    total.bad = sizes[i / 3] / 10;
    ck_ok(slo_window_push(window, SLO_DAY_NS + times[i % 3], &total, 0));
    slo_budget_config c = rolling_config(0, 800000000, SLO_TIME_MAX_NS);
    ck_ok(slo_budget_forecast(window, &c, SLO_DAY_NS, INT64_MAX, &f));
    ck_assert_int_ge(f.remaining_ppm, 499999); /* a tenth of a fifth */
    ck_assert_int_le(f.remaining_ppm, 500001);
    ck_assert_uint_eq(f.violated, 0);
    c.objective_ppb = 990000000;
    c.period_ns = 0;
    c.start_ns = 0;
    c.end_ns = SLO_TIME_MAX_NS;
    ck_ok(slo_budget_forecast(window, &c, SLO_DAY_NS, INT64_MAX, &f));
    ck_assert_int_ge(f.remaining_ppm, -9000001); /* a burn of 10 */
    ck_assert_int_le(f.remaining_ppm, -8999999);
    ck_assert_uint_eq(f.violated, 1);
    int64_t left = SLO_TIME_MAX_NS - SLO_DAY_NS; /* gone after a tenth of all time */
    ck_assert_int_ge(f.exhaustion_ns, left / 10 - 2 * SLO_HOUR_NS);
    ck_assert_int_le(f.exhaustion_ns, left / 10 + 2 * SLO_HOUR_NS);
    slo_window_destroy(window);
  }
}
END_TEST

START_TEST(test_forecast_errors) {
  slo_window *window = exact_window();
  slo_counts total = {0, 0, 0};
  slo_forecast f, before;
  slo_budget_config c = rolling_config(0, 999000000, SLO_DAY_NS);
  memset(&f, 0x5a, sizeof f);
  f.struct_size = sizeof f;
  before = f;
  ck_assert_int_eq(slo_budget_forecast(window, &c, 1, 0, &f), SLO_ENODATA);
  ck_ok(slo_window_push(window, SLO_SECOND_NS, &total, 0));
  ck_assert_int_eq(slo_budget_forecast(window, &c, 1, 0, &f), SLO_ENODATA);
  total.good = 10;
  ck_ok(slo_window_push(window, 2 * SLO_SECOND_NS, &total, 0));
  total.excluded = 1;
  ck_ok(slo_window_push(window, 3 * SLO_SECOND_NS, &total, 0));
  ck_assert_int_eq(slo_budget_forecast(window, &c, SLO_SECOND_NS, 0, &f), SLO_ENODATA);
  ck_assert_int_eq(slo_budget_forecast(window, &c, 0, 0, &f), SLO_ERANGE);
  ck_assert_int_eq(slo_budget_forecast(window, &c, -1, 0, &f), SLO_ERANGE);
  ck_assert_int_eq(slo_budget_forecast(window, &c, 1, -1, &f), SLO_ERANGE);
  ck_assert_int_eq(slo_budget_forecast(NULL, &c, 1, 0, &f), SLO_EINVAL);
  ck_assert_int_eq(slo_budget_forecast(window, NULL, 1, 0, &f), SLO_EINVAL);
  ck_assert_int_eq(slo_budget_forecast(window, &c, 1, 0, NULL), SLO_EINVAL);
  c.objective_ppb = 0;
  ck_assert_int_eq(slo_budget_forecast(window, &c, 1, 0, &f), SLO_ERANGE);
  ck_assert_mem_eq(&f, &before, sizeof f);
  slo_window_destroy(window);
}
END_TEST

/* ---- the configuration ---- */

static void config_refused(const slo_budget_config *config, slo_status expected, const char *field,
                           int64_t value, int64_t min, int64_t max) {
  slo_error error = SLO_SIZED(slo_error);
  slo_window *window = exact_window();
  slo_counts total = {0, 0, 0};
  slo_budget budget, before;
  slo_budget_point point = {-1, -1};
  slo_forecast forecast = SLO_SIZED(slo_forecast);
  uint64_t cost = 4711;
  size_t length = 4711;
  char text[10] = "before";
  memset(&budget, 0x5a, sizeof budget);
  budget.struct_size = sizeof budget;
  before = budget;
  ck_assert_int_eq(slo_budget_check(config, &error), expected);
  ck_assert_str_eq(error.field, field);
  ck_assert_int_eq(error.status, expected);
  ck_assert_int_eq(error.value, value);
  if (expected == SLO_ERANGE) {
    ck_assert_int_eq(error.min, min);
    ck_assert_int_eq(error.max, max);
  }
  ck_assert_int_eq(slo_budget_check(config, NULL), expected);
  ck_ok(slo_window_push(window, SLO_SECOND_NS, &total, 0));
  total.good = 1;
  ck_ok(slo_window_push(window, 2 * SLO_SECOND_NS, &total, 0));
  ck_assert_int_eq(slo_budget_read(window, config, &budget), expected);
  ck_assert_mem_eq(&budget, &before, sizeof budget);
  ck_assert_int_eq(slo_budget_cost(window, config, 1, 2, &cost, NULL), expected);
  ck_assert_int_eq(slo_budget_burndown(window, config, 1, &point), expected);
  ck_assert_int_eq(slo_budget_forecast(window, config, 1, 1, &forecast), expected);
  ck_assert_int_eq(slo_budget_explain(window, config, text, sizeof text, &length), expected);
  ck_assert_uint_eq(cost, 4711);
  ck_assert_int_eq(point.at_ns, -1);
  ck_assert_str_eq(text, "");
  ck_assert_uint_eq(length, 0);
  slo_window_destroy(window);
}

START_TEST(test_config) {
  struct {
    slo_budget_config config;
    uint64_t newer;
  } larger;
  slo_budget_config c;
  slo_budget b = SLO_SIZED(slo_budget);
#define REFUSED(change, status, field, value, min, max)            \
  do {                                                             \
    c = rolling_config(0, 990000000, SLO_DAY_NS);                  \
    change;                                                        \
    config_refused(&c, status, field, (int64_t)(value), min, max); \
  } while (0)
  config_refused(NULL, SLO_EINVAL, "config (NULL)", 0, 0, 0);
  REFUSED(c.method = 3, SLO_ERANGE, "method", 3, 0, 2);
  REFUSED(c.method = UINT32_MAX, SLO_ERANGE, "method", UINT32_MAX, 0, 2);
  REFUSED(c.objective_ppb = 0, SLO_ERANGE, "objective_ppb", 0, 1, 999999999);
  REFUSED(c.objective_ppb = PPB, SLO_ERANGE, "objective_ppb", PPB, 1, 999999999);
  REFUSED(c.period_ns = -1, SLO_ERANGE, "period_ns", -1, 0, SLO_TIME_MAX_NS);
  REFUSED(c.period_ns = INT64_MAX, SLO_ERANGE, "period_ns", INT64_MAX, 0, SLO_TIME_MAX_NS);
  REFUSED(c.start_ns = 1, SLO_ERANGE, "start_ns", 1, 0, 0);
  REFUSED(c.end_ns = 1, SLO_ERANGE, "end_ns", 1, 0, 0);
  REFUSED(c.end_ns = -1, SLO_ERANGE, "end_ns", -1, 0, 0);
  REFUSED(c.period_ns = 0, SLO_ERANGE, "end_ns", 0, 1, SLO_TIME_MAX_NS);
  REFUSED(c.period_ns = 0; c.start_ns = -1, SLO_ERANGE, "start_ns", -1, 0, SLO_TIME_MAX_NS - 1);
  REFUSED(c.period_ns = 0; c.start_ns = SLO_TIME_MAX_NS, SLO_ERANGE, "start_ns", SLO_TIME_MAX_NS, 0,
                           SLO_TIME_MAX_NS - 1);
  REFUSED(c.period_ns = 0; c.start_ns = c.end_ns = 7, SLO_ERANGE, "end_ns", 7, 8, SLO_TIME_MAX_NS);
  REFUSED(c.period_ns = 0; c.start_ns = 7;
          c.end_ns = INT64_MAX, SLO_ERANGE, "end_ns", INT64_MAX, 8, SLO_TIME_MAX_NS);
  REFUSED(c.reserved = 5, SLO_EVERSION, "reserved", 5, 0, 0);
  REFUSED(c.struct_size = 0, SLO_ERANGE, "slo_budget_config.struct_size", 0, 4, 4096);
  REFUSED(c.struct_size = 5000, SLO_ERANGE, "slo_budget_config.struct_size", 5000, 4, 4096);
#undef REFUSED
  c = rolling_config(2, 1, SLO_TIME_MAX_NS);
  ck_ok(slo_budget_check(&c, NULL));
  c = rolling_config(1, 999999999, 0);
  c.end_ns = SLO_TIME_MAX_NS;
  ck_ok(slo_budget_check(&c, NULL));
  c.start_ns = SLO_TIME_MAX_NS - 1;
  ck_ok(slo_budget_check(&c, NULL));

  /* an older caller has no ledger; a newer one has more that is zero, or is refused */
  slo_window *window = exact_window();
  slo_ledger *ledger = NULL;
  slo_correction all = SLO_SIZED(slo_correction);
  slo_counts total = {0, 0, 0};
  ck_ok(slo_ledger_create(4, NULL, &ledger, NULL));
  all.to_ns = SLO_DAY_NS;
  all.sli = SLO_LEDGER_ALL;
  memcpy(all.reason, "all", 4);
  ck_ok(slo_ledger_append(ledger, &all, NULL, NULL));
  ck_ok(slo_window_push(window, SLO_SECOND_NS, &total, 0));
  total.bad = 1;
  ck_ok(slo_window_push(window, 2 * SLO_SECOND_NS, &total, 0));
  memset(&larger, 0, sizeof larger);
  larger.config = rolling_config(0, 990000000, SLO_DAY_NS);
  larger.config.ledger = ledger;
  ck_assert_int_eq(slo_budget_read(window, &larger.config, &b), SLO_ENODATA);
  larger.config.struct_size = offsetof(slo_budget_config, ledger);
  ck_ok(slo_budget_read(window, &larger.config, &b));
  ck_assert_uint_eq(b.bad, 1);
  larger.config.struct_size = sizeof larger;
  ck_assert_int_eq(slo_budget_read(window, &larger.config, &b), SLO_ENODATA);
  larger.newer = 1;
  ck_assert_int_eq(slo_budget_read(window, &larger.config, &b), SLO_EVERSION);
  slo_ledger_destroy(ledger);
  slo_window_destroy(window);
}
END_TEST

START_TEST(test_read_errors) {
  slo_window *window = exact_window();
  slo_budget_config c = rolling_config(0, 990000000, SLO_DAY_NS);
  slo_budget b, before;
  slo_counts total = {0, 0, 9};
  memset(&b, 0x5a, sizeof b);
  b.struct_size = sizeof b;
  before = b;
  ck_assert_int_eq(slo_budget_read(window, &c, &b), SLO_ENODATA); /* no reading: untouched */
  ck_assert_mem_eq(&b, &before, sizeof b);
  ck_ok(slo_window_push(window, SLO_DAY_NS, &total, 0));
  ck_assert_int_eq(slo_budget_read(NULL, &c, &b), SLO_EINVAL);
  ck_assert_int_eq(slo_budget_read(window, &c, NULL), SLO_EINVAL);
  c.method = SLO_METHOD_RATIO_TIMESLICES;
  ck_assert_int_eq(slo_budget_read(window, &c, &b), SLO_EINVAL);
  c = rolling_config(0, 990000000, 0);
  c.start_ns = SLO_DAY_NS + 1;
  c.end_ns = 2 * SLO_DAY_NS;
  ck_assert_int_eq(slo_budget_read(window, &c, &b), SLO_ERANGE);
  ck_assert_mem_eq(&b, &before, sizeof b);
  c.start_ns = SLO_DAY_NS; /* it has just begun */
  ck_assert_int_eq(slo_budget_read(window, &c, &b), SLO_ENODATA);
  ck_assert_int_eq(b.span_ns, 0);
  ck_assert_int_eq(b.to_ns, SLO_DAY_NS);
  ck_assert_uint_eq(b.valid, 0);
  b.struct_size = 0;
  ck_assert_int_eq(slo_budget_read(window, &c, &b), SLO_EINVAL);
  slo_window_destroy(window);
}
END_TEST

CHECK_MAIN("budget", tcase_add_test(tc, test_workbook); tcase_add_test(tc, test_occurrences);
           tcase_add_test(tc, test_never_clamped); tcase_add_test(tc, test_not_an_average);
           tcase_add_test(tc, test_small_budgets); tcase_add_test(tc, test_random);
           tcase_add_test(tc, test_eval_errors); tcase_add_test(tc, test_sizes);
           tcase_add_test(tc, test_burndown); tcase_add_test(tc, test_burndown_by_hand);
           tcase_add_test(tc, test_burndown_never_rises); tcase_add_test(tc, test_burndown_errors);
           tcase_add_test(tc, test_three_methods); tcase_add_test(tc, test_cost_of_an_outage);
           tcase_add_test(tc, test_allowance_of_time); tcase_add_test(tc, test_weights);
           tcase_add_test(tc, test_quantile_objectives);
           tcase_add_test(tc, test_exhaustion_of_a_rolling_budget);
           tcase_add_test(tc, test_forecast_rolls_off);
           tcase_add_test(tc, test_forecast_of_fractions);
           tcase_add_test(tc, test_forecast_to_the_moment);
           tcase_add_test(tc, test_forecast_of_the_unseen); tcase_add_test(tc, test_forged_slices);
           tcase_add_test(tc, test_forecast_of_the_most); tcase_add_test(tc, test_forecast_errors);
           tcase_add_test(tc, test_config); tcase_add_test(tc, test_read_errors);)
