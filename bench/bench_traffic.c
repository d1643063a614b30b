/* What does a slot of simulated traffic cost, at any rate and with each noise? Slots of 10 s, 0.1 %
 * of failures, a day and a week; a fault each day at the end. */
#include "bench.h"

enum { ROUNDS = 7, SLOTS = 200000, DAYS = 365 };

static void run_slots(void *context, uint64_t n) {
  slo_traffic_slot slot = {0};
  for (uint64_t i = 0; i < n; i++) {
    (void)slo_traffic_next(context, &slot);
    BENCH_KEEP(slot.counts.good);
  }
}

static void run_replicas(void *context, uint64_t n) {
  slo_counts counts = {0};
  for (uint64_t i = 0; i < n; i++) {
    (void)slo_traffic_replica(context, (uint32_t)(i % 100), &counts);
    BENCH_KEEP(counts.good);
  }
}

int main(int argc, char **argv) {
  const char *build = argc > 1 ? argv[1] : "build";
  static const struct {
    const char *name;
    uint64_t per_hour;
  } rates[] = {
      {"10", 10}, {"1e3", 1000}, {"1e5", 100000}, {"3.6e6", 3600000}, {"4e10", 40000000000}};
  static const char *const noises[] = {"independent", "bursts", "retries", "drift"};
  enum { RATES = sizeof rates / sizeof rates[0], NOISES = 4, CASES = RATES * NOISES + 2 };
  static bench_case cases[CASES];
  static char names[CASES][64];
  static slo_fault faults[DAYS];
  (void)bench_pin(0);
  for (int i = 0; i < DAYS; i++) {
    faults[i].period.start_ns = i * SLO_DAY_NS;
    faults[i].period.end_ns = i * SLO_DAY_NS + SLO_HOUR_NS;
    if (slo_fault_parse("down 10% ramp", &faults[i], NULL) != SLO_OK) return 1;
  }
  for (int i = 0; i < CASES; i++) {
    int rate = i < RATES * NOISES ? i % RATES : RATES - 2, noise = i / RATES % NOISES;
    slo_traffic_config config = SLO_SIZED(slo_traffic_config);
    slo_traffic *traffic = NULL;
    slo_traffic_slot slot;
    config.noise = (uint32_t)noise;
    config.requests_per_day = rates[rate].per_hour * 24;
    config.error_ppb = 1000000;
    config.diurnal_ppm = 500000;
    config.weekend_ppm = 500000;
    if (i == RATES * NOISES) {
      config.faults = faults;
      config.fault_count = DAYS;
    }
    config.replicas = 100;
    if (slo_traffic_create(&config, NULL, &traffic, NULL) != SLO_OK) return 1;
    if (slo_traffic_next(traffic, &slot) != SLO_OK) return 1;
    if (i < RATES * NOISES) {
      (void)snprintf(names[i], sizeof names[i], "%s, %s requests/h", noises[noise],
                     rates[rate].name);
    } else {
      (void)snprintf(names[i], sizeof names[i], "%s requests/h, %s", rates[rate].name,
                     i == CASES - 1 ? "one of 100 replicas" : "a fault each day");
    }
    cases[i].name = names[i];
    cases[i].run = i == CASES - 1 ? run_replicas : run_slots;
    cases[i].context = traffic;
    cases[i].n = SLOTS;
  }
  bench_run(cases, CASES, ROUNDS);
  bench_print("traffic, per slot", cases, CASES);
  printf("\n  %-46s %14s\n", "", "events a second");
  for (int i = 0; i < RATES * NOISES; i++) {
    double events = (double)rates[i % RATES].per_hour / 360;
    printf("  %-46s %14.3g\n", cases[i].name, events / bench_median(&cases[i]) * 1e9);
  }
  for (int i = 0; i < CASES; i++) slo_traffic_destroy(cases[i].context);
  return bench_json(build, "traffic", cases, CASES);
}
