/*
 * test_ledger.c - corrections against a walk from one half second to the next.
 *
 * The model gives each cell of time to the correction that goes before all others there, and each
 * reading what its cell is given to; what is corrected is the sum over readings.
 */
#include <pthread.h>

#include "base/atomic.h"
#include "base/block.h"
#include "check_main.h"
#include "judge/ledger.h"
#include "slo/ledger.h"

#define SEC SLO_SECOND_NS
#define CELL (SEC / 2)

__extension__ typedef unsigned __int128 wide;

static slo_ledger *ledger_of(uint32_t entries) {
  slo_ledger *l;
  ck_ok(slo_ledger_create(entries, NULL, &l, NULL));
  return l;
}

static slo_correction correction_of(uint32_t kind, int64_t from, int64_t to, uint32_t sli) {
  slo_correction c = SLO_SIZED(slo_correction);
  c.kind = kind;
  c.from_ns = from;
  c.to_ns = to;
  c.sli = sli;
  strcpy(c.reason, "why");
  return c;
}

static uint32_t correct(slo_ledger *l, uint32_t kind, int64_t from, int64_t to, uint32_t sli) {
  slo_correction c = correction_of(kind, from, to, sli);
  uint32_t sequence = UINT32_MAX;
  ck_ok(slo_ledger_append(l, &c, &sequence, NULL));
  return sequence;
}

static slo_correction void_of(uint32_t sequence) {
  slo_correction c = correction_of(SLO_CORRECT_VOID, 0, 0, 0);
  c.voids = sequence;
  return c;
}

static slo_window *window_of(uint32_t policy, int64_t slice_ns) {
  static const slo_window_tier tiers[] = {{CELL, 400 * SEC}};
  slo_window_config config = SLO_SIZED(slo_window_config);
  slo_window *w;
  config.tiers = tiers;
  config.tier_count = 1;
  config.gap_ns = 2 * SEC;
  config.unmeasured = policy;
  config.slice_ns = slice_ns;
  config.slice_objective_ppb = slice_ns != 0 ? 900000000 : 0;
  ck_ok(slo_window_create(&config, NULL, &w, NULL));
  return w;
}

/* ---- the model ---- */

enum { CELLS = 200, ENTRIES = 24, SLI = 3, OTHER = 2, NOBODY = -1 };

static const int64_t begin_ns = 1000 * SEC;

/* What lies between two readings. */
typedef struct model_step {
  int64_t from, to;
  slo_counts counts;
  slo_slices slices;
  int measured;
} model_step;

typedef struct model {
  model_step step[CELLS];
  size_t steps;
  slo_correction entry[ENTRIES];
  uint32_t is_void[ENTRIES];
  uint32_t entries;
  int64_t slice_ns;
  uint32_t policy;
} model;

static int64_t model_moment(uint64_t *random) {
  if (check_random(random) % 24 == 0) return 0;
  if (check_random(random) % 24 == 0) return SLO_TIME_MAX_NS - 1;
  return begin_ns + ((int64_t)(check_random(random) % (CELLS + 20)) - 10) * CELL;
}

static void model_fill(model *m, slo_window *w, uint64_t *random) {
  slo_counts total = {5, 5, 5};
  int64_t at = begin_ns;
  ck_ok(slo_window_push(w, at, &total, 0));
  slo_counts open = total; /* the slice */
  while (at < begin_ns + (CELLS - 8) * CELL) {
    model_step *s = &m->step[m->steps++];
    int64_t cells = check_random(random) % 4 == 0 ? (int64_t)(check_random(random) % 7) : 0;
    memset(s, 0, sizeof *s);
    s->from = at;
    s->to = at += (1 + cells) * CELL;
    s->counts.good = check_random(random) % 20;
    s->counts.bad = check_random(random) % 3 == 0 ? check_random(random) % 5 : 0;
    s->counts.excluded = check_random(random) % 3;
    s->measured = check_random(random) % 5 != 0;
    total.good += s->counts.good;
    total.bad += s->counts.bad;
    total.excluded += s->counts.excluded;
    ck_ok(slo_window_push(w, at, &total, s->measured ? 0 : SLO_PUSH_UNMEASURED));
    if (m->slice_ns == 0 || s->to / m->slice_ns == s->from / m->slice_ns) continue;
    uint64_t good = total.good - open.good, bad = total.bad - open.bad;
    open = total; /* a slice is longer than a step: one has ended */
    if (good + bad == 0) continue;
    s->slices.good = good * 10 >= (good + bad) * 9;
    s->slices.bad = 1 - s->slices.good;
    s->slices.ratio_sum = (bad * 200000000000 / (good + bad) + 1) / 2;
  }
}

static void model_append(model *m, slo_ledger *l, uint64_t *random) {
  slo_correction c;
  uint32_t sequence = 99;
  if (m->entries != 0 && check_random(random) % 6 == 0) {
    uint32_t victim = (uint32_t)(check_random(random) % m->entries);
    c = void_of(victim);
    if (m->is_void[victim] || m->entry[victim].kind == SLO_CORRECT_VOID) {
      ck_assert_int_eq(slo_ledger_append(l, &c, NULL, NULL), SLO_EINVAL);
      return;
    }
    m->is_void[victim] = 1;
  } else {
    int64_t a = model_moment(random), b = model_moment(random);
    if (check_random(random) % 3 == 0) b = a + 6 * CELL;
    if (m->entries != 0 && check_random(random) % 3 == 0) { /* identical, or adjacent */
      const slo_correction *like = &m->entry[check_random(random) % m->entries];
      a = check_random(random) % 2 ? like->from_ns : like->to_ns;
      if (a == like->from_ns && check_random(random) % 2) b = like->to_ns;
    }
    if (b > SLO_TIME_MAX_NS) b = SLO_TIME_MAX_NS;
    if (a == b) a = b - CELL;
    if (a > b) {
      int64_t t = a;
      a = b;
      b = t;
    }
    if (a < 0 || a == b) return;
    c = correction_of((uint32_t)check_random(random) % 2, a, b, SLI);
    if (check_random(random) % 4 == 0) c.sli = SLO_LEDGER_ALL;
    if (check_random(random) % 4 == 0) c.sli = OTHER;
  }
  ck_ok(slo_ledger_append(l, &c, &sequence, NULL));
  ck_assert_uint_eq(sequence, m->entries);
  m->entry[m->entries++] = c;
}

static int model_acts(const model *m, uint32_t i, uint32_t sli) {
  const slo_correction *c = &m->entry[i];
  return c->kind != SLO_CORRECT_VOID && !m->is_void[i] &&
         (c->sli == sli || c->sli == SLO_LEDGER_ALL);
}

/* Which correction the time just before `moment` belongs to. */
static int model_owner(const model *m, int64_t moment, uint32_t sli) {
  for (uint32_t kind = SLO_CORRECT_REMOVE; kind <= SLO_CORRECT_GOOD; kind++) {
    for (uint32_t i = 0; i < m->entries; i++) {
      const slo_correction *c = &m->entry[i];
      if (c->kind == kind && model_acts(m, i, sli) && c->from_ns < moment && moment <= c->to_ns) {
        return (int)i;
      }
    }
  }
  return NOBODY;
}

static int64_t model_reading(const model *m, int64_t moment) {
  int64_t at = begin_ns;
  for (size_t i = 0; i < m->steps; i++) {
    if (m->step[i].to <= moment) at = m->step[i].to;
  }
  return at;
}

/* What correcting makes of a delta, and how many corrections take part. */
static slo_delta model_correct(const model *m, slo_delta d, uint32_t sli, uint32_t *touched) {
  int seen[ENTRIES] = {0};
  *touched = 0;
  for (int64_t t = d.from_ns + CELL; t <= d.to_ns; t += CELL) {
    int owner = model_owner(m, t, sli);
    if (owner != NOBODY && !seen[owner]) {
      seen[owner] = 1;
      ++*touched;
    }
  }
  for (size_t i = 0; i < m->steps; i++) {
    const model_step *s = &m->step[i];
    int owner = model_owner(m, s->to, sli);
    if (owner == NOBODY || s->from < d.from_ns || s->to > d.to_ns) continue;
    int removed = m->entry[owner].kind == SLO_CORRECT_REMOVE;
    int64_t span = s->to - s->from;
    d.slices.ratio_sum -= s->slices.ratio_sum;
    d.slices.bad -= s->slices.bad;
    d.counts.bad -= s->counts.bad;
    if (!s->measured && m->policy != SLO_UNMEASURED_FREEZE) {
      d.unmeasured_ns -= span;
      d.corrected_ns += span;
    }
    if (removed) {
      d.slices.good -= s->slices.good;
      d.counts.good -= s->counts.good;
      d.counts.excluded -= s->counts.excluded;
      if (s->measured) {
        d.measured_ns -= span;
        d.covered_ns -= span < d.covered_ns ? span : d.covered_ns;
        d.unresolved_ns -= span > 2 * SEC ? span : 0;
        d.corrected_ns += span;
      } else if (m->policy == SLO_UNMEASURED_FREEZE) {
        d.frozen_ns -= span;
        d.corrected_ns += span;
      }
    } else {
      d.slices.good += s->slices.bad;
      d.counts.good += s->counts.bad;
    }
  }
  uint64_t valid = d.counts.good + d.counts.bad;
  d.unseen = 0;
  if (d.unmeasured_ns != 0) {
    d.unseen = valid != 0 ? valid : 1;
    if (d.measured_ns != 0) {
      d.unseen =
          (uint64_t)(((wide)valid * (uint64_t)d.unmeasured_ns + (uint64_t)d.measured_ns - 1) /
                     (uint64_t)d.measured_ns);
      if (d.unseen == 0) d.unseen = 1;
    }
  }
  d.judged = d.counts;
  if (m->policy == SLO_UNMEASURED_BAD) d.judged.bad += d.unseen;
  if (m->policy == SLO_UNMEASURED_GOOD) d.judged.good += d.unseen;
  d.unseen_slices = m->slice_ns != 0 ? (uint64_t)(d.unmeasured_ns / m->slice_ns) : 0;
  return d;
}

static slo_status model_effect(const model *m, uint32_t sequence, uint32_t sli, const slo_delta *d,
                               slo_correction_effect *e) {
  memset(e, 0, sizeof *e);
  e->struct_size = (uint32_t)sizeof *e;
  e->sequence = sequence;
  e->kind = m->entry[sequence].kind;
  int before = 0;
  for (int64_t t = d->from_ns + CELL; t <= d->to_ns; t += CELL) {
    int mine = model_owner(m, t, sli) == (int)sequence;
    if (mine && !before && e->pieces++ == 0) e->from_ns = model_reading(m, t - CELL);
    if (mine) e->to_ns = model_reading(m, t);
    before = mine;
  }
  for (size_t i = 0; i < m->steps; i++) {
    const model_step *s = &m->step[i];
    if (s->from < d->from_ns || s->to > d->to_ns) continue;
    if (model_owner(m, s->to, sli) != (int)sequence) continue;
    e->corrected_ns += s->to - s->from;
    e->counts.good += s->counts.good;
    e->counts.bad += s->counts.bad;
    e->counts.excluded += s->counts.excluded;
    e->slices.good += s->slices.good;
    e->slices.bad += s->slices.bad;
    e->slices.ratio_sum += s->slices.ratio_sum;
  }
  return e->pieces != 0 ? SLO_OK : SLO_ENODATA;
}

static void model_check_delta(const model *m, const slo_ledger *l, const slo_window *w,
                              uint32_t sli, int64_t from, int64_t to) {
  slo_delta d = SLO_SIZED(slo_delta), corrected, expected;
  uint32_t count = 99, touched;
  check_ok(slo_window_delta(w, from, to, &d));
  corrected = d;
  expected = model_correct(m, d, sli, &touched);
  check_ok(slo_ledger_correct(l, sli, w, &corrected, &count));
  check_that(memcmp(&corrected, &expected, sizeof expected) == 0,
             "(%" PRId64 ", %" PRId64 "] of %" PRIu32 ": %" PRIu64 " good, %" PRIu64
             " bad instead of %" PRIu64 ", %" PRIu64 "; %" PRId64 " corrected, not %" PRId64,
             d.from_ns, d.to_ns, sli, corrected.counts.good, corrected.counts.bad,
             expected.counts.good, expected.counts.bad, corrected.corrected_ns,
             expected.corrected_ns);
  int any = 0;
  for (uint32_t i = 0; i < m->entries; i++) {
    any |= model_acts(m, i, sli) && m->entry[i].from_ns < d.to_ns && m->entry[i].to_ns > d.from_ns;
  }
  check_that(sloi_ledger_any(l, sli, d.from_ns, d.to_ns) == any, "any");
  check_that(count == touched, "%" PRIu32 " corrections, not %" PRIu32, count, touched);
  check_that(d.to_ns - d.from_ns == corrected.measured_ns + corrected.unmeasured_ns +
                                        corrected.frozen_ns + corrected.corrected_ns,
             "time is lost");
  for (uint32_t i = 0; i < m->entries; i++) {
    slo_correction_effect e = SLO_SIZED(slo_correction_effect), should;
    slo_status status = slo_ledger_effect(l, i, sli, w, &d, &e);
    slo_status wanted = model_effect(m, i, sli, &d, &should);
    check_that(status == wanted, "effect of %" PRIu32 ": %d, not %d", i, status, wanted);
    check_that(status != SLO_OK || memcmp(&e, &should, sizeof e) == 0,
               "effect of %" PRIu32 ": %" PRIu32 " pieces, (%" PRId64 ", %" PRId64
               "] instead of %" PRIu32 ", (%" PRId64 ", %" PRId64 "]",
               i, e.pieces, e.from_ns, e.to_ns, should.pieces, should.from_ns, should.to_ns);
  }
}

static void model_check_edges(const model *m, const slo_ledger *l, uint32_t sli, int64_t after) {
  int64_t next = INT64_MAX, edge = -7;
  for (uint32_t i = 0; i < m->entries; i++) {
    if (!model_acts(m, i, sli)) continue;
    if (m->entry[i].from_ns > after && m->entry[i].from_ns < next) next = m->entry[i].from_ns;
    if (m->entry[i].to_ns > after && m->entry[i].to_ns < next) next = m->entry[i].to_ns;
  }
  slo_status status = slo_ledger_edge(l, sli, after, &edge);
  check_that(status == (next == INT64_MAX ? SLO_ENODATA : SLO_OK), "edge: %d", status);
  check_that(edge == (next == INT64_MAX ? -7 : next), "edge: %" PRId64 " after %" PRId64, edge,
             after);
}

static void model_check(const model *m, const slo_ledger *l, const slo_window *w,
                        uint64_t *random) {
  static const uint32_t slis[] = {SLI, OTHER, 0, SLO_LEDGER_ALL};
  int64_t end = m->step[m->steps - 1].to;
  for (int i = 0; i < 10; i++) {
    int64_t a = i < 2 ? begin_ns : m->step[check_random(random) % m->steps].from;
    int64_t b = i < 4 ? end : m->step[check_random(random) % m->steps].to;
    model_check_delta(m, l, w, slis[i % 8 < 5 ? 0 : i % 4], a < b ? a : b, a < b ? b : a);
    model_check_edges(m, l, slis[i % 4], model_moment(random) - i % 2);
  }
  model_check_edges(m, l, SLI, -1);
  model_check_edges(m, l, SLI, INT64_MIN);
  model_check_edges(m, l, SLI, INT64_MAX);
  ck_assert_uint_eq(slo_ledger_count(l), m->entries);
  for (uint32_t i = 0; i < m->entries; i++) {
    slo_correction c = SLO_SIZED(slo_correction);
    uint32_t is_void = 9;
    ck_ok(slo_ledger_read(l, i, &c, &is_void));
    check_that(memcmp(&c, &m->entry[i], sizeof c) == 0, "entry %" PRIu32, i);
    check_that(is_void == m->is_void[i], "void %" PRIu32, i);
  }
}

START_TEST(test_random) {
  static model m;
  uint64_t random = 3;
  for (uint32_t round = 0; round < 160; round++) {
    memset(&m, 0, sizeof m);
    m.policy = round % 4;
    m.slice_ns = round / 4 % 2 ? 10 * SEC : 0;
    slo_window *w = window_of(m.policy, m.slice_ns);
    slo_ledger *l = ledger_of(ENTRIES);
    model_fill(&m, w, &random);
    model_check(&m, l, w, &random);
    uint32_t entries = (uint32_t)(1 + check_random(&random) % ENTRIES);
    while (m.entries < entries) {
      model_append(&m, l, &random);
      if (check_random(&random) % 4 == 0) model_check(&m, l, w, &random);
    }
    model_check(&m, l, w, &random);
    slo_ledger_destroy(l);
    slo_window_destroy(w);
  }
}
END_TEST

/* ---- particular corrections ---- */

static slo_window *week_with_an_hour_down(void) {
  static const slo_window_tier tiers[] = {{SLO_HOUR_NS, 8 * SLO_DAY_NS}};
  slo_window_config config = SLO_SIZED(slo_window_config);
  slo_window *w;
  config.tiers = tiers;
  config.tier_count = 1;
  ck_ok(slo_window_create(&config, NULL, &w, NULL));
  slo_counts total = {0, 0, 0};
  for (int64_t hour = 0; hour <= 7 * 24; hour++) {
    ck_ok(slo_window_push(w, hour * SLO_HOUR_NS, &total, 0));
    *(hour == 100 ? &total.bad : &total.good) += 60;
  }
  return w;
}

/* One hour down in a week: less a day of REMOVE, with a day of GOOD. */
START_TEST(test_the_two_kinds_differ) {
  static const uint64_t of[] = {144, 168};
  for (uint32_t kind = SLO_CORRECT_REMOVE; kind <= SLO_CORRECT_GOOD; kind++) {
    slo_window *w = week_with_an_hour_down();
    slo_ledger *l = ledger_of(2);
    slo_delta d = SLO_SIZED(slo_delta);
    int64_t week = 7 * SLO_DAY_NS;
    (void)correct(l, kind, SLO_DAY_NS, 2 * SLO_DAY_NS, SLO_LEDGER_ALL);
    ck_ok(slo_window_read(w, &week, 1, &d));
    ck_ok(slo_ledger_correct(l, 0, w, &d, NULL));
    ck_assert_uint_eq(d.judged.bad * of[kind], d.judged.good + d.judged.bad);
    ck_assert_int_eq(d.corrected_ns, kind == SLO_CORRECT_REMOVE ? SLO_DAY_NS : 0);
    ck_assert_int_eq(d.covered_ns, week - d.corrected_ns);
    (void)correct(l, kind, 99 * SLO_HOUR_NS, 102 * SLO_HOUR_NS, 0); /* the outage too */
    ck_ok(slo_window_read(w, &week, 1, &d));
    ck_ok(slo_ledger_correct(l, 0, w, &d, NULL));
    ck_assert_uint_eq(d.judged.bad, 0);
    slo_ledger_destroy(l);
    slo_window_destroy(w);
  }
}
END_TEST

/* A delta that is older than what the window says now loses no more than it has. */
START_TEST(test_older_delta) {
  slo_window *w = window_of(SLO_UNMEASURED_BAD, 10 * SEC);
  slo_counts total = {0, 0, 0};
  slo_delta d = SLO_SIZED(slo_delta);
  ck_ok(slo_window_push(w, begin_ns, &total, 0));
  total = (slo_counts){3, 2, 1};
  ck_ok(slo_window_push(w, begin_ns + SEC, &total, 0));
  ck_ok(slo_window_delta(w, begin_ns, begin_ns + SEC, &d));
  total = (slo_counts){30, 20, 10};
  ck_ok(slo_window_push(w, begin_ns + SEC, &total, 0)); /* brought up to date */
  for (uint32_t kind = SLO_CORRECT_REMOVE; kind <= SLO_CORRECT_GOOD; kind++) {
    slo_ledger *l = ledger_of(1);
    slo_delta c = d;
    (void)correct(l, kind, 0, SLO_TIME_MAX_NS, 0);
    ck_ok(slo_ledger_correct(l, 0, w, &c, NULL));
    ck_assert_uint_eq(c.counts.good, kind == SLO_CORRECT_REMOVE ? 0 : 5);
    ck_assert_uint_eq(c.counts.bad, 0);
    ck_assert_uint_eq(c.counts.excluded, kind == SLO_CORRECT_REMOVE ? 0 : 1);
    slo_ledger_destroy(l);
  }
  /* nor more time, so that what there is stays the span */
  slo_ledger *l = ledger_of(1);
  (void)correct(l, SLO_CORRECT_REMOVE, 0, SLO_TIME_MAX_NS, 0);
  d.measured_ns -= SEC / 4;
  d.frozen_ns += SEC / 4;
  ck_ok(slo_ledger_correct(l, 0, w, &d, NULL));
  ck_assert_int_eq(d.measured_ns, 0);
  ck_assert_int_eq(d.corrected_ns + d.frozen_ns, SEC);
  slo_ledger_destroy(l);
  slo_window_destroy(w);
}
END_TEST

/* Edges between readings snap to those before them, and neighbours share one. */
START_TEST(test_snapping) {
  slo_window *w = window_of(SLO_UNMEASURED_IGNORE, 0);
  slo_ledger *l = ledger_of(2);
  slo_correction_effect e = SLO_SIZED(slo_correction_effect);
  slo_delta d = SLO_SIZED(slo_delta);
  slo_counts total = {0, 0, 0};
  for (int64_t t = 0; t <= 10; t++) {
    ck_ok(slo_window_push(w, begin_ns + t * 10 * SEC, &total, 0));
    total.bad += UINT64_C(1) << t;
  }
  (void)correct(l, SLO_CORRECT_REMOVE, begin_ns + 15 * SEC, begin_ns + 45 * SEC, 0);
  (void)correct(l, SLO_CORRECT_REMOVE, begin_ns + 45 * SEC, begin_ns + 45 * SEC + 1, 0);
  ck_ok(slo_window_delta(w, begin_ns, begin_ns + 100 * SEC, &d));
  ck_ok(slo_ledger_effect(l, 0, 0, w, &d, &e));
  ck_assert_int_eq(e.from_ns, begin_ns + 10 * SEC);
  ck_assert_int_eq(e.to_ns, begin_ns + 40 * SEC);
  ck_assert_int_eq(e.corrected_ns, 30 * SEC);
  ck_assert_uint_eq(e.counts.bad, 2 + 4 + 8);
  ck_ok(slo_ledger_effect(l, 1, 0, w, &d, &e)); /* has no reading of its own */
  ck_assert_uint_eq(e.pieces, 1);
  ck_assert_int_eq(e.corrected_ns, 0);
  ck_assert_uint_eq(e.counts.bad, 0);
  slo_ledger_destroy(l);
  slo_window_destroy(w);
}
END_TEST

/* ---- arguments ---- */

static void refused(slo_ledger *l, const slo_correction *c, slo_status expected, const char *field,
                    int64_t value) {
  slo_error error = SLO_SIZED(slo_error);
  uint32_t sequence = 4711, count = slo_ledger_count(l);
  ck_assert_int_eq(slo_ledger_append(l, c, &sequence, &error), expected);
  ck_assert_int_eq(error.status, expected);
  ck_assert_str_eq(error.field, field);
  ck_assert_int_eq(error.value, value);
  if (expected == SLO_ERANGE) ck_assert(value < error.min || value > error.max);
  ck_assert_uint_eq(sequence, 4711);
  ck_assert_uint_eq(slo_ledger_count(l), count);
  ck_assert_int_eq(slo_ledger_append(l, c, NULL, NULL), expected);
}

START_TEST(test_append_errors) {
  slo_ledger *l = ledger_of(8);
  slo_correction good = correction_of(SLO_CORRECT_GOOD, 5, 9, 1), c;
  refused(NULL, &good, SLO_EINVAL, "ledger (NULL)", 0);
  refused(l, NULL, SLO_EINVAL, "correction (NULL)", 0);
  c = good, c.kind = 3;
  refused(l, &c, SLO_ERANGE, "kind", 3);
  c = good, c.made_ns = -1;
  refused(l, &c, SLO_ERANGE, "made_ns", -1);
  c = good, c.made_ns = SLO_TIME_MAX_NS + 1;
  refused(l, &c, SLO_ERANGE, "made_ns", SLO_TIME_MAX_NS + 1);
  c = good, c.from_ns = -1;
  refused(l, &c, SLO_ERANGE, "from_ns", -1);
  c = good, c.from_ns = SLO_TIME_MAX_NS;
  refused(l, &c, SLO_ERANGE, "from_ns", SLO_TIME_MAX_NS);
  c = good, c.to_ns = 5;
  refused(l, &c, SLO_ERANGE, "to_ns", 5);
  c = good, c.to_ns = INT64_MIN;
  refused(l, &c, SLO_ERANGE, "to_ns", INT64_MIN);
  c = good, c.to_ns = SLO_TIME_MAX_NS + 1;
  refused(l, &c, SLO_ERANGE, "to_ns", SLO_TIME_MAX_NS + 1);
  c = good, c.voids = 1;
  refused(l, &c, SLO_ERANGE, "voids (of no VOID)", 1);
  c = good, c.reason[0] = '\0';
  refused(l, &c, SLO_ERANGE, "reason (bytes)", 0);
  c = good, memset(c.reason, 'x', sizeof c.reason); /* 64, and no end */
  refused(l, &c, SLO_ERANGE, "reason (bytes)", 64);
  c = void_of(0);
  refused(l, &c, SLO_ERANGE, "voids", 0); /* there is none yet */
  ck_assert_uint_eq(slo_ledger_count(l), 0);

  c = good, c.from_ns = 0, c.to_ns = 1; /* all at their ends */
  ck_ok(slo_ledger_append(l, &c, NULL, NULL));
  c.from_ns = SLO_TIME_MAX_NS - 1, c.to_ns = c.made_ns = SLO_TIME_MAX_NS;
  memset(c.reason, 'x', SLO_LEDGER_REASON_MAX);
  ck_ok(slo_ledger_append(l, &c, NULL, NULL));
  slo_correction read = SLO_SIZED(slo_correction);
  ck_ok(slo_ledger_read(l, 1, &read, NULL));
  ck_assert_mem_eq(&read, &c, sizeof c);
  c = void_of(2);
  refused(l, &c, SLO_ERANGE, "voids", 2);
  c = void_of(0), c.from_ns = 1;
  refused(l, &c, SLO_ERANGE, "from_ns (of a VOID)", 1);
  c = void_of(0), c.to_ns = 1;
  refused(l, &c, SLO_ERANGE, "to_ns (of a VOID)", 1);
  c = void_of(0), c.sli = 1;
  refused(l, &c, SLO_ERANGE, "sli (of a VOID)", 1);
  c = void_of(0), c.reason[0] = '\0';
  refused(l, &c, SLO_ERANGE, "reason (bytes)", 0);
  c = void_of(0), c.made_ns = 7;
  ck_ok(slo_ledger_append(l, &c, NULL, NULL));
  c = void_of(0);
  refused(l, &c, SLO_EINVAL, "voids (void already)", 0);
  c = void_of(2);
  refused(l, &c, SLO_EINVAL, "voids (a VOID)", 2);
  slo_ledger_destroy(l);
}
END_TEST

START_TEST(test_full) {
  slo_ledger *l = ledger_of(2);
  (void)correct(l, SLO_CORRECT_GOOD, 1, 2, 0);
  (void)correct(l, SLO_CORRECT_GOOD, 2, 3, 0);
  slo_correction c = correction_of(SLO_CORRECT_GOOD, 3, 4, 0);
  refused(l, &c, SLO_ESPACE, "entries", 2);
  c = void_of(0);
  refused(l, &c, SLO_ESPACE, "entries", 2);
  uint32_t is_void = 9;
  ck_ok(slo_ledger_read(l, 0, &c, &is_void));
  ck_assert_uint_eq(is_void, 0);
  slo_ledger_destroy(l);
}
END_TEST

START_TEST(test_sizes_of_structs) {
  struct {
    slo_correction c;
    uint64_t more;
  } larger = {correction_of(SLO_CORRECT_REMOVE, 1, 2, 0), 0};
  slo_ledger *l = ledger_of(4);
  larger.c.struct_size = (uint32_t)sizeof larger;
  ck_ok(slo_ledger_append(l, &larger.c, NULL, NULL));
  larger.more = 1;
  ck_assert_int_eq(slo_ledger_append(l, &larger.c, NULL, NULL), SLO_EVERSION);
  larger.c.struct_size = 0;
  ck_assert_int_eq(slo_ledger_append(l, &larger.c, NULL, NULL), SLO_ERANGE);
  larger.c.struct_size = (uint32_t)offsetof(slo_correction, reason) + 4; /* "why" */
  ck_ok(slo_ledger_append(l, &larger.c, NULL, NULL));
  larger.c.struct_size -= 4; /* a reason is needed */
  ck_assert_int_eq(slo_ledger_append(l, &larger.c, NULL, NULL), SLO_ERANGE);
  slo_correction c = SLO_SIZED(slo_correction);
  memset(c.reason, 'y', sizeof c.reason);
  c.struct_size = (uint32_t)offsetof(slo_correction, reason) + 1;
  ck_ok(slo_ledger_read(l, 1, &c, NULL));
  ck_assert_int_eq(c.to_ns, 2);
  ck_assert_int_eq(c.reason[0], 'w');
  ck_assert_int_eq(c.reason[1], 'y');
  c.struct_size = 0;
  ck_assert_int_eq(slo_ledger_read(l, 1, &c, NULL), SLO_EINVAL);
  slo_ledger_destroy(l);
}
END_TEST

START_TEST(test_arguments) {
  slo_ledger *l = ledger_of(2), *other = NULL;
  slo_window *w = window_of(SLO_UNMEASURED_IGNORE, 0);
  slo_correction c = SLO_SIZED(slo_correction);
  slo_correction_effect e = SLO_SIZED(slo_correction_effect);
  slo_delta d = SLO_SIZED(slo_delta);
  slo_error error = SLO_SIZED(slo_error);
  slo_counts total = {1, 1, 1};
  size_t size = 7;
  int64_t edge;
  uint32_t n = 9;
  const uint32_t bad[] = {0, SLO_LEDGER_ENTRIES_MAX + 1, UINT32_MAX};
  for (int i = 0; i < 3; i++) {
    ck_assert_int_eq(slo_ledger_footprint(bad[i], &size, &error), SLO_ERANGE);
    ck_assert_str_eq(error.field, "entries");
    ck_assert_int_eq(error.value, bad[i]);
    ck_assert_int_eq(slo_ledger_create(bad[i], NULL, &other, NULL), SLO_ERANGE);
    ck_assert_int_eq(slo_ledger_init(l, 64, bad[i], &other, NULL), SLO_ERANGE);
  }
  ck_assert_uint_eq(size, 7);
  ck_ok(slo_ledger_footprint(SLO_LEDGER_ENTRIES_MAX, &size, NULL));
  ck_assert_uint_le(size, 128 * (size_t)SLO_LEDGER_ENTRIES_MAX + 128);
  ck_assert_int_eq(slo_ledger_footprint(1, NULL, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_ledger_create(1, NULL, NULL, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_ledger_init(NULL, 999, 1, &other, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_ledger_init(l, 999, 1, NULL, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_ledger_attach(NULL, 999, &other), SLO_EINVAL);
  ck_assert_ptr_null(other);
  ck_assert_uint_eq(slo_ledger_count(NULL), 0);
  ck_assert_int_eq(slo_ledger_read(NULL, 0, &c, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_ledger_read(l, 0, NULL, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_ledger_read(l, 0, &c, NULL), SLO_ERANGE);
  ck_assert_int_eq(slo_ledger_edge(NULL, 0, 0, &edge), SLO_EINVAL);
  ck_assert_int_eq(slo_ledger_edge(l, 0, 0, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_ledger_edge(l, 0, 0, &edge), SLO_ENODATA);
  ck_ok(slo_window_push(w, begin_ns, &total, 0));
  ck_ok(slo_window_push(w, begin_ns + SEC, &total, 0));
  ck_ok(slo_window_delta(w, begin_ns, begin_ns + SEC, &d));
  slo_delta before = d;
  (void)correct(l, SLO_CORRECT_REMOVE, 0, SLO_TIME_MAX_NS, 0);
  slo_window *empty = window_of(SLO_UNMEASURED_IGNORE, 0);
  ck_assert_int_eq(slo_ledger_correct(l, 0, empty, &d, &n), SLO_ENODATA);
  ck_assert_int_eq(slo_ledger_effect(l, 0, 0, empty, &d, &e), SLO_ENODATA);
  slo_window_destroy(empty);
  ck_assert_mem_eq(&d, &before, sizeof d);
  ck_assert_int_eq(slo_ledger_correct(l, 0, NULL, &d, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_ledger_correct(l, 0, w, NULL, NULL), SLO_EINVAL);
  d.struct_size -= 8;
  ck_assert_int_eq(slo_ledger_correct(l, 0, w, &d, NULL), SLO_EVERSION);
  d.struct_size += 8;
  ck_ok(slo_ledger_correct(NULL, 0, w, &d, &n)); /* none */
  ck_assert_uint_eq(n, 0);
  ck_ok(slo_ledger_correct(l, 1, w, &d, &n)); /* none for this one */
  ck_assert_uint_eq(n, 0);
  ck_assert_mem_eq(&d, &before, sizeof d);
  ck_assert_int_eq(slo_ledger_effect(NULL, 0, 0, w, &d, &e), SLO_EINVAL);
  ck_assert_int_eq(slo_ledger_effect(l, 0, 0, NULL, &d, &e), SLO_EINVAL);
  ck_assert_int_eq(slo_ledger_effect(l, 0, 0, w, NULL, &e), SLO_EINVAL);
  ck_assert_int_eq(slo_ledger_effect(l, 0, 0, w, &d, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_ledger_effect(l, 1, 0, w, &d, &e), SLO_ERANGE);
  ck_assert_int_eq(slo_ledger_effect(l, 0, 1, w, &d, &e), SLO_ENODATA);
  ck_ok(slo_ledger_effect(l, 0, 0, w, &d, &e));
  e.struct_size = 0;
  ck_assert_int_eq(slo_ledger_effect(l, 0, 0, w, &d, &e), SLO_EINVAL);
  slo_window_destroy(w);
  slo_ledger_destroy(l);
  slo_ledger_destroy(NULL);
}
END_TEST

/* ---- blocks that are not quite ledgers ---- */

/* How it lies in memory. */
typedef struct raw_entry {
  uint64_t kind;
  int64_t from, to, made;
  uint64_t sli, voids, voided_by, reserved;
  char reason[SLO_LEDGER_REASON_MAX + 1];
} raw_entry;

typedef struct raw_ledger {
  sloi_block block;
  uint64_t entries, reserved[5], latest, count;
  raw_entry entry[];
} raw_ledger;

static raw_ledger *raw_of(uint32_t entries, size_t *size, slo_ledger **l) {
  ck_ok(slo_ledger_footprint(entries, size, NULL));
  raw_ledger *raw = check_memory(*size);
  ck_assert_int_eq(slo_ledger_init(raw, *size - 1, entries, l, NULL), SLO_ESPACE);
  ck_ok(slo_ledger_init(raw, *size, entries, l, NULL));
  return raw;
}

static uint32_t is_void(const slo_ledger *l, uint32_t sequence) {
  slo_correction c = SLO_SIZED(slo_correction);
  uint32_t answer = 9;
  ck_ok(slo_ledger_read(l, sequence, &c, &answer));
  return answer;
}

/* A VOID whose writer is killed between its parts: it was not written, whatever comes next. */
START_TEST(test_killed_while_voiding) {
  size_t size;
  slo_ledger *l;
  raw_ledger *raw = raw_of(8, &size, &l), *before = check_memory(size), *after = check_memory(size);
  (void)correct(l, SLO_CORRECT_REMOVE, 1, 2, 0);
  (void)correct(l, SLO_CORRECT_REMOVE, 5, 6, 0);
  memcpy(before, raw, size);
  slo_correction c = void_of(0), other = void_of(1);
  ck_ok(slo_ledger_append(l, &c, NULL, NULL));
  memcpy(after, raw, size);
  ck_assert_uint_eq(after->entry[0].voided_by, 3);
  for (int parts = 0; parts < 3; parts++) {
    for (int next = 0; next < 4; next++) {
      memcpy(raw, before, size);
      if (parts > 0) raw->entry[2] = after->entry[2];
      if (parts > 1) raw->entry[0].voided_by = after->entry[0].voided_by;
      ck_ok(slo_ledger_attach(raw, size, &l));
      ck_assert_uint_eq(slo_ledger_count(l), 2);
      ck_assert_uint_eq(is_void(l, 0), 0);
      if (next == 0) (void)correct(l, SLO_CORRECT_GOOD, 1, 2, 0);
      if (next == 1) (void)correct(l, SLO_CORRECT_REMOVE, 7, 9, SLO_LEDGER_ALL);
      if (next == 2) ck_ok(slo_ledger_append(l, &other, NULL, NULL));
      if (next == 3) ck_ok(slo_ledger_append(l, &c, NULL, NULL));
      ck_assert_uint_eq(slo_ledger_count(l), 3);
      ck_assert_uint_eq(is_void(l, 0), next == 3);
      ck_assert_uint_eq(is_void(l, 1), next == 2);
      if (next == 3) continue;
      ck_ok(slo_ledger_append(l, &c, NULL, NULL)); /* it can still be taken back */
      ck_assert_uint_eq(is_void(l, 0), 1);
    }
  }
  free(raw);
  free(before);
  free(after);
}
END_TEST

/* Everything one can do to a ledger; the answers are whatever they are, of those documented. */
static void use(slo_ledger *l, const slo_window *w, uint64_t *random) {
  uint32_t count = slo_ledger_count(l);
  for (uint32_t i = 0; i < 12; i++) {
    slo_correction c = SLO_SIZED(slo_correction);
    slo_correction_effect e = SLO_SIZED(slo_correction_effect);
    slo_delta d = SLO_SIZED(slo_delta), was;
    int64_t edge = 0, from = begin_ns + (int64_t)(check_random(random) % 50) * SEC;
    uint32_t n, sli = (uint32_t)check_random(random) % 3;
    slo_status status = slo_ledger_read(l, i, &c, &n);
    check_that(status == (i < count ? SLO_OK : SLO_ERANGE), "read: %d", status);
    check_that(c.reason[SLO_LEDGER_REASON_MAX] == '\0', "reason");
    check_that(slo_ledger_edge(l, sli, from, &edge) != SLO_OK || edge > from, "edge");
    check_ok(slo_window_delta(w, from, from + 20 * SEC, &d));
    was = d;
    check_ok(slo_ledger_correct(l, sli, w, &d, &n));
    check_that(n <= count && d.counts.bad <= was.counts.bad, "correct");
    status = slo_ledger_effect(l, i, sli, w, &was, &e);
    check_that(status == SLO_OK || status == SLO_ENODATA || status == SLO_ERANGE, "effect: %d",
               status);
  }
  slo_correction c = correction_of(SLO_CORRECT_GOOD, 1, 2, 0), v = void_of(count / 2);
  (void)slo_ledger_append(l, &v, NULL, NULL);
  slo_status status = slo_ledger_append(l, &c, NULL, NULL);
  check_that(status == SLO_OK || status == SLO_ESPACE, "append: %d", status);
}

START_TEST(test_garbage) {
  size_t size;
  slo_ledger *l;
  uint64_t random = 12;
  raw_ledger *raw = raw_of(6, &size, &l), *good = check_memory(size);
  slo_window *w = window_of(SLO_UNMEASURED_BAD, 10 * SEC);
  slo_counts total = {0, 0, 0};
  for (int64_t t = 0; t < 60; t++) {
    ck_ok(slo_window_push(w, begin_ns + t * SEC, &total, t % 5 == 0 ? SLO_PUSH_UNMEASURED : 0));
    total.good += 3;
    total.bad += (uint64_t)t % 2;
  }
  for (int64_t t = 0; t < 4; t++) {
    (void)correct(l, (uint32_t)t % 2, begin_ns + t * 5 * SEC, begin_ns + t * 9 * SEC + SEC, 0);
  }
  slo_correction c = void_of(1);
  ck_ok(slo_ledger_append(l, &c, NULL, NULL));
  memcpy(good, raw, size);
  size_t front = offsetof(raw_ledger, latest);
  for (int round = 0; round < 4000; round++) {
    memcpy(raw, good, size);
    if (round < 256) {
      memset((char *)raw + front, round, size - front);
    } else if (round % 2) {
      uint64_t *words = (uint64_t *)(void *)raw;
      for (int i = 0; i < 1 + round % 8; i++) {
        words[front / 8 + check_random(&random) % ((size - front) / 8)] =
            check_random(&random) % 3 == 0 ? check_random(&random) % 8 : check_random_wide(&random);
      }
    } else { /* any edges in any order */
      for (int i = 0; i < 6; i++) {
        raw->entry[i].kind = check_random(&random) % 4;
        raw->entry[i].from = begin_ns + ((int64_t)(check_random(&random) % 80) - 10) * SEC;
        raw->entry[i].to = begin_ns + ((int64_t)(check_random(&random) % 80) - 10) * SEC;
        raw->entry[i].voided_by = check_random(&random) % 9;
        raw->entry[i].voids = check_random(&random) % 9;
      }
      raw->count = check_random_wide(&random);
    }
    ck_ok(slo_ledger_attach(raw, size, &l));
    check_that(slo_ledger_count(l) <= 6, "%" PRIu32 " of 6", slo_ledger_count(l));
    use(l, w, &random);
  }
  memcpy(raw, good, size); /* full, and says that it holds more */
  raw->count = UINT64_MAX;
  ck_ok(slo_ledger_attach(raw, size, &l));
  ck_assert_uint_eq(slo_ledger_count(l), 6);
  c = correction_of(SLO_CORRECT_GOOD, 1, 2, 0);
  ck_assert_int_eq(slo_ledger_append(l, &c, NULL, NULL), SLO_ESPACE);
  slo_window_destroy(w);
  free(raw);
  free(good);
}
END_TEST

START_TEST(test_attach) {
  size_t size;
  slo_ledger *l, *other = NULL;
  raw_ledger *raw = raw_of(3, &size, &l);
  (void)correct(l, SLO_CORRECT_REMOVE, 1, 2, 0);
  char *copy = check_memory(size + SLO_ALIGN);
  for (size_t n = 0; n < size; n++) {
    char *part = check_memory(n);
    memcpy(part, raw, n);
    ck_assert_int_eq(slo_ledger_attach(part, n, &other), SLO_ESPACE);
    free(part);
  }
  ck_assert_int_eq(slo_ledger_attach((char *)raw + 8, size, &other), SLO_EINVAL);
  ck_assert_int_eq(slo_ledger_attach(raw, size, NULL), SLO_EINVAL);
  size_t front = offsetof(raw_ledger, latest);
  for (size_t bit = 0; bit < 8 * front; bit++) {
    memcpy(copy, raw, size);
    copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
    slo_status status = slo_ledger_attach(copy, size, &other);
    int unused = bit / 8 >= offsetof(sloi_block, reserved) && bit / 8 < sizeof(sloi_block);
    check_that((status == SLO_OK) == unused, "byte %zu: %d", bit / 8, status);
  }
  const uint64_t entries[] = {0, 2, 4, SLO_LEDGER_ENTRIES_MAX + 1, UINT64_MAX, UINT64_C(1) << 32};
  for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) { /* with a sum that fits */
    raw_ledger *forged = (raw_ledger *)(void *)copy;
    memcpy(copy, raw, size);
    forged->entries = entries[i];
    forged->block.config_sum = sloi_block_sum(&forged->entries, (size_t)forged->block.config_size);
    ck_assert_int_eq(slo_ledger_attach(copy, size, &other), SLO_ECORRUPT);
  }
  raw_ledger *longer = (raw_ledger *)(void *)copy; /* a configuration that is longer than it is */
  memcpy(copy, raw, size);
  longer->block.config_size += 8;
  longer->block.config_sum = sloi_block_sum(&longer->entries, (size_t)longer->block.config_size);
  ck_assert_int_eq(slo_ledger_attach(copy, size, &other), SLO_ECORRUPT);
  memcpy(copy, raw, size); /* more memory than it needs is no harm */
  ck_ok(slo_ledger_attach(copy, size + SLO_ALIGN, &other));
  ck_assert_uint_eq(slo_ledger_count(other), 1);
  slo_window *w;
  ck_assert_int_eq(slo_window_attach(copy, size, &w), SLO_ECORRUPT); /* what is no window */
  free(copy);
  free(raw);
}
END_TEST

/* ---- readers meanwhile ---- */

enum { APPENDS = 600, READERS = 2 };

typedef struct shared {
  slo_ledger *l;
  slo_window *w;
  sloi_cell done;
} shared;

/* Entry k is a correction of the second k, every third one takes the one before back. */
static slo_correction nth(uint32_t k) {
  slo_correction c = void_of(k - 1);
  if (k % 3 != 2) {
    int64_t at = begin_ns + (int64_t)(k % 50) * SEC;
    c = correction_of(k % 2, at, at + SEC, k % 4 == 0 ? SLO_LEDGER_ALL : k % 4);
  }
  (void)snprintf(c.reason, sizeof c.reason, "number %" PRIu32, k);
  return c;
}

static void *reader(void *context) {
  shared *s = context;
  uint32_t seen = 0;
  for (int last = 0; !last;) {
    last = sloi_load_acquire(&s->done) != 0;
    uint32_t count = slo_ledger_count(s->l);
    check_that(count >= seen, "it shrank");
    for (; seen < count; seen++) {
      slo_correction c = SLO_SIZED(slo_correction), want = nth(seen);
      uint32_t is_void;
      check_ok(slo_ledger_read(s->l, seen, &c, &is_void));
      check_that(memcmp(&c, &want, sizeof c) == 0, "entry %" PRIu32, seen);
      check_that(is_void == 0 || seen % 3 == 1, "void %" PRIu32, seen);
      check_that(is_void == 1 || seen % 3 != 1 || seen + 1 >= count, "not void %" PRIu32, seen);
    }
    slo_delta d = SLO_SIZED(slo_delta);
    slo_correction_effect e = SLO_SIZED(slo_correction_effect);
    int64_t span = 30 * SEC, edge;
    uint32_t n;
    check_ok(slo_window_read(s->w, &span, 1, &d));
    if (count != 0) (void)slo_ledger_effect(s->l, count - 1, 1, s->w, &d, &e);
    check_ok(slo_ledger_correct(s->l, 1, s->w, &d, &n));
    check_that(
        d.measured_ns + d.unmeasured_ns + d.corrected_ns + d.frozen_ns == d.to_ns - d.from_ns,
        "time is lost");
    (void)slo_ledger_edge(s->l, 1, begin_ns, &edge);
  }
  ck_assert_uint_eq(seen, APPENDS);
  return NULL;
}

START_TEST(test_readers) {
  shared s = {ledger_of(APPENDS), window_of(SLO_UNMEASURED_BAD, 0), 0};
  pthread_t threads[READERS];
  slo_counts total = {0, 0, 0};
  ck_ok(slo_window_push(s.w, begin_ns, &total, 0));
  for (int i = 0; i < READERS; i++) {
    ck_assert_int_eq(pthread_create(&threads[i], NULL, reader, &s), 0);
  }
  for (uint32_t k = 0; k < APPENDS; k++) {
    slo_correction c = nth(k);
    ck_ok(slo_ledger_append(s.l, &c, NULL, NULL));
    total.good += 5;
    total.bad++;
    int64_t at = begin_ns + (int64_t)(k + 1) * SEC / 8;
    ck_ok(slo_window_push(s.w, at, &total, k % 7 ? 0 : SLO_PUSH_UNMEASURED));
  }
  sloi_store_release(&s.done, 1);
  for (int i = 0; i < READERS; i++) ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
  slo_window_destroy(s.w);
  slo_ledger_destroy(s.l);
}
END_TEST

CHECK_MAIN("ledger", tcase_add_test(tc, test_random); tcase_add_test(tc, test_the_two_kinds_differ);
           tcase_add_test(tc, test_older_delta); tcase_add_test(tc, test_snapping);
           tcase_add_test(tc, test_append_errors); tcase_add_test(tc, test_full);
           tcase_add_test(tc, test_sizes_of_structs); tcase_add_test(tc, test_arguments);
           tcase_add_test(tc, test_killed_while_voiding); tcase_add_test(tc, test_garbage);
           tcase_add_test(tc, test_attach); tcase_add_test(tc, test_readers);)
