#include "slo/recurrence.h"

#include "base/fail.h"

enum { RECURRENCE_DAYS_ALL = 127 };

/* ---- parse ---- */

static const char RECURRENCE_DAY[7][3] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

static const struct {
  const char *name;
  const char *what; /* for those who have to mend the text */
} RECURRENCE_PART[] = {
    {"FREQ", "FREQ (DAILY or WEEKLY)"},
    {"INTERVAL", "INTERVAL (an integer)"},
    {"BYDAY", "BYDAY (MO TU WE TH FR SA SU)"},
    {"COUNT", "COUNT (an integer)"},
    {"UNTIL", "UNTIL (20271231 or 20271231T235959Z)"},
    {"WKST", "WKST (MO: weeks begin on Monday)"},
};
enum {
  RECURRENCE_FREQ,
  RECURRENCE_INTERVAL,
  RECURRENCE_BYDAY,
  RECURRENCE_COUNT,
  RECURRENCE_UNTIL,
  RECURRENCE_WKST
};
enum { RECURRENCE_PARTS = sizeof RECURRENCE_PART / sizeof RECURRENCE_PART[0] };

static char recurrence_upper(char c) {
  return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* Steps over `word`, whatever its case, when *p begins with it. */
static int recurrence_word(const char **p, const char *word) {
  const char *q = *p;
  for (; *word != '\0'; word++, q++) {
    if (recurrence_upper(*q) != *word) return 0;
  }
  *p = q;
  return 1;
}

static int recurrence_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Reads n digits, or all there are when n is 0; -1, with *p at what is none, when they are not
 * there. Far beyond every range it stops growing. */
static int32_t recurrence_integer(const char **p, int n) {
  int32_t value = 0, read = 0;
  for (; (n == 0 || read < n) && recurrence_digit(**p); ++*p, read++) {
    if (value < 100000000) value = value * 10 + (**p - '0');
  }
  return read == 0 || (n != 0 && read < n) ? -1 : value;
}

static slo_status recurrence_number(const char **p, const char *text, int part, uint32_t *number,
                                    slo_error *error) {
  int32_t value = recurrence_integer(p, 0);
  if (value < 0) return sloi_fail(error, SLO_EPARSE, *p - text, "%s", RECURRENCE_PART[part].what);
  if (value < 1 || value > SLO_RECURRENCE_MAX) {
    return sloi_fail_range(error, value, 1, SLO_RECURRENCE_MAX, "%s", RECURRENCE_PART[part].name);
  }
  *number = (uint32_t)value;
  return SLO_OK;
}

static slo_status recurrence_until(const char **p, const char *text, int64_t *until_ns,
                                   slo_error *error) {
  const char *what = RECURRENCE_PART[RECURRENCE_UNTIL].what;
  static const int width[6] = {4, 2, 2, 2, 2, 2};
  int32_t part[6] = {0};
  int64_t ns, last_ns = SLO_DAY_NS - 1; /* a date is the whole day */
  for (int i = 0; i < 6; i++) {
    if (i == 3) {
      if (!recurrence_word(p, "T")) break;
      last_ns = 0;
    }
    part[i] = recurrence_integer(p, width[i]);
    if (part[i] < 0) return sloi_fail(error, SLO_EPARSE, *p - text, "%s", what);
  }
  if (last_ns == 0) (void)recurrence_word(p, "Z");
  if (slo_time_civil(part[0], part[1], part[2], part[3], part[4], part[5], 0, &ns) != SLO_OK) {
    return sloi_fail(error, SLO_ERANGE, part[0], "UNTIL, some part of it; year");
  }
  if (ns + last_ns == 0) return sloi_fail_range(error, 0, 1, SLO_TIME_MAX_NS, "UNTIL");
  *until_ns = ns + last_ns;
  return SLO_OK;
}

static slo_status recurrence_days(const char **p, const char *text, uint32_t *days,
                                  slo_error *error) {
  do {
    int day = 0;
    while (day < 7 && !recurrence_word(p, RECURRENCE_DAY[day])) day++;
    if (day == 7) {
      return sloi_fail(error, SLO_EPARSE, *p - text, "%s", RECURRENCE_PART[RECURRENCE_BYDAY].what);
    }
    *days |= UINT32_C(1) << day;
  } while (recurrence_word(p, ","));
  return SLO_OK;
}

/* Which part begins at *p, as its name says; the error names what is not known. */
static slo_status recurrence_part(const char **p, const char *text, uint32_t seen, int *part,
                                  slo_error *error) {
  const char *at = *p;
  for (int i = 0; i < RECURRENCE_PARTS; i++) {
    const char *q = at;
    if (!recurrence_word(&q, RECURRENCE_PART[i].name) || *q != '=') continue;
    if ((seen >> i & 1) != 0) {
      return sloi_fail(error, SLO_EPARSE, at - text, "%s (twice)", RECURRENCE_PART[i].name);
    }
    uint32_t limits = UINT32_C(1) << RECURRENCE_COUNT | UINT32_C(1) << RECURRENCE_UNTIL;
    if ((limits >> i & 1) != 0 && (seen & limits) != 0) {
      return sloi_fail(error, SLO_EPARSE, at - text, "%s (COUNT or UNTIL, not both)",
                       RECURRENCE_PART[i].name);
    }
    *part = i;
    *p = q + 1;
    return SLO_OK;
  }
  int n = 0;
  for (char c = recurrence_upper(at[0]); n < 32 && ((c >= 'A' && c <= 'Z') || c == '-');) {
    c = recurrence_upper(at[++n]);
  }
  if (n == 0) return sloi_fail(error, SLO_EPARSE, at - text, "rule (FREQ=..;..)");
  return sloi_fail(error, SLO_EPARSE, at - text, "%.*s", n, at);
}

static slo_status recurrence_value(const char **p, const char *text, int part, slo_recurrence *r,
                                   slo_error *error) {
  switch (part) {
    case RECURRENCE_FREQ:
      r->frequency = recurrence_word(p, "DAILY")    ? SLO_RECUR_DAILY
                     : recurrence_word(p, "WEEKLY") ? SLO_RECUR_WEEKLY
                                                    : 0;
      if (r->frequency != 0) return SLO_OK;
      return sloi_fail(error, SLO_EPARSE, *p - text, "%s", RECURRENCE_PART[part].what);
    case RECURRENCE_INTERVAL:
      return recurrence_number(p, text, part, &r->interval, error);
    case RECURRENCE_BYDAY:
      return recurrence_days(p, text, &r->days, error);
    case RECURRENCE_COUNT:
      return recurrence_number(p, text, part, &r->count, error);
    case RECURRENCE_WKST: /* what it would be without it */
      if (recurrence_word(p, "MO")) return SLO_OK;
      return sloi_fail(error, SLO_EPARSE, *p - text, "%s", RECURRENCE_PART[part].what);
    default:
      return recurrence_until(p, text, &r->until_ns, error);
  }
}

slo_status slo_recurrence_parse(const char *text, slo_recurrence *recurrence, slo_error *error) {
  slo_recurrence r = {0};
  if (text == NULL) return sloi_fail(error, SLO_EINVAL, 0, "rule (NULL)");
  if (recurrence == NULL) return sloi_fail(error, SLO_EINVAL, 0, "recurrence (NULL)");
  const char *p = text;
  uint32_t seen = 0;
  r.interval = 1;
  (void)recurrence_word(&p, "RRULE:");
  do {
    int part = 0;
    slo_status status = recurrence_part(&p, text, seen, &part, error);
    if (status == SLO_OK) status = recurrence_value(&p, text, part, &r, error);
    if (status != SLO_OK) return status;
    if (*p != ';' && *p != '\0') {
      return sloi_fail(error, SLO_EPARSE, p - text, "%s", RECURRENCE_PART[part].what);
    }
    seen |= UINT32_C(1) << part;
  } while (*p++ == ';');
  if ((seen >> RECURRENCE_FREQ & 1) == 0) {
    return sloi_fail(error, SLO_EPARSE, p - 1 - text, "FREQ (missing)");
  }
  /* a caller with a shorter struct has no room for the limits */
  if (recurrence->struct_size < sizeof r) {
    return sloi_fail(error, SLO_EVERSION, recurrence->struct_size, "slo_recurrence");
  }
  slo_status status = sloi_sized_write(recurrence, &r, sizeof r);
  return status == SLO_OK ? status
                          : sloi_fail(error, status, recurrence->struct_size, "struct_size");
}

/* ---- expand ---- */

static slo_status recurrence_check(const slo_recurrence *r, slo_error *error) {
  if (r->frequency < SLO_RECUR_DAILY || r->frequency > SLO_RECUR_WEEKLY) {
    return sloi_fail_range(error, r->frequency, SLO_RECUR_DAILY, SLO_RECUR_WEEKLY, "frequency");
  }
  if (r->interval > SLO_RECURRENCE_MAX) {
    return sloi_fail_range(error, r->interval, 0, SLO_RECURRENCE_MAX, "interval");
  }
  if (r->days > RECURRENCE_DAYS_ALL) {
    return sloi_fail_range(error, r->days, 0, RECURRENCE_DAYS_ALL, "days");
  }
  if (r->count > SLO_RECURRENCE_MAX) {
    return sloi_fail_range(error, r->count, 0, SLO_RECURRENCE_MAX, "count");
  }
  if (r->reserved != 0) return sloi_fail(error, SLO_EVERSION, r->reserved, "reserved");
  int64_t until_max = r->count == 0 ? SLO_TIME_MAX_NS : 0; /* one limit, not two */
  if (r->until_ns < 0 || r->until_ns > until_max) {
    return sloi_fail_range(error, r->until_ns, 0, until_max, "until_ns");
  }
  return SLO_OK;
}

static slo_status recurrence_check_times(int64_t first_ns, int64_t duration_ns, int64_t from_ns,
                                         int64_t to_ns, slo_error *error) {
  if (first_ns < 0 || first_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, first_ns, 0, SLO_TIME_MAX_NS, "first_ns");
  }
  if (duration_ns < 1 || duration_ns > 366 * SLO_DAY_NS) {
    return sloi_fail_range(error, duration_ns, 1, 366 * SLO_DAY_NS, "duration_ns");
  }
  if (from_ns < 0 || from_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, from_ns, 0, SLO_TIME_MAX_NS, "from_ns");
  }
  if (to_ns < from_ns || to_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, to_ns, from_ns, SLO_TIME_MAX_NS, "to_ns");
  }
  return SLO_OK;
}

/* Where a rule's days are, since the epoch. Blocks of `length` days (a day, or a week from its
 * Monday) begin `step` apart; the named days of each are in `days`, and `first` is one anyway. */
typedef struct recurrence_grid {
  int64_t first;
  int64_t base;
  int64_t step;
  int64_t length;
  uint32_t days;
} recurrence_grid;

static uint32_t recurrence_weekday(int64_t day) {
  return UINT32_C(1) << (day + 3) % 7; /* the epoch is a Thursday */
}

static recurrence_grid recurrence_grid_of(const slo_recurrence *r, int64_t first) {
  recurrence_grid grid = {first, first, 1, 1, r->days};
  if (r->frequency == SLO_RECUR_WEEKLY) {
    grid.length = 7;
    grid.base -= (first + 3) % 7;
    if (grid.days == 0) grid.days = recurrence_weekday(first);
  }
  if (grid.days == 0) grid.days = RECURRENCE_DAYS_ALL;
  grid.step = grid.length * (r->interval == 0 ? 1 : r->interval);
  return grid;
}

static int recurrence_on(const recurrence_grid *grid, int64_t day) {
  return day == grid->first || (day > grid->first && (grid->days & recurrence_weekday(day)) != 0);
}

slo_status slo_recurrence_expand(const slo_recurrence *recurrence, int64_t first_ns,
                                 int64_t duration_ns, int64_t from_ns, int64_t to_ns,
                                 slo_period *periods, size_t capacity, size_t *count,
                                 slo_error *error) {
  slo_recurrence r;
  if (recurrence == NULL) return sloi_fail(error, SLO_EINVAL, 0, "recurrence (NULL)");
  if (count == NULL) return sloi_fail(error, SLO_EINVAL, 0, "count (NULL)");
  if (periods == NULL && capacity != 0) return sloi_fail(error, SLO_EINVAL, 0, "periods (NULL)");
  slo_status status = sloi_sized_read(&r, sizeof r, recurrence, error, "recurrence");
  if (status == SLO_OK) status = recurrence_check(&r, error);
  if (status == SLO_OK) {
    status = recurrence_check_times(first_ns, duration_ns, from_ns, to_ns, error);
  }
  if (status != SLO_OK) return status;

  recurrence_grid grid = recurrence_grid_of(&r, first_ns / SLO_DAY_NS);
  int64_t in_day_ns = first_ns % SLO_DAY_NS, last = to_ns / SLO_DAY_NS;
  int64_t after_ns = from_ns - duration_ns; /* what starts later reaches beyond from_ns */
  int64_t base = grid.base;
  /* blocks that end before the day of after_ns are over; a count has to count them */
  if (r.count == 0 && after_ns / SLO_DAY_NS > base) {
    base += (after_ns / SLO_DAY_NS - base) / grid.step * grid.step;
  }
  size_t found = 0;
  uint32_t started = 0;
  int over = from_ns == to_ns; /* nothing overlaps nothing */
  for (; !over && base <= last; base += grid.step) {
    for (int64_t day = base; day < base + grid.length; day++) {
      if (!recurrence_on(&grid, day)) continue;
      int64_t start_ns = day * SLO_DAY_NS + in_day_ns;
      over = start_ns >= to_ns || (r.until_ns != 0 && start_ns > r.until_ns) ||
             (r.count != 0 && started == r.count);
      if (over) break;
      started++;
      if (start_ns <= after_ns) continue;
      if (found < capacity) {
        periods[found].start_ns = start_ns;
        periods[found].end_ns =
            start_ns > SLO_TIME_MAX_NS - duration_ns ? SLO_TIME_MAX_NS : start_ns + duration_ns;
      }
      found++;
    }
  }
  *count = found;
  return found > capacity ? sloi_fail_space(error, capacity, found, "capacity") : SLO_OK;
}
