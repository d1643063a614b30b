/*
 * test_window.c - windows against a list of everything that was pushed.
 *
 * The model knows no rings: it keeps every push for ever and scans. What a tier promises is all
 * it uses of the tiers: an edge that lies within a tier's span is found to that tier's step.
 */
#include <pthread.h>

#include "base/atomic.h"
#include "check_main.h"
#include "slo/window.h"

#define SEC SLO_SECOND_NS

__extension__ typedef unsigned __int128 wide;

enum { PUSHES_MAX = 640, TIERS_MAX = SLO_WINDOW_TIERS_MAX, PINS = 4, PINNED_MAX = 640 };

/* ---- the model ---- */

typedef struct model_push {
  int64_t at;
  slo_counts total;
  int64_t measured, unresolved; /* since the history began */
  slo_slices slices;
} model_push;

typedef struct model_pin {
  int64_t at; /* of the reading */
  int64_t until;
} model_pin;

typedef struct model {
  model_push push[PUSHES_MAX]; /* the taken ones, all of them */
  size_t n;
  size_t first; /* the one the history begins with */
  uint64_t steps_back, jumps_refused, rebases;
  int64_t jump_max, jump_unmeasured, gap, slice;
  uint64_t slice_objective;
  uint32_t policy, tier_count;
  slo_window_tier tier[TIERS_MAX];
  slo_counts closed;         /* when the open slice began */
  model_pin pin[PINNED_MAX]; /* of this history, also those that have expired */
  size_t pins;
} model;

static const slo_window_tier default_tiers[] = {
    {5 * SEC, 300 * SEC},          {30 * SEC, 1800 * SEC},     {60 * SEC, 3600 * SEC},
    {120 * SEC, 7200 * SEC},       {360 * SEC, 21600 * SEC},   {1440 * SEC, 86400 * SEC},
    {4320 * SEC, 259200 * SEC},    {8640 * SEC, 604800 * SEC}, {43200 * SEC, 2592000 * SEC},
    {129600 * SEC, 7776000 * SEC},
};

static void model_begin(model *m, const slo_window_tier *tiers, uint32_t count,
                        const slo_window_config *config) {
  memset(m, 0, sizeof *m);
  memcpy(m->tier, tiers, count * sizeof tiers[0]);
  m->tier_count = count;
  m->jump_unmeasured = tiers[count - 1].span_ns;
  m->jump_max = m->jump_unmeasured < SLO_HOUR_NS ? m->jump_unmeasured
                : tiers[0].step_ns > SLO_HOUR_NS ? tiers[0].step_ns
                                                 : SLO_HOUR_NS;
  if (config->jump_max_ns != 0) m->jump_max = m->jump_unmeasured = config->jump_max_ns;
  m->gap = tiers[0].step_ns > 30 * SEC ? 2 * tiers[0].step_ns : 60 * SEC;
  if (config->gap_ns != 0) m->gap = config->gap_ns;
  m->slice = config->slice_ns;
  m->slice_objective = config->slice_objective_ppb;
  m->policy = config->unmeasured;
}

static const model_push *model_newest(const model *m) {
  return &m->push[m->n - 1];
}

static int64_t model_longest(const model *m) {
  return m->tier[m->tier_count - 1].span_ns;
}

/* The slices that end with this push, if any do. tests/test_slice.c walks through each. */
static void model_close(model *m, model_push *p, int64_t last, int measured) {
  if (m->slice == 0 || p->at / m->slice == last / m->slice) return;
  uint64_t n = measured ? (uint64_t)(p->at / m->slice - last / m->slice) : 1;
  uint64_t good = p->total.good - m->closed.good, bad = p->total.bad - m->closed.bad;
  m->closed = p->total;
  if (n > good + bad) n = good + bad;
  if (n == 0) return;
  if ((wide)good * 1000000000 >= (wide)(good + bad) * m->slice_objective) {
    p->slices.good += n;
  } else {
    p->slices.bad += n;
  }
  p->slices.ratio_sum += n * (uint64_t)(((wide)bad * 200000000000 / (good + bad) + 1) / 2);
}

static slo_status model_take(model *m, int64_t now, const slo_counts *total, uint32_t flags) {
  model_push p = {now, *total, 0, 0, {0, 0, 0}};
  if (now < 0 || now > SLO_TIME_MAX_NS) return SLO_ERANGE;
  if (m->n != 0) {
    const model_push *last = model_newest(m);
    int rebase = (flags & SLO_PUSH_REBASE) != 0;
    int64_t jump_max = flags & SLO_PUSH_UNMEASURED ? m->jump_unmeasured : m->jump_max;
    int lower = total->good < last->total.good || total->bad < last->total.bad ||
                total->excluded < last->total.excluded;
    if (lower && !rebase) return SLO_ERANGE;
    p.measured = last->measured;
    p.unresolved = last->unresolved;
    p.slices = last->slices;
    if ((now < last->at || lower) && rebase) {
      m->rebases++;
      m->first = m->n;
      /* the history begins anew, and with it what was measured of it; no pin is of it */
      p.measured = p.unresolved = 0;
      memset(&p.slices, 0, sizeof p.slices);
      m->closed = *total;
      m->pins = 0;
    } else if (now < last->at) {
      m->steps_back++;
      p.at = last->at;
    } else if (now - last->at > jump_max && !rebase) {
      m->jumps_refused++;
      return SLO_ECLOCK;
    } else {
      m->rebases += now - last->at > jump_max;
      if (!(flags & SLO_PUSH_UNMEASURED)) {
        p.measured += now - last->at;
        if (now - last->at > m->gap) p.unresolved += now - last->at;
      }
      if (now > last->at) model_close(m, &p, last->at, !(flags & SLO_PUSH_UNMEASURED));
    }
  } else {
    m->closed = *total;
  }
  ck_assert_uint_lt(m->n, PUSHES_MAX);
  m->push[m->n++] = p;
  return SLO_OK;
}

/* The newest push at or before a moment; NULL before the history. */
static const model_push *model_at(const model *m, int64_t moment) {
  for (size_t i = m->n; i-- > m->first;) {
    if (m->push[i].at <= moment) return &m->push[i];
  }
  return NULL;
}

static int model_pushed_at(const model *m, int64_t moment) {
  const model_push *p = model_at(m, moment);
  return p != NULL && p->at == moment;
}

/* The newest push before the last one in time; NULL: there is none. */
static const model_push *model_previous(const model *m) {
  return model_at(m, model_newest(m)->at - 1);
}

/* What the difference of two pushes must say, all of it but SHORT. asked_ns: the begin that was
 * asked for, INT64_MIN for a window that ends now. */
static slo_delta model_difference(const model *m, const model_push *from, const model_push *to,
                                  int64_t span, int64_t asked_ns) {
  slo_delta d = SLO_SIZED(slo_delta);
  int64_t used = to->at - from->at, lost = used - (to->measured - from->measured);
  d.span_ns = span;
  d.from_ns = from->at;
  d.to_ns = to->at;
  d.measured_ns = to->measured - from->measured;
  d.unresolved_ns = to->unresolved - from->unresolved;
  *(m->policy == SLO_UNMEASURED_FREEZE ? &d.frozen_ns : &d.unmeasured_ns) = lost;
  int64_t beyond = used - d.frozen_ns - span;
  if (asked_ns != INT64_MIN) {
    int64_t late = to->at - (asked_ns + span);
    beyond = asked_ns > from->at ? asked_ns - from->at : 0;
    if (late > 0) beyond += late;
    if (used == 0) beyond = 0;
  }
  if (beyond > 0 && (wide)beyond * 50 >= (wide)span - (wide)span % 50 + 50) {
    d.flags = SLO_DELTA_COARSE;
  }
  d.covered_ns = beyond > 0 ? d.measured_ns - beyond : d.measured_ns;
  if (d.covered_ns < 0) d.covered_ns = 0;
  d.counts.good = to->total.good - from->total.good;
  d.counts.bad = to->total.bad - from->total.bad;
  d.counts.excluded = to->total.excluded - from->total.excluded;
  uint64_t valid = d.counts.good + d.counts.bad;
  if (d.unmeasured_ns != 0 && d.measured_ns != 0) {
    wide unseen = ((wide)valid * (uint64_t)d.unmeasured_ns + (uint64_t)d.measured_ns - 1) /
                  (uint64_t)d.measured_ns;
    wide most = (uint64_t)INT64_MAX - valid; /* counts stay below 2^63 */
    d.unseen = (uint64_t)(unseen < most ? unseen : most);
    if (d.unseen == 0) d.unseen = 1;
  } else if (d.unmeasured_ns != 0) {
    d.unseen = valid > 1 ? valid : 1;
  }
  d.judged = d.counts;
  if (m->policy == SLO_UNMEASURED_BAD) d.judged.bad += d.unseen;
  if (m->policy == SLO_UNMEASURED_GOOD) d.judged.good += d.unseen;
  d.slices.good = to->slices.good - from->slices.good;
  d.slices.bad = to->slices.bad - from->slices.bad;
  d.slices.ratio_sum = to->slices.ratio_sum - from->slices.ratio_sum;
  d.slice_ns = m->slice;
  for (int64_t t = m->slice; m->slice != 0 && t <= d.unmeasured_ns; t += m->slice) {
    d.unseen_slices++;
    if (t > 5000 * m->slice) { /* and so on */
      d.unseen_slices = (uint64_t)(d.unmeasured_ns / m->slice);
      break;
    }
  }
  d.policy = m->policy;
  return d;
}

/* Is it the difference of two pushes that were really made, as they were at last? */
static int model_explains(const model *m, const slo_delta *d, int64_t asked_ns) {
  const model_push *from = model_at(m, d->from_ns), *to = model_at(m, d->to_ns);
  if (from == NULL || to == NULL || from->at != d->from_ns || to->at != d->to_ns) return 0;
  slo_delta expected = model_difference(m, from, to, d->span_ns, asked_ns);
  expected.flags |= d->flags & SLO_DELTA_SHORT;
  return memcmp(&expected, d, sizeof expected) == 0;
}

/* The newest reading at or before a moment that is pinned, and that nobody may have let go of. */
static const model_pin *model_pinned(const model *m, int64_t moment, int live) {
  const model_pin *found = NULL;
  for (size_t i = 0; i < m->pins; i++) {
    if (m->pin[i].at > moment || (live && m->pin[i].until < model_newest(m)->at)) continue;
    if (found == NULL || m->pin[i].at > found->at) found = &m->pin[i];
  }
  return found;
}

/* The finest tier that promises to reach `age` back; NULL: none does. */
static const slo_window_tier *model_tier(const model *m, int64_t age) {
  for (uint32_t i = 0; i < m->tier_count; i++) {
    if (age <= m->tier[i].span_ns) return &m->tier[i];
  }
  return NULL;
}

/* What the header promises of an edge that was asked for at `moment` and found at `at`. Pins must
 * serve where they are looked at in any case, else beyond the rings. */
static void model_check_edge(const model *m, int64_t moment, int64_t at, int pins,
                             const char *which) {
  const model_push *newest = model_newest(m), *exact = model_at(m, moment);
  const model_push *previous = model_previous(m);
  int64_t first = m->push[m->first].at, longest = model_longest(m);
  const slo_window_tier *tier = model_tier(m, newest->at - moment);
  const model_pin *pin = model_pinned(m, moment, 1);
  if (moment >= newest->at) {
    check_that(at == newest->at, "%s: %" PRId64 " is not the newest reading", which, at);
  } else if (previous != NULL && moment >= previous->at) {
    check_that(at == previous->at, "%s: %" PRId64 " is not the reading before", which, at);
  } else if (exact == NULL || tier == NULL) {
    /* before the history, or further back than is kept: the oldest there is, or a pinned one */
    if (pin != NULL && at <= moment) {
      int64_t step = pins ? 1 : m->tier[m->tier_count - 1].step_ns; /* the rings may reach it */
      check_that(at > pin->at - step, "%s: the pin at %" PRId64 " is newer", which, pin->at);
    } else if (pin != NULL && (pins || m->policy != SLO_UNMEASURED_FREEZE)) {
      check_that(at - moment < moment - pin->at, "%s: the pin at %" PRId64 " is nearer", which,
                 pin->at);
    }
    if (at <= moment && model_pinned(m, moment, 0) != NULL) return;
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
    check_that(!pins || pin == NULL || at >= pin->at, "%s: the pin at %" PRId64 " is newer", which,
               pin == NULL ? 0 : pin->at);
  }
}

/* Where time stands still: the newest push with that much measured time behind it. */
static int64_t model_thawed(const model *m, int64_t span) {
  for (size_t i = m->n; i-- > m->first;) {
    if (model_newest(m)->measured - m->push[i].measured >= span) return m->push[i].at;
  }
  return -1;
}

static void model_check_read(const model *m, const slo_window *w, int64_t span) {
  slo_delta d = SLO_SIZED(slo_delta);
  const model_push *newest = model_newest(m);
  slo_status status = slo_window_read(w, &span, 1, &d);
  check_that(status == SLO_OK, "read: %d", status);
  check_that(d.struct_size == sizeof d && d.span_ns == span && d.to_ns == newest->at,
             "read: not the window asked for");
  check_that(d.covered_ns <= span, "read: %" PRId64 " covered", d.covered_ns);
  check_that(model_explains(m, &d, INT64_MIN),
             "read %" PRId64 ": nothing pushed explains (%" PRId64 ", %" PRId64 "]: %" PRIu64
             " good, %" PRId64 " measured, flags %u",
             span, d.from_ns, d.to_ns, d.counts.good, d.measured_ns, d.flags);
  int64_t moment = span > newest->at + 1 ? -1 : newest->at - span;
  if (m->policy == SLO_UNMEASURED_FREEZE) moment = model_thawed(m, span);
  int is_short = (d.flags & SLO_DELTA_SHORT) != 0;
  check_that(is_short == (d.from_ns > moment), "read %" PRId64 ": flags %u", span, d.flags);
  model_check_edge(m, moment, d.from_ns, 0, "read");
}

static slo_delta model_check_delta(const model *m, const slo_window *w, int64_t from, int64_t to) {
  slo_delta d = SLO_SIZED(slo_delta);
  slo_status status = slo_window_delta(w, from, to, &d);
  check_that(status == SLO_OK, "delta: %d", status);
  check_that(d.span_ns == to - from && d.from_ns <= d.to_ns, "delta: not what was asked for");
  check_that(model_explains(m, &d, from), "delta: nothing pushed explains it");
  check_that(d.covered_ns <= to - from, "delta: %" PRId64 " covered", d.covered_ns);
  int is_short = (d.flags & SLO_DELTA_SHORT) != 0;
  check_that(is_short == (d.from_ns > from || d.to_ns > to), "delta: flags %u", d.flags);
  model_check_edge(m, from, d.from_ns, 1, "delta from");
  model_check_edge(m, to, d.to_ns, 1, "delta to");
  return d;
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
  check_that(s.unresolved_ns == newest->unresolved, "summary: %" PRId64 " unresolved",
             s.unresolved_ns);
}

/* A pin: what is asked for at `at` now is kept until `until`. */
static void model_check_pin(model *m, slo_window *w, int64_t at, int64_t until) {
  const model_push *newest = model_newest(m), *previous = model_previous(m);
  slo_status expected = SLO_OK, status;
  size_t live = 0, same = m->pins;
  slo_delta d = {0};
  if (at < 0 || until < at || until > SLO_TIME_MAX_NS || at > newest->at) {
    expected = SLO_ERANGE;
  } else {
    d = model_check_delta(m, w, at, newest->at);
    if (d.flags & SLO_DELTA_SHORT) expected = SLO_ENODATA;
    if (previous == NULL ? at == newest->at : at >= previous->at) { /* just passed: exact */
      check_that(d.from_ns == model_at(m, at)->at, "pin: %" PRId64 " for %" PRId64, d.from_ns, at);
    }
  }
  for (size_t i = 0; i < m->pins; i++) {
    live += m->pin[i].until >= newest->at;
    if (m->pin[i].at == d.from_ns) same = i;
  }
  int held = same < m->pins && m->pin[same].until >= newest->at;
  if (expected == SLO_OK && live == PINS && !held) expected = SLO_ESPACE;
  status = slo_window_pin(w, at, until);
  check_that(status == expected, "pin %" PRId64 ": %d instead of %d", at, status, expected);
  if (status != SLO_OK) return;
  if (same == m->pins) {
    ck_assert_uint_lt(m->pins, PINNED_MAX);
    m->pin[m->pins++] = (model_pin){d.from_ns, until};
  } else if (!held || m->pin[same].until < until) {
    /* one that has expired may be there still, with a later end than this one */
    m->pin[same].until = until;
  }
}

/* Every reading that is pinned is there, however old it is. */
static void model_check_pinned(const model *m, const slo_window *w) {
  for (size_t i = 0; i < m->pins; i++) {
    if (m->pin[i].until < model_newest(m)->at) continue;
    slo_delta d = model_check_delta(m, w, m->pin[i].at, model_newest(m)->at);
    check_that(d.from_ns == m->pin[i].at, "the pin at %" PRId64 " is lost", m->pin[i].at);
  }
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
  model_check_pinned(m, w);
  for (int i = 0; i < reads; i++) {
    int64_t a = model_span(m, random), b = model_span(m, random);
    model_check_read(m, w, a);
    if (a < b) { /* a is the older one now */
      int64_t t = a;
      a = b;
      b = t;
    }
    (void)model_check_delta(m, w, newest > a ? newest - a : 0, newest > b ? newest - b : 0);
  }
}

/* ---- schedules ---- */

enum { EXACT = 1, LATE = 2, GAPS = 4, WILD = 8, DOWN = 16 }; /* what may happen in a schedule */

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

static void schedule_pin(schedule *s) {
  uint64_t *r = &s->random;
  model *m = &s->m;
  const model_push *previous = model_previous(m);
  int64_t newest = model_newest(m)->at, at = newest - model_span(m, r);
  int64_t keep = (int64_t)(check_random(r) % (uint64_t)(4 * model_longest(m)));
  if (check_random(r) % 2 == 0) { /* what the last push passed */
    int64_t passed = previous == NULL ? 0 : newest - previous->at;
    at = newest - (int64_t)(check_random(r) % (uint64_t)(passed + 1));
  } else if (check_random(r) % 16 == 0) {
    at = newest + 1;
  }
  if (m->pins != 0 && check_random(r) % 4 == 0) at = m->pin[check_random(r) % m->pins].at;
  int64_t until = at < 0 ? at : schedule_after(at, check_random(r) % 16 == 0 ? -1 : keep);
  model_check_pin(m, s->w, at, until);
}

static void schedule_step(schedule *s, unsigned kinds) {
  uint64_t *r = &s->random;
  const model *m = &s->m;
  uint32_t flags =
      check_random(r) % (kinds & DOWN ? 2 : 16) == 0 ? (uint32_t)SLO_PUSH_UNMEASURED : 0;
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

static void schedule_run(const slo_window_tier *tiers, uint32_t count,
                         const slo_window_config *given, int64_t unit, int64_t begin,
                         unsigned kinds, uint64_t seed) {
  static schedule s;
  slo_window_config config = *given;
  size_t size;
  config.tier_count = tiers == default_tiers ? 0 : count;
  config.tiers = tiers == default_tiers ? NULL : tiers;
  config.pins = PINS;
  ck_ok(slo_window_footprint(&config, &size, NULL));
  void *memory = check_memory(size);
  memset(&s, 0, sizeof s);
  model_begin(&s.m, tiers, count, &config);
  s.random = seed;
  s.unit = unit;
  s.now = begin;
  ck_ok(slo_window_init(memory, size, &config, &s.w, NULL));
  schedule_record(&s);
  (void)schedule_push(&s, begin, &s.total, 0);
  size_t steps = 40 + check_random(&s.random) % 200;
  for (size_t i = 0; i < steps && s.m.n < PUSHES_MAX - 8; i++) {
    schedule_step(&s, kinds);
    if (check_random(&s.random) % 4 == 0) schedule_pin(&s);
    model_check(&s.m, s.w, i % 16 == 0 ? 32 : 6, &s.random);
  }
  model_check(&s.m, s.w, 100, &s.random);
  free(memory);
}

/* The same tiers under every kind of schedule and policy, from several moments on. */
static void schedules(const slo_window_tier *tiers, uint32_t count, const int64_t *units,
                      size_t unit_count, uint64_t seed) {
  static const unsigned kinds[] = {EXACT,
                                   LATE,
                                   GAPS,
                                   LATE | GAPS,
                                   LATE | GAPS | WILD,
                                   GAPS | WILD,
                                   LATE | DOWN,
                                   LATE | GAPS | DOWN | WILD};
  static const uint64_t objectives[] = {1, 950000000, 990000001, 1000000000};
  int64_t longest = tiers[count - 1].span_ns;
  int64_t begins[] = {0, INT64_C(1431894420) * SEC, INT64_C(1700000000123456789),
                      SLO_TIME_MAX_NS - 3 * longest};
  for (uint64_t i = 0; i < 128; i++) {
    slo_window_config c = SLO_SIZED(slo_window_config);
    int64_t unit = units[i / 8 % unit_count];
    c.unmeasured = (uint32_t)(i / 8 % 4); /* each with every kind */
    c.jump_max_ns = i % 3 == 0 ? 0 : i % 3 == 1 ? SLO_TIME_MAX_NS : longest / 2;
    if (c.jump_max_ns != 0 && c.jump_max_ns < tiers[0].step_ns) c.jump_max_ns = tiers[0].step_ns;
    c.gap_ns = i % 5 < 3 ? 0 : i % 5 == 3 ? unit : 3 * unit + 1;
    if (i / 32 % 2 == 0) {
      c.slice_ns = unit * (int64_t)(1 + i % 4) + (int64_t)(i % 3);
      if (c.slice_ns < SLO_WINDOW_SLICE_MIN_NS) c.slice_ns = SLO_WINDOW_SLICE_MIN_NS;
      if (c.slice_ns > SLO_DAY_NS) c.slice_ns = SLO_DAY_NS;
      c.slice_objective_ppb = objectives[i % 4];
    }
    schedule_run(tiers, count, &c, unit, begins[i / 7 % 4], kinds[i % 8], seed * 1000 + i);
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

/* A history that begins in the first slot of all does not find what an older one left there. */
START_TEST(test_history_begins_in_slot_0) {
  slo_window *w = window_of(minute, 1, 0);
  slo_counts total = good(0);
  slo_delta d = SLO_SIZED(slo_delta);
  for (int64_t t = 0; t < 5; t++) ck_ok(slo_window_push(w, t * SEC, &total, 0));
  total = good(7);
  ck_ok(slo_window_push(w, SEC / 2, &total, SLO_PUSH_REBASE));
  ck_ok(slo_window_delta(w, 0, SEC, &d));
  ck_assert_int_eq(d.from_ns, SEC / 2);
  ck_assert_uint_eq(d.counts.good, 0);
  ck_assert_uint_eq(d.flags, SLO_DELTA_SHORT);
  slo_window_destroy(w);
}
END_TEST

/* Up for a second of each thousand: a minute of measured time is most of a day long. */
START_TEST(test_freeze_mostly_down) {
  const slo_window_tier tiers[] = {{10 * SEC, 120 * SLO_HOUR_NS}};
  slo_window_config config = SLO_SIZED(slo_window_config);
  slo_window *w;
  config.tiers = tiers;
  config.tier_count = 1;
  config.unmeasured = SLO_UNMEASURED_FREEZE;
  ck_ok(slo_window_create(&config, NULL, &w, NULL));
  slo_counts total = good(0);
  for (int64_t t = 0; t < 400000; t += 1000) {
    ck_ok(slo_window_push(w, t * SEC, &total, SLO_PUSH_UNMEASURED));
    total.good++;
    ck_ok(slo_window_push(w, (t + 1) * SEC, &total, 0));
  }
  for (int64_t span = 0; span <= 401; span++) {
    slo_delta d = SLO_SIZED(slo_delta);
    int64_t span_ns = span * SEC;
    ck_ok(slo_window_read(w, &span_ns, 1, &d));
    ck_assert_uint_eq(d.flags, span <= 400 ? 0 : SLO_DELTA_SHORT);
    ck_assert_int_eq(d.measured_ns, (span <= 400 ? span : 400) * SEC);
    ck_assert_int_eq(d.frozen_ns, d.to_ns - d.from_ns - d.measured_ns);
    ck_assert_uint_eq(d.counts.good, (uint64_t)(span <= 400 ? span : 400));
  }
  slo_window_destroy(w);
}
END_TEST

/* The same readings by each policy. */
START_TEST(test_policies) {
  static const struct {
    uint64_t good, bad, unseen;
    int64_t unmeasured_s, frozen_s;
  } want[] = {{60, 6, 22, 10, 0}, {60, 28, 22, 10, 0}, {82, 6, 22, 10, 0}, {60, 6, 0, 0, 10}};
  for (uint32_t policy = SLO_UNMEASURED_IGNORE; policy <= SLO_UNMEASURED_FREEZE; policy++) {
    slo_window_config config = SLO_SIZED(slo_window_config);
    slo_window *w;
    slo_delta d = SLO_SIZED(slo_delta);
    slo_counts total = {0, 0, 0};
    config.tiers = minute;
    config.tier_count = 1;
    config.gap_ns = 19 * SEC;
    config.unmeasured = policy;
    ck_ok(slo_window_create(&config, NULL, &w, NULL));
    ck_ok(slo_window_push(w, 100 * SEC, &total, 0));
    total = (slo_counts){20, 2, 1};
    ck_ok(slo_window_push(w, 110 * SEC, &total, 0));
    ck_ok(slo_window_push(w, 120 * SEC, &total, SLO_PUSH_UNMEASURED));
    total = (slo_counts){60, 6, 3};
    ck_ok(slo_window_push(w, 140 * SEC, &total, 0)); /* a gap */
    ck_ok(slo_window_delta(w, 100 * SEC, 140 * SEC, &d));
    ck_assert_uint_eq(d.policy, policy);
    ck_assert_uint_eq(d.counts.good + d.counts.bad + d.counts.excluded, 69);
    ck_assert_uint_eq(d.judged.good, want[policy].good); /* 66 in 30 s are 22 in 10 s */
    ck_assert_uint_eq(d.judged.bad, want[policy].bad);
    ck_assert_uint_eq(d.judged.excluded, 3);
    ck_assert_uint_eq(d.unseen, want[policy].unseen);
    ck_assert_int_eq(d.measured_ns, 30 * SEC);
    ck_assert_int_eq(d.unmeasured_ns, want[policy].unmeasured_s * SEC);
    ck_assert_int_eq(d.frozen_ns, want[policy].frozen_s * SEC);
    ck_assert_int_eq(d.unresolved_ns, 20 * SEC);
    ck_assert_int_eq(d.corrected_ns, 0);
    slo_window_destroy(w);
  }
}
END_TEST

/* A gap is what is longer than gap_ns: a minute, two steps, or what was asked for. */
START_TEST(test_gap) {
  static const struct {
    int64_t step, asked, gap;
  } gaps[] = {{SEC, 0, 60 * SEC},
              {30 * SEC, 0, 60 * SEC},
              {30 * SEC + 1, 0, 60 * SEC + 2},
              {SLO_HOUR_NS, 0, 2 * SLO_HOUR_NS},
              {SEC, 1, 1},
              {SLO_HOUR_NS, SEC, SEC},
              {SEC, SLO_HOUR_NS, SLO_HOUR_NS}};
  for (size_t i = 0; i < sizeof gaps / sizeof gaps[0]; i++) {
    for (int64_t more = 0; more < 2; more++) {
      slo_window_tier tier = {gaps[i].step, 10 * SLO_HOUR_NS};
      slo_window_config config = SLO_SIZED(slo_window_config);
      slo_window *w;
      slo_counts total = good(1);
      config.tiers = &tier;
      config.tier_count = 1;
      config.gap_ns = gaps[i].asked;
      config.jump_max_ns = 10 * SLO_HOUR_NS;
      ck_ok(slo_window_create(&config, NULL, &w, NULL));
      ck_ok(slo_window_push(w, SEC, &total, 0));
      ck_ok(slo_window_push(w, SEC + gaps[i].gap + more, &total, 0));
      ck_assert_int_eq(summary_of(w).unresolved_ns, more != 0 ? gaps[i].gap + 1 : 0);
      slo_window_destroy(w);
    }
  }
}
END_TEST

/* What was not seen never makes counts that nobody can add. */
START_TEST(test_unseen_without_end) {
  slo_window_config config = SLO_SIZED(slo_window_config);
  slo_window *w;
  slo_delta d = SLO_SIZED(slo_delta);
  slo_counts total = good(0);
  config.jump_max_ns = SLO_TIME_MAX_NS;
  config.unmeasured = SLO_UNMEASURED_BAD;
  ck_ok(slo_window_create(&config, NULL, &w, NULL));
  ck_ok(slo_window_push(w, 0, &total, 0));
  ck_ok(slo_window_pin(w, 0, SLO_TIME_MAX_NS));
  total = good(UINT64_C(1) << 62);
  ck_ok(slo_window_push(w, 1, &total, 0));
  ck_ok(slo_window_push(w, SLO_TIME_MAX_NS, &total, SLO_PUSH_UNMEASURED));
  ck_ok(slo_window_delta(w, 0, SLO_TIME_MAX_NS, &d));
  ck_assert_uint_eq(d.counts.good, total.good);
  ck_assert_uint_eq(d.judged.good + d.judged.bad, INT64_MAX);
  slo_window_destroy(w);
}
END_TEST

/* What is 2 % beyond the span is coarse from the first nanosecond more. */
START_TEST(test_coarse) {
  slo_window *w = window_of(minute, 1, 0);
  slo_counts total = good(1);
  slo_delta d = SLO_SIZED(slo_delta);
  for (int64_t t = 0; t <= 51; t += 51) ck_ok(slo_window_push(w, t * SEC, &total, 0));
  const int64_t spans[] = {50 * SEC, 50 * SEC - 1, 51 * SEC, 1};
  for (size_t i = 0; i < 4; i++) {
    ck_ok(slo_window_read(w, &spans[i], 1, &d));
    ck_assert_uint_eq(d.flags, i % 2 == 0 ? 0 : SLO_DELTA_COARSE);
  }
  slo_window_destroy(w);
}
END_TEST

static int64_t from_of(const slo_window *w, int64_t at_ns) {
  slo_delta d = SLO_SIZED(slo_delta);
  ck_ok(slo_window_delta(w, at_ns, SLO_TIME_MAX_NS, &d));
  return d.from_ns;
}

/* A pin survives the rings, follows its reading, and goes when its time or its history does. */
START_TEST(test_pins) {
  slo_window_config config = SLO_SIZED(slo_window_config);
  slo_window *w;
  slo_delta d = SLO_SIZED(slo_delta);
  slo_counts total = good(1);
  config.tiers = minute;
  config.tier_count = 1;
  config.pins = 1;
  config.jump_max_ns = SLO_TIME_MAX_NS;
  ck_ok(slo_window_create(&config, NULL, &w, NULL));
  ck_assert_int_eq(slo_window_pin(w, 0, 0), SLO_ENODATA);
  ck_assert_int_eq(slo_window_pin(NULL, 0, 0), SLO_EINVAL);
  ck_ok(slo_window_push(w, 100 * SEC, &total, 0));
  ck_assert_int_eq(slo_window_pin(w, -1, 0), SLO_ERANGE);
  ck_assert_int_eq(slo_window_pin(w, 100 * SEC + 1, 200 * SEC), SLO_ERANGE);
  ck_assert_int_eq(slo_window_pin(w, 100 * SEC, 100 * SEC - 1), SLO_ERANGE);
  ck_assert_int_eq(slo_window_pin(w, 100 * SEC, SLO_TIME_MAX_NS + 1), SLO_ERANGE);
  ck_assert_int_eq(slo_window_pin(w, 100 * SEC - 1, 200 * SEC), SLO_ENODATA);
  ck_ok(slo_window_pin(w, 100 * SEC, 100 * SEC));
  total = good(5); /* brought up to date: so is the pin */
  ck_ok(slo_window_push(w, 100 * SEC, &total, 0));
  ck_ok(slo_window_pin(w, 100 * SEC, 1500 * SEC));
  ck_ok(slo_window_pin(w, 100 * SEC, 300 * SEC)); /* nothing less */
  total = good(6);
  ck_ok(slo_window_push(w, 95 * SEC, &total, 0));
  for (int64_t t = 103; t <= 1500; t += 3) {
    total.good++;
    ck_ok(slo_window_push(w, t * SEC, &total, 0));
    ck_ok(slo_window_delta(w, 101 * SEC, t * SEC, &d));
    if (t <= 150 || t >= 180) { /* between them the rings' end may be nearer */
      ck_assert_int_eq(d.from_ns, 100 * SEC);
      ck_assert_uint_eq(d.counts.good, total.good - 6);
    }
    ck_assert_int_eq(slo_window_pin(w, t * SEC, t * SEC), SLO_ESPACE);
  }
  total.good++;
  ck_ok(slo_window_push(w, 1500 * SEC + 1, &total, 0)); /* now it may go, but is still there */
  ck_assert_int_eq(from_of(w, 100 * SEC), 100 * SEC);
  ck_ok(slo_window_pin(w, 1500 * SEC, SLO_TIME_MAX_NS));
  ck_assert_int_gt(from_of(w, 100 * SEC), 1400 * SEC);
  total = good(0);
  ck_ok(slo_window_push(w, 9000 * SEC, &total, SLO_PUSH_REBASE));
  ck_assert_int_eq(from_of(w, 1500 * SEC), 9000 * SEC);
  ck_ok(slo_window_pin(w, 9000 * SEC, 9000 * SEC)); /* there is room again */
  slo_window_destroy(w);
}
END_TEST

/* What was pushed before a gap longer than the rings is not SHORT, and nearer than an older pin. */
START_TEST(test_gap_longer_than_rings) {
  slo_window *w = window_of(minute, 1, SLO_TIME_MAX_NS);
  slo_counts total = good(1);
  ck_ok(slo_window_push(w, 100 * SEC, &total, 0));
  ck_ok(slo_window_pin(w, 100 * SEC, SLO_TIME_MAX_NS));
  ck_ok(slo_window_push(w, 1000 * SEC, &total, 0));
  for (int64_t t = 5000; t <= 5010; t += 5) ck_ok(slo_window_push(w, t * SEC, &total, 0));
  slo_delta d = SLO_SIZED(slo_delta);
  ck_ok(slo_window_delta(w, 1100 * SEC, 5010 * SEC, &d));
  ck_assert_int_eq(d.from_ns, 1000 * SEC);
  ck_assert_uint_eq(d.flags, SLO_DELTA_COARSE);
  ck_ok(slo_window_delta(w, 999 * SEC, 5010 * SEC, &d));
  ck_assert_int_eq(d.from_ns, 1000 * SEC);
  ck_assert_uint_eq(d.flags, SLO_DELTA_SHORT);
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

/* ---- readers meanwhile ---- */

/* Push k is at k seconds, brought up to date once; the counts follow from k. */
typedef struct watched {
  slo_window *w;
  sloi_cell done;
} watched;

static void *watch(void *context) {
  watched *s = context;
  uint64_t random = 5;
  for (int last = 0; !last;) {
    slo_delta d = SLO_SIZED(slo_delta);
    last = sloi_load_acquire(&s->done) != 0;
    int64_t from = (int64_t)(check_random(&random) % 2000) * SEC;
    check_ok(slo_window_delta(s->w, from, 2000 * SEC, &d));
    uint64_t first = (uint64_t)(d.from_ns / SEC), newest = (uint64_t)(d.to_ns / SEC);
    /* ten a second, and one that each reading but the first has when it is up to date */
    uint64_t more = d.counts.good + (first != 0) - 10 * (newest - first);
    check_that(newest == first ? d.counts.good == 0 : more <= 1,
               "%" PRIu64 " good in (%" PRIu64 ", %" PRIu64 "]", d.counts.good, first, newest);
    uint64_t ended = newest / 10 - first / 10;
    check_that(d.slices.good == ended && d.slices.bad == 0, "%" PRIu64 " slices", d.slices.good);
    check_that(d.frozen_ns == 0 && d.measured_ns == d.to_ns - d.from_ns, "time");
  }
  return NULL;
}

/* Pins come and go; whatever a reader finds is one of them, or a slot, whole. */
START_TEST(test_readers) {
  slo_window_config config = SLO_SIZED(slo_window_config);
  watched s = {NULL, 0};
  pthread_t thread;
  slo_counts total = good(0);
  config.tiers = minute;
  config.tier_count = 1;
  config.pins = 5;
  config.slice_ns = 10 * SEC;
  config.slice_objective_ppb = 1000000000;
  ck_ok(slo_window_create(&config, NULL, &s.w, NULL));
  ck_ok(slo_window_push(s.w, 0, &total, 0));
  ck_assert_int_eq(pthread_create(&thread, NULL, watch, &s), 0);
  for (int64_t t = 1; t < 2000; t++) {
    total.good = (uint64_t)t * 10;
    ck_ok(slo_window_push(s.w, t * SEC, &total, 0));
    if (t % 7 == 0) (void)slo_window_pin(s.w, t * SEC - t % 3 * SEC, (t + 200) * SEC);
    total.good++;
    ck_ok(slo_window_push(s.w, t * SEC, &total, 0));
  }
  sloi_store_release(&s.done, 1);
  ck_assert_int_eq(pthread_join(thread, NULL), 0);
  slo_window_destroy(s.w);
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
           tcase_add_test(tc, test_unmeasured); tcase_add_test(tc, test_history_begins_in_slot_0);
           tcase_add_test(tc, test_freeze_mostly_down); tcase_add_test(tc, test_policies);
           tcase_add_test(tc, test_coarse); tcase_add_test(tc, test_gap);
           tcase_add_test(tc, test_unseen_without_end); tcase_add_test(tc, test_pins);
           tcase_add_test(tc, test_gap_longer_than_rings);
           tcase_add_test(tc, test_nothing_happens_in_no_time); tcase_add_test(tc, test_read_many);
           tcase_add_test(tc, test_readers);)
