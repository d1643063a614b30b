/*
 * test_candidate.c - budgets against every period added up anew, alerts against a monitor that is
 * ticked with the same counts and against back-tests, and whole texts.
 */
#include "base/u128.h"
#include "check_main.h"
#include "slo/backtest.h"
#include "slo/candidate.h"
#include "slo/catalog.h"
#include "slo/monitor.h"
#include "slo/traffic.h"

#define PPB UINT64_C(1000000000)
#define DAY SLO_DAY_NS
#define MINUTE SLO_MINUTE_NS
#define START (INT64_C(1767225600) * SLO_SECOND_NS) /* 2026-01-01T00:00:00Z */
#define MOST ((uint64_t)INT64_MAX)
#define PERIOD_MAX (3660 * DAY)

static slo_candidate_config config_of(const slo_target_day *slots, uint32_t n) {
  slo_candidate_config c = SLO_SIZED(slo_candidate_config);
  c.slots = slots;
  c.slot_count = n;
  c.objective_ppb = 999000000;
  c.period_ns = 28 * DAY;
  return c;
}

static slo_candidate eval(const slo_candidate_config *c) {
  slo_candidate r = SLO_SIZED(slo_candidate);
  slo_error e = SLO_SIZED(slo_error);
  slo_status status = slo_candidate_eval(c, NULL, &r, &e);
  char text[200];
  (void)slo_error_format(&e, text, sizeof text);
  check_that(status == SLO_OK, "%s: %s", slo_status_name(status), text);
  return r;
}

/* n slots one after the other from start_ns on, each with the same counts. */
static void lay(slo_target_day *slots, uint32_t n, int64_t start_ns, int64_t slot_ns, uint64_t good,
                uint64_t bad) {
  for (uint32_t i = 0; i < n; i++) {
    slots[i].period.start_ns = start_ns + i * slot_ns;
    slots[i].period.end_ns = start_ns + (i + 1) * slot_ns;
    slots[i].counts = (slo_counts){good, bad, 0};
  }
}

/* ---- budgets ---- */

static sloi_u128 times(uint64_t a, uint64_t b) {
  return sloi_u128_multiply_portable(a, b);
}

static int over(const slo_counts *c, uint64_t objective) {
  return sloi_u128_compare(times(c->bad, PPB), times(PPB - objective, c->good + c->bad)) > 0;
}

static uint64_t consumed(const slo_counts *c, uint64_t objective) {
  return sloi_u128_divide_portable(times(c->bad, PPB * 1000000),
                                   times(PPB - objective, c->good + c->bad));
}

static void add(slo_counts *to, const slo_counts *from) {
  to->good += from->good;
  to->bad += from->bad;
  to->excluded += from->excluded;
}

/* Every period from its first slot on, every slot on its own. */
static slo_candidate model(const slo_candidate_config *c) {
  slo_candidate r = SLO_SIZED(slo_candidate);
  slo_counts worst = {0, 0, 0};
  const slo_target_day *last = &c->slots[c->slot_count - 1];
  sloi_u128 most = {0, 0};
  r.objective_ppb = c->objective_ppb;
  r.period_ns = c->period_ns;
  r.span = (slo_period){c->slots[0].period.start_ns, last->period.end_ns};
  r.slots = c->slot_count;
  for (uint32_t i = 0; i < c->slot_count; i++) {
    const slo_target_day *s = &c->slots[i];
    const uint64_t valid = s->counts.good + s->counts.bad;
    int64_t length = s->period.end_ns - s->period.start_ns, covered = 0;
    slo_counts in = {0, 0, 0};
    add(&r.counts, &s->counts);
    r.measured_ns += length;
    r.slots_valid += valid > 0;
    r.slots_missed += (uint32_t)over(&s->counts, c->objective_ppb);
    uint32_t inside = 0;
    for (uint32_t k = 0; k <= i; k++) {
      if (c->slots[k].period.start_ns < s->period.end_ns - c->period_ns) continue;
      add(&in, &c->slots[k].counts);
      covered += c->slots[k].period.end_ns - c->slots[k].period.start_ns;
      inside++;
    }
    int all = inside == c->slot_count && r.span.end_ns - r.span.start_ns < c->period_ns;
    if ((covered >= (c->period_ns + 1) / 2 || all) && in.good + in.bad > 0) {
      r.over_ns += over(&in, c->objective_ppb) ? length : 0;
      if (r.worst_end_ns == 0 || sloi_u128_compare(times(in.bad, worst.good + worst.bad),
                                                   times(worst.bad, in.good + in.bad)) > 0) {
        worst = in;
        r.worst_end_ns = s->period.end_ns;
        r.worst_ppm = consumed(&in, c->objective_ppb);
      }
    }
    sloi_u128 excess = {0, 0};
    if (over(&s->counts, c->objective_ppb)) {
      excess = sloi_u128_subtract(times(s->counts.bad, PPB), times(PPB - c->objective_ppb, valid));
    }
    int order = sloi_u128_compare(excess, most);
    if (i == 0 || order > 0 || (order == 0 && s->counts.bad > r.worst_counts.bad)) {
      most = excess;
      r.worst_slot = i;
      r.worst_period = s->period;
      r.worst_counts = s->counts;
    }
  }
  r.consumed_ppm = consumed(&r.counts, c->objective_ppb);
  r.met = !over(&r.counts, c->objective_ppb);
  return r;
}

START_TEST(test_budgets) {
  enum { SLOTS = 40 };
  static slo_target_day slots[SLOTS];
  uint64_t state = 1;
  int none = 0, some = 0, overspent = 0, never = 0, shorter = 0;
  for (int round = 0; round < 1500; round++) {
    slo_candidate_config c = config_of(slots, 1 + (uint32_t)(check_random(&state) % SLOTS));
    const int64_t unit = round % 3 == 0 ? 7 * SLO_SECOND_NS + 1 : SLO_HOUR_NS;
    const int sparse = round % 4 == 0, wide = round % 50 == 1, like = round % 5 == 0;
    int64_t now_ns = round % 8 == 0 ? 0 : START;
    uint64_t valid = 0;
    for (uint32_t i = 0; i < c.slot_count; i++) {
      slo_target_day *s = &slots[i];
      uint64_t draw = check_random(&state);
      if (sparse) now_ns += (int64_t)(draw >> 8 & 3) * unit * (draw % 7 == 0 ? 9 : 1);
      s->period.start_ns = now_ns;
      s->period.end_ns = now_ns += unit * (like ? 1 : 1 + (int64_t)(draw >> 16 & 1));
      s->counts.good = draw >> 20 & (draw % 3 ? 3 : 4095);
      s->counts.bad = draw >> 40 & (draw % 5 ? 1 : 7);
      s->counts.excluded = draw >> 60;
      if (draw % 6 == 0) s->counts = (slo_counts){0, 0, draw >> 60};
      if (wide) s->counts = (slo_counts){MOST / SLOTS - 9 - (draw >> 48), draw >> 50, 0};
      valid += s->counts.good + s->counts.bad;
    }
    c.objective_ppb = wide ? 999999999 : 1 + check_random(&state) % 999999999;
    if (round % 2 == 0) c.objective_ppb = 999000000;
    c.period_ns = unit * (1 + (int64_t)(check_random(&state) % SLOTS)) +
                  (int64_t)(check_random(&state) % 3) - 1;
    slo_alert_tier tier = {SLO_HOUR_NS, SLO_HOUR_NS, 1000000, 0, 0, 0, 0, 0, 0, 0};
    slo_alert_config alert = SLO_SIZED(slo_alert_config);
    alert.tiers = &tier;
    alert.tier_count = 1;
    c.alert = &alert;
    if (valid == 0) continue;
    slo_candidate got = eval(&c), want = model(&c);
    want.pages = got.pages;
    want.tickets = got.tickets;
    want.pages_per_month_ppm = got.pages_per_month_ppm;
    want.tickets_per_month_ppm = got.tickets_per_month_ppm;
    check_that(
        memcmp(&got, &want, sizeof got) == 0,
        "round %d: consumed %" PRIu64 " %" PRIu64 ", worst %" PRIu64 " %" PRIu64 " at %" PRId64
        " %" PRId64 ", over %" PRId64 " %" PRId64 ", slot %" PRIu32 " %" PRIu32,
        round, got.consumed_ppm, want.consumed_ppm, got.worst_ppm, want.worst_ppm, got.worst_end_ns,
        want.worst_end_ns, got.over_ns, want.over_ns, got.worst_slot, want.worst_slot);
    none += got.worst_end_ns == 0;
    some += got.worst_end_ns != 0;
    overspent += got.over_ns > 0;
    never += got.over_ns == 0;
    shorter += got.span.end_ns - got.span.start_ns < c.period_ns;
  }
  ck_assert_int_gt(none, 100);
  ck_assert_int_gt(some, 1000);
  ck_assert_int_gt(overspent, 500);
  ck_assert_int_gt(never, 500);
  ck_assert_int_gt(shorter, 200);
}
END_TEST

/* The Workbook's sample at its own starter target. */
START_TEST(test_workbook) {
  slo_target_day whole = {{START, START + 28 * DAY}, {3557865, 3663253 - 3557865, 0}};
  slo_candidate_config c = config_of(&whole, 1);
  ck_ok(slo_target_objective(&whole.counts, 10000000, &c.objective_ppb, NULL));
  ck_assert_uint_eq(c.objective_ppb, 970000000);
  slo_candidate r = eval(&c);
  ck_assert_uint_eq(r.consumed_ppm, 958965); /* 95.90 % */
  ck_assert_uint_eq(r.met, 1);
  ck_assert_uint_eq(r.worst_ppm, r.consumed_ppm);
  ck_assert_int_eq(r.worst_end_ns, START + 28 * DAY);
  ck_assert_int_eq(r.over_ns, 0);
  ck_assert_uint_eq(r.slots_missed, 0);
}
END_TEST

/* Exactly all of it is met, one more is not, though rounded both are all. */
START_TEST(test_exactly) {
  slo_target_day slot = {{START, START + DAY}, {UINT64_C(99900000000000), 100000000000, 0}};
  slo_candidate_config c = config_of(&slot, 1);
  slo_candidate r = eval(&c);
  ck_assert_uint_eq(r.consumed_ppm, 1000000);
  ck_assert_uint_eq(r.met, 1);
  ck_assert_int_eq(r.over_ns, 0);
  ck_assert_uint_eq(r.slots_missed, 0);
  slot.counts.good--;
  slot.counts.bad++;
  r = eval(&c);
  ck_assert_uint_eq(r.consumed_ppm, 1000000);
  ck_assert_uint_eq(r.met, 0);
  ck_assert_int_eq(r.over_ns, DAY);
  ck_assert_uint_eq(r.slots_missed, 1);
}
END_TEST

/* ---- alerts ---- */

/* 40 days of a simulated shop by the minute, with outages. */
enum { TRACE = 40 * 24 * 60 };
static slo_target_day trace[TRACE];

static void draw_trace(uint64_t requests_per_day, uint64_t seed) {
  slo_fault faults[9] = {{0}};
  slo_traffic_config c = SLO_SIZED(slo_traffic_config);
  slo_traffic *traffic = NULL;
  c.requests_per_day = requests_per_day;
  c.start_ns = START;
  c.slot_ns = MINUTE;
  c.diurnal_ppm = 600000;
  c.error_ppb = 900000;
  c.noise = SLO_NOISE_DRIFT;
  c.seed = seed;
  c.faults = faults;
  c.fault_count = 9;
  for (int i = 0; i < 9; i++) { /* of 30 minutes, 4 hours or 2 days */
    static const int64_t minutes[] = {30, 240, 2880};
    static const uint32_t toxicity[] = {1000000, 40000, 4000};
    faults[i].kind = SLO_FAULT_DOWN;
    faults[i].toxicity_ppm = toxicity[i % 3];
    faults[i].period.start_ns = START + (3 + 4 * i) * DAY + (9 + i) * SLO_HOUR_NS;
    faults[i].period.end_ns = faults[i].period.start_ns + minutes[i % 3] * MINUTE;
  }
  ck_ok(slo_traffic_create(&c, NULL, &traffic, NULL));
  for (int i = 0; i < TRACE; i++) {
    slo_traffic_slot slot;
    check_ok(slo_traffic_next(traffic, &slot));
    trace[i].period = slot.period;
    trace[i].counts = slot.counts;
  }
  slo_traffic_destroy(traffic);
}

/* How often the severity begins to fire in a back-test with these tiers. */
static uint64_t backtested(const slo_alert_config *alert, uint32_t severity) {
  slo_window_tier tiers[SLO_WINDOW_TIERS_MAX];
  slo_window_config window = SLO_SIZED(slo_window_config);
  slo_backtest_config c = SLO_SIZED(slo_backtest_config);
  slo_backtest_result r = SLO_SIZED(slo_backtest_result);
  slo_backtest *b = NULL;
  int64_t spans[2 * SLO_ALERT_TIERS_MAX];
  for (uint32_t i = 0; i < alert->tier_count; i++) {
    spans[i] = alert->tiers[i].short_ns;
    spans[alert->tier_count + i] = alert->tiers[i].long_ns;
  }
  ck_ok(slo_window_tiers(spans, 2 * (size_t)alert->tier_count, tiers, SLO_WINDOW_TIERS_MAX,
                         &window.tier_count, NULL));
  window.tiers = tiers;
  c.policies = alert;
  c.policy_count = 1;
  c.window = &window;
  c.severity = severity;
  c.period_ns = 28 * DAY;
  ck_ok(slo_backtest_create(&c, NULL, &b, NULL));
  check_ok(slo_backtest_step(b, trace[0].period.start_ns, &(slo_counts){0, 0, 0}));
  for (int i = 0; i < TRACE; i++) {
    check_ok(slo_backtest_step(b, trace[i].period.end_ns, &trace[i].counts));
  }
  ck_ok(slo_backtest_read(b, 0, &r));
  slo_backtest_destroy(b);
  return r.pages;
}

/* The same of a monitor with the default window that is ticked with the slots, and after each gap
 * as after a restart. */
static void monitored(const slo_candidate_config *c, uint64_t *fired) {
  slo_monitor_sli sli = SLO_SIZED(slo_monitor_sli);
  slo_monitor_slo slo = SLO_SIZED(slo_monitor_slo);
  slo_monitor_config config = SLO_SIZED(slo_monitor_config);
  slo_monitor *m = NULL;
  uint64_t cursor = 0;
  sli.name = slo.name = "shop";
  slo.objective_ppb = c->objective_ppb;
  slo.period_ns = c->period_ns;
  config.slis = &sli;
  config.slos = &slo;
  config.sli_count = config.slo_count = 1;
  ck_ok(slo_monitor_create(&config, NULL, &m, NULL));
  fired[0] = fired[1] = 0;
  for (uint32_t i = 0; i < c->slot_count; i++) {
    const slo_target_day *s = &c->slots[i];
    if (i == 0 || s->period.start_ns != c->slots[i - 1].period.end_ns) {
      check_ok(slo_monitor_tick(m, s->period.start_ns, SLO_PUSH_UNMEASURED));
    }
    slo_counter_record_many(slo_monitor_counter(m, 0), &s->counts);
    check_ok(slo_monitor_tick(m, s->period.end_ns, 0));
    slo_transition t = SLO_SIZED(slo_transition);
    while (slo_alert_next(slo_monitor_alert(m, 0), &cursor, &t) == SLO_OK) {
      fired[t.severity] += t.from != SLO_ALERT_FIRING && t.to == SLO_ALERT_FIRING;
    }
  }
  slo_monitor_destroy(m);
}

START_TEST(test_alerts_backtested) {
  int differ = 0;
  for (uint64_t seed = 1; seed <= 2; seed++) {
    slo_alert_tier tiers[SLO_ALERT_TIERS_MAX];
    slo_alert_config alert = SLO_SIZED(slo_alert_config);
    slo_candidate_config c = config_of(trace, TRACE);
    draw_trace(seed == 1 ? 2000000 : 3000, seed);
    alert.tiers = tiers;
    for (uint32_t catalog = SLO_CATALOG_WORKBOOK; catalog <= SLO_CATALOG_DATADOG; catalog++) {
      c.period_ns = 30 * DAY;
      ck_ok(slo_catalog_tiers(catalog, c.period_ns, tiers, SLO_ALERT_TIERS_MAX, &alert.tier_count,
                              NULL));
      alert.objective_ppb = c.objective_ppb;
      alert.flags = SLO_ALERT_SILENCE;
      const uint64_t pages = backtested(&alert, SLO_SEVERITY_PAGE);
      const uint64_t tickets = backtested(&alert, SLO_SEVERITY_TICKET);
      c.alert = NULL;
      c.catalog = catalog;
      slo_candidate r = eval(&c); /* by the catalog's name */
      ck_assert_uint_eq(r.pages, pages);
      ck_assert_uint_eq(r.tickets, tickets);
      alert.objective_ppb = 0;
      c.alert = &alert;
      c.catalog = 0;
      r = eval(&c); /* by its tiers */
      ck_assert_uint_eq(r.pages, pages);
      ck_assert_uint_eq(r.tickets, tickets);
      ck_assert_uint_gt(pages, 2);
      ck_assert_uint_gt(tickets, 0);
      /* an alert that is given is taken as it is: without silence, and without gates */
      alert.flags = 0;
      alert.gate[0].kind = alert.gate[1].kind = SLO_GATE_NONE;
      r = eval(&c);
      alert.objective_ppb = c.objective_ppb;
      ck_assert_uint_eq(r.pages, backtested(&alert, SLO_SEVERITY_PAGE));
      ck_assert_uint_eq(r.tickets, backtested(&alert, SLO_SEVERITY_TICKET));
      differ += r.pages != pages || r.tickets != tickets;
      memset(alert.gate, 0, sizeof alert.gate);
      if (catalog != SLO_CATALOG_WORKBOOK) continue;
      c.alert = NULL;
      uint64_t fired[2];
      monitored(&c, fired);
      ck_assert_uint_eq(fired[SLO_SEVERITY_PAGE], pages);
      ck_assert_uint_eq(fired[SLO_SEVERITY_TICKET], tickets);
    }
  }
  ck_assert_int_gt(differ, 4);
}
END_TEST

/* What lies between slots was not measured: as if the process was down. */
START_TEST(test_alerts_gaps) {
  static slo_target_day left[TRACE];
  uint64_t differ = 0;
  for (uint64_t seed = 3; seed < 7; seed++) {
    uint64_t state = seed, fired[2];
    uint32_t n = 0;
    draw_trace(seed % 2 ? 500000 : 5000, seed);
    for (int i = 0; i < TRACE; i++) {
      left[n++] = trace[i];
      uint64_t draw = check_random(&state);
      if (draw % 400 == 0) i += (int)((draw >> 32) % (draw >> 16 & 7 ? 20 : 2000));
    }
    slo_candidate_config c = config_of(left, n);
    monitored(&c, fired);
    slo_candidate r = eval(&c);
    ck_assert_uint_eq(r.pages, fired[SLO_SEVERITY_PAGE]);
    ck_assert_uint_eq(r.tickets, fired[SLO_SEVERITY_TICKET]);
    ck_assert_int_lt(r.measured_ns, r.span.end_ns - r.span.start_ns);
    /* it does make a difference: the same counts without gaps */
    for (uint32_t i = 1; i < n; i++) left[i].period = trace[i].period;
    slo_candidate dense = eval(&c);
    differ += dense.pages != r.pages || dense.tickets != r.tickets;
  }
  ck_assert_uint_gt(differ, 0);
}
END_TEST

/* An hour of nothing but failures each day, told by plain burn rates: one page a day. */
START_TEST(test_months) {
  enum { HOURS = 24 * 7 };
  static slo_target_day slots[HOURS];
  slo_alert_tier tier = {SLO_HOUR_NS, SLO_HOUR_NS, 14400000, 0, 0, 0, 0, 0, 0, 0};
  slo_alert_config alert = SLO_SIZED(slo_alert_config);
  slo_candidate_config c = config_of(slots, HOURS);
  alert.tiers = &tier;
  alert.tier_count = 1;
  alert.gate[0].kind = alert.gate[1].kind = SLO_GATE_NONE;
  c.alert = &alert;
  lay(slots, HOURS, START, SLO_HOUR_NS, 1000, 0);
  for (int i = 0; i < 7; i++) slots[24 * i + 9].counts = (slo_counts){0, 1000, 0};
  slo_candidate r = eval(&c);
  ck_assert_uint_eq(r.pages, 7);
  ck_assert_uint_eq(r.tickets, 0);
  ck_assert_uint_eq(r.pages_per_month_ppm, 30437500); /* 7 in 7 days */
  ck_assert_uint_eq(r.tickets_per_month_ppm, 0);
  tier.severity = SLO_SEVERITY_TICKET;
  r = eval(&c);
  ck_assert_uint_eq(r.pages, 0);
  ck_assert_uint_eq(r.tickets_per_month_ppm, 30437500);
  c.slot_count = 10; /* one in 10 hours: 73.05 */
  r = eval(&c);
  ck_assert_uint_eq(r.tickets_per_month_ppm, 73050000);
  slots[0].period.start_ns -= 1; /* and a nanosecond more: 73.04999999..., rounded up */
  r = eval(&c);
  ck_assert_uint_eq(r.tickets_per_month_ppm, 73050000);
  slots[0].period.start_ns += 2;
  r = eval(&c);
  ck_assert_uint_eq(r.tickets_per_month_ppm, 73050001);
  /* gaps are no measured time */
  slots[0].period.start_ns = START - 100 * DAY;
  slots[0].period.end_ns = START - 100 * DAY + SLO_HOUR_NS;
  r = eval(&c);
  ck_assert_uint_eq(r.tickets_per_month_ppm, 73050000);
  /* more than can be said */
  for (int i = 0; i < 2; i++) {
    slots[i].period = (slo_period){START + i, START + i + 1};
    slots[i].counts = (slo_counts){0, 1, 0};
  }
  c.slot_count = 2;
  r = eval(&c);
  ck_assert_uint_eq(r.tickets, 1);
  ck_assert_uint_eq(r.tickets_per_month_ppm, UINT64_MAX);
}
END_TEST

/* An announcement while it fires wakes nobody anew. */
START_TEST(test_announcement) {
  enum { HOURS = 48 };
  static slo_target_day slots[HOURS];
  slo_alert_tier tiers[] = {
      {SLO_HOUR_NS, SLO_HOUR_NS, 14400000, 0, 0, 0, 0, 0, 0, 0},
      {24 * SLO_HOUR_NS, SLO_HOUR_NS, 100000000, 0, 0, 0, SLO_TIER_ANNOUNCE, 0, 0, 0}};
  slo_alert_config alert = SLO_SIZED(slo_alert_config);
  slo_candidate_config c = config_of(slots, HOURS);
  alert.tiers = tiers;
  alert.tier_count = 2;
  alert.gate[0].kind = SLO_GATE_NONE;
  c.alert = &alert;
  lay(slots, HOURS, START, SLO_HOUR_NS, 1000, 0);
  for (int i = 30; i < 40; i++) slots[i].counts = (slo_counts){0, 1000, 0};
  ck_assert_uint_eq(eval(&c).pages, 1);
}
END_TEST

/* Silence where nobody measured is none. */
START_TEST(test_silence) {
  enum { SLOTS = 24 * 60 };
  static slo_target_day slots[SLOTS];
  slo_alert_tier tier = {DAY / 2, 10 * MINUTE, 20000000, 0, 0, 0, 0, SLO_TIER_SILENCE, 0, 0};
  slo_alert_config alert = SLO_SIZED(slo_alert_config);
  slo_candidate_config c = config_of(slots, SLOTS);
  alert.tiers = &tier;
  alert.tier_count = 1;
  c.alert = &alert;
  lay(slots, SLOTS, START, MINUTE, 10, 0);
  for (int i = 1000; i < SLOTS; i++) {
    slots[i].period.start_ns += 60 * MINUTE;
    slots[i].period.end_ns += 60 * MINUTE;
  }
  slots[1000].counts.good = 0;
  ck_assert_uint_eq(eval(&c).pages, 0);
  for (int i = 1100; i < 1110; i++) slots[i].counts.good = 0;
  ck_assert_uint_eq(eval(&c).pages, 1);
}
END_TEST

/* Two hours of ten: judged only when there is no more, and the period is longer. */
START_TEST(test_shorter) {
  slo_target_day slots[2];
  slo_candidate_config c = config_of(slots, 2);
  lay(slots, 1, START, SLO_HOUR_NS, 10, 10);
  lay(slots + 1, 1, START + 9 * SLO_HOUR_NS, SLO_HOUR_NS, 10, 10);
  c.period_ns = 10 * SLO_HOUR_NS;
  ck_assert_int_eq(eval(&c).worst_end_ns, 0);
  c.period_ns++;
  ck_assert_int_eq(eval(&c).worst_end_ns, START + 10 * SLO_HOUR_NS);
  ck_assert_int_eq(eval(&c).over_ns, SLO_HOUR_NS);
}
END_TEST

/* The ends of time, and the widest gap. */
START_TEST(test_limits) {
  slo_target_day slots[2] = {{{0, 1}, {MOST - 10, 0, MOST - 1}},
                             {{SLO_TIME_MAX_NS - 1, SLO_TIME_MAX_NS}, {3, 7, 1}}};
  slo_candidate_config c = config_of(slots, 2);
  c.period_ns = PERIOD_MAX;
  slo_candidate r = eval(&c);
  ck_assert_uint_eq(r.counts.good + r.counts.bad, MOST);
  ck_assert_uint_eq(r.counts.excluded, MOST);
  ck_assert_int_eq(r.measured_ns, 2);
  ck_assert_int_eq(r.worst_end_ns, 0);
  c.period_ns = SLO_SECOND_NS * 3600;
  c.objective_ppb = 1;
  r = eval(&c);
  ck_assert_uint_eq(r.worst_slot, 1);
  ck_assert_uint_eq(r.consumed_ppm, 0);
  slots[0].period.end_ns = SLO_TIME_MAX_NS;
  slots[0].counts = (slo_counts){0, 1, 0};
  c.slot_count = 1;
  r = eval(&c);
  ck_assert_int_eq(r.measured_ns, SLO_TIME_MAX_NS);
  ck_assert_int_eq(r.worst_end_ns, 0); /* longer than any period */
}
END_TEST

/* ---- errors ---- */

static void refused(const slo_candidate_config *c, slo_status want, const char *field,
                    int64_t value, int64_t min, int64_t max) {
  slo_candidate r;
  slo_error e = SLO_SIZED(slo_error);
  memset(&r, 0x5a, sizeof r);
  r.struct_size = (uint32_t)sizeof r;
  const slo_candidate before = r;
  ck_assert_int_eq(slo_candidate_eval(c, NULL, &r, &e), want);
  ck_assert_int_eq(e.status, want);
  ck_assert_str_eq(e.field, field);
  ck_assert_int_eq(e.value, value);
  ck_assert_int_eq(e.min, min);
  ck_assert_int_eq(e.max, max);
  ck_assert_int_eq(slo_candidate_eval(c, NULL, &r, NULL), want);
  ck_assert_mem_eq(&r, &before, sizeof r);
}

START_TEST(test_errors) {
  slo_target_day slots[3];
  lay(slots, 3, START, DAY, 1000, 0);
  const slo_candidate_config good = config_of(slots, 3);
  slo_candidate_config c = good;
  slo_error e = SLO_SIZED(slo_error);
  refused(NULL, SLO_EINVAL, "config (NULL)", 0, 1, 0);
  ck_assert_int_eq(slo_candidate_eval(&c, NULL, NULL, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "candidate (NULL)");
  c.struct_size = 3;
  refused(&c, SLO_ERANGE, "slo_candidate_config.struct_size", 3, 4, 4096);
  c = good;
  c.reserved = 1;
  refused(&c, SLO_EVERSION, "reserved", 1, 1, 0);
  c = good;
  c.slot_count = 0;
  refused(&c, SLO_ERANGE, "slot_count", 0, 1, 16777216);
  c.slot_count = 16777217;
  refused(&c, SLO_ERANGE, "slot_count", 16777217, 1, 16777216);
  c = good;
  c.slots = NULL;
  refused(&c, SLO_EINVAL, "slots (NULL)", 0, 1, 0);
  c = good;
  c.period_ns = SLO_SECOND_NS - 1;
  refused(&c, SLO_ERANGE, "period_ns", SLO_SECOND_NS - 1, SLO_SECOND_NS, PERIOD_MAX);
  c.period_ns = PERIOD_MAX + 1;
  refused(&c, SLO_ERANGE, "period_ns", PERIOD_MAX + 1, SLO_SECOND_NS, PERIOD_MAX);
  c = good;
  c.objective_ppb = 0;
  refused(&c, SLO_ERANGE, "objective_ppb", 0, 1, 999999999);
  c.objective_ppb = PPB;
  refused(&c, SLO_ERANGE, "objective_ppb", (int64_t)PPB, 1, 999999999);
  /* slots */
  c = good;
  slots[0].period.start_ns = -1;
  refused(&c, SLO_ERANGE, "slots[0].period.start_ns", -1, 0, SLO_TIME_MAX_NS - 1);
  slots[0].period.start_ns = START;
  slots[2].period.start_ns--;
  refused(&c, SLO_ERANGE, "slots[2].period.start_ns", START + 2 * DAY - 1, START + 2 * DAY,
          SLO_TIME_MAX_NS - 1);
  slots[2].period.start_ns = SLO_TIME_MAX_NS;
  refused(&c, SLO_ERANGE, "slots[2].period.start_ns", SLO_TIME_MAX_NS, START + 2 * DAY,
          SLO_TIME_MAX_NS - 1);
  slots[2].period = (slo_period){START + 3 * DAY, START + 3 * DAY};
  refused(&c, SLO_ERANGE, "slots[2].period.end_ns", START + 3 * DAY, START + 3 * DAY + 1,
          SLO_TIME_MAX_NS);
  slots[2].period.end_ns = SLO_TIME_MAX_NS + 1;
  refused(&c, SLO_ERANGE, "slots[2].period.end_ns", SLO_TIME_MAX_NS + 1, START + 3 * DAY + 1,
          SLO_TIME_MAX_NS);
  lay(slots, 3, START, DAY, 1000, 0);
  slots[2].counts.good = MOST - 1999;
  refused(&c, SLO_ERANGE, "slots[2].counts.good", (int64_t)(MOST - 1999), 0,
          (int64_t)(MOST - 2000));
  slots[2].counts = (slo_counts){MOST - 2000, 1, 0};
  refused(&c, SLO_ERANGE, "slots[2].counts.bad", 1, 0, 0);
  slots[2].counts = (slo_counts){2, UINT64_MAX, 0};
  refused(&c, SLO_ERANGE, "slots[2].counts.bad", INT64_MAX, 0, (int64_t)(MOST - 2002));
  slots[1].counts.excluded = 1;
  slots[2].counts = (slo_counts){0, 0, MOST};
  refused(&c, SLO_ERANGE, "slots[2].counts.excluded", INT64_MAX, 0, INT64_MAX - 1);
  lay(slots, 3, START, DAY, 0, 0);
  slots[1].counts.excluded = 1;
  refused(&c, SLO_ENODATA, "slots", 0, 1, 0);
}
END_TEST

START_TEST(test_alert_errors) {
  slo_target_day slots[3];
  slo_alert_tier tiers[2] = {{SLO_HOUR_NS, 5 * MINUTE, 14400000, 0, 0, 0, 0, 0, 0, 0},
                             {DAY, SLO_HOUR_NS, 1000000, 0, 0, 1, 0, 0, 0, 0}};
  slo_alert_config alert = SLO_SIZED(slo_alert_config);
  lay(slots, 3, START, DAY, 1000, 0);
  slo_candidate_config c = config_of(slots, 3);
  c.catalog = 4;
  refused(&c, SLO_ERANGE, "catalog", 4, 0, 3);
  c.catalog = SLO_CATALOG_SLOTH;
  c.period_ns = 10 * DAY;
  refused(&c, SLO_ERANGE, "period_ns (not one this catalog has)", 10 * DAY, 1, 0);
  c = config_of(slots, 3);
  c.alert = &alert;
  slo_candidate r = eval(&c); /* no tiers: the catalog's */
  ck_assert_uint_eq(r.pages, 0);
  alert.objective_ppb = 999000000;
  refused(&c, SLO_EINVAL, "alert (objective_ppb or period_ns not 0)", 0, 1, 0);
  alert.objective_ppb = 0;
  alert.period_ns = 1;
  refused(&c, SLO_EINVAL, "alert (objective_ppb or period_ns not 0)", 0, 1, 0);
  alert.period_ns = 0;
  alert.struct_size = 2;
  refused(&c, SLO_ERANGE, "alert.struct_size", 2, 4, 4096);
  alert.struct_size = (uint32_t)sizeof alert;
  alert.tiers = tiers;
  (void)eval(&c); /* none of them: the catalog's */
  alert.tiers = NULL;
  alert.tier_count = 2;
  refused(&c, SLO_EINVAL, "alert.tiers (NULL)", 0, 1, 0);
  alert.tiers = tiers;
  (void)eval(&c);
  c.catalog = SLO_CATALOG_PYRRA;
  refused(&c, SLO_EINVAL, "catalog (beside tiers)", SLO_CATALOG_PYRRA, 1, 0);
  c.catalog = 0;
  tiers[1].factor_ppm = 0;
  refused(&c, SLO_ERANGE, "alert.tiers[1].factor_ppm", 0, 1, SLO_BURN_FACTOR_MAX_PPM);
  tiers[1].factor_ppm = 1000000;
  tiers[1].short_ns = 59999999;
  refused(&c, SLO_ERANGE, "alert.tiers[1].short_ns", 59999999, 60000000, DAY);
  tiers[1].short_ns = 60000000;
  tiers[1].long_ns = SLO_HOUR_NS;
  (void)eval(&c);
  alert.reserved = 1;
  refused(&c, SLO_EVERSION, "alert.reserved", 1, 1, 0);
}
END_TEST

/* ---- memory ---- */

typedef struct watched {
  int left; /* allocations until one fails */
  int made;
  int open;
} watched;

static void *watched_allocate(void *context, size_t size) {
  watched *w = context;
  if (w->left-- == 0) return NULL;
  w->made++;
  w->open++;
  return check_memory(size);
}

static void watched_release(void *context, void *memory) {
  ((watched *)context)->open--;
  free(memory);
}

START_TEST(test_allocator) {
  slo_target_day slots[3];
  lay(slots, 3, START, DAY, 1000, 1);
  const slo_candidate_config c = config_of(slots, 3);
  slo_candidate r = SLO_SIZED(slo_candidate);
  for (int fail = 0;; fail++) {
    watched w = {fail, 0, 0};
    const slo_allocator allocator = {watched_allocate, watched_release, &w};
    slo_error e = SLO_SIZED(slo_error);
    slo_status status = slo_candidate_eval(&c, &allocator, &r, &e);
    ck_assert_int_eq(w.open, 0);
    if (status == SLO_OK) {
      ck_assert_int_eq(fail, w.made);
      ck_assert_int_gt(fail, 0);
      break;
    }
    ck_assert_int_eq(status, SLO_ENOMEM);
    ck_assert_int_eq(e.status, SLO_ENOMEM);
    ck_assert_ptr_nonnull(strstr(e.field, "memory (bytes)"));
    ck_assert_uint_eq(r.slots, 0);
  }
  const slo_candidate heap = eval(&c);
  ck_assert_mem_eq(&r, &heap, sizeof r);
}
END_TEST

START_TEST(test_sizes) {
  slo_target_day slots[3];
  lay(slots, 3, START, DAY, 1000, 1);
  struct {
    slo_candidate_config c;
    uint64_t more;
  } config = {config_of(slots, 3), 0};
  struct {
    slo_candidate r;
    uint64_t more;
  } result;
  const slo_candidate whole = eval(&config.c);
  memset(&result, 0x5a, sizeof result);
  config.c.struct_size = (uint32_t)sizeof config;
  result.r.struct_size = (uint32_t)sizeof result;
  ck_ok(slo_candidate_eval(&config.c, NULL, &result.r, NULL));
  ck_assert_uint_eq(result.r.struct_size, sizeof result);
  ck_assert_mem_eq((char *)&result.r + 4, (const char *)&whole + 4, sizeof whole - 4);
  ck_assert_uint_eq(result.more, UINT64_C(0x5a5a5a5a5a5a5a5a));
  config.more = 1;
  refused(&config.c, SLO_EVERSION, "slo_candidate_config", (int64_t)sizeof config.c, 1, 0);
  config.c.struct_size = offsetof(slo_candidate_config, alert);
  slo_candidate cut;
  memset(&cut, 0x5a, sizeof cut);
  cut.struct_size = offsetof(slo_candidate, pages);
  ck_ok(slo_candidate_eval(&config.c, NULL, &cut, NULL));
  ck_assert_mem_eq((char *)&cut + 4, (const char *)&whole + 4, offsetof(slo_candidate, pages) - 4);
  ck_assert_uint_eq(cut.pages, UINT64_C(0x5a5a5a5a5a5a5a5a));
  slo_error e = SLO_SIZED(slo_error);
  cut.struct_size = 2;
  ck_assert_int_eq(slo_candidate_eval(&config.c, NULL, &cut, &e), SLO_EINVAL);
  ck_assert_str_eq(e.field, "candidate.struct_size");
}
END_TEST

/* ---- text ---- */

static void says(const slo_candidate *r, const char *want) {
  char text[SLO_CANDIDATE_TEXT_MAX];
  size_t n = slo_candidate_format(r, text, sizeof text);
  ck_assert_str_eq(text, want);
  ck_assert_uint_eq(n, strlen(want));
  ck_assert_uint_eq(slo_candidate_format(r, NULL, 0), n);
  for (size_t size = 1; size <= n + 1; size++) { /* cut anywhere */
    char *exact = malloc(size);
    check_that(exact != NULL, "memory");
    check_that(slo_candidate_format(r, exact, size) == n, "length");
    check_that(strlen(exact) == size - 1 && memcmp(exact, want, size - 1) == 0, "%s", exact);
    free(exact);
  }
}

START_TEST(test_text) {
  static slo_target_day days[92];
  slo_candidate_config c = config_of(days, 92);
  lay(days, 92, START, DAY, 999960, 40);
  days[40].counts = (slo_counts){98000, 2000, 0};
  days[50].counts = (slo_counts){97900, 2100, 0};
  c.objective_ppb = 999900000;
  slo_candidate r = eval(&c);
  r.pages = 4; /* by the day nobody knows */
  r.tickets = 9;
  r.pages_per_month_ppm = 1323370;
  r.tickets_per_month_ppm = 3000001;
  says(&r,
       "Of 10,000 requests 1 may fail (99.99 % over 28 days). In the 92 days from 2026-01-01 to "
       "2026-04-03, 7,700 of 90,200,000 did, 85.4 % of what was allowed: the target would have "
       "been met. Looking back 28 days at a time, too many would have failed for 38 days in all, "
       "at worst 196.2 % of what was allowed (up to 2026-02-21). The worst day was 2026-02-20: "
       "2,100 of 100,000 failed. Taken alone, 2 of 92 days would have missed the target. Somebody "
       "would have been woken 4 times (1.4 a month), and 9 tickets (3.1 a month) would have been "
       "opened.");
  c.objective_ppb = 999500000;
  c.slot_count = 90;
  c.period_ns = 90 * DAY;
  r = eval(&c);
  r.pages = r.tickets = 1;
  r.pages_per_month_ppm = 400000;
  r.tickets_per_month_ppm = 400001;
  says(&r,
       "Of 10,000 requests 5 may fail (99.95 % over 90 days). In the 90 days from 2026-01-01 to "
       "2026-04-01, 7,620 of 88,200,000 did, 17.3 % of what was allowed: the target would have "
       "been met. Looking back 90 days at a time, never too many would have failed, at worst 24.7 "
       "% of what was allowed (up to 2026-02-21). The worst day was 2026-02-20: 2,100 of 100,000 "
       "failed. Taken alone, 2 of 90 days would have missed the target. Somebody would have been "
       "woken once (0.4 a month), and 1 ticket (0.5 a month) would have been opened.");
}
END_TEST

/* Hours, a gap, a target that is missed; and minutes. */
START_TEST(test_text_hours) {
  static slo_target_day slots[48];
  slo_candidate_config c = config_of(slots, 48);
  lay(slots, 24, START + 90 * MINUTE, SLO_HOUR_NS, 990, 10);
  lay(slots + 24, 24, START + 60 * SLO_HOUR_NS, SLO_HOUR_NS, 900, 100);
  c.objective_ppb = 970000000;
  c.period_ns = DAY;
  slo_candidate r = eval(&c);
  r.pages = 1234;
  r.tickets = 0;
  r.pages_per_month_ppm = UINT64_C(18765432100000);
  says(&r,
       "Of 100 requests 3 may fail (97 % over 1 day). In the 3.5 days from 2026-01-01T01:30:00Z to "
       "2026-01-04T12:00:00Z, of which 2 days were measured, 2,640 of 48,000 did, 183.4 % of what "
       "was allowed: the target would have been missed. Looking back 1 day at a time, too many "
       "would have failed for 13 hours in all, at worst 333.4 % of what was allowed (up to "
       "2026-01-04). The worst hour was 2026-01-03T12:00:00Z to 2026-01-03T13:00:00Z: "
       "100 of 1,000 failed. Taken alone, 24 of 48 hours would have missed the target. Somebody "
       "would have been woken 1,234 times (18,765,432.1 a month), and no tickets would have been "
       "opened.");
  /* less was measured than it takes: nothing is said of periods */
  c.period_ns = 50 * SLO_HOUR_NS;
  lay(slots, 48, START, MINUTE, 5, 0);
  slots[47].period.start_ns += 3 * DAY;
  slots[47].period.end_ns += 3 * DAY;
  slots[3].counts = (slo_counts){3, 1, 0};
  slots[4].counts = (slo_counts){0, 0, 0};
  c.objective_ppb = 333333333;
  r = eval(&c);
  ck_assert_uint_eq(r.pages, 0);
  says(&r,
       "Of 1,000,000,000 requests 666,666,667 may fail (33.3333333 % over 2.1 days). In the 3.1 "
       "days from 2026-01-01 to 2026-01-04T00:48:00Z, of which 48 minutes were measured, 1 of 234 "
       "did, 0.7 % of what was allowed: the target would have been met. What was measured is not "
       "enough to look back 2.1 days at a time. The worst minute was 2026-01-01T00:03:00Z to "
       "2026-01-01T00:04:00Z: 1 of 4 failed. Taken alone, none of 47 minutes would have missed the "
       "target. Nobody would have been woken, and no tickets would have been opened.");
}
END_TEST

START_TEST(test_text_others) {
  slo_target_day slots[2];
  slo_candidate_config c = config_of(slots, 2);
  /* nothing failed */
  lay(slots, 2, START, 12 * SLO_HOUR_NS, 500, 0);
  slo_candidate r = eval(&c);
  says(&r,
       "Of 1,000 requests 1 may fail (99.9 % over 28 days). In the 1 day from 2026-01-01 to "
       "2026-01-02, none of 1,000 did: the target would have been met. Nobody would have been "
       "woken, and no tickets would have been opened.");
  /* lengths of no name, a day that is none, only one with requests */
  slots[0].period = (slo_period){START + SLO_HOUR_NS, START + 25 * SLO_HOUR_NS};
  slots[1].period = (slo_period){START + 25 * SLO_HOUR_NS, START + 25 * SLO_HOUR_NS + 1};
  slots[0].counts = (slo_counts){0, 1, 0};
  slots[1].counts = (slo_counts){0, 0, 1};
  c.objective_ppb = 500000000;
  c.period_ns = 90 * SLO_SECOND_NS;
  r = eval(&c);
  r.pages = r.tickets = 0;
  says(&r,
       "Of 10 requests 5 may fail (50 % over 1.5 minutes). In the 1.1 days from "
       "2026-01-01T01:00:00Z to 2026-01-02T01:00:00.000000001Z, 1 of 1 did, 200 % of what was "
       "allowed: the target would have been missed. What was measured is not enough to look back "
       "1.5 minutes at a time. The worst stretch was 2026-01-01T01:00:00Z to 2026-01-02T01:00:00Z: "
       "1 of 1 failed. Taken alone, 1 of 1 stretch would have missed the target. Nobody would have "
       "been woken, and no tickets would have been opened.");
  r.slots = 1; /* of 24 hours and a nanosecond */
  r.slots_valid = 2;
  r.worst_period = (slo_period){START, START + 2 * DAY}; /* not a day either */
  char text[SLO_CANDIDATE_TEXT_MAX];
  (void)slo_candidate_format(&r, text, sizeof text);
  ck_assert_ptr_nonnull(strstr(text, " The worst stretch was 2026-01-01 to 2026-01-03: 1 of"));
  ck_assert_ptr_nonnull(strstr(text, "1 of 2 stretches would"));
}
END_TEST

/* Short of a thousand whatever it is that is said, and nothing of what is no result. */
START_TEST(test_text_limits) {
  char text[SLO_CANDIDATE_TEXT_MAX] = "before";
  slo_candidate r;
  memset(&r, 0xff, sizeof r);
  r.struct_size = (uint32_t)sizeof r;
  r.met = 0;
  r.objective_ppb = 111111111;
  r.span = r.worst_period = (slo_period){1, SLO_TIME_MAX_NS};
  r.period_ns = INT64_MAX;
  r.measured_ns = INT64_MAX - 1;
  r.counts = r.worst_counts = (slo_counts){UINT64_MAX - 1, UINT64_MAX, 0};
  r.worst_end_ns = SLO_TIME_MAX_NS - 1;
  r.over_ns = INT64_MAX - 1;
  ck_assert_uint_lt(slo_candidate_format(&r, text, sizeof text), SLO_CANDIDATE_TEXT_MAX);
  r.worst_end_ns = -1; /* no moment, and a length that is none */
  r.measured_ns = -1;
  r.over_ns = INT64_MIN;
  r.period_ns = INT64_MIN;
  ck_assert_uint_lt(slo_candidate_format(&r, text, sizeof text), SLO_CANDIDATE_TEXT_MAX);
  ck_assert_ptr_nonnull(strstr(text, "(up to ?)"));
  const slo_candidate whole = r;
  const slo_period none[] = {{-1, 5}, {5, 5}, {6, 5}, {0, SLO_TIME_MAX_NS + 1}};
  for (int i = 0; i < 8; i++) {
    r = whole;
    *(i % 2 ? &r.span : &r.worst_period) = none[i / 2];
    ck_assert_uint_eq(slo_candidate_format(&r, text, sizeof text), 0);
    ck_assert_str_eq(text, "");
    text[0] = 'x';
  }
  r = whole;
  r.objective_ppb = 0;
  ck_assert_uint_eq(slo_candidate_format(&r, text, sizeof text), 0);
  r.objective_ppb = PPB;
  ck_assert_uint_eq(slo_candidate_format(&r, text, sizeof text), 0);
  r.objective_ppb = PPB - 1;
  r.struct_size = 3;
  ck_assert_uint_eq(slo_candidate_format(&r, text, sizeof text), 0);
  ck_assert_uint_eq(slo_candidate_format(NULL, text, sizeof text), 0);
  ck_assert_str_eq(text, "");
  ck_assert_uint_eq(slo_candidate_format(NULL, NULL, 0), 0);
  ck_assert_uint_eq(slo_candidate_format(NULL, NULL, 5), 0);
  text[0] = 'x';
  ck_assert_uint_gt(slo_candidate_format(&whole, text, 0), 0);
  ck_assert_int_eq(text[0], 'x');
  /* a short one is all zero behind its end, a longer one of this version is fine */
  slo_candidate shorter = whole;
  shorter.struct_size = offsetof(slo_candidate, pages);
  (void)slo_candidate_format(&shorter, text, sizeof text);
  ck_assert_ptr_nonnull(strstr(text, "Nobody would have been woken, and no tickets"));
}
END_TEST

CHECK_MAIN("candidate", tcase_add_test(tc, test_budgets); tcase_add_test(tc, test_workbook);
           tcase_add_test(tc, test_exactly); tcase_add_test(tc, test_alerts_backtested);
           tcase_add_test(tc, test_alerts_gaps); tcase_add_test(tc, test_months);
           tcase_add_test(tc, test_limits); tcase_add_test(tc, test_announcement);
           tcase_add_test(tc, test_silence); tcase_add_test(tc, test_shorter);
           tcase_add_test(tc, test_errors); tcase_add_test(tc, test_alert_errors);
           tcase_add_test(tc, test_allocator); tcase_add_test(tc, test_sizes);
           tcase_add_test(tc, test_text); tcase_add_test(tc, test_text_hours);
           tcase_add_test(tc, test_text_others); tcase_add_test(tc, test_text_limits);)
