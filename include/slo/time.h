/*
 * slo/time.h - moments and durations.
 *
 * The core has no clock. Moments are int64 nanoseconds since the Unix epoch, UTC
 * without leap seconds, in 0 .. SLO_TIME_MAX_NS (1970 to the end of 2261).
 * Durations are int64 nanoseconds. All functions are pure, know no locale, and
 * may be called from any thread.
 */
#ifndef SLO_TIME_H
#define SLO_TIME_H

#include "slo/status.h"

#define SLO_TIME_MAX_NS INT64_C(9214646399999999999) /* 2261-12-31T23:59:59.999999999Z */

#define SLO_SECOND_NS INT64_C(1000000000)
#define SLO_MINUTE_NS (INT64_C(60) * SLO_SECOND_NS)
#define SLO_HOUR_NS (INT64_C(60) * SLO_MINUTE_NS)
#define SLO_DAY_NS (INT64_C(24) * SLO_HOUR_NS)

/* Enough room for what slo_time_format and slo_span_format write. */
#define SLO_TIME_TEXT_MAX 40

SLO_BEGIN

/* The moments t with start_ns < t <= end_ns: a period, an interval. A frozen value type. */
typedef struct slo_period {
  int64_t start_ns;
  int64_t end_ns;
} slo_period;

/*
 * The moment of a UTC calendar date and time of day (proleptic Gregorian).
 * month 1..12, day 1..the month's length, hour 0..23, minute 0..59, second 0..60
 * (a leap second is read as the second after it), nanosecond 0..999999999.
 * SLO_ERANGE when a part or the result is out of range.
 */
SLO_API slo_status slo_time_civil(int32_t year, int32_t month, int32_t day, int32_t hour,
                                  int32_t minute, int32_t second, int32_t nanosecond,
                                  int64_t *time_ns);

/*
 * Reads a moment: RFC 3339 ("2015-05-17T20:27:00Z", "2015-05-17 22:27:00.5+02:00")
 * or a decimal integer with its unit: "1431894420s", "1431894420000ms", "..us",
 * "..ns". A bare integer is refused: nobody can tell its unit. Digits beyond
 * nanoseconds must be zero.
 * SLO_EPARSE (error->value is the offset), SLO_ERANGE.
 */
SLO_API slo_status slo_time_parse(const char *text, int64_t *time_ns, slo_error *error);

/*
 * Writes RFC 3339 in UTC, with as many decimals (0, 3, 6 or 9) as needed.
 * buffer holds size bytes; SLO_ESPACE when it is too small (SLO_TIME_TEXT_MAX
 * suffices), SLO_ERANGE when time_ns is not a moment.
 */
SLO_API slo_status slo_time_format(int64_t time_ns, char *buffer, size_t size);

/*
 * Reads a duration: one or more integers each with a unit, largest first:
 * "30d", "1h30m", "250ms". Units: w d h m s ms us ns. `m` is a minute; months and
 * years have no fixed length and are refused (SLO_EPARSE), so is a bare integer.
 * SLO_ERANGE beyond int64 nanoseconds.
 */
SLO_API slo_status slo_span_parse(const char *text, int64_t *span_ns, slo_error *error);

/* Writes a duration so that slo_span_parse reads it back: "3d", "1h30m", "0s",
 * negative ones with a leading '-'. SLO_ESPACE as for slo_time_format. */
SLO_API slo_status slo_span_format(int64_t span_ns, char *buffer, size_t size);

SLO_END

#endif
