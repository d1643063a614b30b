/*
 * test_attempt.c - attempts against a slow model, written from the words of slo/attempt.h and
 * slo/journey.h: after each batch every counter of every part is what the model says.
 */
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_main.h"
#include "slo/attempt.h"

enum { NONE = -1, STEPS_MAX = SLO_JOURNEY_STEPS_MAX, PARTS_MAX = STEPS_MAX + 2 };

/* ---- the model ---- */

/* One character for each step: 'C' critical, '.' not, 'a'..: a fallback of step 0.. */
typedef struct model {
  const char *steps;
  int64_t limit;
  slo_counts part[PARTS_MAX];
  uint64_t unknown;
  uint64_t abandoned, excluded,
      in_time; /* what the excluded attempts were; what got to the limit */
} model;

static int model_steps(const model *m) {
  return (int)strlen(m->steps);
}

/* Was a critical step good, or a fallback of it? */
static int model_good(const model *m, const int *said, int step) {
  if (said[step] == SLO_GOOD) return 1;
  for (int i = 0; i < model_steps(m); i++) {
    if (m->steps[i] == 'a' + step && said[i] == SLO_GOOD) return 1;
  }
  return 0;
}

/* 1 when to - from > limit; -1 when to < from */
static int model_late(int64_t from, int64_t to, int64_t limit) {
  if (to < from) return -1;
  if (from < 0 && to >= 0) { /* the difference may not fit: take it in two */
    uint64_t until = (uint64_t)0 - (uint64_t)from;
    return until > (uint64_t)limit || (uint64_t)to > (uint64_t)limit - until;
  }
  return to - from > limit;
}

/* said[i]: the last word about step i, or NONE. */
static slo_outcome model_end(model *m, const int *said, int nobodys, int64_t begin, int64_t end) {
  int n = model_steps(m), failed = NONE, missing = NONE;
  if (nobodys) {
    m->part[0].excluded++;
    m->excluded++;
    return SLO_EXCLUDED;
  }
  for (int i = 0; i < n; i++) {
    if (said[i] == SLO_GOOD) m->part[1 + i].good++;
    if (said[i] == SLO_BAD && m->steps[i] != 'C') m->part[1 + i].bad++;
    if (m->steps[i] != 'C' || model_good(m, said, i)) continue;
    if (missing == NONE) missing = i;
    if (failed == NONE && said[i] == SLO_BAD) failed = i;
  }
  if (failed != NONE) {
    m->part[0].bad++;
    m->part[1 + failed].bad++;
    return SLO_BAD;
  }
  if (missing != NONE) {
    m->part[0].excluded++;
    m->part[1 + missing].excluded++;
    m->abandoned++;
    return SLO_EXCLUDED;
  }
  m->in_time++;
  if (m->limit == 0) {
    m->part[0].good++;
    return SLO_GOOD;
  }
  int late = model_late(begin, end, m->limit);
  if (late > 0) {
    m->part[0].bad++;
    m->part[1 + n].bad++;
    return SLO_BAD;
  }
  if (late < 0) {
    m->part[0].excluded++;
    m->part[1 + n].excluded++;
    return SLO_EXCLUDED;
  }
  m->part[0].good++;
  m->part[1 + n].good++;
  return SLO_GOOD;
}

static void model_add(model *to, const model *from) {
  for (int i = 0; i < PARTS_MAX; i++) {
    to->part[i].good += from->part[i].good;
    to->part[i].bad += from->part[i].bad;
    to->part[i].excluded += from->part[i].excluded;
  }
  to->unknown += from->unknown;
  to->abandoned += from->abandoned;
  to->excluded += from->excluded;
  to->in_time += from->in_time;
}

static slo_journey_config journey_config(const model *m, slo_step *steps) {
  slo_journey_config c = SLO_SIZED(slo_journey_config);
  memset(steps, 0, STEPS_MAX * sizeof *steps);
  for (int i = 0; i < model_steps(m); i++) {
    if (m->steps[i] == 'C') steps[i].flags = SLO_STEP_CRITICAL;
    if (m->steps[i] >= 'a') steps[i].fallback_of = (uint32_t)(m->steps[i] - 'a') + 1;
  }
  c.steps = steps;
  c.step_count = (uint32_t)model_steps(m);
  c.limit_ns = m->limit;
  return c;
}

static slo_journey *journey_of(const model *m) {
  slo_step steps[STEPS_MAX];
  slo_journey_config c = journey_config(m, steps);
  slo_journey *j;
  ck_ok(slo_journey_create(&c, NULL, &j, NULL));
  return j;
}

static slo_counter_tally tally(slo_journey *j, uint32_t part) {
  slo_counter_tally t = SLO_SIZED(slo_counter_tally);
  check_ok(slo_journey_read(j, part, &t));
  return t;
}

/* Every part as the model has it; and what the header promises about their sums. */
static void compare(slo_journey *j, const model *m) {
  uint32_t n = (uint32_t)model_steps(m);
  uint64_t bad = 0, excluded = 0;
  ck_assert_uint_eq(slo_journey_part_count(j), n + 2);
  for (uint32_t i = 0; i < n + 2; i++) {
    slo_counter_tally t = tally(j, i);
    check_that(memcmp(&t.counts, &m->part[i], sizeof t.counts) == 0,
               "%s, part %u: %d/%d/%d instead of %d/%d/%d", m->steps, i, (int)t.counts.good,
               (int)t.counts.bad, (int)t.counts.excluded, (int)m->part[i].good, (int)m->part[i].bad,
               (int)m->part[i].excluded);
    check_that(t.unknown == (i == 0 ? m->unknown : 0) && t.late == 0, "part %u: unknown", i);
    if (i == 0) continue;
    if (i == n + 1 || m->steps[i - 1] == 'C') bad += t.counts.bad;
    if (i <= n && m->steps[i - 1] != 'C') ck_assert_uint_eq(t.counts.excluded, 0);
    if (i <= n) excluded += t.counts.excluded;
  }
  slo_counts attempts = tally(j, 0).counts, limit = tally(j, n + 1).counts;
  ck_assert_uint_eq(bad, attempts.bad);
  ck_assert_uint_eq(excluded, m->abandoned);
  ck_assert_uint_eq(excluded + limit.excluded + m->excluded, attempts.excluded);
  if (m->limit != 0) {
    ck_assert_uint_eq(limit.good + limit.bad + limit.excluded, m->in_time);
    ck_assert_uint_eq(limit.good, attempts.good);
  }
}

/* Tells an attempt what is said, in any order, after changing its mind up to three times. */
static void tell(slo_attempt *a, const int *said, int n, uint64_t *random) {
  uint32_t order[4 * STEPS_MAX];
  int told[4 * STEPS_MAX], count = 0;
  for (int i = 0; i < n; i++) {
    if (said[i] == NONE) continue;
    for (uint64_t retries = check_random(random) % 4; retries > 0; retries--) {
      order[count] = (uint32_t)i;
      told[count++] = (int)(check_random(random) % 3);
    }
    order[count] = (uint32_t)i;
    told[count++] = said[i];
  }
  for (int left = count; left > 0; left--) { /* of each step in this order, mixed with the others */
    int pick = (int)(check_random(random) % (uint64_t)left), first = pick;
    for (int i = pick - 1; i >= 0; i--) {
      if (order[i] == order[pick]) first = i;
    }
    slo_attempt_step(a, order[first], (slo_outcome)told[first]);
    memmove(order + first, order + first + 1, (size_t)(left - first - 1) * sizeof order[0]);
    memmove(told + first, told + first + 1, (size_t)(left - first - 1) * sizeof told[0]);
  }
}

/* ---- all there is ---- */

static const char *const LAYOUTS[] = {"C",     "CCCC",  "C...",  "...C",  ".C.C",  "Ca..",
                                      "CaCc",  "Caa.",  "CCab",  "CCaa",  "C.b.",  "C.bC",
                                      "CCCCC", ".C.C.", "CaCcC", "CCCba", "CaaaC", "C.Cbc",
                                      "Caaaa", "CCaba", "C....", "....C"};
enum { LAYOUT_COUNT = sizeof LAYOUTS / sizeof LAYOUTS[0] };

START_TEST(test_all_combinations) {
  uint64_t random = 1;
  for (int layout = 0; layout < LAYOUT_COUNT; layout++) {
    for (int limited = 0; limited < 2; limited++) {
      model m = {0};
      m.steps = LAYOUTS[layout];
      m.limit = limited ? 1000 : 0;
      slo_journey *j = journey_of(&m);
      int n = model_steps(&m), seen[3] = {0};
      for (int combination = 0; combination < 1 << (2 * n); combination++) {
        for (int time = 0; time < 4; time++) {
          int said[STEPS_MAX], nobodys = combination % 7 == 3 && time == 2;
          for (int i = 0; i < n; i++) said[i] = (combination >> (2 * i) & 3) - 1;
          int64_t begin = (int64_t)(check_random(&random) >> 2);
          int64_t end = begin + (time == 0 ? 0 : time == 1 ? 1000 : time == 2 ? 1001 : -1);
          slo_attempt a;
          slo_attempt_begin(&a, j, begin);
          tell(&a, said, n, &random);
          if (nobodys) slo_attempt_exclude(&a);
          slo_outcome expected = model_end(&m, said, nobodys, begin, end);
          check_that(slo_attempt_end(&a, end) == expected, "%s, %x, %d", m.steps,
                     (unsigned)combination, time);
          seen[expected]++;
        }
      }
      compare(j, &m);
      ck_assert(seen[SLO_GOOD] != 0 && seen[SLO_BAD] != 0 && seen[SLO_EXCLUDED] != 0);
      slo_journey_destroy(j);
    }
  }
}
END_TEST

/* As many steps as there may be: also the highest bit, and fallbacks far away. */
START_TEST(test_long_journeys) {
  uint64_t random = 2;
  for (int round = 0; round < 60; round++) {
    char steps[STEPS_MAX + 1] = {0};
    int n = round < 20 ? STEPS_MAX : 1 + (int)(check_random(&random) % STEPS_MAX), critical = 0;
    for (int i = 0; i < n; i++) {
      int of = (int)(check_random(&random) % 26);
      uint64_t kind = check_random(&random) % 4;
      steps[i] = kind == 0 ? '.' : 'C';
      if (kind == 1 && of < i && (steps[of] == 'C' || steps[of] == '.'))
        steps[i] = (char)('a' + of);
      if (round < 2) steps[i] = i == n - 1 || round == 1 ? 'C' : '.';
      critical += steps[i] == 'C';
    }
    if (critical == 0) steps[n - 1] = 'C';
    model m = {0};
    m.steps = steps;
    m.limit = round % 2 == 0 ? 50 : 0;
    slo_journey *j = journey_of(&m);
    for (int i = 0; i < 2000; i++) {
      int said[STEPS_MAX];
      uint64_t quality = check_random(&random) % 80; /* mostly good, so that some get to the end */
      for (int k = 0; k < n; k++) {
        uint64_t luck = check_random(&random) % 80;
        said[k] = luck >= quality ? SLO_GOOD : (int)(luck % 4) - 1;
      }
      int64_t end = (int64_t)(check_random(&random) % 110) - 10;
      slo_attempt a;
      slo_attempt_begin(&a, j, 0);
      tell(&a, said, n, &random);
      slo_outcome expected = model_end(&m, said, 0, 0, end);
      check_that(slo_attempt_end(&a, end) == expected, "%s, %d", steps, i);
    }
    compare(j, &m);
    slo_journey_destroy(j);
  }
}
END_TEST

/* ---- the limit ---- */

START_TEST(test_limit) {
  static const int64_t limits[] = {1, 2, 1000, INT64_MAX - 1, INT64_MAX};
  static const int64_t moments[] = {INT64_MIN, INT64_MIN + 1, -1000,         -1,       0,
                                    1,         1000,          INT64_MAX - 1, INT64_MAX};
  enum { MOMENTS = sizeof moments / sizeof moments[0] };
  for (size_t l = 0; l < sizeof limits / sizeof limits[0]; l++) {
    model m = {0};
    m.steps = "C";
    m.limit = limits[l];
    slo_journey *j = journey_of(&m);
    const int said[] = {SLO_GOOD};
    for (int i = 0; i < MOMENTS; i++) {
      uint64_t begin = (uint64_t)moments[i], limit = (uint64_t)limits[l]; /* these may wrap */
      const int64_t ends[] = {(int64_t)(begin + limit - 1), (int64_t)(begin + limit),
                              (int64_t)(begin + limit + 1), moments[i],
                              (int64_t)(begin - 1),         (int64_t)(begin + 1)};
      for (int k = 0; k < MOMENTS + 6; k++) {
        int64_t end = k < MOMENTS ? moments[k] : ends[k - MOMENTS];
        slo_attempt a;
        slo_attempt_begin(&a, j, moments[i]);
        slo_attempt_step(&a, 0, SLO_GOOD);
        slo_outcome expected = model_end(&m, said, 0, moments[i], end);
        check_that(slo_attempt_end(&a, end) == expected, "%" PRId64 "..%" PRId64 " of %" PRId64,
                   moments[i], end, limits[l]);
      }
    }
    compare(j, &m);
    ck_assert_uint_ne(m.part[0].excluded, 0);
    slo_journey_destroy(j);
  }
}
END_TEST

/* Without one a clock may do what it likes; and one that is not reached is not asked. */
START_TEST(test_limit_that_is_not_asked) {
  model m = {0};
  m.steps = "C.";
  slo_journey *j = journey_of(&m);
  const int good[] = {SLO_GOOD, NONE};
  slo_attempt a;
  slo_attempt_begin(&a, j, INT64_MAX);
  slo_attempt_step(&a, 0, SLO_GOOD);
  ck_assert_int_eq(slo_attempt_end(&a, INT64_MIN), SLO_GOOD);
  ck_assert_int_eq(model_end(&m, good, 0, INT64_MAX, INT64_MIN), SLO_GOOD);
  compare(j, &m);
  slo_journey_destroy(j);
  m = (model){.steps = "C.", .limit = 10};
  j = journey_of(&m);
  const int bad[] = {SLO_BAD, SLO_GOOD}, gone[] = {NONE, SLO_BAD};
  slo_attempt_begin(&a, j, 100);
  slo_attempt_step(&a, 0, SLO_BAD);
  slo_attempt_step(&a, 1, SLO_GOOD);
  ck_assert_int_eq(slo_attempt_end(&a, 0), SLO_BAD);
  (void)model_end(&m, bad, 0, 100, 0);
  slo_attempt_begin(&a, j, 100);
  slo_attempt_step(&a, 1, SLO_BAD);
  ck_assert_int_eq(slo_attempt_end(&a, 1000), SLO_EXCLUDED);
  (void)model_end(&m, gone, 0, 100, 1000);
  compare(j, &m);
  ck_assert_uint_eq(tally(j, 3).counts.good + tally(j, 3).counts.bad, 0);
  slo_journey_destroy(j);
}
END_TEST

/* ---- life ---- */

START_TEST(test_nothing_before_its_end) {
  model m = {0}, empty = {0};
  m.steps = empty.steps = "CCa";
  slo_journey *j = journey_of(&m);
  slo_attempt a, copy;
  slo_attempt_begin(&a, j, 5);
  slo_attempt_step(&a, 0, SLO_GOOD);
  slo_attempt_step(&a, 1, SLO_BAD);
  copy = a; /* the last copy is the attempt */
  memset(&a, 0, sizeof a);
  compare(j, &empty);
  ck_assert_int_eq(slo_attempt_end(&a, 9), SLO_EXCLUDED); /* all 0: an attempt at nothing */
  compare(j, &empty);
  const int said[] = {SLO_GOOD, SLO_BAD, NONE};
  ck_assert_int_eq(slo_attempt_end(&copy, 9), model_end(&m, said, 0, 5, 9));
  compare(j, &m);
  for (int i = 0; i < 3; i++) { /* it is over */
    slo_attempt_step(&copy, 1, SLO_GOOD);
    slo_attempt_step(&copy, 99, SLO_GOOD);
    slo_attempt_step(&copy, 0, 77);
    if (i == 1) slo_attempt_exclude(&copy);
    ck_assert_int_eq(slo_attempt_end(&copy, 9), SLO_EXCLUDED);
    compare(j, &m);
  }
  slo_attempt_begin(&copy, j, 5); /* and may begin anew, with nothing of the old one */
  ck_assert_int_eq(slo_attempt_end(&copy, 9), SLO_EXCLUDED);
  const int nothing[] = {NONE, NONE, NONE};
  (void)model_end(&m, nothing, 0, 5, 9);
  compare(j, &m);
  slo_journey_destroy(j);
}
END_TEST

START_TEST(test_at_nothing) {
  slo_attempt a;
  slo_attempt_begin(&a, NULL, 1);
  for (uint32_t i = 0; i < 70; i++) slo_attempt_step(&a, i, (slo_outcome)i - 1);
  slo_attempt_exclude(&a);
  ck_assert_int_eq(slo_attempt_end(&a, 2), SLO_EXCLUDED);
  memset(&a, 0xff, sizeof a); /* whatever was there before */
  slo_attempt_begin(&a, NULL, 1);
  ck_assert_int_eq(slo_attempt_end(&a, 2), SLO_EXCLUDED);
}
END_TEST

START_TEST(test_exclude) {
  model m = {0};
  m.steps = "C.";
  m.limit = 10;
  slo_journey *j = journey_of(&m);
  for (int when = 0; when < 3; when++) { /* before, between and after its steps; twice */
    for (int outcome = 0; outcome < 3; outcome++) {
      int said[] = {outcome, SLO_BAD};
      slo_attempt a;
      slo_attempt_begin(&a, j, 0);
      if (when == 0) slo_attempt_exclude(&a);
      slo_attempt_step(&a, 0, outcome);
      if (when == 1) slo_attempt_exclude(&a);
      slo_attempt_step(&a, 1, SLO_BAD);
      if (when == 2) slo_attempt_exclude(&a);
      if (outcome == 1) slo_attempt_exclude(&a);
      ck_assert_int_eq(slo_attempt_end(&a, 100), model_end(&m, said, 1, 0, 100));
    }
  }
  compare(j, &m);
  ck_assert_uint_eq(tally(j, 0).counts.excluded, 9);
  slo_attempt a; /* beginning anew it is a user's again */
  slo_attempt_begin(&a, j, 0);
  slo_attempt_exclude(&a);
  slo_attempt_begin(&a, j, 0);
  slo_attempt_step(&a, 0, SLO_GOOD);
  ck_assert_int_eq(slo_attempt_end(&a, 10), SLO_GOOD);
  slo_journey_destroy(j);
}
END_TEST

/* No step, or no outcome: counted, and nothing else changes. */
START_TEST(test_unknown) {
  static const uint32_t steps[] = {3, 4, 62, 63, 64, 65, 66, 127, 128, UINT32_MAX};
  static const slo_outcome outcomes[] = {-1, 3, 4, 64, INT32_MIN, INT32_MAX};
  model m = {0};
  m.steps = "C.C";
  slo_journey *j = journey_of(&m);
  const int said[] = {SLO_GOOD, SLO_BAD, SLO_GOOD};
  slo_attempt a;
  slo_attempt_begin(&a, j, 0);
  for (uint32_t i = 0; i < 3; i++) slo_attempt_step(&a, i, said[i]);
  slo_attempt before = a;
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    for (slo_outcome outcome = 0; outcome < 3; outcome++) {
      slo_attempt_step(&a, steps[i], outcome);
      m.unknown++;
    }
  }
  for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
    for (uint32_t step = 0; step < 3; step++) {
      slo_attempt_step(&a, step, outcomes[i]);
      m.unknown++;
    }
    slo_attempt_step(&a, 1000, outcomes[i]); /* both: once */
    m.unknown++;
  }
  ck_assert_mem_eq(&a, &before, sizeof a);
  compare(j, &m);
  ck_assert_int_eq(slo_attempt_end(&a, 0), model_end(&m, said, 0, 0, 0));
  compare(j, &m);
  slo_journey_destroy(j);
}
END_TEST

/* ---- many at once ---- */

static const char SHOP[] = "CCCc.C";
enum { SHOP_STEPS = sizeof SHOP - 1 };

/* What becomes of attempt number `id` is in its number. */
static int shop_said(uint64_t id, int step) {
  uint64_t seed = id * 64 + (uint64_t)step, luck = check_random(&seed) % 100;
  return luck < 85 ? SLO_GOOD : luck < 92 ? SLO_BAD : luck < 95 ? SLO_EXCLUDED : NONE;
}

static int64_t shop_end(uint64_t id) {
  return (int64_t)(id * 7919 % 130) - 5;
}

static int shop_nobodys(uint64_t id) {
  return id % 41 == 7;
}

static slo_outcome shop_model(model *m, uint64_t id) {
  int said[SHOP_STEPS];
  for (int i = 0; i < SHOP_STEPS; i++) said[i] = shop_said(id, i);
  return model_end(m, said, shop_nobodys(id), 0, shop_end(id));
}

static void shop_step(slo_attempt *a, uint64_t id, int step) {
  int said = shop_said(id, step);
  if (said != NONE && id % 3 == 0) slo_attempt_step(a, (uint32_t)step, SLO_BAD); /* a retry */
  if (said != NONE) slo_attempt_step(a, (uint32_t)step, said);
  if (step == 2 && shop_nobodys(id)) slo_attempt_exclude(a);
}

static void shop_attempt(slo_journey *j, model *m, uint64_t id) {
  slo_attempt a;
  slo_attempt_begin(&a, j, 0);
  for (int i = 0; i < SHOP_STEPS; i++) shop_step(&a, id, i);
  slo_outcome expected = shop_model(m, id);
  check_that(slo_attempt_end(&a, shop_end(id)) == expected, "attempt %" PRIu64, id);
}

enum { THREADS = 6, EACH = 20000 };

typedef struct worker {
  pthread_t thread;
  slo_journey *journey;
  uint64_t first;
  model mine;
} worker;

static void *worker_run(void *argument) {
  worker *w = argument;
  for (uint64_t i = 0; i < EACH; i++) shop_attempt(w->journey, &w->mine, w->first + i);
  return NULL;
}

static void *reader_run(void *argument) {
  slo_journey *j = argument;
  slo_blame blames[SHOP_STEPS + 1];
  for (int i = 0; i < 300; i++) {
    check_ok(slo_journey_blame(j, blames, SHOP_STEPS + 1));
    uint64_t shares = 0;
    for (int k = 0; k < SHOP_STEPS + 1; k++) shares += blames[k].share_ppm;
    check_that(shares <= 1000000, "%" PRIu64, shares); /* of one reading, all of them */
  }
  return NULL;
}

START_TEST(test_threads) {
  model sum = {.steps = SHOP, .limit = 100};
  slo_journey *j = journey_of(&sum);
  worker workers[THREADS];
  pthread_t reader;
  memset(workers, 0, sizeof workers);
  ck_assert_int_eq(pthread_create(&reader, NULL, reader_run, j), 0);
  for (int i = 0; i < THREADS; i++) {
    workers[i].journey = j;
    workers[i].first = (uint64_t)i * EACH;
    workers[i].mine.steps = SHOP;
    workers[i].mine.limit = 100;
    ck_assert_int_eq(pthread_create(&workers[i].thread, NULL, worker_run, &workers[i]), 0);
  }
  for (int i = 0; i < THREADS; i++) {
    ck_assert_int_eq(pthread_join(workers[i].thread, NULL), 0);
    model_add(&sum, &workers[i].mine);
  }
  ck_assert_int_eq(pthread_join(reader, NULL), 0);
  compare(j, &sum);
  ck_assert_uint_gt(sum.part[0].good, 1000);
  ck_assert_uint_gt(sum.part[0].bad, 1000);
  ck_assert_uint_gt(sum.abandoned, 1000);
  slo_journey_destroy(j);
}
END_TEST

/* A line of threads, each of which takes the attempts of the one before it, does its step, and
 * hands them on, by value. */
enum { ROOM = 16, HANDED = 20000 };

typedef struct parcel {
  slo_attempt attempt;
  uint64_t id;
} parcel;

typedef struct queue {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  parcel parcels[ROOM];
  uint64_t put, taken;
} queue;

static void queue_put(queue *q, const parcel *p) {
  pthread_mutex_lock(&q->lock);
  while (q->put - q->taken == ROOM) pthread_cond_wait(&q->changed, &q->lock);
  q->parcels[q->put++ % ROOM] = *p;
  pthread_cond_broadcast(&q->changed);
  pthread_mutex_unlock(&q->lock);
}

static void queue_take(queue *q, parcel *p) {
  pthread_mutex_lock(&q->lock);
  while (q->put == q->taken) pthread_cond_wait(&q->changed, &q->lock);
  *p = q->parcels[q->taken % ROOM];
  memset(&q->parcels[q->taken++ % ROOM], 0, sizeof *p);
  pthread_cond_broadcast(&q->changed);
  pthread_mutex_unlock(&q->lock);
}

typedef struct station {
  pthread_t thread;
  queue in;
  struct station *next; /* NULL: the last one, which ends them */
  int step;
  model mine;
} station;

static void *station_run(void *argument) {
  station *s = argument;
  parcel p;
  for (int i = 0; i < HANDED; i++) {
    queue_take(&s->in, &p);
    if (s->next != NULL) {
      shop_step(&p.attempt, p.id, s->step);
      queue_put(&s->next->in, &p);
    } else {
      slo_outcome expected = shop_model(&s->mine, p.id);
      check_that(slo_attempt_end(&p.attempt, shop_end(p.id)) == expected, "%" PRIu64, p.id);
    }
  }
  return NULL;
}

START_TEST(test_handed_over) {
  model sum = {.steps = SHOP, .limit = 100};
  slo_journey *j = journey_of(&sum);
  station *stations = calloc(SHOP_STEPS + 1, sizeof *stations);
  for (int i = 0; i <= SHOP_STEPS; i++) {
    station *s = &stations[i];
    s->step = i;
    s->next = i < SHOP_STEPS ? s + 1 : NULL;
    s->mine.steps = SHOP;
    s->mine.limit = 100;
    pthread_mutex_init(&s->in.lock, NULL);
    pthread_cond_init(&s->in.changed, NULL);
    ck_assert_int_eq(pthread_create(&s->thread, NULL, station_run, s), 0);
  }
  for (uint64_t id = 0; id < HANDED; id++) {
    parcel p;
    p.id = id;
    slo_attempt_begin(&p.attempt, j, 0);
    queue_put(&stations[0].in, &p);
  }
  for (int i = 0; i <= SHOP_STEPS; i++) {
    ck_assert_int_eq(pthread_join(stations[i].thread, NULL), 0);
    pthread_mutex_destroy(&stations[i].in.lock);
    pthread_cond_destroy(&stations[i].in.changed);
  }
  model_add(&sum, &stations[SHOP_STEPS].mine);
  compare(j, &sum);
  free(stations);
  slo_journey_destroy(j);
}
END_TEST

/* Processes that share the block: each attaches it for itself. */
START_TEST(test_processes) {
  enum { PROCESSES = 4 };
  model sum = {.steps = SHOP, .limit = 100};
  slo_step steps[STEPS_MAX];
  slo_journey_config c = journey_config(&sum, steps);
  slo_journey *j;
  size_t size;
  pid_t child[PROCESSES];
  ck_ok(slo_journey_footprint(&c, &size, NULL));
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ck_assert_ptr_ne(memory, MAP_FAILED);
  ck_ok(slo_journey_init(memory, size, &c, &j, NULL));
  for (uint64_t i = 0; i < PROCESSES; i++) {
    child[i] = fork();
    ck_assert_int_ge(child[i], 0);
    if (child[i] != 0) continue;
    model mine = {.steps = SHOP, .limit = 100};
    slo_journey *attached;
    if (slo_journey_attach(memory, size, &attached) != SLO_OK) _exit(1);
    for (uint64_t id = 0; id < EACH; id++) shop_attempt(attached, &mine, i * EACH + id);
    _exit(0);
  }
  for (uint64_t i = 0; i < PROCESSES; i++) {
    int status;
    ck_assert_int_eq(waitpid(child[i], &status, 0), child[i]);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    for (uint64_t id = 0; id < EACH; id++) (void)shop_model(&sum, i * EACH + id);
  }
  compare(j, &sum);
  munmap(memory, size);
}
END_TEST

CHECK_MAIN("attempt", tcase_add_test(tc, test_all_combinations);
           tcase_add_test(tc, test_long_journeys); tcase_add_test(tc, test_limit);
           tcase_add_test(tc, test_limit_that_is_not_asked);
           tcase_add_test(tc, test_nothing_before_its_end); tcase_add_test(tc, test_at_nothing);
           tcase_add_test(tc, test_exclude); tcase_add_test(tc, test_unknown);
           tcase_add_test(tc, test_threads); tcase_add_test(tc, test_handed_over);
           tcase_add_test(tc, test_processes);)
