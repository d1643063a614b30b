/* libslo's own lines of `make bench-peers`: name, threads, ns a record. */
#include <pthread.h>

#include "bench.h"

enum { VALUES = 4096, N = 2000000 };

static int64_t values[VALUES];
static slo_hist *hist;

static void *by_handle(void *context) {
  slo_hist_writer *writer;
  (void)context;
  if (slo_hist_writer_open(hist, NULL, &writer) != SLO_OK) exit(1);
  for (int i = 0; i < N; i++) slo_hist_writer_record(writer, values[i % VALUES]);
  slo_hist_writer_close(writer);
  return NULL;
}

static void *without(void *context) {
  (void)context;
  for (int i = 0; i < N; i++) slo_hist_record(hist, values[i % VALUES]);
  return NULL;
}

static void measure(const char *name, void *(*record)(void *)) {
  for (int threads = 1; threads <= 2; threads++) {
    pthread_t other;
    double start = bench_now();
    if (threads == 2 && pthread_create(&other, NULL, record, NULL) != 0) exit(1);
    (void)record(NULL);
    if (threads == 2) (void)pthread_join(other, NULL);
    printf("%s\t%d\t%.2f\n", name, threads, (bench_now() - start) / N);
  }
}

int main(void) {
  static const int64_t threshold = 300000000;
  slo_hist_config config = SLO_SIZED(slo_hist_config);
  uint64_t state = 1;
  config.writers = 2;
  config.thresholds = &threshold;
  config.threshold_count = 1;
  for (int i = 0; i < VALUES; i++) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    int64_t octave = INT64_C(1000) << (state >> 33) % 20;
    values[i] = octave + (int64_t)(state >> 20) % octave;
  }
  if (slo_hist_create(&config, NULL, &hist, NULL) != SLO_OK) return 1;
  measure("libslo, sum and one threshold, handle", by_handle);
  measure("libslo, sum and one threshold, no handle", without);
  slo_hist_destroy(hist);
  return 0;
}
