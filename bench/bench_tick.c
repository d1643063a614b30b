/* What does a tick cost, and asking where an objective stands? Per SLI with one SLO of four
 * tiers (eight windows), default window tiers. */
#include "bench.h"

enum { SLIS = 1000, ROUNDS = 11 };

static slo_monitor *monitor;
static int64_t now_ns = 1700000000 * SLO_SECOND_NS;

/* Every tick opens a slice, so every alert is stepped. */
static void run_ticks(void *context, uint64_t n) {
  (void)context;
  for (uint64_t i = 0; i < n / SLIS; i++) {
    for (uint32_t s = 0; s < SLIS; s += 7) slo_counter_record(slo_monitor_counter(monitor, s), 0);
    now_ns += 5 * SLO_SECOND_NS;
    (void)slo_monitor_tick(monitor, now_ns, 0);
  }
}

/* Within a slice: readings are brought up to date, no alert is due. */
static void run_ticks_within(void *context, uint64_t n) {
  (void)context;
  for (uint64_t i = 0; i < n / SLIS; i++) (void)slo_monitor_tick(monitor, now_ns, 0);
}

static void run_reads(void *context, uint64_t n) {
  slo_standing standing = SLO_SIZED(slo_standing);
  (void)context;
  for (uint64_t i = 0; i < n; i++) {
    (void)slo_monitor_read(monitor, (uint32_t)(i % SLIS), &standing);
    BENCH_KEEP(standing.at_ns);
  }
}

/* The limit: every cell that a tick reads and every word that it writes, touched once. */
static void run_touch(void *context, uint64_t n) {
  uint64_t *memory = context, sum = 0;
  for (uint64_t i = 0; i < n; i++) {
    uint64_t *line = memory + i % SLIS * 512;
    for (int k = 0; k < 40; k++) sum += line[k * 8];
    for (int k = 40; k < 52; k++) line[k * 8] = sum;
  }
  BENCH_KEEP(sum);
}

int main(int argc, char **argv) {
  const char *build = argc > 1 ? argv[1] : "build";
  static char names[SLIS][16];
  static slo_monitor_sli slis[SLIS];
  static slo_monitor_slo slos[SLIS];
  for (int i = 0; i < SLIS; i++) {
    (void)snprintf(names[i], sizeof names[i], "slo-%d", i);
    slis[i].struct_size = sizeof slis[i];
    slis[i].name = slos[i].name = names[i];
    slis[i].shards = 4;
    slos[i].struct_size = sizeof slos[i];
    slos[i].sli = (uint32_t)i;
    slos[i].objective_ppb = 999000000;
    slos[i].period_ns = 30 * SLO_DAY_NS;
  }
  slo_monitor_config config = SLO_SIZED(slo_monitor_config);
  config.slis = slis;
  config.slos = slos;
  config.sli_count = config.slo_count = SLIS;
  uint64_t *memory = calloc(SLIS, 512 * sizeof *memory);
  if (memory == NULL || slo_monitor_create(&config, NULL, &monitor, NULL) != SLO_OK) return 1;
  bench_case cases[] = {
      {"touching 52 cache lines", run_touch, memory, SLIS * 100, {0}, 0},
      {"slo_monitor_tick, a new slice, per SLO", run_ticks, NULL, SLIS * 20, {0}, 0},
      {"slo_monitor_tick, within a slice, per SLO", run_ticks_within, NULL, SLIS * 50, {0}, 0},
      {"slo_monitor_read", run_reads, NULL, SLIS * 100, {0}, 0},
  };
  size_t count = sizeof cases / sizeof cases[0];
  (void)bench_pin(0);
  bench_run(cases, count, ROUNDS);
  bench_print("tick, 1,000 SLIs and SLOs", cases, count);
  slo_monitor_destroy(monitor);
  free(memory);
  return bench_json(build, "tick", cases, count);
}
