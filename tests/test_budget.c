/* test_budget.c - error budgets and their burn-down against exact models. */
#include "check_main.h"
#include "slo/budget.h"
#include "slo/burn.h"

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

static void check_burndown(const slo_window *window, const history *h, uint64_t objective,
                           int64_t period_ns, size_t n) {
  slo_budget_point points[100];
  ck_assert_uint_le(n, 100);
  memset(points, 0x5a, sizeof points);
  slo_status status = slo_budget_burndown(window, objective, period_ns, n, points);

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
    check_burndown(window, &h, 1, INT64_MAX, 60);
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
  ck_ok(slo_budget_burndown(window, 999000000, 1000 * SLO_SECOND_NS, 4, points));
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
      ck_ok(slo_budget_burndown(window, 999000000, periods[p], POINTS, points));
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
  ck_assert_int_eq(slo_budget_burndown(window, 999000000, SLO_DAY_NS, 1, &point), SLO_ENODATA);
  ck_ok(slo_window_push(window, SLO_SECOND_NS, &total, 0));
  ck_assert_int_eq(slo_budget_burndown(window, 999000000, SLO_DAY_NS, 1, &point), SLO_ENODATA);
  total.excluded = 9; /* still nothing valid */
  ck_ok(slo_window_push(window, 2 * SLO_SECOND_NS, &total, 0));
  ck_assert_int_eq(slo_budget_burndown(window, 999000000, SLO_DAY_NS, 1, &point), SLO_ENODATA);
  total.good = 10;
  ck_ok(slo_window_push(window, 3 * SLO_SECOND_NS, &total, 0));
  ck_assert_int_eq(slo_budget_burndown(NULL, 999000000, SLO_DAY_NS, 1, &point), SLO_EINVAL);
  ck_assert_int_eq(slo_budget_burndown(window, 999000000, SLO_DAY_NS, 1, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_budget_burndown(window, 999000000, SLO_DAY_NS, 0, &point), SLO_ERANGE);
  ck_assert_int_eq(slo_budget_burndown(window, 999000000, 0, 1, &point), SLO_ERANGE);
  ck_assert_int_eq(slo_budget_burndown(window, 999000000, -1, 1, &point), SLO_ERANGE);
  ck_assert_int_eq(slo_budget_burndown(window, 0, SLO_DAY_NS, 1, &point), SLO_ERANGE);
  ck_assert_int_eq(slo_budget_burndown(window, PPB, SLO_DAY_NS, 1, &point), SLO_ERANGE);
  ck_assert_int_eq(point.at_ns, -1);
  ck_assert_int_eq(point.remaining_ppm, -1);
  ck_ok(slo_budget_burndown(window, 999000000, SLO_DAY_NS, 1, &point));
  ck_assert_int_eq(point.at_ns, 3 * SLO_SECOND_NS);
  ck_assert_int_eq(point.remaining_ppm, 1000000);
  slo_window_destroy(window);
}
END_TEST

CHECK_MAIN("budget", tcase_add_test(tc, test_workbook); tcase_add_test(tc, test_occurrences);
           tcase_add_test(tc, test_never_clamped); tcase_add_test(tc, test_not_an_average);
           tcase_add_test(tc, test_small_budgets); tcase_add_test(tc, test_random);
           tcase_add_test(tc, test_eval_errors); tcase_add_test(tc, test_sizes);
           tcase_add_test(tc, test_burndown); tcase_add_test(tc, test_burndown_by_hand);
           tcase_add_test(tc, test_burndown_never_rises); tcase_add_test(tc, test_burndown_errors);)
