/*
 * slo/recurrence.h - maintenance that comes again every day or week.
 *
 * Reads a recurrence rule of RFC 5545 (iCalendar), of which it knows FREQ=DAILY and
 * FREQ=WEEKLY with INTERVAL, BYDAY (without numbers), WKST=MO and one of UNTIL and COUNT, and
 * expands it into intervals that corrections are made of (slo/ledger.h). Weeks begin on Monday.
 *
 * Times are taken as they are, without a time zone: for a rule in local time expand it in local
 * time, as if that were UTC, and let your time zone database turn each start into a moment.
 * Pure functions, any thread.
 */
#ifndef SLO_RECURRENCE_H
#define SLO_RECURRENCE_H

#include "slo/calendar.h"

#define SLO_RECURRENCE_MAX 10000 /* the largest interval and count */

SLO_BEGIN

enum { SLO_RECUR_DAILY = 1, SLO_RECUR_WEEKLY = 2 };

/*
 *   frequency  SLO_RECUR_*
 *   interval   every so many days or weeks, 1..SLO_RECURRENCE_MAX; 0: 1
 *   days       bit 0 Monday .. bit 6 Sunday; 0: every day, or weekly the first one's weekday
 *   count      how many in all, 1..SLO_RECURRENCE_MAX; 0: no such limit
 *   until_ns   none that starts later, 1..SLO_TIME_MAX_NS; 0: no such limit
 *   reserved   0 (SLO_EVERSION)
 *
 * At most one of count and until_ns.
 */
typedef struct slo_recurrence {
  uint32_t struct_size;
  uint32_t frequency;
  uint32_t interval;
  uint32_t days;
  uint32_t count;
  uint32_t reserved;
  int64_t until_ns;
} slo_recurrence;

/* Reads "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU;COUNT=10", with or without "RRULE:" before it; parts
 * in any order, each once, upper or lower case. UNTIL is 20271231T235959Z, 20271231T235959
 * (as it is) or 20271231 (the whole day), after the epoch. SLO_EPARSE (error->value is the offset,
 * error->field begins with the name of the part that cannot be read or is not known), SLO_ERANGE,
 * SLO_EINVAL (NULL), SLO_EVERSION (a struct_size without room for it). */
SLO_API slo_status slo_recurrence_parse(const char *text, slo_recurrence *recurrence,
                                        slo_error *error);

/*
 * The intervals that overlap (from_ns, to_ns], ascending. The first one starts at first_ns, which
 * gives the time of day and is counted even when BYDAY does not name its weekday (RFC 5545,
 * DTSTART); each is duration_ns long, 1 ns .. 366 days, and they may overlap each other. They are
 * not cut to (from_ns, to_ns], only at SLO_TIME_MAX_NS; with from_ns = to_ns there is none.
 * *count is how many there are, also when capacity is smaller: then the first `capacity` are
 * written and SLO_ESPACE is returned. periods may be NULL when capacity is 0.
 * first_ns and from_ns <= to_ns are in 0..SLO_TIME_MAX_NS. SLO_ERANGE (error names the field),
 * SLO_EINVAL (NULL), SLO_EVERSION. Work is bounded by the days up to to_ns; without a count, by
 * those from from_ns - duration_ns on.
 */
SLO_API slo_status slo_recurrence_expand(const slo_recurrence *recurrence, int64_t first_ns,
                                         int64_t duration_ns, int64_t from_ns, int64_t to_ns,
                                         slo_period *periods, size_t capacity, size_t *count,
                                         slo_error *error);

SLO_END

#endif
