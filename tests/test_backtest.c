/* test_backtest.c - policies over traces: against a list of transitions and slow sums over it. */
#include <math.h>

#include "check_main.h"
#include "slo/backtest.h"

#define MINUTE SLO_MINUTE_NS
#define START (INT64_C(1700000040) * SLO_SECOND_NS) /* a whole minute */
#define AT(minute) (START + (minute) * MINUTE)

enum { POLICIES = 3, INCIDENTS = 40, MARKS = 2000 };

static slo_alert_tier tier(int64_t long_min, int64_t short_min, uint64_t factor_ppm,
                           uint32_t severity) {
  slo_alert_tier t;
  memset(&t, 0, sizeof t);
  t.long_ns = long_min * MINUTE;
  t.short_ns = short_min * MINUTE;
  t.factor_ppm = factor_ppm;
  t.severity = severity;
  return t;
}

/* Plain burn rates, gates, and one tier that waits and keeps firing. */
static const slo_alert_config *policies(void) {
  static slo_alert_tier tiers[3];
  static slo_alert_tier patient;
  static slo_alert_config c[POLICIES];
  tiers[0] = tier(60, 5, 14400000, SLO_SEVERITY_PAGE);
  tiers[1] = tier(360, 30, 6000000, SLO_SEVERITY_PAGE);
  tiers[2] = tier(1440, 120, 3000000, SLO_SEVERITY_TICKET);
  patient = tiers[0];
  patient.for_ns = 2 * MINUTE;
  patient.keep_firing_ns = 10 * MINUTE;
  memset(c, 0, sizeof c);
  for (int i = 0; i < POLICIES; i++) {
    c[i].struct_size = sizeof c[i];
    c[i].objective_ppb = 999000000;
    c[i].tiers = i == 2 ? &patient : tiers;
    c[i].tier_count = i == 2 ? 1 : 3;
    if (i != 1) c[i].gate[0].kind = c[i].gate[1].kind = SLO_GATE_NONE;
  }
  return c;
}

static slo_backtest_config config(const slo_incident *incidents, uint32_t incident_count) {
  slo_backtest_config c = SLO_SIZED(slo_backtest_config);
  c.policies = policies();
  c.policy_count = POLICIES;
  c.incidents = incidents;
  c.incident_count = incident_count;
  c.period_ns = 30 * SLO_DAY_NS;
  return c;
}

static slo_backtest *create(const slo_backtest_config *c) {
  slo_backtest *b = NULL;
  slo_error e = SLO_SIZED(slo_error);
  slo_status status = slo_backtest_create(c, NULL, &b, &e);
  check_that(status == SLO_OK, "%s: %s", slo_status_name(status), e.field);
  return b;
}

static slo_backtest_result read_of(const slo_backtest *b, uint32_t policy) {
  slo_backtest_result r = SLO_SIZED(slo_backtest_result);
  check_ok(slo_backtest_read(b, policy, &r));
  return r;
}

/* ---- the model ---- */

typedef struct mark {
  int64_t at_ns;
  int fires;
} mark;

/* When the policies fire, by alerts and windows of their own. */
typedef struct model {
  const slo_backtest_config *c;
  slo_window *window;
  slo_alert *alert[POLICIES];
  uint64_t cursor[POLICIES];
  mark marks[POLICIES][MARKS];
  int mark_count[POLICIES];
  int64_t ends[20000];
  slo_counts slots[20000];
  int slot_count;
  slo_counts total;
} model;

static void model_begin(model *m) {
  ck_ok(slo_window_create(m->c->window, NULL, &m->window, NULL));
  for (uint32_t i = 0; i < m->c->policy_count; i++) {
    ck_ok(slo_alert_create(&m->c->policies[i], NULL, &m->alert[i], NULL));
    m->cursor[i] = 0;
  }
}

static void model_end(model *m) {
  slo_window_destroy(m->window);
  for (uint32_t i = 0; i < m->c->policy_count; i++) slo_alert_destroy(m->alert[i]);
}

static void model_judge(model *m, int64_t at_ns) {
  check_ok(slo_window_push(m->window, at_ns, &m->total, 0));
  for (uint32_t i = 0; i < m->c->policy_count; i++) {
    slo_transition t = SLO_SIZED(slo_transition);
    check_ok(slo_alert_step(m->alert[i], m->window, NULL, 0));
    while (slo_alert_next(m->alert[i], &m->cursor[i], &t) == SLO_OK) {
      int was = t.from == SLO_ALERT_FIRING, is = t.to == SLO_ALERT_FIRING;
      if (t.severity != m->c->severity || was == is) continue;
      check_that(m->mark_count[i] < MARKS, "too many marks");
      m->marks[i][m->mark_count[i]++] = (mark){t.at_ns, is};
    }
  }
}

static void model_step(model *m, int64_t end_ns, const slo_counts *slot) {
  if (m->slot_count == 0) model_begin(m);
  if (m->slot_count > 0) {
    m->total.good += slot->good;
    m->total.bad += slot->bad;
  }
  m->ends[m->slot_count] = end_ns;
  m->slots[m->slot_count++] = *slot;
  model_judge(m, end_ns);
}

static void model_restart(model *m) {
  int64_t now_ns = m->ends[m->slot_count - 1];
  model_end(m);
  model_begin(m);
  for (uint32_t i = 0; i < m->c->policy_count; i++) {
    int n = m->mark_count[i];
    if (n > 0 && m->marks[i][n - 1].fires) m->marks[i][m->mark_count[i]++] = (mark){now_ns, 0};
  }
  model_judge(m, now_ns);
}

static int compare(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static int64_t nearest_rank(int64_t *values, int n, int percent) {
  if (n == 0) return 0;
  qsort(values, (size_t)n, sizeof values[0], compare);
  return values[(int)ceil(n * percent / 100.0) - 1];
}

static int64_t mean(const int64_t *values, int n) {
  long double sum = 0;
  for (int i = 0; i < n; i++) sum += (long double)values[i];
  return n == 0 ? 0 : (int64_t)floorl(sum / n);
}

static uint64_t share(uint64_t part, uint64_t all) {
  return all == 0 ? 0 : part * 1000000 / all;
}

/* P(X <= k) of a Poisson number. */
static double poisson(uint64_t k, double mu) {
  double sum = 0;
  for (uint64_t i = 0; i <= k; i++) {
    sum += exp((double)i * log(mu) - mu - lgamma((double)i + 1));
  }
  return sum;
}

/* The number of seconds outside, one by one. */
static int64_t model_outside(const model *m) {
  int64_t n = 0, end_ns = m->ends[m->slot_count - 1];
  for (int64_t s = m->ends[0] + SLO_SECOND_NS; s <= end_ns; s += SLO_SECOND_NS) {
    int inside = 0;
    for (uint32_t i = 0; i < m->c->incident_count; i++) {
      const slo_period *p = &m->c->incidents[i].period;
      inside |= s > p->start_ns && s <= p->end_ns + m->c->grace_ns;
    }
    n += !inside;
  }
  return n * SLO_SECOND_NS;
}

static void expect_false(const model *m, const slo_backtest_result *r) {
  double years = (double)model_outside(m) / 1e9 / (365.25 * 86400);
  uint64_t pages = r->pages - r->pages_true;
  if (years == 0) {
    ck_assert_uint_eq(r->false_per_year_ppm + r->false_low_ppm, 0);
    ck_assert_uint_eq(r->false_high_ppm, UINT64_MAX);
    return;
  }
  ck_assert_double_eq_tol((double)r->false_per_year_ppm, floor((double)pages / years * 1e6), 1);
  double low = (double)r->false_low_ppm / 1e6 * years;
  double high = (double)r->false_high_ppm / 1e6 * years;
  ck_assert_double_eq_tol(poisson(pages, high), 0.025, 1e-6);
  if (pages == 0) ck_assert_uint_eq(r->false_low_ppm, 0);
  if (pages != 0) ck_assert_double_eq_tol(1 - poisson(pages - 1, low), 0.025, 1e-6);
}

static void expect_pages(const model *m, uint32_t policy, const slo_backtest_result *r) {
  const mark *marks = m->marks[policy];
  int64_t shift_ns = m->c->shift_ns == 0 ? 12 * SLO_HOUR_NS : m->c->shift_ns;
  int64_t first_ns = m->ends[0], span_ns = m->ends[m->slot_count - 1] - first_ns;
  uint64_t pages = 0, pages_true = 0, shifts = 0, most = 0;
  for (int k = 0; k < m->mark_count[policy]; k++) {
    int good = 0;
    if (!marks[k].fires) continue;
    for (uint32_t i = 0; i < m->c->incident_count; i++) {
      const slo_period *p = &m->c->incidents[i].period;
      good |= marks[k].at_ns > p->start_ns && marks[k].at_ns <= p->end_ns + m->c->grace_ns;
    }
    pages++;
    pages_true += (uint64_t)good;
  }
  for (int64_t from = 0; from < span_ns; from += shift_ns) {
    uint64_t n = 0;
    for (int k = 0; k < m->mark_count[policy]; k++) {
      int64_t at_ns = marks[k].at_ns - first_ns;
      n += marks[k].fires && at_ns > from && at_ns <= from + shift_ns;
    }
    shifts++;
    if (n > most) most = n;
  }
  ck_assert_uint_eq(r->pages, pages);
  ck_assert_uint_eq(r->pages_true, pages_true);
  ck_assert_uint_eq(r->precision_ppm, share(pages_true, pages));
  ck_assert_uint_eq(r->shifts, shifts);
  ck_assert_uint_eq(r->pages_shift_max, most);
  ck_assert_uint_eq(r->pages_shift_ppm, share(pages, shifts));
}

/* When an incident was detected, and by when its pages had stopped; -1: it was not. */
static int64_t model_detect(const model *m, uint32_t policy, const slo_period *p,
                            int64_t *stopped_ns) {
  int64_t detected = -1;
  *stopped_ns = 0;
  for (int k = 0; k < m->mark_count[policy]; k++) {
    const mark *fire = &m->marks[policy][k];
    if (!fire->fires) continue;
    int64_t stop_ns =
        k + 1 < m->mark_count[policy] ? fire[1].at_ns : m->ends[m->slot_count - 1] + 1;
    int within = fire->at_ns > p->start_ns && fire->at_ns <= p->end_ns + m->c->grace_ns;
    int before = fire->at_ns <= p->start_ns && stop_ns > p->start_ns;
    if (!within && !before) continue;
    if (detected < 0) detected = within ? fire->at_ns - p->start_ns : 0;
    *stopped_ns = stop_ns;
  }
  return detected;
}

static int64_t model_spent(const model *m, const slo_period *p, int64_t by_ns) {
  uint64_t bad = 0;
  for (int k = 1; k < m->slot_count && m->ends[k] <= by_ns; k++) {
    if (m->ends[k] > p->start_ns && m->ends[k - 1] < p->end_ns) bad += m->slots[k].bad;
  }
  return (int64_t)bad;
}

static void expect_incidents(const model *m, uint32_t policy, const slo_backtest_result *r) {
  int64_t detection[INCIDENTS], reset[INCIDENTS], spent[INCIDENTS], stopped_ns;
  int64_t first_ns = m->ends[0], newest_ns = m->ends[m->slot_count - 1];
  uint64_t seen = 0;
  int n = 0, ended = 0;
  for (uint32_t i = 0; i < m->c->incident_count; i++) {
    const slo_period *p = &m->c->incidents[i].period;
    if (p->end_ns <= first_ns || p->start_ns >= newest_ns) continue;
    seen++;
    int64_t after_ns = model_detect(m, policy, p, &stopped_ns);
    if (after_ns < 0) continue;
    detection[n] = after_ns;
    spent[n++] = after_ns == 0 ? 0 : model_spent(m, p, p->start_ns + after_ns);
    if (p->end_ns > newest_ns) continue;
    if (stopped_ns > newest_ns) stopped_ns = newest_ns;
    reset[ended++] = stopped_ns > p->end_ns ? stopped_ns - p->end_ns : 0;
  }
  ck_assert_uint_eq(r->incidents, seen);
  ck_assert_uint_eq(r->detected, (uint64_t)n);
  ck_assert_uint_eq(r->recall_ppm, share((uint64_t)n, seen));
  ck_assert_int_eq(r->detection_mean_ns, mean(detection, n));
  ck_assert_int_eq(r->detection_median_ns, nearest_rank(detection, n, 50));
  ck_assert_int_eq(r->detection_p95_ns, nearest_rank(detection, n, 95));
  ck_assert_int_eq(r->reset_mean_ns, mean(reset, ended));
  ck_assert_int_eq(r->reset_median_ns, nearest_rank(reset, ended, 50));
  double valid = (double)(m->total.good + m->total.bad), span = (double)(newest_ns - first_ns);
  double budget = 0.001 * valid * (double)m->c->period_ns / span;
  double want = valid == 0 ? 0 : floor((double)nearest_rank(spent, n, 50) / budget * 1e6);
  ck_assert_double_eq_tol((double)r->spent_median_ppm, want, 1);
}

static void expect_model(const model *m, const slo_backtest *b) {
  for (uint32_t i = 0; i < m->c->policy_count; i++) {
    slo_backtest_result r = read_of(b, i);
    ck_assert_uint_eq(r.policy, i);
    ck_assert_int_eq(r.span_ns, m->ends[m->slot_count - 1] - m->ends[0]);
    expect_pages(m, i, &r);
    expect_incidents(m, i, &r);
    expect_false(m, &r);
  }
}

/* ---- random traces ---- */

/* Ascending incidents, some of them touching; of whole minutes, or not. */
static uint32_t random_incidents(uint64_t *random, slo_incident *incidents) {
  uint32_t n = (uint32_t)(check_random(random) % INCIDENTS);
  int64_t at_ns = START - 100 * MINUTE;
  int64_t unit_ns = check_random(random) % 2 == 0 ? MINUTE : 7 * SLO_SECOND_NS;
  for (uint32_t i = 0; i < n; i++) {
    at_ns += (int64_t)(check_random(random) % 400) * (check_random(random) % 3 != 0) * unit_ns;
    incidents[i].period.start_ns = at_ns;
    at_ns += (int64_t)(1 + check_random(random) % 60) * unit_ns;
    incidents[i].period.end_ns = at_ns;
    incidents[i].error_ppb = 0;
  }
  return n;
}

static int within_incident(const slo_incident *incidents, uint32_t n, int64_t at_ns) {
  for (uint32_t i = 0; i < n; i++) {
    if (at_ns > incidents[i].period.start_ns && at_ns <= incidents[i].period.end_ns) return 1;
  }
  return 0;
}

static void random_trace(uint64_t seed) {
  static model m;
  slo_incident incidents[INCIDENTS];
  uint64_t random = seed;
  uint32_t n = random_incidents(&random, incidents);
  slo_backtest_config c = config(incidents, n);
  c.grace_ns = (int64_t)(check_random(&random) % 3) * 10 * MINUTE;
  c.severity = (uint32_t)(seed % 5 == 4);
  c.shift_ns = (int64_t)(check_random(&random) % 3) * SLO_HOUR_NS;
  memset(&m, 0, sizeof m);
  m.c = &c;
  slo_backtest *b = create(&c);
  uint64_t requests = UINT64_C(1) << check_random(&random) % 12, chance = check_random(&random) % 9;
  int64_t at_ns = START;
  for (int i = 0; i < 2000; i++) {
    int broken = within_incident(incidents, n, at_ns) && check_random(&random) % 8 != 0;
    slo_counts slot = {check_random(&random) % (requests + 1), 0, check_random(&random) % 2};
    if (check_random(&random) % 1000 < chance) slot.bad = check_random(&random) % (requests + 1);
    if (broken) slot.bad = slot.good / (1 + seed % 3);
    ck_ok(slo_backtest_step(b, at_ns, &slot));
    model_step(&m, at_ns, &slot);
    if (seed % 2 == 1 && check_random(&random) % 300 == 0) {
      ck_ok(slo_backtest_restart(b));
      model_restart(&m);
    }
    if (i == 1 || i == 700) expect_model(&m, b);
    at_ns += (int64_t)(1 + check_random(&random) % 100 / 97 * 10) * MINUTE;
  }
  expect_model(&m, b);
  model_end(&m);
  slo_backtest_destroy(b);
}

START_TEST(test_model) {
  for (uint64_t seed = 0; seed < 24; seed++) random_trace(seed);
}
END_TEST

/* ---- hand-made traces ---- */

/* Minutes (from, to] of 100 requests. */
static void play(slo_backtest *b, int from, int to, uint64_t bad) {
  slo_counts slot = {100 - bad, bad, 0};
  for (int i = from + 1; i <= to; i++) check_ok(slo_backtest_step(b, AT(i), &slot));
}

/* A total outage of the minutes (120, 140], and one tier: pages at 121, when 100 of 6000 are more
 * than 1.44 %; stops at 145, when none of the last five minutes is bad. */
static slo_backtest_config outage_config(const slo_incident *incidents, uint32_t n) {
  static slo_alert_tier one;
  static slo_alert_config policy;
  slo_backtest_config c = config(incidents, n);
  one = tier(60, 5, 14400000, SLO_SEVERITY_PAGE);
  policy = policies()[0];
  policy.tiers = &one;
  policy.tier_count = 1;
  c.policies = &policy;
  c.policy_count = 1;
  return c;
}

static slo_backtest_result outage(const slo_incident *incidents, uint32_t n, int64_t grace_ns) {
  slo_backtest_config c = outage_config(incidents, n);
  c.grace_ns = grace_ns;
  slo_backtest *b = create(&c);
  play(b, -1, 120, 0);
  play(b, 120, 140, 100);
  play(b, 140, 240, 0);
  slo_backtest_result r = read_of(b, 0);
  slo_backtest_destroy(b);
  return r;
}

START_TEST(test_outage) {
  slo_incident incident = {{AT(120), AT(140)}, 1000000000};
  slo_backtest_result r = outage(&incident, 1, 0);
  ck_assert_int_eq(r.span_ns, 240 * MINUTE);
  ck_assert_uint_eq(r.incidents, 1);
  ck_assert_uint_eq(r.detected, 1);
  ck_assert_uint_eq(r.pages, 1);
  ck_assert_uint_eq(r.pages_true, 1);
  ck_assert_uint_eq(r.precision_ppm, 1000000);
  ck_assert_uint_eq(r.recall_ppm, 1000000);
  ck_assert_int_eq(r.detection_mean_ns, MINUTE);
  ck_assert_int_eq(r.detection_median_ns, MINUTE);
  ck_assert_int_eq(r.detection_p95_ns, MINUTE);
  ck_assert_int_eq(r.reset_mean_ns, 5 * MINUTE);
  ck_assert_int_eq(r.reset_median_ns, 5 * MINUTE);
  /* 100 of 43200 minutes' 4320000 requests * 0.1 % */
  ck_assert_uint_eq(r.spent_median_ppm, 23148);
  ck_assert_uint_eq(r.shifts, 1);
  ck_assert_uint_eq(r.pages_shift_max, 1);
  ck_assert_uint_eq(r.pages_shift_ppm, 1000000);
  /* 0.864 minutes, and 5 * (1 - 0.0144) */
  ck_assert_int_eq(r.closed_detection_median_ns, INT64_C(51840000000));
  ck_assert_int_eq(r.closed_reset_median_ns, INT64_C(295680000000));
  /* 220 minutes outside, no false page: at most 3.689 of them */
  ck_assert_uint_eq(r.false_per_year_ppm, 0);
  ck_assert_uint_eq(r.false_low_ppm, 0);
  ck_assert_double_eq_tol((double)r.false_high_ppm, 3.688879454 * 525960 / 220 * 1e6, 10);
}
END_TEST

START_TEST(test_no_incidents) {
  slo_backtest_result r = outage(NULL, 0, 0);
  ck_assert_uint_eq(r.incidents, 0);
  ck_assert_uint_eq(r.recall_ppm, 0);
  ck_assert_uint_eq(r.pages, 1);
  ck_assert_uint_eq(r.pages_true, 0);
  ck_assert_uint_eq(r.precision_ppm, 0);
  ck_assert_int_eq(r.detection_median_ns | r.detection_p95_ns | r.reset_median_ns, 0);
  ck_assert_int_eq(r.closed_detection_median_ns | r.closed_reset_median_ns, 0);
  ck_assert_uint_eq(r.false_per_year_ppm, UINT64_C(525960000000) / 240);
}
END_TEST

START_TEST(test_no_pages) {
  slo_incident incidents[] = {{{AT(10), AT(20)}, 500000000}, {{AT(20), AT(30)}, 0}};
  slo_backtest_config c = outage_config(incidents, 2);
  slo_backtest *b = create(&c);
  play(b, -1, 100, 0);
  slo_backtest_result r = read_of(b, 0);
  ck_assert_uint_eq(r.incidents, 2);
  ck_assert_uint_eq(r.detected | r.pages | r.pages_true | r.precision_ppm | r.recall_ppm, 0);
  ck_assert_uint_eq(r.spent_median_ppm | r.pages_shift_max | r.pages_shift_ppm, 0);
  ck_assert_int_eq(r.closed_detection_median_ns | r.closed_reset_median_ns, 0);
  slo_backtest_destroy(b);
}
END_TEST

/* The page is at 121, the stop at 145. */
START_TEST(test_edges) {
  static const struct {
    int64_t start_ns, end_ns, grace_ns;
    int detected, good;
    int64_t detection_ns, reset_ns;
  } cases[] = {
      {AT(121) - 1, AT(140), 0, 1, 1, 1, 5 * MINUTE}, /* it begins right before the page */
      {AT(121), AT(140), 0, 1, 0, 0, 5 * MINUTE},     /* with it: it fires already */
      {AT(121) + 1, AT(140), 0, 1, 0, 0, 5 * MINUTE}, /* detected before it begins */
      {AT(145) - 1, AT(150), 0, 1, 0, 0, 0},          /* right before the stop */
      {AT(145), AT(150), 0, 0, 0, 0, 0},              /* with it: it does not fire any more */
      {AT(100), AT(121), 0, 1, 1, 21 * MINUTE, 24 * MINUTE}, /* the last moment */
      {AT(100), AT(121) - 1, 0, 0, 0, 0, 0},                 /* too late */
      {AT(100), AT(121) - 1, 1, 1, 1, 21 * MINUTE, 24 * MINUTE + 1},
      {AT(100), AT(111), 10 * MINUTE, 1, 1, 21 * MINUTE, 34 * MINUTE},
      {AT(100), AT(111), 10 * MINUTE - 1, 0, 0, 0, 0},
      {AT(118), AT(200), 0, 1, 1, 3 * MINUTE, 0}, /* it stops before the end */
      {AT(118), AT(240), 0, 1, 1, 3 * MINUTE, 0},
      {AT(118), AT(240) + 1, 0, 1, 1, 3 * MINUTE, 0}, /* it goes on */
      {AT(0) - 1, AT(1), SLO_TIME_MAX_NS, 1, 1, 121 * MINUTE + 1, 144 * MINUTE},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    slo_incident incident = {{cases[i].start_ns, cases[i].end_ns}, 0};
    slo_backtest_result r = outage(&incident, 1, cases[i].grace_ns);
    check_that(r.incidents == 1 && r.pages == 1, "case %zu", i);
    check_that(r.detected == (uint64_t)cases[i].detected, "case %zu: detected", i);
    check_that(r.pages_true == (uint64_t)cases[i].good, "case %zu: true", i);
    check_that(r.detection_median_ns == cases[i].detection_ns, "case %zu: detection", i);
    check_that(r.reset_median_ns == cases[i].reset_ns, "case %zu: reset %" PRId64, i,
               r.reset_median_ns);
  }
}
END_TEST

/* Incidents that the trace has not touched are no misses. */
START_TEST(test_outside) {
  slo_incident incidents[] = {
      {{0, 1}, 0}, {{AT(-10), AT(0)}, 0}, {{AT(239), AT(240)}, 0}, {{AT(240), AT(250)}, 0}};
  slo_backtest_result r = outage(incidents, 4, 0);
  ck_assert_uint_eq(r.incidents, 1);
  ck_assert_uint_eq(r.detected, 0);
}
END_TEST

/* Every minute is incident or grace: nobody can tell the rate of false pages. */
START_TEST(test_no_time_outside) {
  slo_incident incident = {{AT(0), AT(10)}, 0};
  slo_backtest_result r = outage(&incident, 1, SLO_DAY_NS);
  ck_assert_uint_eq(r.pages_true, 1);
  ck_assert_uint_eq(r.false_per_year_ppm | r.false_low_ppm, 0);
  ck_assert_uint_eq(r.false_high_ppm, UINT64_MAX);
}
END_TEST

/* One page, two incidents. */
START_TEST(test_shared_page) {
  slo_incident incidents[] = {{{AT(115), AT(117)}, 0}, {{AT(119), AT(140)}, 0}};
  slo_backtest_result r = outage(incidents, 2, 4 * MINUTE);
  ck_assert_uint_eq(r.detected, 2);
  ck_assert_uint_eq(r.pages_true, 1);
  ck_assert_int_eq(r.detection_median_ns, 2 * MINUTE);
  ck_assert_int_eq(r.detection_p95_ns, 6 * MINUTE);
  ck_assert_int_eq(r.reset_mean_ns, (28 + 5) * MINUTE / 2);
}
END_TEST

/* A restart forgets: it does not fire any more, and pages again. */
START_TEST(test_restart) {
  slo_incident incident = {{AT(120), AT(140)}, 0};
  slo_backtest_config c = outage_config(&incident, 1);
  slo_backtest *b = create(&c);
  ck_ok(slo_backtest_restart(b));
  play(b, -1, 120, 0);
  play(b, 120, 130, 100);
  ck_assert_uint_eq(read_of(b, 0).pages, 1);
  ck_ok(slo_backtest_restart(b));
  ck_ok(slo_backtest_restart(b));
  ck_assert_uint_eq(read_of(b, 0).pages, 1);
  play(b, 130, 131, 0);
  play(b, 131, 140, 100);
  play(b, 140, 200, 0);
  slo_backtest_result r = read_of(b, 0);
  ck_assert_uint_eq(r.pages, 2);
  ck_assert_uint_eq(r.pages_true, 2);
  ck_assert_uint_eq(r.detected, 1);
  ck_assert_int_eq(r.detection_median_ns, MINUTE);
  ck_assert_int_eq(r.reset_median_ns, 5 * MINUTE);
  ck_assert_uint_eq(r.pages_shift_max, 2);
  /* it ended between the pages: the restart was its reset */
  incident.period.end_ns = AT(125);
  slo_backtest_destroy(b);
  b = create(&c);
  play(b, -1, 120, 0);
  play(b, 120, 130, 100);
  ck_ok(slo_backtest_restart(b));
  play(b, 130, 200, 0);
  ck_assert_int_eq(read_of(b, 0).reset_median_ns, 5 * MINUTE);
  slo_backtest_destroy(b);
}
END_TEST

/* It fires at the end of the trace: its reset took that long at least. */
START_TEST(test_still_firing) {
  slo_incident incident = {{AT(120), AT(123)}, 0};
  slo_backtest_config c = outage_config(&incident, 1);
  slo_backtest *b = create(&c);
  play(b, -1, 120, 0);
  play(b, 120, 140, 100);
  ck_assert_int_eq(read_of(b, 0).reset_median_ns, 17 * MINUTE);
  slo_backtest_destroy(b);
}
END_TEST

/* Several policies at once are what each is alone. */
START_TEST(test_alone) {
  slo_incident incidents[] = {{{AT(60), AT(80)}, 0}, {{AT(300), AT(420)}, 100000000}};
  slo_backtest_config all = config(incidents, 2), one = all;
  slo_backtest *b = create(&all);
  one.policy_count = 1;
  for (int i = 0; i < POLICIES; i++) {
    one.policies = &policies()[i];
    slo_backtest *alone = create(&one);
    for (int k = 0; k < 2; k++) {
      if (k == 1 && i != 0) break;
      slo_backtest *which = k == 0 ? alone : b;
      play(which, -1, 60, 0);
      play(which, 60, 80, 90);
      play(which, 80, 300, 0);
      play(which, 300, 420, 10);
      ck_ok(slo_backtest_restart(which));
      play(which, 420, 600, 1);
    }
    slo_backtest_result x = read_of(b, (uint32_t)i), y = read_of(alone, 0);
    ck_assert_uint_ne(x.pages, 0);
    y.policy = (uint32_t)i;
    ck_assert_mem_eq(&x, &y, sizeof x);
    slo_backtest_destroy(alone);
  }
  slo_backtest_destroy(b);
}
END_TEST

/* Garwood's table, and many. */
START_TEST(test_interval) {
  static const struct {
    int pages;
    double low, high;
  } cases[] = {{0, 0, 3.6889},       {1, 0.0253, 5.5716},   {2, 0.2422, 7.2247},
               {5, 1.6235, 11.6683}, {10, 4.7954, 18.3904}, {100, 81.3640, 121.6272}};
  slo_backtest_config c = outage_config(NULL, 0);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    slo_backtest *b = create(&c);
    play(b, -1, 0, 0);
    for (int k = 0; k < cases[i].pages; k++) {
      play(b, 80 * k, 80 * k + 1, 100);
      play(b, 80 * k + 1, 80 * (k + 1), 0);
    }
    play(b, 80 * cases[i].pages, 8766, 0);
    slo_backtest_result r = read_of(b, 0);
    ck_assert_uint_eq(r.pages, (uint64_t)cases[i].pages);
    ck_assert_uint_eq(r.false_per_year_ppm, (uint64_t)cases[i].pages * 60000000);
    ck_assert_double_eq_tol((double)r.false_low_ppm / 60e6, cases[i].low,
                            6e-5 + 1e-5 * cases[i].low);
    ck_assert_double_eq_tol((double)r.false_high_ppm / 60e6, cases[i].high,
                            6e-5 + 1e-5 * cases[i].high);
    slo_backtest_destroy(b);
  }
}
END_TEST

/* By hand: tiers of 1h/5m above 1.44 %, 6h/30m above 0.6 %. */
START_TEST(test_closed) {
  slo_incident incident = {{AT(120), AT(140)}, 1000000000};
  slo_backtest_config c = config(&incident, 1);
  slo_backtest *b = create(&c);
  play(b, -1, 120, 0);
  play(b, 120, 140, 100);
  play(b, 140, 240, 0);
  slo_backtest_result r = read_of(b, 0);
  ck_assert_int_eq(r.closed_detection_median_ns, INT64_C(51840000000));
  ck_assert_int_eq(r.closed_reset_median_ns, 30 * MINUTE * 994 / 1000);
  r = read_of(b, 2); /* for 2 minutes; keeps firing for 10 */
  ck_assert_int_eq(r.closed_detection_median_ns, INT64_C(51840000000) + 2 * MINUTE);
  ck_assert_int_eq(r.closed_reset_median_ns, INT64_C(295680000000) + 10 * MINUTE);
  slo_backtest_destroy(b);
  incident.error_ppb = 14400000; /* not above 1.44 %, but above 0.6 %: 150 of 360 minutes */
  b = create(&c);
  play(b, -1, 120, 0);
  play(b, 120, 140, 100);
  ck_assert_int_eq(read_of(b, 0).closed_detection_median_ns, 0); /* too short */
  ck_assert_int_eq(read_of(b, 2).closed_detection_median_ns, 0);
  slo_backtest_destroy(b);
  incident.period.end_ns = AT(271);
  b = create(&c);
  play(b, -1, 120, 0);
  play(b, 120, 140, 100);
  ck_assert_int_eq(read_of(b, 0).closed_detection_median_ns, 150 * MINUTE);
  ck_assert_int_eq(read_of(b, 0).closed_reset_median_ns, INT64_C(1050) * SLO_SECOND_NS);
  slo_backtest_destroy(b);
}
END_TEST

/* ---- contract ---- */

START_TEST(test_steps) {
  slo_backtest_config c = config(NULL, 0);
  slo_backtest *b = create(&c);
  slo_backtest_result r = SLO_SIZED(slo_backtest_result);
  slo_counts some = {10, 0, 0};
  const uint64_t most = (uint64_t)INT64_MAX;
  ck_assert_int_eq(slo_backtest_step(NULL, AT(0), &some), SLO_EINVAL);
  ck_assert_int_eq(slo_backtest_step(b, AT(0), NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_backtest_restart(NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_backtest_read(b, 0, &r), SLO_ENODATA);
  ck_assert_int_eq(slo_backtest_step(b, -1, &some), SLO_ERANGE);
  ck_assert_int_eq(slo_backtest_step(b, SLO_TIME_MAX_NS + 1, &some), SLO_ERANGE);
  ck_ok(slo_backtest_step(b, AT(0), &some));
  ck_assert_int_eq(slo_backtest_read(b, 0, &r), SLO_ENODATA);
  ck_assert_int_eq(slo_backtest_step(b, AT(0), &some), SLO_ERANGE);
  ck_assert_int_eq(slo_backtest_step(b, AT(0) - 1, &some), SLO_ERANGE);
  ck_assert_int_eq(slo_backtest_step(b, AT(0) + 91 * SLO_DAY_NS, &some), SLO_ECLOCK);
  ck_ok(slo_backtest_step(b, AT(1), &some));
  const slo_counts large[] = {{most, 0, 0},       {most - 10, 1, 0},
                              {0, most - 9, 0},   {UINT64_MAX, UINT64_MAX, 0},
                              {0, UINT64_MAX, 0}, {0, 0, UINT64_MAX}};
  for (size_t i = 0; i < sizeof large / sizeof large[0]; i++) {
    ck_assert_int_eq(slo_backtest_step(b, AT(2), &large[i]), SLO_ERANGE);
  }
  some.good = most - 10;
  ck_ok(slo_backtest_step(b, AT(2), &some));
  ck_ok(slo_backtest_read(b, 2, &r));
  ck_assert_int_eq(r.span_ns, 2 * MINUTE);
  ck_assert_int_eq(slo_backtest_read(b, 3, &r), SLO_ERANGE);
  ck_assert_int_eq(slo_backtest_read(NULL, 0, &r), SLO_EINVAL);
  ck_assert_int_eq(slo_backtest_read(b, 0, NULL), SLO_EINVAL);
  r.struct_size = 0;
  ck_assert_int_eq(slo_backtest_read(b, 0, &r), SLO_EINVAL);
  r.struct_size = offsetof(slo_backtest_result, incidents);
  r.incidents = 77;
  ck_ok(slo_backtest_read(b, 0, &r));
  ck_assert_uint_eq(r.incidents, 77);
  slo_backtest_destroy(b);
  slo_backtest_destroy(NULL);
}
END_TEST

static void expect_fault(const slo_backtest_config *c, slo_status status, const char *field,
                         int64_t value, int64_t min, int64_t max) {
  slo_error e = SLO_SIZED(slo_error);
  slo_backtest *b = NULL;
  size_t size;
  ck_assert_int_eq(slo_backtest_footprint(c, &size, &e), status);
  ck_assert_str_eq(e.field, field);
  ck_assert_int_eq(e.value, value);
  ck_assert_int_eq(e.status, status);
  if (min <= max) ck_assert_int_eq(e.min, min);
  if (min <= max) ck_assert_int_eq(e.max, max);
  if (min > max) ck_assert_int_gt(e.min, e.max);
  ck_assert_int_eq(slo_backtest_create(c, NULL, &b, NULL), status);
  ck_assert_int_eq(slo_backtest_init(NULL, 0, c, &b, &e), status);
  ck_assert_ptr_null(b);
}

#define FAULT(change, status, field, value, min, max)      \
  do {                                                     \
    slo_backtest_config c = config(incidents, 2);          \
    slo_incident incidents_before[2];                      \
    memcpy(incidents_before, incidents, sizeof incidents); \
    change;                                                \
    expect_fault(&c, status, field, value, min, max);      \
    memcpy(incidents, incidents_before, sizeof incidents); \
  } while (0)

START_TEST(test_config) {
  slo_incident incidents[] = {{{AT(0), AT(1)}, 0}, {{AT(1), AT(2)}, 1000000000}};
  slo_alert_config two[2];
  slo_window_config w = SLO_SIZED(slo_window_config);
  memcpy(two, policies(), sizeof two);
  w.gap_ns = -1;
  FAULT(c.policy_count = 0, SLO_ERANGE, "policy_count", 0, 1, 32);
  FAULT(c.policy_count = 33, SLO_ERANGE, "policy_count", 33, 1, 32);
  FAULT(c.policies = NULL, SLO_EINVAL, "policies (NULL)", 0, 1, 0);
  FAULT(c.incident_count = 100001, SLO_ERANGE, "incident_count", 100001, 0, 100000);
  FAULT(c.incidents = NULL, SLO_EINVAL, "incidents (NULL)", 0, 1, 0);
  FAULT(c.severity = 2, SLO_ERANGE, "severity", 2, 0, 1);
  FAULT(c.period_ns = 0, SLO_ERANGE, "period_ns", 0, 1, SLO_TIME_MAX_NS);
  FAULT(c.period_ns = INT64_MAX, SLO_ERANGE, "period_ns", INT64_MAX, 1, SLO_TIME_MAX_NS);
  FAULT(c.grace_ns = -1, SLO_ERANGE, "grace_ns", -1, 0, SLO_TIME_MAX_NS);
  FAULT(c.grace_ns = INT64_MAX, SLO_ERANGE, "grace_ns", INT64_MAX, 0, SLO_TIME_MAX_NS);
  FAULT(c.shift_ns = -1, SLO_ERANGE, "shift_ns", -1, 0, SLO_TIME_MAX_NS);
  FAULT(c.shift_ns = INT64_MAX, SLO_ERANGE, "shift_ns", INT64_MAX, 0, SLO_TIME_MAX_NS);
  FAULT(incidents[0].period.start_ns = -1, SLO_ERANGE, "incidents[0].period.start_ns", -1, 0,
        SLO_TIME_MAX_NS - 1);
  FAULT(incidents[1].period.start_ns--, SLO_ERANGE, "incidents[1].period.start_ns", AT(1) - 1,
        AT(1), SLO_TIME_MAX_NS - 1);
  FAULT(incidents[1].period.end_ns = AT(1), SLO_ERANGE, "incidents[1].period.end_ns", AT(1),
        AT(1) + 1, SLO_TIME_MAX_NS);
  FAULT(incidents[1].period.end_ns = INT64_MAX, SLO_ERANGE, "incidents[1].period.end_ns", INT64_MAX,
        AT(1) + 1, SLO_TIME_MAX_NS);
  FAULT(incidents[1].error_ppb++, SLO_ERANGE, "incidents[1].error_ppb", 1000000001, 0, 1000000000);
  FAULT(c.window = &w, SLO_ERANGE, "window.gap_ns", -1, 0, SLO_TIME_MAX_NS);
  FAULT(c.struct_size = 3, SLO_ERANGE, "slo_backtest_config.struct_size", 3, 4, 4096);
  slo_backtest_config c = config(NULL, 0);
  c.policies = two;
  c.policy_count = 2;
  two[1].objective_ppb = 998000000;
  expect_fault(&c, SLO_ERANGE, "policies[1].objective_ppb", 998000000, 999000000, 999000000);
  two[1].objective_ppb = 0;
  expect_fault(&c, SLO_ERANGE, "policies[1].objective_ppb", 0, 1, 999999999);
  two[1].tier_count = 0;
  two[1].objective_ppb = 999000000;
  expect_fault(&c, SLO_ERANGE, "policies[1].tier_count", 0, 1, 16);
  two[0].tiers = NULL;
  expect_fault(&c, SLO_EINVAL, "policies[0].tiers (NULL)", 0, 1, 0);
  expect_fault(NULL, SLO_ERANGE, "policy_count", 0, 1, 32);
  struct {
    slo_backtest_config c;
    uint64_t more;
  } longer = {config(NULL, 0), 0};
  size_t size, same;
  longer.c.struct_size = sizeof longer;
  ck_ok(slo_backtest_footprint(&longer.c, &size, NULL));
  longer.more = 1;
  expect_fault(&longer.c, SLO_EVERSION, "slo_backtest_config", 64, 1, 0);
  c = config(NULL, 0);
  ck_ok(slo_backtest_footprint(&c, &same, NULL));
  ck_assert_uint_eq(size, same);
  slo_error e = SLO_SIZED(slo_error);
  ck_assert_int_eq(slo_backtest_footprint(&c, NULL, &e), SLO_EINVAL);
  ck_assert_int_eq(slo_backtest_create(&c, NULL, NULL, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "backtest (NULL)");
}
END_TEST

static void *allocate_none(void *context, size_t size) {
  (void)context;
  (void)size;
  return NULL;
}

static void release_none(void *context, void *memory) {
  (void)context;
  (void)memory;
}

/* Exactly as much as the footprint says; configurations are copied. */
START_TEST(test_memory) {
  for (uint32_t n = 0; n <= INCIDENTS; n += 8) {
    slo_window_tier tiers[] = {{MINUTE, SLO_DAY_NS}};
    slo_window_config w = SLO_SIZED(slo_window_config);
    w.tiers = tiers;
    w.tier_count = 1;
    slo_incident *incidents = check_memory(n * sizeof *incidents);
    for (uint32_t i = 0; i < n; i++) {
      incidents[i].period.start_ns = AT(10 * (int64_t)i);
      incidents[i].period.end_ns = AT(10 * (int64_t)i + 1);
    }
    slo_backtest_config c = config(incidents, n);
    c.window = &w;
    slo_backtest *b = NULL;
    slo_error e = SLO_SIZED(slo_error);
    size_t size = 0;
    ck_ok(slo_backtest_footprint(&c, &size, &e));
    char *memory = check_memory(size);
    ck_assert_int_eq(slo_backtest_init(memory, size - 1, &c, &b, &e), SLO_ESPACE);
    ck_assert_str_eq(e.field, "size");
    ck_assert_int_eq(e.min, (int64_t)size);
    ck_assert_int_eq(slo_backtest_init(memory, size, &c, NULL, &e), SLO_EINVAL);
    ck_assert_int_eq(slo_backtest_init(NULL, size, &c, &b, &e), SLO_EINVAL);
    ck_assert_int_eq(slo_backtest_init(memory + 8, size - 8, &c, &b, &e), SLO_EINVAL);
    ck_ok(slo_backtest_init(memory, size, &c, &b, &e));
    free(incidents);
    memset(tiers, 0xff, sizeof tiers);
    memset(&w, 0xff, sizeof w);
    memset(&c, 0xff, sizeof c);
    play(b, -1, 0, 0);
    for (int i = 0; i < 400; i += 20) {
      play(b, i, i + 1, 100);
      play(b, i + 1, i + 20, 0);
      if (i % 100 == 0) ck_ok(slo_backtest_restart(b));
    }
    for (uint32_t i = 0; i < POLICIES; i++) ck_assert_uint_eq(read_of(b, i).incidents, n);
    free(memory);
  }
  slo_backtest_config c = config(NULL, 0);
  const slo_allocator none = {allocate_none, release_none, NULL};
  slo_backtest *b = NULL;
  slo_error e = SLO_SIZED(slo_error);
  ck_assert_int_eq(slo_backtest_create(&c, &none, &b, &e), SLO_ENOMEM);
  ck_assert_ptr_null(b);
}
END_TEST

CHECK_MAIN("backtest", tcase_add_test(tc, test_model); tcase_add_test(tc, test_outage);
           tcase_add_test(tc, test_no_incidents); tcase_add_test(tc, test_no_pages);
           tcase_add_test(tc, test_edges); tcase_add_test(tc, test_outside);
           tcase_add_test(tc, test_no_time_outside); tcase_add_test(tc, test_shared_page);
           tcase_add_test(tc, test_restart); tcase_add_test(tc, test_still_firing);
           tcase_add_test(tc, test_alone); tcase_add_test(tc, test_interval);
           tcase_add_test(tc, test_closed); tcase_add_test(tc, test_steps);
           tcase_add_test(tc, test_config); tcase_add_test(tc, test_memory);)
