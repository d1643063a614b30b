/*
 * test_sli.c - every kind of the menu against the header's words, spelled out here a second time.
 */
#include "check_main.h"
#include "slo/sli.h"
#include "slo/time.h"

#define EVENT_ALL                                                                                \
  (SLO_EVENT_STATUS | SLO_EVENT_LATENCY | SLO_EVENT_AGE | SLO_EVENT_QUALITY | SLO_EVENT_AMOUNT | \
   SLO_EVENT_OK)

enum { KINDS = SLO_SLI_INVENTORY };

static const char *const NAMES[KINDS + 1] = {
    "unknown indicator", "availability", "latency",    "quality", "freshness", "correctness",
    "coverage",          "throughput",   "durability", "probe",   "inventory"};

/* A checked rule of each kind. */
static slo_sli rule(uint32_t kind) {
  slo_sli s = {0};
  s.kind = kind;
  if (kind == SLO_SLI_AVAILABILITY) s.protocol = SLO_PROTOCOL_HTTP;
  if (kind == SLO_SLI_LATENCY || kind == SLO_SLI_FRESHNESS) s.threshold_ns = 300;
  if (kind == SLO_SLI_QUALITY) s.least_ppm = 900000;
  if (kind == SLO_SLI_THROUGHPUT) s.least_per_hour = 3600;
  if (kind == SLO_SLI_PROBE) s.interval_ns = SLO_MINUTE_NS;
  return s;
}

/* Everything about it is known, and it is good by each of the rules above. */
static slo_event good_event(void) {
  slo_event e = {0};
  e.known = EVENT_ALL;
  e.status = 200;
  e.latency_ns = 300;
  e.age_ns = 300;
  e.quality_ppm = 900000;
  e.amount = 1;
  e.span_ns = SLO_SECOND_NS;
  e.ok = 1;
  return e;
}

/* The one field that a kind needs besides a status. */
static const uint32_t NEEDS[KINDS + 1] = {0,
                                          SLO_EVENT_STATUS,
                                          SLO_EVENT_LATENCY,
                                          SLO_EVENT_QUALITY,
                                          SLO_EVENT_AGE,
                                          SLO_EVENT_OK,
                                          SLO_EVENT_OK,
                                          SLO_EVENT_AMOUNT,
                                          SLO_EVENT_OK,
                                          SLO_EVENT_OK,
                                          SLO_EVENT_OK};

/* ---- the tables, as a reader of the header would write them ---- */

static slo_outcome http(int code) {
  if (code == 0) return SLO_BAD;
  if (code < 100 || code > 599) return SLO_EXCLUDED;
  switch (code / 100) {
    case 1:
    case 2:
    case 3:
      return SLO_GOOD;
    case 4:
      return code == 429 ? SLO_BAD : SLO_EXCLUDED;
    default:
      return SLO_BAD;
  }
}

static slo_outcome grpc(int code) {
  static const char outcomes[] = /* the codes of grpc's statuscodes.md, in their order */
      "G"                        /* OK */
      "-"                        /* CANCELLED */
      "B"                        /* UNKNOWN */
      "-"                        /* INVALID_ARGUMENT */
      "B"                        /* DEADLINE_EXCEEDED */
      "-"                        /* NOT_FOUND */
      "-"                        /* ALREADY_EXISTS */
      "-"                        /* PERMISSION_DENIED */
      "B"                        /* RESOURCE_EXHAUSTED */
      "-"                        /* FAILED_PRECONDITION */
      "-"                        /* ABORTED */
      "-"                        /* OUT_OF_RANGE */
      "B"                        /* UNIMPLEMENTED */
      "B"                        /* INTERNAL */
      "B"                        /* UNAVAILABLE */
      "B"                        /* DATA_LOSS */
      "-";                       /* UNAUTHENTICATED */
  if (code < 0 || code > 16 || outcomes[code] == '-') return SLO_EXCLUDED;
  return outcomes[code] == 'G' ? SLO_GOOD : SLO_BAD;
}

static slo_outcome by_protocol(uint32_t protocol, int code) {
  if (protocol == SLO_PROTOCOL_HTTP) return http(code);
  return protocol == SLO_PROTOCOL_GRPC ? grpc(code) : SLO_EXCLUDED;
}

static slo_outcome looked_up(const slo_code *codes, uint32_t count, int code) {
  for (uint32_t i = 0; i < count; i++) {
    if (code >= codes[i].first && code <= codes[i].last) return codes[i].outcome;
  }
  return SLO_EXCLUDED;
}

static const int EXTREMES[] = {INT32_MIN, INT32_MIN + 1, -429, INT32_MAX - 1, INT32_MAX};

START_TEST(test_tables) {
  for (uint32_t protocol = SLO_PROTOCOL_HTTP; protocol <= SLO_PROTOCOL_GRPC; protocol++) {
    const slo_code *codes = NULL;
    uint32_t count = 0;
    ck_ok(slo_sli_codes(protocol, &codes, &count));
    slo_sli s = rule(SLO_SLI_AVAILABILITY);
    s.protocol = protocol;
    ck_ok(slo_sli_check(&s, NULL));
    slo_event e = good_event();
    for (int code = -10; code <= 700 + 5; code++) {
      e.status = code <= 700 ? code : EXTREMES[code - 701];
      slo_outcome expected = by_protocol(protocol, e.status);
      check_that(slo_sli_classify(&s, &e) == expected, "protocol %u, %d", protocol, e.status);
      check_that(looked_up(codes, count, e.status) == expected, "table %u, %d", protocol, e.status);
    }
  }
}
END_TEST

START_TEST(test_codes_misuse) {
  static const slo_code mine = {1, 2, SLO_BAD};
  const slo_code *codes = &mine;
  uint32_t count = 77;
  ck_assert_int_eq(slo_sli_codes(SLO_PROTOCOL_HTTP, NULL, &count), SLO_EINVAL);
  ck_assert_int_eq(slo_sli_codes(SLO_PROTOCOL_HTTP, &codes, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_sli_codes(3, &codes, &count), SLO_ERANGE);
  ck_assert_int_eq(slo_sli_codes(UINT32_MAX, &codes, &count), SLO_ERANGE);
  ck_assert_ptr_eq(codes, &mine);
  ck_assert_uint_eq(count, 77);
  ck_ok(slo_sli_codes(SLO_PROTOCOL_NONE, &codes, &count));
  ck_assert_ptr_null(codes);
  ck_assert_uint_eq(count, 0);
}
END_TEST

/* Exceptions, overlapping ones too: the first that holds decides, whatever the protocol says. */
START_TEST(test_exceptions) {
  uint64_t random = 7;
  for (int round = 0; round < 300; round++) {
    slo_sli s = rule(SLO_SLI_AVAILABILITY);
    s.protocol = (uint32_t)(check_random(&random) % 3);
    s.code_count = (uint32_t)(check_random(&random) % (SLO_SLI_CODES_MAX + 1));
    if (s.protocol == SLO_PROTOCOL_NONE && s.code_count == 0) continue;
    for (uint32_t i = 0; i < s.code_count; i++) {
      s.codes[i].first = (int32_t)(check_random(&random) % 700) - 20;
      s.codes[i].last = s.codes[i].first + (int32_t)(check_random(&random) % 60);
      s.codes[i].outcome = (slo_outcome)(check_random(&random) % 3);
    }
    ck_ok(slo_sli_check(&s, NULL));
    slo_event e = good_event();
    for (e.status = -30; e.status <= 750; e.status++) {
      slo_outcome expected = by_protocol(s.protocol, e.status);
      for (uint32_t i = s.code_count; i-- > 0;) {
        if (e.status >= s.codes[i].first && e.status <= s.codes[i].last) {
          expected = s.codes[i].outcome;
        }
      }
      check_that(slo_sli_classify(&s, &e) == expected, "round %d: %d", round, e.status);
    }
  }
  slo_sli s = rule(SLO_SLI_AVAILABILITY); /* all there is */
  s.protocol = SLO_PROTOCOL_NONE;
  s.code_count = 1;
  s.codes[0].first = INT32_MIN;
  s.codes[0].last = INT32_MAX;
  s.codes[0].outcome = SLO_BAD;
  slo_event e = good_event();
  for (size_t i = 0; i < sizeof EXTREMES / sizeof EXTREMES[0]; i++) {
    e.status = EXTREMES[i];
    ck_assert_int_eq(slo_sli_classify(&s, &e), SLO_BAD);
  }
}
END_TEST

/* ---- each kind ---- */

START_TEST(test_good_and_bad) {
  for (uint32_t kind = 1; kind <= KINDS; kind++) {
    slo_sli s = rule(kind);
    ck_ok(slo_sli_check(&s, NULL));
    slo_event e = good_event();
    ck_assert_int_eq(slo_sli_classify(&s, &e), SLO_GOOD);
    e.reserved = 99; /* nobody's business */
    ck_assert_int_eq(slo_sli_classify(&s, &e), SLO_GOOD);
    e.status = 500;
    e.latency_ns = 301;
    e.age_ns = 301;
    e.quality_ppm = 899999;
    e.span_ns = SLO_SECOND_NS + 1;
    e.ok = 0;
    ck_assert_int_eq(slo_sli_classify(&s, &e), SLO_BAD);
  }
}
END_TEST

/* Of all the fields each kind looks at its own only, and without it the event is excluded. */
START_TEST(test_what_is_known) {
  for (uint32_t kind = 1; kind <= KINDS; kind++) {
    slo_sli s = rule(kind);
    slo_event e = good_event();
    for (uint32_t known = 0; known < 64; known++) {
      e.known = known;
      slo_outcome expected = (known & NEEDS[kind]) != 0 ? SLO_GOOD : SLO_EXCLUDED;
      check_that(slo_sli_classify(&s, &e) == expected, "%s, known %x", NAMES[kind], known);
    }
    e.known = NEEDS[kind];
    slo_event bad = {0};
    bad.known = NEEDS[kind];
    bad.status = 503;
    bad.latency_ns = bad.age_ns = INT64_MAX;
    bad.span_ns = INT64_MAX;
    ck_assert_int_eq(slo_sli_classify(&s, &e), SLO_GOOD);
    ck_assert_int_eq(slo_sli_classify(&s, &bad), SLO_BAD);
  }
}
END_TEST

START_TEST(test_thresholds) {
  static const int64_t limits[] = {0, 1, 300, SLO_SLI_THRESHOLD_MAX_NS};
  for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
    for (int fresh = 0; fresh < 2; fresh++) {
      slo_sli s = rule(fresh ? SLO_SLI_FRESHNESS : SLO_SLI_LATENCY);
      s.threshold_ns = limits[i];
      ck_ok(slo_sli_check(&s, NULL));
      const struct {
        int64_t value;
        slo_outcome outcome;
      } cases[] = {{limits[i], SLO_GOOD},
                   {limits[i] + 1, SLO_BAD},
                   {0, SLO_GOOD},
                   {INT64_MAX, SLO_BAD},
                   {-1, SLO_EXCLUDED},
                   {INT64_MIN, SLO_EXCLUDED},
                   {-limits[i], limits[i] == 0 ? SLO_GOOD : SLO_EXCLUDED}};
      for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        slo_event e = good_event();
        *(fresh ? &e.age_ns : &e.latency_ns) = cases[k].value;
        *(fresh ? &e.latency_ns : &e.age_ns) = k % 2 == 0 ? -1 : INT64_MAX; /* not asked for */
        check_that(slo_sli_classify(&s, &e) == cases[k].outcome, "%" PRId64 " of %" PRId64,
                   cases[k].value, limits[i]);
      }
    }
  }
}
END_TEST

/* Of latency and quality what failed is not valid, and neither is what cannot be known. */
START_TEST(test_failures_are_availabilitys) {
  for (uint32_t kind = SLO_SLI_LATENCY; kind <= SLO_SLI_QUALITY; kind++) {
    for (uint32_t protocol = 0; protocol <= SLO_PROTOCOL_GRPC; protocol++) {
      for (uint32_t codes = 0; codes < 2; codes++) {
        slo_sli s = rule(kind);
        s.protocol = protocol;
        s.code_count = codes;
        if (codes != 0) {
          s.codes[0].first = 7;
          s.codes[0].last = 404;
          s.codes[0].outcome = SLO_GOOD;
        }
        ck_ok(slo_sli_check(&s, NULL));
        for (int code = -1; code < 600; code++) {
          slo_event e = good_event();
          slo_outcome answered = by_protocol(protocol, code);
          if (codes != 0 && code >= 7 && code <= 404) answered = SLO_GOOD;
          if (protocol == 0 && codes == 0) answered = SLO_GOOD; /* everything is valid */
          slo_outcome good = answered == SLO_GOOD ? SLO_GOOD : SLO_EXCLUDED;
          e.status = code;
          check_that(slo_sli_classify(&s, &e) == good, "%s %u/%u: %d", NAMES[kind], protocol, codes,
                     code);
          e.latency_ns = 301;
          e.quality_ppm = 0;
          slo_outcome bad = answered == SLO_GOOD ? SLO_BAD : SLO_EXCLUDED;
          check_that(slo_sli_classify(&s, &e) == bad, "%s %u/%u: %d", NAMES[kind], protocol, codes,
                     code);
          e.known &= ~(uint32_t)SLO_EVENT_STATUS; /* which is not asked for without codes */
          bad = protocol == 0 && codes == 0 ? SLO_BAD : SLO_EXCLUDED;
          check_that(slo_sli_classify(&s, &e) == bad, "%s %u/%u", NAMES[kind], protocol, codes);
        }
      }
    }
  }
}
END_TEST

START_TEST(test_quality) {
  static const uint64_t leasts[] = {1, 500000, 999999, 1000000};
  for (size_t i = 0; i < sizeof leasts / sizeof leasts[0]; i++) {
    slo_sli s = rule(SLO_SLI_QUALITY);
    s.least_ppm = leasts[i];
    ck_ok(slo_sli_check(&s, NULL));
    slo_event e = good_event();
    e.quality_ppm = leasts[i];
    ck_assert_int_eq(slo_sli_classify(&s, &e), SLO_GOOD);
    e.quality_ppm = leasts[i] - 1;
    ck_assert_int_eq(slo_sli_classify(&s, &e), SLO_BAD);
    e.quality_ppm = UINT64_MAX; /* more than usual */
    ck_assert_int_eq(slo_sli_classify(&s, &e), SLO_GOOD);
  }
}
END_TEST

START_TEST(test_ok) {
  static const uint32_t oks[] = {0, 1, 2, 3, UINT32_MAX};
  for (uint32_t kind = 1; kind <= KINDS; kind++) {
    if (NEEDS[kind] != SLO_EVENT_OK) continue;
    slo_sli s = rule(kind);
    slo_event e = good_event();
    for (size_t i = 0; i < sizeof oks / sizeof oks[0]; i++) {
      e.ok = oks[i];
      slo_outcome expected = oks[i] == 0 ? SLO_BAD : oks[i] == 1 ? SLO_GOOD : SLO_EXCLUDED;
      check_that(slo_sli_classify(&s, &e) == expected, "%s, %u", NAMES[kind], oks[i]);
    }
  }
}
END_TEST

/* a * b as four 32-bit digits: independent of what the library multiplies with. */
static void product(uint64_t a, uint64_t b, uint32_t digit[4]) {
  uint64_t carry[5] = {0};
  const uint64_t x[2] = {a & UINT32_MAX, a >> 32}, y[2] = {b & UINT32_MAX, b >> 32};
  for (int i = 0; i < 2; i++) {
    for (int k = 0; k < 2; k++) {
      uint64_t p = x[i] * y[k];
      carry[i + k] += p & UINT32_MAX;
      carry[i + k + 1] += p >> 32;
    }
  }
  for (int i = 0; i < 4; i++) {
    digit[i] = (uint32_t)carry[i];
    carry[i + 1] += carry[i] >> 32;
  }
}

static int at_least(uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
  uint32_t left[4], right[4];
  product(a, b, left);
  product(c, d, right);
  for (int i = 3; i >= 0; i--) {
    if (left[i] != right[i]) return left[i] > right[i];
  }
  return 1;
}

START_TEST(test_throughput) {
  static const uint64_t leasts[] = {1, 59, 60, 3600, 1000003, UINT64_C(1000000000000000)};
  static const int64_t spans[] = {1,
                                  999,
                                  SLO_SECOND_NS - 1,
                                  SLO_SECOND_NS,
                                  SLO_MINUTE_NS,
                                  SLO_HOUR_NS - 1,
                                  SLO_HOUR_NS,
                                  SLO_HOUR_NS + 1,
                                  SLO_DAY_NS,
                                  INT64_MAX};
  uint64_t random = 3, goods = 0, bads = 0;
  for (size_t i = 0; i < sizeof leasts / sizeof leasts[0]; i++) {
    slo_sli s = rule(SLO_SLI_THROUGHPUT);
    s.least_per_hour = leasts[i];
    ck_ok(slo_sli_check(&s, NULL));
    for (size_t k = 0; k < 400; k++) {
      slo_event e = good_event();
      e.span_ns = k < 10 ? spans[k] : (int64_t)(check_random_wide(&random) >> 1);
      if (e.span_ns == 0) e.span_ns = 1;
      /* the least amount that is enough, searched for; UINT64_MAX may be too little */
      uint64_t low = 0, high = UINT64_MAX;
      while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (at_least(middle, (uint64_t)SLO_HOUR_NS, leasts[i], (uint64_t)e.span_ns)) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      const uint64_t amounts[] = {0,       1,       low - 1,    low,
                                  low + 1, low / 2, UINT64_MAX, check_random(&random)};
      for (size_t n = 0; n < sizeof amounts / sizeof amounts[0]; n++) {
        e.amount = amounts[n];
        int enough = at_least(e.amount, (uint64_t)SLO_HOUR_NS, leasts[i], (uint64_t)e.span_ns);
        check_that(slo_sli_classify(&s, &e) == (enough ? SLO_GOOD : SLO_BAD),
                   "%" PRIu64 " in %" PRId64 ", least %" PRIu64, e.amount, e.span_ns, leasts[i]);
        goods += (uint64_t)enough;
        bads += (uint64_t)!enough;
      }
    }
  }
  ck_assert_uint_gt(goods, 1000);
  ck_assert_uint_gt(bads, 1000);
  slo_sli s = rule(SLO_SLI_THROUGHPUT); /* 3600 an hour: one a second, exactly */
  slo_event e = good_event();
  e.span_ns = 7 * SLO_SECOND_NS;
  e.amount = 7;
  ck_assert_int_eq(slo_sli_classify(&s, &e), SLO_GOOD);
  e.amount = 6;
  ck_assert_int_eq(slo_sli_classify(&s, &e), SLO_BAD);
  static const int64_t none[] = {0, -1, INT64_MIN};
  for (size_t i = 0; i < 3; i++) { /* a slot without a length */
    e.amount = UINT64_MAX;
    e.span_ns = none[i];
    ck_assert_int_eq(slo_sli_classify(&s, &e), SLO_EXCLUDED);
  }
}
END_TEST

/* ---- nobody's events ---- */

START_TEST(test_counted) {
  for (uint32_t kind = 1; kind <= KINDS; kind++) {
    for (uint32_t of = 0; of < 4; of++) {
      for (uint32_t counted = 0; counted < 4; counted++) {
        slo_sli s = rule(kind);
        slo_event e = good_event();
        e.known |= of * SLO_EVENT_HEALTH_CHECK;
        s.counted = counted * SLO_EVENT_HEALTH_CHECK;
        ck_ok(slo_sli_check(&s, NULL));
        int counts = (of & ~counted) == 0;
        check_that(slo_sli_classify(&s, &e) == (counts ? SLO_GOOD : SLO_EXCLUDED), "%s, %u of %u",
                   NAMES[kind], of, counted);
      }
    }
  }
}
END_TEST

START_TEST(test_classify_misuse) {
  slo_sli s = rule(SLO_SLI_CORRECTNESS);
  slo_event e = good_event();
  ck_assert_int_eq(slo_sli_classify(NULL, &e), SLO_EXCLUDED);
  ck_assert_int_eq(slo_sli_classify(&s, NULL), SLO_EXCLUDED);
  ck_assert_int_eq(slo_sli_classify(NULL, NULL), SLO_EXCLUDED);
  static const uint32_t none[] = {0, KINDS + 1, 1000, UINT32_MAX};
  for (size_t i = 0; i < 4; i++) {
    s.kind = none[i];
    ck_assert_int_eq(slo_sli_classify(&s, &e), SLO_EXCLUDED);
  }
  s = rule(SLO_SLI_AVAILABILITY); /* never checked: whatever it says, nothing breaks */
  s.protocol = 3;
  ck_assert_int_eq(slo_sli_classify(&s, &e), SLO_EXCLUDED);
  s.protocol = UINT32_MAX;
  s.code_count = UINT32_MAX;
  slo_sli *alone = malloc(sizeof *alone); /* where a step behind it would be seen */
  *alone = s;
  e.status = 12345;
  ck_assert_int_eq(slo_sli_classify(alone, &e), SLO_EXCLUDED);
  free(alone);
}
END_TEST

/* ---- check ---- */

typedef struct refusal {
  slo_status status;
  const char *field;
  int64_t value, min, max; /* min > max: none */
} refusal;

static void refused(const slo_sli *s, refusal r) {
  slo_error e = SLO_SIZED(slo_error);
  char text[16] = "untouched";
  check_that(slo_sli_check(s, NULL) == r.status, "%s without error", r.field);
  check_that(slo_sli_check(s, &e) == r.status, "%s: %s", r.field, slo_status_name(e.status));
  check_that(e.status == r.status, "%s", r.field);
  check_that(strcmp(e.field, r.field) == 0, "'%s' for '%s'", e.field, r.field);
  check_that(e.value == r.value, "%s: %" PRId64, r.field, e.value);
  if (r.min > r.max) check_that(e.min > e.max, "%s has a range", r.field);
  if (r.min <= r.max) {
    check_that(e.min == r.min && e.max == r.max, "%s: %" PRId64 "..%" PRId64, r.field, e.min,
               e.max);
  }
  check_that(slo_sli_format(s, text, sizeof text) == r.status, "%s is formatted", r.field);
  check_that(strcmp(text, "untouched") == 0, "%s", r.field);
}

static void in_range(slo_sli *s, void *field, int wide, const char *name, int64_t min,
                     int64_t max) {
  const int64_t wrong[] = {min - 1, max + 1, INT64_MAX, INT64_MIN, -1};
  const int64_t right[] = {min, min + (max - min) / 2, max};
  for (size_t i = 0; i < 5; i++) {
    if (wrong[i] >= min && wrong[i] <= max) continue;
    uint32_t narrow = (uint32_t)wrong[i];
    if (wide) {
      memcpy(field, &wrong[i], sizeof wrong[i]);
      int of_unsigned = strncmp(name, "least", 5) == 0 && wrong[i] < 0;
      refused(s, (refusal){SLO_ERANGE, name, of_unsigned ? INT64_MAX : wrong[i], min, max});
    } else {
      memcpy(field, &narrow, sizeof narrow);
      if ((int64_t)narrow >= min && (int64_t)narrow <= max) continue;
      refused(s, (refusal){SLO_ERANGE, name, narrow, min, max});
    }
  }
  for (size_t i = 3; i-- > 0;) {
    memcpy(field, &right[i], wide ? 8 : 4);
    check_that(slo_sli_check(s, NULL) == SLO_OK, "%s of %u: %" PRId64, name, s->kind, right[i]);
  }
}

/* Of every kind every field at both ends of its range, and beyond; and 0 where it has none. */
START_TEST(test_check) {
  for (uint32_t kind = 1; kind <= KINDS; kind++) {
    int codes = kind <= SLO_SLI_QUALITY;
    int threshold = kind == SLO_SLI_LATENCY || kind == SLO_SLI_FRESHNESS;
    int ppm = kind == SLO_SLI_QUALITY, per_hour = kind == SLO_SLI_THROUGHPUT;
    int probe = kind == SLO_SLI_PROBE;
    slo_sli s = rule(kind);
    ck_ok(slo_sli_check(&s, NULL));
    if (kind != SLO_SLI_AVAILABILITY) {
      in_range(&s, &s.protocol, 0, "protocol", 0, codes ? SLO_PROTOCOL_GRPC : 0);
    } else {
      s.protocol = 3;
      refused(&s, (refusal){SLO_ERANGE, "protocol", 3, 0, 2});
    }
    s = rule(kind);
    in_range(&s, &s.code_count, 0, "code_count", 0, codes ? SLO_SLI_CODES_MAX : 0);
    s = rule(kind);
    in_range(&s, &s.threshold_ns, 1, "threshold_ns", 0, threshold ? SLO_SLI_THRESHOLD_MAX_NS : 0);
    s = rule(kind);
    in_range(&s, &s.least_ppm, 1, "least_ppm", ppm, ppm ? 1000000 : 0);
    s = rule(kind);
    in_range(&s, &s.least_per_hour, 1, "least_per_hour", per_hour,
             per_hour ? INT64_C(1000000000000000) : 0);
    s = rule(kind);
    in_range(&s, &s.interval_ns, 1, "interval_ns", probe ? SLO_SECOND_NS : 0,
             probe ? SLO_DAY_NS : 0);
  }
}
END_TEST

START_TEST(test_check_kind) {
  slo_error e = SLO_SIZED(slo_error);
  ck_assert_int_eq(slo_sli_check(NULL, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_sli_check(NULL, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "sli (NULL)");
  static const uint32_t none[] = {0, KINDS + 1, UINT32_MAX};
  for (size_t i = 0; i < 3; i++) {
    slo_sli s = rule(none[i]);
    refused(&s, (refusal){SLO_ERANGE, "kind", none[i], 1, KINDS});
  }
  for (int i = 0; i < 2; i++) {
    slo_sli s = rule(SLO_SLI_COVERAGE);
    s.reserved[i] = 5;
    refused(&s, (refusal){SLO_EVERSION, "reserved", i == 0 ? 5 : 0, 1, 0});
  }
}
END_TEST

START_TEST(test_check_counted) {
  const char *field = "counted (SLO_EVENT_HEALTH_CHECK, .._LOAD_TEST)";
  for (uint32_t kind = 1; kind <= KINDS; kind++) {
    for (int bit = 0; bit < 32; bit++) {
      slo_sli s = rule(kind);
      s.counted = UINT32_C(1) << bit;
      if (bit == 8 || bit == 9) ck_ok(slo_sli_check(&s, NULL));
      if (bit != 8 && bit != 9) refused(&s, (refusal){SLO_ERANGE, field, s.counted, 1, 0});
      s.counted |= SLO_EVENT_HEALTH_CHECK | SLO_EVENT_LOAD_TEST;
      if (bit != 8 && bit != 9) refused(&s, (refusal){SLO_ERANGE, field, s.counted, 1, 0});
    }
  }
}
END_TEST

START_TEST(test_check_codes) {
  slo_sli s = rule(SLO_SLI_AVAILABILITY);
  s.protocol = SLO_PROTOCOL_NONE;
  refused(&s, (refusal){SLO_EINVAL, "protocol (0, and no codes)", 0, 1, 0});
  s.code_count = 1; /* 0 .. 0 is good: a rule */
  ck_ok(slo_sli_check(&s, NULL));
  s.code_count = SLO_SLI_CODES_MAX;
  ck_ok(slo_sli_check(&s, NULL));
  s.code_count = SLO_SLI_CODES_MAX + 1;
  refused(&s, (refusal){SLO_ERANGE, "code_count", 9, 0, 8});
  s.code_count = UINT32_MAX;
  refused(&s, (refusal){SLO_ERANGE, "code_count", UINT32_MAX, 0, 8});
  for (uint32_t kind = 1; kind <= KINDS; kind++) {
    for (uint32_t i = 0; i < SLO_SLI_CODES_MAX; i++) {
      char field[64];
      for (int part = 0; part < 3; part++) { /* behind the last one, also of a kind without codes */
        s = rule(kind);
        s.code_count = kind <= SLO_SLI_QUALITY ? i : 0;
        if (part == 0) s.codes[i].first = -1;
        if (part == 1) s.codes[i].last = 1;
        if (part == 2) s.codes[i].outcome = SLO_BAD;
        (void)snprintf(field, sizeof field, "codes[%u] (beyond code_count)", i);
        refused(&s, (refusal){SLO_EINVAL, field, s.code_count, 1, 0});
      }
      if (kind > SLO_SLI_QUALITY) continue;
      s = rule(kind);
      s.code_count = i + 1;
      s.codes[i].first = 500;
      s.codes[i].last = 500;
      ck_ok(slo_sli_check(&s, NULL));
      s.codes[i].last = 499;
      (void)snprintf(field, sizeof field, "codes[%u].last", i);
      refused(&s, (refusal){SLO_ERANGE, field, 499, 500, INT32_MAX});
      s.codes[i].last = INT32_MAX;
      s.codes[i].outcome = SLO_EXCLUDED;
      ck_ok(slo_sli_check(&s, NULL));
      (void)snprintf(field, sizeof field, "codes[%u].outcome", i);
      s.codes[i].outcome = SLO_EXCLUDED + 1;
      refused(&s, (refusal){SLO_ERANGE, field, 3, 0, 2});
      s.codes[i].outcome = -1;
      refused(&s, (refusal){SLO_ERANGE, field, -1, 0, 2});
    }
  }
  s = rule(SLO_SLI_FRESHNESS);
  s.code_count = 1;
  refused(&s, (refusal){SLO_ERANGE, "code_count", 1, 0, 0});
}
END_TEST

/* ---- as text ---- */

START_TEST(test_kind_names) {
  for (uint32_t kind = 0; kind <= KINDS; kind++) {
    ck_assert_str_eq(slo_sli_kind_name(kind), NAMES[kind]);
  }
  ck_assert_str_eq(slo_sli_kind_name(KINDS + 1), NAMES[0]);
  ck_assert_str_eq(slo_sli_kind_name(UINT32_MAX), NAMES[0]);
}
END_TEST

/* Exact, at every size: too small a buffer is left alone. */
static void reads(const slo_sli *s, const char *expected) {
  char text[SLO_SLI_TEXT_MAX + 8], clean[sizeof text];
  memset(clean, '#', sizeof clean);
  size_t length = strlen(expected);
  check_that(length < SLO_SLI_TEXT_MAX, "%zu bytes", length);
  for (size_t size = 0; size <= sizeof text; size++) {
    memset(text, '#', sizeof text);
    slo_status status = slo_sli_format(s, text, size);
    check_that(status == (size > length ? SLO_OK : SLO_ESPACE), "'%s' in %zu", expected, size);
    if (status == SLO_OK) check_that(strcmp(text, expected) == 0, "'%s'", text);
    size_t used = status == SLO_OK ? length + 1 : 0;
    check_that(memcmp(text + used, clean, sizeof text - used) == 0, "more was written");
  }
  ck_assert_int_eq(slo_sli_format(s, NULL, 1000), SLO_EINVAL);
}

START_TEST(test_format) {
  static const char *const texts[KINDS + 1] = {
      "",
      "availability: HTTP answers that are no failures",
      "latency: answered within 300ns",
      "quality: answered with 90 % or more of what is usual",
      "freshness: read data that is not older than 300ns",
      "correctness: results that were right, of those checked",
      "coverage: inputs that were processed, of those that should be",
      "throughput: time in which 3600 an hour or more were processed",
      "durability: what was written could be read",
      "probe: the prober, every 1m, was answered",
      "inventory: items that comply, of all items"};
  char text[SLO_SLI_TEXT_MAX];
  for (uint32_t kind = 1; kind <= KINDS; kind++) {
    slo_sli s = rule(kind);
    reads(&s, texts[kind]);
    s.counted = SLO_EVENT_LOAD_TEST;
    (void)snprintf(text, sizeof text, "%s, load tests too", texts[kind]);
    reads(&s, text);
    s.counted |= SLO_EVENT_HEALTH_CHECK;
    (void)snprintf(text, sizeof text, "%s, health checks too, load tests too", texts[kind]);
    reads(&s, text);
  }
  ck_assert_int_eq(slo_sli_format(NULL, text, sizeof text), SLO_EINVAL);
}
END_TEST

START_TEST(test_format_answers) {
  slo_sli s = rule(SLO_SLI_AVAILABILITY);
  s.protocol = SLO_PROTOCOL_GRPC;
  reads(&s, "availability: gRPC answers that are no failures");
  s.code_count = 2;
  s.codes[0] = (slo_code){5, 5, SLO_GOOD};
  s.codes[1] = (slo_code){-7, 8, SLO_EXCLUDED};
  reads(&s, "availability: gRPC answers that are no failures (5 good, -7..8 excluded)");
  s.protocol = SLO_PROTOCOL_NONE;
  s.codes[1].outcome = SLO_BAD;
  reads(&s, "availability: answers that are no failures (5 good, -7..8 bad)");
  s.kind = SLO_SLI_LATENCY;
  reads(&s, "latency: answered within 0s, of answers that did not fail (5 good, -7..8 bad)");
  s.protocol = SLO_PROTOCOL_HTTP;
  s.code_count = 0;
  memset(s.codes, 0, sizeof s.codes);
  s.threshold_ns = 300 * SLO_SECOND_NS / 1000;
  reads(&s, "latency: answered within 300ms, of HTTP answers that did not fail"); /* the header's */
  static const struct {
    uint64_t ppm;
    const char *text;
  } shares[] = {{1, "0.0001"},    {10, "0.001"},      {12340, "1.234"},    {10000, "1"},
                {125000, "12.5"}, {100000, "10"},     {999999, "99.9999"}, {990000, "99"},
                {1000000, "100"}, {100001, "10.0001"}};
  for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
    char text[128];
    s = rule(SLO_SLI_QUALITY);
    s.protocol = SLO_PROTOCOL_GRPC;
    s.least_ppm = shares[i].ppm;
    (void)snprintf(text, sizeof text,
                   "quality: answered with %s %% or more of what is usual, of gRPC answers that "
                   "did not fail",
                   shares[i].text);
    reads(&s, text);
  }
  s = rule(SLO_SLI_THROUGHPUT);
  s.least_per_hour = UINT64_C(1000000000000000);
  reads(&s, "throughput: time in which 1000000000000000 an hour or more were processed");
}
END_TEST

/* The longest there is fits SLO_SLI_TEXT_MAX, of every kind. */
START_TEST(test_format_longest) {
  for (uint32_t kind = SLO_SLI_AVAILABILITY; kind <= SLO_SLI_QUALITY; kind++) {
    slo_sli s = rule(kind);
    char text[SLO_SLI_TEXT_MAX], expected[1000];
    s.protocol = SLO_PROTOCOL_HTTP;
    s.counted = SLO_EVENT_HEALTH_CHECK | SLO_EVENT_LOAD_TEST;
    s.code_count = SLO_SLI_CODES_MAX;
    for (uint32_t i = 0; i < s.code_count; i++) {
      s.codes[i] = (slo_code){INT32_MIN, INT32_MIN + 1, SLO_EXCLUDED};
    }
    if (kind == SLO_SLI_LATENCY) s.threshold_ns = 103 * SLO_DAY_NS + INT64_C(86399999999999);
    if (kind == SLO_SLI_QUALITY) s.least_ppm = 999999;
    ck_ok(slo_sli_format(&s, text, sizeof text));
    size_t n = (size_t)(strchr(text, '(') - text);
    memcpy(expected, text, n);
    for (uint32_t i = 0; i < s.code_count; i++) {
      n += (size_t)snprintf(expected + n, sizeof expected - n,
                            "%s-2147483648..-2147483647 excluded", i == 0 ? "(" : ", ");
    }
    (void)snprintf(expected + n, sizeof expected - n, "), health checks too, load tests too");
    reads(&s, expected);
    if (kind == SLO_SLI_QUALITY) ck_assert_uint_eq(strlen(expected), 408);
    if (kind == SLO_SLI_LATENCY) ck_assert_uint_lt(strlen(expected), 408);
  }
}
END_TEST

CHECK_MAIN("sli", tcase_add_test(tc, test_tables); tcase_add_test(tc, test_codes_misuse);
           tcase_add_test(tc, test_exceptions); tcase_add_test(tc, test_good_and_bad);
           tcase_add_test(tc, test_what_is_known); tcase_add_test(tc, test_thresholds);
           tcase_add_test(tc, test_failures_are_availabilitys); tcase_add_test(tc, test_quality);
           tcase_add_test(tc, test_ok); tcase_add_test(tc, test_throughput);
           tcase_add_test(tc, test_counted); tcase_add_test(tc, test_classify_misuse);
           tcase_add_test(tc, test_check); tcase_add_test(tc, test_check_kind);
           tcase_add_test(tc, test_check_counted); tcase_add_test(tc, test_check_codes);
           tcase_add_test(tc, test_kind_names); tcase_add_test(tc, test_format);
           tcase_add_test(tc, test_format_answers); tcase_add_test(tc, test_format_longest);)
