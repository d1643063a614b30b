/* Moments and durations, held against a calendar that is walked day by day. */
#include "check_main.h"
#include "slo/time.h"

#define UNTOUCHED INT64_C(-4242424242)

enum { FIRST_YEAR = 1970, LAST_YEAR = 2261, DAYS_MAX = 110000 };

typedef struct date {
  int32_t year, month, day;
} date;

static date calendar[DAYS_MAX]; /* of every day since 1970-01-01 */
static int32_t calendar_days;

static int leap(int32_t year) {
  if (year % 400 == 0) return 1;
  if (year % 100 == 0) return 0;
  return year % 4 == 0;
}

static int32_t month_length(int32_t year, int32_t month) {
  switch (month) {
    case 2:
      return leap(year) ? 29 : 28;
    case 4:
    case 6:
    case 9:
    case 11:
      return 30;
    default:
      return 31;
  }
}

static void calendar_walk(void) {
  date d = {FIRST_YEAR, 1, 1};
  calendar_days = 0;
  while (d.year <= LAST_YEAR) {
    calendar[calendar_days++] = d;
    if (++d.day > month_length(d.year, d.month)) {
      d.day = 1;
      if (++d.month > 12) {
        d.month = 1;
        d.year++;
      }
    }
  }
}

/* The slow way to write a moment. */
static void slow_format(int64_t ns, char *text, size_t size) {
  date d = calendar[ns / SLO_DAY_NS];
  int64_t in_day = ns % SLO_DAY_NS;
  int hour = (int)(in_day / SLO_HOUR_NS), minute = (int)(in_day % SLO_HOUR_NS / SLO_MINUTE_NS);
  int second = (int)(in_day % SLO_MINUTE_NS / SLO_SECOND_NS);
  int nanosecond = (int)(in_day % SLO_SECOND_NS);
  char fraction[16] = "";
  if (nanosecond != 0) {
    snprintf(fraction, sizeof fraction, ".%09d", nanosecond);
    while (strcmp(fraction + strlen(fraction) - 3, "000") == 0) {
      fraction[strlen(fraction) - 3] = '\0';
    }
  }
  snprintf(text, size, "%04d-%02d-%02dT%02d:%02d:%02d%sZ", (int)d.year, (int)d.month, (int)d.day,
           hour, minute, second, fraction);
}

static void expect_moment(const char *text, int64_t ns) {
  slo_error e = SLO_SIZED(slo_error);
  int64_t out = UNTOUCHED;
  slo_status status = slo_time_parse(text, &out, &e);
  check_that(status == SLO_OK && out == ns, "\"%s\": %s, %" PRId64 " instead of %" PRId64, text,
             slo_status_name(status), out, ns);
  check_that(slo_time_parse(text, &out, NULL) == SLO_OK, "\"%s\" without an error", text);
}

typedef slo_status (*parser)(const char *text, int64_t *ns, slo_error *error);

/* Refused, the result untouched, the error filled. offset -1: any. */
static void expect_refused(parser parse, const char *text, slo_status expected, int64_t offset) {
  slo_error e = SLO_SIZED(slo_error);
  int64_t out = UNTOUCHED;
  slo_status status = parse(text, &out, &e);
  check_that(status == expected, "\"%s\": %s instead of %s", text, slo_status_name(status),
             slo_status_name(expected));
  check_that(out == UNTOUCHED, "\"%s\": the result was touched", text);
  check_that(e.status == expected && e.field[0] != '\0', "\"%s\": error not filled", text);
  if (expected == SLO_EPARSE && offset >= 0) {
    check_that(e.value == offset, "\"%s\": offset %" PRId64 " instead of %" PRId64, text, e.value,
               offset);
  }
  check_that(parse(text, &out, NULL) == expected, "\"%s\" without an error", text);
  check_that(out == UNTOUCHED, "\"%s\": the result was touched without an error", text);
}

static void expect_eparse(const char *text, int64_t offset) {
  expect_refused(slo_time_parse, text, SLO_EPARSE, offset);
}

static void expect_erange(const char *text) {
  expect_refused(slo_time_parse, text, SLO_ERANGE, -1);
}

START_TEST(test_constants) {
  ck_assert_int_eq(SLO_SECOND_NS, 1000000000);
  ck_assert_int_eq(SLO_MINUTE_NS, INT64_C(60000000000));
  ck_assert_int_eq(SLO_HOUR_NS, INT64_C(3600000000000));
  ck_assert_int_eq(SLO_DAY_NS, INT64_C(86400000000000));
  calendar_walk();
  ck_assert_int_eq(SLO_TIME_MAX_NS, calendar_days * SLO_DAY_NS - 1);
}
END_TEST

START_TEST(test_civil_every_day) {
  char expected[64], text[SLO_TIME_TEXT_MAX];
  int64_t ns, parsed;
  calendar_walk();
  ck_assert_int_gt(calendar_days, 106000);
  for (int32_t i = 0; i < calendar_days; i++) {
    date d = calendar[i];
    int64_t midnight = i * SLO_DAY_NS;
    check_that(slo_time_civil(d.year, d.month, d.day, 0, 0, 0, 0, &ns) == SLO_OK && ns == midnight,
               "%d-%d-%d: %" PRId64, d.year, d.month, d.day, ns);
    check_that(slo_time_civil(d.year, d.month, d.day, 23, 59, 59, 999999999, &ns) == SLO_OK &&
                   ns == midnight + SLO_DAY_NS - 1,
               "the end of %d-%d-%d: %" PRId64, d.year, d.month, d.day, ns);
    slow_format(midnight, expected, sizeof expected);
    check_that(
        slo_time_format(midnight, text, sizeof text) == SLO_OK && strcmp(text, expected) == 0,
        "%s instead of %s", text, expected);
    check_that(slo_time_parse(expected, &parsed, NULL) == SLO_OK && parsed == midnight, "%s",
               expected);
    slow_format(ns, expected, sizeof expected);
    check_that(slo_time_format(ns, text, sizeof text) == SLO_OK && strcmp(text, expected) == 0,
               "%s instead of %s", text, expected);
    check_that(slo_time_parse(expected, &parsed, NULL) == SLO_OK && parsed == ns, "%s", expected);
  }
}
END_TEST

/* 32 days in each of 12 months of every year: exactly those of the calendar exist. */
START_TEST(test_civil_leap_days_and_month_ends) {
  int64_t ns;
  for (int32_t year = FIRST_YEAR; year <= LAST_YEAR; year++) {
    for (int32_t month = 1; month <= 12; month++) {
      for (int32_t day = 28; day <= 32; day++) {
        slo_status status = slo_time_civil(year, month, day, 12, 0, 0, 0, &ns);
        check_that(status == (day <= month_length(year, month) ? SLO_OK : SLO_ERANGE), "%d-%d-%d",
                   year, month, day);
      }
    }
  }
  ck_ok(slo_time_civil(2000, 2, 29, 0, 0, 0, 0, &ns));                        /* by 400 */
  ck_assert_int_eq(slo_time_civil(2100, 2, 29, 0, 0, 0, 0, &ns), SLO_ERANGE); /* by 100 */
  ck_ok(slo_time_civil(2024, 2, 29, 0, 0, 0, 0, &ns));
  ck_assert_int_eq(slo_time_civil(2023, 2, 29, 0, 0, 0, 0, &ns), SLO_ERANGE);
}
END_TEST

START_TEST(test_civil_every_second_of_a_day) {
  int64_t ns, midnight;
  ck_ok(slo_time_civil(2015, 5, 17, 0, 0, 0, 0, &midnight));
  int64_t slow = midnight;
  for (int32_t h = 0; h < 24; h++) {
    for (int32_t m = 0; m < 60; m++) {
      for (int32_t s = 0; s < 60; s++, slow += SLO_SECOND_NS) {
        check_that(slo_time_civil(2015, 5, 17, h, m, s, 7, &ns) == SLO_OK && ns == slow + 7,
                   "%d:%d:%d", h, m, s);
      }
    }
  }
  ck_assert_int_eq(slow, midnight + SLO_DAY_NS);
}
END_TEST

START_TEST(test_civil_parts_out_of_range) {
  static const int32_t good[7] = {2015, 5, 17, 20, 27, 30, 500};
  static const int32_t low[7] = {1970, 1, 1, 0, 0, 0, 0};
  static const int32_t high[7] = {2261, 12, 31, 23, 59, 60, 999999999};
  for (int i = 0; i < 7; i++) {
    int32_t tries[] = {INT32_MIN,  INT32_MIN + 1, -1,           low[i] - 1, low[i],
                       low[i] + 1, good[i],       high[i] - 1,  high[i],    high[i] + 1,
                       0,          INT32_MAX,     INT32_MAX - 1};
    for (size_t j = 0; j < sizeof tries / sizeof tries[0]; j++) {
      int32_t p[7];
      memcpy(p, good, sizeof p);
      p[i] = tries[j];
      int64_t ns = UNTOUCHED;
      slo_status status = slo_time_civil(p[0], p[1], p[2], p[3], p[4], p[5], p[6], &ns);
      int within = p[i] >= low[i] && p[i] <= high[i];
      ck_assert_msg(status == (within ? SLO_OK : SLO_ERANGE), "part %d = %d", i, (int)p[i]);
      ck_assert_msg((ns == UNTOUCHED) == !within, "part %d = %d", i, (int)p[i]);
    }
  }
  ck_assert_int_eq(slo_time_civil(2015, 5, 17, 0, 0, 0, 0, NULL), SLO_EINVAL);
}
END_TEST

START_TEST(test_leap_second) {
  int64_t a, b;
  ck_ok(slo_time_civil(2016, 12, 31, 23, 59, 60, 0, &a));
  ck_ok(slo_time_civil(2017, 1, 1, 0, 0, 0, 0, &b));
  ck_assert_int_eq(a, b); /* read as the second after it */
  ck_ok(slo_time_civil(2016, 12, 31, 23, 59, 60, 999999999, &a));
  ck_assert_int_eq(a, b + 999999999);
  expect_moment("2016-12-31T23:59:60Z", b);
  expect_moment("2017-01-01T00:59:60.250+01:00", b + 250000000);
  /* the second after the last one is no moment */
  a = UNTOUCHED;
  ck_assert_int_eq(slo_time_civil(2261, 12, 31, 23, 59, 60, 0, &a), SLO_ERANGE);
  ck_assert_int_eq(a, UNTOUCHED);
  expect_erange("2261-12-31T23:59:60Z");
  expect_erange("2016-12-31T23:59:61Z");
}
END_TEST

START_TEST(test_parse_known) {
  expect_moment("1970-01-01T00:00:00Z", 0);
  expect_moment("1970-01-01T00:00:00.000000001Z", 1);
  expect_moment("2261-12-31T23:59:59.999999999Z", SLO_TIME_MAX_NS);
  expect_moment("2015-05-17T20:27:00Z", INT64_C(1431894420) * SLO_SECOND_NS);
  expect_moment("2015-05-17t20:27:00z", INT64_C(1431894420) * SLO_SECOND_NS);
  expect_moment("2015-05-17 20:27:00Z", INT64_C(1431894420) * SLO_SECOND_NS);
  expect_moment("2015-05-17 22:27:00.5+02:00", INT64_C(1431894420500000000));
  expect_moment("2015-05-17T20:27:00-00:00", INT64_C(1431894420) * SLO_SECOND_NS);
  expect_moment("2001-09-09T01:46:40Z", INT64_C(1000000000) * SLO_SECOND_NS);
  expect_moment("2038-01-19T03:14:08Z", (INT64_C(1) << 31) * SLO_SECOND_NS);
}
END_TEST

START_TEST(test_parse_fractions) {
  int64_t second = INT64_C(1431894420) * SLO_SECOND_NS;
  static const char digits[] = "123456789";
  int64_t value = 0, place = 100000000;
  for (int n = 1; n <= 9; n++, place /= 10) {
    char text[64];
    value += (digits[n - 1] - '0') * place;
    snprintf(text, sizeof text, "2015-05-17T20:27:00.%.*sZ", n, digits);
    expect_moment(text, second + value);
    snprintf(text, sizeof text, "2015-05-17T20:27:00.%.*s000000000000Z", n, digits);
    expect_moment(text, second + value);
  }
  expect_moment("2015-05-17T20:27:00.000000000Z", second);
  expect_moment("2015-05-17T20:27:00.999999999Z", second + 999999999);
  expect_moment("2015-05-17T20:27:00.12345678900Z", second + 123456789);
  /* beyond nanoseconds, and not zero: nothing is rounded away silently */
  expect_eparse("2015-05-17T20:27:00.1234567891Z", 29);
  expect_eparse("2015-05-17T20:27:00.123456789001Z", 31);
  expect_eparse("2015-05-17T20:27:00.Z", 20);
  expect_eparse("2015-05-17T20:27:00.", 20);
  expect_eparse("2015-05-17T20:27:00,5Z", 19);
}
END_TEST

START_TEST(test_parse_offsets) {
  int64_t noon, parsed;
  char text[64];
  ck_ok(slo_time_civil(2020, 2, 29, 12, 0, 0, 0, &noon));
  for (int h = 0; h < 24; h++) {
    for (int m = 0; m < 60; m++) {
      int64_t span = h * SLO_HOUR_NS + m * SLO_MINUTE_NS;
      snprintf(text, sizeof text, "2020-02-29T12:00:00+%02d:%02d", h, m);
      check_that(slo_time_parse(text, &parsed, NULL) == SLO_OK && parsed == noon - span, "%s",
                 text);
      snprintf(text, sizeof text, "2020-02-29T12:00:00-%02d:%02d", h, m);
      check_that(slo_time_parse(text, &parsed, NULL) == SLO_OK && parsed == noon + span, "%s",
                 text);
    }
  }
  static const char *const bad[] = {
      "+24:00", "+99:00", "-24:00", "+00:60", "-01:99", "+1:00",  "+0100",  "+01",
      "+",      "-",      "+01:0",  "+01:",   "+-1:00", "++1:00", "+01.00", "+01-00"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    snprintf(text, sizeof text, "2020-02-29T12:00:00%s", bad[i]);
    expect_refused(slo_time_parse, text, SLO_EPARSE, -1);
  }
  expect_eparse("2020-02-29T12:00:00", 19); /* no zone: nobody can tell which */
  expect_eparse("2020-02-29T12:00:00.5", 21);
  expect_eparse("2020-02-29T12:00:00x", 19);
  expect_eparse("2020-02-29T12:00:00 Z", 19);
  expect_eparse("2020-02-29T12:00:00ZZ", 20);
  expect_eparse("2020-02-29T12:00:00Z ", 20);
  expect_eparse("2020-02-29T12:00:00+01:000", 25);
  expect_eparse("2020-02-29T12:00:00+01:00Z", 25);
}
END_TEST

/* An offset moves the moment, and the moment decides what is in range. */
START_TEST(test_parse_offsets_at_the_ends) {
  expect_erange("1970-01-01T00:30:00+01:00");
  expect_erange("1970-01-01T00:59:59.999999999+01:00");
  expect_moment("1970-01-01T01:00:00+01:00", 0);
  expect_erange("2261-12-31T23:30:00-01:00");
  expect_erange("2261-12-31T23:00:00-01:00");
  expect_moment("2261-12-31T22:59:59.999999999-01:00", SLO_TIME_MAX_NS);
}
END_TEST

START_TEST(test_parse_local_year_outside) {
  expect_moment("1969-12-31T23:00:00-01:00", 0);
  expect_moment("1969-12-31T23:30:00-01:00", 30 * SLO_MINUTE_NS);
  expect_moment("1969-12-31T00:01:00-23:59", 0);
  expect_moment("2262-01-01T00:59:59.999999999+01:00", SLO_TIME_MAX_NS);
  expect_moment("2262-01-01T00:00:00+01:00", SLO_TIME_MAX_NS - SLO_HOUR_NS + 1);
  expect_moment("2261-12-31T23:59:60+01:00", SLO_TIME_MAX_NS - SLO_HOUR_NS + 1);
  expect_erange("1969-12-31T22:59:59-01:00");
  expect_erange("2262-01-01T01:00:00+01:00");
}
END_TEST

START_TEST(test_parse_parts_out_of_range) {
  static const char *const bad[] = {
      "1969-12-31T23:59:59Z", "2262-01-01T00:00:00Z", "0000-01-01T00:00:00Z",
      "9999-12-31T23:59:59Z", "2015-00-17T20:27:00Z", "2015-13-17T20:27:00Z",
      "2015-05-00T20:27:00Z", "2015-05-32T20:27:00Z", "2015-02-29T20:27:00Z",
      "2015-04-31T20:27:00Z", "2015-05-17T24:00:00Z", "2015-05-17T99:00:00Z",
      "2015-05-17T20:60:00Z", "2015-05-17T20:27:61Z", "2100-02-29T00:00:00Z"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) expect_erange(bad[i]);
}
END_TEST

START_TEST(test_parse_counts) {
  int64_t s = INT64_C(1431894420);
  expect_moment("1431894420s", s * SLO_SECOND_NS);
  expect_moment("1431894420000ms", s * SLO_SECOND_NS);
  expect_moment("1431894420000000us", s * SLO_SECOND_NS);
  expect_moment("1431894420000000000ns", s * SLO_SECOND_NS);
  expect_moment("0s", 0);
  expect_moment("0ns", 0);
  expect_moment("7s", 7 * SLO_SECOND_NS); /* shorter than a year's four digits */
  expect_moment("1970s", 1970 * SLO_SECOND_NS);
  expect_moment("1970ms", 1970000000);
  expect_moment("000000000000000000000000000001us", 1000);
  /* the last value of each unit, and one more */
  expect_moment("9214646399s", SLO_TIME_MAX_NS / SLO_SECOND_NS * SLO_SECOND_NS);
  expect_erange("9214646400s");
  expect_moment("9214646399999ms", SLO_TIME_MAX_NS / 1000000 * 1000000);
  expect_erange("9214646400000ms");
  expect_moment("9214646399999999us", SLO_TIME_MAX_NS / 1000 * 1000);
  expect_erange("9214646400000000us");
  expect_moment("9214646399999999999ns", SLO_TIME_MAX_NS);
  expect_erange("9214646400000000000ns");
  expect_erange("9223372036854775807s");
  expect_erange("9223372036854775807ns");
  expect_erange("9223372036854775808ns");
  expect_erange("18446744073709551616ns");
  expect_erange("18446744073709551617ns"); /* 1 modulo 2^64 */
  expect_erange("99999999999999999999999999999999999999s");
  /* no unit, units that are none or no moment's */
  expect_eparse("1431894420", 10);
  expect_eparse("0", 1);
  expect_eparse("1970", 4);
  expect_eparse("20150517", 8);
  expect_eparse("1431894420x", 10);
  expect_eparse("1431894420S", 10);
  expect_eparse("1431894420m", 10);
  expect_eparse("1431894420h", 10);
  expect_eparse("1431894420d", 10);
  expect_eparse("1431894420w", 10);
  expect_eparse("1431894420sec", 10);
  expect_eparse("1431894420 s", 10);
  expect_eparse("1431894420.5s", 10);
  expect_eparse("-1s", 0);
  expect_eparse("+1s", 0);
  expect_eparse(" 1s", 0);
  expect_eparse("", 0);
  expect_eparse("s", 0);
  expect_eparse("now", 0);
  expect_eparse("1e9s", 1);
  expect_eparse("0x10s", 1);
}
END_TEST

/* error->value is the offset of the first character that could not be read. */
START_TEST(test_parse_error_offsets) {
  expect_eparse("x015-05-17T20:27:00Z", 0);
  expect_eparse("2015-x5-17T20:27:00Z", 5);
  expect_eparse("2015-05-x7T20:27:00Z", 8);
  expect_eparse("2015-05-17Tx0:27:00Z", 11);
  expect_eparse("2015-05-17T20:x7:00Z", 14);
  expect_eparse("2015-05-17T20:27:x0Z", 17);
  expect_eparse("2015-", 5);
  expect_eparse("2015-05-", 8);
  expect_eparse("2015-05-17T", 11);
  expect_eparse("2015-05-17T20:", 14);
  expect_eparse("2015-05-17T20:27:", 17);
  expect_eparse("2015/05/17T20:27:00Z", 4);
  expect_eparse("2015-05-17T20:27:00Y", 19);
}
END_TEST

/* The same inside and right behind a part that begins well. */
START_TEST(test_parse_error_offsets_inside) {
  expect_eparse("2015-0x-17T20:27:00Z", 6);
  expect_eparse("2015-5-17T20:27:00Z", 6);
  expect_eparse("2015-05/17T20:27:00Z", 7);
  expect_eparse("2015-05-17_20:27:00Z", 10);
  expect_eparse("2015-05-17", 10);
  expect_eparse("2015-05-17T20.27:00Z", 13);
  expect_eparse("2015-05-17T20:27Z", 16);
  expect_eparse("2015-05-17T20:27:0Z", 18);
  expect_eparse("2015-05-17T20:27:00+x1:00", 20);
  expect_eparse("2015-05-17T20:27:00+0100", 22);
  expect_eparse("2015-05-17T20:27:00+01:x0", 23);
  expect_eparse("1431894420s ", 11);
  expect_eparse("1431894420ms!", 12);
  expect_eparse("5s5s", 2);
}
END_TEST

START_TEST(test_parse_null) {
  slo_error e = SLO_SIZED(slo_error);
  int64_t ns = UNTOUCHED;
  ck_assert_int_eq(slo_time_parse(NULL, &ns, &e), SLO_EINVAL);
  ck_assert_int_eq(e.status, SLO_EINVAL);
  ck_assert_int_eq(slo_time_parse("0s", NULL, &e), SLO_EINVAL);
  ck_assert_int_eq(slo_time_parse(NULL, NULL, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_span_parse(NULL, &ns, &e), SLO_EINVAL);
  ck_assert_int_eq(slo_span_parse("0s", NULL, NULL), SLO_EINVAL);
  ck_assert_int_eq(ns, UNTOUCHED);
  ck_assert_int_eq(slo_time_format(0, NULL, 0), SLO_EINVAL);
  ck_assert_int_eq(slo_span_format(0, NULL, 0), SLO_EINVAL);
}
END_TEST

/* Every prefix of a good text is refused or is one itself, and reading stops at its end
 * (exact-sized memory: AddressSanitizer would see a step past it). */
START_TEST(test_parse_prefixes) {
  static const char *const texts[] = {"2015-05-17T20:27:00.123456789+02:00", "1431894420000ms",
                                      "1w2d3h4m5s6ms7us8ns"};
  for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
    for (size_t n = 0; n < strlen(texts[t]); n++) {
      char *text = malloc(n + 1);
      int64_t ns = UNTOUCHED;
      ck_assert_ptr_nonnull(text);
      memcpy(text, texts[t], n);
      text[n] = '\0';
      slo_status status = slo_time_parse(text, &ns, NULL);
      ck_assert_msg(status == SLO_EPARSE, "\"%s\"", text);
      ck_assert_int_eq(ns, UNTOUCHED);
      /* as a duration, those of the last text that end with a whole unit can be read; of the
       * second, "..m" is too many minutes */
      status = slo_span_parse(text, &ns, NULL);
      int whole = t == 2 && n > 0 && text[n - 1] >= 'a' && texts[t][n] < 'a';
      slo_status expected = whole ? SLO_OK : SLO_EPARSE;
      if (t == 1 && n == strlen(texts[1]) - 1) expected = SLO_ERANGE;
      ck_assert_msg(status == expected, "\"%s\"", text);
      free(text);
    }
  }
}
END_TEST

static void expect_round_trip(int64_t ns) {
  char text[SLO_TIME_TEXT_MAX], expected[64];
  int64_t back = UNTOUCHED;
  slow_format(ns, expected, sizeof expected);
  check_that(slo_time_format(ns, text, sizeof text) == SLO_OK && strcmp(text, expected) == 0,
             "%" PRId64 ": %s instead of %s", ns, text, expected);
  check_that(slo_time_parse(text, &back, NULL) == SLO_OK && back == ns, "%s: %" PRId64, text, back);
}

START_TEST(test_round_trip) {
  static const int64_t units[] = {1, 10, 1000, 1000000, 1000000000};
  calendar_walk();
  expect_round_trip(0);
  expect_round_trip(1);
  expect_round_trip(SLO_TIME_MAX_NS);
  expect_round_trip(SLO_TIME_MAX_NS - 1);
  for (int k = 0; k < 63; k++) {
    for (int64_t d = -1; d <= 1; d++) {
      int64_t ns = (INT64_C(1) << k) + d;
      if (ns <= SLO_TIME_MAX_NS) expect_round_trip(ns);
    }
  }
  uint64_t seed = 1;
  for (int i = 0; i < 200000; i++) {
    int64_t unit = units[check_random(&seed) % 5]; /* so that every number of decimals occurs */
    int64_t ns = (int64_t)(check_random(&seed) % ((uint64_t)SLO_TIME_MAX_NS + 1));
    expect_round_trip(ns / unit * unit);
  }
}
END_TEST

START_TEST(test_format_decimals_and_space) {
  static const struct {
    int64_t ns;
    const char *text;
  } cases[] = {
      {0, "1970-01-01T00:00:00Z"},
      {1, "1970-01-01T00:00:00.000000001Z"},
      {1000, "1970-01-01T00:00:00.000001Z"},
      {1000000, "1970-01-01T00:00:00.001Z"},
      {100000000, "1970-01-01T00:00:00.100Z"},
      {1001000, "1970-01-01T00:00:00.001001Z"},
      {SLO_TIME_MAX_NS, "2261-12-31T23:59:59.999999999Z"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char text[SLO_TIME_TEXT_MAX];
    size_t need = strlen(cases[i].text) + 1;
    for (size_t size = 0; size <= sizeof text; size++) {
      memset(text, '#', sizeof text);
      slo_status status = slo_time_format(cases[i].ns, text, size);
      if (size < need) {
        ck_assert_int_eq(status, SLO_ESPACE);
        for (size_t j = 0; j < sizeof text; j++) ck_assert(text[j] == '#');
      } else {
        ck_ok(status);
        ck_assert_str_eq(text, cases[i].text);
        for (size_t j = need; j < sizeof text; j++) ck_assert(text[j] == '#');
      }
    }
  }
  char text[SLO_TIME_TEXT_MAX] = "same";
  ck_assert_int_eq(slo_time_format(-1, text, sizeof text), SLO_ERANGE);
  ck_assert_int_eq(slo_time_format(INT64_MIN, text, sizeof text), SLO_ERANGE);
  ck_assert_int_eq(slo_time_format(SLO_TIME_MAX_NS + 1, text, sizeof text), SLO_ERANGE);
  ck_assert_int_eq(slo_time_format(INT64_MAX, text, sizeof text), SLO_ERANGE);
  ck_assert_str_eq(text, "same");
}
END_TEST

/* ---- durations ---- */

static void expect_span(const char *text, int64_t ns) {
  slo_error e = SLO_SIZED(slo_error);
  int64_t out = UNTOUCHED;
  slo_status status = slo_span_parse(text, &out, &e);
  ck_assert_msg(status == SLO_OK && out == ns, "\"%s\": %s, %" PRId64 " instead of %" PRId64, text,
                slo_status_name(status), out, ns);
}

static void expect_span_eparse(const char *text, int64_t offset) {
  expect_refused(slo_span_parse, text, SLO_EPARSE, offset);
}

static void expect_span_erange(const char *text) {
  expect_refused(slo_span_parse, text, SLO_ERANGE, -1);
}

START_TEST(test_span_units) {
  expect_span("1w", 7 * SLO_DAY_NS);
  expect_span("1d", SLO_DAY_NS);
  expect_span("1h", SLO_HOUR_NS);
  expect_span("1m", SLO_MINUTE_NS); /* a minute, never a month */
  expect_span("1s", SLO_SECOND_NS);
  expect_span("1ms", 1000000);
  expect_span("1us", 1000);
  expect_span("1ns", 1);
  expect_span("30d", 30 * SLO_DAY_NS);
  expect_span("1h30m", 90 * SLO_MINUTE_NS);
  expect_span("250ms", 250000000);
  expect_span("90m", 90 * SLO_MINUTE_NS); /* no carrying */
  expect_span("1m1ms", SLO_MINUTE_NS + 1000000);
  expect_span("0s", 0);
  expect_span("0w0d0h0m0s0ms0us0ns", 0);
  expect_span("-0s", 0);
  expect_span("-5m", -5 * SLO_MINUTE_NS);
  expect_span("-1h30m", -90 * SLO_MINUTE_NS); /* the sign is the whole duration's */
  expect_span("007s", 7 * SLO_SECOND_NS);
  expect_span("1w1d1h1m1s1ms1us1ns",
              8 * SLO_DAY_NS + SLO_HOUR_NS + SLO_MINUTE_NS + SLO_SECOND_NS + 1001001);
}
END_TEST

/* Every pair of units: read when the first is the larger one. */
START_TEST(test_span_order) {
  static const char *const unit[] = {"w", "d", "h", "m", "s", "ms", "us", "ns"};
  static const int64_t ns[] = {7 * SLO_DAY_NS, SLO_DAY_NS, SLO_HOUR_NS, SLO_MINUTE_NS,
                               SLO_SECOND_NS,  1000000,    1000,        1};
  for (size_t i = 0; i < 8; i++) {
    for (size_t j = 0; j < 8; j++) {
      char text[16];
      snprintf(text, sizeof text, "2%s3%s", unit[i], unit[j]);
      if (i < j) {
        expect_span(text, 2 * ns[i] + 3 * ns[j]);
      } else {
        expect_span_eparse(text, (int64_t)strlen(unit[i]) + 2);
      }
    }
  }
}
END_TEST

START_TEST(test_span_refused) {
  expect_span_eparse("1M", 1); /* months have no fixed length */
  expect_span_eparse("1mo", 1);
  expect_span_eparse("1y", 1);
  expect_span_eparse("1Y", 1);
  expect_span_eparse("1H", 1);
  expect_span_eparse("1D", 1);
  expect_span_eparse("1min", 1);
  expect_span_eparse("1sec", 1);
  expect_span_eparse("1\xc2\xb5s", 1); /* a micro sign */
  expect_span_eparse("", 0);
  expect_span_eparse("-", 1);
  expect_span_eparse("--1s", 1);
  expect_span_eparse("+1s", 0);
  expect_span_eparse(" 1s", 0);
  expect_span_eparse("s", 0);
  expect_span_eparse("5", 1); /* a bare integer */
  expect_span_eparse("0", 1);
  expect_span_eparse("1h5", 3);
  expect_span_eparse("1h ", 2);
  expect_span_eparse("1h 5m", 2);
  expect_span_eparse("1h-5m", 2);
  expect_span_eparse("1 h", 1);
  expect_span_eparse("1.5h", 1);
  expect_span_eparse("1h!", 2);
  expect_span_eparse("1hm", 1);
}
END_TEST

START_TEST(test_span_overflow) {
  expect_span("9223372036854775807ns", INT64_MAX);
  expect_span("-9223372036854775807ns", -INT64_MAX);
  expect_span_erange("9223372036854775808ns");
  expect_span_erange("18446744073709551615ns");
  expect_span_erange("18446744073709551616ns");
  expect_span_erange("18446744073709551617ns");
  expect_span_erange("9999999999999999999999999999999999999999w");
  expect_span("9223372036854775us", INT64_MAX / 1000 * 1000);
  expect_span_erange("9223372036854776us");
  expect_span("9223372036s", INT64_MAX / SLO_SECOND_NS * SLO_SECOND_NS);
  expect_span_erange("9223372037s");
  expect_span("9223372036s854775807ns", INT64_MAX);
  expect_span_erange("9223372036s854775808ns");
  expect_span("15250w", INT64_C(15250) * 7 * SLO_DAY_NS);
  expect_span_erange("15251w");
  /* 2^64 ns and 2^128 ns wrap to nothing for those who do not look */
  expect_span_erange("18446744073s709551616ns");
  expect_span_erange("9223372036854775807w");
  expect_span_erange("9223372036854775807w9223372036854775807d9223372036854775807h");
  expect_span_erange("-9223372036854775809ns");
}
END_TEST

static void expect_span_round_trip(int64_t ns) {
  char text[SLO_TIME_TEXT_MAX];
  int64_t back = UNTOUCHED;
  slo_status status = slo_span_format(ns, text, sizeof text);
  check_that(status == SLO_OK, "%" PRId64 ": %s", ns, slo_status_name(status));
  status = slo_span_parse(text, &back, NULL);
  check_that(status == SLO_OK && back == ns, "%" PRId64 " -> \"%s\" -> %s %" PRId64, ns, text,
             slo_status_name(status), back);
}

START_TEST(test_span_round_trip) {
  expect_span_round_trip(0);
  expect_span_round_trip(INT64_MAX);
  expect_span_round_trip(-INT64_MAX);
  for (int k = 0; k < 63; k++) {
    for (int64_t d = -1; d <= 1; d++) {
      expect_span_round_trip((INT64_C(1) << k) + d);
      expect_span_round_trip(-((INT64_C(1) << k) + d));
    }
  }
  static const int64_t units[] = {
      1, 1000, 1000000, SLO_SECOND_NS, SLO_MINUTE_NS, SLO_HOUR_NS, SLO_DAY_NS, 7 * SLO_DAY_NS};
  uint64_t seed = 2;
  for (int i = 0; i < 200000; i++) {
    int64_t ns = (int64_t)(check_random_wide(&seed) >> 1);
    ns -= ns % units[check_random(&seed) % 8];
    expect_span_round_trip(ns);
    expect_span_round_trip(-ns);
  }
}
END_TEST

/* What is written is read back: the lowest duration too. */
START_TEST(test_span_lowest) {
  expect_span_round_trip(INT64_MIN);
  expect_span("-9223372036854775808ns", INT64_MIN);
  expect_span("-9223372036s854775808ns", INT64_MIN);
}
END_TEST

START_TEST(test_span_format) {
  static const struct {
    int64_t ns;
    const char *text;
  } cases[] = {
      {0, "0s"},
      {1, "1ns"},
      {-1, "-1ns"},
      {999, "999ns"},
      {1000, "1us"},
      {250000000, "250ms"},
      {3 * SLO_DAY_NS, "3d"},
      {90 * SLO_MINUTE_NS, "1h30m"},
      {-90 * SLO_MINUTE_NS, "-1h30m"},
      {28 * SLO_DAY_NS, "28d"},
      {SLO_DAY_NS - 1, "23h59m59s999ms999us999ns"},
      {INT64_MAX, "106751d23h47m16s854ms775us807ns"},
      {-INT64_MAX, "-106751d23h47m16s854ms775us807ns"},
      {INT64_MIN, "-106751d23h47m16s854ms775us808ns"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char text[SLO_TIME_TEXT_MAX];
    size_t need = strlen(cases[i].text) + 1;
    for (size_t size = 0; size <= sizeof text; size++) {
      memset(text, '#', sizeof text);
      slo_status status = slo_span_format(cases[i].ns, text, size);
      if (size < need) {
        ck_assert_int_eq(status, SLO_ESPACE);
        for (size_t j = 0; j < sizeof text; j++) ck_assert(text[j] == '#');
      } else {
        ck_ok(status);
        ck_assert_str_eq(text, cases[i].text);
        for (size_t j = need; j < sizeof text; j++) ck_assert(text[j] == '#');
      }
    }
  }
}
END_TEST

/* Texts made of the right characters in any order: no crash, and what is read as a moment
 * or a duration survives being written. */
START_TEST(test_parse_soup) {
  static const char soup[] = "0123456789-:TZ+. wdhmsun";
  uint64_t seed = 3;
  int moments = 0, spans = 0;
  for (int i = 0; i < 400000; i++) {
    char text[48], again[SLO_TIME_TEXT_MAX];
    int64_t ns, back;
    size_t n = check_random(&seed) % 6;
    for (size_t j = 0; j < n; j++) text[j] = soup[check_random(&seed) % (sizeof soup - 1)];
    text[n] = '\0';
    if (i % 4 == 0) { /* one good text with one wrong character */
      n = (size_t)snprintf(text, sizeof text, "2015-05-17T20:27:00.5+02:00");
      text[check_random(&seed) % n] = soup[check_random(&seed) % (sizeof soup - 1)];
    }
    slo_error e = SLO_SIZED(slo_error);
    slo_status status = slo_time_parse(text, &ns, &e);
    if (status == SLO_OK) {
      moments++;
      check_that(slo_time_format(ns, again, sizeof again) == SLO_OK &&
                     slo_time_parse(again, &back, NULL) == SLO_OK && back == ns,
                 "\"%s\" -> %s", text, again);
    } else {
      check_that(status == SLO_ERANGE ||
                     (status == SLO_EPARSE && e.value >= 0 && e.value <= (int64_t)strlen(text)),
                 "\"%s\": %s at %" PRId64, text, slo_status_name(status), e.value);
    }
    status = slo_span_parse(text, &ns, &e);
    if (status == SLO_OK) {
      spans++;
      check_that(slo_span_format(ns, again, sizeof again) == SLO_OK &&
                     slo_span_parse(again, &back, NULL) == SLO_OK && back == ns,
                 "\"%s\" -> %s", text, again);
    } else {
      check_that(status == SLO_EPARSE && e.value >= 0 && e.value <= (int64_t)strlen(text),
                 "\"%s\": %s at %" PRId64, text, slo_status_name(status), e.value);
    }
  }
  ck_assert_int_gt(moments, 1000); /* the soup has to be thick enough to say something */
  ck_assert_int_gt(spans, 1000);
}
END_TEST

CHECK_MAIN("time", tcase_add_test(tc, test_constants); tcase_add_test(tc, test_civil_every_day);
           tcase_add_test(tc, test_civil_leap_days_and_month_ends);
           tcase_add_test(tc, test_civil_every_second_of_a_day);
           tcase_add_test(tc, test_civil_parts_out_of_range); tcase_add_test(tc, test_leap_second);
           tcase_add_test(tc, test_parse_known); tcase_add_test(tc, test_parse_fractions);
           tcase_add_test(tc, test_parse_offsets);
           tcase_add_test(tc, test_parse_offsets_at_the_ends);
           tcase_add_test(tc, test_parse_local_year_outside);
           tcase_add_test(tc, test_parse_parts_out_of_range); tcase_add_test(tc, test_parse_counts);
           tcase_add_test(tc, test_parse_error_offsets);
           tcase_add_test(tc, test_parse_error_offsets_inside); tcase_add_test(tc, test_parse_null);
           tcase_add_test(tc, test_parse_prefixes); tcase_add_test(tc, test_round_trip);
           tcase_add_test(tc, test_format_decimals_and_space); tcase_add_test(tc, test_span_units);
           tcase_add_test(tc, test_span_order); tcase_add_test(tc, test_span_refused);
           tcase_add_test(tc, test_span_overflow); tcase_add_test(tc, test_span_round_trip);
           tcase_add_test(tc, test_span_lowest); tcase_add_test(tc, test_span_format);
           tcase_add_test(tc, test_parse_soup);)
