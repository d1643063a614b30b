/*
 * test_evidence.c - evidence against its formula, and against chance.
 *
 * The model is the formula of slo/evidence.h in long double, with the plan's own bets: fixed point
 * may be below it by a little and never above. test_evidence_model.py compares every bit with
 * fractions. test_evidence_portable.c runs all of this without native 128-bit integers; the
 * checksum at the end is the same for both.
 */
#include <math.h>

#include "base/block.h"
#include "check_main.h"
#include "judge/evidence.h"

#define PPB UINT64_C(1000000000)
#define ONE15 UINT64_C(1000000000000000)
#define SEC SLO_SECOND_NS

__extension__ typedef unsigned __int128 wide;

static slo_evidence_config config_of(uint64_t objective_ppb) {
  slo_evidence_config c = SLO_SIZED(slo_evidence_config);
  c.objective_ppb = objective_ppb;
  return c;
}

static sloi_evidence_plan plan_of(const slo_evidence_config *given) {
  slo_evidence_config c;
  sloi_evidence_plan plan;
  slo_error error = SLO_SIZED(slo_error);
  slo_status status = sloi_evidence_plan_config(given, &c, &plan, &error);
  check_that(status == SLO_OK, "%d: %s is %" PRId64, status, error.field, error.value);
  check_that(sloi_evidence_plan_valid(&plan), "a plan that is not believed");
  return plan;
}

static long double level_of(const sloi_evidence_plan *plan, const sloi_evidence_state *state) {
  sloi_u128 sum = sloi_evidence_sum(plan, state);
  return (long double)sum.hi + ldexpl((long double)sum.lo, -64);
}

/* ---- the formula ---- */

/* One bet of 0.5, p0 = 0.01, 10^-5 a slot, no dead time, no cap. */
START_TEST(test_check_values) {
  static const struct {
    uint64_t n, x;
    long double level;
  } slots[] = {{1, 1, 0.000505L},       {1, 0, 0.0002575L},       {1, 1, 0.01350875L},
               {1, 1, 0.682696875L},    {1, 1, 34.4766971875L},   {0, 0, 34.4766971875L},
               {10, 1, 189.621944531L}, {100, 1, 189.621954531L}, {100, 0, 94.8109822656L}};
  sloi_evidence_plan plan = {0};
  sloi_evidence_state state = {0};
  plan.healthy = ONE15 / 100;
  plan.inverse = 100 * SLOI_EVIDENCE_ONE40;
  plan.weight = (uint64_t)ldexpl(1e-15L, 84); /* a ns */
  plan.cap = UINT64_MAX;
  plan.bets = 1;
  plan.bet[0] = SLOI_EVIDENCE_ONE40 / 2;
  for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++) {
    sloi_evidence_step(&plan, &state, 10 * SEC, slots[i].n, slots[i].x);
    long double level = level_of(&plan, &state), apart = level / slots[i].level - 1;
    check_that(fabsl(apart) < 1e-9L, "slot %zu: %.12Lg is off by %.2Lg", i, level, apart);
  }
}
END_TEST

START_TEST(test_bets) {
  static const struct {
    uint64_t objective_ppb, bets;
  } few[] = {{990000000, 4}, {999000000, 6}, {999900000, 8}, {999990000, 10},
             {900000000, 1}, {500000000, 1}, {1, 1}};
  for (size_t i = 0; i < sizeof few / sizeof few[0]; i++) {
    const slo_evidence_config c = config_of(few[i].objective_ppb);
    const sloi_evidence_plan plan = plan_of(&c);
    if (few[i].objective_ppb != 900000000) {
      check_that(plan.bets == few[i].bets, "%" PRIu64 " ppb: %" PRIu64 " bets",
                 few[i].objective_ppb, plan.bets);
    }
    long double p0 = (long double)(PPB - few[i].objective_ppb) / PPB, last = 5 * p0 / (1 - p0);
    long double bet = 0.9L;
    for (uint64_t k = 0; k < plan.bets; k++, bet /= 3) {
      long double want = k + 1 < plan.bets || plan.bets == 1 ? bet : last;
      long double is = ldexpl((long double)plan.bet[k], -40);
      check_that(fabsl(is - want) < 1e-11L, "bet %" PRIu64 " is %Lg instead of %Lg", k, is, want);
    }
    if (plan.bets == 1) check_that(last >= 0.9L, "one bet where %Lg is the last", last);
    check_that(fabsl((long double)plan.healthy / ONE15 - p0) < 1e-15L, "p0");
    long double year = (long double)SLO_EVIDENCE_YEAR_NS * (long double)plan.bets;
    long double weight = ldexpl((long double)plan.weight, -84) * year;
    check_that(weight <= 1 && weight > 1 - 1e-6L, "%Lg of an alarm a year", weight);
  }
  /* the smallest of all p0 has more bets than there is room for: the last one is still the last */
  slo_evidence_config c = config_of(SLO_OBJECTIVE_MAX_PPB);
  c.healthy_burn_ppm = 1;
  const sloi_evidence_plan plan = plan_of(&c);
  ck_assert_uint_eq(plan.bets, SLO_EVIDENCE_BETS_MAX);
  ck_assert_uint_eq(plan.bet[SLO_EVIDENCE_BETS_MAX - 1], 1);
}
END_TEST

/* A configuration of any kind that is accepted. */
static slo_evidence_config random_config(uint64_t *random) {
  for (;;) {
    slo_evidence_config c = SLO_SIZED(slo_evidence_config);
    uint64_t budget = 1 + check_random_wide(random) % SLO_OBJECTIVE_MAX_PPB;
    c.objective_ppb = PPB - budget;
    if (check_random(random) % 2) {
      c.healthy_burn_ppm = 1 + check_random_wide(random) % ((ONE15 - 1) / budget);
    }
    if (check_random(random) % 2) c.least_burn_ppm = check_random_wide(random) % 100000000;
    if (check_random(random) % 2) {
      c.alarms_per_year_ppm = check_random_wide(random) % (SLO_EVIDENCE_ALARMS_MAX_PPM + 1);
    }
    if (check_random(random) % 2) c.dead_ns = (int64_t)(check_random_wide(random) % SLO_DAY_NS);
    slo_evidence_config checked;
    sloi_evidence_plan plan;
    if (sloi_evidence_plan_config(&c, &checked, &plan, NULL) == SLO_OK) return c;
  }
}

/* What a slot multiplies each bet by, 40 places: read off a wealth of 1 and a weight of 0. */
static void factors(const sloi_evidence_plan *given, uint64_t valid, uint64_t bad,
                    uint64_t *factor) {
  sloi_evidence_plan plan = *given;
  sloi_evidence_state state = {0};
  plan.weight = 0;
  plan.cap = UINT64_MAX;
  for (uint64_t k = 0; k < plan.bets; k++) state.wealth[k].hi = 1;
  sloi_evidence_step(&plan, &state, 1, valid, bad);
  for (uint64_t k = 0; k < plan.bets; k++) {
    check_that((state.wealth[k].lo & 0xffffff) == 0 && state.wealth[k].hi < 1U << 23, "a factor");
    factor[k] = state.wealth[k].hi << 40 | state.wealth[k].lo >> 24;
  }
}

/* While the mean of bad / valid is p0 or less, no bet can be expected to grow. */
START_TEST(test_supermartingale) {
  uint64_t random = 1, good[SLO_EVIDENCE_BETS_MAX], bad[SLO_EVIDENCE_BETS_MAX], mixed;
  for (int i = 0; i < 3000; i++) {
    const slo_evidence_config c = random_config(&random);
    const sloi_evidence_plan plan = plan_of(&c);
    uint64_t some[SLO_EVIDENCE_BETS_MAX];
    uint64_t n = 1 + check_random_wide(&random) % (1U << 20),
             x = check_random_wide(&random) % (n + 1);
    factors(&plan, 1, 0, good);
    factors(&plan, 1, 1, bad);
    factors(&plan, n, x, some);
    for (uint64_t k = 0; k < plan.bets; k++) {
      wide mean = (wide)plan.healthy * bad[k] + (wide)(ONE15 - plan.healthy) * good[k];
      check_that(mean <= (wide)ONE15 * SLOI_EVIDENCE_ONE40, "bet %" PRIu64 " grows", k);
      check_that(good[k] == SLOI_EVIDENCE_ONE40 - plan.bet[k], "a good slot");
      /* and a share in between is no more than the line through both */
      mixed = some[k] - good[k];
      check_that((wide)mixed * n * plan.healthy <= (wide)plan.bet[k] * x * ONE15,
                 "%" PRIu64 " of %" PRIu64 " is more than its share", x, n);
    }
  }
}
END_TEST

/* The formula itself. */
typedef struct model {
  long double wealth[SLO_EVIDENCE_BETS_MAX];
  long double elapsed;
  int64_t dead;
  int scaled; /* it has been at 10: from there on the bets' shares differ by their rounding */
} model;

/* Fixed point is never above, and below by no more than `below`. */
static int model_near(const model *m, long double is, long double exact, long double below) {
  long double above = m->scaled ? 1e-7L : 1e-15L;
  return is <= exact * (1 + above) && is >= exact * (1 - below) - 1e-15L;
}

static long double model_step(model *m, const slo_evidence_config *c,
                              const sloi_evidence_plan *plan, int64_t dt, uint64_t n, uint64_t x) {
  const long double p0 = (long double)plan->healthy / ONE15;
  const long double alarms = (long double)c->alarms_per_year_ppm / 1000000;
  long double sum = 0;
  m->elapsed += (long double)dt;
  if (m->elapsed > (long double)SLO_HOUR_NS) m->elapsed = (long double)SLO_HOUR_NS;
  int counts = m->dead == 0 && n != 0;
  m->dead = m->dead > dt ? m->dead - dt : 0;
  for (uint64_t k = 0; k < plan->bets; k++) {
    if (counts) {
      long double w =
          m->elapsed * alarms / (long double)SLO_EVIDENCE_YEAR_NS / (long double)plan->bets;
      long double bet = ldexpl((long double)plan->bet[k], -40);
      m->wealth[k] = (m->wealth[k] + w) * (1 - bet + bet * ((long double)x / (long double)n / p0));
    }
    sum += m->wealth[k];
  }
  if (counts) m->elapsed = 0;
  if (counts && (wide)x * ONE15 > (wide)n * plan->healthy) m->dead = (int64_t)plan->dead;
  for (uint64_t k = 0; k < plan->bets && sum >= 10; k++) m->wealth[k] *= 10 / sum;
  m->scaled |= sum >= 10;
  return sum >= 10 ? 10 : sum;
}

START_TEST(test_against_the_formula) {
  uint64_t random = 2, near = 0, compared = 0;
  for (int round = 0; round < 1500; round++) {
    const slo_evidence_config given = random_config(&random);
    slo_evidence_config c;
    sloi_evidence_plan plan;
    sloi_evidence_state state;
    model m = {{0}, 0, 0, 0};
    check_ok(sloi_evidence_plan_config(&given, &c, &plan, NULL));
    memset(&state, 0, sizeof state);
    for (int i = 0; i < 60; i++) {
      int64_t dt = (int64_t)(check_random_wide(&random) >> 12) % (3 * SLO_HOUR_NS);
      uint64_t n = check_random_wide(&random) >> 1, x = 0;
      if (check_random(&random) % 2) n %= 1000;
      if (n != 0 && check_random(&random) % 2) x = check_random_wide(&random) % (n + 1);
      sloi_evidence_step(&plan, &state, (uint64_t)dt, n, x);
      long double exact = model_step(&m, &c, &plan, dt, n, x), is = level_of(&plan, &state);
      if (m.scaled) break; /* a bet that lost more to rounding has a smaller share from here on */
      check_that(model_near(&m, is, exact, 1), "slot %d: %.20Lg is above %.20Lg", i, is, exact);
      check_that((state.dead != 0) == (m.dead != 0) && state.dead == (uint64_t)m.dead, "dead");
      compared++;
      near += (uint64_t)model_near(&m, is, exact, 1e-4L);
    }
  }
  /* the rest: a p0 so small, or a mean time so long, that its places do not suffice */
  check_that(near > compared * 8 / 10, "near in %" PRIu64 " of %" PRIu64, near, compared);
}
END_TEST

/* Where objectives, rates and counts are those of services it is close, too. */
START_TEST(test_close) {
  static const uint64_t objectives[] = {950000000, 990000000, 999000000, 999900000, 999990000};
  uint64_t random = 3;
  for (int i = 0; i < 5; i++) {
    slo_evidence_config c = config_of(objectives[i]), checked;
    sloi_evidence_plan plan;
    sloi_evidence_state state;
    model m = {{0}, 0, 0, 0};
    check_ok(sloi_evidence_plan_config(&c, &checked, &plan, NULL));
    memset(&state, 0, sizeof state);
    for (int k = 0; k < 20000; k++) {
      uint64_t n = check_random(&random) % (k % 1000 < 500 ? 10 : 100000);
      uint64_t x = k / 500 % 4 == 3 && n > 0 ? check_random(&random) % (n + 1) : 0;
      if (n > 0 && check_random(&random) % 50 == 0) x = 1;
      sloi_evidence_step(&plan, &state, (uint64_t)(10 * SEC), n, x);
      long double exact = model_step(&m, &checked, &plan, 10 * SEC, n, x);
      long double is = level_of(&plan, &state);
      check_that(model_near(&m, is, exact, 1e-5L), "slot %d: %.15Lg instead of %.15Lg", k, is,
                 exact);
    }
  }
}
END_TEST

/* ---- promises ---- */

static slo_evidence *evidence_new(const slo_evidence_config *c) {
  slo_evidence *e = NULL;
  ck_ok(slo_evidence_create(c, NULL, &e, NULL));
  return e;
}

static uint64_t level(const slo_evidence *e) {
  uint64_t ppb = UINT64_MAX;
  check_ok(slo_evidence_read(e, &ppb));
  return ppb;
}

static void step(slo_evidence *e, int64_t dt_ns, uint64_t good, uint64_t bad) {
  const slo_counts slot = {good, bad, 7};
  check_ok(slo_evidence_step(e, dt_ns, &slot));
}

/* One request in six minutes, 200 good ones, then all fail. */
START_TEST(test_page_at_failure) {
  static const uint64_t alarms_ppm[] = {4058333, 1000000, 100000}; /* 90 days, a year, ten */
  static const struct {
    uint64_t objective_ppb;
    int at[3];
  } want[] = {{990000000, {3, 3, 4}}, {999000000, {2, 2, 3}}, {999900000, {2, 2, 2}}};
  for (int o = 0; o < 3; o++) {
    for (int a = 0; a < 3; a++) {
      slo_evidence_config c = config_of(want[o].objective_ppb);
      c.alarms_per_year_ppm = alarms_ppm[a];
      slo_evidence *e = evidence_new(&c);
      int failures = 0;
      for (int i = 0; i < 210 * 36 && level(e) < PPB; i++) {
        int request = i % 36 == 35, bad = request && i / 36 >= 200;
        failures += bad;
        step(e, 10 * SEC, request && !bad, (uint64_t)bad);
      }
      check_that(failures == want[o].at[a], "%" PRIu64 " ppb, %" PRIu64 " ppm: at failure %d",
                 want[o].objective_ppb, alarms_ppm[a], failures);
      slo_evidence_destroy(e);
    }
  }
  /* one of five at 99.9 % is a burn of 200, and no evidence */
  slo_evidence_config c = config_of(999000000);
  slo_evidence *e = evidence_new(&c);
  for (int i = 0; i < 4; i++) step(e, 360 * SEC, 1, 0);
  step(e, 360 * SEC, 0, 1);
  check_that(level(e) > 10000 && level(e) < 5000000, "%" PRIu64 " ppb", level(e));
  slo_evidence_destroy(e);
}
END_TEST

START_TEST(test_dead_time) {
  slo_evidence_config c = config_of(990000000);
  c.dead_ns = 30 * SEC;
  slo_evidence *e = evidence_new(&c), *other = evidence_new(&c);
  step(e, 10 * SEC, 0, 1);
  const uint64_t once = level(e);
  ck_assert_uint_gt(once, 0);
  for (int i = 0; i < 3; i++) { /* three slots of it see nothing: neither bad nor good */
    step(e, 10 * SEC, i == 1 ? 100 : 0, i == 1 ? 0 : 100);
    ck_assert_uint_eq(level(e), once);
  }
  step(e, 10 * SEC, 0, 1);
  ck_assert_uint_gt(level(e), 20 * once);
  /* what time added meanwhile is added then: the same as one slot of 50 s, but for the bets */
  step(other, 10 * SEC, 0, 1);
  step(other, 30 * SEC, 50, 50);
  ck_assert_uint_eq(level(other), once);
  step(other, 10 * SEC, 0, 1);
  ck_assert_uint_eq(level(other), level(e));
  slo_evidence_destroy(other);
  /* a slot with no more bad ones than a healthy one begins none */
  other = evidence_new(&c);
  step(other, 10 * SEC, 99, 1);
  const uint64_t healthy = level(other);
  step(other, 10 * SEC, 0, 1);
  ck_assert_uint_gt(level(other), healthy);
  slo_evidence_destroy(other);
  other = evidence_new(&c); /* one more does */
  step(other, 10 * SEC, 9899, 101);
  const uint64_t worse = level(other);
  step(other, 10 * SEC, 0, 1);
  ck_assert_uint_eq(level(other), worse);
  slo_evidence_destroy(other);
  slo_evidence_destroy(e);
}
END_TEST

START_TEST(test_pauses) {
  slo_evidence_config c = config_of(990000000);
  slo_evidence *hour = evidence_new(&c), *year = evidence_new(&c), *nothing = evidence_new(&c);
  step(hour, SLO_HOUR_NS, 0, 1);
  step(year, INT64_MAX, 0, 1);
  ck_assert_uint_eq(level(hour), level(year));
  for (int i = 0; i < 10; i++) step(nothing, SLO_HOUR_NS / 2, 0, 0);
  ck_assert_uint_eq(level(nothing), 0); /* no traffic is no evidence .. */
  step(nothing, 0, 0, 1);
  ck_assert_uint_eq(level(nothing), level(hour)); /* .. and an hour of it at most adds up */
  const uint64_t before = level(nothing);
  for (int i = 0; i < 10; i++) step(nothing, SLO_DAY_NS, 0, 0);
  ck_assert_uint_eq(level(nothing), before);
  step(nothing, 0, 1, 0);
  slo_evidence *less = evidence_new(&c);
  step(less, SLO_MINUTE_NS, 0, 1); /* 60 times less time, 60 times less evidence */
  check_that(level(less) * 60 <= before && level(less) * 60 > before - before / 1000 - 60,
             "%" PRIu64 " of %" PRIu64, level(less), before);
  slo_evidence_destroy(less);
  ck_ok(slo_evidence_restart(hour));
  ck_assert_uint_eq(level(hour), 0);
  step(hour, SLO_MINUTE_NS, 0, 1); /* no dead time is left either */
  ck_assert_uint_gt(level(hour), 0);
  slo_evidence_destroy(hour);
  slo_evidence_destroy(year);
  slo_evidence_destroy(nothing);
}
END_TEST

START_TEST(test_kept_at_ten) {
  uint64_t random = 4;
  for (int round = 0; round < 300; round++) {
    const slo_evidence_config c = random_config(&random);
    const sloi_evidence_plan plan = plan_of(&c);
    sloi_evidence_state state, free_state;
    sloi_evidence_plan unkept = plan;
    memset(&state, 0, sizeof state);
    for (uint64_t k = 0; k < plan.bets; k++) state.wealth[k].hi = check_random(&random) % 10;
    state.wealth[0].hi += 10;
    free_state = state;
    unkept.cap = UINT64_MAX;
    sloi_evidence_step(&plan, &state, 1, UINT64_C(1) << 40, (UINT64_C(1) << 40) - 1);
    sloi_evidence_step(&unkept, &free_state, 1, UINT64_C(1) << 40, (UINT64_C(1) << 40) - 1);
    long double all = level_of(&plan, &free_state), is = level_of(&plan, &state);
    check_that(all < 10 || (is <= 10 && is > 10 - 1e-7L), "%Lg is kept at %Lg", all, is);
    for (uint64_t k = 0; k < plan.bets && all >= 10; k++) {
      long double before =
          (long double)free_state.wealth[k].hi + ldexpl((long double)free_state.wealth[k].lo, -64);
      long double after =
          (long double)state.wealth[k].hi + ldexpl((long double)state.wealth[k].lo, -64);
      check_that(fabsl(after - before * 10 / all) < 1e-7L, "bet %" PRIu64 " is not in proportion",
                 k);
    }
  }
  /* and is readable there */
  slo_evidence_config c = config_of(999000000);
  slo_evidence *e = evidence_new(&c);
  for (int i = 0; i < 20; i++) step(e, 70 * SEC, 0, 1000), step(e, 70 * SEC, 0, 0);
  check_that(level(e) <= 10 * PPB && level(e) >= 10 * PPB - 10, "%" PRIu64, level(e));
  slo_evidence_destroy(e);
}
END_TEST

START_TEST(test_lift) {
  const slo_evidence_config c = config_of(999000000);
  const sloi_evidence_plan plan = plan_of(&c);
  sloi_evidence_state state = {0};
  sloi_evidence_lift(&plan, &state);
  ck_assert_uint_eq(sloi_evidence_ppb(sloi_evidence_sum(&plan, &state)), PPB);
  ck_assert_uint_eq(state.wealth[0].hi, 1); /* by the bet that forgets soonest */
  state.wealth[0].hi = 0;
  state.wealth[1].lo = UINT64_C(1) << 63;
  sloi_evidence_lift(&plan, &state);
  ck_assert_uint_eq(state.wealth[0].lo, UINT64_C(1) << 63);
  ck_assert_uint_eq(sloi_evidence_ppb(sloi_evidence_sum(&plan, &state)), PPB);
  state.wealth[3].hi = 4;
  const sloi_evidence_state more = state;
  sloi_evidence_lift(&plan, &state);
  ck_assert_mem_eq(&state, &more, sizeof state);
}
END_TEST

START_TEST(test_ppb) {
  const sloi_u128 half = {0, UINT64_C(1) << 63}, least = {0, 1}, all = {UINT64_MAX, UINT64_MAX};
  const sloi_u128 below = {0, UINT64_MAX}, large = {UINT64_C(18446744073), UINT64_C(1) << 63};
  ck_assert_uint_eq(sloi_evidence_ppb(half), PPB / 2);
  ck_assert_uint_eq(sloi_evidence_ppb(least), 0);
  ck_assert_uint_eq(sloi_evidence_ppb(below), PPB - 1);
  ck_assert_uint_eq(sloi_evidence_ppb(all), UINT64_MAX);
  ck_assert_uint_eq(sloi_evidence_ppb(large), UINT64_C(18446744073500000000));
  const sloi_u128 over = {UINT64_C(18446744073), UINT64_MAX};
  ck_assert_uint_eq(sloi_evidence_ppb(over), UINT64_MAX);
}
END_TEST

/* ---- planning ---- */

/* A Poisson number, by counting exponential gaps. */
static uint64_t poisson(double mean, uint64_t *random) {
  double left = exp(-mean), p = 1;
  uint64_t n = 0;
  for (;;) {
    p *= ((double)(check_random(random) >> 11) + 0.5) * 0x1p-53;
    if (p <= left) return n;
    n++;
  }
}

static double simulated_detection(const slo_evidence_config *c, double per_hour, double error,
                                  uint64_t *random) {
  enum { RUNS = 60 };
  double sum = 0;
  for (int i = 0; i < RUNS; i++) {
    slo_evidence *e = evidence_new(c);
    double mean = per_hour / 360;
    int64_t slots = 0;
    while (level(e) < PPB && slots < 1000000) {
      step(e, 10 * SEC, poisson(mean * (1 - error), random), poisson(mean * error, random));
      slots++;
    }
    sum += (double)slots * 10;
    slo_evidence_destroy(e);
  }
  return sum / RUNS;
}

START_TEST(test_detection) {
  static const struct {
    uint64_t objective_ppb, per_hour, error_ppb;
  } cases[] = {
      {990000000, 10, PPB},          {999000000, 10, PPB},         {999000000, 100, PPB},
      {999000000, 100, 100000000},   {999900000, 100, 100000000},  {999000000, 1000, 100000000},
      {999000000, 1000, 20000000},   {990000000, 100, 300000000},  {999900000, 10000, 20000000},
      {999000000, 20000, 500000000}, {999000000, 100000, 20000000}};
  uint64_t random = 5;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const slo_evidence_config c = config_of(cases[i].objective_ppb);
    int64_t ns = 0;
    ck_ok(slo_evidence_detection(&c, cases[i].per_hour, cases[i].error_ppb, 10 * SEC, &ns));
    double planned = (double)ns / 1e9,
           is = simulated_detection(&c, (double)cases[i].per_hour, (double)cases[i].error_ppb / 1e9,
                                    &random);
    check_that(planned < 2 * is && planned > is / 2, "case %zu: %.0f s planned, %.0f s simulated",
               i, planned, is);
  }
}
END_TEST

START_TEST(test_detection_edges) {
  slo_evidence_config c = config_of(999000000), wrong = config_of(0);
  int64_t ns = 4711, worse = 0;
  ck_assert_int_eq(slo_evidence_detection(NULL, 1, 1, SEC, &ns), SLO_EINVAL);
  ck_assert_int_eq(slo_evidence_detection(&c, 1, 1, SEC, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_evidence_detection(&wrong, 1, 1, SEC, &ns), SLO_ERANGE);
  ck_assert_int_eq(slo_evidence_detection(&c, 0, PPB, SEC, &ns), SLO_ERANGE);
  ck_assert_int_eq(slo_evidence_detection(&c, UINT64_C(1000000000001), PPB, SEC, &ns), SLO_ERANGE);
  ck_assert_int_eq(slo_evidence_detection(&c, 1, 0, SEC, &ns), SLO_ERANGE);
  ck_assert_int_eq(slo_evidence_detection(&c, 1, PPB + 1, SEC, &ns), SLO_ERANGE);
  ck_assert_int_eq(slo_evidence_detection(&c, 1, PPB, 999999, &ns), SLO_ERANGE);
  ck_assert_int_eq(slo_evidence_detection(&c, 1, PPB, SLO_HOUR_NS + 1, &ns), SLO_ERANGE);
  /* a service that meets its promise, or nearly so, is never seen to fail */
  ck_assert_int_eq(slo_evidence_detection(&c, 1000, 1000000, 10 * SEC, &ns), SLO_ENODATA);
  ck_assert_int_eq(slo_evidence_detection(&c, 1, 1, SEC, &ns), SLO_ENODATA);
  ck_assert_int_eq(slo_evidence_detection(&c, 1, 1500000, SEC, &ns), SLO_ENODATA);
  ck_assert_int_eq(ns, 4711);
  /* the worse, the more, the sooner; the edges are no error */
  ck_ok(slo_evidence_detection(&c, 100, 20000000, 10 * SEC, &ns));
  ck_ok(slo_evidence_detection(&c, 100, 100000000, 10 * SEC, &worse));
  ck_assert_int_lt(worse, ns);
  ck_ok(slo_evidence_detection(&c, 1000, 20000000, 10 * SEC, &worse));
  ck_assert_int_lt(worse, ns);
  ck_ok(slo_evidence_detection(&c, 1, PPB, 1000000, &ns));
  ck_ok(slo_evidence_detection(&c, UINT64_C(1000000000000), PPB, SLO_HOUR_NS, &ns));
  ck_assert_int_ge(ns, SLO_HOUR_NS);
}
END_TEST

/* ---- configuration ---- */

static void refused(const slo_evidence_config *c, slo_status expected, const char *field,
                    int64_t value, int64_t min, int64_t max) {
  slo_error error = SLO_SIZED(slo_error);
  size_t size = 4711;
  slo_evidence *e = NULL;
  ck_assert_int_eq(slo_evidence_footprint(c, &size, &error), expected);
  ck_assert_str_eq(error.field, field);
  ck_assert_int_eq(error.status, expected);
  ck_assert_int_eq(error.value, value);
  if (expected == SLO_ERANGE) {
    ck_assert_int_eq(error.min, min);
    ck_assert_int_eq(error.max, max);
  }
  ck_assert_uint_eq(size, 4711);
  ck_assert_int_eq(slo_evidence_create(c, NULL, &e, &error), expected);
  ck_assert_int_eq(slo_evidence_footprint(c, &size, NULL), expected);
  ck_assert_ptr_null(e);
}

START_TEST(test_config_errors) {
  slo_evidence_config c;
  size_t size = 0;
#define REFUSED(change, status, field, value, min, max) \
  do {                                                  \
    c = config_of(999000000);                           \
    change;                                             \
    refused(&c, status, field, value, min, max);        \
  } while (0)
#define ACCEPTED(change)                            \
  do {                                              \
    c = config_of(999000000);                       \
    change;                                         \
    ck_ok(slo_evidence_footprint(&c, &size, NULL)); \
  } while (0)
  const int64_t most = (int64_t)SLO_OBJECTIVE_MAX_PPB,
                alarms = (int64_t)SLO_EVIDENCE_ALARMS_MAX_PPM;
  REFUSED(c.objective_ppb = 0, SLO_ERANGE, "objective_ppb", 0, 1, most);
  REFUSED(c.objective_ppb = PPB, SLO_ERANGE, "objective_ppb", (int64_t)PPB, 1, most);
  REFUSED(c.reserved = 3, SLO_EVERSION, "reserved", 3, 0, 0);
  REFUSED(c.alarms_per_year_ppm = SLO_EVIDENCE_ALARMS_MAX_PPM + 1, SLO_ERANGE,
          "alarms_per_year_ppm", alarms + 1, 0, alarms);
  REFUSED(c.dead_ns = -1, SLO_ERANGE, "dead_ns", -1, 0, SLO_DAY_NS);
  REFUSED(c.dead_ns = SLO_DAY_NS + 1, SLO_ERANGE, "dead_ns", SLO_DAY_NS + 1, 0, SLO_DAY_NS);
  REFUSED(c.healthy_burn_ppm = 1000000000, SLO_ERANGE, "healthy_burn_ppm", 1000000000, 0,
          999999999);
  REFUSED(c.healthy_burn_ppm = UINT64_MAX, SLO_ERANGE, "healthy_burn_ppm", INT64_MAX, 0, 999999999);
  REFUSED(c.least_burn_ppm = 1999999, SLO_ERANGE, "least_burn_ppm", 1999999, 2000000,
          INT64_C(1000000000000));
  REFUSED(c.least_burn_ppm = UINT64_C(1000000000001), SLO_ERANGE, "least_burn_ppm",
          INT64_C(1000000000001), 2000000, INT64_C(1000000000000));
  REFUSED(c.struct_size = 3, SLO_ERANGE, "slo_evidence_config.struct_size", 3, 4, 4096);
  refused(NULL, SLO_ERANGE, "objective_ppb", 0, 1, most);
  ACCEPTED(c.objective_ppb = 1);
  ACCEPTED(c.objective_ppb = SLO_OBJECTIVE_MAX_PPB);
  ACCEPTED(c.alarms_per_year_ppm = SLO_EVIDENCE_ALARMS_MAX_PPM);
  ACCEPTED(c.dead_ns = 1);
  ACCEPTED(c.dead_ns = SLO_DAY_NS);
  ACCEPTED(c.healthy_burn_ppm = 999999999);
  ACCEPTED(c.least_burn_ppm = 2000000);
  ACCEPTED(c.least_burn_ppm = UINT64_C(1000000000000));
  /* the largest there is */
  ACCEPTED(c.objective_ppb = SLO_OBJECTIVE_MAX_PPB; c.healthy_burn_ppm = ONE15 - 1;
           c.least_burn_ppm = UINT64_MAX);
#undef REFUSED
#undef ACCEPTED
}
END_TEST

START_TEST(test_arguments) {
  slo_evidence_config c = config_of(999000000);
  slo_evidence *e = evidence_new(&c);
  const slo_counts slot = {1, 1, 0};
  uint64_t ppb;
  size_t size = 0;
  ck_assert_int_eq(slo_evidence_step(NULL, 1, &slot), SLO_EINVAL);
  ck_assert_int_eq(slo_evidence_step(e, 1, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_evidence_step(e, -1, &slot), SLO_ERANGE);
  ck_assert_int_eq(slo_evidence_read(NULL, &ppb), SLO_EINVAL);
  ck_assert_int_eq(slo_evidence_read(e, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_evidence_restart(NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_evidence_footprint(&c, NULL, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_evidence_create(&c, NULL, NULL, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_evidence_attach(NULL, 4096, &e), SLO_EINVAL);
  ck_assert_int_eq(slo_evidence_attach(e, 4096, NULL), SLO_EINVAL);
  ck_assert_uint_eq(level(e), 0); /* none of these was a step */
  slo_evidence_destroy(e);
  slo_evidence_destroy(NULL);
  ck_ok(slo_evidence_footprint(&c, &size, NULL));
  char *memory = check_memory(size);
  ck_assert_int_eq(slo_evidence_init(memory, size - 1, &c, &e, NULL), SLO_ESPACE);
  ck_assert_int_eq(slo_evidence_init(memory, size, &c, NULL, NULL), SLO_EINVAL);
  ck_ok(slo_evidence_init(memory, size, &c, &e, NULL));
  free(memory);
}
END_TEST

/* ---- blocks ---- */

/* Evidence with a past, as plain bytes. */
static char *evidence_block(size_t *size) {
  slo_evidence_config c = config_of(999000000);
  slo_evidence *e = NULL;
  uint64_t random = 6;
  ck_ok(slo_evidence_footprint(&c, size, NULL));
  char *memory = check_memory(*size);
  ck_ok(slo_evidence_init(memory, *size, &c, &e, NULL));
  for (int i = 0; i < 100; i++) step(e, 10 * SEC, check_random(&random) % 100, i % 20 == 0);
  return memory;
}

/* Copied after any slot it goes on as if nothing had been. */
START_TEST(test_attach_a_copy) {
  size_t size;
  char *block = evidence_block(&size), *copy = check_memory(size);
  slo_evidence *e = NULL, *other = NULL;
  uint64_t random = 7;
  ck_ok(slo_evidence_attach(block, size, &e));
  for (int i = 0; i < 300; i++) {
    uint64_t good = check_random(&random) % 50, bad = check_random(&random) % 8 / 7;
    memcpy(copy, block, size);
    ck_ok(slo_evidence_attach(copy, size, &other));
    step(e, 20 * SEC, good, bad);
    step(other, 20 * SEC, good, bad);
    ck_assert_mem_eq(copy, block, size);
    check_that(level(e) == level(other), "another level");
  }
  free(copy);
  free(block);
}
END_TEST

static void use(char *memory, uint64_t *random) {
  slo_evidence *e = (void *)memory;
  for (int i = 0; i < 8; i++) {
    (void)level(e);
    step(e, (int64_t)(check_random_wide(random) >> 1), check_random_wide(random) >> 2,
         check_random_wide(random) >> 2);
  }
  ck_ok(slo_evidence_restart(e));
  ck_assert_uint_eq(level(e), 0);
  step(e, 10 * SEC, 0, 1);
}

START_TEST(test_attach_forged) {
  size_t size;
  char *block = evidence_block(&size), *copy = check_memory(size);
  sloi_block *header = (void *)copy;
  const size_t front =
      sizeof *header + (size_t)((const sloi_block *)(const void *)block)->config_size;
  slo_evidence *e = NULL;
  uint64_t random = 8, refusals = 0;
  for (size_t bit = 0; bit < front * 8; bit++) {
    memcpy(copy, block, size);
    copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
    slo_status status = slo_evidence_attach(copy, size, &e);
    check_that(
        status != SLO_OK || (bit / 8 >= offsetof(sloi_block, reserved) && bit / 8 < sizeof *header),
        "byte %zu was flipped and nobody noticed", bit / 8);
    check_that(status == SLO_OK || status == SLO_ECORRUPT || status == SLO_EVERSION ||
                   status == SLO_ESPACE,
               "%d", status);
  }
  /* with a checksum that fits */
  for (size_t at = sizeof *header; at < front; at += 8) {
    for (int i = 0; i < 40; i++) {
      const uint64_t words[] = {0, 1, UINT64_MAX, UINT64_C(1) << 40, UINT64_C(1) << 63, 25, 24};
      uint64_t word = i < 7 ? words[i] : check_random_wide(&random);
      memcpy(copy, block, size);
      memcpy(copy + at, &word, sizeof word);
      header->config_sum = sloi_block_sum(header + 1, front - sizeof *header);
      slo_status status = slo_evidence_attach(copy, size, &e);
      check_that(status == SLO_OK || status == SLO_ECORRUPT, "%d", status);
      refusals += status != SLO_OK;
      uint64_t original; /* 1 / p0 and the cap follow from the rest */
      memcpy(&original, block + at, sizeof original);
      size_t place = at - sizeof *header;
      check_that(status != SLO_OK || word == original ||
                     (place != offsetof(sloi_evidence_plan, inverse) &&
                      place != offsetof(sloi_evidence_plan, cap)),
                 "word %zu is %" PRIx64, place / 8, word);
      if (status == SLO_OK) use(copy, &random);
    }
  }
  /* p0, 1 / p0, the cap, how many bets and the six of them hang together */
  ck_assert_uint_gt(refusals, 8 * 38);
  for (size_t n = 0; n < size; n++) {
    char *part = check_memory(n);
    memcpy(part, block, n);
    check_that(slo_evidence_attach(part, n, &e) == SLO_ESPACE, "%zu bytes", n);
    free(part);
  }
  /* a state may hold anything */
  for (int round = 0; round < 2000; round++) {
    memcpy(copy, block, size);
    if (round < 256) memset(copy + front, round, size - front);
    for (size_t at = front; at + 8 <= size && round >= 256; at += 8) {
      uint64_t word = check_random_wide(&random);
      memcpy(copy + at, &word, sizeof word);
    }
    ck_ok(slo_evidence_attach(copy, size, &e));
    use(copy, &random);
  }
  ck_assert_mem_eq(copy, block, front);
  free(copy);
  free(block);
}
END_TEST

/* Corrupt memory may not make it deaf: a dead time is never longer than the one that was asked. */
START_TEST(test_corrupt_dead_time) {
  const slo_evidence_config c = config_of(999000000);
  const sloi_evidence_plan plan = plan_of(&c);
  sloi_evidence_state state = {0};
  state.dead = UINT64_MAX;
  state.elapsed = UINT64_MAX;
  for (int i = 0; i < 6; i++) sloi_evidence_step(&plan, &state, (uint64_t)(10 * SEC), 1, 1);
  ck_assert_uint_eq(sloi_evidence_ppb(sloi_evidence_sum(&plan, &state)), 0);
  sloi_evidence_step(&plan, &state, (uint64_t)(10 * SEC), 1, 1);
  ck_assert_uint_gt(sloi_evidence_ppb(sloi_evidence_sum(&plan, &state)), 0);
  /* more bad ones than there were: as much as a number can hold, and no more */
  uint64_t factor[SLO_EVIDENCE_BETS_MAX];
  factors(&plan, 1, UINT64_C(1) << 40, factor);
  ck_assert_uint_eq(factor[0], (uint64_t)INT64_MAX);
}
END_TEST

/* The same bits everywhere: whatever multiplies and divides. */
START_TEST(test_same_bits) {
  uint64_t random = 9, sum = 0;
  for (int round = 0; round < 200; round++) {
    const slo_evidence_config c = random_config(&random);
    const sloi_evidence_plan plan = plan_of(&c);
    sloi_evidence_state state;
    memset(&state, 0, sizeof state);
    for (int i = 0; i < 100; i++) {
      uint64_t n = check_random_wide(&random) >> 1;
      uint64_t x = n != 0 && i % 3 == 0 ? check_random_wide(&random) % (n + 1) : 0;
      sloi_evidence_step(&plan, &state, check_random_wide(&random) >> 20, n, x);
    }
    for (uint64_t k = 0; k < plan.bets; k++) {
      sum = (sum ^ state.wealth[k].hi ^ plan.bet[k]) * UINT64_C(0x9e3779b97f4a7c15);
      sum = (sum ^ state.wealth[k].lo ^ plan.weight) * UINT64_C(0x9e3779b97f4a7c15);
    }
  }
  check_that(sum == UINT64_C(0xb97c4542f0d238aa), "0x%" PRIx64, sum);
}
END_TEST

CHECK_MAIN("evidence", tcase_add_test(tc, test_check_values); tcase_add_test(tc, test_bets);
           tcase_add_test(tc, test_supermartingale); tcase_add_test(tc, test_against_the_formula);
           tcase_add_test(tc, test_close); tcase_add_test(tc, test_page_at_failure);
           tcase_add_test(tc, test_dead_time); tcase_add_test(tc, test_pauses);
           tcase_add_test(tc, test_kept_at_ten); tcase_add_test(tc, test_lift);
           tcase_add_test(tc, test_ppb); tcase_add_test(tc, test_detection);
           tcase_add_test(tc, test_detection_edges); tcase_add_test(tc, test_config_errors);
           tcase_add_test(tc, test_arguments); tcase_add_test(tc, test_attach_a_copy);
           tcase_add_test(tc, test_attach_forged); tcase_add_test(tc, test_corrupt_dead_time);
           tcase_add_test(tc, test_same_bits);)
