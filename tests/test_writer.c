/*
 * Handles: rows of one's own, in one process, across fork, and after an owner's death. Totals are
 * exact in every case; under ThreadSanitizer too.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_main.h"
#include "slo/inline.h"
#include "slo/snapshot.h"
#include "slo/writer.h"

enum { WRITERS = 3 };

static slo_hist_config hist_config(uint32_t path) {
  static const int64_t thresholds[2] = {1000000, 300000000};
  slo_hist_config c = SLO_SIZED(slo_hist_config);
  c.thresholds = thresholds;
  c.threshold_count = 2;
  c.writers = WRITERS;
  c.path = path;
  return c;
}

static slo_hist *make_hist(uint32_t path) {
  slo_hist_config c = hist_config(path);
  slo_hist *hist = NULL;
  ck_ok(slo_hist_create(&c, NULL, &hist, NULL));
  return hist;
}

static slo_counter *make_counter(uint32_t path) {
  slo_counter_config c = SLO_SIZED(slo_counter_config);
  slo_counter *counter = NULL;
  c.writers = WRITERS;
  c.path = path;
  ck_ok(slo_counter_create(&c, NULL, &counter, NULL));
  return counter;
}

static slo_snapshot_summary summary_of(const slo_hist *hist) {
  slo_snapshot *snapshot = NULL;
  slo_snapshot_summary summary = SLO_SIZED(slo_snapshot_summary);
  ck_ok(slo_snapshot_create(hist, NULL, &snapshot, NULL));
  ck_ok(slo_snapshot_read(snapshot, hist));
  (void)slo_snapshot_summarize(snapshot, &summary);
  slo_snapshot_destroy(snapshot);
  return summary;
}

static slo_counter_tally tally_of(const slo_counter *counter) {
  slo_counter_tally tally = SLO_SIZED(slo_counter_tally);
  ck_ok(slo_counter_read(counter, &tally));
  return tally;
}

static const int64_t KINDS_OF_VALUES[] = {INT64_MIN,
                                          -1,
                                          0,
                                          1,
                                          999,
                                          1000,
                                          1001,
                                          1000000,
                                          1000001,
                                          299999999,
                                          300000000,
                                          300000001,
                                          3599999999999,
                                          3600000000000,
                                          INT64_C(9007199254740991),
                                          INT64_C(9007199254740992),
                                          INT64_MAX,
                                          123456789};
enum { VALUES = sizeof KINDS_OF_VALUES / sizeof KINDS_OF_VALUES[0] };

/* Whatever the way, a value lands in the same cell: all ways against slo_hist_record on shared
 * rows, cell by cell. */
START_TEST(test_every_way_is_the_same) {
  slo_hist *expected = make_hist(SLO_PATH_SHARED), *hist = make_hist(SLO_PATH_AUTO);
  slo_hist_writer *writer = NULL;
  slo_snapshot *a = NULL, *b = NULL;
  uint64_t random = 7;
  ck_ok(slo_hist_writer_open(hist, NULL, &writer));
  for (int i = 0; i < 20000; i++) {
    int64_t value =
        i < VALUES ? KINDS_OF_VALUES[i] : (int64_t)(check_random_wide(&random) >> (i % 60));
    slo_hist_record(expected, value);
    switch (i % 5) {
      case 0:
        slo_hist_writer_record(writer, value);
        break;
      case 1:
        slo_hist_writer_record_inline(writer, value);
        break;
      case 2:
        slo_hist_writer_record_many(writer, &value, 1);
        break;
      case 3:
        slo_hist_record(hist, value);
        break;
      default:
        slo_hist_record_many(hist, &value, 1);
        break;
    }
  }
  slo_hist_record_many(hist, NULL, 0);
  slo_hist_writer_record_many(writer, NULL, 0);
  ck_ok(slo_snapshot_create(expected, NULL, &a, NULL));
  ck_ok(slo_snapshot_create(hist, NULL, &b, NULL));
  ck_ok(slo_snapshot_read(a, expected));
  ck_ok(slo_snapshot_read(b, hist));
  slo_bucket x = SLO_SIZED(slo_bucket), y = SLO_SIZED(slo_bucket);
  for (uint32_t i = 0; slo_snapshot_bucket(a, i, &x) == SLO_OK; i++) {
    ck_ok(slo_snapshot_bucket(b, i, &y));
    ck_assert_uint_eq(x.count, y.count);
  }
  slo_snapshot_summary s = summary_of(expected), t = summary_of(hist);
  ck_assert_mem_eq(&s, &t, sizeof s);
  for (uint32_t i = 0; i < 2; i++) {
    int64_t threshold;
    uint64_t within[2], beyond[2];
    ck_ok(slo_hist_threshold(expected, i, &threshold, &within[0], &beyond[0]));
    ck_ok(slo_hist_threshold(hist, i, &threshold, &within[1], &beyond[1]));
    ck_assert_uint_eq(within[0], within[1]);
    ck_assert_uint_eq(beyond[0], beyond[1]);
    ck_assert_uint_eq(within[0] + beyond[0], s.count);
  }
  slo_snapshot_destroy(a);
  slo_snapshot_destroy(b);
  slo_hist_writer_close(writer);
  slo_hist_destroy(expected);
  slo_hist_destroy(hist);
}
END_TEST

START_TEST(test_counter_outcomes) {
  slo_counter *counter = make_counter(SLO_PATH_AUTO);
  slo_counter_writer *writer = NULL;
  ck_ok(slo_counter_writer_open(counter, NULL, &writer));
  static const slo_outcome outcomes[] = {SLO_GOOD, SLO_GOOD, SLO_BAD,  SLO_EXCLUDED,
                                         3,        -1,       INT32_MAX};
  for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
    slo_counter_writer_record(writer, outcomes[i]);
    slo_counter_writer_record_inline(writer, outcomes[i]);
  }
  slo_counter_tally tally = tally_of(counter);
  ck_assert_uint_eq(tally.counts.good, 4);
  ck_assert_uint_eq(tally.counts.bad, 2);
  ck_assert_uint_eq(tally.counts.excluded, 2);
  ck_assert_uint_eq(tally.unknown, 6);
  ck_assert_uint_eq(tally.writers, WRITERS);
  slo_counter_writer_close(writer);
  slo_counter_destroy(counter);
}
END_TEST

START_TEST(test_rows_run_out_and_come_back) {
  slo_hist *hist = make_hist(SLO_PATH_AUTO);
  slo_hist_writer *writer[WRITERS + 1] = {NULL};
  for (int i = 0; i < WRITERS; i++) {
    ck_ok(slo_hist_writer_open(hist, NULL, &writer[i]));
    slo_hist_writer_record(writer[i], 1000);
    for (int k = 0; k < i; k++) ck_assert_ptr_ne(writer[i]->row, writer[k]->row);
  }
  ck_assert_int_eq(slo_hist_writer_open(hist, NULL, &writer[WRITERS]), SLO_EBUSY);
  ck_assert_ptr_null(writer[WRITERS]);
  uint64_t *row = writer[1]->row;
  slo_hist_writer_close(writer[1]);
  ck_ok(slo_hist_writer_open(hist, NULL, &writer[1]));
  ck_assert_ptr_eq(writer[1]->row, row); /* and goes on where the last owner stopped */
  slo_hist_writer_record(writer[1], 1000);
  ck_assert_uint_eq(summary_of(hist).count, WRITERS + 1);
  for (int i = 0; i < WRITERS; i++) slo_hist_writer_close(writer[i]);
  slo_hist_writer_close(NULL);
  slo_counter_writer_close(NULL);
  slo_hist_destroy(hist);
}
END_TEST

START_TEST(test_refusals) {
  slo_hist *hist = make_hist(SLO_PATH_AUTO), *none = NULL;
  slo_counter *counter = make_counter(SLO_PATH_AUTO);
  slo_hist_writer *writer = NULL;
  slo_counter_writer *counting = NULL;
  slo_writer_lock half = {NULL, NULL, NULL};
  slo_hist_config c = SLO_SIZED(slo_hist_config);
  ck_assert_int_eq(slo_hist_writer_open(NULL, NULL, &writer), SLO_EINVAL);
  ck_assert_int_eq(slo_hist_writer_open(hist, NULL, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_hist_writer_open(hist, &half, &writer), SLO_EINVAL);
  ck_assert_int_eq(slo_counter_writer_open(NULL, NULL, &counting), SLO_EINVAL);
  ck_assert_int_eq(slo_counter_writer_open(counter, NULL, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_counter_writer_open(counter, &half, &counting), SLO_EINVAL);
  ck_ok(slo_hist_create(&c, NULL, &none, NULL)); /* no owned rows */
  ck_assert_int_eq(slo_hist_writer_open(none, NULL, &writer), SLO_EBUSY);
  slo_error e = SLO_SIZED(slo_error);
  size_t size;
  c.writers = SLO_WRITERS_MAX + 1;
  ck_assert_int_eq(slo_hist_footprint(&c, &size, &e), SLO_ERANGE);
  ck_assert_str_eq(e.field, "writers");
  c.writers = 0;
  c.path = 3;
  ck_assert_int_eq(slo_hist_footprint(&c, &size, &e), SLO_ERANGE);
  ck_assert_str_eq(e.field, "path");
  c.path = 0;
  c.cpus = SLO_SHARDS_MAX + 1;
  ck_assert_int_eq(slo_hist_footprint(&c, &size, &e), SLO_ERANGE);
  ck_assert_str_eq(e.field, "cpus");
  c.cpus = 0;
  c.reserved = 1;
  ck_assert_int_eq(slo_hist_footprint(&c, &size, &e), SLO_EVERSION);
  slo_hist_destroy(hist);
  slo_hist_destroy(none);
  slo_counter_destroy(counter);
}
END_TEST

/* ---- threads of all kinds on one object, while somebody reads ---- */

enum { EACH = 100000, THREADS = 6 };

typedef struct shared_work {
  slo_hist *hist;
  slo_counter *counter;
  int kind;
} shared_work;

static void *work(void *context) {
  shared_work *w = context;
  slo_hist_writer *writer = NULL;
  slo_counter_writer *counting = NULL;
  if (w->kind == 0 && slo_hist_writer_open(w->hist, NULL, &writer) != SLO_OK) return w;
  if (w->kind == 0 && slo_counter_writer_open(w->counter, NULL, &counting) != SLO_OK) return w;
  for (int i = 1; i <= EACH; i++) {
    if (writer != NULL) {
      slo_hist_writer_record(writer, i * INT64_C(5000));
      slo_counter_writer_record(counting, i % 10 == 0 ? SLO_BAD : SLO_GOOD);
    } else {
      slo_hist_record(w->hist, i * INT64_C(5000));
      slo_counter_record(w->counter, i % 10 == 0 ? SLO_BAD : SLO_GOOD);
    }
  }
  slo_hist_writer_close(writer);
  slo_counter_writer_close(counting);
  return NULL;
}

static void all_at_once(uint32_t path) {
  slo_hist *hist = make_hist(path);
  slo_counter *counter = make_counter(path);
  pthread_t thread[THREADS];
  shared_work w[THREADS];
  for (int i = 0; i < THREADS; i++) {
    w[i] = (shared_work){hist, counter, i % 2};
    ck_assert_int_eq(pthread_create(&thread[i], NULL, work, &w[i]), 0);
  }
  uint64_t before = 0;
  for (int i = 0; i < 200; i++) {
    uint64_t count = summary_of(hist).count;
    ck_assert_uint_ge(count, before);
    before = count;
  }
  for (int i = 0; i < THREADS; i++) {
    void *failed;
    ck_assert_int_eq(pthread_join(thread[i], &failed), 0);
    ck_assert_ptr_null(failed);
  }
  slo_snapshot_summary s = summary_of(hist);
  ck_assert_uint_eq(s.count, (uint64_t)THREADS * EACH);
  ck_assert_uint_eq(s.sum, (uint64_t)THREADS * 5000 * EACH * (EACH + 1) / 2);
  slo_counter_tally t = tally_of(counter);
  ck_assert_uint_eq(t.counts.good, (uint64_t)THREADS * EACH / 10 * 9);
  ck_assert_uint_eq(t.counts.bad, (uint64_t)THREADS * EACH / 10);
  slo_hist_destroy(hist);
  slo_counter_destroy(counter);
}

START_TEST(test_all_at_once) {
  all_at_once(SLO_PATH_AUTO);
  all_at_once(SLO_PATH_SHARED);
}
END_TEST

/* Fewer per-CPU rows than processors: the others take the shared rows. */
START_TEST(test_processor_without_a_row) {
  slo_hist_config c = hist_config(SLO_PATH_CPU);
  slo_hist *hist = NULL;
  c.cpus = 1;
  ck_ok(slo_hist_create(&c, NULL, &hist, NULL));
  ck_assert_uint_eq(slo_hist_path(hist), SLO_PATH_CPU);
  slo_counter *counter = make_counter(SLO_PATH_AUTO);
  pthread_t thread[4];
  shared_work w = {hist, counter, 1};
  for (int i = 0; i < 4; i++) ck_assert_int_eq(pthread_create(&thread[i], NULL, work, &w), 0);
  for (int i = 0; i < 4; i++) ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
  ck_assert_uint_eq(summary_of(hist).count, UINT64_C(4) * EACH);
  slo_hist_destroy(hist);
  slo_counter_destroy(counter);
}
END_TEST

/* ---- signals ---- */

static slo_hist *signalled_hist;
static slo_hist_writer *signalled_writer;
static volatile sig_atomic_t signals;

/* A handler may use its thread's handle, and record without one. */
static void on_signal(int number) {
  (void)number;
  slo_hist_writer_record(signalled_writer, 2000);
  slo_hist_record(signalled_hist, 2000);
  signals++;
}

START_TEST(test_signal_handlers_record) {
  struct sigaction action, old;
  struct itimerval often = {{0, 200}, {0, 200}}, never = {{0, 0}, {0, 0}};
  signalled_hist = make_hist(SLO_PATH_AUTO);
  ck_ok(slo_hist_writer_open(signalled_hist, NULL, &signalled_writer));
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  ck_assert_int_eq(sigaction(SIGALRM, &action, &old), 0);
  ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
  uint64_t n = 0;
  for (; signals < 500 && n < 400000000; n++) {
    slo_hist_writer_record(signalled_writer, 1000);
    slo_hist_record(signalled_hist, 1000);
  }
  ck_assert_int_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
  ck_assert_int_eq(sigaction(SIGALRM, &old, NULL), 0);
  ck_assert_int_ge(signals, 100); /* it did happen */
  slo_snapshot_summary s = summary_of(signalled_hist);
  ck_assert_uint_eq(s.count, 2 * (n + (uint64_t)signals));
  ck_assert_uint_eq(s.sum, 2000 * (n + 2 * (uint64_t)signals));
  slo_hist_writer_close(signalled_writer);
  slo_hist_destroy(signalled_hist);
}
END_TEST

/* ---- processes ---- */

static slo_hist *shared_hist(slo_counter **counter) {
  slo_hist_config c = hist_config(SLO_PATH_AUTO);
  slo_counter_config k = SLO_SIZED(slo_counter_config);
  size_t size, counter_size;
  k.writers = WRITERS;
  ck_ok(slo_hist_footprint(&c, &size, NULL));
  ck_ok(slo_counter_footprint(&k, &counter_size, NULL));
  char *memory =
      mmap(NULL, size + counter_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ck_assert_ptr_ne(memory, MAP_FAILED);
  slo_hist *hist = NULL;
  ck_ok(slo_hist_init(memory, size, &c, &hist, NULL));
  ck_ok(slo_counter_init(memory + size, counter_size, &k, counter, NULL));
  return hist;
}

/* A handle taken over a fork is dead in the child: nothing recorded through it is lost, and
 * nothing disturbs the parent's row. */
START_TEST(test_handle_does_not_survive_fork) {
  slo_counter *counter = NULL;
  slo_hist *hist = shared_hist(&counter);
  slo_hist_writer *writer = NULL;
  slo_counter_writer *counting = NULL;
  ck_ok(slo_hist_writer_open(hist, NULL, &writer));
  ck_ok(slo_counter_writer_open(counter, NULL, &counting));
  pid_t child = fork();
  if (child == 0) {
    int dead = writer->range == 0 && counting->outcomes == 0;
    for (int i = 0; dead && i < EACH; i++) {
      slo_hist_writer_record(writer, 1000);
      slo_counter_writer_record_inline(counting, SLO_GOOD);
    }
    slo_hist_writer_close(writer); /* its copy: the row stays the parent's */
    slo_counter_writer_close(counting);
    dead = dead && slo_hist_writer_open(hist, NULL, &writer) == SLO_OK;
    for (int i = 0; dead && i < EACH; i++) slo_hist_writer_record(writer, 1000);
    slo_hist_writer_close(writer);
    _exit(dead ? 0 : 1);
  }
  for (int i = 0; i < EACH; i++) {
    slo_hist_writer_record(writer, 1000);
    slo_counter_writer_record(counting, SLO_GOOD);
  }
  int status;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_int_eq(status, 0);
  ck_assert_uint_eq(summary_of(hist).count, UINT64_C(3) * EACH);
  ck_assert_uint_eq(tally_of(counter).counts.good, UINT64_C(2) * EACH);
  slo_hist_writer_close(writer);
  slo_counter_writer_close(counting);
}
END_TEST

/* A record lock on a byte for each row, which the kernel drops when the process dies. */
static int32_t lock_acquire(void *context, uint32_t slot) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = slot, .l_len = 1};
  return fcntl(*(int *)context, F_SETLK, &lock) == 0;
}

static void lock_release(void *context, uint32_t slot) {
  struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = slot, .l_len = 1};
  (void)fcntl(*(int *)context, F_SETLK, &lock);
}

/* Children take rows and are killed in the middle of recording. Whoever comes next takes over
 * what the dead left, and every event that a child said it had recorded is there. */
START_TEST(test_rows_of_the_dead_are_taken_over) {
  slo_counter *counter = NULL;
  slo_hist *hist = shared_hist(&counter);
  char path[] = "/tmp/slo-writer-XXXXXX";
  int file = mkstemp(path);
  ck_assert_int_ge(file, 0);
  (void)unlink(path);
  slo_writer_lock lock = {lock_acquire, lock_release, &file};
  /* how far each child is: written before and after each record */
  volatile uint64_t *progress =
      mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ck_assert_ptr_ne((void *)progress, MAP_FAILED);
  enum { ROUNDS = 12 };
  uint64_t least = 0, most = 0;
  for (int round = 0; round < ROUNDS; round++) {
    pid_t child[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
      progress[i] = 0;
      child[i] = fork();
      if (child[i] == 0) {
        slo_hist_writer *writer;
        if (slo_hist_writer_open(hist, &lock, &writer) != SLO_OK) _exit(2);
        for (;;) {
          slo_hist_writer_record(writer, 1000);
          progress[i] = progress[i] + 1;
        }
      }
    }
    /* until all three got going: they found rows although all had had owners */
    for (int i = 0; i < WRITERS; i++) {
      for (int wait = 0; progress[i] < 1000 && wait < 20000; wait++) (void)usleep(500);
      ck_assert_uint_ge(progress[i], 1000);
    }
    for (int i = 0; i < WRITERS; i++) (void)kill(child[i], SIGKILL);
    for (int i = 0; i < WRITERS; i++) {
      int status;
      ck_assert_int_eq(waitpid(child[i], &status, 0), child[i]);
      ck_assert(WIFSIGNALED(status));
      least += progress[i];
      most += progress[i] + 1; /* recorded, and killed before it said so */
    }
    uint64_t count = summary_of(hist).count;
    ck_assert_uint_ge(count, least);
    ck_assert_uint_le(count, most);
  }
  /* without the lock nothing is proven, and the dead keep their rows */
  slo_hist_writer *writer = NULL;
  ck_assert_int_eq(slo_hist_writer_open(hist, NULL, &writer), SLO_EBUSY);
  ck_ok(slo_hist_writer_open(hist, &lock, &writer));
  slo_hist_writer_close(writer);
  ck_ok(slo_hist_writer_open(hist, NULL, &writer)); /* closed is free for everybody */
  slo_hist_writer *second = NULL;
  ck_ok(slo_hist_writer_open(hist, &lock, &second)); /* not that one, which has no lock */
  ck_assert_ptr_ne(writer->row, second->row);
  slo_hist_writer_close(second);
  slo_hist_writer_close(writer);
  (void)close(file);
}
END_TEST

/* Locks belong to processes: the kernel grants one again to its holder. A row that this process
 * owns is left alone all the same, and closing another handle does not give its lock away. */
START_TEST(test_one_lock_for_all_threads_of_a_process) {
  slo_counter *counter = NULL;
  slo_hist *hist = shared_hist(&counter);
  char path[] = "/tmp/slo-writer-XXXXXX";
  int file = mkstemp(path);
  ck_assert_int_ge(file, 0);
  (void)unlink(path);
  slo_writer_lock lock = {lock_acquire, lock_release, &file};
  slo_hist_writer *writer[WRITERS] = {NULL}, *more = NULL;
  for (int i = 0; i < WRITERS; i++) {
    ck_ok(slo_hist_writer_open(hist, &lock, &writer[i]));
    for (int k = 0; k < i; k++) ck_assert_ptr_ne(writer[i]->row, writer[k]->row);
  }
  ck_assert_int_eq(slo_hist_writer_open(hist, &lock, &more), SLO_EBUSY);
  slo_hist_writer_close(writer[2]);
  ck_ok(slo_hist_writer_open(hist, &lock, &writer[2]));
  pid_t child = fork();
  if (child == 0) _exit(slo_hist_writer_open(hist, &lock, &more) == SLO_EBUSY ? 0 : 1);
  int status;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_int_eq(status, 0); /* every row has a living owner */
  slo_hist_writer_close(writer[1]);
  child = fork();
  if (child == 0) _exit(slo_hist_writer_open(hist, &lock, &more) == SLO_OK ? 0 : 1);
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_int_eq(status, 0);
  ck_ok(slo_hist_writer_open(hist, &lock, &writer[1])); /* and that one's owner is dead */
  for (int i = 0; i < WRITERS; i++) slo_hist_writer_close(writer[i]);
  (void)close(file);
}
END_TEST

typedef struct opener {
  slo_hist *hist;
  slo_writer_lock *lock;
  uint64_t opened;
} opener;

static void *open_and_close(void *context) {
  opener *o = context;
  for (int i = 0; i < 3000; i++) {
    slo_hist_writer *writer;
    if (slo_hist_writer_open(o->hist, o->lock, &writer) != SLO_OK) continue;
    for (int k = 0; k < 20; k++) slo_hist_writer_record(writer, 1000);
    slo_hist_writer_close(writer);
    o->opened++;
  }
  return NULL;
}

/* Threads of two processes quarrel over the same rows: each add is there. */
START_TEST(test_openers_quarrel) {
  slo_counter *counter = NULL;
  slo_hist *hist = shared_hist(&counter);
  char path[] = "/tmp/slo-writer-XXXXXX";
  int file = mkstemp(path);
  ck_assert_int_ge(file, 0);
  (void)unlink(path);
  slo_writer_lock lock = {lock_acquire, lock_release, &file};
  uint64_t *opened = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ck_assert_ptr_ne(opened, MAP_FAILED);
  pid_t child = fork();
  opener all[4];
  pthread_t thread[4];
  int failed = 0;
  for (int i = 0; i < 4; i++) {
    all[i] = (opener){hist, &lock, 0};
    failed |= pthread_create(&thread[i], NULL, open_and_close, &all[i]) != 0;
  }
  for (int i = 0; i < 4; i++) {
    failed |= pthread_join(thread[i], NULL) != 0;
    opened[child == 0] += all[i].opened;
  }
  if (child == 0) _exit(failed);
  int status;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_int_eq(status | failed, 0);
  ck_assert_uint_gt(opened[0], 100);
  ck_assert_uint_gt(opened[1], 100);
  ck_assert_uint_eq(summary_of(hist).count, 20 * (opened[0] + opened[1]));
  (void)close(file);
}
END_TEST

CHECK_MAIN("writer", tcase_add_test(tc, test_one_lock_for_all_threads_of_a_process);
           tcase_add_test(tc, test_openers_quarrel); tcase_add_test(tc, test_every_way_is_the_same);
           tcase_add_test(tc, test_counter_outcomes);
           tcase_add_test(tc, test_rows_run_out_and_come_back); tcase_add_test(tc, test_refusals);
           tcase_add_test(tc, test_all_at_once); tcase_add_test(tc, test_processor_without_a_row);
           tcase_add_test(tc, test_signal_handlers_record);
           tcase_add_test(tc, test_handle_does_not_survive_fork);
           tcase_add_test(tc, test_rows_of_the_dead_are_taken_over);)
