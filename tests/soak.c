/*
 * soak - a billion events, none lost and none counted twice.
 *
 * Two processes on one shared block, each with more threads than there are processors, which a
 * third thread keeps moving between them; timers interrupt all of them with handlers that
 * record too; beside them workers that take rows, are killed in the middle and have their rows
 * taken over. At the end every cell must say what was recorded: exactly for those who lived,
 * between "said it was done" and one more for those who were killed.
 *
 * soak [MILLIONS], 1000 by default. Exits 0 when everything is there.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <slo.h>
#include <slo/inline.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 2, THREADS = 6, OWNERS = 2, KILLED = 2, ROUNDS = 20, WRITERS = 8 };

typedef struct board { /* shared by all processes */
  _Atomic uint64_t signals[PROCESSES];
  _Atomic uint64_t progress[KILLED]; /* of one round */
} board;

static slo_hist *hist;
static slo_counter *counter;
static board *shared;
static int lock_file, process_number;
static uint64_t each;
static atomic_int moving;
static pthread_t threads[THREADS];

static int32_t acquire(void *context, uint32_t slot) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = slot, .l_len = 1};
  return fcntl(*(int *)context, F_SETLK, &lock) == 0;
}

static void release(void *context, uint32_t slot) {
  struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = slot, .l_len = 1};
  (void)fcntl(*(int *)context, F_SETLK, &lock);
}

static slo_writer_lock lock = {acquire, release, &lock_file};

static void on_signal(int number) {
  (void)number;
  slo_hist_record(hist, 5000);
  slo_counter_record(counter, SLO_EXCLUDED);
  atomic_fetch_add(&shared->signals[process_number], 1);
}

static void *record(void *context) {
  int owner = (int)(intptr_t)context < OWNERS;
  slo_hist_writer *writer = NULL;
  slo_counter_writer *counting = NULL;
  /* fcntl locks belong to a process: threads of one take different rows by the claim alone */
  if (owner && (slo_hist_writer_open(hist, NULL, &writer) != SLO_OK ||
                slo_counter_writer_open(counter, NULL, &counting) != SLO_OK)) {
    return context == NULL ? &threads : context;
  }
  for (uint64_t i = 0; i < each; i++) {
    int64_t value = (int64_t)(i % 1000 + 1) * 1000;
    slo_outcome outcome = i % 100 == 0 ? SLO_BAD : SLO_GOOD;
    if (owner) {
      slo_hist_writer_record_inline(writer, value);
      slo_counter_writer_record_inline(counting, outcome);
    } else {
      slo_hist_record(hist, value);
      slo_counter_record(counter, outcome);
    }
  }
  slo_hist_writer_close(writer);
  slo_counter_writer_close(counting);
  return NULL;
}

/* Moves every thread to another processor, again and again. */
static void *move(void *context) {
  unsigned cpus = (unsigned)sysconf(_SC_NPROCESSORS_ONLN), turn = 0;
  (void)context;
  while (atomic_load(&moving)) {
    for (unsigned t = 0; t < THREADS; t++) {
      cpu_set_t set;
      CPU_ZERO(&set);
      CPU_SET((t + turn) % cpus, &set);
      (void)pthread_setaffinity_np(threads[t], sizeof set, &set);
    }
    turn++;
    (void)usleep(500);
  }
  return NULL;
}

static int live(int number) {
  struct sigaction action;
  struct itimerval often = {{0, 1000}, {0, 1000}};
  pthread_t mover;
  int failed = 0;
  process_number = number;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  if (sigaction(SIGALRM, &action, NULL) != 0 || setitimer(ITIMER_REAL, &often, NULL) != 0) return 1;
  for (int i = 0; i < THREADS; i++) {
    if (pthread_create(&threads[i], NULL, record, (void *)(intptr_t)i) != 0) return 1;
  }
  atomic_store(&moving, 1);
  if (pthread_create(&mover, NULL, move, NULL) != 0) return 1;
  for (int i = 0; i < THREADS; i++) {
    void *wrong = NULL;
    failed |= pthread_join(threads[i], &wrong) != 0 || wrong != NULL;
    if (i == 0) atomic_store(&moving, 0); /* a thread that is gone must not be moved */
    if (i == 0) failed |= pthread_join(mover, NULL) != 0;
  }
  often.it_interval.tv_usec = often.it_value.tv_usec = 0;
  (void)setitimer(ITIMER_REAL, &often, NULL);
  return failed;
}

/* Records until it is killed; says after each event that it was done. */
static void mortal(int number) {
  slo_hist_writer *writer;
  while (slo_hist_writer_open(hist, &lock, &writer) != SLO_OK) (void)usleep(100);
  for (;;) {
    slo_hist_writer_record(writer, 7000);
    atomic_fetch_add_explicit(&shared->progress[number], 1, memory_order_relaxed);
  }
}

static void *map_shared(size_t size) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) exit(1);
  return memory;
}

static void expect(const char *what, uint64_t got, uint64_t least, uint64_t most, int *failed) {
  int wrong = got < least || got > most;
  printf("  %-28s %15" PRIu64 "  expected %" PRIu64, what, got, least);
  if (most != least) printf("..%" PRIu64, most);
  printf("%s\n", wrong ? "   WRONG" : "");
  *failed |= wrong;
}

int main(int argc, char **argv) {
  static const int64_t threshold = 500000;
  uint64_t millions = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000;
  char path[] = "/tmp/slo-soak-XXXXXX";
  slo_hist_config h = SLO_SIZED(slo_hist_config);
  slo_counter_config c = SLO_SIZED(slo_counter_config);
  size_t hist_size, counter_size;
  each = millions * 1000000 / (PROCESSES * THREADS) / 1000 * 1000;
  h.writers = c.writers = WRITERS;
  h.thresholds = &threshold;
  h.threshold_count = 1;
  lock_file = mkstemp(path);
  if (lock_file < 0 || unlink(path) != 0) return 1;
  if (slo_hist_footprint(&h, &hist_size, NULL) != SLO_OK ||
      slo_counter_footprint(&c, &counter_size, NULL) != SLO_OK ||
      slo_hist_init(map_shared(hist_size), hist_size, &h, &hist, NULL) != SLO_OK ||
      slo_counter_init(map_shared(counter_size), counter_size, &c, &counter, NULL) != SLO_OK) {
    return 1;
  }
  shared = map_shared(sizeof *shared);
  printf("soak: %d processes x %d threads x %" PRIu64 " events, path %s, %ld processors\n",
         PROCESSES, THREADS, each, slo_hist_path(hist) == SLO_PATH_CPU ? "per CPU" : "shared",
         sysconf(_SC_NPROCESSORS_ONLN));
  (void)fflush(stdout);
  pid_t child[PROCESSES];
  for (int p = 0; p < PROCESSES; p++) {
    child[p] = fork();
    if (child[p] == 0) _exit(live(p));
  }
  uint64_t said = 0, killed = 0;
  for (int round = 0; round < ROUNDS; round++) {
    pid_t doomed[KILLED];
    for (int i = 0; i < KILLED; i++) {
      atomic_store(&shared->progress[i], 0);
      doomed[i] = fork();
      if (doomed[i] == 0) mortal(i);
    }
    for (int i = 0; i < KILLED; i++) {
      while (atomic_load(&shared->progress[i]) < 1000) (void)usleep(200);
    }
    for (int i = 0; i < KILLED; i++) (void)kill(doomed[i], SIGKILL);
    for (int i = 0; i < KILLED; i++) {
      (void)waitpid(doomed[i], NULL, 0);
      said += atomic_load(&shared->progress[i]);
      killed++;
    }
  }
  int failed = 0;
  for (int p = 0; p < PROCESSES; p++) {
    int status;
    failed |= waitpid(child[p], &status, 0) != child[p] || status != 0;
  }
  if (failed) printf("  a process failed   WRONG\n");

  slo_snapshot *snapshot;
  slo_snapshot_summary all = SLO_SIZED(slo_snapshot_summary);
  slo_counter_tally tally = SLO_SIZED(slo_counter_tally);
  int64_t at;
  uint64_t within, beyond, signals = 0, total = each * PROCESSES * THREADS;
  for (int p = 0; p < PROCESSES; p++) signals += atomic_load(&shared->signals[p]);
  if (slo_snapshot_create(hist, NULL, &snapshot, NULL) != SLO_OK ||
      slo_snapshot_read(snapshot, hist) != SLO_OK ||
      slo_snapshot_summarize(snapshot, &all) != SLO_OK ||
      slo_snapshot_threshold(snapshot, 0, &at, &within, &beyond) != SLO_OK ||
      slo_counter_read(counter, &tally) != SLO_OK) {
    return 1;
  }
  expect("events in the buckets", all.count, total + signals + said,
         total + signals + said + killed, &failed);
  expect("sum", all.sum, total / 1000 * 500500000 + signals * 5000 + said * 7000,
         total / 1000 * 500500000 + signals * 5000 + (said + killed) * 7000, &failed);
  expect("within the threshold", within, total / 2 + signals + said,
         total / 2 + signals + said + killed, &failed);
  expect("beyond the threshold", beyond, total / 2, total / 2, &failed);
  expect("good", tally.counts.good, total / 100 * 99, total / 100 * 99, &failed);
  expect("bad", tally.counts.bad, total / 100, total / 100, &failed);
  expect("excluded, by signal handlers", tally.counts.excluded, signals, signals, &failed);
  printf("  %" PRIu64 " processes killed while recording\n", killed);
  slo_snapshot_destroy(snapshot);
  printf("%d passed, %d failed\n", 7 - failed, failed);
  return failed;
}
