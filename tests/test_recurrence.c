/* test_recurrence.c - the grammar of rules, and what they expand to, day by day. */
#include "check_main.h"
#include "slo/recurrence.h"
#include "slo/time.h"

enum { MO = 1, TU = 2, WE = 4, TH = 8, FR = 16, SA = 32, SU = 64, LAST_DAY = 106650, SPARE = 4 };

#define UNTOUCHED ((size_t)4242)

static int64_t moment(const char *text) {
  int64_t ns = -1;
  slo_status status = slo_time_parse(text, &ns, NULL);
  check_that(status == SLO_OK, "\"%s\": %s", text, slo_status_name(status));
  return ns;
}

static slo_recurrence rule(uint32_t frequency, uint32_t interval, uint32_t days, uint32_t count,
                           int64_t until_ns) {
  slo_recurrence r = {sizeof r, frequency, interval, days, count, 0, until_ns};
  return r;
}

/* ---- the grammar ---- */

static void expect_rule(const char *text, uint32_t frequency, uint32_t interval, uint32_t days,
                        uint32_t count, const char *until) {
  slo_recurrence r = SLO_SIZED(slo_recurrence);
  slo_error e = SLO_SIZED(slo_error);
  slo_status status = slo_recurrence_parse(text, &r, &e);
  check_that(status == SLO_OK, "\"%s\": %s, %s at %" PRId64, text, slo_status_name(status), e.field,
             e.value);
  slo_recurrence want = rule(frequency, interval, days, count, until == NULL ? 0 : moment(until));
  check_that(memcmp(&r, &want, sizeof r) == 0,
             "\"%s\": FREQ %u INTERVAL %u BYDAY %u COUNT %u UNTIL %" PRId64, text,
             (unsigned)r.frequency, (unsigned)r.interval, (unsigned)r.days, (unsigned)r.count,
             r.until_ns);
}

START_TEST(test_parse_known) {
  enum { D = SLO_RECUR_DAILY, W = SLO_RECUR_WEEKLY };
  expect_rule("FREQ=DAILY", D, 1, 0, 0, NULL);
  expect_rule("FREQ=WEEKLY", W, 1, 0, 0, NULL);
  expect_rule("RRULE:FREQ=WEEKLY", W, 1, 0, 0, NULL);
  expect_rule("rrule:freq=weekly;byday=sa,su;interval=2;count=10", W, 2, SA | SU, 10, NULL);
  expect_rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU;COUNT=10", W, 2, SA | SU, 10, NULL);
  expect_rule("COUNT=10;BYDAY=Su,sA;Interval=2;freq=WeeKly", W, 2, SA | SU, 10, NULL);
  expect_rule("FREQ=DAILY;INTERVAL=1", D, 1, 0, 0, NULL);
  expect_rule("FREQ=DAILY;INTERVAL=10000;COUNT=10000", D, 10000, 0, 10000, NULL);
  expect_rule("FREQ=DAILY;INTERVAL=007;COUNT=0000000000000000000000000000001", D, 7, 0, 1, NULL);
  expect_rule("FREQ=DAILY;BYDAY=MO", D, 1, MO, 0, NULL);
  expect_rule("FREQ=DAILY;BYDAY=TU,TU,TU", D, 1, TU, 0, NULL);
  expect_rule("FREQ=DAILY;BYDAY=SU,SA,FR,TH,WE,TU,MO", D, 1, 127, 0, NULL);
  expect_rule("FREQ=DAILY;UNTIL=20271231T235959Z", D, 1, 0, 0, "2027-12-31T23:59:59Z");
  expect_rule("FREQ=DAILY;UNTIL=20271231t235959z", D, 1, 0, 0, "2027-12-31T23:59:59Z");
  expect_rule("FREQ=DAILY;UNTIL=20271231T235959", D, 1, 0, 0, "2027-12-31T23:59:59Z");
  expect_rule("FREQ=DAILY;UNTIL=20271231T000000Z", D, 1, 0, 0, "2027-12-31T00:00:00Z");
  expect_rule("FREQ=DAILY;UNTIL=20271231", D, 1, 0, 0, "2027-12-31T23:59:59.999999999Z");
  expect_rule("FREQ=DAILY;UNTIL=20240229", D, 1, 0, 0, "2024-02-29T23:59:59.999999999Z");
  expect_rule("UNTIL=19700101;FREQ=DAILY", D, 1, 0, 0, "1970-01-01T23:59:59.999999999Z");
  expect_rule("UNTIL=19700101T000001;FREQ=DAILY", D, 1, 0, 0, "1970-01-01T00:00:01Z");
  expect_rule("UNTIL=22611231;FREQ=DAILY", D, 1, 0, 0, "2261-12-31T23:59:59.999999999Z");
  static const char names[7][3] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
  for (unsigned days = 1; days < 128; days++) {
    char text[64] = "FREQ=WEEKLY;BYDAY=";
    for (int i = 0; i < 7; i++) {
      if ((days >> i & 1) == 0) continue;
      strcat(text, names[i]);
      strcat(text, days >> i == 1 ? "" : ",");
    }
    expect_rule(text, W, 1, days, 0, NULL);
  }
}
END_TEST

/* Refused, the result untouched, and the error says where (EPARSE) or what (ERANGE). */
static void expect_refused(const char *text, slo_status want, const char *field, int64_t value) {
  slo_recurrence r = rule(77, 78, 79, 80, 81), before = r;
  slo_error e = SLO_SIZED(slo_error);
  slo_status status = slo_recurrence_parse(text, &r, &e);
  check_that(status == want && e.status == want, "\"%s\": %s", text, slo_status_name(status));
  check_that(strncmp(e.field, field, strlen(field)) == 0 && e.value == value,
             "\"%s\": %s %" PRId64 " instead of %s %" PRId64, text, e.field, e.value, field, value);
  check_that(memcmp(&r, &before, sizeof r) == 0, "\"%s\" has touched the result", text);
  check_that(slo_recurrence_parse(text, &r, NULL) == want, "\"%s\" without an error", text);
}

START_TEST(test_parse_offsets) {
  static const struct {
    const char *text, *field;
    int64_t offset;
  } cases[] = {
      {"", "rule", 0},
      {" FREQ=DAILY", "rule", 0},
      {"RRULE:", "rule", 6},
      {"RRULE", "RRULE", 0},
      {"RRULE:RRULE:FREQ=DAILY", "RRULE", 6},
      {";FREQ=DAILY", "rule", 0},
      {"FREQ=DAILY;", "rule", 11},
      {"FREQ=DAILY;;COUNT=1", "rule", 11},
      {"FREQ", "FREQ", 0},
      {"FREQ:DAILY", "FREQ", 0},
      {"FREQ=", "FREQ (DAILY or WEEKLY)", 5},
      {"FREQ=MONTHLY", "FREQ (DAILY or WEEKLY)", 5},
      {"FREQ=HOURLY", "FREQ", 5},
      {"FREQ= DAILY", "FREQ", 5},
      {"FREQ=DAIL", "FREQ", 5},
      {"FREQ=DAILYS", "FREQ", 10},
      {"FREQ=DAILY ", "FREQ", 10},
      {"FREQ=DAILY\r\n", "FREQ", 10},
      {"FREQ=DAILY,WEEKLY", "FREQ", 10},
      {"FREQ=DAILY;FREQ=DAILY", "FREQ (twice)", 11},
      {"INTERVAL=2", "FREQ (missing)", 10},
      {"RRULE:COUNT=2", "FREQ (missing)", 13},
      {"FREQ=DAILY;INTERVAL=", "INTERVAL", 20},
      {"FREQ=DAILY;INTERVAL=x", "INTERVAL", 20},
      {"FREQ=DAILY;INTERVAL=-1", "INTERVAL", 20},
      {"FREQ=DAILY;INTERVAL=+1", "INTERVAL", 20},
      {"FREQ=DAILY;INTERVAL=1.5", "INTERVAL", 21},
      {"FREQ=DAILY;INTERVAL=2;interval=2", "INTERVAL (twice)", 22},
      {"FREQ=DAILY;COUNT=", "COUNT", 17},
      {"FREQ=DAILY;COUNT=3d", "COUNT", 18},
      {"FREQ=DAILY;COUNT=3;COUNT=3", "COUNT (twice)", 19},
      {"FREQ=DAILY;COUNT=3;UNTIL=20271231", "UNTIL (COUNT or UNTIL", 19},
      {"FREQ=DAILY;UNTIL=20271231;COUNT=3", "COUNT (COUNT or UNTIL", 26},
      {"FREQ=WEEKLY;BYDAY=", "BYDAY", 18},
      {"FREQ=WEEKLY;BYDAY=MO,", "BYDAY", 21},
      {"FREQ=WEEKLY;BYDAY=,MO", "BYDAY", 18},
      {"FREQ=WEEKLY;BYDAY=MO TU", "BYDAY", 20},
      {"FREQ=WEEKLY;BYDAY=MON", "BYDAY", 20},
      {"FREQ=WEEKLY;BYDAY=M", "BYDAY", 18},
      {"FREQ=WEEKLY;BYDAY=1MO", "BYDAY", 18}, /* the first Monday of a month */
      {"FREQ=WEEKLY;BYDAY=SA,-1SU", "BYDAY", 21},
      {"FREQ=WEEKLY;BYDAY=XX", "BYDAY", 18},
      {"FREQ=DAILY;UNTIL=", "UNTIL", 17},
      {"FREQ=DAILY;UNTIL=2027", "UNTIL", 21},
      {"FREQ=DAILY;UNTIL=2027123", "UNTIL", 24},
      {"FREQ=DAILY;UNTIL=2027-12-31", "UNTIL", 21},
      {"FREQ=DAILY;UNTIL=20271231Z", "UNTIL", 25},
      {"FREQ=DAILY;UNTIL=20271231T", "UNTIL", 26},
      {"FREQ=DAILY;UNTIL=20271231T2359", "UNTIL", 30},
      {"FREQ=DAILY;UNTIL=20271231T235959+0100", "UNTIL", 32},
      {"FREQ=DAILY;UNTIL=20271231T235959ZZ", "UNTIL", 33},
      {"FREQ=DAILY;BYMONTH=1", "BYMONTH", 11},
      {"FREQ=DAILY;WKST=SU", "WKST (MO: weeks begin on Monday)", 16},
      {"FREQ=DAILY;bysetpos=1", "bysetpos", 11},
      {"FREQ=DAILY;X-COLOUR=red", "X-COLOUR", 11},
      {"FREQ=DAILY;COUNTS=1", "COUNTS", 11},
      {"FREQ=DAILY;CO=1", "CO", 11},
      {"FREQ=DAILY;=1", "rule", 11},
      {"FREQ=DAILY;\xff\xfe", "rule", 11},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    expect_refused(cases[i].text, SLO_EPARSE, cases[i].field, cases[i].offset);
  }
  slo_recurrence r = SLO_SIZED(slo_recurrence);
  slo_error e = SLO_SIZED(slo_error);
  char name[1000], cut[33];
  memset(name, 'a', sizeof name);
  memset(cut, 'a', sizeof cut);
  name[sizeof name - 1] = cut[sizeof cut - 1] = '\0';
  ck_assert_int_eq(slo_recurrence_parse(name, &r, &e), SLO_EPARSE);
  ck_assert_str_eq(e.field, cut);
}
END_TEST

START_TEST(test_parse_ranges) {
  expect_refused("FREQ=DAILY;INTERVAL=0", SLO_ERANGE, "INTERVAL", 0);
  expect_refused("FREQ=DAILY;INTERVAL=10001", SLO_ERANGE, "INTERVAL", 10001);
  expect_refused("FREQ=DAILY;COUNT=0", SLO_ERANGE, "COUNT", 0);
  expect_refused("FREQ=DAILY;COUNT=10001", SLO_ERANGE, "COUNT", 10001);
  /* what wraps to 1 for those who do not look */
  expect_refused("FREQ=DAILY;COUNT=4294967297", SLO_ERANGE, "COUNT", 429496729);
  expect_refused("FREQ=DAILY;COUNT=340282366920938463463374607431768211457", SLO_ERANGE, "COUNT",
                 340282366);
  expect_refused("FREQ=DAILY;UNTIL=20270229", SLO_ERANGE, "UNTIL", 2027);
  expect_refused("FREQ=DAILY;UNTIL=21000229", SLO_ERANGE, "UNTIL", 2100);
  expect_refused("FREQ=DAILY;UNTIL=20271301", SLO_ERANGE, "UNTIL", 2027);
  expect_refused("FREQ=DAILY;UNTIL=20270001", SLO_ERANGE, "UNTIL", 2027);
  expect_refused("FREQ=DAILY;UNTIL=20270100", SLO_ERANGE, "UNTIL", 2027);
  expect_refused("FREQ=DAILY;UNTIL=20270101T240000", SLO_ERANGE, "UNTIL", 2027);
  expect_refused("FREQ=DAILY;UNTIL=20270101T006000", SLO_ERANGE, "UNTIL", 2027);
  expect_refused("FREQ=DAILY;UNTIL=20270101T000061", SLO_ERANGE, "UNTIL", 2027);
  expect_refused("FREQ=DAILY;UNTIL=19691231", SLO_ERANGE, "UNTIL", 1969);
  expect_refused("FREQ=DAILY;UNTIL=22620101", SLO_ERANGE, "UNTIL", 2262);
  expect_refused("FREQ=DAILY;UNTIL=00000000", SLO_ERANGE, "UNTIL", 0);
  expect_refused("FREQ=DAILY;UNTIL=19700101T000000Z", SLO_ERANGE, "UNTIL", 0);
}
END_TEST

START_TEST(test_parse_arguments) {
  slo_recurrence r = SLO_SIZED(slo_recurrence), before = r;
  slo_error e = SLO_SIZED(slo_error);
  ck_assert_int_eq(slo_recurrence_parse(NULL, &r, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "rule (NULL)");
  ck_assert_int_eq(slo_recurrence_parse("FREQ=DAILY", NULL, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "recurrence (NULL)");
  ck_assert_int_eq(slo_recurrence_parse(NULL, NULL, NULL), SLO_EINVAL);
  for (uint32_t size = 0; size < sizeof r; size++) {
    before.struct_size = r.struct_size = size;
    ck_assert_int_eq(slo_recurrence_parse("FREQ=DAILY", &r, &e), SLO_EVERSION);
    ck_assert_mem_eq(&r, &before, sizeof r);
  }
  r.struct_size = UINT32_MAX;
  ck_assert_int_eq(slo_recurrence_parse("FREQ=DAILY", &r, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "struct_size");
  /* a caller that knows more: its tail stays */
  struct {
    slo_recurrence r;
    uint64_t later;
  } newer = {{.struct_size = sizeof newer}, 42};
  ck_ok(slo_recurrence_parse("FREQ=DAILY", &newer.r, &e));
  ck_assert_uint_eq(newer.r.struct_size, sizeof newer);
  ck_assert_uint_eq(newer.r.frequency, SLO_RECUR_DAILY);
  ck_assert_uint_eq(newer.later, 42);
}
END_TEST

/* Good rules with wrong characters, cut, doubled or put together anew: no crash, an offset in the
 * text, and what is read can be expanded. */
START_TEST(test_parse_fuzz) {
  static const char *const seeds[] = {
      "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU;COUNT=10",
      "RRULE:FREQ=DAILY;UNTIL=20271231T235959Z",
      "freq=daily;interval=3;byday=mo,we,fr;until=20301231",
      "UNTIL=20240229T010203;FREQ=WEEKLY",
  };
  static const char *const words[] = {
      "FREQ=", "DAILY",  "WEEKLY", ";",      "BYDAY=",    "MO",   ",",
      "SU",    "COUNT=", "1",      "10000",  "UNTIL=",    "2027", "1231",
      "T",     "000000", "Z",      "RRULE:", "INTERVAL=", "0",    "="};
  uint64_t seed = 1;
  int read = 0;
  for (int i = 0; i < 300000; i++) {
    char text[256];
    size_t n = 0;
    if (i % 4 == 0) {
      for (uint64_t k = check_random(&seed) % 12; k > 0; k--) {
        n += (size_t)snprintf(text + n, sizeof text - n, "%s", words[check_random(&seed) % 21]);
      }
    } else {
      n = (size_t)snprintf(text, sizeof text, "%s", seeds[check_random(&seed) % 4]);
      for (uint64_t k = check_random(&seed) % 4; k > 0; k--) {
        size_t at = check_random(&seed) % n;
        switch (check_random(&seed) % 4) {
          case 0: /* any byte but the end */
            text[at] = (char)(1 + check_random(&seed) % 255);
            break;
          case 1:
            text[at] = text[check_random(&seed) % n];
            break;
          case 2:
            memmove(text + at + 1, text + at, n - at);
            n++;
            break;
          default:
            n = at + 1;
            break;
        }
      }
    }
    char *exact = check_memory(n + 1); /* so that a look past the end shows */
    memcpy(exact, text, n);
    slo_recurrence r = SLO_SIZED(slo_recurrence);
    slo_error e = SLO_SIZED(slo_error);
    slo_status status = slo_recurrence_parse(exact, &r, &e);
    if (status == SLO_OK) {
      size_t count;
      read++;
      status = slo_recurrence_expand(&r, SLO_DAY_NS, SLO_HOUR_NS, 0, 100 * SLO_DAY_NS, NULL, 0,
                                     &count, &e);
      check_that(status == SLO_OK || status == SLO_ESPACE, "\"%s\": %s %s", exact,
                 slo_status_name(status), e.field);
    } else {
      check_that(
          status == SLO_ERANGE || (status == SLO_EPARSE && e.value >= 0 && e.value <= (int64_t)n),
          "\"%s\": %s at %" PRId64, exact, slo_status_name(status), e.value);
      check_that(e.field[0] != '\0', "\"%s\": nothing named", exact);
    }
    free(exact);
  }
  ck_assert_int_gt(read, 10000); /* not all of it is nonsense */
}
END_TEST

/* ---- expanding ---- */

/* The slow truth: goes through every day from the first one on. Returns how many there are. */
static size_t walk(const slo_recurrence *r, int64_t first_ns, int64_t duration_ns, int64_t from_ns,
                   int64_t to_ns, slo_period *periods, size_t capacity) {
  int64_t first = first_ns / SLO_DAY_NS;
  uint32_t interval = r->interval == 0 ? 1 : r->interval, days_gone = 0, weeks_gone = 0;
  uint32_t first_bit = 0, started = 0;
  size_t n = 0;
  int weekday = 3; /* 1970-01-01 was a Thursday */
  for (int64_t day = 0; day <= LAST_DAY; day++, weekday = weekday == 6 ? 0 : weekday + 1) {
    uint32_t bit = UINT32_C(1) << weekday;
    if (day < first) continue;
    if (day == first) first_bit = bit;
    if (day > first) {
      days_gone++;
      weeks_gone += weekday == 0;
    }
    int on;
    if (r->frequency == SLO_RECUR_DAILY) {
      on = days_gone % interval == 0 && (r->days == 0 || (r->days & bit) != 0);
    } else {
      on = weeks_gone % interval == 0 && ((r->days == 0 ? first_bit : r->days) & bit) != 0;
    }
    if (!on && day != first) continue;
    int64_t start_ns = day * SLO_DAY_NS + first_ns % SLO_DAY_NS;
    if ((r->count != 0 && started == r->count) || (r->until_ns != 0 && start_ns > r->until_ns)) {
      break;
    }
    started++;
    /* the last moment of it after from_ns, its first one up to to_ns, and there is one between */
    int64_t rest = SLO_TIME_MAX_NS - start_ns;
    int64_t end_ns = start_ns + (duration_ns < rest ? duration_ns : rest);
    if (start_ns >= to_ns || start_ns - from_ns <= -duration_ns || from_ns == to_ns) continue;
    if (n < capacity) periods[n] = (slo_period){start_ns, end_ns};
    n++;
  }
  return n;
}

static void expect_walk(const slo_recurrence *r, int64_t first_ns, int64_t duration_ns,
                        int64_t from_ns, int64_t to_ns, size_t capacity) {
  static slo_period want[LAST_DAY + 2];
  static const slo_period guard = {-1, -2};
  size_t n = walk(r, first_ns, duration_ns, from_ns, to_ns, want, LAST_DAY + 2), count = UNTOUCHED;
  slo_error e = SLO_SIZED(slo_error);
  if (capacity > n + SPARE) capacity = n + SPARE;
  slo_period *given = check_memory(capacity * sizeof *given);
  for (size_t i = 0; i < capacity; i++) given[i] = guard;
  slo_status status = slo_recurrence_expand(r, first_ns, duration_ns, from_ns, to_ns,
                                            capacity == 0 ? NULL : given, capacity, &count, &e);
  char text[256];
  (void)snprintf(text, sizeof text,
                 "frequency %u interval %u days %u count %u until %" PRId64 " first %" PRId64
                 " duration %" PRId64 " %" PRId64 "..%" PRId64,
                 (unsigned)r->frequency, (unsigned)r->interval, (unsigned)r->days,
                 (unsigned)r->count, r->until_ns, first_ns, duration_ns, from_ns, to_ns);
  check_that(count == n, "%s: %zu instead of %zu", text, count, n);
  check_that(status == (n > capacity ? SLO_ESPACE : SLO_OK), "%s: %s", text,
             slo_status_name(status));
  if (status == SLO_ESPACE) {
    check_that(
        strcmp(e.field, "capacity") == 0 && e.value == (int64_t)capacity && e.min == (int64_t)n,
        "%s: %s %" PRId64, text, e.field, e.value);
  }
  for (size_t i = 0; i < capacity; i++) {
    const slo_period *p = i < n ? &want[i] : &guard;
    check_that(memcmp(&given[i], p, sizeof *p) == 0,
               "%s: [%zu] %" PRId64 "..%" PRId64 " instead of %" PRId64 "..%" PRId64, text, i,
               given[i].start_ns, given[i].end_ns, p->start_ns, p->end_ns);
  }
  free(given);
}

static int64_t random_time(uint64_t *seed) {
  switch (check_random(seed) % 4) {
    case 0: /* near the epoch */
      return (int64_t)(check_random(seed) % (uint64_t)(60 * SLO_DAY_NS));
    case 1: /* near the end */
      return SLO_TIME_MAX_NS - (int64_t)(check_random(seed) % (uint64_t)(60 * SLO_DAY_NS));
    case 2: /* whole days */
      return (int64_t)(check_random(seed) % LAST_DAY) * SLO_DAY_NS;
    default:
      return (int64_t)(check_random(seed) % ((uint64_t)SLO_TIME_MAX_NS + 1));
  }
}

START_TEST(test_expand_walk) {
  uint64_t seed = 2;
  for (int i = 0; i < 2000; i++) {
    slo_recurrence r =
        rule(1 + (uint32_t)(check_random(&seed) % 2),
             (uint32_t)(check_random_wide(&seed) % (SLO_RECURRENCE_MAX + 1)), 0, 0, 0);
    if (check_random(&seed) % 2 == 0) r.interval %= 4;
    if (check_random(&seed) % 4 != 0) r.days = (uint32_t)(check_random(&seed) % 128);
    int64_t first_ns = random_time(&seed), from_ns = random_time(&seed), to_ns = random_time(&seed);
    int64_t duration_ns = 1 + (int64_t)(check_random_wide(&seed) % (uint64_t)(366 * SLO_DAY_NS));
    if (check_random(&seed) % 2 == 0) { /* near the first one */
      from_ns =
          first_ns + (int64_t)(check_random(&seed) % (uint64_t)(90 * SLO_DAY_NS)) - 30 * SLO_DAY_NS;
      if (from_ns < 0) from_ns = 0;
      if (from_ns > SLO_TIME_MAX_NS) from_ns = SLO_TIME_MAX_NS;
      to_ns = from_ns + (int64_t)(check_random_wide(&seed) % (uint64_t)(90 * SLO_DAY_NS));
      if (to_ns > SLO_TIME_MAX_NS) to_ns = SLO_TIME_MAX_NS;
    }
    if (from_ns > to_ns) {
      int64_t swap = from_ns;
      from_ns = to_ns;
      to_ns = swap;
    }
    if (i % 3 == 1) r.count = (uint32_t)(check_random_wide(&seed) % (SLO_RECURRENCE_MAX + 1));
    if (i % 3 == 2) r.until_ns = i % 2 == 0 ? random_time(&seed) : to_ns - (to_ns - from_ns) / 3;
    size_t capacity = check_random(&seed) % 2 == 0 ? LAST_DAY + SPARE : check_random(&seed) % 8;
    expect_walk(&r, first_ns, duration_ns, from_ns, to_ns, capacity);
  }
}
END_TEST

/* Every weekday of the first one, every set of days, and edges to the nanosecond. */
START_TEST(test_expand_days) {
  for (uint32_t days = 0; days < 128; days++) {
    for (int64_t first = 0; first < 7; first++) {
      for (uint32_t shape = 0; shape < 6; shape++) {
        slo_recurrence r = rule(1 + shape % 2, 1 + shape / 2, days, days % 3 == 0 ? 5 : 0, 0);
        int64_t first_ns = first * SLO_DAY_NS + 2 * SLO_HOUR_NS;
        expect_walk(&r, first_ns, SLO_HOUR_NS, 0, 40 * SLO_DAY_NS, 100);
      }
    }
  }
  slo_recurrence r = rule(SLO_RECUR_DAILY, 2, 0, 0, 0);
  for (int64_t i = -1; i <= 1; i++) {
    for (int64_t j = -1; j <= 1; j++) {
      for (int64_t k = -1; k <= 1; k++) {
        int64_t first_ns = 10 * SLO_DAY_NS, duration_ns = SLO_DAY_NS + i;
        int64_t from_ns = 15 * SLO_DAY_NS + j, to_ns = 20 * SLO_DAY_NS + k;
        expect_walk(&r, first_ns, duration_ns, from_ns, to_ns, 100);
        r.until_ns = 18 * SLO_DAY_NS + k;
        expect_walk(&r, first_ns, duration_ns, from_ns, to_ns, 100);
        r.until_ns = 0;
        expect_walk(&r, first_ns, duration_ns, from_ns, from_ns, 100);
        expect_walk(&r, first_ns, 1, from_ns, from_ns + 1, 100);
      }
    }
  }
}
END_TEST

/* What RFC 5545 gives as examples, as far as it is daily or weekly (in New York's local time). */
START_TEST(test_expand_rfc) {
  static const struct {
    const char *rule, *to;
    size_t n;
    const char *last; /* the day it starts on */
  } cases[] = {
      {"FREQ=DAILY;COUNT=10", "2000-01-01", 10, "1997-09-11"},
      {"FREQ=DAILY;UNTIL=19971224T000000Z", "2000-01-01", 113, "1997-12-23"},
      {"FREQ=DAILY;INTERVAL=2", "1997-12-04", 47, "1997-12-03"},
      {"FREQ=DAILY;INTERVAL=10;COUNT=5", "2000-01-01", 5, "1997-10-12"},
      {"FREQ=WEEKLY;COUNT=10", "2000-01-01", 10, "1997-11-04"},
      {"FREQ=WEEKLY;UNTIL=19971224T000000Z", "2000-01-01", 17, "1997-12-23"},
      {"FREQ=WEEKLY;UNTIL=19971007T000000Z;BYDAY=TU,TH", "2000-01-01", 10, "1997-10-02"},
      {"FREQ=WEEKLY;COUNT=10;BYDAY=TU,TH", "2000-01-01", 10, "1997-10-02"},
      {"FREQ=WEEKLY;INTERVAL=2;COUNT=8;BYDAY=TU,TH", "2000-01-01", 8, "1997-10-16"},
      {"FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=4", "2000-01-01", 4, "1997-09-05"},
      /* the first one is no Monday, and counts */
      {"FREQ=WEEKLY;COUNT=3;BYDAY=MO", "2000-01-01", 3, "1997-09-15"},
      {"FREQ=DAILY;INTERVAL=7;BYDAY=MO", "2261-01-01", 1, "1997-09-02"},
      {"FREQ=DAILY;UNTIL=19970901", "2000-01-01", 0, NULL},
  };
  int64_t first_ns = moment("1997-09-02T09:00:00Z"); /* a Tuesday */
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    static slo_period periods[200];
    char to[40], last[40];
    size_t n = 0;
    slo_recurrence r = SLO_SIZED(slo_recurrence);
    (void)snprintf(to, sizeof to, "%sT00:00:00Z", cases[i].to);
    check_ok(slo_recurrence_parse(cases[i].rule, &r, NULL));
    check_ok(
        slo_recurrence_expand(&r, first_ns, SLO_HOUR_NS, 0, moment(to), periods, 200, &n, NULL));
    check_that(n == cases[i].n, "%s: %zu", cases[i].rule, n);
    if (n == 0) continue;
    (void)snprintf(last, sizeof last, "%sT09:00:00Z", cases[i].last);
    check_that(periods[0].start_ns == first_ns, "%s", cases[i].rule);
    check_that(periods[n - 1].start_ns == moment(last), "%s", cases[i].rule);
    check_that(periods[n - 1].end_ns == moment(last) + SLO_HOUR_NS, "%s", cases[i].rule);
  }
}
END_TEST

START_TEST(test_expand_ends_of_time) {
  slo_recurrence r = rule(SLO_RECUR_WEEKLY, SLO_RECURRENCE_MAX, 127, 0, SLO_TIME_MAX_NS);
  slo_period p[8];
  size_t n = UNTOUCHED;
  expect_walk(&r, SLO_TIME_MAX_NS, 366 * SLO_DAY_NS, SLO_TIME_MAX_NS, SLO_TIME_MAX_NS, 4);
  expect_walk(&r, 0, 366 * SLO_DAY_NS, 0, SLO_TIME_MAX_NS, 100);
  expect_walk(&r, SLO_TIME_MAX_NS - 1, 366 * SLO_DAY_NS, 0, SLO_TIME_MAX_NS, 4);
  ck_ok(slo_recurrence_expand(&r, SLO_TIME_MAX_NS - 1, 366 * SLO_DAY_NS, 0, SLO_TIME_MAX_NS, p, 8,
                              &n, NULL));
  ck_assert_uint_eq(n, 1);
  ck_assert_int_eq(p[0].start_ns, SLO_TIME_MAX_NS - 1);
  ck_assert_int_eq(p[0].end_ns, SLO_TIME_MAX_NS);
  r = rule(SLO_RECUR_DAILY, 0, 0, 0, 0); /* all there can be, of which none is written */
  ck_assert_int_eq(slo_recurrence_expand(&r, 0, 1, 0, SLO_TIME_MAX_NS, NULL, 0, &n, NULL),
                   SLO_ESPACE);
  ck_assert_uint_eq(n, LAST_DAY + 1);
}
END_TEST

typedef struct call {
  slo_recurrence r;
  int64_t first_ns, duration_ns, from_ns, to_ns;
} call;

static void expect_field(const call *c, slo_status want, const char *field, int64_t value,
                         int64_t min, int64_t max) {
  slo_error e = SLO_SIZED(slo_error);
  slo_period p = {-1, -2};
  size_t count = UNTOUCHED;
  slo_status status = slo_recurrence_expand(&c->r, c->first_ns, c->duration_ns, c->from_ns,
                                            c->to_ns, &p, 1, &count, &e);
  check_that(status == want && e.status == want, "%s: %s", field, slo_status_name(status));
  ck_assert_str_eq(e.field, field);
  ck_assert_int_eq(e.value, value);
  ck_assert_int_eq(e.min, min);
  ck_assert_int_eq(e.max, max);
  ck_assert_uint_eq(count, UNTOUCHED);
  ck_assert_int_eq(p.start_ns, -1);
  ck_assert_int_eq(p.end_ns, -2);
}

START_TEST(test_expand_errors) {
  const call good = {rule(SLO_RECUR_DAILY, 1, 0, 0, 0), 0, SLO_HOUR_NS, 0, SLO_DAY_NS};
  call c;
#define EXPECT_RANGE(member, name, bad, min, max) \
  c = good;                                       \
  c.member = (bad);                               \
  expect_field(&c, SLO_ERANGE, name, (int64_t)(bad), min, max)
  EXPECT_RANGE(r.frequency, "frequency", 0, 1, 2);
  EXPECT_RANGE(r.frequency, "frequency", 3, 1, 2);
  EXPECT_RANGE(r.interval, "interval", 10001, 0, 10000);
  EXPECT_RANGE(r.interval, "interval", UINT32_MAX, 0, 10000);
  EXPECT_RANGE(r.days, "days", 128, 0, 127);
  EXPECT_RANGE(r.count, "count", 10001, 0, 10000);
  EXPECT_RANGE(r.until_ns, "until_ns", -1, 0, SLO_TIME_MAX_NS);
  EXPECT_RANGE(r.until_ns, "until_ns", INT64_MAX, 0, SLO_TIME_MAX_NS);
  EXPECT_RANGE(first_ns, "first_ns", -1, 0, SLO_TIME_MAX_NS);
  EXPECT_RANGE(first_ns, "first_ns", SLO_TIME_MAX_NS + 1, 0, SLO_TIME_MAX_NS);
  EXPECT_RANGE(duration_ns, "duration_ns", 0, 1, 366 * SLO_DAY_NS);
  EXPECT_RANGE(duration_ns, "duration_ns", INT64_MIN, 1, 366 * SLO_DAY_NS);
  EXPECT_RANGE(duration_ns, "duration_ns", 366 * SLO_DAY_NS + 1, 1, 366 * SLO_DAY_NS);
  EXPECT_RANGE(from_ns, "from_ns", -1, 0, SLO_TIME_MAX_NS);
  EXPECT_RANGE(from_ns, "from_ns", INT64_MAX, 0, SLO_TIME_MAX_NS);
  EXPECT_RANGE(to_ns, "to_ns", -1, 0, SLO_TIME_MAX_NS);
  EXPECT_RANGE(to_ns, "to_ns", INT64_MAX, 0, SLO_TIME_MAX_NS);
  EXPECT_RANGE(from_ns, "from_ns", SLO_TIME_MAX_NS + 1, 0, SLO_TIME_MAX_NS);
#undef EXPECT_RANGE
  c = good; /* backwards */
  c.from_ns = SLO_DAY_NS + 1;
  expect_field(&c, SLO_ERANGE, "to_ns", SLO_DAY_NS, SLO_DAY_NS + 1, SLO_TIME_MAX_NS);
  c = good; /* two limits */
  c.r.count = 1;
  c.r.until_ns = 1;
  expect_field(&c, SLO_ERANGE, "until_ns", 1, 0, 0);
  c = good;
  c.r.reserved = 7;
  expect_field(&c, SLO_EVERSION, "reserved", 7, 1, 0);
  c = good;
  c.r.struct_size = 3;
  expect_field(&c, SLO_ERANGE, "recurrence.struct_size", 3, 4, 4096);
}
END_TEST

START_TEST(test_expand_arguments) {
  slo_recurrence r = rule(SLO_RECUR_DAILY, 1, 0, 0, 0);
  slo_error e = SLO_SIZED(slo_error);
  slo_period p[2];
  size_t n = UNTOUCHED;
  int64_t day = SLO_DAY_NS;
  ck_assert_int_eq(slo_recurrence_expand(NULL, 0, 1, 0, day, p, 2, &n, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "recurrence (NULL)");
  ck_assert_int_eq(slo_recurrence_expand(&r, 0, 1, 0, day, p, 2, NULL, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "count (NULL)");
  ck_assert_int_eq(slo_recurrence_expand(&r, 0, 1, 0, day, NULL, 2, &n, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "periods (NULL)");
  ck_assert_uint_eq(n, UNTOUCHED);
  ck_ok(slo_recurrence_expand(&r, 0, 1, 1, day, NULL, 0, &n, &e)); /* none, so there is room */
  ck_assert_uint_eq(n, 0);
  /* a shorter struct is one with zeros behind it */
  r.struct_size = 2 * sizeof(uint32_t);
  r.interval = r.days = r.count = r.reserved = UINT32_MAX;
  ck_ok(slo_recurrence_expand(&r, 0, 1, 0, 2 * day, p, 2, &n, &e));
  ck_assert_uint_eq(n, 2);
  struct {
    slo_recurrence r;
    uint64_t later;
  } newer = {{.struct_size = sizeof newer, .frequency = SLO_RECUR_DAILY}, 0};
  ck_ok(slo_recurrence_expand(&newer.r, 0, 1, 0, 2 * day, p, 2, &n, &e));
  newer.later = 1;
  ck_assert_int_eq(slo_recurrence_expand(&newer.r, 0, 1, 0, 2 * day, p, 2, &n, &e), SLO_EVERSION);
}
END_TEST

CHECK_MAIN("recurrence", tcase_add_test(tc, test_parse_known);
           tcase_add_test(tc, test_parse_offsets); tcase_add_test(tc, test_parse_ranges);
           tcase_add_test(tc, test_parse_arguments); tcase_add_test(tc, test_parse_fuzz);
           tcase_add_test(tc, test_expand_walk); tcase_add_test(tc, test_expand_days);
           tcase_add_test(tc, test_expand_rfc); tcase_add_test(tc, test_expand_ends_of_time);
           tcase_add_test(tc, test_expand_errors); tcase_add_test(tc, test_expand_arguments);)
