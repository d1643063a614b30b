/*
 * What does a record cost, against the bare increment that nothing can beat? One thread, then
 * two on one object, then one while a reader snapshots without pause. Calls go through the
 * shared library, but for those that say inlined.
 */
#include <pthread.h>
#include <slo/inline.h>
#include <stdatomic.h>
#include <unistd.h>

#include "bench.h"

enum { VALUES = 4096, N = 1000000, ROUNDS = 21 };

static int64_t values[VALUES]; /* log-uniform over 1 us .. 1 s, so that cells vary as in life */
static uint64_t bare[4096];

static void run_loop(void *context, uint64_t n) {
  (void)context;
  for (uint64_t i = 0; i < n; i++) BENCH_KEEP(values[i % VALUES]);
}

/* A log-linear cell of a plain array with one owner. */
static void run_bare(void *context, uint64_t n) {
  (void)context;
  for (uint64_t i = 0; i < n; i++) {
    uint64_t v = (uint64_t)values[i % VALUES];
    uint64_t octave = sloi_octave(v);
    sloi_add_owned(&bare[octave * 32 + ((v << (63 - octave)) << 1 >> 59)], 1);
  }
}

/* One of two counters: each add waits for the last one to the same cell. */
static void run_bare_counter(void *context, uint64_t n) {
  (void)context;
  for (uint64_t i = 0; i < n; i++) sloi_add_owned(&bare[values[i % VALUES] & 1], 1);
}

static void run_atomic_1(void *context, uint64_t n) {
  (void)context;
  for (uint64_t i = 0; i < n; i++) {
    __atomic_fetch_add(&bare[values[i % VALUES] & 7], 1, __ATOMIC_RELAXED);
  }
}

static void run_counter_writer(void *context, uint64_t n) {
  slo_counter_writer *w = context;
  for (uint64_t i = 0; i < n; i++)
    slo_counter_writer_record(w, (slo_outcome)(values[i % VALUES] & 1));
}

static void run_counter(void *context, uint64_t n) {
  slo_counter *c = context;
  for (uint64_t i = 0; i < n; i++) slo_counter_record(c, (slo_outcome)(values[i % VALUES] & 1));
}

static void run_writer_inline(void *context, uint64_t n) {
  slo_hist_writer *w = context;
  for (uint64_t i = 0; i < n; i++) slo_hist_writer_record_inline(w, values[i % VALUES]);
}

static void run_writer(void *context, uint64_t n) {
  slo_hist_writer *w = context;
  for (uint64_t i = 0; i < n; i++) slo_hist_writer_record(w, values[i % VALUES]);
}

static void run_writer_many(void *context, uint64_t n) {
  slo_hist_writer *w = context;
  for (uint64_t i = 0; i < n; i += VALUES) slo_hist_writer_record_many(w, values, VALUES);
}

static void run_hist(void *context, uint64_t n) {
  slo_hist *h = context;
  for (uint64_t i = 0; i < n; i++) slo_hist_record(h, values[i % VALUES]);
}

static void run_hist_many(void *context, uint64_t n) {
  slo_hist *h = context;
  for (uint64_t i = 0; i < n; i += VALUES) slo_hist_record_many(h, values, VALUES);
}

/* ---- several threads ---- */

enum { THREADS_MAX = 4 };

typedef struct crew {
  void (*run)(void *, uint64_t);
  int threads;
  void *context[THREADS_MAX];
} crew;

typedef struct member {
  const crew *all;
  int which;
  uint64_t n;
} member;

static void *run_member(void *context) {
  member *m = context;
  (void)bench_pin(m->which % 2);
  m->all->run(m->all->context[m->which], m->n);
  return NULL;
}

/* n things by each of the threads at once, spread over two processors. */
static void run_crew(void *context, uint64_t n) {
  const crew *all = context;
  member members[THREADS_MAX];
  pthread_t thread[THREADS_MAX];
  for (int i = 0; i < all->threads; i++) {
    members[i] = (member){all, i, n};
    if (i > 0 && pthread_create(&thread[i], NULL, run_member, &members[i]) != 0) exit(1);
  }
  run_member(&members[0]);
  for (int i = 1; i < all->threads; i++) (void)pthread_join(thread[i], NULL);
}

static atomic_int reading;
static int reading_pause_us; /* between two snapshots */

static void *run_reader(void *context) {
  void **snapshot_and_hist = context;
  (void)bench_pin(1);
  while (atomic_load(&reading)) {
    (void)slo_snapshot_read(snapshot_and_hist[0], snapshot_and_hist[1]);
    if (reading_pause_us > 0) (void)usleep((useconds_t)reading_pause_us);
  }
  return NULL;
}

/* What one reads beside: [0] the handle, [1] the snapshot, [2] the histogram. */
static void run_beside_reader(void *context, uint64_t n) {
  void **all = context;
  pthread_t reader;
  atomic_store(&reading, 1);
  if (pthread_create(&reader, NULL, run_reader, all + 1) != 0) exit(1);
  run_writer(all[0], n);
  atomic_store(&reading, 0);
  (void)pthread_join(reader, NULL);
}

/* A thousand snapshots a second: far more often than anybody ticks or scrapes. */
static void run_beside_scraper(void *context, uint64_t n) {
  reading_pause_us = 1000;
  run_beside_reader(context, n);
  reading_pause_us = 0;
}

/* ---- reading ---- */

static void run_snapshot(void *context, uint64_t n) {
  void **both = context;
  for (uint64_t i = 0; i < n; i++) (void)slo_snapshot_read(both[0], both[1]);
}

static void run_merge(void *context, uint64_t n) {
  void **both = context;
  for (uint64_t i = 0; i < n; i++) (void)slo_snapshot_merge(both[0], both[1]);
}

static void run_quantile(void *context, uint64_t n) {
  int64_t value = 0;
  for (uint64_t i = 0; i < n; i++) {
    (void)slo_snapshot_quantile(context, (uint32_t)(i * 7919 % 1000000000), &value);
    BENCH_KEEP(value);
  }
}

static void run_quantiles(void *context, uint64_t n) {
  static const uint32_t q[5] = {500000000, 900000000, 950000000, 990000000, 999000000};
  int64_t out[5];
  for (uint64_t i = 0; i < n; i++) {
    (void)slo_snapshot_quantiles(context, q, 5, out);
    BENCH_KEEP(out[0]);
  }
}

static slo_hist *make_hist(uint32_t path, int with_threshold) {
  static const int64_t threshold = 300000000;
  slo_hist_config config = SLO_SIZED(slo_hist_config);
  slo_hist *hist;
  config.path = path;
  config.writers = 4;
  if (with_threshold) {
    config.thresholds = &threshold;
    config.threshold_count = 1;
  }
  if (slo_hist_create(&config, NULL, &hist, NULL) != SLO_OK) exit(1);
  return hist;
}

static slo_snapshot *make_snapshot(const slo_hist *hist) {
  slo_snapshot *snapshot;
  if (slo_snapshot_create(hist, NULL, &snapshot, NULL) != SLO_OK) exit(1);
  return snapshot;
}

static slo_hist_writer *open_hist(slo_hist *hist) {
  slo_hist_writer *writer;
  if (slo_hist_writer_open(hist, NULL, &writer) != SLO_OK) exit(1);
  return writer;
}

/* ---- few cells, many cells ---- */

static int64_t few[5][VALUES]; /* values that lie in 1, 16, 128, 512, 1,280 cells */
static const int FEW_CELLS[5] = {1, 16, 128, 512, 1280};

static slo_hist_writer *few_writer;

static void run_few(void *context, uint64_t n) {
  const int64_t *v = context;
  for (uint64_t i = 0; i < n; i++) slo_hist_writer_record(few_writer, v[i % VALUES]);
}

static void make_few(void) {
  uint64_t state = 99;
  for (int k = 0; k < 5; k++) {
    for (int i = 0; i < VALUES; i++) {
      state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
      uint64_t cell = (state >> 33) % (uint64_t)FEW_CELLS[k];
      few[k][i] = (INT64_C(1010) << cell / 64) +
                  (int64_t)((UINT64_C(1010) << cell / 64) * (cell % 64) / 64);
    }
  }
}

static void make_values(void) {
  uint64_t state = 1;
  for (int i = 0; i < VALUES; i++) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    int64_t octave = INT64_C(1000) << (state >> 33) % 20;
    values[i] = octave + (int64_t)(state >> 20) % octave;
  }
}

int main(int argc, char **argv) {
  const char *build = argc > 1 ? argv[1] : "build";
  make_values();
  make_few();
  slo_counter_config counters = SLO_SIZED(slo_counter_config);
  slo_counter *by_cpu, *shared;
  slo_counter_writer *counter_writer;
  counters.writers = 1;
  if (slo_counter_create(&counters, NULL, &by_cpu, NULL) != SLO_OK) return 1;
  counters.path = SLO_PATH_SHARED;
  if (slo_counter_create(&counters, NULL, &shared, NULL) != SLO_OK) return 1;
  if (slo_counter_writer_open(by_cpu, NULL, &counter_writer) != SLO_OK) return 1;
  slo_hist *plain = make_hist(SLO_PATH_AUTO, 0), *with = make_hist(SLO_PATH_AUTO, 1);
  slo_hist *plain_shared = make_hist(SLO_PATH_SHARED, 0),
           *with_shared = make_hist(SLO_PATH_SHARED, 1);
  slo_hist_writer *writer = open_hist(plain), *writer_with = open_hist(with);
  slo_hist_writer *writer_second = open_hist(with), *writer_third = open_hist(with);
  slo_hist_writer *writer_fourth = open_hist(with);
  few_writer = writer;
  slo_hist *elsewhere = make_hist(SLO_PATH_AUTO, 1);
  slo_hist_config one = SLO_SIZED(slo_hist_config);
  slo_hist *single;
  one.shards = 1;
  if (slo_hist_create(&one, NULL, &single, NULL) != SLO_OK) return 1;
  slo_snapshot *snapshot = make_snapshot(single), *merged = make_snapshot(single);
  slo_snapshot *prepared = make_snapshot(single);
  slo_snapshot *of_with = make_snapshot(with), *of_elsewhere = make_snapshot(elsewhere);
  run_hist(single, VALUES * 16);
  (void)slo_snapshot_read(snapshot, single);
  (void)slo_snapshot_read(prepared, single);
  (void)slo_snapshot_prepare(prepared);
  void *snapshot_of[2] = {snapshot, single}, *merge[2] = {merged, snapshot};
  void *beside[3] = {writer_with, of_with, with},
       *other[3] = {writer_with, of_elsewhere, elsewhere};
  crew handles_2 = {run_writer, 2, {writer_with, writer_second}};
  crew handles_4 = {run_writer, 4, {writer_with, writer_second, writer_third, writer_fourth}};
  crew cpus_2 = {run_hist, 2, {with, with}}, cpus_4 = {run_hist, 4, {with, with, with, with}};
  crew shared_2 = {run_hist, 2, {with_shared, with_shared}};
  crew shared_4 = {run_hist, 4, {with_shared, with_shared, with_shared, with_shared}};
  crew counts_2 = {run_counter, 2, {by_cpu, by_cpu}};
  bench_case one_thread[] = {
      {"bare increment of a log-linear cell", run_bare, NULL, N, {0}, 0},
      {"loop and load only", run_loop, NULL, N, {0}, 0},
      {"bare increment of one of two counters", run_bare_counter, NULL, N, {0}, 0},
      {"counter, handle", run_counter_writer, counter_writer, N, {0}, 0},
      {"counter, no handle, per CPU", run_counter, by_cpu, N, {0}, 0},
      {"hist, handle, bucket + sum, inlined", run_writer_inline, writer, N, {0}, 0},
      {"hist, handle, bucket + sum + threshold, inlined",
       run_writer_inline,
       writer_with,
       N,
       {0},
       0},
      {"hist, handle, bucket + sum + threshold", run_writer, writer_with, N, {0}, 0},
      {"hist, handle, record_many", run_writer_many, writer_with, N, {0}, 0},
      {"hist, no handle, per CPU, bucket + sum", run_hist, plain, N, {0}, 0},
      {"hist, no handle, per CPU, + threshold", run_hist, with, N, {0}, 0},
      {"hist, no handle, per CPU, record_many", run_hist_many, with, N, {0}, 0},
      {"atomic add on a private line", run_atomic_1, NULL, N, {0}, 0},
      {"counter, no handle, shared row", run_counter, shared, N, {0}, 0},
      {"hist, no handle, shared row, bucket + sum", run_hist, plain_shared, N, {0}, 0},
      {"hist, no handle, shared row, + threshold", run_hist, with_shared, N, {0}, 0},
  };
  bench_case threads[] = {
      {"1 thread: hist, handle, + threshold", run_writer, writer_with, N, {0}, 0},
      {"2 threads: hist, handle, + threshold", run_crew, &handles_2, N, {0}, 0},
      {"4 threads: hist, handle, + threshold", run_crew, &handles_4, N, {0}, 0},
      {"1 thread: hist, no handle, per CPU, + threshold", run_hist, with, N, {0}, 0},
      {"2 threads: hist, no handle, per CPU, + threshold", run_crew, &cpus_2, N, {0}, 0},
      {"4 threads: hist, no handle, per CPU, + threshold", run_crew, &cpus_4, N, {0}, 0},
      {"1 thread: hist, no handle, shared, + threshold", run_hist, with_shared, N, {0}, 0},
      {"2 threads: hist, no handle, shared, + threshold", run_crew, &shared_2, N, {0}, 0},
      {"4 threads: hist, no handle, shared, + threshold", run_crew, &shared_4, N, {0}, 0},
      {"1 thread: counter, no handle, per CPU", run_counter, by_cpu, N, {0}, 0},
      {"2 threads: counter, no handle, per CPU", run_crew, &counts_2, N, {0}, 0},
      {"handle beside a reader of something else", run_beside_reader, other, N * 4, {0}, 0},
      {"handle beside a reader of the same", run_beside_reader, beside, N * 4, {0}, 0},
      {"handle beside 1,000 snapshots a second of the same",
       run_beside_scraper,
       beside,
       N * 4,
       {0},
       0},
  };
  bench_case cells[] = {
      {"1 cell", run_few, few[0], N, {0}, 0},     {"16 cells", run_few, few[1], N, {0}, 0},
      {"128 cells", run_few, few[2], N, {0}, 0},  {"512 cells", run_few, few[3], N, {0}, 0},
      {"1280 cells", run_few, few[4], N, {0}, 0},
  };
  bench_case reads[] = {
      {"snapshot of one row, 2,032 cells", run_snapshot, snapshot_of, 4000, {0}, 0},
      {"merge, 2,032 cells", run_merge, merge, 4000, {0}, 0},
      {"quantile, prepared", run_quantile, prepared, 400000, {0}, 0},
      {"five quantiles in one pass, not prepared", run_quantiles, merged, 2000, {0}, 0},
  };
  enum { ONE = sizeof one_thread / sizeof one_thread[0], READS = sizeof reads / sizeof reads[0] };
  enum { THREADS = sizeof threads / sizeof threads[0], CELLS = sizeof cells / sizeof cells[0] };
  int pinned = bench_pin(0);
  printf("path without a handle: %s\n",
         slo_shard_path() == SLO_PATH_CPU ? "per CPU (rseq)" : "shared");
  bench_run(one_thread, ONE, ROUNDS);
  bench_print(pinned ? "record, 1 thread, pinned" : "record, 1 thread", one_thread, ONE);
  bench_run(cells, CELLS, ROUNDS);
  bench_print("hist, handle, bucket + sum, by the number of cells in use", cells, CELLS);
  bench_run(threads, THREADS, ROUNDS);
  bench_print("record, threads on processors of their own", threads, THREADS);
  (void)bench_pin(0);
  bench_run(reads, READS, ROUNDS);
  bench_print("read", reads, READS);
  int failed = bench_json(build, "record", one_thread, ONE) |
               bench_json(build, "record-threads", threads, THREADS) |
               bench_json(build, "record-cells", cells, CELLS) |
               bench_json(build, "record-reads", reads, READS);
  slo_counter_writer_close(counter_writer);
  slo_hist_writer_close(writer);
  slo_hist_writer_close(writer_with);
  slo_hist_writer_close(writer_second);
  slo_hist_writer_close(writer_third);
  slo_hist_writer_close(writer_fourth);
  slo_counter_destroy(by_cpu);
  slo_counter_destroy(shared);
  slo_hist *hists[] = {plain, with, plain_shared, with_shared, elsewhere, single};
  for (size_t i = 0; i < sizeof hists / sizeof hists[0]; i++) slo_hist_destroy(hists[i]);
  slo_snapshot *snapshots[] = {snapshot, merged, prepared, of_with, of_elsewhere};
  for (size_t i = 0; i < sizeof snapshots / sizeof snapshots[0]; i++) {
    slo_snapshot_destroy(snapshots[i]);
  }
  return failed;
}
