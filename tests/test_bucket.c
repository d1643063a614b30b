/*
 * The bucket grid against exact arithmetic.
 *
 * Boundary K of a grid is per_unit * 2^(K / 2^scale). An integer v is not above it when
 * v^(2^scale) <= per_unit^(2^scale) * 2^K: whole numbers of up to 27,000 bits, compared in
 * full. Each mantissa that sloi_bucket_derive found is held against that, once as it is and
 * once plus one; that settles every boundary of every octave, since floor(x / 2^j) is
 * floor(floor(x) / 2^j).
 */
#include "check_main.h"
#include "record/bucket.h"

/* ---- whole numbers of any size ---- */

#if defined(__SIZEOF_INT128__)
typedef uint64_t limb;
__extension__ typedef unsigned __int128 limb_wide;
#else
typedef uint32_t limb;
typedef uint64_t limb_wide;
#endif

enum { LIMB_BITS = 8 * sizeof(limb), LIMBS = 60000 / LIMB_BITS };

typedef struct big {
  size_t used; /* the highest used limb is not 0 */
  limb at[LIMBS];
} big;

static void big_of(big *r, uint64_t value) {
  r->used = 0;
  for (; value != 0; value = LIMB_BITS == 64 ? 0 : value >> (LIMB_BITS % 64)) {
    r->at[r->used++] = (limb)value;
  }
}

#if defined(__GNUC__)
__attribute__((no_sanitize("thread"))) /* the ruler is not what is watched, and it is slow */
#endif
static void
big_square(big *r, const big *a) {
  check_that(2 * a->used <= LIMBS, "more limbs");
  memset(r->at, 0, 2 * a->used * sizeof(limb));
  for (size_t i = 0; i < a->used; i++) {
    limb carry = 0;
    for (size_t j = 0; j < a->used; j++) {
      limb_wide sum = (limb_wide)a->at[i] * a->at[j] + r->at[i + j] + carry;
      r->at[i + j] = (limb)sum;
      carry = (limb)(sum >> LIMB_BITS);
    }
    r->at[i + a->used] = carry;
  }
  r->used = 2 * a->used;
  while (r->used > 0 && r->at[r->used - 1] == 0) r->used--;
}

/* value^(2^squarings) */
static void big_power(big *r, uint64_t value, uint32_t squarings) {
  static big other;
  big_of(r, value);
  for (uint32_t i = 0; i < squarings; i++) {
    big_square(&other, r);
    r->used = other.used;
    memcpy(r->at, other.at, other.used * sizeof(limb));
  }
}

static void big_shift(big *r, const big *a, uint64_t bits) { /* left */
  size_t limbs = (size_t)(bits / LIMB_BITS);
  unsigned rest = (unsigned)(bits % LIMB_BITS);
  check_that(a->used + limbs < LIMBS, "more limbs");
  memset(r->at, 0, (a->used + limbs + 1) * sizeof(limb));
  for (size_t i = 0; i < a->used; i++) {
    limb_wide wide = (limb_wide)a->at[i] << rest;
    r->at[i + limbs] |= (limb)wide;
    r->at[i + limbs + 1] = (limb)(wide >> LIMB_BITS);
  }
  r->used = a->used + limbs + 1;
  while (r->used > 0 && r->at[r->used - 1] == 0) r->used--;
}

static int big_compare(const big *a, const big *b) {
  if (a->used != b->used) return a->used < b->used ? -1 : 1;
  for (size_t i = a->used; i-- > 0;) {
    if (a->at[i] != b->at[i]) return a->at[i] < b->at[i] ? -1 : 1;
  }
  return 0;
}

/* Is value <= per_unit * 2^(K / 2^scale)? unit_power is per_unit^(2^scale). */
static int not_above(uint64_t value, const big *unit_power, uint32_t scale, int64_t k) {
  static big left, right;
  big_power(&left, value, scale);
  if (k >= 0) {
    big_shift(&right, unit_power, (uint64_t)k);
    return big_compare(&left, &right) <= 0;
  }
  big_shift(&right, &left, (uint64_t)-k);
  return big_compare(&right, unit_power) <= 0;
}

/* ---- the grid under test, and what it must be ---- */

static const uint64_t PER_UNIT[] = {
    1, 1000, 1000000, 1000000000, 3, 7, 1024, UINT64_C(1000000000000), UINT64_C(1000000000000000)};
enum { PER_UNITS = sizeof PER_UNIT / sizeof PER_UNIT[0], SCALE_MIN = 3, SCALE_MAX = 9 };

typedef struct grid {
  uint32_t scale;
  uint64_t per_unit, origin, n; /* n: buckets of an octave */
  uint64_t bounds[1 << SCALE_MAX], table[2 << SCALE_MAX];
  uint64_t upper[(53 << SCALE_MAX) + 1]; /* of every bucket, by shifting; the last: no end */
} grid;

static void grid_make(grid *g, uint32_t scale, uint64_t per_unit) {
  memset(g, 0, sizeof *g);
  g->scale = scale;
  g->per_unit = per_unit;
  g->n = UINT64_C(1) << scale;
  sloi_bucket_derive(scale, per_unit, g->bounds, g->table, &g->origin);
  for (uint64_t j = 0; j < 53 * g->n; j++) {
    uint64_t octave = j / g->n;
    g->upper[j] = ((UINT64_C(1) << 52) + g->bounds[j % g->n]) >> (52 - octave);
  }
  g->upper[53 * g->n] = UINT64_MAX;
}

static uint64_t grid_index(const grid *g, uint64_t value) {
  return sloi_bucket_index(sloi_bucket_table(g->table, g->scale), g->scale, value);
}

/* The first bucket whose upper bound is not below value. */
static uint64_t grid_expected(const grid *g, uint64_t value) {
  uint64_t low = 0, high = 53 * g->n;
  while (low < high) {
    uint64_t middle = (low + high) / 2;
    if (g->upper[middle] >= value) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

static void expect_index(const grid *g, uint64_t value) {
  uint64_t index = grid_index(g, value), expected = grid_expected(g, value);
  check_that(index == expected,
             "scale %u, per_unit %" PRIu64 ", value %" PRIu64 ": bucket %" PRIu64
             " instead of %" PRIu64,
             (unsigned)g->scale, g->per_unit, value, index, expected);
}

static grid G, FINER;

/* Every boundary of the octave of 2^52, exactly: so every boundary there is. */
static void expect_exact(uint32_t scale, uint64_t per_unit) {
  static big unit_power;
  grid_make(&G, scale, per_unit);
  big_power(&unit_power, per_unit, scale);
  for (uint64_t rank = 0; rank < G.n; rank++) {
    uint64_t j = 52 * G.n + rank;
    int64_t k = (int64_t)j - (int64_t)G.origin + 1; /* bucket of index k - 1 ends at boundary k */
    check_that(G.bounds[rank] < UINT64_C(1) << 52, "scale %u, per_unit %" PRIu64 ": bound %" PRIu64,
               (unsigned)scale, per_unit, rank);
    check_that(not_above(G.upper[j], &unit_power, scale, k),
               "scale %u, per_unit %" PRIu64 ": boundary %" PRId64 " is too high", (unsigned)scale,
               per_unit, k);
    check_that(!not_above(G.upper[j] + 1, &unit_power, scale, k),
               "scale %u, per_unit %" PRIu64 ": boundary %" PRId64 " is too low", (unsigned)scale,
               per_unit, k);
  }
}

START_TEST(test_big_numbers) { /* the ruler first */
  static big a, b, c;
  big_power(&a, 10, 4); /* 10^16 */
  big_of(&b, UINT64_C(10000000000000000));
  ck_assert_int_eq(big_compare(&a, &b), 0);
  big_of(&b, UINT64_C(10000000000000001));
  ck_assert_int_eq(big_compare(&a, &b), -1);
  ck_assert_int_eq(big_compare(&b, &a), 1);
  big_power(&a, 2, 9);
  big_of(&b, 1);
  big_shift(&c, &b, 512);
  ck_assert_int_eq(big_compare(&a, &c), 0);
  big_shift(&c, &b, 511);
  ck_assert_int_eq(big_compare(&a, &c), 1);
  /* (2^32 + 1)^2 = 2^64 + 2^33 + 1: (2^33 + 1) shifted nowhere is less, by 2^64 more */
  big_power(&a, (UINT64_C(1) << 32) + 1, 1);
  big_of(&b, (UINT64_C(1) << 33) + 1);
  ck_assert_int_eq(big_compare(&a, &b), 1);
  big_of(&b, 1);
  big_shift(&c, &b, 64);
  ck_assert_int_eq(big_compare(&a, &c), 1);
  big_shift(&c, &b, 65);
  ck_assert_int_eq(big_compare(&a, &c), -1);
  /* sqrt(2) = 1.4142..: at scale 1 and 10^9, boundary 1 is 1414213562.37.. */
  big_power(&a, 1000000000, 1);
  ck_assert(not_above(1414213562, &a, 1, 1));
  ck_assert(!not_above(1414213563, &a, 1, 1));
  ck_assert(not_above(707106781, &a, 1, -1));
  ck_assert(!not_above(707106782, &a, 1, -1));
  ck_assert(not_above(1000000000, &a, 1, 0));
  ck_assert(!not_above(1000000001, &a, 1, 0));
}
END_TEST

START_TEST(test_every_boundary_is_exact) {
  for (uint32_t scale = SCALE_MIN; scale <= SCALE_MAX; scale++) {
    for (int u = 0; u < PER_UNITS; u++) expect_exact(scale, PER_UNIT[u]);
  }
}
END_TEST

/* Other units, to meet other mantissas: primes, all ones, and just above powers of two. */
START_TEST(test_other_units_are_exact) {
  uint64_t seed = 6;
  for (int k = 1; k < 50; k++) {
    expect_exact(3, (UINT64_C(1) << k) - 1);
    expect_exact(3, (UINT64_C(1) << k) + 1);
    expect_exact(4, UINT64_C(1) << k);
  }
  for (int i = 0; i < 100; i++) {
    expect_exact(3 + (uint32_t)(i % 4), 1 + check_random(&seed) % UINT64_C(1000000000000000));
  }
  expect_exact(5, UINT64_C(999999999999999));
  expect_exact(5, UINT64_C(999999999999989));
}
END_TEST

/* Small values by the definition itself: base^i < v / per_unit <= base^(i+1). */
START_TEST(test_small_values_by_definition) {
  static big unit_power;
  for (uint32_t scale = SCALE_MIN; scale <= 6; scale++) {
    for (int u = 0; u < PER_UNITS; u++) {
      grid_make(&G, scale, PER_UNIT[u]);
      big_power(&unit_power, PER_UNIT[u], scale);
      for (uint64_t v = 1; v <= 140; v++) {
        int64_t i = (int64_t)grid_index(&G, v) - (int64_t)G.origin;
        check_that(not_above(v, &unit_power, scale, i + 1) && !not_above(v, &unit_power, scale, i),
                   "scale %u, per_unit %" PRIu64 ", value %" PRIu64 " is not in bucket %" PRId64,
                   (unsigned)scale, PER_UNIT[u], v, i);
      }
    }
  }
}
END_TEST

START_TEST(test_every_boundary_of_every_octave) {
  for (uint32_t scale = SCALE_MIN; scale <= SCALE_MAX; scale++) {
    for (int u = 0; u < PER_UNITS; u++) {
      grid_make(&G, scale, PER_UNIT[u]);
      for (uint64_t j = 0; j < 53 * G.n; j++) {
        uint64_t upper = sloi_bucket_upper(G.bounds, scale, j);
        check_that(upper == G.upper[j], "scale %u, per_unit %" PRIu64 ": upper bound of %" PRIu64,
                   (unsigned)scale, PER_UNIT[u], j);
        check_that(j == 0 || upper >= G.upper[j - 1], "bounds descend at %" PRIu64, j);
        expect_index(&G, upper);
        if (upper > 1) expect_index(&G, upper - 1);
        if (upper < SLOI_BUCKET_VALUE_MAX) expect_index(&G, upper + 1);
        /* wherever a bucket holds an integer at all, its upper bound is one of them */
        if (j > 0 && upper > G.upper[j - 1]) {
          check_that(grid_index(&G, upper) == j, "scale %u, per_unit %" PRIu64 ": bucket %" PRIu64,
                     (unsigned)scale, PER_UNIT[u], j);
        }
        if (upper < SLOI_BUCKET_VALUE_MAX) {
          check_that(grid_index(&G, upper + 1) > j,
                     "scale %u, per_unit %" PRIu64 ": bucket %" PRIu64, (unsigned)scale,
                     PER_UNIT[u], j);
        }
      }
    }
  }
}
END_TEST

/* One unit is the inclusive upper bound of OTLP bucket -1, and so is every power of two of
 * its own. */
START_TEST(test_powers_of_two_of_a_unit) {
  for (uint32_t scale = SCALE_MIN; scale <= SCALE_MAX; scale++) {
    for (int u = 0; u < PER_UNITS; u++) {
      grid_make(&G, scale, PER_UNIT[u]);
      for (int64_t e = 0; PER_UNIT[u] << e <= SLOI_BUCKET_VALUE_MAX && e < 53; e++) {
        uint64_t v = PER_UNIT[u] << e;
        int64_t index = (int64_t)grid_index(&G, v) - (int64_t)G.origin;
        check_that(index == e * (int64_t)G.n - 1, "per_unit %" PRIu64 " * 2^%" PRId64, PER_UNIT[u],
                   e);
        if (v < SLOI_BUCKET_VALUE_MAX) {
          check_that(grid_index(&G, v + 1) > grid_index(&G, v),
                     "per_unit %" PRIu64 " * 2^%" PRId64 ", plus one", PER_UNIT[u], e);
        }
      }
    }
  }
}
END_TEST

START_TEST(test_monotone_at_powers_of_two) {
  for (uint32_t scale = SCALE_MIN; scale <= SCALE_MAX; scale++) {
    for (int u = 0; u < PER_UNITS; u++) {
      grid_make(&G, scale, PER_UNIT[u]);
      uint64_t last = grid_index(&G, 1), last_value = 1;
      for (int k = 1; k <= 53; k++) {
        for (int64_t d = -2; d <= 2; d++) {
          uint64_t v = (UINT64_C(1) << k) + (uint64_t)d;
          if (v < 1 || v > SLOI_BUCKET_VALUE_MAX || v <= last_value) continue;
          expect_index(&G, v);
          uint64_t index = grid_index(&G, v);
          check_that(index >= last, "value %" PRIu64, v);
          /* a bucket of value v is about 0.69 v / n wide: wider than one from 2 n on */
          if (v == last_value + 1 && v > 2 * G.n) {
            check_that(index <= last + 1, "a bucket was left out before %" PRIu64, v);
          }
          last = index;
          last_value = v;
        }
      }
      check_that(last_value == SLOI_BUCKET_VALUE_MAX, "2^53 - 1 was not tried");
    }
  }
}
END_TEST

/* Where an entry of the table begins and ends, in every octave that shows the difference. */
START_TEST(test_every_entry_of_the_table) {
  for (uint32_t scale = SCALE_MIN; scale <= SCALE_MAX; scale++) {
    for (int u = 0; u < PER_UNITS; u++) {
      grid_make(&G, scale, PER_UNIT[u]);
      for (uint64_t c = 0; c < 2 * G.n; c++) {
        uint64_t first = (UINT64_C(1) << 52) + (c << (51 - scale));
        uint64_t last = (UINT64_C(1) << 52) + ((c + 1) << (51 - scale)) - 1;
        for (int shift = 0; shift <= 52; shift += 4) {
          expect_index(&G, first >> shift);
          expect_index(&G, last >> shift);
          if (first >> shift > 1) expect_index(&G, (first >> shift) - 1);
        }
      }
    }
  }
}
END_TEST

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RANDOM_VALUES 1000000
#else
#define RANDOM_VALUES 100000000
#endif
START_TEST(test_random_values) {
  uint64_t seed = 7;
  for (uint32_t scale = SCALE_MIN; scale <= SCALE_MAX; scale++) {
    for (int u = 0; u < PER_UNITS; u++) {
      grid_make(&G, scale, PER_UNIT[u]);
      for (int i = 0; i < RANDOM_VALUES / PER_UNITS / (SCALE_MAX - SCALE_MIN + 1) + 1; i++) {
        uint64_t v = check_random_wide(&seed) >> 11;
        if (v == 0) v = 1;
        uint64_t j = grid_index(&G, v);
        uint64_t upper = sloi_bucket_upper(G.bounds, scale, j);
        uint64_t lower = j == 0 ? 0 : sloi_bucket_upper(G.bounds, scale, j - 1);
        check_that(lower < v && v <= upper,
                   "scale %u, per_unit %" PRIu64 ": %" PRIu64 " is not in (%" PRIu64 ", %" PRIu64
                   "]",
                   (unsigned)scale, PER_UNIT[u], v, lower, upper);
        expect_index(&G, v);
        if (v <= SLOI_BUCKET_VALUE_MAX / 2) { /* octaves look alike */
          check_that(grid_index(&G, 2 * v) == j + G.n, "twice %" PRIu64, v);
        }
      }
    }
  }
}
END_TEST

/* A coarser grid is an exact merge of neighbours: the OTLP index is halved, rounding down. */
START_TEST(test_scales_nest) {
  uint64_t seed = 8;
  for (uint32_t scale = SCALE_MIN; scale < SCALE_MAX; scale++) {
    for (int u = 0; u < PER_UNITS; u++) {
      grid_make(&G, scale, PER_UNIT[u]);
      grid_make(&FINER, scale + 1, PER_UNIT[u]);
      for (int i = 0; i < 5000; i++) {
        uint64_t v = check_random_wide(&seed) >> 11;
        if (v == 0) v = 1;
        int64_t coarse = (int64_t)grid_index(&G, v) - (int64_t)G.origin;
        int64_t fine = (int64_t)grid_index(&FINER, v) - (int64_t)FINER.origin;
        int64_t halved = fine >= 0 ? fine / 2 : -((1 - fine) / 2);
        check_that(coarse == halved, "scale %u, value %" PRIu64 ": %" PRId64 " and %" PRId64,
                   (unsigned)scale, v, coarse, fine);
      }
    }
  }
}
END_TEST

CHECK_MAIN("bucket", tcase_add_test(tc, test_big_numbers);
           tcase_add_test(tc, test_every_boundary_is_exact);
           tcase_add_test(tc, test_other_units_are_exact);
           tcase_add_test(tc, test_small_values_by_definition);
           tcase_add_test(tc, test_every_boundary_of_every_octave);
           tcase_add_test(tc, test_powers_of_two_of_a_unit);
           tcase_add_test(tc, test_monotone_at_powers_of_two);
           tcase_add_test(tc, test_every_entry_of_the_table);
           tcase_add_test(tc, test_random_values); tcase_add_test(tc, test_scales_nest);)
