/*
 * test_burn.c - burn rates and their decisions against long multiplication.
 *
 * The model divides nothing: q is the floor of n / d when d * q <= n < d * (q + 1), and a burn
 * rate exceeds a factor when bad * 10^15 > factor * budget * valid, in numbers of any length.
 */
#include "check_main.h"
#include "slo/burn.h"
#include "slo/time.h"

#define PPB UINT64_C(1000000000)
#define PPB_PPM UINT64_C(1000000000000000)
#define FACTOR_MAX ((uint64_t)SLO_BURN_FACTOR_MAX_PPM)
#define COUNTS_MAX (UINT64_C(1) << 62)
#define UNTOUCHED UINT64_C(0x0123456789abcdef)

enum { NINETY_NINE_9 = 999000000, NINETY_NINE_99 = 999900000 };
enum { F14_4 = 14400000, F6 = 6000000, F3 = 3000000, F1 = 1000000 };

/* In loops: ck_assert notes every call, which is slow. */
#define must(condition, ...)                     \
  do {                                           \
    if (!(condition)) ck_abort_msg(__VA_ARGS__); \
  } while (0)

/* ---- the model ---- */

enum { DIGITS = 8 };

/* Digits in base 2^32, the lowest first. */
typedef struct wide {
  uint32_t digit[DIGITS];
} wide;

static wide wide_of(uint64_t value) {
  wide w = {{(uint32_t)value, (uint32_t)(value >> 32)}};
  return w;
}

/* As taught at school. */
static wide wide_times(wide a, uint64_t b) {
  const uint32_t by[2] = {(uint32_t)b, (uint32_t)(b >> 32)};
  wide product = {{0}};
  for (int j = 0; j < 2; j++) {
    uint64_t carry = 0;
    for (int i = 0; i + j < DIGITS; i++) {
      carry += (uint64_t)a.digit[i] * by[j] + product.digit[i + j];
      product.digit[i + j] = (uint32_t)carry;
      carry >>= 32;
    }
    must(carry == 0, "the model is too narrow");
  }
  return product;
}

static int wide_compare(wide a, wide b) {
  for (int i = DIGITS - 1; i >= 0; i--) {
    if (a.digit[i] != b.digit[i]) return a.digit[i] < b.digit[i] ? -1 : 1;
  }
  return 0;
}

static int is_floor(uint64_t q, wide n, wide d) {
  return wide_compare(wide_times(d, q), n) <= 0 &&
         (q == UINT64_MAX || wide_compare(n, wide_times(d, q + 1)) < 0);
}

/* Burn rate against factor: -1, 0, 1. */
static int burn_order(uint64_t bad, uint64_t valid, uint64_t objective, uint64_t factor) {
  return wide_compare(wide_times(wide_of(bad), PPB_PPM),
                      wide_times(wide_times(wide_of(factor), PPB - objective), valid));
}

/* ---- material ---- */

static slo_counts counts(uint64_t good, uint64_t bad) {
  slo_counts c = {good, bad, 12345}; /* excluded never takes part */
  return c;
}

static uint64_t random_objective(uint64_t *state) {
  static const uint64_t usual[] = {1,         2,         500000000, 900000000, 930555555,
                                   930555556, 833333333, 833333334, 990000000, 999000000,
                                   999900000, 999990000, 999999000, 999999998, 999999999};
  uint64_t draw = check_random(state);
  if (draw % 2 == 0) return usual[draw / 2 % (sizeof usual / sizeof usual[0])];
  return 1 + draw / 2 % 999999999;
}

/* valid up to 2^62, bad of them: none, one, all or anything. */
static slo_counts random_counts(uint64_t *state) {
  uint64_t valid = check_random_wide(state) % COUNTS_MAX + 1, bad;
  switch (check_random(state) % 8) {
    case 0:
      bad = 0;
      break;
    case 1:
      bad = 1;
      break;
    case 2:
      bad = valid;
      break;
    case 3:
      valid = COUNTS_MAX;
      bad = check_random(state) % (valid + 1);
      break;
    default:
      bad = check_random_wide(state) % (valid + 1);
  }
  return counts(valid - bad, bad);
}

static uint64_t burn_of(uint64_t good, uint64_t bad, uint64_t objective) {
  slo_counts c = counts(good, bad);
  uint64_t burn = UNTOUCHED;
  ck_ok(slo_burn_eval(&c, objective, &burn));
  return burn;
}

static int32_t exceeds(uint64_t good, uint64_t bad, uint64_t objective, uint64_t factor) {
  slo_counts c = counts(good, bad);
  return slo_burn_exceeds(&c, objective, factor, 0);
}

static int32_t reaches(uint64_t good, uint64_t bad, uint64_t objective, uint64_t factor) {
  slo_counts c = counts(good, bad);
  return slo_burn_exceeds(&c, objective, factor, SLO_BURN_AT_LEAST);
}

/* ---- slo_burn_eval ---- */

START_TEST(test_eval) {
  /* 1 failure among 10 requests in an hour at 99.9 % is a burn of 100 */
  ck_assert_uint_eq(burn_of(9, 1, NINETY_NINE_9), 100000000);
  ck_assert_uint_eq(burn_of(999, 1, NINETY_NINE_9), 1000000);
  ck_assert_uint_eq(burn_of(1000, 0, NINETY_NINE_9), 0);
  ck_assert_uint_eq(burn_of(0, 1, NINETY_NINE_9), 1000000000);
  /* (1000 good) and (1 bad of 1) is 0.0999 % bad, not 50 % */
  ck_assert_uint_eq(burn_of(1000, 1, NINETY_NINE_9), 999000);
  /* both ends of the objective, and of the counts */
  ck_assert_uint_eq(burn_of(0, 1, SLO_OBJECTIVE_MAX_PPB), PPB_PPM);
  ck_assert_uint_eq(burn_of(0, COUNTS_MAX, SLO_OBJECTIVE_MAX_PPB), PPB_PPM);
  ck_assert_uint_eq(burn_of(0, COUNTS_MAX, SLO_OBJECTIVE_MIN_PPB), 1000000);
  ck_assert_uint_eq(burn_of(COUNTS_MAX - 1, 1, SLO_OBJECTIVE_MAX_PPB), 0);
  ck_assert_uint_eq(burn_of((UINT64_C(1) << 63) - 2, 1, SLO_OBJECTIVE_MAX_PPB), 0);
}
END_TEST

START_TEST(test_eval_random) {
  uint64_t state = 1;
  for (int i = 0; i < 100000; i++) {
    uint64_t objective = random_objective(&state), burn = UNTOUCHED;
    slo_counts c = random_counts(&state);
    slo_status status = slo_burn_eval(&c, objective, &burn);
    wide n = wide_times(wide_of(c.bad), PPB_PPM);
    wide d = wide_times(wide_of(PPB - objective), c.good + c.bad);
    must(status == SLO_OK && is_floor(burn, n, d),
         "%" PRIu64 " good %" PRIu64 " bad at %" PRIu64 ": %" PRIu64, c.good, c.bad, objective,
         burn);
  }
}
END_TEST

START_TEST(test_eval_errors) {
  slo_counts c = counts(9, 1), none = counts(0, 0);
  uint64_t burn = UNTOUCHED;
  ck_assert_int_eq(slo_burn_eval(&none, NINETY_NINE_9, &burn), SLO_ENODATA);
  ck_assert_int_eq(slo_burn_eval(NULL, NINETY_NINE_9, &burn), SLO_EINVAL);
  ck_assert_int_eq(slo_burn_eval(&c, NINETY_NINE_9, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_burn_eval(&c, 0, &burn), SLO_ERANGE);
  ck_assert_int_eq(slo_burn_eval(&c, PPB, &burn), SLO_ERANGE);
  ck_assert_int_eq(slo_burn_eval(&c, UINT64_MAX, &burn), SLO_ERANGE);
  ck_assert_uint_eq(burn, UNTOUCHED);
}
END_TEST

/* ---- slo_burn_exceeds ---- */

START_TEST(test_exceeds_random) {
  uint64_t state = 2;
  int yes = 0, no = 0;
  for (int i = 0; i < 200000; i++) {
    uint64_t objective = random_objective(&state), factor = check_random_wide(&state), burn = 0;
    slo_counts c = random_counts(&state);
    /* most decisions are easy: ask near the burn rate itself */
    if (i % 2 == 0 && slo_burn_eval(&c, objective, &burn) == SLO_OK) {
      factor = burn + check_random(&state) % 3 - 1;
    }
    if (factor < 1 || factor > FACTOR_MAX) factor = factor % FACTOR_MAX + 1;
    int order = burn_order(c.bad, c.good + c.bad, objective, factor);
    int32_t above = slo_burn_exceeds(&c, objective, factor, 0);
    int32_t at_least = slo_burn_exceeds(&c, objective, factor, SLO_BURN_AT_LEAST);
    must(above == (order > 0) && at_least == (order >= 0),
         "%" PRIu64 " good %" PRIu64 " bad at %" PRIu64 " over %" PRIu64
         ": %d and %d, but order %d",
         c.good, c.bad, objective, factor, (int)above, (int)at_least, order);
    above ? yes++ : no++;
  }
  ck_assert_int_gt(yes, 20000);
  ck_assert_int_gt(no, 20000);
}
END_TEST

static uint64_t common_divisor(uint64_t a, uint64_t b) {
  while (b != 0) {
    uint64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/* bad / valid = factor * budget / 10^15 exactly: only >= holds; one event more or less decides. */
START_TEST(test_equality) {
  uint64_t state = 3;
  int built = 0;
  while (built < 20000) {
    uint64_t objective = random_objective(&state), budget = PPB - objective;
    uint64_t factor = check_random_wide(&state) % (PPB_PPM / budget) + 1;
    if (factor * budget > PPB_PPM) continue;
    uint64_t divisor = common_divisor(PPB_PPM, factor * budget);
    uint64_t bad = factor * budget / divisor, valid = PPB_PPM / divisor;
    uint64_t times = check_random_wide(&state) % (COUNTS_MAX / valid) + 1;
    bad *= times;
    valid *= times;
    must(burn_order(bad, valid, objective, factor) == 0, "not equal");
    must(exceeds(valid - bad, bad, objective, factor) == 0, "> holds at equality");
    must(reaches(valid - bad, bad, objective, factor) == 1, ">= does not hold at equality");
    if (bad < valid) {
      must(exceeds(valid - bad - 1, bad + 1, objective, factor) == 1, "one more exceeds");
    }
    must(reaches(valid - bad + 1, bad - 1, objective, factor) == 0, "one less does not reach");
    built++;
  }
  /* by hand: 144 of 10,000 at 99.9 % is 14.4 */
  ck_assert_int_eq(exceeds(9856, 144, NINETY_NINE_9, F14_4), 0);
  ck_assert_int_eq(reaches(9856, 144, NINETY_NINE_9, F14_4), 1);
  ck_assert_int_eq(exceeds(9855, 145, NINETY_NINE_9, F14_4), 1);
  ck_assert_int_eq(reaches(9857, 143, NINETY_NINE_9, F14_4), 0);
}
END_TEST

/* What the rounded burn rate cannot see: both are 14.4 in whole ppm. */
START_TEST(test_decided_before_rounding) {
  uint64_t valid = UINT64_C(10000000000000000), bad = UINT64_C(144000000000000);
  ck_assert_uint_eq(burn_of(valid - bad, bad, NINETY_NINE_9), F14_4);
  ck_assert_uint_eq(burn_of(valid - bad - 1, bad + 1, NINETY_NINE_9), F14_4);
  ck_assert_int_eq(exceeds(valid - bad, bad, NINETY_NINE_9, F14_4), 0);
  ck_assert_int_eq(exceeds(valid - bad - 1, bad + 1, NINETY_NINE_9, F14_4), 1);
  /* 9.04 does exceed 9 */
  ck_assert_int_eq(exceeds(99096, 904, NINETY_NINE_9, 9000000), 1);
  ck_assert_int_eq(exceeds(99100, 900, NINETY_NINE_9, 9000000), 0);
}
END_TEST

/* Is there any error ratio that exceeds the factor? */
static int alive(uint64_t objective, uint64_t factor) {
  return exceeds(0, COUNTS_MAX, objective, factor) == 1;
}

START_TEST(test_dead_tiers) {
  /* 14.4 is dead at or below 93.0555..%, 6 at or below 83.333..% */
  ck_assert_int_eq(alive(930555555, F14_4), 0);
  ck_assert_int_eq(alive(930555556, F14_4), 1);
  ck_assert_int_eq(alive(833333333, F6), 0);
  ck_assert_int_eq(alive(833333334, F6), 1);
  for (uint64_t objective = 930550000; objective < 930560000; objective++) {
    must(alive(objective, F14_4) == (F14_4 * (PPB - objective) < PPB_PPM), "%" PRIu64, objective);
  }
  for (uint64_t objective = 833330000; objective < 833340000; objective++) {
    must(alive(objective, F6) == (F6 * (PPB - objective) < PPB_PPM), "%" PRIu64, objective);
  }
  /* a factor that total failure only equals: 10 at 90 %, 10^9 at 99.9999999 % */
  ck_assert_int_eq(alive(900000000, 10000000), 0);
  ck_assert_int_eq(reaches(0, 5, 900000000, 10000000), 1);
  ck_assert_int_eq(reaches(1, COUNTS_MAX, 900000000, 10000000), 0);
  ck_assert_int_eq(reaches(0, 5, 900000000, 10000001), 0);
  ck_assert_int_eq(alive(SLO_OBJECTIVE_MAX_PPB, FACTOR_MAX), 0);
  ck_assert_int_eq(reaches(0, 1, SLO_OBJECTIVE_MAX_PPB, FACTOR_MAX), 1);
  ck_assert_int_eq(alive(SLO_OBJECTIVE_MAX_PPB, FACTOR_MAX - 1), 1);
  /* dead beyond 64 bits: 10^9 * 999999999 * 10^6, and 2^35 * 2^29 whose low half is 0 */
  ck_assert_int_eq(reaches(0, COUNTS_MAX, SLO_OBJECTIVE_MIN_PPB, FACTOR_MAX), 0);
  ck_assert_int_eq(alive(PPB - (UINT64_C(1) << 29), UINT64_C(1) << 35), 0);
  ck_assert_int_eq(reaches(0, COUNTS_MAX, PPB - (UINT64_C(1) << 29), UINT64_C(1) << 35), 0);
}
END_TEST

/* One failure alone pages (14.4 tier) below N = 1 / (14.4 * B) requests in the hour. */
START_TEST(test_one_failure_pages) {
  ck_assert_int_eq(exceeds(69 - 1, 1, NINETY_NINE_9, F14_4), 1);
  ck_assert_int_eq(exceeds(70 - 1, 1, NINETY_NINE_9, F14_4), 0);
  ck_assert_int_eq(exceeds(694 - 1, 1, NINETY_NINE_99, F14_4), 1);
  ck_assert_int_eq(exceeds(695 - 1, 1, NINETY_NINE_99, F14_4), 0);
}
END_TEST

START_TEST(test_exceeds_errors) {
  slo_counts c = counts(0, 10), none = counts(0, 0);
  ck_assert_int_eq(slo_burn_exceeds(&none, NINETY_NINE_9, 1, 0), 0);
  ck_assert_int_eq(slo_burn_exceeds(&none, NINETY_NINE_9, 1, SLO_BURN_AT_LEAST), 0);
  ck_assert_int_eq(slo_burn_exceeds(NULL, NINETY_NINE_9, 1, 0), SLO_EINVAL);
  ck_assert_int_eq(slo_burn_exceeds(&c, NINETY_NINE_9, 1, 2), SLO_EINVAL);
  ck_assert_int_eq(slo_burn_exceeds(&c, NINETY_NINE_9, 1, UINT32_MAX), SLO_EINVAL);
  ck_assert_int_eq(slo_burn_exceeds(&c, NINETY_NINE_9, 0, 0), SLO_ERANGE);
  ck_assert_int_eq(slo_burn_exceeds(&c, NINETY_NINE_9, FACTOR_MAX + 1, 0), SLO_ERANGE);
  ck_assert_int_eq(slo_burn_exceeds(&c, NINETY_NINE_9, UINT64_MAX, 0), SLO_ERANGE);
  ck_assert_int_eq(slo_burn_exceeds(&c, 0, 1, 0), SLO_ERANGE);
  ck_assert_int_eq(slo_burn_exceeds(&c, PPB, 1, 0), SLO_ERANGE);
  ck_assert_int_eq(slo_burn_exceeds(&none, 0, 1, 0), SLO_ERANGE); /* checked before the counts */
  ck_assert_int_eq(slo_burn_exceeds(&c, NINETY_NINE_9, 1, 0), 1);
}
END_TEST

/* ---- slo_burn_maximum ---- */

static uint64_t maximum(uint64_t objective) {
  uint64_t burn = UNTOUCHED;
  ck_ok(slo_burn_maximum(objective, &burn));
  return burn;
}

START_TEST(test_maximum) {
  ck_assert_uint_eq(maximum(NINETY_NINE_9), 1000000000); /* 1,000 */
  ck_assert_uint_eq(maximum(990000000), 100000000);
  ck_assert_uint_eq(maximum(900000000), 10000000);
  ck_assert_uint_eq(maximum(SLO_OBJECTIVE_MIN_PPB), 1000000);
  ck_assert_uint_eq(maximum(SLO_OBJECTIVE_MAX_PPB), FACTOR_MAX);
  /* around the point where 14.4 dies; what is rounded away still decides */
  ck_assert_uint_eq(maximum(930555555), 14399999);
  ck_assert_uint_eq(maximum(930555556), 14400000);
  ck_assert_int_eq(alive(930555556, maximum(930555556)), 1);
  uint64_t state = 4, burn = UNTOUCHED;
  for (int i = 0; i < 20000; i++) {
    uint64_t objective = random_objective(&state);
    must(slo_burn_maximum(objective, &burn) == SLO_OK &&
             is_floor(burn, wide_of(PPB_PPM), wide_of(PPB - objective)),
         "%" PRIu64, objective);
    /* it is the burn rate when everything fails */
    slo_counts c = counts(0, check_random_wide(&state) % COUNTS_MAX + 1);
    uint64_t total = UNTOUCHED;
    must(slo_burn_eval(&c, objective, &total) == SLO_OK && total == burn, "%" PRIu64, objective);
  }
  burn = UNTOUCHED;
  ck_assert_int_eq(slo_burn_maximum(0, &burn), SLO_ERANGE);
  ck_assert_int_eq(slo_burn_maximum(PPB, &burn), SLO_ERANGE);
  ck_assert_int_eq(slo_burn_maximum(NINETY_NINE_9, NULL), SLO_EINVAL);
  ck_assert_uint_eq(burn, UNTOUCHED);
}
END_TEST

/* ---- slo_burn_factor ---- */

static uint64_t factor_of(uint64_t share_ppm, int64_t period_days, int64_t window_hours) {
  uint64_t factor = UNTOUCHED;
  ck_ok(slo_burn_factor(share_ppm, period_days * SLO_DAY_NS, window_hours * SLO_HOUR_NS, &factor));
  return factor;
}

START_TEST(test_factor) {
  ck_assert_uint_eq(factor_of(20000, 30, 1), 14400000);
  ck_assert_uint_eq(factor_of(50000, 30, 6), 6000000);
  ck_assert_uint_eq(factor_of(100000, 30, 24), 3000000);
  ck_assert_uint_eq(factor_of(100000, 30, 72), 1000000);
  ck_assert_uint_eq(factor_of(20000, 28, 1), 13440000);
  ck_assert_uint_eq(factor_of(50000, 28, 6), 5600000);
  ck_assert_uint_eq(factor_of(100000, 28, 24), 2800000);
  ck_assert_uint_eq(factor_of(100000, 28, 72), 933333);
  ck_assert_uint_eq(factor_of(1000000, 30, 720), 1000000); /* all of it, in all of it */
  ck_assert_uint_eq(factor_of(0, 30, 1), 0);
}
END_TEST

START_TEST(test_factor_limits) {
  uint64_t state = 5, factor = UNTOUCHED;
  int fitted = 0, refused = 0;
  for (int i = 0; i < 50000; i++) {
    uint64_t share = check_random(&state) % 1000001;
    uint64_t period = check_random_wide(&state) >> 1, window = check_random_wide(&state) >> 1;
    if (period == 0 || window == 0) continue;
    factor = UNTOUCHED;
    slo_status status = slo_burn_factor(share, (int64_t)period, (int64_t)window, &factor);
    wide n = wide_times(wide_of(share), period);
    if (wide_compare(n, wide_times(wide_of(FACTOR_MAX + 1), window)) >= 0) {
      must(status == SLO_ERANGE && factor == UNTOUCHED, "a factor beyond the largest");
      refused++;
    } else {
      must(status == SLO_OK && is_floor(factor, n, wide_of(window)), "%" PRIu64, factor);
      fitted++;
    }
  }
  ck_assert_int_gt(fitted, 1000);
  ck_assert_int_gt(refused, 1000);
  factor = UNTOUCHED;
  ck_assert_int_eq(slo_burn_factor(1000001, SLO_DAY_NS, SLO_HOUR_NS, &factor), SLO_ERANGE);
  ck_assert_int_eq(slo_burn_factor(UINT64_MAX, SLO_DAY_NS, SLO_HOUR_NS, &factor), SLO_ERANGE);
  ck_assert_int_eq(slo_burn_factor(1, 0, SLO_HOUR_NS, &factor), SLO_ERANGE);
  ck_assert_int_eq(slo_burn_factor(1, -1, SLO_HOUR_NS, &factor), SLO_ERANGE);
  ck_assert_int_eq(slo_burn_factor(1, SLO_DAY_NS, 0, &factor), SLO_ERANGE);
  ck_assert_int_eq(slo_burn_factor(1, SLO_DAY_NS, INT64_MIN, &factor), SLO_ERANGE);
  ck_assert_int_eq(slo_burn_factor(1, SLO_DAY_NS, SLO_HOUR_NS, NULL), SLO_EINVAL);
  ck_assert_uint_eq(factor, UNTOUCHED);
  /* the largest there is, and the first beyond it */
  ck_ok(slo_burn_factor(1000000, 1000000000, 1, &factor));
  ck_assert_uint_eq(factor, FACTOR_MAX);
  ck_assert_int_eq(slo_burn_factor(1000000, 1000000001, 1, &factor), SLO_ERANGE);
}
END_TEST

/* ---- detection and reset ---- */

static int64_t detection(uint64_t objective, uint64_t error, uint64_t factor, int64_t window_ns) {
  int64_t ns = -1;
  ck_ok(slo_burn_detection(objective, error, factor, window_ns, &ns));
  return ns;
}

static int64_t reset(uint64_t objective, uint64_t error, int64_t duration_ns, uint64_t factor,
                     int64_t window_ns) {
  int64_t ns = -1;
  ck_ok(slo_burn_reset(objective, error, duration_ns, factor, window_ns, &ns));
  return ns;
}

#define MILLISECONDS(n) ((n) * INT64_C(1000000))

START_TEST(test_detection_and_reset) {
  const int64_t outage = 10 * SLO_MINUTE_NS, five = 5 * SLO_MINUTE_NS;
  enum { FIFTEEN_PERCENT = 150000000, TEN_PERCENT = 100000000, TOTAL = 1000000000 };
  /* 15 % for 10 min at 99.9 %: the long window crosses at 5.76 min, the short one resets 4.52 min
   * after the end, the long one 54.24 */
  ck_assert_int_eq(detection(NINETY_NINE_9, FIFTEEN_PERCENT, F14_4, SLO_HOUR_NS),
                   MILLISECONDS(345600));
  ck_assert_int_eq(detection(NINETY_NINE_9, FIFTEEN_PERCENT, F14_4, five), MILLISECONDS(28800));
  ck_assert_int_eq(reset(NINETY_NINE_9, FIFTEEN_PERCENT, outage, F14_4, five),
                   MILLISECONDS(271200));
  ck_assert_int_eq(reset(NINETY_NINE_9, FIFTEEN_PERCENT, outage, F14_4, SLO_HOUR_NS),
                   MILLISECONDS(3254400));
  /* a total outage: 0.864 min; 10 %: 8.64 */
  ck_assert_int_eq(detection(NINETY_NINE_9, TOTAL, F14_4, SLO_HOUR_NS), MILLISECONDS(51840));
  ck_assert_int_eq(detection(NINETY_NINE_9, TEN_PERCENT, F14_4, SLO_HOUR_NS), MILLISECONDS(518400));
  /* the outage allowance of 99.9 % over 28 d, (1 - T) * P / e: 40.32 min, at 10 % 403.2 */
  ck_assert_int_eq(detection(NINETY_NINE_9, TOTAL, F1, 28 * SLO_DAY_NS), MILLISECONDS(2419200));
  ck_assert_int_eq(detection(NINETY_NINE_9, TEN_PERCENT, F1, 28 * SLO_DAY_NS),
                   MILLISECONDS(24192000));
}
END_TEST

/* An error ratio equal to factor * budget never lifts a window over it. */
START_TEST(test_never_lifted) {
  int64_t ns = -1;
  ck_assert_int_eq(slo_burn_detection(NINETY_NINE_9, 14400000, F14_4, SLO_HOUR_NS, &ns),
                   SLO_ENODATA);
  ck_assert_int_eq(slo_burn_detection(NINETY_NINE_9, 1, F14_4, SLO_HOUR_NS, &ns), SLO_ENODATA);
  ck_assert_int_eq(ns, -1);
  ck_ok(slo_burn_detection(NINETY_NINE_9, 14400001, F14_4, SLO_HOUR_NS, &ns));
  ck_assert_int_eq(
      ns, SLO_HOUR_NS / 14400001 * 14400000 + SLO_HOUR_NS % 14400001 * 14400000 / 14400001);
  ck_assert_int_eq(reset(NINETY_NINE_9, 14400000, SLO_DAY_NS, F14_4, SLO_HOUR_NS), 0);
  ck_assert_int_eq(reset(NINETY_NINE_9, 150000000, 0, F14_4, SLO_HOUR_NS), 0);
  /* an outage exactly as long as the detection takes does not lift it, a nanosecond more does */
  ck_assert_int_eq(reset(NINETY_NINE_9, 150000000, MILLISECONDS(345600), F14_4, SLO_HOUR_NS), 0);
  ck_assert_int_eq(reset(NINETY_NINE_9, 150000000, MILLISECONDS(345600) + 1, F14_4, SLO_HOUR_NS),
                   MILLISECONDS(3254400));
  /* dead tiers: nothing lifts them, also where factor * budget is beyond 64 bits */
  ck_assert_int_eq(slo_burn_detection(930555555, PPB, F14_4, SLO_HOUR_NS, &ns), SLO_ENODATA);
  ck_ok(slo_burn_detection(930555556, PPB, F14_4, SLO_HOUR_NS, &ns));
  ck_assert_int_eq(slo_burn_detection(1, PPB, FACTOR_MAX, SLO_HOUR_NS, &ns), SLO_ENODATA);
  ck_assert_int_eq(slo_burn_detection(900000000, PPB, 10000000, SLO_HOUR_NS, &ns), SLO_ENODATA);
  ck_assert_int_eq(reset(1, PPB, SLO_DAY_NS, FACTOR_MAX, SLO_HOUR_NS), 0);
  ck_assert_int_eq(
      slo_burn_detection(PPB - (UINT64_C(1) << 29), PPB, UINT64_C(1) << 35, SLO_HOUR_NS, &ns),
      SLO_ENODATA);
  ck_assert_int_eq(
      reset(PPB - (UINT64_C(1) << 29), PPB, SLO_DAY_NS, UINT64_C(1) << 35, SLO_HOUR_NS), 0);
  ck_assert_int_eq(reset(900000000, PPB, SLO_DAY_NS, 10000000, SLO_HOUR_NS), 0);
}
END_TEST

/* Steady traffic in steps of a second, an outage of `error` in its first `duration` seconds: when
 * does the window exceed the factor first, and when no longer after the end? -1: never. */
static void simulate(uint64_t objective, uint64_t error, uint64_t factor, int window, int duration,
                     int *lifted, int *cleared) {
  int outage = 0; /* seconds of it in (t - window, t] */
  *lifted = *cleared = -1;
  for (int t = 1; t <= duration + window + 1; t++) {
    outage += t <= duration;
    outage -= t - window >= 1 && t - window <= duration;
    slo_counts c = {0, (uint64_t)outage * error, 0};
    c.good = (uint64_t)window * PPB - c.bad; /* 10^9 requests a second */
    int over = burn_order(c.bad, c.good + c.bad, objective, factor) > 0;
    must(slo_burn_exceeds(&c, objective, factor, 0) == over, "second %d", t);
    if (over && *lifted < 0 && t <= duration) *lifted = t;
    if (!over && *cleared < 0 && t >= duration && *lifted >= 0) *cleared = t - duration;
  }
}

START_TEST(test_simulation) {
  static const uint64_t factors[] = {F14_4, F6, F3, F1, 13440000, 933333};
  static const int windows[] = {60, 300, 1800, 3600, 7200};
  uint64_t state = 6;
  int lifted_runs = 0, quiet_runs = 0;
  for (int i = 0; i < 300; i++) {
    uint64_t objective = i % 3 == 0   ? NINETY_NINE_9
                         : i % 3 == 1 ? 990000000 + check_random(&state) % 10000000
                                      : random_objective(&state);
    uint64_t factor = factors[check_random(&state) % 6];
    int window = windows[check_random(&state) % 5];
    uint64_t error = check_random(&state) % PPB + 1;
    if (i % 4 == 0) error = factor * (PPB - objective) / 1000000 % PPB + 1; /* just about enough */
    int duration = (int)(check_random(&state) % 4000) + 1, lifted, cleared;
    simulate(objective, error, factor, window, duration, &lifted, &cleared);

    const int64_t window_ns = window * SLO_SECOND_NS, duration_ns = duration * SLO_SECOND_NS;
    int64_t crosses = -1, clears = -1;
    slo_status status = slo_burn_detection(objective, error, factor, window_ns, &crosses);
    ck_ok(slo_burn_reset(objective, error, duration_ns, factor, window_ns, &clears));
    if (lifted < 0) { /* never, or not before the end */
      ck_assert(status == SLO_ENODATA || crosses >= duration_ns);
      ck_assert_int_eq(clears, 0);
      quiet_runs++;
    } else {
      ck_ok(status);
      ck_assert_int_lt(crosses, lifted * SLO_SECOND_NS);
      ck_assert_int_ge(crosses, (lifted - 1) * SLO_SECOND_NS);
      ck_assert_int_ge(cleared, 0);
      ck_assert_int_le(clears, cleared * SLO_SECOND_NS);
      ck_assert_int_gt(clears, (cleared - 1) * SLO_SECOND_NS);
      lifted_runs++;
    }
  }
  ck_assert_int_gt(lifted_runs, 50);
  ck_assert_int_gt(quiet_runs, 50);
}
END_TEST

/* The fixtures as the simulation sees them, second by second. */
START_TEST(test_simulated_fixture) {
  int lifted, cleared;
  simulate(NINETY_NINE_9, 150000000, F14_4, 3600, 600, &lifted, &cleared);
  ck_assert_int_eq(lifted, 346);   /* 345.6 s */
  ck_assert_int_eq(cleared, 3255); /* 3254.4 s */
  simulate(NINETY_NINE_9, 150000000, F14_4, 300, 600, &lifted, &cleared);
  ck_assert_int_eq(lifted, 29);
  ck_assert_int_eq(cleared, 272); /* 271.2 s */
}
END_TEST

START_TEST(test_detection_random) {
  uint64_t state = 7;
  int seen = 0, never = 0;
  for (int i = 0; i < 50000; i++) {
    uint64_t objective = random_objective(&state), error = check_random_wide(&state) % PPB + 1;
    uint64_t factor = check_random_wide(&state) % (i % 2 ? FACTOR_MAX : 100000000) + 1;
    int64_t window = (int64_t)(check_random_wide(&state) >> 1);
    int64_t duration = (int64_t)(check_random_wide(&state) >> 1), crosses = -1, clears = -1;
    if (window == 0) continue;
    wide budget = wide_times(wide_of(factor), PPB - objective); /* factor * budget, 10^-15 */
    wide ratio = wide_times(wide_of(error), 1000000);           /* e, 10^-15 */
    slo_status status = slo_burn_detection(objective, error, factor, window, &crosses);
    must(slo_burn_reset(objective, error, duration, factor, window, &clears) == SLO_OK, "reset");
    if (wide_compare(ratio, budget) <= 0) {
      must(status == SLO_ENODATA && crosses == -1 && clears == 0, "%" PRId64, crosses);
      never++;
      continue;
    }
    must(status == SLO_OK && crosses >= 0 &&
             is_floor((uint64_t)crosses, wide_times(budget, (uint64_t)window), ratio),
         "%" PRId64, crosses);
    uint64_t held = (uint64_t)(duration < window ? duration : window);
    int lifted = wide_compare(wide_times(ratio, held), wide_times(budget, (uint64_t)window)) > 0;
    must(clears == (lifted ? window - crosses : 0), "%" PRId64, clears);
    seen++;
  }
  ck_assert_int_gt(seen, 1000);
  ck_assert_int_gt(never, 1000);
}
END_TEST

START_TEST(test_step_errors) {
  static const struct {
    uint64_t objective, error, factor;
    int64_t window;
  } wrong[] = {{0, 1000, F6, 1000},
               {PPB, 1000, F6, 1000},
               {NINETY_NINE_9, 0, F6, 1000},
               {NINETY_NINE_9, PPB + 1, F6, 1000},
               {NINETY_NINE_9, UINT64_MAX, F6, 1000},
               {NINETY_NINE_9, PPB, 0, 1000},
               {NINETY_NINE_9, PPB, FACTOR_MAX + 1, 1000},
               {NINETY_NINE_9, PPB, F6, 0},
               {NINETY_NINE_9, PPB, F6, -1},
               {NINETY_NINE_9, PPB, F6, INT64_MIN}};
  int64_t ns = -1;
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    ck_assert_int_eq(slo_burn_detection(wrong[i].objective, wrong[i].error, wrong[i].factor,
                                        wrong[i].window, &ns),
                     SLO_ERANGE);
    ck_assert_int_eq(slo_burn_reset(wrong[i].objective, wrong[i].error, 1000, wrong[i].factor,
                                    wrong[i].window, &ns),
                     SLO_ERANGE);
  }
  ck_assert_int_eq(slo_burn_reset(NINETY_NINE_9, PPB, -1, F6, 1000, &ns), SLO_ERANGE);
  ck_assert_int_eq(slo_burn_detection(NINETY_NINE_9, PPB, F6, 1000, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_burn_reset(NINETY_NINE_9, PPB, 1, F6, 1000, NULL), SLO_EINVAL);
  ck_assert_int_eq(ns, -1);
  /* the ends of the ranges are in them */
  ck_ok(slo_burn_detection(SLO_OBJECTIVE_MAX_PPB, PPB, 1, INT64_MAX, &ns));
  ck_ok(slo_burn_reset(SLO_OBJECTIVE_MAX_PPB, PPB, INT64_MAX, 1, INT64_MAX, &ns));
}
END_TEST

/* ---- slo_burn_exhaustion ---- */

static int64_t exhaustion(int64_t remaining, uint64_t burn, int64_t period) {
  int64_t ns = -1;
  ck_ok(slo_burn_exhaustion(remaining, burn, period, &ns));
  return ns;
}

START_TEST(test_exhaustion) {
  const int64_t month = 30 * SLO_DAY_NS;
  ck_assert_int_eq(exhaustion(1000000, 1000000, month), month);
  ck_assert_int_eq(exhaustion(1000000, F14_4, month), 50 * SLO_HOUR_NS); /* 2 % an hour */
  ck_assert_int_eq(exhaustion(500000, 1000000, month), 15 * SLO_DAY_NS);
  ck_assert_int_eq(exhaustion(1000000, 2000000, month), 15 * SLO_DAY_NS);
  ck_assert_int_eq(exhaustion(1000000, 3, 10), 3333333); /* 3333333.3 */
  /* a total outage at 99.9 % over 28 d: 40.32 min; at 10 %: 403.2 min */
  ck_assert_int_eq(exhaustion(1000000, maximum(NINETY_NINE_9), 28 * SLO_DAY_NS),
                   MILLISECONDS(2419200));
  ck_assert_int_eq(exhaustion(1000000, burn_of(9, 1, NINETY_NINE_9), 28 * SLO_DAY_NS),
                   MILLISECONDS(24192000));
  /* nothing remains: gone already, at whatever pace */
  ck_assert_int_eq(exhaustion(0, 1000000, month), 0);
  ck_assert_int_eq(exhaustion(-5200000, 1000000, month), 0);
  ck_assert_int_eq(exhaustion(INT64_MIN, 1000000, month), 0);
  ck_assert_int_eq(exhaustion(0, 0, month), 0);
}
END_TEST

START_TEST(test_exhaustion_limits) {
  uint64_t state = 8;
  int64_t ns = -1;
  int fitted = 0, beyond = 0;
  for (int i = 0; i < 50000; i++) {
    int64_t remaining = (int64_t)(check_random_wide(&state) >> 1);
    uint64_t burn = check_random_wide(&state);
    int64_t period = (int64_t)(check_random_wide(&state) >> 1);
    if (remaining == 0 || burn == 0 || period == 0) continue;
    ns = -1;
    slo_status status = slo_burn_exhaustion(remaining, burn, period, &ns);
    wide n = wide_times(wide_of((uint64_t)remaining), (uint64_t)period);
    if (wide_compare(n, wide_times(wide_of(burn), UINT64_C(1) << 63)) >= 0) {
      must(status == SLO_ENODATA && ns == -1, "beyond int64");
      beyond++;
    } else {
      must(status == SLO_OK && ns >= 0 && is_floor((uint64_t)ns, n, wide_of(burn)), "%" PRId64, ns);
      fitted++;
    }
  }
  ck_assert_int_gt(fitted, 1000);
  ck_assert_int_gt(beyond, 1000);
  ns = -1;
  ck_assert_int_eq(slo_burn_exhaustion(1000000, 0, SLO_DAY_NS, &ns), SLO_ENODATA);
  ck_assert_int_eq(slo_burn_exhaustion(1000000, 1000000, 0, &ns), SLO_ERANGE);
  ck_assert_int_eq(slo_burn_exhaustion(1000000, 1000000, -1, &ns), SLO_ERANGE);
  ck_assert_int_eq(slo_burn_exhaustion(1000000, 1000000, SLO_DAY_NS, NULL), SLO_EINVAL);
  ck_assert_int_eq(ns, -1);
  ck_ok(slo_burn_exhaustion(1, 1, INT64_MAX, &ns)); /* the last answer that fits */
  ck_assert_int_eq(ns, INT64_MAX);
}
END_TEST

CHECK_MAIN("burn", tcase_add_test(tc, test_eval); tcase_add_test(tc, test_eval_random);
           tcase_add_test(tc, test_eval_errors); tcase_add_test(tc, test_exceeds_random);
           tcase_add_test(tc, test_equality); tcase_add_test(tc, test_decided_before_rounding);
           tcase_add_test(tc, test_dead_tiers); tcase_add_test(tc, test_one_failure_pages);
           tcase_add_test(tc, test_exceeds_errors); tcase_add_test(tc, test_maximum);
           tcase_add_test(tc, test_factor); tcase_add_test(tc, test_factor_limits);
           tcase_add_test(tc, test_detection_and_reset); tcase_add_test(tc, test_never_lifted);
           tcase_add_test(tc, test_simulation); tcase_add_test(tc, test_simulated_fixture);
           tcase_add_test(tc, test_detection_random); tcase_add_test(tc, test_step_errors);
           tcase_add_test(tc, test_exhaustion); tcase_add_test(tc, test_exhaustion_limits);)
