/*
 * test_alert.c - alerts against a state machine that remembers everything.
 *
 * The model keeps, for every tier, at which steps it held, and decides each step from that whole
 * list. It reads the windows through slo_window_read, which has a model of its own.
 */
#include "base/block.h"
#include "check_main.h"
#include "judge/alert.h"
#include "slo/catalog.h"

#define SEC SLO_SECOND_NS
#define PPB UINT64_C(1000000000)

__extension__ typedef unsigned __int128 wide;

/* ---- the model ---- */

enum { STEPS_MAX = 800, TRANSITIONS_MAX = 800, TIERS_MAX = SLO_ALERT_TIERS_MAX };

typedef struct model {
  slo_alert_tier tier[TIERS_MAX];
  uint32_t tier_count;
  uint64_t objective_ppb;
  int64_t at[STEPS_MAX];
  char held[STEPS_MAX][TIERS_MAX];   /* did tier i hold at step k */
  char firing[STEPS_MAX][TIERS_MAX]; /* was it firing after it */
  size_t steps;
  slo_transition transition[TRANSITIONS_MAX];
  size_t transitions;
} model;

/* bad / valid / (1 - objective) > factor, or >= */
static int model_exceeds(const model *m, const slo_alert_tier *tier, const slo_counts *c) {
  wide valid = (wide)c->good + c->bad;
  wide left = (wide)c->bad * PPB * 1000000;
  wide right = (wide)tier->factor_ppm * (PPB - m->objective_ppb) * valid;
  if (valid == 0) return 0;
  return tier->flags & SLO_BURN_AT_LEAST ? left >= right : left > right;
}

static uint64_t model_burn(const model *m, const slo_counts *c) {
  wide valid = (wide)c->good + c->bad;
  if (valid == 0) return 0;
  return (uint64_t)((wide)c->bad * PPB * 1000000 / ((PPB - m->objective_ppb) * valid));
}

/* Since when tier i has held without a break, up to step k; -1: it does not hold. */
static int64_t model_held_since(const model *m, size_t k, uint32_t i) {
  if (!m->held[k][i]) return -1;
  while (k > 0 && m->held[k - 1][i]) k--;
  return m->at[k];
}

static int model_fires(const model *m, size_t k, uint32_t i) {
  const slo_alert_tier *tier = &m->tier[i];
  int was = k > 0 && m->firing[k - 1][i];
  if (m->held[k][i]) return was || m->at[k] - model_held_since(m, k, i) >= tier->for_ns;
  if (!was) return 0;
  size_t last = k;
  while (!m->held[last][i]) last--; /* it fires, so it has held */
  return m->at[k] - m->at[last] < tier->keep_firing_ns;
}

typedef struct severity_at {
  uint32_t state;
  uint64_t tiers;
} severity_at;

static severity_at model_severity(const model *m, size_t k, uint32_t severity) {
  severity_at s = {SLO_ALERT_INACTIVE, 0};
  uint64_t pending = 0, firing = 0;
  for (uint32_t i = 0; i < m->tier_count; i++) {
    if (m->tier[i].severity != severity) continue;
    if (m->firing[k][i]) {
      firing |= UINT64_C(1) << i;
    } else if (m->held[k][i]) {
      pending |= UINT64_C(1) << i;
    }
  }
  s.tiers = firing != 0 ? firing : pending;
  if (s.tiers != 0) s.state = firing != 0 ? SLO_ALERT_FIRING : SLO_ALERT_PENDING;
  return s;
}

/* The step at which the state that is in force at step k began; -1: before the first. */
static long model_since(const model *m, long k, uint32_t severity) {
  uint32_t state = k < 0 ? SLO_ALERT_INACTIVE : model_severity(m, (size_t)k, severity).state;
  while (k > 0 && model_severity(m, (size_t)k - 1, severity).state == state) k--;
  if (k == 0 && state == SLO_ALERT_INACTIVE) return -1;
  return k;
}

/* Tiers that fired at any step from since to k. */
static uint64_t model_fired(const model *m, long since, long k, uint32_t severity) {
  uint64_t fired = 0;
  for (long s = since; s >= 0 && s <= k; s++) {
    for (uint32_t i = 0; i < m->tier_count; i++) {
      if (m->tier[i].severity == severity && m->firing[s][i]) fired |= UINT64_C(1) << i;
    }
  }
  return fired;
}

static slo_counts model_counts(const slo_window *w, int64_t span) {
  slo_delta d = SLO_SIZED(slo_delta);
  slo_status status = slo_window_read(w, &span, 1, &d);
  check_that(status == SLO_OK, "%d", status);
  return d.counts;
}

static void model_step(model *m, const slo_window *w) {
  slo_window_summary summary = SLO_SIZED(slo_window_summary);
  slo_counts counts[TIERS_MAX][2];
  check_that(slo_window_summarize(w, &summary) == SLO_OK, "summarize");
  check_that(m->steps < STEPS_MAX, "too many steps");
  size_t k = m->steps;
  if (k > 0 && m->at[k - 1] == summary.newest_ns) return; /* no newer reading */
  m->at[k] = summary.newest_ns;
  m->steps++;
  for (uint32_t i = 0; i < m->tier_count; i++) {
    counts[i][0] = model_counts(w, m->tier[i].long_ns);
    counts[i][1] = model_counts(w, m->tier[i].short_ns);
    m->held[k][i] = model_exceeds(m, &m->tier[i], &counts[i][0]) &&
                    model_exceeds(m, &m->tier[i], &counts[i][1]);
    m->firing[k][i] = (char)model_fires(m, k, i);
  }
  for (uint32_t s = 0; s < SLO_SEVERITIES; s++) {
    severity_at from = {SLO_ALERT_INACTIVE, 0}, to = model_severity(m, k, s);
    if (k > 0) from = model_severity(m, k - 1, s);
    if (from.state == to.state) continue;
    long since = model_since(m, (long)k - 1, s);
    slo_transition *t = &m->transition[m->transitions];
    memset(t, 0, sizeof *t);
    t->struct_size = (uint32_t)sizeof *t;
    t->severity = s;
    t->from = from.state;
    t->to = to.state;
    t->sequence = m->transitions++;
    t->at_ns = m->at[k];
    t->since_ns = since < 0 ? 0 : m->at[since];
    t->last_ns = k > 0 ? m->at[k - 1] : 0;
    t->tiers = to.tiers;
    if (from.state == SLO_ALERT_FIRING) {
      t->tiers = model_fired(m, since, (long)k - 1, s);
    } else if (to.state == SLO_ALERT_INACTIVE) {
      t->tiers = from.tiers;
    }
    while (!(t->tiers >> t->tier & 1)) t->tier++;
    t->long_counts = counts[t->tier][0];
    t->short_counts = counts[t->tier][1];
    t->long_burn_ppm = model_burn(m, &t->long_counts);
    t->short_burn_ppm = model_burn(m, &t->short_counts);
    t->cause = t->to == SLO_ALERT_FIRING ? SLO_CAUSE_BURN : SLO_CAUSE_NONE;
    t->exhaustion_ns = INT64_MAX;
  }
}

static void model_check(const model *m, const slo_alert *a, uint64_t *cursor) {
  long k = (long)m->steps - 1;
  for (uint32_t s = 0; s < SLO_SEVERITIES; s++) {
    slo_alert_status status = SLO_SIZED(slo_alert_status);
    check_that(slo_alert_read(a, s, &status) == SLO_OK, "read");
    severity_at expected = model_severity(m, (size_t)k, s);
    long since = model_since(m, k, s);
    check_that(status.severity == s && status.reserved == 0, "severity %u", status.severity);
    check_that(status.state == expected.state, "step %ld: state %u instead of %u", k, status.state,
               expected.state);
    check_that(status.tiers == expected.tiers, "step %ld: tiers %" PRIx64 " instead of %" PRIx64, k,
               status.tiers, expected.tiers);
    check_that(status.since_ns == (since < 0 ? 0 : m->at[since]), "step %ld: since %" PRId64, k,
               status.since_ns);
    check_that(status.last_ns == m->at[k], "step %ld: last %" PRId64, k, status.last_ns);
    uint64_t fired = expected.state == SLO_ALERT_FIRING ? model_fired(m, since, k, s) : 0;
    check_that(status.tiers_fired == fired, "step %ld: fired %" PRIx64 " instead of %" PRIx64, k,
               status.tiers_fired, fired);
  }
  for (;;) {
    slo_transition t = SLO_SIZED(slo_transition);
    slo_status status = slo_alert_next(a, cursor, &t);
    if (status == SLO_ENODATA) break;
    check_that(status == SLO_OK, "next: %d", status);
    check_that(*cursor <= m->transitions, "a transition that did not happen");
    const slo_transition *e = &m->transition[*cursor - 1];
    check_that(memcmp(&t, e, sizeof t) == 0,
               "transition %" PRIu64 ": severity %u/%u, %u/%u -> %u/%u at %" PRId64 "/%" PRId64
               ", since %" PRId64 "/%" PRId64 ", last %" PRId64 "/%" PRId64 ", tiers %" PRIx64
               "/%" PRIx64 ", tier %u/%u, burns %" PRIu64 "/%" PRIu64 " %" PRIu64 "/%" PRIu64,
               t.sequence, t.severity, e->severity, t.from, e->from, t.to, e->to, t.at_ns, e->at_ns,
               t.since_ns, e->since_ns, t.last_ns, e->last_ns, t.tiers, e->tiers, t.tier, e->tier,
               t.long_burn_ppm, e->long_burn_ppm, t.short_burn_ppm, e->short_burn_ppm);
  }
  check_that(*cursor == m->transitions, "transition %zu is missing", m->transitions - 1);
}

/* ---- random services ---- */

static slo_window *window_new(void) {
  static const slo_window_tier tiers[] = {{SEC, 60 * SEC}, {5 * SEC, 300 * SEC}};
  slo_window_config config = SLO_SIZED(slo_window_config);
  slo_window *w;
  config.tiers = tiers;
  config.tier_count = 2;
  ck_ok(slo_window_create(&config, NULL, &w, NULL));
  return w;
}

/* Multi-window burn rates and nothing else. */
static slo_alert_config plain_config(const slo_alert_tier *tiers, uint32_t count,
                                     uint64_t objective_ppb) {
  slo_alert_config config = SLO_SIZED(slo_alert_config);
  config.tiers = tiers;
  config.tier_count = count;
  config.objective_ppb = objective_ppb;
  for (int s = 0; s < SLO_SEVERITIES; s++) config.gate[s].kind = SLO_GATE_NONE;
  return config;
}

static slo_alert *alert_new(const slo_alert_tier *tiers, uint32_t count, uint64_t objective_ppb) {
  slo_alert_config config = plain_config(tiers, count, objective_ppb);
  slo_alert *a;
  ck_ok(slo_alert_create(&config, NULL, &a, NULL));
  return a;
}

static void random_tiers(model *m, uint64_t *random) {
  static const int64_t spans[] = {1, 2, 3, 5, 10, 20, 30, 60, 120, 300};
  static const int64_t waits[] = {0, 0, 0, 1, SEC, 2 * SEC, 3 * SEC, 7 * SEC + 1, 20 * SEC};
  static const uint64_t factors[] = {1000000, 2000000, 2000001, 1500000, 500000, 14400000, 1};
  static const uint64_t objectives[] = {900000000, 900000000, 990000000, 999000000, 500000000};
  m->tier_count = 1 + (uint32_t)(check_random(random) % 6);
  m->objective_ppb = objectives[check_random(random) % 5];
  for (uint32_t i = 0; i < m->tier_count; i++) {
    slo_alert_tier *tier = &m->tier[i];
    size_t a = check_random(random) % 10, b = check_random(random) % 10;
    tier->long_ns = spans[a > b ? a : b] * SEC;
    tier->short_ns = spans[a > b ? b : a] * SEC;
    tier->factor_ppm = factors[check_random(random) % 7];
    tier->for_ns = waits[check_random(random) % 9];
    tier->keep_firing_ns = waits[check_random(random) % 9];
    tier->severity = (uint32_t)check_random(random) % SLO_SEVERITIES;
    tier->flags = (uint32_t)check_random(random) % 2;
  }
}

/* One second of a service in one of its moods. Exact ratios make burn rates equal to factors. */
static void serve(slo_counts *total, uint64_t mood, uint64_t *random) {
  uint64_t n = 10 * (1 + check_random(random) % 5);
  switch (mood) {
    case 0:
      total->good += n;
      break;
    case 1: /* down */
      total->bad += n;
      break;
    case 2: /* burn rate 2 at 90 %, exactly */
      total->good += n / 10 * 8;
      total->bad += n / 10 * 2;
      break;
    case 3: /* 1 at 90 % */
      total->good += n / 10 * 9;
      total->bad += n / 10;
      break;
    case 4:
      total->excluded += n;
      break;
    case 5: /* nobody came */
      break;
    default:
      total->good += n;
      total->bad += check_random(random) % 4;
      break;
  }
}

START_TEST(test_random_services) {
  static model m;
  uint64_t transitions = 0, firings = 0, pendings = 0;
  for (uint64_t seed = 0; seed < 160; seed++) {
    uint64_t random = seed, cursor = 0, mood = 0;
    slo_counts total = {0, 0, 0};
    memset(&m, 0, sizeof m);
    random_tiers(&m, &random);
    slo_window *w = window_new();
    slo_alert *a = alert_new(m.tier, m.tier_count, m.objective_ppb);
    int64_t now = INT64_C(1431894420) * SEC * (int64_t)(seed % 2);
    for (int i = 0; i < 300; i++) {
      if (check_random(&random) % 8 == 0) mood = check_random(&random) % 7;
      serve(&total, mood, &random);
      check_that(slo_window_push(w, now, &total, 0) == SLO_OK, "push");
      if (check_random(&random) % 10 != 0) {
        check_that(slo_alert_step(a, w, NULL, 0) == SLO_OK, "step");
        model_step(&m, w);
        model_check(&m, a, &cursor);
      }
      if (check_random(&random) % 16 == 0) { /* the clock steps back: no newer reading */
        serve(&total, 1, &random);
        check_that(slo_window_push(w, now - (now > 0), &total, 0) == SLO_OK, "push");
        check_that(slo_alert_step(a, w, NULL, 0) == SLO_OK, "step");
        model_step(&m, w);
        model_check(&m, a, &cursor);
      }
      now += SEC;
      if (check_random(&random) % 16 == 0) now += (int64_t)(check_random(&random) % 1000000007);
      if (check_random(&random) % 40 == 0) now += (int64_t)(check_random(&random) % 40) * SEC;
    }
    transitions += m.transitions;
    for (size_t i = 0; i < m.transitions; i++) {
      firings += m.transition[i].to == SLO_ALERT_FIRING;
      pendings += m.transition[i].from == SLO_ALERT_PENDING;
    }
    slo_alert_destroy(a);
    slo_window_destroy(w);
  }
  ck_assert_uint_gt(transitions, 3000); /* or it was too quiet to have tested anything */
  ck_assert_uint_gt(firings, 1000);
  ck_assert_uint_gt(pendings, 700);
}
END_TEST

/* ---- particular promises ---- */

/* Fires and resolves at every step: one second of all bad, one of all good. */
static const slo_alert_tier nervous = {.long_ns = SEC, .short_ns = SEC, .factor_ppm = 1000000};

typedef struct flapper {
  slo_window *w;
  slo_alert *a;
  slo_counts total;
  int64_t now;
} flapper;

static flapper flapper_new(void) {
  flapper f = {window_new(), alert_new(&nervous, 1, 900000000), {0, 0, 0}, 1000 * SEC};
  ck_ok(slo_window_push(f.w, f.now, &f.total, 0));
  ck_ok(slo_alert_step(f.a, f.w, NULL, 0));
  return f;
}

static void flapper_flap(flapper *f, int n) {
  for (int i = 0; i < n; i++) {
    slo_alert_status status = SLO_SIZED(slo_alert_status);
    ck_ok(slo_alert_read(f->a, SLO_SEVERITY_PAGE, &status));
    int bad = status.state != SLO_ALERT_FIRING;
    f->total.good += bad ? 0 : 10;
    f->total.bad += bad ? 10 : 0;
    f->now += SEC;
    ck_ok(slo_window_push(f->w, f->now, &f->total, 0));
    ck_ok(slo_alert_step(f->a, f->w, NULL, 0));
  }
}

static void flapper_end(flapper *f) {
  slo_alert_destroy(f->a);
  slo_window_destroy(f->w);
}

START_TEST(test_before_the_first_step) {
  slo_window *w = window_new();
  slo_alert *a = alert_new(&nervous, 1, 900000000);
  slo_transition t = SLO_SIZED(slo_transition), untouched = t;
  uint64_t cursor = 0;
  ck_assert_int_eq(slo_alert_step(a, w, NULL, 0), SLO_ENODATA);
  for (uint32_t s = 0; s < SLO_SEVERITIES; s++) {
    slo_alert_status status;
    memset(&status, 0xff, sizeof status);
    status.struct_size = (uint32_t)sizeof status;
    ck_ok(slo_alert_read(a, s, &status));
    ck_assert_uint_eq(status.severity, s);
    ck_assert_uint_eq(status.state, SLO_ALERT_INACTIVE);
    ck_assert_int_eq(status.since_ns, 0);
    ck_assert_int_eq(status.last_ns, 0);
    ck_assert_uint_eq(status.tiers, 0);
    ck_assert_uint_eq(status.tiers_fired, 0);
    ck_assert_uint_eq(status.reserved, 0);
  }
  ck_assert_int_eq(slo_alert_next(a, &cursor, &t), SLO_ENODATA);
  ck_assert_uint_eq(cursor, 0);
  ck_assert_mem_eq(&t, &untouched, sizeof t);
  slo_alert_destroy(a);
  slo_window_destroy(w);
}
END_TEST

START_TEST(test_arguments) {
  flapper f = flapper_new();
  slo_alert_status status = SLO_SIZED(slo_alert_status), unsized;
  slo_transition t = SLO_SIZED(slo_transition);
  uint64_t cursor = 0;
  char text[SLO_ALERT_TIER_TEXT_MAX];
  memset(&unsized, 0, sizeof unsized);
  flapper_flap(&f, 2);
  ck_assert_int_eq(slo_alert_step(NULL, f.w, NULL, 0), SLO_EINVAL);
  ck_assert_int_eq(slo_alert_step(f.a, NULL, NULL, 0), SLO_EINVAL);
  ck_assert_int_eq(slo_alert_read(NULL, 0, &status), SLO_EINVAL);
  ck_assert_int_eq(slo_alert_read(f.a, 0, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_alert_read(f.a, 0, &unsized), SLO_EINVAL);
  ck_assert_int_eq(slo_alert_read(f.a, SLO_SEVERITIES, &status), SLO_ERANGE);
  ck_assert_int_eq(slo_alert_next(NULL, &cursor, &t), SLO_EINVAL);
  ck_assert_int_eq(slo_alert_next(f.a, NULL, &t), SLO_EINVAL);
  ck_assert_int_eq(slo_alert_next(f.a, &cursor, NULL), SLO_EINVAL);
  t.struct_size = 0;
  ck_assert_int_eq(slo_alert_next(f.a, &cursor, &t), SLO_EINVAL);
  ck_assert_uint_eq(cursor, 0); /* not handed out, so not moved on */
  ck_assert_int_eq(slo_alert_create(NULL, NULL, NULL, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_alert_attach(NULL, 1 << 20, &f.a), SLO_EINVAL);
  ck_assert_int_eq(slo_alert_tier_format(NULL, text, sizeof text), SLO_EINVAL);
  ck_assert_int_eq(slo_alert_tier_format(&nervous, NULL, 9), SLO_EINVAL);
  flapper_end(&f);
  slo_alert_destroy(NULL);
}
END_TEST

START_TEST(test_tier_format) {
  slo_alert_tier tier = {.long_ns = SLO_HOUR_NS, .short_ns = 5 * SLO_MINUTE_NS};
  char text[SLO_ALERT_TIER_TEXT_MAX];
  ck_ok(slo_alert_tier_format(&tier, text, sizeof text));
  ck_assert_str_eq(text, "1h/5m");
  ck_ok(slo_alert_tier_format(&tier, text, 6));
  ck_assert_int_eq(slo_alert_tier_format(&tier, text, 5), SLO_ESPACE);
  ck_assert_int_eq(slo_alert_tier_format(&tier, text, 0), SLO_ESPACE);
  /* whatever a tier may be */
  uint64_t random = 3;
  for (int i = 0; i < 20000; i++) {
    tier.long_ns = 1 + (int64_t)(check_random_wide(&random) % (uint64_t)SLO_TIME_MAX_NS);
    tier.short_ns = 1 + (int64_t)(check_random(&random) % (uint64_t)tier.long_ns);
    slo_status status = slo_alert_tier_format(&tier, text, sizeof text);
    check_that(status == SLO_OK, "%" PRId64 "/%" PRId64 ": %d", tier.long_ns, tier.short_ns,
               status);
  }
}
END_TEST

/* Without a newer reading a step changes not one bit. */
START_TEST(test_step_again) {
  flapper f = flapper_new();
  size_t size;
  slo_alert_config config = plain_config(&nervous, 1, 900000000);
  ck_ok(slo_alert_footprint(&config, &size, NULL));
  char *before = malloc(size);
  ck_assert_ptr_nonnull(before);
  for (int i = 0; i < 5; i++) {
    flapper_flap(&f, 1);
    memcpy(before, f.a, size);
    for (int again = 0; again < 3; again++) {
      f.total.bad += again == 0 ? 0 : 1000;
      f.total.good += again == 0 ? 0 : 100000;
      ck_ok(slo_window_push(f.w, f.now - again / 2, &f.total, 0)); /* counts, but no time */
      ck_ok(slo_alert_step(f.a, f.w, NULL, 0));
      ck_assert_mem_eq(f.a, before, size);
    }
  }
  free(before);
  flapper_end(&f);
}
END_TEST

/* The last SLO_ALERT_TRANSITIONS_KEPT transitions are there, the others are said to be lost. */
START_TEST(test_lost) {
  enum { KEPT = SLO_ALERT_TRANSITIONS_KEPT };
  for (uint64_t made = 0; made < 3 * KEPT + 2; made++) {
    flapper f = flapper_new();
    flapper_flap(&f, (int)made);
    uint64_t oldest = made > KEPT ? made - KEPT : 0;
    for (uint64_t start = 0; start <= made; start++) {
      uint64_t cursor = start;
      slo_transition t, untouched;
      memset(&t, 0x5a, sizeof t);
      t.struct_size = (uint32_t)sizeof t;
      untouched = t;
      if (start < oldest) {
        check_that(slo_alert_next(f.a, &cursor, &t) == SLO_ELOST, "not lost");
        check_that(cursor == oldest, "the cursor is at %" PRIu64 ", not %" PRIu64, cursor, oldest);
        check_that(memcmp(&t, &untouched, sizeof t) == 0, "lost, but something was written");
      }
      for (uint64_t i = start < oldest ? oldest : start; i < made; i++) {
        check_that(slo_alert_next(f.a, &cursor, &t) == SLO_OK, "transition %" PRIu64, i);
        check_that(t.sequence == i && cursor == i + 1, "%" PRIu64 " instead of %" PRIu64,
                   t.sequence, i);
        check_that(t.at_ns == (1001 + (int64_t)i) * SEC, "at %" PRId64, t.at_ns);
        check_that(t.to == (i % 2 ? SLO_ALERT_INACTIVE : SLO_ALERT_FIRING), "to %u", t.to);
      }
      check_that(slo_alert_next(f.a, &cursor, &t) == SLO_ENODATA && cursor == made, "one too many");
    }
    uint64_t future = made + 7;
    slo_transition t = SLO_SIZED(slo_transition);
    check_that(slo_alert_next(f.a, &future, &t) == SLO_ENODATA && future == made + 7, "the future");
    flapper_end(&f);
  }
}
END_TEST

/* A shorter slo_transition or slo_alert_status gets as much as fits. */
START_TEST(test_short_structs) {
  flapper f = flapper_new();
  slo_transition t, whole = SLO_SIZED(slo_transition);
  slo_alert_status s, s_whole = SLO_SIZED(slo_alert_status);
  uint64_t cursor = 0;
  flapper_flap(&f, 1);
  ck_ok(slo_alert_next(f.a, &cursor, &whole));
  ck_ok(slo_alert_read(f.a, 0, &s_whole));
  cursor = 0;
  memset(&t, 0x33, sizeof t);
  memset(&s, 0x33, sizeof s);
  t.struct_size = offsetof(slo_transition, at_ns);
  s.struct_size = offsetof(slo_alert_status, tiers);
  ck_ok(slo_alert_next(f.a, &cursor, &t));
  ck_ok(slo_alert_read(f.a, 0, &s));
  ck_assert_uint_eq(t.to, SLO_ALERT_FIRING);
  ck_assert_uint_eq(t.sequence, whole.sequence);
  ck_assert_int_eq(t.at_ns, INT64_C(0x3333333333333333));
  ck_assert_int_eq(s.last_ns, s_whole.last_ns);
  ck_assert_uint_eq(s.tiers, UINT64_C(0x3333333333333333));
  flapper_end(&f);
}
END_TEST

/* A clock that was wrong and set right must not freeze an alert until that date: an alert holds
 * for its for_ns, and keeps firing for its keep_firing_ns, by the clock as it is now. */
START_TEST(test_rebase_does_not_freeze) {
  const int64_t wrong = 2000000 * SEC, right = 1000 * SEC;
  slo_alert_tier tier = nervous;
  tier.for_ns = 3 * SEC;
  tier.keep_firing_ns = 4 * SEC;
  slo_window *w = window_new();
  slo_alert *a = alert_new(&tier, 1, 900000000);
  slo_counts total = {0, 0, 0};
  slo_alert_status status = SLO_SIZED(slo_alert_status);
  for (int64_t t = 0; t < 2; t++) { /* pending by the wrong clock .. */
    ck_ok(slo_window_push(w, wrong + t * SEC, &total, 0));
    total.bad += 10;
    ck_ok(slo_alert_step(a, w, NULL, 0));
  }
  int64_t fired = -1, resolved = -1;
  for (int64_t t = 0; t < 12; t++) { /* .. and failing on by the right one */
    ck_ok(slo_window_push(w, right + t * SEC, &total, t == 0 ? SLO_PUSH_REBASE : 0));
    total.bad += 10;
    ck_ok(slo_alert_step(a, w, NULL, 0));
    ck_ok(slo_alert_read(a, SLO_SEVERITY_PAGE, &status));
    if (fired < 0 && status.state == SLO_ALERT_FIRING) fired = t;
  }
  check_that(fired >= 0 && fired <= 5, "failing for 11 s, for_ns is 3 s, and it does not fire");
  /* the same with a firing alert that is good again */
  for (int64_t t = 0; t < 8; t++) {
    ck_ok(slo_window_push(w, wrong + t * SEC, &total, t == 0 ? SLO_PUSH_REBASE : 0));
    total.bad += 10;
    ck_ok(slo_alert_step(a, w, NULL, 0));
  }
  ck_ok(slo_alert_read(a, SLO_SEVERITY_PAGE, &status));
  ck_assert_uint_eq(status.state, SLO_ALERT_FIRING);
  for (int64_t t = 0; t < 12; t++) {
    ck_ok(slo_window_push(w, right + t * SEC, &total, t == 0 ? SLO_PUSH_REBASE : 0));
    total.good += 100;
    ck_ok(slo_alert_step(a, w, NULL, 0));
    ck_ok(slo_alert_read(a, SLO_SEVERITY_PAGE, &status));
    if (resolved < 0 && status.state != SLO_ALERT_FIRING) resolved = t;
  }
  check_that(resolved >= 0 && resolved <= 5,
             "good for 11 s, kept firing for 4 s, and still firing");
  slo_alert_destroy(a);
  slo_window_destroy(w);
}
END_TEST

/* ---- kinds of tiers, groups, silence ---- */

static const slo_window_tier rig_windows[] = {
    {10 * SEC, SLO_HOUR_NS}, {SLO_MINUTE_NS, 7 * SLO_HOUR_NS}, {SLO_HOUR_NS, 30 * SLO_DAY_NS}};

typedef struct rig {
  slo_window *w;
  slo_alert *a;
  slo_ledger *ledger;
  slo_counts total;
  int64_t now;
  uint64_t cursor;
} rig;

static rig rig_new(const slo_alert_config *c) {
  slo_window_config config = SLO_SIZED(slo_window_config);
  rig r = {NULL, NULL, NULL, {0, 0, 0}, INT64_C(1700000000) * SEC, 0};
  config.tiers = rig_windows;
  config.tier_count = 3;
  config.jump_max_ns = SLO_TIME_MAX_NS;
  ck_ok(slo_window_create(&config, NULL, &r.w, NULL));
  ck_ok(slo_alert_create(c, NULL, &r.a, NULL));
  ck_ok(slo_ledger_create(16, NULL, &r.ledger, NULL));
  ck_ok(slo_window_push(r.w, r.now, &r.total, 0));
  ck_ok(slo_alert_step(r.a, r.w, r.ledger, 0));
  return r;
}

static void rig_end(rig *r) {
  slo_alert_destroy(r->a);
  slo_window_destroy(r->w);
  slo_ledger_destroy(r->ledger);
}

static void rig_push(rig *r, int64_t span_ns, uint64_t good, uint64_t bad, uint32_t flags) {
  r->now += span_ns;
  r->total.good += good;
  r->total.bad += bad;
  check_ok(slo_window_push(r->w, r->now, &r->total, flags));
  check_ok(slo_alert_step(r->a, r->w, r->ledger, 0));
}

/* So many slots of ten seconds with so many events each. */
static void rig_run(rig *r, int slots, uint64_t good, uint64_t bad) {
  for (int i = 0; i < slots; i++) rig_push(r, 10 * SEC, good, bad, 0);
}

static uint32_t rig_state(const rig *r, uint32_t severity) {
  slo_alert_status s = SLO_SIZED(slo_alert_status);
  check_ok(slo_alert_read(r->a, severity, &s));
  return s.state;
}

/* How many slots until the severity fires (or does not); -1: more than `most`. */
static int rig_until(rig *r, uint32_t severity, int fires, uint64_t good, uint64_t bad, int most) {
  for (int i = 0; i <= most; i++) {
    if ((rig_state(r, severity) == SLO_ALERT_FIRING) == fires) return i;
    rig_run(r, 1, good, bad);
  }
  return -1;
}

/* The next transition, of which there must be one; and there is none. */
static slo_transition rig_next(rig *r) {
  slo_transition t = SLO_SIZED(slo_transition);
  ck_ok(slo_alert_next(r->a, &r->cursor, &t));
  return t;
}

static void rig_nothing(rig *r) {
  slo_transition t = SLO_SIZED(slo_transition);
  ck_assert_int_eq(slo_alert_next(r->a, &r->cursor, &t), SLO_ENODATA);
}

/* Half, nine tenths and all of the budget: one transition each, not more, however long it lasts. */
START_TEST(test_spent_is_announced) {
  slo_alert_tier tiers[3];
  memset(tiers, 0, sizeof tiers);
  for (int i = 0; i < 3; i++) {
    tiers[i].long_ns = tiers[i].short_ns = 30 * SLO_DAY_NS;
    tiers[i].factor_ppm = i == 0 ? 500000 : i == 1 ? 900000 : 1000000;
    tiers[i].kind = SLO_TIER_SPENT;
    tiers[i].severity = SLO_SEVERITY_TICKET;
    tiers[i].flags = SLO_TIER_ANNOUNCE;
  }
  slo_alert_config c = SLO_SIZED(slo_alert_config); /* gates: they are not asked */
  c.tiers = tiers;
  c.tier_count = 3;
  c.objective_ppb = 990000000;
  c.period_ns = 30 * SLO_DAY_NS;
  rig r = rig_new(&c);
  rig_push(&r, SLO_DAY_NS, 99000, 0, 0);
  rig_push(&r, SLO_DAY_NS, 501, 499, 0); /* just not half of it: 499 of 100000 */
  ck_assert_uint_eq(rig_state(&r, SLO_SEVERITY_TICKET), SLO_ALERT_INACTIVE);
  rig_nothing(&r);
  rig_push(&r, SEC, 199, 1, 0); /* 500 of 100200: still not */
  rig_nothing(&r);
  rig_push(&r, SEC, 0, 2, 0); /* 502 of 100202: yes */
  slo_transition t = rig_next(&r);
  ck_assert_uint_eq(t.from, SLO_ALERT_INACTIVE);
  ck_assert_uint_eq(t.to, SLO_ALERT_FIRING);
  ck_assert_uint_eq(t.severity, SLO_SEVERITY_TICKET);
  ck_assert_uint_eq(t.tiers, 1);
  ck_assert_uint_eq(t.tier, 0);
  ck_assert_uint_eq(t.cause, SLO_CAUSE_SPENT);
  ck_assert_uint_eq(t.evidence_ppb, 0);
  ck_assert_uint_eq(t.long_burn_ppm, UINT64_C(502) * 100000000 / 100202);
  int64_t span = 2 * SLO_DAY_NS + 2 * SEC;
  ck_assert_uint_eq(t.at_stake_ppm,
                    (uint64_t)((wide)t.long_burn_ppm * (wide)span / (wide)c.period_ns));
  ck_assert_int_eq(t.exhaustion_ns, (int64_t)((wide)(1000000 - t.long_burn_ppm) *
                                              (wide)c.period_ns / t.long_burn_ppm));
  rig_push(&r, SEC, 0, 399, 0);
  rig_nothing(&r);
  rig_push(&r, SEC, 0, 10, 0);
  t = rig_next(&r);
  ck_assert_uint_eq(t.from, SLO_ALERT_FIRING);
  ck_assert_uint_eq(t.to, SLO_ALERT_FIRING);
  ck_assert_uint_eq(t.tiers, 2);
  ck_assert_uint_eq(t.tier, 1);
  ck_assert_uint_eq(t.cause, SLO_CAUSE_SPENT);
  rig_push(&r, SEC, 0, 200, 0);
  t = rig_next(&r);
  ck_assert_uint_eq(t.tiers, 4);
  ck_assert_uint_eq(t.tier, 2);
  ck_assert_int_eq(t.exhaustion_ns, 0);
  for (int i = 0; i < 5; i++) { /* around all of it: nothing new */
    rig_push(&r, SEC, 20000, 0, 0);
    rig_push(&r, SEC, 0, 500, 0);
  }
  rig_nothing(&r);
  rig_push(&r, 29 * SLO_DAY_NS, 10000000, 0, 0);
  t = rig_next(&r);
  ck_assert_uint_eq(t.to, SLO_ALERT_INACTIVE);
  ck_assert_uint_eq(t.tiers, 7);
  ck_assert_uint_eq(t.cause, SLO_CAUSE_NONE);
  rig_nothing(&r);
  rig_push(&r, SEC, 0, 200000, 0); /* all three at once: one transition says so */
  t = rig_next(&r);
  ck_assert_uint_eq(t.tiers, 7);
  rig_nothing(&r);
  rig_end(&r);
}
END_TEST

/* An announcement has its own tier's cause, also while another one keeps the severity firing. */
START_TEST(test_causes) {
  slo_alert_tier tiers[2] = {nervous, nervous};
  tiers[0].long_ns = tiers[0].short_ns = SLO_MINUTE_NS;
  tiers[1].kind = SLO_TIER_SPENT;
  tiers[1].long_ns = tiers[1].short_ns = SLO_HOUR_NS;
  tiers[1].factor_ppm = 500000;
  tiers[1].flags = SLO_TIER_ANNOUNCE;
  slo_alert_config c = plain_config(tiers, 2, 900000000);
  rig r = rig_new(&c);
  rig_run(&r, 300, 10, 0);
  rig_run(&r, 1, 0, 10);
  slo_transition t = rig_next(&r);
  ck_assert_uint_eq(t.cause, SLO_CAUSE_BURN);
  ck_assert_uint_eq(t.tiers, 1);
  ck_assert_int_eq(t.exhaustion_ns, INT64_MAX); /* without a period */
  ck_assert_uint_eq(t.at_stake_ppm, 0);
  rig_run(&r, 20, 0, 10);
  t = rig_next(&r);
  ck_assert_uint_eq(t.cause, SLO_CAUSE_SPENT);
  ck_assert_uint_eq(t.tier, 1);
  ck_assert_uint_eq(t.from, SLO_ALERT_FIRING);
  rig_nothing(&r);
  rig_end(&r);
}
END_TEST

START_TEST(test_silence_fires) {
  slo_alert_tier tier = {.long_ns = 2 * SLO_HOUR_NS,
                         .short_ns = 10 * SLO_MINUTE_NS,
                         .factor_ppm = 20000000,
                         .kind = SLO_TIER_SILENCE};
  slo_alert_config c = SLO_SIZED(slo_alert_config);
  c.tiers = &tier;
  c.tier_count = 1;
  c.objective_ppb = 999000000;
  rig r = rig_new(&c);
  rig_run(&r, 400, 1, 0);
  rig_run(&r, 120, 0, 0); /* what its rate is nobody knows yet */
  ck_assert_uint_eq(rig_state(&r, SLO_SEVERITY_PAGE), SLO_ALERT_INACTIVE);
  rig_run(&r, 720, 1, 0);
  rig_push(&r, 20 * SLO_MINUTE_NS, 0, 0, SLO_PUSH_UNMEASURED); /* a deploy */
  ck_assert_uint_eq(rig_state(&r, SLO_SEVERITY_PAGE), SLO_ALERT_INACTIVE);
  int silent = rig_until(&r, SLO_SEVERITY_PAGE, 1, 0, 0, 100);
  check_that(silent == 60, "after it, fires after %d slots", silent);
  slo_transition t = rig_next(&r);
  ck_assert_uint_eq(t.cause, SLO_CAUSE_SILENCE);
  ck_assert_uint_eq(t.short_counts.good + t.short_counts.bad, 0);
  ck_assert_uint_eq(t.short_burn_ppm, 0);
  rig_run(&r, 1, 0, 1); /* a failure is no silence */
  ck_assert_uint_eq(rig_state(&r, SLO_SEVERITY_PAGE), SLO_ALERT_INACTIVE);
  silent = rig_until(&r, SLO_SEVERITY_PAGE, 1, 0, 0, 100);
  check_that(silent == 60, "fires after %d slots", silent);
  /* excluded events are none */
  r.total.excluded += 1000;
  rig_run(&r, 1, 0, 0);
  ck_assert_uint_eq(rig_state(&r, SLO_SEVERITY_PAGE), SLO_ALERT_FIRING);
  /* who writes maintenance down, of whatever kind, knows */
  rig_run(&r, 720, 1, 0);
  for (uint32_t kind = SLO_CORRECT_REMOVE; kind <= SLO_CORRECT_GOOD; kind++) {
    slo_correction correction = SLO_SIZED(slo_correction);
    correction.kind = kind;
    correction.from_ns = r.now;
    correction.to_ns = r.now + SLO_HOUR_NS;
    memcpy(correction.reason, "moving house", 13);
    ck_ok(slo_ledger_append(r.ledger, &correction, NULL, NULL));
    rig_run(&r, 360, 0, 0);
    ck_assert_uint_eq(rig_state(&r, SLO_SEVERITY_PAGE), SLO_ALERT_INACTIVE);
    rig_run(&r, 720, 1, 0);
  }
  rig_end(&r);
  /* 20 in ten minutes are to be expected, 19 are not */
  for (int64_t rate = 19; rate <= 20; rate++) {
    r = rig_new(&c);
    for (int i = 0; i < 12; i++)
      rig_push(&r, 10 * SLO_MINUTE_NS, (uint64_t)rate + (i == 0 ? (uint64_t)rate : 0), 0, 0);
    rig_push(&r, 10 * SLO_MINUTE_NS, 0, 0, 0); /* the first ten minutes are out: 12 / 12 of it */
    int fires = rig_state(&r, SLO_SEVERITY_PAGE) == SLO_ALERT_FIRING;
    check_that(!fires, "%" PRId64 " in ten minutes, eleven times in two hours", rate);
    rig_end(&r);
    r = rig_new(&c);
    for (int i = 0; i < 12; i++)
      rig_push(&r, 10 * SLO_MINUTE_NS, i == 11 ? (uint64_t)rate * 12 : 0, 0, 0);
    rig_push(&r, 10 * SLO_MINUTE_NS, 0, 0, 0);
    fires = rig_state(&r, SLO_SEVERITY_PAGE) == SLO_ALERT_FIRING;
    check_that(fires == (rate == 20), "%" PRId64 " in ten minutes", rate);
    rig_end(&r);
  }
}
END_TEST

/* Nobl9's way: a burn of 3 or more for ten minutes, and a cool-down of fifteen. */
START_TEST(test_for_and_cool_down) {
  slo_alert_tier tier = {.long_ns = SLO_MINUTE_NS,
                         .short_ns = SLO_MINUTE_NS,
                         .factor_ppm = 3000000,
                         .for_ns = 10 * SLO_MINUTE_NS,
                         .keep_firing_ns = 15 * SLO_MINUTE_NS,
                         .flags = SLO_BURN_AT_LEAST};
  for (int gated = 0; gated < 2; gated++) {
    slo_alert_config c = plain_config(&tier, 1, 990000000);
    if (gated) c.gate[SLO_SEVERITY_PAGE].kind = SLO_GATE_EVIDENCE;
    rig r = rig_new(&c);
    rig_run(&r, 60, 100, 0);
    rig_run(&r, 30, 97, 3); /* five minutes are not enough */
    rig_run(&r, 10, 100, 0);
    ck_assert_uint_eq(rig_state(&r, SLO_SEVERITY_PAGE), SLO_ALERT_INACTIVE);
    int fires = rig_until(&r, SLO_SEVERITY_PAGE, 1, 97, 3, 2000);
    /* held from the sixth slot on, when all of the minute is at 3 */
    if (!gated) ck_assert_int_eq(fires, 6 + 60);
    check_that(fires >= 6 + 60, "%d slots", fires);
    ck_assert_uint_eq(rig_next(&r).to, SLO_ALERT_PENDING);
    ck_assert_uint_eq(rig_next(&r).to, SLO_ALERT_INACTIVE);
    ck_assert_uint_eq(rig_next(&r).to, SLO_ALERT_PENDING);
    ck_assert_uint_eq(rig_next(&r).cause, gated ? SLO_CAUSE_EVIDENCE : SLO_CAUSE_BURN);
    rig_run(&r, 1, 100, 0); /* below 3 at once; then it cools down */
    int cools = rig_until(&r, SLO_SEVERITY_PAGE, 0, 100, 0, 400);
    if (!gated) ck_assert_int_eq(cools, 89);
    check_that(cools >= 89, "gate %d: fires for %d slots more", gated, cools);
    rig_end(&r);
  }
  /* and of a page that its gate has ended the cool-down is kept, too; for no longer */
  tier.for_ns = 0;
  tier.factor_ppm = 6000000;
  slo_alert_config c = plain_config(&tier, 1, 999000000);
  c.gate[SLO_SEVERITY_PAGE].kind = SLO_GATE_EVIDENCE;
  rig r = rig_new(&c);
  rig_run(&r, 60, 10, 0);
  ck_assert_int_ge(rig_until(&r, SLO_SEVERITY_PAGE, 1, 0, 10, 100), 0);
  int cools = rig_until(&r, SLO_SEVERITY_PAGE, 0, 10, 0, 400);
  check_that(cools >= 90 && cools <= 96, "%d slots", cools);
  rig_end(&r);
}
END_TEST

/* While it pages no ticket begins to fire; what fired already goes on, and what waited may after.
 */
START_TEST(test_pages_silence_tickets) {
  const slo_alert_tier tiers[] = {
      {.long_ns = 5 * SLO_MINUTE_NS, .short_ns = SLO_MINUTE_NS, .factor_ppm = 2000000},
      {.long_ns = 20 * SLO_MINUTE_NS,
       .short_ns = 10 * SLO_MINUTE_NS,
       .factor_ppm = 1000000,
       .severity = SLO_SEVERITY_TICKET}};
  for (uint32_t flags = 0; flags < 2; flags++) {
    slo_alert_config c = plain_config(tiers, 2, 900000000);
    c.flags = flags;
    rig r = rig_new(&c);
    rig_run(&r, 120, 10, 0);
    ck_assert_int_gt(rig_until(&r, SLO_SEVERITY_PAGE, 1, 0, 10, 12), 0);
    ck_assert_uint_eq(rig_state(&r, SLO_SEVERITY_TICKET), SLO_ALERT_INACTIVE);
    rig_run(&r, 14, 0, 10);
    ck_assert_uint_eq(rig_state(&r, SLO_SEVERITY_TICKET),
                      flags ? SLO_ALERT_PENDING : SLO_ALERT_FIRING);
    while (rig_state(&r, SLO_SEVERITY_PAGE) == SLO_ALERT_FIRING) {
      ck_assert_uint_eq(rig_state(&r, SLO_SEVERITY_TICKET),
                        flags ? SLO_ALERT_PENDING : SLO_ALERT_FIRING);
      rig_run(&r, 1, 10, 0);
    }
    ck_assert_uint_eq(rig_state(&r, SLO_SEVERITY_TICKET), SLO_ALERT_FIRING);
    rig_run(&r, 240, 10, 0);
    ck_assert_uint_eq(rig_state(&r, SLO_SEVERITY_TICKET), SLO_ALERT_INACTIVE);
    int ticket = rig_until(&r, SLO_SEVERITY_TICKET, 1, 17, 3, 400); /* slowly: the ticket first */
    ck_assert_int_gt(ticket, 0);
    ck_assert_uint_ne(rig_state(&r, SLO_SEVERITY_PAGE), SLO_ALERT_FIRING);
    ck_assert_int_ge(rig_until(&r, SLO_SEVERITY_PAGE, 1, 0, 10, 60), 0);
    ck_assert_uint_eq(rig_state(&r, SLO_SEVERITY_TICKET), SLO_ALERT_FIRING);
    rig_end(&r);
  }
}
END_TEST

/* Tiers of a group hold together; of another severity, or of none, each for itself. */
START_TEST(test_groups) {
  slo_alert_tier tiers[3];
  for (int i = 0; i < 3; i++) tiers[i] = nervous;
  tiers[0].long_ns = tiers[0].short_ns = SLO_MINUTE_NS;
  tiers[0].group = 7;
  tiers[1].long_ns = tiers[1].short_ns = SLO_HOUR_NS;
  tiers[1].group = 7;
  tiers[2].long_ns = tiers[2].short_ns = SLO_MINUTE_NS;
  tiers[2].group = 7;
  tiers[2].severity = SLO_SEVERITY_TICKET;
  slo_alert_config c = plain_config(tiers, 3, 900000000);
  rig r = rig_new(&c);
  rig_run(&r, 360, 10, 0);
  rig_run(&r, 2, 0, 10);
  ck_assert_uint_eq(rig_state(&r, SLO_SEVERITY_TICKET), SLO_ALERT_FIRING);
  ck_assert_uint_eq(rig_state(&r, SLO_SEVERITY_PAGE), SLO_ALERT_INACTIVE); /* the minute alone */
  rig_run(&r, 35, 0, 10);
  ck_assert_uint_eq(rig_state(&r, SLO_SEVERITY_PAGE), SLO_ALERT_FIRING);
  slo_alert_status s = SLO_SIZED(slo_alert_status);
  ck_ok(slo_alert_read(r.a, SLO_SEVERITY_PAGE, &s));
  ck_assert_uint_eq(s.tiers, 3);
  rig_run(&r, 6, 10, 0);
  ck_assert_uint_eq(rig_state(&r, SLO_SEVERITY_PAGE), SLO_ALERT_INACTIVE); /* the hour alone */
  rig_end(&r);
}
END_TEST

START_TEST(test_acknowledge) {
  slo_alert_tier tiers[2] = {nervous, nervous};
  tiers[1].severity = SLO_SEVERITY_TICKET;
  tiers[0].long_ns = tiers[0].short_ns = tiers[1].long_ns = tiers[1].short_ns = SLO_MINUTE_NS;
  slo_alert_config c = plain_config(tiers, 2, 900000000);
  rig r = rig_new(&c);
  slo_alert_status s = SLO_SIZED(slo_alert_status);
  rig_run(&r, 10, 10, 0);
  ck_assert_int_eq(slo_alert_acknowledge(r.a, SLO_SEVERITY_PAGE, r.now), SLO_ENODATA);
  rig_run(&r, 1, 0, 100);
  ck_assert_int_eq(slo_alert_acknowledge(NULL, SLO_SEVERITY_PAGE, r.now), SLO_EINVAL);
  ck_assert_int_eq(slo_alert_acknowledge(r.a, SLO_SEVERITIES, r.now), SLO_ERANGE);
  ck_assert_int_eq(slo_alert_acknowledge(r.a, SLO_SEVERITY_PAGE, -1), SLO_ERANGE);
  ck_assert_int_eq(slo_alert_acknowledge(r.a, SLO_SEVERITY_PAGE, 0), SLO_ERANGE);
  ck_assert_int_eq(slo_alert_acknowledge(r.a, SLO_SEVERITY_PAGE, SLO_TIME_MAX_NS + 1), SLO_ERANGE);
  ck_ok(slo_alert_read(r.a, SLO_SEVERITY_PAGE, &s));
  ck_assert_int_eq(s.acknowledged_ns, 0);
  const int64_t seen = r.now + 5;
  ck_ok(slo_alert_acknowledge(r.a, SLO_SEVERITY_PAGE, seen));
  for (int i = 0; i < 3; i++) { /* it stays, and makes no transition */
    ck_ok(slo_alert_read(r.a, SLO_SEVERITY_PAGE, &s));
    ck_assert_int_eq(s.acknowledged_ns, seen);
    ck_assert_uint_eq(s.state, SLO_ALERT_FIRING);
    ck_ok(slo_alert_read(r.a, SLO_SEVERITY_TICKET, &s));
    ck_assert_int_eq(s.acknowledged_ns, 0);
    rig_run(&r, 1, 0, 10);
  }
  ck_assert_uint_eq(rig_next(&r).to, SLO_ALERT_FIRING);
  ck_assert_uint_eq(rig_next(&r).to, SLO_ALERT_FIRING);
  rig_nothing(&r);
  rig_run(&r, 8, 10, 0);
  ck_ok(slo_alert_read(r.a, SLO_SEVERITY_PAGE, &s));
  ck_assert_uint_eq(s.state, SLO_ALERT_INACTIVE);
  ck_assert_int_eq(s.acknowledged_ns, 0); /* the next one has to be seen, too */
  rig_run(&r, 1, 0, 100);
  ck_ok(slo_alert_read(r.a, SLO_SEVERITY_PAGE, &s));
  ck_assert_uint_eq(s.state, SLO_ALERT_FIRING);
  ck_assert_int_eq(s.acknowledged_ns, 0);
  rig_end(&r);
}
END_TEST

/* ---- planning ---- */

START_TEST(test_detection) {
  slo_alert_tier tiers[4];
  memset(tiers, 0, sizeof tiers);
  tiers[0].long_ns = SLO_HOUR_NS;
  tiers[0].short_ns = 5 * SLO_MINUTE_NS;
  tiers[0].factor_ppm = 14400000;
  tiers[1].long_ns = 6 * SLO_HOUR_NS;
  tiers[1].short_ns = 30 * SLO_MINUTE_NS;
  tiers[1].factor_ppm = 6000000;
  tiers[2] = tiers[0];
  tiers[2].kind = SLO_TIER_SPENT; /* of no matter */
  tiers[2].factor_ppm = (uint64_t)SLO_BURN_FACTOR_MAX_PPM;
  tiers[3] = tiers[2];
  tiers[3].severity = SLO_SEVERITY_TICKET;
  slo_alert_config c = plain_config(tiers, 4, 999000000);
  int64_t ns = 4711, want, first, second;
  ck_assert_int_eq(slo_alert_detection(NULL, 0, 1, 1, &ns), SLO_EINVAL);
  ck_assert_int_eq(slo_alert_detection(&c, 0, 1, 1, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_alert_detection(&c, SLO_SEVERITIES, 1, 1, &ns), SLO_ERANGE);
  ck_assert_int_eq(slo_alert_detection(&c, 0, 0, 1, &ns), SLO_ERANGE);
  ck_assert_int_eq(slo_alert_detection(&c, 0, UINT64_C(1000000000001), 1, &ns), SLO_ERANGE);
  ck_assert_int_eq(slo_alert_detection(&c, 0, 1, 0, &ns), SLO_ERANGE);
  ck_assert_int_eq(slo_alert_detection(&c, 0, 1, PPB + 1, &ns), SLO_ERANGE);
  ck_assert_int_eq(slo_alert_detection(&c, SLO_SEVERITY_TICKET, 1, PPB, &ns), SLO_ENODATA);
  ck_assert_int_eq(slo_alert_detection(&c, 0, 1000, 6000000, &ns), SLO_ENODATA); /* a burn of 6 */
  ck_assert_int_eq(ns, 4711);
  tiers[0].factor_ppm = 0;
  ck_assert_int_eq(slo_alert_detection(&c, 0, 1, PPB, &ns), SLO_ERANGE);
  tiers[0].factor_ppm = 14400000;

  /* all fails: the hour is over 14.4 after 51.84 s; a hundredth: only six hours are, in time */
  ck_ok(slo_alert_detection(&c, 0, 1, PPB, &ns));
  ck_assert_int_eq(ns, INT64_C(51840000000));
  ck_ok(slo_alert_detection(&c, 0, 1, 10000000, &ns));
  ck_assert_int_eq(ns, INT64_C(12960000000000));
  /* for_ns is added; the sooner of the two counts */
  tiers[0].for_ns = SLO_MINUTE_NS;
  ck_ok(slo_alert_detection(&c, 0, 1, PPB, &ns));
  ck_assert_int_eq(ns, INT64_C(111840000000));
  tiers[0].for_ns = SLO_HOUR_NS;
  ck_ok(slo_alert_detection(&c, 0, 1, PPB, &ns));
  ck_ok(slo_burn_detection(999000000, PPB, 6000000, 6 * SLO_HOUR_NS, &want));
  ck_assert_int_eq(ns, want);
  tiers[0].for_ns = 0;
  /* of a group the last one, and never when one of it never does */
  tiers[0].group = tiers[1].group = tiers[2].group = tiers[3].group = 1;
  ck_ok(slo_alert_detection(&c, 0, 1, PPB, &ns));
  ck_assert_int_eq(ns, want);
  ck_assert_int_eq(slo_alert_detection(&c, 0, 1, 10000000, &ns), SLO_ENODATA);
  tiers[1].severity = SLO_SEVERITY_TICKET;
  ck_ok(slo_alert_detection(&c, 0, 1, PPB, &ns));
  ck_assert_int_eq(ns, INT64_C(51840000000));
  tiers[1].severity = SLO_SEVERITY_PAGE;
  tiers[0].group = tiers[1].group = tiers[2].group = tiers[3].group = 0;

  /* with a gate no sooner than that: at low traffic it takes more, at high traffic it does not */
  c.gate[SLO_SEVERITY_PAGE].kind = SLO_GATE_EVIDENCE;
  slo_evidence_config e = SLO_SIZED(slo_evidence_config);
  e.objective_ppb = 999000000;
  e.least_burn_ppm = 6000000;
  ck_ok(slo_evidence_detection(&e, 10, PPB, 10 * SEC, &want));
  ck_ok(slo_alert_detection(&c, 0, 10, PPB, &first));
  ck_assert_int_eq(first, want);
  ck_assert_int_gt(first, INT64_C(51840000000));
  ck_ok(slo_alert_detection(&c, 0, 1000000, 100000000, &second));
  ck_ok(slo_burn_detection(999000000, 100000000, 14400000, SLO_HOUR_NS, &want));
  ck_assert_int_eq(second, want);
  c.slot_ns = SLO_MINUTE_NS;
  ck_ok(slo_evidence_detection(&e, 100, PPB, SLO_MINUTE_NS, &want));
  ck_ok(slo_alert_detection(&c, 0, 100, PPB, &first));
  ck_assert_int_eq(first, want);

  /* the longest there is does not overflow: it is never */
  tiers[0].long_ns = tiers[1].long_ns = tiers[0].for_ns = tiers[1].for_ns = SLO_TIME_MAX_NS;
  tiers[0].factor_ppm = tiers[1].factor_ppm = 999000000;
  c.gate[SLO_SEVERITY_PAGE].kind = SLO_GATE_NONE;
  ck_assert_int_eq(slo_alert_detection(&c, 0, 10, PPB, &ns), SLO_ENODATA);
}
END_TEST

/* ---- configuration ---- */

static void config_refused(const slo_alert_config *config, slo_status expected, const char *field,
                           int64_t value) {
  slo_error error = SLO_SIZED(slo_error);
  size_t size = 4711;
  slo_alert *a = NULL;
  ck_assert_int_eq(slo_alert_footprint(config, &size, &error), expected);
  ck_assert_str_eq(error.field, field);
  ck_assert_int_eq(error.status, expected);
  ck_assert_int_eq(error.value, value);
  if (expected == SLO_ERANGE) ck_assert(value < error.min || value > error.max);
  ck_assert_uint_eq(size, 4711);
  memset(error.field, 0, sizeof error.field);
  ck_assert_int_eq(slo_alert_create(config, NULL, &a, &error), expected);
  ck_assert_str_eq(error.field, field);
  ck_assert_ptr_null(a);
  ck_assert_int_eq(slo_alert_footprint(config, &size, NULL), expected);
}

START_TEST(test_config_errors) {
  slo_alert_tier tiers[SLO_ALERT_TIERS_MAX + 1];
  slo_alert_config c = SLO_SIZED(slo_alert_config);
  for (int i = 0; i <= SLO_ALERT_TIERS_MAX; i++) tiers[i] = nervous;
  c.tiers = tiers;
  c.objective_ppb = 999000000;
  config_refused(&c, SLO_ERANGE, "tier_count", 0);
  c.tier_count = SLO_ALERT_TIERS_MAX + 1;
  config_refused(&c, SLO_ERANGE, "tier_count", SLO_ALERT_TIERS_MAX + 1);
  c.tier_count = SLO_ALERT_TIERS_MAX;
  c.tiers = NULL;
  config_refused(&c, SLO_EINVAL, "tiers (NULL)", 0);
  c.tiers = tiers;
  const uint64_t objectives[] = {0, PPB, UINT64_MAX};
  for (int i = 0; i < 3; i++) {
    int64_t shown = objectives[i] > INT64_MAX ? INT64_MAX : (int64_t)objectives[i];
    c.objective_ppb = objectives[i];
    config_refused(&c, SLO_ERANGE, "objective_ppb", shown);
  }
  c.objective_ppb = 999000000;
  size_t size;
  ck_ok(slo_alert_footprint(&c, &size, NULL));

#define REFUSED(i, member, bad, status, shown)                            \
  do {                                                                    \
    slo_alert_tier good = tiers[i];                                       \
    tiers[i].member = bad;                                                \
    config_refused(&c, status, "tiers[" #i "]." #member, (int64_t)shown); \
    tiers[i] = good;                                                      \
  } while (0)
  REFUSED(0, long_ns, 0, SLO_ERANGE, 0);
  REFUSED(3, long_ns, -5, SLO_ERANGE, -5);
  REFUSED(3, long_ns, SLO_TIME_MAX_NS + 1, SLO_ERANGE, SLO_TIME_MAX_NS + 1);
  REFUSED(1, short_ns, 0, SLO_ERANGE, 0);
  REFUSED(15, short_ns, SEC + 1, SLO_ERANGE, SEC + 1);
  REFUSED(2, factor_ppm, 0, SLO_ERANGE, 0);
  REFUSED(2, factor_ppm, (uint64_t)SLO_BURN_FACTOR_MAX_PPM + 1, SLO_ERANGE,
          SLO_BURN_FACTOR_MAX_PPM + 1);
  REFUSED(9, factor_ppm, UINT64_MAX, SLO_ERANGE, INT64_MAX);
  REFUSED(4, for_ns, -1, SLO_ERANGE, -1);
  REFUSED(4, for_ns, INT64_MAX, SLO_ERANGE, INT64_MAX);
  REFUSED(5, keep_firing_ns, -1, SLO_ERANGE, -1);
  REFUSED(5, keep_firing_ns, INT64_MAX, SLO_ERANGE, INT64_MAX);
  REFUSED(6, severity, SLO_SEVERITIES, SLO_ERANGE, SLO_SEVERITIES);
  REFUSED(7, flags, 4, SLO_ERANGE, 4);
  REFUSED(7, kind, 3, SLO_ERANGE, 3);
#undef REFUSED
  tiers[8].reserved = 1;
  config_refused(&c, SLO_EVERSION, "tiers[8].reserved", 1);
  tiers[8].reserved = 0;
  config_refused(NULL, SLO_ERANGE, "objective_ppb", 0);
#define REFUSED(member, bad, status, shown, field)       \
  do {                                                   \
    slo_alert_config good = c;                           \
    c.member = bad;                                      \
    config_refused(&c, status, field, (int64_t)(shown)); \
    c = good;                                            \
  } while (0)
  REFUSED(slot_ns, SEC - 1, SLO_ERANGE, SEC - 1, "slot_ns");
  REFUSED(slot_ns, -1, SLO_ERANGE, -1, "slot_ns");
  REFUSED(slot_ns, SLO_HOUR_NS + 1, SLO_ERANGE, SLO_HOUR_NS + 1, "slot_ns");
  REFUSED(period_ns, -1, SLO_ERANGE, -1, "period_ns");
  REFUSED(period_ns, SLO_TIME_MAX_NS + 1, SLO_ERANGE, SLO_TIME_MAX_NS + 1, "period_ns");
  REFUSED(flags, 2, SLO_ERANGE, 2, "flags");
  REFUSED(reserved, 9, SLO_EVERSION, 9, "reserved");
  REFUSED(gate[0].kind, 2, SLO_ERANGE, 2, "gate[0].kind");
  REFUSED(gate[1].kind, UINT32_MAX, SLO_ERANGE, UINT32_MAX, "gate[1].kind");
  REFUSED(gate[1].reserved, 1, SLO_EVERSION, 1, "gate[1].reserved");
  REFUSED(gate[0].alarms_per_year_ppm, SLO_EVIDENCE_ALARMS_MAX_PPM + 1, SLO_ERANGE,
          SLO_EVIDENCE_ALARMS_MAX_PPM + 1, "gate[0].alarms_per_year_ppm");
  REFUSED(gate[0].dead_ns, -1, SLO_ERANGE, -1, "gate[0].dead_ns");
  REFUSED(gate[0].dead_ns, SLO_DAY_NS + 1, SLO_ERANGE, SLO_DAY_NS + 1, "gate[0].dead_ns");
  REFUSED(gate[0].healthy_burn_ppm, 1000000000, SLO_ERANGE, 1000000000, "gate[0].healthy_burn_ppm");
  REFUSED(gate[0].healthy_burn_ppm, 500001, SLO_ERANGE, 1000000, "gate[0].least_burn_ppm");
  REFUSED(gate[0].least_burn_ppm, 1, SLO_ERANGE, 1, "gate[0].least_burn_ppm");
  tiers[3].severity = SLO_SEVERITY_TICKET;
  REFUSED(gate[1].dead_ns, -7, SLO_ERANGE, -7, "gate[1].dead_ns");
  tiers[3].severity = SLO_SEVERITY_PAGE;
#undef REFUSED
  /* of a severity that asks for no gate, or has no burn tier, nobody looks at the rest */
  c.gate[1].dead_ns = -7;
  ck_ok(slo_alert_footprint(&c, &size, NULL));
  c.gate[0].dead_ns = -7;
  c.gate[0].kind = SLO_GATE_NONE;
  ck_ok(slo_alert_footprint(&c, &size, NULL));
  c.struct_size = 3;
  config_refused(&c, SLO_ERANGE, "slo_alert_config.struct_size", 3);
}
END_TEST

/* ---- attaching to what is not quite an alert ---- */

static const slo_alert_tier mixed[] = {
    {.long_ns = 60 * SEC, .short_ns = 5 * SEC, .factor_ppm = 2000000, .for_ns = 2 * SEC},
    {.long_ns = 10 * SEC, .short_ns = SEC, .factor_ppm = 1000000, .severity = 1},
    {.long_ns = 3 * SEC, .short_ns = SEC, .factor_ppm = 9000000, .keep_firing_ns = SEC, .flags = 1},
};

/* An alert with a past, as plain bytes, and its window. */
static char *stepped_block(size_t *size, slo_window *w, slo_counts *total, int gated) {
  slo_alert_config config = plain_config(mixed, 3, 900000000);
  config.gate[0].kind = config.gate[1].kind = gated ? SLO_GATE_EVIDENCE : SLO_GATE_NONE;
  config.slot_ns = SEC;
  config.period_ns = 100 * SEC;
  slo_alert *a;
  ck_ok(slo_alert_footprint(&config, size, NULL));
  char *memory = check_memory(*size);
  ck_ok(slo_alert_init(memory, *size, &config, &a, NULL));
  for (int64_t t = 1000; t < 1200; t++) {
    total->good += 10;
    if (t / 10 % 3 == 0) total->bad += 90;
    ck_ok(slo_window_push(w, t * SEC, total, 0));
    ck_ok(slo_alert_step(a, w, NULL, 0));
  }
  return memory;
}

/* Everything one can do to an alert; the answers are of those documented. */
static void use(slo_alert *a, slo_window *w, slo_counts *total, int64_t *now, uint64_t *random) {
  for (int round = 0; round < 2; round++) {
    uint64_t cursors[] = {0, 1, 31, UINT64_MAX - 1, 0};
    for (uint32_t s = 0; s < SLO_SEVERITIES; s++) {
      slo_alert_status status = SLO_SIZED(slo_alert_status);
      check_that(slo_alert_read(a, s, &status) == SLO_OK, "read");
    }
    cursors[4] = check_random_wide(random);
    for (int c = 0; c < 5; c++) {
      for (int i = 0; i < 40; i++) {
        slo_transition t = SLO_SIZED(slo_transition);
        slo_status status = slo_alert_next(a, &cursors[c], &t);
        check_that(status == SLO_OK || status == SLO_ELOST || status == SLO_ENODATA, "%d", status);
      }
    }
    *now += SEC;
    total->good += 10;
    total->bad += check_random(random) % 2 * 100;
    check_that(slo_window_push(w, *now, total, 0) == SLO_OK, "push");
    check_that(slo_alert_step(a, w, NULL, 0) == SLO_OK, "step");
  }
}

typedef struct corrupted {
  slo_window *w;
  slo_counts total;
  int64_t now;
  size_t size, front; /* of the block; of its header and configuration */
  char *block, *copy;
} corrupted;

static corrupted corrupted_new(int gated) {
  corrupted c = {window_new(), {0, 0, 0}, 1200 * SEC, 0, 0, NULL, NULL};
  c.block = stepped_block(&c.size, c.w, &c.total, gated);
  c.copy = check_memory(c.size);
  const sloi_block *header = (const void *)c.block;
  c.front = sizeof *header + (size_t)header->config_size;
  return c;
}

static void corrupted_end(corrupted *c) {
  free(c->copy);
  free(c->block);
  slo_window_destroy(c->w);
}

START_TEST(test_attach_flipped_bits) {
  corrupted c = corrupted_new(_i);
  uint64_t random = 1;
  for (size_t bit = 0; bit < c.front * 8; bit++) {
    slo_alert *a = NULL;
    memcpy(c.copy, c.block, c.size);
    c.copy[bit / 8] = (char)(c.copy[bit / 8] ^ 1 << bit % 8);
    slo_status status = slo_alert_attach(c.copy, c.size, &a);
    if (status == SLO_OK) {
      check_that(bit / 8 >= offsetof(sloi_block, reserved) && bit / 8 < sizeof(sloi_block),
                 "byte %zu was flipped and nobody noticed", bit / 8);
      use(a, c.w, &c.total, &c.now, &random);
    } else {
      check_that(status == SLO_ECORRUPT || status == SLO_EVERSION || status == SLO_ESPACE, "%d",
                 status);
      check_that(a == NULL, "refused and handed out");
    }
  }
  corrupted_end(&c);
}
END_TEST

/* Words of the configuration replaced and the checksum made to fit: refused, or harmless. */
START_TEST(test_attach_forged_configuration) {
  corrupted c = corrupted_new(_i);
  uint64_t random = 2, refused = 0;
  sloi_block *header = (void *)c.copy;
  for (size_t at = sizeof *header; at < c.front; at += 8) {
    for (int i = 0; i < 16; i++) {
      uint64_t original;
      memcpy(&original, c.block + at, sizeof original);
      const uint64_t words[] = {0,
                                1,
                                2,
                                UINT64_MAX,
                                (uint64_t)INT64_MAX,
                                UINT64_C(1) << 63,
                                original + (UINT64_C(1) << 32)};
      uint64_t word = i < 7 ? words[i] : check_random_wide(&random);
      slo_alert *a = NULL;
      memcpy(c.copy, c.block, c.size);
      memcpy(c.copy + at, &word, sizeof word);
      header->config_sum = sloi_block_sum(header + 1, c.front - sizeof *header);
      slo_status status = slo_alert_attach(c.copy, c.size, &a);
      check_that(status == SLO_OK || status == SLO_ECORRUPT || status == SLO_EVERSION, "%d",
                 status);
      if (status == SLO_OK) use(a, c.w, &c.total, &c.now, &random);
      refused += status != SLO_OK;
      size_t place = at - offsetof(slo_alert, gate); /* 1 / p0 follows from p0 */
      int follows = _i != 0 && at >= offsetof(slo_alert, gate) &&
                    place < SLO_SEVERITIES * sizeof(sloi_gate_plan) &&
                    place % sizeof(sloi_gate_plan) == offsetof(sloi_gate_plan, evidence.inverse);
      follows |= at == offsetof(slo_alert, period_ns) && word > (uint64_t)SLO_TIME_MAX_NS;
      check_that(!follows || word == original || status != SLO_OK, "word %zu was forged", at / 8);
    }
  }
  ck_assert_uint_gt(refused, 150);
  corrupted_end(&c);
}
END_TEST

START_TEST(test_attach_truncated) {
  corrupted c = corrupted_new(_i);
  slo_alert *a = NULL;
  for (size_t n = 0; n < c.size; n = n < 256 ? n + 1 : n + 61) {
    char *part = check_memory(n);
    memcpy(part, c.block, n);
    ck_assert_int_eq(slo_alert_attach(part, n, &a), SLO_ESPACE);
    free(part);
  }
  ck_assert_int_eq(slo_alert_attach(c.block + 8, c.size - 8, &a), SLO_EINVAL);
  ck_assert_int_eq(slo_alert_attach(c.block, c.size, NULL), SLO_EINVAL);
  ck_assert_ptr_null(a);
  corrupted_end(&c);
}
END_TEST

/* Whatever the state and the transitions hold: no step outside, no loop without end. */
START_TEST(test_garbage) {
  corrupted c = corrupted_new(_i);
  uint64_t random = 3;
  for (int round = 0; round < 1200; round++) {
    slo_alert *a;
    memcpy(c.copy, c.block, c.size);
    if (round < 256) {
      memset(c.copy + c.front, round, c.size - c.front);
    } else {
      for (size_t at = c.front; at + 8 <= c.size; at += 8) {
        uint64_t word = check_random_wide(&random);
        if (round % 2 || check_random(&random) % 50 == 0) memcpy(c.copy + at, &word, sizeof word);
      }
    }
    check_that(slo_alert_attach(c.copy, c.size, &a) == SLO_OK, "attach");
    use(a, c.w, &c.total, &c.now, &random);
  }
  ck_assert_mem_eq(c.copy, c.block, c.front);
  corrupted_end(&c);
}
END_TEST

static slo_alert_config rig_page(const slo_alert_tier *tiers, uint32_t n) {
  slo_alert_config c = SLO_SIZED(slo_alert_config);
  c.tiers = tiers;
  c.tier_count = n;
  c.objective_ppb = 999000000;
  return c;
}

/* A burn that is proven, and something else: one failure among few is no proof. */
START_TEST(test_group_asks_the_gate) {
  const slo_alert_tier tiers[] = {
      {.long_ns = SLO_HOUR_NS, .short_ns = 5 * SLO_MINUTE_NS, .factor_ppm = 14400000, .group = 1},
      {.long_ns = 7 * SLO_HOUR_NS,
       .short_ns = 7 * SLO_HOUR_NS,
       .factor_ppm = 10000,
       .kind = SLO_TIER_SPENT,
       .group = 1}};
  slo_alert_config c = rig_page(tiers, 2);
  rig r = rig_new(&c);
  rig_run(&r, 360, 1, 0);
  rig_run(&r, 1, 0, 1);
  rig_run(&r, 60, 1, 0);
  ck_assert_uint_ne(rig_state(&r, SLO_SEVERITY_PAGE), SLO_ALERT_FIRING);
  ck_assert_int_ge(rig_until(&r, SLO_SEVERITY_PAGE, 1, 0, 5, 60), 1);
  rig_end(&r);
}
END_TEST

/* The gate waits with its group for the longest of its waits. */
START_TEST(test_group_waits_together) {
  const slo_alert_tier tiers[] = {
      {.long_ns = SLO_HOUR_NS, .short_ns = 5 * SLO_MINUTE_NS, .factor_ppm = 14400000, .group = 1},
      {.long_ns = SLO_HOUR_NS,
       .short_ns = 5 * SLO_MINUTE_NS,
       .factor_ppm = 14400000,
       .for_ns = 20 * SLO_MINUTE_NS,
       .group = 1}};
  slo_alert_config c = rig_page(tiers, 2);
  rig r = rig_new(&c);
  rig_run(&r, 360, 20, 0);
  int slots = rig_until(&r, SLO_SEVERITY_PAGE, 1, 10, 10, 400);
  ck_assert_int_ge(slots, 120);
  ck_assert_int_le(slots, 140);
  rig_end(&r);
}
END_TEST

/* Somebody writes down in the middle of an outage that it was agreed on: that ends the page. */
START_TEST(test_removed_while_it_fires) {
  const slo_alert_tier tiers[] = {
      {.long_ns = SLO_HOUR_NS, .short_ns = 5 * SLO_MINUTE_NS, .factor_ppm = 14400000}};
  slo_alert_config c = rig_page(tiers, 1);
  rig r = rig_new(&c);
  rig_run(&r, 720, 20, 0);
  int64_t begin = r.now;
  rig_run(&r, 180, 2, 18);
  ck_assert_uint_eq(rig_state(&r, SLO_SEVERITY_PAGE), SLO_ALERT_FIRING);
  slo_correction agreed = {.struct_size = sizeof agreed,
                           .kind = SLO_CORRECT_REMOVE,
                           .from_ns = begin,
                           .to_ns = begin + 6 * SLO_HOUR_NS,
                           .reason = "agreed"};
  ck_ok(slo_ledger_append(r.ledger, &agreed, NULL, NULL));
  rig_run(&r, 2, 2, 18);
  ck_assert_uint_eq(rig_state(&r, SLO_SEVERITY_PAGE), SLO_ALERT_INACTIVE);
  rig_run(&r, 300, 2, 18);
  ck_assert_uint_eq(rig_state(&r, SLO_SEVERITY_PAGE), SLO_ALERT_INACTIVE);
  rig_end(&r);
}
END_TEST

/* The silence itself makes the rate small: what fires because of it goes on until something comes.
 */
START_TEST(test_silence_goes_on) {
  const slo_alert_tier tiers[] = {{.long_ns = SLO_HOUR_NS,
                                   .short_ns = 10 * SLO_MINUTE_NS,
                                   .factor_ppm = 20000000,
                                   .kind = SLO_TIER_SILENCE}};
  slo_alert_config c = rig_page(tiers, 1);
  rig r = rig_new(&c);
  rig_run(&r, 720, 3, 0);
  int slots = rig_until(&r, SLO_SEVERITY_PAGE, 1, 0, 0, 100);
  ck_assert_int_ge(slots, 59);
  ck_assert_int_le(slots, 61);
  rig_run(&r, 3600, 0, 0); /* ten hours */
  ck_assert_uint_eq(rig_state(&r, SLO_SEVERITY_PAGE), SLO_ALERT_FIRING);
  rig_run(&r, 1, 1, 0);
  ck_assert_uint_eq(rig_state(&r, SLO_SEVERITY_PAGE), SLO_ALERT_INACTIVE);
  rig_end(&r);
}
END_TEST

/* A ticket that a page held back is real when it fires, or does not fire. */
START_TEST(test_silenced_ticket_is_real) {
  slo_alert_tier tiers[SLO_ALERT_TIERS_MAX];
  slo_alert_config c = rig_page(tiers, 0);
  ck_ok(slo_catalog_tiers(SLO_CATALOG_WORKBOOK, 30 * SLO_DAY_NS, tiers, SLO_ALERT_TIERS_MAX,
                          &c.tier_count, NULL));
  c.flags = SLO_ALERT_SILENCE;
  rig r = rig_new(&c);
  rig_run(&r, 2000, 20, 0);
  rig_run(&r, 180, 0, 20);
  rig_run(&r, 2000, 20, 0);
  slo_transition t = SLO_SIZED(slo_transition);
  int pages = 0;
  while (slo_alert_next(r.a, &r.cursor, &t) == SLO_OK) {
    if (t.to != SLO_ALERT_FIRING) continue;
    pages += t.severity == SLO_SEVERITY_PAGE;
    if (t.cause == SLO_CAUSE_EVIDENCE) ck_assert_uint_ge(t.evidence_ppb, 1000000000);
  }
  ck_assert_int_eq(pages, 1);
  rig_end(&r);
}
END_TEST

CHECK_MAIN("alert", tcase_add_test(tc, test_group_asks_the_gate);
           tcase_add_test(tc, test_group_waits_together);
           tcase_add_test(tc, test_removed_while_it_fires);
           tcase_add_test(tc, test_silence_goes_on);
           tcase_add_test(tc, test_silenced_ticket_is_real);
           tcase_add_test(tc, test_random_services); tcase_add_test(tc, test_before_the_first_step);
           tcase_add_test(tc, test_arguments); tcase_add_test(tc, test_tier_format);
           tcase_add_test(tc, test_step_again); tcase_add_test(tc, test_lost);
           tcase_add_test(tc, test_short_structs); tcase_add_test(tc, test_rebase_does_not_freeze);
           tcase_add_test(tc, test_config_errors);
           tcase_add_loop_test(tc, test_attach_flipped_bits, 0, 2);
           tcase_add_loop_test(tc, test_attach_forged_configuration, 0, 2);
           tcase_add_loop_test(tc, test_attach_truncated, 0, 2);
           tcase_add_loop_test(tc, test_garbage, 0, 2); tcase_add_test(tc, test_spent_is_announced);
           tcase_add_test(tc, test_causes); tcase_add_test(tc, test_silence_fires);
           tcase_add_test(tc, test_for_and_cool_down);
           tcase_add_test(tc, test_pages_silence_tickets); tcase_add_test(tc, test_groups);
           tcase_add_test(tc, test_acknowledge); tcase_add_test(tc, test_detection);)
