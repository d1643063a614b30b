/*
 * zone_starts - the days, weeks or months of a place, with libc's time zones.
 *
 *   zone_starts Europe/Berlin 2026 day 2026-03-29T12:00:00Z
 *
 * prints the periods of that year there, how long each is, and the one that the moment lies in.
 * The calendar of the place is one of UTC whose every start libc turns into a moment. A zone that
 * libc does not know is UTC to it, so its file is looked for first.
 */
#define _POSIX_C_SOURCE 200809L
#include <slo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int zone_known(const char *name) {
  char path[1024], magic[4] = "";
  const char *folder = getenv("TZDIR");
  if (strcmp(name, "UTC") == 0) return 1;
  if (folder == NULL || *folder == '\0') folder = "/usr/share/zoneinfo";
  int length = snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = length < (int)sizeof path ? fopen(path, "rb") : NULL;
  if (file == NULL) return 0;
  int known = fread(magic, 1, 4, file) == 4 && memcmp(magic, "TZif", 4) == 0;
  fclose(file);
  return known;
}

static int date_at(time_t t) { /* the place's, as 20260329 */
  struct tm tm;
  localtime_r(&t, &tm);
  return (tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday;
}

/* The first moment of a day. Its midnight may not exist, or come twice: mktime takes any. */
static int64_t day_start_ns(time_t midnight_utc) {
  struct tm tm;
  gmtime_r(&midnight_utc, &tm);
  int date = (tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday;
  tm.tm_isdst = -1;
  time_t t = mktime(&tm);
  while (date_at(t) < date) t += 60;
  while (date_at(t - 60) >= date) t -= 60;
  return t * SLO_SECOND_NS;
}

static void print_period(const slo_period *p) {
  char text[40], length[SLO_TIME_TEXT_MAX];
  struct tm tm;
  time_t t = p->start_ns / SLO_SECOND_NS;
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S%z", localtime_r(&t, &tm));
  slo_span_format(p->end_ns - p->start_ns, length, sizeof length);
  printf("%s %s\n", text, length);
}

int main(int argc, char **argv) {
  static const char *const units[] = {"day", "week", "month"};
  static int64_t starts_ns[400];
  slo_calendar calendar = {0, 1, 0};
  slo_period p = {0, 0};
  int64_t at_ns, year_ns, next_ns;
  int year = argc == 5 ? atoi(argv[2]) : 0;
  for (uint32_t i = 0; argc == 5 && i < 3; i++)
    if (strcmp(argv[3], units[i]) == 0) calendar.unit = SLO_CALENDAR_DAY + i;
  if (year < 1971 || calendar.unit == 0 || slo_time_parse(argv[4], &at_ns, NULL) != SLO_OK ||
      slo_time_civil(year, 1, 1, 0, 0, 0, 0, &year_ns) != SLO_OK ||
      slo_time_civil(year + 1, 1, 1, 0, 0, 0, 0, &next_ns) != SLO_OK)
    return fprintf(stderr, "usage: zone_starts ZONE YEAR day|week|month MOMENT\n"), 2;
  if (!zone_known(argv[1]))
    return fprintf(stderr, "zone_starts: no zone %s (is TZDIR right?)\n", argv[1]), 1;
  setenv("TZ", argv[1], 1);
  tzset();
  size_t n = 0;
  p.end_ns = year_ns; /* the period after this one begins with the year, or before */
  for (int64_t t = year_ns + 1; p.end_ns < next_ns; t = p.end_ns + 1) {
    if (slo_calendar_eval(&calendar, t, &p, NULL) != SLO_OK) return 1;
    if (n == 0) starts_ns[n++] = day_start_ns(p.start_ns / SLO_SECOND_NS);
    int64_t start_ns = day_start_ns(p.end_ns / SLO_SECOND_NS);
    if (start_ns > starts_ns[n - 1]) starts_ns[n++] = start_ns; /* Apia had no 2011-12-30 */
  }
  for (size_t i = 0; i + 1 < n; i++) {
    slo_period each = {starts_ns[i], starts_ns[i + 1]};
    print_period(&each);
  }
  if (slo_calendar_find(starts_ns, n, at_ns, &p) != SLO_OK)
    return fprintf(stderr, "%s is not in %d there\n", argv[4], year), 1;
  printf("%s lies in\n", argv[4]);
  print_period(&p);
}
