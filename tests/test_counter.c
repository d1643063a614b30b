/* The counter: every event counted once, from any number of threads and processes. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, fork */
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_main.h"
#include "slo/counter.h"

static slo_counter_config config_of(uint32_t shards) {
  slo_counter_config c = SLO_SIZED(slo_counter_config);
  c.shards = shards;
  return c;
}

static slo_counter *counter_of(uint32_t shards) {
  slo_counter_config config = config_of(shards);
  slo_counter *c = NULL;
  check_ok(slo_counter_create(&config, NULL, &c, NULL));
  return c;
}

static slo_counter_tally tally_of(const slo_counter *c) {
  slo_counter_tally t = SLO_SIZED(slo_counter_tally);
  check_ok(slo_counter_read(c, &t));
  return t;
}

static void expect_tally(const slo_counter *c, uint64_t good, uint64_t bad, uint64_t excluded,
                         uint64_t late, uint64_t unknown) {
  slo_counter_tally t = tally_of(c);
  ck_assert_uint_eq(t.counts.good, good);
  ck_assert_uint_eq(t.counts.bad, bad);
  ck_assert_uint_eq(t.counts.excluded, excluded);
  ck_assert_uint_eq(t.late, late);
  ck_assert_uint_eq(t.unknown, unknown);
}

/* ---- configuration ---- */

START_TEST(test_shards_are_powers_of_two) {
  size_t one = 0;
  slo_counter_config c = config_of(1);
  ck_ok(slo_counter_footprint(&c, &one, NULL));
  for (uint32_t shards = 1; shards <= 5000; shards++) {
    slo_error e = SLO_SIZED(slo_error);
    size_t size = 77;
    c.shards = shards;
    slo_status status = slo_counter_footprint(&c, &size, &e);
    int power = shards <= 4096;
    for (uint32_t rest = shards; rest > 1; rest /= 2) power &= rest % 2 == 0;
    if (power) {
      check_that(status == SLO_OK && size == one + (shards - 1) * (size_t)64, "%u shards", shards);
    } else {
      check_that(status == SLO_ERANGE && size == 77, "%u shards", shards);
      check_that(strncmp(e.field, "shards", 6) == 0 && e.value == shards && e.max == 4096,
                 "%u shards: %s %" PRId64, shards, e.field, e.value);
      check_that(slo_counter_footprint(&c, &size, NULL) == SLO_ERANGE, "%u shards", shards);
    }
  }
  static const uint32_t large[] = {8192, 1u << 31, UINT32_MAX, (1u << 31) + 1};
  for (size_t i = 0; i < sizeof large / sizeof large[0]; i++) {
    slo_error e = SLO_SIZED(slo_error);
    c.shards = large[i];
    ck_assert_int_eq(slo_counter_footprint(&c, &one, &e), SLO_ERANGE);
    ck_assert_int_eq(e.value, large[i]);
  }
}
END_TEST

/* The block is a multiple of a cache line, and so begins and ends on one. */
START_TEST(test_footprint) {
  slo_error e = SLO_SIZED(slo_error);
  size_t size;
  for (uint32_t shards = 1; shards <= 4096; shards *= 2) {
    slo_counter_config c = config_of(shards);
    ck_ok(slo_counter_footprint(&c, &size, &e));
    ck_assert_uint_eq(size % SLO_ALIGN, 0);
    slo_counter *counter = counter_of(shards);
    ck_assert_uint_eq(tally_of(counter).shards, shards);
    ck_assert_uint_eq((uintptr_t)counter % SLO_ALIGN, 0);
    expect_tally(counter, 0, 0, 0, 0, 0);
    slo_counter_destroy(counter);
  }
  ck_assert_int_eq(slo_counter_footprint(NULL, NULL, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "size (NULL)");
  ck_assert_int_eq(slo_counter_footprint(NULL, NULL, NULL), SLO_EINVAL);
}
END_TEST

/* NULL, zero and a struct without the fields all mean: a row for each configured CPU, its own
 * where this process can use that, else shared. */
START_TEST(test_default_rows) {
  long cpus = sysconf(_SC_NPROCESSORS_CONF);
  int per_cpu = slo_shard_path() == SLO_PATH_CPU;
  uint32_t expected = 1;
  while (!per_cpu && expected < cpus && expected < 4096) expected *= 2;
  slo_counter_config zero = config_of(0), tiny = config_of(4096);
  tiny.struct_size = sizeof tiny.struct_size; /* the rest is not the caller's */
  const slo_counter_config *configs[] = {NULL, &zero, &tiny};
  for (size_t i = 0; i < 3; i++) {
    slo_counter *c = NULL;
    ck_ok(slo_counter_create(configs[i], NULL, &c, NULL));
    ck_assert_uint_eq(tally_of(c).shards, expected);
    ck_assert_uint_eq(tally_of(c).cpus, per_cpu ? (uint32_t)cpus : 0);
    ck_assert_uint_eq(tally_of(c).writers, 0);
    slo_counter_destroy(c);
  }
}
END_TEST

START_TEST(test_config_struct_size) {
  slo_error e = SLO_SIZED(slo_error);
  size_t size;
  slo_counter_config c = config_of(1);
  static const uint32_t garbage[] = {0, 1, 2, 3, 4097, 1u << 20, UINT32_MAX};
  for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++) {
    c.struct_size = garbage[i];
    ck_assert_int_eq(slo_counter_footprint(&c, &size, &e), SLO_ERANGE);
    ck_assert_str_eq(e.field, "slo_counter_config.struct_size");
    ck_assert_int_eq(e.value, garbage[i]);
    ck_assert_int_eq(e.min, 4);
    slo_counter *none = NULL;
    ck_assert_int_eq(slo_counter_create(&c, NULL, &none, &e), SLO_ERANGE);
    ck_assert_ptr_null(none);
  }
  /* a newer caller: its tail must be zero */
  struct {
    slo_counter_config c;
    uint32_t tail[4];
  } newer = {{.struct_size = sizeof newer, .shards = 2}, {0, 0, 0, 0}};
  ck_ok(slo_counter_footprint(&newer.c, &size, &e));
  for (int i = 0; i < 4; i++) {
    newer.tail[i] = 1;
    ck_assert_int_eq(slo_counter_footprint(&newer.c, &size, &e), SLO_EVERSION);
    ck_assert_int_eq(e.status, SLO_EVERSION);
    newer.tail[i] = 0;
  }
  slo_counter *counter = NULL;
  ck_ok(slo_counter_create(&newer.c, NULL, &counter, &e));
  ck_assert_uint_eq(tally_of(counter).shards, 2);
  slo_counter_destroy(counter);
}
END_TEST

START_TEST(test_nulls) {
  slo_error e = SLO_SIZED(slo_error);
  slo_counter *c = counter_of(1);
  slo_counter_tally t = SLO_SIZED(slo_counter_tally);
  ck_assert_int_eq(slo_counter_create(NULL, NULL, NULL, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "counter (NULL)");
  ck_assert_int_eq(slo_counter_init(NULL, 0, NULL, NULL, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_counter_read(NULL, &t), SLO_EINVAL);
  ck_assert_int_eq(slo_counter_read(c, NULL), SLO_EINVAL);
  t.struct_size = 0;
  t.late = 77;
  ck_assert_int_eq(slo_counter_read(c, &t), SLO_EINVAL);
  t.struct_size = 3;
  ck_assert_int_eq(slo_counter_read(c, &t), SLO_EINVAL);
  ck_assert_uint_eq(t.late, 77);
  slo_counter_destroy(c);
  slo_counter_destroy(NULL);
}
END_TEST

/* A caller compiled against a shorter tally gets what it has room for. */
START_TEST(test_shorter_tally) {
  slo_counter *c = counter_of(1);
  slo_counter_tally t;
  slo_counts counts = {1, 2, 3};
  slo_counter_record_many(c, &counts);
  slo_counter_record_late(c, 4);
  slo_counter_record(c, 5);
  memset(&t, 0xee, sizeof t);
  t.struct_size = offsetof(slo_counter_tally, late);
  ck_ok(slo_counter_read(c, &t));
  ck_assert_uint_eq(t.struct_size, offsetof(slo_counter_tally, late));
  ck_assert_uint_eq(t.counts.excluded, 3);
  ck_assert_uint_eq(t.late, UINT64_C(0xeeeeeeeeeeeeeeee));
  ck_assert_uint_eq(t.unknown, UINT64_C(0xeeeeeeeeeeeeeeee));
  slo_counter_destroy(c);
}
END_TEST

/* ---- recording ---- */

START_TEST(test_every_outcome) {
  slo_counter *c = counter_of(2);
  slo_counter_record(c, SLO_GOOD);
  expect_tally(c, 1, 0, 0, 0, 0);
  slo_counter_record(c, SLO_BAD);
  expect_tally(c, 1, 1, 0, 0, 0);
  slo_counter_record(c, SLO_EXCLUDED);
  expect_tally(c, 1, 1, 1, 0, 0);
  static const slo_outcome none[] = {3,  4,         5,         7,          8,          -1,
                                     -2, INT32_MAX, INT32_MIN, 0x40000000, 0x10000000, 256};
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
    slo_counter_record(c, none[i]);
    expect_tally(c, 1, 1, 1, 0, i + 1);
  }
  slo_counter_destroy(c);
}
END_TEST

START_TEST(test_many_and_late) {
  slo_counter *c = counter_of(1);
  static const uint64_t n[] = {0, 1, 1000, UINT64_C(1) << 40};
  uint64_t sum[4] = {0};
  for (int i = 0; i < 4 * 4 * 4 * 4; i++) {
    slo_counts counts = {n[i % 4], n[i / 4 % 4], n[i / 16 % 4]};
    slo_counter_record_many(c, &counts);
    slo_counter_record_late(c, n[i / 64]);
    sum[0] += counts.good;
    sum[1] += counts.bad;
    sum[2] += counts.excluded;
    sum[3] += n[i / 64];
    expect_tally(c, sum[0], sum[1], sum[2], sum[3], 0);
  }
  slo_counts big = {(UINT64_C(1) << 62) - sum[0], (UINT64_C(1) << 62) - 1 - sum[1], 0};
  slo_counter_record_many(c, &big); /* up to the highest that is promised */
  expect_tally(c, UINT64_C(1) << 62, (UINT64_C(1) << 62) - 1, sum[2], sum[3], 0);
  slo_counter_destroy(c);
}
END_TEST

START_TEST(test_pseudo_random_against_a_model) {
  static const uint32_t shards[] = {1, 2, 64, 4096};
  uint64_t seed = 9;
  for (size_t s = 0; s < 4; s++) {
    slo_counter *c = counter_of(shards[s]);
    uint64_t model[4] = {0}, late = 0;
    for (int i = 0; i < 20000; i++) {
      int32_t outcome = (int32_t)(check_random(&seed) % 5) - 1;
      slo_counts counts = {check_random(&seed) % 9, check_random(&seed) % 3, 0};
      switch (check_random(&seed) % 3) {
        case 0:
          slo_counter_record(c, outcome);
          model[outcome >= 0 && outcome <= 2 ? outcome : 3]++;
          break;
        case 1:
          slo_counter_record_many(c, &counts);
          model[0] += counts.good;
          model[1] += counts.bad;
          break;
        default:
          slo_counter_record_late(c, counts.good);
          late += counts.good;
      }
    }
    expect_tally(c, model[0], model[1], model[2], late, model[3]);
    slo_counter_destroy(c);
  }
}
END_TEST

/* ---- many writers ---- */

enum { THREADS = 4, EVENTS = 100000 };

typedef struct job {
  slo_counter *counter;
  uint64_t seed;
  uint64_t model[4], late; /* what this thread recorded */
} job;

static void *job_run(void *argument) {
  job *j = argument;
  for (int i = 0; i < EVENTS; i++) {
    uint64_t r = check_random(&j->seed);
    if (r % 16 == 0) {
      slo_counts counts = {r >> 8 & 7, r >> 16 & 1, r >> 24 & 3};
      slo_counter_record_many(j->counter, &counts);
      j->model[0] += counts.good;
      j->model[1] += counts.bad;
      j->model[2] += counts.excluded;
    } else if (r % 16 == 1) {
      slo_counter_record_late(j->counter, r >> 8 & 3);
      j->late += r >> 8 & 3;
    } else {
      slo_counter_record(j->counter, (slo_outcome)(r >> 8 & 3));
      j->model[r >> 8 & 3]++;
    }
  }
  return NULL;
}

/* While they write, no reading goes back and none is ahead of the end. */
START_TEST(test_threads_lose_nothing) {
  static const uint32_t shards[] = {1, 2, 256};
  for (size_t s = 0; s < 3; s++) {
    slo_counter *c = counter_of(shards[s]);
    pthread_t thread[THREADS];
    job jobs[THREADS];
    slo_counter_tally last = tally_of(c);
    for (int i = 0; i < THREADS; i++) {
      job fresh = {c, 100 + (uint64_t)i, {0}, 0};
      jobs[i] = fresh;
      ck_assert_int_eq(pthread_create(&thread[i], NULL, job_run, &jobs[i]), 0);
    }
    for (int i = 0; i < 200; i++) {
      slo_counter_tally now = tally_of(c);
      check_that(now.counts.good >= last.counts.good && now.counts.bad >= last.counts.bad &&
                     now.counts.excluded >= last.counts.excluded && now.late >= last.late &&
                     now.unknown >= last.unknown,
                 "a reading went back, %u shards", shards[s]);
      last = now;
    }
    uint64_t model[4] = {0}, late = 0;
    for (int i = 0; i < THREADS; i++) {
      ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
      for (int k = 0; k < 4; k++) model[k] += jobs[i].model[k];
      late += jobs[i].late;
    }
    ck_assert_uint_le(last.counts.good, model[0]);
    ck_assert_uint_le(last.late, late);
    expect_tally(c, model[0], model[1], model[2], late, model[3]);
    slo_counter_destroy(c);
  }
}
END_TEST

START_TEST(test_two_attachments) {
  slo_counter_config config = config_of(8);
  size_t size;
  slo_counter *a, *b, *c;
  ck_ok(slo_counter_footprint(&config, &size, NULL));
  void *memory = check_memory(size);
  ck_ok(slo_counter_init(memory, size, &config, &a, NULL));
  ck_assert_ptr_eq(a, memory);
  ck_ok(slo_counter_attach(memory, size, &b));
  slo_counter_record(a, SLO_GOOD);
  slo_counter_record(b, SLO_BAD);
  ck_ok(slo_counter_attach(memory, size, &c)); /* in the middle of things */
  slo_counter_record(c, SLO_EXCLUDED);
  expect_tally(a, 1, 1, 1, 0, 0);
  expect_tally(b, 1, 1, 1, 0, 0);
  expect_tally(c, 1, 1, 1, 0, 0);
  free(memory);
}
END_TEST

/* Forked workers that share the block. */
START_TEST(test_processes_lose_nothing) {
  enum { WORKERS = 3, EACH = 20000 };
  slo_counter_config config = config_of(4);
  size_t size;
  slo_counter *c;
  ck_ok(slo_counter_footprint(&config, &size, NULL));
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ck_assert_ptr_ne(memory, MAP_FAILED);
  ck_ok(slo_counter_init(memory, size, &config, &c, NULL));
  pid_t worker[WORKERS];
  for (int i = 0; i < WORKERS; i++) {
    worker[i] = fork();
    ck_assert_int_ge(worker[i], 0);
    if (worker[i] == 0) {
      slo_counter *mine;
      if (slo_counter_attach(memory, size, &mine) != SLO_OK) _exit(1);
      for (int k = 0; k < EACH; k++) slo_counter_record(mine, (slo_outcome)(k & 3));
      _exit(0);
    }
  }
  for (int k = 0; k < EACH; k++) slo_counter_record(c, SLO_GOOD);
  for (int i = 0; i < WORKERS; i++) {
    int exited;
    ck_assert_int_eq(waitpid(worker[i], &exited, 0), worker[i]);
    ck_assert(WIFEXITED(exited) && WEXITSTATUS(exited) == 0);
  }
  uint64_t quarter = (uint64_t)WORKERS * EACH / 4;
  expect_tally(c, quarter + EACH, quarter, quarter, 0, quarter);
  ck_assert_int_eq(munmap(memory, size), 0);
}
END_TEST

/* ---- create and destroy ---- */

typedef struct ledger {
  int allocated, released;
  void *memory;
  int refuse;
} ledger;

static void *ledger_allocate(void *context, size_t size) {
  ledger *l = context;
  ck_assert_uint_eq(size % SLO_ALIGN, 0);
  if (l->refuse) return NULL;
  l->allocated++;
  l->memory = check_memory(size);
  memset(l->memory, 0x5f, size); /* nobody said it is zeroed */
  return l->memory;
}

static void ledger_release(void *context, void *memory) {
  ledger *l = context;
  ck_assert_ptr_eq(memory, l->memory);
  l->released++;
  free(memory);
}

START_TEST(test_allocator) {
  ledger l = {0};
  slo_error e = SLO_SIZED(slo_error);
  slo_counter *c = NULL;
  {
    slo_allocator short_lived = {ledger_allocate, ledger_release, &l}; /* the struct is copied */
    slo_counter_config config = config_of(4);
    ck_ok(slo_counter_create(&config, &short_lived, &c, &e));
    memset(&short_lived, 0, sizeof short_lived);
  }
  ck_assert_int_eq(l.allocated, 1);
  expect_tally(c, 0, 0, 0, 0, 0);
  slo_counter_record(c, SLO_BAD);
  expect_tally(c, 0, 1, 0, 0, 0);
  slo_counter_destroy(c);
  ck_assert_int_eq(l.allocated, 1);
  ck_assert_int_eq(l.released, 1);
  /* out of memory */
  slo_allocator a = {ledger_allocate, ledger_release, &l};
  l.refuse = 1;
  c = (slo_counter *)(void *)&l;
  ck_assert_int_eq(slo_counter_create(NULL, &a, &c, &e), SLO_ENOMEM);
  ck_assert_int_eq(e.status, SLO_ENOMEM);
  ck_assert_int_eq(slo_counter_create(NULL, &a, &c, NULL), SLO_ENOMEM);
  ck_assert_ptr_eq(c, &l);
  /* a configuration that is refused allocates nothing */
  l.refuse = 0;
  slo_counter_config config = config_of(3);
  ck_assert_int_eq(slo_counter_create(&config, &a, &c, &e), SLO_ERANGE);
  ck_assert_int_eq(l.allocated, 1);
  /* half an allocator */
  slo_allocator half = {ledger_allocate, NULL, &l};
  ck_assert_int_eq(slo_counter_create(NULL, &half, &c, &e), SLO_EINVAL);
  ck_assert_int_eq(l.allocated, 1);
  ck_assert_int_eq(l.released, 1);
}
END_TEST

/* Sizes and offsets are in test_abi.c. */
/* The library writes no more of an error than the caller says there is. */
START_TEST(test_short_error) {
  void *memory = check_memory(192);
  uint32_t *size_only = malloc(sizeof *size_only);
  slo_counter *c = NULL;
  slo_counter_config config = config_of(1);
  ck_assert_ptr_nonnull(size_only);
  *size_only = sizeof *size_only;
  ck_assert_int_eq(slo_counter_init(memory, 64, &config, &c, (slo_error *)(void *)size_only),
                   SLO_ESPACE);
  slo_error e = SLO_SIZED(slo_error);
  ck_assert_int_eq(slo_counter_init(memory, 64, &config, &c, &e), SLO_ESPACE);
  ck_assert_int_eq(e.status, SLO_ESPACE);
  ck_assert_int_eq(e.value, 64);
  ck_assert_int_eq(e.min, 192);
  free(size_only);
  free(memory);
}
END_TEST

START_TEST(test_outcomes) {
  ck_assert_int_eq(SLO_GOOD, 0);
  ck_assert_int_eq(SLO_BAD, 1);
  ck_assert_int_eq(SLO_EXCLUDED, 2);
}
END_TEST

CHECK_MAIN("counter", tcase_add_test(tc, test_shards_are_powers_of_two);
           tcase_add_test(tc, test_footprint); tcase_add_test(tc, test_default_rows);
           tcase_add_test(tc, test_config_struct_size); tcase_add_test(tc, test_nulls);
           tcase_add_test(tc, test_shorter_tally); tcase_add_test(tc, test_every_outcome);
           tcase_add_test(tc, test_many_and_late);
           tcase_add_test(tc, test_pseudo_random_against_a_model);
           tcase_add_test(tc, test_threads_lose_nothing); tcase_add_test(tc, test_two_attachments);
           tcase_add_test(tc, test_processes_lose_nothing); tcase_add_test(tc, test_allocator);
           tcase_add_test(tc, test_outcomes); tcase_add_test(tc, test_short_error);)
