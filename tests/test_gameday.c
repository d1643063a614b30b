/* test_gameday.c - what happens is what a window and an alert say; every difference is found. */
#include "check_main.h"
#include "slo/gameday.h"

#define MINUTE SLO_MINUTE_NS
#define START (INT64_C(1793491200) * SLO_SECOND_NS) /* 2026-11-01T00:00:00Z */
#define AT(minute) (START + (minute) * MINUTE)

enum { EVENTS_MAX = 64 };

/* 100 requests a second and no failures but those of faults. */
typedef struct script {
  slo_traffic_config traffic;
  slo_fault faults[4];
  slo_alert_tier tiers[2];
  slo_alert_config alert;
  slo_monitor_sli sli;
  slo_monitor_slo slo;
  slo_gameday_action actions[3];
  slo_expectation expectations[2 * EVENTS_MAX];
  slo_gameday_config c;
  slo_gameday_event events[EVENTS_MAX];
  slo_gameday_result result;
} script;

static void begin(script *s) {
  memset(s, 0, sizeof *s);
  s->traffic.struct_size = sizeof s->traffic;
  s->traffic.requests_per_day = 8640000;
  s->traffic.start_ns = START;
  s->traffic.faults = s->faults;
  s->tiers[0].long_ns = SLO_HOUR_NS;
  s->tiers[0].short_ns = 5 * MINUTE;
  s->tiers[0].factor_ppm = 14400000;
  s->tiers[1].long_ns = 3 * SLO_HOUR_NS;
  s->tiers[1].short_ns = 15 * MINUTE;
  s->tiers[1].factor_ppm = 50000000;
  s->tiers[1].severity = SLO_SEVERITY_TICKET;
  s->alert.struct_size = sizeof s->alert;
  s->alert.gate[0].kind = s->alert.gate[1].kind = SLO_GATE_NONE;
  s->sli.struct_size = sizeof s->sli;
  s->sli.name = "requests";
  s->slo.struct_size = sizeof s->slo;
  s->slo.name = "shop";
  s->slo.objective_ppb = 999000000;
  s->slo.period_ns = 28 * SLO_DAY_NS;
  s->slo.tiers = s->tiers;
  s->slo.tier_count = 2;
  s->slo.alert = &s->alert;
  s->actions[0] = (slo_gameday_action){500000, "freeze deploys"};
  s->actions[1] = (slo_gameday_action){5000000, "all hands"};
  s->actions[2] = (slo_gameday_action){0, "keep calm"};
  s->c.struct_size = sizeof s->c;
  s->c.traffic = &s->traffic;
  s->c.slo = &s->slo;
  s->c.sli = &s->sli;
  s->c.end_ns = AT(8 * 60);
  s->c.actions = s->actions;
  s->c.expectations = s->expectations;
  s->result.struct_size = sizeof s->result;
}

static void add_fault(script *s, uint32_t toxicity_ppm, int64_t from_ns, int64_t to_ns) {
  slo_fault *f = &s->faults[s->traffic.fault_count++];
  f->kind = SLO_FAULT_DOWN;
  f->toxicity_ppm = toxicity_ppm;
  f->period.start_ns = from_ns;
  f->period.end_ns = to_ns;
}

static slo_expectation *expect(script *s, uint32_t kind, int64_t from_ns, int64_t to_ns) {
  slo_expectation *x = &s->expectations[s->c.expectation_count++];
  memset(x, 0, sizeof *x);
  x->kind = kind;
  x->within.start_ns = from_ns;
  x->within.end_ns = to_ns;
  return x;
}

static void run(script *s) {
  slo_error e = SLO_SIZED(slo_error);
  memset(&s->result.passed, 0x55, sizeof s->result - sizeof s->result.struct_size);
  memset(s->events, 0, sizeof s->events);
  slo_status status = slo_gameday_run(&s->c, NULL, s->events, EVENTS_MAX, &s->result, &e);
  check_that(status == SLO_OK, "%s: %s", slo_status_name(status), e.field);
  check_that(s->result.passed <= 1, "passed");
}

static void expect_text(script *s, uint32_t difference, const char *text) {
  run(s);
  ck_assert_str_eq(s->result.text, text);
  check_that(s->result.difference == difference, "difference %u: %s", s->result.difference, text);
  ck_assert_uint_eq(s->result.passed, strncmp(text, "as expected", 11) == 0);
}

/* ---- the model: a window, an alert, and what was counted from the start ---- */

typedef struct model {
  slo_gameday_event events[EVENTS_MAX];
  uint32_t count;
  slo_counts total;
  int64_t remaining_ppm;
  int64_t newest_ns;
} model;

static void model_note(model *m, uint32_t kind, uint32_t severity, uint32_t action,
                       uint32_t cause) {
  ck_assert_uint_lt(m->count, EVENTS_MAX);
  m->events[m->count++] =
      (slo_gameday_event){kind, severity, m->newest_ns, action, cause, m->remaining_ppm};
}

static void model_tick(model *m, const script *s, slo_window *w, slo_alert *a, uint64_t *cursor,
                       int *due) {
  slo_transition t = SLO_SIZED(slo_transition);
  uint64_t valid = m->total.good + m->total.bad;
  int64_t consumed_ppm = valid == 0 ? -1 : (int64_t)(m->total.bad * 1000000000 / valid);
  m->remaining_ppm = valid == 0 ? 0 : 1000000 - consumed_ppm;
  check_ok(slo_window_push(w, m->newest_ns, &m->total, 0));
  check_ok(slo_alert_step(a, w, NULL, 0));
  while (slo_alert_next(a, cursor, &t) == SLO_OK) {
    int was = t.from == SLO_ALERT_FIRING, is = t.to == SLO_ALERT_FIRING;
    if (is && !was) model_note(m, SLO_GAMEDAY_FIRES, t.severity, 0, t.cause);
    if (was && !is) model_note(m, SLO_GAMEDAY_RESOLVES, t.severity, 0, 0);
  }
  for (uint32_t i = 0; i < s->c.action_count; i++) {
    if (due[i] || consumed_ppm < (int64_t)s->actions[i].consumed_ppm) continue;
    due[i] = 1;
    model_note(m, SLO_GAMEDAY_ACTION, 0, i, 0);
  }
}

static void model_run(model *m, const script *s) {
  slo_window *w;
  slo_alert *a;
  slo_traffic *t;
  slo_traffic_slot slot;
  uint64_t cursor = 0;
  int due[3] = {0, 0, 0};
  slo_alert_config c = s->alert;
  memset(m, 0, sizeof *m);
  c.tiers = s->tiers;
  c.tier_count = 2;
  c.objective_ppb = s->slo.objective_ppb;
  ck_ok(slo_window_create(s->c.window, NULL, &w, NULL));
  ck_ok(slo_alert_create(&c, NULL, &a, NULL));
  ck_ok(slo_traffic_create(&s->traffic, NULL, &t, NULL));
  m->newest_ns = s->traffic.start_ns;
  model_tick(m, s, w, a, &cursor, due);
  while (slo_traffic_next(t, &slot) == SLO_OK && slot.period.end_ns <= s->c.end_ns) {
    m->total.good += slot.counts.good;
    m->total.bad += slot.counts.bad;
    m->newest_ns = slot.period.end_ns;
    model_tick(m, s, w, a, &cursor, due);
  }
  slo_traffic_destroy(t);
  slo_alert_destroy(a);
  slo_window_destroy(w);
}

static void random_script(script *s, uint64_t seed) {
  uint64_t random = seed;
  begin(s);
  s->traffic.seed = seed;
  s->traffic.error_ppb = check_random(&random) % 3 * 200000;
  s->traffic.requests_per_day = seed % 4 == 0 ? 2400 : 8640000;
  s->c.action_count = (uint32_t)(seed % 4);
  if (seed % 2 == 0) memset(s->alert.gate, 0, sizeof s->alert.gate);
  if (seed % 3 == 0) s->alert.flags = SLO_ALERT_SILENCE;
  s->c.end_ns += (int64_t)(check_random(&random) % 10) * SLO_SECOND_NS;
  int64_t at_ns = START;
  for (uint64_t i = 0; i < seed % 5; i++) {
    at_ns += (int64_t)(check_random(&random) % 150) * MINUTE;
    int64_t end_ns = at_ns + (int64_t)(1 + check_random(&random) % 30) * MINUTE;
    add_fault(s, (uint32_t)(1000000 >> check_random(&random) % 8), at_ns, end_ns);
    at_ns = end_ns;
  }
}

/* Exactly what happened is expected, and the budget at each moment. */
static void expect_all(script *s, const model *m) {
  s->c.expectation_count = 0;
  for (uint32_t i = 0; i < m->count; i++) {
    const slo_gameday_event *e = &m->events[i];
    if (e->at_ns == START) continue;
    slo_expectation *x = expect(s, e->kind, e->at_ns - 1, e->at_ns);
    x->severity = e->severity;
    x->action = e->action;
    x = expect(s, SLO_GAMEDAY_BUDGET, 0, e->at_ns);
    x->least_ppm = x->most_ppm = e->remaining_ppm;
  }
}

static void expect_model(script *s, const model *m) {
  ck_assert_uint_eq(s->result.passed, 1);
  ck_assert_uint_eq(s->result.difference, s->c.expectation_count);
  ck_assert_uint_eq(s->result.events, m->count);
  ck_assert_mem_eq(s->events, m->events, m->count * sizeof m->events[0]);
  ck_assert_int_eq(s->result.at_ns, m->newest_ns);
  ck_assert_mem_eq(&s->result.counts, &m->total, sizeof m->total);
  ck_assert_int_eq(s->result.remaining_ppm, m->remaining_ppm);
}

START_TEST(test_model) {
  static script s;
  static model m;
  uint32_t happened = 0;
  for (uint64_t seed = 0; seed < 20; seed++) {
    random_script(&s, seed);
    model_run(&m, &s);
    s.c.expected_only = 1;
    run(&s);
    expect_model(&s, &m);
    expect_all(&s, &m);
    run(&s);
    expect_model(&s, &m);
    s.c.expected_only = 0;
    run(&s);
    expect_model(&s, &m);
    happened += m.count;
  }
  ck_assert_uint_gt(happened, 60);
}
END_TEST

/* Of everything that happened, one thing is taken away, moved, or asked for otherwise. */
START_TEST(test_differences) {
  static script s;
  static model m;
  slo_expectation all[2 * EVENTS_MAX];
  begin(&s);
  s.c.action_count = 1;
  add_fault(&s, 1000000, AT(120), AT(140));
  add_fault(&s, 100000, AT(200), AT(320));
  model_run(&m, &s);
  ck_assert_uint_ge(m.count, 7);
  expect_all(&s, &m);
  const uint32_t n = s.c.expectation_count;
  memcpy(all, s.expectations, sizeof all);
  for (uint32_t i = 0; i < n; i++) {
    slo_expectation *x = &s.expectations[i];
    const int64_t at_ns = x->within.end_ns;
    if (x->kind == SLO_GAMEDAY_BUDGET) {
      x->least_ppm++;
      x->most_ppm++;
      run(&s);
      ck_assert_uint_eq(s.result.passed, 0);
      ck_assert_uint_eq(s.result.difference, i);
      ck_assert_int_eq(s.result.at_ns, at_ns);
      ck_assert_int_eq(s.result.remaining_ppm, all[i].least_ppm);
      memcpy(s.expectations, all, sizeof all);
      continue;
    }
    const uint32_t before = i / 2; /* events */
    x->within.start_ns = at_ns;    /* too early */
    x->within.end_ns = at_ns + MINUTE;
    run(&s);
    ck_assert_uint_eq(s.result.passed, 0);
    ck_assert_uint_eq(s.result.difference, i);
    ck_assert_int_eq(s.result.at_ns, at_ns);
    ck_assert_uint_eq(s.result.events, before + 1);
    ck_assert_ptr_nonnull(strstr(s.result.text, " 0s too early: expected within ("));
    x->within.start_ns = at_ns - MINUTE; /* too late */
    x->within.end_ns = at_ns - 1;
    run(&s);
    ck_assert_uint_eq(s.result.difference, i);
    ck_assert_int_eq(s.result.at_ns, at_ns - 1);
    ck_assert_uint_eq(s.result.events, before);
    ck_assert_ptr_nonnull(strstr(s.result.text, ", 1ns too late: expected within ("));
    s.c.expected_only = 1;
    run(&s);
    ck_assert_uint_eq(s.result.difference, i);
    s.c.expected_only = 0;
    memmove(x, x + 1, (n - i - 1) * sizeof *x); /* unexpected */
    s.c.expectation_count = n - 1;
    run(&s);
    ck_assert_uint_eq(s.result.passed, 0);
    ck_assert_int_eq(s.result.at_ns, at_ns);
    ck_assert_uint_eq(s.result.events, before + 1);
    int later = 0;
    for (uint32_t k = i + 1; k < n; k++) {
      later |= all[k].kind == all[i].kind && all[k].severity == all[i].severity;
    }
    if (!later) ck_assert_uint_eq(s.result.difference, n - 1);
    s.c.expected_only = 1;
    run(&s);
    if (!later) ck_assert_uint_eq(s.result.passed, 1);
    s.c.expected_only = 0;
    s.c.expectation_count = n;
    memcpy(s.expectations, all, sizeof all);
  }
}
END_TEST

/* ---- what an SRE reads ---- */

/* All fails from 02:00 to 02:20, one tier: the page fires at 02:01, when 60 s of an hour are more
 * than 1.44 %, and resolves at 02:25, when the last five minutes have none of it. Half of the
 * budget of two hours is gone with the first slot. */
static void outage(script *s) {
  begin(s);
  s->slo.tier_count = 1;
  s->c.action_count = 1;
  s->c.end_ns = AT(4 * 60);
  add_fault(s, 1000000, AT(120), AT(140));
}

START_TEST(test_texts) {
  static script s;
  outage(&s);
  expect_text(&s, 0,
              "action \"freeze deploys\" is due at 2026-11-01T02:00:10Z, expected: nothing more");
  slo_expectation *due = expect(&s, SLO_GAMEDAY_ACTION, AT(120), AT(140));
  expect_text(&s, 1, "page fires at 2026-11-01T02:01:00Z, expected: nothing more");
  slo_expectation *fires = expect(&s, SLO_GAMEDAY_FIRES, AT(120), AT(125));
  expect_text(&s, 2, "page resolves at 2026-11-01T02:25:00Z, expected: nothing more");
  slo_expectation *resolves = expect(&s, SLO_GAMEDAY_RESOLVES, AT(140), AT(145));
  expect_text(&s, 3, "as expected: 3 events, -8223.0667 % of the budget left");
  slo_expectation *budget = expect(&s, SLO_GAMEDAY_BUDGET, 0, AT(130));
  budget->least_ppm = -5000000;
  budget->most_ppm = 1000000;
  expect_text(
      &s, 3, "budget at 2026-11-01T02:10:00Z: -7586.3963 % left, expected -500.0000 .. 100.0000 %");
  budget->within.end_ns = AT(0) + 1;
  expect_text(&s, 3,
              "budget at 2026-11-01T00:00:00.000000001Z: nothing valid, unknown what is left, "
              "expected -500.0000 .. 100.0000 %");
  s.c.expectation_count = 3;
  due->within.end_ns = AT(120) + 5 * SLO_SECOND_NS;
  expect_text(&s, 0,
              "action \"freeze deploys\" is due at 2026-11-01T02:00:10Z, 5s too late: expected "
              "within (2026-11-01T02:00:00Z, 2026-11-01T02:00:05Z]");
  ck_assert_int_eq(s.result.at_ns, due->within.end_ns);
  s.actions[0].consumed_ppm = UINT64_MAX;
  expect_text(&s, 0,
              "action \"freeze deploys\" is not due, expected within (2026-11-01T02:00:00Z, "
              "2026-11-01T02:00:05Z]");
  due->within.end_ns = AT(240);
  expect_text(&s, 0,
              "page fires at 2026-11-01T02:01:00Z, expected: action \"freeze deploys\" is due "
              "within (2026-11-01T02:00:00Z, 2026-11-01T04:00:00Z]");
  s.actions[0].consumed_ppm = 500000;
  fires->within.end_ns = AT(120) + 40 * SLO_SECOND_NS; /* also when it is long after */
  resolves->within.end_ns = AT(141);
  expect_text(&s, 1,
              "page fires at 2026-11-01T02:01:00Z, 20s too late: expected within "
              "(2026-11-01T02:00:00Z, 2026-11-01T02:00:40Z]");
  ck_assert_int_eq(s.result.at_ns, fires->within.end_ns);
  ck_assert_uint_eq(s.result.events, 1);
  fires->within.end_ns = AT(130);
  fires->within.start_ns = AT(122);
  expect_text(&s, 1,
              "page fires at 2026-11-01T02:01:00Z, 1m too early: expected within "
              "(2026-11-01T02:02:00Z, 2026-11-01T02:10:00Z]");
  ck_assert_int_eq(s.result.at_ns, AT(121));
  ck_assert_uint_eq(s.result.events, 2);
  s.c.expected_only = 1; /* that one was none of it */
  expect_text(&s, 1,
              "page does not fire, expected within (2026-11-01T02:02:00Z, 2026-11-01T02:10:00Z]");
  ck_assert_int_eq(s.result.at_ns, AT(130));
  s.c.expected_only = 0;
  fires->within.start_ns = AT(120);
  fires->severity = SLO_SEVERITY_TICKET;
  expect_text(&s, 3,
              "page fires at 2026-11-01T02:01:00Z, expected: ticket fires within "
              "(2026-11-01T02:00:00Z, 2026-11-01T02:10:00Z]");
  fires->kind = SLO_GAMEDAY_RESOLVES;
  fires->severity = SLO_SEVERITY_PAGE;
  resolves->kind = SLO_GAMEDAY_FIRES; /* in the wrong order */
  expect_text(&s, 1,
              "page fires at 2026-11-01T02:01:00Z, expected: page resolves within "
              "(2026-11-01T02:00:00Z, 2026-11-01T02:10:00Z]");
}
END_TEST

/* The longest there is still fits, and a name's rest is cut. */
START_TEST(test_long_text) {
  static script s;
  static char name[1000];
  memset(name, 'n', sizeof name - 1);
  outage(&s);
  s.c.expected_only = 1;
  s.actions[0].name = name;
  s.traffic.start_ns = START - 999999999;
  (void)expect(&s, SLO_GAMEDAY_ACTION, AT(100) + 1, AT(121) - 1);
  run(&s);
  ck_assert_uint_eq(s.result.passed, 1);
  s.expectations[0].within.end_ns = AT(120) - 1;
  run(&s);
  ck_assert_uint_eq(s.result.passed, 0);
  ck_assert_int_eq(s.result.text[strlen(s.result.text) - 1], ']');
  ck_assert_uint_gt(strlen(s.result.text), 180);
}
END_TEST

START_TEST(test_determinism) {
  static script s, t;
  for (uint64_t seed = 3; seed < 6; seed++) {
    random_script(&s, seed);
    random_script(&t, seed);
    run(&s);
    run(&t);
    ck_assert_mem_eq(&s.result, &t.result, sizeof s.result);
    ck_assert_mem_eq(s.events, t.events, sizeof s.events);
  }
}
END_TEST

/* Fewer events are written than there were, and a caller of a smaller result is served. */
START_TEST(test_capacity) {
  static script s;
  outage(&s);
  s.c.expected_only = 1;
  run(&s);
  ck_assert_uint_eq(s.result.events, 3);
  for (uint32_t n = 0; n <= 3; n++) {
    slo_gameday_event events[4];
    memset(events, 0x77, sizeof events);
    s.result.struct_size = offsetof(slo_gameday_result, text);
    s.result.text[0] = '!';
    ck_ok(slo_gameday_run(&s.c, NULL, n == 0 ? NULL : events, n, &s.result, NULL));
    ck_assert_int_eq(s.result.text[0], '!');
    ck_assert_mem_eq(events, s.events, n * sizeof events[0]);
    ck_assert_int_eq(events[n].at_ns, INT64_C(0x7777777777777777));
  }
}
END_TEST

/* ---- contract ---- */

static void expect_fault(const slo_gameday_config *c, slo_status status, const char *field,
                         int64_t value, int64_t min, int64_t max) {
  slo_error e = SLO_SIZED(slo_error);
  slo_gameday_result r = SLO_SIZED(slo_gameday_result);
  r.passed = 77;
  ck_assert_int_eq(slo_gameday_run(c, NULL, NULL, 0, &r, &e), status);
  ck_assert_str_eq(e.field, field);
  ck_assert_int_eq(e.status, status);
  check_that(e.value == value, "%s: %" PRId64, field, e.value);
  if (min <= max) ck_assert_int_eq(e.min, min);
  if (min <= max) ck_assert_int_eq(e.max, max);
  if (min > max) ck_assert_int_gt(e.min, e.max);
  ck_assert_uint_eq(r.passed, 77);
  ck_assert_int_eq(slo_gameday_run(c, NULL, NULL, 0, &r, NULL), status);
}

#define FAULT(change, status, field, value, min, max)   \
  do {                                                  \
    begin(&s);                                          \
    s.c.action_count = 1;                               \
    (void)expect(&s, SLO_GAMEDAY_FIRES, AT(0), AT(1));  \
    x = expect(&s, SLO_GAMEDAY_BUDGET, 0, AT(2));       \
    change;                                             \
    expect_fault(&s.c, status, field, value, min, max); \
  } while (0)

START_TEST(test_config) {
  static script s;
  slo_expectation *x, *first = &s.expectations[0];
  slo_window_config w = SLO_SIZED(slo_window_config);
  slo_window_tier minutes = {MINUTE, SLO_DAY_NS};
  const int64_t end = AT(480), most = SLO_TIME_MAX_NS;
  w.tiers = &minutes;
  w.tier_count = 1;
  FAULT(s.c.traffic = NULL, SLO_EINVAL, "traffic (NULL)", 0, 1, 0);
  FAULT(s.c.slo = NULL, SLO_EINVAL, "slo (NULL)", 0, 1, 0);
  FAULT(s.c.expected_only = 2, SLO_ERANGE, "expected_only", 2, 0, 1);
  FAULT(s.c.end_ns = START, SLO_ERANGE, "end_ns", START, START + 1, most);
  FAULT(s.c.end_ns = INT64_MIN, SLO_ERANGE, "end_ns", INT64_MIN, START + 1, most);
  FAULT(s.c.end_ns = INT64_MAX, SLO_ERANGE, "end_ns", INT64_MAX, START + 1, most);
  FAULT(s.c.actions = NULL, SLO_EINVAL, "actions (NULL)", 0, 1, 0);
  FAULT(s.actions[0].name = NULL, SLO_EINVAL, "actions[0].name (NULL)", 0, 1, 0);
  FAULT(s.c.expectations = NULL, SLO_EINVAL, "expectations (NULL)", 0, 1, 0);
  FAULT(x->kind = 0, SLO_ERANGE, "expectations[1].kind", 0, 1, 4);
  FAULT(x->kind = 5, SLO_ERANGE, "expectations[1].kind", 5, 1, 4);
  FAULT(first->severity = 2, SLO_ERANGE, "expectations[0].severity", 2, 0, 1);
  FAULT(x->severity = 1, SLO_ERANGE, "expectations[1].severity", 1, 0, 0);
  FAULT(x->within.start_ns = -1, SLO_ERANGE, "expectations[1].within.start_ns", -1, 0, end - 1);
  FAULT(x->within.start_ns = end, SLO_ERANGE, "expectations[1].within.start_ns", end, 0, end - 1);
  FAULT(first->within.end_ns = START, SLO_ERANGE, "expectations[0].within.end_ns", START, START + 1,
        end);
  FAULT(x->within.end_ns = end + 1, SLO_ERANGE, "expectations[1].within.end_ns", end + 1, 1, end);
  FAULT((void)expect(&s, SLO_GAMEDAY_BUDGET, 0, AT(2) - 1), SLO_ERANGE,
        "expectations[2].within.end_ns", AT(2) - 1, AT(2), end);
  FAULT(x->action = 1, SLO_ERANGE, "expectations[1].action", 1, 0, 0);
  FAULT(first->kind = SLO_GAMEDAY_ACTION;
        first->action = 1, SLO_ERANGE, "expectations[0].action", 1, 0, 0);
  FAULT(first->kind = SLO_GAMEDAY_ACTION;
        s.c.action_count = 0, SLO_EINVAL, "expectations[0].action (there is none)", 0, 1, 0);
  FAULT(x->reserved = 1, SLO_EVERSION, "expectations[1].reserved", 1, 1, 0);
  FAULT(first->least_ppm = -1, SLO_ERANGE, "expectations[0].least_ppm", -1, 0, 0);
  FAULT(first->most_ppm = 1, SLO_ERANGE, "expectations[0].most_ppm", 1, 0, 0);
  FAULT(x->most_ppm = -1, SLO_ERANGE, "expectations[1].most_ppm", -1, 0, 1000000);
  FAULT(s.traffic.start_ns = -1, SLO_ERANGE, "traffic.start_ns", -1, 0, most);
  FAULT(s.traffic.start_ns = INT64_MAX, SLO_ERANGE, "traffic.start_ns", INT64_MAX, 0, most);
  FAULT(s.traffic.struct_size = 0, SLO_ERANGE, "traffic.struct_size", 0, 4, 4096);
  FAULT(add_fault(&s, 1000001, 1, 2), SLO_ERANGE, "traffic.faults[0].toxicity_ppm", 1000001, 0,
        1000000);
  FAULT(s.slo.sli = 1, SLO_ERANGE, "slo.sli", 1, 0, 0);
  FAULT(s.slo.objective_ppb = 0, SLO_ERANGE, "slo.objective_ppb", 0, 1, 999999999);
  FAULT(s.slo.name = NULL, SLO_EINVAL, "slo.name (NULL)", 0, 1, 0);
  FAULT(s.sli.name = NULL, SLO_EINVAL, "sli.name (NULL)", 0, 1, 0);
  FAULT(w.gap_ns = -1; s.c.window = &w, SLO_ERANGE, "window.gap_ns", -1, 0, most);
  FAULT(s.c.struct_size = 1, SLO_ERANGE, "slo_gameday_config.struct_size", 1, 4, 4096);
  FAULT(w.gap_ns = 0; w.jump_max_ns = MINUTE; s.c.window = &w;
        s.traffic.slot_ns = MINUTE + 1, SLO_ECLOCK, "tick, at its now_ns", AT(1) + 1, 1, 0);
  expect_fault(NULL, SLO_EINVAL, "traffic (NULL)", 0, 1, 0);
  struct {
    slo_gameday_config c;
    uint64_t more;
  } longer = {s.c, 1};
  longer.c.struct_size = sizeof longer;
  expect_fault(&longer.c, SLO_EVERSION, "slo_gameday_config", sizeof s.c, 1, 0);
  slo_error e = SLO_SIZED(slo_error);
  begin(&s);
  ck_assert_int_eq(slo_gameday_run(&s.c, NULL, NULL, 0, NULL, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "result (NULL)");
  ck_assert_int_eq(slo_gameday_run(&s.c, NULL, NULL, 1, &s.result, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "events (NULL)");
  s.result.struct_size = 0;
  ck_assert_int_eq(slo_gameday_run(&s.c, NULL, NULL, 0, &s.result, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "result.struct_size");
}
END_TEST

typedef struct heap {
  int left;
  int blocks;
} heap;

static void *heap_allocate(void *context, size_t size) {
  heap *h = context;
  if (h->left-- == 0) return NULL;
  h->blocks++;
  return check_memory(size);
}

static void heap_release(void *context, void *memory) {
  ((heap *)context)->blocks--;
  free(memory);
}

/* Whichever allocation fails, nothing is left behind. */
START_TEST(test_memory) {
  static script s;
  slo_error e = SLO_SIZED(slo_error);
  outage(&s);
  slo_status status = SLO_ENOMEM;
  for (int n = 0; status != SLO_OK; n++) {
    heap h = {n, 0};
    const slo_allocator allocator = {heap_allocate, heap_release, &h};
    status = slo_gameday_run(&s.c, &allocator, s.events, EVENTS_MAX, &s.result, &e);
    ck_assert_int_eq(h.blocks, 0);
    if (status != SLO_OK) ck_assert_int_eq(status, SLO_ENOMEM);
    ck_assert_int_lt(n, 10);
  }
}
END_TEST

CHECK_MAIN("gameday", tcase_add_test(tc, test_model); tcase_add_test(tc, test_differences);
           tcase_add_test(tc, test_texts); tcase_add_test(tc, test_long_text);
           tcase_add_test(tc, test_determinism); tcase_add_test(tc, test_capacity);
           tcase_add_test(tc, test_config); tcase_add_test(tc, test_memory);)
