/* time.h - the proleptic Gregorian calendar behind moments. */
#ifndef SLOI_TIME_H
#define SLOI_TIME_H

#include <stdint.h>

/* Days since 1970-01-01 of a date, negative before it; month 1..12. */
int64_t sloi_time_days(int64_t year, int64_t month, int64_t day);

/* The date of a day: the inverse. */
void sloi_time_date(int64_t days, int64_t *year, int64_t *month, int64_t *day);

int64_t sloi_time_month_length(int64_t year, int64_t month);

#endif
