#include <slo.h>
#include <stdio.h>

int main(void) {
  slo_monitor_sli sli = {.struct_size = sizeof sli, .name = "checkout"};
  slo_monitor_slo slo = {.struct_size = sizeof slo, .name = "checkout", .objective_ppb = 999000000};
  slo.period_ns = 28 * SLO_DAY_NS; /* 99.9 % over 28 days, with the Workbook's alerts */
  slo_monitor_config all = {.struct_size = sizeof all, .slis = &sli, .slos = &slo};
  all.sli_count = all.slo_count = 1;
  slo_monitor *m;
  if (slo_monitor_create(&all, NULL, &m, NULL) != SLO_OK) return 1;
  int64_t now_ns = 1767225600 * SLO_SECOND_NS; /* your clock: libslo has none */
  slo_monitor_tick(m, now_ns, 0);
  for (int i = 0; i < 100000; i++) /* any thread: no lock, no allocation */
    slo_counter_record(slo_monitor_counter(m, 0), i % 2703 == 0 ? SLO_BAD : SLO_GOOD);
  slo_monitor_tick(m, now_ns + SLO_MINUTE_NS, 0); /* one thread, say every 10 s */
  slo_standing s = SLO_SIZED(slo_standing);
  if (slo_monitor_read(m, 0, &s) == SLO_OK && s.page != SLO_ALERT_FIRING)
    printf("your budget is at %d %%, nothing to do\n", (int)(s.budget.remaining_ppm / 10000));
  slo_monitor_destroy(m);
}
