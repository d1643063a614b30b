#include "base/time.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/fail.h"
#include "base/u128.h"
#include "slo/time.h"

/* Years are counted from March so that the leap day comes last (H. Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms"). */
int64_t sloi_time_days(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2;
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  int64_t year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

void sloi_time_date(int64_t days, int64_t *year, int64_t *month, int64_t *day) {
  days += 719468;
  int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  int64_t day_of_era = days - era * 146097;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t m = (5 * day_of_year + 2) / 153;
  *day = day_of_year - (153 * m + 2) / 5 + 1;
  *month = m + (m < 10 ? 3 : -9);
  *year = year_of_era + era * 400 + (*month <= 2);
}

int64_t sloi_time_month_length(int64_t year, int64_t month) {
  static const int8_t length[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : length[month - 1];
}

/* Seconds since the epoch, negative before it. 0 when the parts are no date and time of day. */
static int time_from_parts(int32_t year, int32_t month, int32_t day, int32_t hour, int32_t minute,
                           int32_t second, int64_t *seconds) {
  if (month < 1 || month > 12 || day < 1 || day > sloi_time_month_length(year, month) || hour < 0 ||
      hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) {
    return 0;
  }
  *seconds = sloi_time_days(year, month, day) * 86400 + hour * INT64_C(3600) +
             minute * INT64_C(60) + second;
  return 1;
}

/* Within the range of moments? Far seconds must not overflow on the way. */
static slo_status time_in_range(int64_t seconds, int32_t nanosecond, int64_t *time_ns) {
  if (seconds < 0 || seconds > SLO_TIME_MAX_NS / SLO_SECOND_NS) return SLO_ERANGE;
  *time_ns = seconds * SLO_SECOND_NS + nanosecond;
  return SLO_OK;
}

slo_status slo_time_civil(int32_t year, int32_t month, int32_t day, int32_t hour, int32_t minute,
                          int32_t second, int32_t nanosecond, int64_t *time_ns) {
  int64_t seconds;
  if (time_ns == NULL) return SLO_EINVAL;
  if (year < 1970 || year > 2261 || nanosecond < 0 || nanosecond > 999999999 ||
      !time_from_parts(year, month, day, hour, minute, second, &seconds)) {
    return SLO_ERANGE;
  }
  return time_in_range(seconds, nanosecond, time_ns);
}

static int time_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Reads exactly n digits; -1, with *p at what is none, when they are not there. */
static int32_t time_digits(const char **p, int n) {
  int32_t value = 0;
  for (int i = 0; i < n; i++, ++*p) {
    if (!time_digit(**p)) return -1;
    value = value * 10 + (**p - '0');
  }
  return value;
}

typedef struct time_unit {
  char name[4];
  int64_t ns;
} time_unit;

/* Largest first: what is written, and the order in which parts may be read. */
static const time_unit TIME_UNITS[] = {
    {"w", 7 * SLO_DAY_NS}, {"d", SLO_DAY_NS}, {"h", SLO_HOUR_NS}, {"m", SLO_MINUTE_NS},
    {"s", SLO_SECOND_NS},  {"ms", 1000000},   {"us", 1000},       {"ns", 1},
};
enum { TIME_UNIT_COUNT = sizeof TIME_UNITS / sizeof TIME_UNITS[0], TIME_SECOND = 4 };

/* The unit that the letters at *p spell, from `first` on; -1 when none does. */
static int time_unit_read(const char **p, int first) {
  size_t n = 0;
  while (((*p)[n] >= 'a' && (*p)[n] <= 'z') || ((*p)[n] >= 'A' && (*p)[n] <= 'Z')) n++;
  for (int i = first; i < TIME_UNIT_COUNT; i++) {
    if (strlen(TIME_UNITS[i].name) == n && memcmp(TIME_UNITS[i].name, *p, n) == 0) {
      *p += n;
      return i;
    }
  }
  return -1;
}

/* Reads digits into value; 0 when there is none, or, with *p at a digit, too many. */
static int time_integer(const char **p, uint64_t *value) {
  const char *start = *p;
  *value = 0;
  for (; time_digit(**p); ++*p) {
    uint64_t digit = (uint64_t)(**p - '0');
    if (*value > (UINT64_MAX - digit) / 10) return 0;
    *value = *value * 10 + digit;
  }
  return *p != start;
}

static slo_status time_fail(slo_error *error, const char *what, const char *text, const char *at) {
  return sloi_fail(error, SLO_EPARSE, (int64_t)(at - text), "%s", what);
}

static slo_status time_parse_count(const char *text, int64_t *time_ns, slo_error *error) {
  const char *p = text;
  uint64_t value;
  if (!time_integer(&p, &value)) {
    if (time_digit(*p)) return sloi_fail_range(error, INT64_MAX, 0, SLO_TIME_MAX_NS, "time");
    return time_fail(error, "time", text, p);
  }
  const char *at = p;
  int unit = time_unit_read(&p, TIME_SECOND);
  if (unit < 0) return time_fail(error, "time (with its unit: s ms us ns)", text, at);
  if (*p != '\0') return time_fail(error, "time", text, p);
  int64_t max = SLO_TIME_MAX_NS / TIME_UNITS[unit].ns;
  if (value > (uint64_t)max) return sloi_fail_range(error, sloi_shown(value), 0, max, "time");
  *time_ns = (int64_t)value * TIME_UNITS[unit].ns;
  return SLO_OK;
}

/* ".5": decimals that fit nanoseconds. 0 and *p at the offender when they do not. */
static int time_fraction(const char **p, int32_t *nanosecond) {
  int32_t place = 100000000;
  const char *first = ++*p;
  for (; time_digit(**p); ++*p, place /= 10) {
    if (place == 0 && **p != '0') return 0;
    *nanosecond += (**p - '0') * place;
  }
  return *p != first;
}

/* "Z" or "+02:00". 0 and *p at the offender when it is neither. */
static int time_zone(const char **p, int64_t *offset_s) {
  if (**p == 'Z' || **p == 'z') {
    ++*p;
    return 1;
  }
  if (**p != '+' && **p != '-') return 0;
  int sign = *(*p)++ == '-' ? -1 : 1;
  const char *at = *p;
  int32_t hours = time_digits(p, 2), minutes = -1;
  if (hours >= 0 && **p == ':') {
    ++*p;
    minutes = time_digits(p, 2);
  }
  if (minutes < 0) return 0;
  if (hours > 23 || minutes > 59) {
    *p = at;
    return 0;
  }
  *offset_s = sign * (hours * INT64_C(3600) + minutes * INT64_C(60));
  return 1;
}

slo_status slo_time_parse(const char *text, int64_t *time_ns, slo_error *error) {
  if (text == NULL || time_ns == NULL) return sloi_fail(error, SLO_EINVAL, 0, "time (NULL)");
  const char *p = text;
  int32_t part[6], nanosecond = 0;
  int64_t offset_s = 0, seconds;
  static const int width[6] = {4, 2, 2, 2, 2, 2};
  static const char after[6] = {'-', '-', 'T', ':', ':', '\0'};
  for (int i = 0; i < 6; i++) {
    part[i] = time_digits(&p, width[i]);
    int separated =
        after[i] == '\0' || *p == after[i] || (after[i] == 'T' && (*p == 't' || *p == ' '));
    if (part[i] < 0 || !separated) {
      return i == 0 ? time_parse_count(text, time_ns, error) : time_fail(error, "time", text, p);
    }
    p += after[i] != '\0';
  }
  if (*p == '.' && !time_fraction(&p, &nanosecond)) return time_fail(error, "time", text, p);
  if (!time_zone(&p, &offset_s)) {
    return time_fail(error, "time (with a zone: Z or +hh:mm)", text, p);
  }
  if (*p != '\0') return time_fail(error, "time", text, p);
  if (!time_from_parts(part[0], part[1], part[2], part[3], part[4], part[5], &seconds)) {
    return sloi_fail(error, SLO_ERANGE, part[0], "time, some part of it; year");
  }
  int64_t ns;
  if (time_in_range(seconds - offset_s, nanosecond, &ns) != SLO_OK) {
    return sloi_fail(error, SLO_ERANGE, part[0], "time, in UTC outside 1970..2261; year");
  }
  *time_ns = ns;
  return SLO_OK;
}

static slo_status time_put(char *buffer, size_t size, const char *text, int length) {
  if (length < 0 || (size_t)length >= size) return SLO_ESPACE;
  memcpy(buffer, text, (size_t)length + 1);
  return SLO_OK;
}

slo_status slo_time_format(int64_t time_ns, char *buffer, size_t size) {
  char text[SLO_TIME_TEXT_MAX + 24];
  if (buffer == NULL) return SLO_EINVAL;
  if (time_ns < 0 || time_ns > SLO_TIME_MAX_NS) return SLO_ERANGE;
  int64_t year, month, day;
  int64_t second = time_ns / SLO_SECOND_NS % 86400;
  int32_t fraction = (int32_t)(time_ns % SLO_SECOND_NS);
  sloi_time_date(time_ns / SLO_DAY_NS, &year, &month, &day);
  int n =
      snprintf(text, sizeof text,
               "%04" PRId64 "-%02" PRId64 "-%02" PRId64 "T%02" PRId64 ":%02" PRId64 ":%02" PRId64,
               year, month, day, second / 3600, second / 60 % 60, second % 60);
  char *end = text + n;
  size_t rest = sizeof text - (size_t)n;
  if (fraction == 0) {
    n += snprintf(end, rest, "Z");
  } else if (fraction % 1000000 == 0) {
    n += snprintf(end, rest, ".%03" PRId32 "Z", fraction / 1000000);
  } else if (fraction % 1000 == 0) {
    n += snprintf(end, rest, ".%06" PRId32 "Z", fraction / 1000);
  } else {
    n += snprintf(end, rest, ".%09" PRId32 "Z", fraction);
  }
  return time_put(buffer, size, text, n);
}

/* Beyond int64, so that no value can be named. */
static slo_status time_span_range(slo_error *error) {
  return sloi_fail_range(error, INT64_MAX, INT64_MIN, INT64_MAX, "span, nanoseconds beyond");
}

slo_status slo_span_parse(const char *text, int64_t *span_ns, slo_error *error) {
  if (text == NULL || span_ns == NULL) return sloi_fail(error, SLO_EINVAL, 0, "span (NULL)");
  const char *p = text;
  int negative = *p == '-';
  p += negative;
  sloi_u128 total = {0, 0};
  int unit = -1;
  do {
    uint64_t value;
    const char *at = p;
    if (!time_integer(&p, &value)) {
      if (time_digit(*p)) return time_span_range(error);
      return time_fail(error, "span", text, at);
    }
    at = p;
    unit = time_unit_read(&p, unit + 1);
    if (unit < 0) return time_fail(error, "span (units: w d h m s ms us ns)", text, at);
    total = sloi_u128_add(total, sloi_u128_multiply(value, (uint64_t)TIME_UNITS[unit].ns));
    if (total.hi != 0 || total.lo > (uint64_t)INT64_MAX + (uint64_t)negative) {
      return time_span_range(error);
    }
  } while (*p != '\0');
  /* the lowest one has no positive counterpart */
  *span_ns =
      negative ? -(int64_t)(total.lo - (total.lo != 0)) - (total.lo != 0) : (int64_t)total.lo;
  return SLO_OK;
}

slo_status slo_span_format(int64_t span_ns, char *buffer, size_t size) {
  char text[96];
  int n = 0;
  if (buffer == NULL) return SLO_EINVAL;
  uint64_t rest = span_ns < 0 ? (uint64_t)0 - (uint64_t)span_ns : (uint64_t)span_ns;
  if (span_ns < 0) text[n++] = '-';
  if (rest == 0) n += snprintf(text + n, sizeof text - (size_t)n, "0s");
  for (int i = 1; i < TIME_UNIT_COUNT; i++) { /* weeks are read, never written */
    uint64_t count = rest / (uint64_t)TIME_UNITS[i].ns;
    rest %= (uint64_t)TIME_UNITS[i].ns;
    if (count != 0) {
      n += snprintf(text + n, sizeof text - (size_t)n, "%" PRIu64 "%s", count, TIME_UNITS[i].name);
    }
  }
  return time_put(buffer, size, text, n);
}
