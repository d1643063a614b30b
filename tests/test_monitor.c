/*
 * test_monitor.c - a monitor against its parts, built and driven by hand.
 *
 * "It decides nothing that the parts do not": the model is a counter, a histogram, a window and
 * alerts of their own, pushed and stepped when the header says that a tick does.
 */
#include "base/block.h"
#include "check_main.h"
#include "monitor/monitor.h"
#include "slo/catalog.h"
#include "slo/monitor.h"

#define SEC SLO_SECOND_NS
#define MS (SLO_SECOND_NS / 1000)

enum { SLIS = 4, SLOS = 5 };

/* ---- one configuration, with everything in it ---- */

typedef struct blueprint {
  int64_t thresholds[2];
  slo_hist_config latency, other_latency;
  slo_window_tier window_tiers[2];
  slo_window_config window;
  slo_alert_tier tiers[3];
  slo_alert_config plain;
  slo_monitor_sli sli[SLIS];
  slo_monitor_slo slo[SLOS];
  slo_monitor_config config;
} blueprint;

static void blueprint_fill(blueprint *b) {
  memset(b, 0, sizeof *b);
  b->thresholds[0] = 100 * MS;
  b->thresholds[1] = 300 * MS;
  b->latency.struct_size = b->other_latency.struct_size = (uint32_t)sizeof b->latency;
  b->latency.scale = b->other_latency.scale = 3;
  b->latency.thresholds = b->other_latency.thresholds = b->thresholds;
  b->latency.threshold_count = 2;
  b->other_latency.threshold_count = 1;
  b->latency.shards = b->other_latency.shards = 2;
  b->window_tiers[0].step_ns = SEC;
  b->window_tiers[0].span_ns = 60 * SEC;
  b->window_tiers[1].step_ns = 7 * SEC;
  b->window_tiers[1].span_ns = 300 * SEC;
  b->window.struct_size = (uint32_t)sizeof b->window;
  b->window.tiers = b->window_tiers;
  b->window.tier_count = 2;
  for (int i = 0; i < 3; i++) {
    b->tiers[i].long_ns = (10 + 20 * i) * SEC;
    b->tiers[i].short_ns = (1 + i) * SEC;
    b->tiers[i].factor_ppm = 1000000 * (uint64_t)(3 - i);
    b->tiers[i].for_ns = i * 2 * SEC;
    b->tiers[i].keep_firing_ns = (2 - i) * SEC;
    b->tiers[i].severity = (uint32_t)i % SLO_SEVERITIES;
  }
  static const char *const sli_names[SLIS] = {"checkout", "checkout, fast", "errors", "traced"};
  for (int i = 0; i < SLIS; i++) {
    b->sli[i].struct_size = (uint32_t)sizeof b->sli[i];
    b->sli[i].name = sli_names[i];
    b->sli[i].shards = 1U << i;
  }
  b->sli[0].latency = &b->latency; /* counted by its second threshold */
  b->sli[0].with_threshold = 1;
  b->sli[0].threshold = 1;
  b->sli[1].latency_of = 1; /* the same histogram, by the first */
  b->sli[1].with_threshold = 1;
  b->sli[3].latency = &b->other_latency; /* not counted */
  b->plain.struct_size = (uint32_t)sizeof b->plain;
  for (int i = 0; i < SLO_SEVERITIES; i++) b->plain.gate[i].kind = SLO_GATE_NONE;
  static const char *const slo_names[SLOS] = {"a", "b", "c", "d", "the last of them"};
  static const uint32_t slis[SLOS] = {0, 1, 2, 3, 0};
  for (int i = 0; i < SLOS; i++) {
    b->slo[i].struct_size = (uint32_t)sizeof b->slo[i];
    b->slo[i].name = slo_names[i];
    b->slo[i].sli = slis[i];
    b->slo[i].objective_ppb = 900000000 + (uint64_t)i * 10000000;
    b->slo[i].period_ns = (20 + 30 * i) * SEC;
    b->slo[i].tiers = b->tiers;
    b->slo[i].tier_count = 1 + (uint32_t)i % 3;
    if (i % 2 == 0) b->slo[i].alert = &b->plain; /* the others: gates, and pages silence tickets */
  }
  b->slo[4].tiers = NULL; /* the workbook's */
  b->slo[4].tier_count = 0;
  b->slo[4].period_ns = 28 * SLO_DAY_NS;
  b->config.struct_size = (uint32_t)sizeof b->config;
  b->config.slis = b->sli;
  b->config.sli_count = SLIS;
  b->config.slos = b->slo;
  b->config.slo_count = SLOS;
  b->config.window = &b->window;
}

/* The same with everything that a calendar, a method and a history need. */
typedef struct extras {
  int64_t starts[4];
  slo_history_config history;
  slo_history_tier tier;
} extras;

static void blueprint_more(blueprint *b, extras *e) {
  memset(e, 0, sizeof *e);
  blueprint_fill(b);
  for (int i = 0; i < 4; i++) e->starts[i] = (990 + 100 * i) * SEC;
  e->tier.step_ns = SEC;
  e->tier.span_ns = 20 * SEC;
  e->history.struct_size = (uint32_t)sizeof e->history;
  e->history.tiers = &e->tier;
  e->history.tier_count = 1;
  b->sli[0].history = &e->history;
  b->sli[2].unmeasured = SLO_UNMEASURED_BAD;
  b->sli[2].slice_ns = 10 * SEC;
  b->sli[2].slice_objective_ppb = 900000000;
  b->slo[1].calendar.unit = SLO_CALENDAR_DAY;
  b->slo[2].method = SLO_METHOD_TIMESLICES;
  b->slo[4].starts_ns = e->starts;
  b->slo[4].start_count = 4;
  b->config.corrections = 3;
}

static slo_monitor *monitor_new(const blueprint *b) {
  slo_monitor *m;
  ck_ok(slo_monitor_create(&b->config, NULL, &m, NULL));
  return m;
}

/* ---- the parts by hand ---- */

typedef struct parts {
  const blueprint *b;
  slo_counter *counter[SLIS];
  slo_hist *hist[SLIS]; /* the very same for two of them */
  slo_window *window[SLIS];
  slo_alert *alert[SLOS];
  int64_t stepped[SLOS]; /* when the alert was stepped last */
} parts;

static parts parts_new(const blueprint *b) {
  parts p = {0};
  p.b = b;
  for (int i = 0; i < SLIS; i++) {
    ck_ok(slo_counter_create(NULL, NULL, &p.counter[i], NULL));
    ck_ok(slo_window_create(b->config.window, NULL, &p.window[i], NULL));
  }
  ck_ok(slo_hist_create(&b->latency, NULL, &p.hist[0], NULL));
  ck_ok(slo_hist_create(&b->other_latency, NULL, &p.hist[3], NULL));
  p.hist[1] = p.hist[0];
  for (int i = 0; i < SLOS; i++) {
    slo_alert_config config = SLO_SIZED(slo_alert_config);
    slo_alert_tier workbook[SLO_ALERT_TIERS_MAX];
    if (b->slo[i].alert != NULL) config = *b->slo[i].alert;
    if (b->slo[i].alert == NULL) config.flags = SLO_ALERT_SILENCE;
    config.period_ns = b->slo[i].period_ns;
    config.objective_ppb = b->slo[i].objective_ppb;
    config.tiers = b->slo[i].tiers;
    config.tier_count = b->slo[i].tier_count;
    if (config.tier_count == 0) {
      ck_ok(slo_catalog_tiers(SLO_CATALOG_WORKBOOK, b->slo[i].period_ns, workbook,
                              SLO_ALERT_TIERS_MAX, &config.tier_count, NULL));
      config.tiers = workbook;
    }
    ck_ok(slo_alert_create(&config, NULL, &p.alert[i], NULL));
    p.stepped[i] = -1;
  }
  return p;
}

static void parts_end(parts *p) {
  for (int i = 0; i < SLIS; i++) {
    slo_counter_destroy(p->counter[i]);
    slo_window_destroy(p->window[i]);
  }
  slo_hist_destroy(p->hist[0]);
  slo_hist_destroy(p->hist[3]);
  for (int i = 0; i < SLOS; i++) slo_alert_destroy(p->alert[i]);
}

static void parts_record(parts *p, slo_monitor *m, uint64_t *random) {
  int bad = check_random(random) % 20 == 0;
  for (uint32_t i = 0; i < SLIS; i++) {
    slo_counts counts = {check_random(random) % 9, check_random(random) % 2, 1};
    slo_outcome outcome = (slo_outcome)(check_random(random) % 4); /* 3 is unknown */
    if (bad) counts.bad += 50;
    slo_counter_record_many(p->counter[i], &counts);
    slo_counter_record_many(slo_monitor_counter(m, i), &counts);
    slo_counter_record(p->counter[i], outcome);
    slo_counter_record(slo_monitor_counter(m, i), outcome);
    slo_counter_record_late(p->counter[i], i);
    slo_counter_record_late(slo_monitor_counter(m, i), i);
  }
  for (int n = 0; n < 5; n++) {
    int64_t value = (int64_t)(check_random(random) % 400) * MS;
    if (bad) value = 2 * SEC;
    slo_hist_record(p->hist[0], value);
    slo_hist_record(slo_monitor_hist(m, check_random(random) % 2), value); /* shared by 0 and 1 */
    slo_hist_record(p->hist[3], value);
    slo_hist_record(slo_monitor_hist(m, 3), value);
  }
}

static slo_status parts_tick(parts *p, int64_t now, uint32_t flags) {
  slo_status first = SLO_OK;
  for (int i = 0; i < SLIS; i++) {
    slo_counter_tally tally = SLO_SIZED(slo_counter_tally);
    check_ok(slo_counter_read(p->counter[i], &tally));
    if (i < 2) {
      int64_t threshold;
      uint64_t within, beyond;
      check_ok(slo_hist_threshold(p->hist[i], i == 0 ? 1 : 0, &threshold, &within, &beyond));
      tally.counts.good += within;
      tally.counts.bad += beyond;
    }
    slo_status status = slo_window_push(p->window[i], now, &tally.counts, flags);
    if (first == SLO_OK) first = status;
  }
  for (int i = 0; i < SLOS; i++) {
    slo_window_summary s = SLO_SIZED(slo_window_summary);
    const slo_window *w = p->window[p->b->slo[i].sli];
    if (slo_window_summarize(w, &s) != SLO_OK) continue;
    /* the first tick in its slice, or one from before the step: the clock was rebased */
    int64_t step = p->b->window.tiers[0].step_ns, *stepped = &p->stepped[i];
    if (*stepped >= 0 && s.newest_ns / step == *stepped / step && s.newest_ns >= *stepped) continue;
    *stepped = s.newest_ns;
    check_ok(slo_alert_step(p->alert[i], w, NULL, 0));
  }
  return first;
}

static void compare_windows(const slo_window *a, const slo_window *b, int i) {
  enum { SPANS = 8 };
  const int64_t spans[SPANS] = {0,        SEC,      5 * SEC,   13 * SEC,
                                60 * SEC, 61 * SEC, 300 * SEC, 999 * SEC};
  slo_window_summary sa = SLO_SIZED(slo_window_summary), sb = sa;
  slo_delta da[SPANS], db[SPANS];
  memset(da, 0, sizeof da);
  memset(db, 0, sizeof db);
  da[0].struct_size = db[0].struct_size = (uint32_t)sizeof da[0];
  slo_status status = slo_window_summarize(a, &sa);
  check_that(slo_window_summarize(b, &sb) == status, "window %d", i);
  check_that(slo_window_read(a, spans, SPANS, da) == status, "window %d", i);
  check_that(slo_window_read(b, spans, SPANS, db) == status, "window %d", i);
  check_that(memcmp(&sa, &sb, sizeof sa) == 0, "window %d: another summary", i);
  check_that(memcmp(da, db, sizeof da) == 0, "window %d: other counts", i);
}

static void compare_alerts(const slo_alert *a, const slo_alert *b, int i) {
  for (uint32_t s = 0; s < SLO_SEVERITIES; s++) {
    slo_alert_status sa = SLO_SIZED(slo_alert_status), sb = sa;
    check_ok(slo_alert_read(a, s, &sa));
    check_ok(slo_alert_read(b, s, &sb));
    check_that(memcmp(&sa, &sb, sizeof sa) == 0,
               "alert %d, severity %u: state %u instead of %u, stepped at %" PRId64
               " instead of %" PRId64,
               i, s, sa.state, sb.state, sa.last_ns, sb.last_ns);
  }
  uint64_t ca = 0, cb = 0;
  slo_status status;
  do {
    slo_transition ta = SLO_SIZED(slo_transition), tb = ta;
    status = slo_alert_next(a, &ca, &ta);
    check_that(slo_alert_next(b, &cb, &tb) == status, "alert %d: transitions", i);
    check_that(ca == cb && memcmp(&ta, &tb, sizeof ta) == 0, "alert %d: a transition", i);
  } while (status != SLO_ENODATA);
}

/* What a standing must be, from the parts. */
static slo_status parts_standing(const parts *p, int i, slo_standing *r) {
  const slo_monitor_slo *slo = &p->b->slo[i];
  const slo_window *w = p->window[slo->sli];
  slo_window_summary s = SLO_SIZED(slo_window_summary);
  slo_counter_tally tally = SLO_SIZED(slo_counter_tally);
  slo_alert_status alert = SLO_SIZED(slo_alert_status);
  slo_status status = slo_window_summarize(w, &s);
  if (status != SLO_OK) return status;
  r->sli = slo->sli;
  r->objective_ppb = slo->objective_ppb;
  r->period_ns = slo->period_ns;
  r->at_ns = s.newest_ns;
  r->total = s.counts;
  check_ok(slo_counter_read(p->counter[slo->sli], &tally));
  r->late = tally.late;
  r->unknown = tally.unknown;
  r->period.start_ns = s.newest_ns - slo->period_ns;
  r->period.end_ns = s.newest_ns;
  r->budget.struct_size = (uint32_t)sizeof r->budget;
  slo_budget_config budget = SLO_SIZED(slo_budget_config);
  budget.objective_ppb = slo->objective_ppb;
  budget.period_ns = slo->period_ns;
  status = slo_budget_read(w, &budget, &r->budget);
  check_ok(slo_alert_read(p->alert[i], SLO_SEVERITY_PAGE, &alert));
  r->page = alert.state;
  check_ok(slo_alert_read(p->alert[i], SLO_SEVERITY_TICKET, &alert));
  r->ticket = alert.state;
  return status;
}

static void parts_compare(const parts *p, slo_monitor *m) {
  for (uint32_t i = 0; i < SLIS; i++) {
    compare_windows(slo_monitor_window(m, i), p->window[i], (int)i);
  }
  for (uint32_t i = 0; i < SLOS; i++) {
    slo_standing expected, standing;
    memset(&expected, 0, sizeof expected);
    memset(&standing, 0, sizeof standing);
    expected.struct_size = standing.struct_size = (uint32_t)sizeof standing;
    slo_status status = parts_standing(p, (int)i, &expected);
    check_that(slo_monitor_read(m, i, &standing) == status, "standing %u: %d", i, status);
    check_that(memcmp(&standing, &expected, sizeof standing) == 0, "standing %u", i);
    compare_alerts(slo_monitor_alert(m, i), p->alert[i], (int)i);
  }
}

START_TEST(test_its_parts) {
  blueprint b;
  uint64_t refused = 0, transitions = 0;
  blueprint_fill(&b);
  for (uint64_t seed = 0; seed < 14; seed++) {
    uint64_t random = seed;
    slo_monitor *m = monitor_new(&b);
    parts p = parts_new(&b);
    int64_t now = (int64_t)(seed % 3) * INT64_C(500000000) * SEC;
    parts_compare(&p, m);
    for (int i = 0; i < 250; i++) {
      uint32_t flags = check_random(&random) % 20 == 0 ? SLO_PUSH_UNMEASURED : 0;
      if (check_random(&random) % 8 != 0) parts_record(&p, m, &random);
      int64_t at = now;
      switch (check_random(&random) % 40) {
        case 0:
          at += 301 * SEC; /* too far, unless .. */
          break;
        case 1:
          at += 400 * SEC;
          flags |= SLO_PUSH_REBASE;
          now = at;
          break;
        case 2:
          at -= at > 50 * SEC ? (int64_t)(check_random(&random) % (uint64_t)(50 * SEC)) : 0;
          if (check_random(&random) % 2) {
            flags |= SLO_PUSH_REBASE;
            now = at;
          }
          break;
        case 3:
          at = check_random(&random) % 2 ? -1 : INT64_MAX;
          break;
        default:
          break;
      }
      slo_status status = parts_tick(&p, at, flags);
      check_that(slo_monitor_tick(m, at, flags) == status, "tick: %d", status);
      refused += status != SLO_OK;
      if (i % 3 == 0 || status != SLO_OK) parts_compare(&p, m);
      now += check_random(&random) % 2 ? SEC : (int64_t)(check_random(&random) % 2000) * MS;
    }
    for (uint32_t i = 0; i < SLOS; i++) {
      uint64_t cursor = 0;
      slo_transition t = SLO_SIZED(slo_transition);
      while (slo_alert_next(slo_monitor_alert(m, i), &cursor, &t) != SLO_ENODATA) {
      }
      transitions += cursor;
    }
    parts_end(&p);
    slo_monitor_destroy(m);
  }
  ck_assert_uint_gt(refused, 100); /* or it was too quiet to have tested anything */
  ck_assert_uint_gt(transitions, 1000);
}
END_TEST

/* ---- particular promises ---- */

START_TEST(test_totals) {
  blueprint b;
  blueprint_fill(&b);
  slo_monitor *m = monitor_new(&b);
  slo_standing s[SLOS];
  ck_assert_ptr_eq(slo_monitor_hist(m, 0), slo_monitor_hist(m, 1)); /* shared */
  ck_assert_ptr_ne(slo_monitor_hist(m, 0), slo_monitor_hist(m, 3));
  ck_assert_ptr_null(slo_monitor_hist(m, 2));
  const int64_t values[] = {50 * MS, 100 * MS, 100 * MS + 1, 300 * MS, 300 * MS + 1, SLO_HOUR_NS};
  for (int i = 0; i < 6; i++) slo_hist_record(slo_monitor_hist(m, 1), values[i]);
  slo_hist_record(slo_monitor_hist(m, 3), SLO_HOUR_NS);
  for (uint32_t i = 0; i < SLIS; i++) {
    slo_counts counts = {10 * (i + 1), i, 7};
    slo_counter_record_many(slo_monitor_counter(m, i), &counts);
  }
  ck_ok(slo_monitor_tick(m, 1000 * SEC, 0));
  const slo_counts expected[SLOS] = {
      {10 + 4, 0 + 2, 7}, {20 + 2, 1 + 4, 7}, {30, 2, 7}, {40, 3, 7}, {10 + 4, 0 + 2, 7}};
  for (uint32_t i = 0; i < SLOS; i++) {
    memset(&s[i], 0, sizeof s[i]);
    s[i].struct_size = (uint32_t)sizeof s[i];
    /* the first reading is where the history begins: nothing has happened since */
    ck_assert_int_eq(slo_monitor_read(m, i, &s[i]), SLO_ENODATA);
    ck_assert_mem_eq(&s[i].total, &expected[i], sizeof expected[i]);
    ck_assert_int_eq(s[i].at_ns, 1000 * SEC);
    ck_assert_uint_eq(s[i].sli, b.slo[i].sli);
    ck_assert_uint_eq(s[i].objective_ppb, b.slo[i].objective_ppb);
    ck_assert_int_eq(s[i].period_ns, b.slo[i].period_ns);
    ck_assert_uint_eq(s[i].budget.valid, 0);
    ck_assert_uint_eq(s[i].budget.consumed_ppm, 0);
    ck_assert_int_eq(s[i].budget.remaining_ppm, 0);
  }
  slo_counter_record(slo_monitor_counter(m, 2), SLO_BAD);
  ck_ok(slo_monitor_tick(m, 1001 * SEC, 0));
  ck_ok(slo_monitor_read(m, 2, &s[2]));
  ck_assert_uint_eq(s[2].total.bad, 3);
  ck_assert_uint_eq(s[2].budget.counts.bad, 1);
  ck_assert_uint_eq(s[2].budget.bad, 1);
  slo_monitor_destroy(m);
}
END_TEST

START_TEST(test_never_ticked) {
  blueprint b;
  blueprint_fill(&b);
  slo_monitor *m = monitor_new(&b);
  slo_standing s, untouched;
  memset(&s, 0x5a, sizeof s);
  s.struct_size = (uint32_t)sizeof s;
  untouched = s;
  for (uint32_t i = 0; i < SLOS; i++) {
    ck_assert_int_eq(slo_monitor_read(m, i, &s), SLO_ENODATA);
    ck_assert_mem_eq(&s, &untouched, sizeof s);
  }
  slo_monitor_destroy(m);
}
END_TEST

START_TEST(test_arguments) {
  blueprint b;
  blueprint_fill(&b);
  slo_monitor *m = monitor_new(&b), *other = NULL;
  slo_standing s = SLO_SIZED(slo_standing);
  ck_assert_int_eq(slo_monitor_tick(NULL, 0, 0), SLO_EINVAL);
  ck_assert_int_eq(slo_monitor_tick(m, 0, 4), SLO_EINVAL);
  ck_assert_int_eq(slo_monitor_tick(m, -1, 0), SLO_ERANGE);
  ck_assert_int_eq(slo_monitor_tick(m, SLO_TIME_MAX_NS + 1, SLO_PUSH_REBASE), SLO_ERANGE);
  ck_assert_int_eq(slo_monitor_read(m, 0, &s), SLO_ENODATA); /* none of these was a tick */
  ck_ok(slo_monitor_tick(m, 0, 0));
  ck_assert_int_eq(slo_monitor_read(NULL, 0, &s), SLO_EINVAL);
  ck_assert_int_eq(slo_monitor_read(m, 0, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_monitor_read(m, SLOS, &s), SLO_ERANGE);
  ck_assert_int_eq(slo_monitor_read(m, UINT32_MAX, &s), SLO_ERANGE);
  s.struct_size = 0;
  ck_assert_int_eq(slo_monitor_read(m, 0, &s), SLO_EINVAL);
  ck_assert_uint_eq(slo_monitor_sli_count(m), SLIS);
  ck_assert_uint_eq(slo_monitor_slo_count(m), SLOS);
  ck_assert_uint_eq(slo_monitor_sli_count(NULL), 0);
  ck_assert_uint_eq(slo_monitor_slo_count(NULL), 0);
  for (uint32_t i = 0; i < SLIS; i++) {
    ck_assert_str_eq(slo_monitor_sli_name(m, i), b.sli[i].name);
    ck_assert_ptr_ne(slo_monitor_sli_name(m, i), b.sli[i].name);
    ck_assert_ptr_nonnull(slo_monitor_counter(m, i));
    ck_assert_ptr_nonnull(slo_monitor_window(m, i));
  }
  for (uint32_t i = 0; i < SLOS; i++) {
    ck_assert_str_eq(slo_monitor_slo_name(m, i), b.slo[i].name);
    ck_assert_ptr_nonnull(slo_monitor_alert(m, i));
  }
  const uint32_t beyond[] = {SLOS, SLOS + 1, UINT32_MAX};
  for (int i = 0; i < 3; i++) {
    ck_assert_ptr_null(slo_monitor_sli_name(m, beyond[i]));
    ck_assert_ptr_null(slo_monitor_slo_name(m, beyond[i]));
    ck_assert_ptr_null(slo_monitor_counter(m, beyond[i]));
    ck_assert_ptr_null(slo_monitor_hist(m, beyond[i]));
    ck_assert_ptr_null(slo_monitor_window(m, beyond[i]));
    ck_assert_ptr_null(slo_monitor_alert(m, beyond[i]));
  }
  ck_assert_ptr_null(slo_monitor_sli_name(m, SLIS));
  ck_assert_ptr_null(slo_monitor_counter(m, SLIS));
  ck_assert_ptr_null(slo_monitor_sli_name(NULL, 0));
  ck_assert_ptr_null(slo_monitor_slo_name(NULL, 0));
  ck_assert_ptr_null(slo_monitor_counter(NULL, 0));
  ck_assert_ptr_null(slo_monitor_hist(NULL, 0));
  ck_assert_ptr_null(slo_monitor_window(NULL, 0));
  ck_assert_ptr_null(slo_monitor_alert(NULL, 0));
  ck_assert_int_eq(slo_monitor_create(&b.config, NULL, NULL, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_monitor_footprint(&b.config, NULL, NULL), SLO_EINVAL);
  ck_assert_int_eq(slo_monitor_attach(NULL, 1 << 20, &other), SLO_EINVAL);
  slo_monitor_destroy(m);
  slo_monitor_destroy(NULL);
}
END_TEST

static int64_t stepped_at(slo_monitor *m, uint32_t slo) {
  slo_alert_status s = SLO_SIZED(slo_alert_status);
  ck_ok(slo_alert_read(slo_monitor_alert(m, slo), SLO_SEVERITY_PAGE, &s));
  return s.last_ns;
}

/* However often it ticks, the alerts step once in a slice: at its first tick. */
START_TEST(test_one_step_a_slice) {
  blueprint b;
  blueprint_fill(&b);
  b.window_tiers[0].step_ns = 5 * SEC;
  slo_monitor *m = monitor_new(&b);
  const struct {
    int64_t tick, stepped; /* ms */
  } ticks[] = {
      {1001000, 1001000}, {1001000, 1001000}, {1002000, 1001000}, {1004999, 1001000},
      {1005000, 1005000}, {1005001, 1005000}, {1006000, 1005000}, {1006100, 1005000},
      {1003000, 1005000}, {1009999, 1005000}, {1012345, 1012345}, {1012346, 1012345},
      {1014000, 1012345}, {1019999, 1019999}, {1020000, 1020000}, {1044000, 1044000},
  };
  for (size_t i = 0; i < sizeof ticks / sizeof ticks[0]; i++) {
    ck_ok(slo_monitor_tick(m, ticks[i].tick * MS, 0));
    for (uint32_t slo = 0; slo < SLOS; slo++) {
      check_that(stepped_at(m, slo) == ticks[i].stepped * MS,
                 "tick at %" PRId64 " ms: alert %u stepped at %" PRId64 " ns", ticks[i].tick, slo,
                 stepped_at(m, slo));
    }
  }
  ck_ok(slo_monitor_tick(m, 1031 * SEC, SLO_PUSH_REBASE)); /* a slice that is long gone, again */
  ck_assert_int_eq(stepped_at(m, 0), 1031 * SEC);
  slo_monitor_destroy(m);
}
END_TEST

/* Ten ticks in a slice: the alert moves by its first one only, and is not stepped twice. */
START_TEST(test_alert_waits_for_the_slice) {
  blueprint b;
  blueprint_fill(&b);
  slo_monitor *m = monitor_new(&b);
  slo_standing s = SLO_SIZED(slo_standing);
  slo_counts outage = {0, 1000, 0};
  for (int64_t t = 1000; t < 1010; t++) {
    slo_counter_record(slo_monitor_counter(m, 2), SLO_GOOD);
    ck_ok(slo_monitor_tick(m, t * SEC, 0));
  }
  slo_counter_record_many(slo_monitor_counter(m, 2), &outage);
  for (int64_t i = 1; i < 10; i++) {
    ck_ok(slo_monitor_tick(m, 1009 * SEC + i * 100 * MS, 0));
    ck_ok(slo_monitor_read(m, 2, &s));
    ck_assert_uint_eq(s.budget.counts.bad, 1000); /* seen .. */
    ck_assert_uint_eq(s.page, SLO_ALERT_INACTIVE);
  }
  ck_ok(slo_monitor_tick(m, 1010 * SEC, 0));
  ck_ok(slo_monitor_read(m, 2, &s));
  ck_assert_uint_eq(s.page, SLO_ALERT_FIRING); /* .. and judged */
  slo_monitor_destroy(m);
}
END_TEST

/* Unless it says otherwise, an objective's alert asks for evidence, and pages silence tickets. */
START_TEST(test_default_alert) {
  slo_monitor_sli sli = {.struct_size = sizeof sli, .name = "checkout"};
  slo_alert_config plain = SLO_SIZED(slo_alert_config), gated = plain;
  for (int i = 0; i < SLO_SEVERITIES; i++) plain.gate[i].kind = SLO_GATE_NONE;
  slo_monitor_slo slos[3];
  memset(slos, 0, sizeof slos);
  for (int i = 0; i < 3; i++) {
    slos[i].struct_size = (uint32_t)sizeof slos[i];
    slos[i].name = "checkout";
    slos[i].objective_ppb = 999000000;
    slos[i].period_ns = 28 * SLO_DAY_NS;
  }
  slos[1].alert = &plain;
  slos[2].alert = &gated;
  slo_monitor_config config = {
      .struct_size = sizeof config, .sli_count = 1, .slis = &sli, .slos = slos, .slo_count = 3};
  slo_monitor *m = NULL;
  slo_standing s[3] = {SLO_SIZED(slo_standing), SLO_SIZED(slo_standing), SLO_SIZED(slo_standing)};
  ck_ok(slo_monitor_create(&config, NULL, &m, NULL));
  int64_t now = 1000000 * SEC;
  slo_counts hour = {6, 0, 0}, failure = {0, 1, 0}, outage = {0, 1000, 0};
#define SPEND(counts, span)                                               \
  do {                                                                    \
    slo_counter_record_many(slo_monitor_counter(m, 0), &(counts));        \
    now += (span);                                                        \
    ck_ok(slo_monitor_tick(m, now, 0));                                   \
    for (uint32_t k = 0; k < 3; k++) (void)slo_monitor_read(m, k, &s[k]); \
  } while (0)
  for (int i = 0; i < 200; i++) SPEND(hour, SLO_HOUR_NS);
  SPEND(failure, SLO_MINUTE_NS); /* one failure: a page without a gate, chance with it */
  ck_assert_uint_eq(s[0].page, SLO_ALERT_PENDING);
  ck_assert_uint_eq(s[1].page, SLO_ALERT_FIRING);
  ck_assert_uint_eq(s[2].page, SLO_ALERT_PENDING);
  SPEND(outage, 5 * SLO_MINUTE_NS);
  ck_assert_uint_eq(s[0].page, SLO_ALERT_FIRING);
  ck_assert_uint_eq(s[0].ticket, SLO_ALERT_PENDING); /* silenced .. */
  ck_assert_uint_eq(s[1].ticket, SLO_ALERT_FIRING);
  ck_assert_uint_eq(s[2].page, SLO_ALERT_FIRING);
  ck_assert_uint_eq(s[2].ticket, SLO_ALERT_FIRING); /* .. not by an alert that says nothing of it */
  slo_alert_status a = SLO_SIZED(slo_alert_status);
  ck_ok(slo_alert_read(slo_monitor_alert(m, 0), SLO_SEVERITY_PAGE, &a));
  ck_assert_uint_ge(a.evidence_ppb, 1000000000);
  ck_ok(slo_alert_read(slo_monitor_alert(m, 1), SLO_SEVERITY_PAGE, &a));
  ck_assert_uint_eq(a.evidence_ppb, 0);
  uint64_t cursor = 0; /* and a transition says what is at stake: the alert knows the period */
  slo_transition t = SLO_SIZED(slo_transition);
  ck_ok(slo_alert_next(slo_monitor_alert(m, 0), &cursor, &t));
  ck_assert_uint_gt(t.at_stake_ppm, 0);
#undef SPEND
  slo_monitor_destroy(m);
}
END_TEST

START_TEST(test_tick_flags) {
  blueprint b;
  blueprint_fill(&b);
  slo_monitor *m = monitor_new(&b);
  slo_standing s = SLO_SIZED(slo_standing);
  slo_counter_record(slo_monitor_counter(m, 3), SLO_GOOD);
  ck_ok(slo_monitor_tick(m, 1000 * SEC, 0));
  slo_counter_record(slo_monitor_counter(m, 3), SLO_GOOD);
  ck_ok(slo_monitor_tick(m, 1010 * SEC, 0));
  ck_ok(slo_monitor_tick(m, 1017 * SEC, SLO_PUSH_UNMEASURED));
  ck_ok(slo_monitor_read(m, 3, &s));
  ck_assert_int_eq(s.budget.to_ns - s.budget.from_ns, 17 * SEC);
  ck_assert_int_eq(s.budget.measured_ns, 10 * SEC);

  slo_counter_record(slo_monitor_counter(m, 3), SLO_BAD);
  ck_assert_int_eq(slo_monitor_tick(m, 1017 * SEC + 300 * SEC + 1, 0), SLO_ECLOCK);
  ck_ok(slo_monitor_read(m, 3, &s));
  ck_assert_int_eq(s.at_ns, 1017 * SEC); /* nothing was taken .. */
  ck_assert_uint_eq(s.total.bad, 0);
  for (uint32_t i = 0; i < SLIS; i++) {
    slo_window_summary w = SLO_SIZED(slo_window_summary);
    ck_ok(slo_window_summarize(slo_monitor_window(m, i), &w));
    ck_assert_uint_eq(w.jumps_refused, 1); /* .. by none of them */
    ck_assert_int_eq(w.newest_ns, 1017 * SEC);
  }
  ck_ok(slo_monitor_tick(m, 2000 * SEC, SLO_PUSH_REBASE));
  ck_ok(slo_monitor_read(m, 3, &s));
  ck_assert_int_eq(s.at_ns, 2000 * SEC);
  ck_assert_uint_eq(s.total.bad, 1); /* nor was it lost */
  ck_ok(slo_monitor_tick(m, 1500 * SEC, SLO_PUSH_REBASE));
  ck_assert_int_eq(slo_monitor_read(m, 3, &s), SLO_ENODATA);
  ck_assert_int_eq(s.at_ns, 1500 * SEC);
  ck_assert_uint_eq(s.budget.flags, SLO_DELTA_SHORT);
  slo_monitor_destroy(m);
}
END_TEST

START_TEST(test_names) {
  blueprint b;
  char name[80], exact[64];
  slo_error error = SLO_SIZED(slo_error);
  size_t size;
  blueprint_fill(&b);
  memset(name, 'n', sizeof name);
  name[SLO_MONITOR_NAME_MAX] = '\0';
  memcpy(exact, name, sizeof exact);
  b.sli[1].name = name;
  b.slo[4].name = name;
  slo_monitor *m = monitor_new(&b);
  name[0] = 'x'; /* it was copied */
  ck_assert_str_eq(slo_monitor_sli_name(m, 1), exact);
  ck_assert_str_eq(slo_monitor_slo_name(m, 4), exact);
  slo_monitor_destroy(m);
  name[SLO_MONITOR_NAME_MAX] = 'n';
  name[SLO_MONITOR_NAME_MAX + 1] = '\0';
  ck_assert_int_eq(slo_monitor_footprint(&b.config, &size, &error), SLO_ERANGE);
  ck_assert_str_eq(error.field, "slis[1].name (bytes)");
  b.sli[1].name = "fits";
  ck_assert_int_eq(slo_monitor_footprint(&b.config, &size, &error), SLO_ERANGE);
  ck_assert_str_eq(error.field, "slos[4].name (bytes)");
}
END_TEST

/* ---- configuration ---- */

static void config_refused(const slo_monitor_config *config, slo_status expected,
                           const char *field) {
  slo_error error = SLO_SIZED(slo_error);
  size_t size = 4711;
  slo_monitor *m = NULL;
  slo_status status = slo_monitor_footprint(config, &size, &error);
  check_that(status == expected, "%s: %d instead of %d", field, status, expected);
  check_that(strcmp(error.field, field) == 0, "\"%s\" instead of \"%s\"", error.field, field);
  check_that(error.status == expected, "%s: the error says %d", field, error.status);
  if (expected == SLO_ERANGE && strchr(field, '(') == NULL) { /* a range and no more */
    check_that(error.value < error.min || error.value > error.max,
               "%s: %" PRId64 " is in %" PRId64 "..%" PRId64, field, error.value, error.min,
               error.max);
  }
  check_that(size == 4711, "%s: size was touched", field);
  memset(error.field, 0, sizeof error.field);
  status = slo_monitor_create(config, NULL, &m, &error);
  check_that(status == expected && m == NULL, "%s: create answers %d", field, status);
  check_that(strcmp(error.field, field) == 0, "create: \"%s\"", error.field);
  check_that(slo_monitor_footprint(config, &size, NULL) == expected, "%s: without error", field);
}

START_TEST(test_config_errors) {
  blueprint b;
#define REFUSED(change, status, field)        \
  do {                                        \
    blueprint_fill(&b);                       \
    change;                                   \
    config_refused(&b.config, status, field); \
  } while (0)
  REFUSED(b.config.sli_count = 0, SLO_ERANGE, "sli_count");
  REFUSED(b.config.sli_count = SLO_MONITOR_SLIS_MAX + 1, SLO_ERANGE, "sli_count");
  REFUSED(b.config.slo_count = SLO_MONITOR_SLOS_MAX + 1, SLO_ERANGE, "slo_count");
  REFUSED(b.config.slis = NULL, SLO_EINVAL, "slis (NULL)");
  REFUSED(b.config.slos = NULL, SLO_EINVAL, "slos (NULL)");
  REFUSED(b.config.corrections = SLO_LEDGER_ENTRIES_MAX + 1, SLO_ERANGE, "corrections");
  REFUSED(b.config.struct_size = 1, SLO_ERANGE, "slo_monitor_config.struct_size");
  config_refused(NULL, SLO_ERANGE, "sli_count");

  REFUSED(b.sli[2].name = NULL, SLO_EINVAL, "slis[2].name (NULL)");
  REFUSED(b.sli[3].name = "", SLO_ERANGE, "slis[3].name (bytes)");
  REFUSED(b.sli[3].writers = SLO_WRITERS_MAX + 1, SLO_ERANGE, "slis[3].writers");
  REFUSED(b.sli[2].shards = 3, SLO_ERANGE, "slis[2].shards (a power of two, or 0)");
  REFUSED(b.sli[1].shards = 8192, SLO_ERANGE, "slis[1].shards (a power of two, or 0)");
  REFUSED(b.sli[1].latency_of = 2, SLO_ERANGE, "slis[1].latency_of");
  REFUSED(b.sli[0].latency_of = 1, SLO_EINVAL, "slis[0].latency_of (beside latency)");
  REFUSED(b.sli[2].latency_of = 9, SLO_ERANGE, "slis[2].latency_of");
  REFUSED(b.sli[0].latency = NULL;
          b.sli[0].with_threshold = 0, SLO_EINVAL, "slis[1].latency_of (an SLI without latency)");
  REFUSED(b.sli[2].with_threshold = 2, SLO_ERANGE, "slis[2].with_threshold");
  REFUSED(b.sli[2].with_threshold = 1, SLO_ERANGE, "slis[2].threshold");
  REFUSED(b.sli[0].threshold = 2, SLO_ERANGE, "slis[0].threshold");
  REFUSED(b.sli[1].threshold = UINT32_MAX, SLO_ERANGE, "slis[1].threshold");
  REFUSED(b.latency.scale = 2, SLO_ERANGE, "slis[0].scale");
  REFUSED(b.other_latency.scale = 10, SLO_ERANGE, "slis[3].scale");
  REFUSED(b.thresholds[1] = b.thresholds[0], SLO_ERANGE, "slis[0].thresholds[1]");
  REFUSED(b.latency.shards = 5, SLO_ERANGE, "slis[0].shards (a power of two, or 0)");
  REFUSED(b.latency.struct_size = 2, SLO_ERANGE, "slis[0].latency.struct_size");

  REFUSED(b.slo[1].name = NULL, SLO_EINVAL, "slos[1].name (NULL)");
  REFUSED(b.slo[4].name = "", SLO_ERANGE, "slos[4].name (bytes)");
  REFUSED(b.slo[4].sli = SLIS, SLO_ERANGE, "slos[4].sli");
  REFUSED(b.slo[0].tier_count = 0; b.slo[0].catalog = 4, SLO_ERANGE, "slos[0].catalog");
  REFUSED(b.slo[1].catalog = 1, SLO_EINVAL, "slos[1].catalog (beside tiers)");
  REFUSED(b.slo[0].objective_ppb = 0, SLO_ERANGE, "slos[0].objective_ppb");
  REFUSED(b.slo[2].objective_ppb = 1000000000, SLO_ERANGE, "slos[2].objective_ppb");
  REFUSED(b.slo[2].period_ns = SEC - 1, SLO_ERANGE, "slos[2].period_ns");
  REFUSED(b.slo[2].period_ns = 3660 * SLO_DAY_NS + 1, SLO_ERANGE, "slos[2].period_ns");
  REFUSED(b.slo[2].tiers = NULL, SLO_EINVAL, "slos[2].tiers (NULL)");
  REFUSED(b.slo[2].tier_count = 17, SLO_ERANGE, "slos[2].tier_count");
  REFUSED(b.tiers[1].factor_ppm = 0, SLO_ERANGE, "slos[1].tiers[1].factor_ppm");
  REFUSED(b.tiers[2].severity = 5, SLO_ERANGE, "slos[2].tiers[2].severity");
  /* what the objective says itself is not said again */
  const char *const twice = "slos[0].alert (objective_ppb or period_ns not 0)";
  REFUSED(b.plain.tiers = b.tiers, SLO_EINVAL, "slos[0].alert (tiers not 0)");
  REFUSED(b.plain.tier_count = 1, SLO_EINVAL, "slos[0].alert (tiers not 0)");
  REFUSED(b.plain.objective_ppb = 999000000, SLO_EINVAL, twice);
  REFUSED(b.plain.period_ns = SLO_DAY_NS, SLO_EINVAL, twice);
  REFUSED(b.plain.struct_size = 1, SLO_ERANGE, "slos[0].slo_alert_config.struct_size");
  REFUSED(b.plain.gate[1].kind = 2, SLO_ERANGE, "slos[0].gate[1].kind");
  REFUSED(b.plain.slot_ns = 1, SLO_ERANGE, "slos[0].slot_ns");
  REFUSED(b.plain.flags = 2, SLO_ERANGE, "slos[0].flags");
  REFUSED(b.plain.reserved = 1, SLO_EVERSION, "slos[0].reserved");
  REFUSED(b.plain.gate[0].kind = SLO_GATE_EVIDENCE;
          b.plain.gate[0].dead_ns = -1, SLO_ERANGE, "slos[0].gate[0].dead_ns");

  REFUSED(b.sli[1].unmeasured = 4, SLO_ERANGE, "slis[1].unmeasured");
  REFUSED(b.sli[3].slice_ns = SEC;
          b.sli[3].slice_objective_ppb = 1, SLO_ERANGE, "slis[3].slice_ns");
  REFUSED(b.sli[3].slice_ns = 2 * SLO_DAY_NS;
          b.sli[3].slice_objective_ppb = 1, SLO_ERANGE, "slis[3].slice_ns");
  REFUSED(b.sli[3].slice_ns = SLO_MINUTE_NS, SLO_ERANGE, "slis[3].slice_objective_ppb");
  REFUSED(b.sli[3].slice_objective_ppb = 5, SLO_ERANGE, "slis[3].slice_objective_ppb");
  REFUSED(b.window.slice_objective_ppb = 5, SLO_ERANGE, "window.slice_objective_ppb");
  REFUSED(b.window.unmeasured = 4, SLO_ERANGE, "window.unmeasured");
  REFUSED(b.sli[3].reserved = 1, SLO_EVERSION, "slis[3].reserved");

  extras e;
#define MORE_REFUSED(change, status, field)   \
  do {                                        \
    blueprint_more(&b, &e);                   \
    change;                                   \
    config_refused(&b.config, status, field); \
  } while (0)
  MORE_REFUSED(b.sli[1].history = &e.history, SLO_EINVAL, "slis[1].history (without latency)");
  MORE_REFUSED(b.sli[2].history = &e.history, SLO_EINVAL, "slis[2].history (without latency)");
  MORE_REFUSED(e.tier.step_ns = 1, SLO_ERANGE, "slis[0].history.tiers[0].step_ns");
  MORE_REFUSED(e.history.tier_count = 5, SLO_ERANGE, "slis[0].history.tier_count");
  MORE_REFUSED(e.history.slot_bytes = 1, SLO_ERANGE, "slis[0].history.slot_bytes");
  MORE_REFUSED(b.slo[3].method = 3, SLO_ERANGE, "slos[3].method");
  MORE_REFUSED(b.slo[3].method = SLO_METHOD_TIMESLICES, SLO_EINVAL,
               "slos[3].method (of an SLI without slice_ns)");
  MORE_REFUSED(b.slo[1].calendar.unit = 6, SLO_ERANGE, "slos[1].calendar.unit");
  MORE_REFUSED(b.slo[1].calendar.every = 1001, SLO_ERANGE, "slos[1].calendar.every");
  MORE_REFUSED(b.slo[1].calendar.anchor_ns = -1, SLO_ERANGE, "slos[1].calendar.anchor_ns");
  MORE_REFUSED(b.slo[1].calendar.unit = SLO_CALENDAR_YEAR;
               b.slo[1].calendar.every = 1000, SLO_ERANGE,
               "slos[1].calendar.at_ns, its period's end");
  MORE_REFUSED(b.slo[4].calendar.unit = SLO_CALENDAR_DAY, SLO_EINVAL,
               "slos[4].start_count (beside calendar)");
  MORE_REFUSED(b.slo[4].start_count = 1, SLO_ERANGE, "slos[4].start_count");
  MORE_REFUSED(b.slo[4].start_count = SLO_MONITOR_STARTS_MAX + 1, SLO_ERANGE,
               "slos[4].start_count");
  MORE_REFUSED(b.slo[4].start_count = 0, SLO_ERANGE, "slos[4].start_count");
  MORE_REFUSED(b.slo[4].starts_ns = NULL, SLO_EINVAL, "slos[4].starts_ns (NULL)");
  MORE_REFUSED(e.starts[0] = -1, SLO_ERANGE, "slos[4].starts_ns[0]");
  MORE_REFUSED(e.starts[2] = e.starts[1], SLO_ERANGE, "slos[4].starts_ns[2]");
  MORE_REFUSED(e.starts[3] = SLO_TIME_MAX_NS + 1, SLO_ERANGE, "slos[4].starts_ns[3]");
#undef MORE_REFUSED

  REFUSED(b.window_tiers[1].step_ns = SEC, SLO_ERANGE, "window.tiers[1].step_ns");
  REFUSED(b.window.tier_count = 99, SLO_ERANGE, "window.tier_count");
  REFUSED(b.window.jump_max_ns = 1, SLO_ERANGE, "window.jump_max_ns");
#undef REFUSED
}
END_TEST

/* An element without a valid struct_size is named by its place, if it is refused at all. */
START_TEST(test_config_errors_of_elements) {
  const uint32_t wrong[] = {0, 3, 5000, UINT32_MAX};
  for (int i = 0; i < 4; i++) {
    for (int which = 0; which < 4; which++) {
      blueprint b;
      slo_error error = SLO_SIZED(slo_error);
      size_t size;
      const char *const places[] = {"slis[0]", "slis[2]", "slos[0]", "slos[1]"};
      blueprint_fill(&b);
      uint32_t *const sizes[] = {&b.sli[0].struct_size, &b.sli[2].struct_size,
                                 &b.slo[0].struct_size, &b.slo[1].struct_size};
      *sizes[which] = wrong[i];
      slo_status status = slo_monitor_footprint(&b.config, &size, &error);
      if (which % 2 == 0) ck_assert_int_eq(status, SLO_ERANGE);
      check_that(status == SLO_OK || strncmp(error.field, places[which], 7) == 0,
                 "%s.struct_size is %u: \"%s\" is wrong", places[which], wrong[i], error.field);
    }
  }
}
END_TEST

/* Arrays of elements larger than the library's: its size is the first one's struct_size. */
START_TEST(test_config_of_larger_elements) {
  typedef struct larger_sli {
    slo_monitor_sli sli;
    uint64_t more[2];
  } larger_sli;
  typedef struct larger_slo {
    slo_monitor_slo slo;
    uint64_t more[3];
  } larger_slo;
  blueprint b;
  larger_sli slis[SLIS];
  larger_slo slos[SLOS];
  size_t size, same;
  slo_error error = SLO_SIZED(slo_error);
  blueprint_fill(&b);
  ck_ok(slo_monitor_footprint(&b.config, &size, NULL));
  memset(slis, 0, sizeof slis);
  memset(slos, 0, sizeof slos);
  for (int i = 0; i < SLIS; i++) {
    slis[i].sli = b.sli[i];
    slis[i].sli.struct_size = (uint32_t)sizeof slis[i];
  }
  for (int i = 0; i < SLOS; i++) {
    slos[i].slo = b.slo[i];
    slos[i].slo.struct_size = (uint32_t)sizeof slos[i];
  }
  b.config.slis = &slis[0].sli;
  b.config.slos = &slos[0].slo;
  ck_ok(slo_monitor_footprint(&b.config, &same, NULL));
  ck_assert_uint_eq(size, same);
  slo_monitor *m = monitor_new(&b);
  ck_assert_str_eq(slo_monitor_sli_name(m, 3), b.sli[3].name);
  ck_assert_str_eq(slo_monitor_slo_name(m, 4), b.slo[4].name);
  slo_monitor_destroy(m);
  slos[3].more[1] = 1; /* something this library does not know */
  ck_assert_int_eq(slo_monitor_footprint(&b.config, &same, &error), SLO_EVERSION);
  check_that(strncmp(error.field, "slos[3]", 7) == 0, "slos[3] is too new: \"%s\" is wrong",
             error.field);
}
END_TEST

START_TEST(test_without_objectives) {
  blueprint b;
  blueprint_fill(&b);
  b.config.slos = NULL;
  b.config.slo_count = 0;
  b.config.window = NULL; /* the defaults */
  slo_monitor *m = monitor_new(&b);
  slo_standing s = SLO_SIZED(slo_standing);
  slo_window_summary w = SLO_SIZED(slo_window_summary);
  ck_ok(slo_monitor_tick(m, 5, 0));
  ck_assert_uint_eq(slo_monitor_slo_count(m), 0);
  ck_assert_int_eq(slo_monitor_read(m, 0, &s), SLO_ERANGE);
  ck_assert_ptr_null(slo_monitor_alert(m, 0));
  ck_ok(slo_window_summarize(slo_monitor_window(m, 0), &w));
  ck_assert_uint_eq(w.tier_count, 10);
  slo_monitor_destroy(m);
}
END_TEST

/* ---- attaching ---- */

typedef struct block {
  size_t size;
  char *bytes;
  slo_monitor *m;
} block;

/* A monitor with a past, in memory of exactly its size. */
static block block_new(const blueprint *b) {
  block k;
  uint64_t random = 11;
  parts p = parts_new(b);
  ck_ok(slo_monitor_footprint(&b->config, &k.size, NULL));
  k.bytes = check_memory(k.size);
  ck_ok(slo_monitor_init(k.bytes, k.size, &b->config, &k.m, NULL));
  ck_assert_ptr_eq((char *)k.m, k.bytes);
  for (int64_t t = 1000; t < 1100; t++) {
    parts_record(&p, k.m, &random);
    ck_ok(slo_monitor_tick(k.m, t * SEC, 0));
  }
  parts_end(&p);
  return k;
}

static void compare_monitors(slo_monitor *a, slo_monitor *b) {
  for (uint32_t i = 0; i < slo_monitor_slo_count(a); i++) {
    slo_standing sa, sb;
    memset(&sa, 0, sizeof sa);
    memset(&sb, 0, sizeof sb);
    sa.struct_size = sb.struct_size = (uint32_t)sizeof sa;
    slo_status status = slo_monitor_read(a, i, &sa);
    check_that(slo_monitor_read(b, i, &sb) == status, "standing %u", i);
    check_that(memcmp(&sa, &sb, sizeof sa) == 0, "standing %u", i);
    check_that(strcmp(slo_monitor_slo_name(a, i), slo_monitor_slo_name(b, i)) == 0, "name %u", i);
    compare_alerts(slo_monitor_alert(a, i), slo_monitor_alert(b, i), (int)i);
  }
  for (uint32_t i = 0; i < slo_monitor_sli_count(a); i++) {
    check_that(strcmp(slo_monitor_sli_name(a, i), slo_monitor_sli_name(b, i)) == 0, "name %u", i);
    compare_windows(slo_monitor_window(a, i), slo_monitor_window(b, i), (int)i);
  }
}

START_TEST(test_attach_elsewhere) {
  blueprint b;
  blueprint_fill(&b);
  block k = block_new(&b);
  slo_monitor *m;
  char *elsewhere = check_memory(k.size + 4096);
  memcpy(elsewhere + 192, k.bytes, k.size);
  ck_ok(slo_monitor_attach(elsewhere + 192, k.size + 100, &m)); /* more memory is no harm */
  ck_assert_ptr_eq((char *)m, elsewhere + 192);
  compare_monitors(m, k.m);
  for (int64_t t = 1100; t < 1200; t++) { /* the two live on alike */
    for (uint32_t i = 0; i < SLIS; i++) {
      slo_outcome outcome = t % 9 < 4 ? SLO_BAD : SLO_GOOD;
      slo_counter_record(slo_monitor_counter(m, i), outcome);
      slo_counter_record(slo_monitor_counter(k.m, i), outcome);
    }
    slo_hist_record(slo_monitor_hist(m, 1), t * 100000);
    slo_hist_record(slo_monitor_hist(k.m, 0), t * 100000);
    ck_ok(slo_monitor_tick(m, t * SEC, 0));
    ck_ok(slo_monitor_tick(k.m, t * SEC, 0));
    compare_monitors(m, k.m);
  }
  free(elsewhere);
  free(k.bytes);
}
END_TEST

START_TEST(test_attach_truncated) {
  blueprint b;
  blueprint_fill(&b);
  block k = block_new(&b);
  slo_monitor *m = NULL;
  for (size_t n = 0; n < k.size; n = n < 4096 ? n + 7 : n + 997) {
    char *part = check_memory(n);
    memcpy(part, k.bytes, n);
    ck_assert_int_eq(slo_monitor_attach(part, n, &m), SLO_ESPACE);
    free(part);
  }
  ck_assert_int_eq(slo_monitor_attach(k.bytes, k.size - 1, &m), SLO_ESPACE);
  ck_assert_int_eq(slo_monitor_attach(k.bytes + 8, k.size - 8, &m), SLO_EINVAL);
  ck_assert_int_eq(slo_monitor_attach(k.bytes, k.size, NULL), SLO_EINVAL);
  ck_assert_ptr_null(m);
  free(k.bytes);
}
END_TEST

/* Does everything with a monitor that was accepted; the answers are of those documented. */
static void use(slo_monitor *m) {
  for (uint32_t i = 0; i < slo_monitor_sli_count(m); i++) {
    int64_t span = 30 * SEC, threshold;
    uint64_t within, beyond;
    slo_delta d = SLO_SIZED(slo_delta);
    slo_counter_record(slo_monitor_counter(m, i), SLO_BAD);
    slo_hist *hist = slo_monitor_hist(m, i);
    if (hist != NULL) {
      slo_hist_record(hist, 123456789);
      check_ok(slo_hist_threshold(hist, 0, &threshold, &within, &beyond));
    }
    check_ok(slo_window_read(slo_monitor_window(m, i), &span, 1, &d));
    check_that(strlen(slo_monitor_sli_name(m, i)) <= SLO_MONITOR_NAME_MAX, "a name without end");
  }
  slo_correction c = SLO_SIZED(slo_correction);
  c.from_ns = 1050 * SEC;
  c.to_ns = 1101 * SEC;
  c.sli = SLO_LEDGER_ALL;
  c.reason[0] = 'r';
  check_ok(slo_monitor_correct(m, &c, NULL, NULL));
  for (int64_t t = 1099; t < 1103; t++) {
    slo_status status = slo_monitor_tick(m, t * SEC, 0);
    check_that(status == SLO_OK || status == SLO_ERANGE, "tick: %d", status);
    for (uint32_t i = 0; i < slo_monitor_slo_count(m); i++) {
      slo_standing s = SLO_SIZED(slo_standing);
      uint64_t cursor = 0;
      slo_transition tr = SLO_SIZED(slo_transition);
      status = slo_monitor_read(m, i, &s);
      check_that(status == SLO_OK || status == SLO_ENODATA || status == SLO_ERANGE, "read: %d",
                 status);
      while (t == 1102 && slo_alert_next(slo_monitor_alert(m, i), &cursor, &tr) != SLO_ENODATA) {
      }
      check_that(strlen(slo_monitor_slo_name(m, i)) <= SLO_MONITOR_NAME_MAX, "a name without end");
    }
  }
}

static int is_offset(slo_monitor *m, uint64_t word) {
  for (uint32_t i = 0; i < SLIS; i++) {
    if (word == (uint64_t)((char *)slo_monitor_counter(m, i) - (char *)m)) return 1;
    if (word == (uint64_t)((char *)slo_monitor_window(m, i) - (char *)m)) return 1;
    slo_hist *hist = slo_monitor_hist(m, i);
    if (hist != NULL && word == (uint64_t)((char *)hist - (char *)m)) return 1;
    slo_history *history = slo_monitor_history(m, i);
    if (history != NULL && word == (uint64_t)((char *)history - (char *)m)) return 1;
  }
  if (word == (uint64_t)((const char *)slo_monitor_ledger(m) - (const char *)m)) return 1;
  for (uint32_t i = 0; i < SLOS; i++) {
    if (word == (uint64_t)((char *)slo_monitor_alert(m, i) - (char *)m)) return 1;
  }
  return 0;
}

/* Each word of the front part replaced and the checksum made to fit: refused, or harmless. An
 * offset that is not the one of a part is always refused. */
START_TEST(test_attach_forged_front) {
  blueprint b;
  extras e;
  blueprint_more(&b, &e);
  block k = block_new(&b);
  uint64_t random = 21, offsets = 0, accepted = 0;
  char *copy = check_memory(k.size);
  sloi_block *header = (void *)copy;
  size_t front = sizeof *header + (size_t)((const sloi_block *)(const void *)k.bytes)->config_size;
  for (size_t at = sizeof *header; at < front; at += 8) {
    uint64_t original;
    memcpy(&original, k.bytes + at, sizeof original);
    int offset = is_offset(k.m, original);
    offsets += (uint64_t)offset;
    for (int i = 0; i < 26; i++) {
      uint64_t fixed[] = {0,
                          1,
                          2,
                          original + 64,
                          original - 64,
                          original + 1,
                          k.size,
                          k.size - 64,
                          k.size - 8,
                          UINT64_MAX,
                          UINT64_MAX - 63,
                          UINT64_C(1) << 63,
                          original + (UINT64_C(1) << 32),
                          front,
                          front - 64,
                          64};
      uint64_t word = i < 16 ? fixed[i] : check_random_wide(&random);
      if (i >= 21) word = check_random(&random) % (k.size / 64) * 64; /* somewhere inside */
      slo_monitor *m = NULL;
      memcpy(copy, k.bytes, k.size);
      memcpy(copy + at, &word, sizeof word);
      header->config_sum = sloi_block_sum(header + 1, (size_t)header->config_size);
      slo_status status = slo_monitor_attach(copy, k.size, &m);
      check_that(status == SLO_OK || status == SLO_ECORRUPT || status == SLO_EVERSION, "%d",
                 status);
      if (status != SLO_OK) continue;
      check_that(!offset || word == original || is_offset(k.m, word),
                 "offset %" PRIu64 " for %" PRIu64 " was accepted", word, original);
      accepted++;
      use(m);
    }
  }
  ck_assert_uint_eq(offsets, 4 + 3 + 4 + 5 + 2); /* all were found: the shared one twice */
  ck_assert_uint_gt(accepted, 0);                /* and some are harmless */
  free(copy);
  free(k.bytes);
}
END_TEST

/* Every SLO is in the chain of its SLI, or its alert would never be stepped. */
START_TEST(test_attach_forged_chains) {
  blueprint b;
  extras e;
  blueprint_more(&b, &e);
  block k = block_new(&b);
  slo_monitor *forged = (void *)k.bytes, *m = NULL;
  for (uint32_t i = 0; i < SLIS + SLOS; i++) {
    uint64_t *link = i < SLIS ? &forged->sli[i].slos : &sloi_monitor_slos(forged)[i - SLIS].next;
    uint64_t original = *link;
    for (uint64_t other = 0; other <= SLOS + 1; other++) {
      *link = other;
      forged->block.config_sum = sloi_block_sum(&forged->block + 1, forged->block.config_size);
      ck_assert_int_eq(slo_monitor_attach(k.bytes, k.size, &m),
                       other == original ? SLO_OK : SLO_ECORRUPT);
    }
    *link = original;
  }
  free(k.bytes);
}
END_TEST

/* Starts lie behind the front: no checksum says that they are those that were given. */
START_TEST(test_attach_forged_starts) {
  blueprint b;
  extras e;
  blueprint_more(&b, &e);
  block k = block_new(&b);
  slo_monitor *m = NULL;
  int64_t *starts = (void *)(k.bytes + sloi_monitor_slos(k.m)[4].starts_at);
  const int64_t wrong[] = {-1, INT64_MIN, SLO_TIME_MAX_NS + 1, INT64_MAX};
  for (int i = 0; i < 4; i++) {
    int64_t original = starts[i];
    ck_assert_int_eq(original, e.starts[i]);
    for (int n = 0; n < 6; n++) {
      if (n == 4 && i == 0) continue;
      if (n == 5 && i == 3) continue;
      starts[i] = n < 4 ? wrong[n] : n == 4 ? starts[i - 1] : starts[i + 1];
      ck_assert_int_eq(slo_monitor_attach(k.bytes, k.size, &m), SLO_ECORRUPT);
    }
    starts[i] = original;
  }
  ck_ok(slo_monitor_attach(k.bytes, k.size, &m));
  free(k.bytes);
}
END_TEST

/* Whatever the shortcut to the next pin says: nothing bad comes of it. */
START_TEST(test_forged_edges) {
  blueprint b;
  extras e;
  blueprint_more(&b, &e);
  block k = block_new(&b);
  const uint64_t words[] = {0, 1, 2, INT64_MAX, UINT64_MAX, UINT64_C(1) << 63, 1100 * SEC};
  char *copy = check_memory(k.size);
  for (int i = 0; i < 7 * 7; i++) {
    slo_monitor *m = NULL;
    memcpy(copy, k.bytes, k.size);
    ck_ok(slo_monitor_attach(copy, k.size, &m));
    for (uint32_t sli = 0; sli < SLIS; sli++) {
      memcpy(sloi_monitor_edges(m, sli), &words[i % 7], sizeof words[0]);
      memcpy(sloi_monitor_edges(m, sli) + 1, &words[i / 7], sizeof words[0]);
    }
    use(m);
  }
  free(copy);
  free(k.bytes);
}
END_TEST

START_TEST(test_attach_forged_names) {
  blueprint b;
  blueprint_fill(&b);
  block k = block_new(&b);
  sloi_block *header = (void *)k.bytes;
  slo_monitor *m = NULL;
  for (uint32_t i = 0; i < SLIS + SLOS; i++) {
    const char *where =
        i < SLIS ? slo_monitor_sli_name(k.m, i) : slo_monitor_slo_name(k.m, i - SLIS);
    char *name = k.bytes + (where - k.bytes), saved[SLO_MONITOR_NAME_MAX + 1];
    memcpy(saved, name, sizeof saved);
    memset(name, 'x', sizeof saved); /* without an end */
    header->config_sum = sloi_block_sum(header + 1, (size_t)header->config_size);
    ck_assert_int_eq(slo_monitor_attach(k.bytes, k.size, &m), SLO_ECORRUPT);
    memset(name, 0, sizeof saved); /* without a beginning */
    header->config_sum = sloi_block_sum(header + 1, (size_t)header->config_size);
    ck_assert_int_eq(slo_monitor_attach(k.bytes, k.size, &m), SLO_ECORRUPT);
    memcpy(name, saved, sizeof saved);
  }
  header->config_sum = sloi_block_sum(header + 1, (size_t)header->config_size);
  ck_assert_ptr_null(m);
  ck_ok(slo_monitor_attach(k.bytes, k.size, &m));
  free(k.bytes);
}
END_TEST

/* A block says how large it is: its parts must fill it. */
START_TEST(test_attach_forged_size) {
  blueprint b;
  blueprint_fill(&b);
  block k = block_new(&b);
  char *copy = check_memory(k.size + 4096);
  sloi_block *header = (void *)copy;
  slo_monitor *m = NULL;
  memcpy(copy, k.bytes, k.size);
  for (size_t size = 64; size <= k.size + 4096; size += 64) {
    header->size = size;
    slo_status status = slo_monitor_attach(copy, k.size + 4096, &m);
    check_that(status == (size == k.size ? SLO_OK : SLO_ECORRUPT), "%zu of %zu bytes: %d", size,
               k.size, status);
  }
  free(copy);
  free(k.bytes);
}
END_TEST

/* Claims to end with starts that are not as long as what they are aligned to, and there the memory
 * ends, too: the next SLO's alert is not looked for behind it. */
START_TEST(test_attach_ends_with_starts) {
  blueprint b;
  extras e;
  blueprint_more(&b, &e);
  b.slo[2].starts_ns = e.starts;
  b.slo[2].start_count = 3;
  block k = block_new(&b);
  size_t end = (size_t)sloi_monitor_slos(k.m)[2].starts_at + 3 * sizeof e.starts[0];
  sloi_block *cut = check_memory(end);
  slo_monitor *m = NULL;
  memcpy(cut, k.bytes, end);
  cut->size = end;
  ck_assert_int_eq(slo_monitor_attach(cut, end, &m), SLO_ECORRUPT);
  ck_assert_ptr_null(m);
  free(cut);
  free(k.bytes);
}
END_TEST

/* Headers, front and configuration of every part: a flipped bit is noticed or unused. */
START_TEST(test_attach_flipped_bits) {
  blueprint b;
  blueprint_fill(&b);
  block k = block_new(&b);
  char *copy = check_memory(k.size);
  uint64_t refused = 0;
  for (uint32_t part = 0; part < 1 + 2 * SLIS + SLOS; part++) {
    const char *start = k.bytes;
    if (part > 0 && part <= SLIS) start = (char *)slo_monitor_counter(k.m, part - 1);
    if (part > SLIS && part <= 2 * SLIS) start = (char *)slo_monitor_window(k.m, part - SLIS - 1);
    if (part > 2 * SLIS) start = (char *)slo_monitor_alert(k.m, part - 2 * SLIS - 1);
    const sloi_block *header = (const void *)start;
    size_t begin = (size_t)(start - k.bytes), bytes = sizeof *header + (size_t)header->config_size;
    memcpy(copy, k.bytes, k.size);
    for (size_t bit = 0; bit < bytes * 8; bit += bit < 512 ? 1 : 5) {
      slo_monitor *m = NULL;
      char *byte = copy + begin + bit / 8;
      *byte = (char)(*byte ^ 1 << bit % 8);
      slo_status status = slo_monitor_attach(copy, k.size, &m);
      *byte = (char)(*byte ^ 1 << bit % 8);
      if (status == SLO_OK) {
        check_that(bit / 8 >= offsetof(sloi_block, reserved) && bit / 8 < sizeof *header,
                   "byte %zu of part %u was flipped and nobody noticed", bit / 8, part);
      } else {
        check_that(status == SLO_ECORRUPT || status == SLO_EVERSION || status == SLO_ESPACE, "%d",
                   status);
        refused++;
      }
    }
  }
  ck_assert_uint_gt(refused, 5000);
  free(copy);
  free(k.bytes);
}
END_TEST

/* The first element says how large all are: the others' own field is not looked at. */
START_TEST(test_first_element_is_the_stride) {
  slo_monitor_sli slis[2] = {{.struct_size = sizeof slis[0], .name = "a"}, {.name = "b"}};
  slo_monitor_slo slos[2] = {{.struct_size = sizeof slos[0],
                              .name = "a",
                              .objective_ppb = 990000000,
                              .period_ns = SLO_DAY_NS},
                             {.struct_size = 4096,
                              .sli = 1,
                              .name = "b",
                              .objective_ppb = 980000000,
                              .period_ns = SLO_DAY_NS}};
  slo_monitor_config config = {
      .struct_size = sizeof config, .sli_count = 2, .slis = slis, .slos = slos, .slo_count = 2};
  slo_monitor *m = NULL;
  slo_standing s = SLO_SIZED(slo_standing);
  ck_ok(slo_monitor_create(&config, NULL, &m, NULL));
  ck_assert_str_eq(slo_monitor_sli_name(m, 1), "b");
  ck_ok(slo_monitor_tick(m, SLO_DAY_NS, 0));
  ck_assert_int_eq(slo_monitor_read(m, 1, &s), SLO_ENODATA);
  ck_assert_uint_eq(s.objective_ppb, 980000000);
  slo_monitor_destroy(m);
}
END_TEST

CHECK_MAIN(
    "monitor", tcase_add_test(tc, test_first_element_is_the_stride);
    tcase_add_test(tc, test_its_parts); tcase_add_test(tc, test_totals);
    tcase_add_test(tc, test_never_ticked); tcase_add_test(tc, test_arguments);
    tcase_add_test(tc, test_one_step_a_slice); tcase_add_test(tc, test_alert_waits_for_the_slice);
    tcase_add_test(tc, test_default_alert); tcase_add_test(tc, test_tick_flags);
    tcase_add_test(tc, test_names); tcase_add_test(tc, test_config_errors);
    tcase_add_test(tc, test_config_errors_of_elements);
    tcase_add_test(tc, test_config_of_larger_elements); tcase_add_test(tc, test_without_objectives);
    tcase_add_test(tc, test_attach_elsewhere); tcase_add_test(tc, test_attach_truncated);
    tcase_add_test(tc, test_attach_forged_front); tcase_add_test(tc, test_attach_forged_names);
    tcase_add_test(tc, test_attach_forged_chains); tcase_add_test(tc, test_attach_forged_starts);
    tcase_add_test(tc, test_forged_edges); tcase_add_test(tc, test_attach_forged_size);
    tcase_add_test(tc, test_attach_ends_with_starts); tcase_add_test(tc, test_attach_flipped_bits);)
