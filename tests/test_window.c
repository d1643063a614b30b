/*
 * test_window.c - windows against a list of everything that was pushed.
 *
 * The model knows no rings: it keeps every push for ever and scans. What a tier promises is all
 * it uses of the tiers: an edge that lies within a tier's span is found to that tier's step.
 */
#include "base/block.h"
#include "check_main.h"
#include "slo/window.h"

#define SEC SLO_SECOND_NS

enum { PUSHES_MAX = 640, TIERS_MAX = SLO_WINDOW_TIERS_MAX };

/* ---- the model ---- */

typedef struct model_push {
  int64_t at;
  slo_counts total;
  int64_t measured; /* since the history began */
} model_push;

typedef struct model {
  model_push push[PUSHES_MAX]; /* the taken ones, all of them */
  size_t n;
  size_t first; /* the one the history begins with */
  uint64_t steps_back, jumps_refused, rebases;
  int64_t jump_max;
  uint32_t tier_count;
  slo_window_tier tier[TIERS_MAX];
} model;

static const slo_window_tier default_tiers[] = {
    {5 * SEC, 300 * SEC},          {30 * SEC, 1800 * SEC},     {60 * SEC, 3600 * SEC},
    {120 * SEC, 7200 * SEC},       {360 * SEC, 21600 * SEC},   {1440 * SEC, 86400 * SEC},
    {4320 * SEC, 259200 * SEC},    {8640 * SEC, 604800 * SEC}, {43200 * SEC, 2592000 * SEC},
    {129600 * SEC, 7776000 * SEC},
};

static void model_begin(model *m, const slo_window_tier *tiers, uint32_t count, int64_t jump_max) {
  memset(m, 0, sizeof *m);
  memcpy(m->tier, tiers, count * sizeof tiers[0]);
  m->tier_count = count;
  m->jump_max = jump_max != 0 ? jump_max : tiers[count - 1].span_ns;
}

static const model_push *model_newest(const model *m) {
  return &m->push[m->n - 1];
}

static int64_t model_longest(const model *m) {
  return m->tier[m->tier_count - 1].span_ns;
}

static slo_status model_take(model *m, int64_t now, const slo_counts *total, uint32_t flags) {
  model_push p = {now, *total, 0};
  if (now < 0 || now > SLO_TIME_MAX_NS) return SLO_ERANGE;
  if (m->n != 0) {
    const model_push *last = model_newest(m);
    int rebase = (flags & SLO_PUSH_REBASE) != 0;
    int lower = total->good < last->total.good || total->bad < last->total.bad ||
                total->excluded < last->total.excluded;
    if (lower && !rebase) return SLO_ERANGE;
    p.measured = last->measured;
    if ((now < last->at || lower) && rebase) {
      m->rebases++;
      m->first = m->n;
      p.measured = 0; /* the history begins anew, and with it what was measured of it */
    } else if (now < last->at) {
      m->steps_back++;
      p.at = last->at;
    } else if (now - last->at > m->jump_max && !rebase) {
      m->jumps_refused++;
      return SLO_ECLOCK;
    } else {
      m->rebases += now - last->at > m->jump_max;
      if (!(flags & SLO_PUSH_UNMEASURED)) p.measured += now - last->at;
    }
  }
  ck_assert_uint_lt(m->n, PUSHES_MAX);
  m->push[m->n++] = p;
  return SLO_OK;
}

/* The newest push at or before a moment; NULL before the history. */
static const model_push *model_at(const model *m, int64_t moment) {
  const model_push *found = NULL;
  for (size_t i = m->first; i < m->n; i++) {
    if (m->push[i].at <= moment) found = &m->push[i];
  }
  return found;
}

static int model_pushed_at(const model *m, int64_t moment) {
  const model_push *p = model_at(m, moment);
  return p != NULL && p->at == moment;
}

/* Is the difference that of two pushes which were really made? */
static int model_explains(const model *m, const slo_delta *d) {
  for (size_t t = m->first; t < m->n; t++) {
    const model_push *to = &m->push[t];
    if (to->at != d->to_ns) continue;
    for (size_t f = m->first; f <= t; f++) {
      const model_push *from = &m->push[f];
      if (from->at == d->from_ns && to->measured - from->measured == d->measured_ns &&
          to->total.good - from->total.good == d->counts.good &&
          to->total.bad - from->total.bad == d->counts.bad &&
          to->total.excluded - from->total.excluded == d->counts.excluded) {
        return 1;
      }
    }
  }
  return 0;
}

/* The finest tier that promises to reach `age` back; NULL: none does. */
static const slo_window_tier *model_tier(const model *m, int64_t age) {
  for (uint32_t i = 0; i < m->tier_count; i++) {
    if (age <= m->tier[i].span_ns) return &m->tier[i];
  }
  return NULL;
}

/* Of the span asked for, how much was measured at least. */
static int64_t model_covered(const slo_delta *d) {
  int64_t beyond = d->to_ns - d->from_ns - d->span_ns;
  int64_t covered = d->measured_ns - (beyond > 0 ? beyond : 0);
  return covered > 0 ? covered : 0;
}

/* What the header promises of an edge that was asked for at `moment` and found at `at`. */
static void model_check_edge(const model *m, int64_t moment, int64_t at, uint32_t is_short,
                             const char *which) {
  const model_push *newest = model_newest(m), *exact = model_at(m, moment);
  int64_t first = m->push[m->first].at, longest = model_longest(m);
  const slo_window_tier *tier = model_tier(m, newest->at - moment);
  if (moment >= newest->at) {
    check_that(at == newest->at, "%s: %" PRId64 " is not the newest reading", which, at);
  } else if (exact == NULL || tier == NULL) {
    /* before the history, or further back than is kept: the oldest there is */
    check_that(exact != NULL || is_short, "%s: before the history, and not said so", which);
    check_that(is_short || at <= moment, "%s: later than asked for, and not said so", which);
    if (newest->at - first <= longest) {
      check_that(at == first, "%s: %" PRId64 " is not the first, %" PRId64, which, at, first);
    } else {
      check_that(at <= newest->at - longest, "%s: less than the longest tier is kept", which);
    }
  } else {
    int64_t whole = moment - moment % tier->step_ns;
    check_that(at <= moment, "%s: %" PRId64 " is later than asked for, %" PRId64, which, at,
               moment);
    check_that(exact->at - at >= 0 && exact->at - at < tier->step_ns,
               "%s: %" PRId64 " is more than a step of %" PRId64 " older than %" PRId64, which, at,
               tier->step_ns, exact->at);
    check_that(!model_pushed_at(m, whole) || at >= whole,
               "%s: %" PRId64 " is older than the reading of the whole step %" PRId64
               " (step %" PRId64 ", asked for %" PRId64 ")",
               which, at, whole, tier->step_ns, moment);
  }
}

static void model_check_read(const model *m, const slo_window *w, int64_t span) {
  slo_delta d = SLO_SIZED(slo_delta);
  const model_push *newest = model_newest(m);
  slo_status status = slo_window_read(w, &span, 1, &d);
  check_that(status == SLO_OK, "read: %d", status);
  check_that(d.struct_size == sizeof d && d.span_ns == span && d.to_ns == newest->at,
             "read: not the window asked for");
  check_that((d.flags & ~(uint32_t)SLO_DELTA_SHORT) == 0, "read: flags %u", d.flags);
  check_that(d.covered_ns == model_covered(&d) && d.covered_ns <= span, "read: %" PRId64 " covered",
             d.covered_ns);
  check_that(model_explains(m, &d),
             "read %" PRId64 ": nothing pushed explains (%" PRId64 ", %" PRId64 "]: %" PRIu64
             " good, %" PRId64 " measured",
             span, d.from_ns, d.to_ns, d.counts.good, d.measured_ns);
  int64_t moment = span > newest->at + 1 ? -1 : newest->at - span;
  const slo_window_tier *tier = model_tier(m, newest->at - moment);
  if (model_at(m, moment) != NULL && tier != NULL) check_that(d.flags == 0, "read: short");
  model_check_edge(m, moment, d.from_ns, d.flags & SLO_DELTA_SHORT, "read");
}

static void model_check_delta(const model *m, const slo_window *w, int64_t from, int64_t to) {
  slo_delta d = SLO_SIZED(slo_delta);
  slo_status status = slo_window_delta(w, from, to, &d);
  check_that(status == SLO_OK, "delta: %d", status);
  check_that(d.span_ns == to - from && d.from_ns <= d.to_ns, "delta: not what was asked for");
  check_that(model_explains(m, &d), "delta: nothing pushed explains it");
  check_that(d.covered_ns == model_covered(&d) && d.covered_ns <= to - from,
             "delta: %" PRId64 " covered", d.covered_ns);
  int64_t newest = model_newest(m)->at;
  int reached = model_at(m, from) != NULL && model_tier(m, newest - from) != NULL;
  if (reached) check_that(d.flags == 0, "delta: short");
  model_check_edge(m, from, d.from_ns, d.flags & SLO_DELTA_SHORT, "delta from");
  model_check_edge(m, to, d.to_ns, d.flags & SLO_DELTA_SHORT, "delta to");
}

static void model_check_summary(const model *m, const slo_window *w) {
  slo_window_summary s = SLO_SIZED(slo_window_summary);
  const model_push *newest = model_newest(m);
  slo_status status = slo_window_summarize(w, &s);
  check_that(status == SLO_OK, "summary: %d", status);
  check_that(s.tier_count == m->tier_count && s.first_ns == m->push[m->first].at &&
                 s.newest_ns == newest->at,
             "summary: %" PRId64 "..%" PRId64, s.first_ns, s.newest_ns);
  check_that(s.counts.good == newest->total.good && s.counts.bad == newest->total.bad &&
                 s.counts.excluded == newest->total.excluded,
             "summary: counts");
  check_that(s.steps_back == m->steps_back && s.jumps_refused == m->jumps_refused &&
                 s.rebases == m->rebases,
             "summary: %" PRIu64 " steps back, %" PRIu64 " jumps, %" PRIu64 " rebases",
             s.steps_back, s.jumps_refused, s.rebases);
  check_that(s.measured_ns == newest->measured,
             "summary: %" PRId64 " measured of a history in which %" PRId64 " was", s.measured_ns,
             newest->measured);
}

/* A span worth asking for: at an edge of something, or anything. */
static int64_t model_span(const model *m, uint64_t *random) {
  const slo_window_tier *tier = &m->tier[check_random(random) % m->tier_count];
  uint64_t steps = (uint64_t)(tier->span_ns / tier->step_ns) + 4;
  int64_t newest = model_newest(m)->at, span;
  switch (check_random(random) % 8) {
    case 0:
      span = tier->span_ns + (int64_t)(check_random(random) % 3) - 1;
      break;
    case 1:
    case 2:
      span = (int64_t)(check_random(random) % steps) * tier->step_ns;
      break;
    case 3: /* so that the edge is at a whole step */
      span = (int64_t)(check_random(random) % steps) * tier->step_ns + newest % tier->step_ns;
      break;
    case 4: /* at, before or after some push */
      span = newest - m->push[m->first + check_random(random) % (m->n - m->first)].at;
      span += (int64_t)(check_random(random) % 3) - 1;
      break;
    case 5:
      span = (int64_t)(check_random(random) % 3);
      break;
    case 6:
      span = (int64_t)(check_random_wide(random) >> 1);
      break;
    default:
      span = (int64_t)(check_random(random) % (uint64_t)(model_longest(m) / 8 * 9 + 1));
      break;
  }
  return span < 0 ? 0 : span;
}

static void model_check(const model *m, const slo_window *w, int reads, uint64_t *random) {
  int64_t newest = model_newest(m)->at;
  model_check_summary(m, w);
  for (int i = 0; i < reads; i++) {
    int64_t a = model_span(m, random), b = model_span(m, random);
    model_check_read(m, w, a);
    if (a < b) { /* a is the older one now */
      int64_t t = a;
      a = b;
      b = t;
    }
    model_check_delta(m, w, newest > a ? newest - a : 0, newest > b ? newest - b : 0);
  }
}

/* ---- schedules ---- */

enum { EXACT = 1, LATE = 2, GAPS = 4, WILD = 8 }; /* what may happen in a schedule */

typedef struct schedule {
  model m;
  slo_window *w;
  slo_counts total;
  int64_t unit; /* the rhythm of the pushes */
  int64_t now;  /* the whole step last pushed for */
  uint64_t random;
} schedule;

static void schedule_record(schedule *s) {
  uint64_t *r = &s->random;
  if (check_random(r) % 8 == 0) return; /* nothing happened */
  s->total.good += check_random(r) % 1000;
  if (check_random(r) % 3 == 0) s->total.bad += check_random(r) % 10;
  if (check_random(r) % 5 == 0) s->total.excluded += check_random(r) % 10;
}

/* The window and the model take the same push and must answer the same. */
static slo_status schedule_push(schedule *s, int64_t at, const slo_counts *total, uint32_t flags) {
  slo_status expected = model_take(&s->m, at, total, flags);
  slo_status status = slo_window_push(s->w, at, total, flags);
  check_that(status == expected, "push at %" PRId64 ": %d instead of %d", at, status, expected);
  return status;
}

/* The moment `ahead` after `now`, or the nearest one there is. */
static int64_t schedule_after(int64_t now, int64_t ahead) {
  if (ahead > SLO_TIME_MAX_NS - now) return SLO_TIME_MAX_NS;
  return now + ahead < 0 ? 0 : now + ahead;
}

/* Something that a well-behaved clock does not do. */
static void schedule_wild(schedule *s) {
  uint64_t *r = &s->random;
  int64_t longest = model_longest(&s->m), newest = model_newest(&s->m)->at;
  int64_t some = (int64_t)(check_random(r) % (uint64_t)(2 * longest));
  int64_t little = (int64_t)(check_random(r) % (uint64_t)(3 * s->unit));
  int64_t jump = schedule_after(s->m.jump_max, some - longest / 4);
  slo_counts less = s->total;
  switch (check_random(r) % 6) {
    case 0: /* a step back */
      (void)schedule_push(s, schedule_after(newest, -little - 1), &s->total, 0);
      break;
    case 1: /* refused when it is a jump */
      if (schedule_push(s, schedule_after(newest, jump), &s->total, 0) == SLO_OK) {
        s->now = model_newest(&s->m)->at;
      }
      break;
    case 2: /* accepted, whatever it is */
      (void)schedule_push(s, schedule_after(newest, jump), &s->total, SLO_PUSH_REBASE);
      s->now = model_newest(&s->m)->at;
      break;
    case 3:
      (void)schedule_push(s, schedule_after(newest, check_random(r) % 2 ? -some : -little),
                          &s->total, SLO_PUSH_REBASE);
      s->now = model_newest(&s->m)->at;
      break;
    case 4:
      if (less.good == 0) break;
      less.good--;
      less.bad += 5;
      (void)schedule_push(s, newest + 1, &less, check_random(r) & 3);
      break;
    default:
      (void)schedule_push(s, check_random(r) % 2 ? -1 : SLO_TIME_MAX_NS + 1, &s->total, 0);
      break;
  }
}

static void schedule_step(schedule *s, unsigned kinds) {
  uint64_t *r = &s->random;
  const model *m = &s->m;
  uint32_t flags = check_random(r) % 16 == 0 ? SLO_PUSH_UNMEASURED : 0;
  int64_t late = 0, ahead = s->unit;
  schedule_record(s);
  if ((kinds & GAPS) && check_random(r) % 6 == 0) {
    ahead *= (int64_t)(2 + check_random(r) % 8);
    if (check_random(r) % 4 == 0) { /* longer than a ring, if it may be */
      ahead = m->tier[check_random(r) % m->tier_count].span_ns / 2 * 3 + s->unit;
    }
  }
  if ((kinds & LATE) && check_random(r) % 2 == 0) {
    late = (int64_t)(check_random(r) % (uint64_t)(check_random(r) % 3 == 0 ? s->unit / 2 : 1000));
  }
  if ((kinds & WILD) && check_random(r) % 6 == 0) schedule_wild(s);
  s->now -= s->now % s->unit;
  if (ahead + late > SLO_TIME_MAX_NS - s->now) return;
  s->now += ahead;
  (void)schedule_push(s, s->now + late, &s->total, flags);
  if (check_random(r) % 8 == 0) { /* again, and brought up to date */
    schedule_record(s);
    (void)schedule_push(s, s->now + late, &s->total, flags);
  }
  if (check_random(r) % 8 == 0) { /* one more before the next whole step */
    int64_t extra = s->now + s->unit / 2 + (int64_t)(check_random(r) % (uint64_t)(s->unit / 2));
    if (extra <= SLO_TIME_MAX_NS) (void)schedule_push(s, extra, &s->total, 0);
  }
}

static void schedule_run(const slo_window_tier *tiers, uint32_t count, int64_t jump_max,
                         int64_t unit, int64_t begin, unsigned kinds, uint64_t seed) {
  static schedule s;
  slo_window_config config = SLO_SIZED(slo_window_config);
  size_t size;
  config.tier_count = tiers == default_tiers ? 0 : count;
  config.tiers = tiers == default_tiers ? NULL : tiers;
  config.jump_max_ns = jump_max;
  ck_ok(slo_window_footprint(&config, &size, NULL));
  void *memory = check_memory(size);
  memset(&s, 0, sizeof s);
  model_begin(&s.m, tiers, count, jump_max);
  s.random = seed;
  s.unit = unit;
  s.now = begin;
  ck_ok(slo_window_init(memory, size, &config, &s.w, NULL));
  schedule_record(&s);
  (void)schedule_push(&s, begin, &s.total, 0);
  size_t steps = 40 + check_random(&s.random) % 200;
  for (size_t i = 0; i < steps && s.m.n < PUSHES_MAX - 8; i++) {
    schedule_step(&s, kinds);
    model_check(&s.m, s.w, i % 16 == 0 ? 32 : 6, &s.random);
  }
  model_check(&s.m, s.w, 100, &s.random);
  free(memory);
}

/* The same configuration under every kind of schedule, from several moments on. */
static void schedules(const slo_window_tier *tiers, uint32_t count, const int64_t *units,
                      size_t unit_count, uint64_t seed) {
  static const unsigned kinds[] = {EXACT, LATE, GAPS, LATE | GAPS, LATE | GAPS | WILD, GAPS | WILD};
  int64_t longest = tiers[count - 1].span_ns;
  int64_t begins[] = {0, INT64_C(1431894420) * SEC, INT64_C(1700000000123456789),
                      SLO_TIME_MAX_NS - 3 * longest};
  for (uint64_t i = 0; i < 72; i++) {
    int64_t jump_max = i % 3 == 0 ? 0 : i % 3 == 1 ? SLO_TIME_MAX_NS : longest / 2;
    if (jump_max != 0 && jump_max < tiers[0].step_ns) jump_max = tiers[0].step_ns;
    schedule_run(tiers, count, jump_max, units[i / 6 % unit_count], begins[i / 6 % 4], kinds[i % 6],
                 seed * 1000 + i);
  }
}

START_TEST(test_schedules_one_tier) {
  const slo_window_tier tiers[] = {{SEC, 60 * SEC}};
  const int64_t units[] = {SEC};
  schedules(tiers, 1, units, 1, 1);
}
END_TEST

START_TEST(test_schedules_octaves) {
  const slo_window_tier tiers[] = {{SEC, 20 * SEC}, {5 * SEC, 100 * SEC}, {60 * SEC, 600 * SEC}};
  const int64_t units[] = {SEC, 5 * SEC, 3 * SEC};
  schedules(tiers, 3, units, 3, 2);
}
END_TEST

START_TEST(test_schedules_steps_that_do_not_divide) {
  const slo_window_tier tiers[] = {
      {7 * SEC, 70 * SEC}, {10 * SEC, 100 * SEC}, {33 * SEC, 500 * SEC}};
  const int64_t units[] = {SEC, 7 * SEC, 10 * SEC, 33 * SEC};
  schedules(tiers, 3, units, 4, 3);
}
END_TEST

START_TEST(test_schedules_spans_that_are_no_whole_steps) {
  const slo_window_tier tiers[] = {
      {3 * SEC, 3 * SEC}, {4 * SEC, 11 * SEC}, {9 * SEC, 31 * SEC + 1}};
  const int64_t units[] = {SEC, 3 * SEC, 4 * SEC};
  schedules(tiers, 3, units, 3, 4);
}
END_TEST

START_TEST(test_schedules_milliseconds) {
  const slo_window_tier tiers[] = {{1000000, 50000000}, {1000001, 200000000}};
  const int64_t units[] = {1000000, 1000001, 250000};
  schedules(tiers, 2, units, 3, 5);
}
END_TEST

START_TEST(test_schedules_default_tiers) {
  const int64_t units[] = {5 * SEC, 60 * SEC, 360 * SEC, 8640 * SEC, 129600 * SEC};
  schedules(default_tiers, 10, units, 5, 6);
}
END_TEST

/* ---- events ---- */

typedef struct event {
  int64_t at;
  slo_outcome outcome;
} event;

static slo_counts events_in(const event *events, size_t n, int64_t from, int64_t to) {
  slo_counts c = {0, 0, 0};
  for (size_t i = 0; i < n; i++) {
    if (events[i].at <= from || events[i].at > to) continue;
    if (events[i].outcome == SLO_GOOD) c.good++;
    if (events[i].outcome == SLO_BAD) c.bad++;
    if (events[i].outcome == SLO_EXCLUDED) c.excluded++;
  }
  return c;
}

/* Pushed at every whole step after all events up to it, a window at whole steps counts exactly
 * the events in it, and any other one exactly those between the moments that it names. */
START_TEST(test_events) {
  enum { EVENTS = 3000 };
  static event events[EVENTS];
  const slo_window_tier tiers[] = {{SEC, 30 * SEC}, {4 * SEC, 120 * SEC}, {20 * SEC, 600 * SEC}};
  slo_window_config config = SLO_SIZED(slo_window_config);
  config.tiers = tiers;
  config.tier_count = 3;
  uint64_t random = 77;
  for (int round = 0; round < 12; round++) {
    slo_window *w;
    size_t n = 0;
    ck_ok(slo_window_create(&config, NULL, &w, NULL));
    int64_t begin = INT64_C(1500000000) * SEC + round;
    begin -= begin % SEC;
    for (int64_t t = begin; t <= begin + 400 * SEC; t += SEC) {
      size_t more = check_random(&random) % 12;
      for (size_t i = 0; i < more && t > begin && n < EVENTS; i++) {
        int64_t ago = (int64_t)(check_random(&random) % (uint64_t)SEC);
        if (check_random(&random) % 4 == 0) ago = 0; /* on the edge: it belongs to this step */
        events[n].at = t - ago;
        events[n++].outcome = (slo_outcome)(check_random(&random) % 3);
      }
      slo_counts total = events_in(events, n, -1, t);
      ck_ok(slo_window_push(w, t, &total, 0));
      for (int i = 0; i < 6; i++) {
        slo_delta d = SLO_SIZED(slo_delta);
        int64_t span = (int64_t)(check_random(&random) % (uint64_t)(600 * SEC));
        if (i < 3) span -= span % tiers[i].step_ns;
        check_that(slo_window_read(w, &span, 1, &d) == SLO_OK, "read");
        slo_counts c = events_in(events, n, d.from_ns, d.to_ns);
        check_that(memcmp(&c, &d.counts, sizeof c) == 0, "not the events in (from, to]");
        check_that(d.to_ns == t && d.measured_ns == d.to_ns - d.from_ns, "not all of it measured");
        if (span <= 30 * SEC && span % SEC == 0 && t - span >= begin) {
          c = events_in(events, n, t - span, t);
          check_that(memcmp(&c, &d.counts, sizeof c) == 0 && d.from_ns == t - span,
                     "a window at whole steps is not exact");
        }
      }
    }
    slo_window_destroy(w);
  }
}
END_TEST

/* ---- particular promises ---- */

static slo_window *window_of(const slo_window_tier *tiers, uint32_t count, int64_t jump_max) {
  slo_window_config config = SLO_SIZED(slo_window_config);
  slo_window *w;
  config.tiers = tiers;
  config.tier_count = count;
  config.jump_max_ns = jump_max;
  ck_ok(slo_window_create(&config, NULL, &w, NULL));
  return w;
}

static slo_counts good(uint64_t n) {
  slo_counts c = {n, 0, 0};
  return c;
}

static slo_window_summary summary_of(const slo_window *w) {
  slo_window_summary s = SLO_SIZED(slo_window_summary);
  ck_ok(slo_window_summarize(w, &s));
  return s;
}

static const slo_window_tier minute[] = {{SEC, 60 * SEC}};

START_TEST(test_no_data) {
  slo_window *w = window_of(minute, 1, 0);
  slo_delta d[2], untouched[2];
  slo_window_summary s = SLO_SIZED(slo_window_summary), s_untouched;
  const int64_t spans[] = {0, SEC};
  memset(d, 0x5a, sizeof d);
  d[0].struct_size = (uint32_t)sizeof d[0];
  memcpy(untouched, d, sizeof d);
  memcpy(&s_untouched, &s, sizeof s);
  ck_assert_int_eq(slo_window_read(w, spans, 2, d), SLO_ENODATA);
  ck_assert_int_eq(slo_window_delta(w, 0, SEC, d), SLO_ENODATA);
  ck_assert_int_eq(slo_window_summarize(w, &s), SLO_ENODATA);
  ck_assert_mem_eq(d, untouched, sizeof d);
  ck_assert_mem_eq(&s, &s_untouched, sizeof s);
  slo_window_destroy(w);
}
END_TEST

START_TEST(test_arguments) {
  slo_window *w = window_of(minute, 1, 0), *other = NULL;
  slo_window_summary s = SLO_SIZED(slo_window_summary);
  slo_delta d = SLO_SIZED(slo_delta), unsized;
  slo_counts total = good(1);
  int64_t span = SEC, negative[] = {SEC, -1};
  memset(&unsized, 0, sizeof unsized);
  ck_assert_int_eq(slo_window_push(NULL, 0, &total, 0), SLO_EINVAL);
  ck_assert_int_eq(slo_window_push(w, 0, NULL, 0), SLO_EINVAL);
  ck_assert_int_eq(slo_window_push(w, 0, &total, 4), SLO_EINVAL);
  ck_ok(slo_window_push(w, 0, &total, 0));
  ck_assert_int_eq(slo_window_read(NULL, &span, 1, &d), SLO_EINVAL);
  ck_assert_int_eq(slo_window_read(w, NULL, 1, &d), SLO_EINVAL);
  ck_assert_int_eq(slo_window_read(w, &span, 1, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_window_read(w, &span, 1, &unsized), SLO_EINVAL);
  ck_ok(slo_window_read(w, NULL, 0, NULL));
  ck_assert_int_eq(slo_window_read(w, &negative[1], 1, &d), SLO_ERANGE);
  slo_delta pair[2] = {SLO_SIZED(slo_delta)};
  slo_delta before = pair[0];
  ck_assert_int_eq(slo_window_read(w, negative, 2, pair), SLO_ERANGE);
  ck_assert_mem_eq(&pair[0], &before, sizeof before);
  ck_assert_int_eq(slo_window_delta(NULL, 0, 1, &d), SLO_EINVAL);
  ck_assert_int_eq(slo_window_delta(w, 0, 1, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_window_delta(w, 0, 1, &unsized), SLO_EINVAL);
  ck_assert_int_eq(slo_window_delta(w, -1, 1, &d), SLO_ERANGE);
  ck_assert_int_eq(slo_window_delta(w, 2, 1, &d), SLO_ERANGE);
  ck_assert_int_eq(slo_window_delta(w, 0, SLO_TIME_MAX_NS + 1, &d), SLO_ERANGE);
  ck_ok(slo_window_delta(w, 0, SLO_TIME_MAX_NS, &d));
  ck_assert_int_eq(slo_window_summarize(NULL, &s), SLO_EINVAL);
  ck_assert_int_eq(slo_window_summarize(w, NULL), SLO_EINVAL);
  s.struct_size = 0;
  ck_assert_int_eq(slo_window_summarize(w, &s), SLO_EINVAL);
  ck_assert_int_eq(slo_window_create(NULL, NULL, NULL, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_window_footprint(NULL, NULL, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_window_attach(NULL, 1 << 20, &other), SLO_EINVAL);
  ck_assert_ptr_null(other);
  slo_window_destroy(w);
  slo_window_destroy(NULL);
}
END_TEST

/* The moments a push may have, and those it may not. */
START_TEST(test_moments) {
  slo_window *w = window_of(minute, 1, SLO_TIME_MAX_NS);
  slo_counts total = good(3);
  slo_delta d = SLO_SIZED(slo_delta);
  int64_t span = 10 * SEC, all = INT64_MAX;
  ck_assert_int_eq(slo_window_push(w, -1, &total, 0), SLO_ERANGE);
  ck_assert_int_eq(slo_window_push(w, INT64_MIN, &total, SLO_PUSH_REBASE), SLO_ERANGE);
  ck_assert_int_eq(slo_window_push(w, SLO_TIME_MAX_NS + 1, &total, 0), SLO_ERANGE);
  ck_assert_int_eq(slo_window_push(w, INT64_MAX, &total, SLO_PUSH_REBASE), SLO_ERANGE);
  ck_ok(slo_window_push(w, 0, &total, 0));
  ck_ok(slo_window_read(w, &all, 1, &d));
  ck_assert_uint_eq(d.flags, SLO_DELTA_SHORT);
  ck_assert_int_eq(d.from_ns, 0);
  total = good(8);
  ck_ok(slo_window_push(w, SEC, &total, 0));
  total = good(9);
  ck_ok(slo_window_push(w, SLO_TIME_MAX_NS, &total, 0));
  ck_ok(slo_window_read(w, &span, 1, &d));
  ck_assert_int_eq(d.from_ns, SEC); /* the newest reading ten seconds ago */
  ck_assert_int_eq(d.to_ns, SLO_TIME_MAX_NS);
  ck_assert_uint_eq(d.counts.good, 1);
  ck_assert_int_eq(d.measured_ns, SLO_TIME_MAX_NS - SEC);
  ck_assert_int_eq(slo_window_push(w, SLO_TIME_MAX_NS + 1, &total, 0), SLO_ERANGE);
  slo_window_destroy(w);
}
END_TEST

START_TEST(test_totals_never_decrease) {
  slo_window *w = window_of(minute, 1, 0);
  slo_counts total = {10, 20, 30};
  size_t size;
  slo_window_config config = SLO_SIZED(slo_window_config);
  config.tiers = minute;
  config.tier_count = 1;
  ck_ok(slo_window_footprint(&config, &size, NULL));
  ck_ok(slo_window_push(w, 100 * SEC, &total, 0));
  ck_ok(slo_window_push(w, 101 * SEC, &total, 0));
  char *before = malloc(size);
  ck_assert_ptr_nonnull(before);
  memcpy(before, w, size);
  const slo_counts less[] = {{9, 20, 30}, {10, 19, 30}, {10, 20, 29}, {99, 99, 0}, {0, 0, 0}};
  for (size_t i = 0; i < sizeof less / sizeof less[0]; i++) {
    for (uint32_t flags = 0; flags < SLO_PUSH_REBASE; flags++) {
      ck_assert_int_eq(slo_window_push(w, 102 * SEC, &less[i], flags), SLO_ERANGE);
      ck_assert_int_eq(slo_window_push(w, 99 * SEC, &less[i], flags), SLO_ERANGE);
      ck_assert_int_eq(slo_window_push(w, 9999 * SEC, &less[i], flags), SLO_ERANGE);
    }
  }
  ck_assert_mem_eq(w, before, size); /* nothing at all has changed */
  free(before);
  /* counters that lost their memory while the window kept its: the history begins anew */
  ck_ok(slo_window_push(w, 102 * SEC, &less[0], SLO_PUSH_REBASE));
  ck_assert_int_eq(summary_of(w).first_ns, 102 * SEC);
  ck_assert_uint_eq(summary_of(w).rebases, 1);
  slo_delta d = SLO_SIZED(slo_delta);
  ck_ok(slo_window_push(w, 103 * SEC, &total, 0));
  ck_ok(slo_window_delta(w, 0, 103 * SEC, &d));
  ck_assert_int_eq(d.from_ns, 102 * SEC);
  ck_assert_uint_eq(d.counts.good, 1);
  slo_window_destroy(w);
}
END_TEST

/* A reading that is brought up to date is so for ever: in its slot too, and after a step back. */
START_TEST(test_refreshed_reading_stays) {
  for (int back = 0; back < 2; back++) {
    const slo_window_tier tier[] = {{60 * SEC, 3600 * SEC}};
    slo_window *w = window_of(tier, 1, 0);
    slo_delta d = SLO_SIZED(slo_delta);
    static const struct {
      int64_t at, good;
    } pushes[] = {{0, 0}, {60, 10}, {60, 20}, {70, 25}, {120, 30}};
    for (int i = 0; i < 5; i++) {
      slo_counts total = good((uint64_t)pushes[i].good);
      int64_t at = pushes[i].at - (back && i == 2 ? 5 : 0);
      ck_ok(slo_window_push(w, at * SEC, &total, 0));
      if (i < 2) continue;
      ck_ok(slo_window_delta(w, 0, 60 * SEC, &d));
      ck_assert_uint_eq(d.counts.good, 20);
      ck_ok(slo_window_delta(w, 60 * SEC, pushes[i].at * SEC, &d));
      ck_assert_uint_eq(d.counts.good, (uint64_t)pushes[i].good - 20);
    }
    int64_t minute_ns = 60 * SEC;
    ck_ok(slo_window_read(w, &minute_ns, 1, &d));
    ck_assert_int_eq(d.from_ns, 60 * SEC);
    ck_assert_uint_eq(d.counts.good, 10);
    ck_assert_uint_eq(summary_of(w).steps_back, (uint64_t)back);
    slo_window_destroy(w);
  }
}
END_TEST

START_TEST(test_odd_stride) {
  slo_window *w = window_of(minute, 1, 0);
  slo_counts total = good(1);
  int64_t spans[2] = {SEC, SEC};
  slo_delta two[2];
  ck_ok(slo_window_push(w, 100 * SEC, &total, 0));
  two[0].struct_size = 62;
  ck_assert_int_eq(slo_window_read(w, spans, 2, two), SLO_EINVAL);
  ck_ok(slo_window_read(w, spans, 1, two)); /* one alone may be of any size */
  slo_window_destroy(w);
}
END_TEST

START_TEST(test_clock) {
  slo_window *w = window_of(minute, 1, 30 * SEC);
  slo_counts total = good(1);
  ck_ok(slo_window_push(w, 1000 * SEC, &total, 0));
  total = good(2);
  ck_ok(slo_window_push(w, 1030 * SEC, &total, 0)); /* exactly as far as allowed */
  total = good(5);
  for (int i = 0; i < 3; i++) {
    ck_assert_int_eq(slo_window_push(w, 1060 * SEC + 1, &total, 0), SLO_ECLOCK);
    ck_assert_int_eq(slo_window_push(w, SLO_TIME_MAX_NS, &total, SLO_PUSH_UNMEASURED), SLO_ECLOCK);
  }
  slo_window_summary s = summary_of(w);
  ck_assert_uint_eq(s.jumps_refused, 6);
  ck_assert_uint_eq(s.rebases, 0);
  ck_assert_uint_eq(s.counts.good, 2); /* the reading was not taken */
  ck_assert_int_eq(s.newest_ns, 1030 * SEC);
  ck_assert_int_eq(s.measured_ns, 30 * SEC);

  ck_ok(slo_window_push(w, 1020 * SEC, &total, 0)); /* a step back: the counts, not the time */
  s = summary_of(w);
  ck_assert_uint_eq(s.steps_back, 1);
  ck_assert_uint_eq(s.counts.good, 5);
  ck_assert_int_eq(s.newest_ns, 1030 * SEC);

  ck_ok(slo_window_push(w, 1031 * SEC, &total, SLO_PUSH_REBASE)); /* needless: not counted */
  ck_assert_uint_eq(summary_of(w).rebases, 0);
  ck_ok(slo_window_push(w, 5000 * SEC, &total, SLO_PUSH_REBASE));
  s = summary_of(w);
  ck_assert_uint_eq(s.rebases, 1);
  ck_assert_int_eq(s.first_ns, 1000 * SEC); /* ahead: the history goes on */
  ck_assert_int_eq(s.newest_ns, 5000 * SEC);
  ck_ok(slo_window_push(w, 2000 * SEC, &total, SLO_PUSH_REBASE | SLO_PUSH_UNMEASURED));
  s = summary_of(w);
  ck_assert_uint_eq(s.rebases, 2);
  ck_assert_uint_eq(s.steps_back, 1);
  ck_assert_int_eq(s.first_ns, 2000 * SEC); /* back: it starts anew */
  ck_assert_int_eq(s.newest_ns, 2000 * SEC);
  ck_assert_uint_eq(s.jumps_refused, 6);
  slo_window_destroy(w);
}
END_TEST

/* A history that starts anew has measured nothing yet. */
START_TEST(test_rebase_begins_what_was_measured) {
  slo_window *w = window_of(minute, 1, 0);
  slo_counts total = good(1);
  for (int64_t t = 1000; t <= 1050; t++) ck_ok(slo_window_push(w, t * SEC, &total, 0));
  ck_ok(slo_window_push(w, 500 * SEC, &total, SLO_PUSH_REBASE));
  ck_ok(slo_window_push(w, 510 * SEC, &total, 0));
  ck_ok(slo_window_push(w, 530 * SEC, &total, SLO_PUSH_UNMEASURED));
  slo_window_summary s = summary_of(w);
  ck_assert_int_eq(s.newest_ns - s.first_ns, 30 * SEC);
  ck_assert_int_eq(s.measured_ns, 10 * SEC);
  slo_window_destroy(w);
}
END_TEST

START_TEST(test_unmeasured) {
  slo_window *w = window_of(minute, 1, 0);
  slo_counts total = good(1);
  slo_delta d = SLO_SIZED(slo_delta);
  for (int64_t t = 100; t <= 120; t++) {
    uint32_t flags = t == 100 || t == 105 || t == 117 ? SLO_PUSH_UNMEASURED : 0;
    total.good += 10;
    ck_ok(slo_window_push(w, t * SEC, &total, flags));
  }
  const struct {
    int64_t span, measured;
  } cases[] = {{20, 18}, {16, 14}, {15, 14}, {14, 13}, {4, 3}, {3, 3}, {0, 0}, {60, 18}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int64_t span = cases[i].span * SEC;
    ck_ok(slo_window_read(w, &span, 1, &d));
    ck_assert_int_eq(d.measured_ns, cases[i].measured * SEC);
  }
  slo_window_destroy(w);
}
END_TEST

/* Events in (from_ns, to_ns] are counted, so an empty interval has none: also when the reading
 * at its edge was brought up to date after its slot was written, and a gap follows. */
START_TEST(test_nothing_happens_in_no_time) {
  slo_window *w = window_of(minute, 1, 0);
  slo_counts total = good(5);
  slo_delta d = SLO_SIZED(slo_delta);
  ck_ok(slo_window_push(w, 100 * SEC, &total, 0));
  ck_ok(slo_window_push(w, 110 * SEC, &total, 0));
  total = good(8);
  ck_ok(slo_window_push(w, 110 * SEC, &total, 0));
  ck_ok(slo_window_push(w, 120 * SEC, &total, 0));
  for (int64_t from = 100; from <= 120; from++) {
    for (int64_t to = from; to <= 120; to++) {
      ck_ok(slo_window_delta(w, from * SEC, to * SEC, &d));
      check_that(d.from_ns != d.to_ns || d.counts.good == 0,
                 "%" PRIu64 " events in (%" PRId64 " s, %" PRId64 " s], asked for %" PRId64
                 "..%" PRId64,
                 d.counts.good, d.from_ns / SEC, d.to_ns / SEC, from, to);
    }
  }
  slo_window_destroy(w);
}
END_TEST

/* Many spans in one call are what each gives alone, for elements of any size. */
START_TEST(test_read_many) {
  enum { SPANS = 40 };
  typedef struct larger {
    slo_delta delta;
    uint64_t more[3];
  } larger;
  typedef struct smaller { /* slo_delta as it might have been once */
    uint32_t struct_size, flags;
    int64_t span_ns, from_ns, to_ns;
  } smaller;
  slo_window *w = window_of(minute, 1, 0);
  slo_counts total = {0, 0, 0};
  for (int64_t t = 50; t <= 150; t++) {
    total.good += (uint64_t)t;
    total.bad += (uint64_t)t % 3;
    ck_ok(slo_window_push(w, t * SEC + t, &total, 0));
  }
  int64_t spans[SPANS];
  slo_delta one[SPANS], many[SPANS];
  larger large[SPANS], large_before;
  smaller small[SPANS + 1], beyond;
  memset(many, 0x77, sizeof many);
  memset(large, 0x77, sizeof large);
  memset(small, 0x77, sizeof small);
  large_before = large[0];
  beyond = small[SPANS];
  for (int i = 0; i < SPANS; i++) {
    spans[i] = (i * 37 % SPANS) * 4 * SEC / 3;
    memset(&one[i], 0, sizeof one[i]);
    one[i].struct_size = (uint32_t)sizeof one[i];
    ck_ok(slo_window_read(w, &spans[i], 1, &one[i]));
  }
  many[0].struct_size = (uint32_t)sizeof many[0];
  large[0].delta.struct_size = (uint32_t)sizeof large[0];
  small[0].struct_size = (uint32_t)sizeof small[0];
  ck_ok(slo_window_read(w, spans, SPANS, many));
  ck_ok(slo_window_read(w, spans, SPANS, (slo_delta *)(void *)large));
  ck_ok(slo_window_read(w, spans, SPANS, (slo_delta *)(void *)small));
  for (int i = 0; i < SPANS; i++) {
    ck_assert_mem_eq(&many[i], &one[i], sizeof one[i]);
    ck_assert_uint_eq(large[i].delta.struct_size, sizeof large[i]);
    large[i].delta.struct_size = (uint32_t)sizeof one[i];
    ck_assert_mem_eq(&large[i].delta, &one[i], sizeof one[i]);
    ck_assert_mem_eq(large[i].more, large_before.more, sizeof large_before.more);
    ck_assert_uint_eq(small[i].struct_size, sizeof small[i]);
    ck_assert_uint_eq(small[i].flags, one[i].flags);
    ck_assert_int_eq(small[i].span_ns, spans[i]);
    ck_assert_int_eq(small[i].from_ns, one[i].from_ns);
    ck_assert_int_eq(small[i].to_ns, one[i].to_ns);
  }
  ck_assert_mem_eq(&small[SPANS], &beyond, sizeof beyond);
  slo_window_destroy(w);
}
END_TEST

/* ---- configuration ---- */

static void config_refused(const slo_window_config *config, slo_status expected, const char *field,
                           int64_t value) {
  slo_error error = SLO_SIZED(slo_error);
  size_t size = 4711;
  slo_window *w = NULL;
  ck_assert_int_eq(slo_window_footprint(config, &size, &error), expected);
  ck_assert_int_eq(error.status, expected);
  ck_assert_str_eq(error.field, field);
  ck_assert_int_eq(error.value, value);
  if (expected == SLO_ERANGE) {
    ck_assert_int_le(error.min, error.max);
    ck_assert(value < error.min || value > error.max);
  }
  ck_assert_uint_eq(size, 4711);
  memset(&error, 0, sizeof error);
  error.struct_size = (uint32_t)sizeof error;
  ck_assert_int_eq(slo_window_create(config, NULL, &w, &error), expected);
  ck_assert_str_eq(error.field, field);
  ck_assert_ptr_null(w);
  ck_assert_int_eq(slo_window_footprint(config, &size, NULL), expected);
}

START_TEST(test_config_errors) {
  const int64_t too_many = (int64_t)SLO_WINDOW_SLOTS_MAX * SEC + 1;
  const struct {
    slo_window_tier tiers[3];
    const char *field;
    int64_t value;
  } bad_tiers[] = {
      {{{999999, 60 * SEC}}, "tiers[0].step_ns", 999999},
      {{{0, 60 * SEC}}, "tiers[0].step_ns", 0},
      {{{-1, 60 * SEC}}, "tiers[0].step_ns", -1},
      {{{SLO_TIME_MAX_NS + 1, INT64_MAX}}, "tiers[0].step_ns", SLO_TIME_MAX_NS + 1},
      {{{SEC, SEC - 1}}, "tiers[0].span_ns", SEC - 1},
      {{{SEC, INT64_MIN}}, "tiers[0].span_ns", INT64_MIN},
      {{{SEC, too_many}}, "tiers[0].span_ns", too_many},
      {{{SLO_HOUR_NS, INT64_MAX}}, "tiers[0].span_ns", INT64_MAX},
      {{{SEC, 60 * SEC}, {SEC, 90 * SEC}}, "tiers[1].step_ns", SEC},
      {{{SEC, 60 * SEC}, {2 * SEC, 60 * SEC}}, "tiers[1].span_ns", 60 * SEC},
      {{{SEC, 60 * SEC}, {2 * SEC, 90 * SEC}, {SEC, 99 * SEC}}, "tiers[2].step_ns", SEC},
      {{{SEC, 60 * SEC}, {2 * SEC, 90 * SEC}, {3 * SEC, 9 * SEC}}, "tiers[2].span_ns", 9 * SEC},
  };
  slo_window_config c = SLO_SIZED(slo_window_config);
  for (size_t i = 0; i < sizeof bad_tiers / sizeof bad_tiers[0]; i++) {
    c.tiers = bad_tiers[i].tiers;
    c.tier_count = (uint32_t)(bad_tiers[i].field[6] - '0') + 1;
    config_refused(&c, SLO_ERANGE, bad_tiers[i].field, bad_tiers[i].value);
  }
  c.tiers = minute;
  c.tier_count = SLO_WINDOW_TIERS_MAX + 1;
  config_refused(&c, SLO_ERANGE, "tier_count", SLO_WINDOW_TIERS_MAX + 1);
  c.tiers = NULL;
  c.tier_count = 1;
  config_refused(&c, SLO_EINVAL, "tiers (NULL)", 0);
  c.tiers = minute;
  const int64_t jumps[] = {-1, SEC - 1, SLO_TIME_MAX_NS + 1, INT64_MIN};
  for (size_t i = 0; i < 4; i++) {
    c.jump_max_ns = jumps[i];
    config_refused(&c, SLO_ERANGE, "jump_max_ns", jumps[i]);
  }
  c.jump_max_ns = 0;
  c.struct_size = 0;
  config_refused(&c, SLO_ERANGE, "slo_window_config.struct_size", 0);
  struct {
    slo_window_config config;
    uint64_t more;
  } newer = {SLO_SIZED(slo_window_config), 0};
  newer.config.struct_size = (uint32_t)sizeof newer;
  size_t size, same;
  ck_ok(slo_window_footprint(&newer.config, &size, NULL)); /* a tail of zeros means nothing */
  ck_ok(slo_window_footprint(NULL, &same, NULL));
  ck_assert_uint_eq(size, same);
  newer.more = 1;
  ck_assert_int_eq(slo_window_footprint(&newer.config, &size, NULL), SLO_EVERSION);
}
END_TEST

START_TEST(test_footprint) {
  size_t size, given;
  slo_window_config c = SLO_SIZED(slo_window_config);
  ck_ok(slo_window_footprint(NULL, &size, NULL));
  ck_assert_uint_le(size, 32 * 1024);
  c.tiers = default_tiers; /* the defaults are what the header says they are */
  c.tier_count = 10;
  ck_ok(slo_window_footprint(&c, &given, NULL));
  ck_assert_uint_eq(given, size);
  /* 40 bytes a reading: 100 more of them are at most 4000 bytes and a cache line more */
  slo_window_tier tier = {SEC, 1000 * SEC};
  c.tiers = &tier;
  c.tier_count = 1;
  ck_ok(slo_window_footprint(&c, &size, NULL));
  tier.span_ns += 100 * SEC;
  ck_ok(slo_window_footprint(&c, &given, NULL));
  ck_assert_uint_ge(given, size + 4000 - SLO_ALIGN);
  ck_assert_uint_le(given, size + 4000 + SLO_ALIGN);
  tier.step_ns = SLO_TIME_MAX_NS; /* the extremes */
  tier.span_ns = SLO_TIME_MAX_NS;
  ck_ok(slo_window_footprint(&c, &size, NULL));
  tier.step_ns = 1000000;
  tier.span_ns = tier.step_ns * SLO_WINDOW_SLOTS_MAX;
  ck_ok(slo_window_footprint(&c, &size, NULL));
  ck_assert_uint_ge(size, (size_t)40 * SLO_WINDOW_SLOTS_MAX);
}
END_TEST

/* ---- attaching to what is not quite a window ---- */

static const slo_window_tier three[] = {{SEC, 20 * SEC}, {3 * SEC, 40 * SEC}, {5 * SEC, 60 * SEC}};

/* A window with a history, as plain bytes. */
static char *filled_block(size_t *size) {
  slo_window_config config = SLO_SIZED(slo_window_config);
  slo_window *w;
  slo_counts total = {0, 0, 0};
  config.tiers = three;
  config.tier_count = 3;
  ck_ok(slo_window_footprint(&config, size, NULL));
  char *memory = check_memory(*size);
  ck_ok(slo_window_init(memory, *size, &config, &w, NULL));
  for (int64_t t = 1000; t < 1100; t++) {
    total.good += 7;
    total.bad += (uint64_t)t % 2;
    ck_ok(slo_window_push(w, t * SEC, &total, 0));
  }
  return memory;
}

/* Everything one can do to a window; the answers are whatever they are, of those documented. */
static void use(slo_window *w, uint64_t *random) {
  enum { SPANS = 24 };
  slo_delta d[SPANS];
  slo_window_summary s = SLO_SIZED(slo_window_summary);
  int64_t spans[SPANS] = {0, 1, SEC, 20 * SEC, 40 * SEC, 60 * SEC, INT64_MAX, SLO_TIME_MAX_NS};
  for (int i = 8; i < SPANS; i++) spans[i] = (int64_t)(check_random_wide(random) >> 1);
  for (int round = 0; round < 3; round++) {
    d[0].struct_size = (uint32_t)sizeof d[0];
    slo_status status = slo_window_read(w, spans, SPANS, d);
    check_that(status == SLO_OK || status == SLO_ENODATA, "read: %d", status);
    status = slo_window_summarize(w, &s);
    check_that(status == SLO_OK || status == SLO_ENODATA, "summarize: %d", status);
    for (int i = 0; i < 8; i++) {
      int64_t a = (int64_t)(check_random_wide(random) % (uint64_t)SLO_TIME_MAX_NS);
      int64_t b = 1000 * SEC + (int64_t)(check_random(random) % (uint64_t)(120 * SEC));
      status = slo_window_delta(w, a < b ? a : b, a < b ? b : a, d);
      check_that(status == SLO_OK || status == SLO_ENODATA, "delta: %d", status);
      status = slo_window_delta(w, b, b + 5 * SEC, d);
      check_that(status == SLO_OK || status == SLO_ENODATA, "delta: %d", status);
    }
    slo_counts total = {check_random_wide(random), UINT64_MAX, UINT64_MAX};
    if (check_random(random) % 2) total.good = UINT64_MAX;
    int64_t now = check_random(random) % 2 ? (int64_t)(check_random_wide(random) >> 1) : 1100 * SEC;
    status = slo_window_push(w, now, &total, (uint32_t)check_random(random) & 3);
    check_that(status == SLO_OK || status == SLO_ERANGE || status == SLO_ECLOCK, "push: %d",
               status);
  }
}

START_TEST(test_attach_flipped_bits) {
  size_t size;
  uint64_t random = 5;
  char *block = filled_block(&size), *copy = check_memory(size);
  const sloi_block *header = (const void *)block;
  size_t front = sizeof *header + (size_t)header->config_size, unused = 0;
  for (size_t bit = 0; bit < front * 8; bit++) {
    slo_window *w = NULL;
    memcpy(copy, block, size);
    copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
    slo_status status = slo_window_attach(copy, size, &w);
    if (status == SLO_OK) { /* only words that nothing reads yet */
      check_that(bit / 8 >= offsetof(sloi_block, reserved) && bit / 8 < sizeof(sloi_block),
                 "byte %zu was flipped and nobody noticed", bit / 8);
      unused++;
      use(w, &random);
    } else {
      check_that(status == SLO_ECORRUPT || status == SLO_EVERSION || status == SLO_ESPACE, "%d",
                 status);
      check_that(w == NULL, "refused and handed out");
    }
  }
  ck_assert_uint_le(unused, 8 * sizeof header->reserved);
  free(copy);
  free(block);
}
END_TEST

/* Words of the configuration replaced and the checksum made to fit. */
START_TEST(test_attach_forged_configuration) {
  size_t size;
  uint64_t random = 6, refused = 0;
  char *block = filled_block(&size), *copy = check_memory(size);
  sloi_block *header = (void *)copy;
  memcpy(copy, block, size);
  size_t words = (size_t)header->config_size / 8;
  for (size_t at = 0; at < words; at++) {
    for (int i = 0; i < 60; i++) {
      slo_window *w = NULL;
      uint64_t word;
      memcpy(copy, block, size);
      char *where = copy + sizeof *header + 8 * at;
      memcpy(&word, where, sizeof word);
      switch (i) {
        case 0:
          word = 0;
          break;
        case 1:
          word = UINT64_MAX;
          break;
        case 2:
          word++;
          break;
        case 3:
          word--;
          break;
        case 4:
          word = (uint64_t)INT64_MAX;
          break;
        case 5:
          word += UINT64_C(1) << 32;
          break;
        default:
          word = check_random_wide(&random);
          break;
      }
      memcpy(where, &word, sizeof word);
      header->config_sum = sloi_block_sum(header + 1, (size_t)header->config_size);
      slo_status status = slo_window_attach(copy, size, &w);
      check_that(status == SLO_OK || status == SLO_ECORRUPT || status == SLO_ESPACE, "%d", status);
      if (status == SLO_OK) use(w, &random);
      refused += status != SLO_OK;
    }
  }
  ck_assert_uint_gt(refused, 9 * 60); /* steps, spans, slots and places of three rings at least */
  free(copy);
  free(block);
}
END_TEST

START_TEST(test_attach_truncated) {
  size_t size;
  char *block = filled_block(&size);
  slo_window *w = NULL;
  for (size_t n = 0; n < size; n = n < 1024 ? n + 1 : n + 61) {
    char *part = check_memory(n);
    memcpy(part, block, n);
    ck_assert_int_eq(slo_window_attach(part, n, &w), SLO_ESPACE);
    free(part);
  }
  ck_assert_ptr_null(w);
  ck_assert_int_eq(slo_window_attach(block + 8, size - 8, &w), SLO_EINVAL);
  ck_assert_int_eq(slo_window_attach(block, size, NULL), SLO_EINVAL);
  sloi_block *header = (void *)block;
  sloi_store_release(&header->ready, 0);
  ck_assert_int_eq(slo_window_attach(block, size, &w), SLO_ECORRUPT); /* init was interrupted */
  ck_assert_ptr_null(w);
  free(block);
}
END_TEST

/* Whatever the state and the rings hold: no step outside, no loop without end. */
START_TEST(test_garbage) {
  size_t size;
  uint64_t random = 8;
  char *block = filled_block(&size), *copy = check_memory(size);
  const sloi_block *header = (const void *)block;
  size_t front = sizeof *header + (size_t)header->config_size;
  for (int round = 0; round < 3000; round++) {
    slo_window *w;
    memcpy(copy, block, size);
    if (round < 256) {
      memset(copy + front, round, size - front);
    } else if (round % 3 == 0) {
      for (size_t i = front; i < size; i++) copy[i] = (char)check_random(&random);
    } else if (round % 3 == 1) { /* words that look like something */
      for (size_t i = front; i + 8 <= size; i += 8) {
        uint64_t word = check_random_wide(&random);
        memcpy(copy + i, &word, sizeof word);
      }
    } else { /* a few words of a good one, the first of them in the state */
      for (int i = 0; i < 4; i++) {
        size_t words = (size - front) / 8;
        size_t at = front + 8 * (size_t)(check_random(&random) % (i == 0 ? 60 : words));
        uint64_t word = check_random_wide(&random);
        memcpy(copy + at, &word, sizeof word);
      }
    }
    check_that(slo_window_attach(copy, size, &w) == SLO_OK, "attach");
    use(w, &random);
  }
  ck_assert_mem_eq(copy, block, front);
  free(copy);
  free(block);
}
END_TEST

CHECK_MAIN("window", tcase_add_test(tc, test_schedules_one_tier);
           tcase_add_test(tc, test_schedules_octaves);
           tcase_add_test(tc, test_schedules_steps_that_do_not_divide);
           tcase_add_test(tc, test_schedules_spans_that_are_no_whole_steps);
           tcase_add_test(tc, test_schedules_milliseconds);
           tcase_add_test(tc, test_schedules_default_tiers); tcase_add_test(tc, test_events);
           tcase_add_test(tc, test_no_data); tcase_add_test(tc, test_arguments);
           tcase_add_test(tc, test_moments); tcase_add_test(tc, test_totals_never_decrease);
           tcase_add_test(tc, test_clock); tcase_add_test(tc, test_odd_stride);
           tcase_add_test(tc, test_refreshed_reading_stays);
           tcase_add_test(tc, test_rebase_begins_what_was_measured);
           tcase_add_test(tc, test_unmeasured); tcase_add_test(tc, test_nothing_happens_in_no_time);
           tcase_add_test(tc, test_read_many); tcase_add_test(tc, test_config_errors);
           tcase_add_test(tc, test_footprint); tcase_add_test(tc, test_attach_flipped_bits);
           tcase_add_test(tc, test_attach_forged_configuration);
           tcase_add_test(tc, test_attach_truncated); tcase_add_test(tc, test_garbage);)
