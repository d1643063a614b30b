/*
 * backtest - would these alerts have woken somebody, and rightly?
 *
 * The workbook's burn rates alone, and with the gate that asks whether it is chance, over the same
 * simulated year of a service that promises 99.9 %: healthy, with half of its budget's failures,
 * but for four outages in which all fails and four in which every tenth request does.
 */
#include <inttypes.h>
#include <slo.h>
#include <stdio.h>

enum { INCIDENTS = 8, POLICIES = 2 };

static const char *const name[POLICIES] = {"burn rates", "with gate"};

/* Every six weeks, by turns 30 minutes of everything and 4 hours of a tenth. */
static void plan(int64_t start_ns, slo_incident *incidents, slo_fault *faults) {
  for (int i = 0; i < INCIDENTS; i++) {
    int64_t begin_ns = start_ns + (20 + 44 * i) * SLO_DAY_NS + (9 + i) * SLO_HOUR_NS;
    int total = i % 2 == 0;
    slo_fault f = {0};
    f.kind = SLO_FAULT_DOWN;
    f.toxicity_ppm = total ? 1000000 : 100000;
    f.period.start_ns = begin_ns;
    f.period.end_ns = begin_ns + (total ? 30 * SLO_MINUTE_NS : 4 * SLO_HOUR_NS);
    faults[i] = f;
    incidents[i].period = f.period;
    incidents[i].error_ppb = (uint64_t)f.toxicity_ppm * 1000;
  }
}

static void print(uint64_t requests_per_hour, const slo_backtest_result *r) {
  printf("%8" PRIu64 "  %-10s  %3" PRIu64 "  %5.1f (%4.1f .. %4.1f)  %4.0f %%  %9.1f  %5.1f\n",
         requests_per_hour, name[r->policy], r->pages, (double)r->false_per_year_ppm / 1e6,
         (double)r->false_low_ppm / 1e6, (double)r->false_high_ppm / 1e6,
         (double)r->recall_ppm / 1e4, (double)r->detection_median_ns / 6e10,
         (double)r->reset_median_ns / 6e10);
}

static slo_status year(uint64_t requests_per_hour, const slo_backtest_config *config,
                       slo_traffic_config *traffic_config) {
  slo_backtest *b = NULL;
  slo_traffic *traffic = NULL;
  slo_traffic_slot slot;
  traffic_config->requests_per_day = 24 * requests_per_hour;
  slo_status status = slo_backtest_create(config, NULL, &b, NULL);
  if (status == SLO_OK) status = slo_traffic_create(traffic_config, NULL, &traffic, NULL);
  int64_t now_ns = traffic_config->start_ns, end_ns = now_ns + 365 * SLO_DAY_NS;
  while (status == SLO_OK && now_ns < end_ns) {
    status = slo_traffic_next(traffic, &slot);
    now_ns = slot.period.end_ns;
    if (status == SLO_OK) status = slo_backtest_step(b, now_ns, &slot.counts);
  }
  for (uint32_t i = 0; status == SLO_OK && i < POLICIES; i++) {
    slo_backtest_result r = SLO_SIZED(slo_backtest_result);
    status = slo_backtest_read(b, i, &r);
    if (status == SLO_OK) print(requests_per_hour, &r);
  }
  slo_traffic_destroy(traffic);
  slo_backtest_destroy(b);
  return status;
}

int main(void) {
  slo_alert_tier tiers[SLO_ALERT_TIERS_MAX];
  slo_alert_config policies[POLICIES] = {SLO_SIZED(slo_alert_config)};
  slo_incident incidents[INCIDENTS];
  slo_fault faults[INCIDENTS];
  slo_traffic_config traffic = SLO_SIZED(slo_traffic_config);
  slo_backtest_config config = SLO_SIZED(slo_backtest_config);
  config.policies = policies;
  config.policy_count = POLICIES;
  config.incidents = incidents;
  config.incident_count = INCIDENTS;
  config.period_ns = 30 * SLO_DAY_NS;
  config.grace_ns = 15 * SLO_MINUTE_NS;
  traffic.slot_ns = 30 * SLO_SECOND_NS;
  traffic.diurnal_ppm = 600000;
  traffic.peak_ns = 19 * SLO_HOUR_NS;
  traffic.error_ppb = 500000;
  traffic.seed = 1;
  traffic.faults = faults;
  traffic.fault_count = INCIDENTS;
  policies[0].objective_ppb = 999000000;
  policies[0].tiers = tiers;
  slo_status status = slo_time_parse("2026-01-01T00:00:00Z", &traffic.start_ns, NULL);
  if (status == SLO_OK) {
    status = slo_catalog_tiers(SLO_CATALOG_WORKBOOK, config.period_ns, tiers, SLO_ALERT_TIERS_MAX,
                               &policies[0].tier_count, NULL);
  }
  policies[1] = policies[0];
  policies[0].gate[SLO_SEVERITY_PAGE].kind = SLO_GATE_NONE;
  plan(traffic.start_ns, incidents, faults);
  printf(
      "requests              pages                              minutes to\n"
      "per hour  policy      all    false a year (95 %%)     recall  detection  reset\n");
  if (status == SLO_OK) status = year(10, &config, &traffic);
  if (status == SLO_OK) status = year(1000, &config, &traffic);
  if (status != SLO_OK) fprintf(stderr, "backtest: %s\n", slo_strerror(status));
  return status == SLO_OK ? 0 : 1;
}
