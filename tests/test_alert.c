/*
 * test_alert.c - alerts against a state machine that remembers everything.
 *
 * The model keeps, for every tier, at which steps it held, and decides each step from that whole
 * list. It reads the windows through slo_window_read, which has a model of its own.
 */
#include "base/block.h"
#include "check_main.h"
#include "slo/alert.h"

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

static slo_alert *alert_new(const slo_alert_tier *tiers, uint32_t count, uint64_t objective_ppb) {
  slo_alert_config config = SLO_SIZED(slo_alert_config);
  slo_alert *a;
  config.tiers = tiers;
  config.tier_count = count;
  config.objective_ppb = objective_ppb;
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
  slo_alert_config config = SLO_SIZED(slo_alert_config);
  config.tiers = &nervous;
  config.tier_count = 1;
  config.objective_ppb = 900000000;
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
  REFUSED(7, flags, 2, SLO_ERANGE, 2);
#undef REFUSED
  tiers[8].reserved[1] = 1;
  config_refused(&c, SLO_EVERSION, "tiers[8].reserved", 0);
  tiers[8].reserved[1] = 0;
  config_refused(NULL, SLO_ERANGE, "objective_ppb", 0);
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
static char *stepped_block(size_t *size, slo_window *w, slo_counts *total) {
  slo_alert_config config = SLO_SIZED(slo_alert_config);
  slo_alert *a;
  config.tiers = mixed;
  config.tier_count = 3;
  config.objective_ppb = 900000000;
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

static corrupted corrupted_new(void) {
  corrupted c = {window_new(), {0, 0, 0}, 1200 * SEC, 0, 0, NULL, NULL};
  c.block = stepped_block(&c.size, c.w, &c.total);
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
  corrupted c = corrupted_new();
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
  corrupted c = corrupted_new();
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
    }
  }
  ck_assert_uint_gt(refused, 150);
  corrupted_end(&c);
}
END_TEST

START_TEST(test_attach_truncated) {
  corrupted c = corrupted_new();
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
  corrupted c = corrupted_new();
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

CHECK_MAIN("alert", tcase_add_test(tc, test_random_services);
           tcase_add_test(tc, test_before_the_first_step); tcase_add_test(tc, test_arguments);
           tcase_add_test(tc, test_tier_format); tcase_add_test(tc, test_step_again);
           tcase_add_test(tc, test_lost); tcase_add_test(tc, test_short_structs);
           tcase_add_test(tc, test_rebase_does_not_freeze); tcase_add_test(tc, test_config_errors);
           tcase_add_test(tc, test_attach_flipped_bits);
           tcase_add_test(tc, test_attach_forged_configuration);
           tcase_add_test(tc, test_attach_truncated); tcase_add_test(tc, test_garbage);)
