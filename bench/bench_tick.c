/* What does a tick cost, and what does judging cost, per SLO, and how does that grow with their
 * number? Each SLI has four rows to sum and one SLO of four tiers (eight windows), default
 * window tiers. */
#include "bench.h"

enum { ROUNDS = 7, SLOS_MAX = 100000, WARM = 90 };

typedef struct bench_stage {
  slo_monitor *monitor;
  uint32_t slis;
  uint32_t slos;
  int64_t now_ns;
  uint64_t *lines; /* for the limit */
} bench_stage;

/* Every tick opens a slice, so every alert is stepped. */
static void run_ticks(void *context, uint64_t n) {
  bench_stage *s = context;
  for (uint64_t i = 0; i < n / s->slis; i++) {
    for (uint32_t k = 0; k < s->slis; k += 7) {
      slo_counter_record(slo_monitor_counter(s->monitor, k), SLO_GOOD);
    }
    s->now_ns += 5 * SLO_SECOND_NS;
    (void)slo_monitor_tick(s->monitor, s->now_ns, 0);
  }
}

/* Within a slice: readings are brought up to date, no alert is due. */
static void run_ticks_within(void *context, uint64_t n) {
  bench_stage *s = context;
  for (uint64_t i = 0; i < n / s->slis; i++) (void)slo_monitor_tick(s->monitor, s->now_ns, 0);
}

static void run_reads(void *context, uint64_t n) {
  bench_stage *s = context;
  slo_standing standing = SLO_SIZED(slo_standing);
  for (uint64_t i = 0; i < n; i++) {
    (void)slo_monitor_read(s->monitor, (uint32_t)(i % s->slis), &standing);
    BENCH_KEEP(standing.at_ns);
  }
}

/* The limit: as many cache lines as a tick that steps the alert reads (28) and reads and writes
 * (14), each touched once, as far apart as the SLIs are. */
static void run_touch(void *context, uint64_t n) {
  enum { READ = 28, WRITTEN = 14, STRIDE = 4096 };
  bench_stage *s = context;
  uint64_t sum = 0;
  for (uint64_t i = 0; i < n; i++) {
    uint64_t *line = s->lines + i % s->slis * STRIDE;
    for (int k = 0; k < READ; k++) sum += line[k * 8];
    for (int k = READ; k < READ + WRITTEN; k++) line[k * 8] += sum;
  }
  BENCH_KEEP(sum);
}

static int stage_fill(bench_stage *s, uint32_t slis, uint32_t slos) {
  static char names[SLOS_MAX][16];
  static slo_monitor_sli sli[SLOS_MAX];
  static slo_monitor_slo slo[SLOS_MAX];
  for (uint32_t i = 0; i < slis; i++) {
    (void)snprintf(names[i], sizeof names[i], "slo-%u", i);
    sli[i].struct_size = sizeof sli[i];
    sli[i].name = slo[i].name = names[i];
    sli[i].shards = 4;
    slo[i].struct_size = sizeof slo[i];
    slo[i].sli = i;
    slo[i].objective_ppb = 999000000;
    slo[i].period_ns = 28 * SLO_DAY_NS;
  }
  slo_window_config window =
      SLO_SIZED(slo_window_config); /* the defaults, but for the history below */
  window.jump_max_ns = SLO_TIME_MAX_NS;
  slo_monitor_config config = SLO_SIZED(slo_monitor_config);
  config.window = &window;
  config.slis = sli;
  config.slos = slo;
  config.sli_count = s->slis = slis;
  config.slo_count = s->slos = slos;
  s->now_ns = INT64_C(1700000000) * SLO_SECOND_NS;
  if (slo_monitor_create(&config, NULL, &s->monitor, NULL) != SLO_OK) return 0;
  for (int i = 0; i < WARM; i++) { /* a history that reaches into the coarser tiers */
    s->now_ns += 3 * SLO_HOUR_NS / WARM * (i + 1);
    if (slo_monitor_tick(s->monitor, s->now_ns, 0) != SLO_OK) return 0;
  }
  return 1;
}

int main(int argc, char **argv) {
  const char *build = argc > 1 ? argv[1] : "build";
  uint32_t most = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : SLOS_MAX;
  static const uint32_t sizes[] = {10, 100, 1000, 10000, 100000};
  enum { SIZES = sizeof sizes / sizeof sizes[0], CASES = 5 };
  static bench_case all[SIZES * CASES];
  size_t count = 0;
  (void)bench_pin(0);
  for (size_t i = 0; i < SIZES && sizes[i] <= most && sizes[i] <= SLOS_MAX; i++) {
    static char names[SIZES][CASES][64];
    static const char *const what[CASES] = {"touching 42 cache lines", "tick, a new slice, no SLO",
                                            "tick, a new slice, and judging",
                                            "tick, within a slice", "slo_monitor_read"};
    void (*const run[CASES])(void *, uint64_t) = {run_touch, run_ticks, run_ticks, run_ticks_within,
                                                  run_reads};
    bench_stage with = {0}, without = {0};
    with.lines = calloc(sizes[i], 4096 * sizeof *with.lines);
    if (with.lines == NULL || !stage_fill(&with, sizes[i], sizes[i]) ||
        !stage_fill(&without, sizes[i], 0)) {
      return 1;
    }
    for (int k = 0; k < CASES; k++) {
      bench_case *c = &all[count + (size_t)k];
      (void)snprintf(names[i][k], sizeof names[i][k], "%u SLIs: %s", sizes[i], what[k]);
      c->name = names[i][k];
      c->run = run[k];
      c->context = k == 1 ? &without : &with;
      c->n = sizes[i] * (sizes[i] < 10000 ? 20000 / sizes[i] : 2);
    }
    bench_run(all + count, CASES, ROUNDS);
    char title[64];
    (void)snprintf(title, sizeof title, "tick, per SLI, of %u", sizes[i]);
    bench_print(title, all + count, CASES);
    count += CASES;
    slo_monitor_destroy(with.monitor);
    slo_monitor_destroy(without.monitor);
    free(with.lines);
  }
  return bench_json(build, "tick", all, count);
}
