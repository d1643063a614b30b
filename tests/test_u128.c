/* 128-bit arithmetic: the portable versions against the compiler's, and both against
 * arithmetic on 16 digits of base 256, as learnt at school. */
#include "base/u128.h"
#include "check_main.h"

/* ---- the school ---- */

typedef struct school { /* little-endian base 256, with room for a product and a carry */
  uint8_t digit[40];
} school;

static school school_of(sloi_u128 a) {
  school s = {{0}};
  for (int i = 0; i < 8; i++) {
    s.digit[i] = (uint8_t)(a.lo >> (8 * i));
    s.digit[i + 8] = (uint8_t)(a.hi >> (8 * i));
  }
  return s;
}

static sloi_u128 school_low(const school *s) { /* modulo 2^128 */
  sloi_u128 a = {0, 0};
  for (int i = 7; i >= 0; i--) {
    a.lo = a.lo << 8 | s->digit[i];
    a.hi = a.hi << 8 | s->digit[i + 8];
  }
  return a;
}

static school school_add(school a, school b) {
  int carry = 0;
  for (int i = 0; i < 40; i++) {
    int sum = a.digit[i] + b.digit[i] + carry;
    a.digit[i] = (uint8_t)(sum & 255);
    carry = sum >> 8;
  }
  return a;
}

static school school_subtract(school a, school b) { /* modulo 2^320 */
  int borrow = 0;
  for (int i = 0; i < 40; i++) {
    int difference = a.digit[i] - b.digit[i] - borrow;
    borrow = difference < 0;
    a.digit[i] = (uint8_t)(difference & 255);
  }
  return a;
}

static school school_multiply(school a, school b) {
  school r = {{0}};
  for (int i = 0; i < 20; i++) {
    int carry = 0;
    for (int j = 0; j < 20; j++) {
      int sum = r.digit[i + j] + a.digit[i] * b.digit[j] + carry;
      r.digit[i + j] = (uint8_t)(sum & 255);
      carry = sum >> 8;
    }
  }
  return r;
}

static int school_compare(const school *a, const school *b) {
  for (int i = 39; i >= 0; i--) {
    if (a->digit[i] != b->digit[i]) return a->digit[i] < b->digit[i] ? -1 : 1;
  }
  return 0;
}

/* ---- the numbers ---- */

enum { EDGES_MAX = 200 };

/* 0, 1, every 2^k - 1, 2^k, 2^k + 1, and UINT64_MAX; only about the k in `step`s. */
static size_t edges(uint64_t *edge, int step) {
  size_t n = 0;
  edge[n++] = 0;
  edge[n++] = 1;
  for (int k = 1; k < 64; k += step) {
    edge[n++] = (UINT64_C(1) << k) - 1;
    edge[n++] = UINT64_C(1) << k;
    edge[n++] = (UINT64_C(1) << k) + 1;
  }
  edge[n++] = UINT64_MAX - 1;
  edge[n++] = UINT64_MAX;
  return n;
}

static int same(sloi_u128 a, sloi_u128 b) {
  return a.hi == b.hi && a.lo == b.lo;
}

static void expect_product(uint64_t a, uint64_t b) {
  sloi_u128 portable = sloi_u128_multiply_portable(a, b);
  check_that(same(portable, sloi_u128_multiply(a, b)), "%" PRIx64 " * %" PRIx64, a, b);
#if defined(__SIZEOF_INT128__)
  __extension__ unsigned __int128 p = (unsigned __int128)a * b;
  check_that(portable.hi == (uint64_t)(p >> 64) && portable.lo == (uint64_t)p,
             "%" PRIx64 " * %" PRIx64, a, b);
#endif
}

static void expect_product_school(uint64_t a, uint64_t b) {
  school p = school_multiply(school_of(sloi_u128_of(a)), school_of(sloi_u128_of(b)));
  check_that(same(sloi_u128_multiply_portable(a, b), school_low(&p)), "%" PRIx64 " * %" PRIx64, a,
             b);
}

START_TEST(test_multiply) {
  uint64_t edge[EDGES_MAX];
  size_t n = edges(edge, 1);
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < n; j++) {
      expect_product(edge[i], edge[j]);
      expect_product_school(edge[i], edge[j]);
    }
  }
  uint64_t seed = 1;
  for (int i = 0; i < 1000000; i++) {
    expect_product(check_random_wide(&seed), check_random_wide(&seed));
  }
  for (int i = 0; i < 20000; i++) {
    expect_product_school(check_random_wide(&seed), check_random_wide(&seed));
  }
}
END_TEST

static void expect_sums(sloi_u128 a, sloi_u128 b) {
  school x = school_of(a), y = school_of(b);
  school sum = school_add(x, y), difference = school_subtract(x, y), twice = school_add(x, x);
  check_that(same(sloi_u128_add(a, b), school_low(&sum)),
             "%" PRIx64 ":%" PRIx64 " + %" PRIx64 ":%" PRIx64, a.hi, a.lo, b.hi, b.lo);
  check_that(same(sloi_u128_subtract(a, b), school_low(&difference)),
             "%" PRIx64 ":%" PRIx64 " - %" PRIx64 ":%" PRIx64, a.hi, a.lo, b.hi, b.lo);
  check_that(sloi_u128_compare(a, b) == school_compare(&x, &y),
             "%" PRIx64 ":%" PRIx64 " <> %" PRIx64 ":%" PRIx64, a.hi, a.lo, b.hi, b.lo);
  check_that(same(sloi_u128_shift1(a), school_low(&twice)), "%" PRIx64 ":%" PRIx64 " << 1", a.hi,
             a.lo);
#if defined(__SIZEOF_INT128__)
  __extension__ typedef unsigned __int128 native;
  native p = (native)a.hi << 64 | a.lo, q = (native)b.hi << 64 | b.lo;
  sloi_u128 s = sloi_u128_add(a, b), d = sloi_u128_subtract(a, b);
  check_that(((native)s.hi << 64 | s.lo) == p + q && ((native)d.hi << 64 | d.lo) == p - q,
             "%" PRIx64 ":%" PRIx64 " +- %" PRIx64 ":%" PRIx64, a.hi, a.lo, b.hi, b.lo);
  check_that(sloi_u128_compare(a, b) == (p > q) - (p < q),
             "%" PRIx64 ":%" PRIx64 " <> %" PRIx64 ":%" PRIx64, a.hi, a.lo, b.hi, b.lo);
#endif
}

START_TEST(test_add_subtract_compare_shift) {
  uint64_t edge[EDGES_MAX];
  size_t n = edges(edge, 8);
  for (size_t i = 0; i < n * n; i++) {
    for (size_t j = 0; j < n * n; j++) {
      sloi_u128 a = {edge[i / n], edge[i % n]}, b = {edge[j / n], edge[j % n]};
      if ((i + j) % 3 == 0 || i == j) expect_sums(a, b);
    }
  }
  n = edges(edge, 1);
  for (size_t i = 0; i < n; i++) {
    ck_assert_uint_eq(sloi_u128_of(edge[i]).lo, edge[i]);
    ck_assert_uint_eq(sloi_u128_of(edge[i]).hi, 0);
    for (size_t j = 0; j < n; j++) {
      sloi_u128 a = {edge[i], edge[j]}, b = {edge[j], edge[i]};
      expect_sums(a, b);
    }
  }
  uint64_t seed = 2;
  for (int i = 0; i < 100000; i++) {
    sloi_u128 a = {check_random_wide(&seed), check_random_wide(&seed)};
    sloi_u128 b = {check_random_wide(&seed), check_random_wide(&seed)};
    if (i % 4 == 0) b.hi = a.hi;
    expect_sums(a, b);
  }
}
END_TEST

static void expect_quotient(sloi_u128 n, sloi_u128 d) {
  uint64_t q = sloi_u128_divide_portable(n, d);
  check_that(q == sloi_u128_divide(n, d), "%" PRIx64 ":%" PRIx64 " / %" PRIx64 ":%" PRIx64, n.hi,
             n.lo, d.hi, d.lo);
#if defined(__SIZEOF_INT128__)
  __extension__ typedef unsigned __int128 native;
  native exact = ((native)n.hi << 64 | n.lo) / ((native)d.hi << 64 | d.lo);
  check_that(q == (exact > UINT64_MAX ? UINT64_MAX : (uint64_t)exact),
             "%" PRIx64 ":%" PRIx64 " / %" PRIx64 ":%" PRIx64, n.hi, n.lo, d.hi, d.lo);
#endif
}

/* q is the quotient when q * d <= n < (q + 1) * d; saturated when 2^64 * d <= n. */
static void expect_quotient_school(sloi_u128 n, sloi_u128 d) {
  uint64_t q = sloi_u128_divide_portable(n, d);
  school top = school_of(n), divisor = school_of(d);
  school low = school_multiply(divisor, school_of(sloi_u128_of(q)));
  school high = school_add(low, divisor);
  int fits = school_compare(&top, &high) < 0;
  check_that(school_compare(&low, &top) <= 0 && (fits || q == UINT64_MAX),
             "%" PRIx64 ":%" PRIx64 " / %" PRIx64 ":%" PRIx64 " is not %" PRIx64, n.hi, n.lo, d.hi,
             d.lo, q);
}

START_TEST(test_divide_edges) {
  uint64_t edge[EDGES_MAX];
  size_t n = edges(edge, 13);
  for (size_t i = 0; i < n * n; i++) {
    for (size_t j = 1; j < n * n; j++) { /* not by 0 */
      sloi_u128 a = {edge[i / n], edge[i % n]}, d = {edge[j / n], edge[j % n]};
      expect_quotient(a, d);
      if ((i + j) % 8 == 0) expect_quotient_school(a, d);
    }
  }
}
END_TEST

/* Around exact multiples the remainder is 0, d - 1 or 1. */
START_TEST(test_divide_multiples) {
  uint64_t edge[EDGES_MAX];
  size_t n = edges(edge, 1);
  for (size_t i = 1; i < n; i++) {
    for (size_t j = 1; j < n; j++) {
      sloi_u128 product = sloi_u128_multiply_portable(edge[i], edge[j]), d = sloi_u128_of(edge[i]);
      check_that(sloi_u128_divide_portable(product, d) == edge[j], "%" PRIx64 " * %" PRIx64,
                 edge[i], edge[j]);
      if ((i + j) % 5 != 0) continue;
      expect_quotient(sloi_u128_add(product, sloi_u128_of(1)), d);
      expect_quotient(sloi_u128_subtract(product, sloi_u128_of(1)), d);
    }
  }
}
END_TEST

START_TEST(test_divide_random) {
  uint64_t seed = 3;
  for (int i = 0; i < 300000; i++) {
    sloi_u128 a = {check_random_wide(&seed), check_random_wide(&seed)};
    sloi_u128 d = {i % 2 == 0 ? 0 : check_random_wide(&seed), check_random_wide(&seed)};
    if (d.hi == 0 && d.lo == 0) d.lo = 1;
    expect_quotient(a, d);
    if (i % 16 == 0) expect_quotient_school(a, d);
  }
}
END_TEST

START_TEST(test_divide_saturates) {
  sloi_u128 max = {UINT64_MAX, UINT64_MAX}, two64 = {1, 0}, below = {0, UINT64_MAX};
  ck_assert_uint_eq(sloi_u128_divide_portable(max, sloi_u128_of(1)), UINT64_MAX);
  ck_assert_uint_eq(sloi_u128_divide(max, sloi_u128_of(1)), UINT64_MAX);
  ck_assert_uint_eq(sloi_u128_divide_portable(two64, sloi_u128_of(1)), UINT64_MAX);
  ck_assert_uint_eq(sloi_u128_divide(two64, sloi_u128_of(1)), UINT64_MAX);
  ck_assert_uint_eq(sloi_u128_divide_portable(below, sloi_u128_of(1)), UINT64_MAX); /* exact */
  ck_assert_uint_eq(sloi_u128_divide_portable(two64, sloi_u128_of(2)), UINT64_C(1) << 63);
  ck_assert_uint_eq(sloi_u128_divide_portable(max, two64), UINT64_MAX); /* exact, too */
  ck_assert_uint_eq(sloi_u128_divide_portable(max, max), 1);
  sloi_u128 half = {UINT64_C(1) << 63, 0}, above = {UINT64_C(1) << 63, 1};
  ck_assert_uint_eq(sloi_u128_divide_portable(max, half), 1); /* divisors from 2^127 on */
  ck_assert_uint_eq(sloi_u128_divide_portable(max, above), 1);
  ck_assert_uint_eq(sloi_u128_divide_portable(half, above), 0);
  for (int k = 0; k < 64; k++) { /* n / d = 2^64 exactly, and one less in n */
    sloi_u128 n = {UINT64_C(1) << k, 0}, d = {0, UINT64_C(1) << k};
    ck_assert_uint_eq(sloi_u128_divide_portable(n, d), UINT64_MAX);
    ck_assert_uint_eq(sloi_u128_divide(n, d), UINT64_MAX);
    n = sloi_u128_subtract(n, sloi_u128_of(1));
    expect_quotient_school(n, d);
    ck_assert_uint_eq(sloi_u128_divide_portable(n, d), UINT64_MAX);
    n = sloi_u128_subtract(n, d);
    ck_assert_uint_eq(sloi_u128_divide_portable(n, d), UINT64_MAX - 1);
  }
}
END_TEST

/* value * factor >> places, a bit of the factor and a place at a time, in three words. */
static void expect_scaled(sloi_u128 value, uint64_t factor, unsigned places) {
  uint64_t top = 0;
  sloi_u128 rest = {0, 0};
  for (int i = 63; i >= 0; i--) {
    top = top << 1 | rest.hi >> 63;
    rest = sloi_u128_shift1(rest);
    if ((factor >> i & 1) == 0) continue;
    sloi_u128 sum = sloi_u128_add(rest, value);
    top += sloi_u128_compare(sum, rest) < 0;
    rest = sum;
  }
  for (unsigned i = 0; i < places; i++) {
    rest.lo = rest.lo >> 1 | rest.hi << 63;
    rest.hi = rest.hi >> 1 | top << 63;
    top >>= 1;
  }
  if (top != 0) return; /* more than it promises */
  sloi_u128 scaled = sloi_u128_scale(value, factor, places);
  check_that(sloi_u128_compare(scaled, rest) == 0,
             "%" PRIx64 ":%" PRIx64 " * %" PRIx64 " >> %u is %" PRIx64 ":%" PRIx64, value.hi,
             value.lo, factor, places, scaled.hi, scaled.lo);
}

START_TEST(test_scale) {
  uint64_t seed = 5;
  for (unsigned places = 1; places < 64; places++) {
    for (unsigned bit = 0; bit < 64; bit++) {
      sloi_u128 at = {UINT64_C(1) << bit, 0}, below = sloi_u128_subtract(at, sloi_u128_of(1));
      for (unsigned i = 0; i < 64; i += 3) {
        expect_scaled(at, UINT64_C(1) << i, places);
        expect_scaled(below, (UINT64_C(1) << i) - 1, places);
        expect_scaled(sloi_u128_of(at.hi), UINT64_MAX >> i, places);
      }
    }
    for (int i = 0; i < 1000; i++) {
      sloi_u128 value = {check_random_wide(&seed), check_random_wide(&seed)};
      expect_scaled(value, check_random_wide(&seed), places);
    }
  }
}
END_TEST

CHECK_MAIN("u128", tcase_add_test(tc, test_multiply);
           tcase_add_test(tc, test_add_subtract_compare_shift);
           tcase_add_test(tc, test_divide_edges); tcase_add_test(tc, test_divide_multiples);
           tcase_add_test(tc, test_divide_random); tcase_add_test(tc, test_divide_saturates);
           tcase_add_test(tc, test_scale);)
