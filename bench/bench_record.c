/* What does a record cost, against the bare increment that nothing can beat? */
#include "bench.h"

enum { VALUES = 4096, N = 2000000, ROUNDS = 15 };

static int64_t values[VALUES]; /* log-uniform over 1 us .. 1 s, so that cells vary as in life */
static volatile uint64_t bare[2048];

static void run_loop(void *context, uint64_t n) {
  (void)context;
  for (uint64_t i = 0; i < n; i++) BENCH_KEEP(values[i % VALUES]);
}

/* A log-linear cell of a plain array, one owner: load, add, store. */
static void run_bare(void *context, uint64_t n) {
  (void)context;
  for (uint64_t i = 0; i < n; i++) {
    uint64_t v = (uint64_t)values[i % VALUES];
    unsigned octave = 63 - (unsigned)__builtin_clzll(v);
    uint64_t cell = (uint64_t)octave * 32 + ((v << (63 - octave)) << 1 >> 59);
    bare[cell] = bare[cell] + 1;
  }
}

static void run_atomic(void *context, uint64_t n) {
  (void)context;
  for (uint64_t i = 0; i < n; i++) {
    __atomic_fetch_add(&bare[values[i % VALUES] & 7], 1, __ATOMIC_RELAXED);
  }
}

static void run_counter(void *context, uint64_t n) {
  slo_counter *c = context;
  for (uint64_t i = 0; i < n; i++) slo_counter_record(c, (slo_outcome)(values[i % VALUES] & 1));
}

static void run_hist(void *context, uint64_t n) {
  slo_hist *h = context;
  for (uint64_t i = 0; i < n; i++) slo_hist_record(h, values[i % VALUES]);
}

static void run_snapshot(void *context, uint64_t n) {
  void **pair = context;
  for (uint64_t i = 0; i < n; i++) (void)slo_snapshot_read(pair[0], pair[1]);
}

static void run_quantiles(void *context, uint64_t n) {
  static const uint32_t q[5] = {500000000, 900000000, 950000000, 990000000, 999000000};
  int64_t out[5];
  void **pair = context;
  for (uint64_t i = 0; i < n; i++) {
    (void)slo_snapshot_quantiles(pair[0], q, 5, out);
    BENCH_KEEP(out[0]);
  }
}

int main(int argc, char **argv) {
  const char *build = argc > 1 ? argv[1] : "build";
  int64_t threshold = 300000000;
  uint64_t state = 1;
  slo_hist_config plain = SLO_SIZED(slo_hist_config), with = SLO_SIZED(slo_hist_config);
  slo_counter *counter;
  slo_hist *hist, *hist_threshold;
  slo_snapshot *snapshot;
  with.thresholds = &threshold;
  with.threshold_count = 1;
  if (slo_counter_create(NULL, NULL, &counter, NULL) != SLO_OK ||
      slo_hist_create(&plain, NULL, &hist, NULL) != SLO_OK ||
      slo_hist_create(&with, NULL, &hist_threshold, NULL) != SLO_OK ||
      slo_snapshot_create(hist, NULL, &snapshot, NULL) != SLO_OK) {
    return 1;
  }
  for (int i = 0; i < VALUES; i++) {
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    int64_t octave = INT64_C(1000) << (state >> 33) % 20;
    values[i] = octave + (int64_t)(state >> 20) % octave;
  }
  void *pair[2] = {snapshot, hist};
  bench_case cases[] = {
      {"bare increment of a log-linear cell", run_bare, NULL, N, {0}, 0},
      {"loop and load only", run_loop, NULL, N, {0}, 0},
      {"atomic add on a private line", run_atomic, NULL, N, {0}, 0},
      {"slo_counter_record, no handle", run_counter, counter, N, {0}, 0},
      {"slo_hist_record, bucket + sum", run_hist, hist, N, {0}, 0},
      {"slo_hist_record, bucket + sum + threshold", run_hist, hist_threshold, N, {0}, 0},
      {"slo_snapshot_read, 2,032 cells a shard", run_snapshot, pair, 2000, {0}, 0},
      {"slo_snapshot_quantiles, five at once", run_quantiles, pair, 2000, {0}, 0},
  };
  size_t count = sizeof cases / sizeof cases[0];
  int pinned = bench_pin(0);
  bench_run(cases, count, ROUNDS);
  bench_print(pinned ? "record, 1 thread, pinned" : "record, 1 thread", cases, count);
  slo_counter_destroy(counter);
  slo_hist_destroy(hist);
  slo_hist_destroy(hist_threshold);
  slo_snapshot_destroy(snapshot);
  return bench_json(build, "record", cases, count);
}
