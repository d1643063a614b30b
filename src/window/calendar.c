#include "slo/calendar.h"

#include "base/fail.h"
#include "base/time.h"

/* What starts are computed from. Both kinds of unit count steps from an origin: days and weeks in
 * days since the epoch, months, quarters and years in months since January of the year 0. */
typedef struct calendar_grid {
  int by_month;
  int64_t step;
  int64_t origin;
  int64_t day; /* of the month, 1..31; clamped anew in each month, so it comes back */
  int64_t in_day_ns;
} calendar_grid;

static int64_t calendar_month(int64_t days, int64_t *day) {
  int64_t year, month;
  sloi_time_date(days, &year, &month, day);
  return year * 12 + month - 1;
}

/* The start k periods after the anchor; the nearest of int64 when that has no room for it. */
static int64_t calendar_start(const calendar_grid *grid, int64_t k) {
  int64_t days = grid->origin + k * grid->step;
  if (grid->by_month) {
    int64_t year = days / 12, month = days % 12 + 1; /* every reaches back to the year 970 */
    int64_t last = sloi_time_month_length(year, month);
    days = sloi_time_days(year, month, grid->day < last ? grid->day : last);
  }
  if (days >= INT64_MAX / SLO_DAY_NS) return INT64_MAX;
  if (days < INT64_MIN / SLO_DAY_NS) return INT64_MIN;
  return days * SLO_DAY_NS + grid->in_day_ns;
}

static slo_status calendar_grid_of(const slo_calendar *calendar, calendar_grid *grid,
                                   slo_error *error) {
  static const int64_t units[] = {0, 1, 7, 1, 3, 12};
  uint32_t unit = calendar->unit, every = calendar->every;
  int64_t anchor_ns = calendar->anchor_ns;
  if (unit < SLO_CALENDAR_DAY || unit > SLO_CALENDAR_YEAR) {
    return sloi_fail_range(error, unit, SLO_CALENDAR_DAY, SLO_CALENDAR_YEAR, "unit");
  }
  if (every > SLO_CALENDAR_EVERY_MAX) {
    return sloi_fail_range(error, every, 0, SLO_CALENDAR_EVERY_MAX, "every");
  }
  if (anchor_ns < 0 || anchor_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, anchor_ns, 0, SLO_TIME_MAX_NS, "anchor_ns");
  }
  /* the epoch is a Thursday */
  if (unit == SLO_CALENDAR_WEEK && anchor_ns == 0) anchor_ns = 4 * SLO_DAY_NS;
  grid->by_month = unit >= SLO_CALENDAR_MONTH;
  grid->step = units[unit] * (every == 0 ? 1 : every);
  grid->origin = anchor_ns / SLO_DAY_NS;
  grid->in_day_ns = anchor_ns % SLO_DAY_NS;
  if (grid->by_month) grid->origin = calendar_month(grid->origin, &grid->day);
  return SLO_OK;
}

slo_status slo_calendar_eval(const slo_calendar *calendar, int64_t at_ns, slo_period *period,
                             slo_error *error) {
  calendar_grid grid = {0};
  slo_period p;
  if (calendar == NULL) return sloi_fail(error, SLO_EINVAL, 0, "calendar (NULL)");
  if (period == NULL) return sloi_fail(error, SLO_EINVAL, 0, "period (NULL)");
  slo_status status = calendar_grid_of(calendar, &grid, error);
  if (status != SLO_OK) return status;
  if (at_ns < 0 || at_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, at_ns, 0, SLO_TIME_MAX_NS, "at_ns");
  }
  int64_t here = at_ns / SLO_DAY_NS, unused;
  if (grid.by_month) here = calendar_month(here, &unused);
  /* rounded towards the anchor: the start of the period, or its end */
  int64_t k = (here - grid.origin) / grid.step;
  p.end_ns = calendar_start(&grid, k);
  if (p.end_ns < at_ns) p.end_ns = calendar_start(&grid, ++k);
  p.start_ns = calendar_start(&grid, k - 1);
  if (p.start_ns < 0) {
    return sloi_fail_range(error, p.start_ns, 0, SLO_TIME_MAX_NS, "at_ns, its period's start");
  }
  if (p.end_ns > SLO_TIME_MAX_NS) {
    return sloi_fail_range(error, p.end_ns, 0, SLO_TIME_MAX_NS, "at_ns, its period's end");
  }
  *period = p;
  return SLO_OK;
}

slo_status slo_calendar_find(const int64_t *starts_ns, size_t n, int64_t at_ns,
                             slo_period *period) {
  if (starts_ns == NULL || period == NULL || n < 2) return SLO_EINVAL;
  size_t low = 0, high = n - 1;
  if (at_ns <= starts_ns[low] || at_ns > starts_ns[high]) return SLO_ERANGE;
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (starts_ns[middle] <= starts_ns[low] || starts_ns[middle] >= starts_ns[high]) {
      return SLO_ERANGE;
    }
    if (starts_ns[middle] < at_ns) {
      low = middle;
    } else {
      high = middle;
    }
  }
  period->start_ns = starts_ns[low];
  period->end_ns = starts_ns[high];
  return SLO_OK;
}
