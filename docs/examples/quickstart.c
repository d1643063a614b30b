#include <slo.h>
#include <stdio.h>

int main(void) {
  slo_monitor_sli sli = {.struct_size = sizeof sli, .name = "checkout"};
  slo_monitor_slo slo = {.struct_size = sizeof slo,
                         .name = "checkout 99.9 %",
                         .objective_ppb = 999000000,
                         .period_ns = 28 * SLO_DAY_NS};
  slo_monitor_config config = {
      .struct_size = sizeof config, .sli_count = 1, .slis = &sli, .slo_count = 1, .slos = &slo};
  slo_monitor *monitor;
  if (slo_monitor_create(&config, NULL, &monitor, NULL) != SLO_OK) return 1;
  slo_counter *checkout = slo_monitor_counter(monitor, 0);
  int64_t now_ns = 1767225600 * SLO_SECOND_NS; /* your clock; libslo has none */
  slo_monitor_tick(monitor, now_ns, 0);
  for (int i = 0; i < 10000; i++) /* any thread, about a nanosecond */
    slo_counter_record(checkout, i % 2000 == 0 ? SLO_BAD : SLO_GOOD);
  slo_monitor_tick(monitor, now_ns += 60 * SLO_SECOND_NS, 0); /* one thread, say every 10 s */
  slo_standing s = SLO_SIZED(slo_standing);
  if (slo_monitor_read(monitor, 0, &s) == SLO_OK)
    printf("%d %% of the budget left, page: %s\n", (int)(s.budget.remaining_ppm / 10000),
           s.page == SLO_ALERT_FIRING ? "yes" : "no");
  slo_monitor_destroy(monitor);
}
