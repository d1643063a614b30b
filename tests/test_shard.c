#define _GNU_SOURCE /* sysconf, affinity */
/* Which rows a block gets, and which of them recording takes. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "check_main.h"
#include "record/rseq.h"
#include "record/shard.h"
#include "slo/counter.h"
#include "slo/shard.h"

static sloi_rows rows_of(uint32_t shards, uint32_t cpus, uint32_t writers, uint32_t path) {
  sloi_rows rows = {0, 0, 0};
  ck_ok(sloi_rows_plan(shards, cpus, writers, path, &rows, NULL));
  ck_assert(sloi_rows_valid(&rows));
  return rows;
}

static uint64_t power_of_two_from(uint64_t n) {
  uint64_t p = 1;
  while (p < n) p *= 2;
  return p;
}

START_TEST(test_paths) {
  uint64_t cpus = (uint64_t)sysconf(_SC_NPROCESSORS_CONF);
  sloi_rows rows = rows_of(0, 0, 0, SLO_PATH_SHARED);
  ck_assert_uint_eq(rows.cpus, 0);
  ck_assert_uint_eq(rows.shared, power_of_two_from(cpus));
  rows = rows_of(0, 0, 7, SLO_PATH_CPU);
  ck_assert_uint_eq(rows.cpus, cpus);
  ck_assert_uint_eq(rows.shared, 1);
  ck_assert_uint_eq(rows.owned, 7);
  ck_assert_uint_eq(sloi_rows_count(&rows), cpus + 8);
  rows = rows_of(8, 3, 0, SLO_PATH_CPU);
  ck_assert_uint_eq(rows.cpus, 3);
  ck_assert_uint_eq(rows.shared, 8);
  /* shared rows that are asked for are all there is */
  rows = rows_of(4, 0, 0, SLO_PATH_AUTO);
  ck_assert_uint_eq(rows.cpus, 0);
  ck_assert_uint_eq(rows.shared, 4);
  rows = rows_of(0, 0, 0, SLO_PATH_AUTO);
  ck_assert_uint_eq(rows.cpus, slo_shard_path() == SLO_PATH_CPU ? cpus : 0);
}
END_TEST

START_TEST(test_refusals) {
  static const struct {
    uint32_t shards, cpus, writers, path;
    const char *field;
  } bad[] = {{3, 0, 0, 0, "shards (a power of two, or 0)"},
             {8192, 0, 0, 0, "shards (a power of two, or 0)"},
             {UINT32_MAX, 0, 0, 0, "shards (a power of two, or 0)"},
             {1, SLO_SHARDS_MAX + 1, 0, 0, "cpus"},
             {1, 0, SLO_WRITERS_MAX + 1, 0, "writers"},
             {1, 0, 0, SLO_PATH_CPU + 1, "path"}};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    sloi_rows rows = {9, 9, 9};
    slo_error e = SLO_SIZED(slo_error);
    ck_assert_int_eq(
        sloi_rows_plan(bad[i].shards, bad[i].cpus, bad[i].writers, bad[i].path, &rows, &e),
        SLO_ERANGE);
    ck_assert_str_eq(e.field, bad[i].field);
    ck_assert_int_lt(e.min, e.max);
  }
  static const sloi_rows invalid[] = {
      {0, 0, 0}, {3, 0, 0}, {8192, 0, 0}, {1, SLO_SHARDS_MAX + 1, 0}, {1, 0, SLO_WRITERS_MAX + 1}};
  for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
    ck_assert(!sloi_rows_valid(&invalid[i]));
  }
}
END_TEST

START_TEST(test_shared_row_is_one_of_them) {
  for (uint32_t shards = 1; shards <= SLO_SHARDS_MAX; shards *= 2) {
    sloi_rows rows = rows_of(shards, 0, 0, SLO_PATH_SHARED);
    ck_assert_uint_lt(sloi_rows_shared_here(&rows), shards);
    ck_assert_uint_eq(sloi_rows_shared_here(&rows), sloi_rows_shared_here(&rows));
  }
}
END_TEST

/* One add is one add, and none on a processor that is not the one we are on. */
START_TEST(test_rseq_add) {
  sloi_rseq *here = sloi_rseq_here();
  if (here == NULL || sloi_rseq_cpu(here) >= SLO_SHARDS_MAX) {
    printf("skipped: no restartable sequences are registered here\n");
    return;
  }
  sloi_cell cell = 0, other = 0;
  for (uint64_t n = 1; n <= 100000;) {
    if (!sloi_rseq_add(here, sloi_rseq_cpu(here), &cell, 3)) continue;
    n++;
  }
  ck_assert_uint_eq(sloi_load_relaxed(&cell), 300000);
  for (int i = 0; i < 1000; i++) {
    ck_assert_int_eq(sloi_rseq_add(here, UINT32_MAX - 7, &other, 1), 0);
  }
  ck_assert_uint_eq(sloi_load_relaxed(&other), 0);
  sloi_rseq_done(here);
  ck_assert_uint_eq(here->rseq_cs, 0); /* nothing points into the library any more */
}
END_TEST

static atomic_int moving;

/* Moves a thread from processor to processor. */
static void *move(void *context) {
  for (unsigned turn = 0; atomic_load(&moving); turn++) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(turn % 2, &set);
    (void)pthread_setaffinity_np(*(pthread_t *)context, sizeof set, &set);
    (void)usleep(50);
  }
  return NULL;
}

/* No call returns with a descriptor left behind, on no way: the library may be unloaded then. One
 * processor has a row and the other none. */
START_TEST(test_nothing_left_behind) {
  sloi_rseq *here = sloi_rseq_here();
  slo_counter_config config = SLO_SIZED(slo_counter_config);
  slo_counter_tally tally = SLO_SIZED(slo_counter_tally);
  slo_counter *counter = NULL;
  pthread_t self = pthread_self(), mover;
  config.path = SLO_PATH_CPU;
  config.cpus = 1;
  if (here == NULL || sysconf(_SC_NPROCESSORS_ONLN) < 2) {
    printf("skipped: it takes restartable sequences and two processors\n");
    return;
  }
  ck_ok(slo_counter_create(&config, NULL, &counter, NULL));
  atomic_store(&moving, 1);
  ck_assert_int_eq(pthread_create(&mover, NULL, move, &self), 0);
  uint64_t left = 0;
  enum { N = 20000000 };
  for (int i = 0; i < N; i++) {
    slo_counter_record(counter, SLO_GOOD);
    left += *(volatile uint64_t *)&here->rseq_cs != 0;
  }
  atomic_store(&moving, 0);
  ck_assert_int_eq(pthread_join(mover, NULL), 0);
  ck_assert_uint_eq(left, 0);
  ck_ok(slo_counter_read(counter, &tally));
  ck_assert_uint_eq(tally.counts.good, N);
  slo_counter_destroy(counter);
}
END_TEST

CHECK_MAIN("shard", tcase_add_test(tc, test_nothing_left_behind); tcase_add_test(tc, test_paths);
           tcase_add_test(tc, test_refusals); tcase_add_test(tc, test_shared_row_is_one_of_them);
           tcase_add_test(tc, test_rseq_add);)
