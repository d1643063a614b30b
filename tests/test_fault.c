/* test_fault.c - the grammar of faults, and what they do to a request. */
#include "check_main.h"
#include "slo/fault.h"

#define MS INT64_C(1000000)

static slo_fault fault(uint32_t kind, int64_t latency_ns, int64_t jitter_ns, uint64_t rate_per_s,
                       uint64_t bytes) {
  slo_fault f = {kind,       SLO_FAULT_STEP, {0, SLO_HOUR_NS}, 1000000, 0,
                 latency_ns, jitter_ns,      rate_per_s,       bytes};
  return f;
}

/* ---- the grammar ---- */

static void expect_fault(const char *text, slo_fault want, uint32_t toxicity_ppm, uint32_t shape) {
  slo_fault f;
  slo_error e = SLO_SIZED(slo_error);
  memset(&f, 0x5a, sizeof f);
  f.period = want.period;
  want.toxicity_ppm = toxicity_ppm;
  want.shape = shape;
  slo_status status = slo_fault_parse(text, &f, &e);
  check_that(status == SLO_OK, "\"%s\": %s, %s %" PRId64, text, slo_status_name(status), e.field,
             e.value);
  check_that(memcmp(&f, &want, sizeof f) == 0, "\"%s\" is another one", text);
  check_ok(slo_fault_check(&f, NULL));
}

START_TEST(test_parse) {
  enum { ALL = 1000000, STEP = SLO_FAULT_STEP, RAMP = SLO_FAULT_RAMP };
  slo_fault down = fault(SLO_FAULT_DOWN, 0, 0, 0, 0);
  expect_fault("down", down, ALL, STEP);
  expect_fault("down 10%", down, 100000, STEP);
  expect_fault("down ramp", down, ALL, RAMP);
  expect_fault("down 0.0001% ramp", down, 1, RAMP);
  expect_fault("down 99.9999%step", down, 999999, STEP);
  expect_fault("  down\t100 %  step ", down, ALL, STEP);
  expect_fault("down 007.50%", down, 75000, STEP);
  expect_fault("timeout", fault(SLO_FAULT_TIMEOUT, 0, 0, 0, 0), ALL, STEP);
  expect_fault("reset_peer 5%", fault(SLO_FAULT_RESET_PEER, 0, 0, 0, 0), 50000, STEP);
  expect_fault("latency(300ms)", fault(SLO_FAULT_LATENCY, 300 * MS, 0, 0, 0), ALL, STEP);
  expect_fault("latency(300ms,50ms)", fault(SLO_FAULT_LATENCY, 300 * MS, 50 * MS, 0, 0), ALL, STEP);
  expect_fault("latency ( 1s , 1s ) 50% ramp", fault(SLO_FAULT_LATENCY, 1000 * MS, 1000 * MS, 0, 0),
               500000, RAMP);
  expect_fault("latency(1d)", fault(SLO_FAULT_LATENCY, SLO_DAY_NS, 0, 0, 0), ALL, STEP);
  expect_fault("latency(0s)", fault(SLO_FAULT_LATENCY, 0, 0, 0, 0), ALL, STEP);
  expect_fault("bandwidth(10000)", fault(SLO_FAULT_BANDWIDTH, 0, 0, 10000, 0), ALL, STEP);
  expect_fault("bandwidth(18446744073709551615)", fault(SLO_FAULT_BANDWIDTH, 0, 0, UINT64_MAX, 0),
               ALL, STEP);
  expect_fault("slicer(100,10ms)", fault(SLO_FAULT_SLICER, 10 * MS, 0, 0, 100), ALL, STEP);
  expect_fault("limit_data(1000) 1%", fault(SLO_FAULT_LIMIT_DATA, 0, 0, 0, 1000), 10000, STEP);
}
END_TEST

static void expect_refused(const char *text, slo_status want, const char *field, int64_t value) {
  slo_fault f = fault(77, 1, 2, 3, 4), before = f;
  slo_error e = SLO_SIZED(slo_error);
  slo_status status = slo_fault_parse(text, &f, &e);
  check_that(status == want && e.status == want, "\"%s\": %s", text, slo_status_name(status));
  check_that(strncmp(e.field, field, strlen(field)) == 0 && e.value == value,
             "\"%s\": %s %" PRId64 " instead of %s %" PRId64, text, e.field, e.value, field, value);
  check_that(memcmp(&f, &before, sizeof f) == 0, "\"%s\" has touched the result", text);
  check_that(slo_fault_parse(text, &f, NULL) == want, "\"%s\" without an error", text);
}

START_TEST(test_parse_refused) {
  static const struct {
    const char *text, *field;
    int64_t offset;
  } cases[] = {
      {"", "fault", 0},
      {"  ", "fault", 2},
      {"up", "fault", 0},
      {"Down", "fault", 0},
      {"downs", "fault", 0},
      {"down10%", "fault", 0},
      {"reset", "fault", 0},
      {"latency", "( and", 7},
      {"latency ", "( and", 8},
      {"latency()", "latency_ns", 8},
      {"latency(300)", "latency_ns", 11},
      {"latency(-1s)", "latency_ns", 8},
      {"latency(300ms", ")", 13},
      {"latency(300ms,)", "jitter_ns", 14},
      {"latency(300ms,50)", "jitter_ns", 16},
      {"latency(300ms,50ms,1ms)", ")", 18},
      {"latency(1parsec)", "latency_ns", 9},
      {"down()", "fault, what follows", 4},
      {"down x", "fault, what follows", 5},
      {"down ramps", "fault, what follows", 5},
      {"down ramp 10%", "fault, what follows", 10},
      {"down 10", "toxicity", 7},
      {"down 10.%", "toxicity", 8},
      {"down 1.23456%", "toxicity", 11},
      {"down 10% 5%", "fault, what follows", 9},
      {"bandwidth(10k)", ")", 12},
      {"bandwidth(-1)", "rate_per_s", 10},
      {"slicer(100)", ", and", 10},
      {"slicer(10ms,100)", ", and", 9},
      {"limit_data(x)", "bytes", 11},
      {"timeout\n", "fault, what follows", 7},
      {"down \xff", "fault, what follows", 5},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    expect_refused(cases[i].text, SLO_EPARSE, cases[i].field, cases[i].offset);
  }
  expect_refused("down 0%", SLO_ERANGE, "toxicity_ppm", 0);
  expect_refused("down 100.0001%", SLO_ERANGE, "toxicity_ppm", 1000001);
  expect_refused("down 101%", SLO_ERANGE, "toxicity_ppm", 1010000);
  expect_refused("down 18446744073709551615%", SLO_ERANGE, "toxicity_ppm", INT64_MAX);
  expect_refused("down 99999999999999999999%", SLO_ERANGE, "toxicity_ppm", INT64_MAX);
  expect_refused("latency(25h)", SLO_ERANGE, "latency_ns", 25 * SLO_HOUR_NS);
  expect_refused("latency(9999999999d)", SLO_ERANGE, "latency_ns", INT64_MAX);
  expect_refused("latency(1s,2s)", SLO_ERANGE, "jitter_ns", 2000 * MS);
  expect_refused("bandwidth(0)", SLO_ERANGE, "rate_per_s", 0);
  expect_refused("bandwidth(18446744073709551616)", SLO_ERANGE, "rate_per_s", INT64_MAX);
  expect_refused("slicer(0,1s)", SLO_ERANGE, "bytes", 0);
  slo_fault f;
  ck_assert_int_eq(slo_fault_parse(NULL, &f, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_fault_parse("down", NULL, NULL), SLO_EINVAL);
}
END_TEST

/* Pieces of the grammar at random, and bytes: nothing else than an answer, an offset inside. */
START_TEST(test_parse_fuzz) {
  static const char *const pieces[] = {
      "down",  "latency", "slicer", "(",          ")",         ",",
      "300ms", "1s",      "10",     "%",          ".",         "ramp",
      " ",     "step",    "5",      "limit_data", "bandwidth", "99999999999999999999"};
  uint64_t random = 1;
  int good = 0;
  for (int i = 0; i < 300000; i++) {
    char text[256] = "";
    for (uint64_t n = check_random(&random) % 9; n > 0; n--) {
      strcat(text, pieces[check_random(&random) % (sizeof pieces / sizeof pieces[0])]);
    }
    size_t length = strlen(text);
    if (length > 0 && check_random(&random) % 4 == 0) {
      text[check_random(&random) % length] = (char)(check_random(&random) % 255 + 1);
    }
    char *exact = malloc(length + 1); /* AddressSanitizer sees a step past the end */
    memcpy(exact, text, length + 1);
    slo_fault f = fault(0, 0, 0, 0, 0);
    slo_error e = SLO_SIZED(slo_error);
    slo_status status = slo_fault_parse(exact, &f, &e);
    if (status == SLO_OK) {
      check_ok(slo_fault_check(&f, NULL));
      good++;
    } else {
      check_that(status == SLO_EPARSE || status == SLO_ERANGE, "\"%s\"", text);
      check_that(status != SLO_EPARSE || (e.value >= 0 && e.value <= (int64_t)length), "\"%s\"",
                 text);
    }
    free(exact);
  }
  ck_assert_int_gt(good, 100);
}
END_TEST

/* ---- check ---- */

static void expect_bad(slo_fault f, slo_status want, const char *field, int64_t value, int64_t min,
                       int64_t max) {
  slo_error e = SLO_SIZED(slo_error);
  check_that(slo_fault_check(&f, &e) == want && e.status == want, "%s: %d", field, (int)e.status);
  check_that(strcmp(e.field, field) == 0 && e.value == value, "%s %" PRId64 " instead of %s",
             e.field, e.value, field);
  check_that(e.min == min && e.max == max, "%s: %" PRId64 "..%" PRId64, field, e.min, e.max);
}

START_TEST(test_check) {
  slo_fault good = fault(SLO_FAULT_LATENCY, 5, 5, 0, 0), f = good;
  ck_ok(slo_fault_check(&f, NULL));
  ck_assert_int_eq(slo_fault_check(NULL, NULL), SLO_EINVAL);
  f.kind = 0;
  expect_bad(f, SLO_ERANGE, "kind", 0, 1, 7);
  f.kind = 8;
  expect_bad(f, SLO_ERANGE, "kind", 8, 1, 7);
  f = good;
  f.shape = 2;
  expect_bad(f, SLO_ERANGE, "shape", 2, 0, 1);
  f = good;
  f.toxicity_ppm = 1000001;
  expect_bad(f, SLO_ERANGE, "toxicity_ppm", 1000001, 0, 1000000);
  f = good;
  f.reserved = 3;
  expect_bad(f, SLO_EVERSION, "reserved", 3, 1, 0);
  f = good;
  f.period.start_ns = -1;
  expect_bad(f, SLO_ERANGE, "period.start_ns", -1, 0, SLO_TIME_MAX_NS - 1);
  f.period.start_ns = f.period.end_ns;
  expect_bad(f, SLO_ERANGE, "period.end_ns", SLO_HOUR_NS, SLO_HOUR_NS + 1, SLO_TIME_MAX_NS);
  f = good;
  f.latency_ns = SLO_DAY_NS + 1;
  expect_bad(f, SLO_ERANGE, "latency_ns", SLO_DAY_NS + 1, 0, SLO_DAY_NS);
  f = good;
  f.jitter_ns = 6;
  expect_bad(f, SLO_ERANGE, "jitter_ns", 6, 0, 5);
  /* fields of other kinds */
  for (uint32_t kind = 1; kind <= 7; kind++) {
    int rate = kind == SLO_FAULT_BANDWIDTH;
    int bytes = kind == SLO_FAULT_SLICER || kind == SLO_FAULT_LIMIT_DATA;
    int latency = kind == SLO_FAULT_SLICER || kind == SLO_FAULT_LATENCY;
    slo_fault one = fault(kind, 0, 0, (uint64_t)rate, (uint64_t)bytes);
    ck_ok(slo_fault_check(&one, NULL));
    f = one;
    f.rate_per_s = (uint64_t)!rate;
    expect_bad(f, SLO_ERANGE, "rate_per_s", !rate, rate, rate ? INT64_MAX : 0);
    f = one;
    f.bytes = (uint64_t)!bytes;
    expect_bad(f, SLO_ERANGE, "bytes", !bytes, bytes, bytes ? INT64_MAX : 0);
    f = one;
    f.jitter_ns = 1;
    expect_bad(f, SLO_ERANGE, "jitter_ns", 1, 0, 0);
    f = one;
    f.latency_ns = 1;
    ck_assert_int_eq(slo_fault_check(&f, NULL), latency ? SLO_OK : SLO_ERANGE);
  }
}
END_TEST

/* ---- what it does ---- */

START_TEST(test_toxicity) {
  slo_fault f = fault(SLO_FAULT_DOWN, 0, 0, 0, 0);
  f.period.start_ns = 100;
  f.period.end_ns = 200;
  f.toxicity_ppm = 0;
  ck_assert_uint_eq(slo_fault_toxicity(NULL, 150), 0);
  ck_assert_uint_eq(slo_fault_toxicity(&f, 100), 0);
  ck_assert_uint_eq(slo_fault_toxicity(&f, 101), 1000000);
  ck_assert_uint_eq(slo_fault_toxicity(&f, 200), 1000000);
  ck_assert_uint_eq(slo_fault_toxicity(&f, 201), 0);
  f.toxicity_ppm = 30;
  ck_assert_uint_eq(slo_fault_toxicity(&f, 150), 30);
  f.shape = SLO_FAULT_RAMP;
  for (int64_t at = 90; at < 210; at++) {
    uint32_t want = at <= 100 || at > 200 ? 0 : (uint32_t)((at - 100) * 30 / 100);
    ck_assert_uint_eq(slo_fault_toxicity(&f, at), want);
  }
  f.period.start_ns = 0;
  f.period.end_ns = SLO_TIME_MAX_NS;
  f.toxicity_ppm = 1000000;
  ck_assert_uint_eq(slo_fault_toxicity(&f, SLO_TIME_MAX_NS), 1000000);
  ck_assert_uint_eq(slo_fault_toxicity(&f, SLO_TIME_MAX_NS / 2), 499999);
  ck_assert_uint_eq(slo_fault_toxicity(&f, SLO_TIME_MAX_NS / 2 + 1), 500000);
}
END_TEST

static uint32_t effect(slo_fault f, int64_t latency_ns, uint64_t bytes, int64_t limit_ns) {
  uint32_t ppm = 42;
  check_ok(slo_fault_effect(&f, latency_ns, bytes, limit_ns, &ppm));
  return ppm;
}

START_TEST(test_effect_failures) {
  static const uint32_t kinds[] = {SLO_FAULT_DOWN, SLO_FAULT_TIMEOUT, SLO_FAULT_RESET_PEER};
  for (int i = 0; i < 3; i++) {
    ck_assert_uint_eq(effect(fault(kinds[i], 0, 0, 0, 0), 0, 0, 0), 1000000);
    ck_assert_uint_eq(effect(fault(kinds[i], 0, 0, 0, 0), 1, 1, SLO_DAY_NS), 1000000);
  }
  slo_fault f = fault(SLO_FAULT_LIMIT_DATA, 0, 0, 0, 1000);
  ck_assert_uint_eq(effect(f, 0, 1000, 0), 0);
  ck_assert_uint_eq(effect(f, 0, 1001, 0), 1000000);
  ck_assert_uint_eq(effect(f, 10, 1000, 10), 0);
  ck_assert_uint_eq(effect(f, 11, 1000, 10), 1000000);
}
END_TEST

/* Jitter nanosecond by nanosecond. */
START_TEST(test_effect_latency) {
  uint64_t random = 5;
  for (int i = 0; i < 50000; i++) {
    int64_t latency = (int64_t)(check_random(&random) % 50);
    int64_t jitter = (int64_t)(check_random(&random) % (uint64_t)(latency + 1));
    int64_t base = (int64_t)(check_random(&random) % 60);
    int64_t limit = (int64_t)(check_random(&random) % 120), bad = 0;
    for (int64_t j = -jitter; j < jitter; j++) bad += base + latency + j > limit;
    int64_t want = jitter == 0 ? (base + latency > limit ? 1000000 : 0)
                               : (bad * 1000000 + jitter) / (2 * jitter);
    if (limit == 0) want = 0;
    if (limit != 0 && base > limit) want = 1000000;
    uint32_t got = effect(fault(SLO_FAULT_LATENCY, latency, jitter, 0, 0), base, 0, limit);
    check_that(got == want, "latency(%d,%d) on %d, limit %d: %u", (int)latency, (int)jitter,
               (int)base, (int)limit, got);
  }
  slo_fault f = fault(SLO_FAULT_LATENCY, SLO_DAY_NS, SLO_DAY_NS, 0, 0);
  ck_assert_uint_eq(effect(f, 0, 0, SLO_DAY_NS), 500000);
  ck_assert_uint_eq(effect(f, SLO_TIME_MAX_NS, 0, SLO_TIME_MAX_NS), 1000000);
}
END_TEST

START_TEST(test_effect_bytes) {
  /* 10000 bytes at 10000 a second: a second */
  slo_fault f = fault(SLO_FAULT_BANDWIDTH, 0, 0, 10000, 0);
  ck_assert_uint_eq(effect(f, 100 * MS, 10000, 1100 * MS), 0);
  ck_assert_uint_eq(effect(f, 100 * MS, 10000, 1100 * MS - 1), 1000000);
  ck_assert_uint_eq(effect(f, 100 * MS, 10000, 0), 0);
  ck_assert_uint_eq(effect(f, 0, UINT64_MAX, SLO_TIME_MAX_NS), 1000000);
  f.rate_per_s = UINT64_MAX;
  ck_assert_uint_eq(effect(f, 0, UINT64_MAX, SLO_SECOND_NS), 0);
  ck_assert_uint_eq(effect(f, 0, UINT64_MAX, SLO_SECOND_NS - 1), 1000000);
  f.rate_per_s = 3; /* a third of a second is more than its nanoseconds */
  ck_assert_uint_eq(effect(f, 0, 1, 333333333), 1000000);
  ck_assert_uint_eq(effect(f, 0, 1, 333333334), 0);
  /* 1000 bytes in slices of 100: ten of them, nine delays */
  f = fault(SLO_FAULT_SLICER, 10 * MS, 0, 0, 100);
  ck_assert_uint_eq(effect(f, 0, 1000, 90 * MS), 0);
  ck_assert_uint_eq(effect(f, 0, 1000, 90 * MS - 1), 1000000);
  ck_assert_uint_eq(effect(f, 0, 1001, 90 * MS), 1000000);
  ck_assert_uint_eq(effect(f, 0, 0, 1), 0);
  ck_assert_uint_eq(effect(f, 0, 100, 1), 0);
  f = fault(SLO_FAULT_SLICER, SLO_DAY_NS, 0, 0, 1);
  ck_assert_uint_eq(effect(f, 0, UINT64_MAX, SLO_TIME_MAX_NS), 1000000);
}
END_TEST

START_TEST(test_effect_refused) {
  slo_fault f = fault(SLO_FAULT_DOWN, 0, 0, 0, 0);
  uint32_t ppm = 42;
  ck_assert_int_eq(slo_fault_effect(NULL, 0, 0, 0, &ppm), SLO_EINVAL);
  ck_assert_int_eq(slo_fault_effect(&f, 0, 0, 0, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_fault_effect(&f, -1, 0, 0, &ppm), SLO_ERANGE);
  ck_assert_int_eq(slo_fault_effect(&f, 0, 0, -1, &ppm), SLO_ERANGE);
  ck_assert_int_eq(slo_fault_effect(&f, INT64_MAX, 0, 0, &ppm), SLO_ERANGE);
  ck_assert_int_eq(slo_fault_effect(&f, 0, 0, INT64_MAX, &ppm), SLO_ERANGE);
  f.reserved = 1;
  ck_assert_int_eq(slo_fault_effect(&f, 0, 0, 0, &ppm), SLO_EVERSION);
  f.reserved = 0;
  f.kind = 9;
  ck_assert_int_eq(slo_fault_effect(&f, 0, 0, 0, &ppm), SLO_ERANGE);
  ck_assert_uint_eq(ppm, 42);
  f.kind = SLO_FAULT_DOWN;
  f.period.end_ns = 0; /* not looked at */
  ck_ok(slo_fault_effect(&f, 0, 0, 0, &ppm));
}
END_TEST

CHECK_MAIN("fault", tcase_add_test(tc, test_parse); tcase_add_test(tc, test_parse_refused);
           tcase_add_test(tc, test_parse_fuzz); tcase_add_test(tc, test_check);
           tcase_add_test(tc, test_toxicity); tcase_add_test(tc, test_effect_failures);
           tcase_add_test(tc, test_effect_latency); tcase_add_test(tc, test_effect_bytes);
           tcase_add_test(tc, test_effect_refused);)
