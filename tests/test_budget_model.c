/*
 * test_budget_model.c - budgets against a slow model of what happened, step by step.
 *
 * The model knows the events of every ten seconds, whether they were measured, and which
 * correction each step belongs to; the window has a reading at every step. All answers are then
 * exact, and each is computed here from the list alone, in 128-bit integers.
 */
#include "check_main.h"
#include "slo/budget.h"
#include "slo/burn.h"
#include "slo/counter.h"

#ifndef __SIZEOF_INT128__
int main(void) {
  return 0; /* the model needs 128 bits */
}
#else

__extension__ typedef unsigned __int128 wide;
__extension__ typedef __int128 wide_signed;

#define PPB UINT64_C(1000000000)
#define STEP (10 * SLO_SECOND_NS)
#define BEGIN (INT64_C(143185710) * STEP) /* a multiple of every slice used */

enum { STEPS = 240, ENTRIES = 6, NOT_CORRECTED = -1 };

typedef struct step {
  slo_counts counts;
  int measured;
} step;

/* What happened, in steps (BEGIN + i * STEP, BEGIN + (i + 1) * STEP]. */
typedef struct story {
  step steps[STEPS];
  int n;     /* so many have passed */
  int slice; /* steps in one; 0: no slices */
  uint64_t slice_objective;
  uint32_t policy;
  int gap; /* 1: every step is a resolution gap */
  struct {
    uint32_t kind, sli;
    int from, to, is_void; /* steps */
  } entry[ENTRIES];
  int entries;
} story;

typedef struct objects {
  slo_window *window;
  slo_ledger *ledger;
} objects;

enum { SLI = 3 };

/* ---- the story told to the library ---- */

static void story_invent(story *s, uint64_t *random) {
  memset(s, 0, sizeof *s);
  s->policy = (uint32_t)(check_random(random) % 4);
  static const int slices[] = {0, 1, 3, 6};
  s->slice = slices[check_random(random) % 4];
  s->slice_objective = s->slice == 0                   ? 0
                       : check_random(random) % 4 == 0 ? PPB
                                                       : 1 + check_random(random) % PPB;
  s->gap = check_random(random) % 4 == 0;
  uint64_t size = check_random(random) % 3 == 0 ? 3 : 1000000, bad = 1 + check_random(random) % 20;
  int quiet = 0, down = 0;
  for (int i = 0; i < STEPS; i++) {
    step *p = &s->steps[i];
    if (quiet == 0 && check_random(random) % 30 == 0) quiet = (int)(check_random(random) % 12);
    if (down == 0 && check_random(random) % 40 == 0) down = (int)(check_random(random) % 15);
    p->measured = down == 0;
    if (quiet == 0) {
      p->counts.good = check_random(random) % size;
      p->counts.bad = check_random(random) % bad == 0 ? check_random(random) % size : 0;
      p->counts.excluded = check_random(random) % 5;
    }
    quiet -= quiet > 0;
    down -= down > 0;
  }
  s->entries = (int)(check_random(random) % (ENTRIES + 1));
  for (int e = 0; e < s->entries; e++) {
    s->entry[e].kind = (uint32_t)(check_random(random) % 2);
    s->entry[e].from = (int)(check_random(random) % STEPS);
    s->entry[e].to = s->entry[e].from + 1 + (int)(check_random(random) % 60);
    static const uint32_t slis[] = {SLI, SLO_LEDGER_ALL, SLI + 1};
    s->entry[e].sli = slis[check_random(random) % 3];
    s->entry[e].is_void = check_random(random) % 5 == 0;
  }
}

static objects story_begin(const story *s) {
  objects o;
  slo_window_tier tier = {STEP, 2 * STEPS * STEP};
  slo_window_config config = SLO_SIZED(slo_window_config);
  slo_counts none = {0, 0, 0};
  config.tier_count = 1;
  config.tiers = &tier;
  config.unmeasured = s->policy;
  config.slice_ns = s->slice * STEP;
  config.slice_objective_ppb = s->slice_objective;
  config.gap_ns = s->gap ? STEP - 1 : STEP;
  ck_ok(slo_window_create(&config, NULL, &o.window, NULL));
  ck_ok(slo_ledger_create(2 * ENTRIES, NULL, &o.ledger, NULL));
  ck_ok(slo_window_push(o.window, BEGIN, &none, 0));
  for (int e = 0; e < s->entries; e++) {
    slo_correction c = SLO_SIZED(slo_correction);
    uint32_t sequence;
    c.kind = s->entry[e].kind;
    c.sli = s->entry[e].sli;
    c.from_ns = BEGIN + s->entry[e].from * STEP;
    c.to_ns = BEGIN + s->entry[e].to * STEP;
    memcpy(c.reason, "test", 5);
    ck_ok(slo_ledger_append(o.ledger, &c, &sequence, NULL));
    ck_assert_uint_eq(sequence, (uint32_t)e);
  }
  for (int e = 0; e < s->entries; e++) {
    slo_correction c = SLO_SIZED(slo_correction);
    if (!s->entry[e].is_void) continue;
    c.kind = SLO_CORRECT_VOID;
    c.voids = (uint32_t)e;
    memcpy(c.reason, "no", 3);
    ck_ok(slo_ledger_append(o.ledger, &c, NULL, NULL));
  }
  return o;
}

static void story_end(objects *o) {
  slo_window_destroy(o->window);
  slo_ledger_destroy(o->ledger);
}

/* Tells the story up to step n. */
static void story_tell(story *s, const objects *o, int n) {
  slo_counts total = {0, 0, 0};
  for (int i = 0; i < n; i++) {
    total.good += s->steps[i].counts.good;
    total.bad += s->steps[i].counts.bad;
    total.excluded += s->steps[i].counts.excluded;
    if (i < s->n) continue;
    check_ok(slo_window_push(o->window, BEGIN + (i + 1) * STEP, &total,
                             s->steps[i].measured ? 0 : SLO_PUSH_UNMEASURED));
  }
  s->n = n;
}

/* ---- the model ---- */

static int model_rank_before(const story *s, int a, int b) {
  if (s->entry[a].kind != s->entry[b].kind) return s->entry[a].kind == SLO_CORRECT_REMOVE;
  return a < b;
}

/* The correction that a step belongs to. */
static int model_correction(const story *s, int at, int corrected) {
  int found = NOT_CORRECTED;
  for (int e = 0; e < s->entries && corrected; e++) {
    if (s->entry[e].is_void || s->entry[e].sli == SLI + 1) continue;
    if (at < s->entry[e].from || at >= s->entry[e].to) continue;
    if (found == NOT_CORRECTED || model_rank_before(s, e, found)) found = e;
  }
  return found;
}

/* Everything that steps [from, to) come to. */
typedef struct sums {
  int from, to;
  slo_counts counts;
  slo_slices slices;
  int64_t measured, unmeasured, frozen, corrected, unresolved;
  uint32_t corrections;
} sums;

static uint64_t model_ratio(uint64_t bad, uint64_t valid) {
  return (uint64_t)(((wide)2 * bad * SLO_SLICE_RATIO_ONE + valid) / ((wide)2 * valid));
}

static sums model_sum(const story *s, int from, int to, int corrected) {
  sums m = {0};
  int touched[ENTRIES] = {0};
  m.from = from;
  m.to = to;
  for (int i = from; i < to; i++) {
    const step *p = &s->steps[i];
    int e = model_correction(s, i, corrected);
    int removed = e != NOT_CORRECTED && s->entry[e].kind == SLO_CORRECT_REMOVE;
    int good = e != NOT_CORRECTED && !removed;
    if (e != NOT_CORRECTED) touched[e] = 1;
    if (removed) {
      m.corrected += STEP;
    } else {
      m.counts.good += p->counts.good + (good ? p->counts.bad : 0);
      m.counts.bad += good ? 0 : p->counts.bad;
      m.counts.excluded += p->counts.excluded;
      if (p->measured) {
        m.measured += STEP;
        m.unresolved += s->gap ? STEP : 0;
      } else if (s->policy == SLO_UNMEASURED_FREEZE) {
        m.frozen += STEP;
      } else if (good) {
        m.corrected += STEP;
      } else {
        m.unmeasured += STEP;
      }
    }
    if (s->slice == 0 || (i + 1) % s->slice != 0 || removed) continue;
    slo_counts whole = {0, 0, 0}; /* the slice that ends with this step, as it was recorded */
    for (int k = i + 1 - s->slice; k <= i; k++) {
      whole.good += s->steps[k].counts.good;
      whole.bad += s->steps[k].counts.bad;
    }
    uint64_t valid = whole.good + whole.bad;
    if (valid == 0) continue;
    if (good || (wide)whole.good * PPB >= (wide)s->slice_objective * valid) {
      m.slices.good++;
    } else {
      m.slices.bad++;
    }
    m.slices.ratio_sum += good ? 0 : model_ratio(whole.bad, valid);
  }
  for (int e = 0; e < ENTRIES; e++) m.corrections += (uint32_t)touched[e];
  return m;
}

/* Where the last `span` steps begin: where time can stand still, of measured time. */
static int model_rolling_from(const story *s, int span, int *reached) {
  int from = s->n, passed = 0;
  while (from > 0 && passed < span) {
    from--;
    passed += s->policy != SLO_UNMEASURED_FREEZE || s->steps[from].measured;
  }
  *reached = passed == span;
  return from;
}

typedef struct units {
  uint64_t good, bad, unseen; /* counted */
  uint64_t judged_good, judged_bad;
} units;

static units model_units(const story *s, const sums *m, uint32_t method) {
  units u = {m->counts.good, m->counts.bad, 0, 0, 0};
  if (method == SLO_METHOD_OCCURRENCES) {
    uint64_t valid = u.good + u.bad;
    if (m->unmeasured > 0 && m->measured > 0) {
      u.unseen = (uint64_t)(((wide)valid * (uint64_t)m->unmeasured + (uint64_t)m->measured - 1) /
                            (uint64_t)m->measured);
      if (u.unseen == 0) u.unseen = 1;
    } else if (m->unmeasured > 0) {
      u.unseen = valid != 0 ? valid : 1;
    }
  } else {
    u.unseen = (uint64_t)(m->unmeasured / (s->slice * STEP));
    u.good = m->slices.good;
    u.bad = m->slices.bad;
  }
  if (method == SLO_METHOD_RATIO_TIMESLICES) {
    uint64_t valid = (u.good + u.bad) * SLO_SLICE_RATIO_ONE;
    u.bad = m->slices.ratio_sum;
    u.good = valid - u.bad;
    u.unseen *= SLO_SLICE_RATIO_ONE;
  }
  u.judged_good = u.good + (s->policy == SLO_UNMEASURED_GOOD ? u.unseen : 0);
  u.judged_bad = u.bad + (s->policy == SLO_UNMEASURED_BAD ? u.unseen : 0);
  return u;
}

/* 10^6 less what bad of valid consume; valid > 0. */
static int64_t model_remaining(uint64_t bad, uint64_t valid, uint64_t objective) {
  return 1000000 - (int64_t)((wide)bad * PPB * 1000000 / ((wide)(PPB - objective) * valid));
}

/* ---- held against each other ---- */

#define SAME(field, want)                                                                      \
  check_that((int64_t)(b.field) == (int64_t)(want),                                            \
             "seed %" PRIu64 ", step %d: %s is %" PRId64 ", not %" PRId64, seed, s->n, #field, \
             (int64_t)(b.field), (int64_t)(want))

static void check_budget(const story *s, const objects *o, const slo_budget_config *c,
                         uint64_t seed, int from, int to, int64_t span, int short_of_it) {
  slo_budget b = SLO_SIZED(slo_budget);
  const sums m = model_sum(s, from, to, c->ledger != NULL);
  const units u = model_units(s, &m, c->method);
  const uint64_t valid = u.judged_good + u.judged_bad;
  slo_status status = slo_budget_read(o->window, c, &b);
  check_that(status == (valid == 0 ? SLO_ENODATA : SLO_OK), "seed %" PRIu64 ": status %d", seed,
             status);
  SAME(struct_size, sizeof b);
  SAME(method, c->method);
  SAME(objective_ppb, c->objective_ppb);
  SAME(valid, valid);
  SAME(good, u.judged_good);
  SAME(bad, u.judged_bad);
  SAME(allowed, (wide)(PPB - c->objective_ppb) * valid / PPB);
  SAME(unseen, u.unseen);
  SAME(counts.good, m.counts.good);
  SAME(counts.bad, m.counts.bad);
  SAME(counts.excluded, m.counts.excluded);
  SAME(span_ns, span);
  SAME(from_ns, BEGIN + from * STEP);
  SAME(to_ns, BEGIN + to * STEP);
  SAME(measured_ns, m.measured);
  SAME(unresolved_ns, m.unresolved);
  SAME(unmeasured_ns, m.unmeasured);
  SAME(frozen_ns, m.frozen);
  SAME(corrected_ns, m.corrected);
  SAME(covered_ns, m.measured);
  SAME(corrections, m.corrections);
  SAME(flags, short_of_it ? SLO_DELTA_SHORT : 0);
  SAME(policy, s->policy);
  SAME(reserved, 0);
  SAME(slices.good, m.slices.good);
  SAME(slices.bad, m.slices.bad);
  SAME(slices.ratio_sum, m.slices.ratio_sum);
  SAME(slice_ns, s->slice * STEP);
  SAME(unseen_slices, s->slice == 0 ? 0 : m.unmeasured / (s->slice * STEP));
  if (valid == 0) {
    SAME(consumed_ppm, 0);
    SAME(remaining_ppm, 0);
    return;
  }
  SAME(remaining_ppm, model_remaining(u.judged_bad, valid, c->objective_ppb));
  SAME(consumed_ppm, 1000000 - b.remaining_ppm);
  uint64_t all = u.good + u.bad + u.unseen;
  SAME(best_ppm, model_remaining(u.bad, all, c->objective_ppb));
  SAME(worst_ppm, model_remaining(u.bad + u.unseen, all, c->objective_ppb));
  check_that(b.worst_ppm <= b.remaining_ppm && b.remaining_ppm <= b.best_ppm,
             "seed %" PRIu64 ": not between worst and best", seed);
}

/* The burn-down never rises and ends at what remains; each point is the model's. */
static void check_burndown(const story *s, const objects *o, const slo_budget_config *c,
                           uint64_t seed, int from, int to) {
  enum { POINTS = 13 };
  slo_budget_point points[POINTS];
  const sums m = model_sum(s, from, to, c->ledger != NULL);
  const units u = model_units(s, &m, c->method);
  const uint64_t valid = u.judged_good + u.judged_bad;
  slo_status status = slo_budget_burndown(o->window, c, POINTS, points);
  check_that(status == (valid == 0 ? SLO_ENODATA : SLO_OK), "burndown %d", status);
  if (valid == 0) return;
  for (int i = 0; i < POINTS; i++) {
    int64_t at =
        BEGIN + from * STEP + (int64_t)((wide)((to - from) * STEP) * (wide)(i + 1) / POINTS);
    const sums part = model_sum(s, from, (int)((at - BEGIN) / STEP), c->ledger != NULL);
    uint64_t bad = model_units(s, &part, c->method).bad;
    if (s->policy == SLO_UNMEASURED_BAD && m.unmeasured != 0) {
      bad += (uint64_t)((wide)u.unseen * (uint64_t)part.unmeasured / (uint64_t)m.unmeasured);
    }
    check_that(points[i].at_ns == at, "point %d is at another moment", i);
    check_that(points[i].remaining_ppm == model_remaining(bad, valid, c->objective_ppb),
               "seed %" PRIu64 ", point %d: %" PRId64, seed, i, points[i].remaining_ppm);
    check_that(i == 0 || points[i].remaining_ppm <= points[i - 1].remaining_ppm, "it rises");
  }
  check_that(
      points[POINTS - 1].remaining_ppm == model_remaining(u.judged_bad, valid, c->objective_ppb),
      "seed %" PRIu64 ": it does not end at what remains", seed);
}

/* The cost of any part; with all of it seen, adjacent ones add up to the whole. */
static void check_cost(const story *s, const objects *o, const slo_budget_config *c, uint64_t seed,
                       int from, int to) {
  enum { PARTS = 4 };
  const sums m = model_sum(s, from, to, c->ledger != NULL);
  const units u = model_units(s, &m, c->method);
  const uint64_t valid = u.judged_good + u.judged_bad;
  uint64_t sum = 0, cost = 4711, bad = 0;
  for (int i = 0; i < PARTS; i++) {
    int a = from + (to - from) * i / PARTS, z = from + (to - from) * (i + 1) / PARTS;
    slo_delta incident = SLO_SIZED(slo_delta);
    slo_status status = slo_budget_cost(o->window, c, BEGIN + a * STEP, BEGIN + z * STEP, &cost,
                                        i % 2 ? NULL : &incident);
    check_that(status == (valid == 0 ? SLO_ENODATA : SLO_OK), "cost %d", status);
    if (valid == 0) return;
    const sums part = model_sum(s, a, z, c->ledger != NULL);
    const units mine = model_units(s, &part, c->method);
    check_that(cost == (uint64_t)((wide)mine.judged_bad * PPB * 1000000 /
                                  ((wide)(PPB - c->objective_ppb) * valid)),
               "seed %" PRIu64 ": cost %" PRIu64, seed, cost);
    if (i % 2 == 0) {
      check_that(incident.from_ns == BEGIN + a * STEP && incident.to_ns == BEGIN + z * STEP &&
                     incident.counts.bad == part.counts.bad,
                 "the incident is another");
    }
    sum += cost;
    bad += mine.judged_bad;
  }
  if (m.unmeasured != 0) return;
  check_that(bad == u.judged_bad, "the parts have more or less than the whole");
  uint64_t whole = (uint64_t)(1000000 - model_remaining(bad, valid, c->objective_ppb));
  check_that(sum <= whole && whole - sum < PARTS, "%" PRIu64 " and %" PRIu64, sum, whole);
}

START_TEST(test_against_the_model) {
  uint64_t methods[3] = {0}, policies[4] = {0}, corrected = 0;
  for (uint64_t seed = 0; seed < 300; seed++) {
    uint64_t random = seed;
    story told, *s = &told;
    story_invent(s, &random);
    objects o = story_begin(s);
    for (int n = 1; n <= STEPS; n += 1 + (int)(check_random(&random) % 70)) {
      story_tell(s, &o, n);
      for (int i = 0; i < 6; i++) {
        slo_budget_config c = SLO_SIZED(slo_budget_config);
        int from, to = n, asked, reached;
        c.method = s->slice == 0 ? 0 : (uint32_t)(check_random(&random) % 3);
        c.objective_ppb = i % 2 ? 1 + check_random(&random) % (PPB - 1) : 990000000;
        c.ledger = i % 3 == 2 ? NULL : o.ledger;
        c.sli = SLI;
        if (i < 3) {
          int span = 1 + (int)(check_random(&random) % STEPS);
          c.period_ns = span * STEP;
          from = model_rolling_from(s, span, &reached);
          asked = span;
        } else { /* also one that began before the history, or ends after it */
          int start = (int)(check_random(&random) % STEPS) - 20;
          int end = start + 1 + (int)(check_random(&random) % STEPS);
          c.start_ns = BEGIN + start * STEP;
          c.end_ns = BEGIN + end * STEP;
          if (start > n) {
            slo_budget b = SLO_SIZED(slo_budget);
            check_that(slo_budget_read(o.window, &c, &b) == SLO_ERANGE, "a period to come");
            continue;
          }
          if (end <= 0) continue;
          to = end < n ? end : n;
          from = start < 0 ? 0 : start;
          reached = start >= 0;
          asked = to - start;
        }
        check_budget(s, &o, &c, seed, from, to, asked * STEP, !reached);
        check_burndown(s, &o, &c, seed, from, to);
        check_cost(s, &o, &c, seed, from, to);
        methods[c.method]++;
        policies[s->policy]++;
        corrected += model_sum(s, from, to, c.ledger != NULL).corrections != 0;
      }
    }
    story_end(&o);
  }
  for (int i = 0; i < 3; i++) ck_assert_uint_gt(methods[i], 1000); /* or nothing was tested */
  for (int i = 0; i < 4; i++) ck_assert_uint_gt(policies[i], 1000);
  ck_assert_uint_gt(corrected, 1000);
}
END_TEST

/* Everything from step `from` on is alike, and measured. */
static void story_steady(story *s, int from, uint64_t *random) {
  slo_counts each = {check_random(random) % 1000, check_random(random) % 30, 0};
  if (check_random(random) % 5 == 0) each.bad = 0;
  if (each.good + each.bad == 0) each.good = 1;
  for (int i = from; i < STEPS; i++) {
    s->steps[i].counts = each;
    s->steps[i].measured = 1;
  }
  for (int e = 0; e < s->entries; e++) {
    if (s->entry[e].to > from) s->entry[e].to = from;
    if (s->entry[e].from < from) continue;
    s->entry[e].from = from - 1;
  }
}

/* When all of a calendar period's budget is gone: within the step that ends there. */
static void check_exhaustion(const story *s, const slo_budget_config *c, const units *u,
                             const slo_counts *each, const slo_forecast *f) {
  int left = (int)((c->end_ns - BEGIN) / STEP) - s->n, step = 0;
  if (left < 0) left = 0;
  wide valid = u->judged_good + u->judged_bad + (wide)(each->good + each->bad) * (unsigned)left;
  wide allowed = valid * (PPB - c->objective_ppb), bad = (wide)u->judged_bad * PPB;
  while (step <= left && bad + (wide)each->bad * PPB * (unsigned)step < allowed) step++;
  if (step > left) {
    check_that(f->exhaustion_ns == INT64_MAX, "it lasts, not %" PRId64, f->exhaustion_ns);
    return;
  }
  check_that(
      f->exhaustion_ns <= step * STEP && (step == 0 || f->exhaustion_ns >= (step - 1) * STEP),
      "gone in step %d, not after %" PRId64, step, f->exhaustion_ns);
}

/* What the forecast says of the readings it looked back on. */
static void check_lookback(const story *s, const slo_budget_config *c, uint64_t seed, int lookback,
                           const slo_forecast *f) {
  int reached, from = model_rolling_from(s, lookback, &reached);
  const sums m = model_sum(s, from, s->n, 1);
  check_that(
      f->method == c->method && f->flags == (reached ? 0 : SLO_DELTA_SHORT) && f->reserved == 0,
      "seed %" PRIu64 ": method %" PRIu32 ", flags %" PRIu32, seed, f->method, f->flags);
  check_that(f->lookback_from_ns == BEGIN + from * STEP &&
                 f->lookback_to_ns == BEGIN + s->n * STEP && f->lookback_measured_ns == m.measured,
             "seed %" PRIu64 ": another lookback, %" PRId64 " of it measured", seed,
             f->lookback_measured_ns);
  check_that(f->corrections == m.corrections, "seed %" PRIu64 ": %" PRIu32 " corrections", seed,
             f->corrections);
}

/* A forecast, and what then comes when everything goes on as it did. */
START_TEST(test_forecast_comes_true) {
  uint64_t rolling = 0, violations = 0, exhausted = 0;
  for (uint64_t seed = 0; seed < 6000; seed++) {
    uint64_t random = seed;
    story told, *s = &told;
    story_invent(s, &random);
    int align = s->slice == 0 ? 1 : s->slice;
    int lookback = align * (1 + (int)(check_random(&random) % 6));
    int n = (lookback + align + (int)(check_random(&random) % 120)) / align * align + align;
    story_steady(s, n - lookback - align, &random); /* a slice more: the first is whole, too */
    if (s->policy == SLO_UNMEASURED_BAD || s->policy == SLO_UNMEASURED_GOOD) {
      for (int i = 0; i < n; i++) s->steps[i].measured = 1; /* else the rate is a guess */
    }
    objects o = story_begin(s);
    story_tell(s, &o, n);
    slo_budget_config c = SLO_SIZED(slo_budget_config);
    slo_forecast f = SLO_SIZED(slo_forecast);
    slo_budget b = SLO_SIZED(slo_budget);
    int horizon = align * (int)(check_random(&random) % 12), from, reached;
    c.method = s->slice == 0 ? 0 : (uint32_t)(check_random(&random) % 3);
    c.objective_ppb = 900000000 + check_random(&random) % 99999999;
    c.ledger = o.ledger;
    c.sli = SLI;
    if (check_random(&random) % 2) {
      int span = align * (1 + (int)(check_random(&random) % 100));
      c.period_ns = span * STEP;
      from = model_rolling_from(s, span, &reached);
    } else {
      from = (int)(check_random(&random) % (uint64_t)n);
      c.start_ns = BEGIN + from * STEP;
      c.end_ns = c.start_ns + align * (1 + (int)(check_random(&random) % STEPS)) * STEP;
    }
    int to = c.period_ns != 0 || c.end_ns > BEGIN + n * STEP ? n : (int)((c.end_ns - BEGIN) / STEP);
    const sums m = model_sum(s, from, to, 1);
    const units u = model_units(s, &m, c.method);
    slo_status status = slo_budget_forecast(o.window, &c, lookback * STEP, horizon * STEP, &f);
    if (u.judged_good + u.judged_bad == 0) {
      check_that(status == SLO_ENODATA, "status %d", status);
      story_end(&o);
      continue;
    }
    check_that(status == SLO_OK, "seed %" PRIu64 ": status %d", seed, status);

    /* the burn is that of each step, and what it means for a full budget */
    const slo_counts *each = &s->steps[n - 1].counts;
    const uint64_t valid = each->good + each->bad;
    uint64_t burn = (uint64_t)(1000000 - model_remaining(each->bad, valid, c.objective_ppb));
    int64_t ns = INT64_MAX, remaining = model_remaining(u.judged_bad, u.judged_good + u.judged_bad,
                                                        c.objective_ppb);
    if (c.method == SLO_METHOD_TIMESLICES) {
      int bad = (wide)each->good * PPB < (wide)s->slice_objective * valid;
      burn = (uint64_t)(1000000 - model_remaining((uint64_t)bad, 1, c.objective_ppb));
    } else if (c.method == SLO_METHOD_RATIO_TIMESLICES) {
      burn = (uint64_t)(1000000 - model_remaining(model_ratio(each->bad * (uint64_t)s->slice,
                                                              valid * (uint64_t)s->slice),
                                                  SLO_SLICE_RATIO_ONE, c.objective_ppb));
    }
    check_that(f.burn_ppm == burn, "seed %" PRIu64 ": burn %" PRIu64, seed, f.burn_ppm);
    int64_t period = c.period_ns != 0 ? c.period_ns : c.end_ns - c.start_ns;
    if (slo_burn_exhaustion(1000000, burn, period, &ns) != SLO_OK) ns = INT64_MAX;
    check_that(f.from_full_ns == ns, "from full");
    if (c.period_ns != 0) {
      if (slo_burn_exhaustion(remaining, burn, period, &ns) != SLO_OK) ns = INT64_MAX;
      check_that(f.exhaustion_ns == ns, "exhaustion");
      rolling++;
    } else if (c.method == SLO_METHOD_OCCURRENCES) {
      check_exhaustion(s, &c, &u, each, &f);
      exhausted += f.exhaustion_ns != INT64_MAX;
    }

    /* and then it comes */
    int ahead = horizon;
    if (c.period_ns == 0 && BEGIN + (n + ahead) * STEP > c.end_ns) {
      ahead = c.end_ns > BEGIN + n * STEP ? (int)((c.end_ns - BEGIN) / STEP) - n : 0;
    }
    check_that(f.horizon_ns == ahead * STEP, "seed %" PRIu64 ": horizon", seed);
    check_lookback(s, &c, seed, lookback, &f);
    if (n + ahead <= STEPS && ahead % align == 0) {
      story_tell(s, &o, n + ahead);
      check_ok(slo_budget_read(o.window, &c, &b));
      check_that(f.remaining_ppm == b.remaining_ppm,
                 "seed %" PRIu64 ": %" PRId64 " was forecast, %" PRId64 " it is", seed,
                 f.remaining_ppm, b.remaining_ppm);
      int over = (wide)b.bad * PPB > (wide)(PPB - c.objective_ppb) * b.valid;
      check_that(f.violated == (uint32_t)over, "seed %" PRIu64 ": violated", seed);
      violations += (uint64_t)over;
    }
    story_end(&o);
  }
  ck_assert_uint_gt(rolling, 1000);
  ck_assert_uint_gt(violations, 500);
  ck_assert_uint_gt(exhausted, 200);
}
END_TEST

CHECK_MAIN("budget model", tcase_add_test(tc, test_against_the_model);
           tcase_add_test(tc, test_forecast_comes_true);)

#endif
