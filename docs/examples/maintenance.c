/*
 * maintenance - a budget that does not pay for what was agreed on.
 *
 * A shop is updated every Sunday from 02:00 to 02:30 UTC, as its users were told. The rule is
 * expanded into corrections before the month begins; then the month is simulated, with every
 * request failing during updates and one in 1,200 at other times, and explained.
 */
#include <slo.h>
#include <stdio.h>

enum { INTERVALS_MAX = 16 };

static slo_status plan_updates(slo_monitor *m, slo_period month) {
  slo_recurrence sundays = SLO_SIZED(slo_recurrence);
  slo_period updates[INTERVALS_MAX];
  size_t count;
  int64_t first_ns;
  slo_status status = slo_recurrence_parse("FREQ=WEEKLY;BYDAY=SU", &sundays, NULL);
  if (status == SLO_OK) status = slo_time_parse("2026-01-04T02:00:00Z", &first_ns, NULL);
  if (status == SLO_OK) {
    status = slo_recurrence_expand(&sundays, first_ns, 30 * SLO_MINUTE_NS, month.start_ns,
                                   month.end_ns, updates, INTERVALS_MAX, &count, NULL);
  }
  for (size_t i = 0; status == SLO_OK && i < count; i++) {
    slo_correction update = SLO_SIZED(slo_correction);
    update.kind = SLO_CORRECT_REMOVE;
    update.from_ns = updates[i].start_ns;
    update.to_ns = updates[i].end_ns;
    update.sli = SLO_LEDGER_ALL;
    (void)snprintf(update.reason, sizeof update.reason, "weekly update, announced");
    status = slo_monitor_correct(m, &update, NULL, NULL);
  }
  return status;
}

int main(void) {
  slo_monitor_sli sli = {.struct_size = sizeof sli, .name = "pay"};
  slo_monitor_slo slo = {.struct_size = sizeof slo, .name = "pay", .objective_ppb = 999000000};
  slo.period_ns = 30 * SLO_DAY_NS; /* what the alerts' factors follow from */
  slo.calendar.unit = SLO_CALENDAR_MONTH;
  slo_monitor_config config = {.struct_size = sizeof config, .slis = &sli, .slos = &slo};
  config.sli_count = config.slo_count = 1;
  slo_monitor *m;
  slo_period month;
  int64_t now_ns;
  if (slo_time_parse("2026-11-01T00:00:00Z", &now_ns, NULL) != SLO_OK) return 1;
  if (slo_calendar_eval(&slo.calendar, now_ns + 1, &month, NULL) != SLO_OK) return 1;
  if (slo_monitor_create(&config, NULL, &m, NULL) != SLO_OK) return 1;
  if (plan_updates(m, month) != SLO_OK) return 1;

  for (uint64_t request = 0; now_ns < month.end_ns; now_ns += SLO_MINUTE_NS) {
    if (slo_monitor_tick(m, now_ns, 0) != SLO_OK) return 1;
    int64_t minute = now_ns / SLO_MINUTE_NS;
    int64_t weekday = (now_ns / SLO_DAY_NS + 3) % 7; /* 6: Sunday */
    int updating = weekday == 6 && minute % 1440 >= 120 && minute % 1440 < 150;
    for (int i = 0; i < 20; i++, request++) {
      slo_counter_record(slo_monitor_counter(m, 0),
                         updating || request % 1200 == 0 ? SLO_BAD : SLO_GOOD);
    }
  }
  slo_budget_config budget = SLO_SIZED(slo_budget_config);
  char text[4096];
  if (slo_monitor_tick(m, now_ns, 0) != SLO_OK) return 1;
  if (slo_monitor_budget(m, 0, &budget) != SLO_OK) return 1;
  if (slo_budget_explain(slo_monitor_window(m, 0), &budget, text, sizeof text, NULL) == SLO_OK) {
    fputs(text, stdout);
  }
  slo_monitor_destroy(m);
  return 0;
}
