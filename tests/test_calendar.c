/* test_calendar.c - periods against a calendar that is walked day by day. */
#include "check_main.h"
#include "slo/calendar.h"
#include "slo/time.h"

enum { DAYS_MAX = 110000, LAST_YEAR = 2261 };

static const slo_period UNTOUCHED = {-42, -43};

static int64_t starts[DAYS_MAX + 1];

static int month_length(int year, int month) {
  static const int length[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int leap = year % 400 == 0 || (year % 100 != 0 && year % 4 == 0);
  return month == 2 && leap ? 29 : length[month - 1];
}

/* The slow truth: goes through every day of 1970..2261 and notes those on which a period starts.
 * Days, weeks and months are counted, one after the other, from 1970 on. */
static size_t walk(const slo_calendar *c) {
  static const int units[6] = {0, 0, 0, 1, 3, 12};
  int64_t anchor_ns = c->anchor_ns;
  if (c->unit == SLO_CALENDAR_WEEK && anchor_ns == 0)
    ck_ok(slo_time_civil(1970, 1, 5, 0, 0, 0, 0, &anchor_ns));
  int64_t anchor_day = anchor_ns / SLO_DAY_NS, in_day_ns = anchor_ns % SLO_DAY_NS;
  int every = c->every == 0 ? 1 : (int)c->every;
  int anchor_of_month = 0, anchor_month = 0, months = 0, days = 0;
  for (int round = 0; round < 2; round++) { /* first where the anchor is, then the starts */
    size_t n = 0;
    days = months = 0;
    for (int year = 1970; year <= LAST_YEAR; year++) {
      for (int month = 1; month <= 12; month++, months++) {
        int length = month_length(year, month);
        for (int day = 1; day <= length; day++, days++) {
          int on;
          if (round == 0 && days == anchor_day) {
            anchor_of_month = day;
            anchor_month = months;
          }
          if (c->unit == SLO_CALENDAR_DAY) {
            on = (days - anchor_day) % every == 0;
          } else if (c->unit == SLO_CALENDAR_WEEK) {
            on = (days - anchor_day) % (7 * every) == 0;
          } else {
            int clamped = anchor_of_month > length ? length : anchor_of_month;
            on = day == clamped && (months - anchor_month) % (units[c->unit] * every) == 0;
          }
          if (on) starts[n++] = days * SLO_DAY_NS + in_day_ns;
        }
      }
    }
    if (round == 1) return n;
  }
  return 0;
}

static void expect(const slo_calendar *c, int64_t at_ns, int64_t start_ns, int64_t end_ns) {
  slo_period p = UNTOUCHED;
  slo_status status = slo_calendar_eval(c, at_ns, &p, NULL);
  check_that(status == SLO_OK && p.start_ns == start_ns && p.end_ns == end_ns,
             "unit %u every %u anchor %" PRId64 " at %" PRId64 ": %s %" PRId64 "..%" PRId64
             " instead of %" PRId64 "..%" PRId64,
             (unsigned)c->unit, (unsigned)c->every, c->anchor_ns, at_ns, slo_status_name(status),
             p.start_ns, p.end_ns, start_ns, end_ns);
}

static void expect_none(const slo_calendar *c, int64_t at_ns) {
  slo_period p = UNTOUCHED;
  slo_error e = SLO_SIZED(slo_error);
  slo_status status = slo_calendar_eval(c, at_ns, &p, &e);
  check_that(status == SLO_ERANGE && memcmp(&p, &UNTOUCHED, sizeof p) == 0 &&
                 strncmp(e.field, "at_ns", 5) == 0 && e.min == 0 && e.max == SLO_TIME_MAX_NS &&
                 (e.value < e.min || e.value > e.max),
             "unit %u every %u anchor %" PRId64 " at %" PRId64 ": %s, %s %" PRId64,
             (unsigned)c->unit, (unsigned)c->every, c->anchor_ns, at_ns, slo_status_name(status),
             e.field, e.value);
}

/* Every period of the rule, at its first, a middle and its last moment, and what lies outside. */
static void expect_walk(const slo_calendar *c) {
  size_t n = walk(c);
  for (size_t i = 0; i + 1 < n; i++) {
    int64_t start_ns = starts[i], end_ns = starts[i + 1];
    expect(c, start_ns + 1, start_ns, end_ns);
    expect(c, start_ns + (end_ns - start_ns) / 2, start_ns, end_ns);
    expect(c, end_ns, start_ns, end_ns);
  }
  expect_none(c, 0);
  if (n == 0 || starts[n - 1] < SLO_TIME_MAX_NS) expect_none(c, SLO_TIME_MAX_NS);
  if (n == 0) return;
  expect_none(c, starts[0]);
  expect_none(c, starts[0] / 2);
  if (starts[n - 1] < SLO_TIME_MAX_NS) expect_none(c, starts[n - 1] + 1);
}

static int64_t moment(const char *text) {
  int64_t ns = -1;
  slo_status status = slo_time_parse(text, &ns, NULL);
  check_that(status == SLO_OK, "\"%s\": %s", text, slo_status_name(status));
  return ns;
}

START_TEST(test_walk) {
  static const char *const anchors[] = {
      "1970-01-01T00:00:00Z",           "1970-01-01T00:00:00.000000001Z",
      "1970-01-04T06:00:00Z",           "1970-01-31T23:59:59.999999999Z",
      "1999-03-31T12:30:00Z",           "2000-02-29T00:00:00Z",
      "2023-01-28T09:00:00Z",           "2023-01-29T00:00:00Z",
      "2024-12-30T01:02:03.000000004Z", "2026-08-31T00:00:00Z",
      "2100-02-28T00:00:00Z",           "2261-12-31T23:59:59.999999999Z",
  };
  static const uint32_t every[] = {0, 1, 2, 3, 4, 5, 7, 12, 13, 999, 1000};
  for (uint32_t unit = SLO_CALENDAR_DAY; unit <= SLO_CALENDAR_YEAR; unit++) {
    for (size_t i = 0; i < sizeof anchors / sizeof anchors[0]; i++) {
      for (size_t j = 0; j < sizeof every / sizeof every[0]; j++) {
        slo_calendar c = {unit, every[j], moment(anchors[i])};
        expect_walk(&c);
      }
    }
  }
}
END_TEST

START_TEST(test_walk_random) {
  uint64_t seed = 1;
  for (int i = 0; i < 200; i++) {
    slo_calendar c = {SLO_CALENDAR_WEEK + (uint32_t)(check_random(&seed) % 4),
                      (uint32_t)(check_random_wide(&seed) % (SLO_CALENDAR_EVERY_MAX + 1)),
                      (int64_t)(check_random(&seed) % ((uint64_t)SLO_TIME_MAX_NS + 1))};
    expect_walk(&c);
  }
}
END_TEST

/* Any start of a period serves as its anchor, unless a month has cut its day. */
START_TEST(test_any_start_is_an_anchor) {
  uint64_t seed = 2;
  for (int i = 0; i < 20000; i++) {
    slo_calendar c = {1 + (uint32_t)(check_random(&seed) % 5), (uint32_t)(check_random(&seed) % 6),
                      (int64_t)(check_random(&seed) % (uint64_t)SLO_TIME_MAX_NS)};
    c.anchor_ns = c.anchor_ns % (28 * SLO_DAY_NS) + 1; /* January 1970: days 1..28 */
    int64_t at_ns = (int64_t)(check_random(&seed) % (uint64_t)SLO_TIME_MAX_NS);
    slo_period p, q;
    if (slo_calendar_eval(&c, at_ns, &p, NULL) != SLO_OK) continue;
    c.anchor_ns = check_random(&seed) % 2 == 0 ? p.start_ns : p.end_ns;
    check_ok(slo_calendar_eval(&c, at_ns, &q, NULL));
    check_that(p.start_ns == q.start_ns && p.end_ns == q.end_ns, "at %" PRId64, at_ns);
    if (slo_calendar_eval(&c, p.start_ns, &q, NULL) == SLO_OK) {
      check_that(q.end_ns == p.start_ns, "the period before %" PRId64, at_ns);
    }
  }
}
END_TEST

START_TEST(test_known) {
  static const struct {
    uint32_t unit, every;
    const char *anchor, *at, *start, *end;
  } cases[] = {
      {SLO_CALENDAR_DAY, 0, NULL, "2026-07-01T12:00:00Z", "2026-07-01T00:00:00Z",
       "2026-07-02T00:00:00Z"},
      /* exactly at a start: the one before */
      {SLO_CALENDAR_DAY, 0, NULL, "2026-07-01T00:00:00Z", "2026-06-30T00:00:00Z",
       "2026-07-01T00:00:00Z"},
      {SLO_CALENDAR_DAY, 1, "2020-01-01T06:00:00Z", "2026-07-01T05:59:59Z", "2026-06-30T06:00:00Z",
       "2026-07-01T06:00:00Z"},
      /* ISO week 1 of 2026, and the first one there is */
      {SLO_CALENDAR_WEEK, 0, NULL, "2026-01-01T00:00:00Z", "2025-12-29T00:00:00Z",
       "2026-01-05T00:00:00Z"},
      {SLO_CALENDAR_WEEK, 2, NULL, "1970-01-05T00:00:00.000000001Z", "1970-01-05T00:00:00Z",
       "1970-01-19T00:00:00Z"},
      {SLO_CALENDAR_WEEK, 1, "2026-01-04T00:00:00Z", "2026-01-09T00:00:00Z", /* from Sunday */
       "2026-01-04T00:00:00Z", "2026-01-11T00:00:00Z"},
      {SLO_CALENDAR_MONTH, 0, NULL, "2026-02-28T23:59:59Z", "2026-02-01T00:00:00Z",
       "2026-03-01T00:00:00Z"},
      /* the 31st is cut and comes back */
      {SLO_CALENDAR_MONTH, 1, "2026-01-31T00:00:00Z", "2026-02-10T00:00:00Z",
       "2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z"},
      {SLO_CALENDAR_MONTH, 1, "2026-01-31T00:00:00Z", "2026-03-10T00:00:00Z",
       "2026-02-28T00:00:00Z", "2026-03-31T00:00:00Z"},
      {SLO_CALENDAR_MONTH, 1, "2026-01-31T00:00:00Z", "2024-02-29T00:00:00Z",
       "2024-01-31T00:00:00Z", "2024-02-29T00:00:00Z"},
      {SLO_CALENDAR_MONTH, 1, "2026-01-29T00:00:00Z", "2100-03-01T00:00:00Z",
       "2100-02-28T00:00:00Z", "2100-03-29T00:00:00Z"},
      {SLO_CALENDAR_MONTH, 1, "2026-01-30T00:00:00Z", "2000-03-01T00:00:00Z",
       "2000-02-29T00:00:00Z", "2000-03-30T00:00:00Z"},
      {SLO_CALENDAR_MONTH, 2, "2026-01-31T18:00:00Z", "2025-11-30T18:00:01Z",
       "2025-11-30T18:00:00Z", "2026-01-31T18:00:00Z"},
      {SLO_CALENDAR_QUARTER, 0, NULL, "2026-05-05T00:00:00Z", "2026-04-01T00:00:00Z",
       "2026-07-01T00:00:00Z"},
      {SLO_CALENDAR_QUARTER, 1, "2025-11-30T00:00:00Z", "2026-03-01T00:00:00Z",
       "2026-02-28T00:00:00Z", "2026-05-30T00:00:00Z"},
      {SLO_CALENDAR_YEAR, 0, NULL, "2100-06-01T00:00:00Z", "2100-01-01T00:00:00Z",
       "2101-01-01T00:00:00Z"},
      {SLO_CALENDAR_YEAR, 1, "2000-02-29T00:00:00Z", "2100-02-28T00:00:01Z", "2100-02-28T00:00:00Z",
       "2101-02-28T00:00:00Z"},
      {SLO_CALENDAR_YEAR, 1, "2000-02-29T00:00:00Z", "2104-02-29T00:00:00Z", "2103-02-28T00:00:00Z",
       "2104-02-29T00:00:00Z"},
      {SLO_CALENDAR_YEAR, 1, "2020-04-06T00:00:00Z", "2026-04-01T00:00:00Z", "2025-04-06T00:00:00Z",
       "2026-04-06T00:00:00Z"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    slo_calendar c = {cases[i].unit, cases[i].every, 0};
    if (cases[i].anchor != NULL) c.anchor_ns = moment(cases[i].anchor);
    expect(&c, moment(cases[i].at), moment(cases[i].start), moment(cases[i].end));
  }
}
END_TEST

/* The last period's end may be a moment, not the one after the last. */
START_TEST(test_ends_of_time) {
  slo_calendar day = {SLO_CALENDAR_DAY, 1, 0};
  int64_t last_ns = SLO_TIME_MAX_NS + 1 - SLO_DAY_NS;
  expect(&day, 1, 0, SLO_DAY_NS);
  expect(&day, last_ns, last_ns - SLO_DAY_NS, last_ns);
  expect_none(&day, 0);
  expect_none(&day, last_ns + 1);
  day.anchor_ns = SLO_TIME_MAX_NS;
  expect(&day, SLO_TIME_MAX_NS, SLO_TIME_MAX_NS - SLO_DAY_NS, SLO_TIME_MAX_NS);
  slo_calendar year = {SLO_CALENDAR_YEAR, 1, SLO_TIME_MAX_NS};
  expect(&year, SLO_TIME_MAX_NS, SLO_TIME_MAX_NS - 365 * SLO_DAY_NS, SLO_TIME_MAX_NS);
  for (uint32_t unit = SLO_CALENDAR_WEEK; unit <= SLO_CALENDAR_YEAR; unit++) {
    slo_calendar c = {unit, SLO_CALENDAR_EVERY_MAX, 0};
    expect_none(&c, SLO_TIME_MAX_NS);
    c.anchor_ns = SLO_TIME_MAX_NS;
    expect_none(&c, 1);
  }
}
END_TEST

static void expect_field(slo_calendar c, int64_t at_ns, const char *field, int64_t value,
                         int64_t min, int64_t max) {
  slo_period p = UNTOUCHED;
  slo_error e = SLO_SIZED(slo_error);
  ck_assert_int_eq(slo_calendar_eval(&c, at_ns, &p, &e), SLO_ERANGE);
  ck_assert_int_eq(slo_calendar_eval(&c, at_ns, &p, NULL), SLO_ERANGE);
  ck_assert_mem_eq(&p, &UNTOUCHED, sizeof p);
  ck_assert_int_eq(e.status, SLO_ERANGE);
  ck_assert_str_eq(e.field, field);
  ck_assert_int_eq(e.value, value);
  ck_assert_int_eq(e.min, min);
  ck_assert_int_eq(e.max, max);
}

START_TEST(test_errors) {
  slo_calendar good = {SLO_CALENDAR_MONTH, 1, 0}, c;
  static const uint32_t units[] = {0, 6, UINT32_MAX}, every[] = {1001, UINT32_MAX};
  static const int64_t times[] = {-1, INT64_MIN, SLO_TIME_MAX_NS + 1, INT64_MAX};
  for (int i = 0; i < 3; i++) {
    c = good;
    c.unit = units[i];
    expect_field(c, 1, "unit", units[i], SLO_CALENDAR_DAY, SLO_CALENDAR_YEAR);
  }
  for (int i = 0; i < 2; i++) {
    c = good;
    c.every = every[i];
    expect_field(c, 1, "every", every[i], 0, SLO_CALENDAR_EVERY_MAX);
  }
  for (int i = 0; i < 4; i++) {
    c = good;
    c.anchor_ns = times[i];
    expect_field(c, 1, "anchor_ns", times[i], 0, SLO_TIME_MAX_NS);
    expect_field(good, times[i], "at_ns", times[i], 0, SLO_TIME_MAX_NS);
  }
  expect_field(good, 0, "at_ns, its period's start", -31 * SLO_DAY_NS, 0, SLO_TIME_MAX_NS);
  expect_field(good, SLO_TIME_MAX_NS, "at_ns, its period's end", SLO_TIME_MAX_NS + 1, 0,
               SLO_TIME_MAX_NS);
  c = (slo_calendar){SLO_CALENDAR_YEAR, SLO_CALENDAR_EVERY_MAX, 1};
  expect_field(c, 2, "at_ns, its period's end", INT64_MAX, 0, SLO_TIME_MAX_NS); /* not in int64 */
  expect_field(c, 1, "at_ns, its period's start", INT64_MIN, 0, SLO_TIME_MAX_NS);
  slo_period p = UNTOUCHED;
  slo_error e = SLO_SIZED(slo_error);
  ck_assert_int_eq(slo_calendar_eval(NULL, 1, &p, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "calendar (NULL)");
  ck_assert_int_eq(slo_calendar_eval(&good, 1, NULL, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "period (NULL)");
  ck_assert_int_eq(slo_calendar_eval(NULL, 1, NULL, NULL), SLO_EINVAL);
  ck_assert_mem_eq(&p, &UNTOUCHED, sizeof p);
}
END_TEST

/* ---- starts that are given ---- */

/* n starts, and how long each period is in minutes. */
static void expect_zone(const char *const *text, const int *minutes, size_t n) {
  int64_t *given = check_memory(n * sizeof *given); /* exactly: a step past it shows */
  for (size_t i = 0; i < n; i++) given[i] = moment(text[i]);
  for (size_t i = 0; i + 1 < n; i++) {
    ck_assert_int_eq(given[i + 1] - given[i], minutes[i] * SLO_MINUTE_NS);
    int64_t at[] = {given[i] + 1, given[i] + minutes[i] * SLO_MINUTE_NS / 2, given[i + 1]};
    for (int j = 0; j < 3; j++) {
      slo_period p = UNTOUCHED;
      ck_ok(slo_calendar_find(given, n, at[j], &p));
      ck_assert_int_eq(p.start_ns, given[i]);
      ck_assert_int_eq(p.end_ns, given[i + 1]);
    }
  }
  free(given);
}

#define EXPECT_ZONE(text, minutes) expect_zone(text, minutes, sizeof text / sizeof text[0])

START_TEST(test_zones) {
  static const char *const berlin_spring[] = {
      "2026-03-28T00:00:00+01:00", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00",
      "2026-03-31T00:00:00+02:00"};
  static const int berlin_spring_minutes[] = {1440, 1380, 1440};
  EXPECT_ZONE(berlin_spring, berlin_spring_minutes);
  static const char *const berlin_autumn[] = {
      "2026-10-24T00:00:00+02:00", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00",
      "2026-10-27T00:00:00+01:00"};
  static const int berlin_autumn_minutes[] = {1440, 1500, 1440};
  EXPECT_ZONE(berlin_autumn, berlin_autumn_minutes);
  static const char *const berlin_months[] = {
      "2026-02-01T00:00:00+01:00", "2026-03-01T00:00:00+01:00", "2026-04-01T00:00:00+02:00",
      "2026-05-01T00:00:00+02:00"};
  static const int berlin_months_minutes[] = {28 * 1440, 31 * 1440 - 60, 30 * 1440};
  EXPECT_ZONE(berlin_months, berlin_months_minutes);
  static const char *const kathmandu[] = {"2026-01-01T00:00:00+05:45", "2026-01-02T00:00:00+05:45",
                                          "2026-01-03T00:00:00+05:45"};
  static const int kathmandu_minutes[] = {1440, 1440};
  EXPECT_ZONE(kathmandu, kathmandu_minutes);
  ck_assert_int_eq(moment(kathmandu[0]), moment("2025-12-31T18:15:00Z"));
  static const char *const lord_howe[] = {"2026-04-05T00:00:00+11:00", "2026-04-06T00:00:00+10:30",
                                          "2026-10-04T00:00:00+10:30", "2026-10-05T00:00:00+11:00"};
  static const int lord_howe_minutes[] = {1470, 181 * 1440, 1410};
  EXPECT_ZONE(lord_howe, lord_howe_minutes);
  /* there was no 30th */
  static const char *const apia[] = {"2011-12-28T00:00:00-10:00", "2011-12-29T00:00:00-10:00",
                                     "2011-12-31T00:00:00+14:00", "2012-01-01T00:00:00+14:00"};
  static const int apia_minutes[] = {1440, 1440, 1440};
  EXPECT_ZONE(apia, apia_minutes);
}
END_TEST

START_TEST(test_find_scan) {
  uint64_t seed = 3;
  for (int round = 0; round < 3000; round++) {
    size_t n = 2 + check_random(&seed) % 40;
    int64_t *given = check_memory(n * sizeof *given);
    int64_t at_ns = round % 3 == 0 ? INT64_MIN : (int64_t)(check_random(&seed) >> 2);
    for (size_t i = 0; i < n; i++) {
      given[i] = at_ns;
      at_ns += 1 + (int64_t)(check_random_wide(&seed) % 1000);
    }
    if (round % 5 == 0) given[n - 1] = INT64_MAX;
    for (size_t k = 0; k < 3 * n; k++) { /* at each start and beside it */
      int64_t beside = (int64_t)(k % 3) - 1, near = given[k / 3];
      if ((beside < 0 && near == INT64_MIN) || (beside > 0 && near == INT64_MAX)) continue;
      int64_t at = near + beside;
      slo_period p = UNTOUCHED;
      size_t i = 0;
      while (i < n && given[i] < at) i++; /* the slow way: the first that is not before */
      slo_status status = slo_calendar_find(given, n, at, &p);
      if (i == 0 || i == n) {
        check_that(status == SLO_ERANGE && memcmp(&p, &UNTOUCHED, sizeof p) == 0, "%" PRId64, at);
      } else {
        check_that(status == SLO_OK && p.start_ns == given[i - 1] && p.end_ns == given[i],
                   "%" PRId64, at);
      }
    }
    free(given);
  }
}
END_TEST

START_TEST(test_find_errors) {
  static const int64_t good[] = {10, 20, 30}, twice[] = {10, 20, 20, 30}, back[] = {10, 40, 30};
  static const int64_t same[] = {10, 10}, down[] = {20, 10}, low[] = {10, 5, 30};
  static const int64_t no_end[] = {10, 20, 20}, no_start[] = {10, 10, 20};
  slo_period p = UNTOUCHED;
  ck_assert_int_eq(slo_calendar_find(NULL, 3, 15, &p), SLO_EINVAL);
  ck_assert_int_eq(slo_calendar_find(good, 3, 15, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_calendar_find(good, 0, 15, &p), SLO_EINVAL);
  ck_assert_int_eq(slo_calendar_find(good, 1, 15, &p), SLO_EINVAL);
  ck_assert_int_eq(slo_calendar_find(good, 3, 9, &p), SLO_ERANGE);
  ck_assert_int_eq(slo_calendar_find(good, 3, 10, &p), SLO_ERANGE); /* the end of one not given */
  ck_assert_int_eq(slo_calendar_find(good, 3, 31, &p), SLO_ERANGE);
  ck_assert_int_eq(slo_calendar_find(good, 3, INT64_MIN, &p), SLO_ERANGE);
  ck_assert_int_eq(slo_calendar_find(good, 3, INT64_MAX, &p), SLO_ERANGE);
  ck_assert_int_eq(slo_calendar_find(back, 3, 15, &p), SLO_ERANGE);
  ck_assert_int_eq(slo_calendar_find(low, 3, 15, &p), SLO_ERANGE);
  ck_assert_int_eq(slo_calendar_find(no_end, 3, 15, &p), SLO_ERANGE);
  ck_assert_int_eq(slo_calendar_find(no_start, 3, 15, &p), SLO_ERANGE);
  ck_assert_int_eq(slo_calendar_find(twice, 4, 25, &p), SLO_ERANGE);
  for (int64_t at = 5; at <= 25; at++) {
    ck_assert_int_eq(slo_calendar_find(same, 2, at, &p), SLO_ERANGE);
    ck_assert_int_eq(slo_calendar_find(down, 2, at, &p), SLO_ERANGE);
  }
  ck_assert_mem_eq(&p, &UNTOUCHED, sizeof p);
}
END_TEST

/* Whatever the starts are, an answer is a period of theirs that at_ns lies in. */
START_TEST(test_find_soup) {
  uint64_t seed = 4;
  int found = 0;
  for (int round = 0; round < 100000; round++) {
    int64_t given[9];
    size_t n = 2 + check_random(&seed) % 8;
    for (size_t i = 0; i < n; i++) given[i] = (int64_t)(check_random(&seed) % 16);
    int64_t at = (int64_t)(check_random(&seed) % 16);
    slo_period p = UNTOUCHED;
    if (slo_calendar_find(given, n, at, &p) != SLO_OK) continue;
    size_t i = 1;
    while (i < n && (given[i - 1] != p.start_ns || given[i] != p.end_ns)) i++;
    check_that(i < n && p.start_ns < at && at <= p.end_ns, "round %d", round);
    found++;
  }
  ck_assert_int_gt(found, 1000);
}
END_TEST

CHECK_MAIN("calendar", tcase_add_test(tc, test_walk); tcase_add_test(tc, test_walk_random);
           tcase_add_test(tc, test_any_start_is_an_anchor); tcase_add_test(tc, test_known);
           tcase_add_test(tc, test_ends_of_time); tcase_add_test(tc, test_errors);
           tcase_add_test(tc, test_zones); tcase_add_test(tc, test_find_scan);
           tcase_add_test(tc, test_find_errors); tcase_add_test(tc, test_find_soup);)
