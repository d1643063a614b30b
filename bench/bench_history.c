/* What does a push into a history cost, and asking for the last hour? One histogram of the default
 * grid, latencies as of a service: log-normal by a sum of uniform numbers, 5 ms in the middle. */
#include <math.h>

#include "bench.h"

enum { ROUNDS = 21, EVENTS = 2000000 };

static slo_hist *hist;
static slo_history *history;
static slo_snapshot *snapshot;
static int64_t now_ns = 1700000000 * SLO_SECOND_NS;

static double uniform(void) {
  static uint64_t x = 7;
  x = x * 6364136223846793005u + 1442695040888963407u;
  return (double)(x >> 11) * 0x1p-53;
}

static void record(int n) {
  for (int i = 0; i < n; i++) {
    double normal = -6;
    for (int k = 0; k < 12; k++) normal += uniform();
    slo_hist_record(hist, (int64_t)(5e6 * exp(0.8 * normal)));
  }
}

static void run_read_now(void *context, uint64_t n) {
  (void)context;
  for (uint64_t i = 0; i < n; i++) (void)slo_snapshot_read(snapshot, hist);
}

/* Most of them 5 min apart: one tier takes a reading, every twelfth time both. */
static void run_push(void *context, uint64_t n) {
  (void)context;
  for (uint64_t i = 0; i < n; i++) {
    now_ns += 5 * SLO_MINUTE_NS;
    (void)slo_history_push(history, now_ns, hist, 0);
  }
}

static void run_push_nothing(void *context, uint64_t n) {
  (void)context;
  for (uint64_t i = 0; i < n; i++) (void)slo_history_push(history, now_ns, hist, 0);
}

static void run_read(void *context, uint64_t n) {
  const int64_t *span_ns = context;
  for (uint64_t i = 0; i < n; i++) {
    (void)slo_history_read(history, now_ns - *span_ns, now_ns, snapshot, NULL);
  }
}

static void run_since(void *context, uint64_t n) {
  const int64_t *span_ns = context;
  for (uint64_t i = 0; i < n; i++) {
    (void)slo_history_since(history, hist, now_ns - *span_ns, snapshot, NULL);
  }
}

int main(int argc, char **argv) {
  const char *build = argc > 1 ? argv[1] : "build";
  int64_t hour = SLO_HOUR_NS, week = 7 * SLO_DAY_NS;
  if (slo_hist_create(NULL, NULL, &hist, NULL) != SLO_OK) return 1;
  if (slo_history_create(hist, NULL, NULL, &history, NULL) != SLO_OK) return 1;
  if (slo_snapshot_create(hist, NULL, &snapshot, NULL) != SLO_OK) return 1;
  for (int i = 0; i < 8 * 288; i++) {
    record(EVENTS / (8 * 288));
    run_push(NULL, 1);
  }
  /* what a reading takes: each used cell a byte and its count in seven bits a byte, more or less */
  slo_bucket b = SLO_SIZED(slo_bucket);
  uint32_t used = 0, bytes = 0;
  (void)slo_snapshot_read(snapshot, hist);
  for (uint32_t i = 0; slo_snapshot_bucket(snapshot, i, &b) == SLO_OK; i++) {
    used += b.count != 0;
    for (uint64_t c = b.count; c != 0; c >>= 7) bytes++;
  }
  bench_case cases[] = {
      {"slo_snapshot_read", run_read_now, NULL, 2000, {0}, 0},
      {"slo_history_push that takes a reading", run_push, NULL, 1000, {0}, 0},
      {"slo_history_push that takes none", run_push_nothing, NULL, 20000, {0}, 0},
      {"slo_history_read of an hour", run_read, &hour, 2000, {0}, 0},
      {"slo_history_read of 7 days", run_read, &week, 2000, {0}, 0},
      {"slo_history_since an hour ago", run_since, &hour, 2000, {0}, 0},
  };
  size_t count = sizeof cases / sizeof cases[0];
  (void)bench_pin(0);
  bench_run(cases, count, ROUNDS);
  bench_print("history, default tiers", cases, count);
  printf("  a reading of %d events in %u buckets: %u bytes\n", EVENTS, used, used + bytes);
  slo_snapshot_destroy(snapshot);
  slo_history_destroy(history);
  slo_hist_destroy(hist);
  return bench_json(build, "history", cases, count);
}
