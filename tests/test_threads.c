#define _DEFAULT_SOURCE
/*
 * test_threads.c - recorders, an owner that ticks and readers, all at the same time.
 *
 * The moments of all ticks are laid down before, so that a reader can tell what a window must be
 * from its newest moment alone. Nothing here depends on who runs when.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_main.h"
#include "slo/monitor.h"
#include "slo/snapshot.h"

#define SEC SLO_SECOND_NS

enum {
  SLIS = 2,
  RECORDERS = 3,
  READERS = 2,
  RECORDS = 200000, /* of each recorder, into each SLI */
  TICKS = 60000,
  READS = 1000, /* of each reader at least; more while there are ticks */
  SPANS = 6
};

static const slo_window_tier window_tiers[] = {{SEC, 20 * SEC}, {5 * SEC, 100 * SEC}};
static const int64_t threshold = 1000;
static const int64_t spans[SPANS] = {0, SEC, 7 * SEC, 20 * SEC, 33 * SEC, 100 * SEC};

static slo_status lay_out(void *memory, size_t *size) {
  static const slo_alert_tier tiers[] = {
      {.long_ns = 2 * SEC, .short_ns = SEC, .factor_ppm = 2000000},
      {.long_ns = 3 * SEC, .short_ns = SEC, .factor_ppm = 1500000, .for_ns = SEC, .severity = 1}};
  slo_hist_config latency = SLO_SIZED(slo_hist_config);
  slo_window_config window = SLO_SIZED(slo_window_config);
  slo_monitor_sli slis[SLIS] = {SLO_SIZED(slo_monitor_sli), SLO_SIZED(slo_monitor_sli)};
  slo_monitor_slo slos[SLIS] = {SLO_SIZED(slo_monitor_slo), SLO_SIZED(slo_monitor_slo)};
  slo_monitor_config config = SLO_SIZED(slo_monitor_config);
  slo_monitor *m;
  latency.scale = 3;
  latency.per_unit = 1;
  latency.lowest = 1;
  latency.highest = 1 << 20;
  latency.thresholds = &threshold;
  latency.threshold_count = 1;
  latency.shards = 4;
  window.tiers = window_tiers;
  window.tier_count = 2;
  for (uint32_t i = 0; i < SLIS; i++) {
    slis[i].name = slos[i].name = i == 0 ? "latency" : "errors";
    slis[i].shards = 4;
    slos[i].sli = i;
    slos[i].objective_ppb = 900000000;
    slos[i].period_ns = (i + 1) * 40 * SEC;
    slos[i].tiers = tiers;
    slos[i].tier_count = 2;
  }
  slis[0].latency = &latency;
  slis[0].with_threshold = 1;
  config.slis = slis;
  config.sli_count = SLIS;
  config.slos = slos;
  config.slo_count = SLIS;
  config.window = &window;
  if (memory == NULL) return slo_monitor_footprint(&config, size, NULL);
  return slo_monitor_init(memory, *size, &config, &m, NULL);
}

/* ---- what the threads share ---- */

typedef struct stage {
  slo_monitor *m;
  int64_t at[TICKS];
  pthread_barrier_t barrier;
  atomic_int ticking;
  atomic_int failed; /* who sets it first writes the message */
  char message[256];
} stage;

/* Check's own assertions belong to the main thread. */
#define STAGE_EXPECT(s, condition, ...)                                \
  do {                                                                 \
    if (!(condition) && atomic_exchange(&(s)->failed, 1) == 0) {       \
      (void)snprintf((s)->message, sizeof((s)->message), __VA_ARGS__); \
    }                                                                  \
  } while (0)

/* Seconds and parts of them, the same moment again, and gaps of up to most of the longest tier. */
static void lay_down_ticks(stage *s) {
  uint64_t random = 99;
  int64_t now = 1000 * SEC;
  for (int i = 0; i < TICKS; i++) {
    s->at[i] = now;
    switch (check_random(&random) % 8) {
      case 0:
      case 1:
      case 2:
        break;
      case 3:
        now += 300000000;
        break;
      case 4:
        now += (int64_t)(check_random(&random) % 30) * SEC + 1;
        break;
      default:
        now = now - now % SEC + SEC;
        break;
    }
    if (check_random(&random) % 200 == 0) now += 60 * SEC;
  }
}

/* The newest tick at or before a moment, by bisection; -1: none. */
static int64_t tick_before(const stage *s, int64_t moment) {
  int low = 0, high = TICKS;
  while (low < high) {
    int middle = low + (high - low) / 2;
    if (s->at[middle] <= moment) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low == 0 ? -1 : s->at[low - 1];
}

/* ---- the threads ---- */

static void *record(void *argument) {
  stage *s = argument;
  slo_counter *latency = slo_monitor_counter(s->m, 0), *errors = slo_monitor_counter(s->m, 1);
  slo_hist *hist = slo_monitor_hist(s->m, 0);
  (void)pthread_barrier_wait(&s->barrier);
  for (int i = 0; i < RECORDS; i++) {
    int bad = i / 1000 % 2;
    slo_hist_record(hist, bad ? 2000 + i : i % 1000);
    slo_counter_record(errors, bad ? SLO_BAD : SLO_GOOD);
    if (i % 10 == 0) slo_counter_record(latency, SLO_EXCLUDED);
    if (i % 100 == 0) slo_counter_record_late(errors, 1);
  }
  return NULL;
}

static void *tick(void *argument) {
  stage *s = argument;
  (void)pthread_barrier_wait(&s->barrier);
  for (int i = 0; i < TICKS; i++) {
    slo_status status = slo_monitor_tick(s->m, s->at[i], 0);
    STAGE_EXPECT(s, status == SLO_OK, "tick %d: %d", i, status);
  }
  atomic_store(&s->ticking, 0);
  return NULL;
}

/* What a reader has seen so far: all of it may only grow. */
typedef struct seen {
  slo_counts total[SLIS], tally[SLIS];
  int64_t at_ns[SLIS], to_ns[SLIS], stepped_ns[SLIS];
  uint64_t cursor[SLIS];
  int64_t transition_ns[SLIS];
  uint32_t state[SLIS][SLO_SEVERITIES]; /* after the last transition */
  int in_sequence[SLIS];
  uint64_t within, beyond, count, sum;
} seen;

static int counts_grow(const slo_counts *before, const slo_counts *after) {
  return before->good <= after->good && before->bad <= after->bad &&
         before->excluded <= after->excluded;
}

static void read_standing(stage *s, uint32_t slo, seen *seen) {
  slo_standing r = SLO_SIZED(slo_standing);
  slo_budget budget = SLO_SIZED(slo_budget);
  slo_status status = slo_monitor_read(s->m, slo, &r);
  STAGE_EXPECT(s, status == SLO_OK || status == SLO_ENODATA, "read: %d", status);
  if (r.at_ns == 0) return; /* never ticked: untouched */
  STAGE_EXPECT(s, r.at_ns >= seen->at_ns[slo], "standing: time goes back");
  STAGE_EXPECT(s, r.budget.to_ns == r.at_ns, "standing: the period does not end now");
  STAGE_EXPECT(s, counts_grow(&seen->total[slo], &r.total), "standing: the total shrinks");
  STAGE_EXPECT(s, counts_grow(&r.budget.counts, &r.total),
               "standing: %" PRIu64 "/%" PRIu64 " of %" PRIu64 "/%" PRIu64 " in the period",
               r.budget.counts.good, r.budget.counts.bad, r.total.good, r.total.bad);
  status = slo_budget_eval(&r.budget.counts, r.objective_ppb, &budget);
  STAGE_EXPECT(s, memcmp(&budget, &r.budget, offsetof(slo_budget, best_ppm)) == 0,
               "standing: the budget is not the period's");
  STAGE_EXPECT(s, r.page <= SLO_ALERT_FIRING && r.ticket <= SLO_ALERT_FIRING, "standing: state");
  seen->at_ns[slo] = r.at_ns;
  seen->total[slo] = r.total;
}

static void read_window(stage *s, uint32_t sli, seen *seen) {
  slo_delta d[SPANS] = {SLO_SIZED(slo_delta)};
  slo_window_summary summary = SLO_SIZED(slo_window_summary);
  const slo_window *w = slo_monitor_window(s->m, sli);
  slo_status status = slo_window_read(w, spans, SPANS, d);
  if (status == SLO_ENODATA && seen->to_ns[sli] == 0) return;
  STAGE_EXPECT(s, status == SLO_OK, "window: %d", status);
  STAGE_EXPECT(s, d[0].to_ns >= seen->to_ns[sli], "window: time goes back");
  seen->to_ns[sli] = d[0].to_ns;
  for (int i = 0; i < SPANS; i++) {
    int64_t step = window_tiers[spans[i] > window_tiers[0].span_ns].step_ns;
    int64_t moment = d[i].to_ns - spans[i], exact = tick_before(s, moment);
    STAGE_EXPECT(s, d[i].to_ns == d[0].to_ns, "windows of different states");
    STAGE_EXPECT(s, i == 0 || counts_grow(&d[i - 1].counts, &d[i].counts),
                 "a longer window counts less");
    STAGE_EXPECT(s, d[i].measured_ns == d[i].to_ns - d[i].from_ns, "window: not all measured");
    if (exact < 0) {
      STAGE_EXPECT(s, d[i].flags == SLO_DELTA_SHORT && d[i].from_ns == s->at[0],
                   "window of %" PRId64 " s: reaches before the history", spans[i] / SEC);
    } else {
      STAGE_EXPECT(s,
                   (d[i].flags & SLO_DELTA_SHORT) == 0 && d[i].from_ns <= exact &&
                       (exact - d[i].from_ns < step || spans[i] == 0),
                   "window of %" PRId64 " s to %" PRId64 ": begins %" PRId64
                   " ns before the tick "
                   "at %" PRId64 ", flags %u",
                   spans[i] / SEC, d[i].to_ns, exact - d[i].from_ns, exact, d[i].flags);
    }
  }
  status = slo_window_summarize(w, &summary);
  STAGE_EXPECT(s, status == SLO_OK && summary.newest_ns >= d[0].to_ns, "summary: time goes back");
  STAGE_EXPECT(s, counts_grow(&d[SPANS - 1].counts, &summary.counts), "more than the total");
}

static void read_alert(stage *s, uint32_t slo, seen *seen) {
  const slo_alert *a = slo_monitor_alert(s->m, slo);
  for (uint32_t severity = 0; severity < SLO_SEVERITIES; severity++) {
    slo_alert_status r = SLO_SIZED(slo_alert_status);
    slo_status status = slo_alert_read(a, severity, &r);
    STAGE_EXPECT(s, status == SLO_OK && r.severity == severity, "alert: %d", status);
    STAGE_EXPECT(s, r.state <= SLO_ALERT_FIRING && r.since_ns <= r.last_ns, "alert: torn");
    STAGE_EXPECT(s, (r.state == SLO_ALERT_FIRING) == (r.tiers_fired != 0), "alert: torn");
    STAGE_EXPECT(s,
                 r.state == SLO_ALERT_FIRING || (r.state == SLO_ALERT_INACTIVE) == (r.tiers == 0),
                 "alert: torn");
    STAGE_EXPECT(s, r.last_ns >= seen->stepped_ns[slo], "alert: time goes back");
    seen->stepped_ns[slo] = r.last_ns;
  }
  for (int i = 0; i < 3; i++) {
    slo_transition t = SLO_SIZED(slo_transition);
    uint64_t before = seen->cursor[slo];
    slo_status status = slo_alert_next(a, &seen->cursor[slo], &t);
    if (status == SLO_ENODATA) break;
    if (status == SLO_ELOST) {
      STAGE_EXPECT(s, seen->cursor[slo] > before, "lost, and the cursor stays");
      seen->in_sequence[slo] = 0; /* what came between is not known */
      continue;
    }
    STAGE_EXPECT(s, status == SLO_OK && t.sequence == before && seen->cursor[slo] == before + 1,
                 "transition %" PRIu64 " at %" PRIu64, t.sequence, before);
    STAGE_EXPECT(s, t.from != t.to && t.at_ns >= seen->transition_ns[slo] && t.since_ns <= t.at_ns,
                 "transition %" PRIu64 ": torn", t.sequence);
    STAGE_EXPECT(s, t.long_counts.bad >= t.short_counts.bad, "transition: torn counts");
    if (t.severity < SLO_SEVERITIES) {
      STAGE_EXPECT(s, !seen->in_sequence[slo] || seen->state[slo][t.severity] == t.from,
                   "transition %" PRIu64 ": from %u, but it was %u", t.sequence, t.from,
                   seen->state[slo][t.severity]);
      seen->state[slo][t.severity] = t.to;
    } else {
      STAGE_EXPECT(s, 0, "transition: severity %u", t.severity);
    }
    seen->transition_ns[slo] = t.at_ns;
  }
}

static void read_recorders(stage *s, slo_snapshot *snapshot, seen *seen) {
  int64_t value;
  uint64_t within, beyond;
  slo_snapshot_summary summary = SLO_SIZED(slo_snapshot_summary);
  const slo_hist *hist = slo_monitor_hist(s->m, 0);
  slo_status status = slo_hist_threshold(hist, 0, &value, &within, &beyond);
  STAGE_EXPECT(s, status == SLO_OK && within >= seen->within && beyond >= seen->beyond,
               "histogram: shrinks");
  seen->within = within;
  seen->beyond = beyond;
  status = slo_snapshot_read(snapshot, hist);
  STAGE_EXPECT(s, status == SLO_OK, "snapshot: %d", status);
  (void)slo_snapshot_summarize(snapshot, &summary);
  STAGE_EXPECT(s, summary.count >= seen->count && summary.sum >= seen->sum, "snapshot: shrinks");
  seen->count = summary.count;
  seen->sum = summary.sum;
  status = slo_snapshot_threshold(snapshot, 0, &value, &within, &beyond);
  STAGE_EXPECT(s, status == SLO_OK && within >= seen->within && beyond >= seen->beyond,
               "snapshot: its threshold is behind");
  for (uint32_t i = 0; i < SLIS; i++) {
    slo_counter_tally tally = SLO_SIZED(slo_counter_tally);
    status = slo_counter_read(slo_monitor_counter(s->m, i), &tally);
    STAGE_EXPECT(s, status == SLO_OK && counts_grow(&seen->tally[i], &tally.counts),
                 "counter: shrinks");
    seen->tally[i] = tally.counts;
  }
}

static void *reader(void *argument) {
  stage *s = argument;
  slo_snapshot *snapshot = NULL;
  seen seen;
  memset(&seen, 0, sizeof seen);
  for (int i = 0; i < SLIS; i++) seen.in_sequence[i] = 1;
  slo_status status = slo_snapshot_create(slo_monitor_hist(s->m, 0), NULL, &snapshot, NULL);
  STAGE_EXPECT(s, status == SLO_OK, "snapshot: %d", status);
  (void)pthread_barrier_wait(&s->barrier);
  for (int i = 0; i < READS || atomic_load(&s->ticking); i++) {
    for (uint32_t k = 0; k < SLIS; k++) {
      read_standing(s, k, &seen);
      read_window(s, k, &seen);
      read_alert(s, k, &seen);
    }
    if (i % 4 == 0 && snapshot != NULL) read_recorders(s, snapshot, &seen);
    if (atomic_load(&s->failed)) break;
  }
  slo_snapshot_destroy(snapshot);
  return NULL;
}

/* ---- the tests ---- */

static void expect_totals(slo_monitor *m, uint64_t recorders, uint64_t records) {
  int64_t value;
  uint64_t within, beyond, half = recorders * records / 2;
  slo_counter_tally tally = SLO_SIZED(slo_counter_tally);
  ck_ok(slo_hist_threshold(slo_monitor_hist(m, 0), 0, &value, &within, &beyond));
  ck_assert_uint_eq(within, half);
  ck_assert_uint_eq(beyond, half);
  ck_ok(slo_counter_read(slo_monitor_counter(m, 1), &tally));
  ck_assert_uint_eq(tally.counts.good, half);
  ck_assert_uint_eq(tally.counts.bad, half);
  ck_assert_uint_eq(tally.late, recorders * records / 100);
  ck_assert_uint_eq(tally.unknown, 0);
  ck_ok(slo_counter_read(slo_monitor_counter(m, 0), &tally));
  ck_assert_uint_eq(tally.counts.good + tally.counts.bad, 0);
  ck_assert_uint_eq(tally.counts.excluded, recorders * records / 10);
}

START_TEST(test_all_at_once) {
  static stage s;
  size_t size;
  pthread_t threads[RECORDERS + READERS + 1];
  int n = 0;
  memset(&s, 0, sizeof s);
  ck_ok(lay_out(NULL, &size));
  void *memory = check_memory(size);
  ck_ok(lay_out(memory, &size));
  ck_ok(slo_monitor_attach(memory, size, &s.m));
  lay_down_ticks(&s);
  atomic_store(&s.ticking, 1);
  ck_assert_int_eq(pthread_barrier_init(&s.barrier, NULL, RECORDERS + READERS + 1), 0);
  for (int i = 0; i < RECORDERS; i++) {
    ck_assert_int_eq(pthread_create(&threads[n++], NULL, record, &s), 0);
  }
  for (int i = 0; i < READERS; i++) {
    ck_assert_int_eq(pthread_create(&threads[n++], NULL, reader, &s), 0);
  }
  ck_assert_int_eq(pthread_create(&threads[n++], NULL, tick, &s), 0);
  while (n > 0) ck_assert_int_eq(pthread_join(threads[--n], NULL), 0);
  (void)pthread_barrier_destroy(&s.barrier);
  check_that(!atomic_load(&s.failed), "%s", s.message);

  expect_totals(s.m, RECORDERS, RECORDS);
  slo_standing r = SLO_SIZED(slo_standing);
  int64_t last = s.at[TICKS - 1];
  ck_ok(slo_monitor_tick(s.m, last + SEC, 0));
  ck_assert_int_ne(slo_monitor_read(s.m, 0, &r), SLO_EINVAL);
  ck_assert_uint_eq(r.total.good, RECORDERS * RECORDS / 2);
  ck_assert_uint_eq(r.total.bad, RECORDERS * RECORDS / 2);
  ck_assert_uint_eq(r.total.excluded, RECORDERS * RECORDS / 10);
  free(memory);
}
END_TEST

/* ---- one moment ---- */

static void *tick_again(void *argument) {
  stage *s = argument;
  (void)pthread_barrier_wait(&s->barrier);
  while (atomic_load(&s->ticking)) {
    slo_status status = slo_monitor_tick(s->m, 1001 * SEC, 0);
    STAGE_EXPECT(s, status == SLO_OK, "tick: %d", status);
  }
  return NULL;
}

/* The first reading counted nothing and lies in the period: so the period's counts are the
 * total's, in any one state. */
static void *read_again(void *argument) {
  stage *s = argument;
  (void)pthread_barrier_wait(&s->barrier);
  for (int i = 0; i < 50 * READS && !atomic_load(&s->failed); i++) {
    slo_standing r = SLO_SIZED(slo_standing);
    (void)slo_monitor_read(s->m, 1, &r);
    STAGE_EXPECT(s, memcmp(&r.budget.counts, &r.total, sizeof r.total) == 0,
                 "standing: of two ticks, %" PRIu64 " good in all and %" PRIu64 " in the period",
                 r.total.good, r.budget.counts.good);
  }
  atomic_store(&s->ticking, 0);
  return NULL;
}

/* A standing is of one tick, also of one that brought the reading of its moment up to date. */
START_TEST(test_standing_is_of_one_tick) {
  static stage s;
  size_t size;
  pthread_t threads[3];
  void *(*const run[3])(void *) = {record, tick_again, read_again};
  memset(&s, 0, sizeof s);
  ck_ok(lay_out(NULL, &size));
  void *memory = check_memory(size);
  ck_ok(lay_out(memory, &size));
  ck_ok(slo_monitor_attach(memory, size, &s.m));
  ck_ok(slo_monitor_tick(s.m, 1000 * SEC, 0));
  atomic_store(&s.ticking, 1);
  ck_assert_int_eq(pthread_barrier_init(&s.barrier, NULL, 3), 0);
  for (int i = 0; i < 3; i++) ck_assert_int_eq(pthread_create(&threads[i], NULL, run[i], &s), 0);
  for (int i = 0; i < 3; i++) ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
  (void)pthread_barrier_destroy(&s.barrier);
  check_that(!atomic_load(&s.failed), "%s", s.message);
  expect_totals(s.m, 1, RECORDS);
  free(memory);
}
END_TEST

/* Processes that share the block: each records, the parent ticks meanwhile, nothing is lost. */
START_TEST(test_two_processes) {
  enum { PROCESSES = 2, EVENTS = 100000 };
  size_t size;
  slo_monitor *m;
  pid_t children[PROCESSES];
  ck_ok(lay_out(NULL, &size));
  void *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ck_assert(shared != MAP_FAILED);
  ck_ok(lay_out(shared, &size));
  (void)fflush(NULL);
  for (int i = 0; i < PROCESSES; i++) {
    children[i] = fork();
    ck_assert_int_ge(children[i], 0);
    if (children[i] != 0) continue;
    if (slo_monitor_attach(shared, size, &m) != SLO_OK) _exit(1);
    for (int k = 0; k < EVENTS; k++) {
      slo_hist_record(slo_monitor_hist(m, 0), k % 2 ? 1 : 5000);
      slo_counter_record(slo_monitor_counter(m, 1), k % 2 ? SLO_GOOD : SLO_BAD);
      if (k % 10 == 0) slo_counter_record(slo_monitor_counter(m, 0), SLO_EXCLUDED);
      if (k % 100 == 0) slo_counter_record_late(slo_monitor_counter(m, 1), 1);
    }
    _exit(0);
  }
  ck_ok(slo_monitor_attach(shared, size, &m));
  slo_counts before = {0, 0, 0};
  int left = PROCESSES, good = 1;
  int64_t now = 1000 * SEC;
  while (left > 0) {
    slo_standing r = SLO_SIZED(slo_standing);
    int status;
    check_ok(slo_monitor_tick(m, now, 0));
    now += SEC;
    (void)slo_monitor_read(m, 1, &r);
    check_that(counts_grow(&before, &r.total), "the total shrinks");
    before = r.total;
    pid_t done = waitpid(-1, &status, WNOHANG);
    if (done <= 0) continue;
    good &= WIFEXITED(status) && WEXITSTATUS(status) == 0;
    left--;
  }
  ck_assert(good);
  expect_totals(m, PROCESSES, EVENTS);
  ck_ok(slo_monitor_tick(m, now, 0));
  slo_window_summary s = SLO_SIZED(slo_window_summary);
  ck_ok(slo_window_summarize(slo_monitor_window(m, 1), &s));
  ck_assert_uint_eq(s.counts.good + s.counts.bad, PROCESSES * EVENTS);
  (void)munmap(shared, size);
}
END_TEST

/* the processes first: forking is easier without threads */
CHECK_MAIN("threads", tcase_add_test(tc, test_two_processes); tcase_add_test(tc, test_all_at_once);
           tcase_add_test(tc, test_standing_is_of_one_tick);)
