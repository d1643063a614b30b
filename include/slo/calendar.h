/*
 * slo/calendar.h - days, weeks, months, quarters and years as periods of a budget.
 *
 * A month is not 30 days and a day is not always 24 hours. The periods of UTC are computed
 * here. Those of a place with a clock that is put forward and back are data: whoever has
 * a time zone database (libc's mktime, Python's zoneinfo, Go's time) lists their starts, and
 * slo_calendar_find looks them up.
 *
 * A period is (start_ns, end_ns], as windows are: the moment at which it ends is its own, and
 * the end of one is the start of the next. Pure functions, any thread.
 */
#ifndef SLO_CALENDAR_H
#define SLO_CALENDAR_H

#include "slo/time.h"

#define SLO_CALENDAR_EVERY_MAX 1000

SLO_BEGIN

enum {
  SLO_CALENDAR_DAY = 1,
  SLO_CALENDAR_WEEK = 2, /* ISO 8601: begins on Monday */
  SLO_CALENDAR_MONTH = 3,
  SLO_CALENDAR_QUARTER = 4,
  SLO_CALENDAR_YEAR = 5
};

/*
 * A rule for periods in UTC. A frozen value type.
 *
 *   unit       SLO_CALENDAR_*
 *   every      how many units make a period, 1..SLO_CALENDAR_EVERY_MAX; 0: 1
 *   anchor_ns  any start of a period: it gives the time of day, the day of the week, month or
 *              year, and, when every is above 1, which of them. 0..SLO_TIME_MAX_NS; 0: midnight,
 *              Monday (the first one is 1970-01-05), the 1st, January. Periods are counted from it
 *              in both directions; where a month has no such day, its last day serves, and the
 *              day comes back in the next month that has it.
 */
typedef struct slo_calendar {
  uint32_t unit;
  uint32_t every;
  int64_t anchor_ns;
} slo_calendar;

/* The period that at_ns lies in, start_ns < at_ns <= end_ns.
 * SLO_ERANGE (a field of calendar, at_ns, or a start or end outside 0..SLO_TIME_MAX_NS),
 * SLO_EINVAL (NULL). error may be NULL. */
SLO_API slo_status slo_calendar_eval(const slo_calendar *calendar, int64_t at_ns,
                                     slo_period *period, slo_error *error);

/*
 * The same among n starts that are given, strictly ascending, each the end of the period before:
 * n starts hold n - 1 periods. Only the ones looked at are checked.
 * SLO_ERANGE: at_ns lies before or at the first start, or after the last; starts that do not
 * ascend. SLO_EINVAL (NULL, n < 2).
 */
SLO_API slo_status slo_calendar_find(const int64_t *starts_ns, size_t n, int64_t at_ns,
                                     slo_period *period);

SLO_END

#endif
