/*
 * test_composite.c - composites against sums of fractions over a common denominator.
 *
 * The model keeps fractions as they are: integers of any length, cross multiplied, never divided.
 */
#include "check_main.h"
#include "slo/burn.h"
#include "slo/composite.h"

#define PPB UINT64_C(1000000000)
#define PPM UINT64_C(1000000)
#define MAX SLO_COMPOSITE_PARTS_MAX
#define WEIGHT_MAX SLO_COMPOSITE_WEIGHT_MAX_PPM

enum {
  OCCURRENCES = SLO_METHOD_OCCURRENCES,
  TIMESLICES = SLO_METHOD_TIMESLICES,
  RATIO = SLO_METHOD_RATIO_TIMESLICES
};

/* ---- the model ---- */

enum { DIGITS = 48 };

/* Digits in base 2^32, the lowest first. */
typedef struct wide {
  uint32_t digit[DIGITS];
} wide;

static wide wide_of(uint64_t value) {
  wide w = {{(uint32_t)value, (uint32_t)(value >> 32)}};
  return w;
}

static wide wide_add(wide a, wide b) {
  uint64_t carry = 0;
  for (int i = 0; i < DIGITS; i++) {
    carry += (uint64_t)a.digit[i] + b.digit[i];
    a.digit[i] = (uint32_t)carry;
    carry >>= 32;
  }
  check_that(carry == 0, "the model is too narrow");
  return a;
}

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
    check_that(carry == 0, "the model is too narrow");
  }
  return product;
}

static int wide_compare(wide a, wide b) {
  for (int i = DIGITS - 1; i >= 0; i--) {
    if (a.digit[i] != b.digit[i]) return a.digit[i] < b.digit[i] ? -1 : 1;
  }
  return 0;
}

/* n / d, exactly. */
typedef struct fraction {
  wide n, d;
} fraction;

/* Adds a * b * c / (d * e). */
static void fraction_add(fraction *f, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e) {
  wide scaled = wide_times(wide_times(f->n, d), e);
  f->n = wide_add(scaled, wide_times(wide_times(wide_times(f->d, a), b), c));
  f->d = wide_times(wide_times(f->d, d), e);
}

/* q is the floor of f / by. */
static int is_floor(uint64_t q, const fraction *f, uint64_t by) {
  wide d = wide_times(f->d, by);
  return wide_compare(wide_times(d, q), f->n) <= 0 && wide_compare(f->n, wide_times(d, q + 1)) < 0;
}

/* ---- material ---- */

static slo_composite_part part(uint64_t good, uint64_t bad, uint64_t objective, uint64_t weight) {
  slo_composite_part p = {{good, bad, 99}, NULL, objective, 0, weight}; /* 99: never looked at */
  return p;
}

static slo_composite_part sliced(const slo_counts *slices, uint64_t objective, uint64_t weight) {
  slo_composite_part p = {{UINT64_MAX, UINT64_MAX, 0}, slices, 999000000, objective, weight};
  return p;
}

static slo_composite eval(uint32_t method, uint64_t objective, const slo_composite_part *parts,
                          uint32_t n, uint32_t slices) {
  slo_composite c = SLO_SIZED(slo_composite);
  slo_error error = SLO_SIZED(slo_error);
  check_that(slo_composite_eval(method, objective, parts, n, slices, &c, &error) == SLO_OK, "%s",
             error.field);
  check_that(c.method == method && c.objective_ppb == objective && c.reserved == 0, "echo");
  check_that(c.valid == c.good + c.bad, "valid");
  return c;
}

static uint64_t consumed(const slo_composite_part *parts, uint32_t n) {
  slo_composite c = eval(OCCURRENCES, 12345, parts, n, 0);
  check_that(c.valid == 0 && c.bad == 0, "events of different parts are not added");
  return c.consumed_ppm;
}

static uint64_t mean(const slo_composite_part *parts, uint32_t n) {
  uint64_t ppb = 0;
  check_ok(slo_composite_mean(parts, n, &ppb, NULL));
  return ppb;
}

static slo_composite_part random_part(uint64_t *state) {
  static const uint64_t objectives[] = {1, 900000000, 999000000, 999999999};
  uint64_t valid = check_random_wide(state) >> 1;
  uint64_t bad = valid == 0 ? 0 : check_random_wide(state) % valid;
  uint64_t draw = check_random(state);
  uint64_t weight = draw % 2 ? PPM : 1 + check_random(state) % WEIGHT_MAX;
  if (draw / 2 % 8 == 0) bad = valid;
  return part(valid - bad, bad, objectives[draw / 16 % 4], weight);
}

/* ---- occurrences ---- */

START_TEST(test_occurrences) {
  /* half of a budget at double weight, and all of another */
  slo_composite_part parts[] = {part(9995, 5, 999000000, 2 * PPM), part(99, 1, 990000000, PPM),
                                part(0, 0, 999999999, WEIGHT_MAX)};
  ck_assert_uint_eq(consumed(parts, 3), 2000000);
  ck_assert_uint_eq(eval(OCCURRENCES, 1, parts, 3, 0).parts, 2);
  ck_assert_uint_eq(consumed(parts + 1, 2), 1000000);
  parts[0].weight_ppm = 1;
  ck_assert_uint_eq(consumed(parts, 1), 0); /* half a ppm */
  ck_assert_uint_eq(consumed(parts, 2), 1000000);
  /* halves and thirds of a ppm add up */
  parts[1] = parts[0];
  ck_assert_uint_eq(consumed(parts, 2), 1);
  for (int i = 0; i < 3; i++) parts[i] = part(2, 1, 900000000, 100000); /* 333333.33.. */
  ck_assert_uint_eq(consumed(parts, 1), 333333);
  ck_assert_uint_eq(consumed(parts, 2), 666666);
  ck_assert_uint_eq(consumed(parts, 3), 1000000);
}
END_TEST

START_TEST(test_occurrences_random) {
  uint64_t state = 1;
  for (int round = 0; round < 20000; round++) {
    slo_composite_part parts[7];
    fraction sum = {wide_of(0), wide_of(1)};
    uint32_t n = 1 + (uint32_t)(check_random(&state) % 7), with_data = 0;
    for (uint32_t i = 0; i < n; i++) {
      slo_composite_part *p = &parts[i];
      *p = random_part(&state);
      uint64_t valid = p->counts.good + p->counts.bad;
      if (valid == 0) continue;
      with_data++;
      fraction_add(&sum, p->weight_ppm, PPB, p->counts.bad, PPB - p->objective_ppb, valid);
    }
    if (with_data == 0) continue;
    slo_composite c = eval(OCCURRENCES, 999000000, parts, n, 0);
    check_that(c.parts == with_data, "parts");
    check_that(is_floor(c.consumed_ppm, &sum, 1), "%" PRIu64 " of %u", c.consumed_ppm, n);
    if (with_data == 1 && n == 1 && parts[0].weight_ppm == PPM) {
      uint64_t burn = 0;
      check_ok(slo_burn_eval(&parts[0].counts, parts[0].objective_ppb, &burn));
      check_that(c.consumed_ppm == burn, "%" PRIu64 " is no burn", burn);
    }
  }
}
END_TEST

/* What is just below a whole number, of the longest denominators. */
START_TEST(test_rounded_once) {
  const uint64_t most = (uint64_t)INT64_MAX;
  /* 2^60 - 1 of 2^60 */
  slo_composite_part parts[MAX];
  parts[0] = part(1, (UINT64_C(1) << 60) - 1, 1, PPM);
  ck_assert_uint_eq(consumed(parts, 1), 1000000); /* 10^15 / (10^9 - 1) = 1000000.001 */
  parts[0].weight_ppm = 999999999;                /* (10^9 - 1) * 10^9 / (10^9 - 1) = 10^9, less */
  ck_assert_uint_eq(consumed(parts, 1), 999999999);
  parts[0] = part(1, most - 1, 1, 999999999);
  ck_assert_uint_eq(consumed(parts, 1), 999999999);
  parts[0] = part(0, most, 1, 999999999);
  ck_assert_uint_eq(consumed(parts, 1), 1000000000);
  /* 1 - 10^-28: (10^9 - 1) * valid is 1 more than 10^9 * bad */
  const uint64_t valid = UINT64_C(8999999999999999999), bad = valid - UINT64_C(9000000000);
  parts[0] = part(valid - bad, bad, 1, 1);
  ck_assert_uint_eq(consumed(parts, 1), 0);
  parts[1] = part(9999, 1, 999900000, 1); /* and another 1 */
  ck_assert_uint_eq(consumed(parts, 2), 1);
  /* sevenths: 256 parts are 36 and four more sevenths */
  for (uint32_t i = 0; i < MAX; i++) parts[i] = part(6, 1, 900000000, 100);
  ck_assert_uint_eq(consumed(parts, 7), 1000);
  ck_assert_uint_eq(consumed(parts, MAX - 4), 36000);
  ck_assert_uint_eq(consumed(parts, MAX), 36571);
  /* the most there is: 256 * 1000 * 10^9 times a budget */
  for (uint32_t i = 0; i < MAX; i++) parts[i] = part(0, most, SLO_OBJECTIVE_MAX_PPB, WEIGHT_MAX);
  ck_assert_uint_eq(consumed(parts, MAX), most);
  ck_assert_uint_eq(consumed(parts, 9), UINT64_C(9000000000000000000));
  ck_assert_uint_eq(consumed(parts, 10), most); /* 10^19: above 2^63 */
  for (uint32_t i = 0; i < MAX; i++) parts[i].weight_ppm = PPM;
  ck_assert_uint_eq(consumed(parts, MAX), MAX * UINT64_C(1000000000000000));
}
END_TEST

/* ---- slices ---- */

START_TEST(test_slices) {
  const slo_counts a[] = {{95, 5, 0}, {100, 0, 0}, {0, 0, 7}, {0, 10, 0}};
  const slo_counts b[] = {{95, 5, 0}, {0, 0, 0}, {0, 0, 0}, {5, 5, 0}};
  const slo_counts none[4] = {{0, 0, 0}};
  slo_composite_part parts[] = {sliced(a, 0, PPM), sliced(b, 0, PPM), sliced(none, 0, PPM)};
  /* 95 and 95 make 90 */
  slo_composite c = eval(RATIO, 900000000, parts, 3, 1);
  ck_assert_uint_eq(c.valid, SLO_SLICE_RATIO_ONE);
  ck_assert_uint_eq(c.bad, SLO_SLICE_RATIO_ONE / 10);
  ck_assert_uint_eq(c.consumed_ppm, 1000000);
  ck_assert_uint_eq(c.parts, 2);
  /* a slice without events says nothing, one that lacks more than 1 lacks 1 */
  c = eval(RATIO, 900000000, parts, 3, 4);
  ck_assert_uint_eq(c.valid, 3 * SLO_SLICE_RATIO_ONE);
  ck_assert_uint_eq(c.bad, SLO_SLICE_RATIO_ONE * 11 / 10);
  ck_assert_uint_eq(c.consumed_ppm, 3666666);
  parts[1].weight_ppm = PPM / 2;
  ck_assert_uint_eq(eval(RATIO, 900000000, parts, 2, 1).bad, SLO_SLICE_RATIO_ONE * 75 / 1000);

  parts[0] = sliced(a, 950000000, 0);
  parts[1] = sliced(b, 950000000, 0);
  parts[2] = sliced(none, 950000000, 0);
  c = eval(TIMESLICES, 500000000, parts, 3, 4);
  ck_assert(c.valid == 3 && c.good == 2 && c.bad == 1 && c.parts == 2);
  ck_assert_uint_eq(c.consumed_ppm, 666666);
  parts[1].slice_objective_ppb = 950000001; /* its own: one is bad in any part */
  c = eval(TIMESLICES, 500000000, parts, 3, 4);
  ck_assert(c.valid == 3 && c.bad == 2);
  parts[1].slice_objective_ppb = PPB;
  parts[0].slice_objective_ppb = 1;
  ck_assert_uint_eq(eval(TIMESLICES, 500000000, parts, 1, 4).bad, 1); /* nothing good at all */
  ck_assert_uint_eq(eval(TIMESLICES, 500000000, parts + 1, 1, 4).bad, 2);
}
END_TEST

/* Ten slices of OpenSLO's three methods (slo/budget.h): a composite of one is that one. */
START_TEST(test_one_part) {
  static const uint64_t good[] = {2, 10, 12, 13, 13, 12, 13, 13, 12, 11};
  static const uint64_t valid[] = {4, 10, 12, 13, 14, 15, 14, 13, 12, 11};
  slo_counts slices[10], sum = {0, 0, 0};
  for (int i = 0; i < 10; i++) {
    slices[i].good = good[i];
    slices[i].bad = valid[i] - good[i];
    slices[i].excluded = 1000;
    sum.good += slices[i].good;
    sum.bad += slices[i].bad;
  }
  slo_composite_part p = part(sum.good, sum.bad, 950000000, PPM);
  ck_assert_uint_eq(consumed(&p, 1), 1186440);
  p = sliced(slices, 950000000, 0);
  ck_assert_uint_eq(eval(TIMESLICES, 950000000, &p, 1, 10).consumed_ppm, 8000000);
  p = sliced(slices, 0, PPM);
  ck_assert_uint_eq(eval(RATIO, 950000000, &p, 1, 10).consumed_ppm, 1685714);
}
END_TEST

__extension__ typedef unsigned __int128 u128;

static uint64_t nearest(u128 n, u128 d) {
  return (uint64_t)((2 * n + d) / (2 * d));
}

START_TEST(test_slices_random) {
  enum { SLICES = 30, PARTS = 5 };
  uint64_t state = 2;
  slo_counts slices[PARTS][SLICES];
  for (int round = 0; round < 3000; round++) {
    slo_composite_part by_slice[PARTS], by_ratio[PARTS];
    uint32_t n = 1 + (uint32_t)(check_random(&state) % PARTS), seen[PARTS] = {0}, parts = 0;
    uint64_t valid = 0, bad = 0, ratio = 0, burn = 0;
    for (uint32_t i = 0; i < n; i++) {
      uint64_t draw = check_random(&state), busy = 1 + draw / 4 % 200;
      by_slice[i] = sliced(slices[i], 1 + draw % PPB, 0);
      if (draw % 3 == 0) by_slice[i].slice_objective_ppb = 500000000;
      by_ratio[i] = sliced(slices[i], 0, draw % 2 ? PPM : 1 + check_random(&state) % (4 * PPM));
      if (draw % 17 == 0) by_ratio[i].weight_ppm = WEIGHT_MAX;
      for (int s = 0; s < SLICES; s++) {
        slo_counts *c = &slices[i][s];
        c->good = check_random(&state) % (draw % 5 == 0 ? 2 : busy);
        c->bad = check_random(&state) % (1 + c->good / (1 + draw % 3));
        if (draw % 19 == 0) c->good = c->bad = 0;
        if (draw % 23 == 0) c->bad = (uint64_t)INT64_MAX - c->good;
      }
    }
    for (int s = 0; s < SLICES; s++) {
      int any = 0, broken = 0;
      u128 missing = 0;
      for (uint32_t i = 0; i < n; i++) {
        const slo_counts *c = &slices[i][s];
        uint64_t all = c->good + c->bad;
        if (all == 0) continue;
        any = 1;
        seen[i] = 1;
        broken |= (u128)c->good * PPB < (u128)by_slice[i].slice_objective_ppb * all;
        missing += (u128)nearest((u128)c->bad * SLO_SLICE_RATIO_ONE, all) * by_ratio[i].weight_ppm;
      }
      uint64_t lost = nearest(missing, PPM);
      valid += any != 0;
      bad += broken != 0;
      ratio += lost > SLO_SLICE_RATIO_ONE ? SLO_SLICE_RATIO_ONE : lost;
    }
    for (uint32_t i = 0; i < n; i++) parts += seen[i];
    if (valid == 0) continue;
    uint64_t objective = 1 + check_random(&state) % (PPB - 1);
    slo_composite c = eval(TIMESLICES, objective, by_slice, n, SLICES);
    slo_counts units = {valid - bad, bad, 0};
    check_ok(slo_burn_eval(&units, objective, &burn));
    check_that(c.valid == valid && c.bad == bad && c.parts == parts && c.consumed_ppm == burn,
               "timeslices: %" PRIu64 " bad", c.bad);
    c = eval(RATIO, objective, by_ratio, n, SLICES);
    units.bad = ratio;
    units.good = valid * SLO_SLICE_RATIO_ONE - ratio;
    check_ok(slo_burn_eval(&units, objective, &burn));
    check_that(c.valid == valid * SLO_SLICE_RATIO_ONE && c.bad == ratio && c.parts == parts &&
                   c.consumed_ppm == burn,
               "ratio timeslices: %" PRIu64 ", not %" PRIu64, c.bad, ratio);
  }
}
END_TEST

START_TEST(test_most_slices) {
  const uint32_t n = UINT32_C(1) << 24;
  slo_counts *slices = calloc(n, sizeof *slices);
  ck_assert_ptr_nonnull(slices);
  for (uint32_t i = 0; i < n; i++) slices[i].bad = 1;
  slo_composite_part p = sliced(slices, 0, WEIGHT_MAX);
  slo_composite c = eval(RATIO, SLO_OBJECTIVE_MAX_PPB, &p, 1, n);
  ck_assert_uint_eq(c.bad, n * SLO_SLICE_RATIO_ONE);
  ck_assert_uint_eq(c.consumed_ppm, PPB * PPM);
  free(slices);
}
END_TEST

/* ---- the mean ---- */

START_TEST(test_mean) {
  slo_composite_part parts[MAX];
  parts[0] = part(99, 1, 0, 3 * PPM);
  parts[1] = part(90, 10, UINT64_MAX, PPM); /* objectives are not looked at */
  parts[2] = part(0, 0, 0, WEIGHT_MAX);
  ck_assert_uint_eq(mean(parts, 3), 967500000);
  ck_assert_uint_eq(mean(parts, 1), 990000000);
  parts[0].slices = &parts[0].counts;
  parts[0].slice_objective_ppb = UINT64_MAX;
  ck_assert_uint_eq(mean(parts, 1), 990000000);
  for (int i = 0; i < 3; i++) parts[i] = part(1, 2, 0, 1);
  parts[2].counts.good = 4; /* 1/3 + 1/3 + 2/3 = 4/3 */
  ck_assert_uint_eq(mean(parts, 3), 444444444);
  parts[2] = part(1, 0, 0, 1);
  ck_assert_uint_eq(mean(parts, 3), 555555555);
  for (uint32_t i = 0; i < MAX; i++) parts[i] = part((uint64_t)INT64_MAX, 0, 0, WEIGHT_MAX);
  ck_assert_uint_eq(mean(parts, MAX), PPB);
  parts[77] = part((uint64_t)INT64_MAX - 1, 1, 0, 1);
  ck_assert_uint_eq(mean(parts, MAX), PPB - 1);
}
END_TEST

START_TEST(test_mean_random) {
  uint64_t state = 3;
  for (int round = 0; round < 20000; round++) {
    slo_composite_part parts[7];
    fraction sum = {wide_of(0), wide_of(1)};
    uint64_t weights = 0;
    uint32_t n = 1 + (uint32_t)(check_random(&state) % 7);
    for (uint32_t i = 0; i < n; i++) {
      slo_composite_part *p = &parts[i];
      *p = random_part(&state);
      uint64_t valid = p->counts.good + p->counts.bad;
      if (valid == 0) continue;
      weights += p->weight_ppm;
      fraction_add(&sum, p->weight_ppm, PPB, p->counts.good, valid, 1);
    }
    if (weights == 0) continue;
    uint64_t ppb = mean(parts, n);
    check_that(is_floor(ppb, &sum, weights), "%" PRIu64 " of %u", ppb, n);
  }
}
END_TEST

/* ---- errors ---- */

static slo_error error;

static void refused(slo_status status, slo_status want, const char *field, int64_t value,
                    int64_t min, int64_t max) {
  ck_assert_str_eq(error.field, field);
  ck_assert_int_eq(status, want);
  ck_assert_int_eq(error.status, want);
  ck_assert_int_eq(error.value, value);
  ck_assert_int_eq(error.min, min);
  ck_assert_int_eq(error.max, max);
  memset(&error, 0, sizeof error);
  error.struct_size = (uint32_t)sizeof error;
}

#define BILLION INT64_C(1000000000)
#define null(call, field) refused(call, SLO_EINVAL, field " (NULL)", 0, 1, 0)
#define range(call, field, value, min, max) refused(call, SLO_ERANGE, field, value, min, max)
#define many(call, field) refused(call, SLO_ERANGE, field " (good + bad)", INT64_MAX, 1, 0)

START_TEST(test_errors) {
  const slo_counts zero[2] = {{0, 0, 5}, {0, 0, 5}};
  slo_counts slices[2] = {{1, 0, 0}, {1, 0, 0}};
  const slo_composite_part fine = part(9, 1, 900000000, PPM), fine_slices = sliced(slices, 0, PPM);
  slo_composite_part parts[MAX + 1], *p = &parts[1];
  slo_composite c, before;
  memset(&before, 0x5a, sizeof before);
  before.struct_size = (uint32_t)sizeof before;
  c = before;
  error.struct_size = (uint32_t)sizeof error;
  for (int i = 0; i <= MAX; i++) parts[i] = fine;
#define eval(method, n, slices) slo_composite_eval(method, 1, parts, n, slices, &c, &error)
  null(slo_composite_eval(0, 1, NULL, 2, 0, &c, &error), "parts");
  null(slo_composite_eval(0, 1, parts, 2, 0, NULL, &error), "composite");
  range(eval(3, 2, 0), "method", 3, 0, 2);
  range(slo_composite_eval(0, 0, parts, 2, 0, &c, &error), "objective_ppb", 0, 1, BILLION - 1);
  range(slo_composite_eval(0, PPB, parts, 2, 0, &c, &error), "objective_ppb", BILLION, 1,
        BILLION - 1);
  range(eval(0, 0, 0), "n", 0, 1, 256);
  range(eval(0, MAX + 1, 0), "n", 257, 1, 256);
  range(eval(0, 2, 1), "slice_count", 1, 0, 0);
  range(eval(1, 2, 0), "slice_count", 0, 1, 1 << 24);
  range(eval(2, 2, (1 << 24) + 1), "slice_count", (1 << 24) + 1, 1, 1 << 24);
  p->objective_ppb = 0;
  range(eval(0, 2, 0), "parts[1].objective_ppb", 0, 1, BILLION - 1);
  p->objective_ppb = PPB;
  range(eval(0, 2, 0), "parts[1].objective_ppb", BILLION, 1, BILLION - 1);
  *p = fine;
  p->slice_objective_ppb = 1;
  range(eval(0, 2, 0), "parts[1].slice_objective_ppb", 1, 0, 0);
  *p = fine;
  p->slices = slices;
  refused(eval(0, 2, 0), SLO_EINVAL, "parts[1].slices (not NULL)", 0, 1, 0);
  *p = fine;
  p->weight_ppm = 0;
  range(eval(0, 2, 0), "parts[1].weight_ppm", 0, 1, BILLION);
  p->weight_ppm = WEIGHT_MAX + 1;
  range(eval(0, 2, 0), "parts[1].weight_ppm", BILLION + 1, 1, BILLION);
  p->weight_ppm = UINT64_MAX;
  range(eval(0, 2, 0), "parts[1].weight_ppm", INT64_MAX, 1, BILLION);
  *p = fine;
  p->counts.good = (uint64_t)INT64_MAX;
  many(eval(0, 2, 0), "parts[1].counts");
  p->counts.good = UINT64_MAX;
  many(eval(0, 2, 0), "parts[1].counts");
  *p = fine;
  p->counts.bad = UINT64_MAX;
  many(eval(0, 2, 0), "parts[1].counts");

  for (int i = 0; i < 3; i++) parts[i] = fine_slices;
  p->slices = NULL;
  null(eval(2, 2, 2), "parts[1].slices");
  *p = fine_slices;
  p->weight_ppm = 0;
  range(eval(2, 2, 2), "parts[1].weight_ppm", 0, 1, BILLION);
  *p = fine_slices;
  p->slice_objective_ppb = 1;
  range(eval(2, 2, 2), "parts[1].slice_objective_ppb", 1, 0, 0);
  *p = fine_slices;
  slices[1].bad = (uint64_t)INT64_MAX;
  many(eval(2, 2, 2), "parts[0].slices[1]");
  slices[1].bad = 0;
  for (int i = 0; i < 3; i++) parts[i] = sliced(slices, PPB, 0);
  p->weight_ppm = 1;
  range(eval(1, 2, 2), "parts[1].weight_ppm", 1, 0, 0);
  p->weight_ppm = 0;
  p->slice_objective_ppb = 0;
  range(eval(1, 2, 2), "parts[1].slice_objective_ppb", 0, 1, BILLION);
  p->slice_objective_ppb = PPB + 1;
  range(eval(1, 2, 2), "parts[1].slice_objective_ppb", BILLION + 1, 1, BILLION);
  p->slice_objective_ppb = 1;
  p->objective_ppb = 0;
  range(eval(1, 2, 2), "parts[1].objective_ppb", 0, 1, BILLION - 1);

  for (int i = 0; i < 2; i++) parts[i] = part(0, 0, 1, PPM);
  refused(eval(0, 2, 0), SLO_ENODATA, "parts", 0, 1, 0);
  for (int i = 0; i < 2; i++) parts[i] = sliced(zero, 1, 0);
  refused(eval(1, 2, 2), SLO_ENODATA, "parts", 0, 1, 0);
  for (int i = 0; i < 2; i++) parts[i] = sliced(zero, 0, 1);
  refused(eval(2, 2, 2), SLO_ENODATA, "parts", 0, 1, 0);
  ck_assert_int_eq(slo_composite_eval(2, 1, parts, 2, 2, &c, NULL), SLO_ENODATA);
  ck_assert_int_eq(slo_composite_eval(0, 1, NULL, 2, 0, &c, NULL), SLO_EINVAL);
  ck_assert_int_eq(memcmp(&c, &before, sizeof c), 0);
#undef eval
}
END_TEST

START_TEST(test_mean_errors) {
  slo_composite_part parts[MAX + 1];
  uint64_t ppb = 5;
  error.struct_size = (uint32_t)sizeof error;
  for (int i = 0; i <= MAX; i++) parts[i] = part(9, 1, 0, PPM);
#define mean(n) slo_composite_mean(parts, n, &ppb, &error)
  null(slo_composite_mean(NULL, 1, &ppb, &error), "parts");
  null(slo_composite_mean(parts, 1, NULL, &error), "mean_ppb");
  range(mean(0), "n", 0, 1, 256);
  range(mean(MAX + 1), "n", 257, 1, 256);
  parts[1].weight_ppm = 0;
  range(mean(2), "parts[1].weight_ppm", 0, 1, BILLION);
  parts[1] = part(0, 0, 0, WEIGHT_MAX + 1); /* also without data */
  range(mean(2), "parts[1].weight_ppm", BILLION + 1, 1, BILLION);
  parts[1] = part(1, (uint64_t)INT64_MAX, 0, 1);
  many(mean(2), "parts[1].counts");
  for (int i = 0; i < 2; i++) parts[i] = part(0, 0, 0, 1);
  refused(mean(2), SLO_ENODATA, "parts", 0, 1, 0);
  ck_assert_int_eq(slo_composite_mean(parts, 2, &ppb, NULL), SLO_ENODATA);
  ck_assert_uint_eq(ppb, 5);
#undef mean
}
END_TEST

START_TEST(test_struct_size) {
  const slo_composite_part p = part(9, 1, 900000000, PPM);
  struct {
    slo_composite c;
    uint64_t more;
  } longer;
  slo_composite shorter;
  memset(&longer, 0x5a, sizeof longer);
  longer.c.struct_size = (uint32_t)sizeof longer;
  ck_ok(slo_composite_eval(0, 1, &p, 1, 0, &longer.c, NULL));
  ck_assert(longer.c.struct_size == sizeof longer && longer.c.consumed_ppm == 1000000);
  ck_assert_uint_eq(longer.more, UINT64_C(0x5a5a5a5a5a5a5a5a));
  memset(&shorter, 0x5a, sizeof shorter);
  shorter.struct_size = (uint32_t)offsetof(slo_composite, consumed_ppm);
  ck_ok(slo_composite_eval(0, 1, &p, 1, 0, &shorter, NULL));
  ck_assert(shorter.bad == 0 && shorter.consumed_ppm == UINT64_C(0x5a5a5a5a5a5a5a5a));
  shorter.struct_size = 0;
  error.struct_size = (uint32_t)sizeof error;
  refused(slo_composite_eval(0, 1, &p, 1, 0, &shorter, &error), SLO_EINVAL, "composite.struct_size",
          0, 1, 0);
}
END_TEST

CHECK_MAIN("composite", tcase_add_test(tc, test_occurrences);
           tcase_add_test(tc, test_occurrences_random); tcase_add_test(tc, test_rounded_once);
           tcase_add_test(tc, test_slices); tcase_add_test(tc, test_one_part);
           tcase_add_test(tc, test_slices_random); tcase_add_test(tc, test_most_slices);
           tcase_add_test(tc, test_mean); tcase_add_test(tc, test_mean_random);
           tcase_add_test(tc, test_errors); tcase_add_test(tc, test_mean_errors);
           tcase_add_test(tc, test_struct_size);)
