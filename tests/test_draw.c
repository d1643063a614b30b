/* test_draw.c - random numbers: their distributions against exact ones, and their bits. */
#include <math.h>

#include "check_main.h"
#include "sim/draw.h"

enum { DRAWS = 300000, CELLS = 4096 };

/* Is chi-square of so many degrees within 5 sigma? (Wilson, Hilferty 1931) */
static void expect_chi(double chi, double degrees, const char *what, double a, double b) {
  double w = 2 / (9 * degrees), z = (cbrt(chi / degrees) - (1 - w)) / sqrt(w);
  check_that(z < 5, "%s(%g, %g): chi-square %g of %g degrees, %g sigma", what, a, b, chi, degrees,
             z);
}

/* Counts seen at low .. low + CELLS - 1 against probabilities; cells of fewer than 20 expected
 * are put together with their neighbours, and what lies outside with the last ones. */
static void expect_counts(const uint64_t *seen, const double *f, double draws, const char *what,
                          double a, double b) {
  double chi = 0, degrees = -1, expected = 0, had = 0, rest = draws, rest_had = draws;
  for (int i = 0; i < CELLS; i++) {
    expected += f[i] * draws;
    had += (double)seen[i];
    if (expected < 20 || rest - expected < 20) continue;
    chi += (had - expected) * (had - expected) / expected;
    degrees++;
    rest -= expected;
    rest_had -= had;
    expected = had = 0;
  }
  chi += (rest_had - rest) * (rest_had - rest) / rest;
  degrees++;
  if (degrees > 0) expect_chi(chi, degrees, what, a, b);
}

/* The exact logarithm of k! - as far as long doubles go. */
static long double log_factorial(double k) {
  return lgammal((long double)k + 1);
}

START_TEST(test_functions) {
  sloi_draw draw = 1;
  for (int i = 0; i < 300000; i++) {
    double u = sloi_draw_uniform(&draw);
    check_that(u > 0 && u < 1, "%g", u);
    double x = (u - 0.5) * 1390;
    long double want = expl((long double)x);
    check_that(fabsl((sloi_draw_exp(x) - want) / want) < 4e-16L, "exp %.17g", x);
    double y = exp(x);
    want = logl((long double)y);
    check_that(fabsl(sloi_draw_log(y) - want) <= 4e-16L * fabsl(want), "log %.17g", y);
    y = 0.5 + u;
    want = logl((long double)y);
    check_that(fabsl(sloi_draw_log(y) - want) <= 4e-16L * fabsl(want), "log %.17g", y);
    want = cosl(6.283185307179586476925286766559L * (long double)u);
    check_that(fabsl(sloi_draw_cos_turn(u) - want) < 4e-16L, "cos %.17g", u);
  }
  ck_assert(sloi_draw_log(1) == 0);
  ck_assert(sloi_draw_exp(0) == 1);
  ck_assert(sloi_draw_exp(-701) == 0 && sloi_draw_exp(-INFINITY) == 0);
  ck_assert(sloi_draw_cos_turn(0) == 1 && sloi_draw_cos_turn(1) == 1);
  ck_assert(sloi_draw_cos_turn(0.5) == -1 && fabs(sloi_draw_cos_turn(0.25)) < 1e-16);
}
END_TEST

START_TEST(test_exponential) {
  static uint64_t seen[CELLS];
  static double f[CELLS];
  sloi_draw draw = 2;
  for (int i = 0; i < CELLS; i++) f[i] = exp(-i / 100.0) - exp(-(i + 1) / 100.0);
  for (int i = 0; i < DRAWS; i++) {
    double x = sloi_draw_exponential(&draw) * 100;
    if (x < CELLS) seen[(int)x]++;
  }
  expect_counts(seen, f, DRAWS, "exponential", 1, 0);
}
END_TEST

START_TEST(test_poisson) {
  static const double means[] = {1e-3, 0.3, 1,    2.5, 9.5,   9.999, 10,    10.5,
                                 14,   20,  33.3, 100, 314.2, 1000,  10000, 44444.4};
  for (size_t m = 0; m < sizeof means / sizeof means[0]; m++) {
    static uint64_t seen[CELLS];
    static double f[CELLS];
    double mean = means[m], low = floor(mean - 9 * sqrt(mean));
    if (low < 0) low = 0;
    memset(seen, 0, sizeof seen);
    for (int i = 0; i < CELLS; i++) {
      long double k = (long double)low + i;
      f[i] = (double)expl(k * logl((long double)mean) - (long double)mean - lgammal(k + 1));
    }
    sloi_draw draw = 3 + m;
    for (int i = 0; i < DRAWS; i++) {
      double k = (double)sloi_draw_poisson(&draw, mean) - low;
      if (k >= 0 && k < CELLS) seen[(int)k]++;
    }
    expect_counts(seen, f, DRAWS, "poisson", mean, 0);
  }
}
END_TEST

START_TEST(test_binomial) {
  static const struct {
    uint64_t n;
    double p;
  } cases[] = {{1, 0.5},        {1, 1e-3},          {3, 0.2},          {10, 0.9},
               {19, 0.5},       {20, 0.5},          {21, 0.5},         {40, 0.25},
               {100, 0.0999},   {100, 0.1},         {100, 0.97},       {1000, 0.3},
               {1000, 0.009},   {1000, 0.5},        {100000, 0.02},    {100000, 0.7},
               {1000000, 3e-5}, {1000000000, 3e-9}, {1000000000, 2e-8}};
  for (size_t m = 0; m < sizeof cases / sizeof cases[0]; m++) {
    static uint64_t seen[CELLS];
    static double f[CELLS];
    double n = (double)cases[m].n, p = cases[m].p;
    double low = floor(n * p - 9 * sqrt(n * p * (1 - p)));
    if (low < 0) low = 0;
    memset(seen, 0, sizeof seen);
    for (int i = 0; i < CELLS; i++) {
      double k = low + i;
      f[i] = 0;
      if (k > n) continue;
      f[i] = (double)expl(log_factorial(n) - log_factorial(k) - log_factorial(n - k) +
                          (long double)k * logl((long double)p) +
                          (long double)(n - k) * log1pl(-(long double)p));
    }
    sloi_draw draw = 300 + m;
    for (int i = 0; i < DRAWS; i++) {
      uint64_t x = sloi_draw_binomial(&draw, cases[m].n, p);
      check_that(x <= cases[m].n, "%" PRIu64, x);
      double k = (double)x - low;
      if (k >= 0 && k < CELLS) seen[(int)k]++;
    }
    expect_counts(seen, f, DRAWS, "binomial", n, p);
  }
}
END_TEST

/* Large ones are normal to within 1/sqrt(variance): 64 equally likely cells. */
static void expect_normal(double (*next)(sloi_draw *, double, double), double a, double b,
                          double mean, double variance, const char *what) {
  enum { PARTS = 64 };
  uint64_t seen[PARTS] = {0};
  sloi_draw draw = 77;
  double chi = 0;
  for (int i = 0; i < DRAWS; i++) {
    double z = (next(&draw, a, b) + 0.5 - mean) / sqrt(variance);
    int cell = (int)(PARTS * 0.5 * erfc(-z / sqrt(2)));
    seen[cell == PARTS ? PARTS - 1 : cell]++;
  }
  for (int i = 0; i < PARTS; i++) {
    double want = (double)DRAWS / PARTS;
    chi += ((double)seen[i] - want) * ((double)seen[i] - want) / want;
  }
  expect_chi(chi, PARTS - 1, what, a, b);
}

static double next_poisson(sloi_draw *draw, double mean, double unused) {
  (void)unused;
  return (double)sloi_draw_poisson(draw, mean);
}

static double next_binomial(sloi_draw *draw, double n, double p) {
  return (double)sloi_draw_binomial(draw, (uint64_t)n, p);
}

START_TEST(test_large) {
  static const double means[] = {1e8, 1e10, 4.2e10, 1e12, 3e14};
  static const double shares[] = {0.5, 0.01, 0.9, 1e-6};
  for (size_t i = 0; i < sizeof means / sizeof means[0]; i++) {
    expect_normal(next_poisson, means[i], 0, means[i], means[i], "poisson");
    for (size_t k = 0; k < sizeof shares / sizeof shares[0]; k++) {
      double n = means[i], p = shares[k];
      if (n * p < 1e7) continue;
      expect_normal(next_binomial, n, p, n * p, n * p * (1 - p), "binomial");
    }
  }
}
END_TEST

START_TEST(test_edges) {
  sloi_draw draw = 4;
  uint64_t most = (uint64_t)SLOI_DRAW_MAX;
  ck_assert_uint_eq(sloi_draw_poisson(&draw, 0), 0);
  ck_assert_uint_eq(sloi_draw_poisson(&draw, -1), 0);
  ck_assert_uint_eq(sloi_draw_poisson(&draw, NAN), 0);
  ck_assert_uint_eq(sloi_draw_poisson(&draw, 1e-300), 0);
  ck_assert_uint_lt(most - sloi_draw_poisson(&draw, INFINITY) + 1000000000, 2000000000);
  ck_assert_uint_eq(sloi_draw_binomial(&draw, 0, 0.5), 0);
  ck_assert_uint_eq(sloi_draw_binomial(&draw, 1000, 0), 0);
  ck_assert_uint_eq(sloi_draw_binomial(&draw, 1000, -1), 0);
  ck_assert_uint_eq(sloi_draw_binomial(&draw, 1000, NAN), 0);
  ck_assert_uint_eq(sloi_draw_binomial(&draw, 1000, 1), 1000);
  ck_assert_uint_eq(sloi_draw_binomial(&draw, 1000, INFINITY), 1000);
  ck_assert_uint_eq(sloi_draw_binomial(&draw, UINT64_MAX, 1), most);
  for (int i = 0; i < 1000; i++) {
    ck_assert_uint_le(sloi_draw_binomial(&draw, UINT64_MAX, sloi_draw_uniform(&draw)), most);
    ck_assert_uint_le(sloi_draw_binomial(&draw, 1, sloi_draw_uniform(&draw)), 1);
  }
}
END_TEST

/* The same bits everywhere. */
START_TEST(test_pinned) {
  uint64_t sum = 0;
  sloi_draw draw = sloi_draw_of(1, 2, 3);
  for (int i = 0; i < 20000; i++) {
    double size = sloi_draw_exp(40 * sloi_draw_uniform(&draw) - 5);
    sum = sum * 31 + sloi_draw_poisson(&draw, size);
    sum = sum * 31 + sloi_draw_binomial(&draw, (uint64_t)size, sloi_draw_uniform(&draw));
    sum = sum * 31 + (uint64_t)(sloi_draw_exponential(&draw) * 1e15);
    sum = sum * 31 + (uint64_t)(1e15 + 1e15 * sloi_draw_cos_turn(sloi_draw_uniform(&draw)));
  }
  ck_assert_msg(sum == UINT64_C(4578870483673820267), "%" PRIu64, sum);
}
END_TEST

CHECK_MAIN("draw", tcase_add_test(tc, test_functions); tcase_add_test(tc, test_exponential);
           tcase_add_test(tc, test_poisson); tcase_add_test(tc, test_binomial);
           tcase_add_test(tc, test_large); tcase_add_test(tc, test_edges);
           tcase_add_test(tc, test_pinned);)
