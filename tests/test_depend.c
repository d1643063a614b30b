/*
 * test_depend.c - availabilities of wholes against exact ones, and bounds against joint laws.
 *
 * A product of n parts is a number of n digits in base 10^9, so chances are exact here: added up
 * over every set of parts that may fail, or part after part. Bounds are held against Rueger's
 * formula, against the best and the worst of all joint laws on a few equal cells, and against an
 * arrangement that reaches them.
 */
#include "check_main.h"
#include "slo/depend.h"
#include "slo/time.h"

#define ONE SLO_DEPEND_ONE
#define MAX SLO_DEPEND_PARTS_MAX

static const slo_availability untouched = {11, 12, 13, 14};
static const uint64_t SERIAL = SLO_DEPEND_INDEPENDENT;
static const uint64_t PARALLEL = SLO_DEPEND_INDEPENDENT | SLO_DEPEND_COPIES;

static slo_availability quorum(const uint64_t *parts, uint32_t n, uint32_t k) {
  slo_availability w = untouched;
  check_ok(slo_depend_quorum(parts, n, k, &w, NULL));
  check_that(w.low_ppb <= w.independent_ppb && w.independent_ppb <= w.high_ppb && w.high_ppb <= ONE,
             "n %u k %u: %" PRIu64 " %" PRIu64 " %" PRIu64, n, k, w.low_ppb, w.independent_ppb,
             w.high_ppb);
  uint64_t assumes = k == n ? SERIAL : PARALLEL;
  check_that(w.assumes == (w.low_ppb == w.high_ppb ? 0 : assumes), "n %u k %u assumes", n, k);
  return w;
}

static void check_whole(slo_availability w, uint64_t low, uint64_t independent, uint64_t high,
                        uint64_t assumes) {
  check_that(w.low_ppb == low && w.independent_ppb == independent && w.high_ppb == high &&
                 w.assumes == assumes,
             "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64, w.low_ppb, w.independent_ppb,
             w.high_ppb, w.assumes);
}

static uint64_t random_part(uint64_t *state) {
  static const uint64_t usual[] = {0,         1,         2,         100000000, 500000000, 900000000,
                                   990000000, 999000000, 999900000, 999999998, 999999999, ONE};
  uint64_t draw = check_random(state);
  if (draw % 3 == 0) return usual[draw / 3 % (sizeof usual / sizeof usual[0])];
  return draw % 3 == 1 ? draw / 3 % (ONE + 1) : ONE - draw / 3 % 1000000;
}

/* ---- exact chances ---- */

/* to += from * by, numbers of `digits` digits in base 10^9, the lowest first. */
static void add_product(uint64_t *to, const uint64_t *from, uint64_t by, uint32_t digits) {
  uint64_t carry = 0;
  for (uint32_t i = 0; i < digits; i++) {
    carry += to[i] + from[i] * by;
    to[i] = carry % ONE;
    carry /= ONE;
  }
  check_that(carry == 0, "the model is too narrow");
}

/* number *= by */
static void multiply(uint64_t *number, uint64_t by, uint32_t digits) {
  uint64_t copy[MAX + 2];
  memcpy(copy, number, digits * sizeof copy[0]);
  memset(number, 0, digits * sizeof copy[0]);
  add_product(number, copy, by, digits);
}

/* Is it what is promised of exact, in units of 10^-9n? Returns how much too low it is. */
static int check_independent(uint64_t ppb, const uint64_t *exact, uint32_t n) {
  uint64_t whole = exact[n] * ONE + exact[n - 1];
  check_that(ppb == whole || ppb + 1 == whole, "n %u: %" PRIu64 " for %" PRIu64, n, ppb, whole);
  if (ppb == whole) return 0;
  check_that(n > 2 && exact[n - 2] < 2000000, "n %u: more than 2 * 10^-12 too low", n);
  return 1;
}

/* Over every set of parts that are there. */
static void exact_sets(const uint64_t *parts, uint32_t n, uint32_t k, uint64_t *exact) {
  memset(exact, 0, (n + 2) * sizeof *exact);
  for (uint32_t set = 0; set < UINT32_C(1) << n; set++) {
    uint64_t product[MAX + 2] = {1};
    uint32_t there = 0;
    for (uint32_t i = 0; i < n; i++) {
      there += set >> i & 1;
      multiply(product, set >> i & 1 ? parts[i] : ONE - parts[i], n + 2);
    }
    if (there >= k) add_product(exact, product, 1, n + 2);
  }
}

/* Part after part: chance[s] that s of them are there. */
static void exact_parts(const uint64_t *parts, uint32_t n, uint32_t k, uint64_t *exact) {
  const uint32_t digits = n + 2;
  uint64_t *chance = calloc((size_t)(n + 2) * digits, sizeof *chance); /* [0] stays 0 */
  chance[digits] = 1;
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t s = n + 1; s > 0; s--) {
      multiply(chance + s * digits, ONE - parts[i], digits);
      add_product(chance + s * digits, chance + (s - 1) * digits, parts[i], digits);
    }
  }
  memset(exact, 0, digits * sizeof *exact);
  for (uint32_t s = k + 1; s <= n + 1; s++) add_product(exact, chance + s * digits, 1, digits);
  free(chance);
}

START_TEST(test_independent_sets) {
  uint64_t state = 1, parts[7], exact[MAX + 2];
  int low = 0;
  for (int i = 0; i < 3000; i++) {
    uint32_t n = 1 + (uint32_t)(check_random(&state) % 7);
    for (uint32_t p = 0; p < n; p++) parts[p] = random_part(&state);
    for (uint32_t k = 1; k <= n; k++) {
      exact_sets(parts, n, k, exact);
      low += check_independent(quorum(parts, n, k).independent_ppb, exact, n);
    }
  }
  ck_assert_int_lt(low, 20); /* of 12000: where chances cancel to a whole number of ppb */
}
END_TEST

START_TEST(test_independent_parts) {
  uint64_t state = 2, parts[64], exact[MAX + 2];
  for (int i = 0; i < 40; i++) {
    uint32_t n = i < 4 ? 64 : 3 + (uint32_t)(check_random(&state) % 30);
    uint32_t k = 1 + (uint32_t)(check_random(&state) % n);
    for (uint32_t p = 0; p < n; p++) parts[p] = random_part(&state);
    exact_parts(parts, n, k, exact);
    (void)check_independent(quorum(parts, n, k).independent_ppb, exact, n);
    exact_parts(parts, n, n, exact);
    (void)check_independent(quorum(parts, n, n).independent_ppb, exact, n);
    exact_parts(parts, n, 1, exact);
    (void)check_independent(quorum(parts, n, 1).independent_ppb, exact, n);
  }
}
END_TEST

/* As many as there may be: products exactly, half of them by the law of large numbers. */
START_TEST(test_independent_most) {
  uint64_t state = 3, parts[MAX];
  for (int round = 0; round < 6; round++) {
    const uint64_t spread = round % 3 == 0 ? 10 : round % 3 == 1 ? 10000000 : 300000;
    uint64_t there[MAX + 2] = {1}, missing[MAX + 2] = {1};
    for (uint32_t i = 0; i < MAX; i++) {
      uint64_t small = 1 + check_random(&state) % spread;
      parts[i] = round < 3 ? ONE - small : small;
      multiply(there, parts[i], MAX + 2);
      multiply(missing, ONE - parts[i], MAX + 2);
    }
    (void)check_independent(quorum(parts, MAX, MAX).independent_ppb, there, MAX);
    /* 1 - missing, which is no whole number of ppb: rounded down it is what is before */
    uint64_t any = ONE - 1 - (missing[MAX] * ONE + missing[MAX - 1]);
    uint64_t answer = quorum(parts, MAX, 1).independent_ppb;
    ck_assert(answer == any || answer + 1 == any);
  }
  for (uint32_t i = 0; i < MAX; i++) parts[i] = 500000000;
  slo_availability half = quorum(parts, MAX, MAX / 2);
  /* 1/2 + C(1024, 512) / 2^1025 */
  ck_assert_uint_eq(half.independent_ppb, 512463902);
  ck_assert_uint_eq(half.low_ppb, 1949317); /* 1 - 512 / 513, rounded down */
  ck_assert_uint_eq(half.high_ppb, ONE);
}
END_TEST

START_TEST(test_certain) {
  /* rounding must not take away what is certain */
  const uint64_t many[] = {ONE, 123456789, ONE, 987654321, ONE, 555555557, ONE, ONE, ONE};
  check_whole(quorum(many, 9, 6), ONE, ONE, ONE, 0);
  check_whole(quorum(many, 9, 1), ONE, ONE, ONE, 0);
  ck_assert_uint_lt(quorum(many, 9, 7).independent_ppb, ONE);
  const uint64_t few[] = {0, 123456789, 0, 987654321, 0, 555555557, 0, 0, 0};
  check_whole(quorum(few, 9, 4), 0, 0, 0, 0);
  check_whole(quorum(few, 9, 9), 0, 0, 0, 0);
  /* what one part alone decides assumes nothing */
  const uint64_t one[] = {ONE, 123456789, ONE, 0};
  check_whole(quorum(one, 4, 3), 123456789, 123456789, 123456789, 0);
  for (uint64_t a = 0; a <= ONE; a += 12345679) check_whole(quorum(&a, 1, 1), a, a, a, 0);
}
END_TEST

/* ---- bounds ---- */

static int ascending(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

/* Rueger's bound, rounded up. */
static uint64_t most(const uint64_t *parts, uint32_t n, uint32_t k) {
  uint64_t sorted[MAX], least = ONE;
  memcpy(sorted, parts, n * sizeof *sorted);
  qsort(sorted, n, sizeof *sorted, ascending);
  for (uint32_t j = 0; j < k; j++) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < n - j; i++) sum += sorted[i];
    uint64_t bound = (sum + (k - j) - 1) / (k - j);
    if (bound < least) least = bound;
  }
  return least;
}

static void complement(const uint64_t *parts, uint32_t n, uint64_t *missing) {
  for (uint32_t i = 0; i < n; i++) missing[i] = ONE - parts[i];
}

START_TEST(test_bounds) {
  uint64_t state = 4, parts[MAX], missing[MAX];
  for (int i = 0; i < 3000; i++) {
    uint32_t n = 1 + (uint32_t)(check_random(&state) % (i < 2990 ? 12 : MAX));
    uint32_t k = 1 + (uint32_t)(check_random(&state) % n);
    uint64_t zero = check_random(&state) % 2 ? ONE : check_random(&state) % ONE + 1;
    for (uint32_t p = 0; p < n; p++) parts[p] = random_part(&state) % zero;
    complement(parts, n, missing);
    slo_availability w = quorum(parts, n, k);
    check_that(w.high_ppb == most(parts, n, k), "%u of %u: high %" PRIu64, k, n, w.high_ppb);
    check_that(w.low_ppb == ONE - most(missing, n, n - k + 1), "%u of %u: low %" PRIu64, k, n,
               w.low_ppb);
  }
}
END_TEST

START_TEST(test_serial_and_parallel) {
  uint64_t state = 5, parts[40];
  for (int i = 0; i < 3000; i++) {
    uint32_t n = 1 + (uint32_t)(check_random(&state) % 40);
    uint64_t sum = 0, lost = 0, least = ONE, best = 0;
    for (uint32_t p = 0; p < n; p++) {
      parts[p] = random_part(&state);
      sum += parts[p];
      lost += ONE - parts[p];
      if (parts[p] < least) least = parts[p];
      if (parts[p] > best) best = parts[p];
    }
    slo_availability all = quorum(parts, n, n), any = quorum(parts, n, 1), w = untouched;
    check_that(all.low_ppb == (lost > ONE ? 0 : ONE - lost) && all.high_ppb == least, "serial");
    check_that(any.low_ppb == best && any.high_ppb == (sum > ONE ? ONE : sum), "parallel");
    check_ok(slo_depend_serial(parts, n, &w, NULL));
    check_that(memcmp(&w, &all, sizeof w) == 0, "n of n is not serial");
    check_ok(slo_depend_parallel(parts, n, &w, NULL));
    check_that(memcmp(&w, &any, sizeof w) == 0, "1 of n is not parallel");
  }
}
END_TEST

/*
 * Every joint law of n events on `cells` equal cells: each cell takes a set of them, and has event
 * i as often as `left` says in its digit i. The most (sign 1) or fewest (-1) cells that have at
 * least k, for all marginals at once.
 */
static int8_t *best_laws(uint32_t n, uint32_t cells, uint32_t k, int sign) {
  uint32_t states = 1, weight[8];
  for (uint32_t i = 0; i < n; i++, states *= cells + 1) weight[i] = states;
  int8_t *best = malloc(states), *next = malloc(states);
  memset(best, -100, states);
  best[0] = 0;
  for (uint32_t c = 0; c < cells; c++) {
    memset(next, -100, states);
    for (uint32_t left = 0; left < states; left++) {
      for (uint32_t set = 0; set < UINT32_C(1) << n; set++) {
        uint32_t from = left, has = 0, i = 0;
        for (; i < n; i++) {
          if ((set >> i & 1) == 0) continue;
          if (left / weight[i] % (cells + 1) == 0) break;
          from -= weight[i];
          has++;
        }
        if (i < n || best[from] == -100) continue;
        int8_t value = (int8_t)(best[from] + (has >= k ? sign : 0));
        if (value > next[left]) next[left] = value;
      }
    }
    int8_t *done = best;
    best = next;
    next = done;
  }
  free(next);
  return best;
}

static void check_laws(uint32_t n, uint32_t cells) {
  uint64_t parts[8];
  uint32_t states = 1;
  for (uint32_t i = 0; i < n; i++) states *= cells + 1;
  for (uint32_t k = 1; k <= n; k++) {
    int8_t *highest = best_laws(n, cells, k, 1), *lowest = best_laws(n, cells, k, -1);
    for (uint32_t state = 0; state < states; state++) {
      for (uint32_t i = 0, rest = state; i < n; i++, rest /= cells + 1) {
        parts[i] = rest % (cells + 1) * (ONE / cells);
      }
      slo_availability w = quorum(parts, n, k);
      /* in whole cells: where the bound is no whole number of them, no law on cells reaches it */
      uint64_t high = w.high_ppb * cells / ONE, low = (w.low_ppb * cells + ONE - 1) / ONE;
      check_that(highest[state] == (int)high, "%u of %u, high: %" PRIu64 " for %d / %u", k, n,
                 w.high_ppb, highest[state], cells);
      check_that(-lowest[state] == (int)low, "%u of %u, low: %" PRIu64 " for %d / %u", k, n,
                 w.low_ppb, -lowest[state], cells);
    }
    free(highest);
    free(lowest);
  }
}

START_TEST(test_joint_laws) {
  check_laws(1, 8);
  check_laws(2, 8);
  check_laws(3, 8);
  check_laws(4, 8);
  check_laws(5, 4);
  check_laws(6, 2);
}
END_TEST

/* Lays the parts, cut to v, one behind the other on a circle of length v: what is cut off has room
 * beyond it. Then at least k are there for a share of v. */
static void check_reached(const uint64_t *parts, uint32_t n, uint32_t k, uint64_t v) {
  uint64_t start[8], length[8], edge[16], at = 0;
  for (uint32_t i = 0; i < n; i++) {
    start[i] = at;
    length[i] = parts[i] < v ? parts[i] : v;
    edge[2 * i] = at;
    edge[2 * i + 1] = at = v == 0 ? 0 : (at + length[i]) % v;
  }
  for (uint32_t e = 0; v != 0 && e < 2 * n; e++) {
    uint32_t there = 0;
    for (uint32_t i = 0; i < n; i++) there += (edge[e] + v - start[i]) % v < length[i];
    check_that(there >= k, "%u of %u at %" PRIu64 ", not %u", there, n, edge[e], k);
  }
}

START_TEST(test_bounds_are_reached) {
  uint64_t state = 6, parts[8], missing[8];
  for (int i = 0; i < 20000; i++) {
    uint32_t n = 1 + (uint32_t)(check_random(&state) % 8);
    uint32_t k = 1 + (uint32_t)(check_random(&state) % n);
    uint64_t zero = check_random(&state) % (ONE / 840) + 1;
    /* 840 is divided by 1..8, so the bounds are whole */
    for (uint32_t p = 0; p < n; p++) parts[p] = check_random(&state) % zero * 840;
    check_reached(parts, n, k, quorum(parts, n, k).high_ppb);
    complement(parts, n, missing);
    check_reached(parts, n, n - k + 1, ONE - quorum(missing, n, k).low_ppb);
  }
}
END_TEST

START_TEST(test_quorum) {
  /* two of three that have 99 % */
  const uint64_t parts[] = {990000000, 990000000, 990000000};
  check_whole(quorum(parts, 3, 2), 985000000, 999702000, ONE, PARALLEL);
  const uint64_t rare[] = {10000000, 20000000, 990000000};
  check_whole(quorum(rare, 3, 2), 10000000, 29504000, 30000000, PARALLEL);
}
END_TEST

/* ---- fallback ---- */

START_TEST(test_fallback) {
  uint64_t state = 7;
  slo_availability w = untouched;
  ck_ok(slo_depend_fallback(990000000, 900000000, &w, NULL));
  check_whole(w, 990000000, 999000000, ONE, SERIAL);
  ck_ok(slo_depend_fallback(0, 900000000, &w, NULL));
  check_whole(w, 900000000, 900000000, 900000000, 0);
  ck_ok(slo_depend_fallback(ONE, 5, &w, NULL));
  check_whole(w, ONE, ONE, ONE, 0);
  for (int i = 0; i < 10000; i++) {
    uint64_t a = random_part(&state), f = random_part(&state);
    check_ok(slo_depend_fallback(a, f, &w, NULL));
    check_that(w.independent_ppb == (ONE * ONE - (ONE - a) * (ONE - f)) / ONE, "%" PRIu64, a);
    check_that(w.low_ppb == (a > f ? a : f), "%" PRIu64, a);
    check_that(w.high_ppb == (a + f > ONE ? ONE : a + f), "%" PRIu64, a);
    check_that(w.assumes == (w.low_ppb == w.high_ppb ? 0 : SERIAL), "%" PRIu64, w.assumes);
  }
}
END_TEST

/* ---- time and budget ---- */

__extension__ typedef unsigned __int128 wide;

START_TEST(test_repair) {
  uint64_t state = 8, ppb = 0;
  ck_ok(slo_depend_repair(999 * SLO_HOUR_NS, SLO_HOUR_NS, &ppb, NULL));
  ck_assert_uint_eq(ppb, 999000000);
  ck_ok(slo_depend_repair(INT64_MAX, INT64_MAX, &ppb, NULL));
  ck_assert_uint_eq(ppb, 500000000);
  ck_ok(slo_depend_repair(INT64_MAX, 1, &ppb, NULL));
  ck_assert_uint_eq(ppb, 999999999);
  ck_ok(slo_depend_repair(1, INT64_MAX, &ppb, NULL));
  ck_assert_uint_eq(ppb, 0);
  for (int i = 0; i < 100000; i++) {
    int64_t up = (int64_t)(check_random_wide(&state) >> 1), away = up;
    if (i % 2) away = (int64_t)(check_random_wide(&state) >> 1);
    if (up == 0 || away == 0) continue;
    check_ok(slo_depend_repair(up, away, &ppb, NULL));
    wide whole = (wide)up + (wide)away, n = (wide)up * ONE;
    check_that(ppb * whole <= n && n < (ppb + 1) * whole, "%" PRId64 " %" PRId64, up, away);
  }
}
END_TEST

START_TEST(test_downtime) {
  uint64_t state = 9;
  int64_t ns = -1;
  /* 99.99 % of a year */
  ck_ok(slo_depend_downtime(999900000, 365 * SLO_DAY_NS, &ns, NULL));
  ck_assert_int_eq(ns, INT64_C(5256) * SLO_MINUTE_NS / 100);
  /* of which five dependencies of 99.999 % take 26 minutes */
  ck_ok(slo_depend_downtime(999950000, 365 * SLO_DAY_NS, &ns, NULL));
  ck_assert_int_eq(ns, INT64_C(2628) * SLO_MINUTE_NS / 100);
  ck_ok(slo_depend_downtime(0, INT64_MAX, &ns, NULL));
  ck_assert_int_eq(ns, INT64_MAX);
  ck_ok(slo_depend_downtime(ONE, INT64_MAX, &ns, NULL));
  ck_assert_int_eq(ns, 0);
  ck_ok(slo_depend_downtime(1, 1, &ns, NULL));
  ck_assert_int_eq(ns, 0);
  for (int i = 0; i < 100000; i++) {
    uint64_t a = random_part(&state), period = check_random_wide(&state) >> 1;
    if (period == 0) continue;
    check_ok(slo_depend_downtime(a, (int64_t)period, &ns, NULL));
    wide n = (wide)(ONE - a) * period;
    check_that((wide)ns * ONE <= n && n < ((wide)ns + 1) * ONE, "%" PRIu64, period);
  }
}
END_TEST

START_TEST(test_needed) {
  uint64_t state = 10, each = 0;
  int refused = 0;
  /* the rule of the extra nine */
  ck_ok(slo_depend_needed(999000000, 1, 100000, &each, NULL));
  ck_assert_uint_eq(each, 999900000);
  ck_ok(slo_depend_needed(999900000, 5, 500000, &each, NULL));
  ck_assert_uint_eq(each, 999990000);
  ck_ok(slo_depend_needed(999900000, 3, 1000000, &each, NULL));
  ck_assert_uint_eq(each, 999966667); /* up */
  ck_ok(slo_depend_needed(SLO_OBJECTIVE_MAX_PPB, 1, 1000000, &each, NULL));
  ck_assert_uint_eq(each, SLO_OBJECTIVE_MAX_PPB);
  ck_ok(slo_depend_needed(1, 1, 1000000, &each, NULL));
  ck_assert_uint_eq(each, 1);
  for (int i = 0; i < 100000; i++) {
    uint64_t objective = random_part(&state), share = 1 + check_random(&state) % 1000000;
    uint32_t n = 1 + (uint32_t)(check_random(&state) % MAX);
    if (objective == 0 || objective == ONE) continue;
    uint64_t taken = (ONE - objective) * share;
    each = 0;
    slo_status status = slo_depend_needed(objective, n, share, &each, NULL);
    if (taken < UINT64_C(1000000) * n) {
      check_that(status == SLO_ERANGE && each == 0, "%" PRIu64, each);
      refused++;
    } else {
      check_that(status == SLO_OK, "%" PRIu64, objective);
      uint64_t unit = UINT64_C(1000000) * n, less = ONE - each;
      check_that(less * unit <= taken && taken < (less + 1) * unit, "%" PRIu64, each);
    }
  }
  ck_assert_int_gt(refused, 1000);
}
END_TEST

START_TEST(test_taken) {
  uint64_t state = 11, ppm = 0, parts[MAX] = {0};
  const uint64_t five[] = {999990000, 999990000, 999990000, 999990000, 999990000};
  ck_ok(slo_depend_taken(999900000, five, 5, &ppm, NULL));
  ck_assert_uint_eq(ppm, 500000);
  ck_ok(slo_depend_taken(999999999, parts, MAX, &ppm, NULL)); /* all that there is */
  ck_assert_uint_eq(ppm, UINT64_C(1024) * 1000000000 * 1000000);
  parts[0] = ONE;
  ck_ok(slo_depend_taken(1, parts, 1, &ppm, NULL));
  ck_assert_uint_eq(ppm, 0);
  parts[0] = ONE - 1;
  ck_ok(slo_depend_taken(1, parts, 1, &ppm, NULL));
  ck_assert_uint_eq(ppm, 1); /* up */
  for (int i = 0; i < 20000; i++) {
    uint64_t objective = random_part(&state), lost = 0;
    uint32_t n = 1 + (uint32_t)(check_random(&state) % 20);
    if (objective == 0 || objective == ONE) continue;
    for (uint32_t p = 0; p < n; p++) lost += ONE - (parts[p] = random_part(&state));
    check_ok(slo_depend_taken(objective, parts, n, &ppm, NULL));
    wide budget = ONE - objective, want = (wide)lost * 1000000;
    check_that(ppm * budget >= want && want + budget > ppm * budget, "%" PRIu64, ppm);
  }
}
END_TEST

/* ---- graphs ---- */

enum { NODES = 9 };

static slo_depend_edge edge(uint32_t from, uint32_t to, uint32_t critical) {
  slo_depend_edge e = {from, to, critical, 0};
  return e;
}

START_TEST(test_critical) {
  /* 0 needs 1 and 2, both need 3, 3 needs 1 again; 4 is only nice to have, and so what it needs */
  const slo_depend_edge edges[] = {edge(3, 1, 1), edge(2, 3, 1), edge(0, 1, 1), edge(1, 3, 1),
                                   edge(0, 2, 1), edge(0, 4, 0), edge(4, 5, 1), edge(3, 0, 1),
                                   edge(6, 0, 1), edge(0, 1, 0), edge(2, 2, 1)};
  const uint64_t own[] = {999900000, 990000000, 999000000, 999000000, 1, 2, 3};
  uint32_t found[4] = {77, 77, 77, 77}, count = 0;
  slo_error error = SLO_SIZED(slo_error);
  slo_availability w = untouched;
  ck_ok(slo_depend_critical(edges, 11, 7, 0, found, 4, &count, &error));
  ck_assert_uint_eq(count, 3);
  ck_assert(found[0] == 1 && found[1] == 2 && found[2] == 3 && found[3] == 77);
  ck_ok(slo_depend_critical(edges, 11, 7, 0, found, 3, &count, &error));
  found[0] = found[1] = 88;
  ck_assert_int_eq(slo_depend_critical(edges, 11, 7, 0, found, 1, &count, &error), SLO_ESPACE);
  ck_assert_uint_eq(count, 3);
  ck_assert(found[0] == 1 && found[1] == 88);
  ck_assert_str_eq(error.field, "capacity");
  ck_assert(error.status == SLO_ESPACE && error.value == 1 && error.min == 3);
  ck_assert_int_eq(slo_depend_critical(edges, 11, 7, 0, NULL, 0, &count, NULL), SLO_ESPACE);
  ck_ok(slo_depend_critical(edges, 11, 7, 5, NULL, 0, &count, NULL));
  ck_assert_uint_eq(count, 0);
  ck_ok(slo_depend_critical(NULL, 0, 1, 0, NULL, 0, &count, NULL));
  ck_ok(slo_depend_eval(edges, 11, own, 7, 0, &w, NULL));
  /* 0.9999 * 0.99 * 0.999 * 0.999 */
  check_whole(w, 987900000, 987922187, 990000000, SERIAL);
  ck_ok(slo_depend_eval(NULL, 0, own, 7, 4, &w, NULL));
  check_whole(w, 1, 1, 1, 0);
}
END_TEST

START_TEST(test_critical_random) {
  uint64_t state = 12, own[NODES];
  for (int round = 0; round < 5000; round++) {
    slo_depend_edge edges[30];
    uint8_t leads[NODES][NODES] = {{0}};
    uint32_t n = 1 + (uint32_t)(check_random(&state) % NODES);
    uint32_t m = (uint32_t)(check_random(&state) % 20), found[NODES], count = 99;
    for (uint32_t i = 0; i < m; i++) {
      edges[i] = edge((uint32_t)(check_random(&state) % n), (uint32_t)(check_random(&state) % n),
                      check_random(&state) % 4 != 0);
      if (edges[i].critical) leads[edges[i].from][edges[i].to] = 1;
    }
    for (uint32_t by = 0; by < n; by++) {
      for (uint32_t from = 0; from < n; from++) {
        for (uint32_t to = 0; to < n; to++) leads[from][to] |= leads[from][by] & leads[by][to];
      }
    }
    for (uint32_t i = 0; i < n; i++) own[i] = random_part(&state);
    for (uint32_t root = 0; root < n; root++) {
      uint64_t parts[NODES] = {own[root]};
      uint32_t expected = 0;
      check_ok(slo_depend_critical(edges, m, n, root, found, NODES, &count, NULL));
      for (uint32_t to = 0; to < n; to++) {
        if (to == root || !leads[root][to]) continue;
        check_that(expected < count && found[expected] == to, "%u: not %u", root, to);
        parts[++expected] = own[to];
      }
      check_that(count == expected, "%u: %u, not %u", root, count, expected);
      slo_availability w = untouched, serial = quorum(parts, expected + 1, expected + 1);
      check_ok(slo_depend_eval(edges, m, own, n, root, &w, NULL));
      check_that(w.low_ppb == serial.low_ppb && w.high_ppb == serial.high_ppb &&
                     w.assumes == serial.assumes,
                 "eval");
      /* another order may be rounded elsewhere */
      check_that(w.independent_ppb - serial.independent_ppb + 1 <= 2, "eval, independent");
    }
  }
}
END_TEST

/* A chain that is told from its end, and one that closes. */
START_TEST(test_critical_deep) {
  static slo_depend_edge edges[MAX];
  uint64_t own[MAX];
  uint32_t found[MAX], count = 0;
  slo_availability w = untouched;
  for (uint32_t i = 0; i < MAX; i++) {
    edges[i] = edge(MAX - 1 - i, (MAX - i) % MAX, 1);
    own[i] = ONE - 1000;
  }
  ck_ok(slo_depend_critical(edges, MAX, MAX, 7, found, MAX, &count, NULL));
  ck_assert_uint_eq(count, MAX - 1);
  for (uint32_t i = 0; i < MAX - 1; i++) ck_assert_uint_eq(found[i], i < 7 ? i : i + 1);
  ck_ok(slo_depend_eval(edges, MAX, own, MAX, 7, &w, NULL));
  ck_assert_uint_eq(w.low_ppb, ONE - MAX * 1000);
  ck_assert_uint_eq(w.high_ppb, ONE - 1000);
}
END_TEST

/* ---- errors ---- */

static slo_error error;

static void refused(slo_status status, slo_status want, const char *field, int64_t value,
                    int64_t min, int64_t max) {
  ck_assert_int_eq(status, want);
  ck_assert_int_eq(error.status, want);
  ck_assert_str_eq(error.field, field);
  ck_assert_int_eq(error.value, value);
  ck_assert_int_eq(error.min, min);
  ck_assert_int_eq(error.max, max);
  memset(&error, 0, sizeof error);
  error.struct_size = (uint32_t)sizeof error;
}

#define BILLION INT64_C(1000000000)
#define null(call, field) refused(call, SLO_EINVAL, field " (NULL)", 0, 1, 0)
#define range(call, field, value, min, max) refused(call, SLO_ERANGE, field, value, min, max)

START_TEST(test_errors_of_parts) {
  uint64_t parts[MAX + 1] = {0};
  slo_availability w = untouched;
  error.struct_size = (uint32_t)sizeof error;
  null(slo_depend_quorum(NULL, 1, 1, &w, &error), "parts_ppb");
  null(slo_depend_serial(NULL, 1, &w, &error), "parts_ppb");
  null(slo_depend_parallel(NULL, 1, &w, &error), "parts_ppb");
  null(slo_depend_quorum(parts, 1, 1, NULL, &error), "whole");
  null(slo_depend_serial(parts, 1, NULL, &error), "whole");
  null(slo_depend_parallel(parts, 1, NULL, &error), "whole");
  null(slo_depend_fallback(1, 1, NULL, &error), "whole");
  range(slo_depend_quorum(parts, 0, 0, &w, &error), "n", 0, 1, MAX);
  range(slo_depend_serial(parts, 0, &w, &error), "n", 0, 1, MAX);
  range(slo_depend_parallel(parts, MAX + 1, &w, &error), "n", MAX + 1, 1, MAX);
  range(slo_depend_quorum(parts, 5, 0, &w, &error), "k", 0, 1, 5);
  range(slo_depend_quorum(parts, 5, 6, &w, &error), "k", 6, 1, 5);
  parts[3] = ONE + 1;
  range(slo_depend_quorum(parts, 4, 1, &w, &error), "parts_ppb[3]", BILLION + 1, 0, BILLION);
  parts[MAX - 1] = UINT64_MAX;
  parts[3] = ONE;
  range(slo_depend_serial(parts, MAX, &w, &error), "parts_ppb[1023]", INT64_MAX, 0, BILLION);
  range(slo_depend_parallel(parts, MAX, &w, &error), "parts_ppb[1023]", INT64_MAX, 0, BILLION);
  range(slo_depend_fallback(ONE + 1, 0, &w, &error), "a_ppb", BILLION + 1, 0, BILLION);
  range(slo_depend_fallback(0, ONE + 1, &w, &error), "f_ppb", BILLION + 1, 0, BILLION);
  ck_assert_int_eq(slo_depend_serial(NULL, 1, &w, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_depend_quorum(parts, 5, 6, &w, NULL), SLO_ERANGE);
  ck_assert_int_eq(memcmp(&w, &untouched, sizeof w), 0);
}
END_TEST

START_TEST(test_errors_of_budgets) {
  uint64_t parts[MAX + 1] = {0}, out = 5;
  int64_t ns = 5;
  error.struct_size = (uint32_t)sizeof error;
  null(slo_depend_repair(1, 1, NULL, &error), "availability_ppb");
  range(slo_depend_repair(0, 1, &out, &error), "mttf_ns", 0, 1, INT64_MAX);
  range(slo_depend_repair(1, 0, &out, &error), "mttr_ns", 0, 1, INT64_MAX);
  range(slo_depend_repair(INT64_MIN, 1, &out, &error), "mttf_ns", INT64_MIN, 1, INT64_MAX);
  null(slo_depend_downtime(1, 1, NULL, &error), "downtime_ns");
  range(slo_depend_downtime(ONE + 1, 1, &ns, &error), "availability_ppb", BILLION + 1, 0, BILLION);
  range(slo_depend_downtime(ONE, 0, &ns, &error), "period_ns", 0, 1, INT64_MAX);
  null(slo_depend_needed(1, 1, 1, NULL, &error), "each_ppb");
  range(slo_depend_needed(0, 1, 1, &out, &error), "objective_ppb", 0, 1, BILLION - 1);
  range(slo_depend_needed(ONE, 1, 1, &out, &error), "objective_ppb", BILLION, 1, BILLION - 1);
  range(slo_depend_needed(1, 0, 1, &out, &error), "n", 0, 1, MAX);
  range(slo_depend_needed(1, MAX + 1, 1, &out, &error), "n", MAX + 1, 1, MAX);
  range(slo_depend_needed(1, 1, 0, &out, &error), "share_ppm", 0, 1, 1000000);
  range(slo_depend_needed(1, 1, 1000001, &out, &error), "share_ppm", 1000001, 1, 1000000);
  range(slo_depend_needed(1, 1, UINT64_MAX, &out, &error), "share_ppm", INT64_MAX, 1, 1000000);
  range(slo_depend_needed(ONE - 1, 2, 1000000, &out, &error), "each_ppb", BILLION, 1, BILLION - 1);
  null(slo_depend_taken(1, parts, 1, NULL, &error), "taken_ppm");
  null(slo_depend_taken(1, NULL, 1, &out, &error), "parts_ppb");
  range(slo_depend_taken(0, parts, 1, &out, &error), "objective_ppb", 0, 1, BILLION - 1);
  range(slo_depend_taken(1, parts, 0, &out, &error), "n", 0, 1, MAX);
  range(slo_depend_taken(1, parts, MAX + 1, &out, &error), "n", MAX + 1, 1, MAX);
  parts[1] = ONE + 1;
  range(slo_depend_taken(1, parts, 2, &out, &error), "parts_ppb[1]", BILLION + 1, 0, BILLION);
  ck_assert(out == 5 && ns == 5);
}
END_TEST

START_TEST(test_errors_of_graphs) {
  slo_depend_edge edges[] = {edge(0, 1, 1), edge(1, 2, 1)};
  uint64_t own[MAX + 1] = {0};
  uint32_t found[3] = {7, 7, 7}, count = 7;
  slo_availability w = untouched;
  error.struct_size = (uint32_t)sizeof error;
#define critical() slo_depend_critical(edges, 2, 3, 0, found, 3, &count, &error)
  null(slo_depend_critical(NULL, 2, 3, 0, found, 3, &count, &error), "edges");
  null(slo_depend_critical(edges, 2, 3, 0, NULL, 3, &count, &error), "found");
  null(slo_depend_critical(edges, 2, 3, 0, found, 3, NULL, &error), "count");
  range(slo_depend_critical(NULL, 0, 0, 0, found, 3, &count, &error), "node_count", 0, 1, MAX);
  range(slo_depend_critical(NULL, 0, MAX + 1, 0, found, 3, &count, &error), "node_count", MAX + 1,
        1, MAX);
  range(slo_depend_critical(edges, 2, 3, 3, found, 3, &count, &error), "root", 3, 0, 2);
  edges[1].from = 3;
  range(critical(), "edges[1].from", 3, 0, 2);
  edges[1] = edge(1, UINT32_MAX, 1);
  range(critical(), "edges[1].to", UINT32_MAX, 0, 2);
  edges[1] = edge(1, 3, 0);
  range(critical(), "edges[1].to", 3, 0, 2);
  edges[1] = edge(1, 2, 2);
  range(critical(), "edges[1].critical", 2, 0, 1);
  edges[1] = edge(1, 2, 1);
  edges[0].reserved = 9;
  refused(critical(), SLO_EVERSION, "edges[0].reserved", 9, 1, 0);
  refused(slo_depend_eval(edges, 2, own, 3, 0, &w, &error), SLO_EVERSION, "edges[0].reserved", 9, 1,
          0);
  edges[0].reserved = 0;
  null(slo_depend_eval(edges, 2, NULL, 3, 0, &w, &error), "own_ppb");
  null(slo_depend_eval(edges, 2, own, 3, 0, NULL, &error), "whole");
  null(slo_depend_eval(NULL, 2, own, 3, 0, &w, &error), "edges");
  range(slo_depend_eval(edges, 2, own, 0, 0, &w, &error), "node_count", 0, 1, MAX);
  range(slo_depend_eval(edges, 2, own, MAX + 1, 0, &w, &error), "node_count", MAX + 1, 1, MAX);
  range(slo_depend_eval(edges, 2, own, 3, 3, &w, &error), "root", 3, 0, 2);
  own[2] = ONE + 1;
  range(slo_depend_eval(NULL, 0, own, 3, 0, &w, &error), "own_ppb[2]", BILLION + 1, 0, BILLION);
  ck_assert(count == 7 && found[0] == 7 && found[1] == 7 && found[2] == 7);
  ck_assert_int_eq(memcmp(&w, &untouched, sizeof w), 0);
}
END_TEST

CHECK_MAIN("depend", tcase_add_test(tc, test_independent_sets);
           tcase_add_test(tc, test_independent_parts); tcase_add_test(tc, test_independent_most);
           tcase_add_test(tc, test_certain); tcase_add_test(tc, test_bounds);
           tcase_add_test(tc, test_serial_and_parallel); tcase_add_test(tc, test_joint_laws);
           tcase_add_test(tc, test_bounds_are_reached); tcase_add_test(tc, test_quorum);
           tcase_add_test(tc, test_fallback); tcase_add_test(tc, test_repair);
           tcase_add_test(tc, test_downtime); tcase_add_test(tc, test_needed);
           tcase_add_test(tc, test_taken); tcase_add_test(tc, test_critical);
           tcase_add_test(tc, test_critical_random); tcase_add_test(tc, test_critical_deep);
           tcase_add_test(tc, test_errors_of_parts); tcase_add_test(tc, test_errors_of_budgets);
           tcase_add_test(tc, test_errors_of_graphs);)
