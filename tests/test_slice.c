/*
 * test_slice.c - slices of windows against a walk through every one of them.
 */
#include "check_main.h"
#include "slo/window.h"

#define SEC SLO_SECOND_NS

__extension__ typedef unsigned __int128 wide;

static slo_window *window_of(int64_t slice_ns, uint64_t objective_ppb) {
  static const slo_window_tier tiers[] = {{SEC, 2 * SLO_HOUR_NS}};
  slo_window_config config = SLO_SIZED(slo_window_config);
  slo_window *w;
  config.tiers = tiers;
  config.tier_count = 1;
  config.jump_max_ns = SLO_TIME_MAX_NS;
  config.slice_ns = slice_ns;
  config.slice_objective_ppb = objective_ppb;
  ck_ok(slo_window_create(&config, NULL, &w, NULL));
  return w;
}

static void push(slo_window *w, int64_t at, uint64_t good, uint64_t bad, uint32_t flags) {
  const slo_counts total = {good, bad, 0};
  check_ok(slo_window_push(w, at, &total, flags));
}

static slo_slices slices_between(const slo_window *w, int64_t from, int64_t to) {
  slo_delta d = SLO_SIZED(slo_delta);
  check_ok(slo_window_delta(w, from, to, &d));
  return d.slices;
}

static void slices_are(slo_slices s, uint64_t good, uint64_t bad, uint64_t ratio_sum) {
  ck_assert_uint_eq(s.good, good);
  ck_assert_uint_eq(s.bad, bad);
  ck_assert_uint_eq(s.ratio_sum, ratio_sum);
}

/* ---- the walk ---- */

enum { PUSHES = 400 };

typedef struct walk_push {
  int64_t at;
  slo_counts total;
  int measured;
} walk_push;

typedef struct walk {
  walk_push push[PUSHES];
  size_t n;
  int64_t slice;
  uint64_t objective;
} walk;

/* Those that end in (from, to], one after the other. */
static slo_slices walk_slices(const walk *k, int64_t from, int64_t to) {
  slo_slices sum = {0, 0, 0};
  slo_counts before = k->push[0].total; /* when the open slice began */
  size_t closing = 0;                   /* the push that closed the last one */
  uint64_t judged = 0;                  /* by it */
  for (int64_t end = k->slice; end <= k->push[k->n - 1].at; end += k->slice) {
    if (end <= k->push[0].at) continue; /* before the history */
    size_t i = closing;
    while (k->push[i].at < end) i++; /* the first push at or after its end */
    if (i != closing) {
      before = k->push[closing].total;
      closing = i;
      judged = 0;
    }
    uint64_t good = k->push[i].total.good - before.good, bad = k->push[i].total.bad - before.bad;
    if (judged == good + bad || (judged == 1 && !k->push[i].measured)) continue;
    judged++;
    /* it is counted with the push that closed it */
    if (k->push[i].at <= from || k->push[i].at > to) continue;
    int kept = (wide)good * 1000000000 >= (wide)k->objective * (good + bad);
    sum.good += kept != 0;
    sum.bad += kept == 0;
    wide scaled = (wide)bad * SLO_SLICE_RATIO_ONE, ratio = scaled / (good + bad);
    wide rest = scaled % (good + bad);
    sum.ratio_sum += (uint64_t)(ratio + (rest * 2 >= good + bad));
  }
  return sum;
}

static void walk_check(const walk *k, const slo_window *w, uint64_t *random) {
  int64_t begin = k->push[0].at, end = k->push[k->n - 1].at;
  for (int i = 0; i < 12; i++) {
    slo_delta d = SLO_SIZED(slo_delta);
    int64_t a = begin + (int64_t)(check_random(random) % (uint64_t)(end - begin + 1)), b = end;
    if (i % 2) b = a + (int64_t)(check_random(random) % (uint64_t)(end - a + 1));
    if (i == 0) a = begin;
    check_ok(slo_window_delta(w, a, b, &d));
    slo_slices s = walk_slices(k, d.from_ns, d.to_ns);
    check_that(memcmp(&s, &d.slices, sizeof s) == 0,
               "(%" PRId64 ", %" PRId64 "]: %" PRIu64 " good, %" PRIu64 " bad, %" PRIu64
               " instead of %" PRIu64 ", %" PRIu64 ", %" PRIu64,
               d.from_ns, d.to_ns, d.slices.good, d.slices.bad, d.slices.ratio_sum, s.good, s.bad,
               s.ratio_sum);
    check_that(d.slice_ns == k->slice, "slice_ns");
    check_that(d.unseen_slices == (uint64_t)(d.unmeasured_ns / k->slice), "unseen_slices");
  }
}

START_TEST(test_walk) {
  static walk k;
  static const uint64_t objectives[] = {1, 500000000, 950000000, 999999999, 1000000000};
  uint64_t r = 11;
  for (int round = 0; round < 150; round++) {
    memset(&k, 0, sizeof k);
    k.slice = round % 3 == 0 ? 10 * SEC : 10 * SEC + (int64_t)(check_random(&r) % 100);
    k.objective = objectives[round % 5];
    slo_window *w = window_of(k.slice, k.objective);
    slo_counts total = {check_random(&r) % 5, check_random(&r) % 5, 0};
    int64_t at = (int64_t)(check_random(&r) % (uint64_t)(3 * k.slice));
    if (round % 7 == 0) at -= at % k.slice;
    for (int i = 0; i < 150; i++) {
      uint32_t flags = check_random(&r) % 8 == 0 ? (uint32_t)SLO_PUSH_UNMEASURED : 0;
      push(w, at, total.good, total.bad, flags);
      k.push[k.n].at = at;
      k.push[k.n].total = total;
      k.push[k.n++].measured = flags == 0;
      if (check_random(&r) % 3 != 0) total.good += check_random(&r) % 40;
      if (check_random(&r) % 3 == 0) total.bad += check_random(&r) % 4;
      int64_t next = at + k.slice - at % k.slice; /* the end of this slice */
      switch (check_random(&r) % 8) {
        case 0:
          at = next;
          break;
        case 1:
          at = next - 1 > at ? next - 1 : next;
          break;
        case 2:
          at = next + 1;
          break;
        case 3:
          at += (int64_t)(check_random(&r) % (uint64_t)(8 * k.slice)) + 1;
          break;
        default:
          at += (int64_t)(check_random(&r) % (uint64_t)(k.slice / 2)) + 1;
          break;
      }
    }
    walk_check(&k, w, &r);
    slo_window_destroy(w);
  }
}
END_TEST

/* ---- particular slices ---- */

/* The data set on which the three methods of budgeting disagree. */
START_TEST(test_fixture) {
  static const uint64_t good[] = {2, 10, 12, 13, 13, 12, 13, 13, 12, 11};
  static const uint64_t valid[] = {4, 10, 12, 13, 14, 15, 14, 13, 12, 11};
  slo_window *w = window_of(SLO_MINUTE_NS, 950000000);
  uint64_t g = 0, b = 0;
  push(w, 0, 0, 0, 0);
  for (int i = 0; i < 10; i++) {
    g += good[i];
    b += valid[i] - good[i];
    push(w, (i + 1) * SLO_MINUTE_NS, g, b, 0);
  }
  /* 2/4 + 1/14 + 3/15 + 1/14 */
  slices_are(slices_between(w, 0, SLO_HOUR_NS), 6, 4, UINT64_C(84285714286));
  slices_are(slices_between(w, 0, SLO_MINUTE_NS), 0, 1, UINT64_C(50000000000));
  slices_are(slices_between(w, SLO_MINUTE_NS, 4 * SLO_MINUTE_NS), 3, 0, 0);
  slo_window_destroy(w);
}
END_TEST

/* At, just above and just below the objective; and halves of a unit go up. */
START_TEST(test_edges) {
  static const struct {
    uint64_t objective, good, bad, kept, ratio;
  } edges[] = {
      {950000000, 95, 5, 1, 5000000000},
      {950000000, 949, 51, 0, 5100000000},
      {950000001, 95, 5, 0, 5000000000},
      {1000000000, 1000000, 0, 1, 0},
      {1000000000, 1000000, 1, 0, 100000},
      {1, 0, 1, 0, 100000000000},
      {1, 1, 999999999, 1, 99999999900},
      {1, 1, 1000000000, 0, 99999999900},
      {999999999, 999999999, 1, 1, 100},
      {999999999, 999999998, 1, 0, 100},
      {500000000, 199999999999, 1, 1, 1}, /* a half */
      {500000000, 200000000000, 1, 1, 0}, /* less than one */
      {500000000, 66666666666, 100000000000, 0, 60000000000},
      {500000000, 2, 1, 1, 33333333333},
      {500000000, 1, 2, 0, 66666666667},
      {500000000, INT64_MAX, 1, 1, 0},
      {500000000, 1, INT64_MAX, 0, 100000000000},
      {500000000, INT64_MAX, INT64_MAX, 1, 50000000000},
  };
  for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
    slo_window *w = window_of(SLO_MINUTE_NS, edges[i].objective);
    push(w, 0, 0, 0, 0);
    push(w, SLO_MINUTE_NS, edges[i].good, edges[i].bad, 0);
    slices_are(slices_between(w, 0, SLO_HOUR_NS), edges[i].kept, 1 - edges[i].kept, edges[i].ratio);
    slo_window_destroy(w);
  }
}
END_TEST

/* What was counted by a push at the end belongs to the slice; what comes after it does not, also
 * when it is counted at the same moment. */
START_TEST(test_ends) {
  for (int64_t early = -1; early <= 1; early++) {
    slo_window *w = window_of(10 * SEC, 1000000000);
    push(w, 100 * SEC, 5, 5, 0); /* nothing before the history */
    slices_are(slices_between(w, 0, 200 * SEC), 0, 0, 0);
    push(w, 110 * SEC + early, 6, 6, 0);
    slices_are(slices_between(w, 0, 200 * SEC), 0, early >= 0, early >= 0 ? 50000000000 : 0);
    push(w, 110 * SEC + early, 6, 9, 0);
    slices_are(slices_between(w, 0, 200 * SEC), 0, early >= 0, early >= 0 ? 50000000000 : 0);
    push(w, 115 * SEC, 6, 9, 0);
    slices_are(slices_between(w, 0, 200 * SEC), 0, 1, early >= 0 ? 50000000000 : 80000000000);
    push(w, 120 * SEC, 20, 9, 0);
    slices_are(slices_between(w, 116 * SEC, 200 * SEC), early < 0, early >= 0,
               early < 0 ? 0 : 17647058824); /* 3 of 17 */
    slo_window_destroy(w);
  }
}
END_TEST

/* In a resolution gap as many as there were events, in unmeasured time one. */
START_TEST(test_gaps) {
  static const struct {
    uint64_t good, bad;
    uint32_t flags;
    uint64_t judged;
  } gaps[] = {
      {0, 0, 0, 0},
      {1, 0, 0, 1},
      {0, 3, 0, 3},
      {3, 1, 0, 4},
      {4, 1, 0, 5},
      {500, 500, 0, 5},
      {0, 0, SLO_PUSH_UNMEASURED, 0},
      {1, 0, SLO_PUSH_UNMEASURED, 1},
      {300, 100, SLO_PUSH_UNMEASURED, 1},
  };
  for (size_t i = 0; i < sizeof gaps / sizeof gaps[0]; i++) {
    slo_window *w = window_of(10 * SEC, 700000000);
    uint64_t good = gaps[i].good, bad = gaps[i].bad, valid = good + bad;
    uint64_t kept = valid != 0 && good * 10 >= valid * 7 ? gaps[i].judged : 0;
    push(w, 103 * SEC, 0, 0, 0);
    push(w, 157 * SEC, good, bad, gaps[i].flags); /* 110, 120, 130, 140, 150 */
    uint64_t sum = valid == 0 ? 0 : gaps[i].judged * (bad * SLO_SLICE_RATIO_ONE / valid);
    slices_are(slices_between(w, 0, 200 * SEC), kept, gaps[i].judged - kept, sum);
    push(w, 160 * SEC, good + 1, bad, 0); /* and the next one is its own */
    slices_are(slices_between(w, 158 * SEC, 200 * SEC), 1, 0, 0);
    slo_window_destroy(w);
  }
}
END_TEST

START_TEST(test_rebase) {
  slo_window *w = window_of(10 * SEC, 900000000);
  push(w, 100 * SEC, 0, 0, 0);
  push(w, 125 * SEC, 10, 10, 0);
  push(w, 118 * SEC, 10, 10, SLO_PUSH_REBASE); /* 110 is before the new history now */
  push(w, 119 * SEC, 15, 10, 0);
  slices_are(slices_between(w, 0, 200 * SEC), 0, 0, 0);
  push(w, 120 * SEC, 15, 10, 0);
  slices_are(slices_between(w, 0, 200 * SEC), 1, 0, 0);
  push(w, 120 * SEC, 0, 0, SLO_PUSH_REBASE); /* counters lost */
  push(w, 130 * SEC, 0, 1, 0);
  slices_are(slices_between(w, 0, 200 * SEC), 0, 1, SLO_SLICE_RATIO_ONE);
  slo_window_destroy(w);
}
END_TEST

/* All of time in slices, all of them bad: sums stay where they end. */
START_TEST(test_all_of_time) {
  slo_window *w = window_of(SLO_WINDOW_SLICE_MIN_NS, 1000000000);
  int64_t last = SLO_TIME_MAX_NS - SLO_TIME_MAX_NS % (10 * SEC) - 20 * SEC;
  push(w, 0, 0, 0, 0);
  push(w, last, 0, UINT64_C(1) << 60, 0);
  uint64_t n = (uint64_t)(last / (10 * SEC));
  slices_are(slices_between(w, 0, SLO_TIME_MAX_NS), 0, n, UINT64_MAX);
  push(w, last + 10 * SEC, 0, (UINT64_C(1) << 60) + 1, 0);
  slices_are(slices_between(w, last, SLO_TIME_MAX_NS), 0, 1, 0);
  slices_are(slices_between(w, 0, SLO_TIME_MAX_NS), 0, n + 1, UINT64_MAX);
  slo_window_destroy(w);
}
END_TEST

START_TEST(test_none) {
  slo_window *w = window_of(0, 0);
  slo_delta d = SLO_SIZED(slo_delta);
  push(w, 0, 0, 0, 0);
  push(w, SLO_HOUR_NS, 10, 10, SLO_PUSH_UNMEASURED);
  ck_ok(slo_window_delta(w, 0, SLO_HOUR_NS, &d));
  slices_are(d.slices, 0, 0, 0);
  ck_assert_int_eq(d.slice_ns, 0);
  ck_assert_uint_eq(d.unseen_slices, 0);
  slo_window_destroy(w);
}
END_TEST

CHECK_MAIN("slice", tcase_add_test(tc, test_walk); tcase_add_test(tc, test_fixture);
           tcase_add_test(tc, test_edges); tcase_add_test(tc, test_ends);
           tcase_add_test(tc, test_gaps); tcase_add_test(tc, test_rebase);
           tcase_add_test(tc, test_all_of_time); tcase_add_test(tc, test_none);)
