/*
 * test_kill.c - a tick or a correction that is killed at any instruction does no harm.
 *
 * A child ticks a monitor in shared memory and is stepped through it one instruction at a time.
 * Each state the memory goes through is what a kill at that moment would leave behind: it must
 * attach, answer as before the tick or as after it, and be as good as new with the next tick. The
 * same for a push into a history, which may also lose its oldest readings.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))
#define CAN_STEP 1
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#else
#define CAN_STEP 0
#endif

#include "check_main.h"
#include "slo/history.h"
#include "slo/monitor.h"

#define SEC SLO_SECOND_NS

enum { SLIS = 2, SLOS = 4, SPANS = 240, MESSAGE = 400, NO_PTRACE = 77 };

/* Every single instruction is too many under ThreadSanitizer, whose runtime makes up most. */
#if defined(__SANITIZE_THREAD__)
#define STEP_EVERY 0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define STEP_EVERY 0
#endif
#endif
#if !defined(STEP_EVERY)
#define STEP_EVERY 1
#endif

#define STEPS_MAX 20000000 /* a tick that loops for ever fails here, not by a timeout */

/* ---- the monitor ---- */

static const slo_window_tier window_tiers[] = {
    {SEC, 20 * SEC}, {3 * SEC, 60 * SEC}, {10 * SEC, 200 * SEC}};

static const slo_alert_tier alert_tiers[] = {
    {.long_ns = 30 * SEC, .short_ns = 5 * SEC, .factor_ppm = 5000000},
    {.long_ns = 60 * SEC, .short_ns = 10 * SEC, .factor_ppm = 2000000, .severity = 1},
    {.long_ns = 90 * SEC,
     .short_ns = 2 * SEC,
     .factor_ppm = 1000000,
     .for_ns = 3 * SEC,
     .severity = 1},
};

static const int64_t starts[] = {900 * SEC, 1100 * SEC, 1250 * SEC + SEC / 2, 9000 * SEC};

/* Multi-window burn rates alone; the gate's own ticks say something else. */
static const slo_alert_config alert_plain = {
    .struct_size = sizeof alert_plain,
    .gate = {{.kind = SLO_GATE_NONE}, {.kind = SLO_GATE_NONE}},
};
static const slo_alert_config *alert_rules = &alert_plain;

static size_t block_size; /* of what is stepped through, and of every copy of it */

static slo_status monitor_lay_out(void *memory, size_t *size) {
  static const int64_t threshold = 300000000;
  slo_hist_config latency = SLO_SIZED(slo_hist_config);
  slo_window_config window = SLO_SIZED(slo_window_config);
  slo_monitor_sli slis[SLIS] = {SLO_SIZED(slo_monitor_sli), SLO_SIZED(slo_monitor_sli)};
  slo_monitor_slo slos[SLOS];
  slo_monitor_config config = SLO_SIZED(slo_monitor_config);
  slo_monitor *m;
  latency.scale = 3;
  latency.thresholds = &threshold;
  latency.threshold_count = 1;
  latency.shards = 1;
  window.tiers = window_tiers;
  window.tier_count = 3;
  window.slice_ns = 10 * SEC;
  window.slice_objective_ppb = 500000000;
  window.unmeasured = SLO_UNMEASURED_BAD;
  slis[0].name = "checkout";
  slis[0].shards = slis[1].shards = 1;
  slis[0].latency = &latency;
  slis[0].with_threshold = 1;
  slis[1].name = "search";
  memset(slos, 0, sizeof slos);
  for (uint32_t i = 0; i < SLOS; i++) {
    slos[i].struct_size = (uint32_t)sizeof slos[i];
    slos[i].name = "objective";
    slos[i].sli = i % SLIS;
    slos[i].objective_ppb = (alert_rules == &alert_plain ? 900000000 : 999000000) + i;
    slos[i].period_ns = 150 * SEC;
    slos[i].tiers = alert_tiers + i;
    slos[i].tier_count = 3 - i;
    slos[i].alert = alert_rules;
  }
  /* by slices, and in periods of its own, one of which ends between two whole seconds */
  slos[3].starts_ns = starts;
  slos[3].start_count = sizeof starts / sizeof starts[0];
  slos[3].method = SLO_METHOD_TIMESLICES;
  slos[3].tiers = alert_tiers + 2;
  slos[3].tier_count = 1;
  config.corrections = 4;
  config.slis = slis;
  config.sli_count = SLIS;
  config.slos = slos;
  config.slo_count = SLOS;
  config.window = &window;
  if (memory == NULL) return slo_monitor_footprint(&config, size, NULL);
  return slo_monitor_init(memory, *size, &config, &m, NULL);
}

/* ---- everything a monitor answers ---- */

typedef struct window_answers {
  slo_status status;
  slo_window_summary summary;
  slo_delta delta[SPANS];
} window_answers;

typedef struct alert_answers {
  slo_alert_status severity[SLO_SEVERITIES];
  uint64_t lost, transitions;
  slo_transition transition[SLO_ALERT_TRANSITIONS_KEPT + 4];
} alert_answers;

typedef struct answers {
  window_answers window[SLIS];
  alert_answers alert[SLOS];
  slo_status status[SLOS];
  slo_standing standing[SLOS];
  slo_delta pinned[SLIS]; /* since the period began */
  uint32_t corrections, unused;
} answers;

static int64_t span_of(int i) {
  return i < 210 ? i * SEC : (int64_t)(i - 209) * 7777777777;
}

static void ask_window(slo_monitor *m, uint32_t sli, window_answers *a) {
  const slo_window *w = slo_monitor_window(m, sli);
  int64_t spans[SPANS];
  for (int i = 0; i < SPANS; i++) spans[i] = span_of(i);
  a->summary.struct_size = (uint32_t)sizeof a->summary;
  a->delta[0].struct_size = (uint32_t)sizeof a->delta[0];
  a->status = slo_window_summarize(w, &a->summary);
  if (slo_window_read(w, spans, SPANS, a->delta) != a->status) a->status = 99;
}

static void ask_alert(slo_monitor *m, uint32_t slo, alert_answers *a) {
  const slo_alert *alert = slo_monitor_alert(m, slo);
  for (uint32_t s = 0; s < SLO_SEVERITIES; s++) {
    a->severity[s].struct_size = (uint32_t)sizeof a->severity[s];
    if (slo_alert_read(alert, s, &a->severity[s]) != SLO_OK) a->lost = 99;
  }
  uint64_t cursor = 0;
  while (a->transitions < sizeof a->transition / sizeof a->transition[0]) {
    slo_transition *t = &a->transition[a->transitions];
    t->struct_size = (uint32_t)sizeof *t;
    slo_status status = slo_alert_next(alert, &cursor, t);
    if (status == SLO_ENODATA) break;
    a->lost += status == SLO_ELOST;
    a->transitions += status == SLO_OK;
    if (status != SLO_OK && status != SLO_ELOST) break;
  }
}

static void ask(slo_monitor *m, answers *a) {
  memset(a, 0, sizeof *a);
  a->corrections = slo_ledger_count(slo_monitor_ledger(m));
  for (uint32_t i = 0; i < SLIS; i++) {
    ask_window(m, i, &a->window[i]);
    a->pinned[i].struct_size = (uint32_t)sizeof a->pinned[i];
    (void)slo_window_delta(slo_monitor_window(m, i), starts[2], SLO_TIME_MAX_NS, &a->pinned[i]);
  }
  for (uint32_t i = 0; i < SLOS; i++) {
    ask_alert(m, i, &a->alert[i]);
    a->standing[i].struct_size = (uint32_t)sizeof a->standing[i];
    a->status[i] = slo_monitor_read(m, i, &a->standing[i]);
  }
}

static int same_window(const answers *a, const answers *b, int i) {
  return memcmp(&a->window[i], &b->window[i], sizeof a->window[i]) == 0;
}

static int same_alert(const answers *a, const answers *b, int i) {
  return memcmp(&a->alert[i], &b->alert[i], sizeof a->alert[i]) == 0;
}

/* ---- one killed tick ---- */

typedef struct tick {
  int64_t at_ns;
  uint32_t flags;
  int64_t next_ns;                  /* and the tick after it, without flags */
  const slo_correction *correction; /* instead of the tick */
} tick;

static slo_status tick_do(const tick *tick, slo_monitor *m) {
  if (tick->correction != NULL) return slo_monitor_correct(m, tick->correction, NULL, NULL);
  return slo_monitor_tick(m, tick->at_ns, tick->flags);
}

/* What is stepped through, and what each state of the block must be. */
typedef struct trial trial;
struct trial {
  slo_status (*act)(trial *t);              /* what the child does, to the object */
  int (*look)(trial *t, const char *block); /* 0: the message says what was wrong */
  void *object;
  char *copy; /* of the block, one for each use */
  tick tick;
  answers before, after;
  answers later;           /* after the tick and the next one */
  answers later_missed;    /* after the next one alone */
  answers later_unstepped; /* the windows took the reading, the alerts did not see it */
  uint64_t states, old_windows, new_windows, mixed_ticks;
  char message[MESSAGE];
};

static slo_monitor *attach_copy(trial *t, const char *block) {
  slo_monitor *m = NULL;
  memcpy(t->copy, block, block_size);
  return slo_monitor_attach(t->copy, block_size, &m) == SLO_OK ? m : NULL;
}

/* The reading of an SLI that a tick would take. */
static slo_counts tally_of(slo_monitor *m, uint32_t sli) {
  slo_counter_tally tally = SLO_SIZED(slo_counter_tally);
  int64_t threshold;
  uint64_t within = 0, beyond = 0;
  ck_ok(slo_counter_read(slo_monitor_counter(m, sli), &tally));
  if (sli == 0) {
    ck_ok(slo_hist_threshold(slo_monitor_hist(m, sli), 0, &threshold, &within, &beyond));
  }
  tally.counts.good += within;
  tally.counts.bad += beyond;
  return tally.counts;
}

static void trial_references(trial *t, const char *block) {
  slo_monitor *m = attach_copy(t, block);
  ck_assert_ptr_nonnull(m);
  ask(m, &t->before);
  ck_ok(tick_do(&t->tick, m));
  ask(m, &t->after);
  ck_ok(slo_monitor_tick(m, t->tick.next_ns, 0));
  ask(m, &t->later);

  m = attach_copy(t, block);
  (void)slo_monitor_tick(m, t->tick.next_ns, 0); /* refused when it alone is a jump ahead */
  ask(m, &t->later_missed);

  m = attach_copy(t, block);
  for (uint32_t i = 0; i < SLIS && t->tick.correction == NULL; i++) {
    slo_counts total = tally_of(m, i);
    ck_ok(slo_window_push(slo_monitor_window(m, i), t->tick.at_ns, &total, t->tick.flags));
  }
  ck_ok(slo_monitor_tick(m, t->tick.next_ns, 0));
  ask(m, &t->later_unstepped);
}

static int trial_wrong(trial *t, const char *what, int which) {
  (void)snprintf(t->message, sizeof t->message, "state %" PRIu64 ": %s %d", t->states, what, which);
  return 0;
}

/* Says which answer of a window is neither the old nor the new one. */
static int trial_torn(trial *t, const answers *now, int i) {
  const window_answers *w = &now->window[i], *old = &t->before.window[i],
                       *new = &t->after.window[i];
  int use_old = memcmp(&w->summary, &old->summary, sizeof w->summary) == 0;
  const window_answers *like = use_old ? old : new;
  for (int s = 0; s < SPANS; s++) {
    const slo_delta *d = &w->delta[s], *expected = &like->delta[s];
    if (memcmp(d, expected, sizeof *d) == 0) continue;
    (void)snprintf(t->message, sizeof t->message,
                   "state %" PRIu64 ": window %d of %" PRId64 " ms is torn: (%" PRId64 ", %" PRId64
                   "] ms %" PRIu64 "/%" PRIu64 " flags %u; %s the tick (%" PRId64 ", %" PRId64
                   "] ms %" PRIu64 "/%" PRIu64 " flags %u",
                   t->states, i, span_of(s) / 1000000, d->from_ns / 1000000, d->to_ns / 1000000,
                   d->counts.good, d->counts.bad, d->flags, use_old ? "before" : "after",
                   expected->from_ns / 1000000, expected->to_ns / 1000000, expected->counts.good,
                   expected->counts.bad, expected->flags);
    return 0;
  }
  return trial_wrong(t, "a torn summary of window", i);
}

/* Every part is as it was or as it is going to be. */
static int trial_answers(trial *t, slo_monitor *m) {
  static answers now;
  int newer[SLIS];
  ask(m, &now);
  for (int i = 0; i < SLIS; i++) {
    newer[i] = same_window(&now, &t->after, i);
    if (!newer[i] && !same_window(&now, &t->before, i)) return trial_torn(t, &now, i);
    const answers *reading = newer[i] ? &t->after : &t->before;
    if (memcmp(&now.pinned[i], &reading->pinned[i], sizeof now.pinned[i]) != 0) {
      return trial_wrong(t, "a period that began elsewhere, of window", i);
    }
    t->new_windows += newer[i] != 0;
    t->old_windows += newer[i] == 0;
  }
  t->mixed_ticks += newer[0] != newer[SLIS - 1];
  for (int i = 0; i < SLOS; i++) {
    int stepped = same_alert(&now, &t->after, i);
    if (!stepped && !same_alert(&now, &t->before, i)) return trial_wrong(t, "a torn alert", i);
    const answers *window = newer[i % SLIS] ? &t->after : &t->before;
    const answers *alert = stepped ? &t->after : &t->before;
    slo_standing expected = window->standing[i];
    if (window->status[i] != SLO_ENODATA || window->window[i % SLIS].status == SLO_OK) {
      expected.page = alert->standing[i].page;
      expected.ticket = alert->standing[i].ticket;
    }
    if (now.status[i] != window->status[i] ||
        memcmp(&now.standing[i], &expected, sizeof expected) != 0) {
      return trial_wrong(t, "neither the old nor the new standing", i);
    }
  }
  return 1;
}

/* Repeated, the tick is done in full; so is everything after it. */
static int trial_repeat(trial *t, slo_monitor *m) {
  static answers now;
  if (tick_do(&t->tick, m) != SLO_OK) return trial_wrong(t, "cannot tick again", 0);
  ask(m, &now);
  if (memcmp(&now, &t->after, sizeof now) != 0) {
    return trial_wrong(t, "the tick repeated is not the tick", 0);
  }
  if (slo_monitor_tick(m, t->tick.next_ns, 0) != SLO_OK) {
    return trial_wrong(t, "cannot tick after it", 0);
  }
  ask(m, &now);
  for (int i = 0; i < SLIS; i++) {
    if (!same_window(&now, &t->later, i)) return trial_wrong(t, "later, another window", i);
  }
  for (int i = 0; i < SLOS; i++) {
    if (!same_alert(&now, &t->later, i)) return trial_wrong(t, "later, another alert", i);
  }
  return memcmp(&now, &t->later, sizeof now) == 0 ? 1 : trial_wrong(t, "another standing", 0);
}

/* Not repeated, it was taken or it was missed, by each part. */
static int trial_go_on(trial *t, slo_monitor *m) {
  static answers now;
  (void)slo_monitor_tick(m, t->tick.next_ns, 0);
  ask(m, &now);
  for (int i = 0; i < SLIS; i++) {
    if (!same_window(&now, &t->later, i) && !same_window(&now, &t->later_missed, i)) {
      return trial_wrong(t, "going on, a window that neither took nor missed it", i);
    }
  }
  for (int i = 0; i < SLOS; i++) {
    if (!same_alert(&now, &t->later, i) && !same_alert(&now, &t->later_missed, i) &&
        !same_alert(&now, &t->later_unstepped, i)) {
      return trial_wrong(t, "going on, an alert that neither saw nor missed it", i);
    }
  }
  return 1;
}

/* The pins of a correction come before it, and serve windows that reach beyond the rings: so those
 * may be of either kind. Makes them those of `wanted`; 0 when they are of none. */
static int either_windows(answers *now, const answers *one, const answers *other,
                          const answers *wanted) {
  for (int i = 0; i < SLIS; i++) {
    if (!same_window(now, one, i) && !same_window(now, other, i)) return 0;
    now->window[i] = wanted->window[i];
  }
  return 1;
}

/* A correction is there or not, and everything else follows; when it is not, it can be made. */
static int trial_correction(trial *t, slo_monitor *m) {
  static answers now;
  ask(m, &now);
  int there = now.corrections == t->after.corrections;
  if (!either_windows(&now, &t->before, &t->after, there ? &t->after : &t->before)) {
    return trial_wrong(t, "windows of neither", there);
  }
  if (memcmp(&now, there ? &t->after : &t->before, sizeof now) != 0) {
    return trial_wrong(t, "neither corrected nor not", there);
  }
  *(there ? &t->new_windows : &t->old_windows) += 1;
  return there ? 1 : trial_repeat(t, m);
}

/* Neither made again nor forgotten, also by what comes next. */
static int trial_correction_later(trial *t, slo_monitor *m) {
  static answers now;
  int there = slo_ledger_count(slo_monitor_ledger(m)) == t->after.corrections;
  if (slo_monitor_tick(m, t->tick.next_ns, 0) != SLO_OK) return trial_wrong(t, "cannot tick", 0);
  ask(m, &now);
  const answers *wanted = there ? &t->later : &t->later_missed;
  if (!either_windows(&now, &t->later, &t->later_missed, wanted)) {
    return trial_wrong(t, "later, windows of neither", there);
  }
  if (memcmp(&now, wanted, sizeof now) == 0) return 1;
  return trial_wrong(t, "later, neither corrected nor not", there);
}

/* What a kill right now leaves behind. */
static int trial_state(trial *t, const char *block) {
  t->states++;
  slo_monitor *m = attach_copy(t, block);
  if (m == NULL) return trial_wrong(t, "does not attach", 0);
  if (t->tick.correction != NULL) {
    return trial_correction(t, m) && trial_correction_later(t, attach_copy(t, block));
  }
  if (!trial_answers(t, m) || !trial_repeat(t, m)) return 0;
  return trial_go_on(t, attach_copy(t, block));
}

static slo_status trial_tick(trial *t) {
  return tick_do(&t->tick, t->object);
}

#if CAN_STEP
/* The child, stopped. Stepping it through every instruction takes seconds on a slow virtual
 * machine; between two stores to the block nothing changes, so on x86-64 it may run up to the next
 * one: the block is read-only to it, except for the one step that stores. */
typedef struct stepper {
  pid_t child;
  int status; /* of the last wait */
  int every;  /* instruction is stepped */
  char *block;
  uint64_t syscall_at; /* an instruction of the child's that makes a system call */
} stepper;

static int stepper_go(stepper *s, int every) {
  if (ptrace(every ? PTRACE_SINGLESTEP : PTRACE_CONT, s->child, NULL, NULL) != 0) return 0;
  return waitpid(s->child, &s->status, 0) == s->child && WIFSTOPPED(s->status);
}

#if defined(__x86_64__)
/* Makes the child call mprotect. */
static int stepper_protect(stepper *s, int prot) {
  struct user_regs_struct saved, regs;
  if (ptrace(PTRACE_GETREGS, s->child, NULL, &saved) != 0) return 0;
  regs = saved;
  regs.rip = s->syscall_at;
  regs.rax = SYS_mprotect;
  regs.orig_rax = (uint64_t)-1;
  regs.rdi = (uint64_t)(uintptr_t)s->block;
  regs.rsi = block_size;
  regs.rdx = (unsigned)prot;
  if (ptrace(PTRACE_SETREGS, s->child, NULL, &regs) != 0 || !stepper_go(s, 1)) return 0;
  if (ptrace(PTRACE_GETREGS, s->child, NULL, &regs) != 0 || regs.rax != 0) return 0;
  return ptrace(PTRACE_SETREGS, s->child, NULL, &saved) == 0;
}

/* The child is about to return from the system call by which it stopped itself. */
static void stepper_begin(stepper *s) {
  struct user_regs_struct regs;
  s->every = 1;
  if (ptrace(PTRACE_GETREGS, s->child, NULL, &regs) != 0) return;
  s->syscall_at = regs.rip - 2;
  long code = ptrace(PTRACE_PEEKTEXT, s->child, (void *)(uintptr_t)s->syscall_at, NULL);
  s->every = (code & 0xffff) != 0x050f || !stepper_protect(s, PROT_READ);
}

static int stepper_store(stepper *s) {
  if (!stepper_go(s, 0)) return 0;
  if (WSTOPSIG(s->status) != SIGSEGV) return 1; /* no more stores: the end, or a signal */
  if (!stepper_protect(s, PROT_READ | PROT_WRITE) || !stepper_go(s, 1)) return 0;
  int status = s->status;
  int good = WSTOPSIG(status) != SIGTRAP || stepper_protect(s, PROT_READ);
  s->status = status;
  return good;
}
#else
static void stepper_begin(stepper *s) {
  s->every = 1;
}

static int stepper_store(stepper *s) {
  return stepper_go(s, 1);
}
#endif

/* The child: stops, acts, stops. */
static void act_traced(trial *t) {
  if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) _exit(NO_PTRACE);
  (void)kill(getpid(), SIGSTOP);
  slo_status status = t->act(t);
  (void)kill(getpid(), SIGSTOP);
  _exit(status == SLO_OK ? 0 : 1);
}

/* Steps the child through its tick and looks at each state of the block. 0: the message says
 * what was wrong; -1: not allowed to. */
static int trial_step(trial *t, char *shared, int every) {
  stepper s = {0};
  uint64_t steps = 0;
  char *last = check_memory(block_size);
  memcpy(last, shared, block_size);
  (void)fflush(NULL);
  s.block = shared;
  s.child = fork();
  ck_assert_int_ge(s.child, 0);
  if (s.child == 0) act_traced(t);
  ck_assert_int_eq(waitpid(s.child, &s.status, 0), s.child);
  if (!WIFSTOPPED(s.status)) {
    free(last);
    if (WIFEXITED(s.status) && WEXITSTATUS(s.status) == NO_PTRACE) return -1;
    return trial_wrong(t, "the child is gone before its tick", s.status);
  }
  if (every) {
    s.every = 1;
  } else {
    stepper_begin(&s);
  }
  int good = t->look(t, shared);
  while (good && steps++ < STEPS_MAX && (s.every ? stepper_go(&s, 1) : stepper_store(&s)) &&
         WSTOPSIG(s.status) == SIGTRAP) {
    if (memcmp(last, shared, block_size) == 0) continue; /* the same state: looked at already */
    memcpy(last, shared, block_size);
    good = t->look(t, shared);
  }
  free(last);
  if (good && !(WIFSTOPPED(s.status) && WSTOPSIG(s.status) == SIGSTOP)) {
    good = trial_wrong(t, "the tick did not end, but with signal",
                       WIFSTOPPED(s.status) ? WSTOPSIG(s.status) : 0);
  }
  if (good) {
    (void)ptrace(PTRACE_CONT, s.child, NULL, NULL);
    if (waitpid(s.child, &s.status, 0) != s.child || !WIFEXITED(s.status) ||
        WEXITSTATUS(s.status) != 0) {
      good = trial_wrong(t, "the tick failed", 0);
    }
  } else {
    (void)kill(s.child, SIGKILL);
    (void)waitpid(s.child, &s.status, 0);
  }
  return good;
}
#else
static int trial_step(trial *t, char *shared, int every) {
  (void)t, (void)shared, (void)every;
  return -1;
}
#endif

typedef void prepare(slo_monitor *m);

/* Kills the tick everywhere. Returns how many states were seen, at least `states`; 0 when it
 * could not be done. */
static uint64_t kill_at(prepare *prepare, tick tick, int every, uint64_t states) {
  static trial t;
  memset(&t, 0, sizeof t);
  ck_ok(monitor_lay_out(NULL, &block_size));
  char *shared = mmap(NULL, block_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ck_assert(shared != MAP_FAILED);
  slo_monitor *m;
  ck_ok(monitor_lay_out(shared, &block_size));
  ck_ok(slo_monitor_attach(shared, block_size, &m));
  prepare(m);
  t.copy = check_memory(block_size);
  t.tick = tick;
  trial_references(&t, shared);
  t.act = trial_tick;
  t.look = trial_state;
  t.object = m;
  int good = trial_step(&t, shared, every);
  free(t.copy);
  if (good > 0) {
    static answers done; /* and the child's own tick was the tick */
    ask(m, &done);
    ck_assert_mem_eq(&done, &t.after, sizeof done);
  }
  (void)munmap(shared, block_size);
  if (good < 0) {
    printf("kill: skipped, stepping a child needs Linux on x86-64 or aarch64, and ptrace\n");
    return 0;
  }
  if (!good) ck_abort_msg("%s", t.message);
  ck_assert_uint_gt(t.states, states);
  ck_assert_uint_gt(t.old_windows, 0);
  ck_assert_uint_gt(t.new_windows, 0);
  if (tick.correction == NULL)
    ck_assert_uint_gt(t.mixed_ticks, 0); /* between the two windows, too */
  return t.states;
}

static void kill_everywhere(prepare *prepare, tick tick, uint64_t states) {
  (void)kill_at(prepare, tick, 0, states);
}

/* ---- the ticks ---- */

static void serve(slo_monitor *m, uint64_t good, uint64_t bad) {
  const slo_counts counts = {good, bad, 1};
  slo_counter_record_many(slo_monitor_counter(m, 0), &counts);
  slo_counter_record_many(slo_monitor_counter(m, 1), &counts);
  slo_hist_record_times(slo_monitor_hist(m, 0), 100000000, good);
  slo_hist_record_times(slo_monitor_hist(m, 0), 900000000, bad);
}

static void prepare_nothing(slo_monitor *m) {
  serve(m, 10, 5);
}

/* Healthy from 1000 s to 1250 s: every ring has gone round. */
static void prepare_healthy(slo_monitor *m) {
  for (int64_t t = 1000; t <= 1250; t++) {
    serve(m, 100 + (uint64_t)t % 7, 0);
    ck_ok(slo_monitor_tick(m, t * SEC, 0));
  }
}

/* .. and then an outage that nobody has seen yet. */
static void prepare_outage(slo_monitor *m) {
  prepare_healthy(m);
  serve(m, 1, 100000);
}

static void prepare_firing(slo_monitor *m) {
  prepare_outage(m);
  ck_ok(slo_monitor_tick(m, 1251 * SEC, 0));
  for (int64_t t = 1252; t <= 1255; t++) {
    serve(m, 100, 0);
    ck_ok(slo_monitor_tick(m, t * SEC, 0));
  }
  serve(m, 100, 0);
}

/* One second in five fails: an alert that has made more transitions than are kept. */
static void prepare_flapping(slo_monitor *m) {
  for (int64_t t = 1000; t <= 1251; t++) {
    serve(m, 100, t % 5 == 0 ? 1000 : 0);
    ck_ok(slo_monitor_tick(m, t * SEC, 0));
  }
  static answers a;
  ask(m, &a);
  ck_assert_uint_eq(a.alert[2].transitions, SLO_ALERT_TRANSITIONS_KEPT);
  ck_assert_uint_eq(a.alert[2].lost, 1);
  ck_assert_uint_eq(a.standing[2].ticket, SLO_ALERT_PENDING);
  serve(m, 100, 0);
}

/* Ticks that leave much to do: what they opened may be written by the one after. */
static void prepare_first(slo_monitor *m) {
  prepare_nothing(m);
  ck_ok(slo_monitor_tick(m, 1000 * SEC, 0));
  serve(m, 5, 5);
}

static void prepare_gap(slo_monitor *m) {
  prepare_healthy(m);
  serve(m, 10, 10);
  ck_ok(slo_monitor_tick(m, 1263 * SEC + 7, 0));
  serve(m, 100, 3);
}

static void prepare_long_gap(slo_monitor *m) {
  prepare_healthy(m);
  ck_ok(slo_monitor_tick(m, 1390 * SEC, 0));
  serve(m, 1, 1000);
}

static void prepare_rebase_back(slo_monitor *m) {
  prepare_healthy(m);
  ck_ok(slo_monitor_tick(m, 1243 * SEC + 1, SLO_PUSH_REBASE));
  serve(m, 100, 3);
}

static void prepare_rebase_back_and_gap(slo_monitor *m) {
  prepare_rebase_back(m);
  ck_ok(slo_monitor_tick(m, 1256 * SEC, 0));
  serve(m, 100, 3);
}

/* Its last tick but one is where the period begins, and in no ring. */
static void prepare_period(slo_monitor *m) {
  prepare_healthy(m);
  serve(m, 70, 7);
  ck_ok(slo_monitor_tick(m, 1250 * SEC + SEC / 4, 0));
  serve(m, 80, 8);
}

/* .. and the period has begun: pinned already, and brought up to date since. */
static void prepare_period_again(slo_monitor *m) {
  prepare_period(m);
  ck_ok(slo_monitor_tick(m, starts[2], 0));
  serve(m, 10, 1);
  ck_ok(slo_monitor_tick(m, starts[2], 0));
  serve(m, 20, 2);
}

static void prepare_slice(slo_monitor *m) {
  prepare_healthy(m);
  serve(m, 3, 30);
  for (int64_t t = 1251; t <= 1259; t++) ck_ok(slo_monitor_tick(m, t * SEC, 0));
  serve(m, 5, 50);
}

static const slo_correction removal = {.struct_size = sizeof removal,
                                       .kind = SLO_CORRECT_REMOVE,
                                       .from_ns = 1240 * SEC,
                                       .to_ns = 1249 * SEC,
                                       .sli = SLO_LEDGER_ALL,
                                       .reason = "maintenance"};

static void prepare_corrected(slo_monitor *m) {
  prepare_flapping(m);
  ck_ok(slo_monitor_correct(m, &removal, NULL, NULL));
}

static uint64_t firing(const answers *a) {
  uint64_t n = 0;
  for (int i = 0; i < SLOS; i++) {
    n += a->standing[i].page == SLO_ALERT_FIRING;
    n += a->standing[i].ticket == SLO_ALERT_FIRING;
  }
  return n;
}

/* Does the tick make the alerts do what the test is about? */
static void expect_firing(prepare *prepare, tick tick, uint64_t before, uint64_t after) {
  static answers a;
  slo_monitor *m;
  ck_ok(monitor_lay_out(NULL, &block_size));
  char *memory = check_memory(block_size);
  ck_ok(monitor_lay_out(memory, &block_size));
  ck_ok(slo_monitor_attach(memory, block_size, &m));
  prepare(m);
  ask(m, &a);
  ck_assert_uint_eq(firing(&a), before);
  ck_ok(slo_monitor_tick(m, tick.at_ns, tick.flags));
  ask(m, &a);
  ck_assert_uint_eq(firing(&a), after);
  free(memory);
}

START_TEST(test_first_tick) {
  tick tick = {1000 * SEC, 0, 1001 * SEC, NULL};
  kill_everywhere(prepare_nothing, tick, 25);
}
END_TEST

START_TEST(test_next_step) {
  tick tick = {1251 * SEC, 0, 1252 * SEC, NULL};
  expect_firing(prepare_outage, tick, 0, 3);
  kill_everywhere(prepare_outage, tick, 50);
}
END_TEST

START_TEST(test_within_a_step) {
  tick tick = {1250 * SEC + 500000000, 0, 1251 * SEC, NULL};
  /* no slot is opened, no alert stepped: short enough to stop at every single instruction */
  uint64_t every = kill_at(prepare_outage, tick, STEP_EVERY, 10);
  ck_assert_uint_eq(kill_at(prepare_outage, tick, 0, 10), every);
}
END_TEST

START_TEST(test_at_the_same_moment) {
  tick tick = {1250 * SEC, 0, 1251 * SEC, NULL};
  kill_everywhere(prepare_outage, tick, 10);
}
END_TEST

START_TEST(test_resolution) {
  tick tick = {1256 * SEC, 0, 1257 * SEC, NULL};
  expect_firing(prepare_firing, tick, 3, 2);
  kill_everywhere(prepare_firing, tick, 50);
}
END_TEST

/* The new transition must not touch the oldest one before the state lets go of it. */
START_TEST(test_one_transition_more) {
  tick tick = {1252 * SEC, 0, 1253 * SEC, NULL};
  kill_everywhere(prepare_flapping, tick, 50);
}
END_TEST

/* Slots in every tier, and a page. */
START_TEST(test_gap) {
  tick tick = {1261 * SEC, 0, 1262 * SEC, NULL};
  expect_firing(prepare_outage, tick, 0, 3);
  kill_everywhere(prepare_outage, tick, 100);
}
END_TEST

START_TEST(test_gap_unmeasured) {
  tick tick = {1272 * SEC + 1, SLO_PUSH_UNMEASURED, 1273 * SEC, NULL};
  kill_everywhere(prepare_healthy, tick, 50);
}
END_TEST

START_TEST(test_gap_longer_than_a_ring) {
  tick tick = {1290 * SEC, 0, 1291 * SEC, NULL};
  kill_everywhere(prepare_outage, tick, 100);
}
END_TEST

START_TEST(test_gap_longer_than_all_rings) {
  tick tick = {2290 * SEC, SLO_PUSH_REBASE, 2291 * SEC, NULL};
  kill_everywhere(prepare_outage, tick, 100);
}
END_TEST

START_TEST(test_after_the_first_tick) {
  tick tick = {1001 * SEC, 0, 1002 * SEC, NULL};
  kill_everywhere(prepare_first, tick, 25);
}
END_TEST

START_TEST(test_after_a_gap) {
  tick tick = {1264 * SEC, 0, 1265 * SEC, NULL};
  kill_everywhere(prepare_gap, tick, 25);
}
END_TEST

START_TEST(test_after_a_gap_at_the_same_moment) {
  tick tick = {1263 * SEC + 7, 0, 1264 * SEC, NULL};
  kill_everywhere(prepare_gap, tick, 10);
}
END_TEST

START_TEST(test_gap_after_a_gap) {
  tick tick = {1275 * SEC, 0, 1276 * SEC, NULL};
  kill_everywhere(prepare_gap, tick, 25);
}
END_TEST

START_TEST(test_long_gap_after_a_long_gap) {
  tick tick = {1500 * SEC, 0, 1501 * SEC, NULL};
  kill_everywhere(prepare_long_gap, tick, 25);
}
END_TEST

START_TEST(test_rebase_back_after_a_gap) {
  tick tick = {1255 * SEC, SLO_PUSH_REBASE, 1256 * SEC, NULL};
  kill_everywhere(prepare_gap, tick, 25);
}
END_TEST

START_TEST(test_after_a_rebase_back) {
  tick tick = {1244 * SEC, 0, 1245 * SEC, NULL};
  kill_everywhere(prepare_rebase_back, tick, 25);
}
END_TEST

START_TEST(test_gap_after_a_rebase_back) {
  tick tick = {1255 * SEC, 0, 1256 * SEC, NULL};
  kill_everywhere(prepare_rebase_back, tick, 25);
}
END_TEST

START_TEST(test_rebase_back_after_a_rebase_back) {
  tick tick = {1239 * SEC, SLO_PUSH_REBASE, 1240 * SEC, NULL};
  kill_everywhere(prepare_rebase_back, tick, 25);
}
END_TEST

START_TEST(test_rebase_back_into_another_history) {
  tick tick = {1248 * SEC, SLO_PUSH_REBASE, 1249 * SEC, NULL};
  kill_everywhere(prepare_rebase_back_and_gap, tick, 25);
}
END_TEST

START_TEST(test_rebase_back) {
  tick tick = {1235 * SEC, SLO_PUSH_REBASE, 1236 * SEC, NULL};
  kill_everywhere(prepare_outage, tick, 35);
}
END_TEST

/* The reading it takes is the very one it had, but for the time. */
START_TEST(test_rebase_back_with_nothing_new) {
  tick tick = {1243 * SEC + 1, SLO_PUSH_REBASE, 1244 * SEC, NULL};
  kill_everywhere(prepare_healthy, tick, 35);
}
END_TEST

START_TEST(test_rebase_far_back) {
  tick tick = {77 * SEC, SLO_PUSH_REBASE, 78 * SEC, NULL};
  kill_everywhere(prepare_healthy, tick, 35);
}
END_TEST

/* A period ends with the tick: its reading is pinned, by this tick or when it is repeated. */
START_TEST(test_period_ends) {
  tick tick = {1251 * SEC, 0, 1252 * SEC, NULL};
  kill_everywhere(prepare_period, tick, 40);
  tick.at_ns = starts[2]; /* and exactly with it */
  kill_everywhere(prepare_period, tick, 20);
  tick.at_ns = starts[2] + 1;
  kill_everywhere(prepare_period_again, tick, 20);
  tick.at_ns = 1251 * SEC;
  tick.flags = SLO_PUSH_UNMEASURED;
  kill_everywhere(prepare_period_again, tick, 30);
}
END_TEST

START_TEST(test_slice_ends) {
  tick tick = {1260 * SEC, 0, 1261 * SEC, NULL};
  kill_everywhere(prepare_slice, tick, 50);
}
END_TEST

START_TEST(test_correction) {
  tick tick = {0, 0, 1252 * SEC, &removal};
  kill_everywhere(prepare_flapping, tick, 20);
  slo_correction ahead = removal; /* its end is still to come */
  ahead.kind = SLO_CORRECT_GOOD;
  ahead.to_ns = 1252 * SEC;
  tick.correction = &ahead;
  kill_everywhere(prepare_flapping, tick, 20);
  kill_everywhere(prepare_corrected, tick, 5);
}
END_TEST

START_TEST(test_correction_taken_back) {
  slo_correction back = {.struct_size = sizeof back, .kind = SLO_CORRECT_VOID, .reason = "not it"};
  tick tick = {0, 0, 1252 * SEC, &back};
  kill_everywhere(prepare_corrected, tick, 5);
}
END_TEST

/* ---- ticks with gates ---- */

/* As much as a state can hold: both gates, a severity that waits for the other one, stakes. */
static const slo_alert_config alert_gated = {
    .struct_size = sizeof alert_gated,
    .gate = {{.alarms_per_year_ppm = SLO_EVIDENCE_ALARMS_MAX_PPM, .dead_ns = 1},
             {.alarms_per_year_ppm = SLO_EVIDENCE_ALARMS_MAX_PPM, .dead_ns = 1}},
    .slot_ns = SEC,
    .flags = SLO_ALERT_SILENCE,
};

/* Healthy, some seconds of failures, and good again; the last second is not ticked yet. */
static void gated_until(slo_monitor *m, int64_t second) {
  for (int64_t t = 1200; t <= second; t++) {
    int fails = t > 1250 && t <= 1260;
    serve(m, fails ? 0 : 10, fails ? 10 : 0);
    if (t < second) ck_ok(slo_monitor_tick(m, t * SEC, 0));
  }
}

static void prepare_evidence(slo_monitor *m) {
  gated_until(m, 1252);
}

static void prepare_opening(slo_monitor *m) {
  gated_until(m, 1253);
}

static void prepare_volume(slo_monitor *m) {
  gated_until(m, 1250);
  serve(m, 1, 100000);
}

static void prepare_closing(slo_monitor *m) {
  gated_until(m, 1264);
}

static void kill_gated(prepare *prepare, tick tick, uint64_t before, uint64_t after) {
  alert_rules = &alert_gated;
  expect_firing(prepare, tick, before, after);
  kill_everywhere(prepare, tick, 50);
  alert_rules = &alert_plain;
}

/* Weighs: pending before and after. */
START_TEST(test_gate_weighs) {
  tick tick = {1252 * SEC, 0, 1253 * SEC, NULL};
  kill_gated(prepare_evidence, tick, 0, 0);
}
END_TEST

START_TEST(test_gate_opens) {
  tick tick = {1253 * SEC, 0, 1254 * SEC, NULL};
  kill_gated(prepare_opening, tick, 0, 2);
}
END_TEST

START_TEST(test_gate_opens_by_volume) {
  tick tick = {1250 * SEC, 0, 1251 * SEC, NULL};
  kill_gated(prepare_volume, tick, 0, 2);
}
END_TEST

START_TEST(test_gate_closes) {
  tick tick = {1264 * SEC, 0, 1265 * SEC, NULL};
  kill_gated(prepare_closing, tick, 4, 0);
}
END_TEST

/* The reading before is gone, and time that counts as evidence with it. */
START_TEST(test_gate_rebased) {
  tick tick = {1240 * SEC, SLO_PUSH_REBASE, 1241 * SEC, NULL};
  kill_gated(prepare_closing, tick, 4, 4);
}
END_TEST

/* ---- a push into a history ---- */

enum { MOMENTS = 40 }; /* seconds */

static const slo_history_tier history_tiers[] = {{SEC, 5 * SEC}, {3 * SEC, 12 * SEC}};

typedef struct history_answers {
  slo_status status[MOMENTS][MOMENTS];
  slo_period used[MOMENTS][MOMENTS];
  int64_t newest_ns; /* -1: no reading */
  int kept[MOMENTS]; /* is there a reading of this second? */
} history_answers;

static struct {
  slo_hist *hist;
  slo_snapshot *at[MOMENTS]; /* what a reading of each second counts; NULL: nobody took one */
  slo_snapshot *answer, *expected;
  history_answers before, after, later;
  int push_at; /* the second of the push that is killed */
  int anew;    /* it begins the history anew */
} H;

static slo_history *history_copy(trial *t, const char *block) {
  slo_history *history = NULL;
  memcpy(t->copy, block, block_size);
  return slo_history_attach(t->copy, block_size, &history) == SLO_OK ? history : NULL;
}

/* Is the answer what lies between two readings, to the last cell? */
static int history_exact(const slo_snapshot *to, const slo_snapshot *from) {
  size_t size;
  ck_ok(slo_snapshot_footprint(H.hist, &size));
  if (to == NULL || from == NULL) return 0;
  memcpy(H.expected, to, size);
  ck_ok(slo_snapshot_subtract(H.expected, from));
  return memcmp(H.expected, H.answer, size) == 0;
}

/* All windows between whole seconds. 0: one holds what it should not. */
static int history_ask(trial *t, const slo_history *history, history_answers *a) {
  memset(a, 0, sizeof *a);
  for (int from = 0; from < MOMENTS; from++) {
    for (int to = from; to < MOMENTS; to++) {
      slo_period *used = &a->used[from][to];
      a->status[from][to] = slo_history_read(history, from * SEC, to * SEC, H.answer, used);
      if (a->status[from][to] == SLO_ENODATA) continue;
      if (a->status[from][to] != SLO_OK || used->start_ns % SEC != 0 || used->end_ns % SEC != 0 ||
          used->end_ns >= MOMENTS * SEC ||
          !history_exact(H.at[used->end_ns / SEC], H.at[used->start_ns / SEC])) {
        return trial_wrong(t, "a torn window of a history, from second", from);
      }
      a->kept[used->start_ns / SEC] = a->kept[used->end_ns / SEC] = 1;
    }
  }
  a->newest_ns = -1;
  slo_status status = slo_history_since(history, H.hist, SLO_TIME_MAX_NS, H.answer, &a->newest_ns);
  if ((status == SLO_OK) != (a->newest_ns >= 0)) return trial_wrong(t, "since", status);
  if (a->newest_ns >= 0) a->kept[a->newest_ns / SEC] = 1;
  return 1;
}

/* The newest reading kept at or before a second, or the oldest. */
static int64_t history_nearest(const history_answers *a, int second) {
  int i = second;
  while (i >= 0 && !a->kept[i]) i--;
  for (i = i < 0 ? 0 : i; i < MOMENTS - 1 && !a->kept[i];) i++;
  return i * SEC;
}

/* Do all windows agree on what is kept? */
static int history_consistent(const history_answers *a) {
  for (int from = 0; from < MOMENTS; from++) {
    for (int to = from; to < MOMENTS; to++) {
      slo_period want = {history_nearest(a, from), history_nearest(a, to)}, none = {0, 0};
      if (want.start_ns == want.end_ns) want = none;
      if (memcmp(&want, &a->used[from][to], sizeof want) != 0) return 0;
    }
  }
  return 1;
}

/* Pushes until most readings of the finest tier are new ones. */
static int history_go_on(trial *t, slo_history *history, history_answers *a) {
  for (int i = H.push_at + 1; i < MOMENTS; i++)
    ck_ok(slo_history_push(history, i * SEC, H.hist, 0));
  return history_ask(t, history, a);
}

static slo_status history_act(trial *t) {
  return slo_history_push(t->object, H.push_at * SEC, H.hist, 0);
}

static int history_look_at(trial *t, const char *block) {
  static history_answers now;
  const history_answers *b = &H.before, *a = &H.after;
  t->states++;
  slo_history *history = history_copy(t, block);
  if (history == NULL) return trial_wrong(t, "does not attach", 0);
  if (!history_ask(t, history, &now)) return 0;
  int newer = memcmp(&now, a, sizeof now) == 0;
  t->new_windows += newer != 0;
  t->old_windows += newer == 0;
  if (!newer) { /* as it was, or without its oldest readings; or, begun anew, without any */
    if (now.newest_ns != b->newest_ns && !(H.anew && now.newest_ns < 0)) {
      return trial_wrong(t, "another newest reading", (int)(now.newest_ns / SEC));
    }
    if (!history_consistent(&now)) return trial_wrong(t, "windows disagree", 0);
    for (int i = 0; i < MOMENTS && now.newest_ns >= 0; i++) {
      t->mixed_ticks += b->kept[i] && !now.kept[i]; /* dropped, as the push was going to */
      if ((now.kept[i] && !b->kept[i]) || (!now.kept[i] && a->kept[i] && i != H.push_at)) {
        return trial_wrong(t, "neither the old nor the new readings, second", i);
      }
    }
  }
  if (!history_consistent(a)) return trial_wrong(t, "windows disagree after it", 0);
  /* repeated, the push is done in full */
  ck_ok(slo_history_push(history, H.push_at * SEC, H.hist, 0));
  if (!history_ask(t, history, &now)) return 0;
  if (memcmp(&now, a, sizeof now) != 0) return trial_wrong(t, "the push repeated is another", 0);
  if (!history_go_on(t, history, &now)) return 0;
  if (memcmp(&now, &H.later, sizeof now) != 0) return trial_wrong(t, "later, another history", 0);
  /* not repeated, the next one is */
  history = history_copy(t, block);
  ck_ok(slo_history_push(history, (H.push_at + 1) * SEC, H.hist, 0));
  if (!history_ask(t, history, &now)) return 0;
  if (now.newest_ns != (H.push_at + 1) * SEC) return trial_wrong(t, "going on, no reading", 0);
  return 1;
}

static slo_hist *history_hist(void) {
  slo_hist_config c = SLO_SIZED(slo_hist_config);
  slo_hist *h = NULL;
  c.scale = 3;
  c.per_unit = 1;
  c.highest = 1000;
  c.shards = 1;
  ck_ok(slo_hist_create(&c, NULL, &h, NULL));
  return h;
}

/* Pushes every second up to the one before push_at, with `values` of each cell's values recorded
 * `times` in between; `lost`: then the histogram is a fresh one. Kills the next push. */
static void kill_history(int first, int push_at, int values, uint64_t times, int lost) {
  static trial t;
  slo_history_config c = SLO_SIZED(slo_history_config);
  slo_history *history = NULL;
  memset(&t, 0, sizeof t);
  memset(&H, 0, sizeof H);
  c.tiers = history_tiers;
  c.tier_count = 2;
  c.slot_bytes = 64;
  H.hist = history_hist();
  H.push_at = push_at;
  H.anew = lost;
  ck_ok(slo_snapshot_create(H.hist, NULL, &H.answer, NULL));
  ck_ok(slo_snapshot_create(H.hist, NULL, &H.expected, NULL));
  ck_ok(slo_history_footprint(H.hist, &c, &block_size, NULL));
  char *shared = mmap(NULL, block_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ck_assert(shared != MAP_FAILED);
  ck_ok(slo_history_init(shared, block_size, H.hist, &c, &history, NULL));
  for (int second = first; second < MOMENTS; second++) {
    if (second <= H.push_at) {
      for (int v = 0; v < values; v++) slo_hist_record_times(H.hist, 1 + v * 997 % 1000, times);
      if (lost && second == H.push_at) {
        slo_hist_destroy(H.hist);
        H.hist = history_hist();
      }
    }
    ck_ok(slo_snapshot_create(H.hist, NULL, &H.at[second], NULL));
    ck_ok(slo_snapshot_read(H.at[second], H.hist));
    if (second < H.push_at) ck_ok(slo_history_push(history, second * SEC, H.hist, 0));
  }
  t.copy = check_memory(block_size);
  if (!lost) {
    check_that(history_ask(&t, history_copy(&t, shared), &H.before), "%s", t.message);
  } else {
    H.before.newest_ns = -1; /* it cannot be compared with the fresh histogram */
  }
  slo_history *copy = history_copy(&t, shared);
  ck_ok(slo_history_push(copy, H.push_at * SEC, H.hist, 0));
  check_that(history_ask(&t, copy, &H.after), "%s", t.message);
  ck_assert_int_eq(H.after.newest_ns, H.push_at * SEC);
  check_that(history_go_on(&t, copy, &H.later), "%s", t.message);
  t.act = history_act;
  t.look = history_look_at;
  t.object = history;
  int good = trial_step(&t, shared, 0);
  if (good < 0) {
    printf("kill: skipped, stepping a child needs Linux on x86-64 or aarch64, and ptrace\n");
  } else {
    check_that(good, "%s", t.message);
    ck_assert_uint_gt(t.states, 10);
    ck_assert_uint_gt(t.old_windows, 10);
    ck_assert_uint_gt(t.new_windows, 0);
    if (first < 10 && !lost) ck_assert_uint_gt(t.mixed_ticks, 0);
  }
  for (int i = 0; i < MOMENTS; i++) slo_snapshot_destroy(H.at[i]);
  slo_snapshot_destroy(H.answer);
  slo_snapshot_destroy(H.expected);
  slo_hist_destroy(H.hist);
  free(t.copy);
  (void)munmap(shared, block_size);
}

START_TEST(test_history_first_push) {
  kill_history(30, 30, 20, 1, 0);
}
END_TEST

/* Room for what is written, and a free entry wanted. */
START_TEST(test_history_push) {
  kill_history(0, 30, 5, 1, 0);
  kill_history(0, 31, 5, 1, 0);
}
END_TEST

/* Readings so large that several old ones go for a new one. */
START_TEST(test_history_large_push) {
  kill_history(0, 30, 1000, UINT64_C(1) << 44, 0);
}
END_TEST

START_TEST(test_history_begins_anew) {
  kill_history(0, 30, 20, 1000, 1);
  kill_history(0, 31, 20, 1000, 1);
}
END_TEST

CHECK_MAIN("kill", tcase_add_test(tc, test_first_tick); tcase_add_test(tc, test_next_step);
           tcase_add_test(tc, test_within_a_step); tcase_add_test(tc, test_at_the_same_moment);
           tcase_add_test(tc, test_resolution); tcase_add_test(tc, test_one_transition_more);
           tcase_add_test(tc, test_gap); tcase_add_test(tc, test_gap_unmeasured);
           tcase_add_test(tc, test_gap_longer_than_a_ring);
           tcase_add_test(tc, test_gap_longer_than_all_rings);
           tcase_add_test(tc, test_after_the_first_tick); tcase_add_test(tc, test_after_a_gap);
           tcase_add_test(tc, test_after_a_gap_at_the_same_moment);
           tcase_add_test(tc, test_gap_after_a_gap);
           tcase_add_test(tc, test_long_gap_after_a_long_gap);
           tcase_add_test(tc, test_rebase_back_after_a_gap);
           tcase_add_test(tc, test_after_a_rebase_back);
           tcase_add_test(tc, test_gap_after_a_rebase_back);
           tcase_add_test(tc, test_rebase_back_after_a_rebase_back);
           tcase_add_test(tc, test_rebase_back_into_another_history);
           tcase_add_test(tc, test_rebase_back);
           tcase_add_test(tc, test_rebase_back_with_nothing_new);
           tcase_add_test(tc, test_rebase_far_back); tcase_add_test(tc, test_history_first_push);
           tcase_add_test(tc, test_history_push); tcase_add_test(tc, test_history_large_push);
           tcase_add_test(tc, test_history_begins_anew); tcase_add_test(tc, test_period_ends);
           tcase_add_test(tc, test_slice_ends); tcase_add_test(tc, test_correction);
           tcase_add_test(tc, test_correction_taken_back); tcase_add_test(tc, test_gate_weighs);
           tcase_add_test(tc, test_gate_opens); tcase_add_test(tc, test_gate_opens_by_volume);
           tcase_add_test(tc, test_gate_closes); tcase_add_test(tc, test_gate_rebased);)
